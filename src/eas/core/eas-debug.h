/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EAS_DEBUG=http,wbxml,sync,push,map,state,content,all: topics of the debug log.
 * Credentials, cookies and policy keys are printed at no level; subjects and
 * bodies only with "content", which "all" does not include.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
	EAS_DEBUG_HTTP = 1 << 0,
	EAS_DEBUG_WBXML = 1 << 1,
	EAS_DEBUG_SYNC = 1 << 2,
	EAS_DEBUG_PUSH = 1 << 3,
	EAS_DEBUG_MAP = 1 << 4,
	EAS_DEBUG_STATE = 1 << 5,
	EAS_DEBUG_CONTENT = 1 << 6
} EasDebugTopic;

gboolean eas_debug_enabled (EasDebugTopic topic);

/* Structured: journal fields EAS_ACCOUNT, EAS_COMMAND, EAS_COLLECTION, EAS_SEQ; each may be NULL or 0. */
typedef struct {
	const char *account;
	const char *command;
	const char *collection;
	guint seq;
} EasDebugContext;

void eas_debug_log (EasDebugTopic topic, const EasDebugContext *context, const char *format, ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS
