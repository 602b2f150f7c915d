/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The folder hierarchy: refreshed and changed under the account's lock, once for all processes. */

#pragma once

#include "eas-flow.h"

G_BEGIN_DECLS

/*
 * Result: GPtrArray of EasFolder, the whole list. @newer_than: when another process
 * has refreshed the list since that folders_generation, its result is used and
 * nothing is sent; G_MAXUINT64 always asks the server.
 */
EasFlow *eas_flow_folders_refresh_new (guint64 newer_than);
EasFlow *eas_flow_folder_create_new   (const char *parent_id, const char *name, guint type); /* Result: EasFolder */
EasFlow *eas_flow_folder_update_new   (const char *id, const char *parent_id, const char *name); /* Result: NULL */
EasFlow *eas_flow_folder_delete_new   (const char *id); /* Result: NULL */

G_END_DECLS
