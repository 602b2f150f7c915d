/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How an EasItem lies in memory; for eas-item*.c only.
 *
 * One block: the head, the slots in preorder, then the bytes the item owns. A
 * value lies either there or in the document the item was read from. A text is
 * followed by a zero byte in both: STR_I is terminated on the wire.
 */

#pragma once

#include "eas-item.h"

G_BEGIN_DECLS

#define EAS_ITEM_MAX_DEPTH 64 /* no deeper than a document: EAS_WBXML_MAX_DEPTH */
#define EAS_ITEM_MAX_SLOTS (128 * 1024)

typedef enum {
	EAS_ITEM_EMPTY,
	EAS_ITEM_TEXT,
	EAS_ITEM_OPAQUE,
	EAS_ITEM_CONTAINER /* with at least one child, but for the root */
} EasItemKind;

typedef struct {
	guint16 tag;
	guint8 kind;    /* EasItemKind */
	guint8 depth : 7;
	guint8 own : 1; /* the value lies in the item's own bytes */
	guint32 offset; /* of the value */
	guint32 extent; /* the value's bytes; of a container the slots, itself included */
} EasItemSlotData;

G_STATIC_ASSERT (sizeof (EasItemSlotData) == 12);

/* An opaque value somebody wanted as text. */
typedef struct _EasItemLateText EasItemLateText;

struct _EasItem {
	gatomicrefcount ref_count;
	guint n_slots;
	guint n_bad;
	GBytes *document;      /* NULL when the item owns all its values */
	const guint8 *base[2]; /* by EasItemSlotData.own */
	EasItemLateText *late_texts;
	EasItemSlotData slots[];
};

/* @slots[0] is the root; all of them and @own are copied, @document is referred to. */
EasItem *eas_item_assemble (const EasItemSlotData *slots,
                            guint n_slots,
                            GBytes *document,
                            const guint8 *document_data,
                            const guint8 *own,
                            gsize own_size);

static inline guint
eas_item_slot_span (const EasItemSlotData *data)
{
	return data->kind == EAS_ITEM_CONTAINER ? data->extent : 1;
}

static inline const guint8 *
eas_item_slot_value (const EasItem *item, const EasItemSlotData *data)
{
	return item->base[data->own] + data->offset;
}

G_END_DECLS
