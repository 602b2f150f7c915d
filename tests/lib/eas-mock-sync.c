/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Sync: keys, windows, waiting. What the commands of a client do to an item is
 * in eas-mock-apply.c, what a collection has to tell in eas-mock-changes.c.
 *
 * Source: [MS-ASCMD] 2.2.1.21 Sync, 3.1.5.3 Synchronizing.
 */

#include <string.h>

#include "eas-mock-command.h"
#include "eas-mock-dialect.h"
#include "eas-mock-faults.h"
#include "eas-mock-sync-commands.h"

#define DEFAULT_WINDOW 100
#define MAX_COMMANDS   200
#define MIN_WAIT       1 /* minutes */
#define MAX_WAIT       59
#define MIN_HEARTBEAT  60 /* seconds */
#define MAX_HEARTBEAT  3540

enum {
	SYNC_OK = 1,
	SYNC_KEY = 3,
	SYNC_PROTOCOL = 4,
	SYNC_HIERARCHY = 12,
	SYNC_INCOMPLETE = 13,
	SYNC_WAIT = 14,
	SYNC_TOO_MANY = 15,
	SYNC_RETRY = 16
};

/* One collection of the request, or of the one remembered. */
typedef struct {
	char *id;
	EasItemSlot slot; /* NONE: from memory, with the key it has */
	EasMockFolder *folder;
	EasMockCollection *collection;
	EasItem *answer; /* NULL: nothing to say */
	gboolean has_commands;
	gboolean is_first; /* key 0 */
} Part;

typedef struct {
	EasMockRequest *request;
	const EasItem *body; /* without children where the request had none */
	GPtrArray *parts;
	guint wait;   /* seconds; 0: answer at once */
	guint window; /* left for the whole answer */
} Sync;

static void
part_free (gpointer data)
{
	Part *part = data;

	g_free (part->id);
	g_clear_pointer (&part->answer, eas_item_unref);
	g_free (part);
}

/* --- Order of elements, [MS-ASCMD] 2.2.3.29.2 Collection (Sync) ----------- */

static const EasTag collection_order[] = {
	EAS_AIRSYNC_CLASS,       EAS_AIRSYNC_SYNC_KEY,          EAS_AIRSYNC_COLLECTION_ID,
	EAS_AIRSYNC_SUPPORTED,   EAS_AIRSYNC_DELETES_AS_MOVES,  EAS_AIRSYNC_GET_CHANGES,
	EAS_AIRSYNC_WINDOW_SIZE, EAS_AIRSYNC_CONVERSATION_MODE, EAS_AIRSYNC_OPTIONS,
	EAS_AIRSYNC_COMMANDS,
};

static int
place_in_order (EasTag tag)
{
	for (guint i = 0; i < G_N_ELEMENTS (collection_order); i++) {
		if (collection_order[i] == tag)
			return i;
	}

	return -1;
}

static gboolean
is_well_formed (const EasMockRequest *request, EasItemSlot collection)
{
	const EasItem *body = request->body;
	int last = -1;
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, body, collection, EAS_TAG_NONE) {
		EasTag tag = eas_item_tag (body, slot);
		int place = place_in_order (tag);

		if (place < 0 || place < last || (place == last && tag != EAS_AIRSYNC_OPTIONS))
			return FALSE;
		if (tag == EAS_AIRSYNC_CLASS && request->version > 121)
			return FALSE;
		if (tag == EAS_AIRSYNC_COMMANDS && eas_item_n_children (body, slot) == 0)
			return FALSE;
		last = place;
	}

	return eas_mock_text (body, collection, EAS_AIRSYNC_SYNC_KEY) != NULL &&
	       eas_mock_text (body, collection, EAS_AIRSYNC_COLLECTION_ID) != NULL;
}

/* --- The request --------------------------------------------------------- */

static void
fail_whole (Sync *sync, guint status, int limit)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	eas_item_builder_int (builder, EAS_AIRSYNC_STATUS, status);
	if (limit >= 0)
		eas_item_builder_int (builder, EAS_AIRSYNC_LIMIT, limit);
	eas_mock_reply_set_tree (&sync->request->reply, EAS_AIRSYNC_SYNC, builder);
}

static void
add_part (Sync *sync, const char *id, EasItemSlot slot)
{
	Part *part = g_new0 (Part, 1);

	part->id = g_strdup (id);
	part->slot = slot;
	part->folder = eas_mock_mailbox_get_folder (sync->request->mailbox, id);
	part->collection = eas_mock_device_collection (sync->request->device, id);
	part->has_commands =
		eas_item_child (sync->body, slot, EAS_AIRSYNC_COMMANDS) != EAS_ITEM_NONE;
	part->is_first =
		slot != EAS_ITEM_NONE &&
		g_strcmp0 (eas_mock_text (sync->body, slot, EAS_AIRSYNC_SYNC_KEY), "0") == 0;
	g_ptr_array_add (sync->parts, part);
}

/* Those of the last request that this one does not name. */
static gboolean
add_remembered (Sync *sync)
{
	GPtrArray *cache = sync->request->device->sync_cache;
	guint n_named = sync->parts->len;

	if (cache->len == 0)
		return FALSE;
	for (guint i = 0; i < cache->len; i++) {
		gboolean named = FALSE;

		for (guint j = 0; j < n_named && !named; j++)
			named = g_str_equal (((Part *) sync->parts->pdata[j])->id, cache->pdata[i]);
		if (!named)
			add_part (sync, cache->pdata[i], EAS_ITEM_NONE);
	}

	return TRUE;
}

static void
remember_parts (Sync *sync)
{
	GPtrArray *cache = sync->request->device->sync_cache;

	g_ptr_array_set_size (cache, 0);
	for (guint i = 0; i < sync->parts->len; i++)
		g_ptr_array_add (cache, g_strdup (((Part *) sync->parts->pdata[i])->id));
}

/* Exchange from 16.0 wants one command an item and request. */
static gboolean
has_two_commands_on_one_item (const EasItem *body, EasItemSlot collection)
{
	EasItemSlot commands = eas_item_child (body, collection, EAS_AIRSYNC_COMMANDS);
	g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, body, commands, EAS_TAG_NONE) {
		const char *id = eas_mock_text (body, slot, EAS_AIRSYNC_SERVER_ID);

		if (id != NULL && !g_hash_table_add (ids, (gpointer) id))
			return TRUE;
	}

	return FALSE;
}

static gboolean
read_parts (Sync *sync)
{
	const EasItem *body = sync->body;
	EasItemSlot collections = eas_item_child (body, EAS_ITEM_ROOT, EAS_AIRSYNC_COLLECTIONS);
	gboolean partial = sync->request->body == NULL || eas_item_has (body, EAS_AIRSYNC_PARTIAL);
	guint n_commands = 0;
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, body, collections, EAS_AIRSYNC_COLLECTION) {
		if (!is_well_formed (sync->request, slot)) {
			fail_whole (sync, SYNC_PROTOCOL, -1);
			return FALSE;
		}
		if (sync->request->version >= 160 && sync->request->server->settings.one_command &&
		    has_two_commands_on_one_item (body, slot)) {
			fail_whole (sync, SYNC_RETRY, -1);
			return FALSE;
		}
		n_commands += eas_item_n_children (
			body, eas_item_child (body, slot, EAS_AIRSYNC_COMMANDS));
		add_part (sync, eas_mock_text (body, slot, EAS_AIRSYNC_COLLECTION_ID), slot);
	}
	if (partial && (sync->request->version < 121 || !add_remembered (sync))) {
		fail_whole (sync, SYNC_INCOMPLETE, -1);
		return FALSE;
	}
	if (sync->parts->len == 0 || n_commands > MAX_COMMANDS) {
		fail_whole (sync, SYNC_PROTOCOL, -1);
		return FALSE;
	}
	if (sync->parts->len > sync->request->server->settings.max_collections) {
		fail_whole (sync, SYNC_TOO_MANY, sync->request->server->settings.max_collections);
		return FALSE;
	}

	return TRUE;
}

/* Wait in minutes, HeartbeatInterval in seconds; FALSE: answered. */
static gboolean
read_wait (Sync *sync)
{
	gboolean has_wait = eas_item_has (sync->body, EAS_AIRSYNC_WAIT);
	gboolean has_heartbeat = eas_item_has (sync->body, EAS_AIRSYNC_HEARTBEAT_INTERVAL);
	guint minutes = eas_mock_uint (sync->body, EAS_ITEM_ROOT, EAS_AIRSYNC_WAIT, 0);
	guint seconds =
		eas_mock_uint (sync->body, EAS_ITEM_ROOT, EAS_AIRSYNC_HEARTBEAT_INTERVAL, 0);

	if ((has_wait && has_heartbeat) || (has_wait && sync->request->version < 121) ||
	    (has_heartbeat && sync->request->version < 140))
		fail_whole (sync, SYNC_PROTOCOL, -1);
	else if (has_wait && (minutes < MIN_WAIT || minutes > MAX_WAIT))
		fail_whole (sync, SYNC_WAIT, minutes < MIN_WAIT ? MIN_WAIT : MAX_WAIT);
	else if (has_heartbeat && (seconds < MIN_HEARTBEAT || seconds > MAX_HEARTBEAT))
		fail_whole (sync, SYNC_WAIT,
			    seconds < MIN_HEARTBEAT ? MIN_HEARTBEAT : MAX_HEARTBEAT);
	else {
		sync->wait = has_wait ? minutes * 60 : seconds;
		/* An empty request repeats the wait of the last one, too. */
		if (sync->request->body == NULL)
			sync->wait = sync->request->device->sync_wait;
		sync->request->device->sync_wait = sync->wait;
		return TRUE;
	}

	return FALSE;
}

/* --- Options ------------------------------------------------------------- */

static gboolean
read_body_preference (const EasItem *body, EasItemSlot slot, GArray *bodies)
{
	EasBodyPreference preference = { .truncation_size = -1 };
	gint64 size;

	preference.type = eas_mock_uint (body, slot, EAS_AIRSYNCBASE_TYPE, 0);
	if (eas_item_int (body, eas_item_child (body, slot, EAS_AIRSYNCBASE_TRUNCATION_SIZE),
			  &size))
		preference.truncation_size = size;
	preference.all_or_none = eas_mock_flag (body, slot, EAS_AIRSYNCBASE_ALL_OR_NONE, FALSE);
	preference.preview = eas_mock_uint (body, slot, EAS_AIRSYNCBASE_PREVIEW, 0);
	/* Children in their order, one block a type. [MS-ASAIRS] 2.2.2.12 BodyPreference */
	if (preference.type < EAS_BODY_PLAIN || preference.type > EAS_BODY_MIME ||
	    preference.preview > 255 ||
	    eas_item_tag (body, eas_item_child (body, slot, EAS_TAG_NONE)) != EAS_AIRSYNCBASE_TYPE)
		return FALSE;
	for (guint i = 0; i < bodies->len; i++) {
		if (g_array_index (bodies, EasBodyPreference, i).type == preference.type)
			return FALSE;
	}
	g_array_append_val (bodies, preference);

	return TRUE;
}

gboolean
eas_mock_options_read (EasMockOptions *options,
		       const EasItem *body,
		       EasItemSlot slot,
		       EasClass klass)
{
	EasMockOptions fresh;
	EasItemSlot child;
	gboolean good = TRUE;

	eas_mock_options_init (&fresh);
	fresh.filter = eas_mock_uint (body, slot, EAS_AIRSYNC_FILTER_TYPE, 0);
	fresh.client_wins = eas_item_child (body, slot, EAS_AIRSYNC_CONFLICT) != EAS_ITEM_NONE &&
			    eas_mock_uint (body, slot, EAS_AIRSYNC_CONFLICT, 1) == 0;
	fresh.mime_support = eas_mock_uint (body, slot, EAS_AIRSYNC_MIME_SUPPORT, 0);
	fresh.mime_truncation = eas_mock_uint (body, slot, EAS_AIRSYNC_MIME_TRUNCATION, 8);
	EAS_MOCK_EACH (child, body, slot, EAS_AIRSYNCBASE_BODY_PREFERENCE) {
		good = good && read_body_preference (body, child, fresh.bodies);
	}
	if (!good || !eas_mock_filter_is_valid (klass, fresh.filter)) {
		eas_mock_options_clear (&fresh);
		return FALSE;
	}
	eas_mock_options_clear (options);
	*options = fresh;

	return TRUE;
}

static void
read_supported (Sync *sync, Part *part)
{
	EasItemSlot supported = eas_item_child (sync->body, part->slot, EAS_AIRSYNC_SUPPORTED);
	EasItemSlot slot;

	g_clear_pointer (&part->collection->supported, g_hash_table_unref);
	if (supported == EAS_ITEM_NONE)
		return;
	part->collection->supported = g_hash_table_new (NULL, NULL);
	EAS_MOCK_EACH (slot, sync->body, supported, EAS_TAG_NONE) {
		g_hash_table_add (part->collection->supported,
				  GUINT_TO_POINTER (eas_item_tag (sync->body, slot)));
	}
}

/* --- Answers ------------------------------------------------------------- */

static void
start_answer (Sync *sync, Part *part, EasItemBuilder *builder, const char *key, guint status)
{
	if (sync->request->version <= 121 && part->folder != NULL)
		eas_item_builder_text (builder, EAS_AIRSYNC_CLASS,
				       eas_mock_class_name (part->folder->klass));
	eas_item_builder_text (builder, EAS_AIRSYNC_SYNC_KEY, key);
	eas_item_builder_text (builder, EAS_AIRSYNC_COLLECTION_ID, part->id);
	eas_item_builder_int (builder, EAS_AIRSYNC_STATUS, status);
}

static void
fail_part (Sync *sync, Part *part, guint status)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	const char *key = status == SYNC_KEY
				  ? "0"
				  : eas_mock_text (sync->body, part->slot, EAS_AIRSYNC_SYNC_KEY);

	start_answer (sync, part, builder, key != NULL ? key : "0", status);
	part->answer = eas_item_builder_finish (builder);
}

static void
put_change (Sync *sync, Part *part, EasItemBuilder *builder, const EasMockChange *change)
{
	static const EasTag tags[] = { EAS_AIRSYNC_ADD, EAS_AIRSYNC_CHANGE, EAS_AIRSYNC_DELETE,
				       EAS_AIRSYNC_SOFT_DELETE };

	eas_item_builder_start (builder, tags[change->kind]);
	eas_item_builder_text (builder, EAS_AIRSYNC_SERVER_ID, change->id);
	if (change->item != NULL) {
		g_autoptr (EasItem) data = eas_mock_dialect_write (
			change->item->data, part->folder->klass, sync->request->version,
			&part->collection->options, &sync->request->server->settings.habits);

		eas_item_builder_start (builder, EAS_AIRSYNC_APPLICATION_DATA);
		eas_mock_copy_children (builder, data, EAS_ITEM_ROOT);
		eas_item_builder_end (builder);
	}
	eas_item_builder_end (builder);
}

static void
put_tombstones (Sync *sync, Part *part, EasItemBuilder *builder)
{
	const EasMockFault *fault;

	if (!eas_mock_faults_take (sync->request->server->faults, EAS_MOCK_FAULT_TOMBSTONES,
				   sync->request, part->folder, NULL, &fault))
		return;
	for (guint i = 0; i < fault->value; i++) {
		g_autofree char *id = g_strdup_printf ("%s:gone%u", part->folder->id, i);

		eas_item_builder_start (builder, EAS_AIRSYNC_DELETE);
		eas_item_builder_text (builder, EAS_AIRSYNC_SERVER_ID, id);
		eas_item_builder_end (builder);
	}
}

/* TRUE when there was anything to tell. */
static gboolean
put_changes (Sync *sync, Part *part, EasItemBuilder *builder, gboolean *out_more)
{
	g_autoptr (GArray) changes =
		eas_mock_list_changes (sync->request, part->collection, part->folder);
	guint window = MIN (sync->window, part->collection->window);
	gboolean stalled =
		eas_mock_faults_take (sync->request->server->faults, EAS_MOCK_FAULT_STALL,
				      sync->request, part->folder, NULL, NULL);
	guint count = stalled ? 0 : MIN (window, changes->len);

	*out_more = count < changes->len;
	sync->window -= count;
	if (changes->len == 0)
		return FALSE;
	if (count == 0)
		return TRUE;
	eas_item_builder_start (builder, EAS_AIRSYNC_COMMANDS);
	for (guint i = 0; i < count; i++) {
		const EasMockChange *change = &g_array_index (changes, EasMockChange, i);

		put_change (sync, part, builder, change);
		if (change->item != NULL)
			eas_mock_state_tell (part->collection->state, change->id,
					     change->item->revision);
		else
			eas_mock_state_untell (part->collection->state, change->id);
	}
	put_tombstones (sync, part, builder);
	eas_item_builder_end (builder);

	return TRUE;
}

/* --- A collection -------------------------------------------------------- */

static guint
read_window (Sync *sync, Part *part)
{
	guint window =
		eas_mock_uint (sync->body, part->slot, EAS_AIRSYNC_WINDOW_SIZE, DEFAULT_WINDOW);
	guint most = sync->request->server->settings.max_window;

	return window == 0 || window > most ? most : window;
}

static gboolean
wants_changes (Sync *sync, Part *part)
{
	return part->slot == EAS_ITEM_NONE ||
	       eas_mock_flag (sync->body, part->slot, EAS_AIRSYNC_GET_CHANGES, TRUE);
}

static void
begin_collection (Sync *sync, Part *part)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autofree char *key = NULL;

	if (part->has_commands ||
	    eas_mock_flag (sync->body, part->slot, EAS_AIRSYNC_GET_CHANGES, FALSE)) {
		fail_part (sync, part, SYNC_PROTOCOL);
		return;
	}
	read_supported (sync, part);
	eas_mock_state_restart (part->collection->state);
	eas_mock_state_advance (part->collection->state);
	key = eas_mock_state_dup_key (part->collection->state);
	start_answer (sync, part, builder, key, SYNC_OK);
	part->answer = eas_item_builder_finish (builder);
}

/* The collection as the client sent it, so that a repeated request is known again. */
static char *
digest_part (Sync *sync, Part *part)
{
	g_autoptr (EasItem) copy = eas_mock_subtree (sync->body, part->slot);

	return g_strdup_printf ("%016" G_GINT64_MODIFIER "x", eas_item_hash (copy));
}

/* FALSE: the part is answered. */
static gboolean
accept_key (Sync *sync, Part *part, const char *digest)
{
	EasMockState *state = part->collection->state;
	EasMockKey verdict = EAS_MOCK_KEY_CURRENT;

	if (part->slot != EAS_ITEM_NONE)
		verdict = eas_mock_state_judge (
			state, eas_mock_text (sync->body, part->slot, EAS_AIRSYNC_SYNC_KEY));
	if (verdict == EAS_MOCK_KEY_PREVIOUS && part->has_commands && !wants_changes (sync, part) &&
	    !sync->request->server->settings.strict_uploads)
		verdict = EAS_MOCK_KEY_CURRENT;
	if (verdict == EAS_MOCK_KEY_INVALID || state->current == 0) {
		fail_part (sync, part, SYNC_KEY);
		return FALSE;
	}
	if (verdict == EAS_MOCK_KEY_PREVIOUS && sync->request->server->settings.detect_duplicates &&
	    g_strcmp0 (state->request, digest) == 0) {
		part->answer = eas_item_ref (state->answer);
		return FALSE;
	}
	if (sync->request->server->settings.moving_keys)
		eas_mock_client_ids_confirm (part->collection, verdict);
	eas_mock_state_accept (state, verdict);

	return TRUE;
}

static void
finish_part (Sync *sync, Part *part, EasItemBuilder *rest, gboolean more, const char *digest)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autoptr (EasItem) content = eas_item_builder_finish (rest);
	g_autofree char *key = NULL;

	if (wants_changes (sync, part) || sync->request->server->settings.moving_keys)
		eas_mock_state_advance (part->collection->state);
	else
		part->collection->state->still = TRUE;
	key = eas_mock_state_dup_key (part->collection->state);
	start_answer (sync, part, builder, key, SYNC_OK);
	eas_mock_copy_children (builder, content, EAS_ITEM_ROOT);
	if (more)
		eas_item_builder_empty (builder, EAS_AIRSYNC_MORE_AVAILABLE);
	part->answer = eas_item_builder_finish (builder);
	eas_mock_state_remember_answer (part->collection->state, digest, part->answer);
}

static void
continue_collection (Sync *sync, Part *part)
{
	g_autoptr (EasItemBuilder) changes = eas_item_builder_new ();
	g_autoptr (EasItemBuilder) responses = eas_item_builder_new ();
	g_autoptr (EasItem) response_item = NULL;
	g_autofree char *digest = digest_part (sync, part);
	EasMockTarget target = { sync->request, part->collection, part->folder };
	gboolean more = FALSE, anything = FALSE;

	if (!accept_key (sync, part, digest))
		return;
	if (part->has_commands)
		eas_mock_sync_commands (&target, sync->body, part->slot, responses);
	if (wants_changes (sync, part))
		anything = put_changes (sync, part, changes, &more);
	if (!anything && !part->has_commands && !part->collection->state->still)
		return;

	response_item = eas_item_builder_finish (responses);
	if (eas_item_n_children (response_item, EAS_ITEM_ROOT) > 0) {
		eas_item_builder_start (changes, EAS_AIRSYNC_RESPONSES);
		eas_mock_copy_children (changes, response_item, EAS_ITEM_ROOT);
		eas_item_builder_end (changes);
	}
	finish_part (sync, part, changes, more, digest);
}

static void
run_part (Sync *sync, Part *part)
{
	EasItemSlot options = eas_item_child (sync->body, part->slot, EAS_AIRSYNC_OPTIONS);
	const EasMockFault *fault = NULL;

	if (sync->request->device->hierarchy->current == 0 || part->folder == NULL ||
	    part->folder->klass == EAS_CLASS_NONE ||
	    (part->folder->klass == EAS_CLASS_NOTES && sync->request->version < 140)) {
		fail_part (sync, part, SYNC_HIERARCHY);
		return;
	}
	if (eas_mock_faults_take (sync->request->server->faults, EAS_MOCK_FAULT_COLLECTION_STATUS,
				  sync->request, part->folder, NULL, &fault)) {
		fail_part (sync, part, fault->value);
		return;
	}
	if (options != EAS_ITEM_NONE &&
	    !eas_mock_options_read (&part->collection->options, sync->body, options,
				    part->folder->klass)) {
		fail_part (sync, part, SYNC_PROTOCOL);
		return;
	}
	if (part->slot != EAS_ITEM_NONE)
		part->collection->window = read_window (sync, part);
	if (part->is_first)
		begin_collection (sync, part);
	else
		continue_collection (sync, part);
}

/* --- The whole ----------------------------------------------------------- */

static gboolean
may_wait (Sync *sync)
{
	if (sync->wait == 0 || sync->request->timed_out)
		return FALSE;
	for (guint i = 0; i < sync->parts->len; i++) {
		Part *part = sync->parts->pdata[i];

		if (part->answer != NULL || part->has_commands || part->is_first)
			return FALSE;
	}

	return TRUE;
}

/* Versions without empty answers get the key they have again. */
static void
answer_unchanged (Sync *sync)
{
	if (sync->request->version >= 121 && sync->request->server->settings.empty_answers)
		return;
	for (guint i = 0; i < sync->parts->len; i++) {
		Part *part = sync->parts->pdata[i];
		g_autoptr (EasItemBuilder) builder = NULL;
		g_autofree char *key = NULL;

		if (part->answer != NULL)
			continue;
		builder = eas_item_builder_new ();
		key = eas_mock_state_dup_key (part->collection->state);
		start_answer (sync, part, builder, key, SYNC_OK);
		part->answer = eas_item_builder_finish (builder);
	}
}

static void
answer_parts (Sync *sync)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	guint count = 0;

	eas_item_builder_start (builder, EAS_AIRSYNC_COLLECTIONS);
	for (guint i = 0; i < sync->parts->len; i++) {
		Part *part = sync->parts->pdata[i];

		if (part->answer == NULL)
			continue;
		eas_item_builder_start (builder, EAS_AIRSYNC_COLLECTION);
		eas_mock_copy_children (builder, part->answer, EAS_ITEM_ROOT);
		eas_item_builder_end (builder);
		count++;
	}
	eas_item_builder_end (builder);
	/* Nothing anywhere: 200 without a body. [MS-ASCMD] 2.2.1.21 */
	if (count > 0)
		eas_mock_reply_set_tree (&sync->request->reply, EAS_AIRSYNC_SYNC, builder);
}

void
eas_mock_sync (EasMockRequest *request)
{
	g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (part_free);
	g_autoptr (EasItem) body =
		request->body != NULL ? eas_item_ref (request->body) : eas_mock_nothing ();
	Sync sync = { .request = request, .body = body, .parts = parts };
	guint window = eas_mock_uint (body, EAS_ITEM_ROOT, EAS_AIRSYNC_WINDOW_SIZE, 0);

	sync.window = window == 0 || window > request->server->settings.max_window
			      ? request->server->settings.max_window
			      : window;
	if (!read_wait (&sync) || !read_parts (&sync))
		return;
	for (guint i = 0; i < parts->len; i++)
		run_part (&sync, parts->pdata[i]);
	if (may_wait (&sync)) {
		request->wait_until = request->entry->when + sync.wait * G_USEC_PER_SEC;
		return;
	}
	remember_parts (&sync);
	answer_unchanged (&sync);
	answer_parts (&sync);
}
