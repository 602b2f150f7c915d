/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the test server remembers about a device: its policy key, and for the
 * hierarchy and every collection a SyncKey with what the device was told under it.
 *
 * A key is good until its successor has been used: the server can go back one
 * step, no further ([MS-ASCMD] 2.2.3.181.4 SyncKey (Sync)).
 */

#pragma once

#include "eas-mock-mailbox.h"

G_BEGIN_DECLS

typedef enum {
	EAS_MOCK_KEY_INVALID,
	EAS_MOCK_KEY_CURRENT,  /* the answer that brought it has arrived */
	EAS_MOCK_KEY_PREVIOUS  /* the answer to it was lost */
} EasMockKey;

typedef struct {
	guint32 epoch;     /* another one after each start: old keys never match by chance */
	guint issued;      /* number of the last key given out */
	guint current;     /* 0: none */
	guint previous;    /* 0: none */
	GHashTable *known; /* id -> guint64: the revision the device was told */
	gboolean still;    /* what was told since belongs to the current key all the same */
	GArray *undo;      /* how known differed under the previous key */
	char *request;     /* digest of the request the current key answered */
	EasItem *answer;   /* and that answer, to be repeated */
} EasMockState;

EasMockState *eas_mock_state_new      (void);
void          eas_mock_state_free     (EasMockState *state);
void          eas_mock_state_restart  (EasMockState *state); /* key 0: the device knows nothing */
void          eas_mock_state_forget   (EasMockState *state); /* as if the server had lost it */
EasMockKey    eas_mock_state_judge    (const EasMockState *state, const char *key);
void          eas_mock_state_accept   (EasMockState *state, EasMockKey verdict); /* commits, or goes back one step */
void          eas_mock_state_advance  (EasMockState *state);
char         *eas_mock_state_dup_key  (const EasMockState *state);
gboolean      eas_mock_state_knows    (const EasMockState *state, const char *id, guint64 *out_revision);
void          eas_mock_state_tell     (EasMockState *state, const char *id, guint64 revision);
void          eas_mock_state_untell   (EasMockState *state, const char *id);
void          eas_mock_state_remember_answer (EasMockState *state, const char *request, EasItem *answer);

/* The Options of a collection, sticky until the next block replaces them. */
typedef struct {
	guint filter;
	gboolean client_wins;
	guint mime_support;
	guint mime_truncation;
	GArray *bodies; /* EasBodyPreference, as asked */
} EasMockOptions;

void eas_mock_options_init  (EasMockOptions *options);
void eas_mock_options_clear (EasMockOptions *options);

typedef struct {
	char *id;
	EasMockState *state;
	EasMockOptions options;
	GHashTable *supported;  /* EasTag; NULL unless Supported was sent */
	GHashTable *client_ids; /* ClientId -> EasMockClientId, see eas-mock-sync-commands.c */
	GHashTable *client_uids; /* ClientUid -> ServerId */
	guint window;
} EasMockCollection;

typedef enum {
	EAS_MOCK_WIPE_NONE,
	EAS_MOCK_WIPE_DEVICE,
	EAS_MOCK_WIPE_ACCOUNT,
	EAS_MOCK_WIPE_DONE
} EasMockWipe;

typedef struct {
	char *id;
	char *type;
	char *user_agent;
	char *friendly_name;    /* from DeviceInformation */
	guint32 policy_key;     /* 0: not provisioned */
	guint32 temporary_key;
	EasMockWipe wipe;
	EasMockState *hierarchy;
	GHashTable *collections; /* CollectionId -> EasMockCollection */
	guint ping_interval;     /* the last Ping, for one without a body */
	GPtrArray *ping_folders;
	GPtrArray *sync_cache;   /* CollectionIds of the last Sync, for Partial and empty requests */
	guint sync_wait;         /* seconds, for empty requests */
	GHashTable *sent;        /* ClientIds of messages that were sent */
} EasMockDevice;

EasMockDevice     *eas_mock_device_get        (EasMockMailbox *mailbox, const char *id, const char *type);
void               eas_mock_device_free       (gpointer device);
EasMockCollection *eas_mock_device_collection (EasMockDevice *device, const char *id);
void               eas_mock_device_forget     (EasMockDevice *device); /* all keys */

G_END_DECLS
