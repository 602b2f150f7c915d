/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which number goes into which element. Each kind has elements of its own; then
 * it takes a free one of another kind, because a number that phones know by a
 * wrong name is worth more than one they do not know. The last resort is the note.
 */

#include "eas-map-contact-parts.h"

#include <string.h>

typedef enum {
	NUMBER_WORK,
	NUMBER_HOME,
	NUMBER_MOBILE,
	NUMBER_MOBILE_WORK,
	NUMBER_FAX_WORK,
	NUMBER_FAX_HOME,
	NUMBER_FAX,
	NUMBER_PAGER,
	NUMBER_CAR,
	NUMBER_RADIO,
	NUMBER_ASSISTANT,
	NUMBER_COMPANY,
	NUMBER_OTHER,
	NUMBER_NO_PHONE /* telex, text telephone: nothing that rings */
} NumberKind;

#define MAX_PLACES 7

#define CON(name)  EAS_CONTACTS_##name##_NUMBER
#define CON2(name) EAS_CONTACTS2_##name

/* clang-format off */
static const struct {
	guint n_own; /* the first of the places; in the others it is a guest */
	EasTag places[MAX_PLACES];
} kinds[] = {
	[NUMBER_WORK]        = { 2, { CON (BUSINESS_PHONE), CON (BUSINESS2_PHONE), CON2 (COMPANY_MAIN_PHONE), CON (CAR_PHONE) } },
	[NUMBER_HOME]        = { 2, { CON (HOME_PHONE), CON (HOME2_PHONE), CON (CAR_PHONE) } },
	[NUMBER_MOBILE]      = { 1, { CON (MOBILE_PHONE), CON (HOME_PHONE), CON (HOME2_PHONE), CON (CAR_PHONE),
	                              CON (BUSINESS_PHONE), CON (BUSINESS2_PHONE) } },
	[NUMBER_MOBILE_WORK] = { 1, { CON (MOBILE_PHONE), CON (BUSINESS_PHONE), CON (BUSINESS2_PHONE), CON (CAR_PHONE),
	                              CON (HOME_PHONE), CON (HOME2_PHONE) } },
	[NUMBER_FAX_WORK]    = { 1, { CON (BUSINESS_FAX), CON (HOME_FAX) } },
	[NUMBER_FAX_HOME]    = { 1, { CON (HOME_FAX), CON (BUSINESS_FAX) } },
	[NUMBER_FAX]         = { 0, { CON (BUSINESS_FAX), CON (HOME_FAX) } },
	[NUMBER_PAGER]       = { 1, { CON (PAGER) } },
	[NUMBER_CAR]         = { 1, { CON (CAR_PHONE) } },
	[NUMBER_RADIO]       = { 1, { CON (RADIO_PHONE) } },
	[NUMBER_ASSISTANT]   = { 1, { CON (ASSISTANT_PHONE) } },
	[NUMBER_COMPANY]     = { 1, { CON2 (COMPANY_MAIN_PHONE), CON (BUSINESS_PHONE), CON (BUSINESS2_PHONE) } },
	[NUMBER_OTHER]       = { 0, { CON (HOME_PHONE), CON (BUSINESS_PHONE), CON (MOBILE_PHONE), CON (HOME2_PHONE),
	                              CON (BUSINESS2_PHONE), CON (CAR_PHONE) } },
	[NUMBER_NO_PHONE]    = { 0, { EAS_TAG_NONE } },
};

/* The first that is among the types decides. */
static const struct {
	const char *type;
	NumberKind kind, at_work, at_home;
} types[] = {
	{ EVC_X_ASSISTANT, NUMBER_ASSISTANT, NUMBER_ASSISTANT,   NUMBER_ASSISTANT },
	{ EVC_X_COMPANY,   NUMBER_COMPANY,   NUMBER_COMPANY,     NUMBER_COMPANY   },
	{ EVC_X_RADIO,     NUMBER_RADIO,     NUMBER_RADIO,       NUMBER_RADIO     },
	{ EVC_X_TELEX,     NUMBER_NO_PHONE,  NUMBER_NO_PHONE,    NUMBER_NO_PHONE  },
	{ EVC_X_TTYTDD,    NUMBER_NO_PHONE,  NUMBER_NO_PHONE,    NUMBER_NO_PHONE  },
	{ "TEXTPHONE",     NUMBER_NO_PHONE,  NUMBER_NO_PHONE,    NUMBER_NO_PHONE  },
	{ "TLX",           NUMBER_NO_PHONE,  NUMBER_NO_PHONE,    NUMBER_NO_PHONE  },
	{ "FAX",           NUMBER_FAX,       NUMBER_FAX_WORK,    NUMBER_FAX_HOME  },
	{ "PAGER",         NUMBER_PAGER,     NUMBER_PAGER,       NUMBER_PAGER     },
	{ "CAR",           NUMBER_CAR,       NUMBER_CAR,         NUMBER_CAR       },
	{ "CELL",          NUMBER_MOBILE,    NUMBER_MOBILE_WORK, NUMBER_MOBILE    },
	{ "IPHONE",        NUMBER_MOBILE,    NUMBER_MOBILE_WORK, NUMBER_MOBILE    },
	{ "PCS",           NUMBER_MOBILE,    NUMBER_MOBILE_WORK, NUMBER_MOBILE    },
	{ "WORK",          NUMBER_WORK,      NUMBER_WORK,        NUMBER_WORK      },
	{ "HOME",          NUMBER_HOME,      NUMBER_HOME,        NUMBER_HOME      },
};
/* clang-format on */

typedef struct {
	EVCardAttribute *attribute; /* lent */
	char *number;
	NumberKind kind;
	gboolean is_placed;
} Number;

struct _EasContactNumbers {
	GArray *numbers;
};

static void
number_clear (gpointer data)
{
	g_free (((Number *) data)->number);
}

EasContactNumbers *
eas_contact_numbers_new (void)
{
	EasContactNumbers *numbers = g_new0 (EasContactNumbers, 1);

	numbers->numbers =
		g_array_new (/* zero_terminated */ FALSE, /* clear */ TRUE, sizeof (Number));
	g_array_set_clear_func (numbers->numbers, number_clear);

	return numbers;
}

void
eas_contact_numbers_free (EasContactNumbers *numbers)
{
	if (numbers == NULL)
		return;

	g_array_unref (numbers->numbers);
	g_free (numbers);
}

static NumberKind
kind_of (EVCardAttribute *attribute)
{
	gboolean at_work = e_vcard_attribute_has_type (attribute, "WORK");
	gboolean at_home = e_vcard_attribute_has_type (attribute, "HOME");

	for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
		if (e_vcard_attribute_has_type (attribute, types[i].type))
			return at_work   ? types[i].at_work
			       : at_home ? types[i].at_home
					 : types[i].kind;
	}

	return NUMBER_OTHER;
}

void
eas_contact_numbers_add (EasContactNumbers *numbers, EVCardAttribute *attribute)
{
	Number number = { attribute, eas_contact_dup_value (attribute, /* one_line */ TRUE),
			  kind_of (attribute), FALSE };

	if (number.number == NULL)
		return;

	/* vCard 4.0 has a URI here. */
	if (g_ascii_strncasecmp (number.number, "tel:", 4) == 0)
		memmove (number.number, number.number + 4, strlen (number.number + 4) + 1);
	g_array_append_val (numbers->numbers, number);
}

static gboolean
place_among (EasContactParts *parts, Number *number, guint first, guint end)
{
	const EasTag *places = kinds[number->kind].places;

	for (guint i = first; i < end && places[i] != EAS_TAG_NONE; i++) {
		if (eas_contact_parts_get (parts, places[i]) == NULL) {
			eas_contact_parts_take (parts, places[i],
						g_steal_pointer (&number->number));
			number->is_placed = TRUE;
			return TRUE;
		}
	}

	return FALSE;
}

/* Programs repeat a number to mark the preferred one: its kind is told by the other. */
static gboolean
is_said (const EasContactParts *parts, const Number *number)
{
	for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
		for (guint j = 0; j < kinds[i].n_own; j++) {
			if (g_strcmp0 (eas_contact_parts_get (parts, kinds[i].places[j]),
				       number->number) == 0)
				return TRUE;
		}
	}

	return FALSE;
}

void
eas_contact_numbers_place (EasContactNumbers *numbers, EasContactParts *parts, GPtrArray *rest)
{
	for (guint i = 0; i < numbers->numbers->len; i++) {
		Number *number = &g_array_index (numbers->numbers, Number, i);

		place_among (parts, number, 0, kinds[number->kind].n_own);
	}

	for (guint i = 0; i < numbers->numbers->len; i++) {
		Number *number = &g_array_index (numbers->numbers, Number, i);

		if (!number->is_placed &&
		    !(number->kind == NUMBER_OTHER && is_said (parts, number)) &&
		    !place_among (parts, number, kinds[number->kind].n_own, MAX_PLACES))
			g_ptr_array_add (rest, number->attribute);
	}
}

/* Instant messages. */

/* The first of a property is what we write; the first of all is meant where there is no scheme. */
static const struct {
	const char *property, *scheme;
} ims[] = {
	{ EVC_X_JABBER, "" },
	{ EVC_X_JABBER, "xmpp:" },
	{ EVC_X_JABBER, "jabber:" },
	{ EVC_X_SIP, "sip:" },
	{ EVC_X_SKYPE, "skype:" },
	{ EVC_X_AIM, "aim:" },
	{ EVC_X_ICQ, "icq:" },
	{ EVC_X_MSN, "msn:" },
	{ EVC_X_MSN, "msnim:" },
	{ EVC_X_YAHOO, "ymsgr:" },
	{ EVC_X_YAHOO, "yahoo:" },
	{ EVC_X_GADUGADU, "gg:" },
	{ EVC_X_GROUPWISE, "groupwise:" },
	{ EVC_X_GOOGLE_TALK, "gtalk:" },
	{ EVC_X_MATRIX, "matrix:" },
	{ EVC_X_TWITTER, "twitter:" },
	/* What other programs write: read only. */
	{ "IMPP", "" },
	{ "X-SKYPE-USERNAME", "skype:" },
	{ "X-GTALK", "gtalk:" },
	{ "X-GADU-GADU", "gg:" },
	{ "X-QQ", "qq:" },
	{ "X-TELEGRAM", "telegram:" },
	{ "X-KADDRESSBOOK-X-IMADDRESS", "" },
};

static gboolean
has_scheme (const char *address, const char *scheme)
{
	return g_ascii_strncasecmp (address, scheme, strlen (scheme)) == 0;
}

gboolean
eas_contact_im_knows (const char *property)
{
	for (guint i = 0; i < G_N_ELEMENTS (ims); i++) {
		if (g_ascii_strcasecmp (ims[i].property, property) == 0)
			return TRUE;
	}

	return FALSE;
}

char *
eas_contact_im_dup_address (const char *property, const char *value)
{
	for (guint i = 0; i < G_N_ELEMENTS (ims); i++) {
		if (g_ascii_strcasecmp (ims[i].property, property) != 0)
			continue;
		if (has_scheme (value, ims[i].scheme))
			return g_strdup (value);
		return g_strconcat (ims[i].scheme, value, NULL);
	}

	return g_strdup (value);
}

const char *
eas_contact_im_property (const char *address, const char **out_value)
{
	for (guint i = 0; strcmp (ims[i].property, "IMPP") != 0; i++) {
		gsize length = strlen (ims[i].scheme);

		if (length > 0 && has_scheme (address, ims[i].scheme) && address[length] != '\0') {
			*out_value = address + length;
			return ims[i].property;
		}
	}

	*out_value = address;
	return ims[0].property;
}
