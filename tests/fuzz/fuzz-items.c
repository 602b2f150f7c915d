/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-item-codec.h"

#include "fuzz.h"
#include "fuzz-items.h"

#define MAX_ITEMS 64 /* as many as a corpus file has; a mutant must not take long */

static void
read_item (EasWbxmlReader *reader, FuzzItemFunc run, guint *n_items)
{
	g_autoptr (EasItem) item = eas_item_read (reader);

	fuzz_promise (item != NULL || eas_wbxml_reader_failed (reader));
	if (item == NULL || ++*n_items > MAX_ITEMS)
		return;

	run (item);
}

static void
walk (EasWbxmlReader *reader, FuzzItemFunc run, guint *n_items)
{
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		if (tag == EAS_AIRSYNC_APPLICATION_DATA || tag == EAS_ITEMOPERATIONS_PROPERTIES ||
		    tag == EAS_SEARCH_PROPERTIES)
			read_item (reader, run, n_items);
		else
			walk (reader, run, n_items);
	}
}

void
fuzz_each_item (const guint8 *data, gsize size, FuzzItemFunc run)
{
	g_autoptr (GBytes) bytes = g_bytes_new (data, size);
	g_auto (EasWbxmlReader) reader;
	g_auto (EasWbxmlReader) whole;
	guint n_items = 0;

	eas_wbxml_reader_init (&reader, bytes);
	if (eas_wbxml_reader_root (&reader, NULL))
		walk (&reader, run, &n_items);

	eas_wbxml_reader_init (&whole, bytes);
	if (n_items == 0 && eas_wbxml_reader_root (&whole, NULL))
		read_item (&whole, run, &n_items);
}
