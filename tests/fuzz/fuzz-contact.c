/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Contacts from a hostile server: whatever the item says, what the desktop is shown
 * is legal, is one contact with the id that was asked for, reads back from its own
 * text, and is no edit.
 */

#include <string.h>

#include "eas-map-contact.h"

#include "fuzz.h"
#include "fuzz-items.h"

static const EasMapContext context = { .version = EAS_VERSION_16_1 };

static guint
n_attributes (EContact *contact)
{
	guint n = 0;
	GList *link;

	/* Only what comes from text has a version. */
	for (link = e_vcard_get_attributes (E_VCARD (contact)); link != NULL; link = link->next)
		n += g_ascii_strcasecmp (e_vcard_attribute_get_name (link->data), EVC_VERSION) != 0;

	return n;
}

static void
check_shown (EContact *contact, EContact *again)
{
	guint n_uids = 0;
	GList *link;

	for (link = e_vcard_get_attributes (E_VCARD (again)); link != NULL; link = link->next)
		n_uids +=
			g_ascii_strcasecmp (e_vcard_attribute_get_name (link->data), EVC_UID) == 0;
	fuzz_promise (n_uids == 1);
	fuzz_promise (g_strcmp0 (e_contact_get_const (again, E_CONTACT_UID), "some-uid") == 0);
	fuzz_promise (e_contact_get (again, E_CONTACT_IS_LIST) == NULL);
	fuzz_promise (n_attributes (again) == n_attributes (contact));
}

/* What was shown and not edited is no edit, also after EDS wrote it out and read it again. */
static void
check_unedited (EContact *contact, const EasItem *item)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) changes = NULL;

	changes = eas_map_contact_write (contact, item, contact, &context, &error);
	fuzz_promise ((changes == NULL) == (error != NULL));
	fuzz_promise (changes == NULL || changes->len == 0);
}

static void
check_new (EContact *contact)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) changes = NULL;

	changes = eas_map_contact_write (contact, NULL, NULL, &context, &error);
	fuzz_promise ((changes == NULL) == (error != NULL));
	fuzz_promise (changes == NULL || changes->len == 1);
}

static void
check (EasItem *item)
{
	g_autoptr (GError) error = NULL;
	EContact *contact = eas_map_contact_read (item, "some-uid", &context, &error);
	g_autofree char *text = NULL;
	EContact *again;

	fuzz_promise ((contact == NULL) == (error != NULL));
	fuzz_promise (eas_map_contact_same_content (item, item, &context));
	if (contact == NULL)
		return;

	text = e_vcard_to_string (E_VCARD (contact), EVC_FORMAT_VCARD_30);
	fuzz_promise (g_utf8_validate (text, -1, NULL));
	again = e_contact_new_from_vcard (text);
	check_shown (contact, again);
	check_unedited (contact, item);
	check_unedited (again, item);
	check_new (again);
	g_object_unref (contact);
	g_object_unref (again);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
	fuzz_each_item (data, size, check);

	return 0;
}
