/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EEasPush: the folders this process has open, as the registry sees them. The
 * registry holds the account's one Ping (e-eas-backend-push.h); it learns of the
 * folders, and tells of changes, through the files of e-eas-watch-file.h.
 * Watches ring on the main thread; reports may come from any.
 */

#pragma once

#include "e-eas-account.h"

G_BEGIN_DECLS

typedef struct _EEasPush EEasPush;

EEasPush *e_eas_push_new (const char *directory);
void e_eas_push_free (EEasPush *push);
EEasWatch *e_eas_push_watch (EEasPush *push,
			     const char *folder_id,
			     EasClass klass,
			     EEasWatchFunc changed,
			     gpointer user_data,
			     GDestroyNotify free_user_data);
void e_eas_push_wake (EEasPush *push); /* the owners of folders that fail may try again now */
gboolean e_eas_push_is_running (EEasPush *push);

G_END_DECLS
