/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Folders of the server <-> child sources of the collection. All on the
 * registry's main thread.
 */

#pragma once

#include "eas-types.h"

#include <libebackend/libebackend.h>

G_BEGIN_DECLS

/* Brings back the children of the last session, from their files. */
void e_eas_children_restore (ECollectionBackend *backend);
/*
 * Makes the children agree with @folders (element-type EasFolder), the result of a
 * successful listing: new ones are added, renamed ones renamed unless the person
 * did that, vanished ones removed with what is stored of them. One that only got
 * another id is found by its type and name and stays what it is. A list without the
 * default calendar proves nothing and removes nothing.
 */
void e_eas_children_update (ECollectionBackend *backend, GPtrArray *folders, EasVersion version);
/* From any thread, after the listing that brought the folder: its child takes the colour that the
 * person chose for @scratch. */
void
e_eas_children_dress_later (ECollectionBackend *backend, const char *folder_id, ESource *scratch);
/* Does this folder become a child source where @version is spoken? */
gboolean e_eas_children_shows (const EasFolder *folder, EasVersion version);
/* Calendars, task lists, memo lists and address books. (transfer full) (element-type ESource) */
GList *e_eas_children_list (ECollectionBackend *backend);

G_END_DECLS
