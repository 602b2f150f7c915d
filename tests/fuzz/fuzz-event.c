/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Events from a hostile server: whatever the item says, what the desktop is shown
 * is legal, is one event, and reads back from its own text.
 */

#include <string.h>

#include "eas-map-event.h"

#include "fuzz.h"
#include "fuzz-items.h"

static const EasMapContext context = { .version = EAS_VERSION_16_1 };

static void
check_component (ICalComponent *component)
{
	g_autofree char *text = i_cal_component_as_ical_string (component);
	ICalComponent *again;
	const char *uid = i_cal_component_get_uid (component);

	fuzz_promise (i_cal_component_isa (component) == I_CAL_VEVENT_COMPONENT);
	fuzz_promise (uid != NULL && *uid != '\0');
	fuzz_promise (text != NULL && g_utf8_validate (text, -1, NULL));
	again = i_cal_component_new_from_string (text);
	fuzz_promise (again != NULL);
	fuzz_promise (i_cal_component_isa (again) == I_CAL_VEVENT_COMPONENT);
	fuzz_promise (i_cal_component_count_properties (again, I_CAL_ANY_PROPERTY) ==
		      i_cal_component_count_properties (component, I_CAL_ANY_PROPERTY));
	fuzz_promise (i_cal_component_count_components (again, I_CAL_ANY_COMPONENT) ==
		      i_cal_component_count_components (component, I_CAL_ANY_COMPONENT));
	g_object_unref (again);
}

/* What was shown and not edited is no edit. */
static void
check_unedited (GPtrArray *components, EasItem *item)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) changes = NULL;

	changes = eas_map_event_write (components, item, components, &context, &error);
	fuzz_promise ((changes == NULL) == (error != NULL));
	fuzz_promise (changes == NULL || changes->len == 0);
}

static void
check (EasItem *item)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) components = eas_map_event_read (item, "fallback", &context, &error);
	guint ii;

	fuzz_promise ((components == NULL) == (error != NULL));
	fuzz_promise (eas_map_event_same_content (item, item, &context));
	if (components == NULL) {
		fuzz_promise (g_error_matches (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED));
		return;
	}

	fuzz_promise (components->len > 0);
	for (ii = 0; ii < components->len; ii++)
		check_component (g_ptr_array_index (components, ii));
	check_unedited (components, item);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
	fuzz_each_item (data, size, check);

	return 0;
}
