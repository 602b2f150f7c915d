/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One round of Ping with the learned heartbeat. Result: EasPingResult. The caller
 * fetches and commits what changed, then starts the next round.
 */

#pragma once

#include "eas-cmd-ping.h"
#include "eas-flow.h"

G_BEGIN_DECLS

typedef struct {
	gboolean expired;     /* nothing changed for the whole interval */
	GPtrArray *changed;   /* (element-type utf8) folder ids */
	gboolean hierarchy;   /* list the folders, then ping again */
	guint heartbeat;      /* seconds the next round will ask for */
	guint max_folders;    /* the server's limit; 0 not stated */
} EasPingResult;

void eas_ping_result_free (EasPingResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasPingResult, eas_ping_result_free)

/* @take_folders: (element-type EasPingFolder) (transfer full): watched, each with a committed key; most important first. */
EasFlow *eas_flow_push_new (GPtrArray *take_folders);

G_END_DECLS
