/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include <glib/gstdio.h>

#include "wire-server.h"

struct _WireServer {
	GThread *thread;
	GMainContext *context;
	GMainLoop *loop;
	SoupServer *soup;
	WireHandler handler;
	gpointer user_data;
	WireTls tls;
	char *ca_file;
	guint port;

	GMutex mutex;
	GCond cond;
	gboolean ready;
	GPtrArray *commands;
	GHashTable *devices;
	GHashTable *connections;
};

/* A certificate of its own issuer, by the one tool every machine has. */
static char *
make_certificate (WireTls tls)
{
	g_autofree char *path = NULL;
	g_autofree char *script = NULL;
	g_autoptr (GError) error = NULL;
	const char *argv[] = { "sh", "-ec", NULL, NULL };
	const char *name =
		tls == WIRE_TLS_OTHER_HOST ? "DNS:elsewhere.example.org" : "IP:127.0.0.1";
	int fd, status = 0;

	fd = g_file_open_tmp ("eas-wire-XXXXXX.pem", &path, &error);
	g_assert_no_error (error);
	g_close (fd, NULL);
	script = g_strdup_printf (
		"f='%s'; printf 'subjectAltName=%s\nbasicConstraints=CA:TRUE\n' > $f.ext; "
		"openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "
		"/CN=test -keyout $f.key -out $f.req; "
		"openssl x509 -req -in $f.req -signkey $f.key -days %d -extfile $f.ext -out $f; rm "
		"$f.ext $f.req",
		path, name, tls == WIRE_TLS_EXPIRED ? -1 : 2);
	argv[2] = script;
	g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL,
				     G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
					     G_SPAWN_STDERR_TO_DEV_NULL,
				     NULL, NULL, NULL, NULL, &status, &error));
	g_assert_no_error (error);
	g_assert_cmpint (status, ==, 0);

	return g_steal_pointer (&path);
}

static const char *
query_value (GHashTable *query, const char *name)
{
	const char *value = query != NULL ? g_hash_table_lookup (query, name) : NULL;

	return value != NULL ? value : "";
}

static void
note (WireServer *server, SoupServerMessage *message, const char *command, GHashTable *query)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&server->mutex);
	const char *device = query_value (query, "DeviceId");
	GSocketAddress *peer = soup_server_message_get_remote_address (message);

	g_ptr_array_add (server->commands, g_strdup (command));
	if (*device != '\0')
		g_hash_table_add (server->devices, g_strdup (device));
	if (peer != NULL)
		g_hash_table_add (server->connections,
				  GUINT_TO_POINTER (g_inet_socket_address_get_port (
					  G_INET_SOCKET_ADDRESS (peer))));
}

static void
request_cb (SoupServer *soup,
	    SoupServerMessage *message,
	    const char *path,
	    GHashTable *query,
	    gpointer user_data)
{
	WireServer *server = user_data;
	const char *method = soup_server_message_get_method (message);
	g_autofree char *command =
		g_strdup (strcmp (method, "OPTIONS") == 0 ? method : query_value (query, "Cmd"));

	note (server, message, command, query);
	server->handler (server, message, command, server->user_data);
}

static void
listen (WireServer *server)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GTlsCertificate) certificate = NULL;
	g_autofree char *key_file = NULL;
	GSList *uris;

	server->soup = soup_server_new (NULL, NULL);
	if (server->tls) {
		key_file = g_strconcat (server->ca_file, ".key", NULL);
		certificate = g_tls_certificate_new_from_files (server->ca_file, key_file, &error);
		g_assert_no_error (error);
		soup_server_set_tls_certificate (server->soup, certificate);
	}
	soup_server_add_handler (server->soup, NULL, request_cb, server, NULL);
	soup_server_listen_local (server->soup, 0,
				  SOUP_SERVER_LISTEN_IPV4_ONLY |
					  (server->tls ? SOUP_SERVER_LISTEN_HTTPS : 0),
				  &error);
	g_assert_no_error (error);
	uris = soup_server_get_uris (server->soup);
	server->port = g_uri_get_port (uris->data);
	g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
}

static gpointer
wire_thread (gpointer user_data)
{
	WireServer *server = user_data;

	g_main_context_push_thread_default (server->context);
	listen (server);
	g_mutex_lock (&server->mutex);
	server->ready = TRUE;
	g_cond_signal (&server->cond);
	g_mutex_unlock (&server->mutex);
	g_main_loop_run (server->loop);
	soup_server_disconnect (server->soup);
	g_clear_object (&server->soup);
	g_main_context_pop_thread_default (server->context);

	return NULL;
}

WireServer *
wire_server_new (WireTls tls, WireHandler handler, gpointer user_data)
{
	WireServer *server = g_new0 (WireServer, 1);

	server->handler = handler;
	server->user_data = user_data;
	server->tls = tls;
	if (tls != WIRE_PLAIN)
		server->ca_file = make_certificate (tls);
	server->context = g_main_context_new ();
	server->loop = g_main_loop_new (server->context, FALSE);
	server->commands = g_ptr_array_new_with_free_func (g_free);
	server->devices = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	server->connections = g_hash_table_new (NULL, NULL);
	g_mutex_init (&server->mutex);
	g_cond_init (&server->cond);
	server->thread = g_thread_new ("wire-server", wire_thread, server);
	g_mutex_lock (&server->mutex);
	while (!server->ready)
		g_cond_wait (&server->cond, &server->mutex);
	g_mutex_unlock (&server->mutex);

	return server;
}

static gboolean
quit_cb (gpointer user_data)
{
	g_main_loop_quit (user_data);

	return G_SOURCE_REMOVE;
}

void
wire_server_free (WireServer *server)
{
	g_main_context_invoke (server->context, quit_cb, server->loop);
	g_thread_join (server->thread);
	if (server->ca_file != NULL) {
		g_autofree char *key_file = g_strconcat (server->ca_file, ".key", NULL);

		g_unlink (server->ca_file);
		g_unlink (key_file);
	}
	g_main_loop_unref (server->loop);
	g_main_context_unref (server->context);
	g_ptr_array_unref (server->commands);
	g_hash_table_unref (server->devices);
	g_hash_table_unref (server->connections);
	g_mutex_clear (&server->mutex);
	g_cond_clear (&server->cond);
	g_free (server->ca_file);
	g_free (server);
}

char *
wire_server_url (WireServer *server)
{
	return g_strdup_printf ("%s://127.0.0.1:%u/Microsoft-Server-ActiveSync",
				server->tls ? "https" : "http", server->port);
}

const char *
wire_server_ca (WireServer *server)
{
	return server->ca_file;
}

guint
wire_server_count (WireServer *server, const char *command)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&server->mutex);
	guint count = 0;

	for (guint ii = 0; ii < server->commands->len; ii++) {
		if (command == NULL ||
		    g_str_equal (g_ptr_array_index (server->commands, ii), command))
			count++;
	}

	return count;
}

guint
wire_server_n_connections (WireServer *server)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&server->mutex);

	return g_hash_table_size (server->connections);
}

GPtrArray *
wire_server_devices (WireServer *server)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&server->mutex);
	GPtrArray *devices = g_ptr_array_new_with_free_func (g_free);
	GHashTableIter iter;
	gpointer key;

	g_hash_table_iter_init (&iter, server->devices);
	while (g_hash_table_iter_next (&iter, &key, NULL))
		g_ptr_array_add (devices, g_strdup (key));

	return devices;
}

/* --- For handlers --- */

void
wire_answer (SoupServerMessage *message, guint status, const char *type, GBytes *take_body)
{
	soup_server_message_set_status (message, status, NULL);
	if (type != NULL)
		soup_message_headers_replace (soup_server_message_get_response_headers (message),
					      "Content-Type", type);
	if (take_body != NULL) {
		soup_message_body_append_bytes (soup_server_message_get_response_body (message),
						take_body);
		g_bytes_unref (take_body);
	}
}

static gboolean
resume_cb (gpointer user_data)
{
	soup_server_message_unpause (user_data);

	return G_SOURCE_REMOVE;
}

void
wire_answer_after (WireServer *server, SoupServerMessage *message, guint ms)
{
	g_autoptr (GSource) source = g_timeout_source_new (ms);

	soup_server_message_pause (message);
	g_source_set_callback (source, resume_cb, g_object_ref (message), g_object_unref);
	g_source_attach (source, server->context);
}

void
wire_cut (SoupServerMessage *message)
{
	g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);

	g_io_stream_close (stream, NULL, NULL);
}

void
wire_cut_body (SoupServerMessage *message)
{
	static const char text[] =
		"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.ms-sync.wbxml\r\n"
		"Content-Length: 1000\r\n\r\nabc";
	g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);

	g_output_stream_write_all (g_io_stream_get_output_stream (stream), text, strlen (text),
				   NULL, NULL, NULL);
	g_io_stream_close (stream, NULL, NULL);
}

GBytes *
wire_gzip (gconstpointer data, gsize size)
{
	g_autoptr (GZlibCompressor) compressor =
		g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);
	g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
	g_autoptr (GOutputStream) stream =
		g_converter_output_stream_new (memory, G_CONVERTER (compressor));
	g_autoptr (GError) error = NULL;

	g_output_stream_write_all (stream, data, size, NULL, NULL, &error);
	g_assert_no_error (error);
	g_output_stream_close (stream, NULL, &error);
	g_assert_no_error (error);

	return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}
