/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Pictures beside the cache: EBookMetaBackend keeps contacts with links to local
 * files and puts the bytes back before it hands a contact to be saved. Ours are
 * named by what is in them, so that a changed picture has another address: programs
 * that keep what they loaded show the new one, and a transaction that is undone
 * leaves the old file where the old contact looks for it.
 */

#pragma once

#include <libebook-contacts/libebook-contacts.h>

G_BEGIN_DECLS

/* Moves the bytes of @contact's pictures into files of @directory. EAS_ERROR_STORE. */
gboolean e_book_eas_photos_store (const char *directory, EContact *contact, GError **error);
/* Removes the files of @directory that @before links to and @after (NULL: nothing) does not. */
void e_book_eas_photos_forget (const char *directory, EContact *before, EContact *after);

G_END_DECLS
