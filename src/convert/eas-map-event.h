/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Events: EasItem <-> VEVENT components, both dialects of exceptions. Pure: what
 * the mapping may know is in EasMapContext, which holds no client.
 *
 * Source: [MS-ASCAL] 2.2.2; the table is in eas-map-event.c.
 */

#pragma once

#include "eas-cmd-sync.h"
#include "eas-map.h"

#include <libecal/libecal.h>

G_BEGIN_DECLS

/*
 * The components of a server item: the master (or single event) first, then the
 * detached instances. UID from the item; where it carries none, @fallback_uid.
 * NULL with EAS_ERROR_ITEM_REJECTED when the item cannot be shown at all. What is
 * only in part understood is shown as well as it can be.
 */
GPtrArray *eas_map_event_read (const EasItem *item,
			       const char *fallback_uid,
			       const EasMapContext *context,
			       GError **error); /* (element-type ICalComponent) (transfer full) */

/*
 * What has to be sent so that the server's item says what @components say.
 *
 * @components: (element-type ICalComponent): master and all detached instances
 * @baseline: (nullable): the server's item as stored; NULL for a new event
 * @old_components: (nullable): what was shown before the edit, to see what the person changed
 *
 * Result: changes in the order in which they must be sent, one request each when
 * more than one (16.x: the master first, then one for each instance). Their
 * server_id is NULL where the caller has to fill it in. Empty when nothing the
 * wire can say has changed. NULL with EAS_ERROR_ITEM_REJECTED and a reason for
 * people when the event says what ActiveSync cannot hold.
 */
GPtrArray *eas_map_event_write (GPtrArray *components,
				const EasItem *baseline,
				GPtrArray *old_components,
				const EasMapContext *context,
				GError **error); /* (element-type EasSyncChange) */

/* @baseline with what was sent laid over it: what the server now holds, until it says otherwise. */
EasItem *
eas_map_event_apply (const EasItem *baseline, GPtrArray *changes, const EasMapContext *context);

/* Do these two say the same, as far as the mapping can tell? For matching after a lost reply or a
 * reset. */
gboolean
eas_map_event_same_content (const EasItem *a, const EasItem *b, const EasMapContext *context);
char *eas_map_event_dup_uid (const EasItem *item); /* the wire's UID or ClientUid; NULL */
const EasTag *
eas_map_event_supported (EasVersion version); /* EAS_TAG_NONE-terminated; NULL: send none */

/* Gives @components, just read, what @previous had beyond the wire: each what its own recurrence
 * had. */
void eas_map_event_keep (GPtrArray *components, GPtrArray *previous);

G_END_DECLS
