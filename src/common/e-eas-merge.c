/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * eas_item_diff() says which elements each side changed. A field changed by one
 * side only is that side's; changed by both to the same value, it is settled.
 */

#include "e-eas-merge.h"

/* A field as a number: below n_fields the rule's, above it the element's own. */
typedef guint FieldId;

static FieldId
field_of (const EEasMergeRules *rules, EasTag tag)
{
	for (gsize i = 0; i < rules->n_fields; i++) {
		for (const EasTag *t = rules->fields[i].tags; *t != EAS_TAG_NONE; t++) {
			if (*t == tag)
				return (FieldId) i;
		}
	}

	return (FieldId) (rules->n_fields + tag);
}

static gboolean
is_ignored (const EEasMergeRules *rules, FieldId field)
{
	return field < rules->n_fields && rules->fields[field].ignored;
}

/* The fields that have an element in @diff. */
static GHashTable *
changed_fields (const EEasMergeRules *rules, const EasItem *diff)
{
	GHashTable *fields = g_hash_table_new (NULL, NULL);

	if (diff == NULL)
		return fields;

	for (EasItemSlot slot = eas_item_child (diff, EAS_ITEM_ROOT, EAS_TAG_NONE);
	     slot != EAS_ITEM_NONE; slot = eas_item_sibling (diff, slot, EAS_TAG_NONE)) {
		FieldId field = field_of (rules, eas_item_tag (diff, slot));

		if (!is_ignored (rules, field))
			g_hash_table_add (fields, GUINT_TO_POINTER (field));
	}

	return fields;
}

/* An empty element and an absent one say the same here. */
static gboolean
same_value (const EasItem *a, const EasItem *b, EasTag tag)
{
	EasItemSlot in_a = eas_item_child (a, EAS_ITEM_ROOT, tag);
	EasItemSlot in_b = eas_item_child (b, EAS_ITEM_ROOT, tag);
	gboolean empty_a = in_a == EAS_ITEM_NONE || eas_item_is_empty (a, in_a);
	gboolean empty_b = in_b == EAS_ITEM_NONE || eas_item_is_empty (b, in_b);

	if (empty_a || empty_b)
		return empty_a && empty_b;

	return eas_item_slot_equal (a, in_a, b, in_b);
}

/* Fields of @diff, which leads from theirs to mine: where the two differ now. */
static GHashTable *
differing_fields (const EEasMergeRules *rules, const EasItem *mine, const EasItem *theirs)
{
	g_autoptr (EasItem) diff = eas_item_diff (theirs, mine);
	GHashTable *fields = g_hash_table_new (NULL, NULL);

	if (diff == NULL)
		return fields;

	for (EasItemSlot slot = eas_item_child (diff, EAS_ITEM_ROOT, EAS_TAG_NONE);
	     slot != EAS_ITEM_NONE; slot = eas_item_sibling (diff, slot, EAS_TAG_NONE)) {
		EasTag tag = eas_item_tag (diff, slot);

		if (!same_value (mine, theirs, tag))
			g_hash_table_add (fields, GUINT_TO_POINTER (field_of (rules, tag)));
	}

	return fields;
}

/* The part of the way from theirs to mine whose fields are in @fields; NULL when empty. */
static EasItem *
pick (const EEasMergeRules *rules, const EasItem *mine, const EasItem *theirs, GHashTable *fields)
{
	g_autoptr (EasItem) diff = eas_item_diff (theirs, mine);
	g_autoptr (EasItemBuilder) builder = NULL;
	guint n_picked = 0;

	if (diff == NULL)
		return NULL;

	builder = eas_item_builder_new ();
	for (EasItemSlot slot = eas_item_child (diff, EAS_ITEM_ROOT, EAS_TAG_NONE);
	     slot != EAS_ITEM_NONE; slot = eas_item_sibling (diff, slot, EAS_TAG_NONE)) {
		FieldId field = field_of (rules, eas_item_tag (diff, slot));

		if (!g_hash_table_contains (fields, GUINT_TO_POINTER (field)))
			continue;
		eas_item_builder_copy (builder, diff, slot);
		n_picked++;
	}

	return n_picked > 0 ? eas_item_builder_finish (builder) : NULL;
}

void
e_eas_merge_clear (EEasMerge *merge)
{
	g_clear_pointer (&merge->item, eas_item_unref);
}

void
e_eas_merge (const EasItem *ancestor,
	     const EasItem *mine,
	     const EasItem *theirs,
	     const EEasMergeRules *rules,
	     gboolean mine_wins,
	     EEasMerge *out_merge)
{
	g_autoptr (EasItem) mine_diff = ancestor != NULL ? eas_item_diff (ancestor, mine) : NULL;
	g_autoptr (EasItem) theirs_diff =
		ancestor != NULL ? eas_item_diff (ancestor, theirs) : NULL;
	g_autoptr (GHashTable) differ = differing_fields (rules, mine, theirs);
	g_autoptr (GHashTable) by_me = changed_fields (rules, mine_diff);
	g_autoptr (GHashTable) by_them = changed_fields (rules, theirs_diff);
	g_autoptr (GHashTable) ours = g_hash_table_new (NULL, NULL);
	g_autoptr (EasItem) picked = NULL;
	GHashTableIter iter;
	gpointer field;
	EEasMerge merge = { NULL };

	merge.theirs = ancestor == NULL || g_hash_table_size (by_them) > 0;

	g_hash_table_iter_init (&iter, differ);
	while (g_hash_table_iter_next (&iter, &field, NULL)) {
		gboolean mine_changed = ancestor == NULL || g_hash_table_contains (by_me, field);
		gboolean theirs_changed =
			ancestor == NULL || g_hash_table_contains (by_them, field);

		if (is_ignored (rules, GPOINTER_TO_UINT (field)) || !mine_changed)
			continue;
		if (theirs_changed)
			merge.conflict = TRUE;
		if (!theirs_changed || mine_wins)
			g_hash_table_add (ours, field);
	}

	picked = pick (rules, mine, theirs, ours);
	merge.ours = picked != NULL;
	merge.item = picked != NULL ? eas_item_overlay (theirs, picked) : eas_item_copy (theirs);
	*out_merge = merge;
}
