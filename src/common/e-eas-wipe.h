/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The administrator ended this device's access: what the account left on this
 * machine goes. Only this account's data, never the computer's (pitfall 41).
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * e_eas_wipe_calendar:
 * @source_uid: of a calendar of the account
 *
 * Empties the calendar's database and overwrites what was in it. Another process
 * may have it open; it then finds an empty calendar.
 */
void e_eas_wipe_calendar (const char *source_uid);

/* The versions that lost a conflict, of all calendars of the account. */
void e_eas_wipe_conflicts (const char *account_uid);

G_END_DECLS
