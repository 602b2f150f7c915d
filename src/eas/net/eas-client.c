/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The public face of eas-client-io.c: blocking and asynchronous forms of the same few verbs. */

#include "eas-client-io.h"
#include "eas-client-pull.h"

#include "eas-client.h"

struct _EasClient {
	GObject parent;

	EasIo *io;
	EasPuller *puller; /* the io's */
};

G_DEFINE_FINAL_TYPE (EasClient, eas_client, G_TYPE_OBJECT)

/* What a flow without a result gives. */
static char no_result;

static void
eas_client_dispose (GObject *object)
{
	EasClient *self = EAS_CLIENT (object);

	eas_client_shutdown (self);

	G_OBJECT_CLASS (eas_client_parent_class)->dispose (object);
}

static void
eas_client_finalize (GObject *object)
{
	EasClient *self = EAS_CLIENT (object);

	g_clear_pointer (&self->io, eas_io_unref);

	G_OBJECT_CLASS (eas_client_parent_class)->finalize (object);
}

static void
eas_client_class_init (EasClientClass *klass)
{
	GObjectClass *object_class = G_OBJECT_CLASS (klass);

	object_class->dispose = eas_client_dispose;
	object_class->finalize = eas_client_finalize;
}

static void
eas_client_init (EasClient *self)
{
}

/**
 * eas_client_new:
 * @state: the account's shared state
 * @take_data: (transfer full): with what the account's owner sets: user, address, URL, device
 * @make: makes the transport, once, on the I/O thread
 * @take_user_data: (transfer full): for @make
 */
EasClient *
eas_client_new (EasAccountState *state,
		EasAccountData *take_data,
		EasClientMakeTransport make,
		gpointer take_user_data,
		GDestroyNotify free_user_data)
{
	EasClient *self;

	g_return_val_if_fail (EAS_IS_ACCOUNT_STATE (state), NULL);
	g_return_val_if_fail (take_data != NULL && take_data->device != NULL, NULL);
	g_return_val_if_fail (make != NULL, NULL);

	self = g_object_new (EAS_TYPE_CLIENT, NULL);
	self->io = eas_io_new (state, take_data, make, take_user_data, free_user_data);
	self->puller = eas_puller_new (self->io);

	return self;
}

void
eas_client_shutdown (EasClient *self)
{
	g_return_if_fail (EAS_IS_CLIENT (self));

	if (self->io != NULL)
		eas_io_shutdown (self->io);
}

/* --- Blocking: the caller waits on a condition while the thread works --- */

typedef struct {
	GMutex mutex;
	GCond cond;
	gboolean done;
	gpointer result;
	GDestroyNotify result_free;
	GError *error;
} Waiter;

static void
waiter_init (Waiter *waiter)
{
	g_mutex_init (&waiter->mutex);
	g_cond_init (&waiter->cond);
}

static void
waiter_wake (Waiter *waiter, gpointer result, GDestroyNotify result_free, GError *error)
{
	g_mutex_lock (&waiter->mutex);
	waiter->result = result;
	waiter->result_free = result_free;
	waiter->error = error;
	waiter->done = TRUE;
	g_cond_signal (&waiter->cond);
	g_mutex_unlock (&waiter->mutex);
}

static gpointer
waiter_wait (Waiter *waiter, GError **error)
{
	g_mutex_lock (&waiter->mutex);
	while (!waiter->done)
		g_cond_wait (&waiter->cond, &waiter->mutex);
	g_mutex_unlock (&waiter->mutex);
	g_mutex_clear (&waiter->mutex);
	g_cond_clear (&waiter->cond);
	if (waiter->error != NULL) {
		g_propagate_error (error, waiter->error);
		return NULL;
	}

	return waiter->result != NULL ? waiter->result : &no_result;
}

static void
run_sync_done (gpointer result, GDestroyNotify result_free, GError *error, gpointer user_data)
{
	waiter_wake (user_data, result, result_free, error);
}

gpointer
eas_client_run_sync (EasClient *self, EasFlow *take_flow, GCancellable *cancellable, GError **error)
{
	Waiter waiter = { 0 };

	g_return_val_if_fail (EAS_IS_CLIENT (self), NULL);
	g_return_val_if_fail (take_flow != NULL, NULL);
	/* It would wait for itself. */
	g_return_val_if_fail (!eas_io_is_thread (self->io), NULL);

	waiter_init (&waiter);
	eas_io_run (self->io, take_flow, cancellable, run_sync_done, &waiter);

	return waiter_wait (&waiter, error);
}

static void
pull_sync_done (EasWindow *take_window, GError *take_error, gpointer user_data)
{
	waiter_wake (user_data, take_window, NULL, take_error);
}

struct _EasPull {
	Waiter waiter;
	void (*over) (gpointer user_data); /* NULL: nobody is to be told */
	gpointer user_data;
};

EasPull *
eas_client_pull_start (EasClient *self,
		       EasCollection *collection,
		       guint window_size,
		       const EasTag *supported,
		       GCancellable *cancellable)
{
	EasPull *pull;

	g_return_val_if_fail (EAS_IS_CLIENT (self), NULL);
	g_return_val_if_fail (EAS_IS_COLLECTION (collection), NULL);
	g_return_val_if_fail (!eas_io_is_thread (self->io), NULL);

	pull = g_new0 (EasPull, 1);
	waiter_init (&pull->waiter);
	eas_puller_pull (self->puller, collection, window_size, supported, cancellable,
			 pull_sync_done, &pull->waiter);

	return pull;
}

/* Who is told may be gone as soon as the waiter is awake. */
static void
hang_done (EasWindow *take_window, GError *take_error, gpointer user_data)
{
	EasPull *pull = user_data;

	pull->over (pull->user_data);
	waiter_wake (&pull->waiter, take_window, NULL, take_error);
}

EasPull *
eas_client_hang_start (EasClient *self,
		       EasCollection *collection,
		       const EasHangTerms *terms,
		       GCancellable *cancellable,
		       void (*over) (gpointer user_data),
		       gpointer user_data)
{
	EasPull *pull;

	g_return_val_if_fail (EAS_IS_CLIENT (self), NULL);
	g_return_val_if_fail (EAS_IS_COLLECTION (collection), NULL);
	g_return_val_if_fail (terms != NULL && over != NULL, NULL);
	g_return_val_if_fail (!eas_io_is_thread (self->io), NULL);

	pull = g_new0 (EasPull, 1);
	waiter_init (&pull->waiter);
	pull->over = over;
	pull->user_data = user_data;
	eas_puller_hang (self->puller, collection, terms, cancellable, hang_done, pull);

	return pull;
}

EasWindow *
eas_client_pull_wait (EasPull *take_pull, GError **error)
{
	EasWindow *window;

	g_return_val_if_fail (take_pull != NULL, NULL);

	window = waiter_wait (&take_pull->waiter, error);
	g_free (take_pull);

	return window;
}

EasWindow *
eas_client_pull_sync (EasClient *self,
		      EasCollection *collection,
		      guint window_size,
		      const EasTag *supported,
		      GCancellable *cancellable,
		      GError **error)
{
	EasPull *pull =
		eas_client_pull_start (self, collection, window_size, supported, cancellable);

	return pull != NULL ? eas_client_pull_wait (pull, error) : NULL;
}

/* --- Asynchronous: a task that ends in its maker's context --- */

static GTask *
new_task (EasClient *self,
	  gpointer tag,
	  GCancellable *cancellable,
	  GAsyncReadyCallback callback,
	  gpointer user_data)
{
	GTask *task = g_task_new (self, cancellable, callback, user_data);

	g_task_set_source_tag (task, tag);
	/* An answer that came before the cancelling counts. */
	g_task_set_check_cancellable (task, FALSE);

	return task;
}

static void
run_async_done (gpointer result, GDestroyNotify result_free, GError *error, gpointer user_data)
{
	g_autoptr (GTask) task = user_data;

	if (error != NULL)
		g_task_return_error (task, error);
	else if (result != NULL)
		g_task_return_pointer (task, result, result_free);
	else
		g_task_return_pointer (task, &no_result, NULL);
}

void
eas_client_run_async (EasClient *self,
		      EasFlow *take_flow,
		      GCancellable *cancellable,
		      GAsyncReadyCallback callback,
		      gpointer user_data)
{
	g_return_if_fail (EAS_IS_CLIENT (self));
	g_return_if_fail (take_flow != NULL);

	eas_io_run (self->io, take_flow, cancellable, run_async_done,
		    new_task (self, eas_client_run_async, cancellable, callback, user_data));
}

gpointer
eas_client_run_finish (EasClient *self, GAsyncResult *result, GError **error)
{
	g_return_val_if_fail (g_task_is_valid (result, self), NULL);

	return g_task_propagate_pointer (G_TASK (result), error);
}

static void
pull_async_done (EasWindow *take_window, GError *take_error, gpointer user_data)
{
	g_autoptr (GTask) task = user_data;

	if (take_error != NULL)
		g_task_return_error (task, take_error);
	else
		g_task_return_pointer (task, take_window, (GDestroyNotify) eas_window_free);
}

void
eas_client_pull_async (EasClient *self,
		       EasCollection *collection,
		       guint window_size,
		       const EasTag *supported,
		       GCancellable *cancellable,
		       GAsyncReadyCallback callback,
		       gpointer user_data)
{
	g_return_if_fail (EAS_IS_CLIENT (self));
	g_return_if_fail (EAS_IS_COLLECTION (collection));

	eas_puller_pull (self->puller, collection, window_size, supported, cancellable,
			 pull_async_done,
			 new_task (self, eas_client_pull_async, cancellable, callback, user_data));
}

EasWindow *
eas_client_pull_finish (EasClient *self, GAsyncResult *result, GError **error)
{
	g_return_val_if_fail (g_task_is_valid (result, self), NULL);

	return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- What is known --- */

EasAccountData *
eas_client_dup_data (EasClient *self)
{
	g_return_val_if_fail (EAS_IS_CLIENT (self), NULL);

	return eas_io_dup_data (self->io);
}

EasVersion
eas_client_get_version (EasClient *self)
{
	g_return_val_if_fail (EAS_IS_CLIENT (self), EAS_VERSION_NONE);

	return eas_io_get_version (self->io);
}
