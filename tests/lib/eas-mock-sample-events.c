/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Events of a lived-in calendar: series in several zones, moved and cancelled instances, whole
 * days. */

#include "eas-mock-sample.h"

#include <string.h>

#include "eas-datetime.h"
#include "eas-timezone.h"

#define MINUTE 60
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

#define WORKDAYS  62
#define TUESDAY   (1 << 2)
#define WEDNESDAY (1 << 3)
#define THURSDAY  (1 << 4)
#define ANY_DAY   127

typedef enum { ZONE_BERLIN, ZONE_NEW_YORK, ZONE_KOLKATA, ZONE_SYDNEY, ZONE_LONDON } Zone;

/* Month, weekday, day (5: last) and hour at which standard and daylight time begin. */
static const EasTimezone zones[] = {
	[ZONE_BERLIN] = { -60,
			  "W. Europe Standard Time",
			  { 0, 10, 0, 5, 3 },
			  0,
			  "W. Europe Daylight Time",
			  { 0, 3, 0, 5, 2 },
			  -60 },
	[ZONE_NEW_YORK] = { 300,
			    "Eastern Standard Time",
			    { 0, 11, 0, 1, 2 },
			    0,
			    "Eastern Daylight Time",
			    { 0, 3, 0, 2, 2 },
			    -60 },
	[ZONE_KOLKATA] = { -330, "India Standard Time", { 0 }, 0, "", { 0 }, 0 },
	[ZONE_SYDNEY] = { -600,
			  "AUS Eastern Standard Time",
			  { 0, 4, 0, 1, 3 },
			  0,
			  "AUS Eastern Daylight Time",
			  { 0, 10, 0, 1, 2 },
			  -60 },
	[ZONE_LONDON] = { 0,
			  "GMT Standard Time",
			  { 0, 10, 0, 5, 2 },
			  0,
			  "GMT Daylight Time",
			  { 0, 3, 0, 5, 1 },
			  -60 },
};

typedef struct {
	int type; /* of Recurrence; -1: no series */
	guint interval;
	guint days;
	guint week;
	guint day; /* of the month */
	guint month;
	guint occurrences;
} Rule;

#define ONCE                                                                                       \
	{                                                                                          \
		-1                                                                                 \
	}

typedef struct {
	const char *subject;
	const char *place;
	const char *text;
	const char *category;
	int day;          /* from today */
	int weekday;      /* moved on to that weekday; -1: as it is */
	int hour, minute; /* of the zone */
	int length;       /* minutes; 0: all day */
	int days;         /* of an all-day event */
	Zone zone;
	int reminder; /* minutes; -1: none */
	int busy;
	int sensitivity;
	Rule rule;
	int moved;     /* the n-th instance is an hour later; 0: none */
	int cancelled; /* the n-th does not take place */
} SampleEvent;

/* clang-format off */
static const SampleEvent events[] = {
	{ "Stand-up", "Room 2.14", "What comes, what blocks.", "Team", -28, 1, 9, 30, 15, 0, ZONE_BERLIN, 5, 2, 0, { 1, 1, WORKDAYS }, 31, 33 },
	{ "Review with Boston", "Video", "Agenda in the wiki.", "Team", -21, 2, 10, 0, 60, 0, ZONE_NEW_YORK, 15, 2, 0, { 1, 2, TUESDAY }, 2, 3 },
	{ "Call with Pune", NULL, NULL, NULL, -14, 4, 14, 30, 30, 0, ZONE_KOLKATA, 10, 1, 0, { 1, 1, THURSDAY, .occurrences = 12 }, 0, 3 },
	{ "Sydney hand-over", "Phone", NULL, NULL, -7, 3, 8, 0, 45, 0, ZONE_SYDNEY, -1, 2, 0, { 1, 1, WEDNESDAY }, 1, 0 },
	{ "Rent", NULL, "Standing order.", "Home", -60, -1, 8, 0, 10, 0, ZONE_BERLIN, -1, 0, 2, { 2, 1, .day = 1 }, 0, 0 },
	{ "Board meeting", "Hall", "Last Thursday.", NULL, -90, -1, 16, 0, 120, 0, ZONE_LONDON, 30, 2, 3, { 3, 1, THURSDAY, 5 }, 0, 0 },
	{ "Swimming", "Baths", NULL, "Home", -10, -1, 18, 0, 60, 0, ZONE_BERLIN, 60, 2, 0, { 0, 3 }, 4, 0 },
	{ "Maya's birthday", NULL, NULL, "Family", -300, -1, 0, 0, 0, 1, ZONE_BERLIN, -1, 0, 0, { 5, 1, .day = 12, .month = 5 }, 0, 0 },
	{ "Thanksgiving", NULL, NULL, NULL, -400, -1, 0, 0, 0, 1, ZONE_NEW_YORK, -1, 3, 0, { 6, 1, THURSDAY, 4, .month = 11 }, 0, 0 },
	{ "Holiday by the lake", "Bled", "The boat is booked.", "Family", 20, -1, 0, 0, 0, 9, ZONE_BERLIN, 1440, 3, 0, ONCE, 0, 0 },
	{ "Dentist", "Dr Novak, Main Street 4", "Bring the insurance card.", "Home", 3, -1, 8, 15, 45, 0, ZONE_BERLIN, 60, 2, 2, ONCE, 0, 0 },
	{ "Lunch with Ana", "Café Mitte", NULL, NULL, 1, -1, 12, 30, 60, 0, ZONE_BERLIN, 15, 1, 1, ONCE, 0, 0 },
	{ "Flight to London", "BER, Terminal 1", "Check in the day before.", "Travel", 8, -1, 6, 55, 115, 0, ZONE_BERLIN, 120, 3, 0, ONCE, 0, 0 },
	{ "Concert", "Philharmonie", "Brahms 4 — seats 12, 13 ♫", NULL, 5, -1, 20, 0, 150, 0, ZONE_BERLIN, 90, 2, 0, ONCE, 0, 0 },
	{ "Night shift", "Plant", NULL, NULL, 2, -1, 22, 0, 480, 0, ZONE_BERLIN, -1, 2, 0, ONCE, 0, 0 },
	{ "Town hall", "Atrium", "Questions welcome.", NULL, 0, -1, 15, 0, 60, 0, ZONE_BERLIN, 15, 2, 0, ONCE, 0, 0 },
};
/* clang-format on */

static gint64
today_utc (void)
{
	return g_get_real_time () / G_USEC_PER_SEC / DAY * DAY;
}

static gint64
local_to_utc (Zone zone, gint64 local)
{
	return local - (gint64) MINUTE * eas_timezone_offset_at_local (&zones[zone], local);
}

static int
weekday_of (gint64 day)
{
	return (int) ((day / DAY + 4) % 7);
}

/* --- The first day ------------------------------------------------------- */

static gint64
first_weekday_from (gint64 day, guint mask)
{
	while (!(mask & (1u << weekday_of (day))))
		day += DAY;

	return day;
}

static gint64
last_weekday_of_month (int year, int month, guint mask)
{
	gint64 day = (month == 12 ? eas_datetime_from_civil (year + 1, 1, 1, 0, 0, 0)
				  : eas_datetime_from_civil (year, month + 1, 1, 0, 0, 0)) -
		     DAY;

	while (!(mask & (1u << weekday_of (day))))
		day -= DAY;

	return day;
}

/* A series starts on a day its rule gives. */
static gint64
first_day (const SampleEvent *event)
{
	gint64 day = today_utc () + (gint64) event->day * DAY;
	const Rule *rule = &event->rule;
	int year, month, date, hour, minute, second;

	if (event->weekday >= 0)
		day = first_weekday_from (day, 1u << event->weekday);
	eas_datetime_to_civil (day, &year, &month, &date, &hour, &minute, &second);
	switch (rule->type) {
	case 2:
		return eas_datetime_from_civil (year, month, rule->day, 0, 0, 0);
	case 3:
		return last_weekday_of_month (year, month, rule->days);
	case 5:
		return eas_datetime_from_civil (year, rule->month, rule->day, 0, 0, 0);
	case 6:
		return first_weekday_from (eas_datetime_from_civil (year, rule->month, 1, 0, 0, 0),
					   rule->days) +
		       (gint64) (rule->week - 1) * 7 * DAY;
	default:
		return day;
	}
}

/* The day of the n-th instance (from 1) of a daily or weekly series. */
static gint64
nth_day (const Rule *rule, gint64 start, int n)
{
	for (gint64 day = start; day < start + 800 * DAY; day += DAY) {
		gint64 weeks =
			((day / DAY - weekday_of (day)) - (start / DAY - weekday_of (start))) / 7;
		gboolean hit = rule->type == 0 ? ((day - start) / DAY) % rule->interval == 0
					       : (rule->days & (1u << weekday_of (day))) != 0 &&
							 weeks % rule->interval == 0;

		if (hit && --n == 0)
			return day;
	}

	return start;
}

/* --- Parts --------------------------------------------------------------- */

static void
put_number (EasItemBuilder *builder, EasTag tag, guint value)
{
	if (value != 0)
		eas_item_builder_int (builder, tag, value);
}

static void
put_rule (EasItemBuilder *builder, const Rule *rule)
{
	if (rule->type < 0)
		return;
	eas_item_builder_start (builder, EAS_CALENDAR_RECURRENCE);
	eas_item_builder_int (builder, EAS_CALENDAR_TYPE, rule->type);
	put_number (builder, EAS_CALENDAR_OCCURRENCES, rule->occurrences);
	put_number (builder, EAS_CALENDAR_INTERVAL, rule->interval);
	put_number (builder, EAS_CALENDAR_WEEK_OF_MONTH, rule->week);
	put_number (builder, EAS_CALENDAR_DAY_OF_WEEK, rule->days);
	put_number (builder, EAS_CALENDAR_MONTH_OF_YEAR, rule->month);
	put_number (builder, EAS_CALENDAR_DAY_OF_MONTH, rule->day);
	eas_item_builder_end (builder);
}

static gint64
instance_start (const SampleEvent *event, gint64 day, int n)
{
	return nth_day (&event->rule, day, n) + event->hour * HOUR + event->minute * MINUTE;
}

static void
put_exceptions (EasItemBuilder *builder, const SampleEvent *event, gint64 day)
{
	if (event->moved == 0 && event->cancelled == 0)
		return;
	eas_item_builder_start (builder, EAS_CALENDAR_EXCEPTIONS);
	if (event->moved > 0) {
		gint64 local = instance_start (event, day, event->moved);
		g_autofree char *subject = g_strconcat (event->subject, " (later)", NULL);

		eas_item_builder_start (builder, EAS_CALENDAR_EXCEPTION);
		eas_item_builder_time (builder, EAS_AIRSYNCBASE_INSTANCE_ID,
				       local_to_utc (event->zone, local));
		eas_item_builder_text (builder, EAS_CALENDAR_SUBJECT, subject);
		eas_item_builder_time (builder, EAS_CALENDAR_START_TIME,
				       local_to_utc (event->zone, local + HOUR));
		eas_item_builder_time (
			builder, EAS_CALENDAR_END_TIME,
			local_to_utc (event->zone, local + HOUR + event->length * MINUTE));
		eas_item_builder_end (builder);
	}
	if (event->cancelled > 0) {
		eas_item_builder_start (builder, EAS_CALENDAR_EXCEPTION);
		eas_item_builder_time (
			builder, EAS_AIRSYNCBASE_INSTANCE_ID,
			local_to_utc (event->zone, instance_start (event, day, event->cancelled)));
		eas_item_builder_flag (builder, EAS_CALENDAR_DELETED, TRUE);
		eas_item_builder_end (builder);
	}
	eas_item_builder_end (builder);
}

static void
put_times (EasItemBuilder *builder, const SampleEvent *event, gint64 day)
{
	g_autofree char *zone = eas_timezone_write (&zones[event->zone]);
	gint64 local = day + event->hour * HOUR + event->minute * MINUTE;

	eas_item_builder_flag (builder, EAS_CALENDAR_ALL_DAY_EVENT, event->length == 0);
	if (event->length == 0) {
		eas_item_builder_time (builder, EAS_CALENDAR_START_TIME, day);
		eas_item_builder_time (builder, EAS_CALENDAR_END_TIME, day + event->days * DAY);
		return;
	}
	eas_item_builder_text (builder, EAS_CALENDAR_TIMEZONE, zone);
	eas_item_builder_time (builder, EAS_CALENDAR_START_TIME, local_to_utc (event->zone, local));
	eas_item_builder_time (builder, EAS_CALENDAR_END_TIME,
			       local_to_utc (event->zone, local + event->length * MINUTE));
}

static void
put_texts (EasItemBuilder *builder, const SampleEvent *event)
{
	eas_item_builder_text (builder, EAS_CALENDAR_SUBJECT, event->subject);
	if (event->place != NULL) {
		eas_item_builder_start (builder, EAS_AIRSYNCBASE_LOCATION);
		eas_item_builder_text (builder, EAS_AIRSYNCBASE_DISPLAY_NAME, event->place);
		eas_item_builder_end (builder);
	}
	eas_mock_sample_put_body (builder, EAS_BODY_PLAIN, event->text);
	if (event->category != NULL) {
		eas_item_builder_start (builder, EAS_CALENDAR_CATEGORIES);
		eas_item_builder_text (builder, EAS_CALENDAR_CATEGORY, event->category);
		eas_item_builder_end (builder);
	}
}

static void
add_event (EasMockMailbox *mailbox,
	   EasMockFolder *folder,
	   const SampleEvent *event,
	   const char *uid)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autoptr (EasItem) item = NULL;
	gint64 day = first_day (event);

	put_times (builder, event, day);
	eas_item_builder_time (builder, EAS_CALENDAR_DT_STAMP, today_utc ());
	eas_item_builder_text (builder, EAS_CALENDAR_UID, uid);
	put_texts (builder, event);
	if (event->reminder >= 0)
		eas_item_builder_int (builder, EAS_CALENDAR_REMINDER, event->reminder);
	eas_item_builder_int (builder, EAS_CALENDAR_BUSY_STATUS, event->busy);
	eas_item_builder_int (builder, EAS_CALENDAR_SENSITIVITY, event->sensitivity);
	eas_item_builder_int (builder, EAS_CALENDAR_MEETING_STATUS, 0);
	put_rule (builder, &event->rule);
	put_exceptions (builder, event, day);
	item = eas_item_builder_finish (builder);
	eas_mock_mailbox_add_item (mailbox, folder, item, NULL);
}

void
eas_mock_sample_add_events (EasMockMailbox *mailbox, EasMockFolder *folder)
{
	for (guint i = 0; i < G_N_ELEMENTS (events); i++) {
		g_autofree char *uid = g_strdup_printf ("sample-%u@example.test", i + 1);

		add_event (mailbox, folder, &events[i], uid);
	}
}

/* --- Many ---------------------------------------------------------------- */

static const char *const generated_subjects[] = { "Meeting", "Call",     "Workshop", "Interview",
						  "Lunch",   "Planning", "Travel",   "Focus time" };
static const char *const generated_places[] = {
	NULL, "Room 1", "Room 2", "Video", "Café", "Phone"
};

void
eas_mock_sample_generate_event (EasMockMailbox *mailbox,
				EasMockFolder *folder,
				GRand *random,
				guint number)
{
	const char *kind =
		generated_subjects[g_rand_int_range (random, 0, G_N_ELEMENTS (generated_subjects))];
	g_autofree char *subject = g_strdup_printf ("%s %u", kind, number);
	g_autofree char *uid = g_strdup_printf ("generated-%s-%u@example.test", folder->id, number);
	SampleEvent event = { .subject = subject, .weekday = -1, .rule = ONCE };

	event.place =
		generated_places[g_rand_int_range (random, 0, G_N_ELEMENTS (generated_places))];
	event.text = g_rand_boolean (random) ? "Generated for a test of many events." : NULL;
	event.day = g_rand_int_range (random, -700, 365);
	event.hour = g_rand_int_range (random, 7, 19);
	event.minute = 15 * g_rand_int_range (random, 0, 4);
	event.length = 15 * g_rand_int_range (random, 1, 9);
	event.zone = g_rand_int_range (random, ZONE_BERLIN, ZONE_LONDON + 1);
	event.reminder = g_rand_boolean (random) ? 15 : -1;
	event.busy = g_rand_int_range (random, 0, 4);
	if (g_rand_int_range (random, 0, 20) == 0) {
		event.length = 0;
		event.days = g_rand_int_range (random, 1, 4);
	} else if (g_rand_int_range (random, 0, 15) == 0) {
		event.rule = (Rule){ 1, 1, ANY_DAY, .occurrences = 10 };
		event.moved = 2;
		event.cancelled = 4;
	}
	add_event (mailbox, folder, &event, uid);
}
