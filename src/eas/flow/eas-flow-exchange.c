/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One command through OPTIONS, provisioning, redirects, throttling and repeats.
 * The whole rule set, by where it is kept:
 *
 * eas-flow-round.c (HTTP alone)
 *	200 / 400, 449, 501, 505   handed up
 *	401  AUTHENTICATION (the driver has tried fresh credentials already)
 *	403, 456  ACCESS, remembered for account status
 *	451 + X-MS-Location, 3xx   new address, stored, same command, at most 3; itself: anchor
 *cookie and back-off; plain http or a foreign host: REDIRECT_CONSENT 429, 503   stored in the
 *shared state; waited for within the patience, else THROTTLED 500, 502, 504   a few growing repeats
 *if safe; connection lost: one repeat if safe eas-flow-prepare.c, eas-flow-provision.c (under LOCK,
 *compare then act) version unknown or a day old -> OPTIONS; never provisioned -> Provision here
 *	BEGIN    throttled          -> WAIT within the patience, else FAIL
 *	         something missing  -> prepare
 *	         else               -> command
 *	200      not WBXML          -> NOT_SUPPORTED, in plain words; empty where it may not be ->
 *PROTOCOL body status        -> by the table of eas-status.c: success                 DONE 141-145,
 *HTTP 449       the shared key is newer than the one sent: again; else prepare (Provision), again;
 *a second time: POLICY, and no handshake for HOLD seconds 140                     prepare (wipe) ->
 *WIPED 138, HTTP 501/505/400   prepare (OPTIONS), again if the version changed; once 111 as HTTP
 *503 without a time 114, 133, 135, 152 ...  a few growing repeats if safe 132, 134, 136 the
 *hierarchy starts at key 0; FAIL, KEY 126-131 ...             ACCESS, remembered others FAIL
 *
 * Sources: [MS-ASHTTP] 2.2.2.1.1 Status Line; [MS-ASCMD] 2.2.2 Common Status Codes;
 * user-needs pitfalls 41 to 49.
 */

#include <glib/gi18n-lib.h>

#include "eas-flow-prepare.h"
#include "eas-flow-round.h"
#include "eas-flow-save.h"

#include "eas-flow.h"

#define HOLD_SECONDS                  300
#define REPEATS                       2
#define REPEAT_MS                     2000
#define BACK_OFF_FIRST                5
#define BACK_OFF_MOST                 900
#define COMMON_STATUSES               101
#define STATUS_BLOCKED_OR_QUARANTINED 129

typedef enum {
	EXCHANGE_BEGIN,
	EXCHANGE_COMMAND,
	EXCHANGE_WAIT,
	EXCHANGE_DONE,
	EXCHANGE_FAIL
} ExchangeState;

typedef enum { CHILD_PREPARE, CHILD_ROUND, CHILD_SAVE } ExchangeChild;

typedef struct {
	EasFlow flow;
	ExchangeState state;
	ExchangeChild child;
	const EasCommand *command;
	EasFlowBuild build;
	gpointer user_data;
	GDestroyNotify free_user_data;
	gboolean see_status;
	gboolean safe_to_repeat;

	EasPrepare why;
	guint wait_ms;
	guint waited; /* seconds */
	guint repeats;
	guint challenges; /* handshakes demanded */
	gboolean renegotiated;
	gboolean wipe_asked;
	EasVersion sent_version;
	guint32 sent_key;
	gint64 sent_at;
	EasAccess access; /* to be saved */
	EasAnswer *answer;
	GError *error;
} ExchangeFlow;

static void
exchange_fail (ExchangeFlow *self, GError *take_error)
{
	g_clear_error (&self->error);
	self->error = take_error;
	self->state = EXCHANGE_FAIL;
}

static void
fail_by_status (ExchangeFlow *self, EasScope scope, guint status)
{
	GError *error = NULL;

	eas_status_set_error (&error, scope, status, self->command->name, 0);
	exchange_fail (self, error);
}

/* --- Changes to the shared values --- */

static void
apply_access (EasAccountData *data, gpointer user_data)
{
	ExchangeFlow *self = user_data;

	data->access = self->access;
	g_free (data->last_error);
	data->last_error = self->error != NULL ? g_strdup (self->error->message) : NULL;
}

/* Discovery ends when folders appear, not before. */
static void
apply_success (EasAccountData *data, gpointer user_data)
{
	data->throttle_delay = 0;
	if (data->access == EAS_ACCESS_DISCOVERY)
		return;
	data->access = EAS_ACCESS_ALLOWED;
	g_clear_pointer (&data->last_error, g_free);
}

static void
apply_hold (EasAccountData *data, gpointer user_data)
{
	ExchangeFlow *self = user_data;

	data->provision_hold = self->flow.now + HOLD_SECONDS;
	apply_access (data, user_data);
}

static void
apply_reset_hierarchy (EasAccountData *data, gpointer user_data)
{
	g_free (data->hierarchy_key);
	data->hierarchy_key = g_strdup ("0");
}

static void
apply_back_off (EasAccountData *data, gpointer user_data)
{
	ExchangeFlow *self = user_data;

	data->throttle_delay = CLAMP (data->throttle_delay * 2, BACK_OFF_FIRST, BACK_OFF_MOST);
	data->throttle_until = MAX (data->throttle_until, self->flow.now + data->throttle_delay);
}

static void
save (ExchangeFlow *self, EasFlowApply apply)
{
	self->child = CHILD_SAVE;
	eas_flow_start_child (&self->flow, eas_flow_save_new (apply, self, NULL));
}

/* --- What the server asks for instead of answering --- */

/* Pitfall 41: a server that keeps asking gets one handshake, not a loop of them. */
static void
take_challenge (ExchangeFlow *self, EasScope scope, guint status)
{
	EasAccountData *data = self->flow.data;
	gboolean newer = data->provisioned && data->policy_key != self->sent_key;

	self->challenges++;
	if (self->challenges == 1 && newer) {
		self->state = EXCHANGE_BEGIN;
	} else if (self->challenges <= 2 && data->provision_hold <= self->flow.now &&
		   (self->why & EAS_PREPARE_PROVISION) == 0) {
		self->why |= EAS_PREPARE_PROVISION;
		self->state = EXCHANGE_BEGIN;
	} else {
		fail_by_status (self, scope, status);
		self->access = data->access;
		if (data->provision_hold <= self->flow.now)
			save (self, apply_hold);
	}
}

static void
take_renegotiate (ExchangeFlow *self, EasScope scope, guint status)
{
	gboolean version_refused = status == 505 || scope != EAS_SCOPE_HTTP;

	fail_by_status (self, scope, status); /* unless something else comes of it */
	if (self->renegotiated)
		return;
	self->renegotiated = TRUE;
	self->why |= version_refused ? EAS_PREPARE_OTHER_VERSION : EAS_PREPARE_RENEGOTIATE;
	self->state = EXCHANGE_BEGIN;
}

static void
take_wipe (ExchangeFlow *self, guint status)
{
	if (self->wipe_asked) {
		fail_by_status (self, self->command->scope, status);
		return;
	}
	self->wipe_asked = TRUE;
	self->why |= EAS_PREPARE_WIPE;
	self->state = EXCHANGE_BEGIN;
}

static void
take_repeat (ExchangeFlow *self, guint status)
{
	if (!self->safe_to_repeat || self->repeats >= REPEATS) {
		fail_by_status (self, self->command->scope, status);
		return;
	}
	self->wait_ms = REPEAT_MS << self->repeats++;
	self->state = EXCHANGE_WAIT;
}

/* Nothing was done for us: to ask again is always safe, but not before the time. */
static void
take_back_off (ExchangeFlow *self)
{
	self->state = EXCHANGE_BEGIN;
	save (self, apply_back_off);
}

static void
take_refusal (ExchangeFlow *self, const EasStatusInfo *info, guint status)
{
	fail_by_status (self, self->command->scope, status);
	if (info->then == EAS_THEN_RESET_KEY && status >= COMMON_STATUSES) {
		save (self, apply_reset_hierarchy);
	} else if (info->code == EAS_ERROR_ACCESS && status >= COMMON_STATUSES) {
		self->access = status == STATUS_BLOCKED_OR_QUARANTINED ? EAS_ACCESS_QUARANTINED
								       : EAS_ACCESS_BLOCKED;
		save (self, apply_access);
	}
}

/* --- An answer --- */

static void
take_success (ExchangeFlow *self, const EasHttpResponse *http, guint status, gboolean repeated)
{
	const char *type = eas_http_response_get_header (http, "Content-Type");
	EasAccountData *data = self->flow.data;
	EasAccess access = data->access;

	self->answer = g_new0 (EasAnswer, 1);
	self->answer->body = g_bytes_ref (http->body);
	self->answer->multipart =
		type != NULL &&
		g_ascii_strncasecmp (type, EAS_HTTP_MULTIPART, strlen (EAS_HTTP_MULTIPART)) == 0;
	self->answer->status = status == 0 ? 1 : status;
	self->answer->version = self->sent_version;
	self->answer->repeated = repeated;
	self->state = EXCHANGE_DONE;

	/* A block that was lifted, a complaint that no longer holds: told to all. */
	if (access == EAS_ACCESS_BLOCKED || access == EAS_ACCESS_QUARANTINED ||
	    data->throttle_delay != 0 ||
	    (data->last_error != NULL && access != EAS_ACCESS_DISCOVERY))
		save (self, apply_success);
	else if (access == EAS_ACCESS_UNKNOWN)
		data->access = EAS_ACCESS_ALLOWED;
}

static void
take_status (ExchangeFlow *self, const EasHttpResponse *http, guint status, gboolean repeated)
{
	const EasStatusInfo *info = eas_status_lookup (self->command->scope, status);

	if (status == 0 || info->success || (self->see_status && status < COMMON_STATUSES)) {
		take_success (self, http, status, repeated);
		return;
	}
	switch (info->then) {
	case EAS_THEN_PROVISION:
		take_challenge (self, self->command->scope, status);
		break;
	case EAS_THEN_WIPE:
		take_wipe (self, status);
		break;
	case EAS_THEN_RENEGOTIATE:
		take_renegotiate (self, self->command->scope, status);
		break;
	case EAS_THEN_BACK_OFF:
		take_back_off (self);
		break;
	case EAS_THEN_REPEAT:
		take_repeat (self, status);
		break;
	default:
		take_refusal (self, info, status);
		break;
	}
}

static void
round_finished (ExchangeFlow *self, EasFlow *round, EasStep *end)
{
	const EasHttpResponse *http = end->result;
	GError *error = NULL;
	guint status = 0;

	self->sent_at = eas_flow_round_get_sent_at (round);
	if (end->kind == EAS_STEP_FAIL) {
		exchange_fail (self, g_steal_pointer (&end->error));
		return;
	}
	if (http->status != 200) {
		if (eas_status_lookup (EAS_SCOPE_HTTP, http->status)->then == EAS_THEN_PROVISION)
			take_challenge (self, EAS_SCOPE_HTTP, http->status);
		else
			take_renegotiate (self, EAS_SCOPE_HTTP, http->status);
		return;
	}
	if (eas_flow_round_peek (self->command, http, &status, &error))
		take_status (self, http, status, eas_flow_round_was_repeated (round));
	else
		exchange_fail (self, error);
}

static void
prepare_finished (ExchangeFlow *self, EasStep *end)
{
	const EasAccountData *data = self->flow.data;
	EasPrepare why = self->why;

	/* Throttled under the lock: the wait happens outside of it, then the same again. */
	if (end->kind == EAS_STEP_FAIL &&
	    g_error_matches (end->error, EAS_ERROR, EAS_ERROR_THROTTLED) &&
	    !self->flow.holds_lock && data->throttle_until > self->flow.now) {
		self->state = EXCHANGE_BEGIN;
		return;
	}
	self->why &= EAS_PREPARE_PROVISION; /* marks that the one handshake is spent */
	if (end->kind == EAS_STEP_FAIL) {
		exchange_fail (self, g_steal_pointer (&end->error));
	} else if ((why & (EAS_PREPARE_RENEGOTIATE | EAS_PREPARE_OTHER_VERSION)) != 0 &&
		   data->version == self->sent_version) {
		/* The server still wants what we sent: its first answer stands. */
		self->state = EXCHANGE_FAIL;
	} else {
		g_clear_error (&self->error);
		self->state = EXCHANGE_COMMAND;
	}
}

static void
exchange_finished (EasFlow *flow, EasFlow *child, EasStep *end)
{
	ExchangeFlow *self = (ExchangeFlow *) flow;

	if (self->child == CHILD_ROUND)
		round_finished (self, child, end);
	else if (self->child == CHILD_PREPARE)
		prepare_finished (self, end);
}

/* --- The machine --- */

static gboolean
check_offered (const ExchangeFlow *self, const EasAccountData *data, GError **error)
{
	EasVersionRange range = { self->command->since, self->command->until };

	if (eas_version_in (data->version, range) &&
	    eas_account_data_offers (data, self->command->name))
		return TRUE;
	eas_set_error (error, EAS_ERROR_NOT_SUPPORTED, self->command->name, 0, 0,
		       _ ("The server does not offer this."));

	return FALSE;
}

static EasHttpRequest *
build_command (const EasAccountData *data, gpointer user_data, GError **error)
{
	ExchangeFlow *self = user_data;
	g_autoptr (EasRequest) request = NULL;

	if (!check_offered (self, data, error))
		return NULL;
	request = self->build (data->version, data, self->user_data, error);
	if (request == NULL)
		return NULL;
	self->sent_version = data->version;
	self->sent_key = data->policy_key;

	return eas_http_build_command (data, request);
}

static void
begin (ExchangeFlow *self)
{
	const EasAccountData *data = self->flow.data;
	gboolean asked =
		(self->why & ~EAS_PREPARE_PROVISION) != 0 ||
		((self->why & EAS_PREPARE_PROVISION) != 0 && data->policy_key == self->sent_key);
	GError *error = NULL;

	self->wait_ms =
		eas_flow_round_pause (&self->flow, self->command->name, &self->waited, &error);
	if (error != NULL) {
		exchange_fail (self, error);
	} else if (self->wait_ms > 0) {
		self->state = EXCHANGE_WAIT;
	} else if (asked || eas_flow_prepare_is_due (data, self->flow.now)) {
		self->child = CHILD_PREPARE;
		eas_flow_start_child (
			&self->flow,
			eas_flow_prepare_new (self->why, self->sent_version, self->sent_key));
	} else {
		self->state = EXCHANGE_COMMAND;
	}
}

static void
exchange_next (EasFlow *flow, EasStep *out_step)
{
	ExchangeFlow *self = (ExchangeFlow *) flow;

	if (self->state == EXCHANGE_BEGIN)
		begin (self);
	if (flow->child != NULL)
		return;

	switch (self->state) {
	case EXCHANGE_BEGIN:
		g_assert_not_reached ();
	case EXCHANGE_COMMAND:
		self->child = CHILD_ROUND;
		eas_flow_start_child (flow,
				      eas_flow_round_new (self->command->name, self->safe_to_repeat,
							  build_command, self));
		flow->child->patience -= MIN (self->waited, flow->child->patience);
		break;
	case EXCHANGE_WAIT:
		eas_step_set_wait (out_step, self->wait_ms);
		break;
	case EXCHANGE_DONE:
		eas_step_set_done (out_step, g_steal_pointer (&self->answer),
				   (GDestroyNotify) eas_answer_free);
		break;
	case EXCHANGE_FAIL:
		eas_step_set_fail (out_step, g_steal_pointer (&self->error));
		break;
	}
}

static void
exchange_take (EasFlow *flow, const EasReply *reply)
{
	((ExchangeFlow *) flow)->state = EXCHANGE_BEGIN;
}

static void
exchange_free (EasFlow *flow)
{
	ExchangeFlow *self = (ExchangeFlow *) flow;

	if (self->free_user_data != NULL)
		self->free_user_data (self->user_data);
	g_clear_pointer (&self->answer, eas_answer_free);
	g_clear_error (&self->error);
}

static const EasFlowClass exchange_class = { "exchange", exchange_next, exchange_take,
					     exchange_finished, exchange_free };

/**
 * eas_flow_exchange_new:
 * @command: what is sent
 * @build: makes the request for the version in force; may be called several times
 * @take_user_data: (transfer full): for @build
 *
 * Any command that needs nothing but an answer is this flow: GetItemEstimate,
 * MoveItems, ItemOperations, Settings. Others embed it.
 */
EasFlow *
eas_flow_exchange_new (const EasCommand *command,
		       EasFlowBuild build,
		       gpointer take_user_data,
		       GDestroyNotify free_user_data)
{
	ExchangeFlow *self = eas_flow_alloc (&exchange_class, sizeof (ExchangeFlow));

	self->command = command;
	self->build = build;
	self->user_data = take_user_data;
	self->free_user_data = free_user_data;
	self->safe_to_repeat = command->safe_to_repeat;

	return &self->flow;
}

void
eas_flow_exchange_see_status (EasFlow *exchange)
{
	((ExchangeFlow *) exchange)->see_status = TRUE;
}

void
eas_flow_exchange_set_safe_to_repeat (EasFlow *exchange, gboolean safe)
{
	((ExchangeFlow *) exchange)->safe_to_repeat = safe;
}

gint64
eas_flow_exchange_get_sent_at (EasFlow *exchange)
{
	return ((ExchangeFlow *) exchange)->sent_at;
}
