/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The files between the registry and the owners of open folders, with processes that die. */

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "e-eas-push.h"
#include "e-eas-watch-file.h"

typedef struct {
	char *directory;
} Place;

static void
set_up (Place *place, gconstpointer data)
{
	place->directory = g_dir_make_tmp ("eas-push-XXXXXX", NULL);
	g_assert_nonnull (place->directory);
}

static void
tear_down (Place *place, gconstpointer data)
{
	e_eas_watch_file_forget (place->directory);
	g_assert_false (g_file_test (place->directory, G_FILE_TEST_EXISTS));
	g_free (place->directory);
}

static const EasPushWatcher some_state = {
	.ready = TRUE, .acknowledged = 7, .found = 3, .fetched = 9
};

static void
assert_watched (Place *place, const char *id, guint count)
{
	g_autoptr (GPtrArray) watchers = e_eas_watch_file_list (place->directory);

	g_assert_cmpuint (watchers->len, ==, count);
	for (guint i = 0; i < watchers->len; i++)
		g_assert_cmpstr (((EasPushWatcher *) watchers->pdata[i])->folder_id, ==, id);
}

/* --- The files --- */

static void
test_watch (Place *place, gconstpointer data)
{
	EEasWatchFile *file = e_eas_watch_file_new (place->directory, "6", EAS_CLASS_CALENDAR);
	g_autoptr (GPtrArray) watchers = NULL;
	const EasPushWatcher *found;

	/* Nothing is said yet. */
	assert_watched (place, "6", 0);
	g_assert_true (e_eas_watch_file_write (file, &some_state));
	watchers = e_eas_watch_file_list (place->directory);
	g_assert_cmpuint (watchers->len, ==, 1);
	found = watchers->pdata[0];
	g_assert_cmpstr (found->folder_id, ==, "6");
	g_assert_cmpint (found->klass, ==, EAS_CLASS_CALENDAR);
	g_assert_true (found->ready);
	g_assert_false (found->doubtful);
	g_assert_cmpuint (found->acknowledged, ==, 7);
	g_assert_cmpuint (found->found, ==, 3);
	g_assert_cmpuint (found->fetched, ==, 9);
	e_eas_watch_file_free (file);
	assert_watched (place, "6", 0);
}

/* Whatever servers call their folders. */
static void
test_ids (Place *place, gconstpointer data)
{
	g_autofree char *long_id = g_strnfill (1000, 'x');
	const char *const ids[] = { "../../etc",     "a/b@2", ".hidden",
				    "mail/INBOX%2f", "Größe", long_id };

	for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
		EEasWatchFile *file =
			e_eas_watch_file_new (place->directory, ids[i], EAS_CLASS_EMAIL);
		guint64 ring = 0;

		g_assert_true (e_eas_watch_file_write (file, &some_state));
		assert_watched (place, ids[i], 1);
		g_assert_true (e_eas_ring_file_write (place->directory, ids[i], 40 + i, "waiting"));
		g_assert_true (e_eas_ring_file_read (place->directory, ids[i], &ring, NULL));
		g_assert_cmpuint (ring, ==, 40 + i);
		e_eas_watch_file_free (file);
	}
}

static void
test_two_owners (Place *place, gconstpointer data)
{
	EEasWatchFile *one = e_eas_watch_file_new (place->directory, "6", EAS_CLASS_EMAIL);
	EEasWatchFile *two = e_eas_watch_file_new (place->directory, "6", EAS_CLASS_EMAIL);

	g_assert_true (e_eas_watch_file_write (one, &some_state));
	g_assert_true (e_eas_watch_file_write (two, &some_state));
	assert_watched (place, "6", 2);
	e_eas_watch_file_free (one);
	assert_watched (place, "6", 1);
	e_eas_watch_file_free (two);
	assert_watched (place, "6", 0);
}

/* Somebody emptied the cache under us. */
static void
test_removed (Place *place, gconstpointer data)
{
	EEasWatchFile *file = e_eas_watch_file_new (place->directory, "6", EAS_CLASS_EMAIL);

	g_assert_true (e_eas_watch_file_write (file, &some_state));
	e_eas_watch_file_forget (place->directory);
	assert_watched (place, "6", 0);
	g_assert_true (e_eas_watch_file_write (file, &some_state));
	assert_watched (place, "6", 1);
	e_eas_watch_file_free (file);
}

/* Runs @child in a process of its own, which is to report by a byte, and then waits to be killed.
 */
static pid_t
start_child (void (*child) (Place *place), Place *place)
{
	int ends[2];
	char byte;
	pid_t pid;

	g_assert_cmpint (pipe (ends), ==, 0);
	pid = fork ();
	if (pid == 0) {
		child (place);
		if (write (ends[1], "x", 1) != 1)
			_exit (1);
		for (;;)
			pause ();
	}
	g_assert_cmpint (pid, >, 0);
	g_assert_cmpint (read (ends[0], &byte, 1), ==, 1);
	close (ends[0]);
	close (ends[1]);

	return pid;
}

static void
kill_child (pid_t pid)
{
	g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
	g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
}

static void
own_folder (Place *place)
{
	EEasWatchFile *file = e_eas_watch_file_new (place->directory, "6", EAS_CLASS_CALENDAR);

	e_eas_watch_file_write (file, &some_state);
}

static void
test_owner_killed (Place *place, gconstpointer data)
{
	g_autofree char *path = g_build_filename (place->directory, "watch", "6", NULL);
	pid_t pid = start_child (own_folder, place);

	assert_watched (place, "6", 1);
	kill_child (pid);
	g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
	assert_watched (place, "6", 0);
	g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
claim (Place *place)
{
	e_eas_pinger_write (e_eas_pinger_claim (place->directory), "waiting");
}

static void
test_pinger_killed (Place *place, gconstpointer data)
{
	g_autofree char *state = NULL;
	pid_t pid;
	int fd;

	g_assert_null (e_eas_pinger_dup_state (place->directory));
	pid = start_child (claim, place);
	state = e_eas_pinger_dup_state (place->directory);
	g_assert_cmpstr (state, ==, "waiting");
	g_assert_cmpint (e_eas_pinger_claim (place->directory), ==, -1);
	kill_child (pid);
	g_assert_null (e_eas_pinger_dup_state (place->directory));
	fd = e_eas_pinger_claim (place->directory);
	g_assert_cmpint (fd, >=, 0);
	close (fd);
}

/* Many open and close while the registry looks: what is seen is whole, and what is open is seen. */
static gpointer
come_and_go (gpointer user_data)
{
	Place *place = user_data;

	for (guint i = 0; i < 300; i++) {
		EEasWatchFile *file =
			e_eas_watch_file_new (place->directory, "6", EAS_CLASS_CALENDAR);
		EasPushWatcher state = { .acknowledged = 5 };

		for (guint j = 0; j < 5; j++) {
			state.found = state.fetched = j;
			e_eas_watch_file_write (file, &state);
		}
		e_eas_watch_file_free (file);
	}

	return NULL;
}

static void
test_crowd (Place *place, gconstpointer data)
{
	GThread *threads[3];
	EEasWatchFile *steady = e_eas_watch_file_new (place->directory, "6", EAS_CLASS_CALENDAR);

	g_assert_true (e_eas_watch_file_write (steady, &some_state));
	for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
		threads[i] = g_thread_new ("owner", come_and_go, place);
	for (guint i = 0; i < 300; i++) {
		g_autoptr (GPtrArray) watchers = e_eas_watch_file_list (place->directory);
		gboolean seen = FALSE;

		for (guint j = 0; j < watchers->len; j++) {
			const EasPushWatcher *watcher = watchers->pdata[j];

			g_assert_cmpstr (watcher->folder_id, ==, "6");
			seen |= watcher->acknowledged == 7;
			g_assert_cmpuint (watcher->acknowledged == 7 ? 9 : watcher->found, ==,
					  watcher->fetched);
		}
		g_assert_true (seen);
	}
	for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
		g_thread_join (threads[i]);
	assert_watched (place, "6", 1);
	e_eas_watch_file_free (steady);
}

static void
test_damaged (Place *place, gconstpointer data)
{
	static const char *const texts[] = { "", "x", "00000000 5 waiting\n" };
	g_autofree char *path = e_eas_ring_file_path (place->directory, "6");
	guint64 ring = 3;

	for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
		g_assert_true (g_file_set_contents (path, texts[i], -1, NULL));
		g_assert_false (e_eas_ring_file_read (place->directory, "6", &ring, NULL));
	}
	g_assert_cmpuint (ring, ==, 3);
	g_assert_true (e_eas_ring_file_write (place->directory, "6", 4, "excluded 1800000000"));
	g_assert_true (e_eas_ring_file_read (place->directory, "6", &ring, NULL));
	g_assert_cmpuint (ring, ==, 4);
}

/* --- The owner's side --- */

typedef struct {
	guint rung, told;
} Bell;

static void
rung_cb (gpointer user_data)
{
	((Bell *) user_data)->rung++;
}

static void
told_cb (gpointer user_data)
{
	/* A counter beside the first: both get the same data. */
	((Bell *) user_data)->told++;
}

static gboolean
over_cb (gpointer user_data)
{
	*(gboolean *) user_data = TRUE;

	return G_SOURCE_REMOVE;
}

/* Until @value is @wanted; at most for as long as a loaded machine may take. */
static void
iterate_until (const guint *value, guint wanted)
{
	gboolean over = FALSE;
	guint limit = g_timeout_add_seconds (60, over_cb, &over);

	while (*value != wanted && !over)
		g_main_context_iteration (NULL, TRUE);
	g_assert_cmpuint (*value, ==, wanted);
	if (!over)
		g_source_remove (limit);
}

static void
iterate_for (guint ms)
{
	gboolean over = FALSE;

	g_timeout_add (ms, over_cb, &over);
	while (!over)
		g_main_context_iteration (NULL, TRUE);
}

static void
test_rings (Place *place, gconstpointer data)
{
	EEasPush *push = e_eas_push_new (place->directory);
	Bell mine = { 0 }, other = { 0 };
	EEasWatch *watch = e_eas_push_watch (push, "6", EAS_CLASS_CALENDAR, rung_cb, &mine, NULL);
	EEasWatch *beside = e_eas_push_watch (push, "7", EAS_CLASS_CALENDAR, rung_cb, &other, NULL);
	g_autoptr (GPtrArray) watchers = NULL;

	iterate_for (50);
	for (guint i = 1; i <= 10; i++) {
		gint64 began = g_get_monotonic_time ();

		g_assert_true (e_eas_ring_file_write (place->directory, "6", 100 + i, "waiting"));
		iterate_until (&mine.rung, i);
		g_test_message ("%" G_GINT64_FORMAT " us", g_get_monotonic_time () - began);
		e_eas_watch_report (watch, /* ready */ TRUE, /* found */ TRUE);
	}
	g_assert_cmpuint (other.rung, ==, 0);

	watchers = e_eas_watch_file_list (place->directory);
	g_assert_cmpuint (watchers->len, ==, 2);
	for (guint i = 0; i < 2; i++) {
		const EasPushWatcher *watcher = watchers->pdata[i];
		gboolean is_mine = strcmp (watcher->folder_id, "6") == 0;

		g_assert_cmpuint (watcher->acknowledged, ==, is_mine ? 110 : 0);
		g_assert_cmpuint (watcher->found, ==, is_mine ? 10 : 0);
		g_assert_cmpint (watcher->ready, ==, is_mine);
	}
	e_eas_watch_end (watch);
	e_eas_watch_end (beside);
	e_eas_push_free (push);
	iterate_for (10);
	assert_watched (place, "6", 0);
}

/* A ring from before the folder was opened is none: all is about to be fetched. */
static void
test_old_ring (Place *place, gconstpointer data)
{
	EEasPush *push = e_eas_push_new (place->directory);
	Bell bell = { 0 };
	EEasWatch *watch;
	g_autoptr (GPtrArray) watchers = NULL;

	g_assert_true (e_eas_ring_file_write (place->directory, "6", 12, "waiting"));
	watch = e_eas_push_watch (push, "6", EAS_CLASS_CALENDAR, rung_cb, &bell, NULL);
	iterate_for (50);
	g_assert_cmpuint (bell.rung, ==, 0);
	watchers = e_eas_watch_file_list (place->directory);
	g_assert_cmpuint (((EasPushWatcher *) watchers->pdata[0])->acknowledged, ==, 12);
	e_eas_watch_end (watch);
	e_eas_push_free (push);
	iterate_for (10);
}

/* What is said of a folder follows the registry, and its death. */
static void
test_states (Place *place, gconstpointer data)
{
	EEasPush *push = e_eas_push_new (place->directory);
	Bell bell = { 0 };
	EEasWatch *watch = e_eas_push_watch (push, "6", EAS_CLASS_CALENDAR, rung_cb, &bell, NULL);
	g_autofree char *state = e_eas_watch_dup_state (watch);
	pid_t registry;

	e_eas_watch_on_state (watch, told_cb);
	g_assert_cmpstr (state, ==, "off no-registry");
	g_assert_false (e_eas_push_is_running (push));
	iterate_for (50);

	registry = start_child (claim, place);
	g_assert_true (e_eas_push_is_running (push));
	g_assert_true (e_eas_ring_file_write (place->directory, "6", 0, "polling 5 no-ping"));
	iterate_until (&bell.told, 1);
	g_free (state);
	state = e_eas_watch_dup_state (watch);
	g_assert_cmpstr (state, ==, "polling 5 no-ping");

	kill_child (registry);
	iterate_until (&bell.told, 2);
	g_free (state);
	state = e_eas_watch_dup_state (watch);
	g_assert_cmpstr (state, ==, "off no-registry");
	g_assert_false (e_eas_push_is_running (push));
	g_assert_cmpuint (bell.rung, ==, 0);

	e_eas_watch_end (watch);
	e_eas_push_free (push);
	iterate_for (10);
}

/* The network is back: who failed may try at once, who did not is left alone. */
static void
test_wake (Place *place, gconstpointer data)
{
	EEasPush *push = e_eas_push_new (place->directory);
	Bell failing = { 0 }, well = { 0 };
	EEasWatch *one = e_eas_push_watch (push, "6", EAS_CLASS_CALENDAR, rung_cb, &failing, NULL);
	EEasWatch *two = e_eas_push_watch (push, "7", EAS_CLASS_CALENDAR, rung_cb, &well, NULL);

	e_eas_watch_report (one, /* ready */ FALSE, /* found */ FALSE);
	e_eas_watch_report (two, /* ready */ TRUE, /* found */ FALSE);
	e_eas_push_wake (push);
	g_assert_cmpuint (failing.rung, ==, 1);
	g_assert_cmpuint (well.rung, ==, 0);
	e_eas_push_free (push);
	/* After the account: nothing to do any more. */
	e_eas_watch_report (one, TRUE, TRUE);
	e_eas_watch_end (one);
	e_eas_watch_end (two);
	iterate_for (10);
}

#define ADD(name, func) g_test_add ("/eas-push/" name, Place, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD ("watch", test_watch);
	ADD ("ids", test_ids);
	ADD ("two-owners", test_two_owners);
	ADD ("removed", test_removed);
	ADD ("owner-killed", test_owner_killed);
	ADD ("pinger-killed", test_pinger_killed);
	ADD ("crowd", test_crowd);
	ADD ("damaged", test_damaged);
	ADD ("rings", test_rings);
	ADD ("old-ring", test_old_ring);
	ADD ("states", test_states);
	ADD ("wake", test_wake);

	return g_test_run ();
}
