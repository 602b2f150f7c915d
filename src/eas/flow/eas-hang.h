/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EasHang: for how long a Sync may hang, when the next one may, and when it is no
 * use. For servers without a Ping that works: a Sync with HeartbeatInterval (Wait
 * below 14.0) is held until something changes. Its answer moves SyncKeys, which
 * belong to the process that has the folders open; so that process sends it, one for
 * all its folders, when the registry says so. Decisions only; times are milliseconds
 * of one clock that the driver chooses.
 *
 * Source: [MS-ASCMD] 2.2.1.21 Sync, its HeartbeatInterval and Wait; eas-protocol 8.9, 9.2.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the registry says. Another @epoch than before: another network, or the machine has slept. */
typedef struct {
	guint seconds;
	guint epoch;
} EasHangTerms;

typedef struct {
	EasHangTerms terms;
	guint ceiling; /* seconds; what cut connections taught; 0 none */
	guint asked;   /* seconds, by the one under way */
	guint cuts, at_once, refusals, interruptions; /* in a row */
	gint64 started_at, not_before;
	gboolean hopeless; /* under these terms */
} EasHang;

/* Before each one. Forgets what other terms taught. */
void  eas_hang_set_terms (EasHang *hang, const EasHangTerms *terms);
/* One begins: how many seconds to ask for. */
guint eas_hang_start (EasHang *hang, gint64 now);
/* It was answered. @news: something moved. */
void  eas_hang_answered (EasHang *hang, gboolean news, gint64 now);
/* We ended it, to send something else, or for somebody who joins. */
void  eas_hang_interrupted (EasHang *hang, gint64 now);
/* It failed; not for one of ours that ended it. */
void  eas_hang_failed (EasHang *hang, const GError *error, gint64 now);

G_END_DECLS
