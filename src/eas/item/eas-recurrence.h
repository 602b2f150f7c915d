/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The Recurrence element of events and tasks. Source: [MS-ASCAL] 2.2.2.39 Recurrence, [MS-ASTASK] 2.2.2.19. */

#pragma once

#include "eas-item.h"
#include "eas-version.h"

G_BEGIN_DECLS

typedef enum {
	EAS_RECURRENCE_DAILY = 0,
	EAS_RECURRENCE_WEEKLY = 1,
	EAS_RECURRENCE_MONTHLY = 2,
	EAS_RECURRENCE_MONTHLY_NTH = 3,
	EAS_RECURRENCE_YEARLY = 5,
	EAS_RECURRENCE_YEARLY_NTH = 6
} EasRecurrenceType;

enum { /* DayOfWeek */
	EAS_SUNDAY = 1, EAS_MONDAY = 2, EAS_TUESDAY = 4, EAS_WEDNESDAY = 8, EAS_THURSDAY = 16, EAS_FRIDAY = 32, EAS_SATURDAY = 64,
	EAS_WEEKDAYS = 62, EAS_WEEKEND = 65, EAS_ANY_DAY = 127
};

typedef struct {
	EasRecurrenceType type;
	guint interval;       /* at least 1 */
	guint occurrences;    /* 0: none */
	gboolean has_until;
	gint64 until;         /* start of the last instance, inclusive, unix UTC */
	guint days_of_week;   /* mask; 0 none */
	guint day_of_month;   /* 0 none */
	guint week_of_month;  /* 1-4, 5 the last; 0 none */
	guint month_of_year;  /* 0 none */
	guint calendar_type;  /* 0 default */
	gboolean is_leap_month;
	int first_day_of_week; /* 0 Sunday; -1 not stated */
	/* Tasks only. */
	gboolean has_start;
	gint64 start;
	gboolean regenerate;
	gboolean dead_occur;
} EasRecurrence;

/*
 * @slot: the Recurrence element, of the Calendar, Tasks or Email page. What its type
 * has no use for is passed over, for servers send it; FALSE with a reason when what
 * the type needs is missing or wrong.
 */
gboolean eas_recurrence_read     (const EasItem *item, EasItemSlot slot, EasRecurrence *out, GError **error);
void     eas_recurrence_write    (const EasRecurrence *recurrence, guint page, EasVersion version, EasItemBuilder *builder);
gboolean eas_recurrence_validate (const EasRecurrence *recurrence, GError **error); /* EAS_ERROR_ITEM_REJECTED */
gboolean eas_recurrence_equal    (const EasRecurrence *a, const EasRecurrence *b);

G_END_DECLS
