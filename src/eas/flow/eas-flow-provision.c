/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The handshake. Source: [MS-ASPROV] Provision; [MS-ASCMD] 2.2.1.14 Provision;
 * user-needs pitfall 41.
 *
 *	ASK      policy            -> judge it, ACKNOWLEDGE
 *	         no policy         -> key 0, INTRODUCE
 *	         wipe              -> WIPE
 *	         status 2 or 400   -> once more without DeviceInformation, then "no policy"
 *	         not offered, 500 twice, an empty answer -> "no policy" (a server that fails
 *	                              here often works otherwise: Z-Push 2.6 on PHP 8)
 *	ACKNOWLEDGE  final key     -> INTRODUCE
 *	         key mismatch (5)  -> ASK, at most MAX_STARTS times in all
 *	         refused           -> FAIL, POLICY
 *	QUERY    (after status 140) wipe -> WIPE; none -> ASK
 *	WIPE     whatever comes    -> FAIL, WIPED
 *	INTRODUCE  Settings with DeviceInformation below 14.1, where it has no place in
 *	         Provision; whatever comes -> DONE
 */

#include <glib/gi18n-lib.h>

#include "eas-cmd-provision.h"
#include "eas-cmd-settings.h"
#include "eas-flow-round.h"

#include "eas-flow-provision.h"

#define MAX_STARTS 2

#define POLICY_STATUS_NO_POLICY            2
#define POLICY_STATUS_KEY_MISMATCH         5
#define STATUS_PROTOCOL_ERROR              2
#define STATUS_NOT_SUPPORTED               137
#define STATUS_DEVICE_INFORMATION_REQUIRED 165

typedef enum {
	PROVISION_QUERY,
	PROVISION_ASK,
	PROVISION_ACKNOWLEDGE,
	PROVISION_WIPE,
	PROVISION_INTRODUCE,
	PROVISION_DONE,
	PROVISION_FAIL
} ProvisionState;

typedef struct {
	EasFlow flow;
	ProvisionState state;
	gboolean without_device;
	guint starts;
	guint32 temporary_key;
	EasPolicyStatus answer;
	char *hash;
	gint calendar_age_limit, mail_age_limit;
	gboolean no_attachments;
	gint64 max_attachment_size;
	EasWipe wipe;
	GError *error;
} ProvisionFlow;

static void
provision_fail (ProvisionFlow *self, GError *take_error)
{
	g_clear_error (&self->error);
	self->error = take_error;
	self->state = PROVISION_FAIL;
}

/* --- Requests --- */

static GBytes *
build_body (const ProvisionFlow *self, const EasAccountData *data)
{
	const EasDevice *device = self->without_device ? NULL : data->device;
	EasSettingsRequest settings = { .device = data->device };

	switch (self->state) {
	case PROVISION_QUERY:
		return eas_cmd_provision_build_wipe_query ();
	case PROVISION_ACKNOWLEDGE:
		return eas_cmd_provision_build_acknowledge (self->temporary_key, self->answer);
	case PROVISION_WIPE:
		return eas_cmd_provision_build_wipe_acknowledge (self->wipe, /* done */ TRUE);
	case PROVISION_INTRODUCE:
		return eas_cmd_settings_build (&settings, data->version);
	default:
		return eas_cmd_provision_build_request (device, data->version);
	}
}

static EasHttpRequest *
build_round (const EasAccountData *data, gpointer user_data, GError **error)
{
	ProvisionFlow *self = user_data;
	gboolean introduce = self->state == PROVISION_INTRODUCE;
	g_autoptr (EasRequest) request = NULL;
	guint32 key = self->state == PROVISION_ACKNOWLEDGE ? self->temporary_key : 0;

	request = eas_request_new (introduce ? &eas_cmd_settings : &eas_cmd_provision,
				   build_body (self, data));

	return eas_http_build_command_with_key (data, request, introduce ? data->policy_key : key);
}

/* --- Outcomes --- */

static void
accept_key (ProvisionFlow *self, guint32 key)
{
	EasAccountData *data = self->flow.data;

	data->policy_key = key;
	data->provisioned = TRUE;
	data->provision_time = self->flow.now;
	g_free (data->policy_hash);
	data->policy_hash = g_steal_pointer (&self->hash);
	data->calendar_age_limit = self->calendar_age_limit;
	data->mail_age_limit = self->mail_age_limit;
	data->no_attachments = self->no_attachments;
	data->max_attachment_size = self->max_attachment_size;
	self->state = PROVISION_INTRODUCE;
}

static void
accept_no_policy (ProvisionFlow *self)
{
	g_clear_pointer (&self->hash, g_free);
	self->calendar_age_limit = 0;
	self->mail_age_limit = 0;
	self->no_attachments = FALSE;
	self->max_attachment_size = 0;
	accept_key (self, 0);
}

/* A server that dislikes what it was told about the device is asked again without; then it has no
 * policy. */
static void
take_protocol_error (ProvisionFlow *self)
{
	if (!self->without_device && self->flow.data->version >= EAS_VERSION_14_1) {
		self->without_device = TRUE;
		self->state = PROVISION_ASK;
	} else {
		accept_no_policy (self);
	}
}

static void
take_policy (ProvisionFlow *self, const EasProvisionResponse *response)
{
	if (response->policy_key == 0) {
		accept_no_policy (self);
		return;
	}
	self->temporary_key = response->policy_key;
	self->answer = EAS_POLICY_ENFORCED;
	g_clear_pointer (&self->hash, g_free);
	if (response->policy != NULL) {
		self->answer = eas_policy_judge (response->policy, /* out_unmet */ NULL);
		self->hash = eas_policy_dup_hash (response->policy);
		self->calendar_age_limit = response->policy->max_calendar_age_filter;
		self->mail_age_limit = response->policy->max_email_age_filter;
		self->no_attachments = response->policy->attachments_enabled == 0 ||
				       response->policy->max_attachment_size == 0;
		self->max_attachment_size = MAX (response->policy->max_attachment_size, 0);
	}
	self->state = PROVISION_ACKNOWLEDGE;
}

static void
take_asked (ProvisionFlow *self, const EasProvisionResponse *response)
{
	GError *error = NULL;

	self->starts++;
	if (response->status == STATUS_PROTOCOL_ERROR ||
	    response->status == STATUS_DEVICE_INFORMATION_REQUIRED) {
		take_protocol_error (self);
	} else if (response->status == STATUS_NOT_SUPPORTED) {
		accept_no_policy (self);
	} else if (!eas_status_ok (EAS_SCOPE_PROVISION, response->status)) {
		eas_status_set_error (&error, EAS_SCOPE_PROVISION, response->status,
				      eas_cmd_provision.name, 0);
		provision_fail (self, error);
	} else if (response->policy_status == POLICY_STATUS_NO_POLICY) {
		accept_no_policy (self);
	} else if (!eas_status_ok (EAS_SCOPE_POLICY, response->policy_status)) {
		eas_status_set_error (&error, EAS_SCOPE_POLICY, response->policy_status,
				      eas_cmd_provision.name, 0);
		provision_fail (self, error);
	} else {
		take_policy (self, response);
	}
}

static void
take_acknowledged (ProvisionFlow *self, const EasProvisionResponse *response)
{
	gboolean accepted = eas_status_ok (EAS_SCOPE_PROVISION, response->status) &&
			    response->policy_status == 1;

	if (accepted) {
		/* Some servers name the final key only by leaving it as it was. */
		accept_key (self,
			    response->policy_key != 0 ? response->policy_key : self->temporary_key);
	} else if (response->policy_status == POLICY_STATUS_KEY_MISMATCH &&
		   self->starts < MAX_STARTS) {
		self->state = PROVISION_ASK;
	} else {
		provision_fail (self, eas_error_new (EAS_ERROR_POLICY, eas_cmd_provision.name,
						     response->policy_status != 1
							     ? response->policy_status
							     : response->status,
						     0,
						     _ ("The server demands security rules that "
							"this computer cannot meet.")));
	}
}

static void
take_document (ProvisionFlow *self, const EasHttpResponse *http)
{
	g_auto (EasProvisionResponse) response = { 0 };
	GError *error = NULL;
	guint status;

	if (g_bytes_get_size (http->body) == 0) {
		accept_no_policy (self);
		return;
	}
	if (!eas_flow_round_peek (&eas_cmd_provision, http, &status, &error) ||
	    !eas_cmd_provision_parse (http->body, &response, &error)) {
		provision_fail (self, error);
		return;
	}

	if (response.wipe != EAS_WIPE_NONE) {
		self->wipe = response.wipe;
		self->state = PROVISION_WIPE;
	} else if (self->state == PROVISION_QUERY) {
		self->state = PROVISION_ASK;
	} else if (self->state == PROVISION_ASK) {
		take_asked (self, &response);
	} else {
		take_acknowledged (self, &response);
	}
}

/* Refused as a request, before any document: no Provision here, or none of this shape. */
static void
take_refused (ProvisionFlow *self, guint status)
{
	if (self->state == PROVISION_QUERY)
		self->state = PROVISION_ASK;
	else if (status == 400)
		take_protocol_error (self);
	else
		accept_no_policy (self);
}

static gboolean
means_no_provision (const GError *error)
{
	switch (eas_error_get_status (error)) {
	case 404:
	case 405:
	case 500:
		return TRUE;
	default:
		return FALSE;
	}
}

static void
provision_finished (EasFlow *flow, EasFlow *child, EasStep *end)
{
	ProvisionFlow *self = (ProvisionFlow *) flow;
	const EasHttpResponse *http = end->result;

	if (self->state == PROVISION_INTRODUCE) {
		self->state = PROVISION_DONE;
	} else if (self->state == PROVISION_WIPE) {
		flow->data->wiped = TRUE;
		provision_fail (self,
				eas_error_new (EAS_ERROR_WIPED, eas_cmd_provision.name, 140, 0,
					       _ ("The administrator has asked to remove this "
						  "account’s data from this computer.")));
	} else if (end->kind == EAS_STEP_FAIL && !means_no_provision (end->error)) {
		provision_fail (self, g_steal_pointer (&end->error));
	} else if (end->kind == EAS_STEP_FAIL) {
		take_refused (self, eas_error_get_status (end->error));
	} else if (http->status != 200) {
		take_refused (self, http->status);
	} else {
		take_document (self, http);
	}
}

/* --- The machine --- */

/* Since 14.1 Provision itself carries the device; a second introduction is refused there. */
static gboolean
wants_introduction (const EasAccountData *data)
{
	return data->version >= EAS_VERSION_12_0 && data->version < EAS_VERSION_14_1 &&
	       data->commands != NULL && eas_account_data_offers (data, eas_cmd_settings.name);
}

static void
provision_next (EasFlow *flow, EasStep *out_step)
{
	ProvisionFlow *self = (ProvisionFlow *) flow;
	EasFlow *round;

	if (self->state == PROVISION_INTRODUCE && !wants_introduction (flow->data))
		self->state = PROVISION_DONE;
	if (self->state == PROVISION_DONE) {
		eas_step_set_done (out_step, NULL, NULL);
		return;
	}
	if (self->state == PROVISION_FAIL) {
		eas_step_set_fail (out_step, g_steal_pointer (&self->error));
		return;
	}

	round = eas_flow_round_new (self->state == PROVISION_INTRODUCE ? eas_cmd_settings.name
								       : eas_cmd_provision.name,
				    /* safe_to_repeat */ TRUE, build_round, self);
	eas_flow_round_set_retries (
		round,
		self->state == PROVISION_ASK || self->state == PROVISION_ACKNOWLEDGE ? 1 : 0);
	eas_flow_start_child (flow, round);
}

static void
provision_free (EasFlow *flow)
{
	ProvisionFlow *self = (ProvisionFlow *) flow;

	g_free (self->hash);
	g_clear_error (&self->error);
}

static const EasFlowClass provision_class = { "provision", provision_next, NULL, provision_finished,
					      provision_free };

EasFlow *
eas_flow_provision_new (gboolean wipe_ordered)
{
	ProvisionFlow *self = eas_flow_alloc (&provision_class, sizeof (ProvisionFlow));

	self->state = wipe_ordered ? PROVISION_QUERY : PROVISION_ASK;

	return &self->flow;
}
