/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A transport without sockets: a function of the test answers. Requests are
 * counted and listed, so that "one Provision" is an assertion.
 */

#pragma once

#include "eas-transport.h"

G_BEGIN_DECLS

#define EAS_TYPE_FAKE_TRANSPORT (eas_fake_transport_get_type ())
G_DECLARE_FINAL_TYPE (EasFakeTransport, eas_fake_transport, EAS, FAKE_TRANSPORT, GObject)

#define EAS_FAKE_HANG G_MAXUINT

/*
 * Shared between the test's thread and the client's: make it, give it to
 * eas_client_new() with eas_fake_server_make(), ask it afterwards.
 */
typedef struct _EasFakeServer EasFakeServer;

/*
 * On the client's I/O thread. Returns the answer, or NULL with @error. @out_delay_ms:
 * when it arrives; EAS_FAKE_HANG: only cancelling ends it.
 */
typedef EasHttpResponse *(*EasFakeHandler) (const EasHttpRequest *request, guint *out_delay_ms, gpointer user_data, GError **error);

EasFakeServer *eas_fake_server_new   (EasFakeHandler handler, gpointer user_data);
EasFakeServer *eas_fake_server_ref   (EasFakeServer *server);
void           eas_fake_server_unref (EasFakeServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasFakeServer, eas_fake_server_unref)
EasTransport  *eas_fake_server_make  (gpointer server);           /* an EasClientMakeTransport */
guint          eas_fake_server_count (EasFakeServer *server, const char *command); /* NULL: all */
char          *eas_fake_server_log   (EasFakeServer *server);     /* "OPTIONS Provision Provision FolderSync" */
guint          eas_fake_server_most_at_once (EasFakeServer *server, const char *command);
/* Waits until @command was sent @count times in all; aborts the test after a few seconds. */
void           eas_fake_server_wait  (EasFakeServer *server, const char *command, guint count);
void           eas_fake_server_set_refreshes (EasFakeServer *server, guint n); /* how often refused() says TRUE */

EasHttpResponse *eas_fake_response   (guint status, GBytes *take_body); /* as WBXML */

G_END_DECLS
