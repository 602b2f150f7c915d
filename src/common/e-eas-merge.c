/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * eas_item_diff() says which elements each side changed. A field changed by one
 * side only is that side's; changed by both to the same value, it is settled.
 * The list is dealt with apart (e-eas-merge-list.c), and put into mine before the
 * rest: it then is one more field, ours where anything of it is.
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

/* What is known of the two sides. */
typedef struct {
	const EasItem *ancestor; /* NULL: everything was changed by both */
	const EasItem *mine;
	const EasItem *theirs;
	EasItem *mine_diff;
	EasItem *theirs_diff;
} Sides;

static void
sides_clear (Sides *sides)
{
	g_clear_pointer (&sides->mine_diff, eas_item_unref);
	g_clear_pointer (&sides->theirs_diff, eas_item_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sides, sides_clear)

/* One side changed the pattern, the other entries of occurrences that are no more: nothing to be
 * put together. */
static gboolean
is_torn (const EEasMergeList *list, const Sides *sides)
{
	gboolean mine;
	gboolean theirs;

	if (list == NULL || sides->ancestor == NULL)
		return FALSE;

	mine = !list->same_pattern (sides->ancestor, sides->mine);
	theirs = !list->same_pattern (sides->ancestor, sides->theirs);

	return mine != theirs &&
	       e_eas_merge_list_differs (list, sides->ancestor, mine ? sides->theirs : sides->mine);
}

/* Mine, with the list that both sides get. */
static EasItem *
merge_list (const EEasMergeRules *rules, const Sides *sides, gboolean mine_wins, EEasMerge *merge)
{
	g_autoptr (EasItem) merged = NULL;
	gboolean conflict;

	merged = e_eas_merge_list (rules, sides->ancestor, sides->mine, sides->theirs, mine_wins,
				   &conflict);
	merge->conflict |= conflict;

	return eas_item_overlay (sides->mine, merged);
}

/* What belongs to the list: itself and its pattern. */
static gboolean
is_of_list (const EEasMergeRules *rules, FieldId field)
{
	if (rules->list == NULL)
		return FALSE;
	if (field == field_of (rules, rules->list->list))
		return TRUE;
	for (const EasTag *tag = rules->list->pattern; *tag != EAS_TAG_NONE; tag++) {
		if (field_of (rules, *tag) == field)
			return TRUE;
	}

	return FALSE;
}

/* Decides the field of @differ; TRUE in @conflict where both changed it. TRUE: it is ours. */
static gboolean
is_ours (FieldId field, gboolean by_me, gboolean by_them, gboolean mine_wins, gboolean *conflict)
{
	if (!by_me)
		return FALSE;
	*conflict |= by_them;

	return !by_them || mine_wins;
}

void
e_eas_merge (const EasItem *ancestor,
	     const EasItem *mine,
	     const EasItem *theirs,
	     const EEasMergeRules *rules,
	     gboolean mine_wins,
	     EEasMerge *out_merge)
{
	g_auto (Sides) sides = {
		.ancestor = ancestor,
		.mine = mine,
		.theirs = theirs,
		.mine_diff = ancestor != NULL ? eas_item_diff (ancestor, mine) : NULL,
		.theirs_diff = ancestor != NULL ? eas_item_diff (ancestor, theirs) : NULL,
	};
	g_autoptr (GHashTable) by_me = changed_fields (rules, sides.mine_diff);
	g_autoptr (GHashTable) by_them = changed_fields (rules, sides.theirs_diff);
	g_autoptr (GHashTable) ours = g_hash_table_new (NULL, NULL);
	g_autoptr (GHashTable) differ = NULL;
	g_autoptr (EasItem) my_item = NULL;
	g_autoptr (EasItem) picked = NULL;
	GHashTableIter iter;
	gpointer key;
	gboolean torn = is_torn (rules->list, &sides);
	EEasMerge merge = { NULL };

	merge.theirs = ancestor == NULL || g_hash_table_size (by_them) > 0;
	my_item = rules->list != NULL && !torn ? merge_list (rules, &sides, mine_wins, &merge)
					       : eas_item_copy (mine);
	differ = differing_fields (rules, my_item, theirs);

	g_hash_table_iter_init (&iter, differ);
	while (g_hash_table_iter_next (&iter, &key, NULL)) {
		FieldId field = GPOINTER_TO_UINT (key);
		gboolean is_list =
			rules->list != NULL && field == field_of (rules, rules->list->list);
		gboolean mine_changed = ancestor == NULL || g_hash_table_contains (by_me, key);
		gboolean theirs_changed = ancestor == NULL || g_hash_table_contains (by_them, key);

		if (is_ignored (rules, field))
			continue;
		if (torn && is_of_list (rules, field)) {
			mine_changed = TRUE;
			theirs_changed = TRUE;
		} else if (is_list) {
			/* Already decided: what still differs is to be as in my item. */
			mine_changed = TRUE;
			theirs_changed = FALSE;
		}
		if (is_ours (field, mine_changed, theirs_changed, mine_wins, &merge.conflict))
			g_hash_table_add (ours, key);
	}

	picked = pick (rules, my_item, theirs, ours);
	merge.ours = picked != NULL;
	merge.item = picked != NULL ? eas_item_overlay (theirs, picked) : eas_item_copy (theirs);
	*out_merge = merge;
}

EasItem *
e_eas_merge_reword (const EasItem *ancestor,
		    const EasItem *sent,
		    const EasItem *theirs,
		    const EEasMergeRules *rules)
{
	g_autoptr (EasItem) diff = eas_item_diff (ancestor, sent);
	g_autoptr (GHashTable) changed = changed_fields (rules, diff);
	g_autoptr (GHashTable) differ = differing_fields (rules, sent, theirs);
	g_autoptr (EasItem) picked = NULL;
	GHashTableIter iter;
	gpointer key;

	g_hash_table_iter_init (&iter, differ);
	while (g_hash_table_iter_next (&iter, &key, NULL)) {
		FieldId field = GPOINTER_TO_UINT (key);

		if (is_ignored (rules, field) ||
		    (g_hash_table_contains (changed, key) &&
		     (rules->list == NULL || field != field_of (rules, rules->list->list))))
			g_hash_table_iter_remove (&iter);
	}
	picked = pick (rules, sent, theirs, differ);

	return picked != NULL ? eas_item_overlay (theirs, picked) : eas_item_copy (theirs);
}
