/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The test server's Sync: keys and their replay, windows, duplicates, conflicts, waiting. */

#include "eas-mock-client.h"

#define CALENDAR "6"
#define TIMES                                                                                      \
	"<calendar:StartTime>20261121T090000Z</calendar:StartTime>"                                \
	"<calendar:EndTime>20261121T100000Z</calendar:EndTime>"
#define ADD(id, subject)                                                                           \
	"<airsync:Add><airsync:ClientId>" id "</airsync:ClientId><airsync:ApplicationData>" TIMES  \
	"<calendar:Subject>" subject "</calendar:Subject></airsync:ApplicationData></airsync:Add>"
#define COMMANDS(content) "<airsync:Commands>" content "</airsync:Commands>"

static char *
add_as_witness (EasMockClient *client, const char *subject)
{
	g_autofree char *action = NULL;
	g_autofree char *json = NULL;
	g_auto (GStrv) parts = NULL;

	action = g_strdup_printf (
		"add?folder=Calendar&subject=%s&start=20261121T090000Z&end=20261121T100000Z",
		subject);
	json = eas_mock_client_control (client, action, NULL);
	parts = g_strsplit (json, "\"", -1);

	return g_strdup (parts[3]);
}

static EasMockFolder *
calendar_of (EasMockClient *client)
{
	return eas_mock_mailbox_get_folder (client->mailbox, CALENDAR);
}

/* --- Keys ---------------------------------------------------------------- */

static void
test_keys (void)
{
	static const char *const versions[] = { "12.0", "12.1", "14.1", "16.1" };

	for (guint i = 0; i < G_N_ELEMENTS (versions); i++) {
		g_autoptr (EasMockClient) client = eas_mock_client_new (versions[i]);
		g_autofree char *key = NULL;
		g_autofree char *id = NULL;
		g_autoptr (EasMockAnswer) first = NULL;
		g_autoptr (EasMockAnswer) nothing = NULL;
		g_autoptr (EasMockAnswer) unknown = NULL;

		key = eas_mock_client_begin (client, CALENDAR);
		id = add_as_witness (client, "one");
		first = eas_mock_client_step (client, CALENDAR, &key, "");
		eas_mock_assert_text (first, "//airsync:Add/airsync:ServerId", id);
		eas_mock_assert_text (first, "//calendar:Subject", "one");
		eas_mock_assert_text (first, "//airsync:Class", i < 2 ? "Calendar" : NULL);
		nothing = eas_mock_client_sync (client, CALENDAR, key, "");
		g_assert_cmpuint (nothing->status, ==, 200);
		eas_mock_assert_text (nothing, "//airsync:SyncKey", i == 0 ? key : NULL);
		unknown = eas_mock_client_sync (client, CALENDAR, "{00000000}9", "");
		eas_mock_assert_text (unknown, "//airsync:Collection/airsync:Status", "3");
	}
}

/* The answer was lost: the same request gets the same answer, and nothing twice. */
static void
test_replay (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("16.1");
	g_autofree char *key = NULL;
	g_autofree char *id = NULL;
	g_autoptr (EasMockAnswer) first = NULL;
	g_autoptr (EasMockAnswer) again = NULL;

	key = eas_mock_client_begin (client, CALENDAR);
	id = add_as_witness (client, "one");
	first = eas_mock_client_sync (client, CALENDAR, key, COMMANDS (ADD ("a1", "mine")));
	again = eas_mock_client_sync (client, CALENDAR, key, COMMANDS (ADD ("a1", "mine")));
	g_assert_cmpstr (first->xml, ==, again->xml);
	g_assert_cmpuint (calendar_of (client)->items->len, ==, 2);
}

/* Looking before repeating: another request with the old key goes back one step, and what was added
 * comes as news. */
static void
test_step_back (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("14.1");
	g_autofree char *key = NULL;
	g_autofree char *lost_key = NULL;
	g_autoptr (EasMockAnswer) lost = NULL;
	g_autoptr (EasMockAnswer) look = NULL;
	g_autoptr (EasMockAnswer) gone = NULL;
	g_autoptr (EasMockAnswer) repeat = NULL;

	key = eas_mock_client_begin (client, CALENDAR);
	lost = eas_mock_client_sync (client, CALENDAR, key, COMMANDS (ADD ("a1", "mine")));
	lost_key = eas_mock_answer_get (lost, "//airsync:SyncKey");
	g_assert_cmpuint (eas_mock_answer_count (lost, "//airsync:Commands"), ==, 0);

	look = eas_mock_client_step (client, CALENDAR, &key, "");
	eas_mock_assert_text (look, "//airsync:Commands/airsync:Add//calendar:Subject", "mine");
	gone = eas_mock_client_sync (client, CALENDAR, lost_key, "");
	eas_mock_assert_text (gone, "//airsync:Collection/airsync:Status", "3");
	/* The same ClientId is still known, since its answer never arrived. */
	repeat = eas_mock_client_step (client, CALENDAR, &key, COMMANDS (ADD ("a1", "mine")));
	eas_mock_assert_text (repeat, "//airsync:Responses/airsync:Add/airsync:Status", "1");
	g_assert_cmpuint (calendar_of (client)->items->len, ==, 1);
}

static void
test_previous_key_dies_with_use (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("16.1");
	g_autofree char *old = NULL;
	g_autofree char *key = NULL;
	g_autofree char *id = NULL;
	g_autoptr (EasMockAnswer) first = NULL;
	g_autoptr (EasMockAnswer) second = NULL;
	g_autoptr (EasMockAnswer) late = NULL;

	old = eas_mock_client_begin (client, CALENDAR);
	key = g_strdup (old);
	id = add_as_witness (client, "one");
	first = eas_mock_client_step (client, CALENDAR, &key, "");
	second = eas_mock_client_sync (client, CALENDAR, key, "");
	late = eas_mock_client_sync (client, CALENDAR, old, "");
	eas_mock_assert_text (late, "//airsync:Collection/airsync:Status", "3");
}

/* As SOGo: what is sent again is done again. */
static void
test_no_duplicate_detection (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("16.1");
	g_autofree char *key = NULL;
	g_autoptr (EasMockAnswer) first = NULL;
	g_autoptr (EasMockAnswer) again = NULL;

	client->server->settings.detect_duplicates = FALSE;
	key = eas_mock_client_begin (client, CALENDAR);
	first = eas_mock_client_sync (client, CALENDAR, key, COMMANDS (ADD ("a1", "mine")));
	again = eas_mock_client_sync (client, CALENDAR, key, COMMANDS (ADD ("a1", "mine")));
	g_assert_cmpuint (calendar_of (client)->items->len, ==, 2);
}

/* A ClientId whose answer arrived may be used for another item. */
static void
test_client_id_again (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("14.1");
	g_autofree char *key = NULL;
	g_autoptr (EasMockAnswer) first = NULL;
	g_autoptr (EasMockAnswer) second = NULL;

	key = eas_mock_client_begin (client, CALENDAR);
	first = eas_mock_client_step (client, CALENDAR, &key, COMMANDS (ADD ("1", "mine")));
	second = eas_mock_client_step (client, CALENDAR, &key, COMMANDS (ADD ("1", "another")));
	g_assert_cmpuint (calendar_of (client)->items->len, ==, 2);
}

static void
test_forgotten_keys (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("16.1");
	g_autofree char *key = NULL;
	g_autofree char *id = NULL;
	g_autofree char *json = NULL;
	g_autoptr (EasMockAnswer) refused = NULL;
	g_autoptr (EasMockAnswer) all = NULL;

	key = eas_mock_client_begin (client, CALENDAR);
	id = add_as_witness (client, "one");
	json = eas_mock_client_control (client, "forget?folder=Calendar", NULL);
	refused = eas_mock_client_sync (client, CALENDAR, key, "");
	eas_mock_assert_text (refused, "//airsync:Collection/airsync:Status", "3");
	g_free (key);
	key = eas_mock_client_prime (client, CALENDAR);
	all = eas_mock_client_step (client, CALENDAR, &key, "");
	eas_mock_assert_text (all, "//airsync:Add/airsync:ServerId", id);
}

/* --- Windows ------------------------------------------------------------- */

static void
test_windows (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("16.1");
	g_autofree char *key = NULL;
	g_autofree char *json = NULL;
	guint seen = 0, rounds = 0;
	gboolean more = TRUE;

	key = eas_mock_client_begin (client, CALENDAR);
	json = eas_mock_client_control (client, "generate?folder=Calendar&count=250", NULL);
	while (more && rounds++ < 10) {
		g_autoptr (EasMockAnswer) answer = eas_mock_client_step (
			client, CALENDAR, &key, "<airsync:WindowSize>100</airsync:WindowSize>");

		seen += eas_mock_answer_count (answer, "//airsync:Commands/airsync:Add");
		more = eas_mock_answer_count (answer, "//airsync:MoreAvailable") > 0;
	}
	g_assert_cmpuint (seen, ==, 250);
	g_assert_cmpuint (rounds, ==, 3);
}

static void
test_filter (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("14.1");
	g_autofree char *key = NULL;
	g_autofree char *json = NULL;
	g_autoptr (EasMockAnswer) all = NULL;
	g_autoptr (EasMockAnswer) recent = NULL;
	g_autoptr (EasMockAnswer) wrong = NULL;

	key = eas_mock_client_begin (client, CALENDAR);
	json = eas_mock_client_control (
		client,
		"add?folder=Calendar&subject=old&start=20010101T100000Z&end=20010101T110000Z",
		NULL);
	all = eas_mock_client_step (
		client, CALENDAR, &key,
		"<airsync:Options><airsync:FilterType>0</airsync:FilterType></airsync:Options>");
	g_assert_cmpuint (eas_mock_answer_count (all, "//airsync:Add"), ==, 1);
	recent = eas_mock_client_step (
		client, CALENDAR, &key,
		"<airsync:Options><airsync:FilterType>4</airsync:FilterType></airsync:Options>");
	g_assert_cmpuint (eas_mock_answer_count (recent, "//airsync:SoftDelete"), ==, 1);
	g_assert_cmpuint (calendar_of (client)->items->len, ==, 1);
	wrong = eas_mock_client_sync (
		client, CALENDAR, key,
		"<airsync:Options><airsync:FilterType>1</airsync:FilterType></airsync:Options>");
	eas_mock_assert_text (wrong, "//airsync:Collection/airsync:Status", "4");
}

/* --- Devices and conflicts ----------------------------------------------- */

static void
test_two_devices (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("16.1");
	g_autofree char *first_key = NULL;
	g_autofree char *second_key = NULL;
	g_autoptr (EasMockAnswer) added = NULL;
	g_autoptr (EasMockAnswer) echoed = NULL;
	g_autoptr (EasMockAnswer) told = NULL;

	first_key = eas_mock_client_begin (client, CALENDAR);
	added = eas_mock_client_step (client, CALENDAR, &first_key, COMMANDS (ADD ("a1", "mine")));
	echoed = eas_mock_client_sync (client, CALENDAR, first_key, "");
	g_assert_cmpuint (g_bytes_get_size (echoed->body), ==, 0);

	g_free (client->device);
	client->device = g_strdup ("device2");
	second_key = eas_mock_client_begin (client, CALENDAR);
	told = eas_mock_client_step (client, CALENDAR, &second_key, "");
	eas_mock_assert_text (told, "//airsync:Commands/airsync:Add//calendar:Subject", "mine");
}

#define CHANGE(id, content)                                                                        \
	"<airsync:Change><airsync:ServerId>" id                                                    \
	"</airsync:ServerId><airsync:ApplicationData>" content                                     \
	"</airsync:ApplicationData></airsync:Change>"

static void
conflict (const char *option, const char *expected_status, const char *expected_subject)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("16.1");
	g_autofree char *key = NULL;
	g_autofree char *id = NULL;
	g_autofree char *json = NULL;
	g_autofree char *rest = NULL;
	g_autoptr (EasMockAnswer) first = NULL;
	g_autoptr (EasMockAnswer) answer = NULL;

	key = eas_mock_client_begin (client, CALENDAR);
	id = add_as_witness (client, "one");
	g_assert_cmpstr (id, ==, "6:1");
	first = eas_mock_client_step (client, CALENDAR, &key, "");
	json = eas_mock_client_control (client, "change?id=6:1&subject=theirs", NULL);
	rest = g_strconcat ("<airsync:Options><airsync:Conflict>", option,
			    "</airsync:Conflict></airsync:Options>",
			    COMMANDS (CHANGE ("6:1", "<calendar:Subject>mine</calendar:Subject>")),
			    NULL);
	answer = eas_mock_client_step (client, CALENDAR, &key, rest);
	eas_mock_assert_text (answer, "//airsync:Responses/airsync:Change/airsync:Status",
			      expected_status);
	g_assert_cmpstr (
		eas_item_get_text (eas_mock_folder_get_item (calendar_of (client), id)->data,
				   EAS_CALENDAR_SUBJECT),
		==, expected_subject);
	eas_mock_assert_text (answer, "//airsync:Commands/airsync:Change//calendar:Subject",
			      expected_status != NULL ? "theirs" : NULL);
}

static void
test_conflicts (void)
{
	conflict ("1", "7", "theirs");
	conflict ("0", NULL, "mine");
}

static void
test_missing_items (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("14.1");
	g_autofree char *key = NULL;
	g_autoptr (EasMockAnswer) answer = NULL;

	key = eas_mock_client_begin (client, CALENDAR);
	answer = eas_mock_client_step (
		client, CALENDAR, &key,
		COMMANDS (CHANGE ("6:9", TIMES) "<airsync:Delete><airsync:ServerId>6:8</"
						"airsync:ServerId></airsync:Delete>"));
	eas_mock_assert_text (answer, "//airsync:Responses/airsync:Change/airsync:Status", "8");
	eas_mock_assert_text (answer, "//airsync:Responses/airsync:Delete/airsync:Status", "8");
}

/* --- Form ---------------------------------------------------------------- */

static void
test_form (void)
{
	static const struct {
		const char *rest, *more, *path, *status;
	} rows[] = {
		/* Elements in another order than the document's. */
		{ "<airsync:Options/><airsync:GetChanges/>", "", "/airsync:Sync/airsync:Status",
		  "4" },
		{ "<airsync:Commands/>", "", "/airsync:Sync/airsync:Status", "4" },
		{ "",
		  "<airsync:Wait>2</airsync:Wait><airsync:HeartbeatInterval>60</"
		  "airsync:HeartbeatInterval>",
		  "/airsync:Sync/airsync:Status", "4" },
		{ "", "<airsync:Wait>60</airsync:Wait>", "/airsync:Sync/airsync:Status", "14" },
		{ "", "<airsync:Wait>60</airsync:Wait>", "/airsync:Sync/airsync:Limit", "59" },
		{ "", "<airsync:HeartbeatInterval>10</airsync:HeartbeatInterval>",
		  "/airsync:Sync/airsync:Limit", "60" },
		{ "<airsync:Options><airsync:FilterType>3</airsync:FilterType></airsync:Options>",
		  "", "//airsync:Collection/airsync:Status", "4" },
	};
	g_autoptr (EasMockClient) client = eas_mock_client_new ("16.1");
	g_autofree char *key = NULL;
	g_autoptr (EasMockAnswer) unknown = NULL;

	key = eas_mock_client_begin (client, CALENDAR);
	for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_autoptr (EasMockAnswer) answer = eas_mock_client_sync_full (
			client, CALENDAR, key, rows[i].rest, rows[i].more);

		g_test_message ("row %u", i);
		eas_mock_assert_text (answer, rows[i].path, rows[i].status);
	}
	unknown = eas_mock_client_sync (client, "nowhere", "0", "");
	eas_mock_assert_text (unknown, "//airsync:Collection/airsync:Status", "12");
}

/* Partial and empty requests stand for what was asked before. */
static void
test_partial (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("16.1");
	g_autofree char *key = NULL;
	g_autofree char *id = NULL;
	g_autoptr (EasMockAnswer) early = NULL;
	g_autoptr (EasMockAnswer) empty = NULL;
	g_autoptr (EasMockAnswer) partial = NULL;

	eas_mock_client_open (client);
	early = eas_mock_client_post (client, "Sync", NULL);
	eas_mock_assert_text (early, "/airsync:Sync/airsync:Status", "13");
	key = eas_mock_client_prime (client, CALENDAR);
	id = add_as_witness (client, "one");
	empty = eas_mock_client_post (client, "Sync", NULL);
	eas_mock_assert_text (empty, "//airsync:Add/airsync:ServerId", id);
	g_free (id);
	id = add_as_witness (client, "two");
	partial = eas_mock_client_post (client, "Sync",
					"<airsync:Sync><airsync:WindowSize>10</"
					"airsync:WindowSize><airsync:Partial/></airsync:Sync>");
	eas_mock_assert_text (partial, "//airsync:Add/airsync:ServerId", id);
}

/* --- Waiting ------------------------------------------------------------- */

static void
test_wait (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("16.1");
	g_autofree char *key = NULL;
	g_autofree char *id = NULL;
	g_autofree char *request = NULL;
	g_autofree char *expired = NULL;
	g_autoptr (EasMockAnswer) news = NULL;
	g_autoptr (EasMockAnswer) nothing = NULL;
	gpointer pending;

	key = eas_mock_client_begin (client, CALENDAR);
	request = g_strdup_printf (
		"<airsync:Sync><airsync:Collections><airsync:Collection><airsync:SyncKey>%s</"
		"airsync:SyncKey>"
		"<airsync:CollectionId>6</airsync:CollectionId></airsync:Collection></"
		"airsync:Collections>"
		"<airsync:HeartbeatInterval>600</airsync:HeartbeatInterval></airsync:Sync>",
		key);
	pending = eas_mock_client_start (client, "Sync", request);
	while (client->server->waiting->len == 0)
		g_main_context_iteration (NULL, TRUE);
	g_assert_false (eas_mock_client_is_done (pending));
	expired = eas_mock_client_control (client, "expire", NULL);
	nothing = eas_mock_client_finish (pending);
	g_assert_cmpuint (nothing->status, ==, 200);
	g_assert_cmpuint (g_bytes_get_size (nothing->body), ==, 0);

	pending = eas_mock_client_start (client, "Sync", request);
	while (client->server->waiting->len == 0)
		g_main_context_iteration (NULL, TRUE);
	id = add_as_witness (client, "news");
	news = eas_mock_client_finish (pending);
	eas_mock_assert_text (news, "//airsync:Add/airsync:ServerId", id);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mock/sync/keys", test_keys);
	g_test_add_func ("/mock/sync/replay", test_replay);
	g_test_add_func ("/mock/sync/step-back", test_step_back);
	g_test_add_func ("/mock/sync/previous-key-dies-with-use", test_previous_key_dies_with_use);
	g_test_add_func ("/mock/sync/no-duplicate-detection", test_no_duplicate_detection);
	g_test_add_func ("/mock/sync/client-id-again", test_client_id_again);
	g_test_add_func ("/mock/sync/forgotten-keys", test_forgotten_keys);
	g_test_add_func ("/mock/sync/windows", test_windows);
	g_test_add_func ("/mock/sync/filter", test_filter);
	g_test_add_func ("/mock/sync/two-devices", test_two_devices);
	g_test_add_func ("/mock/sync/conflicts", test_conflicts);
	g_test_add_func ("/mock/sync/missing-items", test_missing_items);
	g_test_add_func ("/mock/sync/form", test_form);
	g_test_add_func ("/mock/sync/partial", test_partial);
	g_test_add_func ("/mock/sync/wait", test_wait);

	return g_test_run ();
}
