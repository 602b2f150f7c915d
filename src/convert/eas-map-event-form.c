/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-map-event-form.h"
#include "eas-map-attachments.h"
#include "eas-map-event-table.h"

#include <glib/gi18n-lib.h>

#define MAX_OCCURRENCES_LOOKED_AT 5000

static void
instance_free (gpointer data)
{
	EasEventInstance *instance = data;

	g_clear_pointer (&instance->item, eas_item_unref);
	g_free (instance);
}

void
eas_event_form_free (EasEventForm *form)
{
	if (form == NULL)
		return;

	g_clear_pointer (&form->components, g_ptr_array_unref);
	g_clear_pointer (&form->item, eas_item_unref);
	g_clear_pointer (&form->instances, g_ptr_array_unref);
	g_free (form);
}

static icalcomponent *
native_component (gpointer component)
{
	return i_cal_object_get_native (I_CAL_OBJECT (component));
}

/* The component without RECURRENCE-ID; of an orphan, which has no master, the only one. */
static icalcomponent *
find_master (GPtrArray *components)
{
	icalcomponent *first = NULL;

	for (guint i = 0; i < components->len; i++) {
		icalcomponent *component = native_component (components->pdata[i]);

		if (icalcomponent_isa (component) != ICAL_VEVENT_COMPONENT)
			continue;
		if (icalcomponent_get_first_property (component, ICAL_RECURRENCEID_PROPERTY) ==
		    NULL)
			return component;
		if (first == NULL)
			first = component;
	}

	return first;
}

static EasItem *
write_item (icalcomponent *component, guint how, const EasEventTimes *times, GError **error)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasMapWriting writing = { times->context, component, times, builder, NULL };

	eas_map_write (&eas_event_table, how, &writing);
	if (writing.error != NULL) {
		g_propagate_error (error, writing.error);
		return NULL;
	}

	return eas_item_builder_finish (builder);
}

/* All-day in a series that is not: the server reads its midnights in the zone of the series. */
static void
follow_master (EasEventTimes *times, const EasEventTimes *master)
{
	if (times->all_day && !master->all_day) {
		times->shifted = TRUE;
		times->zone = master->zone;
	}
}

static EasEventInstance *
need_instance (EasEventForm *form, gint64 original)
{
	EasEventInstance *instance = (EasEventInstance *) eas_event_form_find (form, original);

	if (instance == NULL) {
		instance = g_new0 (EasEventInstance, 1);
		instance->original = original;
		g_ptr_array_add (form->instances, instance);
	}

	return instance;
}

static void
add_cancelled (EasEventForm *form)
{
	icalproperty *property;
	gint64 original;

	for (property = icalcomponent_get_first_property (form->master, ICAL_EXDATE_PROPERTY);
	     property != NULL;
	     property = icalcomponent_get_next_property (form->master, ICAL_EXDATE_PROPERTY)) {
		if (eas_event_times_from_property (&form->times, property, &original))
			need_instance (form, original);
	}
}

static gboolean
add_detached (EasEventForm *form, icalcomponent *component, GError **error)
{
	icalproperty *property =
		icalcomponent_get_first_property (component, ICAL_RECURRENCEID_PROPERTY);
	EasEventInstance *instance;
	EasEventTimes times;
	gint64 original;
	EasItem *item;

	if (property == NULL || !eas_event_times_from_property (&form->times, property, &original))
		return TRUE;
	if (!eas_event_times_write (&times, component, form->times.context, error) ||
	    !eas_map_attachments_check_occurrence (component, form->master, form->times.context,
						   error))
		return FALSE;

	follow_master (&times, &form->times);
	item = write_item (component, EAS_MAP_INSTANCE, &times, error);
	if (item == NULL)
		return FALSE;

	instance = need_instance (form, original);
	g_clear_pointer (&instance->item, eas_item_unref);
	instance->item = item;
	instance->all_day = times.all_day;

	return TRUE;
}

static int
compare_instances (gconstpointer a, gconstpointer b)
{
	const EasEventInstance *const *first = a, *const *second = b;

	return (*first)->original < (*second)->original ? -1
							: (*first)->original > (*second)->original;
}

static gboolean
add_instances (EasEventForm *form, GError **error)
{
	add_cancelled (form);
	for (guint i = 0; i < form->components->len; i++) {
		icalcomponent *component = native_component (form->components->pdata[i]);

		if (component != form->master &&
		    icalcomponent_isa (component) == ICAL_VEVENT_COMPONENT &&
		    !add_detached (form, component, error))
			return FALSE;
	}
	g_ptr_array_sort (form->instances, compare_instances);

	return TRUE;
}

EasEventForm *
eas_event_form_new (GPtrArray *components, const EasMapContext *context, GError **error)
{
	g_autoptr (EasEventForm) form = g_new0 (EasEventForm, 1);

	form->components = g_ptr_array_ref (components);
	form->instances = g_ptr_array_new_with_free_func (instance_free);
	form->master = find_master (components);
	if (form->master == NULL) {
		/* Pitfall 18: a task or a note in a folder of events. */
		eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0,
			       _ ("This calendar can only hold events; save it in a list of "
				  "tasks or in the notes instead"));
		return NULL;
	}

	form->recurs = icalcomponent_get_first_property (form->master, ICAL_RRULE_PROPERTY) != NULL;
	if (!eas_event_times_write (&form->times, form->master, context, error))
		return NULL;
	form->item = write_item (form->master, 0, &form->times, error);
	if (form->item == NULL || !add_instances (form, error))
		return NULL;

	return g_steal_pointer (&form);
}

const EasEventInstance *
eas_event_form_find (const EasEventForm *form, gint64 original)
{
	for (guint i = 0; form != NULL && i < form->instances->len; i++) {
		const EasEventInstance *instance = form->instances->pdata[i];

		if (instance->original == original)
			return instance;
	}

	return NULL;
}

EasItem *
eas_event_form_occurrence (const EasEventForm *form, gint64 original)
{
	EasEventTimes times = form->times;

	times.start = original;
	times.end = original + (form->times.end - form->times.start);

	return write_item (form->master, EAS_MAP_INSTANCE, &times, NULL);
}

gboolean
eas_event_form_has_occurrence (const EasEventForm *form, gint64 original)
{
	icalproperty *property =
		icalcomponent_get_first_property (form->master, ICAL_RRULE_PROPERTY);
	struct icaltimetype wanted = eas_event_times_to_ical (&form->times, original);
	struct icaltimetype start = eas_event_times_to_ical (&form->times, form->times.start);
	icalrecur_iterator *iterator;
	gboolean found = FALSE;

	if (property == NULL)
		return FALSE;

	iterator = icalrecur_iterator_new (icalproperty_get_rrule (property), start);
	for (guint i = 0; iterator != NULL && i < MAX_OCCURRENCES_LOOKED_AT; i++) {
		struct icaltimetype next = icalrecur_iterator_next (iterator);

		if (icaltime_is_null_time (next) || icaltime_compare (next, wanted) > 0)
			break;
		if (icaltime_compare (next, wanted) == 0) {
			found = TRUE;
			break;
		}
	}
	if (iterator != NULL)
		icalrecur_iterator_free (iterator);

	return found;
}
