/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An account for tests of the client: a friendly server, values, a scratch directory. */

#pragma once

#include "eas-client.h"
#include "eas-fake-transport.h"

G_BEGIN_DECLS

/* What the friendly server does; zero: answers at once. Read on the client's thread. */
typedef struct {
	guint delay_ms;        /* of every answer */
	const char *slow;      /* only this command is delayed; NULL all */
	const char *hang;      /* this command is never answered */
	gboolean hangs;        /* a Sync with HeartbeatInterval gets no answer */
	const char *fail;      /* this command gets @status */
	guint status;
	const char *retry_after;
	guint fail_times;      /* 0: always */
	guint failed;          /* so far */
	guint n_adds;          /* per collection */
	const char *bad_id;    /* the collection that gets status 3; it must be the only one */
} NetScript;

EasFakeServer  *net_server_new  (NetScript *script);
EasAccountData *net_data_new    (gboolean ready); /* ready: version, policy, folders are known */
EasClient      *net_client_new  (EasFakeServer *server, const char *directory, gboolean ready);
EasClient      *net_wire_client_new (const char *directory, const char *url); /* on real sockets, ready */
EasCollection  *net_collection  (guint number);
EasFlow        *net_sync_flow   (guint first, guint last); /* of collections FIRST to LAST, at key "5" */
char           *net_directory   (void); /* a new one */
void            net_remove      (char *take_directory);
gint64          net_elapsed_ms  (gint64 since_us);

G_END_DECLS
