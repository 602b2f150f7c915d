/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Contacts: EasItem <-> EContact. Pure: what the mapping may know is in
 * EasMapContext, which holds no client.
 *
 * Source: [MS-ASCNTC] 2.2.2; the table is in eas-map-contact-table.c.
 */

#pragma once

#include "eas-cmd-sync.h"
#include "eas-map.h"

#include <libebook-contacts/libebook-contacts.h>

G_BEGIN_DECLS

/*
 * The contact of a server item, with @uid. What is only in part understood is
 * shown as well as it can be. NULL with EAS_ERROR_ITEM_REJECTED.
 */
EContact *eas_map_contact_read (const EasItem *item,
				const char *uid,
				const EasMapContext *context,
				GError **error);

/*
 * What has to be sent so that the server's item says what @contact says.
 *
 * @baseline: (nullable): the server's item as stored; NULL for a new contact
 * @old: (nullable): what was shown before the edit, to see what the person changed; a
 *   change of the full name alone, which is on no wire, is seen only with it
 *
 * Result: one change, whose server_id is NULL where the caller has to fill it in, or
 * none when nothing the wire can say has changed. NULL with EAS_ERROR_ITEM_REJECTED
 * and a reason for people when the contact is what ActiveSync cannot hold.
 */
GPtrArray *eas_map_contact_write (EContact *contact,
				  const EasItem *baseline,
				  EContact *old,
				  const EasMapContext *context,
				  GError **error); /* (element-type EasSyncChange) */

/* @baseline with what was sent laid over it: what the server now holds, until it says otherwise. */
EasItem *
eas_map_contact_apply (const EasItem *baseline, GPtrArray *changes, const EasMapContext *context);

/*
 * Are two items the same contact with the same content? For finding out whether a
 * request whose answer was lost arrived: what servers derive by themselves (the
 * name to file under, a picture made smaller) does not count.
 */
gboolean
eas_map_contact_same_content (const EasItem *a, const EasItem *b, const EasMapContext *context);

/* For the first Sync: EAS_TAG_NONE-terminated (transfer none). NULL: send none. */
const EasTag *eas_map_contact_supported (EasVersion version);

G_END_DECLS
