/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The rules of HTTP before a command runs: login, version, device, policy. */

#include "eas-mock-request.h"

#include <string.h>

#include "eas-item-codec.h"
#include "eas-mock-command.h"
#include "eas-mock-faults.h"
#include "eas-mock-query.h"

#define WBXML_TYPE "application/vnd.ms-sync.wbxml"
#define LOGIN_PAGE                                                                                 \
	"<!DOCTYPE html><html><head><title>Sign in</title></head><body><form>User "                \
	"<input></form></body></html>"

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
	g_free (entry->user_agent);
	g_free (entry->cookie);
	g_free (entry->policy_key);
	g_clear_pointer (&entry->request, g_bytes_unref);
	g_clear_pointer (&entry->answer, g_bytes_unref);
}

void
eas_mock_log_entry_unref (gpointer entry)
{
	g_rc_box_release_full (entry, log_entry_clear);
}

void
eas_mock_request_clear_timer (EasMockRequest *request)
{
	if (request->timer != NULL)
		g_source_destroy (request->timer);
	g_clear_pointer (&request->timer, g_source_unref);
	if (request->hangup != NULL)
		g_source_destroy (request->hangup);
	g_clear_pointer (&request->hangup, g_source_unref);
}

void
eas_mock_request_free (EasMockRequest *request)
{
	g_signal_handlers_disconnect_by_data (request->message, request);
	eas_mock_request_clear_timer (request);
	eas_mock_reply_clear (&request->reply);
	g_clear_pointer (&request->query, g_hash_table_unref);
	g_clear_pointer (&request->raw, g_bytes_unref);
	g_clear_pointer (&request->body, eas_item_unref);
	g_clear_pointer (&request->entry, eas_mock_log_entry_unref);
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

static void
log_request (EasMockRequest *request)
{
	SoupMessageHeaders *headers = soup_server_message_get_request_headers (request->message);
	EasMockLogEntry *entry = g_rc_box_new0 (EasMockLogEntry);

	entry->user = g_strdup (request->mailbox != NULL ? request->mailbox->user : NULL);
	entry->device = g_strdup (request->device_id);
	entry->command = g_strdup (request->command);
	entry->version = g_strdup_printf ("%u.%u", request->version / 10, request->version % 10);
	entry->request_size = request->raw != NULL ? g_bytes_get_size (request->raw) : 0;
	entry->user_agent = g_strdup (soup_message_headers_get_one (headers, "User-Agent"));
	entry->cookie = g_strdup (soup_message_headers_get_list (headers, "Cookie"));
	if (request->has_policy_key)
		entry->policy_key = g_strdup_printf ("%u", request->policy_key);
	if (request->server->settings.log_bodies && request->raw != NULL)
		entry->request = g_bytes_ref (request->raw);
	entry->when = g_get_monotonic_time ();
	request->entry = entry;
	g_ptr_array_add (request->server->log, g_rc_box_acquire (entry));
}

/* --- The rules before a command ------------------------------------------ */

/* A status of 14.0 and up, or its HTTP form before. */
static void
refuse (EasMockRequest *request, guint status, guint http_status)
{
	const EasMockCommand *command = eas_mock_command_by_name (request->command);

	if (request->version >= 140 && command != NULL && command->status != EAS_TAG_NONE) {
		eas_mock_reply_status (&request->reply, command->root, command->status, status);
		eas_mock_request_send (request);
		return;
	}
	eas_mock_request_send_http (request, http_status);
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

		if ((g_str_equal (mailbox->user, user) || g_str_equal (mailbox->address, user)) &&
		    g_str_equal (mailbox->password, password)) {
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
		if (version != 0 &&
		    eas_mock_version_from_text (g_strstrip (versions[i])) == version)
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

	return g_strcmp0 (type, WBXML_TYPE) == 0 ||
	       g_strcmp0 (type, "application/vnd.ms-sync") == 0;
}

/* request->body stays NULL when the body is no WBXML. */
static void
decode_body (EasMockRequest *request)
{
	g_auto (EasWbxmlReader) reader = { 0 };
	g_autoptr (EasItem) body = NULL;

	if (request->raw == NULL)
		return;
	eas_wbxml_reader_init (&reader, request->raw);
	if (eas_wbxml_reader_root (&reader, &request->root))
		body = eas_item_read (&reader);
	if (eas_wbxml_reader_finish (&reader, NULL))
		request->body = g_steal_pointer (&body);
}

/* Identifiers: 1 to 64 characters, wherever they are. [MS-ASCMD] 2.2.3 */
static const EasTag id_tags[] = {
	EAS_AIRSYNC_SYNC_KEY,          EAS_AIRSYNC_SERVER_ID,
	EAS_AIRSYNC_CLIENT_ID,         EAS_AIRSYNC_COLLECTION_ID,
	EAS_MOVE_SRC_MSG_ID,           EAS_MOVE_SRC_FLD_ID,
	EAS_MOVE_DST_FLD_ID,           EAS_PING_ID,
	EAS_FOLDERHIERARCHY_SERVER_ID, EAS_FOLDERHIERARCHY_PARENT_ID,
	EAS_FOLDERHIERARCHY_SYNC_KEY,  EAS_GETITEMESTIMATE_COLLECTION_ID,
};

static gboolean
is_id (EasTag tag)
{
	for (guint i = 0; i < G_N_ELEMENTS (id_tags); i++) {
		if (id_tags[i] == tag)
			return TRUE;
	}

	return FALSE;
}

static gboolean
has_good_ids (const EasItem *body, EasItemSlot parent)
{
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, body, parent, EAS_TAG_NONE) {
		const char *text = eas_item_text (body, slot);

		if (is_id (eas_item_tag (body, slot)) &&
		    (text == NULL || *text == '\0' || g_utf8_strlen (text, -1) > 64))
			return FALSE;
		if (!has_good_ids (body, slot))
			return FALSE;
	}

	return TRUE;
}

/* TRUE when the answer has been sent; [MS-ASHTTP] 3.2.5.1, [MS-ASCMD] 2.2.2 Common Status Codes. */
static gboolean
refuse_framing (EasMockRequest *request, const EasMockCommand *command)
{
	if (command == NULL || command->handle == NULL || request->version < command->since ||
	    request->version > command->until)
		refuse (request, 137, SOUP_STATUS_NOT_IMPLEMENTED);
	else if (!is_device_id (request->device_id))
		refuse (request, 108, SOUP_STATUS_BAD_REQUEST);
	else if (request->device_type == NULL || *request->device_type == '\0')
		refuse (request, 109, SOUP_STATUS_BAD_REQUEST);
	else if (request->raw == NULL && command->needs_body)
		refuse (request, 101, SOUP_STATUS_BAD_REQUEST);
	else if (request->raw != NULL && !has_wbxml_type (request))
		refuse (request, 101, SOUP_STATUS_BAD_REQUEST);
	else if (request->raw != NULL && request->body == NULL)
		refuse (request, 102, SOUP_STATUS_BAD_REQUEST);
	else if (request->raw != NULL &&
		 (request->root != command->root || !has_good_ids (request->body, EAS_ITEM_ROOT)))
		refuse (request, 103, SOUP_STATUS_BAD_REQUEST);
	else
		return FALSE;

	return TRUE;
}

/* TRUE when the answer has been sent. Source: [MS-ASPROV] 3.2.5.1, [MS-ASHTTP] 2.2.1.1.2.6
 * X-MS-PolicyKey. */
static gboolean
refuse_policy (EasMockRequest *request, const EasMockCommand *command)
{
	EasMockDevice *device = request->device;
	guint need_provisioning = 449;

	if (!command->needs_policy)
		return FALSE;
	if (device->wipe == EAS_MOCK_WIPE_DEVICE || device->wipe == EAS_MOCK_WIPE_ACCOUNT) {
		refuse (request, 140,
			request->has_policy_key ? need_provisioning : SOUP_STATUS_FORBIDDEN);
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

	request->device =
		eas_mock_device_get (request->mailbox, request->device_id, request->device_type);
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
	EAS_MOCK_EACH (slot, request->body, parent, inner) {
		const char *id = eas_mock_text (request->body, slot, id_tag);

		g_string_append_printf (list, "%s%s", list->len > 0 ? "," : "",
					id != NULL ? id : "");
	}
	g_free (request->entry->collections);
	request->entry->collections = g_string_free (g_steal_pointer (&list), FALSE);
}

/* --- Answering ----------------------------------------------------------- */

static void
fail_http (EasMockRequest *request, const EasMockFault *fault)
{
	eas_mock_request_add_headers (request, fault->text);
	eas_mock_request_send_http (request, fault->value);
}

/* Faults that come before anything is done; TRUE when the request is answered. */
static gboolean
fail_early (EasMockRequest *request)
{
	EasMockFaults *faults = request->server->faults;
	const EasMockFault *fault = NULL;

	if (eas_mock_faults_take (faults, EAS_MOCK_FAULT_DROP, request, NULL, NULL, NULL)) {
		eas_mock_request_drop (request);
	} else if (eas_mock_faults_take (faults, EAS_MOCK_FAULT_HTTP, request, NULL, NULL,
					 &fault)) {
		fail_http (request, fault);
	} else if (eas_mock_faults_take (faults, EAS_MOCK_FAULT_HTML, request, NULL, NULL, NULL)) {
		request->reply.raw = g_bytes_new_static (LOGIN_PAGE, strlen (LOGIN_PAGE));
		request->reply.content_type = g_strdup ("text/html; charset=utf-8");
		eas_mock_request_send (request);
	} else {
		return FALSE;
	}

	return TRUE;
}

static void
answer_options (EasMockRequest *request)
{
	SoupMessageHeaders *headers = soup_server_message_get_response_headers (request->message);

	soup_message_headers_replace (headers, "MS-ASProtocolVersions",
				      request->server->settings.versions);
	soup_message_headers_replace (headers, "MS-ASProtocolCommands",
				      request->server->settings.commands);
	soup_message_headers_replace (headers, "Public", "OPTIONS,POST");
	soup_message_headers_replace (headers, "Allow", "OPTIONS,POST");
	eas_mock_request_send_http (request, SOUP_STATUS_OK);
}

static void
answer_post (EasMockRequest *request)
{
	const EasMockCommand *command = eas_mock_command_by_name (request->command);
	const EasMockFault *fault = NULL;

	if (!offers_version (request->server, request->version)) {
		refuse (request, 138,
			request->version != 0 && request->version < 25 ? 505
								       : SOUP_STATUS_BAD_REQUEST);
		return;
	}
	if (refuse_framing (request, command))
		return;
	note_device (request);
	if (refuse_policy (request, command))
		return;
	if (eas_mock_faults_take (request->server->faults, EAS_MOCK_FAULT_STATUS, request, NULL,
				  NULL, &fault)) {
		eas_mock_reply_status (&request->reply, command->root, command->status,
				       fault->value);
		eas_mock_request_send (request);
		return;
	}
	eas_mock_request_run (request);
}

static void
ask_for_credentials (EasMockRequest *request)
{
	SoupMessageHeaders *headers = soup_server_message_get_response_headers (request->message);

	soup_message_headers_replace (headers, "WWW-Authenticate",
				      "Basic realm=\"eas-test-server\"");
	eas_mock_request_send_http (request, SOUP_STATUS_UNAUTHORIZED);
}

void
eas_mock_http_handle (SoupServer *soup,
		      SoupServerMessage *message,
		      const char *path,
		      GHashTable *query,
		      gpointer server)
{
	EasMockRequest *request = request_new (server, message);
	const char *method = soup_server_message_get_method (message);
	GUri *uri = soup_server_message_get_uri (message);
	gboolean options = g_str_equal (method, "OPTIONS");
	gboolean understood = TRUE, may_enter;

	if (options)
		request->command = g_strdup ("OPTIONS");
	else
		understood = eas_mock_request_read_query (
			request, g_uri_get_query (uri),
			soup_server_message_get_request_headers (message));
	may_enter = authenticate (request);
	decode_body (request);
	log_request (request);
	note_collections (request);

	if (!options && !g_str_equal (method, "POST"))
		eas_mock_request_send_http (request, SOUP_STATUS_NOT_IMPLEMENTED);
	else if (fail_early (request))
		return;
	else if (!may_enter)
		ask_for_credentials (request);
	else if (!understood)
		eas_mock_request_send_http (request, SOUP_STATUS_BAD_REQUEST);
	else if (options)
		answer_options (request);
	else
		answer_post (request);
}
