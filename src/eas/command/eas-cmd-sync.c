/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Sync: changes of one or several collections, both ways, in one request.
 *
 * Source: [MS-ASCMD] 2.2.1.21 Sync.
 */

#include "eas-cmd-sync.h"

/* Not safe to repeat: not every server knows a repeated Add for what it is. The flow looks first.
 */
const EasCommand eas_cmd_sync = {
	.name = "Sync",
	.code = 0,
	.since = 25,
	.until = 999,
	.request_root = EAS_AIRSYNC_SYNC,
	.response_root = EAS_AIRSYNC_SYNC,
	.status_tag = EAS_AIRSYNC_STATUS,
	.scope = EAS_SCOPE_SYNC,
	.safe_to_repeat = FALSE,
	.empty_ok = TRUE,
	.timeout = 300, /* a first window of a large folder takes slow servers minutes */
};

#define FIRST_KEY "0"

EasSyncChange *
eas_sync_change_new (EasChangeKind kind, const char *server_id)
{
	EasSyncChange *change;

	change = g_new0 (EasSyncChange, 1);
	change->kind = kind;
	change->server_id = g_strdup (server_id);

	return change;
}

EasSyncChange *
eas_sync_change_copy (const EasSyncChange *change)
{
	EasSyncChange *copy;

	g_return_val_if_fail (change != NULL, NULL);

	copy = eas_sync_change_new (change->kind, change->server_id);
	copy->client_id = g_strdup (change->client_id);
	copy->instance_id = g_strdup (change->instance_id);
	copy->status = change->status;
	copy->send = change->send;
	copy->item = change->item != NULL ? eas_item_ref (change->item) : NULL;

	return copy;
}

void
eas_sync_change_free (EasSyncChange *change)
{
	if (change == NULL)
		return;

	g_free (change->server_id);
	g_free (change->client_id);
	g_free (change->instance_id);
	g_clear_pointer (&change->item, eas_item_unref);
	g_free (change);
}

/*
 * Which part of a collection, and in which form. Bodies of everything but mail come
 * whole and plain: Sync cannot fetch the rest of them later, and asking for HTML
 * makes servers wrap plain notes into documents. Mail comes as headers with enough
 * text for a preview; the message itself is fetched when somebody opens it.
 */
typedef struct {
	EasClass klass;
	gint filter_type;
	gint64 truncation_size;
	guint preview;
} ClassDefaults;

/* clang-format off */
static const ClassDefaults class_defaults[] = {
	/* class               FilterType  TruncationSize  Preview */
	{ EAS_CLASS_EMAIL,     0,          512,            255 },
	{ EAS_CLASS_CALENDAR,  0,          -1,             0   },
	{ EAS_CLASS_CONTACTS,  -1,         -1,             0   },
	{ EAS_CLASS_TASKS,     0,          -1,             0   },
	{ EAS_CLASS_NOTES,     -1,         -1,             0   },
};
/* clang-format on */

/**
 * eas_sync_options_init:
 * @options: (out caller-allocates): to be filled
 * @klass: class of the collection
 * @version: negotiated version
 *
 * The complete Options block this program asks for by default. Conflict is always
 * stated: the server wins, so that the loser is told (status 7) and both versions
 * are in our hands.
 *
 * Source: [MS-ASCMD] Options (Sync), [MS-ASAIRS] BodyPreference.
 */
void
eas_sync_options_init (EasSyncOptions *options, EasClass klass, EasVersion version)
{
	guint ii;

	memset (options, 0, sizeof (*options));
	options->filter_type = -1;
	options->conflict = 1;
	options->mime_support = -1;
	options->mime_truncation = -1;
	options->max_items = -1;

	for (ii = 0; ii < G_N_ELEMENTS (class_defaults); ii++) {
		const ClassDefaults *defaults = &class_defaults[ii];

		if (defaults->klass != klass)
			continue;

		options->filter_type = defaults->filter_type;
		options->n_bodies = 1;
		options->bodies[0].type = EAS_BODY_PLAIN;
		options->bodies[0].truncation_size = defaults->truncation_size;
		options->bodies[0].preview = version >= EAS_VERSION_14_0 ? defaults->preview : 0;
	}
}

EasSyncRequestCollection *
eas_sync_request_collection_new (EasClass klass, const char *id, const char *key)
{
	EasSyncRequestCollection *collection;

	g_return_val_if_fail (id != NULL, NULL);

	collection = g_new0 (EasSyncRequestCollection, 1);
	collection->klass = klass;
	collection->id = g_strdup (id);
	collection->key = g_strdup (key != NULL ? key : FIRST_KEY);
	collection->get_changes = TRUE;
	collection->deletes_as_moves = TRUE;

	return collection;
}

void
eas_sync_request_collection_free (EasSyncRequestCollection *collection)
{
	if (collection == NULL)
		return;

	g_free (collection->id);
	g_free (collection->key);
	g_clear_pointer (&collection->commands, g_ptr_array_unref);
	g_free (collection);
}

void
eas_sync_request_clear (EasSyncRequest *request)
{
	g_clear_pointer (&request->collections, g_ptr_array_unref);
	memset (request, 0, sizeof (*request));
}

/* ---- Request ---- */

static void
write_optional (EasWbxmlWriter *writer, EasTag tag, gint value)
{
	if (value >= 0)
		eas_wbxml_writer_uint (writer, tag, (guint) value);
}

/* The order of the children is fixed: Status 4 else. [MS-ASAIRS] BodyPreference. */
static void
write_body_preference (EasWbxmlWriter *writer, const EasBodyPreference *body, EasVersion version)
{
	eas_wbxml_writer_start (writer, EAS_AIRSYNCBASE_BODY_PREFERENCE);
	eas_wbxml_writer_uint (writer, EAS_AIRSYNCBASE_TYPE, body->type);
	if (body->truncation_size >= 0)
		eas_wbxml_writer_int (writer, EAS_AIRSYNCBASE_TRUNCATION_SIZE,
				      body->truncation_size);
	if (body->all_or_none)
		eas_wbxml_writer_flag (writer, EAS_AIRSYNCBASE_ALL_OR_NONE, TRUE);
	if (body->preview > 0 && version >= EAS_VERSION_14_0)
		eas_wbxml_writer_uint (writer, EAS_AIRSYNCBASE_PREVIEW, MIN (body->preview, 255));
	eas_wbxml_writer_end (writer);
}

void
eas_cmd_sync_write_bodies (EasWbxmlWriter *writer,
			   const EasBodyPreference *bodies,
			   guint n_bodies,
			   EasVersion version)
{
	guint ii;

	for (ii = 0; ii < n_bodies; ii++)
		write_body_preference (writer, &bodies[ii], version);
}

static void
write_class (EasWbxmlWriter *writer, EasTag tag, EasClass klass)
{
	const char *name = eas_class_to_string (klass);

	if (name != NULL)
		eas_wbxml_writer_text (writer, tag, name);
}

static void
write_options (EasWbxmlWriter *writer,
	       const EasSyncOptions *options,
	       EasClass klass,
	       EasVersion version)
{
	eas_wbxml_writer_start (writer, EAS_AIRSYNC_OPTIONS);
	write_optional (writer, EAS_AIRSYNC_FILTER_TYPE, options->filter_type);
	if (version >= EAS_VERSION_14_0)
		write_class (writer, EAS_AIRSYNC_CLASS, klass);
	eas_cmd_sync_write_bodies (writer, options->bodies, options->n_bodies, version);
	write_optional (writer, EAS_AIRSYNC_CONFLICT, options->conflict);
	write_optional (writer, EAS_AIRSYNC_MIME_SUPPORT, options->mime_support);
	write_optional (writer, EAS_AIRSYNC_MIME_TRUNCATION, options->mime_truncation);
	if (version >= EAS_VERSION_14_0)
		write_optional (writer, EAS_AIRSYNC_MAX_ITEMS, options->max_items);
	if (options->rights_management && version >= EAS_VERSION_14_1)
		eas_wbxml_writer_flag (writer, EAS_RIGHTSMANAGEMENT_RIGHTS_MANAGEMENT_SUPPORT,
				       TRUE);
	eas_wbxml_writer_end (writer);
}

static void
write_supported (EasWbxmlWriter *writer, const EasTag *supported)
{
	guint ii;

	if (supported[0] == EAS_TAG_NONE) {
		eas_wbxml_writer_empty (writer, EAS_AIRSYNC_SUPPORTED);
		return;
	}

	eas_wbxml_writer_start (writer, EAS_AIRSYNC_SUPPORTED);
	for (ii = 0; supported[ii] != EAS_TAG_NONE; ii++)
		eas_wbxml_writer_empty (writer, supported[ii]);
	eas_wbxml_writer_end (writer);
}

static void
write_application_data (EasWbxmlWriter *writer, const EasItem *item)
{
	eas_wbxml_writer_start (writer, EAS_AIRSYNC_APPLICATION_DATA);
	eas_item_write (item, writer);
	eas_wbxml_writer_end (writer);
}

static void
write_instance_id (EasWbxmlWriter *writer, const EasSyncChange *change, EasVersion version)
{
	if (change->instance_id != NULL && version >= EAS_VERSION_16_0)
		eas_wbxml_writer_text (writer, EAS_AIRSYNCBASE_INSTANCE_ID, change->instance_id);
}

static void
write_change (EasWbxmlWriter *writer, const EasSyncChange *change, EasVersion version)
{
	static const EasTag elements[] = {
		[EAS_CHANGE_ADD] = EAS_AIRSYNC_ADD,
		[EAS_CHANGE_CHANGE] = EAS_AIRSYNC_CHANGE,
		[EAS_CHANGE_DELETE] = EAS_AIRSYNC_DELETE,
		[EAS_CHANGE_FETCH] = EAS_AIRSYNC_FETCH,
	};
	gboolean carries_item = change->kind == EAS_CHANGE_ADD || change->kind == EAS_CHANGE_CHANGE;

	g_return_if_fail (change->kind != EAS_CHANGE_SOFT_DELETE);

	eas_wbxml_writer_start (writer, elements[change->kind]);
	if (change->kind == EAS_CHANGE_ADD) {
		eas_wbxml_writer_text (writer, EAS_AIRSYNC_CLIENT_ID, change->client_id);
	} else {
		eas_wbxml_writer_text (writer, EAS_AIRSYNC_SERVER_ID, change->server_id);
		if (change->kind != EAS_CHANGE_FETCH)
			write_instance_id (writer, change, version);
	}
	if (carries_item && change->send && version >= EAS_VERSION_16_0)
		eas_wbxml_writer_empty (writer, EAS_EMAIL2_SEND);
	if (carries_item && change->item != NULL)
		write_application_data (writer, change->item);
	eas_wbxml_writer_end (writer);
}

static void
write_commands (EasWbxmlWriter *writer, const GPtrArray *commands, EasVersion version)
{
	guint ii;

	if (commands == NULL || commands->len == 0)
		return;

	eas_wbxml_writer_start (writer, EAS_AIRSYNC_COMMANDS);
	for (ii = 0; ii < commands->len; ii++)
		write_change (writer, commands->pdata[ii], version);
	eas_wbxml_writer_end (writer);
}

/* With key 0 there is nothing to get and nothing to send yet: GetChanges 1 or Commands would be
 * Status 4. */
static void
write_collection (EasWbxmlWriter *writer,
		  const EasSyncRequestCollection *collection,
		  EasVersion version)
{
	gboolean first = g_str_equal (collection->key, FIRST_KEY);

	eas_wbxml_writer_start (writer, EAS_AIRSYNC_COLLECTION);
	if (version <= EAS_VERSION_12_1)
		write_class (writer, EAS_AIRSYNC_CLASS, collection->klass);
	eas_wbxml_writer_text (writer, EAS_AIRSYNC_SYNC_KEY, collection->key);
	eas_wbxml_writer_text (writer, EAS_AIRSYNC_COLLECTION_ID, collection->id);
	if (first && collection->supported != NULL)
		write_supported (writer, collection->supported);
	if (!collection->deletes_as_moves)
		eas_wbxml_writer_flag (writer, EAS_AIRSYNC_DELETES_AS_MOVES, FALSE);
	if (!first && !collection->get_changes)
		eas_wbxml_writer_flag (writer, EAS_AIRSYNC_GET_CHANGES, FALSE);
	if (collection->window_size > 0)
		eas_wbxml_writer_uint (writer, EAS_AIRSYNC_WINDOW_SIZE,
				       MIN (collection->window_size, EAS_SYNC_MAX_WINDOW));
	if (collection->has_options)
		write_options (writer, &collection->options, collection->klass, version);
	if (!first)
		write_commands (writer, collection->commands, version);
	eas_wbxml_writer_end (writer);
}

/* Versions below 14.0 know minutes only, those below 12.1 no waiting at all. */
static void
write_waiting (EasWbxmlWriter *writer, const EasSyncRequest *request, EasVersion version)
{
	guint minutes = request->wait;

	if (request->heartbeat_interval > 0 && version >= EAS_VERSION_14_0) {
		eas_wbxml_writer_uint (writer, EAS_AIRSYNC_HEARTBEAT_INTERVAL,
				       request->heartbeat_interval);
		return;
	}

	if (minutes == 0 && request->heartbeat_interval > 0)
		minutes = CLAMP (request->heartbeat_interval / 60, 1, 59);
	if (minutes > 0 && version >= EAS_VERSION_12_1)
		eas_wbxml_writer_uint (writer, EAS_AIRSYNC_WAIT, minutes);
}

/**
 * eas_cmd_sync_build:
 * @request: what to ask
 * @version: negotiated version; decides the place of Class and what exists at all
 *
 * Writes Sync: Collections, then Wait or HeartbeatInterval, WindowSize, Partial.
 * What @version does not know is left out: InstanceId and Send below 16.0,
 * Preview and MaxItems below 14.0.
 *
 * Source: [MS-ASCMD] 2.2.1.21 Sync.
 *
 * Returns: (transfer full): the document
 */
GBytes *
eas_cmd_sync_build (const EasSyncRequest *request, EasVersion version)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();
	guint ii;

	eas_wbxml_writer_start (writer, EAS_AIRSYNC_SYNC);
	if (request->collections != NULL && request->collections->len > 0) {
		eas_wbxml_writer_start (writer, EAS_AIRSYNC_COLLECTIONS);
		for (ii = 0; ii < request->collections->len; ii++)
			write_collection (writer, request->collections->pdata[ii], version);
		eas_wbxml_writer_end (writer);
	}
	write_waiting (writer, request, version);
	if (request->window_size > 0)
		eas_wbxml_writer_uint (writer, EAS_AIRSYNC_WINDOW_SIZE,
				       MIN (request->window_size, EAS_SYNC_MAX_WINDOW));
	if (request->partial && version >= EAS_VERSION_12_1)
		eas_wbxml_writer_empty (writer, EAS_AIRSYNC_PARTIAL);
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

/* ---- Response ---- */

static void
response_collection_free (EasSyncResponseCollection *collection)
{
	g_free (collection->id);
	g_free (collection->key);
	g_clear_pointer (&collection->commands, g_ptr_array_unref);
	g_clear_pointer (&collection->responses, g_ptr_array_unref);
	g_free (collection);
}

static EasSyncResponseCollection *
response_collection_new (void)
{
	EasSyncResponseCollection *collection;

	collection = g_new0 (EasSyncResponseCollection, 1);
	collection->status = 1;
	collection->commands =
		g_ptr_array_new_with_free_func ((GDestroyNotify) eas_sync_change_free);
	collection->responses =
		g_ptr_array_new_with_free_func ((GDestroyNotify) eas_sync_change_free);

	return collection;
}

void
eas_sync_response_clear (EasSyncResponse *response)
{
	g_clear_pointer (&response->collections, g_ptr_array_unref);
	memset (response, 0, sizeof (*response));
}

static gboolean
change_kind_from_tag (EasTag tag, EasChangeKind *out_kind)
{
	switch (tag) {
	case EAS_AIRSYNC_ADD:
		*out_kind = EAS_CHANGE_ADD;
		return TRUE;
	case EAS_AIRSYNC_CHANGE:
		*out_kind = EAS_CHANGE_CHANGE;
		return TRUE;
	case EAS_AIRSYNC_DELETE:
		*out_kind = EAS_CHANGE_DELETE;
		return TRUE;
	case EAS_AIRSYNC_SOFT_DELETE:
		*out_kind = EAS_CHANGE_SOFT_DELETE;
		return TRUE;
	case EAS_AIRSYNC_FETCH:
		*out_kind = EAS_CHANGE_FETCH;
		return TRUE;
	default:
		return FALSE;
	}
}

static EasSyncChange *
read_change (EasWbxmlReader *reader, EasChangeKind kind, guint default_status)
{
	g_autoptr (EasSyncChange) change = eas_sync_change_new (kind, NULL);
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	change->status = default_status;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		switch (tag) {
		case EAS_AIRSYNC_SERVER_ID:
			eas_wbxml_reader_text (reader, &change->server_id);
			break;
		case EAS_AIRSYNC_CLIENT_ID:
			eas_wbxml_reader_text (reader, &change->client_id);
			break;
		case EAS_AIRSYNCBASE_INSTANCE_ID:
			eas_wbxml_reader_text (reader, &change->instance_id);
			break;
		case EAS_EMAIL2_SEND:
			change->send = eas_wbxml_reader_flag (reader);
			break;
		case EAS_AIRSYNC_APPLICATION_DATA:
			g_clear_pointer (&change->item, eas_item_unref);
			change->item = eas_item_read (reader);
			break;
		default:
			if (default_status > 0 && eas_command_is_status (tag))
				change->status = eas_wbxml_reader_uint (reader);
			break;
		}
	}

	return g_steal_pointer (&change);
}

static gboolean
text_is_empty (const char *text)
{
	return text == NULL || *text == '\0';
}

/* Reads Commands or Responses. An entry that names no item says nothing and is left out. */
static void
read_changes (EasWbxmlReader *reader, guint default_status, GPtrArray *changes)
{
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		EasSyncChange *change;
		EasChangeKind kind;

		if (!change_kind_from_tag (tag, &kind))
			continue;

		change = read_change (reader, kind, default_status);
		if (text_is_empty (change->server_id) && text_is_empty (change->client_id))
			eas_sync_change_free (change);
		else
			g_ptr_array_add (changes, change);
	}
}

static EasSyncResponseCollection *
read_collection (EasWbxmlReader *reader)
{
	EasSyncResponseCollection *collection = response_collection_new ();
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		switch (tag) {
		case EAS_AIRSYNC_SYNC_KEY:
			eas_wbxml_reader_text (reader, &collection->key);
			break;
		case EAS_AIRSYNC_COLLECTION_ID:
			eas_wbxml_reader_text (reader, &collection->id);
			break;
		case EAS_AIRSYNC_MORE_AVAILABLE:
			collection->more = eas_wbxml_reader_flag (reader);
			break;
		case EAS_AIRSYNC_COMMANDS:
			read_changes (reader, /* default_status */ 0, collection->commands);
			break;
		case EAS_AIRSYNC_RESPONSES:
			read_changes (reader, /* default_status */ 1, collection->responses);
			break;
		default:
			if (eas_command_is_status (tag))
				collection->status = eas_wbxml_reader_uint (reader);
			break;
		}
	}

	/* An empty key is none: sending it back would start from nothing. */
	if (text_is_empty (collection->key))
		g_clear_pointer (&collection->key, g_free);

	return collection;
}

static void
read_collections (EasWbxmlReader *reader, GPtrArray *collections)
{
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		if (tag == EAS_AIRSYNC_COLLECTION)
			g_ptr_array_add (collections, read_collection (reader));
	}
}

/**
 * eas_cmd_sync_parse:
 * @body: (nullable): the response body; %NULL or empty means that nothing changed
 * @out: (out caller-allocates): cleared with eas_sync_response_clear()
 * @error: return location
 *
 * Reads Sync: Status and Limit of the whole answer, then each Collection with its
 * Commands and Responses, everything in any order. A missing Status reads as 1.
 * Items borrow from @body and keep it alive.
 *
 * Errors: %EAS_ERROR_PROTOCOL when the document is malformed. @out is untouched
 * on failure.
 *
 * Source: [MS-ASCMD] 2.2.1.21 Sync.
 *
 * Returns: %TRUE on success
 */
gboolean
eas_cmd_sync_parse (GBytes *body, EasSyncResponse *out, GError **error)
{
	g_auto (EasSyncResponse) response = { .status = 1 };
	g_auto (EasWbxmlReader) reader = { 0 };
	guint level;
	EasTag tag;

	response.collections =
		g_ptr_array_new_with_free_func ((GDestroyNotify) response_collection_free);
	response.empty = body == NULL || g_bytes_get_size (body) == 0;

	if (!response.empty) {
		if (!eas_command_open (&eas_cmd_sync, body, &reader, &level, error))
			return FALSE;

		while (eas_wbxml_reader_next (&reader, level, &tag)) {
			if (tag == EAS_AIRSYNC_COLLECTIONS)
				read_collections (&reader, response.collections);
			else if (tag == EAS_AIRSYNC_LIMIT)
				response.limit = eas_wbxml_reader_uint (&reader);
			else if (eas_command_is_status (tag))
				response.status = eas_wbxml_reader_uint (&reader);
		}

		if (!eas_command_finish (&eas_cmd_sync, &reader, error))
			return FALSE;
	}

	*out = response;
	memset (&response, 0, sizeof (response));

	return TRUE;
}
