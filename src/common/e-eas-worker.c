/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The thread and its queue. A cycle: apply what had arrived; connect; recover a request whose
 * answer was lost; upload what somebody waits for; fetch; upload the rest. A failed cycle lets
 * everybody go who waits, and is tried again after a pause that grows, or at once when the network,
 * the password or an edit gives a reason.
 *
 * Locks: the cache's before self->lock, never the other way round.
 */

#include "eas-flow-folders.h"

#include "e-eas-error.h"
#include "e-source-eas-folder.h"

#include "e-eas-worker-private.h"

#define PATIENCE    (20 * G_TIME_SPAN_SECOND) /* of a save that waits for the server */
#define FIRST_PAUSE 2                         /* seconds after a failure; doubles */
#define LAST_PAUSE  300
#define LONG_PAUSE  900 /* what somebody has to change first */
#define MAX_ROUNDS  3   /* fetches within a cycle because of conflicts */

enum {
	CONFLICT_SERVER_WINS = 1
}; /* [MS-ASCMD] 2.2.3.34 Conflict: so that we hear of it and decide */

static void
wake (EEasWorker *self)
{
	g_cond_signal (&self->wake);
}

/* ---- the cycle ---- */

void
e_eas_worker_make_collection (EEasWorker *self, const char *key)
{
	CamelEasSettings *settings = e_eas_account_get_settings (self->account);

	g_clear_object (&self->collection);
	self->collection = eas_collection_new (self->folder_id, self->klass->klass, key);
	eas_collection_set_conflict (self->collection, CONFLICT_SERVER_WINS);
	if (self->klass->klass == EAS_CLASS_CALENDAR)
		eas_collection_set_filter_type (self->collection,
						camel_eas_settings_get_event_filter (settings));
}

void
e_eas_worker_set_version (EEasWorker *self, EasVersion version)
{
	g_mutex_lock (&self->lock);
	self->version = version;
	g_mutex_unlock (&self->lock);
}

/* The version has to be known before anything is written or the first window is asked for. */
static gboolean
learn_version (EEasWorker *self, GError **error)
{
	g_autoptr (GPtrArray) folders = NULL;
	g_autofree char *stored = e_eas_cache_dup_state (self->cache, STATE_VERSION);
	const char *now;
	EasVersion before;

	if (eas_client_get_version (self->client) == EAS_VERSION_NONE) {
		folders = eas_client_run_sync (self->client,
					       eas_flow_folders_refresh_new (/* newer_than */ 0),
					       self->cancellable, error);
		if (folders == NULL)
			return FALSE;
	}

	now = eas_version_to_string (eas_client_get_version (self->client));
	if (g_strcmp0 (now, stored) == 0 || now == NULL)
		return TRUE;

	/* Items in another dialect cannot be merged with: they are all fetched anew. */
	if (stored != NULL && !e_eas_worker_begin_pass (self, E_EAS_SWEEP_PASS, error))
		return FALSE;
	before = e_eas_worker_get_version (self);
	e_eas_cache_begin (self->cache);
	e_eas_cache_set_state (self->cache, STATE_VERSION, now);
	e_eas_worker_change_version (self, eas_version_from_string (now));
	if (e_eas_cache_commit (self->cache, error))
		return TRUE;

	e_eas_worker_set_version (self, before);

	return FALSE;
}

static gboolean
connect_client (EEasWorker *self, GError **error)
{
	EasClient *client;
	EasClient *old;

	e_eas_account_await_password (self->account, self->source, self->cancellable);
	if (!e_eas_account_ensure_password (self->account, self->cancellable, error))
		return FALSE;
	client = e_eas_account_ref_client (self->account, error);
	if (client == NULL)
		return FALSE;

	g_mutex_lock (&self->lock);
	old = self->client;
	self->client = client;
	g_mutex_unlock (&self->lock);
	g_clear_object (&old);

	return learn_version (self, error);
}

static gboolean
take_flag (EEasWorker *self, gboolean *flag)
{
	gboolean was;

	g_mutex_lock (&self->lock);
	was = *flag;
	*flag = FALSE;
	g_mutex_unlock (&self->lock);

	return was;
}

static void
unpark_all (EEasWorker *self)
{
	g_autoptr (GPtrArray) parked = e_eas_cache_parked_edits (self->cache, G_MAXUINT16);

	if (parked->len == 0)
		return;

	e_eas_cache_begin (self->cache);
	for (guint i = 0; i < parked->len; i++) {
		EEasEdit *edit = parked->pdata[i];

		edit->parked = FALSE;
		edit->attempts = 0;
		e_eas_cache_put_edit (self->cache, edit);
	}
	e_eas_cache_commit (self->cache, NULL);
}

gboolean
e_eas_worker_fetch_now (EEasWorker *self, GError **error)
{
	g_autofree char *now =
		g_strdup_printf ("%" G_GINT64_FORMAT, g_get_real_time () / G_USEC_PER_SEC);
	gboolean first = e_eas_cache_get_state_uint (self->cache, STATE_SWEEP) != E_EAS_SWEEP_NONE;

	take_flag (self, &self->fetch_wanted);
	if (first)
		e_eas_worker_write_status (self, "syncing");
	if (!e_eas_worker_fetch_all (self, error))
		return FALSE;

	e_eas_cache_begin (self->cache);
	e_eas_cache_set_state (self->cache, STATE_LAST_SYNC, now);

	return e_eas_cache_commit (self->cache, error) && e_eas_worker_confirm_moved (self, error);
}

static gboolean
fetch_anew (EEasWorker *self, GError **error)
{
	g_mutex_lock (&self->lock);
	self->fetch_wanted = TRUE;
	g_mutex_unlock (&self->lock);

	return e_eas_worker_begin_pass (self, E_EAS_SWEEP_PASS, error);
}

static gboolean
run_cycle (EEasWorker *self, GError **error)
{
	e_eas_cache_guard (self->cache);
	g_hash_table_remove_all (self->steps);
	self->fetched_at = 0;
	self->cycle_began = g_get_monotonic_time ();
	self->asked = take_flag (self, &self->refreshed);
	self->has_reset = FALSE;
	self->n_barren = 0;
	e_eas_worker_end_hang (self);
	g_clear_pointer (&self->lost_adds, g_ptr_array_unref);
	if (take_flag (self, &self->damaged) && !fetch_anew (self, error))
		return FALSE;
	if (!e_eas_worker_drain_inbox (self, error) || !e_eas_worker_follow_folder (self, error) ||
	    !connect_client (self, error) || !e_eas_worker_recover (self, error))
		return FALSE;
	if (take_flag (self, &self->retry_parked))
		unpark_all (self);

	g_hash_table_remove_all (self->tried);
	/* What hung has moved the key on the server. */
	if (self->hung == NULL && e_eas_worker_has_waiters (self) &&
	    !e_eas_worker_upload (self, /* only_awaited */ TRUE, error))
		return FALSE;

	for (guint i = 0; i < MAX_ROUNDS; i++) {
		gboolean wanted = take_flag (self, &self->fetch_wanted) || self->hung != NULL;

		if (i > 0 && !wanted)
			break;
		/* The server may have been given another since the last round. */
		if (i > 0 && !learn_version (self, error))
			return FALSE;
		if (wanted && !e_eas_worker_fetch_now (self, error))
			return FALSE;
		g_hash_table_remove_all (self->tried);
		take_flag (self, &self->upload_wanted);
		if (!e_eas_worker_upload (self, /* only_awaited */ FALSE, error))
			return FALSE;
	}

	return e_eas_worker_fetch_files (self, error) && e_eas_cache_check (self->cache, error);
}

/* ---- after a cycle ---- */

static guint
pause_after (EEasWorker *self, const GError *error)
{
	guint seconds = eas_error_get_retry_after (error);

	if (seconds > 0)
		return seconds;
	if (!e_eas_error_is_transient (error))
		return LONG_PAUSE;

	seconds = self->pause_s + (guint) g_random_int_range (0, (gint32) self->pause_s);
	self->pause_s = MIN (self->pause_s * 2, LAST_PAUSE);

	return seconds;
}

static void
remember_failure (EEasWorker *self, GError *take_error)
{
	gboolean no_password = g_error_matches (take_error, EAS_ERROR, EAS_ERROR_AUTHENTICATION);
	gboolean ask = FALSE;
	guint pause = pause_after (self, take_error);

	g_mutex_lock (&self->lock);
	self->failing = TRUE;
	ask = no_password && !self->no_password;
	self->no_password = no_password;
	/* What was wanted is still wanted. */
	self->fetch_wanted = TRUE;
	self->not_before = g_get_monotonic_time () + (gint64) pause * G_TIME_SPAN_SECOND;
	g_mutex_unlock (&self->lock);

	self->in_step = FALSE;
	g_clear_error (&self->last_error);
	self->last_error = take_error;
	if (self->watch != NULL)
		e_eas_watch_report (self->watch, /* ready */ FALSE, self->chain_found);
	/* Who is released next finds the status true: the edit is pending. */
	e_eas_worker_write_status (self, no_password ? "waiting" : "error");
	e_eas_worker_release (self);
	if (no_password)
		e_eas_account_refuse_password (self->account, self->cycle_began);
	if (ask) {
		e_eas_account_ask_password (self->account, self->cancellable);
		self->klass->need_password (self->owner);
	} else if (!no_password)
		self->klass->failed (self->owner, take_error);
	if (g_error_matches (take_error, EAS_ERROR, EAS_ERROR_WIPED)) {
		e_eas_worker_wipe (self, NULL); /* where it fails, the next cycle ends here again */
		e_eas_worker_write_status (self, "error");
	}
}

static void
remember_success (EEasWorker *self)
{
	guint n_pending = 0;

	g_mutex_lock (&self->lock);
	self->failing = FALSE;
	self->no_password = FALSE;
	self->not_before = 0;
	g_mutex_unlock (&self->lock);

	e_eas_worker_answer_all (self);
	e_eas_account_confirm_password (self->account, self->cancellable);
	g_clear_error (&self->last_error);
	self->pause_s = FIRST_PAUSE;
	self->batch_limit = EAS_SYNC_MAX_COMMANDS;
	e_eas_watch_doubt (self->watch, e_eas_cache_count_rows (self->cache) == 0);
	e_eas_watch_report (self->watch, /* ready */ TRUE, self->chain_found);
	self->klass->connected (self->owner, eas_client_get_version (self->client));
	e_eas_worker_plan_look (self);
	e_eas_worker_plan_recheck (self);
	e_eas_worker_write_status (self, self->held != NULL ? "held" : "idle");

	/* Edits put off by the server's own trouble: once more after a pause. Those that wait for
	 * the folder to be read wait for the next fetch. */
	if (e_eas_cache_get_state_uint (self->cache, STATE_SWEEP) == E_EAS_SWEEP_NONE)
		n_pending = e_eas_cache_count_edits (self->cache, /* parked */ FALSE);
	g_mutex_lock (&self->lock);
	if (n_pending > 0 && !self->upload_wanted && !self->fetch_wanted) {
		self->upload_wanted = TRUE;
		self->not_before = g_get_monotonic_time () + FIRST_PAUSE * G_TIME_SPAN_SECOND;
	}
	g_mutex_unlock (&self->lock);
}

/* Only the status file has to change. The lock is held. */
static void
tell_push (EEasWorker *self)
{
	self->push_changed = FALSE;
	g_mutex_unlock (&self->lock);
	e_eas_worker_write_status (self, self->state);
	g_mutex_lock (&self->lock);
}

/* Sleeps until there is something to do; for what is switched off there is nothing. FALSE: stop. */
static gboolean
wait_for_work (EEasWorker *self)
{
	gboolean go_on;

	g_mutex_lock (&self->lock);
	while (!self->stop) {
		gboolean enabled = e_source_get_enabled (self->source);
		gint64 now = g_get_monotonic_time ();
		gint64 until = G_MAXINT64;
		gboolean wanted;

		if (self->look_at != 0 && self->look_at <= now) {
			self->look_at = 0;
			self->fetch_wanted = TRUE;
		}
		wanted = enabled && (self->fetch_wanted || self->upload_wanted ||
				     self->retry_parked || self->damaged);
		if ((enabled && self->kicked) || (wanted && self->not_before <= now))
			break;
		if (wanted)
			until = self->not_before;
		if (self->look_at != 0)
			until = MIN (until, self->look_at);
		if (self->push_changed)
			tell_push (self);
		else if (e_eas_worker_hang (self, enabled && !self->failing && !wanted, &until))
			continue;
		else if (until != G_MAXINT64)
			g_cond_wait_until (&self->wake, &self->lock, until);
		else
			g_cond_wait (&self->wake, &self->lock);
	}
	self->kicked = FALSE;
	go_on = !self->stop;
	g_mutex_unlock (&self->lock);

	return go_on;
}

static void
show_all (EEasWorker *self, GPtrArray *edits)
{
	for (guint i = 0; i < edits->len; i++)
		e_eas_worker_show (self, ((EEasEdit *) edits->pdata[i])->uid);
}

/* A crash may have come between an edit's way into the outbox and EDS's own write. */
static void
show_edits (EEasWorker *self)
{
	g_autoptr (GPtrArray) pending = e_eas_cache_pending_edits (self->cache, G_MAXUINT16);
	g_autoptr (GPtrArray) parked = e_eas_cache_parked_edits (self->cache, G_MAXUINT16);

	show_all (self, pending);
	show_all (self, parked);
}

static gboolean
let_go_cb (gpointer owner)
{
	return G_SOURCE_REMOVE;
}

static gpointer
worker_thread (gpointer data)
{
	EEasWorker *self = data;

	show_edits (self);
	e_eas_worker_look_for_files (self);
	while (wait_for_work (self)) {
		GError *error = NULL;

		if (run_cycle (self, &error))
			remember_success (self);
		else if (g_cancellable_is_cancelled (self->cancellable))
			g_error_free (error);
		else
			remember_failure (self, error);
	}
	e_eas_worker_end_hang (self);
	e_eas_worker_release (self);
	/* Not before: the main thread's may be the last hold only when ours is over. */
	if (self->last_hold != NULL)
		g_idle_add_full (G_PRIORITY_DEFAULT, let_go_cb, self->last_hold, g_object_unref);

	return NULL;
}

/* ---- construction ---- */

/*
 * A cache that EDS or somebody emptied, or one of another device (a cloned home
 * directory, pitfall 3), starts again from the first key. The outbox stays.
 */
static gboolean
check_cache (EEasWorker *self, GError **error)
{
	const char *device = e_eas_account_get_device_id (self->account);
	g_autofree char *stored_device = e_eas_cache_dup_state (self->cache, STATE_DEVICE);
	g_autofree char *key = e_eas_cache_dup_state (self->cache, STATE_KEY);
	gboolean emptied = e_eas_cache_count_shown_rows (self->cache) > 0 &&
			   self->klass->count (self->owner) == 0;
	gboolean foreign = stored_device != NULL && strcmp (stored_device, device) != 0;

	if (key == NULL || emptied || foreign) {
		e_eas_cache_begin (self->cache);
		if (emptied)
			e_eas_cache_forget (self->cache);
		e_eas_cache_set_state (self->cache, STATE_DEVICE, device);
		if (!e_eas_cache_commit (self->cache, error) ||
		    !e_eas_worker_begin_pass (self, E_EAS_SWEEP_PASS, error))
			return FALSE;
		g_clear_pointer (&key, g_free);
	}
	e_eas_worker_make_collection (self, key);

	return TRUE;
}

EEasWorker *
e_eas_worker_new (const EEasWorkerClass *klass,
		  gpointer owner,
		  EEasAccount *account,
		  ECache *cache,
		  ESource *source,
		  GError **error)
{
	g_autoptr (EEasWorker) self = g_new0 (EEasWorker, 1);
	g_autofree char *version = NULL;

	self->klass = klass;
	self->owner = owner;
	self->account = g_object_ref (account);
	self->source = g_object_ref (source);
	self->cancellable = g_cancellable_new ();
	self->waiters = g_ptr_array_new ();
	self->tried = g_hash_table_new (NULL, NULL);
	self->steps = g_hash_table_new (NULL, NULL);
	g_queue_init (&self->files);
	self->left_over = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	self->changed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
					       (GDestroyNotify) g_bytes_unref);
	self->turn = -1;
	self->pause_s = FIRST_PAUSE;
	self->batch_limit = EAS_SYNC_MAX_COMMANDS;
	self->fetch_wanted = TRUE;
	self->state = "waiting";
	g_mutex_init (&self->lock);
	g_cond_init (&self->wake);
	g_cond_init (&self->answered);

	self->folder_id = e_eas_worker_dup_folder_id (source, error);
	if (self->folder_id == NULL)
		return NULL;
	self->cache = e_eas_cache_new (cache, error);
	if (self->cache == NULL)
		return NULL;
	e_eas_cache_guard (self->cache);
	if (!e_eas_worker_check_folder (self, error) || !check_cache (self, error))
		return NULL;
	e_eas_worker_load_moved (self);
	self->verify = e_eas_cache_get_state_uint (self->cache, STATE_VERIFY) != 0;
	version = e_eas_cache_dup_state (self->cache, STATE_VERSION);
	if (!e_eas_cache_check (self->cache, error))
		return NULL;
	self->version = version != NULL ? eas_version_from_string (version) : EAS_VERSION_NONE;

	return g_steal_pointer (&self);
}

void
e_eas_worker_start (EEasWorker *self)
{
	g_return_if_fail (self->thread == NULL);

	e_eas_worker_hang_bell (self);
	e_eas_worker_join_moves (self);
	e_eas_worker_resume_moves (self);
	self->thread = g_thread_new ("eas-worker", worker_thread, self);
}

static void
ask_to_stop (EEasWorker *self)
{
	g_mutex_lock (&self->lock);
	self->stop = TRUE;
	wake (self);
	g_mutex_unlock (&self->lock);

	g_cancellable_cancel (self->cancellable);
}

gboolean
e_eas_worker_defer_dispose (EEasWorker *self, GObject *owner)
{
	if (self == NULL || self->thread != g_thread_self ())
		return FALSE;

	self->last_hold = g_object_ref (owner);
	ask_to_stop (self);

	return TRUE;
}

void
e_eas_worker_stop (EEasWorker *self)
{
	if (self == NULL)
		return;

	e_eas_worker_silence_bell (self);
	if (self->thread != NULL) {
		ask_to_stop (self);
		g_thread_join (self->thread);
		self->thread = NULL;
	}
}

void
e_eas_worker_free (EEasWorker *self)
{
	if (self == NULL)
		return;

	e_eas_worker_stop (self);
	e_eas_worker_leave_moves (self);
	g_clear_pointer (&self->watch, e_eas_watch_end);

	g_clear_object (&self->account);
	g_clear_object (&self->source);
	g_clear_object (&self->collection);
	g_clear_object (&self->client);
	g_clear_pointer (&self->hung, eas_window_free);
	g_clear_object (&self->cancellable);
	g_clear_pointer (&self->cache, e_eas_cache_free);
	g_clear_error (&self->last_error);
	g_free (self->held);
	g_free (self->folder_id);
	g_ptr_array_unref (self->waiters);
	g_hash_table_unref (self->tried);
	g_hash_table_unref (self->steps);
	g_queue_clear_full (&self->files, g_free);
	g_hash_table_unref (self->changed);
	g_clear_pointer (&self->lost_adds, g_ptr_array_unref);
	g_clear_pointer (&self->looked_for, g_hash_table_unref);
	g_hash_table_unref (self->left_over);
	g_clear_pointer (&self->moved, g_hash_table_unref);
	g_mutex_clear (&self->lock);
	g_cond_clear (&self->wake);
	g_cond_clear (&self->answered);
	g_free (self);
}

/* ---- what the backend asks for ---- */

void
e_eas_worker_fetch (EEasWorker *self, gboolean explicitly)
{
	/* Nothing polls while the server tells us by itself. */
	if (!explicitly && e_eas_account_is_pushing (self->account))
		return;

	if (explicitly)
		e_eas_account_retry_password (self->account);
	g_mutex_lock (&self->lock);
	self->fetch_wanted = TRUE;
	if (explicitly) {
		self->retry_parked = TRUE;
		self->refreshed = TRUE;
		self->kicked = TRUE;
	}
	wake (self);
	g_mutex_unlock (&self->lock);
}

void
e_eas_worker_kick (EEasWorker *self)
{
	g_mutex_lock (&self->lock);
	self->kicked = TRUE;
	self->no_password = FALSE;
	wake (self);
	g_mutex_unlock (&self->lock);
}

/* Another child of the account was faster to take it. */
void
e_eas_worker_retry_password (EEasWorker *self)
{
	gboolean waits;

	g_mutex_lock (&self->lock);
	waits = self->no_password;
	g_mutex_unlock (&self->lock);
	if (waits)
		e_eas_worker_kick (self);
}

/* A new row, or the present one with the newer wish; what was edited first stays the ancestor. */
static EEasEdit *
make_edit (EEasWorker *self,
	   const EEasEdit *previous,
	   EEasEditKind kind,
	   const char *uid,
	   const char *object)
{
	EEasEdit *edit = previous != NULL ? e_eas_edit_copy (previous) : g_new0 (EEasEdit, 1);

	if (previous == NULL) {
		g_autoptr (EEasRow) row = e_eas_cache_row_by_uid (self->cache, uid);

		edit->uid = g_strdup (uid);
		edit->since = g_get_real_time () / G_USEC_PER_SEC;
		edit->server_id = row != NULL ? g_strdup (row->server_id) : NULL;
		edit->ancestor = row != NULL && row->body != NULL ? g_bytes_ref (row->body) : NULL;
	}
	edit->kind = kind;
	edit->version++;
	edit->attempts = 0;
	edit->parked = FALSE;
	g_clear_pointer (&edit->reason, g_free);
	g_free (edit->object);
	edit->object = g_strdup (object);

	return edit;
}

/* What can never be said to the server is refused before anything is stored. */
static gboolean
can_be_said (EEasWorker *self, const EEasEdit *edit, GError **error)
{
	g_autoptr (EasItem) baseline = NULL;
	g_autoptr (EasItem) lost = NULL;
	g_autoptr (GPtrArray) changes = NULL;

	if (edit->kind == E_EAS_EDIT_REMOVE || e_eas_worker_get_version (self) == EAS_VERSION_NONE)
		return TRUE;

	lost = e_eas_worker_dup_lost_add (edit);
	if (lost != NULL) {
		changes = e_eas_worker_write_after_lost_add (self, edit, lost, error);
		return changes != NULL;
	}
	baseline = edit->ancestor != NULL ? eas_item_from_bytes (edit->ancestor, NULL) : NULL;
	changes = self->klass->write (self->owner, edit->object, baseline, error);

	return changes != NULL;
}

/* The edit becomes durable; @waiter, if any, is known before the thread can see it. */
static gboolean
store_edit (EEasWorker *self,
	    EEasEditKind kind,
	    const char *uid,
	    const char *object,
	    EEasWaiter *waiter,
	    GError **error)
{
	g_autoptr (EEasEdit) previous = NULL;
	g_autoptr (EEasEdit) edit = NULL;

	e_eas_cache_begin (self->cache);
	previous = e_eas_cache_edit_by_uid (self->cache, uid);
	edit = make_edit (self, previous, kind, uid, object);
	if (!can_be_said (self, edit, error)) {
		e_eas_cache_rollback (self->cache);
		return FALSE;
	}
	e_eas_cache_put_edit (self->cache, edit);

	if (waiter != NULL) {
		waiter->edit_id = edit->id;
		waiter->version = edit->version;
		waiter->previous = g_steal_pointer (&previous);
		g_mutex_lock (&self->lock);
		g_ptr_array_add (self->waiters, waiter);
		g_mutex_unlock (&self->lock);
	}

	return e_eas_cache_commit (self->cache, error);
}

static void
wait_for_answer (EEasWorker *self, EEasWaiter *waiter)
{
	gint64 until = g_get_monotonic_time () + PATIENCE;

	while (!waiter->done) {
		if (!g_cond_wait_until (&self->answered, &self->lock, until)) {
			waiter->done = TRUE;
			waiter->pending = TRUE;
		}
	}
}

/* While the server is away each edit is a reason to try. With the lock held. */
static void
want_upload (EEasWorker *self)
{
	self->upload_wanted = TRUE;
	if (!self->no_password)
		self->kicked = TRUE;
	wake (self);
}

void
e_eas_worker_send (EEasWorker *self)
{
	g_mutex_lock (&self->lock);
	want_upload (self);
	g_mutex_unlock (&self->lock);
}

/* Asks for an upload; waits when the server can be expected to answer. */
static void
await_upload (EEasWorker *self, EEasWaiter *waiter)
{
	g_mutex_lock (&self->lock);
	want_upload (self);
	if (self->failing || !e_source_get_enabled (self->source)) {
		waiter->done = TRUE;
		waiter->pending = TRUE;
	} else {
		wait_for_answer (self, waiter);
	}
	g_ptr_array_remove (self->waiters, waiter);
	g_mutex_unlock (&self->lock);
}

static EEasSaved
edit (EEasWorker *self,
      EEasEditKind kind,
      const char *uid,
      const char *object,
      gboolean wait,
      GError **error)
{
	EEasWaiter waiter = { 0 };

	if (kind == E_EAS_EDIT_SAVE && e_eas_worker_find_damage (self, uid, error))
		return E_EAS_SAVE_FAILED;
	if (!store_edit (self, kind, uid, object, wait ? &waiter : NULL, error)) {
		g_mutex_lock (&self->lock);
		g_ptr_array_remove (self->waiters, &waiter);
		g_mutex_unlock (&self->lock);
		e_eas_edit_free (waiter.previous);
		return E_EAS_SAVE_FAILED;
	}

	if (wait)
		await_upload (self, &waiter);
	e_eas_edit_free (waiter.previous);
	if (waiter.error != NULL) {
		g_propagate_error (error, waiter.error);
		return E_EAS_SAVE_FAILED;
	}

	return wait && !waiter.pending ? E_EAS_SAVE_DONE : E_EAS_SAVE_PENDING;
}

EEasSaved
e_eas_worker_save (EEasWorker *self,
		   const char *uid,
		   const char *object,
		   gboolean wait,
		   GCancellable *cancellable,
		   GError **error)
{
	g_return_val_if_fail (self != NULL && uid != NULL && object != NULL, E_EAS_SAVE_FAILED);

	if (g_cancellable_set_error_if_cancelled (cancellable, error))
		return E_EAS_SAVE_FAILED;

	if (e_eas_worker_expect_move (self, uid)) {
		EEasSaved saved =
			edit (self, E_EAS_EDIT_SAVE, uid, object, /* wait */ FALSE, error);

		if (wait)
			e_eas_worker_send (self);
		return saved;
	}

	return edit (self, E_EAS_EDIT_SAVE, uid, object, wait, error);
}

EEasSaved
e_eas_worker_remove (
	EEasWorker *self, const char *uid, gboolean wait, GCancellable *cancellable, GError **error)
{
	g_return_val_if_fail (self != NULL && uid != NULL, E_EAS_SAVE_FAILED);

	if (g_cancellable_set_error_if_cancelled (cancellable, error))
		return E_EAS_SAVE_FAILED;

	return edit (self, E_EAS_EDIT_REMOVE, uid, NULL, wait, error);
}

EasClient *
e_eas_worker_ref_client (EEasWorker *self)
{
	EasClient *client;

	g_mutex_lock (&self->lock);
	client = self->client != NULL ? g_object_ref (self->client) : NULL;
	g_mutex_unlock (&self->lock);

	return client;
}

EasVersion
e_eas_worker_get_version (EEasWorker *self)
{
	EasVersion version;

	g_mutex_lock (&self->lock);
	version = self->version;
	g_mutex_unlock (&self->lock);

	return version;
}

EEasAccount *
e_eas_worker_get_account (EEasWorker *self)
{
	return self->account;
}
