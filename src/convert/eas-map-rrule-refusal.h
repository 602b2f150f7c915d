/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Why ActiveSync cannot repeat something as its rule says, by name (pitfall 14).
 * Source of what it can say: [MS-ASCAL] 2.2.2.39 Recurrence and its children.
 */

#pragma once

#include "eas-error.h"

#include <libical/ical.h>

G_BEGIN_DECLS

/* Of whom the person hears in a refusal; a task repeats less often. */
typedef enum { EAS_REPEATS_EVENT, EAS_REPEATS_TASK } EasRepeats;

typedef enum {
	EAS_RRULE_SAYABLE,
	EAS_RRULE_BELOW_A_DAY, /* named with its interval */
	EAS_RRULE_SEVERAL_RULES,
	EAS_RRULE_SINGLE_DAYS,
	EAS_RRULE_EXCLUDING_RULE,
	EAS_RRULE_DAYS_LEFT_OUT,
	EAS_RRULE_TIMES_OF_DAY,
	EAS_RRULE_POSITION_OF_TIMES,
	EAS_RRULE_DAYS_OF_YEAR,
	EAS_RRULE_WEEKS_OF_YEAR,
	EAS_RRULE_SEVERAL_MONTH_DAYS,
	EAS_RRULE_SEVERAL_POSITIONS,
	EAS_RRULE_SEVERAL_MONTHS,
	EAS_RRULE_OTHER_CALENDAR,
	EAS_RRULE_CERTAIN_MONTHS,
	EAS_RRULE_DATES_IN_DAYS,
	EAS_RRULE_POSITION_IN_WEEK,
	EAS_RRULE_NUMBERED_IN_WEEK,
	EAS_RRULE_WEEKDAYS_OF_SOME_DAYS,
	EAS_RRULE_EACH_WEEKDAY,
	EAS_RRULE_SEVERAL_NUMBERED,
	EAS_RRULE_NUMBERED_TWICE,
	EAS_RRULE_WEEKDAY_ON_DATE,
	EAS_RRULE_FIFTH,
	EAS_RRULE_POSITION_OF_DATE,
	EAS_RRULE_DATE_FROM_END,
	EAS_RRULE_WEEKDAY_OF_YEAR,
	EAS_RRULE_DATE_OF_ALL_MONTHS,
	EAS_RRULE_LONG_INTERVAL,
	EAS_RRULE_NO_SUCH_END,
	EAS_RRULE_TOO_OFTEN, /* a sentence of its own */
	EAS_RRULE_N_FAULTS
} EasRruleFault;

guint eas_repeats_most (EasRepeats what); /* occurrences */

/* FALSE with EAS_ERROR_ITEM_REJECTED, which names @fault. @rule: (nullable): NULL where the fault
 * is not one of a rule. */
gboolean eas_rrule_refuse (EasRepeats what,
			   EasRruleFault fault,
			   const struct icalrecurrencetype *rule,
			   GError **error);

/* What a component says beside its one rule, and ActiveSync does not; SAYABLE: nothing. */
EasRruleFault eas_rrule_find_fault_beside (EasRepeats what, icalcomponent *component);

G_END_DECLS
