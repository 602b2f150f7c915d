/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What leaves the server: documents, after the schemas and all faults. */

#include "eas-mock-request.h"

#include <string.h>

#include "eas-item-codec.h"
#include "eas-mock-faults.h"
#include "eas-mock-schemas.h"

#define WBXML_TYPE "application/vnd.ms-sync.wbxml"

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
	*reply = (EasMockReply){ .http_status = SOUP_STATUS_OK };
}

void
eas_mock_reply_set_tree (EasMockReply *reply, EasTag root, EasItemBuilder *builder)
{
	eas_mock_reply_clear (reply);
	reply->root = root;
	reply->tree = eas_item_builder_finish (builder);
}

void
eas_mock_reply_status (EasMockReply *reply, EasTag root, EasTag status_tag, guint status)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	/* The one command whose schema has no status of its own. */
	if (root == EAS_MEETINGRESPONSE_MEETING_RESPONSE)
		eas_item_builder_start (builder, EAS_MEETINGRESPONSE_RESULT);
	eas_item_builder_int (builder, status_tag, status);
	if (root == EAS_MEETINGRESPONSE_MEETING_RESPONSE)
		eas_item_builder_end (builder);
	eas_mock_reply_set_tree (reply, root, builder);
}

/* --- Sending ------------------------------------------------------------- */

static void
write_cut (EasMockRequest *request, const Outgoing *outgoing)
{
	g_autoptr (GIOStream) stream = NULL;
	gsize size = outgoing->body != NULL ? g_bytes_get_size (outgoing->body) : 0;
	g_autofree char *head = NULL;
	GOutputStream *out;

	/* From here on the connection is ours, and its end no news. */
	g_signal_handlers_disconnect_by_data (request->message, request);
	stream = soup_server_message_steal_connection (request->message);
	out = g_io_stream_get_output_stream (stream);
	if (outgoing->is_cut && !outgoing->lost) {
		head = g_strdup_printf (
			"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %" G_GSIZE_FORMAT
			"\r\n\r\n",
			outgoing->content_type != NULL ? outgoing->content_type : WBXML_TYPE, size);
		g_output_stream_write_all (out, head, strlen (head), NULL, NULL, NULL);
		if (size > 0)
			g_output_stream_write_all (out, g_bytes_get_data (outgoing->body, NULL),
						   MIN (outgoing->cut, size), NULL, NULL, NULL);
	}
	g_io_stream_close (stream, NULL, NULL);
}

static void
transmit (EasMockRequest *request, const Outgoing *outgoing)
{
	SoupMessageHeaders *headers = soup_server_message_get_response_headers (request->message);
	SoupMessageBody *body = soup_server_message_get_response_body (request->message);

	request->entry->http_status = outgoing->lost ? 0 : outgoing->http_status;
	if (request->server->settings.log_bodies && outgoing->body != NULL)
		request->entry->answer = g_bytes_ref (outgoing->body);
	request->entry->answer_size =
		outgoing->body != NULL ? g_bytes_get_size (outgoing->body) : 0;
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
	eas_mock_request_free (request);

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
	g_object_set_data_full (G_OBJECT (request->message), "eas-mock-outgoing",
				g_memdup2 (outgoing, sizeof *outgoing), outgoing_free);
	request->timer = eas_mock_server_start_timer (request->server, outgoing->delay,
						      delay_is_over, request);
	*outgoing = (Outgoing){ 0 };
	eas_mock_request_pause (request);
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

	return eas_wbxml_writer_finish (writer);
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
	g_printerr ("eas-mock: invalid answer to %s at %u: %s\n", request->command,
		    request->version, error->message);
	if (server->abort_on_invalid)
		g_error ("an answer broke the schemas");
}

/* Takes @tree and gives what the faults make of it. */
static EasItem *
apply_tree_faults (EasMockRequest *request, EasItem *tree)
{
	static const EasMockFaultKind kinds[] = { EAS_MOCK_FAULT_OMIT, EAS_MOCK_FAULT_REORDER,
						  EAS_MOCK_FAULT_UNKNOWN };

	for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
		const EasMockFault *fault = NULL;
		EasItem *changed;

		if (!eas_mock_faults_take (request->server->faults, kinds[i], request, NULL, NULL,
					   &fault))
			continue;
		changed = eas_mock_fault_change_tree (fault, tree);
		eas_item_unref (tree);
		tree = changed;
	}

	return tree;
}

static GBytes *
make_document (EasMockRequest *request)
{
	EasMockReply *reply = &request->reply;
	g_autoptr (GBytes) plain = encode_document (reply->root, reply->tree);
	g_autoptr (EasItem) tree = NULL;

	check_answer (request, plain);
	if (reply->tree == NULL)
		return g_steal_pointer (&plain);
	tree = apply_tree_faults (request, eas_item_ref (reply->tree));

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
	if (eas_mock_faults_take (faults, EAS_MOCK_FAULT_HEADERS, request, NULL, NULL, &fault))
		eas_mock_request_add_headers (request, fault->text);
	if (eas_mock_faults_take (faults, EAS_MOCK_FAULT_GARBAGE, request, NULL, NULL, NULL))
		changed = g_bytes_new_static ("\x03\x01\x6a\x00\x45\xff\xfe not WBXML", 17);
	if (eas_mock_faults_take (faults, EAS_MOCK_FAULT_CONTENT_TYPE, request, NULL, NULL,
				  &fault)) {
		g_free (outgoing->content_type);
		outgoing->content_type = g_strdup (fault->text);
	}
	if (outgoing->body != NULL &&
	    eas_mock_faults_take (faults, EAS_MOCK_FAULT_GZIP, request, NULL, NULL, NULL)) {
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
	outgoing->lost =
		eas_mock_faults_take (faults, EAS_MOCK_FAULT_LOST, request, NULL, NULL, NULL);
	if (eas_mock_faults_take (faults, EAS_MOCK_FAULT_DELAY, request, NULL, NULL, &fault))
		outgoing->delay = fault->value;
}

void
eas_mock_request_send (EasMockRequest *request)
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
	eas_mock_request_free (request);
}

void
eas_mock_request_send_http (EasMockRequest *request, guint status)
{
	eas_mock_reply_clear (&request->reply);
	request->reply.http_status = status;
	eas_mock_request_send (request);
}

void
eas_mock_request_drop (EasMockRequest *request)
{
	const Outgoing outgoing = { .lost = TRUE };

	transmit (request, &outgoing);
	eas_mock_request_free (request);
}

void
eas_mock_request_add_headers (EasMockRequest *request, const char *lines)
{
	SoupMessageHeaders *headers = soup_server_message_get_response_headers (request->message);
	g_auto (GStrv) each = g_strsplit (lines != NULL ? lines : "", "\n", -1);

	for (guint i = 0; each[i] != NULL; i++) {
		g_auto (GStrv) parts = g_strsplit (each[i], ":", 2);

		if (g_strv_length (parts) == 2)
			soup_message_headers_append (headers, g_strstrip (parts[0]),
						     g_strstrip (parts[1]));
	}
}
