/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EasItem <-> WBXML. A walk over the events of the reader that fills slots on
 * the stack; the values stay in the document but for the few that must be joined
 * or repaired. An event of 1.5 KB takes about a microsecond this way.
 */

#include "eas-item-codec.h"

#include <string.h>

#include "eas-error.h"
#include "eas-item-private.h"
#include "eas-wbxml-text.h"

#define N_STACK_SLOTS 192

typedef struct {
	EasWbxmlReader *reader;
	EasItemSlotData *slots; /* on_stack until there are more */
	guint n_slots;
	guint n_allocated;
	GByteArray *own; /* joined and repaired values; NULL until needed */
	guint n_bad;
	guint depth;     /* of the innermost open element; 0 the root */
	guint n_dropped; /* open elements inside that found no room */
	EasItemSlot open[EAS_ITEM_MAX_DEPTH + 1];
	gboolean legal; /* the value of the innermost element */
	EasItemSlotData on_stack[N_STACK_SLOTS];
} Filler;

static void
filler_init (Filler *filler, EasWbxmlReader *reader)
{
	filler->reader = reader;
	filler->slots = filler->on_stack;
	filler->n_slots = 1;
	filler->n_allocated = N_STACK_SLOTS;
	filler->own = NULL;
	filler->n_bad = 0;
	filler->depth = 0;
	filler->n_dropped = 0;
	filler->open[0] = EAS_ITEM_ROOT;
	filler->legal = TRUE;
	filler->slots[0] = (EasItemSlotData){ .kind = EAS_ITEM_CONTAINER, .extent = 1 };
}

static void
filler_clear (Filler *filler)
{
	if (filler->slots != filler->on_stack)
		g_free (filler->slots);
	g_clear_pointer (&filler->own, g_byte_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Filler, filler_clear)

static void
mark_bad (Filler *filler)
{
	filler->n_bad++;
	eas_wbxml_reader_mark_bad (filler->reader);
}

static void
grow (Filler *filler)
{
	gsize size = filler->n_slots * sizeof (EasItemSlotData);
	EasItemSlotData *grown = g_malloc (2 * size);

	memcpy (grown, filler->slots, size);
	if (filler->slots != filler->on_stack)
		g_free (filler->slots);
	filler->slots = grown;
	filler->n_allocated = 2 * filler->n_slots;
}

/* Text between elements: nobody sends it, unless to make a document look nice. */
static void
drop_text (Filler *filler, const guint8 *data, gsize size)
{
	for (gsize i = 0; i < size; i++) {
		if (!g_ascii_isspace (data[i])) {
			mark_bad (filler);
			return;
		}
	}
}

static const guint8 *
peek_value (const Filler *filler, const EasItemSlotData *data)
{
	return (data->own ? filler->own->data : filler->reader->data) + data->offset;
}

/* The next slot, a child of the innermost open element; NULL when there is no more room. */
static EasItemSlotData *
add_slot (Filler *filler, EasTag tag)
{
	EasItemSlotData *parent, *data;

	if (filler->n_slots == EAS_ITEM_MAX_SLOTS)
		return NULL;
	if (filler->n_slots == filler->n_allocated)
		grow (filler);

	parent = &filler->slots[filler->open[filler->depth]];
	if (parent->kind != EAS_ITEM_CONTAINER) {
		if (parent->kind != EAS_ITEM_EMPTY)
			drop_text (filler, peek_value (filler, parent), parent->extent);
		parent->kind = EAS_ITEM_CONTAINER;
	}

	data = &filler->slots[filler->n_slots++];
	*data = (EasItemSlotData){ .tag = (guint16) tag, .kind = EAS_ITEM_EMPTY };
	data->depth = (filler->depth + 1) & 0x7f;

	return data;
}

static void
start_element (Filler *filler, EasTag tag)
{
	if (filler->n_dropped > 0 || add_slot (filler, tag) == NULL) {
		if (filler->n_dropped++ == 0)
			mark_bad (filler);
		return;
	}

	filler->depth++;
	filler->open[filler->depth] = filler->n_slots - 1;
}

static void
add_leaf (Filler *filler, EasTag tag, const guint8 *value, gsize size)
{
	EasItemSlotData *data = add_slot (filler, tag);

	if (data == NULL) {
		mark_bad (filler);
		return;
	}
	if (size == 0)
		return;

	data->kind = EAS_ITEM_TEXT;
	data->offset = (guint32) (value - filler->reader->data);
	data->extent = (guint32) size;
}

/* The last of the own bytes when it is there already, else a copy at their end. */
static void
join_value (Filler *filler, EasItemSlotData *data, const guint8 *more, gsize size)
{
	if (filler->own == NULL)
		filler->own = g_byte_array_new ();

	if (data->own) {
		g_byte_array_set_size (filler->own, data->offset + data->extent);
	} else {
		const guint8 *first = peek_value (filler, data);

		data->offset = filler->own->len;
		data->own = TRUE;
		g_byte_array_append (filler->own, first, data->extent);
	}

	g_byte_array_append (filler->own, more, (guint) size);
	g_byte_array_append (filler->own, (const guint8 *) "", 1);
	data->extent += (guint32) size;
}

static void
add_value (Filler *filler, EasItemKind kind, const guint8 *value, gsize size)
{
	EasItemSlotData *data = &filler->slots[filler->open[filler->depth]];

	if (filler->n_dropped > 0 || size == 0)
		return;

	switch ((EasItemKind) data->kind) {
	case EAS_ITEM_CONTAINER:
		drop_text (filler, value, size);
		break;
	case EAS_ITEM_EMPTY:
		data->kind = kind;
		data->offset = (guint32) (value - filler->reader->data);
		data->extent = (guint32) size;
		filler->legal =
			kind == EAS_ITEM_OPAQUE || eas_wbxml_reader_text_is_legal (filler->reader);
		break;
	case EAS_ITEM_TEXT:
	case EAS_ITEM_OPAQUE:
		join_value (filler, data, value, size);
		data->kind = MAX (data->kind, kind);
		filler->legal = FALSE; /* a character may lie across the seam: look again */
		break;
	}
}

static void
repair_text (Filler *filler, EasItemSlotData *data)
{
	const guint8 *value = peek_value (filler, data);
	g_autofree char *repaired = NULL;
	gsize size;

	if (eas_wbxml_text_is_legal (value, data->extent))
		return;

	mark_bad (filler);
	repaired = eas_wbxml_text_repair (value, data->extent, &size);
	if (filler->own == NULL)
		filler->own = g_byte_array_new ();

	data->own = TRUE;
	data->offset = filler->own->len;
	data->extent = (guint32) size;
	if (size == 0)
		data->kind = EAS_ITEM_EMPTY;
	g_byte_array_append (filler->own, (const guint8 *) repaired, (guint) size + 1);
}

static void
end_element (Filler *filler)
{
	EasItemSlot slot;
	EasItemSlotData *data;

	if (filler->n_dropped > 0) {
		filler->n_dropped--;
		return;
	}

	slot = filler->open[filler->depth--];
	data = &filler->slots[slot];
	if (data->kind == EAS_ITEM_CONTAINER) {
		data->own = FALSE;
		data->offset = 0;
		data->extent = filler->n_slots - slot;
	} else if (data->kind == EAS_ITEM_TEXT && !filler->legal) {
		repair_text (filler, data);
	}
}

/* Up to the end of the element the item is the content of. FALSE after a fault. */
static gboolean
fill (Filler *filler)
{
	EasWbxmlReader *reader = filler->reader;
	const guint8 *value;
	gsize size;
	EasTag tag;

	for (;;) {
		while (filler->n_dropped == 0 &&
		       eas_wbxml_reader_leaf (reader, &tag, &value, &size))
			add_leaf (filler, tag, value, size);

		switch (eas_wbxml_reader_event (reader, &tag, &value, &size)) {
		case EAS_WBXML_START:
			start_element (filler, tag);
			break;
		case EAS_WBXML_TEXT:
			add_value (filler, EAS_ITEM_TEXT, value, size);
			break;
		case EAS_WBXML_OPAQUE:
			add_value (filler, EAS_ITEM_OPAQUE, value, size);
			break;
		case EAS_WBXML_END:
			if (filler->depth == 0 && filler->n_dropped == 0)
				return TRUE;
			end_element (filler);
			break;
		case EAS_WBXML_FINISHED:
			return FALSE;
		}
	}
}

EasItem *
eas_item_read (EasWbxmlReader *reader)
{
	g_auto (Filler) filler;
	EasItem *item;

	filler_init (&filler, reader);
	if (!fill (&filler))
		return NULL;

	item = eas_item_assemble (filler.slots, filler.n_slots, reader->bytes, reader->data,
				  filler.own != NULL ? filler.own->data : NULL,
				  filler.own != NULL ? filler.own->len : 0);
	item->n_bad = filler.n_bad;

	return item;
}

static void
write_slot (const EasItem *item, const EasItemSlotData *data, EasWbxmlWriter *writer)
{
	const guint8 *value;

	switch ((EasItemKind) data->kind) {
	case EAS_ITEM_EMPTY:
		eas_wbxml_writer_empty (writer, data->tag);
		break;
	case EAS_ITEM_TEXT:
		value = eas_item_slot_value (item, data);
		eas_wbxml_writer_text (writer, data->tag, (const char *) value);
		break;
	case EAS_ITEM_OPAQUE:
		eas_wbxml_writer_start (writer, data->tag);
		eas_wbxml_writer_raw_opaque (writer, eas_item_slot_value (item, data),
					     data->extent);
		eas_wbxml_writer_end (writer);
		break;
	case EAS_ITEM_CONTAINER:
		eas_wbxml_writer_start (writer, data->tag);
		break;
	}
}

void
eas_item_write (const EasItem *item, EasWbxmlWriter *writer)
{
	guint depth = 1; /* of the next element while nothing is to be closed */

	for (EasItemSlot slot = 1; slot < item->n_slots; slot++) {
		const EasItemSlotData *data = &item->slots[slot];

		for (; depth > data->depth; depth--)
			eas_wbxml_writer_end (writer);

		write_slot (item, data, writer);
		if (data->kind == EAS_ITEM_CONTAINER)
			depth++;
	}

	for (; depth > 1; depth--)
		eas_wbxml_writer_end (writer);
}

GBytes *
eas_item_to_bytes (const EasItem *item)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_start (writer, EAS_AIRSYNC_APPLICATION_DATA);
	eas_item_write (item, writer);
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

EasItem *
eas_item_from_bytes (GBytes *bytes, GError **error)
{
	g_auto (EasWbxmlReader) reader;
	g_autoptr (EasItem) item = NULL;
	EasTag tag;

	eas_wbxml_reader_init (&reader, bytes);
	if (eas_wbxml_reader_root (&reader, &tag)) {
		if (tag != EAS_AIRSYNC_APPLICATION_DATA) {
			eas_set_error (error, EAS_ERROR_STORE, NULL, 0, 0, "a stored item is none");
			return NULL;
		}
		item = eas_item_read (&reader);
	}

	if (!eas_wbxml_reader_finish (&reader, error))
		return NULL;

	return g_steal_pointer (&item);
}
