/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gi18n-lib.h>

#include "eas-locale.h"

void
eas_locale_bind (void)
{
	const char *directory = g_getenv ("EAS_LOCALE_DIR");

	bindtextdomain (GETTEXT_PACKAGE, directory != NULL ? directory : EAS_LOCALE_DIR);
	bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
}
