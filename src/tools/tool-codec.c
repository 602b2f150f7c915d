/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* WBXML <-> XML, in the form of the golden files (eas-wbxml-xml.h). */

#include "tool.h"

#include "eas-wbxml-reader.h"
#include "eas-wbxml-xml.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>

/* An XML form is several times its WBXML; beyond this the input is a mistake. */
#define MAX_DOCUMENT (8 * (gsize) EAS_WBXML_MAX_SIZE)

static GBytes *
read_stream (FILE *stream, const char *name, GError **error)
{
	g_autoptr (GByteArray) contents = g_byte_array_new ();
	guint8 block[65536];
	gsize size;

	while ((size = fread (block, 1, sizeof block, stream)) > 0) {
		if (contents->len + size > MAX_DOCUMENT) {
			g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
				     _ ("“%s” is too large"), name);
			return NULL;
		}
		g_byte_array_append (contents, block, (guint) size);
	}
	if (ferror (stream)) {
		g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
			     _ ("“%s” cannot be read: %s"), name, g_strerror (errno));
		return NULL;
	}

	return g_byte_array_free_to_bytes (g_steal_pointer (&contents));
}

/* @path NULL or "-": standard input. */
static GBytes *
read_input (const char *path, GError **error)
{
	GBytes *bytes;
	FILE *stream;

	if (path == NULL || g_str_equal (path, "-"))
		return read_stream (stdin, _ ("standard input"), error);

	stream = fopen (path, "rb");
	if (stream == NULL) {
		g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
			     _ ("“%s” cannot be opened: %s"), path, g_strerror (errno));
		return NULL;
	}
	bytes = read_stream (stream, path, error);
	fclose (stream);

	return bytes;
}

ToolExit
tool_run_decode (Tool *tool, char **arguments)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GBytes) bytes = read_input (arguments[0], &error);
	g_autofree char *xml = NULL;

	if (bytes == NULL)
		return tool_fail (tool, error);
	xml = eas_wbxml_to_xml (bytes, &error);
	if (xml == NULL)
		return tool_fail (tool, error);
	fputs (xml, stdout);

	return TOOL_OK;
}

ToolExit
tool_run_encode (Tool *tool, char **arguments)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GBytes) xml = read_input (arguments[0], &error);
	g_autoptr (GBytes) bytes = NULL;

	if (xml == NULL)
		return tool_fail (tool, error);
	bytes = eas_wbxml_from_xml (g_bytes_get_data (xml, NULL), (gssize) g_bytes_get_size (xml),
				    &error);
	if (bytes == NULL)
		return tool_fail (tool, error);
	fwrite (g_bytes_get_data (bytes, NULL), 1, g_bytes_get_size (bytes), stdout);

	return TOOL_OK;
}
