/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Version and policy, once for all processes. Source: [MS-ASHTTP] HTTP OPTIONS
 * Command; user-needs pitfalls 41, 47, 48.
 *
 *	LOCK       values read anew -> compare, then act
 *	OPTIONS    when the version is unknown, doubted, or a day old; a stored version
 *	           stays while it is offered, unless it was the one refused
 *	PROVISION  when the device was never introduced, even if nobody asked; or when
 *	           asked and the shared key is still the one that was refused
 *	UNLOCK     what was learned is committed, also on failure -> DONE or FAIL
 */

#include <glib/gi18n-lib.h>

#include "eas-cmd-options.h"
#include "eas-flow-provision.h"
#include "eas-flow-round.h"

#include "eas-flow-prepare.h"

#define OPTIONS_LIFETIME (24 * 60 * 60)

typedef enum {
	PREPARE_LOCK,
	PREPARE_OPTIONS,
	PREPARE_PROVISION,
	PREPARE_UNLOCK,
	PREPARE_END
} PrepareState;

typedef struct {
	EasFlow flow;
	PrepareState state;
	EasPrepare why;
	EasVersion version;
	guint32 policy_key;
	GError *error;
} PrepareFlow;

static gboolean
options_are_old (const EasAccountData *data, gint64 now)
{
	return data->options_time != 0 &&
	       (now > data->options_time + OPTIONS_LIFETIME || now < data->options_time);
}

gboolean
eas_flow_prepare_is_due (const EasAccountData *data, gint64 now)
{
	return data->version == EAS_VERSION_NONE || !data->provisioned ||
	       options_are_old (data, now);
}

/* --- OPTIONS --- */

static gboolean
wants_options (const PrepareFlow *self)
{
	const EasAccountData *data = self->flow.data;

	if (data->forced_version != EAS_VERSION_NONE)
		return FALSE;
	if (data->version == EAS_VERSION_NONE || options_are_old (data, self->flow.now))
		return TRUE;

	/* Another process may have asked since. */
	return (self->why & (EAS_PREPARE_RENEGOTIATE | EAS_PREPARE_OTHER_VERSION)) != 0 &&
	       data->version == self->version;
}

static EasHttpRequest *
build_options (const EasAccountData *data, gpointer user_data, GError **error)
{
	return eas_http_build_options (data);
}

/* The version to use from now on; NONE: none that was not refused. */
static EasVersion
choose_version (const PrepareFlow *self, const EasOptionsResponse *offered)
{
	const EasAccountData *data = self->flow.data;
	const char *current = eas_version_to_string (data->version);
	g_auto (GStrv) versions = g_strsplit (offered->versions, ",", -1);
	gboolean refused =
		(self->why & EAS_PREPARE_OTHER_VERSION) != 0 && data->version == self->version;

	if (current == NULL || !g_strv_contains ((const char *const *) versions, current))
		return offered->version;
	if (!refused)
		return data->version;

	return eas_version_negotiate_below (offered->versions, data->version - 1);
}

static gboolean
take_options (PrepareFlow *self, const EasHttpResponse *http, GError **error)
{
	EasAccountData *data = self->flow.data;
	g_autofree char *versions = eas_http_response_dup_header (http, "MS-ASProtocolVersions");
	g_autofree char *commands = eas_http_response_dup_header (http, "MS-ASProtocolCommands");
	g_auto (EasOptionsResponse) offered = { 0 };
	EasVersion version;

	if (!eas_cmd_options_parse (versions, commands, EAS_VERSION_NONE, &offered, error))
		return FALSE;
	version = choose_version (self, &offered);
	if (version == EAS_VERSION_NONE) {
		eas_set_error (
			error, EAS_ERROR_NOT_SUPPORTED, "OPTIONS", http->status, 0,
			_ ("The server offers a version of its protocol and then refuses it"));
		return FALSE;
	}
	data->version = version;
	g_free (data->commands);
	data->commands = g_steal_pointer (&offered.commands);
	data->options_time = self->flow.now;

	return TRUE;
}

static void
options_finished (PrepareFlow *self, EasStep *end)
{
	const EasHttpResponse *http = end->result;
	gboolean known =
		self->flow.data->version != EAS_VERSION_NONE && self->why == EAS_PREPARE_MISSING;
	GError *error = NULL;

	self->state = PREPARE_PROVISION;
	if (end->kind == EAS_STEP_FAIL)
		error = g_steal_pointer (&end->error);
	else
		take_options (self, http, &error);
	/* What a daily look does not find out, yesterday's answer says. */
	if (error != NULL && known) {
		self->flow.data->options_time = self->flow.now;
		g_clear_error (&error);
	}
	if (error != NULL) {
		self->error = error;
		self->state = PREPARE_UNLOCK;
	}
}

/* --- Provision --- */

static gboolean
wants_provision (const PrepareFlow *self)
{
	const EasAccountData *data = self->flow.data;

	if (!data->provisioned || (self->why & EAS_PREPARE_WIPE) != 0)
		return TRUE;

	return (self->why & EAS_PREPARE_PROVISION) != 0 && data->policy_key == self->policy_key;
}

static void
prepare_finished (EasFlow *flow, EasFlow *child, EasStep *end)
{
	PrepareFlow *self = (PrepareFlow *) flow;

	if (self->state == PREPARE_OPTIONS) {
		options_finished (self, end);
		return;
	}
	self->state = PREPARE_UNLOCK;
	if (end->kind == EAS_STEP_FAIL) {
		self->error = g_steal_pointer (&end->error);
		if (eas_error_get_command (self->error) != NULL) {
			g_free (flow->data->last_error);
			flow->data->last_error = g_strdup (self->error->message);
		}
	}
}

/* --- The machine --- */

static void
start_child (PrepareFlow *self, EasFlow *child)
{
	child->holds_lock = TRUE;
	eas_flow_start_child (&self->flow, child);
}

/* Passes over what is not wanted. */
static void
advance (PrepareFlow *self)
{
	if (self->state == PREPARE_LOCK && self->flow.holds_lock)
		self->state = PREPARE_OPTIONS;
	if (self->state == PREPARE_OPTIONS) {
		if (self->flow.data->forced_version != EAS_VERSION_NONE)
			self->flow.data->version = self->flow.data->forced_version;
		if (!wants_options (self))
			self->state = PREPARE_PROVISION;
	}
	if (self->state == PREPARE_PROVISION && !wants_provision (self))
		self->state = PREPARE_UNLOCK;
	if (self->state == PREPARE_UNLOCK && self->flow.holds_lock)
		self->state = PREPARE_END;
}

static void
prepare_next (EasFlow *flow, EasStep *out_step)
{
	PrepareFlow *self = (PrepareFlow *) flow;

	advance (self);
	switch (self->state) {
	case PREPARE_LOCK:
		out_step->kind = EAS_STEP_LOCK;
		break;
	case PREPARE_OPTIONS:
		start_child (self, eas_flow_round_new ("OPTIONS", /* safe_to_repeat */ TRUE,
						       build_options, self));
		break;
	case PREPARE_PROVISION:
		start_child (self, eas_flow_provision_new ((self->why & EAS_PREPARE_WIPE) != 0));
		break;
	case PREPARE_UNLOCK:
		out_step->kind = EAS_STEP_UNLOCK;
		out_step->commit = TRUE;
		break;
	case PREPARE_END:
		if (self->error != NULL)
			eas_step_set_fail (out_step, g_steal_pointer (&self->error));
		else
			eas_step_set_done (out_step, NULL, NULL);
		break;
	}
}

static void
prepare_take (EasFlow *flow, const EasReply *reply)
{
	PrepareFlow *self = (PrepareFlow *) flow;

	if (self->state == PREPARE_LOCK && reply->error == NULL) {
		self->state = PREPARE_OPTIONS;
		return;
	}
	self->state = PREPARE_END;
	if (reply->error != NULL && self->error == NULL)
		self->error = g_error_copy (reply->error);
}

static void
prepare_free (EasFlow *flow)
{
	g_clear_error (&((PrepareFlow *) flow)->error);
}

static const EasFlowClass prepare_class = { "prepare", prepare_next, prepare_take, prepare_finished,
					    prepare_free };

EasFlow *
eas_flow_prepare_new (EasPrepare why, EasVersion version, guint32 policy_key)
{
	PrepareFlow *self = eas_flow_alloc (&prepare_class, sizeof (PrepareFlow));

	self->why = why;
	self->version = version;
	self->policy_key = policy_key;

	return &self->flow;
}
