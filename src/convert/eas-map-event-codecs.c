/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-map-event-codecs.h"
#include "eas-map-attendees.h"
#include "eas-map-codecs.h"
#include "eas-map-rrule.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#define BUSY_STATUS_X "X-MICROSOFT-CDO-BUSYSTATUS"

/* Identity. */

/* Read by hand, since an item may carry none. */
static void
uid_write (const EasMapRow *row, EasMapWriting *writing)
{
	g_autofree char *wire = eas_map_wire_text (
		eas_map_get_text (writing->object, ICAL_UID_PROPERTY), /* one_line */ TRUE);

	eas_item_builder_text (writing->builder, row->tag, wire);
}

const EasMapCodec eas_event_codec_uid = { NULL, uid_write, NULL };

static void
stamp_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	EasEventTimes in_utc = { .zone = icaltimezone_get_utc_timezone () };
	gint64 utc;

	if (!eas_item_time (reading->item, slot, &utc))
		return;

	eas_event_times_add (&in_utc, reading->object, ICAL_DTSTAMP_PROPERTY, utc);
	if (reading->parent == EAS_ITEM_ROOT)
		eas_event_times_add (&in_utc, reading->object, ICAL_LASTMODIFIED_PROPERTY, utc);
}

/* Some servers refuse an event without it; there is no clock here, so the start must do where
 * nothing is said. */
static void
stamp_write (const EasMapRow *row, EasMapWriting *writing)
{
	static const icalproperty_kind kinds[] = { ICAL_LASTMODIFIED_PROPERTY,
						   ICAL_DTSTAMP_PROPERTY, ICAL_DTSTART_PROPERTY };
	EasEventTimes times = *(const EasEventTimes *) writing->facts;

	times.all_day = FALSE;
	for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
		icalproperty *property =
			icalcomponent_get_first_property (writing->object, kinds[i]);
		gint64 utc;

		if (property != NULL && eas_event_times_from_property (&times, property, &utc)) {
			eas_item_builder_time (writing->builder, row->tag, utc);
			return;
		}
	}
}

const EasMapCodec eas_event_codec_stamp = { stamp_read, stamp_write, NULL };

/* Pitfall 17: what Exchange puts before the title of a cancelled meeting, by the language of the
 * organizer. */
static const char *const cancelled_prefixes[] = {
	"Canceled:",  "Cancelled:", "Abgesagt:",  "Annulé :",     "Annulé\302\240:", "Annulé:",
	"Cancelado:", "Cancelada:", "Annullato:", "Geannuleerd:", "Aflyst:",         "Avlyst:",
	"Inställt:",  "Peruttu:",   "Odwołano:",  "Zrušeno:",
};

static const char *
skip_cancelled_prefix (const char *title)
{
	for (guint i = 0; i < G_N_ELEMENTS (cancelled_prefixes); i++) {
		if (g_str_has_prefix (title, cancelled_prefixes[i])) {
			title += strlen (cancelled_prefixes[i]);
			while (*title == ' ')
				title++;
			break;
		}
	}

	return title;
}

static void
title_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	const char *title = eas_item_text (reading->item, slot);
	g_autofree char *scratch = NULL;

	if (title != NULL &&
	    (eas_meeting_status (reading->item, reading->parent) & EAS_MEETING_CANCELLED) != 0)
		title = skip_cancelled_prefix (title);
	eas_map_add_text (reading->object, ICAL_SUMMARY_PROPERTY,
			  eas_map_clean_text (title, /* one_line */ TRUE, &scratch));
}

static void
title_write (const EasMapRow *row, EasMapWriting *writing)
{
	eas_codec_text.write (row, writing);
}

const EasMapCodec eas_event_codec_title = { title_read, title_write, NULL };

/* Times: read by hand, since an event has them whatever becomes of its elements. */

static void
start_write (const EasMapRow *row, EasMapWriting *writing)
{
	const EasEventTimes *times = writing->facts;

	eas_item_builder_time (writing->builder, row->tag,
			       eas_event_times_to_wire (times, times->start));
}

const EasMapCodec eas_event_codec_start = { NULL, start_write, NULL };

static void
end_write (const EasMapRow *row, EasMapWriting *writing)
{
	const EasEventTimes *times = writing->facts;

	eas_item_builder_time (writing->builder, row->tag,
			       eas_event_times_to_wire (times, times->end));
}

const EasMapCodec eas_event_codec_end = { NULL, end_write, NULL };

static void
all_day_write (const EasMapRow *row, EasMapWriting *writing)
{
	const EasEventTimes *times = writing->facts;

	eas_item_builder_flag (writing->builder, row->tag, times->all_day);
}

const EasMapCodec eas_event_codec_all_day = { NULL, all_day_write, NULL };

/*
 * Below 16.0 an all-day event is written at the midnights of UTC with a structure
 * of zeros: servers that apply the zone and servers that take the digits then
 * read the same day (pitfall 11). From 16.0 it has no zone at all.
 */
static void
zone_write (const EasMapRow *row, EasMapWriting *writing)
{
	const EasEventTimes *times = writing->facts;
	g_autofree char *base64 = NULL;

	if (!times->all_day) {
		base64 = eas_map_zone_write (times->zone, times->start);
	} else if (writing->context->version < EAS_VERSION_16_0) {
		EasTimezone zeros = { 0 };

		base64 = eas_timezone_write (&zeros);
	}
	eas_item_builder_text (writing->builder, row->tag, base64);
}

const EasMapCodec eas_event_codec_zone = { NULL, zone_write, NULL };

/* The place, from 16.0: a name, an address, coordinates. */

const EasTag eas_event_place_group[] = {
	EAS_AIRSYNCBASE_ANNOTATION,
	EAS_AIRSYNCBASE_STREET,
	EAS_AIRSYNCBASE_CITY,
	EAS_AIRSYNCBASE_STATE,
	EAS_AIRSYNCBASE_COUNTRY,
	EAS_AIRSYNCBASE_POSTAL_CODE,
	EAS_AIRSYNCBASE_LATITUDE,
	EAS_AIRSYNCBASE_LONGITUDE,
	EAS_AIRSYNCBASE_ACCURACY,
	EAS_AIRSYNCBASE_ALTITUDE,
	EAS_AIRSYNCBASE_ALTITUDE_ACCURACY,
	EAS_AIRSYNCBASE_LOCATION_URI,
	EAS_TAG_NONE,
};

static const char *
child_text (const EasItem *item, EasItemSlot parent, EasTag tag)
{
	EasItemSlot slot =
		parent != EAS_ITEM_NONE ? eas_item_child (item, parent, tag) : EAS_ITEM_NONE;
	const char *text = slot != EAS_ITEM_NONE ? eas_item_text (item, slot) : NULL;

	return text != NULL && *text != '\0' ? text : NULL;
}

static char *
join_address (const EasItem *item, EasItemSlot place)
{
	static const EasTag parts[] = { EAS_AIRSYNCBASE_STREET, EAS_AIRSYNCBASE_POSTAL_CODE,
					EAS_AIRSYNCBASE_CITY, EAS_AIRSYNCBASE_STATE,
					EAS_AIRSYNCBASE_COUNTRY };
	GString *address = g_string_new (NULL);

	for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
		const char *text = child_text (item, place, parts[i]);

		if (text == NULL)
			continue;
		if (address->len > 0)
			g_string_append (address, parts[i] == EAS_AIRSYNCBASE_CITY ? " " : ", ");
		g_string_append (address, text);
	}

	return g_string_free (address, /* free_segment */ FALSE);
}

static gboolean
get_coordinate (const EasItem *item, EasItemSlot place, EasTag tag, double limit, double *out)
{
	const char *text = child_text (item, place, tag);
	char *end = NULL;
	double value;

	if (text == NULL)
		return FALSE;
	value = g_ascii_strtod (text, &end);
	if (end == text || !(value >= -limit && value <= limit))
		return FALSE;

	*out = value;
	return TRUE;
}

static void
place_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	const char *name = child_text (reading->item, slot, EAS_AIRSYNCBASE_DISPLAY_NAME);
	g_autofree char *address = name == NULL ? join_address (reading->item, slot) : NULL;
	g_autofree char *scratch = NULL;
	struct icalgeotype geo;

	eas_map_add_text (
		reading->object, ICAL_LOCATION_PROPERTY,
		eas_map_clean_text (name != NULL ? name : address, /* one_line */ TRUE, &scratch));
	if (get_coordinate (reading->item, slot, EAS_AIRSYNCBASE_LATITUDE, 90, &geo.lat) &&
	    get_coordinate (reading->item, slot, EAS_AIRSYNCBASE_LONGITUDE, 180, &geo.lon))
		icalcomponent_add_property (reading->object, icalproperty_new_geo (geo));
}

static void
write_coordinate (EasItemBuilder *builder, EasTag tag, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	eas_item_builder_text (builder, tag, g_ascii_formatd (text, sizeof text, "%.6f", value));
}

static void
place_write (const EasMapRow *row, EasMapWriting *writing)
{
	icalproperty *geo_property =
		icalcomponent_get_first_property (writing->object, ICAL_GEO_PROPERTY);
	g_autofree char *name = eas_map_wire_text (
		eas_map_get_text (writing->object, ICAL_LOCATION_PROPERTY), /* one_line */ TRUE);

	if (name == NULL && geo_property == NULL)
		return;

	eas_item_builder_start (writing->builder, row->tag);
	eas_item_builder_text (writing->builder, EAS_AIRSYNCBASE_DISPLAY_NAME, name);
	if (geo_property != NULL) {
		struct icalgeotype geo = icalproperty_get_geo (geo_property);

		write_coordinate (writing->builder, EAS_AIRSYNCBASE_LATITUDE, geo.lat);
		write_coordinate (writing->builder, EAS_AIRSYNCBASE_LONGITUDE, geo.lon);
	}
	eas_item_builder_end (writing->builder);
}

/* Coordinates that were not edited with the name are those of the old place. */
static void
place_merge (const EasMapRow *row, EasMapMerging *merging)
{
	static const EasTag parts[] = { EAS_AIRSYNCBASE_LATITUDE, EAS_AIRSYNCBASE_LONGITUDE };
	EasItemSlot edited = eas_item_child (merging->edited, EAS_ITEM_ROOT, row->tag);
	EasItemSlot shown = merging->shown != NULL
				    ? eas_item_child (merging->shown, EAS_ITEM_ROOT, row->tag)
				    : EAS_ITEM_NONE;

	if (edited == EAS_ITEM_NONE ||
	    child_text (merging->edited, edited, EAS_AIRSYNCBASE_DISPLAY_NAME) == NULL) {
		eas_item_builder_empty (merging->builder, row->tag);
		return;
	}

	eas_item_builder_start (merging->builder, row->tag);
	eas_item_builder_text (merging->builder, EAS_AIRSYNCBASE_DISPLAY_NAME,
			       child_text (merging->edited, edited, EAS_AIRSYNCBASE_DISPLAY_NAME));
	for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
		const char *now = child_text (merging->edited, edited, parts[i]);
		const char *before = shown != EAS_ITEM_NONE
					     ? child_text (merging->shown, shown, parts[i])
					     : NULL;

		if (g_strcmp0 (now, before) != 0)
			eas_item_builder_text (merging->builder, parts[i], now);
	}
	eas_item_builder_end (merging->builder);
}

const EasMapCodec eas_event_codec_place = { place_read, place_write, place_merge };

/* BusyStatus <-> TRANSP, STATUS:TENTATIVE and Microsoft's X-property. */

enum { BUSY_FREE = 0, BUSY_TENTATIVE = 1, BUSY_BUSY = 2, BUSY_OUT = 3, BUSY_ELSEWHERE = 4 };

static void
busy_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	gboolean is_cancelled =
		(eas_meeting_status (reading->item, reading->parent) & EAS_MEETING_CANCELLED) != 0;
	gint64 value;

	if (!eas_item_int (reading->item, slot, &value))
		return;

	icalcomponent_add_property (
		reading->object,
		icalproperty_new_transp (value == BUSY_FREE || value == BUSY_ELSEWHERE
						 ? ICAL_TRANSP_TRANSPARENT
						 : ICAL_TRANSP_OPAQUE));
	if (value == BUSY_OUT)
		eas_map_add_x (reading->object, BUSY_STATUS_X, "OOF");
	if (value == BUSY_ELSEWHERE)
		eas_map_add_x (reading->object, BUSY_STATUS_X, "WORKINGELSEWHERE");
	if (value == BUSY_TENTATIVE && is_cancelled)
		eas_map_add_x (reading->object, BUSY_STATUS_X, "TENTATIVE"); /* STATUS is taken */
	else if (value == BUSY_TENTATIVE)
		icalcomponent_add_property (reading->object,
					    icalproperty_new_status (ICAL_STATUS_TENTATIVE));
}

static gboolean
has_status (icalcomponent *component, enum icalproperty_status wanted)
{
	icalproperty *property = icalcomponent_get_first_property (component, ICAL_STATUS_PROPERTY);

	return property != NULL && icalproperty_get_status (property) == wanted;
}

/*
 * The X-property only refines; what the person can see and set decides. Servers
 * tell of people working elsewhere but take no such thing: that is free.
 */
static int
busy_value (icalcomponent *component)
{
	icalproperty *transp = icalcomponent_get_first_property (component, ICAL_TRANSP_PROPERTY);
	const char *microsofts = eas_map_get_x (component, BUSY_STATUS_X);

	if (microsofts == NULL)
		microsofts = "";
	if (transp != NULL && icalproperty_get_transp (transp) == ICAL_TRANSP_TRANSPARENT)
		return BUSY_FREE;
	if (g_ascii_strcasecmp (microsofts, "OOF") == 0)
		return BUSY_OUT;
	if (has_status (component, ICAL_STATUS_TENTATIVE) ||
	    (has_status (component, ICAL_STATUS_CANCELLED) &&
	     g_ascii_strcasecmp (microsofts, "TENTATIVE") == 0))
		return BUSY_TENTATIVE;

	return BUSY_BUSY;
}

static void
busy_write (const EasMapRow *row, EasMapWriting *writing)
{
	eas_item_builder_int (writing->builder, row->tag, busy_value (writing->object));
}

const EasMapCodec eas_event_codec_busy = { busy_read, busy_write, NULL };

/* Reminder <-> one alarm, minutes before the start. */

static void
reminder_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	const char *title = eas_map_get_text (reading->object, ICAL_SUMMARY_PROPERTY);
	gint64 minutes;
	icalcomponent *alarm;
	struct icaltriggertype trigger = { .time = icaltime_null_time () };

	if (!eas_item_int (reading->item, slot, &minutes) || minutes < 0 || minutes > G_MAXINT / 60)
		return;

	trigger.duration = icaldurationtype_from_int (-(int) minutes * 60);
	alarm = icalcomponent_new (ICAL_VALARM_COMPONENT);
	icalcomponent_add_property (alarm, icalproperty_new_action (ICAL_ACTION_DISPLAY));
	icalcomponent_add_property (alarm, icalproperty_new_trigger (trigger));
	icalcomponent_add_property (
		alarm, icalproperty_new_description (title != NULL ? title : _ ("Reminder")));
	icalcomponent_add_component (reading->object, alarm);
}

/* Minutes before the start; negative: it does not fit. */
static gint64
minutes_before (const EasEventTimes *times, icalcomponent *alarm)
{
	icalproperty *property = icalcomponent_get_first_property (alarm, ICAL_TRIGGER_PROPERTY);
	struct icaltriggertype trigger;
	icalparameter *related;
	gint64 seconds;

	if (property == NULL || !eas_map_alarm_rings (alarm))
		return -1;

	trigger = icalproperty_get_trigger (property);
	if (!icaltime_is_null_time (trigger.time))
		return (times->start - (gint64) icaltime_as_timet_with_zone (
					       trigger.time, icaltimezone_get_utc_timezone ())) /
		       60;

	seconds = -(gint64) icaldurationtype_as_int (trigger.duration);
	related = icalproperty_get_first_parameter (property, ICAL_RELATED_PARAMETER);
	if (related != NULL && icalparameter_get_related (related) == ICAL_RELATED_END)
		seconds -= times->end - times->start;

	return seconds < 0 ? -1 : seconds / 60;
}

/* The wire holds one: the first that a person would notice before the event. */
static void
reminder_write (const EasMapRow *row, EasMapWriting *writing)
{
	icalcomponent *alarm;

	for (alarm = icalcomponent_get_first_component (writing->object, ICAL_VALARM_COMPONENT);
	     alarm != NULL;
	     alarm = icalcomponent_get_next_component (writing->object, ICAL_VALARM_COMPONENT)) {
		gint64 minutes = minutes_before (writing->facts, alarm);

		if (minutes >= 0) {
			eas_item_builder_int (writing->builder, row->tag, minutes);
			return;
		}
	}
}

const EasMapCodec eas_event_codec_reminder = { reminder_read, reminder_write, NULL };

/* Recurrence <-> RRULE. */

const EasTag eas_event_recurrence_group[] = {
	EAS_CALENDAR_TYPE,
	EAS_CALENDAR_UNTIL,
	EAS_CALENDAR_OCCURRENCES,
	EAS_CALENDAR_INTERVAL,
	EAS_CALENDAR_DAY_OF_WEEK,
	EAS_CALENDAR_DAY_OF_MONTH,
	EAS_CALENDAR_WEEK_OF_MONTH,
	EAS_CALENDAR_MONTH_OF_YEAR,
	EAS_CALENDAR_CALENDAR_TYPE,
	EAS_CALENDAR_IS_LEAP_MONTH,
	EAS_CALENDAR_FIRST_DAY_OF_WEEK,
	EAS_TAG_NONE,
};

static void
recurrence_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	EasRecurrence recurrence;
	struct icalrecurrencetype rule;

	if (reading->parent == EAS_ITEM_ROOT &&
	    eas_recurrence_read (reading->item, slot, &recurrence, NULL) &&
	    eas_map_rrule_read (&recurrence, reading->facts, &rule))
		icalcomponent_add_property (reading->object, icalproperty_new_rrule (rule));
}

static void
recurrence_write (const EasMapRow *row, EasMapWriting *writing)
{
	icalproperty *property =
		icalcomponent_get_first_property (writing->object, ICAL_RRULE_PROPERTY);
	EasRruleFault fault = eas_rrule_find_fault_beside (EAS_REPEATS_EVENT, writing->object);
	EasRecurrence recurrence;
	struct icalrecurrencetype rule;

	if (fault != EAS_RRULE_SAYABLE) {
		eas_rrule_refuse (EAS_REPEATS_EVENT, fault, NULL, &writing->error);
		return;
	}
	if (property == NULL)
		return;

	rule = icalproperty_get_rrule (property);
	if (eas_map_rrule_write (&rule, EAS_REPEATS_EVENT, writing->facts, &recurrence,
				 &writing->error))
		eas_recurrence_write (&recurrence, EAS_PAGE_CALENDAR, writing->context->version,
				      writing->builder);
}

const EasMapCodec eas_event_codec_recurrence = { recurrence_read, recurrence_write, NULL };

/* The link to an online meeting. */

static void
link_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	g_autofree char *scratch = NULL;
	const char *url = eas_map_clean_text (eas_item_text (reading->item, slot),
					      /* one_line */ TRUE, &scratch);

	/* The value is written as it is: nothing but a plain link may pass. */
	if (url != NULL && strchr (url, ' ') == NULL &&
	    (g_ascii_strncasecmp (url, "https://", 8) == 0 ||
	     g_ascii_strncasecmp (url, "http://", 7) == 0))
		icalcomponent_add_property (reading->object, icalproperty_new_url (url));
}

const EasMapCodec eas_event_codec_link = { link_read, NULL, NULL };
