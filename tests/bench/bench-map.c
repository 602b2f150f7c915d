/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * bench-map: microseconds an event or a contact takes from bag to what the desktop
 * has and back, by kind. Judges nothing: the mark is held by bench-codec's event-map-us, which
 * stands here as the peer.
 */

#include <time.h>

#include "eas-datetime.h"
#include "eas-map-event.h"
#include "eas-map-zone.h"

#include "bench-map-contact.h"

#define N_EVENTS 500
#define N_ROUNDS 7
#define MARK_US  10.0

typedef struct {
	const char *name;
	gboolean meeting;
	guint n_exceptions; /* of a series; 0 a single event */
} Kind;

static const Kind kinds[] = {
	{ "event", FALSE, 0 },
	{ "meeting", TRUE, 0 },
	{ "series", FALSE, 5 },
};

static void
add_attendees (EasItemBuilder *builder)
{
	eas_item_builder_start (builder, EAS_CALENDAR_ATTENDEES);
	for (guint i = 0; i < 5; i++) {
		g_autofree char *email = g_strdup_printf ("person%u@example.org", i);

		eas_item_builder_start (builder, EAS_CALENDAR_ATTENDEE);
		eas_item_builder_text (builder, EAS_CALENDAR_EMAIL, email);
		eas_item_builder_text (builder, EAS_CALENDAR_NAME, "Some Person");
		eas_item_builder_int (builder, EAS_CALENDAR_ATTENDEE_STATUS, 3);
		eas_item_builder_int (builder, EAS_CALENDAR_ATTENDEE_TYPE, 1);
		eas_item_builder_end (builder);
	}
	eas_item_builder_end (builder);
	eas_item_builder_int (builder, EAS_CALENDAR_MEETING_STATUS, 1);
	eas_item_builder_text (builder, EAS_CALENDAR_ORGANIZER_EMAIL, "me@example.com");
}

static void
add_series (EasItemBuilder *builder, gint64 start, guint n_exceptions)
{
	const gint64 week = 7 * 24 * 60 * 60;

	eas_item_builder_start (builder, EAS_CALENDAR_RECURRENCE);
	eas_item_builder_int (builder, EAS_CALENDAR_TYPE, 0);
	eas_item_builder_int (builder, EAS_CALENDAR_INTERVAL, 7);
	eas_item_builder_end (builder);
	eas_item_builder_start (builder, EAS_CALENDAR_EXCEPTIONS);
	for (guint i = 1; i <= n_exceptions; i++) {
		eas_item_builder_start (builder, EAS_CALENDAR_EXCEPTION);
		eas_item_builder_time (builder, EAS_CALENDAR_EXCEPTION_START_TIME,
				       start + i * week);
		eas_item_builder_text (builder, EAS_CALENDAR_SUBJECT, "Another title");
		eas_item_builder_end (builder);
	}
	eas_item_builder_end (builder);
}

static EasItem *
make_event (const Kind *kind, guint n)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	gint64 start = eas_datetime_from_civil (2026, 1, 1, 9, 0, 0) + (gint64) n * 3600;
	g_autofree char *zone =
		eas_map_zone_write (icaltimezone_get_builtin_timezone ("Europe/Berlin"), start);
	g_autofree char *uid = g_strdup_printf ("event-%u", n);

	eas_item_builder_text (builder, EAS_CALENDAR_TIMEZONE, zone);
	eas_item_builder_time (builder, EAS_CALENDAR_DT_STAMP, start);
	eas_item_builder_time (builder, EAS_CALENDAR_START_TIME, start);
	eas_item_builder_time (builder, EAS_CALENDAR_END_TIME, start + 1800);
	eas_item_builder_text (builder, EAS_CALENDAR_SUBJECT, "Quarterly planning");
	eas_item_builder_text (builder, EAS_CALENDAR_UID, uid);
	eas_item_builder_text (builder, EAS_CALENDAR_LOCATION, "Room 12");
	eas_item_builder_start (builder, EAS_AIRSYNCBASE_BODY);
	eas_item_builder_int (builder, EAS_AIRSYNCBASE_TYPE, 1);
	eas_item_builder_text (builder, EAS_AIRSYNCBASE_DATA,
			       "Agenda\r\n1. Numbers\r\n2. People\r\n3. Any other business");
	eas_item_builder_end (builder);
	eas_item_builder_int (builder, EAS_CALENDAR_SENSITIVITY, 0);
	eas_item_builder_int (builder, EAS_CALENDAR_BUSY_STATUS, 2);
	eas_item_builder_flag (builder, EAS_CALENDAR_ALL_DAY_EVENT, FALSE);
	eas_item_builder_int (builder, EAS_CALENDAR_REMINDER, 15);
	if (kind->meeting)
		add_attendees (builder);
	if (kind->n_exceptions > 0)
		add_series (builder, start, kind->n_exceptions);

	return eas_item_builder_finish (builder);
}

/* CPU time: others may be at work on the machine. */
static gint64
now (void)
{
	struct timespec time;

	clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
	return (gint64) time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static GPtrArray *
read_event (const EasItem *item, const EasMapContext *context)
{
	GPtrArray *components = eas_map_event_read (item, NULL, context, NULL);

	if (components == NULL)
		g_error ("an event was refused");

	return components;
}

static gint64
time_reading (GPtrArray *items, const EasMapContext *context)
{
	gint64 start = now ();

	for (guint i = 0; i < items->len; i++)
		g_ptr_array_unref (read_event (items->pdata[i], context));

	return now () - start;
}

/* Of an edited title: the worst case, in which everything is compared. */
static gint64
time_writing (GPtrArray *items, const EasMapContext *context)
{
	gint64 spent = 0;

	for (guint i = 0; i < items->len; i++) {
		g_autoptr (GPtrArray) components = read_event (items->pdata[i], context);
		g_autoptr (GPtrArray) changes = NULL;
		gint64 start;

		i_cal_component_set_summary (components->pdata[0], "Edited");
		start = now ();
		changes = eas_map_event_write (components, items->pdata[i], NULL, context, NULL);
		spent += now () - start;
		if (changes == NULL || changes->len != 1)
			g_error ("an edit was not written");
	}

	return spent;
}

static double
best_of (gint64 (*measure) (GPtrArray *items, const EasMapContext *context),
	 GPtrArray *items,
	 const EasMapContext *context)
{
	gint64 best = G_MAXINT64;

	for (guint i = 0; i < N_ROUNDS; i++)
		best = MIN (best, measure (items, context));

	return (double) best / items->len;
}

static void
report (const Kind *kind, const char *direction, double us)
{
	g_print ("bench map %s-%s-us ours %.3f peer %.3f ratio %.3f us\n", kind->name, direction,
		 us, MARK_US, us / MARK_US);
}

int
main (void)
{
	static const char *const addresses[] = { "me@example.com", NULL };
	EasMapContext context = { .version = EAS_VERSION_14_1, .addresses = addresses };

	context.default_zone = i_cal_timezone_get_builtin_timezone ("Europe/Berlin");
	for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
		g_autoptr (GPtrArray) items =
			g_ptr_array_new_with_free_func ((GDestroyNotify) eas_item_unref);

		for (guint n = 0; n < N_EVENTS; n++)
			g_ptr_array_add (items, make_event (&kinds[i], n));
		report (&kinds[i], "read", best_of (time_reading, items, &context));
		report (&kinds[i], "write", best_of (time_writing, items, &context));
	}

	bench_map_contact ();

	return 0;
}
