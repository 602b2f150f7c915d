/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Where the server has no Ping that works, a Sync of ours hangs while there is nothing
 * else to do: the registry says so, and by which terms; the client lets all folders of
 * this process share one. Its answer is a window like any other. It moves the key,
 * so it is ours alone to ask for, and it ends before anything else is sent: an answer
 * that is lost so is asked for again with the same key, before the next edit goes out.
 */

#include "e-eas-worker-private.h"

#define SETTLE_US (300 * 1000) /* edits come in flocks */

static void
over (gpointer user_data)
{
	EEasWorker *self = user_data;

	g_mutex_lock (&self->lock);
	self->hang_over = TRUE;
	g_cond_signal (&self->wake);
	g_mutex_unlock (&self->lock);
}

static gboolean
is_same (const EasHangTerms *a, const EasHangTerms *b)
{
	return a->seconds == b->seconds && a->epoch == b->epoch;
}

/* A folder that is read anew, or held, is no matter of waiting. */
static gboolean
is_in_order (EEasWorker *self)
{
	g_autofree char *key = NULL;

	if (self->held != NULL || self->client == NULL || self->collection == NULL ||
	    self->last_error != NULL)
		return FALSE;
	key = eas_collection_dup_key (self->collection);

	return g_strcmp0 (key, "0") != 0;
}

static gboolean
is_wanted (EEasWorker *self, EasHangTerms *out_terms)
{
	return self->watch != NULL && e_eas_watch_is_to_hang (self->watch, out_terms) &&
	       !(self->hang_refused && is_same (out_terms, &self->hang_terms)) &&
	       is_in_order (self);
}

static void
take_end (EEasWorker *self, EasWindow *take_window, const GError *error)
{
	gboolean cancelled = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

	g_clear_pointer (&self->hung, eas_window_free);
	self->hung = take_window;
	/* An answer may have been lost. */
	if (error != NULL)
		self->in_step = FALSE;
	if (g_error_matches (error, EAS_ERROR, EAS_ERROR_NOT_SUPPORTED)) {
		self->hang_refused = TRUE;
		e_eas_watch_report_hang (self->watch, EAS_PUSH_HANG_CANNOT, &self->hang_terms);
	} else if (!cancelled) {
		/* What is wrong shows, and is repaired, when it is fetched as always. */
		g_mutex_lock (&self->lock);
		self->fetch_wanted = TRUE;
		g_mutex_unlock (&self->lock);
	}
}

void
e_eas_worker_end_hang (EEasWorker *self)
{
	g_autoptr (GError) error = NULL;
	EasWindow *window;

	if (self->hang == NULL)
		return;

	g_cancellable_cancel (self->hang_cancel);
	window = eas_client_pull_wait (g_steal_pointer (&self->hang), &error);
	g_clear_object (&self->hang_cancel);
	g_mutex_lock (&self->lock);
	self->hang_over = FALSE;
	g_mutex_unlock (&self->lock);
	self->hang_not_before = 0;
	take_end (self, window, error);
}

static void
begin (EEasWorker *self, const EasHangTerms *terms)
{
	self->hang_terms = *terms;
	self->hang_refused = FALSE;
	self->hang_cancel = g_cancellable_new ();
	self->hang = eas_client_hang_start (self->client, self->collection, terms,
					    self->hang_cancel, over, self);
	e_eas_watch_report_hang (self->watch, EAS_PUSH_HANG_WAITS, terms);
}

gboolean
e_eas_worker_hang (EEasWorker *self, gboolean may, gint64 *inout_until)
{
	gint64 now = g_get_monotonic_time ();
	EasHangTerms terms = { 0 };
	gboolean wanted = may && is_wanted (self, &terms);
	gboolean ends = self->hang != NULL &&
			(self->hang_over || !wanted || !is_same (&terms, &self->hang_terms));

	if (!ends && (!wanted || self->hang != NULL))
		return FALSE;
	if (!ends && self->hang_not_before == 0)
		self->hang_not_before = now + SETTLE_US;
	if (!ends && self->hang_not_before > now) {
		*inout_until = MIN (*inout_until, self->hang_not_before);
		return FALSE;
	}

	g_mutex_unlock (&self->lock);
	if (ends)
		e_eas_worker_end_hang (self);
	else
		begin (self, &terms);
	g_mutex_lock (&self->lock);

	return TRUE;
}

EasWindow *
e_eas_worker_steal_hung (EEasWorker *self)
{
	g_autoptr (EasWindow) window = g_steal_pointer (&self->hung);
	g_autofree char *key = NULL;

	if (window == NULL)
		return NULL;
	key = eas_collection_dup_key (self->collection);
	if (window->generation != eas_collection_get_generation (self->collection) ||
	    g_strcmp0 (window->base_key, key) != 0)
		return NULL;

	return g_steal_pointer (&window);
}
