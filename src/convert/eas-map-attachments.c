/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-map-attachments.h"
#include "eas-map-codecs.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#define KEY_LENGTH 40

enum { METHOD_FILE = 1, METHOD_MESSAGE = 5 }; /* [MS-ASAIRS] 2.2.2.28 Method (Attachment) */

#define ASB(name) EAS_AIRSYNCBASE_##name

#define EACH_CHILD(slot, item, parent, tag)                                                        \
	for (EasItemSlot slot = (parent) != EAS_ITEM_NONE ? eas_item_child (item, parent, tag)     \
							  : EAS_ITEM_NONE;                         \
	     slot != EAS_ITEM_NONE; slot = eas_item_sibling (item, slot, tag))

const EasTag eas_map_attachments_group[] = {
	ASB (ATTACHMENT),       ASB (FILE_REFERENCE), ASB (METHOD),       ASB (CONTENT_ID),
	ASB (CONTENT_LOCATION), ASB (IS_INLINE),      ASB (CONTENT_TYPE), ASB (ADD),
	ASB (DELETE),           ASB (CLIENT_ID),      ASB (CONTENT),      EAS_TAG_NONE
};

void
eas_map_file_free (EasMapFile *file)
{
	if (file == NULL)
		return;

	g_free (file->key);
	g_free (file->name);
	g_free (file->reference);
	g_free (file);
}

/* ---- what an item says ---- */

static const char *
child_text (const EasItem *item, EasItemSlot parent, EasTag tag)
{
	EasItemSlot slot =
		parent != EAS_ITEM_NONE ? eas_item_child (item, parent, tag) : EAS_ITEM_NONE;
	const char *text = slot != EAS_ITEM_NONE ? eas_item_text (item, slot) : NULL;

	return text != NULL && *text != '\0' ? text : NULL;
}

static EasItemSlot
list_of (const EasItem *item)
{
	return item != NULL ? eas_item_child (item, EAS_ITEM_ROOT, ASB (ATTACHMENTS))
			    : EAS_ITEM_NONE;
}

static gboolean
is_key (const char *text)
{
	return text != NULL && strlen (text) == KEY_LENGTH &&
	       strspn (text, "0123456789abcdef") == KEY_LENGTH;
}

/* What we named ourselves keeps its place; the rest is found by what the server calls it. */
static char *
dup_key (const EasItem *item, EasItemSlot attachment)
{
	const char *ours = child_text (item, attachment, ASB (CLIENT_ID));
	const char *reference = child_text (item, attachment, ASB (FILE_REFERENCE));

	if (is_key (ours))
		return g_strdup (ours);

	return reference != NULL ? g_compute_checksum_for_string (G_CHECKSUM_SHA1, reference, -1)
				 : NULL;
}

/* As a parameter may hold it. */
static char *
dup_name (const EasItem *item, EasItemSlot attachment)
{
	g_autofree char *scratch = NULL;
	const char *text = eas_map_clean_text (child_text (item, attachment, ASB (DISPLAY_NAME)),
					       /* one_line */ TRUE, &scratch);
	g_autofree char *name = text != NULL ? g_strstrip (g_strdup (text)) : NULL;

	if (name == NULL || *name == '\0')
		return g_strdup (_ ("attachment"));

	return g_strdelimit (g_steal_pointer (&name), "\"", '\'');
}

/* A picture in the text, or an object that no program opens: nothing to be shown as a file. */
static gboolean
is_file (const EasItem *item, EasItemSlot attachment)
{
	EasItemSlot method = eas_item_child (item, attachment, ASB (METHOD));
	EasItemSlot is_inline = eas_item_child (item, attachment, ASB (IS_INLINE));
	gboolean is_within = FALSE;
	gint64 number = METHOD_FILE;

	if (method != EAS_ITEM_NONE)
		eas_item_int (item, method, &number);
	if (is_inline != EAS_ITEM_NONE)
		eas_item_flag (item, is_inline, &is_within);

	return !is_within && (number == METHOD_FILE || number == METHOD_MESSAGE);
}

static EasMapFile *
file_of (const EasItem *item, EasItemSlot attachment)
{
	EasItemSlot size = eas_item_child (item, attachment, ASB (ESTIMATED_DATA_SIZE));
	EasMapFile *file;
	char *key = is_file (item, attachment) ? dup_key (item, attachment) : NULL;

	if (key == NULL)
		return NULL;

	file = g_new0 (EasMapFile, 1);
	file->key = key;
	file->name = dup_name (item, attachment);
	file->reference = g_strdup (child_text (item, attachment, ASB (FILE_REFERENCE)));
	file->size = -1;
	if (size != EAS_ITEM_NONE)
		eas_item_int (item, size, &file->size);

	return file;
}

GPtrArray *
eas_map_attachments_list (const EasItem *item)
{
	GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_map_file_free);

	EACH_CHILD (slot, item, list_of (item), ASB (ATTACHMENT))
	{
		EasMapFile *file = file_of (item, slot);

		if (file != NULL)
			g_ptr_array_add (files, file);
	}

	return files;
}

char *
eas_map_attachments_dup_key (const char *name, GBytes *content)
{
	g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);
	gsize size;
	gconstpointer data = g_bytes_get_data (content, &size);

	g_checksum_update (sum, (const guchar *) name, (gssize) strlen (name) + 1);
	g_checksum_update (sum, data, (gssize) size);

	return g_strdup (g_checksum_get_string (sum));
}

gboolean
eas_map_attachments_untold (const EasItem *item)
{
	EACH_CHILD (slot, item, list_of (item), ASB (ATTACHMENT))
	{
		if (child_text (item, slot, ASB (FILE_REFERENCE)) == NULL)
			return TRUE;
	}

	return FALSE;
}

/* ---- the codec ---- */

static void
add_link (icalcomponent *component, const EasMapFile *file, const char *uri)
{
	icalattach *attach = icalattach_new_from_url (uri);
	icalproperty *property = icalproperty_new_attach (attach);

	icalattach_unref (attach);
	icalproperty_add_parameter (property, icalparameter_new_filename (file->name));
	icalcomponent_add_property (component, property);
}

static void
attachments_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	const EasMapFiles *files = reading->context->files;
	g_autoptr (GPtrArray) list = NULL;
	g_autoptr (GString) keys = g_string_new (NULL);

	if (files == NULL || reading->parent != EAS_ITEM_ROOT)
		return;

	list = eas_map_attachments_list (reading->item);
	for (guint i = 0; i < list->len; i++) {
		const EasMapFile *file = list->pdata[i];
		g_autofree char *uri = files->dup_uri (file->key, file->name, files->user_data);

		if (uri == NULL || strstr (keys->str, file->key) != NULL)
			continue;
		add_link (reading->object, file, uri);
		g_string_append_printf (keys, "%s%s", keys->len > 0 ? " " : "", file->key);
	}
	if (keys->len > 0)
		eas_map_add_x (reading->object, EAS_MAP_ATTACHED_X, keys->str);
}

/* The name that the person gave it, or that it has on disk. */
static char *
dup_shown_name (icalproperty *property, const char *uri)
{
	icalparameter *parameter =
		icalproperty_get_first_parameter (property, ICAL_FILENAME_PARAMETER);
	const char *name = parameter != NULL ? icalparameter_get_filename (parameter) : NULL;
	g_autofree char *path = NULL;

	if (name != NULL && *name != '\0')
		return g_path_get_basename (name);
	path = g_filename_from_uri (uri, NULL, NULL);

	return g_path_get_basename (path != NULL ? path : uri);
}

typedef struct {
	char *key, *uri, *name;
} Link;

static void
link_free (gpointer data)
{
	Link *link = data;

	g_free (link->key);
	g_free (link->uri);
	g_free (link->name);
	g_free (link);
}

static int
compare_links (gconstpointer a, gconstpointer b)
{
	const Link *const *first = a, *const *second = b;

	return strcmp ((*first)->key, (*second)->key);
}

static gboolean
has_link (GPtrArray *links, const char *key)
{
	for (guint i = 0; i < links->len; i++) {
		if (strcmp (((Link *) links->pdata[i])->key, key) == 0)
			return TRUE;
	}

	return FALSE;
}

/* Our files that a component links to, each once, by key. A link to elsewhere has no place on the
 * wire. */
static GPtrArray *
list_links (icalcomponent *component, const EasMapFiles *files)
{
	GPtrArray *links = g_ptr_array_new_with_free_func (link_free);
	icalproperty *property;

	for (property = icalcomponent_get_first_property (component, ICAL_ATTACH_PROPERTY);
	     property != NULL;
	     property = icalcomponent_get_next_property (component, ICAL_ATTACH_PROPERTY)) {
		icalattach *attach = icalproperty_get_attach (property);
		const char *uri = attach != NULL && icalattach_get_is_url (attach)
					  ? icalattach_get_url (attach)
					  : NULL;
		g_autofree char *key = uri != NULL ? files->dup_key (uri, files->user_data) : NULL;
		Link *link;

		if (key == NULL || has_link (links, key))
			continue;
		link = g_new0 (Link, 1);
		link->key = g_steal_pointer (&key);
		link->uri = g_strdup (uri);
		link->name = dup_shown_name (property, uri);
		g_ptr_array_add (links, link);
	}
	g_ptr_array_sort (links, compare_links);

	return links;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
	return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* A form names each file by its key and where it is; Delete stands for one that was shown when the
 * event was opened. */
static void
attachments_write (const EasMapRow *row, EasMapWriting *writing)
{
	const EasMapFiles *files = writing->context->files;
	const char *seen = eas_map_get_x (writing->object, EAS_MAP_ATTACHED_X);
	g_auto (GStrv) keys = g_strsplit (seen != NULL ? seen : "", " ", -1);
	g_autoptr (GPtrArray) links = NULL;

	if (files == NULL)
		return;
	links = list_links (writing->object, files);
	if (links->len == 0 && seen == NULL)
		return;

	eas_item_builder_start (writing->builder, row->tag);
	for (guint i = 0; i < links->len; i++) {
		const Link *link = links->pdata[i];

		eas_item_builder_start (writing->builder, ASB (ATTACHMENT));
		eas_item_builder_text (writing->builder, ASB (CLIENT_ID), link->key);
		eas_item_builder_text (writing->builder, ASB (CONTENT_LOCATION), link->uri);
		eas_item_builder_text (writing->builder, ASB (DISPLAY_NAME), link->name);
		eas_item_builder_end (writing->builder);
	}
	qsort (keys, g_strv_length (keys), sizeof *keys, compare_texts);
	for (guint i = 0; keys[i] != NULL; i++) {
		if (!is_key (keys[i]))
			continue;
		eas_item_builder_start (writing->builder, ASB (DELETE));
		eas_item_builder_text (writing->builder, ASB (CLIENT_ID), keys[i]);
		eas_item_builder_end (writing->builder);
	}
	eas_item_builder_end (writing->builder);
}

gboolean
eas_map_attachments_check_occurrence (icalcomponent *occurrence,
				      icalcomponent *master,
				      const EasMapContext *context,
				      GError **error)
{
	const char *seen = eas_map_get_x (master, EAS_MAP_ATTACHED_X);
	g_autoptr (GPtrArray) links = NULL;
	g_autoptr (GPtrArray) of_series = NULL;

	if (context->files == NULL)
		return TRUE;
	links = list_links (occurrence, context->files);
	of_series = list_links (master, context->files);
	for (guint i = 0; i < links->len; i++) {
		const char *key = ((Link *) links->pdata[i])->key;

		if (has_link (of_series, key) || (seen != NULL && strstr (seen, key) != NULL))
			continue;
		eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0,
			       _ ("A file can be attached to the whole series, but not to one of "
				  "its occurrences"));
		return FALSE;
	}

	return TRUE;
}

/* The child with that tag and key in a form; NONE. */
static EasItemSlot
find_in_form (const EasItem *form, EasTag tag, const char *key)
{
	EACH_CHILD (slot, form, list_of (form), tag)
	{
		if (g_strcmp0 (child_text (form, slot, ASB (CLIENT_ID)), key) == 0)
			return slot;
	}

	return EAS_ITEM_NONE;
}

/* An attachment of the server's item by the key under which it is shown. */
static EasItemSlot
find_attachment (const EasItem *item, const char *key)
{
	EACH_CHILD (slot, item, list_of (item), ASB (ATTACHMENT))
	{
		g_autofree char *its_key = dup_key (item, slot);

		if (g_strcmp0 (its_key, key) == 0)
			return slot;
	}

	return EAS_ITEM_NONE;
}

/* Opens the element with the first that is in it: an empty one would say something. */
static void
need_element (EasMapMerging *merging, gboolean *is_open)
{
	if (!*is_open)
		eas_item_builder_start (merging->builder, ASB (ATTACHMENTS));
	*is_open = TRUE;
}

static void
refuse (EasMapMerging *merging, const char *reason)
{
	eas_set_error (&merging->error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0, "%s", reason);
}

/* [MS-ASAIRS] 2.2.2.2 Add (Attachments). */
static void
write_add (EasItemBuilder *builder, const char *key, const char *name, GBytes *content)
{
	gsize size;
	gconstpointer data = g_bytes_get_data (content, &size);

	eas_item_builder_start (builder, ASB (ADD));
	eas_item_builder_text (builder, ASB (CLIENT_ID), key);
	eas_item_builder_opaque (builder, ASB (CONTENT), data, size);
	eas_item_builder_text (builder, ASB (DISPLAY_NAME), name);
	eas_item_builder_int (builder, ASB (METHOD), METHOD_FILE);
	eas_item_builder_end (builder);
}

static void
add_file (EasMapMerging *merging, EasItemSlot slot, gboolean *is_open)
{
	const EasMapFiles *files = merging->context->files;
	const char *uri = child_text (merging->edited, slot, ASB (CONTENT_LOCATION));
	g_autoptr (GBytes) content = NULL;

	if (merging->context->version < EAS_VERSION_16_0) {
		refuse (merging, _ ("This server keeps no attachments with events"));
		return;
	}
	content = files->load (uri, files->user_data, &merging->error);
	if (content == NULL)
		return;

	need_element (merging, is_open);
	write_add (merging->builder, child_text (merging->edited, slot, ASB (CLIENT_ID)),
		   child_text (merging->edited, slot, ASB (DISPLAY_NAME)), content);
}

static void
delete_file (EasMapMerging *merging, EasItemSlot attachment, gboolean *is_open)
{
	const char *reference = child_text (merging->baseline, attachment, ASB (FILE_REFERENCE));

	if (merging->context->version < EAS_VERSION_16_0 || reference == NULL) {
		refuse (merging, _ ("The attachment cannot be removed yet: the server has not told "
				    "its name for it"));
		return;
	}
	need_element (merging, is_open);
	eas_item_builder_start (merging->builder, ASB (DELETE));
	eas_item_builder_text (merging->builder, ASB (FILE_REFERENCE), reference);
	eas_item_builder_end (merging->builder);
}

static void
attachments_merge (const EasMapRow *row, EasMapMerging *merging)
{
	const EasItem *edited = merging->edited;
	gboolean is_open = FALSE;

	EACH_CHILD (slot, edited, list_of (edited), ASB (ATTACHMENT))
	{
		const char *key = child_text (edited, slot, ASB (CLIENT_ID));

		if (merging->error == NULL &&
		    find_in_form (merging->shown, ASB (ATTACHMENT), key) == EAS_ITEM_NONE &&
		    find_attachment (merging->baseline, key) == EAS_ITEM_NONE)
			add_file (merging, slot, &is_open);
	}
	EACH_CHILD (slot, edited, list_of (edited), ASB (DELETE))
	{
		const char *key = child_text (edited, slot, ASB (CLIENT_ID));
		EasItemSlot there = find_attachment (merging->baseline, key);

		if (merging->error == NULL && there != EAS_ITEM_NONE &&
		    find_in_form (edited, ASB (ATTACHMENT), key) == EAS_ITEM_NONE)
			delete_file (merging, there, &is_open);
	}
	if (is_open)
		eas_item_builder_end (merging->builder);
}

const EasMapCodec eas_codec_attachments = { attachments_read, attachments_write,
					    attachments_merge };

/* ---- what the server has then ---- */

static gboolean
has_change (const EasItem *item)
{
	return list_of (item) != EAS_ITEM_NONE &&
	       (eas_item_child (item, list_of (item), ASB (ADD)) != EAS_ITEM_NONE ||
		eas_item_child (item, list_of (item), ASB (DELETE)) != EAS_ITEM_NONE);
}

static void
copy_others (const EasItem *item, EasItemBuilder *builder)
{
	EACH_CHILD (slot, item, EAS_ITEM_ROOT, EAS_TAG_NONE)
	{
		if (eas_item_tag (item, slot) != ASB (ATTACHMENTS))
			eas_item_builder_copy (builder, item, slot);
	}
}

static gboolean
is_deleted (const EasItem *item, const char *reference)
{
	EACH_CHILD (slot, item, list_of (item), ASB (DELETE))
	{
		if (g_strcmp0 (child_text (item, slot, ASB (FILE_REFERENCE)), reference) == 0)
			return reference != NULL;
	}

	return FALSE;
}

static void
settle_added (const EasItem *item, EasItemSlot add, EasItemBuilder *builder)
{
	EasItemSlot content = eas_item_child (item, add, ASB (CONTENT));
	g_autoptr (GBytes) bytes = content != EAS_ITEM_NONE ? eas_item_bytes (item, content) : NULL;

	eas_item_builder_start (builder, ASB (ATTACHMENT));
	eas_item_builder_text (builder, ASB (DISPLAY_NAME),
			       child_text (item, add, ASB (DISPLAY_NAME)));
	eas_item_builder_text (builder, ASB (CLIENT_ID), child_text (item, add, ASB (CLIENT_ID)));
	eas_item_builder_int (builder, ASB (METHOD), METHOD_FILE);
	if (bytes != NULL)
		eas_item_builder_int (builder, ASB (ESTIMATED_DATA_SIZE),
				      (gint64) g_bytes_get_size (bytes));
	eas_item_builder_end (builder);
}

EasItem *
eas_map_attachments_settle (const EasItem *before, const EasItem *after)
{
	g_autoptr (EasItemBuilder) builder = NULL;

	if (!has_change (after))
		return eas_item_ref ((EasItem *) after);

	builder = eas_item_builder_new ();
	copy_others (after, builder);
	eas_item_builder_start (builder, ASB (ATTACHMENTS));
	EACH_CHILD (slot, before, list_of (before), ASB (ATTACHMENT))
	{
		if (!is_deleted (after, child_text (before, slot, ASB (FILE_REFERENCE))))
			eas_item_builder_copy (builder, before, slot);
	}
	EACH_CHILD (slot, after, list_of (after), ASB (ADD))
	{
		settle_added (after, slot, builder);
	}
	eas_item_builder_end (builder);

	return eas_item_builder_finish (builder);
}

/* NULL: it is not here any more. */
static GBytes *
load_file (const EasItem *item, EasItemSlot attachment, const EasMapFiles *files)
{
	g_autofree char *key = dup_key (item, attachment);
	g_autofree char *name = dup_name (item, attachment);
	g_autofree char *uri = key != NULL ? files->dup_uri (key, name, files->user_data) : NULL;

	return uri != NULL ? files->load (uri, files->user_data, NULL) : NULL;
}

EasItem *
eas_map_attachments_say_again (const EasItem *settled, const EasMapFiles *files)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	gboolean is_open = FALSE;

	copy_others (settled, builder);
	EACH_CHILD (slot, settled, list_of (settled), ASB (ATTACHMENT))
	{
		g_autoptr (GBytes) content = load_file (settled, slot, files);

		if (content == NULL)
			continue;
		if (!is_open)
			eas_item_builder_start (builder, ASB (ATTACHMENTS));
		is_open = TRUE;
		write_add (builder, child_text (settled, slot, ASB (CLIENT_ID)),
			   child_text (settled, slot, ASB (DISPLAY_NAME)), content);
	}
	if (is_open)
		eas_item_builder_end (builder);

	return eas_item_builder_finish (builder);
}

/* The attachment of @item with that text in a child; NONE. */
static EasItemSlot
find_by (const EasItem *item, EasTag tag, const char *text)
{
	EACH_CHILD (slot, item, list_of (item), ASB (ATTACHMENT))
	{
		if (text != NULL && g_strcmp0 (child_text (item, slot, tag), text) == 0)
			return slot;
	}

	return EAS_ITEM_NONE;
}

/* @attachment with one child of another's. */
static void
copy_with (const EasItem *item,
	   EasItemSlot attachment,
	   EasTag tag,
	   const char *text,
	   EasItemBuilder *builder)
{
	eas_item_builder_start (builder, ASB (ATTACHMENT));
	EACH_CHILD (slot, item, attachment, EAS_TAG_NONE)
	{
		if (eas_item_tag (item, slot) != tag || text == NULL)
			eas_item_builder_copy (builder, item, slot);
	}
	eas_item_builder_text (builder, tag, text);
	eas_item_builder_end (builder);
}

EasItem *
eas_map_attachments_answer (const EasItem *expected, const EasItem *answer)
{
	g_autoptr (EasItem) over = eas_item_overlay (expected, answer);
	g_autoptr (EasItemBuilder) builder = NULL;

	if (list_of (answer) == EAS_ITEM_NONE)
		return g_steal_pointer (&over);

	builder = eas_item_builder_new ();
	copy_others (over, builder);
	eas_item_builder_start (builder, ASB (ATTACHMENTS));
	EACH_CHILD (slot, expected, list_of (expected), ASB (ATTACHMENT))
	{
		const char *client_id = child_text (expected, slot, ASB (CLIENT_ID));
		EasItemSlot told = find_by (answer, ASB (CLIENT_ID), client_id);

		copy_with (expected, slot, ASB (FILE_REFERENCE),
			   child_text (answer, told, ASB (FILE_REFERENCE)), builder);
	}
	EACH_CHILD (slot, answer, list_of (answer), ASB (ATTACHMENT))
	{
		if (find_by (expected, ASB (CLIENT_ID),
			     child_text (answer, slot, ASB (CLIENT_ID))) == EAS_ITEM_NONE &&
		    find_by (expected, ASB (FILE_REFERENCE),
			     child_text (answer, slot, ASB (FILE_REFERENCE))) == EAS_ITEM_NONE)
			eas_item_builder_copy (builder, answer, slot);
	}
	eas_item_builder_end (builder);

	return eas_item_builder_finish (builder);
}

/* What we called the attachment that has this reference, or, untold, this name. */
static const char *
our_id_of (const EasItem *item, const EasItem *fetched, EasItemSlot attachment)
{
	const char *name = child_text (fetched, attachment, ASB (DISPLAY_NAME));
	EasItemSlot same = find_by (item, ASB (FILE_REFERENCE),
				    child_text (fetched, attachment, ASB (FILE_REFERENCE)));

	if (same != EAS_ITEM_NONE)
		return child_text (item, same, ASB (CLIENT_ID));
	EACH_CHILD (slot, item, list_of (item), ASB (ATTACHMENT))
	{
		if (child_text (item, slot, ASB (FILE_REFERENCE)) == NULL &&
		    g_strcmp0 (child_text (item, slot, ASB (DISPLAY_NAME)), name) == 0)
			return child_text (item, slot, ASB (CLIENT_ID));
	}

	return NULL;
}

EasItem *
eas_map_attachments_learn (const EasItem *item, const EasItem *fetched)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	copy_others (item, builder);
	if (list_of (fetched) != EAS_ITEM_NONE) {
		eas_item_builder_start (builder, ASB (ATTACHMENTS));
		EACH_CHILD (slot, fetched, list_of (fetched), ASB (ATTACHMENT))
		{
			copy_with (fetched, slot, ASB (CLIENT_ID), our_id_of (item, fetched, slot),
				   builder);
		}
		eas_item_builder_end (builder);
	}

	return eas_item_builder_finish (builder);
}

/* The texts of a child of all attachments, sorted. */
static char *
describe (const EasItem *item, EasTag tag)
{
	g_autoptr (GPtrArray) texts = g_ptr_array_new ();

	EACH_CHILD (slot, item, list_of (item), ASB (ATTACHMENT))
	{
		const char *text = child_text (item, slot, tag);

		g_ptr_array_add (texts, (gpointer) (text != NULL ? text : ""));
	}
	g_ptr_array_sort (texts, compare_texts);
	g_ptr_array_add (texts, NULL);

	return g_strjoinv ("\n", (char **) texts->pdata);
}

static gboolean
same_by (const EasItem *a, const EasItem *b, EasTag tag)
{
	g_autofree char *of_a = describe (a, tag);
	g_autofree char *of_b = describe (b, tag);

	return strcmp (of_a, of_b) == 0;
}

gboolean
eas_map_attachments_same (const EasItem *a, const EasItem *b)
{
	if (!same_by (a, b, ASB (DISPLAY_NAME)))
		return FALSE;

	return eas_map_attachments_untold (a) || eas_map_attachments_untold (b) ||
	       same_by (a, b, ASB (FILE_REFERENCE));
}
