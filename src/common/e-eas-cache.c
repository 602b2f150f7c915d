/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * SQLite is used directly, because values hold NUL bytes (e_cache_set_key() cuts
 * there). Statements are prepared once; all of them run under the ECache lock,
 * which also makes the one connection safe between threads.
 */

#include <glib/gi18n-lib.h>
#include <sqlite3.h>

#include "e-eas-cache.h"

typedef enum {
	SQL_GET_STATE,
	SQL_SET_STATE,
	SQL_DROP_STATE,
	SQL_FORGET_STATE,
	SQL_FORGET_ITEMS,
	SQL_PUT_ARRIVAL,
	SQL_ARRIVALS,
	SQL_REMOVE_ARRIVALS,
	SQL_ROW_BY_ID,
	SQL_ROW_BY_UID,
	SQL_ROW_BY_HASH,
	SQL_VOID_ROWS,
	SQL_VOID_EDITS,
	SQL_PUT_ROW,
	SQL_TOUCH_ROW,
	SQL_REMOVE_ROW,
	SQL_SHOWN,
	SQL_COUNT_ROWS_BELOW,
	SQL_COUNT_SHOWN_ROWS,
	SQL_ROWS_BELOW,
	SQL_ROWS_WITH_PROBLEM,
	SQL_EDIT_BY_UID,
	SQL_EDIT_BY_SERVER_ID,
	SQL_EDIT_BY_ID,
	SQL_INSERT_EDIT,
	SQL_UPDATE_EDIT,
	SQL_REMOVE_EDIT,
	SQL_LIST_EDITS,
	SQL_COUNT_EDITS,
	SQL_PUT_JOURNAL,
	SQL_JOURNAL,
	SQL_CLEAR_JOURNAL,
	N_SQL
} Sql;

#define ROW_COLUMNS "server_id, uid, hash, generation, body, problem"
#define EDIT_COLUMNS                                                                               \
	"id, kind, uid, server_id, client_id, object, ancestor, version, attempts, parked, "       \
	"reason, since"

static const char *const statements[N_SQL] = {
	[SQL_GET_STATE] = "SELECT value FROM eas_state WHERE name = ?",
	[SQL_SET_STATE] = "INSERT OR REPLACE INTO eas_state (name, value) VALUES (?, ?)",
	[SQL_DROP_STATE] = "DELETE FROM eas_state WHERE name = ?",
	[SQL_FORGET_STATE] = "DELETE FROM eas_state",
	[SQL_FORGET_ITEMS] = "DELETE FROM eas_items",
	[SQL_PUT_ARRIVAL] = "INSERT INTO eas_inbox (kind, server_id, body) VALUES (?, ?, ?)",
	[SQL_ARRIVALS] = "SELECT id, kind, server_id, body FROM eas_inbox ORDER BY id LIMIT ?",
	[SQL_REMOVE_ARRIVALS] = "DELETE FROM eas_inbox WHERE id <= ?",
	[SQL_ROW_BY_ID] = "SELECT " ROW_COLUMNS " FROM eas_items WHERE server_id = ?",
	[SQL_ROW_BY_UID] = "SELECT " ROW_COLUMNS " FROM eas_items WHERE uid = ?",
	[SQL_ROW_BY_HASH] = "SELECT " ROW_COLUMNS " FROM eas_items WHERE hash = ? AND "
			    "generation < ? LIMIT 1",
	[SQL_VOID_ROWS] = "UPDATE eas_items SET server_id = char (1) || server_id",
	[SQL_VOID_EDITS] = "UPDATE eas_outbox SET server_id = char (1) || server_id "
			   "WHERE server_id IS NOT NULL",
	[SQL_PUT_ROW] = "INSERT OR REPLACE INTO eas_items (server_id, uid, hash, generation, body, "
			"problem) VALUES (?, ?, ?, ?, ?, ?)",
	[SQL_TOUCH_ROW] = "UPDATE eas_items SET generation = ? WHERE server_id = ?",
	[SQL_REMOVE_ROW] = "DELETE FROM eas_items WHERE server_id = ?",
	/* The object itself, or an occurrence: those have "uid\nrid" there. */
	[SQL_SHOWN] = "SELECT 1 FROM " E_CACHE_TABLE_OBJECTS " WHERE " E_CACHE_COLUMN_UID
		      " = ?1 OR (" E_CACHE_COLUMN_UID " > ?1 || char (10) AND " E_CACHE_COLUMN_UID
		      " < ?1 || char (11)) LIMIT 1",
	[SQL_COUNT_ROWS_BELOW] = "SELECT COUNT (*) FROM eas_items WHERE generation < ?",
	[SQL_ROWS_BELOW] = "SELECT server_id, uid, hash, generation, NULL, problem FROM eas_items "
			   "WHERE generation < ? LIMIT ?",
	[SQL_ROWS_WITH_PROBLEM] =
		"SELECT server_id, uid, hash, generation, NULL, problem FROM eas_items "
		"WHERE problem IS NOT NULL LIMIT ?",
	[SQL_COUNT_SHOWN_ROWS] =
		"SELECT COUNT (*) FROM eas_items WHERE problem IS NULL AND uid NOT IN "
		"(SELECT uid FROM eas_outbox WHERE kind = ?)",
	[SQL_EDIT_BY_UID] = "SELECT " EDIT_COLUMNS " FROM eas_outbox WHERE uid = ?",
	[SQL_EDIT_BY_SERVER_ID] = "SELECT " EDIT_COLUMNS " FROM eas_outbox WHERE server_id = ?",
	[SQL_EDIT_BY_ID] = "SELECT " EDIT_COLUMNS " FROM eas_outbox WHERE id = ?",
	[SQL_INSERT_EDIT] =
		"INSERT INTO eas_outbox (kind, uid, server_id, client_id, object, ancestor, "
		"version, "
		"attempts, parked, reason, since) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_UPDATE_EDIT] = "UPDATE eas_outbox SET kind = ?, uid = ?, server_id = ?, client_id = "
			    "?, object = ?, "
			    "ancestor = ?, version = ?, attempts = ?, parked = ?, reason = ?, "
			    "since = ? WHERE id = ?",
	[SQL_REMOVE_EDIT] = "DELETE FROM eas_outbox WHERE id = ?",
	[SQL_LIST_EDITS] =
		"SELECT " EDIT_COLUMNS " FROM eas_outbox WHERE parked = ? ORDER BY id LIMIT ?",
	[SQL_COUNT_EDITS] = "SELECT COUNT (*) FROM eas_outbox WHERE parked = ?",
	[SQL_PUT_JOURNAL] = "INSERT INTO eas_journal (edit_id, edit_version, uid, key, kind, "
			    "server_id, client_id, "
			    "instance_id, last, expected) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_JOURNAL] = "SELECT edit_id, edit_version, uid, key, kind, server_id, client_id, "
			"instance_id, last, "
			"expected FROM eas_journal ORDER BY rowid",
	[SQL_CLEAR_JOURNAL] = "DELETE FROM eas_journal",
};

/* AUTOINCREMENT: a number that was once an edit's must not become another's while the journal names
 * it. */
static const char *const schema =
	"CREATE TABLE IF NOT EXISTS eas_state (name TEXT PRIMARY KEY, value TEXT);"
	"CREATE TABLE IF NOT EXISTS eas_items (server_id TEXT PRIMARY KEY, uid TEXT, hash INTEGER,"
	" generation INTEGER, body BLOB, problem TEXT);"
	"CREATE INDEX IF NOT EXISTS eas_items_uid ON eas_items (uid);"
	"CREATE INDEX IF NOT EXISTS eas_items_generation ON eas_items (generation);"
	"CREATE TABLE IF NOT EXISTS eas_inbox (id INTEGER PRIMARY KEY, kind INTEGER, server_id "
	"TEXT,"
	" body BLOB);"
	"CREATE INDEX IF NOT EXISTS eas_items_hash ON eas_items (hash);"
	"CREATE TABLE IF NOT EXISTS eas_outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER,"
	" uid TEXT UNIQUE, server_id TEXT, client_id TEXT, object TEXT, ancestor BLOB, version "
	"INTEGER,"
	" attempts INTEGER, parked INTEGER, reason TEXT, since INTEGER);"
	"CREATE TABLE IF NOT EXISTS eas_journal (edit_id INTEGER, edit_version INTEGER, uid TEXT, "
	"key TEXT,"
	" kind INTEGER, server_id TEXT, client_id TEXT, instance_id TEXT, last INTEGER, expected "
	"BLOB);";

/* SQLite would keep up to 2 MB of pages for each open folder, most of them from the drain of the
 * first sync. A chunk's pages fit into this, and the kernel has the file in its own cache. What
 * undoes a single statement goes into memory: as files that took an eighth of a first sync. The
 * rollback journal is kept, as a file made and removed for every commit takes another eighth. */
static const char *const settings =
	"PRAGMA cache_size = -768; PRAGMA temp_store = MEMORY; PRAGMA journal_mode = PERSIST; "
	"PRAGMA journal_size_limit = 1048576;";

struct _EEasCache {
	ECache *cache;
	sqlite3_stmt *prepared[N_SQL];
	gboolean failed;  /* a statement of the running transaction */
	gboolean misread; /* it was one that reads */
	GThread *guarded; /* what this one could not read, it must not take for absent */
	gboolean unread;  /* since it was guarded */
};

static gboolean
set_store_error (GError **error)
{
	eas_set_error (error, EAS_ERROR_STORE, NULL, 0, 0,
		       _ ("The local copy could not be written; the disk may be full"));

	return FALSE;
}

static gboolean
set_read_error (GError **error)
{
	eas_set_error (error, EAS_ERROR_STORE, NULL, 0, 0,
		       _ ("The local copy could not be read; nothing is changed until it can"));

	return FALSE;
}

/* The lock is held. What cannot be read is not what is not there. */
static void
note_failure (EEasCache *self)
{
	self->failed = TRUE;
	self->misread = TRUE;
	self->unread |= g_thread_self () == self->guarded;
}

/* The statement, ready to be bound. The cache's lock must be held until done(). */
static sqlite3_stmt *
prepare (EEasCache *self, Sql sql)
{
	if (self->prepared[sql] == NULL &&
	    sqlite3_prepare_v2 (e_cache_get_sqlitedb (self->cache), statements[sql], -1,
				&self->prepared[sql], NULL) != SQLITE_OK)
		note_failure (self);

	return self->prepared[sql];
}

/* FALSE: that was the last row, or it cannot be read. */
static gboolean
next_row (EEasCache *self, sqlite3_stmt *stmt)
{
	int outcome = sqlite3_step (stmt);

	if (outcome != SQLITE_ROW && outcome != SQLITE_DONE)
		note_failure (self);

	return outcome == SQLITE_ROW;
}

static void
done (sqlite3_stmt *stmt)
{
	sqlite3_reset (stmt);
	sqlite3_clear_bindings (stmt);
}

static void
execute (EEasCache *self, sqlite3_stmt *stmt)
{
	if (stmt == NULL || sqlite3_step (stmt) != SQLITE_DONE)
		self->failed = TRUE;
	if (stmt != NULL)
		done (stmt);
}

/* Parameters are copied by SQLite only where they do not live until done(). */
static void
bind_text (sqlite3_stmt *stmt, int index, const char *text)
{
	if (text != NULL)
		sqlite3_bind_text (stmt, index, text, -1, SQLITE_STATIC);
	else
		sqlite3_bind_null (stmt, index);
}

static void
bind_bytes (sqlite3_stmt *stmt, int index, GBytes *bytes)
{
	gsize size;
	gconstpointer data;

	if (bytes == NULL) {
		sqlite3_bind_null (stmt, index);
		return;
	}
	data = g_bytes_get_data (bytes, &size);
	sqlite3_bind_blob64 (stmt, index, data != NULL ? data : "", size, SQLITE_STATIC);
}

static char *
column_text (sqlite3_stmt *stmt, int index)
{
	return g_strdup ((const char *) sqlite3_column_text (stmt, index));
}

static GBytes *
column_bytes (sqlite3_stmt *stmt, int index)
{
	if (sqlite3_column_type (stmt, index) == SQLITE_NULL)
		return NULL;

	return g_bytes_new (sqlite3_column_blob (stmt, index),
			    (gsize) sqlite3_column_bytes (stmt, index));
}

static EEasRow *
read_row (sqlite3_stmt *stmt)
{
	EEasRow *row = g_new0 (EEasRow, 1);

	row->server_id = column_text (stmt, 0);
	row->uid = column_text (stmt, 1);
	row->hash = (guint64) sqlite3_column_int64 (stmt, 2);
	row->generation = (guint) sqlite3_column_int64 (stmt, 3);
	row->body = column_bytes (stmt, 4);
	if (row->body == NULL)
		row->body = g_bytes_new (NULL, 0);
	row->problem = column_text (stmt, 5);

	return row;
}

static EEasEdit *
read_edit (sqlite3_stmt *stmt)
{
	EEasEdit *edit = g_new0 (EEasEdit, 1);

	edit->id = sqlite3_column_int64 (stmt, 0);
	edit->kind = (EEasEditKind) sqlite3_column_int (stmt, 1);
	edit->uid = column_text (stmt, 2);
	edit->server_id = column_text (stmt, 3);
	edit->client_id = column_text (stmt, 4);
	edit->object = column_text (stmt, 5);
	edit->ancestor = column_bytes (stmt, 6);
	edit->version = (guint) sqlite3_column_int64 (stmt, 7);
	edit->attempts = (guint) sqlite3_column_int64 (stmt, 8);
	edit->parked = sqlite3_column_int (stmt, 9) != 0;
	edit->reason = column_text (stmt, 10);
	edit->since = sqlite3_column_int64 (stmt, 11);

	return edit;
}

static EEasArrival *
read_arrival (sqlite3_stmt *stmt)
{
	EEasArrival *arrival = g_new0 (EEasArrival, 1);
	g_autofree char *server_id = column_text (stmt, 2);
	g_autoptr (GBytes) body = column_bytes (stmt, 3);

	arrival->id = sqlite3_column_int64 (stmt, 0);
	arrival->change =
		eas_sync_change_new ((EasChangeKind) sqlite3_column_int (stmt, 1), server_id);
	if (body != NULL)
		arrival->change->item = eas_item_from_bytes (body, NULL);

	return arrival;
}

static EEasJournalEntry *
read_journal_entry (sqlite3_stmt *stmt)
{
	EEasJournalEntry *entry = g_new0 (EEasJournalEntry, 1);

	entry->edit_id = sqlite3_column_int64 (stmt, 0);
	entry->edit_version = (guint) sqlite3_column_int64 (stmt, 1);
	entry->uid = column_text (stmt, 2);
	entry->key = column_text (stmt, 3);
	entry->kind = (EasChangeKind) sqlite3_column_int (stmt, 4);
	entry->server_id = column_text (stmt, 5);
	entry->client_id = column_text (stmt, 6);
	entry->instance_id = column_text (stmt, 7);
	entry->last = sqlite3_column_int (stmt, 8) != 0;
	entry->expected = column_bytes (stmt, 9);

	return entry;
}

/* All rows of a bound statement through @read. Consumes the bindings. */
static GPtrArray *
read_all (EEasCache *self,
	  sqlite3_stmt *stmt,
	  gpointer (*read) (sqlite3_stmt *),
	  GDestroyNotify free_func)
{
	GPtrArray *all = g_ptr_array_new_with_free_func (free_func);

	while (stmt != NULL && next_row (self, stmt))
		g_ptr_array_add (all, read (stmt));
	if (stmt != NULL)
		done (stmt);

	return all;
}

/* The single row for a text key. */
static gpointer
read_by_text (EEasCache *self, Sql sql, const char *text, gpointer (*read) (sqlite3_stmt *))
{
	gpointer found = NULL;
	sqlite3_stmt *stmt;

	e_cache_lock (self->cache, E_CACHE_LOCK_READ);
	stmt = prepare (self, sql);
	if (stmt != NULL) {
		bind_text (stmt, 1, text);
		if (next_row (self, stmt))
			found = read (stmt);
		done (stmt);
	}
	e_cache_unlock (self->cache, E_CACHE_UNLOCK_NONE);

	return found;
}

static gint64
read_number (EEasCache *self, Sql sql, gint64 parameter)
{
	gint64 number = 0;
	sqlite3_stmt *stmt;

	e_cache_lock (self->cache, E_CACHE_LOCK_READ);
	stmt = prepare (self, sql);
	if (stmt != NULL) {
		sqlite3_bind_int64 (stmt, 1, parameter);
		if (next_row (self, stmt))
			number = sqlite3_column_int64 (stmt, 0);
		done (stmt);
	}
	e_cache_unlock (self->cache, E_CACHE_UNLOCK_NONE);

	return number;
}

const char *
e_eas_cache_schema (void)
{
	return schema;
}

EEasCache *
e_eas_cache_new (ECache *cache, GError **error)
{
	EEasCache *self;
	gboolean made;

	g_return_val_if_fail (E_IS_CACHE (cache), NULL);

	e_cache_lock (cache, E_CACHE_LOCK_WRITE);
	sqlite3_exec (e_cache_get_sqlitedb (cache), settings, NULL, NULL, NULL);
	made = sqlite3_exec (e_cache_get_sqlitedb (cache), schema, NULL, NULL, NULL) == SQLITE_OK;
	e_cache_unlock (cache, made ? E_CACHE_UNLOCK_COMMIT : E_CACHE_UNLOCK_ROLLBACK);
	if (!made) {
		set_store_error (error);
		return NULL;
	}

	self = g_new0 (EEasCache, 1);
	self->cache = g_object_ref (cache);

	return self;
}

void
e_eas_cache_free (EEasCache *self)
{
	if (self == NULL)
		return;

	for (gsize i = 0; i < N_SQL; i++)
		sqlite3_finalize (self->prepared[i]);
	g_object_unref (self->cache);
	g_free (self);
}

void
e_eas_cache_guard (EEasCache *self)
{
	e_cache_lock (self->cache, E_CACHE_LOCK_READ);
	self->guarded = g_thread_self ();
	self->unread = FALSE;
	e_cache_unlock (self->cache, E_CACHE_UNLOCK_NONE);
}

static gboolean
has_missed (EEasCache *self)
{
	gboolean missed;

	e_cache_lock (self->cache, E_CACHE_LOCK_READ);
	missed = self->unread && self->guarded == g_thread_self ();
	e_cache_unlock (self->cache, E_CACHE_UNLOCK_NONE);

	return missed;
}

gboolean
e_eas_cache_check (EEasCache *self, GError **error)
{
	return has_missed (self) ? set_read_error (error) : TRUE;
}

void
e_eas_cache_begin (EEasCache *self)
{
	e_cache_lock (self->cache, E_CACHE_LOCK_WRITE);
	e_cache_freeze_revision_change (self->cache);
	self->failed = FALSE;
	self->misread = FALSE;
}

void
e_eas_cache_fail (EEasCache *self)
{
	self->failed = TRUE;
}

void
e_eas_cache_rollback (EEasCache *self)
{
	e_cache_unlock (self->cache, E_CACHE_UNLOCK_ROLLBACK);
	/* After the undo, or the new revision would be undone with it while clients know it. */
	e_cache_thaw_revision_change (self->cache);
}

gboolean
e_eas_cache_commit (EEasCache *self, GError **error)
{
	gboolean committed;

	if (has_missed (self)) {
		e_eas_cache_rollback (self);
		return e_eas_cache_check (self, error);
	}
	if (self->failed) {
		gboolean misread = self->misread;

		e_eas_cache_rollback (self);
		return misread ? set_read_error (error) : set_store_error (error);
	}

	e_cache_thaw_revision_change (self->cache);
	/* e_cache_unlock() would hide a COMMIT that failed; with nothing left to commit it does
	 * nothing. */
	committed = e_cache_sqlite_exec (self->cache, "COMMIT", NULL, NULL);
	e_cache_unlock (self->cache, committed ? E_CACHE_UNLOCK_COMMIT : E_CACHE_UNLOCK_ROLLBACK);

	return committed ? TRUE : set_store_error (error);
}

static gpointer
read_first_text (sqlite3_stmt *stmt)
{
	return column_text (stmt, 0);
}

char *
e_eas_cache_dup_state (EEasCache *self, const char *name)
{
	return read_by_text (self, SQL_GET_STATE, name, read_first_text);
}

guint
e_eas_cache_get_state_uint (EEasCache *self, const char *name)
{
	g_autofree char *text = e_eas_cache_dup_state (self, name);

	return text != NULL ? (guint) g_ascii_strtoull (text, NULL, 10) : 0;
}

void
e_eas_cache_set_state (EEasCache *self, const char *name, const char *value)
{
	sqlite3_stmt *stmt = prepare (self, value != NULL ? SQL_SET_STATE : SQL_DROP_STATE);

	if (stmt != NULL) {
		bind_text (stmt, 1, name);
		if (value != NULL)
			bind_text (stmt, 2, value);
	}
	execute (self, stmt);
}

void
e_eas_cache_set_state_uint (EEasCache *self, const char *name, guint value)
{
	g_autofree char *text = g_strdup_printf ("%u", value);

	e_eas_cache_set_state (self, name, text);
}

void
e_eas_cache_forget (EEasCache *self)
{
	execute (self, prepare (self, SQL_FORGET_STATE));
	execute (self, prepare (self, SQL_FORGET_ITEMS));
	e_eas_cache_remove_arrivals (self, G_MAXINT64);
}

void
e_eas_cache_void_ids (EEasCache *self)
{
	execute (self, prepare (self, SQL_VOID_ROWS));
	execute (self, prepare (self, SQL_VOID_EDITS));
}

EEasRow *
e_eas_cache_row_by_id (EEasCache *self, const char *server_id)
{
	return read_by_text (self, SQL_ROW_BY_ID, server_id,
			     (gpointer (*) (sqlite3_stmt *)) read_row);
}

EEasRow *
e_eas_cache_row_by_uid (EEasCache *self, const char *uid)
{
	return read_by_text (self, SQL_ROW_BY_UID, uid, (gpointer (*) (sqlite3_stmt *)) read_row);
}

EEasRow *
e_eas_cache_row_by_hash (EEasCache *self, guint64 hash, guint generation)
{
	EEasRow *row = NULL;
	sqlite3_stmt *stmt;

	e_cache_lock (self->cache, E_CACHE_LOCK_READ);
	stmt = prepare (self, SQL_ROW_BY_HASH);
	if (stmt != NULL) {
		sqlite3_bind_int64 (stmt, 1, (gint64) hash);
		sqlite3_bind_int64 (stmt, 2, generation);
		if (next_row (self, stmt))
			row = read_row (stmt);
		done (stmt);
	}
	e_cache_unlock (self->cache, E_CACHE_UNLOCK_NONE);

	return row;
}

void
e_eas_cache_put_row (EEasCache *self,
		     const char *server_id,
		     const char *uid,
		     guint64 hash,
		     guint generation,
		     GBytes *body,
		     const char *problem)
{
	sqlite3_stmt *stmt = prepare (self, SQL_PUT_ROW);

	if (stmt != NULL) {
		bind_text (stmt, 1, server_id);
		bind_text (stmt, 2, uid);
		sqlite3_bind_int64 (stmt, 3, (gint64) hash);
		sqlite3_bind_int64 (stmt, 4, generation);
		bind_bytes (stmt, 5, body);
		bind_text (stmt, 6, problem);
	}
	execute (self, stmt);
}

void
e_eas_cache_touch_row (EEasCache *self, const char *server_id, guint generation)
{
	sqlite3_stmt *stmt = prepare (self, SQL_TOUCH_ROW);

	if (stmt != NULL) {
		sqlite3_bind_int64 (stmt, 1, generation);
		bind_text (stmt, 2, server_id);
	}
	execute (self, stmt);
}

void
e_eas_cache_remove_row (EEasCache *self, const char *server_id)
{
	sqlite3_stmt *stmt = prepare (self, SQL_REMOVE_ROW);

	if (stmt != NULL)
		bind_text (stmt, 1, server_id);
	execute (self, stmt);
}

static gpointer
read_presence (sqlite3_stmt *stmt)
{
	return GINT_TO_POINTER (TRUE);
}

gboolean
e_eas_cache_is_shown (EEasCache *self, const char *uid)
{
	return read_by_text (self, SQL_SHOWN, uid, read_presence) != NULL;
}

guint
e_eas_cache_count_rows_below (EEasCache *self, guint generation)
{
	return (guint) read_number (self, SQL_COUNT_ROWS_BELOW, generation);
}

guint
e_eas_cache_count_shown_rows (EEasCache *self)
{
	return (guint) read_number (self, SQL_COUNT_SHOWN_ROWS, E_EAS_EDIT_REMOVE);
}

guint
e_eas_cache_count_rows (EEasCache *self)
{
	return e_eas_cache_count_rows_below (self, G_MAXUINT);
}

GPtrArray *
e_eas_cache_rows_below (EEasCache *self, guint generation, guint limit)
{
	GPtrArray *rows;
	sqlite3_stmt *stmt;

	e_cache_lock (self->cache, E_CACHE_LOCK_READ);
	stmt = prepare (self, SQL_ROWS_BELOW);
	if (stmt != NULL) {
		sqlite3_bind_int64 (stmt, 1, generation);
		sqlite3_bind_int64 (stmt, 2, limit);
	}
	rows = read_all (self, stmt, (gpointer (*) (sqlite3_stmt *)) read_row,
			 (GDestroyNotify) e_eas_row_free);
	e_cache_unlock (self->cache, E_CACHE_UNLOCK_NONE);

	return rows;
}

GPtrArray *
e_eas_cache_rows_with_problem (EEasCache *self, guint limit)
{
	GPtrArray *rows;
	sqlite3_stmt *stmt;

	e_cache_lock (self->cache, E_CACHE_LOCK_READ);
	stmt = prepare (self, SQL_ROWS_WITH_PROBLEM);
	if (stmt != NULL)
		sqlite3_bind_int64 (stmt, 1, limit);
	rows = read_all (self, stmt, (gpointer (*) (sqlite3_stmt *)) read_row,
			 (GDestroyNotify) e_eas_row_free);
	e_cache_unlock (self->cache, E_CACHE_UNLOCK_NONE);

	return rows;
}

EEasEdit *
e_eas_cache_edit_by_uid (EEasCache *self, const char *uid)
{
	return read_by_text (self, SQL_EDIT_BY_UID, uid, (gpointer (*) (sqlite3_stmt *)) read_edit);
}

EEasEdit *
e_eas_cache_edit_by_server_id (EEasCache *self, const char *server_id)
{
	return read_by_text (self, SQL_EDIT_BY_SERVER_ID, server_id,
			     (gpointer (*) (sqlite3_stmt *)) read_edit);
}

EEasEdit *
e_eas_cache_edit_by_id (EEasCache *self, gint64 id)
{
	EEasEdit *edit = NULL;
	sqlite3_stmt *stmt;

	e_cache_lock (self->cache, E_CACHE_LOCK_READ);
	stmt = prepare (self, SQL_EDIT_BY_ID);
	if (stmt != NULL) {
		sqlite3_bind_int64 (stmt, 1, id);
		if (next_row (self, stmt))
			edit = read_edit (stmt);
		done (stmt);
	}
	e_cache_unlock (self->cache, E_CACHE_UNLOCK_NONE);

	return edit;
}

void
e_eas_cache_put_edit (EEasCache *self, EEasEdit *edit)
{
	sqlite3_stmt *stmt = prepare (self, edit->id != 0 ? SQL_UPDATE_EDIT : SQL_INSERT_EDIT);

	if (stmt != NULL) {
		sqlite3_bind_int (stmt, 1, edit->kind);
		bind_text (stmt, 2, edit->uid);
		bind_text (stmt, 3, edit->server_id);
		bind_text (stmt, 4, edit->client_id);
		bind_text (stmt, 5, edit->object);
		bind_bytes (stmt, 6, edit->ancestor);
		sqlite3_bind_int64 (stmt, 7, edit->version);
		sqlite3_bind_int64 (stmt, 8, edit->attempts);
		sqlite3_bind_int (stmt, 9, edit->parked ? 1 : 0);
		bind_text (stmt, 10, edit->reason);
		sqlite3_bind_int64 (stmt, 11, edit->since);
		if (edit->id != 0)
			sqlite3_bind_int64 (stmt, 12, edit->id);
	}
	execute (self, stmt);

	if (edit->id == 0 && !self->failed)
		edit->id = sqlite3_last_insert_rowid (e_cache_get_sqlitedb (self->cache));
}

void
e_eas_cache_remove_edit (EEasCache *self, gint64 id)
{
	sqlite3_stmt *stmt = prepare (self, SQL_REMOVE_EDIT);

	if (stmt != NULL)
		sqlite3_bind_int64 (stmt, 1, id);
	execute (self, stmt);
}

static GPtrArray *
list_edits (EEasCache *self, gboolean parked, guint limit)
{
	GPtrArray *edits;
	sqlite3_stmt *stmt;

	e_cache_lock (self->cache, E_CACHE_LOCK_READ);
	stmt = prepare (self, SQL_LIST_EDITS);
	if (stmt != NULL) {
		sqlite3_bind_int (stmt, 1, parked ? 1 : 0);
		sqlite3_bind_int64 (stmt, 2, limit);
	}
	edits = read_all (self, stmt, (gpointer (*) (sqlite3_stmt *)) read_edit,
			  (GDestroyNotify) e_eas_edit_free);
	e_cache_unlock (self->cache, E_CACHE_UNLOCK_NONE);

	return edits;
}

GPtrArray *
e_eas_cache_pending_edits (EEasCache *self, guint limit)
{
	return list_edits (self, /* parked */ FALSE, limit);
}

GPtrArray *
e_eas_cache_parked_edits (EEasCache *self, guint limit)
{
	return list_edits (self, /* parked */ TRUE, limit);
}

guint
e_eas_cache_count_edits (EEasCache *self, gboolean parked)
{
	return (guint) read_number (self, SQL_COUNT_EDITS, parked ? 1 : 0);
}

void
e_eas_cache_put_arrival (EEasCache *self, const EasSyncChange *change, GBytes *body)
{
	sqlite3_stmt *stmt = prepare (self, SQL_PUT_ARRIVAL);

	if (stmt != NULL) {
		sqlite3_bind_int (stmt, 1, change->kind);
		bind_text (stmt, 2, change->server_id);
		bind_bytes (stmt, 3, body);
	}
	execute (self, stmt);
}

GPtrArray *
e_eas_cache_arrivals (EEasCache *self, guint limit)
{
	GPtrArray *arrivals;
	sqlite3_stmt *stmt;

	e_cache_lock (self->cache, E_CACHE_LOCK_READ);
	stmt = prepare (self, SQL_ARRIVALS);
	if (stmt != NULL)
		sqlite3_bind_int64 (stmt, 1, limit);
	arrivals = read_all (self, stmt, (gpointer (*) (sqlite3_stmt *)) read_arrival,
			     (GDestroyNotify) e_eas_arrival_free);
	e_cache_unlock (self->cache, E_CACHE_UNLOCK_NONE);

	return arrivals;
}

void
e_eas_cache_remove_arrivals (EEasCache *self, gint64 last_id)
{
	sqlite3_stmt *stmt = prepare (self, SQL_REMOVE_ARRIVALS);

	if (stmt != NULL)
		sqlite3_bind_int64 (stmt, 1, last_id);
	execute (self, stmt);
}

void
e_eas_cache_put_journal (EEasCache *self, const EEasJournalEntry *entry)
{
	sqlite3_stmt *stmt = prepare (self, SQL_PUT_JOURNAL);

	if (stmt != NULL) {
		sqlite3_bind_int64 (stmt, 1, entry->edit_id);
		sqlite3_bind_int64 (stmt, 2, entry->edit_version);
		bind_text (stmt, 3, entry->uid);
		bind_text (stmt, 4, entry->key);
		sqlite3_bind_int (stmt, 5, entry->kind);
		bind_text (stmt, 6, entry->server_id);
		bind_text (stmt, 7, entry->client_id);
		bind_text (stmt, 8, entry->instance_id);
		sqlite3_bind_int (stmt, 9, entry->last ? 1 : 0);
		bind_bytes (stmt, 10, entry->expected);
	}
	execute (self, stmt);
}

GPtrArray *
e_eas_cache_journal (EEasCache *self)
{
	GPtrArray *entries;

	e_cache_lock (self->cache, E_CACHE_LOCK_READ);
	entries = read_all (self, prepare (self, SQL_JOURNAL),
			    (gpointer (*) (sqlite3_stmt *)) read_journal_entry,
			    (GDestroyNotify) e_eas_journal_entry_free);
	e_cache_unlock (self->cache, E_CACHE_UNLOCK_NONE);

	return entries;
}

void
e_eas_cache_clear_journal (EEasCache *self)
{
	execute (self, prepare (self, SQL_CLEAR_JOURNAL));
}
