/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Notes: EasItem <-> one VJOURNAL. The functions are those of eas-map-event.h.
 *
 * A note on the wire is a title, a text and categories; what else a VJOURNAL says
 * (a date, a state, a link) stays on this desktop: eas_map_note_keep().
 *
 * Source: [MS-ASNOTE] 2.2.2. No version before 14.0 has the class.
 */

#pragma once

#include "eas-cmd-sync.h"
#include "eas-map.h"

G_BEGIN_DECLS

extern const EasMapTable eas_note_table;

GPtrArray *eas_map_note_read (const EasItem *item,
			      const char *fallback_uid,
			      const EasMapContext *context,
			      GError **error); /* (element-type ICalComponent) (transfer full) */
GPtrArray *eas_map_note_write (GPtrArray *components,
			       const EasItem *baseline,
			       GPtrArray *old_components,
			       const EasMapContext *context,
			       GError **error); /* (element-type EasSyncChange) */
EasItem *
eas_map_note_apply (const EasItem *baseline, GPtrArray *changes, const EasMapContext *context);
gboolean
eas_map_note_same_content (const EasItem *a, const EasItem *b, const EasMapContext *context);
char *eas_map_note_dup_uid (const EasItem *item);          /* NULL: notes carry none */
const EasTag *eas_map_note_supported (EasVersion version); /* NULL: notes know no ghosting */
void eas_map_note_keep (GPtrArray *components, GPtrArray *previous);

G_END_DECLS
