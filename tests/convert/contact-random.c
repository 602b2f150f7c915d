/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Contacts by chance: as servers have them, and as people enter them. */

#include "contact-test.h"
#include "eas-datetime.h"
#include "eas-map-contact-parts.h"

static gboolean
one_in (GRand *rand, guint n)
{
	return eas_test_rand_one_in (rand, n);
}

static guint
below (GRand *rand, guint bound)
{
	return eas_test_rand_below (rand, bound);
}

static char *
random_line (GRand *rand)
{
	g_autofree char *text = eas_test_rand_text (rand, 20);

	return g_strdelimit (g_steal_pointer (&text), "\r\n\x7f", ' ');
}

static char *
random_address (GRand *rand)
{
	return g_strdup_printf ("p%u@example%u.org", below (rand, 1000), below (rand, 9));
}

static char *
random_picture (GRand *rand)
{
	g_autoptr (GBytes) bytes = eas_test_rand_bytes (rand, 3 + below (rand, 60));
	gsize size;
	const guchar *data = g_bytes_get_data (bytes, &size);

	return g_base64_encode (data, size);
}

/* What a server has. */

static void
add_body (EasItemBuilder *builder, GRand *rand)
{
	g_autofree char *text = eas_test_rand_text (rand, 60);

	eas_item_builder_start (builder, EAS_AIRSYNCBASE_BODY);
	eas_item_builder_int (builder, EAS_AIRSYNCBASE_TYPE, 1);
	if (one_in (rand, 8))
		eas_item_builder_flag (builder, EAS_AIRSYNCBASE_TRUNCATED, TRUE);
	eas_item_builder_text (builder, EAS_AIRSYNCBASE_DATA, text);
	eas_item_builder_end (builder);
	if (!one_in (rand, 3))
		eas_item_builder_int (builder, EAS_AIRSYNCBASE_NATIVE_BODY_TYPE,
				      1 + below (rand, 3));
}

static void
add_row (EasItemBuilder *builder, const EasMapRow *row, GRand *rand)
{
	const EasContactPlace *place = eas_contact_place (row);
	g_autofree char *line = random_line (rand);
	g_autofree char *address = random_address (rand);
	g_autofree char *mailbox = g_strdup_printf ("\"%s\" <%s>", line, address);
	g_autofree char *text = eas_test_rand_text (rand, 30);
	g_autofree char *picture = random_picture (rand);

	switch (place->kind) {
	case EAS_CONTACT_EMAIL:
		eas_item_builder_text (builder, row->tag, one_in (rand, 2) ? mailbox : address);
		break;
	case EAS_CONTACT_DAY:
		eas_item_builder_time (
			builder, row->tag,
			((gint64) below (rand, 60000) - 30000) * 86400 +
				(one_in (rand, 2) ? 11 * 3600 + 59 * 60 : below (rand, 24) * 3600));
		break;
	case EAS_CONTACT_SET:
		eas_item_builder_start (builder, row->tag);
		for (guint i = 0; i < below (rand, 4); i++) {
			g_autofree char *name = random_line (rand);

			eas_item_builder_text (builder, row->group[0], name);
		}
		eas_item_builder_end (builder);
		break;
	case EAS_CONTACT_PHOTO:
		eas_item_builder_text (builder, row->tag, picture);
		break;
	case EAS_CONTACT_TEXT:
		add_body (builder, rand);
		break;
	default:
		eas_item_builder_text (builder, row->tag, one_in (rand, 6) ? text : line);
		break;
	}
}

EasItem *
contact_random_item (GRand *rand, EasVersion version)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	guint density = 1 + below (rand, 4);

	for (guint i = 0; i < eas_contact_table.n_rows; i++) {
		const EasMapRow *row = &eas_contact_table.rows[i];

		if (row->codec != NULL && one_in (rand, density))
			add_row (builder, row, rand);
	}
	if (version >= EAS_VERSION_14_0 && one_in (rand, 4))
		eas_item_builder_text (builder, EAS_CONTACTS_ALIAS, "alias");
	if (one_in (rand, 2))
		eas_item_builder_text (builder, EAS_TAG_MAKE (EAS_PAGE_CONTACTS, 0x3f), "later");

	return eas_item_builder_finish (builder);
}

/* What a person has entered. */

static void
append (EContact *contact, const char *property, const char *type, char *take_value)
{
	EVCardAttribute *attribute = e_vcard_attribute_new (NULL, property);

	if (type != NULL)
		e_vcard_attribute_add_param_with_value (
			attribute, e_vcard_attribute_param_new (EVC_TYPE), type);
	e_vcard_append_attribute_with_value (E_VCARD (contact), attribute, take_value);
	g_free (take_value);
}

static void
append_fields (
	EContact *contact, const char *property, const char *type, guint n_fields, GRand *rand)
{
	EVCardAttribute *attribute = e_vcard_attribute_new (NULL, property);

	if (type != NULL)
		e_vcard_attribute_add_param_with_value (
			attribute, e_vcard_attribute_param_new (EVC_TYPE), type);
	for (guint i = 0; i < n_fields; i++) {
		g_autofree char *text = random_line (rand);

		e_vcard_attribute_add_value (attribute, one_in (rand, 3) ? "" : text);
	}
	e_vcard_append_attribute (E_VCARD (contact), attribute);
}

static char *
random_day (GRand *rand)
{
	return g_strdup_printf ("%04u-%02u-%02u", 1880 + below (rand, 150), 1 + below (rand, 12),
				1 + below (rand, 28));
}

static void
append_several (EContact *contact, GRand *rand)
{
	static const char *const types[] = {
		"WORK",  "HOME",  "CELL", "FAX",  "PAGER", "CAR",
		"VOICE", "OTHER", "PREF", "ISDN", NULL,    EVC_X_TELEX
	};
	static const char *const ims[] = { EVC_X_JABBER, EVC_X_SKYPE, EVC_X_SIP,
					   EVC_X_MATRIX, EVC_X_AIM,   "IMPP" };

	for (guint i = 0; i < below (rand, 6); i++)
		append (contact, EVC_EMAIL, one_in (rand, 2) ? "HOME" : NULL,
			random_address (rand));
	for (guint i = 0; i < below (rand, 8); i++)
		append (contact, EVC_TEL, types[below (rand, G_N_ELEMENTS (types))],
			g_strdup_printf ("+%u %u", below (rand, 99), below (rand, 1000000)));
	for (guint i = 0; i < below (rand, 5); i++)
		append_fields (contact, EVC_ADR, types[below (rand, 2)], 7, rand);
	for (guint i = 0; i < below (rand, 5); i++)
		append (contact, ims[below (rand, G_N_ELEMENTS (ims))], NULL,
			random_address (rand));
	for (guint i = 0; i < below (rand, 3); i++)
		append (contact, EVC_URL, NULL, g_strdup_printf ("https://example.org/%u", i));
}

EContact *
contact_random (GRand *rand)
{
	static const char *const lines[] = { EVC_FN,         EVC_NICKNAME,
					     EVC_TITLE,      EVC_ROLE,
					     EVC_X_MANAGER,  EVC_X_ASSISTANT,
					     EVC_X_SPOUSE,   EVC_X_FILE_AS,
					     EVC_X_BLOG_URL, "X-PHONETIC-LAST-NAME",
					     "X-EAS-MMS",    "X-FOREIGN",
					     EVC_MAILER,     EVC_REV };
	EContact *contact = e_contact_new ();

	if (!one_in (rand, 4))
		append_fields (contact, EVC_N, NULL, 1 + below (rand, 5), rand);
	if (one_in (rand, 2))
		append_fields (contact, EVC_ORG, NULL, 1 + below (rand, 3), rand);
	for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
		if (one_in (rand, 3))
			append (contact, lines[i], NULL, random_line (rand));
	}
	append_several (contact, rand);
	if (one_in (rand, 3))
		append_fields (contact, EVC_CATEGORIES, NULL, 1 + below (rand, 4), rand);
	if (one_in (rand, 2))
		append (contact, EVC_NOTE, NULL, eas_test_rand_text (rand, 80));
	if (one_in (rand, 2))
		append (contact, EVC_BDAY, NULL, random_day (rand));
	if (one_in (rand, 4))
		append (contact, EVC_X_ANNIVERSARY, NULL, random_day (rand));
	if (one_in (rand, 4)) {
		EVCardAttribute *photo = e_vcard_attribute_new (NULL, EVC_PHOTO);
		g_autofree char *picture = random_picture (rand);

		e_vcard_attribute_add_param_with_value (
			photo, e_vcard_attribute_param_new (EVC_ENCODING), "b");
		e_vcard_attribute_add_value (photo, picture);
		e_vcard_append_attribute (E_VCARD (contact), photo);
	}

	return contact;
}
