/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Time zones by what they do. Offsets of IANA zones come from GTimeZone, which
 * reads a zone in microseconds; libical, which keeps each zone it ever looked at,
 * is asked only for the one that is chosen.
 *
 * Source: [MS-ASDTYPE] 2.7.6 TimeZone; Windows' names: CLDR, data/windows-zones.txt.
 */

#include "eas-map-zone.h"
#include "eas-datetime.h"
#include "eas-windows-zones.h"

#include <string.h>

#define DAY        ((gint64) 24 * 60 * 60)
#define FIRST_YEAR 1970
#define LAST_YEAR  2037 /* time zone files list no changes after it */
#define TODAYS_RULES                                                                               \
	2030 /* a year in which today's rules hold, for structures newer than their event */
#define YEARS_OF_A_RULE 8 /* so many years tell "the fourth" from "the last" */
#define MAX_CHANGES     4
#define EXACTLY         60
#define NEARLY          (8 * DAY)
#define MAX_REMEMBERED  256

/* Where nothing else decides: the zone most people with these rules mean. */
static const char *const best_known[] = {
	"Europe/Berlin",       "Europe/London",       "Europe/Athens",     "Europe/Istanbul",
	"Europe/Moscow",       "America/New_York",    "America/Chicago",   "America/Denver",
	"America/Los_Angeles", "America/Phoenix",     "America/Anchorage", "America/Sao_Paulo",
	"America/Bogota",      "America/Mexico_City", "Asia/Dubai",        "Asia/Kolkata",
	"Asia/Bangkok",        "Asia/Shanghai",       "Asia/Tokyo",        "Australia/Sydney",
	"Australia/Brisbane",  "Pacific/Auckland",    "Africa/Lagos",      "Africa/Johannesburg",
};

/* Anything that has an offset at an instant; one of the three is set. */
typedef struct {
	GTimeZone *iana;
	icaltimezone *ical;
	const EasTimezone *structure;
} OffsetSource;

typedef struct {
	gint64 at;
	gint32 before, after; /* seconds east of UTC */
} OffsetChange;

typedef struct {
	gint32 first; /* as the year begins */
	guint n;
	OffsetChange changes[MAX_CHANGES];
} OffsetYear;

static gint32
ical_offset (icaltimezone *zone, gint64 utc)
{
	struct icaltimetype time =
		icaltime_from_timet_with_zone ((time_t) utc, 0, icaltimezone_get_utc_timezone ());

	return icaltimezone_get_utc_offset_of_utc_time (zone, &time, NULL);
}

static gint32
source_offset (const OffsetSource *source, gint64 utc)
{
	if (source->iana != NULL)
		return g_time_zone_get_offset (
			source->iana,
			g_time_zone_find_interval (source->iana, G_TIME_TYPE_UNIVERSAL, utc));
	if (source->ical != NULL)
		return ical_offset (source->ical, utc);

	return eas_timezone_offset_at_utc (source->structure, utc) * 60;
}

/* The second at which the offset has changed, between two instants where it differs. */
static gint64
find_change (const OffsetSource *source, gint64 before, gint64 after)
{
	gint32 offset = source_offset (source, before);

	while (after - before > 1) {
		gint64 middle = before + (after - before) / 2;

		if (source_offset (source, middle) == offset)
			before = middle;
		else
			after = middle;
	}

	return after;
}

static void
look_at_year (const OffsetSource *source, int year, OffsetYear *out)
{
	const gint64 step = 5 * DAY; /* Ramadan, the shortest season of any zone, is longer */
	gint64 end = eas_datetime_from_civil (year + 1, 1, 1, 0, 0, 0);
	gint64 now = eas_datetime_from_civil (year, 1, 1, 0, 0, 0);
	gint32 offset = source_offset (source, now);

	out->first = offset;
	out->n = 0;

	while (now < end && out->n < MAX_CHANGES) {
		gint64 next = MIN (now + step, end);
		gint32 next_offset = source_offset (source, next);

		if (next_offset != offset) {
			OffsetChange *change = &out->changes[out->n++];

			change->at = find_change (source, now, next);
			change->before = offset;
			change->after = next_offset;
		}

		offset = next_offset;
		now = next;
	}
}

static gboolean
same_year (const OffsetYear *a, const OffsetYear *b, gint64 tolerance)
{
	if (a->first != b->first || a->n != b->n)
		return FALSE;

	for (guint i = 0; i < a->n; i++) {
		if (a->changes[i].after != b->changes[i].after ||
		    ABS (a->changes[i].at - b->changes[i].at) > tolerance)
			return FALSE;
	}

	return TRUE;
}

static icaltimezone *
builtin_zone (const char *location)
{
	/* libical opens any file of that name. */
	if (strstr (location, "..") != NULL || location[0] == '/')
		return NULL;

	return icaltimezone_get_builtin_timezone (location);
}

/* A built-in zone is read by its name, which is fast and exact; others through libical. */
static void
source_init (OffsetSource *source, icaltimezone *zone)
{
	const char *location = icaltimezone_get_location (zone);

	memset (source, 0, sizeof *source);
	if (location != NULL && builtin_zone (location) == zone)
		source->iana = g_time_zone_new_identifier (location);
	if (source->iana == NULL)
		source->ical = zone;
}

static void
source_clear (OffsetSource *source)
{
	g_clear_pointer (&source->iana, g_time_zone_unref);
}

icaltimezone *
eas_map_zone_default (const EasMapContext *context)
{
	if (context->default_zone == NULL)
		return icaltimezone_get_utc_timezone ();

	return i_cal_object_get_native (I_CAL_OBJECT (context->default_zone));
}

static const char *
iana_of_windows (const char *windows)
{
	for (guint i = 0; eas_windows_zones[i].windows != NULL; i++) {
		if (strcmp (eas_windows_zones[i].windows, windows) == 0)
			return eas_windows_zones[i].iana;
	}

	return NULL;
}

static const char *
windows_of_iana (const char *iana)
{
	for (guint i = 0; eas_windows_zones[i].windows != NULL; i++) {
		if (strcmp (eas_windows_zones[i].iana, iana) == 0)
			return eas_windows_zones[i].windows;
	}

	return NULL;
}

static gboolean
means_utc (const char *tzid)
{
	return strcmp (tzid, "UTC") == 0 || strcmp (tzid, "Etc/UTC") == 0 ||
	       strcmp (tzid, "GMT") == 0;
}

/* libical goes through the names of all it knows, which takes as long as all else about a small
 * event. What it found stays: only names of its own get in here. */
static icaltimezone *
find_builtin (const char *tzid)
{
	static GMutex lock;
	static GHashTable *known; /* TZID -> icaltimezone */
	icaltimezone *zone;

	g_mutex_lock (&lock);
	if (known == NULL)
		known = g_hash_table_new (g_str_hash, g_str_equal);
	zone = g_hash_table_lookup (known, tzid);
	if (zone == NULL) {
		zone = icaltimezone_get_builtin_timezone_from_tzid (tzid);
		if (zone == NULL)
			zone = builtin_zone (tzid);
		if (zone != NULL)
			g_hash_table_insert (known, g_strdup (tzid), zone);
	}
	g_mutex_unlock (&lock);

	return zone;
}

icaltimezone *
eas_map_zone_find (const EasMapContext *context, const char *tzid)
{
	icaltimezone *zone;
	const char *iana;

	if (tzid == NULL || *tzid == '\0')
		return NULL;
	if (means_utc (tzid))
		return icaltimezone_get_utc_timezone ();

	zone = find_builtin (tzid);
	if (zone != NULL)
		return zone;

	if (context->find_zone != NULL) {
		ICalTimezone *found = context->find_zone (tzid, context->find_zone_data);

		if (found != NULL)
			return i_cal_object_get_native (I_CAL_OBJECT (found));
	}

	iana = iana_of_windows (tzid);
	return iana != NULL ? builtin_zone (iana) : NULL;
}

/* From a zone to the structure. */

typedef struct {
	int month, weekday, nth, hour, minute, second;
	gboolean is_last;
} ChangeDate;

static const guint8 month_days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

static gboolean
is_leap (int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static void
date_of_change (const OffsetChange *change, ChangeDate *out)
{
	gint64 local = change->at + change->before;
	gint64 days = local / DAY - (local % DAY < 0);
	int year, day;

	eas_datetime_to_civil (local, &year, &out->month, &day, &out->hour, &out->minute,
			       &out->second);
	out->weekday = (int) (((days + 4) % 7 + 7) % 7); /* 1 January 1970 was a Thursday */
	out->nth = (day - 1) / 7 + 1;
	out->is_last = day + 7 > month_days[out->month - 1] + (out->month == 2 && is_leap (year));
}

/* The n-th of this year, or the last when that is what the following years say. */
static guint16
rule_day (const OffsetSource *source, int year, guint which, const ChangeDate *date)
{
	gboolean always_last = date->is_last, always_nth = TRUE;

	for (int i = 1; i < YEARS_OF_A_RULE && year + i <= LAST_YEAR; i++) {
		OffsetYear later;
		ChangeDate later_date;

		look_at_year (source, year + i, &later);
		if (later.n != 2)
			break;
		date_of_change (&later.changes[which], &later_date);
		if (later_date.month != date->month || later_date.weekday != date->weekday)
			break;
		always_last = always_last && later_date.is_last;
		always_nth = always_nth && later_date.nth == date->nth;
	}

	if (always_last && !(always_nth && date->nth < 4))
		return 5;

	return (guint16) date->nth;
}

static void
write_rule (const OffsetSource *source,
	    int year,
	    guint which,
	    const OffsetChange *change,
	    EasTimezoneDate *out)
{
	ChangeDate date;

	date_of_change (change, &date);
	out->month = (guint16) date.month;
	out->weekday = (guint16) date.weekday;
	out->day = rule_day (source, year, which, &date);
	out->hour = (guint16) date.hour;
	out->minute = (guint16) date.minute;
	out->second = (guint16) date.second;
}

static int
rule_year (gint64 utc)
{
	int year, ignored;

	eas_datetime_to_civil (utc, &year, &ignored, &ignored, &ignored, &ignored, &ignored);
	return CLAMP (year, FIRST_YEAR, LAST_YEAR);
}

/* FALSE: no rules can say this year; it is the offset at @utc alone. */
static gboolean
describe_offsets (const OffsetSource *source, int year, gint64 utc, EasTimezone *out)
{
	OffsetYear changes;

	look_at_year (source, year, &changes);
	if (changes.n != 2 || changes.changes[1].after != changes.first) {
		out->bias = -source_offset (source, utc) / 60;
		return changes.n == 0;
	}

	for (guint i = 0; i < 2; i++) {
		const OffsetChange *change = &changes.changes[i];

		/* The lesser offset is called standard, whatever the zone's law calls it (Ireland).
		 */
		if (change->after < change->before) {
			out->bias = -change->after / 60;
			out->daylight_bias = (change->after - change->before) / 60;
			write_rule (source, year, i, change, &out->standard_date);
		} else {
			write_rule (source, year, i, change, &out->daylight_date);
		}
	}

	return TRUE;
}

/* "W. Europe Standard Time" and "W. Europe Daylight Time": what servers look for. */
static void
write_names (icaltimezone *zone, EasTimezone *out)
{
	const char *location = icaltimezone_get_location (zone);
	const char *windows = location != NULL ? windows_of_iana (location) : NULL;
	const char *standard = windows != NULL ? strstr (windows, " Standard Time") : NULL;

	if (zone == icaltimezone_get_utc_timezone ())
		windows = "UTC";
	if (windows == NULL)
		windows = location != NULL ? location : "";

	g_strlcpy (out->standard_name, windows, 33); /* all ASCII: 32 units of UTF-16 */
	if (standard == NULL) {
		g_strlcpy (out->daylight_name, windows, 33);
	} else {
		g_autofree char *stem = g_strndup (windows, (gsize) (standard - windows));

		g_snprintf (out->daylight_name, 33, "%s Daylight Time", stem);
	}
}

/*
 * Looking at a zone takes a millisecond, and every form of an event needs its
 * structure: those of built-in zones, which live for ever, are kept by year.
 */
typedef struct {
	icaltimezone *zone;
	int year;
	EasTimezone structure;
} Described;

static GMutex described_lock;
static GHashTable *described; /* (element-type Described), its own key */

static guint
described_hash (gconstpointer key)
{
	const Described *entry = key;

	return g_direct_hash (entry->zone) * 31 + (guint) entry->year;
}

static gboolean
described_equal (gconstpointer a, gconstpointer b)
{
	const Described *first = a, *second = b;

	return first->zone == second->zone && first->year == second->year;
}

static gboolean
recall_described (icaltimezone *zone, int year, EasTimezone *out_structure)
{
	const Described wanted = { .zone = zone, .year = year };
	const Described *found = NULL;

	g_mutex_lock (&described_lock);
	if (described != NULL)
		found = g_hash_table_lookup (described, &wanted);
	if (found != NULL)
		*out_structure = found->structure;
	g_mutex_unlock (&described_lock);

	return found != NULL;
}

static void
keep_described (icaltimezone *zone, int year, const EasTimezone *structure)
{
	Described *entry = g_new (Described, 1);

	entry->zone = zone;
	entry->year = year;
	entry->structure = *structure;

	g_mutex_lock (&described_lock);
	if (described == NULL)
		described = g_hash_table_new_full (described_hash, described_equal, g_free, NULL);
	if (g_hash_table_size (described) >= MAX_REMEMBERED)
		g_hash_table_remove_all (described);
	g_hash_table_add (described, entry);
	g_mutex_unlock (&described_lock);
}

void
eas_map_zone_describe (icaltimezone *zone, gint64 utc, EasTimezone *out_structure)
{
	int year = rule_year (utc);
	OffsetSource source;
	gboolean all_year;

	if (recall_described (zone, year, out_structure))
		return;

	memset (out_structure, 0, sizeof *out_structure);
	write_names (zone, out_structure);

	source_init (&source, zone);
	all_year = describe_offsets (&source, year, utc, out_structure);
	if (all_year && source.iana != NULL)
		keep_described (zone, year, out_structure);
	source_clear (&source);
}

char *
eas_map_zone_write (icaltimezone *zone, gint64 utc)
{
	EasTimezone structure;

	eas_map_zone_describe (zone, utc, &structure);
	return eas_timezone_write (&structure);
}

/* From the structure to a zone. */

typedef struct {
	const EasTimezone *structure;
	icaltimezone *own;
	OffsetYear years[2]; /* of the event, and of today's rules */
	int year_numbers[2];
} Search;

static gboolean
source_fits (const Search *search, const OffsetSource *source, guint which, gint64 tolerance)
{
	OffsetYear year;

	look_at_year (source, search->year_numbers[which], &year);
	return same_year (&search->years[which], &year, tolerance);
}

static gboolean
name_fits (const Search *search, const char *iana, guint which, gint64 tolerance)
{
	OffsetSource source = { .iana = g_time_zone_new_identifier (iana) };
	gboolean fits = source.iana != NULL && source_fits (search, &source, which, tolerance);

	source_clear (&source);
	return fits;
}

static icaltimezone *
try_name (const Search *search, const char *iana, guint which, gint64 tolerance)
{
	return name_fits (search, iana, which, tolerance) ? builtin_zone (iana) : NULL;
}

static icaltimezone *
try_own (const Search *search, guint which, gint64 tolerance)
{
	OffsetSource source;
	gboolean fits;

	source_init (&source, search->own);
	fits = source_fits (search, &source, which, tolerance);
	source_clear (&source);

	return fits ? search->own : NULL;
}

static icaltimezone *
try_hint (const Search *search, guint which, gint64 tolerance)
{
	const char *hint = search->structure->standard_name;
	icaltimezone *zone = NULL;

	for (guint i = 0; eas_windows_zones[i].windows != NULL && zone == NULL; i++) {
		if (strcmp (eas_windows_zones[i].windows, hint) == 0 ||
		    strcmp (eas_windows_zones[i].iana, hint) == 0)
			zone = try_name (search, eas_windows_zones[i].iana, which, tolerance);
	}

	return zone;
}

static icaltimezone *
try_all (const Search *search, guint which, gint64 tolerance)
{
	icaltimezone *zone = NULL;

	for (guint i = 0; i < G_N_ELEMENTS (best_known) && zone == NULL; i++)
		zone = try_name (search, best_known[i], which, tolerance);
	for (guint i = 0; eas_windows_zones[i].windows != NULL && zone == NULL; i++)
		zone = try_name (search, eas_windows_zones[i].iana, which, tolerance);

	return zone;
}

/* Named, but with nothing in it: UTC itself, unless Windows knows the name or it is the person's
 * own. */
static gboolean
says_utc (const EasTimezone *structure)
{
	return structure->bias == 0 && !eas_timezone_has_daylight (structure) &&
	       iana_of_windows (structure->standard_name) == NULL;
}

static icaltimezone *
search_zone (const EasMapContext *context, const EasTimezone *structure, int year)
{
	static icaltimezone *(*const steps[]) (const Search *, guint, gint64) = { try_own, try_hint,
										  try_all };
	static const gint64 tolerances[] = { EXACTLY, NEARLY };
	Search search = { .structure = structure, .own = eas_map_zone_default (context) };
	OffsetSource source = { .structure = structure };

	search.year_numbers[0] = CLAMP (year, FIRST_YEAR, LAST_YEAR);
	search.year_numbers[1] = TODAYS_RULES;
	for (guint i = 0; i < 2; i++)
		look_at_year (&source, search.year_numbers[i], &search.years[i]);

	if (says_utc (structure)) {
		icaltimezone *own = try_own (&search, 0, EXACTLY);

		return own != NULL ? own : icaltimezone_get_utc_timezone ();
	}

	for (guint t = 0; t < G_N_ELEMENTS (tolerances); t++) {
		for (guint which = 0; which < 2; which++) {
			for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
				icaltimezone *zone = steps[i](&search, which, tolerances[t]);

				if (zone != NULL)
					return zone;
			}
		}
	}

	return NULL;
}

/* A calendar has few structures and thousands of events: what was found is remembered. */
typedef struct {
	char *base64;
	char *own;
	int year;
	EasTimezone structure;
	gboolean stated;
	gboolean is_own; /* the person's zone may be freed: it is looked up again */
	icaltimezone *zone;
} Remembered;

static GMutex remembered_lock;
static GPtrArray *remembered; /* the last one used first */

static void
remembered_free (gpointer data)
{
	Remembered *entry = data;

	g_free (entry->base64);
	g_free (entry->own);
	g_free (entry);
}

static Remembered *
remember (const EasMapContext *context, const char *base64, const char *own, int year)
{
	Remembered *entry = g_new0 (Remembered, 1);

	entry->base64 = g_strdup (base64);
	entry->own = g_strdup (own);
	entry->year = year;
	entry->stated = eas_timezone_parse (base64, &entry->structure) &&
			!eas_timezone_is_unstated (&entry->structure);
	if (entry->stated)
		entry->zone = search_zone (context, &entry->structure, year);
	entry->is_own = entry->zone == eas_map_zone_default (context);

	if (remembered->len >= MAX_REMEMBERED)
		g_ptr_array_set_size (remembered, MAX_REMEMBERED / 2);
	g_ptr_array_insert (remembered, 0, entry);

	return entry;
}

static Remembered *
recall (const char *base64, const char *own, int year)
{
	for (guint i = 0; i < remembered->len; i++) {
		Remembered *entry = g_ptr_array_index (remembered, i);

		if (entry->year == year && strcmp (entry->base64, base64) == 0 &&
		    strcmp (entry->own, own) == 0) {
			if (i > 0) {
				g_ptr_array_index (remembered, i) =
					g_ptr_array_index (remembered, 0);
				g_ptr_array_index (remembered, 0) = entry;
			}
			return entry;
		}
	}

	return NULL;
}

static const char *
zone_key (icaltimezone *zone)
{
	const char *tzid = icaltimezone_get_tzid (zone);

	return tzid != NULL ? tzid : "UTC";
}

icaltimezone *
eas_map_zone_read (const EasMapContext *context,
		   const char *base64,
		   int year,
		   EasTimezone *out_structure,
		   gboolean *out_stated)
{
	icaltimezone *own_zone = eas_map_zone_default (context);
	const char *own = zone_key (own_zone);
	icaltimezone *zone;
	Remembered *entry;

	g_mutex_lock (&remembered_lock);
	if (remembered == NULL)
		remembered = g_ptr_array_new_with_free_func (remembered_free);
	entry = recall (base64, own, year);
	if (entry == NULL)
		entry = remember (context, base64, own, year);
	*out_structure = entry->structure;
	*out_stated = entry->stated;
	zone = entry->is_own ? own_zone : entry->zone;
	g_mutex_unlock (&remembered_lock);

	return zone;
}
