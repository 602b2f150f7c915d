/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Events, tasks and notes as any program may save them, over the bus and so in UTF-8:
 * each is taken or refused in words, and what was taken can be shown.
 */

#include "eas-map-kind.h"

#include "fuzz.h"

static const EasMapContext context = { .version = EAS_VERSION_16_1 };
static const EasMapContext older_context = { .version = EAS_VERSION_14_1 };

static GPtrArray *
find_components (ICalComponent *calendar, ICalComponentKind kind)
{
	GPtrArray *components = g_ptr_array_new_with_free_func (g_object_unref);
	ICalComponent *component;

	if (i_cal_component_isa (calendar) == kind)
		g_ptr_array_add (components, g_object_ref (calendar));
	for (component = i_cal_component_get_first_component (calendar, kind); component != NULL;
	     component = i_cal_component_get_next_component (calendar, kind))
		g_ptr_array_add (components, component);

	return components;
}

static void
check (const EasMapKind *kind, GPtrArray *components, const EasMapContext *in)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) changes = kind->write (components, NULL, NULL, in, &error);
	g_autoptr (GPtrArray) shown = NULL;
	g_autoptr (EasItem) item = NULL;

	fuzz_promise ((changes == NULL) == (error != NULL));
	if (changes == NULL) {
		fuzz_promise (g_error_matches (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED));
		return;
	}
	item = kind->apply (NULL, changes, in);
	fuzz_promise (item != NULL);
	shown = kind->read (item, "fallback", in, NULL);
	fuzz_promise (shown != NULL && shown->len > 0);
	fuzz_promise (kind->same_content (item, item, in));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
	static const EasClass classes[] = { EAS_CLASS_CALENDAR, EAS_CLASS_TASKS, EAS_CLASS_NOTES };
	g_autofree char *raw = size > 0 ? g_strndup ((const char *) data, size) : g_strdup ("");
	g_autofree char *text = g_utf8_make_valid (raw, -1);
	ICalComponent *calendar = i_cal_component_new_from_string (text);

	for (guint i = 0; calendar != NULL && i < G_N_ELEMENTS (classes); i++) {
		const EasMapKind *kind = eas_map_kind_of_class (classes[i]);
		g_autoptr (GPtrArray) components = find_components (calendar, kind->component);

		if (components->len == 0)
			continue;
		check (kind, components, &context);
		check (kind, components, &older_context);
	}
	g_clear_object (&calendar);

	return 0;
}
