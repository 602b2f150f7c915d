/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-map-flat.h"
#include "eas-map-body.h"

#include <string.h>

typedef struct {
	const EasMapTable *table;
	const EasMapContext *context;
	const EasItem *baseline;
	const EasItem *base;
	const EasItem *shown;
	const EasItem *edited;
	gboolean is_listed; /* what is not sent stays on the server */
} FlatEdit;

static gboolean
is_mutable (const EasMapRow *row)
{
	return row->codec != NULL && (row->how & EAS_MAP_WRITE) != 0 &&
	       (row->how & (EAS_MAP_KEEP | EAS_MAP_QUIET | EAS_MAP_ADD_ONLY)) == 0;
}

/* What the person changed, an empty element for what is gone; without children when nothing is.
 * NULL on error. */
static EasItem *
write_delta (const FlatEdit *edit, GError **error)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	for (guint i = 0; i < edit->table->n_rows; i++) {
		const EasMapRow *row = &edit->table->rows[i];
		EasMapMerging merging = { .context = edit->context,
					  .baseline = edit->baseline,
					  .builder = builder };

		if (!is_mutable (row) ||
		    !eas_map_row_applies (row, EAS_MAP_WRITE, edit->context->version))
			continue;

		merging.baseline_slot = eas_item_child (edit->baseline, EAS_ITEM_ROOT, row->tag);
		eas_map_merge_changed (row, edit->base, edit->shown, edit->edited, &merging);
		if (merging.error != NULL) {
			g_propagate_error (error, merging.error);
			return NULL;
		}
	}

	return eas_item_builder_finish (builder);
}

static gboolean
is_carried (const EasMapTable *table, EasTag tag, EasVersion version)
{
	for (guint i = 0; i < table->n_rows; i++) {
		if (table->rows[i].tag == tag &&
		    eas_map_row_applies (&table->rows[i], EAS_MAP_CARRY, version))
			return TRUE;
	}

	return FALSE;
}

/* Has the server's value of an element nobody edited to be in the Change? */
static gboolean
goes_back (const FlatEdit *edit, EasTag tag)
{
	const EasMapRow *row = eas_map_writing_row (edit->table, tag, edit->context->version);

	if (row == NULL)
		return !edit->is_listed && (!eas_tag_is_known (tag) ||
					    is_carried (edit->table, tag, edit->context->version));
	if ((row->how & (EAS_MAP_QUIET | EAS_MAP_ADD_ONLY)) != 0)
		return FALSE;

	return !edit->is_listed || (row->how & EAS_MAP_OURS) != 0;
}

static void
copy_baseline (const FlatEdit *edit, const EasItem *delta, EasItemBuilder *builder)
{
	const EasItem *item = edit->baseline;
	EasItemSlot slot;

	for (slot = eas_item_child (item, EAS_ITEM_ROOT, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (item, slot, EAS_TAG_NONE)) {
		EasTag tag = eas_item_tag (item, slot);

		if (eas_item_has (delta, tag) || !goes_back (edit, tag))
			continue;
		if (tag != EAS_AIRSYNCBASE_BODY)
			eas_item_builder_copy (builder, item, slot);
		else if (eas_map_body_is_safe (item, EAS_ITEM_ROOT, slot))
			eas_map_body_copy (item, slot, builder);
	}
}

/* What goes with every Change: time stamps, and what the server demands and has not got. */
static void
copy_companions (const FlatEdit *edit, const EasItem *delta, EasItemBuilder *builder)
{
	for (guint i = 0; i < edit->table->n_rows; i++) {
		const EasMapRow *row = &edit->table->rows[i];
		EasItemSlot slot;

		if (!eas_map_row_applies (row, EAS_MAP_WRITE, edit->context->version) ||
		    (row->how & (EAS_MAP_KEEP | EAS_MAP_QUIET | EAS_MAP_DEMANDED)) == 0)
			continue;
		if ((row->how & EAS_MAP_QUIET) == 0 &&
		    (eas_item_has (edit->baseline, row->tag) || eas_item_has (delta, row->tag)))
			continue;

		slot = eas_item_child (edit->edited, EAS_ITEM_ROOT, row->tag);
		if (slot != EAS_ITEM_NONE)
			eas_item_builder_copy (builder, edit->edited, slot);
	}
}

static void
copy_delta (const FlatEdit *edit, const EasItem *delta, EasItemBuilder *builder)
{
	EasItemSlot slot;

	for (slot = eas_item_child (delta, EAS_ITEM_ROOT, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (delta, slot, EAS_TAG_NONE)) {
		const EasMapRow *row = eas_map_writing_row (edit->table, eas_item_tag (delta, slot),
							    edit->context->version);

		/* In a whole item, what is gone is not there; some servers refuse it empty. */
		if (!eas_item_is_empty (delta, slot) || edit->is_listed ||
		    (row->how & EAS_MAP_STAYS) != 0)
			eas_item_builder_copy (builder, delta, slot);
	}
}

static void
append_change (GPtrArray *changes, EasChangeKind kind, EasItem *take_item)
{
	EasSyncChange *change = eas_sync_change_new (kind, NULL);

	change->item = take_item;
	g_ptr_array_add (changes, change);
}

static EasItem *
write_whole (const FlatEdit *edit, const EasItem *delta)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	copy_companions (edit, delta, builder);
	copy_baseline (edit, delta, builder);
	copy_delta (edit, delta, builder);

	return eas_item_builder_finish (builder);
}

GPtrArray *
eas_map_flat_write (const EasMapTable *table,
		    const EasItem *baseline,
		    const EasItem *base,
		    const EasItem *shown,
		    const EasItem *edited,
		    const EasMapContext *context,
		    GError **error)
{
	FlatEdit edit = { table,
			  context,
			  baseline,
			  base,
			  shown != NULL ? shown : base,
			  edited,
			  eas_version_in (context->version, table->listed) };
	g_autoptr (GPtrArray) changes =
		g_ptr_array_new_with_free_func ((GDestroyNotify) eas_sync_change_free);
	g_autoptr (EasItem) delta = NULL;

	if (baseline == NULL) {
		append_change (changes, EAS_CHANGE_ADD, eas_item_ref ((EasItem *) edited));
		return g_steal_pointer (&changes);
	}

	delta = write_delta (&edit, error);
	if (delta == NULL)
		return NULL;
	if (eas_item_n_children (delta, EAS_ITEM_ROOT) > 0)
		append_change (changes, EAS_CHANGE_CHANGE, write_whole (&edit, delta));

	return g_steal_pointer (&changes);
}

/* Applying. */

static gboolean
stays_when_absent (const EasMapTable *table, EasTag tag, EasVersion version)
{
	const EasMapRow *row = eas_map_writing_row (table, tag, version);

	return row != NULL ? (row->how & EAS_MAP_STAYS) != 0
			   : eas_tag_is_known (tag) && !is_carried (table, tag, version);
}

static EasItem *
apply_whole (const EasMapTable *table, const EasItem *item, const EasItem *sent, EasVersion version)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasItemSlot slot;

	for (slot = eas_item_child (sent, EAS_ITEM_ROOT, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (sent, slot, EAS_TAG_NONE)) {
		if (!eas_item_is_empty (sent, slot))
			eas_map_body_copy_applied (item, sent, slot, builder);
	}
	for (slot = eas_item_child (item, EAS_ITEM_ROOT, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (item, slot, EAS_TAG_NONE)) {
		EasTag tag = eas_item_tag (item, slot);

		if (stays_when_absent (table, tag, version) && !eas_item_has (sent, tag))
			eas_item_builder_copy (builder, item, slot);
	}

	return eas_item_builder_finish (builder);
}

EasItem *
eas_map_flat_apply (const EasMapTable *table,
		    const EasItem *baseline,
		    GPtrArray *changes,
		    const EasMapContext *context)
{
	EasItem *item = baseline != NULL ? eas_item_copy (baseline) : NULL;

	for (guint i = 0; i < changes->len; i++) {
		const EasSyncChange *change = changes->pdata[i];
		EasItem *next;

		if (change->item == NULL)
			continue;
		if (item == NULL)
			next = eas_item_ref (change->item);
		else if (eas_version_in (context->version, table->listed))
			next = eas_item_overlay (item, change->item);
		else
			next = apply_whole (table, item, change->item, context->version);

		g_clear_pointer (&item, eas_item_unref);
		item = next;
	}

	return item;
}

/* Comparing. */

static gboolean
same_bodies (const EasItem *a, const EasItem *b)
{
	g_autofree char *of_a = eas_map_body_dup_letters (a);
	g_autofree char *of_b = eas_map_body_dup_letters (b);

	return strcmp (of_a, of_b) == 0;
}

gboolean
eas_map_flat_same (const EasMapTable *table, const EasItem *a_form, const EasItem *b_form)
{
	for (guint i = 0; i < table->n_rows; i++) {
		const EasMapRow *row = &table->rows[i];

		if (is_mutable (row) && row->tag != EAS_AIRSYNCBASE_BODY &&
		    eas_map_differs (a_form, b_form, row->tag))
			return FALSE;
	}

	return same_bodies (a_form, b_form);
}
