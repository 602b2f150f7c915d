/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The wire's time zone structure <-> zones of libical. The structure holds no
 * name one can rely on, so a zone is found by what it does in the year of the
 * event: the same offsets, changed at the same moments. Among equals the person's
 * own zone wins, then the zones of Windows' name, then the best known.
 */

#pragma once

#include "eas-map.h"
#include "eas-timezone.h"

#include <libical/ical.h>

G_BEGIN_DECLS

icaltimezone *
eas_map_zone_default (const EasMapContext *context); /* never NULL: UTC where nothing is known */

/* By TZID, IANA name or Windows' name. NULL: nobody knows it. */
icaltimezone *eas_map_zone_find (const EasMapContext *context, const char *tzid);

/*
 * The zone that a structure means in a year. NULL when it means none we know, or
 * says nothing (all zero, pitfall 12). @out_stated: it did say something.
 */
icaltimezone *eas_map_zone_read (const EasMapContext *context,
				 const char *base64,
				 int year,
				 EasTimezone *out_structure,
				 gboolean *out_stated);

/* What a zone does in the year around @utc. A year that breaks the form of a rule pair gives the
 * offset at @utc alone. */
void eas_map_zone_describe (icaltimezone *zone, gint64 utc, EasTimezone *out_structure);
char *eas_map_zone_write (icaltimezone *zone, gint64 utc); /* the same in base64 */

G_END_DECLS
