/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-wbxml-reader.h"
#include "eas-wbxml-text.h"

#include "eas-wbxml-dump.h"

#define MAX_SHOWN 200 /* characters of one value; bodies are for the store, not for the log */

typedef struct {
	EasWbxmlDumpMode mode;
	GString *lines;
	guint page;
	guint depth;
	guint secret_depth; /* the depth of an open element that hides all inside it; 0: none */
} Dump;

static void
put_start (Dump *dump, EasTag tag)
{
	guint page = EAS_TAG_PAGE (tag);

	if (dump->lines->len > 0)
		g_string_append_c (dump->lines, '\n');

	g_string_append_printf (dump->lines, "%*s", (int) dump->depth * 2, "");
	if (!eas_tag_is_known (tag)) {
		g_string_append_printf (dump->lines, "%u:0x%02x", page, EAS_TAG_TOKEN (tag));
	} else {
		if (page != dump->page || dump->depth == 0)
			g_string_append_printf (dump->lines, "%s:", eas_page_get_name (page));
		g_string_append (dump->lines, eas_tag_get_name (tag));
	}

	dump->page = page;
	dump->depth++;
	if (dump->secret_depth == 0 && eas_tag_get_secrecy (tag) == EAS_SECRECY_SECRET)
		dump->secret_depth = dump->depth;
}

static void
put_end (Dump *dump)
{
	if (dump->secret_depth == dump->depth)
		dump->secret_depth = 0;

	dump->depth--;
}

/* The value on one line, whatever is in it. */
static void
put_text (Dump *dump, const guint8 *data, gsize size)
{
	g_autofree char *text = eas_wbxml_text_repair (data, size, NULL);
	const char *from = text;
	guint n_shown;

	g_string_append (dump->lines, " \"");
	for (n_shown = 0; *from != '\0' && n_shown < MAX_SHOWN; n_shown++) {
		gunichar character = g_utf8_get_char (from);

		if (character == '"' || character == '\\')
			g_string_append_printf (dump->lines, "\\%c", (char) character);
		else if (g_unichar_isprint (character))
			g_string_append_unichar (dump->lines, character);
		else
			g_string_append_printf (dump->lines, "\\u%04x", character);

		from = g_utf8_next_char (from);
	}

	g_string_append_c (dump->lines, '"');
	if (*from != '\0')
		g_string_append_printf (dump->lines, " ... (%" G_GSIZE_FORMAT " bytes)", size);
}

/* Size and a hash: enough to see that two are the same. */
static void
put_opaque (Dump *dump, const guint8 *data, gsize size)
{
	g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);

	g_string_append_printf (dump->lines, " (opaque, %" G_GSIZE_FORMAT " bytes, %08x)", size,
				g_bytes_hash (bytes));
}

static void
put_value (Dump *dump, EasTag tag, EasWbxmlEvent event, const guint8 *data, gsize size)
{
	EasSecrecy secrecy = eas_tag_get_secrecy (tag);

	if (dump->secret_depth > 0)
		g_string_append (dump->lines, " (hidden)");
	else if (event == EAS_WBXML_OPAQUE)
		put_opaque (dump, data, size);
	else if (secrecy == EAS_SECRECY_OPEN || dump->mode == EAS_WBXML_DUMP_CONTENT)
		put_text (dump, data, size);
	else
		g_string_append_printf (dump->lines, " (%" G_GSIZE_FORMAT " bytes)", size);
}

char *
eas_wbxml_dump (GBytes *bytes, EasWbxmlDumpMode mode)
{
	g_auto (EasWbxmlReader) reader;
	g_autoptr (GError) error = NULL;
	Dump dump = { .mode = mode };
	EasTag open[EAS_WBXML_MAX_DEPTH + 2] = {
		EAS_TAG_NONE
	}; /* an empty one lies deeper than the deepest */
	EasWbxmlEvent event;
	const guint8 *data;
	gsize size;
	EasTag tag;

	g_return_val_if_fail (bytes != NULL, NULL);

	dump.lines = g_string_new (NULL);
	eas_wbxml_reader_init (&reader, bytes);
	while ((event = eas_wbxml_reader_event (&reader, &tag, &data, &size)) !=
	       EAS_WBXML_FINISHED) {
		switch (event) {
		case EAS_WBXML_START:
			put_start (&dump, tag);
			open[dump.depth] = tag;
			break;
		case EAS_WBXML_END:
			put_end (&dump);
			break;
		default:
			put_value (&dump, open[dump.depth], event, data, size);
			break;
		}
	}

	if (!eas_wbxml_reader_finish (&reader, &error))
		g_string_append_printf (dump.lines, "%s! %s", dump.lines->len > 0 ? "\n" : "",
					error->message);

	return g_string_free (dump.lines, /* free_segment */ FALSE);
}
