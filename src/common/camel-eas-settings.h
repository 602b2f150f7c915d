/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * CamelEasSettings: what a person or an administrator decided about an account.
 * Stored in the collection's ESource (group "Eas Backend"), thus shared by all
 * processes; what can be derived again is in the state file instead.
 */

#pragma once

#include "eas-version.h"

#include <camel/camel.h>

G_BEGIN_DECLS

#define E_EAS_BACKEND_NAME "eas"

/* Who wins when one field of an item was changed on both sides. */
typedef enum {
	CAMEL_EAS_CONFLICT_KEEP_BOTH,   /* the local version becomes a marked copy */
	CAMEL_EAS_CONFLICT_SERVER_WINS, /* the local version is saved to a file */
	CAMEL_EAS_CONFLICT_MINE_WINS    /* the server's version is saved to a file */
} CamelEasConflict;

#define CAMEL_TYPE_EAS_CONFLICT (camel_eas_conflict_get_type ())
GType camel_eas_conflict_get_type (void);

#define CAMEL_TYPE_EAS_SETTINGS (camel_eas_settings_get_type ())
G_DECLARE_FINAL_TYPE (
	CamelEasSettings, camel_eas_settings, CAMEL, EAS_SETTINGS, CamelOfflineSettings)

/* Registers the ESource extension; call before the first extension is read. Idempotent. */
void camel_eas_settings_register (void);

/* dup_ because another process may change the source at any time. "" is stored as NULL. */
char *camel_eas_settings_dup_device_id (CamelEasSettings *self);
void camel_eas_settings_set_device_id (CamelEasSettings *self, const char *device_id);
char *camel_eas_settings_dup_address (CamelEasSettings *self);
void camel_eas_settings_set_address (CamelEasSettings *self, const char *address);
char *camel_eas_settings_dup_url (CamelEasSettings *self);
void camel_eas_settings_set_url (CamelEasSettings *self, const char *url);
/* NONE: negotiate. */
EasVersion camel_eas_settings_get_version (CamelEasSettings *self);
void camel_eas_settings_set_version (CamelEasSettings *self, EasVersion version);
CamelEasConflict camel_eas_settings_get_conflict (CamelEasSettings *self);
void camel_eas_settings_set_conflict (CamelEasSettings *self, CamelEasConflict policy);
/* FilterType of events; 0: all of them. [MS-ASCMD] 2.2.3.68.2 FilterType (Sync). */
int camel_eas_settings_get_event_filter (CamelEasSettings *self);
void camel_eas_settings_set_event_filter (CamelEasSettings *self, int filter);
/* Comma list of hosts that may be given the credentials after a redirect. */
char *camel_eas_settings_dup_consent_hosts (CamelEasSettings *self);
void camel_eas_settings_set_consent_hosts (CamelEasSettings *self, const char *hosts);
/* FALSE: it was there. */
gboolean camel_eas_settings_add_consent_host (CamelEasSettings *self, const char *host);

G_END_DECLS
