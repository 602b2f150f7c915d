/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the tests of the maps share: items from XML, components from text, both as lines that can be
 * compared. */

#pragma once

#include "eas-map-event.h"
#include "eas-map-kind.h"
#include "eas-test.h"

/* Versions a mapping has to hold in. */
extern const EasVersion convert_versions[];
extern const guint convert_n_versions;

/* The class that the functions below read and write: events, unless a test says otherwise. */
void convert_use (EasClass klass);
const EasMapKind *convert_kind (void);

/* An account of me@example.com. @zone: an IANA name; NULL Europe/Berlin. */
EasMapContext convert_context (EasVersion version, const char *zone);

/* The children of ApplicationData in the XML form; prefixes c: Calendar, b: AirSyncBase, m:
 * MeetingResponse, t: Tasks, n: Notes, p: Contacts, q: Contacts2. */
EasItem *convert_item (const char *xml);

/* One line an element, sorted: "Subject=Lunch", "Body{Type=1;Data=Hi}", "Location" when empty. */
char *convert_lines (const EasItem *item);
/* "Add", "Change", "Change 20260316T090000Z", "Delete 20260316T090000Z", each with its lines
 * indented by two. */
char *convert_change_lines (GPtrArray *changes);

#define convert_assert_lines(actual, expected)                                                     \
	convert_assert_lines_at (G_STRLOC, (actual), (expected))
void convert_assert_lines_at (const char *where, const char *actual, const char *expected);
#define convert_assert_has(text, line) convert_assert_has_at (G_STRLOC, (text), (line))
void convert_assert_has_at (const char *where, const char *text, const char *line);
#define convert_assert_lacks(text, piece) convert_assert_lacks_at (G_STRLOC, (text), (piece))
void convert_assert_lacks_at (const char *where, const char *text, const char *piece);

/* Events, tasks or notes of iCalendar text without VCALENDAR around it; line ends may be LF. */
GPtrArray *convert_components (const char *ical);
/* All components as unfolded lines, LF. */
char *convert_ical (GPtrArray *components);
/* Written out and read again, as EDS's cache does it. */
GPtrArray *convert_through_text (GPtrArray *components);
/*
 * A copy with other lines in component @n: "NAME...:value" in place of all of that
 * name, "+NAME...:value" beside them, "-NAME" nothing in their place.
 */
GPtrArray *convert_edit (GPtrArray *components, guint n, const char *lines);

GPtrArray *convert_read (const EasItem *item, const EasMapContext *context);
/* Reads, edits component @n, writes; the changes as lines. */
char *convert_write_edited (const EasItem *item,
			    const EasMapContext *context,
			    guint n,
			    const char *lines);
/* The reason for which this edit is refused. */
char *
convert_refused (const EasItem *item, const EasMapContext *context, guint n, const char *lines);
/* A new event: the changes as lines. */
char *convert_write_new (const char *ical, const EasMapContext *context);

/* A plausible item of a server of that version, with anything a server may put in one. */
EasItem *convert_random_event (GRand *rand, EasVersion version);
EasItem *convert_random_task (GRand *rand, EasVersion version);
EasItem *convert_random_note (GRand *rand, EasVersion version);
/* The value of an RRULE that ActiveSync can say. @all_day: how UNTIL is written */
char *convert_random_rule (GRand *rand, gboolean all_day);

/* Writing @components over @item (with @shown, nullable, as what was shown) changes nothing. @n: of
 * which object, for the message. */
void convert_assert_untouched (const EasItem *item,
			       GPtrArray *components,
			       GPtrArray *shown,
			       const EasMapContext *context,
			       guint n);

/* The laws of a class in every version it has, over objects by chance: a slice, all with EAS_SOAK.
 */
typedef EasItem *(*ConvertRandom) (GRand *rand, EasVersion version);

void convert_law_unedited (ConvertRandom make);
void convert_law_round_trip (ConvertRandom make);
void convert_law_edits (ConvertRandom make, const char *const *edits, guint n_edits);
void convert_law_hostile (ConvertRandom make);
/* Whether this libical can write a day of @year; that of Debian 12 writes none after 3000. */
gboolean convert_libical_writes (int year);
