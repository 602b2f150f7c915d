/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Ping: hold the answer until something changes. Source: [MS-ASCMD] 2.2.1.13 Ping. */

#pragma once

#include "eas-command.h"

G_BEGIN_DECLS

extern const EasCommand eas_cmd_ping; /* its timeout is the heartbeat plus EAS_PING_GRACE, set in the EasRequest */

#define EAS_PING_GRACE 60 /* seconds the connection may live beyond the heartbeat */

/* A watched folder; it must have a committed key. */
typedef struct {
	char *id;
	EasClass klass;
} EasPingFolder;

EasPingFolder *eas_ping_folder_new  (const char *id, EasClass klass);
void           eas_ping_folder_free (EasPingFolder *folder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasPingFolder, eas_ping_folder_free)

typedef struct {
	guint status;             /* 1 where absent and nothing changed, 2 where absent and folders are listed */
	GPtrArray *changed;       /* (element-type utf8) folder ids, without duplicates; with status 2 */
	guint heartbeat_interval; /* seconds, the nearest bound; with status 5; 0 none */
	guint max_folders;        /* with status 6; 0 none */
} EasPingResponse;

/*
 * @heartbeat: seconds, 0 leaves it as the server remembers it
 * @folders: (element-type EasPingFolder) (nullable): NULL or empty leaves them so
 *
 * A folder listed twice would be refused: only its first entry is sent.
 *
 * Returns: (nullable): NULL when there is nothing to say, then the request has no body
 */
GBytes  *eas_cmd_ping_build (guint heartbeat, const GPtrArray *folders);
/* @body: (nullable): none or an empty one reads as status 1. Status values are data here: the flow judges them. */
gboolean eas_cmd_ping_parse (GBytes *body, EasPingResponse *out, GError **error);
void     eas_ping_response_clear (EasPingResponse *response);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EasPingResponse, eas_ping_response_clear)

G_END_DECLS
