/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Law 6, few requests: a pull waits GATHER_MS for others and then shares one Sync
 * request with all whose lanes are free at that moment. Those whose lanes are
 * taken stay behind and go with the next request; nobody waits holding a lane.
 *
 * Who goes on from window to window shares nothing and does not wait: a server works on
 * the collections of one request one after the other, on requests at once, and the
 * short collection would wait for the long one at every window. A few go so side by side.
 *
 * Those that wait for the server to have news share a request that hangs. There is
 * one at most: who joins it, leaves it, or wants one of its lanes for something else
 * ends it, and who is still of interest goes with the next. An answer that is lost so
 * has moved nothing here; the same key asks for it again.
 *
 * All of it runs on the I/O thread.
 */

#include <glib/gi18n-lib.h>

#include "eas-flow-sync.h"

#include "eas-client-pull.h"

#define GATHER_MS      15
#define MAX_ALONE      3   /* at once: servers bound a device, and saves want a connection */
#define HANG_GATHER_MS 150 /* who had the last one's news is not ready to go on at once */

typedef struct _Batch Batch;

typedef struct {
	gatomicrefcount refs;
	EasPuller *puller;
	EasCollection *collection;
	char *lane;
	guint window_size;
	const EasTag *supported;
	GCancellable *cancellable;
	gulong cancel_id;
	EasPullDone done; /* NULL: has been called */
	gpointer user_data;
	gboolean hangs;
	EasHangTerms terms; /* where it hangs */
	Batch *batch;       /* that it travels with; NULL: waiting */
} Pull;

/* Pulls that share a request. */
struct _Batch {
	EasPuller *puller;
	GPtrArray *pulls;
	GCancellable *cancellable; /* when nobody wants it any more */
	gboolean alone;
	gboolean interrupted; /* it hangs, and makes room */
};

struct _EasPuller {
	EasIo *io;      /* owns this */
	GQueue waiting; /* Pull */
	GSource *timer;
	guint n_alone; /* requests on their way of who goes on alone */

	EasHang hang;
	GQueue hanging;  /* Pull that wait to hang */
	Batch *hung;     /* the request that hangs; NULL */
	GSource *hanger; /* until the next one */
};

static void gather (gpointer user_data);
static void look_after_hanging (EasPuller *self);

static Pull *
pull_ref (Pull *pull)
{
	g_atomic_ref_count_inc (&pull->refs);

	return pull;
}

static void
pull_unref (Pull *pull)
{
	if (!g_atomic_ref_count_dec (&pull->refs))
		return;

	g_object_unref (pull->collection);
	g_clear_object (&pull->cancellable);
	g_free (pull->lane);
	g_free (pull);
}

static void
pull_answer (Pull *pull, EasWindow *take_window, GError *take_error)
{
	EasPullDone done = pull->done;

	if (done == NULL) {
		eas_window_free (take_window);
		g_clear_error (&take_error);
		return;
	}
	pull->done = NULL;
	if (pull->cancel_id != 0)
		g_cancellable_disconnect (pull->cancellable, pull->cancel_id);
	pull->cancel_id = 0;
	done (take_window, take_error, pull->user_data);
}

/* --- The request --- */

static void
batch_free (Batch *batch)
{
	g_ptr_array_unref (batch->pulls);
	g_object_unref (batch->cancellable);
	g_free (batch);
}

static void
answer_from_window (Pull *pull, EasWindow *take_window)
{
	if (take_window->error == NULL) {
		pull_answer (pull, take_window, NULL);
		return;
	}
	pull_answer (pull, NULL, g_steal_pointer (&take_window->error));
	eas_window_free (take_window);
}

static void
batch_done (gpointer result, GDestroyNotify result_free, GError *error, gpointer user_data)
{
	Batch *batch = user_data;
	GPtrArray *windows = result;

	if (batch->alone)
		batch->puller->n_alone--;
	for (guint ii = 0; ii < batch->pulls->len; ii++) {
		Pull *pull = g_ptr_array_index (batch->pulls, ii);

		pull->batch = NULL;
		if (error != NULL)
			pull_answer (pull, NULL, g_error_copy (error));
		else
			answer_from_window (pull,
					    g_steal_pointer (&g_ptr_array_index (windows, ii)));
	}
	g_clear_pointer (&windows, g_ptr_array_unref);
	g_clear_error (&error);
	batch_free (batch);
}

static EasSyncPart *
make_part (const Pull *pull)
{
	EasSyncPart *part = eas_sync_part_new (pull->collection);

	part->window_size = pull->window_size;
	part->supported = pull->supported;

	return part;
}

static Batch *
batch_new (EasPuller *self, GPtrArray *take_pulls)
{
	Batch *batch = g_new0 (Batch, 1);

	batch->puller = self;
	batch->pulls = take_pulls;
	batch->cancellable = g_cancellable_new ();
	for (guint ii = 0; ii < take_pulls->len; ii++)
		((Pull *) g_ptr_array_index (take_pulls, ii))->batch = batch;

	return batch;
}

static EasFlow *
batch_make_flow (const Batch *batch)
{
	GPtrArray *parts = g_ptr_array_new ();

	for (guint ii = 0; ii < batch->pulls->len; ii++)
		g_ptr_array_add (parts, make_part (g_ptr_array_index (batch->pulls, ii)));

	return eas_flow_sync_new (parts);
}

static void
run_batch (EasPuller *self, GPtrArray *take_pulls, gboolean alone)
{
	Batch *batch = batch_new (self, take_pulls);

	batch->alone = alone;
	if (alone)
		self->n_alone++;
	eas_io_run (self->io, batch_make_flow (batch), batch->cancellable, batch_done, batch);
}

/* --- The request that hangs --- */

static gint64
now_ms (void)
{
	return g_get_monotonic_time () / 1000;
}

static gboolean
is_news (const EasWindow *window)
{
	return window->error != NULL || window->commands->len > 0 || window->more ||
	       g_strcmp0 (window->key, window->base_key) != 0;
}

/* Whom the answer says nothing goes on waiting, without being woken. */
static gboolean
take_hung_windows (Batch *batch, GPtrArray *windows)
{
	EasPuller *self = batch->puller;
	gboolean news = FALSE;

	for (guint ii = 0; ii < batch->pulls->len; ii++) {
		Pull *pull = g_ptr_array_index (batch->pulls, ii);
		EasWindow *window = g_ptr_array_index (windows, ii);

		if (is_news (window)) {
			news = TRUE;
			answer_from_window (pull,
					    g_steal_pointer (&g_ptr_array_index (windows, ii)));
		} else if (pull->done != NULL) {
			g_queue_push_tail (&self->hanging, pull_ref (pull));
		}
	}

	return news;
}

static void
take_hung_error (Batch *batch, const GError *error)
{
	for (guint ii = 0; ii < batch->pulls->len; ii++) {
		Pull *pull = g_ptr_array_index (batch->pulls, ii);

		if (batch->interrupted && pull->done != NULL)
			g_queue_push_tail (&batch->puller->hanging, pull_ref (pull));
		else
			pull_answer (pull, NULL, g_error_copy (error));
	}
}

static const GError *
first_failure (const GPtrArray *windows)
{
	for (guint ii = 0; ii < windows->len; ii++) {
		const EasWindow *window = g_ptr_array_index (windows, ii);

		if (window != NULL && window->error != NULL)
			return window->error;
	}

	return NULL;
}

static void
hung_done (gpointer result, GDestroyNotify result_free, GError *error, gpointer user_data)
{
	Batch *batch = user_data;
	EasPuller *self = batch->puller;
	GPtrArray *windows = result;
	const GError *failure = error != NULL ? error : first_failure (windows);

	self->hung = NULL;
	for (guint ii = 0; ii < batch->pulls->len; ii++)
		((Pull *) g_ptr_array_index (batch->pulls, ii))->batch = NULL;
	if (failure != NULL && batch->interrupted)
		eas_hang_interrupted (&self->hang, now_ms ());
	else if (failure != NULL)
		eas_hang_failed (&self->hang, failure, now_ms ());
	if (error != NULL) {
		take_hung_error (batch, error);
	} else {
		gboolean news = take_hung_windows (batch, windows);

		if (failure == NULL)
			eas_hang_answered (&self->hang, news, now_ms ());
	}
	g_clear_pointer (&windows, g_ptr_array_unref);
	g_clear_error (&error);
	batch_free (batch);
	gather (self);
}

static void
interrupt_hung (EasPuller *self)
{
	self->hung->interrupted = TRUE;
	g_cancellable_cancel (self->hung->cancellable);
}

/* Whom nothing can be promised: the owner has to be asked for in another way. */
static void
refuse_hanging (EasPuller *self)
{
	Pull *pull;

	while ((pull = g_queue_pop_head (&self->hanging)) != NULL) {
		pull_answer (pull, NULL,
			     eas_error_new (EAS_ERROR_NOT_SUPPORTED, eas_cmd_sync.name, 0, 0,
					    _ ("The server does not hold a request until there "
					       "is something new")));
		pull_unref (pull);
	}
}

/* Those who hang from now on; NULL nobody can. */
static GPtrArray *
take_hanging (EasPuller *self)
{
	g_autoptr (GPtrArray) pulls = g_ptr_array_new_with_free_func ((GDestroyNotify) pull_unref);
	GList *link = self->hanging.head;

	while (link != NULL) {
		GList *next = link->next;
		Pull *pull = link->data;

		if (eas_io_lane_is_free (self->io, pull->lane)) {
			g_ptr_array_add (pulls, pull);
			g_queue_delete_link (&self->hanging, link);
		}
		link = next;
	}

	return pulls->len > 0 ? g_steal_pointer (&pulls) : NULL;
}

static void
hang_together (EasPuller *self)
{
	GPtrArray *pulls = take_hanging (self);
	EasFlow *flow;

	if (pulls == NULL)
		return;
	self->hung = batch_new (self, pulls);
	flow = batch_make_flow (self->hung);
	eas_flow_sync_set_heartbeat (flow, eas_hang_start (&self->hang, now_ms ()));
	eas_io_run (self->io, flow, self->hung->cancellable, hung_done, self->hung);
}

static gboolean
hang_cb (gpointer user_data)
{
	EasPuller *self = user_data;

	g_clear_pointer (&self->hanger, g_source_unref);
	if (self->hung != NULL)
		interrupt_hung (self); /* somebody joins */
	else if (self->hang.not_before > now_ms ())
		look_after_hanging (self); /* the last one has ended meanwhile */
	else
		hang_together (self);

	return G_SOURCE_REMOVE;
}

static gboolean
is_in_the_way (EasPuller *self, const Pull *hung)
{
	if (eas_io_lane_is_wanted (self->io, hung->lane))
		return TRUE;
	for (GList *link = self->waiting.head; link != NULL; link = link->next) {
		if (g_str_equal (((const Pull *) link->data)->lane, hung->lane))
			return TRUE;
	}

	return FALSE;
}

static gboolean
any_lane_is_free (EasPuller *self, const GQueue *pulls)
{
	for (const GList *link = pulls->head; link != NULL; link = link->next) {
		if (eas_io_lane_is_free (self->io, ((const Pull *) link->data)->lane))
			return TRUE;
	}

	return FALSE;
}

/* Makes room, or plans the next one. */
static void
look_after_hanging (EasPuller *self)
{
	gint64 wait = MAX (HANG_GATHER_MS, self->hang.not_before - now_ms ());

	for (guint ii = 0;
	     self->hung != NULL && !self->hung->interrupted && ii < self->hung->pulls->len; ii++) {
		if (is_in_the_way (self, g_ptr_array_index (self->hung->pulls, ii)))
			interrupt_hung (self);
	}
	if (self->hung == NULL && self->hang.hopeless)
		refuse_hanging (self);
	if (self->hanger == NULL && any_lane_is_free (self, &self->hanging) &&
	    (self->hung == NULL || !self->hung->interrupted))
		self->hanger = eas_io_add_timeout (self->io, (guint) wait, hang_cb, self);
}

/* --- Gathering --- */

/* One lane may be in the batch once: who pulls a collection twice gets two windows, one after the
 * other. */
static gboolean
may_go (EasPuller *self, const Pull *pull, GHashTable *taken)
{
	return !g_hash_table_contains (taken, pull->lane) &&
	       eas_io_lane_is_free (self->io, pull->lane);
}

static gboolean
gathered_cb (gpointer user_data)
{
	EasPuller *self = user_data;
	g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);
	GPtrArray *pulls = g_ptr_array_new_with_free_func ((GDestroyNotify) pull_unref);
	GList *link = self->waiting.head;

	g_clear_pointer (&self->timer, g_source_unref);
	while (link != NULL) {
		GList *next = link->next;
		Pull *pull = link->data;

		if (may_go (self, pull, taken)) {
			g_hash_table_add (taken, pull->lane);
			g_ptr_array_add (pulls, pull);
			g_queue_delete_link (&self->waiting, link);
		}
		link = next;
	}
	if (pulls->len > 0)
		run_batch (self, pulls, /* alone */ FALSE);
	else
		g_ptr_array_unref (pulls);

	return G_SOURCE_REMOVE;
}

/* Takes the pull at @link out of the queue where it goes alone. */
static gboolean
go_alone (EasPuller *self, GList *link)
{
	Pull *pull = link->data;
	GPtrArray *pulls;

	if (self->n_alone >= MAX_ALONE || !eas_collection_has_more (pull->collection))
		return FALSE;

	pulls = g_ptr_array_new_with_free_func ((GDestroyNotify) pull_unref);
	g_ptr_array_add (pulls, pull);
	g_queue_delete_link (&self->waiting, link);
	run_batch (self, pulls, /* alone */ TRUE);

	return TRUE;
}

/* Lanes became free, or somebody came. */
static void
gather (gpointer user_data)
{
	EasPuller *self = user_data;
	GList *link = self->waiting.head;

	look_after_hanging (self);
	while (link != NULL) {
		GList *next = link->next;
		Pull *pull = link->data;

		if (eas_io_lane_is_free (self->io, pull->lane) && !go_alone (self, link) &&
		    self->timer == NULL)
			self->timer = eas_io_add_timeout (self->io, GATHER_MS, gathered_cb, self);
		link = next;
	}
}

/* --- Entering and leaving --- */

static gboolean
anyone_left (const Batch *batch)
{
	for (guint ii = 0; ii < batch->pulls->len; ii++) {
		if (((const Pull *) g_ptr_array_index (batch->pulls, ii))->done != NULL)
			return TRUE;
	}

	return FALSE;
}

static GError *
new_cancelled (void)
{
	return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled"));
}

static gboolean
pull_cancel_cb (gpointer user_data)
{
	Pull *pull = user_data;
	Batch *batch = pull->batch;

	pull_answer (pull, NULL, new_cancelled ());
	if (batch != NULL && pull->hangs)
		interrupt_hung (pull->puller);
	else if (batch != NULL && !anyone_left (batch))
		g_cancellable_cancel (batch->cancellable);
	else if (g_queue_remove (&pull->puller->waiting, pull) ||
		 g_queue_remove (&pull->puller->hanging, pull))
		pull_unref (pull);

	return G_SOURCE_REMOVE;
}

static void
cancelled_cb (GCancellable *cancellable, Pull *pull)
{
	/* When closed, closing answers. */
	if (!eas_io_post (pull->puller->io, pull_cancel_cb, pull_ref (pull),
			  (GDestroyNotify) pull_unref))
		pull_unref (pull);
}

static gboolean
pull_start_cb (gpointer user_data)
{
	Pull *pull = user_data;
	EasPuller *self = pull->puller;

	if (pull->hangs)
		eas_hang_set_terms (&self->hang, &pull->terms);
	g_queue_push_tail (pull->hangs ? &self->hanging : &self->waiting, pull_ref (pull));
	if (pull->cancellable != NULL)
		pull->cancel_id = g_cancellable_connect (pull->cancellable,
							 G_CALLBACK (cancelled_cb), pull, NULL);
	gather (self);

	return G_SOURCE_REMOVE;
}

static Pull *
pull_new (EasPuller *self,
	  EasCollection *collection,
	  GCancellable *cancellable,
	  EasPullDone done,
	  gpointer user_data)
{
	Pull *pull = g_new0 (Pull, 1);

	g_atomic_ref_count_init (&pull->refs);
	pull->puller = self;
	pull->collection = g_object_ref (collection);
	pull->lane = g_strconcat ("collection:", eas_collection_get_id (collection), NULL);
	pull->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
	pull->done = done;
	pull->user_data = user_data;

	return pull;
}

static void
post_pull (Pull *take_pull)
{
	if (eas_io_post (take_pull->puller->io, pull_start_cb, take_pull,
			 (GDestroyNotify) pull_unref))
		return;

	pull_answer (take_pull, NULL,
		     g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED,
					  _ ("The connection is closed")));
	pull_unref (take_pull);
}

void
eas_puller_pull (EasPuller *self,
		 EasCollection *collection,
		 guint window_size,
		 const EasTag *supported,
		 GCancellable *cancellable,
		 EasPullDone done,
		 gpointer user_data)
{
	Pull *pull = pull_new (self, collection, cancellable, done, user_data);

	pull->window_size = window_size;
	pull->supported = supported;
	post_pull (pull);
}

void
eas_puller_hang (EasPuller *self,
		 EasCollection *collection,
		 const EasHangTerms *terms,
		 GCancellable *cancellable,
		 EasPullDone done,
		 gpointer user_data)
{
	Pull *pull = pull_new (self, collection, cancellable, done, user_data);

	pull->hangs = TRUE;
	pull->terms = *terms;
	post_pull (pull);
}

static void
cancel_all (GQueue *pulls)
{
	Pull *pull;

	while ((pull = g_queue_pop_head (pulls)) != NULL) {
		pull_answer (pull, NULL, new_cancelled ());
		pull_unref (pull);
	}
}

static void
end_timer (GSource **timer)
{
	if (*timer != NULL)
		g_source_destroy (*timer);
	g_clear_pointer (timer, g_source_unref);
}

/* The thread ends: who still waits hears it. */
static void
puller_ended (gpointer user_data)
{
	EasPuller *self = user_data;

	cancel_all (&self->waiting);
	cancel_all (&self->hanging);
	end_timer (&self->timer);
	end_timer (&self->hanger);
}

static const EasIoCompanion puller_companion = { gather, puller_ended, g_free };

EasPuller *
eas_puller_new (EasIo *io)
{
	EasPuller *self = g_new0 (EasPuller, 1);

	self->io = io;
	g_queue_init (&self->waiting);
	g_queue_init (&self->hanging);
	eas_io_set_companion (io, &puller_companion, self);

	return self;
}
