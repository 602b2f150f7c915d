/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Through SQLite and not by removing the file: the calendar factory may have the
 * database open, and would go on with a file that has no name.
 */

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <libedataserver/libedataserver.h>
#include <sqlite3.h>

#include "e-eas-wipe.h"

#define BUSY_MS 10000 /* a factory may be in the middle of a transaction */

/* EDS's folders of caches, by kind of source. */
static const char *const kinds[] = { "addressbook", "calendar", "memos", "tasks" };

/* ECacheKeys stays: without the versions in it the factory that has the file open fails. */
static const char list_tables[] = "SELECT name FROM sqlite_master WHERE type = 'table' "
				  "AND name NOT LIKE 'sqlite_%' AND name <> 'ECacheKeys'";

/* Each table alone, as not all of them let themselves be emptied. */
static int
empty_table_cb (void *database, int n_columns, char **values, char **names)
{
	char *statement = sqlite3_mprintf ("DELETE FROM \"%w\"", values[0]);

	sqlite3_exec (database, statement, NULL, NULL, NULL);
	sqlite3_free (statement);

	return 0;
}

static void
empty_database (const char *path)
{
	sqlite3 *database = NULL;

	if (sqlite3_open_v2 (path, &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK) {
		sqlite3_busy_timeout (database, BUSY_MS);
		sqlite3_exec (database, "PRAGMA secure_delete = ON", NULL, NULL, NULL);
		sqlite3_exec (database, list_tables, empty_table_cb, database, NULL);
		sqlite3_exec (database, "VACUUM", NULL, NULL, NULL);
	}
	sqlite3_close (database);
}

static void
remove_tree (const char *path)
{
	g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
	const char *name;

	while (directory != NULL && (name = g_dir_read_name (directory)) != NULL) {
		g_autofree char *child = g_build_filename (path, name, NULL);

		if (g_file_test (child, G_FILE_TEST_IS_DIR) &&
		    !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
			remove_tree (child);
		else
			g_unlink (child);
	}
	g_rmdir (path);
}

/* Pictures and attachments, and what e-eas-cache-rescue.c set aside; the database stays open. */
static void
remove_all_but_database (const char *folder)
{
	g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
	const char *name;

	while (directory != NULL && (name = g_dir_read_name (directory)) != NULL) {
		g_autofree char *path = g_build_filename (folder, name, NULL);

		if (g_str_has_prefix (name, "cache.db") && !g_str_has_suffix (name, ".damaged"))
			continue;
		if (g_file_test (path, G_FILE_TEST_IS_DIR) &&
		    !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
			remove_tree (path);
		else
			g_unlink (path);
	}
}

void
e_eas_wipe_source (const char *source_uid)
{
	g_return_if_fail (source_uid != NULL);

	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
		g_autofree char *folder =
			g_build_filename (e_get_user_cache_dir (), kinds[i], source_uid, NULL);
		g_autofree char *path = g_build_filename (folder, "cache.db", NULL);

		empty_database (path);
		remove_all_but_database (folder);
	}
}

void
e_eas_wipe_conflicts (const char *account_uid)
{
	g_autofree char *path =
		g_build_filename (e_get_user_data_dir (), "eas", account_uid, "conflicts", NULL);

	g_return_if_fail (account_uid != NULL);

	remove_tree (path);
}
