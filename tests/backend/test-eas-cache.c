/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What cannot be read is not what is not there: no transaction commits on such an answer. */

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "e-eas-cache.h"

/* The least a cache can be: ours only adds tables to it. */
typedef ECache TestCache;
typedef ECacheClass TestCacheClass;

GType test_cache_get_type (void);
G_DEFINE_TYPE (TestCache, test_cache, E_TYPE_CACHE)

static void
test_cache_class_init (TestCacheClass *klass)
{
}

static void
test_cache_init (TestCache *self)
{
}

typedef struct {
	char *directory;
	char *path;
	ECache *ecache;
	EEasCache *cache;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
	g_autoptr (GError) error = NULL;

	fixture->directory = g_dir_make_tmp ("eas-cache-XXXXXX", NULL);
	fixture->path = g_build_filename (fixture->directory, "cache.db", NULL);
	fixture->ecache = g_object_new (test_cache_get_type (), NULL);
	e_cache_initialize_sync (fixture->ecache, fixture->path, NULL, NULL, &error);
	g_assert_no_error (error);
	fixture->cache = e_eas_cache_new (fixture->ecache, &error);
	g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
	g_clear_pointer (&fixture->cache, e_eas_cache_free);
	g_clear_object (&fixture->ecache);
	g_unlink (fixture->path);
	g_rmdir (fixture->directory);
	g_free (fixture->path);
	g_free (fixture->directory);
}

static void
run_sql (Fixture *fixture, const char *sql)
{
	g_assert_cmpint (
		sqlite3_exec (e_cache_get_sqlitedb (fixture->ecache), sql, NULL, NULL, NULL), ==,
		SQLITE_OK);
}

static gboolean
give_up (gpointer steps)
{
	return --*(int *) steps < 0;
}

/* From here on SQLite gives every statement up after @steps of its own steps. */
static void
break_reading (Fixture *fixture, int *steps)
{
	sqlite3_progress_handler (e_cache_get_sqlitedb (fixture->ecache), 1, give_up, steps);
}

static void
mend_reading (Fixture *fixture)
{
	sqlite3_progress_handler (e_cache_get_sqlitedb (fixture->ecache), 0, NULL, NULL);
}

static gboolean
commits (Fixture *fixture)
{
	g_autoptr (GError) error = NULL;
	gboolean committed = e_eas_cache_commit (fixture->cache, &error);

	g_assert_true (committed == (error == NULL));
	g_assert_true (committed || g_error_matches (error, EAS_ERROR, EAS_ERROR_STORE));

	return committed;
}

static void
put_item (Fixture *fixture)
{
	g_autoptr (GBytes) body = g_bytes_new_static ("body", 4);

	e_eas_cache_begin (fixture->cache);
	e_eas_cache_put_row (fixture->cache, "1:1", "uid", 7, 1, body, NULL);
	e_eas_cache_set_state (fixture->cache, "key", "k1");
	g_assert_true (commits (fixture));
}

static gpointer
read_text (Fixture *fixture)
{
	return e_eas_cache_dup_state (fixture->cache, "key");
}

static gpointer
read_item (Fixture *fixture)
{
	return e_eas_cache_row_by_id (fixture->cache, "1:1");
}

static gpointer
read_twin (Fixture *fixture)
{
	return e_eas_cache_row_by_hash (fixture->cache, 7, 2);
}

static gpointer
read_edit (Fixture *fixture)
{
	return e_eas_cache_edit_by_id (fixture->cache, 1);
}

static gpointer
read_count (Fixture *fixture)
{
	return GUINT_TO_POINTER (e_eas_cache_count_rows (fixture->cache));
}

static gpointer
none_of (GPtrArray *take_all)
{
	guint n = take_all->len;

	g_ptr_array_unref (take_all);

	return GUINT_TO_POINTER (n);
}

static gpointer
read_journal (Fixture *fixture)
{
	return none_of (e_eas_cache_journal (fixture->cache));
}

static gpointer
read_inbox (Fixture *fixture)
{
	return none_of (e_eas_cache_arrivals (fixture->cache, 10));
}

/* That the disk is full is said of what could not be written. */
static void
assert_says (EEasCache *cache, const char *what)
{
	g_autoptr (GError) error = NULL;

	g_assert_false (e_eas_cache_commit (cache, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_STORE);
	g_assert_nonnull (strstr (error->message, what));
}

static void
test_words (Fixture *fixture, gconstpointer data)
{
	int steps = 0;

	put_item (fixture);
	e_eas_cache_begin (fixture->cache);
	break_reading (fixture, &steps);
	g_assert_null (read_item (fixture));
	mend_reading (fixture);
	assert_says (fixture->cache, "could not be read");

	run_sql (fixture, "PRAGMA query_only = 1");
	e_eas_cache_begin (fixture->cache);
	e_eas_cache_set_state (fixture->cache, "key", "k2");
	assert_says (fixture->cache, "could not be written");
	run_sql (fixture, "PRAGMA query_only = 0");
	e_eas_cache_begin (fixture->cache);
	g_assert_true (commits (fixture));
}

typedef gpointer (*Reading) (Fixture *fixture);
static const Reading readings[] = { read_text,  read_item,    read_twin, read_edit,
				    read_count, read_journal, read_inbox };

static void
test_transaction (Fixture *fixture, gconstpointer data)
{
	put_item (fixture);

	for (gsize i = 0; i < G_N_ELEMENTS (readings); i++) {
		g_autofree char *key = NULL;
		int steps = 0;

		e_eas_cache_begin (fixture->cache);
		break_reading (fixture, &steps);
		g_assert_null (readings[i](fixture));
		mend_reading (fixture);
		e_eas_cache_set_state (fixture->cache, "key", "k2");
		g_assert_false (commits (fixture));

		key = e_eas_cache_dup_state (fixture->cache, "key");
		g_assert_cmpstr (key, ==, "k1");
	}

	e_eas_cache_begin (fixture->cache);
	g_assert_true (commits (fixture));
}

static void
test_list_cut_short (Fixture *fixture, gconstpointer data)
{
	g_autoptr (GPtrArray) rows = NULL;
	int steps;

	e_eas_cache_begin (fixture->cache);
	for (int i = 0; i < 100; i++) {
		g_autofree char *id = g_strdup_printf ("1:%d", i);

		e_eas_cache_put_row (fixture->cache, id, id, 0, 1, NULL, NULL);
	}
	g_assert_true (commits (fixture));

	e_eas_cache_begin (fixture->cache);
	steps = 300;
	break_reading (fixture, &steps);
	rows = e_eas_cache_rows_below (fixture->cache, 2, 100);
	mend_reading (fixture);
	g_assert_cmpuint (rows->len, >, 0);
	g_assert_cmpuint (rows->len, <, 100);
	g_assert_false (commits (fixture));
}

/* A worker decides on what it read before the transaction, too. */
static void
test_guarded_thread (Fixture *fixture, gconstpointer data)
{
	g_autoptr (GError) error = NULL;

	put_item (fixture);
	e_eas_cache_guard (fixture->cache);
	g_assert_true (e_eas_cache_check (fixture->cache, NULL));

	run_sql (fixture, "ALTER TABLE eas_journal RENAME TO elsewhere");
	g_assert_null (read_journal (fixture));
	g_assert_false (e_eas_cache_check (fixture->cache, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_STORE);
	e_eas_cache_begin (fixture->cache);
	g_assert_false (commits (fixture));

	run_sql (fixture, "ALTER TABLE elsewhere RENAME TO eas_journal");
	g_assert_false (e_eas_cache_check (fixture->cache, NULL));
	e_eas_cache_guard (fixture->cache);
	g_assert_null (read_journal (fixture));
	g_assert_true (e_eas_cache_check (fixture->cache, NULL));
	e_eas_cache_begin (fixture->cache);
	g_assert_true (commits (fixture));
}

static gpointer
read_elsewhere (gpointer fixture)
{
	read_journal (fixture);

	return GINT_TO_POINTER (e_eas_cache_check (((Fixture *) fixture)->cache, NULL));
}

/* What another thread could not read is that one's own affair. */
static void
test_other_thread (Fixture *fixture, gconstpointer data)
{
	GThread *thread;

	e_eas_cache_guard (fixture->cache);
	run_sql (fixture, "ALTER TABLE eas_journal RENAME TO elsewhere");
	thread = g_thread_new ("other", read_elsewhere, fixture);
	g_assert_true (GPOINTER_TO_INT (g_thread_join (thread)));
	g_assert_true (e_eas_cache_check (fixture->cache, NULL));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add ("/eas-cache/unreadable/transaction", Fixture, NULL, set_up, test_transaction,
		    tear_down);
	g_test_add ("/eas-cache/unreadable/words", Fixture, NULL, set_up, test_words, tear_down);
	g_test_add ("/eas-cache/unreadable/list-cut-short", Fixture, NULL, set_up,
		    test_list_cut_short, tear_down);
	g_test_add ("/eas-cache/unreadable/guarded-thread", Fixture, NULL, set_up,
		    test_guarded_thread, tear_down);
	g_test_add ("/eas-cache/unreadable/other-thread", Fixture, NULL, set_up, test_other_thread,
		    tear_down);

	return g_test_run ();
}
