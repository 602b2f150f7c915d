/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How two versions of an event, a task or a note are merged, element by element. */

#pragma once

#include "e-eas-merge.h"
#include "eas-types.h"

G_BEGIN_DECLS

/* Of the same title at the same time: the same thing, made known to us a second time. */
gboolean e_cal_backend_eas_resembles (const EasItem *a, const EasItem *b);

const EEasMergeRules *e_cal_backend_eas_rules (EasClass klass);

G_END_DECLS
