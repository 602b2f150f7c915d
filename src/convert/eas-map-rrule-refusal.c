/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-map-rrule-refusal.h"

#include <glib/gi18n-lib.h>

/* [MS-ASCAL] 2.2.2.31 Occurrences, [MS-ASTASK] 2.2.2.17 Occurrences. */
#define MAX_OF_EVENT 999
#define MAX_OF_TASK  255

/* Each ends the sentence "The server cannot repeat an event in this way: ", or the same of a task.
 */
/* clang-format off */
static const char *const names[EAS_RRULE_N_FAULTS] = {
	[EAS_RRULE_SEVERAL_RULES] =         N_ ("by more than one rule"),
	[EAS_RRULE_SINGLE_DAYS] =           N_ ("on single days beside the rule (RDATE)"),
	[EAS_RRULE_EXCLUDING_RULE] =        N_ ("with a rule for what is left out (EXRULE)"),
	[EAS_RRULE_DAYS_LEFT_OUT] =         N_ ("with single days left out (EXDATE)"),
	[EAS_RRULE_TIMES_OF_DAY] =          N_ ("at times of the day that the rule sets (BYHOUR, BYMINUTE, BYSECOND)"),
	[EAS_RRULE_POSITION_OF_TIMES] =     N_ ("at certain ones of several times of the day (BYSETPOS with BYHOUR)"),
	[EAS_RRULE_DAYS_OF_YEAR] =          N_ ("on days counted through the year (BYYEARDAY)"),
	[EAS_RRULE_WEEKS_OF_YEAR] =         N_ ("in numbered weeks of the year (BYWEEKNO)"),
	[EAS_RRULE_SEVERAL_MONTH_DAYS] =    N_ ("on several dates of a month"),
	[EAS_RRULE_SEVERAL_POSITIONS] =     N_ ("on more than one of the days that fit (several values of BYSETPOS)"),
	[EAS_RRULE_SEVERAL_MONTHS] =        N_ ("in several months of the year"),
	[EAS_RRULE_OTHER_CALENDAR] =        N_ ("by a calendar other than the Gregorian one"),
	[EAS_RRULE_CERTAIN_MONTHS] =        N_ ("by the day, week or month, but only in certain months"),
	[EAS_RRULE_DATES_IN_DAYS] =         N_ ("by the day or week, but only on certain dates of the month"),
	[EAS_RRULE_POSITION_IN_WEEK] =      N_ ("by the day or week, but only on certain ones of the days that fit (BYSETPOS)"),
	[EAS_RRULE_NUMBERED_IN_WEEK] =      N_ ("by the day or week on numbered weekdays"),
	[EAS_RRULE_WEEKDAYS_OF_SOME_DAYS] = N_ ("every few days, but only on certain weekdays"),
	[EAS_RRULE_EACH_WEEKDAY] =          N_ ("by the month or year on each weekday of a name, without saying which one"),
	[EAS_RRULE_SEVERAL_NUMBERED] =      N_ ("on several numbered weekdays of a month"),
	[EAS_RRULE_NUMBERED_TWICE] =        N_ ("on a numbered weekday, but only at a certain position (BYSETPOS)"),
	[EAS_RRULE_WEEKDAY_ON_DATE] =       N_ ("on a weekday, but only on certain dates of the month"),
	[EAS_RRULE_FIFTH] =                 N_ ("on a weekday that is not the first to the fourth or the last one of the month"),
	[EAS_RRULE_POSITION_OF_DATE] =      N_ ("on a date, but only at a certain position (BYSETPOS)"),
	[EAS_RRULE_DATE_FROM_END] =         N_ ("on a day counted from the end of the month other than the last one"),
	[EAS_RRULE_WEEKDAY_OF_YEAR] =       N_ ("on weekdays counted through the year"),
	[EAS_RRULE_DATE_OF_ALL_MONTHS] =    N_ ("by the year, but in each of its months"),
	[EAS_RRULE_LONG_INTERVAL] =         N_ ("at intervals of more than 999"),
	[EAS_RRULE_NO_SUCH_END] =           N_ ("until a day that is in no calendar (UNTIL)"),
};
/* clang-format on */

guint
eas_repeats_most (EasRepeats what)
{
	return what == EAS_REPEATS_TASK ? MAX_OF_TASK : MAX_OF_EVENT;
}

static char *
name_below_a_day (const struct icalrecurrencetype *rule)
{
	gulong n = (gulong) MAX (rule->interval, 1);

	switch (rule->freq) {
	case ICAL_HOURLY_RECURRENCE:
		return g_strdup_printf (
			g_dngettext (GETTEXT_PACKAGE, "every hour", "every %lu hours", n), n);
	case ICAL_MINUTELY_RECURRENCE:
		return g_strdup_printf (
			g_dngettext (GETTEXT_PACKAGE, "every minute", "every %lu minutes", n), n);
	default:
		return g_strdup_printf (
			g_dngettext (GETTEXT_PACKAGE, "every second", "every %lu seconds", n), n);
	}
}

static char *
dup_count_text (EasRepeats what)
{
	guint most = eas_repeats_most (what);

	if (what == EAS_REPEATS_TASK)
		return g_strdup_printf (_ ("The server can repeat a task at most %u times; choose "
					   "an end date instead"),
					most);

	return g_strdup_printf (
		_ ("The server can repeat an event at most %u times; choose an end date instead"),
		most);
}

/* @way: as "every 3 hours" */
static char *
dup_pattern_text (EasRepeats what, const char *way)
{
	if (what == EAS_REPEATS_TASK)
		/* Translators: %s is the way, as "every 3 hours". */
		return g_strdup_printf (_ ("The server cannot repeat a task in this way: %s"), way);

	/* Translators: %s is the way, as "every 3 hours". */
	return g_strdup_printf (_ ("The server cannot repeat an event in this way: %s"), way);
}

gboolean
eas_rrule_refuse (EasRepeats what,
		  EasRruleFault fault,
		  const struct icalrecurrencetype *rule,
		  GError **error)
{
	g_autofree char *below_a_day = NULL;
	g_autofree char *text = NULL;

	if (fault == EAS_RRULE_BELOW_A_DAY)
		below_a_day = name_below_a_day (rule);
	text = fault == EAS_RRULE_TOO_OFTEN
		       ? dup_count_text (what)
		       : dup_pattern_text (what,
					   below_a_day != NULL ? below_a_day : _ (names[fault]));
	eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0, "%s", text);

	return FALSE;
}

EasRruleFault
eas_rrule_find_fault_beside (EasRepeats what, icalcomponent *component)
{
	if (icalcomponent_get_first_property (component, ICAL_RDATE_PROPERTY) != NULL)
		return EAS_RRULE_SINGLE_DAYS;
	if (icalcomponent_get_first_property (component, ICAL_EXRULE_PROPERTY) != NULL)
		return EAS_RRULE_EXCLUDING_RULE;
	if (what == EAS_REPEATS_TASK &&
	    icalcomponent_get_first_property (component, ICAL_EXDATE_PROPERTY) != NULL)
		return EAS_RRULE_DAYS_LEFT_OUT;
	if (icalcomponent_count_properties (component, ICAL_RRULE_PROPERTY) > 1)
		return EAS_RRULE_SEVERAL_RULES;

	return EAS_RRULE_SAYABLE;
}
