/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EasPushPlan: when an account pings for which folders, whom a change is told to,
 * and when polling has to do. Decisions only: no clock, no file, no request. The
 * driver tells what happened, then asks for the next action until that is SLEEP.
 * Times are milliseconds of one clock that the driver chooses.
 */

#pragma once

#include "eas-flow-push.h"
#include "eas-hang.h"

G_BEGIN_DECLS

typedef struct _EasPushPlan EasPushPlan;

/* Where the server has no Ping that works, owners let a Sync hang (EasHang). */
typedef enum {
	EAS_PUSH_HANG_NONE,  /* not, or not yet */
	EAS_PUSH_HANG_WAITS, /* one hangs, or is about to again */
	EAS_PUSH_HANG_CANNOT /* it is no use: the folder has to be asked about */
} EasPushHang;

/* One process that has a folder open. Several may have the same one. */
typedef struct {
	const char *folder_id;
	EasClass klass;
	gboolean ready;       /* its key is committed, the folder may be pinged */
	gboolean doubtful;    /* some servers' Ping is silent about it: ask the owner after each round */
	guint64 acknowledged; /* number of the last ring it has fetched after */
	guint64 last_ring;    /* where the folder is new to the plan: its last ring, by whoever gave it */
	guint found;          /* grows when a fetch brought something */
	guint fetched;        /* grows with each fetch that succeeded */
	EasPushHang hang;
	guint hang_epoch;     /* of the terms that this is about */
} EasPushWatcher;

typedef struct {
	gboolean wanted;     /* the account is enabled, and nobody else pings for it */
	gboolean password;   /* there is one that nobody refused */
	gboolean online;
	gboolean suspended;  /* the machine sleeps or is about to */
	gboolean economical; /* power saver, or a metered line */
	gboolean can_hang;   /* a Sync may: since 12.1 */
} EasPushConditions;

typedef enum {
	EAS_PUSH_SLEEP,  /* until wake_at, or until something happens */
	EAS_PUSH_START,  /* a Ping for folders; its end is told by eas_push_plan_round_ended() */
	EAS_PUSH_CANCEL, /* the Ping under way; its end is told, too */
	EAS_PUSH_RING,   /* tell the owners of folder_id, with this number */
	EAS_PUSH_LIST    /* the folders; the end is told by eas_push_plan_listed() */
} EasPushActionKind;

typedef struct {
	EasPushActionKind kind;
	GPtrArray *folders;   /* START: (element-type EasPingFolder) (transfer full) */
	const char *folder_id; /* RING; lent until the next call */
	guint64 ring;
	gint64 wake_at;       /* SLEEP; G_MAXINT64: no time of its own */
} EasPushAction;

/* What a folder may hope for, or the account (folder NULL). */
typedef enum {
	EAS_PUSH_OFF,      /* why: DISABLED, OFFLINE, SUSPENDED, PASSWORD, ERROR, NOT_READY */
	EAS_PUSH_WAITING,  /* the server tells by itself */
	EAS_PUSH_HANGING,  /* the owner is to let a Sync hang, by terms; why: as with POLLING */
	EAS_PUSH_EXCLUDED, /* rang again and again for nothing; until */
	EAS_PUSH_POLLING   /* asked every few minutes; why: NO_PING, EARLY, CUT, REFUSED, FOLDER_LIMIT */
} EasPushStateKind;

typedef enum {
	EAS_PUSH_WHY_NONE,
	EAS_PUSH_WHY_DISABLED,
	EAS_PUSH_WHY_OFFLINE,
	EAS_PUSH_WHY_SUSPENDED,
	EAS_PUSH_WHY_PASSWORD,
	EAS_PUSH_WHY_ERROR,
	EAS_PUSH_WHY_NOT_READY,
	EAS_PUSH_WHY_NO_PING,
	EAS_PUSH_WHY_EARLY,
	EAS_PUSH_WHY_CUT,
	EAS_PUSH_WHY_REFUSED,
	EAS_PUSH_WHY_FOLDER_LIMIT
} EasPushWhy;

typedef struct {
	EasPushStateKind kind;
	EasPushWhy why;
	gint64 until;  /* EXCLUDED */
	guint minutes; /* POLLING */
	EasHangTerms terms; /* HANGING */
} EasPushState;

EasPushPlan *eas_push_plan_new  (guint32 seed); /* of the jitter */
void         eas_push_plan_free (EasPushPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasPushPlan, eas_push_plan_free)

/* What happened. */
void eas_push_plan_set_conditions (EasPushPlan *plan, const EasPushConditions *conditions, gint64 now);
/* @watchers: (element-type EasPushWatcher): all there are now. */
void eas_push_plan_set_watchers   (EasPushPlan *plan, const GPtrArray *watchers, gint64 now);
/* Exactly one of @result and @error. */
void eas_push_plan_round_ended    (EasPushPlan *plan, const EasPingResult *result, const GError *error, gint64 now);
void eas_push_plan_listed         (EasPushPlan *plan, const GError *error, gint64 now);
void eas_push_plan_resumed        (EasPushPlan *plan, gint64 now); /* connections are dead after a sleep */
void eas_push_plan_network_changed (EasPushPlan *plan, gint64 now); /* another one than before: what the last one broke may work here */
void eas_push_plan_kick           (EasPushPlan *plan, gint64 now); /* a password was accepted, or a person asked */

void eas_push_plan_next     (EasPushPlan *plan, gint64 now, EasPushAction *out);
void eas_push_plan_describe (EasPushPlan *plan, const char *folder_id, gint64 now, EasPushState *out);

const char *eas_push_why_to_string (EasPushWhy why); /* a word for status files: "no-ping"; "" none */

G_END_DECLS
