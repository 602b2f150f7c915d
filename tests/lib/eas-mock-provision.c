/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Provision in two phases, remote wipe, and Settings. Source: [MS-ASPROV] 3.2.5.1,
 * [MS-ASCMD] 2.2.1.18 Settings. */

#include <string.h>

#include "eas-mock-command.h"

#define POLICY_TYPE "MS-EAS-Provisioning-WBXML"

enum {
	PROVISION_OK = 1,
	PROVISION_PROTOCOL = 2,
	PROVISION_NEEDS_INFORMATION = 165,

	POLICY_OK = 1,
	POLICY_NONE = 2,
	POLICY_UNKNOWN_TYPE = 3,
	POLICY_KEY = 5,

	SETTINGS_OK = 1,
	SETTINGS_PROTOCOL = 2
};

/* [MS-ASPROV] 2.2.2.29 EASProvisionDoc, in the order of its schema. */
static const struct {
	EasTag tag;
	const char *value;
	guint since;
} policy_rows[] = {
	{ EAS_PROVISION_DEVICE_PASSWORD_ENABLED, "0", 120 },
	{ EAS_PROVISION_ALPHANUMERIC_DEVICE_PASSWORD_REQUIRED, "0", 120 },
	{ EAS_PROVISION_PASSWORD_RECOVERY_ENABLED, "0", 120 },
	{ EAS_PROVISION_REQUIRE_STORAGE_CARD_ENCRYPTION, "0", 121 },
	{ EAS_PROVISION_ATTACHMENTS_ENABLED, NULL, 120 },
	{ EAS_PROVISION_MIN_DEVICE_PASSWORD_LENGTH, "", 120 },
	{ EAS_PROVISION_MAX_INACTIVITY_TIME_DEVICE_LOCK, "9999", 120 },
	{ EAS_PROVISION_MAX_DEVICE_PASSWORD_FAILED_ATTEMPTS, "8", 120 },
	{ EAS_PROVISION_MAX_ATTACHMENT_SIZE, "", 120 },
	{ EAS_PROVISION_ALLOW_SIMPLE_DEVICE_PASSWORD, "1", 120 },
	{ EAS_PROVISION_DEVICE_PASSWORD_EXPIRATION, "", 120 },
	{ EAS_PROVISION_DEVICE_PASSWORD_HISTORY, "0", 120 },
	{ EAS_PROVISION_ALLOW_STORAGE_CARD, "1", 121 },
	{ EAS_PROVISION_ALLOW_CAMERA, "1", 121 },
	{ EAS_PROVISION_REQUIRE_DEVICE_ENCRYPTION, "0", 121 },
	{ EAS_PROVISION_MAX_CALENDAR_AGE_FILTER, "0", 121 },
	{ EAS_PROVISION_ALLOW_HTML_EMAIL, "1", 121 },
	{ EAS_PROVISION_MAX_EMAIL_AGE_FILTER, "0", 121 },
};

/* --- Provision ----------------------------------------------------------- */

static guint32
new_policy_key (void)
{
	return g_random_int_range (1, G_MAXINT32);
}

/* What a setting says instead of the row; NULL: nothing. (transfer full) */
static char *
dup_set_value (const EasMockSettings *settings, EasTag tag)
{
	if (tag == EAS_PROVISION_ATTACHMENTS_ENABLED)
		return g_strdup (settings->policy_attachments ? "1" : "0");
	if (tag == EAS_PROVISION_MAX_ATTACHMENT_SIZE && settings->policy_max_attachment > 0)
		return g_strdup_printf ("%u", settings->policy_max_attachment);

	return NULL;
}

static void
put_policy_document (EasMockRequest *request, EasItemBuilder *builder)
{
	eas_item_builder_start (builder, EAS_PROVISION_DATA);
	eas_item_builder_start (builder, EAS_PROVISION_EAS_PROVISION_DOC);
	for (guint i = 0; i < G_N_ELEMENTS (policy_rows); i++) {
		g_autofree char *set =
			dup_set_value (&request->server->settings, policy_rows[i].tag);

		if (request->version < policy_rows[i].since)
			continue;
		eas_item_builder_text (builder, policy_rows[i].tag,
				       set != NULL ? set : policy_rows[i].value);
	}
	eas_item_builder_end (builder);
	eas_item_builder_end (builder);
}

static void
put_policy (EasMockRequest *request,
	    EasItemBuilder *builder,
	    const char *type,
	    guint status,
	    guint32 key,
	    gboolean with_document)
{
	g_autofree char *number = key != 0 ? g_strdup_printf ("%u", key) : NULL;

	eas_item_builder_start (builder, EAS_PROVISION_POLICIES);
	eas_item_builder_start (builder, EAS_PROVISION_POLICY);
	eas_item_builder_text (builder, EAS_PROVISION_POLICY_TYPE, type);
	eas_item_builder_int (builder, EAS_PROVISION_STATUS, status);
	eas_item_builder_text (builder, EAS_PROVISION_POLICY_KEY, number);
	if (with_document)
		put_policy_document (request, builder);
	eas_item_builder_end (builder);
	eas_item_builder_end (builder);
}

/* Phase one: here is what we ask of you, under a key of its own. */
static void
offer_policy (EasMockRequest *request, EasItemBuilder *builder, const char *type)
{
	EasMockDevice *device = request->device;

	if (!request->server->settings.policy) {
		put_policy (request, builder, type, POLICY_NONE, 0, FALSE);
		return;
	}
	device->temporary_key = new_policy_key ();
	put_policy (request, builder, type, POLICY_OK, device->temporary_key, TRUE);
}

/* Phase two: the device says how much of it it enforces. */
static void
acknowledge_policy (EasMockRequest *request,
		    EasItemBuilder *builder,
		    EasItemSlot policy,
		    const char *type)
{
	EasMockDevice *device = request->device;
	guint key = eas_mock_uint (request->body, policy, EAS_PROVISION_POLICY_KEY, 0);

	if (key == 0 || key != device->temporary_key) {
		put_policy (request, builder, type, POLICY_KEY, 0, FALSE);
		return;
	}
	device->temporary_key = 0;
	device->policy_key = new_policy_key ();
	put_policy (request, builder, type, POLICY_OK, device->policy_key, FALSE);
}

static gboolean
take_device_information (EasMockRequest *request)
{
	EasItemSlot information =
		eas_item_child (request->body, EAS_ITEM_ROOT, EAS_SETTINGS_DEVICE_INFORMATION);
	EasItemSlot set = eas_item_child (request->body, information, EAS_SETTINGS_SET);

	if (set == EAS_ITEM_NONE)
		return FALSE;
	g_free (request->device->friendly_name);
	request->device->friendly_name =
		g_strdup (eas_mock_text (request->body, set, EAS_SETTINGS_FRIENDLY_NAME));

	return TRUE;
}

static void
put_information_status (EasItemBuilder *builder)
{
	eas_item_builder_start (builder, EAS_SETTINGS_DEVICE_INFORMATION);
	eas_item_builder_int (builder, EAS_SETTINGS_STATUS, SETTINGS_OK);
	eas_item_builder_end (builder);
}

static void
answer_policies (EasMockRequest *request, EasItemSlot policies)
{
	EasItemSlot policy = eas_item_child (request->body, policies, EAS_PROVISION_POLICY);
	const char *type = eas_mock_text (request->body, policy, EAS_PROVISION_POLICY_TYPE);
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	gboolean second =
		eas_item_child (request->body, policy, EAS_PROVISION_POLICY_KEY) != EAS_ITEM_NONE;
	gboolean informed = take_device_information (request);

	if (type == NULL || (informed && request->version < 141)) {
		eas_mock_reply_status (&request->reply, request->root, EAS_PROVISION_STATUS,
				       PROVISION_PROTOCOL);
		return;
	}
	if (!second && !informed && request->version >= 141) {
		eas_mock_reply_status (&request->reply, request->root, EAS_PROVISION_STATUS,
				       PROVISION_NEEDS_INFORMATION);
		return;
	}

	if (informed)
		put_information_status (builder);
	eas_item_builder_int (builder, EAS_PROVISION_STATUS, PROVISION_OK);
	if (!g_str_equal (type, POLICY_TYPE))
		put_policy (request, builder, type, POLICY_UNKNOWN_TYPE, 0, FALSE);
	else if (second)
		acknowledge_policy (request, builder, policy, type);
	else
		offer_policy (request, builder, type);
	eas_mock_reply_set_tree (&request->reply, request->root, builder);
}

static void
answer_wipe (EasMockRequest *request)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	gboolean account = request->device->wipe == EAS_MOCK_WIPE_ACCOUNT;

	eas_item_builder_int (builder, EAS_PROVISION_STATUS, PROVISION_OK);
	eas_item_builder_empty (builder, account ? EAS_PROVISION_ACCOUNT_ONLY_REMOTE_WIPE
						 : EAS_PROVISION_REMOTE_WIPE);
	eas_mock_reply_set_tree (&request->reply, request->root, builder);
}

static void
acknowledge_wipe (EasMockRequest *request)
{
	request->device->wipe = EAS_MOCK_WIPE_DONE;
	request->device->policy_key = 0;
	eas_mock_reply_status (&request->reply, request->root, EAS_PROVISION_STATUS, PROVISION_OK);
}

void
eas_mock_provision (EasMockRequest *request)
{
	EasItemSlot policies =
		eas_item_child (request->body, EAS_ITEM_ROOT, EAS_PROVISION_POLICIES);
	gboolean acknowledged =
		eas_item_has (request->body, EAS_PROVISION_REMOTE_WIPE) ||
		eas_item_has (request->body, EAS_PROVISION_ACCOUNT_ONLY_REMOTE_WIPE);
	gboolean wipe = request->device->wipe == EAS_MOCK_WIPE_DEVICE ||
			request->device->wipe == EAS_MOCK_WIPE_ACCOUNT;

	if (wipe && acknowledged)
		acknowledge_wipe (request);
	else if (wipe)
		answer_wipe (request);
	else if (policies == EAS_ITEM_NONE)
		eas_mock_reply_status (&request->reply, request->root, EAS_PROVISION_STATUS,
				       PROVISION_PROTOCOL);
	else
		answer_policies (request, policies);
}

/* --- Settings ------------------------------------------------------------ */

static void
put_user_information (EasMockRequest *request, EasItemBuilder *builder)
{
	gboolean accounts = request->version >= 141;

	eas_item_builder_start (builder, EAS_SETTINGS_USER_INFORMATION);
	eas_item_builder_int (builder, EAS_SETTINGS_STATUS, SETTINGS_OK);
	eas_item_builder_start (builder, EAS_SETTINGS_GET);
	if (accounts) {
		eas_item_builder_start (builder, EAS_SETTINGS_ACCOUNTS);
		eas_item_builder_start (builder, EAS_SETTINGS_ACCOUNT);
		eas_item_builder_text (builder, EAS_SETTINGS_USER_DISPLAY_NAME,
				       request->mailbox->user);
	}
	eas_item_builder_start (builder, EAS_SETTINGS_EMAIL_ADDRESSES);
	eas_item_builder_text (builder, EAS_SETTINGS_SMTP_ADDRESS, request->mailbox->address);
	if (accounts)
		eas_item_builder_text (builder, EAS_SETTINGS_PRIMARY_SMTP_ADDRESS,
				       request->mailbox->address);
	eas_item_builder_end (builder);
	if (accounts) {
		eas_item_builder_end (builder);
		eas_item_builder_end (builder);
	}
	eas_item_builder_end (builder);
	eas_item_builder_end (builder);
}

/* None: the server protects no mail. */
static void
put_templates (EasItemBuilder *builder)
{
	eas_item_builder_start (builder, EAS_SETTINGS_RIGHTS_MANAGEMENT_INFORMATION);
	eas_item_builder_int (builder, EAS_SETTINGS_STATUS, SETTINGS_OK);
	eas_item_builder_start (builder, EAS_SETTINGS_GET);
	eas_item_builder_empty (builder, EAS_RIGHTSMANAGEMENT_RIGHTS_MANAGEMENT_TEMPLATES);
	eas_item_builder_end (builder);
	eas_item_builder_end (builder);
}

static void
put_refusal (EasItemBuilder *builder, EasTag property)
{
	eas_item_builder_start (builder, property);
	eas_item_builder_int (builder, EAS_SETTINGS_STATUS, SETTINGS_PROTOCOL);
	eas_item_builder_end (builder);
}

/* Known properties, each once. [MS-ASCMD] 2.2.1.18 Settings */
static gboolean
are_properties (const EasItem *body)
{
	static const EasTag properties[] = {
		EAS_SETTINGS_OOF,
		EAS_SETTINGS_DEVICE_PASSWORD,
		EAS_SETTINGS_DEVICE_INFORMATION,
		EAS_SETTINGS_USER_INFORMATION,
		EAS_SETTINGS_RIGHTS_MANAGEMENT_INFORMATION,
	};
	guint known = 0;

	for (guint i = 0; i < G_N_ELEMENTS (properties); i++)
		known += eas_item_child (body, EAS_ITEM_ROOT, properties[i]) != EAS_ITEM_NONE;

	return known > 0 && known == eas_item_n_children (body, EAS_ITEM_ROOT);
}

void
eas_mock_settings (EasMockRequest *request)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasItemSlot slot;

	if (!are_properties (request->body)) {
		eas_mock_reply_status (&request->reply, request->root, EAS_SETTINGS_STATUS,
				       SETTINGS_PROTOCOL);
		return;
	}
	eas_item_builder_int (builder, EAS_SETTINGS_STATUS, SETTINGS_OK);
	EAS_MOCK_EACH (slot, request->body, EAS_ITEM_ROOT, EAS_TAG_NONE) {
		EasTag tag = eas_item_tag (request->body, slot);

		if (tag == EAS_SETTINGS_DEVICE_INFORMATION && take_device_information (request))
			put_information_status (builder);
		else if (tag == EAS_SETTINGS_USER_INFORMATION)
			put_user_information (request, builder);
		else if (tag == EAS_SETTINGS_RIGHTS_MANAGEMENT_INFORMATION)
			put_templates (builder);
		else
			put_refusal (builder, tag);
	}
	eas_mock_reply_set_tree (&request->reply, request->root, builder);
}
