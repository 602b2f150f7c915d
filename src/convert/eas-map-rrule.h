/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Recurrence <-> RRULE. What ActiveSync cannot say is an error, never a guess
 * (pitfall 14).
 *
 * Source: [MS-ASCAL] 2.2.2.39 Recurrence and its children; RFC 5545 3.3.10.
 */

#pragma once

#include "eas-map-rrule-refusal.h"
#include "eas-map-times.h"
#include "eas-recurrence.h"

G_BEGIN_DECLS

/* FALSE when iCalendar cannot say it (lunar calendars): the event is then shown once. */
gboolean eas_map_rrule_read (const EasRecurrence *recurrence,
			     const EasEventTimes *times,
			     struct icalrecurrencetype *out);
/* FALSE with EAS_ERROR_ITEM_REJECTED, which names what cannot be said. */
gboolean eas_map_rrule_write (const struct icalrecurrencetype *rule,
			      EasRepeats what,
			      const EasEventTimes *times,
			      EasRecurrence *out,
			      GError **error);

G_END_DECLS
