/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The account's own addresses, as the server says them (pitfall 53): one a line, the
 * primary first, in DIRECTORY/addresses. Learned, and so not among the settings: a
 * write of the registry there would undo what a person or a program edits meanwhile.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Never NULL; @own, the address it was set up with (nullable), is in it, last where the server does
 * not name it. */
char **e_eas_addresses_read (const char *directory, const char *own);
/* Nothing is written that is there already. */
gboolean
e_eas_addresses_write (const char *directory, const char *const *addresses, GError **error);
/* Changes with the file; cheap. */
guint64 e_eas_addresses_stamp (const char *directory);

G_END_DECLS
