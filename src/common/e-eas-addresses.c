/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A few lines of text, replaced as a whole. */

#include <glib/gstdio.h>

#include "e-eas-addresses.h"

#define FILE_NAME "addresses"

static gboolean
is_listed (const char *const *addresses, const char *address)
{
	for (guint i = 0; addresses[i] != NULL; i++) {
		if (g_ascii_strcasecmp (addresses[i], address) == 0)
			return TRUE;
	}

	return FALSE;
}

static char *
read_text (const char *directory)
{
	g_autofree char *path = g_build_filename (directory, FILE_NAME, NULL);
	char *text = NULL;

	if (!g_file_get_contents (path, &text, NULL, NULL) || !g_utf8_validate (text, -1, NULL))
		g_clear_pointer (&text, g_free);

	return text;
}

char **
e_eas_addresses_read (const char *directory, const char *own)
{
	g_autofree char *text = NULL;
	g_auto (GStrv) lines = NULL;
	g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

	g_return_val_if_fail (directory != NULL, NULL);

	text = read_text (directory);
	lines = g_strsplit (text != NULL ? text : "", "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		if (*lines[i] != '\0')
			g_strv_builder_add (builder, lines[i]);
	}
	if (own != NULL && !is_listed ((const char *const *) lines, own))
		g_strv_builder_add (builder, own);

	return g_strv_builder_end (builder);
}

gboolean
e_eas_addresses_write (const char *directory, const char *const *addresses, GError **error)
{
	g_autofree char *path = NULL;
	g_autofree char *before = NULL;
	g_autofree char *text = NULL;

	g_return_val_if_fail (directory != NULL && addresses != NULL, FALSE);

	path = g_build_filename (directory, FILE_NAME, NULL);
	before = read_text (directory);
	text = g_strjoinv ("\n", (char **) addresses);
	if (g_strcmp0 (before, text) == 0)
		return TRUE;

	return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
					 error);
}

guint64
e_eas_addresses_stamp (const char *directory)
{
	g_autofree char *path = NULL;
	GStatBuf buf;

	g_return_val_if_fail (directory != NULL, 0);

	path = g_build_filename (directory, FILE_NAME, NULL);
	if (g_stat (path, &buf) != 0)
		return 0;

	return (guint64) buf.st_ino ^ (guint64) buf.st_mtim.tv_sec << 32 ^
	       (guint64) buf.st_mtim.tv_nsec;
}
