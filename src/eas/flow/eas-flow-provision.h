/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The handshake: policy, device, wipe. Under the account's lock, which its owner takes. */

#pragma once

#include "eas-flow.h"

G_BEGIN_DECLS

/*
 * Writes key, hash and limits into the account's values; the owner commits them.
 * "No policy for you" is a success with key 0. @wipe_ordered: a status 140 came,
 * ask for the kind of wipe first. Result: NULL. EAS_ERROR_WIPED after a wipe was
 * acknowledged, EAS_ERROR_POLICY when the server takes no for an answer not.
 */
EasFlow *eas_flow_provision_new (gboolean wipe_ordered);

G_END_DECLS
