/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Events, tasks and notes in and out of EDS's cache: what a calendar is to the worker. An object is
 * the text of a VCALENDAR with the master first and its detached instances.
 */

#pragma once

#include "e-cal-backend-eas.h"

G_BEGIN_DECLS

/* The conversions and the cache half of the worker's class; the backend adds the rest. */
void e_cal_backend_eas_items_fill_class (EEasWorkerClass *klass, const EasMapKind *kind);

/* The components of an item, with @uid in all of them. NULL with error. (element-type
 * ICalComponent) */
GPtrArray *
e_cal_backend_eas_items_read (ECalBackendEas *self, const char *uid, EasItem *item, GError **error);
/* One VCALENDAR around them. */
ICalComponent *e_cal_backend_eas_items_wrap (GPtrArray *components);

G_END_DECLS
