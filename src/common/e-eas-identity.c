/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EDS's cache reaper moves sources/<uid> to sources/trash/<uid> before the collection's
 * backend hears of the removal, back before the backend of an added one is made, and
 * erases what lies there for seven days.
 */

#include <glib/gstdio.h>
#include <string.h>

#include "e-eas-identity.h"

#define HTTPS_PORT       443
#define SOURCE_SUFFIX    ".source"
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
	if (kept != NULL && own->len == 0) {
		copy_sources (kept, live);
		remove_sources (kept);
	}
	bring_conflicts_back (collection, live);
}
