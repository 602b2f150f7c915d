/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The engine that runs a class's table, and the check that the table keeps its promises. */

#include "eas-map.h"

gboolean
eas_map_context_is_me (const EasMapContext *context, const char *address)
{
	if (context->addresses == NULL || address == NULL)
		return FALSE;

	for (guint i = 0; context->addresses[i] != NULL; i++) {
		if (g_ascii_strcasecmp (context->addresses[i], address) == 0)
			return TRUE;
	}

	return FALSE;
}

gboolean
eas_map_row_applies (const EasMapRow *row, guint how, EasVersion version)
{
	return (row->how & how) == how && version >= row->versions.since &&
	       version <= row->versions.until;
}

const EasMapRow *
eas_map_writing_row (const EasMapTable *table, EasTag tag, EasVersion version)
{
	for (guint i = 0; i < table->n_rows; i++) {
		const EasMapRow *row = &table->rows[i];

		if (row->tag == tag && row->codec != NULL &&
		    eas_map_row_applies (row, EAS_MAP_WRITE, version))
			return row;
	}

	return NULL;
}

EasItemSlot
eas_map_inherited (const EasItem *item, EasItemSlot parent, EasTag tag)
{
	EasItemSlot slot = eas_item_child (item, parent, tag);

	if (slot == EAS_ITEM_NONE && parent != EAS_ITEM_ROOT)
		slot = eas_item_child (item, EAS_ITEM_ROOT, tag);

	return slot;
}

/* An element whose rows differ by version is read by the first of them. */
static gboolean
is_read_before (const EasMapTable *table, guint i)
{
	return i > 0 && table->rows[i - 1].tag == table->rows[i].tag &&
	       (table->rows[i - 1].how & EAS_MAP_READ) != 0;
}

/* Whatever version is spoken now: the item may have come in another one, or before one was known.
 */
void
eas_map_read (const EasMapTable *table, guint how, const EasMapReading *reading)
{
	for (guint i = 0; i < table->n_rows; i++) {
		const EasMapRow *row = &table->rows[i];
		EasItemSlot slot;

		if (row->codec == NULL || row->codec->read == NULL ||
		    (row->how & (how | EAS_MAP_READ)) != (how | EAS_MAP_READ) ||
		    is_read_before (table, i))
			continue;

		/* An empty element in an exception says: this occurrence has none. */
		slot = eas_map_inherited (reading->item, reading->parent, row->tag);
		if (slot != EAS_ITEM_NONE && !eas_item_is_empty (reading->item, slot))
			row->codec->read (row, reading, slot);
	}
}

void
eas_map_write (const EasMapTable *table, guint how, EasMapWriting *writing)
{
	for (guint i = 0; i < table->n_rows && writing->error == NULL; i++) {
		const EasMapRow *row = &table->rows[i];

		if (row->codec != NULL && row->codec->write != NULL &&
		    eas_map_row_applies (row, how | EAS_MAP_WRITE, writing->context->version))
			row->codec->write (row, writing);
	}
}

gboolean
eas_map_differs (const EasItem *a, const EasItem *b, EasTag tag)
{
	EasItemSlot slot_a = a != NULL ? eas_item_child (a, EAS_ITEM_ROOT, tag) : EAS_ITEM_NONE;
	EasItemSlot slot_b = b != NULL ? eas_item_child (b, EAS_ITEM_ROOT, tag) : EAS_ITEM_NONE;

	if (slot_a == EAS_ITEM_NONE || slot_b == EAS_ITEM_NONE)
		return slot_a != slot_b;

	return !eas_item_slot_equal (a, slot_a, b, slot_b);
}

void
eas_map_merge (const EasMapRow *row, EasMapMerging *merging)
{
	EasItemSlot slot;

	if (merging->error != NULL)
		return;

	if (row->codec != NULL && row->codec->merge != NULL) {
		row->codec->merge (row, merging);
		return;
	}

	slot = eas_item_child (merging->edited, EAS_ITEM_ROOT, row->tag);
	if (slot != EAS_ITEM_NONE)
		eas_item_builder_copy (merging->builder, merging->edited, slot);
	else if (eas_tag_get_type (row->tag) == EAS_TYPE_BOOLEAN)
		eas_item_builder_flag (merging->builder, row->tag, FALSE); /* empty would say yes */
	else
		eas_item_builder_empty (merging->builder, row->tag);
}

gboolean
eas_map_merge_changed (const EasMapRow *row,
		       const EasItem *base,
		       const EasItem *shown,
		       const EasItem *edited,
		       EasMapMerging *merging)
{
	if (!eas_map_differs (edited, shown, row->tag) || !eas_map_differs (edited, base, row->tag))
		return FALSE;

	merging->shown = shown;
	merging->edited = edited;
	eas_map_merge (row, merging);

	return TRUE;
}

void
eas_map_copy_children (const EasItem *item, EasItemSlot parent, EasItemBuilder *builder)
{
	EasItemSlot slot;

	for (slot = eas_item_child (item, parent, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (item, slot, EAS_TAG_NONE))
		eas_item_builder_copy (builder, item, slot);
}

static EasTag *
list_supported (const EasMapTable *table, EasVersion version)
{
	GArray *tags = g_array_new (/* zero_terminated */ TRUE, /* clear */ TRUE, sizeof (EasTag));

	for (guint i = 0; i < table->n_rows; i++) {
		if (eas_map_row_applies (&table->rows[i], EAS_MAP_OURS, version))
			g_array_append_val (tags, table->rows[i].tag);
	}

	return (EasTag *) g_array_free (tags, /* free_segment */ FALSE);
}

/* A list is made once for a table and a version, and lives as long as the process. */
const EasTag *
eas_map_supported (const EasMapTable *table, EasVersion version)
{
	static GMutex lock;
	static GHashTable *lists;
	g_autofree char *name = NULL;
	EasTag *list;

	if (!eas_version_in (version, table->listed))
		return NULL;

	name = g_strdup_printf ("%s %u", table->name, version);
	g_mutex_lock (&lock);
	if (lists == NULL)
		lists = g_hash_table_new (g_str_hash, g_str_equal);
	list = g_hash_table_lookup (lists, name);
	if (list == NULL) {
		list = list_supported (table, version);
		g_hash_table_insert (lists, g_steal_pointer (&name), list);
	}
	g_mutex_unlock (&lock);

	return list;
}

/* The self-check. */

static gboolean
group_has (const EasTag *group, EasTag tag)
{
	for (; group != NULL && *group != EAS_TAG_NONE; group++) {
		if (*group == tag)
			return TRUE;
	}

	return FALSE;
}

static void
check_claimed (const EasMapTable *table, EasTag tag, GString *faults)
{
	for (guint i = 0; i < table->n_rows; i++) {
		if (table->rows[i].tag == tag || group_has (table->rows[i].group, tag))
			return;
	}

	g_string_append_printf (faults, "%s: %s is in no row\n", table->name,
				eas_tag_get_name (tag));
}

static void
check_pages (const EasMapTable *table, GString *faults)
{
	for (guint i = 0; i < table->n_pages; i++) {
		for (guint token = 0x05; token < 0x40; token++) {
			EasTag tag = EAS_TAG_MAKE (table->pages[i], token);

			if (eas_tag_is_known (tag))
				check_claimed (table, tag, faults);
		}
	}
}

static gboolean
ranges_overlap (EasVersionRange a, EasVersionRange b)
{
	return a.since <= b.until && b.since <= a.until;
}

static void
check_pair (const EasMapTable *table, const EasMapRow *a, const EasMapRow *b, GString *faults)
{
	const char *name = eas_tag_get_name (a->tag);

	if (!ranges_overlap (a->versions, b->versions))
		return;

	if (a->tag == b->tag)
		g_string_append_printf (faults, "%s: %s has two rows\n", table->name, name);
	if (group_has (a->group, b->tag) || group_has (b->group, a->tag))
		g_string_append_printf (faults, "%s: %s is in a row and in a group\n", table->name,
					name);
	if (a->property != 0 && a->property != ICAL_X_PROPERTY && a->property == b->property)
		g_string_append_printf (faults, "%s: the property of %s is claimed twice\n",
					table->name, name);
}

static void
check_range (const EasMapTable *table, const EasMapRow *row, GString *faults)
{
	guint since = eas_tag_get_since (row->tag);

	/* A row that starts at 0 means "since the element exists". */
	if ((row->versions.since != 0 && row->versions.since < since) ||
	    (row->versions.until != 999 && row->versions.until > eas_tag_get_until (row->tag)))
		g_string_append_printf (faults, "%s: %s is mapped in versions that lack it\n",
					table->name, eas_tag_get_name (row->tag));
}

static void
check_row (const EasMapTable *table, const EasMapRow *row, GString *faults)
{
	const char *name = eas_tag_get_name (row->tag);

	if (name == NULL) {
		g_string_append_printf (faults, "%s: 0x%04x is no element\n", table->name,
					row->tag);
		return;
	}

	if (row->codec == NULL && (row->reason == NULL || row->reason[0] == '\0'))
		g_string_append_printf (faults, "%s: %s is not mapped and does not say why\n",
					table->name, name);
	if (row->codec != NULL && (row->how & EAS_MAP_BOTH) == 0)
		g_string_append_printf (faults, "%s: %s has a codec and no direction\n",
					table->name, name);
	if (row->codec != NULL && (row->how & EAS_MAP_WRITE) != 0 && row->codec->write == NULL)
		g_string_append_printf (faults, "%s: %s cannot be written\n", table->name, name);
	if (row->codec != NULL && (row->how & EAS_MAP_READ) != 0 && row->codec->read == NULL)
		g_string_append_printf (faults, "%s: %s cannot be read\n", table->name, name);

	check_range (table, row, faults);
}

gboolean
eas_map_table_check (const EasMapTable *table, GString *faults)
{
	gsize before = faults->len;

	check_pages (table, faults);
	for (guint i = 0; i < table->n_rows; i++) {
		check_row (table, &table->rows[i], faults);
		for (guint j = i + 1; j < table->n_rows; j++) {
			check_pair (table, &table->rows[i], &table->rows[j], faults);
			if (j > i + 1 && table->rows[i].tag == table->rows[j].tag)
				g_string_append_printf (
					faults, "%s: the rows of %s do not stand together\n",
					table->name, eas_tag_get_name (table->rows[i].tag));
		}
	}

	return faults->len == before;
}
