/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Damaged databases, made with SQLite itself and a hole in one page. */

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "e-eas-cache.h"

#include "e-eas-cache-rescue.h"

#define N_EDITS 200

static char *directory;
static char *path;

static int
number (const char *sql)
{
	sqlite3 *database = NULL;
	sqlite3_stmt *statement = NULL;
	int value = -1;

	g_assert_cmpint (sqlite3_open (path, &database), ==, SQLITE_OK);
	if (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step (statement) == SQLITE_ROW)
		value = sqlite3_column_int (statement, 0);
	sqlite3_finalize (statement);
	sqlite3_close (database);

	return value;
}

static void
make_database (void)
{
	sqlite3 *database = NULL;
	g_autofree char *edits = g_strdup_printf (
		"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
		"INSERT INTO eas_outbox (kind, uid, object, version, parked) "
		"SELECT 0, 'uid-' || i, hex (randomblob (200)), 1, 0 FROM n",
		N_EDITS);

	g_unlink (path);
	g_assert_cmpint (sqlite3_open (path, &database), ==, SQLITE_OK);
	g_assert_cmpint (sqlite3_exec (database, e_eas_cache_schema (), NULL, NULL, NULL), ==,
			 SQLITE_OK);
	g_assert_cmpint (sqlite3_exec (database, edits, NULL, NULL, NULL), ==, SQLITE_OK);
	g_assert_cmpint (sqlite3_exec (database,
				       "CREATE TABLE other (x); INSERT INTO other VALUES (1);"
				       "INSERT INTO eas_journal (edit_id, uid) VALUES (7, 'uid-7')",
				       NULL, NULL, NULL),
			 ==, SQLITE_OK);
	sqlite3_close (database);
}

static void
make_hole (int page)
{
	int size = number ("PRAGMA page_size");
	g_autofree char *zeros = g_malloc0 ((gsize) size);
	FILE *file = fopen (path, "r+b");

	g_assert_nonnull (file);
	g_assert_cmpint (fseek (file, (long) (page - 1) * size, SEEK_SET), ==, 0);
	g_assert_cmpuint (fwrite (zeros, 1, (gsize) size, file), ==, (gsize) size);
	fclose (file);
}

static void
assert_kept_aside (void)
{
	g_autofree char *damaged = g_strconcat (path, ".damaged", NULL);

	g_assert_true (g_file_test (damaged, G_FILE_TEST_IS_REGULAR));
	g_unlink (damaged);
}

static void
test_sound (void)
{
	make_database ();
	g_assert_false (e_eas_cache_rescue (path));
	g_assert_cmpint (number ("SELECT count(*) FROM other"), ==, 1);

	g_unlink (path);
	g_assert_false (e_eas_cache_rescue (path));
	g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));

	g_assert_true (g_file_set_contents (path, "", 0, NULL));
	g_assert_false (e_eas_cache_rescue (path));
}

static void
test_elsewhere (void)
{
	make_database ();
	make_hole (number ("SELECT rootpage FROM sqlite_master WHERE name = 'other'"));

	g_assert_true (e_eas_cache_rescue (path));
	g_assert_cmpint (number ("SELECT count(*) FROM eas_outbox"), ==, N_EDITS);
	g_assert_cmpint (number ("SELECT count(*) FROM eas_journal"), ==, 1);
	g_assert_cmpint (number ("SELECT id FROM eas_outbox WHERE uid = 'uid-7'"), ==, 7);
	g_assert_false (e_eas_cache_rescue (path));
	assert_kept_aside ();
}

/* Both sides of the hole are saved. */
static void
test_in_the_outbox (void)
{
	make_database ();
	make_hole (number ("PRAGMA page_count") / 2);

	g_assert_true (e_eas_cache_rescue (path));
	g_assert_cmpint (number ("SELECT count(*) FROM eas_outbox WHERE id <= 20"), ==, 20);
	g_assert_cmpint (number ("SELECT count(*) FROM eas_outbox WHERE id > 180"), ==, 20);
	assert_kept_aside ();
}

static void
test_no_database (void)
{
	g_autofree char *text = g_strnfill (5000, 'x');

	g_assert_true (g_file_set_contents (path, text, -1, NULL));
	g_assert_true (e_eas_cache_rescue (path));
	g_assert_cmpint (number ("SELECT count(*) FROM eas_outbox"), ==, 0);
	assert_kept_aside ();
}

int
main (int argc, char **argv)
{
	int result;

	g_test_init (&argc, &argv, NULL);
	directory = g_dir_make_tmp ("eas-rescue-XXXXXX", NULL);
	path = g_build_filename (directory, "cache.db", NULL);

	g_test_add_func ("/cache-rescue/sound", test_sound);
	g_test_add_func ("/cache-rescue/elsewhere", test_elsewhere);
	g_test_add_func ("/cache-rescue/in-the-outbox", test_in_the_outbox);
	g_test_add_func ("/cache-rescue/no-database", test_no_database);
	result = g_test_run ();

	g_unlink (path);
	g_rmdir (directory);
	g_free (path);
	g_free (directory);

	return result;
}
