/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A calendar, a list of tasks or notes as one iCalendar file, contacts as vCards, on standard
 * output, straight from the server. */

#include "tool.h"

#include "eas-map-contact.h"
#include "eas-map-kind.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

typedef struct {
	const EasMapKind *kind;
	ICalComponent *calendar;
	GHashTable *zones; /* TZIDs that are in it */
} Export;

static void
add_zone (ICalParameter *parameter, gpointer user_data)
{
	Export *export = user_data;
	const char *tzid = i_cal_parameter_get_tzid (parameter);
	ICalTimezone *zone;
	ICalComponent *component;

	if (tzid == NULL || !g_hash_table_add (export->zones, g_strdup (tzid)))
		return;
	zone = i_cal_timezone_get_builtin_timezone_from_tzid (tzid);
	if (zone == NULL)
		zone = i_cal_timezone_get_builtin_timezone (tzid);
	component = zone != NULL ? i_cal_timezone_get_component (zone) : NULL;
	if (component != NULL) {
		i_cal_component_take_component (export->calendar,
						i_cal_component_clone (component));
		g_object_unref (component);
	}
}

/* One bad item stops only itself. */
static void
say_left_out (const ToolItem *item, const GError *error)
{
	fprintf (stderr, _ ("evolution-eas: %s is left out: %s\n"), item->server_id,
		 error->message);
}

static void
add_item (Export *export, const ToolItem *item, const EasMapContext *context)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) components =
		export->kind->read (item->item, item->server_id, context, &error);

	if (components == NULL) {
		say_left_out (item, error);
		return;
	}
	for (guint i = 0; i < components->len; i++) {
		i_cal_component_foreach_tzid (components->pdata[i], add_zone, export);
		i_cal_component_take_component (export->calendar,
						g_object_ref (components->pdata[i]));
	}
}

static char *
export_items (const EasMapKind *kind, GPtrArray *items, EasVersion version)
{
	EasMapContext context = { .version = version };
	Export export = { .kind = kind };
	char *text;

	export.calendar = e_cal_util_new_top_level ();
	export.zones = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; i < items->len; i++)
		add_item (&export, items->pdata[i], &context);
	text = i_cal_component_as_ical_string (export.calendar);
	g_object_unref (export.calendar);
	g_hash_table_unref (export.zones);

	return text;
}

static char *
export_contacts (GPtrArray *items, EasVersion version)
{
	EasMapContext context = { .version = version };
	GString *text = g_string_new (NULL);

	for (guint i = 0; i < items->len; i++) {
		const ToolItem *item = items->pdata[i];
		g_autoptr (GError) error = NULL;
		EContact *contact =
			eas_map_contact_read (item->item, item->server_id, &context, &error);
		g_autofree char *card = NULL;

		if (contact == NULL) {
			say_left_out (item, error);
			continue;
		}
		card = e_vcard_to_string (E_VCARD (contact), EVC_FORMAT_VCARD_30);
		g_string_append_printf (text, "%s\r\n", card);
		g_object_unref (contact);
	}

	return g_string_free (text, /* free_segment */ FALSE);
}

ToolExit
tool_run_export (Tool *tool, char **arguments)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (EasClient) client = tool_connect (tool, &error);
	g_autoptr (GPtrArray) items = NULL;
	g_autofree char *text = NULL;
	EasClass klass = EAS_CLASS_NONE;
	EasVersion version = EAS_VERSION_NONE;

	if (client != NULL) {
		items = tool_fetch_folder (tool, client, arguments[0], &klass, &error);
		version = eas_client_get_version (client);
		eas_client_shutdown (client);
	}
	if (items != NULL && klass != EAS_CLASS_CONTACTS && eas_map_kind_of_class (klass) == NULL)
		eas_set_error (
			&error, EAS_ERROR_FOLDER_NOT_FOUND, NULL, 0, 0,
			_ ("The folder “%s” holds neither events, tasks, notes nor contacts"),
			arguments[0]);
	if (error != NULL)
		return tool_fail (tool, error);

	text = klass == EAS_CLASS_CONTACTS
		       ? export_contacts (items, version)
		       : export_items (eas_map_kind_of_class (klass), items, version);
	fputs (text, stdout);

	return TOOL_OK;
}
