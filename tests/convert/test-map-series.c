/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Series of events as a whole: iCalendar, the wire's item, its bytes, iCalendar again.
 * For five years the occurrences have to be at the same instants. What the wire cannot
 * say is refused with a reason, never made into another series.
 */

#include "convert-test.h"
#include "eas-datetime.h"
#include "eas-map-zone.h"
#include "eas-item-codec.h"

#include <string.h>

#define N_SAYABLE 1000 /* in each of two versions */
#define N_ANY     1000
#define GENERAL   "The server cannot repeat an event in this way: "
#define DAY       ((gint64) 24 * 60 * 60)
#define FIVE      (5 * 366 * DAY)
#define MOST      2000 /* occurrences: daily for five years */

static const char *const zones[] = { "Europe/Berlin",    "America/New_York",   "Asia/Kolkata",
				     "Australia/Sydney", "Asia/Tokyo",         "America/Sao_Paulo",
				     "Pacific/Auckland", "Australia/Lord_Howe" };

/* --- One series --- */

static char *
make_event (GRand *rand, const char *rule, gboolean all_day)
{
	int year, month, day, ignored;
	gint64 start = eas_datetime_from_civil (2026, 1, 1, 0, 0, 0) +
		       (gint64) eas_test_rand_below (rand, 600) * DAY;
	const char *zone = zones[eas_test_rand_below (rand, G_N_ELEMENTS (zones))];
	g_autofree char *when = NULL;

	eas_datetime_to_civil (start, &year, &month, &day, &ignored, &ignored, &ignored);
	if (all_day)
		when = g_strdup_printf (";VALUE=DATE:%04d%02d%02d", year, month, day);
	else
		when = g_strdup_printf (";TZID=%s:%04d%02d%02dT%02u%02u00", zone, year, month, day,
					eas_test_rand_below (rand, 24),
					15 * eas_test_rand_below (rand, 4));

	return g_strdup_printf ("BEGIN:VEVENT\nUID:series\nSUMMARY:Series\nDTSTART%s\n%s\n"
				"RRULE:%s\nEND:VEVENT\n",
				when, all_day ? "DURATION:P1D" : "DURATION:PT45M", rule);
}

static gint64
instant (struct icaltimetype time, const icaltimezone *zone)
{
	return time.is_date ? icaltime_as_timet (time) : icaltime_as_timet_with_zone (time, zone);
}

/* The instants of the first component, for five years from its start. */
static char *
expand (GPtrArray *components)
{
	icalcomponent *event = i_cal_object_get_native (components->pdata[0]);
	icalproperty *property = icalcomponent_get_first_property (event, ICAL_RRULE_PROPERTY);
	icalproperty *dtstart = icalcomponent_get_first_property (event, ICAL_DTSTART_PROPERTY);
	icalparameter *tzid = icalproperty_get_first_parameter (dtstart, ICAL_TZID_PARAMETER);
	struct icaltimetype start = icalproperty_get_dtstart (dtstart);
	icaltimezone *zone = icaltimezone_get_utc_timezone ();
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	GString *out = g_string_new (start.is_date ? "all day " : "");
	icalrecur_iterator *iterator;
	gint64 first;

	if (tzid != NULL)
		zone = eas_map_zone_find (&context, icalparameter_get_tzid (tzid));
	g_assert_nonnull (zone);
	start.zone = zone;
	first = instant (start, zone);
	if (property == NULL) {
		g_string_append_printf (out, "once %" G_GINT64_FORMAT, first);
		return g_string_free (out, FALSE);
	}
	iterator = icalrecur_iterator_new (icalproperty_get_rrule (property), start);
	for (guint ii = 0; iterator != NULL && ii < MOST; ii++) {
		struct icaltimetype next = icalrecur_iterator_next (iterator);

		if (icaltime_is_null_time (next) || instant (next, zone) > first + FIVE)
			break;
		g_string_append_printf (out, "%" G_GINT64_FORMAT " ", instant (next, zone));
	}
	if (iterator != NULL)
		icalrecur_iterator_free (iterator);

	return g_string_free (out, FALSE);
}

/* Through the bytes of the item, as they are stored and sent. NULL: refused. */
static GPtrArray *
there_and_back (GPtrArray *components, const EasMapContext *context, GError **error)
{
	g_autoptr (GPtrArray) changes =
		eas_map_event_write (components, NULL, NULL, context, error);
	const EasSyncChange *add;
	g_autoptr (GBytes) bytes = NULL;
	g_autoptr (EasItem) item = NULL;

	if (changes == NULL)
		return NULL;
	g_assert_cmpuint (changes->len, ==, 1);
	add = g_ptr_array_index (changes, 0);
	bytes = eas_item_to_bytes (add->item);
	item = eas_item_from_bytes (bytes, error);
	g_assert_nonnull (item);

	return convert_read (item, context);
}

/* --- What the wire can say --- */

static void
test_sayable (gconstpointer version)
{
	EasMapContext context = convert_context (GPOINTER_TO_UINT (version), NULL);
	g_autoptr (GRand) rand = eas_test_rand (5545 + GPOINTER_TO_UINT (version));

	for (guint ii = 0; ii < N_SAYABLE; ii++) {
		gboolean all_day = eas_test_rand_one_in (rand, 4);
		g_autofree char *rule = convert_random_rule (rand, all_day);
		g_autofree char *text = make_event (rand, rule, all_day);
		g_autoptr (GPtrArray) components = convert_components (text);
		g_autoptr (GError) error = NULL;
		g_autoptr (GPtrArray) again = there_and_back (components, &context, &error);
		g_autofree char *before = expand (components);
		g_autofree char *after = NULL;

		if (again == NULL)
			g_error ("%s refused: %s", text, error->message);
		after = expand (again);
		if (strcmp (before, after) != 0) {
			g_autofree char *back = convert_ical (again);

			g_error ("%s\ncame back as\n%s\n%s\n%s", text, back, before, after);
		}
	}
}

/* --- Any rule of RFC 5545 --- */

typedef struct {
	const char *name;
	const char *values[6];
} Part;

/* clang-format off */
static const Part parts[] = {
	{ "INTERVAL",   { "1", "2", "3", "12" } },
	{ "BYDAY",      { "MO", "MO,WE,FR", "SA,SU", "1MO", "-1FR", "2TU,4TU" } },
	{ "BYMONTHDAY", { "1", "31", "-1", "1,15", "-3" } },
	{ "BYMONTH",    { "1", "6,12", "2" } },
	{ "BYSETPOS",   { "1", "-1", "2", "1,-1" } },
	{ "BYYEARDAY",  { "1", "-1", "100,200" } },
	{ "BYWEEKNO",   { "1", "20" } },
	{ "BYHOUR",     { "9", "9,17" } },
	{ "WKST",       { "SU", "MO" } },
	{ "COUNT",      { "1", "5", "30" } },
};
/* clang-format on */

static const char *const frequencies[] = { "YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY" };

static char *
any_rule (GRand *rand)
{
	GString *rule = g_string_new ("FREQ=");

	g_string_append (rule, frequencies[eas_test_rand_below (rand, G_N_ELEMENTS (frequencies))]);
	for (guint ii = 0; ii < G_N_ELEMENTS (parts); ii++) {
		guint n = 0;

		while (n < G_N_ELEMENTS (parts[ii].values) && parts[ii].values[n] != NULL)
			n++;
		if (eas_test_rand_one_in (rand, 4))
			g_string_append_printf (rule, ";%s=%s", parts[ii].name,
						parts[ii].values[eas_test_rand_below (rand, n)]);
	}

	return g_string_free (rule, FALSE);
}

static guint
count (GHashTable *reasons, const char *reason)
{
	guint n = GPOINTER_TO_UINT (g_hash_table_lookup (reasons, reason)) + 1;

	g_hash_table_insert (reasons, g_strdup (reason), GUINT_TO_POINTER (n));

	return n;
}

/* A rule libical itself takes for broken is no test of ours. */
static gboolean
is_sound (GPtrArray *components)
{
	icalcomponent *event = i_cal_object_get_native (components->pdata[0]);
	icalproperty *property = icalcomponent_get_first_property (event, ICAL_RRULE_PROPERTY);

	return property != NULL && icalproperty_get_rrule (property).freq != ICAL_NO_RECURRENCE;
}

/* Taken or refused: taken means the same instants, refused means a reason. */
static void
test_any (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (GRand) rand = eas_test_rand (2445);
	g_autoptr (GHashTable) reasons =
		g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	guint n_taken = 0, n_refused = 0, n_wrong = 0;
	GHashTableIter iter;
	gpointer reason, n;

	for (guint ii = 0; ii < N_ANY; ii++) {
		g_autofree char *rule = any_rule (rand);
		g_autofree char *text = make_event (rand, rule, FALSE);
		g_autoptr (GPtrArray) components = convert_components (text);
		g_autoptr (GPtrArray) again = NULL;
		g_autoptr (GError) error = NULL;
		g_autofree char *before = NULL;
		g_autofree char *after = NULL;

		if (!is_sound (components))
			continue;
		again = there_and_back (components, &context, &error);
		if (again == NULL) {
			g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
			/* By name: the sentence that goes for all says nothing yet. */
			g_assert_true (g_str_has_prefix (error->message, GENERAL));
			g_assert_cmpuint (strlen (error->message), >, strlen (GENERAL) + 5);
			count (reasons, error->message);
			n_refused++;
			continue;
		}
		n_taken++;
		before = expand (components);
		after = expand (again);
		if (strcmp (before, after) != 0) {
			g_autofree char *back = convert_ical (again);

			n_wrong++;
			g_test_message ("%s came back as %s", text, back);
		}
	}
	g_test_message ("%u taken, %u refused:", n_taken, n_refused);
	g_hash_table_iter_init (&iter, reasons);
	while (g_hash_table_iter_next (&iter, &reason, &n))
		g_test_message ("%u: %s", GPOINTER_TO_UINT (n), (const char *) reason);
	g_assert_cmpuint (n_wrong, ==, 0);
	g_assert_cmpuint (g_hash_table_size (reasons), >, 15);
	g_assert_cmpuint (n_taken, >, 50);
	g_assert_cmpuint (n_refused, >, 100);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_data_func ("/map-series/sayable/14.1", GUINT_TO_POINTER (EAS_VERSION_14_1),
			      test_sayable);
	g_test_add_data_func ("/map-series/sayable/16.1", GUINT_TO_POINTER (EAS_VERSION_16_1),
			      test_sayable);
	g_test_add_func ("/map-series/any", test_any);

	return g_test_run ();
}
