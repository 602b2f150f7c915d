/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EasTag: an element of the wire, as one number that carries its code page.
 *
 * A parser is a switch over EasTag: the Subject of a note can never be taken
 * for the Subject of an event. All facts come from eas-wbxml-tags.def.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An element this list does not know still is a number: its page and token. */
typedef enum {
	EAS_TAG_NONE = 0,
#define EAS_PAGE(page, ident, name)
#define EAS_TAG(page, token, ident, name, type, since, until, secrecy) EAS_##ident = (page) << 8 | (token),
#include "eas-wbxml-tags.def"
#undef EAS_PAGE
#undef EAS_TAG
	EAS_TAG_MAX = 0xffff
} EasTag;

typedef enum {
	EAS_PAGE_NONE = -1,
#define EAS_PAGE(page, ident, name) EAS_PAGE_##ident = (page),
#define EAS_TAG(page, token, ident, name, type, since, until, secrecy)
#include "eas-wbxml-tags.def"
#undef EAS_PAGE
#undef EAS_TAG
} EasPage;

typedef enum {
	EAS_TYPE_UNKNOWN,
	EAS_TYPE_CONTAINER,
	EAS_TYPE_STRING,
	EAS_TYPE_INT,
	EAS_TYPE_BOOLEAN,
	EAS_TYPE_DATETIME, /* 2026-11-21T09:30:00.000Z */
	EAS_TYPE_COMPACT,  /* 20261121T093000Z */
	EAS_TYPE_BASE64,
	EAS_TYPE_OPAQUE,
	EAS_TYPE_DOUBLE,
	EAS_TYPE_EMPTY
} EasType;

typedef enum {
	EAS_SECRECY_OPEN,    /* may be logged */
	EAS_SECRECY_CONTENT, /* logged only with EAS_DEBUG=content */
	EAS_SECRECY_SECRET   /* never logged */
} EasSecrecy;

#define EAS_TAG_PAGE(tag)  (((guint) (tag)) >> 8)
#define EAS_TAG_TOKEN(tag) (((guint) (tag)) & 0xff)
#define EAS_TAG_MAKE(page, token) ((EasTag) (((guint) (page)) << 8 | (guint) (token)))

gboolean    eas_tag_is_known      (EasTag tag);
const char *eas_tag_get_name      (EasTag tag); /* NULL for an unknown one */
EasType     eas_tag_get_type      (EasTag tag);
guint       eas_tag_get_since     (EasTag tag); /* 141 for 14.1; 0 never listed */
guint       eas_tag_get_until     (EasTag tag); /* 999: still valid */
EasSecrecy  eas_tag_get_secrecy   (EasTag tag); /* unknown elements are CONTENT */
EasTag      eas_tag_from_name     (const char *page_name, const char *name); /* EAS_TAG_NONE */
const char *eas_page_get_name     (guint page); /* "AirSync"; NULL for an unknown one */
int         eas_page_from_name    (const char *page_name); /* EAS_PAGE_NONE */
gboolean    eas_tag_valid_in      (EasTag tag, guint version);

G_END_DECLS
