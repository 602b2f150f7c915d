/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The Commands of a Sync request, and what each does to an item. */

#pragma once

#include "eas-mock-server.h"

G_BEGIN_DECLS

typedef struct {
	EasMockRequest *request;
	EasMockCollection *collection;
	EasMockFolder *folder;
} EasMockTarget;

/* Status of an item in Responses. [MS-ASCMD] 2.2.3.177.17 Status (Sync) */
enum {
	EAS_MOCK_ITEM_OK = 1,
	EAS_MOCK_ITEM_PROTOCOL = 4,
	EAS_MOCK_ITEM_REFUSED = 6,
	EAS_MOCK_ITEM_CONFLICT = 7,
	EAS_MOCK_ITEM_MISSING = 8,
	EAS_MOCK_ITEM_NO_SERIES = 146
};

/* Runs the Commands of the Collection at @slot; what is to be answered goes to @responses. */
void     eas_mock_sync_commands       (EasMockTarget *target, const EasItem *body, EasItemSlot slot, EasItemBuilder *responses);

/* The Responses under the current key have arrived: their ClientIds may come again for other items. */
void     eas_mock_client_ids_confirm  (EasMockCollection *collection, EasMockKey verdict);
void     eas_mock_client_id_free      (gpointer data);

gboolean eas_mock_options_read        (EasMockOptions *options, const EasItem *body, EasItemSlot slot, EasClass klass);

/* eas-mock-apply.c: the new content of an item, or the status that refuses it. */
/* @wire with its Add and Delete of attachments turned into the list that results; @stored: nullable. (transfer full) */
EasItem *eas_mock_settle_attachments    (EasMockMailbox *mailbox, const EasItem *stored, const EasItem *wire);
guint    eas_mock_apply_add             (EasMockTarget *target, const EasItem *wire, EasItem **out_data);
guint    eas_mock_apply_change          (EasMockTarget *target, const EasItem *stored, const EasItem *wire, EasItem **out_data);
guint    eas_mock_apply_instance        (const EasItem *stored, const char *instance_id, const EasItem *wire, EasItem **out_data);
guint    eas_mock_apply_instance_delete (const EasItem *stored, const char *instance_id, EasItem **out_data);

G_END_DECLS
