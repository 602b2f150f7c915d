/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Settings. Source: [MS-ASCMD] 2.2.1.18 Settings. */

#include "eas-cmd-settings.h"

#include "eas-datetime.h"

const EasCommand eas_cmd_settings = {
	.name = "Settings",
	.code = 17,
	.since = 120,
	.until = 999,
	.request_root = EAS_SETTINGS_SETTINGS,
	.response_root = EAS_SETTINGS_SETTINGS,
	.status_tag = EAS_SETTINGS_STATUS,
	.scope = EAS_SCOPE_SETTINGS,
	.safe_to_repeat = TRUE, /* setting a value twice sets it once */
	.timeout = 90,
};

/* clang-format off */
static const EasTag audience_tags[EAS_N_OOF_AUDIENCES] = {
	[EAS_OOF_INTERNAL]         = EAS_SETTINGS_APPLIES_TO_INTERNAL,
	[EAS_OOF_EXTERNAL_KNOWN]   = EAS_SETTINGS_APPLIES_TO_EXTERNAL_KNOWN,
	[EAS_OOF_EXTERNAL_UNKNOWN] = EAS_SETTINGS_APPLIES_TO_EXTERNAL_UNKNOWN,
};

/* What of a device is told, in the order of the wire. */
static const struct {
	EasTag tag;
	gsize offset;
} device_fields[] = {
	{ EAS_SETTINGS_MODEL,         G_STRUCT_OFFSET (EasDevice, model)         },
	{ EAS_SETTINGS_FRIENDLY_NAME, G_STRUCT_OFFSET (EasDevice, friendly_name) },
	{ EAS_SETTINGS_OS,            G_STRUCT_OFFSET (EasDevice, os)            },
	{ EAS_SETTINGS_OS_LANGUAGE,   G_STRUCT_OFFSET (EasDevice, os_language)   },
	{ EAS_SETTINGS_USER_AGENT,    G_STRUCT_OFFSET (EasDevice, user_agent)    },
};
/* clang-format on */

EasOof *
eas_oof_new (void)
{
	return g_new0 (EasOof, 1);
}

void
eas_oof_free (EasOof *oof)
{
	guint ii;

	if (oof == NULL)
		return;

	for (ii = 0; ii < EAS_N_OOF_AUDIENCES; ii++)
		g_free (oof->messages[ii].text);
	g_free (oof);
}

static EasUserAccount *
user_account_new (void)
{
	EasUserAccount *account;

	account = g_new0 (EasUserAccount, 1);
	account->addresses = g_ptr_array_new_with_free_func (g_free);

	return account;
}

void
eas_user_account_free (EasUserAccount *account)
{
	if (account == NULL)
		return;

	g_free (account->id);
	g_free (account->name);
	g_free (account->display_name);
	g_free (account->primary_address);
	g_ptr_array_unref (account->addresses);
	g_free (account);
}

/* ---- Request ---- */

void
eas_cmd_settings_write_device (EasWbxmlWriter *writer, const EasDevice *device, EasVersion version)
{
	guint ii;

	eas_wbxml_writer_start (writer, EAS_SETTINGS_DEVICE_INFORMATION);
	eas_wbxml_writer_start (writer, EAS_SETTINGS_SET);
	for (ii = 0; ii < G_N_ELEMENTS (device_fields); ii++) {
		const char *value = G_STRUCT_MEMBER (char *, device, device_fields[ii].offset);

		if (value != NULL && eas_tag_valid_in (device_fields[ii].tag, version))
			eas_wbxml_writer_text (writer, device_fields[ii].tag, value);
	}
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_end (writer);
}

static void
write_oof_get (EasWbxmlWriter *writer, gboolean html)
{
	eas_wbxml_writer_start (writer, EAS_SETTINGS_OOF);
	eas_wbxml_writer_start (writer, EAS_SETTINGS_GET);
	eas_wbxml_writer_text (writer, EAS_SETTINGS_BODY_TYPE, html ? "HTML" : "Text");
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_end (writer);
}

static void
write_oof_message (EasWbxmlWriter *writer, EasOofAudience audience, const EasOofMessage *message)
{
	if (!message->present)
		return;

	eas_wbxml_writer_start (writer, EAS_SETTINGS_OOF_MESSAGE);
	eas_wbxml_writer_empty (writer, audience_tags[audience]);
	eas_wbxml_writer_flag (writer, EAS_SETTINGS_ENABLED, message->enabled);
	if (message->text != NULL) {
		eas_wbxml_writer_text (writer, EAS_SETTINGS_REPLY_MESSAGE, message->text);
		eas_wbxml_writer_text (writer, EAS_SETTINGS_BODY_TYPE,
				       message->html ? "HTML" : "Text");
	}
	eas_wbxml_writer_end (writer);
}

static void
write_time (EasWbxmlWriter *writer, EasTag tag, gint64 utc)
{
	char text[EAS_DATETIME_DASHED_SIZE];

	eas_datetime_write_dashed (utc, text);
	eas_wbxml_writer_text (writer, tag, text);
}

/* Times go with the timed state only: servers ignore them silently with the others. */
static void
write_oof_set (EasWbxmlWriter *writer, const EasOof *oof)
{
	guint ii;

	eas_wbxml_writer_start (writer, EAS_SETTINGS_OOF);
	eas_wbxml_writer_start (writer, EAS_SETTINGS_SET);
	eas_wbxml_writer_uint (writer, EAS_SETTINGS_OOF_STATE, oof->state);
	if (oof->state == EAS_OOF_TIMED) {
		write_time (writer, EAS_SETTINGS_START_TIME, oof->start);
		write_time (writer, EAS_SETTINGS_END_TIME, oof->end);
	}
	for (ii = 0; ii < EAS_N_OOF_AUDIENCES; ii++)
		write_oof_message (writer, ii, &oof->messages[ii]);
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_end (writer);
}

static void
write_user_information (EasWbxmlWriter *writer)
{
	eas_wbxml_writer_start (writer, EAS_SETTINGS_USER_INFORMATION);
	eas_wbxml_writer_empty (writer, EAS_SETTINGS_GET);
	eas_wbxml_writer_end (writer);
}

/**
 * eas_cmd_settings_build:
 * @request: the properties to set and get
 * @version: negotiated version
 *
 * Writes Settings with Oof, DeviceInformation and UserInformation, as asked.
 *
 * Returns: (transfer full): the document
 */
GBytes *
eas_cmd_settings_build (const EasSettingsRequest *request, EasVersion version)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_start (writer, EAS_SETTINGS_SETTINGS);
	if (request->set_oof != NULL)
		write_oof_set (writer, request->set_oof);
	else if (request->get_oof)
		write_oof_get (writer, request->get_oof_html);
	if (request->device != NULL)
		eas_cmd_settings_write_device (writer, request->device, version);
	if (request->user_information)
		write_user_information (writer);
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

/* ---- Response ---- */

void
eas_settings_response_clear (EasSettingsResponse *response)
{
	g_clear_pointer (&response->accounts, g_ptr_array_unref);
	g_clear_pointer (&response->oof, eas_oof_free);
	memset (response, 0, sizeof (*response));
}

const char *
eas_settings_response_get_address (const EasSettingsResponse *response)
{
	const EasUserAccount *primary = NULL;
	guint ii;

	for (ii = 0; ii < response->accounts->len && primary == NULL; ii++) {
		const EasUserAccount *account = response->accounts->pdata[ii];

		if (account->id == NULL)
			primary = account;
	}

	if (primary == NULL)
		return NULL;
	if (primary->primary_address != NULL)
		return primary->primary_address;

	return primary->addresses->len > 0 ? primary->addresses->pdata[0] : NULL;
}

static void
read_line (EasWbxmlReader *reader, char **inout_text)
{
	g_free (*inout_text);
	*inout_text = eas_wbxml_reader_dup_line (reader);
	if (*inout_text != NULL && **inout_text == '\0')
		g_clear_pointer (inout_text, g_free);
}

static void
read_addresses (EasWbxmlReader *reader, EasUserAccount *account)
{
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		if (tag == EAS_SETTINGS_SMTP_ADDRESS) {
			g_autofree char *address = NULL;

			read_line (reader, &address);
			if (address != NULL)
				g_ptr_array_add (account->addresses, g_steal_pointer (&address));
		} else if (tag == EAS_SETTINGS_PRIMARY_SMTP_ADDRESS) {
			read_line (reader, &account->primary_address);
		}
	}
}

static EasUserAccount *
read_account (EasWbxmlReader *reader)
{
	EasUserAccount *account = user_account_new ();
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		switch (tag) {
		case EAS_SETTINGS_ACCOUNT_ID:
			read_line (reader, &account->id);
			break;
		case EAS_SETTINGS_ACCOUNT_NAME:
			read_line (reader, &account->name);
			break;
		case EAS_SETTINGS_USER_DISPLAY_NAME:
			read_line (reader, &account->display_name);
			break;
		case EAS_SETTINGS_SEND_DISABLED:
			account->send_disabled = eas_wbxml_reader_flag (reader);
			break;
		case EAS_SETTINGS_EMAIL_ADDRESSES:
			read_addresses (reader, account);
			break;
		default:
			break;
		}
	}

	return account;
}

static void
read_accounts (EasWbxmlReader *reader, GPtrArray *accounts)
{
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		if (tag == EAS_SETTINGS_ACCOUNT)
			g_ptr_array_add (accounts, read_account (reader));
	}
}

/* Below 14.1 the addresses stand alone, since then each account has its own. */
static void
read_user_get (EasWbxmlReader *reader, GPtrArray *accounts)
{
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		if (tag == EAS_SETTINGS_ACCOUNTS) {
			read_accounts (reader, accounts);
		} else if (tag == EAS_SETTINGS_EMAIL_ADDRESSES) {
			EasUserAccount *account = user_account_new ();

			read_addresses (reader, account);
			g_ptr_array_add (accounts, account);
		}
	}
}

static void
read_oof_message (EasWbxmlReader *reader, EasOof *oof)
{
	g_autofree char *text = NULL;
	g_autofree char *body_type = NULL;
	gboolean applies[EAS_N_OOF_AUDIENCES] = { FALSE };
	gboolean enabled = FALSE;
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;
	guint ii;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		for (ii = 0; ii < EAS_N_OOF_AUDIENCES; ii++) {
			if (tag == audience_tags[ii])
				applies[ii] = TRUE;
		}

		if (tag == EAS_SETTINGS_ENABLED)
			enabled = eas_wbxml_reader_flag (reader);
		else if (tag == EAS_SETTINGS_REPLY_MESSAGE)
			eas_wbxml_reader_text (reader, &text);
		else if (tag == EAS_SETTINGS_BODY_TYPE)
			eas_wbxml_reader_text (reader, &body_type);
	}

	for (ii = 0; ii < EAS_N_OOF_AUDIENCES; ii++) {
		EasOofMessage *message = &oof->messages[ii];

		if (!applies[ii])
			continue;

		message->present = TRUE;
		message->enabled = enabled;
		message->html = body_type != NULL && g_ascii_strcasecmp (body_type, "HTML") == 0;
		g_free (message->text);
		message->text = text != NULL && *text != '\0' ? g_strdup (text) : NULL;
	}
}

static gint64
read_time (EasWbxmlReader *reader)
{
	g_autofree char *text = eas_wbxml_reader_dup_text (reader);
	gint64 utc = 0;

	eas_datetime_parse (text, &utc);

	return utc;
}

static EasOof *
read_oof_get (EasWbxmlReader *reader)
{
	EasOof *oof = eas_oof_new ();
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		switch (tag) {
		case EAS_SETTINGS_OOF_STATE:
			oof->state = MIN (eas_wbxml_reader_uint (reader), EAS_OOF_TIMED);
			break;
		case EAS_SETTINGS_START_TIME:
			oof->start = read_time (reader);
			break;
		case EAS_SETTINGS_END_TIME:
			oof->end = read_time (reader);
			break;
		case EAS_SETTINGS_OOF_MESSAGE:
			read_oof_message (reader, oof);
			break;
		default:
			break;
		}
	}

	return oof;
}

/* One property of the answer: its Status, and Get where something was asked for. */
static guint
read_property (EasWbxmlReader *reader, EasTag property, EasSettingsResponse *response)
{
	guint level = eas_wbxml_reader_enter (reader);
	guint status = 1;
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		if (tag == EAS_SETTINGS_GET && property == EAS_SETTINGS_USER_INFORMATION) {
			read_user_get (reader, response->accounts);
		} else if (tag == EAS_SETTINGS_GET && property == EAS_SETTINGS_OOF) {
			eas_oof_free (response->oof);
			response->oof = read_oof_get (reader);
		} else if (eas_command_is_status (tag)) {
			status = eas_wbxml_reader_uint (reader);
		}
	}

	return status;
}

/**
 * eas_cmd_settings_parse:
 * @body: the response body
 * @out: (out caller-allocates): cleared with eas_settings_response_clear()
 * @error: return location
 *
 * Reads Settings: Status, then DeviceInformation, UserInformation and Oof with
 * their own. Status values are data here.
 *
 * Errors: %EAS_ERROR_PROTOCOL when the document is malformed. @out is untouched
 * on failure.
 *
 * Source: [MS-ASCMD] 2.2.1.18 Settings.
 *
 * Returns: %TRUE on success
 */
gboolean
eas_cmd_settings_parse (GBytes *body, EasSettingsResponse *out, GError **error)
{
	g_auto (EasSettingsResponse) response = { .status = 1 };
	g_auto (EasWbxmlReader) reader = { 0 };
	guint level;
	EasTag tag;

	if (!eas_command_open (&eas_cmd_settings, body, &reader, &level, error))
		return FALSE;

	response.accounts = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_user_account_free);

	while (eas_wbxml_reader_next (&reader, level, &tag)) {
		switch (tag) {
		case EAS_SETTINGS_DEVICE_INFORMATION:
			response.device_status = read_property (&reader, tag, &response);
			break;
		case EAS_SETTINGS_USER_INFORMATION:
			response.user_status = read_property (&reader, tag, &response);
			break;
		case EAS_SETTINGS_OOF:
			response.oof_status = read_property (&reader, tag, &response);
			break;
		default:
			if (eas_command_is_status (tag))
				response.status = eas_wbxml_reader_uint (&reader);
			break;
		}
	}

	if (!eas_command_finish (&eas_cmd_settings, &reader, error))
		return FALSE;

	*out = response;
	memset (&response, 0, sizeof (response));

	return TRUE;
}
