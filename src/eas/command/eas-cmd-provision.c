/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Provision: policy in two phases, and the wipe.
 *
 * Source: [MS-ASPROV] Provision and its children; [MS-ASCMD] 2.2.1.14 Provision.
 */

#include "eas-cmd-provision.h"

#include "eas-cmd-settings.h"

const EasCommand eas_cmd_provision = {
	.name = "Provision",
	.code = 20,
	.since = 25,
	.until = 999,
	.request_root = EAS_PROVISION_PROVISION,
	.response_root = EAS_PROVISION_PROVISION,
	.status_tag = EAS_PROVISION_STATUS,
	.scope = EAS_SCOPE_PROVISION,
	.safe_to_repeat = TRUE, /* at worst the key does not match, and the exchange starts again */
	.timeout = 120,
};

#define POLICY_STATUS_NO_POLICY 2

#define WIPE_DONE   1
#define WIPE_FAILED 2

/**
 * eas_cmd_provision_build_request:
 * @device: (nullable): who we are; %NULL when the server did not like to hear it
 * @version: negotiated version
 *
 * Writes Provision: DeviceInformation (since 14.1, pitfall 41: demanded there and
 * refused below), then Policies, Policy, PolicyType.
 *
 * Returns: (transfer full): the document
 */
GBytes *
eas_cmd_provision_build_request (const EasDevice *device, EasVersion version)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_start (writer, EAS_PROVISION_PROVISION);
	if (device != NULL && version >= EAS_VERSION_14_1)
		eas_cmd_settings_write_device (writer, device, version);
	eas_wbxml_writer_start (writer, EAS_PROVISION_POLICIES);
	eas_wbxml_writer_start (writer, EAS_PROVISION_POLICY);
	eas_wbxml_writer_text (writer, EAS_PROVISION_POLICY_TYPE, EAS_POLICY_TYPE_WBXML);
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

GBytes *
eas_cmd_provision_build_acknowledge (guint32 policy_key, EasPolicyStatus status)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_start (writer, EAS_PROVISION_PROVISION);
	eas_wbxml_writer_start (writer, EAS_PROVISION_POLICIES);
	eas_wbxml_writer_start (writer, EAS_PROVISION_POLICY);
	eas_wbxml_writer_text (writer, EAS_PROVISION_POLICY_TYPE, EAS_POLICY_TYPE_WBXML);
	eas_wbxml_writer_uint (writer, EAS_PROVISION_POLICY_KEY, policy_key);
	eas_wbxml_writer_uint (writer, EAS_PROVISION_STATUS, status);
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

/* A document of one element: its root has no content. */
GBytes *
eas_cmd_provision_build_wipe_query (void)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_empty (writer, EAS_PROVISION_PROVISION);

	return eas_wbxml_writer_finish (writer);
}

GBytes *
eas_cmd_provision_build_wipe_acknowledge (EasWipe wipe, gboolean done)
{
	g_autoptr (EasWbxmlWriter) writer = NULL;

	g_return_val_if_fail (wipe != EAS_WIPE_NONE, NULL);

	writer = eas_wbxml_writer_new ();
	eas_wbxml_writer_start (writer, EAS_PROVISION_PROVISION);
	eas_wbxml_writer_start (writer, wipe == EAS_WIPE_ACCOUNT
						? EAS_PROVISION_ACCOUNT_ONLY_REMOTE_WIPE
						: EAS_PROVISION_REMOTE_WIPE);
	eas_wbxml_writer_uint (writer, EAS_PROVISION_STATUS, done ? WIPE_DONE : WIPE_FAILED);
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

void
eas_provision_response_clear (EasProvisionResponse *response)
{
	g_free (response->policy_type);
	g_clear_pointer (&response->policy, eas_policy_free);
	memset (response, 0, sizeof (*response));
}

static guint
read_status (EasWbxmlReader *reader)
{
	guint level = eas_wbxml_reader_enter (reader);
	guint status = 1;
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		if (eas_command_is_status (tag))
			status = eas_wbxml_reader_uint (reader);
	}

	return status;
}

/* Data holds one EASProvisionDoc; of several the last counts. */
static void
read_data (EasWbxmlReader *reader, EasProvisionResponse *response)
{
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		if (tag == EAS_PROVISION_EAS_PROVISION_DOC) {
			eas_policy_free (response->policy);
			response->policy = eas_policy_read (reader);
		}
	}
}

static void
read_policy (EasWbxmlReader *reader, EasProvisionResponse *response)
{
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	response->policy_status = 1;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		switch (tag) {
		case EAS_PROVISION_POLICY_TYPE:
			eas_wbxml_reader_text (reader, &response->policy_type);
			break;
		case EAS_PROVISION_POLICY_KEY:
			response->policy_key = eas_wbxml_reader_uint (reader);
			break;
		case EAS_PROVISION_DATA:
			read_data (reader, response);
			break;
		default:
			if (eas_command_is_status (tag))
				response->policy_status = eas_wbxml_reader_uint (reader);
			break;
		}
	}
}

static void
read_policies (EasWbxmlReader *reader, EasProvisionResponse *response)
{
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		if (tag == EAS_PROVISION_POLICY)
			read_policy (reader, response);
	}
}

/**
 * eas_cmd_provision_parse:
 * @body: the response body, of any of the requests above
 * @out: (out caller-allocates): cleared with eas_provision_response_clear()
 * @error: return location
 *
 * Reads Provision: DeviceInformation with Status, Status, Policies with one Policy
 * (PolicyType, Status, PolicyKey, Data), or RemoteWipe, AccountOnlyRemoteWipe.
 * Status values are data here.
 *
 * Errors: %EAS_ERROR_PROTOCOL when the document is malformed. @out is untouched
 * on failure.
 *
 * Returns: %TRUE on success
 */
gboolean
eas_cmd_provision_parse (GBytes *body, EasProvisionResponse *out, GError **error)
{
	g_auto (EasProvisionResponse) response = {
		.status = 1,
		.device_status = 1,
		.policy_status = POLICY_STATUS_NO_POLICY,
	};
	g_auto (EasWbxmlReader) reader = { 0 };
	guint level;
	EasTag tag;

	if (!eas_command_open (&eas_cmd_provision, body, &reader, &level, error))
		return FALSE;

	while (eas_wbxml_reader_next (&reader, level, &tag)) {
		switch (tag) {
		case EAS_SETTINGS_DEVICE_INFORMATION:
			response.device_status = read_status (&reader);
			break;
		case EAS_PROVISION_POLICIES:
			read_policies (&reader, &response);
			break;
		case EAS_PROVISION_REMOTE_WIPE:
			response.wipe = EAS_WIPE_DEVICE;
			break;
		case EAS_PROVISION_ACCOUNT_ONLY_REMOTE_WIPE:
			response.wipe = EAS_WIPE_ACCOUNT;
			break;
		default:
			if (eas_command_is_status (tag))
				response.status = eas_wbxml_reader_uint (&reader);
			break;
		}
	}

	if (!eas_command_finish (&eas_cmd_provision, &reader, error))
		return FALSE;

	*out = response;
	memset (&response, 0, sizeof (response));

	return TRUE;
}
