/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EasTransport over a plain SoupSession: the tool, tests, an account that does not
 * exist yet. Basic credentials; TLS always verified; redirects and 401 are handed
 * up as they come.
 */

#pragma once

#include "eas-transport.h"

G_BEGIN_DECLS

#define EAS_SOUP_MAX_BODY        (64 * 1024 * 1024) /* bytes, inflated */
#define EAS_SOUP_MAX_CONNECTIONS 6                  /* per host; libsoup's own 2 starve behind one Ping */
#define EAS_SOUP_CONNECT_TIMEOUT 30                 /* seconds */

#define EAS_TYPE_SOUP_TRANSPORT (eas_soup_transport_get_type ())
G_DECLARE_FINAL_TYPE (EasSoupTransport, eas_soup_transport, EAS, SOUP_TRANSPORT, GObject)

/* On the thread that will use it. @password NULL: no credentials are sent. */
EasTransport *eas_soup_transport_new (const char *user, const char *password);
/* Certificates this CA file (PEM) vouches for are trusted beside the system's. */
gboolean      eas_soup_transport_set_ca_file (EasSoupTransport *self, const char *path, GError **error);
/* For tests: bytes instead of EAS_SOUP_MAX_BODY. */
void          eas_soup_transport_set_max_body (EasSoupTransport *self, gsize max_body);

/* For eas_client_new(): makes one from @user_data, an EasSoupConfig. */
typedef struct {
	char *user;
	char *password;
	char *ca_file; /* NULL none */
} EasSoupConfig;

EasSoupConfig *eas_soup_config_new  (const char *user, const char *password, const char *ca_file);
void           eas_soup_config_free (EasSoupConfig *config); /* wipes the password */
EasTransport  *eas_soup_transport_make (gpointer config);

G_END_DECLS
