/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eas-cmd-estimate.c */

#include "command-test.h"

#include "eas-cmd-estimate.h"

static gboolean
parse_only (GBytes *body, GError **error)
{
	g_auto (EasEstimateResponse) response = { 0 };

	return eas_cmd_estimate_parse (body, &response, error);
}

/* Other elements in another order up to 12.1, where FilterType is required. */
static void
test_build (void)
{
	EasEstimateCollection mail = { EAS_CLASS_EMAIL, "5", "7", 3 };
	EasEstimateCollection both[] = {
		{ EAS_CLASS_CALENDAR, "4", "k", 0 },
		{ EAS_CLASS_CONTACTS, "2", "c", -1 },
	};

	command_test_assert_golden (eas_cmd_estimate_build (&mail, 1, EAS_VERSION_12_0),
				    "getitemestimate-req-121");
	command_test_assert_golden (eas_cmd_estimate_build (&mail, 1, EAS_VERSION_12_1),
				    "getitemestimate-req-121");
	command_test_assert_fixture (eas_cmd_estimate_build (both, 2, EAS_VERSION_12_1),
				     "estimate/two-12.1");
	command_test_assert_fixture (eas_cmd_estimate_build (both, 2, EAS_VERSION_14_0),
				     "estimate/two-14.0");
	command_test_assert_fixture (eas_cmd_estimate_build (both, 2, EAS_VERSION_16_1),
				     "estimate/two-14.0");
}

static void
check_answer (GBytes *body)
{
	g_auto (EasEstimateResponse) response = { 0 };
	g_autoptr (GError) error = NULL;
	const EasEstimate *estimate;

	g_assert_true (eas_cmd_estimate_parse (body, &response, &error));
	g_assert_no_error (error);
	g_assert_cmpuint (response.status, ==, 1);
	g_assert_cmpuint (response.estimates->len, ==, 1);
	estimate = response.estimates->pdata[0];
	g_assert_cmpuint (estimate->status, ==, 1);
	g_assert_cmpstr (estimate->id, ==, "5");
	g_assert_cmpuint (estimate->estimate, ==, 42);
}

static void
test_answer (void)
{
	g_autoptr (GBytes) body = command_test_golden ("getitemestimate-rsp");
	g_autoptr (GBytes) reversed = command_test_reverse (body);
	g_autoptr (GBytes) unknown = command_test_add_unknown (body);
	g_autoptr (GBytes) silent = command_test_drop (body, EAS_GETITEMESTIMATE_STATUS);

	check_answer (body);
	check_answer (reversed);
	check_answer (unknown);
	check_answer (silent);
	command_test_hostile (body, parse_only, FALSE);
}

/* One collection is not open, the other is; nothing of the first but its status. */
static void
test_partial_failure (void)
{
	g_autoptr (GBytes) body = command_test_fixture ("estimate/not-primed");
	g_auto (EasEstimateResponse) response = { 0 };
	const EasEstimate *estimate;

	g_assert_true (eas_cmd_estimate_parse (body, &response, NULL));
	g_assert_cmpuint (response.estimates->len, ==, 2);
	estimate = response.estimates->pdata[0];
	g_assert_cmpuint (estimate->status, ==, 3);
	g_assert_null (estimate->id);
	estimate = response.estimates->pdata[1];
	g_assert_cmpstr (estimate->id, ==, "2");
	g_assert_cmpuint (estimate->estimate, ==, 0);
}

static void
test_refused (void)
{
	g_autoptr (GBytes) body = eas_test_unhex ("03 01 6A 00 00 06 45 4E 03 31 30 33 00 01 01");
	g_auto (EasEstimateResponse) response = { 0 };

	g_assert_true (eas_cmd_estimate_parse (body, &response, NULL));
	g_assert_cmpuint (response.status, ==, 103);
	g_assert_cmpuint (response.estimates->len, ==, 0);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/estimate/build", test_build);
	g_test_add_func ("/estimate/answer", test_answer);
	g_test_add_func ("/estimate/partial-failure", test_partial_failure);
	g_test_add_func ("/estimate/refused", test_refused);

	return g_test_run ();
}
