/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The time zone structure. Two rules, each a moment the clock changes; which one
 * is in force follows from the last change before an instant. That covers both
 * hemispheres, rules of a single year, and one rule of each sort.
 */

#include "eas-timezone.h"

#include <string.h>

#include "eas-datetime.h"

#define ZONE_SIZE 172

/* Where the fields lie; a date is eight 16-bit numbers. */
#define BIAS_OFFSET          0
#define STANDARD_NAME_OFFSET 4
#define STANDARD_DATE_OFFSET 68
#define STANDARD_BIAS_OFFSET 84
#define DAYLIGHT_NAME_OFFSET 88
#define DAYLIGHT_DATE_OFFSET 152
#define DAYLIGHT_BIAS_OFFSET 168

#define NAME_UNITS    32
#define DATE_FIELDS   8
#define LAST_WEEK     5
#define MAX_BIAS      (24 * 60)
#define DAYS_PER_WEEK 7

static guint16
read_uint16 (const guint8 *data)
{
	return (guint16) (data[0] | data[1] << 8);
}

static gint32
read_int32 (const guint8 *data)
{
	return (gint32) (read_uint16 (data) | (guint32) read_uint16 (data + 2) << 16);
}

static void
write_uint16 (guint8 *data, guint16 value)
{
	data[0] = value & 0xff;
	data[1] = value >> 8;
}

static void
write_int32 (guint8 *data, gint32 value)
{
	write_uint16 (data, (guint32) value & 0xffff);
	write_uint16 (data + 2, (guint32) value >> 16);
}

/* A name is only a hint, and may become a TZID: one with control characters or broken pairs is
 * none. */
static void
read_name (const guint8 *data, char name[97])
{
	gunichar2 units[NAME_UNITS];
	g_autofree char *text = NULL;
	glong n_units = 0;

	while (n_units < NAME_UNITS && (units[n_units] = read_uint16 (data + 2 * n_units)) != 0)
		n_units++;

	text = g_utf16_to_utf8 (units, n_units, NULL, NULL, NULL);
	for (const char *p = text; p != NULL && *p != '\0'; p = g_utf8_next_char (p)) {
		if (g_unichar_iscntrl (g_utf8_get_char (p)))
			g_clear_pointer (&text, g_free);
		if (text == NULL)
			break;
	}

	g_strlcpy (name, text != NULL ? text : "", 97);
}

/* Leaves the last unit zero: readers take the name for a terminated string. */
static void
write_name (guint8 *data, const char *name)
{
	glong n_units = 0;
	g_autofree gunichar2 *units = g_utf8_to_utf16 (name, -1, NULL, &n_units, NULL);

	if (units == NULL)
		return;

	if (n_units >= NAME_UNITS) {
		n_units = NAME_UNITS - 1;
		if ((units[n_units - 1] & 0xfc00) == 0xd800)
			n_units--;
	}
	for (glong i = 0; i < n_units; i++)
		write_uint16 (data + 2 * i, units[i]);
}

static EasTimezoneDate
read_date (const guint8 *data)
{
	return (EasTimezoneDate){
		.year = read_uint16 (data),
		.month = read_uint16 (data + 2),
		.weekday = read_uint16 (data + 4),
		.day = read_uint16 (data + 6),
		.hour = read_uint16 (data + 8),
		.minute = read_uint16 (data + 10),
		.second = read_uint16 (data + 12),
		.millisecond = read_uint16 (data + 14),
	};
}

static void
write_date (guint8 *data, const EasTimezoneDate *date)
{
	const guint16 fields[DATE_FIELDS] = { date->year,   date->month,      date->weekday,
					      date->day,    date->hour,       date->minute,
					      date->second, date->millisecond };

	for (guint i = 0; i < DATE_FIELDS; i++)
		write_uint16 (data + 2 * i, fields[i]);
}

static gboolean
date_is_valid (const EasTimezoneDate *date)
{
	if (date->month < 1 || date->month > 12 || date->day < 1)
		return FALSE;
	if (date->hour > 23 || date->minute > 59 || date->second > 59)
		return FALSE;
	if (date->year == 0)
		return date->day <= LAST_WEEK && date->weekday < DAYS_PER_WEEK;

	return date->day <= 31 && date->year >= 1601 && date->year <= 9998;
}

static gboolean
bias_is_valid (gint32 bias)
{
	return bias >= -MAX_BIAS && bias <= MAX_BIAS;
}

/**
 * eas_timezone_has_daylight:
 *
 * Returns: whether the clock changes: both rules are there and make sense. If not,
 *   their dates and biases are unused, and some servers leave garbage in them.
 */
gboolean
eas_timezone_has_daylight (const EasTimezone *zone)
{
	return date_is_valid (&zone->standard_date) && date_is_valid (&zone->daylight_date) &&
	       bias_is_valid (zone->standard_bias) && bias_is_valid (zone->daylight_bias);
}

/**
 * eas_timezone_parse:
 * @base64: (nullable): the text of the element
 * @out_zone: (out caller-allocates): set on success only
 *
 * Source: [MS-ASDTYPE] TimeZone.
 *
 * Returns: %FALSE when these are not the 172 bytes of a zone: ignore it then
 */
gboolean
eas_timezone_parse (const char *base64, EasTimezone *out_zone)
{
	g_autofree guint8 *data = NULL;
	gsize size = 0;
	EasTimezone zone = { 0 };

	if (base64 == NULL)
		return FALSE;

	data = g_base64_decode (base64, &size);
	if (size != ZONE_SIZE)
		return FALSE;

	zone.bias = read_int32 (data + BIAS_OFFSET);
	if (!bias_is_valid (zone.bias))
		return FALSE;

	read_name (data + STANDARD_NAME_OFFSET, zone.standard_name);
	zone.standard_date = read_date (data + STANDARD_DATE_OFFSET);
	zone.standard_bias = read_int32 (data + STANDARD_BIAS_OFFSET);
	read_name (data + DAYLIGHT_NAME_OFFSET, zone.daylight_name);
	zone.daylight_date = read_date (data + DAYLIGHT_DATE_OFFSET);
	zone.daylight_bias = read_int32 (data + DAYLIGHT_BIAS_OFFSET);
	*out_zone = zone;

	return TRUE;
}

/**
 * eas_timezone_write:
 *
 * Without rules both biases are written as zero: a daylight bias without dates
 * makes servers differ by an hour (pitfall 12).
 *
 * Returns: (transfer full): base64 of 172 bytes
 */
char *
eas_timezone_write (const EasTimezone *zone)
{
	guint8 data[ZONE_SIZE] = { 0 };

	write_int32 (data + BIAS_OFFSET, zone->bias);
	write_name (data + STANDARD_NAME_OFFSET, zone->standard_name);
	write_name (data + DAYLIGHT_NAME_OFFSET, zone->daylight_name);
	if (eas_timezone_has_daylight (zone)) {
		write_date (data + STANDARD_DATE_OFFSET, &zone->standard_date);
		write_int32 (data + STANDARD_BIAS_OFFSET, zone->standard_bias);
		write_date (data + DAYLIGHT_DATE_OFFSET, &zone->daylight_date);
		write_int32 (data + DAYLIGHT_BIAS_OFFSET, zone->daylight_bias);
	}

	return g_base64_encode (data, sizeof (data));
}

/**
 * eas_timezone_is_unstated:
 *
 * The Z-Push family sends all zeros when it does not know (pitfall 12). A zone
 * that calls itself something is stated, if only as UTC.
 */
gboolean
eas_timezone_is_unstated (const EasTimezone *zone)
{
	return zone->bias == 0 && zone->standard_name[0] == '\0' &&
	       zone->daylight_name[0] == '\0' && !eas_timezone_has_daylight (zone);
}

/* Minutes east of UTC; biases count west of it. */
static int
standard_offset (const EasTimezone *zone)
{
	return -(zone->bias + (eas_timezone_has_daylight (zone) ? zone->standard_bias : 0));
}

static int
daylight_offset (const EasTimezone *zone)
{
	return -(zone->bias + zone->daylight_bias);
}

static gboolean
dates_equal (const EasTimezoneDate *a, const EasTimezoneDate *b)
{
	return a->year == b->year && a->month == b->month && a->day == b->day &&
	       (a->year != 0 || a->weekday == b->weekday) && a->hour == b->hour &&
	       a->minute == b->minute && a->second == b->second && a->millisecond == b->millisecond;
}

gboolean
eas_timezone_same_rules (const EasTimezone *a, const EasTimezone *b)
{
	gboolean has_daylight = eas_timezone_has_daylight (a);

	if (has_daylight != eas_timezone_has_daylight (b) ||
	    standard_offset (a) != standard_offset (b))
		return FALSE;

	return !has_daylight || (daylight_offset (a) == daylight_offset (b) &&
				 dates_equal (&a->standard_date, &b->standard_date) &&
				 dates_equal (&a->daylight_date, &b->daylight_date));
}

/* 1970-01-01 was a Thursday; 0 is Sunday. */
static int
weekday_of (gint64 utc)
{
	gint64 days = utc / 86400 - (utc % 86400 < 0);

	return (int) (((days + 4) % DAYS_PER_WEEK + DAYS_PER_WEEK) % DAYS_PER_WEEK);
}

/* The day @date means in @year, as midnight of a clock that shows UTC. */
static gint64
resolve_day (const EasTimezoneDate *date, int year)
{
	gint64 first, next_month;
	int days;

	if (date->year != 0)
		return eas_datetime_from_civil (date->year, date->month, date->day, 0, 0, 0);

	first = eas_datetime_from_civil (year, date->month, 1, 0, 0, 0);
	next_month = date->month == 12
			     ? eas_datetime_from_civil (year + 1, 1, 1, 0, 0, 0)
			     : eas_datetime_from_civil (year, date->month + 1, 1, 0, 0, 0);
	days = (date->weekday - weekday_of (first) + DAYS_PER_WEEK) % DAYS_PER_WEEK;
	days += (date->day - 1) * DAYS_PER_WEEK;
	while (first + days * 86400 >= next_month)
		days -= DAYS_PER_WEEK;

	return first + days * 86400;
}

/* When the clock, which was @offset minutes east before, is changed. 23:59:59.999 means midnight.
 */
static gint64
resolve_change (const EasTimezoneDate *date, int year, int offset)
{
	return resolve_day (date, year) + date->hour * 3600 + date->minute * 60 + date->second +
	       (date->millisecond >= 500) - offset * 60;
}

typedef struct {
	gint64 last;  /* the latest change not after the instant; G_MININT64 none */
	gint64 first; /* the earliest after it; G_MAXINT64 none */
} Changes;

/* The changes @date makes around @utc: those of three years, or its only one. */
static Changes
find_changes (const EasTimezoneDate *date, int year, int offset, gint64 utc)
{
	Changes changes = { G_MININT64, G_MAXINT64 };

	for (int i = year - 1; i <= year + 1; i++) {
		gint64 change = resolve_change (date, i, offset);

		if (change <= utc)
			changes.last = MAX (changes.last, change);
		else
			changes.first = MIN (changes.first, change);
	}

	return changes;
}

static gboolean
is_daylight (const EasTimezone *zone, gint64 utc)
{
	Changes to_daylight, to_standard;
	int year, month, day, hour, minute, second;

	eas_datetime_to_civil (utc, &year, &month, &day, &hour, &minute, &second);
	to_daylight = find_changes (&zone->daylight_date, year, standard_offset (zone), utc);
	to_standard = find_changes (&zone->standard_date, year, daylight_offset (zone), utc);

	if (to_daylight.last != to_standard.last)
		return to_daylight.last > to_standard.last;

	/* Before every change: what the first one ends. */
	return to_standard.first < to_daylight.first;
}

int
eas_timezone_offset_at_utc (const EasTimezone *zone, gint64 utc)
{
	if (eas_timezone_has_daylight (zone) && is_daylight (zone, utc))
		return daylight_offset (zone);

	return standard_offset (zone);
}

/**
 * eas_timezone_offset_at_local:
 * @local_as_utc: what a clock on the wall shows, counted as if it showed UTC
 *
 * A time that comes twice is its first; one that is skipped is read with the
 * offset from before the gap. Both as in iCalendar, RFC 5545 3.3.5.
 */
int
eas_timezone_offset_at_local (const EasTimezone *zone, gint64 local_as_utc)
{
	int least = standard_offset (zone);
	int most = least;

	if (!eas_timezone_has_daylight (zone))
		return least;

	most = MAX (most, daylight_offset (zone));
	least = MIN (least, daylight_offset (zone));
	if (eas_timezone_offset_at_utc (zone, local_as_utc - most * 60) == most)
		return most;

	return least;
}
