/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The status file (format: e-eas-worker.h) and the losing versions of conflicts. */

#include <errno.h>
#include <glib/gstdio.h>

#include "e-eas-worker-private.h"

#define GROUP      E_EAS_STATUS_GROUP
#define MAX_PARKED 50

static char *
escape_folder (EEasWorker *self)
{
	return g_uri_escape_string (self->folder_id, NULL, /* allow_utf8 */ FALSE);
}

/* Among the person's data, not in the cache: nothing else has these versions any more. */
static char *
conflict_directory (EEasWorker *self)
{
	const char *account_uid = e_source_get_uid (e_eas_account_get_source (self->account));
	g_autofree char *id = escape_folder (self);

	return g_build_filename (e_get_user_data_dir (), "eas", account_uid, "conflicts", id, NULL);
}

char *
e_eas_worker_dup_status_directory (EEasWorker *self)
{
	return g_build_filename (e_eas_account_get_directory (self->account), "status", NULL);
}

static void
add_error (EEasWorker *self, GKeyFile *file)
{
	const GError *error = self->last_error;

	if (error == NULL)
		return;

	g_key_file_set_string (file, GROUP, "error", error->message);
	g_key_file_set_string (file, GROUP, "error-code",
			       error->domain == EAS_ERROR
				       ? eas_error_code_to_string ((EasErrorCode) error->code)
				       : g_quark_to_string (error->domain));
	if (self->not_before > g_get_monotonic_time ())
		g_key_file_set_int64 (
			file, GROUP, "retry-at",
			(g_get_real_time () + self->not_before - g_get_monotonic_time ()) /
				G_USEC_PER_SEC);
}

static void
add_parked (GKeyFile *file,
	    guint *n,
	    const char *uid,
	    const char *title,
	    const char *reason,
	    gint64 since)
{
	g_autofree char *group = g_strdup_printf ("Parked %u", ++*n);

	g_key_file_set_string (file, group, "uid", uid != NULL ? uid : "");
	g_key_file_set_string (file, group, "title", title != NULL ? title : "");
	g_key_file_set_string (file, group, "reason", reason != NULL ? reason : "");
	if (since > 0)
		g_key_file_set_int64 (file, group, "since", since);
}

static void
add_all_parked (EEasWorker *self, GKeyFile *file)
{
	g_autoptr (GPtrArray) edits = e_eas_cache_parked_edits (self->cache, MAX_PARKED);
	g_autoptr (GPtrArray) rows = e_eas_cache_rows_with_problem (self->cache, MAX_PARKED);
	guint n = 0;

	for (guint i = 0; i < edits->len; i++) {
		EEasEdit *edit = edits->pdata[i];
		g_autofree char *title =
			edit->object != NULL ? self->klass->dup_title (edit->object) : NULL;

		add_parked (file, &n, edit->uid, title, edit->reason, edit->since);
	}
	for (guint i = 0; i < rows->len; i++) {
		EEasRow *row = rows->pdata[i];

		add_parked (file, &n, row->uid, NULL, row->problem, /* since */ 0);
	}
	g_key_file_set_integer (file, GROUP, "parked", (int) n);
}

static void
add_push (EEasWorker *self, GKeyFile *file)
{
	g_autofree char *state = self->watch != NULL ? e_eas_watch_dup_state (self->watch) : NULL;

	if (state != NULL)
		g_key_file_set_string (file, GROUP, "push", state);
}

static GKeyFile *
make_status (EEasWorker *self)
{
	GKeyFile *file = g_key_file_new ();
	g_autofree char *last_sync = e_eas_cache_dup_state (self->cache, STATE_LAST_SYNC);
	g_autofree char *last_news = e_eas_cache_dup_state (self->cache, STATE_LAST_NEWS);
	g_autofree char *conflicts = conflict_directory (self);
	/* The main thread may set another at any time. */
	g_autofree char *name = e_source_dup_display_name (self->source);

	g_key_file_set_string (file, GROUP, "id", self->folder_id);
	g_key_file_set_string (file, GROUP, "name", name);
	g_key_file_set_string (file, GROUP, "class", eas_class_to_string (self->klass->klass));
	g_key_file_set_string (file, GROUP, "source", e_source_get_uid (self->source));
	g_key_file_set_string (file, GROUP, "state", self->state);
	if (last_sync != NULL)
		g_key_file_set_string (file, GROUP, "last-sync", last_sync);
	if (last_news != NULL)
		g_key_file_set_string (file, GROUP, "last-news", last_news);
	g_key_file_set_integer (file, GROUP, "items", (int) e_eas_cache_count_rows (self->cache));
	g_key_file_set_integer (file, GROUP, "pending",
				(int) e_eas_cache_count_edits (self->cache, FALSE));
	add_push (self, file);
	add_all_parked (self, file);
	if (self->held != NULL)
		g_key_file_set_string (file, GROUP, "held", self->held);
	add_error (self, file);
	if (g_file_test (conflicts, G_FILE_TEST_IS_DIR))
		g_key_file_set_string (file, GROUP, "conflicts", conflicts);

	return file;
}

static char *
status_path (EEasWorker *self)
{
	g_autofree char *id = escape_folder (self);
	g_autofree char *name = g_strconcat (id, ".status", NULL);

	return g_build_filename (e_eas_account_get_directory (self->account), "status", name, NULL);
}

void
e_eas_worker_remove_status (EEasWorker *self)
{
	g_autofree char *path = status_path (self);

	g_unlink (path);
}

/* A status that cannot be written is not worth an error: it says nothing that is not in the cache.
 */
void
e_eas_worker_write_status (EEasWorker *self, const char *state)
{
	g_autoptr (GKeyFile) file = NULL;
	g_autofree char *path = status_path (self);
	g_autofree char *directory = g_path_get_dirname (path);

	self->state = state;
	/* A removed account is off, and its directory gone for good. */
	if (!e_source_get_enabled (self->source) &&
	    !g_file_test (e_eas_account_get_directory (self->account), G_FILE_TEST_IS_DIR))
		return;
	file = make_status (self);
	if (g_mkdir_with_parents (directory, 0700) == 0)
		g_key_file_save_to_file (file, path, NULL);
}

/*
 * In a transaction, which fails with it: who loses a conflict must not be lost. Named
 * by the object, so that the versions of one item are together.
 */
void
e_eas_worker_save_loser (EEasWorker *self, const char *uid, const char *object)
{
	g_autofree char *directory = conflict_directory (self);
	g_autofree char *escaped = g_uri_escape_string (uid, NULL, /* allow_utf8 */ FALSE);
	g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
	g_autofree char *time = g_date_time_format (now, "%Y%m%dT%H%M%SZ");
	g_autofree char *name = NULL;
	g_autofree char *path = NULL;

	if (object == NULL)
		return;

	name = g_strdup_printf ("%.100s-%s-%06d%s", escaped, time,
				(int) (g_get_real_time () % G_USEC_PER_SEC),
				self->klass->file_suffix);
	path = g_build_filename (directory, name, NULL);
	if (g_mkdir_with_parents (directory, 0700) != 0 ||
	    !g_file_set_contents_full (path, object, -1,
				       G_FILE_SET_CONTENTS_DURABLE | G_FILE_SET_CONTENTS_CONSISTENT,
				       0600, NULL))
		e_eas_cache_fail (self->cache);
}
