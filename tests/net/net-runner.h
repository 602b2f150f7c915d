/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A client on a fake server, and threads that run something blocking with it. */

#pragma once

#include "net-account.h"

G_BEGIN_DECLS

typedef struct {
	NetScript script;
	EasFakeServer *server;
	EasClient *client;
	char *directory;
} NetTest;

void net_test_begin (NetTest *test, gboolean ready);
void net_test_end   (NetTest *test);

typedef struct {
	EasClient *client;
	EasFlow *flow; /* or a pull of @collection */
	EasCollection *collection;
	GCancellable *cancellable;
	GThread *thread;
	gpointer result;
	EasWindow *window;
	GError *error;
	gint begun;      /* atomic */
	gint64 ended_us; /* 0: not yet */
} NetRunner;

void   net_runner_start_flow (NetRunner *runner, EasClient *client, EasFlow *take_flow);
void   net_runner_start_pull (NetRunner *runner, EasClient *client, guint number);
/* Until its thread stands where it has to wait. */
void   net_runner_settle     (NetRunner *runner);
void   net_runner_join       (NetRunner *runner);
/* Cancels, joins, and sees that it ended by that; microseconds until the call had returned. */
gint64 net_runner_cancel     (NetRunner *runner);
void   net_runner_clear      (NetRunner *runner);

G_END_DECLS
