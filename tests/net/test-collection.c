/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When a key moves, and when it must not. */

#include "eas-collection.h"

#define NOW 1800000000

static void
assert_key (EasCollection *collection, const char *expected)
{
	g_autofree char *key = eas_collection_dup_key (collection);

	g_assert_cmpstr (key, ==, expected);
}

static EasWindow *
window_of (EasCollection *collection, const char *key)
{
	g_autofree char *base = eas_collection_dup_key (collection);
	EasWindow *window = eas_window_new (base, key);

	window->generation = eas_collection_get_generation (collection);

	return window;
}

static void
test_new (void)
{
	g_autoptr (EasCollection) fresh = eas_collection_new ("5", EAS_CLASS_CALENDAR, NULL);
	g_autoptr (EasCollection) empty = eas_collection_new ("5", EAS_CLASS_CALENDAR, "");
	g_autoptr (EasCollection) known = eas_collection_new ("7", EAS_CLASS_TASKS, "k9");

	assert_key (fresh, "0");
	assert_key (empty, "0");
	assert_key (known, "k9");
	g_assert_cmpstr (eas_collection_get_id (known), ==, "7");
	g_assert_cmpint (eas_collection_get_class (known), ==, EAS_CLASS_TASKS);
	g_assert_cmpint (eas_collection_get_filter_type (known), ==, -1);
	g_assert_cmpint (eas_collection_get_conflict (known), ==, 1);
	eas_collection_set_filter_type (known, 4);
	eas_collection_set_conflict (known, 0);
	g_assert_cmpint (eas_collection_get_filter_type (known), ==, 4);
	g_assert_cmpint (eas_collection_get_conflict (known), ==, 0);
}

static void
test_1_commit_moves_the_key (void)
{
	g_autoptr (EasCollection) collection = eas_collection_new ("5", EAS_CLASS_CALENDAR, "k1");
	g_autoptr (EasWindow) window = window_of (collection, "k2");

	assert_key (collection, "k1");
	g_assert_true (eas_collection_commit (collection, window));
	assert_key (collection, "k2");
	/* the same window again would be the one after next */
	g_assert_false (eas_collection_commit (collection, window));
	assert_key (collection, "k2");
}

static void
test_more_is_of_the_last_window (void)
{
	g_autoptr (EasCollection) collection = eas_collection_new ("5", EAS_CLASS_CALENDAR, "k1");
	g_autoptr (EasWindow) one = window_of (collection, "k2");
	g_autoptr (EasWindow) two = NULL;

	g_assert_false (eas_collection_has_more (collection));
	one->more = TRUE;
	g_assert_true (eas_collection_commit (collection, one));
	g_assert_true (eas_collection_has_more (collection));
	two = window_of (collection, "k3");
	g_assert_true (eas_collection_commit (collection, two));
	g_assert_false (eas_collection_has_more (collection));
}

/* Two windows were fetched from one key: only the first to be durable counts. */
static void
test_1_second_window_of_a_key_is_void (void)
{
	g_autoptr (EasCollection) collection = eas_collection_new ("5", EAS_CLASS_CALENDAR, "k1");
	g_autoptr (EasWindow) one = window_of (collection, "k2");
	g_autoptr (EasWindow) two = window_of (collection, "k2b");

	g_assert_true (eas_collection_commit (collection, one));
	g_assert_false (eas_collection_commit (collection, two));
	assert_key (collection, "k2");
}

static void
test_1_reset_voids_windows (void)
{
	g_autoptr (EasCollection) collection = eas_collection_new ("5", EAS_CLASS_CALENDAR, "k1");
	g_autoptr (EasWindow) before = window_of (collection, "k2");
	g_autoptr (EasWindow) after = NULL;

	g_assert_true (eas_collection_reset (collection, NOW));
	g_assert_false (eas_collection_commit (collection, before));
	assert_key (collection, "0");
	after = window_of (collection, "n1");
	g_assert_true (eas_collection_commit (collection, after));
	assert_key (collection, "n1");
}

/* A window of key 0 from before the reset has the right key and the wrong generation. */
static void
test_1_generation_counts (void)
{
	g_autoptr (EasCollection) collection = eas_collection_new ("5", EAS_CLASS_CALENDAR, "0");
	g_autoptr (EasWindow) before = window_of (collection, "k1");

	eas_collection_reset (collection, NOW);
	g_assert_false (eas_collection_commit (collection, before));
	assert_key (collection, "0");
}

static void
test_1_resets_are_counted (void)
{
	g_autoptr (EasCollection) collection = eas_collection_new ("5", EAS_CLASS_CALENDAR, "k1");

	g_assert_true (eas_collection_reset (collection, NOW));
	g_assert_false (eas_collection_reset (collection, NOW + 3599));
	assert_key (collection, "0");
	g_assert_true (eas_collection_reset (collection, NOW + 3599 + 3600));
	g_assert_cmpuint (eas_collection_get_generation (collection), ==, 3);
}

static gpointer
commit_thread (gpointer user_data)
{
	EasCollection *collection = user_data;
	guint committed = 0;

	for (guint ii = 0; ii < 2000; ii++) {
		g_autoptr (EasWindow) window = window_of (collection, "x");
		g_autofree char *next = g_strdup_printf ("%u", g_random_int ());

		g_free (window->key);
		window->key = g_steal_pointer (&next);
		if (eas_collection_commit (collection, window))
			committed++;
		if (ii % 500 == 0)
			eas_collection_reset (collection, NOW);
	}

	return GUINT_TO_POINTER (committed);
}

static void
test_threads (void)
{
	g_autoptr (EasCollection) collection = eas_collection_new ("5", EAS_CLASS_CALENDAR, "k1");
	GThread *threads[3];
	g_autofree char *key = NULL;

	for (guint ii = 0; ii < 3; ii++)
		threads[ii] = g_thread_new ("commit", commit_thread, collection);
	for (guint ii = 0; ii < 3; ii++)
		g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (threads[ii])), >, 0);
	key = eas_collection_dup_key (collection);
	g_assert_nonnull (key);
	g_assert_cmpuint (eas_collection_get_generation (collection), ==, 12);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/collection/new", test_new);
	g_test_add_func ("/collection/1-commit-moves-the-key", test_1_commit_moves_the_key);
	g_test_add_func ("/collection/more-is-of-the-last-window", test_more_is_of_the_last_window);
	g_test_add_func ("/collection/1-second-window-of-a-key-is-void",
			 test_1_second_window_of_a_key_is_void);
	g_test_add_func ("/collection/1-reset-voids-windows", test_1_reset_voids_windows);
	g_test_add_func ("/collection/1-generation-counts", test_1_generation_counts);
	g_test_add_func ("/collection/1-resets-are-counted", test_1_resets_are_counted);
	g_test_add_func ("/collection/threads", test_threads);

	return g_test_run ();
}
