/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The three-way merge of a list, entry by entry: two sides that edit different
 * occurrences of a series both get what they want. In which order an entry says
 * something does not matter. One that both sides changed is merged field by field: what
 * it does not say it has from its item, and so a new entry began as the item was.
 */

#include "e-eas-merge.h"

static gboolean
is_name (const EEasMergeList *list, EasTag tag)
{
	const EasTag *name = list->names;

	while (*name != EAS_TAG_NONE && *name != tag)
		name++;

	return *name != EAS_TAG_NONE;
}

/* An entry without what names it; order is of no account at an item's top level. */
static EasItem *
entry_value (const EEasMergeList *list, const EasItem *item, EasItemSlot entry)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasItemSlot slot;

	for (slot = eas_item_child (item, entry, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (item, slot, EAS_TAG_NONE)) {
		if (!is_name (list, eas_item_tag (item, slot)))
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
	const EEasMergeRules *rules;
	const EEasMergeList *list;
	const EasItem *ancestor;
	const EasItem *mine;
	const EasItem *theirs;
	gboolean mine_wins;
	gboolean conflict;
	EasItemBuilder *builder;
} Merging;

/* What @item says of the entry at @slot, EAS_ITEM_NONE: there is none; NULL: that it is gone. */
static EasItem *
value_of (const EEasMergeList *list, const EasItem *item, EasItemSlot slot)
{
	g_autoptr (EasItemBuilder) empty = NULL;
	g_autoptr (EasItem) value = NULL;

	if (slot == EAS_ITEM_NONE) {
		empty = eas_item_builder_new ();
		return eas_item_builder_finish (empty);
	}
	value = entry_value (list, item, slot);

	return eas_item_get_flag (value, list->gone, FALSE) ? NULL : g_steal_pointer (&value);
}

/* An entry's end where it says none: as long after its start as of the item. */
static gint64
end_of (const EEasMergeList *list, const EasItem *item, const EasItem *value, gint64 name)
{
	gint64 start = name;
	gint64 of_start = 0;
	gint64 of_end = 0;

	eas_item_get_time (value, list->start, &start);
	if (!eas_item_get_time (item, list->start, &of_start) ||
	    !eas_item_get_time (item, list->end, &of_end))
		return start;

	return start + of_end - of_start;
}

static void
say (const EEasMergeList *list,
     const EasItem *item,
     const EasItem *value,
     gint64 name,
     EasTag tag,
     EasItemBuilder *builder)
{
	EasItemSlot slot = eas_item_child (item, EAS_ITEM_ROOT, tag);

	if (tag == list->start)
		eas_item_builder_time (builder, tag, name);
	else if (tag == list->end)
		eas_item_builder_time (builder, tag, end_of (list, item, value, name));
	else if (slot != EAS_ITEM_NONE)
		eas_item_builder_copy (builder, item, slot);
}

/* @value with all that @others say of theirs: what it has from @item. */
static EasItem *
say_all (const EEasMergeList *list,
	 const EasItem *item,
	 const EasItem *value,
	 gint64 name,
	 EasItem *const *others)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autoptr (GHashTable) said = g_hash_table_new (NULL, NULL);
	EasItemSlot slot;

	for (slot = eas_item_child (value, EAS_ITEM_ROOT, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (value, slot, EAS_TAG_NONE)) {
		g_hash_table_add (said, GUINT_TO_POINTER (eas_item_tag (value, slot)));
		eas_item_builder_copy (builder, value, slot);
	}
	for (guint i = 0; others[i] != NULL; i++) {
		const EasItem *other = others[i];

		for (slot = eas_item_child (other, EAS_ITEM_ROOT, EAS_TAG_NONE);
		     slot != EAS_ITEM_NONE; slot = eas_item_sibling (other, slot, EAS_TAG_NONE)) {
			EasTag tag = eas_item_tag (other, slot);

			if (g_hash_table_add (said, GUINT_TO_POINTER (tag)))
				say (list, item, value, name, tag, builder);
		}
	}

	return eas_item_builder_finish (builder);
}

/* FALSE: the two cannot be put together, or one of them is to be as it is. */
static gboolean
add_merged (Merging *merging, gint64 name)
{
	const EEasMergeList *list = merging->list;
	const EEasMergeRules rules = { merging->rules->fields, merging->rules->n_fields, NULL };
	EasItemSlot in_mine = find_entry (list, merging->mine, name);
	EasItemSlot in_theirs = find_entry (list, merging->theirs, name);
	g_autoptr (EasItem) before = NULL;
	g_autoptr (EasItem) mine = NULL;
	g_autoptr (EasItem) theirs = NULL;
	g_autoptr (EasItem) all_before = NULL;
	g_autoptr (EasItem) all_mine = NULL;
	g_autoptr (EasItem) all_theirs = NULL;
	g_auto (EEasMerge) merge = { NULL };

	if (merging->ancestor == NULL || in_mine == EAS_ITEM_NONE || in_theirs == EAS_ITEM_NONE)
		return FALSE;
	before = value_of (list, merging->ancestor, find_entry (list, merging->ancestor, name));
	mine = value_of (list, merging->mine, in_mine);
	theirs = value_of (list, merging->theirs, in_theirs);
	if (before == NULL || mine == NULL || theirs == NULL)
		return FALSE;

	all_before = say_all (list, merging->ancestor, before, name,
			      (EasItem *[]){ mine, theirs, NULL });
	all_mine = say_all (list, merging->mine, mine, name, (EasItem *[]){ before, theirs, NULL });
	all_theirs =
		say_all (list, merging->theirs, theirs, name, (EasItem *[]){ before, mine, NULL });
	e_eas_merge (all_before, all_mine, all_theirs, &rules, merging->mine_wins, &merge);
	if (merge.conflict || !merge.ours || !merge.theirs)
		return FALSE;

	eas_item_builder_start (merging->builder, list->entry);
	for (EasItemSlot slot = eas_item_child (merging->theirs, in_theirs, EAS_TAG_NONE);
	     slot != EAS_ITEM_NONE; slot = eas_item_sibling (merging->theirs, slot, EAS_TAG_NONE)) {
		if (is_name (list, eas_item_tag (merging->theirs, slot)))
			eas_item_builder_copy (merging->builder, merging->theirs, slot);
	}
	for (EasItemSlot slot = eas_item_child (merge.item, EAS_ITEM_ROOT, EAS_TAG_NONE);
	     slot != EAS_ITEM_NONE; slot = eas_item_sibling (merge.item, slot, EAS_TAG_NONE))
		eas_item_builder_copy (merging->builder, merge.item, slot);
	eas_item_builder_end (merging->builder);

	return TRUE;
}

/* Whether the entry was changed on both sides, each in its own way. */
static gboolean
is_contested (const Merging *merging, gint64 name)
{
	const EEasMergeList *list = merging->list;

	return merging->ancestor != NULL &&
	       !same_entry (list, merging->mine, merging->theirs, name) &&
	       !same_entry (list, merging->ancestor, merging->mine, name) &&
	       !same_entry (list, merging->ancestor, merging->theirs, name);
}

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

		if (entry_name (merging->list, theirs, slot, &name) &&
		    is_contested (merging, name) && add_merged (merging, name))
			continue;
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
e_eas_merge_list (const EEasMergeRules *rules,
		  const EasItem *ancestor,
		  const EasItem *mine,
		  const EasItem *theirs,
		  gboolean mine_wins,
		  gboolean *out_conflict)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	Merging merging = {
		.rules = rules,
		.list = rules->list,
		.ancestor = ancestor,
		.mine = mine,
		.theirs = theirs,
		.mine_wins = mine_wins,
		.builder = builder,
	};
	EasItem *merged;

	eas_item_builder_start (builder, rules->list->list);
	add_theirs (&merging);
	add_mine (&merging);
	eas_item_builder_end (builder);
	merged = eas_item_builder_finish (builder);
	*out_conflict = merging.conflict;

	return merged;
}
