/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What was moved into this folder (e-eas-worker-move.c) is here before the folder's own
 * state on the server has told of it, and a server never says that an item is gone that
 * it has not told of. If somebody deletes it in between, it would be shown for ever.
 *
 * So it is awaited: the folder's next Sync has to tell of it. Where a whole fetch brings
 * nothing of it, the server is asked for this one item. Where it says that there is none,
 * it is gone. Where it cannot say (SOGo breaks on an event that is gone), a whole pass
 * decides, which brings all that there is. Nothing is removed for want of an answer.
 */

#include "e-eas-worker-private.h"

#define STATE_MOVED "moved-here" /* ServerIds, a line each */

void
e_eas_worker_load_moved (EEasWorker *self)
{
	g_autofree char *text = e_eas_cache_dup_state (self->cache, STATE_MOVED);
	g_auto (GStrv) ids = g_strsplit (text != NULL ? text : "", "\n", -1);

	self->moved = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; ids[i] != NULL; i++)
		g_hash_table_add (self->moved, g_strdup (ids[i]));
}

/* In a transaction. */
static void
store_moved (EEasWorker *self)
{
	g_autofree char **ids = (char **) g_hash_table_get_keys_as_array (self->moved, NULL);
	g_autofree char *text = g_strjoinv ("\n", ids);

	e_eas_cache_set_state (self->cache, STATE_MOVED, *text != '\0' ? text : NULL);
}

void
e_eas_worker_await_moved (EEasWorker *self, const char *server_id)
{
	g_hash_table_add (self->moved, g_strdup (server_id));
	store_moved (self);
}

void
e_eas_worker_note_told (EEasWorker *self, const char *server_id)
{
	if (g_hash_table_remove (self->moved, server_id))
		store_moved (self);
}

EEasWhereabouts
e_eas_worker_ask_whether_here (EEasWorker *self, const char *server_id, GError **error)
{
	g_autoptr (EEasRow) row = e_eas_cache_row_by_id (self->cache, server_id);
	g_autoptr (EasOperationResult) result = NULL;
	g_autoptr (GError) local_error = NULL;

	if (row == NULL)
		return E_EAS_GONE;
	result = e_eas_worker_ask_for_item (self, server_id, &local_error);
	if (result != NULL)
		return result->item != NULL ? E_EAS_HERE : E_EAS_UNKNOWN;
	if (g_error_matches (local_error, EAS_ERROR, EAS_ERROR_ITEM_NOT_FOUND))
		return E_EAS_GONE;
	if (e_eas_worker_is_trouble_of_item (local_error) ||
	    e_eas_worker_breaks_on_it (local_error))
		return E_EAS_UNKNOWN;
	g_propagate_error (error, g_steal_pointer (&local_error));

	return E_EAS_UNREACHABLE;
}

static gboolean
settle (EEasWorker *self, const char *server_id, EEasWhereabouts where, GError **error)
{
	e_eas_cache_begin (self->cache);
	if (where == E_EAS_GONE)
		e_eas_worker_take_deletion (self, server_id, /* soft */ FALSE);
	e_eas_worker_note_told (self, server_id);

	return e_eas_worker_commit (self, error);
}

/* Begun before anything is forgotten: where it breaks off, the next fetch goes on with it. */
static gboolean
let_pass_decide (EEasWorker *self, GError **error)
{
	if (!e_eas_worker_begin_pass (self, E_EAS_SWEEP_PASS, error))
		return FALSE;
	e_eas_cache_begin (self->cache);
	g_hash_table_remove_all (self->moved);
	store_moved (self);

	return e_eas_worker_commit (self, error) && e_eas_worker_fetch_all (self, error);
}

gboolean
e_eas_worker_confirm_moved (EEasWorker *self, GError **error)
{
	g_autoptr (GPtrArray) ids = NULL;
	GHashTableIter iter;
	gpointer id;

	/* A folder that is not believed proves nothing either way. */
	if (g_hash_table_size (self->moved) == 0 || self->held != NULL)
		return TRUE;

	ids = g_ptr_array_new_with_free_func (g_free);
	g_hash_table_iter_init (&iter, self->moved);
	while (g_hash_table_iter_next (&iter, &id, NULL))
		g_ptr_array_add (ids, g_strdup (id));
	for (guint i = 0; i < ids->len; i++) {
		EEasWhereabouts where = e_eas_worker_ask_whether_here (self, ids->pdata[i], error);

		if (where == E_EAS_UNREACHABLE ||
		    (where != E_EAS_UNKNOWN && !settle (self, ids->pdata[i], where, error)))
			return FALSE;
	}

	return g_hash_table_size (self->moved) == 0 || let_pass_decide (self, error);
}
