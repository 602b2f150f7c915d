/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The way of a request through the server; between its files. */

#pragma once

#include "eas-mock-server.h"

G_BEGIN_DECLS

/* A SoupServerCallback: reads, judges and runs a request. eas-mock-http.c */
void     eas_mock_http_handle         (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer server);
void     eas_mock_request_free        (EasMockRequest *request);
void     eas_mock_request_clear_timer (EasMockRequest *request);
void     eas_mock_log_entry_unref     (gpointer entry);

/* Runs the command, for the first time or again. Consumes @request. eas-mock-server.c */
void     eas_mock_request_run         (EasMockRequest *request);
void     eas_mock_request_pause       (EasMockRequest *request);
GSource *eas_mock_server_start_timer  (EasMockServer *server, guint milliseconds, GSourceFunc callback, gpointer data);

/* Send the reply, a bare HTTP status, or nothing at all. Consume @request. eas-mock-send.c */
void     eas_mock_request_send        (EasMockRequest *request);
void     eas_mock_request_send_http   (EasMockRequest *request, guint status);
void     eas_mock_request_drop        (EasMockRequest *request);
/* Header lines of the answer, one a line; NULL: none. */
void     eas_mock_request_add_headers (EasMockRequest *request, const char *lines);

G_END_DECLS
