/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers come from a timer on the client's own context, as from a socket. */

#include "eas-fake-transport.h"

#define PATIENCE_US (60 * G_USEC_PER_SEC)

struct _EasFakeServer {
	gatomicrefcount refs;
	EasFakeHandler handler;
	gpointer user_data;

	GMutex mutex;
	GCond cond;
	GPtrArray *commands;   /* (element-type utf8) in order of sending */
	GHashTable *under_way; /* command -> count */
	GHashTable *most;      /* command -> count */
	guint refreshes;
};

struct _EasFakeTransport {
	GObject parent;

	EasFakeServer *server;
};

/* One request on its way; a task's data. */
typedef struct {
	EasFakeServer *server;
	char *command;
	EasHttpResponse *response;
	GError *error;
	GSource *timer, *cancel;
} Flight;

static void iface_init (EasTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EasFakeTransport,
			       eas_fake_transport,
			       G_TYPE_OBJECT,
			       G_IMPLEMENT_INTERFACE (EAS_TYPE_TRANSPORT, iface_init))

/* --- The server --- */

EasFakeServer *
eas_fake_server_new (EasFakeHandler handler, gpointer user_data)
{
	EasFakeServer *server = g_new0 (EasFakeServer, 1);

	g_atomic_ref_count_init (&server->refs);
	g_mutex_init (&server->mutex);
	g_cond_init (&server->cond);
	server->handler = handler;
	server->user_data = user_data;
	server->commands = g_ptr_array_new_with_free_func (g_free);
	server->under_way = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	server->most = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

	return server;
}

EasFakeServer *
eas_fake_server_ref (EasFakeServer *server)
{
	g_atomic_ref_count_inc (&server->refs);

	return server;
}

void
eas_fake_server_unref (EasFakeServer *server)
{
	if (!g_atomic_ref_count_dec (&server->refs))
		return;

	g_mutex_clear (&server->mutex);
	g_cond_clear (&server->cond);
	g_ptr_array_unref (server->commands);
	g_hash_table_unref (server->under_way);
	g_hash_table_unref (server->most);
	g_free (server);
}

static guint
count_locked (EasFakeServer *server, const char *command)
{
	guint count = 0;

	for (guint ii = 0; ii < server->commands->len; ii++) {
		if (command == NULL ||
		    g_str_equal (g_ptr_array_index (server->commands, ii), command))
			count++;
	}

	return count;
}

guint
eas_fake_server_count (EasFakeServer *server, const char *command)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&server->mutex);

	return count_locked (server, command);
}

char *
eas_fake_server_log (EasFakeServer *server)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&server->mutex);
	g_autoptr (GString) log = g_string_new (NULL);

	for (guint ii = 0; ii < server->commands->len; ii++)
		g_string_append_printf (log, "%s%s", ii > 0 ? " " : "",
					(const char *) g_ptr_array_index (server->commands, ii));

	return g_strdup (log->str);
}

guint
eas_fake_server_most_at_once (EasFakeServer *server, const char *command)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&server->mutex);

	return GPOINTER_TO_UINT (g_hash_table_lookup (server->most, command));
}

void
eas_fake_server_wait (EasFakeServer *server, const char *command, guint count)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&server->mutex);
	gint64 end = g_get_monotonic_time () + PATIENCE_US;

	while (count_locked (server, command) < count) {
		if (!g_cond_wait_until (&server->cond, &server->mutex, end))
			g_error ("%s was not sent %u times", command, count);
	}
}

void
eas_fake_server_set_refreshes (EasFakeServer *server, guint n)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&server->mutex);

	server->refreshes = n;
}

static void
note_begin (EasFakeServer *server, const char *command)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&server->mutex);
	guint now = GPOINTER_TO_UINT (g_hash_table_lookup (server->under_way, command)) + 1;
	guint most = GPOINTER_TO_UINT (g_hash_table_lookup (server->most, command));

	g_ptr_array_add (server->commands, g_strdup (command));
	g_hash_table_insert (server->under_way, g_strdup (command), GUINT_TO_POINTER (now));
	g_hash_table_insert (server->most, g_strdup (command), GUINT_TO_POINTER (MAX (most, now)));
	g_cond_broadcast (&server->cond);
}

static void
note_end (EasFakeServer *server, const char *command)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&server->mutex);
	guint now = GPOINTER_TO_UINT (g_hash_table_lookup (server->under_way, command));

	g_hash_table_insert (server->under_way, g_strdup (command), GUINT_TO_POINTER (now - 1));
}

/* --- The transport --- */

static void
clear_source (GSource **source)
{
	if (*source != NULL)
		g_source_destroy (*source);
	g_clear_pointer (source, g_source_unref);
}

static void
flight_free (Flight *flight)
{
	clear_source (&flight->timer);
	clear_source (&flight->cancel);
	g_clear_pointer (&flight->response, eas_http_response_free);
	g_clear_error (&flight->error);
	eas_fake_server_unref (flight->server);
	g_free (flight->command);
	g_free (flight);
}

static void
land (GTask *task, gboolean cancelled)
{
	Flight *flight = g_task_get_task_data (task);

	clear_source (&flight->timer);
	clear_source (&flight->cancel);
	note_end (flight->server, flight->command);
	if (cancelled)
		g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
	else if (flight->response != NULL)
		g_task_return_pointer (task, g_steal_pointer (&flight->response),
				       (GDestroyNotify) eas_http_response_free);
	else
		g_task_return_error (task, g_steal_pointer (&flight->error));
	g_object_unref (task);
}

static gboolean
arrived_cb (gpointer user_data)
{
	land (user_data, FALSE);

	return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
	land (user_data, TRUE);

	return G_SOURCE_REMOVE;
}

static GSource *
attach (GSource *source, GSourceFunc func, gpointer user_data)
{
	g_source_set_callback (source, func, user_data, NULL);
	g_source_attach (source, g_main_context_get_thread_default ());

	return source;
}

static void
fake_send_async (EasTransport *transport,
		 const EasHttpRequest *request,
		 GCancellable *cancellable,
		 GAsyncReadyCallback callback,
		 gpointer user_data)
{
	EasFakeTransport *self = EAS_FAKE_TRANSPORT (transport);
	GTask *task = g_task_new (self, NULL, callback, user_data);
	Flight *flight = g_new0 (Flight, 1);
	guint delay_ms = 0;

	flight->server = eas_fake_server_ref (self->server);
	flight->command = g_strdup (request->command);
	g_task_set_task_data (task, flight, (GDestroyNotify) flight_free);
	note_begin (self->server, request->command);
	flight->response =
		self->server->handler (request, &delay_ms, self->server->user_data, &flight->error);
	g_assert_true (delay_ms == EAS_FAKE_HANG || flight->response != NULL ||
		       flight->error != NULL);
	if (delay_ms != EAS_FAKE_HANG)
		flight->timer = attach (g_timeout_source_new (delay_ms), arrived_cb, task);
	flight->cancel =
		attach (g_cancellable_source_new (cancellable), G_SOURCE_FUNC (cancelled_cb), task);
}

static EasHttpResponse *
fake_send_finish (EasTransport *transport, GAsyncResult *result, GError **error)
{
	return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
fake_refused (EasTransport *transport)
{
	EasFakeServer *server = EAS_FAKE_TRANSPORT (transport)->server;
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&server->mutex);

	if (server->refreshes == 0)
		return FALSE;
	server->refreshes--;

	return TRUE;
}

static void
iface_init (EasTransportInterface *iface)
{
	iface->send_async = fake_send_async;
	iface->send_finish = fake_send_finish;
	iface->refused = fake_refused;
}

static void
eas_fake_transport_finalize (GObject *object)
{
	g_clear_pointer (&EAS_FAKE_TRANSPORT (object)->server, eas_fake_server_unref);

	G_OBJECT_CLASS (eas_fake_transport_parent_class)->finalize (object);
}

static void
eas_fake_transport_class_init (EasFakeTransportClass *klass)
{
	G_OBJECT_CLASS (klass)->finalize = eas_fake_transport_finalize;
}

static void
eas_fake_transport_init (EasFakeTransport *self)
{
}

EasTransport *
eas_fake_server_make (gpointer server)
{
	EasFakeTransport *self = g_object_new (EAS_TYPE_FAKE_TRANSPORT, NULL);

	self->server = eas_fake_server_ref (server);

	return EAS_TRANSPORT (self);
}

EasHttpResponse *
eas_fake_response (guint status, GBytes *take_body)
{
	EasHttpResponse *response = eas_http_response_new (status);

	if (take_body != NULL) {
		g_bytes_unref (response->body);
		response->body = take_body;
		eas_http_response_add_header (response, "Content-Type",
					      "application/vnd.ms-sync.wbxml");
	}

	return response;
}
