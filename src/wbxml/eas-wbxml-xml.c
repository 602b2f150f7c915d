/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* WBXML <-> XML text. Each way is one pass over the other form. */

#include <stdlib.h>
#include <string.h>

#include "eas-wbxml-reader.h"
#include "eas-wbxml-writer.h"

#include "eas-wbxml-xml.h"

#define OWN_NAMESPACE "urn:eas:golden"

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
		g_string_append (text, " xmlns:g=\"" OWN_NAMESPACE "\"");

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

/* How the text of an element goes onto the wire. */
typedef enum { ENCODING_TEXT, ENCODING_OPAQUE, ENCODING_SPLIT } Encoding;

typedef struct {
	EasTag tag; /* EAS_TAG_NONE: a piece of the element around it */
	Encoding encoding;
	gboolean has_children;
	guint n_namespaces; /* as many as before it */
	GString *text;
} Element;

typedef struct {
	char *prefix;
	char *uri;
} Namespace;

typedef struct {
	EasWbxmlWriter *writer;
	GArray *elements;   /* of Element, open */
	GArray *namespaces; /* of Namespace, in force; the last wins */
	gboolean has_root;
} FromXml;

static void
element_clear (gpointer data)
{
	Element *element = data;

	g_string_free (element->text, TRUE);
}

static void
namespace_clear (gpointer data)
{
	Namespace *declared = data;

	g_free (declared->prefix);
	g_free (declared->uri);
}

static void
from_xml_init (FromXml *self)
{
	self->writer = eas_wbxml_writer_new ();
	self->elements = g_array_new (FALSE, FALSE, sizeof (Element));
	g_array_set_clear_func (self->elements, element_clear);
	self->namespaces = g_array_new (FALSE, FALSE, sizeof (Namespace));
	g_array_set_clear_func (self->namespaces, namespace_clear);
	self->has_root = FALSE;
}

static void
from_xml_clear (FromXml *self)
{
	eas_wbxml_writer_free (self->writer);
	g_array_unref (self->elements);
	g_array_unref (self->namespaces);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FromXml, from_xml_clear)

static Element *
innermost (FromXml *self)
{
	return self->elements->len == 0
		       ? NULL
		       : &g_array_index (self->elements, Element, self->elements->len - 1);
}

G_GNUC_PRINTF (4, 5)
static void
set_error (GError **error, GMarkupParseContext *context, GMarkupError code, const char *format, ...)
{
	g_autofree char *what = NULL;
	va_list arguments;
	int line;

	va_start (arguments, format);
	what = g_strdup_vprintf (format, arguments);
	va_end (arguments);

	g_markup_parse_context_get_position (context, &line, NULL);
	g_set_error (error, G_MARKUP_ERROR, code, "%s in line %d", what, line);
}

static void
declare_namespaces (FromXml *self, const char **names, const char **values)
{
	for (; *names != NULL; names++, values++) {
		Namespace declared;

		if (g_str_has_prefix (*names, "xmlns:"))
			declared.prefix = g_strdup (*names + strlen ("xmlns:"));
		else if (g_str_equal (*names, "xmlns"))
			declared.prefix = g_strdup ("");
		else
			continue;

		declared.uri = g_strdup (*values);
		g_array_append_val (self->namespaces, declared);
	}
}

/* The namespace of @name, NULL when its prefix is not declared; *out_local is its rest. */
static const char *
resolve (const FromXml *self, const char *name, const char **out_local)
{
	const char *colon = strchr (name, ':');
	gsize length = colon == NULL ? 0 : (gsize) (colon - name);
	guint ii;

	*out_local = colon == NULL ? name : colon + 1;
	for (ii = self->namespaces->len; ii > 0; ii--) {
		const Namespace *declared = &g_array_index (self->namespaces, Namespace, ii - 1);

		if (strlen (declared->prefix) == length &&
		    strncmp (declared->prefix, name, length) == 0)
			return declared->uri;
	}

	return NULL;
}

/* The attribute @wanted of @uri ("" for one without a namespace), or NULL. */
static const char *
find_attribute (const FromXml *self,
		const char *uri,
		const char *wanted,
		const char **names,
		const char **values)
{
	for (; *names != NULL; names++, values++) {
		const char *local = *names;
		const char *found =
			strchr (*names, ':') == NULL ? "" : resolve (self, *names, &local);

		if (g_strcmp0 (found, uri) == 0 && g_str_equal (local, wanted))
			return *values;
	}

	return NULL;
}

static gboolean
parse_small (const char *text, guint base, guint most, guint *out_value)
{
	guint64 value;

	if (text == NULL || !g_ascii_string_to_unsigned (text, base, 0, most, &value, NULL))
		return FALSE;

	*out_value = (guint) value;

	return TRUE;
}

static gboolean
parse_token (const FromXml *self, const char **names, const char **values, EasTag *out_tag)
{
	guint page, code;

	if (!parse_small (find_attribute (self, "", "page", names, values), 10, 0xff, &page) ||
	    !parse_small (find_attribute (self, "", "code", names, values), 16, 0x3f, &code) ||
	    code < 5)
		return FALSE;

	*out_tag = EAS_TAG_MAKE (page, code);

	return TRUE;
}

/* Fills tag and encoding from the name of an element of our own namespace. */
static gboolean
parse_own_element (const FromXml *self,
		   Element *element,
		   const char *local,
		   const char **names,
		   const char **values)
{
	if (g_str_equal (local, "token"))
		return parse_token (self, names, values, &element->tag);

	element->tag = EAS_TAG_NONE;
	if (g_str_equal (local, "opaque"))
		element->encoding = ENCODING_OPAQUE;

	/* A piece needs an element around it. */
	return self->elements->len > 0 &&
	       (g_str_equal (local, "opaque") || g_str_equal (local, "text"));
}

static gboolean
parse_element (const FromXml *self,
	       Element *element,
	       const char *name,
	       const char **names,
	       const char **values)
{
	const char *encoding = find_attribute (self, OWN_NAMESPACE, "enc", names, values);
	const char *local;
	const char *uri = resolve (self, name, &local);

	if (encoding != NULL && g_str_equal (encoding, "opaque"))
		element->encoding = ENCODING_OPAQUE;
	else if (encoding != NULL && g_str_equal (encoding, "split"))
		element->encoding = ENCODING_SPLIT;
	else if (encoding != NULL)
		return FALSE;

	if (uri == NULL)
		return FALSE;

	if (g_str_equal (uri, OWN_NAMESPACE))
		return parse_own_element (self, element, local, names, values);

	element->tag = eas_tag_from_name (uri, local);

	return element->tag != EAS_TAG_NONE;
}

static gboolean
is_blank (const GString *text)
{
	return strspn (text->str, " \t\r\n") == text->len;
}

/* Something comes inside the innermost element: its text so far must have been indentation. */
static gboolean
enter_innermost (FromXml *self, GMarkupParseContext *context, GError **error)
{
	Element *parent = innermost (self);

	if (parent == NULL) {
		/* GMarkup itself does not mind a second one. */
		if (self->has_root)
			set_error (error, context, G_MARKUP_ERROR_INVALID_CONTENT,
				   "second root element");
		return !self->has_root;
	}

	if (parent->tag == EAS_TAG_NONE || !is_blank (parent->text)) {
		set_error (error, context, G_MARKUP_ERROR_INVALID_CONTENT, "text beside elements");
		return FALSE;
	}

	if (self->elements->len > EAS_WBXML_MAX_DEPTH) {
		set_error (error, context, G_MARKUP_ERROR_INVALID_CONTENT, "nested too deeply");
		return FALSE;
	}

	parent->has_children = TRUE;

	return TRUE;
}

static void
on_start (GMarkupParseContext *context,
	  const char *name,
	  const char **names,
	  const char **values,
	  gpointer user_data,
	  GError **error)
{
	FromXml *self = user_data;
	Element element = { EAS_TAG_NONE, ENCODING_TEXT, FALSE, self->namespaces->len, NULL };

	if (!enter_innermost (self, context, error))
		return;

	declare_namespaces (self, names, values);
	if (!parse_element (self, &element, name, names, values)) {
		set_error (error, context, G_MARKUP_ERROR_UNKNOWN_ELEMENT, "unknown element %s",
			   name);
		return;
	}

	if (element.tag != EAS_TAG_NONE)
		eas_wbxml_writer_start (self->writer, element.tag);

	self->has_root = TRUE;
	element.text = g_string_new (NULL);
	g_array_append_val (self->elements, element);
}

static void
write_split (FromXml *self, const GString *text)
{
	const char *middle =
		g_utf8_offset_to_pointer (text->str, g_utf8_strlen (text->str, text->len) / 2);

	eas_wbxml_writer_raw_text (self->writer, text->str, middle - text->str);
	eas_wbxml_writer_raw_text (self->writer, middle, -1);
}

static void
write_value (FromXml *self, const Element *element)
{
	switch (element->encoding) {
	case ENCODING_TEXT:
		eas_wbxml_writer_raw_text (self->writer, element->text->str, element->text->len);
		break;
	case ENCODING_SPLIT:
		write_split (self, element->text);
		break;
	case ENCODING_OPAQUE: {
		gsize size;
		g_autofree guint8 *data = g_base64_decode (element->text->str, &size);

		eas_wbxml_writer_raw_opaque (self->writer, data, size);
		break;
	}
	}
}

static void
on_end (GMarkupParseContext *context, const char *name, gpointer user_data, GError **error)
{
	FromXml *self = user_data;
	Element *element = innermost (self);

	if (element->has_children && !is_blank (element->text)) {
		set_error (error, context, G_MARKUP_ERROR_INVALID_CONTENT, "text beside elements");
		return;
	}

	if (!element->has_children)
		write_value (self, element);
	if (element->tag != EAS_TAG_NONE)
		eas_wbxml_writer_end (self->writer);

	g_array_set_size (self->namespaces, element->n_namespaces);
	g_array_set_size (self->elements, self->elements->len - 1);
}

static void
on_text (GMarkupParseContext *context,
	 const char *text,
	 gsize length,
	 gpointer user_data,
	 GError **error)
{
	Element *element = innermost (user_data);

	if (element != NULL)
		g_string_append_len (element->text, text, length);
}

GBytes *
eas_wbxml_from_xml (const char *xml, gssize length, GError **error)
{
	static const GMarkupParser parser = { on_start, on_end, on_text, NULL, NULL };
	g_autoptr (GMarkupParseContext) context = NULL;
	g_auto (FromXml) self;

	from_xml_init (&self);
	context = g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &self, NULL);
	if (!g_markup_parse_context_parse (context, xml, length, error) ||
	    !g_markup_parse_context_end_parse (context, error))
		return NULL;

	if (!self.has_root) {
		set_error (error, context, G_MARKUP_ERROR_EMPTY, "no element");
		return NULL;
	}

	return eas_wbxml_writer_finish (self.writer);
}
