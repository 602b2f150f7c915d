/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gstdio.h>

#include "eas-cmd-folder.h"
#include "eas-flow-sync.h"
#include "eas-soup-transport.h"
#include "eas-test-answers.h"

#include "net-account.h"

static EasHttpResponse *
answer_options (void)
{
	EasHttpResponse *response = eas_http_response_new (200);

	eas_http_response_add_header (response, "MS-ASProtocolVersions", "12.1,14.0,14.1,16.1");
	eas_http_response_add_header (response, "MS-ASProtocolCommands",
				      "Sync,FolderSync,Ping,Provision,Settings");

	return response;
}

static EasHttpResponse *
answer (const EasHttpRequest *request, NetScript *script)
{
	const char *key = eas_http_request_get_header (request, "X-MS-PolicyKey");

	if (g_str_equal (request->command, "OPTIONS"))
		return answer_options ();
	if (g_str_equal (request->command, "Provision"))
		return eas_fake_response (
			200, eas_test_answer_policy (1, 1, g_str_equal (key, "0") ? 5000 : 77,
						     g_str_equal (key, "0")));
	if (g_str_equal (request->command, "FolderSync"))
		return eas_fake_response (200, eas_test_answer_folders (1, "h1", 1, 5, NULL));
	if (g_str_equal (request->command, "Sync") && script->bad_id != NULL)
		return eas_fake_response (200,
					  eas_test_answer_sync (script->bad_id, "!3", 0, NULL));
	if (g_str_equal (request->command, "Sync"))
		return eas_fake_response (200,
					  eas_test_answer_sync_all (request->body, script->n_adds));

	return eas_http_response_new (501);
}

static EasHttpResponse *
fail (NetScript *script)
{
	EasHttpResponse *response = eas_http_response_new (script->status);

	script->failed++;
	if (script->retry_after != NULL)
		eas_http_response_add_header (response, "Retry-After", script->retry_after);

	return response;
}

static EasHttpResponse *
handle (const EasHttpRequest *request, guint *out_delay_ms, gpointer user_data, GError **error)
{
	NetScript *script = user_data;

	if (script->slow == NULL || g_str_equal (script->slow, request->command))
		*out_delay_ms = script->delay_ms;
	if (g_strcmp0 (script->hang, request->command) == 0)
		*out_delay_ms = EAS_FAKE_HANG;
	/* A Sync that may wait for minutes waits for ever. */
	if (script->hangs && g_str_equal (request->command, "Sync") && request->timeout > 480)
		*out_delay_ms = EAS_FAKE_HANG;
	if (g_strcmp0 (script->fail, request->command) == 0 &&
	    (script->fail_times == 0 || script->failed < script->fail_times))
		return fail (script);

	return answer (request, script);
}

EasFakeServer *
net_server_new (NetScript *script)
{
	return eas_fake_server_new (handle, script);
}

EasAccountData *
net_data_new (gboolean ready)
{
	EasAccountData *data = eas_account_data_new ();

	data->user = g_strdup ("ann");
	data->address = g_strdup ("ann@example.org");
	data->configured_url = g_strdup ("https://mail.example.org/Microsoft-Server-ActiveSync");
	data->device = eas_device_new ("a1b2c3d4");
	if (!ready)
		return data;
	data->version = EAS_VERSION_14_1;
	data->provisioned = TRUE;
	data->policy_key = 77;
	g_free (data->hierarchy_key);
	data->hierarchy_key = g_strdup ("h1");
	data->folders = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_folder_free);
	for (guint ii = 1; ii <= 9; ii++) {
		g_autofree char *id = g_strdup_printf ("%u", ii);

		g_ptr_array_add (data->folders,
				 eas_folder_new (id, "0", id, EAS_FOLDER_USER_CALENDAR));
	}

	return data;
}

/* @ready: what net_data_new() says of it is in the file. */
static EasAccountState *
new_state (const char *directory, gboolean ready)
{
	EasAccountState *state = eas_account_state_new (directory);
	g_autoptr (EasAccountData) known = net_data_new (ready);

	if (ready) {
		g_assert_true (eas_account_state_try_lock (state, NULL));
		g_assert_true (eas_account_state_commit (state, known, NULL));
		eas_account_state_unlock (state);
	}

	return state;
}

EasClient *
net_wire_client_new (const char *directory, const char *url)
{
	g_autoptr (EasAccountState) state = new_state (directory, TRUE);
	EasAccountData *data = net_data_new (FALSE);

	g_free (data->configured_url);
	data->configured_url = g_strdup (url);

	return eas_client_new (state, data, eas_soup_transport_make,
			       eas_soup_config_new ("ann", "secret", NULL),
			       (GDestroyNotify) eas_soup_config_free);
}

EasClient *
net_client_new (EasFakeServer *server, const char *directory, gboolean ready)
{
	g_autoptr (EasAccountState) state = new_state (directory, ready);

	return eas_client_new (state, net_data_new (FALSE), eas_fake_server_make, server, NULL);
}

EasCollection *
net_collection (guint number)
{
	g_autofree char *id = g_strdup_printf ("%u", number);

	return eas_collection_new (id, EAS_CLASS_CALENDAR, "5");
}

EasFlow *
net_sync_flow (guint first, guint last)
{
	GPtrArray *parts = g_ptr_array_new ();

	for (guint ii = first; ii <= last; ii++) {
		g_autoptr (EasCollection) collection = net_collection (ii);

		g_ptr_array_add (parts, eas_sync_part_new (collection));
	}

	return eas_flow_sync_new (parts);
}

char *
net_directory (void)
{
	g_autoptr (GError) error = NULL;
	char *directory = g_dir_make_tmp ("eas-net-XXXXXX", &error);

	g_assert_no_error (error);

	return directory;
}

void
net_remove (char *take_directory)
{
	g_autofree char *directory = take_directory;
	g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
		g_autofree char *path = g_build_filename (directory, name, NULL);

		g_unlink (path);
	}
	g_rmdir (directory);
}

gint64
net_elapsed_ms (gint64 since_us)
{
	return (g_get_monotonic_time () - since_us) / 1000;
}
