/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* EAS_ERROR with what the wire said as extended data. */

#include "eas-error.h"

typedef struct {
	const char *command; /* interned */
	guint status;
	guint retry_after;
} EasErrorPrivate;

static void
eas_error_private_init (EasErrorPrivate *priv)
{
	priv->command = NULL;
	priv->status = 0;
	priv->retry_after = 0;
}

static void
eas_error_private_copy (const EasErrorPrivate *src, EasErrorPrivate *dest)
{
	*dest = *src;
}

static void
eas_error_private_clear (EasErrorPrivate *priv)
{
}

typedef GError EasError;

G_DEFINE_EXTENDED_ERROR (EasError, eas_error)

/* clang-format off */
static const char *const code_names[EAS_N_ERRORS] = {
	[EAS_ERROR_AUTHENTICATION]   = "authentication",
	[EAS_ERROR_ACCESS]           = "access",
	[EAS_ERROR_POLICY]           = "policy",
	[EAS_ERROR_WIPED]            = "wiped",
	[EAS_ERROR_NOT_SUPPORTED]    = "not-supported",
	[EAS_ERROR_THROTTLED]        = "throttled",
	[EAS_ERROR_UNAVAILABLE]      = "unavailable",
	[EAS_ERROR_SERVER]           = "server",
	[EAS_ERROR_PROTOCOL]         = "protocol",
	[EAS_ERROR_KEY]              = "key",
	[EAS_ERROR_HIERARCHY]        = "hierarchy",
	[EAS_ERROR_FOLDER_NOT_FOUND] = "folder-not-found",
	[EAS_ERROR_FOLDER_EXISTS]    = "folder-exists",
	[EAS_ERROR_ITEM_NOT_FOUND]   = "item-not-found",
	[EAS_ERROR_ITEM_REJECTED]    = "item-rejected",
	[EAS_ERROR_CONFLICT]         = "conflict",
	[EAS_ERROR_QUOTA]            = "quota",
	[EAS_ERROR_REDIRECT_CONSENT] = "redirect-consent",
	[EAS_ERROR_STORE]            = "store",
};
/* clang-format on */

G_GNUC_PRINTF (5, 0)
static GError *
new_error_valist (EasErrorCode code,
		  const char *command,
		  guint status,
		  guint retry_after,
		  const char *format,
		  va_list args)
{
	GError *error = g_error_new_valist (EAS_ERROR, (int) code, format, args);
	EasErrorPrivate *priv = eas_error_get_private (error);

	priv->command = g_intern_string (command);
	priv->status = status;
	priv->retry_after = retry_after;

	return error;
}

/**
 * eas_error_new:
 * @code: what the caller can do about it
 * @command: (nullable): the command that failed, "Sync"
 * @status: the number on the wire, HTTP or body; 0: none
 * @retry_after: seconds the server asked to wait; 0: unknown
 * @format: the message, for people and translated when it can reach one
 *
 * Returns: (transfer full): an error of the domain %EAS_ERROR
 */
GError *
eas_error_new (EasErrorCode code,
	       const char *command,
	       guint status,
	       guint retry_after,
	       const char *format,
	       ...)
{
	GError *error;
	va_list args;

	va_start (args, format);
	error = new_error_valist (code, command, status, retry_after, format, args);
	va_end (args);

	return error;
}

void
eas_set_error (GError **error,
	       EasErrorCode code,
	       const char *command,
	       guint status,
	       guint retry_after,
	       const char *format,
	       ...)
{
	va_list args;

	if (error == NULL)
		return;

	va_start (args, format);
	g_propagate_error (error,
			   new_error_valist (code, command, status, retry_after, format, args));
	va_end (args);
}

/* The details, or NULL for an error of another domain. */
static const EasErrorPrivate *
peek_details (const GError *error)
{
	if (error == NULL || error->domain != EAS_ERROR)
		return NULL;

	return eas_error_get_private (error);
}

const char *
eas_error_get_command (const GError *error)
{
	const EasErrorPrivate *priv = peek_details (error);

	return priv != NULL ? priv->command : NULL;
}

guint
eas_error_get_status (const GError *error)
{
	const EasErrorPrivate *priv = peek_details (error);

	return priv != NULL ? priv->status : 0;
}

guint
eas_error_get_retry_after (const GError *error)
{
	const EasErrorPrivate *priv = peek_details (error);

	return priv != NULL ? priv->retry_after : 0;
}

/**
 * eas_error_code_to_string:
 *
 * Returns: the stable word for @code in machine-readable output, "item-rejected";
 *   %NULL for a number that is no code
 */
const char *
eas_error_code_to_string (EasErrorCode code)
{
	return (guint) code < EAS_N_ERRORS ? code_names[code] : NULL;
}
