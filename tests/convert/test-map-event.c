/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "convert-test.h"

#include <string.h>

/* W. Europe, as Exchange writes it. */
#define BERLIN                                                                                     \
	"xP///"                                                                                    \
	"1cALgAgAEUAdQByAG8AcABlACAAUwB0AGEAbgBkAGEAcgBkACAAVABpAG0AZQAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AoAAAAFAAMAAAAA"                                                                          \
	"AAAAAAAAAFcALgAgAEUAdQByAG8AcABlACAARABhAHkAbABpAGcAaAB0ACAAVABpAG0AZQAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAMAAAAFAAIA"                                                                     \
	"AAAAAAAAxP///w=="
#define ZEROS                                                                                      \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAAAAAAAAAAA"                                                                     \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAAAAAAAAAAA"                                                                     \
	"AAAAAAAAAAAAAA=="
#define ZONE(base64)      "<c:Timezone>" base64 "</c:Timezone>"
#define TIMES(start, end) "<c:StartTime>" start "</c:StartTime><c:EndTime>" end "</c:EndTime>"
#define ALL_DAY           "<c:AllDayEvent>1</c:AllDayEvent>"
#define TZID(zone)        ";TZID=" zone

/* The same event as 14.1 and as 16.1 have it. */
#define COMMON                                                                                     \
	ZONE (BERLIN)                                                                              \
	"<c:DtStamp>20260101T080000Z</c:DtStamp>" TIMES (                                          \
		"20260701T080000Z",                                                                \
		"20260701T090000Z") "<c:Subject>Plan &amp; talk, "                                 \
				    "soon</c:Subject><c:UID>uid-1</c:UID><c:Sensitivity>1</"       \
				    "c:Sensitivity>"                                               \
				    "<c:BusyStatus>3</c:BusyStatus><c:Reminder>15</"               \
				    "c:Reminder><c:AllDayEvent>0</c:AllDayEvent>"                  \
				    "<c:Categories><c:Category>Work</"                             \
				    "c:Category><c:Category>Blue, "                                \
				    "dark</c:Category></c:Categories>"                             \
				    "<b:Body><b:Type>1</b:Type><b:EstimatedDataSize>9</"           \
				    "b:EstimatedDataSize><b:Data>one&#13;\ntwo</b:Data></b:Body>"  \
				    "<b:NativeBodyType>1</b:NativeBodyType><c:MeetingStatus>0</"   \
				    "c:MeetingStatus>"                                             \
				    "<g:token page=\"30\" code=\"07\">future</g:token>"
#define EVENT_14 COMMON "<c:Location>Room 1</c:Location>"
#define EVENT_16                                                                                   \
	COMMON "<b:Location><b:DisplayName>Room 1</b:DisplayName><b:Street>Main "                  \
	       "1</b:Street><b:Latitude>47.5</b:Latitude>"                                         \
	       "<b:Longitude>8.25</b:Longitude></b:Location>"

static const char *const golden_ical = "BEGIN:VEVENT\n"
				       "UID:uid-1\n"
				       "DTSTART;TZID=Europe/Berlin:20260701T100000\n"
				       "DTEND;TZID=Europe/Berlin:20260701T110000\n"
				       "DTSTAMP:20260101T080000Z\n"
				       "LAST-MODIFIED:20260101T080000Z\n"
				       "SUMMARY:Plan & talk\\, soon\n"
				       "LOCATION:Room 1\n"
				       "%s"
				       "DESCRIPTION:one\\ntwo\n"
				       "CATEGORIES:Work\n"
				       "CATEGORIES:Blue\xe2\x80\x9a dark\n"
				       "CLASS:PRIVATE\n"
				       "TRANSP:OPAQUE\n"
				       "X-MICROSOFT-CDO-BUSYSTATUS:OOF\n"
				       "BEGIN:VALARM\n"
				       "ACTION:DISPLAY\n"
				       "TRIGGER:-PT15M\n"
				       "DESCRIPTION:Plan & talk\\, soon\n"
				       "END:VALARM\n"
				       "END:VEVENT\n";

static EasItem *
golden_item (EasVersion version)
{
	return convert_item (version >= EAS_VERSION_16_0 ? EVENT_16 : EVENT_14);
}

static void
test_golden_read (void)
{
	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		g_autoptr (EasItem) item = golden_item (convert_versions[v]);
		g_autoptr (GPtrArray) components = convert_read (item, &context);
		g_autofree char *ical = convert_ical (components);
		g_autofree char *expected = NULL;

		expected = g_strdup_printf (golden_ical, convert_versions[v] >= EAS_VERSION_16_0
								 ? "GEO:47.500000;8.250000\n"
								 : "");
		convert_assert_lines (ical, expected);
	}
}

/* Up to 14.1 the whole item goes, with all we do not understand (law 7); from 16.0 what changed. */
static void
test_golden_change (void)
{
	for (guint v = 0; v < convert_n_versions; v++) {
		EasVersion version = convert_versions[v];
		EasMapContext context = convert_context (version, NULL);
		g_autoptr (EasItem) item = golden_item (version);
		g_autofree char *lines = convert_write_edited (item, &context, 0, "SUMMARY:New");

		if (version >= EAS_VERSION_16_0)
			convert_assert_lines (lines, "Change\n  Subject=New\n");
		else
			convert_assert_lines (lines,
					      "Change\n"
					      "  0x1e07=future\n"
					      "  AllDayEvent=0\n"
					      "  Body{Type=1;Data=one\\r\\ntwo}\n"
					      "  BusyStatus=3\n"
					      "  Categories{Category=Work;Category=Blue, dark}\n"
					      "  DtStamp=20260101T080000Z\n"
					      "  EndTime=20260701T090000Z\n"
					      "  Location=Room 1\n"
					      "  MeetingStatus=0\n"
					      "  Reminder=15\n"
					      "  Sensitivity=1\n"
					      "  StartTime=20260701T080000Z\n"
					      "  Subject=New\n"
					      "  Timezone=" BERLIN "\n"
					      "  UID=uid-1\n");
	}
}

typedef struct {
	const char *edit;
	const char *below_16; /* a line of the whole item */
	const char *since_16; /* all of the change */
} Edit;

static void
test_edits (void)
{
	static const Edit edits[] = {
		{ "LOCATION:Hall", "Location=Hall", "Location{DisplayName=Hall}" },
		{ "-LOCATION\n-GEO", "Location", "Location" },
		{ "DESCRIPTION:a\\nb", "Body{Type=1;Data=a\\r\\nb}", "Body{Type=1;Data=a\\r\\nb}" },
		{ "-DESCRIPTION", "Body{Type=1;Data}", "Body{Type=1;Data}" },
		{ "CLASS:PUBLIC", "Sensitivity=0", "Sensitivity=0" },
		{ "CLASS:CONFIDENTIAL", "Sensitivity=3", "Sensitivity=3" },
		{ "TRANSP:TRANSPARENT", "BusyStatus=0", "BusyStatus=0" },
		{ "-X-MICROSOFT-CDO-BUSYSTATUS", "BusyStatus=2", "BusyStatus=2" },
		{ "-X-MICROSOFT-CDO-BUSYSTATUS\nSTATUS:TENTATIVE", "BusyStatus=1", "BusyStatus=1" },
		/* The name that was shown with another comma goes back as it was. */
		{ "+CATEGORIES:More", "Categories{Category=Blue, dark;Category=More;Category=Work}",
		  "Categories{Category=Blue, dark;Category=More;Category=Work}" },
		{ "-CATEGORIES", "Categories", "Categories" },
		{ "-SUMMARY", "Subject", "Subject" },
	};
	static const EasVersion versions[] = { EAS_VERSION_12_1, EAS_VERSION_14_1, EAS_VERSION_16_0,
					       EAS_VERSION_16_1 };

	for (guint i = 0; i < G_N_ELEMENTS (edits) * G_N_ELEMENTS (versions); i++) {
		const Edit *edit = &edits[i / G_N_ELEMENTS (versions)];
		EasMapContext context =
			convert_context (versions[i % G_N_ELEMENTS (versions)], NULL);
		g_autoptr (EasItem) item = golden_item (context.version);
		g_autofree char *lines = convert_write_edited (item, &context, 0, edit->edit);
		g_autofree char *expected = NULL;

		if (context.version >= EAS_VERSION_16_0) {
			expected = g_strdup_printf ("Change\n  %s\n", edit->since_16);
			convert_assert_lines (lines, expected);
		} else {
			convert_assert_has (lines, edit->below_16);
		}
	}
}

static char *
edit_reminder (EasVersion version, const char *alarm)
{
	EasMapContext context = convert_context (version, NULL);
	g_autoptr (EasItem) item = golden_item (version);
	g_autoptr (GPtrArray) shown = convert_read (item, &context);
	g_autofree char *ical = convert_ical (shown);
	char *start = strstr (ical, "BEGIN:VALARM");
	g_autofree char *before = g_strndup (ical, (gsize) (start - ical));
	g_autofree char *edited = g_strconcat (before, alarm, "END:VEVENT\n", NULL);
	g_autoptr (GPtrArray) components = convert_components (edited);
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) changes =
		eas_map_event_write (components, item, NULL, &context, &error);

	g_assert_no_error (error);
	return convert_change_lines (changes);
}

static void
test_reminder (void)
{
	static const struct {
		const char *trigger, *line;
	} triggers[] = {
		{ "TRIGGER:-PT30M", "Reminder=30" },
		{ "TRIGGER:-P1D", "Reminder=1440" },
		{ "TRIGGER:PT0S", "Reminder=0" },
		{ "TRIGGER;RELATED=END:-PT90M", "Reminder=30" },
		{ "TRIGGER;VALUE=DATE-TIME:20260701T074000Z", "Reminder=20" },
	};
	g_autofree char *none_12 = edit_reminder (EAS_VERSION_12_1, "");
	g_autofree char *none_14 = edit_reminder (EAS_VERSION_14_1, "");
	g_autofree char *none_16 = edit_reminder (EAS_VERSION_16_1, "");
	/* After the start: nothing the wire could say. */
	g_autofree char *late = edit_reminder (
		EAS_VERSION_16_1,
		"BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\nTRIGGER:PT5M\nEND:VALARM\n");

	/* Apple's way to say that nothing rings. */
	g_autofree char *silent = edit_reminder (
		EAS_VERSION_16_1, "BEGIN:VALARM\nACTION:NONE\nTRIGGER;VALUE=DATE-TIME:"
				  "19760401T005545Z\nEND:VALARM\n");

	for (guint i = 0; i < G_N_ELEMENTS (triggers); i++) {
		g_autofree char *alarm = g_strdup_printf (
			"BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\n%s\nEND:VALARM\n",
			triggers[i].trigger);
		g_autofree char *lines = edit_reminder (EAS_VERSION_16_1, alarm);

		convert_assert_has (lines, triggers[i].line);
	}

	convert_assert_lacks (none_12, "Reminder");
	convert_assert_has (none_14, "Reminder");
	convert_assert_lines (none_16, "Change\n  Reminder\n");
	convert_assert_lines (late, "Change\n  Reminder\n");
	convert_assert_lines (silent, "Change\n  Reminder\n");
}

/* A new event: nothing is sent that the version forbids. */
static void
test_add (void)
{
	static const char *const ical =
		"BEGIN:VEVENT\nUID:mine\nDTSTAMP:20260101T000000Z\nSUMMARY:Lunch\nLOCATION:Hall\n"
		"DTSTART;TZID=Europe/Berlin:20260701T100000\nDTEND;TZID=Europe/"
		"Berlin:20260701T110000\n"
		"END:VEVENT\n";
	EasMapContext old = convert_context (EAS_VERSION_14_1, NULL);
	EasMapContext new = convert_context (EAS_VERSION_16_1, NULL);
	g_autofree char *below = convert_write_new (ical, &old);
	g_autofree char *since = convert_write_new (ical, &new);

	convert_assert_lines (
		below,
		"Add\n  AllDayEvent=0\n  BusyStatus=2\n  DtStamp=20260101T000000Z\n"
		"  EndTime=20260701T090000Z\n  Location=Hall\n  MeetingStatus=0\n  Sensitivity=0\n"
		"  StartTime=20260701T080000Z\n  Subject=Lunch\n  Timezone=" BERLIN
		"\n  UID=mine\n");
	convert_assert_lines (
		since,
		"Add\n  AllDayEvent=0\n  BusyStatus=2\n  ClientUid=mine\n"
		"  EndTime=20260701T090000Z\n  Location{DisplayName=Hall}\n  MeetingStatus=0\n"
		"  Sensitivity=0\n  StartTime=20260701T080000Z\n  Subject=Lunch\n  Timezone=" BERLIN
		"\n");
}

typedef struct {
	const char *what;
	const char *xml;
	const char *start, *end;
} DayCase;

/* Pitfall 11. The value decides: digits at 00:00Z, anything else through the zone; the nearest
 * midnight. */
static void
test_all_day_read_11 (void)
{
	static const DayCase cases[] = {
		{ "16.x", ALL_DAY TIMES ("20260314T000000Z", "20260315T000000Z"), "20260314",
		  "20260315" },
		{ "Exchange 14.1",
		  ALL_DAY ZONE (BERLIN) TIMES ("20260313T230000Z", "20260315T230000Z"), "20260314",
		  "20260316" },
		{ "over the change of clocks",
		  ALL_DAY ZONE (BERLIN) TIMES ("20260328T230000Z", "20260329T220000Z"), "20260329",
		  "20260330" },
		{ "an hour off",
		  ALL_DAY ZONE (BERLIN) TIMES ("20260714T230000Z", "20260715T230000Z"), "20260715",
		  "20260716" },
		{ "digits with a zone",
		  ALL_DAY ZONE (BERLIN) TIMES ("20260314T000000Z", "20260315T000000Z"), "20260314",
		  "20260315" },
		{ "zeros", ALL_DAY ZONE (ZEROS) TIMES ("20260314T000000Z", "20260315T000000Z"),
		  "20260314", "20260315" },
		{ "no zone, midnight of the person",
		  ALL_DAY TIMES ("20260313T230000Z", "20260314T230000Z"), "20260314", "20260315" },
		{ "zeros, midnight of the person",
		  ALL_DAY ZONE (ZEROS) TIMES ("20260313T230000Z", "20260314T230000Z"), "20260314",
		  "20260315" },
		{ "no length", ALL_DAY TIMES ("20260314T000000Z", "20260314T000000Z"), "20260314",
		  "20260315" },
		{ "before 1970", ALL_DAY TIMES ("19650314T000000Z", "19650315T000000Z"), "19650314",
		  "19650315" },
	};
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);

	for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (EasItem) item = convert_item (cases[i].xml);
		g_autoptr (GPtrArray) components = convert_read (item, &context);
		g_autofree char *ical = convert_ical (components);
		g_autofree char *start = g_strconcat ("DTSTART;VALUE=DATE:", cases[i].start, NULL);
		g_autofree char *end = g_strconcat ("DTEND;VALUE=DATE:", cases[i].end, NULL);

		g_test_message ("%s", cases[i].what);
		convert_assert_has (ical, start);
		convert_assert_has (ical, end);
	}
}

static void
test_all_day_write_11 (void)
{
	static const char *const ical =
		"BEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\nDTSTART;VALUE=DATE:20260314\n"
		"DTEND;VALUE=DATE:20260316\nEND:VEVENT\n";
	EasMapContext old = convert_context (EAS_VERSION_14_1, "America/New_York");
	EasMapContext new = convert_context (EAS_VERSION_16_1, "America/New_York");
	g_autofree char *below = convert_write_new (ical, &old);
	g_autofree char *since = convert_write_new (ical, &new);

	convert_assert_has (below, "StartTime=20260314T000000Z");
	convert_assert_has (below, "EndTime=20260316T000000Z");
	convert_assert_has (below, "Timezone=" ZEROS);
	convert_assert_has (since, "StartTime=20260314T000000Z");
	convert_assert_has (since, "EndTime=20260316T000000Z");
	convert_assert_has (since, "AllDayEvent=1");
	convert_assert_lacks (since, "Timezone");
}

/* From timed to all-day and back: zone, start and end go together; 16.x gets no zone for a day. */
static void
test_all_day_switch (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) timed = golden_item (EAS_VERSION_16_1);
	g_autoptr (EasItem) day =
		convert_item (ALL_DAY TIMES ("20260314T000000Z", "20260315T000000Z"));
	g_autofree char *to_day = convert_write_edited (
		timed, &context, 0, "DTSTART;VALUE=DATE:20260701\nDTEND;VALUE=DATE:20260702");
	g_autofree char *to_timed = convert_write_edited (
		day, &context, 0,
		"DTSTART;TZID=Europe/Berlin:20260701T100000\nDTEND;TZID=Europe/"
		"Berlin:20260701T110000");

	convert_assert_lines (to_day, "Change\n  AllDayEvent=1\n  EndTime=20260702T000000Z\n  "
				      "StartTime=20260701T000000Z\n");
	convert_assert_lines (to_timed, "Change\n  AllDayEvent=0\n  EndTime=20260701T090000Z\n"
					"  StartTime=20260701T080000Z\n  Timezone=" BERLIN "\n");
}

/* Pitfall 12: zeros are "not stated": the person's zone, and the instant stays. */
static void
test_unstated_zone_12 (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, "America/New_York");
	g_autoptr (EasItem) item =
		convert_item (ZONE (ZEROS) TIMES ("20260701T080000Z", "20260701T090000Z"));
	g_autoptr (GPtrArray) components = convert_read (item, &context);
	g_autofree char *ical = convert_ical (components);
	g_autofree char *lines = convert_write_edited (item, &context, 0, "SUMMARY:New");

	convert_assert_has (ical, "DTSTART" TZID ("America/New_York") ":20260701T040000");
	/* Nobody changed the zone: it goes back as it came. */
	convert_assert_has (lines, "Timezone=" ZEROS);
	convert_assert_has (lines, "StartTime=20260701T080000Z");
}

/* Pitfall 16. */
static void
test_durations_16 (void)
{
	static const struct {
		const char *lines, *end;
	} cases[] = {
		{ "DTSTART:20260701T080000Z\nDTEND:20260701T080000Z", "EndTime=20260701T080000Z" },
		{ "DTSTART:20260701T080000Z", "EndTime=20260701T080000Z" },
		{ "DTSTART:20260701T080000Z\nDURATION:PT45M", "EndTime=20260701T084500Z" },
		{ "DTSTART;VALUE=DATE:20260701\nDURATION:P2D", "EndTime=20260703T000000Z" },
		{ "DTSTART;VALUE=DATE:20260701", "EndTime=20260702T000000Z" },
		{ "DTSTART:20260701T080000Z\nDTEND:20260701T070000Z", "EndTime=20260701T080000Z" },
	};
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) zero = convert_item (TIMES ("20260701T080000Z", "20260701T080000Z"));
	g_autoptr (GPtrArray) components = convert_read (zero, &context);
	g_autofree char *ical = convert_ical (components);

	convert_assert_has (ical, "DTEND" TZID ("Europe/Berlin") ":20260701T100000");
	for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *event =
			g_strdup_printf ("BEGIN:VEVENT\nUID:1\n%s\nEND:VEVENT\n", cases[i].lines);
		g_autofree char *lines = convert_write_new (event, &context);

		convert_assert_has (lines, cases[i].end);
	}
}

/* Pitfall 17: the state is shown as a state; the title stays what it is on the server. */
static void
test_cancelled_title_17 (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (EasItem) item = convert_item (TIMES (
		"20260701T080000Z", "20260701T090000Z") "<c:Subject>Canceled: Lunch</c:Subject>"
							"<c:MeetingStatus>5</c:MeetingStatus>");
	g_autoptr (EasItem) titled = convert_item (TIMES (
		"20260701T080000Z", "20260701T090000Z") "<c:Subject>Canceled: Lunch</c:Subject>");
	g_autoptr (GPtrArray) components = convert_read (item, &context);
	g_autoptr (GPtrArray) plain = convert_read (titled, &context);
	g_autofree char *ical = convert_ical (components);
	g_autofree char *plain_ical = convert_ical (plain);
	g_autofree char *lines = convert_write_edited (item, &context, 0, "LOCATION:Hall");

	convert_assert_has (ical, "SUMMARY:Lunch");
	convert_assert_has (ical, "STATUS:CANCELLED");
	convert_assert_has (plain_ical, "SUMMARY:Canceled: Lunch");
	convert_assert_has (lines, "Subject=Canceled: Lunch");
	convert_assert_has (lines, "MeetingStatus=5");
}

/* A title that is a container is no title, in a cancelled meeting neither. */
static void
test_cancelled_without_text (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (
		TIMES ("20260701T080000Z",
		       "20260701T090000Z") "<c:Subject><c:Location>x</c:Location></c:Subject>"
					   "<c:MeetingStatus>5</c:MeetingStatus>");
	g_autoptr (GPtrArray) components = convert_read (item, &context);
	g_autofree char *ical = convert_ical (components);

	convert_assert_lacks (ical, "SUMMARY");
	convert_assert_has (ical, "STATUS:CANCELLED");
}

/* Pitfall 18. */
static void
test_not_an_event_18 (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (GPtrArray) components = g_ptr_array_new_with_free_func (g_object_unref);
	g_autoptr (GError) error = NULL;

	g_ptr_array_add (components, i_cal_component_new_from_string (
					     "BEGIN:VTODO\nUID:1\nSUMMARY:x\nEND:VTODO\n"));
	g_assert_null (eas_map_event_write (components, NULL, NULL, &context, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
}

static void
test_busy (void)
{
	static const struct {
		const char *status, *transp, *x, *event_status;
	} cases[] = {
		{ "0", "TRANSP:TRANSPARENT", NULL, NULL },
		{ "1", "TRANSP:OPAQUE", NULL, "STATUS:TENTATIVE" },
		{ "2", "TRANSP:OPAQUE", NULL, NULL },
		{ "3", "TRANSP:OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS:OOF", NULL },
		{ "4", "TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE", NULL },
		{ "-1", "TRANSP:OPAQUE", NULL, NULL },
	};
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);

	for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *xml = g_strdup_printf (
			TIMES ("20260701T080000Z",
			       "20260701T090000Z") "<c:BusyStatus>%s</c:BusyStatus>",
			cases[i].status);
		g_autoptr (EasItem) item = convert_item (xml);
		g_autoptr (GPtrArray) components = convert_read (item, &context);
		g_autofree char *ical = convert_ical (components);

		convert_assert_has (ical, cases[i].transp);
		if (cases[i].x != NULL)
			convert_assert_has (ical, cases[i].x);
		else
			convert_assert_lacks (ical, "X-MICROSOFT");
		if (cases[i].event_status != NULL)
			convert_assert_has (ical, cases[i].event_status);
		else
			convert_assert_lacks (ical, "STATUS:T");
	}
}

static void
test_uid (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) wire =
		convert_item ("<c:UID>theirs</c:UID><c:ClientUid>mine</c:ClientUid>" TIMES (
			"20260701T080000Z", "20260701T090000Z"));
	g_autoptr (EasItem) client = convert_item (
		"<c:ClientUid>mine</c:ClientUid>" TIMES ("20260701T080000Z", "20260701T090000Z"));
	g_autoptr (EasItem) none =
		convert_item ("<c:UID> </c:UID>" TIMES ("20260701T080000Z", "20260701T090000Z"));
	g_autofree char *wire_uid = eas_map_event_dup_uid (wire);
	g_autofree char *client_uid = eas_map_event_dup_uid (client);
	g_autofree char *no_uid = eas_map_event_dup_uid (none);
	g_autoptr (GPtrArray) components = convert_read (none, &context);
	g_autofree char *ical = convert_ical (components);

	g_assert_cmpstr (wire_uid, ==, "theirs");
	g_assert_cmpstr (client_uid, ==, "mine");
	g_assert_null (no_uid);
	convert_assert_has (ical, "UID:fallback-uid");
}

static void
test_no_start (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item ("<c:Subject>x</c:Subject>");
	g_autoptr (GError) error = NULL;

	g_assert_null (eas_map_event_read (item, "u", &context, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
}

/* Nothing an attacker puts into a value becomes a property. */
static void
test_injection (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (EasItem) item = convert_item (
		TIMES ("20260701T080000Z",
		       "20260701T090000Z") "<c:Subject>a&#13;\nX-EVIL:1</"
					   "c:Subject><c:Location>b\nX-EVIL:2</"
					   "c:Location><c:UID>u\nX-EVIL:3</c:UID>"
					   "<c:OrganizerEmail>o@x\nX-EVIL:4</"
					   "c:OrganizerEmail><c:OrganizerName>\"n\nX-EVIL:5</"
					   "c:OrganizerName>"
					   "<c:Attendees><c:Attendee><c:Email>a@x\nX-EVIL:6</"
					   "c:Email><c:Name>n\nX-EVIL:7</c:Name></c:Attendee>"
					   "</c:Attendees><c:Categories><c:Category>c\nX-EVIL:8</"
					   "c:Category></c:Categories>"
					   "<c:OnlineMeetingExternalLink>https://x/\nX-EVIL:9</"
					   "c:OnlineMeetingExternalLink>"
					   "<c:OnlineMeetingConfLink>conf:\nX-EVIL:10</"
					   "c:OnlineMeetingConfLink>");
	g_autoptr (GPtrArray) components = convert_read (item, &context);
	g_autofree char *ical = convert_ical (components);
	g_auto (GStrv) lines = g_strsplit (ical, "\n", -1);

	for (guint i = 0; lines[i] != NULL; i++)
		g_assert_false (g_str_has_prefix (lines[i], "X-EVIL"));
}

static void
test_links (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (EasItem) item = convert_item (
		TIMES ("20260701T080000Z",
		       "20260701T090000Z") "<c:OnlineMeetingConfLink>conf:sip:a@x</"
					   "c:OnlineMeetingConfLink>"
					   "<c:OnlineMeetingExternalLink>https://meet.example.com/"
					   "1</c:OnlineMeetingExternalLink>");
	g_autoptr (GPtrArray) components = convert_read (item, &context);
	g_autofree char *ical = convert_ical (components);
	g_autofree char *lines = convert_write_edited (item, &context, 0, "SUMMARY:New");

	convert_assert_has (ical, "URL:https://meet.example.com/1");
	convert_assert_has (ical, "X-MICROSOFT-ONLINEMEETINGCONFLINK:conf:sip:a@x");
	/* Never the client's to send. */
	convert_assert_lacks (lines, "OnlineMeeting");
}

static void
test_same_content (void)
{
	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		g_autoptr (EasItem) item = golden_item (convert_versions[v]);
		g_autoptr (GPtrArray) components = convert_read (item, &context);
		g_autoptr (GPtrArray) retitled = convert_edit (components, 0, "SUMMARY:Other");
		g_autoptr (GPtrArray) add =
			eas_map_event_write (components, NULL, NULL, &context, NULL);
		g_autoptr (GPtrArray) other_add =
			eas_map_event_write (retitled, NULL, NULL, &context, NULL);
		g_autoptr (EasItem) sent = eas_map_event_apply (NULL, add, &context);
		g_autoptr (EasItem) other = eas_map_event_apply (NULL, other_add, &context);

		/* Our own Add against what the server made of it. */
		g_assert_true (eas_map_event_same_content (item, sent, &context));
		g_assert_false (eas_map_event_same_content (item, other, &context));
	}
}

/* The server changed the place while the person changed the title: only the title is the person's.
 */
static void
test_three_sides (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) before = convert_item (
		TIMES ("20260701T080000Z",
		       "20260701T090000Z") "<c:Subject>A</c:Subject><b:Location><b:DisplayName>X</"
					   "b:DisplayName></b:Location>");
	g_autoptr (EasItem) now = convert_item (
		TIMES ("20260701T080000Z",
		       "20260701T090000Z") "<c:Subject>A</c:Subject><b:Location><b:DisplayName>Y</"
					   "b:DisplayName></b:Location>");
	g_autoptr (GPtrArray) shown = convert_read (before, &context);
	g_autoptr (GPtrArray) edited = convert_edit (shown, 0, "SUMMARY:B");
	g_autoptr (GPtrArray) changes = eas_map_event_write (edited, now, shown, &context, NULL);
	g_autofree char *lines = convert_change_lines (changes);

	convert_assert_lines (lines, "Change\n  Subject=B\n");
}

/* An item kept from another version, or before any is known, is shown all the same and not sent. */
static void
test_other_version (void)
{
	static const EasVersion versions[] = { EAS_VERSION_NONE, EAS_VERSION_14_1,
					       EAS_VERSION_16_1 };

	for (guint i = 0; i < G_N_ELEMENTS (versions); i++) {
		EasMapContext context = convert_context (versions[i], NULL);
		g_autoptr (EasItem) old = golden_item (EAS_VERSION_14_1);
		g_autoptr (EasItem) new = golden_item (EAS_VERSION_16_1);
		g_autoptr (GPtrArray) old_components = convert_read (old, &context);
		g_autoptr (GPtrArray) new_components = convert_read (new, &context);
		g_autofree char *old_ical = convert_ical (old_components);
		g_autofree char *new_ical = convert_ical (new_components);

		convert_assert_has (old_ical, "LOCATION:Room 1");
		convert_assert_has (new_ical, "LOCATION:Room 1");
		convert_assert_untouched (old, old_components, NULL, &context, 0);
		convert_assert_untouched (new, new_components, NULL, &context, 1);
	}
}

/* A damaged year: named as what cannot be shown, never an event without a date. */
static void
test_far_future (void)
{
	EasMapContext context = convert_context (EAS_VERSION_12_1, NULL);
	g_autoptr (EasItem) never = convert_item (
		TIMES ("60270109T133000Z", "60270109T143000Z") "<c:Subject>A</c:Subject>");
	g_autoptr (EasItem) endless = convert_item (
		TIMES ("20270109T133000Z", "60270109T143000Z") "<c:Subject>A</c:Subject>");
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) none = eas_map_event_read (never, "u", &context, &error);
	g_autoptr (GPtrArray) shown = convert_read (endless, &context);
	g_autofree char *ical = convert_ical (shown);

	if (convert_libical_writes (6027)) {
		g_assert_nonnull (none);
		return;
	}
	g_assert_null (none);
	g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
	convert_assert_has (ical, "DTSTART;TZID=Europe/Berlin:20270109T143000");
	convert_assert_has (ical, "DTEND;TZID=Europe/Berlin:20270109T143000");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/map/event/golden-read", test_golden_read);
	g_test_add_func ("/map/event/golden-change", test_golden_change);
	g_test_add_func ("/map/event/edits", test_edits);
	g_test_add_func ("/map/event/reminder", test_reminder);
	g_test_add_func ("/map/event/add", test_add);
	g_test_add_func ("/map/event/all-day-read-11", test_all_day_read_11);
	g_test_add_func ("/map/event/all-day-write-11", test_all_day_write_11);
	g_test_add_func ("/map/event/all-day-switch", test_all_day_switch);
	g_test_add_func ("/map/event/unstated-zone-12", test_unstated_zone_12);
	g_test_add_func ("/map/event/durations-16", test_durations_16);
	g_test_add_func ("/map/event/cancelled-title-17", test_cancelled_title_17);
	g_test_add_func ("/map/event/cancelled-without-text", test_cancelled_without_text);
	g_test_add_func ("/map/event/not-an-event-18", test_not_an_event_18);
	g_test_add_func ("/map/event/busy", test_busy);
	g_test_add_func ("/map/event/uid", test_uid);
	g_test_add_func ("/map/event/no-start", test_no_start);
	g_test_add_func ("/map/event/far-future", test_far_future);
	g_test_add_func ("/map/event/injection", test_injection);
	g_test_add_func ("/map/event/links", test_links);
	g_test_add_func ("/map/event/same-content", test_same_content);
	g_test_add_func ("/map/event/other-version", test_other_version);
	g_test_add_func ("/map/event/three-sides", test_three_sides);

	return g_test_run ();
}
