/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A watch's file says how far its owner is; the ring file of its folder is
 * monitored. A ring that was missed is seen at the slow look: monitors fail on some
 * file systems. A report acknowledges the last ring seen: if the fetch it tells of
 * began before that ring, the next Ping rings again, and nothing is missed.
 */

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "e-eas-watch-file.h"

#include "e-eas-push.h"

#define SLOW_LOOK     300 /* seconds */
#define BLIND_LOOK    20  /* where files cannot be monitored */
#define STATE_NO_ONE  "off no-registry"
#define STATE_WAITING "waiting"
#define STATE_POLLING "polling"
#define STATE_HANGING "hanging"

struct _EEasWatch {
	gatomicrefcount refs;
	EEasPush *push;      /* counted */
	gboolean ended;      /* under push->lock, like all down to state_changed */
	EasPushWatcher told; /* what the file says, or is to say */
	EEasWatchFile *file;
	char *folder_id;
	char *state; /* what the registry says of it */
	EEasWatchFunc changed;
	EEasWatchFunc state_changed; /* NULL: nobody asked */
	gpointer user_data;
	GDestroyNotify free_user_data;
	GFileMonitor *monitor; /* the main thread's, like what follows */
	int fd;                /* of what it hangs on, so that no other file is taken for it; -1 */
};

struct _EEasPush {
	gatomicrefcount refs;
	GMutex lock;
	char *directory;
	GPtrArray *watches;

	/* The main thread's. */
	GFileMonitor *pinger;
	int fd;     /* of what it hangs on; -1 */
	guint look; /* GSource id */
};

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

	g_ptr_array_unref (push->watches); /* empty: each of them counts the push */
	g_mutex_clear (&push->lock);
	g_free (push->directory);
	g_free (push);
}

static EEasWatch *
watch_ref (EEasWatch *watch)
{
	g_atomic_ref_count_inc (&watch->refs);

	return watch;
}

static void
watch_unref (gpointer data)
{
	EEasWatch *watch = data;

	if (!g_atomic_ref_count_dec (&watch->refs))
		return;

	if (watch->free_user_data != NULL)
		watch->free_user_data (watch->user_data);
	e_eas_watch_file_free (watch->file);
	push_unref (watch->push);
	g_free (watch->folder_id);
	g_free (watch->state);
	g_free (watch);
}

/* --- Looking, on the main thread --- */

/* Takes note of a ring and of the folder's state. */
static void
look_at (EEasPush *push, EEasWatch *watch, const char *pinger)
{
	g_autofree char *state = NULL;
	gboolean rang = FALSE, changed;
	EEasWatchFunc state_changed;
	guint64 ring;

	if (!e_eas_ring_file_read (push->directory, watch->folder_id, &ring, &state))
		ring = watch->told.last_ring; /* the main thread alone changes it */
	if (pinger == NULL || state == NULL) {
		g_free (state);
		state = g_strdup (STATE_NO_ONE);
	}

	g_mutex_lock (&push->lock);
	if (!watch->ended && ring != watch->told.last_ring) {
		watch->told.last_ring = ring;
		rang = TRUE;
	}
	changed = g_strcmp0 (watch->state, state) != 0;
	if (changed) {
		g_free (watch->state);
		watch->state = g_steal_pointer (&state);
	}
	state_changed = changed ? watch->state_changed : NULL;
	g_mutex_unlock (&push->lock);

	if (rang)
		watch->changed (watch->user_data);
	if (state_changed != NULL)
		state_changed (watch->user_data);
}

static GPtrArray *
ref_watches (EEasPush *push)
{
	GPtrArray *watches = g_ptr_array_new_with_free_func (watch_unref);

	g_mutex_lock (&push->lock);
	for (guint i = 0; i < push->watches->len; i++)
		g_ptr_array_add (watches, watch_ref (push->watches->pdata[i]));
	g_mutex_unlock (&push->lock);

	return watches;
}

static void
look_at_all (EEasPush *push)
{
	g_autoptr (GPtrArray) watches = ref_watches (push);
	g_autofree char *pinger = e_eas_pinger_dup_state (push->directory);

	for (guint i = 0; i < watches->len; i++)
		look_at (push, watches->pdata[i], pinger);
}

static void
pinger_changed_cb (GFileMonitor *monitor,
		   GFile *file,
		   GFile *other,
		   GFileMonitorEvent event,
		   gpointer user_data)
{
	look_at_all (user_data);
}

static void
ring_changed_cb (GFileMonitor *monitor,
		 GFile *file,
		 GFile *other,
		 GFileMonitorEvent event,
		 gpointer user_data)
{
	EEasWatch *watch = user_data;
	/* It may have died since it wrote. */
	g_autofree char *pinger = e_eas_pinger_dup_state (watch->push->directory);

	look_at (watch->push, watch, pinger);
}

/* On the inode, so that files beside it wake nobody. */
static GFileMonitor *
monitor_file (const char *path)
{
	g_autoptr (GFile) file = g_file_new_for_path (path);
	GFileMonitor *monitor =
		g_file_monitor_file (file, G_FILE_MONITOR_WATCH_HARD_LINKS, NULL, NULL);

	if (monitor != NULL)
		g_file_monitor_set_rate_limit (monitor, 0);

	return monitor;
}

/* Whether @fd is still what the path leads to. */
static gboolean
is_still (int fd, const char *path)
{
	struct stat held, named;

	return fd >= 0 && fstat (fd, &held) == 0 && stat (path, &named) == 0 &&
	       held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

static void
hold (int *fd, const char *path)
{
	if (*fd >= 0)
		close (*fd);
	*fd = path != NULL ? open (path, O_RDONLY | O_CLOEXEC) : -1;
}

static void
end_monitor (GFileMonitor **monitor)
{
	if (*monitor == NULL)
		return;

	g_file_monitor_cancel (*monitor);
	g_clear_object (monitor);
}

/* Their files may have been removed under them: then they are made and monitored anew. */
static void
monitor_watch (EEasPush *push, EEasWatch *watch)
{
	g_autofree char *path = e_eas_ring_file_path (push->directory, watch->folder_id);

	if (watch->monitor != NULL && is_still (watch->fd, path))
		return;
	hold (&watch->fd, path);
	end_monitor (&watch->monitor);
	watch->monitor = monitor_file (path);
	if (watch->monitor != NULL)
		g_signal_connect_data (watch->monitor, "changed", G_CALLBACK (ring_changed_cb),
				       watch_ref (watch),
				       (GClosureNotify) (void (*) (void)) watch_unref, 0);
}

static void
monitor_pinger (EEasPush *push)
{
	g_autofree char *path = e_eas_pinger_path (push->directory);

	if (push->pinger != NULL && is_still (push->fd, path))
		return;
	hold (&push->fd, path);
	end_monitor (&push->pinger);
	push->pinger = monitor_file (path);
	if (push->pinger != NULL)
		g_signal_connect (push->pinger, "changed", G_CALLBACK (pinger_changed_cb), push);
}

static gboolean
slow_look_cb (gpointer user_data)
{
	EEasPush *push = user_data;
	g_autoptr (GPtrArray) watches = ref_watches (push);

	monitor_pinger (push);
	for (guint i = 0; i < watches->len; i++) {
		EEasWatch *watch = watches->pdata[i];

		monitor_watch (push, watch);
		g_mutex_lock (&push->lock);
		/* A write wakes the registry. */
		if (!watch->ended && !e_eas_watch_file_is_there (watch->file))
			e_eas_watch_file_write (watch->file, &watch->told);
		g_mutex_unlock (&push->lock);
	}
	look_at_all (push);

	return G_SOURCE_CONTINUE;
}

/* --- A watch comes and goes --- */

static gboolean
start_watch_cb (gpointer user_data)
{
	EEasWatch *watch = user_data;
	EEasPush *push = watch->push;
	g_autofree char *pinger = NULL;
	gboolean ended;

	g_mutex_lock (&push->lock);
	ended = watch->ended;
	g_mutex_unlock (&push->lock);
	if (ended)
		return G_SOURCE_REMOVE;

	if (push->pinger == NULL)
		monitor_pinger (push);
	monitor_watch (push, watch);
	if (push->look == 0)
		push->look = g_timeout_add_seconds (watch->monitor != NULL ? SLOW_LOOK : BLIND_LOOK,
						    slow_look_cb, push);
	pinger = e_eas_pinger_dup_state (push->directory);
	look_at (push, watch, pinger);

	return G_SOURCE_REMOVE;
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
	watch->push = push_ref (push);
	watch->folder_id = g_strdup (folder_id);
	watch->changed = changed;
	watch->user_data = user_data;
	watch->free_user_data = free_user_data;
	watch->state = g_strdup (STATE_NO_ONE);
	watch->fd = -1;
	/* The owner is about to fetch all there is: no ring from before counts. */
	if (e_eas_ring_file_read (push->directory, folder_id, &watch->told.last_ring, NULL))
		watch->told.acknowledged = watch->told.last_ring;
	watch->file = e_eas_watch_file_new (push->directory, folder_id, klass);

	g_mutex_lock (&push->lock);
	e_eas_watch_file_write (watch->file, &watch->told);
	g_ptr_array_add (push->watches, watch_ref (watch));
	g_mutex_unlock (&push->lock);
	g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, start_watch_cb, watch_ref (watch),
				    watch_unref);

	return watch;
}

static gboolean
end_watch_cb (gpointer user_data)
{
	EEasWatch *watch = user_data;

	end_monitor (&watch->monitor);
	hold (&watch->fd, NULL);

	return G_SOURCE_REMOVE;
}

/* Thread-safe; the owner is not called after this, but for a call that is under way. */
static void
end_watch (EEasWatch *watch)
{
	EEasPush *push = watch->push;
	gboolean was_watched;

	g_mutex_lock (&push->lock);
	watch->ended = TRUE;
	g_clear_pointer (&watch->file, e_eas_watch_file_free);
	was_watched = g_ptr_array_remove_fast (push->watches, watch);
	g_mutex_unlock (&push->lock);

	g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, end_watch_cb, watch_ref (watch),
				    watch_unref);
	if (was_watched)
		watch_unref (watch);
}

void
e_eas_watch_end (EEasWatch *watch)
{
	end_watch (watch);
	watch_unref (watch);
}

/* --- What owners say --- */

void
e_eas_watch_doubt (EEasWatch *watch, gboolean doubtful)
{
	g_mutex_lock (&watch->push->lock);
	watch->told.doubtful = doubtful;
	g_mutex_unlock (&watch->push->lock);
}

void
e_eas_watch_report (EEasWatch *watch, gboolean ready, gboolean found)
{
	g_mutex_lock (&watch->push->lock);
	watch->told.ready = ready;
	watch->told.acknowledged = watch->told.last_ring;
	watch->told.found += found ? 1 : 0;
	watch->told.fetched += ready ? 1 : 0;
	if (!watch->ended)
		e_eas_watch_file_write (watch->file, &watch->told);
	g_mutex_unlock (&watch->push->lock);
}

gboolean
e_eas_watch_is_to_hang (EEasWatch *watch, EasHangTerms *out_terms)
{
	EasHangTerms terms = { 0 };
	gboolean wanted;

	g_mutex_lock (&watch->push->lock);
	wanted = sscanf (watch->state, STATE_HANGING " %u %u", &terms.seconds, &terms.epoch) == 2;
	g_mutex_unlock (&watch->push->lock);
	if (wanted)
		*out_terms = terms;

	return wanted;
}

void
e_eas_watch_report_hang (EEasWatch *watch, EasPushHang hang, const EasHangTerms *terms)
{
	EasPushWatcher *told = &watch->told;

	g_mutex_lock (&watch->push->lock);
	if (told->hang != hang || told->hang_epoch != terms->epoch) {
		told->hang = hang;
		told->hang_epoch = terms->epoch;
		if (!watch->ended)
			e_eas_watch_file_write (watch->file, told);
	}
	g_mutex_unlock (&watch->push->lock);
}

char *
e_eas_watch_dup_state (EEasWatch *watch)
{
	char *state;

	g_mutex_lock (&watch->push->lock);
	state = g_strdup (watch->state);
	g_mutex_unlock (&watch->push->lock);

	return state;
}

void
e_eas_watch_on_state (EEasWatch *watch, EEasWatchFunc state_changed)
{
	g_mutex_lock (&watch->push->lock);
	watch->state_changed = state_changed;
	g_mutex_unlock (&watch->push->lock);
}

/* --- The account's side --- */

EEasPush *
e_eas_push_new (const char *directory)
{
	EEasPush *push = g_new0 (EEasPush, 1);

	g_atomic_ref_count_init (&push->refs);
	g_mutex_init (&push->lock);
	push->directory = g_strdup (directory);
	push->watches = g_ptr_array_new ();
	push->fd = -1;

	return push;
}

static gboolean
end_push_cb (gpointer user_data)
{
	EEasPush *push = user_data;

	end_monitor (&push->pinger);
	hold (&push->fd, NULL);
	g_clear_handle_id (&push->look, g_source_remove);

	return G_SOURCE_REMOVE;
}

void
e_eas_push_free (EEasPush *push)
{
	g_autoptr (GPtrArray) watches = ref_watches (push);

	for (guint i = 0; i < watches->len; i++)
		end_watch (watches->pdata[i]);
	/* After what was started on the main thread. */
	g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, end_push_cb, push, push_unref);
}

/* A folder that is not ready has failed and waits, perhaps for long. */
void
e_eas_push_wake (EEasPush *push)
{
	g_autoptr (GPtrArray) watches = ref_watches (push);

	for (guint i = 0; i < watches->len; i++) {
		EEasWatch *watch = watches->pdata[i];
		gboolean failing;

		g_mutex_lock (&push->lock);
		failing = !watch->told.ready;
		g_mutex_unlock (&push->lock);
		if (failing)
			watch->changed (watch->user_data);
	}
}

gboolean
e_eas_push_is_running (EEasPush *push)
{
	g_autofree char *state = e_eas_pinger_dup_state (push->directory);

	return state != NULL &&
	       (g_str_has_prefix (state, STATE_WAITING) ||
		g_str_has_prefix (state, STATE_POLLING) || g_str_has_prefix (state, STATE_HANGING));
}
