/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each element of a contact to its part, and back. */

#include "eas-map-contact-parts.h"
#include "eas-datetime.h"
#include "eas-map-body.h"

#include <string.h>

/* Text. */

static void
read_text (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot, gboolean one_line)
{
	char *scratch = NULL;
	const char *text =
		eas_map_clean_text (eas_item_text (reading->item, slot), one_line, &scratch);

	if (text == NULL)
		return;

	/* What is not as a person would have typed it is copied, the rest lent. */
	if (scratch != NULL || g_ascii_isspace (text[0]) ||
	    (*text != '\0' && g_ascii_isspace (text[strlen (text) - 1]))) {
		eas_contact_parts_put (reading->object, row->tag, text, one_line);
		g_free (scratch);
	} else if (*text != '\0') {
		eas_contact_parts_lend (reading->object, row->tag, text);
	}
}

static void
line_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	read_text (row, reading, slot, /* one_line */ TRUE);
}

static void
lines_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	read_text (row, reading, slot, /* one_line */ FALSE);
}

static void
line_write (const EasMapRow *row, EasMapWriting *writing)
{
	const char *text = eas_contact_parts_get (writing->object, row->tag);

	if (text != NULL && strchr (text, '\n') != NULL) {
		g_autofree char *wire = eas_map_wire_text (text, /* one_line */ FALSE);

		eas_item_builder_text (writing->builder, row->tag, wire);
	} else {
		eas_item_builder_text (writing->builder, row->tag, text);
	}
}

const EasMapCodec eas_contact_codec_line = { line_read, line_write, NULL };
const EasMapCodec eas_contact_codec_lines = { lines_read, line_write, NULL };

/* E-mail: the wire may have a whole mailbox, "Name" <address>; people edit the address. */

static const EasTag email_tags[] = { EAS_CONTACTS_EMAIL1_ADDRESS, EAS_CONTACTS_EMAIL2_ADDRESS,
				     EAS_CONTACTS_EMAIL3_ADDRESS };

/* The address within, or the text itself. @out_length: its length. */
static const char *
find_address (const char *mailbox, gsize *out_length)
{
	const char *end = mailbox + strlen (mailbox);
	const char *open = strrchr (mailbox, '<');

	while (end > mailbox && g_ascii_isspace (end[-1]))
		end--;
	if (open == NULL || end == mailbox || end[-1] != '>' || open + 1 >= end - 1) {
		*out_length = (gsize) (end - mailbox);
		return mailbox;
	}

	*out_length = (gsize) (end - 1 - (open + 1));
	return open + 1;
}

char *
eas_contact_dup_address (const char *mailbox)
{
	gsize length;
	const char *address = find_address (mailbox, &length);

	if (g_ascii_strncasecmp (address, "mailto:", 7) == 0) {
		address += 7;
		length -= 7;
	}

	return g_strstrip (g_strndup (address, length));
}

static void
email_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	const char *text = eas_item_text (reading->item, slot);
	g_autofree char *address = text != NULL ? eas_contact_dup_address (text) : NULL;

	eas_contact_parts_put (reading->object, row->tag, address, /* one_line */ TRUE);
}

/* What the server has for this address in any of its places. */
static const char *
find_mailbox (const EasItem *baseline, const char *address)
{
	for (guint i = 0; i < G_N_ELEMENTS (email_tags); i++) {
		const char *mailbox = eas_item_get_text (baseline, email_tags[i]);
		g_autofree char *its_address =
			mailbox != NULL ? eas_contact_dup_address (mailbox) : NULL;

		if (g_strcmp0 (its_address, address) == 0)
			return mailbox;
	}

	return NULL;
}

/* The name beside the old address, unless it says that address too. */
static char *
keep_name (const char *mailbox, const char *address)
{
	gsize length;
	const char *old = find_address (mailbox, &length);
	g_autofree char *old_address = g_strndup (old, length);
	g_autofree char *name = g_strstrip (g_strndup (mailbox, (gsize) (old - mailbox)));
	gsize name_length;

	if (old == mailbox)
		return g_strdup (address);

	name_length = strlen (name);
	name[name_length - 1] = '\0'; /* the bracket */
	g_strstrip (name);
	if (*name == '\0' || strstr (name, old_address) != NULL)
		return g_strdup (address);

	return g_strdup_printf ("%s <%s>", name, address);
}

static void
email_merge (const EasMapRow *row, EasMapMerging *merging)
{
	const char *address = eas_item_get_text (merging->edited, row->tag);
	const char *was = eas_item_text (merging->baseline, merging->baseline_slot);
	const char *mailbox;

	if (address == NULL) {
		eas_item_builder_empty (merging->builder, row->tag);
		return;
	}

	mailbox = find_mailbox (merging->baseline, address);
	if (mailbox == NULL && was != NULL && *was != '\0') {
		g_autofree char *renamed = keep_name (was, address);

		eas_item_builder_text (merging->builder, row->tag, renamed);
	} else {
		eas_item_builder_text (merging->builder, row->tag,
				       mailbox != NULL ? mailbox : address);
	}
}

const EasMapCodec eas_contact_codec_email = { email_read, line_write, email_merge };

/*
 * Birthday and anniversary are days, and the wire has moments. The digits of the
 * date count, but for servers that tell the midnight of the person's own zone
 * (pitfall 21). Written as Exchange does it: a minute before noon, so that the
 * day is the same in nearly every zone for those who convert.
 */

#define DAY_SECONDS    (24 * 60 * 60)
#define WRITTEN_HOUR   11
#define WRITTEN_MINUTE 59

/* Where the zone has its midnight on the clock of UTC: then, and by the rules of today. */
static gboolean
is_local_midnight (GTimeZone *zone, gint64 utc, gint64 *out_local)
{
	static const int months[] = { 1, 7 };

	for (guint i = 0; i <= G_N_ELEMENTS (months); i++) {
		gint64 when =
			i == 0 ? utc : eas_datetime_from_civil (2025, months[i - 1], 15, 12, 0, 0);
		int interval = g_time_zone_find_interval (zone, G_TIME_TYPE_UNIVERSAL, when);
		gint64 local = utc + g_time_zone_get_offset (zone, interval);

		if (((local % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS == 0) {
			*out_local = local;
			return TRUE;
		}
	}

	return FALSE;
}

static void
day_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	EasContactDay *day = eas_contact_parts_day (reading->object, row->tag);
	int year, month, day_of_month, hour, minute, second;
	gint64 utc, local;

	if (!eas_item_time (reading->item, slot, &utc))
		return;

	eas_datetime_to_civil (utc, &year, &month, &day_of_month, &hour, &minute, &second);
	if (!eas_datetime_is_midnight (utc) && (hour < 9 || hour > 14) &&
	    reading->context->local_zone != NULL &&
	    is_local_midnight (reading->context->local_zone, utc, &local))
		eas_datetime_to_civil (local, &year, &month, &day_of_month, &hour, &minute,
				       &second);

	day->year = year;
	day->month = month;
	day->day = day_of_month;
}

static void
day_write (const EasMapRow *row, EasMapWriting *writing)
{
	const EasContactDay *day = eas_contact_parts_day (writing->object, row->tag);

	if (day->year != 0)
		eas_item_builder_time (writing->builder, row->tag,
				       eas_datetime_from_civil (day->year, day->month, day->day,
								WRITTEN_HOUR, WRITTEN_MINUTE, 0));
}

const EasMapCodec eas_contact_codec_day = { day_read, day_write, NULL };

/* Categories and children. */

static void
names_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	GPtrArray *names = eas_contact_parts_set_of (reading->object, row->tag);
	EasItemSlot child;

	for (child = eas_item_child (reading->item, slot, row->group[0]); child != EAS_ITEM_NONE;
	     child = eas_item_sibling (reading->item, child, row->group[0])) {
		const char *text = eas_item_text (reading->item, child);
		char *name = text != NULL ? eas_map_shown_category (text) : NULL;

		if (name != NULL && *name != '\0')
			g_ptr_array_add (names, name);
		else
			g_free (name);
	}
}

static void
names_write (const EasMapRow *row, EasMapWriting *writing)
{
	GPtrArray *names = eas_contact_parts_set_of (writing->object, row->tag);

	if (names->len == 0)
		return;

	eas_item_builder_start (writing->builder, row->tag);
	for (guint i = 0; i < names->len; i++)
		eas_item_builder_text (writing->builder, row->group[0], names->pdata[i]);
	eas_item_builder_end (writing->builder);
}

static void
names_merge (const EasMapRow *row, EasMapMerging *merging)
{
	EasMapRow named = *row;

	named.argument = EAS_MAP_TAG (row->group[0]);
	eas_codec_categories.merge (&named, merging);
}

const EasMapCodec eas_contact_codec_names = { names_read, names_write, names_merge };

/* The picture. Only one that was changed is made to fit: scaling again and again would spoil it. */

static char *
without_white_space (const char *base64)
{
	GString *bare = g_string_sized_new (strlen (base64));

	for (; *base64 != '\0'; base64++) {
		if (g_ascii_isalnum (*base64) || strchr ("+/=", *base64) != NULL)
			g_string_append_c (bare, *base64);
	}

	return g_string_free (bare, /* free_segment */ bare->len == 0);
}

static void
picture_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	EasContactParts *parts = reading->object;
	const char *base64;

	if (eas_item_is_opaque (reading->item, slot)) {
		g_autoptr (GBytes) bytes = eas_item_bytes (reading->item, slot);
		gsize size;
		const guchar *data = g_bytes_get_data (bytes, &size);

		parts->picture = size > 0 ? g_base64_encode (data, size) : NULL;
		return;
	}

	base64 = eas_item_text (reading->item, slot);
	if (base64 != NULL)
		parts->picture = without_white_space (base64);
}

static void
picture_write (const EasMapRow *row, EasMapWriting *writing)
{
	const EasContactParts *parts = writing->object;

	eas_item_builder_text (writing->builder, row->tag, parts->picture);
}

static void
picture_merge (const EasMapRow *row, EasMapMerging *merging)
{
	g_autofree char *base64 = g_strdup (eas_item_get_text (merging->edited, row->tag));

	if (base64 == NULL)
		eas_item_builder_empty (merging->builder, row->tag);
	else if (eas_contact_fit_picture (&base64, &merging->error))
		eas_item_builder_text (merging->builder, row->tag, base64);
}

const EasMapCodec eas_contact_codec_picture = { picture_read, picture_write, picture_merge };

/* The note. */

static void
note_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	g_autofree char *text = eas_map_body_dup_text (reading->item, slot);

	eas_contact_parts_put (reading->object, row->tag, text, /* one_line */ FALSE);
}

static void
note_write (const EasMapRow *row, EasMapWriting *writing)
{
	g_autofree char *wire = eas_map_wire_text (
		eas_contact_parts_get (writing->object, row->tag), /* one_line */ FALSE);

	if (wire != NULL)
		eas_map_body_write_plain (writing->builder, wire);
}

static void
note_merge (const EasMapRow *row, EasMapMerging *merging)
{
	eas_codec_body.merge (row, merging);
}

const EasMapCodec eas_contact_codec_note = { note_read, note_write, note_merge };
