/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The handshake in all its variants, faults in each round; and the end of it all.
 * Each test drives the flow by hand; numbers in names are pitfalls of user-needs.
 */

#include <gio/gio.h>

#include "eas-cmd-provision.h"
#include "eas-test-answers.h"
#include "flow-rig.h"

/* --- Pitfall 41: provisioning --- */

static void
test_41_introduces_itself_unasked (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;

	data->provisioned = FALSE;
	data->policy_key = 0;
	rig = rig_new (rig_estimate_flow (), data);
	rig_expect_send (rig, "Provision");
	g_assert_cmpuint (rig_sent_count (rig, EAS_SETTINGS_DEVICE_INFORMATION), ==, 1);
	rig_reply (rig, 200, eas_test_answer_policy (1, 2, 0, FALSE), NULL, NULL);
	g_assert_cmpstr (eas_http_request_get_header (rig_expect_send (rig, "GetItemEstimate"),
						      "X-MS-PolicyKey"),
			 ==, "0");
	rig_reply_ok (rig);
	rig_finish (rig);
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
	rig = rig_new (rig_estimate_flow (), data);
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
	rig_reply_ok (rig);
	rig_finish (rig);
}

/* What a server says that has no Provision: a status, or an HTTP status. */
static void
test_41_no_policy (gconstpointer what)
{
	EasAccountData *data = rig_data_ready ();
	guint status = GPOINTER_TO_UINT (what);
	g_autoptr (Rig) rig = NULL;

	data->provisioned = FALSE;
	rig = rig_new (rig_estimate_flow (), data);
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
	rig_reply_ok (rig);
	rig_finish (rig);
	g_assert_true (data->provisioned);
	g_assert_cmpuint (data->policy_key, ==, 0);
}

/* 449 in every version; 141 to 144 in the body. */
static void
test_41_challenged (gconstpointer what)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());
	guint status = GPOINTER_TO_UINT (what);

	rig_expect_send (rig, "GetItemEstimate");
	if (status == 449)
		rig_reply (rig, 449, NULL, NULL, NULL);
	else
		rig_reply_status (rig, status);
	rig_provision (rig, 78);
	g_assert_cmpstr (eas_http_request_get_header (rig_expect_send (rig, "GetItemEstimate"),
						      "X-MS-PolicyKey"),
			 ==, "78");
	rig_reply_ok (rig);
	rig_finish (rig);
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
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig->on_lock = renew_key;
	rig_reply (rig, 449, NULL, NULL, NULL);
	g_assert_cmpstr (eas_http_request_get_header (rig_expect_send (rig, "GetItemEstimate"),
						      "X-MS-PolicyKey"),
			 ==, "99");
	rig_reply_ok (rig);
	rig_finish (rig);
}

/* Known before the answer came: not even the lock is needed. */
static void
test_41_key_is_newer_already (void)
{
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig->data->policy_key = 99;
	rig_reply_status (rig, 144);
	g_assert_cmpstr (eas_http_request_get_header (rig_expect_send (rig, "GetItemEstimate"),
						      "X-MS-PolicyKey"),
			 ==, "99");
	rig_reply_ok (rig);
	rig_finish (rig);
	g_assert_cmpuint (rig->n_locks, ==, 0);
}

static void
test_41_no_loop (void)
{
	EasAccountData *copy;
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());
	g_autoptr (Rig) again = NULL;

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 449, NULL, NULL, NULL);
	rig_provision (rig, 78);
	rig_expect_send (rig, "GetItemEstimate");
	rig_reply (rig, 449, NULL, NULL, NULL);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_POLICY);

	/* The next command does not start another handshake for a while. */
	copy = eas_account_data_copy (rig->data);
	again = rig_new (rig_estimate_flow (), copy);
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
	rig = rig_new (rig_estimate_flow (), data);
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
	rig = rig_new (rig_estimate_flow (), data);
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
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());
	const EasHttpRequest *http;

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply_status (rig, 140);
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
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

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
	g_autoptr (Rig) rig = rig_new (rig_estimate_flow (), rig_data_ready ());

	rig_expect_send (rig, "GetItemEstimate");
	rig_reply_status (rig, 140);
	rig_expect_send (rig, "Provision");
	rig_reply (rig, 200, eas_test_answer_status (&eas_cmd_provision, 1), NULL, NULL);
	rig_provision (rig, 78);
	rig_expect_send (rig, "GetItemEstimate");
	rig_reply_ok (rig);
	rig_finish (rig);
	g_assert_false (rig->data->wiped);
}

static void
test_wiped_sends_nothing (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;

	data->wiped = TRUE;
	rig = rig_new (rig_estimate_flow (), data);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_WIPED);
	g_assert_cmpuint (rig->n_sent, ==, 0);
}

#define ADD(name, func) g_test_add_func ("/flow-provision/" name, func)
#define ADD_EACH(name, value, func)                                                                \
	g_test_add_data_func ("/flow-provision/" name "/" #value, GUINT_TO_POINTER (value), func)

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
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

	return g_test_run ();
}
