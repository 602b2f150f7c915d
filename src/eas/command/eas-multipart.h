/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The framing of application/vnd.ms-sync.multipart: part 0 is the WBXML document,
 * the others are raw data that ItemOperations:Part refers to by index.
 *
 * Source: [MS-ASCMD] 2.2.1.10 ItemOperations, MultiPartResponse.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define EAS_MULTIPART_MAX_PARTS 1024

/*
 * Returns: (element-type GBytes) (transfer container): slices of @body, at least one;
 * NULL with EAS_ERROR_PROTOCOL when the table does not fit the body
 */
GPtrArray *eas_multipart_split (GBytes *body, GError **error);

G_END_DECLS
