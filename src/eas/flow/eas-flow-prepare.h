/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What must be known before a command can go out: version and commands, device and policy. */

#pragma once

#include "eas-flow.h"

G_BEGIN_DECLS

/* Why; several may hold. What another process has done meanwhile is not done again. */
typedef enum {
	EAS_PREPARE_MISSING = 0,           /* what is not known yet, or too old */
	EAS_PREPARE_RENEGOTIATE = 1 << 0,  /* the server disliked a request: ask what it offers */
	EAS_PREPARE_OTHER_VERSION = 1 << 1, /* it refused the very version */
	EAS_PREPARE_PROVISION = 1 << 2,    /* it demands the handshake */
	EAS_PREPARE_WIPE = 1 << 3          /* it ordered a wipe */
} EasPrepare;

/* Whether anything is missing. */
gboolean eas_flow_prepare_is_due (const EasAccountData *data, gint64 now);
/* @version, @policy_key: what the refused request was sent with. Result: NULL. */
EasFlow *eas_flow_prepare_new    (EasPrepare why, EasVersion version, guint32 policy_key);

G_END_DECLS
