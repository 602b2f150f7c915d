/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * States of the loop: idle -> round (a Ping is under way) -> settling (folders
 * that rang are being fetched) -> round …; a failed round leads to a pause that
 * grows. All transitions go through arm(), on the main thread.
 *
 * Pitfall 40: a folder that keeps ringing and has nothing to fetch is left out for
 * a while that doubles, or the two would ring each other for ever. Short at first:
 * some servers ring for our own edits (SOGo), and that passes.
 */

#include "eas-flow-push.h"
#include "eas-flow-folders.h"

#include "e-eas-push.h"

#define SETTLE_MS          (30 * 1000) /* a folder that rang and never reports does not stop the others */
#define FIRST_PAUSE_MS     (1 * 1000) /* after a failure; doubles */
#define LAST_PAUSE_MS      (5 * 60 * 1000)
#define DEBOUNCE_MS        200 /* several folders open at once: one round for all */
#define EMPTY_RINGS        3
#define FIRST_EXCLUSION_MS (10 * 1000)
#define LAST_EXCLUSION_MS  (10 * 60 * 1000)

struct _EEasWatch {
	gatomicrefcount refs;
	EEasPush *push; /* under push->lock; NULL when ended */
	char *folder_id;
	EasClass klass;
	EEasWatchFunc changed;
	gpointer user_data;
	GDestroyNotify free_user_data;
	gboolean ready;    /* may be pinged */
	gboolean rang;     /* fetch under way because of a Ping */
	gboolean doubtful; /* asked again after each round: its Ping may stay silent */
	guint empty_rings;
	guint exclusion_ms;    /* the next one's length */
	gint64 excluded_until; /* monotonic */
};

struct _EEasPush {
	gatomicrefcount refs;
	GMutex lock;
	GPtrArray *watches;
	EEasPushRefClient ref_client;
	gpointer user_data;
	GDestroyNotify free_user_data;
	gboolean ended;
	guint timer; /* GSource id on the main context */
	guint pause_ms;
	gboolean paused;     /* the last round failed */
	GCancellable *round; /* of the running round; NULL */
};

static void arm (EEasPush *push, guint ms);

static EEasPush *
push_ref (EEasPush *push)
{
	g_atomic_ref_count_inc (&push->refs);

	return push;
}

static void
push_unref (gpointer data)
{
	EEasPush *push = data;

	if (!g_atomic_ref_count_dec (&push->refs))
		return;

	push->free_user_data (push->user_data);
	g_ptr_array_unref (push->watches);
	g_clear_object (&push->round);
	g_mutex_clear (&push->lock);
	g_free (push);
}

static void
watch_unref (gpointer data)
{
	EEasWatch *watch = data;

	if (!g_atomic_ref_count_dec (&watch->refs))
		return;

	if (watch->free_user_data != NULL)
		watch->free_user_data (watch->user_data);
	g_free (watch->folder_id);
	g_free (watch);
}

/* Folders for a round; NULL when there are none or some are still being fetched. Lock held. */
static GPtrArray *
collect_folders (EEasPush *push, gboolean wait_for_rung)
{
	g_autoptr (GPtrArray) folders =
		g_ptr_array_new_with_free_func ((GDestroyNotify) eas_ping_folder_free);
	gint64 now = g_get_monotonic_time ();

	for (guint i = 0; i < push->watches->len; i++) {
		EEasWatch *watch = push->watches->pdata[i];

		if (watch->rang && wait_for_rung)
			return NULL;
		if (watch->ready && !watch->rang && watch->excluded_until < now)
			g_ptr_array_add (folders,
					 eas_ping_folder_new (watch->folder_id, watch->klass));
	}

	return folders->len > 0 ? g_steal_pointer (&folders) : NULL;
}

/* Marks the watches of @ids as rung and returns them. */
static GPtrArray *
take_rung (EEasPush *push, GPtrArray *ids)
{
	GPtrArray *rung = g_ptr_array_new_with_free_func (watch_unref);

	g_mutex_lock (&push->lock);
	for (guint i = 0; i < push->watches->len; i++) {
		EEasWatch *watch = push->watches->pdata[i];

		if (!g_ptr_array_find_with_equal_func (ids, watch->folder_id, g_str_equal, NULL))
			continue;
		watch->rang = TRUE;
		g_atomic_ref_count_inc (&watch->refs);
		g_ptr_array_add (rung, watch);
	}
	g_mutex_unlock (&push->lock);

	return rung;
}

/* SOGo never rings for a folder that was empty when it was last fetched. */
static void
ask_doubtful (EEasPush *push)
{
	g_autoptr (GPtrArray) doubtful = g_ptr_array_new_with_free_func (watch_unref);

	g_mutex_lock (&push->lock);
	for (guint i = 0; i < push->watches->len; i++) {
		EEasWatch *watch = push->watches->pdata[i];

		if (!watch->ready || !watch->doubtful)
			continue;
		g_atomic_ref_count_inc (&watch->refs);
		g_ptr_array_add (doubtful, watch);
	}
	g_mutex_unlock (&push->lock);

	for (guint i = 0; i < doubtful->len; i++) {
		EEasWatch *watch = doubtful->pdata[i];

		watch->changed (watch->user_data);
	}
}

static void
folders_listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
	EEasPush *push = user_data;
	g_autoptr (GPtrArray) folders = NULL;
	g_autoptr (GError) error = NULL;

	/* The list is in the shared state file now; the registry hears of it there. */
	folders = eas_client_run_finish (EAS_CLIENT (source), result, &error);
	arm (push, error != NULL ? FIRST_PAUSE_MS : DEBOUNCE_MS);
	push_unref (push);
}

static void
handle_result (EEasPush *push, EasClient *client, EasPingResult *result)
{
	g_autoptr (GPtrArray) rung = NULL;

	push->pause_ms = FIRST_PAUSE_MS;

	if (result->hierarchy) {
		eas_client_run_async (client, eas_flow_folders_refresh_new (G_MAXUINT64), NULL,
				      folders_listed_cb, push_ref (push));
		return;
	}

	if (result->changed == NULL || result->changed->len == 0) {
		ask_doubtful (push);
		arm (push, /* ms */ 0);
		return;
	}

	rung = take_rung (push, result->changed);
	for (guint i = 0; i < rung->len; i++) {
		EEasWatch *watch = rung->pdata[i];

		watch->changed (watch->user_data);
	}
	arm (push, SETTLE_MS);
}

static void
round_done_cb (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
	EEasPush *push = user_data;
	g_autoptr (EasPingResult) result = NULL;
	g_autoptr (GError) error = NULL;
	gboolean ended;

	result = eas_client_run_finish (EAS_CLIENT (source), async_result, &error);

	g_mutex_lock (&push->lock);
	g_clear_object (&push->round);
	ended = push->ended;
	g_mutex_unlock (&push->lock);

	push->paused = error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
	if (ended) {
		/* nothing */
	} else if (result != NULL) {
		handle_result (push, EAS_CLIENT (source), result);
	} else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
		arm (push, DEBOUNCE_MS);
	} else {
		/* Spread, so that a server that comes back is not met by everybody at once. */
		arm (push, push->pause_ms + g_random_int_range (0, (gint32) push->pause_ms / 4));
		push->pause_ms = MIN (push->pause_ms * 2, LAST_PAUSE_MS);
	}

	push_unref (push);
}

static gboolean
start_round_cb (gpointer user_data)
{
	EEasPush *push = user_data;
	GPtrArray *folders = NULL;
	g_autoptr (EasClient) client = NULL;

	g_mutex_lock (&push->lock);
	push->timer = 0;
	if (!push->ended && push->round == NULL) {
		folders = collect_folders (push, /* wait_for_rung */ FALSE);
		if (folders != NULL)
			push->round = g_cancellable_new ();
	}
	g_mutex_unlock (&push->lock);

	if (folders == NULL)
		return G_SOURCE_REMOVE;

	client = push->ref_client (push->user_data, NULL);
	if (client == NULL) {
		g_ptr_array_unref (folders);
		g_mutex_lock (&push->lock);
		g_clear_object (&push->round);
		g_mutex_unlock (&push->lock);
		return G_SOURCE_REMOVE;
	}

	eas_client_run_async (client, eas_flow_push_new (folders), push->round, round_done_cb,
			      push_ref (push));

	return G_SOURCE_REMOVE;
}

static gboolean
restart_cb (gpointer user_data)
{
	EEasPush *push = user_data;
	g_autoptr (GCancellable) round = NULL;

	g_mutex_lock (&push->lock);
	if (push->round != NULL)
		round = g_object_ref (push->round);
	g_mutex_unlock (&push->lock);

	if (round != NULL)
		g_cancellable_cancel (round); /* round_done_cb() arms the next one */
	else
		arm (push, DEBOUNCE_MS);

	return G_SOURCE_REMOVE;
}

/* Starts a round in @ms, in place of any that was planned. */
static void
arm (EEasPush *push, guint ms)
{
	g_mutex_lock (&push->lock);
	if (push->timer != 0)
		g_source_remove (push->timer);
	push->timer = push->ended ? 0
				  : g_timeout_add_full (G_PRIORITY_DEFAULT, ms, start_round_cb,
							push_ref (push), push_unref);
	g_mutex_unlock (&push->lock);
}

EEasPush *
e_eas_push_new (EEasPushRefClient ref_client, gpointer user_data, GDestroyNotify free_user_data)
{
	EEasPush *push = g_new0 (EEasPush, 1);

	g_atomic_ref_count_init (&push->refs);
	g_mutex_init (&push->lock);
	push->watches = g_ptr_array_new_with_free_func (watch_unref);
	push->ref_client = ref_client;
	push->user_data = user_data;
	push->free_user_data = free_user_data;
	push->pause_ms = FIRST_PAUSE_MS;

	return push;
}

void
e_eas_push_free (EEasPush *push)
{
	g_autoptr (GCancellable) round = NULL;
	guint timer;

	g_mutex_lock (&push->lock);
	push->ended = TRUE;
	timer = push->timer;
	push->timer = 0;
	for (guint i = 0; i < push->watches->len; i++)
		((EEasWatch *) push->watches->pdata[i])->push = NULL;
	if (push->round != NULL)
		round = g_object_ref (push->round);
	g_mutex_unlock (&push->lock);

	if (timer != 0)
		g_source_remove (timer);
	if (round != NULL)
		g_cancellable_cancel (round);
	push_unref (push);
}

void
e_eas_push_restart (EEasPush *push)
{
	push->pause_ms = FIRST_PAUSE_MS;
	g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, restart_cb, push_ref (push),
				    push_unref);
}

/* A folder that is not ready has failed and waits, perhaps for long. */
void
e_eas_push_wake (EEasPush *push)
{
	g_autoptr (GPtrArray) failing = g_ptr_array_new_with_free_func (watch_unref);

	g_mutex_lock (&push->lock);
	for (guint i = 0; i < push->watches->len; i++) {
		EEasWatch *watch = push->watches->pdata[i];

		if (watch->ready)
			continue;
		g_atomic_ref_count_inc (&watch->refs);
		g_ptr_array_add (failing, watch);
	}
	g_mutex_unlock (&push->lock);

	for (guint i = 0; i < failing->len; i++) {
		EEasWatch *watch = failing->pdata[i];

		watch->changed (watch->user_data);
	}
}

gboolean
e_eas_push_is_running (EEasPush *push)
{
	gboolean running;

	g_mutex_lock (&push->lock);
	running = push->round != NULL;
	g_mutex_unlock (&push->lock);

	return running;
}

EEasWatch *
e_eas_push_watch (EEasPush *push,
		  const char *folder_id,
		  EasClass klass,
		  EEasWatchFunc changed,
		  gpointer user_data,
		  GDestroyNotify free_user_data)
{
	EEasWatch *watch = g_new0 (EEasWatch, 1);

	g_atomic_ref_count_init (&watch->refs);
	g_atomic_ref_count_inc (&watch->refs); /* the loop's and the owner's */
	watch->push = push;
	watch->folder_id = g_strdup (folder_id);
	watch->klass = klass;
	watch->exclusion_ms = FIRST_EXCLUSION_MS;
	watch->changed = changed;
	watch->user_data = user_data;
	watch->free_user_data = free_user_data;

	g_mutex_lock (&push->lock);
	g_ptr_array_add (push->watches, watch);
	g_mutex_unlock (&push->lock);

	return watch;
}

/* Counts rings that brought nothing. Milliseconds for which the folder is now left out, or 0. Lock
 * held. */
static guint
judge_ring (EEasWatch *watch, gboolean found)
{
	guint exclusion_ms;

	if (found) {
		watch->empty_rings = 0;
		watch->exclusion_ms = FIRST_EXCLUSION_MS;
	}
	if (!watch->rang)
		return 0;

	watch->rang = FALSE;
	if (found || ++watch->empty_rings < EMPTY_RINGS)
		return 0;

	exclusion_ms = watch->exclusion_ms;
	watch->excluded_until = g_get_monotonic_time () + exclusion_ms * G_TIME_SPAN_MILLISECOND;
	watch->exclusion_ms = MIN (exclusion_ms * 2, LAST_EXCLUSION_MS);

	return exclusion_ms;
}

/* The round that runs by then leaves the folder out: another one takes it in. */
static void
plan_return (EEasPush *push, guint ms)
{
	g_timeout_add_full (G_PRIORITY_DEFAULT, ms + DEBOUNCE_MS, restart_cb, push_ref (push),
			    push_unref);
}

void
e_eas_watch_doubt (EEasWatch *watch, gboolean doubtful)
{
	EEasPush *push = watch->push;

	if (push == NULL)
		return;

	g_mutex_lock (&push->lock);
	watch->doubtful = doubtful;
	g_mutex_unlock (&push->lock);
}

void
e_eas_watch_report (EEasWatch *watch, gboolean ready, gboolean found)
{
	EEasPush *push = watch->push;
	gboolean rang, changed, settled, revived;
	guint exclusion_ms;
	g_autoptr (GPtrArray) folders = NULL;

	if (push == NULL)
		return;

	g_mutex_lock (&push->lock);
	rang = watch->rang;
	changed = watch->ready != ready;
	watch->ready = ready;
	exclusion_ms = judge_ring (watch, found);
	folders = collect_folders (push, /* wait_for_rung */ TRUE);
	settled = folders != NULL && push->round == NULL;
	/* A fetch that succeeds says that the server is back. */
	revived = ready && push->paused;
	g_mutex_unlock (&push->lock);

	if (exclusion_ms > 0)
		plan_return (push, exclusion_ms);
	if (changed || revived || (rang && settled))
		g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, restart_cb, push_ref (push),
					    push_unref);
}

void
e_eas_watch_end (EEasWatch *watch)
{
	EEasPush *push = watch->push;

	if (push != NULL) {
		g_mutex_lock (&push->lock);
		watch->push = NULL;
		watch->ready = FALSE;
		g_ptr_array_remove (push->watches, watch);
		g_mutex_unlock (&push->lock);
		e_eas_push_restart (push);
	}

	watch_unref (watch);
}
