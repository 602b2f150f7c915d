/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Server -> cache. A window is applied in chunks, each its own transaction, with
 * a real pause between: the cache's lock is unfair, and back-to-back chunks would
 * starve the desktop's queries for the whole window. The key is written with the
 * last chunk, and advances in memory only after that commit was checked.
 * Passes from key 0, and what they prove: e-eas-worker-pass.c.
 */

#include <glib/gi18n-lib.h>

#include "e-eas-worker-private.h"

#define MAX_BARREN   10
#define BARREN_PAUSE 900 /* seconds */

CamelEasConflict
e_eas_worker_get_policy (EEasWorker *self)
{
	return camel_eas_settings_get_conflict (e_eas_account_get_settings (self->account));
}

/* UID for an item that brings none, or one that is taken: from its ServerId, so that it is the same
 * after a reset. */
static char *
make_uid (EEasWorker *self, const char *server_id)
{
	g_autofree char *seed = g_strconcat (self->folder_id, "\n", server_id, NULL);
	g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA1, seed, -1);

	return g_strconcat ("eas-", sum, NULL);
}

static gboolean
arrived_as (EEasWorker *self, EasItem *sent, EasItem *theirs)
{
	return self->klass->arrived_as != NULL
		       ? self->klass->arrived_as (self->owner, sent, theirs)
		       : self->klass->same_content (self->owner, sent, theirs);
}

static gboolean
resembles (EEasWorker *self, EasItem *sent, EasItem *theirs)
{
	return self->klass->resembles != NULL && self->klass->resembles (sent, theirs);
}

/* The edit with @edit_id, if @said, what its Add said, is @item and nobody has known that so far.
 */
static EEasEdit *
match_add (EEasWorker *self,
	   gint64 edit_id,
	   GBytes *said,
	   EasItem *item,
	   gboolean (*is_it) (EEasWorker *self, EasItem *sent, EasItem *theirs))
{
	g_autoptr (EasItem) sent = said != NULL ? eas_item_from_bytes (said, NULL) : NULL;
	g_autoptr (EEasEdit) edit = NULL;

	if (sent == NULL || !is_it (self, sent, item))
		return NULL;
	edit = e_eas_cache_edit_by_id (self->cache, edit_id);

	return edit != NULL && edit->server_id == NULL ? g_steal_pointer (&edit) : NULL;
}

static EEasEdit *
find_add_by (EEasWorker *self,
	     EasItem *item,
	     gboolean (*is_it) (EEasWorker *self, EasItem *sent, EasItem *theirs))
{
	const GPtrArray *lost_adds = e_eas_worker_get_lost_adds (self);
	EEasEdit *found = NULL;

	for (guint i = 0; found == NULL && self->journal != NULL && i < self->journal->len; i++) {
		const EEasJournalEntry *entry = self->journal->pdata[i];

		if (entry->kind == EAS_CHANGE_ADD)
			found = match_add (self, entry->edit_id, entry->expected, item, is_it);
	}
	for (guint i = 0; found == NULL && i < lost_adds->len; i++) {
		const EEasEdit *lost = lost_adds->pdata[i];

		found = match_add (self, lost->id, lost->ancestor, item, is_it);
	}

	return found;
}

/* After a lost reply: the edit whose Add brought @item to the server, where somebody may have
 * changed it since; NULL. */
static EEasEdit *
find_sent_add (EEasWorker *self, EasItem *item)
{
	EEasEdit *edit = find_add_by (self, item, arrived_as);

	return edit != NULL ? edit : find_add_by (self, item, resembles);
}

/* The item as it is if what was sent for @edit has arrived; NULL: nothing was. */
static EasItem *
expected_of (EEasWorker *self, const EEasEdit *edit)
{
	for (guint i = 0; self->journal != NULL && i < self->journal->len; i++) {
		EEasJournalEntry *entry = self->journal->pdata[i];

		if (entry->edit_id == edit->id && entry->expected != NULL)
			return eas_item_from_bytes (entry->expected, NULL);
	}

	return NULL;
}

/* In a pass, for an item without a UID of its own: one of the same content that the pass has not
 * brought yet. The server may have given it another id. */
static EEasRow *
find_twin (EEasWorker *self, EasItem *item, guint generation)
{
	return e_eas_cache_row_by_hash (self->cache, eas_item_hash (item), generation);
}

/*
 * The local uid of an item without a row: that of the edit under way, of our own
 * Add, of the same event under an older ServerId, the wire's, or one of our own.
 */
static char *
choose_uid (EEasWorker *self, const char *server_id, EasItem *item, guint generation)
{
	g_autoptr (EEasEdit) known = e_eas_cache_edit_by_server_id (self->cache, server_id);
	g_autofree char *uid = known != NULL ? g_strdup (known->uid) : self->klass->dup_uid (item);
	g_autoptr (EEasEdit) edit = uid != NULL ? e_eas_cache_edit_by_uid (self->cache, uid) : NULL;
	g_autoptr (EEasRow) taken = uid != NULL ? e_eas_cache_row_by_uid (self->cache, uid) : NULL;

	if (taken == NULL && edit == NULL) {
		edit = find_sent_add (self, item);
		if (edit != NULL)
			return g_strdup (edit->uid);
		if (uid == NULL)
			taken = find_twin (self, item, generation);
		if (taken != NULL)
			uid = g_strdup (taken->uid);
	}
	if (taken == NULL)
		return uid != NULL ? g_steal_pointer (&uid) : make_uid (self, server_id);

	if (taken->generation < generation) {
		e_eas_cache_remove_row (self->cache, taken->server_id);
		return g_steal_pointer (&uid);
	}

	return make_uid (self, server_id);
}

static void
store_row (EEasWorker *self,
	   const char *server_id,
	   const char *uid,
	   EasItem *item,
	   guint generation,
	   const char *problem)
{
	g_autoptr (GBytes) body = eas_item_to_bytes (item);

	e_eas_cache_put_row (self->cache, server_id, uid, eas_item_hash (item), generation, body,
			     problem);
	if (problem == NULL)
		e_eas_worker_note_files (self, server_id, item);
}

/* Shows the server's version. An item that cannot be shown is kept and named in the status (law 5).
 */
static void
show_item (
	EEasWorker *self, const char *server_id, const char *uid, EasItem *item, guint generation)
{
	g_autoptr (GError) error = NULL;

	self->chain_found = TRUE;
	if (self->klass->put (self->owner, uid, server_id, item, NULL, &error)) {
		store_row (self, server_id, uid, item, generation, NULL);
	} else if (g_error_matches (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED)) {
		if (!self->klass->remove (self->owner, uid, NULL))
			e_eas_cache_fail (self->cache);
		store_row (self, server_id, uid, item, generation, error->message);
	} else {
		e_eas_cache_fail (self->cache);
	}
}

static void
show_object (EEasWorker *self, const EEasEdit *edit)
{
	if (!self->klass->put (self->owner, edit->uid, edit->server_id, NULL, edit->object, NULL))
		e_eas_cache_fail (self->cache);
}

static void
save_losing_item (EEasWorker *self, const char *uid, EasItem *item)
{
	g_autofree char *object = self->klass->dup_object (self->owner, uid, item, NULL);

	e_eas_worker_save_loser (self, uid, object);
}

static gboolean
same_element (EasItem *a, EasItem *b, EasTag tag)
{
	EasItemSlot in_a = eas_item_child (a, EAS_ITEM_ROOT, tag);
	EasItemSlot in_b = eas_item_child (b, EAS_ITEM_ROOT, tag);
	gboolean empty_a = in_a == EAS_ITEM_NONE || eas_item_is_empty (a, in_a);
	gboolean empty_b = in_b == EAS_ITEM_NONE || eas_item_is_empty (b, in_b);

	if (empty_a || empty_b)
		return empty_a && empty_b;

	return eas_item_slot_equal (a, in_a, b, in_b);
}

/* Something that was changed in @sent is still as before in @theirs: what arrived_as() does not
 * look at (a picture) has not become what was sent because somebody else changed another thing. */
static gboolean
lacks_change (EasItem *ancestor, EasItem *sent, EasItem *theirs)
{
	g_autoptr (EasItem) diff = eas_item_diff (ancestor, sent);
	EasItemSlot slot =
		diff != NULL ? eas_item_child (diff, EAS_ITEM_ROOT, EAS_TAG_NONE) : EAS_ITEM_NONE;

	for (; slot != EAS_ITEM_NONE; slot = eas_item_sibling (diff, slot, EAS_TAG_NONE)) {
		EasTag tag = eas_item_tag (diff, slot);

		if (same_element (ancestor, theirs, tag) && !same_element (sent, theirs, tag))
			return TRUE;
	}

	return FALSE;
}

/* What was sent on top of @ancestor is in @theirs, whatever else is. */
static gboolean
has_arrived (EEasWorker *self, EasItem *ancestor, EasItem *sent, EasItem *theirs)
{
	g_auto (EEasMerge) merge = { NULL };

	/* What is still as it was has not become what was sent, however near that comes. */
	if (arrived_as (self, sent, theirs))
		return self->klass->same_content (self->owner, ancestor, sent) ||
		       (!self->klass->same_content (self->owner, ancestor, theirs) &&
			!lacks_change (ancestor, sent, theirs));
	e_eas_merge (ancestor, sent, theirs, &self->klass->merge, /* mine_wins */ FALSE, &merge);

	return !merge.ours && !merge.conflict;
}

/* After a lost answer nobody has told what the server calls the files of an Add: @said with those
 * of @theirs, under our names where they are ours. (nullable) */
static EasItem *
learn_files_of_add (EEasWorker *self, const EEasEdit *edit, EasItem *said, EasItem *theirs)
{
	if (said == NULL)
		return NULL;
	if (self->klass->learn_files == NULL || edit->server_id != NULL ||
	    !eas_item_has (said, EAS_AIRSYNCBASE_ATTACHMENTS))
		return eas_item_ref (said);

	return self->klass->learn_files (said, theirs);
}

/* What @edit and @theirs have in common: what it started from, or, after a lost answer, what was
 * sent for it. NULL: nothing. */
static EasItem *
ancestor_of (EEasWorker *self, const EEasEdit *edit, EasItem *theirs)
{
	g_autoptr (EasItem) sent = expected_of (self, edit);
	g_autoptr (EasItem) ancestor =
		edit->ancestor != NULL ? eas_item_from_bytes (edit->ancestor, NULL) : NULL;

	if (ancestor == NULL || (sent != NULL && has_arrived (self, ancestor, sent, theirs)))
		return learn_files_of_add (self, edit, sent, theirs);

	return learn_files_of_add (self, edit, ancestor, theirs);
}

/* @edit is from now on an edit of the server's present version. */
static void
adopt_version (EEasEdit *edit, const char *server_id, EasItem *theirs)
{
	g_free (edit->server_id);
	edit->server_id = g_strdup (server_id);
	g_clear_pointer (&edit->ancestor, g_bytes_unref);
	edit->ancestor = eas_item_to_bytes (theirs);
}

/* The person removed what the server changed, or what had reached it unbeknown to us. */
static void
meet_removal (
	EEasWorker *self, EEasEdit *edit, const char *server_id, EasItem *theirs, guint generation)
{
	g_autoptr (EasItem) ancestor = ancestor_of (self, edit, theirs);
	gboolean same =
		ancestor != NULL && self->klass->same_content (self->owner, ancestor, theirs);

	if (!same && e_eas_worker_get_policy (self) != CAMEL_EAS_CONFLICT_MINE_WINS) {
		e_eas_cache_remove_edit (self->cache, edit->id);
		show_item (self, server_id, edit->uid, theirs, generation);
		return;
	}

	if (!same)
		save_losing_item (self, edit->uid, theirs);
	adopt_version (edit, server_id, theirs);
	e_eas_cache_put_edit (self->cache, edit);
	store_row (self, server_id, edit->uid, theirs, generation, NULL);
}

/* The local version as an item; NULL when it cannot be said (the edit then stays parked). */
static EasItem *
item_of_edit (EEasWorker *self, const EEasEdit *edit, EasItem *ancestor)
{
	g_autoptr (GPtrArray) changes =
		self->klass->write (self->owner, edit->object, ancestor, NULL);

	if (changes == NULL)
		return NULL;
	if (changes->len == 0)
		return ancestor != NULL ? eas_item_ref (ancestor) : NULL;

	return self->klass->apply (self->owner, ancestor, changes);
}

static void
keep_both (
	EEasWorker *self, EEasEdit *edit, const char *server_id, EasItem *theirs, guint generation)
{
	g_autoptr (EEasEdit) copy = g_new0 (EEasEdit, 1);

	copy->kind = E_EAS_EDIT_SAVE;
	copy->object = self->klass->dup_copy (self->owner, edit->object, &copy->uid);
	copy->since = edit->since;
	copy->version = 1;
	e_eas_cache_remove_edit (self->cache, edit->id);
	show_item (self, server_id, edit->uid, theirs, generation);
	e_eas_cache_put_edit (self->cache, copy);
	show_object (self, copy);
}

static void
rebase (EEasWorker *self,
	EEasEdit *edit,
	const char *server_id,
	EasItem *theirs,
	EEasMerge *merge,
	guint generation)
{
	g_autoptr (GError) error = NULL;

	if (merge->theirs) {
		char *object =
			self->klass->dup_object (self->owner, edit->uid, merge->item, &error);

		if (object != NULL) {
			g_free (edit->object);
			edit->object = object;
		}
	}
	adopt_version (edit, server_id, theirs);
	edit->parked = FALSE; /* the server moved: what it refused before it may take now */
	edit->version++;
	e_eas_cache_put_edit (self->cache, edit);
	store_row (self, server_id, edit->uid, theirs, generation, NULL);
	show_object (self, edit);
	self->chain_found = TRUE;
}

/* @ancestor is nullable. */
static void
merge_edit (EEasWorker *self,
	    EEasEdit *edit,
	    const char *server_id,
	    EasItem *ancestor,
	    EasItem *theirs,
	    guint generation)
{
	g_autoptr (EasItem) mine = NULL;
	CamelEasConflict policy = e_eas_worker_get_policy (self);
	g_auto (EEasMerge) merge = { NULL };

	mine = item_of_edit (self, edit, ancestor);
	if (mine == NULL) {
		/* What cannot be said to the server stays parked, on top of its newest version. */
		adopt_version (edit, server_id, theirs);
		e_eas_cache_put_edit (self->cache, edit);
		store_row (self, server_id, edit->uid, theirs, generation, NULL);
		return;
	}
	if (self->klass->same_content (self->owner, mine, theirs)) {
		e_eas_cache_remove_edit (self->cache, edit->id);
		show_item (self, server_id, edit->uid, theirs, generation);
		return;
	}

	/* The server says in its own bytes what we know: nothing of theirs to merge. */
	if (ancestor != NULL && self->klass->same_content (self->owner, ancestor, theirs)) {
		rebase (self, edit, server_id, theirs, &merge, generation);
		return;
	}

	e_eas_merge (ancestor, mine, theirs, &self->klass->merge,
		     policy == CAMEL_EAS_CONFLICT_MINE_WINS, &merge);
	if (merge.conflict && policy == CAMEL_EAS_CONFLICT_KEEP_BOTH) {
		keep_both (self, edit, server_id, theirs, generation);
		return;
	}
	if (merge.conflict && policy == CAMEL_EAS_CONFLICT_MINE_WINS)
		save_losing_item (self, edit->uid, theirs);
	else if (merge.conflict)
		e_eas_worker_save_loser (self, edit->uid, edit->object);

	if (merge.ours) {
		rebase (self, edit, server_id, theirs, &merge, generation);
	} else {
		e_eas_cache_remove_edit (self->cache, edit->id);
		show_item (self, server_id, edit->uid, theirs, generation);
	}
}

/* The server's version meets an edit that it has not seen. */
static void
meet_edit (
	EEasWorker *self, EEasEdit *edit, const char *server_id, EasItem *theirs, guint generation)
{
	g_autoptr (EasItem) ancestor = NULL;
	g_autoptr (EasItem) named = NULL;

	if (edit->kind == E_EAS_EDIT_REMOVE) {
		meet_removal (self, edit, server_id, theirs, generation);
		return;
	}

	ancestor = ancestor_of (self, edit, theirs);
	if (ancestor != NULL)
		named = learn_files_of_add (self, edit, theirs, ancestor);
	merge_edit (self, edit, server_id, ancestor, named != NULL ? named : theirs, generation);
}

static void
take_item (EEasWorker *self, const EasSyncChange *change, guint generation)
{
	g_autoptr (EEasRow) row = e_eas_cache_row_by_id (self->cache, change->server_id);
	g_autofree char *uid =
		row != NULL ? g_strdup (row->uid)
			    : choose_uid (self, change->server_id, change->item, generation);
	g_autoptr (EEasEdit) edit = e_eas_cache_edit_by_uid (self->cache, uid);
	g_autoptr (EasItem) known = NULL;

	if (row != NULL && row->hash == eas_item_hash (change->item)) {
		if (row->generation != generation)
			e_eas_cache_touch_row (self->cache, change->server_id, generation);
		return;
	}
	self->chain_found = TRUE;
	if (edit != NULL) {
		if (row != NULL)
			e_eas_worker_reword (self, edit, row, change->item);
		meet_edit (self, edit, change->server_id, change->item, generation);
		return;
	}

	known = row != NULL && row->problem == NULL ? eas_item_from_bytes (row->body, NULL) : NULL;
	if (known != NULL && self->klass->same_content (self->owner, known, change->item))
		store_row (self, change->server_id, uid, change->item, generation, NULL);
	else
		show_item (self, change->server_id, uid, change->item, generation);
}

/*
 * The server has done what @edit wanted. EDS takes the object out of the cache only
 * after our save returned, which may never come: a killed factory would show it for
 * ever. In a transaction.
 */
void
e_eas_worker_finish_removal (EEasWorker *self, const EEasEdit *edit)
{
	e_eas_cache_remove_edit (self->cache, edit->id);
	if (!self->klass->remove (self->owner, edit->uid, NULL))
		e_eas_cache_fail (self->cache);
}

/* The server has nothing of it any more. */
void
e_eas_worker_make_new (EEasEdit *edit)
{
	g_clear_pointer (&edit->server_id, g_free);
	g_clear_pointer (&edit->client_id, g_free);
	g_clear_pointer (&edit->ancestor, g_bytes_unref);
	edit->version++;
}

/* It was our own Delete that did it, whose answer was lost. */
static gboolean
was_our_deletion (EEasWorker *self, const EEasEdit *edit)
{
	for (guint i = 0; self->journal != NULL && i < self->journal->len; i++) {
		EEasJournalEntry *entry = self->journal->pdata[i];

		if (entry->edit_id == edit->id && entry->kind == EAS_CHANGE_DELETE &&
		    entry->instance_id == NULL)
			return TRUE;
	}

	return FALSE;
}

/* All of @edit has reached the server before. */
static gboolean
has_nothing_to_say (EEasWorker *self, const EEasEdit *edit)
{
	g_autoptr (EasItem) ancestor =
		edit->ancestor != NULL ? eas_item_from_bytes (edit->ancestor, NULL) : NULL;
	g_autoptr (GPtrArray) changes = NULL;

	if (ancestor == NULL)
		return FALSE;
	changes = self->klass->write (self->owner, edit->object, ancestor, NULL);

	return changes != NULL && changes->len == 0;
}

/* The server no longer has what @edit is about. In a transaction. */
void
e_eas_worker_lose_to_deletion (EEasWorker *self, EEasEdit *edit)
{
	if (edit->server_id != NULL)
		e_eas_cache_remove_row (self->cache, edit->server_id);

	if (edit->kind == E_EAS_EDIT_REMOVE || has_nothing_to_say (self, edit)) {
		e_eas_worker_finish_removal (self, edit);
		return;
	}
	if (e_eas_worker_get_policy (self) == CAMEL_EAS_CONFLICT_SERVER_WINS &&
	    !was_our_deletion (self, edit)) {
		e_eas_worker_save_loser (self, edit->uid, edit->object);
		e_eas_cache_remove_edit (self->cache, edit->id);
		if (!self->klass->remove (self->owner, edit->uid, NULL))
			e_eas_cache_fail (self->cache);
		return;
	}

	/* Our version is the only one left: it becomes a new item. */
	e_eas_worker_make_new (edit);
	e_eas_cache_put_edit (self->cache, edit);
	show_object (self, edit);
}

void
e_eas_worker_take_deletion (EEasWorker *self, const char *server_id, gboolean soft)
{
	g_autoptr (EEasRow) row = e_eas_cache_row_by_id (self->cache, server_id);
	g_autoptr (EEasEdit) edit = NULL;

	if (row == NULL)
		return;

	self->chain_found = TRUE;
	edit = e_eas_cache_edit_by_uid (self->cache, row->uid);
	if (edit != NULL) {
		/* An item that is not gone needs no new one: the edit is still to be told. */
		if (!soft)
			e_eas_worker_lose_to_deletion (self, edit);
		return;
	}

	if (!self->klass->remove (self->owner, row->uid, NULL))
		e_eas_cache_fail (self->cache);
	e_eas_cache_remove_row (self->cache, server_id);
}

void
e_eas_worker_take_change (EEasWorker *self, const EasSyncChange *change, guint generation)
{
	if (change->server_id == NULL)
		return;

	e_eas_worker_note_told (self, change->server_id);
	switch (change->kind) {
	case EAS_CHANGE_ADD:
	case EAS_CHANGE_CHANGE:
		if (change->item != NULL)
			take_item (self, change, generation);
		break;
	case EAS_CHANGE_DELETE:
	case EAS_CHANGE_SOFT_DELETE:
		if (!self->verify)
			e_eas_worker_take_deletion (self, change->server_id,
						    change->kind == EAS_CHANGE_SOFT_DELETE);
		break;
	case EAS_CHANGE_FETCH:
		break;
	}
}

gboolean
e_eas_worker_commit (EEasWorker *self, GError **error)
{
	gboolean committed = e_eas_cache_commit (self->cache, error);

	self->klass->flush (self->owner, committed);

	return committed;
}

gboolean
e_eas_worker_advance (EEasWorker *self, const EasWindow *window, GError **error)
{
	if (eas_collection_commit (self->collection, window))
		return TRUE;

	eas_set_error (error, EAS_ERROR_KEY, NULL, 0, 0, _ ("The folder is fetched anew"));

	return FALSE;
}

void
e_eas_worker_store_key (EEasWorker *self, const EasWindow *window)
{
	e_eas_worker_set_key (self, window->key);
	for (guint i = 0; window->commands != NULL && i < window->commands->len; i++) {
		if (((EasSyncChange *) window->commands->pdata[i])->item != NULL) {
			e_eas_worker_set_time (self, STATE_LAST_NEWS, e_eas_worker_now ());
			break;
		}
	}
	/* With the key: nobody will tell of these deletions again. */
	if (self->verify)
		e_eas_cache_set_state_uint (self->cache, STATE_VERIFY, 1);
}

/* Applies some of @commands from @at on, as many as one transaction may hold; the index of the
 * next.
 */
static guint
take_chunk (EEasWorker *self, GPtrArray *commands, guint at, guint generation)
{
	gint64 end = g_get_monotonic_time () + E_EAS_CHUNK_US;
	guint n_commands = commands != NULL ? commands->len : 0;

	while (at < n_commands) {
		e_eas_worker_take_change (self, commands->pdata[at++], generation);
		if (g_get_monotonic_time () >= end)
			break;
	}

	return at;
}

gboolean
e_eas_worker_drain (EEasWorker *self, EasWindow *window, GError **error)
{
	guint generation = e_eas_cache_get_state_uint (self->cache, STATE_GENERATION);
	guint n_commands = window->commands != NULL ? window->commands->len : 0;
	guint at = 0;

	if (n_commands > 0)
		e_eas_worker_judge_deletions (self, window);
	else if (g_strcmp0 (window->key, window->base_key) == 0)
		return TRUE; /* nothing new: idle costs no write */

	do {
		if (at > 0)
			g_usleep (E_EAS_PAUSE_US);
		e_eas_cache_begin (self->cache);
		at = take_chunk (self, window->commands, at, generation);
		if (at == n_commands)
			e_eas_worker_store_key (self, window);
		if (!e_eas_worker_commit (self, error))
			return FALSE;
	} while (at < n_commands);

	return e_eas_worker_advance (self, window, error);
}

EasPull *
e_eas_worker_ask (EEasWorker *self)
{
	const EasTag *supported = self->klass->supported (eas_client_get_version (self->client));

	return eas_client_pull_start (self->client, self->collection,
				      e_eas_worker_window_size (self), supported,
				      self->cancellable);
}

/* Whoever waits for his edit comes before the next window; recovering, the whole of a window is
 * held against the journal in one go. */
static gboolean
may_ask_ahead (EEasWorker *self, const EasWindow *window)
{
	return window->more && self->journal == NULL && !e_eas_worker_has_waiters (self) &&
	       g_strcmp0 (window->key, window->base_key) != 0;
}

/* Some servers say for ever that there is more, and do not send it. */
static gboolean
is_endless (EEasWorker *self, const EasWindow *window, GError **error)
{
	gboolean barren = window->more && (window->commands == NULL || window->commands->len == 0);

	self->n_barren = barren ? self->n_barren + 1 : 0;
	if (self->n_barren <= MAX_BARREN)
		return FALSE;

	eas_set_error (error, EAS_ERROR_SERVER, NULL, 0, BARREN_PAUSE,
		       _ ("The server says again and again that there is more in this folder, and "
			  "does not send it"));

	return TRUE;
}

/* One window, @ahead or asked for here; its error is ours unless it is a reset, which is repaired
 * here. */
static gboolean
fetch_window (EEasWorker *self, EasPull **ahead, gboolean *out_more, GError **error)
{
	g_autoptr (EasWindow) window = e_eas_worker_steal_hung (self);
	g_autoptr (GError) local_error = NULL;

	*out_more = TRUE;
	if (window == NULL)
		window = eas_client_pull_wait (*ahead != NULL ? g_steal_pointer (ahead)
							      : e_eas_worker_ask (self),
					       &local_error);
	if (g_error_matches (local_error, EAS_ERROR, EAS_ERROR_KEY)) {
		gboolean stepped;

		return e_eas_worker_step_ahead (self, &stepped, error) &&
		       (stepped || e_eas_worker_reset (self, error));
	}
	if (window == NULL) {
		g_propagate_error (error, g_steal_pointer (&local_error));
		return FALSE;
	}

	if (is_endless (self, window, error))
		return FALSE;
	*out_more = window->more;
	if (!window->more)
		e_eas_worker_end_turn (self);
	if (may_ask_ahead (self, window) && e_eas_worker_take_turn (self))
		return e_eas_worker_drain_asking (self, g_steal_pointer (&window), ahead, error);

	return e_eas_worker_drain (self, window, error);
}

/* Edits that somebody waits for go between the windows. */
static gboolean
upload_between (EEasWorker *self, GError **error)
{
	gboolean uploaded;

	if (self->journal != NULL || !e_eas_worker_has_waiters (self))
		return TRUE;

	self->in_chain = TRUE;
	uploaded = e_eas_worker_upload (self, /* only_awaited */ TRUE, error);
	self->in_chain = FALSE;

	return uploaded;
}

/* What comes between two windows, neither of them asked for. Who has come meanwhile with an edit
 * goes first, too. */
static gboolean
rest (EEasWorker *self, GError **error)
{
	if (!upload_between (self, error))
		return FALSE;
	e_eas_worker_await_turn (self);

	return upload_between (self, error);
}

static gboolean
fetch_chains (EEasWorker *self, GError **error)
{
	EasPull *ahead = NULL;
	gboolean more = TRUE;
	gboolean again = TRUE;

	while (again) {
		for (more = TRUE; more;) {
			e_eas_worker_sync_collection (self);
			if ((ahead == NULL && !e_eas_cache_check (self->cache, error)) ||
			    !fetch_window (self, &ahead, &more, error) ||
			    (ahead == NULL && more && !rest (self, error)))
				return FALSE;
		}
		if (!e_eas_worker_end_chain (self, &again, error) ||
		    (!again && !e_eas_worker_step_back (self, &again, error)))
			return FALSE;
		e_eas_worker_sync_collection (self);
	}

	return TRUE;
}

/* All there is, until the server has no more. */
gboolean
e_eas_worker_fetch_all (EEasWorker *self, GError **error)
{
	gboolean fetched;

	self->chain_found = FALSE;
	g_clear_pointer (&self->lost_adds, g_ptr_array_unref);
	e_eas_worker_begin_turn (self);
	fetched = fetch_chains (self, error);
	e_eas_worker_end_turn (self);
	if (!fetched)
		return FALSE;

	self->fetched_at = g_get_monotonic_time ();
	self->in_step = TRUE;

	return TRUE;
}
