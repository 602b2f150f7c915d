/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* GetItemEstimate: how many changes wait; for progress bars. Source: [MS-ASCMD] 2.2.1.9 GetItemEstimate. */

#pragma once

#include "eas-command.h"

G_BEGIN_DECLS

extern const EasCommand eas_cmd_estimate;

typedef struct {
	EasClass klass;
	const char *id;
	const char *key;   /* never "0": a collection must be open */
	gint filter_type;  /* -1: not sent; below 14.0 it must be, and is then 0 */
} EasEstimateCollection;

typedef struct {
	guint status;      /* 1 where absent */
	char *id;          /* NULL where the server left the collection out */
	guint estimate;
} EasEstimate;

typedef struct {
	guint status;         /* global; 1 where absent */
	GPtrArray *estimates; /* (element-type EasEstimate), in order */
} EasEstimateResponse;

GBytes  *eas_cmd_estimate_build (const EasEstimateCollection *collections, guint n_collections, EasVersion version);
gboolean eas_cmd_estimate_parse (GBytes *body, EasEstimateResponse *out, GError **error);
void     eas_estimate_response_clear (EasEstimateResponse *response);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EasEstimateResponse, eas_estimate_response_clear)

G_END_DECLS
