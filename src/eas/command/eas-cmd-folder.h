/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The folder hierarchy: FolderSync, FolderCreate, FolderUpdate, FolderDelete. All
 * four carry and advance one key, the hierarchy's.
 *
 * Source: [MS-ASCMD] 2.2.1.5 FolderSync, 2.2.1.3 FolderCreate, 2.2.1.6 FolderUpdate,
 * 2.2.1.4 FolderDelete.
 */

#pragma once

#include "eas-command.h"

G_BEGIN_DECLS

extern const EasCommand eas_cmd_folder_sync;
extern const EasCommand eas_cmd_folder_create;
extern const EasCommand eas_cmd_folder_update;
extern const EasCommand eas_cmd_folder_delete;

typedef struct {
	guint status;        /* 1 where absent */
	char *key;           /* NULL: keep the one you have; always so on failure */
	GPtrArray *added;    /* (element-type EasFolder), in order; parents may follow children */
	GPtrArray *updated;  /* (element-type EasFolder) */
	GPtrArray *deleted;  /* (element-type utf8) ids; folders below may be listed or not */
	guint n_bad;         /* entries left out because they had no ServerId */
} EasFolderSyncResponse;

/* Answer of the three that change something. */
typedef struct {
	guint status;  /* 1 where absent */
	char *key;     /* NULL: keep the one you have; always so on failure */
	char *id;      /* of the new folder, FolderCreate only */
} EasFolderChangeResponse;

/* @key: "0" lists everything. */
GBytes  *eas_cmd_folder_sync_build   (const char *key);
gboolean eas_cmd_folder_sync_parse   (GBytes *body, EasFolderSyncResponse *out, GError **error);
void     eas_folder_sync_response_clear (EasFolderSyncResponse *response);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EasFolderSyncResponse, eas_folder_sync_response_clear)

/* @parent_id: "0" for the root; @type: EAS_FOLDER_GENERIC or one of the USER types */
GBytes  *eas_cmd_folder_create_build (const char *key, const char *parent_id, const char *name, guint type);
/* Renames and moves: parent and name are always both sent. */
GBytes  *eas_cmd_folder_update_build (const char *key, const char *id, const char *parent_id, const char *name);
GBytes  *eas_cmd_folder_delete_build (const char *key, const char *id);
gboolean eas_cmd_folder_create_parse (GBytes *body, EasFolderChangeResponse *out, GError **error);
gboolean eas_cmd_folder_update_parse (GBytes *body, EasFolderChangeResponse *out, GError **error);
gboolean eas_cmd_folder_delete_parse (GBytes *body, EasFolderChangeResponse *out, GError **error);
void     eas_folder_change_response_clear (EasFolderChangeResponse *response);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EasFolderChangeResponse, eas_folder_change_response_clear)

G_END_DECLS
