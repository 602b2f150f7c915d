/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <libedataserver/libedataserver.h>

#include "eas-error.h"

#include "e-book-backend-eas-photos.h"

static gboolean
is_picture (EVCardAttribute *attribute)
{
	const char *name = e_vcard_attribute_get_name (attribute);

	return name != NULL && (g_ascii_strcasecmp (name, EVC_PHOTO) == 0 ||
				g_ascii_strcasecmp (name, EVC_LOGO) == 0);
}

static const char *
peek_param (EVCardAttribute *attribute, const char *name)
{
	GList *values = e_vcard_attribute_get_param (attribute, name);

	return values != NULL ? values->data : NULL;
}

/* The bytes that stand in the vCard itself; NULL: it has none. */
static const GString *
peek_bytes (EVCardAttribute *attribute)
{
	const char *encoding = peek_param (attribute, EVC_ENCODING);
	GList *values;

	if (encoding == NULL || (g_ascii_strcasecmp (encoding, "b") != 0 &&
				 g_ascii_strcasecmp (encoding, "base64") != 0))
		return NULL;
	values = e_vcard_attribute_get_values_decoded (attribute);
	if (values == NULL || values->data == NULL || ((GString *) values->data)->len == 0)
		return NULL;

	return values->data;
}

/* The ending is how EBookMetaBackend finds the type again. */
static char *
make_path (const char *directory, const char *uid, EVCardAttribute *attribute, const GString *bytes)
{
	const char *type = peek_param (attribute, EVC_TYPE);
	g_autofree char *whose = g_compute_checksum_for_string (G_CHECKSUM_SHA1, uid, -1);
	g_autofree char *what = g_compute_checksum_for_data (
		G_CHECKSUM_SHA1, (const guchar *) bytes->str, bytes->len);
	g_autofree char *ending = g_uri_escape_string (type != NULL ? type : "", NULL, TRUE);
	g_autofree char *name =
		g_strdup_printf ("%s-%s-%.16s%s%s", e_vcard_attribute_get_name (attribute), whose,
				 what, *ending != '\0' ? "." : "", ending);

	return g_build_filename (directory, name, NULL);
}

/* A crash of the machine may have left it empty. */
static gboolean
is_there (const char *path, const GString *bytes)
{
	GStatBuf found;

	return g_stat (path, &found) == 0 && (gsize) found.st_size == bytes->len;
}

static void
make_link (EVCardAttribute *attribute, const char *path)
{
	g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);

	e_vcard_attribute_remove_param (attribute, EVC_TYPE);
	e_vcard_attribute_remove_param (attribute, EVC_ENCODING);
	e_vcard_attribute_remove_param (attribute, EVC_VALUE);
	e_vcard_attribute_remove_values (attribute);
	e_vcard_attribute_add_param_with_value (attribute, e_vcard_attribute_param_new (EVC_VALUE),
						"uri");
	e_vcard_attribute_add_value (attribute, uri);
}

gboolean
e_book_eas_photos_store (const char *directory, EContact *contact, GError **error)
{
	const char *uid = e_contact_get_const (contact, E_CONTACT_UID);

	for (GList *link = e_vcard_get_attributes (E_VCARD (contact)); link != NULL;
	     link = link->next) {
		const GString *bytes = is_picture (link->data) ? peek_bytes (link->data) : NULL;
		g_autofree char *path = NULL;

		if (bytes == NULL)
			continue;
		path = make_path (directory, uid, link->data, bytes);
		if (!is_there (path, bytes) &&
		    !g_file_set_contents (path, bytes->str, (gssize) bytes->len, NULL)) {
			eas_set_error (error, EAS_ERROR_STORE, NULL, 0, 0,
				       _ ("The picture of a contact could not be written"));
			return FALSE;
		}
		make_link (link->data, path);
	}

	return TRUE;
}

/* A link from the server or another program must not make us remove what is not ours. */
static gboolean
lies_in (const char *path, const char *directory)
{
	g_autoptr (GFile) file = g_file_new_for_path (path);
	g_autoptr (GFile) parent = g_file_new_for_path (directory);

	return g_file_has_prefix (file, parent);
}

/* Paths of the files of @directory that @contact links to, as keys. */
static GHashTable *
list_files (const char *directory, EContact *contact)
{
	GHashTable *files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	GList *attributes = contact != NULL ? e_vcard_get_attributes (E_VCARD (contact)) : NULL;

	for (GList *link = attributes; link != NULL; link = link->next) {
		g_autofree char *value = NULL;
		g_autofree char *path = NULL;

		if (!is_picture (link->data) ||
		    g_strcmp0 (peek_param (link->data, EVC_VALUE), "uri") != 0)
			continue;
		value = e_vcard_attribute_get_value (link->data);
		path = value != NULL ? g_filename_from_uri (value, NULL, NULL) : NULL;
		if (path != NULL && lies_in (path, directory))
			g_hash_table_add (files, g_steal_pointer (&path));
	}

	return files;
}

void
e_book_eas_photos_forget (const char *directory, EContact *before, EContact *after)
{
	g_autoptr (GHashTable) gone = list_files (directory, before);
	g_autoptr (GHashTable) kept = list_files (directory, after);
	GHashTableIter iter;
	gpointer path;

	g_hash_table_iter_init (&iter, gone);
	while (g_hash_table_iter_next (&iter, &path, NULL)) {
		if (!g_hash_table_contains (kept, path))
			g_unlink (path);
	}
}
