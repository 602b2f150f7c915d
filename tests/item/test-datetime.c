/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-datetime.h"

#include <string.h>

#include "eas-test.h"

typedef struct {
	const char *text;
	gint64 utc;
} TimeCase;

/* clang-format off */
static const TimeCase accepted[] = {
	{ "2026-11-21T09:30:00.000Z",      1795253400   },
	{ "20261121T093000Z",              1795253400   },
	{ "2026-11-21T09:30:00Z",          1795253400   },
	{ "2026-11-21T09:30:00.1234567Z",  1795253400   },
	{ "2026-11-21T09:30:00",           1795253400   }, /* iCalendar passed through */
	{ "20261121T093000",               1795253400   },
	{ " 20261121T093000Z\r\n",         1795253400   },
	{ "20261121t093000z",              1795253400   },
	{ "20261121",                      1795219200   },
	{ "2026-11-21",                    1795219200   },
	{ "2026-11-21Z",                   1795219200   },
	{ "1970-01-01T00:00:00.000Z",      0            },
	{ "1969-12-31T23:59:59.000Z",      -1           },
	{ "1601-01-01T00:00:00Z",          -11644473600 },
	{ "9999-12-31T23:59:59Z",          253402300799 },
	{ "20240229T120000Z",              1709208000   },
	{ "20000229",                      951782400    },
	{ "20161231T235960Z",              1483228800   }, /* a leap second */
	{ "99991231T235960Z",              253402300799 }, /* one that has no next minute */
};

static const char *const refused[] = {
	"", " ", "x", "Z", "2026", "2026-11", "202611", "2026-1121", "202611-21", "2026-11-2", "2026-11-21T",
	"2026-11-21T09", "2026-11-21T09:30", "2026-11-21T0930:00", "2026-11-21T09:3000", "20261121T0930Z",
	"20261121T093000ZZ", "20261121T093000+0100", "20261121 093000", "2026-11-21T09:30:00.000Zx",
	"20260229", "20260931", "20261301", "20260001", "20260100", "20260132", "19000229", "20261121T240000Z",
	"20261121T096000Z", "20261121T093061Z", "0001-01-01T00:00:00Z", "16001231T235959Z", "-20261121", "+2026112",
};
/* clang-format on */

static void
test_parse (void)
{
	for (gsize i = 0; i < G_N_ELEMENTS (accepted); i++) {
		gint64 utc = -42;

		g_test_message ("%s", accepted[i].text);
		g_assert_true (eas_datetime_parse (accepted[i].text, &utc));
		g_assert_cmpint (utc, ==, accepted[i].utc);
	}
}

static void
test_parse_refused (void)
{
	gint64 utc = -42;

	for (gsize i = 0; i < G_N_ELEMENTS (refused); i++) {
		g_test_message ("%s", refused[i]);
		g_assert_false (eas_datetime_parse (refused[i], &utc));
	}
	g_assert_false (eas_datetime_parse (NULL, &utc));
	g_assert_cmpint (utc, ==, -42);
}

static void
test_write (void)
{
	char dashed[EAS_DATETIME_DASHED_SIZE];
	char compact[EAS_DATETIME_COMPACT_SIZE];

	eas_datetime_write_dashed (1795253400, dashed);
	eas_datetime_write_compact (1795253400, compact);
	g_assert_cmpstr (dashed, ==, "2026-11-21T09:30:00.000Z");
	g_assert_cmpstr (compact, ==, "20261121T093000Z");

	/* What no wire form can say becomes the nearest it can. */
	eas_datetime_write_compact (G_MININT64, compact);
	g_assert_cmpstr (compact, ==, "16010101T000000Z");
	eas_datetime_write_dashed (G_MAXINT64, dashed);
	g_assert_cmpstr (dashed, ==, "9999-12-31T23:59:59.000Z");
}

/* GLib's calendar is the witness. */
static void
assert_civil_as_glib (gint64 utc)
{
	g_autoptr (GDateTime) witness = g_date_time_new_from_unix_utc (utc);
	int year, month, day, hour, minute, second;

	g_assert_nonnull (witness);
	eas_datetime_to_civil (utc, &year, &month, &day, &hour, &minute, &second);
	g_assert_cmpint (year, ==, g_date_time_get_year (witness));
	g_assert_cmpint (month, ==, g_date_time_get_month (witness));
	g_assert_cmpint (day, ==, g_date_time_get_day_of_month (witness));
	g_assert_cmpint (hour, ==, g_date_time_get_hour (witness));
	g_assert_cmpint (minute, ==, g_date_time_get_minute (witness));
	g_assert_cmpint (second, ==, g_date_time_get_second (witness));
	g_assert_cmpint (eas_datetime_from_civil (year, month, day, hour, minute, second), ==, utc);
}

static void
test_civil (void)
{
	const gint64 first = G_GINT64_CONSTANT (-11644473600);
	const gint64 last = G_GINT64_CONSTANT (253402300799);
	g_autoptr (GRand) rand = eas_test_rand (12);

	for (guint i = 0; i < 20000; i++)
		assert_civil_as_glib (first +
				      (gint64) (g_rand_double (rand) * (double) (last - first)));

	/* Each day of two leap-year rules, and the ends. */
	for (int day = 0; day < 1500; day++) {
		assert_civil_as_glib (eas_datetime_from_civil (1999, 1, 1 + day, 23, 59, 59));
		assert_civil_as_glib (eas_datetime_from_civil (2099, 1, 1 + day, 0, 0, 0));
	}
	assert_civil_as_glib (first);
	assert_civil_as_glib (last);
}

static void
test_round_trip (void)
{
	g_autoptr (GRand) rand = eas_test_rand (13);

	for (guint i = 0; i < 5000; i++) {
		gint64 utc = (gint64) g_rand_double_range (rand, -11644473600.0, 253402300799.0);
		char dashed[EAS_DATETIME_DASHED_SIZE];
		char compact[EAS_DATETIME_COMPACT_SIZE];
		gint64 read;

		eas_datetime_write_dashed (utc, dashed);
		eas_datetime_write_compact (utc, compact);
		g_assert_cmpuint (strlen (dashed), ==, EAS_DATETIME_DASHED_SIZE - 1);
		g_assert_cmpuint (strlen (compact), ==, EAS_DATETIME_COMPACT_SIZE - 1);
		g_assert_true (eas_datetime_parse (dashed, &read));
		g_assert_cmpint (read, ==, utc);
		g_assert_true (eas_datetime_parse (compact, &read));
		g_assert_cmpint (read, ==, utc);
	}
}

static void
test_midnight (void)
{
	g_assert_true (eas_datetime_is_midnight (0));
	g_assert_true (eas_datetime_is_midnight (1795219200));
	g_assert_true (eas_datetime_is_midnight (-86400));
	g_assert_false (eas_datetime_is_midnight (-1));
	g_assert_false (eas_datetime_is_midnight (1795219201));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/datetime/parse", test_parse);
	g_test_add_func ("/datetime/parse-refused", test_parse_refused);
	g_test_add_func ("/datetime/write", test_write);
	g_test_add_func ("/datetime/civil", test_civil);
	g_test_add_func ("/datetime/round-trip", test_round_trip);
	g_test_add_func ("/datetime/midnight", test_midnight);

	return g_test_run ();
}
