/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* EasItem: lifetime, structure, values, comparison. */

#include "eas-item-private.h"

#include <errno.h>
#include <string.h>

#include "eas-datetime.h"
#include "eas-wbxml-text.h"

struct _EasItemLateText {
	EasItemLateText *next;
	EasItemSlot slot;
	char *text;
};

EasItem *
eas_item_assemble (const EasItemSlotData *slots,
		   guint n_slots,
		   GBytes *document,
		   const guint8 *document_data,
		   const guint8 *own,
		   gsize own_size)
{
	gsize slots_size = n_slots * sizeof (EasItemSlotData);
	EasItem *item = g_malloc (sizeof (EasItem) + slots_size + own_size);
	guint8 *own_copy = (guint8 *) item->slots + slots_size;

	g_atomic_ref_count_init (&item->ref_count);
	item->n_slots = n_slots;
	item->n_bad = 0;
	item->document = document != NULL ? g_bytes_ref (document) : NULL;
	item->base[0] = document_data;
	item->base[1] = own_copy;
	item->late_texts = NULL;
	memcpy (item->slots, slots, slots_size);
	if (own_size > 0)
		memcpy (own_copy, own, own_size);
	item->slots[EAS_ITEM_ROOT].extent = n_slots;

	return item;
}

EasItem *
eas_item_ref (EasItem *item)
{
	g_return_val_if_fail (item != NULL, NULL);

	g_atomic_ref_count_inc (&item->ref_count);

	return item;
}

void
eas_item_unref (EasItem *item)
{
	if (item == NULL || !g_atomic_ref_count_dec (&item->ref_count))
		return;

	while (item->late_texts != NULL) {
		EasItemLateText *late = item->late_texts;

		item->late_texts = late->next;
		g_free (late->text);
		g_free (late);
	}
	g_clear_pointer (&item->document, g_bytes_unref);
	g_free (item);
}

EasItem *
eas_item_copy (const EasItem *item)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasItem *copy;

	g_return_val_if_fail (item != NULL, NULL);

	eas_item_builder_copy (builder, item, EAS_ITEM_ROOT);
	copy = eas_item_builder_finish (builder);
	copy->n_bad = item->n_bad;

	return copy;
}

/* NULL for EAS_ITEM_NONE and whatever else names no slot. */
static inline const EasItemSlotData *
peek_slot (const EasItem *item, EasItemSlot slot)
{
	return slot < item->n_slots ? &item->slots[slot] : NULL;
}

static inline gboolean
matches (const EasItemSlotData *data, EasTag tag)
{
	return tag == EAS_TAG_NONE || data->tag == tag;
}

EasItemSlot
eas_item_child (const EasItem *item, EasItemSlot parent, EasTag tag)
{
	const EasItemSlotData *data = peek_slot (item, parent);
	EasItemSlot end;

	if (data == NULL || data->kind != EAS_ITEM_CONTAINER)
		return EAS_ITEM_NONE;

	end = parent + data->extent;
	for (EasItemSlot slot = parent + 1; slot < end;) {
		if (matches (&item->slots[slot], tag))
			return slot;
		slot += eas_item_slot_span (&item->slots[slot]);
	}

	return EAS_ITEM_NONE;
}

/* In preorder the slot after a subtree is a sibling exactly when it is as deep. */
EasItemSlot
eas_item_sibling (const EasItem *item, EasItemSlot slot, EasTag tag)
{
	const EasItemSlotData *data = peek_slot (item, slot);
	guint depth;

	if (data == NULL)
		return EAS_ITEM_NONE;

	depth = data->depth;
	for (slot += eas_item_slot_span (data); slot < item->n_slots;) {
		data = &item->slots[slot];
		if (data->depth != depth)
			break;
		if (matches (data, tag))
			return slot;
		slot += eas_item_slot_span (data);
	}

	return EAS_ITEM_NONE;
}

EasTag
eas_item_tag (const EasItem *item, EasItemSlot slot)
{
	const EasItemSlotData *data = peek_slot (item, slot);

	return data != NULL ? (EasTag) data->tag : EAS_TAG_NONE;
}

gboolean
eas_item_has (const EasItem *item, EasTag tag)
{
	return eas_item_child (item, EAS_ITEM_ROOT, tag) != EAS_ITEM_NONE;
}

gboolean
eas_item_is_empty (const EasItem *item, EasItemSlot slot)
{
	const EasItemSlotData *data = peek_slot (item, slot);

	return data == NULL || data->kind == EAS_ITEM_EMPTY ||
	       (data->kind == EAS_ITEM_CONTAINER && data->extent == 1);
}

guint
eas_item_n_children (const EasItem *item, EasItemSlot parent)
{
	EasItemSlot slot = eas_item_child (item, parent, EAS_TAG_NONE);
	guint n_children = 0;

	for (; slot != EAS_ITEM_NONE; slot = eas_item_sibling (item, slot, EAS_TAG_NONE))
		n_children++;

	return n_children;
}

guint
eas_item_n_bad (const EasItem *item)
{
	return item->n_bad;
}

/*
 * Opaque data where text was wanted: it is not terminated and nobody has checked
 * it, so a text is made on the first call. Items are shared between threads:
 * late texts only ever join the front of the list.
 */
static const char *
late_text (EasItem *item, EasItemSlot slot)
{
	const EasItemSlotData *data = &item->slots[slot];
	EasItemLateText *late;

	for (late = g_atomic_pointer_get (&item->late_texts); late != NULL; late = late->next) {
		if (late->slot == slot)
			return late->text;
	}

	late = g_new (EasItemLateText, 1);
	late->slot = slot;
	late->text = eas_wbxml_text_repair (eas_item_slot_value (item, data), data->extent,
					    /* out_size */ NULL);
	do {
		late->next = g_atomic_pointer_get (&item->late_texts);
	} while (!g_atomic_pointer_compare_and_exchange (&item->late_texts, late->next, late));

	return late->text;
}

const char *
eas_item_text (const EasItem *item, EasItemSlot slot)
{
	const EasItemSlotData *data = peek_slot (item, slot);

	if (data == NULL)
		return NULL;

	switch ((EasItemKind) data->kind) {
	case EAS_ITEM_EMPTY:
		return "";
	case EAS_ITEM_TEXT:
		return (const char *) eas_item_slot_value (item, data);
	case EAS_ITEM_OPAQUE:
		return late_text ((EasItem *) item, slot);
	case EAS_ITEM_CONTAINER:
		break;
	}

	return NULL;
}

GBytes *
eas_item_bytes (const EasItem *item, EasItemSlot slot)
{
	const EasItemSlotData *data = peek_slot (item, slot);

	if (data == NULL || data->kind == EAS_ITEM_CONTAINER)
		return NULL;

	if (data->kind == EAS_ITEM_EMPTY)
		return g_bytes_new_static ("", 0);

	return g_bytes_new_with_free_func (eas_item_slot_value (item, data), data->extent,
					   (GDestroyNotify) eas_item_unref,
					   eas_item_ref ((EasItem *) item));
}

gboolean
eas_item_is_opaque (const EasItem *item, EasItemSlot slot)
{
	const EasItemSlotData *data = peek_slot (item, slot);

	return data != NULL && data->kind == EAS_ITEM_OPAQUE;
}

gboolean
eas_item_int (const EasItem *item, EasItemSlot slot, gint64 *out_value)
{
	const char *text = eas_item_text (item, slot);
	gint64 value;
	char *end;

	if (text == NULL)
		return FALSE;

	errno = 0;
	value = g_ascii_strtoll (text, &end, 10);
	if (errno != 0 || end == text)
		return FALSE;

	while (g_ascii_isspace (*end))
		end++;
	if (*end != '\0')
		return FALSE;

	*out_value = value;

	return TRUE;
}

gboolean
eas_item_flag (const EasItem *item, EasItemSlot slot, gboolean *out_value)
{
	const char *text = eas_item_text (item, slot);

	if (text == NULL)
		return FALSE;

	if (*text == '\0' || g_str_equal (text, "1") || g_ascii_strcasecmp (text, "true") == 0)
		*out_value = TRUE;
	else if (g_str_equal (text, "0") || g_ascii_strcasecmp (text, "false") == 0)
		*out_value = FALSE;
	else
		return FALSE;

	return TRUE;
}

gboolean
eas_item_time (const EasItem *item, EasItemSlot slot, gint64 *out_utc)
{
	return eas_datetime_parse (eas_item_text (item, slot), out_utc);
}

const char *
eas_item_get_text (const EasItem *item, EasTag tag)
{
	return eas_item_text (item, eas_item_child (item, EAS_ITEM_ROOT, tag));
}

gint64
eas_item_get_int (const EasItem *item, EasTag tag, gint64 otherwise)
{
	gint64 value;

	return eas_item_int (item, eas_item_child (item, EAS_ITEM_ROOT, tag), &value) ? value
										      : otherwise;
}

gboolean
eas_item_get_flag (const EasItem *item, EasTag tag, gboolean otherwise)
{
	gboolean value;

	return eas_item_flag (item, eas_item_child (item, EAS_ITEM_ROOT, tag), &value) ? value
										       : otherwise;
}

gboolean
eas_item_get_time (const EasItem *item, EasTag tag, gint64 *out_utc)
{
	return eas_item_time (item, eas_item_child (item, EAS_ITEM_ROOT, tag), out_utc);
}
