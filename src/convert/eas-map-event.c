/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-map-event.h"
#include "eas-map-codecs.h"
#include "eas-map-event-table.h"
#include "eas-map-exceptions.h"

/* On one line: EDS's cache parts a UID from the occurrence at a line feed, and would take the event
 * for an occurrence of another. */
char *
eas_map_event_dup_uid (const EasItem *item)
{
	static const EasTag tags[] = { EAS_CALENDAR_UID, EAS_CALENDAR_CLIENT_UID };

	for (guint i = 0; i < G_N_ELEMENTS (tags); i++) {
		const char *text = eas_item_get_text (item, tags[i]);
		g_autofree char *scratch = NULL;
		const char *line = eas_map_clean_text (text, /* one_line */ TRUE, &scratch);
		g_autofree char *uid = line != NULL ? g_strstrip (g_strdup (line)) : NULL;

		if (uid != NULL && *uid != '\0')
			return g_steal_pointer (&uid);
	}

	return NULL;
}

static void
component_unref (gpointer component)
{
	g_object_unref (component);
}

/* From 16.0 a person may be invited to one occurrence alone: its series is not there (pitfall 13).
 */
static void
mark_orphan (const EasItem *item, const EasEventTimes *times, icalcomponent *component)
{
	gint64 utc;

	if (eas_item_get_time (item, EAS_AIRSYNCBASE_INSTANCE_ID, &utc))
		eas_event_times_add (times, component, ICAL_RECURRENCEID_PROPERTY,
				     eas_event_times_from_wire (times, utc));
}

GPtrArray *
eas_map_event_read (const EasItem *item,
		    const char *fallback_uid,
		    const EasMapContext *context,
		    GError **error)
{
	g_autofree char *own_uid = eas_map_event_dup_uid (item);
	const char *uid = own_uid != NULL ? own_uid : fallback_uid;
	EasEventTimes times;
	icalcomponent *master;
	GPtrArray *components;

	if (!eas_event_times_read (&times, item, context, error))
		return NULL;

	components = g_ptr_array_new_with_free_func (component_unref);
	master = eas_event_read_component (item, EAS_ITEM_ROOT, &times, uid);
	g_ptr_array_add (components,
			 i_cal_object_construct (I_CAL_TYPE_COMPONENT, master,
						 (GDestroyNotify) icalcomponent_free, FALSE, NULL));
	mark_orphan (item, &times, master);
	eas_event_read_exceptions (item, &times, uid, master, components);

	return components;
}

const EasTag *
eas_map_event_supported (EasVersion version)
{
	return eas_map_supported (&eas_event_table, version);
}
