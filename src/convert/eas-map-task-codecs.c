/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-map-task-codecs.h"
#include "eas-datetime.h"
#include "eas-map-codecs.h"
#include "eas-map-rrule.h"

#include <glib/gi18n-lib.h>

#define DAY ((gint64) 24 * 60 * 60)

static gint64
floor_day (gint64 seconds)
{
	gint64 rest = seconds % DAY;

	return seconds - (rest < 0 ? rest + DAY : rest);
}

/* The calendar of the person's zone, in which tasks have their days. */
static EasEventTimes
person_times (const EasMapContext *context)
{
	EasEventTimes times = { .context = context, .zone = eas_map_zone_default (context) };

	return times;
}

static gint64
local_date (const EasMapContext *context, gint64 utc)
{
	EasEventTimes times = person_times (context);
	struct icaltimetype local = eas_event_times_to_ical (&times, utc);

	return eas_datetime_from_civil (local.year, local.month, local.day, 0, 0, 0);
}

static gint64
midnight_of (const EasMapContext *context, gint64 date)
{
	EasEventTimes times = person_times (context);
	struct icaltimetype local = icaltime_null_time ();

	eas_datetime_to_civil (date, &local.year, &local.month, &local.day, &local.hour,
			       &local.minute, &local.second);
	return eas_event_times_from_local (&times, local);
}

/* What a component says. */

static void
read_date (EasTaskDate *date, icalproperty *property, const EasMapContext *context)
{
	icalvalue *value = property != NULL ? icalproperty_get_value (property) : NULL;
	EasEventTimes times = person_times (context);

	if (value == NULL)
		return;

	times.all_day = icalvalue_isa (value) == ICAL_DATE_VALUE;
	if (times.all_day) {
		date->is_set = eas_event_times_from_property (&times, property, &date->date);
		date->moment = midnight_of (context, date->date);
	} else {
		date->is_set = eas_event_times_from_property (&times, property, &date->moment);
		date->date = local_date (context, date->moment);
	}
}

static void
read_duration (EasTaskFacts *facts, icalcomponent *component)
{
	icalproperty *property =
		icalcomponent_get_first_property (component, ICAL_DURATION_PROPERTY);

	if (property == NULL || facts->due.is_set || !facts->start.is_set)
		return;

	facts->due.is_set = TRUE;
	facts->due.moment = facts->start.moment +
			    icaldurationtype_as_int (icalproperty_get_duration (property));
	facts->due.date = local_date (facts->context, facts->due.moment);
}

void
eas_task_facts_init (EasTaskFacts *facts, icalcomponent *component, const EasMapContext *context)
{
	*facts = (EasTaskFacts){ .context = context };
	read_date (&facts->start,
		   icalcomponent_get_first_property (component, ICAL_DTSTART_PROPERTY), context);
	read_date (&facts->due, icalcomponent_get_first_property (component, ICAL_DUE_PROPERTY),
		   context);
	read_duration (facts, component);
}

/*
 * Start and due. Each is on the wire twice: local wall time written as if it were
 * UTC, and the true instant. The first carries the date, whatever zone the mailbox
 * is in; time of day has no meaning (pitfall 30: To Do sends dates alone).
 */

static void
add_date (const EasMapReading *reading, icalproperty_kind kind, gint64 date)
{
	EasEventTimes times = person_times (reading->context);

	times.all_day = TRUE;
	eas_event_times_add (&times, reading->object, kind, date);
}

static void
local_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	EasTag other_tag = GPOINTER_TO_UINT (row->argument);
	gint64 local, utc;

	if (!eas_item_time (reading->item, slot, &local))
		return;

	/* The same instant in both, which is no midnight: a server that writes UTC twice. */
	if (!eas_datetime_is_midnight (local) &&
	    eas_item_get_time (reading->item, other_tag, &utc) && utc == local)
		local = local_date (reading->context, utc);
	add_date (reading, (icalproperty_kind) row->property, floor_day (local));
}

static void
utc_read (const EasMapRow *row, const EasMapReading *reading, icalproperty_kind kind)
{
	EasTag other_tag = GPOINTER_TO_UINT (row->argument);
	gint64 utc, local;

	if (eas_item_get_time (reading->item, other_tag, &local) ||
	    !eas_item_get_time (reading->item, row->tag, &utc))
		return;

	add_date (reading, kind,
		  eas_datetime_is_midnight (utc) ? utc : local_date (reading->context, utc));
}

static void
utc_start_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	utc_read (row, reading, ICAL_DTSTART_PROPERTY);
}

static void
utc_due_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	utc_read (row, reading, ICAL_DUE_PROPERTY);
}

static void
write_time (const EasMapRow *row, EasMapWriting *writing, const EasTaskDate *date, gint64 value)
{
	if (date->is_set)
		eas_item_builder_time (writing->builder, row->tag, value);
}

static void
start_write (const EasMapRow *row, EasMapWriting *writing)
{
	const EasTaskFacts *facts = writing->facts;

	write_time (row, writing, &facts->start, facts->start.date);
}

static void
utc_start_write (const EasMapRow *row, EasMapWriting *writing)
{
	const EasTaskFacts *facts = writing->facts;

	write_time (row, writing, &facts->start, midnight_of (facts->context, facts->start.date));
}

static void
due_write (const EasMapRow *row, EasMapWriting *writing)
{
	const EasTaskFacts *facts = writing->facts;

	write_time (row, writing, &facts->due, facts->due.date);
}

static void
utc_due_write (const EasMapRow *row, EasMapWriting *writing)
{
	const EasTaskFacts *facts = writing->facts;

	write_time (row, writing, &facts->due, midnight_of (facts->context, facts->due.date));
}

const EasMapCodec eas_task_codec_start = { local_read, start_write, NULL };
const EasMapCodec eas_task_codec_utc_start = { utc_start_read, utc_start_write, NULL };
const EasMapCodec eas_task_codec_due = { local_read, due_write, NULL };
const EasMapCodec eas_task_codec_utc_due = { utc_due_read, utc_due_write, NULL };

/* Importance <-> PRIORITY. Normal is what a task is when nobody says anything. */

enum { IMPORTANCE_LOW = 0, IMPORTANCE_NORMAL = 1, IMPORTANCE_HIGH = 2 };

static void
importance_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	gint64 value;

	if (eas_item_int (reading->item, slot, &value) &&
	    (value == IMPORTANCE_LOW || value == IMPORTANCE_HIGH))
		icalcomponent_add_property (
			reading->object,
			icalproperty_new_priority (value == IMPORTANCE_HIGH ? 1 : 9));
}

static void
importance_write (const EasMapRow *row, EasMapWriting *writing)
{
	icalproperty *property =
		icalcomponent_get_first_property (writing->object, ICAL_PRIORITY_PROPERTY);
	int priority = property != NULL ? icalproperty_get_priority (property) : 0;
	int value = IMPORTANCE_NORMAL;

	if (priority >= 1 && priority <= 4)
		value = IMPORTANCE_HIGH;
	else if (priority >= 6)
		value = IMPORTANCE_LOW;
	eas_item_builder_int (writing->builder, row->tag, value);
}

const EasMapCodec eas_task_codec_importance = { importance_read, importance_write, NULL };

/* Done or not done. */

static void
complete_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	gboolean complete;

	if (!eas_item_flag (reading->item, slot, &complete) || !complete)
		return;

	icalcomponent_add_property (reading->object, icalproperty_new_percentcomplete (100));
	icalcomponent_add_property (reading->object,
				    icalproperty_new_status (ICAL_STATUS_COMPLETED));
}

/* STATUS decides; where it says nothing, whoever set one of the others meant it. */
static gboolean
is_complete (icalcomponent *component)
{
	icalproperty *status = icalcomponent_get_first_property (component, ICAL_STATUS_PROPERTY);
	icalproperty *percent =
		icalcomponent_get_first_property (component, ICAL_PERCENTCOMPLETE_PROPERTY);

	if (status != NULL && icalproperty_get_status (status) != ICAL_STATUS_NONE)
		return icalproperty_get_status (status) == ICAL_STATUS_COMPLETED;

	return icalcomponent_get_first_property (component, ICAL_COMPLETED_PROPERTY) != NULL ||
	       (percent != NULL && icalproperty_get_percentcomplete (percent) >= 100);
}

static void
complete_write (const EasMapRow *row, EasMapWriting *writing)
{
	eas_item_builder_flag (writing->builder, row->tag, is_complete (writing->object));
}

const EasMapCodec eas_task_codec_complete = { complete_read, complete_write, NULL };

static void
completed_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	EasEventTimes in_utc = { .zone = icaltimezone_get_utc_timezone () };
	gint64 utc;

	if (eas_item_get_flag (reading->item, EAS_TASKS_COMPLETE, FALSE) &&
	    eas_item_time (reading->item, slot, &utc))
		eas_event_times_add (&in_utc, reading->object, ICAL_COMPLETED_PROPERTY, utc);
}

/* A finished task has to say since when; there is no clock here, so what it says of itself must
 * do. */
static void
completed_write (const EasMapRow *row, EasMapWriting *writing)
{
	static const icalproperty_kind kinds[] = {
		ICAL_COMPLETED_PROPERTY, ICAL_LASTMODIFIED_PROPERTY, ICAL_DTSTAMP_PROPERTY,
		ICAL_CREATED_PROPERTY,   ICAL_DUE_PROPERTY,          ICAL_DTSTART_PROPERTY
	};
	const EasTaskFacts *facts = writing->facts;
	EasTaskDate found = { FALSE };

	if (!is_complete (writing->object))
		return;

	for (guint i = 0; i < G_N_ELEMENTS (kinds) && !found.is_set; i++)
		read_date (&found, icalcomponent_get_first_property (writing->object, kinds[i]),
			   facts->context);
	eas_item_builder_time (writing->builder, row->tag, found.moment);
}

const EasMapCodec eas_task_codec_completed = { completed_read, completed_write, NULL };

/* ReminderSet and ReminderTime <-> an alarm at a moment. */

static void
reminder_time_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	const char *title = eas_map_get_text (reading->object, ICAL_SUMMARY_PROPERTY);
	EasEventTimes in_utc = { .zone = icaltimezone_get_utc_timezone () };
	struct icaltriggertype trigger = { .duration = icaldurationtype_null_duration () };
	icalcomponent *alarm;
	gint64 utc;

	if (!eas_item_get_flag (reading->item, EAS_TASKS_REMINDER_SET, FALSE) ||
	    !eas_item_time (reading->item, slot, &utc))
		return;

	trigger.time = eas_event_times_to_ical (&in_utc, utc);
	alarm = icalcomponent_new (ICAL_VALARM_COMPONENT);
	icalcomponent_add_property (alarm, icalproperty_new_action (ICAL_ACTION_DISPLAY));
	icalcomponent_add_property (alarm, icalproperty_new_trigger (trigger));
	icalcomponent_add_property (
		alarm, icalproperty_new_description (title != NULL ? title : _ ("Reminder")));
	icalcomponent_add_component (reading->object, alarm);
}

/* What an alarm counts from: the start or, where it says so or there is none, the due date. */
static const EasTaskDate *
alarm_base (const EasTaskFacts *facts, icalproperty *trigger)
{
	icalparameter *related = icalproperty_get_first_parameter (trigger, ICAL_RELATED_PARAMETER);
	gboolean from_end =
		related != NULL && icalparameter_get_related (related) == ICAL_RELATED_END;
	const EasTaskDate *wanted = from_end ? &facts->due : &facts->start;

	return wanted->is_set ? wanted : from_end ? &facts->start : &facts->due;
}

static gboolean
alarm_moment (const EasTaskFacts *facts, icalcomponent *alarm, gint64 *out_utc)
{
	icalproperty *property = icalcomponent_get_first_property (alarm, ICAL_TRIGGER_PROPERTY);
	struct icaltriggertype trigger;

	if (property == NULL || !eas_map_alarm_rings (alarm))
		return FALSE;

	trigger = icalproperty_get_trigger (property);
	if (!icaltime_is_null_time (trigger.time)) {
		*out_utc = (gint64) icaltime_as_timet_with_zone (trigger.time,
								 icaltimezone_get_utc_timezone ());
		return TRUE;
	}
	if (!alarm_base (facts, property)->is_set)
		return FALSE;

	*out_utc =
		alarm_base (facts, property)->moment + icaldurationtype_as_int (trigger.duration);
	return TRUE;
}

/* The wire holds one: the first with a time. */
static gboolean
find_reminder (const EasMapWriting *writing, gint64 *out_utc)
{
	icalcomponent *alarm;

	for (alarm = icalcomponent_get_first_component (writing->object, ICAL_VALARM_COMPONENT);
	     alarm != NULL;
	     alarm = icalcomponent_get_next_component (writing->object, ICAL_VALARM_COMPONENT)) {
		if (alarm_moment (writing->facts, alarm, out_utc))
			return TRUE;
	}

	return FALSE;
}

static void
reminder_set_write (const EasMapRow *row, EasMapWriting *writing)
{
	gint64 utc;

	eas_item_builder_flag (writing->builder, row->tag, find_reminder (writing, &utc));
}

static void
reminder_time_write (const EasMapRow *row, EasMapWriting *writing)
{
	gint64 utc;

	if (find_reminder (writing, &utc))
		eas_item_builder_time (writing->builder, row->tag, utc);
}

const EasMapCodec eas_task_codec_reminder_set = { NULL, reminder_set_write, NULL };
const EasMapCodec eas_task_codec_reminder_time = { reminder_time_read, reminder_time_write, NULL };

/*
 * Recurrence <-> RRULE. The rule is anchored on the start or, without one, on the
 * due date, as EDS does it too; without either there is nothing to show. A task that comes anew
 * when it was finished, and the finished copy of a repeating one, have no rule iCalendar could say:
 * they are shown once, and what the server has of it stays.
 */

const EasTag eas_task_recurrence_group[] = {
	EAS_TASKS_TYPE,          EAS_TASKS_START,         EAS_TASKS_UNTIL,
	EAS_TASKS_OCCURRENCES,   EAS_TASKS_INTERVAL,      EAS_TASKS_DAY_OF_WEEK,
	EAS_TASKS_DAY_OF_MONTH,  EAS_TASKS_WEEK_OF_MONTH, EAS_TASKS_MONTH_OF_YEAR,
	EAS_TASKS_CALENDAR_TYPE, EAS_TASKS_IS_LEAP_MONTH, EAS_TASKS_FIRST_DAY_OF_WEEK,
	EAS_TASKS_REGENERATE,    EAS_TASKS_DEAD_OCCUR,    EAS_TAG_NONE,
};

static gboolean
has_anchor (icalcomponent *component)
{
	return icalcomponent_get_first_property (component, ICAL_DTSTART_PROPERTY) != NULL ||
	       icalcomponent_get_first_property (component, ICAL_DUE_PROPERTY) != NULL;
}

static void
recurrence_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	EasEventTimes times = person_times (reading->context);
	EasRecurrence recurrence;
	struct icalrecurrencetype rule;

	times.all_day = TRUE;
	if (has_anchor (reading->object) &&
	    eas_recurrence_read (reading->item, slot, &recurrence, NULL) &&
	    !recurrence.regenerate && !recurrence.dead_occur &&
	    eas_map_rrule_read (&recurrence, &times, &rule))
		icalcomponent_add_property (reading->object, icalproperty_new_rrule (rule));
}

static void
refuse (EasMapWriting *writing, const char *reason)
{
	eas_set_error (&writing->error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0, "%s", reason);
}

/* The last day of a rule whose task has times: it is that of the person's zone. */
static void
make_until_a_date (struct icalrecurrencetype *rule, const EasMapContext *context)
{
	EasEventTimes times = person_times (context);

	if (icaltime_is_null_time (rule->until) || !icaltime_is_utc (rule->until))
		return;

	rule->until = eas_event_times_to_ical (
		&times, (gint64) icaltime_as_timet_with_zone (rule->until,
							      icaltimezone_get_utc_timezone ()));
	rule->until.is_date = 1;
}

static void
write_rule (EasMapWriting *writing, struct icalrecurrencetype *rule, gint64 anchor)
{
	EasEventTimes times = person_times (writing->context);
	EasRecurrence recurrence;

	times.all_day = TRUE;
	times.start = anchor;
	make_until_a_date (rule, writing->context);
	if (!eas_map_rrule_write (rule, EAS_REPEATS_TASK, &times, &recurrence, &writing->error))
		return;

	recurrence.has_start = TRUE;
	recurrence.start = anchor;
	if (eas_recurrence_validate (&recurrence, &writing->error))
		eas_recurrence_write (&recurrence, EAS_PAGE_TASKS, writing->context->version,
				      writing->builder);
}

static void
recurrence_write (const EasMapRow *row, EasMapWriting *writing)
{
	const EasTaskFacts *facts = writing->facts;
	const EasTaskDate *anchor = facts->start.is_set ? &facts->start : &facts->due;
	icalproperty *property =
		icalcomponent_get_first_property (writing->object, ICAL_RRULE_PROPERTY);
	EasRruleFault fault = eas_rrule_find_fault_beside (EAS_REPEATS_TASK, writing->object);
	struct icalrecurrencetype rule;

	if (fault != EAS_RRULE_SAYABLE) {
		eas_rrule_refuse (EAS_REPEATS_TASK, fault, NULL, &writing->error);
		return;
	}
	if (property == NULL)
		return;
	if (!anchor->is_set) {
		refuse (writing, _ ("A task that repeats needs a start date or a due date"));
		return;
	}

	rule = icalproperty_get_rrule (property);
	write_rule (writing, &rule, anchor->date);
}

const EasMapCodec eas_task_codec_recurrence = { recurrence_read, recurrence_write, NULL };
