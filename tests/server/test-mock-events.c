/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The test server's calendar: both dialects, what it refuses, series and their instances. */

#include "eas-mock-client.h"

#include "eas-mock-dialect.h"
#include "eas-mock-rules.h"
#include "eas-mock-sample.h"
#include "eas-mock-series.h"
#include "eas-timezone.h"

#define CALENDAR      "6"
#define START         "<calendar:StartTime>20261102T090000Z</calendar:StartTime>"
#define END           "<calendar:EndTime>20261102T100000Z</calendar:EndTime>"
#define TIMES         START END
#define SUBJECT(text) "<calendar:Subject>" text "</calendar:Subject>"
#define WEEKLY                                                                                     \
	"<calendar:Recurrence><calendar:Type>1</calendar:Type><calendar:Interval>1</"              \
	"calendar:Interval>"                                                                       \
	"<calendar:DayOfWeek>2</calendar:DayOfWeek></calendar:Recurrence>"
#define ADD(content)                                                                               \
	"<airsync:Commands><airsync:Add><airsync:ClientId>a1</"                                    \
	"airsync:ClientId><airsync:ApplicationData>" content                                       \
	"</airsync:ApplicationData></airsync:Add></airsync:Commands>"
#define CHANGE(content)                                                                            \
	"<airsync:Commands><airsync:Change><airsync:ServerId>6:1</"                                \
	"airsync:ServerId><airsync:ApplicationData>" content                                       \
	"</airsync:ApplicationData></airsync:Change></airsync:Commands>"
#define INSTANCE(when, content)                                                                    \
	"<airsync:Commands><airsync:Change><airsync:ServerId>6:1</airsync:ServerId>"               \
	"<airsyncbase:InstanceId>" when                                                            \
	"</airsyncbase:InstanceId><airsync:ApplicationData>" content                               \
	"</airsync:ApplicationData></airsync:Change></airsync:Commands>"
#define INSTANCE_DELETE(when)                                                                      \
	"<airsync:Commands><airsync:Delete><airsync:ServerId>6:1</airsync:ServerId>"               \
	"<airsyncbase:InstanceId>" when                                                            \
	"</airsyncbase:InstanceId></airsync:Delete></airsync:Commands>"
#define EXCEPTION(content)                                                                         \
	"<calendar:Exceptions><calendar:Exception>" content                                        \
	"</calendar:Exception></calendar:Exceptions>"

typedef struct {
	EasMockClient *client;
	char *key;
} Fixture;

static void
fixture_open (Fixture *fixture, const char *version)
{
	fixture->client = eas_mock_client_new (version);
	fixture->key = eas_mock_client_begin (fixture->client, CALENDAR);
}

static void
fixture_clear (Fixture *fixture)
{
	g_clear_pointer (&fixture->client, eas_mock_client_free);
	g_clear_pointer (&fixture->key, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

/* The Status of the one command sent, "1" when no entry says otherwise. */
static char *
send_command (Fixture *fixture, const char *commands)
{
	g_autoptr (EasMockAnswer) answer =
		eas_mock_client_step (fixture->client, CALENDAR, &fixture->key, commands);
	char *status = eas_mock_answer_get (answer, "//airsync:Responses/*/airsync:Status");

	eas_mock_assert_text (answer, "//airsync:Collection/airsync:Status", "1");
	return status != NULL ? status : g_strdup ("1");
}

#define assert_status(fixture, commands, expected)                                                 \
	G_STMT_START                                                                               \
	{                                                                                          \
		g_autofree char *status_ = send_command ((fixture), (commands));                   \
		g_assert_cmpstr (status_, ==, (expected));                                         \
	}                                                                                          \
	G_STMT_END

static EasItem *
stored (Fixture *fixture)
{
	EasMockFolder *folder = eas_mock_mailbox_get_folder (fixture->client->mailbox, CALENDAR);
	EasMockItem *item = eas_mock_folder_get_item (folder, "6:1");

	g_assert_nonnull (item);
	return item->data;
}

/* The one event as a fresh device of @version is told of it. */
static EasMockAnswer *
look (Fixture *fixture, const char *version)
{
	EasMockClient *client = fixture->client;
	static guint n_devices = 0;
	g_autofree char *device = client->device;
	const char *own_version = client->version;
	g_autofree char *key = NULL;
	EasMockAnswer *answer;

	client->device = g_strdup_printf ("look%u", ++n_devices);
	client->version = version;
	key = eas_mock_client_begin (client, CALENDAR);
	answer = eas_mock_client_sync (client, CALENDAR, key, "");
	g_free (client->device);
	client->device = g_steal_pointer (&device);
	client->version = own_version;

	return answer;
}

/* --- Dialects ------------------------------------------------------------ */

static void
test_location (void)
{
	g_auto (Fixture) fixture = { 0 };
	g_autoptr (EasMockAnswer) old = NULL;
	g_autoptr (EasMockAnswer) new = NULL;

	fixture_open (&fixture, "14.1");
	assert_status (&fixture,
		       ADD (TIMES SUBJECT ("x") "<calendar:Location>Here</calendar:Location>"),
		       "1");
	old = look (&fixture, "14.1");
	eas_mock_assert_text (old, "//calendar:Location", "Here");
	g_assert_cmpuint (eas_mock_answer_count (old, "//airsyncbase:Location"), ==, 0);
	new = look (&fixture, "16.1");
	eas_mock_assert_text (new, "//airsyncbase:Location/airsyncbase:DisplayName", "Here");
	g_assert_cmpuint (eas_mock_answer_count (new, "//calendar:Location"), ==, 0);
}

/* Before 16.0 an all-day event may be sent as midnight of a zone, or as UTC with an empty zone. */
static void
test_all_day (void)
{
	const EasTimezone berlin = { -60, "", { 0, 10, 0, 5, 3 }, 0, "", { 0, 3, 0, 5, 2 }, -60 };
	g_autofree char *blob = eas_timezone_write (&berlin);
	g_autofree char *command = NULL;
	g_auto (Fixture) fixture = { 0 };
	g_autoptr (EasMockAnswer) old = NULL;
	g_autoptr (EasMockAnswer) new = NULL;
	g_autofree char *zone = NULL;

	command = g_strdup_printf (
		ADD ("<calendar:Timezone>%s</calendar:Timezone><calendar:AllDayEvent>1</"
		     "calendar:AllDayEvent>"
		     "<calendar:StartTime>20260711T220000Z</calendar:StartTime>"
		     "<calendar:EndTime>20260713T220000Z</calendar:EndTime>"),
		blob);
	fixture_open (&fixture, "14.1");
	assert_status (&fixture, command, "1");
	new = look (&fixture, "16.1");
	eas_mock_assert_text (new, "//calendar:StartTime", "20260712T000000Z");
	eas_mock_assert_text (new, "//calendar:EndTime", "20260714T000000Z");
	g_assert_cmpuint (eas_mock_answer_count (new, "//calendar:Timezone"), ==, 0);
	old = look (&fixture, "14.1");
	eas_mock_assert_text (old, "//calendar:StartTime", "20260712T000000Z");
	zone = eas_mock_answer_get (old, "//calendar:Timezone");
	g_assert_nonnull (zone);
	for (guint i = 0; zone[i] != '\0' && zone[i] != '='; i++)
		g_assert_cmpint (zone[i], ==, 'A');
}

static void
test_exceptions_of_both (void)
{
	g_auto (Fixture) fixture = { 0 };
	g_autoptr (EasMockAnswer) old = NULL;
	g_autoptr (EasMockAnswer) new = NULL;

	fixture_open (&fixture, "14.1");
	assert_status (
		&fixture,
		ADD (TIMES WEEKLY EXCEPTION ("<calendar:ExceptionStartTime>20261109T090000Z</"
					     "calendar:ExceptionStartTime>"
					     "<calendar:Location>There</calendar:Location>")),
		"1");
	new = look (&fixture, "16.1");
	eas_mock_assert_text (new, "//calendar:Exception/airsyncbase:InstanceId",
			      "20261109T090000Z");
	eas_mock_assert_text (
		new, "//calendar:Exception/airsyncbase:Location/airsyncbase:DisplayName", "There");
	old = look (&fixture, "12.1");
	eas_mock_assert_text (old, "//calendar:Exception/calendar:ExceptionStartTime",
			      "20261109T090000Z");
	eas_mock_assert_text (old, "//calendar:Exception/calendar:Location", "There");
}

static void
test_bodies (void)
{
	g_auto (Fixture) fixture = { 0 };
	g_autoptr (EasMockAnswer) html = NULL;
	g_autoptr (EasMockAnswer) cut = NULL;

	fixture_open (&fixture, "14.1");
	assert_status (
		&fixture,
		ADD (TIMES
		     "<airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type>"
		     "<airsyncbase:Data>one &lt; größer</airsyncbase:Data></airsyncbase:Body>"),
		"1");
	g_free (fixture.key);
	fixture.key = eas_mock_client_prime (fixture.client, CALENDAR);
	html = eas_mock_client_step (fixture.client, CALENDAR, &fixture.key,
				     "<airsync:Options><airsyncbase:BodyPreference><airsyncbase:"
				     "Type>2</airsyncbase:Type>"
				     "</airsyncbase:BodyPreference></airsync:Options>");
	eas_mock_assert_text (html, "//airsyncbase:Body/airsyncbase:Type", "2");
	eas_mock_assert_text (html, "//airsyncbase:Body/airsyncbase:Data",
			      "<html><body><pre>one &lt; größer</pre></body></html>");
	eas_mock_assert_text (html, "//airsyncbase:NativeBodyType", "1");

	g_free (fixture.key);
	fixture.key = eas_mock_client_prime (fixture.client, CALENDAR);
	/* Byte 9 is in the middle of a letter. */
	cut = eas_mock_client_step (fixture.client, CALENDAR, &fixture.key,
				    "<airsync:Options><airsyncbase:BodyPreference><airsyncbase:"
				    "Type>1</airsyncbase:Type>"
				    "<airsyncbase:TruncationSize>9</airsyncbase:TruncationSize></"
				    "airsyncbase:BodyPreference></airsync:Options>");
	eas_mock_assert_text (cut, "//airsyncbase:Body/airsyncbase:Data", "one < gr");
	eas_mock_assert_text (cut, "//airsyncbase:Body/airsyncbase:Truncated", "1");
}

/* --- 16.x ---------------------------------------------------------------- */

static void
test_partial_change (void)
{
	g_auto (Fixture) fixture = { 0 };

	fixture_open (&fixture, "16.1");
	assert_status (
		&fixture,
		ADD (TIMES SUBJECT (
			"old") "<calendar:Reminder>5</calendar:Reminder><calendar:Sensitivity>2</"
			       "calendar:Sensitivity>"),
		"1");
	assert_status (&fixture, CHANGE (SUBJECT ("new") "<calendar:Reminder/>"), "1");
	g_assert_cmpstr (eas_item_get_text (stored (&fixture), EAS_CALENDAR_SUBJECT), ==, "new");
	g_assert_false (eas_item_has (stored (&fixture), EAS_CALENDAR_REMINDER));
	g_assert_cmpint (eas_item_get_int (stored (&fixture), EAS_CALENDAR_SENSITIVITY, 0), ==, 2);
	g_assert_true (eas_item_has (stored (&fixture), EAS_CALENDAR_START_TIME));
}

static void
test_client_uid (void)
{
	g_auto (Fixture) fixture = { 0 };
	g_autoptr (EasMockAnswer) added = NULL;
	g_autoptr (EasMockAnswer) again = NULL;
	g_autoptr (EasMockAnswer) told = NULL;
	g_autofree char *uid = NULL;

	fixture_open (&fixture, "16.1");
	added = eas_mock_client_step (
		fixture.client, CALENDAR, &fixture.key,
		ADD (TIMES "<calendar:ClientUid>mine-1</calendar:ClientUid>"));
	uid = eas_mock_answer_get (added, "//airsync:Responses/airsync:Add//calendar:UID");
	g_assert_nonnull (uid);
	g_assert_cmpstr (uid, !=, "mine-1");
	again = eas_mock_client_step (
		fixture.client, CALENDAR, &fixture.key,
		ADD (TIMES "<calendar:ClientUid>mine-1</calendar:ClientUid>"));
	eas_mock_assert_text (again, "//airsync:Responses/airsync:Add/airsync:ServerId", "6:1");
	told = look (&fixture, "16.1");
	g_assert_cmpuint (eas_mock_answer_count (told, "//airsync:Commands/airsync:Add"), ==, 1);
	eas_mock_assert_text (told, "//calendar:UID", uid);
}

static void
test_instances (void)
{
	g_auto (Fixture) fixture = { 0 };
	g_autoptr (EasMockAnswer) told = NULL;

	fixture_open (&fixture, "16.1");
	assert_status (&fixture, ADD (TIMES SUBJECT ("series") WEEKLY), "1");
	assert_status (&fixture, INSTANCE ("20261109T090000Z", SUBJECT ("other")), "1");
	assert_status (&fixture,
		       INSTANCE ("20261109T090000Z", "<calendar:Reminder>7</calendar:Reminder>"),
		       "1");
	assert_status (&fixture, INSTANCE_DELETE ("20261116T090000Z"), "1");
	told = look (&fixture, "16.1");
	g_assert_cmpuint (eas_mock_answer_count (told, "//calendar:Exception"), ==, 2);
	eas_mock_assert_text (
		told,
		"//calendar:Exception[airsyncbase:InstanceId='20261109T090000Z']/calendar:Subject",
		"other");
	eas_mock_assert_text (
		told,
		"//calendar:Exception[airsyncbase:InstanceId='20261109T090000Z']/calendar:Reminder",
		"7");
	eas_mock_assert_text (
		told,
		"//calendar:Exception[airsyncbase:InstanceId='20261116T090000Z']/calendar:Deleted",
		"1");

	/* Not an instance, gone already, not allowed there. */
	assert_status (&fixture, INSTANCE ("20261110T090000Z", SUBJECT ("x")), "6");
	assert_status (&fixture, INSTANCE ("20261109T080000Z", SUBJECT ("x")), "6");
	assert_status (&fixture, INSTANCE ("2026-11-09T09:00:00.000Z", SUBJECT ("x")), "6");
	assert_status (&fixture, INSTANCE ("20261116T090000Z", SUBJECT ("x")), "8");
	assert_status (&fixture, INSTANCE_DELETE ("20261116T090000Z"), "8");
	assert_status (&fixture,
		       INSTANCE ("20261123T090000Z", "<calendar:Deleted>1</calendar:Deleted>"),
		       "6");
	assert_status (&fixture, INSTANCE ("20261123T090000Z", "<calendar:UID>x</calendar:UID>"),
		       "6");
	assert_status (&fixture,
		       INSTANCE ("20261123T090000Z", "<calendar:Timezone>AAAA</calendar:Timezone>"),
		       "6");
	assert_status (
		&fixture,
		INSTANCE ("20261123T090000Z", "<calendar:AllDayEvent>1</calendar:AllDayEvent>"),
		"6");

	/* The series moves: its exceptions are gone. */
	assert_status (
		&fixture,
		CHANGE ("<calendar:StartTime>20261102T110000Z</"
			"calendar:StartTime><calendar:EndTime>20261102T120000Z</calendar:EndTime>"),
		"1");
	g_assert_false (eas_item_has (stored (&fixture), EAS_CALENDAR_EXCEPTIONS));
	assert_status (&fixture, CHANGE ("<calendar:Recurrence/>"), "1");
	assert_status (&fixture, INSTANCE ("20261102T110000Z", SUBJECT ("x")), "146");
}

static void
test_attachments (void)
{
	g_auto (Fixture) fixture = { 0 };
	g_autoptr (EasMockAnswer) added = NULL;
	g_autoptr (EasMockAnswer) told = NULL;
	g_autoptr (EasMockAnswer) fetched = NULL;
	g_autofree char *reference = NULL;
	g_autofree char *fetch = NULL;
	g_autofree char *drop = NULL;

	fixture_open (&fixture, "16.1");
	added = eas_mock_client_step (
		fixture.client, CALENDAR, &fixture.key,
		ADD (TIMES "<airsyncbase:Attachments><airsyncbase:Add><airsyncbase:ClientId>att</"
			   "airsyncbase:ClientId>"
			   "<airsyncbase:Content g:enc=\"opaque\">aGVsbG8=</airsyncbase:Content>"
			   "<airsyncbase:DisplayName>a.txt</"
			   "airsyncbase:DisplayName><airsyncbase:Method>1</airsyncbase:Method>"
			   "</airsyncbase:Add></airsyncbase:Attachments>"));
	eas_mock_assert_text (added, "//airsync:Responses//airsyncbase:ClientId", "att");
	reference = eas_mock_answer_get (added, "//airsync:Responses//airsyncbase:FileReference");
	told = look (&fixture, "16.1");
	eas_mock_assert_text (told, "//airsyncbase:Attachment/airsyncbase:FileReference",
			      reference);
	g_assert_cmpuint (eas_mock_answer_count (told, "//airsyncbase:ClientId"), ==, 0);
	fetch = g_strdup_printf ("<itemoperations:ItemOperations><itemoperations:Fetch><"
				 "itemoperations:Store>Mailbox</itemoperations:Store>"
				 "<airsyncbase:FileReference>%s</airsyncbase:FileReference></"
				 "itemoperations:Fetch></itemoperations:ItemOperations>",
				 reference);
	fetched = eas_mock_client_post (fixture.client, "ItemOperations", fetch);
	eas_mock_assert_text (fetched, "//itemoperations:Data", "aGVsbG8=");
	drop = g_strdup_printf (CHANGE ("<airsyncbase:Attachments><airsyncbase:Delete><airsyncbase:"
					"FileReference>%s</airsyncbase:FileReference>"
					"</airsyncbase:Delete></airsyncbase:Attachments>"),
				reference);
	assert_status (&fixture, drop, "1");
	g_assert_false (eas_item_has (stored (&fixture), EAS_AIRSYNCBASE_ATTACHMENTS));
}

/* --- Up to 14.1 ---------------------------------------------------------- */

#define FULL TIMES SUBJECT ("s") "<calendar:UID>u1</calendar:UID>"

static void
ghosting (const char *supported, gboolean reminder_stays, gboolean location_stays)
{
	g_auto (Fixture) fixture = { 0 };
	g_autoptr (EasMockAnswer) first = NULL;

	fixture_open (&fixture, "14.1");
	g_free (fixture.key);
	fixture.key = g_strdup ("0");
	first = eas_mock_client_step (fixture.client, CALENDAR, &fixture.key, supported);
	assert_status (&fixture,
		       ADD (FULL "<calendar:Reminder>5</calendar:Reminder><calendar:Location>Here</"
				 "calendar:Location>"
				 "<airsyncbase:Body><airsyncbase:Type>1</"
				 "airsyncbase:Type><airsyncbase:Data>text</airsyncbase:Data></"
				 "airsyncbase:Body>"),
		       "1");
	assert_status (&fixture, CHANGE (FULL), "1");
	g_assert_cmpint (eas_item_has (stored (&fixture), EAS_CALENDAR_REMINDER), ==,
			 reminder_stays);
	g_assert_cmpint (eas_item_has (stored (&fixture), EAS_AIRSYNCBASE_LOCATION), ==,
			 location_stays);
	g_assert_true (eas_item_has (stored (&fixture), EAS_AIRSYNCBASE_BODY));
}

/* [MS-ASCMD] 2.2.3.179 Supported */
static void
test_ghosting (void)
{
	ghosting ("", FALSE, FALSE);
	ghosting ("<airsync:Supported/>", TRUE, TRUE);
	ghosting ("<airsync:Supported><calendar:Subject/><calendar:Reminder/></airsync:Supported>",
		  FALSE, TRUE);
	ghosting ("<airsync:Supported><calendar:Subject/><calendar:Location/></airsync:Supported>",
		  TRUE, FALSE);
}

static void
test_exceptions_stay (void)
{
	g_auto (Fixture) fixture = { 0 };
	g_autoptr (EasMockAnswer) told = NULL;

	fixture_open (&fixture, "14.1");
	assert_status (&fixture,
		       ADD (FULL WEEKLY EXCEPTION ("<calendar:ExceptionStartTime>20261109T090000Z</"
						   "calendar:ExceptionStartTime>"
						   "<calendar:Deleted>1</calendar:Deleted>")),
		       "1");
	assert_status (&fixture, CHANGE (FULL WEEKLY), "1");
	assert_status (
		&fixture,
		CHANGE (FULL WEEKLY EXCEPTION ("<calendar:ExceptionStartTime>20261116T090000Z</"
					       "calendar:ExceptionStartTime>" SUBJECT ("x"))),
		"1");
	told = look (&fixture, "14.1");
	g_assert_cmpuint (eas_mock_answer_count (told, "//calendar:Exception"), ==, 2);
}

/* Exceptions are named by the start the rule gives, in both dialects. */
static void
test_stray_exceptions (void)
{
	g_auto (Fixture) fixture = { 0 };

	fixture_open (&fixture, "14.1");
	assert_status (&fixture,
		       ADD (FULL WEEKLY EXCEPTION ("<calendar:ExceptionStartTime>20261109T080000Z</"
						   "calendar:ExceptionStartTime>")),
		       "6");
	assert_status (&fixture, ADD (FULL WEEKLY), "1");
	assert_status (
		&fixture,
		CHANGE (FULL WEEKLY EXCEPTION ("<calendar:ExceptionStartTime>20261110T090000Z</"
					       "calendar:ExceptionStartTime>")),
		"6");
}

/* --- Habits -------------------------------------------------------------- */

/* Pitfall 11: Exchange before 16.0 tells all-day events as midnight of a zone, with the zone or
 * without. */
static void
test_habit_all_day (void)
{
	const EasTimezone berlin = { -60, "", { 0, 10, 0, 5, 3 }, 0, "", { 0, 3, 0, 5, 2 }, -60 };
	g_autofree char *blob = eas_timezone_write (&berlin);
	g_autofree char *escaped = g_uri_escape_string (blob, NULL, FALSE);
	g_autofree char *action = g_strconcat ("set?all-day-zone=", escaped, NULL);
	g_auto (Fixture) fixture = { 0 };
	g_autofree char *set = NULL;
	g_autofree char *without = NULL;
	g_autoptr (EasMockAnswer) zoned = NULL;
	g_autoptr (EasMockAnswer) bare = NULL;
	g_autoptr (EasMockAnswer) new = NULL;

	fixture_open (&fixture, "16.1");
	assert_status (&fixture,
		       ADD ("<calendar:AllDayEvent>1</calendar:AllDayEvent>"
			    "<calendar:StartTime>20260712T000000Z</calendar:StartTime>"
			    "<calendar:EndTime>20260713T000000Z</calendar:EndTime>"),
		       "1");
	set = eas_mock_client_control (fixture.client, action, NULL);
	zoned = look (&fixture, "14.1");
	eas_mock_assert_text (zoned, "//calendar:StartTime", "20260711T220000Z");
	eas_mock_assert_text (zoned, "//calendar:Timezone", blob);
	without = eas_mock_client_control (fixture.client, "set?all-day-no-blob=1", NULL);
	bare = look (&fixture, "14.1");
	eas_mock_assert_text (bare, "//calendar:EndTime", "20260712T220000Z");
	eas_mock_assert_text (bare, "//calendar:Timezone", NULL);
	new = look (&fixture, "16.1");
	eas_mock_assert_text (new, "//calendar:StartTime", "20260712T000000Z");
}

/* Pitfall 12: zones that say nothing. Pitfall 13: exceptions of an Add that get lost. */
static void
test_habits_of_others (void)
{
	const EasTimezone berlin = { -60, "", { 0, 10, 0, 5, 3 }, 0, "", { 0, 3, 0, 5, 2 }, -60 };
	g_autofree char *blob = eas_timezone_write (&berlin);
	g_autofree char *command = NULL;
	g_auto (Fixture) fixture = { 0 };
	g_autofree char *set = NULL;
	g_autofree char *zone = NULL;
	g_autoptr (EasMockAnswer) told = NULL;

	fixture_open (&fixture, "14.1");
	set = eas_mock_client_control (fixture.client, "set?zero-zones=1&drop-exceptions=1", NULL);
	command = g_strdup_printf (
		ADD (FULL WEEKLY "<calendar:Timezone>%s</calendar:Timezone>" EXCEPTION (
			"<calendar:ExceptionStartTime>20261109T090000Z</"
			"calendar:ExceptionStartTime>")),
		blob);
	assert_status (&fixture, command, "1");
	told = look (&fixture, "14.1");
	g_assert_cmpuint (eas_mock_answer_count (told, "//calendar:Exception"), ==, 0);
	g_assert_cmpuint (eas_mock_answer_count (told, "//calendar:Timezone"), ==, 1);
	zone = eas_mock_answer_get (told, "//calendar:Timezone");
	g_assert_true (g_str_has_prefix (zone, "AAAAAAAA"));
}

/* Pitfall 13: from 16.0 two commands on one item are Status 16. */
static void
test_two_commands (void)
{
	g_auto (Fixture) fixture = { 0 };
	g_autoptr (EasMockAnswer) both = NULL;

	fixture_open (&fixture, "16.1");
	assert_status (&fixture, ADD (TIMES WEEKLY), "1");
	both = eas_mock_client_sync (
		fixture.client, CALENDAR, fixture.key,
		"<airsync:Commands><airsync:Change><airsync:ServerId>6:1</"
		"airsync:ServerId><airsync:ApplicationData>" SUBJECT (
			"x") "</airsync:ApplicationData></"
			     "airsync:Change><airsync:Delete><airsync:ServerId>6:1</"
			     "airsync:ServerId>"
			     "<airsyncbase:InstanceId>20261109T090000Z</airsyncbase:InstanceId></"
			     "airsync:Delete></airsync:Commands>");
	eas_mock_assert_text (both, "/airsync:Sync/airsync:Status", "16");
}

/* --- Refusals ------------------------------------------------------------ */

static void
test_refusals (void)
{
	static const struct {
		const char *version, *commands, *status;
	} rows[] = {
		{ "14.1", ADD (SUBJECT ("x") END), "6" },
		{ "14.1", ADD (SUBJECT ("x")), "6" },
		{ "14.1", ADD (START "<calendar:EndTime>20261101T100000Z</calendar:EndTime>"),
		  "6" },
		{ "14.1", ADD (TIMES "<calendar:BusyStatus>7</calendar:BusyStatus>"), "6" },
		{ "14.1", ADD (TIMES "<calendar:ResponseType>3</calendar:ResponseType>"), "6" },
		{ "14.1", ADD (TIMES "<airsyncbase:Location/>"), "6" },
		{ "14.1", ADD (TIMES "<tasks:Subject>x</tasks:Subject>"), "6" },
		{ "14.1",
		  ADD (TIMES "<calendar:Attendees><calendar:Attendee><calendar:Email>a@b</"
			     "calendar:Email></calendar:Attendee></calendar:Attendees>"),
		  "6" },
		{ "14.1",
		  ADD (TIMES "<calendar:Recurrence><calendar:Type>1</calendar:Type></"
			     "calendar:Recurrence>"),
		  "6" },
		{ "14.1",
		  ADD (TIMES "<calendar:Recurrence><calendar:Type>0</"
			     "calendar:Type><calendar:DayOfMonth>1</calendar:DayOfMonth></"
			     "calendar:Recurrence>"),
		  "6" },
		{ "14.1",
		  ADD (TIMES
		       "<calendar:Recurrence><calendar:Type>0</calendar:Type><calendar:Interval>0</"
		       "calendar:Interval></calendar:Recurrence>"),
		  "6" },
		{ "14.1",
		  ADD (TIMES "<calendar:DtStamp>20260101T000000Z</"
			     "calendar:DtStamp><calendar:UID>a</calendar:UID>"),
		  "1" },
		{ "16.1", ADD (TIMES "<calendar:DtStamp>20260101T000000Z</calendar:DtStamp>"),
		  "6" },
		{ "16.1", ADD (TIMES "<calendar:UID>a</calendar:UID>"), "6" },
		{ "16.1", ADD (TIMES "<calendar:OrganizerEmail>a@b</calendar:OrganizerEmail>"),
		  "6" },
		{ "16.1", ADD (TIMES "<calendar:Location>a</calendar:Location>"), "6" },
		{ "16.1", ADD (TIMES "<calendar:AllDayEvent>1</calendar:AllDayEvent>"), "6" },
		{ "16.1",
		  ADD (TIMES "<airsyncbase:Body><airsyncbase:Type>3</"
			     "airsyncbase:Type><airsyncbase:Data>x</airsyncbase:Data></"
			     "airsyncbase:Body>"),
		  "6" },
	};

	for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_auto (Fixture) fixture = { 0 };

		g_test_message ("row %u", i);
		fixture_open (&fixture, rows[i].version);
		assert_status (&fixture, rows[i].commands, rows[i].status);
	}
}

/* --- Series -------------------------------------------------------------- */

static EasItem *
make_series (const EasTimezone *zone,
	     gint64 start,
	     guint type,
	     const EasTag *tags,
	     const guint *values,
	     guint n)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autofree char *blob = zone != NULL ? eas_timezone_write (zone) : NULL;

	eas_item_builder_text (builder, EAS_CALENDAR_TIMEZONE, blob);
	eas_item_builder_time (builder, EAS_CALENDAR_START_TIME, start);
	eas_item_builder_start (builder, EAS_CALENDAR_RECURRENCE);
	eas_item_builder_int (builder, EAS_CALENDAR_TYPE, type);
	for (guint i = 0; i < n; i++)
		eas_item_builder_int (builder, tags[i], values[i]);
	eas_item_builder_end (builder);

	return eas_item_builder_finish (builder);
}

static void
assert_instance (const EasItem *series, const char *when, gboolean expected)
{
	gint64 utc;

	g_test_message ("%s", when);
	g_assert_true (eas_mock_series_parse_instance (when, &utc));
	g_assert_cmpint (eas_mock_series_has_instance (series, utc), ==, expected);
}

/* Nine o'clock in Berlin is nine o'clock after the clocks changed, too: another instant. */
static void
test_series_over_daylight_saving (void)
{
	const EasTimezone berlin = { -60, "", { 0, 10, 0, 5, 3 }, 0, "", { 0, 3, 0, 5, 2 }, -60 };
	static const EasTag tags[] = { EAS_CALENDAR_DAY_OF_WEEK, EAS_CALENDAR_INTERVAL,
				       EAS_CALENDAR_OCCURRENCES };
	static const guint values[] = { 2, 2, 4 };
	gint64 start;
	g_autoptr (EasItem) series = NULL;

	g_assert_true (eas_mock_series_parse_instance ("20261012T070000Z", &start));
	series = make_series (&berlin, start, 1, tags, values, 3);
	assert_instance (series, "20261012T070000Z", TRUE);
	assert_instance (series, "20261019T070000Z", FALSE);
	assert_instance (series, "20261026T080000Z", TRUE);
	assert_instance (series, "20261026T070000Z", FALSE);
	assert_instance (series, "20261123T080000Z", TRUE);
	assert_instance (series, "20261207T080000Z", FALSE);
	assert_instance (series, "20260928T070000Z", FALSE);
}

static void
test_series_by_month (void)
{
	static const EasTag last_day_tags[] = { EAS_CALENDAR_DAY_OF_WEEK,
						EAS_CALENDAR_WEEK_OF_MONTH };
	static const guint last_day_values[] = { 127, 5 };
	static const EasTag yearly_tags[] = { EAS_CALENDAR_DAY_OF_WEEK, EAS_CALENDAR_WEEK_OF_MONTH,
					      EAS_CALENDAR_MONTH_OF_YEAR };
	static const guint yearly_values[] = { 16, 4, 11 };
	g_autoptr (EasItem) monthly = NULL;
	g_autoptr (EasItem) yearly = NULL;
	gint64 start;

	g_assert_true (eas_mock_series_parse_instance ("20260131T120000Z", &start));
	monthly = make_series (NULL, start, 3, last_day_tags, last_day_values, 2);
	assert_instance (monthly, "20260228T120000Z", TRUE);
	assert_instance (monthly, "20280229T120000Z", TRUE);
	assert_instance (monthly, "20280228T120000Z", FALSE);
	g_assert_true (eas_mock_series_parse_instance ("20251127T000000Z", &start));
	yearly = make_series (NULL, start, 6, yearly_tags, yearly_values, 3);
	assert_instance (yearly, "20261126T000000Z", TRUE);
	assert_instance (yearly, "20261119T000000Z", FALSE);
}

/* The sample keeps the rules the server has for others. */
static void
test_sample_is_sound (void)
{
	g_autoptr (EasMockMailbox) mailbox = eas_mock_mailbox_new ("user", "secret");
	EasMockFolder *folder = eas_mock_mailbox_default (mailbox, EAS_FOLDER_CALENDAR);
	EasMockOptions options;
	const EasMockHabits habits = { 0 };
	guint n_exceptions = 0;

	eas_mock_options_init (&options);
	eas_mock_sample_fill (mailbox);
	eas_mock_sample_generate (mailbox, folder, 300, 7);
	for (guint i = 0; i < folder->items->len; i++) {
		EasItem *data = ((EasMockItem *) folder->items->pdata[i])->data;
		g_autoptr (EasItem) wire =
			eas_mock_dialect_write (data, EAS_CLASS_CALENDAR, 141, &options, &habits);
		EasItemSlot exceptions =
			eas_item_child (data, EAS_ITEM_ROOT, EAS_CALENDAR_EXCEPTIONS);
		gint64 utc;

		g_test_message ("%s", eas_item_get_text (data, EAS_CALENDAR_SUBJECT));
		g_assert_cmpstr (
			eas_mock_rules_check (wire, EAS_CLASS_CALENDAR, 141, EAS_MOCK_RULES_ADD),
			==, NULL);
		for (EasItemSlot slot = eas_item_child (data, exceptions, EAS_CALENDAR_EXCEPTION);
		     slot != EAS_ITEM_NONE;
		     slot = eas_item_sibling (data, slot, EAS_CALENDAR_EXCEPTION)) {
			g_assert_true (eas_item_time (
				data, eas_item_child (data, slot, EAS_AIRSYNCBASE_INSTANCE_ID),
				&utc));
			g_assert_true (eas_mock_series_has_instance (data, utc));
			n_exceptions++;
		}
	}
	eas_mock_options_clear (&options);
	g_assert_cmpuint (n_exceptions, >, 10);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mock/events/location", test_location);
	g_test_add_func ("/mock/events/all-day", test_all_day);
	g_test_add_func ("/mock/events/exceptions-of-both", test_exceptions_of_both);
	g_test_add_func ("/mock/events/bodies", test_bodies);
	g_test_add_func ("/mock/events/partial-change", test_partial_change);
	g_test_add_func ("/mock/events/client-uid", test_client_uid);
	g_test_add_func ("/mock/events/instances", test_instances);
	g_test_add_func ("/mock/events/attachments", test_attachments);
	g_test_add_func ("/mock/events/ghosting", test_ghosting);
	g_test_add_func ("/mock/events/exceptions-stay", test_exceptions_stay);
	g_test_add_func ("/mock/events/stray-exceptions", test_stray_exceptions);
	g_test_add_func ("/mock/events/habit-all-day", test_habit_all_day);
	g_test_add_func ("/mock/events/habits-of-others", test_habits_of_others);
	g_test_add_func ("/mock/events/two-commands", test_two_commands);
	g_test_add_func ("/mock/events/refusals", test_refusals);
	g_test_add_func ("/mock/events/series-over-daylight-saving",
			 test_series_over_daylight_saving);
	g_test_add_func ("/mock/events/series-by-month", test_series_by_month);
	g_test_add_func ("/mock/events/sample-is-sound", test_sample_is_sound);

	return g_test_run ();
}
