/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One request under the rules of HTTP. Source: [MS-ASHTTP] 2.2.2.1.1 Status Line,
 * 2.2.2.1.2 Response Headers; user-needs pitfalls 43 to 46.
 *
 *	BEGIN   wiped -> FAIL; throttled -> WAIT within the patience, else FAIL; else SEND
 *	SEND    connection lost      -> once more if safe to repeat, else FAIL
 *	        new cookies, X-MS-RP, X-MS-Credentials-Expire -> save, then as the status says
 *	        451, 3xx             -> another place: save the address, SEND (at most
 *MAX_REDIRECTS); itself: save the anchor cookie, WAIT longer each time, SEND; a foreign host: FAIL,
 *the person is asked 429, 503             -> save the time until which nobody may ask, BEGIN 500,
 *502, 504        -> WAIT longer each time, SEND, as often as allowed and if safe 403 -> save the
 *refusal, FAIL 200, 400, 449, 501, 505 -> DONE, the layer above decides all others           ->
 *FAIL by the table (what a status asks for is a column of the table in eas-status.c) A save is a
 *child; the state it leaves behind goes on afterwards.
 */

#include <string.h>

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "eas-flow-save.h"
#include "eas-multipart.h"

#include "eas-flow-round.h"

#define HTTP_PASSWORD_EXPIRED 457
#define MAX_REDIRECTS         3
#define RETRY_MS              1000 /* doubled with each */
#define SELF_REDIRECT_MS      2000
#define FIRST_DELAY_SECONDS   5 /* of a throttling server that does not say for how long */
#define MAX_DELAY_SECONDS     900

typedef enum { ROUND_BEGIN, ROUND_SEND, ROUND_WAIT, ROUND_DONE, ROUND_FAIL } RoundState;

typedef struct {
	EasFlow flow;
	RoundState state;
	const char *command;
	gboolean safe_to_repeat;
	EasRoundBuild build;
	gpointer user_data;

	RoundState after_wait;
	guint wait_ms;
	guint waited;  /* seconds */
	guint retries; /* left */
	guint retried;
	guint redirects;
	gboolean repeated;
	gint64 sent_at;
	char *sent_url;
	char *sent_hierarchy_key;
	EasHttpResponse *response;
	GError *error;

	/* What a save writes, beside what the answer's headers say. */
	EasFlowApply apply;
	char *new_url;
	gint64 throttle_until;
	guint throttle_delay;
} RoundFlow;

static void
round_fail (RoundFlow *self, GError *take_error)
{
	g_clear_error (&self->error);
	self->error = take_error;
	self->state = ROUND_FAIL;
}

static void
round_wait (RoundFlow *self, guint wait_ms, RoundState after)
{
	self->wait_ms = wait_ms;
	self->after_wait = after;
	self->state = ROUND_WAIT;
}

static void
fail_by_table (RoundFlow *self, guint retry_after)
{
	GError *error = NULL;

	eas_status_set_error (&error, EAS_SCOPE_HTTP, self->response->status, self->command,
			      retry_after);
	round_fail (self, error);
}

/* --- Changes to the shared values --- */

static EasHttpResponse *
copy_response (const EasHttpResponse *response)
{
	EasHttpResponse *copy = eas_http_response_new (response->status);

	for (guint ii = 0; ii + 1 < response->headers->len; ii += 2) {
		eas_http_response_add_header (copy, g_ptr_array_index (response->headers, ii),
					      g_ptr_array_index (response->headers, ii + 1));
	}
	g_bytes_unref (copy->body);
	copy->body = g_bytes_ref (response->body);

	return copy;
}

static void
apply_url (EasAccountData *data, gpointer user_data)
{
	RoundFlow *self = user_data;

	g_free (data->url);
	data->url = g_strdup (self->new_url);
	/* Cookies belong to the host that set them. */
	g_clear_pointer (&data->cookies, g_free);
	g_clear_pointer (&data->anchor_mailbox, g_free);
}

static void
apply_anchor (EasAccountData *data, gpointer user_data)
{
	const char *anchor = data->address != NULL ? data->address : data->user;

	g_free (data->anchor_mailbox);
	data->anchor_mailbox = g_strdup (anchor);
}

static void
apply_throttle (EasAccountData *data, gpointer user_data)
{
	RoundFlow *self = user_data;

	data->throttle_until = MAX (data->throttle_until, self->throttle_until);
	data->throttle_delay = self->throttle_delay;
}

static void
apply_blocked (EasAccountData *data, gpointer user_data)
{
	RoundFlow *self = user_data;

	data->access = EAS_ACCESS_BLOCKED;
	g_free (data->last_error);
	data->last_error = g_strdup (self->error->message);
}

/* The values may have been read anew since: somebody else may have begun again already. */
static void
apply_answer (EasAccountData *data, gpointer user_data)
{
	RoundFlow *self = user_data;

	if (g_strcmp0 (data->hierarchy_key, self->sent_hierarchy_key) == 0)
		eas_http_take_headers (data, self->response, self->flow.now);
	if (self->apply != NULL)
		self->apply (data, user_data);
}

/* @apply: what the status asks for; NULL nothing */
static void
save (RoundFlow *self, EasFlowApply apply)
{
	self->apply = apply;
	eas_flow_start_child (&self->flow, eas_flow_save_new (apply_answer, self, NULL));
}

/* --- Judging an answer --- */

/* Address of a redirect without the query, which is made anew; NULL: none given. */
static char *
dup_location (const EasHttpResponse *response, const char *sent_url)
{
	const char *name = response->status == 451 ? "X-MS-Location" : "Location";
	const char *value = eas_http_response_get_header (response, name);
	g_autofree char *location = NULL;

	if (value == NULL || *value == '\0')
		return NULL;
	location = g_uri_resolve_relative (sent_url, value, G_URI_FLAGS_NONE, NULL);
	if (location != NULL)
		location[strcspn (location, "?#")] = '\0';

	return g_steal_pointer (&location);
}

static void
take_self_redirect (RoundFlow *self)
{
	round_wait (self, SELF_REDIRECT_MS << (self->redirects - 1), ROUND_SEND);
	if (self->flow.data->anchor_mailbox == NULL)
		save (self, apply_anchor);
}

/* The person's word counts for a host, but never for a way down to plain http. */
static gboolean
is_trusted (const RoundFlow *self, const char *location, const char *host)
{
	g_auto (GStrv) hosts = NULL;

	if (self->flow.data->trusted_hosts == NULL ||
	    (g_str_has_prefix (self->sent_url, "https:") && !g_str_has_prefix (location, "https:")))
		return FALSE;
	hosts = g_strsplit (self->flow.data->trusted_hosts, ",", -1);
	for (guint i = 0; hosts[i] != NULL; i++) {
		if (g_ascii_strcasecmp (g_strstrip (hosts[i]), host) == 0)
			return TRUE;
	}

	return FALSE;
}

static void
take_redirect (RoundFlow *self)
{
	guint status = self->response->status;
	g_autofree char *location = dup_location (self->response, self->sent_url);
	g_autoptr (GUri) uri =
		location != NULL ? g_uri_parse (location, G_URI_FLAGS_NONE, NULL) : NULL;
	const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

	if (++self->redirects > MAX_REDIRECTS) {
		round_fail (
			self,
			eas_error_new (
				EAS_ERROR_UNAVAILABLE, self->command, status, 0,
				_ ("The server sends us from one address to another without end")));
	} else if (host == NULL) {
		round_fail (
			self,
			eas_error_new (
				EAS_ERROR_UNAVAILABLE, self->command, status, 0,
				_ ("The mailbox has moved, but the server does not say where to")));
	} else if (g_ascii_strcasecmp (location, self->sent_url) == 0) {
		take_self_redirect (self);
	} else if (!eas_http_may_follow (self->sent_url, location) &&
		   !is_trusted (self, location, host)) {
		round_fail (self,
			    eas_error_new (EAS_ERROR_REDIRECT_CONSENT, self->command, status, 0,
					   _ ("The mailbox has moved to “%s”, which may not see "
					      "your password without your consent"),
					   location));
	} else {
		g_free (self->new_url);
		self->new_url = g_steal_pointer (&location);
		self->state = ROUND_SEND;
		save (self, apply_url);
	}
}

/*
 * A server that names no time gets a delay of ours that grows over requests,
 * processes and restarts until one succeeds.
 */
static void
take_throttle (RoundFlow *self)
{
	EasAccountData *data = self->flow.data;
	guint delay = eas_http_retry_after (self->response, self->flow.now);

	self->throttle_delay = data->throttle_delay;
	if (delay == 0) {
		delay = CLAMP (data->throttle_delay * 2, FIRST_DELAY_SECONDS, MAX_DELAY_SECONDS);
		self->throttle_delay = delay;
	}
	self->throttle_until = self->flow.now + delay;
	self->state = ROUND_BEGIN;
	save (self, apply_throttle);
}

static void
take_server_error (RoundFlow *self)
{
	if (self->retries == 0 || !self->safe_to_repeat) {
		fail_by_table (self, 0);
		return;
	}
	self->retries--;
	round_wait (self, RETRY_MS << self->retried++, ROUND_SEND);
}

static void
take_refusal (RoundFlow *self, const EasStatusInfo *info)
{
	const char *page = eas_http_password_url (self->response);

	if (self->response->status == HTTP_PASSWORD_EXPIRED && page != NULL)
		round_fail (self,
			    eas_error_new (EAS_ERROR_AUTHENTICATION, self->command,
					   self->response->status, 0,
					   _ ("Your password has expired; change it at %s"), page));
	else
		fail_by_table (self, 0);
	if (info->code == EAS_ERROR_ACCESS)
		save (self, apply_blocked);
}

static void
take_status (RoundFlow *self)
{
	const EasStatusInfo *info = eas_status_lookup (EAS_SCOPE_HTTP, self->response->status);

	switch (info->then) {
	case EAS_THEN_PROVISION:
	case EAS_THEN_RENEGOTIATE:
		self->state = ROUND_DONE;
		break;
	case EAS_THEN_REDIRECT:
		take_redirect (self);
		break;
	case EAS_THEN_BACK_OFF:
		take_throttle (self);
		break;
	case EAS_THEN_REPEAT:
		take_server_error (self);
		break;
	default:
		if (info->success)
			self->state = ROUND_DONE;
		else
			take_refusal (self, info);
		break;
	}
}

/* The connection ended before the answer did; whether the server acted is unknown. */
static gboolean
is_lost (const GError *error)
{
	return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
	       g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT) ||
	       g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_EOF);
}

static void
take_answer (RoundFlow *self, const EasReply *reply)
{
	if (reply->error != NULL && is_lost (reply->error) && self->safe_to_repeat &&
	    !self->repeated) {
		self->repeated = TRUE;
		return;
	}
	if (reply->error != NULL) {
		round_fail (self, g_error_copy (reply->error));
		return;
	}

	g_clear_pointer (&self->response, eas_http_response_free);
	self->response = copy_response (reply->response);
	take_status (self);
	/* What a redirect or a refusal brings along goes with its own save. */
	if (self->flow.child == NULL &&
	    eas_http_take_headers (self->flow.data, self->response, self->flow.now))
		save (self, NULL);
}

/* --- The machine --- */

guint
eas_flow_round_pause (EasFlow *flow, const char *command, guint *inout_waited, GError **error)
{
	const EasAccountData *data = flow->data;
	gint64 remaining = data->throttle_until - flow->now;
	/* Nobody else gets in while the lock is held: the wait is for the flow that took it. */
	guint patience = flow->holds_lock ? 0 : flow->patience;

	if (data->wiped) {
		eas_set_error (
			error, EAS_ERROR_WIPED, command, 0, 0,
			_ ("This account was removed from this computer by the administrator"));
		return 0;
	}
	if (remaining <= 0)
		return 0;
	if (*inout_waited + remaining > patience) {
		eas_set_error (error, EAS_ERROR_THROTTLED, command, 0, remaining,
			       _ ("The server is busy and asks us to wait"));
		return 0;
	}
	*inout_waited += remaining;

	return remaining * 1000;
}

/* FALSE: may not ask now; the state says what instead. */
static gboolean
may_begin (RoundFlow *self)
{
	GError *error = NULL;
	guint wait_ms = eas_flow_round_pause (&self->flow, self->command, &self->waited, &error);

	if (error != NULL)
		round_fail (self, error);
	else if (wait_ms > 0)
		round_wait (self, wait_ms, ROUND_BEGIN);

	return error == NULL && wait_ms == 0;
}

static void
round_send (RoundFlow *self, EasStep *out_step)
{
	const EasAccountData *data = self->flow.data;
	GError *error = NULL;

	g_free (self->sent_url);
	self->sent_url = g_strdup (eas_account_data_url (data));
	g_free (self->sent_hierarchy_key);
	self->sent_hierarchy_key = g_strdup (data->hierarchy_key);
	self->sent_at = self->flow.now;
	out_step->http = self->build (data, self->user_data, &error);
	if (out_step->http == NULL) {
		self->state = ROUND_FAIL;
		eas_step_set_fail (out_step, error);
		return;
	}
	out_step->kind = EAS_STEP_SEND;
}

static void
round_next (EasFlow *flow, EasStep *out_step)
{
	RoundFlow *self = (RoundFlow *) flow;

	if (self->state == ROUND_BEGIN && may_begin (self))
		self->state = ROUND_SEND;

	switch (self->state) {
	case ROUND_BEGIN:
		g_assert_not_reached ();
	case ROUND_SEND:
		round_send (self, out_step);
		break;
	case ROUND_WAIT:
		eas_step_set_wait (out_step, self->wait_ms);
		break;
	case ROUND_DONE:
		eas_step_set_done (out_step, g_steal_pointer (&self->response),
				   (GDestroyNotify) eas_http_response_free);
		break;
	case ROUND_FAIL:
		eas_step_set_fail (out_step, g_steal_pointer (&self->error));
		break;
	}
}

static void
round_take (EasFlow *flow, const EasReply *reply)
{
	RoundFlow *self = (RoundFlow *) flow;

	if (self->state == ROUND_WAIT)
		self->state = self->after_wait;
	else
		take_answer (self, reply);
}

/* A save has ended; the state already says what follows. */
static void
round_finished (EasFlow *flow, EasFlow *child, EasStep *end)
{
}

static void
round_free (EasFlow *flow)
{
	RoundFlow *self = (RoundFlow *) flow;

	g_free (self->sent_url);
	g_free (self->sent_hierarchy_key);
	g_free (self->new_url);
	g_clear_pointer (&self->response, eas_http_response_free);
	g_clear_error (&self->error);
}

static const EasFlowClass round_class = { "round", round_next, round_take, round_finished,
					  round_free };

EasFlow *
eas_flow_round_new (const char *command,
		    gboolean safe_to_repeat,
		    EasRoundBuild build,
		    gpointer user_data)
{
	RoundFlow *self = eas_flow_alloc (&round_class, sizeof (RoundFlow));

	self->command = g_intern_string (command);
	self->safe_to_repeat = safe_to_repeat;
	self->build = build;
	self->user_data = user_data;
	self->retries = 2;

	return &self->flow;
}

void
eas_flow_round_set_retries (EasFlow *round, guint retries)
{
	((RoundFlow *) round)->retries = retries;
}

gboolean
eas_flow_round_was_repeated (EasFlow *round)
{
	return ((RoundFlow *) round)->repeated;
}

gint64
eas_flow_round_get_sent_at (EasFlow *round)
{
	return ((RoundFlow *) round)->sent_at;
}

/* A page of a log-in form or a portal under the address of a mailbox. */
static gboolean
refuse_page (const EasCommand *command, const EasHttpResponse *response, GError **error)
{
	eas_set_error (error, EAS_ERROR_NOT_SUPPORTED, command->name, response->status, 0,
		       _ ("A web page came instead of an answer: the address does not lead to an "
			  "Exchange ActiveSync server, or a log-in page stands before it"));

	return FALSE;
}

gboolean
eas_flow_round_peek (const EasCommand *command,
		     const EasHttpResponse *response,
		     guint *out_status,
		     GError **error)
{
	const char *type = eas_http_response_get_header (response, "Content-Type");
	g_autoptr (GPtrArray) parts = NULL;
	GBytes *document = response->body;

	if (g_bytes_get_size (response->body) == 0) {
		*out_status = 0;
		if (!command->empty_ok)
			eas_set_error (error, EAS_ERROR_PROTOCOL, command->name, response->status,
				       0, _ ("The server sent an empty answer"));
		return command->empty_ok;
	}
	if (!eas_http_is_wbxml (response))
		return refuse_page (command, response, error);
	if (type != NULL &&
	    g_ascii_strncasecmp (type, EAS_HTTP_MULTIPART, strlen (EAS_HTTP_MULTIPART)) == 0) {
		parts = eas_multipart_split (response->body, error);
		if (parts == NULL)
			return FALSE;
		document = g_ptr_array_index (parts, 0);
	}

	return eas_command_peek_status (command, document, out_status, error);
}
