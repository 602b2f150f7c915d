/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * ItemOperations: Fetch and EmptyFolderContents.
 *
 * Source: [MS-ASCMD] 2.2.1.10 ItemOperations.
 */

#include "eas-cmd-fetch.h"

#include "eas-cmd-sync.h"
#include "eas-multipart.h"

const EasCommand eas_cmd_item_operations = {
	.name = "ItemOperations",
	.code = 19,
	.since = 120,
	.until = 999,
	.request_root = EAS_ITEMOPERATIONS_ITEM_OPERATIONS,
	.response_root = EAS_ITEMOPERATIONS_ITEM_OPERATIONS,
	.status_tag = EAS_ITEMOPERATIONS_STATUS,
	.scope = EAS_SCOPE_ITEM_OPERATIONS,
	.safe_to_repeat = TRUE, /* a folder emptied twice is empty */
	.timeout = 300,
};

void
eas_operation_init (EasOperation *operation, EasOperationKind kind)
{
	memset (operation, 0, sizeof (*operation));
	operation->kind = kind;
	operation->mime_support = -1;
}

/* ---- Request ---- */

static void
write_range (EasWbxmlWriter *writer, const EasOperation *operation)
{
	g_autofree char *range = NULL;

	if (!operation->has_range)
		return;

	range = g_strdup_printf ("%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, operation->range_first,
				 operation->range_last);
	eas_wbxml_writer_text (writer, EAS_ITEMOPERATIONS_RANGE, range);
}

static void
write_schema (EasWbxmlWriter *writer, const EasTag *schema)
{
	guint ii;

	if (schema == NULL || schema[0] == EAS_TAG_NONE)
		return;

	eas_wbxml_writer_start (writer, EAS_ITEMOPERATIONS_SCHEMA);
	for (ii = 0; schema[ii] != EAS_TAG_NONE; ii++)
		eas_wbxml_writer_empty (writer, schema[ii]);
	eas_wbxml_writer_end (writer);
}

static void
write_item_options (EasWbxmlWriter *writer, const EasOperation *operation, EasVersion version)
{
	write_schema (writer, operation->schema);
	write_range (writer, operation);
	if (operation->mime_support >= 0)
		eas_wbxml_writer_int (writer, EAS_AIRSYNC_MIME_SUPPORT, operation->mime_support);
	eas_cmd_sync_write_bodies (writer, operation->bodies, operation->n_bodies, version);
	if (operation->rights_management && version >= EAS_VERSION_14_1)
		eas_wbxml_writer_flag (writer, EAS_RIGHTSMANAGEMENT_RIGHTS_MANAGEMENT_SUPPORT,
				       TRUE);
}

static gboolean
has_item_options (const EasOperation *operation)
{
	return operation->has_range || operation->schema != NULL || operation->mime_support >= 0 ||
	       operation->n_bodies > 0 || operation->rights_management;
}

/* With a FileReference nothing but Range is allowed. */
static void
write_fetch_options (EasWbxmlWriter *writer, const EasOperation *operation, EasVersion version)
{
	gboolean file = operation->kind == EAS_OPERATION_FETCH_FILE;

	if (file ? !operation->has_range : !has_item_options (operation))
		return;

	eas_wbxml_writer_start (writer, EAS_ITEMOPERATIONS_OPTIONS);
	if (file)
		write_range (writer, operation);
	else
		write_item_options (writer, operation, version);
	eas_wbxml_writer_end (writer);
}

static void
write_fetch (EasWbxmlWriter *writer, const EasOperation *operation, EasVersion version)
{
	eas_wbxml_writer_start (writer, EAS_ITEMOPERATIONS_FETCH);
	eas_wbxml_writer_text (writer, EAS_ITEMOPERATIONS_STORE, "Mailbox");
	if (operation->kind == EAS_OPERATION_FETCH_FILE) {
		eas_wbxml_writer_text (writer, EAS_AIRSYNCBASE_FILE_REFERENCE,
				       operation->file_reference);
	} else if (operation->kind == EAS_OPERATION_FETCH_FOUND) {
		eas_wbxml_writer_text (writer, EAS_SEARCH_LONG_ID, operation->long_id);
	} else {
		eas_wbxml_writer_text (writer, EAS_AIRSYNC_COLLECTION_ID, operation->collection_id);
		eas_wbxml_writer_text (writer, EAS_AIRSYNC_SERVER_ID, operation->server_id);
	}
	write_fetch_options (writer, operation, version);
	eas_wbxml_writer_end (writer);
}

static void
write_empty_folder (EasWbxmlWriter *writer, const EasOperation *operation)
{
	eas_wbxml_writer_start (writer, EAS_ITEMOPERATIONS_EMPTY_FOLDER_CONTENTS);
	eas_wbxml_writer_text (writer, EAS_AIRSYNC_COLLECTION_ID, operation->collection_id);
	if (operation->delete_sub_folders) {
		eas_wbxml_writer_start (writer, EAS_ITEMOPERATIONS_OPTIONS);
		eas_wbxml_writer_empty (writer, EAS_ITEMOPERATIONS_DELETE_SUB_FOLDERS);
		eas_wbxml_writer_end (writer);
	}
	eas_wbxml_writer_end (writer);
}

/**
 * eas_cmd_item_operations_build:
 * @operations: (array length=n_operations): executed in order
 * @n_operations: at most %EAS_ITEM_OPERATIONS_MAX
 * @version: negotiated version
 *
 * Writes ItemOperations with a Fetch or EmptyFolderContents for each operation.
 *
 * Source: [MS-ASCMD] 2.2.1.10 ItemOperations.
 *
 * Returns: (transfer full): the document
 */
GBytes *
eas_cmd_item_operations_build (const EasOperation *operations,
			       guint n_operations,
			       EasVersion version)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();
	guint ii;

	eas_wbxml_writer_start (writer, EAS_ITEMOPERATIONS_ITEM_OPERATIONS);
	for (ii = 0; ii < n_operations; ii++) {
		if (operations[ii].kind == EAS_OPERATION_EMPTY_FOLDER)
			write_empty_folder (writer, &operations[ii]);
		else
			write_fetch (writer, &operations[ii], version);
	}
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

/* ---- Response ---- */

void
eas_operation_result_free (EasOperationResult *result)
{
	if (result == NULL)
		return;

	g_free (result->collection_id);
	g_free (result->server_id);
	g_free (result->long_id);
	g_free (result->file_reference);
	g_free (result->content_type);
	g_clear_pointer (&result->item, eas_item_unref);
	g_clear_pointer (&result->data, g_bytes_unref);
	g_free (result);
}

void
eas_item_operations_response_clear (EasItemOperationsResponse *response)
{
	g_clear_pointer (&response->results, g_ptr_array_unref);
	memset (response, 0, sizeof (*response));
}

static gboolean
parse_range (const char *text, guint64 *out_first, guint64 *out_last)
{
	g_auto (GStrv) ends = g_strsplit (text != NULL ? text : "", "-", 2);
	guint64 first, last;

	if (g_strv_length (ends) != 2 ||
	    !g_ascii_string_to_unsigned (g_strstrip (ends[0]), 10, 0, G_MAXINT64, &first, NULL) ||
	    !g_ascii_string_to_unsigned (g_strstrip (ends[1]), 10, 0, G_MAXINT64, &last, NULL) ||
	    last < first)
		return FALSE;

	*out_first = first;
	*out_last = last;

	return TRUE;
}

/* Opaque data is raw, text is base64; some servers send the one, some the other. */
static GBytes *
decode_data (const EasItem *item, EasItemSlot slot)
{
	const char *text;
	guchar *data;
	gsize size;

	if (eas_item_is_opaque (item, slot))
		return eas_item_bytes (item, slot);

	text = eas_item_text (item, slot);
	if (text == NULL)
		return NULL;

	data = g_base64_decode (text, &size);

	return g_bytes_new_take (data, size);
}

static GBytes *
ref_part (const EasItem *item, EasItemSlot part, const GPtrArray *parts)
{
	gint64 index;

	if (parts == NULL || !eas_item_int (item, part, &index) || index < 1 || index >= parts->len)
		return NULL;

	return g_bytes_ref (parts->pdata[index]);
}

/* What Properties say about a file, or about the body of an item that came as a part. */
static void
take_properties (EasOperationResult *result, const GPtrArray *parts)
{
	const EasItem *item = result->item;
	EasItemSlot body, data, part;

	data = eas_item_child (item, EAS_ITEM_ROOT, EAS_ITEMOPERATIONS_DATA);
	part = eas_item_child (item, EAS_ITEM_ROOT, EAS_ITEMOPERATIONS_PART);
	body = eas_item_child (item, EAS_ITEM_ROOT, EAS_AIRSYNCBASE_BODY);
	if (part == EAS_ITEM_NONE)
		part = eas_item_child (item, body, EAS_ITEMOPERATIONS_PART);

	if (data != EAS_ITEM_NONE)
		result->data = decode_data (item, data);
	else
		result->data = ref_part (item, part, parts);

	result->content_type = g_strdup (eas_item_get_text (item, EAS_AIRSYNCBASE_CONTENT_TYPE));
	result->total = MAX (eas_item_get_int (item, EAS_ITEMOPERATIONS_TOTAL, 0), 0);
	result->has_range = parse_range (eas_item_get_text (item, EAS_ITEMOPERATIONS_RANGE),
					 &result->range_first, &result->range_last);
}

static void
read_class (EasWbxmlReader *reader, EasOperationResult *result)
{
	g_autofree char *name = eas_wbxml_reader_dup_text (reader);

	result->klass = eas_class_from_string (name);
}

static void
read_result_child (EasWbxmlReader *reader, EasTag tag, EasOperationResult *result)
{
	switch (tag) {
	case EAS_AIRSYNC_COLLECTION_ID:
		eas_wbxml_reader_text (reader, &result->collection_id);
		break;
	case EAS_AIRSYNC_SERVER_ID:
		eas_wbxml_reader_text (reader, &result->server_id);
		break;
	case EAS_SEARCH_LONG_ID:
		eas_wbxml_reader_text (reader, &result->long_id);
		break;
	case EAS_AIRSYNCBASE_FILE_REFERENCE:
		eas_wbxml_reader_text (reader, &result->file_reference);
		break;
	case EAS_AIRSYNC_CLASS:
		read_class (reader, result);
		break;
	case EAS_ITEMOPERATIONS_PROPERTIES:
		g_clear_pointer (&result->item, eas_item_unref);
		result->item = eas_item_read (reader);
		break;
	default:
		if (eas_command_is_status (tag))
			result->status = eas_wbxml_reader_uint (reader);
		break;
	}
}

static EasOperationKind
fetched_kind (const EasOperationResult *result)
{
	if (result->file_reference != NULL)
		return EAS_OPERATION_FETCH_FILE;

	return result->long_id != NULL ? EAS_OPERATION_FETCH_FOUND : EAS_OPERATION_FETCH_ITEM;
}

static EasOperationResult *
read_result (EasWbxmlReader *reader, EasTag operation, const GPtrArray *parts)
{
	EasOperationResult *result = g_new0 (EasOperationResult, 1);
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	result->status = 1;

	while (eas_wbxml_reader_next (reader, level, &tag))
		read_result_child (reader, tag, result);

	if (result->item != NULL)
		take_properties (result, parts);

	result->kind = operation == EAS_ITEMOPERATIONS_FETCH ? fetched_kind (result)
							     : EAS_OPERATION_EMPTY_FOLDER;

	return result;
}

static void
read_results (EasWbxmlReader *reader, const GPtrArray *parts, GPtrArray *results)
{
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		if (tag == EAS_ITEMOPERATIONS_FETCH ||
		    tag == EAS_ITEMOPERATIONS_EMPTY_FOLDER_CONTENTS)
			g_ptr_array_add (results, read_result (reader, tag, parts));
	}
}

static gboolean
parse_document (GBytes *document,
		const GPtrArray *parts,
		EasItemOperationsResponse *out,
		GError **error)
{
	g_auto (EasItemOperationsResponse) response = { .status = 1 };
	g_auto (EasWbxmlReader) reader = { 0 };
	guint level;
	EasTag tag;

	if (!eas_command_open (&eas_cmd_item_operations, document, &reader, &level, error))
		return FALSE;

	response.results =
		g_ptr_array_new_with_free_func ((GDestroyNotify) eas_operation_result_free);

	while (eas_wbxml_reader_next (&reader, level, &tag)) {
		if (tag == EAS_ITEMOPERATIONS_RESPONSE)
			read_results (&reader, parts, response.results);
		else if (eas_command_is_status (tag))
			response.status = eas_wbxml_reader_uint (&reader);
	}

	if (!eas_command_finish (&eas_cmd_item_operations, &reader, error))
		return FALSE;

	*out = response;
	memset (&response, 0, sizeof (response));

	return TRUE;
}

/**
 * eas_cmd_item_operations_parse:
 * @body: the response body
 * @multipart: whether its type is application/vnd.ms-sync.multipart
 * @out: (out caller-allocates): cleared with eas_item_operations_response_clear()
 * @error: return location
 *
 * Reads ItemOperations: Status, Response with a Fetch or EmptyFolderContents for
 * each operation. Data of files and parts are slices of @body where they came raw.
 * A Part that does not exist leaves the data of its result %NULL. Status values
 * are data here.
 *
 * Errors: %EAS_ERROR_PROTOCOL when the framing or the document is malformed. @out
 * is untouched on failure.
 *
 * Source: [MS-ASCMD] 2.2.1.10 ItemOperations.
 *
 * Returns: %TRUE on success
 */
gboolean
eas_cmd_item_operations_parse (GBytes *body,
			       gboolean multipart,
			       EasItemOperationsResponse *out,
			       GError **error)
{
	g_autoptr (GPtrArray) parts = NULL;

	if (!multipart)
		return parse_document (body, NULL, out, error);

	parts = eas_multipart_split (body, error);
	if (parts == NULL)
		return FALSE;

	return parse_document (parts->pdata[0], parts, out, error);
}
