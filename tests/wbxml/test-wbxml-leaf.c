/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Leaves are a shorter way to the same events, whatever the document. */

#include "eas-test.h"
#include "eas-wbxml-reader.h"

static void
log_event (GString *log, EasWbxmlEvent event, EasTag tag, const guint8 *data, gsize size)
{
	switch (event) {
	case EAS_WBXML_START:
	case EAS_WBXML_END:
		g_string_append_printf (log, "%c%04x ", event == EAS_WBXML_START ? '<' : '>', tag);
		break;
	case EAS_WBXML_TEXT:
	case EAS_WBXML_OPAQUE:
		g_string_append_c (log, event == EAS_WBXML_TEXT ? '"' : '#');
		for (gsize i = 0; i < size; i++)
			g_string_append_printf (log, "%02x", data[i]);
		g_string_append_c (log, ' ');
		break;
	case EAS_WBXML_FINISHED:
		break;
	}
}

/* What one reads of @bytes, the error and the count of unknown elements included. */
static char *
dup_log (GBytes *bytes, gboolean with_leaves, guint *out_n_leaves)
{
	g_auto (EasWbxmlReader) reader;
	g_autoptr (GError) error = NULL;
	GString *log = g_string_new (NULL);
	EasWbxmlEvent event;
	const guint8 *data;
	gsize size;
	EasTag tag;

	eas_wbxml_reader_init (&reader, bytes);
	do {
		while (with_leaves && eas_wbxml_reader_leaf (&reader, &tag, &data, &size)) {
			log_event (log, EAS_WBXML_START, tag, NULL, 0);
			log_event (log, EAS_WBXML_TEXT, tag, data, size);
			log_event (log, EAS_WBXML_END, tag, NULL, 0);
			(*out_n_leaves)++;
		}
		event = eas_wbxml_reader_event (&reader, &tag, &data, &size);
		log_event (log, event, tag, data, size);
	} while (event != EAS_WBXML_FINISHED);

	g_string_append_printf (log, "unknown %u ", reader.n_unknown);
	if (!eas_wbxml_reader_finish (&reader, &error))
		g_string_append (log, error->message);

	return g_string_free (log, /* free_segment */ FALSE);
}

static guint
assert_same_events (GBytes *bytes)
{
	guint n_leaves = 0;
	g_autofree char *plain = dup_log (bytes, FALSE, NULL);
	g_autofree char *with_leaves = dup_log (bytes, TRUE, &n_leaves);

	g_assert_cmpstr (with_leaves, ==, plain);

	return n_leaves;
}

static void
check_vector (char **columns, gpointer user_data)
{
	guint *n_leaves = user_data;
	g_autofree char *path = g_strdup_printf ("golden/%s.wbxml", columns[0]);
	g_autoptr (GBytes) bytes = eas_test_load (path);

	*n_leaves += assert_same_events (bytes);
	for (gsize size = 0; size < MIN (g_bytes_get_size (bytes), 600); size++) {
		g_autoptr (GBytes) cut = eas_test_cut (bytes, size);

		assert_same_events (cut);
	}
}

static void
test_golden (void)
{
	guint n_leaves = 0;

	eas_test_each_row ("golden/INDEX.tsv", 5, check_vector, &n_leaves);
	g_assert_cmpuint (n_leaves, >, 500);
}

static void
test_mutations (void)
{
	g_autoptr (GRand) rand = eas_test_rand (71);
	g_autoptr (GBytes) bytes = eas_test_load ("golden/sync-rsp-calendar-141.wbxml");

	for (guint i = 0; i < 3000; i++) {
		g_autoptr (GBytes) mutant = eas_test_mutate (rand, bytes);

		assert_same_events (mutant);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/wbxml/leaf/golden", test_golden);
	g_test_add_func ("/wbxml/leaf/mutations", test_mutations);

	return g_test_run ();
}
