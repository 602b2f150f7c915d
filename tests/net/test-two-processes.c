/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Issue line 7: two programs start on one account at once. And pitfall 44 across a restart. */

#include <string.h>

#include "eas-client.h"
#include "eas-cmd-provision.h"
#include "eas-error.h"
#include "eas-test-answers.h"
#include "net-account.h"
#include "wire-server.h"

#define WBXML "application/vnd.ms-sync.wbxml"

typedef struct {
	WireServer *server;
	char *url, *directory;
	gboolean throttle;
} Test;

static void
answer_options (SoupServerMessage *message)
{
	SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

	soup_message_headers_append (headers, "MS-ASProtocolVersions", "12.1,14.1");
	soup_message_headers_append (headers, "MS-ASProtocolCommands",
				     "Sync,FolderSync,Provision,Settings");
	wire_answer (message, 200, NULL, NULL);
}

static void
answer_provision (SoupServerMessage *message)
{
	SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
	gboolean first =
		strcmp (soup_message_headers_get_one (headers, "X-MS-PolicyKey"), "0") == 0;

	wire_answer (message, 200, WBXML, eas_test_answer_policy (1, 1, first ? 5000 : 77, first));
}

static void
answer_sync (Test *test, SoupServerMessage *message)
{
	g_autoptr (GBytes) body = NULL;

	if (test->throttle) {
		soup_message_headers_append (soup_server_message_get_response_headers (message),
					     "Retry-After", "300");
		wire_answer (message, 503, NULL, NULL);
		return;
	}
	body = soup_message_body_flatten (soup_server_message_get_request_body (message));
	wire_answer (message, 200, WBXML, eas_test_answer_sync_all (body, 1));
}

/* Slow enough that the two are in each other's way. */
static void
handler (WireServer *server, SoupServerMessage *message, const char *command, gpointer user_data)
{
	if (g_str_equal (command, "OPTIONS"))
		answer_options (message);
	else if (g_str_equal (command, "Provision"))
		answer_provision (message);
	else if (g_str_equal (command, "FolderSync"))
		wire_answer (message, 200, WBXML, eas_test_answer_folders (1, "h1", 1, 5, NULL));
	else
		answer_sync (user_data, message);
	wire_answer_after (server, message, 50);
}

static void
begin (Test *test)
{
	test->server = wire_server_new (WIRE_PLAIN, handler, test);
	test->url = wire_server_url (test->server);
	test->directory = net_directory ();
}

static void
end (Test *test)
{
	wire_server_free (test->server);
	net_remove (test->directory);
	g_free (test->url);
}

static GSubprocess *
spawn (Test *test, const char *what)
{
	g_autoptr (GError) error = NULL;
	GSubprocess *process =
		g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, NET_PROCESS, test->url,
				  test->directory, "account-1", what, NULL);

	g_assert_no_error (error);

	return process;
}

static char *
finish (GSubprocess *take_process, int expected)
{
	g_autoptr (GSubprocess) process = take_process;
	g_autoptr (GError) error = NULL;
	char *output = NULL;

	g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error);
	g_assert_no_error (error);
	g_assert_true (g_subprocess_get_if_exited (process));
	if (g_subprocess_get_exit_status (process) != expected)
		g_error ("exit status %d: %s", g_subprocess_get_exit_status (process), output);

	return output;
}

static void
test_7_start_at_once (void)
{
	Test test = { 0 };
	GSubprocess *processes[3];
	g_autoptr (GPtrArray) devices = NULL;

	begin (&test);
	for (guint ii = 0; ii < G_N_ELEMENTS (processes); ii++)
		processes[ii] = spawn (&test, "folders");
	for (guint ii = 0; ii < G_N_ELEMENTS (processes); ii++) {
		g_autofree char *output = finish (processes[ii], 0);

		g_assert_cmpstr (output, ==, "5\n");
	}
	g_assert_cmpuint (wire_server_count (test.server, "OPTIONS"), ==, 1);
	g_assert_cmpuint (wire_server_count (test.server, "Provision"), ==,
			  2); /* one handshake has two rounds */
	g_assert_cmpuint (wire_server_count (test.server, "FolderSync"), ==, 1);
	devices = wire_server_devices (test.server);
	g_assert_cmpuint (devices->len, ==, 1);
	end (&test);
}

/* Seconds to wait, the last word; a few of the server's 300 may have passed. */
static void
assert_remaining (const char *output)
{
	const char *last = strrchr (output, ' ');
	guint64 seconds = 0;

	g_assert_nonnull (last);
	seconds = g_ascii_strtoull (last + 1, NULL, 10);
	g_assert_cmpuint (seconds, <=, 300);
	g_assert_cmpuint (seconds, >, 200);
}

static void
test_44_retry_after_outlives_the_process (void)
{
	Test test = { .throttle = TRUE };
	g_autofree char *first = NULL;
	g_autofree char *second = NULL;

	begin (&test);
	first = finish (spawn (&test, "sync"), 10 + EAS_ERROR_THROTTLED);
	assert_remaining (first);
	g_assert_cmpuint (wire_server_count (test.server, "Sync"), ==, 1);
	second = finish (spawn (&test, "sync"), 10 + EAS_ERROR_THROTTLED);
	assert_remaining (second);
	g_assert_cmpuint (wire_server_count (test.server, "Sync"), ==, 1);
	end (&test);
}

/* A process that dies holding the lock leaves it free. */
static void
test_killed_under_lock (void)
{
	Test test = { 0 };
	g_autoptr (GSubprocess) victim = NULL;
	g_autofree char *output = NULL;

	begin (&test);
	victim = spawn (&test, "folders");
	for (guint ii = 0; ii < 60000 && wire_server_count (test.server, NULL) == 0; ii++)
		g_usleep (1000);
	g_assert_cmpuint (wire_server_count (test.server, NULL), >, 0);
	g_subprocess_force_exit (victim);
	g_assert_true (g_subprocess_wait (victim, NULL, NULL));
	output = finish (spawn (&test, "folders"), 0);
	g_assert_cmpstr (output, ==, "5\n");
	end (&test);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/two-processes/7-start-at-once", test_7_start_at_once);
	g_test_add_func ("/two-processes/44-retry-after-outlives-the-process",
			 test_44_retry_after_outlives_the_process);
	g_test_add_func ("/two-processes/killed-under-lock", test_killed_under_lock);

	return g_test_run ();
}
