/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A JSON writer, RFC 8259. Small enough not to need a library. */

#include "tool-json.h"

#include <stdio.h>

struct _ToolJson {
	GString *text;
	GString *closers; /* the bracket that ends each open level, innermost last */
	gboolean first;   /* nothing written in this level yet */
};

ToolJson *
tool_json_new (void)
{
	ToolJson *json = g_new0 (ToolJson, 1);

	json->text = g_string_new (NULL);
	json->closers = g_string_new (NULL);
	json->first = TRUE;

	return json;
}

void
tool_json_free (ToolJson *json)
{
	g_string_free (json->text, TRUE);
	g_string_free (json->closers, TRUE);
	g_free (json);
}

static void
append_string (GString *text, const char *value)
{
	g_autofree char *valid = g_utf8_make_valid (value, -1);

	g_string_append_c (text, '"');
	for (const char *at = valid; *at != '\0'; at++) {
		guchar c = (guchar) *at;

		switch (c) {
		case '"':
			g_string_append (text, "\\\"");
			break;
		case '\\':
			g_string_append (text, "\\\\");
			break;
		case '\n':
			g_string_append (text, "\\n");
			break;
		case '\t':
			g_string_append (text, "\\t");
			break;
		default:
			if (c < 0x20 || c == 0x7f)
				g_string_append_printf (text, "\\u%04x", c);
			else
				g_string_append_c (text, (char) c);
			break;
		}
	}
	g_string_append_c (text, '"');
}

static void
start_value (ToolJson *json, const char *key)
{
	if (!json->first)
		g_string_append_c (json->text, ',');
	json->first = FALSE;

	if (key != NULL) {
		append_string (json->text, key);
		g_string_append_c (json->text, ':');
	}
}

static void
open_level (ToolJson *json, const char *key, char opener, char closer)
{
	start_value (json, key);
	g_string_append_c (json->text, opener);
	g_string_append_c (json->closers, closer);
	json->first = TRUE;
}

void
tool_json_object (ToolJson *json, const char *key)
{
	open_level (json, key, '{', '}');
}

void
tool_json_array (ToolJson *json, const char *key)
{
	open_level (json, key, '[', ']');
}

void
tool_json_end (ToolJson *json)
{
	g_return_if_fail (json->closers->len > 0);

	g_string_append_c (json->text, json->closers->str[json->closers->len - 1]);
	g_string_truncate (json->closers, json->closers->len - 1);
	json->first = FALSE;
}

void
tool_json_text (ToolJson *json, const char *key, const char *value)
{
	start_value (json, key);
	if (value != NULL)
		append_string (json->text, value);
	else
		g_string_append (json->text, "null");
}

void
tool_json_int (ToolJson *json, const char *key, gint64 value)
{
	start_value (json, key);
	g_string_append_printf (json->text, "%" G_GINT64_FORMAT, value);
}

void
tool_json_bool (ToolJson *json, const char *key, gboolean value)
{
	start_value (json, key);
	g_string_append (json->text, value ? "true" : "false");
}

void
tool_json_print (ToolJson *json)
{
	g_return_if_fail (json->closers->len == 0);

	fwrite (json->text->str, 1, json->text->len, stdout);
	putchar ('\n');
	fflush (stdout);

	g_string_truncate (json->text, 0);
	json->first = TRUE;
}
