/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eas-cmd-provision.c */

#include "command-test.h"

#include "eas-cmd-provision.h"

static gboolean
parse_only (GBytes *body, GError **error)
{
	g_auto (EasProvisionResponse) response = { 0 };

	return eas_cmd_provision_parse (body, &response, error);
}

/* The device of the golden vectors. */
static EasDevice *
make_device (void)
{
	EasDevice *device = eas_device_new ("0123456789abcdef");

	g_free (device->model);
	device->model = g_strdup ("Evolution");
	g_free (device->friendly_name);
	device->friendly_name = g_strdup ("laptop");
	g_free (device->os);
	device->os = g_strdup ("Linux");
	g_free (device->os_language);
	device->os_language = g_strdup ("en");
	g_free (device->user_agent);
	device->user_agent = g_strdup ("Evolution/3.60");

	return device;
}

/* Pitfall 41: DeviceInformation is inside the first request since 14.1, never below. */
static void
test_first_phase (void)
{
	static const EasVersion below[] = { EAS_VERSION_12_0, EAS_VERSION_12_1, EAS_VERSION_14_0 };
	static const EasVersion since[] = { EAS_VERSION_14_1, EAS_VERSION_16_0, EAS_VERSION_16_1 };
	g_autoptr (EasDevice) device = make_device ();
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (since); ii++)
		command_test_assert_golden (eas_cmd_provision_build_request (device, since[ii]),
					    "provision-req-1");
	for (ii = 0; ii < G_N_ELEMENTS (below); ii++)
		command_test_assert_fixture (eas_cmd_provision_build_request (device, below[ii]),
					     "provision/request-14.0");
}

static void
test_acknowledge (void)
{
	command_test_assert_golden (
		eas_cmd_provision_build_acknowledge (1307199584, EAS_POLICY_ENFORCED),
		"provision-req-2");
	command_test_assert_fixture (
		eas_cmd_provision_build_acknowledge (G_MAXUINT32, EAS_POLICY_PARTLY),
		"provision/acknowledge-partly");
}

static void
test_wipe_requests (void)
{
	command_test_assert_fixture (eas_cmd_provision_build_wipe_query (), "provision/wipe-query");
	command_test_assert_golden (
		eas_cmd_provision_build_wipe_acknowledge (EAS_WIPE_DEVICE, TRUE),
		"provision-req-wipe-ack");
	command_test_assert_golden (
		eas_cmd_provision_build_wipe_acknowledge (EAS_WIPE_ACCOUNT, TRUE),
		"provision-req-accountwipe-ack");
	command_test_assert_fixture (
		eas_cmd_provision_build_wipe_acknowledge (EAS_WIPE_DEVICE, FALSE),
		"provision/wipe-failed");
}

static void
check_first_answer (GBytes *body)
{
	g_auto (EasProvisionResponse) response = { 0 };
	g_autoptr (GError) error = NULL;

	g_assert_true (eas_cmd_provision_parse (body, &response, &error));
	g_assert_no_error (error);
	g_assert_cmpuint (response.status, ==, 1);
	g_assert_cmpuint (response.device_status, ==, 1);
	g_assert_cmpuint (response.policy_status, ==, 1);
	g_assert_cmpstr (response.policy_type, ==, EAS_POLICY_TYPE_WBXML);
	g_assert_cmpuint (response.policy_key, ==, 1307199584);
	g_assert_cmpint (response.wipe, ==, EAS_WIPE_NONE);
	g_assert_nonnull (response.policy);
	g_assert_cmpint (response.policy->min_device_password_length, ==, 4);
	g_assert_cmpint (response.policy->max_inactivity_time_device_lock, ==, 900);
	g_assert_cmpuint (response.policy->approved_application_hashes->len, ==, 1);
}

static void
test_first_answer (void)
{
	g_autoptr (GBytes) body = command_test_golden ("provision-rsp-1");
	g_autoptr (GBytes) reversed = command_test_reverse (body);
	g_autoptr (GBytes) unknown = command_test_add_unknown (body);
	g_autoptr (GBytes) silent = command_test_drop (body, EAS_PROVISION_STATUS);
	g_autoptr (GBytes) foreign = NULL;

	foreign = command_test_rename (body, EAS_PROVISION_STATUS, EAS_SETTINGS_STATUS);

	check_first_answer (body);
	check_first_answer (reversed);
	check_first_answer (unknown);
	check_first_answer (silent); /* pitfall 41: the top-level Status may be missing */
	check_first_answer (foreign);
	command_test_hostile (body, parse_only, FALSE);
}

static void
test_second_answer (void)
{
	g_autoptr (GBytes) body = command_test_golden ("provision-rsp-2");
	g_auto (EasProvisionResponse) response = { 0 };

	g_assert_true (eas_cmd_provision_parse (body, &response, NULL));
	g_assert_cmpuint (response.policy_status, ==, 1);
	g_assert_cmpuint (response.policy_key, ==, 3942919513u);
	g_assert_null (response.policy);
}

/* Pitfall 41: "no policy for you", said in two ways. */
static void
test_no_policy (void)
{
	g_autoptr (GBytes) said = command_test_fixture ("provision/no-policy");
	g_autoptr (GBytes) unsaid = command_test_fixture ("provision/no-policies");
	GBytes *bodies[] = { said, unsaid };
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (bodies); ii++) {
		g_auto (EasProvisionResponse) response = { 0 };

		g_assert_true (eas_cmd_provision_parse (bodies[ii], &response, NULL));
		g_assert_cmpuint (response.status, ==, 1);
		g_assert_cmpuint (response.policy_status, ==, 2);
		g_assert_cmpuint (response.policy_key, ==, 0);
		g_assert_null (response.policy);
	}
}

static void
check_wipe (const char *golden, EasWipe wipe)
{
	g_autoptr (GBytes) body = command_test_golden (golden);
	g_autoptr (GBytes) unknown = command_test_add_unknown (body);
	GBytes *bodies[] = { body, unknown };
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (bodies); ii++) {
		g_auto (EasProvisionResponse) response = { 0 };

		g_assert_true (eas_cmd_provision_parse (bodies[ii], &response, NULL));
		g_assert_cmpuint (response.status, ==, 1);
		g_assert_cmpint (response.wipe, ==, wipe);
	}
	command_test_hostile (body, parse_only, FALSE);
}

static void
test_wipe (void)
{
	check_wipe ("provision-rsp-wipe", EAS_WIPE_DEVICE);
	check_wipe ("provision-rsp-accountwipe", EAS_WIPE_ACCOUNT);
}

static void
test_device_refused (void)
{
	g_autoptr (GBytes) body = command_test_fixture ("provision/device-refused");
	g_auto (EasProvisionResponse) response = { 0 };

	g_assert_true (eas_cmd_provision_parse (body, &response, NULL));
	g_assert_cmpuint (response.status, ==, 165);
	g_assert_cmpuint (response.device_status, ==, 2);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/provision/first-phase-41", test_first_phase);
	g_test_add_func ("/provision/acknowledge", test_acknowledge);
	g_test_add_func ("/provision/wipe-requests", test_wipe_requests);
	g_test_add_func ("/provision/first-answer", test_first_answer);
	g_test_add_func ("/provision/second-answer", test_second_answer);
	g_test_add_func ("/provision/no-policy-41", test_no_policy);
	g_test_add_func ("/provision/wipe", test_wipe);
	g_test_add_func ("/provision/device-refused", test_device_refused);

	return g_test_run ();
}
