/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "net-runner.h"

void
net_test_begin (NetTest *test, gboolean ready)
{
	test->directory = net_directory ();
	test->server = net_server_new (&test->script);
	test->client = net_client_new (test->server, test->directory, ready);
}

void
net_test_end (NetTest *test)
{
	g_clear_object (&test->client);
	eas_fake_server_unref (test->server);
	net_remove (test->directory);
}

static gpointer
runner_thread (gpointer user_data)
{
	NetRunner *runner = user_data;

	g_atomic_int_set (&runner->begun, TRUE);
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
start (NetRunner *runner, EasClient *client)
{
	runner->client = client;
	runner->cancellable = g_cancellable_new ();
	runner->thread = g_thread_new ("runner", runner_thread, runner);
}

void
net_runner_start_flow (NetRunner *runner, EasClient *client, EasFlow *take_flow)
{
	runner->flow = take_flow;
	start (runner, client);
}

void
net_runner_start_pull (NetRunner *runner, EasClient *client, guint number)
{
	runner->collection = net_collection (number);
	start (runner, client);
}

void
net_runner_settle (NetRunner *runner)
{
	while (!g_atomic_int_get (&runner->begun))
		g_usleep (1000);
	g_usleep (400000);
}

void
net_runner_join (NetRunner *runner)
{
	g_thread_join (runner->thread);
}

gint64
net_runner_cancel (NetRunner *runner)
{
	gint64 begun = g_get_monotonic_time ();

	g_cancellable_cancel (runner->cancellable);
	net_runner_join (runner);
	g_assert_error (runner->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

	return runner->ended_us - begun;
}

void
net_runner_clear (NetRunner *runner)
{
	g_clear_object (&runner->cancellable);
	g_clear_object (&runner->collection);
	g_clear_pointer (&runner->window, eas_window_free);
	if (runner->flow != NULL && runner->result != NULL)
		g_ptr_array_unref (runner->result);
	g_clear_error (&runner->error);
	*runner = (NetRunner){ NULL };
}
