/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The wire forms of time. The calendar is Gregorian throughout; no time zone is consulted. */

#include "eas-datetime.h"

#include <string.h>

#define FIRST_YEAR 1601 /* the first of a cycle of 400 years, and Windows' epoch */
#define LAST_YEAR  9999

#define SECONDS_PER_DAY    G_GINT64_CONSTANT (86400)
#define DAYS_PER_400_YEARS 146097
#define DAYS_PER_100_YEARS 36524
#define DAYS_PER_4_YEARS   1461
#define DAYS_PER_YEAR      365
#define EPOCH_DAYS         134774 /* from 1601-01-01 to 1970-01-01 */

/* Days before the month in a common year. */
static const guint16 days_before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };

static gboolean
is_leap_year (int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
days_in_month (int year, int month)
{
	return days_before[month] - days_before[month - 1] + (month == 2 && is_leap_year (year));
}

/**
 * eas_datetime_from_civil:
 * @month: 1 to 12
 * @day: usually 1 to 31; other days and times of day are counted on from there
 *
 * Returns: seconds since 1970, UTC
 */
gint64
eas_datetime_from_civil (int year, int month, int day, int hour, int minute, int second)
{
	gint64 years = year - FIRST_YEAR;
	gint64 days;

	g_return_val_if_fail (month >= 1 && month <= 12, 0);

	days = years * DAYS_PER_YEAR + years / 4 - years / 100 + years / 400;
	days += days_before[month - 1] + (month > 2 && is_leap_year (year)) + day - 1;

	return (days - EPOCH_DAYS) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
}

static gint64
clamp_to_years (gint64 utc)
{
	const gint64 first = -EPOCH_DAYS * SECONDS_PER_DAY;
	const gint64 last = eas_datetime_from_civil (LAST_YEAR, 12, 31, 23, 59, 59);

	return CLAMP (utc, first, last);
}

/* The last day of 4 and of 400 years belongs to their last year, not to a next one. */
static void
split_days (int days, int *out_year, int *out_day_of_year)
{
	int year = FIRST_YEAR;
	int n;

	year += days / DAYS_PER_400_YEARS * 400;
	days %= DAYS_PER_400_YEARS;

	n = MIN (days / DAYS_PER_100_YEARS, 3);
	year += n * 100;
	days -= n * DAYS_PER_100_YEARS;

	year += days / DAYS_PER_4_YEARS * 4;
	days %= DAYS_PER_4_YEARS;

	n = MIN (days / DAYS_PER_YEAR, 3);
	*out_year = year + n;
	*out_day_of_year = days - n * DAYS_PER_YEAR;
}

/**
 * eas_datetime_to_civil:
 * @utc: seconds since 1970; what lies outside 1601 to 9999 becomes the nearest inside
 */
void
eas_datetime_to_civil (
	gint64 utc, int *year, int *month, int *day, int *hour, int *minute, int *second)
{
	gint64 seconds = clamp_to_years (utc) + EPOCH_DAYS * SECONDS_PER_DAY;
	int time = (int) (seconds % SECONDS_PER_DAY);
	int days, of_month;

	split_days ((int) (seconds / SECONDS_PER_DAY), year, &days);
	for (*month = 1; days >= (of_month = days_in_month (*year, *month)); (*month)++)
		days -= of_month;

	*day = days + 1;
	*hour = time / 3600;
	*minute = time / 60 % 60;
	*second = time % 60;
}

gboolean
eas_datetime_is_midnight (gint64 utc)
{
	return utc % SECONDS_PER_DAY == 0;
}

static char *
write_digits (char *out, int value, int n_digits)
{
	for (int i = n_digits - 1; i >= 0; i--) {
		out[i] = (char) ('0' + value % 10);
		value /= 10;
	}

	return out + n_digits;
}

static char *
write_char (char *out, char c)
{
	*out = c;

	return out + 1;
}

void
eas_datetime_write_dashed (gint64 utc, char out[EAS_DATETIME_DASHED_SIZE])
{
	int year, month, day, hour, minute, second;

	eas_datetime_to_civil (utc, &year, &month, &day, &hour, &minute, &second);
	out = write_char (write_digits (out, year, 4), '-');
	out = write_char (write_digits (out, month, 2), '-');
	out = write_char (write_digits (out, day, 2), 'T');
	out = write_char (write_digits (out, hour, 2), ':');
	out = write_char (write_digits (out, minute, 2), ':');
	out = write_digits (out, second, 2);
	memcpy (out, ".000Z", 6);
}

void
eas_datetime_write_compact (gint64 utc, char out[EAS_DATETIME_COMPACT_SIZE])
{
	int year, month, day, hour, minute, second;

	eas_datetime_to_civil (utc, &year, &month, &day, &hour, &minute, &second);
	out = write_digits (out, year, 4);
	out = write_digits (out, month, 2);
	out = write_char (write_digits (out, day, 2), 'T');
	out = write_digits (out, hour, 2);
	out = write_digits (out, minute, 2);
	out = write_digits (out, second, 2);
	memcpy (out, "Z", 2);
}

/* Reads exactly @n_digits, then moves on. */
static gboolean
read_digits (const char **text, int n_digits, int *out_value)
{
	int value = 0;

	for (; n_digits > 0; n_digits--, (*text)++) {
		if (!g_ascii_isdigit (**text))
			return FALSE;
		value = value * 10 + (**text - '0');
	}
	*out_value = value;

	return TRUE;
}

static gboolean
read_char (const char **text, char wanted)
{
	if (g_ascii_toupper (**text) != wanted)
		return FALSE;
	(*text)++;

	return TRUE;
}

/* Both parts use their separator throughout or nowhere. */
static gboolean
read_date (const char **text, int *year, int *month, int *day)
{
	gboolean dashed;

	if (!read_digits (text, 4, year))
		return FALSE;

	dashed = read_char (text, '-');

	return read_digits (text, 2, month) && (!dashed || read_char (text, '-')) &&
	       read_digits (text, 2, day);
}

static gboolean
read_time (const char **text, int *hour, int *minute, int *second)
{
	gboolean dashed;

	if (!read_digits (text, 2, hour))
		return FALSE;

	dashed = read_char (text, ':');
	if (!read_digits (text, 2, minute) || (dashed && !read_char (text, ':')) ||
	    !read_digits (text, 2, second))
		return FALSE;

	if (read_char (text, '.')) {
		while (g_ascii_isdigit (**text))
			(*text)++;
	}

	return TRUE;
}

static const char *
skip_space (const char *text)
{
	while (g_ascii_isspace (*text))
		text++;

	return text;
}

/**
 * eas_datetime_parse:
 * @text: (nullable): either form, with or without fraction and Z, or a date
 *   alone, which is its midnight; servers that pass iCalendar through send all of these
 * @out_utc: set on success only
 *
 * Source: [MS-ASDTYPE] dateTime, Compact DateTime.
 *
 * Returns: whether it is a time of the years 1601 to 9999
 */
gboolean
eas_datetime_parse (const char *text, gint64 *out_utc)
{
	int year, month, day;
	int hour = 0;
	int minute = 0;
	int second = 0;

	if (text == NULL)
		return FALSE;

	text = skip_space (text);
	if (!read_date (&text, &year, &month, &day))
		return FALSE;
	if (read_char (&text, 'T') && !read_time (&text, &hour, &minute, &second))
		return FALSE;
	read_char (&text, 'Z');
	if (*skip_space (text) != '\0')
		return FALSE;

	if (year < FIRST_YEAR || month < 1 || month > 12 || day < 1 ||
	    day > days_in_month (year, month))
		return FALSE;
	/* 60: a leap second, the first of the next minute for us. */
	if (hour > 23 || minute > 59 || second > 60)
		return FALSE;

	/* The leap second at the end of year 9999 would begin a year without a form. */
	*out_utc =
		clamp_to_years (eas_datetime_from_civil (year, month, day, hour, minute, second));

	return TRUE;
}
