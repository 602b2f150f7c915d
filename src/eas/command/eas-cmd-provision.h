/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Provision: fetch the policy (first phase), promise it (second phase), get the
 * key; receive and acknowledge a wipe. HTTP header X-MS-PolicyKey: 0 in the first
 * phase, the temporary key in the second.
 *
 * Source: [MS-ASPROV] Provision and its children; [MS-ASCMD] 2.2.1.14 Provision.
 */

#pragma once

#include "eas-command.h"
#include "eas-policy.h"

G_BEGIN_DECLS

extern const EasCommand eas_cmd_provision;

#define EAS_POLICY_TYPE_WBXML "MS-EAS-Provisioning-WBXML"

typedef enum {
	EAS_WIPE_NONE,
	EAS_WIPE_DEVICE,   /* RemoteWipe */
	EAS_WIPE_ACCOUNT   /* AccountOnlyRemoteWipe, since 16.1 */
} EasWipe;

typedef struct {
	guint status;         /* 1 where absent: some servers leave it out */
	guint device_status;  /* of DeviceInformation; 1 where absent */
	guint policy_status;  /* of Policy, EAS_SCOPE_POLICY; 1 where absent, 2 where there is no Policy: both "no policy" */
	char *policy_type;    /* NULL: not stated */
	guint32 policy_key;   /* temporary in the first phase, final in the second; 0: none */
	EasPolicy *policy;    /* first phase; NULL: no document came */
	EasWipe wipe;         /* wins over all else */
} EasProvisionResponse;

/* First phase. @device (nullable) goes in since 14.1, below that it must not. */
GBytes  *eas_cmd_provision_build_request (const EasDevice *device, EasVersion version);
/* Second phase: @policy_key is the temporary one, @status what eas_policy_judge() said. */
GBytes  *eas_cmd_provision_build_acknowledge (guint32 policy_key, EasPolicyStatus status);
/* After status 140: an empty Provision, whose answer tells the kind of wipe. */
GBytes  *eas_cmd_provision_build_wipe_query (void);
/* @wipe: not NONE. @done FALSE says that the wipe failed. */
GBytes  *eas_cmd_provision_build_wipe_acknowledge (EasWipe wipe, gboolean done);

gboolean eas_cmd_provision_parse (GBytes *body, EasProvisionResponse *out, GError **error);
void     eas_provision_response_clear (EasProvisionResponse *response);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EasProvisionResponse, eas_provision_response_clear)

G_END_DECLS
