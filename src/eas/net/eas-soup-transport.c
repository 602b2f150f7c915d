/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One request: SoupMessage -> stream -> bytes, read in pieces so that a body is
 * refused as soon as it is too large, inflated or not. Time-outs are ours, one for
 * reaching the server and one for the whole exchange: libsoup knows one for all.
 */

#include <string.h>

#include <libsoup/soup.h>

#include <glib/gi18n-lib.h>

#include "eas-soup-transport.h"

#define PIECE 65536

struct _EasSoupTransport {
	GObject parent;

	SoupSession *session;
	char *authorization; /* the header's value; NULL none */
	GTlsDatabase *extra_ca;
	gsize max_body;
};

static void eas_soup_transport_iface_init (EasTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EasSoupTransport,
			       eas_soup_transport,
			       G_TYPE_OBJECT,
			       G_IMPLEMENT_INTERFACE (EAS_TYPE_TRANSPORT,
						      eas_soup_transport_iface_init))

/* One exchange on its way; the task's data. */
typedef struct {
	EasSoupTransport *transport; /* borrowed: the task's source */
	SoupMessage *message;
	GInputStream *stream;
	GByteArray *body;
	GCancellable *cancellable; /* ours: ends it for any of the three reasons */
	GCancellable *outer;       /* the caller's */
	gulong outer_id;
	GSource *timer; /* of the whole exchange */
	GSource *connect_timer;
	gboolean timed_out;
	char *host;
} Exchange;

static void
clear_source (GSource **source)
{
	if (*source != NULL)
		g_source_destroy (*source);
	g_clear_pointer (source, g_source_unref);
}

static void
exchange_free (Exchange *exchange)
{
	clear_source (&exchange->timer);
	clear_source (&exchange->connect_timer);
	if (exchange->outer_id != 0)
		g_cancellable_disconnect (exchange->outer, exchange->outer_id);
	g_clear_object (&exchange->outer);
	if (exchange->message != NULL)
		g_signal_handlers_disconnect_by_data (exchange->message, exchange);
	g_clear_object (&exchange->message);
	g_clear_object (&exchange->stream);
	g_clear_object (&exchange->cancellable);
	g_byte_array_unref (exchange->body);
	g_free (exchange->host);
	g_free (exchange);
}

/* --- Time --- */

static GSource *
add_timer (guint seconds, GSourceFunc func, gpointer user_data)
{
	GSource *source = g_timeout_source_new_seconds (seconds);

	g_source_set_callback (source, func, user_data, NULL);
	g_source_attach (source, g_main_context_get_thread_default ());

	return source;
}

static gboolean
timed_out_cb (gpointer user_data)
{
	Exchange *exchange = user_data;

	exchange->timed_out = TRUE;
	g_cancellable_cancel (exchange->cancellable);

	return G_SOURCE_CONTINUE; /* destroyed with the exchange */
}

/* Only the way to the server is limited so tightly; a slow answer has the command's own time. */
static void
network_event_cb (SoupMessage *message,
		  GSocketClientEvent event,
		  GIOStream *connection,
		  Exchange *exchange)
{
	if (event == G_SOCKET_CLIENT_RESOLVING && exchange->connect_timer == NULL)
		exchange->connect_timer =
			add_timer (EAS_SOUP_CONNECT_TIMEOUT, timed_out_cb, exchange);
	else if (event == G_SOCKET_CLIENT_COMPLETE)
		clear_source (&exchange->connect_timer);
}

static void
outer_cancelled_cb (GCancellable *outer, GCancellable *cancellable)
{
	g_cancellable_cancel (cancellable);
}

/* --- Certificates --- */

/* The system does not know the issuer: perhaps the extra file does. All other faults stay faults.
 */
static gboolean
accept_certificate_cb (SoupMessage *message,
		       GTlsCertificate *certificate,
		       GTlsCertificateFlags errors,
		       Exchange *exchange)
{
	g_autoptr (GSocketConnectable) identity = NULL;
	GUri *uri = soup_message_get_uri (message);

	if (exchange->transport->extra_ca == NULL || errors != G_TLS_CERTIFICATE_UNKNOWN_CA)
		return FALSE;
	identity = g_network_address_new (g_uri_get_host (uri),
					  g_uri_get_port (uri) > 0 ? g_uri_get_port (uri) : 443);

	return g_tls_database_verify_chain (exchange->transport->extra_ca, certificate,
					    G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER, identity,
					    /* interaction */ NULL, G_TLS_DATABASE_VERIFY_NONE,
					    /* cancellable */ NULL, NULL) == 0;
}

/* --- The answer --- */

static void
collect_header (const char *name, const char *value, gpointer user_data)
{
	eas_http_response_add_header (user_data, name, value);
}

static void
return_response (GTask *task)
{
	Exchange *exchange = g_task_get_task_data (task);
	EasHttpResponse *response =
		eas_http_response_new (soup_message_get_status (exchange->message));
	GByteArray *body = g_steal_pointer (&exchange->body);

	exchange->body = g_byte_array_new ();
	soup_message_headers_foreach (soup_message_get_response_headers (exchange->message),
				      collect_header, response);
	g_bytes_unref (response->body);
	response->body = g_byte_array_free_to_bytes (body);
	g_task_return_pointer (task, response, (GDestroyNotify) eas_http_response_free);
}

static void
return_failure (GTask *task, GError *take_error)
{
	Exchange *exchange = g_task_get_task_data (task);
	g_autoptr (GError) error = take_error;

	if (exchange->timed_out && !g_cancellable_is_cancelled (exchange->outer))
		g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
					 _ ("“%s” does not answer"), exchange->host);
	else
		g_task_return_error (task, g_steal_pointer (&error));
}

static void read_piece (GTask *task);

static void
piece_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
	g_autoptr (GTask) task = user_data;
	Exchange *exchange = g_task_get_task_data (task);
	g_autoptr (GBytes) piece = NULL;
	GError *error = NULL;

	piece = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
	if (piece == NULL) {
		return_failure (task, error);
		return;
	}
	if (g_bytes_get_size (piece) == 0) {
		return_response (task);
		return;
	}
	if (exchange->body->len + g_bytes_get_size (piece) > exchange->transport->max_body) {
		g_cancellable_cancel (exchange->cancellable);
		g_task_return_error (task, eas_error_new (EAS_ERROR_PROTOCOL, NULL, 0, 0,
							  _ ("The server’s answer is too large")));
		return;
	}
	g_byte_array_append (exchange->body, g_bytes_get_data (piece, NULL),
			     g_bytes_get_size (piece));
	read_piece (task);
}

static void
read_piece (GTask *task)
{
	Exchange *exchange = g_task_get_task_data (task);

	g_input_stream_read_bytes_async (exchange->stream, PIECE, G_PRIORITY_DEFAULT,
					 exchange->cancellable, piece_read_cb, g_object_ref (task));
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
	g_autoptr (GTask) task = user_data;
	Exchange *exchange = g_task_get_task_data (task);
	GError *error = NULL;

	exchange->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
	if (exchange->stream == NULL)
		return_failure (task, error);
	else
		read_piece (task);
}

/* --- The request --- */

static SoupMessage *
make_message (EasSoupTransport *self, const EasHttpRequest *request)
{
	SoupMessage *message = soup_message_new (request->method, request->uri);
	SoupMessageHeaders *headers;
	const char *type = eas_http_request_get_header (request, "Content-Type");

	if (message == NULL)
		return NULL;
	headers = soup_message_get_request_headers (message);
	for (guint ii = 0; ii + 1 < request->headers->len; ii += 2)
		soup_message_headers_replace (headers, g_ptr_array_index (request->headers, ii),
					      g_ptr_array_index (request->headers, ii + 1));
	soup_message_headers_replace (headers, "Accept-Encoding", "gzip");
	if (request->body != NULL)
		soup_message_set_request_body_from_bytes (message, type, request->body);
	else if (strcmp (request->method, "POST") == 0)
		soup_message_headers_set_content_length (headers, 0);
	if (request->credentials && self->authorization != NULL)
		soup_message_headers_replace (headers, "Authorization", self->authorization);
	soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);

	return message;
}

static Exchange *
exchange_new (EasSoupTransport *self, SoupMessage *take_message, guint timeout, GCancellable *outer)
{
	Exchange *exchange = g_new0 (Exchange, 1);

	exchange->transport = self;
	exchange->message = take_message;
	exchange->body = g_byte_array_new ();
	exchange->cancellable = g_cancellable_new ();
	exchange->host = g_strdup (g_uri_get_host (soup_message_get_uri (take_message)));
	if (timeout > 0)
		exchange->timer = add_timer (timeout, timed_out_cb, exchange);
	g_signal_connect (take_message, "network-event", G_CALLBACK (network_event_cb), exchange);
	g_signal_connect (take_message, "accept-certificate", G_CALLBACK (accept_certificate_cb),
			  exchange);
	if (outer != NULL) {
		exchange->outer = g_object_ref (outer);
		exchange->outer_id = g_cancellable_connect (outer, G_CALLBACK (outer_cancelled_cb),
							    g_object_ref (exchange->cancellable),
							    g_object_unref);
	}

	return exchange;
}

static void
soup_transport_send_async (EasTransport *transport,
			   const EasHttpRequest *request,
			   GCancellable *cancellable,
			   GAsyncReadyCallback callback,
			   gpointer user_data)
{
	EasSoupTransport *self = EAS_SOUP_TRANSPORT (transport);
	g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
	SoupMessage *message = make_message (self, request);
	Exchange *exchange;

	if (message == NULL) {
		g_task_return_error (task,
				     eas_error_new (EAS_ERROR_NOT_SUPPORTED, request->command, 0, 0,
						    _ ("“%s” is not the address of a server"),
						    request->uri));
		return;
	}
	exchange = exchange_new (self, message, request->timeout, cancellable);
	g_task_set_task_data (task, exchange, (GDestroyNotify) exchange_free);
	soup_session_send_async (self->session, message, G_PRIORITY_DEFAULT, exchange->cancellable,
				 answered_cb, g_object_ref (task));
}

static EasHttpResponse *
soup_transport_send_finish (EasTransport *transport, GAsyncResult *result, GError **error)
{
	return g_task_propagate_pointer (G_TASK (result), error);
}

static void
eas_soup_transport_iface_init (EasTransportInterface *iface)
{
	iface->send_async = soup_transport_send_async;
	iface->send_finish = soup_transport_send_finish;
}

/* --- The object --- */

static void
wipe_string (char *text)
{
	if (text != NULL)
		memset (text, 0, strlen (text));
	g_free (text);
}

static void
eas_soup_transport_finalize (GObject *object)
{
	EasSoupTransport *self = EAS_SOUP_TRANSPORT (object);

	soup_session_abort (self->session);
	g_object_unref (self->session);
	g_clear_object (&self->extra_ca);
	wipe_string (self->authorization);

	G_OBJECT_CLASS (eas_soup_transport_parent_class)->finalize (object);
}

static void
eas_soup_transport_class_init (EasSoupTransportClass *klass)
{
	G_OBJECT_CLASS (klass)->finalize = eas_soup_transport_finalize;
}

static void
eas_soup_transport_init (EasSoupTransport *self)
{
	self->max_body = EAS_SOUP_MAX_BODY;
	self->session = g_object_new (
		SOUP_TYPE_SESSION, "max-conns-per-host", EAS_SOUP_MAX_CONNECTIONS, "max-conns",
		4 * EAS_SOUP_MAX_CONNECTIONS, "timeout", 0, "idle-timeout", 60, NULL);
	/* A 401 is the flow's business, and our header goes out with the first request. */
	soup_session_remove_feature_by_type (self->session, SOUP_TYPE_AUTH_MANAGER);
}

EasTransport *
eas_soup_transport_new (const char *user, const char *password)
{
	EasSoupTransport *self = g_object_new (EAS_TYPE_SOUP_TRANSPORT, NULL);

	if (password != NULL) {
		char *pair = g_strdup_printf ("%s:%s", user != NULL ? user : "", password);
		char *encoded = g_base64_encode ((const guchar *) pair, strlen (pair));

		self->authorization = g_strconcat ("Basic ", encoded, NULL);
		wipe_string (pair);
		wipe_string (encoded);
	}

	return EAS_TRANSPORT (self);
}

gboolean
eas_soup_transport_set_ca_file (EasSoupTransport *self, const char *path, GError **error)
{
	GTlsDatabase *database;
	g_autofree char *absolute = NULL;

	g_return_val_if_fail (EAS_IS_SOUP_TRANSPORT (self), FALSE);

	absolute = g_canonicalize_filename (path, NULL);
	database = g_tls_file_database_new (absolute, error);
	if (database == NULL)
		return FALSE;
	g_clear_object (&self->extra_ca);
	self->extra_ca = database;

	return TRUE;
}

void
eas_soup_transport_set_max_body (EasSoupTransport *self, gsize max_body)
{
	g_return_if_fail (EAS_IS_SOUP_TRANSPORT (self));

	self->max_body = max_body;
}

EasSoupConfig *
eas_soup_config_new (const char *user, const char *password, const char *ca_file)
{
	EasSoupConfig *config = g_new0 (EasSoupConfig, 1);

	config->user = g_strdup (user);
	config->password = g_strdup (password);
	config->ca_file = g_strdup (ca_file);

	return config;
}

void
eas_soup_config_free (EasSoupConfig *config)
{
	if (config == NULL)
		return;

	g_free (config->user);
	wipe_string (config->password);
	g_free (config->ca_file);
	g_free (config);
}

EasTransport *
eas_soup_transport_make (gpointer config)
{
	const EasSoupConfig *values = config;
	EasTransport *transport = eas_soup_transport_new (values->user, values->password);
	g_autoptr (GError) error = NULL;

	if (values->ca_file != NULL &&
	    !eas_soup_transport_set_ca_file (EAS_SOUP_TRANSPORT (transport), values->ca_file,
					     &error))
		g_warning ("%s", error->message);

	return transport;
}
