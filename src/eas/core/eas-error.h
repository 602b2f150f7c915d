/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EAS_ERROR: what the caller can do about a failure. What the wire said rides
 * along as extended data. G_IO_ERROR, G_TLS_ERROR and G_RESOLVER_ERROR pass
 * through the engine untouched.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define EAS_ERROR (eas_error_quark ())
GQuark eas_error_quark (void);

typedef enum {
	EAS_ERROR_AUTHENTICATION,   /* ask for credentials */
	EAS_ERROR_ACCESS,           /* user or device not allowed, blocked or quarantined */
	EAS_ERROR_POLICY,           /* the server demands what we cannot promise */
	EAS_ERROR_WIPED,            /* the account was wiped remotely */
	EAS_ERROR_NOT_SUPPORTED,    /* server or version lacks it; also: not an ActiveSync server */
	EAS_ERROR_THROTTLED,        /* wait eas_error_get_retry_after() seconds */
	EAS_ERROR_UNAVAILABLE,      /* try later */
	EAS_ERROR_SERVER,           /* the server failed or said something unknown */
	EAS_ERROR_PROTOCOL,         /* the answer is malformed */
	EAS_ERROR_KEY,              /* internal: start this collection again from key 0 */
	EAS_ERROR_HIERARCHY,        /* internal: list the folders again */
	EAS_ERROR_FOLDER_NOT_FOUND,
	EAS_ERROR_FOLDER_EXISTS,
	EAS_ERROR_ITEM_NOT_FOUND,
	EAS_ERROR_ITEM_REJECTED,    /* this item never passes as it is */
	EAS_ERROR_CONFLICT,         /* the server's version won */
	EAS_ERROR_QUOTA,
	EAS_ERROR_REDIRECT_CONSENT, /* another host wants the credentials: ask the person */
	EAS_ERROR_STORE,            /* our own disk: full, read-only or damaged */
	EAS_N_ERRORS
} EasErrorCode;

/* @command: static string or NULL; @status: the wire's number, HTTP or body, 0 none; @retry_after: seconds, 0 unknown */
void        eas_set_error (GError **error, EasErrorCode code, const char *command, guint status, guint retry_after,
                           const char *format, ...) G_GNUC_PRINTF (6, 7);
GError     *eas_error_new (EasErrorCode code, const char *command, guint status, guint retry_after,
                           const char *format, ...) G_GNUC_PRINTF (5, 6);
const char *eas_error_get_command     (const GError *error); /* NULL for other domains */
guint       eas_error_get_status      (const GError *error);
guint       eas_error_get_retry_after (const GError *error);
const char *eas_error_code_to_string  (EasErrorCode code);   /* "item-rejected": for --json and tests */

G_END_DECLS
