/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * After a lost answer: look before you repeat (law 2). A fetch with the stored key
 * comes first, so that the drain can match what arrived, and only then are the edits
 * that are still in the outbox sent again, an Add with the same ClientId.
 *
 * An Add that the fetch does not show is not known to be lost: it may turn up later,
 * changed by somebody else. What it said stays with its edit, in place of the ancestor
 * that the edit does not have yet, until the server has said what became of it.
 */

#include "e-eas-worker-private.h"

/* It may be on the server, though no answer has said so: its Add or its move here got lost. */
static gboolean
is_lost_add (const EEasEdit *edit)
{
	return edit->server_id == NULL && edit->ancestor != NULL;
}

/* Without a ClientId it was never an Add: what it has instead of an ancestor is the other folder's
 * item, which did not arrive here by a move. */
EasItem *
e_eas_worker_dup_lost_add (const EEasEdit *edit)
{
	gboolean was_said = is_lost_add (edit) && edit->client_id != NULL;

	return was_said ? eas_item_from_bytes (edit->ancestor, NULL) : NULL;
}

/* Whatever is in it, it is not the first to be said. That a file goes can only be said when the
 * server has told what it calls it: until then it is enough that the rest can. */
static GPtrArray *
write_rest (EEasWorker *self, const EEasEdit *edit, EasItem *said, GError **error)
{
	GPtrArray *changes = self->klass->write (self->owner, edit->object, said, error);

	if (changes == NULL && eas_item_has (said, EAS_AIRSYNCBASE_ATTACHMENTS)) {
		g_clear_error (error);
		changes =
			self->klass->write (self->owner, edit->object, /* baseline */ NULL, error);
	}

	return changes;
}

GPtrArray *
e_eas_worker_write_after_lost_add (EEasWorker *self,
				   const EEasEdit *edit,
				   EasItem *said,
				   GError **error)
{
	GPtrArray *changes = write_rest (self, edit, said, error);
	EasSyncChange *add;

	if (changes == NULL)
		return NULL;
	add = eas_sync_change_new (EAS_CHANGE_ADD, NULL);
	add->item = self->klass->say_again != NULL ? self->klass->say_again (self->owner, said)
						   : eas_item_ref (said);
	g_ptr_array_insert (changes, 0, add);

	return changes;
}

gboolean
e_eas_worker_may_be_there (const EEasEdit *edit)
{
	return edit->kind == E_EAS_EDIT_REMOVE && is_lost_add (edit);
}

static void
recall_from (EEasWorker *self, const GPtrArray *edits)
{
	for (guint i = 0; i < edits->len; i++) {
		const EEasEdit *edit = edits->pdata[i];

		if (is_lost_add (edit))
			g_ptr_array_add (self->lost_adds, e_eas_edit_copy (edit));
	}
}

/* Read once for all that a fetch brings. */
const GPtrArray *
e_eas_worker_get_lost_adds (EEasWorker *self)
{
	g_autoptr (GPtrArray) pending = NULL;
	g_autoptr (GPtrArray) parked = NULL;

	if (self->lost_adds != NULL)
		return self->lost_adds;

	pending = e_eas_cache_pending_edits (self->cache, G_MAXUINT16);
	parked = e_eas_cache_parked_edits (self->cache, G_MAXUINT16);
	self->lost_adds = g_ptr_array_new_with_free_func ((GDestroyNotify) e_eas_edit_free);
	recall_from (self, pending);
	recall_from (self, parked);

	return self->lost_adds;
}

void
e_eas_worker_forget_lost_add (EEasEdit *edit)
{
	if (edit->server_id == NULL)
		g_clear_pointer (&edit->ancestor, g_bytes_unref);
}

/* Whether the server's keys are its clock, in seconds since 1970 (SOGo). */
static gboolean
keys_are_times (EEasWorker *self)
{
	g_autofree char *key = eas_collection_dup_key (self->collection);
	guint64 seconds = 0;

	return g_ascii_string_to_unsigned (
		key, 10, 1000000000, (guint64) e_eas_worker_now () + 24 * 60 * 60, &seconds, NULL);
}

/* An Add said again would be a second item: nothing in it tells the server that it is the same. */
static gboolean
would_double (EEasWorker *self, const EEasJournalEntry *entry)
{
	g_autoptr (EasItem) item =
		entry->expected != NULL ? eas_item_from_bytes (entry->expected, NULL) : NULL;
	g_autofree char *uid = item != NULL ? self->klass->dup_uid (item) : NULL;

	return uid == NULL && keys_are_times (self);
}

/* It was repeated as it was, with something else to be said after it, and got lost again: that
 * may be the item's own doing, which the person has changed since. */
static gboolean
was_repeated (const EEasEdit *edit, const EEasJournalEntry *entry)
{
	return edit->ancestor != NULL && entry->expected != NULL && !entry->last &&
	       g_bytes_equal (edit->ancestor, entry->expected);
}

/*
 * An Add did not show up. A server that counts in seconds does not tell of what it took
 * in the second of its last answer, nor ever of what it took from this very device
 * (SOGo). Where the person removed the item since, nothing else would ever remove it
 * there; where it is none that the server knows by its UID, it would be made a second
 * time; where it brings the server down, it is not said for ever: only a whole pass can
 * tell.
 */
static gboolean
has_lost_sight (EEasWorker *self, GPtrArray *journal)
{
	for (guint i = 0; i < journal->len; i++) {
		const EEasJournalEntry *entry = journal->pdata[i];
		g_autoptr (EEasEdit) edit = NULL;

		if (entry->kind != EAS_CHANGE_ADD)
			continue;
		edit = e_eas_cache_edit_by_id (self->cache, entry->edit_id);
		if (edit != NULL && edit->server_id == NULL &&
		    (edit->kind == E_EAS_EDIT_REMOVE || would_double (self, entry) ||
		     was_repeated (edit, entry)))
			return TRUE;
	}

	return FALSE;
}

/* Also where the folder is not believed: that proves nothing. */
static gboolean
is_in_pass (EEasWorker *self)
{
	return e_eas_cache_get_state_uint (self->cache, STATE_SWEEP) != E_EAS_SWEEP_NONE;
}

/* In a transaction. @passed: a whole pass has not brought them. */
static void
keep_lost_adds (EEasWorker *self, GPtrArray *journal, gboolean passed)
{
	for (guint i = 0; i < journal->len; i++) {
		const EEasJournalEntry *entry = journal->pdata[i];
		g_autoptr (EEasEdit) edit = NULL;

		if (entry->kind != EAS_CHANGE_ADD || entry->expected == NULL)
			continue;
		edit = e_eas_cache_edit_by_id (self->cache, entry->edit_id);
		if (edit == NULL || edit->server_id != NULL)
			continue;
		if (passed && (edit->kind == E_EAS_EDIT_REMOVE || was_repeated (edit, entry)))
			e_eas_worker_forget_lost_add (edit);
		else if (edit->ancestor == NULL)
			edit->ancestor = g_bytes_ref (entry->expected);
		e_eas_cache_put_edit (self->cache, edit);
	}
}

/*
 * A request was sent and its answer never stored. What it did is found out by a
 * fetch: the drain matches new items with the journal's Adds, and merges changed
 * ones with their edits, which settles those that arrived. What is then still in
 * the outbox did not arrive.
 */
gboolean
e_eas_worker_recover (EEasWorker *self, GError **error)
{
	g_autoptr (GPtrArray) journal = e_eas_cache_journal (self->cache);
	gboolean fetched, passed = FALSE;

	if (!e_eas_cache_check (self->cache, error))
		return FALSE;
	if (journal->len == 0)
		return TRUE;

	e_eas_worker_expect_recheck (self);
	self->journal = journal;
	fetched = e_eas_worker_fetch_all (self, error);
	if (fetched && has_lost_sight (self, journal)) {
		fetched = e_eas_worker_begin_pass (self, E_EAS_SWEEP_PASS, error) &&
			  e_eas_worker_fetch_all (self, error);
		passed = !is_in_pass (self);
	}
	self->journal = NULL;
	if (!fetched)
		return FALSE;

	e_eas_cache_begin (self->cache);
	keep_lost_adds (self, journal, passed);
	e_eas_cache_clear_journal (self->cache);

	return e_eas_worker_commit (self, error);
}

static gpointer
key_of (const EEasEdit *edit)
{
	return GSIZE_TO_POINTER ((gsize) edit->id);
}

/* By edit id. */
static GHashTable *
find_unseen_removals (EEasWorker *self)
{
	g_autoptr (GPtrArray) edits = e_eas_cache_pending_edits (self->cache, G_MAXUINT16);
	GHashTable *unseen = g_hash_table_new (NULL, NULL);

	for (guint i = 0; i < edits->len; i++) {
		if (e_eas_worker_may_be_there (edits->pdata[i]))
			g_hash_table_add (unseen, key_of (edits->pdata[i]));
	}

	return unseen;
}

/* After a whole pass that was begun for them: what it did not bring is not there. */
static gboolean
settle_unseen_removals (EEasWorker *self, GError **error)
{
	g_autoptr (GPtrArray) edits = e_eas_cache_pending_edits (self->cache, G_MAXUINT16);
	g_autoptr (GHashTable) looked_for = g_steal_pointer (&self->looked_for);

	e_eas_cache_begin (self->cache);
	for (guint i = 0; i < edits->len; i++) {
		EEasEdit *edit = edits->pdata[i];

		if (!e_eas_worker_may_be_there (edit) ||
		    !g_hash_table_contains (looked_for, key_of (edit)))
			continue;
		e_eas_worker_forget_lost_add (edit);
		e_eas_cache_put_edit (self->cache, edit);
	}

	return e_eas_worker_commit (self, error);
}

/* A pass that broke off is gone on with by the next fetch, and not begun again. */
gboolean
e_eas_worker_look_for_removed (EEasWorker *self, GError **error)
{
	g_autoptr (GHashTable) unseen = find_unseen_removals (self);
	gboolean begins = self->looked_for == NULL;

	if (self->in_chain)
		return TRUE;
	if (g_hash_table_size (unseen) == 0) {
		g_clear_pointer (&self->looked_for, g_hash_table_unref);
		return TRUE;
	}
	if (begins) {
		if (!e_eas_worker_begin_pass (self, E_EAS_SWEEP_PASS, error))
			return FALSE;
		self->looked_for = g_hash_table_ref (unseen);
	}
	if (is_in_pass (self) && (begins || self->held == NULL) &&
	    !e_eas_worker_fetch_all (self, error))
		return FALSE;

	/* A folder that is not believed proves nothing. */
	return is_in_pass (self) || settle_unseen_removals (self, error);
}

/* ---- another version ---- */

/* What an Add said, on its way from one version to another. */
typedef struct {
	GBytes **said; /* borrowed: an edit's or a journal entry's */
	char *object;  /* NULL: it cannot be read */
} Wording;

static void
wording_free (gpointer data)
{
	Wording *wording = data;

	g_free (wording->object);
	g_free (wording);
}

/* Below 16.0 nobody tells of files. */
static EasItem *
without_files (EEasWorker *self, const EasItem *item)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autoptr (EasItem) nothing = eas_item_builder_finish (builder);

	return self->klass->learn_files (item, nothing);
}

static void
read_wording (
	EEasWorker *self, GPtrArray *wordings, const char *uid, GBytes **said, EasVersion next)
{
	g_autoptr (EasItem) item = *said != NULL ? eas_item_from_bytes (*said, NULL) : NULL;
	Wording *wording;

	if (item == NULL)
		return;
	if (next < EAS_VERSION_16_0 && self->klass->learn_files != NULL) {
		g_autoptr (EasItem) bare = without_files (self, item);

		eas_item_unref (item);
		item = g_steal_pointer (&bare);
	}
	wording = g_new0 (Wording, 1);
	wording->said = said;
	wording->object = self->klass->dup_object (self->owner, uid, item, NULL);
	g_ptr_array_add (wordings, wording);
}

/* An Add is one change; what else an object needs is said after it. */
static void
write_wording (EEasWorker *self, Wording *wording)
{
	g_autoptr (GPtrArray) changes =
		wording->object != NULL
			? self->klass->write (self->owner, wording->object, NULL, NULL)
			: NULL;
	g_autoptr (EasItem) item = NULL;

	if (changes == NULL || changes->len == 0)
		return;
	g_ptr_array_set_size (changes, 1);
	item = self->klass->apply (self->owner, NULL, changes);
	if (item == NULL)
		return;
	g_bytes_unref (*wording->said);
	*wording->said = eas_item_to_bytes (item);
}

/* In a transaction. */
static void
store_wordings (EEasWorker *self, GPtrArray *edits, GPtrArray *journal)
{
	for (guint i = 0; i < edits->len; i++)
		e_eas_cache_put_edit (self->cache, edits->pdata[i]);
	e_eas_cache_clear_journal (self->cache);
	for (guint i = 0; i < journal->len; i++)
		e_eas_cache_put_journal (self->cache, journal->pdata[i]);
}

static GPtrArray *
copy_lost_adds (EEasWorker *self)
{
	const GPtrArray *lost = e_eas_worker_get_lost_adds (self);
	GPtrArray *copies = g_ptr_array_new_with_free_func ((GDestroyNotify) e_eas_edit_free);

	for (guint i = 0; i < lost->len; i++)
		g_ptr_array_add (copies, e_eas_edit_copy (lost->pdata[i]));

	return copies;
}

static void
read_wordings (EEasWorker *self,
	       GPtrArray *wordings,
	       GPtrArray *edits,
	       GPtrArray *journal,
	       EasVersion next)
{
	for (guint i = 0; i < edits->len; i++) {
		EEasEdit *edit = edits->pdata[i];

		if (edit->client_id != NULL) /* what is moved is not said */
			read_wording (self, wordings, edit->uid, &edit->ancestor, next);
	}
	for (guint i = 0; i < journal->len; i++) {
		EEasJournalEntry *entry = journal->pdata[i];

		if (entry->kind == EAS_CHANGE_ADD && entry->client_id != NULL)
			read_wording (self, wordings, entry->uid, &entry->expected, next);
	}
}

/* The other classes say a new item in the same words in all versions. */
void
e_eas_worker_change_version (EEasWorker *self, EasVersion next)
{
	g_autoptr (GPtrArray) wordings = g_ptr_array_new_with_free_func (wording_free);
	g_autoptr (GPtrArray) journal = e_eas_cache_journal (self->cache);
	g_autoptr (GPtrArray) edits = NULL;

	g_clear_pointer (&self->lost_adds, g_ptr_array_unref);
	edits = copy_lost_adds (self);
	if (self->klass->klass == EAS_CLASS_CALENDAR)
		read_wordings (self, wordings, edits, journal, next);
	e_eas_worker_set_version (self, next);
	if (wordings->len == 0)
		return;

	for (guint i = 0; i < wordings->len; i++)
		write_wording (self, wordings->pdata[i]);
	store_wordings (self, edits, journal);
	g_clear_pointer (&self->lost_adds, g_ptr_array_unref);
}
