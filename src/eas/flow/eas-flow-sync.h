/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One Sync request for one or several collections. A collection at key 0 is opened
 * first, in the same run. Keys are read from the collections when all lanes are
 * held. Nothing advances here: the windows go to the owners, who commit them.
 */

#pragma once

#include "eas-collection.h"
#include "eas-flow.h"

G_BEGIN_DECLS

typedef struct {
	EasCollection *collection; /* (transfer full) */
	GPtrArray *commands;       /* (element-type EasSyncChange) (transfer full) (nullable): ours, at most EAS_SYNC_MAX_COMMANDS */
	gboolean get_changes;      /* FALSE while sending */
	guint window_size;         /* 0: 100 first, then 512 */
	const EasTag *supported;   /* with key 0; NULL none */
} EasSyncPart;

EasSyncPart *eas_sync_part_new  (EasCollection *collection);
void         eas_sync_part_free (EasSyncPart *part);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasSyncPart, eas_sync_part_free)

/*
 * Result: GPtrArray of EasWindow, one for each part in its order. A part that
 * failed alone carries window->error; the flow fails when the whole request did.
 * Status 3 of a collection: window->error is EAS_ERROR_KEY and the owner calls
 * eas_collection_reset(). Status 12 refreshes the folders and repeats once.
 * Global 4 or 103 with several parts: they are tried one by one.
 */
EasFlow *eas_flow_sync_new (GPtrArray *take_parts);
/*
 * The request hangs: it is held until one of the collections changes, or for so many
 * seconds (minutes below 14.0; the server may know better, which is remembered).
 * None of the parts may be at key 0 or carry commands, and the version is at least
 * 12.1. A cut connection fails and is not repeated. Before the flow starts.
 */
void     eas_flow_sync_set_heartbeat (EasFlow *flow, guint seconds);

G_END_DECLS
