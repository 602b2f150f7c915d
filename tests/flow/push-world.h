/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A played world for the laws of push: the plan and the Ping flow as the registry
 * runs them, owners of folders, a network and a server, in played time. It ends the
 * test where a law of every moment is broken: two Pings at once, one that nobody may
 * send, two requests in a second without progress, an owner woken for nothing.
 */

#pragma once

#include <gio/gio.h>

#include "eas-push-plan.h"

G_BEGIN_DECLS

#define SECOND    1000
#define MINUTE    (60 * SECOND)
#define HOUR      (60 * MINUTE)
#define N_FOLDERS 5
#define N_OWNERS  7 /* some folders have two */
#define NEVER     G_MAXINT64

typedef struct {
	guint folder;
	gboolean alive, ready;
	guint64 seen; /* last ring noticed */
	guint found, fetched;
	guint64 acknowledged;
	gint64 notice_at; /* a ring is on its way through the file system */
	gint64 look_at;   /* slowly, in case it got lost */
	gint64 fetch_at;  /* a fetch ends */
	guint64 fetching_version;
	gboolean wanted; /* another fetch after this one */
} Owner;

typedef enum { NEWS_EXPIRED, NEWS_CHANGED, NEWS_STATUS, NEWS_HTTP, NEWS_CUT, NEWS_EARLY } News;

typedef struct {
	GRand *random;
	gint64 now;

	/* The registry; plan NULL: dead. */
	EasPushPlan *plan;
	EasPushConditions conditions;
	gboolean enabled, slept;
	gint64 wake_at, reborn_at, look_at;
	EasFlow *flow;
	EasAccountData *data;
	gint64 flow_wait; /* NEVER: it has sent, or there is none */
	gint64 list_at;

	/* What is in the files. */
	guint64 ring[N_FOLDERS];
	Owner owners[N_OWNERS];

	/* The network, and the server. */
	guint network;    /* which one */
	gint64 cut_ms[3]; /* how long each bears silence; NEVER */
	gboolean down;
	guint64 version[N_FOLDERS];          /* commits */
	guint64 synced[N_FOLDERS][N_OWNERS]; /* by each owner */
	guint false_rings[N_FOLDERS];        /* still to come */
	guint bad_status, bad_count;         /* Ping answers so a few times */
	gboolean always_early, no_ping;
	guint max_folders, least_heartbeat, most_heartbeat;
	gboolean hierarchy_changed;
	gboolean waiting; /* it holds a Ping */
	gboolean listed[N_FOLDERS];
	gint64 sent_at, answer_at;
	guint heartbeat;
	News news;
	guint status;

	/* For the laws. */
	gint64 last_sent;
	gboolean progress; /* since the last request */
	guint told_found;  /* by all owners, as the registry last heard */
	guint n_sent;
	gboolean rang[N_FOLDERS]; /* the server said so */
	gboolean limited;         /* or it does not watch them all: some are polled */
} World;

/* Its chances are those of @seed. */
World *world_new (guint32 seed);
void world_free (World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)

void world_run_until (World *world, gint64 end);
void world_ensure (World *world, gboolean good, const char *law);
gboolean world_chance (World *world, guint percent);
gint64 world_between (World *world, gint64 least, gint64 most);
gint64 world_some_cut (World *world); /* how long a network bears silence */

/* What happens. Fields of the server and of the conditions may be set before the two below. */
void world_consider (World *world);       /* the server */
void world_set_conditions (World *world); /* the registry */
void world_commit (World *world, guint folder);
void world_open_owner (World *world, guint index);
void world_kill_owner (World *world, guint index);
void world_kill_registry (World *world);
void world_go_offline (World *world, gboolean online);
void world_change_network (World *world);
void world_sleep_for (World *world, gint64 ms, gboolean announced);

G_END_DECLS
