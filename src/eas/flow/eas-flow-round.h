/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One request and its answer under the rules of HTTP alone; the exchange judges what is inside. */

#pragma once

#include "eas-flow.h"

G_BEGIN_DECLS

/* Built anew for each sending: address, cookies and key may have changed. NULL with error: refuse. */
typedef EasHttpRequest *(*EasRoundBuild) (const EasAccountData *data, gpointer user_data, GError **error);

/*
 * Result: EasHttpResponse of status 200, 400, 449, 501 or 505: what the layer above
 * decides on. @user_data is the owner's, which outlives its child.
 */
EasFlow *eas_flow_round_new          (const char *command, gboolean safe_to_repeat, EasRoundBuild build, gpointer user_data);
void     eas_flow_round_set_retries  (EasFlow *round, guint retries); /* of 500, 502 and 504; 2 at first */
gboolean eas_flow_round_was_repeated (EasFlow *round); /* after a lost connection */
gint64   eas_flow_round_get_sent_at  (EasFlow *round);
/*
 * Whether @flow may ask the server now: 0 yes, else the milliseconds to wait first.
 * 0 with error: throttled beyond its patience, or wiped. @inout_waited: seconds so far.
 */
guint    eas_flow_round_pause        (EasFlow *flow, const char *command, guint *inout_waited, GError **error);

/*
 * The status of an answer's body: 0 and TRUE for a legal empty one. EAS_ERROR_NOT_SUPPORTED
 * for a web page, EAS_ERROR_PROTOCOL for what cannot be read.
 */
gboolean eas_flow_round_peek (const EasCommand *command, const EasHttpResponse *response, guint *out_status, GError **error);

G_END_DECLS
