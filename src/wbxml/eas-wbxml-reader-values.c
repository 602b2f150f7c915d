/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What an element holds, read as text, number, flag or bytes. Stands on the events. */

#include <errno.h>
#include <string.h>

#include "eas-wbxml-text.h"

#include "eas-wbxml-reader.h"

/* All of an element's own content: lent when it came in one piece, else joined. */
typedef struct {
	const guint8 *data;
	gsize size;
	gboolean legal;
	gboolean opaque; /* the first piece */
	guint n_pieces;
	GByteArray *joined;
} Value;

static void
value_clear (Value *value)
{
	g_clear_pointer (&value->joined, g_byte_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Value, value_clear)

static void
value_add (Value *value, const guint8 *data, gsize size, gboolean legal)
{
	if (value->n_pieces++ == 0) {
		value->data = data;
		value->size = size;
		value->legal = legal;
		return;
	}

	if (value->joined == NULL) {
		value->joined = g_byte_array_new ();
		g_byte_array_append (value->joined, value->data, value->size);
	}

	g_byte_array_append (value->joined, data, size);
	value->data = value->joined->data;
	value->size = value->joined->len;
	value->legal = FALSE; /* a character may lie across the seam: look again */
}

static void
value_add_opaque (Value *value, const guint8 *data, gsize size)
{
	value->opaque = value->opaque || value->n_pieces == 0;
	value_add (value, data, size, /* legal */ FALSE);
}

/*
 * Consumes the current element; FALSE when there is none or the document fails
 * inside it. Its children are passed over, so that the END is its own.
 */
static gboolean
read_value (EasWbxmlReader *reader, Value *out_value)
{
	EasWbxmlEvent event = EAS_WBXML_START;

	if (!reader->pending)
		return FALSE;

	while (event != EAS_WBXML_END && event != EAS_WBXML_FINISHED) {
		const guint8 *data;
		gsize size;
		EasTag tag;

		event = eas_wbxml_reader_event (reader, &tag, &data, &size);
		if (event == EAS_WBXML_START)
			eas_wbxml_reader_skip (reader);
		else if (event == EAS_WBXML_TEXT)
			value_add (out_value, data, size, reader->legal);
		else if (event == EAS_WBXML_OPAQUE)
			value_add_opaque (out_value, data, size);
	}

	return event == EAS_WBXML_END;
}

char *
eas_wbxml_reader_dup_text (EasWbxmlReader *reader)
{
	g_auto (Value) value = { 0 };

	if (!read_value (reader, &value))
		return NULL;

	if (value.data == NULL)
		return g_strdup ("");

	if (value.legal || eas_wbxml_text_is_legal (value.data, value.size))
		return g_strndup ((const char *) value.data, value.size);

	reader->n_bad++;

	return eas_wbxml_text_repair (value.data, value.size, NULL);
}

gboolean
eas_wbxml_reader_text (EasWbxmlReader *reader, char **inout_text)
{
	char *text = eas_wbxml_reader_dup_text (reader);

	if (text == NULL)
		return FALSE;

	g_free (*inout_text);
	*inout_text = text;

	return TRUE;
}

char *
eas_wbxml_reader_dup_line (EasWbxmlReader *reader)
{
	g_autofree char *text = eas_wbxml_reader_dup_text (reader);
	const char *from;
	GString *line;

	if (text == NULL)
		return NULL;

	line = g_string_sized_new (strlen (text) + 1);
	for (from = text; *from != '\0'; from = g_utf8_next_char (from)) {
		if (!g_unichar_iscntrl (g_utf8_get_char (from)))
			g_string_append_len (line, from, g_utf8_next_char (from) - from);
	}

	return g_string_free (line, /* free_segment */ FALSE);
}

/* A decimal number and nothing else, but white space around it. Opaque data may hold zero bytes. */
static gboolean
parse_number (const Value *value, gint64 *out_number)
{
	char digits[32];
	char *text, *end;
	gint64 number;

	if (value->size >= sizeof (digits))
		return FALSE;

	memcpy (digits, value->data, value->size);
	digits[value->size] = '\0';
	if (strlen (digits) != value->size)
		return FALSE;

	text = g_strstrip (digits);
	if (!g_ascii_isdigit (text[0]) && text[0] != '-')
		return FALSE;

	errno = 0;
	number = g_ascii_strtoll (text, &end, 10);
	if (errno != 0 || end == text || *end != '\0')
		return FALSE;

	*out_number = number;

	return TRUE;
}

gint64
eas_wbxml_reader_int (EasWbxmlReader *reader)
{
	g_auto (Value) value = { 0 };
	gint64 number;

	if (!read_value (reader, &value))
		return 0;

	if (value.data != NULL && parse_number (&value, &number))
		return number;

	reader->n_bad++;

	return 0;
}

guint
eas_wbxml_reader_uint (EasWbxmlReader *reader)
{
	gint64 number = eas_wbxml_reader_int (reader);

	if (number >= 0 && number <= G_MAXUINT)
		return (guint) number;

	reader->n_bad++;

	return 0;
}

static gboolean
value_is (const Value *value, const char *word)
{
	return value->size == strlen (word) &&
	       g_ascii_strncasecmp ((const char *) value->data, word, value->size) == 0;
}

gboolean
eas_wbxml_reader_flag (EasWbxmlReader *reader)
{
	g_auto (Value) value = { 0 };

	if (!read_value (reader, &value))
		return FALSE;

	if (value.size == 0 || value_is (&value, "1") || value_is (&value, "true"))
		return TRUE;

	if (!value_is (&value, "0") && !value_is (&value, "false"))
		reader->n_bad++;

	return FALSE;
}

GBytes *
eas_wbxml_reader_bytes (EasWbxmlReader *reader)
{
	g_auto (Value) value = { 0 };

	if (!read_value (reader, &value))
		return NULL;

	if (value.joined != NULL)
		return g_byte_array_free_to_bytes (g_steal_pointer (&value.joined));

	if (value.opaque)
		return g_bytes_new_from_bytes (reader->bytes, value.data - reader->data,
					       value.size);

	return g_bytes_new (value.data, value.size);
}

guint
eas_wbxml_reader_take_bad (EasWbxmlReader *reader)
{
	guint n_bad = reader->n_bad;

	reader->n_bad = 0;

	return n_bad;
}

void
eas_wbxml_reader_mark_bad (EasWbxmlReader *reader)
{
	reader->n_bad++;
}
