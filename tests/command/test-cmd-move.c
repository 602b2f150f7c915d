/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eas-cmd-move.c */

#include "command-test.h"

#include "eas-cmd-move.h"

static gboolean
parse_only (GBytes *body, GError **error)
{
	g_auto (EasMoveResponse) response = { 0 };

	return eas_cmd_move_parse (body, &response, error);
}

static void
test_build (void)
{
	EasMove move = { "5:1", "5", "7" };

	command_test_assert_golden (eas_cmd_move_build (&move, 1), "moveitems-req");
}

static void
check_answer (GBytes *body)
{
	g_auto (EasMoveResponse) response = { 0 };
	g_autoptr (GError) error = NULL;
	const EasMoveResult *result;

	g_assert_true (eas_cmd_move_parse (body, &response, &error));
	g_assert_no_error (error);
	g_assert_cmpuint (response.status, ==, 1);
	g_assert_cmpuint (response.results->len, ==, 1);
	result = response.results->pdata[0];
	g_assert_cmpstr (result->item_id, ==, "5:1");
	g_assert_cmpuint (result->status, ==, EAS_MOVE_SUCCESS);
	g_assert_cmpstr (result->new_id, ==, "7:1");
}

static void
test_answer (void)
{
	g_autoptr (GBytes) body = command_test_golden ("moveitems-rsp");
	g_autoptr (GBytes) reversed = command_test_reverse (body);
	g_autoptr (GBytes) unknown = command_test_add_unknown (body);
	g_autoptr (GBytes) silent = command_test_drop (body, EAS_MOVE_STATUS);

	check_answer (body);
	check_answer (reversed);
	check_answer (unknown);
	check_answer (silent); /* a new id came: it was moved */
	command_test_hostile (body, parse_only, FALSE);
}

/* Without a new id the old one stays; without a status and a new id nothing was moved. */
static void
test_ids (void)
{
	g_autoptr (GBytes) body = command_test_fixture ("move/ids");
	g_auto (EasMoveResponse) response = { 0 };
	const EasMoveResult *result;

	g_assert_true (eas_cmd_move_parse (body, &response, NULL));
	g_assert_cmpuint (response.results->len, ==, 3);
	result = response.results->pdata[0];
	g_assert_cmpuint (result->status, ==, EAS_MOVE_SUCCESS);
	g_assert_cmpstr (result->new_id, ==, "a");
	result = response.results->pdata[1];
	g_assert_cmpuint (result->status, ==, 7);
	result = response.results->pdata[2];
	g_assert_false (eas_status_ok (EAS_SCOPE_MOVE, result->status));
}

static void
test_refused (void)
{
	g_autoptr (GBytes) body = eas_test_unhex ("03 01 6A 00 00 05 45 4B 03 31 34 32 00 01 01");
	g_auto (EasMoveResponse) response = { 0 };

	g_assert_true (eas_cmd_move_parse (body, &response, NULL));
	g_assert_cmpuint (response.status, ==, 142);
	g_assert_cmpuint (response.results->len, ==, 0);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/move/build", test_build);
	g_test_add_func ("/move/answer", test_answer);
	g_test_add_func ("/move/ids", test_ids);
	g_test_add_func ("/move/refused", test_refused);

	return g_test_run ();
}
