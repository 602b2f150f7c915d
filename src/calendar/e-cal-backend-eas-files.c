/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "e-cal-backend-eas-files.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "e-eas-auto.h"

#define KEY_LENGTH  40
#define NAME_LENGTH 200 /* bytes; file systems take 255 */

/* A name as a file may have it: no way out of its folder, not hidden, not too long. */
static char *
make_file_name (const char *name)
{
	g_autofree char *clean = g_strdelimit (g_strdup (name), "/\\", '_');
	const char *end = clean + strlen (clean);

	if (*clean == '.')
		*clean = '_';
	while (end - clean > NAME_LENGTH)
		end = g_utf8_find_prev_char (clean, end);
	clean[end - clean] = '\0';

	return *clean != '\0' ? g_steal_pointer (&clean) : g_strdup ("_");
}

static gboolean
is_key (const char *text)
{
	return strlen (text) == KEY_LENGTH && strspn (text, "0123456789abcdef") == KEY_LENGTH;
}

static char *
make_path (const char *directory, const char *key, const char *name)
{
	g_autofree char *file_name = make_file_name (name);

	return g_build_filename (directory, key, file_name, NULL);
}

char *
e_cal_eas_files_dup_uri (const char *directory, const char *key, const char *name)
{
	g_autofree char *path = make_path (directory, key, name);

	return g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_filename_to_uri (path, NULL, NULL)
							  : NULL;
}

char *
e_cal_eas_files_dup_key (const char *directory, const char *uri)
{
	g_autofree char *path = g_filename_from_uri (uri, NULL, NULL);
	g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : NULL;
	g_autofree char *above = folder != NULL ? g_path_get_dirname (folder) : NULL;
	g_autofree char *key = folder != NULL ? g_path_get_basename (folder) : NULL;

	if (above == NULL || strcmp (above, directory) != 0 || !is_key (key))
		return NULL;

	return g_steal_pointer (&key);
}

GBytes *
e_cal_eas_files_load (const char *uri, GError **error)
{
	g_autofree char *path = g_filename_from_uri (uri, NULL, NULL);
	g_autofree char *content = NULL;
	gsize size;

	if (path == NULL || !g_file_get_contents (path, &content, &size, NULL)) {
		eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0,
			       _ ("An attached file can no longer be read"));
		return NULL;
	}

	return g_bytes_new_take (g_steal_pointer (&content), size);
}

static gboolean
holds (const char *path, GBytes *content)
{
	g_autofree char *there = NULL;
	gsize size;

	return g_file_get_contents (path, &there, &size, NULL) &&
	       size == g_bytes_get_size (content) &&
	       memcmp (there, g_bytes_get_data (content, NULL), size) == 0;
}

gboolean
e_cal_eas_files_store (
	const char *directory, const char *key, const char *name, GBytes *content, GError **error)
{
	g_autofree char *path = make_path (directory, key, name);
	g_autofree char *folder = g_path_get_dirname (path);
	gsize size;
	gconstpointer data = g_bytes_get_data (content, &size);

	if (holds (path, content))
		return TRUE;
	if (g_mkdir_with_parents (folder, 0700) == 0 &&
	    g_file_set_contents_full (path, data != NULL ? data : "", (gssize) size,
				      G_FILE_SET_CONTENTS_CONSISTENT, 0400, NULL))
		return TRUE;

	eas_set_error (error, EAS_ERROR_STORE, NULL, 0, 0,
		       _ ("An attached file could not be written"));
	return FALSE;
}

/* ---- content that EDS read into a component ---- */

static char *
dup_name (ICalProperty *property)
{
	E_EAS_AUTO_UNREF ICalParameter *parameter =
		i_cal_property_get_first_parameter (property, I_CAL_FILENAME_PARAMETER);
	const char *name = parameter != NULL ? i_cal_parameter_get_filename (parameter) : NULL;

	if (name == NULL || *name == '\0')
		return g_strdup (_ ("attachment"));

	return g_path_get_basename (name);
}

/* NULL: a link. */
static GBytes *
dup_content (ICalProperty *property)
{
	E_EAS_AUTO_UNREF ICalAttach *attach = i_cal_property_get_attach (property);
	const char *text;
	guchar *content;
	gsize size;

	if (attach == NULL || i_cal_attach_get_is_url (attach))
		return NULL;
	text = (const char *) i_cal_attach_get_data (attach);
	content = g_base64_decode (text != NULL ? text : "", &size);

	return g_bytes_new_take (content, size);
}

/* The one of the files that the event was shown with; NULL: another. */
static char *
find_shown (const char *directory, ICalComponent *event, const char *name, GBytes *content)
{
	g_autofree char *seen = e_cal_util_component_dup_x_property (event, EAS_MAP_ATTACHED_X);
	g_auto (GStrv) keys = g_strsplit (seen != NULL ? seen : "", " ", -1);

	for (guint i = 0; keys[i] != NULL; i++) {
		g_autofree char *path =
			is_key (keys[i]) ? make_path (directory, keys[i], name) : NULL;

		if (path != NULL && holds (path, content))
			return g_strdup (keys[i]);
	}

	return NULL;
}

static void
make_link (ICalProperty *property, const char *uri, const char *name)
{
	E_EAS_AUTO_UNREF ICalAttach *attach = i_cal_attach_new_from_url (uri);

	i_cal_property_remove_parameter_by_kind (property, I_CAL_VALUE_PARAMETER);
	i_cal_property_remove_parameter_by_kind (property, I_CAL_ENCODING_PARAMETER);
	i_cal_property_remove_parameter_by_kind (property, I_CAL_FILENAME_PARAMETER);
	i_cal_property_set_attach (property, attach);
	i_cal_property_take_parameter (property, i_cal_parameter_new_filename (name));
}

static gboolean
take_one (const char *directory, ICalComponent *event, ICalProperty *property, GError **error)
{
	g_autoptr (GBytes) content = dup_content (property);
	g_autofree char *name = dup_name (property);
	g_autofree char *key = NULL;
	g_autofree char *uri = NULL;

	if (content == NULL)
		return TRUE;
	if (g_bytes_get_size (content) > E_CAL_EAS_FILE_MOST) {
		eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0,
			       _ ("The file “%s” is too large: at most %u MB can be attached"),
			       name, E_CAL_EAS_FILE_MOST / (1024 * 1024));
		return FALSE;
	}

	key = find_shown (directory, event, name, content);
	if (key == NULL)
		key = eas_map_attachments_dup_key (name, content);
	if (!e_cal_eas_files_store (directory, key, name, content, error))
		return FALSE;
	uri = e_cal_eas_files_dup_uri (directory, key, name);
	make_link (property, uri, name);

	return TRUE;
}

static GPtrArray *
list_attached (ICalComponent *event)
{
	GPtrArray *properties = g_ptr_array_new_with_free_func (g_object_unref);
	ICalProperty *property;

	for (property = i_cal_component_get_first_property (event, I_CAL_ATTACH_PROPERTY);
	     property != NULL;
	     property = i_cal_component_get_next_property (event, I_CAL_ATTACH_PROPERTY))
		g_ptr_array_add (properties, property);

	return properties;
}

static gboolean
take_of_event (const char *directory, ICalComponent *event, GError **error)
{
	g_autoptr (GPtrArray) properties = list_attached (event);

	for (guint i = 0; i < properties->len; i++) {
		if (!take_one (directory, event, properties->pdata[i], error))
			return FALSE;
	}

	return TRUE;
}

gboolean
e_cal_eas_files_take_content (const char *directory, ICalComponent *calendar, GError **error)
{
	ICalComponent *event;
	gboolean taken = TRUE;

	if (i_cal_component_isa (calendar) == I_CAL_VEVENT_COMPONENT)
		return take_of_event (directory, calendar, error);

	for (event = i_cal_component_get_first_component (calendar, I_CAL_VEVENT_COMPONENT);
	     event != NULL && taken; g_object_unref (event),
	    event = i_cal_component_get_next_component (calendar, I_CAL_VEVENT_COMPONENT))
		taken = take_of_event (directory, event, error);
	g_clear_object (&event);

	return taken;
}

/* The event itself, and none of its occurrences; NULL. */
static ICalComponent *
ref_master (ICalComponent *calendar)
{
	ICalComponent *event;

	if (i_cal_component_isa (calendar) == I_CAL_VEVENT_COMPONENT)
		return g_object_ref (calendar);

	for (event = i_cal_component_get_first_component (calendar, I_CAL_VEVENT_COMPONENT);
	     event != NULL &&
	     e_cal_util_component_has_property (event, I_CAL_RECURRENCEID_PROPERTY);
	     g_object_unref (event),
	    event = i_cal_component_get_next_component (calendar, I_CAL_VEVENT_COMPONENT)) {
	}

	return event;
}

/* What the event was shown with before counts, too. */
static char *
dup_keys (const char *directory, ICalComponent *event)
{
	g_autoptr (GPtrArray) properties = list_attached (event);
	g_autofree char *seen = e_cal_util_component_dup_x_property (event, EAS_MAP_ATTACHED_X);
	GString *keys = g_string_new (seen);

	for (guint i = 0; i < properties->len; i++) {
		E_EAS_AUTO_UNREF ICalAttach *attach =
			i_cal_property_get_attach (properties->pdata[i]);
		const char *uri = attach != NULL && i_cal_attach_get_is_url (attach)
					  ? i_cal_attach_get_url (attach)
					  : NULL;
		g_autofree char *key =
			uri != NULL ? e_cal_eas_files_dup_key (directory, uri) : NULL;

		if (key != NULL && strstr (keys->str, key) == NULL)
			g_string_append_printf (keys, "%s%s", keys->len > 0 ? " " : "", key);
	}

	return g_string_free (keys, /* free_segment */ FALSE);
}

void
e_cal_eas_files_note_shown (const char *directory, ICalComponent *calendar, ICalComponent *shown)
{
	E_EAS_AUTO_UNREF ICalComponent *event = ref_master (calendar);
	E_EAS_AUTO_UNREF ICalComponent *before = ref_master (shown);
	g_autofree char *keys = before != NULL ? dup_keys (directory, before) : NULL;
	g_autofree char *own = NULL;
	g_autofree char *both = NULL;

	if (event == NULL || keys == NULL || *keys == '\0')
		return;
	own = e_cal_util_component_dup_x_property (event, EAS_MAP_ATTACHED_X);
	both = own != NULL ? g_strjoin (" ", own, keys, NULL) : g_strdup (keys);
	e_cal_util_component_set_x_property (event, EAS_MAP_ATTACHED_X, both);
}

void
e_cal_eas_files_forget (const char *directory, ICalComponent *event)
{
	g_autoptr (GPtrArray) properties = list_attached (event);

	for (guint i = 0; i < properties->len; i++) {
		E_EAS_AUTO_UNREF ICalAttach *attach =
			i_cal_property_get_attach (properties->pdata[i]);
		const char *uri = attach != NULL && i_cal_attach_get_is_url (attach)
					  ? i_cal_attach_get_url (attach)
					  : NULL;
		g_autofree char *key =
			uri != NULL ? e_cal_eas_files_dup_key (directory, uri) : NULL;
		g_autofree char *path = key != NULL ? g_filename_from_uri (uri, NULL, NULL) : NULL;
		g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : NULL;

		if (path != NULL) {
			g_unlink (path);
			g_rmdir (folder);
		}
	}
}

/* ---- for the mapping ---- */

static char *
files_dup_uri (const char *key, const char *name, gpointer directory)
{
	return e_cal_eas_files_dup_uri (directory, key, name);
}

static char *
files_dup_key (const char *uri, gpointer directory)
{
	return e_cal_eas_files_dup_key (directory, uri);
}

static GBytes *
files_load (const char *uri, gpointer directory, GError **error)
{
	return e_cal_eas_files_load (uri, error);
}

void
e_cal_eas_files_init (EasMapFiles *out, const char *cache_dir)
{
	out->dup_uri = files_dup_uri;
	out->dup_key = files_dup_key;
	out->load = files_load;
	out->user_data = g_build_filename (cache_dir, "attachments", NULL);
}
