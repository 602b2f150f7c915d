/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The commands the test server answers. A handler reads request->body and fills
 * request->reply; it may be called again for a request that waits, and must not
 * have changed anything when it asks to wait.
 */

#pragma once

#include "eas-mock-server.h"

G_BEGIN_DECLS

typedef struct {
	const char *name;
	guint code;          /* in the base64 query */
	guint since;         /* protocol version */
	guint until;
	EasTag root;         /* of the request; NONE: no WBXML */
	EasTag status;       /* where a global status goes */
	gboolean needs_body;
	gboolean needs_policy;
	void (*handle) (EasMockRequest *request); /* NULL: known, not offered */
} EasMockCommand;

const EasMockCommand *eas_mock_command_by_name (const char *name);
const EasMockCommand *eas_mock_command_by_code (guint code);
char                 *eas_mock_command_dup_list (void); /* of those that are offered */

void eas_mock_provision       (EasMockRequest *request);
void eas_mock_settings        (EasMockRequest *request);
void eas_mock_folder_sync     (EasMockRequest *request);
void eas_mock_folder_create   (EasMockRequest *request);
void eas_mock_folder_update   (EasMockRequest *request);
void eas_mock_folder_delete   (EasMockRequest *request);
void eas_mock_sync            (EasMockRequest *request);
void eas_mock_ping            (EasMockRequest *request);
void eas_mock_estimate        (EasMockRequest *request);
void eas_mock_item_operations (EasMockRequest *request);
void eas_mock_move_items      (EasMockRequest *request);

/* Changes a collection has for a device, in the order they are sent. */
typedef enum {
	EAS_MOCK_ADD,
	EAS_MOCK_CHANGE,
	EAS_MOCK_DELETE,
	EAS_MOCK_SOFT_DELETE
} EasMockChangeKind;

typedef struct {
	EasMockChangeKind kind;
	const char *id;       /* lent by the item or the state */
	EasMockItem *item;    /* NULL for deletions */
} EasMockChange;

GArray  *eas_mock_list_changes (EasMockRequest *request, EasMockCollection *collection, EasMockFolder *folder);
gboolean eas_mock_has_changes  (EasMockRequest *request, EasMockCollection *collection, EasMockFolder *folder);

/* The children of @parent named @tag, one after the other in @slot. */
#define EAS_MOCK_EACH(slot, item, parent, tag)                                     \
	for ((slot) = eas_item_child ((item), (parent), (tag)); (slot) != EAS_ITEM_NONE; \
	     (slot) = eas_item_sibling ((item), (slot), (tag)))

/* Small helpers over request trees. */
const char *eas_mock_text  (const EasItem *item, EasItemSlot parent, EasTag tag); /* NULL: absent */
guint       eas_mock_uint  (const EasItem *item, EasItemSlot parent, EasTag tag, guint otherwise);
gboolean    eas_mock_flag  (const EasItem *item, EasItemSlot parent, EasTag tag, gboolean otherwise);
EasItem    *eas_mock_nothing (void); /* an item without elements */
EasItem    *eas_mock_subtree (const EasItem *item, EasItemSlot parent); /* its children as an item of their own */
void        eas_mock_copy_children (EasItemBuilder *builder, const EasItem *item, EasItemSlot parent);

G_END_DECLS
