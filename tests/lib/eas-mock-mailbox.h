/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the test server stores: a user's folders and items, and nothing about
 * devices. Items are kept in one form, the one of the newest version (see
 * eas-mock-dialect.h), so that the same mailbox can be served at every version.
 *
 * Every change takes the next sequence number of the mailbox; a device compares
 * those numbers with what it was told last (eas-mock-device.h).
 */

#pragma once

#include "eas-item.h"
#include "eas-types.h"

G_BEGIN_DECLS

typedef struct {
	char *id;
	EasItem *data;
	guint64 revision; /* sequence number of its last change */
	char *origin;     /* DeviceId that made it; NULL: somebody else */
} EasMockItem;

typedef struct {
	char *id;
	char *parent_id;
	char *name;
	guint type;         /* EasFolderType */
	EasClass klass;
	guint64 revision;   /* of name and place, not of the content */
	GPtrArray *items;   /* EasMockItem, oldest first */
	GHashTable *index;  /* ServerId -> EasMockItem */
	guint last_item;
} EasMockFolder;

typedef struct _EasMockMailbox EasMockMailbox;

/* @folder NULL: the hierarchy changed. */
typedef void (*EasMockChanged) (EasMockMailbox *mailbox, EasMockFolder *folder, gpointer user_data);

struct _EasMockMailbox {
	char *user;
	char *password;
	char *address;
	GPtrArray *folders;  /* EasMockFolder */
	GHashTable *blobs;   /* FileReference -> GBytes */
	GHashTable *devices; /* DeviceId -> EasMockDevice, see eas-mock-device.h */
	guint64 sequence;
	guint last_folder;
	guint last_blob;
	gboolean quarantined; /* devices see only the notice */
	EasMockItem *notice;  /* in no folder */
	EasMockChanged changed;
	gpointer changed_data;
};

EasMockMailbox *eas_mock_mailbox_new  (const char *user, const char *password);
void            eas_mock_mailbox_free (EasMockMailbox *mailbox);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasMockMailbox, eas_mock_mailbox_free)
void            eas_mock_mailbox_set_changed (EasMockMailbox *mailbox, EasMockChanged changed, gpointer user_data);

/* Folders. A parent of "0" or NULL is the root. */
EasClass       eas_mock_class_of_type        (guint folder_type); /* NONE: nothing in it can be synced */
const char    *eas_mock_class_name           (EasClass klass);
EasMockFolder *eas_mock_mailbox_add_folder    (EasMockMailbox *mailbox, const char *parent_id, const char *name, guint type);
EasMockFolder *eas_mock_mailbox_get_folder    (EasMockMailbox *mailbox, const char *id);
EasMockFolder *eas_mock_mailbox_find_folder   (EasMockMailbox *mailbox, const char *id_or_name);
EasMockFolder *eas_mock_mailbox_child_named   (EasMockMailbox *mailbox, const char *parent_id, const char *name);
EasMockFolder *eas_mock_mailbox_default       (EasMockMailbox *mailbox, guint type);
void           eas_mock_mailbox_rename_folder (EasMockMailbox *mailbox, EasMockFolder *folder, const char *parent_id, const char *name);
void           eas_mock_mailbox_remove_folder (EasMockMailbox *mailbox, EasMockFolder *folder); /* with all below */
/*
 * As after a move to another server: folders and items get other ids, and what devices
 * were told is forgotten. @rotate: each folder takes the id that another one had, and
 * items take ids that others had.
 */
void           eas_mock_mailbox_renumber      (EasMockMailbox *mailbox, gboolean rotate);

/* Items. @origin: the device that asks, or NULL. */
EasMockItem *eas_mock_mailbox_add_item    (EasMockMailbox *mailbox, EasMockFolder *folder, EasItem *data, const char *origin);
EasMockItem *eas_mock_folder_get_item     (EasMockFolder *folder, const char *id);
void         eas_mock_mailbox_change_item (EasMockMailbox *mailbox, EasMockFolder *folder, EasMockItem *item, EasItem *data, const char *origin);
void         eas_mock_mailbox_remove_item (EasMockMailbox *mailbox, EasMockFolder *folder, EasMockItem *item);

/* Attachment contents; returns the FileReference. */
const char *eas_mock_mailbox_add_blob (EasMockMailbox *mailbox, GBytes *bytes);

G_END_DECLS
