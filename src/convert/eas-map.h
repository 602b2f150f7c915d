/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Declarative maps between an EasItem and an object of the desktop. A class is a
 * table; a row says which element is which property and which codec carries the
 * value, both ways. What the table does not say cannot be sent.
 *
 * Writing goes over *forms*. The form of an object is the item we would send for
 * it if it were new. What was shown and what it was edited to are both put into
 * form; only where these differ did the person change something, so a mapping
 * that loses detail never looks like an edit. The rest stays as the server has it.
 */

#pragma once

#include "eas-error.h"
#include "eas-item.h"
#include "eas-version.h"

#include <libical-glib/libical-glib.h>

G_BEGIN_DECLS

/* A zone that is not one of the built-in ones, by its TZID. (transfer none), NULL when unknown. */
typedef ICalTimezone *(*EasMapFindZone) (const char *tzid, gpointer user_data);

/* Files beside an item, by a key of 40 hexadecimal digits: those of the server, as far as they were
 * fetched, and those the person attached. */
typedef struct {
	/* (transfer full); NULL: not here */
	char *(*dup_uri) (const char *key, const char *name, gpointer user_data);
	/* (transfer full); NULL: none of ours, but a link to somewhere */
	char *(*dup_key) (const char *uri, gpointer user_data);
	/* (transfer full); NULL with @error, for people */
	GBytes *(*load) (const char *uri, gpointer user_data, GError **error);
	gpointer user_data;
} EasMapFiles;

/* All that a conversion may know beside the item. Lent for the length of a call. */
typedef struct {
	EasVersion version;
	ICalTimezone *default_zone; /* the person's own; NULL: UTC */
	GTimeZone *local_zone;      /* the same for contacts, which need no libical; NULL: UTC */
	const char *const
		*addresses; /* the account's own, from the server, primary first; NULL: unknown */
	EasMapFindZone find_zone; /* NULL: built-in zones only */
	gpointer find_zone_data;
	const EasMapFiles *files; /* NULL: attachments are neither shown nor sent */
} EasMapContext;

gboolean eas_map_context_is_me (const EasMapContext *context, const char *address);

typedef enum {
	EAS_MAP_READ = 1 << 0,
	EAS_MAP_WRITE = 1 << 1,
	EAS_MAP_BOTH = EAS_MAP_READ | EAS_MAP_WRITE,
	EAS_MAP_INSTANCE = 1 << 2, /* may also stand in an exception */
	EAS_MAP_INVITEE = 1 << 3,  /* who was invited may change it */
	EAS_MAP_OURS = 1 << 4,     /* a Change without it removes it: named in Supported */
	EAS_MAP_KEEP = 1 << 5,     /* written once, then the server's value stays */
	EAS_MAP_QUIET = 1 << 6,    /* travels with other changes, is none by itself */
	EAS_MAP_ADD_ONLY = 1 << 7, /* only in an Add */
	EAS_MAP_STAYS = 1 << 8, /* absent it stays in every version; an empty element removes it */
	EAS_MAP_DEMANDED = 1 << 9, /* no Change may lack it: ours where the server has none */
	EAS_MAP_CARRY = 1 << 10 /* no property, but a whole item carries the server's value back */
} EasMapHow;

typedef struct _EasMapRow EasMapRow;

typedef struct {
	const EasMapContext *context;
	const EasItem *item;
	EasItemSlot parent;  /* an exception, which inherits from the root; or the root */
	gpointer object;     /* icalcomponent for calendar classes: lent, added to */
	gconstpointer facts; /* what the class found out before the rows */
} EasMapReading;

typedef struct {
	const EasMapContext *context;
	gpointer object;
	gconstpointer facts;
	EasItemBuilder *builder;
	GError *error; /* the first refusal; sticky */
} EasMapWriting;

/* One element that was changed, to be written from the three sides. */
typedef struct {
	const EasMapContext *context;
	const EasItem *baseline;   /* as the server has it; NULL: nothing there */
	EasItemSlot baseline_slot; /* NONE: absent */
	const EasItem *shown;      /* form of what was shown; NULL: nothing was */
	const EasItem *edited;     /* form of what it is to be */
	EasItemBuilder *builder;
	GError *error; /* sticky */
} EasMapMerging;

typedef struct {
	void (*read) (const EasMapRow *row,
		      const EasMapReading *reading,
		      EasItemSlot slot); /* @slot has text or children */
	void (*write) (const EasMapRow *row, EasMapWriting *writing);
	void (*merge) (const EasMapRow *row,
		       EasMapMerging *merging); /* NULL: the edited form, or an empty element */
} EasMapCodec;

struct _EasMapRow {
	EasTag tag;
	EasVersionRange versions;
	guint how; /* EasMapHow; 0: not mapped, see reason */
	int property;
	const EasMapCodec *codec;
	gconstpointer argument;
	const EasTag *group; /* EAS_TAG_NONE-terminated: elements inside that this row handles too;
				NULL */
	const char *reason;  /* why it is not mapped, or where it is */
};

/* An element that no property says, and why that is right. */
#define EAS_MAP_IGNORE(ignored_tag, why)                                                           \
	{                                                                                          \
		.tag = (ignored_tag), .versions = EAS_ANY, .reason = (why)                         \
	}
/* An element that makes more than a property, with all inside it; @where is the file. */
#define EAS_MAP_BY_HAND(by_hand_tag, flags, inside, where)                                         \
	{                                                                                          \
		.tag = (by_hand_tag), .versions = EAS_ANY, .how = (flags), .group = (inside),      \
		.reason = (where)                                                                  \
	}

/* An element that no property says, and that a whole item would take away if it were not sent back.
 */
#define EAS_MAP_CARRIED(carried_tag, why)                                                          \
	{                                                                                          \
		.tag = (carried_tag), .versions = EAS_ANY, .how = EAS_MAP_CARRY, .reason = (why)   \
	}

typedef struct {
	const char *name;
	const EasMapRow *rows;
	guint n_rows;
	const EasPage *pages; /* each of their elements has to be claimed */
	guint n_pages;
	/* In these a Supported list names what is OURS; what is not in it stays when it is absent.
	 * The empty range: never. */
	EasVersionRange listed;
} EasMapTable;

gboolean
eas_map_row_applies (const EasMapRow *row, guint how, EasVersion version); /* all bits of @how */

/* The row that writes an element in a version; NULL: nothing of ours. */
const EasMapRow *eas_map_writing_row (const EasMapTable *table, EasTag tag, EasVersion version);

/* Runs the rows that have all bits of @how; reading does not ask for the version. */
void eas_map_read (const EasMapTable *table, guint how, const EasMapReading *reading);
void eas_map_write (const EasMapTable *table, guint how, EasMapWriting *writing);

/* The element as an exception has it: its own, else the item's. */
EasItemSlot eas_map_inherited (const EasItem *item, EasItemSlot parent, EasTag tag);

/* Do two forms say something different in this element? Either may be NULL: says nothing. */
gboolean eas_map_differs (const EasItem *a, const EasItem *b, EasTag tag);
/* The edited element, through the row's merge. */
void eas_map_merge (const EasMapRow *row, EasMapMerging *merging);

/* The same where the person changed it, and it is not already so on the server. Fills the sides of
 * @merging. */
gboolean eas_map_merge_changed (const EasMapRow *row,
				const EasItem *base,
				const EasItem *shown,
				const EasItem *edited,
				EasMapMerging *merging);

/* All children of an element, as they are. */
void eas_map_copy_children (const EasItem *item, EasItemSlot parent, EasItemBuilder *builder);

/* Rows named in Supported for a version; EAS_TAG_NONE-terminated (transfer none). NULL: send none.
 */
const EasTag *eas_map_supported (const EasMapTable *table, EasVersion version);

/* Everything the table promises, as a test; a line for each fault. */
gboolean eas_map_table_check (const EasMapTable *table, GString *faults);

G_END_DECLS
