/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How the registry, which pings, and the processes that have folders open tell
 * each other, in files of the account's state directory (design 4.11):
 *
 *   watch/<folder>   its owner holds a lock on it while the folder is open, so that
 *                    whoever dies is gone at once, and writes how far it is
 *   push/<folder>    the registry counts its rings in it, and says what may be hoped
 *                    for: "waiting", "excluded UNIXTIME", "polling MINUTES WHY", "off WHY",
 *                    or what the owner is to do itself: "hanging SECONDS EPOCH WHY" (EasHang)
 *   pinger           locked by the registry while it takes care of the account
 *
 * <folder> is the folder id as g_uri_escape_string() leaves it, or a hash of a long
 * one; in watch/ "@2" and so on is appended for a second owner of the same folder.
 * Files are written in place: their monitors hang on the inode, and nobody is woken
 * for the folder of another. A record carries a checksum against half-written ones.
 */

#pragma once

#include "eas-push-plan.h"

G_BEGIN_DECLS

/* The owner's. Never NULL; where nothing can be written, nobody is told. */
typedef struct _EEasWatchFile EEasWatchFile;

EEasWatchFile *e_eas_watch_file_new (const char *directory, const char *folder_id, EasClass klass);
void e_eas_watch_file_free (EEasWatchFile *file);
gboolean e_eas_watch_file_is_there (const EEasWatchFile *file); /* nobody removed it */
/* The fields of @state from "ready" on, but for last_ring. A file that somebody removed comes back.
 */
gboolean e_eas_watch_file_write (EEasWatchFile *file, const EasPushWatcher *state);

/* The registry's: (element-type EasPushWatcher) whose owners live. What the dead left is removed.
 */
GPtrArray *e_eas_watch_file_list (const char *directory);
char *e_eas_watch_file_directory (const char *directory);

/* Rings. FALSE: there was none yet. */
gboolean e_eas_ring_file_read (const char *directory,
			       const char *folder_id,
			       guint64 *out_ring,
			       char **out_state);
gboolean e_eas_ring_file_write (const char *directory,
				const char *folder_id,
				guint64 ring,
				const char *state);
/* Exists afterwards, so that it can be monitored. */
char *e_eas_ring_file_path (const char *directory, const char *folder_id);

/* The one who pings. -1: another one lives, or the file cannot be made. To be closed. */
int e_eas_pinger_claim (const char *directory);
void e_eas_pinger_write (int fd, const char *state);
/* What it last wrote; NULL: there is none. */
char *e_eas_pinger_dup_state (const char *directory);
char *e_eas_pinger_path (const char *directory);

/* The account is gone: so are these files. */
void e_eas_watch_file_forget (const char *directory);

G_END_DECLS
