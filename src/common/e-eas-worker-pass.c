/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A pass is a walk from key 0: every item it brings is marked with the pass's
 * generation, unchanged ones cause no write to what EDS shows, and what is left
 * unmarked at its end is removed last. Removing much is believed only when a
 * second pass says the same (pitfall 8).
 *
 * A folder that is empty all of a sudden, without a word of deletions, is what a
 * device sees that an administrator has still to allow (pitfall 43). It is held:
 * the pass stays open and is walked again from time to time, until the folder shows
 * something. It is believed only when all of this is so:
 *
 *   - the server speaks of no quarantine or the like;
 *   - a later pass says the same, a minute after the first, or because a person asked;
 *   - since the first pass another folder of the account has shown an item: in
 *     quarantine none does (e-eas-worker-proof.c).
 */

#include <glib/gi18n-lib.h>

#include "e-eas-worker-private.h"

/* A removal of more than this needs a second opinion. */
#define MASS_COUNT   20
#define MASS_PERCENT 30
#define MASS_ALL     3 /* the whole of a folder, from this many on */

#define RESET_SPAN  3600 /* seconds in which a second reset is one too many */
#define RESET_PAUSE 900  /* until the next try, where the server forgets the key again and again */
#define BELIEF_SPAN 60   /* seconds between two looks at an empty folder */
#define FIRST_LOOK  60   /* seconds until a held folder is looked at again; doubles */
#define LAST_LOOK   3600

static gboolean
is_mass (guint n_removed, guint n_total)
{
	if (n_removed >= MASS_ALL && n_removed >= n_total)
		return TRUE;

	return n_removed > MASS_COUNT && n_removed * 100 > n_total * MASS_PERCENT;
}

gint64
e_eas_worker_now (void)
{
	return g_get_real_time () / G_USEC_PER_SEC;
}

void
e_eas_worker_set_time (EEasWorker *self, const char *name, gint64 time)
{
	g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, time);

	e_eas_cache_set_state (self->cache, name, time != 0 ? text : NULL);
}

gint64
e_eas_worker_get_time (EEasWorker *self, const char *name)
{
	g_autofree char *text = e_eas_cache_dup_state (self->cache, name);

	return text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0;
}

/* Of something that is here: some servers tell for ever of what was gone before we came. */
static gboolean
is_deletion (EEasWorker *self, const EasSyncChange *change)
{
	g_autoptr (EEasRow) row = NULL;

	if ((change->kind != EAS_CHANGE_DELETE && change->kind != EAS_CHANGE_SOFT_DELETE) ||
	    change->server_id == NULL)
		return FALSE;
	row = e_eas_cache_row_by_id (self->cache, change->server_id);

	return row != NULL;
}

/* Pitfall 8: a flood of deletions is left out until a full pass confirms it. What is told in that
 * pass is the confirmation. */
void
e_eas_worker_judge_deletions (EEasWorker *self, EasWindow *window)
{
	if (e_eas_cache_get_state_uint (self->cache, STATE_SWEEP) == E_EAS_SWEEP_TOLD)
		return;
	for (guint i = 0; i < window->commands->len; i++) {
		if (is_deletion (self, window->commands->pdata[i]))
			self->chain_deletes++;
	}

	if (is_mass (self->chain_deletes, e_eas_cache_count_rows (self->cache)))
		self->verify = TRUE;
}

/* The key in memory follows a pass that was begun in the store. */
void
e_eas_worker_sync_collection (EEasWorker *self)
{
	g_autofree char *stored = e_eas_cache_dup_state (self->cache, STATE_KEY);
	g_autofree char *key = NULL;

	if (self->collection == NULL || !e_eas_cache_check (self->cache, NULL))
		return;
	key = eas_collection_dup_key (self->collection);
	if (g_strcmp0 (stored != NULL ? stored : "0", key) != 0)
		e_eas_worker_make_collection (self, stored);
}

gboolean
e_eas_worker_begin_pass (EEasWorker *self, EEasSweep sweep, GError **error)
{
	guint generation = e_eas_cache_get_state_uint (self->cache, STATE_GENERATION);

	e_eas_cache_begin (self->cache);
	e_eas_worker_set_key (self, "0");
	e_eas_cache_set_state_uint (self->cache, STATE_GENERATION, generation + 1);
	e_eas_cache_set_state_uint (self->cache, STATE_SWEEP, sweep);
	e_eas_cache_set_state (self->cache, STATE_VERIFY, NULL);
	e_eas_cache_remove_arrivals (self->cache, G_MAXINT64); /* they come again */
	if (!e_eas_worker_commit (self, error))
		return FALSE;
	self->verify = FALSE;
	e_eas_worker_sync_collection (self);

	return TRUE;
}

/* Removes what the pass did not bring, a chunk at a time. */
static gboolean
remove_stale (EEasWorker *self, guint generation, GError **error)
{
	for (;;) {
		g_autoptr (GPtrArray) rows =
			e_eas_cache_rows_below (self->cache, generation, E_EAS_CHUNK);

		e_eas_cache_begin (self->cache);
		for (guint i = 0; i < rows->len; i++)
			e_eas_worker_take_deletion (self, ((EEasRow *) rows->pdata[i])->server_id,
						    /* soft */ FALSE);
		if (rows->len == 0)
			e_eas_cache_set_state_uint (self->cache, STATE_SWEEP, E_EAS_SWEEP_NONE);
		if (!e_eas_worker_commit (self, error))
			return FALSE;
		if (rows->len == 0)
			return TRUE;
		g_usleep (E_EAS_PAUSE_US);
	}
}

static EasAccess
current_access (EEasWorker *self)
{
	g_autoptr (EasAccountData) data = eas_client_dup_data (self->client);

	return data->access;
}

static const char *
describe_access (EasAccess access)
{
	switch (access) {
	case EAS_ACCESS_DISCOVERY:
		return _ ("The server does not know this device yet and shows an empty folder; "
			  "nothing is removed here");
	case EAS_ACCESS_QUARANTINED:
		return _ ("The server keeps this device in quarantine until an administrator "
			  "allows it; nothing is removed here");
	case EAS_ACCESS_BLOCKED:
		return _ ("The server blocks this device; nothing is removed here");
	case EAS_ACCESS_UNKNOWN:
	case EAS_ACCESS_ALLOWED:
		break;
	}

	return NULL;
}

void
e_eas_worker_hold (EEasWorker *self, const char *why)
{
	g_free (self->held);
	self->held = g_strdup (why);
}

/* After a pass without a single item. */
static gboolean
is_believable (EEasWorker *self)
{
	gint64 since = e_eas_worker_get_time (self, STATE_EMPTY_SINCE);
	gint64 now = e_eas_worker_now ();

	if (since == 0 || now < since || (!self->asked && now - since < BELIEF_SPAN))
		return FALSE;

	return e_eas_worker_account_is_in_order (self, since);
}

static gboolean
is_empty_pass (EEasWorker *self, EEasSweep sweep, guint n_stale)
{
	return sweep != E_EAS_SWEEP_NONE && sweep != E_EAS_SWEEP_TOLD && n_stale > 0 &&
	       n_stale == e_eas_cache_count_rows (self->cache);
}

/* Why this pass does not prove that what it left out is gone; NULL: it does. */
static const char *
doubt (EEasWorker *self, EEasSweep sweep, guint n_stale)
{
	const char *untrusted = describe_access (current_access (self));

	if (untrusted != NULL || n_stale == 0)
		return untrusted;
	if (is_empty_pass (self, sweep, n_stale) && !is_believable (self))
		return _ (
			"The server shows this folder empty all of a sudden, as it does in "
			"quarantine, until an administrator allows this device; nothing is "
			"removed here until this or another folder shows something again: what is "
			"added to one of them on the web or another device is enough");

	return NULL;
}

/* Since when the folder is seen empty. A quarantine that is known says nothing about it. */
static gboolean
note_emptiness (EEasWorker *self, EEasSweep sweep, guint n_stale, GError **error)
{
	gboolean empty = is_empty_pass (self, sweep, n_stale) &&
			 describe_access (current_access (self)) == NULL;
	gint64 since = e_eas_worker_get_time (self, STATE_EMPTY_SINCE);

	if (empty == (since != 0))
		return TRUE;
	e_eas_cache_begin (self->cache);
	e_eas_worker_set_time (self, STATE_EMPTY_SINCE, empty ? e_eas_worker_now () : 0);

	return e_eas_worker_commit (self, error);
}

static gboolean
ask_again (EEasWorker *self, EEasSweep sweep, GError **error)
{
	e_eas_worker_hold (self, _ ("Many items vanished at once; asking the server again"));

	return e_eas_worker_begin_pass (self, sweep, error);
}

/*
 * The chain of windows is at its end. TRUE in @out_again: another pass is needed
 * at once. A pass whose emptiness is not believable stays open: removals wait for
 * the next fetch.
 */
gboolean
e_eas_worker_end_chain (EEasWorker *self, gboolean *out_again, GError **error)
{
	EEasSweep sweep = e_eas_cache_get_state_uint (self->cache, STATE_SWEEP);
	guint generation = e_eas_cache_get_state_uint (self->cache, STATE_GENERATION);
	guint n_stale = e_eas_cache_count_rows_below (self->cache, generation);
	const char *doubtful = doubt (self, sweep, n_stale);
	gboolean believed = is_empty_pass (self, sweep, n_stale) && doubtful == NULL;
	gboolean verify = self->verify;

	*out_again = FALSE;
	self->chain_deletes = 0;
	e_eas_worker_hold (self, NULL);

	if (verify) {
		*out_again = describe_access (current_access (self)) == NULL;
		return ask_again (self, E_EAS_SWEEP_TOLD, error);
	}
	if (sweep == E_EAS_SWEEP_NONE)
		return TRUE;
	if (!note_emptiness (self, sweep, believed ? 0 : n_stale, error))
		return FALSE;
	if (n_stale > 0 && doubtful != NULL) {
		e_eas_worker_hold (self, doubtful);
		return e_eas_worker_begin_pass (self, sweep, error);
	}
	if (sweep == E_EAS_SWEEP_PASS && !believed &&
	    is_mass (n_stale, e_eas_cache_count_rows (self->cache))) {
		*out_again = TRUE;
		return ask_again (self, E_EAS_SWEEP_CONFIRM, error);
	}

	return remove_stale (self, generation, error);
}

/*
 * Status 3. The items stay. The second time within an hour is one too many (pitfall
 * 1), also where the first was before a restart; a person who asks gets it anyway, once.
 */
gboolean
e_eas_worker_reset (EEasWorker *self, GError **error)
{
	gint64 last = e_eas_worker_get_time (self, STATE_LAST_RESET);
	gint64 now = e_eas_worker_now ();

	gboolean granted = self->asked && !self->has_reset;

	if (!granted && last != 0 && now >= last && now - last < RESET_SPAN) {
		eas_set_error (error, EAS_ERROR_SERVER, NULL, 0, RESET_PAUSE,
			       _ ("The server keeps forgetting the state of this folder"));
		return FALSE;
	}
	if (!e_eas_worker_verify_folder (self, error))
		return FALSE;
	self->has_reset = TRUE;
	eas_collection_reset (self->collection, now); /* what is on its way is void */
	e_eas_cache_begin (self->cache);
	e_eas_worker_set_time (self, STATE_LAST_RESET, now);

	return e_eas_worker_commit (self, error) &&
	       e_eas_worker_begin_pass (self, E_EAS_SWEEP_PASS, error);
}

/* A held folder is looked at again without being asked for: nobody rings for an empty one. */
void
e_eas_worker_plan_look (EEasWorker *self)
{
	if (self->held == NULL) {
		self->look_pause_s = FIRST_LOOK;
		g_mutex_lock (&self->lock);
		self->look_at = 0;
		g_mutex_unlock (&self->lock);
		return;
	}

	g_mutex_lock (&self->lock);
	self->look_at = g_get_monotonic_time () + (gint64) self->look_pause_s * G_TIME_SPAN_SECOND;
	g_mutex_unlock (&self->lock);
	self->look_pause_s = MIN (self->look_pause_s * 2, LAST_LOOK);
}
