/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The parser of every command, given the bytes as its answer. */

#include "eas-cmd-estimate.h"
#include "eas-cmd-fetch.h"
#include "eas-cmd-folder.h"
#include "eas-cmd-move.h"
#include "eas-cmd-options.h"
#include "eas-cmd-ping.h"
#include "eas-cmd-provision.h"
#include "eas-cmd-settings.h"
#include "eas-cmd-sync.h"

#include "fuzz.h"

/* What a parser refuses, it refuses as malformed, and nothing else can go wrong. */
static void
promise_outcome (gboolean parsed, const GError *error)
{
	fuzz_promise (parsed == (error == NULL));
	fuzz_promise (parsed || g_error_matches (error, EAS_ERROR, EAS_ERROR_PROTOCOL));
}

/* Lists are there, entries name something, and the status is seen beforehand as well. */
static void
parse_sync (GBytes *body)
{
	g_auto (EasSyncResponse) response = { 0 };
	g_autoptr (GError) error = NULL;
	gboolean parsed = eas_cmd_sync_parse (body, &response, &error);
	guint ii, jj;

	promise_outcome (parsed, error);
	for (ii = 0; parsed && ii < response.collections->len; ii++) {
		EasSyncResponseCollection *collection = response.collections->pdata[ii];

		fuzz_promise (collection->key == NULL || *collection->key != '\0');
		for (jj = 0; jj < collection->commands->len; jj++) {
			const EasSyncChange *change = collection->commands->pdata[jj];

			fuzz_promise (change->server_id != NULL || change->client_id != NULL);
			fuzz_promise (change->status == 0);
		}
	}
}

/* What was read as commands can be written, and reads as the same again. */
static void
resend_sync (GBytes *body)
{
	g_auto (EasSyncResponse) response = { 0 };
	g_auto (EasSyncResponse) again = { 0 };
	g_auto (EasSyncRequest) request = { 0 };
	g_autoptr (GBytes) document = NULL;
	EasSyncRequestCollection *copy;
	EasSyncResponseCollection *collection;
	guint ii;

	if (!eas_cmd_sync_parse (body, &response, NULL) || response.collections->len == 0)
		return;

	collection = response.collections->pdata[0];
	copy = eas_sync_request_collection_new (EAS_CLASS_CALENDAR, "1", "k");
	request.collections =
		g_ptr_array_new_with_free_func ((GDestroyNotify) eas_sync_request_collection_free);
	g_ptr_array_add (request.collections, copy);
	copy->commands = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_sync_change_free);
	for (ii = 0; ii < collection->commands->len; ii++) {
		EasSyncChange *change = collection->commands->pdata[ii];

		if (change->kind == EAS_CHANGE_CHANGE && change->server_id != NULL &&
		    *change->server_id != '\0')
			g_ptr_array_add (copy->commands, eas_sync_change_copy (change));
	}

	document = eas_cmd_sync_build (&request, EAS_VERSION_16_1);
	fuzz_promise (eas_cmd_sync_parse (document, &again, NULL));
	fuzz_promise (again.collections->len == 1);
	collection = again.collections->pdata[0];
	fuzz_promise (collection->commands->len == copy->commands->len);
	for (ii = 0; ii < copy->commands->len; ii++) {
		const EasSyncChange *sent = copy->commands->pdata[ii];
		const EasSyncChange *read = collection->commands->pdata[ii];

		fuzz_promise (g_strcmp0 (sent->server_id, read->server_id) == 0);
		fuzz_promise ((sent->item == NULL) == (read->item == NULL));
		fuzz_promise (sent->item == NULL || eas_item_equal (sent->item, read->item));
	}
}

static void
parse_folders (GBytes *body)
{
	g_auto (EasFolderSyncResponse) list = { 0 };
	g_auto (EasFolderChangeResponse) create = { 0 };
	g_auto (EasFolderChangeResponse) update = { 0 };
	g_auto (EasFolderChangeResponse) delete = { 0 };
	g_autoptr (GError) error = NULL;
	gboolean parsed = eas_cmd_folder_sync_parse (body, &list, &error);
	guint ii;

	promise_outcome (parsed, error);
	for (ii = 0; parsed && ii < list.added->len; ii++) {
		const EasFolder *folder = list.added->pdata[ii];

		fuzz_promise (*folder->id != '\0' && *folder->parent_id != '\0');
		fuzz_promise (strpbrk (folder->name, "\r\n") == NULL);
	}

	eas_cmd_folder_create_parse (body, &create, NULL);
	eas_cmd_folder_update_parse (body, &update, NULL);
	eas_cmd_folder_delete_parse (body, &delete, NULL);
}

static void
parse_provision (GBytes *body)
{
	g_auto (EasProvisionResponse) response = { 0 };
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) unmet = NULL;
	g_autoptr (GPtrArray) all = NULL;
	g_autofree char *hash = NULL;
	gboolean parsed = eas_cmd_provision_parse (body, &response, &error);

	promise_outcome (parsed, error);
	if (response.policy == NULL)
		return;

	hash = eas_policy_dup_hash (response.policy);
	all = eas_policy_describe (response.policy);
	fuzz_promise ((eas_policy_judge (response.policy, &unmet) == EAS_POLICY_ENFORCED) ==
		      (unmet == NULL));
	fuzz_promise (unmet == NULL || unmet->len <= all->len);
}

static void
parse_operations (GBytes *body, gboolean multipart)
{
	g_auto (EasItemOperationsResponse) response = { 0 };
	g_autoptr (GError) error = NULL;
	gboolean parsed = eas_cmd_item_operations_parse (body, multipart, &response, &error);
	guint ii;

	promise_outcome (parsed, error);
	for (ii = 0; parsed && ii < response.results->len; ii++) {
		const EasOperationResult *result = response.results->pdata[ii];

		fuzz_promise (!result->has_range || result->range_first <= result->range_last);
	}
}

static void
parse_others (GBytes *body)
{
	g_auto (EasPingResponse) ping = { 0 };
	g_auto (EasSettingsResponse) settings = { 0 };
	g_auto (EasEstimateResponse) estimate = { 0 };
	g_auto (EasMoveResponse) move = { 0 };
	GError *error = NULL;
	gboolean parsed;

	parsed = eas_cmd_ping_parse (body, &ping, &error);
	promise_outcome (parsed, error);
	g_clear_error (&error);

	parsed = eas_cmd_estimate_parse (body, &estimate, &error);
	promise_outcome (parsed, error);
	g_clear_error (&error);

	parsed = eas_cmd_move_parse (body, &move, &error);
	promise_outcome (parsed, error);
	g_clear_error (&error);

	parsed = eas_cmd_settings_parse (body, &settings, &error);
	promise_outcome (parsed, error);
	g_clear_error (&error);
	if (parsed)
		eas_settings_response_get_address (&settings);
}

/* What a parser takes, the look at the status before takes as well. */
static void
peek (GBytes *body)
{
	const EasCommand *const *commands = eas_commands ();
	guint ii, n_mine = 0;

	for (ii = 0; commands[ii] != NULL; ii++) {
		g_autoptr (GError) error = NULL;
		guint status;
		gboolean seen = eas_command_peek_status (commands[ii], body, &status, &error);

		promise_outcome (seen, error);
		if (seen && g_bytes_get_size (body) > 0)
			n_mine++;
	}

	fuzz_promise (n_mine <= 1);
}

static void
parse_header (const guint8 *data, gsize size)
{
	g_auto (EasOptionsResponse) response = { 0 };
	g_autofree char *text = g_strndup ((const char *) data, size);

	if (eas_cmd_options_parse (text, text, EAS_VERSION_NONE, &response, NULL))
		fuzz_promise (response.version != EAS_VERSION_NONE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
	g_autoptr (GBytes) body = g_bytes_new (data, size);

	peek (body);
	parse_sync (body);
	resend_sync (body);
	parse_folders (body);
	parse_provision (body);
	parse_operations (body, /* multipart */ FALSE);
	parse_operations (body, /* multipart */ TRUE);
	parse_others (body);
	parse_header (data, size);

	return 0;
}
