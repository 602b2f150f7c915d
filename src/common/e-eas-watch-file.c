/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* flock and short records; see the header. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "e-eas-watch-file.h"

#define WATCH_FOLDER "watch"
#define RING_FOLDER  "push"
#define PINGER       "pinger"
#define RECORD_SIZE  128 /* with its newline */
#define MAX_NAME     180
#define MAX_ID       4096
#define MAX_OWNERS   9 /* of one folder */
#define TRIES        20
#define TRY_US       1000

struct _EEasWatchFile {
	char *directory;
	char *folder_id;
	EasClass klass;
	char *path; /* NULL: none could be had */
	int fd;
};

/* --- Records: a checksum, blank, text, padding, newline --- */

static gboolean
write_record (int fd, const char *text)
{
	char record[RECORD_SIZE + 1];
	int length = g_snprintf (record, sizeof (record), "%08x %s", g_str_hash (text), text);

	if (length >= RECORD_SIZE)
		return FALSE;
	memset (record + length, ' ', RECORD_SIZE - length);
	record[RECORD_SIZE - 1] = '\n';

	return pwrite (fd, record, RECORD_SIZE, 0) == RECORD_SIZE;
}

static char *
read_record_once (int fd)
{
	char record[RECORD_SIZE + 1] = { 0 };
	g_autofree char *text = NULL;
	guint sum;

	if (pread (fd, record, RECORD_SIZE, 0) != RECORD_SIZE ||
	    sscanf (record, "%8x ", &sum) != 1 || strlen (record) != RECORD_SIZE)
		return NULL;
	text = g_strchomp (g_strdup (record + 9));

	return g_str_hash (text) == sum ? g_steal_pointer (&text) : NULL;
}

/* NULL: there is none. One that is being written at this moment is read again. */
static char *
read_record (int fd)
{
	char *text = NULL;

	for (guint i = 0; i < TRIES && text == NULL; i++) {
		struct stat status;

		text = read_record_once (fd);
		if (text == NULL && fstat (fd, &status) == 0 && status.st_size == 0)
			return NULL;
		if (text == NULL && i > 2)
			g_usleep (100);
	}

	return text;
}

/* --- Names --- */

static char *
name_of (const char *folder_id)
{
	char *name = g_uri_escape_string (folder_id, NULL, /* allow_utf8 */ FALSE);

	if (strlen (name) > MAX_NAME || *name == '.' || *name == '\0') {
		g_autofree char *sum =
			g_compute_checksum_for_string (G_CHECKSUM_SHA1, folder_id, -1);

		g_free (name);
		name = g_strconcat ("+", sum, NULL);
	}

	return name;
}

char *
e_eas_watch_file_directory (const char *directory)
{
	char *path = g_build_filename (directory, WATCH_FOLDER, NULL);

	g_mkdir_with_parents (path, 0700);

	return path;
}

static int
open_file (const char *path, int flags)
{
	int fd = g_open (path, flags | O_CLOEXEC, 0600);

	if (fd < 0 && errno == ENOENT && (flags & O_CREAT)) {
		g_autofree char *directory = g_path_get_dirname (path);

		g_mkdir_with_parents (directory, 0700);
		fd = g_open (path, flags | O_CLOEXEC, 0600);
	}

	return fd;
}

static gboolean
is_at (int fd, const char *path)
{
	struct stat open_one, named_one;

	return fstat (fd, &open_one) == 0 && stat (path, &named_one) == 0 &&
	       open_one.st_ino == named_one.st_ino && open_one.st_dev == named_one.st_dev;
}

/*
 * Opens @path and holds it. Who looks whether somebody does holds it for a moment,
 * and may remove it: hence the tries. -1: held by another.
 */
static int
hold_file (const char *path)
{
	for (guint i = 0; i < TRIES; i++) {
		int fd = open_file (path, O_RDWR | O_CREAT);

		if (fd < 0)
			return -1;
		if (flock (fd, LOCK_EX | LOCK_NB) == 0) {
			if (is_at (fd, path))
				return fd;
		} else if (i >= 3) {
			g_usleep (TRY_US);
		}
		close (fd);
	}

	return -1;
}

/* --- The owner --- */

static void
let_go (EEasWatchFile *file)
{
	if (file->fd >= 0) {
		if (is_at (file->fd, file->path))
			g_unlink (file->path);
		close (file->fd);
	}
	file->fd = -1;
	g_clear_pointer (&file->path, g_free);
}

static void
take_hold (EEasWatchFile *file)
{
	g_autofree char *directory = e_eas_watch_file_directory (file->directory);
	g_autofree char *name = name_of (file->folder_id);

	for (guint i = 1; i <= MAX_OWNERS && file->fd < 0; i++) {
		g_autofree char *numbered =
			i > 1 ? g_strdup_printf ("%s@%u", name, i) : g_strdup (name);

		g_free (file->path);
		file->path = g_build_filename (directory, numbered, NULL);
		file->fd = hold_file (file->path);
	}
	/* What another left there must not be taken for ours. */
	if (file->fd >= 0 && ftruncate (file->fd, 0) != 0)
		let_go (file);
}

EEasWatchFile *
e_eas_watch_file_new (const char *directory, const char *folder_id, EasClass klass)
{
	EEasWatchFile *file = g_new0 (EEasWatchFile, 1);

	file->directory = g_strdup (directory);
	file->folder_id = g_strdup (folder_id);
	file->klass = klass;
	file->fd = -1;
	take_hold (file);

	return file;
}

void
e_eas_watch_file_free (EEasWatchFile *file)
{
	if (file == NULL)
		return;

	let_go (file);
	g_free (file->directory);
	g_free (file->folder_id);
	g_free (file);
}

gboolean
e_eas_watch_file_is_there (const EEasWatchFile *file)
{
	return file->fd >= 0 && is_at (file->fd, file->path);
}

gboolean
e_eas_watch_file_write (EEasWatchFile *file, const EasPushWatcher *state)
{
	g_autofree char *text = g_strdup_printf (
		"%d %d %d %" G_GUINT64_FORMAT " %u %u %d %u", (int) file->klass,
		state->ready != FALSE, state->doubtful != FALSE, state->acknowledged, state->found,
		state->fetched, (int) state->hang, state->hang_epoch);
	gsize size = strlen (file->folder_id);
	struct stat status;

	if (file->fd >= 0 && !e_eas_watch_file_is_there (file))
		let_go (file);
	if (file->fd < 0)
		take_hold (file);
	if (file->fd < 0 || fstat (file->fd, &status) != 0)
		return FALSE;
	/* The id first: with the record it is whole. */
	if (status.st_size == 0 &&
	    pwrite (file->fd, file->folder_id, size, RECORD_SIZE) != (gssize) size)
		return FALSE;

	return write_record (file->fd, text);
}

/* --- The registry --- */

static void
watcher_free (gpointer data)
{
	EasPushWatcher *watcher = data;

	g_free ((char *) watcher->folder_id);
	g_free (watcher);
}

static EasPushWatcher *
parse_watcher (const char *text, const char *folder_id)
{
	EasPushWatcher *watcher = g_new0 (EasPushWatcher, 1);
	int klass, ready, doubtful, hang;

	if (sscanf (text, "%d %d %d %" G_GUINT64_FORMAT " %u %u %d %u", &klass, &ready, &doubtful,
		    &watcher->acknowledged, &watcher->found, &watcher->fetched, &hang,
		    &watcher->hang_epoch) != 8) {
		g_free (watcher);
		return NULL;
	}
	watcher->folder_id = g_strdup (folder_id);
	watcher->klass = (EasClass) klass;
	watcher->ready = ready != 0;
	watcher->doubtful = doubtful != 0;
	watcher->hang = (EasPushHang) hang;

	return watcher;
}

/* NULL: its owner is dead, or has not written yet. */
static EasPushWatcher *
read_watcher (const char *path)
{
	int fd = open_file (path, O_RDONLY);
	g_autofree char *text = NULL;
	char id[MAX_ID + 1] = { 0 };
	gssize size = -1;

	if (fd < 0)
		return NULL;
	if (flock (fd, LOCK_SH | LOCK_NB) == 0) {
		if (is_at (fd, path))
			g_unlink (path);
	} else {
		text = read_record (fd);
		size = pread (fd, id, MAX_ID, RECORD_SIZE);
	}
	close (fd);

	return text != NULL && size > 0 ? parse_watcher (text, id) : NULL;
}

GPtrArray *
e_eas_watch_file_list (const char *directory)
{
	GPtrArray *watchers = g_ptr_array_new_with_free_func (watcher_free);
	g_autofree char *path = e_eas_watch_file_directory (directory);
	g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
		g_autofree char *file = g_build_filename (path, name, NULL);
		EasPushWatcher *watcher = read_watcher (file);

		if (watcher != NULL)
			g_ptr_array_add (watchers, watcher);
	}

	return watchers;
}

/* --- Rings --- */

static char *
ring_path (const char *directory, const char *folder_id)
{
	g_autofree char *name = name_of (folder_id);

	return g_build_filename (directory, RING_FOLDER, name, NULL);
}

gboolean
e_eas_ring_file_read (const char *directory,
		      const char *folder_id,
		      guint64 *out_ring,
		      char **out_state)
{
	g_autofree char *path = ring_path (directory, folder_id);
	g_autofree char *text = NULL;
	char *state = NULL;
	guint64 ring;
	int fd = open_file (path, O_RDONLY);

	if (fd < 0)
		return FALSE;
	text = read_record (fd);
	close (fd);
	if (text == NULL)
		return FALSE;
	ring = g_ascii_strtoull (text, &state, 10);
	*out_ring = ring;
	if (out_state != NULL)
		*out_state = g_strdup (g_strchug (state));

	return TRUE;
}

gboolean
e_eas_ring_file_write (const char *directory,
		       const char *folder_id,
		       guint64 ring,
		       const char *state)
{
	g_autofree char *path = ring_path (directory, folder_id);
	g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT " %s", ring, state);
	int fd = open_file (path, O_RDWR | O_CREAT);
	gboolean success;

	if (fd < 0)
		return FALSE;
	success = write_record (fd, text);
	close (fd);

	return success;
}

static void
make_file (const char *path)
{
	int fd = open_file (path, O_RDWR | O_CREAT);

	if (fd >= 0)
		close (fd);
}

char *
e_eas_ring_file_path (const char *directory, const char *folder_id)
{
	char *path = ring_path (directory, folder_id);

	if (!g_file_test (path, G_FILE_TEST_EXISTS))
		make_file (path);

	return path;
}

/* --- The pinger --- */

char *
e_eas_pinger_path (const char *directory)
{
	char *path = g_build_filename (directory, PINGER, NULL);

	if (!g_file_test (path, G_FILE_TEST_EXISTS))
		make_file (path);

	return path;
}

int
e_eas_pinger_claim (const char *directory)
{
	g_autofree char *path = g_build_filename (directory, PINGER, NULL);

	return hold_file (path);
}

void
e_eas_pinger_write (int fd, const char *state)
{
	if (fd >= 0)
		write_record (fd, state);
}

char *
e_eas_pinger_dup_state (const char *directory)
{
	g_autofree char *path = g_build_filename (directory, PINGER, NULL);
	char *state = NULL;
	int fd = open_file (path, O_RDONLY);

	if (fd < 0)
		return NULL;
	if (flock (fd, LOCK_SH | LOCK_NB) != 0)
		state = read_record (fd);
	close (fd);

	return state;
}

/* --- The end --- */

static void
remove_files_in (const char *directory, const char *folder)
{
	g_autofree char *path = g_build_filename (directory, folder, NULL);
	g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
		g_autofree char *file = g_build_filename (path, name, NULL);

		g_unlink (file);
	}
	g_rmdir (path);
}

void
e_eas_watch_file_forget (const char *directory)
{
	g_autofree char *pinger = g_build_filename (directory, PINGER, NULL);

	remove_files_in (directory, WATCH_FOLDER);
	remove_files_in (directory, RING_FOLDER);
	g_unlink (pinger);
	g_rmdir (directory);
}
