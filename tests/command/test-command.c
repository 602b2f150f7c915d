/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eas-command.c */

#include "command-test.h"

#include "eas-cmd-estimate.h"
#include "eas-cmd-fetch.h"
#include "eas-cmd-folder.h"
#include "eas-cmd-move.h"
#include "eas-cmd-ping.h"
#include "eas-cmd-provision.h"
#include "eas-cmd-settings.h"
#include "eas-cmd-sync.h"

/* The command codes of the base64 query, [MS-ASHTTP] Command Codes. */
static const struct {
	const char *name;
	guint8 code;
} codes[] = {
	/* clang-format off */
	{ "Sync", 0 },              { "FolderSync", 9 },       { "FolderCreate", 10 },
	{ "FolderDelete", 11 },     { "FolderUpdate", 12 },    { "MoveItems", 13 },
	{ "GetItemEstimate", 14 },  { "Settings", 17 },        { "Ping", 18 },
	{ "ItemOperations", 19 },   { "Provision", 20 },
	/* clang-format on */
};

static void
test_table (void)
{
	const EasCommand *const *commands = eas_commands ();
	guint ii, n_commands = 0;

	for (ii = 0; commands[ii] != NULL; ii++) {
		const EasCommand *command = commands[ii];

		n_commands++;
		g_assert_true (eas_command_by_name (command->name) == command);
		g_assert_cmpuint (command->since, <=, EAS_VERSION_12_0);
		g_assert_cmpuint (command->until, >=, EAS_VERSION_16_1);
		g_assert_cmpuint (command->timeout, >=, 60);
		g_assert_cmpstr (eas_tag_get_name (command->request_root), ==, command->name);
		g_assert_true (command->response_root == command->request_root);
		g_assert_cmpstr (eas_tag_get_name (command->status_tag), ==, "Status");
		g_assert_true (eas_status_ok (command->scope, 1));
	}

	g_assert_cmpuint (n_commands, ==, G_N_ELEMENTS (codes));
	for (ii = 0; ii < G_N_ELEMENTS (codes); ii++)
		g_assert_cmpuint (eas_command_by_name (codes[ii].name)->code, ==, codes[ii].code);

	g_assert_null (eas_command_by_name ("Autodiscover"));
	g_assert_null (eas_command_by_name (NULL));
}

/* What changes the server is not sent again blindly; a key makes FolderSync safe. */
static void
test_repeating (void)
{
	g_assert_false (eas_cmd_sync.safe_to_repeat);
	g_assert_false (eas_cmd_move.safe_to_repeat);
	g_assert_false (eas_cmd_folder_create.safe_to_repeat);
	g_assert_false (eas_cmd_folder_update.safe_to_repeat);
	g_assert_false (eas_cmd_folder_delete.safe_to_repeat);
	g_assert_true (eas_cmd_folder_sync.safe_to_repeat);
	g_assert_true (eas_cmd_ping.safe_to_repeat);
}

static void
test_request (void)
{
	GBytes *body = g_bytes_new_static ("x", 1);
	g_autoptr (EasRequest) request = eas_request_new (&eas_cmd_sync, body);

	g_assert_true (request->command == &eas_cmd_sync);
	g_assert_true (request->body == body);
	g_assert_null (request->parameters);
	g_assert_false (request->accept_multipart);
}

static guint
peek (const EasCommand *command, GBytes *body)
{
	g_autoptr (GError) error = NULL;
	guint status = G_MAXUINT;

	g_assert_true (eas_command_peek_status (command, body, &status, &error));
	g_assert_no_error (error);

	return status;
}

static const struct {
	const char *golden;
	const EasCommand *command;
	guint status;
} peeks[] = {
	{ "sync-rsp-status", &eas_cmd_sync, 14 },
	{ "sync-rsp-initial", &eas_cmd_sync, 1 },
	{ "ping-rsp-changes", &eas_cmd_ping, 2 },
	{ "ping-rsp-maxfolders", &eas_cmd_ping, 6 },
	{ "folderdelete-rsp", &eas_cmd_folder_delete, 4 },
	{ "foldersync-rsp", &eas_cmd_folder_sync, 1 },
	{ "provision-rsp-1", &eas_cmd_provision, 1 },
	{ "moveitems-rsp", &eas_cmd_move, 1 }, /* the 3 inside is an item's */
	{ "itemoperations-rsp", &eas_cmd_item_operations, 1 },
};

static void
test_peek_status (void)
{
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (peeks); ii++) {
		g_autoptr (GBytes) body = command_test_golden (peeks[ii].golden);
		g_autoptr (GBytes) reversed = command_test_reverse (body);
		g_autoptr (GBytes) unknown = command_test_add_unknown (body);

		g_assert_cmpuint (peek (peeks[ii].command, body), ==, peeks[ii].status);
		g_assert_cmpuint (peek (peeks[ii].command, reversed), ==, peeks[ii].status);
		g_assert_cmpuint (peek (peeks[ii].command, unknown), ==, peeks[ii].status);
	}
}

/* Pitfall 55: Status in a foreign namespace. */
static void
test_peek_foreign_status (void)
{
	g_autoptr (GBytes) body = command_test_golden ("folderdelete-rsp");
	g_autoptr (GBytes) foreign = NULL;

	foreign = command_test_rename (body, EAS_FOLDERHIERARCHY_STATUS, EAS_AIRSYNC_STATUS);

	g_assert_cmpuint (peek (&eas_cmd_folder_delete, foreign), ==, 4);
}

static void
test_peek_missing_status (void)
{
	g_autoptr (GBytes) body = command_test_golden ("foldersync-rsp");
	g_autoptr (GBytes) silent = command_test_drop (body, EAS_FOLDERHIERARCHY_STATUS);

	g_assert_cmpuint (peek (&eas_cmd_folder_sync, silent), ==, 1);
}

/* Pitfall 5: an empty answer is one where the command says so. */
static void
test_peek_empty (void)
{
	g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
	g_autoptr (GError) error = NULL;
	guint status = 7;

	g_assert_cmpuint (peek (&eas_cmd_sync, empty), ==, 1);
	g_assert_cmpuint (peek (&eas_cmd_sync, NULL), ==, 1);
	g_assert_cmpuint (peek (&eas_cmd_ping, empty), ==, 1);

	g_assert_false (eas_command_peek_status (&eas_cmd_folder_sync, empty, &status, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_PROTOCOL);
	g_assert_cmpstr (eas_error_get_command (error), ==, "FolderSync");
	g_assert_cmpuint (status, ==, 7);
}

/* Only what lies behind the status goes unseen. */
static void
test_peek_damaged (void)
{
	g_autoptr (GBytes) body = command_test_golden ("foldersync-rsp");
	gsize ii, n_read = 0;

	for (ii = 0; ii < g_bytes_get_size (body); ii++) {
		g_autoptr (GBytes) cut = eas_test_cut (body, ii);
		g_autoptr (GError) error = NULL;
		guint status;

		if (eas_command_peek_status (&eas_cmd_folder_sync, cut, &status, &error)) {
			g_assert_cmpuint (status, ==, 1);
			n_read++;
		} else {
			g_assert_error (error, EAS_ERROR, EAS_ERROR_PROTOCOL);
		}
	}

	/* The status comes first in this document: it is found in most of its beginnings. */
	g_assert_cmpuint (n_read, >, g_bytes_get_size (body) / 2);
	g_assert_cmpuint (n_read, <, g_bytes_get_size (body) - 10);
}

static void
test_open (void)
{
	g_autoptr (GBytes) sync = command_test_golden ("sync-rsp-initial");
	g_auto (EasWbxmlReader) right = { 0 };
	g_auto (EasWbxmlReader) wrong = { 0 };
	g_autoptr (GError) error = NULL;
	guint level;
	EasTag tag;

	g_assert_true (eas_command_open (&eas_cmd_sync, sync, &right, &level, &error));
	g_assert_no_error (error);
	g_assert_true (eas_wbxml_reader_next (&right, level, &tag));
	g_assert_cmpuint (tag, ==, EAS_AIRSYNC_COLLECTIONS);
	g_assert_false (eas_wbxml_reader_next (&right, level, &tag));
	g_assert_true (eas_command_finish (&eas_cmd_sync, &right, &error));

	g_assert_false (eas_command_open (&eas_cmd_ping, sync, &wrong, &level, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_PROTOCOL);
}

/* The place of the damage is in the message: an administrator needs it. */
static void
test_damage_is_located (void)
{
	g_autoptr (GBytes) body = command_test_golden ("foldersync-rsp");
	g_autoptr (GBytes) cut = eas_test_cut (body, g_bytes_get_size (body) - 5);
	g_auto (EasFolderSyncResponse) response = { 0 };
	g_autoptr (GError) error = NULL;

	g_assert_false (eas_cmd_folder_sync_parse (cut, &response, &error));
	g_assert_nonnull (strstr (error->message, "FolderSync"));
	g_assert_null (response.added);
}

#define PARSER(name, Type, call)                                                                   \
	static gboolean parse_##name (GBytes *body, GError **error)                                \
	{                                                                                          \
		g_auto (Type) response = { 0 };                                                    \
		return call;                                                                       \
	}

/* clang-format off */
PARSER (sync, EasSyncResponse, eas_cmd_sync_parse (body, &response, error))
PARSER (folder_sync, EasFolderSyncResponse, eas_cmd_folder_sync_parse (body, &response, error))
PARSER (folder_create, EasFolderChangeResponse, eas_cmd_folder_create_parse (body, &response, error))
PARSER (folder_update, EasFolderChangeResponse, eas_cmd_folder_update_parse (body, &response, error))
PARSER (folder_delete, EasFolderChangeResponse, eas_cmd_folder_delete_parse (body, &response, error))
PARSER (ping, EasPingResponse, eas_cmd_ping_parse (body, &response, error))
PARSER (provision, EasProvisionResponse, eas_cmd_provision_parse (body, &response, error))
PARSER (settings, EasSettingsResponse, eas_cmd_settings_parse (body, &response, error))
PARSER (estimate, EasEstimateResponse, eas_cmd_estimate_parse (body, &response, error))
PARSER (move, EasMoveResponse, eas_cmd_move_parse (body, &response, error))
PARSER (fetch, EasItemOperationsResponse, eas_cmd_item_operations_parse (body, FALSE, &response, error))

static const struct {
	const EasCommand *command;
	CommandTestParse parse;
} parsers[] = {
	{ &eas_cmd_sync,            parse_sync          },
	{ &eas_cmd_folder_sync,     parse_folder_sync   },
	{ &eas_cmd_folder_create,   parse_folder_create },
	{ &eas_cmd_folder_update,   parse_folder_update },
	{ &eas_cmd_folder_delete,   parse_folder_delete },
	{ &eas_cmd_ping,            parse_ping          },
	{ &eas_cmd_provision,       parse_provision     },
	{ &eas_cmd_settings,        parse_settings      },
	{ &eas_cmd_estimate,        parse_estimate      },
	{ &eas_cmd_move,            parse_move          },
	{ &eas_cmd_item_operations, parse_fetch         },
};
/* clang-format on */

static void
read_golden_answer (const char *name, guint parser)
{
	const EasCommand *command = parsers[parser].command;
	g_autoptr (GBytes) body = command_test_golden (name);
	g_autoptr (GBytes) reversed = command_test_reverse (body);
	g_autoptr (GBytes) unknown = command_test_add_unknown (body);
	GBytes *bodies[] = { body, reversed, unknown };
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (bodies); ii++) {
		g_autoptr (GError) error = NULL;

		g_assert_true (parsers[parser].parse (bodies[ii], &error));
		g_assert_no_error (error);
	}

	/* Behind the root anything may follow: such a vector has complete beginnings. */
	if (!g_str_has_prefix (name, "raw-trailing"))
		command_test_hostile (body, parsers[parser].parse, command->empty_ok);
}

/* A row of INDEX.tsv: name, command, kind, use, note. */
static void
check_golden_row (char **columns, gpointer user_data)
{
	guint *n_answers = user_data;
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (parsers); ii++) {
		g_autoptr (GBytes) body = NULL;
		g_autoptr (GError) error = NULL;

		if (g_str_equal (columns[3], "refuse") && !g_str_equal (columns[0], "bad-utf8")) {
			body = command_test_golden (columns[0]);
			if (g_bytes_get_size (body) == 0 && parsers[ii].command->empty_ok)
				continue;
			g_assert_false (parsers[ii].parse (body, &error));
			g_assert_error (error, EAS_ERROR, EAS_ERROR_PROTOCOL);
		} else if (g_str_equal (columns[2], "response") &&
			   g_str_equal (columns[1], parsers[ii].command->name)) {
			g_test_message ("%s", columns[0]);
			read_golden_answer (columns[0], ii);
			(*n_answers)++;
		}
	}
}

/* Every golden answer of our commands is read, and no malformed vector by anybody. */
static void
test_every_golden_answer (void)
{
	guint n_commands = 0, n_answers = 0;

	while (eas_commands ()[n_commands] != NULL)
		n_commands++;
	g_assert_cmpuint (n_commands, ==, G_N_ELEMENTS (parsers));

	eas_test_each_row ("golden/INDEX.tsv", 5, check_golden_row, &n_answers);
	g_assert_cmpuint (n_answers, >=, 36);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/command/table", test_table);
	g_test_add_func ("/command/repeating", test_repeating);
	g_test_add_func ("/command/request", test_request);
	g_test_add_func ("/command/peek-status", test_peek_status);
	g_test_add_func ("/command/peek-foreign-status-55", test_peek_foreign_status);
	g_test_add_func ("/command/peek-missing-status", test_peek_missing_status);
	g_test_add_func ("/command/peek-empty-5", test_peek_empty);
	g_test_add_func ("/command/peek-damaged", test_peek_damaged);
	g_test_add_func ("/command/open", test_open);
	g_test_add_func ("/command/damage-is-located", test_damage_is_located);

	g_test_add_func ("/command/every-golden-answer", test_every_golden_answer);

	return g_test_run ();
}
