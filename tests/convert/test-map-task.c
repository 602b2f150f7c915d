/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Tasks: golden pairs, what a Change carries, the habits of servers, the laws. */

#include "convert-test.h"

#include <string.h>

#define DUE(date)                                                                                  \
	"<t:UtcDueDate>" date "T00:00:00.000Z</t:UtcDueDate><t:DueDate>" date                      \
	"T00:00:00.000Z</t:DueDate>"

/* As Exchange has it, in Berlin. */
#define GOLDEN                                                                                     \
	"<t:Subject>Taxes</t:Subject><b:NativeBodyType>1</b:NativeBodyType><b:Body>"               \
	"<b:Type>1</b:Type><b:Data>Form A&#13;&#10;Form B</b:Data></b:Body>"                       \
	"<t:StartDate>2026-11-20T00:00:00.000Z</t:StartDate>"                                      \
	"<t:UtcStartDate>2026-11-19T23:00:00.000Z</t:UtcStartDate>"                                \
	"<t:DueDate>2026-11-25T00:00:00.000Z</t:DueDate>"                                          \
	"<t:UtcDueDate>2026-11-24T23:00:00.000Z</t:UtcDueDate>"                                    \
	"<t:Importance>2</t:Importance><t:Sensitivity>2</t:Sensitivity><t:Complete>0</t:Complete>" \
	"<t:ReminderSet>1</t:ReminderSet><t:ReminderTime>2026-11-24T08:00:00.000Z</"               \
	"t:ReminderTime>"                                                                          \
	"<t:Categories><t:Category>Home</t:Category></t:Categories>"                               \
	"<t:OrdinalDate>2026-11-20T10:00:00.000Z</t:OrdinalDate>"                                  \
	"<t:SubOrdinalDate>5555</t:SubOrdinalDate><g:token page=\"30\" "                           \
	"code=\"07\">future</g:token>"

#define GOLDEN_REST                                                                                \
	"  0x1e07=future\n"                                                                        \
	"  Body{Type=1;Data=Form A\\r\\nForm B}\n"                                                 \
	"  Categories{Category=Home}\n"

static void
test_golden_read (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (GOLDEN);
	g_autoptr (GPtrArray) components = convert_read (item, &context);
	g_autofree char *ical = convert_ical (components);

	g_assert_cmpuint (components->len, ==, 1);
	convert_assert_lines (ical, "BEGIN:VTODO\n"
				    "UID:fallback-uid\n"
				    "SUMMARY:Taxes\n"
				    "DTSTART;VALUE=DATE:20261120\n"
				    "DUE;VALUE=DATE:20261125\n"
				    "DESCRIPTION:Form A\\nForm B\n"
				    "CATEGORIES:Home\n"
				    "CLASS:PRIVATE\n"
				    "PRIORITY:1\n"
				    "BEGIN:VALARM\n"
				    "ACTION:DISPLAY\n"
				    "TRIGGER;VALUE=DATE-TIME:20261124T080000Z\n"
				    "DESCRIPTION:Taxes\n"
				    "END:VALARM\n"
				    "END:VTODO\n");
}

/* The whole item in every version: what nobody edited as it came, what we do not know included
 * (pitfall 26). */
static void
test_golden_change (void)
{
	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		g_autoptr (EasItem) item = convert_item (GOLDEN);
		g_autofree char *lines =
			convert_write_edited (item, &context, 0, "DUE;VALUE=DATE:20261126");

		convert_assert_lines (lines, "Change\n" GOLDEN_REST "  Complete=0\n"
					     "  DueDate=2026-11-26T00:00:00.000Z\n"
					     "  Importance=2\n"
					     "  OrdinalDate=2026-11-20T10:00:00.000Z\n"
					     "  ReminderSet=1\n"
					     "  ReminderTime=2026-11-24T08:00:00.000Z\n"
					     "  Sensitivity=2\n"
					     "  StartDate=2026-11-20T00:00:00.000Z\n"
					     "  SubOrdinalDate=5555\n"
					     "  Subject=Taxes\n"
					     "  UtcDueDate=2026-11-25T23:00:00.000Z\n"
					     "  UtcStartDate=2026-11-19T23:00:00.000Z\n");
	}
}

static void
test_add (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, "America/New_York");
	g_autofree char *lines = convert_write_new (
		"BEGIN:VTODO\nUID:x\nSUMMARY:Call\nDUE;VALUE=DATE:20260704\nPRIORITY:9\n"
		"DESCRIPTION:Ask\\nfor Jim\nEND:VTODO\n",
		&context);
	g_autofree char *bare =
		convert_write_new ("BEGIN:VTODO\nUID:x\nSUMMARY:Call\nEND:VTODO\n", &context);

	convert_assert_lines (lines, "Add\n"
				     "  Body{Type=1;Data=Ask\\r\\nfor Jim}\n"
				     "  Complete=0\n"
				     "  DueDate=2026-07-04T00:00:00.000Z\n"
				     "  Importance=0\n"
				     "  ReminderSet=0\n"
				     "  Sensitivity=0\n"
				     "  Subject=Call\n"
				     "  UtcDueDate=2026-07-04T04:00:00.000Z\n");
	convert_assert_lines (bare, "Add\n"
				    "  Complete=0\n"
				    "  Importance=1\n"
				    "  ReminderSet=0\n"
				    "  Sensitivity=0\n"
				    "  Subject=Call\n");
}

typedef struct {
	const char *edit;
	const char *has[4];
	const char *lacks[3];
} Edit;

/* clang-format off */
static const Edit edits[] = {
	{ "SUMMARY:Other",            { "Subject=Other" },                            { "Taxes" } },
	{ "-SUMMARY",                 { NULL },                                       { "Subject" } },
	{ "-DUE",                     { "StartDate=2026-11-20T00:00:00.000Z" },       { "DueDate" } },
	{ "-DTSTART",                 { "DueDate=2026-11-25T00:00:00.000Z" },         { "StartDate" } },
	{ "PRIORITY:3",               { NULL },                                       { NULL } }, /* both are high */
	{ "PRIORITY:5",               { "Importance=1" },                             { NULL } },
	{ "PRIORITY:7",               { "Importance=0" },                             { NULL } },
	{ "-PRIORITY",                { "Importance=1" },                             { NULL } },
	{ "-CLASS",                   { "Sensitivity=0" },                            { NULL } },
	{ "CLASS:CONFIDENTIAL",       { "Sensitivity=3" },                            { NULL } },
	{ "-CATEGORIES",              { "Categories" },                               { "Home" } },
	{ "-DESCRIPTION",             { "Body{Type=1;Data}" },                        { "Form" } },
	{ "STATUS:COMPLETED\nPERCENT-COMPLETE:100\nCOMPLETED:20261123T120000Z",
	  { "Complete=1", "DateCompleted=2026-11-23T12:00:00.000Z" },                 { NULL } },
	{ "RRULE:FREQ=WEEKLY;BYDAY=FR",
	  { "Recurrence{Type=1;Start=2026-11-20T00:00:00.000Z;Interval=1;DayOfWeek=32;FirstDayOfWeek=1}" }, { NULL } },
};
/* clang-format on */

static void
test_edits (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);

	for (guint i = 0; i < G_N_ELEMENTS (edits); i++) {
		g_autoptr (EasItem) item = convert_item (GOLDEN);
		g_autofree char *lines = convert_write_edited (item, &context, 0, edits[i].edit);

		for (guint j = 0; edits[i].has[j] != NULL; j++)
			convert_assert_has (lines, edits[i].has[j]);
		for (guint j = 0; edits[i].lacks[j] != NULL; j++)
			convert_assert_lacks (lines, edits[i].lacks[j]);
	}
}

/* An alarm by its own time, and by its distance from a date. */
static void
test_reminder (void)
{
	static const struct {
		const char *trigger;
		const char *time;
	} alarms[] = {
		{ "TRIGGER;VALUE=DATE-TIME:20261124T090000Z", "2026-11-24T09:00:00.000Z" },
		{ "TRIGGER;RELATED=END:-PT15M", "2026-11-24T22:45:00.000Z" },
		{ "TRIGGER:PT9H", "2026-11-20T08:00:00.000Z" },
	};
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);

	for (guint i = 0; i < G_N_ELEMENTS (alarms); i++) {
		g_autofree char *ical = g_strdup_printf (
			"BEGIN:VTODO\nUID:x\nSUMMARY:T\nDTSTART;VALUE=DATE:20261120\n"
			"DUE;VALUE=DATE:20261125\nBEGIN:VALARM\nACTION:DISPLAY\n%s\n"
			"DESCRIPTION:T\nEND:VALARM\nEND:VTODO\n",
			alarms[i].trigger);
		g_autofree char *expected = g_strdup_printf ("ReminderTime=%s", alarms[i].time);
		g_autofree char *lines = convert_write_new (ical, &context);

		convert_assert_has (lines, "ReminderSet=1");
		convert_assert_has (lines, expected);
	}
}

/* Taken away: said by ReminderSet. */
static void
test_reminder_off (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (EasItem) item = convert_item (GOLDEN);
	g_autoptr (GPtrArray) shown = convert_read (item, &context);
	g_autoptr (GPtrArray) edited = convert_components (
		"BEGIN:VTODO\nUID:x\nSUMMARY:Taxes\nDTSTART;VALUE=DATE:20261120\n"
		"DUE;VALUE=DATE:20261125\nDESCRIPTION:Form A\\nForm B\nCATEGORIES:Home\n"
		"CLASS:PRIVATE\nPRIORITY:1\nEND:VTODO\n");
	g_autoptr (GPtrArray) changes =
		convert_kind ()->write (edited, item, shown, &context, NULL);
	g_autofree char *lines = convert_change_lines (changes);

	convert_assert_has (lines, "ReminderSet=0");
	convert_assert_lacks (lines, "ReminderTime");
}

/* A finished task must say since when, even one that itself does not. */
static void
test_date_completed (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autofree char *stamped =
		convert_write_new ("BEGIN:VTODO\nUID:x\nSUMMARY:T\nSTATUS:COMPLETED\n"
				   "LAST-MODIFIED:20261121T100000Z\nEND:VTODO\n",
				   &context);
	g_autofree char *bare = convert_write_new (
		"BEGIN:VTODO\nUID:x\nSUMMARY:T\nPERCENT-COMPLETE:100\nEND:VTODO\n", &context);
	/* Begun is not done, whatever else it says. */
	g_autofree char *begun = convert_write_new (
		"BEGIN:VTODO\nUID:x\nSUMMARY:T\nSTATUS:IN-PROCESS\nPERCENT-COMPLETE:50\n"
		"END:VTODO\n",
		&context);

	convert_assert_has (stamped, "Complete=1");
	convert_assert_has (stamped, "DateCompleted=2026-11-21T10:00:00.000Z");
	convert_assert_has (bare, "Complete=1");
	convert_assert_has (bare, "DateCompleted=1970-01-01T00:00:00.000Z");
	convert_assert_has (begun, "Complete=0");
	convert_assert_lacks (begun, "DateCompleted");
}

static void
test_reopened (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item =
		convert_item ("<t:Subject>T</t:Subject><t:Complete>1</t:Complete>"
			      "<t:DateCompleted>2026-11-21T00:00:00.000Z</t:DateCompleted>");
	g_autoptr (GPtrArray) components = convert_read (item, &context);
	g_autofree char *ical = convert_ical (components);
	g_autofree char *lines = convert_write_edited (
		item, &context, 0, "STATUS:NEEDS-ACTION\n-COMPLETED\n-PERCENT-COMPLETE");

	convert_assert_has (ical, "STATUS:COMPLETED");
	convert_assert_has (ical, "PERCENT-COMPLETE:100");
	convert_assert_has (ical, "COMPLETED:20261121T000000Z");
	convert_assert_has (lines, "Complete=0");
	convert_assert_lacks (lines, "DateCompleted");
}

/* Pitfall 27. */
static void
test_html_27 (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (EasItem) item = convert_item (
		"<t:Subject>A</t:Subject><t:Complete>0</t:Complete>"
		"<b:NativeBodyType>2</b:NativeBodyType><b:Body><b:Type>2</b:Type>"
		"<b:Data>&lt;p&gt;Some &lt;b&gt;words&lt;/b&gt;&lt;/p&gt;</b:Data></b:Body>");
	g_autoptr (GPtrArray) components = convert_read (item, &context);
	g_autofree char *ical = convert_ical (components);
	g_autofree char *title = convert_write_edited (item, &context, 0, "SUMMARY:B");
	g_autofree char *text = convert_write_edited (item, &context, 0, "DESCRIPTION:Mine");

	convert_assert_has (ical, "DESCRIPTION:Some words");
	convert_assert_has (title, "Body{Type=2;Data=<p>Some <b>words</b></p>}");
	convert_assert_has (text, "Body{Type=2;Data=<html><body>Mine</body></html>}");
}

/* Pitfall 28. */
static void
test_truncated_28 (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (
		"<t:Subject>A</t:Subject><b:NativeBodyType>1</b:NativeBodyType><b:Body>"
		"<b:Type>1</b:Type><b:Truncated>1</b:Truncated><b:Data>The begi</b:Data></b:Body>");
	g_autofree char *title = convert_write_edited (item, &context, 0, "SUMMARY:B");
	g_autofree char *reason = convert_refused (item, &context, 0, "DESCRIPTION:Mine");

	convert_assert_lacks (title, "Body");
	g_assert_nonnull (strstr (reason, "in part"));
}

/* Pitfall 29: no UID comes or goes; the task is the one of its row. */
static void
test_uid_29 (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (GOLDEN);
	g_autofree char *renamed = convert_write_edited (item, &context, 0, "UID:another");

	g_assert_null (convert_kind ()->dup_uid (item));
	g_assert_cmpstr (renamed, ==, "");
}

/* Pitfall 30: To Do's dates without a zone, in every zone the same day. */
static void
test_to_do_dates_30 (void)
{
	static const char *const zones[] = { "Europe/Berlin", "America/Los_Angeles",
					     "Pacific/Auckland", "Asia/Kolkata" };

	for (guint i = 0; i < G_N_ELEMENTS (zones); i++) {
		EasMapContext context = convert_context (EAS_VERSION_16_1, zones[i]);
		g_autoptr (EasItem) item = convert_item (
			"<t:Subject>A</t:Subject><t:Complete>0</t:Complete>" DUE ("2026-11-25"));
		g_autoptr (EasItem) utc_only =
			convert_item ("<t:Subject>A</t:Subject>"
				      "<t:UtcDueDate>2026-11-25T00:00:00.000Z</t:UtcDueDate>");
		g_autoptr (GPtrArray) components = convert_read (item, &context);
		g_autoptr (GPtrArray) utc_components = convert_read (utc_only, &context);
		g_autofree char *ical = convert_ical (components);
		g_autofree char *utc_ical = convert_ical (utc_components);
		g_autofree char *title = convert_write_edited (item, &context, 0, "SUMMARY:B");
		g_autofree char *mended = convert_write_edited (utc_only, &context, 0, "SUMMARY:B");

		convert_assert_has (ical, "DUE;VALUE=DATE:20261125");
		convert_assert_has (utc_ical, "DUE;VALUE=DATE:20261125");
		convert_assert_has (title, "UtcDueDate=2026-11-25T00:00:00.000Z");
		/* A request has to say both; what is missing comes from us. */
		convert_assert_has (mended, "DueDate=2026-11-25T00:00:00.000Z");
		convert_assert_has (mended, "UtcDueDate=2026-11-25T00:00:00.000Z");
	}
}

/* A server that writes the same instant into both: the midnight of somebody. */
static void
test_utc_twice_30 (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (EasItem) item =
		convert_item ("<t:Subject>A</t:Subject>"
			      "<t:UtcDueDate>2026-11-24T23:00:00.000Z</t:UtcDueDate>"
			      "<t:DueDate>2026-11-24T23:00:00.000Z</t:DueDate>");
	g_autoptr (GPtrArray) components = convert_read (item, &context);
	g_autofree char *ical = convert_ical (components);

	convert_assert_has (ical, "DUE;VALUE=DATE:20261125");
}

/* Pitfall 30: a reminder and nothing else. */
static void
test_reminder_only_30 (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (
		"<t:Subject>A</t:Subject><t:Complete>0</t:Complete><t:ReminderSet>1</t:ReminderSet>"
		"<t:ReminderTime>2026-11-24T08:00:00.000Z</t:ReminderTime>");
	g_autoptr (GPtrArray) components = convert_read (item, &context);
	g_autofree char *ical = convert_ical (components);
	g_autofree char *lines = convert_write_edited (item, &context, 0, "SUMMARY:B");

	convert_assert_has (ical, "TRIGGER;VALUE=DATE-TIME:20261124T080000Z");
	convert_assert_lacks (ical, "DTSTART");
	convert_assert_lacks (ical, "DUE");
	convert_assert_lines (lines, "Change\n"
				     "  Complete=0\n"
				     "  ReminderSet=1\n"
				     "  ReminderTime=2026-11-24T08:00:00.000Z\n"
				     "  Subject=B\n");
}

#define RULE(parts)                                                                                \
	"<t:Recurrence><t:Type>1</t:Type><t:Start>2026-11-25T00:00:00.000Z</t:Start>"              \
	"<t:Interval>1</t:Interval><t:DayOfWeek>8</t:DayOfWeek>" parts "</t:Recurrence>"

/* Pitfall 30: without a start, the due date is the first day of the rule. */
static void
test_anchor_30 (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item =
		convert_item ("<t:Subject>A</t:Subject>" DUE ("2026-11-25") RULE (""));
	g_autoptr (EasItem) undated = convert_item ("<t:Subject>A</t:Subject>" RULE (""));
	g_autoptr (GPtrArray) components = convert_read (item, &context);
	g_autoptr (GPtrArray) undated_components = convert_read (undated, &context);
	g_autofree char *ical = convert_ical (components);
	g_autofree char *undated_ical = convert_ical (undated_components);
	g_autofree char *monthly =
		convert_write_edited (item, &context, 0, "RRULE:FREQ=MONTHLY;COUNT=5");
	g_autofree char *title = convert_write_edited (undated, &context, 0, "SUMMARY:B");

	convert_assert_has (ical, "RRULE:FREQ=WEEKLY;BYDAY=WE");
	convert_assert_lacks (ical, "DTSTART");
	convert_assert_has (monthly, "Recurrence{Type=2;Start=2026-11-25T00:00:00.000Z;Interval=1;"
				     "Occurrences=5;DayOfMonth=25}");
	/* Nothing to anchor it on: not shown, and kept. */
	convert_assert_lacks (undated_ical, "RRULE");
	convert_assert_has (
		title, "Recurrence{Type=1;Start=2026-11-25T00:00:00.000Z;Interval=1;DayOfWeek=8}");
}

/* Coming anew when it is finished, or the finished copy of one that repeats: kept as it is. */
static void
test_regenerating_30 (void)
{
	static const char *const rules[] = { RULE ("<t:Regenerate>1</t:Regenerate>"),
					     RULE ("<t:DeadOccur>1</t:DeadOccur>") };
	static const char *const kept[] = { "Regenerate=1}", "DeadOccur=1}" };
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);

	for (guint i = 0; i < G_N_ELEMENTS (rules); i++) {
		g_autofree char *xml = g_strconcat ("<t:Subject>A</t:Subject>", DUE ("2026-11-25"),
						    rules[i], NULL);
		g_autoptr (EasItem) item = convert_item (xml);
		g_autoptr (GPtrArray) components = convert_read (item, &context);
		g_autofree char *ical = convert_ical (components);
		g_autofree char *lines =
			convert_write_edited (item, &context, 0, "DUE;VALUE=DATE:20261126");

		convert_assert_lacks (ical, "RRULE");
		g_assert_nonnull (strstr (lines, kept[i]));
	}
}

/* Pitfall 31. */
static void
test_characters_31 (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autofree char *lines = convert_write_new (
		"BEGIN:VTODO\nUID:x\nSUMMARY:a\001b\vc\nDESCRIPTION:d\033e\nEND:VTODO\n", &context);

	convert_assert_has (lines, "Subject=abc");
	convert_assert_has (lines, "Body{Type=1;Data=de}");
}

/* Times of a task are its dates where the person is. */
static void
test_times (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autofree char *lines = convert_write_new (
		"BEGIN:VTODO\nUID:x\nSUMMARY:T\nDTSTART;TZID=America/New_York:20261120T200000\n"
		"DUE:20261124T233000Z\nRRULE:FREQ=DAILY;UNTIL=20261130T233000Z\nEND:VTODO\n",
		&context);
	g_autofree char *lasting = convert_write_new (
		"BEGIN:VTODO\nUID:x\nSUMMARY:T\nDTSTART;VALUE=DATE:20261120\nDURATION:P2D\n"
		"END:VTODO\n",
		&context);

	convert_assert_has (lines, "StartDate=2026-11-21T00:00:00.000Z");
	convert_assert_has (lines, "UtcStartDate=2026-11-20T23:00:00.000Z");
	convert_assert_has (lines, "DueDate=2026-11-25T00:00:00.000Z");
	convert_assert_has (lines, "Recurrence{Type=0;Start=2026-11-21T00:00:00.000Z;"
				   "Until=2026-12-01T00:00:00.000Z;Interval=1}");
	convert_assert_has (lasting, "DueDate=2026-11-22T00:00:00.000Z");
}

static void
assert_refused (const char *ical, const char *reason)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (GPtrArray) components = convert_components (ical);
	g_autoptr (GError) error = NULL;

	g_assert_null (convert_kind ()->write (components, NULL, NULL, &context, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
	if (strstr (error->message, reason) == NULL)
		g_error ("\"%s\" does not say \"%s\"", error->message, reason);
}

static void
test_refused (void)
{
	assert_refused ("BEGIN:VEVENT\nUID:x\nDTSTART:20261121T100000Z\nEND:VEVENT\n", "calendar");
	assert_refused ("BEGIN:VTODO\nUID:x\nDTSTART;VALUE=DATE:20261122\n"
			"DUE;VALUE=DATE:20261121\nEND:VTODO\n",
			"before it starts");
	assert_refused ("BEGIN:VTODO\nUID:x\nRRULE:FREQ=DAILY\nEND:VTODO\n", "needs a start");
	assert_refused ("BEGIN:VTODO\nUID:x\nDUE;VALUE=DATE:20261121\nRRULE:FREQ=HOURLY\n"
			"END:VTODO\n",
			"cannot repeat");
	assert_refused ("BEGIN:VTODO\nUID:x\nDUE;VALUE=DATE:20261121\n"
			"RRULE:FREQ=DAILY;COUNT=300\nEND:VTODO\n",
			"255");
	assert_refused ("BEGIN:VTODO\nUID:x\nDUE;VALUE=DATE:20261121\nRRULE:FREQ=DAILY\n"
			"EXDATE;VALUE=DATE:20261122\nEND:VTODO\n",
			"single days");
	assert_refused ("BEGIN:VTODO\nUID:x\nDUE;VALUE=DATE:20261121\nRRULE:FREQ=DAILY\nEND:VTODO\n"
			"BEGIN:VTODO\nUID:x\nDUE;VALUE=DATE:20261122\n"
			"RECURRENCE-ID;VALUE=DATE:20261122\nEND:VTODO\n",
			"single occurrence");
}

/* One that is due before it starts on the server can still be renamed. */
static void
test_servers_own_faults (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (
		"<t:Subject>A</t:Subject>"
		"<t:StartDate>2026-11-26T00:00:00.000Z</t:StartDate>"
		"<t:UtcStartDate>2026-11-26T00:00:00.000Z</t:UtcStartDate>" DUE ("2026-11-25"));
	g_autofree char *lines = convert_write_edited (item, &context, 0, "SUMMARY:B");

	convert_assert_has (lines, "Subject=B");
}

/* What a task cannot say on the wire stays on the desktop, until it is done. */
static void
test_keep (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (GOLDEN);
	g_autoptr (EasItem) done_item =
		convert_item ("<t:Subject>T</t:Subject><t:Complete>1</t:Complete>");
	g_autoptr (GPtrArray) before = convert_read (item, &context);
	g_autoptr (GPtrArray) edited = convert_edit (
		before, 0,
		"STATUS:IN-PROCESS\nPERCENT-COMPLETE:30\nLOCATION:Office\nX-MINE:1\nSUMMARY:Old");
	g_autoptr (GPtrArray) fresh = convert_read (item, &context);
	g_autoptr (GPtrArray) done = convert_read (done_item, &context);
	g_autofree char *ical = NULL;
	g_autofree char *done_ical = NULL;

	convert_kind ()->keep (fresh, edited);
	convert_kind ()->keep (done, edited);
	ical = convert_ical (fresh);
	done_ical = convert_ical (done);

	convert_assert_has (ical, "STATUS:IN-PROCESS");
	convert_assert_has (ical, "PERCENT-COMPLETE:30");
	convert_assert_has (ical, "LOCATION:Office");
	convert_assert_has (ical, "X-MINE:1");
	convert_assert_has (ical, "SUMMARY:Taxes");
	convert_assert_lacks (ical, "Old");
	convert_assert_has (done_ical, "STATUS:COMPLETED");
	convert_assert_lacks (done_ical, "IN-PROCESS");
	convert_assert_lacks (done_ical, "PERCENT-COMPLETE:30");
}

/* Opened again by somebody else: that it was done is not kept. */
static void
test_keep_not_done (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) done_item =
		convert_item ("<t:Subject>T</t:Subject><t:Complete>1</t:Complete>");
	g_autoptr (EasItem) open_item =
		convert_item ("<t:Subject>T</t:Subject><t:Complete>0</t:Complete>");
	g_autoptr (GPtrArray) done = convert_read (done_item, &context);
	g_autoptr (GPtrArray) reopened = convert_read (open_item, &context);
	g_autofree char *ical = NULL;

	convert_kind ()->keep (reopened, done);
	ical = convert_ical (reopened);
	convert_assert_lacks (ical, "COMPLETED");
	convert_assert_lacks (ical, "PERCENT");
}

static const char *const random_edits[] = {
	"SUMMARY:Edited",
	"-SUMMARY",
	"DTSTART;VALUE=DATE:20250101",
	"-DTSTART\n-RRULE",
	"DUE;VALUE=DATE:20400101",
	"-DUE\n-RRULE",
	"CATEGORIES:Edited",
	"-CATEGORIES",
	"DESCRIPTION:Edited\\ntext",
	"PRIORITY:1",
	"-PRIORITY",
	"CLASS:CONFIDENTIAL",
	"STATUS:COMPLETED\nPERCENT-COMPLETE:100\nCOMPLETED:20261123T120000Z",
	"STATUS:NEEDS-ACTION\n-COMPLETED\n-PERCENT-COMPLETE",
	"DUE;VALUE=DATE:20400101\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=10",
	"-RRULE",
};

static void
test_unedited_random (void)
{
	convert_law_unedited (convert_random_task);
}

static void
test_round_trip_random (void)
{
	convert_law_round_trip (convert_random_task);
}

static void
test_edits_random (void)
{
	convert_law_edits (convert_random_task, random_edits, G_N_ELEMENTS (random_edits));
}

static void
test_hostile (void)
{
	convert_law_hostile (convert_random_task);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	convert_use (EAS_CLASS_TASKS);
	g_test_add_func ("/map/task/golden-read", test_golden_read);
	g_test_add_func ("/map/task/golden-change", test_golden_change);
	g_test_add_func ("/map/task/add", test_add);
	g_test_add_func ("/map/task/edits", test_edits);
	g_test_add_func ("/map/task/reminder", test_reminder);
	g_test_add_func ("/map/task/reminder-off", test_reminder_off);
	g_test_add_func ("/map/task/date-completed", test_date_completed);
	g_test_add_func ("/map/task/reopened", test_reopened);
	g_test_add_func ("/map/task/html-27", test_html_27);
	g_test_add_func ("/map/task/truncated-28", test_truncated_28);
	g_test_add_func ("/map/task/uid-29", test_uid_29);
	g_test_add_func ("/map/task/to-do-dates-30", test_to_do_dates_30);
	g_test_add_func ("/map/task/utc-twice-30", test_utc_twice_30);
	g_test_add_func ("/map/task/reminder-only-30", test_reminder_only_30);
	g_test_add_func ("/map/task/anchor-30", test_anchor_30);
	g_test_add_func ("/map/task/regenerating-30", test_regenerating_30);
	g_test_add_func ("/map/task/characters-31", test_characters_31);
	g_test_add_func ("/map/task/times", test_times);
	g_test_add_func ("/map/task/refused", test_refused);
	g_test_add_func ("/map/task/servers-own-faults", test_servers_own_faults);
	g_test_add_func ("/map/task/keep", test_keep);
	g_test_add_func ("/map/task/keep-not-done", test_keep_not_done);
	g_test_add_func ("/map/task/unedited-random", test_unedited_random);
	g_test_add_func ("/map/task/round-trip-random", test_round_trip_random);
	g_test_add_func ("/map/task/edits-random", test_edits_random);
	g_test_add_func ("/map/task/hostile", test_hostile);

	return g_test_run ();
}
