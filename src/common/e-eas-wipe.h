/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The administrator ended this device's access: what the account left on this
 * machine goes. Only this account's data, never the computer's (pitfall 41).
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * e_eas_wipe_source:
 * @source_uid: of a calendar, task list, memo list or address book of the account
 *
 * Empties its database, overwrites what was in it, and removes the files beside it.
 * Another process may have the database open; it then finds it empty.
 */
void e_eas_wipe_source (const char *source_uid);

/* The versions that lost a conflict, of all folders of the account. */
void e_eas_wipe_conflicts (const char *account_uid);

G_END_DECLS
