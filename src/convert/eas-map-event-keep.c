/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What an event has on this desktop alone: properties that ActiveSync has no place for,
 * and alarms beside the one that it can carry. They stay when the server's form of the
 * event replaces the local one, each with its occurrence.
 */

#include "eas-map-body.h"
#include "eas-map-codecs.h"
#include "eas-map-event.h"

#include <string.h>

static const icalproperty_kind local_properties[] = {
	ICAL_COLOR_PROPERTY,     ICAL_COMMENT_PROPERTY,   ICAL_CONTACT_PROPERTY,
	ICAL_CREATED_PROPERTY,   ICAL_GEO_PROPERTY,       ICAL_PRIORITY_PROPERTY,
	ICAL_RELATEDTO_PROPERTY, ICAL_RESOURCES_PROPERTY, ICAL_URL_PROPERTY,
	ICAL_X_PROPERTY,
};

static icalcomponent *
native_component (gpointer component)
{
	return i_cal_object_get_native (I_CAL_OBJECT (component));
}

static gboolean
has_other_text (icalcomponent *component, icalcomponent *previous)
{
	return g_strcmp0 (eas_map_get_text (component, ICAL_DESCRIPTION_PROPERTY),
			  eas_map_get_text (previous, ICAL_DESCRIPTION_PROPERTY)) != 0;
}

/* Others the wire tells, and where it does not, they are gone; as is the form of another text. */
static gboolean
is_local_x (const char *name, gboolean other_text)
{
	return name != NULL && !g_str_has_prefix (name, "X-MICROSOFT-") &&
	       !g_str_has_prefix (name, "X-LIC-") &&
	       (!other_text || strcmp (name, EAS_MAP_ALT_DESC_X) != 0);
}

static void
keep_properties (icalcomponent *component, icalcomponent *previous, icalproperty_kind kind)
{
	/* Before the loop: libical keeps one place in a component, and this moves it. */
	gboolean other_text = has_other_text (component, previous);
	icalproperty *property;

	/* The server's word, where it has one. */
	if (kind != ICAL_X_PROPERTY && icalcomponent_get_first_property (component, kind) != NULL)
		return;

	for (property = icalcomponent_get_first_property (previous, kind); property != NULL;
	     property = icalcomponent_get_next_property (previous, kind)) {
		const char *name = icalproperty_get_x_name (property);

		if (kind == ICAL_X_PROPERTY &&
		    (!is_local_x (name, other_text) || eas_map_get_x (component, name) != NULL))
			continue;
		icalcomponent_add_property (component, icalproperty_new_clone (property));
	}
}

/* Seconds from the start; FALSE: it does not ring at such a moment. */
static gboolean
alarm_offset (icalcomponent *alarm, int *out_seconds)
{
	icalproperty *property = icalcomponent_get_first_property (alarm, ICAL_TRIGGER_PROPERTY);
	icalparameter *related;
	struct icaltriggertype trigger;

	if (property == NULL || !eas_map_alarm_rings (alarm))
		return FALSE;

	trigger = icalproperty_get_trigger (property);
	related = icalproperty_get_first_parameter (property, ICAL_RELATED_PARAMETER);
	if (!icaltime_is_null_time (trigger.time) ||
	    (related != NULL && icalparameter_get_related (related) == ICAL_RELATED_END))
		return FALSE;
	*out_seconds = icaldurationtype_as_int (trigger.duration);

	return TRUE;
}

/* The alarm that the wire would carry; NULL. */
static icalcomponent *
told_alarm (icalcomponent *component, int *out_seconds)
{
	icalcomponent *alarm = icalcomponent_get_first_component (component, ICAL_VALARM_COMPONENT);

	while (alarm != NULL && (!alarm_offset (alarm, out_seconds) || *out_seconds > 0))
		alarm = icalcomponent_get_next_component (component, ICAL_VALARM_COMPONENT);

	return alarm;
}

/* As long as the server has the reminder that they came with. */
static void
keep_alarms (icalcomponent *component, icalcomponent *previous)
{
	icalcomponent *alarm;
	icalcomponent *told;
	icalcomponent *mine;
	int seconds = 0;
	int my_seconds = 0;

	told = told_alarm (component, &seconds);
	mine = told_alarm (previous, &my_seconds);
	if ((told == NULL) != (mine == NULL) || seconds != my_seconds)
		return;

	for (alarm = icalcomponent_get_first_component (previous, ICAL_VALARM_COMPONENT);
	     alarm != NULL;
	     alarm = icalcomponent_get_next_component (previous, ICAL_VALARM_COMPONENT)) {
		if (alarm != mine)
			icalcomponent_add_component (component, icalcomponent_new_clone (alarm));
	}
}

/* Of the same recurrence: a master, or an instance. */
static icalcomponent *
find_same (icalcomponent *component, GPtrArray *previous)
{
	struct icaltimetype id = icalcomponent_get_recurrenceid (component);

	for (guint i = 0; i < previous->len; i++) {
		icalcomponent *other = native_component (previous->pdata[i]);
		struct icaltimetype other_id = icalcomponent_get_recurrenceid (other);

		if (icalcomponent_isa (other) != ICAL_VEVENT_COMPONENT ||
		    icaltime_is_null_time (id) != icaltime_is_null_time (other_id))
			continue;
		if (icaltime_is_null_time (id) || icaltime_compare (id, other_id) == 0)
			return other;
	}

	return NULL;
}

void
eas_map_event_keep (GPtrArray *components, GPtrArray *previous)
{
	for (guint i = 0; i < components->len; i++) {
		icalcomponent *to = native_component (components->pdata[i]);
		icalcomponent *from = find_same (to, previous);

		if (from == NULL)
			continue;
		for (guint ii = 0; ii < G_N_ELEMENTS (local_properties); ii++)
			keep_properties (to, from, local_properties[ii]);
		keep_alarms (to, from);
	}
}
