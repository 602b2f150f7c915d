/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Push, seen from outside: opens the folders, then lets the server say which of
 * them changed, fetches what is new there and prints a line for each change.
 */

#include "tool.h"

#include "eas-flow-push.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#define EARLY_PAUSE 60 /* seconds */

typedef struct {
	EasCollection *collection;
	char *name;
} Watched;

typedef struct {
	Tool *tool;
	EasClient *client;
	GPtrArray *watched; /* (element-type Watched) */
	int n_changes;
	guint limit;     /* of folders the server watches; 0 none known */
	gint64 deadline; /* monotonic; 0 none */
} Watch;

static void
watched_free (gpointer data)
{
	Watched *watched = data;

	g_object_unref (watched->collection);
	g_free (watched->name);
	g_free (watched);
}

static const char *
word_of (EasChangeKind kind)
{
	switch (kind) {
	case EAS_CHANGE_ADD:
		return _ ("added");
	case EAS_CHANGE_CHANGE:
		return _ ("changed");
	default:
		return _ ("removed");
	}
}

static const char *
json_word_of (EasChangeKind kind)
{
	switch (kind) {
	case EAS_CHANGE_ADD:
		return "added";
	case EAS_CHANGE_CHANGE:
		return "changed";
	default:
		return "removed";
	}
}

static void
print_change (Watch *watch, const Watched *watched, const EasSyncChange *change)
{
	EasClass klass = eas_collection_get_class (watched->collection);
	g_autoptr (GDateTime) now = g_date_time_new_now_local ();
	g_autofree char *headline = NULL;

	headline = change->item != NULL ? tool_item_headline (klass, change->item)
					: g_strdup (change->server_id);

	if (watch->tool->json) {
		g_autoptr (ToolJson) json = tool_json_new ();
		g_autofree char *time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S.%f%:z");

		tool_json_object (json, NULL);
		tool_json_text (json, "time", time);
		tool_json_text (json, "folder", watched->name);
		tool_json_text (json, "collection", eas_collection_get_id (watched->collection));
		tool_json_text (json, "change", json_word_of (change->kind));
		tool_json_text (json, "id", change->server_id);
		tool_json_text (json, "title", headline);
		tool_json_end (json);
		tool_json_print (json);
	} else {
		g_autofree char *time = g_date_time_format (now, "%H:%M:%S");

		printf ("%s  %s  %s  %s\n", time, watched->name, word_of (change->kind), headline);
		fflush (stdout);
	}
	watch->n_changes++;
}

/* Everything new in one folder. @quiet: opening it, what is there already is no news. */
static gboolean
fetch (Watch *watch, const Watched *watched, gboolean quiet, GError **error)
{
	gboolean more = TRUE;

	while (more) {
		g_autoptr (EasWindow) window = NULL;

		window = eas_client_pull_sync (watch->client, watched->collection,
					       /* window_size */ 0, /* supported */ NULL,
					       watch->tool->cancellable, error);
		if (window == NULL)
			return FALSE;
		if (window->error != NULL &&
		    g_error_matches (window->error, EAS_ERROR, EAS_ERROR_KEY) &&
		    eas_collection_reset (watched->collection, g_get_real_time () / G_USEC_PER_SEC))
			return fetch (watch, watched, /* quiet */ TRUE, error);
		if (window->error != NULL) {
			g_propagate_error (error, g_error_copy (window->error));
			return FALSE;
		}
		for (guint i = 0; !quiet && window->commands != NULL && i < window->commands->len;
		     i++)
			print_change (watch, watched, window->commands->pdata[i]);
		more = window->more && g_strcmp0 (window->base_key, window->key) != 0;
		eas_collection_commit (watched->collection, window);
	}

	return TRUE;
}

/* ---- which folders ----------------------------------------------------- */

static void
add_folder (Watch *watch, const EasFolder *folder)
{
	Watched *watched;

	/* By two names. */
	for (guint i = 0; i < watch->watched->len; i++) {
		watched = watch->watched->pdata[i];
		if (g_str_equal (eas_collection_get_id (watched->collection), folder->id))
			return;
	}

	watched = g_new0 (Watched, 1);
	watched->collection =
		eas_collection_new (folder->id, eas_class_of_folder (folder->type), NULL);
	watched->name = g_strdup (folder->name);
	g_ptr_array_add (watch->watched, watched);
}

/* Without names: the default folder of each class. */
static gboolean
choose_folders (Watch *watch, char **names, GError **error)
{
	static const char *const defaults[] = { "inbox", "calendar", "contacts", "tasks", "notes" };
	EasVersion version;
	g_autoptr (GPtrArray) folders = tool_list_folders (watch->tool, watch->client, error);

	if (folders == NULL)
		return FALSE;

	version = eas_client_get_version (watch->client);
	for (gsize i = 0; names[0] == NULL && i < G_N_ELEMENTS (defaults); i++) {
		const EasFolder *folder = tool_find_folder (folders, defaults[i], NULL);

		if (folder != NULL &&
		    eas_class_syncs_in (eas_class_of_folder (folder->type), version))
			add_folder (watch, folder);
	}
	for (char **name = names; *name != NULL; name++) {
		const EasFolder *folder = tool_find_folder (folders, *name, error);

		if (folder == NULL || !tool_check_folder (watch->client, folder, error))
			return FALSE;
		add_folder (watch, folder);
	}
	if (watch->watched->len == 0) {
		eas_set_error (error, EAS_ERROR_FOLDER_NOT_FOUND, NULL, 0, 0,
			       _ ("The server has no folder that can be watched"));
		return FALSE;
	}

	return TRUE;
}

/* ---- the loop ---------------------------------------------------------- */

static gpointer
end_at_deadline (gpointer data)
{
	Watch *watch = data;

	while (g_get_monotonic_time () < watch->deadline)
		g_usleep (50 * 1000);
	g_cancellable_cancel (watch->tool->cancellable);

	return NULL;
}

static EasPingResult *
ping (Watch *watch, GError **error)
{
	GPtrArray *folders = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_ping_folder_free);

	for (guint i = 0; i < watch->watched->len && (watch->limit == 0 || i < watch->limit); i++) {
		EasCollection *collection = ((Watched *) watch->watched->pdata[i])->collection;

		g_ptr_array_add (folders,
				 eas_ping_folder_new (eas_collection_get_id (collection),
						      eas_collection_get_class (collection)));
	}

	return eas_client_run_sync (watch->client, eas_flow_push_new (folders),
				    watch->tool->cancellable, error);
}

static gboolean
is_changed (const EasPingResult *result, const Watched *watched)
{
	return result->changed != NULL &&
	       g_ptr_array_find_with_equal_func (result->changed,
						 eas_collection_get_id (watched->collection),
						 g_str_equal, NULL);
}

/* The server answers at once: asking on would only load it. FALSE: cancelled meanwhile. */
static gboolean
pause_watch (Watch *watch, GError **error)
{
	gint64 end = g_get_monotonic_time () + EARLY_PAUSE * G_TIME_SPAN_SECOND;

	while (g_get_monotonic_time () < end) {
		if (g_cancellable_set_error_if_cancelled (watch->tool->cancellable, error))
			return FALSE;
		g_usleep (100 * 1000);
	}

	return TRUE;
}

static gboolean
watch_round (Watch *watch, GError **error)
{
	g_autoptr (EasPingResult) result = ping (watch, error);

	if (result == NULL)
		return FALSE;
	watch->limit = result->max_folders;
	if (result->outcome == EAS_PING_EARLY)
		return pause_watch (watch, error);
	if (result->outcome == EAS_PING_HOPELESS) {
		g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
				     _ ("Something on the way to the server ends connections that "
					"are silent for a minute"));
		return FALSE;
	}
	if (result->outcome == EAS_PING_HIERARCHY) {
		g_autoptr (GPtrArray) folders =
			tool_list_folders (watch->tool, watch->client, error);

		return folders != NULL;
	}
	for (guint i = 0; i < watch->watched->len; i++) {
		const Watched *watched = watch->watched->pdata[i];

		if (is_changed (result, watched) &&
		    !fetch (watch, watched, /* quiet */ FALSE, error))
			return FALSE;
	}

	return TRUE;
}

static gboolean
open_folders (Watch *watch, GError **error)
{
	for (guint i = 0; i < watch->watched->len; i++) {
		const Watched *watched = watch->watched->pdata[i];

		tool_progress (watch->tool, _ ("Opening %s…"), watched->name);
		if (!fetch (watch, watched, /* quiet */ TRUE, error))
			return FALSE;
	}
	tool_progress_end (watch->tool);
	/* Not part of the output: it tells who waits for it that changes count from now on. */
	fprintf (stderr,
		 g_dngettext (GETTEXT_PACKAGE, "Watching %u folder.\n", "Watching %u folders.\n",
			      watch->watched->len),
		 watch->watched->len);
	fflush (stderr);

	return TRUE;
}

static gboolean
watch_all (Watch *watch, char **names, GError **error)
{
	Tool *tool = watch->tool;

	if (!choose_folders (watch, names, error) || !open_folders (watch, error))
		return FALSE;
	while (tool->count <= 0 || watch->n_changes < tool->count) {
		if (!watch_round (watch, error))
			return FALSE;
	}

	return TRUE;
}

ToolExit
tool_run_watch (Tool *tool, char **arguments)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (EasClient) client = tool_connect (tool, &error);
	g_autoptr (GPtrArray) watched = g_ptr_array_new_with_free_func (watched_free);
	static Watch watch; /* the deadline's thread may outlive this call */
	gboolean success;

	if (client == NULL)
		return tool_fail (tool, error);

	watch = (Watch){ .tool = tool, .client = client, .watched = watched };
	if (tool->timeout > 0) {
		watch.deadline = g_get_monotonic_time () + tool->timeout * G_TIME_SPAN_SECOND;
		g_thread_unref (g_thread_new ("deadline", end_at_deadline, &watch));
	}
	success = watch_all (&watch, arguments, &error);
	eas_client_shutdown (client);

	/* To be ended is how a watch ends. */
	if (success || (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
			watch.deadline != 0 && g_get_monotonic_time () >= watch.deadline))
		return TOOL_OK;

	return tool_fail (tool, error);
}
