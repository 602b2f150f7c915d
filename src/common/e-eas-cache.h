/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EEasCache: our own tables in the cache.db of a meta backend, so that the sync
 * key, the server's items, the person's edits and what EDS shows change in one
 * transaction. Every call takes the cache's lock; those marked [write] must run
 * between begin() and commit() or rollback().
 *
 * Tables: eas_state   name, value (key, generation, sweep, device)
 *         eas_items   the server's item as it came, by ServerId
 *         eas_inbox   what has come from the server but is not applied yet, in its order
 *         eas_outbox  one row for each item with an edit not yet on the server
 *         eas_journal changes in the request now on its way
 *
 * Error texts of ECache contain whole items: none is ever passed on.
 */

#pragma once

#include "eas-cmd-sync.h"

#include <libebackend/libebackend.h>

G_BEGIN_DECLS

typedef struct _EEasCache EEasCache;

/* A server item. */
typedef struct {
	char *server_id;
	char *uid;        /* of the local object; never changes while the item lives */
	guint64 hash;     /* eas_item_hash() of the item */
	guint generation; /* of the last full pass that saw it */
	GBytes *body;     /* eas_item_to_bytes() */
	char *problem;    /* why it cannot be shown; NULL */
} EEasRow;

void e_eas_row_free (EEasRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EEasRow, e_eas_row_free)

typedef enum { E_EAS_EDIT_SAVE, E_EAS_EDIT_REMOVE } EEasEditKind;

/* An edit on its way to the server. */
typedef struct {
	gint64 id;
	EEasEditKind kind;
	char *uid;
	char *server_id;  /* NULL: the server has no such item */
	char *client_id;  /* of the Add; kept through every repeat */
	char *object;     /* what the person made of it; NULL for a removal */
	GBytes *ancestor; /* the server's item that was edited; without a server_id: what an Add
			   * said whose answer was lost; NULL for a new one */
	guint version;    /* grows with each local edit */
	guint attempts;   /* refusals that may pass */
	gboolean parked;
	char *reason; /* for people; NULL */
	gint64 since; /* unix time of the first edit */
} EEasEdit;

void e_eas_edit_free (EEasEdit *edit);
EEasEdit *e_eas_edit_copy (const EEasEdit *edit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EEasEdit, e_eas_edit_free)

/* One change of the request that is or was on its way. */
typedef struct {
	gint64 edit_id;
	guint edit_version;
	char *uid;
	char *key; /* the request carried it */
	EasChangeKind kind;
	char *server_id;
	char *client_id;
	char *instance_id;
	gboolean last;    /* the edit is complete when this one is acknowledged */
	GBytes *expected; /* the server's item if the change was taken; NULL for Delete */
} EEasJournalEntry;

void e_eas_journal_entry_free (EEasJournalEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EEasJournalEntry, e_eas_journal_entry_free)

/* A change of the server that waits to be applied. */
typedef struct {
	gint64 id; /* grows */
	EasSyncChange *change;
} EEasArrival;

void e_eas_arrival_free (EEasArrival *arrival);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EEasArrival, e_eas_arrival_free)

/* What makes our tables where they are not there. */
const char *e_eas_cache_schema (void);

EEasCache *e_eas_cache_new (ECache *cache, GError **error); /* makes the tables; EAS_ERROR_STORE */
void e_eas_cache_free (EEasCache *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EEasCache, e_eas_cache_free)

/*
 * A transaction: the cache's write lock, its revision frozen. commit() checks the
 * outcome; on FALSE everything since begin() is undone. A failed write or read makes
 * the commit fail, so the calls between need no checks of their own.
 */
void e_eas_cache_begin (EEasCache *self);
gboolean e_eas_cache_commit (EEasCache *self, GError **error);
void e_eas_cache_rollback (EEasCache *self);
void e_eas_cache_fail (EEasCache *self); /* another write of this transaction failed */

/*
 * For a thread that decides on what it read outside a transaction, too: from guard()
 * to the next one, a read of it that failed makes its commits fail, and check() says
 * so. Before something is sent or taken for absent, check() has to be TRUE.
 */
void e_eas_cache_guard (EEasCache *self); /* the calling thread, instead of another */
gboolean e_eas_cache_check (EEasCache *self, GError **error); /* EAS_ERROR_STORE */

char *e_eas_cache_dup_state (EEasCache *self, const char *name); /* NULL */
guint e_eas_cache_get_state_uint (EEasCache *self, const char *name);
void e_eas_cache_set_state (EEasCache *self,
			    const char *name,
			    const char *value); /* [write] NULL removes */
void e_eas_cache_set_state_uint (EEasCache *self, const char *name, guint value); /* [write] */
void e_eas_cache_forget (
	EEasCache *self); /* [write] key, generation, items and inbox; the outbox stays */

EEasRow *e_eas_cache_row_by_id (EEasCache *self, const char *server_id);
EEasRow *e_eas_cache_row_by_uid (EEasCache *self, const char *uid);
/* A row of that content from before @generation. */
EEasRow *e_eas_cache_row_by_hash (EEasCache *self, guint64 hash, guint generation);
void e_eas_cache_put_row (EEasCache *self,
			  const char *server_id,
			  const char *uid,
			  guint64 hash,
			  guint generation,
			  GBytes *body,
			  const char *problem);                                        /* [write] */
void e_eas_cache_touch_row (EEasCache *self, const char *server_id, guint generation); /* [write] */
void e_eas_cache_remove_row (EEasCache *self, const char *server_id);                  /* [write] */
gboolean
e_eas_cache_is_shown (EEasCache *self,
		      const char *uid); /* EDS has it; a fraction of its own query's cost */
guint e_eas_cache_count_rows (EEasCache *self);
/* [write] The ids of rows and edits become ones that no server gives: what they were is unknown. */
void e_eas_cache_void_ids (EEasCache *self);
guint e_eas_cache_count_shown_rows (
	EEasCache *self); /* without problems and pending removals: what EDS should have */
guint e_eas_cache_count_rows_below (EEasCache *self, guint generation);
GPtrArray *e_eas_cache_rows_below (EEasCache *self,
				   guint generation,
				   guint limit); /* (element-type EEasRow) without bodies */
GPtrArray *e_eas_cache_rows_with_problem (EEasCache *self, guint limit); /* likewise */

EEasEdit *e_eas_cache_edit_by_uid (EEasCache *self, const char *uid);
EEasEdit *e_eas_cache_edit_by_server_id (EEasCache *self, const char *server_id);
EEasEdit *e_eas_cache_edit_by_id (EEasCache *self, gint64 id);
/* Inserts when edit->id is 0, and then sets it. */
void e_eas_cache_put_edit (EEasCache *self, EEasEdit *edit);         /* [write] */
void e_eas_cache_remove_edit (EEasCache *self, gint64 id);           /* [write] */
GPtrArray *e_eas_cache_pending_edits (EEasCache *self, guint limit); /* not parked, oldest first */
GPtrArray *e_eas_cache_parked_edits (EEasCache *self, guint limit);
guint e_eas_cache_count_edits (EEasCache *self, gboolean parked);

void e_eas_cache_put_arrival (EEasCache *self,
			      const EasSyncChange *change,
			      GBytes *body); /* [write] @body: of its item; NULL */
GPtrArray *e_eas_cache_arrivals (EEasCache *self,
				 guint limit); /* (element-type EEasArrival), oldest first */
void e_eas_cache_remove_arrivals (EEasCache *self, gint64 last_id); /* [write] down to the oldest */

void e_eas_cache_put_journal (EEasCache *self, const EEasJournalEntry *entry); /* [write] */
GPtrArray *
e_eas_cache_journal (EEasCache *self); /* (element-type EEasJournalEntry), in the order sent */
void e_eas_cache_clear_journal (EEasCache *self); /* [write] */

G_END_DECLS
