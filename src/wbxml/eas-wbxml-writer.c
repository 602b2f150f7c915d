/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A start tag is written without the content bit; the bit is set when the first
 * content follows, so an element turns out empty by itself.
 */

#include <string.h>

#include "eas-wbxml-text.h"

#include "eas-wbxml-writer.h"

#define SWITCH_PAGE 0x00
#define END         0x01
#define STR_I       0x03
#define OPAQUE      0xc3

#define TOKEN_FIRST 0x05
#define TOKEN_LAST  0x3f
#define HAS_CONTENT 0x40

/* WBXML 1.3, public identifier 1 ("unknown"), UTF-8, no string table. */
static const guint8 header[] = { 0x03, 0x01, 0x6a, 0x00 };

struct _EasWbxmlWriter {
	GByteArray *bytes;
	guint page;
	guint depth;
	guint bare; /* position of the start tag just written, while nothing is inside it; or 0 */
	gboolean has_root;
};

EasWbxmlWriter *
eas_wbxml_writer_new (void)
{
	EasWbxmlWriter *writer = g_new0 (EasWbxmlWriter, 1);

	writer->bytes = g_byte_array_sized_new (256);
	g_byte_array_append (writer->bytes, header, sizeof (header));

	return writer;
}

void
eas_wbxml_writer_free (EasWbxmlWriter *writer)
{
	if (writer == NULL)
		return;

	g_clear_pointer (&writer->bytes, g_byte_array_unref);
	g_free (writer);
}

static void
put_byte (EasWbxmlWriter *writer, guint8 byte)
{
	g_byte_array_append (writer->bytes, &byte, 1);
}

static void
put_integer (EasWbxmlWriter *writer, guint32 value)
{
	guint shift;

	for (shift = 28; shift > 0; shift -= 7) {
		if (value >> shift != 0)
			put_byte (writer, 0x80 | (value >> shift & 0x7f));
	}

	put_byte (writer, value & 0x7f);
}

/* Something follows inside the element that is open. */
static void
set_content (EasWbxmlWriter *writer)
{
	if (writer->bare == 0)
		return;

	writer->bytes->data[writer->bare] |= HAS_CONTENT;
	writer->bare = 0;
}

void
eas_wbxml_writer_start (EasWbxmlWriter *writer, EasTag tag)
{
	g_return_if_fail (writer != NULL && writer->bytes != NULL);
	g_return_if_fail (EAS_TAG_TOKEN (tag) >= TOKEN_FIRST && EAS_TAG_TOKEN (tag) <= TOKEN_LAST);
	g_return_if_fail (EAS_TAG_PAGE (tag) <= G_MAXUINT8);
	g_return_if_fail (writer->depth > 0 || !writer->has_root);

	set_content (writer);
	if (EAS_TAG_PAGE (tag) != writer->page) {
		writer->page = EAS_TAG_PAGE (tag);
		put_byte (writer, SWITCH_PAGE);
		put_byte (writer, writer->page);
	}

	writer->bare = writer->bytes->len;
	writer->depth++;
	writer->has_root = TRUE;
	put_byte (writer, EAS_TAG_TOKEN (tag));
}

void
eas_wbxml_writer_end (EasWbxmlWriter *writer)
{
	g_return_if_fail (writer != NULL && writer->bytes != NULL);
	g_return_if_fail (writer->depth > 0);

	writer->depth--;
	if (writer->bare == 0)
		put_byte (writer, END);
	writer->bare = 0;
}

void
eas_wbxml_writer_empty (EasWbxmlWriter *writer, EasTag tag)
{
	eas_wbxml_writer_start (writer, tag);
	eas_wbxml_writer_end (writer);
}

static void
put_string (EasWbxmlWriter *writer, const char *text, gsize size)
{
	if (size == 0)
		return;

	set_content (writer);
	put_byte (writer, STR_I);
	g_byte_array_append (writer->bytes, (const guint8 *) text, size);
	put_byte (writer, '\0');
}

/**
 * eas_wbxml_writer_raw_text:
 * @writer: a writer with an element open
 * @text: text; characters XML cannot hold (U+0000 with them) are left out, bytes
 *   that are no UTF-8 become U+FFFD
 * @length: in bytes, -1 when @text is zero-terminated
 *
 * Writes one STR_I; nothing when no character is left.
 */
void
eas_wbxml_writer_raw_text (EasWbxmlWriter *writer, const char *text, gssize length)
{
	gsize size;

	g_return_if_fail (writer != NULL && writer->bytes != NULL);
	g_return_if_fail (writer->depth > 0);
	g_return_if_fail (text != NULL || length == 0);

	size = length >= 0 ? (gsize) length : strlen (text);
	if (eas_wbxml_text_is_legal ((const guint8 *) text, size)) {
		put_string (writer, text, size);
	} else {
		g_autofree char *repaired = NULL;

		repaired = eas_wbxml_text_repair ((const guint8 *) text, size, &size);
		put_string (writer, repaired, size);
	}
}

void
eas_wbxml_writer_raw_opaque (EasWbxmlWriter *writer, const guint8 *data, gsize size)
{
	g_return_if_fail (writer != NULL && writer->bytes != NULL);
	g_return_if_fail (writer->depth > 0);
	g_return_if_fail (data != NULL || size == 0);
	g_return_if_fail (size <= G_MAXINT32);

	set_content (writer);
	put_byte (writer, OPAQUE);
	put_integer (writer, size);
	if (size > 0)
		g_byte_array_append (writer->bytes, data, size);
}

void
eas_wbxml_writer_text (EasWbxmlWriter *writer, EasTag tag, const char *text)
{
	eas_wbxml_writer_start (writer, tag);
	if (text != NULL)
		eas_wbxml_writer_raw_text (writer, text, -1);
	eas_wbxml_writer_end (writer);
}

void
eas_wbxml_writer_int (EasWbxmlWriter *writer, EasTag tag, gint64 value)
{
	char digits[24];

	g_snprintf (digits, sizeof (digits), "%" G_GINT64_FORMAT, value);
	eas_wbxml_writer_text (writer, tag, digits);
}

void
eas_wbxml_writer_uint (EasWbxmlWriter *writer, EasTag tag, guint value)
{
	eas_wbxml_writer_int (writer, tag, value);
}

void
eas_wbxml_writer_flag (EasWbxmlWriter *writer, EasTag tag, gboolean value)
{
	eas_wbxml_writer_text (writer, tag, value ? "1" : "0");
}

void
eas_wbxml_writer_opaque (EasWbxmlWriter *writer, EasTag tag, GBytes *bytes)
{
	const guint8 *data;
	gsize size;

	g_return_if_fail (bytes != NULL);

	data = g_bytes_get_data (bytes, &size);
	eas_wbxml_writer_start (writer, tag);
	eas_wbxml_writer_raw_opaque (writer, data, size);
	eas_wbxml_writer_end (writer);
}

gsize
eas_wbxml_writer_get_size (const EasWbxmlWriter *writer)
{
	g_return_val_if_fail (writer != NULL && writer->bytes != NULL, 0);

	return writer->bytes->len;
}

GBytes *
eas_wbxml_writer_finish (EasWbxmlWriter *writer)
{
	g_return_val_if_fail (writer != NULL && writer->bytes != NULL, NULL);
	g_return_val_if_fail (writer->has_root && writer->depth == 0, NULL);

	return g_byte_array_free_to_bytes (g_steal_pointer (&writer->bytes));
}
