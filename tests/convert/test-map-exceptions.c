/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pitfall 13: occurrences that differ, in both dialects. */

#include "convert-test.h"

#include <string.h>

#define BERLIN                                                                                     \
	"xP///"                                                                                    \
	"1cALgAgAEUAdQByAG8AcABlACAAUwB0AGEAbgBkAGEAcgBkACAAVABpAG0AZQAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AoAAAAFAAMAAAAA"                                                                          \
	"AAAAAAAAAFcALgAgAEUAdQByAG8AcABlACAARABhAHkAbABpAGcAaAB0ACAAVABpAG0AZQAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAMAAAAFAAIA"                                                                     \
	"AAAAAAAAxP///w=="

/* Mondays at ten; one cancelled, one moved and renamed, with no place. */
#define SERIES(original, place, no_place)                                                          \
	"<c:Timezone>" BERLIN "</c:Timezone><c:DtStamp>20260227T080000Z</c:DtStamp>"               \
	"<c:StartTime>20260302T090000Z</c:StartTime><c:EndTime>20260302T091500Z</c:EndTime>"       \
	"<c:Subject>Standup</c:Subject><c:UID>series</c:UID>" place                                \
	"<c:AllDayEvent>0</c:AllDayEvent>"                                                         \
	"<c:BusyStatus>2</c:BusyStatus><c:Sensitivity>0</c:Sensitivity><c:Reminder>15</"           \
	"c:Reminder>"                                                                              \
	"<c:MeetingStatus>0</c:MeetingStatus>"                                                     \
	"<c:Recurrence><c:Type>1</c:Type><c:Interval>1</c:Interval><c:DayOfWeek>2</c:DayOfWeek></" \
	"c:Recurrence>"                                                                            \
	"<c:Exceptions>"                                                                           \
	"<c:Exception><c:Deleted>1</c:Deleted><" original ">20260309T090000Z</" original           \
	"></c:Exception>"                                                                          \
	"<c:Exception><" original ">20260316T090000Z</" original                                   \
	"><c:StartTime>20260316T100000Z</c:StartTime>"                                             \
	"<c:EndTime>20260316T101500Z</c:EndTime><c:Subject>Standup (late)</c:Subject>" no_place    \
	"</c:Exception>"                                                                           \
	"</c:Exceptions>"

static EasItem *
series (EasVersion version)
{
	if (version >= EAS_VERSION_16_0)
		return convert_item (
			SERIES ("b:InstanceId",
				"<b:Location><b:DisplayName>Room 1</b:DisplayName></b:Location>",
				"<b:Location/>"));

	return convert_item (SERIES ("c:ExceptionStartTime", "<c:Location>Room 1</c:Location>",
				     "<c:Location/>"));
}

#define OLD_EXCEPTIONS                                                                             \
	"Exception{Deleted=1;ExceptionStartTime=20260309T090000Z};"                                \
	"Exception{ExceptionStartTime=20260316T090000Z;StartTime=20260316T100000Z;EndTime="        \
	"20260316T101500Z;"                                                                        \
	"Subject=Standup (late);Location}"

static void
test_read_13 (void)
{
	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		g_autoptr (EasItem) item = series (convert_versions[v]);
		g_autoptr (GPtrArray) components = convert_read (item, &context);
		g_autoptr (GPtrArray) detached = g_ptr_array_new ();
		g_autofree char *all = convert_ical (components);
		g_autofree char *exception = NULL;

		g_assert_cmpuint (components->len, ==, 2);
		g_ptr_array_add (detached, components->pdata[1]);
		exception = convert_ical (detached);

		convert_assert_has (all, "RRULE:FREQ=WEEKLY;BYDAY=MO");
		convert_assert_has (all, "EXDATE;TZID=Europe/"
					 "Berlin:20260309T100000");
		convert_assert_has (exception, "UID:series");
		convert_assert_has (exception, "RECURRENCE-ID;TZID=Europe/"
					       "Berlin:20260316T100000");
		convert_assert_has (exception, "DTSTART;TZID="
					       "Europe/Berlin:20260316T110000");
		convert_assert_has (exception, "SUMMARY:Standup (late)");
		/* An empty element takes away, an absent one inherits. */
		convert_assert_lacks (exception, "LOCATION");
		convert_assert_has (exception, "TRIGGER:-PT15M");
		convert_assert_lacks (exception, "RRULE");
	}
}

/* A new exception of the 23rd: what the client writes is a whole component. */
static char *
write_detached (EasVersion version, const char *lines)
{
	EasMapContext context = convert_context (version, NULL);
	g_autoptr (EasItem) item = series (version);
	g_autoptr (GPtrArray) shown = convert_read (item, &context);
	g_autoptr (GPtrArray) copy =
		convert_edit (shown, 0,
			      "-RRULE\n-EXDATE\nDTSTART;TZID=Europe/"
			      "Berlin:20260323T100000\nDTEND;TZID=Europe/Berlin:20260323T101500\n"
			      "RECURRENCE-ID;TZID=Europe/Berlin:20260323T100000");
	g_autoptr (GPtrArray) detached = convert_edit (copy, 0, lines);
	g_autoptr (GPtrArray) edited = g_ptr_array_new ();
	g_autoptr (GPtrArray) changes = NULL;
	g_autoptr (GError) error = NULL;

	for (guint i = 0; i < shown->len; i++)
		g_ptr_array_add (edited, shown->pdata[i]);
	g_ptr_array_add (edited, detached->pdata[0]);
	changes = eas_map_event_write (edited, item, shown, &context, &error);
	g_assert_no_error (error);

	return convert_change_lines (changes);
}

/* 16.x: one command for one occurrence, with nothing but what differs; below: all of them in the
 * whole item. */
static void
test_new_exception_13 (void)
{
	g_autofree char *moved =
		write_detached (EAS_VERSION_16_1, "DTSTART;TZID=Europe/Berlin:20260323T110000\n"
						  "DTEND;TZID=Europe/Berlin:20260323T111500");
	g_autofree char *renamed = write_detached (EAS_VERSION_16_0, "SUMMARY:Other");
	g_autofree char *cleared = write_detached (EAS_VERSION_16_0, "-LOCATION");
	g_autofree char *same = write_detached (EAS_VERSION_16_1, "SUMMARY:Standup");
	g_autofree char *below = write_detached (EAS_VERSION_14_1, "SUMMARY:Other\n-LOCATION");
	g_autofree char *same_below = write_detached (EAS_VERSION_14_1, "SUMMARY:Standup");

	convert_assert_lines (moved, "Change 20260323T090000Z\n  EndTime=20260323T101500Z\n  "
				     "StartTime=20260323T100000Z\n");
	convert_assert_lines (renamed, "Change 20260323T090000Z\n  Subject=Other\n");
	convert_assert_lines (cleared, "Change 20260323T090000Z\n  Location\n");
	convert_assert_lines (same, "");
	convert_assert_lines (same_below, "");
	convert_assert_has (
		below, "Exceptions{" OLD_EXCEPTIONS
		       ";Exception{ExceptionStartTime=20260323T090000Z;Subject=Other;Location}}");
	convert_assert_has (below, "Subject=Standup");
	convert_assert_has (below, "Timezone=" BERLIN);
}

/* A changed exception: the rest of it stays; nothing of the series is said in 16.x. */
static void
test_change_exception_13 (void)
{
	EasMapContext new = convert_context (EAS_VERSION_16_1, NULL),
		      old = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (EasItem) new_item = series (EAS_VERSION_16_1);
	g_autoptr (EasItem) old_item = series (EAS_VERSION_14_1);
	g_autofree char *since =
		convert_write_edited (new_item, &new, 1, "SUMMARY:Later\nLOCATION:Hall");
	g_autofree char *below =
		convert_write_edited (old_item, &old, 1, "SUMMARY:Later\nLOCATION:Hall");

	convert_assert_lines (
		since, "Change 20260316T090000Z\n  Location{DisplayName=Hall}\n  Subject=Later\n");
	convert_assert_has (
		below, "Exceptions{Exception{Deleted=1;ExceptionStartTime=20260309T090000Z};"
		       "Exception{ExceptionStartTime=20260316T090000Z;StartTime=20260316T100000Z;"
		       "EndTime=20260316T101500Z;Subject=Later;Location=Hall}}");
}

/* Cancelling: a Delete without data; below 16.0 Deleted in the item. */
static void
test_cancel_13 (void)
{
	EasMapContext new = convert_context (EAS_VERSION_16_1, NULL),
		      old = convert_context (EAS_VERSION_12_1, NULL);
	g_autoptr (EasItem) new_item = series (EAS_VERSION_16_1);
	g_autoptr (EasItem) old_item = series (EAS_VERSION_12_1);
	const char *edit = "+EXDATE;TZID=Europe/Berlin:20260330T100000";
	g_autofree char *since = convert_write_edited (new_item, &new, 0, edit);
	g_autofree char *below = convert_write_edited (old_item, &old, 0, edit);
	/* In summer time: the local time counts. */
	convert_assert_lines (since, "Delete 20260330T080000Z\n");
	convert_assert_has (below, "Exceptions{" OLD_EXCEPTIONS
				   ";Exception{Deleted=1;ExceptionStartTime=20260330T080000Z}}");
}

/* The master first, then one command an occurrence. */
static void
test_order_13 (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = series (EAS_VERSION_16_1);
	g_autofree char *lines = convert_write_edited (
		item, &context, 0,
		"SUMMARY:Daily\n+EXDATE;TZID=Europe/Berlin:20260406T100000\n+EXDATE;TZID=Europe/"
		"Berlin:20260330T100000");

	convert_assert_lines (
		lines,
		"Change\n  Subject=Daily\nDelete 20260330T080000Z\nDelete 20260406T080000Z\n");
}

/* A server drops all exceptions when the pattern changes: they are told again, but for those that
 * have no day left. */
static void
test_new_pattern_13 (void)
{
	EasMapContext new = convert_context (EAS_VERSION_16_1, NULL),
		      old = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (EasItem) new_item = series (EAS_VERSION_16_1);
	g_autoptr (EasItem) old_item = series (EAS_VERSION_14_1);
	g_autofree char *since =
		convert_write_edited (new_item, &new, 0, "RRULE:FREQ=WEEKLY;BYDAY=MO,TU");
	g_autofree char *tuesdays =
		convert_write_edited (new_item, &new, 0, "-EXDATE\nRRULE:FREQ=WEEKLY;BYDAY=TU");
	g_autofree char *single = convert_write_edited (new_item, &new, 0, "-EXDATE\n-RRULE");
	g_autofree char *below =
		convert_write_edited (old_item, &old, 0, "RRULE:FREQ=WEEKLY;BYDAY=MO,TU");

	convert_assert_lines (
		since, "Change\n  Recurrence{Type=1;Interval=1;DayOfWeek=6;FirstDayOfWeek=1}\n"
		       "Delete 20260309T090000Z\n"
		       "Change 20260316T090000Z\n  EndTime=20260316T101500Z\n  Location\n"
		       "  StartTime=20260316T100000Z\n  Subject=Standup (late)\n");
	convert_assert_lines (
		tuesdays, "Change\n  Recurrence{Type=1;Interval=1;DayOfWeek=4;FirstDayOfWeek=1}\n");
	convert_assert_lines (single, "Change\n  Recurrence\n");
	convert_assert_has (
		below, "Exceptions{Exception{Deleted=1;ExceptionStartTime=20260309T090000Z};"
		       "Exception{ExceptionStartTime=20260316T090000Z;StartTime=20260316T100000Z;"
		       "EndTime=20260316T101500Z;Subject=Standup (late);Location}}");
}

/* Taken back: told as it would be without it; what was cancelled stays cancelled. */
static void
test_restore_13 (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = series (EAS_VERSION_16_1);
	g_autoptr (GPtrArray) shown = convert_read (item, &context);
	g_autoptr (GPtrArray) alone = g_ptr_array_new ();
	g_autoptr (GPtrArray) changes = NULL;
	g_autoptr (GError) error = NULL;
	g_autofree char *lines = NULL;
	g_autofree char *reason = convert_refused (item, &context, 0, "-EXDATE");

	g_ptr_array_add (alone, shown->pdata[0]);
	changes = eas_map_event_write (alone, item, shown, &context, &error);
	g_assert_no_error (error);
	lines = convert_change_lines (changes);

	convert_assert_lines (lines, "Change 20260316T090000Z\n  EndTime=20260316T091500Z\n"
				     "  Location{DisplayName=Room 1}\n  "
				     "StartTime=20260316T090000Z\n  Subject=Standup\n");
	g_assert_cmpstr (reason, !=, "");
}

/* The server cancelled an occurrence that the person still had before them: nothing to say about
 * it. */
static void
test_cancelled_meanwhile_13 (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) before = series (EAS_VERSION_16_1);
	g_autoptr (EasItem) now = convert_item (SERIES (
		"b:InstanceId", "<b:Location><b:DisplayName>Room 1</b:DisplayName></b:Location>",
		"<c:Deleted>1</c:Deleted>"));
	g_autoptr (GPtrArray) shown = convert_read (before, &context);
	g_autoptr (GPtrArray) edited = convert_edit (shown, 0, "SUMMARY:Daily");
	g_autoptr (GPtrArray) changes = eas_map_event_write (edited, now, shown, &context, NULL);
	g_autofree char *lines = convert_change_lines (changes);

	convert_assert_lines (lines, "Change\n  Subject=Daily\n");
}

static const char *const new_series =
	"BEGIN:VEVENT\nUID:mine\nDTSTAMP:20260101T000000Z\nSUMMARY:A\nDTSTART;TZID=Europe/"
	"Berlin:20260302T100000\n"
	"DTEND;TZID=Europe/Berlin:20260302T110000\nRRULE:FREQ=DAILY;COUNT=9\nEXDATE;TZID=Europe/"
	"Berlin:20260303T100000\n"
	"END:VEVENT\nBEGIN:VEVENT\nUID:mine\nDTSTAMP:20260101T000000Z\nSUMMARY:B\n"
	"RECURRENCE-ID;TZID=Europe/Berlin:20260304T100000\nDTSTART;TZID=Europe/"
	"Berlin:20260304T120000\n"
	"DTEND;TZID=Europe/Berlin:20260304T130000\nEND:VEVENT\n";

/* A new series with exceptions: below 16.0 an Add, which some servers strip of them, and the whole
 * once more. */
static void
test_add_13 (void)
{
	EasMapContext new = convert_context (EAS_VERSION_16_1, NULL),
		      old = convert_context (EAS_VERSION_14_1, NULL);
	g_autofree char *since = convert_write_new (new_series, &new);
	g_autofree char *below = convert_write_new (new_series, &old);
	const char *again = strstr (below, "Change\n");

	convert_assert_has (since,
			    "Exceptions{Exception{Deleted=1;InstanceId=20260303T090000Z};"
			    "Exception{InstanceId=20260304T090000Z;StartTime=20260304T110000Z;"
			    "EndTime=20260304T120000Z;Subject=B}}");
	convert_assert_lacks (since, "Change");
	g_assert_true (g_str_has_prefix (below, "Add\n"));
	g_assert_nonnull (again);
	convert_assert_has (
		again, "Exceptions{Exception{Deleted=1;ExceptionStartTime=20260303T090000Z};"
		       "Exception{ExceptionStartTime=20260304T090000Z;StartTime=20260304T110000Z;"
		       "EndTime=20260304T120000Z;Subject=B}}");
}

static void
test_outside_13 (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (GPtrArray) components = convert_components (
		"BEGIN:VEVENT\nUID:1\nDTSTART:20260302T100000Z\nRRULE:FREQ=DAILY\nEND:VEVENT\n"
		"BEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20260304T110000Z\nDTSTART:"
		"20260304T120000Z\nEND:VEVENT\n");
	g_autoptr (GError) error = NULL;

	g_assert_null (eas_map_event_write (components, NULL, NULL, &context, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
}

#define DAYS(original, start, end, first, second, moved, zone)                                     \
	zone "<c:AllDayEvent>1</c:AllDayEvent><c:StartTime>" start "</c:StartTime><c:EndTime>" end \
	     "</c:EndTime>"                                                                        \
	     "<c:Subject>Day</c:Subject><c:Recurrence><c:Type>1</c:Type><c:Interval>1</"           \
	     "c:Interval><c:DayOfWeek>2</c:DayOfWeek>"                                             \
	     "</c:Recurrence><c:Exceptions><c:Exception><c:Deleted>1</c:Deleted><" original        \
	     ">" first "</" original ">"                                                           \
	     "</c:Exception><c:Exception><" original ">" second "</" original                      \
	     "><c:StartTime>" second "</c:StartTime><c:EndTime>" moved                             \
	     "</c:EndTime></c:Exception></c:Exceptions>"

/* Pitfall 13: all-day series have dates everywhere, whatever midnight their server counts from. */
static void
test_all_day_13 (void)
{
	EasMapContext new = convert_context (EAS_VERSION_16_1, NULL),
		      old = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (EasItem) dates = convert_item (
		DAYS ("b:InstanceId", "20260302T000000Z", "20260303T000000Z", "20260309T000000Z",
		      "20260316T000000Z", "20260318T000000Z", ""));
	/* Exchange 14.1: midnights of Berlin, the last of these in summer time. */
	g_autoptr (EasItem) midnights = convert_item (DAYS (
		"c:ExceptionStartTime", "20260301T230000Z", "20260302T230000Z", "20260308T230000Z",
		"20260405T220000Z", "20260407T220000Z", "<c:Timezone>" BERLIN "</c:Timezone>"));
	g_autoptr (GPtrArray) of_dates = convert_read (dates, &new);
	g_autoptr (GPtrArray) of_midnights = convert_read (midnights, &old);
	g_autofree char *dates_ical = convert_ical (of_dates);
	g_autofree char *midnights_ical = convert_ical (of_midnights);
	const char *edit = "+EXDATE;VALUE=DATE:20260413";
	g_autofree char *since = convert_write_edited (dates, &new, 0, edit);
	g_autofree char *below = convert_write_edited (midnights, &old, 0, edit);

	convert_assert_has (dates_ical, "EXDATE;VALUE=DATE:20260309");
	convert_assert_has (dates_ical, "RECURRENCE-ID;VALUE=DATE:20260316");
	convert_assert_has (dates_ical, "DTEND;VALUE=DATE:20260318");
	convert_assert_has (midnights_ical, "EXDATE;VALUE=DATE:20260309");
	convert_assert_has (midnights_ical, "RECURRENCE-ID;VALUE=DATE:20260406");
	convert_assert_has (midnights_ical, "DTEND;VALUE=DATE:20260408");

	convert_assert_lines (since, "Delete 20260413T000000Z\n");
	/* A new exception is named in the shape the series has on the server. */
	g_assert_nonnull (
		strstr (below, "Exception{Deleted=1;ExceptionStartTime=20260412T220000Z}}"));
	convert_assert_has (below, "StartTime=20260301T230000Z");
}

static void
test_all_day_moved_13 (void)
{
	EasMapContext old = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (EasItem) midnights = convert_item (DAYS (
		"c:ExceptionStartTime", "20260301T230000Z", "20260302T230000Z", "20260308T230000Z",
		"20260405T220000Z", "20260407T220000Z", "<c:Timezone>" BERLIN "</c:Timezone>"));
	g_autofree char *below = convert_write_edited (
		midnights, &old, 1, "DTSTART;VALUE=DATE:20260407\nDTEND;VALUE=DATE:20260408");

	g_assert_nonnull (strstr (
		below, "Exception{ExceptionStartTime=20260405T220000Z;StartTime=20260406T220000Z;"
		       "EndTime=20260407T220000Z}"));
}

/* One occurrence to which the person alone is invited: no series to go with it. */
static void
test_orphan_13 (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (
		"<c:UID>series</c:UID><b:InstanceId>20260316T090000Z</b:InstanceId>"
		"<c:StartTime>20260316T100000Z</c:StartTime><c:EndTime>20260316T110000Z</c:EndTime>"
		"<c:Subject>One of many</c:Subject>");
	g_autoptr (GPtrArray) components = convert_read (item, &context);
	g_autofree char *ical = convert_ical (components);
	g_autofree char *lines =
		convert_write_edited (item, &context, 0,
				      "+BEGIN:VALARM\n+ACTION:DISPLAY\n+TRIGGER:-PT5M\n"
				      "+DESCRIPTION:x\n+END:VALARM");

	g_assert_cmpuint (components->len, ==, 1);
	convert_assert_has (ical, "RECURRENCE-ID;TZID=Europe/"
				  "Berlin:20260316T100000");
	convert_assert_lines (lines, "Change\n  Reminder=5\n");
}

/* Never in an instance: Timezone, UID, Recurrence (Status 6). A day in a series of hours cannot be
 * told. */
static void
test_forbidden_13 (void)
{
	static const char *const everything =
		"SUMMARY:X\nLOCATION:Y\nDESCRIPTION:Z\nCLASS:PRIVATE\nTRANSP:TRANSPARENT\n+"
		"CATEGORIES:C\n"
		"DTSTART;TZID=America/New_York:20260316T100000\nDTEND;TZID=America/"
		"New_York:20260316T120000";
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = series (EAS_VERSION_16_1);
	g_autofree char *lines = convert_write_edited (item, &context, 1, everything);
	g_autofree char *reason = convert_refused (
		item, &context, 1, "DTSTART;VALUE=DATE:20260316\nDTEND;VALUE=DATE:20260317");

	convert_assert_lines (
		lines, "Change 20260316T090000Z\n  Body{Type=1;Data=Z}\n  BusyStatus=0\n  "
		       "Categories{Category=C}\n"
		       "  EndTime=20260316T160000Z\n  Location{DisplayName=Y}\n  Sensitivity=2\n"
		       "  StartTime=20260316T140000Z\n  Subject=X\n");
	g_assert_cmpstr (reason, !=, "");
}

/* What was sent, laid over what the server had, reads as what was meant. */
static void
test_apply_13 (void)
{
	static const EasVersion versions[] = { EAS_VERSION_12_1, EAS_VERSION_14_1, EAS_VERSION_16_0,
					       EAS_VERSION_16_1 };

	for (guint v = 0; v < G_N_ELEMENTS (versions); v++) {
		EasMapContext context = convert_context (versions[v], NULL);
		g_autoptr (EasItem) item = series (versions[v]);
		g_autoptr (GPtrArray) shown = convert_read (item, &context);
		g_autoptr (GPtrArray) renamed =
			convert_edit (shown, 1, "SUMMARY:Later\nLOCATION:Hall");
		g_autoptr (GPtrArray) edited =
			convert_edit (renamed, 0, "+EXDATE;TZID=Europe/Berlin:20260330T100000");
		g_autoptr (GPtrArray) changes =
			eas_map_event_write (edited, item, shown, &context, NULL);
		g_autoptr (EasItem) applied = eas_map_event_apply (item, changes, &context);
		g_autoptr (GPtrArray) rest =
			eas_map_event_write (edited, applied, NULL, &context, NULL);
		g_autoptr (GPtrArray) again = convert_read (applied, &context);
		g_autofree char *ical = convert_ical (again);

		g_assert_cmpuint (rest->len, ==, 0);
		convert_assert_has (ical, "SUMMARY:Later");
		convert_assert_has (ical, "LOCATION:Hall");
		convert_assert_has (ical, "EXDATE;TZID=Europe/"
					  "Berlin:20260330T100000");
		convert_assert_has (ical, "EXDATE;TZID=Europe/"
					  "Berlin:20260309T100000");
		g_assert_true (eas_map_event_same_content (applied, applied, &context));
		g_assert_false (eas_map_event_same_content (applied, item, &context));
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/map/exceptions/read-13", test_read_13);
	g_test_add_func ("/map/exceptions/new-13", test_new_exception_13);
	g_test_add_func ("/map/exceptions/change-13", test_change_exception_13);
	g_test_add_func ("/map/exceptions/cancel-13", test_cancel_13);
	g_test_add_func ("/map/exceptions/order-13", test_order_13);
	g_test_add_func ("/map/exceptions/new-pattern-13", test_new_pattern_13);
	g_test_add_func ("/map/exceptions/restore-13", test_restore_13);
	g_test_add_func ("/map/exceptions/cancelled-meanwhile-13", test_cancelled_meanwhile_13);
	g_test_add_func ("/map/exceptions/add-13", test_add_13);
	g_test_add_func ("/map/exceptions/outside-13", test_outside_13);
	g_test_add_func ("/map/exceptions/all-day-13", test_all_day_13);
	g_test_add_func ("/map/exceptions/all-day-moved-13", test_all_day_moved_13);
	g_test_add_func ("/map/exceptions/orphan-13", test_orphan_13);
	g_test_add_func ("/map/exceptions/forbidden-13", test_forbidden_13);
	g_test_add_func ("/map/exceptions/apply-13", test_apply_13);

	return g_test_run ();
}
