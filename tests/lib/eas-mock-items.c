/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ItemOperations and MoveItems. Source: [MS-ASCMD] 2.2.1.10 ItemOperations, 2.2.1.12 MoveItems. */

#include <string.h>

#include "eas-item-codec.h"
#include "eas-mock-command.h"
#include "eas-mock-dialect.h"
#include "eas-mock-sync-commands.h"

#define MAX_OPERATIONS 100

enum {
	INVALID_XML = 103,

	OPERATION_OK = 1,
	OPERATION_PROTOCOL = 2,
	OPERATION_MISSING = 6,
	OPERATION_RANGE = 8,
	OPERATION_STORE = 9,
	OPERATION_TOO_MANY = 11,
	OPERATION_ATTACHMENT = 15,
	OPERATION_NEEDS_ALWAYS = 155,
	OPERATION_NO_DESTINATION = 156,

	MOVE_NO_SOURCE = 1,
	MOVE_NO_DESTINATION = 2,
	MOVE_OK = 3,
	MOVE_SAME = 4
};

typedef struct {
	EasMockRequest *request;
	EasItemBuilder *builder;
	GPtrArray *parts; /* GBytes; NULL unless a multipart answer is wanted */
} Operations;

typedef void (*RunOperation) (Operations *operations, const EasItem *body, EasItemSlot slot);

/* --- Fetch --------------------------------------------------------------- */

/* The bytes themselves in a multipart answer, else base64. */
static void
put_data (Operations *operations, EasTag data_tag, GBytes *bytes)
{
	gsize size = 0;
	const guint8 *data = g_bytes_get_data (bytes, &size);
	g_autofree char *encoded = NULL;

	if (operations->parts != NULL) {
		g_ptr_array_add (operations->parts, g_bytes_ref (bytes));
		eas_item_builder_int (operations->builder, EAS_ITEMOPERATIONS_PART,
				      operations->parts->len);
		return;
	}
	encoded = g_base64_encode (data, size);
	eas_item_builder_text (operations->builder, data_tag, encoded);
}

/* "m-n" into an offset and a length; FALSE: not within the file. */
static gboolean
read_range (const char *range, gsize size, gsize *out_start, gsize *out_length)
{
	g_auto (GStrv) ends = NULL;
	guint64 first, last;

	*out_start = 0;
	*out_length = size;
	if (range == NULL)
		return TRUE;
	ends = g_strsplit (range, "-", 2);
	if (g_strv_length (ends) != 2 ||
	    !g_ascii_string_to_unsigned (ends[0], 10, 0, G_MAXUINT32, &first, NULL) ||
	    !g_ascii_string_to_unsigned (ends[1], 10, 0, G_MAXUINT32, &last, NULL) ||
	    first >= size || last < first)
		return FALSE;
	*out_start = first;
	*out_length = MIN (last, size - 1) - first + 1;

	return TRUE;
}

static void
put_fetch_status (Operations *operations, guint status)
{
	eas_item_builder_int (operations->builder, EAS_ITEMOPERATIONS_STATUS, status);
}

static void
fetch_file (Operations *operations, const EasItem *body, EasItemSlot fetch, const char *reference)
{
	EasItemBuilder *builder = operations->builder;
	GBytes *blob = g_hash_table_lookup (operations->request->mailbox->blobs, reference);
	const char *range =
		eas_mock_text (body, eas_item_child (body, fetch, EAS_ITEMOPERATIONS_OPTIONS),
			       EAS_ITEMOPERATIONS_RANGE);
	gsize start = 0, length = 0;
	g_autoptr (GBytes) slice = NULL;

	if (blob == NULL || !read_range (range, g_bytes_get_size (blob), &start, &length)) {
		put_fetch_status (operations,
				  blob == NULL ? OPERATION_ATTACHMENT : OPERATION_RANGE);
		eas_item_builder_text (builder, EAS_AIRSYNCBASE_FILE_REFERENCE, reference);
		return;
	}
	slice = g_bytes_new_from_bytes (blob, start, length);
	put_fetch_status (operations, OPERATION_OK);
	eas_item_builder_text (builder, EAS_AIRSYNCBASE_FILE_REFERENCE, reference);
	eas_item_builder_start (builder, EAS_ITEMOPERATIONS_PROPERTIES);
	if (range != NULL) {
		g_autofree char *given = g_strdup_printf ("%" G_GSIZE_FORMAT "-%" G_GSIZE_FORMAT,
							  start, start + length - 1);

		eas_item_builder_text (builder, EAS_ITEMOPERATIONS_RANGE, given);
		eas_item_builder_int (builder, EAS_ITEMOPERATIONS_TOTAL, g_bytes_get_size (blob));
	}
	eas_item_builder_text (builder, EAS_AIRSYNCBASE_CONTENT_TYPE, "application/octet-stream");
	put_data (operations, EAS_ITEMOPERATIONS_DATA, slice);
	eas_item_builder_end (builder);
}

/* In a multipart answer the text of the body is a part, too. */
static void
put_properties (Operations *operations, const EasItem *data, EasItemSlot parent)
{
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, data, parent, EAS_TAG_NONE) {
		EasTag tag = eas_item_tag (data, slot);

		if (operations->parts != NULL && tag == EAS_AIRSYNCBASE_BODY) {
			eas_item_builder_start (operations->builder, tag);
			put_properties (operations, data, slot);
			eas_item_builder_end (operations->builder);
		} else if (operations->parts != NULL && tag == EAS_AIRSYNCBASE_DATA) {
			g_autoptr (GBytes) text = eas_item_bytes (data, slot);

			put_data (operations, tag, text);
		} else {
			eas_item_builder_copy (operations->builder, data, slot);
		}
	}
}

static void
fetch_item (Operations *operations, const EasItem *body, EasItemSlot fetch)
{
	EasMockRequest *request = operations->request;
	const char *collection_id = eas_mock_text (body, fetch, EAS_AIRSYNC_COLLECTION_ID);
	const char *server_id = eas_mock_text (body, fetch, EAS_AIRSYNC_SERVER_ID);
	EasItemSlot slot = eas_item_child (body, fetch, EAS_ITEMOPERATIONS_OPTIONS);
	EasMockFolder *folder = eas_mock_mailbox_get_folder (request->mailbox, collection_id);
	EasMockItem *item = folder != NULL ? eas_mock_folder_get_item (folder, server_id) : NULL;
	EasMockOptions options;
	guint status = item != NULL ? OPERATION_OK : OPERATION_MISSING;

	eas_mock_options_init (&options);
	if (item != NULL && slot != EAS_ITEM_NONE &&
	    !eas_mock_options_read (&options, body, slot, folder->klass))
		status = OPERATION_PROTOCOL;
	put_fetch_status (operations, status);
	eas_item_builder_text (operations->builder, EAS_AIRSYNC_COLLECTION_ID, collection_id);
	eas_item_builder_text (operations->builder, EAS_AIRSYNC_SERVER_ID, server_id);
	if (status == OPERATION_OK) {
		g_autoptr (EasItem) data =
			eas_mock_dialect_write (item->data, folder->klass, request->version,
						&options, &request->server->settings.habits);

		eas_item_builder_text (operations->builder, EAS_AIRSYNC_CLASS,
				       eas_mock_class_name (folder->klass));
		eas_item_builder_start (operations->builder, EAS_ITEMOPERATIONS_PROPERTIES);
		put_properties (operations, data, EAS_ITEM_ROOT);
		eas_item_builder_end (operations->builder);
	}
	eas_mock_options_clear (&options);
}

static void
run_fetch (Operations *operations, const EasItem *body, EasItemSlot fetch)
{
	const char *store = eas_mock_text (body, fetch, EAS_ITEMOPERATIONS_STORE);
	const char *reference = eas_mock_text (body, fetch, EAS_AIRSYNCBASE_FILE_REFERENCE);

	eas_item_builder_start (operations->builder, EAS_ITEMOPERATIONS_FETCH);
	if (g_strcmp0 (store, "Mailbox") != 0)
		put_fetch_status (operations, OPERATION_STORE);
	else if (reference != NULL)
		fetch_file (operations, body, fetch, reference);
	else
		fetch_item (operations, body, fetch);
	eas_item_builder_end (operations->builder);
}

/* --- EmptyFolderContents ------------------------------------------------- */

static void
empty_folder (EasMockMailbox *mailbox, EasMockFolder *folder, gboolean with_folders)
{
	while (folder->items->len > 0)
		eas_mock_mailbox_remove_item (mailbox, folder,
					      folder->items->pdata[folder->items->len - 1]);
	for (guint i = mailbox->folders->len; i > 0 && with_folders; i--) {
		EasMockFolder *child =
			i <= mailbox->folders->len ? mailbox->folders->pdata[i - 1] : NULL;

		if (child != NULL && g_str_equal (child->parent_id, folder->id))
			eas_mock_mailbox_remove_folder (mailbox, child);
	}
}

static void
run_empty (Operations *operations, const EasItem *body, EasItemSlot slot)
{
	const char *id = eas_mock_text (body, slot, EAS_AIRSYNC_COLLECTION_ID);
	EasItemSlot options = eas_item_child (body, slot, EAS_ITEMOPERATIONS_OPTIONS);
	EasMockFolder *folder = eas_mock_mailbox_get_folder (operations->request->mailbox, id);

	if (folder != NULL)
		empty_folder (
			operations->request->mailbox, folder,
			eas_item_child (body, options, EAS_ITEMOPERATIONS_DELETE_SUB_FOLDERS) !=
				EAS_ITEM_NONE);
	eas_item_builder_start (operations->builder, EAS_ITEMOPERATIONS_EMPTY_FOLDER_CONTENTS);
	put_fetch_status (operations, folder != NULL ? OPERATION_OK : OPERATION_MISSING);
	eas_item_builder_text (operations->builder, EAS_AIRSYNC_COLLECTION_ID, id);
	eas_item_builder_end (operations->builder);
}

/* --- Move ---------------------------------------------------------------- */

/* "Always move this conversation": no mail here belongs to one, so none is ever found. */
static void
run_move (Operations *operations, const EasItem *body, EasItemSlot slot)
{
	EasItemSlot options = eas_item_child (body, slot, EAS_ITEMOPERATIONS_OPTIONS);
	EasItemSlot id = eas_item_child (body, slot, EAS_ITEMOPERATIONS_CONVERSATION_ID);
	const char *to = eas_mock_text (body, slot, EAS_ITEMOPERATIONS_DST_FLD_ID);
	g_autoptr (GBytes) conversation = eas_item_bytes (body, id);
	guint status = OPERATION_MISSING;

	if (eas_item_child (body, options, EAS_ITEMOPERATIONS_MOVE_ALWAYS) == EAS_ITEM_NONE)
		status = OPERATION_NEEDS_ALWAYS;
	else if (eas_mock_mailbox_get_folder (operations->request->mailbox, to) == NULL)
		status = OPERATION_NO_DESTINATION;
	eas_item_builder_start (operations->builder, EAS_ITEMOPERATIONS_MOVE);
	put_fetch_status (operations, status);
	if (conversation != NULL)
		eas_item_builder_opaque (operations->builder, EAS_ITEMOPERATIONS_CONVERSATION_ID,
					 g_bytes_get_data (conversation, NULL),
					 g_bytes_get_size (conversation));
	else
		eas_item_builder_empty (operations->builder, EAS_ITEMOPERATIONS_CONVERSATION_ID);
	eas_item_builder_end (operations->builder);
}

/* --- The whole ----------------------------------------------------------- */

static void
append_uint32 (GByteArray *bytes, gsize value)
{
	guint32 little = GUINT32_TO_LE ((guint32) value);

	g_byte_array_append (bytes, (const guint8 *) &little, sizeof little);
}

/* [MS-ASCMD] 2.2.1.10.1 MultiPartResponse: a table of places, then the parts, the document first.
 */
static void
answer_multipart (Operations *operations, EasItem *tree)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();
	g_autoptr (GByteArray) bytes = g_byte_array_new ();
	GPtrArray *parts = operations->parts;
	gsize offset;

	eas_wbxml_writer_start (writer, EAS_ITEMOPERATIONS_ITEM_OPERATIONS);
	eas_item_write (tree, writer);
	eas_wbxml_writer_end (writer);
	g_ptr_array_insert (parts, 0, eas_wbxml_writer_finish (writer));

	offset = 4 + 8 * (gsize) parts->len;
	append_uint32 (bytes, parts->len);
	for (guint i = 0; i < parts->len; i++) {
		append_uint32 (bytes, offset);
		append_uint32 (bytes, g_bytes_get_size (parts->pdata[i]));
		offset += g_bytes_get_size (parts->pdata[i]);
	}
	for (guint i = 0; i < parts->len; i++)
		g_byte_array_append (bytes, g_bytes_get_data (parts->pdata[i], NULL),
				     g_bytes_get_size (parts->pdata[i]));
	operations->request->reply.raw = g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
	operations->request->reply.content_type = g_strdup ("application/vnd.ms-sync.multipart");
}

static void
run_kind (Operations *operations, EasTag kind, RunOperation run)
{
	const EasItem *body = operations->request->body;
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, body, EAS_ITEM_ROOT, kind) {
		run (operations, body, slot);
	}
}

/* Kind by kind: Microsoft's schema knows the answers in no other order. */
static void
run_operations (Operations *operations)
{
	put_fetch_status (operations, OPERATION_OK);
	eas_item_builder_start (operations->builder, EAS_ITEMOPERATIONS_RESPONSE);
	run_kind (operations, EAS_ITEMOPERATIONS_MOVE, run_move);
	run_kind (operations, EAS_ITEMOPERATIONS_EMPTY_FOLDER_CONTENTS, run_empty);
	run_kind (operations, EAS_ITEMOPERATIONS_FETCH, run_fetch);
	eas_item_builder_end (operations->builder);
}

/* What the answer has to name again must be there. */
static gboolean
are_operations (const EasItem *body)
{
	static const struct {
		EasTag operation, needed;
	} rules[] = {
		{ EAS_ITEMOPERATIONS_EMPTY_FOLDER_CONTENTS, EAS_AIRSYNC_COLLECTION_ID },
		{ EAS_ITEMOPERATIONS_MOVE, EAS_ITEMOPERATIONS_CONVERSATION_ID },
		{ EAS_ITEMOPERATIONS_FETCH, EAS_ITEMOPERATIONS_STORE },
	};
	guint known = 0;
	EasItemSlot slot;

	for (guint i = 0; i < G_N_ELEMENTS (rules); i++) {
		EAS_MOCK_EACH (slot, body, EAS_ITEM_ROOT, rules[i].operation) {
			known += eas_item_child (body, slot, rules[i].needed) != EAS_ITEM_NONE;
		}
	}

	return known > 0 && known == eas_item_n_children (body, EAS_ITEM_ROOT);
}

void
eas_mock_item_operations (EasMockRequest *request)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autoptr (GPtrArray) parts =
		request->multipart ? g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref)
				   : NULL;
	Operations operations = { request, builder, parts };
	guint count = eas_item_n_children (request->body, EAS_ITEM_ROOT);
	g_autoptr (EasItem) tree = NULL;

	if (count > MAX_OPERATIONS || !are_operations (request->body)) {
		eas_mock_reply_status (&request->reply, request->root, EAS_ITEMOPERATIONS_STATUS,
				       count > MAX_OPERATIONS ? OPERATION_TOO_MANY
							      : OPERATION_PROTOCOL);
		return;
	}
	run_operations (&operations);
	if (parts == NULL) {
		eas_mock_reply_set_tree (&request->reply, request->root, builder);
		return;
	}
	tree = eas_item_builder_finish (builder);
	answer_multipart (&operations, tree);
}

/* --- MoveItems ----------------------------------------------------------- */

static guint
move_item (EasMockMailbox *mailbox,
	   const char *id,
	   const char *from_id,
	   const char *to_id,
	   const char **out_new_id)
{
	EasMockFolder *from = eas_mock_mailbox_get_folder (mailbox, from_id);
	EasMockFolder *to = eas_mock_mailbox_get_folder (mailbox, to_id);
	EasMockItem *item = from != NULL ? eas_mock_folder_get_item (from, id) : NULL;

	if (item == NULL)
		return MOVE_NO_SOURCE;
	if (to == NULL || to->klass != from->klass || to->type == EAS_FOLDER_RECIPIENT_CACHE)
		return MOVE_NO_DESTINATION;
	if (to == from)
		return MOVE_SAME;
	*out_new_id = eas_mock_mailbox_add_item (mailbox, to, item->data, NULL)->id;
	eas_mock_mailbox_remove_item (mailbox, from, item);

	return MOVE_OK;
}

void
eas_mock_move_items (EasMockRequest *request)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	const EasItem *body = request->body;
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, body, EAS_ITEM_ROOT, EAS_MOVE_MOVE) {
		if (eas_item_child (body, slot, EAS_MOVE_SRC_MSG_ID) == EAS_ITEM_NONE) {
			eas_mock_reply_status (&request->reply, request->root, EAS_MOVE_STATUS,
					       INVALID_XML);
			return;
		}
	}
	EAS_MOCK_EACH (slot, body, EAS_ITEM_ROOT, EAS_MOVE_MOVE) {
		g_autofree char *id = g_strdup (eas_mock_text (body, slot, EAS_MOVE_SRC_MSG_ID));
		const char *new_id = NULL;
		guint status = move_item (request->mailbox, id,
					  eas_mock_text (body, slot, EAS_MOVE_SRC_FLD_ID),
					  eas_mock_text (body, slot, EAS_MOVE_DST_FLD_ID), &new_id);

		eas_item_builder_start (builder, EAS_MOVE_RESPONSE);
		eas_item_builder_text (builder, EAS_MOVE_SRC_MSG_ID, id);
		eas_item_builder_int (builder, EAS_MOVE_STATUS, status);
		eas_item_builder_text (builder, EAS_MOVE_DST_MSG_ID, new_id);
		eas_item_builder_end (builder);
	}
	eas_mock_reply_set_tree (&request->reply, request->root, builder);
}
