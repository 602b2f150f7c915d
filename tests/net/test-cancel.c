/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who cancels is free at once, wherever the work stands: on the way to the server, in
 * the handshake, in a slow answer, waiting for a throttling server, for the account's
 * lock, for a lane. Measured where the caller stands, from cancelling to the return
 * of the call. Of many tries the one in the middle counts: a single one says more about
 * the machine's other work. A waiter that looked now and then would show here.
 */

#include <string.h>

#include "eas-client.h"
#include "eas-flow-folders.h"
#include "net-runner.h"

#define TRIES      21
#define AT_ONCE_US 50000
#define FAR_MS     15000 /* what nobody waits for; a request may take longer */
#define SETTLE_US  20000 /* until a thread has come to where it waits */

static int
compare_times (gconstpointer a, gconstpointer b)
{
	gint64 one = *(const gint64 *) a, other = *(const gint64 *) b;

	return one < other ? -1 : one > other;
}

static void
assert_at_once (gint64 *took_us)
{
	qsort (took_us, TRIES, sizeof *took_us, compare_times);
	g_test_message ("least %" G_GINT64_FORMAT ", median %" G_GINT64_FORMAT
			", most %" G_GINT64_FORMAT " us",
			took_us[0], took_us[TRIES / 2], took_us[TRIES - 1]);
	g_assert_cmpint (took_us[TRIES / 2], <=, AT_ONCE_US);
}

/* --- Where no socket is needed --- */

/* Each try sends: so the lane was free again. */
static void
test_hanging_request (void)
{
	NetTest test = { .script = { .hang = "Sync" } };
	NetRunner next = { 0 };
	gint64 took_us[TRIES];

	net_test_begin (&test, TRUE);
	for (guint ii = 0; ii < TRIES; ii++) {
		NetRunner runner = { 0 };

		net_runner_start_flow (&runner, test.client, net_sync_flow (1, 1));
		eas_fake_server_wait (test.server, "Sync", ii + 1);
		took_us[ii] = net_runner_cancel (&runner);
		net_runner_clear (&runner);
	}
	assert_at_once (took_us);
	test.script.hang = NULL;
	net_runner_start_flow (&next, test.client, net_sync_flow (1, 1));
	net_runner_join (&next);
	g_assert_no_error (next.error);
	net_runner_clear (&next);
	net_test_end (&test);
}

static void
test_pull (void)
{
	NetTest test = { .script = { .hang = "Sync" } };
	gint64 took_us[TRIES];

	net_test_begin (&test, TRUE);
	for (guint ii = 0; ii < TRIES; ii++) {
		NetRunner runner = { 0 };

		net_runner_start_pull (&runner, test.client, 1);
		eas_fake_server_wait (test.server, "Sync", ii + 1);
		took_us[ii] = net_runner_cancel (&runner);
		net_runner_clear (&runner);
	}
	assert_at_once (took_us);
	net_test_end (&test);
}

static void
test_before_start (void)
{
	NetTest test = { 0 };
	g_autoptr (GCancellable) cancellable = g_cancellable_new ();
	g_autoptr (GError) error = NULL;

	net_test_begin (&test, TRUE);
	g_cancellable_cancel (cancellable);
	g_assert_null (
		eas_client_run_sync (test.client, net_sync_flow (1, 1), cancellable, &error));
	g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
	net_test_end (&test);
}

/* Of a flow, or of a pull when @as_pull. */
static void
test_waiting_for_lane (gconstpointer as_pull)
{
	NetTest test = { .script = { .hang = "Sync" } };
	NetRunner first = { 0 };
	gint64 took_us[TRIES];

	net_test_begin (&test, TRUE);
	net_runner_start_flow (&first, test.client, net_sync_flow (1, 1));
	eas_fake_server_wait (test.server, "Sync", 1);
	for (guint ii = 0; ii < TRIES; ii++) {
		NetRunner second = { 0 };

		if (as_pull != NULL)
			net_runner_start_pull (&second, test.client, 1);
		else
			net_runner_start_flow (&second, test.client, net_sync_flow (1, 1));
		g_usleep (SETTLE_US);
		took_us[ii] = net_runner_cancel (&second);
		net_runner_clear (&second);
	}
	assert_at_once (took_us);
	net_runner_cancel (&first);
	g_assert_cmpuint (eas_fake_server_count (test.server, "Sync"), ==, 1);
	net_runner_clear (&first);
	net_test_end (&test);
}

/* Another process has it. That one is asked again and again; the caller does not wait for that. */
static void
test_waiting_for_lock (void)
{
	NetTest test = { 0 };
	g_autoptr (EasAccountState) other = NULL;
	gint64 took_us[TRIES];

	net_test_begin (&test, TRUE);
	other = eas_account_state_new (test.directory);
	g_assert_true (eas_account_state_try_lock (other, NULL));
	for (guint ii = 0; ii < TRIES; ii++) {
		NetRunner runner = { 0 };

		net_runner_start_flow (&runner, test.client,
				       eas_flow_folders_refresh_new (G_MAXUINT64));
		/* Some of them when it is asked for every hundred milliseconds only. */
		g_usleep (ii < 3 ? 300000 : SETTLE_US);
		took_us[ii] = net_runner_cancel (&runner);
		net_runner_clear (&runner);
	}
	assert_at_once (took_us);
	g_assert_cmpuint (eas_fake_server_count (test.server, NULL), ==, 0);
	eas_account_state_unlock (other);
	net_test_end (&test);
}

/* Behind another caller of this process that has the lock. */
static void
test_waiting_for_lock_here (void)
{
	NetTest test = { .script = { .hang = "FolderSync" } };
	NetRunner first = { 0 };
	gint64 took_us[TRIES];

	net_test_begin (&test, FALSE);
	net_runner_start_flow (&first, test.client, eas_flow_folders_refresh_new (0));
	eas_fake_server_wait (test.server, "FolderSync", 1);
	for (guint ii = 0; ii < TRIES; ii++) {
		NetRunner second = { 0 };

		net_runner_start_flow (&second, test.client,
				       eas_flow_folders_refresh_new (G_MAXUINT64));
		g_usleep (SETTLE_US);
		took_us[ii] = net_runner_cancel (&second);
		net_runner_clear (&second);
	}
	assert_at_once (took_us);
	net_runner_cancel (&first);
	net_runner_clear (&first);
	net_test_end (&test);
}

static void
test_waiting_out_throttle (void)
{
	NetTest test = { .script = { .fail = "Sync", .status = 503, .retry_after = "30" } };
	gint64 took_us[TRIES];

	net_test_begin (&test, TRUE);
	for (guint ii = 0; ii < TRIES; ii++) {
		NetRunner runner = { 0 };
		EasFlow *flow = net_sync_flow (1, 1);

		flow->patience = 60;
		net_runner_start_flow (&runner, test.client, flow);
		eas_fake_server_wait (test.server, "Sync", 1);
		g_usleep (SETTLE_US);
		took_us[ii] = net_runner_cancel (&runner);
		net_runner_clear (&runner);
	}
	assert_at_once (took_us);
	g_assert_cmpuint (eas_fake_server_count (test.server, NULL), ==, 1);
	net_test_end (&test);
}

/* Cancelling under the lock gives it back, uncommitted. */
static void
test_under_lock (void)
{
	NetTest test = { .script = { .hang = "FolderSync" } };
	g_autoptr (EasAccountState) other = NULL;
	gint64 took_us[TRIES];

	net_test_begin (&test, TRUE);
	other = eas_account_state_new (test.directory);
	for (guint ii = 0; ii < TRIES; ii++) {
		NetRunner runner = { 0 };
		gboolean locked = FALSE;

		net_runner_start_flow (&runner, test.client,
				       eas_flow_folders_refresh_new (G_MAXUINT64));
		eas_fake_server_wait (test.server, "FolderSync", ii + 1);
		g_assert_false (eas_account_state_try_lock (other, NULL));
		took_us[ii] = net_runner_cancel (&runner);
		for (guint jj = 0; jj < 15000 && !locked; jj++) {
			locked = eas_account_state_try_lock (other, NULL);
			g_usleep (2000);
		}
		g_assert_true (locked);
		eas_account_state_unlock (other);
		net_runner_clear (&runner);
	}
	assert_at_once (took_us);
	net_test_end (&test);
}

/* --- The asynchronous verb --- */

typedef struct {
	GMainLoop *loop;
	GError *error;
	gint64 ended_us;
} Ending;

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
	Ending *ending = user_data;

	g_assert_null (eas_client_run_finish (EAS_CLIENT (source), result, &ending->error));
	ending->ended_us = g_get_monotonic_time ();
	g_main_loop_quit (ending->loop);
}

static void
test_async (void)
{
	NetTest test = { .script = { .hang = "Sync" } };
	gint64 took_us[TRIES];

	net_test_begin (&test, TRUE);
	for (guint ii = 0; ii < TRIES; ii++) {
		Ending ending = { g_main_loop_new (NULL, FALSE) };
		g_autoptr (GCancellable) cancellable = g_cancellable_new ();
		gint64 begun;

		eas_client_run_async (test.client, net_sync_flow (1, 1), cancellable, ended_cb,
				      &ending);
		eas_fake_server_wait (test.server, "Sync", ii + 1);
		begun = g_get_monotonic_time ();
		g_cancellable_cancel (cancellable);
		g_main_loop_run (ending.loop);
		g_assert_error (ending.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
		took_us[ii] = ending.ended_us - begun;
		g_clear_error (&ending.error);
		g_main_loop_unref (ending.loop);
	}
	assert_at_once (took_us);
	net_test_end (&test);
}

/* --- On real sockets --- */

#define ACCEPT_SECONDS 20
#define FILLERS        8

/* A server that this thread plays: nothing happens unless it does it. */
typedef struct {
	GSocket *listener;
	GSocketAddress *address;
	GSocket *fillers[FILLERS];
	EasClient *client;
	char *directory;
} Wire;

static GSocket *
new_socket (void)
{
	g_autoptr (GError) error = NULL;
	GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
					G_SOCKET_PROTOCOL_TCP, &error);

	g_assert_no_error (error);

	return socket;
}

static void
wire_begin (Wire *wire, const char *scheme, guint backlog)
{
	g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
	g_autoptr (GSocketAddress) any_port = g_inet_socket_address_new (loopback, 0);
	g_autoptr (GError) error = NULL;
	g_autofree char *url = NULL;

	wire->listener = new_socket ();
	g_socket_set_timeout (wire->listener, ACCEPT_SECONDS);
	g_socket_set_listen_backlog (wire->listener, backlog);
	g_assert_true (g_socket_bind (wire->listener, any_port, TRUE, &error));
	g_assert_true (g_socket_listen (wire->listener, &error));
	wire->address = g_socket_get_local_address (wire->listener, &error);
	g_assert_no_error (error);
	url = g_strdup_printf (
		"%s://127.0.0.1:%u/Microsoft-Server-ActiveSync", scheme,
		g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (wire->address)));
	wire->directory = net_directory ();
	wire->client = net_wire_client_new (wire->directory, url);
}

static void
wire_end (Wire *wire)
{
	gint64 begun = g_get_monotonic_time ();

	/* It waits for requests under way: cancelled ones must not be. */
	eas_client_shutdown (wire->client);
	g_assert_cmpint (net_elapsed_ms (begun), <, FAR_MS);
	g_object_unref (wire->client);
	for (guint ii = 0; ii < FILLERS; ii++)
		g_clear_object (&wire->fillers[ii]);
	g_object_unref (wire->listener);
	g_object_unref (wire->address);
	net_remove (wire->directory);
}

/* Connections nobody accepts, until the system takes no more: the next one stays on its way. */
static void
fill (Wire *wire)
{
	gboolean full = FALSE;

	for (guint ii = 0; ii < FILLERS && !full; ii++) {
		wire->fillers[ii] = new_socket ();
		g_socket_set_blocking (wire->fillers[ii], FALSE);
		g_socket_connect (wire->fillers[ii], wire->address, NULL, NULL);
		full = !g_socket_condition_timed_wait (wire->fillers[ii], G_IO_OUT, 300000, NULL,
						       NULL);
	}
	g_assert_true (full);
}

static void
test_during_connect (void)
{
	Wire wire = { 0 };
	gint64 took_us[TRIES];

	wire_begin (&wire, "http", /* backlog */ 0);
	fill (&wire);
	for (guint ii = 0; ii < TRIES; ii++) {
		NetRunner runner = { 0 };

		net_runner_start_flow (&runner, wire.client, net_sync_flow (1, 1));
		g_usleep (SETTLE_US);
		g_assert_cmpint (runner.ended_us, ==, 0);
		took_us[ii] = net_runner_cancel (&runner);
		net_runner_clear (&runner);
	}
	assert_at_once (took_us);
	wire_end (&wire);
}

/* The client's connection, and the first bytes of what it says there. */
static GSocket *
accept_request (Wire *wire)
{
	g_autoptr (GError) error = NULL;
	GSocket *connection = g_socket_accept (wire->listener, NULL, &error);
	char bytes[4096];

	g_assert_no_error (error);
	g_socket_set_timeout (connection, ACCEPT_SECONDS);
	g_assert_cmpint (g_socket_receive (connection, bytes, sizeof bytes, NULL, &error), >, 0);
	g_assert_no_error (error);

	return connection;
}

/* The hello of the client is there; no answer ever comes. */
static void
test_during_tls (void)
{
	Wire wire = { 0 };
	gint64 took_us[TRIES];

	wire_begin (&wire, "https", /* backlog */ 5);
	for (guint ii = 0; ii < TRIES; ii++) {
		NetRunner runner = { 0 };
		g_autoptr (GSocket) connection = NULL;

		net_runner_start_flow (&runner, wire.client, net_sync_flow (1, 1));
		connection = accept_request (&wire);
		took_us[ii] = net_runner_cancel (&runner);
		net_runner_clear (&runner);
	}
	assert_at_once (took_us);
	wire_end (&wire);
}

/* Nothing of the answer, its head, or also a part of its body. */
static const char *const answers[] = {
	"",
	"HTTP/1.1 200 OK\r\n",
	("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.ms-sync.wbxml\r\n"
	 "Content-Length: 1000\r\n\r\n\x03\x01\x6a"),
};

static void
test_during_answer (gconstpointer answer)
{
	Wire wire = { 0 };
	gint64 took_us[TRIES];

	wire_begin (&wire, "http", /* backlog */ 5);
	for (guint ii = 0; ii < TRIES; ii++) {
		NetRunner runner = { 0 };
		g_autoptr (GSocket) connection = NULL;

		net_runner_start_flow (&runner, wire.client, net_sync_flow (1, 1));
		connection = accept_request (&wire);
		if (strlen (answer) > 0)
			g_socket_send (connection, answer, strlen (answer), NULL, NULL);
		g_usleep (SETTLE_US);
		g_assert_cmpint (runner.ended_us, ==, 0);
		took_us[ii] = net_runner_cancel (&runner);
		net_runner_clear (&runner);
	}
	assert_at_once (took_us);
	wire_end (&wire);
}

#define ADD(name, func)            g_test_add_func ("/cancel/" name, func)
#define ADD_WITH(name, data, func) g_test_add_data_func ("/cancel/" name, data, func)

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD ("before-start", test_before_start);
	ADD ("hanging-request", test_hanging_request);
	ADD ("async", test_async);
	ADD ("pull", test_pull);
	ADD_WITH ("waiting-for-lane", NULL, test_waiting_for_lane);
	ADD_WITH ("waiting-for-lane-pull", GUINT_TO_POINTER (1), test_waiting_for_lane);
	ADD ("waiting-for-lock", test_waiting_for_lock);
	ADD ("waiting-for-lock-here", test_waiting_for_lock_here);
	ADD ("waiting-out-throttle", test_waiting_out_throttle);
	ADD ("under-lock", test_under_lock);
	ADD ("during-connect", test_during_connect);
	ADD ("during-tls", test_during_tls);
	ADD_WITH ("during-answer", answers[0], test_during_answer);
	ADD_WITH ("during-answer-head", answers[1], test_during_answer);
	ADD_WITH ("during-answer-body", answers[2], test_during_answer);

	return g_test_run ();
}
