/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * FolderSync, FolderCreate, FolderUpdate, FolderDelete.
 *
 * Source: [MS-ASCMD] 2.2.1.5 FolderSync, 2.2.1.3 FolderCreate, 2.2.1.6 FolderUpdate,
 * 2.2.1.4 FolderDelete.
 */

#include "eas-cmd-folder.h"

const EasCommand eas_cmd_folder_sync = {
	.name = "FolderSync",
	.code = 9,
	.since = 25,
	.until = 999,
	.request_root = EAS_FOLDERHIERARCHY_FOLDER_SYNC,
	.response_root = EAS_FOLDERHIERARCHY_FOLDER_SYNC,
	.status_tag = EAS_FOLDERHIERARCHY_STATUS,
	.scope = EAS_SCOPE_FOLDER_SYNC,
	.safe_to_repeat = TRUE,
	.timeout = 120,
};

const EasCommand eas_cmd_folder_create = {
	.name = "FolderCreate",
	.code = 10,
	.since = 25,
	.until = 999,
	.request_root = EAS_FOLDERHIERARCHY_FOLDER_CREATE,
	.response_root = EAS_FOLDERHIERARCHY_FOLDER_CREATE,
	.status_tag = EAS_FOLDERHIERARCHY_STATUS,
	.scope = EAS_SCOPE_FOLDER_CREATE,
	.timeout = 120,
};

const EasCommand eas_cmd_folder_update = {
	.name = "FolderUpdate",
	.code = 12,
	.since = 25,
	.until = 999,
	.request_root = EAS_FOLDERHIERARCHY_FOLDER_UPDATE,
	.response_root = EAS_FOLDERHIERARCHY_FOLDER_UPDATE,
	.status_tag = EAS_FOLDERHIERARCHY_STATUS,
	.scope = EAS_SCOPE_FOLDER_UPDATE,
	.timeout = 120,
};

const EasCommand eas_cmd_folder_delete = {
	.name = "FolderDelete",
	.code = 11,
	.since = 25,
	.until = 999,
	.request_root = EAS_FOLDERHIERARCHY_FOLDER_DELETE,
	.response_root = EAS_FOLDERHIERARCHY_FOLDER_DELETE,
	.status_tag = EAS_FOLDERHIERARCHY_STATUS,
	.scope = EAS_SCOPE_FOLDER_DELETE,
	.timeout = 120,
};

/* ---- FolderSync ---- */

GBytes *
eas_cmd_folder_sync_build (const char *key)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_start (writer, EAS_FOLDERHIERARCHY_FOLDER_SYNC);
	eas_wbxml_writer_text (writer, EAS_FOLDERHIERARCHY_SYNC_KEY, key != NULL ? key : "0");
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

void
eas_folder_sync_response_clear (EasFolderSyncResponse *response)
{
	g_free (response->key);
	g_clear_pointer (&response->added, g_ptr_array_unref);
	g_clear_pointer (&response->updated, g_ptr_array_unref);
	g_clear_pointer (&response->deleted, g_ptr_array_unref);
	memset (response, 0, sizeof (*response));
}

/* NULL when there is no ServerId to know the folder by. */
static EasFolder *
read_folder (EasWbxmlReader *reader)
{
	g_autoptr (EasFolder) folder = eas_folder_new (NULL, NULL, NULL, EAS_FOLDER_UNKNOWN);
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		switch (tag) {
		case EAS_FOLDERHIERARCHY_SERVER_ID:
			eas_wbxml_reader_text (reader, &folder->id);
			break;
		case EAS_FOLDERHIERARCHY_PARENT_ID:
			eas_wbxml_reader_text (reader, &folder->parent_id);
			break;
		case EAS_FOLDERHIERARCHY_DISPLAY_NAME:
			g_free (folder->name);
			folder->name = eas_wbxml_reader_dup_line (reader);
			break;
		case EAS_FOLDERHIERARCHY_TYPE:
			folder->type = eas_wbxml_reader_uint (reader);
			break;
		default:
			break;
		}
	}

	if (folder->id == NULL || *folder->id == '\0')
		return NULL;

	if (folder->parent_id == NULL || *folder->parent_id == '\0') {
		g_free (folder->parent_id);
		folder->parent_id = g_strdup ("0");
	}
	if (folder->name == NULL)
		folder->name = g_strdup ("");

	return g_steal_pointer (&folder);
}

static void
take_folder (EasFolderSyncResponse *response, GPtrArray *list, EasFolder *folder)
{
	if (folder != NULL)
		g_ptr_array_add (list, folder);
	else
		response->n_bad++;
}

static void
take_deleted (EasFolderSyncResponse *response, EasFolder *folder)
{
	if (folder != NULL)
		g_ptr_array_add (response->deleted, g_strdup (folder->id));
	else
		response->n_bad++;
	eas_folder_free (folder);
}

static void
read_changes (EasWbxmlReader *reader, EasFolderSyncResponse *response)
{
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		switch (tag) {
		case EAS_FOLDERHIERARCHY_ADD:
			take_folder (response, response->added, read_folder (reader));
			break;
		case EAS_FOLDERHIERARCHY_UPDATE:
			take_folder (response, response->updated, read_folder (reader));
			break;
		case EAS_FOLDERHIERARCHY_DELETE:
			take_deleted (response, read_folder (reader));
			break;
		default: /* Count is what the lists say themselves */
			break;
		}
	}
}

/* An empty key is none. */
static void
read_key (EasWbxmlReader *reader, char **inout_key)
{
	g_free (*inout_key);
	*inout_key = eas_wbxml_reader_dup_text (reader);
	if (*inout_key != NULL && **inout_key == '\0')
		g_clear_pointer (inout_key, g_free);
}

/**
 * eas_cmd_folder_sync_parse:
 * @body: the response body
 * @out: (out caller-allocates): cleared with eas_folder_sync_response_clear()
 * @error: return location
 *
 * Reads FolderSync: Status, SyncKey, Changes with Count, Update, Delete, Add in
 * any order. The lists are never %NULL. Status values are data here.
 *
 * Errors: %EAS_ERROR_PROTOCOL when the document is malformed. @out is untouched
 * on failure.
 *
 * Source: [MS-ASCMD] 2.2.1.5 FolderSync.
 *
 * Returns: %TRUE on success
 */
gboolean
eas_cmd_folder_sync_parse (GBytes *body, EasFolderSyncResponse *out, GError **error)
{
	g_auto (EasFolderSyncResponse) response = { .status = 1 };
	g_auto (EasWbxmlReader) reader = { 0 };
	guint level;
	EasTag tag;

	if (!eas_command_open (&eas_cmd_folder_sync, body, &reader, &level, error))
		return FALSE;

	response.added = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_folder_free);
	response.updated = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_folder_free);
	response.deleted = g_ptr_array_new_with_free_func (g_free);

	while (eas_wbxml_reader_next (&reader, level, &tag)) {
		if (tag == EAS_FOLDERHIERARCHY_SYNC_KEY)
			read_key (&reader, &response.key);
		else if (tag == EAS_FOLDERHIERARCHY_CHANGES)
			read_changes (&reader, &response);
		else if (eas_command_is_status (tag))
			response.status = eas_wbxml_reader_uint (&reader);
	}

	if (!eas_command_finish (&eas_cmd_folder_sync, &reader, error))
		return FALSE;

	*out = response;
	memset (&response, 0, sizeof (response));

	return TRUE;
}

/* ---- The three that change something ---- */

GBytes *
eas_cmd_folder_create_build (const char *key, const char *parent_id, const char *name, guint type)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_start (writer, EAS_FOLDERHIERARCHY_FOLDER_CREATE);
	eas_wbxml_writer_text (writer, EAS_FOLDERHIERARCHY_SYNC_KEY, key);
	eas_wbxml_writer_text (writer, EAS_FOLDERHIERARCHY_PARENT_ID, parent_id);
	eas_wbxml_writer_text (writer, EAS_FOLDERHIERARCHY_DISPLAY_NAME, name);
	eas_wbxml_writer_uint (writer, EAS_FOLDERHIERARCHY_TYPE, type);
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

GBytes *
eas_cmd_folder_update_build (const char *key,
			     const char *id,
			     const char *parent_id,
			     const char *name)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_start (writer, EAS_FOLDERHIERARCHY_FOLDER_UPDATE);
	eas_wbxml_writer_text (writer, EAS_FOLDERHIERARCHY_SYNC_KEY, key);
	eas_wbxml_writer_text (writer, EAS_FOLDERHIERARCHY_SERVER_ID, id);
	eas_wbxml_writer_text (writer, EAS_FOLDERHIERARCHY_PARENT_ID, parent_id);
	eas_wbxml_writer_text (writer, EAS_FOLDERHIERARCHY_DISPLAY_NAME, name);
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

GBytes *
eas_cmd_folder_delete_build (const char *key, const char *id)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_start (writer, EAS_FOLDERHIERARCHY_FOLDER_DELETE);
	eas_wbxml_writer_text (writer, EAS_FOLDERHIERARCHY_SYNC_KEY, key);
	eas_wbxml_writer_text (writer, EAS_FOLDERHIERARCHY_SERVER_ID, id);
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

void
eas_folder_change_response_clear (EasFolderChangeResponse *response)
{
	g_free (response->key);
	g_free (response->id);
	memset (response, 0, sizeof (*response));
}

static gboolean
parse_change (const EasCommand *command, GBytes *body, EasFolderChangeResponse *out, GError **error)
{
	g_auto (EasFolderChangeResponse) response = { .status = 1 };
	g_auto (EasWbxmlReader) reader = { 0 };
	guint level;
	EasTag tag;

	if (!eas_command_open (command, body, &reader, &level, error))
		return FALSE;

	while (eas_wbxml_reader_next (&reader, level, &tag)) {
		if (tag == EAS_FOLDERHIERARCHY_SYNC_KEY)
			read_key (&reader, &response.key);
		else if (tag == EAS_FOLDERHIERARCHY_SERVER_ID)
			eas_wbxml_reader_text (&reader, &response.id);
		else if (eas_command_is_status (tag))
			response.status = eas_wbxml_reader_uint (&reader);
	}

	if (!eas_command_finish (command, &reader, error))
		return FALSE;

	*out = response;
	memset (&response, 0, sizeof (response));

	return TRUE;
}

gboolean
eas_cmd_folder_create_parse (GBytes *body, EasFolderChangeResponse *out, GError **error)
{
	return parse_change (&eas_cmd_folder_create, body, out, error);
}

gboolean
eas_cmd_folder_update_parse (GBytes *body, EasFolderChangeResponse *out, GError **error)
{
	return parse_change (&eas_cmd_folder_update, body, out, error);
}

gboolean
eas_cmd_folder_delete_parse (GBytes *body, EasFolderChangeResponse *out, GError **error)
{
	return parse_change (&eas_cmd_folder_delete, body, out, error);
}
