/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "contact-test.h"

#include <string.h>

char *
contact_lines (EContact *contact)
{
	g_autofree char *text = e_vcard_to_string (E_VCARD (contact), EVC_FORMAT_VCARD_30);
	GString *lines = g_string_new (text);

	g_string_replace (lines, "\r\n ", "", 0);
	g_string_replace (lines, "\r\n", "\n", 0);
	g_assert_true (g_str_has_prefix (lines->str, "BEGIN:VCARD\nVERSION:3.0\n"));
	g_string_erase (lines, 0, strlen ("BEGIN:VCARD\nVERSION:3.0\n"));
	g_assert_true (g_str_has_suffix (lines->str, "END:VCARD"));
	g_string_truncate (lines, lines->len - strlen ("END:VCARD"));

	return g_string_free (lines, FALSE);
}

EContact *
contact_new (const char *lines)
{
	g_autofree char *text =
		g_strconcat ("BEGIN:VCARD\r\nVERSION:3.0\r\n", lines, "END:VCARD\r\n", NULL);

	return e_contact_new_from_vcard (text);
}

EContact *
contact_through_text (EContact *contact)
{
	g_autofree char *text = e_vcard_to_string (E_VCARD (contact), EVC_FORMAT_VCARD_30);

	return e_contact_new_from_vcard (text);
}

static gboolean
is_replaced (const char *line, char **edits)
{
	gsize length = strcspn (line, ":;");

	for (guint i = 0; edits[i] != NULL; i++) {
		const char *edit = edits[i] + (edits[i][0] == '-');

		if (edits[i][0] != '+' && length > 0 && strcspn (edit, ":;") == length &&
		    strncmp (line, edit, length) == 0)
			return TRUE;
	}

	return FALSE;
}

EContact *
contact_edit (EContact *contact, const char *edits)
{
	g_autofree char *text = contact_lines (contact);
	g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
	g_auto (GStrv) parts = g_strsplit (edits, "\n", -1);
	GString *edited = g_string_new (NULL);
	EContact *result;

	for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++) {
		if (!is_replaced (lines[i], parts))
			g_string_append_printf (edited, "%s\n", lines[i]);
	}
	for (guint i = 0; parts[i] != NULL; i++) {
		if (parts[i][0] != '-' && parts[i][0] != '\0')
			g_string_append_printf (edited, "%s\n", parts[i] + (parts[i][0] == '+'));
	}
	result = contact_new (edited->str);
	g_string_free (edited, TRUE);

	return result;
}

EContact *
contact_read (const EasItem *item, const EasMapContext *context)
{
	g_autoptr (GError) error = NULL;
	EContact *contact = eas_map_contact_read (item, "some-uid", context, &error);

	g_assert_no_error (error);
	g_assert_cmpstr (e_contact_get_const (contact, E_CONTACT_UID), ==, "some-uid");

	return contact;
}

char *
contact_read_lines (const char *xml, const EasMapContext *context)
{
	g_autoptr (EasItem) item = convert_item (xml);
	EContact *contact = contact_read (item, context);
	char *lines = contact_lines (contact);

	g_object_unref (contact);
	return lines;
}

char *
contact_write_new (const char *lines, const EasMapContext *context)
{
	g_autoptr (GError) error = NULL;
	EContact *contact = contact_new (lines);
	g_autoptr (GPtrArray) changes =
		eas_map_contact_write (contact, NULL, NULL, context, &error);

	g_assert_no_error (error);
	g_object_unref (contact);

	return convert_change_lines (changes);
}

char *
contact_write_edited (const EasItem *item, const EasMapContext *context, const char *edits)
{
	g_autoptr (GError) error = NULL;
	EContact *shown = contact_read (item, context);
	EContact *edited = contact_edit (shown, edits);
	g_autoptr (GPtrArray) changes =
		eas_map_contact_write (edited, item, shown, context, &error);
	g_autoptr (GPtrArray) again = NULL;
	g_autofree char *without_old = NULL;
	char *lines;

	g_assert_no_error (error);
	lines = convert_change_lines (changes);

	if (strstr (edits, "FN:") == NULL) {
		again = eas_map_contact_write (edited, item, NULL, context, &error);
		g_assert_no_error (error);
		without_old = convert_change_lines (again);
		convert_assert_lines (without_old, lines);
	}
	g_object_unref (shown);
	g_object_unref (edited);

	return lines;
}

char *
contact_refused (const char *lines, const EasMapContext *context)
{
	g_autoptr (GError) error = NULL;
	EContact *contact = contact_new (lines);
	g_autoptr (GPtrArray) changes =
		eas_map_contact_write (contact, NULL, NULL, context, &error);

	g_assert_null (changes);
	g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
	g_object_unref (contact);

	return g_strdup (error->message);
}
