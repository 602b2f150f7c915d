/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The three-way merge of a list, entry by entry: two sides that edit different
 * occurrences of a series both get what they want. An entry is one value; which
 * elements it is written with, and in which order, does not matter.
 */

#include "e-eas-merge.h"

/* An entry without what names it; order is of no account at an item's top level. */
static EasItem *
entry_value (const EEasMergeList *list, const EasItem *item, EasItemSlot entry)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasItemSlot slot;

	for (slot = eas_item_child (item, entry, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (item, slot, EAS_TAG_NONE)) {
		const EasTag *name = list->names;

		while (*name != EAS_TAG_NONE && *name != eas_item_tag (item, slot))
			name++;
		if (*name == EAS_TAG_NONE)
			eas_item_builder_copy (builder, item, slot);
	}

	return eas_item_builder_finish (builder);
}

/* FALSE: an entry without a name, which nothing can be held against. */
static gboolean
entry_name (const EEasMergeList *list, const EasItem *item, EasItemSlot entry, gint64 *out_name)
{
	for (const EasTag *tag = list->names; *tag != EAS_TAG_NONE; tag++) {
		EasItemSlot slot = eas_item_child (item, entry, *tag);

		if (slot != EAS_ITEM_NONE && eas_item_time (item, slot, out_name))
			return TRUE;
	}

	return FALSE;
}

static EasItemSlot
first_entry (const EEasMergeList *list, const EasItem *item)
{
	EasItemSlot slot =
		item != NULL ? eas_item_child (item, EAS_ITEM_ROOT, list->list) : EAS_ITEM_NONE;

	return slot != EAS_ITEM_NONE ? eas_item_child (item, slot, list->entry) : EAS_ITEM_NONE;
}

static EasItemSlot
find_entry (const EEasMergeList *list, const EasItem *item, gint64 name)
{
	EasItemSlot slot = first_entry (list, item);
	gint64 other;

	for (; slot != EAS_ITEM_NONE; slot = eas_item_sibling (item, slot, list->entry)) {
		if (entry_name (list, item, slot, &other) && other == name)
			break;
	}

	return slot;
}

/* Entries of one name in two items; both may lack it. */
static gboolean
same_entry (const EEasMergeList *list, const EasItem *a, const EasItem *b, gint64 name)
{
	EasItemSlot in_a = find_entry (list, a, name);
	EasItemSlot in_b = find_entry (list, b, name);
	g_autoptr (EasItem) value_a = NULL;
	g_autoptr (EasItem) value_b = NULL;
	g_autoptr (EasItem) forth = NULL;
	g_autoptr (EasItem) back = NULL;

	if (in_a == EAS_ITEM_NONE || in_b == EAS_ITEM_NONE)
		return in_a == in_b;

	value_a = entry_value (list, a, in_a);
	value_b = entry_value (list, b, in_b);
	forth = eas_item_diff (value_a, value_b);
	back = eas_item_diff (value_b, value_a);

	return forth == NULL && back == NULL;
}

static gboolean
all_same (const EEasMergeList *list, const EasItem *a, const EasItem *b)
{
	EasItemSlot slot = first_entry (list, b);
	gint64 name;

	for (; slot != EAS_ITEM_NONE; slot = eas_item_sibling (b, slot, list->entry)) {
		if (!entry_name (list, b, slot, &name) || !same_entry (list, a, b, name))
			return FALSE;
	}

	return TRUE;
}

gboolean
e_eas_merge_list_differs (const EEasMergeList *list, const EasItem *a, const EasItem *b)
{
	return !all_same (list, a, b) || !all_same (list, b, a);
}

typedef struct {
	const EEasMergeList *list;
	const EasItem *ancestor;
	const EasItem *mine;
	const EasItem *theirs;
	gboolean mine_wins;
	gboolean conflict;
	EasItemBuilder *builder;
} Merging;

/* Whether the entry is to be as it is on my side. */
static gboolean
is_mine (Merging *merging, gint64 name)
{
	const EEasMergeList *list = merging->list;
	gboolean by_me;
	gboolean by_them;

	if (same_entry (list, merging->mine, merging->theirs, name))
		return FALSE;

	by_me = merging->ancestor == NULL ||
		!same_entry (list, merging->ancestor, merging->mine, name);
	by_them = merging->ancestor == NULL ||
		  !same_entry (list, merging->ancestor, merging->theirs, name);
	merging->conflict |= by_me && by_them;

	return by_me && (!by_them || merging->mine_wins);
}

static void
add_theirs (Merging *merging)
{
	const EasItem *theirs = merging->theirs;
	EasItemSlot slot = first_entry (merging->list, theirs);
	gint64 name;

	for (; slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (theirs, slot, merging->list->entry)) {
		EasItemSlot my_slot;

		if (!entry_name (merging->list, theirs, slot, &name) || !is_mine (merging, name)) {
			eas_item_builder_copy (merging->builder, theirs, slot);
			continue;
		}
		my_slot = find_entry (merging->list, merging->mine, name);
		if (my_slot != EAS_ITEM_NONE)
			eas_item_builder_copy (merging->builder, merging->mine, my_slot);
	}
}

static void
add_mine (Merging *merging)
{
	const EasItem *mine = merging->mine;
	EasItemSlot slot = first_entry (merging->list, mine);
	gint64 name;

	for (; slot != EAS_ITEM_NONE; slot = eas_item_sibling (mine, slot, merging->list->entry)) {
		if (entry_name (merging->list, mine, slot, &name) &&
		    find_entry (merging->list, merging->theirs, name) == EAS_ITEM_NONE &&
		    is_mine (merging, name))
			eas_item_builder_copy (merging->builder, mine, slot);
	}
}

EasItem *
e_eas_merge_list (const EEasMergeList *list,
		  const EasItem *ancestor,
		  const EasItem *mine,
		  const EasItem *theirs,
		  gboolean mine_wins,
		  gboolean *out_conflict)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	Merging merging = {
		.list = list,
		.ancestor = ancestor,
		.mine = mine,
		.theirs = theirs,
		.mine_wins = mine_wins,
		.builder = builder,
	};
	EasItem *merged;

	eas_item_builder_start (builder, list->list);
	add_theirs (&merging);
	add_mine (&merging);
	eas_item_builder_end (builder);
	merged = eas_item_builder_finish (builder);
	*out_conflict = merging.conflict;

	return merged;
}
