/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EEasPush: the Ping loop of this process over the folders it has open. Until the
 * registry takes this over for all processes, each process pings for itself.
 * Lives on the main thread; reports may come from any.
 */

#pragma once

#include "e-eas-account.h"

G_BEGIN_DECLS

typedef struct _EEasPush EEasPush;

/* Lends the client to the loop; NULL ends the present round. */
typedef EasClient *(*EEasPushRefClient) (gpointer user_data, GError **error);

EEasPush *
e_eas_push_new (EEasPushRefClient ref_client, gpointer user_data, GDestroyNotify free_user_data);
void e_eas_push_free (EEasPush *push);
EEasWatch *e_eas_push_watch (EEasPush *push,
			     const char *folder_id,
			     EasClass klass,
			     EEasWatchFunc changed,
			     gpointer user_data,
			     GDestroyNotify free_user_data);
void e_eas_push_restart (EEasPush *push); /* another client, network or password */
void e_eas_push_wake (EEasPush *push); /* the owners of folders that fail may try again now */
gboolean e_eas_push_is_running (EEasPush *push);

G_END_DECLS
