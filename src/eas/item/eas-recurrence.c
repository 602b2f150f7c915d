/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The Recurrence element. Its children have the same names on three pages; one
 * table knows their tags, their ranges and where they lie, another which of them
 * a type of recurrence needs and which it admits.
 */

#include "eas-recurrence.h"

#include <glib/gi18n-lib.h>

#include "eas-error.h"

#define MAX_INTERVAL         999
#define MAX_OCCURRENCES      999
#define MAX_TASK_OCCURRENCES 255 /* a task's rule has a start, an event's has not */
#define FIRST_DAY_NOT_STATED -1

/* The children that are numbers. */
typedef enum {
	FIELD_INTERVAL,
	FIELD_OCCURRENCES,
	FIELD_DAY_OF_WEEK,
	FIELD_DAY_OF_MONTH,
	FIELD_WEEK_OF_MONTH,
	FIELD_MONTH_OF_YEAR,
	FIELD_CALENDAR_TYPE,
	FIELD_IS_LEAP_MONTH,
	FIELD_FIRST_DAY_OF_WEEK,
	N_FIELDS
} Field;

#define BIT(field) (1u << FIELD_##field)

/* What every type admits. */
#define COMMON (BIT (INTERVAL) | BIT (OCCURRENCES))

typedef enum { IN_CALENDAR, IN_TASKS, IN_EMAIL, N_PLACES } Place;

typedef struct {
	EasTag tags[N_PLACES];
	int least;
	int most;
	guint since; /* the first version that has it */
} FieldRow;

/* The tags of one name; the younger ones are on the second page of mail. */
#define TAGS(name)                                                                                 \
	{                                                                                          \
		EAS_CALENDAR_##name, EAS_TASKS_##name, EAS_EMAIL_##name                            \
	}
#define TAGS2(name)                                                                                \
	{                                                                                          \
		EAS_CALENDAR_##name, EAS_TASKS_##name, EAS_EMAIL2_##name                           \
	}

/* clang-format off */
static const FieldRow field_rows[N_FIELDS] = {
	/*                                                     range               since */
	[FIELD_INTERVAL]          = { TAGS (INTERVAL),           0, MAX_INTERVAL,     25 },
	[FIELD_OCCURRENCES]       = { TAGS (OCCURRENCES),        0, MAX_OCCURRENCES,  25 },
	[FIELD_DAY_OF_WEEK]       = { TAGS (DAY_OF_WEEK),        1, EAS_ANY_DAY,      25 },
	[FIELD_DAY_OF_MONTH]      = { TAGS (DAY_OF_MONTH),       1, 31,               25 },
	[FIELD_WEEK_OF_MONTH]     = { TAGS (WEEK_OF_MONTH),      1, 5,                25 },
	[FIELD_MONTH_OF_YEAR]     = { TAGS (MONTH_OF_YEAR),      1, 12,               25 },
	[FIELD_CALENDAR_TYPE]     = { TAGS2 (CALENDAR_TYPE),     0, 20,              140 },
	[FIELD_IS_LEAP_MONTH]     = { TAGS2 (IS_LEAP_MONTH),     0, 1,               140 },
	[FIELD_FIRST_DAY_OF_WEEK] = { TAGS2 (FIRST_DAY_OF_WEEK), 0, 6,               141 },
};

static const EasTag recurrence_tags[N_PLACES] = TAGS (RECURRENCE);
static const EasTag type_tags[N_PLACES]       = TAGS (TYPE);
static const EasTag until_tags[N_PLACES]      = TAGS (UNTIL);

typedef struct {
	gboolean exists;
	guint must;
	guint may;
} TypeRow;

#define TYPE_ROW(must, may) { TRUE, (must), COMMON | (may) }
#define LUNAR               (BIT (CALENDAR_TYPE) | BIT (IS_LEAP_MONTH))

/* [MS-ASCAL] Type: what goes with which type. What is in neither column gets the item refused. */
static const TypeRow type_rows[] = {
	/*                                       must                                                         may */
	[EAS_RECURRENCE_DAILY]       = TYPE_ROW (0,                                                           BIT (DAY_OF_WEEK)),
	[EAS_RECURRENCE_WEEKLY]      = TYPE_ROW (BIT (DAY_OF_WEEK),                                           BIT (FIRST_DAY_OF_WEEK)),
	[EAS_RECURRENCE_MONTHLY]     = TYPE_ROW (BIT (DAY_OF_MONTH),                                          BIT (CALENDAR_TYPE)),
	[EAS_RECURRENCE_MONTHLY_NTH] = TYPE_ROW (BIT (WEEK_OF_MONTH) | BIT (DAY_OF_WEEK),                     BIT (CALENDAR_TYPE)),
	[EAS_RECURRENCE_YEARLY]      = TYPE_ROW (BIT (MONTH_OF_YEAR) | BIT (DAY_OF_MONTH),                    LUNAR),
	[EAS_RECURRENCE_YEARLY_NTH]  = TYPE_ROW (BIT (MONTH_OF_YEAR) | BIT (WEEK_OF_MONTH) | BIT (DAY_OF_WEEK), LUNAR),
};
/* clang-format on */

/* Calendars there are, as bits: 13, 16 to 19 and all above 20 are never assigned. */
#define CALENDAR_TYPES (0x1fffu | 1u << 14 | 1u << 15 | 1u << 20)

static const TypeRow *
find_type (gint64 type)
{
	if (type < 0 || type >= (gint64) G_N_ELEMENTS (type_rows) || !type_rows[type].exists)
		return NULL;

	return &type_rows[type];
}

static gboolean
reject (GError **error, const char *text)
{
	eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0, "%s", text);

	return FALSE;
}

static int
get_field (const EasRecurrence *recurrence, Field field)
{
	switch (field) {
	case FIELD_INTERVAL:
		return (int) recurrence->interval;
	case FIELD_OCCURRENCES:
		return (int) recurrence->occurrences;
	case FIELD_DAY_OF_WEEK:
		return (int) recurrence->days_of_week;
	case FIELD_DAY_OF_MONTH:
		return (int) recurrence->day_of_month;
	case FIELD_WEEK_OF_MONTH:
		return (int) recurrence->week_of_month;
	case FIELD_MONTH_OF_YEAR:
		return (int) recurrence->month_of_year;
	case FIELD_CALENDAR_TYPE:
		return (int) recurrence->calendar_type;
	case FIELD_IS_LEAP_MONTH:
		return recurrence->is_leap_month;
	case FIELD_FIRST_DAY_OF_WEEK:
		return recurrence->first_day_of_week;
	case N_FIELDS:
		break;
	}

	g_return_val_if_reached (0);
}

static void
set_field (EasRecurrence *recurrence, Field field, int value)
{
	switch (field) {
	case FIELD_INTERVAL:
		recurrence->interval = (guint) MAX (value, 1); /* 0 is seen and means each */
		break;
	case FIELD_OCCURRENCES:
		recurrence->occurrences = (guint) value;
		break;
	case FIELD_DAY_OF_WEEK:
		recurrence->days_of_week = (guint) value;
		break;
	case FIELD_DAY_OF_MONTH:
		recurrence->day_of_month = (guint) value;
		break;
	case FIELD_WEEK_OF_MONTH:
		recurrence->week_of_month = (guint) value;
		break;
	case FIELD_MONTH_OF_YEAR:
		recurrence->month_of_year = (guint) value;
		break;
	case FIELD_CALENDAR_TYPE:
		recurrence->calendar_type = (guint) value;
		break;
	case FIELD_IS_LEAP_MONTH:
		recurrence->is_leap_month = value != 0;
		break;
	case FIELD_FIRST_DAY_OF_WEEK:
		recurrence->first_day_of_week = value;
		break;
	case N_FIELDS:
		g_return_if_reached ();
	}
}

/* Whether the field says something, as opposed to being left out. */
static gboolean
is_stated (const EasRecurrence *recurrence, Field field)
{
	int value = get_field (recurrence, field);

	return field == FIELD_FIRST_DAY_OF_WEEK ? value != FIRST_DAY_NOT_STATED : value != 0;
}

static gboolean
field_in_range (const EasRecurrence *recurrence, Field field)
{
	int value = get_field (recurrence, field);

	return value >= field_rows[field].least && value <= field_rows[field].most;
}

/* Fields that the start of the event says where they are left out, as in iCalendar: SOGo sends a
 * monthly rule without its day. */
static guint
implied_fields (EasRecurrenceType type)
{
	switch (type) {
	case EAS_RECURRENCE_WEEKLY:
	case EAS_RECURRENCE_MONTHLY:
	case EAS_RECURRENCE_YEARLY:
		return type_rows[type].must;
	default:
		return 0;
	}
}

static gboolean
check (const EasRecurrence *recurrence, guint implied, GError **error)
{
	const TypeRow *type = find_type (recurrence->type);

	if (type == NULL)
		return reject (error, _ ("The server cannot store events that repeat this way."));
	if (recurrence->interval < 1)
		return reject (error, _ ("An event must repeat at an interval of at least one."));
	if (recurrence->has_until && recurrence->occurrences > 0)
		return reject (error,
			       _ ("A repeating event has either a last day or a number of times."));
	if (recurrence->has_start && recurrence->occurrences > MAX_TASK_OCCURRENCES)
		return reject (error, _ ("A task can repeat at most 255 times."));
	if (recurrence->calendar_type >= 32 ||
	    (CALENDAR_TYPES >> recurrence->calendar_type & 1) == 0)
		return reject (
			error,
			_ ("The event repeats by a calendar that the server does not know."));

	for (Field field = 0; field < N_FIELDS; field++) {
		gboolean stated = is_stated (recurrence, field);

		if (!stated && (type->must & ~implied & (1u << field)) != 0)
			return reject (error,
				       _ ("The event does not say on which days it repeats."));
		if (stated && ((type->must | type->may) & (1u << field)) == 0)
			return reject (error,
				       _ ("The server cannot store events that repeat this way."));
		if (stated && !field_in_range (recurrence, field))
			return reject (error, _ ("The server cannot store events that repeat this "
						 "often or on such days."));
	}

	return TRUE;
}

/**
 * eas_recurrence_validate:
 * @error: %EAS_ERROR_ITEM_REJECTED: what the server would refuse, in words for the
 *   person whose event it is (pitfall 14)
 *
 * Source: [MS-ASCAL] 2.2.2.39 Recurrence and its children.
 */
gboolean
eas_recurrence_validate (const EasRecurrence *recurrence, GError **error)
{
	return check (recurrence, /* implied */ 0, error);
}

static int
find_place (guint page)
{
	for (int place = 0; place < N_PLACES; place++) {
		if (EAS_TAG_PAGE (recurrence_tags[place]) == page)
			return place;
	}

	return -1;
}

static gboolean
read_number (const EasItem *item, EasItemSlot slot, const FieldRow *row, int *out_value)
{
	gint64 number;
	gboolean flag;

	if (!eas_item_int (item, slot, &number)) {
		/* IsLeapMonth may be an empty element, or "true". */
		if (row->most != 1 || !eas_item_flag (item, slot, &flag))
			return FALSE;
		number = flag;
	}
	if (number < row->least || number > row->most)
		return FALSE;
	*out_value = (int) number;

	return TRUE;
}

static gboolean
read_fields (const EasItem *item,
	     EasItemSlot slot,
	     Place place,
	     const TypeRow *type,
	     EasRecurrence *recurrence)
{
	for (Field field = 0; field < N_FIELDS; field++) {
		const FieldRow *row = &field_rows[field];
		EasItemSlot child = eas_item_child (item, slot, row->tags[place]);
		int value;

		if (child == EAS_ITEM_NONE || ((type->must | type->may) & (1u << field)) == 0)
			continue;
		if (!read_number (item, child, row, &value))
			return FALSE;
		set_field (recurrence, field, value);
	}

	return TRUE;
}

static gboolean
read_until (const EasItem *item, EasItemSlot slot, Place place, EasRecurrence *recurrence)
{
	EasItemSlot child = eas_item_child (item, slot, until_tags[place]);

	/* Both are not allowed; where both are, Occurrences wins. */
	if (recurrence->occurrences > 0 || eas_item_is_empty (item, child))
		return TRUE;

	recurrence->has_until = eas_item_time (item, child, &recurrence->until);

	return recurrence->has_until;
}

static void
read_task_fields (const EasItem *item, EasItemSlot slot, EasRecurrence *recurrence)
{
	EasItemSlot child;

	child = eas_item_child (item, slot, EAS_TASKS_START);
	recurrence->has_start = eas_item_time (item, child, &recurrence->start);
	child = eas_item_child (item, slot, EAS_TASKS_REGENERATE);
	eas_item_flag (item, child, &recurrence->regenerate);
	child = eas_item_child (item, slot, EAS_TASKS_DEAD_OCCUR);
	eas_item_flag (item, child, &recurrence->dead_occur);
}

gboolean
eas_recurrence_read (const EasItem *item, EasItemSlot slot, EasRecurrence *out, GError **error)
{
	EasRecurrence recurrence = { .interval = 1, .first_day_of_week = FIRST_DAY_NOT_STATED };
	int place = find_place (EAS_TAG_PAGE (eas_item_tag (item, slot)));
	const TypeRow *type = NULL;
	gint64 number;

	if (place >= 0 &&
	    eas_item_int (item, eas_item_child (item, slot, type_tags[place]), &number))
		type = find_type (number);
	if (type == NULL)
		return reject (error,
			       _ ("The event repeats in a way that this program does not know."));

	recurrence.type = (EasRecurrenceType) number;
	if (!read_fields (item, slot, place, type, &recurrence) ||
	    !read_until (item, slot, place, &recurrence))
		return reject (error, _ ("The event’s repetition cannot be read."));

	if (place == IN_TASKS)
		read_task_fields (item, slot, &recurrence);
	if (!check (&recurrence, implied_fields (recurrence.type), error))
		return FALSE;

	*out = recurrence;

	return TRUE;
}

static void
write_field (const EasRecurrence *recurrence,
	     Field field,
	     Place place,
	     EasVersion version,
	     EasItemBuilder *builder)
{
	const FieldRow *row = &field_rows[field];

	if (is_stated (recurrence, field) && (guint) version >= row->since)
		eas_item_builder_int (builder, row->tags[place], get_field (recurrence, field));
}

/**
 * eas_recurrence_write:
 * @recurrence: a valid one
 * @page: %EAS_PAGE_CALENDAR, %EAS_PAGE_TASKS or %EAS_PAGE_EMAIL
 * @version: what it does not have is left out
 *
 * Adds a whole Recurrence element.
 */
void
eas_recurrence_write (const EasRecurrence *recurrence,
		      guint page,
		      EasVersion version,
		      EasItemBuilder *builder)
{
	int place = find_place (page);

	g_return_if_fail (place >= 0);

	eas_item_builder_start (builder, recurrence_tags[place]);
	eas_item_builder_int (builder, type_tags[place], recurrence->type);
	if (place == IN_TASKS && recurrence->has_start)
		eas_item_builder_time (builder, EAS_TASKS_START, recurrence->start);
	if (recurrence->has_until)
		eas_item_builder_time (builder, until_tags[place], recurrence->until);
	for (Field field = 0; field < N_FIELDS; field++)
		write_field (recurrence, field, place, version, builder);
	if (place == IN_TASKS && recurrence->regenerate)
		eas_item_builder_flag (builder, EAS_TASKS_REGENERATE, TRUE);
	if (place == IN_TASKS && recurrence->dead_occur)
		eas_item_builder_flag (builder, EAS_TASKS_DEAD_OCCUR, TRUE);
	eas_item_builder_end (builder);
}

static gboolean
moments_equal (gboolean has_a, gint64 a, gboolean has_b, gint64 b)
{
	return !has_a == !has_b && (!has_a || a == b);
}

gboolean
eas_recurrence_equal (const EasRecurrence *a, const EasRecurrence *b)
{
	for (Field field = 0; field < N_FIELDS; field++) {
		if (get_field (a, field) != get_field (b, field))
			return FALSE;
	}

	return a->type == b->type &&
	       moments_equal (a->has_until, a->until, b->has_until, b->until) &&
	       moments_equal (a->has_start, a->start, b->has_start, b->start) &&
	       !a->regenerate == !b->regenerate && !a->dead_occur == !b->dead_occur;
}
