/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The envelope all commands share: opening an answer, its global Status, the list of commands. */

#include "eas-command.h"

#include "eas-cmd-estimate.h"
#include "eas-cmd-fetch.h"
#include "eas-cmd-folder.h"
#include "eas-cmd-move.h"
#include "eas-cmd-ping.h"
#include "eas-cmd-provision.h"
#include "eas-cmd-settings.h"
#include "eas-cmd-sync.h"

#include <glib/gi18n-lib.h>

/* In the order in which an account uses them: probe prints them so. */
static const EasCommand *const commands[] = {
	&eas_cmd_provision,     &eas_cmd_settings,      &eas_cmd_folder_sync,
	&eas_cmd_folder_create, &eas_cmd_folder_update, &eas_cmd_folder_delete,
	&eas_cmd_sync,          &eas_cmd_estimate,      &eas_cmd_item_operations,
	&eas_cmd_move,          &eas_cmd_ping,          NULL
};

const EasCommand *const *
eas_commands (void)
{
	return commands;
}

const EasCommand *
eas_command_by_name (const char *name)
{
	guint ii;

	for (ii = 0; commands[ii] != NULL; ii++) {
		if (g_strcmp0 (commands[ii]->name, name) == 0)
			return commands[ii];
	}

	return NULL;
}

EasRequest *
eas_request_new (const EasCommand *command, GBytes *take_body)
{
	EasRequest *request;

	g_return_val_if_fail (command != NULL, NULL);

	request = g_new0 (EasRequest, 1);
	request->command = command;
	request->body = take_body;

	return request;
}

void
eas_request_free (EasRequest *request)
{
	if (request == NULL)
		return;

	g_clear_pointer (&request->body, g_bytes_unref);
	g_free (request->parameters);
	g_free (request);
}

gboolean
eas_command_is_status (EasTag tag)
{
	return g_strcmp0 (eas_tag_get_name (tag), "Status") == 0;
}

/**
 * eas_command_open:
 * @command: the command that was asked
 * @body: (nullable): its answer
 * @reader: (out caller-allocates): to be cleared by the caller, also after a failure
 * @out_level: (out): for eas_wbxml_reader_next()
 * @error: return location
 *
 * Stands inside the root of @body, which must be the command's. The reader keeps
 * a reference to @body.
 *
 * Errors: %EAS_ERROR_PROTOCOL when @body is empty, no WBXML or something else.
 *
 * Returns: %TRUE on success
 */
gboolean
eas_command_open (const EasCommand *command,
		  GBytes *body,
		  EasWbxmlReader *reader,
		  guint *out_level,
		  GError **error)
{
	EasTag root;

	memset (reader, 0, sizeof (*reader));

	if (body == NULL || g_bytes_get_size (body) == 0) {
		eas_set_error (error, EAS_ERROR_PROTOCOL, command->name, 0, 0, "%s",
			       _ ("The server sent an empty answer"));
		return FALSE;
	}

	eas_wbxml_reader_init (reader, body);

	if (!eas_wbxml_reader_root (reader, &root)) {
		eas_command_finish (command, reader, error);
		return FALSE;
	}

	if (root != command->response_root) {
		eas_set_error (error, EAS_ERROR_PROTOCOL, command->name, 0, 0,
			       _ ("The server answered something else than what it was asked (%s)"),
			       eas_tag_is_known (root) ? eas_tag_get_name (root) : "?");
		return FALSE;
	}

	*out_level = eas_wbxml_reader_enter (reader);

	return TRUE;
}

gboolean
eas_command_finish (const EasCommand *command, EasWbxmlReader *reader, GError **error)
{
	g_autoptr (GError) local_error = NULL;

	if (eas_wbxml_reader_finish (reader, &local_error))
		return TRUE;

	eas_set_error (error, EAS_ERROR_PROTOCOL, command->name, 0, 0,
		       _ ("The answer of the server is damaged (%s)"), local_error->message);
	return FALSE;
}

gboolean
eas_command_peek_status (const EasCommand *command, GBytes *body, guint *out_status, GError **error)
{
	g_auto (EasWbxmlReader) reader = { 0 };
	guint level;
	EasTag tag;

	if (command->empty_ok && (body == NULL || g_bytes_get_size (body) == 0)) {
		*out_status = 1;
		return TRUE;
	}

	if (!eas_command_open (command, body, &reader, &level, error))
		return FALSE;

	while (eas_wbxml_reader_next (&reader, level, &tag)) {
		guint status;

		if (tag != command->status_tag && !eas_command_is_status (tag))
			continue;

		status = eas_wbxml_reader_uint (&reader);
		if (eas_wbxml_reader_failed (&reader))
			break;

		*out_status = status;
		return TRUE;
	}

	if (!eas_command_finish (command, &reader, error))
		return FALSE;

	*out_status = 1;
	return TRUE;
}
