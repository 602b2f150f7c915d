/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Written with the writer of the engine, read by the parsers under test. */

#include <stdarg.h>

#include "eas-cmd-provision.h"
#include "eas-wbxml-reader.h"
#include "eas-wbxml-writer.h"

#include "eas-test-answers.h"

GBytes *
eas_test_answer_status (const EasCommand *command, guint status)
{
	EasWbxmlWriter *writer = eas_wbxml_writer_new ();
	GBytes *bytes;

	eas_wbxml_writer_start (writer, command->response_root);
	eas_wbxml_writer_uint (writer, command->status_tag, status);
	eas_wbxml_writer_end (writer);
	bytes = eas_wbxml_writer_finish (writer);
	eas_wbxml_writer_free (writer);

	return bytes;
}

GBytes *
eas_test_answer_policy (guint status, guint policy_status, guint32 key, gboolean document)
{
	EasWbxmlWriter *writer = eas_wbxml_writer_new ();
	GBytes *bytes;

	eas_wbxml_writer_start (writer, EAS_PROVISION_PROVISION);
	eas_wbxml_writer_uint (writer, EAS_PROVISION_STATUS, status);
	eas_wbxml_writer_start (writer, EAS_PROVISION_POLICIES);
	eas_wbxml_writer_start (writer, EAS_PROVISION_POLICY);
	eas_wbxml_writer_text (writer, EAS_PROVISION_POLICY_TYPE, EAS_POLICY_TYPE_WBXML);
	eas_wbxml_writer_uint (writer, EAS_PROVISION_STATUS, policy_status);
	if (key != 0)
		eas_wbxml_writer_uint (writer, EAS_PROVISION_POLICY_KEY, key);
	if (document) {
		eas_wbxml_writer_start (writer, EAS_PROVISION_DATA);
		eas_wbxml_writer_start (writer, EAS_PROVISION_EAS_PROVISION_DOC);
		eas_wbxml_writer_uint (writer, EAS_PROVISION_MAX_CALENDAR_AGE_FILTER, 6);
		eas_wbxml_writer_end (writer);
		eas_wbxml_writer_end (writer);
	}
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_end (writer);
	bytes = eas_wbxml_writer_finish (writer);
	eas_wbxml_writer_free (writer);

	return bytes;
}

GBytes *
eas_test_answer_wipe (void)
{
	EasWbxmlWriter *writer = eas_wbxml_writer_new ();
	GBytes *bytes;

	eas_wbxml_writer_start (writer, EAS_PROVISION_PROVISION);
	eas_wbxml_writer_uint (writer, EAS_PROVISION_STATUS, 1);
	eas_wbxml_writer_empty (writer, EAS_PROVISION_REMOTE_WIPE);
	eas_wbxml_writer_end (writer);
	bytes = eas_wbxml_writer_finish (writer);
	eas_wbxml_writer_free (writer);

	return bytes;
}

static void
write_adds (EasWbxmlWriter *writer, const char *id, guint n)
{
	eas_wbxml_writer_start (writer, EAS_AIRSYNC_COMMANDS);
	for (guint ii = 1; ii <= n; ii++) {
		g_autofree char *server_id = g_strdup_printf ("%s:%u", id, ii);

		eas_wbxml_writer_start (writer, EAS_AIRSYNC_ADD);
		eas_wbxml_writer_text (writer, EAS_AIRSYNC_SERVER_ID, server_id);
		eas_wbxml_writer_start (writer, EAS_AIRSYNC_APPLICATION_DATA);
		eas_wbxml_writer_text (writer, EAS_CALENDAR_SUBJECT, server_id);
		eas_wbxml_writer_end (writer);
		eas_wbxml_writer_end (writer);
	}
	eas_wbxml_writer_end (writer);
}

static void
write_collection (EasWbxmlWriter *writer, const char *id, const char *key, guint n_adds)
{
	gboolean failed = *key == '!', more = *key == '+';

	eas_wbxml_writer_start (writer, EAS_AIRSYNC_COLLECTION);
	if (!failed && *key != '\0')
		eas_wbxml_writer_text (writer, EAS_AIRSYNC_SYNC_KEY, more ? key + 1 : key);
	eas_wbxml_writer_text (writer, EAS_AIRSYNC_COLLECTION_ID, id);
	eas_wbxml_writer_text (writer, EAS_AIRSYNC_STATUS, failed ? key + 1 : "1");
	if (more)
		eas_wbxml_writer_empty (writer, EAS_AIRSYNC_MORE_AVAILABLE);
	if (n_adds > 0)
		write_adds (writer, id, n_adds);
	eas_wbxml_writer_end (writer);
}

GBytes *
eas_test_answer_sync (const char *id, ...)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();
	va_list arguments;

	eas_wbxml_writer_start (writer, EAS_AIRSYNC_SYNC);
	eas_wbxml_writer_start (writer, EAS_AIRSYNC_COLLECTIONS);
	va_start (arguments, id);
	while (id != NULL) {
		const char *key = va_arg (arguments, const char *);
		guint n_adds = va_arg (arguments, guint);

		write_collection (writer, id, key, n_adds);
		id = va_arg (arguments, const char *);
	}
	va_end (arguments);
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

static char *
next_key (const char *key)
{
	return g_strdup_printf ("%" G_GINT64_FORMAT, g_ascii_strtoll (key, NULL, 10) + 1);
}

/* The Collection that is the reader's current element. */
static void
answer_collection (EasWbxmlReader *reader, EasWbxmlWriter *writer, guint n_adds)
{
	guint level = eas_wbxml_reader_enter (reader);
	g_autofree char *id = NULL;
	g_autofree char *key = NULL;
	g_autofree char *next = NULL;
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		if (tag == EAS_AIRSYNC_COLLECTION_ID)
			eas_wbxml_reader_text (reader, &id);
		else if (tag == EAS_AIRSYNC_SYNC_KEY)
			eas_wbxml_reader_text (reader, &key);
	}
	next = next_key (key);
	write_collection (writer, id, next, g_strcmp0 (key, "0") == 0 ? 0 : n_adds);
}

GBytes *
eas_test_answer_sync_all (GBytes *request, guint n_adds)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();
	g_auto (EasWbxmlReader) reader = { 0 };
	guint level, inner;
	EasTag tag;

	eas_wbxml_writer_start (writer, EAS_AIRSYNC_SYNC);
	eas_wbxml_writer_start (writer, EAS_AIRSYNC_COLLECTIONS);
	eas_wbxml_reader_init (&reader, request);
	g_assert_true (eas_wbxml_reader_root (&reader, &tag));
	level = eas_wbxml_reader_enter (&reader);
	while (eas_wbxml_reader_next (&reader, level, &tag)) {
		if (tag != EAS_AIRSYNC_COLLECTIONS)
			continue;
		inner = eas_wbxml_reader_enter (&reader);
		while (eas_wbxml_reader_next (&reader, inner, &tag))
			answer_collection (&reader, writer, n_adds);
	}
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

static void
write_folder (EasWbxmlWriter *writer, guint number)
{
	g_autofree char *id = g_strdup_printf ("%u", number);
	g_autofree char *name = g_strdup_printf ("Calendar %u", number);

	eas_wbxml_writer_start (writer, EAS_FOLDERHIERARCHY_ADD);
	eas_wbxml_writer_text (writer, EAS_FOLDERHIERARCHY_SERVER_ID, id);
	eas_wbxml_writer_text (writer, EAS_FOLDERHIERARCHY_PARENT_ID, "0");
	eas_wbxml_writer_text (writer, EAS_FOLDERHIERARCHY_DISPLAY_NAME, name);
	eas_wbxml_writer_uint (writer, EAS_FOLDERHIERARCHY_TYPE, EAS_FOLDER_USER_CALENDAR);
	eas_wbxml_writer_end (writer);
}

GBytes *
eas_test_answer_folders (
	guint status, const char *key, guint first, guint last, const char *deleted)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_start (writer, EAS_FOLDERHIERARCHY_FOLDER_SYNC);
	eas_wbxml_writer_uint (writer, EAS_FOLDERHIERARCHY_STATUS, status);
	if (key != NULL) {
		eas_wbxml_writer_text (writer, EAS_FOLDERHIERARCHY_SYNC_KEY, key);
		eas_wbxml_writer_start (writer, EAS_FOLDERHIERARCHY_CHANGES);
		for (guint ii = first; ii <= last; ii++)
			write_folder (writer, ii);
		if (deleted != NULL) {
			eas_wbxml_writer_start (writer, EAS_FOLDERHIERARCHY_DELETE);
			eas_wbxml_writer_text (writer, EAS_FOLDERHIERARCHY_SERVER_ID, deleted);
			eas_wbxml_writer_end (writer);
		}
		eas_wbxml_writer_end (writer);
	}
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

GBytes *
eas_test_answer_folder_change (const EasCommand *command,
			       guint status,
			       const char *key,
			       const char *id)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_start (writer, command->response_root);
	eas_wbxml_writer_uint (writer, EAS_FOLDERHIERARCHY_STATUS, status);
	if (key != NULL)
		eas_wbxml_writer_text (writer, EAS_FOLDERHIERARCHY_SYNC_KEY, key);
	if (id != NULL)
		eas_wbxml_writer_text (writer, EAS_FOLDERHIERARCHY_SERVER_ID, id);
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

GBytes *
eas_test_answer_ping (guint status, EasTag limit_tag, guint limit, const char *ids)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();
	g_auto (GStrv) list = g_strsplit (ids != NULL ? ids : "", ",", -1);

	eas_wbxml_writer_start (writer, EAS_PING_PING);
	eas_wbxml_writer_uint (writer, EAS_PING_STATUS, status);
	if (ids != NULL) {
		eas_wbxml_writer_start (writer, EAS_PING_FOLDERS);
		for (guint ii = 0; list[ii] != NULL; ii++)
			eas_wbxml_writer_text (writer, EAS_PING_FOLDER, list[ii]);
		eas_wbxml_writer_end (writer);
	}
	if (limit_tag != EAS_TAG_NONE)
		eas_wbxml_writer_uint (writer, limit_tag, limit);
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}
