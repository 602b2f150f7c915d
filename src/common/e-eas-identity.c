/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EDS's cache reaper moves sources/<uid> to sources/trash/<uid> before the collection's
 * backend hears of the removal, back before the backend of an added one is made, and
 * erases what lies there for seven days.
 */

#include <glib/gstdio.h>
#include <string.h>

#include "camel-eas-settings.h"

#include "e-eas-identity.h"

#define HTTPS_PORT       443
#define SOURCE_SUFFIX    ".source"
#define ACCOUNT_FILE     "account" /* its settings, beside those of the folders */
#define ACCOUNT_GROUP    "Account"
#define CONFLICTS_FOLDER "eas-conflicts" /* among what EDS sets aside */

char *
e_eas_identity_new (const char *host, guint16 port, const char *user)
{
	g_autofree char *text = NULL;
	g_autofree char *lower = NULL;

	g_return_val_if_fail (host != NULL && user != NULL, NULL);

	text = g_strdup_printf ("%s:%u\n%s", host, port != 0 ? port : HTTPS_PORT, user);
	lower = g_utf8_strdown (text, -1);

	return g_compute_checksum_for_string (G_CHECKSUM_SHA1, lower, -1);
}

char *
e_eas_identity_of (ESource *collection)
{
	ESourceAuthentication *authentication;
	g_autofree char *host = NULL;
	g_autofree char *user = NULL;

	g_return_val_if_fail (E_IS_SOURCE (collection), NULL);

	authentication = e_source_get_extension (collection, E_SOURCE_EXTENSION_AUTHENTICATION);
	host = e_source_authentication_dup_host (authentication);
	user = e_source_authentication_dup_user (authentication);
	if (host == NULL || *host == '\0' || user == NULL || *user == '\0')
		return NULL;

	return e_eas_identity_new (host, e_source_authentication_get_port (authentication), user);
}

/* ---- places ---- */

static char *
kept_directory (ESource *collection)
{
	g_autofree char *identity = e_eas_identity_of (collection);

	return identity != NULL ? g_build_filename (e_get_user_config_dir (), "eas", identity, NULL)
				: NULL;
}

static char *
live_directory (ESource *collection)
{
	return g_build_filename (e_get_user_cache_dir (), "sources", e_source_get_uid (collection),
				 NULL);
}

/* Where the files of a removed account are by now. */
static char *
left_directory (ESource *collection)
{
	g_autofree char *trash = g_build_filename (e_get_user_cache_dir (), "sources", "trash",
						   e_source_get_uid (collection), NULL);

	return g_file_test (trash, G_FILE_TEST_IS_DIR) ? g_steal_pointer (&trash)
						       : live_directory (collection);
}

static char *
data_directory (ESource *collection)
{
	return g_build_filename (e_get_user_data_dir (), "eas", e_source_get_uid (collection),
				 NULL);
}

/* ---- child sources ---- */

/* (transfer full): names of the child sources in @directory. */
static GPtrArray *
list_sources (const char *directory)
{
	GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
		if (g_str_has_suffix (name, SOURCE_SUFFIX))
			g_ptr_array_add (names, g_strdup (name));
	}

	return names;
}

static void
remove_sources (const char *directory)
{
	g_autoptr (GPtrArray) names = list_sources (directory);

	for (guint i = 0; i < names->len; i++) {
		g_autofree char *path = g_build_filename (directory, names->pdata[i], NULL);

		g_unlink (path);
	}
	g_rmdir (directory);
}

static void
copy_sources (const char *from, const char *to)
{
	g_autoptr (GPtrArray) names = list_sources (from);

	if (names->len > 0)
		g_mkdir_with_parents (to, 0700);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *source = g_build_filename (from, names->pdata[i], NULL);
		g_autofree char *target = g_build_filename (to, names->pdata[i], NULL);
		g_autofree char *text = NULL;
		g_autoptr (GError) error = NULL;
		gsize size;

		if (!g_file_get_contents (source, &text, &size, &error) ||
		    !g_file_set_contents_full (target, text, (gssize) size,
					       G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
			g_message ("What was chosen for a folder is not kept: %s", error->message);
	}
}

/* ---- the account's own settings ---- */

/* Not what is to be trusted: that is decided anew. */
static const char *const kept_settings[] = { "conflict", "event-filter" };
static const char *const kept_parts[] = { "calendar-enabled", "contacts-enabled", "mail-enabled" };

static GObject *
get_settings (ESource *collection)
{
	const char *name = e_source_camel_get_extension_name (E_EAS_BACKEND_NAME);

	camel_eas_settings_register ();

	return G_OBJECT (e_source_camel_get_settings (e_source_get_extension (collection, name)));
}

static int
get_number (GObject *object, const char *property)
{
	int number = 0;

	g_object_get (object, property, &number, NULL);

	return number;
}

static void
keep_numbers (GKeyFile *file, GObject *object, const char *const *properties, gsize n)
{
	for (gsize i = 0; i < n; i++)
		g_key_file_set_integer (file, ACCOUNT_GROUP, properties[i],
					get_number (object, properties[i]));
}

/* Where the one who added it has not chosen: what is @usual is nobody's choice. */
static void
bring_numbers_back (
	GKeyFile *file, GObject *object, const char *const *properties, gsize n, int usual)
{
	for (gsize i = 0; i < n; i++) {
		int number = g_key_file_get_integer (file, ACCOUNT_GROUP, properties[i], NULL);

		if (g_key_file_has_key (file, ACCOUNT_GROUP, properties[i], NULL) &&
		    get_number (object, properties[i]) == usual)
			g_object_set (object, properties[i], number, NULL);
	}
}

static char *
dup_usual_name (ESource *collection)
{
	return e_source_collection_dup_identity (
		e_source_get_extension (collection, E_SOURCE_EXTENSION_COLLECTION));
}

static void
keep_account (ESource *collection, const char *kept)
{
	g_autoptr (GKeyFile) file = g_key_file_new ();
	g_autoptr (GError) error = NULL;
	g_autofree char *path = g_build_filename (kept, ACCOUNT_FILE, NULL);
	g_autofree char *usual_name = dup_usual_name (collection);

	g_key_file_set_string (file, ACCOUNT_GROUP, "uid", e_source_get_uid (collection));
	if (g_strcmp0 (usual_name, e_source_get_display_name (collection)) != 0)
		g_key_file_set_string (file, ACCOUNT_GROUP, "name",
				       e_source_get_display_name (collection));
	keep_numbers (file, get_settings (collection), kept_settings, G_N_ELEMENTS (kept_settings));
	keep_numbers (file, e_source_get_extension (collection, E_SOURCE_EXTENSION_COLLECTION),
		      kept_parts, G_N_ELEMENTS (kept_parts));
	g_mkdir_with_parents (kept, 0700);
	if (!g_key_file_save_to_file (file, path, &error))
		g_message ("The account’s settings are not kept: %s", error->message);
}

static gboolean
write_cb (gpointer data)
{
	e_source_write (data, NULL, NULL, NULL);

	return G_SOURCE_REMOVE;
}

/* Not those of another account of the same mailbox. */
static void
bring_account_back (ESource *collection, const char *kept, gboolean is_new)
{
	g_autoptr (GKeyFile) file = g_key_file_new ();
	g_autofree char *path = g_build_filename (kept, ACCOUNT_FILE, NULL);
	g_autofree char *usual_name = dup_usual_name (collection);
	g_autofree char *uid = NULL;
	g_autofree char *name = NULL;

	if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
		return;
	uid = g_key_file_get_string (file, ACCOUNT_GROUP, "uid", NULL);
	if (!is_new && g_strcmp0 (uid, e_source_get_uid (collection)) != 0)
		return;

	name = g_key_file_get_string (file, ACCOUNT_GROUP, "name", NULL);
	if (name != NULL && g_strcmp0 (usual_name, e_source_get_display_name (collection)) == 0)
		e_source_set_display_name (collection, name);
	bring_numbers_back (file, get_settings (collection), kept_settings,
			    G_N_ELEMENTS (kept_settings), /* usual */ 0);
	bring_numbers_back (file,
			    e_source_get_extension (collection, E_SOURCE_EXTENSION_COLLECTION),
			    kept_parts, G_N_ELEMENTS (kept_parts), /* usual */ TRUE);
	/* When it is on the bus. */
	g_idle_add_full (G_PRIORITY_DEFAULT, write_cb, g_object_ref (collection), g_object_unref);
	g_unlink (path);
	remove_sources (kept);
}

/* ---- both ways ---- */

/* The losing versions of conflicts are content: they stay as long as the rest of it. */
static void
set_conflicts_aside (ESource *collection, const char *left)
{
	g_autofree char *data = data_directory (collection);
	g_autofree char *aside = g_build_filename (left, CONFLICTS_FOLDER, NULL);

	if (g_file_test (data, G_FILE_TEST_IS_DIR) && g_rename (data, aside) != 0)
		g_message ("Losing versions of conflicts stay in %s", data);
}

static void
bring_conflicts_back (ESource *collection, const char *live)
{
	g_autofree char *data = data_directory (collection);
	g_autofree char *aside = g_build_filename (live, CONFLICTS_FOLDER, NULL);
	g_autofree char *parent = g_path_get_dirname (data);

	if (!g_file_test (aside, G_FILE_TEST_IS_DIR))
		return;
	g_mkdir_with_parents (parent, 0700);
	if (g_rename (aside, data) != 0)
		g_message ("Losing versions of conflicts stay in %s", aside);
}

void
e_eas_identity_keep (ESource *collection)
{
	g_autofree char *left = NULL;
	g_autofree char *kept = NULL;

	g_return_if_fail (E_IS_SOURCE (collection));

	left = left_directory (collection);
	kept = kept_directory (collection);
	if (kept != NULL) {
		remove_sources (kept);
		copy_sources (left, kept);
		keep_account (collection, kept);
	}
	set_conflicts_aside (collection, left);
}

void
e_eas_identity_bring_back (ESource *collection)
{
	g_autofree char *live = NULL;
	g_autofree char *kept = NULL;
	g_autoptr (GPtrArray) own = NULL;

	g_return_if_fail (E_IS_SOURCE (collection));

	live = live_directory (collection);
	kept = kept_directory (collection);
	own = list_sources (live);
	if (kept != NULL && own->len == 0)
		copy_sources (kept, live);
	if (kept != NULL)
		bring_account_back (collection, kept, own->len == 0);
	bring_conflicts_back (collection, live);
}
