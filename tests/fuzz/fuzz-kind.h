/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* For the targets that map items to components. */

#pragma once

#include "eas-map-kind.h"

G_BEGIN_DECLS

/*
 * Whatever the item says, what the desktop is shown is legal, is of the kind, and
 * reads back from its own text; and what was not edited is no edit.
 */
void fuzz_kind (EasItem *item, EasClass klass);

G_END_DECLS
