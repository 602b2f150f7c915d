/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * SQLite's own check decides. It reads the whole file, which for 10,000 events takes
 * a twentieth of a second, once for each start of a calendar.
 */

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "e-eas-cache.h"

#include "e-eas-cache-rescue.h"

/* Each alone: one that cannot be read must not keep the others from being saved. What stands
 * beyond a hole is reached from the other end. */
static const char *const rescues[] = {
	"INSERT OR IGNORE INTO eas_outbox SELECT * FROM damaged.eas_outbox ORDER BY id",
	"INSERT OR IGNORE INTO eas_outbox SELECT * FROM damaged.eas_outbox ORDER BY id DESC",
	"INSERT INTO eas_journal SELECT * FROM damaged.eas_journal ORDER BY rowid",
};

static gboolean
is_sound (const char *path)
{
	sqlite3 *database = NULL;
	sqlite3_stmt *statement = NULL;
	gboolean sound = FALSE;
	int result = sqlite3_open_v2 (path, &database, SQLITE_OPEN_READWRITE, NULL);

	if (result == SQLITE_OK)
		result = sqlite3_prepare_v2 (database, "PRAGMA quick_check (1)", -1, &statement,
					     NULL);
	if (result == SQLITE_OK)
		result = sqlite3_step (statement);
	if (result == SQLITE_ROW)
		sound = g_strcmp0 ((const char *) sqlite3_column_text (statement, 0), "ok") == 0;
	else
		/* Busy, unreadable, no memory: no reason to throw anything away. */
		sound = result != SQLITE_CORRUPT && result != SQLITE_NOTADB;
	sqlite3_finalize (statement);
	sqlite3_close (database);

	return sound;
}

static void
copy_edits (const char *path, const char *damaged)
{
	sqlite3 *database = NULL;
	char *quoted = sqlite3_mprintf ("ATTACH %Q AS damaged", damaged);

	if (sqlite3_open (path, &database) == SQLITE_OK &&
	    sqlite3_exec (database, e_eas_cache_schema (), NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec (database, quoted, NULL, NULL, NULL) == SQLITE_OK) {
		for (gsize i = 0; i < G_N_ELEMENTS (rescues); i++)
			sqlite3_exec (database, rescues[i], NULL, NULL, NULL);
	}
	sqlite3_close (database);
	sqlite3_free (quoted);
}

gboolean
e_eas_cache_rescue (const char *path)
{
	g_autofree char *damaged = g_strconcat (path, ".damaged", NULL);
	g_autofree char *journal = g_strconcat (path, "-journal", NULL);

	g_return_val_if_fail (path != NULL, FALSE);

	if (!g_file_test (path, G_FILE_TEST_IS_REGULAR) || is_sound (path))
		return FALSE;
	if (g_rename (path, damaged) != 0)
		return FALSE;

	/* Of the file that is gone now; the new one must not be rolled back with it. */
	g_unlink (journal);
	copy_edits (path, damaged);

	return TRUE;
}
