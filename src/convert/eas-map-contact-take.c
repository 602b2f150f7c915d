/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A vCard taken apart: from any program, in any of its dialects. What finds no element goes to the
 * rest, which is written below the note. */

#include "eas-map-contact-parts.h"
#include "eas-map-codecs.h"

#include <string.h>
#include <glib/gi18n-lib.h>

typedef struct {
	EasContactParts *parts;
	EasContactNumbers *numbers;
	GPtrArray *addresses; /* (element-type EVCardAttribute): placed when all are known */
	GPtrArray *labels;    /* likewise */
	GPtrArray *rest;      /* likewise, lent */
	GString *note;
	GError *error;
} Taker;

typedef void (*TakeFunc) (Taker *taker, EVCardAttribute *attribute, EasTag tag);

/* Values. */

static const char *
nth_value (EVCardAttribute *attribute, guint n)
{
	const char *value = g_list_nth_data (e_vcard_attribute_get_values (attribute), n);

	return value != NULL ? value : "";
}

/* A semicolon that should have been escaped parts a text in two. */
static char *
dup_joined (EVCardAttribute *attribute)
{
	GString *joined = g_string_new (NULL);
	GList *link;

	for (link = e_vcard_attribute_get_values (attribute); link != NULL; link = link->next) {
		g_string_append (joined, link->data != NULL ? link->data : "");
		if (link->next != NULL)
			g_string_append_c (joined, ';');
	}

	return g_string_free (joined, /* free_segment */ FALSE);
}

char *
eas_contact_dup_value (EVCardAttribute *attribute, gboolean one_line)
{
	g_autofree char *joined = dup_joined (attribute);
	g_autofree char *valid = g_utf8_make_valid (joined, -1);
	g_autofree char *scratch = NULL;
	char *clean = g_strstrip (g_strdup (eas_map_clean_text (valid, one_line, &scratch)));

	if (*clean == '\0')
		g_clear_pointer (&clean, g_free);

	return clean;
}

static gboolean
says_something (EVCardAttribute *attribute)
{
	GList *link;

	for (link = e_vcard_attribute_get_values (attribute); link != NULL; link = link->next) {
		const char *value = link->data;

		if (value != NULL && value[strspn (value, " \t\r\n")] != '\0')
			return TRUE;
	}

	return FALSE;
}

static void
add_rest (Taker *taker, EVCardAttribute *attribute)
{
	if (says_something (attribute) &&
	    eas_contact_rest_is_kept (e_vcard_attribute_get_name (attribute)))
		g_ptr_array_add (taker->rest, attribute);
}

/* One element, one value: the first. */

static void
put_or_rest (Taker *taker, EVCardAttribute *attribute, EasTag tag, char *take_text)
{
	const char *there = eas_contact_parts_get (taker->parts, tag);

	if (take_text == NULL || g_strcmp0 (there, take_text) == 0)
		g_free (take_text);
	else if (there == NULL)
		eas_contact_parts_take (taker->parts, tag, take_text);
	else {
		g_free (take_text);
		add_rest (taker, attribute);
	}
}

static void
take_line (Taker *taker, EVCardAttribute *attribute, EasTag tag)
{
	put_or_rest (taker, attribute, tag, eas_contact_dup_value (attribute, /* one_line */ TRUE));
}

static void
take_fields (Taker *taker, EVCardAttribute *attribute, const EasTag *tags, guint n_tags)
{
	for (guint i = 0; i < n_tags; i++) {
		if (eas_contact_parts_get (taker->parts, tags[i]) == NULL)
			eas_contact_parts_put (taker->parts, tags[i], nth_value (attribute, i),
					       /* one_line */ TRUE);
	}
}

static void
take_name (Taker *taker, EVCardAttribute *attribute, EasTag tag)
{
	static const EasTag tags[] = { EAS_CONTACTS_LAST_NAME, EAS_CONTACTS_FIRST_NAME,
				       EAS_CONTACTS_MIDDLE_NAME, EAS_CONTACTS_TITLE,
				       EAS_CONTACTS_SUFFIX };

	if (!eas_contact_parts_has_name (taker->parts))
		take_fields (taker, attribute, tags, G_N_ELEMENTS (tags));
}

static void
take_phonetic_name (Taker *taker, EVCardAttribute *attribute, EasTag tag)
{
	static const EasTag tags[] = { EAS_CONTACTS_YOMI_LAST_NAME, EAS_CONTACTS_YOMI_FIRST_NAME };

	g_autofree char *joined = dup_joined (attribute);
	g_auto (GStrv) fields = g_strsplit (joined, ";", -1);

	/* Phones of Japan have the reading there, other programs sounds. EDS does not part it. */
	if (!e_vcard_attribute_has_type (attribute, "X-IRMC-N"))
		return;
	for (guint i = 0; i < G_N_ELEMENTS (tags) && fields[i] != NULL; i++) {
		if (eas_contact_parts_get (taker->parts, tags[i]) == NULL)
			eas_contact_parts_put (taker->parts, tags[i], fields[i],
					       /* one_line */ TRUE);
	}
}

static void
take_organization (Taker *taker, EVCardAttribute *attribute, EasTag tag)
{
	static const EasTag tags[] = { EAS_CONTACTS_COMPANY_NAME, EAS_CONTACTS_DEPARTMENT,
				       EAS_CONTACTS_OFFICE_LOCATION };

	for (guint i = 0; i < G_N_ELEMENTS (tags); i++) {
		if (eas_contact_parts_get (taker->parts, tags[i]) != NULL) {
			add_rest (taker, attribute);
			return;
		}
	}
	take_fields (taker, attribute, tags, G_N_ELEMENTS (tags));
}

static void
take_full_name (Taker *taker, EVCardAttribute *attribute, EasTag tag)
{
	if (taker->parts->full_name == NULL)
		taker->parts->full_name = eas_contact_dup_value (attribute, /* one_line */ TRUE);
}

/* The first free one of several like elements. */

static void
take_first_free (
	Taker *taker, EVCardAttribute *attribute, const EasTag *tags, guint n_tags, char *take_text)
{
	for (guint i = 0; i < n_tags && take_text != NULL; i++) {
		const char *there = eas_contact_parts_get (taker->parts, tags[i]);

		if (g_strcmp0 (there, take_text) == 0) {
			g_clear_pointer (&take_text, g_free);
		} else if (there == NULL) {
			eas_contact_parts_take (taker->parts, tags[i],
						g_steal_pointer (&take_text));
		}
	}

	if (take_text != NULL)
		add_rest (taker, attribute);
	g_free (take_text);
}

static void
take_email (Taker *taker, EVCardAttribute *attribute, EasTag tag)
{
	static const EasTag tags[] = { EAS_CONTACTS_EMAIL1_ADDRESS, EAS_CONTACTS_EMAIL2_ADDRESS,
				       EAS_CONTACTS_EMAIL3_ADDRESS };
	g_autofree char *value = eas_contact_dup_value (attribute, /* one_line */ TRUE);
	char *address = value != NULL ? eas_contact_dup_address (value) : NULL;

	if (address != NULL && *address == '\0')
		g_clear_pointer (&address, g_free);
	take_first_free (taker, attribute, tags, G_N_ELEMENTS (tags), address);
}

static void
take_im (Taker *taker, EVCardAttribute *attribute, EasTag tag)
{
	static const EasTag tags[] = { EAS_CONTACTS2_IM_ADDRESS, EAS_CONTACTS2_IM_ADDRESS2,
				       EAS_CONTACTS2_IM_ADDRESS3 };
	g_autofree char *value = eas_contact_dup_value (attribute, /* one_line */ TRUE);

	if (value != NULL)
		take_first_free (
			taker, attribute, tags, G_N_ELEMENTS (tags),
			eas_contact_im_dup_address (e_vcard_attribute_get_name (attribute), value));
}

static void
take_number (Taker *taker, EVCardAttribute *attribute, EasTag tag)
{
	eas_contact_numbers_add (taker->numbers, attribute);
}

/* Addresses: home, business and other, one each. */

enum {
	ADDRESS_STREET,
	ADDRESS_CITY,
	ADDRESS_STATE,
	ADDRESS_CODE,
	ADDRESS_COUNTRY,
	N_ADDRESS_FIELDS
};
enum { ADDRESS_WORK, ADDRESS_HOME, ADDRESS_OTHER, N_ADDRESSES };

#define ADDRESS_TAGS(kind)                                                                         \
	{                                                                                          \
		EAS_CONTACTS_##kind##_ADDRESS_STREET, EAS_CONTACTS_##kind##_ADDRESS_CITY,          \
			EAS_CONTACTS_##kind##_ADDRESS_STATE,                                       \
			EAS_CONTACTS_##kind##_ADDRESS_POSTAL_CODE,                                 \
			EAS_CONTACTS_##kind##_ADDRESS_COUNTRY                                      \
	}

static const EasTag address_tags[N_ADDRESSES][N_ADDRESS_FIELDS] = {
	[ADDRESS_WORK] = ADDRESS_TAGS (BUSINESS),
	[ADDRESS_HOME] = ADDRESS_TAGS (HOME),
	[ADDRESS_OTHER] = ADDRESS_TAGS (OTHER),
};

/* One without a word for it is of work, RFC 2426 3.2.1. */
static guint
address_kind (EVCardAttribute *attribute)
{
	if (e_vcard_attribute_has_type (attribute, "HOME"))
		return ADDRESS_HOME;
	if (e_vcard_attribute_has_type (attribute, "OTHER"))
		return ADDRESS_OTHER;

	return ADDRESS_WORK;
}

static gboolean
address_is_free (const EasContactParts *parts, guint kind)
{
	for (guint i = 0; i < N_ADDRESS_FIELDS; i++) {
		if (eas_contact_parts_get (parts, address_tags[kind][i]) != NULL)
			return FALSE;
	}

	return TRUE;
}

/* Flat, house and box have no elements: lines of the street. */
static void
put_street (EasContactParts *parts, EVCardAttribute *attribute, EasTag tag)
{
	enum { BOX, EXTENDED, STREET };
	static const guint order[] = { EXTENDED, STREET, BOX };
	GString *street = g_string_new (NULL);

	for (guint i = 0; i < G_N_ELEMENTS (order); i++) {
		g_autofree char *line = g_strstrip (g_strdup (nth_value (attribute, order[i])));

		if (*line == '\0')
			continue;
		if (street->len > 0)
			g_string_append_c (street, '\n');
		g_string_append (street, line);
	}
	eas_contact_parts_put (parts, tag, street->str, /* one_line */ FALSE);
	g_string_free (street, /* free_segment */ TRUE);
}

static void
put_address (EasContactParts *parts, EVCardAttribute *attribute, guint kind)
{
	put_street (parts, attribute, address_tags[kind][ADDRESS_STREET]);
	for (guint i = ADDRESS_CITY; i < N_ADDRESS_FIELDS; i++)
		eas_contact_parts_put (parts, address_tags[kind][i], nth_value (attribute, i + 2),
				       /* one_line */ TRUE);
}

/* Each to its own kind first; a second one is another one. */
static void
place_addresses (Taker *taker)
{
	g_autoptr (GPtrArray) guests = g_ptr_array_new ();

	for (guint i = 0; i < taker->addresses->len; i++) {
		EVCardAttribute *attribute = taker->addresses->pdata[i];
		guint kind = address_kind (attribute);

		if (!says_something (attribute))
			continue;
		if (address_is_free (taker->parts, kind))
			put_address (taker->parts, attribute, kind);
		else
			g_ptr_array_add (guests, attribute);
	}

	for (guint i = 0; i < guests->len; i++) {
		if (address_is_free (taker->parts, ADDRESS_OTHER))
			put_address (taker->parts, guests->pdata[i], ADDRESS_OTHER);
		else
			add_rest (taker, guests->pdata[i]);
	}

	/* How an address is printed follows from it; where there is none, it is the address. */
	for (guint i = 0; i < taker->labels->len; i++) {
		guint kind = address_kind (taker->labels->pdata[i]);
		g_autofree char *label =
			eas_contact_dup_value (taker->labels->pdata[i], /* one_line */ FALSE);

		if (label != NULL && address_is_free (taker->parts, kind))
			eas_contact_parts_take (taker->parts, address_tags[kind][ADDRESS_STREET],
						g_steal_pointer (&label));
	}
}

static void
take_address (Taker *taker, EVCardAttribute *attribute, EasTag tag)
{
	g_ptr_array_add (taker->addresses, attribute);
}

static void
take_label (Taker *taker, EVCardAttribute *attribute, EasTag tag)
{
	g_ptr_array_add (taker->labels, attribute);
}

/* Days: 1984-03-08, 19840308, either with a time, and --0308 of an unknown year. */

#define UNKNOWN_YEAR                                                                               \
	1604 /* of Apple and Microsoft: the first leap year that their calendars have */

static gboolean
parse_day (const char *text, EasContactDay *out_day)
{
	int year = UNKNOWN_YEAR, month, day;
	gboolean is_good = sscanf (text, "%4d-%2d-%2d", &year, &month, &day) == 3;

	if (!is_good && g_str_has_prefix (text, "--")) {
		year = UNKNOWN_YEAR;
		is_good = sscanf (text, "--%2d-%2d", &month, &day) == 2 ||
			  sscanf (text, "--%2d%2d", &month, &day) == 2;
	} else if (!is_good && strspn (text, "0123456789") == 8) {
		is_good = sscanf (text, "%4d%2d%2d", &year, &month, &day) == 3;
	}
	if (!is_good || year < 1601 || year > 9999 || month < 1 || month > 12 || day < 1 ||
	    day > g_date_get_days_in_month (month, (GDateYear) year))
		return FALSE;

	*out_day = (EasContactDay){ year, month, day };
	return TRUE;
}

static void
take_day (Taker *taker, EVCardAttribute *attribute, EasTag tag)
{
	EasContactDay *day = eas_contact_parts_day (taker->parts, tag);
	g_autofree char *text = eas_contact_dup_value (attribute, /* one_line */ TRUE);

	if (text != NULL && day->year == 0 && !parse_day (text, day))
		add_rest (taker, attribute);
}

/* Sets. */

static void
take_names (Taker *taker, EVCardAttribute *attribute, EasTag tag)
{
	GPtrArray *names = eas_contact_parts_set_of (taker->parts, tag);
	GList *link;

	for (link = e_vcard_attribute_get_values (attribute); link != NULL; link = link->next) {
		g_autofree char *shown =
			link->data != NULL ? eas_map_wire_text (link->data, /* one_line */ TRUE)
					   : NULL;
		char *name = shown != NULL ? eas_map_category_of_shown (shown) : NULL;

		if (name == NULL ||
		    g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
			g_free (name);
		else
			g_ptr_array_add (names, name);
	}
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
	return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
take_related (Taker *taker, EVCardAttribute *attribute, EasTag tag)
{
	if (e_vcard_attribute_has_type (attribute, "CHILD"))
		take_names (taker, attribute, EAS_CONTACTS_CHILDREN);
	else if (e_vcard_attribute_has_type (attribute, "SPOUSE"))
		take_line (taker, attribute, EAS_CONTACTS_SPOUSE);
	else
		add_rest (taker, attribute);
}

/* The picture. */

static gboolean
is_base64 (EVCardAttribute *attribute)
{
	GList *link = e_vcard_attribute_get_param (attribute, EVC_ENCODING);

	return link != NULL && link->data != NULL &&
	       (g_ascii_strcasecmp (link->data, "b") == 0 ||
		g_ascii_strcasecmp (link->data, "base64") == 0);
}

static char *
dup_base64 (const char *text)
{
	GString *bare = g_string_sized_new (strlen (text));

	for (; *text != '\0'; text++) {
		if (g_ascii_isalnum (*text) || strchr ("+/=", *text) != NULL)
			g_string_append_c (bare, *text);
	}

	return g_string_free (bare, /* free_segment */ bare->len == 0);
}

static void
take_picture (Taker *taker, EVCardAttribute *attribute, EasTag tag)
{
	g_autofree char *value = dup_joined (attribute);
	const char *data = NULL;

	if (is_base64 (attribute))
		data = value;
	else if (g_ascii_strncasecmp (value, "data:", 5) == 0 && strstr (value, ";base64,") != NULL)
		data = strstr (value, ";base64,") + strlen (";base64,");

	if (data != NULL && taker->parts->picture == NULL)
		taker->parts->picture = dup_base64 (data);
	else if (data == NULL && g_ascii_strncasecmp (value, "http", 4) == 0)
		add_rest (taker, attribute); /* to be looked at where it is */
}

static void
take_note (Taker *taker, EVCardAttribute *attribute, EasTag tag)
{
	g_autofree char *text = eas_contact_dup_value (attribute, /* one_line */ FALSE);

	if (text == NULL)
		return;

	if (taker->note->len > 0)
		g_string_append (taker->note, "\n\n");
	g_string_append (taker->note, text);
}

/* What no element can say, in any way. */

static void
refuse_list (Taker *taker, EVCardAttribute *attribute, EasTag tag)
{
	const char *value = nth_value (attribute, 0);

	if (g_ascii_strcasecmp (value, "TRUE") == 0 || g_ascii_strcasecmp (value, "group") == 0)
		eas_set_error (&taker->error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0,
			       _ ("This address book cannot hold contact lists, only people. Keep "
				  "the list in an address book on this computer"));
}

static void
refuse_certificate (Taker *taker, EVCardAttribute *attribute, EasTag tag)
{
	if (*nth_value (attribute, 0) != '\0')
		eas_set_error (&taker->error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0,
			       _ ("This address book cannot hold certificates. Remove the "
				  "certificate from the contact and save it again"));
}

/* Properties by name. Those the table has as lines of their own are found there. */

/* clang-format off */
static const struct {
	const char *property;
	TakeFunc take;
	EasTag tag;
} takers[] = {
	{ EVC_N,                          take_name,          EAS_TAG_NONE },
	{ EVC_FN,                         take_full_name,     EAS_TAG_NONE },
	{ "SOUND",                        take_phonetic_name, EAS_TAG_NONE },
	{ EVC_ORG,                        take_organization,  EAS_TAG_NONE },
	{ EVC_EMAIL,                      take_email,         EAS_TAG_NONE },
	{ EVC_TEL,                        take_number,        EAS_TAG_NONE },
	{ EVC_ADR,                        take_address,       EAS_TAG_NONE },
	{ EVC_LABEL,                      take_label,         EAS_TAG_NONE },
	{ EVC_CATEGORIES,                 take_names,         EAS_CONTACTS_CATEGORIES },
	{ "X-EVOLUTION-EAS-CHILD",        take_names,         EAS_CONTACTS_CHILDREN },
	{ "RELATED",                      take_related,       EAS_TAG_NONE },
	{ EVC_BDAY,                       take_day,           EAS_CONTACTS_BIRTHDAY },
	{ EVC_X_ANNIVERSARY,              take_day,           EAS_CONTACTS_ANNIVERSARY },
	{ "ANNIVERSARY",                  take_day,           EAS_CONTACTS_ANNIVERSARY },
	{ "X-ANNIVERSARY",                take_day,           EAS_CONTACTS_ANNIVERSARY },
	{ "X-KADDRESSBOOK-X-ANNIVERSARY", take_day,           EAS_CONTACTS_ANNIVERSARY },
	{ EVC_PHOTO,                      take_picture,       EAS_TAG_NONE },
	{ EVC_NOTE,                       take_note,          EAS_TAG_NONE },
	{ EVC_X_LIST,                     refuse_list,        EAS_TAG_NONE },
	{ "KIND",                         refuse_list,        EAS_TAG_NONE },
	{ "X-ADDRESSBOOKSERVER-KIND",     refuse_list,        EAS_TAG_NONE },
	{ EVC_KEY,                        refuse_certificate, EAS_TAG_NONE },
	{ "X-SPOUSE",                     take_line,          EAS_CONTACTS_SPOUSE },
	{ "X-KADDRESSBOOK-X-SPOUSENAME",  take_line,          EAS_CONTACTS_SPOUSE },
	{ "X-MANAGER",                    take_line,          EAS_CONTACTS2_MANAGER_NAME },
	{ "X-KADDRESSBOOK-X-MANAGERSNAME", take_line,         EAS_CONTACTS2_MANAGER_NAME },
	{ "X-ASSISTANT",                  take_line,          EAS_CONTACTS_ASSISTANT_NAME },
	{ "X-KADDRESSBOOK-X-ASSISTANTSNAME", take_line,       EAS_CONTACTS_ASSISTANT_NAME },
	{ "X-DEPARTMENT",                 take_line,          EAS_CONTACTS_DEPARTMENT },
	{ "X-KADDRESSBOOK-X-DEPARTMENT",  take_line,          EAS_CONTACTS_DEPARTMENT },
	{ "X-KADDRESSBOOK-X-OFFICE",      take_line,          EAS_CONTACTS_OFFICE_LOCATION },
	{ "X-EVOLUTION-OFFICE",           take_line,          EAS_CONTACTS_OFFICE_LOCATION },
	{ "X-PHONETIC-COMPANY-NAME",      take_line,          EAS_CONTACTS_YOMI_COMPANY_NAME },
};
/* clang-format on */

static gboolean
take_known (Taker *taker, EVCardAttribute *attribute, const char *property)
{
	for (guint i = 0; i < G_N_ELEMENTS (takers); i++) {
		if (g_ascii_strcasecmp (takers[i].property, property) == 0) {
			takers[i].take (taker, attribute, takers[i].tag);
			return TRUE;
		}
	}

	for (guint i = 0; i < eas_contact_table.n_rows; i++) {
		const EasContactPlace *place = eas_contact_place (&eas_contact_table.rows[i]);

		if (place != NULL && place->kind == EAS_CONTACT_LINE &&
		    g_ascii_strcasecmp (place->property, property) == 0) {
			take_line (taker, attribute, eas_contact_table.rows[i].tag);
			return TRUE;
		}
	}

	return FALSE;
}

static void
take_attribute (Taker *taker, EVCardAttribute *attribute)
{
	const char *property = e_vcard_attribute_get_name (attribute);

	if (e_vcard_attribute_get_values (attribute) == NULL ||
	    take_known (taker, attribute, property))
		return;

	if (eas_contact_im_knows (property))
		take_im (taker, attribute, EAS_TAG_NONE);
	else
		add_rest (taker, attribute);
}

static void
finish (Taker *taker)
{
	EasContactParts *parts = taker->parts;
	char *note;

	eas_contact_numbers_place (taker->numbers, parts, taker->rest);
	place_addresses (taker);
	if (parts->categories != NULL)
		g_ptr_array_sort (parts->categories, compare_names);
	eas_contact_complete_names (parts);
	note = eas_contact_rest_append (taker->note->len > 0 ? taker->note->str : NULL,
					taker->rest);
	if (note != NULL)
		eas_contact_parts_take (parts, EAS_AIRSYNCBASE_BODY, note);
}

EasContactParts *
eas_contact_take (EContact *contact, GError **error)
{
	g_autoptr (EasContactParts) parts = eas_contact_parts_new ();
	g_autoptr (EasContactNumbers) numbers = eas_contact_numbers_new ();
	g_autoptr (GPtrArray) addresses = g_ptr_array_new ();
	g_autoptr (GPtrArray) labels = g_ptr_array_new ();
	g_autoptr (GPtrArray) rest = g_ptr_array_new ();
	g_autoptr (GString) note = g_string_new (NULL);
	Taker taker = { parts, numbers, addresses, labels, rest, note, NULL };
	GList *link;

	for (link = e_vcard_get_attributes (E_VCARD (contact)); link != NULL && taker.error == NULL;
	     link = link->next)
		take_attribute (&taker, link->data);
	if (taker.error != NULL) {
		g_propagate_error (error, taker.error);
		return NULL;
	}

	finish (&taker);
	return g_steal_pointer (&parts);
}
