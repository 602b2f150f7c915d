/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-recurrence.h"

#include <string.h>

#include "eas-error.h"
#include "eas-item-codec.h"
#include "eas-test.h"

/* The children of Calendar:Recurrence by column; "" none. */
enum {
	TYPE,
	INTERVAL,
	OCCURRENCES,
	DAY_OF_WEEK,
	DAY_OF_MONTH,
	WEEK_OF_MONTH,
	MONTH_OF_YEAR,
	CALENDAR_TYPE,
	IS_LEAP_MONTH,
	FIRST_DAY_OF_WEEK,
	UNTIL,
	N_COLUMNS
};

static const EasTag column_tags[N_COLUMNS] = {
	EAS_CALENDAR_TYPE,          EAS_CALENDAR_INTERVAL,
	EAS_CALENDAR_OCCURRENCES,   EAS_CALENDAR_DAY_OF_WEEK,
	EAS_CALENDAR_DAY_OF_MONTH,  EAS_CALENDAR_WEEK_OF_MONTH,
	EAS_CALENDAR_MONTH_OF_YEAR, EAS_CALENDAR_CALENDAR_TYPE,
	EAS_CALENDAR_IS_LEAP_MONTH, EAS_CALENDAR_FIRST_DAY_OF_WEEK,
	EAS_CALENDAR_UNTIL
};

static EasItem *
make_item (const char *const *values)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	eas_item_builder_start (builder, EAS_CALENDAR_RECURRENCE);
	for (guint i = 0; i < N_COLUMNS; i++)
		eas_item_builder_text (builder, column_tags[i], values[i]);
	eas_item_builder_end (builder);

	return eas_item_builder_finish (builder);
}

static gboolean
read_values (const char *const *values, EasRecurrence *out, GError **error)
{
	g_autoptr (EasItem) item = make_item (values);

	return eas_recurrence_read (
		item, eas_item_child (item, EAS_ITEM_ROOT, EAS_CALENDAR_RECURRENCE), out, error);
}

typedef struct {
	const char *name;
	const char *values[N_COLUMNS];
	gboolean good;
} ReadCase;

/* clang-format off */
static const ReadCase read_cases[] = {
	/*                        type int   occ   dow    dom   wom   moy   cal   leap  first until */
	{ "daily",              { "0", "1" }, TRUE },
	{ "daily, no interval", { "0" }, TRUE },
	{ "daily on weekdays",  { "0", "1", NULL, "62" }, TRUE },
	{ "weekly",             { "1", "2", NULL, "2",   NULL, NULL, NULL, NULL, NULL, "1" }, TRUE },
	{ "monthly",            { "2", "1", NULL, NULL,  "31" }, TRUE },
	{ "monthly n-th",       { "3", "1", NULL, "127", NULL, "5" }, TRUE },
	{ "yearly",             { "5", "1", NULL, NULL,  "29", NULL, "2" }, TRUE },
	{ "yearly n-th",        { "6", "1", NULL, "65",  NULL, "1",  "12", "1", "0" }, TRUE },
	{ "leap, empty",        { "5", "1", NULL, NULL,  "1",  NULL, "1",  "15", "" }, TRUE },
	{ "occurrences",        { "0", "1", "999" }, TRUE },
	{ "interval 0 is seen", { "0", "0" }, TRUE },
	/* What the type has no use for is passed over, even when it makes no sense. */
	{ "weekly with more",   { "1", "1", NULL, "2",   "99", "7",  "13" }, TRUE },
	{ "daily with more",    { "0", "1", NULL, NULL,  "0",  NULL, NULL, "13" }, TRUE },

	{ "no type",            { NULL, "1" }, FALSE },
	{ "type 4",             { "4", "1" }, FALSE },
	{ "type 7",             { "7", "1" }, FALSE },
	{ "type -1",            { "-1", "1" }, FALSE },
	{ "type x",             { "x", "1" }, FALSE },
	{ "weekly, day 0",      { "1", "1", NULL, "0" }, FALSE },
	{ "weekly, day 128",    { "1", "1", NULL, "128" }, FALSE },
	{ "monthly, day 32",    { "2", "1", NULL, NULL,  "32" }, FALSE },
	{ "n-th, no week",      { "3", "1", NULL, "2" }, FALSE },
	{ "n-th, week 6",       { "3", "1", NULL, "2",   NULL, "6" }, FALSE },
	{ "n-th, no day",       { "3", "1", NULL, NULL,  NULL, "2" }, FALSE },
	{ "yearly, month 13",   { "5", "1", NULL, NULL,  "1",  NULL, "13" }, FALSE },
	{ "yearly n-th, no week", { "6", "1", NULL, "2", NULL, NULL, "1" }, FALSE },
	{ "calendar 13",        { "2", "1", NULL, NULL,  "1",  NULL, NULL, "13" }, FALSE },
	{ "calendar 21",        { "2", "1", NULL, NULL,  "1",  NULL, NULL, "21" }, FALSE },
	{ "interval 1000",      { "0", "1000" }, FALSE },
	{ "interval x",         { "0", "x" }, FALSE },
	{ "occurrences 1000",   { "0", "1", "1000" }, FALSE },
	{ "leap, x",            { "5", "1", NULL, NULL,  "1",  NULL, "1",  "15", "x" }, FALSE },
	{ "first day 7",        { "1", "1", NULL, "2",   NULL, NULL, NULL, NULL, NULL, "7" }, FALSE },
	{ "until when?",        { "0", "1", NULL, NULL,  NULL, NULL, NULL, NULL, NULL, NULL, "soon" }, FALSE },
};
/* clang-format on */

static void
test_type_table (void)
{
	for (gsize i = 0; i < G_N_ELEMENTS (read_cases); i++) {
		g_autoptr (GError) error = NULL;
		EasRecurrence recurrence = { .interval = 4711 };

		g_test_message ("%s", read_cases[i].name);
		g_assert_cmpint (read_values (read_cases[i].values, &recurrence, &error), ==,
				 read_cases[i].good);
		if (read_cases[i].good) {
			g_assert_no_error (error);
			g_assert_true (eas_recurrence_validate (&recurrence, NULL));
		} else {
			g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
			g_assert_cmpuint (recurrence.interval, ==, 4711);
		}
	}
}

static void
test_defaults (void)
{
	const char *values[N_COLUMNS] = { "0", "0" };
	EasRecurrence recurrence;

	g_assert_true (read_values (values, &recurrence, NULL));
	g_assert_cmpuint (recurrence.interval, ==, 1);
	g_assert_cmpuint (recurrence.occurrences, ==, 0);
	g_assert_false (recurrence.has_until);
	g_assert_cmpint (recurrence.first_day_of_week, ==, -1);
	g_assert_false (recurrence.has_start);
}

static void
test_occurrences_win (void)
{
	const char *values[N_COLUMNS] = {
		[TYPE] = "0", [OCCURRENCES] = "5", [UNTIL] = "20261228T090000Z"
	};
	const char *zero[N_COLUMNS] = {
		[TYPE] = "0", [OCCURRENCES] = "0", [UNTIL] = "20261228T090000Z"
	};
	EasRecurrence recurrence;

	g_assert_true (read_values (values, &recurrence, NULL));
	g_assert_cmpuint (recurrence.occurrences, ==, 5);
	g_assert_false (recurrence.has_until);
	g_assert_true (read_values (zero, &recurrence, NULL));
	g_assert_true (recurrence.has_until);
	g_assert_cmpint (recurrence.until, ==, 1798448400);
}

static void
test_absent (void)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autoptr (EasItem) item = NULL;
	g_autoptr (GError) error = NULL;
	EasRecurrence recurrence;

	eas_item_builder_empty (builder, EAS_CALENDAR_RECURRENCE);
	item = eas_item_builder_finish (builder);

	g_assert_false (eas_recurrence_read (item, EAS_ITEM_NONE, &recurrence, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
	g_assert_false (eas_recurrence_read (item, 1, &recurrence, NULL));
}

/* SOGo leaves out the day of a monthly rule: the event's start says it. Never of an n-th weekday.
 */
static void
test_implied_day (void)
{
	static const struct {
		gint64 type;
		gboolean readable;
	} rules[] = { { EAS_RECURRENCE_WEEKLY, TRUE },
		      { EAS_RECURRENCE_MONTHLY, TRUE },
		      { EAS_RECURRENCE_YEARLY, TRUE },
		      { EAS_RECURRENCE_MONTHLY_NTH, FALSE },
		      { EAS_RECURRENCE_YEARLY_NTH, FALSE } };

	for (guint i = 0; i < G_N_ELEMENTS (rules); i++) {
		g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
		g_autoptr (EasItem) item = NULL;
		EasRecurrence recurrence;
		gboolean read;

		eas_item_builder_start (builder, EAS_CALENDAR_RECURRENCE);
		eas_item_builder_int (builder, EAS_CALENDAR_TYPE, rules[i].type);
		eas_item_builder_end (builder);
		item = eas_item_builder_finish (builder);
		read = eas_recurrence_read (
			item, eas_item_child (item, EAS_ITEM_ROOT, EAS_CALENDAR_RECURRENCE),
			&recurrence, NULL);

		g_assert_cmpint (read, ==, rules[i].readable);
		if (!read)
			continue;
		g_assert_cmpuint (recurrence.day_of_month, ==, 0);
		g_assert_false (eas_recurrence_validate (&recurrence, NULL));
	}
}

/* The rule of golden/sync-rsp-calendar-141, written back element for element. */
static void
test_written_form (void)
{
	const EasRecurrence recurrence = {
		.type = EAS_RECURRENCE_WEEKLY,
		.interval = 1,
		.has_until = TRUE,
		.until = 1798448400,
		.days_of_week = EAS_MONDAY,
		.first_day_of_week = 1,
	};
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autoptr (EasItem) item = NULL;
	g_autoptr (GBytes) bytes = NULL;
	g_autoptr (GBytes) expected =
		eas_test_unhex ("03 01 6A 00 5D 00 04 5B 5C 03 31 00 01"
				"5D 03 32 30 32 36 31 32 32 38 54 30 39 30 30 30 30 5A 00 01"
				"5F 03 31 00 01 60 03 32 00 01 79 03 31 00 01 01 01");

	eas_recurrence_write (&recurrence, EAS_PAGE_CALENDAR, EAS_VERSION_14_1, builder);
	item = eas_item_builder_finish (builder);
	bytes = eas_item_to_bytes (item);
	eas_test_assert_bytes (bytes, expected);
}

static EasItem *
write_item (const EasRecurrence *recurrence, guint page, EasVersion version)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	eas_recurrence_write (recurrence, page, version, builder);

	return eas_item_builder_finish (builder);
}

static void
test_versions (void)
{
	const EasRecurrence weekly = { .type = EAS_RECURRENCE_WEEKLY,
				       .interval = 1,
				       .days_of_week = EAS_MONDAY,
				       .first_day_of_week = 0 };
	const EasRecurrence yearly = { .type = EAS_RECURRENCE_YEARLY,
				       .interval = 1,
				       .day_of_month = 1,
				       .month_of_year = 1,
				       .calendar_type = 15,
				       .is_leap_month = TRUE,
				       .first_day_of_week = -1 };
	const EasVersion versions[] = { EAS_VERSION_12_1, EAS_VERSION_14_0, EAS_VERSION_14_1,
					EAS_VERSION_16_1 };

	for (gsize i = 0; i < G_N_ELEMENTS (versions); i++) {
		g_autoptr (EasItem) w = write_item (&weekly, EAS_PAGE_CALENDAR, versions[i]);
		g_autoptr (EasItem) y = write_item (&yearly, EAS_PAGE_CALENDAR, versions[i]);

		g_assert_cmpint (eas_item_child (w, 1, EAS_CALENDAR_FIRST_DAY_OF_WEEK) !=
					 EAS_ITEM_NONE,
				 ==, versions[i] >= EAS_VERSION_14_1);
		g_assert_cmpint (eas_item_child (y, 1, EAS_CALENDAR_CALENDAR_TYPE) != EAS_ITEM_NONE,
				 ==, versions[i] >= EAS_VERSION_14_0);
		g_assert_cmpint (eas_item_child (y, 1, EAS_CALENDAR_IS_LEAP_MONTH) != EAS_ITEM_NONE,
				 ==, versions[i] >= EAS_VERSION_14_0);
	}
}

static EasRecurrence
random_recurrence (GRand *rand, gboolean task)
{
	const EasRecurrenceType types[] = { 0, 1, 2, 3, 5, 6 };
	EasRecurrence recurrence = {
		.type = types[eas_test_rand_below (rand, G_N_ELEMENTS (types))],
		.interval = 1 + eas_test_rand_below (rand, 999),
		.first_day_of_week = -1,
	};
	guint ending = eas_test_rand_below (rand, 3);
	gboolean weekly = recurrence.type == EAS_RECURRENCE_WEEKLY;
	gboolean nth = recurrence.type == EAS_RECURRENCE_MONTHLY_NTH ||
		       recurrence.type == EAS_RECURRENCE_YEARLY_NTH;
	gboolean yearly = recurrence.type == EAS_RECURRENCE_YEARLY ||
			  recurrence.type == EAS_RECURRENCE_YEARLY_NTH;

	if (ending == 0)
		recurrence.occurrences = 1 + eas_test_rand_below (rand, 255);
	if (ending == 1) {
		recurrence.has_until = TRUE;
		recurrence.until = (gint64) g_rand_int (rand);
	}
	if (weekly || nth)
		recurrence.days_of_week = 1 + eas_test_rand_below (rand, 127);
	if (weekly)
		recurrence.first_day_of_week = (int) eas_test_rand_below (rand, 8) - 1;
	if (nth)
		recurrence.week_of_month = 1 + eas_test_rand_below (rand, 5);
	if (recurrence.type == EAS_RECURRENCE_MONTHLY || recurrence.type == EAS_RECURRENCE_YEARLY)
		recurrence.day_of_month = 1 + eas_test_rand_below (rand, 31);
	if (yearly) {
		recurrence.month_of_year = 1 + eas_test_rand_below (rand, 12);
		recurrence.calendar_type = eas_test_rand_below (rand, 13);
		recurrence.is_leap_month = eas_test_rand_one_in (rand, 2);
	}
	if (task) {
		recurrence.has_start = TRUE;
		recurrence.start = (gint64) g_rand_int (rand);
		recurrence.regenerate = eas_test_rand_one_in (rand, 2);
		recurrence.dead_occur = eas_test_rand_one_in (rand, 2);
	}

	return recurrence;
}

static void
test_round_trip (void)
{
	const guint pages[] = { EAS_PAGE_CALENDAR, EAS_PAGE_TASKS, EAS_PAGE_EMAIL };
	g_autoptr (GRand) rand = eas_test_rand (61);

	for (guint i = 0; i < 1500; i++) {
		guint page = pages[i % G_N_ELEMENTS (pages)];
		EasRecurrence recurrence = random_recurrence (rand, page == EAS_PAGE_TASKS);
		g_autoptr (EasItem) item = write_item (&recurrence, page, EAS_VERSION_16_1);
		g_autoptr (GError) error = NULL;
		EasRecurrence read;

		g_assert_true (eas_recurrence_validate (&recurrence, &error));
		g_assert_no_error (error);
		eas_recurrence_read (item, eas_item_child (item, EAS_ITEM_ROOT, EAS_TAG_NONE),
				     &read, &error);
		g_assert_no_error (error);
		g_assert_true (eas_recurrence_equal (&recurrence, &read));
	}
}

/* Each page writes its own elements, and the date form of its own. */
static void
test_pages (void)
{
	const EasRecurrence recurrence = { .type = EAS_RECURRENCE_DAILY,
					   .interval = 1,
					   .has_until = TRUE,
					   .until = 0,
					   .first_day_of_week = -1,
					   .has_start = TRUE,
					   .start = 86400 };
	g_autoptr (EasItem) event = write_item (&recurrence, EAS_PAGE_CALENDAR, EAS_VERSION_14_1);
	g_autoptr (EasItem) task = write_item (&recurrence, EAS_PAGE_TASKS, EAS_VERSION_14_1);

	g_assert_cmpstr (eas_item_text (event, eas_item_child (event, 1, EAS_CALENDAR_UNTIL)), ==,
			 "19700101T000000Z");
	g_assert_cmpuint (eas_item_n_children (event, 1), ==, 3);
	g_assert_cmpstr (eas_item_text (task, eas_item_child (task, 1, EAS_TASKS_UNTIL)), ==,
			 "1970-01-01T00:00:00.000Z");
	g_assert_cmpstr (eas_item_text (task, eas_item_child (task, 1, EAS_TASKS_START)), ==,
			 "1970-01-02T00:00:00.000Z");
}

/* Pitfall 14: what cannot be carried is refused where it is saved, in plain words. */
static void
test_pitfall_14_validate (void)
{
	const EasRecurrence base = { .type = EAS_RECURRENCE_WEEKLY,
				     .interval = 1,
				     .days_of_week = EAS_MONDAY,
				     .first_day_of_week = -1 };
	EasRecurrence broken[11];

	for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
		broken[i] = base;
	broken[0].type = 4;
	broken[1].interval = 0;
	broken[2].interval = 1000;
	broken[3].occurrences = 1000;
	broken[4].occurrences = 5;
	broken[4].has_until = TRUE;
	broken[5].days_of_week = 0;
	broken[6].days_of_week = 128;
	broken[7].day_of_month = 3; /* the server refuses what the type has no use for */
	broken[8].month_of_year = 3;
	broken[9].calendar_type = 40;
	broken[10].has_start = TRUE;
	broken[10].occurrences = 256;

	g_assert_true (eas_recurrence_validate (&base, NULL));
	for (gsize i = 0; i < G_N_ELEMENTS (broken); i++) {
		g_autoptr (GError) error = NULL;

		g_assert_false (eas_recurrence_validate (&broken[i], &error));
		g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
		g_assert_true (g_str_has_suffix (error->message, "."));
	}
}

static void
test_equal (void)
{
	const EasRecurrence base = { .type = EAS_RECURRENCE_WEEKLY,
				     .interval = 1,
				     .days_of_week = EAS_MONDAY,
				     .first_day_of_week = -1 };
	EasRecurrence other = base;

	/* A date that does not count does not differ. */
	other.until = 5;
	other.start = 6;
	g_assert_true (eas_recurrence_equal (&base, &other));

	other.has_until = TRUE;
	g_assert_false (eas_recurrence_equal (&base, &other));
	other = base;
	other.days_of_week = EAS_TUESDAY;
	g_assert_false (eas_recurrence_equal (&base, &other));
	other = base;
	other.first_day_of_week = 0;
	g_assert_false (eas_recurrence_equal (&base, &other));
	other = base;
	other.regenerate = TRUE;
	g_assert_false (eas_recurrence_equal (&base, &other));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/item/recurrence/implied-day", test_implied_day);
	g_test_add_func ("/recurrence/type-table", test_type_table);
	g_test_add_func ("/recurrence/defaults", test_defaults);
	g_test_add_func ("/recurrence/occurrences-win", test_occurrences_win);
	g_test_add_func ("/recurrence/absent", test_absent);
	g_test_add_func ("/recurrence/written-form", test_written_form);
	g_test_add_func ("/recurrence/versions", test_versions);
	g_test_add_func ("/recurrence/pages", test_pages);
	g_test_add_func ("/recurrence/round-trip", test_round_trip);
	g_test_add_func ("/recurrence/pitfall-14-validate", test_pitfall_14_validate);
	g_test_add_func ("/recurrence/equal", test_equal);

	return g_test_run ();
}
