/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The type table of Recurrence against the parts of a rule. */

#include "eas-map-rrule.h"
#include "eas-datetime.h"

#define MAX_INTERVAL 999
#define LAST_WEEK    5

/* Calendars in which a month is a Gregorian month: CalendarType, [MS-ASCAL] 2.2.2.10. */
static const guint gregorian[] = { 0, 1, 2, 9, 10, 11, 12 };

static gboolean
is_gregorian (guint calendar_type)
{
	for (guint i = 0; i < G_N_ELEMENTS (gregorian); i++) {
		if (gregorian[i] == calendar_type)
			return TRUE;
	}

	return FALSE;
}

/* Reading. */

/* libical's code of a day: from Sunday as 1, eights for its position, negative from the end. */
static short
encode_day (int day, int nth)
{
	return (short) (nth < 0 ? -(day - 8 * nth) : day + 8 * nth);
}

/* libical's iterator goes through the days as they are listed: they must begin with the week. */
static void
set_days (struct icalrecurrencetype *rule, guint mask, int nth)
{
	guint n = 0;

	for (int i = 0; i < 7; i++) {
		int day = ((int) rule->week_start - 1 + i) % 7;

		if ((mask & (1u << day)) != 0)
			rule->by_day[n++] = encode_day (day + 1, nth);
	}
	rule->by_day[n] = ICAL_RECURRENCE_ARRAY_MAX;
}

/* 0: the start says it. */
static void
set_one (short *list, short value)
{
	if (value == 0)
		return;
	list[0] = value;
	list[1] = ICAL_RECURRENCE_ARRAY_MAX;
}

static gboolean
is_one_day (guint mask)
{
	return mask != 0 && (mask & (mask - 1)) == 0;
}

/* "The n-th of these days in the month": BYDAY=2TU for one day, BYSETPOS for several. */
static void
set_nth (struct icalrecurrencetype *rule, const EasRecurrence *recurrence)
{
	int nth = recurrence->week_of_month == LAST_WEEK ? -1 : (int) recurrence->week_of_month;

	if (recurrence->days_of_week == EAS_ANY_DAY) {
		set_one (rule->by_month_day, (short) nth);
	} else if (is_one_day (recurrence->days_of_week)) {
		set_days (rule, recurrence->days_of_week, nth);
	} else {
		set_days (rule, recurrence->days_of_week, 0);
		set_one (rule->by_set_pos, (short) nth);
	}
}

static gboolean
set_pattern (struct icalrecurrencetype *rule, const EasRecurrence *recurrence)
{
	switch (recurrence->type) {
	case EAS_RECURRENCE_DAILY:
		rule->freq = recurrence->days_of_week != 0 ? ICAL_WEEKLY_RECURRENCE
							   : ICAL_DAILY_RECURRENCE;
		set_days (rule, recurrence->days_of_week, 0);
		return TRUE;
	case EAS_RECURRENCE_WEEKLY:
		rule->freq = ICAL_WEEKLY_RECURRENCE;
		if (recurrence->first_day_of_week >= 0)
			rule->week_start =
				(icalrecurrencetype_weekday) (recurrence->first_day_of_week + 1);
		set_days (rule, recurrence->days_of_week, 0);
		return TRUE;
	case EAS_RECURRENCE_MONTHLY:
		rule->freq = ICAL_MONTHLY_RECURRENCE;
		set_one (rule->by_month_day, (short) recurrence->day_of_month);
		return TRUE;
	case EAS_RECURRENCE_MONTHLY_NTH:
		rule->freq = ICAL_MONTHLY_RECURRENCE;
		set_nth (rule, recurrence);
		return TRUE;
	case EAS_RECURRENCE_YEARLY:
		rule->freq = ICAL_YEARLY_RECURRENCE;
		set_one (rule->by_month, (short) recurrence->month_of_year);
		/* Alone it would be that day of every month. */
		if (recurrence->month_of_year != 0)
			set_one (rule->by_month_day, (short) recurrence->day_of_month);
		return TRUE;
	case EAS_RECURRENCE_YEARLY_NTH:
		rule->freq = ICAL_YEARLY_RECURRENCE;
		set_one (rule->by_month, (short) recurrence->month_of_year);
		set_nth (rule, recurrence);
		return TRUE;
	default:
		return FALSE;
	}
}

/* Until is the start of the last occurrence; RRULE wants it in UTC, or as a date. */
static void
set_end (struct icalrecurrencetype *rule,
	 const EasRecurrence *recurrence,
	 const EasEventTimes *times)
{
	if (recurrence->occurrences > 0) {
		rule->count = (int) recurrence->occurrences;
	} else if (recurrence->has_until) {
		EasEventTimes in_utc = *times;

		in_utc.zone = icaltimezone_get_utc_timezone ();
		rule->until = eas_event_times_to_ical (
			&in_utc, eas_event_times_from_wire (times, recurrence->until));
	}
}

gboolean
eas_map_rrule_read (const EasRecurrence *recurrence,
		    const EasEventTimes *times,
		    struct icalrecurrencetype *out)
{
	if (!is_gregorian (recurrence->calendar_type) || recurrence->is_leap_month)
		return FALSE;

	icalrecurrencetype_clear (out);
	if (!set_pattern (out, recurrence))
		return FALSE;
	out->interval = (short) CLAMP (recurrence->interval, 1, MAX_INTERVAL);
	set_end (out, recurrence, times);

	return TRUE;
}

/* Writing. */

static guint
count_of (const short *list, guint size)
{
	guint n = 0;

	while (n < size && list[n] != ICAL_RECURRENCE_ARRAY_MAX)
		n++;

	return n;
}

#define COUNT(rule, list) count_of ((rule)->list, G_N_ELEMENTS ((rule)->list))

/* The days of BYDAY as a mask. FALSE when they carry more than one position. */
static gboolean
get_days (const struct icalrecurrencetype *rule, guint *out_mask, int *out_nth)
{
	guint n = COUNT (rule, by_day);
	guint mask = 0;
	int nth = 0;

	for (guint i = 0; i < n; i++) {
		int position = icalrecurrencetype_day_position (rule->by_day[i]);
		int day = icalrecurrencetype_day_day_of_week (rule->by_day[i]);

		if (day < 1 || day > 7 || (i > 0 && position != nth))
			return FALSE;
		nth = position;
		mask |= 1u << (day - 1);
	}

	/* "The first Monday and the first Tuesday" are two occurrences, not the first of both. */
	if (n > 1 && nth != 0)
		return FALSE;

	*out_mask = mask;
	*out_nth = nth;
	return TRUE;
}

/* 1 to 4 and the last; the fifth and the last but one have no number. */
static EasRruleFault
set_week (EasRecurrence *out, int nth)
{
	if (nth != -1 && (nth < 1 || nth > 4))
		return EAS_RRULE_FIFTH;

	out->week_of_month = nth == -1 ? LAST_WEEK : (guint) nth;
	return EAS_RRULE_SAYABLE;
}

typedef struct {
	const struct icalrecurrencetype *rule;
	struct icaltimetype start; /* local */
	gboolean has_days;         /* as a mask, with one position */
	guint days;
	int nth;
	guint n_month_days;
	guint n_set_pos;
	guint n_months;
} Parts;

/* What neither days nor weeks can have beside them. */
static EasRruleFault
find_fault_in_days (const Parts *parts)
{
	if (parts->n_months > 0)
		return EAS_RRULE_CERTAIN_MONTHS;
	if (parts->n_month_days > 0)
		return EAS_RRULE_DATES_IN_DAYS;
	if (parts->n_set_pos > 0)
		return EAS_RRULE_POSITION_IN_WEEK;
	if (parts->nth != 0 || !parts->has_days)
		return EAS_RRULE_NUMBERED_IN_WEEK;

	return EAS_RRULE_SAYABLE;
}

static EasRruleFault
write_daily (const Parts *parts, EasRecurrence *out)
{
	EasRruleFault fault = find_fault_in_days (parts);

	if (fault != EAS_RRULE_SAYABLE)
		return fault;
	if (parts->days == 0) {
		out->type = EAS_RECURRENCE_DAILY;
		return EAS_RRULE_SAYABLE;
	}

	/* Every second day, but only on a Monday: no. Every working day: as a week. */
	out->type = EAS_RECURRENCE_WEEKLY;
	out->days_of_week = parts->days;
	return parts->rule->interval == 1 ? EAS_RRULE_SAYABLE : EAS_RRULE_WEEKDAYS_OF_SOME_DAYS;
}

static guint
day_of_start (const Parts *parts)
{
	return 1u << (icaltime_day_of_week (parts->start) - 1);
}

static EasRruleFault
write_weekly (const Parts *parts, EasRecurrence *out)
{
	EasRruleFault fault = find_fault_in_days (parts);

	if (fault != EAS_RRULE_SAYABLE)
		return fault;

	out->type = EAS_RECURRENCE_WEEKLY;
	out->days_of_week = parts->days != 0 ? parts->days : day_of_start (parts);
	out->first_day_of_week = (int) parts->rule->week_start - 1;

	return EAS_RRULE_SAYABLE;
}

/* "The n-th of these days." */
static EasRruleFault
write_nth (const Parts *parts, EasRecurrence *out, EasRecurrenceType type)
{
	out->type = type;
	out->days_of_week = parts->days;
	if (parts->n_month_days > 0)
		return EAS_RRULE_WEEKDAY_ON_DATE;
	if (!parts->has_days)
		return EAS_RRULE_SEVERAL_NUMBERED;
	if (parts->nth != 0 && parts->n_set_pos > 0)
		return EAS_RRULE_NUMBERED_TWICE;
	if (parts->nth == 0 && parts->n_set_pos == 0)
		return EAS_RRULE_EACH_WEEKDAY;

	return set_week (out, parts->nth != 0 ? parts->nth : parts->rule->by_set_pos[0]);
}

/* What months and years share: a date, or the n-th of some days. */
static EasRruleFault
write_in_month (const Parts *parts,
		EasRecurrence *out,
		EasRecurrenceType by_date,
		EasRecurrenceType by_nth)
{
	const struct icalrecurrencetype *rule = parts->rule;

	if (parts->days != 0 || !parts->has_days)
		return write_nth (parts, out, by_nth);
	if (parts->n_set_pos > 0)
		return EAS_RRULE_POSITION_OF_DATE;
	if (parts->n_month_days > 0 && rule->by_month_day[0] == -1) {
		out->type = by_nth;
		out->days_of_week = EAS_ANY_DAY;
		out->week_of_month = LAST_WEEK;
		return EAS_RRULE_SAYABLE;
	}

	out->type = by_date;
	out->day_of_month =
		(guint) (parts->n_month_days > 0 ? rule->by_month_day[0] : parts->start.day);
	return out->day_of_month >= 1 && out->day_of_month <= 31 ? EAS_RRULE_SAYABLE
								 : EAS_RRULE_DATE_FROM_END;
}

static EasRruleFault
write_monthly (const Parts *parts, EasRecurrence *out)
{
	if (parts->n_months > 0)
		return EAS_RRULE_CERTAIN_MONTHS;

	return write_in_month (parts, out, EAS_RECURRENCE_MONTHLY, EAS_RECURRENCE_MONTHLY_NTH);
}

static EasRruleFault
write_yearly (const Parts *parts, EasRecurrence *out)
{
	/* Without a month, BYDAY counts weeks of the year and BYMONTHDAY means every month. */
	if (parts->n_months == 0 && (parts->days != 0 || !parts->has_days))
		return EAS_RRULE_WEEKDAY_OF_YEAR;
	if (parts->n_months == 0 && parts->n_month_days > 0)
		return EAS_RRULE_DATE_OF_ALL_MONTHS;

	out->month_of_year =
		(guint) (parts->n_months > 0 ? parts->rule->by_month[0] : parts->start.month);
	if (out->month_of_year < 1 || out->month_of_year > 12)
		return EAS_RRULE_OTHER_CALENDAR; /* the leap month of another one */

	return write_in_month (parts, out, EAS_RECURRENCE_YEARLY, EAS_RECURRENCE_YEARLY_NTH);
}

/* Whatever the frequency. */
static EasRruleFault
find_fault_in_parts (const Parts *parts)
{
	const struct icalrecurrencetype *rule = parts->rule;
	gboolean has_times = COUNT (rule, by_second) > 0 || COUNT (rule, by_minute) > 0 ||
			     COUNT (rule, by_hour) > 0;
	const struct {
		gboolean is_there;
		EasRruleFault fault;
	} faults[] = {
		{ has_times && parts->n_set_pos > 0, EAS_RRULE_POSITION_OF_TIMES },
		{ has_times, EAS_RRULE_TIMES_OF_DAY },
		{ COUNT (rule, by_year_day) > 0, EAS_RRULE_DAYS_OF_YEAR },
		{ COUNT (rule, by_week_no) > 0, EAS_RRULE_WEEKS_OF_YEAR },
		{ parts->n_month_days > 1, EAS_RRULE_SEVERAL_MONTH_DAYS },
		{ parts->n_set_pos > 1, EAS_RRULE_SEVERAL_POSITIONS },
		{ parts->n_months > 1, EAS_RRULE_SEVERAL_MONTHS },
		{ rule->rscale != NULL, EAS_RRULE_OTHER_CALENDAR },
		{ rule->interval < 1 || rule->interval > MAX_INTERVAL, EAS_RRULE_LONG_INTERVAL },
	};

	for (guint i = 0; i < G_N_ELEMENTS (faults); i++) {
		if (faults[i].is_there)
			return faults[i].fault;
	}

	return EAS_RRULE_SAYABLE;
}

static EasRruleFault
write_pattern (const Parts *parts, EasRecurrence *out)
{
	EasRruleFault fault = find_fault_in_parts (parts);

	switch (parts->rule->freq) {
	case ICAL_DAILY_RECURRENCE:
		return fault != EAS_RRULE_SAYABLE ? fault : write_daily (parts, out);
	case ICAL_WEEKLY_RECURRENCE:
		return fault != EAS_RRULE_SAYABLE ? fault : write_weekly (parts, out);
	case ICAL_MONTHLY_RECURRENCE:
		return fault != EAS_RRULE_SAYABLE ? fault : write_monthly (parts, out);
	case ICAL_YEARLY_RECURRENCE:
		return fault != EAS_RRULE_SAYABLE ? fault : write_yearly (parts, out);
	default:
		return EAS_RRULE_BELOW_A_DAY;
	}
}

static gint64
until_of_rule (const struct icalrecurrencetype *rule,
	       const EasEventTimes *times,
	       struct icaltimetype start)
{
	struct icaltimetype until = rule->until;

	if (times->all_day) {
		until.is_date = 1;
		return eas_datetime_from_civil (until.year, until.month, until.day, 0, 0, 0);
	}
	if (until.is_date) {
		/* The whole last day counts: its occurrence is the last one. */
		until.hour = start.hour;
		until.minute = start.minute;
		until.second = start.second;
		return eas_event_times_from_local (times, until);
	}
	if (icaltime_is_utc (until))
		return (gint64) icaltime_as_timet_with_zone (until,
							     icaltimezone_get_utc_timezone ());

	return eas_event_times_from_local (times, until);
}

static void
write_end (const struct icalrecurrencetype *rule,
	   const EasEventTimes *times,
	   struct icaltimetype start,
	   EasRecurrence *out)
{
	if (rule->count > 0) {
		out->occurrences = (guint) rule->count;
	} else if (!icaltime_is_null_time (rule->until)) {
		out->has_until = TRUE;
		out->until = until_of_rule (rule, times, start);
	}
}

gboolean
eas_map_rrule_write (const struct icalrecurrencetype *rule,
		     EasRepeats what,
		     const EasEventTimes *times,
		     EasRecurrence *out,
		     GError **error)
{
	EasRecurrence recurrence = { .first_day_of_week = -1 };
	Parts parts = { .rule = rule, .start = eas_event_times_to_ical (times, times->start) };
	EasRruleFault fault;

	parts.n_month_days = COUNT (rule, by_month_day);
	parts.n_set_pos = COUNT (rule, by_set_pos);
	parts.n_months = COUNT (rule, by_month);
	parts.has_days = get_days (rule, &parts.days, &parts.nth);

	fault = write_pattern (&parts, &recurrence);
	if (fault == EAS_RRULE_SAYABLE && rule->count > (int) eas_repeats_most (what))
		fault = EAS_RRULE_TOO_OFTEN;
	if (fault == EAS_RRULE_SAYABLE && !icaltime_is_null_time (rule->until) &&
	    !eas_map_is_day (rule->until))
		fault = EAS_RRULE_NO_SUCH_END;
	if (fault != EAS_RRULE_SAYABLE)
		return eas_rrule_refuse (what, fault, rule, error);

	recurrence.interval = (guint) rule->interval;
	write_end (rule, times, parts.start, &recurrence);
	if (!eas_recurrence_validate (&recurrence, error))
		return FALSE;

	*out = recurrence;
	return TRUE;
}
