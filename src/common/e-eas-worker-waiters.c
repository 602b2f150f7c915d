/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Those who wait for the outcome of an edit: it is acknowledged, refused, or put off. */

#include "e-eas-worker-private.h"

static EEasWaiter *
find_waiter (EEasWorker *self, gint64 edit_id)
{
	for (guint i = 0; i < self->waiters->len; i++) {
		EEasWaiter *waiter = self->waiters->pdata[i];

		if (waiter->edit_id == edit_id && !waiter->done)
			return waiter;
	}

	return NULL;
}

gboolean
e_eas_worker_is_awaited (EEasWorker *self, const EEasEdit *edit)
{
	gboolean awaited;

	g_mutex_lock (&self->lock);
	awaited = find_waiter (self, edit->id) != NULL;
	g_mutex_unlock (&self->lock);

	return awaited;
}

gboolean
e_eas_worker_has_waiters (EEasWorker *self)
{
	gboolean has = FALSE;

	g_mutex_lock (&self->lock);
	for (guint i = 0; i < self->waiters->len && !has; i++)
		has = !((EEasWaiter *) self->waiters->pdata[i])->done;
	g_mutex_unlock (&self->lock);

	return has;
}

/* The edit before @refused, with what the server has accepted since. */
static void
restore_edit (EEasWorker *self, const EEasEdit *previous, const EEasEdit *refused)
{
	g_autoptr (EEasEdit) edit = e_eas_edit_copy (refused);

	edit->kind = previous->kind;
	edit->parked = previous->parked;
	g_free (edit->object);
	edit->object = g_strdup (previous->object);
	g_free (edit->reason);
	edit->reason = g_strdup (previous->reason);
	e_eas_cache_put_edit (self->cache, edit);
}

/* A part of @refused may have reached the server: that is what there is to show. */
void
e_eas_worker_drop_edit (EEasWorker *self, const EEasEdit *refused)
{
	g_autoptr (EEasRow) row = NULL;
	g_autoptr (EasItem) item = NULL;

	e_eas_cache_remove_edit (self->cache, refused->id);
	if (refused->server_id != NULL)
		row = e_eas_cache_row_by_id (self->cache, refused->server_id);
	if (row != NULL && row->problem == NULL)
		item = eas_item_from_bytes (row->body, NULL);
	if (item != NULL &&
	    !self->klass->put (self->owner, refused->uid, row->server_id, item, NULL, NULL))
		e_eas_cache_fail (self->cache);
}

/* In a transaction: the outbox goes back to what it was before the refused edit. */
gboolean
e_eas_worker_refuse (EEasWorker *self, const EEasEdit *edit, const GError *why)
{
	g_autoptr (EEasEdit) previous = NULL;
	EEasWaiter *waiter;

	g_mutex_lock (&self->lock);
	waiter = find_waiter (self, edit->id);
	if (waiter != NULL) {
		waiter->done = TRUE;
		waiter->error = g_error_copy (why);
		previous = g_steal_pointer (&waiter->previous);
		g_cond_broadcast (&self->answered);
	}
	g_mutex_unlock (&self->lock);

	if (waiter == NULL)
		return FALSE;
	if (previous != NULL)
		restore_edit (self, previous, edit);
	else
		e_eas_worker_drop_edit (self, edit);

	return TRUE;
}

/* Something became of @edit_id: gone means acknowledged, put off means that waiting is over. */
void
e_eas_worker_answer (EEasWorker *self, gint64 edit_id, guint version)
{
	g_autoptr (EEasEdit) edit = e_eas_cache_edit_by_id (self->cache, edit_id);
	gboolean readable = e_eas_cache_check (self->cache, NULL);
	gboolean put_off = g_hash_table_contains (self->tried, GSIZE_TO_POINTER ((gsize) edit_id));
	EEasWaiter *waiter;

	if (edit != NULL && !put_off)
		return;

	g_mutex_lock (&self->lock);
	waiter = find_waiter (self, edit_id);
	if (waiter != NULL && waiter->version <= version) {
		waiter->done = TRUE;
		waiter->pending = edit != NULL || !readable;
		g_cond_broadcast (&self->answered);
	}
	g_mutex_unlock (&self->lock);
}

/* At the end of a cycle: a fetch may have settled what somebody waits for. */
void
e_eas_worker_answer_all (EEasWorker *self)
{
	g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));

	g_mutex_lock (&self->lock);
	for (guint i = 0; i < self->waiters->len; i++) {
		EEasWaiter *waiter = self->waiters->pdata[i];

		if (!waiter->done)
			g_array_append_val (ids, waiter->edit_id);
	}
	g_mutex_unlock (&self->lock);

	for (guint i = 0; i < ids->len; i++)
		e_eas_worker_answer (self, g_array_index (ids, gint64, i), G_MAXUINT);
}

void
e_eas_worker_release (EEasWorker *self)
{
	g_mutex_lock (&self->lock);
	for (guint i = 0; i < self->waiters->len; i++) {
		EEasWaiter *waiter = self->waiters->pdata[i];

		if (!waiter->done) {
			waiter->done = TRUE;
			waiter->pending = TRUE;
		}
	}
	g_cond_broadcast (&self->answered);
	g_mutex_unlock (&self->lock);
}
