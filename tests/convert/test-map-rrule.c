/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "convert-test.h"
#include "eas-datetime.h"
#include "eas-map-rrule.h"

#include <string.h>

#define N_RANDOM    3000
#define N_INSTANCES 60

static EasEventTimes
times_of (const EasMapContext *context, gboolean all_day, gint64 start)
{
	EasEventTimes times = {
		.context = context, .all_day = all_day, .start = start, .end = start
	};

	times.zone = eas_map_zone_default (context);
	return times;
}

static char *
expand (const struct icalrecurrencetype *rule, struct icaltimetype start)
{
	GString *out = g_string_new (NULL);
	icalrecur_iterator *iterator = icalrecur_iterator_new (*rule, start);

	for (guint i = 0; iterator != NULL && i < N_INSTANCES; i++) {
		struct icaltimetype next = icalrecur_iterator_next (iterator);

		if (icaltime_is_null_time (next))
			break;
		g_string_append_printf (out, "%s ", icaltime_as_ical_string (next));
	}
	if (iterator != NULL)
		icalrecur_iterator_free (iterator);

	return g_string_free (out, FALSE);
}

/* There and back: perhaps other words, but the same days. */
static void
test_random (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (GRand) rand = eas_test_rand (1914);

	for (guint i = 0; i < N_RANDOM; i++) {
		gboolean all_day = eas_test_rand_one_in (rand, 3);
		gint64 start =
			eas_datetime_from_civil (2026, 1, 1, all_day ? 0 : 9, 30 * !all_day, 0) +
			(gint64) eas_test_rand_below (rand, 500) * 86400;
		g_autofree char *text = convert_random_rule (rand, all_day);
		struct icalrecurrencetype rule = icalrecurrencetype_from_string (text), again;
		EasEventTimes times = times_of (&context, all_day, start);
		struct icaltimetype local = eas_event_times_to_ical (&times, start);
		g_autofree char *expected = expand (&rule, local);
		g_autofree char *actual = NULL;
		g_autoptr (GError) error = NULL;
		EasRecurrence recurrence;

		if (!eas_map_rrule_write (&rule, &times, &recurrence, &error))
			g_error ("%s: %s", text, error->message);
		g_assert_true (eas_map_rrule_read (&recurrence, &times, &again));
		actual = expand (&again, local);
		if (strcmp (expected, actual) != 0)
			g_error ("%s from %s came back as %s:\n%s\n%s", text,
				 icaltime_as_ical_string (local),
				 icalrecurrencetype_as_string (&again), expected, actual);
	}
}

/* Pitfall 14: refused with words for people, never made into something else. */
static void
test_refused_14 (void)
{
	static const char *const rules[] = {
		"FREQ=HOURLY",
		"FREQ=MINUTELY;INTERVAL=30",
		"FREQ=SECONDLY",
		"FREQ=DAILY;BYMONTH=1",
		"FREQ=DAILY;INTERVAL=2;BYDAY=MO",
		"FREQ=DAILY;BYHOUR=9,15",
		"FREQ=WEEKLY;BYMONTH=5",
		"FREQ=MONTHLY;BYDAY=MO",
		"FREQ=MONTHLY;BYDAY=1MO,3MO",
		"FREQ=MONTHLY;BYDAY=1MO,1TU",
		"FREQ=MONTHLY;BYDAY=5MO",
		"FREQ=MONTHLY;BYDAY=-2FR",
		"FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
		"FREQ=MONTHLY;BYMONTHDAY=1,15",
		"FREQ=MONTHLY;BYMONTHDAY=-2",
		"FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,-1",
		"FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=5",
		"FREQ=MONTHLY;BYMONTH=3;BYMONTHDAY=1",
		"FREQ=YEARLY;BYDAY=20MO",
		"FREQ=YEARLY;BYMONTHDAY=1",
		"FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1",
		"FREQ=YEARLY;BYYEARDAY=100",
		"FREQ=YEARLY;BYWEEKNO=20",
		"FREQ=DAILY;COUNT=1000",
		"FREQ=DAILY;INTERVAL=1000",
	};
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	EasEventTimes times =
		times_of (&context, FALSE, eas_datetime_from_civil (2026, 1, 1, 9, 30, 0));

	for (guint i = 0; i < G_N_ELEMENTS (rules); i++) {
		struct icalrecurrencetype rule = icalrecurrencetype_from_string (rules[i]);
		EasRecurrence recurrence = { .interval = 77 };
		g_autoptr (GError) error = NULL;

		g_assert_cmpint (rule.freq, !=, ICAL_NO_RECURRENCE);
		if (eas_map_rrule_write (&rule, &times, &recurrence, &error))
			g_error ("%s was not refused", rules[i]);
		g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
		g_assert_cmpuint (recurrence.interval, ==, 77);
		convert_assert_lacks (error->message, "RRULE");
	}
}

typedef struct {
	const char *xml;
	const char *rule;
} Pair;

/* classes.md 3.1, a row each. */
static void
test_types (void)
{
	static const Pair pairs[] = {
		{ "<c:Type>0</c:Type>", "FREQ=DAILY" },
		{ "<c:Type>0</c:Type><c:Interval>3</c:Interval>", "FREQ=DAILY;INTERVAL=3" },
		{ "<c:Type>0</c:Type><c:DayOfWeek>62</c:DayOfWeek>",
		  "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR" },
		{ "<c:Type>1</c:Type><c:DayOfWeek>10</c:DayOfWeek><c:FirstDayOfWeek>0</"
		  "c:FirstDayOfWeek>",
		  "FREQ=WEEKLY;BYDAY=MO,WE;WKST=SU" },
		{ "<c:Type>2</c:Type><c:DayOfMonth>31</c:DayOfMonth>",
		  "FREQ=MONTHLY;BYMONTHDAY=31" },
		{ "<c:Type>3</c:Type><c:WeekOfMonth>2</c:WeekOfMonth><c:DayOfWeek>4</c:DayOfWeek>",
		  "FREQ=MONTHLY;BYDAY=2TU" },
		{ "<c:Type>3</c:Type><c:WeekOfMonth>5</c:WeekOfMonth><c:DayOfWeek>32</c:DayOfWeek>",
		  "FREQ=MONTHLY;BYDAY=-1FR" },
		{ "<c:Type>3</c:Type><c:WeekOfMonth>1</c:WeekOfMonth><c:DayOfWeek>65</c:DayOfWeek>",
		  "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1" },
		{ "<c:Type>3</c:Type><c:WeekOfMonth>5</c:WeekOfMonth><c:DayOfWeek>127</"
		  "c:DayOfWeek>",
		  "FREQ=MONTHLY;BYMONTHDAY=-1" },
		{ "<c:Type>5</c:Type><c:MonthOfYear>2</c:MonthOfYear><c:DayOfMonth>29</"
		  "c:DayOfMonth>",
		  "FREQ=YEARLY;BYMONTHDAY=29;BYMONTH=2" },
		{ "<c:Type>6</c:Type><c:MonthOfYear>11</c:MonthOfYear><c:WeekOfMonth>4</"
		  "c:WeekOfMonth>"
		  "<c:DayOfWeek>16</c:DayOfWeek>",
		  "FREQ=YEARLY;BYDAY=4TH;BYMONTH=11" },
		{ "<c:Type>0</c:Type><c:Occurrences>5</c:Occurrences><c:Until>20260131T093000Z</"
		  "c:Until>",
		  "FREQ=DAILY;COUNT=5" },
		{ "<c:Type>0</c:Type><c:Until>20260131T093000Z</c:Until>",
		  "FREQ=DAILY;UNTIL=20260131T093000Z" },
		{ "<c:Type>2</c:Type><c:DayOfMonth>1</c:DayOfMonth><c:CalendarType>1</"
		  "c:CalendarType>",
		  "FREQ=MONTHLY;BYMONTHDAY=1" },
		/* Lunar: shown once. */
		{ "<c:Type>2</c:Type><c:DayOfMonth>1</c:DayOfMonth><c:CalendarType>15</"
		  "c:CalendarType>",
		  NULL },
		/* Broken. */
		{ "<c:Type>4</c:Type>", NULL },
	};
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);

	for (guint i = 0; i < G_N_ELEMENTS (pairs); i++) {
		g_autofree char *xml =
			g_strconcat ("<c:StartTime>20260101T093000Z</c:StartTime><c:EndTime>"
				     "20260101T100000Z</c:EndTime><c:Recurrence>",
				     pairs[i].xml, "</c:Recurrence>", NULL);
		g_autoptr (EasItem) item = convert_item (xml);
		g_autoptr (GPtrArray) components = convert_read (item, &context);
		g_autofree char *ical = convert_ical (components);
		g_autofree char *line = g_strconcat ("RRULE:", pairs[i].rule, NULL);
		g_autofree char *changes = convert_write_edited (item, &context, 0, "SUMMARY:New");

		if (pairs[i].rule != NULL)
			convert_assert_has (ical, line);
		else
			convert_assert_lacks (ical, "RRULE");
		/* Law 7: the rule goes back as it came, understood or not. */
		convert_assert_has (changes, "Subject=New");
		if (strstr (pairs[i].xml, "15</c:CalendarType>") != NULL)
			convert_assert_has (changes,
					    "Recurrence{Type=2;DayOfMonth=1;CalendarType=15}");
	}
}

static char *
written (const EasMapContext *context, const char *start, const char *rule)
{
	g_autofree char *ical = g_strdup_printf (
		"BEGIN:VEVENT\nUID:1\nDTSTART%s\nRRULE:%s\nEND:VEVENT\n", start, rule);

	return convert_write_new (ical, context);
}

/* The start fills in what a rule leaves out. */
static void
test_from_start (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_0, NULL);
	g_autofree char *weekly = written (&context, ":20260107T090000Z", "FREQ=WEEKLY");
	g_autofree char *monthly =
		written (&context, ":20260107T090000Z", "FREQ=MONTHLY;INTERVAL=2");
	g_autofree char *yearly = written (&context, ";VALUE=DATE:20260107", "FREQ=YEARLY;COUNT=3");
	/* Late in the evening in Auckland it is the day before in UTC: the local day counts. */
	g_autofree char *local =
		written (&context, ";TZID=Pacific/Auckland:20260107T080000", "FREQ=WEEKLY");

	convert_assert_has (weekly, "Recurrence{Type=1;Interval=1;DayOfWeek=8}");
	convert_assert_has (monthly, "Recurrence{Type=2;Interval=2;DayOfMonth=7}");
	convert_assert_has (
		yearly, "Recurrence{Type=5;Interval=1;Occurrences=3;DayOfMonth=7;MonthOfYear=1}");
	convert_assert_has (local, "Recurrence{Type=1;Interval=1;DayOfWeek=8}");
	convert_assert_has (local, "StartTime=20260106T190000Z");
}

/* A date as the end of a timed series, which libical would cut a day short: its last day counts. */
static void
test_until (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autofree char *utc = written (&context, ";TZID=Europe/Berlin:20260107T090000",
					"FREQ=DAILY;UNTIL=20260731T070000Z");
	g_autofree char *date = written (&context, ";TZID=Europe/Berlin:20260107T090000",
					 "FREQ=DAILY;UNTIL=20260731");
	g_autofree char *whole =
		written (&context, ";VALUE=DATE:20260107", "FREQ=DAILY;UNTIL=20260731");

	convert_assert_has (utc, "Recurrence{Type=0;Until=20260731T070000Z;Interval=1}");
	convert_assert_has (date, "Recurrence{Type=0;Until=20260731T070000Z;Interval=1}");
	convert_assert_has (whole, "Recurrence{Type=0;Until=20260731T000000Z;Interval=1}");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/map/rrule/random", test_random);
	g_test_add_func ("/map/rrule/refused-14", test_refused_14);
	g_test_add_func ("/map/rrule/types", test_types);
	g_test_add_func ("/map/rrule/from-start", test_from_start);
	g_test_add_func ("/map/rrule/until", test_until);

	return g_test_run ();
}
