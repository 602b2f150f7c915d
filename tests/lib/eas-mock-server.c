/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The HTTP side of the test server: users, versions, policies, waiting requests. */

#include "eas-mock-server.h"

#include <string.h>

#include "eas-item-codec.h"
#include "eas-mock-command.h"
#include "eas-mock-control.h"
#include "eas-mock-faults.h"
#include "eas-mock-query.h"
#include "eas-mock-schemas.h"

#define WBXML_TYPE  "application/vnd.ms-sync.wbxml"
#define ALL_VERSIONS "12.0,12.1,14.0,14.1,16.0,16.1"
#define LOGIN_PAGE  "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form>User <input></form></body></html>"

/* What goes out, after all faults. */
typedef struct {
	guint http_status;
	char *content_type;
	GBytes *body;
	gboolean gzip;
	gboolean lost;
	gboolean is_cut;
	guint cut;   /* bytes sent of a cut answer */
	guint delay; /* milliseconds */
} Outgoing;

static void
outgoing_clear (Outgoing *outgoing)
{
	g_clear_pointer (&outgoing->content_type, g_free);
	g_clear_pointer (&outgoing->body, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outgoing, outgoing_clear)

/* --- Replies ------------------------------------------------------------- */

void
eas_mock_reply_clear (EasMockReply *reply)
{
	g_clear_pointer (&reply->tree, eas_item_unref);
	g_clear_pointer (&reply->raw, g_bytes_unref);
	g_clear_pointer (&reply->content_type, g_free);
	*reply = (EasMockReply) { .http_status = SOUP_STATUS_OK };
}

void
eas_mock_reply_take_tree (EasMockReply *reply, EasTag root, EasItemBuilder *builder)
{
	eas_mock_reply_clear (reply);
	reply->root = root;
	reply->tree = eas_item_builder_finish (builder);
}

void
eas_mock_reply_status (EasMockReply *reply, EasTag root, EasTag status_tag, guint status)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	eas_item_builder_int (builder, status_tag, status);
	eas_mock_reply_take_tree (reply, root, g_steal_pointer (&builder));
}

/* --- Requests ------------------------------------------------------------ */

static void
log_entry_clear (gpointer data)
{
	EasMockLogEntry *entry = data;

	g_free (entry->user);
	g_free (entry->device);
	g_free (entry->command);
	g_free (entry->version);
	g_free (entry->collections);
}

static void
log_entry_unref (gpointer entry)
{
	g_rc_box_release_full (entry, log_entry_clear);
}

static void
clear_timer (EasMockRequest *request)
{
	if (request->timer != NULL)
		g_source_destroy (request->timer);
	g_clear_pointer (&request->timer, g_source_unref);
}

static void
request_free (EasMockRequest *request)
{
	g_signal_handlers_disconnect_by_data (request->message, request);
	clear_timer (request);
	eas_mock_reply_clear (&request->reply);
	g_clear_pointer (&request->query, g_hash_table_unref);
	g_clear_pointer (&request->raw, g_bytes_unref);
	g_clear_pointer (&request->body, eas_item_unref);
	g_clear_pointer (&request->entry, log_entry_unref);
	g_free (request->command);
	g_free (request->device_id);
	g_free (request->device_type);
	g_object_unref (request->message);
	g_free (request);
}

static EasMockRequest *
request_new (EasMockServer *server, SoupServerMessage *message)
{
	EasMockRequest *request = g_new0 (EasMockRequest, 1);
	SoupMessageBody *body = soup_server_message_get_request_body (message);

	request->server = server;
	request->message = g_object_ref (message);
	request->reply.http_status = SOUP_STATUS_OK;
	if (body->length > 0)
		request->raw = soup_message_body_flatten (body);

	return request;
}

static GSource *
start_timer (EasMockServer *server, guint milliseconds, GSourceFunc callback, gpointer data)
{
	GSource *source = g_timeout_source_new (milliseconds);

	g_source_set_callback (source, callback, data, NULL);
	g_source_attach (source, server->context);

	return source;
}

static void
log_request (EasMockRequest *request)
{
	EasMockLogEntry *entry = g_rc_box_new0 (EasMockLogEntry);

	entry->user = g_strdup (request->mailbox != NULL ? request->mailbox->user : NULL);
	entry->device = g_strdup (request->device_id);
	entry->command = g_strdup (request->command);
	entry->version = g_strdup_printf ("%u.%u", request->version / 10, request->version % 10);
	entry->request_size = request->raw != NULL ? g_bytes_get_size (request->raw) : 0;
	entry->when = g_get_monotonic_time ();
	request->entry = entry;
	g_ptr_array_add (request->server->log, g_rc_box_acquire (entry));
}

/* --- Sending ------------------------------------------------------------- */

static void
write_cut (EasMockRequest *request, const Outgoing *outgoing)
{
	g_autoptr (GIOStream) stream = soup_server_message_steal_connection (request->message);
	gsize size = outgoing->body != NULL ? g_bytes_get_size (outgoing->body) : 0;
	g_autofree char *head = NULL;
	GOutputStream *out = g_io_stream_get_output_stream (stream);

	if (outgoing->is_cut) {
		head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n",
		                        outgoing->content_type != NULL ? outgoing->content_type : WBXML_TYPE, size);
		g_output_stream_write_all (out, head, strlen (head), NULL, NULL, NULL);
		if (size > 0)
			g_output_stream_write_all (out, g_bytes_get_data (outgoing->body, NULL), MIN (outgoing->cut, size), NULL, NULL, NULL);
	}
	g_io_stream_close (stream, NULL, NULL);
}

static void
transmit (EasMockRequest *request, const Outgoing *outgoing)
{
	SoupMessageHeaders *headers = soup_server_message_get_response_headers (request->message);
	SoupMessageBody *body = soup_server_message_get_response_body (request->message);

	request->entry->http_status = outgoing->lost ? 0 : outgoing->http_status;
	request->entry->answer_size = outgoing->body != NULL ? g_bytes_get_size (outgoing->body) : 0;
	if (outgoing->lost || outgoing->is_cut) {
		write_cut (request, outgoing);
		return;
	}

	soup_server_message_set_status (request->message, outgoing->http_status, NULL);
	soup_message_headers_replace (headers, "MS-Server-ActiveSync", "15.2");
	soup_message_headers_replace (headers, "Cache-Control", "private");
	if (outgoing->content_type != NULL)
		soup_message_headers_replace (headers, "Content-Type", outgoing->content_type);
	if (outgoing->gzip)
		soup_message_headers_replace (headers, "Content-Encoding", "gzip");
	if (outgoing->body != NULL)
		soup_message_body_append_bytes (body, outgoing->body);
	soup_message_body_complete (body);
	if (request->paused)
		soup_server_message_unpause (request->message);
}

static gboolean
delay_is_over (gpointer data)
{
	EasMockRequest *request = data;
	Outgoing *outgoing = g_object_get_data (G_OBJECT (request->message), "eas-mock-outgoing");

	transmit (request, outgoing);
	request_free (request);

	return G_SOURCE_REMOVE;
}

static void
outgoing_free (gpointer data)
{
	outgoing_clear (data);
	g_free (data);
}

/* Consumes @request. */
static void
send_later (EasMockRequest *request, Outgoing *outgoing)
{
	g_object_set_data_full (G_OBJECT (request->message), "eas-mock-outgoing", g_memdup2 (outgoing, sizeof *outgoing), outgoing_free);
	request->timer = start_timer (request->server, outgoing->delay, delay_is_over, request);
	*outgoing = (Outgoing) { 0 };
	if (!request->paused)
		soup_server_message_pause (request->message);
	request->paused = TRUE;
}

static GBytes *
encode_document (EasTag root, const EasItem *tree)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	if (tree == NULL || eas_item_n_children (tree, EAS_ITEM_ROOT) == 0) {
		eas_wbxml_writer_empty (writer, root);
	} else {
		eas_wbxml_writer_start (writer, root);
		eas_item_write (tree, writer);
		eas_wbxml_writer_end (writer);
	}

	return eas_wbxml_writer_finish (g_steal_pointer (&writer));
}

/* From 14.0 up every document has to pass Microsoft's schemas, before any fault touches it. */
static void
check_answer (EasMockRequest *request, GBytes *document)
{
	EasMockServer *server = request->server;
	g_autoptr (GError) error = NULL;

	if (server->schemas == NULL || request->version < 140 ||
	    eas_mock_schemas_check (server->schemas, request->command, document, &error))
		return;

	server->n_invalid++;
	g_printerr ("eas-mock: invalid answer to %s at %u: %s\n", request->command, request->version, error->message);
	if (server->abort_on_invalid)
		g_error ("an answer broke the schemas");
}

static GBytes *
make_document (EasMockRequest *request)
{
	EasMockReply *reply = &request->reply;
	g_autoptr (GBytes) plain = encode_document (reply->root, reply->tree);
	g_autoptr (EasItem) tree = reply->tree != NULL ? eas_item_ref (reply->tree) : NULL;
	EasMockFaults *faults = request->server->faults;

	check_answer (request, plain);
	if (tree != NULL && eas_mock_faults_take (faults, EAS_MOCK_FAULT_REORDER, request, NULL, NULL, NULL)) {
		EasItem *changed = eas_mock_fault_reorder (tree);

		eas_item_unref (tree);
		tree = changed;
	}
	if (tree != NULL && eas_mock_faults_take (faults, EAS_MOCK_FAULT_UNKNOWN, request, NULL, NULL, NULL)) {
		EasItem *changed = eas_mock_fault_unknown (tree);

		eas_item_unref (tree);
		tree = changed;
	}

	return tree != reply->tree ? encode_document (reply->root, tree) : g_steal_pointer (&plain);
}

static void
apply_byte_faults (EasMockRequest *request, Outgoing *outgoing)
{
	EasMockFaults *faults = request->server->faults;
	const EasMockFault *fault = NULL;
	GBytes *changed = NULL;

	if (eas_mock_faults_take (faults, EAS_MOCK_FAULT_EMPTY, request, NULL, NULL, NULL))
		g_clear_pointer (&outgoing->body, g_bytes_unref);
	if (eas_mock_faults_take (faults, EAS_MOCK_FAULT_GARBAGE, request, NULL, NULL, NULL))
		changed = g_bytes_new_static ("\x03\x01\x6a\x00\x45\xff\xfe not WBXML", 17);
	if (eas_mock_faults_take (faults, EAS_MOCK_FAULT_CONTENT_TYPE, request, NULL, NULL, &fault)) {
		g_free (outgoing->content_type);
		outgoing->content_type = g_strdup (fault->text);
	}
	if (outgoing->body != NULL && eas_mock_faults_take (faults, EAS_MOCK_FAULT_GZIP, request, NULL, NULL, NULL)) {
		changed = eas_mock_fault_gzip (outgoing->body);
		outgoing->gzip = TRUE;
	}
	if (eas_mock_faults_take (faults, EAS_MOCK_FAULT_BOMB, request, NULL, NULL, &fault)) {
		changed = eas_mock_fault_bomb (fault->value);
		outgoing->gzip = TRUE;
	}
	if (changed != NULL) {
		g_clear_pointer (&outgoing->body, g_bytes_unref);
		outgoing->body = changed;
	}
	if (eas_mock_faults_take (faults, EAS_MOCK_FAULT_CUT, request, NULL, NULL, &fault)) {
		outgoing->is_cut = TRUE;
		outgoing->cut = fault->value;
	}
	outgoing->lost = eas_mock_faults_take (faults, EAS_MOCK_FAULT_LOST, request, NULL, NULL, NULL);
	if (eas_mock_faults_take (faults, EAS_MOCK_FAULT_DELAY, request, NULL, NULL, &fault))
		outgoing->delay = fault->value;
}

/* Consumes @request. */
static void
send_reply (EasMockRequest *request)
{
	g_auto (Outgoing) outgoing = { .http_status = request->reply.http_status };

	if (request->reply.raw != NULL) {
		outgoing.body = g_bytes_ref (request->reply.raw);
		outgoing.content_type = g_strdup (request->reply.content_type);
	} else if (request->reply.root != EAS_TAG_NONE) {
		outgoing.body = make_document (request);
		outgoing.content_type = g_strdup (WBXML_TYPE);
	}
	apply_byte_faults (request, &outgoing);

	if (outgoing.delay > 0) {
		send_later (request, &outgoing);
		return;
	}
	transmit (request, &outgoing);
	request_free (request);
}

static void
send_http (EasMockRequest *request, guint status)
{
	eas_mock_reply_clear (&request->reply);
	request->reply.http_status = status;
	send_reply (request);
}

/* --- Waiting ------------------------------------------------------------- */

static void run_command (EasMockRequest *request);

static gboolean
wait_is_over (gpointer data)
{
	EasMockRequest *request = data;

	g_ptr_array_remove_fast (request->server->waiting, request);
	clear_timer (request);
	request->timed_out = TRUE;
	run_command (request);

	return G_SOURCE_REMOVE;
}

static void
on_disconnected (SoupServerMessage *message, gpointer data)
{
	EasMockRequest *request = data;

	g_ptr_array_remove_fast (request->server->waiting, request);
	request_free (request);
}

static void
hold (EasMockRequest *request)
{
	gint64 left = MAX (0, request->wait_until - g_get_monotonic_time ()) / 1000;

	g_ptr_array_add (request->server->waiting, request);
	request->timer = start_timer (request->server, left, wait_is_over, request);
	if (!request->paused) {
		request->paused = TRUE;
		soup_server_message_pause (request->message);
		g_signal_connect (request->message, "disconnected", G_CALLBACK (on_disconnected), request);
	}
}

static void
ask_again (EasMockServer *server, gboolean timed_out, EasMockDevice *device, const char *command)
{
	g_autoptr (GPtrArray) requests = g_ptr_array_new ();

	for (guint i = 0; i < server->waiting->len; i++) {
		EasMockRequest *request = server->waiting->pdata[i];

		if ((device == NULL || request->device == device) && (command == NULL || g_str_equal (request->command, command)))
			g_ptr_array_add (requests, request);
	}
	for (guint i = 0; i < requests->len; i++) {
		EasMockRequest *request = requests->pdata[i];

		g_ptr_array_remove_fast (server->waiting, request);
		clear_timer (request);
		request->timed_out = timed_out;
		run_command (request);
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

/* --- The rules before a command ------------------------------------------ */

/* A status of 14.0 and up, or its HTTP form before. */
static void
refuse (EasMockRequest *request, guint status, guint http_status)
{
	const EasMockCommand *command = eas_mock_command_by_name (request->command);

	if (request->version >= 140 && command != NULL && command->status != EAS_TAG_NONE) {
		eas_mock_reply_status (&request->reply, command->root, command->status, status);
		send_reply (request);
		return;
	}
	send_http (request, http_status);
}

static gboolean
authenticate (EasMockRequest *request)
{
	SoupMessageHeaders *headers = soup_server_message_get_request_headers (request->message);
	const char *value = soup_message_headers_get_one (headers, "Authorization");
	g_autofree guchar *decoded = NULL;
	g_autofree char *login = NULL;
	char *password, *user;
	gsize size = 0;

	if (value == NULL || g_ascii_strncasecmp (value, "Basic ", 6) != 0)
		return FALSE;
	decoded = g_base64_decode (value + 6, &size);
	login = g_strndup ((const char *) decoded, size);
	password = strchr (login, ':');
	if (password == NULL)
		return FALSE;
	*password++ = '\0';
	user = strchr (login, '\\') != NULL ? strchr (login, '\\') + 1 : login;

	for (guint i = 0; i < request->server->mailboxes->len; i++) {
		EasMockMailbox *mailbox = request->server->mailboxes->pdata[i];

		if ((g_str_equal (mailbox->user, user) || g_str_equal (mailbox->address, user)) && g_str_equal (mailbox->password, password)) {
			request->mailbox = mailbox;
			return TRUE;
		}
	}

	return FALSE;
}

static gboolean
offers_version (EasMockServer *server, guint version)
{
	g_auto (GStrv) versions = g_strsplit (server->settings.versions, ",", -1);

	for (guint i = 0; versions[i] != NULL; i++) {
		if (version != 0 && eas_mock_version_from_text (g_strstrip (versions[i])) == version)
			return TRUE;
	}

	return FALSE;
}

static gboolean
is_device_id (const char *id)
{
	gsize length = id != NULL ? strlen (id) : 0;

	for (gsize i = 0; i < length; i++) {
		if (!g_ascii_isalnum (id[i]))
			return FALSE;
	}

	return length >= 1 && length <= 32;
}

static gboolean
has_wbxml_type (EasMockRequest *request)
{
	SoupMessageHeaders *headers = soup_server_message_get_request_headers (request->message);
	const char *type = soup_message_headers_get_content_type (headers, NULL);

	return g_strcmp0 (type, WBXML_TYPE) == 0 || g_strcmp0 (type, "application/vnd.ms-sync") == 0;
}

static gboolean
decode_body (EasMockRequest *request)
{
	g_auto (EasWbxmlReader) reader = { 0 };

	eas_wbxml_reader_init (&reader, request->raw);
	if (!eas_wbxml_reader_root (&reader, &request->root))
		return FALSE;
	request->body = eas_item_read (&reader);

	return request->body != NULL && eas_wbxml_reader_finish (&reader, NULL);
}

/* TRUE when the answer has been sent; [MS-ASHTTP] 3.2.5.1, [MS-ASCMD] 2.2.2 Common Status Codes. */
static gboolean
refuse_framing (EasMockRequest *request, const EasMockCommand *command)
{
	if (command == NULL || command->handle == NULL || request->version < command->since || request->version > command->until)
		refuse (request, 137, SOUP_STATUS_NOT_IMPLEMENTED);
	else if (!is_device_id (request->device_id))
		refuse (request, 108, SOUP_STATUS_BAD_REQUEST);
	else if (request->device_type == NULL || *request->device_type == '\0')
		refuse (request, 109, SOUP_STATUS_BAD_REQUEST);
	else if (request->raw == NULL && command->needs_body)
		refuse (request, 101, SOUP_STATUS_BAD_REQUEST);
	else if (request->raw != NULL && !has_wbxml_type (request))
		refuse (request, 101, SOUP_STATUS_BAD_REQUEST);
	else if (request->raw != NULL && !decode_body (request))
		refuse (request, 102, SOUP_STATUS_BAD_REQUEST);
	else if (request->raw != NULL && request->root != command->root)
		refuse (request, 103, SOUP_STATUS_BAD_REQUEST);
	else
		return FALSE;

	return TRUE;
}

/* TRUE when the answer has been sent. Source: [MS-ASPROV] 3.2.5.1, [MS-ASHTTP] 2.2.1.1.2.6 X-MS-PolicyKey. */
static gboolean
refuse_policy (EasMockRequest *request, const EasMockCommand *command)
{
	EasMockDevice *device = request->device;
	guint need_provisioning = 449;

	if (!command->needs_policy)
		return FALSE;
	if (device->wipe == EAS_MOCK_WIPE_DEVICE || device->wipe == EAS_MOCK_WIPE_ACCOUNT) {
		refuse (request, 140, request->has_policy_key ? need_provisioning : SOUP_STATUS_FORBIDDEN);
		return TRUE;
	}
	if (!request->server->settings.policy)
		return FALSE;
	if (device->policy_key == 0 || !request->has_policy_key || request->policy_key == 0)
		refuse (request, 142, need_provisioning);
	else if (request->policy_key != device->policy_key)
		refuse (request, 144, need_provisioning);
	else
		return FALSE;

	return TRUE;
}

static void
note_device (EasMockRequest *request)
{
	SoupMessageHeaders *headers = soup_server_message_get_request_headers (request->message);
	const char *agent = soup_message_headers_get_one (headers, "User-Agent");

	request->device = eas_mock_device_get (request->mailbox, request->device_id, request->device_type);
	g_free (request->device->user_agent);
	request->device->user_agent = g_strdup (agent);
}

/* The ids a Sync or Ping names, for the log and for faults. */
static void
note_collections (EasMockRequest *request)
{
	g_autoptr (GString) list = g_string_new (NULL);
	gboolean ping = request->root == EAS_PING_PING;
	EasTag outer = ping ? EAS_PING_FOLDERS : EAS_AIRSYNC_COLLECTIONS;
	EasTag inner = ping ? EAS_PING_FOLDER : EAS_AIRSYNC_COLLECTION;
	EasTag id_tag = ping ? EAS_PING_ID : EAS_AIRSYNC_COLLECTION_ID;
	EasItemSlot parent, slot;

	if (request->body == NULL || (!ping && request->root != EAS_AIRSYNC_SYNC))
		return;
	parent = eas_item_child (request->body, EAS_ITEM_ROOT, outer);
	for (slot = eas_item_child (request->body, parent, inner); slot != EAS_ITEM_NONE; slot = eas_item_sibling (request->body, slot, inner)) {
		const char *id = eas_mock_text (request->body, slot, id_tag);

		g_string_append_printf (list, "%s%s", list->len > 0 ? "," : "", id != NULL ? id : "");
	}
	g_free (request->entry->collections);
	request->entry->collections = g_string_free (g_steal_pointer (&list), FALSE);
}

/* --- Running ------------------------------------------------------------- */

/* Consumes @request. */
static void
run_command (EasMockRequest *request)
{
	const EasMockCommand *command = eas_mock_command_by_name (request->command);

	request->wait_until = 0;
	eas_mock_reply_clear (&request->reply);
	command->handle (request);
	if (request->wait_until != 0 && !request->timed_out)
		hold (request);
	else
		send_reply (request);
}

static gboolean
set_header_line (const char *line, SoupMessageHeaders *headers)
{
	g_auto (GStrv) parts = g_strsplit (line, ":", 2);

	if (g_strv_length (parts) != 2)
		return FALSE;
	soup_message_headers_replace (headers, g_strstrip (parts[0]), g_strstrip (parts[1]));

	return TRUE;
}

static void
fail_http (EasMockRequest *request, const EasMockFault *fault)
{
	g_auto (GStrv) lines = g_strsplit (fault->text != NULL ? fault->text : "", "\n", -1);

	for (guint i = 0; lines[i] != NULL; i++)
		set_header_line (lines[i], soup_server_message_get_response_headers (request->message));
	send_http (request, fault->value);
}

/* Faults that come before anything is done; TRUE when the request is answered. */
static gboolean
fail_early (EasMockRequest *request)
{
	EasMockFaults *faults = request->server->faults;
	const EasMockFault *fault = NULL;

	if (eas_mock_faults_take (faults, EAS_MOCK_FAULT_DROP, request, NULL, NULL, NULL)) {
		const Outgoing outgoing = { .lost = TRUE };

		transmit (request, &outgoing);
		request_free (request);
	} else if (eas_mock_faults_take (faults, EAS_MOCK_FAULT_HTTP, request, NULL, NULL, &fault)) {
		fail_http (request, fault);
	} else if (eas_mock_faults_take (faults, EAS_MOCK_FAULT_HTML, request, NULL, NULL, NULL)) {
		request->reply.raw = g_bytes_new_static (LOGIN_PAGE, strlen (LOGIN_PAGE));
		request->reply.content_type = g_strdup ("text/html; charset=utf-8");
		send_reply (request);
	} else {
		return FALSE;
	}

	return TRUE;
}

static void
answer_options (EasMockRequest *request)
{
	SoupMessageHeaders *headers = soup_server_message_get_response_headers (request->message);

	soup_message_headers_replace (headers, "MS-ASProtocolVersions", request->server->settings.versions);
	soup_message_headers_replace (headers, "MS-ASProtocolCommands", request->server->settings.commands);
	soup_message_headers_replace (headers, "Public", "OPTIONS,POST");
	soup_message_headers_replace (headers, "Allow", "OPTIONS,POST");
	send_http (request, SOUP_STATUS_OK);
}

static void
answer_post (EasMockRequest *request)
{
	const EasMockCommand *command = eas_mock_command_by_name (request->command);
	const EasMockFault *fault = NULL;

	if (!offers_version (request->server, request->version)) {
		refuse (request, 138, request->version != 0 && request->version < 25 ? 505 : SOUP_STATUS_BAD_REQUEST);
		return;
	}
	if (refuse_framing (request, command))
		return;
	note_device (request);
	note_collections (request);
	if (refuse_policy (request, command))
		return;
	if (eas_mock_faults_take (request->server->faults, EAS_MOCK_FAULT_STATUS, request, NULL, NULL, &fault)) {
		eas_mock_reply_status (&request->reply, command->root, command->status, fault->value);
		send_reply (request);
		return;
	}
	run_command (request);
}

static void
ask_for_credentials (EasMockRequest *request)
{
	SoupMessageHeaders *headers = soup_server_message_get_response_headers (request->message);

	soup_message_headers_replace (headers, "WWW-Authenticate", "Basic realm=\"eas-test-server\"");
	send_http (request, SOUP_STATUS_UNAUTHORIZED);
}

static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
	EasMockServer *server = data;
	EasMockRequest *request = request_new (server, message);
	const char *method = soup_server_message_get_method (message);
	GUri *uri = soup_server_message_get_uri (message);
	gboolean options = g_str_equal (method, "OPTIONS");
	gboolean understood = TRUE;

	if (options)
		request->command = g_strdup ("OPTIONS");
	else
		understood = eas_mock_request_read_query (request, g_uri_get_query (uri), soup_server_message_get_request_headers (message));
	log_request (request);

	if (!options && !g_str_equal (method, "POST"))
		send_http (request, SOUP_STATUS_NOT_IMPLEMENTED);
	else if (fail_early (request))
		return;
	else if (!authenticate (request))
		ask_for_credentials (request);
	else if (!understood)
		send_http (request, SOUP_STATUS_BAD_REQUEST);
	else if (options)
		answer_options (request);
	else
		answer_post (request);
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
	server->log = g_ptr_array_new_with_free_func (log_entry_unref);
	server->faults = eas_mock_faults_new ();
	server->settings = (EasMockSettings) {
		.versions = g_strdup (ALL_VERSIONS),
		.commands = eas_mock_command_dup_list (),
		.policy_attachments = TRUE,
		.detect_duplicates = TRUE,
		.empty_answers = TRUE,
		.ping_minimum = 60,
		.ping_maximum = 3540,
		.max_folders = 200,
		.max_collections = 300,
		.max_window = 512,
	};
	soup_server_add_handler (server->soup, EAS_MOCK_PATH, on_request, server, NULL);
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

		request_free (request);
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
eas_mock_server_listen (EasMockServer *server, guint port, GTlsCertificate *certificate, GError **error)
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
	char *url = g_strdup_printf ("%s://127.0.0.1:%d", g_uri_get_scheme (uri), g_uri_get_port (uri));

	g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
	return url;
}

void
eas_mock_server_clear_log (EasMockServer *server)
{
	g_ptr_array_set_size (server->log, 0);
}
