/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* XML text to WBXML, in one pass. GMarkup knows no namespaces: prefixes are resolved here. */

#include <string.h>

#include "eas-wbxml-reader.h"
#include "eas-wbxml-writer.h"

#include "eas-wbxml-xml.h"

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
	const char *encoding = find_attribute (self, EAS_WBXML_XML_NAMESPACE, "enc", names, values);
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

	if (g_str_equal (uri, EAS_WBXML_XML_NAMESPACE))
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
	/* NULL is how nothing at all looks to a caller who has a length. */
	if (!g_markup_parse_context_parse (context, xml != NULL ? xml : "", length, error) ||
	    !g_markup_parse_context_end_parse (context, error))
		return NULL;

	if (!self.has_root) {
		set_error (error, context, G_MARKUP_ERROR_EMPTY, "no element");
		return NULL;
	}

	return eas_wbxml_writer_finish (self.writer);
}
