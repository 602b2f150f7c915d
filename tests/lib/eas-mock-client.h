/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A bare client for the tests of the test server: sends XML as WBXML, shows the
 * answer as XML, and knows nothing of the protocol but the request line. It runs
 * the main context until the answer is there, so the server may live in it, too.
 */

#pragma once

#include <libsoup/soup.h>

#include "eas-mock-server.h"

G_BEGIN_DECLS

typedef struct {
	EasMockServer *server;   /* its own */
	EasMockMailbox *mailbox; /* of "user", password "secret" */
	SoupSession *session;
	char *url;
	char *device;
	const char *password;
	const char *version;     /* "16.1" */
	const char *content_type;
	guint32 policy_key;      /* 0: no header */
	gboolean binary_query;
	gboolean multipart;
} EasMockClient;

typedef struct {
	GError *error;           /* the connection broke; then nothing else is set */
	guint status;
	SoupMessageHeaders *headers;
	GBytes *body;
	char *xml;               /* NULL: no body, or none in WBXML */
} EasMockAnswer;

/* A server with an empty mailbox, checked against the schemas where they are. */
EasMockClient *eas_mock_client_new     (const char *version);
void           eas_mock_client_free    (EasMockClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasMockClient, eas_mock_client_free)

/* The folder with Microsoft's schemas, NULL where it is not. */
const char    *eas_mock_client_schemas (void);

/* @xml: the request, prefixes undeclared; NULL: no body. */
EasMockAnswer *eas_mock_client_post    (EasMockClient *client, const char *command, const char *xml);
EasMockAnswer *eas_mock_client_options (EasMockClient *client);
/* "add?folder=Calendar&subject=x"; the JSON text. @xml NULL: no body. */
char          *eas_mock_client_control (EasMockClient *client, const char *action, const char *xml);

/* Sends, and answers when eas_mock_client_finish() is called. */
gpointer       eas_mock_client_start   (EasMockClient *client, const char *command, const char *xml);
gpointer       eas_mock_client_start_bytes (EasMockClient *client, const char *command, GBytes *body);
gboolean       eas_mock_client_is_done (gpointer pending);
EasMockAnswer *eas_mock_client_finish  (gpointer pending);
void           eas_mock_client_settle  (EasMockClient *client); /* until nothing is left to do at once */

void           eas_mock_answer_free    (EasMockAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasMockAnswer, eas_mock_answer_free)

/* XPath with the usual prefixes: "//airsync:SyncKey". */
char          *eas_mock_answer_get     (const EasMockAnswer *answer, const char *path); /* text of the first, NULL: none */
guint          eas_mock_answer_count   (const EasMockAnswer *answer, const char *path);

#define eas_mock_assert_text(answer, path, expected)                                              \
	G_STMT_START                                                                              \
	{                                                                                         \
		g_autofree char *found_ = eas_mock_answer_get ((answer), (path));                 \
		g_assert_cmpstr (found_, ==, (expected));                                         \
	}                                                                                         \
	G_STMT_END

/* The steps every test begins with. */
void           eas_mock_client_open    (EasMockClient *client);                         /* FolderSync */
char          *eas_mock_client_prime   (EasMockClient *client, const char *collection); /* Sync with key 0; the key */
char          *eas_mock_client_begin   (EasMockClient *client, const char *collection); /* both */
/* One collection: @rest follows its CollectionId, @more its Collections. */
EasMockAnswer *eas_mock_client_sync_full (EasMockClient *client, const char *collection, const char *key, const char *rest, const char *more);
EasMockAnswer *eas_mock_client_sync    (EasMockClient *client, const char *collection, const char *key, const char *rest);
/* The same, and @inout_key moves on. */
EasMockAnswer *eas_mock_client_step    (EasMockClient *client, const char *collection, char **inout_key, const char *rest);

G_END_DECLS
