/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The requests of the golden vectors, put to the test server: those of commands
 * it has are understood, and what is made of them by chance is survived, with
 * answers that still pass the schemas.
 */

#include "eas-mock-client.h"
#include "eas-mock-command.h"
#include "eas-mock-sample.h"
#include "eas-test.h"

#include "eas-wbxml-reader.h"

#define N_MUTATIONS 12 /* of each request */

typedef void (*Visit) (const char *name, GBytes *request, gpointer data);

static void
each_request (Visit visit, gpointer data)
{
	g_autofree char *folder = eas_test_path ("golden");
	g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
	guint count = 0;
	const char *name;

	g_assert_nonnull (directory);
	while ((name = g_dir_read_name (directory)) != NULL) {
		g_autofree char *path = g_strconcat ("golden/", name, NULL);
		g_autoptr (GBytes) request = NULL;

		if (strstr (name, "-req") == NULL || !g_str_has_suffix (name, ".wbxml"))
			continue;
		request = eas_test_load (path);
		visit (name, request, data);
		count++;
	}
	g_assert_cmpuint (count, >, 20);
}

static const char *
version_of (const char *name)
{
	if (strstr (name, "-121") != NULL)
		return "12.1";

	return strstr (name, "-16") != NULL || g_str_has_prefix (name, "find") ||
			       strstr (name, "account") != NULL
		       ? "16.1"
		       : "14.1";
}

/* The command's name is that of the root element. */
static const char *
command_of (GBytes *request)
{
	g_auto (EasWbxmlReader) reader = { 0 };
	EasTag root = EAS_TAG_NONE;

	eas_wbxml_reader_init (&reader, request);
	g_assert_true (eas_wbxml_reader_root (&reader, &root));

	return eas_tag_get_name (root);
}

static EasMockClient *
open_client (const char *name)
{
	EasMockClient *client = eas_mock_client_new (version_of (name));

	eas_mock_sample_fill (client->mailbox);
	client->server->settings.ping_minimum = 1;
	eas_mock_client_open (client);

	return client;
}

/* A Ping or Sync that is held is told that its time is up. */
static EasMockAnswer *
post (EasMockClient *client, const char *command, GBytes *request)
{
	gpointer pending = eas_mock_client_start_bytes (client, command, request);

	while (!eas_mock_client_is_done (pending)) {
		g_main_context_iteration (NULL, TRUE);
		eas_mock_server_expire (client->server);
	}

	return eas_mock_client_finish (pending);
}

static void
understand (const char *name, GBytes *request, gpointer data)
{
	g_autoptr (EasMockClient) client = open_client (name);
	const char *command = command_of (request);
	const EasMockCommand *known = eas_mock_command_by_name (command);
	g_autoptr (EasMockAnswer) answer = post (client, command, request);
	g_autofree char *status = NULL;

	g_test_message ("%s", name);
	g_assert_nonnull (known);
	g_assert_no_error (answer->error);
	g_assert_cmpuint (answer->status, ==, 200);
	status = eas_mock_answer_get (answer, "/*/*[local-name()='Status']");
	if (known->handle == NULL) {
		g_autofree char *anywhere =
			eas_mock_answer_get (answer, "//*[local-name()='Status']");

		g_assert_cmpstr (anywhere, ==, "137");
		return;
	}
	/* Not "malformed", whatever else it says. */
	g_assert_cmpstr (status, !=, "102");
	g_assert_cmpstr (status, !=, "103");
	if (g_str_equal (command, "Sync"))
		g_assert_cmpstr (status, !=, "4");
}

static void
test_understood (void)
{
	each_request (understand, NULL);
}

static void
maltreat (const char *name, GBytes *request, gpointer data)
{
	g_autoptr (EasMockClient) client = open_client (name);
	const char *command = command_of (request);

	for (guint i = 0; i < N_MUTATIONS; i++) {
		g_autoptr (GBytes) mutated = eas_test_mutate (data, request);
		g_autoptr (EasMockAnswer) answer = post (client, command, mutated);

		g_assert_no_error (answer->error);
		g_assert_cmpuint (answer->status, !=, 500);
	}
}

static void
test_survived (void)
{
	GRand *rand = eas_test_rand (20261121);

	each_request (maltreat, rand);
	g_rand_free (rand);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mock/golden/understood", test_understood);
	g_test_add_func ("/mock/golden/survived", test_survived);

	return g_test_run ();
}
