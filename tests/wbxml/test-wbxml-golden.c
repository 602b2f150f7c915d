/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The golden vectors: bytes and XML made by other hands than ours from the
 * published pages. INDEX.tsv says what each is for.
 */

#include <string.h>

#include "eas-test.h"
#include "eas-wbxml-reader.h"
#include "eas-wbxml-xml.h"

enum { COLUMN_NAME, COLUMN_COMMAND, COLUMN_KIND, COLUMN_USE, COLUMN_NOTE, N_COLUMNS };

static GBytes *
load_wbxml (const char *name)
{
	g_autofree char *path = g_strdup_printf ("golden/%s.wbxml", name);

	return eas_test_load (path);
}

static char *
load_xml (const char *name)
{
	g_autofree char *path = g_strdup_printf ("golden/%s.xml", name);

	return eas_test_load_text (path);
}

/* Pass over the whole document without looking at a value. */
static gboolean
skim (GBytes *bytes, GError **error)
{
	g_auto (EasWbxmlReader) reader;

	eas_wbxml_reader_init (&reader, bytes);

	return eas_wbxml_reader_finish (&reader, error);
}

static void
test_decode (gconstpointer name)
{
	g_autoptr (GBytes) bytes = load_wbxml (name);
	g_autoptr (GError) error = NULL;
	g_autofree char *expected = load_xml (name);
	g_autofree char *xml = eas_wbxml_to_xml (bytes, &error);

	g_assert_no_error (error);
	g_assert_cmpstr (xml, ==, expected);
	g_assert_true (skim (bytes, &error));
}

static void
test_encode (gconstpointer name)
{
	g_autoptr (GBytes) expected = load_wbxml (name);
	g_autoptr (GError) error = NULL;
	g_autofree char *xml = load_xml (name);
	g_autoptr (GBytes) bytes = eas_wbxml_from_xml (xml, -1, &error);

	g_assert_no_error (error);
	eas_test_assert_bytes (bytes, expected);
}

static void
assert_located (const GError *error)
{
	g_assert_nonnull (error);
	g_assert_true (error->domain == EAS_WBXML_ERROR);
	g_assert_true (g_regex_match_simple (" at byte [0-9]+ in /", error->message, 0, 0));
}

static void
test_refuse (gconstpointer name)
{
	g_autoptr (GBytes) bytes = load_wbxml (name);
	g_autoptr (GError) error = NULL;
	g_autofree char *xml = eas_wbxml_to_xml (bytes, &error);

	g_assert_null (xml);
	assert_located (error);
	g_test_message ("%s", error->message);

	/* Bad text alone is no reason to lose a whole response: law 5. */
	g_assert_cmpint (skim (bytes, NULL), ==, error->code == EAS_WBXML_ERROR_TEXT);
}

/* The last byte that belongs to the root element, counted. */
static gsize
measure_root (GBytes *bytes)
{
	g_auto (EasWbxmlReader) reader;
	g_autoptr (GError) error = NULL;

	eas_wbxml_reader_init (&reader, bytes);
	eas_wbxml_reader_finish (&reader, &error);
	g_assert_no_error (error);

	return reader.offset;
}

static void
test_cut (gconstpointer name)
{
	g_autoptr (GBytes) bytes = load_wbxml (name);
	gsize needed = measure_root (bytes);
	gsize size;

	for (size = 0; size <= g_bytes_get_size (bytes); size++) {
		g_autoptr (GBytes) cut = eas_test_cut (bytes, size);
		g_autoptr (GError) error = NULL;
		g_autoptr (GError) skim_error = NULL;
		g_autofree char *xml = eas_wbxml_to_xml (cut, &error);

		g_assert_cmpint (xml != NULL, ==, size >= needed);
		g_assert_cmpint (skim (cut, &skim_error), ==, size >= needed);
		if (size < needed) {
			assert_located (error);
			assert_located (skim_error);
		}
	}
}

/* Malformed input must not become a crash when it is cut as well. */
static void
test_cut_bad (gconstpointer name)
{
	g_autoptr (GBytes) bytes = load_wbxml (name);
	gsize size;

	for (size = 0; size < g_bytes_get_size (bytes); size++) {
		g_autoptr (GBytes) cut = eas_test_cut (bytes, size);
		g_autoptr (GError) error = NULL;
		g_autofree char *xml = eas_wbxml_to_xml (cut, &error);

		g_assert_null (xml);
		assert_located (error);
	}
}

static void
add_test (const char *test, const char *name, GTestDataFunc run)
{
	g_autofree char *path = g_strdup_printf ("/wbxml/golden/%s/%s", test, name);

	g_test_add_data_func_full (path, g_strdup (name), run, g_free);
}

static void
add_vector (char **columns, gpointer user_data)
{
	const char *name = columns[COLUMN_NAME];
	const char *use = columns[COLUMN_USE];

	if (g_str_equal (use, "refuse")) {
		add_test ("refuse", name, test_refuse);
		add_test ("cut-bad", name, test_cut_bad);
		return;
	}

	add_test ("decode", name, test_decode);
	add_test ("cut", name, test_cut);
	if (g_str_equal (use, "both"))
		add_test ("encode", name, test_encode);
	else
		g_assert_cmpstr (use, ==, "decode");
}

int
main (int argc, char **argv)
{
	guint n_vectors;

	g_test_init (&argc, &argv, NULL);
	n_vectors = eas_test_each_row ("golden/INDEX.tsv", N_COLUMNS, add_vector, NULL);
	g_assert_cmpuint (n_vectors, ==, 100);

	return g_test_run ();
}
