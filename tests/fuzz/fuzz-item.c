/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The item codec: all that can be asked of an item, and that the store gives back what it got. */

#include <string.h>

#include "eas-item-codec.h"
#include "eas-wbxml-text.h"

#include "fuzz.h"
#include "fuzz-items.h"

static void
ask_slot (const EasItem *item, EasItemSlot slot)
{
	const char *text = eas_item_text (item, slot);
	g_autoptr (GBytes) bytes = eas_item_bytes (item, slot);
	gboolean flag;
	gint64 number;

	fuzz_promise (text == NULL ||
		      eas_wbxml_text_is_legal ((const guint8 *) text, strlen (text)));
	fuzz_promise (bytes == NULL || g_bytes_get_size (bytes) < EAS_WBXML_MAX_SIZE);
	eas_item_int (item, slot, &number);
	eas_item_flag (item, slot, &flag);
	eas_item_time (item, slot, &number);
	fuzz_promise (!eas_item_is_empty (item, slot) || eas_item_n_children (item, slot) == 0);
}

/* Depth first; the number of children is what they promise. */
static void
ask_children (const EasItem *item, EasItemSlot parent, guint depth)
{
	EasItemSlot slot = eas_item_child (item, parent, EAS_TAG_NONE);
	guint n_children = 0;

	fuzz_promise (depth <= EAS_WBXML_MAX_DEPTH + 1);
	for (; slot != EAS_ITEM_NONE; slot = eas_item_sibling (item, slot, EAS_TAG_NONE)) {
		n_children++;
		ask_slot (item, slot);
		ask_children (item, slot, depth + 1);
	}

	fuzz_promise (n_children == eas_item_n_children (item, parent));
}

static void
check_store (EasItem *item)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GBytes) bytes = eas_item_to_bytes (item);
	g_autoptr (EasItem) again = eas_item_from_bytes (bytes, &error);
	g_autoptr (GBytes) bytes_again = NULL;

	if (again == NULL)
		g_error ("what the store wrote it cannot read: %s", error->message);

	bytes_again = eas_item_to_bytes (again);
	fuzz_promise (g_bytes_equal (bytes, bytes_again));
	fuzz_promise (eas_item_n_bad (again) == 0);
	fuzz_promise (eas_item_equal (item, again));
	fuzz_promise (eas_item_hash (item) == eas_item_hash (again));
}

static void
check_algebra (EasItem *item)
{
	g_autoptr (EasItem) copy = eas_item_copy (item);
	g_autoptr (EasItem) difference = eas_item_diff (item, copy);
	g_autoptr (EasItem) overlay = eas_item_overlay (item, copy);

	fuzz_promise (eas_item_equal (item, copy));
	fuzz_promise (difference == NULL);
	fuzz_promise (overlay != NULL);
}

static void
check (EasItem *item)
{
	ask_children (item, EAS_ITEM_ROOT, 0);
	check_store (item);
	check_algebra (item);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
	fuzz_each_item (data, size, check);

	return 0;
}
