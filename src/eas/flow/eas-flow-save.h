/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A small change to the account's shared values: lock, apply to what is in force now, commit. */

#pragma once

#include "eas-flow.h"

G_BEGIN_DECLS

typedef void (*EasFlowApply) (EasAccountData *data, gpointer user_data);

/*
 * @apply runs once, on freshly read values. A state that cannot be locked or
 * written is no reason to fail what was learned on the way: the change then holds
 * in this process only. Result: NULL.
 */
EasFlow *eas_flow_save_new (EasFlowApply apply, gpointer take_user_data, GDestroyNotify free_user_data);

G_END_DECLS
