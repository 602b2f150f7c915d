/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The names of a contact: those the wire has, and those that follow from them. */

#include "eas-map-contact-parts.h"

#include <string.h>

static const EasTag name_tags[] = { EAS_CONTACTS_TITLE, EAS_CONTACTS_FIRST_NAME,
				    EAS_CONTACTS_MIDDLE_NAME, EAS_CONTACTS_LAST_NAME,
				    EAS_CONTACTS_SUFFIX };

gboolean
eas_contact_parts_has_name (const EasContactParts *parts)
{
	for (guint i = 0; i < G_N_ELEMENTS (name_tags); i++) {
		if (eas_contact_parts_get (parts, name_tags[i]) != NULL)
			return TRUE;
	}

	return FALSE;
}

/* The texts of @tags that are there; NULL when there are none. */
static char *
join (const EasContactParts *parts, const EasTag *tags, guint n_tags, const char *separator)
{
	GString *joined = g_string_new (NULL);

	for (guint i = 0; i < n_tags; i++) {
		const char *text = eas_contact_parts_get (parts, tags[i]);

		if (text == NULL)
			continue;
		if (joined->len > 0)
			g_string_append (joined, separator);
		g_string_append (joined, text);
	}

	return g_string_free (joined, /* free_segment */ joined->len == 0);
}

/* What a contact without a name is called, best first. */
static const EasTag other_names[] = { EAS_CONTACTS_FILE_AS, EAS_CONTACTS_COMPANY_NAME,
				      EAS_CONTACTS2_NICK_NAME, EAS_CONTACTS_EMAIL1_ADDRESS };

static const char *
other_name (const EasContactParts *parts, guint first)
{
	for (guint i = first; i < G_N_ELEMENTS (other_names); i++) {
		const char *text = eas_contact_parts_get (parts, other_names[i]);

		if (text != NULL)
			return text;
	}

	return NULL;
}

char *
eas_contact_dup_full_name (const EasContactParts *parts)
{
	char *name = join (parts, name_tags, G_N_ELEMENTS (name_tags), " ");

	return name != NULL ? name : g_strdup (other_name (parts, 0));
}

/* The ways in which people file: the first is ours. */
static const struct {
	EasTag tags[3];
	guint n_tags;
	const char *separator;
} styles[] = {
	{ { EAS_CONTACTS_LAST_NAME, EAS_CONTACTS_FIRST_NAME }, 2, ", " },
	{ { EAS_CONTACTS_FIRST_NAME, EAS_CONTACTS_LAST_NAME }, 2, " " },
	{ { EAS_CONTACTS_LAST_NAME, EAS_CONTACTS_FIRST_NAME }, 2, " " },
	{ { EAS_CONTACTS_LAST_NAME, EAS_CONTACTS_FIRST_NAME }, 2, "" },
	{ { EAS_CONTACTS_FIRST_NAME, EAS_CONTACTS_MIDDLE_NAME, EAS_CONTACTS_LAST_NAME }, 3, " " },
	{ { EAS_CONTACTS_COMPANY_NAME }, 1, "" },
};

static char *
file_in_style (const EasContactParts *parts, guint style)
{
	return join (parts, styles[style].tags, styles[style].n_tags, styles[style].separator);
}

/* "Last, First Middle", as Outlook has it. */
static char *
file_with_middle (const EasContactParts *parts)
{
	const char *middle = eas_contact_parts_get (parts, EAS_CONTACTS_MIDDLE_NAME);
	g_autofree char *file_as = file_in_style (parts, 0);

	if (file_as == NULL || middle == NULL)
		return g_steal_pointer (&file_as);

	return g_strconcat (file_as, " ", middle, NULL);
}

char *
eas_contact_dup_file_as (const EasContactParts *parts)
{
	char *file_as = file_in_style (parts, 0);

	return file_as != NULL ? file_as : g_strdup (other_name (parts, 1));
}

/* The name to file under after a change of name, when it followed the old one. */
static char *
follow_name (const EasContactParts *before, const EasContactParts *after)
{
	const char *file_as = eas_contact_parts_get (before, EAS_CONTACTS_FILE_AS);
	g_autofree char *with_middle = file_with_middle (before);

	for (guint i = 0; i < G_N_ELEMENTS (styles); i++) {
		g_autofree char *styled = file_in_style (before, i);

		if (g_strcmp0 (styled, file_as) == 0)
			return file_in_style (after, i);
	}

	return g_strcmp0 (with_middle, file_as) == 0 ? file_with_middle (after) : NULL;
}

char *
eas_contact_dup_splittable (const char *full_name)
{
	GString *text = g_string_new (NULL);

	for (const char *c = full_name; *c != '\0'; c = g_utf8_next_char (c)) {
		gunichar letter = g_utf8_get_char (c);
		char last = text->len > 0 ? text->str[text->len - 1] : ' ';

		if (letter == ',' && last == ' ' && text->len > 0)
			g_string_truncate (text, text->len - 1);
		if (g_unichar_isspace (letter) && last != ' ')
			g_string_append_c (text, ' ');
		else if (!g_unichar_isspace (letter) &&
			 (letter != ',' || !g_str_has_suffix (text->str, ",")))
			g_string_append_unichar (text, letter);
	}

	return g_string_free (text, FALSE);
}

static void
name_from_full_name (EasContactParts *parts)
{
	g_autofree char *full_name = eas_contact_dup_splittable (parts->full_name);
	EContactName *name = e_contact_name_from_string (full_name);
	const char *const texts[] = { name->prefixes, name->given, name->additional, name->family,
				      name->suffixes };

	for (guint i = 0; i < G_N_ELEMENTS (name_tags); i++) {
		eas_contact_parts_lend (parts, name_tags[i], NULL);
		eas_contact_parts_put (parts, name_tags[i], texts[i], /* one_line */ TRUE);
	}
	e_contact_name_free (name);
}

/* A firm, or somebody of whom only the address is known: nobody's first and last name. */
static gboolean
is_other_name (const EasContactParts *parts)
{
	for (guint i = 0; i < G_N_ELEMENTS (other_names); i++) {
		const char *text = eas_contact_parts_get (parts, other_names[i]);

		if (text != NULL && g_ascii_strcasecmp (text, parts->full_name) == 0)
			return TRUE;
	}

	return FALSE;
}

static gboolean
same_names (const EasContactParts *a, const EasContactParts *b)
{
	for (guint i = 0; i < G_N_ELEMENTS (name_tags); i++) {
		if (g_strcmp0 (eas_contact_parts_get (a, name_tags[i]),
			       eas_contact_parts_get (b, name_tags[i])) != 0)
			return FALSE;
	}

	return TRUE;
}

void
eas_contact_settle_names (EasContactParts *edited,
			  const EasContactParts *shown,
			  gboolean full_name_counts)
{
	if (full_name_counts && edited->full_name != NULL && shown->full_name != NULL &&
	    same_names (edited, shown) && strcmp (edited->full_name, shown->full_name) != 0 &&
	    !is_other_name (edited))
		name_from_full_name (edited);

	if (!same_names (edited, shown) &&
	    g_strcmp0 (eas_contact_parts_get (edited, EAS_CONTACTS_FILE_AS),
		       eas_contact_parts_get (shown, EAS_CONTACTS_FILE_AS)) == 0) {
		char *file_as = follow_name (shown, edited);

		if (file_as != NULL)
			eas_contact_parts_take (edited, EAS_CONTACTS_FILE_AS, file_as);
	}
}

void
eas_contact_complete_names (EasContactParts *parts)
{
	if (!eas_contact_parts_has_name (parts) && parts->full_name != NULL &&
	    !is_other_name (parts))
		name_from_full_name (parts);
	if (eas_contact_parts_get (parts, EAS_CONTACTS_FILE_AS) == NULL)
		eas_contact_parts_take (parts, EAS_CONTACTS_FILE_AS,
					eas_contact_dup_file_as (parts));
}
