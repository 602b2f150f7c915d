/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The test server's other commands: folders, Ping, GetItemEstimate, ItemOperations, MoveItems,
 * Settings. */

#include "eas-mock-client.h"

#define INBOX           "1"
#define CALENDAR        "6"
#define FH(name, value) "<folderhierarchy:" name ">" value "</folderhierarchy:" name ">"

static void
wait_until_held (EasMockClient *client)
{
	while (client->server->waiting->len == 0)
		g_main_context_iteration (NULL, TRUE);
}

/* --- Folders ------------------------------------------------------------- */

typedef struct {
	EasMockClient *client;
	char *key;
} Folders;

static void
folders_clear (Folders *folders)
{
	g_clear_pointer (&folders->client, eas_mock_client_free);
	g_clear_pointer (&folders->key, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Folders, folders_clear)

static EasMockAnswer *
folder_command (Folders *folders, const char *command, const char *content)
{
	g_autofree char *xml = g_strdup_printf (
		"<folderhierarchy:%s>" FH ("SyncKey", "%s") "%s</folderhierarchy:%s>", command,
		folders->key, content, command);
	EasMockAnswer *answer = eas_mock_client_post (folders->client, command, xml);
	char *key = eas_mock_answer_get (answer, "//folderhierarchy:SyncKey");

	if (key != NULL) {
		g_free (folders->key);
		folders->key = key;
	}

	return answer;
}

static void
folders_open (Folders *folders, const char *version)
{
	g_autoptr (EasMockAnswer) answer = NULL;

	folders->client = eas_mock_client_new (version);
	folders->key = g_strdup ("0");
	answer = folder_command (folders, "FolderSync", "");
	eas_mock_assert_text (answer, "//folderhierarchy:Count", "9");
}

static void
test_hierarchy (void)
{
	g_auto (Folders) folders = { 0 };
	g_autofree char *old = NULL;
	g_autofree char *json = NULL;
	g_autoptr (EasMockAnswer) nothing = NULL;
	g_autoptr (EasMockAnswer) added = NULL;
	g_autoptr (EasMockAnswer) again = NULL;
	g_autoptr (EasMockAnswer) wrong = NULL;

	folders_open (&folders, "16.1");
	old = g_strdup (folders.key);
	nothing = folder_command (&folders, "FolderSync", "");
	eas_mock_assert_text (nothing, "//folderhierarchy:Count", "0");
	g_assert_cmpstr (folders.key, ==, old);
	json = eas_mock_client_control (folders.client, "folder-add?name=Team&type=13", NULL);
	added = folder_command (&folders, "FolderSync", "");
	eas_mock_assert_text (added, "//folderhierarchy:Add/folderhierarchy:DisplayName", "Team");
	/* That answer was lost: the key before it is still good, once. */
	g_free (folders.key);
	folders.key = g_strdup (old);
	again = folder_command (&folders, "FolderSync", "");
	eas_mock_assert_text (again, "//folderhierarchy:Add/folderhierarchy:DisplayName", "Team");
	g_free (folders.key);
	folders.key = g_strdup ("{1}77");
	wrong = folder_command (&folders, "FolderSync", "");
	eas_mock_assert_text (wrong, "//folderhierarchy:Status", "9");
}

static void
test_folder_changes (void)
{
	static const struct {
		const char *command, *content, *status;
	} rows[] = {
		{ "FolderCreate", FH ("ParentId", "0") FH ("DisplayName", "Team") FH ("Type", "13"),
		  "1" },
		{ "FolderCreate", FH ("ParentId", "0") FH ("DisplayName", "Team") FH ("Type", "13"),
		  "2" },
		{ "FolderCreate", FH ("ParentId", "99") FH ("DisplayName", "x") FH ("Type", "13"),
		  "5" },
		{ "FolderCreate", FH ("ParentId", "0") FH ("DisplayName", "x") FH ("Type", "8"),
		  "10" },
		{ "FolderUpdate",
		  FH ("ServerId", "10") FH ("ParentId", "6") FH ("DisplayName", "Crew"), "1" },
		{ "FolderUpdate", FH ("ServerId", "6") FH ("ParentId", "0") FH ("DisplayName", "x"),
		  "2" },
		{ "FolderUpdate",
		  FH ("ServerId", "99") FH ("ParentId", "0") FH ("DisplayName", "x"), "4" },
		{ "FolderDelete", FH ("ServerId", "6"), "3" },
		{ "FolderDelete", FH ("ServerId", "10"), "1" },
		{ "FolderDelete", FH ("ServerId", "10"), "4" },
	};
	g_auto (Folders) folders = { 0 };
	g_autoptr (EasMockAnswer) rest = NULL;

	folders_open (&folders, "14.1");
	for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_autoptr (EasMockAnswer) answer =
			folder_command (&folders, rows[i].command, rows[i].content);

		g_test_message ("row %u", i);
		eas_mock_assert_text (answer, "//folderhierarchy:Status", rows[i].status);
	}
	/* What a device did itself is not news to it. */
	rest = folder_command (&folders, "FolderSync", "");
	eas_mock_assert_text (rest, "//folderhierarchy:Count", "0");
}

/* --- Ping ---------------------------------------------------------------- */

#define PING(interval)                                                                             \
	"<ping:Ping><ping:HeartbeatInterval>" interval                                             \
	"</ping:HeartbeatInterval><ping:Folders><ping:Folder>"                                     \
	"<ping:Id>6</ping:Id><ping:Class>Calendar</ping:Class></ping:Folder></ping:Folders></"     \
	"ping:Ping>"

static EasMockClient *
open_primed (const char *version)
{
	EasMockClient *client = eas_mock_client_new (version);

	eas_mock_client_open (client);
	g_free (eas_mock_client_prime (client, CALENDAR));

	return client;
}

static void
test_ping_wakes (void)
{
	static const char *const versions[] = { "12.1", "14.1", "16.1" };

	for (guint i = 0; i < G_N_ELEMENTS (versions); i++) {
		g_autoptr (EasMockClient) client = open_primed (versions[i]);
		gpointer pending = eas_mock_client_start (client, "Ping", PING ("600"));
		g_autofree char *json = NULL;
		g_autoptr (EasMockAnswer) answer = NULL;
		g_autoptr (EasMockAnswer) at_once = NULL;

		wait_until_held (client);
		json = eas_mock_client_control (
			client,
			"add?folder=Calendar&subject=x&start=20261121T090000Z&end=20261121T100000Z",
			NULL);
		answer = eas_mock_client_finish (pending);
		eas_mock_assert_text (answer, "//ping:Status", "2");
		eas_mock_assert_text (answer, "//ping:Folders/ping:Folder", CALENDAR);
		/* Not yet fetched: it rings again, now for a request without a body. */
		at_once = eas_mock_client_post (client, "Ping", NULL);
		eas_mock_assert_text (at_once, "//ping:Status", "2");
	}
}

static void
test_ping_ends (void)
{
	g_autoptr (EasMockClient) client = open_primed ("16.1");
	gpointer older = eas_mock_client_start (client, "Ping", PING ("600"));
	gpointer newer;
	g_autofree char *json = NULL;
	g_autofree char *folder = NULL;
	g_autoptr (EasMockAnswer) replaced = NULL;
	g_autoptr (EasMockAnswer) hierarchy = NULL;
	g_autoptr (EasMockAnswer) expired = NULL;

	wait_until_held (client);
	newer = eas_mock_client_start (client, "Ping", PING ("600"));
	replaced = eas_mock_client_finish (older);
	eas_mock_assert_text (replaced, "//ping:Status", "1");
	wait_until_held (client);
	json = eas_mock_client_control (client, "expire", NULL);
	expired = eas_mock_client_finish (newer);
	eas_mock_assert_text (expired, "//ping:Status", "1");

	newer = eas_mock_client_start (client, "Ping", PING ("600"));
	wait_until_held (client);
	folder = eas_mock_client_control (client, "folder-add?name=Team", NULL);
	hierarchy = eas_mock_client_finish (newer);
	eas_mock_assert_text (hierarchy, "//ping:Status", "7");
}

static void
test_ping_refusals (void)
{
	static const struct {
		const char *xml, *path, *expected;
	} rows[] = {
		{ NULL, "//ping:Status", "3" },
		{ "<ping:Ping><ping:HeartbeatInterval>600</ping:HeartbeatInterval></ping:Ping>",
		  "//ping:Status", "3" },
		{ PING ("10"), "//ping:Status", "5" },
		{ PING ("10"), "//ping:HeartbeatInterval", "60" },
		{ PING ("9999"), "//ping:HeartbeatInterval", "3540" },
		{ "<ping:Ping><ping:HeartbeatInterval>60</ping:HeartbeatInterval><ping:Folders>"
		  "<ping:Folder><ping:Id>6</ping:Id><ping:Class>Calendar</ping:Class></ping:Folder>"
		  "<ping:Folder><ping:Id>6</ping:Id><ping:Class>Calendar</ping:Class></"
		  "ping:Folder></ping:Folders></ping:Ping>",
		  "//ping:Status", "4" },
	};
	g_autoptr (EasMockClient) client = open_primed ("14.1");

	for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_autoptr (EasMockAnswer) answer =
			eas_mock_client_post (client, "Ping", rows[i].xml);

		g_test_message ("row %u", i);
		eas_mock_assert_text (answer, rows[i].path, rows[i].expected);
	}
}

/* --- GetItemEstimate ----------------------------------------------------- */

static char *
estimate_request (gboolean old, const char *id, const char *key)
{
	if (old)
		return g_strdup_printf (
			"<getitemestimate:GetItemEstimate><getitemestimate:Collections><"
			"getitemestimate:Collection>"
			"<getitemestimate:Class>Calendar</"
			"getitemestimate:Class><getitemestimate:CollectionId>%s</"
			"getitemestimate:CollectionId>"
			"<airsync:FilterType>0</airsync:FilterType><airsync:SyncKey>%s</"
			"airsync:SyncKey>"
			"</getitemestimate:Collection></getitemestimate:Collections></"
			"getitemestimate:GetItemEstimate>",
			id, key);

	return g_strdup_printf (
		"<getitemestimate:GetItemEstimate><getitemestimate:Collections><getitemestimate:"
		"Collection>"
		"<airsync:SyncKey>%s</airsync:SyncKey><getitemestimate:CollectionId>%s</"
		"getitemestimate:CollectionId>"
		"</getitemestimate:Collection></getitemestimate:Collections></"
		"getitemestimate:GetItemEstimate>",
		key, id);
}

static void
test_estimate (void)
{
	static const char *const versions[] = { "12.1", "16.1" };

	for (guint i = 0; i < G_N_ELEMENTS (versions); i++) {
		g_autoptr (EasMockClient) client = eas_mock_client_new (versions[i]);
		g_autofree char *json = NULL;
		g_autofree char *key = NULL;
		const struct {
			const char *id, *key, *status, *estimate;
		} rows[] = {
			{ CALENDAR, "{9}9", "4", NULL },
			{ CALENDAR, "0", "3", NULL },
			{ "99", "{9}9", "2", NULL },
			{ CALENDAR, NULL, "1", "7" },
		};

		key = eas_mock_client_begin (client, CALENDAR);
		json = eas_mock_client_control (client, "generate?folder=Calendar&count=7", NULL);
		for (guint j = 0; j < G_N_ELEMENTS (rows); j++) {
			g_autofree char *xml = estimate_request (
				i == 0, rows[j].id, rows[j].key != NULL ? rows[j].key : key);
			g_autoptr (EasMockAnswer) answer =
				eas_mock_client_post (client, "GetItemEstimate", xml);

			eas_mock_assert_text (answer,
					      "//getitemestimate:Response/getitemestimate:Status",
					      rows[j].status);
			eas_mock_assert_text (answer, "//getitemestimate:Estimate",
					      rows[j].estimate);
		}
	}
}

/* --- ItemOperations ------------------------------------------------------ */

#define FETCH(id, options)                                                                         \
	"<itemoperations:ItemOperations><itemoperations:Fetch><itemoperations:Store>Mailbox</"     \
	"itemoperations:Store>"                                                                    \
	"<airsync:CollectionId>1</airsync:CollectionId><airsync:ServerId>" id                      \
	"</airsync:ServerId>" options "</itemoperations:Fetch></itemoperations:ItemOperations>"
#define MIME_OPTIONS                                                                               \
	"<itemoperations:Options><airsync:MIMESupport>2</"                                         \
	"airsync:MIMESupport><airsyncbase:BodyPreference>"                                         \
	"<airsyncbase:Type>4</airsyncbase:Type></airsyncbase:BodyPreference></"                    \
	"itemoperations:Options>"

static void
test_fetch_mail (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("14.1");
	g_autofree char *json =
		eas_mock_client_control (client, "generate?folder=Inbox&count=2", NULL);
	g_autoptr (EasMockAnswer) mime =
		eas_mock_client_post (client, "ItemOperations", FETCH ("1:1", MIME_OPTIONS));
	g_autoptr (EasMockAnswer) missing =
		eas_mock_client_post (client, "ItemOperations", FETCH ("1:9", ""));
	g_autofree char *text = eas_mock_answer_get (mime, "//airsyncbase:Body/airsyncbase:Data");

	eas_mock_assert_text (mime, "//itemoperations:Fetch/itemoperations:Status", "1");
	eas_mock_assert_text (mime, "//airsyncbase:Body/airsyncbase:Type", "4");
	g_assert_nonnull (strstr (text, "Subject: "));
	eas_mock_assert_text (missing, "//itemoperations:Fetch/itemoperations:Status", "6");
}

static guint32
little_endian (const guint8 *data, guint at)
{
	return data[at] | data[at + 1] << 8 | data[at + 2] << 16 | (guint32) data[at + 3] << 24;
}

static void
test_multipart (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("16.1");
	g_autofree char *json =
		eas_mock_client_control (client, "generate?folder=Inbox&count=1", NULL);
	g_autoptr (EasMockAnswer) answer = NULL;
	const guint8 *data;
	gsize size = 0;

	client->multipart = TRUE;
	answer = eas_mock_client_post (client, "ItemOperations", FETCH ("1:1", MIME_OPTIONS));
	g_assert_cmpstr (soup_message_headers_get_content_type (answer->headers, NULL), ==,
			 "application/vnd.ms-sync.multipart");
	data = g_bytes_get_data (answer->body, &size);
	g_assert_cmpuint (little_endian (data, 0), ==, 2);
	g_assert_cmpuint (little_endian (data, 4), ==, 20);
	g_assert_cmpuint (little_endian (data, 12) + little_endian (data, 16), ==, size);
	g_assert_cmpmem (data + little_endian (data, 12), 6, "From: ", 6);
}

static void
test_empty_folder (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("16.1");
	g_autofree char *json =
		eas_mock_client_control (client, "generate?folder=Inbox&count=3", NULL);
	g_autofree char *child =
		eas_mock_client_control (client, "folder-add?name=Below&type=12&parent=1", NULL);
	g_autoptr (EasMockAnswer) answer = NULL;

	answer = eas_mock_client_post (
		client, "ItemOperations",
		"<itemoperations:ItemOperations><itemoperations:EmptyFolderContents><airsync:"
		"CollectionId>1</airsync:CollectionId>"
		"<itemoperations:Options><itemoperations:DeleteSubFolders/></"
		"itemoperations:Options>"
		"</itemoperations:EmptyFolderContents></itemoperations:ItemOperations>");
	eas_mock_assert_text (answer, "//itemoperations:EmptyFolderContents/itemoperations:Status",
			      "1");
	g_assert_cmpuint (eas_mock_mailbox_get_folder (client->mailbox, INBOX)->items->len, ==, 0);
	g_assert_null (eas_mock_mailbox_find_folder (client->mailbox, "Below"));
}

/* --- MoveItems ----------------------------------------------------------- */

#define MOVE(item, from, to)                                                                       \
	"<move:Move><move:SrcMsgId>" item "</move:SrcMsgId><move:SrcFldId>" from                   \
	"</move:SrcFldId><move:DstFldId>" to "</move:DstFldId></move:Move>"

static void
test_move (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("16.1");
	g_autofree char *json =
		eas_mock_client_control (client, "generate?folder=Inbox&count=2", NULL);
	g_autoptr (EasMockAnswer) answer = NULL;

	answer = eas_mock_client_post (
		client, "MoveItems",
		"<move:MoveItems>" MOVE ("1:1", "1", "3") MOVE ("1:9", "1", "3")
			MOVE ("1:2", "1", "99") MOVE ("1:2", "1", "1")
				MOVE ("1:2", "1", "6") "</move:MoveItems>");
	eas_mock_assert_text (answer, "//move:Response[1]/move:Status", "3");
	eas_mock_assert_text (answer, "//move:Response[1]/move:DstMsgId", "3:1");
	eas_mock_assert_text (answer, "//move:Response[2]/move:Status", "1");
	eas_mock_assert_text (answer, "//move:Response[3]/move:Status", "2");
	eas_mock_assert_text (answer, "//move:Response[4]/move:Status", "4");
	eas_mock_assert_text (answer, "//move:Response[5]/move:Status", "2");
}

/* --- Settings ------------------------------------------------------------ */

#define SETTINGS                                                                                   \
	"<settings:Settings><settings:UserInformation><settings:Get/></settings:UserInformation>"  \
	"<settings:DeviceInformation><settings:Set><settings:FriendlyName>Desk</"                  \
	"settings:FriendlyName>"                                                                   \
	"</settings:Set></settings:DeviceInformation></settings:Settings>"

static void
test_settings (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("14.0");
	g_autoptr (EasMockAnswer) old = eas_mock_client_post (client, "Settings", SETTINGS);
	g_autoptr (EasMockAnswer) new = NULL;

	client->version = "14.1";
	new = eas_mock_client_post (client, "Settings", SETTINGS);
	eas_mock_assert_text (old, "//settings:Get/settings:EmailAddresses/settings:SMTPAddress",
			      "user@example.test");
	eas_mock_assert_text (
		new, "//settings:Account/settings:EmailAddresses/settings:PrimarySmtpAddress",
		"user@example.test");
	eas_mock_assert_text (new, "//settings:DeviceInformation/settings:Status", "1");
	g_assert_cmpstr (
		((EasMockDevice *) g_hash_table_lookup (client->mailbox->devices, "device1"))
			->friendly_name,
		==, "Desk");
}

/* --- Mail in Sync -------------------------------------------------------- */

static void
test_mail_rules (void)
{
	static const struct {
		const char *commands, *status;
	} rows[] = {
		{ "<airsync:Change><airsync:ServerId>1:1</"
		  "airsync:ServerId><airsync:ApplicationData><email:Read>1</email:Read></"
		  "airsync:ApplicationData></airsync:Change>",
		  NULL },
		{ "<airsync:Change><airsync:ServerId>1:1</"
		  "airsync:ServerId><airsync:ApplicationData><email:Subject>x</email:Subject></"
		  "airsync:ApplicationData></airsync:Change>",
		  "6" },
		{ "<airsync:Add><airsync:ClientId>a</"
		  "airsync:ClientId><airsync:ApplicationData><email:Subject>x</email:Subject></"
		  "airsync:ApplicationData></airsync:Add>",
		  "6" },
		{ "<airsync:Fetch><airsync:ServerId>1:1</airsync:ServerId></airsync:Fetch>", "1" },
		{ "<airsync:Delete><airsync:ServerId>1:1</airsync:ServerId></airsync:Delete>",
		  NULL },
	};
	g_autoptr (EasMockClient) client = eas_mock_client_new ("16.1");
	g_autofree char *json =
		eas_mock_client_control (client, "generate?folder=Inbox&count=1", NULL);
	g_autofree char *key = NULL;
	g_autoptr (EasMockAnswer) first = NULL;

	key = eas_mock_client_begin (client, INBOX);
	first = eas_mock_client_step (client, INBOX, &key, "");
	for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_autofree char *commands = g_strdup_printf (
			"<airsync:Commands>%s</airsync:Commands>", rows[i].commands);
		g_autoptr (EasMockAnswer) answer =
			eas_mock_client_step (client, INBOX, &key, commands);

		g_test_message ("row %u", i);
		eas_mock_assert_text (answer, "//airsync:Responses/*/airsync:Status",
				      rows[i].status);
	}
	/* Deletions are moves unless they are said not to be. */
	g_assert_cmpuint (
		eas_mock_mailbox_find_folder (client->mailbox, "Deleted Items")->items->len, ==, 1);
}

/* --- Control ------------------------------------------------------------- */

static void
test_control (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("16.1");
	g_autofree char *added = NULL;
	g_autofree char *changed = NULL;
	g_autofree char *items = NULL;
	g_autofree char *wrong = NULL;
	g_autofree char *requests = NULL;
	g_autofree char *reset = NULL;
	g_autofree char *dump = NULL;

	added = eas_mock_client_control (
		client, "add?folder=Calendar",
		"<airsync:ApplicationData><calendar:Subject>x \"y\"</calendar:Subject>"
		"<calendar:Location>Here</calendar:Location></airsync:ApplicationData>");
	g_assert_cmpstr (added, ==, "{\"id\":\"6:1\"}\n");
	changed = eas_mock_client_control (client, "change?id=6:1",
					   "<airsync:ApplicationData><calendar:Reminder>3</"
					   "calendar:Reminder></airsync:ApplicationData>");
	items = eas_mock_client_control (client, "items?folder=6", NULL);
	g_assert_nonnull (strstr (items, "\"subject\":\"x \\\"y\\\"\""));
	g_assert_nonnull (strstr (items, "<airsyncbase:DisplayName>Here"));
	g_assert_nonnull (strstr (items, "<calendar:Reminder>3"));
	wrong = eas_mock_client_control (client, "add?folder=Nowhere", NULL);
	g_assert_nonnull (strstr (wrong, "\"error\""));
	eas_mock_client_open (client);
	requests = eas_mock_client_control (client, "requests?command=FolderSync", NULL);
	g_assert_nonnull (strstr (requests, "\"count\":1"));
	g_assert_nonnull (strstr (requests, "\"device\":\"device1\""));
	reset = eas_mock_client_control (client, "reset", NULL);
	g_assert_cmpuint (client->server->log->len, ==, 0);
	dump = eas_mock_client_control (client, "dump", NULL);
	g_assert_nonnull (strstr (dump, "\"name\":\"Notes\""));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mock/commands/hierarchy", test_hierarchy);
	g_test_add_func ("/mock/commands/folder-changes", test_folder_changes);
	g_test_add_func ("/mock/commands/ping-wakes", test_ping_wakes);
	g_test_add_func ("/mock/commands/ping-ends", test_ping_ends);
	g_test_add_func ("/mock/commands/ping-refusals", test_ping_refusals);
	g_test_add_func ("/mock/commands/estimate", test_estimate);
	g_test_add_func ("/mock/commands/fetch-mail", test_fetch_mail);
	g_test_add_func ("/mock/commands/multipart", test_multipart);
	g_test_add_func ("/mock/commands/empty-folder", test_empty_folder);
	g_test_add_func ("/mock/commands/move", test_move);
	g_test_add_func ("/mock/commands/settings", test_settings);
	g_test_add_func ("/mock/commands/mail-rules", test_mail_rules);
	g_test_add_func ("/mock/commands/control", test_control);

	return g_test_run ();
}
