/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The Commands of a Sync request: duplicates, conflicts, responses. */

#include "eas-mock-sync-commands.h"

#include <string.h>

#include "eas-mock-command.h"
#include "eas-mock-dialect.h"
#include "eas-mock-faults.h"

typedef struct {
	char *server_id;
	guint key; /* number of the key whose answer told it */
} ClientId;

/* One command and its answer. */
typedef struct {
	EasMockTarget *target;
	const EasItem *body;
	EasItemSlot slot;
	const char *server_id;
	const char *client_id;
	const char *instance_id;
	EasMockItem *item; /* NULL: not found, or not yet there */
	EasItem *wire;     /* ApplicationData; NULL: none */
	EasItemBuilder *responses;
} Command;

/* --- ClientIds ----------------------------------------------------------- */

void
eas_mock_client_id_free (gpointer data)
{
	ClientId *entry = data;

	g_free (entry->server_id);
	g_free (entry);
}

static gboolean
was_told_with (gpointer key, gpointer value, gpointer number)
{
	return ((ClientId *) value)->key == GPOINTER_TO_UINT (number);
}

void
eas_mock_client_ids_confirm (EasMockCollection *collection, EasMockKey verdict)
{
	if (verdict == EAS_MOCK_KEY_CURRENT)
		g_hash_table_foreach_remove (collection->client_ids, was_told_with,
					     GUINT_TO_POINTER (collection->state->current));
}

static void
remember_client_id (Command *command, const EasMockItem *item, const EasItem *wire)
{
	EasMockCollection *collection = command->target->collection;
	const char *uid = eas_item_get_text (wire, EAS_CALENDAR_CLIENT_UID);
	ClientId *entry = g_new0 (ClientId, 1);

	entry->server_id = g_strdup (item->id);
	entry->key = collection->state->issued + 1;
	g_hash_table_insert (collection->client_ids, g_strdup (command->client_id), entry);
	if (uid != NULL)
		g_hash_table_insert (collection->client_uids, g_strdup (uid), g_strdup (item->id));
}

/* The item an Add has already made, when its answer was lost. */
static EasMockItem *
find_duplicate (Command *command)
{
	EasMockTarget *target = command->target;
	const char *uid = eas_item_get_text (command->wire, EAS_CALENDAR_CLIENT_UID);
	ClientId *entry = g_hash_table_lookup (target->collection->client_ids, command->client_id);

	if (!target->request->server->settings.detect_duplicates)
		return NULL;
	if (entry != NULL) {
		entry->key = target->collection->state->issued + 1;
		return eas_mock_folder_get_item (target->folder, entry->server_id);
	}

	return uid != NULL ? eas_mock_folder_get_item (
				     target->folder,
				     g_hash_table_lookup (target->collection->client_uids, uid))
			   : NULL;
}

/* --- Responses ----------------------------------------------------------- */

/* What the server made of a new event: its UID, and where its attachments are. */
static void
put_new_data (Command *command, const EasItem *data)
{
	EasItemSlot attachments = eas_item_child (data, EAS_ITEM_ROOT, EAS_AIRSYNCBASE_ATTACHMENTS);

	if (command->target->request->version < 160 ||
	    command->target->folder->klass != EAS_CLASS_CALENDAR)
		return;
	eas_item_builder_start (command->responses, EAS_AIRSYNC_APPLICATION_DATA);
	eas_item_builder_text (command->responses, EAS_CALENDAR_UID,
			       eas_item_get_text (data, EAS_CALENDAR_UID));
	if (attachments != EAS_ITEM_NONE && eas_item_n_children (data, attachments) > 0)
		eas_item_builder_copy (command->responses, data, attachments);
	eas_item_builder_end (command->responses);
}

static void
respond_add (Command *command, guint status, const EasMockItem *item)
{
	eas_item_builder_start (command->responses, EAS_AIRSYNC_ADD);
	eas_item_builder_text (command->responses, EAS_AIRSYNC_CLIENT_ID, command->client_id);
	if (item != NULL)
		eas_item_builder_text (command->responses, EAS_AIRSYNC_SERVER_ID, item->id);
	eas_item_builder_int (command->responses, EAS_AIRSYNC_STATUS, status);
	if (item != NULL)
		put_new_data (command, item->data);
	eas_item_builder_end (command->responses);
}

/* Changes and deletions are answered only when they failed, but where the key does not say it. */
static void
respond_failure (Command *command, EasTag tag, guint status)
{
	if (status == EAS_MOCK_ITEM_OK && command->target->request->server->settings.moving_keys)
		return;
	eas_item_builder_start (command->responses, tag);
	eas_item_builder_text (command->responses, EAS_AIRSYNC_SERVER_ID,
			       command->server_id != NULL ? command->server_id : "");
	if (command->instance_id != NULL && command->target->request->version >= 160)
		eas_item_builder_text (command->responses, EAS_AIRSYNCBASE_INSTANCE_ID,
				       command->instance_id);
	eas_item_builder_int (command->responses, EAS_AIRSYNC_STATUS, status);
	eas_item_builder_end (command->responses);
}

/* --- Commands ------------------------------------------------------------ */

static const EasTag subject_tags[] = {
	EAS_CALENDAR_SUBJECT, EAS_TASKS_SUBJECT,    EAS_NOTES_SUBJECT,
	EAS_EMAIL_SUBJECT,    EAS_CONTACTS_FILE_AS, EAS_CONTACTS_LAST_NAME,
};

static const char *
subject_of (const EasItem *data)
{
	const char *subject = NULL;

	for (guint i = 0; i < G_N_ELEMENTS (subject_tags) && subject == NULL; i++)
		subject = eas_item_get_text (data, subject_tags[i]);

	return subject;
}

static gboolean
is_refused_on_demand (Command *command, guint *out_status)
{
	EasMockRequest *request = command->target->request;
	const EasMockFault *fault = NULL;
	const char *subject = subject_of (command->wire);

	if (subject == NULL && command->item != NULL)
		subject = subject_of (command->item->data);
	if (!eas_mock_faults_take (request->server->faults, EAS_MOCK_FAULT_ITEM_STATUS, request,
				   command->target->folder, subject, &fault))
		return FALSE;
	*out_status = fault->value;

	return TRUE;
}

static void
run_add (Command *command)
{
	EasMockTarget *target = command->target;
	g_autoptr (EasItem) data = NULL;
	EasMockItem *item;
	guint status = EAS_MOCK_ITEM_PROTOCOL;

	if (command->client_id == NULL || *command->client_id == '\0' ||
	    strlen (command->client_id) > 64 || command->wire == NULL) {
		respond_add (command, status, NULL);
		return;
	}
	item = find_duplicate (command);
	if (item != NULL) {
		respond_add (command, EAS_MOCK_ITEM_OK, item);
		eas_mock_state_tell (target->collection->state, item->id, item->revision);
		return;
	}
	if (!is_refused_on_demand (command, &status))
		status = eas_mock_apply_add (target, command->wire, &data);
	if (status != EAS_MOCK_ITEM_OK) {
		respond_add (command, status, NULL);
		return;
	}
	item = eas_mock_mailbox_add_item (target->request->mailbox, target->folder, data,
					  target->request->device->id);
	remember_client_id (command, item, command->wire);
	respond_add (command, EAS_MOCK_ITEM_OK, item);
	/* A device is not told of its own changes, unless the server likes to show what it made of
	 * them. */
	eas_mock_state_tell (target->collection->state, item->id,
			     target->request->server->settings.echo_adds ? 0 : item->revision);
}

/* Somebody else changed the item since the device was told. [MS-ASCMD] 2.2.3.34 Conflict */
static gboolean
is_conflict (Command *command)
{
	EasMockTarget *target = command->target;
	guint64 told = 0;

	if (!target->request->server->settings.detect_conflicts)
		return FALSE;
	if (eas_mock_state_knows (target->collection->state, command->item->id, &told) &&
	    told == command->item->revision)
		return FALSE;

	return g_strcmp0 (command->item->origin, target->request->device->id) != 0 &&
	       !target->collection->options.client_wins;
}

static guint
change_item (Command *command, EasItem **out_data)
{
	EasMockTarget *target = command->target;
	guint status;

	if (command->item == NULL)
		return EAS_MOCK_ITEM_MISSING;
	if (command->wire == NULL ||
	    (command->instance_id != NULL && target->request->version < 160))
		return EAS_MOCK_ITEM_PROTOCOL;
	if (is_refused_on_demand (command, &status))
		return status;
	if (is_conflict (command))
		return EAS_MOCK_ITEM_CONFLICT;
	if (command->instance_id != NULL)
		return eas_mock_apply_instance (command->item->data, command->instance_id,
						command->wire, out_data);

	return eas_mock_apply_change (target, command->item->data, command->wire, out_data);
}

static void
store_change (Command *command, EasItem *data)
{
	EasMockTarget *target = command->target;
	EasMockRequest *request = target->request;

	eas_mock_mailbox_change_item (request->mailbox, target->folder, command->item, data,
				      request->device->id);
	eas_mock_state_tell (target->collection->state, command->item->id, command->item->revision);
}

static void
run_change (Command *command)
{
	g_autoptr (EasItem) data = NULL;
	guint status = change_item (command, &data);

	if (status == EAS_MOCK_ITEM_OK)
		store_change (command, data);
	respond_failure (command, EAS_AIRSYNC_CHANGE, status);
}

static void
remove_item (Command *command, gboolean as_move)
{
	EasMockTarget *target = command->target;
	EasMockMailbox *mailbox = target->request->mailbox;
	EasMockFolder *deleted = eas_mock_mailbox_default (mailbox, EAS_FOLDER_DELETED);

	if (as_move && target->folder->klass == EAS_CLASS_EMAIL && deleted != NULL &&
	    deleted != target->folder)
		eas_mock_mailbox_add_item (mailbox, deleted, command->item->data, NULL);
	eas_mock_state_untell (target->collection->state, command->item->id);
	eas_mock_mailbox_remove_item (mailbox, target->folder, command->item);
}

static void
run_delete (Command *command, gboolean as_move)
{
	g_autoptr (EasItem) data = NULL;
	guint status = EAS_MOCK_ITEM_OK;

	if (command->item == NULL) {
		status = EAS_MOCK_ITEM_MISSING;
	} else if (command->instance_id == NULL) {
		remove_item (command, as_move);
	} else if (command->target->request->version < 160) {
		status = EAS_MOCK_ITEM_PROTOCOL;
	} else {
		status = eas_mock_apply_instance_delete (command->item->data, command->instance_id,
							 &data);
		if (status == EAS_MOCK_ITEM_OK)
			store_change (command, data);
	}
	respond_failure (command, EAS_AIRSYNC_DELETE, status);
}

static void
run_fetch (Command *command)
{
	EasMockTarget *target = command->target;
	EasItemBuilder *builder = command->responses;
	guint status = command->item != NULL ? EAS_MOCK_ITEM_OK : EAS_MOCK_ITEM_MISSING;

	if (target->folder->klass != EAS_CLASS_EMAIL)
		status = EAS_MOCK_ITEM_PROTOCOL;
	eas_item_builder_start (builder, EAS_AIRSYNC_FETCH);
	eas_item_builder_text (builder, EAS_AIRSYNC_SERVER_ID, command->server_id);
	eas_item_builder_int (builder, EAS_AIRSYNC_STATUS, status);
	if (status == EAS_MOCK_ITEM_OK) {
		g_autoptr (EasItem) data = eas_mock_dialect_write (
			command->item->data, target->folder->klass, target->request->version,
			&target->collection->options, &target->request->server->settings.habits);

		eas_item_builder_start (builder, EAS_AIRSYNC_APPLICATION_DATA);
		eas_mock_copy_children (builder, data, EAS_ITEM_ROOT);
		eas_item_builder_end (builder);
	}
	eas_item_builder_end (builder);
}

static void
run_command (Command *command, gboolean deletes_as_moves)
{
	switch ((guint) eas_item_tag (command->body, command->slot)) {
	case EAS_AIRSYNC_ADD:
		run_add (command);
		break;
	case EAS_AIRSYNC_CHANGE:
		run_change (command);
		break;
	case EAS_AIRSYNC_DELETE:
		run_delete (command, deletes_as_moves);
		break;
	case EAS_AIRSYNC_FETCH:
		run_fetch (command);
		break;
	default:
		break;
	}
}

void
eas_mock_sync_commands (EasMockTarget *target,
			const EasItem *body,
			EasItemSlot slot,
			EasItemBuilder *responses)
{
	EasItemSlot commands = eas_item_child (body, slot, EAS_AIRSYNC_COMMANDS);
	gboolean deletes_as_moves = eas_mock_flag (body, slot, EAS_AIRSYNC_DELETES_AS_MOVES, TRUE);
	EasItemSlot child;

	EAS_MOCK_EACH (child, body, commands, EAS_TAG_NONE) {
		EasItemSlot data = eas_item_child (body, child, EAS_AIRSYNC_APPLICATION_DATA);
		g_autoptr (EasItem) wire =
			data != EAS_ITEM_NONE ? eas_mock_subtree (body, data) : NULL;
		Command command = { target, body, child, .wire = wire, .responses = responses };

		command.server_id = eas_mock_text (body, child, EAS_AIRSYNC_SERVER_ID);
		command.client_id = eas_mock_text (body, child, EAS_AIRSYNC_CLIENT_ID);
		command.instance_id = eas_mock_text (body, child, EAS_AIRSYNCBASE_INSTANCE_ID);
		command.item = eas_mock_folder_get_item (target->folder, command.server_id);
		run_command (&command, deletes_as_moves);
	}
}
