/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which instances a series has. Source: [MS-ASCAL] 2.2.2.39 Recurrence and its children. */

#include "eas-mock-series.h"

#include <string.h>

#include "eas-datetime.h"
#include "eas-mock-command.h"
#include "eas-timezone.h"

#define SECONDS_PER_DAY (24 * 60 * 60)
#define ANY_DAY         127
#define LAST_WEEK       5

typedef struct {
	int year, month, day;
	int weekday;   /* 0 Sunday */
	gint64 number; /* days since 1970 */
} Date;

typedef struct {
	guint type;
	guint interval;
	guint days;
	guint day_of_month;
	guint week;
	guint month;
	guint first_day;
	guint occurrences;
	gboolean has_until;
	gint64 until;
	Date start;
	gint64 time_of_day;
	gboolean has_zone;
	EasTimezone zone;
} Series;

static gint64
floor_divide (gint64 value, gint64 divisor)
{
	return value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor);
}

static Date
date_from_number (gint64 number)
{
	Date date = { .number = number, .weekday = (int) (((number % 7) + 7 + 4) % 7) };
	int hour, minute, second;

	eas_datetime_to_civil (number * SECONDS_PER_DAY, &date.year, &date.month, &date.day, &hour,
			       &minute, &second);
	return date;
}

static int
days_in_month (int year, int month)
{
	gint64 first = eas_datetime_from_civil (year, month, 1, 0, 0, 0);
	gint64 next = month == 12 ? eas_datetime_from_civil (year + 1, 1, 1, 0, 0, 0)
				  : eas_datetime_from_civil (year, month + 1, 1, 0, 0, 0);

	return (next - first) / SECONDS_PER_DAY;
}

static gint64
to_local (const Series *series, gint64 utc)
{
	return utc + (series->has_zone
			      ? 60 * (gint64) eas_timezone_offset_at_utc (&series->zone, utc)
			      : 0);
}

static gint64
to_utc (const Series *series, gint64 local)
{
	return local - (series->has_zone
				? 60 * (gint64) eas_timezone_offset_at_local (&series->zone, local)
				: 0);
}

static gboolean
read_series (const EasItem *stored, Series *series)
{
	EasItemSlot slot = eas_item_child (stored, EAS_ITEM_ROOT, EAS_CALENDAR_RECURRENCE);
	const char *zone = eas_item_get_text (stored, EAS_CALENDAR_TIMEZONE);
	gint64 start, local;

	*series = (Series){ .type = eas_mock_uint (stored, slot, EAS_CALENDAR_TYPE, 0) };
	if (!eas_item_get_time (stored, EAS_CALENDAR_START_TIME, &start))
		return FALSE;
	series->interval = MAX (1, eas_mock_uint (stored, slot, EAS_CALENDAR_INTERVAL, 1));
	series->days = eas_mock_uint (stored, slot, EAS_CALENDAR_DAY_OF_WEEK, 0);
	series->day_of_month = eas_mock_uint (stored, slot, EAS_CALENDAR_DAY_OF_MONTH, 1);
	series->week = eas_mock_uint (stored, slot, EAS_CALENDAR_WEEK_OF_MONTH, 1);
	series->month = eas_mock_uint (stored, slot, EAS_CALENDAR_MONTH_OF_YEAR, 1);
	series->first_day = eas_mock_uint (stored, slot, EAS_CALENDAR_FIRST_DAY_OF_WEEK, 0);
	series->occurrences = eas_mock_uint (stored, slot, EAS_CALENDAR_OCCURRENCES, 0);
	series->has_until = eas_item_time (
		stored, eas_item_child (stored, slot, EAS_CALENDAR_UNTIL), &series->until);
	series->has_zone = zone != NULL && eas_timezone_parse (zone, &series->zone);
	local = to_local (series, start);
	series->start = date_from_number (floor_divide (local, SECONDS_PER_DAY));
	series->time_of_day = local - series->start.number * SECONDS_PER_DAY;

	return TRUE;
}

/* Is it the n-th day of its month among those of the mask? */
static gboolean
is_nth (const Date *date, guint mask, guint week)
{
	int last = days_in_month (date->year, date->month);
	guint before = 0, after = 0;

	if (!(mask & (1u << date->weekday)))
		return FALSE;
	for (int day = 1; day <= last; day++) {
		int weekday = (date->weekday + (day - date->day) % 7 + 7) % 7;

		if (!(mask & (1u << weekday)))
			continue;
		if (day < date->day)
			before++;
		else if (day > date->day)
			after++;
	}

	return week == LAST_WEEK ? after == 0 : before + 1 == week;
}

static gboolean
is_day_of_month (const Date *date, guint wanted)
{
	return (guint) date->day == MIN (wanted, (guint) days_in_month (date->year, date->month));
}

static gint64
week_number (const Series *series, const Date *date)
{
	return floor_divide (date->number - (date->weekday + 7 - (int) series->first_day) % 7, 7);
}

static gboolean
matches (const Series *series, const Date *date)
{
	gint64 days = date->number - series->start.number;
	gint64 months =
		(gint64) (date->year - series->start.year) * 12 + date->month - series->start.month;
	gint64 years = date->year - series->start.year;

	switch (series->type) {
	case 0:
		return series->days != 0 ? (series->days & (1u << date->weekday)) != 0
					 : days % series->interval == 0;
	case 1:
		return (series->days & (1u << date->weekday)) != 0 &&
		       (week_number (series, date) - week_number (series, &series->start)) %
				       series->interval ==
			       0;
	case 2:
		return months % series->interval == 0 &&
		       is_day_of_month (date, series->day_of_month);
	case 3:
		return months % series->interval == 0 && is_nth (date, series->days, series->week);
	case 5:
		return years % series->interval == 0 && (guint) date->month == series->month &&
		       is_day_of_month (date, series->day_of_month);
	case 6:
		return years % series->interval == 0 && (guint) date->month == series->month &&
		       is_nth (date, series->days, series->week);
	default:
		return FALSE;
	}
}

static gboolean
is_within_count (const Series *series, const Date *date)
{
	guint count = 0;

	if (series->occurrences == 0)
		return TRUE;
	for (gint64 number = series->start.number;
	     number <= date->number && count <= series->occurrences; number++) {
		Date day = date_from_number (number);

		if (matches (series, &day))
			count++;
	}

	return count <= series->occurrences;
}

gboolean
eas_mock_series_has_instance (const EasItem *stored, gint64 utc)
{
	Series series;
	Date date;

	if (!read_series (stored, &series))
		return FALSE;
	date = date_from_number (floor_divide (to_local (&series, utc), SECONDS_PER_DAY));
	if (date.number < series.start.number || (series.has_until && utc > series.until))
		return FALSE;
	/* The start itself is an instance even where the rule would not give it. */
	if (date.number != series.start.number && !matches (&series, &date))
		return FALSE;

	return to_utc (&series, date.number * SECONDS_PER_DAY + series.time_of_day) == utc &&
	       is_within_count (&series, &date);
}

gboolean
eas_mock_series_parse_instance (const char *text, gint64 *out_utc)
{
	char again[EAS_DATETIME_COMPACT_SIZE];

	if (text == NULL || !eas_datetime_parse (text, out_utc))
		return FALSE;
	eas_datetime_write_compact (*out_utc, again);

	return g_str_equal (text, again);
}
