/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Times of events, both ways. All-day rules: pitfall 11; zones: pitfall 12. */

#include "eas-map-times.h"
#include "eas-datetime.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#define DAY ((gint64) 24 * 60 * 60)

static gint64
floor_day (gint64 seconds)
{
	gint64 rest = seconds % DAY;

	return seconds - (rest < 0 ? rest + DAY : rest);
}

static int
year_of (gint64 utc)
{
	int year, ignored;

	eas_datetime_to_civil (utc, &year, &ignored, &ignored, &ignored, &ignored, &ignored);
	return year;
}

static struct icaltimetype
ical_from_civil (gint64 seconds, icaltimezone *zone)
{
	struct icaltimetype time = icaltime_null_time ();

	eas_datetime_to_civil (seconds, &time.year, &time.month, &time.day, &time.hour,
			       &time.minute, &time.second);
	time.zone = zone;

	return time;
}

static gint64
zone_offset (icaltimezone *zone, gint64 utc)
{
	icaltimezone *utc_zone = icaltimezone_get_utc_timezone ();
	struct icaltimetype time;

	if (zone == utc_zone)
		return 0;

	time = ical_from_civil (utc, utc_zone);
	return icaltimezone_get_utc_offset_of_utc_time (zone, &time, NULL);
}

/* Reading the item. */

/*
 * Decided by the value, not by whether there is a zone: Exchange 14.1 echoes date
 * shaped all-day events without one (pitfall 11). A daylight change can put a
 * midnight an hour off: the nearest one is meant.
 */
static gint64
date_of_wire (const EasEventTimes *times, gint64 utc)
{
	gint64 local;

	if (eas_datetime_is_midnight (utc))
		return utc;

	local = utc + (times->stated
			       ? (gint64) eas_timezone_offset_at_utc (&times->structure, utc) * 60
			       : zone_offset (times->zone, utc));
	return floor_day (local + DAY / 2);
}

gint64
eas_event_times_from_wire (const EasEventTimes *times, gint64 utc)
{
	return times->all_day ? date_of_wire (times, utc) : utc;
}

gint64
eas_event_times_to_wire (const EasEventTimes *times, gint64 moment)
{
	if (!times->all_day || !times->shifted)
		return moment;
	if (times->stated)
		return moment -
		       (gint64) eas_timezone_offset_at_local (&times->structure, moment) * 60;

	return eas_event_times_from_local (times, ical_from_civil (moment, NULL));
}

static void
read_zone (EasEventTimes *times, const EasItem *item, gint64 start)
{
	const char *base64 = eas_item_get_text (item, EAS_CALENDAR_TIMEZONE);
	icaltimezone *zone = NULL;

	if (base64 != NULL && *base64 != '\0')
		zone = eas_map_zone_read (times->context, base64, year_of (start),
					  &times->structure, &times->stated);

	times->zone = zone != NULL ? zone : eas_map_zone_default (times->context);
}

static void
mend_end (EasEventTimes *times)
{
	if (times->all_day && times->end <= times->start)
		times->end = times->start + DAY;
	if (times->end < times->start)
		times->end = times->start;
}

/* libical writes no year after 3000: it would be a component without a date. */
static gboolean
can_be_written (const EasEventTimes *times, gint64 moment)
{
	return icaltime_is_valid_time (eas_event_times_to_ical (times, moment));
}

static void
set_too_far (GError **error)
{
	eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0,
		       _ ("The event is too far in the future to be shown"));
}

gboolean
eas_event_times_read (EasEventTimes *out,
		      const EasItem *item,
		      const EasMapContext *context,
		      GError **error)
{
	EasEventTimes times = { .context = context };
	gint64 start, end;

	if (!eas_item_get_time (item, EAS_CALENDAR_START_TIME, &start)) {
		eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0,
			       _ ("The event has no start"));
		return FALSE;
	}
	if (!eas_item_get_time (item, EAS_CALENDAR_END_TIME, &end))
		end = start;

	times.all_day = eas_item_get_flag (item, EAS_CALENDAR_ALL_DAY_EVENT, FALSE);
	read_zone (&times, item, start);
	times.shifted = times.all_day && !eas_datetime_is_midnight (start);
	times.start = eas_event_times_from_wire (&times, start);
	times.end = eas_event_times_from_wire (&times, end);
	if (!can_be_written (&times, times.end))
		times.end = times.start;
	mend_end (&times);
	if (!can_be_written (&times, times.start)) {
		set_too_far (error);
		return FALSE;
	}

	*out = times;
	return TRUE;
}

static gboolean
child_time (const EasItem *item, EasItemSlot parent, EasTag tag, gint64 *out)
{
	EasItemSlot slot = eas_item_child (item, parent, tag);

	return slot != EAS_ITEM_NONE && eas_item_time (item, slot, out);
}

void
eas_event_times_read_exception (EasEventTimes *out,
				const EasItem *item,
				EasItemSlot exception,
				const EasEventTimes *master,
				gint64 original)
{
	EasEventTimes times = *master;
	EasItemSlot flag = eas_item_child (item, exception, EAS_CALENDAR_ALL_DAY_EVENT);
	gint64 utc;

	if (flag != EAS_ITEM_NONE)
		eas_item_flag (item, flag, &times.all_day);

	times.start = original;
	times.end = original + (master->end - master->start);
	if (child_time (item, exception, EAS_CALENDAR_START_TIME, &utc)) {
		times.shifted = times.all_day && !eas_datetime_is_midnight (utc);
		times.start = eas_event_times_from_wire (&times, utc);
		times.end = times.start + (master->end - master->start);
	}
	if (child_time (item, exception, EAS_CALENDAR_END_TIME, &utc))
		times.end = eas_event_times_from_wire (&times, utc);
	/* As if it said nothing of it: the occurrence is shown where the rule has it. */
	if (!can_be_written (&times, times.start))
		times.start = original;
	if (!can_be_written (&times, times.end))
		times.end = times.start;
	mend_end (&times);

	*out = times;
}

/* Properties. */

struct icaltimetype
eas_event_times_to_ical (const EasEventTimes *times, gint64 moment)
{
	struct icaltimetype time;

	if (times->all_day) {
		time = ical_from_civil (moment, NULL);
		time.is_date = 1;
		return time;
	}

	return ical_from_civil (moment + zone_offset (times->zone, moment), times->zone);
}

/*
 * A built-in zone by its place alone, as other clients and servers write it. libical's
 * own name for it ("/freeassociation.sourceforge.net/" and the place) means the same
 * to everybody, but EDS goes through the names of all zones to find that out, several
 * times for each event that it stores.
 */
static const char *
tzid_of (icaltimezone *zone)
{
	const char *tzid = icaltimezone_get_tzid (zone);
	const char *location = icaltimezone_get_location (zone);

	if (tzid != NULL && tzid[0] == '/' && location != NULL && *location != '\0' &&
	    g_str_has_suffix (tzid, location))
		return location;

	return tzid;
}

void
eas_event_times_add (const EasEventTimes *times,
		     icalcomponent *component,
		     icalproperty_kind kind,
		     gint64 moment)
{
	struct icaltimetype time = eas_event_times_to_ical (times, moment);
	icalproperty *property = icalproperty_new (kind);

	icalproperty_set_value (property, time.is_date ? icalvalue_new_date (time)
						       : icalvalue_new_datetime (time));
	if (time.is_date)
		icalproperty_add_parameter (property, icalparameter_new_value (ICAL_VALUE_DATE));
	else if (times->zone != icaltimezone_get_utc_timezone ())
		icalproperty_add_parameter (property,
					    icalparameter_new_tzid (tzid_of (times->zone)));

	icalcomponent_add_property (component, property);
}

gint64
eas_event_times_from_local (const EasEventTimes *times, struct icaltimetype local)
{
	local.is_date = 0;
	local.zone = NULL;

	return (gint64) icaltime_as_timet_with_zone (local, times->zone);
}

static icaltimezone *
zone_of_property (const EasMapContext *context, icalproperty *property, struct icaltimetype time)
{
	icalparameter *parameter;
	icaltimezone *zone = NULL;

	if (icaltime_is_utc (time))
		return icaltimezone_get_utc_timezone ();

	parameter = icalproperty_get_first_parameter (property, ICAL_TZID_PARAMETER);
	if (parameter != NULL)
		zone = eas_map_zone_find (context, icalparameter_get_tzid (parameter));

	return zone != NULL ? zone : eas_map_zone_default (context);
}

gboolean
eas_map_is_day (struct icaltimetype time)
{
	return time.month >= 1 && time.month <= 12 && time.day >= 1 &&
	       time.day <= icaltime_days_in_month (time.month, time.year);
}

static struct icaltimetype
null_unless_a_day (struct icaltimetype time)
{
	return eas_map_is_day (time) ? time : icaltime_null_time ();
}

static struct icaltimetype
time_of_property (icalproperty *property)
{
	icalvalue *value = icalproperty_get_value (property);

	switch (value != NULL ? icalvalue_isa (value) : ICAL_NO_VALUE) {
	case ICAL_DATE_VALUE:
		return null_unless_a_day (icalvalue_get_date (value));
	case ICAL_DATETIME_VALUE:
		return null_unless_a_day (icalvalue_get_datetime (value));
	default:
		return icaltime_null_time ();
	}
}

static gint64
date_of_ical (struct icaltimetype time)
{
	return eas_datetime_from_civil (time.year, time.month, time.day, 0, 0, 0);
}

gboolean
eas_event_times_from_property (const EasEventTimes *times,
			       icalproperty *property,
			       gint64 *out_moment)
{
	struct icaltimetype time = time_of_property (property);

	if (icaltime_is_null_time (time))
		return FALSE;

	if (times->all_day) {
		*out_moment = date_of_ical (time);
	} else if (time.is_date) {
		/* A date names the occurrence of that day. */
		struct icaltimetype start = eas_event_times_to_ical (times, times->start);

		time.hour = start.hour;
		time.minute = start.minute;
		time.second = start.second;
		*out_moment = eas_event_times_from_local (times, time);
	} else {
		icaltimezone *zone = zone_of_property (times->context, property, time);

		time.zone = NULL;
		*out_moment = (gint64) icaltime_as_timet_with_zone (time, zone);
	}

	return TRUE;
}

/* Pitfall 16: DURATION in place of DTEND, or neither of them. */
static gint64
end_of_component (const EasEventTimes *times, icalcomponent *component)
{
	icalproperty *property = icalcomponent_get_first_property (component, ICAL_DTEND_PROPERTY);
	gint64 moment;

	if (property != NULL && eas_event_times_from_property (times, property, &moment))
		return moment;

	property = icalcomponent_get_first_property (component, ICAL_DURATION_PROPERTY);
	if (property != NULL) {
		struct icaldurationtype duration = icalproperty_get_duration (property);
		gint64 seconds = icaldurationtype_as_int (duration);

		return times->start + (times->all_day ? (seconds + DAY - 1) / DAY * DAY : seconds);
	}

	return times->start;
}

gboolean
eas_event_times_write (EasEventTimes *out,
		       icalcomponent *component,
		       const EasMapContext *context,
		       GError **error)
{
	icalproperty *property =
		icalcomponent_get_first_property (component, ICAL_DTSTART_PROPERTY);
	EasEventTimes times = { .context = context };
	struct icaltimetype start =
		property != NULL ? time_of_property (property) : icaltime_null_time ();

	if (icaltime_is_null_time (start)) {
		eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0,
			       _ ("The event has no start"));
		return FALSE;
	}

	times.all_day = start.is_date;
	times.zone = times.all_day ? eas_map_zone_default (context)
				   : zone_of_property (context, property, start);
	eas_event_times_from_property (&times, property, &times.start);
	times.end = end_of_component (&times, component);
	mend_end (&times);
	/* It would come back from the server as one that cannot be shown. */
	if (!can_be_written (&times, times.start) || !can_be_written (&times, times.end)) {
		set_too_far (error);
		return FALSE;
	}

	*out = times;
	return TRUE;
}
