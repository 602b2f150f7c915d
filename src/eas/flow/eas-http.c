/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Requests and answers as values, and the request of a command in both forms of
 * the query. Headers: eas-http-headers.c; addresses: eas-http-url.c.
 */

#include <string.h>

#include "eas-http.h"

#define CONTENT_TYPE_WBXML "application/vnd.ms-sync.wbxml"
#define LOCALE_EN_US       0x0409
#define OPTIONS_TIMEOUT    60

/* Parameters of the base64 query. [MS-ASHTTP] 2.2.1.1.1.1.3 Command Parameters. */
#define PARAMETER_OPTIONS       7
#define PARAMETER_USER          8
#define OPTION_SAVE_IN_SENT     0x01
#define OPTION_ACCEPT_MULTIPART 0x02

static const struct {
	const char *name;
	guint8 tag;
} parameter_tags[] = {
	{ "AttachmentName", 0 }, { "CollectionId", 1 }, { "ItemId", 3 },
	{ "LongId", 4 },         { "Occurrence", 6 },
};

/* A list of name, value, name, value: short, so looked through. */
static const char *
find_header (const GPtrArray *headers, const char *name)
{
	for (guint ii = 0; ii + 1 < headers->len; ii += 2) {
		if (g_ascii_strcasecmp (g_ptr_array_index (headers, ii), name) == 0)
			return g_ptr_array_index (headers, ii + 1);
	}

	return NULL;
}

static void
add_header (GPtrArray *headers, const char *name, const char *value)
{
	g_ptr_array_add (headers, g_strdup (name));
	g_ptr_array_add (headers, g_strdup (value));
}

EasHttpRequest *
eas_http_request_new (const char *method, const char *uri)
{
	EasHttpRequest *request = g_new0 (EasHttpRequest, 1);

	request->method = g_intern_string (method);
	request->uri = g_strdup (uri);
	request->headers = g_ptr_array_new_with_free_func (g_free);

	return request;
}

void
eas_http_request_add_header (EasHttpRequest *request, const char *name, const char *value)
{
	g_return_if_fail (request != NULL && name != NULL && value != NULL);

	add_header (request->headers, name, value);
}

const char *
eas_http_request_get_header (const EasHttpRequest *request, const char *name)
{
	g_return_val_if_fail (request != NULL && name != NULL, NULL);

	return find_header (request->headers, name);
}

void
eas_http_request_free (EasHttpRequest *request)
{
	if (request == NULL)
		return;

	g_free (request->uri);
	g_ptr_array_unref (request->headers);
	g_clear_pointer (&request->body, g_bytes_unref);
	g_free (request);
}

EasHttpResponse *
eas_http_response_new (guint status)
{
	EasHttpResponse *response = g_new0 (EasHttpResponse, 1);

	response->status = status;
	response->headers = g_ptr_array_new_with_free_func (g_free);
	response->body = g_bytes_new_static ("", 0);

	return response;
}

void
eas_http_response_add_header (EasHttpResponse *response, const char *name, const char *value)
{
	g_return_if_fail (response != NULL && name != NULL && value != NULL);

	add_header (response->headers, name, value);
}

const char *
eas_http_response_get_header (const EasHttpResponse *response, const char *name)
{
	g_return_val_if_fail (response != NULL && name != NULL, NULL);

	return find_header (response->headers, name);
}

char *
eas_http_response_dup_header (const EasHttpResponse *response, const char *name)
{
	GString *joined = NULL;

	g_return_val_if_fail (response != NULL && name != NULL, NULL);

	for (guint ii = 0; ii + 1 < response->headers->len; ii += 2) {
		const char *value = g_ptr_array_index (response->headers, ii + 1);

		if (g_ascii_strcasecmp (g_ptr_array_index (response->headers, ii), name) != 0)
			continue;
		if (joined == NULL)
			joined = g_string_new (value);
		else
			g_string_append_printf (joined, ",%s", value);
	}

	return joined != NULL ? g_string_free (joined, FALSE) : NULL;
}

void
eas_http_response_free (EasHttpResponse *response)
{
	if (response == NULL)
		return;

	g_ptr_array_unref (response->headers);
	g_clear_pointer (&response->body, g_bytes_unref);
	g_free (response);
}

static void
append_field (GByteArray *bytes, const char *text)
{
	guint8 length = MIN (strlen (text), G_MAXUINT8);

	g_byte_array_append (bytes, &length, 1);
	g_byte_array_append (bytes, (const guint8 *) text, length);
}

static void
append_parameter (GByteArray *bytes, guint8 tag, const char *value)
{
	g_byte_array_append (bytes, &tag, 1);
	append_field (bytes, value);
}

/* The command's own parameters, written for the plain query, in their binary form. */
static void
append_parameters (GByteArray *bytes, const EasRequest *request)
{
	g_auto (GStrv) pairs =
		g_strsplit (request->parameters != NULL ? request->parameters : "", "&", -1);
	guint8 options = request->accept_multipart ? OPTION_ACCEPT_MULTIPART : 0;

	for (guint ii = 0; pairs[ii] != NULL; ii++) {
		char *equals = strchr (pairs[ii], '=');
		g_autofree char *value = NULL;

		if (equals == NULL)
			continue;
		*equals = '\0';
		value = g_uri_unescape_string (equals + 1, NULL);
		if (strcmp (pairs[ii], "SaveInSent") == 0 && g_strcmp0 (value, "T") == 0)
			options |= OPTION_SAVE_IN_SENT;
		for (guint jj = 0; jj < G_N_ELEMENTS (parameter_tags); jj++) {
			if (value != NULL && strcmp (pairs[ii], parameter_tags[jj].name) == 0)
				append_parameter (bytes, parameter_tags[jj].tag, value);
		}
	}

	if (options != 0) {
		const guint8 field[] = { PARAMETER_OPTIONS, 1, options };

		g_byte_array_append (bytes, field, sizeof (field));
	}
}

/**
 * eas_http_build_base64_query:
 * @data: version, device and user
 * @request: the command
 * @policy_key: 0 for none
 *
 * The binary form of the query, for servers behind proxies that dislike the plain
 * one. It carries what the headers say otherwise: version, policy key, multipart.
 *
 * Source: [MS-ASHTTP] 2.2.1.1.1.1 Base64-Encoded Query Value.
 */
char *
eas_http_build_base64_query (const EasAccountData *data,
			     const EasRequest *request,
			     guint32 policy_key)
{
	g_autoptr (GByteArray) bytes = g_byte_array_new ();
	const guint8 head[] = { data->version, request->command->code, LOCALE_EN_US & 0xff,
				LOCALE_EN_US >> 8 };
	const guint8 key[] = { 4, policy_key, policy_key >> 8, policy_key >> 16, policy_key >> 24 };

	g_byte_array_append (bytes, head, sizeof (head));
	append_field (bytes, data->device->id);
	if (policy_key != 0)
		g_byte_array_append (bytes, key, sizeof (key));
	else
		g_byte_array_append (bytes, (const guint8 *) "\0", 1);
	append_field (bytes, data->device->type);
	append_parameters (bytes, request);
	if (data->user != NULL)
		append_parameter (bytes, PARAMETER_USER, data->user);

	return g_base64_encode (bytes->data, bytes->len);
}

static char *
build_plain_query (const EasAccountData *data, const EasRequest *request)
{
	g_autofree char *user =
		g_uri_escape_string (data->user != NULL ? data->user : "", NULL, FALSE);
	g_autofree char *id = g_uri_escape_string (data->device->id, NULL, FALSE);
	g_autofree char *type = g_uri_escape_string (data->device->type, NULL, FALSE);

	return g_strdup_printf ("Cmd=%s&User=%s&DeviceId=%s&DeviceType=%s%s",
				request->command->name, user, id, type,
				request->parameters != NULL ? request->parameters : "");
}

static void
add_cookies (EasHttpRequest *http, const EasAccountData *data)
{
	g_autoptr (GString) cookie = g_string_new (NULL);
	g_auto (GStrv) lines = g_strsplit (data->cookies != NULL ? data->cookies : "", "\n", -1);

	for (guint ii = 0; lines[ii] != NULL; ii++) {
		if (*lines[ii] != '\0')
			g_string_append_printf (cookie, "%s%s", cookie->len > 0 ? "; " : "",
						lines[ii]);
	}
	if (data->anchor_mailbox != NULL)
		g_string_append_printf (cookie, "%sDefaultAnchorMailbox=%s",
					cookie->len > 0 ? "; " : "", data->anchor_mailbox);
	if (cookie->len > 0)
		eas_http_request_add_header (http, "Cookie", cookie->str);
}

/* User-Agent never changes and is never empty: front ends answer nothing to an unknown one (pitfall
 * 47). */
static void
add_common_headers (EasHttpRequest *http, const EasAccountData *data)
{
	eas_http_request_add_header (http, "User-Agent", data->device->user_agent);
	eas_http_request_add_header (http, "Accept-Language", "en-us");
	add_cookies (http, data);
	http->credentials = TRUE;
}

/* What the base64 query says inside the query. Ping and OPTIONS carry no policy key. */
static void
add_plain_headers (EasHttpRequest *http,
		   const EasAccountData *data,
		   const EasRequest *request,
		   guint32 policy_key)
{
	const char *version = eas_version_to_string (data->version);

	if (version != NULL)
		eas_http_request_add_header (http, "MS-ASProtocolVersion", version);
	if (strcmp (request->command->name, "Ping") != 0) {
		g_autofree char *key = g_strdup_printf ("%u", policy_key);

		eas_http_request_add_header (http, "X-MS-PolicyKey", key);
	}
	if (request->accept_multipart)
		eas_http_request_add_header (http, "MS-ASAcceptMultiPart", "T");
}

EasHttpRequest *
eas_http_build_command_with_key (const EasAccountData *data,
				 const EasRequest *request,
				 guint32 policy_key)
{
	gboolean base64 = data->base64_query && data->version >= EAS_VERSION_12_1;
	g_autofree char *query = base64 ? eas_http_build_base64_query (data, request, policy_key)
					: build_plain_query (data, request);
	g_autofree char *uri = g_strdup_printf ("%s?%s", eas_account_data_url (data), query);
	EasHttpRequest *http = eas_http_request_new ("POST", uri);

	http->command = request->command->name;
	http->timeout = request->timeout != 0 ? request->timeout : request->command->timeout;
	if (request->body != NULL) {
		http->body = g_bytes_ref (request->body);
		eas_http_request_add_header (http, "Content-Type",
					     request->content_type != NULL ? request->content_type
									   : CONTENT_TYPE_WBXML);
	}
	if (!base64)
		add_plain_headers (http, data, request, policy_key);
	add_common_headers (http, data);

	return http;
}

EasHttpRequest *
eas_http_build_command (const EasAccountData *data, const EasRequest *request)
{
	g_return_val_if_fail (data != NULL && request != NULL, NULL);

	return eas_http_build_command_with_key (data, request, data->policy_key);
}

EasHttpRequest *
eas_http_build_options (const EasAccountData *data)
{
	EasHttpRequest *http;

	g_return_val_if_fail (data != NULL, NULL);

	http = eas_http_request_new ("OPTIONS", eas_account_data_url (data));
	http->command = "OPTIONS";
	http->timeout = OPTIONS_TIMEOUT;
	add_common_headers (http, data);

	return http;
}
