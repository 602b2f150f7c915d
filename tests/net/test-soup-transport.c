/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What goes over a real socket, and what is refused: sizes, certificates, time. */

#include <string.h>

#include <gio/gio.h>

#include "eas-error.h"
#include "eas-soup-transport.h"
#include "wire-server.h"

typedef struct {
	WireServer *server;
	EasTransport *transport;
	EasHttpRequest *request;
	EasHttpResponse *response;
	GError *error;
	GCancellable *cancellable;
	gboolean done;
	gint64 took_ms;

	/* For handlers. */
	guint status;
	const char *header, *value;
	GBytes *body;
	const char *type;
	guint delay_ms;
	GHashTable *seen; /* request headers */
	char *method;
	gsize seen_size;
} Test;

static void
see_header (const char *name, const char *value, gpointer user_data)
{
	g_hash_table_insert (user_data, g_ascii_strdown (name, -1), g_strdup (value));
}

static void
handler (WireServer *server, SoupServerMessage *message, const char *command, gpointer user_data)
{
	Test *test = user_data;
	SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

	soup_message_headers_foreach (soup_server_message_get_request_headers (message), see_header,
				      test->seen);
	g_free (test->method);
	test->method = g_strdup (soup_server_message_get_method (message));
	test->seen_size = soup_server_message_get_request_body (message)->length;
	g_assert_cmpint (soup_server_message_get_http_version (message), ==, SOUP_HTTP_1_1);
	if (test->header != NULL)
		soup_message_headers_append (headers, test->header, test->value);
	wire_answer (message, test->status, test->type,
		     test->body != NULL ? g_bytes_ref (test->body) : NULL);
	if (test->delay_ms > 0)
		wire_answer_after (server, message, test->delay_ms);
}

static void
begin (Test *test, WireTls tls, WireHandler special)
{
	g_autofree char *url = NULL;

	test->status = test->status != 0 ? test->status : 200;
	test->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
	test->server = wire_server_new (tls, special != NULL ? special : handler, test);
	test->transport = eas_soup_transport_new ("ann", "päss:word");
	url = wire_server_url (test->server);
	test->request = eas_http_request_new ("POST", url);
	test->request->timeout = 20;
	test->request->credentials = TRUE;
	test->request->command = "Sync";
	eas_http_request_add_header (test->request, "User-Agent", "Evolution-EAS/1.0");
	eas_http_request_add_header (test->request, "Content-Type",
				     "application/vnd.ms-sync.wbxml");
	test->request->body = g_bytes_new_static ("\x03\x01\x6a\x00\x05", 5);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
	Test *test = user_data;

	test->response = eas_transport_send_finish (EAS_TRANSPORT (source), result, &test->error);
	test->done = TRUE;
}

static void
send (Test *test)
{
	gint64 start = g_get_monotonic_time ();

	g_clear_pointer (&test->response, eas_http_response_free);
	g_clear_error (&test->error);
	test->done = FALSE;
	eas_transport_send_async (test->transport, test->request, test->cancellable, sent_cb, test);
	while (!test->done)
		g_main_context_iteration (NULL, TRUE);
	test->took_ms = (g_get_monotonic_time () - start) / 1000;
}

static void
end (Test *test)
{
	wire_server_free (test->server);
	g_object_unref (test->transport);
	eas_http_request_free (test->request);
	g_clear_pointer (&test->response, eas_http_response_free);
	g_clear_error (&test->error);
	g_clear_object (&test->cancellable);
	g_clear_pointer (&test->body, g_bytes_unref);
	g_hash_table_unref (test->seen);
	g_free (test->method);
}

static const char *
seen (Test *test, const char *name)
{
	return g_hash_table_lookup (test->seen, name);
}

/* --- Requests --- */

static void
test_request (void)
{
	Test test = { .header = "X-Test", .value = "here" };

	begin (&test, WIRE_PLAIN, NULL);
	test.body = g_bytes_new_static ("abc", 3);
	send (&test);
	g_assert_no_error (test.error);
	g_assert_cmpuint (test.response->status, ==, 200);
	g_assert_cmpstr (eas_http_response_get_header (test.response, "x-test"), ==, "here");
	g_assert_cmpmem (g_bytes_get_data (test.response->body, NULL),
			 g_bytes_get_size (test.response->body), "abc", 3);
	g_assert_cmpstr (test.method, ==, "POST");
	g_assert_cmpuint (test.seen_size, ==, 5);
	g_assert_cmpstr (seen (&test, "content-length"), ==, "5");
	g_assert_cmpstr (seen (&test, "content-type"), ==, "application/vnd.ms-sync.wbxml");
	g_assert_cmpstr (seen (&test, "user-agent"), ==, "Evolution-EAS/1.0");
	g_assert_cmpstr (seen (&test, "accept-encoding"), ==, "gzip");
	g_assert_null (seen (&test, "expect"));
	g_assert_null (seen (&test, "transfer-encoding"));
	end (&test);
}

/* Sent at once, in UTF-8: a 401 round trip per request costs. */
static void
test_credentials (void)
{
	Test test = { 0 };
	g_autofree char *expected = NULL;
	g_autofree char *value =
		g_base64_encode ((const guchar *) "ann:päss:word", strlen ("ann:päss:word"));

	begin (&test, WIRE_PLAIN, NULL);
	send (&test);
	expected = g_strconcat ("Basic ", value, NULL);
	g_assert_cmpstr (seen (&test, "authorization"), ==, expected);
	test.request->credentials = FALSE;
	g_hash_table_remove_all (test.seen);
	send (&test);
	g_assert_null (seen (&test, "authorization"));
	end (&test);
}

static void
test_post_without_body (void)
{
	Test test = { 0 };

	begin (&test, WIRE_PLAIN, NULL);
	g_clear_pointer (&test.request->body, g_bytes_unref);
	send (&test);
	g_assert_no_error (test.error);
	g_assert_cmpuint (test.seen_size, ==, 0);
	g_assert_cmpstr (seen (&test, "content-length"), ==, "0");
	g_assert_null (seen (&test, "transfer-encoding"));
	end (&test);
}

/* --- Answers --- */

/* Whatever the status, it is the flow's business; nothing is followed or asked again here. */
static void
test_handed_up (gconstpointer status)
{
	Test test = { .status = GPOINTER_TO_UINT (status),
		      .header = "Location",
		      .value = "/elsewhere" };

	if (test.status == 401) {
		test.header = "WWW-Authenticate";
		test.value = "Basic realm=\"mail\"";
	}
	begin (&test, WIRE_PLAIN, NULL);
	send (&test);
	g_assert_no_error (test.error);
	g_assert_cmpuint (test.response->status, ==, test.status);
	g_assert_cmpuint (wire_server_count (test.server, NULL), ==, 1);
	end (&test);
}

static void
test_50_gzip (void)
{
	Test test = { .header = "Content-Encoding", .value = "gzip" };
	g_autofree char *text = g_strnfill (50000, 'x');

	begin (&test, WIRE_PLAIN, NULL);
	test.body = wire_gzip (text, 50000);
	g_assert_cmpuint (g_bytes_get_size (test.body), <, 1000);
	send (&test);
	g_assert_no_error (test.error);
	g_assert_cmpmem (g_bytes_get_data (test.response->body, NULL),
			 g_bytes_get_size (test.response->body), text, 50000);
	end (&test);
}

static void
test_50_gzip_bomb (void)
{
	Test test = { .header = "Content-Encoding", .value = "gzip" };
	gsize size = (gsize) EAS_SOUP_MAX_BODY + 1024 * 1024;
	g_autofree char *text = g_malloc0 (size);

	begin (&test, WIRE_PLAIN, NULL);
	test.body = wire_gzip (text, size);
	g_assert_cmpuint (g_bytes_get_size (test.body), <, 100000);
	send (&test);
	g_assert_error (test.error, EAS_ERROR, EAS_ERROR_PROTOCOL);
	end (&test);
}

/* libsoup ends a cut stream without a word: what is missing, the reader of the document notices. */
static void
test_50_cut_gzip (void)
{
	Test test = { .header = "Content-Encoding", .value = "gzip" };
	g_autofree char *text = g_strnfill (50000, 'x');
	g_autoptr (GBytes) whole = wire_gzip (text, 50000);

	begin (&test, WIRE_PLAIN, NULL);
	test.body = g_bytes_new_from_bytes (whole, 0, g_bytes_get_size (whole) / 2);
	send (&test);
	g_assert_true (test.error != NULL || g_bytes_get_size (test.response->body) < 50000);
	end (&test);
}

static void
test_too_large (void)
{
	Test test = { 0 };

	begin (&test, WIRE_PLAIN, NULL);
	eas_soup_transport_set_max_body (EAS_SOUP_TRANSPORT (test.transport), 1000);
	test.body = g_bytes_new_take (g_malloc0 (1000), 1000);
	send (&test);
	g_assert_no_error (test.error);
	g_bytes_unref (test.body);
	test.body = g_bytes_new_take (g_malloc0 (1001), 1001);
	send (&test);
	g_assert_error (test.error, EAS_ERROR, EAS_ERROR_PROTOCOL);
	end (&test);
}

static void
cut_handler (WireServer *server,
	     SoupServerMessage *message,
	     const char *command,
	     gpointer user_data)
{
	wire_cut (message);
}

static void
cut_body_handler (WireServer *server,
		  SoupServerMessage *message,
		  const char *command,
		  gpointer user_data)
{
	wire_cut_body (message);
}

/* The flows know a lost connection by these two codes. */
static void
test_lost (gconstpointer in_body)
{
	Test test = { 0 };

	begin (&test, WIRE_PLAIN, in_body != NULL ? cut_body_handler : cut_handler);
	send (&test);
	g_assert_true (g_error_matches (test.error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT) ||
		       g_error_matches (test.error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED));
	/* libsoup must not have repeated a POST on its own */
	g_assert_cmpuint (wire_server_count (test.server, NULL), ==, 1);
	end (&test);
}

/* The same on a connection that was good for a request before. */
static void
test_lost_on_used_connection (void)
{
	Test test = { 0 };
	guint count;

	begin (&test, WIRE_PLAIN, NULL);
	send (&test);
	g_assert_no_error (test.error);
	test.delay_ms = 20000;
	test.request->timeout = 1;
	send (&test);
	g_assert_error (test.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
	count = wire_server_count (test.server, NULL);
	g_assert_cmpuint (count, ==, 2);
	end (&test);
}

/* --- Time --- */

static void
test_time_out (void)
{
	Test test = { .delay_ms = 20000 };

	begin (&test, WIRE_PLAIN, NULL);
	test.request->timeout = 1;
	send (&test);
	g_assert_error (test.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
	g_assert_cmpint (test.took_ms, >=, 900);
	g_assert_cmpint (test.took_ms, <, test.delay_ms);
	end (&test);
}

static gboolean
cancel_cb (gpointer user_data)
{
	g_cancellable_cancel (user_data);

	return G_SOURCE_REMOVE;
}

static void
test_cancel (void)
{
	Test test = { .delay_ms = 20000 };

	begin (&test, WIRE_PLAIN, NULL);
	test.cancellable = g_cancellable_new ();
	g_timeout_add (100, cancel_cb, test.cancellable);
	send (&test);
	g_assert_error (test.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
	/* how prompt it is, test-client-parallel measures */
	g_assert_cmpint (test.took_ms, <, test.delay_ms);
	end (&test);
}

static void
test_nobody_there (void)
{
	Test test = { 0 };

	begin (&test, WIRE_PLAIN, NULL);
	g_free (test.request->uri);
	test.request->uri = g_strdup ("http://127.0.0.1:1/Microsoft-Server-ActiveSync");
	send (&test);
	g_assert_error (test.error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
	g_free (test.request->uri);
	test.request->uri = g_strdup ("not an address");
	send (&test);
	g_assert_error (test.error, EAS_ERROR, EAS_ERROR_NOT_SUPPORTED);
	end (&test);
}

/* --- Certificates --- */

static void
test_tls_unknown_issuer (void)
{
	Test test = { 0 };

	begin (&test, WIRE_TLS, NULL);
	send (&test);
	g_assert_error (test.error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
	g_assert_cmpuint (wire_server_count (test.server, NULL), ==, 0);
	end (&test);
}

static void
test_tls_extra_issuer (gconstpointer tls)
{
	WireTls kind = GPOINTER_TO_UINT (tls);
	Test test = { 0 };
	g_autoptr (GError) error = NULL;

	begin (&test, kind, NULL);
	eas_soup_transport_set_ca_file (EAS_SOUP_TRANSPORT (test.transport),
					wire_server_ca (test.server), &error);
	g_assert_no_error (error);
	send (&test);
	if (kind == WIRE_TLS)
		g_assert_no_error (test.error);
	else
		g_assert_error (test.error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
	g_assert_cmpuint (wire_server_count (test.server, NULL), ==, kind == WIRE_TLS ? 1 : 0);
	end (&test);
}

static void
test_tls_missing_file (void)
{
	g_autoptr (EasTransport) transport = eas_soup_transport_new (NULL, NULL);
	g_autoptr (GError) error = NULL;

	g_assert_false (eas_soup_transport_set_ca_file (EAS_SOUP_TRANSPORT (transport),
							"/nonexistent/ca.pem", &error));
	g_assert_nonnull (error);
}

#define ADD(name, func) g_test_add_func ("/soup-transport/" name, func)
#define ADD_EACH(name, value, func)                                                                \
	g_test_add_data_func ("/soup-transport/" name "/" #value, GUINT_TO_POINTER (value), func)

#define ADD_TLS(name, value)                                                                       \
	g_test_add_data_func ("/tls/" name "/" #value, GUINT_TO_POINTER (value),                   \
			      test_tls_extra_issuer)

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD ("request", test_request);
	ADD ("credentials", test_credentials);
	ADD ("post-without-body", test_post_without_body);
	ADD_EACH ("handed-up", 302, test_handed_up);
	ADD_EACH ("handed-up", 401, test_handed_up);
	ADD_EACH ("handed-up", 449, test_handed_up);
	ADD_EACH ("handed-up", 451, test_handed_up);
	ADD_EACH ("handed-up", 503, test_handed_up);
	ADD ("50-gzip", test_50_gzip);
	ADD ("50-gzip-bomb", test_50_gzip_bomb);
	ADD ("50-cut-gzip", test_50_cut_gzip);
	ADD ("too-large", test_too_large);
	ADD_EACH ("lost", 0, test_lost);
	ADD_EACH ("lost", 1, test_lost);
	ADD ("lost-on-used-connection", test_lost_on_used_connection);
	ADD ("49-time-out", test_time_out);
	ADD ("cancel", test_cancel);
	ADD ("nobody-there", test_nobody_there);
	g_test_add_func ("/tls/unknown-issuer", test_tls_unknown_issuer);
	ADD_TLS ("extra-issuer", WIRE_TLS);
	ADD_TLS ("extra-issuer", WIRE_TLS_OTHER_HOST);
	ADD_TLS ("extra-issuer", WIRE_TLS_EXPIRED);
	g_test_add_func ("/tls/missing-file", test_tls_missing_file);

	return g_test_run ();
}
