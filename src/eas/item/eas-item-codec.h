/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* EasItem <-> WBXML. */

#pragma once

#include "eas-item.h"
#include "eas-wbxml-reader.h"
#include "eas-wbxml-writer.h"

G_BEGIN_DECLS

/*
 * Reads the children of the current element (ApplicationData, Properties) and
 * consumes it. The item borrows from the document and keeps it alive. NULL only
 * after a framing fault, which the reader reports.
 */
EasItem *eas_item_read  (EasWbxmlReader *reader);

/* Writes all top-level elements, those we do not know included. */
void     eas_item_write (const EasItem *item, EasWbxmlWriter *writer);

/*
 * For the store: a document of its own, page 0 in force at its start, root
 * AirSync:ApplicationData. from_bytes borrows from @bytes.
 */
GBytes  *eas_item_to_bytes   (const EasItem *item);
EasItem *eas_item_from_bytes (GBytes *bytes, GError **error);

G_END_DECLS
