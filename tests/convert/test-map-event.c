/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "convert-test.h"

#include <string.h>

#define N_RANDOM 300

static void
assert_untouched (const EasItem *item, GPtrArray *components, const EasMapContext *context, guint n)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) changes =
		eas_map_event_write (components, item, NULL, context, &error);
	g_autofree char *text = convert_lines (item);
	g_autofree char *ical = convert_ical (components);
	g_autofree char *lines = changes != NULL ? convert_change_lines (changes) : NULL;

	if (error != NULL || *lines != '\0')
		g_error ("event %u in %s, %s:\n%s\n\n%s\nis written as\n%s", n,
			 eas_version_to_string (context->version),
			 error != NULL ? error->message : "", text, ical, lines);
}

/* What nobody edited is not sent, whatever it holds: also after the way through EDS's cache. */
static void
test_unedited_random (void)
{
	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		g_autoptr (GRand) rand = eas_test_rand (4711 + v);

		for (guint i = 0; i < N_RANDOM; i++) {
			g_autoptr (EasItem) item = convert_random_event (rand, convert_versions[v]);
			g_autoptr (GPtrArray) components = convert_read (item, &context);
			g_autoptr (GPtrArray) cached = convert_through_text (components);

			assert_untouched (item, components, &context, i);
			assert_untouched (item, cached, &context, i);
		}
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/map/event/unedited-random", test_unedited_random);

	return g_test_run ();
}
