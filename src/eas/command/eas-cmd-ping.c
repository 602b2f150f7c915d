/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Ping. Source: [MS-ASCMD] 2.2.1.13 Ping. */

#include "eas-cmd-ping.h"

const EasCommand eas_cmd_ping = {
	.name = "Ping",
	.code = 18,
	.since = 25,
	.until = 999,
	.request_root = EAS_PING_PING,
	.response_root = EAS_PING_PING,
	.status_tag = EAS_PING_STATUS,
	.scope = EAS_SCOPE_PING,
	.safe_to_repeat = TRUE,
	.empty_ok = TRUE,
	.timeout = 3600,
};

#define STATUS_EXPIRED 1
#define STATUS_CHANGES 2

EasPingFolder *
eas_ping_folder_new (const char *id, EasClass klass)
{
	EasPingFolder *folder;

	folder = g_new0 (EasPingFolder, 1);
	folder->id = g_strdup (id);
	folder->klass = klass;

	return folder;
}

void
eas_ping_folder_free (EasPingFolder *folder)
{
	if (folder == NULL)
		return;

	g_free (folder->id);
	g_free (folder);
}

static gboolean
listed_before (const GPtrArray *folders, guint index)
{
	const EasPingFolder *folder = folders->pdata[index];
	guint ii;

	for (ii = 0; ii < index; ii++) {
		const EasPingFolder *other = folders->pdata[ii];

		if (g_strcmp0 (other->id, folder->id) == 0)
			return TRUE;
	}

	return FALSE;
}

static void
write_folder (EasWbxmlWriter *writer, const EasPingFolder *folder)
{
	eas_wbxml_writer_start (writer, EAS_PING_FOLDER);
	eas_wbxml_writer_text (writer, EAS_PING_ID, folder->id);
	eas_wbxml_writer_text (writer, EAS_PING_CLASS, eas_class_to_string (folder->klass));
	eas_wbxml_writer_end (writer);
}

GBytes *
eas_cmd_ping_build (guint heartbeat, const GPtrArray *folders)
{
	g_autoptr (EasWbxmlWriter) writer = NULL;
	guint n_folders = folders != NULL ? folders->len : 0;
	guint ii;

	if (heartbeat == 0 && n_folders == 0)
		return NULL;

	writer = eas_wbxml_writer_new ();
	eas_wbxml_writer_start (writer, EAS_PING_PING);
	if (heartbeat > 0)
		eas_wbxml_writer_uint (writer, EAS_PING_HEARTBEAT_INTERVAL, heartbeat);
	if (n_folders > 0) {
		eas_wbxml_writer_start (writer, EAS_PING_FOLDERS);
		for (ii = 0; ii < n_folders; ii++) {
			if (!listed_before (folders, ii))
				write_folder (writer, folders->pdata[ii]);
		}
		eas_wbxml_writer_end (writer);
	}
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

void
eas_ping_response_clear (EasPingResponse *response)
{
	g_clear_pointer (&response->changed, g_ptr_array_unref);
	memset (response, 0, sizeof (*response));
}

/*
 * A changed folder is its id as text or, from some servers, an Id element inside
 * (pitfall 55). An item holds either form. A set beside the list, so that an
 * answer of a hundred thousand folders costs no time.
 */
static void
read_changed (EasWbxmlReader *reader, GHashTable *seen, GPtrArray *changed)
{
	g_autoptr (EasItem) folders = eas_item_read (reader);
	EasItemSlot folder;

	if (folders == NULL)
		return;

	folder = eas_item_child (folders, EAS_ITEM_ROOT, EAS_PING_FOLDER);
	while (folder != EAS_ITEM_NONE) {
		EasItemSlot nested = eas_item_child (folders, folder, EAS_PING_ID);
		EasItemSlot slot = nested != EAS_ITEM_NONE ? nested : folder;
		g_autofree char *id = g_strdup (eas_item_text (folders, slot));

		if (id != NULL && *id != '\0' && !g_hash_table_contains (seen, id)) {
			g_hash_table_add (seen, id);
			g_ptr_array_add (changed, g_steal_pointer (&id));
		}
		folder = eas_item_sibling (folders, folder, EAS_PING_FOLDER);
	}
}

/**
 * eas_cmd_ping_parse:
 * @body: (nullable): the response body; %NULL or empty means that the server sent none
 * @out: (out caller-allocates): cleared with eas_ping_response_clear()
 * @error: return location
 *
 * Reads a Ping response: Status, then Folders with the ids of changed folders
 * (status 2), HeartbeatInterval in seconds, the nearest bound (status 5), or
 * MaxFolders (status 6).
 *
 * Errors: %EAS_ERROR_PROTOCOL when the document is malformed. @out is untouched
 * on failure.
 *
 * Source: [MS-ASCMD] 2.2.1.13 Ping.
 *
 * Returns: %TRUE on success
 */
gboolean
eas_cmd_ping_parse (GBytes *body, EasPingResponse *out, GError **error)
{
	g_auto (EasPingResponse) response = { 0 };
	g_auto (EasWbxmlReader) reader = { 0 };
	g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
	guint level;
	EasTag tag;

	response.changed = g_ptr_array_new_with_free_func (g_free);

	if (body != NULL && g_bytes_get_size (body) > 0) {
		if (!eas_command_open (&eas_cmd_ping, body, &reader, &level, error))
			return FALSE;

		while (eas_wbxml_reader_next (&reader, level, &tag)) {
			if (tag == EAS_PING_FOLDERS)
				read_changed (&reader, seen, response.changed);
			else if (tag == EAS_PING_HEARTBEAT_INTERVAL)
				response.heartbeat_interval = eas_wbxml_reader_uint (&reader);
			else if (tag == EAS_PING_MAX_FOLDERS)
				response.max_folders = eas_wbxml_reader_uint (&reader);
			else if (eas_command_is_status (tag))
				response.status = eas_wbxml_reader_uint (&reader);
		}

		if (!eas_command_finish (&eas_cmd_ping, &reader, error))
			return FALSE;
	}

	if (response.status == 0)
		response.status = response.changed->len > 0 ? STATUS_CHANGES : STATUS_EXPIRED;

	*out = response;
	memset (&response, 0, sizeof (response));

	return TRUE;
}
