/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What has no element. A fifth e-mail address that is kept here alone is lost with
 * the next synchronization, and one that is refused cannot be saved: it goes into
 * the note, below a line that says so, in the lines of a vCard. Every program
 * shows it there, people can read it, and we put it back in its place.
 */

#include "eas-map-contact-parts.h"

#include <string.h>

#define SEPARATOR "--- vCard ---"

/* All that people enter and read. What is not here is the bookkeeping of a program, and left out.
 */
static const char *const kept[] = {
	EVC_ADR,
	EVC_BDAY,
	"ANNIVERSARY",
	"CALADRURI",
	EVC_CALURI,
	EVC_EMAIL,
	"EXPERTISE",
	EVC_FBURL,
	"GENDER",
	EVC_GEO,
	"HOBBY",
	EVC_ICSCALENDAR,
	"IMPP",
	"INTEREST",
	EVC_LABEL,
	"LANG",
	EVC_NICKNAME,
	EVC_ORG,
	EVC_PHOTO,
	"RELATED",
	EVC_ROLE,
	EVC_TEL,
	EVC_TITLE,
	"TZ",
	EVC_URL,
	"X-ABDATE",
	"X-ABLABEL",
	"X-ABRELATEDNAMES",
	EVC_X_ANNIVERSARY,
	EVC_X_ASSISTANT,
	EVC_X_BLOG_URL,
	EVC_X_MANAGER,
	EVC_X_SPOUSE,
	EVC_X_VIDEO_URL,
	"X-FOLKS-FAVOURITE", /* the star of GNOME Contacts */
	"X-PHONETIC-MIDDLE-NAME",
	"X-SOCIALPROFILE",
};

gboolean
eas_contact_rest_is_kept (const char *property)
{
	for (guint i = 0; i < G_N_ELEMENTS (kept); i++) {
		if (g_ascii_strcasecmp (kept[i], property) == 0)
			return TRUE;
	}

	return eas_contact_im_knows (property);
}

static const char *
first_value (EVCardAttributeParam *param)
{
	GList *values = e_vcard_attribute_param_get_values (param);

	return values != NULL && values->data != NULL ? values->data : "";
}

static int
compare_params (gconstpointer a, gconstpointer b)
{
	EVCardAttributeParam *first = (EVCardAttributeParam *) a,
			     *second = (EVCardAttributeParam *) b;
	int names = g_ascii_strcasecmp (e_vcard_attribute_param_get_name (first),
					e_vcard_attribute_param_get_name (second));

	return names != 0 ? names : strcmp (first_value (first), first_value (second));
}

/* EDS turns the parameters around whenever it writes a vCard: only in an order of our own can the
 * same property be the same line. What programs note in them for themselves is left out. */
static EVCardAttribute *
copy_in_order (EVCardAttribute *attribute)
{
	EVCardAttribute *copy = e_vcard_attribute_new (e_vcard_attribute_get_group (attribute),
						       e_vcard_attribute_get_name (attribute));
	GList *params = g_list_sort (g_list_copy (e_vcard_attribute_get_params (attribute)),
				     compare_params);
	GList *link;

	for (link = params; link != NULL; link = link->next) {
		if (g_ascii_strncasecmp (e_vcard_attribute_param_get_name (link->data),
					 "X-EVOLUTION-", strlen ("X-EVOLUTION-")) != 0)
			e_vcard_attribute_add_param (copy,
						     e_vcard_attribute_param_copy (link->data));
	}
	for (link = e_vcard_attribute_get_values (attribute); link != NULL; link = link->next)
		e_vcard_attribute_add_value (copy, link->data);
	g_list_free (params);

	return copy;
}

/* The lines of a vCard that has only these properties, unfolded. */
static char *
write_lines (GPtrArray *attributes)
{
	EVCard *vcard = e_vcard_new ();
	g_autofree char *text = NULL;
	GString *lines;
	char *end;

	for (guint i = 0; i < attributes->len; i++)
		e_vcard_append_attribute (vcard, copy_in_order (attributes->pdata[i]));
	text = e_vcard_to_string (vcard, EVC_FORMAT_VCARD_30);
	g_object_unref (vcard);

	lines = g_string_new (text);
	g_string_replace (lines, "\r\n ", "", 0);
	g_string_replace (lines, "\r\n", "\n", 0);
	end = g_strrstr (lines->str, "END:VCARD");
	if (end != NULL)
		g_string_truncate (lines, (gsize) (end - lines->str));
	if (g_str_has_prefix (lines->str, "BEGIN:VCARD\nVERSION:3.0\n"))
		g_string_erase (lines, 0, strlen ("BEGIN:VCARD\nVERSION:3.0\n"));

	return g_strchomp (g_string_free (lines, /* free_segment */ FALSE));
}

char *
eas_contact_rest_append (const char *note, GPtrArray *attributes)
{
	g_autofree char *lines = NULL;

	if (attributes->len == 0)
		return g_strdup (note);

	lines = write_lines (attributes);
	if (note == NULL)
		return g_strconcat (SEPARATOR "\n", lines, NULL);

	return g_strconcat (note, "\n\n" SEPARATOR "\n", lines, NULL);
}

/* The last line that is the separator; NULL: none. */
static const char *
find_separator (const char *note)
{
	const char *found = g_strrstr (note, SEPARATOR);

	while (found != NULL) {
		const char *after = found + strlen (SEPARATOR);

		if ((found == note || found[-1] == '\n') && (*after == '\n' || *after == '\0'))
			return found;
		found = g_strrstr_len (note, found - note, SEPARATOR);
	}

	return NULL;
}

static GPtrArray *
parse_lines (const char *lines)
{
	g_autofree char *text = g_strconcat ("BEGIN:VCARD\n", lines, "END:VCARD\n", NULL);
	EVCard *vcard = e_vcard_new_from_string (text);
	GPtrArray *attributes =
		g_ptr_array_new_with_free_func ((GDestroyNotify) e_vcard_attribute_free);
	GList *link;

	for (link = e_vcard_get_attributes (vcard); link != NULL; link = link->next)
		g_ptr_array_add (attributes, e_vcard_attribute_copy (link->data));
	g_object_unref (vcard);

	return attributes;
}

/* Before an edit EDS puts into the contact what a picture links to, be it any file of this computer
 * (law 8). We write links to the Web only. */
static gboolean
is_picture_of_web (const char *line)
{
	g_autofree char *lines = g_strconcat (line, "\n", NULL);
	g_autoptr (GPtrArray) attributes = parse_lines (lines);
	const char *value;

	if (attributes->len != 1)
		return FALSE;
	value = g_list_nth_data (e_vcard_attribute_get_values (attributes->pdata[0]), 0);

	return value != NULL && g_ascii_strncasecmp (value, "http", strlen ("http")) == 0;
}

/* "item1.EMAIL;TYPE=HOME:..." is of a property that we write there. */
static gboolean
is_ours (const char *line)
{
	gsize length = strcspn (line, ":;");
	g_autofree char *name = g_strndup (line, length);
	const char *dot = strchr (name, '.');
	const char *property = dot != NULL ? dot + 1 : name;

	if (line[length] == '\0' || !eas_contact_rest_is_kept (property))
		return FALSE;

	return g_ascii_strcasecmp (property, EVC_PHOTO) != 0 || is_picture_of_web (line);
}

GPtrArray *
eas_contact_rest_split (const char *note, char **out_note)
{
	const char *separator = find_separator (note);
	g_auto (GStrv) lines = NULL;
	GString *ours, *theirs;
	GPtrArray *attributes;

	if (separator == NULL) {
		*out_note = g_strdup (note);
		return NULL;
	}

	/* Somebody may have written below it: that is the note's. */
	ours = g_string_new (NULL);
	theirs = g_string_new_len (note, separator - note);
	lines = g_strsplit (separator + strlen (SEPARATOR), "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++)
		g_string_append_printf (is_ours (lines[i]) ? ours : theirs, "%s\n", lines[i]);

	attributes = parse_lines (ours->str);
	g_string_free (ours, /* free_segment */ TRUE);
	g_strstrip (theirs->str);
	*out_note = g_string_free (theirs, /* free_segment */ theirs->str[0] == '\0');

	return attributes;
}
