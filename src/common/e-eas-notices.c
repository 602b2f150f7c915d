/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A list with a lock: the worker's thread and a writer's may be in a transaction one after the
 * other, each with notices of its own. */

#include "e-eas-notices.h"

struct _EEasNotices {
	GMutex lock;
	GPtrArray *notices; /* (element-type EEasNotice) */
};

static void
notice_free (gpointer data)
{
	EEasNotice *notice = data;

	g_clear_object (&notice->before);
	g_clear_object (&notice->after);
	g_free (notice);
}

EEasNotices *
e_eas_notices_new (void)
{
	EEasNotices *self = g_new0 (EEasNotices, 1);

	g_mutex_init (&self->lock);
	self->notices = g_ptr_array_new_with_free_func (notice_free);

	return self;
}

void
e_eas_notices_free (EEasNotices *self)
{
	if (self == NULL)
		return;

	g_ptr_array_unref (self->notices);
	g_mutex_clear (&self->lock);
	g_free (self);
}

void
e_eas_notices_add (EEasNotices *self, gpointer before, gpointer after)
{
	EEasNotice *notice = g_new0 (EEasNotice, 1);

	notice->thread = g_thread_self ();
	notice->before = before != NULL ? g_object_ref (before) : NULL;
	notice->after = after != NULL ? g_object_ref (after) : NULL;

	g_mutex_lock (&self->lock);
	g_ptr_array_add (self->notices, notice);
	g_mutex_unlock (&self->lock);
}

GPtrArray *
e_eas_notices_take (EEasNotices *self)
{
	GPtrArray *taken = g_ptr_array_new_with_free_func (notice_free);

	g_mutex_lock (&self->lock);
	for (guint i = 0; i < self->notices->len;) {
		EEasNotice *notice = self->notices->pdata[i];

		if (notice->thread == g_thread_self ())
			g_ptr_array_add (taken, g_ptr_array_steal_index (self->notices, i));
		else
			i++;
	}
	g_mutex_unlock (&self->lock);

	return taken;
}
