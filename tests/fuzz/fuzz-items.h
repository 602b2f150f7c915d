/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Items out of any document: for the targets that are about what is in an item. */

#pragma once

#include "eas-item.h"

G_BEGIN_DECLS

typedef void (*FuzzItemFunc) (EasItem *item);

/*
 * Calls @run with every ApplicationData and Properties of the document, as far
 * as it can be read, and with its root when it has none of them.
 */
void fuzz_each_item (const guint8 *data, gsize size, FuzzItemFunc run);

G_END_DECLS
