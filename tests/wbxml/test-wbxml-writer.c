/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The writer: exact bytes, legal text, and refusal of what no caller may do. */

#include <string.h>

#include "eas-test.h"
#include "eas-wbxml-reader.h"
#include "eas-wbxml-text.h"
#include "eas-wbxml-writer.h"

#define HEADER "03 01 6A 00 "

static void
assert_written (EasWbxmlWriter *writer, const char *hex)
{
	g_autoptr (GBytes) bytes = eas_wbxml_writer_finish (writer);
	g_autoptr (GBytes) expected = eas_test_unhex (hex);

	eas_test_assert_bytes (bytes, expected);
}

static void
test_pages (void)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	/* The page changes where it must, just before a tag, and END does not restore it. */
	eas_wbxml_writer_start (writer, EAS_AIRSYNC_SYNC);
	eas_wbxml_writer_text (writer, EAS_AIRSYNC_SYNC_KEY, "1");
	eas_wbxml_writer_start (writer, EAS_AIRSYNC_APPLICATION_DATA);
	eas_wbxml_writer_text (writer, EAS_EMAIL_SUBJECT, "s");
	eas_wbxml_writer_text (writer, EAS_EMAIL_FROM, "f");
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_empty (writer, EAS_AIRSYNC_MORE_AVAILABLE);
	eas_wbxml_writer_end (writer);
	assert_written (writer, HEADER
			"45 4B 03 31 00 01 5D 00 02 54 03 73 00 01 58 03 66 00 01 01 00 00 14 01");
}

static void
test_empty (void)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_start (writer, EAS_AIRSYNC_SYNC);
	eas_wbxml_writer_start (writer, EAS_AIRSYNC_COLLECTIONS);
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_text (writer, EAS_AIRSYNC_SYNC_KEY, "");
	eas_wbxml_writer_text (writer, EAS_AIRSYNC_SYNC_KEY, NULL);
	eas_wbxml_writer_text (writer, EAS_AIRSYNC_SYNC_KEY, "\001");
	eas_wbxml_writer_end (writer);
	assert_written (writer, HEADER "45 1C 0B 0B 0B 01");
}

static void
test_root_only (void)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_empty (writer, EAS_PING_PING);
	g_assert_cmpuint (eas_wbxml_writer_get_size (writer), ==, 7);
	assert_written (writer, HEADER "00 0D 05");
}

static void
test_values (void)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();
	g_autoptr (GBytes) bytes = eas_test_unhex ("00 FF");

	eas_wbxml_writer_start (writer, EAS_AIRSYNC_SYNC);
	eas_wbxml_writer_uint (writer, EAS_AIRSYNC_STATUS, 4294967295u);
	eas_wbxml_writer_int (writer, EAS_AIRSYNC_STATUS, G_MININT64);
	eas_wbxml_writer_flag (writer, EAS_AIRSYNC_STATUS, 4);
	eas_wbxml_writer_flag (writer, EAS_AIRSYNC_STATUS, FALSE);
	eas_wbxml_writer_opaque (writer, EAS_AIRSYNC_STATUS, bytes);
	eas_wbxml_writer_end (writer);
	assert_written (writer, HEADER
			"45 4E 03 34 32 39 34 39 36 37 32 39 35 00 01"
			"4E 03 2D 39 32 32 33 33 37 32 30 33 36 38 35 34 37 37 35 38 30 38 00 01"
			"4E 03 31 00 01 4E 03 30 00 01 4E C3 02 00 FF 01 01");
}

static void
test_opaque_lengths (void)
{
	static const struct {
		gsize size;
		const char *length;
	} cases[] = {
		{ 0, "00" },           { 1, "01" },
		{ 127, "7F" },         { 128, "81 00" },
		{ 300, "82 2C" },      { 16383, "FF 7F" },
		{ 16384, "81 80 00" }, { 2097152, "81 80 80 00" },
	};
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (cases); ii++) {
		g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();
		g_autofree char *start = g_strconcat (HEADER "45 C3 ", cases[ii].length, NULL);
		g_autoptr (GBytes) data =
			g_bytes_new_take (g_malloc0 (cases[ii].size + 1), cases[ii].size);
		g_autoptr (GBytes) expected = eas_test_unhex (start);
		g_autoptr (GBytes) bytes = NULL;
		g_autoptr (GBytes) head = NULL;

		eas_wbxml_writer_opaque (writer, EAS_AIRSYNC_SYNC, data);
		bytes = eas_wbxml_writer_finish (writer);
		head = eas_test_cut (bytes, g_bytes_get_size (expected));
		eas_test_assert_bytes (head, expected);
		g_assert_cmpuint (g_bytes_get_size (bytes), ==,
				  g_bytes_get_size (expected) + cases[ii].size + 1);
	}
}

static void
test_repaired (void)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_start (writer, EAS_AIRSYNC_SYNC);
	eas_wbxml_writer_raw_text (writer, "a\0b", 3);
	eas_wbxml_writer_raw_text (writer, "\013c\r\n\377", -1);
	eas_wbxml_writer_end (writer);
	assert_written (writer, HEADER "45 03 61 62 00 03 63 0D 0A EF BF BD 00 01");
}

/* Chance: whatever is written can be read, and reads as what was written. */
static void
test_round_trip (void)
{
	g_autoptr (GRand) rand = eas_test_rand (4404);
	guint ii;

	for (ii = 0; ii < 500; ii++) {
		g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();
		g_autoptr (GBytes) bytes = NULL;
		g_autoptr (GError) error = NULL;
		g_autofree char *text = eas_test_rand_text (rand, 40);
		g_autofree char *again = NULL;
		g_auto (EasWbxmlReader) reader;

		eas_wbxml_writer_text (writer, EAS_CALENDAR_SUBJECT, text);
		bytes = eas_wbxml_writer_finish (writer);

		eas_wbxml_reader_init (&reader, bytes);
		g_assert_true (eas_wbxml_reader_root (&reader, NULL));
		again = eas_wbxml_reader_dup_text (&reader);
		g_assert_cmpuint (eas_wbxml_reader_take_bad (&reader), ==, 0);
		g_assert_true (eas_wbxml_reader_finish (&reader, &error));
		g_assert_cmpstr (again, ==, text);
	}
}

/* Our check of UTF-8 agrees with GLib's on random bytes, and repaired text is legal and stable. */
static void
test_legal_text (void)
{
	static const guint8 edges[] = { 0x1f, 0x20, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0,
					0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0,
					0xf4, 0xf5, 0xff, 'a',  'b',  0x0a, 0xbe, 0xbd };
	g_autoptr (GRand) rand = eas_test_rand (88);
	guint ii, jj;

	for (ii = 0; ii < 20000; ii++) {
		guint8 data[24];
		gsize size = eas_test_rand_below (rand, sizeof (data) + 1);
		g_autofree guint8 *exact = NULL;
		g_autofree char *repaired = NULL;
		gboolean legal;

		memset (data, 'x', sizeof (data));
		for (jj = 0; jj < size; jj++) {
			if (!eas_test_rand_one_in (rand, 3))
				data[jj] = edges[eas_test_rand_below (rand, G_N_ELEMENTS (edges))];
		}

		exact = g_memdup2 (data, size);
		legal = eas_wbxml_text_is_legal (exact, size);
		repaired = eas_wbxml_text_repair (exact, size, &size);
		g_assert_true (g_utf8_validate (repaired, size, NULL));
		g_assert_true (eas_wbxml_text_is_legal ((const guint8 *) repaired, size));
		if (legal)
			g_assert_cmpmem (repaired, size, exact, size);
		if (!g_utf8_validate ((const char *) exact, size, NULL))
			g_assert_false (legal);
		if (strchr (repaired, 0x1f) != NULL)
			g_assert_not_reached ();
	}
}

static void
misuse_unbalanced (void)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_start (writer, EAS_AIRSYNC_SYNC);
	eas_wbxml_writer_finish (writer);
}

static void
misuse_no_root (void)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_finish (writer);
}

static void
misuse_second_root (void)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_empty (writer, EAS_AIRSYNC_SYNC);
	eas_wbxml_writer_empty (writer, EAS_AIRSYNC_SYNC);
}

static void
misuse_text_outside (void)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_raw_text (writer, "a", -1);
}

static void
misuse_end (void)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_end (writer);
}

static void
misuse_no_tag (void)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_start (writer, EAS_TAG_NONE);
}

/* Programming errors are criticals, which abort in tests. */
static void
test_misuse (gconstpointer misuse)
{
	void (*run) (void) = (void (*) (void)) misuse;

	if (g_test_subprocess ()) {
		run ();
		return;
	}

	g_test_trap_subprocess (NULL, 0, 0);
	g_test_trap_assert_failed ();
	g_test_trap_assert_stderr ("*assertion*failed*");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/wbxml/writer/pages", test_pages);
	g_test_add_func ("/wbxml/writer/empty", test_empty);
	g_test_add_func ("/wbxml/writer/root-only", test_root_only);
	g_test_add_func ("/wbxml/writer/values", test_values);
	g_test_add_func ("/wbxml/writer/opaque-lengths", test_opaque_lengths);
	g_test_add_func ("/wbxml/writer/repaired", test_repaired);
	g_test_add_func ("/wbxml/writer/round-trip", test_round_trip);
	g_test_add_func ("/wbxml/writer/legal-text", test_legal_text);
	g_test_add_data_func ("/wbxml/writer/misuse/unbalanced", misuse_unbalanced, test_misuse);
	g_test_add_data_func ("/wbxml/writer/misuse/no-root", misuse_no_root, test_misuse);
	g_test_add_data_func ("/wbxml/writer/misuse/second-root", misuse_second_root, test_misuse);
	g_test_add_data_func ("/wbxml/writer/misuse/text-outside", misuse_text_outside,
			      test_misuse);
	g_test_add_data_func ("/wbxml/writer/misuse/end", misuse_end, test_misuse);
	g_test_add_data_func ("/wbxml/writer/misuse/no-tag", misuse_no_tag, test_misuse);

	return g_test_run ();
}
