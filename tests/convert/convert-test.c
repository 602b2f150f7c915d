/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "convert-test.h"
#include "eas-item-codec.h"
#include "eas-wbxml-xml.h"

#include <string.h>

const EasVersion convert_versions[] = { EAS_VERSION_12_1, EAS_VERSION_14_0, EAS_VERSION_14_1,
					EAS_VERSION_16_0, EAS_VERSION_16_1 };
const guint convert_n_versions = G_N_ELEMENTS (convert_versions);

static const EasMapKind *kind;

void
convert_use (EasClass klass)
{
	kind = eas_map_kind_of_class (klass);
	g_assert_nonnull (kind);
}

const EasMapKind *
convert_kind (void)
{
	return kind != NULL ? kind : eas_map_kind_of_class (EAS_CLASS_CALENDAR);
}

/* For ever: a context lends it. */
static GTimeZone *
keep_zone (const char *name)
{
	static GHashTable *zones; /* name -> GTimeZone */
	GTimeZone *zone;

	if (zones == NULL)
		zones = g_hash_table_new (g_str_hash, g_str_equal);
	zone = g_hash_table_lookup (zones, name);
	if (zone == NULL) {
		zone = g_time_zone_new_identifier (name);
		g_assert_nonnull (zone);
		g_hash_table_insert (zones, g_strdup (name), zone);
	}

	return zone;
}

EasMapContext
convert_context (EasVersion version, const char *zone)
{
	static const char *const addresses[] = { "me@example.com", "me@alias.example.com", NULL };
	EasMapContext context = { .version = version, .addresses = addresses };

	if (zone == NULL)
		zone = "Europe/Berlin";
	context.default_zone = i_cal_timezone_get_builtin_timezone (zone);
	g_assert_nonnull (context.default_zone);
	context.local_zone = keep_zone (zone);

	return context;
}

EasItem *
convert_item (const char *xml)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GBytes) bytes = NULL;
	g_autofree char *document =
		g_strconcat ("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
			     "<a:ApplicationData xmlns:a=\"AirSync\" xmlns:c=\"Calendar\" "
			     "xmlns:b=\"AirSyncBase\""
			     " xmlns:m=\"MeetingResponse\" xmlns:t=\"Tasks\" xmlns:n=\"Notes\""
			     " xmlns:p=\"Contacts\" xmlns:q=\"Contacts2\""
			     " xmlns:g=\"urn:eas:golden\">",
			     xml, "</a:ApplicationData>\n", NULL);
	EasItem *item;

	bytes = eas_wbxml_from_xml (document, -1, &error);
	g_assert_no_error (error);
	item = eas_item_from_bytes (bytes, &error);
	g_assert_no_error (error);

	return item;
}

static void
describe_slot (const EasItem *item, EasItemSlot slot, GString *out)
{
	const char *name = eas_tag_get_name (eas_item_tag (item, slot));
	EasItemSlot child = eas_item_child (item, slot, EAS_TAG_NONE);
	const char *text = eas_item_text (item, slot);

	if (name != NULL)
		g_string_append (out, name);
	else
		g_string_append_printf (out, "0x%04x", eas_item_tag (item, slot));

	if (child == EAS_ITEM_NONE) {
		if (text != NULL && *text != '\0') {
			g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
			g_autofree char *joined = g_strjoinv ("\\n", lines);
			g_auto (GStrv) pieces = g_strsplit (joined, "\r", -1);
			g_autofree char *escaped = g_strjoinv ("\\r", pieces);

			g_string_append_printf (out, "=%s", escaped);
		}
		return;
	}

	g_string_append_c (out, '{');
	for (; child != EAS_ITEM_NONE; child = eas_item_sibling (item, child, EAS_TAG_NONE)) {
		if (out->str[out->len - 1] != '{')
			g_string_append_c (out, ';');
		describe_slot (item, child, out);
	}
	g_string_append_c (out, '}');
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
	return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char *
convert_lines (const EasItem *item)
{
	g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
	EasItemSlot slot;

	for (slot = eas_item_child (item, EAS_ITEM_ROOT, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (item, slot, EAS_TAG_NONE)) {
		GString *line = g_string_new (NULL);

		describe_slot (item, slot, line);
		g_ptr_array_add (lines, g_string_free (line, FALSE));
	}
	g_ptr_array_sort (lines, compare_lines);
	g_ptr_array_add (lines, NULL);

	return g_strjoinv ("\n", (char **) lines->pdata);
}

char *
convert_change_lines (GPtrArray *changes)
{
	static const char *const kinds[] = { "Add", "Change", "Delete", "SoftDelete", "Fetch" };
	GString *out = g_string_new (NULL);

	for (guint i = 0; i < changes->len; i++) {
		const EasSyncChange *change = changes->pdata[i];
		g_autofree char *lines =
			change->item != NULL ? convert_lines (change->item) : g_strdup ("");
		g_auto (GStrv) split = g_strsplit (lines, "\n", -1);

		g_string_append (out, kinds[change->kind]);
		if (change->instance_id != NULL)
			g_string_append_printf (out, " %s", change->instance_id);
		g_string_append_c (out, '\n');
		for (guint j = 0; split[j] != NULL && *split[j] != '\0'; j++)
			g_string_append_printf (out, "  %s\n", split[j]);
	}

	return g_string_free (out, FALSE);
}

void
convert_assert_lines_at (const char *where, const char *actual, const char *expected)
{
	if (strcmp (actual, expected) != 0)
		g_error ("%s: expected\n%s\nbut got\n%s", where, expected, actual);
}

static gboolean
has_line (const char *text, const char *line)
{
	g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

	for (guint i = 0; lines[i] != NULL; i++) {
		if (strcmp (g_strstrip (lines[i]), line) == 0)
			return TRUE;
	}

	return FALSE;
}

void
convert_assert_has_at (const char *where, const char *text, const char *line)
{
	if (!has_line (text, line))
		g_error ("%s: no line \"%s\" in\n%s", where, line, text);
}

void
convert_assert_lacks_at (const char *where, const char *text, const char *piece)
{
	if (strstr (text, piece) != NULL)
		g_error ("%s: \"%s\" must not be in\n%s", where, piece, text);
}

GPtrArray *
convert_components (const char *ical)
{
	GPtrArray *components = g_ptr_array_new_with_free_func (g_object_unref);
	g_autofree char *text =
		g_strconcat ("BEGIN:VCALENDAR\nVERSION:2.0\n", ical, "END:VCALENDAR\n", NULL);
	ICalComponent *calendar = i_cal_component_new_from_string (text);
	ICalComponent *component;

	g_assert_nonnull (calendar);
	for (component = i_cal_component_get_first_component (calendar, I_CAL_ANY_COMPONENT);
	     component != NULL; g_object_unref (component),
	    component = i_cal_component_get_next_component (calendar, I_CAL_ANY_COMPONENT)) {
		if (i_cal_component_isa (component) != I_CAL_VTIMEZONE_COMPONENT)
			g_ptr_array_add (components, i_cal_component_clone (component));
	}
	g_object_unref (calendar);

	return components;
}

static char *
component_text (ICalComponent *component)
{
	g_autofree char *folded = i_cal_component_as_ical_string (component);
	g_auto (GStrv) pieces = g_strsplit (folded, "\r\n ", -1);
	g_autofree char *unfolded = g_strjoinv ("", pieces);
	g_auto (GStrv) lines = g_strsplit (unfolded, "\r\n", -1);

	return g_strjoinv ("\n", lines);
}

char *
convert_ical (GPtrArray *components)
{
	GString *out = g_string_new (NULL);

	for (guint i = 0; i < components->len; i++) {
		g_autofree char *text = component_text (components->pdata[i]);

		g_string_append (out, text);
	}

	return g_string_free (out, FALSE);
}

GPtrArray *
convert_through_text (GPtrArray *components)
{
	GString *all = g_string_new (NULL);
	GPtrArray *again;

	for (guint i = 0; i < components->len; i++) {
		g_autofree char *text = i_cal_component_as_ical_string (components->pdata[i]);

		g_string_append (all, text);
	}
	again = convert_components (all->str);
	g_assert_cmpuint (again->len, ==, components->len);
	g_string_free (all, TRUE);

	return again;
}

static gsize
name_length (const char *line)
{
	return strcspn (line, ":;");
}

static gboolean
is_replaced (const char *line, char **edits)
{
	for (guint i = 0; edits[i] != NULL; i++) {
		const char *edit = edits[i][0] == '-' ? edits[i] + 1 : edits[i];
		gsize length = name_length (edit);

		if (edits[i][0] != '+' && length > 0 && name_length (line) == length &&
		    strncmp (line, edit, length) == 0)
			return TRUE;
	}

	return FALSE;
}

static void
add_edits (char **edits, GString *out)
{
	for (guint i = 0; edits[i] != NULL; i++) {
		if (edits[i][0] != '-' && edits[i][0] != '\0')
			g_string_append_printf (out, "%s\n", edits[i] + (edits[i][0] == '+'));
	}
}

static char *
edit_text (const char *text, char **edits)
{
	g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
	GString *out = g_string_new (NULL);
	guint depth = 0;

	for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++) {
		gboolean begins = g_str_has_prefix (lines[i], "BEGIN:");

		if (g_str_has_prefix (lines[i], "END:") && --depth == 0)
			add_edits (edits, out);
		if (begins || depth != 1 || !is_replaced (lines[i], edits))
			g_string_append_printf (out, "%s\n", lines[i]);
		if (begins)
			depth++;
	}

	return g_string_free (out, FALSE);
}

GPtrArray *
convert_edit (GPtrArray *components, guint n, const char *lines)
{
	g_auto (GStrv) edits = g_strsplit (lines, "\n", -1);
	GString *all = g_string_new (NULL);
	GPtrArray *edited;

	g_assert_cmpuint (n, <, components->len);
	for (guint i = 0; i < components->len; i++) {
		g_autofree char *text = component_text (components->pdata[i]);
		g_autofree char *changed = i == n ? edit_text (text, edits) : g_strdup (text);

		g_string_append (all, changed);
	}
	edited = convert_components (all->str);
	g_string_free (all, TRUE);

	return edited;
}

GPtrArray *
convert_read (const EasItem *item, const EasMapContext *context)
{
	g_autoptr (GError) error = NULL;
	GPtrArray *components = convert_kind ()->read (item, "fallback-uid", context, &error);

	g_assert_no_error (error);
	g_assert_cmpuint (components->len, >=, 1);

	return components;
}

char *
convert_write_edited (const EasItem *item, const EasMapContext *context, guint n, const char *lines)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) shown = convert_read (item, context);
	g_autoptr (GPtrArray) edited = convert_edit (shown, n, lines);
	g_autoptr (GPtrArray) changes =
		convert_kind ()->write (edited, item, NULL, context, &error);

	g_assert_no_error (error);
	return convert_change_lines (changes);
}

char *
convert_refused (const EasItem *item, const EasMapContext *context, guint n, const char *lines)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) shown = convert_read (item, context);
	g_autoptr (GPtrArray) edited = convert_edit (shown, n, lines);
	g_autoptr (GPtrArray) changes =
		convert_kind ()->write (edited, item, NULL, context, &error);

	g_assert_null (changes);
	g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);

	return g_strdup (error->message);
}

char *
convert_write_new (const char *ical, const EasMapContext *context)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) components = convert_components (ical);
	g_autoptr (GPtrArray) changes =
		convert_kind ()->write (components, NULL, NULL, context, &error);

	g_assert_no_error (error);
	return convert_change_lines (changes);
}

gboolean
convert_libical_writes (int year)
{
	struct icaltimetype day = { .year = year, .month = 1, .day = 1, .is_date = 1 };

	return icaltime_is_valid_time (day);
}
