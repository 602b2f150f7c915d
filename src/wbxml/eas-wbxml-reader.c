/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The pull reader. Everything stands on read_token(); a fault closes all
 * elements at once, so that every loop above ends by itself.
 */

#include <string.h>

#include "eas-wbxml-text.h"

#include "eas-wbxml-reader.h"

#define SWITCH_PAGE 0x00
#define END         0x01
#define STR_I       0x03
#define OPAQUE      0xc3

#define TOKEN_MASK     0x3f
#define TOKEN_FIRST    0x05
#define HAS_CONTENT    0x40
#define HAS_ATTRIBUTES 0x80

#define CHARSET_UTF8      106
#define MAX_INTEGER_BYTES 5
#define MAX_VERSION       0x03 /* 1.3 */

/* One byte each, beside the hottest loop: eas_tag_is_known() would cost a tenth of it. */
static const guint8 known_tokens[G_MAXUINT8 + 1][TOKEN_MASK + 1] = {
#define EAS_PAGE(page, ident, name)
#define EAS_TAG(page, token, ident, name, type, since, until, secrecy) [page][token] = TRUE,
#include "eas-wbxml-tags.def"
#undef EAS_PAGE
#undef EAS_TAG
};

/* Text or opaque data, lent from the document. */
typedef struct {
	const guint8 *data;
	gsize size;
	gboolean legal;
} Token;

GQuark
eas_wbxml_error_quark (void)
{
	return g_quark_from_static_string ("eas-wbxml-error-quark");
}

static void
append_tag (GString *path, EasTag tag, guint parent_page)
{
	const char *page_name = eas_page_get_name (EAS_TAG_PAGE (tag));
	const char *name = eas_tag_get_name (tag);

	g_string_append_c (path, '/');
	if (name == NULL) {
		g_string_append_printf (path, "%u:0x%02x", EAS_TAG_PAGE (tag), EAS_TAG_TOKEN (tag));
		return;
	}

	if (EAS_TAG_PAGE (tag) != parent_page)
		g_string_append_printf (path, "%s:", page_name);
	g_string_append (path, name);
}

/* "/AirSync:Sync/Collections/Collection"; "/" before the root. */
static char *
dup_path (const EasWbxmlReader *reader)
{
	GString *path = g_string_new (NULL);
	guint page = G_MAXUINT;
	guint ii;

	for (ii = 0; ii < reader->depth; ii++) {
		append_tag (path, reader->path[ii], page);
		page = EAS_TAG_PAGE (reader->path[ii]);
	}

	if (path->len == 0)
		g_string_append_c (path, '/');

	return g_string_free (path, /* free_segment */ FALSE);
}

static G_GNUC_NO_INLINE void
fail_at (EasWbxmlReader *reader, EasWbxmlError code, gsize offset, const char *what)
{
	g_autofree char *path = NULL;

	if (reader->error != NULL)
		return;

	path = dup_path (reader);
	reader->error = g_error_new (EAS_WBXML_ERROR, code, "%s at byte %" G_GSIZE_FORMAT " in %s",
				     what, offset, path);
	reader->depth = 0;
	reader->pending = FALSE;
	reader->owes_end = FALSE;
}

/* A multi-byte integer: seven bits a byte, the most significant first, WBXML 1.3 section 5.1. */
static gboolean
read_integer (EasWbxmlReader *reader, gsize start, guint32 *out_value)
{
	guint64 value = 0;
	guint ii;

	for (ii = 0; ii < MAX_INTEGER_BYTES; ii++) {
		guint8 byte;

		if (reader->offset == reader->size) {
			fail_at (reader, EAS_WBXML_ERROR_TRUNCATED, start,
				 "number without its end");
			return FALSE;
		}

		byte = reader->data[reader->offset++];
		value = value << 7 | (byte & 0x7f);
		if ((byte & 0x80) == 0 && value <= G_MAXUINT32) {
			*out_value = (guint32) value;
			return TRUE;
		}
	}

	fail_at (reader, EAS_WBXML_ERROR_TOKEN, start, "number above 32 bits");

	return FALSE;
}

static gboolean
check_header (EasWbxmlReader *reader)
{
	guint32 public_id, unused, charset, table_size;

	if (reader->size == 0) {
		fail_at (reader, EAS_WBXML_ERROR_HEADER, 0, "empty document");
		return FALSE;
	}

	if (reader->data[0] == 0 || reader->data[0] > MAX_VERSION) {
		fail_at (reader, EAS_WBXML_ERROR_HEADER, 0, "not WBXML");
		return FALSE;
	}

	reader->offset = 1;
	if (!read_integer (reader, reader->offset, &public_id))
		return FALSE;

	/* Zero: the id's place in the string table follows. */
	if (public_id == 0 && !read_integer (reader, reader->offset, &unused))
		return FALSE;

	if (!read_integer (reader, reader->offset, &charset))
		return FALSE;

	if (charset != CHARSET_UTF8) {
		fail_at (reader, EAS_WBXML_ERROR_HEADER, reader->offset - 1,
			 "character set other than UTF-8");
		return FALSE;
	}

	if (!read_integer (reader, reader->offset, &table_size))
		return FALSE;

	if (table_size != 0) {
		fail_at (reader, EAS_WBXML_ERROR_HEADER, reader->offset - 1, "string table");
		return FALSE;
	}

	return TRUE;
}

/* A string nobody asks for is not checked: its end is all that matters. */
static G_ALWAYS_INLINE inline gboolean
read_string (EasWbxmlReader *reader, gsize start, Token *out_token)
{
	const guint8 *data = reader->data + reader->offset;
	gsize left = reader->size - reader->offset;
	gsize size = left;

	if (out_token != NULL) {
		size = eas_wbxml_text_scan (data, left, &out_token->legal);
		out_token->data = data;
		out_token->size = size;
	} else {
		const guint8 *end = memchr (data, 0, left);

		if (end != NULL)
			size = end - data;
	}

	if (size == left) {
		fail_at (reader, EAS_WBXML_ERROR_TRUNCATED, start, "text without its end");
		return FALSE;
	}

	reader->offset += size + 1;

	return TRUE;
}

static gboolean
read_opaque (EasWbxmlReader *reader, gsize start, Token *out_token)
{
	guint32 size;

	if (!read_integer (reader, start, &size))
		return FALSE;

	if (size > reader->size - reader->offset) {
		fail_at (reader, EAS_WBXML_ERROR_TRUNCATED, start,
			 "opaque data longer than the document");
		return FALSE;
	}

	if (out_token != NULL) {
		out_token->data = reader->data + reader->offset;
		out_token->size = size;
		out_token->legal = FALSE;
	}

	reader->offset += size;

	return TRUE;
}

static G_ALWAYS_INLINE inline gboolean
read_start (EasWbxmlReader *reader, gsize start, guint8 byte)
{
	EasTag tag = EAS_TAG_MAKE (reader->page, byte & TOKEN_MASK);

	if ((byte & HAS_CONTENT) != 0) {
		if (reader->depth == EAS_WBXML_MAX_DEPTH) {
			fail_at (reader, EAS_WBXML_ERROR_DEPTH, start, "nested too deeply");
			return FALSE;
		}

		reader->path[reader->depth++] = tag;
	}

	reader->current = tag;
	reader->has_content = (byte & HAS_CONTENT) != 0;
	reader->pending = TRUE;
	reader->n_unknown += !known_tokens[reader->page][byte & TOKEN_MASK];

	return TRUE;
}

static void
refuse_token (EasWbxmlReader *reader, gsize start, guint8 byte)
{
	g_autofree char *what = NULL;

	if ((byte & TOKEN_MASK) < TOKEN_FIRST)
		what = g_strdup_printf ("token 0x%02x, which ActiveSync does not use,", byte);
	else
		what = g_strdup ("element with attributes");

	fail_at (reader, EAS_WBXML_ERROR_TOKEN, start, what);
}

/* @token: %NULL when values are only passed over. Call with an element open, or at the root. */
static G_ALWAYS_INLINE inline EasWbxmlEvent
read_token (EasWbxmlReader *reader, Token *token)
{
	while (reader->offset < reader->size) {
		gsize start = reader->offset++;
		guint8 byte = reader->data[start];

		if ((byte & HAS_ATTRIBUTES) == 0 && (byte & TOKEN_MASK) >= TOKEN_FIRST)
			return read_start (reader, start, byte) ? EAS_WBXML_START
								: EAS_WBXML_FINISHED;

		if (byte == SWITCH_PAGE) {
			if (reader->offset == reader->size)
				break;
			reader->page = reader->data[reader->offset++];
			continue;
		}

		if (byte != END && byte != STR_I && byte != OPAQUE) {
			refuse_token (reader, start, byte);
			return EAS_WBXML_FINISHED;
		}

		if (reader->depth == 0) {
			fail_at (reader, EAS_WBXML_ERROR_TOKEN, start,
				 byte == END ? "end without an element"
					     : "value outside the root element");
			return EAS_WBXML_FINISHED;
		}

		switch (byte) {
		case END:
			reader->depth--;
			return EAS_WBXML_END;
		case STR_I:
			return read_string (reader, start, token) ? EAS_WBXML_TEXT
								  : EAS_WBXML_FINISHED;
		default:
			return read_opaque (reader, start, token) ? EAS_WBXML_OPAQUE
								  : EAS_WBXML_FINISHED;
		}
	}

	fail_at (reader, EAS_WBXML_ERROR_TRUNCATED, reader->size, "document without its end");

	return EAS_WBXML_FINISHED;
}

/* The same for who does not care for values. */
static EasWbxmlEvent
pass_token (EasWbxmlReader *reader)
{
	return read_token (reader, NULL);
}

/* Passes over everything until only @depth elements are open. */
static void
close_down_to (EasWbxmlReader *reader, guint depth)
{
	while (reader->depth > depth)
		pass_token (reader);

	reader->pending = FALSE;
}

void
eas_wbxml_reader_init (EasWbxmlReader *reader, GBytes *bytes)
{
	g_return_if_fail (reader != NULL);
	g_return_if_fail (bytes != NULL);

	memset (reader, 0, sizeof (*reader));
	reader->bytes = g_bytes_ref (bytes);
	reader->data = g_bytes_get_data (bytes, &reader->size);
	if (reader->data == NULL)
		reader->data =
			(const guint8 *) ""; /* an empty document has no address to count from */

	if (reader->size > EAS_WBXML_MAX_SIZE)
		fail_at (reader, EAS_WBXML_ERROR_SIZE, EAS_WBXML_MAX_SIZE, "document too large");
}

void
eas_wbxml_reader_clear (EasWbxmlReader *reader)
{
	g_clear_pointer (&reader->bytes, g_bytes_unref);
	g_clear_error (&reader->error);
}

gboolean
eas_wbxml_reader_root (EasWbxmlReader *reader, EasTag *out_tag)
{
	g_return_val_if_fail (reader->current == EAS_TAG_NONE, FALSE);

	if (reader->error != NULL || !check_header (reader))
		return FALSE;

	if (pass_token (reader) != EAS_WBXML_START)
		return FALSE;

	if (out_tag != NULL)
		*out_tag = reader->current;

	return TRUE;
}

/**
 * eas_wbxml_reader_enter:
 * @reader: a reader whose current element is to be descended into
 *
 * Returns: the level to pass to eas_wbxml_reader_next(); after an error and for
 * an empty element one that holds no children
 */
guint
eas_wbxml_reader_enter (EasWbxmlReader *reader)
{
	gboolean inside = reader->pending && reader->has_content;

	reader->owes_end = reader->pending && !reader->has_content;
	reader->pending = FALSE;

	return inside ? reader->depth : reader->depth + 1;
}

gboolean
eas_wbxml_reader_next (EasWbxmlReader *reader, guint level, EasTag *out_tag)
{
	reader->owes_end = FALSE;
	if (reader->pending || reader->depth > level)
		close_down_to (reader, level);

	if (reader->depth < level)
		return FALSE;

	for (;;) {
		switch (pass_token (reader)) {
		case EAS_WBXML_START:
			*out_tag = reader->current;
			return TRUE;
		case EAS_WBXML_TEXT:
		case EAS_WBXML_OPAQUE:
			break;
		default:
			return FALSE;
		}
	}
}

void
eas_wbxml_reader_skip (EasWbxmlReader *reader)
{
	if (reader->pending && reader->has_content)
		close_down_to (reader, reader->depth - 1);

	reader->pending = FALSE;
}

/* The first event, the last, and the END of an element without content. */
static EasWbxmlEvent
read_edge (EasWbxmlReader *reader, EasTag *out_tag)
{
	if (reader->error != NULL)
		return EAS_WBXML_FINISHED;

	if (reader->current == EAS_TAG_NONE)
		return eas_wbxml_reader_root (reader, out_tag) ? EAS_WBXML_START
							       : EAS_WBXML_FINISHED;

	if (!reader->owes_end && !reader->pending)
		return EAS_WBXML_FINISHED;

	reader->owes_end = FALSE;
	reader->pending = FALSE;
	*out_tag = reader->current;

	return EAS_WBXML_END;
}

EasWbxmlEvent
eas_wbxml_reader_event (EasWbxmlReader *reader,
			EasTag *out_tag,
			const guint8 **out_data,
			gsize *out_size)
{
	EasWbxmlEvent event;
	Token token;

	if (reader->depth == 0 || reader->owes_end || (reader->pending && !reader->has_content))
		return read_edge (reader, out_tag);

	reader->pending = FALSE;
	event = read_token (reader, &token);
	switch (event) {
	case EAS_WBXML_START:
		*out_tag = reader->current;
		break;
	case EAS_WBXML_END:
		*out_tag = reader->path[reader->depth];
		break;
	case EAS_WBXML_TEXT:
	case EAS_WBXML_OPAQUE:
		*out_data = token.data;
		*out_size = token.size;
		reader->legal = token.legal;
		break;
	case EAS_WBXML_FINISHED:
		break;
	}

	return event;
}

gboolean
eas_wbxml_reader_leaf (EasWbxmlReader *reader,
		       EasTag *out_tag,
		       const guint8 **out_data,
		       gsize *out_size)
{
	const guint8 *at, *end;
	guint page = reader->page;
	gboolean legal;
	gsize size;

	/* Outside of any element there may be no data at all to point into. */
	if (reader->owes_end || (reader->pending && !reader->has_content) || reader->depth == 0 ||
	    reader->depth == EAS_WBXML_MAX_DEPTH)
		return FALSE;

	at = reader->data + reader->offset;
	end = reader->data + reader->size;
	while (end - at >= 2 && at[0] == SWITCH_PAGE) {
		page = at[1];
		at += 2;
	}

	/* The shortest: start, STR_I, its terminator, END. */
	if (end - at < 4 || (at[0] & (HAS_ATTRIBUTES | HAS_CONTENT)) != HAS_CONTENT ||
	    (at[0] & TOKEN_MASK) < TOKEN_FIRST || at[1] != STR_I)
		return FALSE;

	size = eas_wbxml_text_scan (at + 2, end - at - 2, &legal);
	if (!legal || (gsize) (end - at) < size + 4 || at[size + 3] != END)
		return FALSE;

	*out_tag = EAS_TAG_MAKE (page, at[0] & TOKEN_MASK);
	*out_data = at + 2;
	*out_size = size;
	reader->pending = FALSE;
	reader->page = page;
	reader->current = *out_tag;
	reader->offset = at + size + 4 - reader->data;
	reader->n_unknown += !known_tokens[page][EAS_TAG_TOKEN (*out_tag)];

	return TRUE;
}

gboolean
eas_wbxml_reader_text_is_legal (const EasWbxmlReader *reader)
{
	return reader->legal;
}

void
eas_wbxml_reader_fail (EasWbxmlReader *reader, EasWbxmlError code, const char *format, ...)
{
	g_autofree char *what = NULL;
	va_list arguments;

	va_start (arguments, format);
	what = g_strdup_vprintf (format, arguments);
	va_end (arguments);

	fail_at (reader, code, reader->offset, what);
}

gboolean
eas_wbxml_reader_failed (const EasWbxmlReader *reader)
{
	return reader->error != NULL;
}

/**
 * eas_wbxml_reader_finish:
 * @reader: a reader; all that is left of its document is passed over
 * @error: return location for an #EasWbxmlError with offset and path
 *
 * Returns: whether the document was well-formed up to the end of its root element
 */
gboolean
eas_wbxml_reader_finish (EasWbxmlReader *reader, GError **error)
{
	if (reader->current == EAS_TAG_NONE)
		eas_wbxml_reader_root (reader, NULL);

	close_down_to (reader, 0);
	if (reader->error == NULL)
		return TRUE;

	g_propagate_error (error, g_error_copy (reader->error));

	return FALSE;
}
