/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a server accepts as ApplicationData. Source: [MS-ASCAL], [MS-ASCNTC], [MS-ASTASK],
 * [MS-ASNOTE] 2.2.2. */

#include "eas-mock-rules.h"

#include <stdlib.h>
#include <string.h>

#include "eas-datetime.h"
#include "eas-mock-command.h"

#define MAX_PICTURE 49152 /* characters of base64, [MS-ASCNTC] 2.2.2.57 Picture */

/* --- Places -------------------------------------------------------------- */

static gboolean
is_page_of_class (guint page, EasClass klass)
{
	switch (klass) {
	case EAS_CLASS_EMAIL:
		return page == EAS_PAGE_EMAIL || page == EAS_PAGE_EMAIL2 ||
		       page == EAS_PAGE_AIRSYNCBASE || page == EAS_PAGE_TASKS;
	case EAS_CLASS_CALENDAR:
		return page == EAS_PAGE_CALENDAR || page == EAS_PAGE_AIRSYNCBASE;
	case EAS_CLASS_CONTACTS:
		return page == EAS_PAGE_CONTACTS || page == EAS_PAGE_CONTACTS2 ||
		       page == EAS_PAGE_AIRSYNCBASE;
	case EAS_CLASS_TASKS:
		return page == EAS_PAGE_TASKS || page == EAS_PAGE_AIRSYNCBASE;
	case EAS_CLASS_NOTES:
		return page == EAS_PAGE_NOTES || page == EAS_PAGE_AIRSYNCBASE;
	default:
		return FALSE;
	}
}

/* xs:dateTime has all years from 1 on, by today's calendar, which repeats itself every 400 years;
 * our own reader begins with 1601. */
static gboolean
is_time (const char *text)
{
	g_autofree char *year = NULL;
	g_autofree char *later = NULL;
	gint64 utc;

	if (text == NULL || strspn (text, "0123456789") < 4 || g_str_has_prefix (text, "0000"))
		return FALSE;
	year = g_strndup (text, 4);
	later = g_strdup_printf ("%d%s", atoi (year) % 400 + 2000, text + 4);

	return eas_datetime_parse (text, &utc) || eas_datetime_parse (later, &utc);
}

/* A value of the type its element has; an empty one is a value of every type. */
static gboolean
is_of_its_type (const EasItem *wire, EasItemSlot slot)
{
	EasType type = eas_tag_get_type (eas_item_tag (wire, slot));
	gboolean flag;
	gint64 number;

	if (eas_item_is_empty (wire, slot))
		return TRUE;
	if ((type == EAS_TYPE_CONTAINER) != (eas_item_n_children (wire, slot) > 0))
		return FALSE;
	switch (type) {
	case EAS_TYPE_INT:
		return eas_item_int (wire, slot, &number);
	case EAS_TYPE_BOOLEAN:
		return eas_item_flag (wire, slot, &flag);
	case EAS_TYPE_DATETIME:
	case EAS_TYPE_COMPACT:
		return is_time (eas_item_text (wire, slot));
	default:
		return TRUE;
	}
}

static gboolean
has_only_elements_of (const EasItem *wire, EasItemSlot parent, EasClass klass, guint version)
{
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, wire, parent, EAS_TAG_NONE) {
		EasTag tag = eas_item_tag (wire, slot);

		/* Of a later version than ours: the server that told of it takes it back. */
		if (!eas_tag_is_known (tag) && parent == EAS_ITEM_ROOT)
			continue;
		if (!eas_tag_valid_in (tag, version) ||
		    !is_page_of_class (EAS_TAG_PAGE (tag), klass))
			return FALSE;
		if (!is_of_its_type (wire, slot) ||
		    !has_only_elements_of (wire, slot, klass, version))
			return FALSE;
	}

	return TRUE;
}

static gboolean
in_range (const EasItem *wire, EasTag tag, gint64 least, gint64 most)
{
	EasItemSlot slot = eas_item_child (wire, EAS_ITEM_ROOT, tag);
	gint64 value;

	if (slot == EAS_ITEM_NONE || eas_item_is_empty (wire, slot))
		return TRUE;

	return eas_item_int (wire, slot, &value) && value >= least && value <= most;
}

/* --- Recurrence, [MS-ASCAL] 2.2.2.45 Type -------------------------------- */

enum { DAYS = 1 << 0, DAY_OF_MONTH = 1 << 1, WEEK = 1 << 2, MONTH = 1 << 3 };

static const struct {
	guint type;
	guint needed;
	guint allowed;
} recurrence_rules[] = {
	{ 0, 0, DAYS },
	{ 1, DAYS, DAYS },
	{ 2, DAY_OF_MONTH, DAY_OF_MONTH },
	{ 3, WEEK | DAYS, WEEK | DAYS },
	{ 5, MONTH | DAY_OF_MONTH, MONTH | DAY_OF_MONTH },
	{ 6, MONTH | WEEK | DAYS, MONTH | WEEK | DAYS },
};

/* Tags of the two pages that have a Recurrence, in one order. */
enum {
	TYPE,
	DAY_OF_WEEK_TAG,
	DAY_OF_MONTH_TAG,
	WEEK_TAG,
	MONTH_TAG,
	INTERVAL,
	OCCURRENCES,
	UNTIL,
	START,
	N_TAGS
};
static const EasTag calendar_tags[N_TAGS] = {
	EAS_CALENDAR_TYPE,          EAS_CALENDAR_DAY_OF_WEEK,   EAS_CALENDAR_DAY_OF_MONTH,
	EAS_CALENDAR_WEEK_OF_MONTH, EAS_CALENDAR_MONTH_OF_YEAR, EAS_CALENDAR_INTERVAL,
	EAS_CALENDAR_OCCURRENCES,   EAS_CALENDAR_UNTIL,         EAS_TAG_NONE,
};
static const EasTag task_tags[N_TAGS] = {
	EAS_TASKS_TYPE,          EAS_TASKS_DAY_OF_WEEK,   EAS_TASKS_DAY_OF_MONTH,
	EAS_TASKS_WEEK_OF_MONTH, EAS_TASKS_MONTH_OF_YEAR, EAS_TASKS_INTERVAL,
	EAS_TASKS_OCCURRENCES,   EAS_TASKS_UNTIL,         EAS_TASKS_START,
};

static gboolean
number_in_range (const EasItem *wire, EasItemSlot parent, EasTag tag, guint least, guint most)
{
	EasItemSlot slot = eas_item_child (wire, parent, tag);
	gint64 value;

	return slot == EAS_ITEM_NONE ||
	       (eas_item_int (wire, slot, &value) && value >= least && value <= most);
}

static gboolean
fits_type (guint type, guint present)
{
	for (guint i = 0; i < G_N_ELEMENTS (recurrence_rules); i++) {
		if (recurrence_rules[i].type == type)
			return (present & recurrence_rules[i].needed) ==
				       recurrence_rules[i].needed &&
			       (present & ~recurrence_rules[i].allowed) == 0;
	}

	return FALSE;
}

gboolean
eas_mock_rules_recurrence (const EasItem *wire, EasItemSlot slot, gboolean type_required)
{
	const EasTag *tags = EAS_TAG_PAGE (eas_item_tag (wire, slot)) == EAS_PAGE_TASKS
				     ? task_tags
				     : calendar_tags;
	guint present = 0;
	gint64 type;

	if (!eas_item_int (wire, eas_item_child (wire, slot, tags[TYPE]), &type))
		return !type_required && eas_item_child (wire, slot, tags[TYPE]) == EAS_ITEM_NONE;
	for (guint i = DAY_OF_WEEK_TAG; i <= MONTH_TAG; i++) {
		if (eas_item_child (wire, slot, tags[i]) != EAS_ITEM_NONE)
			present |= 1 << (i - DAY_OF_WEEK_TAG);
	}
	if (eas_item_child (wire, slot, tags[OCCURRENCES]) != EAS_ITEM_NONE &&
	    eas_item_child (wire, slot, tags[UNTIL]) != EAS_ITEM_NONE)
		return FALSE;

	return fits_type (type, present) &&
	       number_in_range (wire, slot, tags[DAY_OF_WEEK_TAG], 1, 127) &&
	       number_in_range (wire, slot, tags[DAY_OF_MONTH_TAG], 1, 31) &&
	       number_in_range (wire, slot, tags[WEEK_TAG], 1, 5) &&
	       number_in_range (wire, slot, tags[MONTH_TAG], 1, 12) &&
	       number_in_range (wire, slot, tags[INTERVAL], 1, 999) &&
	       number_in_range (wire, slot, tags[OCCURRENCES], 1, 999);
}

/* --- Calendar ------------------------------------------------------------ */

/* Elements a client must not send, [MS-ASCAL] 2.2.2; since: the version from which that holds. */
static const struct {
	EasTag tag;
	guint since;
	gboolean add, change, instance; /* forbidden in */
} forbidden[] = {
	{ EAS_CALENDAR_DT_STAMP, 160, TRUE, TRUE, TRUE },
	{ EAS_CALENDAR_UID, 160, TRUE, TRUE, TRUE },
	{ EAS_CALENDAR_ORGANIZER_NAME, 160, TRUE, TRUE, TRUE },
	{ EAS_CALENDAR_ORGANIZER_EMAIL, 160, TRUE, TRUE, TRUE },
	{ EAS_CALENDAR_CLIENT_UID, 160, FALSE, TRUE, TRUE },
	{ EAS_CALENDAR_EXCEPTIONS, 160, FALSE, TRUE, TRUE },
	{ EAS_CALENDAR_TIMEZONE, 160, FALSE, FALSE, TRUE },
	{ EAS_CALENDAR_RECURRENCE, 160, FALSE, FALSE, TRUE },
	{ EAS_CALENDAR_DELETED, 0, TRUE, TRUE, TRUE },
	{ EAS_CALENDAR_RESPONSE_TYPE, 0, TRUE, TRUE, TRUE },
	{ EAS_CALENDAR_APPOINTMENT_REPLY_TIME, 0, TRUE, TRUE, TRUE },
	{ EAS_CALENDAR_ONLINE_MEETING_CONF_LINK, 0, TRUE, TRUE, TRUE },
	{ EAS_CALENDAR_ONLINE_MEETING_EXTERNAL_LINK, 0, TRUE, TRUE, TRUE },
	{ EAS_AIRSYNCBASE_INSTANCE_ID, 0, TRUE, TRUE, TRUE },
};

static gboolean
has_forbidden (const EasItem *wire, guint version, EasMockRulesKind kind)
{
	for (guint i = 0; i < G_N_ELEMENTS (forbidden); i++) {
		const gboolean in[] = { forbidden[i].add, forbidden[i].change,
					forbidden[i].instance };

		if (version >= forbidden[i].since && in[kind] &&
		    eas_item_has (wire, forbidden[i].tag))
			return TRUE;
	}

	return FALSE;
}

static gboolean
are_attendees_good (const EasItem *wire, guint version)
{
	EasItemSlot attendees = eas_item_child (wire, EAS_ITEM_ROOT, EAS_CALENDAR_ATTENDEES);
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, wire, attendees, EAS_CALENDAR_ATTENDEE) {
		if (eas_item_child (wire, slot, EAS_CALENDAR_EMAIL) == EAS_ITEM_NONE ||
		    eas_item_child (wire, slot, EAS_CALENDAR_NAME) == EAS_ITEM_NONE)
			return FALSE;
		if (version >= 160 &&
		    eas_item_child (wire, slot, EAS_CALENDAR_ATTENDEE_STATUS) != EAS_ITEM_NONE)
			return FALSE;
	}

	return TRUE;
}

static const char *
check_times (const EasItem *wire, guint version)
{
	gboolean all_day = eas_item_get_flag (wire, EAS_CALENDAR_ALL_DAY_EVENT, FALSE);
	gboolean has_start = eas_item_has (wire, EAS_CALENDAR_START_TIME);
	gboolean has_end = eas_item_has (wire, EAS_CALENDAR_END_TIME);
	gint64 start = 0, end = 0;

	if (has_end && !has_start)
		return "EndTime without StartTime";
	if ((has_start && !eas_item_get_time (wire, EAS_CALENDAR_START_TIME, &start)) ||
	    (has_end && !eas_item_get_time (wire, EAS_CALENDAR_END_TIME, &end)))
		return "a time that is none";
	if (has_start && has_end && end < start)
		return "ends before it starts";
	if (all_day && version >= 160 && eas_item_has (wire, EAS_CALENDAR_TIMEZONE))
		return "Timezone of an all-day event";
	if (all_day && version >= 160 &&
	    ((has_start && !eas_datetime_is_midnight (start)) ||
	     (has_end && !eas_datetime_is_midnight (end))))
		return "an all-day event with a time of day";
	if (all_day && has_start && has_end && end == start)
		return "an all-day event of no day";

	return NULL;
}

static gboolean
are_exceptions_good (const EasItem *wire, guint version)
{
	EasTag key =
		version >= 160 ? EAS_AIRSYNCBASE_INSTANCE_ID : EAS_CALENDAR_EXCEPTION_START_TIME;
	EasItemSlot exceptions = eas_item_child (wire, EAS_ITEM_ROOT, EAS_CALENDAR_EXCEPTIONS);
	EasItemSlot slot;
	gint64 utc;

	EAS_MOCK_EACH (slot, wire, exceptions, EAS_CALENDAR_EXCEPTION) {
		if (!eas_item_time (wire, eas_item_child (wire, slot, key), &utc))
			return FALSE;
		if (eas_item_child (wire, slot, EAS_CALENDAR_TIMEZONE) != EAS_ITEM_NONE ||
		    eas_item_child (wire, slot, EAS_CALENDAR_UID) != EAS_ITEM_NONE)
			return FALSE;
	}

	return TRUE;
}

static const char *
check_calendar (const EasItem *wire, guint version, EasMockRulesKind kind)
{
	EasItemSlot recurrence = eas_item_child (wire, EAS_ITEM_ROOT, EAS_CALENDAR_RECURRENCE);
	EasItemSlot body = eas_item_child (wire, EAS_ITEM_ROOT, EAS_AIRSYNCBASE_BODY);
	const char *wrong = check_times (wire, version);

	if (wrong != NULL)
		return wrong;
	if (has_forbidden (wire, version, kind))
		return "an element a client must not send here";
	if (!in_range (wire, EAS_CALENDAR_BUSY_STATUS, 0, 3) ||
	    !in_range (wire, EAS_CALENDAR_SENSITIVITY, 0, 3) ||
	    !in_range (wire, EAS_CALENDAR_MEETING_STATUS, 0, 15) ||
	    !in_range (wire, EAS_CALENDAR_REMINDER, 0, G_MAXINT32))
		return "a value out of its range";
	if (recurrence != EAS_ITEM_NONE && !eas_item_is_empty (wire, recurrence) &&
	    !eas_mock_rules_recurrence (wire, recurrence, version < 160))
		return "a recurrence that breaks the type table";
	if (!are_attendees_good (wire, version))
		return "an attendee without name or address, or with a status";
	if (!are_exceptions_good (wire, version))
		return "an exception without its start, or with what only a series has";
	if (version >= 160 && body != EAS_ITEM_NONE &&
	    eas_mock_uint (wire, body, EAS_AIRSYNCBASE_TYPE, 0) > EAS_BODY_HTML)
		return "a body type other than 1 and 2";

	return NULL;
}

/* --- Other classes ------------------------------------------------------- */

static const char *
check_contact (const EasItem *wire)
{
	const char *picture = eas_item_get_text (wire, EAS_CONTACTS_PICTURE);

	return picture != NULL && strlen (picture) > MAX_PICTURE ? "a picture of more than 48 KiB"
								 : NULL;
}

static const char *
check_task (const EasItem *wire)
{
	EasItemSlot recurrence = eas_item_child (wire, EAS_ITEM_ROOT, EAS_TASKS_RECURRENCE);

	if (!eas_item_has (wire, EAS_TASKS_COMPLETE))
		return "a task without Complete";
	if (eas_item_get_flag (wire, EAS_TASKS_COMPLETE, FALSE) &&
	    !eas_item_has (wire, EAS_TASKS_DATE_COMPLETED))
		return "a finished task without DateCompleted";
	if (eas_item_has (wire, EAS_TASKS_START_DATE) !=
		    eas_item_has (wire, EAS_TASKS_UTC_START_DATE) ||
	    eas_item_has (wire, EAS_TASKS_DUE_DATE) != eas_item_has (wire, EAS_TASKS_UTC_DUE_DATE))
		return "one of a pair of dates";
	if (!in_range (wire, EAS_TASKS_REMINDER_SET, 0, 1) ||
	    !in_range (wire, EAS_TASKS_IMPORTANCE, 0, 2) ||
	    !in_range (wire, EAS_TASKS_SENSITIVITY, 0, 3))
		return "a value out of its range";
	if (recurrence != EAS_ITEM_NONE &&
	    (eas_item_child (wire, recurrence, EAS_TASKS_START) == EAS_ITEM_NONE ||
	     !eas_mock_rules_recurrence (wire, recurrence, /* type_required */ TRUE)))
		return "a recurrence that breaks the type table";

	return NULL;
}

static const char *
check_note (const EasItem *wire)
{
	const char *klass = eas_item_get_text (wire, EAS_NOTES_MESSAGE_CLASS);

	return klass == NULL || g_ascii_strncasecmp (klass, "IPM.StickyNote",
						     strlen ("IPM.StickyNote")) != 0
		       ? "a note of another class"
		       : NULL;
}

static const char *
check_mail (const EasItem *wire)
{
	static const EasTag allowed[] = { EAS_EMAIL_READ, EAS_EMAIL_FLAG, EAS_EMAIL_CATEGORIES,
					  EAS_EMAIL2_UM_USER_NOTES };
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, wire, EAS_ITEM_ROOT, EAS_TAG_NONE) {
		gboolean good = FALSE;

		for (guint i = 0; i < G_N_ELEMENTS (allowed) && !good; i++)
			good = eas_item_tag (wire, slot) == allowed[i];
		if (!good)
			return "only Read, Flag and Categories of a mail can change";
	}

	return NULL;
}

const char *
eas_mock_rules_check (const EasItem *wire, EasClass klass, guint version, EasMockRulesKind kind)
{
	if (!has_only_elements_of (wire, EAS_ITEM_ROOT, klass, version))
		return "an element of another class or version, or a value of another type";
	switch (klass) {
	case EAS_CLASS_EMAIL:
		return kind == EAS_MOCK_RULES_ADD ? "mail cannot be added" : check_mail (wire);
	case EAS_CLASS_CALENDAR:
		return check_calendar (wire, version, kind);
	case EAS_CLASS_CONTACTS:
		return check_contact (wire);
	case EAS_CLASS_TASKS:
		return check_task (wire);
	case EAS_CLASS_NOTES:
		return check_note (wire);
	default:
		return "nothing syncs here";
	}
}
