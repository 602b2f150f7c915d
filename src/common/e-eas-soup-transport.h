/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EEasSoupTransport: the EasTransport of an account known to EDS. A plain
 * SoupSession, used asynchronously: the synchronous calls of ESoupSession hold a
 * lock for the whole of a long poll. Adds what EDS knows: the password, the
 * person's decision about a certificate, the proxy.
 */

#pragma once

#include "eas-transport.h"

#include <libedataserver/libedataserver.h>

G_BEGIN_DECLS

/*
 * What is shared between the account (any thread) and its transport (I/O thread):
 * the password and the last certificate that was refused. Counted, locked.
 */
typedef struct _EEasSecrets EEasSecrets;

EEasSecrets *e_eas_secrets_new (void);
EEasSecrets *e_eas_secrets_ref (EEasSecrets *secrets);
void e_eas_secrets_unref (EEasSecrets *secrets);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EEasSecrets, e_eas_secrets_unref)

/* @password NULL: forget. TRUE when it differs from what was known. */
gboolean e_eas_secrets_set (EEasSecrets *secrets, const char *user, const char *password);
gboolean e_eas_secrets_match (EEasSecrets *secrets,
			      const char *user,
			      const char *password); /* what is set */
gboolean e_eas_secrets_are_set (EEasSecrets *secrets);
char *e_eas_secrets_dup_password (EEasSecrets *secrets,
				  const char *user); /* NULL: not set for @user */
/* The certificate that made a connection fail; FALSE when there was none. */
gboolean e_eas_secrets_get_refused_certificate (EEasSecrets *secrets,
						char **out_pem,
						GTlsCertificateFlags *out_errors);

#define E_TYPE_EAS_SOUP_TRANSPORT (e_eas_soup_transport_get_type ())
G_DECLARE_FINAL_TYPE (EEasSoupTransport, e_eas_soup_transport, E, EAS_SOUP_TRANSPORT, GObject)

/* On the thread that will use it. @trust_source: whose WebDAV extension holds the certificate
 * decision; @proxy NULL: the default. */
EasTransport *
e_eas_soup_transport_new (EEasSecrets *secrets, ESource *trust_source, GProxyResolver *proxy);

G_END_DECLS
