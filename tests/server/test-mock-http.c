/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The test server's HTTP rules: login, versions, both query forms, framing, policies, wipe. */

#include "eas-mock-client.h"

#define FOLDER_SYNC                                                                                \
	"<folderhierarchy:FolderSync><folderhierarchy:SyncKey>0</folderhierarchy:SyncKey>"         \
	"</folderhierarchy:FolderSync>"
#define INFORMATION                                                                                \
	"<settings:DeviceInformation><settings:Set><settings:FriendlyName>Desk</"                  \
	"settings:FriendlyName>"                                                                   \
	"</settings:Set></settings:DeviceInformation>"
#define POLICY(content)                                                                            \
	"<provision:Policies><provision:Policy>"                                                   \
	"<provision:PolicyType>MS-EAS-Provisioning-WBXML</provision:PolicyType>" content           \
	"</provision:Policy></provision:Policies>"

static const char *
header (EasMockAnswer *answer, const char *name)
{
	return soup_message_headers_get_one (answer->headers, name);
}

static void
test_options (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("14.1");
	g_autoptr (EasMockAnswer) answer = eas_mock_client_options (client);

	g_assert_cmpuint (answer->status, ==, 200);
	g_assert_cmpstr (header (answer, "MS-ASProtocolVersions"), ==,
			 "12.0,12.1,14.0,14.1,16.0,16.1");
	g_assert_nonnull (strstr (header (answer, "MS-ASProtocolCommands"), "FolderSync"));
}

static void
test_login (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("14.1");
	g_autoptr (EasMockAnswer) answer = NULL;

	client->password = "wrong";
	answer = eas_mock_client_post (client, "FolderSync", FOLDER_SYNC);
	g_assert_cmpuint (answer->status, ==, 401);
	g_assert_nonnull (strstr (header (answer, "WWW-Authenticate"), "Basic"));
}

static void
test_binary_query (void)
{
	static const char *const versions[] = { "12.1", "14.1", "16.1" };

	for (guint i = 0; i < G_N_ELEMENTS (versions); i++) {
		g_autoptr (EasMockClient) client = eas_mock_client_new (versions[i]);
		g_autoptr (EasMockAnswer) answer = NULL;

		client->binary_query = TRUE;
		answer = eas_mock_client_post (client, "FolderSync", FOLDER_SYNC);
		g_assert_cmpuint (answer->status, ==, 200);
		g_assert_cmpuint (eas_mock_answer_count (answer, "//folderhierarchy:Add"), ==, 9);
		g_assert_nonnull (g_hash_table_lookup (client->mailbox->devices, "device1"));
	}
}

/* A status from 14.0, an HTTP code before. [MS-ASCMD] 2.2.2 Common Status Codes */
static void
test_framing (void)
{
	static const struct {
		const char *version, *command, *xml, *type, *device;
		guint http;
		const char *status;
	} rows[] = {
		{ "14.1", "Settings", NULL, NULL, NULL, 200, "101" },
		{ "12.1", "Settings", NULL, NULL, NULL, 400, NULL },
		{ "14.1", "FolderSync", FOLDER_SYNC, "text/plain", NULL, 200, "101" },
		{ "12.1", "FolderSync", FOLDER_SYNC, "text/plain", NULL, 400, NULL },
		{ "16.1", "Ping", FOLDER_SYNC, NULL, NULL, 200, "103" },
		{ "16.1", "FolderSync", FOLDER_SYNC, NULL, "no-letters!", 200, "108" },
		{ "12.1", "FolderSync", FOLDER_SYNC, NULL, "no-letters!", 400, NULL },
		{ "16.0", "Find", FOLDER_SYNC, NULL, NULL, 200, "137" },
		{ "12.1", "Nonsense", FOLDER_SYNC, NULL, NULL, 501, NULL },
		{ "13.7", "FolderSync", FOLDER_SYNC, NULL, NULL, 400, NULL },
		{ "14.7", "FolderSync", FOLDER_SYNC, NULL, NULL, 200, "138" },
	};

	for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_autoptr (EasMockClient) client = eas_mock_client_new (rows[i].version);
		g_autoptr (EasMockAnswer) answer = NULL;

		if (rows[i].type != NULL)
			client->content_type = rows[i].type;
		if (rows[i].device != NULL) {
			g_free (client->device);
			client->device = g_strdup (rows[i].device);
		}
		answer = eas_mock_client_post (client, rows[i].command, rows[i].xml);
		g_test_message ("row %u", i);
		g_assert_cmpuint (answer->status, ==, rows[i].http);
		eas_mock_assert_text (answer, "/*/*[local-name()='Status']", rows[i].status);
	}
}

static void
test_version_not_offered (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("16.1");
	g_autoptr (EasMockAnswer) answer = NULL;
	g_autofree char *json = eas_mock_client_control (client, "set?versions=12.1,14.1", NULL);

	g_assert_nonnull (strstr (json, "12.1,14.1"));
	answer = eas_mock_client_post (client, "FolderSync", FOLDER_SYNC);
	eas_mock_assert_text (answer, "//folderhierarchy:Status", "138");
}

static void
provision (EasMockClient *client)
{
	gboolean informs = g_ascii_strtod (client->version, NULL) >= 14.1;
	g_autoptr (EasMockAnswer) offer = NULL;
	g_autoptr (EasMockAnswer) final = NULL;
	g_autofree char *temporary = NULL;
	g_autofree char *key = NULL;
	g_autofree char *second = NULL;

	offer = eas_mock_client_post (
		client, "Provision",
		informs ? "<provision:Provision>" INFORMATION POLICY ("") "</provision:Provision>"
			: "<provision:Provision>" POLICY ("") "</provision:Provision>");
	eas_mock_assert_text (offer, "/provision:Provision/provision:Status", "1");
	eas_mock_assert_text (offer, "//provision:AttachmentsEnabled", "1");
	temporary = eas_mock_answer_get (offer, "//provision:PolicyKey");
	second = g_strdup_printf (
		"<provision:Provision>" POLICY (
			"<provision:PolicyKey>%s</provision:PolicyKey>"
			"<provision:Status>1</provision:Status>") "</provision:Provision>",
		temporary);
	final = eas_mock_client_post (client, "Provision", second);
	eas_mock_assert_text (final, "//provision:Policy/provision:Status", "1");
	key = eas_mock_answer_get (final, "//provision:PolicyKey");
	g_assert_cmpstr (key, !=, temporary);
	client->policy_key = g_ascii_strtoull (key, NULL, 10);
}

static void
test_policy (void)
{
	static const char *const versions[] = { "12.1", "14.0", "14.1", "16.1" };

	for (guint i = 0; i < G_N_ELEMENTS (versions); i++) {
		g_autoptr (EasMockClient) client = eas_mock_client_new (versions[i]);
		g_autoptr (EasMockAnswer) before = NULL;
		g_autoptr (EasMockAnswer) after = NULL;
		g_autoptr (EasMockAnswer) wrong = NULL;
		gboolean old = i == 0;

		client->server->settings.policy = TRUE;
		before = eas_mock_client_post (client, "FolderSync", FOLDER_SYNC);
		g_assert_cmpuint (before->status, ==, old ? 449 : 200);
		eas_mock_assert_text (before, "//folderhierarchy:Status", old ? NULL : "142");
		provision (client);
		after = eas_mock_client_post (client, "FolderSync", FOLDER_SYNC);
		eas_mock_assert_text (after, "//folderhierarchy:Status", "1");
		client->policy_key++;
		wrong = eas_mock_client_post (client, "FolderSync", FOLDER_SYNC);
		eas_mock_assert_text (wrong, "//folderhierarchy:Status", old ? NULL : "144");
	}
}

/* [MS-ASPROV] 2.2.2.53: from 14.1 the device says first what it is, before that it must not. */
static void
test_device_information (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("14.1");
	g_autoptr (EasMockAnswer) missing = NULL;
	g_autoptr (EasMockAnswer) early = NULL;
	g_autoptr (EasMockAnswer) none = NULL;

	missing = eas_mock_client_post (
		client, "Provision", "<provision:Provision>" POLICY ("") "</provision:Provision>");
	eas_mock_assert_text (missing, "/provision:Provision/provision:Status", "165");
	client->version = "14.0";
	early = eas_mock_client_post (
		client, "Provision",
		"<provision:Provision>" INFORMATION POLICY ("") "</provision:Provision>");
	eas_mock_assert_text (early, "/provision:Provision/provision:Status", "2");
	client->version = "16.1";
	none = eas_mock_client_post (
		client, "Provision",
		"<provision:Provision>" INFORMATION POLICY ("") "</provision:Provision>");
	eas_mock_assert_text (none, "//provision:Policy/provision:Status", "2");
	g_assert_cmpuint (eas_mock_answer_count (none, "//provision:PolicyKey"), ==, 0);
}

static void
test_wipe (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("16.1");
	g_autoptr (EasMockAnswer) refused = NULL;
	g_autoptr (EasMockAnswer) order = NULL;
	g_autoptr (EasMockAnswer) done = NULL;
	g_autofree char *wiped = NULL;
	g_autofree char *devices = NULL;

	eas_mock_client_open (client);
	wiped = eas_mock_client_control (client, "wipe?account=1", NULL);
	client->policy_key = 1;
	refused = eas_mock_client_post (client, "FolderSync", FOLDER_SYNC);
	eas_mock_assert_text (refused, "//folderhierarchy:Status", "140");
	order = eas_mock_client_post (client, "Provision", "<provision:Provision/>");
	g_assert_cmpuint (eas_mock_answer_count (order, "//provision:AccountOnlyRemoteWipe"), ==,
			  1);
	done = eas_mock_client_post (client, "Provision",
				     "<provision:Provision><provision:AccountOnlyRemoteWipe><"
				     "provision:Status>1</provision:Status>"
				     "</provision:AccountOnlyRemoteWipe></provision:Provision>");
	eas_mock_assert_text (done, "/provision:Provision/provision:Status", "1");
	devices = eas_mock_client_control (client, "devices", NULL);
	g_assert_nonnull (strstr (devices, "\"wiped\":1"));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mock/http/options", test_options);
	g_test_add_func ("/mock/http/login", test_login);
	g_test_add_func ("/mock/http/binary-query", test_binary_query);
	g_test_add_func ("/mock/http/framing", test_framing);
	g_test_add_func ("/mock/http/version-not-offered", test_version_not_offered);
	g_test_add_func ("/mock/http/policy", test_policy);
	g_test_add_func ("/mock/http/device-information", test_device_information);
	g_test_add_func ("/mock/http/wipe", test_wipe);

	return g_test_run ();
}
