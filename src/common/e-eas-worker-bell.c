/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Between the main thread and a worker that may be gone: what rings is a push, a
 * source that got another folder id, or one that was switched on or off.
 */

#include "e-source-eas-folder.h"

#include "e-eas-worker-private.h"

struct _EEasBell {
	gatomicrefcount refs;
	GMutex lock;
	EEasWorker *worker; /* NULL: gone */
	gulong moved;       /* handlers on the source */
	gulong switched;
};

static EEasBell *
bell_ref (EEasBell *bell)
{
	g_atomic_ref_count_inc (&bell->refs);

	return bell;
}

static void
bell_unref (gpointer data)
{
	EEasBell *bell = data;

	if (!g_atomic_ref_count_dec (&bell->refs))
		return;

	g_mutex_clear (&bell->lock);
	g_free (bell);
}

static void
bell_closure_unref (gpointer data, GClosure *closure)
{
	bell_unref (data);
}

/* Both locks taken; NULL: the worker is gone. To be paired with let_go(). */
static EEasWorker *
get_hold (EEasBell *bell)
{
	g_mutex_lock (&bell->lock);
	if (bell->worker == NULL) {
		g_mutex_unlock (&bell->lock);
		return NULL;
	}
	g_mutex_lock (&bell->worker->lock);

	return bell->worker;
}

static void
let_go (EEasBell *bell)
{
	g_cond_signal (&bell->worker->wake);
	g_mutex_unlock (&bell->worker->lock);
	g_mutex_unlock (&bell->lock);
}

static void
server_has_news (gpointer user_data)
{
	EEasWorker *worker = get_hold (user_data);

	if (worker == NULL)
		return;
	worker->fetch_wanted = TRUE;
	/* Who rings can be reached. */
	worker->kicked |= worker->failing;
	let_go (user_data);
}

static void
push_changed (gpointer user_data)
{
	EEasWorker *worker = get_hold (user_data);

	if (worker == NULL)
		return;
	worker->push_changed = TRUE;
	let_go (user_data);
}

static void
source_changed_cb (GObject *source_or_extension, GParamSpec *pspec, gpointer user_data)
{
	EEasWorker *worker = get_hold (user_data);

	if (worker == NULL)
		return;
	worker->fetch_wanted = TRUE;
	worker->kicked = TRUE;
	worker->no_password = FALSE;
	let_go (user_data);
}

void
e_eas_worker_start_watch (EEasWorker *self)
{
	g_clear_pointer (&self->watch, e_eas_watch_end);
	self->watch = e_eas_account_watch (self->account, self->folder_id, self->klass->klass,
					   server_has_news, bell_ref (self->bell), bell_unref);
	e_eas_watch_on_state (self->watch, push_changed);
}

void
e_eas_worker_hang_bell (EEasWorker *self)
{
	EEasBell *bell = g_new0 (EEasBell, 1);

	g_atomic_ref_count_init (&bell->refs);
	g_mutex_init (&bell->lock);
	bell->worker = self;
	self->bell = bell;
	bell->moved = g_signal_connect_data (
		e_source_get_extension (self->source, E_SOURCE_EXTENSION_EAS_FOLDER), "notify::id",
		G_CALLBACK (source_changed_cb), bell_ref (bell), bell_closure_unref, 0);
	bell->switched = g_signal_connect_data (self->source, "notify::enabled",
						G_CALLBACK (source_changed_cb), bell_ref (bell),
						bell_closure_unref, 0);
	e_eas_worker_start_watch (self);
}

/* From here on nothing reaches the worker. */
void
e_eas_worker_silence_bell (EEasWorker *self)
{
	EEasBell *bell = self->bell;

	if (bell == NULL)
		return;

	g_mutex_lock (&bell->lock);
	bell->worker = NULL;
	g_mutex_unlock (&bell->lock);
	g_signal_handler_disconnect (self->source, bell->switched);
	g_signal_handler_disconnect (
		e_source_get_extension (self->source, E_SOURCE_EXTENSION_EAS_FOLDER), bell->moved);
	self->bell = NULL;
	bell_unref (bell);
}
