/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "e-cal-backend-eas-views.h"

/* EDS keeps its signals for 333 ms, then passes them on in a thread of its own. A signal of ours
 * that overtook one of those would leave the older event on the screen. */
#define HOLD (2 * G_TIME_SPAN_SECOND)

struct _ECalEasViews {
	GMutex lock;
	gint64 held_until; /* monotonic; until then in EDS's way, in its order */
};

ECalEasViews *
e_cal_eas_views_new (void)
{
	ECalEasViews *self = g_new0 (ECalEasViews, 1);

	g_mutex_init (&self->lock);

	return self;
}

void
e_cal_eas_views_free (ECalEasViews *self)
{
	if (self == NULL)
		return;

	g_mutex_clear (&self->lock);
	g_free (self);
}

void
e_cal_eas_views_hold (ECalEasViews *self)
{
	g_mutex_lock (&self->lock);
	self->held_until = g_get_monotonic_time () + HOLD;
	g_mutex_unlock (&self->lock);
}

static void
tell_through_eds (ECalBackend *backend, const EEasNotice *notice)
{
	if (notice->before == NULL) {
		e_cal_backend_notify_component_created (backend, notice->after);
	} else if (notice->after != NULL) {
		e_cal_backend_notify_component_modified (backend, notice->before, notice->after);
	} else {
		ECalComponentId *id = e_cal_component_get_id (notice->before);

		e_cal_backend_notify_component_removed (backend, id, notice->before, NULL);
		e_cal_component_id_free (id);
	}
}

static void
tell_view (EDataCalView *view, const EEasNotice *notice)
{
	gboolean was =
		notice->before != NULL && e_data_cal_view_component_matches (view, notice->before);
	gboolean is =
		notice->after != NULL && e_data_cal_view_component_matches (view, notice->after);

	if (was && is) {
		e_data_cal_view_notify_components_modified_1 (view, notice->after);
	} else if (is) {
		e_data_cal_view_notify_components_added_1 (view, notice->after);
	} else if (was) {
		ECalComponentId *id = e_cal_component_get_id (notice->before);

		e_data_cal_view_notify_objects_removed_1 (view, id);
		e_cal_component_id_free (id);
	}
}

static void
tell_views (ECalBackend *backend, GPtrArray *notices)
{
	GList *views = e_cal_backend_list_views (backend);

	for (GList *link = views; link != NULL; link = link->next) {
		for (guint i = 0; i < notices->len; i++)
			tell_view (link->data, notices->pdata[i]);
	}
	g_list_free_full (views, g_object_unref);
}

void
e_cal_eas_views_tell (ECalEasViews *self, ECalBackend *backend, GPtrArray *notices)
{
	gint64 now = g_get_monotonic_time ();
	gboolean held;

	if (notices->len == 0)
		return;

	g_mutex_lock (&self->lock);
	held = now < self->held_until;
	if (held)
		self->held_until = now + HOLD; /* these wait with EDS's */
	g_mutex_unlock (&self->lock);

	if (!held) {
		tell_views (backend, notices);
		return;
	}
	for (guint i = 0; i < notices->len; i++)
		tell_through_eds (backend, notices->pdata[i]);
}
