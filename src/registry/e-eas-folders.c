/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Each change lists the folders first: another device may have changed them, and a
 * key that is behind makes some servers forget to tell of it (FolderSync, then the
 * change, [MS-ASCMD] 2.2.1.3 to 2.2.1.6).
 */

#include <glib/gi18n-lib.h>

#include "eas-flow-folders.h"

#include "e-source-eas-folder.h"

#include "e-eas-folders.h"

#define DATA_NAME "eas-rename"
#define ROOT      "0"

/* What a kind of source is on the server. */
static const struct {
	const char *extension;
	guint type;
	EasClass klass;
} kinds[] = {
	{ E_SOURCE_EXTENSION_CALENDAR, EAS_FOLDER_USER_CALENDAR, EAS_CLASS_CALENDAR },
	{ E_SOURCE_EXTENSION_TASK_LIST, EAS_FOLDER_USER_TASKS, EAS_CLASS_TASKS },
	{ E_SOURCE_EXTENSION_MEMO_LIST, EAS_FOLDER_USER_NOTES, EAS_CLASS_NOTES },
	{ E_SOURCE_EXTENSION_ADDRESS_BOOK, EAS_FOLDER_USER_CONTACTS, EAS_CLASS_CONTACTS },
};

static ESourceEasFolder *
get_folder (ESource *child)
{
	return e_source_get_extension (child, E_SOURCE_EXTENSION_EAS_FOLDER);
}

/* A client that knows the folders as they are now; NULL: the server cannot be asked. */
static EasClient *
prepare (EEasAccount *account, GCancellable *cancellable, GError **error)
{
	g_autoptr (EasClient) client = NULL;
	g_autoptr (GPtrArray) folders = NULL;

	client = e_eas_account_ref_client (account, error);
	if (client == NULL || !e_eas_account_ensure_password (account, cancellable, error))
		return NULL;
	folders = eas_client_run_sync (client, eas_flow_folders_refresh_new (G_MAXUINT64),
				       cancellable, error);
	if (folders == NULL) {
		g_prefix_error (error,
				"%s: ", _ ("The server cannot be asked now; nothing was changed"));
		return NULL;
	}

	return g_steal_pointer (&client);
}

static gboolean
check_name (const char *name, GError **error)
{
	g_autofree char *stripped = name != NULL ? g_strstrip (g_strdup (name)) : NULL;

	if (stripped != NULL && *stripped != '\0')
		return TRUE;
	eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0, _ ("The folder needs a name"));

	return FALSE;
}

static gboolean
find_type (ESource *scratch, EasVersion version, guint *out_type, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
		if (!e_source_has_extension (scratch, kinds[i].extension))
			continue;
		if (!eas_class_syncs_in (kinds[i].klass, version)) {
			eas_set_error (error, EAS_ERROR_NOT_SUPPORTED, NULL, 0, 0,
				       _ ("This server has no notes; choose another place for the "
					  "list"));
			return FALSE;
		}
		*out_type = kinds[i].type;
		return TRUE;
	}
	eas_set_error (error, EAS_ERROR_NOT_SUPPORTED, NULL, 0, 0,
		       _ ("Only calendars, task lists, notes and address books can be made here"));

	return FALSE;
}

char *
e_eas_folders_create_sync (EEasAccount *account,
			   ESource *scratch,
			   GCancellable *cancellable,
			   GError **error)
{
	g_autofree char *name = e_source_dup_display_name (scratch);
	g_autoptr (EasClient) client = NULL;
	g_autoptr (EasFolder) folder = NULL;
	guint type = 0;

	if (!check_name (name, error))
		return NULL;
	client = prepare (account, cancellable, error);
	if (client == NULL || !find_type (scratch, eas_client_get_version (client), &type, error))
		return NULL;
	folder = eas_client_run_sync (client, eas_flow_folder_create_new (ROOT, name, type),
				      cancellable, error);

	return folder != NULL ? g_strdup (folder->id) : NULL;
}

gboolean
e_eas_folders_delete_sync (EEasAccount *account,
			   ESource *child,
			   GCancellable *cancellable,
			   GError **error)
{
	g_autofree char *id = e_source_eas_folder_dup_id (get_folder (child));
	g_autoptr (EasClient) client = NULL;
	g_autoptr (GError) local_error = NULL;

	if (eas_folder_type_is_default (e_source_eas_folder_get_folder_type (get_folder (child)))) {
		eas_set_error (error, EAS_ERROR_ACCESS, NULL, 0, 0,
			       _ ("“%s” belongs to every account of this server and cannot be "
				  "deleted"),
			       e_source_get_display_name (child));
		return FALSE;
	}
	client = prepare (account, cancellable, error);
	if (client == NULL)
		return FALSE;
	eas_client_run_sync (client, eas_flow_folder_delete_new (id), cancellable, &local_error);
	if (local_error == NULL ||
	    g_error_matches (local_error, EAS_ERROR, EAS_ERROR_FOLDER_NOT_FOUND))
		return TRUE;
	g_propagate_error (error, g_steal_pointer (&local_error));

	return FALSE;
}

/* ---- names -------------------------------------------------------------- */

/* One for each child, for as long as it lives. */
typedef struct {
	EEasAccount *account;
	GCancellable *cancellable;
	gboolean running; /* a request is on its way */
} Follower;

/* A request. */
typedef struct {
	EEasAccount *account;
	char *id;
	char *parent_id;
	char *name;
} Rename;

static void follow (ESource *child, Follower *follower);

static void
follower_free (gpointer data)
{
	Follower *follower = data;

	g_object_unref (follower->account);
	g_object_unref (follower->cancellable);
	g_free (follower);
}

static void
rename_free (gpointer data)
{
	Rename *rename = data;

	g_object_unref (rename->account);
	g_free (rename->id);
	g_free (rename->parent_id);
	g_free (rename->name);
	g_free (rename);
}

static void
rename_thread (GTask *task, gpointer child, gpointer task_data, GCancellable *cancellable)
{
	const Rename *rename = task_data;
	g_autoptr (EasClient) client = NULL;
	GError *error = NULL;

	if (check_name (rename->name, &error))
		client = prepare (rename->account, cancellable, &error);
	if (client != NULL)
		eas_client_run_sync (
			client,
			eas_flow_folder_update_new (rename->id, rename->parent_id, rename->name),
			cancellable, &error);
	if (error != NULL)
		g_task_return_error (task, error);
	else
		g_task_return_boolean (task, TRUE);
}

static void
write_child (ESource *child)
{
	g_autoptr (GError) error = NULL;

	if (!e_source_write_sync (child, NULL, &error))
		g_warning ("%s: %s", G_STRFUNC, error->message);
}

/* The name of the server returns, unless the person has typed a third one meanwhile. */
static void
take_back (ESource *child, const Rename *rename, const GError *error)
{
	g_autofree char *server_name = e_source_eas_folder_dup_server_name (get_folder (child));
	g_autofree char *problem = g_strdup_printf (
		_ ("The folder could not be renamed to “%s”: %s"), rename->name, error->message);

	e_source_eas_folder_set_problem (get_folder (child), problem);
	if (g_strcmp0 (e_source_get_display_name (child), rename->name) == 0)
		e_source_set_display_name (child, server_name);
}

static void
renamed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
	ESource *child = E_SOURCE (object);
	const Rename *rename = g_task_get_task_data (G_TASK (result));
	Follower *follower = g_object_get_data (object, DATA_NAME);
	g_autoptr (GError) error = NULL;

	if (g_task_propagate_boolean (G_TASK (result), &error)) {
		e_source_eas_folder_set_server_name (get_folder (child), rename->name);
		e_source_eas_folder_set_problem (get_folder (child), NULL);
	} else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
		take_back (child, rename, error);
	}
	if (g_cancellable_is_cancelled (follower->cancellable))
		return;
	write_child (child);
	follower->running = FALSE;
	follow (child, follower);
}

static void
follow (ESource *child, Follower *follower)
{
	ESourceEasFolder *folder = get_folder (child);
	g_autofree char *server_name = e_source_eas_folder_dup_server_name (folder);
	g_autoptr (GTask) task = NULL;
	Rename *rename;

	if (follower->running || g_cancellable_is_cancelled (follower->cancellable) ||
	    eas_folder_type_is_default (e_source_eas_folder_get_folder_type (folder)) ||
	    g_strcmp0 (e_source_get_display_name (child), server_name) == 0)
		return;

	follower->running = TRUE;
	rename = g_new0 (Rename, 1);
	rename->account = g_object_ref (follower->account);
	rename->id = e_source_eas_folder_dup_id (folder);
	rename->parent_id = e_source_eas_folder_dup_parent_id (folder);
	rename->name = e_source_dup_display_name (child);
	task = g_task_new (child, follower->cancellable, renamed_cb, NULL);
	g_task_set_task_data (task, rename, rename_free);
	g_task_run_in_thread (task, rename_thread);
}

static void
display_name_cb (ESource *child, GParamSpec *pspec, gpointer user_data)
{
	follow (child, g_object_get_data (G_OBJECT (child), DATA_NAME));
}

void
e_eas_folders_follow_name (EEasAccount *account, ESource *child, GCancellable *cancellable)
{
	Follower *follower;

	if (g_object_get_data (G_OBJECT (child), DATA_NAME) != NULL)
		return;

	follower = g_new0 (Follower, 1);
	follower->account = g_object_ref (account);
	follower->cancellable = g_object_ref (cancellable);
	g_object_set_data_full (G_OBJECT (child), DATA_NAME, follower, follower_free);
	g_signal_connect (child, "notify::display-name", G_CALLBACK (display_name_cb), NULL);
}
