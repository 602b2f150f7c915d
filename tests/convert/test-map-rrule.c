/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "convert-test.h"
#include "eas-datetime.h"
#include "eas-map-event.h"
#include "eas-map-rrule.h"
#include "eas-map-task.h"

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

		if (!eas_map_rrule_write (&rule, EAS_REPEATS_EVENT, &times, &recurrence, &error))
			g_error ("%s: %s", text, error->message);
		g_assert_true (eas_map_rrule_read (&recurrence, &times, &again));
		actual = expand (&again, local);
		if (strcmp (expected, actual) != 0)
			g_error ("%s from %s came back as %s:\n%s\n%s", text,
				 icaltime_as_ical_string (local),
				 icalrecurrencetype_as_string (&again), expected, actual);
	}
}

typedef struct {
	const char *rule;
	EasRruleFault fault;
	const char *name; /* part of the reason */
} Refused;

/* clang-format off */
static const Refused refused[] = {
	{ "FREQ=HOURLY",                              EAS_RRULE_BELOW_A_DAY,           ": every hour" },
	{ "FREQ=HOURLY;INTERVAL=6",                   EAS_RRULE_BELOW_A_DAY,           ": every 6 hours" },
	{ "FREQ=HOURLY;BYHOUR=9;BYSETPOS=1",          EAS_RRULE_BELOW_A_DAY,           ": every hour" },
	{ "FREQ=MINUTELY;INTERVAL=30",                EAS_RRULE_BELOW_A_DAY,           ": every 30 minutes" },
	{ "FREQ=SECONDLY",                            EAS_RRULE_BELOW_A_DAY,           ": every second" },
	{ "FREQ=DAILY;BYHOUR=9,15",                   EAS_RRULE_TIMES_OF_DAY,          "BYHOUR" },
	{ "FREQ=DAILY;BYMINUTE=0,30",                 EAS_RRULE_TIMES_OF_DAY,          "times of the day" },
	{ "FREQ=WEEKLY;BYSECOND=30",                  EAS_RRULE_TIMES_OF_DAY,          "BYSECOND" },
	{ "FREQ=DAILY;BYHOUR=9,15;BYSETPOS=1",        EAS_RRULE_POSITION_OF_TIMES,     "BYSETPOS with BYHOUR" },
	{ "FREQ=YEARLY;BYYEARDAY=100",                EAS_RRULE_DAYS_OF_YEAR,          "BYYEARDAY" },
	{ "FREQ=YEARLY;BYWEEKNO=20",                  EAS_RRULE_WEEKS_OF_YEAR,         "BYWEEKNO" },
	{ "FREQ=MONTHLY;BYMONTHDAY=1,15",             EAS_RRULE_SEVERAL_MONTH_DAYS,    "several dates" },
	{ "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,-1",   EAS_RRULE_SEVERAL_POSITIONS,     "more than one of the days" },
	{ "FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1",     EAS_RRULE_SEVERAL_MONTHS,        "several months" },
	{ "RSCALE=CHINESE;FREQ=YEARLY",               EAS_RRULE_OTHER_CALENDAR,        "Gregorian" },
	{ "FREQ=DAILY;BYMONTH=1",                     EAS_RRULE_CERTAIN_MONTHS,        "only in certain months" },
	{ "FREQ=WEEKLY;BYMONTH=5",                    EAS_RRULE_CERTAIN_MONTHS,        "only in certain months" },
	{ "FREQ=MONTHLY;BYMONTH=3;BYMONTHDAY=1",      EAS_RRULE_CERTAIN_MONTHS,        "only in certain months" },
	{ "FREQ=DAILY;BYMONTHDAY=13",                 EAS_RRULE_DATES_IN_DAYS,         "only on certain dates" },
	{ "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1",       EAS_RRULE_POSITION_IN_WEEK,      "BYSETPOS" },
	{ "FREQ=DAILY;BYDAY=1MO",                     EAS_RRULE_NUMBERED_IN_WEEK,      "numbered weekdays" },
	{ "FREQ=WEEKLY;BYDAY=1MO,2TU",                EAS_RRULE_NUMBERED_IN_WEEK,      "numbered weekdays" },
	{ "FREQ=DAILY;INTERVAL=2;BYDAY=MO",           EAS_RRULE_WEEKDAYS_OF_SOME_DAYS, "every few days" },
	{ "FREQ=MONTHLY;BYDAY=MO",                    EAS_RRULE_EACH_WEEKDAY,          "which one" },
	{ "FREQ=MONTHLY;BYDAY=1MO,3MO",               EAS_RRULE_SEVERAL_NUMBERED,      "several numbered" },
	{ "FREQ=MONTHLY;BYDAY=1MO,1TU",               EAS_RRULE_SEVERAL_NUMBERED,      "several numbered" },
	{ "FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=1",        EAS_RRULE_NUMBERED_TWICE,        "certain position" },
	{ "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",      EAS_RRULE_WEEKDAY_ON_DATE,       "only on certain dates" },
	{ "FREQ=MONTHLY;BYDAY=5MO",                   EAS_RRULE_FIFTH,                 "first to the fourth" },
	{ "FREQ=MONTHLY;BYDAY=-2FR",                  EAS_RRULE_FIFTH,                 "first to the fourth" },
	{ "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=5",      EAS_RRULE_FIFTH,                 "first to the fourth" },
	{ "FREQ=MONTHLY;BYMONTHDAY=3;BYSETPOS=1",     EAS_RRULE_POSITION_OF_DATE,      "on a date" },
	{ "FREQ=MONTHLY;BYMONTHDAY=-2",               EAS_RRULE_DATE_FROM_END,         "end of the month" },
	{ "FREQ=YEARLY;BYDAY=20MO",                   EAS_RRULE_WEEKDAY_OF_YEAR,       "through the year" },
	{ "FREQ=YEARLY;BYMONTHDAY=1",                 EAS_RRULE_DATE_OF_ALL_MONTHS,    "each of its months" },
	{ "FREQ=DAILY;INTERVAL=1000",                 EAS_RRULE_LONG_INTERVAL,         "999" },
	{ "FREQ=DAILY;UNTIL=20270000",                EAS_RRULE_NO_SUCH_END,           "in no calendar" },
	{ "FREQ=DAILY;UNTIL=20271301T000000Z",        EAS_RRULE_NO_SUCH_END,           "in no calendar" },
	{ "FREQ=DAILY;COUNT=1000",                    EAS_RRULE_TOO_OFTEN,             "at most" },
};
/* clang-format on */

static char *
refusal (const char *text, EasRepeats what)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	EasEventTimes times =
		times_of (&context, FALSE, eas_datetime_from_civil (2026, 1, 1, 9, 30, 0));
	struct icalrecurrencetype rule = icalrecurrencetype_from_string (text);
	EasRecurrence recurrence = { .interval = 77 };
	g_autoptr (GError) error = NULL;

	g_assert_cmpint (rule.freq, !=, ICAL_NO_RECURRENCE);
	if (eas_map_rrule_write (&rule, what, &times, &recurrence, &error))
		g_error ("%s was not refused", text);
	g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
	g_assert_cmpuint (recurrence.interval, ==, 77);

	return g_strdup (error->message);
}

static void
assert_says (const char *message, const char *words)
{
	if (strstr (message, words) == NULL)
		g_error ("“%s” does not say “%s”", message, words);
}

/* Pitfall 14: refused with words for people, which name what cannot be said and of what. */
static void
test_refused_14 (void)
{
	for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
		g_autofree char *of_event = refusal (refused[i].rule, EAS_REPEATS_EVENT);
		g_autofree char *of_task = refusal (refused[i].rule, EAS_REPEATS_TASK);

		g_test_message ("%s: %s", refused[i].rule, of_event);
		assert_says (of_event, refused[i].name);
		assert_says (of_event, "repeat an event");
		g_assert_null (strstr (of_event, "task"));
		assert_says (of_task, refused[i].name);
		assert_says (of_task, "repeat a task");
		g_assert_null (strstr (of_task, "event"));
	}
}

/* Each reason is another one, and each is that of a rule above, or stands beside the rule. */
static void
test_every_reason (void)
{
	static const EasRruleFault beside[] = { EAS_RRULE_SEVERAL_RULES, EAS_RRULE_SINGLE_DAYS,
						EAS_RRULE_EXCLUDING_RULE, EAS_RRULE_DAYS_LEFT_OUT };
	struct icalrecurrencetype hourly = icalrecurrencetype_from_string ("FREQ=HOURLY");
	g_autoptr (GHashTable) reasons =
		g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	guint seen = 0;

	for (guint fault = EAS_RRULE_SAYABLE + 1; fault < EAS_RRULE_N_FAULTS; fault++) {
		g_autoptr (GError) error = NULL;

		eas_rrule_refuse (EAS_REPEATS_EVENT, fault, &hourly, &error);
		g_assert_true (g_hash_table_add (reasons, g_strdup (error->message)));
	}
	for (guint i = 0; i < G_N_ELEMENTS (beside); i++)
		seen |= 1u << beside[i];
	for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
		struct icalrecurrencetype rule = icalrecurrencetype_from_string (refused[i].rule);
		g_autofree char *message = refusal (refused[i].rule, EAS_REPEATS_EVENT);
		g_autoptr (GError) error = NULL;

		eas_rrule_refuse (EAS_REPEATS_EVENT, refused[i].fault, &rule, &error);
		g_assert_cmpstr (message, ==, error->message);
		seen |= 1u << refused[i].fault;
	}
	g_assert_cmpuint (seen, ==, (1u << EAS_RRULE_N_FAULTS) - 2);
}

/* What stands beside the rule, and how often each may repeat. */
static void
test_refused_beside (void)
{
	static const struct {
		const char *lines, *of_event, *of_task;
	} rows[] = {
		{ "RRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY", "more than one rule",
		  "more than one rule" },
		{ "RRULE:FREQ=DAILY\nRDATE:20260401T093000Z", "RDATE", "RDATE" },
		{ "RDATE:20260401T093000Z", "RDATE", "RDATE" },
		{ "RRULE:FREQ=DAILY\nEXRULE:FREQ=WEEKLY", "EXRULE", "EXRULE" },
		{ "RRULE:FREQ=DAILY\nEXDATE:20260401T093000Z", NULL, "EXDATE" },
		{ "RRULE:FREQ=DAILY;COUNT=300", NULL, "at most 255 times" },
		{ "RRULE:FREQ=DAILY;COUNT=1000", "at most 999 times", "at most 255 times" },
		{ "RRULE:FREQ=HOURLY;INTERVAL=3", "every 3 hours", "every 3 hours" },
	};
	static const char *const kinds[] = { "VEVENT", "VTODO" };
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);

	for (guint i = 0; i < 2 * G_N_ELEMENTS (rows); i++) {
		const char *kind = kinds[i % 2];
		const char *wanted = i % 2 == 0 ? rows[i / 2].of_event : rows[i / 2].of_task;
		g_autofree char *ical =
			g_strdup_printf ("BEGIN:%s\nUID:1\nDTSTART:20260301T093000Z\n%s\nEND:%s\n",
					 kind, rows[i / 2].lines, kind);
		g_autoptr (GPtrArray) components = convert_components (ical);
		g_autoptr (GError) error = NULL;
		g_autoptr (GPtrArray) changes = NULL;

		if (i % 2 == 0)
			changes = eas_map_event_write (components, NULL, NULL, &context, &error);
		else
			changes = eas_map_task_write (components, NULL, NULL, &context, &error);
		if (wanted == NULL) {
			g_assert_no_error (error);
			continue;
		}
		g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
		assert_says (error->message, wanted);
		assert_says (error->message, i % 2 == 0 ? "an event" : "a task");
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
		/* Without its month: the start says when in the year. */
		{ "<c:Type>5</c:Type><c:DayOfMonth>1</c:DayOfMonth>", "FREQ=YEARLY" },
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
	g_test_add_func ("/map/rrule/every-reason", test_every_reason);
	g_test_add_func ("/map/rrule/refused-beside", test_refused_beside);
	g_test_add_func ("/map/rrule/types", test_types);
	g_test_add_func ("/map/rrule/from-start", test_from_start);
	g_test_add_func ("/map/rrule/until", test_until);

	return g_test_run ();
}
