/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What does this server really do? Every command of ours is tried on it, one line
 * each. A folder of the probe's own is made for what changes things, and removed.
 */

#include "tool.h"

#include "eas-cmd-estimate.h"
#include "eas-cmd-fetch.h"
#include "eas-cmd-folder.h"
#include "eas-cmd-move.h"
#include "eas-cmd-ping.h"
#include "eas-cmd-settings.h"
#include "eas-flow-folders.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

#define PROBE_HEARTBEAT 5 /* seconds; too few for most servers, who then answer at once */
#define PROBE_WINDOW    10
#define UNKNOWN_ITEM    "evolution-eas-unknown"

typedef struct {
	Tool *tool;
	EasClient *client;
	EasAccountData *data;      /* as it was after the folder list */
	const EasFolder *calendar; /* or whatever else syncs; borrowed from data; NULL */
	EasCollection *collection; /* of @calendar, opened by Sync; NULL */
	char *item_id;             /* in @collection; NULL */
	EasFolder *own;            /* made by FolderCreate; NULL */
	ToolJson *json;
	GError *first_refusal;
} Probe;

/* One command tried: what was seen, or NULL with why not. */
typedef char *(*TryCommand) (Probe *probe, GError **error);

/* ---- sending one command ----------------------------------------------- */

typedef GBytes *(*BuildBody) (Probe *probe, EasVersion version);

typedef struct {
	Probe *probe;
	const EasCommand *command;
	BuildBody build;
	guint timeout;
} Attempt;

static EasRequest *
build_attempt (EasVersion version, const EasAccountData *data, gpointer user_data, GError **error)
{
	Attempt *attempt = user_data;
	EasRequest *request =
		eas_request_new (attempt->command, attempt->build (attempt->probe, version));

	request->timeout = attempt->timeout;

	return request;
}

/* The command's own status is for the caller to see. */
static EasAnswer *
send_command (
	Probe *probe, const EasCommand *command, BuildBody build, guint timeout, GError **error)
{
	Attempt *attempt = g_new0 (Attempt, 1);
	EasFlow *flow;

	*attempt =
		(Attempt){ .probe = probe, .command = command, .build = build, .timeout = timeout };
	flow = eas_flow_exchange_new (command, build_attempt, attempt, g_free);
	eas_flow_exchange_see_status (flow);

	return eas_client_run_sync (probe->client, flow, probe->tool->cancellable, error);
}

/* ---- folders ----------------------------------------------------------- */

static char *
try_provision (Probe *probe, GError **error)
{
	/* The engine went through it before the folder list, as the server demanded. */
	if (!probe->data->provisioned)
		return g_strdup (_ ("the server did not ask for it"));
	if (probe->data->policy_key == 0)
		return g_strdup (_ ("the server has no rules for this device"));

	return g_strdup (_ ("the server’s rules are accepted"));
}

static char *
try_folder_sync (Probe *probe, GError **error)
{
	guint n = probe->data->folders->len;

	return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u folder", "%u folders", n), n);
}

static char *
try_folder_create (Probe *probe, GError **error)
{
	g_autofree char *name = g_strdup_printf ("evolution-eas probe %08x", g_random_int ());

	probe->own = eas_client_run_sync (
		probe->client, eas_flow_folder_create_new ("0", name, EAS_FOLDER_USER_MAIL),
		probe->tool->cancellable, error);

	return probe->own != NULL ? g_strdup (name) : NULL;
}

static gboolean
has_own (Probe *probe, GError **error)
{
	if (probe->own != NULL)
		return TRUE;

	eas_set_error (error, EAS_ERROR_FOLDER_NOT_FOUND, NULL, 0, 0,
		       _ ("no folder could be made to try it on"));
	return FALSE;
}

static char *
try_folder_update (Probe *probe, GError **error)
{
	g_autofree char *name = NULL;

	if (!has_own (probe, error))
		return NULL;
	name = g_strconcat (probe->own->name, " renamed", NULL);
	if (eas_client_run_sync (probe->client,
				 eas_flow_folder_update_new (probe->own->id, "0", name),
				 probe->tool->cancellable, error) == NULL)
		return NULL;

	return g_steal_pointer (&name);
}

static char *
try_folder_delete (Probe *probe, GError **error)
{
	if (!has_own (probe, error))
		return NULL;
	if (eas_client_run_sync (probe->client, eas_flow_folder_delete_new (probe->own->id),
				 probe->tool->cancellable, error) == NULL)
		return NULL;
	g_clear_pointer (&probe->own, eas_folder_free);

	return g_strdup (_ ("the folder of this probe is gone again"));
}

/* ---- items ------------------------------------------------------------- */

static char *
try_sync (Probe *probe, GError **error)
{
	g_autoptr (EasWindow) window = NULL;
	guint n;

	if (probe->calendar == NULL) {
		eas_set_error (error, EAS_ERROR_FOLDER_NOT_FOUND, NULL, 0, 0,
			       _ ("the server has no folder to try it on"));
		return NULL;
	}
	probe->collection = eas_collection_new (probe->calendar->id,
						eas_class_of_folder (probe->calendar->type), NULL);
	window = eas_client_pull_sync (probe->client, probe->collection, PROBE_WINDOW,
				       /* supported */ NULL, probe->tool->cancellable, error);
	if (window == NULL)
		return NULL;
	if (window->error != NULL) {
		g_propagate_error (error, g_error_copy (window->error));
		return NULL;
	}
	n = window->commands != NULL ? window->commands->len : 0;
	if (n > 0)
		probe->item_id =
			g_strdup (((EasSyncChange *) window->commands->pdata[0])->server_id);
	eas_collection_commit (probe->collection, window);

	return g_strdup_printf (
		window->more
			/* Translators: %s is the name of a calendar. */
			? g_dngettext (GETTEXT_PACKAGE, "%s: %u item and more",
				       "%s: %u items and more", n)
			/* Translators: %s is the name of a calendar. */
			: g_dngettext (GETTEXT_PACKAGE, "%s: %u item", "%s: %u items", n),
		probe->calendar->name, n);
}

static gboolean
is_open (Probe *probe, GError **error)
{
	g_autofree char *key =
		probe->collection != NULL ? eas_collection_dup_key (probe->collection) : NULL;

	if (key != NULL && !g_str_equal (key, "0"))
		return TRUE;

	eas_set_error (error, EAS_ERROR_FOLDER_NOT_FOUND, NULL, 0, 0,
		       _ ("no folder could be opened to try it on"));
	return FALSE;
}

static GBytes *
build_estimate (Probe *probe, EasVersion version)
{
	g_autofree char *key = eas_collection_dup_key (probe->collection);
	EasEstimateCollection collection = {
		.klass = eas_collection_get_class (probe->collection),
		.id = eas_collection_get_id (probe->collection),
		.key = key,
		.filter_type = -1,
	};

	return eas_cmd_estimate_build (&collection, 1, version);
}

static char *
try_estimate (Probe *probe, GError **error)
{
	g_autoptr (EasAnswer) answer = NULL;
	g_auto (EasEstimateResponse) response = { 0 };
	const EasEstimate *estimate;
	guint n;

	if (!is_open (probe, error))
		return NULL;
	answer = send_command (probe, &eas_cmd_estimate, build_estimate, 0, error);
	if (answer == NULL || !eas_cmd_estimate_parse (answer->body, &response, error))
		return NULL;
	estimate = response.estimates->len > 0 ? response.estimates->pdata[0] : NULL;
	if (!eas_status_ok (EAS_SCOPE_ESTIMATE, response.status) ||
	    (estimate != NULL && !eas_status_ok (EAS_SCOPE_ESTIMATE, estimate->status))) {
		eas_status_set_error (error, EAS_SCOPE_ESTIMATE,
				      estimate != NULL ? estimate->status : response.status,
				      "GetItemEstimate", 0);
		return NULL;
	}

	n = estimate != NULL ? estimate->estimate : 0;

	return g_strdup_printf (
		g_dngettext (GETTEXT_PACKAGE, "%u more item waits", "%u more items wait", n), n);
}

static GBytes *
build_move (Probe *probe, EasVersion version)
{
	const char *target = probe->own != NULL ? probe->own->id : probe->calendar->id;
	EasMove move = { .item_id = UNKNOWN_ITEM,
			 .source_id = probe->calendar->id,
			 .target_id = target };

	return eas_cmd_move_build (&move, 1);
}

/* Nothing is moved: that an unknown item is refused shows that the command is understood. */
static char *
try_move (Probe *probe, GError **error)
{
	g_autoptr (EasAnswer) answer = NULL;
	g_auto (EasMoveResponse) response = { 0 };

	if (!is_open (probe, error))
		return NULL;
	answer = send_command (probe, &eas_cmd_move, build_move, 0, error);
	if (answer == NULL || !eas_cmd_move_parse (answer->body, &response, error))
		return NULL;

	return g_strdup_printf (_ ("an item that does not exist: status %u"),
				response.results->len > 0
					? ((EasMoveResult *) response.results->pdata[0])->status
					: response.status);
}

/* Fetches an item where there is one, empties the probe's own folder where it could be made. */
static GBytes *
build_operations (Probe *probe, EasVersion version)
{
	EasOperation operations[2];
	guint n = 0;

	if (probe->collection != NULL) {
		eas_operation_init (&operations[n], EAS_OPERATION_FETCH_ITEM);
		operations[n].collection_id = eas_collection_get_id (probe->collection);
		operations[n++].server_id = probe->item_id != NULL ? probe->item_id : UNKNOWN_ITEM;
	}
	if (probe->own != NULL) {
		eas_operation_init (&operations[n], EAS_OPERATION_EMPTY_FOLDER);
		operations[n++].collection_id = probe->own->id;
	}

	return eas_cmd_item_operations_build (operations, n, version);
}

static char *
describe_operations (Probe *probe, const EasItemOperationsResponse *response, GError **error)
{
	GString *text = g_string_new (NULL);

	for (guint i = 0; i < response->results->len; i++) {
		const EasOperationResult *result = response->results->pdata[i];
		gboolean fetch = result->kind != EAS_OPERATION_EMPTY_FOLDER;

		/* An item that was never there is rightly refused. */
		if (!eas_status_ok (EAS_SCOPE_ITEM_OPERATIONS, result->status) &&
		    !(fetch && probe->item_id == NULL)) {
			eas_status_set_error (error, EAS_SCOPE_ITEM_OPERATIONS, result->status,
					      "ItemOperations", 0);
			g_string_free (text, TRUE);
			return NULL;
		}
		g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "",
					fetch ? _ ("an item fetched") : _ ("a folder emptied"));
	}

	return g_string_free (text, FALSE);
}

static char *
try_operations (Probe *probe, GError **error)
{
	g_autoptr (EasAnswer) answer = NULL;
	g_auto (EasItemOperationsResponse) response = { 0 };

	if (probe->own == NULL && !is_open (probe, error))
		return NULL;
	answer = send_command (probe, &eas_cmd_item_operations, build_operations, 0, error);
	if (answer == NULL ||
	    !eas_cmd_item_operations_parse (answer->body, answer->multipart, &response, error))
		return NULL;
	if (!eas_status_ok (EAS_SCOPE_ITEM_OPERATIONS, response.status)) {
		eas_status_set_error (error, EAS_SCOPE_ITEM_OPERATIONS, response.status,
				      "ItemOperations", 0);
		return NULL;
	}

	return describe_operations (probe, &response, error);
}

/* ---- the rest ---------------------------------------------------------- */

static GBytes *
build_ping (Probe *probe, EasVersion version)
{
	g_autoptr (GPtrArray) folders =
		g_ptr_array_new_with_free_func ((GDestroyNotify) eas_ping_folder_free);

	g_ptr_array_add (folders,
			 eas_ping_folder_new (probe->calendar->id,
					      eas_class_of_folder (probe->calendar->type)));

	return eas_cmd_ping_build (PROBE_HEARTBEAT, folders);
}

static char *
try_ping (Probe *probe, GError **error)
{
	g_autoptr (EasAnswer) answer = NULL;
	g_auto (EasPingResponse) response = { 0 };

	if (!is_open (probe, error))
		return NULL;
	answer = send_command (probe, &eas_cmd_ping, build_ping, PROBE_HEARTBEAT + EAS_PING_GRACE,
			       error);
	if (answer == NULL || !eas_cmd_ping_parse (answer->body, &response, error))
		return NULL;

	switch (response.status) {
	case 1: /* nothing happened meanwhile */
	case 2: /* something did */
		return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "waits for %u second",
						     "waits for %u seconds", PROBE_HEARTBEAT),
					PROBE_HEARTBEAT);
	case 5: /* [MS-ASCMD] Status (Ping): the interval is out of bounds; the nearest one comes
		   with it */
		return g_strdup_printf (
			g_dngettext (GETTEXT_PACKAGE, "waits for at least %u second",
				     "waits for at least %u seconds", response.heartbeat_interval),
			response.heartbeat_interval);
	default:
		eas_status_set_error (error, EAS_SCOPE_PING, response.status, "Ping", 0);
		return NULL;
	}
}

static GBytes *
build_settings (Probe *probe, EasVersion version)
{
	EasSettingsRequest request = { .user_information = TRUE };

	return eas_cmd_settings_build (&request, version);
}

static char *
try_settings (Probe *probe, GError **error)
{
	g_autoptr (EasAnswer) answer = NULL;
	g_auto (EasSettingsResponse) response = { 0 };
	const char *address;

	answer = send_command (probe, &eas_cmd_settings, build_settings, 0, error);
	if (answer == NULL || !eas_cmd_settings_parse (answer->body, &response, error))
		return NULL;
	if (!eas_status_ok (EAS_SCOPE_SETTINGS, response.status)) {
		eas_status_set_error (error, EAS_SCOPE_SETTINGS, response.status, "Settings", 0);
		return NULL;
	}
	address = eas_settings_response_get_address (&response);

	return g_strdup (address != NULL ? address : _ ("no address told"));
}

/* ---- the table, in the order of trying --------------------------------- */

/* clang-format off */
static const struct {
	const char *name;
	TryCommand attempt;
	gboolean changes; /* something on the server, for a moment */
} attempts[] = {
	{ "Provision",       try_provision,     FALSE },
	{ "FolderSync",      try_folder_sync,   FALSE },
	{ "FolderCreate",    try_folder_create, TRUE  },
	{ "FolderUpdate",    try_folder_update, TRUE  },
	{ "Sync",            try_sync,          FALSE },
	{ "GetItemEstimate", try_estimate,      FALSE },
	{ "Ping",            try_ping,          FALSE },
	{ "ItemOperations",  try_operations,    FALSE },
	{ "MoveItems",       try_move,          FALSE },
	{ "Settings",        try_settings,      FALSE },
	{ "FolderDelete",    try_folder_delete, TRUE  },
};
/* clang-format on */

static void
report (Probe *probe, const char *name, const char *result, const char *detail)
{
	tool_progress_end (probe->tool);
	if (probe->tool->json) {
		tool_json_object (probe->json, NULL);
		tool_json_text (probe->json, "name", name);
		tool_json_text (probe->json, "result", result);
		tool_json_text (probe->json, "detail", detail);
		tool_json_end (probe->json);
	} else {
		/* The middle words are an interface for scripts: not translated. */
		printf ("%-16s  %-11s  %s\n", name, result, detail);
		fflush (stdout);
	}
}

static void
try_one (Probe *probe, gsize index)
{
	const char *name = attempts[index].name;
	g_autoptr (GError) error = NULL;
	g_autofree char *detail = NULL;

	if (!eas_account_data_offers (probe->data, name)) {
		report (probe, name, "not offered", "");
		return;
	}
	if (attempts[index].changes && probe->tool->read_only) {
		report (probe, name, "skipped", _ ("would change something"));
		return;
	}

	tool_progress (probe->tool, "%s…", name);
	detail = attempts[index].attempt (probe, &error);
	if (detail != NULL) {
		report (probe, name, "works", detail);
		return;
	}
	report (probe, name, "refused", error->message);
	if (probe->first_refusal == NULL)
		probe->first_refusal = g_steal_pointer (&error);
}

static const EasFolder *
choose_folder (const EasAccountData *data)
{
	const EasFolder *found = NULL;

	for (guint i = 0; i < data->folders->len; i++) {
		const EasFolder *folder = data->folders->pdata[i];

		if (folder->type == EAS_FOLDER_CALENDAR)
			return folder;
		if (found == NULL &&
		    eas_class_syncs_in (eas_class_of_folder (folder->type), data->version))
			found = folder;
	}

	return found;
}

static void
try_all (Probe *probe)
{
	g_autofree char *detail = NULL;

	detail = g_strdup_printf (_ ("version %s at %s"),
				  eas_version_to_string (probe->data->version),
				  eas_account_data_url (probe->data));
	report (probe, "OPTIONS", "works", detail);
	for (gsize i = 0; i < G_N_ELEMENTS (attempts); i++) {
		if (!g_cancellable_is_cancelled (probe->tool->cancellable))
			try_one (probe, i);
	}
}

/* Also after Ctrl-C: the probe's folder does not stay. */
static void
remove_own_folder (Probe *probe)
{
	if (probe->own == NULL)
		return;

	eas_client_run_sync (probe->client, eas_flow_folder_delete_new (probe->own->id), NULL,
			     NULL);
	g_clear_pointer (&probe->own, eas_folder_free);
}

static void
probe_clear (Probe *probe)
{
	g_clear_pointer (&probe->data, eas_account_data_free);
	g_clear_object (&probe->collection);
	g_clear_pointer (&probe->item_id, g_free);
	g_clear_pointer (&probe->own, eas_folder_free);
	g_clear_pointer (&probe->json, tool_json_free);
	g_clear_error (&probe->first_refusal);
}

static ToolExit
run_probe (Probe *probe)
{
	ToolExit code = TOOL_OK;

	probe->data = eas_client_dup_data (probe->client);
	probe->calendar = choose_folder (probe->data);
	probe->json = tool_json_new ();

	tool_json_array (probe->json, NULL);
	try_all (probe);
	remove_own_folder (probe);
	tool_json_end (probe->json);
	if (probe->tool->json)
		tool_json_print (probe->json);

	if (g_cancellable_is_cancelled (probe->tool->cancellable))
		code = TOOL_INTERRUPTED;
	else if (probe->first_refusal != NULL)
		code = tool_exit_of (probe->first_refusal);

	return code;
}

ToolExit
tool_run_probe (Tool *tool, char **arguments)
{
	Probe probe = { .tool = tool };
	g_autoptr (GError) error = NULL;
	g_autoptr (EasClient) client = NULL;
	g_autoptr (GPtrArray) folders = NULL;
	ToolExit code;

	g_free (tool->server);
	tool->server = g_strdup (arguments[0]);

	/* Whoever is no server, or refuses us, shows it here: one line, no table. */
	client = tool_connect (tool, &error);
	if (client != NULL)
		folders = tool_list_folders (tool, client, &error);
	if (folders == NULL) {
		code = tool_fail (tool, error);
	} else {
		probe.client = client;
		code = run_probe (&probe);
		probe_clear (&probe);
	}
	if (client != NULL)
		eas_client_shutdown (client);

	return code;
}
