/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One thread, one context, one transport. A job is a flow being driven:
 *
 *	QUEUED   until all its lanes are free; then it takes them all at once. Who came
 *	         first and wants a lane keeps later ones from it, so nobody starves
 *	SENDING, WAITING, LOCKING   one step of the flow is under way
 *	ENDED    the caller has its answer; what was sent may still be on its way back
 *
 * Cancelling answers the caller at once and lets the request come back on its own;
 * lanes are free again when it has. The account's lock is taken for one job at a
 * time; between processes it is a flock, asked for again and again by a timer.
 */

#include <glib/gi18n-lib.h>

#include "eas-debug.h"

#include "eas-client-io.h"

#define LOCK_RETRY_FIRST_MS 10
#define LOCK_RETRY_MOST_MS  100
#define SHUTDOWN_WAIT_MS    2000 /* for requests to come back after cancelling */

typedef enum { JOB_NEW, JOB_QUEUED, JOB_SENDING, JOB_WAITING, JOB_LOCKING, JOB_ENDED } JobState;

struct _EasJob {
	gatomicrefcount refs;
	EasIo *io; /* counted */
	JobState state;
	EasFlow *flow;
	EasIoDone done; /* NULL: has been called */
	gpointer user_data;

	GCancellable *cancellable; /* the caller's */
	gulong cancel_id;
	GCancellable *sending; /* ours, for the transport */
	EasHttpRequest *http;
	gboolean refreshed; /* credentials, for this request */
	gint64 sent_us;
	GSource *timer;
	guint lock_retry_ms;
	gboolean has_lock;
	gboolean has_lanes;
};

struct _EasIo {
	gatomicrefcount refs;
	GThread *thread;
	GMainContext *context;
	GMainLoop *loop;
	GMutex mutex; /* of the two below */
	GCond cond;
	gboolean closing; /* nothing is posted any more */
	gboolean ended;   /* the thread touches nothing any more */
	gint version;     /* atomic */

	/* The thread's own. */
	EasAccountState *state;
	EasAccountData *data;
	EasTransport *transport;
	EasIoMakeTransport make;
	gpointer make_data;
	GDestroyNotify free_make_data;
	GHashTable *lanes; /* name -> EasJob that has it */
	GQueue queued;     /* EasJob waiting for lanes */
	GQueue lock_queue; /* EasJob waiting for the lock; the first one tries */
	EasJob *lock_owner;
	GPtrArray *jobs; /* all of them, counted */
	guint seq;
	const EasIoCompanion *companion; /* set before anything is posted */
	gpointer companion_data;
};

static void job_step (EasJob *job);
static void try_lock (EasIo *io);

static EasIo *
io_ref (EasIo *io)
{
	g_atomic_ref_count_inc (&io->refs);

	return io;
}

void
eas_io_unref (EasIo *io)
{
	if (!g_atomic_ref_count_dec (&io->refs))
		return;

	if (io->companion != NULL)
		io->companion->free (io->companion_data);
	g_clear_object (&io->state);
	eas_account_data_free (io->data);
	g_hash_table_unref (io->lanes);
	g_ptr_array_unref (io->jobs);
	g_main_loop_unref (io->loop);
	g_main_context_unref (io->context);
	g_mutex_clear (&io->mutex);
	g_cond_clear (&io->cond);
	g_free (io);
}

static EasJob *
job_ref (EasJob *job)
{
	g_atomic_ref_count_inc (&job->refs);

	return job;
}

static void
job_unref (EasJob *job)
{
	if (!g_atomic_ref_count_dec (&job->refs))
		return;

	g_clear_object (&job->cancellable);
	g_clear_object (&job->sending);
	g_clear_pointer (&job->http, eas_http_request_free);
	eas_flow_free (job->flow);
	eas_io_unref (job->io);
	g_free (job);
}

static gint64
unix_now (void)
{
	return g_get_real_time () / G_USEC_PER_SEC;
}

static void
post (EasIo *io, int priority, GSourceFunc func, gpointer user_data, GDestroyNotify free_user_data)
{
	g_autoptr (GSource) source = g_idle_source_new ();

	g_source_set_priority (source, priority);
	g_source_set_callback (source, func, user_data, free_user_data);
	g_source_attach (source, io->context);
}

/* What gets in before the thread is told to close is still run: sources of one priority keep their
 * order. */
gboolean
eas_io_post (EasIo *io, GSourceFunc func, gpointer user_data, GDestroyNotify free_user_data)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&io->mutex);

	if (io->closing)
		return FALSE;
	post (io, G_PRIORITY_DEFAULT, func, user_data, free_user_data);

	return TRUE;
}

GSource *
eas_io_add_timeout (EasIo *io, guint ms, GSourceFunc func, gpointer user_data)
{
	GSource *source = g_timeout_source_new (ms);

	g_source_set_callback (source, func, user_data, NULL);
	g_source_attach (source, io->context);

	return source;
}

static void
clear_timer (EasJob *job)
{
	if (job->timer != NULL) {
		g_source_destroy (job->timer);
		g_clear_pointer (&job->timer, g_source_unref);
	}
}

/* --- Lanes --- */

static gboolean
wants_lane (const EasJob *job, const char *lane)
{
	const GPtrArray *lanes = job->flow->lanes;

	return lanes != NULL &&
	       g_ptr_array_find_with_equal_func ((GPtrArray *) lanes, lane, g_str_equal, NULL);
}

gboolean
eas_io_lane_is_wanted (EasIo *io, const char *lane)
{
	for (GList *link = io->queued.head; link != NULL; link = link->next) {
		if (wants_lane (link->data, lane))
			return TRUE;
	}

	return FALSE;
}

gboolean
eas_io_lane_is_free (EasIo *io, const char *lane)
{
	return !g_hash_table_contains (io->lanes, lane) && !eas_io_lane_is_wanted (io, lane);
}

/* Free lanes that nobody asked for earlier; all of them or none. */
static gboolean
take_lanes (EasIo *io, EasJob *job, GHashTable *claimed)
{
	const GPtrArray *lanes = job->flow->lanes;
	gboolean all_free = TRUE;

	for (guint ii = 0; lanes != NULL && ii < lanes->len; ii++) {
		const char *lane = g_ptr_array_index (lanes, ii);

		if (g_hash_table_contains (io->lanes, lane) ||
		    g_hash_table_contains (claimed, lane))
			all_free = FALSE;
	}
	for (guint ii = 0; lanes != NULL && ii < lanes->len; ii++) {
		char *lane = g_ptr_array_index (lanes, ii);

		if (all_free)
			g_hash_table_insert (io->lanes, lane, job);
		else
			g_hash_table_add (claimed, lane);
	}
	job->has_lanes = all_free;

	return all_free;
}

static void
free_lanes (EasIo *io, EasJob *job)
{
	const GPtrArray *lanes = job->flow->lanes;

	for (guint ii = 0; job->has_lanes && lanes != NULL && ii < lanes->len; ii++)
		g_hash_table_remove (io->lanes, g_ptr_array_index (lanes, ii));
	job->has_lanes = FALSE;
}

/* What another process has learned meanwhile, unless one of ours is about to write. */
static void
refresh_data (EasIo *io)
{
	if (io->lock_owner == NULL && !eas_account_state_is_current (io->state))
		eas_account_state_read (io->state, io->data, NULL);
}

static void
start_queued (EasIo *io)
{
	g_autoptr (GHashTable) claimed = g_hash_table_new (g_str_hash, g_str_equal);
	g_autoptr (GPtrArray) ready = g_ptr_array_new_with_free_func ((GDestroyNotify) job_unref);
	GList *link = io->queued.head;

	while (link != NULL) {
		GList *next = link->next;

		if (take_lanes (io, link->data, claimed)) {
			g_ptr_array_add (ready, job_ref (link->data));
			g_queue_delete_link (&io->queued, link);
		}
		link = next;
	}
	for (guint ii = 0; ii < ready->len; ii++) {
		EasJob *job = g_ptr_array_index (ready, ii);

		refresh_data (io);
		eas_flow_attach (job->flow, io->data, unix_now ());
		job_step (job);
	}
	if (io->companion != NULL)
		io->companion->idle (io->companion_data);
}

static gboolean
start_queued_cb (gpointer user_data)
{
	start_queued (user_data);

	return G_SOURCE_REMOVE;
}

/* Before the first flow: the thread looks here only after it was given something to do. */
void
eas_io_set_companion (EasIo *io, const EasIoCompanion *companion, gpointer take_user_data)
{
	io->companion = companion;
	io->companion_data = take_user_data;
}

/* --- The end of a job --- */

static void
job_release_lock (EasJob *job)
{
	EasIo *io = job->io;

	if (!job->has_lock)
		return;
	job->has_lock = FALSE;
	io->lock_owner = NULL;
	eas_account_state_unlock (io->state);
	try_lock (io);
}

/* Nothing of it is under way any more. */
static void
job_retire (EasJob *job)
{
	EasIo *io = job->io;

	clear_timer (job);
	g_queue_remove (&io->queued, job);
	g_queue_remove (&io->lock_queue, job);
	if (job->state == JOB_LOCKING)
		try_lock (io);
	job->state = JOB_ENDED;
	job_release_lock (job);
	free_lanes (io, job);
	g_ptr_array_remove (io->jobs, job); /* may be the last reference */
	/* From the loop, not from here: chains of short jobs must not become deep stacks. */
	post (io, G_PRIORITY_DEFAULT, start_queued_cb, io, NULL);
}

/* Gives the caller its answer. Both are consumed. */
static void
job_answer (EasJob *job, gpointer result, GDestroyNotify result_free, GError *error)
{
	EasIoDone done = job->done;

	job->done = NULL;
	if (job->cancel_id != 0)
		g_cancellable_disconnect (job->cancellable, job->cancel_id);
	job->cancel_id = 0;
	g_atomic_int_set (&job->io->version, job->io->data->version);
	done (result, result_free, error, job->user_data);
}

static void
job_cancel (EasJob *job)
{
	GError *error = NULL;

	if (job->done == NULL)
		return;
	g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled"));
	job_ref (job);
	job_answer (job, NULL, NULL, error);
	if (job->state == JOB_SENDING)
		g_cancellable_cancel (job->sending);
	else
		job_retire (job);
	job_unref (job);
}

static gboolean
job_cancel_cb (gpointer user_data)
{
	job_cancel (user_data);

	return G_SOURCE_REMOVE;
}

/* On whatever thread cancels. */
static void
cancelled_cb (GCancellable *cancellable, EasJob *job)
{
	post (job->io, G_PRIORITY_HIGH, job_cancel_cb, job_ref (job), (GDestroyNotify) job_unref);
}

/* --- The lock --- */

static void
job_locked (EasJob *job, const GError *error)
{
	EasReply reply = { NULL, error, unix_now () };

	job->state = JOB_WAITING;
	eas_flow_take (job->flow, &reply);
	job_step (job);
}

/* Freshly read; only cookies that came since the last commit are newer than the file. */
static gboolean
read_locked (EasIo *io, GError **error)
{
	g_autofree char *cookies =
		io->data->cookies_unsaved ? g_steal_pointer (&io->data->cookies) : NULL;
	gboolean success = eas_account_state_read (io->state, io->data, error);

	if (cookies != NULL) {
		g_free (io->data->cookies);
		io->data->cookies = g_steal_pointer (&cookies);
		io->data->cookies_unsaved = TRUE;
	}

	return success;
}

static gboolean
lock_retry_cb (gpointer user_data)
{
	EasJob *job = user_data;

	clear_timer (job);
	try_lock (job->io);

	return G_SOURCE_REMOVE;
}

static void
try_lock (EasIo *io)
{
	g_autoptr (GError) error = NULL;
	EasJob *job = g_queue_peek_head (&io->lock_queue);

	if (job == NULL || io->lock_owner != NULL || job->timer != NULL)
		return;
	if (!eas_account_state_try_lock (io->state, &error) &&
	    g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
		job->timer = eas_io_add_timeout (io, job->lock_retry_ms, lock_retry_cb, job);
		job->lock_retry_ms = MIN (job->lock_retry_ms * 2, LOCK_RETRY_MOST_MS);
		return;
	}
	g_queue_pop_head (&io->lock_queue);
	if (error == NULL && !read_locked (io, &error))
		eas_account_state_unlock (io->state);
	if (error == NULL) {
		io->lock_owner = job;
		job->has_lock = TRUE;
	}
	job_locked (job, error);
	if (error != NULL)
		try_lock (io);
}

static void
job_unlock (EasJob *job, gboolean commit, GError **error)
{
	if (commit && job->has_lock)
		eas_account_state_commit (job->io->state, job->io->data, error);
	job_release_lock (job);
}

/* --- Sending --- */

static void send_request (EasJob *job);

static void
log_answer (EasJob *job, const EasHttpResponse *response, const GError *error)
{
	EasDebugContext context = { job->io->data->user, job->http->command, NULL, job->http->seq };
	gint64 took_ms = (g_get_monotonic_time () - job->sent_us) / 1000;

	if (response != NULL)
		eas_debug_log (EAS_DEBUG_HTTP, &context,
			       "%u, %" G_GSIZE_FORMAT " bytes, %" G_GINT64_FORMAT " ms",
			       response->status, g_bytes_get_size (response->body), took_ms);
	else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		eas_debug_log (EAS_DEBUG_HTTP, &context, "%s, %" G_GINT64_FORMAT " ms",
			       error->message, took_ms);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
	EasJob *job = user_data;
	g_autoptr (GError) error = NULL;
	g_autoptr (EasHttpResponse) response =
		eas_transport_send_finish (EAS_TRANSPORT (source), result, &error);
	EasReply reply = { response, error, unix_now () };

	log_answer (job, response, error);
	if (job->done == NULL) {
		job_retire (job);
	} else if (response != NULL && response->status == 401 && !job->refreshed &&
		   eas_transport_refused (job->io->transport)) {
		job->refreshed = TRUE;
		send_request (job);
	} else {
		job->state = JOB_WAITING;
		g_clear_pointer (&job->http, eas_http_request_free);
		eas_flow_take (job->flow, &reply);
		job_step (job);
	}
	job_unref (job);
}

static void
send_request (EasJob *job)
{
	EasIo *io = job->io;

	job->state = JOB_SENDING;
	job->http->seq = ++io->seq;
	job->sent_us = g_get_monotonic_time ();
	g_clear_object (&job->sending);
	job->sending = g_cancellable_new ();
	eas_transport_send_async (io->transport, job->http, job->sending, sent_cb, job_ref (job));
}

/* --- Steps --- */

static gboolean
waited_cb (gpointer user_data)
{
	EasJob *job = user_data;
	EasReply reply = { NULL, NULL, unix_now () };

	clear_timer (job);
	eas_flow_take (job->flow, &reply);
	job_step (job);

	return G_SOURCE_REMOVE;
}

static void
job_finish (EasJob *job, EasStep *step)
{
	if (step->kind == EAS_STEP_DONE)
		job_answer (job, g_steal_pointer (&step->result), step->result_free, NULL);
	else
		job_answer (job, NULL, NULL, g_steal_pointer (&step->error));
	job_retire (job);
}

/* TRUE: the step is over already, on to the next. */
static gboolean
do_step (EasJob *job, EasStep *step)
{
	g_autoptr (GError) error = NULL;
	EasReply reply = { 0 };

	switch (step->kind) {
	case EAS_STEP_SEND:
		g_clear_pointer (&job->http, eas_http_request_free);
		job->http = g_steal_pointer (&step->http);
		job->refreshed = FALSE;
		send_request (job);
		return FALSE;
	case EAS_STEP_WAIT:
		job->state = JOB_WAITING;
		job->timer = eas_io_add_timeout (job->io, step->wait_ms, waited_cb, job);
		return FALSE;
	case EAS_STEP_LOCK:
		job->state = JOB_LOCKING;
		job->lock_retry_ms = LOCK_RETRY_FIRST_MS;
		g_queue_push_tail (&job->io->lock_queue, job);
		try_lock (job->io);
		return FALSE;
	case EAS_STEP_UNLOCK:
		job->state = JOB_WAITING;
		job_unlock (job, step->commit, &error);
		reply.error = error;
		reply.now = unix_now ();
		eas_flow_take (job->flow, &reply);
		return TRUE;
	case EAS_STEP_DONE:
	case EAS_STEP_FAIL:
	default:
		job_finish (job, step);
		return FALSE;
	}
}

static void
job_step (EasJob *job)
{
	gboolean more;

	job_ref (job);
	do {
		EasStep step = { 0 };

		eas_flow_next (job->flow, &step);
		more = do_step (job, &step);
		eas_step_clear (&step);
	} while (more);
	job_unref (job);
}

/* --- Entering --- */

static gboolean
job_start_cb (gpointer user_data)
{
	EasJob *job = user_data;
	EasIo *io = job->io;

	job->state = JOB_QUEUED;
	g_ptr_array_add (io->jobs, job_ref (job));
	if (eas_io_is_closing (io)) {
		job_cancel (job);
		return G_SOURCE_REMOVE;
	}
	g_queue_push_tail (&io->queued, job);
	if (job->cancellable != NULL)
		job->cancel_id = g_cancellable_connect (job->cancellable, G_CALLBACK (cancelled_cb),
							job, NULL);
	start_queued (io);

	return G_SOURCE_REMOVE;
}

void
eas_io_run (EasIo *io,
	    EasFlow *take_flow,
	    GCancellable *cancellable,
	    EasIoDone done,
	    gpointer user_data)
{
	EasJob *job = g_new0 (EasJob, 1);
	GError *error = NULL;

	g_atomic_ref_count_init (&job->refs);
	job->io = io_ref (io);
	job->flow = take_flow;
	job->done = done;
	job->user_data = user_data;
	job->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
	if (!eas_io_post (io, job_start_cb, job, (GDestroyNotify) job_unref)) {
		g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CLOSED,
				     _ ("The connection is closed"));
		done (NULL, NULL, error, user_data);
		job_unref (job);
	}
}

/* --- The values, for others --- */

typedef struct {
	EasIo *io;
	EasAccountData *copy;
	gboolean done;
} CopyRequest;

static gboolean
copy_data_cb (gpointer user_data)
{
	CopyRequest *request = user_data;
	EasIo *io = request->io;

	refresh_data (io);
	g_mutex_lock (&io->mutex);
	request->copy = eas_account_data_copy (io->data);
	request->done = TRUE;
	g_cond_broadcast (&io->cond);
	g_mutex_unlock (&io->mutex);

	return G_SOURCE_REMOVE;
}

EasAccountData *
eas_io_dup_data (EasIo *io)
{
	CopyRequest request = { io, NULL, FALSE };

	if (eas_io_is_thread (io))
		return eas_account_data_copy (io->data);

	if (eas_io_post (io, copy_data_cb, &request, NULL)) {
		g_mutex_lock (&io->mutex);
		while (!request.done)
			g_cond_wait (&io->cond, &io->mutex);
	} else {
		g_mutex_lock (&io->mutex);
		while (!io->ended)
			g_cond_wait (&io->cond, &io->mutex);
		request.copy = eas_account_data_copy (io->data);
	}
	g_mutex_unlock (&io->mutex);

	return request.copy;
}

EasVersion
eas_io_get_version (EasIo *io)
{
	return g_atomic_int_get (&io->version);
}

/* --- The thread --- */

static gboolean
quit_cb (gpointer user_data)
{
	EasIo *io = user_data;

	g_main_loop_quit (io->loop);

	return G_SOURCE_REMOVE;
}

static void
cancel_all (EasIo *io)
{
	g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) job_unref);

	for (guint ii = 0; ii < io->jobs->len; ii++)
		g_ptr_array_add (jobs, job_ref (g_ptr_array_index (io->jobs, ii)));
	for (guint ii = 0; ii < jobs->len; ii++)
		job_cancel (g_ptr_array_index (jobs, ii));
}

static gboolean
close_cb (gpointer user_data)
{
	cancel_all (user_data);

	return quit_cb (user_data);
}

/* After the loop: requests that were cancelled come back, what was posted meanwhile is refused. */
static void
drain (EasIo *io)
{
	g_autoptr (GSource) limit = eas_io_add_timeout (io, SHUTDOWN_WAIT_MS, quit_cb, io);
	gint64 end = g_get_monotonic_time () + SHUTDOWN_WAIT_MS * 1000;

	while (io->jobs->len > 0 && g_get_monotonic_time () < end)
		g_main_context_iteration (io->context, /* may_block */ TRUE);
	g_source_destroy (limit);
	while (g_main_context_iteration (io->context, /* may_block */ FALSE) &&
	       g_get_monotonic_time () < end)
		;
}

static gpointer
io_thread (gpointer user_data)
{
	EasIo *io = user_data;

	g_main_context_push_thread_default (io->context);
	eas_account_state_read (io->state, io->data, NULL);
	g_atomic_int_set (&io->version, io->data->version);
	io->transport = io->make (io->make_data);
	if (io->free_make_data != NULL)
		io->free_make_data (io->make_data);
	g_main_loop_run (io->loop);
	drain (io);
	if (io->companion != NULL)
		io->companion->ended (io->companion_data);
	g_clear_object (&io->transport);
	g_main_context_pop_thread_default (io->context);
	g_mutex_lock (&io->mutex);
	io->ended = TRUE;
	g_cond_broadcast (&io->cond);
	g_mutex_unlock (&io->mutex);
	eas_io_unref (io);

	return NULL;
}

EasIo *
eas_io_new (EasAccountState *state,
	    EasAccountData *take_data,
	    EasIoMakeTransport make,
	    gpointer take_user_data,
	    GDestroyNotify free_user_data)
{
	EasIo *io = g_new0 (EasIo, 1);

	g_atomic_ref_count_init (&io->refs);
	g_mutex_init (&io->mutex);
	g_cond_init (&io->cond);
	io->context = g_main_context_new ();
	io->loop = g_main_loop_new (io->context, FALSE);
	io->state = g_object_ref (state);
	io->data = take_data;
	io->make = make;
	io->make_data = take_user_data;
	io->free_make_data = free_user_data;
	io->lanes = g_hash_table_new (g_str_hash, g_str_equal);
	io->jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) job_unref);
	g_queue_init (&io->queued);
	g_queue_init (&io->lock_queue);
	io->thread = g_thread_new ("eas-io", io_thread, io_ref (io));

	return io;
}

gboolean
eas_io_is_thread (EasIo *io)
{
	return g_thread_self () == io->thread;
}

gboolean
eas_io_is_closing (EasIo *io)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&io->mutex);

	return io->closing;
}

void
eas_io_shutdown (EasIo *io)
{
	gboolean first, on_thread = eas_io_is_thread (io);

	g_mutex_lock (&io->mutex);
	first = !io->closing;
	io->closing = TRUE;
	g_mutex_unlock (&io->mutex);
	if (!first)
		return;

	post (io, G_PRIORITY_DEFAULT, close_cb, io, NULL);
	/* When the last reference went on the thread itself, it ends on its own. */
	if (on_thread)
		g_thread_unref (io->thread);
	else
		g_thread_join (io->thread);
}
