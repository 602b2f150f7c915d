/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The test server's contacts, tasks and notes: what it takes, what it refuses, what a Change
 * leaves. */

#include "eas-mock-client.h"

#define CONTACTS "7"
#define TASKS    "8"
#define NOTES    "9"
#define DUE                                                                                        \
	"<tasks:UtcDueDate>2026-11-30T23:00:00.000Z</tasks:UtcDueDate>"                            \
	"<tasks:DueDate>2026-12-01T00:00:00.000Z</tasks:DueDate>"
#define BODY                                                                                       \
	"<airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:Data>text"           \
	"</airsyncbase:Data></airsyncbase:Body>"
#define NOTE(klass)                                                                                \
	"<notes:Subject>n</notes:Subject>" BODY "<notes:MessageClass>" klass "</"                  \
	"notes:MessageClass>"

static char *
send_item (EasMockClient *client, const char *collection, char **inout_key, const char *data)
{
	g_autofree char *commands = g_strdup_printf (
		"<airsync:Commands><airsync:Add><airsync:ClientId>a%u</airsync:ClientId>"
		"<airsync:ApplicationData>%s</airsync:ApplicationData></airsync:Add></"
		"airsync:Commands>",
		g_random_int (), data);
	g_autoptr (EasMockAnswer) answer = NULL;

	answer = eas_mock_client_step (client, collection, inout_key, commands);
	return eas_mock_answer_get (answer, "//airsync:Responses/airsync:Add/airsync:Status");
}

static void
test_rules (void)
{
	g_autofree char *big = g_strnfill (49153, 'A');
	g_autofree char *fits = g_strnfill (49152, 'A');
	g_autofree char *big_picture =
		g_strconcat ("<contacts:Picture>", big, "</contacts:Picture>", NULL);
	g_autofree char *picture =
		g_strconcat ("<contacts:Picture>", fits, "</contacts:Picture>", NULL);
	const struct {
		const char *collection, *data, *status;
	} rows[] = {
		{ CONTACTS, "<contacts:LastName>x</contacts:LastName>", "1" },
		{ CONTACTS, "<calendar:Subject>x</calendar:Subject>", "6" },
		{ CONTACTS, big_picture, "6" },
		{ CONTACTS, picture, "1" },
		/* xs:dateTime begins with year 1; that day there is. */
		{ CONTACTS, "<contacts:Birthday>0001-03-08T00:00:00.000Z</contacts:Birthday>",
		  "1" },
		{ CONTACTS, "<contacts:Birthday>1600-02-29T11:59:00.000Z</contacts:Birthday>",
		  "1" },
		{ CONTACTS, "<contacts:Birthday>0000-03-08T00:00:00.000Z</contacts:Birthday>",
		  "6" },
		{ CONTACTS, "<contacts:Birthday>0001-02-29T00:00:00.000Z</contacts:Birthday>",
		  "6" },
		{ CONTACTS, "<contacts:Birthday>in spring</contacts:Birthday>", "6" },
		{ TASKS, "<tasks:Subject>x</tasks:Subject><tasks:Complete>0</tasks:Complete>",
		  "1" },
		{ TASKS, "<tasks:Subject>x</tasks:Subject>", "6" },
		{ TASKS, "<tasks:Complete>1</tasks:Complete>", "6" },
		{ TASKS,
		  "<tasks:Complete>1</"
		  "tasks:Complete><tasks:DateCompleted>2026-11-20T00:00:00.000Z</"
		  "tasks:DateCompleted>",
		  "1" },
		{ TASKS, "<tasks:Complete>0</tasks:Complete>" DUE, "1" },
		{ TASKS,
		  "<tasks:Complete>0</tasks:Complete><tasks:DueDate>2026-12-01T00:00:00.000Z</"
		  "tasks:DueDate>",
		  "6" },
		{ TASKS,
		  "<tasks:Complete>0</tasks:Complete><tasks:ReminderSet>2</tasks:ReminderSet>",
		  "6" },
		{ TASKS,
		  "<tasks:Complete>0</tasks:Complete><tasks:Recurrence><tasks:Type>0</tasks:Type></"
		  "tasks:Recurrence>",
		  "6" },
		{ NOTES, NOTE ("IPM.StickyNote"), "1" },
		{ NOTES, NOTE ("IPM.Note"), "6" },
		{ NOTES, "<notes:Subject>n</notes:Subject>", "6" },
	};
	g_autoptr (EasMockClient) client = eas_mock_client_new ("14.1");

	eas_mock_client_open (client);
	for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_autofree char *key = eas_mock_client_prime (client, rows[i].collection);
		g_autofree char *status =
			send_item (client, rows[i].collection, &key, rows[i].data);

		g_test_message ("row %u", i);
		g_assert_cmpstr (status, ==, rows[i].status);
	}
}

/* Notes came with 14.0; before that the folder is there and cannot be synced. */
static void
test_notes_before (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("12.1");
	g_autoptr (EasMockAnswer) answer = NULL;

	eas_mock_client_open (client);
	answer = eas_mock_client_sync (client, NOTES, "0", "");
	eas_mock_assert_text (answer, "//airsync:Collection/airsync:Status", "12");
}

static const EasItem *
change_first (EasMockClient *client, const char *collection, const char *first, const char *second)
{
	EasMockFolder *folder = eas_mock_mailbox_get_folder (client->mailbox, collection);
	g_autofree char *key = eas_mock_client_prime (client, collection);
	g_autofree char *status = send_item (client, collection, &key, first);
	EasMockItem *item = folder->items->pdata[0];
	g_autofree char *commands = g_strdup_printf (
		"<airsync:Commands><airsync:Change><airsync:ServerId>%s</airsync:ServerId>"
		"<airsync:ApplicationData>%s</airsync:ApplicationData></airsync:Change></"
		"airsync:Commands>",
		item->id, second);
	g_autoptr (EasMockAnswer) answer = NULL;

	g_assert_cmpstr (status, ==, "1");
	answer = eas_mock_client_step (client, collection, &key, commands);
	eas_mock_assert_text (answer, "//airsync:Responses//airsync:Status", NULL);

	return item->data;
}

/* What is left out of a Change: deleted, except body and picture. */
static void
test_absence (void)
{
	g_autoptr (EasMockClient) client = eas_mock_client_new ("16.1");
	const EasItem *contact, *task;

	eas_mock_client_open (client);
	contact = change_first (
		client, CONTACTS,
		"<contacts:LastName>x</contacts:LastName><contacts:JobTitle>y</contacts:JobTitle>"
		"<contacts:Picture>AAAA</contacts:Picture>" BODY,
		"<contacts:LastName>z</contacts:LastName>");
	g_assert_cmpstr (eas_item_get_text (contact, EAS_CONTACTS_LAST_NAME), ==, "z");
	g_assert_false (eas_item_has (contact, EAS_CONTACTS_JOB_TITLE));
	g_assert_true (eas_item_has (contact, EAS_CONTACTS_PICTURE));
	g_assert_true (eas_item_has (contact, EAS_AIRSYNCBASE_BODY));
	task = change_first (client, TASKS,
			     "<tasks:Subject>x</tasks:Subject>" BODY DUE
			     "<tasks:Complete>0</tasks:Complete>",
			     "<tasks:Subject>y</tasks:Subject><tasks:Complete>0</tasks:Complete>");
	g_assert_false (eas_item_has (task, EAS_TASKS_DUE_DATE));
	g_assert_true (eas_item_has (task, EAS_AIRSYNCBASE_BODY));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mock/classes/rules", test_rules);
	g_test_add_func ("/mock/classes/notes-before", test_notes_before);
	g_test_add_func ("/mock/classes/absence", test_absence);

	return g_test_run ();
}
