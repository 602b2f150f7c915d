/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* WBXML to XML text, in one pass: only the declarations are put in at the end. */

#include "eas-wbxml-reader.h"

#include "eas-wbxml-xml.h"

/* A value, or a part of one, as it came. */
typedef struct {
	gboolean opaque;
	const guint8 *data;
	gsize size;
} Piece;

typedef struct {
	GString *xml;
	gsize root_end;  /* where the declarations go when all are known */
	GPtrArray *used; /* names of pages, in the order of first use */
	gboolean uses_own;
	GArray *names;    /* of char *: the open elements, as written */
	gboolean is_leaf; /* the innermost open element: its start tag is not closed yet */
	GArray *pieces;   /* of Piece: what a leaf holds */
} ToXml;

static void
free_name (gpointer name)
{
	g_free (*(char **) name);
}

static void
to_xml_init (ToXml *self)
{
	self->xml = g_string_new ("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
	self->root_end = 0;
	self->used = g_ptr_array_new ();
	self->uses_own = FALSE;
	self->names = g_array_new (FALSE, FALSE, sizeof (char *));
	g_array_set_clear_func (self->names, free_name);
	self->is_leaf = FALSE;
	self->pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
}

static void
to_xml_clear (ToXml *self)
{
	if (self->xml != NULL)
		g_string_free (self->xml, TRUE);
	g_ptr_array_unref (self->used);
	g_array_unref (self->names);
	g_array_unref (self->pieces);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ToXml, to_xml_clear)

static void
indent (ToXml *self)
{
	g_string_append_printf (self->xml, "%*s", (int) self->names->len * 2, "");
}

static void
append_escaped (GString *xml, const guint8 *data, gsize size)
{
	gsize ii;

	for (ii = 0; ii < size; ii++) {
		switch (data[ii]) {
		case '&':
			g_string_append (xml, "&amp;");
			break;
		case '<':
			g_string_append (xml, "&lt;");
			break;
		case '>':
			g_string_append (xml, "&gt;");
			break;
		case '\r':
			g_string_append (xml, "&#13;");
			break;
		default:
			g_string_append_c (xml, (char) data[ii]);
			break;
		}
	}
}

static void
append_base64 (GString *xml, const guint8 *data, gsize size)
{
	g_autofree char *text = g_base64_encode (data, size);

	g_string_append (xml, text);
}

/* Mixed content cannot keep its white space in an indented form: each piece becomes an element. */
static void
put_pieces (ToXml *self)
{
	guint ii;

	for (ii = 0; ii < self->pieces->len; ii++) {
		const Piece *piece = &g_array_index (self->pieces, Piece, ii);
		const char *name = piece->opaque ? "g:opaque" : "g:text";

		indent (self);
		g_string_append_printf (self->xml, "<%s>", name);
		if (piece->opaque)
			append_base64 (self->xml, piece->data, piece->size);
		else
			append_escaped (self->xml, piece->data, piece->size);
		g_string_append_printf (self->xml, "</%s>\n", name);
		self->uses_own = TRUE;
	}

	g_array_set_size (self->pieces, 0);
}

static char *
name_element (ToXml *self, EasTag tag)
{
	const char *page = eas_page_get_name (EAS_TAG_PAGE (tag));
	g_autofree char *prefix = NULL;

	if (!eas_tag_is_known (tag)) {
		self->uses_own = TRUE;
		return g_strdup ("g:token");
	}

	if (!g_ptr_array_find (self->used, page, NULL))
		g_ptr_array_add (self->used, (gpointer) page);

	prefix = g_ascii_strdown (page, -1);

	return g_strdup_printf ("%s:%s", prefix, eas_tag_get_name (tag));
}

/* The parent turns out to have children. */
static void
open_parent (ToXml *self)
{
	if (!self->is_leaf)
		return;

	g_string_append (self->xml, ">\n");
	put_pieces (self);
	self->is_leaf = FALSE;
}

static void
put_start (ToXml *self, EasTag tag)
{
	char *name;

	open_parent (self);
	indent (self);
	name = name_element (self, tag);
	g_string_append_printf (self->xml, "<%s", name);
	if (self->names->len == 0)
		self->root_end = self->xml->len;
	if (!eas_tag_is_known (tag))
		g_string_append_printf (self->xml, " page=\"%u\" code=\"%02X\"", EAS_TAG_PAGE (tag),
					EAS_TAG_TOKEN (tag));

	g_array_append_val (self->names, name);
	self->is_leaf = TRUE;
}

/* Whether all pieces are of one kind, and of which. */
static gboolean
pieces_agree (const ToXml *self, gboolean *out_opaque)
{
	gboolean opaque = FALSE;
	guint ii;

	for (ii = 0; ii < self->pieces->len; ii++) {
		const Piece *piece = &g_array_index (self->pieces, Piece, ii);

		if (ii > 0 && piece->opaque != opaque)
			return FALSE;
		opaque = piece->opaque;
	}

	*out_opaque = opaque;

	return TRUE;
}

static GByteArray *
join_pieces (const ToXml *self)
{
	GByteArray *joined = g_byte_array_new ();
	guint ii;

	for (ii = 0; ii < self->pieces->len; ii++) {
		const Piece *piece = &g_array_index (self->pieces, Piece, ii);

		g_byte_array_append (joined, piece->data, piece->size);
	}

	return joined;
}

/* All of an element that has no children, on its one line. */
static void
put_leaf (ToXml *self, const char *name, gboolean opaque)
{
	g_autoptr (GByteArray) value = join_pieces (self);

	if (opaque || self->pieces->len > 1) {
		g_string_append_printf (self->xml, " g:enc=\"%s\"", opaque ? "opaque" : "split");
		self->uses_own = TRUE;
	}

	g_array_set_size (self->pieces, 0);
	if (value->len == 0) {
		g_string_append (self->xml, "/>\n");
		return;
	}

	g_string_append_c (self->xml, '>');
	if (opaque)
		append_base64 (self->xml, value->data, value->len);
	else
		append_escaped (self->xml, value->data, value->len);
	g_string_append_printf (self->xml, "</%s>\n", name);
}

static void
put_end (ToXml *self)
{
	const char *name = g_array_index (self->names, char *, self->names->len - 1);
	gboolean opaque;

	if (self->is_leaf && pieces_agree (self, &opaque)) {
		put_leaf (self, name, opaque);
		g_array_set_size (self->names, self->names->len - 1);
		self->is_leaf = FALSE;
		return;
	}

	open_parent (self);
	put_pieces (self);
	g_string_append_printf (self->xml, "%*s</%s>\n", (int) (self->names->len - 1) * 2, "",
				name);
	g_array_set_size (self->names, self->names->len - 1);
}

static void
put_value (ToXml *self, EasWbxmlReader *reader, EasWbxmlEvent event, const guint8 *data, gsize size)
{
	Piece piece = { event == EAS_WBXML_OPAQUE, data, size };

	if (!piece.opaque && !eas_wbxml_reader_text_is_legal (reader)) {
		eas_wbxml_reader_fail (reader, EAS_WBXML_ERROR_TEXT, "text that is not legal");
		return;
	}

	g_array_append_val (self->pieces, piece);
	if (!self->is_leaf)
		put_pieces (self);
}

static void
put_declarations (ToXml *self)
{
	GString *text = g_string_new (NULL);
	guint ii;

	for (ii = 0; ii < self->used->len; ii++) {
		const char *page = g_ptr_array_index (self->used, ii);
		g_autofree char *prefix = g_ascii_strdown (page, -1);

		g_string_append_printf (text, " xmlns:%s=\"%s\"", prefix, page);
	}

	if (self->uses_own)
		g_string_append (text, " xmlns:g=\"" EAS_WBXML_XML_NAMESPACE "\"");

	g_string_insert_len (self->xml, self->root_end, text->str, text->len);
	g_string_free (text, TRUE);
}

char *
eas_wbxml_to_xml (GBytes *bytes, GError **error)
{
	g_auto (EasWbxmlReader) reader;
	g_auto (ToXml) self;
	EasWbxmlEvent event;
	const guint8 *data;
	gsize size;
	EasTag tag;

	to_xml_init (&self);
	eas_wbxml_reader_init (&reader, bytes);
	while ((event = eas_wbxml_reader_event (&reader, &tag, &data, &size)) !=
	       EAS_WBXML_FINISHED) {
		switch (event) {
		case EAS_WBXML_START:
			put_start (&self, tag);
			break;
		case EAS_WBXML_END:
			put_end (&self);
			break;
		default:
			put_value (&self, &reader, event, data, size);
			break;
		}
	}

	if (!eas_wbxml_reader_finish (&reader, error))
		return NULL;

	put_declarations (&self);

	return g_string_free (g_steal_pointer (&self.xml), /* free_segment */ FALSE);
}
