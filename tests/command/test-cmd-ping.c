/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eas-cmd-ping.c */

#include "command-test.h"

#include "eas-cmd-ping.h"

static gboolean
parse_only (GBytes *body, GError **error)
{
	g_auto (EasPingResponse) response = { 0 };

	return eas_cmd_ping_parse (body, &response, error);
}

static GPtrArray *
make_folders (void)
{
	GPtrArray *folders = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_ping_folder_free);

	g_ptr_array_add (folders, eas_ping_folder_new ("5", EAS_CLASS_EMAIL));
	g_ptr_array_add (folders, eas_ping_folder_new ("4", EAS_CLASS_CALENDAR));

	return folders;
}

static void
test_build (void)
{
	g_autoptr (GPtrArray) folders = make_folders ();
	g_autoptr (GPtrArray) none = g_ptr_array_new ();

	command_test_assert_golden (eas_cmd_ping_build (480, folders), "ping-req");

	/* A folder twice would be status 4. */
	g_ptr_array_add (folders, eas_ping_folder_new ("5", EAS_CLASS_EMAIL));
	command_test_assert_golden (eas_cmd_ping_build (480, folders), "ping-req");

	command_test_assert_fixture (eas_cmd_ping_build (900, NULL), "ping/heartbeat-only");
	command_test_assert_fixture (eas_cmd_ping_build (900, none), "ping/heartbeat-only");

	g_assert_null (eas_cmd_ping_build (0, NULL));
	g_assert_null (eas_cmd_ping_build (0, none));
}

static void
check_changes (GBytes *body, const char *first, const char *second)
{
	g_auto (EasPingResponse) response = { 0 };
	g_autoptr (GError) error = NULL;

	g_assert_true (eas_cmd_ping_parse (body, &response, &error));
	g_assert_no_error (error);
	g_assert_cmpuint (response.status, ==, 2);
	g_assert_cmpuint (response.changed->len, ==, 2);
	g_assert_cmpstr (response.changed->pdata[0], ==, first);
	g_assert_cmpstr (response.changed->pdata[1], ==, second);
	g_assert_cmpuint (response.heartbeat_interval, ==, 0);
	g_assert_cmpuint (response.max_folders, ==, 0);
}

static void
test_changes (void)
{
	g_autoptr (GBytes) body = command_test_golden ("ping-rsp-changes");
	g_autoptr (GBytes) reversed = command_test_reverse (body);
	g_autoptr (GBytes) unknown = command_test_add_unknown (body);
	g_autoptr (GBytes) silent = command_test_drop (body, EAS_PING_STATUS);
	g_autoptr (GBytes) foreign =
		command_test_rename (body, EAS_PING_STATUS, EAS_AIRSYNC_STATUS);

	check_changes (body, "5", "4");
	check_changes (reversed, "4", "5");
	check_changes (unknown, "5", "4");
	check_changes (silent, "5", "4");
	check_changes (foreign, "5", "4");
	command_test_hostile (body, parse_only, TRUE);
}

/* Pitfall 55: Folder as text and with an Id inside, and both in one answer; one twice. */
static void
test_both_forms (void)
{
	g_autoptr (GBytes) body = command_test_fixture ("ping/nested");

	check_changes (body, "5", "4");
	command_test_hostile (body, parse_only, TRUE);
}

/* Pitfall 40: status 5 carries the heartbeat, 6 the number of folders. */
static void
test_limits (void)
{
	g_autoptr (GBytes) interval = command_test_golden ("ping-rsp-interval");
	g_autoptr (GBytes) folders = command_test_golden ("ping-rsp-maxfolders");
	g_auto (EasPingResponse) first = { 0 };
	g_auto (EasPingResponse) second = { 0 };

	g_assert_true (eas_cmd_ping_parse (interval, &first, NULL));
	g_assert_cmpuint (first.status, ==, 5);
	g_assert_cmpuint (first.heartbeat_interval, ==, 3540);
	g_assert_cmpuint (first.changed->len, ==, 0);

	g_assert_true (eas_cmd_ping_parse (folders, &second, NULL));
	g_assert_cmpuint (second.status, ==, 6);
	g_assert_cmpuint (second.max_folders, ==, 200);
}

static void
test_empty (void)
{
	g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
	g_autoptr (GBytes) redundant = command_test_golden ("raw-redundant-switch");
	g_autoptr (GBytes) bare = eas_test_unhex ("03 01 6A 00 00 0D 05");
	GBytes *bodies[] = { NULL, empty, redundant, bare };
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (bodies); ii++) {
		g_auto (EasPingResponse) response = { 0 };

		g_assert_true (eas_cmd_ping_parse (bodies[ii], &response, NULL));
		g_assert_cmpuint (response.status, ==, 1);
		g_assert_cmpuint (response.changed->len, ==, 0);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/ping/build", test_build);
	g_test_add_func ("/ping/changes", test_changes);
	g_test_add_func ("/ping/both-forms-55", test_both_forms);
	g_test_add_func ("/ping/limits-40", test_limits);
	g_test_add_func ("/ping/empty", test_empty);

	return g_test_run ();
}
