/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One Sync for several collections. Source: [MS-ASCMD] 2.2.1.21 Sync, 2.2.3.177.17
 * Status (Sync); eas-protocol 8.2 to 8.10; user-needs pitfalls 1, 5, 6, 9.
 *
 * The parts are worked through in portions: at first all in one, later fewer if the
 * server wants it so. For each portion:
 *
 *	OPEN     collections at key 0 get their first key: no items yet, nothing to make durable
 *	ASK      the request proper, with the complete options every time
 *	answer   empty               -> every window empty, the keys stay
 *	         status 1            -> windows, matched by CollectionId
 *	         a collection's      -> that window's error; 12 -> FOLDERS, once, and again
 *	         global 12           -> FOLDERS, once, and again
 *	         14                  -> LIMIT: the interval it names is kept; once, and again
 *	         15                  -> portions of at most Limit
 *	         4, 101 to 103, any of keys, with several parts -> portions of one
 *	         5, 16               -> WAIT, again, if nothing of ours was in it
 *	         others, one part    -> that window's error when the collection is to blame
 *	         others              -> FAIL
 *
 * Nothing of ours is sent twice by this flow: with commands inside, a lost answer
 * fails, and the owner looks before it repeats.
 */

#include <string.h>

#include "eas-flow-folders.h"
#include "eas-flow-save.h"
#include "eas-policy.h"

#include "eas-flow-sync.h"

#define FIRST_WINDOW_SIZE 100
#define RETRY_MS          2000
#define MAX_RETRIES       2
#define HANG_GRACE        60      /* seconds the connection may live beyond the heartbeat */
#define HANG_NETWORK      "@sync" /* what a server allows is kept as if it were a network's lesson */

enum {
	STATUS_OK = 1,
	STATUS_KEY = 3,
	STATUS_PROTOCOL = 4,
	STATUS_SERVER = 5,
	STATUS_HIERARCHY = 12,
	STATUS_WAIT = 14,
	STATUS_TOO_MANY = 15,
	STATUS_RETRY = 16,
	STATUS_COMMON = 101,
	STATUS_INVALID_XML = 103
};

typedef enum {
	SYNC_OPEN,
	SYNC_ASK,
	SYNC_FOLDERS,
	SYNC_LIMIT, /* a save of what the server allows */
	SYNC_WAIT,
	SYNC_DONE,
	SYNC_FAIL
} SyncState;

/* A part on its way. */
typedef struct {
	EasSyncPart *part;
	const char *id; /* of the collection */
	char *base_key; /* as the owner knows it */
	char *key;      /* to ask with: the base key, or the one OPEN brought */
	guint generation;
	gboolean first;
	EasWindow *window; /* NULL: not answered yet */
} Work;

typedef struct {
	EasFlow flow;
	SyncState state;
	GPtrArray *works; /* (element-type Work) */
	guint start;      /* of the portion */
	guint portion;
	guint retries;
	guint heartbeat;    /* seconds; 0: answered at once */
	guint hang_limit;   /* what the server named; 0 nothing yet */
	gboolean refreshed; /* folders, for this portion */
	guint64 known_folders;
	GError *error;
} SyncFlow;

EasSyncPart *
eas_sync_part_new (EasCollection *collection)
{
	EasSyncPart *part = g_new0 (EasSyncPart, 1);

	part->collection = g_object_ref (collection);
	part->get_changes = TRUE;

	return part;
}

void
eas_sync_part_free (EasSyncPart *part)
{
	if (part == NULL)
		return;

	g_object_unref (part->collection);
	g_clear_pointer (&part->commands, g_ptr_array_unref);
	g_free (part);
}

static void
work_free (Work *work)
{
	eas_sync_part_free (work->part);
	g_free (work->base_key);
	g_free (work->key);
	g_clear_pointer (&work->window, eas_window_free);
	g_free (work);
}

static gboolean
has_commands (const Work *work)
{
	return work->part->commands != NULL && work->part->commands->len > 0;
}

static Work *
nth_work (const SyncFlow *self, guint index)
{
	return g_ptr_array_index (self->works, index);
}

static guint
portion_end (const SyncFlow *self)
{
	return MIN (self->start + self->portion, self->works->len);
}

/* What is still without a window, of the portion. */
static GPtrArray *
list_open (const SyncFlow *self, gboolean at_key_zero)
{
	GPtrArray *list = g_ptr_array_new ();

	for (guint ii = self->start; ii < portion_end (self); ii++) {
		Work *work = nth_work (self, ii);

		if (work->window == NULL && (!at_key_zero || strcmp (work->key, "0") == 0))
			g_ptr_array_add (list, work);
	}

	return list;
}

static gboolean
any_commands (const GPtrArray *list)
{
	for (guint ii = 0; ii < list->len; ii++) {
		if (has_commands (g_ptr_array_index (list, ii)))
			return TRUE;
	}

	return FALSE;
}

static EasWindow *
add_window (Work *work, const char *key)
{
	work->window = eas_window_new (work->base_key, key != NULL ? key : work->key);
	work->window->generation = work->generation;
	work->window->first = work->first;

	return work->window;
}

static void
add_failure (Work *work, guint status, GError *take_error)
{
	EasWindow *window = add_window (work, work->base_key);

	window->status = status;
	window->error = take_error;
}

static void
add_failure_by_status (Work *work, guint status)
{
	GError *error = NULL;

	eas_status_set_error (&error, EAS_SCOPE_SYNC, status, eas_cmd_sync.name, 0);
	add_failure (work, status, error);
}

static void
sync_fail (SyncFlow *self, GError *take_error)
{
	g_clear_error (&self->error);
	self->error = take_error;
	self->state = SYNC_FAIL;
}

/* --- Requests --- */

/* The policy's longest age wins over what the person asked for. */
static int
limit_filter (const EasAccountData *data, EasClass klass, int filter_type)
{
	g_autoptr (EasPolicy) policy = NULL;

	if (filter_type < 0 || (data->calendar_age_limit == 0 && data->mail_age_limit == 0))
		return filter_type;
	policy = eas_policy_new ();
	policy->max_calendar_age_filter = data->calendar_age_limit;
	policy->max_email_age_filter = data->mail_age_limit;

	return eas_policy_limit_filter (policy, klass, filter_type);
}

/* The same complete block in every request: what is left out now would be forgotten (pitfall 9). */
static void
set_options (EasSyncRequestCollection *out,
	     EasCollection *collection,
	     EasVersion version,
	     const EasAccountData *data)
{
	int filter_type = eas_collection_get_filter_type (collection);

	out->has_options = TRUE;
	eas_sync_options_init (&out->options, out->klass, version);
	if (filter_type >= 0)
		out->options.filter_type = filter_type;
	out->options.filter_type = limit_filter (data, out->klass, out->options.filter_type);
	out->options.conflict = eas_collection_get_conflict (collection);
}

static guint
choose_window_size (const Work *work)
{
	if (work->part->window_size != 0)
		return MIN (work->part->window_size, EAS_SYNC_MAX_WINDOW);

	return work->first ? FIRST_WINDOW_SIZE : EAS_SYNC_MAX_WINDOW;
}

static void
add_collection (EasSyncRequest *request,
		const Work *work,
		gboolean opening,
		EasVersion version,
		const EasAccountData *data)
{
	EasCollection *collection = work->part->collection;
	EasSyncRequestCollection *out;

	out = eas_sync_request_collection_new (eas_collection_get_class (collection), work->id,
					       work->key);
	set_options (out, collection, version, data);
	if (opening) {
		out->supported = work->part->supported;
	} else {
		out->get_changes = work->part->get_changes;
		out->window_size = choose_window_size (work);
		if (has_commands (work))
			out->commands = g_ptr_array_ref (work->part->commands);
	}
	g_ptr_array_add (request->collections, out);
}

static EasRequest *
build_sync (EasVersion version, const EasAccountData *data, gpointer user_data, GError **error)
{
	SyncFlow *self = user_data;
	gboolean opening = self->state == SYNC_OPEN;
	g_autoptr (GPtrArray) list = list_open (self, opening);
	EasSyncRequest request = { 0 };
	EasRequest *out;

	request.collections =
		g_ptr_array_new_with_free_func ((GDestroyNotify) eas_sync_request_collection_free);
	for (guint ii = 0; ii < list->len; ii++)
		add_collection (&request, g_ptr_array_index (list, ii), opening, version, data);
	request.heartbeat_interval = opening ? 0 : self->heartbeat;
	out = eas_request_new (&eas_cmd_sync, eas_cmd_sync_build (&request, version));
	if (request.heartbeat_interval > 0)
		out->timeout = self->heartbeat + HANG_GRACE;
	eas_sync_request_clear (&request);

	return out;
}

/* --- Answers --- */

static void
next_portion (SyncFlow *self)
{
	self->start = portion_end (self);
	self->refreshed = FALSE;
	self->retries = 0;
	self->state = self->start < self->works->len ? SYNC_OPEN : SYNC_DONE;
}

static Work *
find_work (const SyncFlow *self, const char *id)
{
	for (guint ii = self->start; ii < portion_end (self); ii++) {
		Work *work = nth_work (self, ii);

		if (work->window == NULL && g_strcmp0 (work->id, id) == 0)
			return work;
	}

	return NULL;
}

/* A new key without anything to keep; or the reason why there is none. */
static void
take_opened (Work *work, const EasSyncResponseCollection *answer)
{
	if (answer->status != STATUS_OK) {
		add_failure_by_status (work, answer->status);
	} else if (answer->key == NULL || strcmp (answer->key, "0") == 0) {
		add_failure_by_status (work, STATUS_SERVER);
	} else {
		g_free (work->key);
		work->key = g_strdup (answer->key);
	}
}

static void
take_answered (Work *work, EasSyncResponseCollection *answer)
{
	EasWindow *window;

	if (answer->status != STATUS_OK) {
		add_failure_by_status (work, answer->status);
		return;
	}
	window = add_window (work, answer->key);
	window->more = answer->more;
	if (answer->commands != NULL) {
		g_ptr_array_unref (window->commands);
		window->commands = g_steal_pointer (&answer->commands);
	}
	if (answer->responses != NULL) {
		g_ptr_array_unref (window->responses);
		window->responses = g_steal_pointer (&answer->responses);
	}
}

static void
take_collections (SyncFlow *self, EasSyncResponse *response)
{
	gboolean opening = self->state == SYNC_OPEN;

	for (guint ii = 0; response->collections != NULL && ii < response->collections->len; ii++) {
		EasSyncResponseCollection *answer = g_ptr_array_index (response->collections, ii);
		Work *work = find_work (self, answer->id);

		if (work == NULL)
			continue;
		if (answer->status == STATUS_HIERARCHY && !self->refreshed)
			self->state = SYNC_FOLDERS; /* this one stays open */
		else if (opening)
			take_opened (work, answer);
		else
			take_answered (work, answer);
	}
}

/* Collections the answer leaves out have nothing new; without a first key they cannot go on. */
static void
take_unmentioned (SyncFlow *self, gboolean opening, gboolean empty)
{
	g_autoptr (GPtrArray) list = list_open (self, opening);

	for (guint ii = 0; ii < list->len; ii++) {
		Work *work = g_ptr_array_index (list, ii);

		if (opening)
			add_failure_by_status (work, STATUS_SERVER);
		else
			add_window (work, NULL)->empty = empty;
	}
}

static gboolean
is_to_blame (guint status)
{
	EasErrorCode code = eas_status_lookup (EAS_SCOPE_SYNC, status)->code;

	return code == EAS_ERROR_KEY || code == EAS_ERROR_FOLDER_NOT_FOUND ||
	       code == EAS_ERROR_HIERARCHY || code == EAS_ERROR_ITEM_REJECTED ||
	       status == STATUS_PROTOCOL;
}

static void
fail_portion (SyncFlow *self, const GPtrArray *list, guint status)
{
	GError *error = NULL;

	if (list->len == 1 && (is_to_blame (status) || self->works->len > 1)) {
		add_failure_by_status (g_ptr_array_index (list, 0), status);
		next_portion (self);
		return;
	}
	eas_status_set_error (&error, EAS_SCOPE_SYNC, status, eas_cmd_sync.name, 0);
	sync_fail (self, error);
}

static void
apply_limit (EasAccountData *data, gpointer user_data)
{
	SyncFlow *self = user_data;
	EasHeartbeat limit = { self->hang_limit, self->hang_limit, 0 };

	eas_account_data_set_heartbeat (data, HANG_NETWORK, &limit);
}

/* Minutes where we asked in minutes. FALSE: that was tried, or is none. */
static gboolean
take_limit (SyncFlow *self, guint limit)
{
	guint seconds = self->flow.data->version < EAS_VERSION_14_0 ? limit * 60 : limit;

	if (self->heartbeat == 0 || self->hang_limit != 0 || seconds == 0 ||
	    seconds == self->heartbeat)
		return FALSE;
	self->heartbeat = self->hang_limit = seconds;
	self->state = SYNC_LIMIT;

	return TRUE;
}

/* The whole request failed. */
static void
take_global (SyncFlow *self, guint status, guint limit)
{
	g_autoptr (GPtrArray) list = list_open (self, FALSE);
	gboolean opening = self->state == SYNC_OPEN;
	guint n = portion_end (self) - self->start;

	if (status == STATUS_HIERARCHY && !self->refreshed) {
		self->state = SYNC_FOLDERS;
	} else if (status == STATUS_WAIT && take_limit (self, limit)) {
		/* asked again with what it allows */
	} else if (status == STATUS_TOO_MANY && n > 1) {
		self->portion = limit > 0 && limit < n ? limit : n / 2;
		self->state = SYNC_OPEN;
	} else if ((status == STATUS_SERVER || status == STATUS_RETRY) &&
		   self->retries < MAX_RETRIES && (opening || !any_commands (list))) {
		self->state = SYNC_WAIT;
	} else if (n > 1 && (is_to_blame (status) ||
			     (status >= STATUS_COMMON && status <= STATUS_INVALID_XML))) {
		self->portion = 1;
		self->state = SYNC_OPEN;
	} else {
		fail_portion (self, list, status);
	}
}

static void
take_answer (SyncFlow *self, EasAnswer *answer)
{
	g_auto (EasSyncResponse) response = { 0 };
	gboolean opening = self->state == SYNC_OPEN;
	GError *error = NULL;

	if (!eas_cmd_sync_parse (answer->body, &response, &error)) {
		sync_fail (self, error);
		return;
	}
	if (response.status != STATUS_OK) {
		take_global (self, response.status, response.limit);
		return;
	}
	take_collections (self, &response);
	if (self->state == SYNC_FOLDERS)
		return;
	take_unmentioned (self, opening, response.empty);
	if (opening)
		self->state = SYNC_ASK;
	else
		next_portion (self);
}

/* The whole account lost its state: every collection did. */
static void
take_lost_state (SyncFlow *self, const GError *error)
{
	g_autoptr (GPtrArray) list = list_open (self, FALSE);

	for (guint ii = 0; ii < list->len; ii++)
		add_failure (g_ptr_array_index (list, ii), eas_error_get_status (error),
			     g_error_copy (error));
	next_portion (self);
}

/* What the folder list no longer has is not asked for again. */
static void
take_folders (SyncFlow *self, EasStep *end)
{
	const EasAccountData *data = self->flow.data;
	g_autoptr (GPtrArray) list = list_open (self, FALSE);

	self->refreshed = TRUE;
	self->state = SYNC_OPEN;
	if (end->kind == EAS_STEP_FAIL) {
		sync_fail (self, g_steal_pointer (&end->error));
		return;
	}
	for (guint ii = 0; ii < list->len; ii++) {
		Work *work = g_ptr_array_index (list, ii);

		if (eas_account_data_folder (data, work->id) == NULL)
			add_failure (work, STATUS_HIERARCHY,
				     eas_error_new (EAS_ERROR_FOLDER_NOT_FOUND, eas_cmd_sync.name,
						    STATUS_HIERARCHY, 0, "%s",
						    eas_status_lookup (EAS_SCOPE_SYNC, 8)->text));
	}
}

/* A malformed request: which collection is to blame shows when each goes alone. */
static gboolean
is_malformed (const GError *error)
{
	guint status = eas_error_get_status (error);

	return error->domain == EAS_ERROR && status >= STATUS_COMMON &&
	       status <= STATUS_INVALID_XML;
}

static void
sync_finished (EasFlow *flow, EasFlow *child, EasStep *end)
{
	SyncFlow *self = (SyncFlow *) flow;

	if (self->state == SYNC_FOLDERS)
		take_folders (self, end);
	else if (self->state == SYNC_LIMIT)
		self->state = SYNC_OPEN; /* not kept, it is learned again */
	else if (end->kind == EAS_STEP_DONE)
		take_answer (self, end->result);
	else if (g_error_matches (end->error, EAS_ERROR, EAS_ERROR_KEY))
		take_lost_state (self, end->error);
	else if (is_malformed (end->error))
		take_global (self, eas_error_get_status (end->error), /* limit */ 0);
	else
		sync_fail (self, g_steal_pointer (&end->error));
}

/* --- The machine --- */

/* All lanes are held: from here to the end nobody else moves these keys. */
static void
sync_enter (EasFlow *flow)
{
	SyncFlow *self = (SyncFlow *) flow;

	for (guint ii = 0; ii < self->works->len; ii++) {
		Work *work = nth_work (self, ii);

		work->generation = eas_collection_get_generation (work->part->collection);
		work->base_key = eas_collection_dup_key (work->part->collection);
		work->key = g_strdup (work->base_key);
		work->first = strcmp (work->base_key, "0") == 0;
	}
	if (self->heartbeat > 0) {
		EasHeartbeat known = { 0 };

		eas_account_data_get_heartbeat (flow->data, HANG_NETWORK, &known);
		if (known.ceiling != 0)
			self->heartbeat = MIN (self->heartbeat, known.ceiling);
	}
}

/* Passes over what has nothing to do. */
static void
advance (SyncFlow *self)
{
	while (self->state == SYNC_OPEN || self->state == SYNC_ASK) {
		g_autoptr (GPtrArray) list = list_open (self, self->state == SYNC_OPEN);

		if (list->len > 0)
			break;
		if (self->state == SYNC_OPEN)
			self->state = SYNC_ASK;
		else
			next_portion (self);
	}
}

static void
start_exchange (SyncFlow *self)
{
	g_autoptr (GPtrArray) list = list_open (self, FALSE);
	EasFlow *exchange = eas_flow_exchange_new (&eas_cmd_sync, build_sync, self, NULL);

	eas_flow_exchange_see_status (exchange);
	eas_flow_exchange_set_safe_to_repeat (
		exchange,
		self->heartbeat == 0 && (self->state == SYNC_OPEN || !any_commands (list)));
	self->known_folders = self->flow.data->folders_generation;
	eas_flow_start_child (&self->flow, exchange);
}

static GPtrArray *
steal_windows (SyncFlow *self)
{
	GPtrArray *windows = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_window_free);

	for (guint ii = 0; ii < self->works->len; ii++)
		g_ptr_array_add (windows, g_steal_pointer (&nth_work (self, ii)->window));

	return windows;
}

static void
sync_next (EasFlow *flow, EasStep *out_step)
{
	SyncFlow *self = (SyncFlow *) flow;

	advance (self);
	switch (self->state) {
	case SYNC_OPEN:
	case SYNC_ASK:
		start_exchange (self);
		break;
	case SYNC_FOLDERS:
		eas_flow_start_child (flow, eas_flow_folders_refresh_new (self->known_folders));
		break;
	case SYNC_LIMIT:
		eas_flow_start_child (flow, eas_flow_save_new (apply_limit, self, NULL));
		break;
	case SYNC_WAIT:
		eas_step_set_wait (out_step, RETRY_MS << self->retries++);
		break;
	case SYNC_DONE:
		eas_step_set_done (out_step, steal_windows (self),
				   (GDestroyNotify) g_ptr_array_unref);
		break;
	case SYNC_FAIL:
		eas_step_set_fail (out_step, g_steal_pointer (&self->error));
		break;
	}
}

static void
sync_take (EasFlow *flow, const EasReply *reply)
{
	((SyncFlow *) flow)->state = SYNC_OPEN;
}

static void
sync_free (EasFlow *flow)
{
	SyncFlow *self = (SyncFlow *) flow;

	g_ptr_array_unref (self->works);
	g_clear_error (&self->error);
}

static const EasFlowClass sync_class = { "sync", sync_next, sync_take, sync_finished, sync_free };

EasFlow *
eas_flow_sync_new (GPtrArray *take_parts)
{
	SyncFlow *self;

	g_return_val_if_fail (take_parts != NULL && take_parts->len > 0, NULL);

	self = eas_flow_alloc (&sync_class, sizeof (SyncFlow));
	self->flow.enter = sync_enter;
	self->works = g_ptr_array_new_with_free_func ((GDestroyNotify) work_free);
	self->portion = take_parts->len;
	g_ptr_array_set_free_func (take_parts, NULL);
	for (guint ii = 0; ii < take_parts->len; ii++) {
		Work *work = g_new0 (Work, 1);
		g_autofree char *lane = NULL;

		work->part = g_ptr_array_index (take_parts, ii);
		work->id = eas_collection_get_id (work->part->collection);
		lane = g_strconcat ("collection:", work->id, NULL);
		eas_flow_add_lane (&self->flow, lane);
		g_ptr_array_add (self->works, work);
	}
	g_ptr_array_unref (take_parts);

	return &self->flow;
}

void
eas_flow_sync_set_heartbeat (EasFlow *flow, guint seconds)
{
	g_return_if_fail (flow != NULL && flow->klass == &sync_class);

	((SyncFlow *) flow)->heartbeat = seconds;
}
