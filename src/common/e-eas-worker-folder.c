/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which folder of the server a worker stands for. After a move of the mailbox all
 * ids are others (pitfall 2): the registry finds the folder again and writes its new
 * id into the child source. The worker follows: nothing here is removed, no id of an
 * item counts any more, and a pass from the first key finds the items again by their
 * UID or content (drain). Edits wait in the outbox until then.
 */

#include <glib/gi18n-lib.h>

#include "eas-flow-folders.h"

#include "e-source-eas-folder.h"

#include "e-eas-worker-private.h"

char *
e_eas_worker_dup_folder_id (ESource *source, GError **error)
{
	ESourceEasFolder *folder = e_source_get_extension (source, E_SOURCE_EXTENSION_EAS_FOLDER);
	char *id = e_source_eas_folder_dup_id (folder);

	if (id == NULL) {
		g_autofree char *name = e_source_dup_display_name (source);

		eas_set_error (error, EAS_ERROR_FOLDER_NOT_FOUND, NULL, 0, 0,
			       _ ("“%s” names no folder of the server"), name);
	}

	return id;
}

/* Ids that may by chance be those of other items now are made ones that no server gives. */
static gboolean
leave_folder (EEasWorker *self, const char *new_id, GError **error)
{
	guint generation = e_eas_cache_get_state_uint (self->cache, STATE_GENERATION);

	e_eas_cache_begin (self->cache);
	e_eas_cache_remove_arrivals (self->cache, G_MAXINT64);
	e_eas_cache_void_ids (self->cache);
	e_eas_worker_set_key (self, "0");
	e_eas_cache_set_state_uint (self->cache, STATE_GENERATION, generation + 1);
	e_eas_cache_set_state_uint (self->cache, STATE_SWEEP, E_EAS_SWEEP_PASS);
	e_eas_cache_set_state (self->cache, STATE_VERIFY, NULL);
	e_eas_cache_set_state (self->cache, STATE_FOLDER, new_id);

	return e_eas_cache_commit (self->cache, error);
}

gboolean
e_eas_worker_check_folder (EEasWorker *self, GError **error)
{
	g_autofree char *stored = e_eas_cache_dup_state (self->cache, STATE_FOLDER);

	if (g_strcmp0 (stored, self->folder_id) == 0)
		return TRUE;
	if (stored != NULL)
		return leave_folder (self, self->folder_id, error);

	e_eas_cache_begin (self->cache);
	e_eas_cache_set_state (self->cache, STATE_FOLDER, self->folder_id);

	return e_eas_cache_commit (self->cache, error);
}

gboolean
e_eas_worker_follow_folder (EEasWorker *self, GError **error)
{
	g_autofree char *id = e_eas_worker_dup_folder_id (self->source, error);

	if (id == NULL)
		return FALSE;
	if (strcmp (id, self->folder_id) == 0)
		return TRUE;
	if (!leave_folder (self, id, error))
		return FALSE;

	e_eas_worker_remove_status (self);
	g_free (self->folder_id);
	self->folder_id = g_steal_pointer (&id);
	self->verify = FALSE;
	e_eas_worker_make_collection (self, NULL);
	e_eas_worker_start_watch (self);
	g_mutex_lock (&self->lock);
	self->fetch_wanted = TRUE;
	g_mutex_unlock (&self->lock);

	return TRUE;
}

/* The folder as the server lists it now; NULL: there is none of this id and kind any more. */
static const EasFolder *
find_own (EEasWorker *self, const GPtrArray *folders)
{
	for (guint i = 0; i < folders->len; i++) {
		const EasFolder *folder = folders->pdata[i];

		if (strcmp (folder->id, self->folder_id) == 0 &&
		    eas_class_of_folder (folder->type) == self->klass->klass)
			return folder;
	}

	return NULL;
}

/*
 * A server that has forgotten the key may be another one, where the same id names
 * another folder: reading that one would take all items here for gone.
 */
gboolean
e_eas_worker_verify_folder (EEasWorker *self, GError **error)
{
	ESourceEasFolder *extension =
		e_source_get_extension (self->source, E_SOURCE_EXTENSION_EAS_FOLDER);
	g_autofree char *name = e_source_eas_folder_dup_server_name (extension);
	g_autoptr (GPtrArray) folders = NULL;
	const EasFolder *folder;

	folders = eas_client_run_sync (self->client,
				       eas_flow_folders_refresh_new (/* newer_than */ G_MAXUINT64),
				       self->cancellable, error);
	if (folders == NULL)
		return FALSE;

	folder = find_own (self, folders);
	if (folder != NULL && (name == NULL || g_strcmp0 (folder->name, name) == 0))
		return TRUE;

	/* The registry sees the same list; its news wake us. */
	eas_set_error (error, EAS_ERROR_HIERARCHY, NULL, 0, 0,
		       _ ("The folders of the account have changed on the server"));

	return FALSE;
}
