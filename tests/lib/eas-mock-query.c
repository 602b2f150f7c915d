/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The request line of a command, plain or base64. */

#include "eas-mock-query.h"

#include <string.h>

#include "eas-mock-command.h"

/* Parameter tags of the base64 form, [MS-ASHTTP] 2.2.1.1.1.1.3. */
static const char *const parameter_names[] = {
	"AttachmentName", "CollectionId", NULL,   "ItemId", "LongId", NULL,
	"Occurrence",     "Options",      "User",
};

enum { PARAMETER_OPTIONS = 7, OPTION_SAVE_IN_SENT = 0x01, OPTION_ACCEPT_MULTIPART = 0x02 };

typedef struct {
	const guint8 *data;
	gsize left;
	gboolean failed;
} Cursor;

static guint
take_byte (Cursor *cursor)
{
	if (cursor->left < 1) {
		cursor->failed = TRUE;
		return 0;
	}
	cursor->left--;

	return *cursor->data++;
}

static char *
take_string (Cursor *cursor)
{
	guint length = take_byte (cursor);
	char *text;

	if (cursor->left < length) {
		cursor->failed = TRUE;
		return g_strdup ("");
	}
	text = g_strndup ((const char *) cursor->data, length);
	cursor->data += length;
	cursor->left -= length;

	return text;
}

guint
eas_mock_version_from_text (const char *text)
{
	guint64 major, minor;
	g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", ".", 2);

	if (g_strv_length (parts) != 2 ||
	    !g_ascii_string_to_unsigned (parts[0], 10, 1, 99, &major, NULL) ||
	    !g_ascii_string_to_unsigned (parts[1], 10, 0, 9, &minor, NULL))
		return 0;

	return major * 10 + minor;
}

static void
read_options (EasMockRequest *request, const char *value)
{
	guint bits = (guint8) value[0];

	request->multipart = (bits & OPTION_ACCEPT_MULTIPART) != 0;
	g_hash_table_insert (request->query, g_strdup ("SaveInSent"),
			     g_strdup (bits & OPTION_SAVE_IN_SENT ? "T" : "F"));
}

static void
read_parameter (EasMockRequest *request, Cursor *cursor)
{
	guint tag = take_byte (cursor);
	g_autofree char *value = take_string (cursor);

	if (cursor->failed || tag >= G_N_ELEMENTS (parameter_names) || parameter_names[tag] == NULL)
		return;
	if (tag == PARAMETER_OPTIONS)
		read_options (request, value);
	else
		g_hash_table_insert (request->query, g_strdup (parameter_names[tag]),
				     g_steal_pointer (&value));
}

static gboolean
read_binary (EasMockRequest *request, const char *query)
{
	gsize size = 0;
	g_autofree guchar *bytes = g_base64_decode (query, &size);
	Cursor cursor = { bytes, size, FALSE };
	const EasMockCommand *command;
	guint key_length;

	request->version = take_byte (&cursor);
	command = eas_mock_command_by_code (take_byte (&cursor));
	take_byte (&cursor); /* locale, two bytes */
	take_byte (&cursor);
	request->device_id = take_string (&cursor);
	key_length = take_byte (&cursor);
	if (key_length == 4) {
		request->has_policy_key = TRUE;
		for (guint i = 0; i < 4; i++)
			request->policy_key |= (guint32) take_byte (&cursor) << (8 * i);
	} else if (key_length != 0) {
		return FALSE;
	}
	request->device_type = take_string (&cursor);
	while (cursor.left > 0 && !cursor.failed)
		read_parameter (request, &cursor);
	if (command != NULL)
		request->command = g_strdup (command->name);

	return !cursor.failed && size > 0;
}

static void
read_headers (EasMockRequest *request, SoupMessageHeaders *headers)
{
	const char *key = soup_message_headers_get_one (headers, "X-MS-PolicyKey");
	guint64 number;

	request->version = eas_mock_version_from_text (
		soup_message_headers_get_one (headers, "MS-ASProtocolVersion"));
	request->multipart =
		g_strcmp0 (soup_message_headers_get_one (headers, "MS-ASAcceptMultiPart"), "T") ==
		0;
	if (key != NULL && g_ascii_string_to_unsigned (key, 10, 0, G_MAXUINT32, &number, NULL)) {
		request->has_policy_key = TRUE;
		request->policy_key = number;
	}
}

gboolean
eas_mock_request_read_query (EasMockRequest *request,
			     const char *query,
			     SoupMessageHeaders *headers)
{
	g_autofree char *decoded = NULL;

	if (query == NULL)
		return FALSE;
	if (strstr (query, "Cmd=") == NULL) {
		decoded = g_uri_unescape_string (query, NULL);
		request->query = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
		return decoded != NULL && read_binary (request, decoded);
	}

	request->query = soup_form_decode (query);
	request->command = g_strdup (g_hash_table_lookup (request->query, "Cmd"));
	request->device_id = g_strdup (g_hash_table_lookup (request->query, "DeviceId"));
	request->device_type = g_strdup (g_hash_table_lookup (request->query, "DeviceType"));
	read_headers (request, headers);

	return TRUE;
}
