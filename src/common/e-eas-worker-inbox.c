/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The inbox: what has come from the server and is durable, but not yet applied.
 *
 * A server works for seconds on a window. So where it has more, a window goes whole
 * into the inbox first, with its key, in one transaction; that made it durable, the
 * next request leaves, and only then the window is applied: our own time costs the
 * person none of his. Each chunk leaves the inbox in the transaction that applies
 * it. After a crash the inbox comes first, and while it holds anything, nothing is
 * sent to the server but the request for the next window.
 */

#include <glib/gi18n-lib.h>

#include "e-eas-worker-private.h"

/* All of @window becomes durable, with its key; none of it is applied. */
static gboolean
keep_window (EEasWorker *self, EasWindow *window, GError **error)
{
	e_eas_worker_judge_deletions (self, window);

	e_eas_cache_begin (self->cache);
	for (guint i = 0; i < window->commands->len; i++) {
		const EasSyncChange *change = window->commands->pdata[i];
		g_autoptr (GBytes) body =
			change->item != NULL ? eas_item_to_bytes (change->item) : NULL;

		e_eas_cache_put_arrival (self->cache, change, body);
	}
	e_eas_worker_store_key (self, window);

	return e_eas_worker_commit (self, error) && e_eas_worker_advance (self, window, error);
}

/* Bytes of ours that cannot be read back: only the server can say what they were. */
static gboolean
begin_anew (EEasWorker *self, GError **error)
{
	if (e_eas_worker_begin_pass (self, E_EAS_SWEEP_PASS, error))
		eas_set_error (error, EAS_ERROR_STORE, NULL, 0, 0,
			       _ ("The local copy was damaged; the folder is fetched anew"));

	return FALSE;
}

static gboolean
is_readable (const EasSyncChange *change)
{
	return change->item != NULL ||
	       (change->kind != EAS_CHANGE_ADD && change->kind != EAS_CHANGE_CHANGE);
}

/* The oldest arrivals; NULL if they cannot be read back. */
static GPtrArray *
read_batch (EEasWorker *self)
{
	g_autoptr (GPtrArray) arrivals = e_eas_cache_arrivals (self->cache, E_EAS_CHUNK);

	for (guint i = 0; i < arrivals->len; i++)
		if (!is_readable (((EEasArrival *) arrivals->pdata[i])->change))
			return NULL;

	return g_steal_pointer (&arrivals);
}

static void
take_batch (EEasWorker *self, GPtrArray *arrivals, guint generation)
{
	for (guint i = 0; i < arrivals->len; i++)
		e_eas_worker_take_change (self, ((EEasArrival *) arrivals->pdata[i])->change,
					  generation);
	e_eas_cache_remove_arrivals (self->cache,
				     ((EEasArrival *) arrivals->pdata[arrivals->len - 1])->id);
}

gboolean
e_eas_worker_drain_inbox (EEasWorker *self, GError **error)
{
	guint generation = e_eas_cache_get_state_uint (self->cache, STATE_GENERATION);
	g_autoptr (GPtrArray) arrivals = read_batch (self);

	while (arrivals != NULL && arrivals->len > 0) {
		gint64 end;

		e_eas_cache_begin (self->cache);
		end = g_get_monotonic_time () + E_EAS_CHUNK_US;
		do {
			take_batch (self, arrivals, generation);
			g_ptr_array_unref (arrivals);
			arrivals = read_batch (self);
		} while (arrivals != NULL && arrivals->len > 0 && g_get_monotonic_time () < end);
		if (!e_eas_worker_commit (self, error))
			return FALSE;
		if (arrivals != NULL && arrivals->len > 0)
			g_usleep (E_EAS_PAUSE_US);
	}

	return arrivals != NULL ? e_eas_cache_check (self->cache, error) : begin_anew (self, error);
}

/* The server works on the next window while this one is applied. */
gboolean
e_eas_worker_drain_asking (EEasWorker *self,
			   EasWindow *take_window,
			   EasPull **out_ahead,
			   GError **error)
{
	EasPull *ahead;
	gboolean kept = keep_window (self, take_window, error);

	/* All of it is in the inbox; the next one needs the room. */
	eas_window_free (take_window);
	if (!kept)
		return FALSE;
	ahead = e_eas_worker_ask (self);
	if (!e_eas_worker_drain_inbox (self, error)) {
		/* Not stored, so not seen: it is asked for again. */
		g_autoptr (EasWindow) unseen = eas_client_pull_wait (ahead, NULL);

		return FALSE;
	}
	*out_ahead = ahead;

	return TRUE;
}
