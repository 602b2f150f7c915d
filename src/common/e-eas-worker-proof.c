/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A folder that is empty all of a sudden is believed when the account is seen to be in
 * order: in quarantine no folder shows anything, but for a notice in the Inbox
 * (pitfall 43). Other folders that are open here say by their status files when they
 * last showed an item. Where there is none, mail is looked at: the Sent, Deleted and
 * Drafts folders of a mailbox in use are hardly all empty. One mail that the server
 * shows now is proof; none is no proof of anything, and the folder stays held.
 */

#include "e-eas-watch-file.h"

#include "e-eas-worker-private.h"

static gboolean
is_of_items (const char *klass)
{
	static const EasClass classes[] = { EAS_CLASS_CALENDAR, EAS_CLASS_CONTACTS, EAS_CLASS_TASKS,
					    EAS_CLASS_NOTES };

	for (guint i = 0; i < G_N_ELEMENTS (classes); i++) {
		if (g_strcmp0 (klass, eas_class_to_string (classes[i])) == 0)
			return TRUE;
	}

	return FALSE; /* in quarantine the Inbox shows a notice */
}

/* Whether the status file at @path is another folder's, which was told of an item after @since. */
static gboolean
has_shown_since (EEasWorker *self, const char *path, gint64 since)
{
	g_autoptr (GKeyFile) file = g_key_file_new ();
	g_autofree char *id = NULL;
	g_autofree char *klass = NULL;

	if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
		return FALSE;
	id = g_key_file_get_string (file, E_EAS_STATUS_GROUP, "id", NULL);
	klass = g_key_file_get_string (file, E_EAS_STATUS_GROUP, "class", NULL);

	return g_strcmp0 (id, self->folder_id) != 0 && is_of_items (klass) &&
	       !g_key_file_has_key (file, E_EAS_STATUS_GROUP, "held", NULL) &&
	       g_key_file_get_int64 (file, E_EAS_STATUS_GROUP, "last-news", NULL) > since;
}

static gboolean
others_have_shown_since (EEasWorker *self, gint64 since)
{
	g_autofree char *directory = e_eas_worker_dup_status_directory (self);
	g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
	const char *name;
	gboolean found = FALSE;

	while (dir != NULL && !found && (name = g_dir_read_name (dir)) != NULL) {
		g_autofree char *path = g_build_filename (directory, name, NULL);

		found = has_shown_since (self, path, since);
	}

	return found;
}

/* --- Mail --- */

/* Its key is its owner's: a folder that somebody has open is not asked about from here. */
static gboolean
is_watched (const GPtrArray *watchers, const char *id)
{
	for (guint i = 0; i < watchers->len; i++) {
		if (g_strcmp0 (((EasPushWatcher *) watchers->pdata[i])->folder_id, id) == 0)
			return TRUE;
	}

	return FALSE;
}

static gboolean
shows_mail (EEasWorker *self, const EasFolder *folder)
{
	g_autoptr (EasCollection) collection =
		eas_collection_new (folder->id, EAS_CLASS_EMAIL, NULL);
	g_autoptr (EasWindow) window = NULL;

	eas_collection_set_filter_type (collection, 0); /* of whatever age */
	window = eas_client_pull_sync (self->client, collection, /* window_size */ 1,
				       /* supported */ NULL, self->cancellable, NULL);
	for (guint i = 0; window != NULL && i < window->commands->len; i++) {
		if (((EasSyncChange *) window->commands->pdata[i])->kind == EAS_CHANGE_ADD)
			return TRUE;
	}

	return FALSE;
}

static gboolean
mail_is_shown (EEasWorker *self)
{
	static const EasFolderType types[] = { EAS_FOLDER_SENT, EAS_FOLDER_DELETED,
					       EAS_FOLDER_DRAFTS };
	g_autoptr (EasAccountData) data = eas_client_dup_data (self->client);
	g_autoptr (GPtrArray) folders = eas_account_data_dup_folders (data);
	g_autoptr (GPtrArray) watchers =
		e_eas_watch_file_list (e_eas_account_get_directory (self->account));

	for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
		for (guint j = 0; j < folders->len; j++) {
			const EasFolder *folder = folders->pdata[j];

			if (folder->type == types[i] && !is_watched (watchers, folder->id) &&
			    shows_mail (self, folder))
				return TRUE;
		}
	}

	return FALSE;
}

gboolean
e_eas_worker_account_is_in_order (EEasWorker *self, gint64 since)
{
	return others_have_shown_since (self, since) || mail_is_shown (self);
}
