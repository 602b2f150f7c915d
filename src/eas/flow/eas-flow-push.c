/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One Ping and what it teaches. Source: [MS-ASCMD] 2.2.1.13 Ping, 2.2.3.88.1
 * HeartbeatInterval (Ping); eas-protocol 9.1; user-needs pitfall 40.
 *
 *	PING  1  the time is up     -> after GROW_AFTER in a row the interval grows; SAVE, DONE
 *	      1  far too early      -> DONE as EARLY: the server shortens intervals or is broken
 *	      2  changes            -> DONE; without naming a folder: EARLY
 *	      5  interval           -> take the one it names, PING
 *	      6  too many folders   -> remember how many; SAVE, DONE as LIMITED, the next time
 *	                               before anything is sent
 *	      7  hierarchy          -> DONE
 *	      3, 8  forgotten, server error -> WAIT longer each time, PING, a few times; then FAIL
 *	      4, others             -> FAIL
 *	cut after a good while      -> half the interval, remembered as the ceiling; SAVE, DONE as
 *CUT; when it was the shortest one, HOPELESS cut at once, other failures -> FAIL
 *
 * Every request carries folders and interval in full: a server that forgot needs no
 * second round.
 */

#include <string.h>

#include <gio/gio.h>

#include "eas-flow-save.h"

#include "eas-flow-push.h"

#define FIRST_HEARTBEAT 480
#define LEAST_HEARTBEAT 60
#define MOST_HEARTBEAT  3540
#define GROW_AFTER      2
#define PROBE_AFTER     8 /* a ceiling that a network taught may be one of a bad day */
#define PROBE_OWN_AFTER 500
#define LIMIT_ROUNDS    4 /* of status 5 in one run */
#define LIMIT_MS        1000
#define RETRIES         2
#define RETRY_MS        5000
#define TOO_EARLY       30 /* seconds: no interval is so short */

enum {
	STATUS_EXPIRED = 1,
	STATUS_CHANGES = 2,
	STATUS_PARAMETERS = 3,
	STATUS_HEARTBEAT = 5,
	STATUS_FOLDERS = 6,
	STATUS_HIERARCHY = 7,
	STATUS_SERVER = 8
};

typedef enum { PUSH_PING, PUSH_WAIT, PUSH_DONE, PUSH_FAIL } PushState;

typedef struct {
	EasFlow flow;
	PushState state, after_wait;
	GPtrArray *folders; /* (element-type EasPingFolder) */
	guint wait_ms;
	guint asked; /* seconds */
	guint limit_rounds;
	guint retries;
	gboolean saving;
	char *network; /* NULL: unknown */
	gboolean economical;
	guint heartbeat, ceiling, expiries, max_folders; /* learned */
	EasPingResult *result;
	GError *error;
} PushFlow;

void
eas_ping_result_free (EasPingResult *result)
{
	if (result == NULL)
		return;

	g_ptr_array_unref (result->changed);
	g_free (result);
}

/* No network is taken to allow so little: it is the server's own word, and stands. */
static gboolean
is_servers_own (guint ceiling)
{
	return ceiling != 0 && ceiling < LEAST_HEARTBEAT;
}

static guint
clamp_heartbeat (guint heartbeat, guint ceiling)
{
	if (is_servers_own (ceiling))
		return MIN (heartbeat, ceiling);

	return CLAMP (heartbeat, LEAST_HEARTBEAT,
		      ceiling >= LEAST_HEARTBEAT ? MIN (ceiling, MOST_HEARTBEAT) : MOST_HEARTBEAT);
}

static EasHeartbeat
learned_now (PushFlow *self)
{
	EasHeartbeat learned = { self->heartbeat, self->ceiling, self->expiries };

	return learned;
}

static void
apply_learned (EasAccountData *data, gpointer user_data)
{
	PushFlow *self = user_data;
	EasHeartbeat learned = learned_now (self);

	eas_account_data_set_heartbeat (data, self->network, &learned);
	data->max_ping_folders = self->max_folders;
}

/* Counting expiries alone is not worth a commit: only what another start should know. */
static void
keep_learned (PushFlow *self)
{
	EasAccountData *data = self->flow.data;
	EasHeartbeat known = { 0 };
	gboolean worth;

	eas_account_data_get_heartbeat (data, self->network, &known);
	worth = known.seconds != self->heartbeat || known.ceiling != self->ceiling ||
		data->max_ping_folders != self->max_folders;

	apply_learned (data, self);
	if (worth) {
		self->saving = TRUE;
		eas_flow_start_child (&self->flow, eas_flow_save_new (apply_learned, self, NULL));
	}
}

static void
push_fail (PushFlow *self, GError *take_error)
{
	g_clear_error (&self->error);
	self->error = take_error;
	self->state = PUSH_FAIL;
}

static void
push_done (PushFlow *self, EasPingOutcome outcome)
{
	self->result->outcome = outcome;
	self->result->heartbeat = self->heartbeat;
	self->result->max_folders = self->max_folders;
	self->state = PUSH_DONE;
	keep_learned (self);
}

static void
push_wait (PushFlow *self, guint wait_ms, PushState after)
{
	self->wait_ms = wait_ms;
	self->after_wait = after;
	self->state = PUSH_WAIT;
}

static EasRequest *
build_ping (EasVersion version, const EasAccountData *data, gpointer user_data, GError **error)
{
	PushFlow *self = user_data;
	EasRequest *request;

	request = eas_request_new (&eas_cmd_ping,
				   eas_cmd_ping_build (self->heartbeat, self->folders));
	request->timeout = self->heartbeat + EAS_PING_GRACE;
	self->asked = self->heartbeat;

	return request;
}

/* --- Outcomes --- */

static gint64
elapsed (PushFlow *self, EasFlow *exchange)
{
	return self->flow.now - eas_flow_exchange_get_sent_at (exchange);
}

/* Longer intervals: fewer answers that say nothing. */
static void
grow (PushFlow *self)
{
	guint step = self->economical ? self->heartbeat : self->heartbeat / 4;
	guint grown;

	/* SOGo as it is installed waits for its ten seconds before it says that they are the most:
	 * whether that is still so is asked seldom. */
	if (is_servers_own (self->ceiling)) {
		if (self->expiries < PROBE_OWN_AFTER)
			return;
		self->ceiling = self->expiries = 0;
		self->heartbeat = LEAST_HEARTBEAT;
		return;
	}
	if (self->ceiling != 0 && self->heartbeat >= self->ceiling && self->expiries >= PROBE_AFTER)
		self->ceiling = MIN (self->ceiling + self->ceiling / 4, MOST_HEARTBEAT);
	grown = clamp_heartbeat (self->heartbeat + step, self->ceiling);
	if (grown > self->heartbeat) {
		self->expiries = 0;
		self->heartbeat = grown;
	}
}

static void
take_expired (PushFlow *self, gint64 took)
{
	/* A server that answers early has its own bound: growing would not help. */
	if (took + LEAST_HEARTBEAT / 2 >= self->asked &&
	    ++self->expiries >= (self->economical ? 1 : GROW_AFTER))
		grow (self);
	push_done (self, took < TOO_EARLY ? EAS_PING_EARLY : EAS_PING_EXPIRED);
}

static void
take_changes (PushFlow *self, EasPingResponse *response, gint64 took)
{
	if (response->changed == NULL || response->changed->len == 0) {
		push_done (self, took < TOO_EARLY ? EAS_PING_EARLY : EAS_PING_EXPIRED);
		return;
	}
	g_ptr_array_unref (self->result->changed);
	self->result->changed = g_steal_pointer (&response->changed);
	push_done (self, EAS_PING_CHANGED);
}

static void
take_status_error (PushFlow *self, guint status)
{
	GError *error = NULL;

	eas_status_set_error (&error, EAS_SCOPE_PING, status, eas_cmd_ping.name, 0);
	push_fail (self, error);
}

/* Once at once; a server that goes on haggling is asked slowly. */
static void
ask_again (PushFlow *self)
{
	if (self->limit_rounds > 1)
		push_wait (self, LIMIT_MS, PUSH_PING);
}

/* The nearest allowed interval: a ceiling when it is lower than ours, else a floor. */
static void
take_heartbeat_limit (PushFlow *self, guint interval)
{
	if (interval == 0 || interval == self->asked || ++self->limit_rounds > LIMIT_ROUNDS) {
		take_status_error (self, STATUS_HEARTBEAT);
		return;
	}
	if (interval < self->asked)
		self->ceiling = interval;
	self->heartbeat = interval;
	self->expiries = 0;
	ask_again (self);
	keep_learned (self);
}

static void
take_folder_limit (PushFlow *self, guint most)
{
	if (most == 0 || most >= self->folders->len) {
		take_status_error (self, STATUS_FOLDERS);
		return;
	}
	self->max_folders = most;
	push_done (self, EAS_PING_LIMITED);
}

static void
take_again (PushFlow *self, guint status)
{
	if (self->retries >= RETRIES) {
		take_status_error (self, status);
		return;
	}
	push_wait (self, RETRY_MS << self->retries++, PUSH_PING);
}

static void
take_answer (PushFlow *self, EasAnswer *answer, gint64 took)
{
	g_auto (EasPingResponse) response = { 0 };
	GError *error = NULL;

	if (!eas_cmd_ping_parse (answer->body, &response, &error)) {
		push_fail (self, error);
		return;
	}
	switch (response.status) {
	case STATUS_EXPIRED:
		take_expired (self, took);
		break;
	case STATUS_CHANGES:
		take_changes (self, &response, took);
		break;
	case STATUS_HEARTBEAT:
		take_heartbeat_limit (self, response.heartbeat_interval);
		break;
	case STATUS_FOLDERS:
		take_folder_limit (self, response.max_folders);
		break;
	case STATUS_HIERARCHY:
		push_done (self, EAS_PING_HIERARCHY);
		break;
	case STATUS_PARAMETERS:
	case STATUS_SERVER:
		take_again (self, response.status);
		break;
	default:
		take_status_error (self, response.status);
		break;
	}
}

/* A connection that was made, and ended in its silence. A time-out before the answer was due is one
 * of a server that cannot be reached. */
static gboolean
is_cut (PushFlow *self, const GError *error, gint64 took)
{
	guint status = eas_error_get_status (error);

	return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
	       g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT) ||
	       (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) && took >= self->asked) ||
	       g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_EOF) || status == 408 ||
	       status == 502 || status == 504;
}

static void
take_failure (PushFlow *self, GError *take_error, gint64 took)
{
	if (!is_cut (self, take_error, took) || took < TOO_EARLY) {
		push_fail (self, take_error);
		return;
	}
	g_error_free (take_error);
	if (self->heartbeat <= LEAST_HEARTBEAT) {
		push_done (self, EAS_PING_HOPELESS);
		return;
	}
	self->heartbeat =
		clamp_heartbeat (MIN (self->asked, (guint) MIN (took, MOST_HEARTBEAT)) / 2, 0);
	self->ceiling = self->heartbeat;
	self->expiries = 0;
	push_done (self, EAS_PING_CUT);
}

static void
push_finished (EasFlow *flow, EasFlow *child, EasStep *end)
{
	PushFlow *self = (PushFlow *) flow;
	gint64 took;

	if (self->saving) {
		self->saving = FALSE;
		return;
	}
	took = elapsed (self, child);
	if (end->kind == EAS_STEP_FAIL)
		take_failure (self, g_steal_pointer (&end->error), took);
	else
		take_answer (self, end->result, took);
}

/* --- The machine --- */

static void
push_enter (EasFlow *flow)
{
	PushFlow *self = (PushFlow *) flow;
	const EasAccountData *data = flow->data;
	EasHeartbeat known = { 0 };

	eas_account_data_get_heartbeat (data, self->network, &known);
	self->ceiling = known.ceiling;
	self->heartbeat = known.seconds != 0 ? known.seconds
					     : clamp_heartbeat (FIRST_HEARTBEAT, self->ceiling);
	self->expiries = known.expiries;
	self->max_folders = data->max_ping_folders;
	if (self->max_folders > 0 && self->folders->len > self->max_folders)
		push_done (self, EAS_PING_LIMITED);
}

static void
push_next (EasFlow *flow, EasStep *out_step)
{
	PushFlow *self = (PushFlow *) flow;
	EasFlow *exchange;

	switch (self->state) {
	case PUSH_PING:
		exchange = eas_flow_exchange_new (&eas_cmd_ping, build_ping, self, NULL);
		eas_flow_exchange_see_status (exchange);
		/* A cut Ping is a lesson; the next round repeats it. */
		eas_flow_exchange_set_safe_to_repeat (exchange, FALSE);
		eas_flow_start_child (flow, exchange);
		break;
	case PUSH_WAIT:
		eas_step_set_wait (out_step, self->wait_ms);
		break;
	case PUSH_DONE:
		eas_step_set_done (out_step, g_steal_pointer (&self->result),
				   (GDestroyNotify) eas_ping_result_free);
		break;
	case PUSH_FAIL:
		eas_step_set_fail (out_step, g_steal_pointer (&self->error));
		break;
	}
}

static void
push_take (EasFlow *flow, const EasReply *reply)
{
	PushFlow *self = (PushFlow *) flow;

	self->state = self->after_wait;
}

static void
push_free (EasFlow *flow)
{
	PushFlow *self = (PushFlow *) flow;

	g_ptr_array_unref (self->folders);
	g_free (self->network);
	g_clear_pointer (&self->result, eas_ping_result_free);
	g_clear_error (&self->error);
}

static const EasFlowClass push_class = { "push", push_next, push_take, push_finished, push_free };

EasFlow *
eas_flow_push_new (GPtrArray *take_folders)
{
	PushFlow *self;

	g_return_val_if_fail (take_folders != NULL && take_folders->len > 0, NULL);

	self = eas_flow_alloc (&push_class, sizeof (PushFlow));
	self->flow.enter = push_enter;
	self->folders = take_folders;
	self->result = g_new0 (EasPingResult, 1);
	self->result->changed = g_ptr_array_new_with_free_func (g_free);
	eas_flow_add_lane (&self->flow, "push");

	return &self->flow;
}

void
eas_flow_push_set_network (EasFlow *flow, const char *network, gboolean economical)
{
	PushFlow *self = (PushFlow *) flow;

	g_return_if_fail (flow != NULL && flow->klass == &push_class);

	g_free (self->network);
	self->network = g_strdup (network);
	self->economical = economical;
}
