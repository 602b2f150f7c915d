/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-map-body.h"

#include <string.h>
#include <glib/gi18n-lib.h>

enum { BODY_PLAIN = 1, BODY_HTML = 2 };

/* HTML to text: enough for notes of events. */

static const struct {
	const char *name;
	const char *text;
} entities[] = {
	{ "amp;", "&" },   { "lt;", "<" },   { "gt;", ">" },
	{ "quot;", "\"" }, { "apos;", "'" }, { "nbsp;", " " },
};

/* @c is after the ampersand. Returns the length taken, 0 when it is no entity. */
static gsize
decode_entity (const char *c, GString *text)
{
	for (guint i = 0; i < G_N_ELEMENTS (entities); i++) {
		if (g_str_has_prefix (c, entities[i].name)) {
			g_string_append (text, entities[i].text);
			return strlen (entities[i].name);
		}
	}

	if (c[0] == '#') {
		gboolean is_hex = c[1] == 'x' || c[1] == 'X';
		const char *digits = c + (is_hex ? 2 : 1);
		char *end;
		guint64 code = g_ascii_strtoull (digits, &end, is_hex ? 16 : 10);

		if (end != digits && *end == ';' && code > 0 && code <= 0x10ffff &&
		    g_unichar_validate ((gunichar) code)) {
			g_string_append_unichar (text, (gunichar) code);
			return (gsize) (end + 1 - c);
		}
	}

	return 0;
}

static gboolean
is_tag (const char *c, const char *name)
{
	gsize length = strlen (name);

	return g_ascii_strncasecmp (c, name, length) == 0 && !g_ascii_isalnum (c[length]);
}

static void
end_line (GString *text)
{
	if (text->len > 0 && text->str[text->len - 1] != '\n')
		g_string_append_c (text, '\n');
}

/* Elements whose text is not for reading. Returns where to go on. */
static const char *
skip_unread (const char *c)
{
	static const struct {
		const char *name, *end;
	} unread[] = { { "style", "</style" },
		       { "script", "</script" },
		       { "title", "</title" },
		       { "!--", "-->" } };

	for (guint i = 0; i < G_N_ELEMENTS (unread); i++) {
		if (g_ascii_strncasecmp (c + 1, unread[i].name, strlen (unread[i].name)) != 0)
			continue;
		for (const char *end = c; *end != '\0'; end++) {
			if (g_ascii_strncasecmp (end, unread[i].end, strlen (unread[i].end)) == 0) {
				const char *close = strchr (end, '>');

				return close != NULL ? close + 1 : end + strlen (end);
			}
		}
		return c + strlen (c);
	}

	return NULL;
}

/* @c is at the '<'. Returns what follows the '>'. */
static const char *
read_tag (const char *c, GString *text)
{
	static const char *const blocks[] = { "p",   "/p",  "div", "/div", "tr", "li",
					      "/ul", "/ol", "h1",  "h2",   "h3", "table" };
	const char *after = skip_unread (c);

	if (after != NULL)
		return after;

	if (is_tag (c + 1, "br"))
		g_string_append_c (text, '\n');
	for (guint i = 0; i < G_N_ELEMENTS (blocks); i++) {
		if (is_tag (c + 1, blocks[i])) {
			end_line (text);
			break;
		}
	}

	after = strchr (c, '>');
	return after != NULL ? after + 1 : c + strlen (c);
}

char *
eas_map_body_from_html (const char *html)
{
	GString *text = g_string_sized_new (strlen (html));
	const char *c = html;

	while (*c != '\0') {
		gsize taken;

		if (*c == '<') {
			c = read_tag (c, text);
		} else if (*c == '&' && (taken = decode_entity (c + 1, text)) > 0) {
			c += taken + 1;
		} else if (g_ascii_isspace (*c)) {
			if (text->len > 0 && !g_ascii_isspace (text->str[text->len - 1]))
				g_string_append_c (text, ' ');
			c++;
		} else {
			g_string_append_c (text, *c++);
		}
	}

	return g_strchomp (g_string_free (text, /* free_segment */ FALSE));
}

char *
eas_map_body_to_html (const char *text)
{
	GString *html = g_string_new ("<html><body>");

	for (const char *c = text; *c != '\0'; c++) {
		switch (*c) {
		case '&':
			g_string_append (html, "&amp;");
			break;
		case '<':
			g_string_append (html, "&lt;");
			break;
		case '>':
			g_string_append (html, "&gt;");
			break;
		case '\r':
			break;
		case '\n':
			g_string_append (html, "<br>\r\n");
			break;
		default:
			g_string_append_c (html, *c);
			break;
		}
	}
	g_string_append (html, "</body></html>");

	return g_string_free (html, /* free_segment */ FALSE);
}

/* Facts about a Body on the wire. */

static gint64
child_int (const EasItem *item, EasItemSlot parent, EasTag tag, gint64 otherwise)
{
	EasItemSlot slot = eas_item_child (item, parent, tag);
	gint64 value;

	return slot != EAS_ITEM_NONE && eas_item_int (item, slot, &value) ? value : otherwise;
}

static gboolean
is_truncated (const EasItem *item, EasItemSlot body)
{
	EasItemSlot slot = eas_item_child (item, body, EAS_AIRSYNCBASE_TRUNCATED);
	gboolean truncated = FALSE;

	return slot != EAS_ITEM_NONE && eas_item_flag (item, slot, &truncated) && truncated;
}

/* The form in which the server keeps it; 0: it does not say. */
static gint64
native_type (const EasItem *item, EasItemSlot parent)
{
	EasItemSlot slot = eas_map_inherited (item, parent, EAS_AIRSYNCBASE_NATIVE_BODY_TYPE);
	gint64 type;

	return slot != EAS_ITEM_NONE && eas_item_int (item, slot, &type) ? type : 0;
}

gboolean
eas_map_body_is_safe (const EasItem *item, EasItemSlot parent, EasItemSlot body)
{
	gint64 type = child_int (item, body, EAS_AIRSYNCBASE_TYPE, BODY_PLAIN);

	return !is_truncated (item, body) && native_type (item, parent) == type &&
	       eas_item_child (item, body, EAS_AIRSYNCBASE_DATA) != EAS_ITEM_NONE;
}

void
eas_map_body_copy (const EasItem *item, EasItemSlot body, EasItemBuilder *builder)
{
	static const EasTag parts[] = { EAS_AIRSYNCBASE_TYPE, EAS_AIRSYNCBASE_DATA };

	eas_item_builder_start (builder, EAS_AIRSYNCBASE_BODY);
	for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
		EasItemSlot slot = eas_item_child (item, body, parts[i]);

		if (slot != EAS_ITEM_NONE)
			eas_item_builder_copy (builder, item, slot);
	}
	eas_item_builder_end (builder);
}

static gboolean
same_part (const EasItem *a, EasItemSlot in_a, const EasItem *b, EasItemSlot in_b, EasTag tag)
{
	EasItemSlot of_a = eas_item_child (a, in_a, tag);
	EasItemSlot of_b = eas_item_child (b, in_b, tag);

	return of_a != EAS_ITEM_NONE && of_b != EAS_ITEM_NONE &&
	       eas_item_slot_equal (a, of_a, b, of_b);
}

void
eas_map_body_copy_applied (const EasItem *baseline,
			   const EasItem *sent,
			   EasItemSlot slot,
			   EasItemBuilder *builder)
{
	EasItemSlot was = EAS_ITEM_NONE;

	if (eas_item_tag (sent, slot) == EAS_AIRSYNCBASE_BODY)
		was = eas_item_child (baseline, EAS_ITEM_ROOT, EAS_AIRSYNCBASE_BODY);

	/* With its size, and whatever else came with it: else it would look like an edit. */
	if (was != EAS_ITEM_NONE && same_part (baseline, was, sent, slot, EAS_AIRSYNCBASE_TYPE) &&
	    same_part (baseline, was, sent, slot, EAS_AIRSYNCBASE_DATA))
		eas_item_builder_copy (builder, baseline, was);
	else
		eas_item_builder_copy (builder, sent, slot);
}

char *
eas_map_body_dup_letters (const EasItem *form)
{
	EasItemSlot body = eas_item_child (form, EAS_ITEM_ROOT, EAS_AIRSYNCBASE_BODY);
	EasItemSlot data = body != EAS_ITEM_NONE ? eas_item_child (form, body, EAS_AIRSYNCBASE_DATA)
						 : EAS_ITEM_NONE;
	const char *text = data != EAS_ITEM_NONE ? eas_item_text (form, data) : NULL;
	GString *letters = g_string_new (NULL);

	for (; text != NULL && *text != '\0'; text++) {
		if (!g_ascii_isspace (*text))
			g_string_append_c (letters, *text);
	}

	return g_string_free (letters, /* free_segment */ FALSE);
}

/* The codec. */

const EasTag eas_map_body_group[] = {
	EAS_AIRSYNCBASE_TYPE,      EAS_AIRSYNCBASE_DATA,    EAS_AIRSYNCBASE_ESTIMATED_DATA_SIZE,
	EAS_AIRSYNCBASE_TRUNCATED, EAS_AIRSYNCBASE_PREVIEW, EAS_TAG_NONE
};

/* Neither RTF nor MIME is for people. */
static gboolean
is_readable (gint64 type)
{
	return type == BODY_PLAIN || type == BODY_HTML;
}

/* Was less shown than the server has? */
static gboolean
is_partly_shown (const EasItem *item, EasItemSlot body)
{
	return is_truncated (item, body) ||
	       !is_readable (child_int (item, body, EAS_AIRSYNCBASE_TYPE, BODY_PLAIN));
}

char *
eas_map_body_dup_text (const EasItem *item, EasItemSlot body)
{
	EasItemSlot data = eas_item_child (item, body, EAS_AIRSYNCBASE_DATA);
	const char *text = data != EAS_ITEM_NONE ? eas_item_text (item, data) : NULL;
	gint64 type = child_int (item, body, EAS_AIRSYNCBASE_TYPE, BODY_PLAIN);
	g_autofree char *from_html = NULL;
	char *scratch = NULL;

	if (text == NULL || !is_readable (type))
		return NULL;

	if (type == BODY_HTML)
		text = from_html = eas_map_body_from_html (text);
	text = eas_map_clean_text (text, /* one_line */ FALSE, &scratch);

	return scratch != NULL ? scratch : g_strdup (text);
}

/* For programs that show it: the whole HTML, or none. Between tags a line's end is a space. */
static void
add_html (icalcomponent *component, const EasItem *item, EasItemSlot body)
{
	EasItemSlot data = eas_item_child (item, body, EAS_AIRSYNCBASE_DATA);
	g_autofree char *scratch = NULL;
	const char *html;
	icalproperty *property;

	if (data == EAS_ITEM_NONE || is_partly_shown (item, body) ||
	    child_int (item, body, EAS_AIRSYNCBASE_TYPE, BODY_PLAIN) != BODY_HTML)
		return;
	html = eas_map_clean_text (eas_item_text (item, data), /* one_line */ TRUE, &scratch);
	if (html == NULL || *html == '\0')
		return;

	property = icalproperty_new_x (html);
	icalproperty_set_x_name (property, EAS_MAP_ALT_DESC_X);
	icalproperty_add_parameter (property, icalparameter_new_fmttype ("text/html"));
	icalcomponent_add_property (component, property);
}

static void
body_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	g_autofree char *text = eas_map_body_dup_text (reading->item, slot);

	eas_map_add_text (reading->object, ICAL_DESCRIPTION_PROPERTY, text);
	add_html (reading->object, reading->item, slot);
}

static void
write_body (EasItemBuilder *builder, int type, const char *data)
{
	eas_item_builder_start (builder, EAS_AIRSYNCBASE_BODY);
	eas_item_builder_int (builder, EAS_AIRSYNCBASE_TYPE, type);
	eas_item_builder_text (builder, EAS_AIRSYNCBASE_DATA, data);
	eas_item_builder_end (builder);
}

void
eas_map_body_write_plain (EasItemBuilder *builder, const char *wire)
{
	write_body (builder, BODY_PLAIN, wire);
}

static void
body_write (const EasMapRow *row, EasMapWriting *writing)
{
	g_autofree char *wire =
		eas_map_wire_text (eas_map_get_text (writing->object, ICAL_DESCRIPTION_PROPERTY),
				   /* one_line */ FALSE);

	if (wire != NULL)
		write_body (writing->builder, BODY_PLAIN, wire);
}

static gboolean
was_html (const EasMapMerging *merging)
{
	const EasItem *item = merging->baseline;
	EasItemSlot body = merging->baseline_slot;

	return body != EAS_ITEM_NONE &&
	       (native_type (item, EAS_ITEM_ROOT) == BODY_HTML ||
		child_int (item, body, EAS_AIRSYNCBASE_TYPE, BODY_PLAIN) == BODY_HTML);
}

static void
body_merge (const EasMapRow *row, EasMapMerging *merging)
{
	EasItemSlot slot = eas_item_child (merging->edited, EAS_ITEM_ROOT, EAS_AIRSYNCBASE_BODY);
	EasItemSlot data = slot != EAS_ITEM_NONE
				   ? eas_item_child (merging->edited, slot, EAS_AIRSYNCBASE_DATA)
				   : EAS_ITEM_NONE;
	const char *text = data != EAS_ITEM_NONE ? eas_item_text (merging->edited, data) : "";

	/* Writing it would throw away what was not shown. */
	if (merging->baseline_slot != EAS_ITEM_NONE &&
	    is_partly_shown (merging->baseline, merging->baseline_slot)) {
		eas_set_error (&merging->error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0,
			       _ ("The description could only be loaded in part, so it cannot be "
				  "changed here"));
		return;
	}

	if (*text != '\0' && was_html (merging)) {
		g_autofree char *html = eas_map_body_to_html (text);

		write_body (merging->builder, BODY_HTML, html);
	} else {
		write_body (merging->builder, BODY_PLAIN, text);
	}
}

const EasMapCodec eas_codec_body = { body_read, body_write, body_merge };
