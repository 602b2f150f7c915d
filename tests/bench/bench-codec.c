/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Decoding side by side in one run: a bare byte loop, our reader, items, and
 * libwbxml's tree and XML text, over 2,000 mails, 2,000 events and 2,000 contacts.
 * CPU time, the best of several rounds that take turns: other work on the
 * machine slows all alike.
 *
 * Prints "bench codec FIGURE ours VALUE peer VALUE ratio VALUE UNIT" and fails
 * where a ratio misses its mark. The peer of event-map-us is its mark.
 */

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wbxml/wbxml_conv.h>

#include "eas-item-codec.h"
#include "eas-map-event.h"
#include "eas-wbxml-reader.h"

#include "bench-documents.h"

#define N_ITEMS      2000
#define N_ROUNDS     15
#define N_MAP_ROUNDS 5

/* Exported by the library, but not declared in its installed headers. */
WBXMLError wbxml_tree_from_wbxml (WB_UTINY *wbxml,
				  WB_ULONG wbxml_len,
				  WBXMLLanguage lang,
				  WBXMLCharsetMIBEnum charset,
				  void **tree);
void wbxml_tree_destroy (void *tree);

/* What each contender returns, so that no work is thrown away by the compiler. */
static volatile guint64 sink;

/* Volatile: one load a byte, never vectors. Nothing that looks at each byte can be faster. */
static guint64
run_byte_loop (GBytes *document)
{
	gsize size, ii;
	const volatile guint8 *data = g_bytes_get_data (document, &size);
	guint64 sum = 0;

	for (ii = 0; ii < size; ii++)
		sum += data[ii];

	return sum;
}

/* Every element, every value, all text checked. */
static guint64
run_reader (GBytes *document)
{
	g_auto (EasWbxmlReader) reader;
	EasWbxmlEvent event;
	const guint8 *data;
	guint64 sum = 0;
	gsize size;
	EasTag tag;

	eas_wbxml_reader_init (&reader, document);
	while ((event = eas_wbxml_reader_event (&reader, &tag, &data, &size)) !=
	       EAS_WBXML_FINISHED) {
		if (event == EAS_WBXML_TEXT)
			sum += size + eas_wbxml_reader_text_is_legal (&reader);
		else if (event == EAS_WBXML_START)
			sum += tag;
	}

	if (!eas_wbxml_reader_finish (&reader, NULL))
		g_error ("the reader refused the document");

	return sum;
}

typedef void (*TakeItem) (EasItem *item, gpointer user_data);

/* Calls @take with each ApplicationData of a Sync response. */
static void
each_item (EasWbxmlReader *reader, TakeItem take, gpointer user_data)
{
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		switch (tag) {
		case EAS_AIRSYNC_COLLECTIONS:
		case EAS_AIRSYNC_COLLECTION:
		case EAS_AIRSYNC_COMMANDS:
		case EAS_AIRSYNC_ADD:
			each_item (reader, take, user_data);
			break;
		case EAS_AIRSYNC_APPLICATION_DATA:
			take (eas_item_read (reader), user_data);
			break;
		default:
			eas_wbxml_reader_skip (reader);
			break;
		}
	}
}

static void
read_items (GBytes *document, TakeItem take, gpointer user_data)
{
	g_auto (EasWbxmlReader) reader;

	eas_wbxml_reader_init (&reader, document);
	if (eas_wbxml_reader_root (&reader, NULL))
		each_item (&reader, take, user_data);

	if (!eas_wbxml_reader_finish (&reader, NULL))
		g_error ("the reader refused the document");
}

static void
count_item (EasItem *item, gpointer user_data)
{
	*(guint64 *) user_data += eas_item_n_children (item, EAS_ITEM_ROOT);
	eas_item_unref (item);
}

static guint64
run_bag (GBytes *document)
{
	guint64 sum = 0;

	read_items (document, count_item, &sum);

	return sum;
}

static guint64
run_libwbxml_tree (GBytes *document)
{
	gsize size;
	const guint8 *data = g_bytes_get_data (document, &size);
	void *tree = NULL;
	WBXMLError code;

	code = wbxml_tree_from_wbxml ((WB_UTINY *) data, size, WBXML_LANG_ACTIVESYNC,
				      WBXML_CHARSET_UTF_8, &tree);
	if (code != WBXML_OK)
		g_error ("libwbxml's tree: %s", (const char *) wbxml_errors_string (code));

	wbxml_tree_destroy (tree);

	return size;
}

static guint64
run_libwbxml_xml (GBytes *document)
{
	gsize size;
	const guint8 *data = g_bytes_get_data (document, &size);
	WBXMLConvWBXML2XML *converter = NULL;
	WB_UTINY *xml = NULL;
	WB_ULONG xml_size = 0;
	WBXMLError code;

	wbxml_conv_wbxml2xml_create (&converter);
	wbxml_conv_wbxml2xml_set_language (converter, WBXML_LANG_ACTIVESYNC);
	code = wbxml_conv_wbxml2xml_run (converter, (WB_UTINY *) data, size, &xml, &xml_size);
	if (code != WBXML_OK)
		g_error ("libwbxml's XML: %s", (const char *) wbxml_errors_string (code));

	wbxml_conv_wbxml2xml_destroy (converter);
	free (xml);

	return xml_size;
}

typedef enum { BYTE_LOOP, READER, BAG, LIBWBXML_TREE, LIBWBXML_XML, N_CONTENDERS } Contender;

static const struct {
	guint64 (*run) (GBytes *document);
	guint every; /* the slow ones take part in every third round only */
} contenders[N_CONTENDERS] = {
	[BYTE_LOOP] = { run_byte_loop, 1 },
	[READER] = { run_reader, 1 },
	[BAG] = { run_bag, 1 },
	[LIBWBXML_TREE] = { run_libwbxml_tree, 3 },
	[LIBWBXML_XML] = { run_libwbxml_xml, 3 },
};

/* clang-format off */
static const struct {
	const char *name;
	Contender ours;
	Contender peer;
	gdouble mark; /* the ratio may be this at most */
} figures[] = {
	{ "reader-vs-byteloop",     READER, BYTE_LOOP,     3.0 },
	{ "bag-vs-byteloop",        BAG,    BYTE_LOOP,     4.0 },
	{ "bag-vs-libwbxml-tree",   BAG,    LIBWBXML_TREE, 0.1 },
	{ "reader-vs-libwbxml-xml", READER, LIBWBXML_XML,  0.1 },
};
/* clang-format on */

static gdouble
cpu_milliseconds (void)
{
	struct timespec now;

	clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);

	return now.tv_sec * 1000.0 + now.tv_nsec / 1000000.0;
}

static gdouble
time_contender (Contender contender, GPtrArray *documents)
{
	gdouble start = cpu_milliseconds ();
	guint ii;

	for (ii = 0; ii < documents->len; ii++)
		sink += contenders[contender].run (g_ptr_array_index (documents, ii));

	return cpu_milliseconds () - start;
}

static void
time_all (GPtrArray *documents, gdouble best[N_CONTENDERS])
{
	guint round, ii;

	for (ii = 0; ii < N_CONTENDERS; ii++)
		best[ii] = G_MAXDOUBLE;

	for (round = 0; round < N_ROUNDS; round++) {
		for (ii = 0; ii < N_CONTENDERS; ii++) {
			if (round % contenders[ii].every == 0)
				best[ii] = MIN (best[ii], time_contender (ii, documents));
		}
	}
}

static gboolean
report (const gdouble best[N_CONTENDERS])
{
	gboolean met = TRUE;
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (figures); ii++) {
		gdouble ours = best[figures[ii].ours];
		gdouble peer = best[figures[ii].peer];

		g_print ("bench codec %s ours %.3f peer %.3f ratio %.3f ms\n", figures[ii].name,
			 ours, peer, ours / peer);
		if (ours / peer > figures[ii].mark) {
			g_printerr ("%s: above %.1f\n", figures[ii].name, figures[ii].mark);
			met = FALSE;
		}
	}

	return met;
}

static void
keep_item (EasItem *item, gpointer user_data)
{
	g_ptr_array_add (user_data, item);
}

/* All items of a class at once, beyond the responses they borrow from. */
static gboolean
report_memory (EasClass klass, GPtrArray *documents)
{
	static const gdouble mark = 2000000;
	g_autoptr (GPtrArray) items = NULL;
	gsize before = mallinfo2 ().uordblks + mallinfo2 ().hblkhd;
	gsize extra, body = 0;
	guint ii;

	items = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_item_unref);
	for (ii = 0; ii < documents->len; ii++) {
		read_items (g_ptr_array_index (documents, ii), keep_item, items);
		body += g_bytes_get_size (g_ptr_array_index (documents, ii));
	}

	extra = mallinfo2 ().uordblks + mallinfo2 ().hblkhd - before;
	g_print ("bench codec memory-%s ours %" G_GSIZE_FORMAT " peer %" G_GSIZE_FORMAT
		 " ratio %.3f bytes\n",
		 eas_class_to_string (klass), extra, body, (gdouble) extra / body);
	if (extra > mark)
		g_printerr ("memory-%s: above 2 MB\n", eas_class_to_string (klass));

	return extra <= mark;
}

static void
map_event (EasItem *item, const EasMapContext *context)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) components = eas_map_event_read (item, "uid", context, &error);

	if (components == NULL)
		g_error ("the map refused an event: %s", error->message);

	sink += components->len;
}

/* One event from bag to components; the one figure with an absolute mark, in microseconds. */
static gboolean
report_map (GPtrArray *documents)
{
	static const gdouble mark = 10;
	const EasMapContext context = { .version = EAS_VERSION_14_1 };
	g_autoptr (GPtrArray) items = NULL;
	gdouble best = G_MAXDOUBLE;
	guint round, ii;

	items = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_item_unref);
	for (ii = 0; ii < documents->len; ii++)
		read_items (g_ptr_array_index (documents, ii), keep_item, items);

	for (round = 0; round < N_MAP_ROUNDS; round++) {
		gdouble start = cpu_milliseconds ();

		for (ii = 0; ii < items->len; ii++)
			map_event (g_ptr_array_index (items, ii), &context);
		best = MIN (best, (cpu_milliseconds () - start) * 1000 / items->len);
	}

	g_print ("bench codec event-map-us ours %.3f peer %.3f ratio %.3f us\n", best, mark,
		 best / mark);
	if (best > mark)
		g_printerr ("event-map-us: above %.0f\n", mark);

	return best <= mark;
}

int
main (void)
{
	static const EasClass classes[] = { EAS_CLASS_EMAIL, EAS_CLASS_CALENDAR,
					    EAS_CLASS_CONTACTS };
	g_autoptr (GPtrArray) all = g_ptr_array_new ();
	g_autoptr (GPtrArray) kept =
		g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
	gdouble best[N_CONTENDERS];
	gboolean met = TRUE;
	guint ii, jj;

	for (ii = 0; ii < G_N_ELEMENTS (classes); ii++) {
		GPtrArray *documents = bench_documents_new (classes[ii], N_ITEMS);

		g_ptr_array_add (kept, documents);
		met = report_memory (classes[ii], documents) && met;
		if (classes[ii] == EAS_CLASS_CALENDAR)
			met = report_map (documents) && met;
		for (jj = 0; jj < documents->len; jj++)
			g_ptr_array_add (all, g_ptr_array_index (documents, jj));
	}

	time_all (all, best);
	met = report (best) && met;

	return met ? EXIT_SUCCESS : EXIT_FAILURE;
}
