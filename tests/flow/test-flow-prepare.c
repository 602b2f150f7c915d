/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Version and commands: asked once, kept while they hold, asked again when the server says so.
 * Each test drives the flow by hand; numbers in names are pitfalls of user-needs.
 */

#include "flow-rig.h"

/* --- From nothing --- */

static void
test_first_contact (void)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_fresh ());
	const EasHttpRequest *http;

	http = rig_expect_send (rig, "OPTIONS");
	g_assert_cmpstr (http->method, ==, "OPTIONS");
	g_assert_true (rig->locked);
	rig_reply_options (rig, "2.5,12.1,14.0,14.1,14.1,17.0");
	rig_provision (rig, 4711);

	http = rig_expect_send (rig, "GetItemEstimate");
	g_assert_false (rig->locked);
	g_assert_cmpuint (rig->n_locks, ==, 1);
	g_assert_cmpuint (rig->n_commits, ==, 1);
	g_assert_cmpstr (eas_http_request_get_header (http, "MS-ASProtocolVersion"), ==, "14.1");
	g_assert_cmpstr (eas_http_request_get_header (http, "X-MS-PolicyKey"), ==, "4711");
	g_assert_nonnull (eas_http_request_get_header (http, "User-Agent"));
	rig_reply_ok (rig);
	rig_finish (rig);
	g_assert_cmpint (rig->data->calendar_age_limit, ==, 6);
	g_assert_nonnull (rig->data->policy_hash);
}

/* Another process has done all of it while we waited for the lock. */
static void
learn_from_other (EasAccountData *data)
{
	g_autoptr (EasAccountData) other = rig_data_ready ();

	eas_account_data_take_state (data, other);
}

static void
test_other_process_was_first (void)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_fresh ());

	rig->on_lock = learn_from_other;
	g_assert_cmpstr (eas_http_request_get_header (rig_expect_send (rig, "GetItemEstimate"),
						      "X-MS-PolicyKey"),
			 ==, "77");
	rig_reply_ok (rig);
	rig_finish (rig);
}

static void
test_ready_needs_nothing (void)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply_ok (rig);
	rig_finish (rig);
	g_assert_cmpuint (rig->n_locks, ==, 0);
}

static void
test_forced_version (void)
{
	EasAccountData *data = rig_data_fresh ();
	g_autoptr (Rig) rig = NULL;

	data->forced_version = EAS_VERSION_12_1;
	rig = rig_new (rig_estimate_flow (), data);
	rig_provision (rig, 9);
	g_assert_cmpstr (eas_http_request_get_header (rig_expect_send (rig, "GetItemEstimate"),
						      "MS-ASProtocolVersion"),
			 ==, "12.1");
	rig_reply_ok (rig);
	rig_finish (rig);
}

/* --- Pitfall 48: OPTIONS --- */

static void
test_48_options_not_eas (void)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_fresh ());

	rig_expect_send (rig, "OPTIONS");
	rig_reply (rig, 200, NULL, "Content-Type", "text/html");
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_NOT_SUPPORTED);
}

static void
test_48_daily_look_keeps_version (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;

	data->options_time = RIG_NOW - 90000;
	rig = rig_new (rig_estimate_flow (), data);
	rig_expect_send (rig, "OPTIONS");
	rig_reply_options (rig, "12.1,14.1,16.1");
	rig_expect_send (rig, "GetItemEstimate");
	rig_reply_ok (rig);
	rig_finish (rig);
	g_assert_cmpint (data->version, ==, EAS_VERSION_14_1);
	g_assert_cmpint (data->options_time, ==, RIG_NOW);
}

static void
test_48_daily_look_fails (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;

	data->options_time = RIG_NOW - 90000;
	rig = rig_new (rig_estimate_flow (), data);
	rig_expect_send (rig, "OPTIONS");
	rig_reply (rig, 404, NULL, NULL, NULL);
	rig_expect_send (rig, "GetItemEstimate");
	rig_reply_ok (rig);
	rig_finish (rig);
}

static void
test_48_version_refused (gconstpointer http_status)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	if (GPOINTER_TO_UINT (http_status) == 138)
		rig_reply_status (rig, 138);
	else
		rig_reply (rig, GPOINTER_TO_UINT (http_status), NULL, NULL, NULL);
	rig_expect_send (rig, "OPTIONS");
	rig_reply_options (rig, "12.1,14.0,14.1");
	g_assert_cmpstr (eas_http_request_get_header (rig_expect_send (rig, "GetItemEstimate"),
						      "MS-ASProtocolVersion"),
			 ==, "14.0");
	rig_reply_ok (rig);
	rig_finish (rig);
}

/* 400 and 501 may be about something else: the version stays while it is offered, and the answer
 * stands. */
static void
test_48_bad_request_is_not_a_version (gconstpointer http_status)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());
	guint status = GPOINTER_TO_UINT (http_status);

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, status, NULL, NULL, NULL);
	rig_expect_send (rig, "OPTIONS");
	rig_reply_options (rig, "12.1,14.0,14.1");
	g_assert_cmpuint (eas_error_get_status (rig_fail (rig)), ==, status);
}

static void
test_48_server_went_back (gconstpointer http_status)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, GPOINTER_TO_UINT (http_status), NULL, NULL, NULL);
	rig_expect_send (rig, "OPTIONS");
	rig_reply_options (rig, "2.5,12.0,12.1");
	g_assert_cmpstr (eas_http_request_get_header (rig_expect_send (rig, "GetItemEstimate"),
						      "MS-ASProtocolVersion"),
			 ==, "12.1");
	rig_reply_ok (rig);
	rig_finish (rig);
}

static void
test_48_command_not_listed (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;

	g_free (data->commands);
	data->commands = g_strdup ("Sync,FolderSync");
	rig = rig_new (rig_estimate_flow (), data);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_NOT_SUPPORTED);
	g_assert_cmpuint (rig->n_sent, ==, 0);
}

#define ADD(name, func) g_test_add_func ("/flow-prepare/" name, func)
#define ADD_EACH(name, value, func)                                                                \
	g_test_add_data_func ("/flow-prepare/" name "/" #value, GUINT_TO_POINTER (value), func)

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD ("first-contact", test_first_contact);
	ADD ("other-process-was-first", test_other_process_was_first);
	ADD ("ready-needs-nothing", test_ready_needs_nothing);
	ADD ("forced-version", test_forced_version);
	ADD ("48-options-not-eas", test_48_options_not_eas);
	ADD ("48-daily-look-keeps-version", test_48_daily_look_keeps_version);
	ADD ("48-daily-look-fails", test_48_daily_look_fails);
	ADD_EACH ("48-version-refused", 505, test_48_version_refused);
	ADD_EACH ("48-version-refused", 138, test_48_version_refused);
	ADD_EACH ("48-bad-request-is-not-a-version", 400, test_48_bad_request_is_not_a_version);
	ADD_EACH ("48-bad-request-is-not-a-version", 501, test_48_bad_request_is_not_a_version);
	ADD_EACH ("48-server-went-back", 400, test_48_server_went_back);
	ADD_EACH ("48-server-went-back", 501, test_48_server_went_back);
	ADD_EACH ("48-server-went-back", 505, test_48_server_went_back);
	ADD ("48-command-not-listed", test_48_command_not_listed);

	return g_test_run ();
}
