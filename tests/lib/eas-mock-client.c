/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A bare client for the tests of the test server. */

#include "eas-mock-client.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <string.h>

#include "eas-mock-command.h"
#include "eas-mock-query.h"
#include "eas-wbxml-xml.h"

#define WBXML_TYPE "application/vnd.ms-sync.wbxml"
#define LAST_PAGE  25

typedef struct {
	SoupMessage *message;
	GBytes *body;
	GError *error;
	gboolean done;
} Pending;

/* --- Client -------------------------------------------------------------- */

const char *
eas_mock_client_schemas (void)
{
	static char *folder = NULL;

	if (folder == NULL) {
		g_autofree char *probe = NULL;

		folder = g_test_build_filename (G_TEST_DIST, "..", "..", "shared", "protocol",
						"xsd", NULL);
		probe = g_build_filename (folder, "SyncResponse.xsd", NULL);
		if (!g_file_test (probe, G_FILE_TEST_EXISTS))
			*folder = '\0';
	}

	return *folder != '\0' ? folder : NULL;
}

EasMockClient *
eas_mock_client_new (const char *version)
{
	EasMockClient *client = g_new0 (EasMockClient, 1);
	g_autofree char *origin = NULL;
	g_autoptr (GError) error = NULL;

	client->server = eas_mock_server_new ();
	client->server->abort_on_invalid = TRUE;
	client->mailbox = eas_mock_server_add_user (client->server, "user", "secret");
	if (eas_mock_client_schemas () != NULL) {
		eas_mock_server_use_schemas (client->server, eas_mock_client_schemas (), &error);
		g_assert_no_error (error);
	}
	eas_mock_server_listen (client->server, 0, NULL, &error);
	g_assert_no_error (error);
	client->url = eas_mock_server_dup_url (client->server);
	client->session = soup_session_new_with_options ("timeout", 20, NULL);
	client->device = g_strdup ("device1");
	client->password = "secret";
	client->version = version;
	client->content_type = WBXML_TYPE;

	return client;
}

void
eas_mock_client_free (EasMockClient *client)
{
	soup_session_abort (client->session);
	eas_mock_client_settle (client);
	g_object_unref (client->session);
	eas_mock_server_free (client->server);
	g_free (client->url);
	g_free (client->device);
	g_free (client);
}

void
eas_mock_client_settle (EasMockClient *client)
{
	/* Bounded: a timer that fires at once must not keep us here. */
	for (guint i = 0; i < 1000 && g_main_context_iteration (NULL, FALSE); i++)
		;
}

/* --- Requests ------------------------------------------------------------ */

static char *
declare_prefixes (const char *xml)
{
	g_autoptr (GString) text = g_string_new (NULL);
	gsize name = strcspn (xml, " />");

	g_string_append_len (text, xml, name);
	for (guint page = 0; page <= LAST_PAGE; page++) {
		const char *uri = eas_page_get_name (page);
		g_autofree char *prefix = uri != NULL ? g_ascii_strdown (uri, -1) : NULL;

		if (uri != NULL)
			g_string_append_printf (text, " xmlns:%s=\"%s\"", prefix, uri);
	}
	g_string_append (text, " xmlns:g=\"urn:eas:golden\"");
	g_string_append (text, xml + name);

	return g_string_free (g_steal_pointer (&text), FALSE);
}

static GBytes *
encode (const char *xml)
{
	g_autofree char *declared = declare_prefixes (xml);
	g_autoptr (GError) error = NULL;
	GBytes *bytes = eas_wbxml_from_xml (declared, -1, &error);

	g_assert_no_error (error);
	return bytes;
}

static void
append_short_string (GByteArray *bytes, const char *text)
{
	guint8 length = strlen (text);

	g_byte_array_append (bytes, &length, 1);
	g_byte_array_append (bytes, (const guint8 *) text, length);
}

static char *
binary_query (EasMockClient *client, const char *command)
{
	g_autoptr (GByteArray) bytes = g_byte_array_new ();
	const EasMockCommand *known = eas_mock_command_by_name (command);
	const guint8 head[] = { eas_mock_version_from_text (client->version), known->code, 0x09,
				0x04 };
	guint8 key_length = client->policy_key != 0 ? 4 : 0;
	guint32 key = GUINT32_TO_LE (client->policy_key);
	const guint8 multipart[] = { 7, 1, 0x02 };

	g_byte_array_append (bytes, head, sizeof head);
	append_short_string (bytes, client->device);
	g_byte_array_append (bytes, &key_length, 1);
	g_byte_array_append (bytes, (const guint8 *) &key, key_length);
	append_short_string (bytes, "Test");
	if (client->multipart)
		g_byte_array_append (bytes, multipart, sizeof multipart);

	return g_base64_encode (bytes->data, bytes->len);
}

static SoupMessage *
make_message (EasMockClient *client, const char *method, const char *command)
{
	g_autofree char *query = NULL;
	g_autofree char *url = NULL;

	if (command == NULL)
		query = g_strdup ("");
	else if (client->binary_query)
		query = binary_query (client, command);
	else
		query = g_strdup_printf ("Cmd=%s&User=user&DeviceId=%s&DeviceType=Test", command,
					 client->device);
	url = g_strconcat (client->url, EAS_MOCK_PATH, *query != '\0' ? "?" : "", query, NULL);

	return soup_message_new (method, url);
}

static void
set_headers (EasMockClient *client, SoupMessage *message)
{
	SoupMessageHeaders *headers = soup_message_get_request_headers (message);
	g_autofree char *login = g_strconcat ("user:", client->password, NULL);
	g_autofree char *encoded = g_base64_encode ((const guchar *) login, strlen (login));
	g_autofree char *authorization = g_strconcat ("Basic ", encoded, NULL);
	g_autofree char *key = g_strdup_printf ("%u", client->policy_key);

	soup_message_headers_replace (headers, "Authorization", authorization);
	if (client->binary_query)
		return;
	soup_message_headers_replace (headers, "MS-ASProtocolVersion", client->version);
	if (client->policy_key != 0)
		soup_message_headers_replace (headers, "X-MS-PolicyKey", key);
	if (client->multipart)
		soup_message_headers_replace (headers, "MS-ASAcceptMultiPart", "T");
}

static void
on_answered (GObject *session, GAsyncResult *result, gpointer data)
{
	Pending *pending = data;

	pending->body =
		soup_session_send_and_read_finish (SOUP_SESSION (session), result, &pending->error);
	pending->done = TRUE;
}

static gpointer
start (EasMockClient *client, SoupMessage *message, GBytes *body, const char *content_type)
{
	Pending *pending = g_new0 (Pending, 1);

	pending->message = message;
	/* What is wrong should be seen, not asked for again. */
	soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT |
						 SOUP_MESSAGE_DO_NOT_USE_AUTH_CACHE |
						 SOUP_MESSAGE_NEW_CONNECTION);
	soup_message_disable_feature (message, SOUP_TYPE_AUTH_MANAGER);
	if (body != NULL)
		soup_message_set_request_body_from_bytes (message, content_type, body);
	soup_session_send_and_read_async (client->session, message, G_PRIORITY_DEFAULT, NULL,
					  on_answered, pending);

	return pending;
}

gpointer
eas_mock_client_start_bytes (EasMockClient *client, const char *command, GBytes *body)
{
	SoupMessage *message = make_message (client, "POST", command);

	set_headers (client, message);
	return start (client, message, body, client->content_type);
}

gpointer
eas_mock_client_start (EasMockClient *client, const char *command, const char *xml)
{
	g_autoptr (GBytes) body = xml != NULL ? encode (xml) : NULL;

	return eas_mock_client_start_bytes (client, command, body);
}

gboolean
eas_mock_client_is_done (gpointer pending)
{
	return ((Pending *) pending)->done;
}

static char *
decode (SoupMessageHeaders *headers, GBytes *body)
{
	g_autoptr (GError) error = NULL;
	char *xml;

	if (g_bytes_get_size (body) == 0 ||
	    g_strcmp0 (soup_message_headers_get_content_type (headers, NULL), WBXML_TYPE) != 0)
		return NULL;
	xml = eas_wbxml_to_xml (body, &error);
	if (error != NULL)
		g_test_message ("not WBXML: %s", error->message);

	return xml;
}

EasMockAnswer *
eas_mock_client_finish (gpointer data)
{
	Pending *pending = data;
	EasMockAnswer *answer = g_new0 (EasMockAnswer, 1);

	while (!pending->done)
		g_main_context_iteration (NULL, TRUE);
	answer->error = pending->error;
	if (pending->error == NULL) {
		answer->status = soup_message_get_status (pending->message);
		answer->headers = soup_message_headers_ref (
			soup_message_get_response_headers (pending->message));
		answer->body = pending->body;
		answer->xml = decode (answer->headers, answer->body);
	}
	g_object_unref (pending->message);
	g_free (pending);

	return answer;
}

EasMockAnswer *
eas_mock_client_post (EasMockClient *client, const char *command, const char *xml)
{
	return eas_mock_client_finish (eas_mock_client_start (client, command, xml));
}

EasMockAnswer *
eas_mock_client_options (EasMockClient *client)
{
	SoupMessage *message = make_message (client, "OPTIONS", NULL);

	set_headers (client, message);
	return eas_mock_client_finish (start (client, message, NULL, NULL));
}

char *
eas_mock_client_control (EasMockClient *client, const char *action, const char *xml)
{
	g_autofree char *url = g_strconcat (client->url, "/control/", action, NULL);
	g_autofree char *declared = xml != NULL ? declare_prefixes (xml) : NULL;
	g_autoptr (GBytes) body = xml != NULL ? g_bytes_new (declared, strlen (declared)) : NULL;
	g_autoptr (EasMockAnswer) answer = NULL;

	answer = eas_mock_client_finish (
		start (client, soup_message_new ("POST", url), body, "text/xml"));
	g_assert_no_error (answer->error);

	return g_strndup (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body));
}

/* --- Answers ------------------------------------------------------------- */

void
eas_mock_answer_free (EasMockAnswer *answer)
{
	g_clear_error (&answer->error);
	g_clear_pointer (&answer->headers, soup_message_headers_unref);
	g_clear_pointer (&answer->body, g_bytes_unref);
	g_free (answer->xml);
	g_free (answer);
}

static xmlXPathObject *
evaluate (const char *xml, const char *path, xmlDoc **out_document)
{
	xmlDoc *document =
		xmlReadMemory (xml, strlen (xml), NULL, "UTF-8",
			       XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	xmlXPathContext *context = xmlXPathNewContext (document);
	xmlXPathObject *found;

	for (guint page = 0; page <= LAST_PAGE; page++) {
		const char *uri = eas_page_get_name (page);
		g_autofree char *prefix = uri != NULL ? g_ascii_strdown (uri, -1) : NULL;

		if (uri != NULL)
			xmlXPathRegisterNs (context, BAD_CAST prefix, BAD_CAST uri);
	}
	found = xmlXPathEvalExpression (BAD_CAST path, context);
	xmlXPathFreeContext (context);
	g_assert_nonnull (found);
	*out_document = document;

	return found;
}

char *
eas_mock_answer_get (const EasMockAnswer *answer, const char *path)
{
	xmlDoc *document = NULL;
	xmlXPathObject *found;
	char *text = NULL;

	if (answer->xml == NULL)
		return NULL;
	found = evaluate (answer->xml, path, &document);
	if (found->nodesetval != NULL && found->nodesetval->nodeNr > 0) {
		xmlChar *content = xmlNodeGetContent (found->nodesetval->nodeTab[0]);

		text = g_strdup ((const char *) content);
		xmlFree (content);
	}
	xmlXPathFreeObject (found);
	xmlFreeDoc (document);

	return text;
}

guint
eas_mock_answer_count (const EasMockAnswer *answer, const char *path)
{
	xmlDoc *document = NULL;
	xmlXPathObject *found;
	guint count;

	if (answer->xml == NULL)
		return 0;
	found = evaluate (answer->xml, path, &document);
	count = found->nodesetval != NULL ? found->nodesetval->nodeNr : 0;
	xmlXPathFreeObject (found);
	xmlFreeDoc (document);

	return count;
}

/* --- First steps --------------------------------------------------------- */

void
eas_mock_client_open (EasMockClient *client)
{
	g_autoptr (EasMockAnswer) answer = NULL;

	answer = eas_mock_client_post (client, "FolderSync",
				       "<folderhierarchy:FolderSync><folderhierarchy:SyncKey>0</"
				       "folderhierarchy:SyncKey></folderhierarchy:FolderSync>");
	eas_mock_assert_text (answer, "/folderhierarchy:FolderSync/folderhierarchy:Status", "1");
}

EasMockAnswer *
eas_mock_client_sync_full (EasMockClient *client,
			   const char *collection,
			   const char *key,
			   const char *rest,
			   const char *more)
{
	g_autofree char *xml =
		g_strdup_printf ("<airsync:Sync><airsync:Collections><airsync:Collection><airsync:"
				 "SyncKey>%s</airsync:SyncKey>"
				 "<airsync:CollectionId>%s</airsync:CollectionId>%s</"
				 "airsync:Collection></airsync:Collections>%s</airsync:Sync>",
				 key, collection, rest, more);

	return eas_mock_client_post (client, "Sync", xml);
}

EasMockAnswer *
eas_mock_client_sync (EasMockClient *client,
		      const char *collection,
		      const char *key,
		      const char *rest)
{
	return eas_mock_client_sync_full (client, collection, key, rest, "");
}

EasMockAnswer *
eas_mock_client_step (EasMockClient *client,
		      const char *collection,
		      char **inout_key,
		      const char *rest)
{
	EasMockAnswer *answer = eas_mock_client_sync (client, collection, *inout_key, rest);
	char *next = eas_mock_answer_get (answer, "//airsync:Collection/airsync:SyncKey");

	if (next != NULL) {
		g_free (*inout_key);
		*inout_key = next;
	}

	return answer;
}

char *
eas_mock_client_prime (EasMockClient *client, const char *collection)
{
	g_autofree char *key = g_strdup ("0");
	g_autoptr (EasMockAnswer) answer = eas_mock_client_step (client, collection, &key, "");

	eas_mock_assert_text (answer, "//airsync:Collection/airsync:Status", "1");
	return g_steal_pointer (&key);
}

char *
eas_mock_client_begin (EasMockClient *client, const char *collection)
{
	eas_mock_client_open (client);

	return eas_mock_client_prime (client, collection);
}
