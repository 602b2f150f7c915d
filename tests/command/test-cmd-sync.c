/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eas-cmd-sync.c */

#include "command-test.h"

#include "eas-cmd-sync.h"

static const EasVersion versions[] = {
	EAS_VERSION_12_0, EAS_VERSION_12_1, EAS_VERSION_14_0,
	EAS_VERSION_14_1, EAS_VERSION_16_0, EAS_VERSION_16_1,
};

static gboolean
parse_only (GBytes *body, GError **error)
{
	g_auto (EasSyncResponse) response = { 0 };

	return eas_cmd_sync_parse (body, &response, error);
}

static void
parse (GBytes *body, EasSyncResponse *out)
{
	g_autoptr (GError) error = NULL;

	g_assert_true (eas_cmd_sync_parse (body, out, &error));
	g_assert_no_error (error);
}

static const EasSyncResponseCollection *
get_collection (const EasSyncResponse *response, guint index)
{
	g_assert_cmpuint (index, <, response->collections->len);

	return response->collections->pdata[index];
}

static const EasSyncChange *
get_change (const GPtrArray *changes, guint index)
{
	g_assert_cmpuint (index, <, changes->len);

	return changes->pdata[index];
}

static EasSyncRequestCollection *
add_collection (EasSyncRequest *request, EasClass klass, const char *id, const char *key)
{
	EasSyncRequestCollection *collection = eas_sync_request_collection_new (klass, id, key);

	if (request->collections == NULL)
		request->collections = g_ptr_array_new_with_free_func (
			(GDestroyNotify) eas_sync_request_collection_free);
	g_ptr_array_add (request->collections, collection);

	return collection;
}

/* The Commands of a document; requests and answers name their elements alike. */
static GPtrArray *
read_commands (GBytes *document)
{
	g_auto (EasSyncResponse) response = { 0 };

	parse (document, &response);

	return g_ptr_array_ref (get_collection (&response, 0)->commands);
}

/* How often @tag is in @document, wherever. */
static guint
count_tag (GBytes *document, EasTag wanted)
{
	g_auto (EasWbxmlReader) reader = { 0 };
	const guint8 *data;
	guint n_found = 0;
	gsize size;
	EasTag tag;

	eas_wbxml_reader_init (&reader, document);
	for (;;) {
		EasWbxmlEvent event = eas_wbxml_reader_event (&reader, &tag, &data, &size);

		if (event == EAS_WBXML_FINISHED)
			return n_found;
		if (event == EAS_WBXML_START && tag == wanted)
			n_found++;
	}
}

/* ---- Request ---- */

static void
test_build_initial (void)
{
	static const EasTag supported[] = {
		EAS_CONTACTS_FILE_AS, EAS_CONTACTS_FIRST_NAME, EAS_CONTACTS_LAST_NAME,
		EAS_CONTACTS_PICTURE, EAS_CONTACTS2_NICK_NAME, EAS_TAG_NONE,
	};
	g_auto (EasSyncRequest) request = { 0 };

	add_collection (&request, EAS_CLASS_CONTACTS, "2", NULL)->supported = supported;

	command_test_assert_golden (eas_cmd_sync_build (&request, EAS_VERSION_14_1),
				    "sync-req-initial");
}

/* With key 0, GetChanges and Commands would be refused with status 4, Options are welcome. */
static void
test_build_first (void)
{
	static const EasTag nothing[] = { EAS_TAG_NONE };
	g_auto (EasSyncRequest) request = { 0 };
	EasSyncRequestCollection *collection;

	collection = add_collection (&request, EAS_CLASS_CALENDAR, "4", "0");
	collection->supported = nothing;
	collection->get_changes = FALSE;
	collection->has_options = TRUE;
	eas_sync_options_init (&collection->options, EAS_CLASS_CALENDAR, EAS_VERSION_14_1);
	collection->commands =
		g_ptr_array_new_with_free_func ((GDestroyNotify) eas_sync_change_free);
	g_ptr_array_add (collection->commands, eas_sync_change_new (EAS_CHANGE_DELETE, "4:1"));

	command_test_assert_fixture (eas_cmd_sync_build (&request, EAS_VERSION_14_1), "sync/first");
}

/* Supported belongs to key 0 only. */
static void
test_build_supported_once (void)
{
	static const EasTag supported[] = { EAS_CALENDAR_SUBJECT, EAS_TAG_NONE };
	g_auto (EasSyncRequest) request = { 0 };
	g_autoptr (GBytes) document = NULL;

	add_collection (&request, EAS_CLASS_CALENDAR, "4", "1")->supported = supported;
	document = eas_cmd_sync_build (&request, EAS_VERSION_14_1);

	g_assert_cmpuint (count_tag (document, EAS_AIRSYNC_SUPPORTED), ==, 0);
}

static void
fill_mail_request (EasSyncRequest *request)
{
	EasSyncRequestCollection *collection = add_collection (request, EAS_CLASS_EMAIL, "5", "7");

	collection->deletes_as_moves = FALSE;
	collection->get_changes = FALSE;
	collection->window_size = 100;
	collection->has_options = TRUE;
	collection->options = (EasSyncOptions) {
		.filter_type = 3,
		.conflict = 1,
		.mime_support = 2,
		.mime_truncation = 8,
		.max_items = -1,
		.rights_management = TRUE,
		.n_bodies = 2,
		.bodies = {
			{ EAS_BODY_HTML, 32768, TRUE, 255 },
			{ EAS_BODY_PLAIN, -1, FALSE, 0 },
		},
	};
	request->wait = 5;
	request->window_size = 9999; /* more than servers accept */
}

/* Pitfall 9: the whole block, in the order that servers demand, Class where the version has it. */
static void
test_build_options (void)
{
	g_auto (EasSyncRequest) request = { 0 };

	fill_mail_request (&request);

	command_test_assert_fixture (eas_cmd_sync_build (&request, EAS_VERSION_12_1),
				     "sync/options-12.1");
	command_test_assert_fixture (eas_cmd_sync_build (&request, EAS_VERSION_14_1),
				     "sync/options-14.1");
	command_test_assert_fixture (eas_cmd_sync_build (&request, EAS_VERSION_16_1),
				     "sync/options-14.1");
}

typedef struct {
	EasTag tag;
	guint since;
} Since;

static void
test_build_versions (void)
{
	static const Since rules[] = {
		{ EAS_AIRSYNC_WAIT, 121 },
		{ EAS_AIRSYNCBASE_PREVIEW, 140 },
		{ EAS_RIGHTSMANAGEMENT_RIGHTS_MANAGEMENT_SUPPORT, 141 },
		{ EAS_AIRSYNC_MAX_ITEMS, 140 },
		{ EAS_AIRSYNC_PARTIAL, 121 },
	};
	guint ii, jj;

	for (ii = 0; ii < G_N_ELEMENTS (versions); ii++) {
		g_auto (EasSyncRequest) request = { 0 };
		g_autoptr (GBytes) document = NULL;
		EasSyncRequestCollection *collection;

		fill_mail_request (&request);
		request.partial = TRUE;
		collection = request.collections->pdata[0];
		collection->options.max_items = 10;
		document = eas_cmd_sync_build (&request, versions[ii]);

		g_assert_cmpuint (count_tag (document, EAS_AIRSYNC_CLASS), ==, 1);
		for (jj = 0; jj < G_N_ELEMENTS (rules); jj++)
			g_assert_cmpuint (count_tag (document, rules[jj].tag), ==,
					  versions[ii] >= rules[jj].since);
	}
}

static void
test_build_partial (void)
{
	EasSyncRequest request = { .heartbeat_interval = 540, .partial = TRUE };

	command_test_assert_golden (eas_cmd_sync_build (&request, EAS_VERSION_14_0),
				    "sync-req-partial");
}

/* Seconds become minutes where only those are known. Never both: that is status 4. */
static void
test_build_waiting (void)
{
	static const struct {
		guint seconds;
		const char *minutes;
	} pairs[] = { { 540, "39" }, { 30, "31" }, { 86400, "35 39" } };
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (pairs); ii++) {
		EasSyncRequest request = { .heartbeat_interval = pairs[ii].seconds };
		g_autoptr (GBytes) expected = NULL;
		g_autoptr (GBytes) silent = eas_test_unhex ("03 01 6A 00 05");
		g_autoptr (GBytes) old = eas_cmd_sync_build (&request, EAS_VERSION_12_1);
		g_autoptr (GBytes) older = eas_cmd_sync_build (&request, EAS_VERSION_12_0);
		g_autofree char *hex =
			g_strdup_printf ("03 01 6A 00 45 64 03 %s 00 01 01", pairs[ii].minutes);

		expected = eas_test_unhex (hex);
		eas_test_assert_bytes (old, expected);
		g_assert_cmpuint (count_tag (older, EAS_AIRSYNC_WAIT), ==, 0);
		g_assert_cmpuint (count_tag (older, EAS_AIRSYNC_HEARTBEAT_INTERVAL), ==, 0);
	}

	for (ii = 0; ii < G_N_ELEMENTS (versions); ii++) {
		EasSyncRequest both = { .heartbeat_interval = 540, .wait = 9 };
		g_autoptr (GBytes) document = eas_cmd_sync_build (&both, versions[ii]);
		guint n_waits = count_tag (document, EAS_AIRSYNC_WAIT) +
				count_tag (document, EAS_AIRSYNC_HEARTBEAT_INTERVAL);

		g_assert_cmpuint (n_waits, ==, versions[ii] > EAS_VERSION_12_0);
	}
}

static void
check_commands (const char *golden, EasClass klass, const char *id, const char *key)
{
	g_autoptr (GBytes) document = command_test_golden (golden);
	g_auto (EasSyncRequest) request = { 0 };
	EasSyncRequestCollection *collection = add_collection (&request, klass, id, key);

	collection->get_changes = FALSE;
	collection->commands = read_commands (document);

	command_test_assert_golden (eas_cmd_sync_build (&request, EAS_VERSION_16_1), golden);
}

static void
test_build_commands (void)
{
	check_commands ("sync-req-commands", EAS_CLASS_TASKS, "3", "{8d2f}2");
	check_commands ("sync-req-calendar-16", EAS_CLASS_CALENDAR, "4", "{8d2f}7");
	check_commands ("sync-req-draft-16", EAS_CLASS_EMAIL, "6", "{8d2f}9");
}

/* What came with 16.0 is not sent below. */
static void
test_build_commands_below_16 (void)
{
	static const char *const goldens[] = { "sync-req-calendar-16", "sync-req-draft-16" };
	guint ii, jj;

	for (ii = 0; ii < G_N_ELEMENTS (goldens); ii++) {
		g_autoptr (GBytes) golden = command_test_golden (goldens[ii]);
		g_auto (EasSyncRequest) request = { 0 };
		EasSyncRequestCollection *collection;

		collection = add_collection (&request, EAS_CLASS_CALENDAR, "4", "1");
		collection->commands = read_commands (golden);

		for (jj = 0; jj < G_N_ELEMENTS (versions); jj++) {
			g_autoptr (GBytes) document = eas_cmd_sync_build (&request, versions[jj]);
			gboolean knows = versions[jj] >= EAS_VERSION_16_0;

			g_assert_cmpuint (count_tag (document, EAS_AIRSYNCBASE_INSTANCE_ID), ==,
					  knows ? count_tag (golden, EAS_AIRSYNCBASE_INSTANCE_ID)
						: 0);
			g_assert_cmpuint (count_tag (document, EAS_EMAIL2_SEND), ==,
					  knows ? count_tag (golden, EAS_EMAIL2_SEND) : 0);
			g_assert_cmpuint (count_tag (document, EAS_AIRSYNC_APPLICATION_DATA), ==,
					  count_tag (golden, EAS_AIRSYNC_APPLICATION_DATA));
		}
	}
}

static void
test_build_several (void)
{
	g_auto (EasSyncRequest) request = { 0 };
	g_autoptr (GBytes) document = NULL;
	g_auto (EasSyncResponse) read_back = { 0 };
	guint ii;

	for (ii = 0; ii < 5; ii++) {
		g_autofree char *id = g_strdup_printf ("%u", ii);

		add_collection (&request, EAS_CLASS_CALENDAR, id, "k");
	}
	document = eas_cmd_sync_build (&request, EAS_VERSION_14_1);
	parse (document, &read_back);

	g_assert_cmpuint (read_back.collections->len, ==, 5);
	g_assert_cmpstr (get_collection (&read_back, 4)->id, ==, "4");
	g_assert_cmpuint (count_tag (document, EAS_AIRSYNC_GET_CHANGES), ==, 0);
}

static void
test_options_defaults (void)
{
	static const EasClass classes[] = {
		EAS_CLASS_EMAIL, EAS_CLASS_CALENDAR, EAS_CLASS_CONTACTS,
		EAS_CLASS_TASKS, EAS_CLASS_NOTES,
	};
	guint ii, jj;

	for (ii = 0; ii < G_N_ELEMENTS (classes); ii++) {
		for (jj = 0; jj < G_N_ELEMENTS (versions); jj++) {
			gboolean mail = classes[ii] == EAS_CLASS_EMAIL;
			EasSyncOptions options;

			eas_sync_options_init (&options, classes[ii], versions[jj]);
			g_assert_cmpint (options.conflict, ==, 1); /* pitfall 10 */
			g_assert_cmpint (options.mime_support, ==, -1);
			g_assert_cmpuint (options.n_bodies, ==, 1);
			g_assert_cmpint (options.bodies[0].type, ==, EAS_BODY_PLAIN);
			g_assert_true ((options.bodies[0].truncation_size < 0) == !mail);
			g_assert_true ((options.bodies[0].preview > 0) ==
				       (mail && versions[jj] >= EAS_VERSION_14_0));
		}
	}
}

/* FilterType is sent where it means something, and then the widest. */
static void
test_options_filter (void)
{
	EasSyncOptions options;

	eas_sync_options_init (&options, EAS_CLASS_CALENDAR, EAS_VERSION_16_1);
	g_assert_cmpint (options.filter_type, ==, 0);
	eas_sync_options_init (&options, EAS_CLASS_TASKS, EAS_VERSION_16_1);
	g_assert_cmpint (options.filter_type, ==, 0);
	eas_sync_options_init (&options, EAS_CLASS_CONTACTS, EAS_VERSION_16_1);
	g_assert_cmpint (options.filter_type, ==, -1);
	eas_sync_options_init (&options, EAS_CLASS_NONE, EAS_VERSION_16_1);
	g_assert_cmpint (options.filter_type, ==, -1);
	g_assert_cmpuint (options.n_bodies, ==, 0);
}

static void
test_change_copy (void)
{
	g_autoptr (GBytes) document = command_test_golden ("sync-req-calendar-16");
	g_autoptr (GPtrArray) commands = read_commands (document);
	const EasSyncChange *change = get_change (commands, 1);
	g_autoptr (EasSyncChange) copy = eas_sync_change_copy (change);

	g_assert_cmpint (copy->kind, ==, EAS_CHANGE_CHANGE);
	g_assert_cmpstr (copy->server_id, ==, "4:1");
	g_assert_cmpstr (copy->instance_id, ==, "20260316T090000Z");
	g_assert_null (copy->client_id);
	g_assert_true (eas_item_equal (copy->item, change->item));
}

/* ---- Response ---- */

static void
check_responses (GBytes *body, gboolean reversed, gboolean silent)
{
	g_auto (EasSyncResponse) response = { 0 };
	const EasSyncResponseCollection *collection;
	const EasSyncChange *add, *change, *delete, *fetch;
	const GPtrArray *list;

	parse (body, &response);
	g_assert_cmpuint (response.status, ==, 1);
	g_assert_false (response.empty);
	g_assert_cmpuint (response.collections->len, ==, 1);

	collection = get_collection (&response, 0);
	g_assert_cmpstr (collection->id, ==, "3");
	g_assert_cmpstr (collection->key, ==, "{8d2f}3");
	g_assert_cmpuint (collection->status, ==, 1);
	g_assert_false (collection->more);
	g_assert_cmpuint (collection->commands->len, ==, 0);
	list = collection->responses;
	g_assert_cmpuint (list->len, ==, 4);

	add = get_change (list, reversed ? 3 : 0);
	change = get_change (list, reversed ? 2 : 1);
	delete = get_change (list, reversed ? 1 : 2);
	fetch = get_change (list, reversed ? 0 : 3);

	g_assert_cmpint (add->kind, ==, EAS_CHANGE_ADD);
	g_assert_cmpstr (add->client_id, ==, "evo-1");
	g_assert_cmpstr (add->server_id, ==, "3:10");
	g_assert_cmpuint (add->status, ==, 1);
	g_assert_null (add->item);
	g_assert_cmpint (change->kind, ==, EAS_CHANGE_CHANGE);
	g_assert_cmpuint (change->status, ==, silent ? 1 : 7);
	g_assert_cmpint (delete->kind, ==, EAS_CHANGE_DELETE);
	g_assert_cmpuint (delete->status, ==, silent ? 1 : 8);
	g_assert_cmpint (fetch->kind, ==, EAS_CHANGE_FETCH);
	g_assert_nonnull (fetch->item);
	g_assert_cmpstr (eas_item_get_text (fetch->item, EAS_TASKS_SUBJECT), ==, "Fetched");
}

static void
test_responses (void)
{
	g_autoptr (GBytes) body = command_test_golden ("sync-rsp-responses");
	g_autoptr (GBytes) reversed = command_test_reverse (body);
	g_autoptr (GBytes) unknown = command_test_add_unknown (body);
	g_autoptr (GBytes) silent = command_test_drop (body, EAS_AIRSYNC_STATUS);
	g_autoptr (GBytes) foreign =
		command_test_rename (body, EAS_AIRSYNC_STATUS, EAS_PING_STATUS);

	check_responses (body, FALSE, FALSE);
	check_responses (reversed, TRUE, FALSE);
	check_responses (unknown, FALSE, FALSE);
	check_responses (silent, FALSE, TRUE);
	check_responses (foreign, FALSE, FALSE); /* pitfall 55 */
	command_test_hostile (body, parse_only, TRUE);
}

static void
check_several (GBytes *body)
{
	g_auto (EasSyncResponse) response = { 0 };
	const EasSyncResponseCollection *collection;
	const EasSyncChange *change;

	parse (body, &response);
	g_assert_cmpuint (response.status, ==, 1);
	g_assert_cmpuint (response.collections->len, ==, 3);

	collection = get_collection (&response, 0);
	g_assert_cmpstr (collection->id, ==, "1");
	g_assert_cmpstr (collection->key, ==, "a1");
	g_assert_true (collection->more);

	g_assert_cmpuint (collection->responses->len, ==, 3);
	change = get_change (collection->responses, 0);
	g_assert_cmpstr (change->server_id, ==, "1:1");
	g_assert_cmpuint (change->status, ==, 1);
	change = get_change (collection->responses, 1);
	g_assert_cmpstr (change->client_id, ==, "c2");
	g_assert_null (change->server_id);
	g_assert_cmpuint (change->status, ==, 6);
	change = get_change (collection->responses, 2);
	g_assert_cmpstr (change->instance_id, ==, "20261121T093000Z");
	g_assert_cmpuint (change->status, ==, 7);

	g_assert_cmpuint (collection->commands->len, ==, 4);
	change = get_change (collection->commands, 0);
	g_assert_cmpint (change->kind, ==, EAS_CHANGE_SOFT_DELETE);
	g_assert_cmpstr (change->server_id, ==, "1:3");
	g_assert_cmpuint (change->status, ==, 0);
	g_assert_cmpint (get_change (collection->commands, 1)->kind, ==, EAS_CHANGE_DELETE);
	change = get_change (collection->commands, 2);
	g_assert_cmpint (change->kind, ==, EAS_CHANGE_ADD);
	g_assert_cmpstr (eas_item_get_text (change->item, EAS_CALENDAR_SUBJECT), ==, "S");
	change = get_change (collection->commands, 3);
	g_assert_cmpint (change->kind, ==, EAS_CHANGE_CHANGE);
	g_assert_nonnull (change->item);
	g_assert_cmpuint (eas_item_n_children (change->item, EAS_ITEM_ROOT), ==, 0);

	collection = get_collection (&response, 1);
	g_assert_cmpstr (collection->id, ==, "2");
	g_assert_null (collection->key);
	g_assert_cmpuint (collection->status, ==, 1);

	collection = get_collection (&response, 2);
	g_assert_cmpstr (collection->id, ==, "3");
	g_assert_null (collection->key); /* an empty key is none */
	g_assert_cmpuint (collection->status, ==, 3);
}

static void
test_several (void)
{
	g_autoptr (GBytes) body = command_test_fixture ("sync/several");
	g_autoptr (GBytes) unknown = command_test_add_unknown (body);

	check_several (body);
	check_several (unknown);
	command_test_hostile (body, parse_only, TRUE);
}

static void
test_initial (void)
{
	g_autoptr (GBytes) body = command_test_golden ("sync-rsp-initial");
	g_auto (EasSyncResponse) response = { 0 };
	const EasSyncResponseCollection *collection;

	parse (body, &response);
	collection = get_collection (&response, 0);
	g_assert_cmpstr (collection->id, ==, "2");
	g_assert_cmpstr (collection->key, ==, "{8d2f}1");
	g_assert_cmpuint (collection->commands->len, ==, 0);
	g_assert_cmpuint (collection->responses->len, ==, 0);
}

static void
test_more_available (void)
{
	static const char *const goldens[] = { "sync-rsp-mail-14", "raw-empty-with-content" };
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (goldens); ii++) {
		g_autoptr (GBytes) body = command_test_golden (goldens[ii]);
		g_autoptr (GBytes) reversed = command_test_reverse (body);
		g_auto (EasSyncResponse) response = { 0 };
		g_auto (EasSyncResponse) backwards = { 0 };

		parse (body, &response);
		parse (reversed, &backwards);
		g_assert_true (get_collection (&response, 0)->more);
		g_assert_true (get_collection (&backwards, 0)->more);
	}
}

/* The first item of a golden answer, and one of its texts. */
typedef struct {
	const char *golden;
	const char *server_id;
	EasTag tag;
	const char *text;
} GoldenItem;

static const GoldenItem golden_items[] = {
	{ "sync-rsp-contact", "2:1", EAS_CONTACTS_FIRST_NAME, "Jan" },
	{ "sync-rsp-calendar-141", "4:1", EAS_CALENDAR_SUBJECT, "Standup" },
	{ "sync-rsp-25", "5:1", EAS_EMAIL_SUBJECT, "Old" },
};

static void
test_items (void)
{
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (golden_items); ii++) {
		g_autoptr (GBytes) body = command_test_golden (golden_items[ii].golden);
		g_auto (EasSyncResponse) response = { 0 };
		const EasSyncChange *change;

		parse (body, &response);
		change = get_change (get_collection (&response, 0)->commands, 0);
		g_assert_cmpint (change->kind, ==, EAS_CHANGE_ADD);
		g_assert_cmpstr (change->server_id, ==, golden_items[ii].server_id);
		g_assert_cmpstr (eas_item_get_text (change->item, golden_items[ii].tag), ==,
				 golden_items[ii].text);
		command_test_hostile (body, parse_only, TRUE);
	}
}

/* Items outlive the answer they came in. */
static void
test_items_outlive (void)
{
	g_autoptr (GBytes) body = command_test_golden ("sync-rsp-contact");
	g_autoptr (EasItem) item = NULL;
	g_auto (EasSyncResponse) response = { 0 };

	parse (body, &response);
	item = eas_item_ref (get_change (get_collection (&response, 0)->commands, 0)->item);
	eas_sync_response_clear (&response);
	g_clear_pointer (&body, g_bytes_unref);

	g_assert_cmpstr (eas_item_get_text (item, EAS_CONTACTS_FIRST_NAME), ==, "Jan");
}

/* 16.1 answers an Add with what it made of it. */
static void
test_answered_item (void)
{
	g_autoptr (GBytes) body = command_test_golden ("sync-rsp-calendar-16");
	g_auto (EasSyncResponse) response = { 0 };
	const EasSyncChange *change;

	parse (body, &response);
	change = get_change (get_collection (&response, 0)->responses, 0);
	g_assert_cmpstr (change->client_id, ==, "evo-2");
	g_assert_cmpstr (change->server_id, ==, "4:11");
	g_assert_cmpuint (change->status, ==, 1);
	g_assert_true (eas_item_has (change->item, EAS_CALENDAR_UID));
}

static void
test_limit (void)
{
	g_autoptr (GBytes) body = command_test_golden ("sync-rsp-status");
	g_autoptr (GBytes) reversed = command_test_reverse (body);
	GBytes *bodies[] = { body, reversed };
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (bodies); ii++) {
		g_auto (EasSyncResponse) response = { 0 };

		parse (bodies[ii], &response);
		g_assert_cmpuint (response.status, ==, 14);
		g_assert_cmpuint (response.limit, ==, 59);
		g_assert_cmpuint (response.collections->len, ==, 0);
	}
}

/* Pitfall 5: an empty answer says that nothing changed, and keys stay. */
static void
test_empty (void)
{
	g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
	GBytes *bodies[] = { NULL, nothing };
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (bodies); ii++) {
		g_auto (EasSyncResponse) response = { 0 };

		parse (bodies[ii], &response);
		g_assert_true (response.empty);
		g_assert_cmpuint (response.status, ==, 1);
		g_assert_cmpuint (response.collections->len, ==, 0);
	}
}

static void
test_unknown (void)
{
	g_autoptr (GBytes) body = command_test_golden ("edge-unknown-token");
	g_auto (EasSyncResponse) response = { 0 };

	parse (body, &response);
	g_assert_cmpstr (get_collection (&response, 0)->key, ==, "1");
	g_assert_cmpstr (get_collection (&response, 0)->id, ==, "5");
	command_test_hostile (body, parse_only, TRUE);
}

/* @out stays as it was when the answer is damaged. */
static void
test_untouched (void)
{
	g_autoptr (GBytes) body = command_test_golden ("sync-rsp-contact");
	g_autoptr (GBytes) cut = eas_test_cut (body, 40);
	EasSyncResponse response = { .status = 99 };

	g_assert_false (eas_cmd_sync_parse (cut, &response, NULL));
	g_assert_cmpuint (response.status, ==, 99);
	g_assert_null (response.collections);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/sync/build/initial", test_build_initial);
	g_test_add_func ("/sync/build/first", test_build_first);
	g_test_add_func ("/sync/build/supported-once", test_build_supported_once);
	g_test_add_func ("/sync/build/options-9", test_build_options);
	g_test_add_func ("/sync/build/versions", test_build_versions);
	g_test_add_func ("/sync/build/partial", test_build_partial);
	g_test_add_func ("/sync/build/waiting", test_build_waiting);
	g_test_add_func ("/sync/build/commands", test_build_commands);
	g_test_add_func ("/sync/build/commands-below-16", test_build_commands_below_16);
	g_test_add_func ("/sync/build/several", test_build_several);
	g_test_add_func ("/sync/options/defaults-10", test_options_defaults);
	g_test_add_func ("/sync/options/filter", test_options_filter);
	g_test_add_func ("/sync/change-copy", test_change_copy);
	g_test_add_func ("/sync/parse/responses-6", test_responses);
	g_test_add_func ("/sync/parse/several", test_several);
	g_test_add_func ("/sync/parse/initial", test_initial);
	g_test_add_func ("/sync/parse/more-available", test_more_available);
	g_test_add_func ("/sync/parse/items", test_items);
	g_test_add_func ("/sync/parse/items-outlive", test_items_outlive);
	g_test_add_func ("/sync/parse/answered-item", test_answered_item);
	g_test_add_func ("/sync/parse/limit", test_limit);
	g_test_add_func ("/sync/parse/empty-5", test_empty);
	g_test_add_func ("/sync/parse/unknown", test_unknown);
	g_test_add_func ("/sync/parse/untouched", test_untouched);

	return g_test_run ();
}
