/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EEasBackendPush: the account's one Ping. Reads who has which folder open, pings
 * for them as EasPushPlan says, and tells the owner of a changed folder, and only
 * that one. On the registry's main thread.
 */

#pragma once

#include "e-eas-account.h"

G_BEGIN_DECLS

typedef struct _EEasBackendPush EEasBackendPush;

/* What the backend should know. On the main thread. */
typedef struct {
	/* The server's folders changed; @folders: (element-type EasFolder). */
	void (*listed) (GPtrArray *folders, const EasAccountData *data, gpointer user_data);
	void (*failed) (const GError *error, gpointer user_data);
	/* The server took from another process what it refused here. */
	void (*accepted) (gpointer user_data);
} EEasBackendPushFuncs;

EEasBackendPush *e_eas_backend_push_new (EEasAccount *account,
					 const EEasBackendPushFuncs *funcs,
					 gpointer user_data);
void e_eas_backend_push_free (EEasBackendPush *self);
/* A password was accepted, or somebody asks to try again. From any thread, while @self lives. */
void e_eas_backend_push_kick (EEasBackendPush *self);

G_END_DECLS
