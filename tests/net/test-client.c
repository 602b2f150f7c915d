/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The client's verbs, lanes, lock and gathering, over a transport without sockets. */

#include <glib/gstdio.h>

#include "eas-flow-folders.h"
#include "eas-flow-sync.h"
#include "net-runner.h"

/* --- The verbs --- */

static void
test_run_sync (void)
{
	NetTest test = { 0 };
	g_autoptr (GPtrArray) folders = NULL;
	g_autoptr (EasAccountData) data = NULL;
	g_autoptr (GError) error = NULL;
	g_autofree char *log = NULL;

	net_test_begin (&test, FALSE);
	g_assert_cmpint (eas_client_get_version (test.client), ==, EAS_VERSION_NONE);
	folders = eas_client_run_sync (test.client, eas_flow_folders_refresh_new (0), NULL, &error);
	g_assert_no_error (error);
	g_assert_cmpuint (folders->len, ==, 5);
	log = eas_fake_server_log (test.server);
	g_assert_cmpstr (log, ==, "OPTIONS Provision Provision FolderSync");
	g_assert_cmpint (eas_client_get_version (test.client), ==, EAS_VERSION_16_1);
	data = eas_client_dup_data (test.client);
	g_assert_cmpuint (data->policy_key, ==, 77);
	g_assert_cmpuint (data->folders->len, ==, 5);
	net_test_end (&test);
}

static void
test_run_sync_fails (void)
{
	NetTest test = { .script = { .fail = "FolderSync", .status = 403 } };
	g_autoptr (GError) error = NULL;

	net_test_begin (&test, TRUE);
	g_assert_null (eas_client_run_sync (test.client, eas_flow_folders_refresh_new (G_MAXUINT64),
					    NULL, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_ACCESS);
	net_test_end (&test);
}

typedef struct {
	GMainLoop *loop;
	GThread *thread;
	gpointer result;
	GError *error;
} Waiting;

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
	Waiting *waiting = user_data;

	waiting->thread = g_thread_self ();
	waiting->result = eas_client_run_finish (EAS_CLIENT (source), result, &waiting->error);
	g_main_loop_quit (waiting->loop);
}

static void
test_run_async (void)
{
	NetTest test = { 0 };
	Waiting waiting = { g_main_loop_new (NULL, FALSE) };

	net_test_begin (&test, TRUE);
	eas_client_run_async (test.client, eas_flow_folders_refresh_new (G_MAXUINT64), NULL,
			      ended_cb, &waiting);
	g_main_loop_run (waiting.loop);
	g_assert_no_error (waiting.error);
	g_assert_true (waiting.thread == g_thread_self ());
	g_ptr_array_unref (waiting.result);

	/* A flow without a result still gives something to tell from a failure. */
	test.script.fail = "FolderDelete";
	test.script.status = 501;
	eas_client_run_async (test.client, eas_flow_folder_delete_new ("3"), NULL, ended_cb,
			      &waiting);
	g_main_loop_run (waiting.loop);
	g_assert_nonnull (waiting.error);
	g_clear_error (&waiting.error);
	g_main_loop_unref (waiting.loop);
	net_test_end (&test);
}

/* --- Lanes --- */

static void
test_one_lane_one_request (void)
{
	NetTest test = { .script = { .delay_ms = 20 } };
	NetRunner runners[4] = { 0 };

	net_test_begin (&test, TRUE);
	for (guint ii = 0; ii < G_N_ELEMENTS (runners); ii++)
		net_runner_start_flow (&runners[ii], test.client, net_sync_flow (1, 1));
	for (guint ii = 0; ii < G_N_ELEMENTS (runners); ii++) {
		net_runner_join (&runners[ii]);
		g_assert_no_error (runners[ii].error);
		net_runner_clear (&runners[ii]);
	}
	g_assert_cmpuint (eas_fake_server_most_at_once (test.server, "Sync"), ==, 1);
	net_test_end (&test);
}

static void
test_lanes_run_in_parallel (void)
{
	NetTest test = { .script = { .hang = "Sync" } };
	NetRunner runners[4] = { 0 };

	net_test_begin (&test, TRUE);
	for (guint ii = 0; ii < G_N_ELEMENTS (runners); ii++)
		net_runner_start_flow (&runners[ii], test.client, net_sync_flow (ii + 1, ii + 1));
	eas_fake_server_wait (test.server, "Sync", G_N_ELEMENTS (runners));
	for (guint ii = 0; ii < G_N_ELEMENTS (runners); ii++) {
		net_runner_cancel (&runners[ii]);
		net_runner_clear (&runners[ii]);
	}
	g_assert_cmpuint (eas_fake_server_most_at_once (test.server, "Sync"), ==, 4);
	net_test_end (&test);
}

/* Who wants several lanes is not passed by for ever by those who want one. */
static void
test_many_lanes_do_not_starve (void)
{
	NetTest test = { .script = { .delay_ms = 800 } };
	NetRunner first = { 0 }, wide = { 0 }, late = { 0 };

	net_test_begin (&test, TRUE);
	net_runner_start_flow (&first, test.client, net_sync_flow (1, 1));
	eas_fake_server_wait (test.server, "Sync", 1);
	net_runner_start_flow (&wide, test.client, net_sync_flow (1, 3));
	net_runner_settle (&wide);
	net_runner_start_flow (&late, test.client, net_sync_flow (3, 3));
	net_runner_join (&first);
	net_runner_join (&wide);
	net_runner_join (&late);
	g_assert_cmpint (wide.ended_us, <, late.ended_us);
	g_assert_cmpuint (eas_fake_server_most_at_once (test.server, "Sync"), ==, 1);
	net_runner_clear (&first);
	net_runner_clear (&wide);
	net_runner_clear (&late);
	net_test_end (&test);
}

/* --- Gathering --- */

typedef struct {
	GMainLoop *loop;
	guint n_left;
	EasWindow *windows[10]; /* by number of the collection */
} Pulls;

static void
pulled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
	Pulls *pulls = user_data;
	g_autoptr (GError) error = NULL;
	EasWindow *window = eas_client_pull_finish (EAS_CLIENT (source), result, &error);
	const EasSyncChange *change;

	g_assert_no_error (error);
	change = g_ptr_array_index (window->commands, 0);
	pulls->windows[g_ascii_digit_value (change->server_id[0])] = window;
	if (--pulls->n_left == 0)
		g_main_loop_quit (pulls->loop);
}

/* How many Sync requests five calendars take that changed at once. */
static guint
pull_five (void)
{
	NetTest test = { .script = { .n_adds = 2 } };
	guint n_requests;
	Pulls pulls = { g_main_loop_new (NULL, FALSE), 5 };

	net_test_begin (&test, TRUE);
	for (guint ii = 1; ii <= 5; ii++) {
		g_autoptr (EasCollection) collection = net_collection (ii);

		eas_client_pull_async (test.client, collection, 0, NULL, NULL, pulled_cb, &pulls);
	}
	g_main_loop_run (pulls.loop);
	for (guint ii = 1; ii <= 5; ii++) {
		g_assert_nonnull (pulls.windows[ii]);
		g_assert_cmpstr (pulls.windows[ii]->key, ==, "6");
		g_assert_cmpuint (pulls.windows[ii]->commands->len, ==, 2);
		eas_window_free (pulls.windows[ii]);
	}
	n_requests = eas_fake_server_count (test.server, NULL);
	g_main_loop_unref (pulls.loop);
	net_test_end (&test);

	return n_requests;
}

/* Issue line 7. Once more where the machine was too busy to ask for all within the time of
 * gathering. */
static void
test_five_pulls_one_sync (void)
{
	guint n_requests = 0;

	for (guint ii = 0; ii < 10 && n_requests != 1; ii++)
		n_requests = pull_five ();
	g_assert_cmpuint (n_requests, ==, 1);
}

/* Pulls of one collection alone, each answer committed as if it had said @more; how long it took.
 */
static gint64
time_of_windows (NetTest *test, guint n, gboolean more)
{
	g_autoptr (EasCollection) collection = net_collection (1);
	gint64 start = g_get_monotonic_time ();

	for (guint ii = 0; ii < n; ii++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (EasWindow) window =
			eas_client_pull_sync (test->client, collection, 0, NULL, NULL, &error);

		g_assert_no_error (error);
		window->more = more;
		g_assert_true (eas_collection_commit (collection, window));
	}

	return g_get_monotonic_time () - start;
}

/* Waiting for others at each of its windows would cost the first sync time and save nothing. */
static void
test_windows_of_one_do_not_gather (void)
{
	NetTest test = { 0 };
	gint64 gathering = 0, going_on = 0;

	net_test_begin (&test, TRUE);
	/* Once more where the machine was busy at the wrong moment. */
	for (guint ii = 0; ii < 10; ii++) {
		gathering = time_of_windows (&test, 20, FALSE);
		going_on = time_of_windows (&test, 20, TRUE);
		if (going_on * 2 < gathering)
			break;
	}
	g_assert_cmpint (going_on * 2, <, gathering);
	net_test_end (&test);
}

/* A collection in the middle of its windows. */
static EasCollection *
collection_going_on (NetTest *test, guint number)
{
	g_autoptr (EasCollection) collection = net_collection (number);
	g_autoptr (GError) error = NULL;
	g_autoptr (EasWindow) window =
		eas_client_pull_sync (test->client, collection, 0, NULL, NULL, &error);

	g_assert_no_error (error);
	window->more = TRUE;
	g_assert_true (eas_collection_commit (collection, window));

	return g_steal_pointer (&collection);
}

/* A server works on the collections of one request one after the other, on requests at once. A few
 * go side by side, the others share. */
static void
test_windows_go_side_by_side (void)
{
	NetTest test = { .script = { .n_adds = 1 } };
	EasCollection *collections[5];
	Pulls pulls = { g_main_loop_new (NULL, FALSE), G_N_ELEMENTS (collections) };

	net_test_begin (&test, TRUE);
	for (guint ii = 0; ii < G_N_ELEMENTS (collections); ii++)
		collections[ii] = collection_going_on (&test, ii + 1);
	test.script.delay_ms = 1000;
	for (guint ii = 0; ii < G_N_ELEMENTS (collections); ii++)
		eas_client_pull_async (test.client, collections[ii], 0, NULL, NULL, pulled_cb,
				       &pulls);
	g_main_loop_run (pulls.loop);
	g_assert_cmpuint (eas_fake_server_most_at_once (test.server, "Sync"), ==, 4);
	g_assert_cmpuint (eas_fake_server_count (test.server, "Sync"), ==, 5 + 4);
	for (guint ii = 1; ii <= G_N_ELEMENTS (collections); ii++) {
		g_assert_nonnull (pulls.windows[ii]);
		eas_window_free (pulls.windows[ii]);
		g_object_unref (collections[ii - 1]);
	}
	g_main_loop_unref (pulls.loop);
	net_test_end (&test);
}

/* A busy lane stays behind; it goes with those that come meanwhile. */
static void
test_pull_of_busy_lane_waits (void)
{
	NetTest test = { .script = { .delay_ms = 1500 } };
	NetRunner save = { 0 }, busy = { 0 }, idle = { 0 };

	net_test_begin (&test, TRUE);
	net_runner_start_flow (&save, test.client, net_sync_flow (1, 1));
	eas_fake_server_wait (test.server, "Sync", 1);
	net_runner_start_pull (&busy, test.client, 1);
	net_runner_start_pull (&idle, test.client, 2);
	eas_fake_server_wait (test.server, "Sync", 2);
	g_assert_cmpint (save.ended_us, ==, 0);
	net_runner_join (&idle);
	net_runner_join (&save);
	net_runner_join (&busy);
	g_assert_cmpint (busy.ended_us, >, save.ended_us);
	g_assert_cmpuint (eas_fake_server_count (test.server, "Sync"), ==, 3);
	net_runner_clear (&save);
	net_runner_clear (&busy);
	net_runner_clear (&idle);
	net_test_end (&test);
}

static void
test_pull_twice_is_two_windows (void)
{
	NetTest test = { 0 };
	NetRunner one = { 0 }, two = { 0 };

	net_test_begin (&test, TRUE);
	net_runner_start_pull (&one, test.client, 1);
	net_runner_start_pull (&two, test.client, 1);
	net_runner_join (&one);
	net_runner_join (&two);
	g_assert_no_error (one.error);
	g_assert_no_error (two.error);
	g_assert_cmpuint (eas_fake_server_count (test.server, "Sync"), ==, 2);
	g_assert_cmpuint (eas_fake_server_most_at_once (test.server, "Sync"), ==, 1);
	net_runner_clear (&one);
	net_runner_clear (&two);
	net_test_end (&test);
}

static void
test_pull_error_of_one_collection (void)
{
	NetTest test = { .script = { .bad_id = "1" } };
	NetRunner bad = { 0 }, good = { 0 };

	net_test_begin (&test, TRUE);
	net_runner_start_pull (&bad, test.client, 1);
	net_runner_start_pull (&good, test.client, 2);
	net_runner_join (&bad);
	net_runner_join (&good);
	g_assert_error (bad.error, EAS_ERROR, EAS_ERROR_KEY);
	g_assert_null (bad.window);
	g_assert_no_error (good.error);
	g_assert_cmpstr (good.window->key, ==, "5");
	net_runner_clear (&bad);
	net_runner_clear (&good);
	net_test_end (&test);
}

/* One leaves, the other still gets its window; when nobody is left the request ends. */
static void
test_cancel_shared_pull (void)
{
	NetTest test = { .script = { .delay_ms = 1500 } };
	NetRunner one = { 0 }, two = { 0 }, alone = { 0 };

	net_test_begin (&test, TRUE);
	net_runner_start_pull (&one, test.client, 1);
	net_runner_start_pull (&two, test.client, 2);
	eas_fake_server_wait (test.server, "Sync", 1);
	net_runner_cancel (&one);
	net_runner_join (&two);
	g_assert_no_error (two.error);

	test.script.hang = "Sync";
	net_runner_start_pull (&alone, test.client, 1);
	eas_fake_server_wait (test.server, "Sync", 2);
	net_runner_cancel (&alone);
	net_runner_clear (&one);
	net_runner_clear (&two);
	net_runner_clear (&alone);
	net_test_end (&test);
}

/* --- Several clients, one account --- */

/* Issue line 7, within one program: see test-two-processes for two. */
static void
test_two_clients_one_handshake (void)
{
	NetTest test = { .script = { .delay_ms = 10 } };
	g_autoptr (EasClient) second = NULL;
	NetRunner one = { 0 }, two = { 0 };

	net_test_begin (&test, FALSE);
	second = net_client_new (test.server, test.directory, FALSE);
	net_runner_start_flow (&one, test.client, eas_flow_folders_refresh_new (0));
	net_runner_start_flow (&two, second, eas_flow_folders_refresh_new (0));
	net_runner_join (&one);
	net_runner_join (&two);
	g_assert_no_error (one.error);
	g_assert_no_error (two.error);
	g_assert_cmpuint (eas_fake_server_count (test.server, "OPTIONS"), ==, 1);
	g_assert_cmpuint (eas_fake_server_count (test.server, "Provision"), ==,
			  2); /* its two rounds */
	g_assert_cmpuint (eas_fake_server_count (test.server, "FolderSync"), ==, 1);
	net_runner_clear (&one);
	net_runner_clear (&two);
	net_test_end (&test);
}

/* Pitfall 44: what one was told, the other obeys, also after a restart. */
static void
test_44_retry_after_is_shared (void)
{
	NetTest test = { .script = { .fail = "Sync", .status = 503, .retry_after = "300" } };
	NetScript other_script = { 0 };
	g_autoptr (EasFakeServer) other_server = net_server_new (&other_script);
	g_autoptr (EasClient) other = NULL;
	g_autoptr (GError) error = NULL;

	net_test_begin (&test, TRUE);
	g_assert_null (eas_client_run_sync (test.client, net_sync_flow (1, 1), NULL, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_THROTTLED);
	/* Whole seconds, and some of them may have passed. */
	g_assert_cmpuint (eas_error_get_retry_after (error), >=, 240);
	g_assert_cmpuint (eas_error_get_retry_after (error), <=, 300);
	g_clear_error (&error);

	other = net_client_new (other_server, test.directory, FALSE);
	g_assert_null (eas_client_run_sync (other, net_sync_flow (2, 2), NULL, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_THROTTLED);
	g_assert_cmpuint (eas_error_get_retry_after (error), >=, 200);
	g_assert_cmpuint (eas_fake_server_count (other_server, NULL), ==, 0);
	net_test_end (&test);
}

static void
test_lock_of_another_process_is_waited_for (void)
{
	NetTest test = { 0 };
	NetRunner runner = { 0 };
	g_autoptr (EasAccountState) other = NULL;

	net_test_begin (&test, TRUE);
	other = eas_account_state_new (test.directory);
	g_assert_true (eas_account_state_try_lock (other, NULL));
	net_runner_start_flow (&runner, test.client, eas_flow_folders_refresh_new (G_MAXUINT64));
	g_usleep (50000);
	g_assert_cmpuint (eas_fake_server_count (test.server, NULL), ==, 0);
	eas_account_state_unlock (other);
	net_runner_join (&runner);
	g_assert_no_error (runner.error);
	net_runner_clear (&runner);
	net_test_end (&test);
}

/* --- Credentials, disk, end --- */

static void
test_refused_credentials (gconstpointer refreshes)
{
	NetTest test = { .script = { .fail = "Sync", .status = 401, .fail_times = 1 } };
	NetRunner runner = { 0 };

	net_test_begin (&test, TRUE);
	eas_fake_server_set_refreshes (test.server, GPOINTER_TO_UINT (refreshes));
	net_runner_start_flow (&runner, test.client, net_sync_flow (1, 1));
	net_runner_join (&runner);
	if (refreshes != NULL)
		g_assert_no_error (runner.error);
	else
		g_assert_error (runner.error, EAS_ERROR, EAS_ERROR_AUTHENTICATION);
	g_assert_cmpuint (eas_fake_server_count (test.server, "Sync"), ==,
			  refreshes != NULL ? 2 : 1);
	net_runner_clear (&runner);
	net_test_end (&test);
}

/* A directory that cannot be: a clear error, and nothing hangs. */
static void
test_state_cannot_be_kept (void)
{
	NetTest test = { 0 };
	g_autofree char *file = NULL;
	g_autofree char *below = NULL;
	g_autoptr (EasClient) client = NULL;
	g_autoptr (GError) error = NULL;

	net_test_begin (&test, FALSE);
	file = g_build_filename (test.directory, "file", NULL);
	below = g_build_filename (file, "account", NULL);
	g_assert_true (g_file_set_contents (file, "x", 1, NULL));
	client = net_client_new (test.server, below, FALSE);
	g_assert_null (
		eas_client_run_sync (client, eas_flow_folders_refresh_new (0), NULL, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_STORE);
	g_assert_cmpuint (eas_fake_server_count (test.server, NULL), ==, 0);
	net_test_end (&test);
}

static void
test_shutdown (void)
{
	NetTest test = { .script = { .hang = "Sync" } };
	NetRunner hanging = { 0 }, queued = { 0 }, pulling = { 0 };
	g_autoptr (GError) error = NULL;

	net_test_begin (&test, TRUE);
	net_runner_start_flow (&hanging, test.client, net_sync_flow (1, 1));
	eas_fake_server_wait (test.server, "Sync", 1);
	net_runner_start_flow (&queued, test.client, net_sync_flow (1, 1));
	net_runner_start_pull (&pulling, test.client, 1);
	net_runner_settle (&queued);
	net_runner_settle (&pulling);
	/* Would it wait for what hangs, it would not return. */
	eas_client_shutdown (test.client);
	net_runner_join (&hanging);
	net_runner_join (&queued);
	net_runner_join (&pulling);
	g_assert_error (hanging.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
	g_assert_error (queued.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
	g_assert_error (pulling.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

	g_assert_null (eas_client_run_sync (test.client, net_sync_flow (1, 1), NULL, &error));
	g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
	eas_account_data_free (eas_client_dup_data (test.client));
	eas_client_shutdown (test.client);
	net_runner_clear (&hanging);
	net_runner_clear (&queued);
	net_runner_clear (&pulling);
	net_test_end (&test);
}

/* The last reference may go wherever an answer arrives. */
static void
test_last_reference_in_callback (void)
{
	NetTest test = { 0 };

	for (guint ii = 0; ii < 20; ii++) {
		Waiting waiting = { g_main_loop_new (NULL, FALSE) };

		net_test_begin (&test, TRUE);
		eas_client_run_async (test.client, net_sync_flow (1, 2), NULL, ended_cb, &waiting);
		g_clear_object (&test.client);
		g_main_loop_run (waiting.loop);
		g_assert_no_error (waiting.error);
		g_ptr_array_unref (waiting.result);
		g_main_loop_unref (waiting.loop);
		net_test_end (&test);
	}
}

#define ADD(name, func) g_test_add_func ("/client/" name, func)

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD ("run-sync", test_run_sync);
	ADD ("run-sync-fails", test_run_sync_fails);
	ADD ("run-async", test_run_async);
	ADD ("one-lane-one-request", test_one_lane_one_request);
	ADD ("lanes-run-in-parallel", test_lanes_run_in_parallel);
	ADD ("many-lanes-do-not-starve", test_many_lanes_do_not_starve);
	ADD ("five-pulls-one-sync", test_five_pulls_one_sync);
	ADD ("windows-of-one-do-not-gather", test_windows_of_one_do_not_gather);
	ADD ("windows-go-side-by-side", test_windows_go_side_by_side);
	ADD ("pull-of-busy-lane-waits", test_pull_of_busy_lane_waits);
	ADD ("pull-twice-is-two-windows", test_pull_twice_is_two_windows);
	ADD ("pull-error-of-one-collection", test_pull_error_of_one_collection);
	ADD ("cancel-shared-pull", test_cancel_shared_pull);
	ADD ("two-clients-one-handshake", test_two_clients_one_handshake);
	ADD ("44-retry-after-is-shared", test_44_retry_after_is_shared);
	ADD ("lock-of-another-process-is-waited-for", test_lock_of_another_process_is_waited_for);
	g_test_add_data_func ("/client/refused-credentials", GUINT_TO_POINTER (0),
			      test_refused_credentials);
	g_test_add_data_func ("/client/refused-credentials-renewed", GUINT_TO_POINTER (1),
			      test_refused_credentials);
	ADD ("state-cannot-be-kept", test_state_cannot_be_kept);
	ADD ("shutdown", test_shutdown);
	ADD ("last-reference-in-callback", test_last_reference_in_callback);

	return g_test_run ();
}
