/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Drives a flow by hand: the test says what it expects next and what comes back.
 * Time is a number the test moves. LOCK and UNLOCK are answered with success
 * unless told otherwise, and counted.
 */

#pragma once

#include "eas-flow.h"

G_BEGIN_DECLS

#define RIG_NOW 1800000000

typedef struct {
	EasFlow *flow;
	EasAccountData *data;
	gint64 now;
	EasStep step;         /* the present one */
	guint n_sent;
	guint n_locks;
	guint n_commits;
	gboolean locked;
	gint64 waited_ms;
	void (*on_lock) (EasAccountData *data); /* another process's work, seen at the next lock */
} Rig;

EasAccountData *rig_data_fresh (void); /* nothing known */
EasAccountData *rig_data_ready (void); /* 14.1, provisioned with key 77, hierarchy "h1", folders 1 to 5 */

Rig  *rig_new  (EasFlow *take_flow, EasAccountData *take_data);
void  rig_free (Rig *rig);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rig, rig_free)

/* The next step is a SEND of this command; locks on the way are granted. */
const EasHttpRequest *rig_expect_send (Rig *rig, const char *command);
void     rig_expect_wait   (Rig *rig, guint least_seconds, guint most_seconds); /* and lets the time pass */
void     rig_expect_error  (Rig *rig, GQuark domain, int code); /* the flow fails with it */
const GError *rig_fail     (Rig *rig);  /* the flow fails; lent; once */
gpointer rig_done          (Rig *rig);  /* (transfer full) by the step's result_free */

/* Answers to the SEND. */
void     rig_reply         (Rig *rig, guint status, GBytes *take_body, const char *header, const char *value);
void     rig_reply_full    (Rig *rig, EasHttpResponse *take_response);
void     rig_reply_lost    (Rig *rig);
void     rig_reply_error   (Rig *rig, GQuark domain, int code);
void     rig_pass          (Rig *rig, guint seconds);

/* Ready-made answers of a server. */
void     rig_reply_options  (Rig *rig, const char *versions);
void     rig_provision      (Rig *rig, guint32 key); /* both rounds */

/* The plainest command there is, GetItemEstimate, and what becomes of it. */
EasFlow *rig_estimate_flow  (void);
void     rig_reply_ok       (Rig *rig);
void     rig_reply_status   (Rig *rig, guint status);
void     rig_finish         (Rig *rig); /* it ends well */

/* The body of the request that was sent holds this element with this text. */
gboolean rig_sent_has       (Rig *rig, EasTag tag, const char *text);
char    *rig_sent_text      (Rig *rig, EasTag tag); /* the first one's; NULL absent */
guint    rig_sent_count     (Rig *rig, EasTag tag);

G_END_DECLS
