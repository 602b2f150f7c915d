/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the plan's files share: eas-push-plan.c, and -describe.c for people and owners. */

#pragma once

#include "eas-push-plan.h"

G_BEGIN_DECLS

#define SECOND_MS ((gint64) 1000)
#define MINUTE_MS (60 * SECOND_MS)

typedef struct {
	char *id;
	EasClass klass;
	gboolean seen; /* while watchers are being taken over */
	gboolean ready, doubtful, acknowledged;
	guint found, fetched;
	guint64 ring;            /* the last one given */
	gboolean to_be_rung;     /* the RING action is still to be given */
	gboolean rang;           /* and not acknowledged yet */
	gboolean rang_by_server; /* in place of a doubt or a poll: judged by what it brings */
	gint64 rang_at;
	guint empty_rings;
	gint64 exclusion_ms; /* the next one's length */
	gint64 excluded_until;
	gint64 poll_at;
	EasPushHang hang;
	gboolean in_round;
	gboolean beyond_limit; /* of how many folders the server watches */
} EasPushFolder;

struct _EasPushPlan {
	GRand *random;
	EasPushConditions conditions;
	GHashTable *folders; /* id -> EasPushFolder */
	guint max_folders;   /* 0 unknown */

	gboolean running, cancelled;
	gint64 started_at;
	gint64 restart_at; /* of the running round, to take in a folder; 0 */

	/* Not before. */
	gint64 gap_until;    /* requests without progress */
	gint64 pause_until;  /* failures, throttling */
	gint64 jitter_until; /* not everybody at once */
	gint64 doubt_until;  /* folders that some servers' Ping is silent about are asked about */
	gint64 rest_until;   /* after a ring, where requests are dear */
	gint64 failed_at;    /* 0: the last round did not fail */
	gint64 pause_ms;
	gboolean throttled; /* by the server's own word: nothing but time ends it */
	gboolean refused_password;

	guint at_once, hopeless, refused; /* in a row */
	guint barren; /* rounds in a row that told nothing of a folder: hierarchy, strangers */
	EasPushWhy polling; /* NONE: Ping works */
	gint64 polling_until;
	guint hang_epoch;
	gint64 hang_again_at; /* where it was no use; 0 */
	gint64 list_at;       /* while polling */
	gboolean list_wanted, listing;
};

/* Between two questions about a folder that nobody tells about. */
gint64 eas_push_plan_poll_ms (const EasPushPlan *plan);
/* Whether owners are to let a Sync hang. */
gboolean eas_push_plan_hangs (const EasPushPlan *plan);

G_END_DECLS
