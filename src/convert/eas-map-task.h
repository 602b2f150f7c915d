/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Tasks: EasItem <-> one VTODO. The functions are those of eas-map-event.h.
 *
 * A task on the wire knows dates without a zone, done or not done, and one
 * reminder at a moment. What a VTODO says beyond that (how far it is, that it was
 * begun, its place) stays on this desktop: eas_map_task_keep().
 *
 * Source: [MS-ASTASK] 2.2.2.
 */

#pragma once

#include "eas-cmd-sync.h"
#include "eas-map.h"

G_BEGIN_DECLS

extern const EasMapTable eas_task_table;

GPtrArray *eas_map_task_read (const EasItem *item,
			      const char *fallback_uid,
			      const EasMapContext *context,
			      GError **error); /* (element-type ICalComponent) (transfer full) */
GPtrArray *eas_map_task_write (GPtrArray *components,
			       const EasItem *baseline,
			       GPtrArray *old_components,
			       const EasMapContext *context,
			       GError **error); /* (element-type EasSyncChange) */
EasItem *
eas_map_task_apply (const EasItem *baseline, GPtrArray *changes, const EasMapContext *context);
gboolean
eas_map_task_same_content (const EasItem *a, const EasItem *b, const EasMapContext *context);
char *eas_map_task_dup_uid (const EasItem *item);          /* NULL: tasks carry none */
const EasTag *eas_map_task_supported (EasVersion version); /* NULL: tasks know no ghosting */
void eas_map_task_keep (GPtrArray *components, GPtrArray *previous);

G_END_DECLS
