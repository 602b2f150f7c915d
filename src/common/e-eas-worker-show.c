/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What there is to show for an item: an edit that is still to be sent, or what the server
 * has; and what is to be done where that cannot be read back.
 */

#include <glib/gi18n-lib.h>

#include "e-eas-worker-private.h"

static gboolean
is_readable (GBytes *body)
{
	g_autoptr (EasItem) item = body != NULL ? eas_item_from_bytes (body, NULL) : NULL;

	return item != NULL;
}

gboolean
e_eas_worker_find_damage (EEasWorker *self, const char *uid, GError **error)
{
	g_autoptr (EEasEdit) pending = e_eas_cache_edit_by_uid (self->cache, uid);
	g_autoptr (EEasRow) row = e_eas_cache_row_by_uid (self->cache, uid);

	if (pending != NULL || row == NULL || is_readable (row->body))
		return FALSE;

	/* With its own hash it would be taken for known when it comes again. */
	e_eas_cache_begin (self->cache);
	e_eas_cache_put_row (self->cache, row->server_id, row->uid, /* hash */ 0, row->generation,
			     row->body, row->problem);
	e_eas_cache_commit (self->cache, NULL);
	g_mutex_lock (&self->lock);
	self->damaged = TRUE;
	g_cond_signal (&self->wake);
	g_mutex_unlock (&self->lock);
	eas_set_error (error, EAS_ERROR_STORE, NULL, 0, 0,
		       _ ("The local copy of this item was damaged; it is fetched anew. Try again "
			  "in a moment"));

	return TRUE;
}

gboolean
e_eas_worker_load (EEasWorker *self,
		   const char *uid,
		   char **out_server_id,
		   EasItem **out_item,
		   char **out_object)
{
	g_autoptr (EEasEdit) pending = e_eas_cache_edit_by_uid (self->cache, uid);
	g_autoptr (EEasRow) row = NULL;
	g_autoptr (EasItem) item = NULL;

	if (pending != NULL) {
		if (pending->kind == E_EAS_EDIT_REMOVE)
			return FALSE;
		*out_server_id = g_strdup (pending->server_id);
		*out_item = NULL;
		*out_object = g_steal_pointer (&pending->object);
		return TRUE;
	}

	row = e_eas_cache_row_by_uid (self->cache, uid);
	item = row != NULL && row->problem == NULL && row->body != NULL
		       ? eas_item_from_bytes (row->body, NULL)
		       : NULL;
	if (item == NULL)
		return FALSE;

	*out_server_id = g_strdup (row->server_id);
	*out_item = g_steal_pointer (&item);
	*out_object = NULL;

	return TRUE;
}

void
e_eas_worker_show (EEasWorker *self, const char *uid)
{
	g_autofree char *server_id = NULL;
	g_autoptr (EasItem) item = NULL;
	g_autofree char *object = NULL;
	gboolean shown;

	/* What is shown is right, until it comes again. */
	if (e_eas_worker_find_damage (self, uid, NULL))
		return;
	e_eas_cache_begin (self->cache);
	if (e_eas_worker_load (self, uid, &server_id, &item, &object))
		shown = self->klass->put (self->owner, uid, server_id, item, object, NULL);
	else
		shown = self->klass->remove (self->owner, uid, NULL);
	if (!shown)
		e_eas_cache_fail (self->cache);
	self->klass->flush (self->owner, e_eas_cache_commit (self->cache, NULL));
}

gboolean
e_eas_worker_is_shown (EEasWorker *self, const char *uid)
{
	return e_eas_cache_is_shown (self->cache, uid);
}
