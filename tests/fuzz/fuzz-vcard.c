/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Contacts as any program may save them, over the bus and so in UTF-8: each is taken
 * or refused in words, and what was taken can be shown, and edited once more.
 */

#include <string.h>

#include "eas-map-contact.h"

#include "fuzz.h"

static const EasMapContext context = { .version = EAS_VERSION_16_1 };

static void
check_edit (EContact *contact, const EasItem *item)
{
	g_autoptr (GError) error = NULL;
	EContact *shown = eas_map_contact_read (item, "some-uid", &context, NULL);
	g_autoptr (GPtrArray) changes = NULL;

	fuzz_promise (shown != NULL);
	changes = eas_map_contact_write (contact, item, shown, &context, &error);
	fuzz_promise ((changes == NULL) == (error != NULL));
	g_object_unref (shown);
}

/* EDS's parser (3.46) reads past the end of a text whose last sign is the escape of
 * quoted-printable, line breaks aside, wherever that text is parsed: nothing that a backend could
 * keep from it. */
static char *
dup_text (const guint8 *data, gsize size)
{
	g_autofree char *raw = size > 0 ? g_strndup ((const char *) data, size) : g_strdup ("");
	g_autofree char *text = g_utf8_make_valid (raw, -1);
	gsize end = strlen (text);

	while (end > 0 && g_ascii_isspace (text[end - 1]))
		end--;

	return g_strconcat (text, end > 0 && text[end - 1] == '=' ? "-" : NULL, NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
	g_autofree char *text = dup_text (data, size);
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) changes = NULL;
	g_autoptr (EasItem) item = NULL;
	EContact *contact;

	/* EDS warns of what it does not understand in a vCard. */
	g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
	contact = e_contact_new_from_vcard (text);
	changes = eas_map_contact_write (contact, NULL, NULL, &context, &error);
	fuzz_promise ((changes == NULL) == (error != NULL));
	if (changes == NULL) {
		fuzz_promise (g_error_matches (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED));
	} else {
		item = eas_map_contact_apply (NULL, changes, &context);
		fuzz_promise (item != NULL);
		fuzz_promise (eas_map_contact_same_content (item, item, &context));
		check_edit (contact, item);
	}
	g_object_unref (contact);

	return 0;
}
