/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Signals for the views that wait until their transaction is durable. Each
 * transaction is one thread's, so a thread takes back what it added itself.
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef struct _EEasNotices EEasNotices;

/* One view signal: created without @before, removed without @after. */
typedef struct {
	GThread *thread;
	gpointer before; /* GObject */
	gpointer after;  /* GObject */
} EEasNotice;

EEasNotices *e_eas_notices_new (void);
void e_eas_notices_free (EEasNotices *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EEasNotices, e_eas_notices_free)

void e_eas_notices_add (EEasNotices *self, gpointer before, gpointer after);
/* (element-type EEasNotice): what this thread has added since, in that order. */
GPtrArray *e_eas_notices_take (EEasNotices *self);

G_END_DECLS
