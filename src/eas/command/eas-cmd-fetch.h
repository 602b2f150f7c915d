/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * ItemOperations: Fetch of items and attachments, EmptyFolderContents. Since 12.0.
 *
 * Source: [MS-ASCMD] 2.2.1.10 ItemOperations, with Fetch and
 * EmptyFolderContents below it.
 */

#pragma once

#include "eas-command.h"

G_BEGIN_DECLS

extern const EasCommand eas_cmd_item_operations;

#define EAS_ITEM_OPERATIONS_MAX 100 /* servers refuse more in one request */

typedef enum {
	EAS_OPERATION_FETCH_ITEM,       /* collection_id and server_id */
	EAS_OPERATION_FETCH_FOUND,      /* long_id, from Search */
	EAS_OPERATION_FETCH_FILE,       /* file_reference: an attachment; of the options only the range is sent */
	EAS_OPERATION_EMPTY_FOLDER      /* collection_id */
} EasOperationKind;

typedef struct {
	EasOperationKind kind;
	const char *collection_id;
	const char *server_id;
	const char *long_id;
	const char *file_reference;
	const EasTag *schema;           /* top-level elements wanted, EAS_TAG_NONE-terminated; NULL all */
	gboolean has_range;             /* bytes, both ends included */
	guint64 range_first;
	guint64 range_last;
	gint mime_support;              /* as in EasSyncOptions; -1 not sent */
	guint n_bodies;
	EasBodyPreference bodies[3];
	gboolean rights_management;     /* since 14.1 */
	gboolean delete_sub_folders;    /* EMPTY_FOLDER */
} EasOperation;

/* An operation of @kind with nothing asked. */
void eas_operation_init (EasOperation *operation, EasOperationKind kind);

typedef struct {
	EasOperationKind kind;
	guint status;                   /* 1 where absent */
	char *collection_id;            /* as asked; each NULL where it was not */
	char *server_id;
	char *long_id;
	char *file_reference;
	EasClass klass;                 /* of an item; NONE where not stated */
	EasItem *item;                  /* Properties, as they came; NULL none. A body in a part has no Data but Part */
	char *content_type;             /* of a file */
	gboolean has_range;             /* what the server really gave */
	guint64 range_first;
	guint64 range_last;
	guint64 total;                  /* bytes of the whole file; 0 not stated */
	GBytes *data;                   /* of a file, or the body of a part, raw; NULL none */
} EasOperationResult;

void eas_operation_result_free (EasOperationResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasOperationResult, eas_operation_result_free)

typedef struct {
	guint status;                   /* global; 1 where absent */
	GPtrArray *results;             /* (element-type EasOperationResult), in the order of the request */
} EasItemOperationsResponse;

GBytes  *eas_cmd_item_operations_build (const EasOperation *operations, guint n_operations, EasVersion version);
/* @multipart: the answer's type is application/vnd.ms-sync.multipart; parts are resolved into @data. */
gboolean eas_cmd_item_operations_parse (GBytes *body, gboolean multipart, EasItemOperationsResponse *out, GError **error);
void     eas_item_operations_response_clear (EasItemOperationsResponse *response);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EasItemOperationsResponse, eas_item_operations_response_clear)

G_END_DECLS
