/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eas-cmd-fetch.c */

#include "command-test.h"

#include "eas-cmd-fetch.h"

static gboolean
parse_only (GBytes *body, GError **error)
{
	g_auto (EasItemOperationsResponse) response = { 0 };

	return eas_cmd_item_operations_parse (body, FALSE, &response, error);
}

static gboolean
parse_multipart (GBytes *body, GError **error)
{
	g_auto (EasItemOperationsResponse) response = { 0 };

	return eas_cmd_item_operations_parse (body, TRUE, &response, error);
}

static void
parse (GBytes *body, gboolean multipart, EasItemOperationsResponse *out)
{
	g_autoptr (GError) error = NULL;

	g_assert_true (eas_cmd_item_operations_parse (body, multipart, out, &error));
	g_assert_no_error (error);
}

static const EasOperationResult *
get_result (const EasItemOperationsResponse *response, guint index)
{
	g_assert_cmpuint (index, <, response->results->len);

	return response->results->pdata[index];
}

static void
assert_data (GBytes *data, const char *expected)
{
	g_assert_nonnull (data);
	g_assert_cmpmem (g_bytes_get_data (data, NULL), g_bytes_get_size (data), expected,
			 strlen (expected));
}

/* ---- Request ---- */

/* The golden request without the document and the conversation, which we never ask for. */
static GBytes *
load_golden_request (void)
{
	g_autoptr (GBytes) golden = command_test_golden ("itemoperations-req");
	g_autoptr (GBytes) no_move = command_test_drop (golden, EAS_ITEMOPERATIONS_MOVE);

	return command_test_drop_around (no_move, EAS_ITEMOPERATIONS_FETCH,
					 EAS_DOCUMENTLIBRARY_LINK_ID);
}

static void
test_build (void)
{
	g_autoptr (GBytes) golden = load_golden_request ();
	g_autoptr (GBytes) built = NULL;
	EasOperation operations[4];

	eas_operation_init (&operations[0], EAS_OPERATION_FETCH_ITEM);
	operations[0].collection_id = "5";
	operations[0].server_id = "5:1";
	operations[0].mime_support = 2;
	operations[0].n_bodies = 1;
	operations[0].bodies[0] = (EasBodyPreference){ EAS_BODY_MIME, -1, FALSE, 0 };
	eas_operation_init (&operations[1], EAS_OPERATION_FETCH_FILE);
	operations[1].file_reference = "5%3a1%3a0";
	operations[1].has_range = TRUE;
	operations[1].range_last = 65535;
	eas_operation_init (&operations[2], EAS_OPERATION_FETCH_FOUND);
	operations[2].long_id = "RgAAAAD1";
	eas_operation_init (&operations[3], EAS_OPERATION_EMPTY_FOLDER);
	operations[3].collection_id = "9";
	operations[3].delete_sub_folders = TRUE;

	built = eas_cmd_item_operations_build (operations, 4, EAS_VERSION_14_1);
	eas_test_assert_bytes (built, golden);
}

/* Everything an item can be asked with, in the order of the schema. */
static void
test_build_options (void)
{
	static const EasTag schema[] = { EAS_CALENDAR_SUBJECT, EAS_AIRSYNCBASE_BODY, EAS_TAG_NONE };
	EasOperation operation;

	eas_operation_init (&operation, EAS_OPERATION_FETCH_ITEM);
	operation.collection_id = "4";
	operation.server_id = "1";
	operation.schema = schema;
	operation.mime_support = 1;
	operation.rights_management = TRUE;
	operation.n_bodies = 1;
	operation.bodies[0] = (EasBodyPreference){ EAS_BODY_PLAIN, 100, TRUE, 50 };

	command_test_assert_fixture (
		eas_cmd_item_operations_build (&operation, 1, EAS_VERSION_16_1),
		"fetch/options-16.1");
	command_test_assert_fixture (
		eas_cmd_item_operations_build (&operation, 1, EAS_VERSION_12_1),
		"fetch/options-12.1");
}

/* With a FileReference every option but Range is refused. */
static void
test_build_file (void)
{
	EasOperation operation;

	eas_operation_init (&operation, EAS_OPERATION_FETCH_FILE);
	operation.file_reference = "f";
	operation.mime_support = 2;
	operation.n_bodies = 1;
	operation.bodies[0] = (EasBodyPreference){ EAS_BODY_MIME, -1, FALSE, 0 };

	command_test_assert_fixture (
		eas_cmd_item_operations_build (&operation, 1, EAS_VERSION_14_1), "fetch/file");
}

/* ---- Response ---- */

static void
check_item (const EasOperationResult *result)
{
	EasItemSlot body = eas_item_child (result->item, EAS_ITEM_ROOT, EAS_AIRSYNCBASE_BODY);
	EasItemSlot data = eas_item_child (result->item, body, EAS_AIRSYNCBASE_DATA);
	g_autoptr (GBytes) mime = eas_item_bytes (result->item, data);

	g_assert_cmpint (result->kind, ==, EAS_OPERATION_FETCH_ITEM);
	g_assert_cmpuint (result->status, ==, 1);
	g_assert_cmpstr (result->collection_id, ==, "5");
	g_assert_cmpstr (result->server_id, ==, "5:1");
	g_assert_cmpint (result->klass, ==, EAS_CLASS_EMAIL);
	g_assert_null (result->data);
	g_assert_cmpuint (g_bytes_get_size (mime), ==, 187);
}

static void
check_file (const EasOperationResult *result)
{
	g_assert_cmpint (result->kind, ==, EAS_OPERATION_FETCH_FILE);
	g_assert_cmpstr (result->file_reference, ==, "5%3a1%3a0");
	g_assert_cmpstr (result->content_type, ==, "application/pdf");
	g_assert_true (result->has_range);
	g_assert_cmpuint (result->range_first, ==, 0);
	g_assert_cmpuint (result->range_last, ==, 5);
	g_assert_cmpuint (result->total, ==, 6);
	assert_data (result->data, "%PDF-1");
}

static void
check_answer (GBytes *body, gboolean reversed)
{
	g_auto (EasItemOperationsResponse) response = { 0 };
	const EasOperationResult *result;

	parse (body, FALSE, &response);
	g_assert_cmpuint (response.status, ==, 1);
	g_assert_cmpuint (response.results->len, ==, 5);

	check_item (get_result (&response, reversed ? 4 : 0));
	check_file (get_result (&response, reversed ? 3 : 1));

	result = get_result (&response,
			     2); /* its part is elsewhere, and this is no multipart answer */
	g_assert_cmpstr (result->content_type, ==, "image/png");
	g_assert_null (result->data);
	g_assert_false (result->has_range);

	g_assert_cmpuint (get_result (&response, reversed ? 1 : 3)->status, ==, 6);

	result = get_result (&response, reversed ? 0 : 4);
	g_assert_cmpint (result->kind, ==, EAS_OPERATION_EMPTY_FOLDER);
	g_assert_cmpstr (result->collection_id, ==, "9");
	g_assert_cmpuint (result->status, ==, 1);
}

static void
test_answer (void)
{
	g_autoptr (GBytes) body = command_test_golden ("itemoperations-rsp");
	g_autoptr (GBytes) reversed = command_test_reverse (body);
	g_autoptr (GBytes) unknown = command_test_add_unknown (body);

	check_answer (body, FALSE);
	check_answer (reversed, TRUE);
	check_answer (unknown, FALSE);
	command_test_hostile (body, parse_only, FALSE);
}

/* Data as opaque bytes, as base64, as nonsense, as an element with children. */
static void
test_data_forms (void)
{
	g_autoptr (GBytes) body = command_test_fixture ("fetch/data-forms");
	g_auto (EasItemOperationsResponse) response = { 0 };

	parse (body, FALSE, &response);
	g_assert_cmpuint (response.results->len, ==, 5);
	assert_data (get_result (&response, 0)->data,
		     "QUJD"); /* raw, though it looks like base64 */
	assert_data (get_result (&response, 1)->data, "ABC");
	assert_data (get_result (&response, 2)->data, "");
	g_assert_null (get_result (&response, 3)->data);
	assert_data (get_result (&response, 4)->data, "");
	g_assert_false (get_result (&response, 4)->has_range); /* "7-3" is no range */
	command_test_hostile (body, parse_only, FALSE);
}

static void
test_opaque_empty (void)
{
	g_autoptr (GBytes) body = command_test_golden ("edge-opaque-empty");

	command_test_hostile (body, parse_only, FALSE);
}

/* A multipart body around @document with the parts "ABC" and "DEFG". */
static GBytes *
wrap_parts (GBytes *document)
{
	GByteArray *bytes = g_byte_array_new ();
	guint32 size = g_bytes_get_size (document);
	guint32 table[] = { 3, 28, size, 28 + size, 3, 28 + size + 3, 4 };
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (table); ii++)
		table[ii] = GUINT32_TO_LE (table[ii]);
	g_byte_array_append (bytes, (const guint8 *) table, sizeof (table));
	g_byte_array_append (bytes, g_bytes_get_data (document, NULL), size);
	g_byte_array_append (bytes, (const guint8 *) "ABCDEFG", 7);

	return g_byte_array_free_to_bytes (bytes);
}

/* Pitfall 50: a file and a body that came as parts, and parts that do not exist. */
static void
test_parts (void)
{
	g_autoptr (GBytes) document = command_test_fixture ("fetch/parts");
	g_autoptr (GBytes) body = wrap_parts (document);
	g_auto (EasItemOperationsResponse) response = { 0 };

	parse (body, TRUE, &response);
	g_assert_cmpuint (response.results->len, ==, 4);
	assert_data (get_result (&response, 0)->data, "ABC");
	assert_data (get_result (&response, 1)->data, "DEFG");
	g_assert_nonnull (get_result (&response, 1)->item);
	g_assert_null (get_result (&response, 2)->data); /* 3 does not exist */
	g_assert_null (get_result (&response, 3)->data); /* 0 is the document itself */
}

static void
test_parts_cut (void)
{
	g_autoptr (GBytes) document = command_test_fixture ("fetch/parts");
	g_autoptr (GBytes) body = wrap_parts (document);
	gsize ii;

	for (ii = 0; ii < g_bytes_get_size (body); ii++) {
		g_autoptr (GBytes) cut = eas_test_cut (body, ii);
		g_autoptr (GError) error = NULL;

		g_assert_false (parse_multipart (cut, &error));
		g_assert_error (error, EAS_ERROR, EAS_ERROR_PROTOCOL);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/fetch/build", test_build);
	g_test_add_func ("/fetch/build-options", test_build_options);
	g_test_add_func ("/fetch/build-file", test_build_file);
	g_test_add_func ("/fetch/answer", test_answer);
	g_test_add_func ("/fetch/data-forms", test_data_forms);
	g_test_add_func ("/fetch/opaque-empty", test_opaque_empty);
	g_test_add_func ("/fetch/parts-50", test_parts);
	g_test_add_func ("/fetch/parts-cut", test_parts_cut);

	return g_test_run ();
}
