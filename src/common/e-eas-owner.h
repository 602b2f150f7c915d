/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EEasOwner: what calendars and address books have in common between EDS's meta
 * backend and the worker. It makes the worker on first use, tells EDS what the
 * worker says (connected, failures, passwords, certificates), and is the mutex of
 * the writers, because EDS reads, changes and writes an object without one.
 */

#pragma once

#include "e-eas-worker.h"

#include <libebackend/libebackend.h>

G_BEGIN_DECLS

typedef struct _EEasOwner EEasOwner;

typedef struct {
	const char *cache_name;  /* folder below the user's cache directory */
	const char *cannot_open; /* for people, to be translated: the cache is not there */

	ESourceRegistry *(*get_registry) (EBackend *backend);
	GProxyResolver *(*ref_proxy) (EBackend *backend);
	ECache *(*ref_cache) (EBackend *backend);
	void (*announce) (EBackend *backend); /* the version changed, and with it what we can do */
	void (*notify_error) (EBackend *backend, const char *message);
} EEasOwnerClass;

/* @backend is borrowed. The worker's owner is @backend too. */
EEasOwner *e_eas_owner_new (const EEasOwnerClass *klass,
			    const EEasWorkerClass *worker_class,
			    EBackend *backend);
/* From dispose(): ends the worker. FALSE: not yet, and dispose() has to do nothing else; it is
 * called again, on the main thread. */
gboolean e_eas_owner_stop (EEasOwner *self);
void e_eas_owner_free (EEasOwner *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EEasOwner, e_eas_owner_free)

/* The half of the worker's class that tells EDS something. Needs an EEasOwner of the backend. */
void e_eas_owner_fill_class (EEasWorkerClass *klass);

/* Before the parent class opens the cache: a damaged one would keep the backend from ever opening.
 */
void e_eas_owner_rescue_cache (const EEasOwnerClass *klass, EBackend *backend);

gboolean e_eas_owner_ensure_worker (EEasOwner *self, GError **error);
EEasWorker *e_eas_owner_get_worker (EEasOwner *self); /* NULL before it was needed */
/* The account's own addresses, primary first; lent as long as the owner lives. NULL: none known. */
const char *const *e_eas_owner_get_addresses (EEasOwner *self);
char *e_eas_owner_dup_address (EEasOwner *self); /* the account's mail address; NULL */
EasVersion e_eas_owner_get_version (EEasOwner *self);

/* connect_sync() of a meta backend: no network, it only hands over what EDS brings. */
gboolean e_eas_owner_connect (EEasOwner *self,
			      const ENamedParameters *credentials,
			      ESourceAuthenticationResult *out_auth_result,
			      GError **error);
gboolean e_eas_owner_get_refused_certificate (EEasOwner *self,
					      char **out_pem,
					      GTlsCertificateFlags *out_errors);
/* A refresh that a person asked for (@explicitly), or one of EDS's own. */
gboolean e_eas_owner_fetch (EEasOwner *self, gboolean explicitly, GError **error);

/*
 * A writer of one object waits for the server's answer. Many at once are safe in the
 * outbox and go in few requests; what the server refuses of them is parked. So are
 * edits of an earlier version's offline state, which EDS saves by itself.
 */
gboolean e_eas_owner_begin_writing (EEasOwner *self, guint n_objects, GError **error);
void e_eas_owner_end_writing (EEasOwner *self);
EEasSaved e_eas_owner_save (EEasOwner *self,
			    const char *uid,
			    const char *object,
			    GCancellable *cancellable,
			    GError **error);
gboolean
e_eas_owner_remove (EEasOwner *self, const char *uid, GCancellable *cancellable, GError **error);

G_END_DECLS
