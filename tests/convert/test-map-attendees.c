/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "convert-test.h"

#include <string.h>

#define TIMES "<c:StartTime>20260701T080000Z</c:StartTime><c:EndTime>20260701T090000Z</c:EndTime>"
#define ATTENDEE(email, name, status, type)                                                        \
	"<c:Attendee><c:Email>" email "</c:Email><c:Name>" name                                    \
	"</c:Name><c:AttendeeStatus>" status "</c:AttendeeStatus><c:AttendeeType>" type            \
	"</c:AttendeeType></c:Attendee>"
#define MINE                                                                                       \
	TIMES "<c:Subject>Board</c:Subject><c:MeetingStatus>1</c:MeetingStatus>"                   \
	      "<c:OrganizerEmail>me@example.com</c:OrganizerEmail><c:OrganizerName>Me</"           \
	      "c:OrganizerName>"                                                                   \
	      "<c:Attendees>" ATTENDEE ("ann@example.org", "Ann \"Red\" O", "3",                   \
					"1") ATTENDEE ("bob@example.org", "Bob", "5", "2")         \
		      ATTENDEE ("room@example.org", "Room 7", "0",                                 \
				"3") "</c:Attendees><c:ResponseRequested>1</c:ResponseRequested>"
#define THEIRS(response)                                                                           \
	TIMES "<c:Subject>Board</c:Subject><c:MeetingStatus>3</c:MeetingStatus><c:BusyStatus>2</"  \
	      "c:BusyStatus>"                                                                      \
	      "<c:OrganizerEmail>boss@example.com</c:OrganizerEmail><c:OrganizerName>Boss</"       \
	      "c:OrganizerName>"                                                                   \
	      "<c:Attendees>" ATTENDEE ("Me@Example.com", "Me", "5", "1")                          \
		      ATTENDEE ("bob@example.org", "Bob", "4",                                     \
				"1") "</c:Attendees><c:ResponseType>" response "</c:ResponseType>"

static char *
read_ical (const char *xml, EasVersion version)
{
	EasMapContext context = convert_context (version, NULL);
	g_autoptr (EasItem) item = convert_item (xml);
	g_autoptr (GPtrArray) components = convert_read (item, &context);

	return convert_ical (components);
}

static void
test_read (void)
{
	for (guint v = 1; v < convert_n_versions; v++) {
		g_autofree char *ical = read_ical (MINE, convert_versions[v]);

		convert_assert_has (ical, "ORGANIZER;CN=Me:mailto:me@example.com");
		convert_assert_has (
			ical,
			"ATTENDEE;CN=Ann 'Red' O;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=TRUE:"
			"mailto:ann@example.org");
		convert_assert_has (
			ical,
			"ATTENDEE;CN=Bob;ROLE=OPT-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:"
			"mailto:bob@example.org");
		convert_assert_has (ical,
				    "ATTENDEE;CN=Room 7;CUTYPE=RESOURCE;ROLE=NON-PARTICIPANT;"
				    "PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:room@example.org");
	}
}

/* An appointment of one's own: Exchange names an organizer there too, which would make it a
 * meeting. */
static void
test_appointment (void)
{
	g_autofree char *ical = read_ical (
		TIMES "<c:MeetingStatus>0</c:MeetingStatus><c:OrganizerEmail>me@example.com</"
		      "c:OrganizerEmail>",
		EAS_VERSION_16_1);

	convert_assert_lacks (ical, "ORGANIZER");
}

/* Pitfall 15: ResponseType is not AttendeeStatus; 5 is "no answer yet" and says nothing of the
 * others. */
static void
test_response_type_15 (void)
{
	static const struct {
		const char *xml, *partstat;
	} answers[] = {
		{ THEIRS ("0"), "NEEDS-ACTION" }, /* says nothing: AttendeeStatus 5 */
		{ THEIRS ("1"), "ACCEPTED" },     { THEIRS ("2"), "TENTATIVE" },
		{ THEIRS ("3"), "ACCEPTED" },     { THEIRS ("4"), "DECLINED" },
		{ THEIRS ("5"), "NEEDS-ACTION" },
	};

	for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
		g_autofree char *ical = read_ical (answers[i].xml, EAS_VERSION_14_1);
		g_autofree char *mine =
			g_strdup_printf ("ATTENDEE;CN=Me;ROLE=REQ-PARTICIPANT;PARTSTAT=%s:mailto:"
					 "Me@Example.com",
					 answers[i].partstat);

		convert_assert_has (ical, mine);
		convert_assert_has (ical, "ATTENDEE;CN=Bob;ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED:"
					  "mailto:bob@example.org");
	}
}

static void
test_states (void)
{
	static const struct {
		const char *value;
		gboolean cancelled;
	} states[] = {
		{ "0", FALSE }, { "1", FALSE },  { "3", FALSE }, { "5", TRUE },  { "7", TRUE },
		{ "9", FALSE }, { "11", FALSE }, { "13", TRUE }, { "15", TRUE },
	};

	for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
		g_autofree char *xml = g_strdup_printf (
			TIMES "<c:MeetingStatus>%s</c:MeetingStatus>", states[i].value);
		g_autofree char *ical = read_ical (xml, EAS_VERSION_14_1);

		g_assert_cmpint (strstr (ical, "STATUS:CANCELLED") != NULL, ==,
				 states[i].cancelled);
	}
}

/* One more guest: the answers of the others stay, from 16.0 they are not ours to say. */
static void
test_add_guest (void)
{
	EasMapContext old = convert_context (EAS_VERSION_14_1, NULL),
		      new = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (MINE);
	const char *edit = "+ATTENDEE;CN=Zoe;RSVP=TRUE:MAILTO:zoe@example.org";
	g_autofree char *below = convert_write_edited (item, &old, 0, edit);
	g_autofree char *since = convert_write_edited (item, &new, 0, edit);

	convert_assert_has (
		below,
		"Attendees{"
		"Attendee{Email=ann@example.org;Name=Ann \"Red\" "
		"O;AttendeeStatus=3;AttendeeType=1};"
		"Attendee{Email=bob@example.org;Name=Bob;AttendeeStatus=5;AttendeeType=2};"
		"Attendee{Email=room@example.org;Name=Room 7;AttendeeStatus=0;AttendeeType=3};"
		"Attendee{Email=zoe@example.org;Name=Zoe;AttendeeStatus=0;AttendeeType=1}}");
	convert_assert_has (below, "OrganizerEmail=me@example.com");
	convert_assert_lines (since, "Change\n  Attendees{Attendee{Email=ann@example.org;Name=Ann "
				     "\"Red\" O;AttendeeType=1};"
				     "Attendee{Email=bob@example.org;Name=Bob;AttendeeType=2};"
				     "Attendee{Email=room@example.org;Name=Room 7;AttendeeType=3};"
				     "Attendee{Email=zoe@example.org;Name=Zoe;AttendeeType=1}}\n");
}

/* An answer that came by mail, entered by the organizer's desktop: only below 16.0 is it told. */
static void
test_answer (void)
{
	EasMapContext old = convert_context (EAS_VERSION_14_1, NULL),
		      new = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (
		TIMES
		"<c:MeetingStatus>1</c:MeetingStatus><c:OrganizerEmail>me@example.com</"
		"c:OrganizerEmail>"
		"<c:Attendees>" ATTENDEE ("bob@example.org", "Bob", "5", "1") "</c:Attendees>");
	const char *edit =
		"ATTENDEE;CN=Bob;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED:mailto:bob@example.org";
	g_autofree char *below = convert_write_edited (item, &old, 0, edit);
	g_autofree char *since = convert_write_edited (item, &new, 0, edit);

	convert_assert_has (below, "Attendees{Attendee{Email=bob@example.org;Name=Bob;"
				   "AttendeeStatus=3;AttendeeType=1}}");
	convert_assert_lines (since, "");
}

/* Pitfall 15: one's own answer is never a Change, in no version. */
static void
test_own_answer_15 (void)
{
	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		g_autoptr (EasItem) item = convert_item (THEIRS ("5"));
		g_autofree char *lines =
			convert_write_edited (item, &context, 0,
					      "ATTENDEE;CN=Me;ROLE=REQ-PARTICIPANT;PARTSTAT="
					      "ACCEPTED:mailto:Me@Example.com\n"
					      "+ATTENDEE;CN=Bob;ROLE=REQ-PARTICIPANT;PARTSTAT="
					      "DECLINED:mailto:bob@example.org");

		convert_assert_lines (lines, "");
	}
}

/* What an invited person may change, and what only the organizer can. */
static void
test_received (void)
{
	static const char *const refused[] = { "SUMMARY:Mine now", "LOCATION:Elsewhere",
					       "DTSTART:20260701T100000Z\nDTEND:20260701T110000Z",
					       "RRULE:FREQ=DAILY" };
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (THEIRS ("3"));
	g_autofree char *lines = convert_write_edited (
		item, &context, 0, "TRANSP:TRANSPARENT\n+CATEGORIES:Work\nSTATUS:CONFIRMED");

	convert_assert_lines (lines, "Change\n  BusyStatus=0\n  Categories{Category=Work}\n");
	for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
		g_autofree char *reason = convert_refused (item, &context, 0, refused[i]);

		g_assert_nonnull (strstr (reason, "organizer"));
	}
}

static const char *const meeting =
	"BEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\nDTSTART:20260701T100000Z\nDTEND:"
	"20260701T110000Z\n"
	"ORGANIZER;CN=%s:mailto:%s\nATTENDEE;ROLE=CHAIR;CN=%s:mailto:%s\n"
	"ATTENDEE;CN=Bob;RSVP=TRUE;ROLE=OPT-PARTICIPANT:mailto:bob@example.org\n"
	"ATTENDEE;CUTYPE=ROOM:mailto:room@example.org\nATTENDEE:urn:uuid:1\nEND:VEVENT\n";

/* The organizer is in the list Evolution makes, and not in the one that is sent. */
static void
test_new_meeting (void)
{
	EasMapContext old = convert_context (EAS_VERSION_14_1, NULL),
		      new = convert_context (EAS_VERSION_16_1, NULL);
	g_autofree char *ical =
		g_strdup_printf (meeting, "Me", "me@example.com", "Me", "me@example.com");
	g_autofree char *below = convert_write_new (ical, &old);
	g_autofree char *since = convert_write_new (ical, &new);

	convert_assert_has (below, "Attendees{Attendee{Email=bob@example.org;Name=Bob;"
				   "AttendeeStatus=0;AttendeeType=2};"
				   "Attendee{Email=room@example.org;Name=room@example.org;"
				   "AttendeeStatus=0;AttendeeType=3}}");
	convert_assert_has (below, "MeetingStatus=1");
	convert_assert_has (below, "OrganizerEmail=me@example.com");
	convert_assert_has (below, "OrganizerName=Me");
	convert_assert_has (below, "ResponseRequested=1");
	convert_assert_has (
		since, "Attendees{Attendee{Email=bob@example.org;Name=Bob;AttendeeType=2};"
		       "Attendee{Email=room@example.org;Name=room@example.org;AttendeeType=3}}");
	convert_assert_has (since, "MeetingStatus=1");
	/* From 16.0: "do not send". */
	convert_assert_lacks (since, "Organizer");
	convert_assert_lacks (since, "AttendeeStatus");
	convert_assert_lacks (since, "DtStamp");
	convert_assert_lacks (since, "  UID");
}

/* Pitfall 15: somebody else's meeting, put here by hand: from 16.0 attendees would make the server
 * invite them. */
static void
test_foreign_meeting_15 (void)
{
	EasMapContext old = convert_context (EAS_VERSION_14_1, NULL),
		      new = convert_context (EAS_VERSION_16_1, NULL);
	g_autofree char *ical =
		g_strdup_printf (meeting, "Boss", "boss@example.com", "Boss", "boss@example.com");
	g_autofree char *below = convert_write_new (ical, &old);
	g_autofree char *since = convert_write_new (ical, &new);

	convert_assert_has (below, "MeetingStatus=3");
	convert_assert_has (since, "MeetingStatus=0");
	convert_assert_lacks (since, "Attendee");
}

static void
test_cancel_meeting (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (EasItem) item = convert_item (MINE);
	g_autofree char *lines = convert_write_edited (item, &context, 0, "STATUS:CANCELLED");

	convert_assert_has (lines, "MeetingStatus=5");
	convert_assert_has (lines, "Subject=Board");
}

/* No more guests. */
static void
test_no_guests (void)
{
	EasMapContext old = convert_context (EAS_VERSION_14_1, NULL),
		      new = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (MINE);
	g_autofree char *below = convert_write_edited (item, &old, 0, "-ATTENDEE\n-ORGANIZER");
	g_autofree char *since = convert_write_edited (item, &new, 0, "-ATTENDEE\n-ORGANIZER");

	convert_assert_lacks (below, "Attendee");
	convert_assert_lacks (below, "Organizer");
	convert_assert_has (below, "MeetingStatus=0");
	convert_assert_lines (since,
			      "Change\n  Attendees\n  MeetingStatus=0\n  ResponseRequested=0\n");
}

/* Just created by us at 16.x, not yet sent back: the organizer is known all the same. */
static void
test_own_organizer (void)
{
	g_autofree char *ical =
		read_ical (TIMES "<c:MeetingStatus>1</c:MeetingStatus><c:Attendees>" ATTENDEE (
				   "bob@example.org", "Bob", "0", "1") "</c:Attendees>",
			   EAS_VERSION_16_1);

	convert_assert_has (ical, "ORGANIZER:mailto:me@example.com");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/map/attendees/read", test_read);
	g_test_add_func ("/map/attendees/appointment", test_appointment);
	g_test_add_func ("/map/attendees/response-type-15", test_response_type_15);
	g_test_add_func ("/map/attendees/states", test_states);
	g_test_add_func ("/map/attendees/add-guest", test_add_guest);
	g_test_add_func ("/map/attendees/answer", test_answer);
	g_test_add_func ("/map/attendees/own-answer-15", test_own_answer_15);
	g_test_add_func ("/map/attendees/received", test_received);
	g_test_add_func ("/map/attendees/new-meeting", test_new_meeting);
	g_test_add_func ("/map/attendees/foreign-meeting-15", test_foreign_meeting_15);
	g_test_add_func ("/map/attendees/cancel-meeting", test_cancel_meeting);
	g_test_add_func ("/map/attendees/no-guests", test_no_guests);
	g_test_add_func ("/map/attendees/own-organizer", test_own_organizer);

	return g_test_run ();
}
