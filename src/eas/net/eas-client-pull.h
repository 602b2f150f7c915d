/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Gathers what several collections want to pull into one Sync request. */

#pragma once

#include "eas-client-io.h"
#include "eas-collection.h"
#include "eas-hang.h"

G_BEGIN_DECLS

typedef struct _EasPuller EasPuller;

/* On the I/O thread, or the caller's when closed; exactly one of @take_window and @take_error is set. */
typedef void (*EasPullDone) (EasWindow *take_window, GError *take_error, gpointer user_data);

EasPuller *eas_puller_new  (EasIo *io); /* (transfer none): lives as long as @io */
void       eas_puller_pull (EasPuller *self, EasCollection *collection, guint window_size, const EasTag *supported,
                            GCancellable *cancellable, EasPullDone done, gpointer user_data);
/*
 * The same when something changes: one request of all who ask for it hangs at the
 * server, is sent again when its time is up, and makes room for whoever wants one of
 * its lanes. EAS_ERROR_NOT_SUPPORTED: under these terms it is no use.
 */
void       eas_puller_hang (EasPuller *self, EasCollection *collection, const EasHangTerms *terms,
                            GCancellable *cancellable, EasPullDone done, gpointer user_data);

G_END_DECLS
