/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Events as servers send them and rules as people make them, by chance. */

#include "convert-test.h"
#include "eas-map-zone.h"

#define DAY ((gint64) 24 * 60 * 60)

static const char *const zones[] = { "Europe/Berlin",    "America/New_York", "Asia/Kolkata",
				     "Australia/Sydney", "Asia/Tokyo",       "America/Sao_Paulo",
				     "Pacific/Auckland", "Europe/London" };

typedef struct {
	GRand *rand;
	EasVersion version;
	EasItemBuilder *builder;
	gboolean all_day;
	gint64 start, end;
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
add_int (Maker *maker, EasTag tag, gint64 value)
{
	eas_item_builder_int (maker->builder, tag, value);
}

static void
add_zone (Maker *maker)
{
	icaltimezone *zone =
		icaltimezone_get_builtin_timezone (zones[below (maker, G_N_ELEMENTS (zones))]);
	g_autofree char *base64 = NULL;

	if (one_in (maker, 6)) {
		EasTimezone unstated = { 0 };

		base64 = eas_timezone_write (&unstated);
	} else if (!one_in (maker, 6)) {
		base64 = eas_map_zone_write (zone, maker->start);
	}
	eas_item_builder_text (maker->builder, EAS_CALENDAR_TIMEZONE, base64);
}

static void
choose_times (Maker *maker)
{
	gint64 base = 1767225600 + (gint64) below (maker, 700) * DAY; /* from 2026 on */

	maker->all_day = one_in (maker, 3);
	if (maker->all_day) {
		/* Dates, or the midnights of some zone. */
		maker->start =
			base - (maker->version < EAS_VERSION_16_0 && one_in (maker, 2) ? 3600 : 0);
		maker->end = maker->start + DAY * (1 + below (maker, 3));
	} else {
		maker->start = base + (gint64) below (maker, 288) * 300;
		maker->end = maker->start + (gint64) below (maker, 40) * 300;
	}
}

static void
add_times (Maker *maker)
{
	if (!(maker->all_day && maker->version >= EAS_VERSION_16_0))
		add_zone (maker);
	if (maker->all_day || one_in (maker, 2))
		eas_item_builder_flag (maker->builder, EAS_CALENDAR_ALL_DAY_EVENT, maker->all_day);
	eas_item_builder_time (maker->builder, EAS_CALENDAR_START_TIME, maker->start);
	eas_item_builder_time (maker->builder, EAS_CALENDAR_END_TIME, maker->end);
}

static void
add_place (Maker *maker)
{
	if (one_in (maker, 2))
		return;
	if (maker->version < EAS_VERSION_16_0) {
		add_text (maker, EAS_CALENDAR_LOCATION, 30);
		return;
	}

	eas_item_builder_start (maker->builder, EAS_AIRSYNCBASE_LOCATION);
	if (!one_in (maker, 3))
		add_text (maker, EAS_AIRSYNCBASE_DISPLAY_NAME, 20);
	if (one_in (maker, 2)) {
		eas_item_builder_text (maker->builder, EAS_AIRSYNCBASE_STREET, "Main Street 1");
		eas_item_builder_text (maker->builder, EAS_AIRSYNCBASE_CITY, "Sometown");
	}
	if (one_in (maker, 2)) {
		eas_item_builder_text (maker->builder, EAS_AIRSYNCBASE_LATITUDE, "47.3769");
		eas_item_builder_text (maker->builder, EAS_AIRSYNCBASE_LONGITUDE, "8.5417");
	}
	eas_item_builder_end (maker->builder);
}

static void
add_body (Maker *maker)
{
	gboolean html = one_in (maker, 4);

	if (one_in (maker, 3))
		return;

	eas_item_builder_start (maker->builder, EAS_AIRSYNCBASE_BODY);
	add_int (maker, EAS_AIRSYNCBASE_TYPE, html ? 2 : 1);
	add_int (maker, EAS_AIRSYNCBASE_ESTIMATED_DATA_SIZE, 100);
	if (one_in (maker, 5))
		eas_item_builder_flag (maker->builder, EAS_AIRSYNCBASE_TRUNCATED,
				       one_in (maker, 2));
	if (html)
		eas_item_builder_text (maker->builder, EAS_AIRSYNCBASE_DATA,
				       "<html><body><p>Hello &amp; goodbye</p></body></html>");
	else
		add_text (maker, EAS_AIRSYNCBASE_DATA, 200);
	eas_item_builder_end (maker->builder);
	if (one_in (maker, 2))
		add_int (maker, EAS_AIRSYNCBASE_NATIVE_BODY_TYPE, 1 + below (maker, 2));
}

static void
add_attendee (Maker *maker, guint n)
{
	g_autofree char *email = n == 0 && one_in (maker, 2)
					 ? g_strdup ("Me@Example.com")
					 : g_strdup_printf ("p%u@example.org", n);

	eas_item_builder_start (maker->builder, EAS_CALENDAR_ATTENDEE);
	eas_item_builder_text (maker->builder, EAS_CALENDAR_EMAIL, email);
	add_text (maker, EAS_CALENDAR_NAME, 12);
	if (!one_in (maker, 4))
		add_int (maker, EAS_CALENDAR_ATTENDEE_STATUS, below (maker, 6));
	if (!one_in (maker, 4))
		add_int (maker, EAS_CALENDAR_ATTENDEE_TYPE, 1 + below (maker, 3));
	if (maker->version >= EAS_VERSION_16_1 && one_in (maker, 6))
		eas_item_builder_time (maker->builder, EAS_MEETINGRESPONSE_PROPOSED_START_TIME,
				       maker->start);
	eas_item_builder_end (maker->builder);
}

static void
add_meeting (Maker *maker)
{
	static const int states[] = { 1, 3, 5, 7, 9, 11, 13, 15 };
	guint n = below (maker, 5);

	if (!one_in (maker, 3)) {
		if (one_in (maker, 2))
			add_int (maker, EAS_CALENDAR_MEETING_STATUS, 0);
		return;
	}

	eas_item_builder_start (maker->builder, EAS_CALENDAR_ATTENDEES);
	for (guint i = 0; i <= n; i++)
		add_attendee (maker, i);
	eas_item_builder_end (maker->builder);
	add_int (maker, EAS_CALENDAR_MEETING_STATUS, states[below (maker, G_N_ELEMENTS (states))]);
	if (!one_in (maker, 4)) {
		eas_item_builder_text (maker->builder, EAS_CALENDAR_ORGANIZER_EMAIL,
				       one_in (maker, 2) ? "me@example.com" : "boss@example.com");
		add_text (maker, EAS_CALENDAR_ORGANIZER_NAME, 12);
	}
	if (maker->version >= EAS_VERSION_14_0) {
		eas_item_builder_flag (maker->builder, EAS_CALENDAR_RESPONSE_REQUESTED,
				       one_in (maker, 2));
		eas_item_builder_flag (maker->builder, EAS_CALENDAR_DISALLOW_NEW_TIME_PROPOSAL,
				       one_in (maker, 2));
		add_int (maker, EAS_CALENDAR_RESPONSE_TYPE, below (maker, 6));
	}
}

static void
add_categories (Maker *maker)
{
	guint n = below (maker, 3);

	eas_item_builder_start (maker->builder, EAS_CALENDAR_CATEGORIES);
	for (guint i = 0; i <= n; i++)
		add_text (maker, EAS_CALENDAR_CATEGORY, 12);
	eas_item_builder_end (maker->builder);
}

static void
add_details (Maker *maker)
{
	if (!one_in (maker, 8))
		add_text (maker, EAS_CALENDAR_SUBJECT, 40);
	add_place (maker);
	add_body (maker);
	if (!one_in (maker, 4))
		add_int (maker, EAS_CALENDAR_BUSY_STATUS, (int) below (maker, 6) - 1);
	if (!one_in (maker, 4))
		add_int (maker, EAS_CALENDAR_SENSITIVITY, below (maker, 4));
	if (one_in (maker, 2))
		add_int (maker, EAS_CALENDAR_REMINDER, below (maker, 3) * 15);
	if (one_in (maker, 3))
		add_categories (maker);
}

static void
add_rule (Maker *maker)
{
	static const guint types[] = { 0, 1, 2, 3, 5, 6 };
	static const guint masks[] = { 1, 2, 4, 8, 16, 32, 64, 62, 65, 127, 10, 36 };
	guint type = types[below (maker, G_N_ELEMENTS (types))];

	eas_item_builder_start (maker->builder, EAS_CALENDAR_RECURRENCE);
	add_int (maker, EAS_CALENDAR_TYPE, type);
	if (!one_in (maker, 3))
		add_int (maker, EAS_CALENDAR_INTERVAL, 1 + below (maker, 3));
	if (one_in (maker, 3))
		add_int (maker, EAS_CALENDAR_OCCURRENCES, 1 + below (maker, 50));
	else if (one_in (maker, 2))
		eas_item_builder_time (maker->builder, EAS_CALENDAR_UNTIL,
				       maker->start + (gint64) below (maker, 900) * DAY);
	if (type == 1 || type == 3 || type == 6 || (type == 0 && one_in (maker, 4)))
		add_int (maker, EAS_CALENDAR_DAY_OF_WEEK,
			 masks[below (maker, G_N_ELEMENTS (masks))]);
	if (type == 2 || type == 5)
		add_int (maker, EAS_CALENDAR_DAY_OF_MONTH, 1 + below (maker, 31));
	if (type == 3 || type == 6)
		add_int (maker, EAS_CALENDAR_WEEK_OF_MONTH, 1 + below (maker, 5));
	if (type == 5 || type == 6)
		add_int (maker, EAS_CALENDAR_MONTH_OF_YEAR, 1 + below (maker, 12));
	if (maker->version >= EAS_VERSION_14_0 && type > 1 && one_in (maker, 8))
		add_int (maker, EAS_CALENDAR_CALENDAR_TYPE, one_in (maker, 2) ? 1 : 15);
	if (maker->version >= EAS_VERSION_14_1 && type == 1)
		add_int (maker, EAS_CALENDAR_FIRST_DAY_OF_WEEK, below (maker, 7));
	eas_item_builder_end (maker->builder);
}

static void
add_exception (Maker *maker, gint64 original)
{
	eas_item_builder_start (maker->builder, EAS_CALENDAR_EXCEPTION);
	eas_item_builder_time (maker->builder,
			       maker->version >= EAS_VERSION_16_0
				       ? EAS_AIRSYNCBASE_INSTANCE_ID
				       : EAS_CALENDAR_EXCEPTION_START_TIME,
			       original);
	if (one_in (maker, 3)) {
		eas_item_builder_flag (maker->builder, EAS_CALENDAR_DELETED, TRUE);
	} else {
		if (one_in (maker, 2)) {
			gint64 moved = original + (maker->all_day ? DAY : 1800);

			eas_item_builder_time (maker->builder, EAS_CALENDAR_START_TIME, moved);
			eas_item_builder_time (maker->builder, EAS_CALENDAR_END_TIME,
					       moved + maker->end - maker->start);
		}
		add_details (maker);
	}
	eas_item_builder_end (maker->builder);
}

static void
add_exceptions (Maker *maker)
{
	guint n = below (maker, 5);

	if (n == 0)
		return;

	eas_item_builder_start (maker->builder, EAS_CALENDAR_EXCEPTIONS);
	for (guint i = 0; i < n; i++)
		add_exception (maker, maker->start + (gint64) (i + 1) * 7 * DAY);
	eas_item_builder_end (maker->builder);
}

EasItem *
convert_random_event (GRand *rand, EasVersion version)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	Maker maker = { .rand = rand, .version = version, .builder = builder };

	choose_times (&maker);
	add_times (&maker);
	eas_item_builder_text (builder, EAS_CALENDAR_UID, "0400-random");
	if (!one_in (&maker, 6))
		eas_item_builder_time (builder, EAS_CALENDAR_DT_STAMP, maker.start - 20 * DAY);
	add_details (&maker);
	add_meeting (&maker);
	if (one_in (&maker, 2)) {
		add_rule (&maker);
		add_exceptions (&maker);
	}
	if (one_in (&maker, 4)) {
		eas_item_builder_text (builder, EAS_TAG_MAKE (EAS_PAGE_CALENDAR, 0x3e),
				       "of a later version");
		eas_item_builder_text (builder, EAS_TAG_MAKE (0x1e, 0x07), "of an unknown page");
	}

	return eas_item_builder_finish (builder);
}

/* --- Rules --- */

static const char *const days[] = { "SU", "MO", "TU", "WE", "TH", "FR", "SA" };

static void
add_days (GRand *rand, GString *rule, const char *prefix)
{
	guint mask = 1 + eas_test_rand_below (rand, 127);
	const char *separator = ";BYDAY=";

	for (guint i = 0; i < 7; i++) {
		if ((mask & (1u << i)) == 0)
			continue;
		g_string_append_printf (rule, "%s%s%s", separator, prefix, days[i]);
		separator = ",";
	}
}

static void
add_in_month (GRand *rand, GString *rule)
{
	static const char *const nths[] = { "1", "2", "3", "4", "-1" };
	const char *nth = nths[eas_test_rand_below (rand, G_N_ELEMENTS (nths))];

	switch (eas_test_rand_below (rand, 5)) {
	case 0:
		g_string_append_printf (rule, ";BYMONTHDAY=%u", 1 + eas_test_rand_below (rand, 31));
		break;
	case 1:
		g_string_append (rule, ";BYMONTHDAY=-1");
		break;
	case 2:
		g_string_append_printf (rule, ";BYDAY=%s%s", nth,
					days[eas_test_rand_below (rand, 7)]);
		break;
	case 3:
		add_days (rand, rule, "");
		g_string_append_printf (rule, ";BYSETPOS=%s", nth);
		break;
	default:
		break; /* the day of the start */
	}
}

/* A rule that ActiveSync can say. */
char *
convert_random_rule (GRand *rand, gboolean all_day)
{
	GString *rule = g_string_new (NULL);
	guint frequency = eas_test_rand_below (rand, 4);
	static const char *const names[] = { "DAILY", "WEEKLY", "MONTHLY", "YEARLY" };

	g_string_append_printf (rule, "FREQ=%s", names[frequency]);
	if (eas_test_rand_one_in (rand, 2))
		g_string_append_printf (rule, ";INTERVAL=%u", 1 + eas_test_rand_below (rand, 4));
	if (frequency == 1 && eas_test_rand_one_in (rand, 2))
		add_days (rand, rule, "");
	if (frequency == 1 && eas_test_rand_one_in (rand, 2))
		g_string_append_printf (rule, ";WKST=%s", days[eas_test_rand_below (rand, 7)]);
	if (frequency == 3 && eas_test_rand_one_in (rand, 2)) {
		g_string_append_printf (rule, ";BYMONTH=%u", 1 + eas_test_rand_below (rand, 12));
		add_in_month (rand, rule);
	} else if (frequency == 2) {
		add_in_month (rand, rule);
	}
	if (eas_test_rand_one_in (rand, 3))
		g_string_append_printf (rule, ";COUNT=%u", 1 + eas_test_rand_below (rand, 40));
	else if (eas_test_rand_one_in (rand, 3))
		g_string_append_printf (rule,
					all_day ? ";UNTIL=20%u1130" : ";UNTIL=20%u1130T093000Z",
					26 + eas_test_rand_below (rand, 4));

	return g_string_free (rule, FALSE);
}
