/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The control interface under /control/: a second device that changes the
 * mailbox, and a hand on the server itself. Described in tests/server/README.md.
 */

#pragma once

#include "eas-mock-server.h"

G_BEGIN_DECLS

/* A SoupServerCallback. */
void eas_mock_control_handle (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer server);

G_END_DECLS
