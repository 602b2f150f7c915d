/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EasItem: an ApplicationData as a value. A flat array of slots in preorder,
 * immutable and counted. Elements we do not know are in it like all others, with
 * their page and token, so that what we do not understand survives.
 *
 * A slot is named by its index. EAS_ITEM_ROOT is the item itself, the parent of
 * the top-level elements; EAS_ITEM_NONE says "absent" and is accepted by every
 * reader, which then answers "nothing". Look-ups are linear: items are small.
 */

#pragma once

#include "eas-wbxml-tags.h"

G_BEGIN_DECLS

typedef struct _EasItem EasItem;
typedef guint EasItemSlot;

#define EAS_ITEM_ROOT 0u
#define EAS_ITEM_NONE G_MAXUINT

EasItem    *eas_item_ref      (EasItem *item);
void        eas_item_unref    (EasItem *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasItem, eas_item_unref)
EasItem    *eas_item_copy     (const EasItem *item); /* one block of its own: an item read from a response pins it */

/* Structure. @tag EAS_TAG_NONE: any. */
EasItemSlot eas_item_child    (const EasItem *item, EasItemSlot parent, EasTag tag);
EasItemSlot eas_item_sibling  (const EasItem *item, EasItemSlot slot, EasTag tag); /* the next one after @slot */
EasTag      eas_item_tag      (const EasItem *item, EasItemSlot slot);
gboolean    eas_item_has      (const EasItem *item, EasTag tag);                   /* at the top level */
gboolean    eas_item_is_empty (const EasItem *item, EasItemSlot slot);             /* neither text nor children */
guint       eas_item_n_children (const EasItem *item, EasItemSlot parent);

/* Values, parsed on access. Text is lent and lives as long as the item. */
const char *eas_item_text     (const EasItem *item, EasItemSlot slot); /* NULL: absent, or a container; "": empty */
GBytes     *eas_item_bytes    (const EasItem *item, EasItemSlot slot); /* (transfer full): opaque, or text as it is, NULL absent */
gboolean    eas_item_is_opaque (const EasItem *item, EasItemSlot slot);            /* raw bytes on the wire, not text */
gboolean    eas_item_int      (const EasItem *item, EasItemSlot slot, gint64 *out_value);
gboolean    eas_item_flag     (const EasItem *item, EasItemSlot slot, gboolean *out_value); /* empty is TRUE */
gboolean    eas_item_time     (const EasItem *item, EasItemSlot slot, gint64 *out_utc);    /* both wire forms, seconds since 1970 UTC */

/* The same for a top-level element by name. */
const char *eas_item_get_text (const EasItem *item, EasTag tag);
gint64      eas_item_get_int  (const EasItem *item, EasTag tag, gint64 otherwise);
gboolean    eas_item_get_flag (const EasItem *item, EasTag tag, gboolean otherwise);
gboolean    eas_item_get_time (const EasItem *item, EasTag tag, gint64 *out_utc);

/* Comparison ignores the order of the top level and which page-switches were sent. */
gboolean    eas_item_equal    (const EasItem *a, const EasItem *b);
guint64     eas_item_hash     (const EasItem *item); /* stable across processes and releases: EDS's revision */
gboolean    eas_item_slot_equal (const EasItem *a, EasItemSlot slot_a, const EasItem *b, EasItemSlot slot_b);

/* Values that could not be understood while reading (bad UTF-8 repaired, text cut): law 5. */
guint       eas_item_n_bad    (const EasItem *item);

/*
 * What changed at the top level from @baseline to @edited: elements of @edited
 * that are new or different, and for each that is gone an empty element, or 0 for
 * a boolean, whose empty element would be true. An empty element and a false
 * boolean are as good as absent: no difference. NULL when nothing changed. An
 * element that comes several times is one value.
 */
EasItem    *eas_item_diff     (const EasItem *baseline, const EasItem *edited);
/*
 * @base with the top-level elements of @over in place of its own; an empty element
 * in @over removes, but for booleans and empty tags. @over may be NULL. With
 * @over = diff (base, edited) this is @edited, but for what is as good as absent.
 */
EasItem    *eas_item_overlay  (const EasItem *base, const EasItem *over);

/* Building. Spent by eas_item_builder_finish(), which does not free it. Text that no document may carry is repaired on the way in. */
typedef struct _EasItemBuilder EasItemBuilder;

EasItemBuilder *eas_item_builder_new    (void);
void            eas_item_builder_free   (EasItemBuilder *builder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasItemBuilder, eas_item_builder_free)
void            eas_item_builder_start  (EasItemBuilder *builder, EasTag tag);
void            eas_item_builder_end    (EasItemBuilder *builder);
void            eas_item_builder_empty  (EasItemBuilder *builder, EasTag tag);
void            eas_item_builder_text   (EasItemBuilder *builder, EasTag tag, const char *text); /* NULL: nothing is added; "": an empty element */
void            eas_item_builder_int    (EasItemBuilder *builder, EasTag tag, gint64 value);
void            eas_item_builder_flag   (EasItemBuilder *builder, EasTag tag, gboolean value);
void            eas_item_builder_time   (EasItemBuilder *builder, EasTag tag, gint64 utc); /* the form of the tag's type */
void            eas_item_builder_opaque (EasItemBuilder *builder, EasTag tag, const guint8 *data, gsize size);
void            eas_item_builder_copy   (EasItemBuilder *builder, const EasItem *item, EasItemSlot slot); /* with all below */
EasItem        *eas_item_builder_finish (EasItemBuilder *builder); /* (transfer full), one block; then only to be freed */

G_END_DECLS
