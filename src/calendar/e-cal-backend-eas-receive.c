/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "e-cal-backend-eas-receive.h"

#include <glib/gi18n-lib.h>
#include <libecal/libecal.h>

/* "This one and all after it": EDS would make it a change of one, or of none. */
static gboolean
changes_the_future (ICalComponent *event)
{
	ICalProperty *property =
		i_cal_component_get_first_property (event, I_CAL_RECURRENCEID_PROPERTY);
	ICalParameter *range = NULL;
	gboolean found;

	if (property != NULL)
		range = i_cal_property_get_first_parameter (property, I_CAL_RANGE_PARAMETER);
	found = range != NULL;
	g_clear_object (&range);
	g_clear_object (&property);

	return found;
}

static gboolean
is_occurrence (ICalComponent *event)
{
	ICalProperty *property =
		i_cal_component_get_first_property (event, I_CAL_RECURRENCEID_PROPERTY);
	gboolean found = property != NULL;

	g_clear_object (&property);

	return found;
}

static GPtrArray * /* (element-type ICalComponent) */
find_occurrences (ICalComponent *calendar)
{
	GPtrArray *occurrences = g_ptr_array_new_with_free_func (g_object_unref);
	ICalComponent *event =
		i_cal_component_get_first_component (calendar, I_CAL_VEVENT_COMPONENT);

	while (event != NULL) {
		if (is_occurrence (event))
			g_ptr_array_add (occurrences, g_object_ref (event));
		g_object_unref (event);
		event = i_cal_component_get_next_component (calendar, I_CAL_VEVENT_COMPONENT);
	}

	return occurrences;
}

/* A file that is opened or imported; anything else is mail between people about a meeting. */
static gboolean
is_own_file (ICalComponent *calendar)
{
	ICalPropertyMethod method = i_cal_component_get_method (calendar);

	return method == I_CAL_METHOD_NONE || method == I_CAL_METHOD_PUBLISH;
}

/* The attachments of a meeting are in the server's own copy of it, where it keeps any, and in the
 * mail: nobody is kept from accepting by them. */
static gboolean
drop_attachments (ICalComponent *calendar)
{
	ICalComponent *event =
		i_cal_component_get_first_component (calendar, I_CAL_VEVENT_COMPONENT);
	gboolean dropped = FALSE;

	while (event != NULL) {
		dropped |= e_cal_util_component_remove_property_by_kind (
				   event, I_CAL_ATTACH_PROPERTY, /* all */ TRUE) > 0;
		g_object_unref (event);
		event = i_cal_component_get_next_component (calendar, I_CAL_VEVENT_COMPONENT);
	}

	return dropped;
}

char *
e_cal_backend_eas_receive_prepare (const char *calobj, GError **error)
{
	ICalComponent *calendar = i_cal_parser_parse_string (calobj);
	g_autoptr (GPtrArray) occurrences = NULL;
	char *ordered = NULL;
	gboolean dropped;

	/* What is nothing at all, EDS says. */
	if (calendar == NULL)
		return g_strdup (calobj);

	dropped = !is_own_file (calendar) && drop_attachments (calendar);
	occurrences = find_occurrences (calendar);
	for (guint ii = 0; ii < occurrences->len; ii++) {
		if (changes_the_future (occurrences->pdata[ii]) &&
		    i_cal_component_get_method (calendar) != I_CAL_METHOD_CANCEL) {
			g_set_error_literal (
				error, E_CLIENT_ERROR, E_CLIENT_ERROR_NOT_SUPPORTED,
				_ ("An occurrence and all that follow it cannot be changed "
				   "together; change each of them, or end the series and begin "
				   "another"));
			g_object_unref (calendar);
			return NULL;
		}
		i_cal_component_remove_component (calendar, occurrences->pdata[ii]);
		i_cal_component_add_component (calendar, occurrences->pdata[ii]);
	}
	ordered = dropped || occurrences->len > 0 ? i_cal_component_as_ical_string (calendar)
						  : g_strdup (calobj);
	g_object_unref (calendar);

	return ordered;
}
