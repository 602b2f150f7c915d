/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is in a folder: fetched window by window, shown as text or JSON. */

#include "tool.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#define MAX_SHOWN_TEXT 400 /* characters of one value in the readable dump */
#define MAX_DEPTH      16

/* ---- fetching ---------------------------------------------------------- */

static void
tool_item_free (gpointer data)
{
	ToolItem *item = data;

	g_free (item->server_id);
	g_clear_pointer (&item->item, eas_item_unref);
	g_free (item);
}

/* Items by server id and in order; a deleted one leaves a hole until the end. */
typedef struct {
	GPtrArray *items;
	GHashTable *places; /* server id -> index + 1 */
} Gathered;

static void
gather (Gathered *gathered, const EasSyncChange *change)
{
	guint place = GPOINTER_TO_UINT (g_hash_table_lookup (gathered->places, change->server_id));
	ToolItem *item;

	if (change->kind == EAS_CHANGE_DELETE || change->kind == EAS_CHANGE_SOFT_DELETE) {
		if (place != 0)
			g_clear_pointer (&((ToolItem *) gathered->items->pdata[place - 1])->item,
					 eas_item_unref);
		return;
	}
	if (change->item == NULL)
		return;
	if (place != 0) {
		g_autoptr (EasItem) before = NULL;

		item = gathered->items->pdata[place - 1];
		before = g_steal_pointer (&item->item);
		item->item = change->kind == EAS_CHANGE_CHANGE && before != NULL
				     ? eas_item_overlay (before, change->item)
				     : eas_item_ref (change->item);
		return;
	}

	item = g_new0 (ToolItem, 1);
	item->server_id = g_strdup (change->server_id);
	item->item = eas_item_ref (change->item);
	g_ptr_array_add (gathered->items, item);
	g_hash_table_insert (gathered->places, item->server_id,
			     GUINT_TO_POINTER (gathered->items->len));
}

static void
remove_holes (GPtrArray *items)
{
	for (guint i = items->len; i > 0; i--) {
		if (((ToolItem *) items->pdata[i - 1])->item == NULL)
			g_ptr_array_remove_index (items, i - 1);
	}
}

static gboolean
pull_all (Tool *tool,
	  EasClient *client,
	  EasCollection *collection,
	  Gathered *gathered,
	  GError **error)
{
	gboolean more = TRUE;

	while (more) {
		g_autoptr (EasWindow) window = NULL;

		window = eas_client_pull_sync (client, collection, /* window_size */ 0,
					       /* supported */ NULL, tool->cancellable, error);
		if (window == NULL)
			return FALSE;
		if (window->error != NULL) {
			g_propagate_error (error, g_error_copy (window->error));
			return FALSE;
		}
		for (guint i = 0; window->commands != NULL && i < window->commands->len; i++)
			gather (gathered, window->commands->pdata[i]);
		more = window->more && g_strcmp0 (window->base_key, window->key) != 0;
		eas_collection_commit (collection, window);
		tool_progress (tool,
			       g_dngettext (GETTEXT_PACKAGE, "%u item…", "%u items…",
					    gathered->items->len),
			       gathered->items->len);
	}

	return TRUE;
}

GPtrArray *
tool_fetch_items (Tool *tool, EasClient *client, EasCollection *collection, GError **error)
{
	g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (tool_item_free);
	g_autoptr (GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);
	Gathered gathered = { items, places };
	gboolean success = pull_all (tool, client, collection, &gathered, error);

	tool_progress_end (tool);
	if (!success)
		return NULL;
	remove_holes (items);

	return g_steal_pointer (&items);
}

/* ---- the headline: what a person would call the item ------------------- */

static char *
format_time (gint64 utc, const char *format)
{
	g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (utc);

	return time != NULL ? g_date_time_format (time, format) : g_strdup ("?");
}

static char *
time_of (const EasItem *item, EasTag tag, const char *format)
{
	gint64 utc;

	return eas_item_get_time (item, tag, &utc) ? format_time (utc, format) : NULL;
}

static const char *
text_or (const EasItem *item, EasTag tag, const char *otherwise)
{
	const char *text = eas_item_get_text (item, tag);

	return text != NULL && *text != '\0' ? text : otherwise;
}

static char *
mail_headline (const EasItem *item)
{
	g_autofree char *when = time_of (item, EAS_EMAIL_DATE_RECEIVED, "%Y-%m-%d %H:%M");

	return g_strdup_printf ("%s  %s%s  %s", when != NULL ? when : "-",
				eas_item_get_flag (item, EAS_EMAIL_READ, TRUE) ? "" : "* ",
				text_or (item, EAS_EMAIL_FROM, "-"),
				text_or (item, EAS_EMAIL_SUBJECT, _ ("(no subject)")));
}

static char *
event_headline (const EasItem *item)
{
	gboolean all_day = eas_item_get_flag (item, EAS_CALENDAR_ALL_DAY_EVENT, FALSE);
	g_autofree char *when = time_of (item, EAS_CALENDAR_START_TIME,
					 all_day ? "%Y-%m-%d      " : "%Y-%m-%d %H:%M");
	gboolean repeats = eas_item_has (item, EAS_CALENDAR_RECURRENCE);

	return g_strdup_printf ("%s  %s%s", when != NULL ? when : "-",
				text_or (item, EAS_CALENDAR_SUBJECT, _ ("(no title)")),
				repeats ? _ ("  (repeats)") : "");
}

static char *
contact_headline (const EasItem *item)
{
	g_autofree char *name =
		g_strdup_printf ("%s %s", text_or (item, EAS_CONTACTS_FIRST_NAME, ""),
				 text_or (item, EAS_CONTACTS_LAST_NAME, ""));
	const char *shown = text_or (item, EAS_CONTACTS_FILE_AS, g_strstrip (name));

	if (*shown == '\0')
		shown = text_or (item, EAS_CONTACTS_COMPANY_NAME, _ ("(no name)"));

	return g_strdup_printf ("%s  %s%s", shown, text_or (item, EAS_CONTACTS_EMAIL1_ADDRESS, ""),
				eas_item_has (item, EAS_CONTACTS_PICTURE) ? _ ("  (photo)") : "");
}

static char *
task_headline (const EasItem *item)
{
	g_autofree char *due = time_of (item, EAS_TASKS_DUE_DATE, "%Y-%m-%d");

	return g_strdup_printf ("%s  [%s] %s", due != NULL ? due : "          ",
				eas_item_get_flag (item, EAS_TASKS_COMPLETE, FALSE) ? "x" : " ",
				text_or (item, EAS_TASKS_SUBJECT, _ ("(no title)")));
}

static char *
note_headline (const EasItem *item)
{
	g_autofree char *when = time_of (item, EAS_NOTES_LAST_MODIFIED_DATE, "%Y-%m-%d");

	return g_strdup_printf ("%s  %s", when != NULL ? when : "          ",
				text_or (item, EAS_NOTES_SUBJECT, _ ("(no title)")));
}

char *
tool_item_headline (EasClass klass, const EasItem *item)
{
	switch (klass) {
	case EAS_CLASS_EMAIL:
		return mail_headline (item);
	case EAS_CLASS_CALENDAR:
		return event_headline (item);
	case EAS_CLASS_CONTACTS:
		return contact_headline (item);
	case EAS_CLASS_TASKS:
		return task_headline (item);
	case EAS_CLASS_NOTES:
		return note_headline (item);
	default:
		return g_strdup ("-");
	}
}

/* ---- every property ---------------------------------------------------- */

static char *
slot_name (const EasItem *item, EasItemSlot slot)
{
	EasTag tag = eas_item_tag (item, slot);
	const char *name = eas_tag_get_name (tag);
	const char *page = eas_page_get_name (EAS_TAG_PAGE (tag));

	if (name == NULL || page == NULL)
		return g_strdup_printf ("%u:%02x", EAS_TAG_PAGE (tag), EAS_TAG_TOKEN (tag));

	return g_strdup_printf ("%s:%s", page, name);
}

static gboolean
is_binary (EasTag tag)
{
	EasType type = eas_tag_get_type (tag);

	return type == EAS_TYPE_BASE64 || type == EAS_TYPE_OPAQUE;
}

/* A value as a person reads it: times with separators, binary as its size, long texts cut. */
static char *
readable_value (const EasItem *item, EasItemSlot slot)
{
	EasTag tag = eas_item_tag (item, slot);
	const char *text = eas_item_text (item, slot);
	gint64 utc;

	if (is_binary (tag) || text == NULL) {
		g_autoptr (GBytes) bytes = eas_item_bytes (item, slot);
		gulong size = bytes != NULL ? g_bytes_get_size (bytes) : 0;

		return g_strdup_printf (
			g_dngettext (GETTEXT_PACKAGE, "(%lu byte)", "(%lu bytes)", size), size);
	}
	if ((eas_tag_get_type (tag) == EAS_TYPE_COMPACT ||
	     eas_tag_get_type (tag) == EAS_TYPE_DATETIME) &&
	    eas_item_time (item, slot, &utc))
		return format_time (utc, "%Y-%m-%d %H:%M:%S UTC");
	if (g_utf8_strlen (text, -1) > MAX_SHOWN_TEXT) {
		g_autofree char *start = g_utf8_substring (text, 0, MAX_SHOWN_TEXT);

		return g_strdup_printf ("%s…", start);
	}

	return g_strdup (text);
}

static void
print_value (const char *value, int indent)
{
	for (const char *at = value; *at != '\0'; at++) {
		if (*at == '\n')
			printf ("\n%*s", indent, "");
		else if ((guchar) *at >= 0x20 || *at == '\t')
			putchar (*at);
	}
	putchar ('\n');
}

static void
print_slots (const EasItem *item, EasItemSlot parent, int depth)
{
	int indent = 2 + 2 * depth;

	for (EasItemSlot slot = eas_item_child (item, parent, EAS_TAG_NONE);
	     slot != EAS_ITEM_NONE && depth < MAX_DEPTH;
	     slot = eas_item_sibling (item, slot, EAS_TAG_NONE)) {
		g_autofree char *name = slot_name (item, slot);

		if (eas_item_n_children (item, slot) > 0) {
			printf ("%*s%s\n", indent, "", name);
			print_slots (item, slot, depth + 1);
		} else {
			g_autofree char *value = readable_value (item, slot);

			printf ("%*s%-*s  ", indent, "", 30 - indent, name);
			print_value (value, 32);
		}
	}
}

/* ---- JSON -------------------------------------------------------------- */

static void json_children (ToolJson *json, const EasItem *item, EasItemSlot parent, int depth);

static void
json_slot (ToolJson *json, const char *key, const EasItem *item, EasItemSlot slot, int depth)
{
	const char *text = eas_item_text (item, slot);

	if (eas_item_n_children (item, slot) > 0) {
		tool_json_object (json, key);
		json_children (json, item, slot, depth + 1);
		tool_json_end (json);
	} else if (text != NULL) {
		tool_json_text (json, key, text);
	} else {
		g_autoptr (GBytes) bytes = eas_item_bytes (item, slot);
		gsize size = 0;
		const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
		g_autofree char *base64 = g_base64_encode (data, size);

		tool_json_text (json, key, base64);
	}
}

/* Members are named Page:Element; an element that is there more than once is an array. */
static void
json_children (ToolJson *json, const EasItem *item, EasItemSlot parent, int depth)
{
	g_autoptr (GHashTable) written = g_hash_table_new (NULL, NULL);

	if (depth >= MAX_DEPTH)
		return;

	for (EasItemSlot slot = eas_item_child (item, parent, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (item, slot, EAS_TAG_NONE)) {
		EasTag tag = eas_item_tag (item, slot);
		EasItemSlot same = eas_item_sibling (item, slot, tag);
		g_autofree char *name = slot_name (item, slot);

		if (!g_hash_table_add (written, GUINT_TO_POINTER (tag)))
			continue;
		if (same == EAS_ITEM_NONE) {
			json_slot (json, name, item, slot, depth);
			continue;
		}
		tool_json_array (json, name);
		json_slot (json, NULL, item, slot, depth);
		for (; same != EAS_ITEM_NONE; same = eas_item_sibling (item, same, tag))
			json_slot (json, NULL, item, same, depth);
		tool_json_end (json);
	}
}

void
tool_item_to_json (ToolJson *json, EasClass klass, const char *server_id, const EasItem *item)
{
	tool_json_object (json, NULL);
	tool_json_text (json, "id", server_id);
	tool_json_text (json, "class", eas_class_to_string (klass));
	tool_json_object (json, "properties");
	json_children (json, item, EAS_ITEM_ROOT, 0);
	tool_json_end (json);
	tool_json_end (json);
}

/* ---- the command ------------------------------------------------------- */

static void
print_items (Tool *tool, EasClass klass, GPtrArray *items)
{
	for (guint i = 0; i < items->len; i++) {
		const ToolItem *item = items->pdata[i];
		g_autofree char *headline = tool_item_headline (klass, item->item);

		print_value (headline, 0);
		if (tool->brief)
			continue;
		printf ("  %-28s  %s\n", "ServerId", item->server_id);
		print_slots (item->item, EAS_ITEM_ROOT, 0);
		putchar ('\n');
	}
}

static void
print_items_json (EasClass klass, GPtrArray *items)
{
	g_autoptr (ToolJson) json = tool_json_new ();

	tool_json_array (json, NULL);
	for (guint i = 0; i < items->len; i++) {
		const ToolItem *item = items->pdata[i];

		tool_item_to_json (json, klass, item->server_id, item->item);
	}
	tool_json_end (json);
	tool_json_print (json);
}

GPtrArray *
tool_fetch_folder (
	Tool *tool, EasClient *client, const char *what, EasClass *out_class, GError **error)
{
	g_autoptr (GPtrArray) folders = NULL;
	g_autoptr (EasCollection) collection = NULL;
	const EasFolder *folder;

	folders = tool_list_folders (tool, client, error);
	if (folders == NULL)
		return NULL;
	folder = tool_find_folder (folders, what, error);
	if (folder == NULL || !tool_check_folder (client, folder, error))
		return NULL;

	*out_class = eas_class_of_folder (folder->type);
	collection = eas_collection_new (folder->id, *out_class, NULL);

	return tool_fetch_items (tool, client, collection, error);
}

ToolExit
tool_run_items (Tool *tool, char **arguments)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (EasClient) client = NULL;
	g_autoptr (GPtrArray) items = NULL;
	EasClass klass = EAS_CLASS_NONE;

	client = tool_connect (tool, &error);
	if (client != NULL) {
		items = tool_fetch_folder (tool, client, arguments[0], &klass, &error);
		eas_client_shutdown (client);
	}
	if (items == NULL)
		return tool_fail (tool, error);

	if (tool->json)
		print_items_json (klass, items);
	else
		print_items (tool, klass, items);

	return TOOL_OK;
}
