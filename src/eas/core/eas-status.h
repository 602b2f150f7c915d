/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The one table of statuses: what a number in a Status element, or an HTTP
 * status, means and what the client then does.
 *
 * Source: [MS-ASCMD] 2.2.2 Common Status Codes and each command's Status element;
 * [MS-ASHTTP] 2.2.2.1.1 Status Line.
 */

#pragma once

#include "eas-error.h"

G_BEGIN_DECLS

typedef enum {
	EAS_SCOPE_COMMON, /* 101 and up, in any command */
	EAS_SCOPE_HTTP,
	EAS_SCOPE_SYNC,            /* a whole answer or one collection */
	EAS_SCOPE_SYNC_ITEM,       /* one entry of Responses */
	EAS_SCOPE_FOLDER_SYNC,
	EAS_SCOPE_FOLDER_CREATE,
	EAS_SCOPE_FOLDER_UPDATE,
	EAS_SCOPE_FOLDER_DELETE,
	EAS_SCOPE_ESTIMATE,
	EAS_SCOPE_PING,
	EAS_SCOPE_MOVE,
	EAS_SCOPE_ITEM_OPERATIONS,
	EAS_SCOPE_SETTINGS,
	EAS_SCOPE_PROVISION,
	EAS_SCOPE_POLICY           /* Status inside Policy */
} EasScope;

typedef enum {
	EAS_THEN_NOTHING,         /* success, or report the error */
	EAS_THEN_REPEAT,          /* the same request again, after a delay that grows */
	EAS_THEN_BACK_OFF,        /* as long as the server asked for */
	EAS_THEN_PROVISION,       /* then the same request */
	EAS_THEN_RESET_KEY,       /* this collection from key 0; in a folder command the hierarchy */
	EAS_THEN_RESET_ALL,       /* everything from FolderSync key 0 */
	EAS_THEN_REFRESH_FOLDERS, /* FolderSync, then the same request */
	EAS_THEN_RENEGOTIATE,     /* OPTIONS again */
	EAS_THEN_FULL_REQUEST,    /* the server lost what an abbreviated request left out */
	EAS_THEN_OBEY_LIMIT,      /* the answer names a limit: the same request within it */
	EAS_THEN_REDIRECT,
	EAS_THEN_WIPE
} EasThen;

typedef struct {
	EasScope scope;
	guint status;
	gboolean success;
	EasErrorCode code;   /* meaningless on success */
	EasThen then;
	const char *text;    /* for people, translated by the caller with _() */
	const char *source;  /* section and element */
} EasStatusInfo;

/* Scoped rows first, then the common ones. Never NULL: an unknown number is a row of its own kind, SERVER. */
const EasStatusInfo *eas_status_lookup (EasScope scope, guint status);
gboolean             eas_status_ok     (EasScope scope, guint status);
/* Sets @error from the row; the text for people, then the command and number. Returns FALSE. */
gboolean             eas_status_set_error (GError **error, EasScope scope, guint status, const char *command, guint retry_after);

G_END_DECLS
