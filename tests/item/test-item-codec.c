/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-item-codec.h"

#include <string.h>

#include "eas-error.h"
#include "eas-test.h"
#include "item-random.h"

/* WBXML 1.3, UTF-8, AirSync:ApplicationData with content; page 4 in force. Closed by "01". */
#define EVENT "03 01 6A 00 5D 00 04 "

static EasItem *
read_hex (const char *hex)
{
	g_autoptr (GBytes) bytes = eas_test_unhex (hex);
	g_autoptr (GError) error = NULL;
	EasItem *item = eas_item_from_bytes (bytes, &error);

	g_assert_no_error (error);
	g_assert_nonnull (item);

	return item;
}

/* Stands the reader on the first ApplicationData of a document. */
static gboolean
find_application_data (EasWbxmlReader *reader)
{
	const guint8 *data;
	gsize size;
	EasTag tag;

	for (;;) {
		switch (eas_wbxml_reader_event (reader, &tag, &data, &size)) {
		case EAS_WBXML_START:
			if (tag == EAS_AIRSYNC_APPLICATION_DATA)
				return TRUE;
			break;
		case EAS_WBXML_FINISHED:
			return FALSE;
		default:
			break;
		}
	}
}

static EasItem *
read_golden (const char *name)
{
	g_autofree char *path = g_strdup_printf ("golden/%s.wbxml", name);
	g_autoptr (GBytes) bytes = eas_test_load (path);
	g_auto (EasWbxmlReader) reader;
	g_autoptr (GError) error = NULL;
	EasItem *item;

	eas_wbxml_reader_init (&reader, bytes);
	g_assert_true (find_application_data (&reader));
	item = eas_item_read (&reader);
	eas_wbxml_reader_finish (&reader, &error);
	g_assert_no_error (error);
	g_assert_nonnull (item);

	return item;
}

static void
test_golden_event (void)
{
	g_autoptr (EasItem) item = read_golden ("sync-rsp-calendar-141");
	EasItemSlot exceptions = eas_item_child (item, EAS_ITEM_ROOT, EAS_CALENDAR_EXCEPTIONS);
	EasItemSlot first = eas_item_child (item, exceptions, EAS_CALENDAR_EXCEPTION);
	EasItemSlot second = eas_item_sibling (item, first, EAS_CALENDAR_EXCEPTION);
	EasItemSlot body = eas_item_child (item, EAS_ITEM_ROOT, EAS_AIRSYNCBASE_BODY);
	gint64 start;
	gboolean deleted;

	g_assert_cmpuint (eas_item_n_children (item, EAS_ITEM_ROOT), ==, 22);
	g_assert_cmpuint (eas_item_n_bad (item), ==, 0);
	g_assert_cmpstr (eas_item_get_text (item, EAS_CALENDAR_SUBJECT), ==, "Standup");
	g_assert_true (eas_item_get_time (item, EAS_CALENDAR_START_TIME, &start));
	g_assert_cmpint (start, ==, 1772442000);
	g_assert_cmpstr (eas_item_text (item, eas_item_child (item, body, EAS_AIRSYNCBASE_DATA)),
			 ==, "Agenda");
	g_assert_true (
		eas_item_flag (item, eas_item_child (item, first, EAS_CALENDAR_DELETED), &deleted));
	g_assert_true (deleted);
	g_assert_cmpuint (eas_item_n_children (item, second), ==, 5);
	g_assert_true (
		eas_item_is_empty (item, eas_item_child (item, second, EAS_CALENDAR_LOCATION)));
	g_assert_cmpuint (eas_item_sibling (item, second, EAS_TAG_NONE), ==, EAS_ITEM_NONE);
}

/* Each item of the golden answers keeps everything on its way to the store and back. */
static void
check_golden_row (char **columns, gpointer user_data)
{
	guint *n_items = user_data;
	g_autofree char *path = g_strdup_printf ("golden/%s.wbxml", columns[0]);
	g_auto (EasWbxmlReader) reader = { NULL };
	g_autoptr (GBytes) bytes = NULL;

	if (!g_str_has_prefix (columns[0], "sync-") && !g_str_has_prefix (columns[0], "edge-"))
		return;

	bytes = eas_test_load (path);
	eas_wbxml_reader_init (&reader, bytes);
	while (find_application_data (&reader)) {
		g_autoptr (EasItem) item = eas_item_read (&reader);
		g_autoptr (GBytes) stored = eas_item_to_bytes (item);
		g_autoptr (EasItem) again = eas_item_from_bytes (stored, NULL);
		g_autoptr (GBytes) stored_again = eas_item_to_bytes (again);

		g_assert_true (eas_item_equal (item, again));
		g_assert_cmpuint (eas_item_hash (item), ==, eas_item_hash (again));
		eas_test_assert_bytes (stored, stored_again);
		(*n_items)++;
	}
	g_assert_false (eas_wbxml_reader_failed (&reader));
}

static void
test_golden_items_survive (void)
{
	guint n_items = 0;

	eas_test_each_row ("golden/INDEX.tsv", 5, check_golden_row, &n_items);
	g_assert_cmpuint (n_items, >=, 8);
}

/* Law 7: pages and tokens nobody lists, in whatever order of page switches they came. */
static void
test_unknown_survives (void)
{
	g_autoptr (EasItem) item =
		read_hex (EVENT "66 03 41 00 01"             /* Subject "A" */
				"00 C8 45"                   /* page 200, token 05 */
				"00 04 00 C9 46 03 42 00 01" /* switched twice: 201, 06 "B" */
				"07"                         /* 201, 07 */
				"01"
				"00 04 7E C3 02 FF 00 01" /* page 4, token 3E, opaque */
				"00 C8 05"
				"01");
	g_autoptr (GBytes) stored = eas_item_to_bytes (item);
	g_autoptr (EasItem) again = eas_item_from_bytes (stored, NULL);
	g_autoptr (GBytes) expected = eas_test_unhex ("03 01 6A 00 5D 00 04 66 03 41 00 01"
						      "00 C8 45 00 C9 46 03 42 00 01 07 01"
						      "00 04 7E C3 02 FF 00 01 00 C8 05 01");
	EasItemSlot unknown = eas_item_child (item, EAS_ITEM_ROOT, EAS_TAG_MAKE (200, 0x05));

	eas_test_assert_bytes (stored, expected);
	g_assert_true (eas_item_equal (item, again));
	g_assert_cmpuint (eas_item_n_children (item, unknown), ==, 2);
	g_assert_cmpstr (
		eas_item_text (item, eas_item_child (item, unknown, EAS_TAG_MAKE (201, 0x06))), ==,
		"B");
	g_assert_cmpuint (eas_item_n_bad (item), ==, 0);
}

static void
test_written_inside_another_page (void)
{
	g_autoptr (EasItem) item = read_hex (EVENT "66 03 41 00 01 01");
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();
	g_autoptr (GBytes) bytes = NULL;
	g_autoptr (GBytes) expected =
		eas_test_unhex ("03 01 6A 00 45 00 04 66 03 41 00 01 00 00 12 01");

	eas_wbxml_writer_start (writer, EAS_AIRSYNC_SYNC);
	eas_item_write (item, writer);
	eas_wbxml_writer_empty (writer, EAS_AIRSYNC_COLLECTION_ID);
	eas_wbxml_writer_end (writer);
	bytes = eas_wbxml_writer_finish (writer);

	eas_test_assert_bytes (bytes, expected);
}

static void
test_runs_are_joined (void)
{
	/* "Gr" + "ü" cut between its two bytes + opaque "e": three runs, one value. */
	g_autoptr (EasItem) item = read_hex (EVENT "66 03 47 72 C3 00 03 BC 00 03 65 00 01"
						   "57 03 61 00 C3 01 62 01"
						   "01");

	g_assert_cmpstr (eas_item_get_text (item, EAS_CALENDAR_SUBJECT), ==, "Gr\303\274e");
	g_assert_cmpstr (eas_item_get_text (item, EAS_CALENDAR_LOCATION), ==, "ab");
	g_assert_cmpuint (eas_item_n_bad (item), ==, 0);
}

static void
test_empty_forms (void)
{
	/* No content bit; content bit and END; an empty string; empty opaque data. */
	const char *const forms[] = { "26", "66 01", "66 03 00 01", "66 C3 00 01",
				      "66 03 00 03 00 01" };
	g_autoptr (EasItem) first = read_hex (EVENT "26 01");

	for (gsize i = 0; i < G_N_ELEMENTS (forms); i++) {
		g_autofree char *hex = g_strdup_printf ("%s%s01", EVENT, forms[i]);
		g_autoptr (EasItem) item = read_hex (hex);

		g_assert_cmpstr (eas_item_get_text (item, EAS_CALENDAR_SUBJECT), ==, "");
		g_assert_true (eas_item_equal (item, first));
		g_assert_cmpuint (eas_item_hash (item), ==, eas_item_hash (first));
	}
}

static void
test_no_elements (void)
{
	const char *const forms[] = { "03 01 6A 00 1D", "03 01 6A 00 5D 01" };

	for (gsize i = 0; i < G_N_ELEMENTS (forms); i++) {
		g_autoptr (EasItem) item = read_hex (forms[i]);
		g_autoptr (GBytes) stored = eas_item_to_bytes (item);
		g_autoptr (EasItem) again = eas_item_from_bytes (stored, NULL);

		g_assert_cmpuint (eas_item_n_children (item, EAS_ITEM_ROOT), ==, 0);
		g_assert_true (eas_item_is_empty (item, EAS_ITEM_ROOT));
		g_assert_true (eas_item_equal (item, again));
	}
}

/* Law 5: a bad value marks its item and harms nothing else. */
static void
test_bad_text (void)
{
	g_autoptr (EasItem) item = read_hex (EVENT "66 03 41 FF 42 00 01" /* no UTF-8 */
						   "57 03 01 02 00 01"    /* no characters at all */
						   "68 03 75 00 01"       /* UID "u" */
						   "01");

	g_assert_cmpstr (eas_item_get_text (item, EAS_CALENDAR_SUBJECT), ==, "A\357\277\275B");
	g_assert_cmpstr (eas_item_get_text (item, EAS_CALENDAR_LOCATION), ==, "");
	g_assert_cmpstr (eas_item_get_text (item, EAS_CALENDAR_UID), ==, "u");
	g_assert_cmpuint (eas_item_n_bad (item), ==, 2);
}

static void
test_mixed_content (void)
{
	/* Text before, between and after the children of Attendees: white space is no harm. */
	g_autoptr (EasItem) fine =
		read_hex (EVENT "47 03 0A 20 00 48 4A 03 78 00 01 01 03 0A 00 01 01");
	g_autoptr (EasItem) bad =
		read_hex (EVENT "47 03 79 00 48 4A 03 78 00 01 01 03 7A 00 01 01");
	EasItemSlot attendees = eas_item_child (bad, EAS_ITEM_ROOT, EAS_CALENDAR_ATTENDEES);

	g_assert_cmpuint (eas_item_n_bad (fine), ==, 0);
	g_assert_cmpuint (eas_item_n_bad (bad), ==, 2);
	g_assert_true (eas_item_equal (fine, bad));
	g_assert_cmpuint (eas_item_n_children (bad, attendees), ==, 1);
}

static void
test_opaque_is_not_copied (void)
{
	g_autoptr (GBytes) bytes = eas_test_unhex (EVENT "00 11 5F C3 03 01 02 03 01 01");
	g_autoptr (EasItem) item = eas_item_from_bytes (bytes, NULL);
	const guint8 *document = g_bytes_get_data (bytes, NULL);
	EasItemSlot content = eas_item_child (item, EAS_ITEM_ROOT, EAS_AIRSYNCBASE_CONTENT);
	g_autoptr (GBytes) value = eas_item_bytes (item, content);
	g_autoptr (EasItem) copy = eas_item_copy (item);

	g_assert_cmpuint (g_bytes_get_size (value), ==, 3);
	g_assert_true (g_bytes_get_data (value, NULL) == document + g_bytes_get_size (bytes) - 5);
	g_assert_true (eas_item_equal (item, copy));

	/* The value keeps alive what it lies in. */
	g_clear_pointer (&item, eas_item_unref);
	g_clear_pointer (&bytes, g_bytes_unref);
	g_assert_cmpmem (g_bytes_get_data (value, NULL), 3, "\1\2\3", 3);
}

static void
test_round_trip (void)
{
	g_autoptr (GRand) rand = eas_test_rand (31);

	for (guint i = 0; i < 400; i++) {
		g_autoptr (EasItem) item = item_random (rand);
		g_autoptr (GBytes) bytes = eas_item_to_bytes (item);
		g_autoptr (EasItem) read = eas_item_from_bytes (bytes, NULL);
		g_autoptr (EasItem) copy = eas_item_copy (read);
		g_autoptr (GBytes) bytes_of_copy = eas_item_to_bytes (copy);

		g_assert_true (eas_item_equal (item, read));
		g_assert_cmpuint (eas_item_hash (item), ==, eas_item_hash (read));
		g_assert_cmpuint (eas_item_n_bad (read), ==, 0);
		eas_test_assert_bytes (bytes_of_copy, bytes);
	}
}

static void
assert_refused (GBytes *bytes)
{
	g_autoptr (GError) error = NULL;

	g_assert_null (eas_item_from_bytes (bytes, &error));
	g_assert_nonnull (error);
}

static void
test_cut_everywhere (void)
{
	g_autoptr (EasItem) item = item_sample ();
	g_autoptr (GBytes) bytes = eas_item_to_bytes (item);

	for (gsize size = 0; size < g_bytes_get_size (bytes); size++) {
		g_autoptr (GBytes) cut = eas_test_cut (bytes, size);

		assert_refused (cut);
	}
}

static void
test_not_an_item (void)
{
	g_autoptr (GBytes) other_root = eas_test_unhex ("03 01 6A 00 45 01");
	g_autoptr (GError) error = NULL;

	g_assert_null (eas_item_from_bytes (other_root, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_STORE);
}

/* Whatever comes, it is refused with an error or read as something that can be written again. */
static void
test_mutations (void)
{
	g_autoptr (GRand) rand = eas_test_rand (32);
	g_autoptr (EasItem) item = item_sample ();
	g_autoptr (GBytes) bytes = eas_item_to_bytes (item);

	for (guint i = 0; i < 5000; i++) {
		g_autoptr (GBytes) mutant = eas_test_mutate (rand, bytes);
		g_autoptr (GError) error = NULL;
		g_autoptr (EasItem) read = eas_item_from_bytes (mutant, &error);
		g_autoptr (GBytes) stored = NULL;
		g_autoptr (EasItem) again = NULL;

		g_assert_true ((read == NULL) == (error != NULL));
		if (read == NULL)
			continue;

		stored = eas_item_to_bytes (read);
		again = eas_item_from_bytes (stored, NULL);
		g_assert_nonnull (again);
		g_assert_true (eas_item_equal (read, again));
	}
}

/*
 * A bound, so that a hostile answer costs memory and time in proportion: the rest
 * is left out and said to be bad, whatever it is made of.
 */
static void
check_many (const guint8 *element, guint size)
{
	const guint n_written = 200 * 1000;
	g_autoptr (GByteArray) document = g_byte_array_new ();
	g_autoptr (GBytes) bytes = NULL;
	g_autoptr (EasItem) item = NULL;
	g_autoptr (GError) error = NULL;
	guint n_read;

	g_byte_array_append (document, (const guint8 *) "\003\001\152\000\135\000\004", 7);
	for (guint i = 0; i < n_written; i++)
		g_byte_array_append (document, element, size);
	g_byte_array_append (document, (const guint8 *) "\001", 1);
	bytes = g_byte_array_free_to_bytes (g_steal_pointer (&document));

	item = eas_item_from_bytes (bytes, &error);
	g_assert_no_error (error);
	n_read = eas_item_n_children (item, EAS_ITEM_ROOT);
	g_assert_cmpuint (n_read, >=, 40 * 1000);
	g_assert_cmpuint (n_read, <, n_written);
	g_assert_cmpuint (eas_item_n_bad (item), >, 0);
}

static void
test_many_elements (void)
{
	check_many ((const guint8 *) "\046", 1);              /* Subject, empty */
	check_many ((const guint8 *) "\146\003A\000\001", 5); /* Subject "A" */
	check_many ((const guint8 *) "\146\303\001A\001", 5); /* Subject, opaque */
	check_many ((const guint8 *) "\107\110\112\003A\000\001\001\001",
		    9); /* Attendees/Attendee/Name "A" */
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/item-codec/golden-event", test_golden_event);
	g_test_add_func ("/item-codec/golden-items-survive", test_golden_items_survive);
	g_test_add_func ("/item-codec/unknown-survives", test_unknown_survives);
	g_test_add_func ("/item-codec/written-inside-another-page",
			 test_written_inside_another_page);
	g_test_add_func ("/item-codec/runs-are-joined", test_runs_are_joined);
	g_test_add_func ("/item-codec/empty-forms", test_empty_forms);
	g_test_add_func ("/item-codec/no-elements", test_no_elements);
	g_test_add_func ("/item-codec/bad-text", test_bad_text);
	g_test_add_func ("/item-codec/mixed-content", test_mixed_content);
	g_test_add_func ("/item-codec/opaque-is-not-copied", test_opaque_is_not_copied);
	g_test_add_func ("/item-codec/round-trip", test_round_trip);
	g_test_add_func ("/item-codec/cut-everywhere", test_cut_everywhere);
	g_test_add_func ("/item-codec/not-an-item", test_not_an_item);
	g_test_add_func ("/item-codec/mutations", test_mutations);
	g_test_add_func ("/item-codec/many-elements", test_many_elements);

	return g_test_run ();
}
