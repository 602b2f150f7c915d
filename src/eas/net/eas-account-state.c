/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The state file on disk: whole-file replacement, a flock on a sibling, a monitor.
 * Used from the client's I/O thread; the monitor reports in the context of the
 * thread that made the object.
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "eas-account-file.h"
#include "eas-debug.h"
#include "eas-error.h"

#include "eas-account-state.h"

/* What tells one version of the file from another without opening it. */
typedef struct {
	guint64 inode;
	gint64 size;
	gint64 seconds, nanoseconds;
} Stamp;

struct _EasAccountState {
	GObject parent;

	char *directory; /* NULL: in memory */
	char *path;
	char *lock_path;
	GFileMonitor *monitor;

	GMutex mutex;
	int lock_fd;     /* -1: not held */
	gboolean locked; /* the in-memory form's */
	Stamp stamp;
	guint64 generation; /* last read or written here */
	char *memory;       /* the file's text, in memory */
};

enum { CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (EasAccountState, eas_account_state, G_TYPE_OBJECT)

static Stamp
take_stamp (const char *path)
{
	Stamp stamp = { 0 };
	GStatBuf buf;

	if (path != NULL && g_stat (path, &buf) == 0) {
		stamp.inode = buf.st_ino;
		stamp.size = buf.st_size;
		stamp.seconds = buf.st_mtim.tv_sec;
		stamp.nanoseconds = buf.st_mtim.tv_nsec;
	}

	return stamp;
}

static gboolean
set_store_error (GError **error, const char *what)
{
	eas_set_error (error, EAS_ERROR_STORE, NULL, 0, 0,
		       _ ("The state of the account cannot be kept: %s"), what);

	return FALSE;
}

/* --- Reading --- */

/* A missing file is an empty one; another failure is one of the disk. */
static gboolean
load_text (EasAccountState *self, char **out_text, gsize *out_size, GError **error)
{
	g_autoptr (GError) local = NULL;

	*out_text = NULL;
	*out_size = 0;
	if (self->directory == NULL) {
		*out_text = g_strdup (self->memory);
		*out_size = self->memory != NULL ? strlen (self->memory) : 0;
		return TRUE;
	}
	if (g_file_get_contents (self->path, out_text, out_size, &local) ||
	    g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT) ||
	    g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOTDIR))
		return TRUE;

	return set_store_error (error, local->message);
}

gboolean
eas_account_state_read (EasAccountState *self, EasAccountData *data, GError **error)
{
	g_autoptr (GMutexLocker) locker = NULL;
	g_autoptr (EasAccountData) fresh = eas_account_data_new ();
	g_autofree char *text = NULL;
	gsize size;

	g_return_val_if_fail (EAS_IS_ACCOUNT_STATE (self), FALSE);
	g_return_val_if_fail (data != NULL, FALSE);

	locker = g_mutex_locker_new (&self->mutex);
	self->stamp = take_stamp (self->path);
	if (!load_text (self, &text, &size, error))
		return FALSE;
	if (text != NULL && !eas_account_file_read (text, size, fresh))
		eas_debug_log (EAS_DEBUG_STATE, NULL, "damaged state file, starting anew");
	eas_account_data_take_state (data, fresh);
	self->generation = data->generation;

	return TRUE;
}

gboolean
eas_account_state_is_current (EasAccountState *self)
{
	g_autoptr (GMutexLocker) locker = NULL;
	Stamp stamp;

	g_return_val_if_fail (EAS_IS_ACCOUNT_STATE (self), FALSE);

	locker = g_mutex_locker_new (&self->mutex);
	if (self->directory == NULL)
		return TRUE;
	stamp = take_stamp (self->path);

	return memcmp (&stamp, &self->stamp, sizeof (stamp)) == 0;
}

/* --- Locking --- */

static gboolean
would_block (GError **error)
{
	g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "The state file is locked");

	return FALSE;
}

static gboolean
lock_file (EasAccountState *self, GError **error)
{
	int fd;

	if (g_mkdir_with_parents (self->directory, 0700) != 0)
		return set_store_error (error, g_strerror (errno));
	fd = g_open (self->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return set_store_error (error, g_strerror (errno));
	if (flock (fd, LOCK_EX | LOCK_NB) != 0) {
		int code = errno;

		close (fd);
		if (code == EWOULDBLOCK || code == EINTR)
			return would_block (error);
		return set_store_error (error, g_strerror (code));
	}
	self->lock_fd = fd;

	return TRUE;
}

gboolean
eas_account_state_try_lock (EasAccountState *self, GError **error)
{
	g_autoptr (GMutexLocker) locker = NULL;

	g_return_val_if_fail (EAS_IS_ACCOUNT_STATE (self), FALSE);

	locker = g_mutex_locker_new (&self->mutex);
	if (self->locked)
		return would_block (error);
	if (self->directory != NULL && !lock_file (self, error))
		return FALSE;
	self->locked = TRUE;

	return TRUE;
}

static void
unlock (EasAccountState *self)
{
	self->locked = FALSE;
	if (self->lock_fd >= 0)
		close (self->lock_fd);
	self->lock_fd = -1;
}

void
eas_account_state_unlock (EasAccountState *self)
{
	g_autoptr (GMutexLocker) locker = NULL;

	g_return_if_fail (EAS_IS_ACCOUNT_STATE (self));

	locker = g_mutex_locker_new (&self->mutex);
	unlock (self);
}

/* --- Writing --- */

static gboolean
store_text (EasAccountState *self, char *take_text, GError **error)
{
	g_autofree char *text = take_text;
	g_autoptr (GError) local = NULL;

	if (self->directory == NULL) {
		g_free (self->memory);
		self->memory = g_steal_pointer (&text);
		return TRUE;
	}
	if (!g_file_set_contents_full (self->path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
				       &local))
		return set_store_error (error, local->message);
	self->stamp = take_stamp (self->path);

	return TRUE;
}

gboolean
eas_account_state_commit (EasAccountState *self, EasAccountData *data, GError **error)
{
	g_autoptr (GMutexLocker) locker = NULL;
	guint64 generation;

	g_return_val_if_fail (EAS_IS_ACCOUNT_STATE (self), FALSE);
	g_return_val_if_fail (data != NULL, FALSE);

	locker = g_mutex_locker_new (&self->mutex);
	g_return_val_if_fail (self->locked, FALSE);

	generation = data->generation;
	data->generation = MAX (generation, self->generation) + 1;
	if (!store_text (self, eas_account_file_write (data), error)) {
		data->generation = generation;
		return FALSE;
	}
	self->generation = data->generation;
	data->cookies_unsaved = FALSE;

	return TRUE;
}

void
eas_account_state_forget (EasAccountState *self, GError **error)
{
	g_autoptr (GMutexLocker) locker = NULL;

	g_return_if_fail (EAS_IS_ACCOUNT_STATE (self));

	locker = g_mutex_locker_new (&self->mutex);
	g_clear_pointer (&self->memory, g_free);
	if (self->directory == NULL)
		return;
	if (g_unlink (self->path) != 0 && errno != ENOENT && errno != ENOTDIR)
		set_store_error (error, g_strerror (errno));
	g_unlink (self->lock_path);
	g_rmdir (self->directory); /* others may keep theirs in it */
	self->stamp = take_stamp (self->path);
}

/* --- The monitor --- */

static gboolean
is_foreign (EasAccountState *self)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
	g_autoptr (EasAccountData) fresh = eas_account_data_new ();
	g_autofree char *text = NULL;
	gsize size;

	if (!load_text (self, &text, &size, NULL) || text == NULL ||
	    !eas_account_file_read (text, size, fresh))
		return FALSE;

	return fresh->generation != self->generation;
}

static void
monitor_changed_cb (GFileMonitor *monitor,
		    GFile *file,
		    GFile *other,
		    GFileMonitorEvent event,
		    EasAccountState *self)
{
	if (event != G_FILE_MONITOR_EVENT_CHANGES_DONE_HINT &&
	    event != G_FILE_MONITOR_EVENT_RENAMED && event != G_FILE_MONITOR_EVENT_CREATED &&
	    event != G_FILE_MONITOR_EVENT_MOVED_IN)
		return;
	if (is_foreign (self))
		g_signal_emit (self, signals[CHANGED], 0);
}

/* Monitors fail on some file systems: a help, never the only way to learn of a change. */
static void
start_monitor (EasAccountState *self)
{
	g_autoptr (GFile) file = g_file_new_for_path (self->path);

	self->monitor = g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
	if (self->monitor != NULL) {
		g_file_monitor_set_rate_limit (self->monitor, 100);
		g_signal_connect (self->monitor, "changed", G_CALLBACK (monitor_changed_cb), self);
	}
}

/* --- The object --- */

static void
eas_account_state_dispose (GObject *object)
{
	EasAccountState *self = EAS_ACCOUNT_STATE (object);

	if (self->monitor != NULL) {
		g_signal_handlers_disconnect_by_data (self->monitor, self);
		g_file_monitor_cancel (self->monitor);
		g_clear_object (&self->monitor);
	}

	G_OBJECT_CLASS (eas_account_state_parent_class)->dispose (object);
}

static void
eas_account_state_finalize (GObject *object)
{
	EasAccountState *self = EAS_ACCOUNT_STATE (object);

	unlock (self);
	g_mutex_clear (&self->mutex);
	g_free (self->directory);
	g_free (self->path);
	g_free (self->lock_path);
	g_free (self->memory);

	G_OBJECT_CLASS (eas_account_state_parent_class)->finalize (object);
}

static void
eas_account_state_class_init (EasAccountStateClass *klass)
{
	GObjectClass *object_class = G_OBJECT_CLASS (klass);

	object_class->dispose = eas_account_state_dispose;
	object_class->finalize = eas_account_state_finalize;

	/* Another process committed; in the context of the thread that made the object. */
	signals[CHANGED] = g_signal_new ("changed", EAS_TYPE_ACCOUNT_STATE, G_SIGNAL_RUN_LAST, 0,
					 NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
eas_account_state_init (EasAccountState *self)
{
	g_mutex_init (&self->mutex);
	self->lock_fd = -1;
}

EasAccountState *
eas_account_state_new (const char *directory)
{
	EasAccountState *self = g_object_new (EAS_TYPE_ACCOUNT_STATE, NULL);

	if (directory == NULL)
		return self;
	self->directory = g_strdup (directory);
	self->path = g_build_filename (directory, "state", NULL);
	self->lock_path = g_build_filename (directory, "lock", NULL);
	/* So that the monitor has something to watch; who cannot make it hears at the first lock.
	 */
	g_mkdir_with_parents (directory, 0700);
	start_monitor (self);

	return self;
}

char *
eas_account_state_default_directory (const char *account_uid)
{
	g_return_val_if_fail (account_uid != NULL, NULL);

	return g_build_filename (g_get_user_cache_dir (), "evolution", "eas", account_uid, NULL);
}
