/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The client's verbs, lanes, lock and gathering, over a transport without sockets. */

#include <glib/gstdio.h>

#include "eas-flow-folders.h"
#include "eas-flow-sync.h"
#include "net-account.h"

typedef struct {
	NetScript script;
	EasFakeServer *server;
	EasClient *client;
	char *directory;
} Test;

static void
begin (Test *test, gboolean ready)
{
	test->directory = net_directory ();
	test->server = net_server_new (&test->script);
	test->client = net_client_new (test->server, test->directory, ready);
}

static void
end (Test *test)
{
	g_clear_object (&test->client);
	eas_fake_server_unref (test->server);
	net_remove (test->directory);
}

/* A thread that runs something blocking. */
typedef struct {
	EasClient *client;
	EasFlow *flow; /* or a pull of @collection */
	EasCollection *collection;
	GCancellable *cancellable;
	GThread *thread;
	gpointer result;
	EasWindow *window;
	GError *error;
	gint64 ended_us;
} Runner;

static gpointer
runner_thread (gpointer user_data)
{
	Runner *runner = user_data;

	if (runner->flow != NULL)
		runner->result = eas_client_run_sync (runner->client, runner->flow,
						      runner->cancellable, &runner->error);
	else
		runner->window = eas_client_pull_sync (runner->client, runner->collection, 0, NULL,
						       runner->cancellable, &runner->error);
	runner->ended_us = g_get_monotonic_time ();

	return NULL;
}

static void
start_flow (Runner *runner, Test *test, EasFlow *take_flow)
{
	runner->client = test->client;
	runner->flow = take_flow;
	runner->cancellable = g_cancellable_new ();
	runner->thread = g_thread_new ("runner", runner_thread, runner);
}

static void
start_pull (Runner *runner, Test *test, guint number)
{
	runner->client = test->client;
	runner->collection = net_collection (number);
	runner->cancellable = g_cancellable_new ();
	runner->thread = g_thread_new ("runner", runner_thread, runner);
}

static void
join (Runner *runner)
{
	g_thread_join (runner->thread);
}

static void
runner_clear (Runner *runner)
{
	g_clear_object (&runner->cancellable);
	g_clear_object (&runner->collection);
	g_clear_pointer (&runner->window, eas_window_free);
	if (runner->flow != NULL && runner->result != NULL)
		g_ptr_array_unref (runner->result);
	g_clear_error (&runner->error);
}

/* --- The verbs --- */

static void
test_run_sync (void)
{
	Test test = { 0 };
	g_autoptr (GPtrArray) folders = NULL;
	g_autoptr (EasAccountData) data = NULL;
	g_autoptr (GError) error = NULL;
	g_autofree char *log = NULL;

	begin (&test, FALSE);
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
	end (&test);
}

static void
test_run_sync_fails (void)
{
	Test test = { .script = { .fail = "FolderSync", .status = 403 } };
	g_autoptr (GError) error = NULL;

	begin (&test, TRUE);
	g_assert_null (eas_client_run_sync (test.client, eas_flow_folders_refresh_new (G_MAXUINT64),
					    NULL, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_ACCESS);
	end (&test);
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
	Test test = { 0 };
	Waiting waiting = { g_main_loop_new (NULL, FALSE) };

	begin (&test, TRUE);
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
	end (&test);
}

/* --- Cancelling --- */

#define AT_ONCE_MS 50
#define SOON_MS    500 /* what a single try may take on a machine with other work */

static gint64
assert_cancelled_at_once (Runner *runner)
{
	gint64 start = g_get_monotonic_time ();
	gint64 took_ms;

	g_cancellable_cancel (runner->cancellable);
	join (runner);
	took_ms = (runner->ended_us - start) / 1000;
	g_assert_error (runner->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
	g_assert_cmpint (took_ms, <, SOON_MS);

	return took_ms;
}

/* Issue line 6. A hanging request: the caller is free within 50 ms, and so is the lane. */
static void
test_cancel_hanging_request (void)
{
	Test test = { .script = { .hang = "Sync" } };
	Runner next = { 0 };
	guint n_slow = 0;

	begin (&test, TRUE);
	for (guint ii = 1; ii <= 5; ii++) {
		Runner runner = { 0 };

		start_flow (&runner, &test, net_sync_flow (1, 1));
		eas_fake_server_wait (test.server, "Sync", ii);
		if (assert_cancelled_at_once (&runner) >= AT_ONCE_MS)
			n_slow++;
		runner_clear (&runner);
	}
	g_assert_cmpuint (n_slow, <=, 2);
	test.script.hang = NULL;
	start_flow (&next, &test, net_sync_flow (1, 1));
	join (&next);
	g_assert_no_error (next.error);
	runner_clear (&next);
	end (&test);
}

static void
test_cancel_before_start (void)
{
	Test test = { 0 };
	g_autoptr (GCancellable) cancellable = g_cancellable_new ();
	g_autoptr (GError) error = NULL;

	begin (&test, TRUE);
	g_cancellable_cancel (cancellable);
	g_assert_null (
		eas_client_run_sync (test.client, net_sync_flow (1, 1), cancellable, &error));
	g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
	end (&test);
}

static void
test_cancel_waiting_for_lane (void)
{
	Test test = { .script = { .hang = "Sync" } };
	Runner first = { 0 }, second = { 0 };

	begin (&test, TRUE);
	start_flow (&first, &test, net_sync_flow (1, 1));
	eas_fake_server_wait (test.server, "Sync", 1);
	start_flow (&second, &test, net_sync_flow (1, 1));
	g_usleep (20000);
	assert_cancelled_at_once (&second);
	assert_cancelled_at_once (&first);
	g_assert_cmpuint (eas_fake_server_count (test.server, "Sync"), ==, 1);
	runner_clear (&first);
	runner_clear (&second);
	end (&test);
}

static void
test_cancel_waiting_for_lock (void)
{
	Test test = { 0 };
	Runner runner = { 0 };
	g_autoptr (EasAccountState) other = NULL;

	begin (&test, TRUE);
	other = eas_account_state_new (test.directory);
	g_assert_true (eas_account_state_try_lock (other, NULL));
	start_flow (&runner, &test, eas_flow_folders_refresh_new (G_MAXUINT64));
	g_usleep (100000);
	g_assert_cmpuint (eas_fake_server_count (test.server, NULL), ==, 0);
	assert_cancelled_at_once (&runner);
	eas_account_state_unlock (other);
	runner_clear (&runner);
	end (&test);
}

static void
test_cancel_waiting_out_throttle (void)
{
	Test test = { .script = { .fail = "Sync", .status = 503, .retry_after = "30" } };
	Runner runner = { 0 };
	EasFlow *flow = net_sync_flow (1, 1);

	begin (&test, TRUE);
	flow->patience = 60;
	start_flow (&runner, &test, flow);
	eas_fake_server_wait (test.server, "Sync", 1);
	g_usleep (50000);
	assert_cancelled_at_once (&runner);
	runner_clear (&runner);
	end (&test);
}

/* Cancelling under the lock gives it back, uncommitted. */
static void
test_cancel_under_lock (void)
{
	Test test = { .script = { .hang = "FolderSync" } };
	Runner runner = { 0 };
	g_autoptr (EasAccountState) other = NULL;
	gboolean locked = FALSE;

	begin (&test, TRUE);
	other = eas_account_state_new (test.directory);
	start_flow (&runner, &test, eas_flow_folders_refresh_new (G_MAXUINT64));
	eas_fake_server_wait (test.server, "FolderSync", 1);
	g_assert_false (eas_account_state_try_lock (other, NULL));
	assert_cancelled_at_once (&runner);
	for (guint ii = 0; ii < 100 && !locked; ii++) {
		locked = eas_account_state_try_lock (other, NULL);
		g_usleep (2000);
	}
	g_assert_true (locked);
	runner_clear (&runner);
	end (&test);
}

/* --- Lanes --- */

static void
test_one_lane_one_request (void)
{
	Test test = { .script = { .delay_ms = 20 } };
	Runner runners[4] = { 0 };

	begin (&test, TRUE);
	for (guint ii = 0; ii < G_N_ELEMENTS (runners); ii++)
		start_flow (&runners[ii], &test, net_sync_flow (1, 1));
	for (guint ii = 0; ii < G_N_ELEMENTS (runners); ii++) {
		join (&runners[ii]);
		g_assert_no_error (runners[ii].error);
		runner_clear (&runners[ii]);
	}
	g_assert_cmpuint (eas_fake_server_most_at_once (test.server, "Sync"), ==, 1);
	end (&test);
}

static void
test_lanes_run_in_parallel (void)
{
	Test test = { .script = { .delay_ms = 300 } };
	Runner runners[4] = { 0 };

	begin (&test, TRUE);
	for (guint ii = 0; ii < G_N_ELEMENTS (runners); ii++)
		start_flow (&runners[ii], &test, net_sync_flow (ii + 1, ii + 1));
	for (guint ii = 0; ii < G_N_ELEMENTS (runners); ii++) {
		join (&runners[ii]);
		runner_clear (&runners[ii]);
	}
	g_assert_cmpuint (eas_fake_server_most_at_once (test.server, "Sync"), ==, 4);
	end (&test);
}

/* Who wants several lanes is not passed by for ever by those who want one. */
static void
test_many_lanes_do_not_starve (void)
{
	Test test = { .script = { .delay_ms = 200 } };
	Runner first = { 0 }, wide = { 0 }, late = { 0 };

	begin (&test, TRUE);
	start_flow (&first, &test, net_sync_flow (1, 1));
	eas_fake_server_wait (test.server, "Sync", 1);
	start_flow (&wide, &test, net_sync_flow (1, 3));
	g_usleep (80000);
	start_flow (&late, &test, net_sync_flow (3, 3));
	join (&first);
	join (&wide);
	join (&late);
	g_assert_cmpint (wide.ended_us, <, late.ended_us);
	g_assert_cmpuint (eas_fake_server_most_at_once (test.server, "Sync"), ==, 1);
	runner_clear (&first);
	runner_clear (&wide);
	runner_clear (&late);
	end (&test);
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

/* Issue line 7: five calendars changed at once, one Sync request. */
static void
test_five_pulls_one_sync (void)
{
	Test test = { .script = { .n_adds = 2 } };
	Pulls pulls = { g_main_loop_new (NULL, FALSE), 5 };

	begin (&test, TRUE);
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
	g_assert_cmpuint (eas_fake_server_count (test.server, NULL), ==, 1);
	g_main_loop_unref (pulls.loop);
	end (&test);
}

/* Pulls of one collection alone, each answer committed as if it had said @more; how long it took.
 */
static gint64
time_of_windows (Test *test, guint n, gboolean more)
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
	Test test = { 0 };
	gint64 gathering, going_on;

	begin (&test, TRUE);
	gathering = time_of_windows (&test, 20, FALSE);
	going_on = time_of_windows (&test, 20, TRUE);
	g_assert_cmpint (going_on * 2, <, gathering);
	end (&test);
}

/* A busy lane stays behind; it goes with those that come meanwhile. */
static void
test_pull_of_busy_lane_waits (void)
{
	Test test = { .script = { .delay_ms = 300 } };
	Runner save = { 0 }, busy = { 0 }, idle = { 0 };

	begin (&test, TRUE);
	start_flow (&save, &test, net_sync_flow (1, 1));
	eas_fake_server_wait (test.server, "Sync", 1);
	start_pull (&busy, &test, 1);
	start_pull (&idle, &test, 2);
	eas_fake_server_wait (test.server, "Sync", 2);
	g_assert_cmpint (save.ended_us, ==, 0);
	join (&idle);
	join (&save);
	join (&busy);
	g_assert_cmpint (busy.ended_us, >, save.ended_us);
	g_assert_cmpuint (eas_fake_server_count (test.server, "Sync"), ==, 3);
	runner_clear (&save);
	runner_clear (&busy);
	runner_clear (&idle);
	end (&test);
}

static void
test_pull_twice_is_two_windows (void)
{
	Test test = { 0 };
	Runner one = { 0 }, two = { 0 };

	begin (&test, TRUE);
	start_pull (&one, &test, 1);
	start_pull (&two, &test, 1);
	join (&one);
	join (&two);
	g_assert_no_error (one.error);
	g_assert_no_error (two.error);
	g_assert_cmpuint (eas_fake_server_count (test.server, "Sync"), ==, 2);
	g_assert_cmpuint (eas_fake_server_most_at_once (test.server, "Sync"), ==, 1);
	runner_clear (&one);
	runner_clear (&two);
	end (&test);
}

static void
test_pull_error_of_one_collection (void)
{
	Test test = { .script = { .bad_id = "1" } };
	Runner bad = { 0 }, good = { 0 };

	begin (&test, TRUE);
	start_pull (&bad, &test, 1);
	start_pull (&good, &test, 2);
	join (&bad);
	join (&good);
	g_assert_error (bad.error, EAS_ERROR, EAS_ERROR_KEY);
	g_assert_null (bad.window);
	g_assert_no_error (good.error);
	g_assert_cmpstr (good.window->key, ==, "5");
	runner_clear (&bad);
	runner_clear (&good);
	end (&test);
}

/* One leaves, the other still gets its window; when nobody is left the request ends. */
static void
test_cancel_shared_pull (void)
{
	Test test = { .script = { .delay_ms = 150 } };
	Runner one = { 0 }, two = { 0 }, alone = { 0 };

	begin (&test, TRUE);
	start_pull (&one, &test, 1);
	start_pull (&two, &test, 2);
	eas_fake_server_wait (test.server, "Sync", 1);
	assert_cancelled_at_once (&one);
	join (&two);
	g_assert_no_error (two.error);

	test.script.hang = "Sync";
	start_pull (&alone, &test, 1);
	eas_fake_server_wait (test.server, "Sync", 2);
	assert_cancelled_at_once (&alone);
	runner_clear (&one);
	runner_clear (&two);
	runner_clear (&alone);
	end (&test);
}

/* --- Several clients, one account --- */

/* Issue line 7, within one program: see test-two-processes for two. */
static void
test_two_clients_one_handshake (void)
{
	Test test = { .script = { .delay_ms = 10 } };
	g_autoptr (EasClient) second = NULL;
	Runner one = { 0 }, two = { 0 };

	begin (&test, FALSE);
	second = net_client_new (test.server, test.directory, FALSE);
	start_flow (&one, &test, eas_flow_folders_refresh_new (0));
	two.client = second;
	two.flow = eas_flow_folders_refresh_new (0);
	two.thread = g_thread_new ("runner", runner_thread, &two);
	join (&one);
	join (&two);
	g_assert_no_error (one.error);
	g_assert_no_error (two.error);
	g_assert_cmpuint (eas_fake_server_count (test.server, "OPTIONS"), ==, 1);
	g_assert_cmpuint (eas_fake_server_count (test.server, "Provision"), ==,
			  2); /* its two rounds */
	g_assert_cmpuint (eas_fake_server_count (test.server, "FolderSync"), ==, 1);
	runner_clear (&one);
	runner_clear (&two);
	end (&test);
}

/* Pitfall 44: what one was told, the other obeys, also after a restart. */
static void
test_44_retry_after_is_shared (void)
{
	Test test = { .script = { .fail = "Sync", .status = 503, .retry_after = "300" } };
	NetScript other_script = { 0 };
	g_autoptr (EasFakeServer) other_server = net_server_new (&other_script);
	g_autoptr (EasClient) other = NULL;
	g_autoptr (GError) error = NULL;

	begin (&test, TRUE);
	g_assert_null (eas_client_run_sync (test.client, net_sync_flow (1, 1), NULL, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_THROTTLED);
	/* Whole seconds: one of them may just have passed. */
	g_assert_cmpuint (eas_error_get_retry_after (error), >=, 299);
	g_assert_cmpuint (eas_error_get_retry_after (error), <=, 300);
	g_clear_error (&error);

	other = net_client_new (other_server, test.directory, FALSE);
	g_assert_null (eas_client_run_sync (other, net_sync_flow (2, 2), NULL, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_THROTTLED);
	g_assert_cmpuint (eas_error_get_retry_after (error), >=, 295);
	g_assert_cmpuint (eas_fake_server_count (other_server, NULL), ==, 0);
	end (&test);
}

static void
test_lock_of_another_process_is_waited_for (void)
{
	Test test = { 0 };
	Runner runner = { 0 };
	g_autoptr (EasAccountState) other = NULL;

	begin (&test, TRUE);
	other = eas_account_state_new (test.directory);
	g_assert_true (eas_account_state_try_lock (other, NULL));
	start_flow (&runner, &test, eas_flow_folders_refresh_new (G_MAXUINT64));
	g_usleep (50000);
	g_assert_cmpuint (eas_fake_server_count (test.server, NULL), ==, 0);
	eas_account_state_unlock (other);
	join (&runner);
	g_assert_no_error (runner.error);
	runner_clear (&runner);
	end (&test);
}

/* --- Credentials, disk, end --- */

static void
test_refused_credentials (gconstpointer refreshes)
{
	Test test = { .script = { .fail = "Sync", .status = 401, .fail_times = 1 } };
	Runner runner = { 0 };

	begin (&test, TRUE);
	eas_fake_server_set_refreshes (test.server, GPOINTER_TO_UINT (refreshes));
	start_flow (&runner, &test, net_sync_flow (1, 1));
	join (&runner);
	if (refreshes != NULL)
		g_assert_no_error (runner.error);
	else
		g_assert_error (runner.error, EAS_ERROR, EAS_ERROR_AUTHENTICATION);
	g_assert_cmpuint (eas_fake_server_count (test.server, "Sync"), ==,
			  refreshes != NULL ? 2 : 1);
	runner_clear (&runner);
	end (&test);
}

/* A directory that cannot be: a clear error, and nothing hangs. */
static void
test_state_cannot_be_kept (void)
{
	Test test = { 0 };
	g_autofree char *file = NULL;
	g_autofree char *below = NULL;
	g_autoptr (EasClient) client = NULL;
	g_autoptr (GError) error = NULL;

	begin (&test, FALSE);
	file = g_build_filename (test.directory, "file", NULL);
	below = g_build_filename (file, "account", NULL);
	g_assert_true (g_file_set_contents (file, "x", 1, NULL));
	client = net_client_new (test.server, below, FALSE);
	g_assert_null (
		eas_client_run_sync (client, eas_flow_folders_refresh_new (0), NULL, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_STORE);
	g_assert_cmpuint (eas_fake_server_count (test.server, NULL), ==, 0);
	end (&test);
}

static void
test_shutdown (void)
{
	Test test = { .script = { .hang = "Sync" } };
	Runner hanging = { 0 }, queued = { 0 }, pulling = { 0 };
	g_autoptr (GError) error = NULL;
	gint64 start;

	begin (&test, TRUE);
	start_flow (&hanging, &test, net_sync_flow (1, 1));
	eas_fake_server_wait (test.server, "Sync", 1);
	start_flow (&queued, &test, net_sync_flow (1, 1));
	start_pull (&pulling, &test, 1);
	g_usleep (30000);
	start = g_get_monotonic_time ();
	eas_client_shutdown (test.client);
	g_assert_cmpint (net_elapsed_ms (start), <, 500);
	join (&hanging);
	join (&queued);
	join (&pulling);
	g_assert_error (hanging.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
	g_assert_error (queued.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
	g_assert_error (pulling.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

	g_assert_null (eas_client_run_sync (test.client, net_sync_flow (1, 1), NULL, &error));
	g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
	eas_account_data_free (eas_client_dup_data (test.client));
	eas_client_shutdown (test.client);
	runner_clear (&hanging);
	runner_clear (&queued);
	runner_clear (&pulling);
	end (&test);
}

/* The last reference may go wherever an answer arrives. */
static void
test_last_reference_in_callback (void)
{
	Test test = { 0 };

	for (guint ii = 0; ii < 20; ii++) {
		Waiting waiting = { g_main_loop_new (NULL, FALSE) };

		begin (&test, TRUE);
		eas_client_run_async (test.client, net_sync_flow (1, 2), NULL, ended_cb, &waiting);
		g_clear_object (&test.client);
		g_main_loop_run (waiting.loop);
		g_assert_no_error (waiting.error);
		g_ptr_array_unref (waiting.result);
		g_main_loop_unref (waiting.loop);
		end (&test);
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
	ADD ("cancel-hanging-request", test_cancel_hanging_request);
	ADD ("cancel-before-start", test_cancel_before_start);
	ADD ("cancel-waiting-for-lane", test_cancel_waiting_for_lane);
	ADD ("cancel-waiting-for-lock", test_cancel_waiting_for_lock);
	ADD ("cancel-waiting-out-throttle", test_cancel_waiting_out_throttle);
	ADD ("cancel-under-lock", test_cancel_under_lock);
	ADD ("one-lane-one-request", test_one_lane_one_request);
	ADD ("lanes-run-in-parallel", test_lanes_run_in_parallel);
	ADD ("many-lanes-do-not-starve", test_many_lanes_do_not_starve);
	ADD ("five-pulls-one-sync", test_five_pulls_one_sync);
	ADD ("windows-of-one-do-not-gather", test_windows_of_one_do_not_gather);
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
