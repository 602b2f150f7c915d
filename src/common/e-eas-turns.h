/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Turns: how many folders of an account are fetched from the start at the same
 * time. A small server works on each of them for seconds, with a process of its own
 * and the same few cores: three at once are ready later than two and then the third.
 *
 *   turn-1, turn-2   in the account's state directory; locked by the process that has
 *                    the turn, so that whoever dies gives it back
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define E_EAS_N_TURNS 2

/* FALSE: others have all of them. @out_fd is to be closed, which ends the turn; it is -1 where no
 * file can be made: nobody is kept waiting for that. */
gboolean e_eas_turns_take (const char *directory, int *out_fd);

G_END_DECLS
