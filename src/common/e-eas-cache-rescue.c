/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * SQLite's own check decides. It reads the whole file, which for 10,000 events takes
 * a twentieth of a second, once for each start of a calendar.
 */

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "e-eas-cache.h"

#include "e-eas-cache-rescue.h"

/* What stands beyond a hole is reached from the other end; what is there already is ignored. */
static const struct {
	const char *table;
	const char *order;
} rescues[] = {
	{ "eas_outbox", "id" },
	{ "eas_outbox", "id DESC" },
	{ "eas_journal", "rowid" },
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

static sqlite3_stmt *
prepare_insert (sqlite3 *database, const char *table, int n_columns)
{
	g_autoptr (GString) sql = g_string_new (NULL);
	sqlite3_stmt *statement = NULL;

	g_string_printf (sql, "INSERT OR IGNORE INTO %s VALUES (?", table);
	for (int i = 1; i < n_columns; i++)
		g_string_append (sql, ", ?");
	g_string_append_c (sql, ')');
	sqlite3_prepare_v2 (database, sql->str, -1, &statement, NULL);

	return statement;
}

/* Row by row, until one cannot be read: a single statement would be undone as a whole. */
static void
copy_rows (sqlite3 *from, sqlite3 *to, const char *table, const char *order)
{
	g_autofree char *sql = g_strdup_printf ("SELECT * FROM %s ORDER BY %s", table, order);
	sqlite3_stmt *source = NULL;
	sqlite3_stmt *target = NULL;
	int n_columns;

	if (sqlite3_prepare_v2 (from, sql, -1, &source, NULL) != SQLITE_OK)
		return;

	n_columns = sqlite3_column_count (source);
	target = prepare_insert (to, table, n_columns);
	while (target != NULL && sqlite3_step (source) == SQLITE_ROW) {
		for (int i = 0; i < n_columns; i++)
			sqlite3_bind_value (target, i + 1, sqlite3_column_value (source, i));
		sqlite3_step (target);
		sqlite3_reset (target);
	}
	sqlite3_finalize (target);
	sqlite3_finalize (source);
}

static void
copy_edits (const char *damaged, const char *path)
{
	sqlite3 *from = NULL;
	sqlite3 *to = NULL;

	if (sqlite3_open_v2 (damaged, &from, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
	    sqlite3_open (path, &to) == SQLITE_OK &&
	    sqlite3_exec (to, e_eas_cache_schema (), NULL, NULL, NULL) == SQLITE_OK) {
		sqlite3_exec (to, "BEGIN", NULL, NULL, NULL);
		for (gsize i = 0; i < G_N_ELEMENTS (rescues); i++)
			copy_rows (from, to, rescues[i].table, rescues[i].order);
		sqlite3_exec (to, "COMMIT", NULL, NULL, NULL);
	}
	sqlite3_close (from);
	sqlite3_close (to);
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
	copy_edits (damaged, path);

	return TRUE;
}
