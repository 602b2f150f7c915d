/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An Exchange ActiveSync server for tests, on loopback, in the thread-default
 * main context of its creator. Written from the specification, not from the
 * client: it uses the project's WBXML and item layers and nothing above them.
 *
 * HTTP rules, users, policies and waiting requests are here; the commands in
 * eas-mock-command*.c and eas-mock-sync*.c, faults in eas-mock-faults.c, the
 * control interface in eas-mock-control.c.
 *
 * Source: [MS-ASHTTP] 2.2, [MS-ASPROV] 3.2.
 */

#pragma once

#include <libsoup/soup.h>

#include "eas-mock-device.h"
#include "eas-mock-dialect.h"
#include "eas-mock-mailbox.h"

G_BEGIN_DECLS

#define EAS_MOCK_PATH "/Microsoft-Server-ActiveSync"

typedef struct _EasMockServer EasMockServer;
typedef struct _EasMockRequest EasMockRequest;
typedef struct _EasMockFaults EasMockFaults;
typedef struct _EasMockSchemas EasMockSchemas;

/* What tests may turn; set by options or over the control interface. */
typedef struct {
	char *versions;             /* "12.0,12.1,14.0,14.1,16.0,16.1" */
	char *commands;             /* the list OPTIONS shows */
	gboolean policy;            /* devices must be provisioned */
	guint policy_attachments;   /* AttachmentsEnabled in it */
	guint policy_max_attachment; /* bytes, MaxAttachmentSize in it; 0: empty */
	gboolean detect_duplicates; /* ClientIds and repeated requests; off: as SOGo */
	gboolean detect_conflicts;  /* Status 7; off: a Change is laid over whatever is there, as SOGo */
	gboolean strict_uploads;    /* off: what is sent with the previous key gets the present one, as SOGo */
	gboolean moving_keys;       /* off: the answer to changes alone has the key they came with, as SOGo */
	gboolean echo_adds;         /* send a device its own new items again, normalised */
	gboolean one_command;       /* from 16.0: two commands on one item are Status 16 */
	gboolean drop_exceptions;   /* up to 14.1: an Add loses its Exceptions, without a word */
	gboolean empty_answers;     /* HTTP 200 without a body where nothing changed */
	EasMockHabits habits;       /* how items are told */
	gboolean log_bodies;        /* the request list shows what was said */
	guint ping_minimum;         /* seconds */
	guint ping_maximum;
	guint max_folders;          /* in a Ping */
	guint max_collections;      /* in a Sync */
	guint max_window;           /* changes in an answer */
} EasMockSettings;

struct _EasMockServer {
	SoupServer *soup;
	GMainContext *context;
	EasMockSettings settings;
	GPtrArray *mailboxes; /* EasMockMailbox */
	GPtrArray *waiting;   /* EasMockRequest, held until something changes */
	GPtrArray *log;       /* EasMockLogEntry */
	EasMockFaults *faults;
	EasMockSchemas *schemas; /* NULL: answers are not checked */
	guint n_invalid;         /* answers that broke the schemas */
	gboolean abort_on_invalid;
	GSource *waker;
};

/* One request as the control interface tells it; counted with g_rc_box. */
typedef struct {
	char *user;
	char *device;
	char *command;
	char *version;
	char *collections; /* of a Sync or Ping, separated by commas */
	char *user_agent;
	char *cookie;
	char *policy_key;  /* NULL: no header */
	GBytes *request;   /* bodies, where they are logged */
	GBytes *answer;
	guint request_size;
	guint answer_size;
	guint http_status;
	gint64 when;       /* monotonic microseconds */
} EasMockLogEntry;

/* The answer a command makes. */
typedef struct {
	guint http_status;
	EasTag root;      /* NONE: no document */
	EasItem *tree;    /* the children of root; NULL: an empty root */
	GBytes *raw;      /* or a body as it is: multipart, raw MIME parts */
	char *content_type; /* of raw */
} EasMockReply;

struct _EasMockRequest {
	EasMockServer *server;
	SoupServerMessage *message;
	EasMockMailbox *mailbox;
	EasMockDevice *device;
	EasMockLogEntry *entry;
	char *command;
	GHashTable *query;      /* parameters of the command */
	char *device_id;
	char *device_type;
	guint version;          /* 141 for 14.1 */
	gboolean has_policy_key;
	guint32 policy_key;
	gboolean multipart;     /* MS-ASAcceptMultiPart */
	GBytes *raw;            /* the body; NULL: none */
	EasTag root;
	EasItem *body;          /* the children of root; NULL: no body */
	EasMockReply reply;
	/* Set by a command that has nothing to say yet; it is asked again when something changed or time is up. */
	gint64 wait_until;
	gboolean timed_out;
	gboolean paused;
	GSource *timer;
	GSource *hangup; /* while it waits: whoever asked closes the connection */
};

EasMockServer  *eas_mock_server_new         (void);
void            eas_mock_server_free        (EasMockServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasMockServer, eas_mock_server_free)
EasMockMailbox *eas_mock_server_add_user    (EasMockServer *server, const char *user, const char *password);
EasMockMailbox *eas_mock_server_get_mailbox (EasMockServer *server, const char *user); /* NULL: the first one */
void            eas_mock_server_set_versions (EasMockServer *server, const char *versions);
gboolean        eas_mock_server_use_schemas (EasMockServer *server, const char *folder, GError **error);
/* @port 0: any. @certificate NULL: plain HTTP. */
gboolean        eas_mock_server_listen      (EasMockServer *server, guint port, GTlsCertificate *certificate, GError **error);
char           *eas_mock_server_dup_url     (EasMockServer *server); /* without path */
void            eas_mock_server_expire      (EasMockServer *server); /* as if the time of all waiting requests were up */
void            eas_mock_server_wake        (EasMockServer *server); /* ask waiting requests again, soon */
void            eas_mock_server_clear_log   (EasMockServer *server);

/* For the commands. */
void     eas_mock_reply_clear     (EasMockReply *reply);
void     eas_mock_reply_set_tree   (EasMockReply *reply, EasTag root, EasItemBuilder *builder); /* finishes @builder */
void     eas_mock_reply_status    (EasMockReply *reply, EasTag root, EasTag status_tag, guint status);
void     eas_mock_server_expire_commands (EasMockServer *server, EasMockDevice *device, const char *command); /* an older one of this device */

G_END_DECLS
