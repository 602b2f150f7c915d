/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Writing the classes without exceptions: Tasks, Notes, Contacts. What the person
 * did not edit stays as the server has it.
 *
 * What a Change carries follows from the table and the version. Where a Supported
 * list was sent (EasMapTable.listed) it carries what is OURS, and an empty element
 * for what is gone; the rest is ghosted. Elsewhere it is the whole item: what the
 * table does not write is sent back as it came, what is gone is left out.
 *
 * Source: [MS-ASCMD] Supported, on ghosted elements.
 */

#pragma once

#include "eas-cmd-sync.h"
#include "eas-map.h"

G_BEGIN_DECLS

/*
 * @baseline: the server's item as stored; NULL: a new one, and then @base and @shown are NULL too
 * @base: form of what @baseline says
 * @shown: form of what the person had before the edit; NULL: that was @base
 * @edited: form of what it is to be
 *
 * One Add, one Change whose server_id the caller fills in, or nothing when nothing the wire can say
 * has changed. NULL with EAS_ERROR_ITEM_REJECTED and a reason for people.
 */
GPtrArray *eas_map_flat_write (const EasMapTable *table,
			       const EasItem *baseline,
			       const EasItem *base,
			       const EasItem *shown,
			       const EasItem *edited,
			       const EasMapContext *context,
			       GError **error); /* (element-type EasSyncChange) */

/* @baseline with what was sent laid over it. NULL only when both are nothing. */
EasItem *eas_map_flat_apply (const EasMapTable *table,
			     const EasItem *baseline,
			     GPtrArray *changes,
			     const EasMapContext *context);

/* Do two forms say the same, as far as servers let things be? */
gboolean eas_map_flat_same (const EasMapTable *table, const EasItem *a_form, const EasItem *b_form);

G_END_DECLS
