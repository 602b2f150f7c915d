/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "convert-test.h"
#include "eas-datetime.h"
#include "eas-map-zone.h"

#include <string.h>

#define DAY  ((gint64) 24 * 60 * 60)
#define YEAR 2026

static gint64
midyear (int year)
{
	return eas_datetime_from_civil (year, 7, 1, 12, 0, 0);
}

static char *
blob_of (const char *name, int year)
{
	return eas_map_zone_write (icaltimezone_get_builtin_timezone (name), midyear (year));
}

static const char *
location (icaltimezone *zone)
{
	return zone != NULL ? icaltimezone_get_location (zone) : "none";
}

static const char *
read_zone (const char *own, const char *base64, int year)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, own);
	EasTimezone structure;
	gboolean stated;

	return location (eas_map_zone_read (&context, base64, year, &structure, &stated));
}

static gint32
offset_of (GTimeZone *zone, gint64 utc)
{
	return g_time_zone_get_offset (
		zone, g_time_zone_find_interval (zone, G_TIME_TYPE_UNIVERSAL, utc));
}

/* The hours of a year in which a structure and a zone do not agree. */
static guint
count_wrong_hours (const EasTimezone *structure, GTimeZone *zone, int year)
{
	gint64 end = eas_datetime_from_civil (year + 1, 1, 1, 0, 0, 0);
	guint wrong = 0;

	for (gint64 utc = eas_datetime_from_civil (year, 1, 1, 0, 0, 0); utc < end; utc += 3600)
		wrong += eas_timezone_offset_at_utc (structure, utc) * 60 != offset_of (zone, utc);

	return wrong;
}

/* Every zone of the system that is a place, and what its structure says in each hour of a year. */
static void
each_zone (void (*look) (const char *name, GTimeZone *zone, gpointer data), gpointer data)
{
	g_autofree char *text = NULL;
	g_auto (GStrv) lines = NULL;

	if (!g_file_get_contents ("/usr/share/zoneinfo/zone.tab", &text, NULL, NULL))
		g_error ("the system has no list of time zones: install tzdata");

	lines = g_strsplit (text, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		g_auto (GStrv) columns = g_strsplit (lines[i], "\t", -1);
		g_autoptr (GTimeZone) zone = NULL;

		if (lines[i][0] == '#' || g_strv_length (columns) < 3)
			continue;
		zone = g_time_zone_new_identifier (columns[2]);
		g_assert_nonnull (zone);
		look (columns[2], zone, data);
	}
}

typedef struct {
	guint n_zones;
	guint n_wrong;
	GString *exceptions;
} Tally;

/*
 * A zone that changes its law within the year is no pair of rules: it ends the year
 * at another offset than it began it. Which ones do is known better by each release
 * of the time zone data (Vancouver kept daylight saving time in 2026).
 */
static gboolean
changes_its_law (GTimeZone *zone, int year)
{
	return offset_of (zone, eas_datetime_from_civil (year, 1, 1, 0, 0, 0)) !=
	       offset_of (zone, eas_datetime_from_civil (year + 1, 1, 1, 0, 0, 0));
}

/* Not found again by what it does: Troll alone changes by two hours, and nobody has it for a name.
 */
static gboolean
is_exception (const char *name, GTimeZone *zone)
{
	return g_str_equal (name, "Antarctica/Troll") || changes_its_law (zone, YEAR);
}

static void
look_both_ways (const char *name, GTimeZone *zone, gpointer data)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, "Pacific/Marquesas");
	icaltimezone *ical = icaltimezone_get_builtin_timezone (name);
	Tally *tally = data;
	EasTimezone structure, again;
	g_autofree char *base64 = NULL;
	icaltimezone *found;
	gboolean stated;

	g_assert_nonnull (ical);
	tally->n_zones++;
	eas_map_zone_describe (ical, midyear (YEAR), &structure);
	if (count_wrong_hours (&structure, zone, YEAR) > 0) {
		tally->n_wrong++;
		g_test_message ("%s: %u hours differ", name,
				count_wrong_hours (&structure, zone, YEAR));
		if (!is_exception (name, zone))
			g_string_append_printf (tally->exceptions, " %s", name);
		return;
	}

	/* And back: another name perhaps, but the same hours. */
	base64 = eas_timezone_write (&structure);
	found = eas_map_zone_read (&context, base64, YEAR, &again, &stated);
	g_assert_true (eas_timezone_same_rules (&structure, &again));
	if (found == NULL) {
		if (!is_exception (name, zone))
			g_string_append_printf (tally->exceptions, " %s (no zone found)", name);
	} else if (found != icaltimezone_get_utc_timezone ()) {
		g_autoptr (GTimeZone) found_zone =
			g_time_zone_new_identifier (icaltimezone_get_location (found));

		if (count_wrong_hours (&structure, found_zone, YEAR) > 0 &&
		    !changes_its_law (found_zone, YEAR))
			g_string_append_printf (tally->exceptions, " %s (found as %s)", name,
						location (found));
	}
}

static void
test_all_zones (void)
{
	Tally tally = { 0, 0, g_string_new (NULL) };

	each_zone (look_both_ways, &tally);
	g_test_message ("%u zones, %u that are no pair of rules", tally.n_zones, tally.n_wrong);
	g_assert_cmpstr (tally.exceptions->str, ==, "");
	g_assert_cmpuint (tally.n_zones, >, 400);
	g_string_free (tally.exceptions, TRUE);
}

/* The pairs of rules as Windows and Exchange write them. */
static void
test_rules (void)
{
	static const struct {
		const char *zone, *standard, *daylight;
		int bias, daylight_bias;
		EasTimezoneDate standard_date, daylight_date;
	} zones[] = {
		{ "Europe/Berlin",
		  "W. Europe Standard Time",
		  "W. Europe Daylight Time",
		  -60,
		  -60,
		  { 0, 10, 0, 5, 3 },
		  { 0, 3, 0, 5, 2 } },
		{ "America/New_York",
		  "Eastern Standard Time",
		  "Eastern Daylight Time",
		  300,
		  -60,
		  { 0, 11, 0, 1, 2 },
		  { 0, 3, 0, 2, 2 } },
		{ "Australia/Sydney",
		  "AUS Eastern Standard Time",
		  "AUS Eastern Daylight Time",
		  -600,
		  -60,
		  { 0, 4, 0, 1, 3 },
		  { 0, 10, 0, 1, 2 } },
		{ "Europe/Dublin",
		  "GMT Standard Time",
		  "GMT Daylight Time",
		  0,
		  -60,
		  { 0, 10, 0, 5, 2 },
		  { 0, 3, 0, 5, 1 } },
		{ "Asia/Kolkata",
		  "India Standard Time",
		  "India Daylight Time",
		  -330,
		  0,
		  { 0 },
		  { 0 } },
		{ "Australia/Lord_Howe",
		  "Lord Howe Standard Time",
		  "Lord Howe Daylight Time",
		  -630,
		  -30,
		  { 0, 4, 0, 1, 2 },
		  { 0, 10, 0, 1, 2 } },
	};

	for (guint i = 0; i < G_N_ELEMENTS (zones); i++) {
		EasTimezone structure;

		eas_map_zone_describe (icaltimezone_get_builtin_timezone (zones[i].zone),
				       midyear (YEAR), &structure);
		g_assert_cmpstr (structure.standard_name, ==, zones[i].standard);
		g_assert_cmpstr (structure.daylight_name, ==, zones[i].daylight);
		g_assert_cmpint (structure.bias, ==, zones[i].bias);
		g_assert_cmpint (structure.daylight_bias, ==, zones[i].daylight_bias);
		g_assert_cmpmem (&structure.standard_date, sizeof (EasTimezoneDate),
				 &zones[i].standard_date, sizeof (EasTimezoneDate));
		g_assert_cmpmem (&structure.daylight_date, sizeof (EasTimezoneDate),
				 &zones[i].daylight_date, sizeof (EasTimezoneDate));
	}
}

/* Pitfall 12: the person's own zone where it fits, then the zones of the name, never a name nobody
 * lives in. */
static void
test_preference_12 (void)
{
	g_autofree char *berlin = blob_of ("Europe/Berlin", YEAR);
	g_autofree char *new_york = blob_of ("America/New_York", YEAR);
	g_autofree char *tokyo = blob_of ("Asia/Tokyo", YEAR);

	g_assert_cmpstr (read_zone ("Europe/Berlin", berlin, YEAR), ==, "Europe/Berlin");
	g_assert_cmpstr (read_zone ("Europe/Paris", berlin, YEAR), ==, "Europe/Paris");
	g_assert_cmpstr (read_zone ("Asia/Tokyo", berlin, YEAR), ==, "Europe/Berlin");
	g_assert_cmpstr (read_zone ("Europe/Berlin", new_york, YEAR), ==, "America/New_York");
	g_assert_cmpstr (read_zone ("America/Toronto", new_york, YEAR), ==, "America/Toronto");
	g_assert_cmpstr (read_zone ("Europe/Berlin", tokyo, YEAR), ==, "Asia/Tokyo");
}

static char *
nameless (int bias, const char *zone)
{
	EasTimezone structure = { 0 };

	if (zone != NULL)
		eas_map_zone_describe (icaltimezone_get_builtin_timezone (zone), midyear (YEAR),
				       &structure);
	else
		structure.bias = bias;
	memset (structure.standard_name, 0, sizeof structure.standard_name);
	memset (structure.daylight_name, 0, sizeof structure.daylight_name);

	return eas_timezone_write (&structure);
}

static void
test_nameless_12 (void)
{
	g_autofree char *berlin = nameless (0, "Europe/Berlin");
	g_autofree char *london = nameless (0, "Europe/London");
	g_autofree char *chicago = nameless (0, "America/Chicago");
	g_autofree char *nine = nameless (-540, NULL);
	g_autofree char *odd = nameless (-187, NULL);

	g_assert_cmpstr (read_zone ("Asia/Tokyo", berlin, YEAR), ==, "Europe/Berlin");
	g_assert_cmpstr (read_zone ("Asia/Tokyo", london, YEAR), ==, "Europe/London");
	g_assert_cmpstr (read_zone ("Asia/Tokyo", chicago, YEAR), ==, "America/Chicago");
	g_assert_cmpstr (read_zone ("Europe/Berlin", nine, YEAR), ==, "Asia/Tokyo");
	g_assert_cmpstr (read_zone ("Asia/Seoul", nine, YEAR), ==, "Asia/Seoul");
	g_assert_cmpstr (read_zone ("Europe/Berlin", odd, YEAR), ==, "none");
}

/* Not even by Windows' own name: "Greenwich Standard Time" is Reykjavik first. */
static void
test_never_12 (void)
{
	EasTimezone greenwich = { .standard_name = "Greenwich Standard Time" };
	g_autofree char *base64 = eas_timezone_write (&greenwich);

	g_assert_cmpstr (read_zone ("Europe/Berlin", base64, YEAR), ==, "Africa/Abidjan");
}

static void
test_unstated_12 (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	EasTimezone zero = { 0 }, utc = { .standard_name = "UTC" }, structure;
	g_autofree char *unstated = eas_timezone_write (&zero);
	g_autofree char *named = eas_timezone_write (&utc);
	gboolean stated = TRUE;

	g_assert_null (eas_map_zone_read (&context, unstated, YEAR, &structure, &stated));
	g_assert_false (stated);
	g_assert_true (eas_map_zone_read (&context, named, YEAR, &structure, &stated) ==
		       icaltimezone_get_utc_timezone ());
	g_assert_true (stated);
	g_assert_null (eas_map_zone_read (&context, "rubbish", YEAR, &structure, &stated));
	g_assert_false (stated);
}

/* Rules of another time: those of the year of the event, or today's in an older event. */
static void
test_years (void)
{
	g_autofree char *old = blob_of ("America/New_York", 2005);
	g_autofree char *new = blob_of ("America/New_York", 2026);
	EasTimezone structure;

	eas_map_zone_describe (icaltimezone_get_builtin_timezone ("America/New_York"),
			       midyear (2005), &structure);
	g_assert_cmpint (structure.daylight_date.month, ==, 4);
	g_assert_cmpint (structure.standard_date.month, ==, 10);
	g_assert_cmpstr (read_zone ("Europe/Berlin", old, 2005), ==, "America/New_York");
	g_assert_cmpstr (read_zone ("Europe/Berlin", new, 2005), ==, "America/New_York");
}

/* A server that has the change on another Sunday than the zone data. */
static void
test_nearly (void)
{
	EasTimezone structure;
	g_autofree char *base64 = NULL;

	eas_map_zone_describe (icaltimezone_get_builtin_timezone ("Europe/Berlin"), midyear (YEAR),
			       &structure);
	structure.standard_date.day = 4;
	base64 = eas_timezone_write (&structure);
	g_assert_cmpstr (read_zone ("Europe/Berlin", base64, 2027), ==, "Europe/Berlin");
}

static ICalTimezone *
find_custom (const char *tzid, gpointer data)
{
	return strcmp (tzid, "Custom") == 0 ? data : NULL;
}

static void
test_find (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);

	context.find_zone = find_custom;
	context.find_zone_data = i_cal_timezone_get_builtin_timezone ("Asia/Tokyo");

	g_assert_cmpstr (location (eas_map_zone_find (&context, "Europe/Rome")), ==, "Europe/Rome");
	g_assert_cmpstr (location (eas_map_zone_find (
				 &context, "/freeassociation.sourceforge.net/Europe/Rome")),
			 ==, "Europe/Rome");
	g_assert_cmpstr (location (eas_map_zone_find (&context, "Romance Standard Time")), ==,
			 "Europe/Paris");
	g_assert_cmpstr (location (eas_map_zone_find (&context, "Custom")), ==, "Asia/Tokyo");
	g_assert_true (eas_map_zone_find (&context, "UTC") == icaltimezone_get_utc_timezone ());
	g_assert_null (eas_map_zone_find (&context, "Nowhere/Land"));
	g_assert_null (eas_map_zone_find (&context, "../../../etc/passwd"));
	g_assert_null (eas_map_zone_find (&context, "/etc/passwd"));
	g_assert_null (eas_map_zone_find (&context, ""));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/map/zone/all", test_all_zones);
	g_test_add_func ("/map/zone/rules", test_rules);
	g_test_add_func ("/map/zone/preference-12", test_preference_12);
	g_test_add_func ("/map/zone/nameless-12", test_nameless_12);
	g_test_add_func ("/map/zone/never-12", test_never_12);
	g_test_add_func ("/map/zone/unstated-12", test_unstated_12);
	g_test_add_func ("/map/zone/years", test_years);
	g_test_add_func ("/map/zone/nearly", test_nearly);
	g_test_add_func ("/map/zone/find", test_find);

	return g_test_run ();
}
