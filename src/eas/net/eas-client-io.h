/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The client's I/O thread: runs flows, knows lanes and the lock. It outlives the
 * EasClient object by as long as its last request takes to come back.
 */

#pragma once

#include "eas-account-state.h"
#include "eas-flow.h"
#include "eas-transport.h"

G_BEGIN_DECLS

typedef struct _EasIo EasIo;
typedef struct _EasJob EasJob;

typedef EasTransport *(*EasIoMakeTransport) (gpointer user_data);

/* On the I/O thread (when that is closed, on the caller's), exactly once; owns @result (by @result_free, which may be NULL) and @error. */
typedef void (*EasIoDone) (gpointer result, GDestroyNotify result_free, GError *error, gpointer user_data);

EasIo   *eas_io_new       (EasAccountState *state, EasAccountData *take_data, EasIoMakeTransport make, gpointer take_user_data,
                           GDestroyNotify free_user_data);
void     eas_io_unref     (EasIo *io);
/* Ends all jobs as cancelled, and the thread; waits for it, unless called on it. Idempotent. */
void     eas_io_shutdown  (EasIo *io);
gboolean eas_io_is_thread (EasIo *io);

/* From any thread. */
void     eas_io_run       (EasIo *io, EasFlow *take_flow, GCancellable *cancellable, EasIoDone done, gpointer user_data);
/* @func runs on the I/O thread, soon. FALSE: closed, nothing was taken. */
gboolean eas_io_post      (EasIo *io, GSourceFunc func, gpointer user_data, GDestroyNotify free_user_data);
EasAccountData *eas_io_dup_data (EasIo *io);
EasVersion eas_io_get_version (EasIo *io);

/* On the I/O thread. */
gboolean eas_io_lane_is_free (EasIo *io, const char *lane); /* nobody has it, nobody waits for it */
gboolean eas_io_lane_is_wanted (EasIo *io, const char *lane); /* somebody waits for it */
GSource *eas_io_add_timeout  (EasIo *io, guint ms, GSourceFunc func, gpointer user_data);
gboolean eas_io_is_closing   (EasIo *io);

/* Something that lives with the thread: told when lanes became free and when the thread ends (both there). */
typedef struct {
	void (*idle) (gpointer user_data);
	void (*ended) (gpointer user_data);
	GDestroyNotify free; /* with the EasIo */
} EasIoCompanion;

void     eas_io_set_companion (EasIo *io, const EasIoCompanion *companion, gpointer take_user_data);

G_END_DECLS
