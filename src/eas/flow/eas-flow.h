/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EasFlow: a sequence of requests as a step machine without I/O. next() says what
 * to do; the driver does it and gives the outcome to take(). EasClient drives
 * flows on its I/O thread; tests drive them by hand.
 */

#pragma once

#include "eas-http.h"

G_BEGIN_DECLS

typedef enum {
	EAS_STEP_SEND,   /* step.http; the reply has response or error */
	EAS_STEP_WAIT,   /* step.wait_ms; the reply is empty */
	EAS_STEP_LOCK,   /* take the account state's lock and read it anew; error when that fails */
	EAS_STEP_UNLOCK, /* write it (step.commit) and let go */
	EAS_STEP_DONE,   /* step.result */
	EAS_STEP_FAIL    /* step.error */
} EasStepKind;

typedef struct {
	EasStepKind kind;
	EasHttpRequest *http;   /* (transfer full) to the driver */
	guint wait_ms;
	gboolean commit;
	gpointer result;        /* (transfer full), of the type the flow's constructor names */
	GDestroyNotify result_free; /* the driver's when nobody takes the result */
	GError *error;          /* (transfer full) */
} EasStep;

typedef struct {
	const EasHttpResponse *response; /* of a SEND that was answered */
	const GError *error;             /* of a SEND, LOCK or UNLOCK that failed */
	gint64 now;                      /* unix seconds, for retry times and logs */
} EasReply;

typedef struct _EasFlow EasFlow;

typedef struct {
	const char *name;
	void (*next) (EasFlow *flow, EasStep *out_step);        /* fills the step, or starts a child and leaves it */
	void (*take) (EasFlow *flow, const EasReply *reply);
	void (*finished) (EasFlow *flow, EasFlow *child, EasStep *end); /* @end: DONE or FAIL; steal what is wanted; NULL: no children */
	void (*free) (EasFlow *flow);                           /* contents only; NULL: none */
} EasFlowClass;

/* First member of every flow. Lanes: flows that name the same one run one after another. */
struct _EasFlow {
	const EasFlowClass *klass;
	EasAccountData *data;    /* borrowed from the driver; set by eas_flow_attach() before the first next() */
	GPtrArray *lanes;        /* (element-type utf8): "collection:ID", "hierarchy", "push"; NULL none */
	void (*enter) (EasFlow *flow); /* called when all lanes are held, before the first next(); NULL */
	guint patience;          /* seconds a flow may wait for a throttled server; beyond it fails THROTTLED */
	gint64 now;              /* unix seconds: of the last reply, at first of attaching */
	gboolean holds_lock;     /* an outer flow holds the account's lock: ask for none, commit nothing */
	EasFlow *child;          /* a flow that runs in this one's place until it ends */
};

/* For flows: the fields of the base, then the driver's side. */
gpointer eas_flow_alloc       (const EasFlowClass *klass, gsize size);
void     eas_flow_start_child (EasFlow *flow, EasFlow *take_child);
void     eas_step_set_wait    (EasStep *out_step, guint wait_ms);
void     eas_step_set_done    (EasStep *out_step, gpointer take_result, GDestroyNotify result_free);
void     eas_step_set_fail    (EasStep *out_step, GError *take_error);

/* All lanes are held: gives the flow its account's values and the time, and lets it enter. */
void     eas_flow_attach   (EasFlow *flow, EasAccountData *data, gint64 now);
void     eas_flow_add_lane (EasFlow *flow, const char *lane);
void     eas_flow_next     (EasFlow *flow, EasStep *out_step);
void     eas_flow_take     (EasFlow *flow, const EasReply *reply);
void     eas_flow_free     (EasFlow *flow);
void     eas_step_clear    (EasStep *step); /* frees what the driver did not take */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasFlow, eas_flow_free)

/*
 * One command through OPTIONS, provisioning, redirects, throttling and repeats.
 * Result: EasAnswer. Other flows embed it.
 */
typedef struct {
	GBytes *body;          /* never NULL; empty when the server sent none */
	gboolean multipart;
	guint status;          /* the global one, a success or one the caller asked to see */
	EasVersion version;    /* the request was built for */
	gboolean repeated;     /* sent more than once after a lost connection */
} EasAnswer;

void eas_answer_free (EasAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasAnswer, eas_answer_free)

/* Builds the request for the version in force; called again when that changes. NULL with error: refuse. */
typedef EasRequest *(*EasFlowBuild) (EasVersion version, const EasAccountData *data, gpointer user_data, GError **error);

EasFlow *eas_flow_exchange_new (const EasCommand *command, EasFlowBuild build, gpointer take_user_data, GDestroyNotify free_user_data);
/* The command's own statuses (below 100) are handed over instead of judged; common ones never are. */
void     eas_flow_exchange_see_status (EasFlow *exchange);
/* Overrides the command's: a Sync that only asks may be repeated, one that changes something may not. */
void     eas_flow_exchange_set_safe_to_repeat (EasFlow *exchange, gboolean safe);
/* When the command was last sent, unix seconds; 0 not yet. */
gint64   eas_flow_exchange_get_sent_at (EasFlow *exchange);

G_END_DECLS
