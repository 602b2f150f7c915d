/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The 172-byte time zone structure, Windows' TIME_ZONE_INFORMATION in base64.
 * Source: [MS-ASDTYPE] 2.7.6 TimeZone.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* When a rule begins: month 0: there is no rule. year 0: each year, then day 1-5 is the n-th weekday, 5 the last. */
typedef struct {
	guint16 year, month, weekday, day, hour, minute, second, millisecond; /* weekday 0: Sunday */
} EasTimezoneDate;

typedef struct {
	gint32 bias;            /* minutes; UTC = local time + bias */
	char standard_name[97]; /* UTF-8 of up to 32 UTF-16 units */
	EasTimezoneDate standard_date; /* when standard time begins, in daylight time */
	gint32 standard_bias;
	char daylight_name[97];
	EasTimezoneDate daylight_date;
	gint32 daylight_bias;
} EasTimezone;

gboolean eas_timezone_parse      (const char *base64, EasTimezone *out_zone); /* FALSE: ignore it */
char    *eas_timezone_write      (const EasTimezone *zone);                  /* base64; no bias without dates */
gboolean eas_timezone_is_unstated (const EasTimezone *zone);                 /* all zero: "not stated", or UTC */
gboolean eas_timezone_has_daylight (const EasTimezone *zone);
gboolean eas_timezone_same_rules (const EasTimezone *a, const EasTimezone *b); /* names and garbage in unused fields do not count */
/* Minutes east of UTC at an instant, and of a local civil time (as if UTC). */
int      eas_timezone_offset_at_utc   (const EasTimezone *zone, gint64 utc);
int      eas_timezone_offset_at_local (const EasTimezone *zone, gint64 local_as_utc);

G_END_DECLS
