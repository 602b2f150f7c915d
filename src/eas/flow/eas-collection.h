/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EasCollection: the authority, in this process, for one folder's SyncKey. A
 * window that arrived waits in it until its owner has made it durable; only then
 * does the key advance, and only then may the next window be asked for.
 * Thread-safe. Holds no data beyond the one window.
 */

#pragma once

#include "eas-cmd-sync.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define EAS_TYPE_COLLECTION (eas_collection_get_type ())
G_DECLARE_FINAL_TYPE (EasCollection, eas_collection, EAS, COLLECTION, GObject)

/* An answer for one collection, with the key that becomes ours when it is durable. */
typedef struct {
	char *base_key;       /* the key the request carried; "0" for a first window */
	char *key;            /* becomes the key at eas_collection_commit(); equals base_key when nothing new */
	guint generation;     /* of the collection when the request left; a window of an older one is refused */
	guint status;         /* collection status as received, 1 success; see also @error */
	GError *error;        /* NULL, or why this collection failed while others may have succeeded */
	gboolean first;       /* opens a generation: the first window after key 0 */
	gboolean more;
	gboolean empty;       /* the whole answer was empty */
	GPtrArray *commands;  /* (element-type EasSyncChange) */
	GPtrArray *responses; /* (element-type EasSyncChange) */
} EasWindow;

EasWindow *eas_window_new  (const char *base_key, const char *key);
void       eas_window_free (EasWindow *window);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasWindow, eas_window_free)

EasCollection *eas_collection_new      (const char *id, EasClass klass, const char *key); /* key NULL: "0" */
const char    *eas_collection_get_id   (EasCollection *self);
EasClass       eas_collection_get_class (EasCollection *self);
char          *eas_collection_dup_key  (EasCollection *self);
void           eas_collection_set_filter_type (EasCollection *self, int filter_type); /* -1: the class default */
int            eas_collection_get_filter_type (EasCollection *self);
void           eas_collection_set_conflict    (EasCollection *self, int conflict);    /* 0 client, 1 server wins */
int            eas_collection_get_conflict    (EasCollection *self);

/* After the owner's checked commit of @window. FALSE: a reset came in between, the window is void. */
gboolean       eas_collection_commit   (EasCollection *self, const EasWindow *window);
gboolean       eas_collection_has_more (EasCollection *self); /* the window committed last was not the end */
/* Key := "0"; the next window has @first. Counts resets: FALSE when two happened within an hour (report instead). */
gboolean       eas_collection_reset    (EasCollection *self, gint64 now);
guint          eas_collection_get_generation (EasCollection *self); /* grows with each reset */

G_END_DECLS
