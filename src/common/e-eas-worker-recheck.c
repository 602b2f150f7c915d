/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A second look after a Change. Somebody may edit the item between our last fetch and
 * our Change. A server that sees conflicts says Status 7 then. One that does not lays
 * the Change over the other edit and takes it for a sign that we know all of the item
 * (SOGo): we would show what is not true, and write it back one day.
 *
 * Such a server gives itself away. It keeps no state of what it was given, so that the
 * key of its answer is the one that we sent, where the specification wants a new one.
 * There, and only there, the server is asked once more as if an answer had been lost:
 * when the next fetch has moved the key, another one follows from the key before it,
 * and brings what we changed as it is now. That is done as soon as the second of our
 * last Change is over, of which it tells nothing else either, and before an item is
 * changed again that was not looked at since: up to 14.1 all of it is sent. A burst of
 * edits costs two requests more, which nobody waits for.
 *
 * A server that does not know the key before gets the newer one, and is not asked so again.
 *
 * Source: [MS-ASCMD] 2.2.3.181.4 SyncKey (Sync), 2.2.3.34 Conflict.
 */

#include "e-eas-worker-private.h"

#define RECHECK_DELAY  (2 * G_TIME_SPAN_SECOND)
#define RECHECK_WINDOW 500 /* another one than at other times */

/* STATE_RECHECK: what is known of the server. */
typedef enum { RECHECK_UNKNOWN, RECHECK_USEFUL, RECHECK_IMPOSSIBLE } EEasRecheck;

void
e_eas_worker_set_key (EEasWorker *self, const char *key)
{
	e_eas_cache_set_state (self->cache, STATE_KEY, key);
	e_eas_cache_set_state (self->cache, STATE_KEY_AHEAD, NULL);
	if (g_str_equal (key, "0"))
		e_eas_cache_set_state (self->cache, STATE_KEY_BEHIND, NULL);
}

void
e_eas_worker_note_change (EEasWorker *self, const char *server_id, GBytes *before)
{
	if (!g_hash_table_contains (self->changed, server_id))
		g_hash_table_insert (self->changed, g_strdup (server_id), g_bytes_ref (before));
}

static void
stay_behind (EEasWorker *self, const char *key)
{
	g_autofree char *behind = e_eas_cache_dup_state (self->cache, STATE_KEY_BEHIND);

	if (behind == NULL)
		e_eas_cache_set_state (self->cache, STATE_KEY_BEHIND, key);
}

void
e_eas_worker_judge_key (EEasWorker *self, const EasWindow *window)
{
	EEasRecheck habit = e_eas_cache_get_state_uint (self->cache, STATE_RECHECK);
	gboolean still = g_strcmp0 (window->key, window->base_key) == 0;

	if (still && habit == RECHECK_UNKNOWN)
		e_eas_cache_set_state_uint (self->cache, STATE_RECHECK, RECHECK_USEFUL);
	if (g_hash_table_size (self->changed) == 0 || !still || habit == RECHECK_IMPOSSIBLE)
		return;

	self->recheck_at = g_get_monotonic_time () + RECHECK_DELAY;
	stay_behind (self, window->base_key);
}

/* What a request did whose answer was lost, such a server takes for known, too. */
void
e_eas_worker_expect_recheck (EEasWorker *self)
{
	g_autofree char *key = e_eas_cache_dup_state (self->cache, STATE_KEY);

	if (key == NULL || g_str_equal (key, "0") ||
	    e_eas_cache_get_state_uint (self->cache, STATE_RECHECK) != RECHECK_USEFUL)
		return;

	self->recheck_at = 0;
	e_eas_cache_begin (self->cache);
	stay_behind (self, key);
	e_eas_cache_commit (self->cache, NULL); /* where it fails, nothing after it will work */
}

gboolean
e_eas_worker_is_unsure_of (EEasWorker *self, const EEasEdit *edit)
{
	return edit->server_id != NULL && g_hash_table_contains (self->changed, edit->server_id);
}

static gboolean
go_to (EEasWorker *self, const char *key, const char *ahead, GError **error)
{
	e_eas_cache_begin (self->cache);
	e_eas_worker_set_key (self, key);
	if (ahead != NULL) {
		e_eas_cache_set_state (self->cache, STATE_KEY_AHEAD, ahead);
		e_eas_cache_set_state (self->cache, STATE_KEY_BEHIND, NULL);
	} else {
		e_eas_cache_set_state_uint (self->cache, STATE_RECHECK, RECHECK_IMPOSSIBLE);
	}
	if (!e_eas_worker_commit (self, error))
		return FALSE;
	e_eas_worker_sync_collection (self);

	return TRUE;
}

gboolean
e_eas_worker_step_back (EEasWorker *self, gboolean *out_again, GError **error)
{
	g_autofree char *behind = e_eas_cache_dup_state (self->cache, STATE_KEY_BEHIND);
	g_autofree char *key = NULL;

	self->stepped_back = FALSE;
	if (behind == NULL) {
		g_hash_table_remove_all (self->changed);
		return TRUE;
	}

	key = e_eas_cache_dup_state (self->cache, STATE_KEY);
	if (g_strcmp0 (behind, key) == 0 || self->recheck_at > g_get_monotonic_time () ||
	    e_eas_cache_get_state_uint (self->cache, STATE_SWEEP) != E_EAS_SWEEP_NONE)
		return TRUE;

	self->stepped_back = TRUE;
	*out_again = TRUE;

	return go_to (self, behind, key, error);
}

/* The same request with the key before is answered as it was before. */
guint
e_eas_worker_window_size (EEasWorker *self)
{
	return self->stepped_back ? RECHECK_WINDOW : 0;
}

gboolean
e_eas_worker_step_ahead (EEasWorker *self, gboolean *out_stepped, GError **error)
{
	g_autofree char *ahead = e_eas_cache_dup_state (self->cache, STATE_KEY_AHEAD);

	*out_stepped = ahead != NULL;

	return ahead == NULL || go_to (self, ahead, NULL, error);
}

void
e_eas_worker_plan_recheck (EEasWorker *self)
{
	g_autofree char *behind = e_eas_cache_dup_state (self->cache, STATE_KEY_BEHIND);

	if (behind == NULL || self->recheck_at <= g_get_monotonic_time ())
		return;

	g_mutex_lock (&self->lock);
	if (self->look_at == 0 || self->look_at > self->recheck_at)
		self->look_at = self->recheck_at;
	g_mutex_unlock (&self->lock);
}

static EasItem *
read_item (GBytes *bytes)
{
	return bytes != NULL ? eas_item_from_bytes (bytes, NULL) : NULL;
}

/*
 * What was sent, in the server's own words, is where @edit starts from that came since:
 * what the server has made of our Change is not another person's edit.
 */
void
e_eas_worker_reword (EEasWorker *self, EEasEdit *edit, const EEasRow *row, EasItem *theirs)
{
	g_autoptr (EasItem) before = NULL;
	g_autoptr (EasItem) sent = NULL;
	g_autoptr (EasItem) reworded = NULL;

	if (!self->stepped_back || edit->ancestor == NULL ||
	    !g_bytes_equal (edit->ancestor, row->body))
		return;
	before = read_item (g_hash_table_lookup (self->changed, row->server_id));
	sent = before != NULL ? read_item (row->body) : NULL;
	if (sent == NULL)
		return;

	reworded = e_eas_merge_reword (before, sent, theirs, &self->klass->merge);
	g_bytes_unref (edit->ancestor);
	edit->ancestor = eas_item_to_bytes (reworded);
}
