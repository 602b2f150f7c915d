/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The test server: users, settings, and requests that wait. */

#include "eas-mock-server.h"

#include <string.h>
#include <sys/socket.h>

#include "eas-mock-command.h"
#include "eas-mock-control.h"
#include "eas-mock-faults.h"
#include "eas-mock-request.h"
#include "eas-mock-schemas.h"

#define ALL_VERSIONS "12.0,12.1,14.0,14.1,16.0,16.1"

GSource *
eas_mock_server_start_timer (EasMockServer *server,
			     guint milliseconds,
			     GSourceFunc callback,
			     gpointer data)
{
	GSource *source = g_timeout_source_new (milliseconds);

	g_source_set_callback (source, callback, data, NULL);
	g_source_attach (source, server->context);

	return source;
}

/* --- Waiting ------------------------------------------------------------- */

static gboolean
wait_is_over (gpointer data)
{
	EasMockRequest *request = data;

	g_ptr_array_remove_fast (request->server->waiting, request);
	eas_mock_request_clear_timer (request);
	request->timed_out = TRUE;
	eas_mock_request_run (request);

	return G_SOURCE_REMOVE;
}

static void
on_disconnected (SoupServerMessage *message, gpointer data)
{
	EasMockRequest *request = data;

	g_ptr_array_remove_fast (request->server->waiting, request);
	eas_mock_request_free (request);
}

void
eas_mock_request_pause (EasMockRequest *request)
{
	if (request->paused)
		return;
	request->paused = TRUE;
	soup_server_message_pause (request->message);
	g_signal_connect (request->message, "disconnected", G_CALLBACK (on_disconnected), request);
}

/* Who waits says nothing; under TLS the last word is an alert. */
static gboolean
is_last_word (EasMockRequest *request)
{
	GUri *uri = soup_server_message_get_uri (request->message);

	return g_strcmp0 (g_uri_get_scheme (uri), "https") == 0;
}

/* Whoever asked is gone: nobody waits any more. What libsoup would notice only on answering. */
static gboolean
is_gone (GSocket *socket, GIOCondition condition, gpointer data)
{
	EasMockRequest *request = data;
	char byte;

	if (recv (g_socket_get_fd (socket), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0 &&
	    !is_last_word (request))
		return G_SOURCE_REMOVE;
	g_ptr_array_remove_fast (request->server->waiting, request);
	eas_mock_request_clear_timer (request);
	eas_mock_request_drop (request);

	return G_SOURCE_REMOVE;
}

static void
watch_connection (EasMockRequest *request)
{
	GSocket *socket = soup_server_message_get_socket (request->message);

	if (socket == NULL)
		return;
	request->hangup = g_socket_create_source (socket, G_IO_IN | G_IO_HUP | G_IO_ERR, NULL);
	g_source_set_callback (request->hangup, G_SOURCE_FUNC (is_gone), request, NULL);
	g_source_attach (request->hangup, request->server->context);
}

static void
hold (EasMockRequest *request)
{
	gint64 left = MAX (0, request->wait_until - g_get_monotonic_time ()) / 1000;

	g_ptr_array_add (request->server->waiting, request);
	request->timer = eas_mock_server_start_timer (request->server, left, wait_is_over, request);
	watch_connection (request);
	eas_mock_request_pause (request);
}

void
eas_mock_request_run (EasMockRequest *request)
{
	const EasMockCommand *command = eas_mock_command_by_name (request->command);

	request->wait_until = 0;
	eas_mock_reply_clear (&request->reply);
	command->handle (request);
	if (request->wait_until != 0 && !request->timed_out)
		hold (request);
	else
		eas_mock_request_send (request);
}

static void
ask_again (EasMockServer *server, gboolean timed_out, EasMockDevice *device, const char *command)
{
	g_autoptr (GPtrArray) requests = g_ptr_array_new ();

	for (guint i = 0; i < server->waiting->len; i++) {
		EasMockRequest *request = server->waiting->pdata[i];

		if ((device == NULL || request->device == device) &&
		    (command == NULL || g_str_equal (request->command, command)))
			g_ptr_array_add (requests, request);
	}
	for (guint i = 0; i < requests->len; i++) {
		EasMockRequest *request = requests->pdata[i];

		g_ptr_array_remove_fast (server->waiting, request);
		eas_mock_request_clear_timer (request);
		request->timed_out = timed_out;
		eas_mock_request_run (request);
	}
}

void
eas_mock_server_expire (EasMockServer *server)
{
	ask_again (server, /* timed_out */ TRUE, NULL, NULL);
}

void
eas_mock_server_expire_commands (EasMockServer *server, EasMockDevice *device, const char *command)
{
	ask_again (server, /* timed_out */ TRUE, device, command);
}

static gboolean
wake_waiting (gpointer data)
{
	EasMockServer *server = data;

	g_clear_pointer (&server->waker, g_source_unref);
	ask_again (server, /* timed_out */ FALSE, NULL, NULL);

	return G_SOURCE_REMOVE;
}

void
eas_mock_server_wake (EasMockServer *server)
{
	if (server->waker != NULL || server->waiting->len == 0)
		return;
	server->waker = g_idle_source_new ();
	g_source_set_callback (server->waker, wake_waiting, server, NULL);
	g_source_attach (server->waker, server->context);
}

static void
on_mailbox_changed (EasMockMailbox *mailbox, EasMockFolder *folder, gpointer data)
{
	eas_mock_server_wake (data);
}

/* --- The server ---------------------------------------------------------- */

EasMockServer *
eas_mock_server_new (void)
{
	EasMockServer *server = g_new0 (EasMockServer, 1);

	server->context = g_main_context_ref_thread_default ();
	server->soup = soup_server_new ("server-header", "eas-test-server ", NULL);
	server->mailboxes = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_mock_mailbox_free);
	server->waiting = g_ptr_array_new ();
	server->log = g_ptr_array_new_with_free_func (eas_mock_log_entry_unref);
	server->faults = eas_mock_faults_new ();
	server->settings = (EasMockSettings){
		.versions = g_strdup (ALL_VERSIONS),
		.commands = eas_mock_command_dup_list (),
		.policy_attachments = TRUE,
		.detect_duplicates = TRUE,
		.detect_conflicts = TRUE,
		.strict_uploads = TRUE,
		.moving_keys = TRUE,
		.empty_answers = TRUE,
		.one_command = TRUE,
		.ping_minimum = 60,
		.ping_maximum = 3540,
		.max_folders = 200,
		.max_collections = 300,
		.max_window = 512,
	};
	soup_server_add_handler (server->soup, EAS_MOCK_PATH, eas_mock_http_handle, server, NULL);
	soup_server_add_handler (server->soup, "/control", eas_mock_control_handle, server, NULL);

	return server;
}

void
eas_mock_server_free (EasMockServer *server)
{
	if (server == NULL)
		return;

	while (server->waiting->len > 0) {
		EasMockRequest *request = g_ptr_array_steal_index (server->waiting, 0);

		eas_mock_request_free (request);
	}
	if (server->waker != NULL)
		g_source_destroy (server->waker);
	g_clear_pointer (&server->waker, g_source_unref);
	soup_server_disconnect (server->soup);
	g_object_unref (server->soup);
	g_ptr_array_unref (server->waiting);
	g_ptr_array_unref (server->log);
	g_ptr_array_unref (server->mailboxes);
	eas_mock_faults_free (server->faults);
	g_clear_pointer (&server->schemas, eas_mock_schemas_free);
	g_free (server->settings.versions);
	g_free (server->settings.commands);
	g_main_context_unref (server->context);
	g_free (server);
}

EasMockMailbox *
eas_mock_server_add_user (EasMockServer *server, const char *user, const char *password)
{
	EasMockMailbox *mailbox = eas_mock_mailbox_new (user, password);

	eas_mock_mailbox_set_changed (mailbox, on_mailbox_changed, server);
	g_ptr_array_add (server->mailboxes, mailbox);

	return mailbox;
}

EasMockMailbox *
eas_mock_server_get_mailbox (EasMockServer *server, const char *user)
{
	for (guint i = 0; i < server->mailboxes->len; i++) {
		EasMockMailbox *mailbox = server->mailboxes->pdata[i];

		if (user == NULL || g_str_equal (mailbox->user, user))
			return mailbox;
	}

	return NULL;
}

void
eas_mock_server_set_versions (EasMockServer *server, const char *versions)
{
	g_free (server->settings.versions);
	server->settings.versions = g_strdup (versions);
}

gboolean
eas_mock_server_use_schemas (EasMockServer *server, const char *folder, GError **error)
{
	EasMockSchemas *schemas = eas_mock_schemas_new (folder, error);

	if (schemas == NULL)
		return FALSE;
	g_clear_pointer (&server->schemas, eas_mock_schemas_free);
	server->schemas = schemas;

	return TRUE;
}

gboolean
eas_mock_server_listen (EasMockServer *server,
			guint port,
			GTlsCertificate *certificate,
			GError **error)
{
	SoupServerListenOptions options = SOUP_SERVER_LISTEN_IPV4_ONLY;

	if (certificate != NULL) {
		soup_server_set_tls_certificate (server->soup, certificate);
		options |= SOUP_SERVER_LISTEN_HTTPS;
	}

	return soup_server_listen_local (server->soup, port, options, error);
}

char *
eas_mock_server_dup_url (EasMockServer *server)
{
	GSList *uris = soup_server_get_uris (server->soup);
	GUri *uri = uris->data;
	char *url =
		g_strdup_printf ("%s://127.0.0.1:%d", g_uri_get_scheme (uri), g_uri_get_port (uri));

	g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
	return url;
}

void
eas_mock_server_clear_log (EasMockServer *server)
{
	g_ptr_array_set_size (server->log, 0);
}
