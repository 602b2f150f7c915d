/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Items as a version of the protocol spells them, and as the server stores them.
 *
 * Stored: the form of 16.1, that is asb:Location, exceptions named by
 * asb:InstanceId, all-day events by their date without a time zone, and the body
 * in the type it was written in.
 */

#pragma once

#include "eas-mock-device.h"
#include "eas-timezone.h"

G_BEGIN_DECLS

/* How servers before 16.0 differ where the documents leave room. */
typedef struct {
	gboolean all_day_zone;    /* all-day events as midnight of this zone in UTC, as Exchange */
	gboolean all_day_no_blob; /* and without a Timezone */
	gboolean zero_zones;      /* every Timezone is all zero, as Z-Push */
	EasTimezone zone;
} EasMockHabits;

/* What a client sent, as it is stored. */
EasItem *eas_mock_dialect_read  (const EasItem *wire, EasClass klass, guint version);

/* What a client is sent: only elements of @version, the body by its preferences. */
EasItem *eas_mock_dialect_write (const EasItem *stored, EasClass klass, guint version, const EasMockOptions *options, const EasMockHabits *habits);

/* TRUE when @stored lies in the window of a FilterType; @now in seconds since 1970. */
gboolean eas_mock_filter_passes (const EasItem *stored, EasClass klass, guint filter, gint64 now);
gboolean eas_mock_filter_is_valid (EasClass klass, guint filter);

/* A whole message, made from the elements of a mail. */
char    *eas_mock_dialect_dup_mime (const EasItem *stored);

G_END_DECLS
