/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A Sync that hangs for all who wait: one at most, and in nobody's way. */

#include "net-runner.h"

static const EasHangTerms terms = { 480, 1 };

typedef struct {
	EasCollection *collection;
	GCancellable *cancellable;
	EasPull *pull;
	gint over; /* atomic */
} Waiter;

static void
over (gpointer user_data)
{
	g_atomic_int_inc (&((Waiter *) user_data)->over);
}

static void
hang (Waiter *waiter, NetTest *test, const char *id)
{
	waiter->collection = eas_collection_new (id, EAS_CLASS_CALENDAR, "5");
	waiter->cancellable = g_cancellable_new ();
	waiter->pull = eas_client_hang_start (test->client, waiter->collection, &terms,
					      waiter->cancellable, over, waiter);
}

static EasWindow *
wait_for_end (Waiter *waiter, GError **error)
{
	EasWindow *window = eas_client_pull_wait (waiter->pull, error);

	g_assert_cmpint (g_atomic_int_get (&waiter->over), ==, 1);
	g_object_unref (waiter->collection);
	g_object_unref (waiter->cancellable);

	return window;
}

static void
cancel (Waiter *waiter)
{
	g_autoptr (GError) error = NULL;

	g_cancellable_cancel (waiter->cancellable);
	g_assert_null (wait_for_end (waiter, &error));
	g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Who else wants a lane of it gets it at once; afterwards it hangs again. */
static void
test_makes_room (void)
{
	NetTest test = { .script = { .hangs = TRUE } };
	Waiter one = { 0 }, two = { 0 };
	NetRunner edit = { 0 };

	net_test_begin (&test, TRUE);
	hang (&one, &test, "1");
	hang (&two, &test, "2");
	eas_fake_server_wait (test.server, "Sync", 1);
	net_runner_start_flow (&edit, test.client, net_sync_flow (1, 1));
	net_runner_join (&edit);
	g_assert_no_error (edit.error);
	g_assert_cmpint (g_atomic_int_get (&one.over), ==, 0);
	eas_fake_server_wait (test.server, "Sync", 3);
	/* Who goes leaves the others where they are. */
	cancel (&one);
	eas_fake_server_wait (test.server, "Sync", 4);
	g_assert_cmpint (g_atomic_int_get (&two.over), ==, 0);
	cancel (&two);
	g_assert_cmpuint (eas_fake_server_most_at_once (test.server, "Sync"), ==, 1);
	net_runner_clear (&edit);
	net_test_end (&test);
}

/* Who comes late joins: one for all, not one for each. */
static void
test_joins (void)
{
	NetTest test = { .script = { .hangs = TRUE } };
	Waiter one = { 0 }, two = { 0 };

	net_test_begin (&test, TRUE);
	hang (&one, &test, "1");
	eas_fake_server_wait (test.server, "Sync", 1);
	hang (&two, &test, "2");
	eas_fake_server_wait (test.server, "Sync", 2);
	g_assert_cmpuint (eas_fake_server_most_at_once (test.server, "Sync"), ==, 1);
	cancel (&one);
	cancel (&two);
	net_test_end (&test);
}

/* A pull of the same folder comes first; the window that it moves the key by is not hung for. */
static void
test_pull_comes_first (void)
{
	NetTest test = { .script = { .hangs = TRUE } };
	Waiter one = { 0 };
	NetRunner pull = { 0 };

	net_test_begin (&test, TRUE);
	hang (&one, &test, "1");
	eas_fake_server_wait (test.server, "Sync", 1);
	net_runner_start_pull (&pull, test.client, 1);
	net_runner_join (&pull);
	g_assert_no_error (pull.error);
	cancel (&one);
	net_runner_clear (&pull);
	net_test_end (&test);
}

static void
test_news (void)
{
	NetTest test = { .script = { .n_adds = 1, .delay_ms = 1000 } };
	Waiter one = { 0 }, two = { 0 };
	g_autoptr (EasWindow) first = NULL;
	g_autoptr (EasWindow) second = NULL;
	g_autoptr (GError) error = NULL;

	net_test_begin (&test, TRUE);
	hang (&one, &test, "1");
	hang (&two, &test, "2");
	first = wait_for_end (&one, &error);
	second = wait_for_end (&two, &error);
	g_assert_no_error (error);
	g_assert_cmpuint (first->commands->len, ==, 1);
	g_assert_cmpstr (second->base_key, ==, "5");
	g_assert_cmpuint (eas_fake_server_count (test.server, "Sync"), ==, 1);
	net_test_end (&test);
}

/* The client goes while one hangs. */
static void
test_shutdown (void)
{
	NetTest test = { .script = { .hangs = TRUE } };
	Waiter one = { 0 };
	g_autoptr (GError) error = NULL;

	net_test_begin (&test, TRUE);
	hang (&one, &test, "1");
	eas_fake_server_wait (test.server, "Sync", 1);
	eas_client_shutdown (test.client);
	g_assert_null (wait_for_end (&one, &error));
	g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
	net_test_end (&test);
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/hang-client/makes-room", test_makes_room);
	g_test_add_func ("/hang-client/joins", test_joins);
	g_test_add_func ("/hang-client/pull-comes-first", test_pull_comes_first);
	g_test_add_func ("/hang-client/news", test_news);
	g_test_add_func ("/hang-client/shutdown", test_shutdown);

	return g_test_run ();
}
