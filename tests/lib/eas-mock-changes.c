/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a collection has for a device; Ping and GetItemEstimate, which ask just that. */

#include <string.h>

#include "eas-mock-command.h"
#include "eas-mock-dialect.h"
#include "eas-mock-faults.h"

enum {
	PING_EXPIRED = 1,
	PING_CHANGES = 2,
	PING_INCOMPLETE = 3,
	PING_SYNTAX = 4,
	PING_INTERVAL = 5,
	PING_FOLDERS = 6,
	PING_HIERARCHY = 7,

	ESTIMATE_OK = 1,
	ESTIMATE_NO_COLLECTION = 2,
	ESTIMATE_NOT_PRIMED = 3,
	ESTIMATE_KEY = 4
};

/* --- Changes ------------------------------------------------------------- */

static void
add_change (GArray *changes, EasMockChangeKind kind, const char *id, EasMockItem *item)
{
	const EasMockChange change = { kind, id, item };

	g_array_append_val (changes, change);
}

static void
list_gone (GArray *changes,
	   EasMockRequest *request,
	   EasMockCollection *collection,
	   EasMockFolder *folder,
	   gint64 now)
{
	GHashTableIter iter;
	gpointer id;

	g_hash_table_iter_init (&iter, collection->state->known);
	while (g_hash_table_iter_next (&iter, &id, NULL)) {
		EasMockItem *item = eas_mock_folder_get_item (folder, id);

		if (item == NULL)
			add_change (changes, EAS_MOCK_DELETE, id, NULL);
		else if (!eas_mock_filter_passes (item->data, folder->klass,
						  collection->options.filter, now))
			add_change (changes, EAS_MOCK_SOFT_DELETE, id, NULL);
	}
}

GArray *
eas_mock_list_changes (EasMockRequest *request,
		       EasMockCollection *collection,
		       EasMockFolder *folder)
{
	GArray *changes = g_array_new (FALSE, FALSE, sizeof (EasMockChange));
	gint64 now = g_get_real_time () / G_USEC_PER_SEC;

	/* In quarantine a device sees one notice in the Inbox and nothing else; that is no
	 * deletion. */
	if (request->mailbox->quarantined) {
		EasMockItem *notice = request->mailbox->notice;

		if (folder->type == EAS_FOLDER_INBOX &&
		    !eas_mock_state_knows (collection->state, notice->id, NULL))
			add_change (changes, EAS_MOCK_ADD, notice->id, notice);
		return changes;
	}
	list_gone (changes, request, collection, folder, now);
	for (guint i = 0; i < folder->items->len; i++) {
		EasMockItem *item = folder->items->pdata[i];
		guint64 told = 0;
		gboolean known = eas_mock_state_knows (collection->state, item->id, &told);

		if ((known && told == item->revision) ||
		    !eas_mock_filter_passes (item->data, folder->klass, collection->options.filter,
					     now))
			continue;
		add_change (changes, known ? EAS_MOCK_CHANGE : EAS_MOCK_ADD, item->id, item);
	}

	return changes;
}

gboolean
eas_mock_has_changes (EasMockRequest *request, EasMockCollection *collection, EasMockFolder *folder)
{
	g_autoptr (GArray) changes = eas_mock_list_changes (request, collection, folder);

	return changes->len > 0;
}

/* --- Ping, [MS-ASCMD] 2.2.1.13 ------------------------------------------- */

static void
answer_ping (EasMockRequest *request, guint status, GPtrArray *changed, EasTag extra, guint value)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	eas_item_builder_int (builder, EAS_PING_STATUS, status);
	if (changed != NULL) {
		eas_item_builder_start (builder, EAS_PING_FOLDERS);
		for (guint i = 0; i < changed->len; i++)
			eas_item_builder_text (builder, EAS_PING_FOLDER, changed->pdata[i]);
		eas_item_builder_end (builder);
	}
	if (extra != EAS_TAG_NONE)
		eas_item_builder_int (builder, extra, value);
	eas_mock_reply_set_tree (&request->reply, EAS_PING_PING, builder);
}

/* FALSE: a folder is named twice, or not at all. */
static gboolean
read_ping_folders (EasMockRequest *request, EasItemSlot folders)
{
	g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, request->body, folders, EAS_PING_FOLDER) {
		const char *id = eas_mock_text (request->body, slot, EAS_PING_ID);
		const char *klass = eas_mock_text (request->body, slot, EAS_PING_CLASS);

		if (id == NULL || klass == NULL ||
		    g_ptr_array_find_with_equal_func (ids, id, g_str_equal, NULL))
			return FALSE;
		g_ptr_array_add (ids, g_strdup (id));
	}
	if (ids->len == 0)
		return FALSE;
	g_ptr_array_unref (request->device->ping_folders);
	request->device->ping_folders = g_steal_pointer (&ids);

	return TRUE;
}

/* Takes over what the request says; FALSE: answered. */
static gboolean
read_ping (EasMockRequest *request)
{
	EasMockDevice *device = request->device;
	const EasMockSettings *settings = &request->server->settings;
	guint interval = 0;
	EasItemSlot folders;

	if (request->body != NULL) {
		folders = eas_item_child (request->body, EAS_ITEM_ROOT, EAS_PING_FOLDERS);
		interval = eas_mock_uint (request->body, EAS_ITEM_ROOT, EAS_PING_HEARTBEAT_INTERVAL,
					  0);
		if (folders != EAS_ITEM_NONE && !read_ping_folders (request, folders)) {
			answer_ping (request, PING_SYNTAX, NULL, EAS_TAG_NONE, 0);
			return FALSE;
		}
	}
	if (interval == 0)
		interval = device->ping_interval;
	if (interval == 0 || device->ping_folders->len == 0) {
		answer_ping (request, PING_INCOMPLETE, NULL, EAS_TAG_NONE, 0);
		return FALSE;
	}
	if (interval < settings->ping_minimum || interval > settings->ping_maximum) {
		answer_ping (request, PING_INTERVAL, NULL, EAS_PING_HEARTBEAT_INTERVAL,
			     CLAMP (interval, settings->ping_minimum, settings->ping_maximum));
		return FALSE;
	}
	if (device->ping_folders->len > settings->max_folders) {
		answer_ping (request, PING_FOLDERS, NULL, EAS_PING_MAX_FOLDERS,
			     settings->max_folders);
		return FALSE;
	}
	device->ping_interval = interval;

	return TRUE;
}

/* NULL: a folder is gone, or was never told. */
static GPtrArray *
find_changed (EasMockRequest *request)
{
	g_autoptr (GPtrArray) changed = g_ptr_array_new ();
	GPtrArray *ids = request->device->ping_folders;

	for (guint i = 0; i < ids->len; i++) {
		EasMockFolder *folder =
			eas_mock_mailbox_get_folder (request->mailbox, ids->pdata[i]);
		EasMockCollection *collection =
			eas_mock_device_collection (request->device, ids->pdata[i]);

		if (folder == NULL)
			return NULL;
		if (collection->state->current == 0 ||
		    eas_mock_has_changes (request, collection, folder))
			g_ptr_array_add (changed, ids->pdata[i]);
	}

	return g_steal_pointer (&changed);
}

static gboolean
hierarchy_changed (EasMockRequest *request)
{
	EasMockState *state = request->device->hierarchy;
	GPtrArray *folders = request->mailbox->folders;
	guint64 told = 0;

	if (state->current == 0 || g_hash_table_size (state->known) != folders->len)
		return TRUE;
	for (guint i = 0; i < folders->len; i++) {
		EasMockFolder *folder = folders->pdata[i];

		if (!eas_mock_state_knows (state, folder->id, &told) || told != folder->revision)
			return TRUE;
	}

	return FALSE;
}

void
eas_mock_ping (EasMockRequest *request)
{
	g_autoptr (GPtrArray) changed = NULL;

	if (!request->paused) {
		/* One Ping a device: a newer one takes the place of the older. */
		eas_mock_server_expire_commands (request->server, request->device, "Ping");
		if (!read_ping (request))
			return;
	}
	if (eas_mock_faults_take (request->server->faults, EAS_MOCK_FAULT_ALARM, request, NULL,
				  NULL, NULL)) {
		answer_ping (request, PING_CHANGES, request->device->ping_folders, EAS_TAG_NONE, 0);
		return;
	}
	changed = hierarchy_changed (request) ? NULL : find_changed (request);
	if (changed == NULL)
		answer_ping (request, PING_HIERARCHY, NULL, EAS_TAG_NONE, 0);
	else if (changed->len > 0)
		answer_ping (request, PING_CHANGES, changed, EAS_TAG_NONE, 0);
	else if (request->timed_out)
		answer_ping (request, PING_EXPIRED, NULL, EAS_TAG_NONE, 0);
	else
		request->wait_until =
			request->entry->when + request->device->ping_interval * G_USEC_PER_SEC;
}

/* --- GetItemEstimate, [MS-ASCMD] 2.2.1.9 --------------------------------- */

static guint
estimate_collection (EasMockRequest *request, EasItemSlot slot, const char *id, guint *out_estimate)
{
	const char *key = eas_mock_text (request->body, slot, EAS_AIRSYNC_SYNC_KEY);
	EasMockFolder *folder = eas_mock_mailbox_get_folder (request->mailbox, id);
	EasMockCollection *collection;
	g_autoptr (GArray) changes = NULL;

	if (folder == NULL)
		return ESTIMATE_NO_COLLECTION;
	collection = eas_mock_device_collection (request->device, id);
	if (g_strcmp0 (key, "0") == 0 || collection->state->current == 0)
		return ESTIMATE_NOT_PRIMED;
	if (eas_mock_state_judge (collection->state, key) == EAS_MOCK_KEY_INVALID)
		return ESTIMATE_KEY;
	changes = eas_mock_list_changes (request, collection, folder);
	*out_estimate = changes->len;

	return ESTIMATE_OK;
}

void
eas_mock_estimate (EasMockRequest *request)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasItemSlot collections =
		eas_item_child (request->body, EAS_ITEM_ROOT, EAS_GETITEMESTIMATE_COLLECTIONS);
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, request->body, collections, EAS_GETITEMESTIMATE_COLLECTION) {
		const char *id =
			eas_mock_text (request->body, slot, EAS_GETITEMESTIMATE_COLLECTION_ID);
		guint estimate = 0;
		guint status = estimate_collection (request, slot, id, &estimate);

		eas_item_builder_start (builder, EAS_GETITEMESTIMATE_RESPONSE);
		eas_item_builder_int (builder, EAS_GETITEMESTIMATE_STATUS, status);
		if (status == ESTIMATE_OK) {
			eas_item_builder_start (builder, EAS_GETITEMESTIMATE_COLLECTION);
			eas_item_builder_text (builder, EAS_GETITEMESTIMATE_COLLECTION_ID, id);
			eas_item_builder_int (builder, EAS_GETITEMESTIMATE_ESTIMATE, estimate);
			eas_item_builder_end (builder);
		}
		eas_item_builder_end (builder);
	}
	eas_mock_reply_set_tree (&request->reply, request->root, builder);
}
