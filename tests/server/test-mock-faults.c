/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The test server's misbehaviour: each fault does what README.md says, once, and where it was asked
 * for. */

#include "eas-mock-client.h"

#include "eas-mock-faults.h"

#define CALENDAR "6"
#define FOLDER_SYNC                                                                                \
	"<folderhierarchy:FolderSync><folderhierarchy:SyncKey>0</folderhierarchy:SyncKey>"         \
	"</folderhierarchy:FolderSync>"
#define ADD(subject)                                                                               \
	"<airsync:Commands><airsync:Add><airsync:ClientId>a1</"                                    \
	"airsync:ClientId><airsync:ApplicationData>"                                               \
	"<calendar:StartTime>20261121T090000Z</calendar:StartTime>"                                \
	"<calendar:EndTime>20261121T100000Z</calendar:EndTime>"                                    \
	"<calendar:Subject>" subject                                                               \
	"</calendar:Subject></airsync:ApplicationData></airsync:Add></airsync:Commands>"

static EasMockClient *
open_client (const char *fault)
{
	EasMockClient *client = eas_mock_client_new ("16.1");
	g_autofree char *json = NULL;

	eas_mock_client_open (client);
	json = eas_mock_client_control (client, fault, NULL);
	g_assert_cmpstr (json, ==, "{}\n");

	return client;
}

static EasMockAnswer *
ask (EasMockClient *client)
{
	return eas_mock_client_post (client, "FolderSync", FOLDER_SYNC);
}

/* After the fault everything is as before. */
static void
assert_over (EasMockClient *client)
{
	g_autoptr (EasMockAnswer) answer = ask (client);

	g_assert_no_error (answer->error);
	eas_mock_assert_text (answer, "//folderhierarchy:Status", "1");
}

static void
test_http (void)
{
	g_autoptr (EasMockClient) client = open_client (
		"fault?kind=http&value=503&text=Retry-After:%207%0AX-MS-ASThrottle:%20Sure");
	g_autoptr (EasMockAnswer) answer = ask (client);

	g_assert_cmpuint (answer->status, ==, 503);
	g_assert_cmpstr (soup_message_headers_get_one (answer->headers, "Retry-After"), ==, "7");
	g_assert_cmpstr (soup_message_headers_get_one (answer->headers, "X-MS-ASThrottle"), ==,
			 "Sure");
	assert_over (client);
}

static void
test_html (void)
{
	g_autoptr (EasMockClient) client = open_client ("fault?kind=html");
	g_autoptr (EasMockAnswer) answer = ask (client);

	g_assert_cmpuint (answer->status, ==, 200);
	g_assert_cmpstr (soup_message_headers_get_content_type (answer->headers, NULL), ==,
			 "text/html");
	assert_over (client);
}

static void
test_status (void)
{
	g_autoptr (EasMockClient) client =
		open_client ("fault?kind=status&value=111&command=FolderSync&after=1&times=2");
	static const char *const expected[] = { "1", "111", "111", "1" };

	for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
		g_autoptr (EasMockAnswer) answer = ask (client);

		eas_mock_assert_text (answer, "//folderhierarchy:Status", expected[i]);
	}
}

static void
test_command_of_fault (void)
{
	g_autoptr (EasMockClient) client = open_client ("fault?kind=status&value=111&command=Sync");

	assert_over (client);
	g_assert_cmpuint (eas_mock_faults_get (client->server->faults)->len, ==, 1);
}

static void
test_collection_status (void)
{
	g_autoptr (EasMockClient) client =
		open_client ("fault?kind=collection-status&value=5&folder=Contacts");
	g_autofree char *key = eas_mock_client_prime (client, CALENDAR);
	g_autoptr (EasMockAnswer) answer = eas_mock_client_sync (client, "7", "0", "");

	eas_mock_assert_text (answer, "//airsync:Collection/airsync:Status", "5");
}

static void
test_item_status (void)
{
	g_autoptr (EasMockClient) client =
		open_client ("fault?kind=item-status&value=6&text=poison&times=-1");
	g_autofree char *key = eas_mock_client_prime (client, CALENDAR);
	g_autoptr (EasMockAnswer) refused =
		eas_mock_client_step (client, CALENDAR, &key, ADD ("poisoned"));
	g_autoptr (EasMockAnswer) taken =
		eas_mock_client_step (client, CALENDAR, &key, ADD ("good"));

	eas_mock_assert_text (refused, "//airsync:Responses/airsync:Add/airsync:Status", "6");
	eas_mock_assert_text (taken, "//airsync:Responses/airsync:Add/airsync:Status", "1");
}

static void
test_dropped (void)
{
	g_autoptr (EasMockClient) client = open_client ("fault?kind=drop&command=Sync");
	g_autofree char *key = NULL;
	g_autoptr (EasMockAnswer) answer = eas_mock_client_sync (client, CALENDAR, "0", "");

	g_assert_nonnull (answer->error);
	g_assert_null (g_hash_table_lookup (
		((EasMockDevice *) g_hash_table_lookup (client->mailbox->devices, "device1"))
			->collections,
		CALENDAR));
	key = eas_mock_client_prime (client, CALENDAR);
}

/* The server has done it, the client does not know. */
static void
test_lost (void)
{
	g_autoptr (EasMockClient) client = open_client ("fault?kind=lost&command=Sync&after=1");
	g_autofree char *key = eas_mock_client_prime (client, CALENDAR);
	g_autoptr (EasMockAnswer) lost = eas_mock_client_sync (client, CALENDAR, key, ADD ("x"));
	g_autoptr (EasMockAnswer) again = eas_mock_client_sync (client, CALENDAR, key, ADD ("x"));

	g_assert_nonnull (lost->error);
	eas_mock_assert_text (again, "//airsync:Responses/airsync:Add/airsync:ServerId", "6:1");
	g_assert_cmpuint (eas_mock_mailbox_get_folder (client->mailbox, CALENDAR)->items->len, ==,
			  1);
}

static void
test_cut (void)
{
	g_autoptr (EasMockClient) client = open_client ("fault?kind=cut&value=20");
	g_autoptr (EasMockAnswer) answer = ask (client);

	/* libsoup tells a body that ends early, or hands over what came. */
	if (answer->error == NULL)
		g_assert_cmpuint (g_bytes_get_size (answer->body), ==, 20);
	assert_over (client);
}

static void
test_reordered (void)
{
	g_autoptr (EasMockClient) client = open_client ("fault?kind=reorder");
	g_autoptr (EasMockAnswer) answer = ask (client);

	eas_mock_assert_text (answer, "/folderhierarchy:FolderSync/*[1]/*[last()]", "9");
	eas_mock_assert_text (answer, "/folderhierarchy:FolderSync/*[3]", "1");
	g_assert_cmpuint (eas_mock_answer_count (answer, "//folderhierarchy:Add"), ==, 9);
	assert_over (client);
}

static void
test_unknown (void)
{
	g_autoptr (EasMockClient) client = open_client ("fault?kind=unknown");
	g_autoptr (EasMockAnswer) answer = ask (client);

	g_assert_nonnull (strstr (answer->xml, "<g:token page=\"31\""));
	eas_mock_assert_text (answer, "/folderhierarchy:FolderSync/folderhierarchy:Status", "1");
	g_assert_cmpuint (
		eas_mock_answer_count (answer, "//folderhierarchy:Add/folderhierarchy:ServerId"),
		==, 9);
	assert_over (client);
}

static void
test_omitted (void)
{
	g_autoptr (EasMockClient) client =
		open_client ("fault?kind=omit&text=FolderHierarchy:Status");
	g_autoptr (EasMockAnswer) answer = ask (client);

	g_assert_cmpuint (eas_mock_answer_count (answer, "//folderhierarchy:Status"), ==, 0);
	g_assert_cmpuint (eas_mock_answer_count (answer, "//folderhierarchy:Add"), ==, 9);
	assert_over (client);
}

static void
test_headers (void)
{
	g_autoptr (EasMockClient) client =
		open_client ("fault?kind=headers&text=X-MS-RP:%2016.1%0ASet-Cookie:%20a=b");
	g_autoptr (EasMockAnswer) answer = ask (client);
	g_autofree char *on = eas_mock_client_control (client, "set?log-bodies=1", NULL);
	g_autoptr (EasMockAnswer) next = ask (client);
	g_autofree char *requests = eas_mock_client_control (client, "requests", NULL);

	g_assert_cmpstr (soup_message_headers_get_one (answer->headers, "X-MS-RP"), ==, "16.1");
	g_assert_cmpstr (soup_message_headers_get_one (answer->headers, "Set-Cookie"), ==, "a=b");
	eas_mock_assert_text (answer, "//folderhierarchy:Status", "1");
	g_assert_nonnull (strstr (requests, "\"request_xml\":\"<?xml"));
	g_assert_nonnull (strstr (requests, "\"answer_xml\":\"<?xml"));
}

/* MoreAvailable, and nothing with it: user-needs 3.1, the reference 8.5. */
static void
test_stalled (void)
{
	g_autoptr (EasMockClient) client = open_client ("fault?kind=stall&folder=Calendar");
	g_autofree char *key = eas_mock_client_prime (client, CALENDAR);
	g_autofree char *json =
		eas_mock_client_control (client, "generate?folder=Calendar&count=3", NULL);
	g_autoptr (EasMockAnswer) stalled = eas_mock_client_step (client, CALENDAR, &key, "");
	g_autoptr (EasMockAnswer) next = eas_mock_client_step (client, CALENDAR, &key, "");

	g_assert_cmpuint (eas_mock_answer_count (stalled, "//airsync:MoreAvailable"), ==, 1);
	g_assert_cmpuint (eas_mock_answer_count (stalled, "//airsync:Commands"), ==, 0);
	g_assert_cmpuint (eas_mock_answer_count (next, "//airsync:Add"), ==, 3);
}

static void
test_tombstones (void)
{
	g_autoptr (EasMockClient) client =
		open_client ("fault?kind=tombstones&value=3&folder=Calendar");
	g_autofree char *key = eas_mock_client_prime (client, CALENDAR);
	g_autofree char *json =
		eas_mock_client_control (client, "generate?folder=Calendar&count=2", NULL);
	g_autoptr (EasMockAnswer) told = eas_mock_client_step (client, CALENDAR, &key, "");
	g_autoptr (EasMockAnswer) next = eas_mock_client_step (client, CALENDAR, &key, "");

	g_assert_cmpuint (eas_mock_answer_count (told, "//airsync:Add"), ==, 2);
	g_assert_cmpuint (eas_mock_answer_count (told, "//airsync:Commands/airsync:Delete"), ==, 3);
	g_assert_cmpuint (eas_mock_answer_count (next, "//airsync:Commands"), ==, 0);
}

/* A Ping that rings for nothing: pitfall 40. */
static void
test_false_alarm (void)
{
	g_autoptr (EasMockClient) client = open_client ("fault?kind=alarm&command=Ping");
	g_autofree char *key = eas_mock_client_prime (client, CALENDAR);
	g_autoptr (EasMockAnswer) ping =
		eas_mock_client_post (client, "Ping",
				      "<ping:Ping><ping:HeartbeatInterval>60</"
				      "ping:HeartbeatInterval><ping:Folders><ping:Folder>"
				      "<ping:Id>6</ping:Id><ping:Class>Calendar</ping:Class></"
				      "ping:Folder></ping:Folders></ping:Ping>");
	g_autoptr (EasMockAnswer) nothing = eas_mock_client_sync (client, CALENDAR, key, "");

	eas_mock_assert_text (ping, "//ping:Folder", CALENDAR);
	g_assert_cmpuint (g_bytes_get_size (nothing->body), ==, 0);
}

static void
test_bodies (void)
{
	g_autoptr (EasMockClient) client = open_client ("fault?kind=empty");
	g_autoptr (EasMockAnswer) empty = ask (client);
	g_autofree char *garbage_json =
		eas_mock_client_control (client, "fault?kind=garbage", NULL);
	g_autoptr (EasMockAnswer) garbage = ask (client);
	g_autofree char *type_json = eas_mock_client_control (
		client, "fault?kind=content-type&text=application/json", NULL);
	g_autoptr (EasMockAnswer) type = ask (client);
	g_autofree char *gzip_json = eas_mock_client_control (client, "fault?kind=gzip", NULL);
	g_autoptr (EasMockAnswer) gzip = ask (client);

	g_assert_cmpuint (g_bytes_get_size (empty->body), ==, 0);
	g_assert_cmpuint (g_bytes_get_size (garbage->body), >, 0);
	g_assert_null (garbage->xml);
	g_assert_cmpstr (soup_message_headers_get_content_type (type->headers, NULL), ==,
			 "application/json");
	g_assert_cmpstr (soup_message_headers_get_one (gzip->headers, "Content-Encoding"), ==,
			 "gzip");
	eas_mock_assert_text (gzip, "//folderhierarchy:Status", "1");
	assert_over (client);
}

/* What a client that does not unpack sees: small. */
static void
test_bomb (void)
{
	g_autoptr (GBytes) bomb = eas_mock_fault_bomb (16);

	g_assert_cmpuint (g_bytes_get_size (bomb), <, 64 * 1024);
}

static void
test_delay (void)
{
	g_autoptr (EasMockClient) client =
		open_client ("fault?kind=delay&value=120&command=FolderSync");
	gint64 begin = g_get_monotonic_time ();
	g_autoptr (EasMockAnswer) late = ask (client);

	g_assert_cmpint (g_get_monotonic_time () - begin, >=, 120 * 1000);
	eas_mock_assert_text (late, "//folderhierarchy:Status", "1");
	assert_over (client);
}

/* A client that goes away while it waits leaves nothing behind. */
static void
test_client_gone (void)
{
	g_autoptr (EasMockClient) client =
		open_client ("fault?kind=delay&value=50&command=FolderSync");
	gpointer pending = eas_mock_client_start (client, "FolderSync", FOLDER_SYNC);
	g_autoptr (EasMockAnswer) answer = NULL;

	while (eas_mock_faults_get (client->server->faults)->len > 0)
		g_main_context_iteration (NULL, TRUE);
	soup_session_abort (client->session);
	answer = eas_mock_client_finish (pending);
	g_assert_nonnull (answer->error);
	assert_over (client);
}

static void
test_quarantine (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("16.1");
	g_autofree char *added = NULL;
	g_autofree char *key = NULL;
	g_autofree char *on = NULL;
	g_autofree char *off = NULL;
	g_autoptr (EasMockAnswer) before = NULL;
	g_autoptr (EasMockAnswer) refused = NULL;
	g_autoptr (EasMockAnswer) nothing = NULL;
	g_autoptr (EasMockAnswer) notice = NULL;
	g_autoptr (EasMockAnswer) back = NULL;

	key = eas_mock_client_begin (client, CALENDAR);
	added = eas_mock_client_control (
		client, "add?folder=Calendar&subject=x&start=20261121T090000Z&end=20261121T100000Z",
		NULL);
	before = eas_mock_client_step (client, CALENDAR, &key, "");
	on = eas_mock_client_control (client, "quarantine?on=1", NULL);
	eas_mock_client_open (client);
	refused = eas_mock_client_sync (client, CALENDAR, key, "");
	eas_mock_assert_text (refused, "//airsync:Collection/airsync:Status", "3");
	g_free (key);
	key = eas_mock_client_prime (client, CALENDAR);
	nothing = eas_mock_client_sync (client, CALENDAR, key, "");
	g_assert_cmpuint (g_bytes_get_size (nothing->body), ==, 0);
	g_free (key);
	key = eas_mock_client_prime (client, "1");
	notice = eas_mock_client_sync (client, "1", key, "");
	g_assert_cmpuint (eas_mock_answer_count (notice, "//airsync:Add"), ==, 1);

	off = eas_mock_client_control (client, "quarantine?on=0", NULL);
	eas_mock_client_open (client);
	g_free (key);
	key = eas_mock_client_prime (client, CALENDAR);
	back = eas_mock_client_sync (client, CALENDAR, key, "");
	g_assert_cmpuint (eas_mock_answer_count (back, "//airsync:Add"), ==, 1);
}

static void
test_all_have_names (void)
{
	for (guint i = 0; i < EAS_MOCK_N_FAULTS; i++) {
		EasMockFaultKind kind;

		g_assert_true (eas_mock_fault_kind_from_name (eas_mock_fault_kind_name (i), &kind));
		g_assert_cmpint (kind, ==, i);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mock/faults/names", test_all_have_names);
	g_test_add_func ("/mock/faults/http", test_http);
	g_test_add_func ("/mock/faults/html", test_html);
	g_test_add_func ("/mock/faults/status", test_status);
	g_test_add_func ("/mock/faults/command", test_command_of_fault);
	g_test_add_func ("/mock/faults/collection-status", test_collection_status);
	g_test_add_func ("/mock/faults/item-status", test_item_status);
	g_test_add_func ("/mock/faults/drop", test_dropped);
	g_test_add_func ("/mock/faults/lost", test_lost);
	g_test_add_func ("/mock/faults/cut", test_cut);
	g_test_add_func ("/mock/faults/reorder", test_reordered);
	g_test_add_func ("/mock/faults/unknown", test_unknown);
	g_test_add_func ("/mock/faults/omit", test_omitted);
	g_test_add_func ("/mock/faults/headers", test_headers);
	g_test_add_func ("/mock/faults/stall", test_stalled);
	g_test_add_func ("/mock/faults/tombstones", test_tombstones);
	g_test_add_func ("/mock/faults/alarm", test_false_alarm);
	g_test_add_func ("/mock/faults/bodies", test_bodies);
	g_test_add_func ("/mock/faults/bomb", test_bomb);
	g_test_add_func ("/mock/faults/delay", test_delay);
	g_test_add_func ("/mock/faults/client-gone", test_client_gone);
	g_test_add_func ("/mock/faults/quarantine", test_quarantine);

	return g_test_run ();
}
