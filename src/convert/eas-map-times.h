/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * When an event is: what StartTime, EndTime, AllDayEvent and Timezone say
 * together, and what DTSTART, DTEND and DURATION say together.
 *
 * Source: [MS-ASCAL] 2.2.2.1 AllDayEvent, 2.2.2.42 StartTime, 2.2.2.20 EndTime, 2.2.2.45 Timezone.
 */

#pragma once

#include "eas-map-zone.h"

G_BEGIN_DECLS

/*
 * A moment of an event is one number: a timed event's moment is a UTC instant,
 * an all-day event's is its date at 00:00 UTC.
 */
typedef struct {
	const EasMapContext *context;
	gboolean all_day;
	gint64 start;
	gint64 end;            /* exclusive */
	icaltimezone *zone;    /* in which a timed event is shown and written; never NULL */
	EasTimezone structure; /* as the wire had it, where it is stated */
	gboolean stated;
	gboolean shifted; /* all-day, and the wire's midnights are those of a zone, not of UTC */
} EasEventTimes;

/* @parent: an exception or EAS_ITEM_ROOT. FALSE when there is no start at all. */
gboolean eas_event_times_read (EasEventTimes *out,
			       const EasItem *item,
			       const EasMapContext *context,
			       GError **error);
/* An exception of an event whose own times are @master; @original: where the occurrence would be.
 */
void eas_event_times_read_exception (EasEventTimes *out,
				     const EasItem *item,
				     EasItemSlot exception,
				     const EasEventTimes *master,
				     gint64 original);

gboolean eas_event_times_write (EasEventTimes *out,
				icalcomponent *component,
				const EasMapContext *context,
				GError **error);

/* A moment from a wire value, and back in the shape the item uses. */
gint64 eas_event_times_from_wire (const EasEventTimes *times, gint64 utc);
gint64 eas_event_times_to_wire (const EasEventTimes *times, gint64 moment);

/* A moment as the value of a property, which gets the TZID it needs. (transfer full) */
struct icaltimetype eas_event_times_to_ical (const EasEventTimes *times, gint64 moment);
void eas_event_times_add (const EasEventTimes *times,
			  icalcomponent *component,
			  icalproperty_kind kind,
			  gint64 moment);
/* Is it in the calendar? libical reads digits as they come, and makes of a thirteenth month another
 * year's first. */
gboolean eas_map_is_day (struct icaltimetype time);

/* What a time-valued property of another component of the same event means here. FALSE: no time in
 * it. */
gboolean eas_event_times_from_property (const EasEventTimes *times,
					icalproperty *property,
					gint64 *out_moment);

/* A local time in the event's zone. */
gint64 eas_event_times_from_local (const EasEventTimes *times, struct icaltimetype local);

G_END_DECLS
