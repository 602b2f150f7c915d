/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Folders made, renamed and removed from the desktop. What the server refuses, or
 * what it cannot be asked now, is refused at once and in plain words; nothing stays
 * here that is not there.
 */

#pragma once

#include "e-eas-account.h"

#include <libebackend/libebackend.h>

G_BEGIN_DECLS

/* Blocking; errors are EAS_ERROR or G_IO_ERROR. @scratch says kind and name. Returns the new
 * folder's id. */
char *e_eas_folders_create_sync (EEasAccount *account,
				 ESource *scratch,
				 GCancellable *cancellable,
				 GError **error);
/* One that is gone already is no error. */
gboolean e_eas_folders_delete_sync (EEasAccount *account,
				    ESource *child,
				    GCancellable *cancellable,
				    GError **error);

/*
 * On the registry's main thread, once for each child. From now on a person's new name
 * for the folder is told to the server; where it is refused, the old one returns and
 * the child's "problem" says why. A default folder's name is the person's own label.
 */
void e_eas_folders_follow_name (EEasAccount *account, ESource *child, GCancellable *cancellable);

G_END_DECLS
