/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The request line of a command, plain or base64. Source: [MS-ASHTTP] 2.2.1.1.1 Request-URI. */

#pragma once

#include "eas-mock-server.h"

G_BEGIN_DECLS

/* FALSE: neither form. Fills command, device, version, policy key and parameters. */
gboolean eas_mock_request_read_query (EasMockRequest *request, const char *query, SoupMessageHeaders *headers);

/* "14.1" -> 141; 0 when it is no version. */
guint    eas_mock_version_from_text (const char *text);

G_END_DECLS
