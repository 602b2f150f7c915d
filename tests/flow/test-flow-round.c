/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The rules of HTTP: refusals, throttling, repeats, redirects, cookies.
 * Each test drives the flow by hand; numbers in names are pitfalls of user-needs.
 */

#include <string.h>

#include <gio/gio.h>

#include "eas-cmd-estimate.h"
#include "eas-cmd-sync.h"
#include "eas-test-answers.h"
#include "flow-rig.h"

#define URL   "https://mail.example.org/Microsoft-Server-ActiveSync"
#define OTHER "https://eu.example.org/Microsoft-Server-ActiveSync"

/* --- Refusals --- */

static const struct {
	guint status;
	EasErrorCode code;
} http_refusals[] = {
	{ 401, EAS_ERROR_AUTHENTICATION }, { 403, EAS_ERROR_ACCESS },
	{ 404, EAS_ERROR_NOT_SUPPORTED },  { 413, EAS_ERROR_ITEM_REJECTED },
	{ 457, EAS_ERROR_AUTHENTICATION }, { 507, EAS_ERROR_QUOTA },
};

static void
test_http_refusals (void)
{
	for (guint ii = 0; ii < G_N_ELEMENTS (http_refusals); ii++) {
		g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

		rig_expect_send (rig, "GetItemEstimate");
		rig_reply (rig, http_refusals[ii].status, NULL, NULL, NULL);
		rig_expect_error (rig, EAS_ERROR, http_refusals[ii].code);
		g_assert_cmpuint (eas_error_get_status (rig->step.error), ==,
				  http_refusals[ii].status);
		g_assert_cmpuint (rig->n_sent, ==, 1);
	}
}

/* --- Pitfall 44: throttling --- */

static void
test_44_retry_after (gconstpointer what)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());
	g_autoptr (Rig) other = NULL;

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, GPOINTER_TO_UINT (what), NULL, "Retry-After", "300");
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_THROTTLED);
	g_assert_cmpuint (eas_error_get_retry_after (rig->step.error), ==, 300);
	g_assert_cmpint (rig->data->throttle_until, ==, RIG_NOW + 300);
	g_assert_cmpuint (rig->n_commits, ==, 1);

	/* Another command, perhaps of another process: nothing goes out. */
	other = rig_new (rig_estimate_flow (), eas_account_data_copy (rig->data));
	rig_expect_error (other, EAS_ERROR, EAS_ERROR_THROTTLED);
	g_assert_cmpuint (other->n_sent, ==, 0);
}

static void
test_44_patience (void)
{
	EasFlow *flow = rig_estimate_flow ();
	g_autoptr (Rig) rig = NULL;

	flow->patience = 60;
	rig = rig_new (flow, rig_data_ready ());
	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 503, NULL, "Retry-After", "40");
	rig_expect_wait (rig, 40, 40);
	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 503, NULL, "Retry-After", "40");
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_THROTTLED);
}

/* Throttled under the lock: it is given back for the wait. */
static void
test_44_patience_in_handshake (void)
{
	EasFlow *flow = rig_estimate_flow ();
	g_autoptr (Rig) rig = NULL;

	flow->patience = 60;
	rig = rig_new (flow, rig_data_fresh ());
	rig_expect_send (rig, "OPTIONS");
	rig_reply (rig, 503, NULL, "Retry-After", "40");
	rig_expect_wait (rig, 40, 40);
	rig_expect_send (rig, "OPTIONS");
	rig_reply_options (rig, "14.1");
	rig_provision (rig, 1);
	rig_expect_send (rig, "GetItemEstimate");
	rig_reply_ok (rig);
	rig_finish (rig);
}

/* Without a time of the server's, ours grows: over requests and restarts. */
static void
test_44_growing_delays (void)
{
	EasAccountData *data = rig_data_ready ();
	guint last = 0;

	for (guint ii = 0; ii < 12; ii++) {
		g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), data);
		guint delay;

		rig->now = data->throttle_until + 1;
		rig->flow->now = rig->now;
		data->options_time = rig->now;
		rig_expect_send (rig, "GetItemEstimate");
		rig_reply (rig, 503, NULL, NULL, NULL);
		delay = eas_error_get_retry_after (rig_fail (rig));
		g_assert_cmpuint (delay, >=, last);
		g_assert_cmpuint (delay, <=, 900);
		last = delay;
		data = eas_account_data_copy (rig->data);
	}
	g_assert_cmpuint (last, ==, 900);
	eas_account_data_free (data);
}

/* --- Server errors, lost connections --- */

static void
test_server_error_repeats (gconstpointer what)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());
	guint status = GPOINTER_TO_UINT (what);
	gint64 first;

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, status, NULL, NULL, NULL);
	rig_expect_wait (rig, 1, 10);
	first = rig->waited_ms;
	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, status, NULL, NULL, NULL);
	rig_expect_wait (rig, 1, 20);
	g_assert_cmpint (rig->waited_ms - first, >, first);
	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, status, NULL, NULL, NULL);
	g_assert_cmpuint (eas_error_get_status (rig_fail (rig)), ==, status);
}

static EasRequest *
build_sync (EasVersion version, const EasAccountData *data, gpointer user_data, GError **error)
{
	return eas_request_new (&eas_cmd_sync, NULL);
}

/* What may have changed something on the server is not sent twice by itself (law 2). */
static void
test_unsafe_is_never_repeated (gconstpointer what)
{
	g_autoptr (Rig) rig = rig_new (
		eas_flow_exchange_new (&eas_cmd_sync, build_sync, NULL, NULL), rig_data_ready ());
	guint status = GPOINTER_TO_UINT (what);

	rig_expect_send (rig, "Sync");
	if (status == 0)
		rig_reply_lost (rig);
	else
		rig_reply (rig, status, NULL, NULL, NULL);
	rig_fail (rig);
	g_assert_cmpuint (rig->n_sent, ==, 1);
}

static void
test_lost_reply_repeats_once (void)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());
	g_autoptr (Rig) twice = rig_new (rig_estimate_flow (), rig_data_ready ());
	g_autoptr (EasAnswer) answer = NULL;

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply_lost (rig);
	rig_expect_send (rig, "GetItemEstimate");
	rig_reply_ok (rig);
	answer = rig_done (rig);
	g_assert_true (answer->repeated);

	rig_expect_send (twice, "GetItemEstimate");
	rig_reply_lost (twice);
	rig_expect_send (twice, "GetItemEstimate");
	rig_reply_lost (twice);
	rig_expect_error (twice, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
}

/* Pitfall 49, rule 4: a time-out says nothing about the request; who asked decides. Cancelling and
 * TLS pass through. */
static void
test_49_other_errors_pass (void)
{
	const struct {
		GQuark domain;
		int code;
	} errors[] = {
		{ G_IO_ERROR, G_IO_ERROR_TIMED_OUT },
		{ G_IO_ERROR, G_IO_ERROR_CANCELLED },
		{ G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED },
		{ G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE },
		{ G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND },
	};

	for (guint ii = 0; ii < G_N_ELEMENTS (errors); ii++) {
		g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

		rig_expect_send (rig, "GetItemEstimate");
		rig_reply_error (rig, errors[ii].domain, errors[ii].code);
		rig_expect_error (rig, errors[ii].domain, errors[ii].code);
		g_assert_cmpuint (rig->n_sent, ==, 1);
	}
}

/* --- Pitfall 45: redirects --- */

static void
test_45_other_host (void)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());
	const EasHttpRequest *http;

	g_free (rig->data->cookies);
	rig->data->cookies = g_strdup ("old=1");
	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 451, NULL, "X-MS-Location", OTHER);
	http = rig_expect_send (rig, "GetItemEstimate");
	g_assert_true (g_str_has_prefix (http->uri, OTHER "?Cmd=GetItemEstimate&"));
	g_assert_null (eas_http_request_get_header (http, "Cookie"));
	g_assert_cmpstr (http->method, ==, "POST");
	rig_reply_ok (rig);
	rig_finish (rig);
	g_assert_cmpstr (rig->data->url, ==, OTHER);
	g_assert_cmpstr (rig->data->configured_url, ==, URL);
	g_assert_cmpuint (rig->n_commits, ==, 1);
}

static void
test_45_on_options (void)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_fresh ());

	rig_expect_send (rig, "OPTIONS");
	rig_reply (rig, 451, NULL, "X-MS-Location", OTHER);
	g_assert_cmpstr (rig_expect_send (rig, "OPTIONS")->uri, ==, OTHER);
	rig_reply_options (rig, "14.1");
	rig_provision (rig, 1);
	g_assert_true (g_str_has_prefix (rig_expect_send (rig, "GetItemEstimate")->uri, OTHER));
	rig_reply_ok (rig);
	rig_finish (rig);
}

static void
test_45_itself (void)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());
	const EasHttpRequest *http;

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 451, NULL, "X-MS-Location", URL);
	rig_expect_wait (rig, 1, 10);
	http = rig_expect_send (rig, "GetItemEstimate");
	g_assert_cmpstr (eas_http_request_get_header (http, "Cookie"), ==,
			 "DefaultAnchorMailbox=ann@example.org");
	rig_reply_ok (rig);
	rig_finish (rig);
	g_assert_cmpstr (rig->data->anchor_mailbox, ==, "ann@example.org");
}

static void
test_45_without_end (gconstpointer itself)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

	for (guint ii = 0; ii < 4; ii++) {
		g_autofree char *next =
			itself != NULL
				? g_strdup (URL)
				: g_strdup_printf (
					  "https://h%u.example.org/Microsoft-Server-ActiveSync",
					  ii);

		rig_expect_send (rig, "GetItemEstimate");
		rig_reply (rig, 451, NULL, "X-MS-Location", next);
		if (itself != NULL && ii < 3)
			rig_expect_wait (rig, 1, 30);
	}
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_UNAVAILABLE);
}

static void
test_45_refused (gconstpointer location)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 451, NULL, "X-MS-Location", location);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_REDIRECT_CONSENT);
	g_assert_null (rig->data->url);
	g_assert_cmpuint (rig->n_sent, ==, 1);
}

static void
test_45_without_location (void)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 451, NULL, NULL, NULL);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_UNAVAILABLE);
}

static void
test_load_balancer (gconstpointer status)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());
	const EasHttpRequest *http;

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, GPOINTER_TO_UINT (status), NULL, "Location",
		   OTHER "?Cmd=GetItemEstimate&User=ann");
	http = rig_expect_send (rig, "GetItemEstimate");
	g_assert_cmpstr (http->method, ==, "POST");
	g_assert_true (g_str_has_prefix (http->uri, OTHER "?Cmd="));
	g_assert_nonnull (http->body);
	rig_reply_ok (rig);
	rig_finish (rig);
}

/* --- Pitfall 46 and X-MS-RP --- */

static void
test_46_cookies_are_shared (void)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());
	g_autoptr (Rig) next = NULL;

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 200, eas_test_answer_status (&eas_cmd_estimate, 1), "Set-Cookie",
		   "X-BackEnd=a; path=/; secure; HttpOnly");
	rig_finish (rig);
	g_assert_cmpuint (rig->n_commits, ==, 1);

	next = rig_new (rig_estimate_flow (), eas_account_data_copy (rig->data));
	g_assert_cmpstr (
		eas_http_request_get_header (rig_expect_send (next, "GetItemEstimate"), "Cookie"),
		==, "X-BackEnd=a");
	/* a new value alone is not worth a commit */
	rig_reply (next, 200, eas_test_answer_status (&eas_cmd_estimate, 1), "Set-Cookie",
		   "X-BackEnd=b");
	rig_finish (next);
	g_assert_cmpuint (next->n_commits, ==, 0);
	g_assert_cmpstr (next->data->cookies, ==, "X-BackEnd=b");
}

static void
test_changed_server (void)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 200, eas_test_answer_status (&eas_cmd_estimate, 1), "X-MS-RP",
		   "12.1,14.1,16.1");
	rig_finish (rig);
	g_assert_cmpint (rig->data->version, ==, EAS_VERSION_NONE);
	g_assert_cmpstr (rig->data->hierarchy_key, ==, "0");
	g_assert_cmpuint (rig->data->folders->len, ==, 5);
	g_assert_cmpuint (rig->n_commits, ==, 1);
}

/* --- What else comes with a refusal --- */

static void
reply_with (Rig *rig, guint status, const char *const *headers)
{
	EasHttpResponse *response = eas_http_response_new (status);

	for (guint ii = 0; headers[ii] != NULL; ii += 2)
		eas_http_response_add_header (response, headers[ii], headers[ii + 1]);
	rig_reply_full (rig, response);
}

/* What a lock does in earnest: the file's values come back over those in memory. */
static void
read_again (EasAccountData *data)
{
	g_autoptr (EasAccountData) file = rig_data_ready ();
	g_autofree char *cookies = data->cookies_unsaved ? g_strdup (data->cookies) : NULL;

	eas_account_data_take_state (data, file);
	if (cookies != NULL) {
		data->cookies = g_steal_pointer (&cookies);
		data->cookies_unsaved = TRUE;
	}
}

/* One commit holds the block, the cookie and that the server has changed. */
static void
test_403_with_headers (void)
{
	static const char *const headers[] = { "X-MS-RP",
					       "14.1,16.1",
					       "Set-Cookie",
					       "X-BackEnd=a; path=/",
					       "X-MS-ASThrottle",
					       "CommandFrequency",
					       "X-MS-Location",
					       "https://mail.example.net/elsewhere",
					       "X-MS-Diagnostics",
					       "2000010;reason=\"not for you\"",
					       NULL };
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

	rig->on_lock = read_again;
	rig_expect_send (rig, "GetItemEstimate");
	reply_with (rig, 403, headers);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_ACCESS);
	g_assert_cmpuint (rig->n_sent, ==, 1); /* nothing follows a location that comes with it */
	g_assert_cmpuint (rig->n_commits, ==, 1);
	g_assert_cmpint (rig->data->access, ==, EAS_ACCESS_BLOCKED);
	g_assert_nonnull (rig->data->last_error);
	g_assert_cmpstr (rig->data->hierarchy_key, ==, "0");
	g_assert_cmpint (rig->data->version, ==, EAS_VERSION_NONE);
	g_assert_cmpstr (rig->data->cookies, ==, "X-BackEnd=a");
	g_assert_cmpint (rig->data->throttle_until, ==, 0);
}

/* Slowed down for a reason of its own, without a time: ours grows as always. */
static void
test_44_named_reason (void)
{
	static const char *const headers[] = { "X-MS-ASThrottle", "RecentCommands", NULL };
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	reply_with (rig, 503, headers);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_THROTTLED);
	g_assert_cmpint (rig->data->throttle_until, >, RIG_NOW);
}

/* --- A password that ends --- */

#define PAGE "https://password.example.org/change?user=ann"

static void
test_password_ends (void)
{
	EasHttpResponse *response = eas_http_response_new (200);
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());
	g_autoptr (Rig) next = NULL;
	gint64 expires;

	rig->on_lock = read_again;
	g_bytes_unref (response->body);
	response->body = eas_test_answer_status (&eas_cmd_estimate, 1);
	eas_http_response_add_header (response, "X-MS-Credentials-Expire", "3");
	eas_http_response_add_header (response, "X-MS-Credential-Service-Url", PAGE);
	rig_expect_send (rig, "GetItemEstimate");
	rig_reply_full (rig, response);
	rig_finish (rig); /* a warning, no failure */
	expires = rig->data->password_expires;
	g_assert_cmpint (expires, >, RIG_NOW + 3 * 86400);
	g_assert_cmpint (expires, <=, RIG_NOW + 4 * 86400);
	g_assert_cmpstr (rig->data->password_url, ==, PAGE);
	g_assert_cmpuint (rig->n_commits, ==, 1);

	/* The same again, where the server's day turns earlier than ours: nothing new. */
	next = rig_new (rig_estimate_flow (), eas_account_data_copy (rig->data));
	rig_expect_send (next, "GetItemEstimate");
	rig_reply (next, 200, eas_test_answer_status (&eas_cmd_estimate, 1),
		   "X-MS-Credentials-Expire", "2");
	rig_finish (next);
	g_assert_cmpuint (next->n_commits, ==, 0);
	g_assert_cmpint (next->data->password_expires, ==, expires);
}

/* It was changed: the server counts no more, and nobody is told any longer. */
static void
test_password_is_new (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;

	data->password_expires = RIG_NOW + 86400;
	rig = rig_new (rig_estimate_flow (), data);
	rig_expect_send (rig, "GetItemEstimate");
	rig_reply_ok (rig);
	rig_finish (rig);
	g_assert_cmpint (rig->data->password_expires, ==, 0);
	g_assert_cmpuint (rig->n_commits, ==, 1);
}

/* Where to go is said; a page that is none is not. */
static void
test_password_has_ended (void)
{
	static const char *const headers[] = { "X-MS-Credentials-Expire", "0",
					       "X-MS-Credential-Service-Url", PAGE, NULL };
	static const char *const no_page[] = { "X-MS-Credentials-Expire", "soon",
					       "X-MS-Credential-Service-Url", "javascript:alert(1)",
					       NULL };
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());
	g_autoptr (Rig) other = rig_new (rig_estimate_flow (), rig_data_ready ());
	g_autoptr (GError) error = NULL;

	rig_expect_send (rig, "GetItemEstimate");
	reply_with (rig, 457, headers);
	error = g_error_copy (rig_fail (rig));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_AUTHENTICATION);
	g_assert_nonnull (strstr (error->message, PAGE));

	rig_expect_send (other, "GetItemEstimate");
	reply_with (other, 457, no_page);
	rig_expect_error (other, EAS_ERROR, EAS_ERROR_AUTHENTICATION);
	g_assert_null (other->data->password_url);
	g_assert_cmpint (other->data->password_expires, ==, 0);
}

#define ADD(name, func) g_test_add_func ("/flow-round/" name, func)
#define ADD_EACH(name, value, func)                                                                \
	g_test_add_data_func ("/flow-round/" name "/" #value, GUINT_TO_POINTER (value), func)

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD ("http-refusals", test_http_refusals);
	ADD_EACH ("44-retry-after", 429, test_44_retry_after);
	ADD_EACH ("44-retry-after", 503, test_44_retry_after);
	ADD ("44-patience", test_44_patience);
	ADD ("44-patience-in-handshake", test_44_patience_in_handshake);
	ADD ("44-growing-delays", test_44_growing_delays);
	ADD_EACH ("server-error-repeats", 500, test_server_error_repeats);
	ADD_EACH ("server-error-repeats", 502, test_server_error_repeats);
	ADD_EACH ("server-error-repeats", 504, test_server_error_repeats);
	ADD_EACH ("unsafe-is-never-repeated", 0, test_unsafe_is_never_repeated);
	ADD_EACH ("unsafe-is-never-repeated", 500, test_unsafe_is_never_repeated);
	ADD ("lost-reply-repeats-once", test_lost_reply_repeats_once);
	ADD ("49-other-errors-pass", test_49_other_errors_pass);
	ADD ("45-other-host", test_45_other_host);
	ADD ("45-on-options", test_45_on_options);
	ADD ("45-itself", test_45_itself);
	ADD_EACH ("45-without-end", 0, test_45_without_end);
	ADD_EACH ("45-without-end", 1, test_45_without_end);
	g_test_add_data_func ("/flow-round/45-plain-http",
			      "http://mail.example.org/Microsoft-Server-ActiveSync",
			      test_45_refused);
	g_test_add_data_func ("/flow-round/45-foreign-host",
			      "https://mail.example.net/Microsoft-Server-ActiveSync",
			      test_45_refused);
	ADD ("45-without-location", test_45_without_location);
	ADD_EACH ("load-balancer", 302, test_load_balancer);
	ADD_EACH ("load-balancer", 307, test_load_balancer);
	ADD_EACH ("load-balancer", 308, test_load_balancer);
	ADD ("46-cookies-are-shared", test_46_cookies_are_shared);
	ADD ("changed-server", test_changed_server);
	ADD ("403-with-headers", test_403_with_headers);
	ADD ("44-named-reason", test_44_named_reason);
	ADD ("password-ends", test_password_ends);
	ADD ("password-is-new", test_password_is_new);
	ADD ("password-has-ended", test_password_has_ended);

	return g_test_run ();
}
