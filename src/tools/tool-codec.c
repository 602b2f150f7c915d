/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* WBXML <-> XML, in the form of the golden files (eas-wbxml-xml.h). */

#include "tool.h"

#include "eas-wbxml-reader.h"
#include "eas-wbxml-xml.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

/* An XML form is several times its WBXML; beyond this the input is a mistake. */
#define MAX_DOCUMENT (8 * (gsize) EAS_WBXML_MAX_SIZE)

static GBytes *
read_all (Tool *tool, int fd, const char *name, GError **error)
{
	g_autoptr (GByteArray) contents = g_byte_array_new ();
	guint8 block[65536];
	gssize size;

	while ((size = tool_read_input (tool, fd, block, sizeof block, error)) > 0) {
		if (contents->len + (gsize) size > MAX_DOCUMENT) {
			g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
				     _ ("“%s” is too large"), name);
			return NULL;
		}
		g_byte_array_append (contents, block, (guint) size);
	}
	if (size < 0) {
		g_prefix_error (error, _ ("“%s” cannot be read: "), name);
		return NULL;
	}

	return g_byte_array_free_to_bytes (g_steal_pointer (&contents));
}

static gboolean
is_standard_input (const char *path)
{
	return path == NULL || g_str_equal (path, "-");
}

static GBytes *
read_input (Tool *tool, const char *path, GError **error)
{
	GBytes *bytes;
	int fd;

	if (is_standard_input (path))
		return read_all (tool, STDIN_FILENO, _ ("standard input"), error);

	fd = g_open (path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
			     _ ("“%s” cannot be opened: %s"), path, g_strerror (errno));
		return NULL;
	}
	bytes = read_all (tool, fd, path, error);
	close (fd);

	return bytes;
}

/* Which document has the mistake. */
static ToolExit
fail_document (Tool *tool, const char *path, GError **error)
{
	if (!is_standard_input (path))
		g_prefix_error (error, "“%s”: ", path);

	return tool_fail (tool, *error);
}

ToolExit
tool_run_decode (Tool *tool, char **arguments)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GBytes) bytes = read_input (tool, arguments[0], &error);
	g_autofree char *xml = NULL;

	if (bytes == NULL)
		return tool_fail (tool, error);
	xml = eas_wbxml_to_xml (bytes, &error);
	if (xml == NULL)
		return fail_document (tool, arguments[0], &error);
	fputs (xml, stdout);

	return TOOL_OK;
}

ToolExit
tool_run_encode (Tool *tool, char **arguments)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GBytes) xml = read_input (tool, arguments[0], &error);
	g_autoptr (GBytes) bytes = NULL;

	if (xml == NULL)
		return tool_fail (tool, error);
	bytes = eas_wbxml_from_xml (g_bytes_get_data (xml, NULL), (gssize) g_bytes_get_size (xml),
				    &error);
	if (bytes == NULL)
		return fail_document (tool, arguments[0], &error);
	fwrite (g_bytes_get_data (bytes, NULL), 1, g_bytes_get_size (bytes), stdout);

	return TOOL_OK;
}
