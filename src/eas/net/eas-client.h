/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EasClient: one account's way to the network in this process. Owns an I/O thread
 * with its main context and the transport, and drives flows there; flows that
 * share a lane run one after another. These calls are the only ones in the engine
 * that reach the network. Thread-safe.
 */

#pragma once

#include "eas-account-state.h"
#include "eas-collection.h"
#include "eas-flow.h"
#include "eas-hang.h"
#include "eas-transport.h"

G_BEGIN_DECLS

#define EAS_TYPE_CLIENT (eas_client_get_type ())
G_DECLARE_FINAL_TYPE (EasClient, eas_client, EAS, CLIENT, GObject)

/* Called once on the I/O thread. */
typedef EasTransport *(*EasClientMakeTransport) (gpointer user_data);

EasClient *eas_client_new (EasAccountState *state, EasAccountData *take_data, EasClientMakeTransport make, gpointer take_user_data,
                           GDestroyNotify free_user_data);
void       eas_client_shutdown (EasClient *self); /* cancels everything, ends the thread; idempotent */

/*
 * The result is (transfer full) and of the type the flow's constructor names; a
 * flow without one gives a non-NULL placeholder that needs no free. Cancelling
 * returns within milliseconds; what had been sent may still happen on the server.
 */
void       eas_client_run_async  (EasClient *self, EasFlow *take_flow, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gpointer   eas_client_run_finish (EasClient *self, GAsyncResult *result, GError **error);
gpointer   eas_client_run_sync   (EasClient *self, EasFlow *take_flow, GCancellable *cancellable, GError **error); /* not on the I/O thread */

/*
 * One window of server changes for @collection. Pulls of different collections that
 * are asked for at about the same time share one Sync request. A window never
 * carries an error here: what failed for this collection alone is @error.
 */
void       eas_client_pull_async  (EasClient *self, EasCollection *collection, guint window_size, const EasTag *supported,
                                   GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
EasWindow *eas_client_pull_finish (EasClient *self, GAsyncResult *result, GError **error);
EasWindow *eas_client_pull_sync   (EasClient *self, EasCollection *collection, guint window_size, const EasTag *supported,
                                   GCancellable *cancellable, GError **error);

/* The same in two steps, for a thread that has other work meanwhile. What was started has to be waited for. */
typedef struct _EasPull EasPull;

EasPull   *eas_client_pull_start (EasClient *self, EasCollection *collection, guint window_size, const EasTag *supported,
                                  GCancellable *cancellable);
EasWindow *eas_client_pull_wait  (EasPull *take_pull, GError **error); /* not on the I/O thread */

/*
 * A window when there is something new, however long that takes. All collections that
 * wait so share one Sync request, which hangs at the server (EasHang). @over is called
 * on the I/O thread when eas_client_pull_wait() would no longer have to wait. To end it,
 * cancel and wait: an answer may be lost so, and the same key asks for it again.
 * EAS_ERROR_NOT_SUPPORTED: under @terms there is no use in trying again. The key
 * must not be "0", nor move while it hangs.
 */
EasPull   *eas_client_hang_start (EasClient *self, EasCollection *collection, const EasHangTerms *terms, GCancellable *cancellable,
                                  void (*over) (gpointer user_data), gpointer user_data);

/* Copies of what is known now. */
EasAccountData *eas_client_dup_data    (EasClient *self);
EasVersion      eas_client_get_version (EasClient *self); /* NONE before the first OPTIONS */

G_END_DECLS
