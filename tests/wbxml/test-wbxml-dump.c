/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The dump: shape, and above all what it must not show. */

#include <string.h>

#include "eas-test.h"
#include "eas-wbxml-dump.h"
#include "eas-wbxml-reader.h"
#include "eas-wbxml-writer.h"

#define CANARY "canary"

/* One document with a value of each secrecy, opaque data and a stranger. */
static GBytes *
make_document (void)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_start (writer, EAS_AIRSYNC_SYNC);
	eas_wbxml_writer_text (writer, EAS_AIRSYNC_SYNC_KEY, "key \"7\"\r\n");
	eas_wbxml_writer_empty (writer, EAS_AIRSYNC_MORE_AVAILABLE);
	eas_wbxml_writer_start (writer, EAS_AIRSYNC_APPLICATION_DATA);
	eas_wbxml_writer_text (writer, EAS_EMAIL_SUBJECT, CANARY);
	eas_wbxml_writer_text (writer, EAS_EMAIL_FROM, CANARY);
	eas_wbxml_writer_start (writer, EAS_EMAIL2_CONVERSATION_ID);
	eas_wbxml_writer_raw_opaque (writer, (const guint8 *) CANARY, strlen (CANARY));
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_text (writer, EAS_TAG_MAKE (31, 5), CANARY);
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_text (writer, EAS_PROVISION_POLICY_KEY, CANARY);
	eas_wbxml_writer_start (writer, EAS_SETTINGS_PASSWORD);
	eas_wbxml_writer_text (writer, EAS_AIRSYNC_STATUS,
			       CANARY); /* open by itself, but inside a secret */
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_text (writer, EAS_AIRSYNC_STATUS, "1");
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

static void
test_redacted (void)
{
	g_autoptr (GBytes) document = make_document ();
	g_autofree char *text = eas_wbxml_dump (document, EAS_WBXML_DUMP_REDACTED);
	g_autoptr (GBytes) canary = g_bytes_new_static (CANARY, strlen (CANARY));
	g_autofree char *expected = NULL;

	expected = g_strdup_printf ("AirSync:Sync\n"
				    "  SyncKey \"key \\\"7\\\"\\u000d\\u000a\"\n"
				    "  MoreAvailable\n"
				    "  ApplicationData\n"
				    "    Email:Subject (6 bytes)\n"
				    "    From (6 bytes)\n"
				    "    Email2:ConversationId (opaque, 6 bytes, %08x)\n"
				    "    31:0x05 (6 bytes)\n"
				    "  Provision:PolicyKey (hidden)\n"
				    "  Settings:Password\n"
				    "    AirSync:Status (hidden)\n"
				    "  Status \"1\"",
				    g_bytes_hash (canary));
	g_assert_null (strstr (text, CANARY));
	g_assert_cmpstr (text, ==, expected);
}

/* Contents on request; secrets on no request. */
static void
test_content (void)
{
	g_autoptr (GBytes) document = make_document ();
	g_autofree char *text = eas_wbxml_dump (document, EAS_WBXML_DUMP_CONTENT);
	g_auto (GStrv) parts = g_strsplit (text, CANARY, -1);

	g_assert_nonnull (strstr (text, "Email:Subject \"" CANARY "\"\n"));
	g_assert_nonnull (strstr (text, "31:0x05 \"" CANARY "\"\n"));
	g_assert_nonnull (strstr (text, "PolicyKey (hidden)\n"));
	g_assert_nonnull (strstr (text, "Status (hidden)\n"));
	g_assert_cmpuint (g_strv_length (parts), ==, 4); /* subject, from, the stranger */
}

static void
test_long (void)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();
	g_autofree char *value = g_strnfill (5000, 'x');
	g_autoptr (GBytes) document = NULL;
	g_autofree char *text = NULL;

	eas_wbxml_writer_text (writer, EAS_NOTES_SUBJECT, value);
	document = eas_wbxml_writer_finish (writer);
	text = eas_wbxml_dump (document, EAS_WBXML_DUMP_CONTENT);
	g_assert_true (g_str_has_suffix (text, "xxx\" ... (5000 bytes)"));
	g_assert_cmpuint (strlen (text), <, 300);
}

static void
test_broken (void)
{
	g_autoptr (GBytes) document = eas_test_unhex ("03 01 6A 00 45 4B 03 31 00");
	g_autoptr (GBytes) nothing = eas_test_unhex ("");
	g_autofree char *text = eas_wbxml_dump (document, EAS_WBXML_DUMP_REDACTED);
	g_autofree char *no_text = eas_wbxml_dump (nothing, EAS_WBXML_DUMP_REDACTED);

	g_assert_cmpstr (text, ==,
			 "AirSync:Sync\n  SyncKey \"1\"\n"
			 "! document without its end at byte 9 in /AirSync:Sync/SyncKey");
	g_assert_cmpstr (no_text, ==, "! empty document at byte 0 in /");
}

/* The deepest legal document: an empty element below the last that may be open. */
static void
test_deepest (void)
{
	GString *hex = g_string_new ("03 01 6A 00 ");
	g_autoptr (GBytes) document = NULL;
	g_autofree char *text = NULL;
	g_auto (GStrv) lines = NULL;
	guint ii;

	for (ii = 0; ii < EAS_WBXML_MAX_DEPTH; ii++)
		g_string_append (hex, "45 ");
	g_string_append (hex, "0B 03 61 00 ");
	for (ii = 0; ii < EAS_WBXML_MAX_DEPTH; ii++)
		g_string_append (hex, "01 ");

	document = eas_test_unhex (hex->str);
	g_string_free (hex, TRUE);
	text = eas_wbxml_dump (document, EAS_WBXML_DUMP_REDACTED);
	lines = g_strsplit (text, "\n", -1);
	g_assert_cmpuint (g_strv_length (lines), ==, EAS_WBXML_MAX_DEPTH + 1);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/wbxml/dump/redacted", test_redacted);
	g_test_add_func ("/wbxml/dump/content", test_content);
	g_test_add_func ("/wbxml/dump/long", test_long);
	g_test_add_func ("/wbxml/dump/broken", test_broken);
	g_test_add_func ("/wbxml/dump/deepest", test_deepest);

	return g_test_run ();
}
