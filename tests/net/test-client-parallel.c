/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The three measurements of design section 3, against a server with a long poll:
 * a quick request does not wait for the poll, cancelling the poll is prompt, and
 * several polls leave room for quick requests.
 */

#include "eas-client.h"
#include "eas-cmd-estimate.h"
#include "eas-cmd-ping.h"
#include "eas-test-answers.h"
#include "net-account.h"
#include "wire-server.h"

#define POLL_MS    20000
#define QUICK_MS   (POLL_MS / 2) /* far below the poll, far above the noise of a loaded machine */
#define AT_ONCE_MS 50

typedef struct {
	WireServer *server;
	EasClient *client;
	char *directory;
} Test;

static void
handler (WireServer *server, SoupServerMessage *message, const char *command, gpointer user_data)
{
	if (g_str_equal (command, "Ping")) {
		wire_answer (message, 200, "application/vnd.ms-sync.wbxml",
			     eas_test_answer_ping (1, EAS_TAG_NONE, 0, NULL));
		wire_answer_after (server, message, POLL_MS);
	} else {
		wire_answer (message, 200, "application/vnd.ms-sync.wbxml",
			     eas_test_answer_status (&eas_cmd_estimate, 1));
	}
}

static void
begin (Test *test)
{
	g_autofree char *url = NULL;

	test->server = wire_server_new (WIRE_PLAIN, handler, test);
	test->directory = net_directory ();
	url = wire_server_url (test->server);
	test->client = net_wire_client_new (test->directory, url);
}

static void
end (Test *test)
{
	g_clear_object (&test->client);
	wire_server_free (test->server);
	net_remove (test->directory);
}

static EasRequest *
build (EasVersion version, const EasAccountData *data, gpointer command, GError **error)
{
	return eas_request_new (command, NULL);
}

static EasFlow *
new_flow (const EasCommand *command)
{
	return eas_flow_exchange_new (command, build, (gpointer) command, NULL);
}

typedef struct {
	Test *test;
	GCancellable *cancellable;
	GThread *thread;
	GError *error;
	gint64 ended_us;
} Poll;

static gpointer
poll_thread (gpointer user_data)
{
	Poll *poll = user_data;
	g_autoptr (EasAnswer) answer = NULL;

	answer = eas_client_run_sync (poll->test->client, new_flow (&eas_cmd_ping),
				      poll->cancellable, &poll->error);
	poll->ended_us = g_get_monotonic_time ();

	return NULL;
}

static void
start_polls (Test *test, Poll *polls, guint n)
{
	for (guint ii = 0; ii < n; ii++) {
		polls[ii].test = test;
		polls[ii].cancellable = g_cancellable_new ();
		polls[ii].thread = g_thread_new ("poll", poll_thread, &polls[ii]);
	}
	for (guint ii = 0; ii < 15000 && wire_server_count (test->server, "Ping") < n; ii++)
		g_usleep (2000);
	g_assert_cmpuint (wire_server_count (test->server, "Ping"), ==, n);
}

static gint64
stop_poll (Poll *poll)
{
	gint64 start = g_get_monotonic_time ();
	gint64 took_ms;

	g_cancellable_cancel (poll->cancellable);
	g_thread_join (poll->thread);
	g_assert_error (poll->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
	took_ms = (poll->ended_us - start) / 1000;
	g_assert_cmpint (took_ms, <, QUICK_MS);
	g_clear_error (&poll->error);
	g_clear_object (&poll->cancellable);

	return took_ms;
}

static void
run_quick (Test *test, guint n)
{
	for (guint ii = 0; ii < n; ii++) {
		g_autoptr (EasAnswer) answer = NULL;
		g_autoptr (GError) error = NULL;
		gint64 start = g_get_monotonic_time ();

		answer = eas_client_run_sync (test->client, new_flow (&eas_cmd_estimate), NULL,
					      &error);
		g_assert_no_error (error);
		g_assert_cmpint (net_elapsed_ms (start), <, QUICK_MS);
	}
}

static void
test_quick_beside_poll (void)
{
	Test test = { 0 };
	Poll poll = { 0 };

	begin (&test);
	start_polls (&test, &poll, 1);
	run_quick (&test, 8);
	g_assert_cmpint (poll.ended_us, ==, 0);
	stop_poll (&poll);
	end (&test);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
	gint64 one = *(const gint64 *) a, other = *(const gint64 *) b;

	return one < other ? -1 : one > other;
}

/* Nine fresh connections; test-cancel has the other moments. */
static void
test_cancel_poll (void)
{
	Test test = { 0 };
	gint64 took_ms[9];

	begin (&test);
	for (guint ii = 0; ii < G_N_ELEMENTS (took_ms); ii++) {
		Poll poll = { 0 };

		start_polls (&test, &poll, 1);
		took_ms[ii] = stop_poll (&poll);
		g_object_unref (test.client);
		wire_server_free (test.server);
		net_remove (test.directory);
		begin (&test);
	}
	qsort (took_ms, G_N_ELEMENTS (took_ms), sizeof *took_ms, compare_times);
	g_assert_cmpint (took_ms[G_N_ELEMENTS (took_ms) / 2], <=, AT_ONCE_MS);
	end (&test);
}

/* libsoup's own limit of two connections would let the quick ones wait for a poll to end. */
static void
test_quick_beside_four_polls (void)
{
	Test test = { 0 };
	Poll polls[4] = { 0 };

	begin (&test);
	start_polls (&test, polls, 4);
	run_quick (&test, 8);
	for (guint ii = 0; ii < 4; ii++) {
		g_assert_cmpint (polls[ii].ended_us, ==, 0);
		stop_poll (&polls[ii]);
	}
	end (&test);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/client-parallel/quick-beside-poll", test_quick_beside_poll);
	g_test_add_func ("/client-parallel/cancel-poll", test_cancel_poll);
	g_test_add_func ("/client-parallel/quick-beside-four-polls", test_quick_beside_four_polls);

	return g_test_run ();
}
