/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Bodies a server may send, for tests that play the server by hand. */

#pragma once

#include "eas-command.h"

G_BEGIN_DECLS

GBytes *eas_test_answer_status (const EasCommand *command, guint status); /* the root with its global Status */
GBytes *eas_test_answer_policy (guint status, guint policy_status, guint32 key, gboolean document);
GBytes *eas_test_answer_wipe   (void);

/*
 * A Sync answer: for each collection its id, its key and how many Adds it brings,
 * ended by NULL. A key "!3" stands for status 3 without a key; "+k2" for key k2
 * with MoreAvailable; "" for status 1 without a key. Items are called ID:1, ID:2, …
 */
GBytes *eas_test_answer_sync   (const char *id, ...) G_GNUC_NULL_TERMINATED;
/* To every collection of a Sync request: status 1, the next number as its key, @n_adds new items. */
GBytes *eas_test_answer_sync_all (GBytes *request, guint n_adds);
/* FolderSync: folders FIRST to LAST as calendars; @deleted: an id or NULL */
GBytes *eas_test_answer_folders (guint status, const char *key, guint first, guint last, const char *deleted);
/* FolderCreate, FolderUpdate, FolderDelete; @id NULL: not in the answer */
GBytes *eas_test_answer_folder_change (const EasCommand *command, guint status, const char *key, const char *id);
/* @limit_tag: with @limit, or EAS_TAG_NONE; @ids: changed folders, comma separated, or NULL */
GBytes *eas_test_answer_ping   (guint status, EasTag limit_tag, guint limit, const char *ids);

G_END_DECLS
