/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eas-cmd-settings.c */

#include "command-test.h"

#include "eas-cmd-settings.h"

static gboolean
parse_only (GBytes *body, GError **error)
{
	g_auto (EasSettingsResponse) response = { 0 };

	return eas_cmd_settings_parse (body, &response, error);
}

/* 12.0 knows no UserAgent. The golden request has IMEI and SMS, which a desktop lacks. */
static void
test_build_device (void)
{
	g_autoptr (EasDevice) device = eas_device_new ("0123456789abcdef");
	EasSettingsRequest request = { .device = device };

	g_free (device->model);
	device->model = g_strdup ("M");
	g_free (device->friendly_name);
	device->friendly_name = g_strdup ("F");
	g_free (device->os);
	device->os = g_strdup ("O");
	g_free (device->os_language);
	device->os_language = NULL;
	g_free (device->user_agent);
	device->user_agent = g_strdup ("U");

	command_test_assert_fixture (eas_cmd_settings_build (&request, EAS_VERSION_12_0),
				     "settings/device-12.0");
	command_test_assert_fixture (eas_cmd_settings_build (&request, EAS_VERSION_12_1),
				     "settings/device-12.1");
	command_test_assert_fixture (eas_cmd_settings_build (&request, EAS_VERSION_14_0),
				     "settings/device-12.1");
}

static void
test_build_gets (void)
{
	EasSettingsRequest request = { .user_information = TRUE, .get_oof = TRUE };

	command_test_assert_fixture (eas_cmd_settings_build (&request, EAS_VERSION_14_1),
				     "settings/gets");
}

static void
test_build_oof (void)
{
	g_autoptr (EasOof) oof = eas_oof_new ();
	EasSettingsRequest request = { .set_oof = oof, .get_oof = TRUE };

	oof->state = EAS_OOF_TIMED;
	oof->start = 1772323200; /* 2026-03-01T00:00:00Z */
	oof->end = oof->start + 7 * 24 * 60 * 60;
	oof->messages[EAS_OOF_INTERNAL].present = TRUE;
	oof->messages[EAS_OOF_INTERNAL].enabled = TRUE;
	oof->messages[EAS_OOF_INTERNAL].text = g_strdup ("Back on Monday – A.");
	oof->messages[EAS_OOF_EXTERNAL_KNOWN].present = TRUE;
	oof->messages[EAS_OOF_EXTERNAL_UNKNOWN].present = TRUE;

	command_test_assert_golden (eas_cmd_settings_build (&request, EAS_VERSION_14_1),
				    "settings-req-oof-set");
}

static void
check_answer (GBytes *body, gboolean reversed)
{
	g_auto (EasSettingsResponse) response = { 0 };
	g_autoptr (GError) error = NULL;
	const EasUserAccount *account;

	g_assert_true (eas_cmd_settings_parse (body, &response, &error));
	g_assert_no_error (error);
	g_assert_cmpuint (response.status, ==, 1);
	g_assert_cmpuint (response.device_status, ==, 0);
	g_assert_cmpuint (response.user_status, ==, 1);
	g_assert_cmpuint (response.oof_status, ==, 1);

	g_assert_cmpuint (response.accounts->len, ==, 1);
	account = response.accounts->pdata[0];
	g_assert_null (account->id);
	g_assert_cmpuint (account->addresses->len, ==, 2);
	g_assert_cmpstr (account->addresses->pdata[reversed ? 1 : 0], ==, "anna@example.org");
	g_assert_cmpstr (account->primary_address, ==, "anna@example.org");
	g_assert_cmpstr (eas_settings_response_get_address (&response), ==, "anna@example.org");

	g_assert_nonnull (response.oof);
	g_assert_cmpint (response.oof->state, ==, EAS_OOF_DISABLED);
	g_assert_true (response.oof->messages[EAS_OOF_INTERNAL].present);
	g_assert_false (response.oof->messages[EAS_OOF_INTERNAL].enabled);
	g_assert_null (response.oof->messages[EAS_OOF_INTERNAL].text); /* not given is not empty */
	g_assert_false (response.oof->messages[EAS_OOF_EXTERNAL_KNOWN].present);
}

static void
test_answer (void)
{
	g_autoptr (GBytes) body = command_test_golden ("settings-rsp");
	g_autoptr (GBytes) reversed = command_test_reverse (body);
	g_autoptr (GBytes) unknown = command_test_add_unknown (body);
	g_autoptr (GBytes) foreign =
		command_test_rename (body, EAS_SETTINGS_STATUS, EAS_PING_STATUS);

	check_answer (body, FALSE);
	check_answer (reversed, TRUE);
	check_answer (unknown, FALSE);
	check_answer (foreign, FALSE);
	command_test_hostile (body, parse_only, FALSE);
}

static void
test_device_answer (void)
{
	g_autoptr (GBytes) body = command_test_golden ("settings-rsp-deviceinfo");
	g_autoptr (GBytes) silent = command_test_drop (body, EAS_SETTINGS_STATUS);
	GBytes *bodies[] = { body, silent };
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (bodies); ii++) {
		g_auto (EasSettingsResponse) response = { 0 };

		g_assert_true (eas_cmd_settings_parse (bodies[ii], &response, NULL));
		g_assert_cmpuint (response.status, ==, 1);
		g_assert_cmpuint (response.device_status, ==, 1);
		g_assert_cmpuint (response.user_status, ==, 0);
		g_assert_null (response.oof);
		g_assert_null (eas_settings_response_get_address (&response));
	}
}

/* Below 14.1 addresses without accounts; of the first one no line break survives. */
static void
test_old_user (void)
{
	g_autoptr (GBytes) body = command_test_fixture ("settings/user-12.1");
	g_auto (EasSettingsResponse) response = { 0 };

	g_assert_true (eas_cmd_settings_parse (body, &response, NULL));
	g_assert_cmpuint (response.accounts->len, ==, 1);
	g_assert_cmpstr (eas_settings_response_get_address (&response), ==, "a@b");
}

/* A second account is never taken for the user's own. */
static void
test_accounts (void)
{
	g_autoptr (GBytes) body = command_test_fixture ("settings/accounts");
	g_auto (EasSettingsResponse) response = { 0 };
	const EasUserAccount *other;

	g_assert_true (eas_cmd_settings_parse (body, &response, NULL));
	g_assert_cmpuint (response.accounts->len, ==, 2);
	other = response.accounts->pdata[0];
	g_assert_cmpstr (other->id, ==, "7");
	g_assert_cmpstr (other->name, ==, "Hot");
	g_assert_cmpstr (other->display_name, ==, "Ann");
	g_assert_true (other->send_disabled);
	g_assert_cmpstr (eas_settings_response_get_address (&response), ==, "p@q");
}

static void
test_oof_answer (void)
{
	g_autoptr (GBytes) body = command_test_fixture ("settings/oof-timed");
	g_auto (EasSettingsResponse) response = { 0 };
	const EasOofMessage *messages;

	g_assert_true (eas_cmd_settings_parse (body, &response, NULL));
	g_assert_nonnull (response.oof);
	g_assert_cmpint (response.oof->state, ==, EAS_OOF_TIMED);
	g_assert_cmpint (response.oof->start, ==, 1772323200);
	g_assert_cmpint (response.oof->end, ==, 1772323200 + 24 * 60 * 60);
	messages = response.oof->messages;
	g_assert_true (messages[EAS_OOF_EXTERNAL_KNOWN].present);
	g_assert_true (messages[EAS_OOF_EXTERNAL_KNOWN].enabled);
	g_assert_true (messages[EAS_OOF_EXTERNAL_KNOWN].html);
	g_assert_cmpstr (messages[EAS_OOF_EXTERNAL_KNOWN].text, ==, "Hi");
	g_assert_false (messages[EAS_OOF_INTERNAL].present);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/settings/build-device", test_build_device);
	g_test_add_func ("/settings/build-gets", test_build_gets);
	g_test_add_func ("/settings/build-oof", test_build_oof);
	g_test_add_func ("/settings/answer", test_answer);
	g_test_add_func ("/settings/device-answer", test_device_answer);
	g_test_add_func ("/settings/old-user", test_old_user);
	g_test_add_func ("/settings/accounts-53", test_accounts);
	g_test_add_func ("/settings/oof-answer", test_oof_answer);

	return g_test_run ();
}
