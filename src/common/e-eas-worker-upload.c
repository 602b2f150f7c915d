/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Outbox -> server. Each request is in the journal before it leaves, and the
 * journal is cleared in the transaction that stores what the answer said. After a
 * lost answer: e-eas-worker-recover.c.
 *
 * Fetch, merge, upload: a server that does not see conflicts (SOGo) lays a Change over
 * whatever the item is by now and takes it for a sign that we know that, too; it never
 * tells of it again. So no item is changed while its server may have something new of
 * it: what a fetch brought just now is enough, else one comes first, as cheap as a Sync
 * of nothing. An edit that waited through it was merged with what it brought, so that
 * pulling first overwrites nothing of ours (pitfall 10). Adds need no such thing, but
 * after a start or a failure, when the answer to a fetch may have been lost: SOGo
 * answers an upload with the key that it had reached, and what it had told on the way
 * there would be gone for good.
 *
 * An edit may need several requests (16.x: master, then instances). Each answer
 * makes its result the new baseline, from which the rest is worked out anew.
 */

#include <glib/gi18n-lib.h>

#include "eas-flow-sync.h"
#include "eas-status.h"

#include "e-eas-error.h"
#include "e-eas-worker-private.h"

#define MAX_ATTEMPTS 5

/* So long after a fetch of the same cycle it is known what the server has. */
#define NEWS_HOLD_US (G_TIME_SPAN_SECOND / 4)

/* A number of steps and the version of the edit they belong to, in 32 bits. */
#define MAX_STEPS     4096
#define STEP_VERSIONS 65536

enum { ITEM_CONFLICT = 7, ITEM_NOT_FOUND = 8 }; /* [MS-ASCMD] 2.2.3.177.17 Status (Sync) */

/* One change of a request with the edit it belongs to. */
typedef struct {
	EEasEdit *edit;
	EasSyncChange *change;
	EEasJournalEntry *entry;
} Sending;

static void
sending_free (gpointer data)
{
	Sending *sending = data;

	e_eas_edit_free (sending->edit);
	eas_sync_change_free (sending->change);
	e_eas_journal_entry_free (sending->entry);
	g_free (sending);
}

/* What the server has of it, as far as we know; the item's row says the same, should the edit's own
 * copy be damaged. */
static EasItem *
baseline_of (EEasWorker *self, const EEasEdit *edit)
{
	EasItem *item = edit->ancestor != NULL ? eas_item_from_bytes (edit->ancestor, NULL) : NULL;
	g_autoptr (EEasRow) row = NULL;

	if (item != NULL || edit->server_id == NULL)
		return item;
	row = e_eas_cache_row_by_id (self->cache, edit->server_id);

	return row != NULL && row->body != NULL ? eas_item_from_bytes (row->body, NULL) : NULL;
}

/* All that @edit still has to tell the server, in order; NULL with error: it cannot be told. */
static GPtrArray *
changes_of (EEasWorker *self, const EEasEdit *edit, GError **error)
{
	g_autoptr (EasItem) baseline = NULL;
	g_autoptr (EasItem) lost = NULL;
	GPtrArray *changes;

	if (edit->kind == E_EAS_EDIT_REMOVE) {
		changes = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_sync_change_free);
		if (edit->server_id != NULL)
			g_ptr_array_add (changes,
					 eas_sync_change_new (EAS_CHANGE_DELETE, edit->server_id));
		return changes;
	}

	lost = e_eas_worker_dup_lost_add (edit);
	if (lost != NULL)
		return e_eas_worker_write_after_lost_add (self, edit, lost, error);

	baseline = edit->server_id != NULL ? baseline_of (self, edit) : NULL;
	/* Told as a new item, the server would have two of it, and a meeting would be called anew.
	 */
	if (edit->server_id != NULL && baseline == NULL) {
		eas_set_error (error, EAS_ERROR_STORE, NULL, 0, 0,
			       _ ("What this was changed from was damaged on this computer"));
		return NULL;
	}

	return self->klass->write (self->owner, edit->object, baseline, error);
}

static GBytes *
expect (EEasWorker *self, const EEasEdit *edit, const EasSyncChange *change)
{
	g_autoptr (EasItem) baseline = edit->server_id != NULL ? baseline_of (self, edit) : NULL;
	g_autoptr (EasItem) expected = NULL;
	g_autoptr (GPtrArray) one = NULL;

	if (change->kind == EAS_CHANGE_DELETE && change->instance_id == NULL)
		return NULL;

	one = g_ptr_array_new ();
	g_ptr_array_add (one, (gpointer) change);
	expected = self->klass->apply (self->owner, baseline, one);

	return expected != NULL ? eas_item_to_bytes (expected) : NULL;
}

static EEasJournalEntry *
make_entry (EEasWorker *self, const EEasEdit *edit, const EasSyncChange *change, gboolean last)
{
	EEasJournalEntry *entry = g_new0 (EEasJournalEntry, 1);

	entry->edit_id = edit->id;
	entry->edit_version = edit->version;
	entry->uid = g_strdup (edit->uid);
	entry->key = eas_collection_dup_key (self->collection);
	entry->kind = change->kind;
	entry->server_id = g_strdup (change->server_id);
	entry->client_id = g_strdup (change->client_id);
	entry->instance_id = g_strdup (change->instance_id);
	entry->last = last;
	entry->expected = expect (self, edit, change);

	return entry;
}

/* [MS-ASCMD] 2.2.3.28.2 ClientId (Sync): at most 64 characters. */
static char *
make_client_id (void)
{
	g_autofree char *uuid = g_uuid_string_random ();
	g_auto (GStrv) parts = g_strsplit (uuid, "-", -1);

	return g_strjoinv ("", parts);
}

/* An edit with more steps than it had before makes no progress: then this one is its last. What the
 * person edited since is counted anew. */
static gboolean
is_last_step (EEasWorker *self, const EEasEdit *edit, guint n_changes)
{
	gpointer key = GSIZE_TO_POINTER ((gsize) edit->id);
	guint stored = GPOINTER_TO_UINT (g_hash_table_lookup (self->steps, key));
	guint version = edit->version % STEP_VERSIONS;
	guint before = stored / MAX_STEPS == version ? stored % MAX_STEPS : 0;

	g_hash_table_insert (
		self->steps, key,
		GUINT_TO_POINTER (version * MAX_STEPS + MIN (n_changes, MAX_STEPS - 1)));

	return n_changes == 1 || (before != 0 && n_changes >= before);
}

static Sending *
make_sending (EEasWorker *self, EEasEdit *take_edit, GPtrArray *changes)
{
	Sending *sending = g_new0 (Sending, 1);

	sending->edit = take_edit;
	sending->change = eas_sync_change_copy (changes->pdata[0]);
	if (sending->change->kind == EAS_CHANGE_ADD) {
		if (take_edit->client_id == NULL)
			take_edit->client_id = make_client_id ();
		g_free (sending->change->client_id);
		sending->change->client_id = g_strdup (take_edit->client_id);
	} else if (sending->change->server_id == NULL) {
		sending->change->server_id = g_strdup (take_edit->server_id);
	}
	sending->entry = make_entry (self, take_edit, sending->change,
				     is_last_step (self, take_edit, changes->len));

	return sending;
}

/* In a transaction: nobody has edited the same since @edit was read. */
static gboolean
is_current (EEasWorker *self, const EEasEdit *edit)
{
	g_autoptr (EEasEdit) now = e_eas_cache_edit_by_id (self->cache, edit->id);

	return now != NULL && now->version == edit->version;
}

/* Nothing is left to say: the cache goes back to the server's form. In a transaction. */
static void
settle (EEasWorker *self, const EEasEdit *edit)
{
	g_autoptr (EasItem) item = NULL;

	if (edit->kind == E_EAS_EDIT_REMOVE) {
		e_eas_worker_finish_removal (self, edit);
		return;
	}
	item = baseline_of (self, edit);
	e_eas_cache_remove_edit (self->cache, edit->id);
	if (item != NULL && edit->server_id != NULL &&
	    !self->klass->put (self->owner, edit->uid, edit->server_id, item, NULL, NULL))
		e_eas_cache_fail (self->cache);
}

static void
skip (EEasWorker *self, const EEasEdit *edit)
{
	g_hash_table_add (self->tried, GSIZE_TO_POINTER ((gsize) edit->id));
}

/* Law 5: the edit stays, with its reason, and the rest goes on. Whoever waits for it gets the
 * reason instead. */
void
e_eas_worker_park (EEasWorker *self, EEasEdit *edit, const GError *why)
{
	skip (self, edit);
	if (e_eas_worker_refuse (self, edit, why))
		return;

	edit->parked = TRUE;
	g_free (edit->reason);
	edit->reason = g_strdup (why->message);
	e_eas_cache_put_edit (self->cache, edit);
}

static void
park_now (EEasWorker *self, EEasEdit *edit, const GError *why)
{
	e_eas_cache_begin (self->cache);
	if (is_current (self, edit))
		e_eas_worker_park (self, edit, why);
	e_eas_worker_commit (self, NULL);
}

/* TRUE when it was settled, or has to be looked at once more. */
static gboolean
settle_now (EEasWorker *self, const EEasEdit *edit)
{
	e_eas_cache_begin (self->cache);
	if (is_current (self, edit))
		settle (self, edit);

	return e_eas_worker_commit (self, NULL);
}

/* While the folder is read from the start, the server may not know yet that we have the item: it
 * would say that there is no such thing. */
static gboolean
is_unread (EEasWorker *self, const EEasEdit *edit)
{
	guint generation = e_eas_cache_get_state_uint (self->cache, STATE_GENERATION);
	g_autoptr (EEasRow) row = e_eas_cache_row_by_id (self->cache, edit->server_id);

	return row != NULL && row->generation < generation;
}

/* What is known on the server is not changed while a fetch is under way: its next window may bring
 * the same item. During a whole pass that may take long: who waits is let go. */
static gboolean
must_wait (EEasWorker *self, const EEasEdit *edit)
{
	gboolean in_pass =
		e_eas_cache_get_state_uint (self->cache, STATE_SWEEP) != E_EAS_SWEEP_NONE;

	if (edit->server_id == NULL || (!self->in_chain && !(in_pass && is_unread (self, edit))))
		return FALSE;
	if (in_pass) {
		skip (self, edit);
		e_eas_worker_answer (self, edit->id, edit->version);
	}

	return TRUE;
}

static gboolean
is_due (EEasWorker *self, const EEasEdit *edit, gboolean only_awaited)
{
	return !g_hash_table_contains (self->tried, GSIZE_TO_POINTER ((gsize) edit->id)) &&
	       (!only_awaited || e_eas_worker_is_awaited (self, edit)) && !must_wait (self, edit) &&
	       !e_eas_worker_holds_for_move (self, edit) && !e_eas_worker_may_be_there (edit);
}

/* Something is due about an item whose last Change is still to be looked at: that is done now. */
static gboolean
is_unsure (EEasWorker *self, gboolean only_awaited)
{
	g_autoptr (GPtrArray) edits = NULL;

	if (g_hash_table_size (self->changed) == 0)
		return FALSE;

	edits = e_eas_cache_pending_edits (self->cache, G_MAXUINT16);
	for (guint i = 0; i < edits->len; i++) {
		if (e_eas_worker_is_unsure_of (self, edits->pdata[i]) &&
		    is_due (self, edits->pdata[i], only_awaited)) {
			self->recheck_at = 0;
			return TRUE;
		}
	}

	return FALSE;
}

/* Whether what is due depends on what the server has by now, and that is not known. */
static gboolean
needs_news (EEasWorker *self, gboolean only_awaited)
{
	gboolean unsure = is_unsure (self, only_awaited);
	g_autoptr (GPtrArray) edits = NULL;

	if (self->in_chain ||
	    (self->in_step && !unsure && g_get_monotonic_time () - self->fetched_at < NEWS_HOLD_US))
		return FALSE;

	edits = e_eas_cache_pending_edits (self->cache, G_MAXUINT16);
	for (guint i = 0; i < edits->len; i++) {
		const EEasEdit *edit = edits->pdata[i];

		if ((edit->server_id != NULL || !self->in_step) &&
		    is_due (self, edit, only_awaited))
			return TRUE;
	}

	return FALSE;
}

/* What goes into the next request: one change of each edit that is due. Empty: nothing. */
static GPtrArray *
collect (EEasWorker *self, gboolean only_awaited)
{
	g_autoptr (GPtrArray) edits = e_eas_cache_pending_edits (self->cache, G_MAXUINT16);
	GPtrArray *sendings = g_ptr_array_new_with_free_func (sending_free);

	for (guint i = 0; i < edits->len && sendings->len < self->batch_limit; i++) {
		EEasEdit *edit = edits->pdata[i];
		g_autoptr (GPtrArray) changes = NULL;
		g_autoptr (GError) error = NULL;

		if (!is_due (self, edit, only_awaited))
			continue;

		changes = changes_of (self, edit, &error);
		if (changes == NULL) {
			park_now (self, edit, error);
		} else if (changes->len == 0) {
			if (settle_now (self, edit))
				e_eas_worker_answer (self, edit->id, edit->version);
			else
				skip (self, edit);
		} else {
			g_ptr_array_add (sendings,
					 make_sending (self, e_eas_edit_copy (edit), changes));
		}
	}

	return sendings;
}

/* Nothing but the ClientId: the edit may have become a newer one since it was collected. With a new
 * one it is an Add for the first time. In a transaction. */
static void
store_client_id (EEasWorker *self, const EEasEdit *sent)
{
	g_autoptr (EEasEdit) edit = e_eas_cache_edit_by_id (self->cache, sent->id);

	if (edit == NULL || g_strcmp0 (edit->client_id, sent->client_id) == 0)
		return;
	g_free (edit->client_id);
	edit->client_id = g_strdup (sent->client_id);
	e_eas_cache_put_edit (self->cache, edit);
}

static gboolean
write_journal (EEasWorker *self, GPtrArray *sendings, GError **error)
{
	e_eas_cache_begin (self->cache);
	for (guint i = 0; i < sendings->len; i++) {
		Sending *sending = sendings->pdata[i];

		if (sending->change->kind == EAS_CHANGE_ADD)
			store_client_id (self, sending->edit);
		e_eas_cache_put_journal (self->cache, sending->entry);
	}

	return e_eas_worker_commit (self, error);
}

static EasWindow *
send_changes (EEasWorker *self, GPtrArray *sendings, GError **error)
{
	EasSyncPart *part = eas_sync_part_new (self->collection);
	GPtrArray *parts = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_sync_part_free);
	g_autoptr (GPtrArray) windows = NULL;

	part->get_changes = FALSE;
	part->supported = self->klass->supported (eas_client_get_version (self->client));
	part->commands = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_sync_change_free);
	for (guint i = 0; i < sendings->len; i++)
		g_ptr_array_add (part->commands,
				 eas_sync_change_copy (((Sending *) sendings->pdata[i])->change));
	g_ptr_array_add (parts, part);

	windows = eas_client_run_sync (self->client, eas_flow_sync_new (parts), self->cancellable,
				       error);
	if (windows == NULL)
		return NULL;

	g_ptr_array_set_free_func (windows, NULL);

	return windows->pdata[0];
}

static gboolean
answers (const EasSyncChange *response, const EasSyncChange *change)
{
	if (change->kind == EAS_CHANGE_ADD)
		return g_strcmp0 (response->client_id, change->client_id) == 0;

	return g_strcmp0 (response->server_id, change->server_id) == 0 &&
	       (response->instance_id == NULL ||
		g_strcmp0 (response->instance_id, change->instance_id) == 0);
}

static const EasSyncChange *
find_response (const EasWindow *window, const EasSyncChange *change)
{
	for (guint i = 0; window->responses != NULL && i < window->responses->len; i++) {
		const EasSyncChange *response = window->responses->pdata[i];

		if (answers (response, change))
			return response;
	}

	return NULL;
}

/* The server's item after an accepted change: what we sent, with what it answered laid over it. */
static EasItem *
result_of (EEasWorker *self, const Sending *sending, const EasSyncChange *response)
{
	g_autoptr (EasItem) expected =
		sending->entry->expected != NULL
			? eas_item_from_bytes (sending->entry->expected, NULL)
			: NULL;

	if (expected != NULL && response != NULL && response->item != NULL)
		return self->klass->answered != NULL
			       ? self->klass->answered (expected, response->item)
			       : eas_item_overlay (expected, response->item);

	return g_steal_pointer (&expected);
}

/* What was made anew under the same UID meanwhile is a new item for the server. */
static void
accept_removal (EEasWorker *self, const Sending *sending, EEasEdit *edit)
{
	e_eas_cache_remove_row (self->cache, sending->change->server_id);
	if (edit->kind == E_EAS_EDIT_REMOVE) {
		e_eas_worker_finish_removal (self, edit);
		return;
	}
	e_eas_worker_make_new (edit);
	e_eas_cache_put_edit (self->cache, edit);
}

/* The item of our own Add may have come by a fetch, unrecognized, before its answer: somebody
 * changed it at once. One of the two has to go. What came, as the newer version; NULL: nothing did.
 * In a transaction. */
static EasItem *
drop_double (EEasWorker *self, const char *server_id, const char *uid)
{
	g_autoptr (EEasRow) row = e_eas_cache_row_by_id (self->cache, server_id);

	if (row == NULL || g_strcmp0 (row->uid, uid) == 0)
		return NULL;
	if (!self->klass->remove (self->owner, row->uid, NULL))
		e_eas_cache_fail (self->cache);

	return eas_item_from_bytes (row->body, NULL);
}

/* As if it came only now, when it is known whose it is. */
static void
take_newer (EEasWorker *self, const char *server_id, EasItem *item, guint generation)
{
	g_autoptr (EasSyncChange) change = eas_sync_change_new (EAS_CHANGE_CHANGE, server_id);

	change->item = eas_item_ref (item);
	e_eas_worker_take_change (self, change, generation);
}

/* Before our Add there was nothing: all that it said is ours, in whatever words the server has it.
 */
static void
note_what_was (EEasWorker *self, const Sending *sending, const char *server_id)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autoptr (EasItem) nothing = eas_item_builder_finish (builder);
	g_autoptr (GBytes) bytes = eas_item_to_bytes (nothing);
	gboolean is_new = sending->change->kind == EAS_CHANGE_ADD;

	if (is_new || sending->edit->ancestor != NULL)
		e_eas_worker_note_change (self, server_id,
					  is_new ? bytes : sending->edit->ancestor);
}

/* What was sent is what the server has now. In a transaction. */
static void
store_result (EEasWorker *self,
	      const Sending *sending,
	      EEasEdit *edit,
	      const char *server_id,
	      EasItem *item,
	      guint generation)
{
	g_autoptr (GBytes) body = eas_item_to_bytes (item);

	note_what_was (self, sending, server_id);
	e_eas_cache_put_row (self->cache, server_id, edit->uid, eas_item_hash (item), generation,
			     body, NULL);
	e_eas_worker_note_files (self, server_id, item);

	if (edit->version == sending->edit->version && sending->entry->last) {
		e_eas_cache_remove_edit (self->cache, edit->id);
		if (!self->klass->put (self->owner, edit->uid, server_id, item, NULL, NULL))
			e_eas_cache_fail (self->cache);
		return;
	}

	g_free (edit->server_id);
	edit->server_id = g_strdup (server_id);
	g_clear_pointer (&edit->ancestor, g_bytes_unref);
	edit->ancestor = g_bytes_ref (body);
	edit->attempts = 0;
	e_eas_cache_put_edit (self->cache, edit);
}

/* In a transaction. @edit as it is now: it may have been edited again meanwhile. */
static void
accept_change (EEasWorker *self,
	       const Sending *sending,
	       EEasEdit *edit,
	       const EasSyncChange *response)
{
	const char *server_id = sending->change->kind == EAS_CHANGE_ADD
					? response->server_id
					: sending->change->server_id;
	guint generation = e_eas_cache_get_state_uint (self->cache, STATE_GENERATION);
	g_autoptr (EasItem) item = NULL;
	g_autoptr (EasItem) newer = NULL;

	if (sending->change->kind == EAS_CHANGE_DELETE && sending->change->instance_id == NULL) {
		accept_removal (self, sending, edit);
		return;
	}

	item = result_of (self, sending, response);
	if (item == NULL) {
		e_eas_cache_fail (self->cache);
		return;
	}
	newer = drop_double (self, server_id, edit->uid);
	store_result (self, sending, edit, server_id, item, generation);
	if (newer != NULL)
		take_newer (self, server_id, newer, generation);
}

/*
 * The server was given another version while the request was on its way, which the
 * exchange repeated in it: what was refused is our old dialect, not the item. It is
 * said anew in the round that begins with learning the version.
 */
static gboolean
dialect_changed (EEasWorker *self)
{
	return eas_client_get_version (self->client) != e_eas_worker_get_version (self);
}

static void
want_fetch (EEasWorker *self)
{
	g_mutex_lock (&self->lock);
	self->fetch_wanted = TRUE;
	g_mutex_unlock (&self->lock);
}

static void
say_anew (EEasWorker *self, const EEasEdit *edit)
{
	skip (self, edit);
	want_fetch (self);
}

static void
try_later (EEasWorker *self, EEasEdit *edit, const GError *why)
{
	if (++edit->attempts >= MAX_ATTEMPTS) {
		e_eas_worker_park (self, edit, why);
		return;
	}
	skip (self, edit);
	e_eas_cache_put_edit (self->cache, edit);
}

/* In a transaction. An Add that was refused is not repeated as it was. */
static void
forget_refused (EEasWorker *self, EEasEdit *edit)
{
	e_eas_worker_forget_lost_add (edit);
	e_eas_cache_put_edit (self->cache, edit);
}

/* Pitfall 6: each status of an item ends in acknowledged, superseded, parked or tried later. In a
 * transaction. */
static void
judge_refusal (EEasWorker *self, const Sending *sending, EEasEdit *edit, guint status)
{
	g_autoptr (GError) why = NULL;
	gboolean of_instance = sending->change->instance_id != NULL;

	eas_status_set_error (&why, EAS_SCOPE_SYNC_ITEM, status, "Sync", /* retry_after */ 0);
	if (sending->change->kind == EAS_CHANGE_ADD)
		forget_refused (self, edit);

	if (status == ITEM_NOT_FOUND && !of_instance) {
		e_eas_worker_lose_to_deletion (self, edit);
	} else if (status == ITEM_NOT_FOUND && sending->change->kind == EAS_CHANGE_DELETE) {
		accept_change (self, sending, edit, NULL); /* the occurrence is gone, as wanted */
	} else if (status == ITEM_CONFLICT) {
		/* The winner comes with the next fetch, where the two are merged. */
		want_fetch (self);
		try_later (self, edit, why);
	} else if (edit->version != sending->edit->version) {
		/* Of what is no longer wanted: the newer wish is told next. */
	} else if (e_eas_error_is_transient (why)) {
		try_later (self, edit, why);
	} else if (dialect_changed (self)) {
		say_anew (self, edit);
	} else {
		e_eas_worker_park (self, edit, why);
	}
}

/* In a transaction. FALSE: the answer does not say what became of this change. */
static gboolean
take_response (EEasWorker *self, const EasWindow *window, const Sending *sending)
{
	const EasSyncChange *response = find_response (window, sending->change);
	guint status = response != NULL ? response->status : 1;
	g_autoptr (EEasEdit) edit = e_eas_cache_edit_by_id (self->cache, sending->edit->id);

	if (edit == NULL)
		return TRUE;
	if (sending->change->kind == EAS_CHANGE_ADD &&
	    (response == NULL ||
	     (response->server_id == NULL && eas_status_ok (EAS_SCOPE_SYNC_ITEM, status))))
		return FALSE;

	/* Below Add, silence is consent: [MS-ASCMD] 2.2.3.154 Responses. */
	if (eas_status_ok (EAS_SCOPE_SYNC_ITEM, status))
		accept_change (self, sending, edit, response);
	else
		judge_refusal (self, sending, edit, status);

	return TRUE;
}

/* Silence about changes is consent only in an answer that took them: with a new key. */
static gboolean
says_nothing (const EasWindow *window)
{
	return window->empty || (window->commands->len == 0 && window->responses->len == 0 &&
				 g_strcmp0 (window->key, window->base_key) == 0);
}

/*
 * Stores an answer: what became of our changes and, where no server changes came
 * along, the key, in one transaction. Those changes are drained after it.
 */
static gboolean
take_answer (EEasWorker *self, EasWindow *window, GPtrArray *sendings, GError **error)
{
	gboolean has_commands = window->commands != NULL && window->commands->len > 0;
	gboolean silent = says_nothing (window);
	gboolean complete = !silent;

	e_eas_cache_begin (self->cache);
	for (guint i = 0; !silent && i < sendings->len; i++)
		complete &= take_response (self, window, sendings->pdata[i]);
	if (complete)
		e_eas_cache_clear_journal (self->cache);
	e_eas_worker_judge_key (self, window);
	if (!has_commands)
		e_eas_worker_set_key (self, window->key);
	if (!e_eas_worker_commit (self, error))
		return FALSE;

	if (has_commands) {
		if (!e_eas_worker_drain (self, window, error))
			return FALSE;
	} else {
		eas_collection_commit (self->collection, window);
	}

	for (guint i = 0; i < sendings->len; i++) {
		const Sending *sending = sendings->pdata[i];

		e_eas_worker_answer (self, sending->edit->id, sending->edit->version);
	}

	if (complete)
		return TRUE;

	/* Looked at now, told again in the next cycle: no server is asked without end. */
	for (guint i = 0; i < sendings->len; i++)
		skip (self, ((Sending *) sendings->pdata[i])->edit);

	return e_eas_worker_recover (self, error);
}

/* The whole request was refused as malformed: halve until the bad item is alone (pitfall 6). */
static void
isolate (EEasWorker *self, GPtrArray *sendings, const GError *why)
{
	Sending *first = sendings->pdata[0];

	e_eas_cache_begin (self->cache);
	e_eas_cache_clear_journal (self->cache);
	for (guint i = 0; i < sendings->len; i++) {
		const Sending *sending = sendings->pdata[i];
		g_autoptr (EEasEdit) edit = e_eas_cache_edit_by_id (self->cache, sending->edit->id);

		if (edit != NULL && sending->change->kind == EAS_CHANGE_ADD)
			forget_refused (self, edit);
		if (dialect_changed (self))
			say_anew (self, sending->edit);
	}
	e_eas_worker_forget_lost_add (first->edit);
	if (sendings->len == 1 && !dialect_changed (self) && is_current (self, first->edit))
		e_eas_worker_park (self, first->edit, why);
	e_eas_worker_commit (self, NULL);
	self->batch_limit = MAX (1, sendings->len / 2);
}

static gboolean
is_about_content (const GError *error)
{
	return g_error_matches (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED) ||
	       (g_error_matches (error, EAS_ERROR, EAS_ERROR_PROTOCOL) &&
		eas_error_get_status (error) != 0);
}

static gboolean
send_batch (EEasWorker *self, GPtrArray *sendings, GError **error)
{
	g_autoptr (EasWindow) window = NULL;
	g_autoptr (GError) local_error = NULL;

	if (!write_journal (self, sendings, error))
		return FALSE;

	window = send_changes (self, sendings, &local_error);
	if (window != NULL && window->error != NULL)
		local_error = g_steal_pointer (&window->error);
	if (local_error != NULL) {
		if (is_about_content (local_error)) {
			isolate (self, sendings, local_error);
			return TRUE;
		}
		/* Nothing of it was taken; the fetch from the first key says so, or otherwise. */
		if (g_error_matches (local_error, EAS_ERROR, EAS_ERROR_KEY))
			return e_eas_worker_reset (self, error) &&
			       e_eas_worker_recover (self, error);
		g_propagate_error (error, g_steal_pointer (&local_error));
		return FALSE;
	}

	return take_answer (self, window, sendings, error);
}

gboolean
e_eas_worker_upload (EEasWorker *self, gboolean only_awaited, GError **error)
{
	for (;;) {
		g_autoptr (GPtrArray) sendings = NULL;

		if (!only_awaited && (!e_eas_worker_run_moves (self, error) ||
				      !e_eas_worker_look_for_removed (self, error)))
			return FALSE;
		if (needs_news (self, only_awaited) && !e_eas_worker_fetch_now (self, error))
			return FALSE;
		sendings = collect (self, only_awaited);
		if (sendings->len == 0)
			return e_eas_cache_check (self->cache, error);
		if (!send_batch (self, sendings, error))
			return FALSE;
		if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
			return FALSE;
	}
}
