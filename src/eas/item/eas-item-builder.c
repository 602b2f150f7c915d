/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* EasItemBuilder: an EasItem from its parts, in preorder. */

#include "eas-item-private.h"

#include <string.h>

#include "eas-datetime.h"
#include "eas-wbxml-text.h"

struct _EasItemBuilder {
	GArray *slots; /* EasItemSlotData */
	GByteArray *own;
	guint depth;
	EasItemSlot open[EAS_ITEM_MAX_DEPTH + 1]; /* by depth; the root at 0 */
};

static EasItemSlotData *
peek (EasItemBuilder *builder, EasItemSlot slot)
{
	return &g_array_index (builder->slots, EasItemSlotData, slot);
}

EasItemBuilder *
eas_item_builder_new (void)
{
	EasItemBuilder *builder = g_new0 (EasItemBuilder, 1);
	EasItemSlotData root = { .kind = EAS_ITEM_CONTAINER, .extent = 1 };

	builder->slots = g_array_sized_new (FALSE, FALSE, sizeof (EasItemSlotData), 64);
	builder->own = g_byte_array_sized_new (512);
	g_array_append_val (builder->slots, root);

	return builder;
}

void
eas_item_builder_free (EasItemBuilder *builder)
{
	if (builder == NULL)
		return;

	g_clear_pointer (&builder->slots, g_array_unref);
	g_clear_pointer (&builder->own, g_byte_array_unref);
	g_free (builder);
}

static EasItemSlot
add_slot (EasItemBuilder *builder, EasTag tag, EasItemKind kind)
{
	EasItemSlotData data = { .tag = tag, .kind = kind, .depth = builder->depth + 1 };

	g_array_append_val (builder->slots, data);

	return builder->slots->len - 1;
}

/* Opaque data is terminated as well: the next value then need not know what came before. */
static void
add_value (EasItemBuilder *builder, EasTag tag, EasItemKind kind, const void *value, gsize size)
{
	EasItemSlotData *data = peek (builder, add_slot (builder, tag, kind));
	guint offset = builder->own->len;

	data->own = TRUE;
	data->offset = offset;
	data->extent = (guint32) size;
	g_byte_array_set_size (builder->own, offset + (guint) size + 1);
	memcpy (builder->own->data + offset, value, size);
	builder->own->data[offset + size] = '\0';
}

void
eas_item_builder_start (EasItemBuilder *builder, EasTag tag)
{
	g_return_if_fail (builder->depth < EAS_ITEM_MAX_DEPTH);

	builder->open[builder->depth + 1] = add_slot (builder, tag, EAS_ITEM_CONTAINER);
	builder->depth++;
}

void
eas_item_builder_end (EasItemBuilder *builder)
{
	EasItemSlot slot;
	EasItemSlotData *data;

	g_return_if_fail (builder->depth > 0);

	slot = builder->open[builder->depth--];
	data = peek (builder, slot);
	data->extent = builder->slots->len - slot;
	if (data->extent == 1)
		data->kind = EAS_ITEM_EMPTY;
}

void
eas_item_builder_empty (EasItemBuilder *builder, EasTag tag)
{
	add_slot (builder, tag, EAS_ITEM_EMPTY);
}

void
eas_item_builder_text (EasItemBuilder *builder, EasTag tag, const char *text)
{
	g_autofree char *repaired = NULL;
	gsize size;

	if (text == NULL)
		return;

	size = strlen (text);
	if (!eas_wbxml_text_is_legal ((const guint8 *) text, size))
		text = repaired = eas_wbxml_text_repair ((const guint8 *) text, size, &size);

	if (size == 0)
		eas_item_builder_empty (builder, tag);
	else
		add_value (builder, tag, EAS_ITEM_TEXT, text, size);
}

void
eas_item_builder_int (EasItemBuilder *builder, EasTag tag, gint64 value)
{
	char text[24];

	g_snprintf (text, sizeof (text), "%" G_GINT64_FORMAT, value);
	add_value (builder, tag, EAS_ITEM_TEXT, text, strlen (text));
}

void
eas_item_builder_flag (EasItemBuilder *builder, EasTag tag, gboolean value)
{
	add_value (builder, tag, EAS_ITEM_TEXT, value ? "1" : "0", 1);
}

void
eas_item_builder_time (EasItemBuilder *builder, EasTag tag, gint64 utc)
{
	char text[EAS_DATETIME_DASHED_SIZE];

	if (eas_tag_get_type (tag) == EAS_TYPE_COMPACT)
		eas_datetime_write_compact (utc, text);
	else
		eas_datetime_write_dashed (utc, text);
	add_value (builder, tag, EAS_ITEM_TEXT, text, strlen (text));
}

void
eas_item_builder_opaque (EasItemBuilder *builder, EasTag tag, const guint8 *data, gsize size)
{
	g_return_if_fail (size <= G_MAXINT32);

	if (size == 0)
		eas_item_builder_empty (builder, tag);
	else
		add_value (builder, tag, EAS_ITEM_OPAQUE, data, size);
}

/* One slot; a container's children follow by themselves, for its extent stays true. */
static void
copy_slot (EasItemBuilder *builder, const EasItem *item, const EasItemSlotData *data, int deeper)
{
	EasItemSlotData *copy;

	if (data->kind == EAS_ITEM_TEXT || data->kind == EAS_ITEM_OPAQUE)
		add_value (builder, data->tag, data->kind, eas_item_slot_value (item, data),
			   data->extent);
	else
		add_slot (builder, data->tag, data->kind);

	copy = peek (builder, builder->slots->len - 1);
	copy->depth = data->depth + deeper;
	copy->extent = data->extent;
}

/**
 * eas_item_builder_copy:
 * @slot: an element, copied with all below it; %EAS_ITEM_ROOT copies the
 *   top-level elements, %EAS_ITEM_NONE nothing
 */
void
eas_item_builder_copy (EasItemBuilder *builder, const EasItem *item, EasItemSlot slot)
{
	EasItemSlot end;
	int deeper;

	if (slot >= item->n_slots)
		return;

	end = slot + eas_item_slot_span (&item->slots[slot]);
	deeper = (int) builder->depth + 1 - item->slots[slot].depth;
	if (slot == EAS_ITEM_ROOT) {
		slot++;
		deeper--;
	}

	for (; slot < end; slot++) {
		g_return_if_fail (item->slots[slot].depth + deeper <= EAS_ITEM_MAX_DEPTH);
		copy_slot (builder, item, &item->slots[slot], deeper);
	}
}

EasItem *
eas_item_builder_finish (EasItemBuilder *builder)
{
	EasItem *item;

	g_return_val_if_fail (builder->slots != NULL && builder->depth == 0, NULL);

	item = eas_item_assemble ((const EasItemSlotData *) (gpointer) builder->slots->data,
				  builder->slots->len,
				  /* document */ NULL,
				  /* document_data */ NULL, builder->own->data, builder->own->len);
	g_clear_pointer (&builder->slots, g_array_unref);
	g_clear_pointer (&builder->own, g_byte_array_unref);

	return item;
}
