/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The framing of a multipart answer, all numbers 32 bits little-endian: PartsCount,
 * then Offset and Length of each part, then the parts. Offsets count from the
 * first byte of the body.
 *
 * Source: [MS-ASCMD] 2.2.1.10 ItemOperations, MultiPartResponse.
 */

#include "eas-multipart.h"

#include "eas-error.h"

#include <glib/gi18n-lib.h>

#include <string.h>

#define COUNT_SIZE 4
#define ENTRY_SIZE 8

static guint32
read_number (const guint8 *data)
{
	guint32 number;

	memcpy (&number, data, sizeof (number));

	return GUINT32_FROM_LE (number);
}

/* 64 bits throughout: no sum of two numbers of the wire overflows. */
static gboolean
part_fits (guint64 offset, guint64 length, guint64 table_size, guint64 size)
{
	return offset >= table_size && offset + length <= size;
}

GPtrArray *
eas_multipart_split (GBytes *body, GError **error)
{
	g_autoptr (GPtrArray) parts =
		g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
	gsize size;
	const guint8 *data = g_bytes_get_data (body, &size);
	guint32 n_parts = size >= COUNT_SIZE ? read_number (data) : 0;
	guint64 table_size = COUNT_SIZE + (guint64) n_parts * ENTRY_SIZE;
	guint ii;

	if (n_parts == 0 || n_parts > EAS_MULTIPART_MAX_PARTS || table_size > size) {
		eas_set_error (error, EAS_ERROR_PROTOCOL, "ItemOperations", 0, 0,
			       _ ("The answer of the server is damaged (%s)"), "multipart table");
		return NULL;
	}

	for (ii = 0; ii < n_parts; ii++) {
		const guint8 *entry = data + COUNT_SIZE + ii * ENTRY_SIZE;
		guint32 offset = read_number (entry);
		guint32 length = read_number (entry + 4);

		if (!part_fits (offset, length, table_size, size)) {
			eas_set_error (error, EAS_ERROR_PROTOCOL, "ItemOperations", 0, 0,
				       _ ("The answer of the server is damaged (%s)"),
				       "multipart entry");
			return NULL;
		}
		g_ptr_array_add (parts, g_bytes_new_from_bytes (body, offset, length));
	}

	return g_steal_pointer (&parts);
}
