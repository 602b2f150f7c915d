/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Misbehaviour on demand. */

#define _GNU_SOURCE /* memmem */

#include "eas-mock-faults.h"

#include <string.h>

#include "eas-mock-command.h"

struct _EasMockFaults {
	GPtrArray *list;
	GPtrArray *spent; /* kept, because they were lent */
};

static const char *const kind_names[EAS_MOCK_N_FAULTS] = {
	[EAS_MOCK_FAULT_DROP] = "drop",
	[EAS_MOCK_FAULT_HTTP] = "http",
	[EAS_MOCK_FAULT_HTML] = "html",
	[EAS_MOCK_FAULT_STATUS] = "status",
	[EAS_MOCK_FAULT_COLLECTION_STATUS] = "collection-status",
	[EAS_MOCK_FAULT_ITEM_STATUS] = "item-status",
	[EAS_MOCK_FAULT_STALL] = "stall",
	[EAS_MOCK_FAULT_TOMBSTONES] = "tombstones",
	[EAS_MOCK_FAULT_ALARM] = "alarm",
	[EAS_MOCK_FAULT_OMIT] = "omit",
	[EAS_MOCK_FAULT_REORDER] = "reorder",
	[EAS_MOCK_FAULT_UNKNOWN] = "unknown",
	[EAS_MOCK_FAULT_HEADERS] = "headers",
	[EAS_MOCK_FAULT_EMPTY] = "empty",
	[EAS_MOCK_FAULT_GARBAGE] = "garbage",
	[EAS_MOCK_FAULT_CONTENT_TYPE] = "content-type",
	[EAS_MOCK_FAULT_GZIP] = "gzip",
	[EAS_MOCK_FAULT_BOMB] = "bomb",
	[EAS_MOCK_FAULT_CUT] = "cut",
	[EAS_MOCK_FAULT_LOST] = "lost",
	[EAS_MOCK_FAULT_DELAY] = "delay",
};

static void
fault_free (gpointer data)
{
	EasMockFault *fault = data;

	g_free (fault->command);
	g_free (fault->folder);
	g_free (fault->text);
	g_free (fault);
}

EasMockFaults *
eas_mock_faults_new (void)
{
	EasMockFaults *faults = g_new0 (EasMockFaults, 1);

	faults->list = g_ptr_array_new_with_free_func (fault_free);
	faults->spent = g_ptr_array_new_with_free_func (fault_free);

	return faults;
}

void
eas_mock_faults_free (EasMockFaults *faults)
{
	g_ptr_array_unref (faults->list);
	g_ptr_array_unref (faults->spent);
	g_free (faults);
}

void
eas_mock_faults_clear (EasMockFaults *faults)
{
	g_ptr_array_set_size (faults->list, 0);
	g_ptr_array_set_size (faults->spent, 0);
}

GPtrArray *
eas_mock_faults_get (EasMockFaults *faults)
{
	return faults->list;
}

const char *
eas_mock_fault_kind_name (EasMockFaultKind kind)
{
	return kind_names[kind];
}

gboolean
eas_mock_fault_kind_from_name (const char *name, EasMockFaultKind *out_kind)
{
	for (guint i = 0; i < EAS_MOCK_N_FAULTS; i++) {
		if (g_strcmp0 (name, kind_names[i]) == 0) {
			*out_kind = i;
			return TRUE;
		}
	}

	return FALSE;
}

EasMockFault *
eas_mock_faults_add (EasMockFaults *faults,
		     EasMockFaultKind kind,
		     const char *command,
		     const char *folder,
		     int times)
{
	EasMockFault *fault = g_new0 (EasMockFault, 1);

	fault->kind = kind;
	fault->command = g_strdup (command);
	fault->folder = g_strdup (folder);
	fault->left = times;
	g_ptr_array_add (faults->list, fault);

	return fault;
}

static gboolean
names_folder (const char *wanted, const EasMockFolder *folder)
{
	return g_str_equal (wanted, folder->id) || g_ascii_strcasecmp (wanted, folder->name) == 0;
}

/* Does the request mention the folder, where the question is about no one collection? */
static gboolean
request_names_folder (const EasMockRequest *request, const char *wanted)
{
	g_auto (GStrv) ids = NULL;
	EasMockFolder *folder = NULL;

	if (request->mailbox != NULL)
		folder = eas_mock_mailbox_find_folder (request->mailbox, wanted);
	if (folder == NULL || request->entry == NULL || request->entry->collections == NULL)
		return FALSE;
	ids = g_strsplit (request->entry->collections, ",", -1);

	return g_strv_contains ((const char *const *) ids, folder->id);
}

static gboolean
says (const EasMockRequest *request, const char *text)
{
	gsize size;
	const char *raw = request->raw != NULL ? g_bytes_get_data (request->raw, &size) : NULL;

	return raw != NULL && memmem (raw, size, text, strlen (text)) != NULL;
}

static gboolean
hits (const EasMockFault *fault,
      const EasMockRequest *request,
      const EasMockFolder *folder,
      const char *subject)
{
	if (fault->command != NULL && g_strcmp0 (fault->command, request->command) != 0)
		return FALSE;
	if (fault->folder != NULL) {
		if (folder != NULL ? !names_folder (fault->folder, folder)
				   : !request_names_folder (request, fault->folder))
			return FALSE;
	}
	if (fault->kind == EAS_MOCK_FAULT_ITEM_STATUS && fault->text != NULL)
		return subject != NULL && strstr (subject, fault->text) != NULL;
	if (fault->kind == EAS_MOCK_FAULT_DROP && fault->text != NULL)
		return says (request, fault->text);

	return TRUE;
}

gboolean
eas_mock_faults_take (EasMockFaults *faults,
		      EasMockFaultKind kind,
		      EasMockRequest *request,
		      const EasMockFolder *folder,
		      const char *subject,
		      const EasMockFault **out_fault)
{
	for (guint i = 0; i < faults->list->len; i++) {
		EasMockFault *fault = faults->list->pdata[i];

		if (fault->kind != kind || !hits (fault, request, folder, subject))
			continue;
		if (fault->after > 0) {
			fault->after--;
			continue;
		}
		if (fault->left > 0 && --fault->left == 0)
			g_ptr_array_add (faults->spent, g_ptr_array_steal_index (faults->list, i));
		if (out_fault != NULL)
			*out_fault = fault;
		return TRUE;
	}

	return FALSE;
}

/* --- Trees --------------------------------------------------------------- */

/* Kinds of children in reverse order; children of one kind keep theirs, since their order has a
 * meaning. */
static void
reorder_children (EasItemBuilder *builder, const EasItem *tree, EasItemSlot parent)
{
	g_autoptr (GArray) tags = g_array_new (FALSE, FALSE, sizeof (EasTag));
	EasItemSlot child;

	EAS_MOCK_EACH (child, tree, parent, EAS_TAG_NONE) {
		EasTag tag = eas_item_tag (tree, child);
		gboolean seen = FALSE;

		for (guint i = 0; i < tags->len && !seen; i++)
			seen = g_array_index (tags, EasTag, i) == tag;
		if (!seen)
			g_array_append_val (tags, tag);
	}

	for (guint i = tags->len; i > 0; i--) {
		EasTag tag = g_array_index (tags, EasTag, i - 1);

		EAS_MOCK_EACH (child, tree, parent, tag) {
			if (eas_item_n_children (tree, child) == 0) {
				eas_item_builder_copy (builder, tree, child);
				continue;
			}
			eas_item_builder_start (builder, tag);
			reorder_children (builder, tree, child);
			eas_item_builder_end (builder);
		}
	}
}

static void
add_unknown (EasItemBuilder *builder)
{
	eas_item_builder_text (builder, EAS_TAG_MAKE (0, 0x3e), "from a later version");
	eas_item_builder_start (builder, EAS_TAG_MAKE (31, 0x05));
	eas_item_builder_text (builder, EAS_TAG_MAKE (31, 0x06), "future");
	eas_item_builder_opaque (builder, EAS_TAG_MAKE (31, 0x07), (const guint8 *) "\x00\x01\x02",
				 3);
	eas_item_builder_end (builder);
}

static void
sprinkle_children (EasItemBuilder *builder, const EasItem *tree, EasItemSlot parent)
{
	EasItemSlot child;

	add_unknown (builder);
	EAS_MOCK_EACH (child, tree, parent, EAS_TAG_NONE) {
		if (eas_item_n_children (tree, child) == 0) {
			eas_item_builder_copy (builder, tree, child);
			continue;
		}
		eas_item_builder_start (builder, eas_item_tag (tree, child));
		sprinkle_children (builder, tree, child);
		eas_item_builder_end (builder);
	}
}

static void
omit_children (EasItemBuilder *builder, const EasItem *tree, EasItemSlot parent, EasTag omitted)
{
	EasItemSlot child;

	EAS_MOCK_EACH (child, tree, parent, EAS_TAG_NONE) {
		EasTag tag = eas_item_tag (tree, child);

		if (tag == omitted)
			continue;
		if (eas_item_n_children (tree, child) == 0) {
			eas_item_builder_copy (builder, tree, child);
			continue;
		}
		eas_item_builder_start (builder, tag);
		omit_children (builder, tree, child, omitted);
		eas_item_builder_end (builder);
	}
}

/* "AirSync:Status" */
static EasTag
tag_from_text (const char *text)
{
	g_auto (GStrv) names = g_strsplit (text != NULL ? text : "", ":", 2);

	return g_strv_length (names) == 2 ? eas_tag_from_name (names[0], names[1]) : EAS_TAG_NONE;
}

EasItem *
eas_mock_fault_change_tree (const EasMockFault *fault, const EasItem *tree)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	if (fault->kind == EAS_MOCK_FAULT_REORDER)
		reorder_children (builder, tree, EAS_ITEM_ROOT);
	else if (fault->kind == EAS_MOCK_FAULT_UNKNOWN)
		sprinkle_children (builder, tree, EAS_ITEM_ROOT);
	else
		omit_children (builder, tree, EAS_ITEM_ROOT, tag_from_text (fault->text));

	return eas_item_builder_finish (builder);
}

/* --- Bytes --------------------------------------------------------------- */

static GBytes *
compress_stream (GInputStream *plain)
{
	g_autoptr (GZlibCompressor) compressor =
		g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);
	g_autoptr (GInputStream) stream =
		g_converter_input_stream_new (plain, G_CONVERTER (compressor));
	g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();

	g_output_stream_splice (memory, stream, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, NULL);
	return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

GBytes *
eas_mock_fault_gzip (GBytes *bytes)
{
	g_autoptr (GInputStream) plain = g_memory_input_stream_new_from_bytes (bytes);

	return compress_stream (plain);
}

GBytes *
eas_mock_fault_bomb (guint mebibytes)
{
	g_autoptr (GInputStream) plain = g_memory_input_stream_new ();
	g_autofree char *filler = g_strnfill (1024 * 1024, ' ');
	g_autoptr (GBytes) blanks = g_bytes_new (filler, 1024 * 1024);
	/* A proper beginning, so that only the size gives it away: Sync, then text without end. */
	g_autoptr (GBytes) head = g_bytes_new_static ("\x03\x01\x6a\x00\x45\x4e\x03", 7);

	g_memory_input_stream_add_bytes (G_MEMORY_INPUT_STREAM (plain), head);
	for (guint i = 0; i < mebibytes; i++)
		g_memory_input_stream_add_bytes (G_MEMORY_INPUT_STREAM (plain), blanks);

	return compress_stream (plain);
}
