/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The hierarchy, under the account's lock. Source: [MS-ASCMD] 2.2.1.5 FolderSync,
 * 2.2.1.3 FolderCreate, 2.2.1.6 FolderUpdate, 2.2.1.4 FolderDelete; user-needs
 * pitfalls 2, 43.
 *
 *	LOCK     values read anew; refresh: newer than the caller knows -> UNLOCK, DONE
 *	SYNC     success          -> rows and key change together; refresh: UNLOCK; change: CHANGE
 *	         no folders at all at key 0 -> the server does not know the device yet:
 *	                             DISCOVERY, the old rows stay, UNLOCK
 *	         key mismatch (9) or a state lost -> key 0, SYNC; once
 *	         server error (6, 11) -> WAIT, SYNC; then key 0, SYNC; then UNLOCK, FAIL
 *	         answer lost -> when it was repeated, key 0, SYNC; else key 0 for the next
 *	                             time, UNLOCK, FAIL
 *	CHANGE   (create, update, delete; after SYNC when there is no key yet)
 *	         success          -> row and key change together, UNLOCK
 *	         key mismatch (9) -> key 0, SYNC, CHANGE; once
 *	         answer lost (create) -> SYNC and look: there is one of this name -> UNLOCK;
 *	                             else UNLOCK, FAIL: whether to ask again is the caller's
 *	         others           -> UNLOCK, FAIL
 *	UNLOCK   throttled within the patience -> WAIT, LOCK; else DONE or FAIL
 */

#include <string.h>

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "eas-cmd-folder.h"
#include "eas-flow-round.h"

#include "eas-flow-folders.h"

#define RETRY_MS             3000
#define STATUS_SERVER_ERROR  6
#define STATUS_KEY_MISMATCH  9
#define STATUS_UNKNOWN_ERROR 11
#define COMMON_STATUSES      101

typedef enum {
	FOLDERS_LOCK,
	FOLDERS_SYNC,
	FOLDERS_CHANGE,
	FOLDERS_WAIT,
	FOLDERS_UNLOCK,
	FOLDERS_END
} FoldersState;

typedef struct {
	EasFlow flow;
	FoldersState state, after_wait;
	const EasCommand *change; /* NULL: a refresh */
	guint64 newer_than;
	char *id, *parent_id, *name;
	guint type;

	guint wait_ms;
	guint waited; /* seconds */
	gboolean from_zero;
	gboolean retried;
	gboolean looking; /* after a lost answer to a create */
	gboolean reused;  /* another process's result */
	EasFolder *created;
	GError *error;
} FoldersFlow;

/* --- Rows --- */

static gboolean
find_row (const GPtrArray *rows, const char *id, guint *out_index)
{
	for (guint ii = 0; ii < rows->len; ii++) {
		const EasFolder *row = g_ptr_array_index (rows, ii);

		if (strcmp (row->id, id) == 0) {
			*out_index = ii;
			return TRUE;
		}
	}

	return FALSE;
}

static void
put_row (GPtrArray *rows, const EasFolder *folder)
{
	guint index;

	if (find_row (rows, folder->id, &index)) {
		eas_folder_free (rows->pdata[index]);
		rows->pdata[index] = eas_folder_copy (folder);
	} else {
		g_ptr_array_add (rows, eas_folder_copy (folder));
	}
}

/* Children go with their parent, whether the server lists them or not. */
static void
remove_row (GPtrArray *rows, const char *id)
{
	g_autoptr (GPtrArray) doomed = g_ptr_array_new_with_free_func (g_free);

	g_ptr_array_add (doomed, g_strdup (id));
	for (guint ii = 0; ii < doomed->len; ii++) {
		const char *one = g_ptr_array_index (doomed, ii);
		guint index;

		if (find_row (rows, one, &index))
			g_ptr_array_remove_index (rows, index);
		for (guint jj = 0; jj < rows->len; jj++) {
			const EasFolder *row = g_ptr_array_index (rows, jj);

			if (g_strcmp0 (row->parent_id, one) == 0)
				g_ptr_array_add (doomed, g_strdup (row->id));
		}
	}
}

static gboolean
same_rows (const GPtrArray *a, const GPtrArray *b)
{
	if (a == NULL || a->len != b->len)
		return FALSE;
	for (guint ii = 0; ii < a->len; ii++) {
		guint index;

		if (!find_row (b, ((EasFolder *) g_ptr_array_index (a, ii))->id, &index) ||
		    !eas_folder_equal (g_ptr_array_index (a, ii), g_ptr_array_index (b, index)))
			return FALSE;
	}

	return TRUE;
}

/* The only place where rows and key change. @key NULL: as it was. */
static void
store_rows (FoldersFlow *self, GPtrArray *take_rows, const char *key)
{
	EasAccountData *data = self->flow.data;

	if (!same_rows (data->folders, take_rows))
		data->folders_generation++;
	g_clear_pointer (&data->folders, g_ptr_array_unref);
	data->folders = take_rows;
	if (key != NULL) {
		g_free (data->hierarchy_key);
		data->hierarchy_key = g_strdup (key);
	}
	if (data->access == EAS_ACCESS_DISCOVERY) {
		data->access = EAS_ACCESS_ALLOWED;
		g_clear_pointer (&data->last_error, g_free);
	}
}

/* --- Requests --- */

static EasRequest *
build_sync (EasVersion version, const EasAccountData *data, gpointer user_data, GError **error)
{
	return eas_request_new (&eas_cmd_folder_sync,
				eas_cmd_folder_sync_build (data->hierarchy_key));
}

static EasRequest *
build_change (EasVersion version, const EasAccountData *data, gpointer user_data, GError **error)
{
	FoldersFlow *self = user_data;
	const char *key = data->hierarchy_key;
	GBytes *body;

	if (self->change == &eas_cmd_folder_create)
		body = eas_cmd_folder_create_build (key, self->parent_id, self->name, self->type);
	else if (self->change == &eas_cmd_folder_update)
		body = eas_cmd_folder_update_build (key, self->id, self->parent_id, self->name);
	else
		body = eas_cmd_folder_delete_build (key, self->id);

	return eas_request_new (self->change, body);
}

/* --- Outcomes --- */

static gboolean
has_key_zero (const FoldersFlow *self)
{
	return strcmp (self->flow.data->hierarchy_key, "0") == 0;
}

static void
folders_fail (FoldersFlow *self, GError *take_error)
{
	g_clear_error (&self->error);
	self->error = take_error;
	self->state = FOLDERS_UNLOCK;
}

static void
start_from_zero (FoldersFlow *self)
{
	EasAccountData *data = self->flow.data;

	g_free (data->hierarchy_key);
	data->hierarchy_key = g_strdup ("0");
	self->from_zero = TRUE;
	self->state = FOLDERS_SYNC;
}

/* A mailbox without any folder does not exist: the server is still thinking about this device
 * (pitfall 43). */
static void
take_discovery (FoldersFlow *self)
{
	EasAccountData *data = self->flow.data;

	data->access = EAS_ACCESS_DISCOVERY;
	folders_fail (self, eas_error_new (EAS_ERROR_ACCESS, eas_cmd_folder_sync.name, 1, 0, "%s",
					   _ (eas_status_lookup (EAS_SCOPE_COMMON, 129)->text)));
	g_free (data->last_error);
	data->last_error = g_strdup (self->error->message);
}

static gboolean
find_created (FoldersFlow *self)
{
	const GPtrArray *rows = self->flow.data->folders;

	for (guint ii = 0; ii < rows->len; ii++) {
		const EasFolder *row = g_ptr_array_index (rows, ii);

		if (g_strcmp0 (row->parent_id, self->parent_id) == 0 &&
		    g_strcmp0 (row->name, self->name) == 0) {
			g_clear_pointer (&self->created, eas_folder_free);
			self->created = eas_folder_copy (row);
			return TRUE;
		}
	}

	return FALSE;
}

static void
after_sync (FoldersFlow *self)
{
	if (self->looking) {
		if (find_created (self))
			g_clear_error (&self->error);
		self->state = FOLDERS_UNLOCK;
	} else {
		self->state = self->change != NULL ? FOLDERS_CHANGE : FOLDERS_UNLOCK;
	}
}

static void
take_rows (FoldersFlow *self, const EasFolderSyncResponse *response)
{
	EasAccountData *data = self->flow.data;
	gboolean first = has_key_zero (self);
	GPtrArray *rows;

	if (first && response->added->len == 0) {
		take_discovery (self);
		return;
	}
	rows = first ? g_ptr_array_new_with_free_func ((GDestroyNotify) eas_folder_free)
		     : eas_account_data_dup_folders (data);
	for (guint ii = 0; ii < response->added->len; ii++)
		put_row (rows, g_ptr_array_index (response->added, ii));
	for (guint ii = 0; ii < response->updated->len; ii++)
		put_row (rows, g_ptr_array_index (response->updated, ii));
	for (guint ii = 0; ii < response->deleted->len; ii++)
		remove_row (rows, g_ptr_array_index (response->deleted, ii));
	store_rows (self, rows, response->key);
	after_sync (self);
}

static void
take_sync_status (FoldersFlow *self, guint status)
{
	GError *error = NULL;
	gboolean server_error = status == STATUS_SERVER_ERROR || status == STATUS_UNKNOWN_ERROR;

	if (server_error && !self->retried) {
		self->retried = TRUE;
		self->wait_ms = RETRY_MS;
		self->after_wait = FOLDERS_SYNC;
		self->state = FOLDERS_WAIT;
	} else if ((server_error || status == STATUS_KEY_MISMATCH) && !self->from_zero) {
		start_from_zero (self);
	} else {
		eas_status_set_error (&error, EAS_SCOPE_FOLDER_SYNC, status,
				      eas_cmd_folder_sync.name, 0);
		folders_fail (self, error);
	}
}

static gboolean
was_sent (const GError *error)
{
	static const gint unsent[] = { G_IO_ERROR_CONNECTION_REFUSED, G_IO_ERROR_HOST_UNREACHABLE,
				       G_IO_ERROR_NETWORK_UNREACHABLE, G_IO_ERROR_HOST_NOT_FOUND };

	if (error->domain != G_IO_ERROR)
		return FALSE;
	for (guint ii = 0; ii < G_N_ELEMENTS (unsent); ii++) {
		if (error->code == unsent[ii])
			return FALSE;
	}

	return TRUE;
}

/* SOGo tells of a folder once, whatever key it is asked with: where that answer may have been lost,
 * the next refresh asks for all of them. The rows stay. */
static void
doubt_key (FoldersFlow *self, const GError *error)
{
	EasAccountData *data = self->flow.data;

	if (!was_sent (error))
		return;
	g_free (data->hierarchy_key);
	data->hierarchy_key = g_strdup ("0");
}

static void
take_sync (FoldersFlow *self, EasStep *end)
{
	EasAnswer *answer = end->result;
	g_auto (EasFolderSyncResponse) response = { 0 };
	GError *error = NULL;

	if (end->kind == EAS_STEP_FAIL) {
		doubt_key (self, end->error);
		if (g_error_matches (end->error, EAS_ERROR, EAS_ERROR_KEY) && !self->from_zero)
			start_from_zero (self);
		else if (self->looking)
			self->state = FOLDERS_UNLOCK; /* the lost answer is the error that counts */
		else
			folders_fail (self, g_steal_pointer (&end->error));
	} else if (answer->repeated && !self->from_zero && !has_key_zero (self)) {
		start_from_zero (self); /* what the first answer told of is not in the second */
	} else if (!eas_cmd_folder_sync_parse (answer->body, &response, &error)) {
		folders_fail (self, error);
	} else if (response.status != 1) {
		take_sync_status (self, response.status);
	} else {
		take_rows (self, &response);
	}
}

static void
apply_change (FoldersFlow *self, const EasFolderChangeResponse *response)
{
	EasAccountData *data = self->flow.data;
	GPtrArray *rows = eas_account_data_dup_folders (data);
	const EasFolder *old = eas_account_data_folder (data, self->id);

	if (self->change == &eas_cmd_folder_create) {
		self->created =
			eas_folder_new (response->id, self->parent_id, self->name, self->type);
		put_row (rows, self->created);
	} else if (self->change == &eas_cmd_folder_update) {
		g_autoptr (EasFolder) row =
			eas_folder_new (self->id, self->parent_id, self->name,
					old != NULL ? old->type : EAS_FOLDER_UNKNOWN);

		put_row (rows, row);
	} else {
		remove_row (rows, self->id);
	}
	store_rows (self, rows, response->key);
	self->state = FOLDERS_UNLOCK;
}

static gboolean
parse_change (FoldersFlow *self, GBytes *body, EasFolderChangeResponse *out, GError **error)
{
	if (self->change == &eas_cmd_folder_create)
		return eas_cmd_folder_create_parse (body, out, error);
	if (self->change == &eas_cmd_folder_update)
		return eas_cmd_folder_update_parse (body, out, error);

	return eas_cmd_folder_delete_parse (body, out, error);
}

/* The server may have made the folder before the connection went: look before asking again. */
static gboolean
may_have_happened (const GError *error)
{
	return error->domain != EAS_ERROR &&
	       !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Who asked for the change is told; nobody asks again later, as the text of an HTTP status says. */
static GError *
without_promise (const FoldersFlow *self, GError *take_error)
{
	guint status = eas_error_get_status (take_error);
	GError *error;

	if (!g_error_matches (take_error, EAS_ERROR, EAS_ERROR_SERVER) ||
	    eas_status_lookup (EAS_SCOPE_HTTP, status)->then != EAS_THEN_REPEAT)
		return take_error;
	error = eas_error_new (EAS_ERROR_SERVER, self->change->name, status,
			       eas_error_get_retry_after (take_error), "%s (%s HTTP %u)",
			       _ (eas_status_lookup (EAS_SCOPE_COMMON, 110)->text),
			       self->change->name, status);
	g_error_free (take_error);

	return error;
}

static void
take_change (FoldersFlow *self, EasStep *end)
{
	EasAnswer *answer = end->result;
	g_auto (EasFolderChangeResponse) response = { 0 };
	GError *error = NULL;

	if (end->kind == EAS_STEP_FAIL) {
		self->looking =
			self->change == &eas_cmd_folder_create && may_have_happened (end->error);
		folders_fail (self, without_promise (self, g_steal_pointer (&end->error)));
		if (self->looking)
			self->state = FOLDERS_SYNC;
	} else if (!parse_change (self, answer->body, &response, &error)) {
		folders_fail (self, error);
	} else if (response.status == STATUS_KEY_MISMATCH && !self->from_zero) {
		start_from_zero (self);
	} else if (response.status != 1) {
		eas_status_set_error (&error, self->change->scope, response.status,
				      self->change->name, 0);
		folders_fail (self, error);
	} else if (self->change == &eas_cmd_folder_create && response.id == NULL) {
		folders_fail (
			self,
			eas_error_new (EAS_ERROR_PROTOCOL, self->change->name, 1, 0,
				       _ ("The server made a folder but does not say which one")));
		self->looking = TRUE;
		self->state = FOLDERS_SYNC;
	} else {
		apply_change (self, &response);
	}
}

static void
folders_finished (EasFlow *flow, EasFlow *child, EasStep *end)
{
	FoldersFlow *self = (FoldersFlow *) flow;

	if (self->state == FOLDERS_SYNC)
		take_sync (self, end);
	else
		take_change (self, end);
}

/* --- The machine --- */

static void
take_lock (FoldersFlow *self)
{
	const EasAccountData *data = self->flow.data;

	if (self->change != NULL)
		self->state = has_key_zero (self) ? FOLDERS_SYNC : FOLDERS_CHANGE;
	else if (data->folders != NULL && self->newer_than != G_MAXUINT64 &&
		 data->folders_generation > self->newer_than)
		self->reused = TRUE; /* another process was faster */
	else
		self->state = FOLDERS_SYNC;
	if (self->reused)
		self->state = FOLDERS_UNLOCK;
}

static gpointer
steal_result (FoldersFlow *self, GDestroyNotify *out_free)
{
	*out_free = NULL;
	if (self->change == NULL) {
		*out_free = (GDestroyNotify) g_ptr_array_unref;
		return eas_account_data_dup_folders (self->flow.data);
	}
	if (self->created != NULL)
		*out_free = (GDestroyNotify) eas_folder_free;

	return g_steal_pointer (&self->created);
}

static void
folders_end (FoldersFlow *self, EasStep *out_step)
{
	GDestroyNotify result_free;
	gpointer result;
	GError *ignored = NULL;

	/* Throttled under the lock: now that others may pass, wait and begin again. */
	if (g_error_matches (self->error, EAS_ERROR, EAS_ERROR_THROTTLED) &&
	    !self->flow.holds_lock) {
		self->wait_ms = eas_flow_round_pause (&self->flow, eas_cmd_folder_sync.name,
						      &self->waited, &ignored);
		g_clear_error (&ignored);
		if (self->wait_ms > 0) {
			g_clear_error (&self->error);
			self->after_wait = FOLDERS_LOCK;
			self->state = FOLDERS_WAIT;
			eas_step_set_wait (out_step, self->wait_ms);
			return;
		}
	}
	if (self->error != NULL) {
		eas_step_set_fail (out_step, g_steal_pointer (&self->error));
		return;
	}
	result = steal_result (self, &result_free);
	eas_step_set_done (out_step, result, result_free);
}

static void
start_exchange (FoldersFlow *self, const EasCommand *command, EasFlowBuild build)
{
	EasFlow *exchange = eas_flow_exchange_new (command, build, self, NULL);

	exchange->holds_lock = TRUE;
	eas_flow_exchange_see_status (exchange);
	eas_flow_start_child (&self->flow, exchange);
}

static void
folders_next (EasFlow *flow, EasStep *out_step)
{
	FoldersFlow *self = (FoldersFlow *) flow;

	if (self->state == FOLDERS_LOCK && flow->holds_lock)
		take_lock (self);
	if (self->state == FOLDERS_UNLOCK && flow->holds_lock)
		self->state = FOLDERS_END;

	switch (self->state) {
	case FOLDERS_LOCK:
		out_step->kind = EAS_STEP_LOCK;
		break;
	case FOLDERS_SYNC:
		start_exchange (self, &eas_cmd_folder_sync, build_sync);
		break;
	case FOLDERS_CHANGE:
		start_exchange (self, self->change, build_change);
		break;
	case FOLDERS_WAIT:
		eas_step_set_wait (out_step, self->wait_ms);
		break;
	case FOLDERS_UNLOCK:
		out_step->kind = EAS_STEP_UNLOCK;
		out_step->commit = !self->reused;
		break;
	case FOLDERS_END:
		folders_end (self, out_step);
		break;
	}
}

static void
folders_take (EasFlow *flow, const EasReply *reply)
{
	FoldersFlow *self = (FoldersFlow *) flow;

	if (self->state == FOLDERS_WAIT) {
		self->state = self->after_wait;
	} else if (reply->error != NULL) {
		if (self->error == NULL)
			self->error = g_error_copy (reply->error);
		self->state = FOLDERS_END;
	} else if (self->state == FOLDERS_LOCK) {
		take_lock (self);
	} else {
		self->state = FOLDERS_END;
	}
}

static void
folders_free (EasFlow *flow)
{
	FoldersFlow *self = (FoldersFlow *) flow;

	g_free (self->id);
	g_free (self->parent_id);
	g_free (self->name);
	g_clear_pointer (&self->created, eas_folder_free);
	g_clear_error (&self->error);
}

static const EasFlowClass folders_class = { "folders", folders_next, folders_take, folders_finished,
					    folders_free };

static FoldersFlow *
folders_new (const EasCommand *change)
{
	FoldersFlow *self = eas_flow_alloc (&folders_class, sizeof (FoldersFlow));

	self->change = change;
	eas_flow_add_lane (&self->flow, "hierarchy");

	return self;
}

EasFlow *
eas_flow_folders_refresh_new (guint64 newer_than)
{
	FoldersFlow *self = folders_new (NULL);

	self->newer_than = newer_than;

	return &self->flow;
}

EasFlow *
eas_flow_folder_create_new (const char *parent_id, const char *name, guint type)
{
	FoldersFlow *self = folders_new (&eas_cmd_folder_create);

	self->parent_id = g_strdup (parent_id != NULL ? parent_id : "0");
	self->name = g_strdup (name);
	self->type = type;

	return &self->flow;
}

EasFlow *
eas_flow_folder_update_new (const char *id, const char *parent_id, const char *name)
{
	FoldersFlow *self = folders_new (&eas_cmd_folder_update);

	self->id = g_strdup (id);
	self->parent_id = g_strdup (parent_id != NULL ? parent_id : "0");
	self->name = g_strdup (name);

	return &self->flow;
}

EasFlow *
eas_flow_folder_delete_new (const char *id)
{
	FoldersFlow *self = folders_new (&eas_cmd_folder_delete);

	self->id = g_strdup (id);

	return &self->flow;
}
