/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Codecs any calendar class can use, and the care libical needs: it writes what
 * it is given, so a line feed in an address would begin a new property, and an
 * empty value does not survive the way through text.
 */

#pragma once

#include "eas-map.h"

#include <libical/ical.h>

G_BEGIN_DECLS

extern const EasMapCodec eas_codec_text;  /* one line */
extern const EasMapCodec eas_codec_class; /* Sensitivity <-> CLASS; argument: the wire's default */
extern const EasMapCodec
	eas_codec_categories; /* container of the tag that is the argument: EAS_MAP_TAG() */
extern const EasMapCodec eas_codec_x_flag; /* "1" <-> X-property of the name in the argument */
extern const EasMapCodec eas_codec_x_text; /* read only */

#define EAS_MAP_TAG(tag) GUINT_TO_POINTER (tag)

/*
 * Text as iCalendar may hold it: line feeds (or spaces when @one_line), no other
 * control characters. Returns @text itself when there is nothing to do; else
 * @scratch, which the caller frees.
 */
const char *eas_map_clean_text (const char *text, gboolean one_line, char **scratch);
/* The name of a category as programs can show it that part lists at commas; the merge of
 * eas_codec_categories puts it right again. */
char *eas_map_shown_category (const char *name);
char *eas_map_category_of_shown (const char *shown); /* where nothing says how it was */
/* Text as the wire wants it: valid, trimmed, line ends CRLF. NULL when nothing is left. */
char *eas_map_wire_text (const char *text, gboolean one_line);

/* Apple puts an alarm with ACTION:NONE and a moment in 1976 into events that must not ring. */
gboolean eas_map_alarm_rings (icalcomponent *alarm);
/* Adds a property with a text value; nothing when empty. @text is clean. */
void eas_map_add_text (icalcomponent *component, icalproperty_kind kind, const char *text);
void eas_map_add_x (icalcomponent *component, const char *name, const char *text);
/* Lent; NULL when absent or empty. */
const char *eas_map_get_text (icalcomponent *component, icalproperty_kind kind);
const char *eas_map_get_x (icalcomponent *component, const char *name);

G_END_DECLS
