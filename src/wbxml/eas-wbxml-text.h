/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Legal text: valid UTF-8 made of characters XML 1.0 allows. Servers check it,
 * EDS and D-Bus die without it.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One pass: the position of the first zero byte, @size when there is none; legality of what is before it. */
gsize    eas_wbxml_text_scan     (const guint8 *data, gsize size, gboolean *out_legal);
gboolean eas_wbxml_text_is_legal (const guint8 *data, gsize size);

/* (transfer full): a legal copy, zero-terminated. Bytes that are no UTF-8 become U+FFFD, illegal characters go. */
char    *eas_wbxml_text_repair   (const guint8 *data, gsize size, gsize *out_size);

G_END_DECLS
