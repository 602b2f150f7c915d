/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Files beside items, as attachments of events: fetched after the items, one by one,
 * when there is nothing better to do, and shown as they come. Which items have files
 * that are not here is known in memory; that there are some, in the store, so that
 * after a crash it is looked again. A file that the server does not give, or its policy
 * forbids, is left until the next start, or until the server tells of its item again: it
 * must not hold up the folder.
 *
 * Of what we added ourselves the server may not have told the FileReference: then the
 * item is asked for.
 *
 * Source: [MS-ASCMD] 2.2.1.10 ItemOperations; 2.2.3.67.1 Fetch (ItemOperations).
 */

#include <glib/gi18n-lib.h>

#include "eas-cmd-fetch.h"
#include "eas-status.h"

#include "e-eas-error.h"
#include "e-eas-worker-private.h"

#define LARGEST (25 * 1024 * 1024) /* bytes; what is larger stays on the server */

void
e_eas_worker_note_files (EEasWorker *self, const char *server_id, EasItem *item)
{
	g_autoptr (GPtrArray) missing = NULL;

	if (self->klass->missing_files == NULL)
		return;
	missing = self->klass->missing_files (self->owner, item, LARGEST);
	if (missing->len == 0 && !self->klass->has_untold_files (item))
		return;

	if (g_queue_is_empty (&self->files))
		e_eas_cache_set_state_uint (self->cache, STATE_FILES, 1);
	g_queue_push_tail (&self->files, g_strdup (server_id));
}

/* A list of rows comes without their bodies. What is here may not be shown yet: the crash may have
 * come in between. */
static void
look_at_item (EEasWorker *self, const char *server_id)
{
	g_autoptr (EEasRow) row = e_eas_cache_row_by_id (self->cache, server_id);
	g_autoptr (EasItem) item = row != NULL ? eas_item_from_bytes (row->body, NULL) : NULL;

	if (item == NULL)
		return;
	if (self->klass->has_files (item) || self->klass->has_untold_files (item))
		g_queue_push_tail (&self->files, g_strdup (server_id));
}

void
e_eas_worker_look_for_files (EEasWorker *self)
{
	g_autoptr (GPtrArray) rows = NULL;

	if (self->klass->missing_files == NULL ||
	    e_eas_cache_get_state_uint (self->cache, STATE_FILES) == 0)
		return;

	rows = e_eas_cache_rows_below (self->cache, G_MAXINT32, G_MAXINT32);
	for (guint i = 0; i < rows->len; i++)
		look_at_item (self, ((EEasRow *) rows->pdata[i])->server_id);
}

/* ---- asking the server ---- */

static EasRequest *
build_fetch (EasVersion version, const EasAccountData *data, gpointer user_data, GError **error)
{
	return eas_request_new (&eas_cmd_item_operations,
				eas_cmd_item_operations_build (user_data, 1, version));
}

static EasOperationResult *
steal_first (EasItemOperationsResponse *response)
{
	return response->results != NULL && response->results->len > 0
		       ? g_ptr_array_steal_index (response->results, 0)
		       : NULL;
}

static EasOperationResult *
fetch (EEasWorker *self, EasOperation *operation, GError **error)
{
	EasFlow *flow =
		eas_flow_exchange_new (&eas_cmd_item_operations, build_fetch, operation, NULL);
	g_autoptr (EasAnswer) answer = NULL;
	g_auto (EasItemOperationsResponse) response = { 0 };
	g_autoptr (EasOperationResult) result = NULL;
	guint status;

	answer = eas_client_run_sync (self->client, flow, self->cancellable, error);
	if (answer == NULL ||
	    !eas_cmd_item_operations_parse (answer->body, answer->multipart, &response, error))
		return NULL;

	result = steal_first (&response);
	status = result != NULL ? result->status : response.status;
	if (!eas_status_ok (EAS_SCOPE_ITEM_OPERATIONS, status)) {
		eas_status_set_error (error, EAS_SCOPE_ITEM_OPERATIONS, status, "ItemOperations",
				      /* retry_after */ 0);
		return NULL;
	}
	if (result == NULL)
		eas_set_error (error, EAS_ERROR_PROTOCOL, "ItemOperations", 0, 0,
			       _ ("The server did not answer what it was asked for"));

	return g_steal_pointer (&result);
}

EasOperationResult *
e_eas_worker_ask_for_item (EEasWorker *self, const char *server_id, GError **error)
{
	EasOperation operation;

	eas_operation_init (&operation, EAS_OPERATION_FETCH_ITEM);
	operation.collection_id = self->folder_id;
	operation.server_id = server_id;

	return fetch (self, &operation, error);
}

/* ---- one item ---- */

gboolean
e_eas_worker_is_trouble_of_item (const GError *error)
{
	return error->domain == EAS_ERROR &&
	       (error->code == EAS_ERROR_ITEM_NOT_FOUND || error->code == EAS_ERROR_ITEM_REJECTED ||
		error->code == EAS_ERROR_NOT_SUPPORTED || error->code == EAS_ERROR_ACCESS ||
		error->code == EAS_ERROR_SERVER || error->code == EAS_ERROR_PROTOCOL);
}

/* With a pending edit on top of it: the edit is one of what is known now. */
static void
store_learned (EEasWorker *self, const EEasRow *row, EasItem *learned)
{
	g_autoptr (EEasRow) now = NULL;
	g_autoptr (EEasEdit) edit = NULL;
	g_autoptr (GBytes) body = eas_item_to_bytes (learned);

	e_eas_cache_begin (self->cache);
	now = e_eas_cache_row_by_id (self->cache, row->server_id);
	edit = e_eas_cache_edit_by_uid (self->cache, row->uid);
	if (now != NULL && g_bytes_equal (now->body, row->body))
		e_eas_cache_put_row (self->cache, row->server_id, row->uid, eas_item_hash (learned),
				     now->generation, body, NULL);
	if (edit != NULL && edit->ancestor != NULL && g_bytes_equal (edit->ancestor, row->body)) {
		g_bytes_unref (edit->ancestor);
		edit->ancestor = g_bytes_ref (body);
		e_eas_cache_put_edit (self->cache, edit);
	}
	e_eas_cache_commit (self->cache, NULL);
}

/* What the server calls the files that we added; *@item is replaced. */
static gboolean
learn_files (EEasWorker *self, const EEasRow *row, EasItem **item, GError **error)
{
	g_autoptr (EasOperationResult) result =
		e_eas_worker_ask_for_item (self, row->server_id, error);
	EasItem *learned;

	if (result == NULL)
		return FALSE;
	if (result->item == NULL)
		return TRUE;

	learned = self->klass->learn_files (*item, result->item);
	store_learned (self, row, learned);
	eas_item_unref (*item);
	*item = learned;

	return TRUE;
}

static gint64
largest_allowed (EEasWorker *self)
{
	EasAccountData *data = eas_client_dup_data (self->client);
	gint64 most =
		data->max_attachment_size > 0 ? MIN (data->max_attachment_size, LARGEST) : LARGEST;

	if (data->no_attachments)
		most = 0;
	eas_account_data_free (data);

	return most;
}

static gboolean
fetch_file (EEasWorker *self, EasItem *item, const char *reference, gint64 most, GError **error)
{
	EasOperation operation;
	g_autoptr (EasOperationResult) result = NULL;

	eas_operation_init (&operation, EAS_OPERATION_FETCH_FILE);
	operation.file_reference = reference;
	result = fetch (self, &operation, error);
	if (result == NULL)
		return FALSE;
	if (result->data == NULL || (gint64) g_bytes_get_size (result->data) > most)
		return TRUE;

	return self->klass->take_file (self->owner, item, reference, result->data, error);
}

/* It is not asked for again before the next start. */
static void
leave_file (EEasWorker *self, const GError *why)
{
	self->files_left = TRUE;
	g_message ("A file of an item could not be fetched: %s", why->message);
}

/* One that is refused has nothing to do with the next. */
static gboolean
fetch_or_leave (EEasWorker *self, EasItem *item, const char *reference, gint64 most, GError **error)
{
	g_autoptr (GError) local_error = NULL;

	if (fetch_file (self, item, reference, most, &local_error))
		return TRUE;
	if (!e_eas_worker_is_trouble_of_item (local_error)) {
		g_propagate_error (error, g_steal_pointer (&local_error));
		return FALSE;
	}
	leave_file (self, local_error);

	return TRUE;
}

/* What the policy leaves on the server may be allowed some day. */
static GPtrArray *
list_allowed (EEasWorker *self, EasItem *item, gint64 most)
{
	g_autoptr (GPtrArray) all = self->klass->missing_files (self->owner, item, LARGEST);
	g_autoptr (GPtrArray) allowed =
		most > 0 ? self->klass->missing_files (self->owner, item, most)
			 : g_ptr_array_new ();

	if (allowed->len < all->len)
		self->files_left = TRUE;

	return g_steal_pointer (&allowed);
}

static gboolean
fetch_files_of (EEasWorker *self, const char *server_id, GError **error)
{
	gint64 most = largest_allowed (self);
	g_autoptr (EEasRow) row = e_eas_cache_row_by_id (self->cache, server_id);
	g_autoptr (EasItem) item = row != NULL ? eas_item_from_bytes (row->body, NULL) : NULL;
	g_autoptr (GPtrArray) missing = NULL;

	if (item == NULL)
		return TRUE;
	if (self->klass->has_untold_files (item) && !learn_files (self, row, &item, error))
		return FALSE;

	missing = list_allowed (self, item, most);
	for (guint i = 0; i < missing->len; i++) {
		if (!fetch_or_leave (self, item, missing->pdata[i], most, error))
			return FALSE;
	}
	e_eas_worker_show (self, row->uid);

	return TRUE;
}

/* ---- all ---- */

static gboolean
has_better_to_do (EEasWorker *self)
{
	gboolean wanted;

	g_mutex_lock (&self->lock);
	wanted = self->stop || self->upload_wanted || self->fetch_wanted;
	g_mutex_unlock (&self->lock);

	return wanted;
}

static gboolean
forget_state (EEasWorker *self, GError **error)
{
	if (self->klass->missing_files == NULL || self->files_left ||
	    e_eas_cache_get_state_uint (self->cache, STATE_FILES) == 0)
		return TRUE;

	e_eas_cache_begin (self->cache);
	e_eas_cache_set_state_uint (self->cache, STATE_FILES, 0);

	return e_eas_cache_commit (self->cache, error);
}

gboolean
e_eas_worker_fetch_files (EEasWorker *self, GError **error)
{
	while (!g_queue_is_empty (&self->files)) {
		g_autofree char *server_id = NULL;
		g_autoptr (GError) local_error = NULL;

		if (has_better_to_do (self))
			return TRUE;
		server_id = g_queue_pop_head (&self->files);
		if (fetch_files_of (self, server_id, &local_error))
			continue;
		if (!e_eas_worker_is_trouble_of_item (local_error)) {
			g_queue_push_head (&self->files, g_steal_pointer (&server_id));
			g_propagate_error (error, g_steal_pointer (&local_error));
			return FALSE;
		}
		leave_file (self, local_error);
	}

	return forget_state (self, error);
}
