/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EBookBackendEas: an address book of the account in evolution-addressbook-factory.
 * EDS's own paths never reach the network here: they write the outbox or ask the
 * worker.
 */

#pragma once

#include "e-eas-notices.h"
#include "e-eas-worker.h"

#include <libedata-book/libedata-book.h>

G_BEGIN_DECLS

/* By hand: G_DECLARE_FINAL_TYPE wants a g_autoptr of the parent, which EDS 3.46 lacks. */
#define E_TYPE_BOOK_BACKEND_EAS (e_book_backend_eas_get_type ())
#define E_BOOK_BACKEND_EAS(object)                                                                 \
	(G_TYPE_CHECK_INSTANCE_CAST ((object), E_TYPE_BOOK_BACKEND_EAS, EBookBackendEas))

typedef struct _EBookBackendEas EBookBackendEas;

typedef struct {
	EBookMetaBackendClass parent_class;
} EBookBackendEasClass;

GType e_book_backend_eas_get_type (void);
void e_book_backend_eas_type_register (GTypeModule *module);

/* For e-book-backend-eas-items.c. */
EBookCache *e_book_backend_eas_ref_cache (EBookBackendEas *self);
EEasNotices *e_book_backend_eas_get_notices (EBookBackendEas *self);
EasVersion e_book_backend_eas_get_version (EBookBackendEas *self);
gboolean e_book_backend_eas_is_shown (EBookBackendEas *self, const char *uid);
void e_book_backend_eas_recount_cursors (EBookBackendEas *self); /* after contacts came or went */

G_END_DECLS
