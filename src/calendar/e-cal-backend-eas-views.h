/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What has changed on the server, told to the views at once. EDS's own way
 * (e_cal_backend_notify_component_modified() and the like) holds every signal back
 * for a third of a second, more than all the rest of a push takes.
 */

#pragma once

#include "e-eas-notices.h"

#include <libedata-cal/libedata-cal.h>

G_BEGIN_DECLS

typedef struct _ECalEasViews ECalEasViews;

ECalEasViews *e_cal_eas_views_new (void);
void e_cal_eas_views_free (ECalEasViews *self);

/* EDS has an edit to tell of, in its own way: what we tell has to come after it. */
void e_cal_eas_views_hold (ECalEasViews *self);

/* @notices: (element-type EEasNotice) of ECalComponents, durable. From any thread, without the
 * cache's lock. */
void e_cal_eas_views_tell (ECalEasViews *self, ECalBackend *backend, GPtrArray *notices);

G_END_DECLS
