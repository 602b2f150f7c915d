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
 * All of it runs on the I/O thread.
 */

#include <glib/gi18n-lib.h>

#include "eas-flow-sync.h"

#include "eas-client-pull.h"

#define GATHER_MS 15
#define MAX_ALONE 3 /* at once: servers bound a device, and saves want a connection */

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
	Batch *batch; /* that it travels with; NULL: waiting */
} Pull;

/* Pulls that share a request. */
struct _Batch {
	EasPuller *puller;
	GPtrArray *pulls;
	GCancellable *cancellable; /* when nobody wants it any more */
	gboolean alone;
};

struct _EasPuller {
	EasIo *io;      /* owns this */
	GQueue waiting; /* Pull */
	GSource *timer;
	guint n_alone; /* requests on their way of who goes on alone */
};

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

static void
run_batch (EasPuller *self, GPtrArray *take_pulls, gboolean alone)
{
	Batch *batch = g_new0 (Batch, 1);
	GPtrArray *parts = g_ptr_array_new ();

	batch->puller = self;
	batch->pulls = take_pulls;
	batch->alone = alone;
	batch->cancellable = g_cancellable_new ();
	for (guint ii = 0; ii < take_pulls->len; ii++) {
		Pull *pull = g_ptr_array_index (take_pulls, ii);

		pull->batch = batch;
		g_ptr_array_add (parts, make_part (pull));
	}
	if (alone)
		self->n_alone++;
	eas_io_run (self->io, eas_flow_sync_new (parts), batch->cancellable, batch_done, batch);
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
	if (batch != NULL) {
		if (!anyone_left (batch))
			g_cancellable_cancel (batch->cancellable);
	} else if (g_queue_remove (&pull->puller->waiting, pull)) {
		pull_unref (pull);
	}

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

	g_queue_push_tail (&self->waiting, pull_ref (pull));
	if (pull->cancellable != NULL)
		pull->cancel_id = g_cancellable_connect (pull->cancellable,
							 G_CALLBACK (cancelled_cb), pull, NULL);
	gather (self);

	return G_SOURCE_REMOVE;
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
	Pull *pull = g_new0 (Pull, 1);

	g_atomic_ref_count_init (&pull->refs);
	pull->puller = self;
	pull->collection = g_object_ref (collection);
	pull->lane = g_strconcat ("collection:", eas_collection_get_id (collection), NULL);
	pull->window_size = window_size;
	pull->supported = supported;
	pull->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
	pull->done = done;
	pull->user_data = user_data;
	if (!eas_io_post (self->io, pull_start_cb, pull, (GDestroyNotify) pull_unref)) {
		pull_answer (pull, NULL,
			     g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED,
						  _ ("The connection is closed")));
		pull_unref (pull);
	}
}

/* The thread ends: who still waits hears it. */
static void
puller_ended (gpointer user_data)
{
	EasPuller *self = user_data;
	Pull *pull;

	while ((pull = g_queue_pop_head (&self->waiting)) != NULL) {
		pull_answer (pull, NULL, new_cancelled ());
		pull_unref (pull);
	}
	if (self->timer != NULL)
		g_source_destroy (self->timer);
	g_clear_pointer (&self->timer, g_source_unref);
}

static const EasIoCompanion puller_companion = { gather, puller_ended, g_free };

EasPuller *
eas_puller_new (EasIo *io)
{
	EasPuller *self = g_new0 (EasPuller, 1);

	self->io = io;
	g_queue_init (&self->waiting);
	eas_io_set_companion (io, &puller_companion, self);

	return self;
}
