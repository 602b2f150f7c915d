/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "e-eas-zone.h"

#define HOLDS_S 10

/* The person's zone may change while we run; but to find it EDS goes through all it knows and
 * several files, which would take longer than storing an event. */
ICalTimezone *
e_eas_zone_get_system (void)
{
	static GMutex lock;
	static ICalTimezone *zone;
	static gint64 holds_until;
	ICalTimezone *found;
	gint64 now = g_get_monotonic_time ();

	g_mutex_lock (&lock);
	if (now >= holds_until) {
		zone = e_cal_util_get_system_timezone ();
		holds_until = now + HOLDS_S * G_TIME_SPAN_SECOND;
	}
	found = zone;
	g_mutex_unlock (&lock);

	return found;
}
