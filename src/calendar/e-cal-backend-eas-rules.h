/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How two versions of an event, a task or a note are merged, element by element. */

#pragma once

#include "e-eas-merge.h"
#include "eas-types.h"

G_BEGIN_DECLS

const EEasMergeRules *e_cal_backend_eas_rules (EasClass klass);

G_END_DECLS
