/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The parts of a contact as a vCard. Properties are made directly: EContact's setters look for each
 * of them first. */

#include "eas-map-contact-parts.h"

#include <string.h>

typedef struct {
	const EasContactParts *parts;
	EVCard *vcard; /* lent */
} Shower;

static EVCardAttribute *
add_attribute (Shower *shower, const char *property, const char *value)
{
	EVCardAttribute *attribute = e_vcard_attribute_new (NULL, property);

	if (value != NULL)
		e_vcard_attribute_add_value (attribute, value);
	e_vcard_append_attribute (shower->vcard, attribute);

	return attribute;
}

static void
add_types (EVCardAttribute *attribute, const char *type, const char *type2)
{
	EVCardAttributeParam *param;

	if (type == NULL)
		return;

	param = e_vcard_attribute_param_new (EVC_TYPE);
	e_vcard_attribute_param_add_value (param, type);
	if (type2 != NULL)
		e_vcard_attribute_param_add_value (param, type2);
	e_vcard_attribute_add_param (attribute, param);
}

/* The rows of one property stand together: [@first, end). Returns the end. */
static guint
end_of_fields (guint first)
{
	const EasContactPlace *place = eas_contact_place (&eas_contact_table.rows[first]);
	guint i = first + 1;

	while (i < eas_contact_table.n_rows) {
		const EasContactPlace *next = eas_contact_place (&eas_contact_table.rows[i]);

		if (next == NULL || next->kind != EAS_CONTACT_FIELD ||
		    strcmp (next->property, place->property) != 0 ||
		    g_strcmp0 (next->type, place->type) != 0)
			break;
		i++;
	}

	return i;
}

static void
show_fields (Shower *shower, guint first, guint end)
{
	const EasMapRow *rows = eas_contact_table.rows;
	const EasContactPlace *place = eas_contact_place (&rows[first]);
	gboolean is_name = strcmp (place->property, EVC_N) == 0;
	EVCardAttribute *attribute;
	guint n_values = 0, n_texts = 0;

	for (guint i = first; i < end; i++) {
		if (eas_contact_parts_get (shower->parts, rows[i].tag) != NULL)
			n_texts = i + 1 - first;
	}
	if (n_texts == 0 && !is_name)
		return;
	/* Organizations may be short, but a name and an address have all their fields. */
	if (strcmp (place->property, EVC_ORG) != 0)
		n_texts = end - first;

	attribute = add_attribute (shower, place->property, NULL);
	add_types (attribute, place->type, place->type2);
	for (guint i = first; i < first + n_texts; i++) {
		const char *text = eas_contact_parts_get (shower->parts, rows[i].tag);

		for (; n_values < eas_contact_place (&rows[i])->field; n_values++)
			e_vcard_attribute_add_value (attribute, "");
		e_vcard_attribute_add_value (attribute, text != NULL ? text : "");
		n_values++;
	}
}

static void
show_im (Shower *shower, const char *address)
{
	const char *value;
	const char *property = eas_contact_im_property (address, &value);

	/* Evolution has no place for one that is neither at home nor at work. */
	add_types (add_attribute (shower, property, value), "HOME", NULL);
}

static void
show_day (Shower *shower, const char *property, const EasContactDay *day)
{
	char text[32];

	if (day->year == 0)
		return;

	g_snprintf (text, sizeof text, "%04d-%02d-%02d", day->year, day->month, day->day);
	add_attribute (shower, property, text);
}

static void
show_set (Shower *shower, const char *property, GPtrArray *names)
{
	gboolean is_list = strcmp (property, EVC_CATEGORIES) == 0;
	EVCardAttribute *attribute = NULL;

	for (guint i = 0; names != NULL && i < names->len; i++) {
		if (!is_list || attribute == NULL)
			attribute = add_attribute (shower, property, names->pdata[i]);
		else
			e_vcard_attribute_add_value (attribute, names->pdata[i]);
	}
}

static void
show_picture (Shower *shower, const char *base64)
{
	static const struct {
		const char *begins, *type;
	} types[] = { { "/9j/", "jpeg" },
		      { "iVBOR", "png" },
		      { "R0lGOD", "gif" },
		      { "UklGR", "webp" },
		      { "Qk", "bmp" } };
	const char *type = "X-EVOLUTION-UNKNOWN";
	EVCardAttribute *attribute;

	if (base64 == NULL)
		return;

	for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
		if (g_str_has_prefix (base64, types[i].begins)) {
			type = types[i].type;
			break;
		}
	}
	attribute = add_attribute (shower, EVC_PHOTO, base64);
	e_vcard_attribute_add_param_with_value (attribute,
						e_vcard_attribute_param_new (EVC_ENCODING), "b");
	e_vcard_attribute_add_param_with_value (attribute, e_vcard_attribute_param_new (EVC_TYPE),
						type);
}

/* Does the vCard have a value already where only one makes sense? */
static gboolean
is_single (const char *property)
{
	return g_ascii_strcasecmp (property, EVC_BDAY) == 0 ||
	       g_ascii_strcasecmp (property, EVC_PHOTO) == 0;
}

static void
show_note (Shower *shower, const char *note)
{
	g_autoptr (GPtrArray) rest = NULL;
	g_autofree char *above = NULL;

	if (note == NULL)
		return;

	rest = eas_contact_rest_split (note, &above);
	if (above != NULL)
		add_attribute (shower, EVC_NOTE, above);
	for (guint i = 0; rest != NULL && i < rest->len; i++) {
		const char *property = e_vcard_attribute_get_name (rest->pdata[i]);

		if (!is_single (property) ||
		    e_vcard_get_attribute (shower->vcard, property) == NULL)
			e_vcard_append_attribute (shower->vcard,
						  e_vcard_attribute_copy (rest->pdata[i]));
	}
}

static void
show_names (Shower *shower, const char *uid)
{
	g_autofree char *full_name = eas_contact_dup_full_name (shower->parts);

	if (uid != NULL)
		add_attribute (shower, EVC_UID, uid);
	add_attribute (shower, EVC_FN, full_name != NULL ? full_name : "");
	if (eas_contact_parts_get (shower->parts, EAS_CONTACTS_FILE_AS) == NULL) {
		g_autofree char *file_as = eas_contact_dup_file_as (shower->parts);

		if (file_as != NULL)
			add_attribute (shower, EVC_X_FILE_AS, file_as);
	}
}

static void
show_row (Shower *shower, const EasMapRow *row)
{
	const EasContactPlace *place = eas_contact_place (row);
	const EasContactParts *parts = shower->parts;
	const char *text = eas_contact_parts_get (parts, row->tag);

	switch (place->kind) {
	case EAS_CONTACT_LINE:
	case EAS_CONTACT_EMAIL:
	case EAS_CONTACT_PHONE:
		if (text != NULL)
			add_types (add_attribute (shower, place->property, text), place->type,
				   place->type2);
		break;
	case EAS_CONTACT_IM:
		if (text != NULL)
			show_im (shower, text);
		break;
	case EAS_CONTACT_DAY:
		show_day (shower, place->property,
			  row->tag == EAS_CONTACTS_BIRTHDAY ? &parts->birthday
							    : &parts->anniversary);
		break;
	case EAS_CONTACT_SET:
		show_set (shower, place->property,
			  row->tag == EAS_CONTACTS_CATEGORIES ? parts->categories
							      : parts->children);
		break;
	case EAS_CONTACT_PHOTO:
		show_picture (shower, parts->picture);
		break;
	case EAS_CONTACT_TEXT:
		show_note (shower, text);
		break;
	case EAS_CONTACT_FIELD:
		break; /* with the others of its property */
	}
}

EContact *
eas_contact_show (const EasContactParts *parts, const char *uid)
{
	EContact *contact = e_contact_new ();
	Shower shower = { parts, E_VCARD (contact) };

	show_names (&shower, uid);
	for (guint i = 0; i < eas_contact_table.n_rows; i++) {
		const EasContactPlace *place = eas_contact_place (&eas_contact_table.rows[i]);

		if (place != NULL && place->kind == EAS_CONTACT_FIELD) {
			guint end = end_of_fields (i);

			show_fields (&shower, i, end);
			i = end - 1;
		} else if (place != NULL) {
			show_row (&shower, &eas_contact_table.rows[i]);
		}
	}

	return contact;
}
