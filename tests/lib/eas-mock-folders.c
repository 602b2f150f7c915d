/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* FolderSync, FolderCreate, FolderUpdate, FolderDelete. Source: [MS-ASCMD] 2.2.1.3 to 2.2.1.6. */

#include <string.h>

#include "eas-mock-command.h"

enum {
	FOLDER_OK = 1,
	FOLDER_EXISTS = 2,
	FOLDER_SPECIAL = 3,
	FOLDER_MISSING = 4,
	FOLDER_NO_PARENT = 5,
	FOLDER_KEY = 9,
	FOLDER_MALFORMED = 10
};

static void
answer_status (EasMockRequest *request, guint status)
{
	eas_mock_reply_status (&request->reply, request->root, EAS_FOLDERHIERARCHY_STATUS, status);
}

/* Takes the key of the request; FALSE: it is not good and the request is answered. */
static gboolean
accept_key (EasMockRequest *request)
{
	EasMockState *state = request->device->hierarchy;
	const char *key =
		eas_mock_text (request->body, EAS_ITEM_ROOT, EAS_FOLDERHIERARCHY_SYNC_KEY);
	EasMockKey verdict = eas_mock_state_judge (state, key);

	if (key == NULL || *key == '\0') {
		answer_status (request, FOLDER_MALFORMED);
		return FALSE;
	}
	if (verdict == EAS_MOCK_KEY_INVALID) {
		answer_status (request, FOLDER_KEY);
		return FALSE;
	}
	eas_mock_state_accept (state, verdict);

	return TRUE;
}

/* --- FolderSync ---------------------------------------------------------- */

typedef struct {
	EasItemBuilder *adds;
	EasItemBuilder *updates;
	EasItemBuilder *deletes;
	guint count;
} Hierarchy;

static void
hierarchy_clear (Hierarchy *hierarchy)
{
	g_clear_pointer (&hierarchy->adds, eas_item_builder_free);
	g_clear_pointer (&hierarchy->updates, eas_item_builder_free);
	g_clear_pointer (&hierarchy->deletes, eas_item_builder_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Hierarchy, hierarchy_clear)

static void
put_folder (EasItemBuilder *builder, EasTag tag, const EasMockFolder *folder)
{
	eas_item_builder_start (builder, tag);
	eas_item_builder_text (builder, EAS_FOLDERHIERARCHY_SERVER_ID, folder->id);
	eas_item_builder_text (builder, EAS_FOLDERHIERARCHY_PARENT_ID, folder->parent_id);
	eas_item_builder_text (builder, EAS_FOLDERHIERARCHY_DISPLAY_NAME, folder->name);
	eas_item_builder_int (builder, EAS_FOLDERHIERARCHY_TYPE, folder->type);
	eas_item_builder_end (builder);
}

static void
list_folders (EasMockRequest *request, Hierarchy *hierarchy)
{
	EasMockState *state = request->device->hierarchy;

	for (guint i = 0; i < request->mailbox->folders->len; i++) {
		EasMockFolder *folder = request->mailbox->folders->pdata[i];
		guint64 told = 0;
		gboolean known = eas_mock_state_knows (state, folder->id, &told);

		if (known && told == folder->revision)
			continue;
		if (known)
			put_folder (hierarchy->updates, EAS_FOLDERHIERARCHY_UPDATE, folder);
		else
			put_folder (hierarchy->adds, EAS_FOLDERHIERARCHY_ADD, folder);
		eas_mock_state_tell (state, folder->id, folder->revision);
		hierarchy->count++;
	}
}

static void
list_removed_folders (EasMockRequest *request, Hierarchy *hierarchy)
{
	EasMockState *state = request->device->hierarchy;
	g_autoptr (GList) ids = g_hash_table_get_keys (state->known);
	g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_free);

	for (GList *link = ids; link != NULL; link = link->next) {
		if (eas_mock_mailbox_get_folder (request->mailbox, link->data) == NULL)
			g_ptr_array_add (gone, g_strdup (link->data));
	}
	for (guint i = 0; i < gone->len; i++) {
		eas_item_builder_start (hierarchy->deletes, EAS_FOLDERHIERARCHY_DELETE);
		eas_item_builder_text (hierarchy->deletes, EAS_FOLDERHIERARCHY_SERVER_ID,
				       gone->pdata[i]);
		eas_item_builder_end (hierarchy->deletes);
		eas_mock_state_untell (state, gone->pdata[i]);
		hierarchy->count++;
	}
}

static void
append_part (EasItemBuilder *builder, EasItemBuilder *part)
{
	g_autoptr (EasItem) item = eas_item_builder_finish (part);

	eas_mock_copy_children (builder, item, EAS_ITEM_ROOT);
}

void
eas_mock_folder_sync (EasMockRequest *request)
{
	EasMockState *state = request->device->hierarchy;
	const char *key =
		eas_mock_text (request->body, EAS_ITEM_ROOT, EAS_FOLDERHIERARCHY_SYNC_KEY);
	g_auto (Hierarchy) hierarchy = { eas_item_builder_new (), eas_item_builder_new (),
					 eas_item_builder_new (), 0 };
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autofree char *next = NULL;
	gboolean first = g_strcmp0 (key, "0") == 0;

	if (first) {
		eas_mock_state_restart (state);
	} else if (!accept_key (request)) {
		return;
	}
	list_folders (request, &hierarchy);
	list_removed_folders (request, &hierarchy);
	if (first || hierarchy.count > 0)
		eas_mock_state_advance (state);

	next = eas_mock_state_dup_key (state);
	eas_item_builder_int (builder, EAS_FOLDERHIERARCHY_STATUS, FOLDER_OK);
	eas_item_builder_text (builder, EAS_FOLDERHIERARCHY_SYNC_KEY, next);
	eas_item_builder_start (builder, EAS_FOLDERHIERARCHY_CHANGES);
	eas_item_builder_int (builder, EAS_FOLDERHIERARCHY_COUNT, hierarchy.count);
	append_part (builder, hierarchy.updates);
	append_part (builder, hierarchy.deletes);
	append_part (builder, hierarchy.adds);
	eas_item_builder_end (builder);
	eas_mock_reply_set_tree (&request->reply, request->root, builder);
}

/* --- Changes by the device ----------------------------------------------- */

static void
answer_change (EasMockRequest *request, const char *server_id)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autofree char *key = NULL;

	eas_mock_state_advance (request->device->hierarchy);
	key = eas_mock_state_dup_key (request->device->hierarchy);
	eas_item_builder_int (builder, EAS_FOLDERHIERARCHY_STATUS, FOLDER_OK);
	eas_item_builder_text (builder, EAS_FOLDERHIERARCHY_SYNC_KEY, key);
	eas_item_builder_text (builder, EAS_FOLDERHIERARCHY_SERVER_ID, server_id);
	eas_mock_reply_set_tree (&request->reply, request->root, builder);
}

static gboolean
is_creatable (guint type)
{
	return type == EAS_FOLDER_GENERIC ||
	       (type >= EAS_FOLDER_USER_MAIL && type <= EAS_FOLDER_USER_NOTES);
}

static gboolean
is_special (const EasMockFolder *folder)
{
	return !is_creatable (folder->type);
}

/* The status of a place for a folder: its parent, and no other one of that name there. */
static guint
judge_place (EasMockRequest *request,
	     const char *parent_id,
	     const char *name,
	     const EasMockFolder *self)
{
	EasMockFolder *parent, *other;

	if (parent_id == NULL || name == NULL || *name == '\0' || g_utf8_strlen (name, -1) > 256)
		return FOLDER_MALFORMED;
	parent = eas_mock_mailbox_get_folder (request->mailbox, parent_id);
	if (parent == NULL && !g_str_equal (parent_id, "0"))
		return FOLDER_NO_PARENT;
	if (parent != NULL && parent->type == EAS_FOLDER_RECIPIENT_CACHE)
		return FOLDER_SPECIAL;
	other = eas_mock_mailbox_child_named (request->mailbox, parent_id, name);

	return other != NULL && other != self ? FOLDER_EXISTS : FOLDER_OK;
}

void
eas_mock_folder_create (EasMockRequest *request)
{
	const char *parent_id =
		eas_mock_text (request->body, EAS_ITEM_ROOT, EAS_FOLDERHIERARCHY_PARENT_ID);
	const char *name =
		eas_mock_text (request->body, EAS_ITEM_ROOT, EAS_FOLDERHIERARCHY_DISPLAY_NAME);
	guint type = eas_mock_uint (request->body, EAS_ITEM_ROOT, EAS_FOLDERHIERARCHY_TYPE, 0);
	EasMockFolder *folder;
	guint status;

	if (!accept_key (request))
		return;
	status = is_creatable (type) ? judge_place (request, parent_id, name, NULL)
				     : FOLDER_MALFORMED;
	if (status != FOLDER_OK) {
		answer_status (request, status);
		return;
	}
	folder = eas_mock_mailbox_add_folder (request->mailbox, parent_id, name, type);
	eas_mock_state_tell (request->device->hierarchy, folder->id, folder->revision);
	answer_change (request, folder->id);
}

void
eas_mock_folder_update (EasMockRequest *request)
{
	const char *id =
		eas_mock_text (request->body, EAS_ITEM_ROOT, EAS_FOLDERHIERARCHY_SERVER_ID);
	const char *parent_id =
		eas_mock_text (request->body, EAS_ITEM_ROOT, EAS_FOLDERHIERARCHY_PARENT_ID);
	const char *name =
		eas_mock_text (request->body, EAS_ITEM_ROOT, EAS_FOLDERHIERARCHY_DISPLAY_NAME);
	EasMockFolder *folder;
	guint status;

	if (!accept_key (request))
		return;
	folder = eas_mock_mailbox_get_folder (request->mailbox, id);
	if (folder == NULL)
		status = FOLDER_MISSING;
	else if (is_special (folder))
		status =
			folder->type == EAS_FOLDER_RECIPIENT_CACHE ? FOLDER_SPECIAL : FOLDER_EXISTS;
	else
		status = judge_place (request, parent_id, name, folder);
	if (status != FOLDER_OK) {
		answer_status (request, status);
		return;
	}
	eas_mock_mailbox_rename_folder (request->mailbox, folder, parent_id, name);
	eas_mock_state_tell (request->device->hierarchy, folder->id, folder->revision);
	answer_change (request, NULL);
}

void
eas_mock_folder_delete (EasMockRequest *request)
{
	const char *id =
		eas_mock_text (request->body, EAS_ITEM_ROOT, EAS_FOLDERHIERARCHY_SERVER_ID);
	EasMockFolder *folder;

	if (!accept_key (request))
		return;
	folder = eas_mock_mailbox_get_folder (request->mailbox, id);
	if (folder == NULL) {
		answer_status (request, FOLDER_MISSING);
	} else if (is_special (folder)) {
		answer_status (request, FOLDER_SPECIAL);
	} else {
		eas_mock_state_untell (request->device->hierarchy, folder->id);
		eas_mock_mailbox_remove_folder (request->mailbox, folder);
		answer_change (request, NULL);
	}
}
