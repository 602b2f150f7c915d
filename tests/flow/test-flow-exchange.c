/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One command through everything a server may say. Each test drives the flow by
 * hand; numbers in names are the pitfalls of user-needs they pin.
 */

#include <gio/gio.h>

#include "eas-cmd-estimate.h"
#include "eas-cmd-folder.h"
#include "eas-cmd-fetch.h"
#include "eas-cmd-ping.h"
#include "eas-cmd-provision.h"
#include "eas-cmd-settings.h"
#include "eas-cmd-sync.h"
#include "eas-test-answers.h"
#include "flow-rig.h"

#define URL   "https://mail.example.org/Microsoft-Server-ActiveSync"
#define OTHER "https://eu.example.org/Microsoft-Server-ActiveSync"

static EasRequest *
build_estimate (EasVersion version, const EasAccountData *data, gpointer user_data, GError **error)
{
	EasEstimateCollection collection = { EAS_CLASS_CALENDAR, "5", "k1", 0 };

	return eas_request_new (&eas_cmd_estimate,
				eas_cmd_estimate_build (&collection, 1, version));
}

static EasFlow *
new_estimate (void)
{
	return eas_flow_exchange_new (&eas_cmd_estimate, build_estimate, NULL, NULL);
}

static void
reply_ok (Rig *rig)
{
	rig_reply (rig, 200, eas_test_answer_status (&eas_cmd_estimate, 1), NULL, NULL);
}

static void
reply_status (Rig *rig, guint status)
{
	rig_reply (rig, 200, eas_test_answer_status (&eas_cmd_estimate, status), NULL, NULL);
}

static void
finish (Rig *rig)
{
	g_autoptr (EasAnswer) answer = rig_done (rig);

	g_assert_nonnull (answer);
	g_assert_cmpuint (answer->status, ==, 1);
}

/* --- From nothing --- */

static void
test_first_contact (void)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_fresh ());
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
	reply_ok (rig);
	finish (rig);
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
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_fresh ());

	rig->on_lock = learn_from_other;
	g_assert_cmpstr (eas_http_request_get_header (rig_expect_send (rig, "GetItemEstimate"),
						      "X-MS-PolicyKey"),
			 ==, "77");
	reply_ok (rig);
	finish (rig);
}

static void
test_ready_needs_nothing (void)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	reply_ok (rig);
	finish (rig);
	g_assert_cmpuint (rig->n_locks, ==, 0);
}

static void
test_forced_version (void)
{
	EasAccountData *data = rig_data_fresh ();
	g_autoptr (Rig) rig = NULL;

	data->forced_version = EAS_VERSION_12_1;
	rig = rig_new (new_estimate (), data);
	rig_provision (rig, 9);
	g_assert_cmpstr (eas_http_request_get_header (rig_expect_send (rig, "GetItemEstimate"),
						      "MS-ASProtocolVersion"),
			 ==, "12.1");
	reply_ok (rig);
	finish (rig);
}

/* --- Pitfall 48: OPTIONS --- */

static void
test_48_options_not_eas (void)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_fresh ());

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
	rig = rig_new (new_estimate (), data);
	rig_expect_send (rig, "OPTIONS");
	rig_reply_options (rig, "12.1,14.1,16.1");
	rig_expect_send (rig, "GetItemEstimate");
	reply_ok (rig);
	finish (rig);
	g_assert_cmpint (data->version, ==, EAS_VERSION_14_1);
	g_assert_cmpint (data->options_time, ==, RIG_NOW);
}

static void
test_48_daily_look_fails (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;

	data->options_time = RIG_NOW - 90000;
	rig = rig_new (new_estimate (), data);
	rig_expect_send (rig, "OPTIONS");
	rig_reply (rig, 404, NULL, NULL, NULL);
	rig_expect_send (rig, "GetItemEstimate");
	reply_ok (rig);
	finish (rig);
}

static void
test_48_version_refused (gconstpointer http_status)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	if (GPOINTER_TO_UINT (http_status) == 138)
		reply_status (rig, 138);
	else
		rig_reply (rig, GPOINTER_TO_UINT (http_status), NULL, NULL, NULL);
	rig_expect_send (rig, "OPTIONS");
	rig_reply_options (rig, "12.1,14.0,14.1");
	g_assert_cmpstr (eas_http_request_get_header (rig_expect_send (rig, "GetItemEstimate"),
						      "MS-ASProtocolVersion"),
			 ==, "14.0");
	reply_ok (rig);
	finish (rig);
}

/* 400 and 501 may be about something else: the version stays while it is offered, and the answer
 * stands. */
static void
test_48_bad_request_is_not_a_version (gconstpointer http_status)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());
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
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, GPOINTER_TO_UINT (http_status), NULL, NULL, NULL);
	rig_expect_send (rig, "OPTIONS");
	rig_reply_options (rig, "2.5,12.0,12.1");
	g_assert_cmpstr (eas_http_request_get_header (rig_expect_send (rig, "GetItemEstimate"),
						      "MS-ASProtocolVersion"),
			 ==, "12.1");
	reply_ok (rig);
	finish (rig);
}

static void
test_48_command_not_listed (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;

	g_free (data->commands);
	data->commands = g_strdup ("Sync,FolderSync");
	rig = rig_new (new_estimate (), data);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_NOT_SUPPORTED);
	g_assert_cmpuint (rig->n_sent, ==, 0);
}

/* --- Pitfall 41: provisioning --- */

static void
test_41_introduces_itself_unasked (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;

	data->provisioned = FALSE;
	data->policy_key = 0;
	rig = rig_new (new_estimate (), data);
	rig_expect_send (rig, "Provision");
	g_assert_cmpuint (rig_sent_count (rig, EAS_SETTINGS_DEVICE_INFORMATION), ==, 1);
	rig_reply (rig, 200, eas_test_answer_policy (1, 2, 0, FALSE), NULL, NULL);
	g_assert_cmpstr (eas_http_request_get_header (rig_expect_send (rig, "GetItemEstimate"),
						      "X-MS-PolicyKey"),
			 ==, "0");
	reply_ok (rig);
	finish (rig);
	g_assert_true (data->provisioned);
}

/* Below 14.1 the device has no place in Provision: Settings says it once. */
static void
test_41_introduces_itself_in_settings (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;

	data->version = EAS_VERSION_14_0;
	data->provisioned = FALSE;
	rig = rig_new (new_estimate (), data);
	rig_expect_send (rig, "Provision");
	g_assert_cmpuint (rig_sent_count (rig, EAS_SETTINGS_DEVICE_INFORMATION), ==, 0);
	rig_reply (rig, 200, eas_test_answer_policy (1, 1, 5000, FALSE), NULL, NULL);
	rig_expect_send (rig, "Provision");
	rig_reply (rig, 200, eas_test_answer_policy (1, 1, 12, FALSE), NULL, NULL);
	g_assert_cmpstr (
		eas_http_request_get_header (rig_expect_send (rig, "Settings"), "X-MS-PolicyKey"),
		==, "12");
	g_assert_cmpuint (rig_sent_count (rig, EAS_SETTINGS_DEVICE_INFORMATION), ==, 1);
	rig_reply (rig, 500, NULL, NULL, NULL); /* whatever it says */
	rig_expect_send (rig, "GetItemEstimate");
	reply_ok (rig);
	finish (rig);
}

/* What a server says that has no Provision: a status, or an HTTP status. */
static void
test_41_no_policy (gconstpointer what)
{
	EasAccountData *data = rig_data_ready ();
	guint status = GPOINTER_TO_UINT (what);
	g_autoptr (Rig) rig = NULL;

	data->provisioned = FALSE;
	rig = rig_new (new_estimate (), data);
	rig_expect_send (rig, "Provision");
	switch (status) {
	case 2:
	case 400:
		if (status == 2)
			rig_reply (rig, 200, eas_test_answer_status (&eas_cmd_provision, 2), NULL,
				   NULL);
		else
			rig_reply (rig, 400, NULL, NULL, NULL);
		/* once more, without what it may have disliked */
		rig_expect_send (rig, "Provision");
		g_assert_cmpuint (rig_sent_count (rig, EAS_SETTINGS_DEVICE_INFORMATION), ==, 0);
		if (status == 2)
			rig_reply (rig, 200, eas_test_answer_status (&eas_cmd_provision, 2), NULL,
				   NULL);
		else
			rig_reply (rig, 400, NULL, NULL, NULL);
		break;
	case 500:
		rig_reply (rig, 500, NULL, NULL, NULL);
		rig_expect_wait (rig, 1, 5);
		rig_expect_send (rig, "Provision");
		rig_reply (rig, 500, NULL, NULL, NULL);
		break;
	case 200: /* and an empty body */
		rig_reply (rig, 200, NULL, NULL, NULL);
		break;
	case 137:
		rig_reply (rig, 200, eas_test_answer_status (&eas_cmd_provision, 137), NULL, NULL);
		break;
	default:
		rig_reply (rig, status, NULL, NULL, NULL);
		break;
	}
	rig_expect_send (rig, "GetItemEstimate");
	reply_ok (rig);
	finish (rig);
	g_assert_true (data->provisioned);
	g_assert_cmpuint (data->policy_key, ==, 0);
}

/* 449 in every version; 141 to 144 in the body. */
static void
test_41_challenged (gconstpointer what)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());
	guint status = GPOINTER_TO_UINT (what);

	rig_expect_send (rig, "GetItemEstimate");
	if (status == 449)
		rig_reply (rig, 449, NULL, NULL, NULL);
	else
		reply_status (rig, status);
	rig_provision (rig, 78);
	g_assert_cmpstr (eas_http_request_get_header (rig_expect_send (rig, "GetItemEstimate"),
						      "X-MS-PolicyKey"),
			 ==, "78");
	reply_ok (rig);
	finish (rig);
	g_assert_cmpuint (rig->n_commits, ==, 1);
}

static void
renew_key (EasAccountData *data)
{
	data->policy_key = 99;
}

static void
test_41_other_process_has_the_key (void)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig->on_lock = renew_key;
	rig_reply (rig, 449, NULL, NULL, NULL);
	g_assert_cmpstr (eas_http_request_get_header (rig_expect_send (rig, "GetItemEstimate"),
						      "X-MS-PolicyKey"),
			 ==, "99");
	reply_ok (rig);
	finish (rig);
}

/* Known before the answer came: not even the lock is needed. */
static void
test_41_key_is_newer_already (void)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig->data->policy_key = 99;
	reply_status (rig, 144);
	g_assert_cmpstr (eas_http_request_get_header (rig_expect_send (rig, "GetItemEstimate"),
						      "X-MS-PolicyKey"),
			 ==, "99");
	reply_ok (rig);
	finish (rig);
	g_assert_cmpuint (rig->n_locks, ==, 0);
}

static void
test_41_no_loop (void)
{
	EasAccountData *copy;
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());
	g_autoptr (Rig) again = NULL;

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 449, NULL, NULL, NULL);
	rig_provision (rig, 78);
	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 449, NULL, NULL, NULL);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_POLICY);

	/* The next command does not start another handshake for a while. */
	copy = eas_account_data_copy (rig->data);
	again = rig_new (new_estimate (), copy);
	rig_expect_send (again, "GetItemEstimate");
	rig_reply (again, 449, NULL, NULL, NULL);
	rig_expect_error (again, EAS_ERROR, EAS_ERROR_POLICY);
	g_assert_cmpuint (again->n_sent, ==, 1);
}

static void
test_41_key_mismatch_starts_again (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;

	data->provisioned = FALSE;
	rig = rig_new (new_estimate (), data);
	for (guint ii = 0; ii < 2; ii++) {
		rig_expect_send (rig, "Provision");
		rig_reply (rig, 200, eas_test_answer_policy (1, 1, 5000, TRUE), NULL, NULL);
		rig_expect_send (rig, "Provision");
		rig_reply (rig, 200, eas_test_answer_policy (1, 5, 0, FALSE), NULL, NULL);
	}
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_POLICY);
	g_assert_false (data->provisioned);
}

/* A lost answer at each round of the handshake: repeated, then passed on as it is. */
static void
test_41_handshake_lost (gconstpointer round)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;

	data->provisioned = FALSE;
	rig = rig_new (new_estimate (), data);
	rig_expect_send (rig, "Provision");
	if (GPOINTER_TO_UINT (round) == 2) {
		rig_reply (rig, 200, eas_test_answer_policy (1, 1, 5000, TRUE), NULL, NULL);
		rig_expect_send (rig, "Provision");
	}
	rig_reply_lost (rig);
	rig_expect_send (rig, "Provision");
	rig_reply_lost (rig);
	rig_expect_error (rig, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
	g_assert_false (data->provisioned);
	g_assert_cmpuint (rig->n_locks, ==, 1);
}

/* --- Wipe --- */

static void
test_wipe (void)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());
	const EasHttpRequest *http;

	rig_expect_send (rig, "GetItemEstimate");
	reply_status (rig, 140);
	http = rig_expect_send (rig, "Provision");
	g_assert_cmpstr (eas_http_request_get_header (http, "X-MS-PolicyKey"), ==, "0");
	g_assert_cmpuint (rig_sent_count (rig, EAS_PROVISION_POLICIES), ==, 0);
	rig_reply (rig, 200, eas_test_answer_wipe (), NULL, NULL);
	rig_expect_send (rig, "Provision");
	g_assert_cmpuint (rig_sent_count (rig, EAS_PROVISION_REMOTE_WIPE), ==, 1);
	g_assert_true (rig_sent_has (rig, EAS_PROVISION_STATUS, "1"));
	rig_reply_lost (rig); /* nobody waits for its answer … */
	rig_expect_send (rig, "Provision");
	rig_reply_lost (rig);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_WIPED);
	g_assert_true (rig->data->wiped);
	g_assert_cmpuint (rig->n_commits, ==, 1);
}

static void
test_wipe_during_handshake (void)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 449, NULL, NULL, NULL);
	rig_expect_send (rig, "Provision");
	rig_reply (rig, 200, eas_test_answer_wipe (), NULL, NULL);
	rig_expect_send (rig, "Provision");
	rig_reply (rig, 200, eas_test_answer_status (&eas_cmd_provision, 1), NULL, NULL);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_WIPED);
}

static void
test_wipe_taken_back (void)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	reply_status (rig, 140);
	rig_expect_send (rig, "Provision");
	rig_reply (rig, 200, eas_test_answer_status (&eas_cmd_provision, 1), NULL, NULL);
	rig_provision (rig, 78);
	rig_expect_send (rig, "GetItemEstimate");
	reply_ok (rig);
	finish (rig);
	g_assert_false (rig->data->wiped);
}

static void
test_wiped_sends_nothing (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;

	data->wiped = TRUE;
	rig = rig_new (new_estimate (), data);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_WIPED);
	g_assert_cmpuint (rig->n_sent, ==, 0);
}

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
		g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());

		rig_expect_send (rig, "GetItemEstimate");
		rig_reply (rig, http_refusals[ii].status, NULL, NULL, NULL);
		rig_expect_error (rig, EAS_ERROR, http_refusals[ii].code);
		g_assert_cmpuint (eas_error_get_status (rig->step.error), ==,
				  http_refusals[ii].status);
		g_assert_cmpuint (rig->n_sent, ==, 1);
	}
}

static void
test_43_block_is_remembered_and_lifted (gconstpointer what)
{
	guint status = GPOINTER_TO_UINT (what);
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());
	g_autoptr (Rig) later = NULL;

	rig_expect_send (rig, "GetItemEstimate");
	if (status == 403)
		rig_reply (rig, status, NULL, NULL, NULL);
	else
		reply_status (rig, status);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_ACCESS);
	g_assert_cmpint (rig->data->access, ==,
			 status == 129 ? EAS_ACCESS_QUARANTINED : EAS_ACCESS_BLOCKED);
	g_assert_nonnull (rig->data->last_error);
	g_assert_cmpuint (rig->n_commits, ==, 1);

	later = rig_new (new_estimate (), eas_account_data_copy (rig->data));
	rig_expect_send (later, "GetItemEstimate");
	reply_ok (later);
	finish (later);
	g_assert_cmpint (later->data->access, ==, EAS_ACCESS_ALLOWED);
	g_assert_null (later->data->last_error);
	g_assert_cmpuint (later->n_commits, ==, 1);
}

static void
test_42_too_many_devices (void)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	reply_status (rig, 177);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_ACCESS);
	g_assert_cmpuint (eas_error_get_status (rig->step.error), ==, 177);
}

static void
test_html_page (gconstpointer right_type)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());
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
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 200, NULL, NULL, NULL);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_PROTOCOL);
}

static void
test_malformed_answer (void)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 200, g_bytes_new_static ("\x03\x01\x6a\x00\x00\x06\x45\x4a", 8), NULL,
		   NULL);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_PROTOCOL);
}

/* --- Pitfall 44: throttling --- */

static void
test_44_retry_after (gconstpointer what)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());
	g_autoptr (Rig) other = NULL;

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, GPOINTER_TO_UINT (what), NULL, "Retry-After", "300");
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_THROTTLED);
	g_assert_cmpuint (eas_error_get_retry_after (rig->step.error), ==, 300);
	g_assert_cmpint (rig->data->throttle_until, ==, RIG_NOW + 300);
	g_assert_cmpuint (rig->n_commits, ==, 1);

	/* Another command, perhaps of another process: nothing goes out. */
	other = rig_new (new_estimate (), eas_account_data_copy (rig->data));
	rig_expect_error (other, EAS_ERROR, EAS_ERROR_THROTTLED);
	g_assert_cmpuint (other->n_sent, ==, 0);
}

static void
test_44_patience (void)
{
	EasFlow *flow = new_estimate ();
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
	EasFlow *flow = new_estimate ();
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
	reply_ok (rig);
	finish (rig);
}

/* Without a time of the server's, ours grows: over requests and restarts. */
static void
test_44_growing_delays (void)
{
	EasAccountData *data = rig_data_ready ();
	guint last = 0;

	for (guint ii = 0; ii < 12; ii++) {
		g_autoptr (Rig) rig = rig_new (new_estimate (), data);
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

static void
test_44_body_status_retry_later (void)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	reply_status (rig, 111);
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
	rig = rig_new (new_estimate (), data);
	rig_expect_send (rig, "GetItemEstimate");
	reply_ok (rig);
	finish (rig);
	g_assert_cmpuint (data->throttle_delay, ==, 0);
}

/* --- Server errors, lost connections --- */

static void
test_server_error_repeats (gconstpointer what)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());
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
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());
	g_autoptr (Rig) twice = rig_new (new_estimate (), rig_data_ready ());
	g_autoptr (EasAnswer) answer = NULL;

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply_lost (rig);
	rig_expect_send (rig, "GetItemEstimate");
	reply_ok (rig);
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
		g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());

		rig_expect_send (rig, "GetItemEstimate");
		rig_reply_error (rig, errors[ii].domain, errors[ii].code);
		rig_expect_error (rig, errors[ii].domain, errors[ii].code);
		g_assert_cmpuint (rig->n_sent, ==, 1);
	}
}

static void
test_body_status_repeats (void)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	reply_status (rig, 133);
	rig_expect_wait (rig, 1, 10);
	rig_expect_send (rig, "GetItemEstimate");
	reply_ok (rig);
	finish (rig);
}

static void
test_lost_server_state (void)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	reply_status (rig, 134);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_KEY);
	g_assert_cmpstr (rig->data->hierarchy_key, ==, "0");
	g_assert_nonnull (rig->data->folders);
}

/* --- Pitfall 45: redirects --- */

static void
test_45_other_host (void)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());
	const EasHttpRequest *http;

	g_free (rig->data->cookies);
	rig->data->cookies = g_strdup ("old=1");
	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 451, NULL, "X-MS-Location", OTHER);
	http = rig_expect_send (rig, "GetItemEstimate");
	g_assert_true (g_str_has_prefix (http->uri, OTHER "?Cmd=GetItemEstimate&"));
	g_assert_null (eas_http_request_get_header (http, "Cookie"));
	g_assert_cmpstr (http->method, ==, "POST");
	reply_ok (rig);
	finish (rig);
	g_assert_cmpstr (rig->data->url, ==, OTHER);
	g_assert_cmpstr (rig->data->configured_url, ==, URL);
	g_assert_cmpuint (rig->n_commits, ==, 1);
}

static void
test_45_on_options (void)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_fresh ());

	rig_expect_send (rig, "OPTIONS");
	rig_reply (rig, 451, NULL, "X-MS-Location", OTHER);
	g_assert_cmpstr (rig_expect_send (rig, "OPTIONS")->uri, ==, OTHER);
	rig_reply_options (rig, "14.1");
	rig_provision (rig, 1);
	g_assert_true (g_str_has_prefix (rig_expect_send (rig, "GetItemEstimate")->uri, OTHER));
	reply_ok (rig);
	finish (rig);
}

static void
test_45_itself (void)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());
	const EasHttpRequest *http;

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 451, NULL, "X-MS-Location", URL);
	rig_expect_wait (rig, 1, 10);
	http = rig_expect_send (rig, "GetItemEstimate");
	g_assert_cmpstr (eas_http_request_get_header (http, "Cookie"), ==,
			 "DefaultAnchorMailbox=ann@example.org");
	reply_ok (rig);
	finish (rig);
	g_assert_cmpstr (rig->data->anchor_mailbox, ==, "ann@example.org");
}

static void
test_45_without_end (gconstpointer itself)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());

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
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 451, NULL, "X-MS-Location", location);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_REDIRECT_CONSENT);
	g_assert_null (rig->data->url);
	g_assert_cmpuint (rig->n_sent, ==, 1);
}

static void
test_45_without_location (void)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 451, NULL, NULL, NULL);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_UNAVAILABLE);
}

static void
test_load_balancer (gconstpointer status)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());
	const EasHttpRequest *http;

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, GPOINTER_TO_UINT (status), NULL, "Location",
		   OTHER "?Cmd=GetItemEstimate&User=ann");
	http = rig_expect_send (rig, "GetItemEstimate");
	g_assert_cmpstr (http->method, ==, "POST");
	g_assert_true (g_str_has_prefix (http->uri, OTHER "?Cmd="));
	g_assert_nonnull (http->body);
	reply_ok (rig);
	finish (rig);
}

/* --- Pitfall 46 and X-MS-RP --- */

static void
test_46_cookies_are_shared (void)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());
	g_autoptr (Rig) next = NULL;

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 200, eas_test_answer_status (&eas_cmd_estimate, 1), "Set-Cookie",
		   "X-BackEnd=a; path=/; secure; HttpOnly");
	finish (rig);
	g_assert_cmpuint (rig->n_commits, ==, 1);

	next = rig_new (new_estimate (), eas_account_data_copy (rig->data));
	g_assert_cmpstr (
		eas_http_request_get_header (rig_expect_send (next, "GetItemEstimate"), "Cookie"),
		==, "X-BackEnd=a");
	/* a new value alone is not worth a commit */
	rig_reply (next, 200, eas_test_answer_status (&eas_cmd_estimate, 1), "Set-Cookie",
		   "X-BackEnd=b");
	finish (next);
	g_assert_cmpuint (next->n_commits, ==, 0);
	g_assert_cmpstr (next->data->cookies, ==, "X-BackEnd=b");
}

static void
test_changed_server (void)
{
	g_autoptr (Rig) rig = rig_new (new_estimate (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 200, eas_test_answer_status (&eas_cmd_estimate, 1), "X-MS-RP",
		   "12.1,14.1,16.1");
	finish (rig);
	g_assert_cmpint (rig->data->version, ==, EAS_VERSION_NONE);
	g_assert_cmpstr (rig->data->hierarchy_key, ==, "0");
	g_assert_cmpuint (rig->data->folders->len, ==, 5);
	g_assert_cmpuint (rig->n_commits, ==, 1);
}

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
	EasFlow *flow = new_estimate ();
	g_autoptr (Rig) rig = NULL;
	g_autoptr (EasAnswer) answer = NULL;

	eas_flow_exchange_see_status (flow);
	rig = rig_new (flow, rig_data_ready ());
	rig_expect_send (rig, "GetItemEstimate");
	reply_status (rig, 4);
	answer = rig_done (rig);
	g_assert_cmpuint (answer->status, ==, 4);
}

#define ADD(name, func) g_test_add_func ("/flow-exchange/" name, func)
#define ADD_EACH(name, value, func)                                                                \
	g_test_add_data_func ("/flow-exchange/" name "/" #value, GUINT_TO_POINTER (value), func)

static void
add_options_and_policy (void)
{
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
	ADD ("41-introduces-itself-unasked", test_41_introduces_itself_unasked);
	ADD ("41-introduces-itself-in-settings", test_41_introduces_itself_in_settings);
	ADD_EACH ("41-no-policy", 2, test_41_no_policy);
	ADD_EACH ("41-no-policy", 137, test_41_no_policy);
	ADD_EACH ("41-no-policy", 200, test_41_no_policy);
	ADD_EACH ("41-no-policy", 400, test_41_no_policy);
	ADD_EACH ("41-no-policy", 404, test_41_no_policy);
	ADD_EACH ("41-no-policy", 500, test_41_no_policy);
	ADD_EACH ("41-no-policy", 501, test_41_no_policy);
	ADD_EACH ("41-challenged", 449, test_41_challenged);
	ADD_EACH ("41-challenged", 141, test_41_challenged);
	ADD_EACH ("41-challenged", 142, test_41_challenged);
	ADD_EACH ("41-challenged", 143, test_41_challenged);
	ADD_EACH ("41-challenged", 144, test_41_challenged);
	ADD ("41-other-process-has-the-key", test_41_other_process_has_the_key);
	ADD ("41-key-is-newer-already", test_41_key_is_newer_already);
	ADD ("41-no-loop", test_41_no_loop);
	ADD ("41-key-mismatch-starts-again", test_41_key_mismatch_starts_again);
	ADD_EACH ("41-handshake-lost", 1, test_41_handshake_lost);
	ADD_EACH ("41-handshake-lost", 2, test_41_handshake_lost);
	ADD ("wipe", test_wipe);
	ADD ("wipe-during-handshake", test_wipe_during_handshake);
	ADD ("wipe-taken-back", test_wipe_taken_back);
	ADD ("wiped-sends-nothing", test_wiped_sends_nothing);
}

static void
add_answers (void)
{
	ADD ("http-refusals", test_http_refusals);
	ADD_EACH ("43-block-is-remembered-and-lifted", 403, test_43_block_is_remembered_and_lifted);
	ADD_EACH ("43-block-is-remembered-and-lifted", 126, test_43_block_is_remembered_and_lifted);
	ADD_EACH ("43-block-is-remembered-and-lifted", 129, test_43_block_is_remembered_and_lifted);
	ADD ("42-too-many-devices", test_42_too_many_devices);
	ADD_EACH ("html-page", 0, test_html_page);
	ADD_EACH ("html-page", 1, test_html_page);
	ADD ("empty-answer", test_empty_answer);
	ADD ("malformed-answer", test_malformed_answer);
	ADD_EACH ("44-retry-after", 429, test_44_retry_after);
	ADD_EACH ("44-retry-after", 503, test_44_retry_after);
	ADD ("44-patience", test_44_patience);
	ADD ("44-patience-in-handshake", test_44_patience_in_handshake);
	ADD ("44-growing-delays", test_44_growing_delays);
	ADD ("44-body-status-retry-later", test_44_body_status_retry_later);
	ADD ("44-success-forgets-delay", test_44_success_forgets_delay);
	ADD_EACH ("server-error-repeats", 500, test_server_error_repeats);
	ADD_EACH ("server-error-repeats", 502, test_server_error_repeats);
	ADD_EACH ("server-error-repeats", 504, test_server_error_repeats);
	ADD_EACH ("unsafe-is-never-repeated", 0, test_unsafe_is_never_repeated);
	ADD_EACH ("unsafe-is-never-repeated", 500, test_unsafe_is_never_repeated);
	ADD ("lost-reply-repeats-once", test_lost_reply_repeats_once);
	ADD ("49-other-errors-pass", test_49_other_errors_pass);
	ADD ("body-status-repeats", test_body_status_repeats);
	ADD ("lost-server-state", test_lost_server_state);
}

static void
add_redirects_and_headers (void)
{
	ADD ("45-other-host", test_45_other_host);
	ADD ("45-on-options", test_45_on_options);
	ADD ("45-itself", test_45_itself);
	ADD_EACH ("45-without-end", 0, test_45_without_end);
	ADD_EACH ("45-without-end", 1, test_45_without_end);
	g_test_add_data_func ("/flow-exchange/45-plain-http",
			      "http://mail.example.org/Microsoft-Server-ActiveSync",
			      test_45_refused);
	g_test_add_data_func ("/flow-exchange/45-foreign-host",
			      "https://mail.example.net/Microsoft-Server-ActiveSync",
			      test_45_refused);
	ADD ("45-without-location", test_45_without_location);
	ADD_EACH ("load-balancer", 302, test_load_balancer);
	ADD_EACH ("load-balancer", 307, test_load_balancer);
	ADD_EACH ("load-balancer", 308, test_load_balancer);
	ADD ("46-cookies-are-shared", test_46_cookies_are_shared);
	ADD ("changed-server", test_changed_server);
	ADD ("ping-has-no-policy-key", test_ping_has_no_policy_key);
	ADD ("builder-refuses", test_builder_refuses);
	ADD ("see-status", test_see_status);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	add_options_and_policy ();
	add_answers ();
	add_redirects_and_headers ();

	return g_test_run ();
}
