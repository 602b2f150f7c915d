/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The pull reader: walking, events, what it forgives and what it refuses. */

#include <string.h>

#include "eas-test.h"
#include "eas-wbxml-reader.h"

#define HEADER "03 01 6A 00 "

/* Sync / SyncKey "1", Status "2": page 0 throughout. */
#define TWO_CHILDREN HEADER "45 4B 03 31 00 01 4E 03 32 00 01 01"

static void
open_hex (EasWbxmlReader *reader, const char *hex)
{
	g_autoptr (GBytes) bytes = eas_test_unhex (hex);

	eas_wbxml_reader_init (reader, bytes);
}

static void
assert_sound (EasWbxmlReader *reader)
{
	g_autoptr (GError) error = NULL;

	eas_wbxml_reader_finish (reader, &error);
	g_assert_no_error (error);
}

static void
test_walk (void)
{
	g_auto (EasWbxmlReader) reader;
	g_autofree char *key = NULL;
	guint status = 0;
	guint level;
	EasTag tag;

	open_hex (&reader, TWO_CHILDREN);
	g_assert_true (eas_wbxml_reader_root (&reader, &tag));
	g_assert_cmpint (tag, ==, EAS_AIRSYNC_SYNC);

	level = eas_wbxml_reader_enter (&reader);
	while (eas_wbxml_reader_next (&reader, level, &tag)) {
		switch (tag) {
		case EAS_AIRSYNC_SYNC_KEY:
			g_assert_true (eas_wbxml_reader_text (&reader, &key));
			break;
		case EAS_AIRSYNC_STATUS:
			status = eas_wbxml_reader_uint (&reader);
			break;
		default:
			g_assert_not_reached ();
		}
	}

	g_assert_cmpstr (key, ==, "1");
	g_assert_cmpuint (status, ==, 2);
	g_assert_false (eas_wbxml_reader_next (&reader, level, &tag));
	assert_sound (&reader);
	g_assert_cmpuint (reader.n_unknown, ==, 0);
}

/* What is neither read nor skipped, and a level left in its middle, do no harm. */
static void
test_forgotten (void)
{
	g_auto (EasWbxmlReader) reader;
	guint outer, inner;
	EasTag tag;

	/* Sync { Collections { Collection { SyncKey "1", Class }, Status }, Status "2" } */
	open_hex (&reader, HEADER "45 5C 4F 4B 03 31 00 01 10 01 0E 01 4E 03 32 00 01 01");
	g_assert_true (eas_wbxml_reader_root (&reader, &tag));
	outer = eas_wbxml_reader_enter (&reader);
	g_assert_true (eas_wbxml_reader_next (&reader, outer, &tag));
	g_assert_cmpint (tag, ==, EAS_AIRSYNC_COLLECTIONS);
	inner = eas_wbxml_reader_enter (&reader);
	g_assert_true (eas_wbxml_reader_next (&reader, inner, &tag));
	g_assert_cmpint (tag, ==, EAS_AIRSYNC_COLLECTION);

	g_assert_true (eas_wbxml_reader_next (&reader, outer, &tag));
	g_assert_cmpint (tag, ==, EAS_AIRSYNC_STATUS);
	g_assert_false (eas_wbxml_reader_next (&reader, outer, &tag));
	g_assert_false (eas_wbxml_reader_next (&reader, inner, &tag));
	assert_sound (&reader);
}

static void
test_empty_elements (void)
{
	g_auto (EasWbxmlReader) reader;
	guint outer, inner;
	EasTag tag;

	/* Sync { Collections, Commands{}, Status } : without and with the content bit. */
	open_hex (&reader, HEADER "45 1C 56 01 0E 01");
	eas_wbxml_reader_root (&reader, &tag);
	outer = eas_wbxml_reader_enter (&reader);

	g_assert_true (eas_wbxml_reader_next (&reader, outer, &tag));
	inner = eas_wbxml_reader_enter (&reader);
	g_assert_false (eas_wbxml_reader_next (&reader, inner, &tag));

	g_assert_true (eas_wbxml_reader_next (&reader, outer, &tag));
	g_assert_cmpint (tag, ==, EAS_AIRSYNC_COMMANDS);
	inner = eas_wbxml_reader_enter (&reader);
	g_assert_false (eas_wbxml_reader_next (&reader, inner, &tag));

	g_assert_true (eas_wbxml_reader_next (&reader, outer, &tag));
	g_assert_cmpint (tag, ==, EAS_AIRSYNC_STATUS);
	g_assert_true (eas_wbxml_reader_flag (&reader));
	g_assert_false (eas_wbxml_reader_next (&reader, outer, &tag));
	assert_sound (&reader);
}

/* The strangers of edge-unknown-token: passed over, counted, never taken for a tag of another page.
 */
static void
test_unknown (void)
{
	g_auto (EasWbxmlReader) reader;
	g_autoptr (GBytes) bytes = eas_test_load ("golden/edge-unknown-token.wbxml");
	guint level, n_known = 0;
	EasTag tag;

	eas_wbxml_reader_init (&reader, bytes);
	eas_wbxml_reader_root (&reader, &tag);
	level = eas_wbxml_reader_enter (&reader);
	while (eas_wbxml_reader_next (&reader, level, &tag)) {
		if (tag == EAS_AIRSYNC_COLLECTIONS)
			n_known++;
		else
			g_assert_cmpint (tag, ==, EAS_TAG_MAKE (0, 0x3e));
	}

	assert_sound (&reader);
	g_assert_cmpuint (n_known, ==, 1);
	g_assert_cmpuint (reader.n_unknown, ==, 4);
}

static void
test_events (void)
{
	g_auto (EasWbxmlReader) reader;
	const guint8 *data = NULL;
	gsize size = 0;
	EasTag tag = EAS_TAG_NONE;

	/* Sync { MoreAvailable, SyncKey "a", Status opaque } */
	open_hex (&reader, HEADER "45 14 4B 03 61 00 01 4E C3 01 FF 01 01");
	g_assert_cmpint (eas_wbxml_reader_event (&reader, &tag, &data, &size), ==, EAS_WBXML_START);
	g_assert_cmpint (tag, ==, EAS_AIRSYNC_SYNC);
	g_assert_cmpint (eas_wbxml_reader_event (&reader, &tag, &data, &size), ==, EAS_WBXML_START);
	g_assert_cmpint (tag, ==, EAS_AIRSYNC_MORE_AVAILABLE);
	g_assert_cmpint (eas_wbxml_reader_event (&reader, &tag, &data, &size), ==, EAS_WBXML_END);
	g_assert_cmpint (tag, ==, EAS_AIRSYNC_MORE_AVAILABLE);
	g_assert_cmpint (eas_wbxml_reader_event (&reader, &tag, &data, &size), ==, EAS_WBXML_START);
	g_assert_cmpint (eas_wbxml_reader_event (&reader, &tag, &data, &size), ==, EAS_WBXML_TEXT);
	g_assert_cmpmem (data, size, "a", 1);
	g_assert_true (eas_wbxml_reader_text_is_legal (&reader));
	g_assert_cmpint (data[size], ==, 0);
	g_assert_cmpint (eas_wbxml_reader_event (&reader, &tag, &data, &size), ==, EAS_WBXML_END);
	g_assert_cmpint (tag, ==, EAS_AIRSYNC_SYNC_KEY);
	g_assert_cmpint (eas_wbxml_reader_event (&reader, &tag, &data, &size), ==, EAS_WBXML_START);
	g_assert_cmpint (eas_wbxml_reader_event (&reader, &tag, &data, &size), ==,
			 EAS_WBXML_OPAQUE);
	g_assert_cmpmem (data, size, "\377", 1);
	g_assert_cmpint (eas_wbxml_reader_event (&reader, &tag, &data, &size), ==, EAS_WBXML_END);
	g_assert_cmpint (eas_wbxml_reader_event (&reader, &tag, &data, &size), ==, EAS_WBXML_END);
	g_assert_cmpint (tag, ==, EAS_AIRSYNC_SYNC);
	g_assert_cmpint (eas_wbxml_reader_event (&reader, &tag, &data, &size), ==,
			 EAS_WBXML_FINISHED);
	g_assert_cmpint (eas_wbxml_reader_event (&reader, &tag, &data, &size), ==,
			 EAS_WBXML_FINISHED);
	assert_sound (&reader);
}

static guint
count_content (EasWbxmlReader *reader)
{
	const guint8 *data;
	guint n_starts = 0, depth = 1;
	gsize size;
	EasTag tag;

	while (depth > 0) {
		switch (eas_wbxml_reader_event (reader, &tag, &data, &size)) {
		case EAS_WBXML_START:
			n_starts++;
			depth++;
			break;
		case EAS_WBXML_END:
			depth--;
			break;
		case EAS_WBXML_FINISHED:
			return G_MAXUINT;
		default:
			break;
		}
	}

	return n_starts;
}

/* A codec takes the content of the current element token by token, be it full or empty, entered or
 * not. */
static void
test_events_of_element (void)
{
	guint enter;

	for (enter = 0; enter < 2; enter++) {
		g_auto (EasWbxmlReader) reader;
		guint level;
		EasTag tag;

		/* Sync { Add { SyncKey "a", Status }, Change, Delete{}, Status } */
		open_hex (&reader, HEADER "45 47 4B 03 61 00 01 0E 01 08 49 01 0E 01");
		eas_wbxml_reader_root (&reader, &tag);
		level = eas_wbxml_reader_enter (&reader);

		g_assert_true (eas_wbxml_reader_next (&reader, level, &tag));
		if (enter)
			eas_wbxml_reader_enter (&reader);
		g_assert_cmpuint (count_content (&reader), ==, 2);

		g_assert_true (eas_wbxml_reader_next (&reader, level, &tag));
		g_assert_cmpint (tag, ==, EAS_AIRSYNC_CHANGE);
		if (enter)
			eas_wbxml_reader_enter (&reader);
		g_assert_cmpuint (count_content (&reader), ==, 0);

		g_assert_true (eas_wbxml_reader_next (&reader, level, &tag));
		g_assert_cmpint (tag, ==, EAS_AIRSYNC_DELETE);
		if (enter)
			eas_wbxml_reader_enter (&reader);
		g_assert_cmpuint (count_content (&reader), ==, 0);

		g_assert_true (eas_wbxml_reader_next (&reader, level, &tag));
		g_assert_cmpint (tag, ==, EAS_AIRSYNC_STATUS);
		g_assert_false (eas_wbxml_reader_next (&reader, level, &tag));
		assert_sound (&reader);
	}
}

/* After a START the element is current: it can be skipped or read whole. */
static void
test_events_mixed (void)
{
	g_auto (EasWbxmlReader) reader;
	const guint8 *data;
	g_autofree char *text = NULL;
	gsize size;
	EasTag tag;

	open_hex (&reader, HEADER "45 47 4B 03 61 00 01 0E 01 4B 03 62 00 01 01");
	g_assert_cmpint (eas_wbxml_reader_event (&reader, &tag, &data, &size), ==, EAS_WBXML_START);
	g_assert_cmpint (eas_wbxml_reader_event (&reader, &tag, &data, &size), ==, EAS_WBXML_START);
	g_assert_cmpint (tag, ==, EAS_AIRSYNC_ADD);
	eas_wbxml_reader_skip (&reader);
	g_assert_cmpint (eas_wbxml_reader_event (&reader, &tag, &data, &size), ==, EAS_WBXML_START);
	g_assert_cmpint (tag, ==, EAS_AIRSYNC_SYNC_KEY);
	text = eas_wbxml_reader_dup_text (&reader);
	g_assert_cmpstr (text, ==, "b");
	g_assert_cmpint (eas_wbxml_reader_event (&reader, &tag, &data, &size), ==, EAS_WBXML_END);
	g_assert_cmpint (tag, ==, EAS_AIRSYNC_SYNC);
	assert_sound (&reader);
}

static void
test_sticky (void)
{
	g_auto (EasWbxmlReader) reader;
	g_autoptr (GError) error = NULL;
	g_autofree char *kept = g_strdup ("kept");
	const guint8 *data;
	guint level;
	gsize size;
	EasTag tag;

	/* Sync { Collections { SyncKey, text without its end */
	open_hex (&reader, HEADER "45 5C 4B 03 61");
	eas_wbxml_reader_root (&reader, &tag);
	level = eas_wbxml_reader_enter (&reader);
	g_assert_true (eas_wbxml_reader_next (&reader, level, &tag));
	level = eas_wbxml_reader_enter (&reader);
	g_assert_true (eas_wbxml_reader_next (&reader, level, &tag));
	g_assert_false (eas_wbxml_reader_text (&reader, &kept));
	g_assert_cmpstr (kept, ==, "kept");
	g_assert_true (eas_wbxml_reader_failed (&reader));

	g_assert_null (eas_wbxml_reader_dup_text (&reader));
	g_assert_null (eas_wbxml_reader_dup_line (&reader));
	g_assert_null (eas_wbxml_reader_bytes (&reader));
	g_assert_cmpuint (eas_wbxml_reader_uint (&reader), ==, 0);
	g_assert_false (eas_wbxml_reader_flag (&reader));
	eas_wbxml_reader_skip (&reader);
	g_assert_false (eas_wbxml_reader_next (&reader, level, &tag));
	g_assert_false (eas_wbxml_reader_next (&reader, eas_wbxml_reader_enter (&reader), &tag));
	g_assert_cmpint (eas_wbxml_reader_event (&reader, &tag, &data, &size), ==,
			 EAS_WBXML_FINISHED);
	g_assert_cmpuint (eas_wbxml_reader_take_bad (&reader), ==, 0);

	g_assert_false (eas_wbxml_reader_finish (&reader, &error));
	g_assert_error (error, EAS_WBXML_ERROR, EAS_WBXML_ERROR_TRUNCATED);
	g_assert_cmpstr (error->message, ==,
			 "text without its end at byte 7 in /AirSync:Sync/Collections/SyncKey");
}

/* A parser that stops at a status it dislikes still learns that the rest is missing. */
static void
test_finish_reads_on (void)
{
	g_auto (EasWbxmlReader) reader;
	g_autoptr (GError) error = NULL;
	EasTag tag;

	open_hex (&reader, HEADER "45 4E 03 33 00 01 5C 4F");
	g_assert_true (eas_wbxml_reader_root (&reader, &tag));
	g_assert_false (eas_wbxml_reader_finish (&reader, &error));
	g_assert_error (error, EAS_WBXML_ERROR, EAS_WBXML_ERROR_TRUNCATED);
}

static void
test_fail (void)
{
	g_auto (EasWbxmlReader) reader;
	g_autoptr (GError) error = NULL;
	EasTag tag;

	open_hex (&reader, TWO_CHILDREN);
	eas_wbxml_reader_root (&reader, &tag);
	eas_wbxml_reader_fail (&reader, EAS_WBXML_ERROR_SIZE, "%u items", 7u);
	g_assert_false (eas_wbxml_reader_finish (&reader, &error));
	g_assert_error (error, EAS_WBXML_ERROR, EAS_WBXML_ERROR_SIZE);
	g_assert_cmpstr (error->message, ==, "7 items at byte 5 in /AirSync:Sync");
}

static void
test_depth (void)
{
	guint depth;

	for (depth = EAS_WBXML_MAX_DEPTH - 1; depth <= EAS_WBXML_MAX_DEPTH + 1; depth++) {
		g_auto (EasWbxmlReader) reader;
		g_autoptr (GError) error = NULL;
		GString *hex = g_string_new (HEADER);
		guint ii;

		for (ii = 0; ii < depth; ii++)
			g_string_append (hex, "45 ");
		g_string_append (hex, "0B "); /* an empty one goes deeper without being opened */
		for (ii = 0; ii < depth; ii++)
			g_string_append (hex, "01 ");

		open_hex (&reader, hex->str);
		g_string_free (hex, TRUE);
		if (depth <= EAS_WBXML_MAX_DEPTH) {
			g_assert_true (eas_wbxml_reader_finish (&reader, &error));
		} else {
			g_assert_false (eas_wbxml_reader_finish (&reader, &error));
			g_assert_error (error, EAS_WBXML_ERROR, EAS_WBXML_ERROR_DEPTH);
		}
	}
}

static void
test_size (void)
{
	g_autoptr (GBytes) bytes = NULL;
	g_autoptr (GError) error = NULL;
	g_auto (EasWbxmlReader) reader;

	bytes = g_bytes_new_take (g_malloc0 (EAS_WBXML_MAX_SIZE + 1), EAS_WBXML_MAX_SIZE + 1);
	eas_wbxml_reader_init (&reader, bytes);
	g_assert_false (eas_wbxml_reader_root (&reader, NULL));
	g_assert_false (eas_wbxml_reader_finish (&reader, &error));
	g_assert_error (error, EAS_WBXML_ERROR, EAS_WBXML_ERROR_SIZE);
}

static void
test_refused (void)
{
	static const struct {
		const char *hex;
		int code;
		const char *message;
	} cases[] = {
		/* clang-format off */
		{ "",                        EAS_WBXML_ERROR_HEADER,    "empty document at byte 0 in /" },
		{ "3C 68 74 6D 6C 3E",       EAS_WBXML_ERROR_HEADER,    "not WBXML at byte 0 in /" },
		{ "03 01 6A",                EAS_WBXML_ERROR_TRUNCATED, "number without its end at byte 3 in /" },
		{ "03 01 04 00 05",          EAS_WBXML_ERROR_HEADER,    "character set other than UTF-8 at byte 2 in /" },
		{ "03 01 6A 01 61 05",       EAS_WBXML_ERROR_HEADER,    "string table at byte 3 in /" },
		{ HEADER,                    EAS_WBXML_ERROR_TRUNCATED, "document without its end at byte 4 in /" },
		{ HEADER "45 00",            EAS_WBXML_ERROR_TRUNCATED, "document without its end at byte 6 in /AirSync:Sync" },
		{ HEADER "45 00 02 57 00 1F 45 C3 FF FF FF FF 7F", EAS_WBXML_ERROR_TOKEN,
		  "number above 32 bits at byte 11 in /AirSync:Sync/Email:Cc/31:0x05" },
		{ HEADER "45 C3 80 80 80 80 80 01", EAS_WBXML_ERROR_TOKEN, "number above 32 bits at byte 5 in /AirSync:Sync" },
		{ HEADER "45 C3 03 41 42",   EAS_WBXML_ERROR_TRUNCATED, "opaque data longer than the document at byte 5 in /AirSync:Sync" },
		{ HEADER "45 02 41 01",      EAS_WBXML_ERROR_TOKEN,
		  "token 0x02, which ActiveSync does not use, at byte 5 in /AirSync:Sync" },
		{ HEADER "C5 01 01",         EAS_WBXML_ERROR_TOKEN,     "element with attributes at byte 4 in /" },
		{ HEADER "01",               EAS_WBXML_ERROR_TOKEN,     "end without an element at byte 4 in /" },
		{ HEADER "C3 00",            EAS_WBXML_ERROR_TOKEN,     "value outside the root element at byte 4 in /" },
		/* clang-format on */
	};
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (cases); ii++) {
		g_auto (EasWbxmlReader) reader;
		g_autoptr (GError) error = NULL;

		open_hex (&reader, cases[ii].hex);
		g_assert_false (eas_wbxml_reader_finish (&reader, &error));
		g_assert_error (error, EAS_WBXML_ERROR, cases[ii].code);
		g_assert_cmpstr (error->message, ==, cases[ii].message);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/wbxml/reader/walk", test_walk);
	g_test_add_func ("/wbxml/reader/forgotten", test_forgotten);
	g_test_add_func ("/wbxml/reader/empty-elements", test_empty_elements);
	g_test_add_func ("/wbxml/reader/unknown", test_unknown);
	g_test_add_func ("/wbxml/reader/events", test_events);
	g_test_add_func ("/wbxml/reader/events-of-element", test_events_of_element);
	g_test_add_func ("/wbxml/reader/events-mixed", test_events_mixed);
	g_test_add_func ("/wbxml/reader/sticky", test_sticky);
	g_test_add_func ("/wbxml/reader/finish-reads-on", test_finish_reads_on);
	g_test_add_func ("/wbxml/reader/fail", test_fail);
	g_test_add_func ("/wbxml/reader/depth", test_depth);
	g_test_add_func ("/wbxml/reader/size", test_size);
	g_test_add_func ("/wbxml/reader/refused", test_refused);

	return g_test_run ();
}
