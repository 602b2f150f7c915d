/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-map-codecs.h"

#include <string.h>

/* Text. */

static gboolean
needs_cleaning (const char *text, gboolean one_line)
{
	for (const guchar *c = (const guchar *) text; *c != '\0'; c++) {
		if ((*c < 0x20 && *c != '\t' && (*c != '\n' || one_line)) || *c == 0x7f)
			return TRUE;
	}

	return FALSE;
}

const char *
eas_map_clean_text (const char *text, gboolean one_line, char **scratch)
{
	GString *clean;

	if (text == NULL || !needs_cleaning (text, one_line))
		return text;

	clean = g_string_sized_new (strlen (text));
	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '\r' || *c == '\n') {
			/* CRLF, CR and LF are one line end each. */
			if (*c == '\r' && c[1] == '\n')
				c++;
			g_string_append_c (clean, one_line ? ' ' : '\n');
		} else if ((guchar) *c >= 0x20 ? *c != 0x7f : *c == '\t') {
			g_string_append_c (clean, *c);
		}
	}

	*scratch = g_string_free (clean, /* free_segment */ FALSE);
	return *scratch;
}

char *
eas_map_wire_text (const char *text, gboolean one_line)
{
	g_autofree char *valid = NULL;
	g_autofree char *scratch = NULL;
	g_autofree char *trimmed = NULL;
	GString *wire;

	if (text == NULL)
		return NULL;

	valid = g_utf8_make_valid (text, -1);
	/* libical's parser takes white space off both ends of a line: it can never be an edit. */
	trimmed = g_strstrip (g_strdup (eas_map_clean_text (valid, one_line, &scratch)));
	if (*trimmed == '\0')
		return NULL;
	if (strchr (trimmed, '\n') == NULL)
		return g_steal_pointer (&trimmed);

	wire = g_string_sized_new (strlen (trimmed) + 64);
	for (const char *c = trimmed; *c != '\0'; c++) {
		if (*c == '\n')
			g_string_append_c (wire, '\r');
		g_string_append_c (wire, *c);
	}

	return g_string_free (wire, /* free_segment */ FALSE);
}

static gboolean
is_blank (const char *text)
{
	while (g_ascii_isspace (*text))
		text++;

	return *text == '\0';
}

gboolean
eas_map_alarm_rings (icalcomponent *alarm)
{
	icalproperty *action = icalcomponent_get_first_property (alarm, ICAL_ACTION_PROPERTY);
	const char *value = action != NULL ? icalproperty_get_value_as_string (action) : NULL;

	return value == NULL || g_ascii_strcasecmp (value, "NONE") != 0;
}

void
eas_map_add_text (icalcomponent *component, icalproperty_kind kind, const char *text)
{
	icalproperty *property;

	if (text == NULL || is_blank (text))
		return;

	property = icalproperty_new (kind);
	icalproperty_set_value (property, icalvalue_new_text (text));
	icalcomponent_add_property (component, property);
}

void
eas_map_add_x (icalcomponent *component, const char *name, const char *text)
{
	icalproperty *property;

	if (text == NULL || is_blank (text))
		return;

	property = icalproperty_new_x (text);
	icalproperty_set_x_name (property, name);
	icalcomponent_add_property (component, property);
}

static const char *
text_of_property (icalproperty *property)
{
	icalvalue *value = icalproperty_get_value (property);

	if (value == NULL)
		return NULL;

	switch (icalvalue_isa (value)) {
	case ICAL_TEXT_VALUE:
		return icalvalue_get_text (value);
	case ICAL_X_VALUE:
		return icalvalue_get_x (value);
	default:
		return icalvalue_as_ical_string (value);
	}
}

static const char *
none_when_empty (const char *text)
{
	return text != NULL && *text != '\0' ? text : NULL;
}

const char *
eas_map_get_text (icalcomponent *component, icalproperty_kind kind)
{
	icalproperty *property = icalcomponent_get_first_property (component, kind);

	return property != NULL ? none_when_empty (text_of_property (property)) : NULL;
}

const char *
eas_map_get_x (icalcomponent *component, const char *name)
{
	icalproperty *property;

	for (property = icalcomponent_get_first_property (component, ICAL_X_PROPERTY);
	     property != NULL;
	     property = icalcomponent_get_next_property (component, ICAL_X_PROPERTY)) {
		const char *its_name = icalproperty_get_x_name (property);

		if (its_name != NULL && g_ascii_strcasecmp (its_name, name) == 0)
			return none_when_empty (text_of_property (property));
	}

	return NULL;
}

static void
text_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	g_autofree char *scratch = NULL;
	const char *text = eas_map_clean_text (eas_item_text (reading->item, slot),
					       /* one_line */ TRUE, &scratch);

	eas_map_add_text (reading->object, (icalproperty_kind) row->property, text);
}

static void
text_write (const EasMapRow *row, EasMapWriting *writing)
{
	const char *text = eas_map_get_text (writing->object, (icalproperty_kind) row->property);
	g_autofree char *wire = eas_map_wire_text (text, /* one_line */ TRUE);

	eas_item_builder_text (writing->builder, row->tag, wire);
}

const EasMapCodec eas_codec_text = { text_read, text_write, NULL };

/* X-properties. */

static void
x_flag_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	gboolean value;

	if (eas_item_flag (reading->item, slot, &value) && value)
		eas_map_add_x (reading->object, row->argument, "TRUE");
}

static void
x_flag_write (const EasMapRow *row, EasMapWriting *writing)
{
	const char *text = eas_map_get_x (writing->object, row->argument);

	if (text != NULL && g_ascii_strcasecmp (text, "TRUE") == 0)
		eas_item_builder_flag (writing->builder, row->tag, TRUE);
}

const EasMapCodec eas_codec_x_flag = { x_flag_read, x_flag_write, NULL };

static void
x_text_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	g_autofree char *scratch = NULL;

	eas_map_add_x (reading->object, row->argument,
		       eas_map_clean_text (eas_item_text (reading->item, slot), /* one_line */ TRUE,
					   &scratch));
}

const EasMapCodec eas_codec_x_text = { x_text_read, NULL, NULL };

/*
 * Sensitivity. "Personal" (1) has no word of its own in iCalendar; it is shown as
 * private, and stays 1 as long as nobody changes it.
 */

enum {
	SENSITIVITY_NORMAL = 0,
	SENSITIVITY_PERSONAL = 1,
	SENSITIVITY_PRIVATE = 2,
	SENSITIVITY_CONFIDENTIAL = 3
};

static void
class_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	static const enum icalproperty_class classes[] = {
		[SENSITIVITY_NORMAL] = ICAL_CLASS_PUBLIC,
		[SENSITIVITY_PERSONAL] = ICAL_CLASS_PRIVATE,
		[SENSITIVITY_PRIVATE] = ICAL_CLASS_PRIVATE,
		[SENSITIVITY_CONFIDENTIAL] = ICAL_CLASS_CONFIDENTIAL,
	};
	gint64 value;

	if (eas_item_int (reading->item, slot, &value) && value >= 0 &&
	    value < (gint64) G_N_ELEMENTS (classes))
		icalcomponent_add_property (reading->object,
					    icalproperty_new_class (classes[value]));
}

static void
class_write (const EasMapRow *row, EasMapWriting *writing)
{
	icalproperty *property =
		icalcomponent_get_first_property (writing->object, ICAL_CLASS_PROPERTY);
	int value = SENSITIVITY_NORMAL;

	switch (property != NULL ? icalproperty_get_class (property) : ICAL_CLASS_NONE) {
	case ICAL_CLASS_PRIVATE:
		value = SENSITIVITY_PRIVATE;
		break;
	case ICAL_CLASS_CONFIDENTIAL:
		value = SENSITIVITY_CONFIDENTIAL;
		break;
	default:
		break;
	}

	eas_item_builder_int (writing->builder, row->tag, value);
}

const EasMapCodec eas_codec_class = { class_read, class_write, NULL };

/*
 * Categories. libical and EDS part them at commas, so a comma inside a name is
 * shown as a character that looks like one, and the name is put right again when
 * the set is written.
 */

#define LOOKS_LIKE_A_COMMA "\xe2\x80\x9a" /* U+201A */

char *
eas_map_shown_category (const char *name)
{
	g_autofree char *scratch = NULL;
	const char *clean = eas_map_clean_text (name, /* one_line */ TRUE, &scratch);
	GString *shown = g_string_new (clean);

	g_string_replace (shown, ",", LOOKS_LIKE_A_COMMA, 0);
	return g_strstrip (g_string_free (shown, /* free_segment */ FALSE));
}

char *
eas_map_category_of_shown (const char *shown)
{
	GString *name = g_string_new (shown);

	g_string_replace (name, LOOKS_LIKE_A_COMMA, ",", 0);
	return g_string_free (name, /* free_segment */ FALSE);
}

static void
categories_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	EasTag tag = GPOINTER_TO_UINT (row->argument);
	EasItemSlot child;

	/* A property for each: libical would escape the commas of a list. */
	for (child = eas_item_child (reading->item, slot, tag); child != EAS_ITEM_NONE;
	     child = eas_item_sibling (reading->item, child, tag)) {
		const char *text = eas_item_text (reading->item, child);
		g_autofree char *shown = text != NULL ? eas_map_shown_category (text) : NULL;

		eas_map_add_text (reading->object, ICAL_CATEGORIES_PROPERTY, shown);
	}
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
	return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
collect_categories (icalcomponent *component)
{
	GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
	icalproperty *property;

	for (property = icalcomponent_get_first_property (component, ICAL_CATEGORIES_PROPERTY);
	     property != NULL;
	     property = icalcomponent_get_next_property (component, ICAL_CATEGORIES_PROPERTY)) {
		const char *text = text_of_property (property);
		g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", ",", -1);

		for (guint i = 0; parts[i] != NULL; i++) {
			char *name = eas_map_wire_text (g_strstrip (parts[i]), /* one_line */ TRUE);

			/* NULL: nothing between two commas. */
			if (name == NULL ||
			    g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
				g_free (name);
			else
				g_ptr_array_add (names, name);
		}
	}

	g_ptr_array_sort (names, compare_names);
	return names;
}

/* A set: sorted, so that its order never is a change. */
static void
categories_write (const EasMapRow *row, EasMapWriting *writing)
{
	g_autoptr (GPtrArray) names = collect_categories (writing->object);

	if (names->len == 0)
		return;

	eas_item_builder_start (writing->builder, row->tag);
	for (guint i = 0; i < names->len; i++)
		eas_item_builder_text (writing->builder, GPOINTER_TO_UINT (row->argument),
				       names->pdata[i]);
	eas_item_builder_end (writing->builder);
}

/* The server's own spelling of a name that was shown in another one. */
static const char *
original_category (const EasMapMerging *merging, EasTag tag, const char *name)
{
	EasItemSlot child;

	if (merging->baseline_slot == EAS_ITEM_NONE)
		return name;

	for (child = eas_item_child (merging->baseline, merging->baseline_slot, tag);
	     child != EAS_ITEM_NONE; child = eas_item_sibling (merging->baseline, child, tag)) {
		const char *original = eas_item_text (merging->baseline, child);
		g_autofree char *shown =
			original != NULL ? eas_map_shown_category (original) : NULL;

		if (g_strcmp0 (shown, name) == 0)
			return original;
	}

	return name;
}

static void
categories_merge (const EasMapRow *row, EasMapMerging *merging)
{
	EasTag tag = GPOINTER_TO_UINT (row->argument);
	EasItemSlot slot = eas_item_child (merging->edited, EAS_ITEM_ROOT, row->tag);
	EasItemSlot child;

	if (slot == EAS_ITEM_NONE) {
		eas_item_builder_empty (merging->builder, row->tag);
		return;
	}

	eas_item_builder_start (merging->builder, row->tag);
	for (child = eas_item_child (merging->edited, slot, tag); child != EAS_ITEM_NONE;
	     child = eas_item_sibling (merging->edited, child, tag))
		eas_item_builder_text (
			merging->builder, tag,
			original_category (merging, tag, eas_item_text (merging->edited, child)));
	eas_item_builder_end (merging->builder);
}

const EasMapCodec eas_codec_categories = { categories_read, categories_write, categories_merge };
