/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A SoupServer on a port of the kernel's choice, in a thread of its own, so that
 * blocking clients can be tested. A function of the test answers each request.
 */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _WireServer WireServer;

typedef enum { WIRE_PLAIN, WIRE_TLS, WIRE_TLS_OTHER_HOST, WIRE_TLS_EXPIRED } WireTls;

/* On the server's thread. wire_answer_after() sends it later. */
typedef void (*WireHandler) (WireServer *server, SoupServerMessage *message, const char *command, gpointer user_data);

WireServer *wire_server_new   (WireTls tls, WireHandler handler, gpointer user_data);
void        wire_server_free  (WireServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WireServer, wire_server_free)

char       *wire_server_url   (WireServer *server);     /* of the endpoint */
const char *wire_server_ca    (WireServer *server);     /* file of the certificate, with tls */
guint       wire_server_count (WireServer *server, const char *command); /* NULL all */
guint       wire_server_n_connections (WireServer *server);
GPtrArray  *wire_server_devices (WireServer *server);   /* (transfer full): each DeviceId once */

/* For handlers. */
void        wire_answer       (SoupServerMessage *message, guint status, const char *type, GBytes *take_body);
void        wire_answer_after (WireServer *server, SoupServerMessage *message, guint ms); /* what is set, later */
void        wire_cut          (SoupServerMessage *message); /* closes the connection without an answer */
void        wire_cut_body     (SoupServerMessage *message); /* promises more than it sends, then closes */
GBytes     *wire_gzip         (gconstpointer data, gsize size);

G_END_DECLS
