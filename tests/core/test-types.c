/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-types.h"

#include <string.h>

static void
test_class_names (void)
{
	for (EasClass klass = EAS_CLASS_EMAIL; klass <= EAS_CLASS_NOTES; klass++) {
		const char *name = eas_class_to_string (klass);

		g_assert_nonnull (name);
		g_assert_cmpint (eas_class_from_string (name), ==, klass);
	}

	g_assert_null (eas_class_to_string (EAS_CLASS_NONE));
	g_assert_cmpint (eas_class_from_string (NULL), ==, EAS_CLASS_NONE);
	g_assert_cmpint (eas_class_from_string ("SMS"), ==, EAS_CLASS_NONE);
	g_assert_cmpint (eas_class_from_string ("calendar"), ==, EAS_CLASS_NONE);
}

static void
test_class_of_folder (void)
{
	/* By number, as in the document: 0 is no type. */
	const EasClass expected[] = { EAS_CLASS_NONE,     EAS_CLASS_NONE,     EAS_CLASS_EMAIL,
				      EAS_CLASS_EMAIL,    EAS_CLASS_EMAIL,    EAS_CLASS_EMAIL,
				      EAS_CLASS_EMAIL,    EAS_CLASS_TASKS,    EAS_CLASS_CALENDAR,
				      EAS_CLASS_CONTACTS, EAS_CLASS_NOTES,    EAS_CLASS_NONE,
				      EAS_CLASS_EMAIL,    EAS_CLASS_CALENDAR, EAS_CLASS_CONTACTS,
				      EAS_CLASS_TASKS,    EAS_CLASS_NONE,     EAS_CLASS_NOTES,
				      EAS_CLASS_NONE,     EAS_CLASS_CONTACTS, EAS_CLASS_NONE };

	for (guint type = 0; type < G_N_ELEMENTS (expected); type++)
		g_assert_cmpint (eas_class_of_folder (type), ==, expected[type]);
	g_assert_cmpint (eas_class_of_folder (G_MAXUINT), ==, EAS_CLASS_NONE);
}

static void
test_class_versions (void)
{
	g_assert_false (eas_class_syncs_in (EAS_CLASS_NOTES, EAS_VERSION_12_1));
	g_assert_true (eas_class_syncs_in (EAS_CLASS_NOTES, EAS_VERSION_14_0));
	g_assert_true (eas_class_syncs_in (EAS_CLASS_TASKS, EAS_VERSION_12_0));
	g_assert_false (eas_class_syncs_in (EAS_CLASS_TASKS, EAS_VERSION_NONE));
	g_assert_false (eas_class_syncs_in (EAS_CLASS_NONE, EAS_VERSION_16_1));
}

static void
test_folder_defaults (void)
{
	for (guint type = 0; type < 25; type++)
		g_assert_cmpint (eas_folder_type_is_default (type), ==, type >= 2 && type <= 11);
}

static void
test_folder_values (void)
{
	g_autoptr (EasFolder) folder = eas_folder_new ("5", "0", "Kalender", EAS_FOLDER_CALENDAR);
	g_autoptr (EasFolder) copy = eas_folder_copy (folder);
	g_autoptr (EasFolder) moved = eas_folder_new ("5", "7", "Kalender", EAS_FOLDER_CALENDAR);
	g_autoptr (EasFolder) renamed = eas_folder_new ("5", "0", "Calendar", EAS_FOLDER_CALENDAR);
	g_autoptr (EasFolder) other_id = eas_folder_new ("6", "0", "Kalender", EAS_FOLDER_CALENDAR);
	g_autoptr (EasFolder) other_type =
		eas_folder_new ("5", "0", "Kalender", EAS_FOLDER_USER_CALENDAR);

	g_assert_true (eas_folder_equal (folder, copy));
	g_assert_true (folder->name != copy->name);
	g_assert_false (eas_folder_equal (folder, moved));
	g_assert_false (eas_folder_equal (folder, renamed));
	g_assert_false (eas_folder_equal (folder, other_id));
	g_assert_false (eas_folder_equal (folder, other_type));
	eas_folder_free (NULL);
}

static void
assert_alphanumeric (const char *text, gsize most)
{
	g_assert_cmpuint (strlen (text), >=, 1);
	g_assert_cmpuint (strlen (text), <=, most);
	for (const char *p = text; *p != '\0'; p++)
		g_assert_true (g_ascii_isalnum (*p));
}

/* Pitfall 3: a cloned home directory is another device on another machine. */
static void
test_device_id (void)
{
	const char *machine = "0123456789abcdef0123456789abcdef";
	const char *other = "fedcba9876543210fedcba9876543210";
	g_autofree char *id = eas_device_make_id (machine, "account-1");
	g_autofree char *again = eas_device_make_id (machine, "account-1");
	g_autofree char *elsewhere = eas_device_make_id (other, "account-1");
	g_autofree char *second = eas_device_make_id (machine, "account-2");

	assert_alphanumeric (id, 32);
	g_assert_cmpstr (id, ==, again);
	g_assert_cmpstr (id, !=, elsewhere);
	g_assert_cmpstr (id, !=, second);
	g_assert_null (strstr (id, "0123456789"));
	/* A release that makes another id would start a new partnership for everybody. */
	g_assert_cmpstr (id, ==, "d8614e7209ba9498111405f95fc64471");
}

/* Pitfall 47: a fixed, descriptive agent that does not claim to be a browser. */
static void
test_device_defaults (void)
{
	g_autoptr (EasDevice) device = eas_device_new ("abc");
	g_autoptr (EasDevice) copy = eas_device_copy (device);

	g_assert_cmpstr (device->id, ==, "abc");
	assert_alphanumeric (device->type, 32);
	g_assert_true (
		g_str_has_prefix (device->user_agent, "evolution-eas/" EAS_PROJECT_VERSION " "));
	g_assert_null (strstr (device->user_agent, "Mozilla"));
	g_assert_nonnull (device->model);
	g_assert_true (g_str_has_prefix (device->friendly_name, "Evolution on "));
	g_assert_nonnull (device->os);
	g_assert_nonnull (device->os_language);

	g_assert_cmpstr (copy->id, ==, device->id);
	g_assert_cmpstr (copy->type, ==, device->type);
	g_assert_cmpstr (copy->model, ==, device->model);
	g_assert_cmpstr (copy->friendly_name, ==, device->friendly_name);
	g_assert_cmpstr (copy->os, ==, device->os);
	g_assert_cmpstr (copy->os_language, ==, device->os_language);
	g_assert_cmpstr (copy->user_agent, ==, device->user_agent);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/types/class-names", test_class_names);
	g_test_add_func ("/types/class-of-folder", test_class_of_folder);
	g_test_add_func ("/types/class-versions", test_class_versions);
	g_test_add_func ("/types/folder-defaults", test_folder_defaults);
	g_test_add_func ("/types/folder-values", test_folder_values);
	g_test_add_func ("/types/device-id", test_device_id);
	g_test_add_func ("/types/device-defaults", test_device_defaults);

	return g_test_run ();
}
