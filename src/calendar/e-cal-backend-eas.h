/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * ECalBackendEas: a calendar, a list of tasks or the notes of the account in
 * evolution-calendar-factory; which of them, EDS says by the kind of the backend. EDS's
 * own paths never reach the network here: they write the outbox or ask the worker.
 */

#pragma once

#include "eas-map-kind.h"
#include "e-cal-backend-eas-views.h"
#include "e-eas-notices.h"
#include "e-eas-worker.h"

#include <libedata-cal/libedata-cal.h>

G_BEGIN_DECLS

/* By hand: G_DECLARE_FINAL_TYPE wants a g_autoptr of the parent, which EDS 3.46 lacks. */
#define E_TYPE_CAL_BACKEND_EAS (e_cal_backend_eas_get_type ())
#define E_CAL_BACKEND_EAS(object)                                                                  \
	(G_TYPE_CHECK_INSTANCE_CAST ((object), E_TYPE_CAL_BACKEND_EAS, ECalBackendEas))

typedef struct _ECalBackendEas ECalBackendEas;

typedef struct {
	ECalMetaBackendClass parent_class;
} ECalBackendEasClass;

GType e_cal_backend_eas_get_type (void);
void e_cal_backend_eas_type_register (GTypeModule *module);

/* For e-cal-backend-eas-items.c. */
ECalCache *e_cal_backend_eas_ref_cache (ECalBackendEas *self);
EEasNotices *e_cal_backend_eas_get_notices (ECalBackendEas *self);
ECalEasViews *e_cal_backend_eas_get_views (ECalBackendEas *self);
EasVersion e_cal_backend_eas_get_version (ECalBackendEas *self);
gboolean e_cal_backend_eas_is_shown (ECalBackendEas *self, const char *uid);
/* The object that is being saved under @uid, while it is; NULL. */
char *e_cal_backend_eas_dup_edited (ECalBackendEas *self, const char *uid);
/* The account's own, primary first; NULL. */
const char *const *e_cal_backend_eas_get_addresses (ECalBackendEas *self);

/* NULL: the kind has no attachments. Its user data is the folder they are in. */
const EasMapFiles *e_cal_backend_eas_get_files (ECalBackendEas *self);

G_END_DECLS
