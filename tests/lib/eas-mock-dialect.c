/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Items as a version of the protocol spells them, and as the server stores them. */

#include "eas-mock-dialect.h"

#include <string.h>

#include "eas-datetime.h"
#include "eas-mock-command.h"
#include "eas-timezone.h"

#define SECONDS_PER_DAY (24 * 60 * 60)

/* --- From the wire ------------------------------------------------------- */

typedef struct {
	EasClass klass;
	guint version;
	const EasMockOptions *options;
	const EasMockHabits *habits;
	gboolean all_day;
	gboolean has_zone;
	EasTimezone zone;
} Dialect;

static void
read_location (EasItemBuilder *builder, const char *text)
{
	if (*text == '\0') {
		eas_item_builder_empty (builder, EAS_AIRSYNCBASE_LOCATION);
		return;
	}
	eas_item_builder_start (builder, EAS_AIRSYNCBASE_LOCATION);
	eas_item_builder_text (builder, EAS_AIRSYNCBASE_DISPLAY_NAME, text);
	eas_item_builder_end (builder);
}

/* Before 16.0 midnight may be that of a zone; stored is the date alone. [MS-ASCAL] 2.2.2.1
 * AllDayEvent. */
static void
read_date (EasItemBuilder *builder, const Dialect *dialect, EasTag tag, gint64 utc)
{
	if (dialect->all_day && dialect->has_zone && !eas_datetime_is_midnight (utc)) {
		utc += 60 * (gint64) eas_timezone_offset_at_utc (&dialect->zone, utc);
		utc = (utc + SECONDS_PER_DAY / 2) / SECONDS_PER_DAY * SECONDS_PER_DAY;
	}
	eas_item_builder_time (builder, tag, utc);
}

static void read_children (EasItemBuilder *builder,
			   const Dialect *dialect,
			   const EasItem *wire,
			   EasItemSlot parent);

static void
read_element (EasItemBuilder *builder,
	      const Dialect *dialect,
	      const EasItem *wire,
	      EasItemSlot slot)
{
	EasTag tag = eas_item_tag (wire, slot);
	gint64 utc;

	if (tag == EAS_CALENDAR_LOCATION) {
		read_location (builder, eas_item_text (wire, slot));
	} else if (tag == EAS_CALENDAR_TIMEZONE && dialect->all_day) {
		return;
	} else if (tag == EAS_CALENDAR_EXCEPTION_START_TIME && eas_item_time (wire, slot, &utc)) {
		read_date (builder, dialect, EAS_AIRSYNCBASE_INSTANCE_ID, utc);
	} else if ((tag == EAS_CALENDAR_START_TIME || tag == EAS_CALENDAR_END_TIME) &&
		   eas_item_time (wire, slot, &utc)) {
		read_date (builder, dialect, tag, utc);
	} else if (tag == EAS_CALENDAR_EXCEPTIONS || tag == EAS_CALENDAR_EXCEPTION) {
		eas_item_builder_start (builder, tag);
		read_children (builder, dialect, wire, slot);
		eas_item_builder_end (builder);
	} else {
		eas_item_builder_copy (builder, wire, slot);
	}
}

static void
read_children (EasItemBuilder *builder,
	       const Dialect *dialect,
	       const EasItem *wire,
	       EasItemSlot parent)
{
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, wire, parent, EAS_TAG_NONE) {
		read_element (builder, dialect, wire, slot);
	}
}

EasItem *
eas_mock_dialect_read (const EasItem *wire, EasClass klass, guint version)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	Dialect dialect = { .klass = klass, .version = version };
	const char *zone = eas_item_get_text (wire, EAS_CALENDAR_TIMEZONE);

	if (klass == EAS_CLASS_CALENDAR && version < 160) {
		dialect.all_day = eas_item_get_flag (wire, EAS_CALENDAR_ALL_DAY_EVENT, FALSE);
		dialect.has_zone = zone != NULL && eas_timezone_parse (zone, &dialect.zone);
		read_children (builder, &dialect, wire, EAS_ITEM_ROOT);
	} else {
		eas_mock_copy_children (builder, wire, EAS_ITEM_ROOT);
	}

	return eas_item_builder_finish (builder);
}

/* --- Bodies -------------------------------------------------------------- */

static char *
html_to_plain (const char *html)
{
	g_autoptr (GString) plain = g_string_new (NULL);
	gboolean in_tag = FALSE;

	for (; *html != '\0'; html++) {
		if (*html == '<')
			in_tag = TRUE;
		else if (*html == '>')
			in_tag = FALSE;
		else if (!in_tag)
			g_string_append_c (plain, *html);
	}
	g_string_replace (plain, "&lt;", "<", 0);
	g_string_replace (plain, "&gt;", ">", 0);
	g_string_replace (plain, "&quot;", "\"", 0);
	g_string_replace (plain, "&#39;", "'", 0);
	g_string_replace (plain, "&amp;", "&", 0);

	return g_string_free (g_steal_pointer (&plain), FALSE);
}

static char *
plain_to_html (const char *plain)
{
	g_autofree char *escaped = g_markup_escape_text (plain, -1);

	return g_strconcat ("<html><body><pre>", escaped, "</pre></body></html>", NULL);
}

static void
append_header (GString *mime, const char *name, const char *value)
{
	if (value != NULL && *value != '\0')
		g_string_append_printf (mime, "%s: %s\r\n", name, value);
}

char *
eas_mock_dialect_dup_mime (const EasItem *stored)
{
	g_autoptr (GString) mime = g_string_new (NULL);
	EasItemSlot body = eas_item_child (stored, EAS_ITEM_ROOT, EAS_AIRSYNCBASE_BODY);
	gboolean html =
		eas_mock_uint (stored, body, EAS_AIRSYNCBASE_TYPE, EAS_BODY_PLAIN) == EAS_BODY_HTML;
	const char *text = eas_mock_text (stored, body, EAS_AIRSYNCBASE_DATA);
	g_autofree char *encoded = NULL;
	gint64 received = 0;

	append_header (mime, "From", eas_item_get_text (stored, EAS_EMAIL_FROM));
	append_header (mime, "To", eas_item_get_text (stored, EAS_EMAIL_TO));
	append_header (mime, "Cc", eas_item_get_text (stored, EAS_EMAIL_CC));
	append_header (mime, "Subject", eas_item_get_text (stored, EAS_EMAIL_SUBJECT));
	if (eas_item_get_time (stored, EAS_EMAIL_DATE_RECEIVED, &received)) {
		g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (received);
		g_autofree char *formatted =
			g_date_time_format (date, "%a, %d %b %Y %H:%M:%S +0000");

		append_header (mime, "Date", formatted);
	}
	append_header (mime, "MIME-Version", "1.0");
	append_header (mime, "Content-Type",
		       html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8");
	append_header (mime, "Content-Transfer-Encoding", "base64");
	encoded = g_base64_encode ((const guchar *) (text != NULL ? text : ""),
				   text != NULL ? strlen (text) : 0);
	g_string_append (mime, "\r\n");
	for (gsize at = 0; encoded[at] != '\0'; at += MIN (76, strlen (encoded + at)))
		g_string_append_printf (mime, "%.76s\r\n", encoded + at);

	return g_string_free (g_steal_pointer (&mime), FALSE);
}

static char *
convert_body (
	const Dialect *dialect, const EasItem *stored, const char *text, guint native, guint wanted)
{
	if (wanted == EAS_BODY_MIME)
		return dialect->klass == EAS_CLASS_EMAIL && dialect->options->mime_support == 2
			       ? eas_mock_dialect_dup_mime (stored)
			       : NULL;
	if (native == wanted)
		return g_strdup (text);
	if (native == EAS_BODY_HTML && wanted == EAS_BODY_PLAIN)
		return html_to_plain (text);
	if (native == EAS_BODY_PLAIN && wanted == EAS_BODY_HTML)
		return plain_to_html (text);

	return NULL;
}

/* The preference of the native type wins, then the others in their order. [MS-ASAIRS] 3.2.5.1 */
static char *
choose_body (const Dialect *dialect,
	     const EasItem *stored,
	     const char *text,
	     guint native,
	     EasBodyPreference *out_preference)
{
	const GArray *preferences = dialect->options->bodies;

	for (int pass = 0; pass < 2; pass++) {
		for (guint i = 0; i < preferences->len; i++) {
			const EasBodyPreference *preference =
				&g_array_index (preferences, EasBodyPreference, i);
			g_autofree char *converted = NULL;

			if ((pass == 0) !=
			    (preference->type == native || preference->type == EAS_BODY_MIME))
				continue;
			converted = convert_body (dialect, stored, text, native, preference->type);
			if (converted == NULL)
				continue;
			if (preference->all_or_none && preference->truncation_size >= 0 &&
			    strlen (converted) > (gsize) preference->truncation_size)
				continue;
			*out_preference = *preference;
			return g_steal_pointer (&converted);
		}
	}
	*out_preference = (EasBodyPreference){ .type = EAS_BODY_PLAIN, .truncation_size = -1 };

	return convert_body (dialect, stored, text, native, EAS_BODY_PLAIN);
}

static void
write_body (EasItemBuilder *builder,
	    const Dialect *dialect,
	    const EasItem *stored,
	    EasItemSlot slot)
{
	const char *text = eas_mock_text (stored, slot, EAS_AIRSYNCBASE_DATA);
	guint native = eas_mock_uint (stored, slot, EAS_AIRSYNCBASE_TYPE, EAS_BODY_PLAIN);
	EasBodyPreference preference;
	g_autofree char *data =
		choose_body (dialect, stored, text != NULL ? text : "", native, &preference);
	gsize size = data != NULL ? strlen (data) : 0;

	eas_item_builder_start (builder, EAS_AIRSYNCBASE_BODY);
	eas_item_builder_int (builder, EAS_AIRSYNCBASE_TYPE, preference.type);
	eas_item_builder_int (builder, EAS_AIRSYNCBASE_ESTIMATED_DATA_SIZE, size);
	if (preference.truncation_size >= 0 && size > (gsize) preference.truncation_size) {
		const char *end =
			g_utf8_find_prev_char (data, data + preference.truncation_size + 1);

		data[end != NULL ? end - data : 0] = '\0';
		eas_item_builder_flag (builder, EAS_AIRSYNCBASE_TRUNCATED, TRUE);
	}
	if (data != NULL && *data != '\0')
		eas_item_builder_text (builder, EAS_AIRSYNCBASE_DATA, data);
	if (preference.preview > 0 && dialect->version >= 140) {
		g_autofree char *plain =
			native == EAS_BODY_HTML ? html_to_plain (text) : g_strdup (text);
		g_autofree char *start = g_utf8_substring (
			plain, 0, MIN ((glong) preference.preview, g_utf8_strlen (plain, -1)));

		eas_item_builder_text (builder, EAS_AIRSYNCBASE_PREVIEW, start);
	}
	eas_item_builder_end (builder);
}

/* --- To the wire --------------------------------------------------------- */

/* Elements that are known to the version but not in this place of this class. */
static gboolean
is_left_out (const Dialect *dialect, EasTag tag, gboolean in_exception)
{
	switch ((guint) tag) {
	case EAS_CALENDAR_CLIENT_UID:
	case EAS_AIRSYNCBASE_CLIENT_ID:
		return TRUE;
	case EAS_CALENDAR_TIMEZONE:
		return dialect->all_day || in_exception ||
		       (dialect->version < 160 && dialect->habits->zero_zones);
	case EAS_CALENDAR_ATTENDEES:
		return in_exception && dialect->version < 140;
	case EAS_AIRSYNCBASE_ATTACHMENTS:
		return dialect->klass == EAS_CLASS_CALENDAR && dialect->version < 160;
	default:
		return FALSE;
	}
}

static void
write_location (EasItemBuilder *builder, const EasItem *stored, EasItemSlot slot)
{
	const char *name = eas_mock_text (stored, slot, EAS_AIRSYNCBASE_DISPLAY_NAME);

	eas_item_builder_text (builder, EAS_CALENDAR_LOCATION, name != NULL ? name : "");
}

/* A date of an all-day event, as midnight of the zone where the server tells it so. */
static gint64
date_as_told (const Dialect *dialect, gint64 utc)
{
	if (!dialect->all_day || dialect->version >= 160 || !dialect->habits->all_day_zone)
		return utc;

	return utc - 60 * (gint64) eas_timezone_offset_at_local (&dialect->habits->zone, utc);
}

static void
write_time (EasItemBuilder *builder,
	    const Dialect *dialect,
	    EasTag tag,
	    const EasItem *stored,
	    EasItemSlot slot)
{
	gint64 utc;

	if (eas_item_time (stored, slot, &utc))
		eas_item_builder_time (builder, tag, date_as_told (dialect, utc));
}

static void
write_children (EasItemBuilder *builder,
		const Dialect *dialect,
		const EasItem *stored,
		EasItemSlot parent,
		gboolean in_exception)
{
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, stored, parent, EAS_TAG_NONE) {
		EasTag tag = eas_item_tag (stored, slot);

		if (is_left_out (dialect, tag, in_exception)) {
			continue;
		} else if (tag == EAS_AIRSYNCBASE_LOCATION && dialect->version < 160) {
			write_location (builder, stored, slot);
		} else if (tag == EAS_AIRSYNCBASE_INSTANCE_ID && dialect->version < 160) {
			write_time (builder, dialect, EAS_CALENDAR_EXCEPTION_START_TIME, stored,
				    slot);
		} else if (tag == EAS_CALENDAR_START_TIME || tag == EAS_CALENDAR_END_TIME) {
			write_time (builder, dialect, tag, stored, slot);
		} else if (tag == EAS_AIRSYNCBASE_BODY) {
			write_body (builder, dialect, stored, slot);
		} else if (eas_tag_is_known (tag) && !eas_tag_valid_in (tag, dialect->version)) {
			continue; /* what nobody knows is of a later version, and told all the same
				   */
		} else if (eas_item_n_children (stored, slot) == 0) {
			eas_item_builder_copy (builder, stored, slot);
		} else {
			eas_item_builder_start (builder, tag);
			write_children (builder, dialect, stored, slot,
					in_exception || tag == EAS_CALENDAR_EXCEPTION);
			eas_item_builder_end (builder);
		}
	}
}

/* The Timezone of an event before 16.0, where it is not the stored one. */
static void
write_zone (EasItemBuilder *builder, const Dialect *dialect, const EasItem *stored)
{
	const EasMockHabits *habits = dialect->habits;
	const EasTimezone utc = { 0 };
	gboolean real = dialect->all_day && habits->all_day_zone && !habits->zero_zones;
	g_autofree char *blob = eas_timezone_write (real ? &habits->zone : &utc);

	if (dialect->all_day ? !habits->all_day_no_blob
			     : eas_item_has (stored, EAS_CALENDAR_TIMEZONE))
		eas_item_builder_text (builder, EAS_CALENDAR_TIMEZONE, blob);
}

EasItem *
eas_mock_dialect_write (const EasItem *stored,
			EasClass klass,
			guint version,
			const EasMockOptions *options,
			const EasMockHabits *habits)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasItemSlot body = eas_item_child (stored, EAS_ITEM_ROOT, EAS_AIRSYNCBASE_BODY);
	Dialect dialect = {
		.klass = klass, .version = version, .options = options, .habits = habits
	};

	dialect.all_day = klass == EAS_CLASS_CALENDAR &&
			  eas_item_get_flag (stored, EAS_CALENDAR_ALL_DAY_EVENT, FALSE);
	if (klass == EAS_CLASS_CALENDAR && version < 160 && (dialect.all_day || habits->zero_zones))
		write_zone (builder, &dialect, stored);
	write_children (builder, &dialect, stored, EAS_ITEM_ROOT, /* in_exception */ FALSE);
	if (body != EAS_ITEM_NONE && !eas_item_has (stored, EAS_AIRSYNCBASE_NATIVE_BODY_TYPE))
		eas_item_builder_int (
			builder, EAS_AIRSYNCBASE_NATIVE_BODY_TYPE,
			eas_mock_uint (stored, body, EAS_AIRSYNCBASE_TYPE, EAS_BODY_PLAIN));

	return eas_item_builder_finish (builder);
}

/* --- Filters, [MS-ASCMD] 2.2.3.68.2 FilterType (Sync) --------------------- */

static const struct {
	EasClass klass;
	guint filter;
	guint days; /* 0: not a time */
} filters[] = {
	{ EAS_CLASS_EMAIL, 1, 1 },      { EAS_CLASS_EMAIL, 2, 3 },
	{ EAS_CLASS_EMAIL, 3, 7 },      { EAS_CLASS_EMAIL, 4, 14 },
	{ EAS_CLASS_EMAIL, 5, 30 },     { EAS_CLASS_CALENDAR, 4, 14 },
	{ EAS_CLASS_CALENDAR, 5, 30 },  { EAS_CLASS_CALENDAR, 6, 91 },
	{ EAS_CLASS_CALENDAR, 7, 182 }, { EAS_CLASS_TASKS, 8, 0 },
};

static guint
filter_days (EasClass klass, guint filter)
{
	for (guint i = 0; i < G_N_ELEMENTS (filters); i++) {
		if (filters[i].klass == klass && filters[i].filter == filter)
			return filters[i].days;
	}

	return 0;
}

gboolean
eas_mock_filter_is_valid (EasClass klass, guint filter)
{
	/* Contacts and notes ignore it. */
	if (filter == 0 || klass == EAS_CLASS_CONTACTS || klass == EAS_CLASS_NOTES)
		return TRUE;
	for (guint i = 0; i < G_N_ELEMENTS (filters); i++) {
		if (filters[i].klass == klass && filters[i].filter == filter)
			return TRUE;
	}

	return FALSE;
}

gboolean
eas_mock_filter_passes (const EasItem *stored, EasClass klass, guint filter, gint64 now)
{
	gint64 since = now - (gint64) filter_days (klass, filter) * SECONDS_PER_DAY;
	EasItemSlot recurrence = eas_item_child (stored, EAS_ITEM_ROOT, EAS_CALENDAR_RECURRENCE);
	gint64 when;

	if (filter == 0)
		return TRUE;
	switch (klass) {
	case EAS_CLASS_EMAIL:
		return !eas_item_get_time (stored, EAS_EMAIL_DATE_RECEIVED, &when) || when >= since;
	case EAS_CLASS_TASKS:
		return !eas_item_get_flag (stored, EAS_TASKS_COMPLETE, FALSE);
	case EAS_CLASS_CALENDAR:
		if (recurrence != EAS_ITEM_NONE && !eas_item_is_empty (stored, recurrence))
			return !eas_item_time (
				       stored,
				       eas_item_child (stored, recurrence, EAS_CALENDAR_UNTIL),
				       &when) ||
			       when >= since;
		return !eas_item_get_time (stored, EAS_CALENDAR_END_TIME, &when) || when >= since;
	default:
		return TRUE;
	}
}
