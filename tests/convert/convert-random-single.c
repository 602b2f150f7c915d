/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Tasks and notes as servers send them, by chance. */

#include "convert-test.h"

#define DAY ((gint64) 24 * 60 * 60)

typedef struct {
	GRand *rand;
	EasVersion version;
	EasItemBuilder *builder;
	gint64 start;
	gboolean has_date;
} Maker;

static guint
below (Maker *maker, guint bound)
{
	return eas_test_rand_below (maker->rand, bound);
}

static gboolean
one_in (Maker *maker, guint n)
{
	return eas_test_rand_one_in (maker->rand, n);
}

static void
add_text (Maker *maker, EasTag tag, guint length)
{
	g_autofree char *text = eas_test_rand_text (maker->rand, length);

	eas_item_builder_text (maker->builder, tag, text);
}

static void
add_body (Maker *maker)
{
	guint native = 1 + below (maker, 2);
	guint type = one_in (maker, 10) ? 3 : native;

	if (one_in (maker, 3))
		return;

	eas_item_builder_start (maker->builder, EAS_AIRSYNCBASE_BODY);
	eas_item_builder_int (maker->builder, EAS_AIRSYNCBASE_TYPE, type);
	eas_item_builder_int (maker->builder, EAS_AIRSYNCBASE_ESTIMATED_DATA_SIZE, 100);
	if (one_in (maker, 5))
		eas_item_builder_flag (maker->builder, EAS_AIRSYNCBASE_TRUNCATED,
				       one_in (maker, 2));
	if (type == 1)
		add_text (maker, EAS_AIRSYNCBASE_DATA, 200);
	else if (type == 2)
		eas_item_builder_text (maker->builder, EAS_AIRSYNCBASE_DATA,
				       "<html><body><p>Hello &amp; goodbye</p></body></html>");
	else
		eas_item_builder_text (maker->builder, EAS_AIRSYNCBASE_DATA, "e1xydGYxfQ==");
	eas_item_builder_end (maker->builder);
	if (one_in (maker, 2))
		eas_item_builder_int (maker->builder, EAS_AIRSYNCBASE_NATIVE_BODY_TYPE, native);
}

static void
add_categories (Maker *maker, EasTag list, EasTag name)
{
	guint n = below (maker, 4);

	if (one_in (maker, 2))
		return;

	eas_item_builder_start (maker->builder, list);
	for (guint i = 0; i < n; i++)
		add_text (maker, name, 12);
	eas_item_builder_end (maker->builder);
}

static void
add_unknown (Maker *maker, EasPage page)
{
	if (!one_in (maker, 3))
		return;

	eas_item_builder_text (maker->builder, EAS_TAG_MAKE (page, 0x3e), "of a later version");
	eas_item_builder_text (maker->builder, EAS_TAG_MAKE (0x1e, 0x07), "of an unknown page");
}

/* Both or, of careless servers, one of them; dates alone, or with a time. */
static void
add_date (Maker *maker, EasTag local, EasTag utc, gint64 date)
{
	gint64 time = one_in (maker, 4) ? (gint64) below (maker, 24) * 3600 : 0;
	gint64 offset = one_in (maker, 4) ? 0 : 3600;

	gboolean only_utc = one_in (maker, 10);

	if (!only_utc)
		eas_item_builder_time (maker->builder, local, date + time);
	if (only_utc || !one_in (maker, 10))
		eas_item_builder_time (maker->builder, utc, date + time - offset);
	maker->has_date = TRUE;
}

static void
add_dates (Maker *maker)
{
	if (one_in (maker, 2))
		add_date (maker, EAS_TASKS_START_DATE, EAS_TASKS_UTC_START_DATE, maker->start);
	if (!one_in (maker, 3))
		add_date (maker, EAS_TASKS_DUE_DATE, EAS_TASKS_UTC_DUE_DATE,
			  maker->start + (gint64) (2 + below (maker, 20)) * DAY);
}

static void
add_number (Maker *maker, EasTag tag, gint64 value)
{
	eas_item_builder_int (maker->builder, tag, value);
}

static void
add_rule_parts (Maker *maker, guint type)
{
	static const guint masks[] = { 1, 2, 4, 8, 16, 32, 64, 62, 65, 127, 10, 36 };

	if (type == 1 || type == 3 || type == 6)
		add_number (maker, EAS_TASKS_DAY_OF_WEEK,
			    masks[below (maker, G_N_ELEMENTS (masks))]);
	if (type == 2 || type == 5)
		add_number (maker, EAS_TASKS_DAY_OF_MONTH, 1 + below (maker, 31));
	if (type == 3 || type == 6)
		add_number (maker, EAS_TASKS_WEEK_OF_MONTH, 1 + below (maker, 5));
	if (type == 5 || type == 6)
		add_number (maker, EAS_TASKS_MONTH_OF_YEAR, 1 + below (maker, 12));
	if (maker->version >= EAS_VERSION_14_1 && type == 1)
		add_number (maker, EAS_TASKS_FIRST_DAY_OF_WEEK, below (maker, 7));
}

static void
add_rule (Maker *maker)
{
	static const guint types[] = { 0, 1, 2, 3, 5, 6 };
	guint type = types[below (maker, G_N_ELEMENTS (types))];

	eas_item_builder_start (maker->builder, EAS_TASKS_RECURRENCE);
	add_number (maker, EAS_TASKS_TYPE, type);
	eas_item_builder_time (maker->builder, EAS_TASKS_START, maker->start);
	if (!one_in (maker, 3))
		add_number (maker, EAS_TASKS_INTERVAL, 1 + below (maker, 3));
	if (one_in (maker, 3))
		add_number (maker, EAS_TASKS_OCCURRENCES, 1 + below (maker, 50));
	else if (one_in (maker, 2))
		eas_item_builder_time (maker->builder, EAS_TASKS_UNTIL,
				       maker->start + (gint64) below (maker, 900) * DAY);
	add_rule_parts (maker, type);
	if (one_in (maker, 6))
		eas_item_builder_flag (maker->builder, EAS_TASKS_REGENERATE, TRUE);
	if (one_in (maker, 6))
		eas_item_builder_flag (maker->builder, EAS_TASKS_DEAD_OCCUR, one_in (maker, 2));
	eas_item_builder_end (maker->builder);
}

static void
add_state (Maker *maker)
{
	gboolean complete = one_in (maker, 3);

	if (!one_in (maker, 8))
		eas_item_builder_flag (maker->builder, EAS_TASKS_COMPLETE, complete);
	if (complete)
		eas_item_builder_time (maker->builder, EAS_TASKS_DATE_COMPLETED,
				       maker->start + 5 * DAY);
	if (!one_in (maker, 4))
		add_number (maker, EAS_TASKS_IMPORTANCE, below (maker, 4));
	if (!one_in (maker, 4))
		add_number (maker, EAS_TASKS_SENSITIVITY, below (maker, 4));
	if (!one_in (maker, 3)) {
		eas_item_builder_flag (maker->builder, EAS_TASKS_REMINDER_SET, one_in (maker, 2));
		if (!one_in (maker, 4))
			eas_item_builder_time (maker->builder, EAS_TASKS_REMINDER_TIME,
					       maker->start + (gint64) below (maker, 5000) * 60);
	}
	if (one_in (maker, 3)) {
		eas_item_builder_time (maker->builder, EAS_TASKS_ORDINAL_DATE, maker->start);
		eas_item_builder_text (maker->builder, EAS_TASKS_SUB_ORDINAL_DATE, "5555");
	}
}

EasItem *
convert_random_task (GRand *rand, EasVersion version)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	Maker maker = { .rand = rand, .version = version, .builder = builder };

	maker.start = 1767225600 + (gint64) below (&maker, 700) * DAY; /* from 2026 on */
	if (!one_in (&maker, 8))
		add_text (&maker, EAS_TASKS_SUBJECT, 40);
	add_body (&maker);
	add_dates (&maker);
	add_state (&maker);
	add_categories (&maker, EAS_TASKS_CATEGORIES, EAS_TASKS_CATEGORY);
	if (maker.has_date && one_in (&maker, 2))
		add_rule (&maker);
	add_unknown (&maker, EAS_PAGE_TASKS);

	return eas_item_builder_finish (builder);
}

EasItem *
convert_random_note (GRand *rand, EasVersion version)
{
	static const char *const classes[] = { "IPM.StickyNote", "IPM.StickyNote.Special",
					       "ipm.stickynote" };
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	Maker maker = { .rand = rand, .version = version, .builder = builder };

	if (!one_in (&maker, 8))
		add_text (&maker, EAS_NOTES_SUBJECT, 40);
	add_body (&maker);
	add_categories (&maker, EAS_NOTES_CATEGORIES, EAS_NOTES_CATEGORY);
	if (!one_in (&maker, 8))
		eas_item_builder_text (builder, EAS_NOTES_MESSAGE_CLASS,
				       classes[below (&maker, G_N_ELEMENTS (classes))]);
	if (!one_in (&maker, 8))
		eas_item_builder_time (builder, EAS_NOTES_LAST_MODIFIED_DATE,
				       1767225600 + (gint64) below (&maker, 700) * DAY);
	add_unknown (&maker, EAS_PAGE_NOTES);

	return eas_item_builder_finish (builder);
}
