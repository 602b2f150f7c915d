/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eas-cmd-folder.c */

#include "command-test.h"

#include "eas-cmd-folder.h"

static gboolean
parse_folder_sync (GBytes *body, GError **error)
{
	g_auto (EasFolderSyncResponse) response = { 0 };

	return eas_cmd_folder_sync_parse (body, &response, error);
}

static gboolean
parse_folder_create (GBytes *body, GError **error)
{
	g_auto (EasFolderChangeResponse) response = { 0 };

	return eas_cmd_folder_create_parse (body, &response, error);
}

static void
assert_folder (const EasFolder *folder,
	       const char *id,
	       const char *parent_id,
	       const char *name,
	       guint type)
{
	g_assert_cmpstr (folder->id, ==, id);
	g_assert_cmpstr (folder->parent_id, ==, parent_id);
	g_assert_cmpstr (folder->name, ==, name);
	g_assert_cmpuint (folder->type, ==, type);
}

static void
test_build (void)
{
	command_test_assert_golden (eas_cmd_folder_sync_build ("0"), "foldersync-req-initial");
	command_test_assert_golden (eas_cmd_folder_sync_build (NULL), "foldersync-req-initial");
	command_test_assert_golden (
		eas_cmd_folder_create_build ("1", "0", "Projects", EAS_FOLDER_USER_CALENDAR),
		"foldercreate-req");
	command_test_assert_golden (eas_cmd_folder_update_build ("2", "12", "11", "Projects 2"),
				    "folderupdate-req");
	command_test_assert_golden (eas_cmd_folder_delete_build ("3", "12"), "folderdelete-req");
}

static void
check_sync (GBytes *body, gboolean reversed)
{
	g_auto (EasFolderSyncResponse) response = { 0 };
	g_autoptr (GError) error = NULL;

	g_assert_true (eas_cmd_folder_sync_parse (body, &response, &error));
	g_assert_no_error (error);
	g_assert_cmpuint (response.status, ==, 1);
	g_assert_cmpstr (response.key, ==, "1");
	g_assert_cmpuint (response.n_bad, ==, 0);

	g_assert_cmpuint (response.added->len, ==, 2);
	assert_folder (response.added->pdata[reversed ? 1 : 0], "5", "0", "Inbox",
		       EAS_FOLDER_INBOX);
	assert_folder (response.added->pdata[reversed ? 0 : 1], "11", "0", "Käse & Café <🧀>",
		       EAS_FOLDER_USER_CALENDAR);
	g_assert_cmpuint (response.updated->len, ==, 1);
	assert_folder (response.updated->pdata[0], "7", "5", "Архив", EAS_FOLDER_USER_MAIL);
	g_assert_cmpuint (response.deleted->len, ==, 1);
	g_assert_cmpstr (response.deleted->pdata[0], ==, "9");
}

static void
test_sync (void)
{
	g_autoptr (GBytes) body = command_test_golden ("foldersync-rsp");
	g_autoptr (GBytes) reversed = command_test_reverse (body);
	g_autoptr (GBytes) unknown = command_test_add_unknown (body);
	g_autoptr (GBytes) silent = command_test_drop (body, EAS_FOLDERHIERARCHY_STATUS);

	check_sync (body, FALSE);
	check_sync (reversed, TRUE);
	check_sync (unknown, FALSE);
	check_sync (silent, FALSE);
	command_test_hostile (body, parse_folder_sync, FALSE);
}

/* Folders without an id, a name, a parent, with line breaks in the name, twice the same element. */
static void
test_sync_odd (void)
{
	g_autoptr (GBytes) body = command_test_fixture ("folder/sync-odd");
	g_auto (EasFolderSyncResponse) response = { 0 };

	g_assert_true (eas_cmd_folder_sync_parse (body, &response, NULL));
	g_assert_cmpstr (response.key, ==, "7");
	g_assert_cmpuint (response.n_bad, ==, 2);
	g_assert_cmpuint (response.added->len, ==, 2);
	assert_folder (response.added->pdata[0], "1", "0", "", EAS_FOLDER_CALENDAR);
	assert_folder (response.added->pdata[1], "2", "0", "AB", EAS_FOLDER_UNKNOWN);
	g_assert_cmpuint (response.deleted->len, ==, 0);
}

/* Pitfall 2: status 9 brings no key; the one we have must not be replaced by nothing. */
static void
test_sync_refused (void)
{
	g_autoptr (GBytes) body = command_test_fixture ("folder/sync-status-9");
	g_auto (EasFolderSyncResponse) response = { 0 };

	g_assert_true (eas_cmd_folder_sync_parse (body, &response, NULL));
	g_assert_cmpuint (response.status, ==, 9);
	g_assert_null (response.key);
	g_assert_cmpuint (response.added->len, ==, 0);
}

static void
test_create (void)
{
	g_autoptr (GBytes) body = command_test_golden ("foldercreate-rsp");
	g_autoptr (GBytes) reversed = command_test_reverse (body);
	GBytes *bodies[] = { body, reversed };
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (bodies); ii++) {
		g_auto (EasFolderChangeResponse) response = { 0 };

		g_assert_true (eas_cmd_folder_create_parse (bodies[ii], &response, NULL));
		g_assert_cmpuint (response.status, ==, 1);
		g_assert_cmpstr (response.key, ==, "2");
		g_assert_cmpstr (response.id, ==, "12");
	}
	command_test_hostile (body, parse_folder_create, FALSE);
}

static void
test_update (void)
{
	g_autoptr (GBytes) body = command_test_golden ("folderupdate-rsp");
	g_auto (EasFolderChangeResponse) response = { 0 };

	g_assert_true (eas_cmd_folder_update_parse (body, &response, NULL));
	g_assert_cmpuint (response.status, ==, 1);
	g_assert_cmpstr (response.key, ==, "3");
	g_assert_null (response.id);
}

static void
test_delete (void)
{
	g_autoptr (GBytes) body = command_test_golden ("folderdelete-rsp");
	g_auto (EasFolderChangeResponse) response = { 0 };

	g_assert_true (eas_cmd_folder_delete_parse (body, &response, NULL));
	g_assert_cmpuint (response.status, ==, 4);
	g_assert_null (response.key);
}

/* The answer of one is none to another. */
static void
test_mixed_up (void)
{
	g_autoptr (GBytes) body = command_test_golden ("folderupdate-rsp");
	EasFolderChangeResponse response = { 0 };
	g_autoptr (GError) error = NULL;

	g_assert_false (eas_cmd_folder_delete_parse (body, &response, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_PROTOCOL);
	g_assert_cmpstr (eas_error_get_command (error), ==, "FolderDelete");
	g_assert_null (response.key);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/folder/build", test_build);
	g_test_add_func ("/folder/sync", test_sync);
	g_test_add_func ("/folder/sync-odd", test_sync_odd);
	g_test_add_func ("/folder/sync-refused-2", test_sync_refused);
	g_test_add_func ("/folder/create", test_create);
	g_test_add_func ("/folder/update", test_update);
	g_test_add_func ("/folder/delete", test_delete);
	g_test_add_func ("/folder/mixed-up", test_mixed_up);

	return g_test_run ();
}
