/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-map-single.h"
#include "eas-map-body.h"
#include "eas-map-codecs.h"

#include <glib/gi18n-lib.h>

static icalcomponent *
native_component (gpointer component)
{
	return i_cal_object_get_native (I_CAL_OBJECT (component));
}

GPtrArray *
eas_map_single_read (const EasMapSingle *single,
		     const EasItem *item,
		     const char *uid,
		     const EasMapContext *context)
{
	GPtrArray *components = g_ptr_array_new_with_free_func (g_object_unref);
	icalcomponent *component = icalcomponent_new (single->kind);
	EasMapReading reading = {
		.context = context, .item = item, .parent = EAS_ITEM_ROOT, .object = component
	};

	eas_map_add_text (component, ICAL_UID_PROPERTY, uid);
	eas_map_read (single->table, 0, &reading);
	g_ptr_array_add (components,
			 i_cal_object_construct (I_CAL_TYPE_COMPONENT, component,
						 (GDestroyNotify) icalcomponent_free, FALSE, NULL));

	return components;
}

static gboolean
refuse (GError **error, const char *reason)
{
	eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0, "%s", _ (reason));
	return FALSE;
}

/* The one component of our kind; an occurrence of its own has no place on the wire. */
static icalcomponent *
find_component (const EasMapSingle *single, GPtrArray *components, GError **error)
{
	icalcomponent *found = NULL;

	for (guint i = 0; i < components->len; i++) {
		icalcomponent *component = native_component (components->pdata[i]);

		if (icalcomponent_isa (component) != single->kind)
			continue;
		if (found != NULL || icalcomponent_get_first_property (
					     component, ICAL_RECURRENCEID_PROPERTY) != NULL) {
			refuse (error, single->detached);
			return NULL;
		}
		found = component;
	}

	if (found == NULL)
		refuse (error, single->misplaced);
	return found;
}

static EasItem *
form_of_components (const EasMapSingle *single,
		    GPtrArray *components,
		    const EasMapContext *context,
		    GError **error)
{
	icalcomponent *component = find_component (single, components, error);

	return component != NULL ? single->form (component, context, error) : NULL;
}

static EasItem *
form_of_item (const EasMapSingle *single,
	      const EasItem *item,
	      const EasMapContext *context,
	      GError **error)
{
	g_autoptr (GPtrArray) components = eas_map_single_read (single, item, "-", context);

	return form_of_components (single, components, context, error);
}

GPtrArray *
eas_map_single_write (const EasMapSingle *single,
		      GPtrArray *components,
		      const EasItem *baseline,
		      GPtrArray *old_components,
		      const EasMapContext *context,
		      GError **error)
{
	g_autoptr (EasItem) edited = form_of_components (single, components, context, error);
	g_autoptr (EasItem) base = NULL;
	g_autoptr (EasItem) shown = NULL;

	if (edited == NULL)
		return NULL;
	if (baseline != NULL) {
		base = form_of_item (single, baseline, context, error);
		if (base == NULL)
			return NULL;
		if (old_components != NULL)
			shown = form_of_components (single, old_components, context, NULL);
	}

	return eas_map_flat_write (single->table, baseline, base, shown, edited, context, error);
}

gboolean
eas_map_single_same (const EasMapSingle *single,
		     const EasItem *a,
		     const EasItem *b,
		     const EasMapContext *context)
{
	g_autoptr (EasItem) form_a = form_of_item (single, a, context, NULL);
	g_autoptr (EasItem) form_b = form_of_item (single, b, context, NULL);

	/* What cannot be said can only be the same to the byte. */
	if (form_a == NULL || form_b == NULL)
		return eas_item_equal (a, b);

	return eas_map_flat_same (single->table, form_a, form_b);
}

/* That a task was done is the server's to say, also when it no longer is. */
static gboolean
says_done (icalproperty *property)
{
	switch (icalproperty_isa (property)) {
	case ICAL_STATUS_PROPERTY:
		return icalproperty_get_status (property) == ICAL_STATUS_COMPLETED;
	case ICAL_PERCENTCOMPLETE_PROPERTY:
		return icalproperty_get_percentcomplete (property) >= 100;
	default:
		return FALSE;
	}
}

static void
keep_properties (icalcomponent *component, icalcomponent *previous, icalproperty_kind kind)
{
	const char *text = eas_map_get_text (component, ICAL_DESCRIPTION_PROPERTY);
	/* Before the loop: libical keeps one place in a component, and this moves it. */
	gboolean other_text =
		g_strcmp0 (text, eas_map_get_text (previous, ICAL_DESCRIPTION_PROPERTY)) != 0;
	icalproperty *property;

	/* The server's word, where it has one. */
	if (kind != ICAL_X_PROPERTY && icalcomponent_get_first_property (component, kind) != NULL)
		return;

	for (property = icalcomponent_get_first_property (previous, kind); property != NULL;
	     property = icalcomponent_get_next_property (previous, kind)) {
		const char *name = icalproperty_get_x_name (property);

		if (says_done (property) ||
		    (other_text && g_strcmp0 (name, EAS_MAP_ALT_DESC_X) == 0))
			continue;
		if (kind != ICAL_X_PROPERTY ||
		    (name != NULL && eas_map_get_x (component, name) == NULL))
			icalcomponent_add_property (component, icalproperty_new_clone (property));
	}
}

void
eas_map_single_keep (const EasMapSingle *single, GPtrArray *components, GPtrArray *previous)
{
	icalcomponent *from = find_component (single, previous, NULL);
	icalcomponent *to = find_component (single, components, NULL);

	for (guint i = 0; from != NULL && to != NULL && single->local[i] != ICAL_NO_PROPERTY; i++)
		keep_properties (to, from, single->local[i]);
}
