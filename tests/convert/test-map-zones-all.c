/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Every zone of the machine's time zone data, through the wire's structure and back.
 * The structure holds one pair of rules. Whether a zone needs more than that is asked
 * of the time zone data itself, not of the map: what one pair can say has to be right
 * to the second for this year, and for ten years on; the others are told by name.
 *
 * docs/zones.md holds their list.
 */

#include "convert-test.h"
#include "eas-datetime.h"
#include "eas-map-zone.h"

#include <string.h>

#define ZONES    "/usr/share/zoneinfo"
#define DOCUMENT "docs/zones.md"
#define DAY      ((gint64) 24 * 60 * 60)
#define YEARS    11  /* this one and ten more */
#define AT_MOST  8   /* changes of offset in a year that are looked at */
#define MANY     300 /* zones that there must be, or the test looks at nothing */

/* --- The zones there are --- */

static gboolean
is_zone_file (const char *path)
{
	g_autofree char *text = NULL;
	gsize size = 0;

	return g_file_get_contents (path, &text, &size, NULL) && size > 4 &&
	       memcmp (text, "TZif", 4) == 0;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
	return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Names below @folder; copies of the whole tree and what is no place are left out. */
static void
collect (const char *folder, const char *prefix, GPtrArray *names)
{
	static const char *const not_here[] = { "posix",      "right",   "localtime",
						"posixrules", "Factory", NULL };
	g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
	const char *entry;

	while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL) {
		g_autofree char *path = g_build_filename (folder, entry, NULL);
		g_autofree char *name = g_strconcat (prefix, entry, NULL);

		if (g_strv_contains (not_here, name))
			continue;
		if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
			g_autofree char *below = g_strconcat (name, "/", NULL);

			collect (path, below, names);
		} else if (is_zone_file (path)) {
			g_ptr_array_add (names, g_steal_pointer (&name));
		}
	}
}

static GPtrArray *
all_zones (void)
{
	GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

	collect (ZONES, "", names);
	g_ptr_array_sort (names, compare_names);
	g_assert_cmpuint (names->len, >, MANY);

	return names;
}

static gint64
start_of (int year)
{
	return eas_datetime_from_civil (year, 1, 1, 0, 0, 0);
}

static int
this_year (void)
{
	g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

	return g_date_time_get_year (now);
}

/* --- What the time zone data says --- */

static gint64
offset_in_zone (gconstpointer data, gint64 utc)
{
	GTimeZone *zone = (GTimeZone *) data;

	return g_time_zone_get_offset (
		zone, g_time_zone_find_interval (zone, G_TIME_TYPE_UNIVERSAL, utc));
}

static gint64
offset_in_structure (gconstpointer data, gint64 utc)
{
	return (gint64) eas_timezone_offset_at_utc (data, utc) * 60;
}

typedef gint64 (*OffsetAt) (gconstpointer data, gint64 utc);

typedef struct {
	gint64 at, before, after;
} Change;

typedef struct {
	gint64 first; /* offset at its beginning */
	Change changes[AT_MOST];
	guint n;
} Year;

/* Day by day, then to the second. */
static void
look (OffsetAt offset_at, gconstpointer data, int year, Year *out)
{
	gint64 end = start_of (year + 1);
	gint64 before;

	memset (out, 0, sizeof *out);
	before = out->first = offset_at (data, start_of (year));
	for (gint64 utc = start_of (year); utc < end; utc += DAY) {
		gint64 low = utc, high = MIN (utc + DAY, end);
		gint64 after = offset_at (data, high);

		if (after == before)
			continue;
		while (high - low > 1) {
			gint64 middle = low + (high - low) / 2;

			if (offset_at (data, middle) == before)
				low = middle;
			else
				high = middle;
		}
		g_assert_cmpuint (out->n, <, AT_MOST);
		out->changes[out->n++] = (Change){ high, before, after };
		before = after;
	}
}

static gboolean
same_year (const Year *a, const Year *b)
{
	if (a->first != b->first || a->n != b->n)
		return FALSE;
	for (guint ii = 0; ii < a->n; ii++) {
		if (a->changes[ii].at != b->changes[ii].at ||
		    a->changes[ii].after != b->changes[ii].after)
			return FALSE;
	}

	return TRUE;
}

/* No change, or there and back again; in whole minutes, which is all that the structure has. */
static gboolean
is_pair (const Year *year)
{
	return year->first % 60 == 0 &&
	       (year->n == 0 || (year->n == 2 && year->changes[1].after == year->first &&
				 year->changes[0].after % 60 == 0));
}

typedef struct {
	int month, weekday, nth, second_of_day;
	gboolean last;
} Date;

static Date
date_of (const Change *change)
{
	gint64 local = change->at + change->before;
	gint64 midnight = local - ((local % DAY) + DAY) % DAY;
	int year, day, hour, minute, second, month_after, ignored;
	Date date;

	eas_datetime_to_civil (local, &year, &date.month, &day, &hour, &minute, &second);
	eas_datetime_to_civil (local + 7 * DAY, &ignored, &month_after, &ignored, &ignored,
			       &ignored, &ignored);
	date.weekday = (int) (((midnight / DAY + 4) % 7 + 7) % 7);
	date.nth = (day - 1) / 7 + 1;
	date.last = month_after != date.month;
	date.second_of_day = (int) (local - midnight);

	return date;
}

/* "The second Sunday in March at 2:00" in all of these years, or "the last one". */
static gboolean
one_rule (const Year *years, guint n_years, guint which)
{
	Date first = date_of (&years[0].changes[which]);
	gboolean nth = TRUE, last = TRUE;

	for (guint ii = 0; ii < n_years; ii++) {
		Date date = date_of (&years[ii].changes[which]);

		if (date.month != first.month || date.weekday != first.weekday ||
		    date.second_of_day != first.second_of_day)
			return FALSE;
		nth = nth && date.nth == first.nth;
		last = last && date.last;
	}

	return nth || last;
}

/* Can one pair of rules say all of these years? */
static gboolean
one_pair (const Year *years, guint n_years)
{
	for (guint ii = 0; ii < n_years; ii++) {
		if (!is_pair (&years[ii]) || years[ii].n != years[0].n ||
		    years[ii].first != years[0].first)
			return FALSE;
		if (years[0].n == 2 && years[ii].changes[0].after != years[0].changes[0].after)
			return FALSE;
	}

	return years[0].n == 0 || (one_rule (years, n_years, 0) && one_rule (years, n_years, 1));
}

/* --- What the map makes of it --- */

typedef struct {
	int year; /* the first one looked at */
	GPtrArray *exact;
	GPtrArray *this_year_only; /* lines of the document */
	GPtrArray *moments_only;
	GPtrArray *not_found;
	GString *wrong;
} Result;

/* Whatever a zone does, at the moment an event begins its structure has the right offset. */
static void
check_moments (Result *result, const char *name, icaltimezone *ical, GTimeZone *zone)
{
	for (gint64 utc = start_of (result->year); utc < start_of (result->year + 1);
	     utc += 5 * DAY + 7 * 3600) {
		EasTimezone structure;
		gint64 expected = offset_in_zone (zone, utc);

		eas_map_zone_describe (ical, utc, &structure);
		if (offset_in_structure (&structure, utc) != expected)
			g_string_append_printf (result->wrong, " %s (at %" G_GINT64_FORMAT ")",
						name, utc);
	}
}

/* The zone that comes back may have another name, never other hours. */
static void
check_back (Result *result, const char *name, const EasTimezone *structure, const Year *year)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, "Pacific/Marquesas");
	g_autofree char *base64 = eas_timezone_write (structure);
	g_autoptr (GTimeZone) zone = NULL;
	EasTimezone again;
	icaltimezone *found;
	const char *location;
	gboolean stated;
	Year back;

	found = eas_map_zone_read (&context, base64, result->year, &again, &stated);
	if (!eas_timezone_same_rules (structure, &again))
		g_string_append_printf (result->wrong, " %s (bytes)", name);
	if (found == NULL) {
		if (stated)
			g_ptr_array_add (result->not_found, g_strdup (name));
		return;
	}
	location = found == icaltimezone_get_utc_timezone () ? "UTC"
							     : icaltimezone_get_location (found);
	zone = g_time_zone_new_identifier (location);
	look (offset_in_zone, zone, result->year, &back);
	if (!same_year (&back, year))
		g_string_append_printf (result->wrong, " %s (comes back as %s)", name, location);
}

static void
check_zone (Result *result, const char *name)
{
	g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (name);
	icaltimezone *ical = icaltimezone_get_builtin_timezone (name);
	Year years[YEARS], said[YEARS];
	EasTimezone structure;
	guint n_right = 0;

	g_assert_nonnull (zone);
	if (ical == NULL) { /* libical knows no such file: no event can be in it */
		g_ptr_array_add (result->moments_only, g_strdup_printf ("%s (unknown)", name));
		return;
	}
	check_moments (result, name, ical, zone);
	eas_map_zone_describe (ical, start_of (result->year) + 180 * DAY, &structure);
	for (guint ii = 0; ii < YEARS; ii++) {
		look (offset_in_zone, zone, result->year + ii, &years[ii]);
		look (offset_in_structure, &structure, result->year + ii, &said[ii]);
		if (n_right == ii && same_year (&years[ii], &said[ii]))
			n_right++;
	}
	if (one_pair (years, YEARS) && n_right < YEARS)
		g_string_append_printf (result->wrong, " %s (in %d)", name, result->year + n_right);
	if (is_pair (&years[0]) && n_right == 0)
		g_string_append_printf (result->wrong, " %s (this year)", name);

	if (n_right == YEARS)
		g_ptr_array_add (result->exact, g_strdup (name));
	else if (n_right > 0)
		g_ptr_array_add (
			result->this_year_only,
			g_strdup_printf ("%s: until %d", name, result->year + n_right - 1));
	else
		g_ptr_array_add (result->moments_only, g_strdup (name));
	if (n_right > 0)
		check_back (result, name, &structure, &years[0]);
}

/* --- The document --- */

static char *
zone_data_version (void)
{
	g_autofree char *text = NULL;

	if (!g_file_get_contents (ZONES "/tzdata.zi", &text, NULL, NULL) ||
	    !g_str_has_prefix (text, "# version "))
		return g_strdup ("unknown");
	text[strcspn (text, "\n")] = '\0';

	return g_strdup (text + strlen ("# version "));
}

static void
print_list (const char *heading, GPtrArray *lines)
{
	g_test_message ("%s: %u", heading, lines->len);
	for (guint ii = 0; ii < lines->len; ii++)
		g_test_message ("- %s", (const char *) lines->pdata[ii]);
}

static void
expect_lines (const char *document, GPtrArray *lines)
{
	for (guint ii = 0; ii < lines->len; ii++) {
		g_autofree char *line =
			g_strdup_printf ("\n- %s\n", (const char *) lines->pdata[ii]);

		if (strstr (document, line) == NULL)
			g_error (DOCUMENT " does not have the line “- %s”",
				 (const char *) lines->pdata[ii]);
	}
}

/* Each release of the data and each year has a list of its own: that of the document is held to. */
static void
check_document (const Result *result)
{
	g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", DOCUMENT, NULL);
	g_autofree char *version = zone_data_version ();
	g_autofree char *says = g_strdup_printf ("release %s, year %d;", version, result->year);
	g_autofree char *document = NULL;
	g_autoptr (GError) error = NULL;

	g_file_get_contents (path, &document, NULL, &error);
	g_assert_no_error (error);
	g_test_message ("%s", says);
	if (strstr (document, says) == NULL)
		return;
	expect_lines (document, result->this_year_only);
	expect_lines (document, result->moments_only);
	expect_lines (document, result->not_found);
}

static void
test_every_zone (void)
{
	g_autoptr (GPtrArray) names = all_zones ();
	Result result = { this_year (),
			  g_ptr_array_new_with_free_func (g_free),
			  g_ptr_array_new_with_free_func (g_free),
			  g_ptr_array_new_with_free_func (g_free),
			  g_ptr_array_new_with_free_func (g_free),
			  g_string_new (NULL) };

	for (guint ii = 0; ii < names->len; ii++)
		check_zone (&result, names->pdata[ii]);
	g_test_message ("%u zones, %u exact for %d years", names->len, result.exact->len, YEARS);
	print_list ("exact for some years only", result.this_year_only);
	print_list ("exact at the event's moment only", result.moments_only);
	print_list ("no zone is found again by its hours", result.not_found);
	g_assert_cmpstr (result.wrong->str, ==, "");
	g_assert_cmpuint (result.exact->len, >, names->len * 9 / 10);
	check_document (&result);

	g_ptr_array_unref (result.exact);
	g_ptr_array_unref (result.this_year_only);
	g_ptr_array_unref (result.moments_only);
	g_ptr_array_unref (result.not_found);
	g_string_free (result.wrong, TRUE);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/map-zones-all/every-zone", test_every_zone);

	return g_test_run ();
}
