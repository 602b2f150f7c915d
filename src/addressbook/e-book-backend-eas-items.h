/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Contacts in and out of EDS's cache: what an address book is to the worker. An
 * object is the text of a vCard with its picture in it.
 */

#pragma once

#include "e-book-backend-eas.h"

G_BEGIN_DECLS

/* The conversions and the cache half of the worker's class; the backend adds the rest. */
void e_book_backend_eas_items_fill_class (EEasWorkerClass *klass);

/* As it goes into the cache, from an item or (@item NULL) an object: pictures in files, with a
 * revision. NULL with error. */
EContact *e_book_backend_eas_items_make (
	EBookBackendEas *self, const char *uid, EasItem *item, const char *object, GError **error);

G_END_DECLS
