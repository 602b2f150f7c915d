/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Hangs on the registry, as an account's backend is gone by the time its ghost comes. Sources
 * are added and removed in any thread; a ghost comes in the main one.
 */

#include "camel-eas-settings.h"

#include "e-eas-auto.h"

#include "e-eas-ghosts.h"

#define REMEMBER_SECONDS 15 /* well past the 3 for which the registry waits */
#define PRIMARY_GROUP    "Data Source"
#define WATCH_KEY        "eas-ghosts"

typedef struct {
	GMutex lock;
	GHashTable *removed; /* UID -> gint64, monotonic time of the removal */
} Ghosts;

static void
ghosts_free (gpointer data)
{
	Ghosts *ghosts = data;

	g_hash_table_unref (ghosts->removed);
	g_mutex_clear (&ghosts->lock);
	g_free (ghosts);
}

/* ---- who was removed ----------------------------------------------------- */

static gboolean
is_account (ESource *source)
{
	return e_source_has_extension (source, E_SOURCE_EXTENSION_COLLECTION) &&
	       g_strcmp0 (e_source_backend_get_backend_name (
				  e_source_get_extension (source, E_SOURCE_EXTENSION_COLLECTION)),
			  E_EAS_BACKEND_NAME) == 0;
}

/* The account itself, or what hangs on it: the registry removes parents last. */
static gboolean
is_ours (ESourceRegistryServer *server, ESource *source)
{
	g_autofree char *parent_uid = e_source_dup_parent (source);
	E_EAS_AUTO_UNREF ESource *parent = NULL;

	if (is_account (source))
		return TRUE;
	if (parent_uid != NULL)
		parent = e_source_registry_server_ref_source (server, parent_uid);

	return parent != NULL && is_ours (server, parent);
}

static gboolean
is_over (gpointer uid, gpointer removed_at, gpointer now)
{
	return *(gint64 *) now - *(gint64 *) removed_at > REMEMBER_SECONDS * G_TIME_SPAN_SECOND;
}

static void
source_removed_cb (ESourceRegistryServer *server, ESource *source, Ghosts *ghosts)
{
	gint64 now = g_get_monotonic_time ();

	if (!is_ours (server, source))
		return;

	g_mutex_lock (&ghosts->lock);
	g_hash_table_foreach_remove (ghosts->removed, is_over, &now);
	g_hash_table_replace (ghosts->removed, e_source_dup_uid (source),
			      g_memdup2 (&now, sizeof now));
	g_mutex_unlock (&ghosts->lock);
}

static gboolean
was_removed_lately (Ghosts *ghosts, const char *uid)
{
	gint64 now = g_get_monotonic_time ();
	gint64 *removed_at;
	gboolean lately;

	g_mutex_lock (&ghosts->lock);
	removed_at = g_hash_table_lookup (ghosts->removed, uid);
	lately = removed_at != NULL && !is_over (/* uid */ NULL, removed_at, &now);
	g_mutex_unlock (&ghosts->lock);

	return lately;
}

/* ---- who is empty -------------------------------------------------------- */

static gboolean
is_default_name (const char *name)
{
	GParamSpec *property =
		g_object_class_find_property (g_type_class_peek (E_TYPE_SOURCE), "display-name");

	return *name == '\0' ||
	       g_strcmp0 (name, G_PARAM_SPEC_STRING (property)->default_value) == 0;
}

/* What every source has, as a source that nobody has touched has it. The name may stand there in
 * the language of the desktop: DisplayName[de]. */
static gboolean
is_default (const char *key, const char *value)
{
	if (g_str_equal (key, "DisplayName") || g_str_has_prefix (key, "DisplayName["))
		return is_default_name (value);
	if (g_str_equal (key, "Enabled"))
		return g_str_equal (value, "true");

	return g_str_equal (key, "Parent") && *value == '\0';
}

/* No extension, whether known here or not, and nothing that anybody has chosen. */
static gboolean
says_nothing (const char *data)
{
	g_autoptr (GKeyFile) file = g_key_file_new ();
	g_auto (GStrv) groups = NULL;
	g_auto (GStrv) keys = NULL;

	if (!g_key_file_load_from_data (file, data, strlen (data), G_KEY_FILE_KEEP_TRANSLATIONS,
					NULL))
		return FALSE;
	groups = g_key_file_get_groups (file, NULL);
	if (g_strv_length (groups) != 1 || !g_str_equal (groups[0], PRIMARY_GROUP))
		return FALSE;

	keys = g_key_file_get_keys (file, PRIMARY_GROUP, NULL, NULL);
	for (guint i = 0; keys[i] != NULL; i++) {
		g_autofree char *value = g_key_file_get_string (file, PRIMARY_GROUP, keys[i], NULL);

		if (value == NULL || !is_default (keys[i], value))
			return FALSE;
	}

	return TRUE;
}

/* ---- the end of a ghost -------------------------------------------------- */

/* Its file, if there is one, is not what came with the account: that is deleted. It may be one
 * that somebody is writing. */
static void
delete_file (ESource *source)
{
	GFile *file = e_server_side_source_get_file (E_SERVER_SIDE_SOURCE (source));
	g_autofree char *data = NULL;

	if (file != NULL && g_file_load_contents (file, NULL, &data, NULL, NULL, NULL) &&
	    says_nothing (data))
		g_file_delete (file, NULL, NULL);
}

/* At once: a moment later it would be on disk, and have adopted the children that the registry
 * keeps in memory for an account that comes back. */
static void
source_added_cb (ESourceRegistryServer *server, ESource *source, Ghosts *ghosts)
{
	g_autofree char *data = NULL;

	if (!was_removed_lately (ghosts, e_source_get_uid (source)))
		return;
	data = e_source_to_string (source, NULL);
	if (!says_nothing (data))
		return;

	e_source_registry_server_remove_source (server, source);
	delete_file (source);
}

void
e_eas_ghosts_watch (ESourceRegistryServer *server)
{
	Ghosts *ghosts = g_object_get_data (G_OBJECT (server), WATCH_KEY);

	if (ghosts != NULL)
		return;

	ghosts = g_new0 (Ghosts, 1);
	g_mutex_init (&ghosts->lock);
	ghosts->removed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
	g_object_set_data_full (G_OBJECT (server), WATCH_KEY, ghosts, ghosts_free);
	g_signal_connect (server, "source-removed", G_CALLBACK (source_removed_cb), ghosts);
	/* The registry's own handler is the last: it would show on the bus what is gone. */
	g_signal_connect_after (server, "source-added", G_CALLBACK (source_added_cb), ghosts);
}
