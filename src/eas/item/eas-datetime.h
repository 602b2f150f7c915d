/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The two wire forms of time, UTC only: dashed 2026-11-21T09:30:00.000Z and
 * compact 20261121T093000Z. Readers take both, a missing Z, no fraction, and a
 * date alone. Source: [MS-ASDTYPE] 2.7.2.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define EAS_DATETIME_DASHED_SIZE 25
#define EAS_DATETIME_COMPACT_SIZE 17

gboolean eas_datetime_parse         (const char *text, gint64 *out_utc); /* seconds since 1970, before it negative */
gboolean eas_datetime_is_midnight   (gint64 utc);                        /* time part 00:00:00 UTC */
void     eas_datetime_write_dashed  (gint64 utc, char out[EAS_DATETIME_DASHED_SIZE]);
void     eas_datetime_write_compact (gint64 utc, char out[EAS_DATETIME_COMPACT_SIZE]);
/* Civil date of a UTC instant and back; years 1601 to 9999. */
void     eas_datetime_to_civil      (gint64 utc, int *year, int *month, int *day, int *hour, int *minute, int *second);
gint64   eas_datetime_from_civil    (int year, int month, int day, int hour, int minute, int second);

G_END_DECLS
