/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-map-contact-parts.h"
#include "eas-map-codecs.h"

#include <string.h>

G_STATIC_ASSERT (EAS_CONTACT_N_TEXTS == 2 * 0x40);

EasContactParts *
eas_contact_parts_new (void)
{
	return g_new0 (EasContactParts, 1);
}

void
eas_contact_parts_free (EasContactParts *parts)
{
	if (parts == NULL)
		return;

	g_clear_pointer (&parts->categories, g_ptr_array_unref);
	g_clear_pointer (&parts->children, g_ptr_array_unref);
	g_clear_pointer (&parts->kept, g_ptr_array_unref);
	g_free (parts->full_name);
	g_free (parts->picture);
	g_free (parts);
}

static guint
text_index (EasTag tag)
{
	guint index = tag & 0x3f;

	if (tag >> 8 == EAS_PAGE_CONTACTS2)
		return 0x40 + index;

	/* No element of the page is 0: the body has a place to be. */
	return tag == EAS_AIRSYNCBASE_BODY ? 0 : index;
}

const char *
eas_contact_parts_get (const EasContactParts *parts, EasTag tag)
{
	return parts->texts[text_index (tag)];
}

void
eas_contact_parts_lend (EasContactParts *parts, EasTag tag, const char *text)
{
	parts->texts[text_index (tag)] = text;
}

void
eas_contact_parts_take (EasContactParts *parts, EasTag tag, char *take_text)
{
	if (take_text != NULL) {
		if (parts->kept == NULL)
			parts->kept = g_ptr_array_new_with_free_func (g_free);
		g_ptr_array_add (parts->kept, take_text);
	}
	eas_contact_parts_lend (parts, tag, take_text);
}

gboolean
eas_contact_parts_put (EasContactParts *parts, EasTag tag, const char *text, gboolean one_line)
{
	g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;
	g_autofree char *scratch = NULL;
	char *clean;

	if (valid == NULL)
		return FALSE;

	clean = g_strstrip (g_strdup (eas_map_clean_text (valid, one_line, &scratch)));
	if (*clean == '\0') {
		g_free (clean);
		return FALSE;
	}

	eas_contact_parts_take (parts, tag, clean);
	return TRUE;
}

GPtrArray *
eas_contact_parts_set_of (EasContactParts *parts, EasTag tag)
{
	GPtrArray **set = tag == EAS_CONTACTS_CATEGORIES ? &parts->categories : &parts->children;

	if (*set == NULL)
		*set = g_ptr_array_new_with_free_func (g_free);

	return *set;
}

EasContactDay *
eas_contact_parts_day (EasContactParts *parts, EasTag tag)
{
	return tag == EAS_CONTACTS_BIRTHDAY ? &parts->birthday : &parts->anniversary;
}
