/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-map-note.h"
#include "eas-map-body.h"
#include "eas-map-codecs.h"
#include "eas-map-single.h"
#include "eas-map-times.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#define BOTH  EAS_MAP_BOTH
#define STAYS EAS_MAP_STAYS

#define NOTE(name) EAS_NOTES_##name
#define ICAL(name) ICAL_##name##_PROPERTY

static const EasTag categories_group[] = { EAS_NOTES_CATEGORY, EAS_TAG_NONE };

/* The title. Exchange makes it from the first line of the text; so do we where there is none. */

static void
title_write (const EasMapRow *row, EasMapWriting *writing)
{
	const char *title = eas_map_get_text (writing->object, ICAL_SUMMARY_PROPERTY);
	const char *text = eas_map_get_text (writing->object, ICAL_DESCRIPTION_PROPERTY);
	g_autofree char *first = NULL;
	g_autofree char *wire = NULL;

	if (title == NULL && text != NULL) {
		text += strspn (text, " \t\r\n");
		title = first = g_strndup (text, strcspn (text, "\r\n"));
	}
	wire = eas_map_wire_text (title, /* one_line */ TRUE);
	eas_item_builder_text (writing->builder, row->tag, wire);
}

static void
title_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	eas_codec_text.read (row, reading, slot);
}

static const EasMapCodec title_codec = { title_read, title_write, NULL };

/* Nothing on the desktop says what kind of note it is: a new one is a sticky note, and what the
 * server has made a subclass stays one. */
static void
class_write (const EasMapRow *row, EasMapWriting *writing)
{
	eas_item_builder_text (writing->builder, row->tag, "IPM.StickyNote");
}

static const EasMapCodec class_codec = { NULL, class_write, NULL };

static void
modified_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	EasEventTimes in_utc = { .zone = icaltimezone_get_utc_timezone () };
	gint64 utc;

	if (!eas_item_time (reading->item, slot, &utc))
		return;

	eas_event_times_add (&in_utc, reading->object, ICAL_DTSTAMP_PROPERTY, utc);
	eas_event_times_add (&in_utc, reading->object, ICAL_LASTMODIFIED_PROPERTY, utc);
}

static void
modified_write (const EasMapRow *row, EasMapWriting *writing)
{
	icalproperty *property =
		icalcomponent_get_first_property (writing->object, ICAL_LASTMODIFIED_PROPERTY);
	EasEventTimes in_utc = { .context = writing->context,
				 .zone = icaltimezone_get_utc_timezone () };
	gint64 utc;

	if (property != NULL && eas_event_times_from_property (&in_utc, property, &utc))
		eas_item_builder_time (writing->builder, row->tag, utc);
}

static const EasMapCodec modified_codec = { modified_read, modified_write, NULL };

/* clang-format off */
/* [MS-ASNOTE] 2.2.2; the order is that of the properties in a component. */
static const EasMapRow note_rows[] = {
	/* element                       versions how                    property               codec (argument, group) */
	{ NOTE (LAST_MODIFIED_DATE),     EAS_ANY, BOTH | EAS_MAP_QUIET,  ICAL (LASTMODIFIED),   &modified_codec },
	{ NOTE (SUBJECT),                EAS_ANY, BOTH,                  ICAL (SUMMARY),        &title_codec },
	{ EAS_AIRSYNCBASE_BODY,          EAS_ANY, BOTH | STAYS,          ICAL (DESCRIPTION),    &eas_codec_body,
	  NULL, eas_map_body_group },
	{ NOTE (CATEGORIES),             EAS_ANY, BOTH | STAYS,          ICAL (CATEGORIES),     &eas_codec_categories,
	  EAS_MAP_TAG (EAS_NOTES_CATEGORY), categories_group },
	{ NOTE (MESSAGE_CLASS),          EAS_ANY, EAS_MAP_WRITE | EAS_MAP_KEEP, 0,              &class_codec },

	EAS_MAP_IGNORE (EAS_AIRSYNCBASE_NATIVE_BODY_TYPE, "tells how Body is kept: eas-map-body.c"),
};
/* clang-format on */

static const EasPage note_pages[] = { EAS_PAGE_NOTES };

/* Notes know no ghosting: a Change is the whole item. */
const EasMapTable eas_note_table = {
	"note",   note_rows, G_N_ELEMENTS (note_rows), note_pages, G_N_ELEMENTS (note_pages),
	EAS_NEVER
};

static EasItem *
note_form (icalcomponent *component, const EasMapContext *context, GError **error)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasMapWriting writing = { context, component, NULL, builder, NULL };

	if (icalcomponent_get_first_property (component, ICAL_RRULE_PROPERTY) != NULL ||
	    icalcomponent_get_first_property (component, ICAL_RDATE_PROPERTY) != NULL) {
		eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0,
			       _ ("A note cannot repeat on the server"));
		return NULL;
	}

	eas_map_write (&eas_note_table, 0, &writing);
	if (writing.error != NULL) {
		g_propagate_error (error, writing.error);
		return NULL;
	}

	return eas_item_builder_finish (builder);
}

static const icalproperty_kind local_properties[] = { ICAL_DTSTART_PROPERTY, ICAL_STATUS_PROPERTY,
						      ICAL_CLASS_PROPERTY,   ICAL_URL_PROPERTY,
						      ICAL_COMMENT_PROPERTY, ICAL_COLOR_PROPERTY,
						      ICAL_CONTACT_PROPERTY, ICAL_X_PROPERTY,
						      ICAL_NO_PROPERTY };

static const EasMapSingle single = {
	&eas_note_table, ICAL_VJOURNAL_COMPONENT,
	/* Translators: to somebody who saves an event or a task among the notes. */
	N_ ("Here can only be notes; save it in a calendar or in a list of tasks instead"),
	N_ ("A note cannot repeat on the server"), note_form, local_properties
};

GPtrArray *
eas_map_note_read (const EasItem *item,
		   const char *fallback_uid,
		   const EasMapContext *context,
		   GError **error)
{
	return eas_map_single_read (&single, item, fallback_uid, context);
}

GPtrArray *
eas_map_note_write (GPtrArray *components,
		    const EasItem *baseline,
		    GPtrArray *old_components,
		    const EasMapContext *context,
		    GError **error)
{
	return eas_map_single_write (&single, components, baseline, old_components, context, error);
}

EasItem *
eas_map_note_apply (const EasItem *baseline, GPtrArray *changes, const EasMapContext *context)
{
	return eas_map_flat_apply (&eas_note_table, baseline, changes, context);
}

gboolean
eas_map_note_same_content (const EasItem *a, const EasItem *b, const EasMapContext *context)
{
	return eas_map_single_same (&single, a, b, context);
}

char *
eas_map_note_dup_uid (const EasItem *item)
{
	return NULL;
}

const EasTag *
eas_map_note_supported (EasVersion version)
{
	return eas_map_supported (&eas_note_table, version);
}

void
eas_map_note_keep (GPtrArray *components, GPtrArray *previous)
{
	eas_map_single_keep (&single, components, previous);
}
