/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the test server says, judged by Microsoft's schemas: the sample mailbox,
 * every class, at every version they describe. (The other programs here run with
 * the same check, and abort on the first bad answer.)
 */

#include "eas-mock-client.h"

#include "eas-mock-sample.h"
#include "eas-mock-schemas.h"
#include "eas-wbxml-xml.h"

static const char *const versions[] = { "14.0", "14.1", "16.0", "16.1" };

static gboolean
skip_without_schemas (void)
{
	if (eas_mock_client_schemas () != NULL)
		return FALSE;
	g_test_skip ("Microsoft's schemas are not here");

	return TRUE;
}

/* The judge must be able to say no. */
static void
test_judge (void)
{
	static const char bad[] = "<airsync:Sync "
				  "xmlns:airsync=\"AirSync\"><airsync:Collections><airsync:"
				  "Collection><airsync:Nonsense/>"
				  "</airsync:Collection></airsync:Collections></airsync:Sync>";
	static const char wrong_place[] =
		"<airsync:Sync "
		"xmlns:airsync=\"AirSync\"><airsync:Collections><airsync:Collection><airsync:"
		"WindowSize>5"
		"</airsync:WindowSize></airsync:Collection></airsync:Collections></airsync:Sync>";
	g_autoptr (EasMockSchemas) schemas = NULL;
	g_autoptr (GBytes) document = NULL;
	g_autoptr (GError) error = NULL;

	g_assert_null (eas_wbxml_from_xml (bad, -1, NULL));
	if (skip_without_schemas ())
		return;
	schemas = eas_mock_schemas_new (eas_mock_client_schemas (), &error);
	g_assert_no_error (error);
	document = eas_wbxml_from_xml (wrong_place, -1, &error);
	g_assert_no_error (error);
	g_assert_false (eas_mock_schemas_check (schemas, "Sync", document, &error));
	g_assert_nonnull (strstr (error->message, "WindowSize"));
}

static void
fetch_folder (EasMockClient *client, EasMockFolder *folder, gboolean html)
{
	g_autofree char *key = eas_mock_client_prime (client, folder->id);
	g_autofree char *options = g_strdup_printf (
		"<airsync:Options><airsync:MIMESupport>2</"
		"airsync:MIMESupport><airsyncbase:BodyPreference>"
		"<airsyncbase:Type>%s</airsyncbase:Type><airsyncbase:TruncationSize>40</"
		"airsyncbase:TruncationSize>"
		"<airsyncbase:Preview>20</airsyncbase:Preview></airsyncbase:BodyPreference></"
		"airsync:Options>",
		html ? "2" : "1");
	g_autoptr (EasMockAnswer) answer = eas_mock_client_sync (client, folder->id, key, options);

	g_assert_cmpuint (eas_mock_answer_count (answer, "//airsync:Commands/airsync:Add"), ==,
			  folder->items->len);
}

static void
test_sample (void)
{
	if (skip_without_schemas ())
		return;
	for (guint i = 0; i < G_N_ELEMENTS (versions); i++) {
		g_autoptr (EasMockClient) client = eas_mock_client_new (versions[i]);

		client->server->abort_on_invalid = FALSE;
		eas_mock_sample_fill (client->mailbox);
		eas_mock_client_open (client);
		for (guint j = 0; j < client->mailbox->folders->len; j++) {
			EasMockFolder *folder = client->mailbox->folders->pdata[j];

			if (folder->items->len == 0)
				continue;
			fetch_folder (client, folder, FALSE);
			fetch_folder (client, folder, TRUE);
		}
		g_test_message ("version %s", versions[i]);
		g_assert_cmpuint (client->server->n_invalid, ==, 0);
	}
}

/* Errors have to be well-formed, too: each command with each status on demand. */
static void
test_statuses (void)
{
	static const struct {
		const char *command, *xml;
	} rows[] = {
		{ "FolderSync", "<folderhierarchy:FolderSync/>" },
		{ "FolderCreate", "<folderhierarchy:FolderCreate/>" },
		{ "FolderUpdate", "<folderhierarchy:FolderUpdate/>" },
		{ "FolderDelete", "<folderhierarchy:FolderDelete/>" },
		{ "Sync", "<airsync:Sync/>" },
		{ "Ping", "<ping:Ping/>" },
		{ "Provision", "<provision:Provision/>" },
		{ "Settings", "<settings:Settings/>" },
		{ "GetItemEstimate", "<getitemestimate:GetItemEstimate/>" },
		{ "ItemOperations", "<itemoperations:ItemOperations/>" },
		{ "MoveItems", "<move:MoveItems/>" },
	};
	g_autoptr (EasMockClient) client = NULL;

	if (skip_without_schemas ())
		return;
	client = eas_mock_client_new ("16.1");
	client->server->settings.policy = TRUE;
	client->server->abort_on_invalid = FALSE;
	for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_autoptr (EasMockAnswer) unprovisioned =
			eas_mock_client_post (client, rows[i].command, rows[i].xml);
		g_autoptr (EasMockAnswer) no_body =
			eas_mock_client_post (client, rows[i].command, NULL);

		g_test_message ("%s", rows[i].command);
		g_assert_cmpuint (
			eas_mock_answer_count (unprovisioned, "/*/*[local-name()='Status']"), ==,
			1);
		g_assert_cmpuint (client->server->n_invalid, ==, 0);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mock/schemas/judge", test_judge);
	g_test_add_func ("/mock/schemas/sample", test_sample);
	g_test_add_func ("/mock/schemas/statuses", test_statuses);

	return g_test_run ();
}
