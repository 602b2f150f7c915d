/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* GetItemEstimate. Source: [MS-ASCMD] 2.2.1.9 GetItemEstimate. */

#include "eas-cmd-estimate.h"

const EasCommand eas_cmd_estimate = {
	.name = "GetItemEstimate",
	.code = 14,
	.since = 25,
	.until = 999,
	.request_root = EAS_GETITEMESTIMATE_GET_ITEM_ESTIMATE,
	.response_root = EAS_GETITEMESTIMATE_GET_ITEM_ESTIMATE,
	.status_tag = EAS_GETITEMESTIMATE_STATUS,
	.scope = EAS_SCOPE_ESTIMATE,
	.safe_to_repeat = TRUE,
	.timeout = 90,
};

/* Without Options the count would stop at 512. */
static void
write_collection (EasWbxmlWriter *writer, const EasEstimateCollection *collection)
{
	eas_wbxml_writer_text (writer, EAS_AIRSYNC_SYNC_KEY, collection->key);
	eas_wbxml_writer_text (writer, EAS_GETITEMESTIMATE_COLLECTION_ID, collection->id);
	eas_wbxml_writer_start (writer, EAS_AIRSYNC_OPTIONS);
	if (collection->filter_type >= 0)
		eas_wbxml_writer_int (writer, EAS_AIRSYNC_FILTER_TYPE, collection->filter_type);
	eas_wbxml_writer_text (writer, EAS_AIRSYNC_CLASS, eas_class_to_string (collection->klass));
	eas_wbxml_writer_end (writer);
}

/* Up to 12.1 other elements, in another order. */
static void
write_old_collection (EasWbxmlWriter *writer, const EasEstimateCollection *collection)
{
	eas_wbxml_writer_text (writer, EAS_GETITEMESTIMATE_CLASS,
			       eas_class_to_string (collection->klass));
	eas_wbxml_writer_text (writer, EAS_GETITEMESTIMATE_COLLECTION_ID, collection->id);
	eas_wbxml_writer_int (writer, EAS_AIRSYNC_FILTER_TYPE, MAX (collection->filter_type, 0));
	eas_wbxml_writer_text (writer, EAS_AIRSYNC_SYNC_KEY, collection->key);
}

/**
 * eas_cmd_estimate_build:
 * @collections: (array length=n_collections): at least one
 * @n_collections: how many
 * @version: negotiated version; decides the elements and their order
 *
 * Source: [MS-ASCMD] 2.2.1.9 GetItemEstimate.
 *
 * Returns: (transfer full): the document
 */
GBytes *
eas_cmd_estimate_build (const EasEstimateCollection *collections,
			guint n_collections,
			EasVersion version)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();
	guint ii;

	eas_wbxml_writer_start (writer, EAS_GETITEMESTIMATE_GET_ITEM_ESTIMATE);
	eas_wbxml_writer_start (writer, EAS_GETITEMESTIMATE_COLLECTIONS);
	for (ii = 0; ii < n_collections; ii++) {
		eas_wbxml_writer_start (writer, EAS_GETITEMESTIMATE_COLLECTION);
		if (version >= EAS_VERSION_14_0)
			write_collection (writer, &collections[ii]);
		else
			write_old_collection (writer, &collections[ii]);
		eas_wbxml_writer_end (writer);
	}
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

static void
estimate_free (EasEstimate *estimate)
{
	g_free (estimate->id);
	g_free (estimate);
}

void
eas_estimate_response_clear (EasEstimateResponse *response)
{
	g_clear_pointer (&response->estimates, g_ptr_array_unref);
	memset (response, 0, sizeof (*response));
}

static void
read_collection (EasWbxmlReader *reader, EasEstimate *estimate)
{
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		if (tag == EAS_GETITEMESTIMATE_COLLECTION_ID)
			eas_wbxml_reader_text (reader, &estimate->id);
		else if (tag == EAS_GETITEMESTIMATE_ESTIMATE)
			estimate->estimate = eas_wbxml_reader_uint (reader);
	}
}

static EasEstimate *
read_estimate (EasWbxmlReader *reader)
{
	EasEstimate *estimate = g_new0 (EasEstimate, 1);
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	estimate->status = 1;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		if (tag == EAS_GETITEMESTIMATE_COLLECTION)
			read_collection (reader, estimate);
		else if (eas_command_is_status (tag))
			estimate->status = eas_wbxml_reader_uint (reader);
	}

	return estimate;
}

/**
 * eas_cmd_estimate_parse:
 * @body: the response body
 * @out: (out caller-allocates): cleared with eas_estimate_response_clear()
 * @error: return location
 *
 * Reads GetItemEstimate: Status, or one Response for each collection, with its
 * Status and Collection. Status values are data here.
 *
 * Errors: %EAS_ERROR_PROTOCOL when the document is malformed. @out is untouched
 * on failure.
 *
 * Returns: %TRUE on success
 */
gboolean
eas_cmd_estimate_parse (GBytes *body, EasEstimateResponse *out, GError **error)
{
	g_auto (EasEstimateResponse) response = { .status = 1 };
	g_auto (EasWbxmlReader) reader = { 0 };
	guint level;
	EasTag tag;

	if (!eas_command_open (&eas_cmd_estimate, body, &reader, &level, error))
		return FALSE;

	response.estimates = g_ptr_array_new_with_free_func ((GDestroyNotify) estimate_free);

	while (eas_wbxml_reader_next (&reader, level, &tag)) {
		if (tag == EAS_GETITEMESTIMATE_RESPONSE)
			g_ptr_array_add (response.estimates, read_estimate (&reader));
		else if (eas_command_is_status (tag))
			response.status = eas_wbxml_reader_uint (&reader);
	}

	if (!eas_command_finish (&eas_cmd_estimate, &reader, error))
		return FALSE;

	*out = response;
	memset (&response, 0, sizeof (response));

	return TRUE;
}
