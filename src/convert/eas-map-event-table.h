/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The Calendar class, one row an element. */

#pragma once

#include "eas-map.h"

G_BEGIN_DECLS

extern const EasMapTable eas_event_table;

/* The row that writes an element in a version; NULL: nothing of ours. */
const EasMapRow *eas_event_row (EasTag tag, EasVersion version);

G_END_DECLS
