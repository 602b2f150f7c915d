/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "e-cal-backend-eas-rules.h"

#include "eas-recurrence.h"

/* [MS-ASCAL] 2.2.2: what only has a meaning together, and what changes by itself. */
static const EasTag when_tags[] = { EAS_CALENDAR_START_TIME, EAS_CALENDAR_END_TIME,
				    EAS_CALENDAR_ALL_DAY_EVENT, EAS_CALENDAR_TIMEZONE,
				    EAS_TAG_NONE };
static const EasTag meeting_tags[] = { EAS_CALENDAR_ATTENDEES, EAS_CALENDAR_MEETING_STATUS,
				       EAS_CALENDAR_RESPONSE_TYPE, EAS_CALENDAR_RESPONSE_REQUESTED,
				       EAS_TAG_NONE };
static const EasTag event_quiet_tags[] = { EAS_CALENDAR_DT_STAMP,
					   EAS_CALENDAR_UID,
					   EAS_CALENDAR_CLIENT_UID,
					   EAS_CALENDAR_APPOINTMENT_REPLY_TIME,
					   EAS_AIRSYNCBASE_NATIVE_BODY_TYPE,
					   EAS_TAG_NONE };
static const EasTag exception_names[] = { EAS_CALENDAR_EXCEPTION_START_TIME,
					  EAS_AIRSYNCBASE_INSTANCE_ID, EAS_TAG_NONE };
static const EasTag pattern_tags[] = { EAS_CALENDAR_START_TIME, EAS_CALENDAR_ALL_DAY_EVENT,
				       EAS_CALENDAR_RECURRENCE, EAS_TAG_NONE };

/* What a rule means, and not in how many words: servers add what goes without saying. */
static gboolean
same_rule (const EasItem *a, const EasItem *b)
{
	EasItemSlot in_a = eas_item_child (a, EAS_ITEM_ROOT, EAS_CALENDAR_RECURRENCE);
	EasItemSlot in_b = eas_item_child (b, EAS_ITEM_ROOT, EAS_CALENDAR_RECURRENCE);
	gboolean none_a = in_a == EAS_ITEM_NONE || eas_item_is_empty (a, in_a);
	gboolean none_b = in_b == EAS_ITEM_NONE || eas_item_is_empty (b, in_b);
	EasRecurrence of_a;
	EasRecurrence of_b;

	if (none_a || none_b)
		return none_a == none_b;
	if (!eas_recurrence_read (a, in_a, &of_a, NULL) ||
	    !eas_recurrence_read (b, in_b, &of_b, NULL))
		return eas_item_slot_equal (a, in_a, b, in_b);
	if (of_a.interval == 1 || of_a.first_day_of_week < 0 || of_b.first_day_of_week < 0)
		of_a.first_day_of_week = of_b.first_day_of_week;

	return eas_recurrence_equal (&of_a, &of_b);
}

static gboolean
same_pattern (const EasItem *a, const EasItem *b)
{
	gint64 start_a = 0;
	gint64 start_b = 0;

	return eas_item_get_time (a, EAS_CALENDAR_START_TIME, &start_a) ==
		       eas_item_get_time (b, EAS_CALENDAR_START_TIME, &start_b) &&
	       start_a == start_b &&
	       eas_item_get_flag (a, EAS_CALENDAR_ALL_DAY_EVENT, FALSE) ==
		       eas_item_get_flag (b, EAS_CALENDAR_ALL_DAY_EVENT, FALSE) &&
	       same_rule (a, b);
}

static const EEasMergeList merge_exceptions = { EAS_CALENDAR_EXCEPTIONS,
						EAS_CALENDAR_EXCEPTION,
						exception_names,
						pattern_tags,
						same_pattern,
						EAS_CALENDAR_DELETED,
						EAS_CALENDAR_START_TIME,
						EAS_CALENDAR_END_TIME };
static const EEasMergeField event_fields[] = {
	{ when_tags, FALSE },
	{ meeting_tags, FALSE },
	{ event_quiet_tags, TRUE },
};

/* [MS-ASTASK] 2.2.2. */
static const EasTag start_tags[] = { EAS_TASKS_START_DATE, EAS_TASKS_UTC_START_DATE, EAS_TAG_NONE };
static const EasTag due_tags[] = { EAS_TASKS_DUE_DATE, EAS_TASKS_UTC_DUE_DATE, EAS_TAG_NONE };
static const EasTag done_tags[] = { EAS_TASKS_COMPLETE, EAS_TASKS_DATE_COMPLETED, EAS_TAG_NONE };
static const EasTag reminder_tags[] = { EAS_TASKS_REMINDER_SET, EAS_TASKS_REMINDER_TIME,
					EAS_TAG_NONE };
static const EasTag task_quiet_tags[] = { EAS_TASKS_ORDINAL_DATE, EAS_TASKS_SUB_ORDINAL_DATE,
					  EAS_AIRSYNCBASE_NATIVE_BODY_TYPE, EAS_TAG_NONE };
static const EEasMergeField task_fields[] = {
	{ start_tags, FALSE },    { due_tags, FALSE },       { done_tags, FALSE },
	{ reminder_tags, FALSE }, { task_quiet_tags, TRUE },
};

/* [MS-ASNOTE] 2.2.2. */
static const EasTag note_quiet_tags[] = { EAS_NOTES_LAST_MODIFIED_DATE, EAS_NOTES_MESSAGE_CLASS,
					  EAS_AIRSYNCBASE_NATIVE_BODY_TYPE, EAS_TAG_NONE };
static const EEasMergeField note_fields[] = { { note_quiet_tags, TRUE } };

static const EEasMergeRules event_rules = { event_fields, G_N_ELEMENTS (event_fields),
					    &merge_exceptions };
static const EEasMergeRules task_rules = { task_fields, G_N_ELEMENTS (task_fields) };
static const EEasMergeRules note_rules = { note_fields, G_N_ELEMENTS (note_fields) };

const EEasMergeRules *
e_cal_backend_eas_rules (EasClass klass)
{
	switch (klass) {
	case EAS_CLASS_TASKS:
		return &task_rules;
	case EAS_CLASS_NOTES:
		return &note_rules;
	default:
		return &event_rules;
	}
}

static gboolean
same_time (const EasItem *a, const EasItem *b, EasTag tag)
{
	gint64 time_a = 0;
	gint64 time_b = 0;

	return eas_item_get_time (a, tag, &time_a) == eas_item_get_time (b, tag, &time_b) &&
	       time_a == time_b;
}

gboolean
e_cal_backend_eas_resembles (const EasItem *a, const EasItem *b)
{
	static const EasTag titles[] = { EAS_CALENDAR_SUBJECT, EAS_TASKS_SUBJECT,
					 EAS_NOTES_SUBJECT };
	static const EasTag times[] = { EAS_CALENDAR_START_TIME, EAS_CALENDAR_END_TIME,
					EAS_TASKS_DUE_DATE };
	gboolean titled = FALSE;

	for (guint i = 0; i < G_N_ELEMENTS (times); i++) {
		if (!same_time (a, b, times[i]))
			return FALSE;
	}
	for (guint i = 0; i < G_N_ELEMENTS (titles); i++) {
		const char *title = eas_item_get_text (a, titles[i]);

		if (g_strcmp0 (title, eas_item_get_text (b, titles[i])) != 0)
			return FALSE;
		titled |= title != NULL && *title != '\0';
	}

	return titled;
}
