/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The per-account state file, shared by processes: a key file, replaced as a whole
 * under a lock on a sibling file. All in it can be derived again.
 * Path: DIRECTORY/state, lock: DIRECTORY/lock. A damaged file reads as a new one.
 */

#pragma once

#include "eas-account-data.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define EAS_TYPE_ACCOUNT_STATE (eas_account_state_get_type ())
G_DECLARE_FINAL_TYPE (EasAccountState, eas_account_state, EAS, ACCOUNT_STATE, GObject)

/* @directory is made on first use, 0700. NULL: in memory only, for tools and tests. Emits "changed" when another process committed. */
EasAccountState *eas_account_state_new      (const char *directory);
char            *eas_account_state_default_directory (const char *account_uid); /* below XDG_CACHE_HOME */
/* FALSE: the file is not as it was when last read or written here; cheap, and may err on that side. */
gboolean         eas_account_state_is_current (EasAccountState *self);
/* Replaces the state-file half of @data. TRUE also when there is no file yet. */
gboolean         eas_account_state_read     (EasAccountState *self, EasAccountData *data, GError **error);
/* Never blocks: G_IO_ERROR_WOULD_BLOCK while another process holds it. */
gboolean         eas_account_state_try_lock (EasAccountState *self, GError **error);
gboolean         eas_account_state_commit   (EasAccountState *self, EasAccountData *data, GError **error); /* the lock must be held */
void             eas_account_state_unlock   (EasAccountState *self);
void             eas_account_state_forget   (EasAccountState *self, GError **error); /* removes the file: account removed or wiped */

G_END_DECLS
