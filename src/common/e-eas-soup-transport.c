/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One SoupMessage per request. Redirects and authentication are ours: a redirect
 * must not carry the password along, and the engine decides what a 401 means.
 * Bodies are read in pieces so that an inflating answer ends at the limit and not
 * in the memory of the whole desktop.
 */

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>

#include "eas-error.h"

#include "e-eas-soup-transport.h"

#define BASIC     "Basic "
#define MAX_BODY  (64 * 1024 * 1024)
#define READ_SIZE (64 * 1024)
/* libsoup's own limit is 2: one permanent Ping would be half of it. */
#define MAX_CONNECTIONS 6
#define IDLE_SECONDS    90

struct _EEasSecrets {
	gatomicrefcount refs;
	GMutex lock;
	char *header; /* value of Authorization */
	char *refused_pem;
	GTlsCertificateFlags refused_errors;
};

struct _EEasSoupTransport {
	GObject parent;

	SoupSession *session;
	EEasSecrets *secrets;
	ESource *trust_source;
};

/* A request on its way. */
typedef struct {
	SoupMessage *message;
	GCancellable *cancellable; /* ours: ended by the caller's and by the timer */
	gulong chained;
	GCancellable *callers;
	GSource *timer;
	gboolean timed_out;
	GInputStream *stream;
	GByteArray *body;
} Exchange;

static void transport_iface_init (EasTransportInterface *iface);

G_DEFINE_TYPE_WITH_CODE (EEasSoupTransport,
			 e_eas_soup_transport,
			 G_TYPE_OBJECT,
			 G_IMPLEMENT_INTERFACE (EAS_TYPE_TRANSPORT, transport_iface_init))

EEasSecrets *
e_eas_secrets_new (void)
{
	EEasSecrets *secrets = g_new0 (EEasSecrets, 1);

	g_atomic_ref_count_init (&secrets->refs);
	g_mutex_init (&secrets->lock);

	return secrets;
}

EEasSecrets *
e_eas_secrets_ref (EEasSecrets *secrets)
{
	g_atomic_ref_count_inc (&secrets->refs);

	return secrets;
}

static void
free_secret (char *text)
{
	if (text == NULL)
		return;

	memset (text, 0, strlen (text));
	g_free (text);
}

void
e_eas_secrets_unref (EEasSecrets *secrets)
{
	if (!g_atomic_ref_count_dec (&secrets->refs))
		return;

	free_secret (secrets->header);
	g_free (secrets->refused_pem);
	g_mutex_clear (&secrets->lock);
	g_free (secrets);
}

/* [RFC7617] section 2, with the charset every current server takes: UTF-8. */
static char *
make_basic_header (const char *user, const char *password)
{
	char *pair = g_strconcat (user, ":", password, NULL);
	char *encoded = g_base64_encode ((const guchar *) pair, strlen (pair));
	char *header = g_strconcat (BASIC, encoded, NULL);

	free_secret (pair);
	free_secret (encoded);

	return header;
}

gboolean
e_eas_secrets_set (EEasSecrets *secrets, const char *user, const char *password)
{
	char *header = user != NULL && password != NULL ? make_basic_header (user, password) : NULL;
	gboolean changed;

	g_mutex_lock (&secrets->lock);
	changed = g_strcmp0 (secrets->header, header) != 0;
	free_secret (secrets->header);
	secrets->header = header;
	g_mutex_unlock (&secrets->lock);

	return changed;
}

gboolean
e_eas_secrets_match (EEasSecrets *secrets, const char *user, const char *password)
{
	char *header = user != NULL && password != NULL ? make_basic_header (user, password) : NULL;
	gboolean match;

	g_mutex_lock (&secrets->lock);
	match = header != NULL && g_strcmp0 (secrets->header, header) == 0;
	g_mutex_unlock (&secrets->lock);
	free_secret (header);

	return match;
}

char *
e_eas_secrets_dup_password (EEasSecrets *secrets, const char *user)
{
	gsize skip = strlen (user) + strlen (":");
	guchar *pair = NULL;
	char *password = NULL;
	gsize length = 0;

	g_mutex_lock (&secrets->lock);
	if (secrets->header != NULL)
		pair = g_base64_decode (secrets->header + strlen (BASIC), &length);
	g_mutex_unlock (&secrets->lock);
	if (pair == NULL)
		return NULL;

	if (length >= skip && memcmp (pair, user, strlen (user)) == 0)
		password = g_strndup ((const char *) pair + skip, length - skip);
	memset (pair, 0, length);
	g_free (pair);

	return password;
}

gboolean
e_eas_secrets_are_set (EEasSecrets *secrets)
{
	gboolean set;

	g_mutex_lock (&secrets->lock);
	set = secrets->header != NULL;
	g_mutex_unlock (&secrets->lock);

	return set;
}

gboolean
e_eas_secrets_get_refused_certificate (EEasSecrets *secrets,
				       char **out_pem,
				       GTlsCertificateFlags *out_errors)
{
	gboolean known;

	g_mutex_lock (&secrets->lock);
	known = secrets->refused_pem != NULL;
	if (known) {
		*out_pem = g_strdup (secrets->refused_pem);
		*out_errors = secrets->refused_errors;
	}
	g_mutex_unlock (&secrets->lock);

	return known;
}

static void
remember_refused (EEasSecrets *secrets, GTlsCertificate *certificate, GTlsCertificateFlags errors)
{
	char *pem = NULL;

	g_object_get (certificate, "certificate-pem", &pem, NULL);

	g_mutex_lock (&secrets->lock);
	g_free (secrets->refused_pem);
	secrets->refused_pem = pem;
	secrets->refused_errors = errors;
	g_mutex_unlock (&secrets->lock);
}

static void
exchange_free (Exchange *exchange)
{
	if (exchange->chained != 0)
		g_cancellable_disconnect (exchange->callers, exchange->chained);
	if (exchange->timer != NULL) {
		g_source_destroy (exchange->timer);
		g_source_unref (exchange->timer);
	}
	g_clear_object (&exchange->callers);
	g_clear_object (&exchange->cancellable);
	g_clear_object (&exchange->message);
	g_clear_object (&exchange->stream);
	g_clear_pointer (&exchange->body, g_byte_array_unref);
	g_free (exchange);
}

static gboolean
accept_certificate_cb (SoupMessage *message,
		       GTlsCertificate *certificate,
		       GTlsCertificateFlags errors,
		       gpointer user_data)
{
	EEasSoupTransport *self = user_data;
	ETrustPromptResponse response = E_TRUST_PROMPT_RESPONSE_UNKNOWN;

	if (e_source_has_extension (self->trust_source, E_SOURCE_EXTENSION_WEBDAV_BACKEND)) {
		ESourceWebdav *webdav = e_source_get_extension (self->trust_source,
								E_SOURCE_EXTENSION_WEBDAV_BACKEND);

		response = e_source_webdav_verify_ssl_trust (
			webdav, g_uri_get_host (soup_message_get_uri (message)), certificate, 0);
	}

	if (response == E_TRUST_PROMPT_RESPONSE_ACCEPT ||
	    response == E_TRUST_PROMPT_RESPONSE_ACCEPT_TEMPORARILY)
		return TRUE;

	remember_refused (self->secrets, certificate, errors);

	return FALSE;
}

static void
chain_cancel_cb (GCancellable *callers, gpointer user_data)
{
	g_cancellable_cancel (user_data);
}

static gboolean
timed_out_cb (gpointer user_data)
{
	Exchange *exchange = user_data;

	exchange->timed_out = TRUE;
	g_cancellable_cancel (exchange->cancellable);

	return G_SOURCE_REMOVE;
}

static void
start_timer (Exchange *exchange, guint seconds)
{
	if (seconds == 0)
		return;

	exchange->timer = g_timeout_source_new_seconds (seconds);
	g_source_set_callback (exchange->timer, timed_out_cb, exchange, NULL);
	g_source_attach (exchange->timer, g_main_context_get_thread_default ());
}

/* Ends @task with @take_error, told apart: the caller cancelled, or time ran out. */
static void
fail_exchange (GTask *task, GError *take_error)
{
	Exchange *exchange = g_task_get_task_data (task);

	if (exchange->timed_out) {
		g_error_free (take_error);
		take_error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
						  _ ("The server did not answer in time"));
	}
	g_task_return_error (task, take_error);
	g_object_unref (task);
}

static void
copy_header_cb (const char *name, const char *value, gpointer user_data)
{
	eas_http_response_add_header (user_data, name, value);
}

static void
finish_exchange (GTask *task)
{
	Exchange *exchange = g_task_get_task_data (task);
	EasHttpResponse *response =
		eas_http_response_new (soup_message_get_status (exchange->message));

	soup_message_headers_foreach (soup_message_get_response_headers (exchange->message),
				      copy_header_cb, response);
	g_clear_pointer (&response->body, g_bytes_unref);
	response->body = g_byte_array_free_to_bytes (g_steal_pointer (&exchange->body));

	g_task_return_pointer (task, response, (GDestroyNotify) eas_http_response_free);
	g_object_unref (task);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
	GTask *task = user_data;
	Exchange *exchange = g_task_get_task_data (task);
	g_autoptr (GBytes) piece = NULL;
	GError *error = NULL;

	piece = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
	if (piece == NULL) {
		fail_exchange (task, error);
		return;
	}
	if (g_bytes_get_size (piece) == 0) {
		finish_exchange (task);
		return;
	}

	g_byte_array_append (exchange->body, g_bytes_get_data (piece, NULL),
			     g_bytes_get_size (piece));
	if (exchange->body->len > MAX_BODY) {
		fail_exchange (task, eas_error_new (EAS_ERROR_PROTOCOL, NULL, 0, 0,
						    _ ("The server’s answer is too large")));
		return;
	}

	g_input_stream_read_bytes_async (exchange->stream, READ_SIZE, G_PRIORITY_DEFAULT,
					 exchange->cancellable, read_cb, task);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
	GTask *task = user_data;
	Exchange *exchange = g_task_get_task_data (task);
	GError *error = NULL;

	exchange->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
	if (exchange->stream == NULL) {
		fail_exchange (task, error);
		return;
	}

	exchange->body = g_byte_array_new ();
	g_input_stream_read_bytes_async (exchange->stream, READ_SIZE, G_PRIORITY_DEFAULT,
					 exchange->cancellable, read_cb, task);
}

static void
add_authorization (EEasSoupTransport *self, SoupMessage *message)
{
	g_mutex_lock (&self->secrets->lock);
	if (self->secrets->header != NULL)
		soup_message_headers_replace (soup_message_get_request_headers (message),
					      "Authorization", self->secrets->header);
	g_mutex_unlock (&self->secrets->lock);
}

static SoupMessage *
make_message (EEasSoupTransport *self, const EasHttpRequest *request)
{
	SoupMessage *message = soup_message_new (request->method, request->uri);
	SoupMessageHeaders *headers;

	if (message == NULL)
		return NULL;

	soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
	soup_message_disable_feature (message, SOUP_TYPE_AUTH_MANAGER);
	headers = soup_message_get_request_headers (message);
	for (guint i = 0; i + 1 < request->headers->len; i += 2)
		soup_message_headers_append (headers, request->headers->pdata[i],
					     request->headers->pdata[i + 1]);
	if (request->body != NULL)
		soup_message_set_request_body_from_bytes (
			message, soup_message_headers_get_content_type (headers, NULL),
			request->body);
	if (request->credentials)
		add_authorization (self, message);
	g_signal_connect_object (message, "accept-certificate", G_CALLBACK (accept_certificate_cb),
				 self, 0);

	return message;
}

static void
transport_send_async (EasTransport *transport,
		      const EasHttpRequest *request,
		      GCancellable *cancellable,
		      GAsyncReadyCallback callback,
		      gpointer user_data)
{
	EEasSoupTransport *self = E_EAS_SOUP_TRANSPORT (transport);
	/* Without the caller's cancellable: it is chained, so that a timeout is told apart. */
	GTask *task = g_task_new (self, NULL, callback, user_data);
	Exchange *exchange = g_new0 (Exchange, 1);

	g_task_set_source_tag (task, transport_send_async);
	g_task_set_task_data (task, exchange, (GDestroyNotify) exchange_free);

	exchange->message = make_message (self, request);
	if (exchange->message == NULL) {
		g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
					 _ ("“%s” is not a usable server address"), request->uri);
		g_object_unref (task);
		return;
	}

	exchange->cancellable = g_cancellable_new ();
	if (cancellable != NULL) {
		exchange->callers = g_object_ref (cancellable);
		exchange->chained = g_cancellable_connect (
			cancellable, G_CALLBACK (chain_cancel_cb), exchange->cancellable, NULL);
	}
	start_timer (exchange, request->timeout);
	soup_session_send_async (self->session, exchange->message, G_PRIORITY_DEFAULT,
				 exchange->cancellable, sent_cb, task);
}

static EasHttpResponse *
transport_send_finish (EasTransport *transport, GAsyncResult *result, GError **error)
{
	return g_task_propagate_pointer (G_TASK (result), error);
}

/* A password does not get better by being sent again. */
static gboolean
transport_refused (EasTransport *transport)
{
	return FALSE;
}

static void
transport_iface_init (EasTransportInterface *iface)
{
	iface->send_async = transport_send_async;
	iface->send_finish = transport_send_finish;
	iface->refused = transport_refused;
}

static void
soup_transport_finalize (GObject *object)
{
	EEasSoupTransport *self = E_EAS_SOUP_TRANSPORT (object);

	g_clear_object (&self->session);
	g_clear_object (&self->trust_source);
	e_eas_secrets_unref (self->secrets);

	G_OBJECT_CLASS (e_eas_soup_transport_parent_class)->finalize (object);
}

static void
e_eas_soup_transport_class_init (EEasSoupTransportClass *klass)
{
	G_OBJECT_CLASS (klass)->finalize = soup_transport_finalize;
}

static void
e_eas_soup_transport_init (EEasSoupTransport *self)
{
}

EasTransport *
e_eas_soup_transport_new (EEasSecrets *secrets, ESource *trust_source, GProxyResolver *proxy)
{
	EEasSoupTransport *self = g_object_new (E_TYPE_EAS_SOUP_TRANSPORT, NULL);

	self->secrets = e_eas_secrets_ref (secrets);
	self->trust_source = g_object_ref (trust_source);
	self->session = soup_session_new_with_options (
		"max-conns-per-host", MAX_CONNECTIONS, "idle-timeout", IDLE_SECONDS,
		/* each request has its own */ "timeout", 0, NULL);
	if (proxy != NULL)
		soup_session_set_proxy_resolver (self->session, proxy);

	return EAS_TRANSPORT (self);
}
