/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Attachments of an event (16.0 on) <-> ATTACH. On the desktop an attachment is a
 * link to a local file, which EasMapFiles knows; one whose file is not here yet is
 * not shown. The server is told what was added, with its content, and what was
 * taken away. X-EVOLUTION-EAS-ATTACHED says what an event was shown with: who
 * opened it before a file came has not removed that file.
 *
 * Source: [MS-ASAIRS] 2.2.2.8 Attachments and its children.
 */

#pragma once

#include "eas-map.h"

G_BEGIN_DECLS

#define EAS_MAP_ATTACHED_X "X-EVOLUTION-EAS-ATTACHED"

extern const EasMapCodec eas_codec_attachments;
extern const EasTag eas_map_attachments_group[];

/* A file that belongs to an item. */
typedef struct {
	char *key;       /* where EasMapFiles looks for it: 40 hexadecimal digits */
	char *name;      /* for people; not empty, one line */
	char *reference; /* for ItemOperations; NULL: the server has not told it */
	gint64 size;     /* bytes, about; -1: not said */
} EasMapFile;

void eas_map_file_free (EasMapFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasMapFile, eas_map_file_free)

/* (element-type EasMapFile) of the event itself; pictures inside its text are none. */
GPtrArray *eas_map_attachments_list (const EasItem *item);
/* The key of a file by what the person attached, of which ClientId is made. */
char *eas_map_attachments_dup_key (const char *name, GBytes *content);

/* An occurrence may link to the files of its series alone. */
gboolean eas_map_attachments_check_occurrence (icalcomponent *occurrence,
					       icalcomponent *master,
					       const EasMapContext *context,
					       GError **error);

/* @after, made of @before (nullable) by eas_item_overlay() with what was sent, with Add and Delete
 * carried out. (transfer full) */
EasItem *eas_map_attachments_settle (const EasItem *before, const EasItem *after);
/* What made @settled, as a new item's Add: with the content of its files, but for those that are
 * not here any more. (transfer full) */
EasItem *eas_map_attachments_say_again (const EasItem *settled, const EasMapFiles *files);
/* @expected with an answer's ApplicationData laid over it, which tells the FileReference of what
 * was added, by ClientId. (transfer full) */
EasItem *eas_map_attachments_answer (const EasItem *expected, const EasItem *answer);
/* @item with the attachments of @fetched, the same item; what we added keeps its ClientId. */
EasItem *eas_map_attachments_learn (const EasItem *item, const EasItem *fetched);
/* The same files, as far as both say which. */
gboolean eas_map_attachments_same (const EasItem *a, const EasItem *b);
/* Does the item hold an attachment that the server has not told the FileReference of? */
gboolean eas_map_attachments_untold (const EasItem *item);

G_END_DECLS
