/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Requests as values, headers of answers, addresses. */

#include <string.h>

#include "eas-cmd-fetch.h"
#include "eas-cmd-sync.h"
#include "eas-http.h"
#include "net-account.h"

/* --- Requests --- */

static EasAccountData *
worked_data (void)
{
	EasAccountData *data = eas_account_data_new ();

	data->configured_url = g_strdup ("https://mail.example.org/Microsoft-Server-ActiveSync");
	data->device = eas_device_new ("v140Device");
	g_free (data->device->type);
	data->device->type = g_strdup ("SmartPhone");
	data->version = EAS_VERSION_14_0;

	return data;
}

static void
test_base64_worked_example (void)
{
	g_autoptr (EasAccountData) data = worked_data ();
	g_autoptr (EasRequest) request = eas_request_new (&eas_cmd_sync, NULL);
	g_autofree char *query = eas_http_build_base64_query (data, request, 0);

	g_assert_cmpstr (query, ==, "jAAJBAp2MTQwRGV2aWNlAApTbWFydFBob25l");
}

static void
test_base64_key_parameters_user (void)
{
	g_autoptr (EasAccountData) data = worked_data ();
	g_autoptr (EasRequest) request = eas_request_new (&eas_cmd_item_operations, NULL);
	g_autofree char *query = NULL;
	g_autofree guchar *bytes = NULL;
	/* version, ItemOperations, en-US, device, key 0x01020304, type, CollectionId 5%3A1,
	 * multipart, user */
	static const guchar expected[] =
		"\x8c\x13\x09\x04\x0av140Device\x04\x04\x03\x02\x01\x0aSmartPhone"
		"\x01\x03"
		"5:1"
		"\x07\x01\x02"
		"\x08\x03"
		"ann";
	gsize size;

	data->user = g_strdup ("ann");
	request->accept_multipart = TRUE;
	request->parameters = g_strdup ("&CollectionId=5%3A1");
	query = eas_http_build_base64_query (data, request, 0x01020304);
	bytes = g_base64_decode (query, &size);
	g_assert_cmpmem (bytes, size, expected, sizeof (expected) - 1);
}

static void
test_plain_request (void)
{
	g_autoptr (EasAccountData) data = net_data_new (TRUE);
	g_autoptr (EasRequest) request =
		eas_request_new (&eas_cmd_item_operations, g_bytes_new_static ("x", 1));
	g_autoptr (EasHttpRequest) http = NULL;

	g_free (data->user);
	data->user = g_strdup ("DOMAIN\\änn smith");
	data->cookies = g_strdup ("a=1\nb=2");
	data->anchor_mailbox = g_strdup ("ann@example.org");
	request->accept_multipart = TRUE;
	request->parameters = g_strdup ("&CollectionId=5");
	http = eas_http_build_command (data, request);
	g_assert_cmpstr (
		http->uri, ==,
		"https://mail.example.org/"
		"Microsoft-Server-ActiveSync?Cmd=ItemOperations&User=DOMAIN%5C%C3%A4nn%20smith"
		"&DeviceId=a1b2c3d4&DeviceType=EvolutionEAS&CollectionId=5");
	g_assert_cmpstr (http->method, ==, "POST");
	g_assert_cmpstr (http->command, ==, "ItemOperations");
	g_assert_cmpstr (eas_http_request_get_header (http, "MS-ASProtocolVersion"), ==, "14.1");
	g_assert_cmpstr (eas_http_request_get_header (http, "X-MS-PolicyKey"), ==, "77");
	g_assert_cmpstr (eas_http_request_get_header (http, "MS-ASAcceptMultiPart"), ==, "T");
	g_assert_cmpstr (eas_http_request_get_header (http, "Content-Type"), ==,
			 "application/vnd.ms-sync.wbxml");
	g_assert_cmpstr (eas_http_request_get_header (http, "cookie"), ==,
			 "a=1; b=2; DefaultAnchorMailbox=ann@example.org");
	g_assert_true (http->credentials);
	g_assert_null (eas_http_request_get_header (http, "Authorization"));
}

/* What the binary query says must not be said again; 12.0 knows no such query. */
static void
test_base64_request (void)
{
	g_autoptr (EasAccountData) data = net_data_new (TRUE);
	g_autoptr (EasRequest) request = eas_request_new (&eas_cmd_sync, NULL);
	g_autoptr (EasHttpRequest) http = NULL;
	g_autoptr (EasHttpRequest) old = NULL;

	data->base64_query = TRUE;
	http = eas_http_build_command (data, request);
	g_assert_null (strstr (http->uri, "Cmd="));
	g_assert_null (eas_http_request_get_header (http, "MS-ASProtocolVersion"));
	g_assert_null (eas_http_request_get_header (http, "X-MS-PolicyKey"));
	g_assert_null (eas_http_request_get_header (http, "Content-Type"));
	g_assert_nonnull (eas_http_request_get_header (http, "User-Agent"));

	data->version = EAS_VERSION_12_0;
	old = eas_http_build_command (data, request);
	g_assert_nonnull (strstr (old->uri, "Cmd=Sync"));
}

static void
test_47_user_agent (void)
{
	g_autoptr (EasAccountData) data = net_data_new (FALSE);
	g_autoptr (EasHttpRequest) http = eas_http_build_options (data);
	const char *agent = eas_http_request_get_header (http, "User-Agent");

	g_assert_nonnull (agent);
	g_assert_cmpuint (strlen (agent), >, 0);
	g_assert_null (strstr (agent, "Mozilla"));
	g_assert_cmpstr (http->uri, ==, data->configured_url);
	g_assert_null (http->body);
}

/* --- Headers of answers --- */

static const struct {
	const char *value;
	guint seconds;
} retry_after[] = {
	{ "120", 120 },
	{ "0", 0 },
	{ "-5", 0 },
	{ "soon", 0 },
	{ "", 0 },
	{ "99999999999", 86400 },
	/* now is Fri, 15 Jan 2027 08:00:00 GMT */
	{ "Fri, 15 Jan 2027 08:01:30 GMT", 90 },
	{ "Fri, 15 Jan 2027 07:59:00 GMT", 0 },
	{ "Friday, 15-Jan-27 08:00:10 GMT", 10 },
	{ "Fri, 99 Jan 2027 08:01:30 GMT", 0 },
	{ "Fri, 15 Foo 2027 08:01:30 GMT", 0 },
};

static void
test_44_retry_after (void)
{
	for (guint ii = 0; ii < G_N_ELEMENTS (retry_after); ii++) {
		g_autoptr (GDateTime) now = g_date_time_new_utc (2027, 1, 15, 8, 0, 0);
		EasHttpResponse *response = eas_http_response_new (503);

		eas_http_response_add_header (response, "retry-after", retry_after[ii].value);
		g_assert_cmpuint (eas_http_retry_after (response, g_date_time_to_unix (now)), ==,
				  retry_after[ii].seconds);
		eas_http_response_free (response);
	}
}

static gboolean
take (EasAccountData *data, const char *name, const char *value)
{
	EasHttpResponse *response = eas_http_response_new (200);
	gboolean worth;

	eas_http_response_add_header (response, name, value);
	worth = eas_http_take_headers (data, response, 1800000000);
	eas_http_response_free (response);

	return worth;
}

static void
test_46_cookie_jar (void)
{
	g_autoptr (EasAccountData) data = net_data_new (TRUE);

	g_assert_true (take (data, "Set-Cookie", "a=1; path=/; HttpOnly"));
	g_assert_true (take (data, "set-cookie", "b=x=y;Secure"));
	g_assert_cmpstr (data->cookies, ==, "a=1\nb=x=y");
	data->cookies_unsaved = FALSE;
	g_assert_false (take (data, "Set-Cookie", "a=2"));
	g_assert_true (data->cookies_unsaved);
	g_assert_cmpstr (data->cookies, ==, "a=2\nb=x=y");
	/* three ways to take one away */
	g_assert_true (take (data, "Set-Cookie", "a=; path=/"));
	g_assert_true (take (data, "Set-Cookie", "b=z; expires=Thu, 01-Jan-1970 00:00:00 GMT"));
	g_assert_cmpstr (data->cookies, ==, "");
	take (data, "Set-Cookie", "c=1");
	g_assert_true (take (data, "Set-Cookie", "c=1; Max-Age=0"));
	g_assert_cmpstr (data->cookies, ==, "");
	/* malformed ones, and the anchor that only we set */
	g_assert_false (take (data, "Set-Cookie", "nonsense"));
	g_assert_false (take (data, "Set-Cookie", "=1"));
	g_assert_false (take (data, "Set-Cookie", ""));
	g_assert_false (take (data, "Set-Cookie",
			      "DefaultAnchorMailbox=; expires=Thu, 01-Jan-1970 00:00:00 GMT"));
	g_assert_cmpstr (data->cookies, ==, "");
}

static void
test_46_cookie_jar_is_bounded (void)
{
	g_autoptr (EasAccountData) data = net_data_new (TRUE);
	g_autofree char *large = g_strnfill (5000, 'x');
	g_autofree char *pair = g_strconcat ("large=", large, NULL);

	g_assert_false (take (data, "Set-Cookie", pair));
	for (guint ii = 0; ii < 100; ii++) {
		g_autofree char *cookie = g_strdup_printf ("n%u=%u", ii, ii);

		take (data, "Set-Cookie", cookie);
	}
	g_assert_cmpuint (strlen (data->cookies), <, 500);
}

static void
test_changed_server (void)
{
	g_autoptr (EasAccountData) data = net_data_new (TRUE);

	g_assert_true (take (data, "X-MS-RP", "14.0,14.1"));
	g_assert_cmpint (data->version, ==, EAS_VERSION_NONE);
	g_assert_false (data->provisioned);
	g_assert_cmpstr (data->hierarchy_key, ==, "0");
	g_assert_nonnull (data->folders);
	/* the first FolderSync may be told again */
	data->version = EAS_VERSION_14_1;
	g_assert_false (take (data, "X-MS-RP", "14.0,14.1"));
	g_assert_cmpint (data->version, ==, EAS_VERSION_14_1);
}

static void
test_repeated_header (void)
{
	EasHttpResponse *response = eas_http_response_new (200);
	g_autofree char *joined = NULL;

	g_assert_null (eas_http_response_dup_header (response, "MS-ASProtocolVersions"));
	eas_http_response_add_header (response, "MS-ASProtocolVersions", "12.1");
	eas_http_response_add_header (response, "ms-asprotocolversions", "14.1");
	joined = eas_http_response_dup_header (response, "MS-ASProtocolVersions");
	g_assert_cmpstr (joined, ==, "12.1,14.1");
	eas_http_response_free (response);
}

static const struct {
	const char *type, *body;
	gsize size;
	gboolean expected;
} kinds[] = {
	{ "application/vnd.ms-sync.wbxml", "\x03\x01\x6a\x00", 4, TRUE },
	{ "application/vnd.ms-sync", "\x03\x01\x6a\x00", 4, TRUE },
	{ "text/html", "\x03\x01\x6a\x00", 4, TRUE },
	{ NULL, "\x03\x01\x6a\x00", 4, TRUE },
	{ "text/html; charset=utf-8", "<html>", 6, FALSE },
	{ "application/vnd.ms-sync.wbxml", "<html>", 6, FALSE },
	{ "application/vnd.ms-sync.wbxml", "\r\n<html>", 8, FALSE },
	{ "application/vnd.ms-sync.multipart", "\x02\x00\x00\x00", 4, TRUE },
	{ NULL, "plain", 5, FALSE },
};

static void
test_is_wbxml (void)
{
	for (guint ii = 0; ii < G_N_ELEMENTS (kinds); ii++) {
		EasHttpResponse *response = eas_http_response_new (200);

		g_bytes_unref (response->body);
		response->body = g_bytes_new_static (kinds[ii].body, kinds[ii].size);
		if (kinds[ii].type != NULL)
			eas_http_response_add_header (response, "Content-Type", kinds[ii].type);
		g_assert_cmpint (eas_http_is_wbxml (response), ==, kinds[ii].expected);
		eas_http_response_free (response);
	}
}

/* --- Addresses --- */

static const struct {
	const char *from, *to;
	gboolean expected;
} follows[] = {
	{ "https://mail.example.org/x", "https://mail.example.org/y", TRUE },
	{ "https://mail.example.org/x", "https://MAIL.example.org:444/y", TRUE },
	{ "https://mail.example.org/x", "https://eu.example.org/y", TRUE },
	{ "https://mail.example.org/x", "https://example.org/y", TRUE },
	{ "https://mail.example.org/x", "https://outlook.office365.com/y", TRUE },
	{ "https://eas.outlook.com/x", "https://eas-eu1.outlook.com/y", TRUE },
	{ "https://mail.example.org/x", "https://mail.example.net/y", FALSE },
	{ "https://mail.example.org/x", "https://badexample.org/y", FALSE },
	{ "https://mail.example.org/x", "https://notoutlook.com/y", FALSE },
	{ "https://mail.example.org/x", "https://outlook.com.evil.org/y", FALSE },
	{ "https://mail.company.co.uk/x", "https://eu.company.co.uk/y", TRUE },
	{ "https://mail.company.co.uk/x", "https://mail.other.co.uk/y", FALSE },
	{ "https://company.co.uk/x", "https://other.co.uk/y", FALSE },
	{ "https://10.1.2.3/x", "https://9.1.2.3/y", FALSE },
	{ "https://server/x", "https://other/y", FALSE },
	{ "https://mail.example.org/x", "http://mail.example.org/y", FALSE },
	{ "http://127.0.0.1:80/x", "http://127.0.0.1:81/y", TRUE },
	{ "http://127.0.0.1:80/x", "http://mail.example.org/y", FALSE },
	{ "https://mail.example.org/x", "file:///etc/passwd", FALSE },
	{ "https://mail.example.org/x", "https:///y", FALSE },
	{ "https://mail.example.org/x", "nonsense", FALSE },
};

static void
test_45_may_follow (void)
{
	for (guint ii = 0; ii < G_N_ELEMENTS (follows); ii++) {
		if (eas_http_may_follow (follows[ii].from, follows[ii].to) != follows[ii].expected)
			g_error ("%s -> %s", follows[ii].from, follows[ii].to);
	}
}

static const struct {
	const char *typed, *expected;
} typed_addresses[] = {
	{ "mail.example.org", "https://mail.example.org/Microsoft-Server-ActiveSync" },
	{ "  mail.example.org/ ", "https://mail.example.org/Microsoft-Server-ActiveSync" },
	{ "mail.example.org:8443", "https://mail.example.org:8443/Microsoft-Server-ActiveSync" },
	{ "mail.example.org/SOGo", "https://mail.example.org/SOGo/Microsoft-Server-ActiveSync" },
	{ "https://mail.example.org", "https://mail.example.org/Microsoft-Server-ActiveSync" },
	{ "HTTPS://mail.example.org/Microsoft-Server-ActiveSync",
	  "https://mail.example.org/Microsoft-Server-ActiveSync" },
	{ "https://mail.example.org/Microsoft-Server-ActiveSync/?Cmd=Sync#x",
	  "https://mail.example.org/Microsoft-Server-ActiveSync" },
	{ "http://127.0.0.1:4711", "http://127.0.0.1:4711/Microsoft-Server-ActiveSync" },
	{ "http://localhost:4711/SOGo/Microsoft-Server-ActiveSync",
	  "http://localhost:4711/SOGo/Microsoft-Server-ActiveSync" },
	{ "[::1]:443", "https://[::1]/Microsoft-Server-ActiveSync" },
	{ "http://mail.example.org", NULL },
	{ "http://127.evil.org", NULL },
	{ "ftp://mail.example.org", NULL },
	{ "ann@example.org", NULL },
	{ "two words", NULL },
	{ "https://", NULL },
	{ "", NULL },
};

static void
test_normalize_url (void)
{
	for (guint ii = 0; ii < G_N_ELEMENTS (typed_addresses); ii++) {
		g_autoptr (GError) error = NULL;
		g_autofree char *url = eas_http_normalize_url (typed_addresses[ii].typed, &error);

		g_assert_cmpstr (url, ==, typed_addresses[ii].expected);
		g_assert_true ((url == NULL) == (error != NULL));
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/http/base64-worked-example", test_base64_worked_example);
	g_test_add_func ("/http/base64-key-parameters-user", test_base64_key_parameters_user);
	g_test_add_func ("/http/plain-request", test_plain_request);
	g_test_add_func ("/http/base64-request", test_base64_request);
	g_test_add_func ("/http/47-user-agent", test_47_user_agent);
	g_test_add_func ("/http/44-retry-after", test_44_retry_after);
	g_test_add_func ("/http/46-cookie-jar", test_46_cookie_jar);
	g_test_add_func ("/http/46-cookie-jar-is-bounded", test_46_cookie_jar_is_bounded);
	g_test_add_func ("/http/changed-server", test_changed_server);
	g_test_add_func ("/http/repeated-header", test_repeated_header);
	g_test_add_func ("/http/is-wbxml", test_is_wbxml);
	g_test_add_func ("/http/45-may-follow", test_45_may_follow);
	g_test_add_func ("/http/normalize-url", test_normalize_url);

	return g_test_run ();
}
