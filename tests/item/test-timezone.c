/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-timezone.h"

#include <string.h>

#include "eas-datetime.h"
#include "eas-item-codec.h"
#include "eas-test.h"

#define ZONE_SIZE 172

/* From golden/sync-rsp-calendar-141: W. Europe Standard Time. */
static const char berlin_base64[] =
	"xP///"
	"1cALgAgAEUAdQByAG8AcABlACAAUwB0AGEAbgBkAGEAcgBkACAAVABpAG0AZQAAAAAAAAAAAAAAAAAAAAAAAAAA"
	"AAoAAAAFAAMAAAAAAAAAAAAAAFcALgAgAEUAdQByAG8AcABlACAARABhAHkAbABpAGcAaAB0ACAAVABpAG0AZQAAAA"
	"AA"
	"AAAAAAAAAAAAAAAAAAAAAAMAAAAFAAIAAAAAAAAAxP///w==";

/* Rules as people know them; the last column is the same for GLib. */
typedef struct {
	const char *name;
	EasTimezone zone;
	const char *posix;
} ZoneCase;

/* clang-format off */
#define RULE(month_, week_, weekday_, hour_) \
	{ .month = (month_), .day = (week_), .weekday = (weekday_), .hour = (hour_) }

static const ZoneCase zones[] = {
	{ "Berlin",    { -60,  "", RULE (10, 5, 0, 3), 0, "", RULE (3, 5, 0, 2), -60 },  "CET-1CEST,M3.5.0,M10.5.0/3" },
	{ "New York",  { 300,  "", RULE (11, 1, 0, 2), 0, "", RULE (3, 2, 0, 2), -60 },  "EST5EDT,M3.2.0,M11.1.0"     },
	{ "Sydney",    { -600, "", RULE (4, 1, 0, 3),  0, "", RULE (10, 1, 0, 2), -60 }, "AEST-10AEDT,M10.1.0,M4.1.0/3" },
	{ "Lord Howe", { -630, "", RULE (4, 1, 0, 2),  0, "", RULE (10, 1, 0, 2), -30 }, "LHST-10:30LHDT-11,M10.1.0,M4.1.0" },
	{ "Thursday",  { 240,  "", RULE (9, 4, 4, 1),  0, "", RULE (2, 3, 4, 1), -60 },  "AAA4BBB,M2.3.4/1,M9.4.4/1"  },
	{ "Kolkata",   { -330, "", { 0 }, 0, "", { 0 }, 0 },                             "IST-5:30"                   },
	/* Pitfall 12: unused fields may hold anything. */
	{ "garbage",   { -330, "", { 0 }, 77, "", { .hour = 99 }, -60 },                 "IST-5:30"                   },
	{ "half",      { -330, "", RULE (10, 5, 0, 3), 0, "", { 0 }, -60 },              "IST-5:30"                   },
};
/* clang-format on */

static EasTimezone
parse (const char *base64)
{
	EasTimezone zone;

	memset (&zone, 0xaa, sizeof (zone));
	g_assert_true (eas_timezone_parse (base64, &zone));

	return zone;
}

static void
test_golden (void)
{
	EasTimezone zone = parse (berlin_base64);
	g_autofree char *written = eas_timezone_write (&zone);

	g_assert_cmpint (zone.bias, ==, -60);
	g_assert_cmpstr (zone.standard_name, ==, "W. Europe Standard Time");
	g_assert_cmpstr (zone.daylight_name, ==, "W. Europe Daylight Time");
	g_assert_cmpint (zone.standard_bias, ==, 0);
	g_assert_cmpint (zone.daylight_bias, ==, -60);
	g_assert_cmpint (zone.standard_date.month, ==, 10);
	g_assert_cmpint (zone.standard_date.day, ==, 5);
	g_assert_cmpint (zone.standard_date.weekday, ==, 0);
	g_assert_cmpint (zone.standard_date.hour, ==, 3);
	g_assert_cmpint (zone.daylight_date.month, ==, 3);
	g_assert_cmpint (zone.daylight_date.hour, ==, 2);
	g_assert_cmpint (zone.daylight_date.year, ==, 0);
	g_assert_true (eas_timezone_has_daylight (&zone));
	g_assert_false (eas_timezone_is_unstated (&zone));
	g_assert_true (eas_timezone_same_rules (&zone, &zones[0].zone));
	g_assert_cmpstr (written, ==, berlin_base64);
}

/* The very bytes of the golden answer, not our copy of them. */
static void
test_golden_document (void)
{
	g_autoptr (GBytes) bytes = eas_test_load ("golden/sync-rsp-calendar-141.wbxml");
	g_auto (EasWbxmlReader) reader;
	const guint8 *data;
	gboolean found = FALSE;
	gboolean inside = FALSE;
	EasWbxmlEvent event;
	gsize size;
	EasTag tag;

	eas_wbxml_reader_init (&reader, bytes);
	while ((event = eas_wbxml_reader_event (&reader, &tag, &data, &size)) !=
	       EAS_WBXML_FINISHED) {
		if (event == EAS_WBXML_START)
			inside = tag == EAS_CALENDAR_TIMEZONE;
		if (event == EAS_WBXML_TEXT && inside) {
			g_assert_cmpstr ((const char *) data, ==, berlin_base64);
			found = TRUE;
			inside = FALSE;
		}
	}
	g_assert_true (found);
}

static void
test_refused (void)
{
	const gsize sizes[] = { 0, 1, 84, 171, 173, 344 };
	guint8 data[344] = { 0 };
	EasTimezone zone;

	for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
		g_autofree char *base64 = g_base64_encode (data, sizes[i]);

		g_assert_false (eas_timezone_parse (base64, &zone));
	}

	g_assert_false (eas_timezone_parse (NULL, &zone));
	g_assert_false (eas_timezone_parse ("", &zone));
	g_assert_false (eas_timezone_parse ("?!", &zone));
	for (gsize length = 0; length < strlen (berlin_base64) - 2; length++) {
		g_autofree char *cut = g_strndup (berlin_base64, length);

		g_assert_false (eas_timezone_parse (cut, &zone));
	}

	data[3] = 0x7f; /* a bias of thousands of years */
	{
		g_autofree char *base64 = g_base64_encode (data, ZONE_SIZE);

		g_assert_false (eas_timezone_parse (base64, &zone));
	}
}

/* Pitfall 12: all zero is "not stated"; a zone with a name is stated. */
static void
test_pitfall_12_unstated (void)
{
	guint8 data[ZONE_SIZE] = { 0 };
	g_autofree char *zeros = g_base64_encode (data, sizeof (data));
	g_autofree char *named = NULL;
	g_autofree char *rewritten = NULL;
	EasTimezone zone = parse (zeros);

	g_assert_true (eas_timezone_is_unstated (&zone));
	g_assert_false (eas_timezone_has_daylight (&zone));
	g_assert_cmpint (eas_timezone_offset_at_utc (&zone, 0), ==, 0);
	rewritten = eas_timezone_write (&zone);
	g_assert_cmpstr (rewritten, ==, zeros);

	data[4] = 'U';
	named = g_base64_encode (data, sizeof (data));
	zone = parse (named);
	g_assert_cmpstr (zone.standard_name, ==, "U");
	g_assert_false (eas_timezone_is_unstated (&zone));

	/* Only unused fields differ from zero: still nothing is stated. */
	data[4] = 0;
	data[168] = 0xc4;
	data[169] = data[170] = data[171] = 0xff;
	g_free (named);
	named = g_base64_encode (data, sizeof (data));
	zone = parse (named);
	g_assert_true (eas_timezone_is_unstated (&zone));
}

/* Pitfall 12: a daylight bias without dates makes servers differ by an hour. */
static void
test_pitfall_12_no_bias_without_dates (void)
{
	const EasTimezone kolkata = { .bias = -330 };
	g_autofree char *clean = eas_timezone_write (&kolkata);

	for (gsize i = 0; i < G_N_ELEMENTS (zones); i++) {
		g_autofree char *written = eas_timezone_write (&zones[i].zone);

		if (!eas_timezone_has_daylight (&zones[i].zone))
			g_assert_cmpstr (written, ==, clean);
	}
}

static void
test_offsets_as_glib (void)
{
	g_autoptr (GRand) rand = eas_test_rand (41);
	const gint64 first = eas_datetime_from_civil (2008, 1, 1, 0, 0, 0);
	const gint64 last = eas_datetime_from_civil (2036, 12, 31, 0, 0, 0);

	for (gsize i = 0; i < G_N_ELEMENTS (zones); i++) {
		g_autoptr (GTimeZone) witness = g_time_zone_new_identifier (zones[i].posix);

		g_assert_nonnull (witness);
		for (guint n = 0; n < 3000; n++) {
			gint64 utc =
				first + (gint64) (g_rand_double (rand) * (double) (last - first));
			int interval =
				g_time_zone_find_interval (witness, G_TIME_TYPE_UNIVERSAL, utc);

			g_assert_cmpint (eas_timezone_offset_at_utc (&zones[i].zone, utc) * 60, ==,
					 g_time_zone_get_offset (witness, interval));
		}
	}
}

static void
assert_at_utc (const EasTimezone *zone, const char *utc_text, int offset)
{
	gint64 utc;

	g_assert_true (eas_datetime_parse (utc_text, &utc));
	g_assert_cmpint (eas_timezone_offset_at_utc (zone, utc), ==, offset);
}

static void
assert_at_local (const EasTimezone *zone, const char *local_text, int offset)
{
	gint64 local;

	g_assert_true (eas_datetime_parse (local_text, &local));
	g_assert_cmpint (eas_timezone_offset_at_local (zone, local), ==, offset);
}

static void
test_changes_to_the_second (void)
{
	const EasTimezone *berlin = &zones[0].zone;
	const EasTimezone *sydney = &zones[2].zone;

	assert_at_utc (berlin, "20260329T005959Z", 60);
	assert_at_utc (berlin, "20260329T010000Z", 120);
	assert_at_utc (berlin, "20261025T005959Z", 120);
	assert_at_utc (berlin, "20261025T010000Z", 60);
	assert_at_utc (berlin, "20270101T000000Z", 60);
	/* Southern: standard time comes first in the year. */
	assert_at_utc (sydney, "20260101T000000Z", 660);
	assert_at_utc (sydney, "20260404T155959Z", 660);
	assert_at_utc (sydney, "20260404T160000Z", 600);
	assert_at_utc (sydney, "20261003T155959Z", 600);
	assert_at_utc (sydney, "20261003T160000Z", 660);
	/* New Year falls on different days here and in Greenwich. */
	assert_at_utc (sydney, "20261231T235959Z", 660);
	assert_at_utc (sydney, "20261231T130000Z", 660);
}

static void
test_local_gap_and_overlap (void)
{
	const EasTimezone *berlin = &zones[0].zone;
	const EasTimezone *sydney = &zones[2].zone;

	assert_at_local (berlin, "20260329T015959", 60);
	assert_at_local (berlin, "20260329T023000", 60); /* skipped: as before the gap */
	assert_at_local (berlin, "20260329T030000", 120);
	assert_at_local (berlin, "20261025T015959", 120);
	assert_at_local (berlin, "20261025T023000", 120); /* twice: the first */
	assert_at_local (berlin, "20261025T030000", 60);
	assert_at_local (sydney, "20260405T023000", 660);
	assert_at_local (sydney, "20260405T030000", 600);
	assert_at_local (sydney, "20261004T023000", 600);
	assert_at_local (sydney, "20261004T030000", 660);
	assert_at_local (&zones[5].zone, "20260715T120000", 330);
}

static void
test_local_undoes_utc (void)
{
	g_autoptr (GRand) rand = eas_test_rand (42);

	for (gsize i = 0; i < G_N_ELEMENTS (zones); i++) {
		const EasTimezone *zone = &zones[i].zone;

		for (guint n = 0; n < 2000; n++) {
			gint64 utc = (gint64) g_rand_int (rand);
			gint64 local = utc + eas_timezone_offset_at_utc (zone, utc) * 60;
			gint64 back = local - eas_timezone_offset_at_local (zone, local) * 60;

			/* A repeated hour goes to its first pass; never anything else. */
			g_assert_true (back == utc || utc - back == 3600 || utc - back == 1800);
			if (back != utc)
				g_assert_cmpint (back + eas_timezone_offset_at_utc (zone, back) *
								 60,
						 ==, local);
		}
	}
}

/* Dates with a year happen once. */
static void
test_absolute_dates (void)
{
	const EasTimezone zone = {
		.bias = -60,
		.daylight_bias = -60,
		.daylight_date = { .year = 2026, .month = 3, .day = 29, .hour = 2 },
		.standard_date = { .year = 2026, .month = 10, .day = 25, .hour = 3 },
	};
	const EasTimezone mixed = {
		.bias = -60,
		.daylight_bias = -60,
		.daylight_date = { .year = 2026, .month = 3, .day = 29, .hour = 2 },
		.standard_date = RULE (10, 5, 0, 3),
	};

	for (guint i = 0; i < 2; i++) {
		const EasTimezone *tested = i == 0 ? &zone : &mixed;

		assert_at_utc (tested, "20250701T000000Z", 60);
		assert_at_utc (tested, "20260329T005959Z", 60);
		assert_at_utc (tested, "20260329T010000Z", 120);
		assert_at_utc (tested, "20261025T010000Z", 60);
		assert_at_utc (tested, "20270701T000000Z", 60);
	}
}

/* Windows writes the end of a day as its last millisecond. */
static void
test_last_millisecond (void)
{
	const EasTimezone zone = {
		.bias = 0,
		.daylight_bias = -60,
		.daylight_date = { .month = 3,
				   .day = 5,
				   .weekday = 6,
				   .hour = 23,
				   .minute = 59,
				   .second = 59,
				   .millisecond = 999 },
		.standard_date = RULE (10, 5, 0, 3),
	};

	assert_at_utc (&zone, "20260328T235959Z", 0);
	assert_at_utc (&zone, "20260329T000000Z", 60);
}

static void
test_same_rules (void)
{
	for (gsize i = 0; i < G_N_ELEMENTS (zones); i++) {
		for (gsize k = 0; k < G_N_ELEMENTS (zones); k++) {
			gboolean same = g_str_equal (zones[i].posix, zones[k].posix);

			g_assert_cmpint (eas_timezone_same_rules (&zones[i].zone, &zones[k].zone),
					 ==, same);
		}
	}

	{
		EasTimezone renamed = zones[0].zone;

		g_strlcpy (renamed.standard_name, "Somewhere", sizeof (renamed.standard_name));
		g_assert_true (eas_timezone_same_rules (&renamed, &zones[0].zone));
		renamed.daylight_date.hour = 1;
		g_assert_false (eas_timezone_same_rules (&renamed, &zones[0].zone));
	}
}

static void
test_names (void)
{
	EasTimezone zone = { .bias = -60 };
	g_autofree char *long_name = g_strnfill (96, 'x');
	g_autofree char *base64 = NULL;
	g_autofree guint8 *data = NULL;
	gsize size;
	EasTimezone read;

	/* 31 units are kept, so that the 32nd terminates; no half of a pair. */
	g_strlcpy (zone.standard_name, long_name, sizeof (zone.standard_name));
	g_strlcpy (zone.daylight_name,
		   "123456789012345678901234567890\360\237\225\220\360\237\225\220",
		   sizeof (zone.daylight_name));
	base64 = eas_timezone_write (&zone);
	read = parse (base64);
	g_assert_cmpuint (strlen (read.standard_name), ==, 31);
	g_assert_cmpstr (read.daylight_name, ==, "123456789012345678901234567890");

	/* 32 units without an end, what follows the end, lone surrogates, line breaks. */
	data = g_base64_decode (base64, &size);
	for (guint i = 0; i < 32; i++) {
		data[4 + 2 * i] = 0xac;
		data[5 + 2 * i] = 0x20;
	}
	data[88] = 'a';
	data[90] = 0;
	data[92] = 0x0a;
	g_free (base64);
	base64 = g_base64_encode (data, size);
	read = parse (base64);
	g_assert_cmpuint (strlen (read.standard_name), ==, 96);
	g_assert_cmpstr (read.daylight_name, ==, "a");

	data[90] = '\n';
	data[4] = 0x00;
	data[5] = 0xd8;
	g_free (base64);
	base64 = g_base64_encode (data, size);
	read = parse (base64);
	g_assert_cmpstr (read.standard_name, ==, "");
	g_assert_cmpstr (read.daylight_name, ==, "");
}

static EasTimezoneDate
random_date (GRand *rand)
{
	gboolean absolute = eas_test_rand_one_in (rand, 4);

	return (EasTimezoneDate){
		.year = absolute ? 2000 + eas_test_rand_below (rand, 40) : 0,
		.month = 1 + eas_test_rand_below (rand, 12),
		.weekday = eas_test_rand_below (rand, 7),
		.day = 1 + eas_test_rand_below (rand, absolute ? 28 : 5),
		.hour = eas_test_rand_below (rand, 24),
		.minute = eas_test_rand_below (rand, 60),
		.second = eas_test_rand_below (rand, 60),
		.millisecond = eas_test_rand_below (rand, 1000),
	};
}

static void
test_round_trip (void)
{
	g_autoptr (GRand) rand = eas_test_rand (43);

	for (guint i = 0; i < 1000; i++) {
		EasTimezone zone = { .bias = (int) eas_test_rand_below (rand, 1600) - 800 };
		g_autofree char *base64 = NULL;
		g_autofree char *again = NULL;
		EasTimezone read;

		if (eas_test_rand_one_in (rand, 2)) {
			zone.standard_date = random_date (rand);
			zone.daylight_date = random_date (rand);
			zone.standard_bias = (int) eas_test_rand_below (rand, 120) - 60;
			zone.daylight_bias = (int) eas_test_rand_below (rand, 240) - 120;
		}
		base64 = eas_timezone_write (&zone);
		read = parse (base64);
		again = eas_timezone_write (&read);
		g_assert_cmpmem (&read, sizeof (read), &zone, sizeof (zone));
		g_assert_cmpstr (again, ==, base64);
	}
}

/* Whatever the bytes: an answer, and an offset within two days. */
static void
test_random_bytes (void)
{
	g_autoptr (GRand) rand = eas_test_rand (44);

	for (guint i = 0; i < 3000; i++) {
		g_autoptr (GBytes) bytes = eas_test_rand_bytes (rand, ZONE_SIZE);
		g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (bytes, NULL), ZONE_SIZE);
		g_autofree char *base64 = NULL;
		EasTimezone zone;
		int offset;

		/* Half of them with a sane bias, or little would be accepted. */
		if (i % 2 == 0)
			memset (data, 0, 4);
		base64 = g_base64_encode (data, ZONE_SIZE);
		if (!eas_timezone_parse (base64, &zone))
			continue;

		offset = eas_timezone_offset_at_utc (&zone, (gint64) g_rand_int (rand));
		g_assert_cmpint (ABS (offset), <=, 2 * 24 * 60);
		g_assert_true (g_utf8_validate (zone.standard_name, -1, NULL));
		g_assert_true (eas_timezone_same_rules (&zone, &zone));
		eas_timezone_offset_at_utc (&zone, G_MAXINT64);
		eas_timezone_offset_at_utc (&zone, -G_MAXINT64);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/timezone/golden", test_golden);
	g_test_add_func ("/timezone/golden-document", test_golden_document);
	g_test_add_func ("/timezone/refused", test_refused);
	g_test_add_func ("/timezone/pitfall-12-unstated", test_pitfall_12_unstated);
	g_test_add_func ("/timezone/pitfall-12-no-bias-without-dates",
			 test_pitfall_12_no_bias_without_dates);
	g_test_add_func ("/timezone/offsets-as-glib", test_offsets_as_glib);
	g_test_add_func ("/timezone/changes-to-the-second", test_changes_to_the_second);
	g_test_add_func ("/timezone/local-gap-and-overlap", test_local_gap_and_overlap);
	g_test_add_func ("/timezone/local-undoes-utc", test_local_undoes_utc);
	g_test_add_func ("/timezone/absolute-dates", test_absolute_dates);
	g_test_add_func ("/timezone/last-millisecond", test_last_millisecond);
	g_test_add_func ("/timezone/same-rules", test_same_rules);
	g_test_add_func ("/timezone/names", test_names);
	g_test_add_func ("/timezone/round-trip", test_round_trip);
	g_test_add_func ("/timezone/random-bytes", test_random_bytes);

	return g_test_run ();
}
