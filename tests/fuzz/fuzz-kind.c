/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fuzz-kind.h"

#include "fuzz.h"

static const EasMapContext context = { .version = EAS_VERSION_16_1 };

static void
check_component (ICalComponent *component, ICalComponentKind kind)
{
	g_autofree char *text = i_cal_component_as_ical_string (component);
	ICalComponent *again;
	const char *uid = i_cal_component_get_uid (component);

	fuzz_promise (i_cal_component_isa (component) == kind);
	fuzz_promise (uid != NULL && *uid != '\0');
	fuzz_promise (text != NULL && g_utf8_validate (text, -1, NULL));
	again = i_cal_component_new_from_string (text);
	fuzz_promise (again != NULL);
	fuzz_promise (i_cal_component_isa (again) == kind);
	fuzz_promise (i_cal_component_count_properties (again, I_CAL_ANY_PROPERTY) ==
		      i_cal_component_count_properties (component, I_CAL_ANY_PROPERTY));
	fuzz_promise (i_cal_component_count_components (again, I_CAL_ANY_COMPONENT) ==
		      i_cal_component_count_components (component, I_CAL_ANY_COMPONENT));
	g_object_unref (again);
}

static void
check_unedited (const EasMapKind *kind, GPtrArray *components, EasItem *item)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) changes = NULL;

	changes = kind->write (components, item, components, &context, &error);
	fuzz_promise ((changes == NULL) == (error != NULL));
	fuzz_promise (changes == NULL || changes->len == 0);
}

void
fuzz_kind (EasItem *item, EasClass klass)
{
	const EasMapKind *kind = eas_map_kind_of_class (klass);
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) components = kind->read (item, "fallback", &context, &error);
	guint ii;

	fuzz_promise ((components == NULL) == (error != NULL));
	fuzz_promise (kind->same_content (item, item, &context));
	if (components == NULL) {
		fuzz_promise (g_error_matches (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED));
		return;
	}

	fuzz_promise (components->len > 0);
	for (ii = 0; ii < components->len; ii++)
		check_component (g_ptr_array_index (components, ii), kind->component);
	check_unedited (kind, components, item);
}
