/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One round of Ping with the learned heartbeat. Result: EasPingResult. The caller
 * fetches and commits what changed, then starts the next round; EasPushPlan says when.
 */

#pragma once

#include "eas-cmd-ping.h"
#include "eas-flow.h"

G_BEGIN_DECLS

typedef enum {
	EAS_PING_EXPIRED,   /* nothing changed for the whole interval */
	EAS_PING_CHANGED,
	EAS_PING_HIERARCHY, /* list the folders, then ping again */
	EAS_PING_LIMITED,   /* the server watches no more than max_folders: ask again with as many */
	EAS_PING_EARLY,     /* came back without news long before its time: not again at once */
	EAS_PING_CUT,       /* something on the way ends long silences; the next interval is shorter */
	EAS_PING_HOPELESS   /* and it cannot be any shorter */
} EasPingOutcome;

typedef struct {
	EasPingOutcome outcome;
	GPtrArray *changed;   /* (element-type utf8) folder ids; empty but for CHANGED */
	guint heartbeat;      /* seconds the next round will ask for */
	guint max_folders;    /* the server's limit; 0 not stated */
} EasPingResult;

void eas_ping_result_free (EasPingResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasPingResult, eas_ping_result_free)

/* @take_folders: (element-type EasPingFolder) (transfer full): watched, each with a committed key; most important first. */
EasFlow *eas_flow_push_new (GPtrArray *take_folders);
/*
 * What is learned of intervals belongs to @network, an opaque name without blanks;
 * NULL: unknown, a network of its own. @economical: power or traffic is dear, longer
 * intervals are tried sooner. Before the flow starts.
 */
void     eas_flow_push_set_network (EasFlow *flow, const char *network, gboolean economical);

G_END_DECLS
