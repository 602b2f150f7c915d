/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Values of an element: in one piece or several, of text or opaque data, right or repaired. */

#include <string.h>

#include "eas-test.h"
#include "eas-wbxml-reader.h"

#define HEADER "03 01 6A 00 "

/* One AirSync:Status with @content (hex) inside, current and unread. */
static void
open_value (EasWbxmlReader *reader, const char *content)
{
	g_autofree char *hex = g_strdup_printf (HEADER "4E %s 01", content);
	g_autoptr (GBytes) bytes = NULL;
	EasTag tag;

	bytes = eas_test_unhex (hex);
	eas_wbxml_reader_init (reader, bytes);
	g_assert_true (eas_wbxml_reader_root (reader, &tag));
	g_assert_cmpint (tag, ==, EAS_AIRSYNC_STATUS);
}

static void
assert_sound (EasWbxmlReader *reader)
{
	g_autoptr (GError) error = NULL;

	eas_wbxml_reader_finish (reader, &error);
	g_assert_no_error (error);
}

typedef struct {
	const char *content;
	const char *text;
	const char *line;
	guint n_bad;
} TextCase;

static const TextCase texts[] = {
	/* clang-format off */
	{ "",                                  "",              "",         0 },
	{ "03 00",                             "",              "",         0 },
	{ "03 61 62 00",                       "ab",            "ab",       0 },
	{ "03 61 00 03 62 00",                 "ab",            "ab",       0 }, /* split */
	{ "03 C3 00 03 A9 00",                 "\303\251",      "\303\251", 0 }, /* split inside a character */
	{ "C3 02 61 62",                       "ab",            "ab",       0 }, /* text as opaque data */
	{ "C3 00",                             "",              "",         0 },
	{ "C3 03 61 00 62",                    "ab",            "ab",       1 },
	{ "03 61 00 05 45 0B 01 03 62 00",     "ab",            "ab",       0 }, /* children inside are passed over */
	{ "03 61 0D 0A 09 62 00",              "a\r\n\tb",      "ab",       0 },
	{ "03 61 0B 7F 62 00",                 "a\177b",        "ab",       1 },
	{ "03 61 FF 62 00",                    "a\357\277\275b","a\357\277\275b", 1 },
	{ "03 C0 80 00",                       "\357\277\275\357\277\275", "\357\277\275\357\277\275", 1 }, /* overlong */
	{ "03 ED A0 80 00", "\357\277\275\357\277\275\357\277\275", "\357\277\275\357\277\275\357\277\275", 1 }, /* surrogate */
	{ "03 F4 90 80 80 00", NULL, NULL, 1 }, /* above U+10FFFF */
	{ "03 61 EF BF BF 62 00",              "ab",            "ab",       1 }, /* U+FFFF */
	{ "03 61 62 63 64 65 66 67 68 69 6A 6B E2 82 00", "abcdefghijk\357\277\275\357\277\275",
	  "abcdefghijk\357\277\275\357\277\275", 1 },
	{ "03 F0 9F 98 80 00",                 "\360\237\230\200", "\360\237\230\200", 0 },
	/* clang-format on */
};

static void
test_text (void)
{
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (texts); ii++) {
		g_auto (EasWbxmlReader) reader;
		g_autofree char *text = NULL;

		open_value (&reader, texts[ii].content);
		text = eas_wbxml_reader_dup_text (&reader);
		if (texts[ii].text != NULL)
			g_assert_cmpstr (text, ==, texts[ii].text);
		g_assert_true (g_utf8_validate (text, -1, NULL));
		g_assert_cmpuint (eas_wbxml_reader_take_bad (&reader), ==, texts[ii].n_bad);
		g_assert_cmpuint (eas_wbxml_reader_take_bad (&reader), ==, 0);
		assert_sound (&reader);
	}
}

/* A value that becomes one line of something else cannot smuggle a second one in. */
static void
test_line (void)
{
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (texts); ii++) {
		g_auto (EasWbxmlReader) reader;
		g_autofree char *line = NULL;

		open_value (&reader, texts[ii].content);
		line = eas_wbxml_reader_dup_line (&reader);
		if (texts[ii].line != NULL)
			g_assert_cmpstr (line, ==, texts[ii].line);
		g_assert_null (strpbrk (line, "\r\n\t"));
		assert_sound (&reader);
	}
}

static void
test_numbers (void)
{
	static const struct {
		const char *text;
		gint64 number;
		gboolean bad_int;
		gboolean bad_uint;
	} cases[] = {
		/* clang-format off */
		{ "0",                    0,            FALSE, FALSE },
		{ "42",                   42,           FALSE, FALSE },
		{ " 7\r\n",               7,            FALSE, FALSE },
		{ "007",                  7,            FALSE, FALSE },
		{ "-1",                   -1,           FALSE, TRUE  },
		{ "4294967295",           4294967295,   FALSE, FALSE },
		{ "4294967296",           4294967296,   FALSE, TRUE  },
		{ "9223372036854775807",  G_MAXINT64,   FALSE, TRUE  },
		{ "9223372036854775808",  0,            TRUE,  TRUE  },
		{ "",                     0,            TRUE,  TRUE  },
		{ " ",                    0,            TRUE,  TRUE  },
		{ "-",                    0,            TRUE,  TRUE  },
		{ "1x",                   0,            TRUE,  TRUE  },
		{ "0x1",                  0,            TRUE,  TRUE  },
		{ "1.5",                  0,            TRUE,  TRUE  },
		{ "00000000000000000000000000000000001", 0, TRUE, TRUE },
		/* clang-format on */
	};
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (cases); ii++) {
		g_autoptr (GBytes) bytes =
			g_bytes_new_static (cases[ii].text, strlen (cases[ii].text));
		g_autofree char *hex = eas_test_hex (bytes);
		g_autofree char *content = g_strconcat ("03 ", hex, " 00", NULL);
		g_auto (EasWbxmlReader) signed_reader;
		g_auto (EasWbxmlReader) unsigned_reader;

		open_value (&signed_reader, content);
		g_assert_cmpint (eas_wbxml_reader_int (&signed_reader), ==, cases[ii].number);
		g_assert_cmpuint (eas_wbxml_reader_take_bad (&signed_reader), ==,
				  cases[ii].bad_int);

		open_value (&unsigned_reader, content);
		g_assert_cmpuint (eas_wbxml_reader_uint (&unsigned_reader), ==,
				  cases[ii].bad_uint ? 0 : cases[ii].number);
		g_assert_cmpuint (eas_wbxml_reader_take_bad (&unsigned_reader), ==,
				  cases[ii].bad_uint);
	}
}

/* A zero byte ends no number: it can come as opaque data. */
static void
test_number_with_zero_byte (void)
{
	g_auto (EasWbxmlReader) reader;

	open_value (&reader, "C3 03 35 00 36");
	g_assert_cmpint (eas_wbxml_reader_int (&reader), ==, 0);
	g_assert_cmpuint (eas_wbxml_reader_take_bad (&reader), ==, 1);
}

static void
test_flags (void)
{
	static const struct {
		const char *content;
		gboolean flag;
		guint n_bad;
	} cases[] = {
		{ "", TRUE, 0 },
		{ "03 31 00", TRUE, 0 },
		{ "03 30 00", FALSE, 0 },
		{ "03 54 72 75 65 00", TRUE, 0 },
		{ "03 66 61 6C 73 65 00", FALSE, 0 },
		{ "03 32 00", FALSE, 1 },
	};
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (cases); ii++) {
		g_auto (EasWbxmlReader) reader;

		open_value (&reader, cases[ii].content);
		g_assert_cmpint (eas_wbxml_reader_flag (&reader), ==, cases[ii].flag);
		g_assert_cmpuint (eas_wbxml_reader_take_bad (&reader), ==, cases[ii].n_bad);
	}
}

/* Opaque data is a slice of the document, which may go before it. */
static void
test_bytes (void)
{
	g_autoptr (GBytes) document = eas_test_unhex (HEADER "4E C3 03 00 FF 01 01");
	g_autoptr (GBytes) expected = eas_test_unhex ("00 FF 01");
	g_autoptr (GBytes) bytes = NULL;
	const guint8 *start = g_bytes_get_data (document, NULL);
	EasWbxmlReader reader;

	eas_wbxml_reader_init (&reader, document);
	g_assert_true (eas_wbxml_reader_root (&reader, NULL));
	bytes = eas_wbxml_reader_bytes (&reader);
	assert_sound (&reader);
	eas_wbxml_reader_clear (&reader);
	g_clear_pointer (&document, g_bytes_unref);

	g_assert_true (g_bytes_get_data (bytes, NULL) == start + 7);
	eas_test_assert_bytes (bytes, expected);
}

static void
test_bytes_of_text (void)
{
	static const struct {
		const char *content;
		const char *bytes;
	} cases[] = {
		{ "", "" },
		{ "C3 00", "" },
		{ "03 FF 41 00", "FF 41" },
		{ "C3 01 00 C3 02 01 02", "00 01 02" },
		{ "03 41 00 C3 01 00", "41 00" },
		{ "03 00 C3 00 03 05 00 C3 01 06", "05 06" }, /* nothing, nothing, something */
	};
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (cases); ii++) {
		g_autoptr (GBytes) expected = eas_test_unhex (cases[ii].bytes);
		g_autoptr (GBytes) bytes = NULL;
		g_auto (EasWbxmlReader) reader;

		open_value (&reader, cases[ii].content);
		bytes = eas_wbxml_reader_bytes (&reader);
		eas_test_assert_bytes (bytes, expected);
		g_assert_cmpuint (eas_wbxml_reader_take_bad (&reader), ==, 0);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/wbxml/reader-values/text", test_text);
	g_test_add_func ("/wbxml/reader-values/line", test_line);
	g_test_add_func ("/wbxml/reader-values/numbers", test_numbers);
	g_test_add_func ("/wbxml/reader-values/number-with-zero-byte", test_number_with_zero_byte);
	g_test_add_func ("/wbxml/reader-values/flags", test_flags);
	g_test_add_func ("/wbxml/reader-values/bytes", test_bytes);
	g_test_add_func ("/wbxml/reader-values/bytes-of-text", test_bytes_of_text);

	return g_test_run ();
}
