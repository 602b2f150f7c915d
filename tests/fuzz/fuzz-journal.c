/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Damaged rows in the cache's tables: the input says what lies in each column of
 * the journal, the outbox and the items, be it of the right type or not. All of
 * it is read as the worker reads it; nothing is lost on the way. Each input is a
 * transaction that is undone.
 */

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "e-eas-cache.h"
#include "eas-item-codec.h"

#include "fuzz.h"

#define MAX_ROWS 32

/* The least a cache can be: ours only adds tables to it. */
typedef ECache FuzzCache;
typedef ECacheClass FuzzCacheClass;

GType fuzz_cache_get_type (void);
G_DEFINE_TYPE (FuzzCache, fuzz_cache, E_TYPE_CACHE)

static void
fuzz_cache_class_init (FuzzCacheClass *klass)
{
}

static void
fuzz_cache_init (FuzzCache *self)
{
}

/* What is left of the input. */
typedef struct {
	const guint8 *data;
	gsize left;
} Input;

static char *directory;
static ECache *ecache;
static EEasCache *cache;

static void
remove_cache (void)
{
	g_autofree char *path = g_build_filename (directory, "cache.db", NULL);

	g_clear_pointer (&cache, e_eas_cache_free);
	g_clear_object (&ecache);
	g_unlink (path);
	g_rmdir (directory);
	g_clear_pointer (&directory, g_free);
}

static void
open_cache (void)
{
	g_autofree char *path = NULL;
	g_autoptr (GError) error = NULL;

	directory = g_dir_make_tmp ("eas-fuzz-journal-XXXXXX", NULL);
	path = g_build_filename (directory, "cache.db", NULL);
	ecache = g_object_new (fuzz_cache_get_type (), NULL);
	if (!e_cache_initialize_sync (ecache, path, NULL, NULL, &error))
		g_error ("no cache: %s", error->message);

	cache = e_eas_cache_new (ecache, &error);
	if (cache == NULL)
		g_error ("no tables: %s", error->message);

	atexit (remove_cache);
}

static guint8
take_byte (Input *input)
{
	if (input->left == 0)
		return 0;

	input->left--;

	return *input->data++;
}

/* A byte for the type, one for the length, the value. */
static void
bind_something (sqlite3_stmt *statement, int column, Input *input)
{
	guint8 type = take_byte (input);
	gsize wanted = take_byte (input);
	gsize size = MIN (wanted, input->left);
	const guint8 *data = input->data;

	input->data += size;
	input->left -= size;
	switch (type % 5) {
	case 0:
		sqlite3_bind_null (statement, column);
		break;
	case 1:
		sqlite3_bind_int64 (statement, column, (gint64) ((guint64) type << size % 64));
		break;
	case 2:
		sqlite3_bind_blob (statement, column, data, size, SQLITE_TRANSIENT);
		break;
	case 3:
		sqlite3_bind_int (statement, column, type / 5);
		break;
	default:
		sqlite3_bind_text (statement, column, (const char *) data, size, SQLITE_TRANSIENT);
		break;
	}
}

static sqlite3_stmt *
prepare (const char *sql)
{
	sqlite3_stmt *statement = NULL;

	fuzz_promise (sqlite3_prepare_v2 (e_cache_get_sqlitedb (ecache), sql, -1, &statement,
					  NULL) == SQLITE_OK);

	return statement;
}

/* A row of as many values as the table has columns now. */
static sqlite3_stmt *
prepare_insert (const char *table)
{
	g_autofree char *select = g_strdup_printf ("SELECT * FROM %s", table);
	sqlite3_stmt *columns = prepare (select);
	sqlite3_stmt *statement;
	GString *insert = g_string_new (NULL);
	int ii;

	g_string_printf (insert, "INSERT INTO %s VALUES (?", table);
	for (ii = 1; ii < sqlite3_column_count (columns); ii++)
		g_string_append (insert, ", ?");
	g_string_append_c (insert, ')');
	sqlite3_finalize (columns);
	statement = prepare (insert->str);
	g_string_free (insert, TRUE);

	return statement;
}

/* Returns whether the row could be put in: keys are unique. */
static gboolean
insert_row (const char *table, Input *input)
{
	sqlite3_stmt *statement = prepare_insert (table);
	gboolean inserted;
	int column;

	for (column = 1; column <= sqlite3_bind_parameter_count (statement); column++)
		bind_something (statement, column, input);
	inserted = sqlite3_step (statement) == SQLITE_DONE;
	sqlite3_finalize (statement);

	return inserted;
}

static void
read_body (GBytes *body)
{
	g_autoptr (EasItem) item = NULL;

	if (body != NULL)
		item = eas_item_from_bytes (body, NULL);
}

static void
check_journal (guint n_rows)
{
	g_autoptr (GPtrArray) entries = e_eas_cache_journal (cache);
	guint ii;

	fuzz_promise (entries->len == n_rows);
	for (ii = 0; ii < entries->len; ii++) {
		const EEasJournalEntry *entry = g_ptr_array_index (entries, ii);
		g_autoptr (EEasEdit) edit = e_eas_cache_edit_by_id (cache, entry->edit_id);

		read_body (entry->expected);
		fuzz_promise (edit == NULL || edit->id == entry->edit_id);
	}
}

static void
check_outbox (void)
{
	g_autoptr (GPtrArray) pending = e_eas_cache_pending_edits (cache, MAX_ROWS);
	g_autoptr (GPtrArray) parked = e_eas_cache_parked_edits (cache, MAX_ROWS);
	guint ii;

	for (ii = 0; ii < pending->len; ii++) {
		const EEasEdit *edit = g_ptr_array_index (pending, ii);
		g_autoptr (EEasEdit) again = e_eas_cache_edit_by_id (cache, edit->id);

		fuzz_promise (again != NULL && !again->parked);
		read_body (edit->ancestor);
	}
	for (ii = 0; ii < parked->len; ii++)
		fuzz_promise (((EEasEdit *) g_ptr_array_index (parked, ii))->parked);
}

static void
check_items (void)
{
	g_autoptr (GPtrArray) rows = e_eas_cache_rows_below (cache, G_MAXINT, MAX_ROWS);
	guint ii;

	for (ii = 0; ii < rows->len; ii++) {
		const EEasRow *row = g_ptr_array_index (rows, ii);
		g_autoptr (EEasRow) whole = NULL;

		if (row->server_id != NULL)
			whole = e_eas_cache_row_by_id (cache, row->server_id);
		if (whole != NULL)
			read_body (whole->body);
		if (row->uid != NULL)
			e_eas_row_free (e_eas_cache_row_by_uid (cache, row->uid));
	}
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
	Input input = { data, size };
	guint n_rows = 0, n_journal = 0;

	if (cache == NULL)
		open_cache ();

	e_eas_cache_begin (cache);
	while (input.left > 0 && n_rows++ < MAX_ROWS) {
		switch (take_byte (&input) % 3) {
		case 0:
			n_journal += insert_row ("eas_journal", &input);
			break;
		case 1:
			insert_row ("eas_outbox", &input);
			break;
		default:
			insert_row ("eas_items", &input);
			break;
		}
	}
	check_journal (n_journal);
	check_outbox ();
	check_items ();
	e_eas_cache_rollback (cache);

	return 0;
}
