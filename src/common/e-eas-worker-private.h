/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the files of the worker share: e-eas-worker.c (thread, queue, order of
 * work), -show.c (what there is to show), -drain.c (server -> cache), -hang.c (a Sync
 * that waits for news), -inbox.c (durable, not yet applied), -upload.c (outbox ->
 * server), -status.c.
 */

#pragma once

#include "eas-cmd-fetch.h"

#include "e-eas-worker.h"

G_BEGIN_DECLS

/* Names in eas_state. */
#define STATE_KEY         "key"
#define STATE_KEY_AHEAD   "key-ahead"  /* the newer key, while a fetch starts from the one before */
#define STATE_KEY_BEHIND  "key-behind" /* from which Changes have to be looked at again */
#define STATE_RECHECK     "recheck"    /* e-eas-worker-recheck.c */
#define STATE_GENERATION  "generation" /* of the pass under way or last complete */
#define STATE_SWEEP       "sweep"      /* EEasSweep */
#define STATE_VERSION     "version"    /* the dialect the stored items are in */
#define STATE_DEVICE      "device"
#define STATE_FOLDER      "folder" /* the id that the items and the key belong to */
#define STATE_LAST_SYNC   "last-sync"
#define STATE_LAST_NEWS   "last-news" /* when the server last told of an item */
#define STATE_LAST_RESET  "last-reset"
#define STATE_EMPTY_SINCE "empty-since" /* a folder with items was seen without any, first */
#define STATE_FILES       "files"       /* files of some items may be missing */
#define STATE_VERIFY      "verify" /* deletions were left out: the next pass has to confirm them */

/* A transaction's share of a window is what can be applied in this time, for which a query may have
 * to wait, and the pause after it. Where many are read at once, they are so many. */
#define E_EAS_CHUNK_US 20000
#define E_EAS_PAUSE_US 1000
#define E_EAS_CHUNK    32

#define E_EAS_STATUS_GROUP "Collection"

typedef enum {
	E_EAS_SWEEP_NONE,
	E_EAS_SWEEP_PASS,    /* a full pass is under way; what it does not bring is gone, if that is
				plausible */
	E_EAS_SWEEP_CONFIRM, /* a second pass, to believe what the first one left out */
	E_EAS_SWEEP_TOLD     /* a pass to believe the many deletions that the server told of */
} EEasSweep;

/* One who waits for the outcome of an edit. On the waiter's stack. */
typedef struct {
	gint64 edit_id;
	guint version;
	EEasEdit *previous; /* what the outbox held before; NULL nothing */
	gboolean done;
	gboolean pending; /* done, but not acknowledged */
	GError *error;
} EEasWaiter;

typedef struct _EEasBell EEasBell;

struct _EEasWorker {
	const EEasWorkerClass *klass;
	gpointer owner;
	EEasAccount *account;
	EEasCache *cache;
	ESource *source;
	char *folder_id;
	EasCollection *collection;
	EEasWatch *watch;
	EEasBell *bell; /* how the watch and the source reach us */
	GThread *thread;
	GCancellable *cancellable;

	guint moves_using; /* by other workers; of the lock in e-eas-worker-move.c */

	GMutex lock;    /* of everything down to the empty line */
	GCond wake;     /* of the thread */
	GCond answered; /* of the waiters */
	gboolean stop;
	gboolean fetch_wanted;
	gboolean retry_parked;
	gboolean upload_wanted;
	gboolean kicked;
	gboolean push_changed; /* the status file is to say so */
	gboolean failing;      /* the last try did not reach the server */
	gboolean no_password;  /* asked for one, waiting */
	gint64 not_before;     /* monotonic */
	gint64 look_at;        /* monotonic: when a held folder is looked at again; 0 */
	gboolean refreshed;    /* a person asks for what is new */
	gboolean damaged;      /* an item cannot be read back: all are fetched anew */
	GPtrArray *waiters;    /* (element-type EEasWaiter) */
	EasClient *client;
	EasVersion version;
	gboolean hang_over; /* its end can be had without waiting */

	/* The thread's own. */
	EasPull *hang; /* a Sync that is held until something changes; NULL */
	GCancellable *hang_cancel;
	EasHangTerms hang_terms; /* of that one, or those under which it is no use */
	gboolean hang_refused;   /* it is none */
	gint64 hang_not_before;  /* monotonic */
	EasWindow *hung;         /* what it brought, to be applied before anything else; NULL */
	gint64 cycle_began;      /* monotonic */
	guint pause_s;
	guint batch_limit;
	guint look_pause_s;
	gboolean asked;       /* this cycle is because a person wants it */
	gboolean has_reset;   /* the folder was begun anew in this cycle */
	int turn;             /* e-eas-turns.h; -1: none */
	gint64 turn_waited;   /* microseconds, for this chain's */
	guint n_barren;       /* windows in a row that said "more" and brought nothing */
	gboolean in_chain;    /* between two windows of a fetch */
	gboolean in_step;     /* no fetch's answer can have been lost since the last whole one */
	gint64 fetched_at;    /* monotonic: the end of this cycle's last whole fetch; 0 */
	guint chain_deletes;  /* in the windows fetched since the chain began */
	gboolean chain_found; /* something changed in this chain */
	gboolean verify; /* deletions of this chain were left out: a full pass must confirm them */
	GPtrArray *journal;     /* (element-type EEasJournalEntry), while recovering */
	GPtrArray *lost_adds;   /* (element-type EEasEdit) of this fetch; NULL: not asked for yet */
	GHashTable *looked_for; /* ids of removals that the pass under way was begun for; NULL */
	GHashTable *tried;      /* edit ids not to be tried again in this cycle */
	GHashTable *steps;      /* edit id -> requests still to be sent */
	GHashTable *changed; /* ServerId -> bytes of the item before our Changes, until it is looked
				at again */
	gint64 recheck_at;   /* monotonic */
	gboolean stepped_back;
	GQueue files; /* (element-type utf8) server ids of items whose files may be missing */
	gboolean files_left;   /* some were refused, or forbidden: to be asked for after a start */
	GHashTable *left_over; /* uids of removals that an earlier process has left:
				  e-eas-worker-move.c */
	gint64 left_until;     /* monotonic */
	GObject *last_hold;    /* the owner, which was disposed on this thread; NULL */
	GHashTable
		*moved; /* ServerIds of what was moved here and the server has not told of since */
	GError *last_error;
	char *held;
	const char *state;
};

/* An EasCollection at @key (NULL: from the start), with the account's options. */
void e_eas_worker_make_collection (EEasWorker *self, const char *key);

/* Where the stored item of @uid cannot be read back: it is fetched anew, and an edit of it must not
 * be told without it, or it would become another item on the server. TRUE with error: it cannot. No
 * transaction may be open. */
gboolean e_eas_worker_find_damage (EEasWorker *self, const char *uid, GError **error);

void e_eas_worker_set_version (EEasWorker *self, EasVersion version);

/* All that is new on the server, now. */
gboolean e_eas_worker_fetch_now (EEasWorker *self, GError **error);

/* drain */
gboolean e_eas_worker_fetch_all (EEasWorker *self, GError **error);
gboolean e_eas_worker_drain (EEasWorker *self, EasWindow *window, GError **error);
void e_eas_worker_finish_removal (EEasWorker *self, const EEasEdit *edit);
void e_eas_worker_make_new (EEasEdit *edit);
void e_eas_worker_lose_to_deletion (EEasWorker *self, EEasEdit *edit); /* in a transaction */
void e_eas_worker_take_change (EEasWorker *self,
			       const EasSyncChange *change,
			       guint generation); /* likewise */
void e_eas_worker_store_key (EEasWorker *self,
			     const EasWindow *window); /* with the last of a window; likewise */
/* Ends a transaction; the views hear of it only when it is durable. */
gboolean e_eas_worker_commit (EEasWorker *self, GError **error);
/* The key in memory, after a checked commit of @window. */
gboolean e_eas_worker_advance (EEasWorker *self, const EasWindow *window, GError **error);
EasPull *e_eas_worker_ask (EEasWorker *self); /* for the next window */

/* @soft: it is still on the server, but outside the time the person wants to see. In a transaction.
 */
void e_eas_worker_take_deletion (EEasWorker *self, const char *server_id, gboolean soft);

/* pass */
gboolean e_eas_worker_begin_pass (EEasWorker *self, EEasSweep sweep, GError **error);
/* After Status 3: from the first key; what is here stays until a whole pass was seen. */
gboolean e_eas_worker_reset (EEasWorker *self, GError **error);
/* The key in memory follows a pass that was begun in the store. */
void e_eas_worker_sync_collection (EEasWorker *self);
void e_eas_worker_judge_deletions (EEasWorker *self,
				   EasWindow *window); /* before any of it is applied */
gboolean e_eas_worker_end_chain (EEasWorker *self, gboolean *out_again, GError **error);
void e_eas_worker_hold (EEasWorker *self, const char *why); /* until the next fetch; NULL */
void e_eas_worker_plan_look (EEasWorker *self);             /* after a cycle */
gint64 e_eas_worker_now (void); /* unix time, as the state has it; 0 is never */
gint64 e_eas_worker_get_time (EEasWorker *self, const char *name);
void e_eas_worker_set_time (EEasWorker *self, const char *name, gint64 time); /* in a transaction */

/* proof */
/* Whether another folder has shown an item since then, unix time. May ask the server. */
gboolean e_eas_worker_account_is_in_order (EEasWorker *self, gint64 since);

/* inbox */
/* Applies what is durable but not applied yet. Nothing may be sent to the server before that: with
 * the present key it would say that we have seen it all. */
gboolean e_eas_worker_drain_inbox (EEasWorker *self, GError **error);
/* Applies @take_window while the server works on the next, which is then to be waited for. */
gboolean e_eas_worker_drain_asking (EEasWorker *self,
				    EasWindow *take_window,
				    EasPull **out_ahead,
				    GError **error);

/* turn */
void e_eas_worker_begin_turn (EEasWorker *self); /* before a folder's first window */
/* Before a window is asked for while another is applied. FALSE: it is the others' turn. */
gboolean e_eas_worker_take_turn (EEasWorker *self);
/* Blocks until it is ours, or for as long as that is worth while. */
void e_eas_worker_await_turn (EEasWorker *self);
void e_eas_worker_end_turn (EEasWorker *self);

/* files */
/* What the server has of @server_id now; likewise. */
void e_eas_worker_note_files (EEasWorker *self, const char *server_id, EasItem *item);
void e_eas_worker_look_for_files (EEasWorker *self); /* after a start */
/* Fetches what is missing, until there is something better to do. */
gboolean e_eas_worker_fetch_files (EEasWorker *self, GError **error);

/* What the server has of one item, by ItemOperations. */
EasOperationResult *
e_eas_worker_ask_for_item (EEasWorker *self, const char *server_id, GError **error);
/* Trouble with this one file or item; the rest has nothing to do with it. */
gboolean e_eas_worker_is_trouble_of_item (const GError *error);

/* moved */
void e_eas_worker_load_moved (EEasWorker *self);
/* The folder's next fetch has to tell of it. In a transaction, as the next. */
void e_eas_worker_await_moved (EEasWorker *self, const char *server_id);
void e_eas_worker_note_told (EEasWorker *self, const char *server_id);
/* What the server says when it is asked for an item that we show. */
typedef enum {
	E_EAS_HERE,
	E_EAS_GONE,
	E_EAS_UNKNOWN,    /* its answer says neither */
	E_EAS_UNREACHABLE /* with error */
} EEasWhereabouts;
EEasWhereabouts
e_eas_worker_ask_whether_here (EEasWorker *self, const char *server_id, GError **error);
/* After a whole fetch: what it has not told of is asked for, and removed where it is gone. */
gboolean e_eas_worker_confirm_moved (EEasWorker *self, GError **error);

/* folder */
char *e_eas_worker_dup_folder_id (ESource *source, GError **error);
gboolean e_eas_worker_check_folder (EEasWorker *self, GError **error); /* against the stored one */
/* Goes where the source says the folder is now. */
gboolean e_eas_worker_follow_folder (EEasWorker *self, GError **error);
/* Asks the server whether its folder of this id is still ours; EAS_ERROR_HIERARCHY. */
gboolean e_eas_worker_verify_folder (EEasWorker *self, GError **error);

/* bell */
void e_eas_worker_hang_bell (EEasWorker *self);
void e_eas_worker_silence_bell (EEasWorker *self);
void e_eas_worker_start_watch (EEasWorker *self); /* of the present folder, and of no other */

/* hang */
/* While there is nothing else to do: begins, or ends what was begun under other terms.
 * @inout_until: when to look again, monotonic. With the lock, which is left meanwhile where
 * anything is done; TRUE then. */
gboolean e_eas_worker_hang (EEasWorker *self, gboolean may, gint64 *inout_until);
void e_eas_worker_end_hang (EEasWorker *self); /* before anything is sent; without the lock */
EasWindow *e_eas_worker_steal_hung (EEasWorker *self); /* NULL: nothing, or void by now */

/* recheck */
/* The key to go on with. In a transaction, as the next two. */
void e_eas_worker_set_key (EEasWorker *self, const char *key);
/* Our Change of it was taken; @before: what it was till then. */
void e_eas_worker_note_change (EEasWorker *self, const char *server_id, GBytes *before);
void e_eas_worker_judge_key (EEasWorker *self, const EasWindow *window); /* of an upload's answer */
void e_eas_worker_expect_recheck (EEasWorker *self); /* after a lost answer; makes a transaction */
/* Whether the item is to be looked at before it is changed again. */
gboolean e_eas_worker_is_unsure_of (EEasWorker *self, const EEasEdit *edit);
/* After a whole fetch. TRUE in @out_again: another has to follow, from the key before. */
gboolean e_eas_worker_step_back (EEasWorker *self, gboolean *out_again, GError **error);
guint e_eas_worker_window_size (EEasWorker *self); /* 0: the usual one */
/* The server does not know the key; FALSE in @out_stepped: there is no newer one. */
gboolean e_eas_worker_step_ahead (EEasWorker *self, gboolean *out_stepped, GError **error);
void e_eas_worker_plan_recheck (EEasWorker *self); /* after a cycle */
void e_eas_worker_reword (EEasWorker *self, EEasEdit *edit, const EEasRow *row, EasItem *theirs);

/* upload */
gboolean e_eas_worker_upload (EEasWorker *self, gboolean only_awaited, GError **error);
void e_eas_worker_park (EEasWorker *self, EEasEdit *edit, const GError *why);

/* recover */
gboolean e_eas_worker_recover (EEasWorker *self, GError **error);
/* What the server has by an Add whose answer was lost and that no fetch has shown; NULL. */
EasItem *e_eas_worker_dup_lost_add (const EEasEdit *edit);
/* The Add once more as it was, as a server that remembers its ClientId does not look at the rest,
 * and after it what was edited since. */
GPtrArray *e_eas_worker_write_after_lost_add (EEasWorker *self,
					      const EEasEdit *edit,
					      EasItem *said,
					      GError **error);
/* The worker speaks @next from now on; so does what lost Adds have said. In a transaction. */
void e_eas_worker_change_version (EEasWorker *self, EasVersion next);
/* The server has refused it. */
void e_eas_worker_forget_lost_add (EEasEdit *edit);
/* (element-type EEasEdit), also of moves: what a fetch may bring. Cleared before each. */
const GPtrArray *e_eas_worker_get_lost_adds (EEasWorker *self);
/* Removed here after its Add was lost: it may be on the server unseen. */
gboolean e_eas_worker_may_be_there (const EEasEdit *edit);
/* What was so removed is looked for in a whole pass: only that can tell. */
gboolean e_eas_worker_look_for_removed (EEasWorker *self, GError **error);

/* move */
void e_eas_worker_join_moves (EEasWorker *self);
void e_eas_worker_leave_moves (EEasWorker *self);
void e_eas_worker_resume_moves (EEasWorker *self);
/* Whether a new item is shown in another folder of the account: it may be on its way here, and
 * nobody can wait for the server before the other half of that is known. No lock may be held. */
gboolean e_eas_worker_expect_move (EEasWorker *self, const char *uid);
gboolean e_eas_worker_holds_for_move (EEasWorker *self, const EEasEdit *edit);
gboolean e_eas_worker_breaks_on_it (const GError *error); /* on this item, not the whole server */
gboolean e_eas_worker_run_moves (EEasWorker *self, GError **error);

/* waiters */
gboolean e_eas_worker_is_awaited (EEasWorker *self, const EEasEdit *edit);
gboolean e_eas_worker_has_waiters (EEasWorker *self);
gboolean e_eas_worker_refuse (EEasWorker *self,
			      const EEasEdit *edit,
			      const GError *why);                     /* FALSE: nobody waits */
void e_eas_worker_drop_edit (EEasWorker *self, const EEasEdit *edit); /* in a transaction */
void e_eas_worker_answer (EEasWorker *self, gint64 edit_id, guint version);
void e_eas_worker_answer_all (EEasWorker *self); /* whose edit a fetch has settled */
void e_eas_worker_release (EEasWorker *self);    /* all of them, with their edits pending */

/* status */
/* e-eas-worker-wipe.c */
gboolean e_eas_worker_wipe (EEasWorker *self, GError **error);

char *e_eas_worker_dup_status_directory (EEasWorker *self);
void e_eas_worker_write_status (EEasWorker *self, const char *state);
void e_eas_worker_remove_status (EEasWorker *self);
void e_eas_worker_save_loser (EEasWorker *self, const char *uid, const char *object);

CamelEasConflict e_eas_worker_get_policy (EEasWorker *self);

G_END_DECLS
