/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A child's UID is derived from the collection and the folder's ServerId, so that
 * an emptied cache directory changes none: views, colours and local copies of
 * other programs refer to it. Names and colours are set once; after that they are
 * the person's.
 */

#include <glib/gi18n-lib.h>

#include "camel-eas-settings.h"
#include "e-source-eas-folder.h"

#include "e-eas-children.h"

#define REFRESH_MINUTES 30

/* Told apart at a glance on white and on black. */
static const char *const colors[] = { "#3584e4", "#33a02c", "#e66100", "#9141ac",
				      "#c01c28", "#1b9e9e", "#986a44", "#e5a50a" };

/* What a class of folder becomes on the desktop. */
typedef struct {
	EasClass klass;
	const char *extension; /* which programs look for */
	gboolean alarms;       /* its items can ring */
} ChildKind;

/* clang-format off */
static const ChildKind kinds[] = {
	{ EAS_CLASS_CALENDAR, E_SOURCE_EXTENSION_CALENDAR,     TRUE },
	{ EAS_CLASS_TASKS,    E_SOURCE_EXTENSION_TASK_LIST,    TRUE },
	{ EAS_CLASS_NOTES,    E_SOURCE_EXTENSION_MEMO_LIST,    FALSE },
	{ EAS_CLASS_CONTACTS, E_SOURCE_EXTENSION_ADDRESS_BOOK, FALSE },
};
/* clang-format on */

static const ChildKind *
find_kind (const EasFolder *folder)
{
	EasClass klass = eas_class_of_folder (folder->type);

	/* The server's own list of people one wrote to: nothing to edit, and no address book. */
	if (folder->type == EAS_FOLDER_RECIPIENT_CACHE)
		return NULL;
	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
		if (kinds[i].klass == klass)
			return &kinds[i];
	}

	return NULL;
}

gboolean
e_eas_children_shows (const EasFolder *folder, EasVersion version)
{
	const ChildKind *kind = find_kind (folder);

	return kind != NULL && eas_class_syncs_in (kind->klass, version);
}

static char *
make_uid (ECollectionBackend *backend, const char *folder_id, guint attempt)
{
	ESource *collection = e_backend_get_source (E_BACKEND (backend));
	g_autofree char *suffix = attempt > 0 ? g_strdup_printf ("\n%u", attempt) : NULL;
	g_autofree char *seed =
		g_strconcat (e_source_get_uid (collection), "\n", folder_id, suffix, NULL);
	g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA1, seed, -1);

	return g_strconcat ("eas-", sum, NULL);
}

/* A folder that got another id keeps its UID; that id may be another folder's one day. */
static char *
choose_uid (ECollectionBackend *backend, const char *folder_id)
{
	g_autoptr (ESourceRegistryServer) server = e_collection_backend_ref_server (backend);

	for (guint attempt = 0;; attempt++) {
		g_autofree char *uid = make_uid (backend, folder_id, attempt);
		g_autoptr (ESource) taken = e_source_registry_server_ref_source (server, uid);

		if (taken == NULL)
			return g_steal_pointer (&uid);
	}
}

/* Folder id of one of our children; NULL. */
static char *
dup_folder_id (ESource *source)
{
	if (!e_source_has_extension (source, E_SOURCE_EXTENSION_EAS_FOLDER))
		return NULL;

	return e_source_eas_folder_dup_id (
		e_source_get_extension (source, E_SOURCE_EXTENSION_EAS_FOLDER));
}

/* Children the registry knows now: folder id -> ESource. */
static GHashTable *
index_children (ECollectionBackend *backend)
{
	GHashTable *children =
		g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
	GList *sources = e_eas_children_list (backend);

	for (GList *link = sources; link != NULL; link = link->next) {
		char *id = dup_folder_id (link->data);

		if (id != NULL)
			g_hash_table_replace (children, id, g_object_ref (link->data));
	}
	g_list_free_full (sources, g_object_unref);

	return children;
}

/* The extension of @source that has a colour; NULL. */
static ESourceSelectable *
find_selectable (ESource *source)
{
	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
		gpointer extension = e_source_has_extension (source, kinds[i].extension)
					     ? e_source_get_extension (source, kinds[i].extension)
					     : NULL;

		if (E_IS_SOURCE_SELECTABLE (extension))
			return extension;
	}

	return NULL;
}

static guint
count_color (GHashTable *children, const char *color)
{
	GHashTableIter iter;
	gpointer child;
	guint count = 0;

	g_hash_table_iter_init (&iter, children);
	while (g_hash_table_iter_next (&iter, NULL, &child)) {
		ESourceSelectable *selectable = find_selectable (child);
		g_autofree char *found =
			selectable != NULL ? e_source_selectable_dup_color (selectable) : NULL;

		count += g_strcmp0 (found, color) == 0;
	}

	return count;
}

/* The same for a UID as long as the others are the same: where its own is taken, one that fewer
 * folders of the account have. */
static const char *
choose_color (ECollectionBackend *backend, const char *uid)
{
	g_autoptr (GHashTable) children = index_children (backend);
	guint start = g_str_hash (uid);
	guint least = G_MAXUINT;
	const char *color = NULL;

	for (guint i = 0; i < G_N_ELEMENTS (colors) && least > 0; i++) {
		const char *candidate = colors[(start + i) % G_N_ELEMENTS (colors)];
		guint count = count_color (children, candidate);

		if (count < least) {
			least = count;
			color = candidate;
		}
	}

	return color;
}

/* The default folder of a kind stands before the others. */
static guint
choose_order (const EasFolder *folder)
{
	return eas_folder_type_is_default (folder->type) ? 0 : 1;
}

static void
set_up_selectable (ECollectionBackend *backend,
		   ESource *source,
		   ESourceSelectable *selectable,
		   const EasFolder *folder)
{
	e_source_selectable_set_color (selectable,
				       choose_color (backend, e_source_get_uid (source)));
	e_source_selectable_set_selected (selectable, TRUE);
	e_source_selectable_set_order (selectable, choose_order (folder));
}

static void
set_up_book (ESource *source, ESourceAddressBook *book, const EasFolder *folder)
{
	ESourceAutocomplete *autocomplete =
		e_source_get_extension (source, E_SOURCE_EXTENSION_AUTOCOMPLETE);

	e_source_autocomplete_set_include_me (autocomplete, TRUE);
	e_source_address_book_set_order (book, choose_order (folder));
}

static void
set_up_kind (ECollectionBackend *backend,
	     ESource *source,
	     const ChildKind *kind,
	     const EasFolder *folder)
{
	ESourceBackend *extension = e_source_get_extension (source, kind->extension);

	e_source_backend_set_backend_name (extension, E_EAS_BACKEND_NAME);
	if (E_IS_SOURCE_SELECTABLE (extension))
		set_up_selectable (backend, source, E_SOURCE_SELECTABLE (extension), folder);
	else
		set_up_book (source, E_SOURCE_ADDRESS_BOOK (extension), folder);
	if (kind->alarms)
		e_source_alarms_set_include_me (
			e_source_get_extension (source, E_SOURCE_EXTENSION_ALARMS), TRUE);
}

static void
set_up_common (ESource *source, const EasFolder *folder)
{
	ESourceResource *resource = e_source_get_extension (source, E_SOURCE_EXTENSION_RESOURCE);
	ESourceOffline *offline = e_source_get_extension (source, E_SOURCE_EXTENSION_OFFLINE);
	ESourceRefresh *refresh = e_source_get_extension (source, E_SOURCE_EXTENSION_REFRESH);

	e_source_set_display_name (source, folder->name);
	e_source_resource_set_identity (resource, folder->id);
	e_source_offline_set_stay_synchronized (offline, TRUE);
	e_source_refresh_set_enabled (refresh, TRUE);
	e_source_refresh_set_interval_minutes (refresh, REFRESH_MINUTES);
}

static void
describe_folder (ESource *source, const EasFolder *folder)
{
	ESourceEasFolder *extension =
		e_source_get_extension (source, E_SOURCE_EXTENSION_EAS_FOLDER);

	e_source_eas_folder_set_id (extension, folder->id);
	e_source_eas_folder_set_parent_id (extension, folder->parent_id);
	e_source_eas_folder_set_server_name (extension, folder->name);
	e_source_eas_folder_set_folder_type (extension, folder->type);
}

/* What is true of every child, whether new or read from its file. */
static void
adopt (ECollectionBackend *backend, ESource *source)
{
	EServerSideSource *server_side = E_SERVER_SIDE_SOURCE (source);
	ESourceEasFolder *folder = e_source_get_extension (source, E_SOURCE_EXTENSION_EAS_FOLDER);
	guint type = e_source_eas_folder_get_folder_type (folder);

	e_source_set_parent (source, e_source_get_uid (e_backend_get_source (E_BACKEND (backend))));
	e_server_side_source_set_writable (server_side, TRUE);
	e_server_side_source_set_removable (server_side, FALSE);
	e_server_side_source_set_remote_deletable (server_side, !eas_folder_type_is_default (type));
	e_server_side_source_set_write_directory (server_side,
						  e_collection_backend_get_cache_dir (backend));
}

/* Who switches the account or its calendars on again means those that can be had. */
static void
enabled_cb (ESource *source, GParamSpec *pspec, gpointer user_data)
{
	if (e_source_get_enabled (source) &&
	    e_source_eas_folder_get_withheld (
		    e_source_get_extension (source, E_SOURCE_EXTENSION_EAS_FOLDER)))
		e_source_set_enabled (source, FALSE);
}

static void export(ECollectionBackend *backend, ESource *source)
{
	g_autoptr (ESourceRegistryServer) server = e_collection_backend_ref_server (backend);

	g_signal_connect (source, "notify::enabled", G_CALLBACK (enabled_cb), NULL);
	adopt (backend, source);
	e_source_registry_server_add_source (server, source);
}

static void
add_child (ECollectionBackend *backend, const EasFolder *folder)
{
	g_autoptr (ESourceRegistryServer) server = e_collection_backend_ref_server (backend);
	g_autofree char *uid = choose_uid (backend, folder->id);
	g_autofree char *name = g_strconcat (uid, ".source", NULL);
	g_autofree char *path =
		g_build_filename (e_collection_backend_get_cache_dir (backend), name, NULL);
	g_autoptr (GFile) file = g_file_new_for_path (path);
	g_autoptr (GError) error = NULL;
	g_autoptr (ESource) source = e_server_side_source_new (server, file, &error);

	if (source == NULL) {
		g_warning ("%s: %s", G_STRFUNC, error->message);
		return;
	}

	set_up_common (source, folder);
	describe_folder (source, folder);
	set_up_kind (backend, source, find_kind (folder), folder);
	export(backend, source);
	/* Nothing has changed since it was made, so nothing would write its file. */
	e_source_write_sync (source, NULL, NULL);
}

/* A rename on the server counts where the person did not rename it here. */
static void
refresh_child (ESource *source, const EasFolder *folder)
{
	ESourceEasFolder *extension =
		e_source_get_extension (source, E_SOURCE_EXTENSION_EAS_FOLDER);
	g_autofree char *before = e_source_eas_folder_dup_server_name (extension);

	gboolean renamed = g_strcmp0 (before, folder->name) != 0 &&
			   g_strcmp0 (before, e_source_get_display_name (source)) == 0;

	/* First what the server calls it: a name that is the server's own is nobody's wish. */
	describe_folder (source, folder);
	if (renamed)
		e_source_set_display_name (source, folder->name);
}

/* The same folder under another id: all that belongs to it here stays. Written at once: with the
 * old id on disk the next session would take it for another folder. */
static void
move_child (ESource *source, const EasFolder *folder)
{
	ESourceResource *resource = e_source_get_extension (source, E_SOURCE_EXTENSION_RESOURCE);
	g_autoptr (GError) error = NULL;

	e_source_resource_set_identity (resource, folder->id);
	refresh_child (source, folder);
	if (!e_source_write_sync (source, NULL, &error))
		g_warning ("%s: %s", G_STRFUNC, error->message);
}

/* Notes are a kind of calendar to EDS. */
static gboolean
is_part_enabled (ESource *collection)
{
	return e_source_get_enabled (collection) &&
	       e_source_collection_get_calendar_enabled (
		       e_source_get_extension (collection, E_SOURCE_EXTENSION_COLLECTION));
}

static void
set_withheld (ECollectionBackend *backend, ESource *source, gboolean withheld)
{
	ESource *collection = e_backend_get_source (E_BACKEND (backend));
	ESourceEasFolder *folder = e_source_get_extension (source, E_SOURCE_EXTENSION_EAS_FOLDER);
	g_autoptr (GError) error = NULL;

	e_source_eas_folder_set_withheld (folder, withheld);
	e_source_eas_folder_set_problem (
		folder, withheld ? _ ("The server speaks a version that has no notes; what is here "
				      "waits until it has them again")
				 : NULL);
	e_source_set_enabled (source, !withheld && is_part_enabled (collection));
	if (!e_source_write_sync (source, NULL, &error))
		g_warning ("%s: %s", G_STRFUNC, error->message);
}

/*
 * A server that has become too old for a kind does not show its folders, or not to be used. They
 * are not deleted: the source waits out of sight, with all that it holds. TRUE: it is one of those.
 */
static gboolean
follow_version (ECollectionBackend *backend, ESource *source, EasVersion version)
{
	ESourceEasFolder *folder = e_source_get_extension (source, E_SOURCE_EXTENSION_EAS_FOLDER);
	gboolean waits = version != EAS_VERSION_NONE &&
			 !eas_class_syncs_in (e_source_eas_folder_get_class (folder), version);

	/* What the person has switched off needs no withholding. */
	if (waits != e_source_eas_folder_get_withheld (folder) &&
	    (!waits || e_source_get_enabled (source)))
		set_withheld (backend, source, waits);

	return waits;
}

static void
remove_child (ESource *source)
{
	g_autoptr (GError) error = NULL;

	if (!e_source_remove_sync (source, NULL, &error))
		g_warning ("%s: %s", G_STRFUNC, error->message);
}

GList *
e_eas_children_list (ECollectionBackend *backend)
{
	return g_list_concat (e_collection_backend_list_calendar_sources (backend),
			      e_collection_backend_list_contacts_sources (backend));
}

void
e_eas_children_restore (ECollectionBackend *backend)
{
	g_autoptr (GHashTable) children = index_children (backend);
	GList *claimed = e_collection_backend_claim_all_resources (backend);

	for (GList *link = claimed; link != NULL; link = link->next) {
		g_autofree char *id = dup_folder_id (link->data);

		if (id != NULL && !g_hash_table_contains (children, id)) {
			e_source_eas_folder_set_problem (
				e_source_get_extension (link->data, E_SOURCE_EXTENSION_EAS_FOLDER),
				/* of another session */ NULL);
			export(backend, link->data);
		}
	}
	g_list_free_full (claimed, g_object_unref);
}

/* Nobody can delete the default calendar: a list without it is that of a server in trouble. */
static gboolean
is_believable (GPtrArray *folders)
{
	for (guint i = 0; i < folders->len; i++) {
		if (((const EasFolder *) folders->pdata[i])->type == EAS_FOLDER_CALENDAR)
			return TRUE;
	}

	return FALSE;
}

static gboolean
is_same_kind (ESource *source, const EasFolder *folder)
{
	ESourceEasFolder *extension =
		e_source_get_extension (source, E_SOURCE_EXTENSION_EAS_FOLDER);

	return e_source_eas_folder_get_class (extension) == eas_class_of_folder (folder->type);
}

/* 0: another folder. A default folder is known by its type, whatever language its name is in. */
static guint
likeness (ESource *source, const EasFolder *folder)
{
	ESourceEasFolder *extension =
		e_source_get_extension (source, E_SOURCE_EXTENSION_EAS_FOLDER);
	g_autofree char *name = e_source_eas_folder_dup_server_name (extension);
	g_autofree char *parent_id = e_source_eas_folder_dup_parent_id (extension);

	if (e_source_eas_folder_get_folder_type (extension) != folder->type)
		return 0;
	if (eas_folder_type_is_default (folder->type))
		return 3;
	if (g_strcmp0 (name, folder->name) != 0)
		return 0;

	return g_strcmp0 (parent_id, folder->parent_id) == 0 ? 2 : 1;
}

/* The child that stood for @folder before the server gave it another id; NULL. Of @children (folder
 * id -> ESource), those the listing does not name. */
static ESource *
find_former (GHashTable *children, const EasFolder *folder)
{
	GHashTableIter iter;
	gpointer source;
	ESource *best = NULL;
	guint best_likeness = 0;

	g_hash_table_iter_init (&iter, children);
	while (g_hash_table_iter_next (&iter, NULL, &source)) {
		guint like = likeness (source, folder);

		if (like > best_likeness) {
			best_likeness = like;
			best = source;
		}
	}

	return best;
}

/* Those the children know by their ids; the others are left in @out_strange. */
static void
refresh_known (ECollectionBackend *backend,
	       GHashTable *children,
	       GPtrArray *folders,
	       EasVersion version,
	       GPtrArray *out_strange)
{
	for (guint i = 0; i < folders->len; i++) {
		EasFolder *folder = folders->pdata[i];
		ESource *source = g_hash_table_lookup (children, folder->id);

		if (source != NULL && is_same_kind (source, folder)) {
			refresh_child (source, folder);
			follow_version (backend, source, version);
			g_hash_table_remove (children, folder->id);
		} else if (e_eas_children_shows (folder, version)) {
			g_ptr_array_add (out_strange, folder);
		}
	}
}

void
e_eas_children_update (ECollectionBackend *backend, GPtrArray *folders, EasVersion version)
{
	g_autoptr (GHashTable) gone = index_children (backend);
	g_autoptr (GPtrArray) strange = g_ptr_array_new ();
	gboolean believable = is_believable (folders);
	GHashTableIter iter;
	gpointer source;

	refresh_known (backend, gone, folders, version, strange);
	for (guint i = 0; i < strange->len; i++) {
		const EasFolder *folder = strange->pdata[i];
		ESource *former = believable ? find_former (gone, folder) : NULL;

		if (former != NULL) {
			g_autofree char *id = dup_folder_id (former);

			move_child (former, folder);
			follow_version (backend, former, version);
			g_hash_table_remove (gone, id);
		} else {
			add_child (backend, folder);
		}
	}

	if (!believable)
		return;
	g_hash_table_iter_init (&iter, gone);
	while (g_hash_table_iter_next (&iter, NULL, &source)) {
		if (!follow_version (backend, source, version))
			remove_child (source);
	}
}

/* A wish on its way to the main thread. */
typedef struct {
	ECollectionBackend *backend;
	char *folder_id;
	ESource *scratch;
} Wish;

static void
wish_free (gpointer data)
{
	Wish *wish = data;

	g_object_unref (wish->backend);
	g_object_unref (wish->scratch);
	g_free (wish->folder_id);
	g_free (wish);
}

static gboolean
dress_cb (gpointer user_data)
{
	const Wish *wish = user_data;
	g_autoptr (GHashTable) children = index_children (wish->backend);
	ESource *child = g_hash_table_lookup (children, wish->folder_id);
	ESourceSelectable *from = find_selectable (wish->scratch);
	ESourceSelectable *to = child != NULL ? find_selectable (child) : NULL;
	g_autofree char *color = from != NULL ? e_source_selectable_dup_color (from) : NULL;

	if (to != NULL && color != NULL && *color != '\0') {
		e_source_selectable_set_color (to, color);
		e_source_write_sync (child, NULL, NULL);
	}

	return G_SOURCE_REMOVE;
}

void
e_eas_children_dress_later (ECollectionBackend *backend, const char *folder_id, ESource *scratch)
{
	Wish *wish = g_new0 (Wish, 1);

	wish->backend = g_object_ref (backend);
	wish->folder_id = g_strdup (folder_id);
	wish->scratch = g_object_ref (scratch);
	g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, dress_cb, wish, wish_free);
}
