/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* EasItem: equality, hash, difference. All of them ignore the order of the top level. */

#include "eas-item-private.h"

#include <string.h>

/*
 * Servers send some values now as text, now as opaque data; where the element's
 * type is not binary both mean the same. In a binary one text is base64.
 */
static EasItemKind
effective_kind (const EasItemSlotData *data)
{
	EasType type;

	if (data->kind != EAS_ITEM_OPAQUE)
		return data->kind;

	type = eas_tag_get_type (data->tag);
	if (type == EAS_TYPE_OPAQUE || type == EAS_TYPE_BASE64 || type == EAS_TYPE_UNKNOWN)
		return EAS_ITEM_OPAQUE;

	return EAS_ITEM_TEXT;
}

static gboolean
slots_equal (const EasItem *a,
	     const EasItemSlotData *slot_a,
	     const EasItem *b,
	     const EasItemSlotData *slot_b)
{
	EasItemKind kind;

	if (slot_a->tag != slot_b->tag)
		return FALSE;

	kind = effective_kind (slot_a);
	if (kind != effective_kind (slot_b))
		return FALSE;
	if (kind == EAS_ITEM_EMPTY)
		return TRUE;
	if (slot_a->extent != slot_b->extent)
		return FALSE;

	return kind == EAS_ITEM_CONTAINER ||
	       memcmp (eas_item_slot_value (a, slot_a), eas_item_slot_value (b, slot_b),
		       slot_a->extent) == 0;
}

/* Slots of equal spans in preorder: if each equals the other, so do the trees. */
static gboolean
runs_equal (
	const EasItem *a, EasItemSlot slot_a, const EasItem *b, EasItemSlot slot_b, guint n_slots)
{
	for (guint i = 0; i < n_slots; i++) {
		if (!slots_equal (a, &a->slots[slot_a + i], b, &b->slots[slot_b + i]))
			return FALSE;
	}

	return TRUE;
}

gboolean
eas_item_slot_equal (const EasItem *a, EasItemSlot slot_a, const EasItem *b, EasItemSlot slot_b)
{
	guint span;

	if (slot_a >= a->n_slots || slot_b >= b->n_slots)
		return slot_a >= a->n_slots && slot_b >= b->n_slots;

	if (slot_a == EAS_ITEM_ROOT && slot_b == EAS_ITEM_ROOT)
		return eas_item_equal (a, b);

	span = eas_item_slot_span (&a->slots[slot_a]);

	return span == eas_item_slot_span (&b->slots[slot_b]) &&
	       runs_equal (a, slot_a, b, slot_b, span);
}

/*
 * The hash is kept in files and in EDS's revisions: never change a bit of it.
 * Eight bytes at a time, little-endian, the last word filled up with zeros;
 * lengths go in, so that the filling is unambiguous.
 */
#define HASH_SEED   G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)
#define HASH_FACTOR G_GUINT64_CONSTANT (0xd6e8feb86659fd93)

static inline guint64
hash_word (guint64 hash, guint64 word)
{
	hash = (hash ^ word) * HASH_FACTOR;

	return hash ^ (hash >> 32);
}

static guint64
hash_bytes (guint64 hash, const guint8 *data, gsize size)
{
	guint64 word;

	for (; size >= sizeof (word); data += sizeof (word), size -= sizeof (word)) {
		memcpy (&word, data, sizeof (word));
		hash = hash_word (hash, GUINT64_FROM_LE (word));
	}

	if (size > 0) {
		word = 0;
		memcpy (&word, data, size);
		hash = hash_word (hash, GUINT64_FROM_LE (word));
	}

	return hash;
}

/* An element and all below it. */
static guint64
hash_tree (const EasItem *item, EasItemSlot slot)
{
	EasItemSlot end = slot + eas_item_slot_span (&item->slots[slot]);
	guint64 hash = HASH_SEED;

	for (; slot < end; slot++) {
		const EasItemSlotData *data = &item->slots[slot];
		EasItemKind kind = effective_kind (data);
		guint64 extent = kind == EAS_ITEM_EMPTY ? 0 : data->extent;

		hash = hash_word (hash, (guint64) data->tag << 40 | (guint64) kind << 32 | extent);
		if (kind == EAS_ITEM_TEXT || kind == EAS_ITEM_OPAQUE)
			hash = hash_bytes (hash, eas_item_slot_value (item, data), data->extent);
	}

	return hash_word (hash, HASH_SEED);
}

guint64
eas_item_hash (const EasItem *item)
{
	guint64 sum = 0;

	for (EasItemSlot slot = 1; slot < item->n_slots;) {
		sum += hash_tree (item, slot);
		slot += eas_item_slot_span (&item->slots[slot]);
	}

	return hash_word (HASH_SEED, sum);
}

typedef struct {
	guint64 hash;
	EasItemSlot slot;
} HashedSlot;

static int
compare_hashed (gconstpointer a, gconstpointer b)
{
	const HashedSlot *first = a;
	const HashedSlot *second = b;

	if (first->hash != second->hash)
		return first->hash < second->hash ? -1 : 1;

	return 0;
}

/* The elements of the top level, all or those of one tag, ordered by what is in them. */
static GArray *
sort_top_level (const EasItem *item, EasTag tag)
{
	GArray *sorted = g_array_new (FALSE, FALSE, sizeof (HashedSlot));
	EasItemSlot slot = eas_item_child (item, EAS_ITEM_ROOT, tag);

	for (; slot != EAS_ITEM_NONE; slot = eas_item_sibling (item, slot, tag)) {
		HashedSlot hashed = { hash_tree (item, slot), slot };

		g_array_append_val (sorted, hashed);
	}
	g_array_sort (sorted, compare_hashed);

	return sorted;
}

/* Whether the top levels hold the same elements (of @tag), in whatever order. */
static gboolean
sets_equal (const EasItem *a, const EasItem *b, EasTag tag)
{
	g_autoptr (GArray) sorted_a = sort_top_level (a, tag);
	g_autoptr (GArray) sorted_b = sort_top_level (b, tag);

	if (sorted_a->len != sorted_b->len)
		return FALSE;

	for (guint i = 0; i < sorted_a->len; i++) {
		EasItemSlot slot_a = g_array_index (sorted_a, HashedSlot, i).slot;
		EasItemSlot slot_b = g_array_index (sorted_b, HashedSlot, i).slot;

		if (!eas_item_slot_equal (a, slot_a, b, slot_b))
			return FALSE;
	}

	return TRUE;
}

gboolean
eas_item_equal (const EasItem *a, const EasItem *b)
{
	if (a == b)
		return TRUE;
	if (a->n_slots != b->n_slots)
		return FALSE;

	return runs_equal (a, 1, b, 1, a->n_slots - 1) || sets_equal (a, b, EAS_TAG_NONE);
}

/* Elements of one tag at the top level are one value: the only one on either side, or a set. */
static gboolean
values_equal (const EasItem *a, EasItemSlot first_a, const EasItem *b, EasItemSlot first_b)
{
	EasTag tag = eas_item_tag (a, first_a);

	if (first_b == EAS_ITEM_NONE)
		return FALSE;
	if (eas_item_sibling (a, first_a, tag) == EAS_ITEM_NONE &&
	    eas_item_sibling (b, first_b, tag) == EAS_ITEM_NONE)
		return eas_item_slot_equal (a, first_a, b, first_b);

	return sets_equal (a, b, tag);
}

/* Whether @slot is the first of its tag at the top level: where its value is dealt with. */
static gboolean
is_first (const EasItem *item, EasItemSlot slot)
{
	return eas_item_child (item, EAS_ITEM_ROOT, eas_item_tag (item, slot)) == slot;
}

/* All elements of the top level with the tag of @first. */
static void
copy_value (EasItemBuilder *builder, const EasItem *item, EasItemSlot first)
{
	EasTag tag = eas_item_tag (item, first);

	for (EasItemSlot slot = first; slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (item, slot, tag))
		eas_item_builder_copy (builder, item, slot);
}

/* An empty boolean is true and an empty tag is what its presence says; any other empty element says
 * "nothing". */
static gboolean
empty_is_a_value (EasTag tag)
{
	EasType type = eas_tag_get_type (tag);

	return type == EAS_TYPE_BOOLEAN || type == EAS_TYPE_EMPTY;
}

/* Whether no element of the value at @first holds anything. */
static gboolean
all_empty (const EasItem *item, EasItemSlot first)
{
	EasTag tag = eas_item_tag (item, first);

	for (; first != EAS_ITEM_NONE; first = eas_item_sibling (item, first, tag)) {
		if (!eas_item_is_empty (item, first))
			return FALSE;
	}

	return TRUE;
}

/* Whether the value at @first is as good as absent: beside a server's copy it asks for nothing. */
static gboolean
says_nothing (const EasItem *item, EasItemSlot first)
{
	EasTag tag = eas_item_tag (item, first);
	gboolean flag;

	if (first == EAS_ITEM_NONE)
		return TRUE;
	if (eas_tag_get_type (tag) == EAS_TYPE_BOOLEAN)
		return eas_item_flag (item, first, &flag) && !flag;

	return !empty_is_a_value (tag) && all_empty (item, first);
}

static void
add_gone (EasItemBuilder *builder, EasTag tag)
{
	if (eas_tag_get_type (tag) == EAS_TYPE_BOOLEAN)
		eas_item_builder_flag (builder, tag, FALSE);
	else if (!empty_is_a_value (tag))
		eas_item_builder_empty (builder, tag);
}

static void
add_new_and_different (EasItemBuilder *builder, const EasItem *baseline, const EasItem *edited)
{
	EasItemSlot slot = eas_item_child (edited, EAS_ITEM_ROOT, EAS_TAG_NONE);

	for (; slot != EAS_ITEM_NONE; slot = eas_item_sibling (edited, slot, EAS_TAG_NONE)) {
		EasItemSlot old =
			eas_item_child (baseline, EAS_ITEM_ROOT, eas_item_tag (edited, slot));

		if (!is_first (edited, slot) || values_equal (edited, slot, baseline, old))
			continue;
		if (!says_nothing (edited, slot) || !says_nothing (baseline, old))
			copy_value (builder, edited, slot);
	}
}

EasItem *
eas_item_diff (const EasItem *baseline, const EasItem *edited)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autoptr (EasItem) diff = NULL;
	EasItemSlot slot = eas_item_child (baseline, EAS_ITEM_ROOT, EAS_TAG_NONE);

	add_new_and_different (builder, baseline, edited);
	for (; slot != EAS_ITEM_NONE; slot = eas_item_sibling (baseline, slot, EAS_TAG_NONE)) {
		EasTag tag = eas_item_tag (baseline, slot);

		if (is_first (baseline, slot) && !eas_item_has (edited, tag) &&
		    !says_nothing (baseline, slot))
			add_gone (builder, tag);
	}

	diff = eas_item_builder_finish (builder);
	if (eas_item_is_empty (diff, EAS_ITEM_ROOT))
		return NULL;

	return g_steal_pointer (&diff);
}

/* Whether the overlay's value at @first takes the one below it away. */
static gboolean
removes (const EasItem *over, EasItemSlot first)
{
	return !empty_is_a_value (eas_item_tag (over, first)) && all_empty (over, first);
}

EasItem *
eas_item_overlay (const EasItem *base, const EasItem *over)
{
	g_autoptr (EasItemBuilder) builder = NULL;
	EasItemSlot slot;

	if (over == NULL)
		return eas_item_copy (base);

	builder = eas_item_builder_new ();
	for (slot = eas_item_child (base, EAS_ITEM_ROOT, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (base, slot, EAS_TAG_NONE)) {
		EasItemSlot mine = eas_item_child (over, EAS_ITEM_ROOT, eas_item_tag (base, slot));

		if (mine == EAS_ITEM_NONE)
			eas_item_builder_copy (builder, base, slot);
		else if (is_first (base, slot) && !removes (over, mine))
			copy_value (builder, over, mine);
	}

	for (slot = eas_item_child (over, EAS_ITEM_ROOT, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (over, slot, EAS_TAG_NONE)) {
		EasTag tag = eas_item_tag (over, slot);

		if (is_first (over, slot) && !eas_item_has (base, tag) && !removes (over, slot))
			copy_value (builder, over, slot);
	}

	return eas_item_builder_finish (builder);
}
