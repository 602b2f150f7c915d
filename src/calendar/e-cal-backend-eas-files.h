/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The files attached to events, in DIRECTORY/<key>/<name>, where DIRECTORY is
 * "attachments" in the calendar's cache. They are read-only: who edits one has
 * changed nothing on the server.
 */

#pragma once

#include "eas-map-attachments.h"

#include <libecal/libecal.h>

G_BEGIN_DECLS

#define E_CAL_EAS_FILE_MOST (25 * 1024 * 1024) /* bytes; what is larger stays on the server, or is refused */

/* @out: over the folder of attachments in @cache_dir; its user data is to be freed. */
void e_cal_eas_files_init (EasMapFiles *out, const char *cache_dir);
/* URI of a file that is here; NULL. (transfer full) */
char *e_cal_eas_files_dup_uri (const char *directory, const char *key, const char *name);
/* The key of a file of ours; NULL: it is none. (transfer full) */
char *e_cal_eas_files_dup_key (const char *directory, const char *uri);
/* NULL with EAS_ERROR_ITEM_REJECTED and a reason for people. */
GBytes *e_cal_eas_files_load (const char *uri, GError **error);
/* EAS_ERROR_STORE */
gboolean e_cal_eas_files_store (const char *directory,
				const char *key,
				const char *name,
				GBytes *content,
				GError **error);
/* EDS hands over what a component links to as its content: becomes a link again, to the file it was
 * or to a new one. */
gboolean
e_cal_eas_files_take_content (const char *directory, ICalComponent *calendar, GError **error);
/* @calendar was made of @shown: a file that is in that and not in this was taken away. */
void e_cal_eas_files_note_shown (const char *directory,
				 ICalComponent *calendar,
				 ICalComponent *shown);
/* The event is gone, and its files with it. */
void e_cal_eas_files_forget (const char *directory, ICalComponent *event);

G_END_DECLS
