/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* MoveItems. Source: [MS-ASCMD] 2.2.1.12 MoveItems. */

#include "eas-cmd-move.h"

/* Globally only the common statuses: 1 of EAS_SCOPE_MOVE means an item, and is an error. */
const EasCommand eas_cmd_move = {
	.name = "MoveItems",
	.code = 13,
	.since = 25,
	.until = 999,
	.request_root = EAS_MOVE_MOVE_ITEMS,
	.response_root = EAS_MOVE_MOVE_ITEMS,
	.status_tag = EAS_MOVE_STATUS,
	.scope = EAS_SCOPE_COMMON,
	.timeout = 120,
};

#define STATUS_NO_SOURCE 1

GBytes *
eas_cmd_move_build (const EasMove *moves, guint n_moves)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();
	guint ii;

	eas_wbxml_writer_start (writer, EAS_MOVE_MOVE_ITEMS);
	for (ii = 0; ii < n_moves; ii++) {
		eas_wbxml_writer_start (writer, EAS_MOVE_MOVE);
		eas_wbxml_writer_text (writer, EAS_MOVE_SRC_MSG_ID, moves[ii].item_id);
		eas_wbxml_writer_text (writer, EAS_MOVE_SRC_FLD_ID, moves[ii].source_id);
		eas_wbxml_writer_text (writer, EAS_MOVE_DST_FLD_ID, moves[ii].target_id);
		eas_wbxml_writer_end (writer);
	}
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

static void
move_result_free (EasMoveResult *result)
{
	g_free (result->item_id);
	g_free (result->new_id);
	g_free (result);
}

void
eas_move_response_clear (EasMoveResponse *response)
{
	g_clear_pointer (&response->results, g_ptr_array_unref);
	memset (response, 0, sizeof (*response));
}

static EasMoveResult *
read_result (EasWbxmlReader *reader)
{
	EasMoveResult *result = g_new0 (EasMoveResult, 1);
	guint level = eas_wbxml_reader_enter (reader);
	gboolean has_status = FALSE;
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		if (tag == EAS_MOVE_SRC_MSG_ID) {
			eas_wbxml_reader_text (reader, &result->item_id);
		} else if (tag == EAS_MOVE_DST_MSG_ID) {
			eas_wbxml_reader_text (reader, &result->new_id);
		} else if (eas_command_is_status (tag)) {
			result->status = eas_wbxml_reader_uint (reader);
			has_status = TRUE;
		}
	}

	if (result->new_id != NULL && *result->new_id == '\0')
		g_clear_pointer (&result->new_id, g_free);
	if (!has_status)
		result->status = result->new_id != NULL ? EAS_MOVE_SUCCESS : STATUS_NO_SOURCE;
	if (result->new_id == NULL)
		result->new_id = g_strdup (result->item_id);

	return result;
}

/**
 * eas_cmd_move_parse:
 * @body: the response body
 * @out: (out caller-allocates): cleared with eas_move_response_clear()
 * @error: return location
 *
 * Reads MoveItems: one Response for each Move, with SrcMsgId, Status, DstMsgId; or
 * a Status for all. Status values are data here.
 *
 * Errors: %EAS_ERROR_PROTOCOL when the document is malformed. @out is untouched
 * on failure.
 *
 * Returns: %TRUE on success
 */
gboolean
eas_cmd_move_parse (GBytes *body, EasMoveResponse *out, GError **error)
{
	g_auto (EasMoveResponse) response = { .status = 1 };
	g_auto (EasWbxmlReader) reader = { 0 };
	guint level;
	EasTag tag;

	if (!eas_command_open (&eas_cmd_move, body, &reader, &level, error))
		return FALSE;

	response.results = g_ptr_array_new_with_free_func ((GDestroyNotify) move_result_free);

	while (eas_wbxml_reader_next (&reader, level, &tag)) {
		if (tag == EAS_MOVE_RESPONSE)
			g_ptr_array_add (response.results, read_result (&reader));
		else if (eas_command_is_status (tag))
			response.status = eas_wbxml_reader_uint (&reader);
	}

	if (!eas_command_finish (&eas_cmd_move, &reader, error))
		return FALSE;

	*out = response;
	memset (&response, 0, sizeof (response));

	return TRUE;
}
