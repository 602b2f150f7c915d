/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sync. Source: [MS-ASCMD] 2.2.1.21 Sync. */

#pragma once

#include "eas-command.h"

G_BEGIN_DECLS

extern const EasCommand eas_cmd_sync;

#define EAS_SYNC_MAX_COMMANDS 100 /* servers refuse more than 200 */
#define EAS_SYNC_MAX_WINDOW   512

typedef enum {
	EAS_CHANGE_ADD,
	EAS_CHANGE_CHANGE,
	EAS_CHANGE_DELETE,
	EAS_CHANGE_SOFT_DELETE, /* from the server only: out of the window, not gone */
	EAS_CHANGE_FETCH
} EasChangeKind;

/* One entry of Commands, in either direction, or of Responses. */
typedef struct {
	EasChangeKind kind;
	char *server_id;     /* NULL in our Add */
	char *client_id;     /* Add only */
	char *instance_id;   /* compact time of the original start, since 16.0; NULL */
	guint status;        /* in Responses; 0 elsewhere */
	gboolean send;       /* email2:Send, drafts since 16.0 */
	EasItem *item;       /* ApplicationData; NULL */
} EasSyncChange;

EasSyncChange *eas_sync_change_new  (EasChangeKind kind, const char *server_id);
EasSyncChange *eas_sync_change_copy (const EasSyncChange *change);
void           eas_sync_change_free (EasSyncChange *change);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasSyncChange, eas_sync_change_free)

/* The complete Options block of a collection: sent in every request that asks for changes. */
typedef struct {
	gint filter_type;          /* -1: not sent */
	gint conflict;             /* 0 client wins, 1 server wins, -1 not sent */
	gint mime_support;         /* -1 not sent */
	gint mime_truncation;
	gint max_items;
	gboolean rights_management;
	guint n_bodies;
	EasBodyPreference bodies[3];
} EasSyncOptions;

void eas_sync_options_init (EasSyncOptions *options, EasClass klass, EasVersion version); /* our defaults */

typedef struct {
	EasClass klass;
	char *id;                  /* CollectionId */
	char *key;                 /* "0" for the first */
	const EasTag *supported;   /* EAS_TAG_NONE-terminated, with key 0 only; NULL none */
	gboolean get_changes;      /* FALSE writes GetChanges 0 where the default would be 1 */
	gboolean deletes_as_moves;
	guint window_size;         /* 0: not sent */
	gboolean has_options;
	EasSyncOptions options;
	GPtrArray *commands;       /* (element-type EasSyncChange), NULL or empty: none */
} EasSyncRequestCollection;

EasSyncRequestCollection *eas_sync_request_collection_new  (EasClass klass, const char *id, const char *key);
void                      eas_sync_request_collection_free (EasSyncRequestCollection *collection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasSyncRequestCollection, eas_sync_request_collection_free)

typedef struct {
	GPtrArray *collections;   /* (element-type EasSyncRequestCollection) */
	guint wait;               /* minutes, 0 none */
	guint heartbeat_interval; /* seconds, 0 none */
	guint window_size;        /* 0 none */
	gboolean partial;
} EasSyncRequest;

typedef struct {
	char *id;              /* NULL where the server left it out */
	char *key;             /* NULL: keep the one you have */
	guint status;          /* 1 where the server left it out */
	gboolean more;
	GPtrArray *commands;   /* (element-type EasSyncChange) from the server, in order */
	GPtrArray *responses;  /* (element-type EasSyncChange) to ours; status set */
} EasSyncResponseCollection;

typedef struct {
	guint status;           /* 1 where absent */
	guint limit;            /* with status 14 and 15; 0 none */
	gboolean empty;         /* no body: nothing changed anywhere, keys stay */
	GPtrArray *collections; /* (element-type EasSyncResponseCollection) */
} EasSyncResponse;

/* BodyPreference elements, in order; also for ItemOperations. */
void     eas_cmd_sync_write_bodies (EasWbxmlWriter *writer, const EasBodyPreference *bodies, guint n_bodies, EasVersion version);

/* NULL body in means an empty answer, which is one. Status values are data here: the flow judges them. */
GBytes  *eas_cmd_sync_build (const EasSyncRequest *request, EasVersion version);
gboolean eas_cmd_sync_parse (GBytes *body, EasSyncResponse *out, GError **error);
void     eas_sync_response_clear (EasSyncResponse *response);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EasSyncResponse, eas_sync_response_clear)
void     eas_sync_request_clear (EasSyncRequest *request);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EasSyncRequest, eas_sync_request_clear)

G_END_DECLS
