/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-error.h"

static void
assert_details (
	const GError *error, EasErrorCode code, const char *command, guint status, guint wait)
{
	g_assert_error (error, EAS_ERROR, (int) code);
	g_assert_cmpstr (eas_error_get_command (error), ==, command);
	g_assert_cmpuint (eas_error_get_status (error), ==, status);
	g_assert_cmpuint (eas_error_get_retry_after (error), ==, wait);
}

static void
test_details (void)
{
	g_autoptr (GError) error =
		eas_error_new (EAS_ERROR_THROTTLED, "Sync", 503, 300, "wait %d %s", 5, "min");

	g_assert_cmpstr (error->message, ==, "wait 5 min");
	assert_details (error, EAS_ERROR_THROTTLED, "Sync", 503, 300);
}

static void
test_details_survive_copy (void)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GError) copy = NULL;
	g_autoptr (GError) moved = NULL;

	eas_set_error (&error, EAS_ERROR_SERVER, "Ping", 8, 0, "failed");
	copy = g_error_copy (error);
	g_propagate_prefixed_error (&moved, g_steal_pointer (&error), "while waiting: ");

	assert_details (copy, EAS_ERROR_SERVER, "Ping", 8, 0);
	assert_details (moved, EAS_ERROR_SERVER, "Ping", 8, 0);
	g_assert_cmpstr (moved->message, ==, "while waiting: failed");
}

static void
test_command_need_not_stay (void)
{
	g_autofree char *name = g_strdup ("FolderSync");
	g_autoptr (GError) error = eas_error_new (EAS_ERROR_SERVER, name, 6, 0, "failed");

	name[0] = 'X';
	g_assert_cmpstr (eas_error_get_command (error), ==, "FolderSync");
}

static void
test_plain_and_foreign (void)
{
	g_autoptr (GError) plain = g_error_new_literal (EAS_ERROR, EAS_ERROR_STORE, "disk");
	g_autoptr (GError) foreign = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_NOENT, "gone");

	assert_details (plain, EAS_ERROR_STORE, NULL, 0, 0);
	g_assert_null (eas_error_get_command (foreign));
	g_assert_cmpuint (eas_error_get_status (foreign), ==, 0);
	g_assert_cmpuint (eas_error_get_retry_after (foreign), ==, 0);
	g_assert_null (eas_error_get_command (NULL));
	g_assert_cmpuint (eas_error_get_status (NULL), ==, 0);

	eas_set_error (NULL, EAS_ERROR_STORE, NULL, 0, 0, "nobody listens");
}

static void
test_code_names (void)
{
	g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

	for (guint code = 0; code < EAS_N_ERRORS; code++) {
		const char *name = eas_error_code_to_string (code);

		g_assert_nonnull (name);
		g_assert_true (g_hash_table_add (seen, (gpointer) name));
		for (const char *p = name; *p != '\0'; p++)
			g_assert_true (g_ascii_islower (*p) || *p == '-');
	}

	g_assert_cmpstr (eas_error_code_to_string (EAS_ERROR_ITEM_REJECTED), ==, "item-rejected");
	g_assert_null (eas_error_code_to_string (EAS_N_ERRORS));
	g_assert_null (eas_error_code_to_string ((EasErrorCode) -1));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/error/details", test_details);
	g_test_add_func ("/error/details-survive-copy", test_details_survive_copy);
	g_test_add_func ("/error/command-need-not-stay", test_command_need_not_stay);
	g_test_add_func ("/error/plain-and-foreign", test_plain_and_foreign);
	g_test_add_func ("/error/code-names", test_code_names);

	return g_test_run ();
}
