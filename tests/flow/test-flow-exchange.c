/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One command as a whole: what is built, what is handed over, what only the body says.
 * Each test drives the flow by hand; numbers in names are pitfalls of user-needs.
 */

#include <string.h>

#include "eas-cmd-estimate.h"
#include "eas-cmd-fetch.h"
#include "eas-cmd-ping.h"
#include "eas-multipart.h"
#include "eas-test-answers.h"
#include "flow-rig.h"

/* --- What goes out --- */

static EasRequest *
build_ping (EasVersion version, const EasAccountData *data, gpointer user_data, GError **error)
{
	return eas_request_new (&eas_cmd_ping, NULL);
}

static void
test_ping_has_no_policy_key (void)
{
	g_autoptr (Rig) rig = rig_new (
		eas_flow_exchange_new (&eas_cmd_ping, build_ping, NULL, NULL), rig_data_ready ());
	g_autoptr (EasAnswer) answer = NULL;

	g_assert_null (
		eas_http_request_get_header (rig_expect_send (rig, "Ping"), "X-MS-PolicyKey"));
	rig_reply (rig, 200, NULL, NULL, NULL);
	answer = rig_done (rig);
	g_assert_cmpuint (g_bytes_get_size (answer->body), ==, 0);
}

/* --- Multipart --- */

static EasRequest *
build_fetch (EasVersion version, const EasAccountData *data, gpointer user_data, GError **error)
{
	EasRequest *request = eas_request_new (&eas_cmd_item_operations, NULL);

	request->accept_multipart = TRUE;

	return request;
}

/* The document as part 0, and one more part. */
static GBytes *
in_parts (GBytes *take_document)
{
	g_autoptr (GBytes) document = take_document;
	gsize size = g_bytes_get_size (document);
	guint32 table[] = { GUINT32_TO_LE (2), GUINT32_TO_LE (20), GUINT32_TO_LE (size),
			    GUINT32_TO_LE (20 + size), GUINT32_TO_LE (4) };
	g_autoptr (GByteArray) bytes = g_byte_array_new ();

	g_byte_array_append (bytes, (const guint8 *) table, sizeof table);
	g_byte_array_append (bytes, g_bytes_get_data (document, NULL), size);
	g_byte_array_append (bytes, (const guint8 *) "PNG!", 4);

	return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static void
reply_in_parts (Rig *rig, guint status)
{
	EasHttpResponse *response = eas_http_response_new (200);

	eas_http_response_add_header (response, "Content-Type", EAS_HTTP_MULTIPART "; charset=x");
	g_bytes_unref (response->body);
	response->body = in_parts (eas_test_answer_status (&eas_cmd_item_operations, status));
	rig_reply_full (rig, response);
}

/* The status in part 0 counts; the whole is handed over, to be taken apart without copying. */
static void
test_multipart (gconstpointer base64)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;
	g_autoptr (EasAnswer) answer = NULL;
	g_autoptr (GPtrArray) parts = NULL;
	const EasHttpRequest *http;

	data->base64_query = base64 != NULL;
	rig = rig_new (eas_flow_exchange_new (&eas_cmd_item_operations, build_fetch, NULL, NULL),
		       data);
	http = rig_expect_send (rig, "ItemOperations");
	/* In the base64 query it is a bit of it. */
	g_assert_cmpstr (eas_http_request_get_header (http, "MS-ASAcceptMultiPart"), ==,
			 base64 != NULL ? NULL : "T");
	if (base64 == NULL) {
		reply_in_parts (rig, 142);
		rig_provision (rig, 78);
		rig_expect_send (rig, "ItemOperations");
	}
	reply_in_parts (rig, 1);
	answer = rig_done (rig);
	g_assert_true (answer->multipart);
	parts = eas_multipart_split (answer->body, NULL);
	g_assert_cmpuint (parts->len, ==, 2);
	g_assert_cmpmem (g_bytes_get_data (parts->pdata[1], NULL), 4, "PNG!", 4);
}

static void
test_multipart_is_none (void)
{
	g_autoptr (Rig) rig =
		rig_new (eas_flow_exchange_new (&eas_cmd_item_operations, build_fetch, NULL, NULL),
			 rig_data_ready ());

	rig_expect_send (rig, "ItemOperations");
	rig_reply (rig, 200, g_bytes_new_static ("\3\0\0\0\4\0\0\0", 8), "Content-Type",
		   EAS_HTTP_MULTIPART);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_PROTOCOL);
}

static EasRequest *
build_nothing (EasVersion version, const EasAccountData *data, gpointer user_data, GError **error)
{
	eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0, "not in this version");

	return NULL;
}

static void
test_builder_refuses (void)
{
	g_autoptr (Rig) rig =
		rig_new (eas_flow_exchange_new (&eas_cmd_estimate, build_nothing, NULL, NULL),
			 rig_data_ready ());

	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
}

static void
test_see_status (void)
{
	EasFlow *flow = rig_estimate_flow ();
	g_autoptr (Rig) rig = NULL;
	g_autoptr (EasAnswer) answer = NULL;

	eas_flow_exchange_see_status (flow);
	rig = rig_new (flow, rig_data_ready ());
	rig_expect_send (rig, "GetItemEstimate");
	rig_reply_status (rig, 4);
	answer = rig_done (rig);
	g_assert_cmpuint (answer->status, ==, 4);
}

/* --- What only the body says --- */

static void
test_43_block_is_remembered_and_lifted (gconstpointer what)
{
	guint status = GPOINTER_TO_UINT (what);
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());
	g_autoptr (Rig) later = NULL;

	rig_expect_send (rig, "GetItemEstimate");
	if (status == 403)
		rig_reply (rig, status, NULL, NULL, NULL);
	else
		rig_reply_status (rig, status);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_ACCESS);
	g_assert_cmpint (rig->data->access, ==,
			 status == 129 ? EAS_ACCESS_QUARANTINED : EAS_ACCESS_BLOCKED);
	g_assert_nonnull (rig->data->last_error);
	g_assert_cmpuint (rig->n_commits, ==, 1);

	later = rig_new (rig_estimate_flow (), eas_account_data_copy (rig->data));
	rig_expect_send (later, "GetItemEstimate");
	rig_reply_ok (later);
	rig_finish (later);
	g_assert_cmpint (later->data->access, ==, EAS_ACCESS_ALLOWED);
	g_assert_null (later->data->last_error);
	g_assert_cmpuint (later->n_commits, ==, 1);
}

static void
test_42_too_many_devices (void)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply_status (rig, 177);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_ACCESS);
	g_assert_cmpuint (eas_error_get_status (rig->step.error), ==, 177);
}

static void
test_html_page (gconstpointer right_type)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());
	const char *page = "<!DOCTYPE html><html><title>Sign in</title></html>";
	EasHttpResponse *response = eas_http_response_new (200);

	rig_expect_send (rig, "GetItemEstimate");
	g_bytes_unref (response->body);
	response->body = g_bytes_new_static (page, strlen (page));
	eas_http_response_add_header (response, "Content-Type",
				      right_type != NULL ? "application/vnd.ms-sync.wbxml"
							 : "text/html");
	rig_reply_full (rig, response);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_NOT_SUPPORTED);
	g_assert_null (strstr (rig->step.error->message, "WBXML"));
}

static void
test_empty_answer (void)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 200, NULL, NULL, NULL);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_PROTOCOL);
}

static void
test_malformed_answer (void)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 200, g_bytes_new_static ("\x03\x01\x6a\x00\x00\x06\x45\x4a", 8), NULL,
		   NULL);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_PROTOCOL);
}

static void
test_44_body_status_retry_later (void)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply_status (rig, 111);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_THROTTLED);
	g_assert_cmpint (rig->data->throttle_until, >, RIG_NOW);
}

static void
test_44_success_forgets_delay (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;

	data->throttle_delay = 80;
	data->throttle_until = RIG_NOW - 1;
	rig = rig_new (rig_estimate_flow (), data);
	rig_expect_send (rig, "GetItemEstimate");
	rig_reply_ok (rig);
	rig_finish (rig);
	g_assert_cmpuint (data->throttle_delay, ==, 0);
}

static void
test_body_status_repeats (void)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply_status (rig, 133);
	rig_expect_wait (rig, 1, 10);
	rig_expect_send (rig, "GetItemEstimate");
	rig_reply_ok (rig);
	rig_finish (rig);
}

static void
test_lost_server_state (void)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply_status (rig, 134);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_KEY);
	g_assert_cmpstr (rig->data->hierarchy_key, ==, "0");
	g_assert_nonnull (rig->data->folders);
}

#define ADD(name, func) g_test_add_func ("/flow-exchange/" name, func)
#define ADD_EACH(name, value, func)                                                                \
	g_test_add_data_func ("/flow-exchange/" name "/" #value, GUINT_TO_POINTER (value), func)

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_EACH ("43-block-is-remembered-and-lifted", 403, test_43_block_is_remembered_and_lifted);
	ADD_EACH ("43-block-is-remembered-and-lifted", 126, test_43_block_is_remembered_and_lifted);
	ADD_EACH ("43-block-is-remembered-and-lifted", 129, test_43_block_is_remembered_and_lifted);
	ADD ("42-too-many-devices", test_42_too_many_devices);
	ADD_EACH ("html-page", 0, test_html_page);
	ADD_EACH ("html-page", 1, test_html_page);
	g_test_add_data_func ("/flow-exchange/multipart", NULL, test_multipart);
	g_test_add_data_func ("/flow-exchange/multipart-base64", GUINT_TO_POINTER (1),
			      test_multipart);
	ADD ("multipart-is-none", test_multipart_is_none);
	ADD ("empty-answer", test_empty_answer);
	ADD ("malformed-answer", test_malformed_answer);
	ADD ("44-body-status-retry-later", test_44_body_status_retry_later);
	ADD ("44-success-forgets-delay", test_44_success_forgets_delay);
	ADD ("body-status-repeats", test_body_status_repeats);
	ADD ("lost-server-state", test_lost_server_state);
	ADD ("ping-has-no-policy-key", test_ping_has_no_policy_key);
	ADD ("builder-refuses", test_builder_refuses);
	ADD ("see-status", test_see_status);

	return g_test_run ();
}
