/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A folder that is fetched from the start waits for its turn (e-eas-turns.h), once
 * its first window is there: everybody sees something at once, and the rest comes
 * two folders at a time. A calendar takes a turn at its start, where one is free, and
 * waits for none: it is the largest of an account, and what people look at first.
 * Nor does anybody else wait for long, or while an edit has to be told.
 */

#include <unistd.h>

#include "e-eas-turns.h"
#include "e-eas-worker-private.h"

#define LONGEST_WAIT (30 * G_USEC_PER_SEC)
#define LOOK_US      (50 * 1000)

static gboolean
is_pass (EEasWorker *self)
{
	return e_eas_cache_get_state_uint (self->cache, STATE_SWEEP) != E_EAS_SWEEP_NONE;
}

static gboolean
waits_for_none (EEasWorker *self)
{
	return eas_collection_get_class (self->collection) == EAS_CLASS_CALENDAR;
}

void
e_eas_worker_begin_turn (EEasWorker *self)
{
	if (waits_for_none (self))
		e_eas_worker_take_turn (self);
}

gboolean
e_eas_worker_take_turn (EEasWorker *self)
{
	gboolean free_one;

	if (self->turn >= 0 || !is_pass (self))
		return TRUE;
	free_one = e_eas_turns_take (e_eas_account_get_directory (self->account), &self->turn);

	return free_one || waits_for_none (self) || self->turn_waited > LONGEST_WAIT;
}

void
e_eas_worker_await_turn (EEasWorker *self)
{
	while (!g_cancellable_is_cancelled (self->cancellable) && self->journal == NULL &&
	       !e_eas_worker_has_waiters (self) && !e_eas_worker_take_turn (self)) {
		g_usleep (LOOK_US);
		self->turn_waited += LOOK_US;
	}
}

void
e_eas_worker_end_turn (EEasWorker *self)
{
	if (self->turn >= 0)
		close (self->turn);
	self->turn = -1;
	self->turn_waited = 0;
}
