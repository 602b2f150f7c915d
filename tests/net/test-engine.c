/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The engine as a whole against the embedded server, in every version: folders,
 * a first sync, ours and theirs both ways, push, a policy.
 */

#include "eas-client.h"
#include "eas-cmd-fetch.h"
#include "eas-flow-folders.h"
#include "eas-flow-push.h"
#include "eas-flow-sync.h"
#include "eas-mock-sample.h"
#include "eas-mock-server.h"
#include "eas-soup-transport.h"
#include "net-account.h"

typedef struct {
	GThread *thread;
	GMainContext *context;
	GMainLoop *loop;
	GMutex mutex;
	GCond cond;
	const char *version;
	char *url; /* set when it listens */
} Server;

/* --- The server's thread --- */

static gpointer
server_thread (gpointer user_data)
{
	Server *server = user_data;
	g_autoptr (GError) error = NULL;
	EasMockServer *mock;
	g_autofree char *base = NULL;

	g_main_context_push_thread_default (server->context);
	mock = eas_mock_server_new ();
	eas_mock_server_set_versions (mock, server->version);
	mock->settings.policy = TRUE;
	eas_mock_sample_fill (eas_mock_server_add_user (mock, "ann", "secret"));
	g_assert_true (eas_mock_server_listen (mock, 0, NULL, &error));
	g_assert_no_error (error);
	base = eas_mock_server_dup_url (mock);
	g_mutex_lock (&server->mutex);
	server->url = g_strconcat (base, EAS_MOCK_PATH, NULL);
	g_cond_signal (&server->cond);
	g_mutex_unlock (&server->mutex);
	g_main_loop_run (server->loop);
	eas_mock_server_free (mock);
	g_main_context_pop_thread_default (server->context);

	return NULL;
}

static void
server_start (Server *server, const char *version)
{
	server->version = version;
	server->context = g_main_context_new ();
	server->loop = g_main_loop_new (server->context, FALSE);
	g_mutex_init (&server->mutex);
	g_cond_init (&server->cond);
	server->thread = g_thread_new ("mock-server", server_thread, server);
	g_mutex_lock (&server->mutex);
	while (server->url == NULL)
		g_cond_wait (&server->cond, &server->mutex);
	g_mutex_unlock (&server->mutex);
}

static gboolean
quit_cb (gpointer loop)
{
	g_main_loop_quit (loop);

	return G_SOURCE_REMOVE;
}

static void
server_stop (Server *server)
{
	g_main_context_invoke (server->context, quit_cb, server->loop);
	g_thread_join (server->thread);
	g_main_loop_unref (server->loop);
	g_main_context_unref (server->context);
	g_mutex_clear (&server->mutex);
	g_cond_clear (&server->cond);
	g_free (server->url);
}

/* --- A device --- */

static EasClient *
new_client_with (Server *server, const char *device_id, const char *password, gboolean base64)
{
	g_autoptr (EasAccountState) state = eas_account_state_new (NULL);
	EasAccountData *data = eas_account_data_new ();

	data->user = g_strdup ("ann");
	data->configured_url = g_strdup (server->url);
	data->device = eas_device_new (device_id);
	data->base64_query = base64;

	return eas_client_new (state, data, eas_soup_transport_make,
			       eas_soup_config_new ("ann", password, NULL),
			       (GDestroyNotify) eas_soup_config_free);
}

static EasClient *
new_client (Server *server, const char *device_id, const char *password)
{
	return new_client_with (server, device_id, password, FALSE);
}

static char *
find_calendar (EasClient *client)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) folders =
		eas_client_run_sync (client, eas_flow_folders_refresh_new (0), NULL, &error);

	g_assert_no_error (error);
	for (guint ii = 0; ii < folders->len; ii++) {
		const EasFolder *folder = g_ptr_array_index (folders, ii);

		if (folder->type == EAS_FOLDER_CALENDAR)
			return g_strdup (folder->id);
	}
	g_error ("the sample mailbox has no calendar");
}

/* All windows, each committed before the next. Returns how many entries came; the last one's id in
 * @out_last. */
static guint
pull_all (EasClient *client, EasCollection *collection, char **out_last)
{
	guint count = 0, rounds = 0;
	gboolean more = TRUE;

	while (more) {
		g_autoptr (GError) error = NULL;
		g_autoptr (EasWindow) window =
			eas_client_pull_sync (client, collection, 7, NULL, NULL, &error);

		g_assert_no_error (error);
		g_assert_cmpuint (window->commands->len, <=, 7);
		g_assert_true (eas_collection_commit (collection, window));
		count += window->commands->len;
		if (window->commands->len > 0 && out_last != NULL) {
			EasSyncChange *last =
				g_ptr_array_index (window->commands, window->commands->len - 1);

			g_free (*out_last);
			*out_last = g_strdup (last->server_id);
		}
		more = window->more;
		g_assert_cmpuint (++rounds, <, 100);
	}

	return count;
}

/* Since 16.0 the server sets the stamp itself and refuses ours. */
static EasItem *
new_event (const char *subject, EasVersion version)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	eas_item_builder_time (builder, EAS_CALENDAR_START_TIME, 1800000000);
	eas_item_builder_time (builder, EAS_CALENDAR_END_TIME, 1800003600);
	if (version < EAS_VERSION_16_0)
		eas_item_builder_time (builder, EAS_CALENDAR_DT_STAMP, 1800000000);
	eas_item_builder_text (builder, EAS_CALENDAR_SUBJECT, subject);

	return eas_item_builder_finish (builder);
}

static EasWindow *
send_one (EasClient *client, EasCollection *collection, EasSyncChange *take_change)
{
	GPtrArray *parts = g_ptr_array_new ();
	EasSyncPart *part = eas_sync_part_new (collection);
	g_autoptr (GPtrArray) windows = NULL;
	g_autoptr (GError) error = NULL;

	part->get_changes = FALSE;
	part->commands = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_sync_change_free);
	g_ptr_array_add (part->commands, take_change);
	g_ptr_array_add (parts, part);
	windows = eas_client_run_sync (client, eas_flow_sync_new (parts), NULL, &error);
	g_assert_no_error (error);

	return g_steal_pointer (&g_ptr_array_index (windows, 0));
}

static char *
add_event (EasClient *client, EasCollection *collection, const char *subject)
{
	EasSyncChange *change = eas_sync_change_new (EAS_CHANGE_ADD, NULL);
	g_autoptr (EasWindow) window = NULL;
	const EasSyncChange *response;

	change->client_id = g_strdup ("c1");
	change->item = new_event (subject, eas_client_get_version (client));
	window = send_one (client, collection, change);
	g_assert_no_error (window->error);
	g_assert_cmpuint (window->responses->len, ==, 1);
	response = g_ptr_array_index (window->responses, 0);
	g_assert_cmpuint (response->status, ==, 1);
	g_assert_cmpstr (response->client_id, ==, "c1");
	g_assert_true (eas_collection_commit (collection, window));

	return g_strdup (response->server_id);
}

/* --- Tests --- */

static void
test_both_ways (gconstpointer version)
{
	Server server = { 0 };
	g_autoptr (EasClient) one = NULL;
	g_autoptr (EasClient) two = NULL;
	g_autofree char *calendar = NULL;
	g_autofree char *same = NULL;
	g_autofree char *added = NULL;
	g_autofree char *seen = NULL;
	g_autoptr (EasCollection) mine = NULL;
	g_autoptr (EasCollection) theirs = NULL;
	g_autoptr (EasAccountData) data = NULL;
	g_autoptr (EasWindow) window = NULL;
	guint count;

	server_start (&server, version);
	one = new_client (&server, "device1", "secret");
	two = new_client (&server, "device2", "secret");
	calendar = find_calendar (one);
	same = find_calendar (two);
	g_assert_cmpstr (calendar, ==, same);
	data = eas_client_dup_data (one);
	g_assert_cmpstr (eas_version_to_string (data->version), ==, version);
	g_assert_true (data->provisioned);
	g_assert_cmpuint (data->policy_key, !=, 0);

	mine = eas_collection_new (calendar, EAS_CLASS_CALENDAR, NULL);
	theirs = eas_collection_new (calendar, EAS_CLASS_CALENDAR, NULL);
	count = pull_all (one, mine, NULL);
	g_assert_cmpuint (count, >, 7);
	g_assert_cmpuint (pull_all (two, theirs, NULL), ==, count);

	added = add_event (one, mine, "from the first device");
	g_assert_cmpuint (pull_all (two, theirs, &seen), ==, 1);
	g_assert_cmpstr (seen, ==, added);
	g_assert_cmpuint (pull_all (one, mine, NULL), ==, 0);

	window = send_one (two, theirs, eas_sync_change_new (EAS_CHANGE_DELETE, added));
	g_assert_true (eas_collection_commit (theirs, window));
	g_assert_cmpuint (pull_all (one, mine, NULL), ==, 1);
	server_stop (&server);
}

static void
test_wrong_password (void)
{
	Server server = { 0 };
	g_autoptr (EasClient) client = NULL;
	g_autoptr (GError) error = NULL;

	server_start (&server, "14.1");
	client = new_client (&server, "device1", "wrong");
	g_assert_null (
		eas_client_run_sync (client, eas_flow_folders_refresh_new (0), NULL, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_AUTHENTICATION);
	server_stop (&server);
}

/* A key the server does not know: this collection begins again, and nothing is lost. */
static void
test_1_forgotten_key (void)
{
	Server server = { 0 };
	g_autoptr (EasClient) client = NULL;
	g_autofree char *calendar = NULL;
	g_autoptr (EasCollection) collection = NULL;
	g_autoptr (EasWindow) window = NULL;
	g_autoptr (GError) error = NULL;

	server_start (&server, "16.1");
	client = new_client (&server, "device1", "secret");
	calendar = find_calendar (client);
	collection = eas_collection_new (calendar, EAS_CLASS_CALENDAR, "{nonsense}77");
	window = eas_client_pull_sync (client, collection, 0, NULL, NULL, &error);
	g_assert_error (error, EAS_ERROR, EAS_ERROR_KEY);
	g_assert_true (eas_collection_reset (collection, g_get_real_time () / G_USEC_PER_SEC));
	g_assert_cmpuint (pull_all (client, collection, NULL), >, 7);
	server_stop (&server);
}

static void
test_folder_changes (void)
{
	Server server = { 0 };
	g_autoptr (EasClient) client = NULL;
	g_autofree char *calendar = NULL;
	g_autoptr (EasFolder) folder = NULL;
	g_autoptr (EasAccountData) data = NULL;
	g_autoptr (GError) error = NULL;

	server_start (&server, "14.1");
	client = new_client (&server, "device1", "secret");
	calendar = find_calendar (client);
	folder = eas_client_run_sync (
		client, eas_flow_folder_create_new ("0", "Trips", EAS_FOLDER_USER_CALENDAR), NULL,
		&error);
	g_assert_no_error (error);
	g_assert_nonnull (eas_client_run_sync (
		client, eas_flow_folder_update_new (folder->id, "0", "Journeys"), NULL, &error));
	g_assert_no_error (error);
	data = eas_client_dup_data (client);
	g_assert_cmpstr (eas_account_data_folder (data, folder->id)->name, ==, "Journeys");
	g_assert_nonnull (eas_client_run_sync (client, eas_flow_folder_delete_new (folder->id),
					       NULL, &error));
	g_assert_no_error (error);
	server_stop (&server);
}

/* --- Multipart --- */

typedef struct {
	const char *inbox;
	const char *item;
	gboolean multipart;
} Fetch;

static EasRequest *
build_fetch (EasVersion version, const EasAccountData *data, gpointer user_data, GError **error)
{
	const Fetch *fetch = user_data;
	EasOperation operation;
	EasRequest *request;

	eas_operation_init (&operation, EAS_OPERATION_FETCH_ITEM);
	operation.collection_id = fetch->inbox;
	operation.server_id = fetch->item;
	operation.mime_support = 2;
	operation.n_bodies = 1;
	operation.bodies[0].type = EAS_BODY_MIME;
	operation.bodies[0].truncation_size = -1;
	request = eas_request_new (&eas_cmd_item_operations,
				   eas_cmd_item_operations_build (&operation, 1, version));
	request->accept_multipart = fetch->multipart;

	return request;
}

/* The message: out of the element, or out of the part. */
static GBytes *
fetch_message (EasClient *client, Fetch *fetch)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (EasAnswer) answer = eas_client_run_sync (
		client, eas_flow_exchange_new (&eas_cmd_item_operations, build_fetch, fetch, NULL),
		NULL, &error);
	g_auto (EasItemOperationsResponse) response = { 0 };
	const EasOperationResult *result;
	EasItemSlot body;
	GBytes *data;

	g_assert_no_error (error);
	g_assert_true (answer->multipart == fetch->multipart);
	g_assert_true (
		eas_cmd_item_operations_parse (answer->body, answer->multipart, &response, &error));
	g_assert_no_error (error);
	g_assert_cmpuint (response.results->len, ==, 1);
	result = g_ptr_array_index (response.results, 0);
	g_assert_cmpuint (result->status, ==, 1);
	if (fetch->multipart)
		return g_bytes_ref (result->data);
	body = eas_item_child (result->item, EAS_ITEM_ROOT, EAS_AIRSYNCBASE_BODY);
	g_assert_null (result->data);
	data = eas_item_bytes (result->item,
			       eas_item_child (result->item, body, EAS_AIRSYNCBASE_DATA));
	g_assert_nonnull (data);

	return data;
}

/* As a part it is the same message as in the document, in both forms of the query. */
static void
test_multipart (gconstpointer base64)
{
	Server server = { 0 };
	g_autoptr (EasClient) client = NULL;
	g_autoptr (EasCollection) collection = NULL;
	g_autofree char *item = NULL;
	g_autofree char *calendar = NULL;
	g_autoptr (GBytes) in_document = NULL;
	g_autoptr (GBytes) in_part = NULL;
	Fetch fetch = { .inbox = "1" };

	server_start (&server, "14.1");
	client = new_client_with (&server, "device1", "secret", base64 != NULL);
	calendar = find_calendar (client);
	collection = eas_collection_new (fetch.inbox, EAS_CLASS_EMAIL, NULL);
	g_assert_cmpuint (pull_all (client, collection, &item), >, 0);
	fetch.item = item;
	in_document = fetch_message (client, &fetch);
	fetch.multipart = TRUE;
	in_part = fetch_message (client, &fetch);
	g_assert_cmpuint (g_bytes_get_size (in_part), >, 100);
	g_assert_true (g_bytes_equal (in_part, in_document));
	server_stop (&server);
}

/* --- Push --- */

typedef struct {
	EasClient *client;
	const char *calendar;
	EasPingResult *result;
	GError *error;
} Pinger;

static gpointer
ping_thread (gpointer user_data)
{
	Pinger *pinger = user_data;
	GPtrArray *folders = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_ping_folder_free);

	g_ptr_array_add (folders, eas_ping_folder_new (pinger->calendar, EAS_CLASS_CALENDAR));
	pinger->result = eas_client_run_sync (pinger->client, eas_flow_push_new (folders), NULL,
					      &pinger->error);

	return NULL;
}

/* Pitfall 40: the other device's event rings at once, and ringing stops when it is fetched. */
static void
test_40_push (void)
{
	Server server = { 0 };
	g_autoptr (EasClient) one = NULL;
	g_autoptr (EasClient) two = NULL;
	g_autofree char *calendar = NULL;
	g_autofree char *added = NULL;
	g_autoptr (EasCollection) mine = NULL;
	g_autoptr (EasCollection) theirs = NULL;
	Pinger pinger = { 0 };
	GThread *thread;
	gint64 start;

	server_start (&server, "16.1");
	one = new_client (&server, "device1", "secret");
	two = new_client (&server, "device2", "secret");
	calendar = find_calendar (one);
	g_free (find_calendar (two));
	mine = eas_collection_new (calendar, EAS_CLASS_CALENDAR, NULL);
	theirs = eas_collection_new (calendar, EAS_CLASS_CALENDAR, NULL);
	pull_all (one, mine, NULL);
	pull_all (two, theirs, NULL);

	pinger.client = one;
	pinger.calendar = calendar;
	thread = g_thread_new ("ping", ping_thread, &pinger);
	g_usleep (100000);
	start = g_get_monotonic_time ();
	added = add_event (two, theirs, "rings");
	g_thread_join (thread);
	g_assert_no_error (pinger.error);
	/* long before the heartbeat */
	g_assert_cmpint (net_elapsed_ms (start), <, 30000);
	g_assert_cmpuint (pinger.result->changed->len, ==, 1);
	g_assert_cmpstr (g_ptr_array_index (pinger.result->changed, 0), ==, calendar);
	g_assert_cmpuint (pull_all (one, mine, NULL), ==, 1);
	eas_ping_result_free (pinger.result);
	server_stop (&server);
}

int
main (int argc, char **argv)
{
	static const char *const versions[] = { "12.0", "12.1", "14.0", "14.1", "16.0", "16.1" };

	g_test_init (&argc, &argv, NULL);
	for (guint ii = 0; ii < G_N_ELEMENTS (versions); ii++) {
		g_autofree char *path = g_strconcat ("/engine/both-ways/", versions[ii], NULL);

		g_test_add_data_func (path, versions[ii], test_both_ways);
	}
	g_test_add_func ("/engine/wrong-password", test_wrong_password);
	g_test_add_func ("/engine/1-forgotten-key", test_1_forgotten_key);
	g_test_add_func ("/engine/folder-changes", test_folder_changes);
	g_test_add_func ("/engine/40-push", test_40_push);
	g_test_add_data_func ("/engine/multipart", NULL, test_multipart);
	g_test_add_data_func ("/engine/multipart-base64", GUINT_TO_POINTER (1), test_multipart);

	return g_test_run ();
}
