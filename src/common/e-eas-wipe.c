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

/* Tables of ECache, ECalCache and e-eas-cache.c; each alone, as not all of them need be there. */
static const char *const statements[] = {
	"PRAGMA secure_delete = ON",
	"DELETE FROM ECacheObjects",
	"DELETE FROM eas_items",
	"DELETE FROM eas_outbox",
	"DELETE FROM eas_journal",
	"DELETE FROM eas_state",
	"VACUUM",
};

void
e_eas_wipe_calendar (const char *source_uid)
{
	g_autofree char *path = g_build_filename (e_get_user_cache_dir (), "calendar", source_uid,
						  "cache.db", NULL);
	g_autofree char *damaged = g_strconcat (path, ".damaged", NULL); /* e-eas-cache-rescue.c */
	sqlite3 *database = NULL;

	g_return_if_fail (source_uid != NULL);

	if (sqlite3_open_v2 (path, &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK) {
		sqlite3_busy_timeout (database, BUSY_MS);
		for (gsize i = 0; i < G_N_ELEMENTS (statements); i++)
			sqlite3_exec (database, statements[i], NULL, NULL, NULL);
	}
	sqlite3_close (database);
	g_unlink (damaged);
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

void
e_eas_wipe_conflicts (const char *account_uid)
{
	g_autofree char *path =
		g_build_filename (e_get_user_data_dir (), "eas", account_uid, "conflicts", NULL);

	g_return_if_fail (account_uid != NULL);

	remove_tree (path);
}
