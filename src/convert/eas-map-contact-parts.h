/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A contact taken apart, between the item and the vCard. The rows of the table
 * carry each element to its part and back; the vCard's side, where one property
 * holds several parts and several properties compete for few elements, is in
 * eas-map-contact-show.c and eas-map-contact-take.c.
 */

#pragma once

#include "eas-map.h"

#include <libebook-contacts/libebook-contacts.h>

G_BEGIN_DECLS

/* What a row's element is in a vCard: the row's argument. */
typedef enum {
	EAS_CONTACT_LINE,  /* a property of its own */
	EAS_CONTACT_FIELD, /* one of several values of a property */
	EAS_CONTACT_PHONE,
	EAS_CONTACT_EMAIL,
	EAS_CONTACT_IM,
	EAS_CONTACT_DAY,
	EAS_CONTACT_SET, /* several names */
	EAS_CONTACT_PHOTO,
	EAS_CONTACT_TEXT
} EasContactKind;

typedef struct {
	EasContactKind kind;
	const char *property; /* of the vCard */
	const char *type;     /* its TYPE; NULL none */
	const char *type2;
	guint field; /* of EAS_CONTACT_FIELD, from 0 */
} EasContactPlace;

typedef struct {
	int year; /* 0: none */
	int month, day;
} EasContactDay;

#define EAS_CONTACT_N_TEXTS 0x80

/* All text without control characters, line feeds alone where there may be several lines. */
typedef struct {
	const char *texts[EAS_CONTACT_N_TEXTS]; /* lent from the item or kept; NULL: nothing */
	char *full_name;                        /* FN: on no wire */
	EasContactDay birthday, anniversary;
	GPtrArray *categories, *children; /* (element-type utf8); NULL: none */
	char *picture;                    /* base64 without white space; NULL: none */
	GPtrArray *kept;                  /* what texts are lent from */
} EasContactParts;

EasContactParts *eas_contact_parts_new (void);
void eas_contact_parts_free (EasContactParts *parts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasContactParts, eas_contact_parts_free)

/* NULL when there is nothing. */
const char *eas_contact_parts_get (const EasContactParts *parts, EasTag tag);
void eas_contact_parts_lend (EasContactParts *parts, EasTag tag, const char *text);
void eas_contact_parts_take (EasContactParts *parts, EasTag tag, char *take_text);
/* Cleaned and trimmed; FALSE when nothing is left of it. */
gboolean
eas_contact_parts_put (EasContactParts *parts, EasTag tag, const char *text, gboolean one_line);
GPtrArray *eas_contact_parts_set_of (EasContactParts *parts, EasTag tag); /* made when needed */
EasContactDay *eas_contact_parts_day (EasContactParts *parts, EasTag tag);
gboolean eas_contact_parts_has_name (const EasContactParts *parts);

/* Names made of others; NULL when there is none. */
char *eas_contact_dup_full_name (const EasContactParts *parts);
char *eas_contact_dup_file_as (const EasContactParts *parts);
/* @full_name as EDS's splitter can bear it, which reads beside the name where white space stands
 * before a comma, or two commas together: one space between words, a comma right after one. (transfer
 * full) */
char *eas_contact_dup_splittable (const char *full_name);
/* From a full name alone, and the name to file under where there is none. */
void eas_contact_complete_names (EasContactParts *parts);
/*
 * What an edit of one name means for the others. Programs that know only the full
 * name change that alone; few think of the name to file under.
 * @full_name_counts: @shown is what the person saw, so that another full name is one that was typed
 */
void eas_contact_settle_names (EasContactParts *edited,
			       const EasContactParts *shown,
			       gboolean full_name_counts);

/* The table and what its rows have for arguments. */
extern const EasMapTable eas_contact_table;

extern const EasMapCodec eas_contact_codec_line;
extern const EasMapCodec eas_contact_codec_lines; /* of several lines */
extern const EasMapCodec eas_contact_codec_email;
extern const EasMapCodec eas_contact_codec_day;
extern const EasMapCodec eas_contact_codec_names;
extern const EasMapCodec eas_contact_codec_picture;
extern const EasMapCodec eas_contact_codec_note;

static inline const EasContactPlace *
eas_contact_place (const EasMapRow *row)
{
	return row->codec != NULL ? row->argument : NULL;
}

/* The vCard's side. */
EContact *eas_contact_show (const EasContactParts *parts, const char *uid);
/* NULL with EAS_ERROR_ITEM_REJECTED when the contact is what no element can say. */
EasContactParts *eas_contact_take (EContact *contact, GError **error);
/* What has no element: properties as lines below the note (eas-map-contact-rest.c). */
gboolean eas_contact_rest_is_kept (const char *property);
char *eas_contact_rest_append (const char *note, GPtrArray *attributes); /* NULL: nothing at all */
/* (element-type EVCardAttribute); NULL: none. @out_note: what is above them, NULL nothing. */
GPtrArray *eas_contact_rest_split (const char *note, char **out_note);

/* Numbers compete for few elements (eas-map-contact-numbers.c). What finds none is put into @rest.
 */
typedef struct _EasContactNumbers EasContactNumbers;

EasContactNumbers *eas_contact_numbers_new (void);
void eas_contact_numbers_free (EasContactNumbers *numbers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasContactNumbers, eas_contact_numbers_free)
void eas_contact_numbers_add (EasContactNumbers *numbers, EVCardAttribute *attribute);
void
eas_contact_numbers_place (EasContactNumbers *numbers, EasContactParts *parts, GPtrArray *rest);

/* Addresses of instant messages: the scheme says which property it is. */
gboolean eas_contact_im_knows (const char *property);
char *eas_contact_im_dup_address (const char *property, const char *value);
const char *eas_contact_im_property (const char *address, const char **out_value);

/* The values of a property as one text, cleaned; NULL when there is none. */
char *eas_contact_dup_value (EVCardAttribute *attribute, gboolean one_line);

/* @address of a mailbox in any of its forms. */
char *eas_contact_dup_address (const char *mailbox);

/* A picture as the wire may have it: at most 48 KiB of base64. Does nothing to one that is. */
gboolean eas_contact_fit_picture (char **base64, GError **error);

G_END_DECLS
