/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What has to hold for any event. EAS_SOAK: ten thousand of them in each version. */

#include "convert-test.h"
#include "eas-item-codec.h"
#include "eas-map-attendees.h"

#include <string.h>

#define N_HOSTILE 1000

static guint
n_random (void)
{
	return g_getenv ("EAS_SOAK") != NULL ? 10000 : 400;
}

/* What nobody edited is not sent, whatever it holds: also after the way through EDS's cache. */
static void
test_unedited_random (void)
{
	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		g_autoptr (GRand) rand = eas_test_rand (4711 + v);

		for (guint i = 0; i < n_random (); i++) {
			g_autoptr (EasItem) item = convert_random_event (rand, convert_versions[v]);
			g_autoptr (GPtrArray) components = convert_read (item, &context);
			g_autoptr (GPtrArray) cached = convert_through_text (components);

			convert_assert_untouched (item, components, NULL, &context, i);
			convert_assert_untouched (item, cached, NULL, &context, i);
		}
	}
}

static gboolean
invites_me (const EasItem *item)
{
	g_autofree char *lines = convert_lines (item);

	return eas_meeting_is_received (item) || strstr (lines, "Email=Me@Example.com") != NULL;
}

/* NULL: it says what only a server can, as an exception that is none of its series'. */
static EasItem *
written_as_new (GPtrArray *components, const EasMapContext *context)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) changes =
		eas_map_event_write (components, NULL, NULL, context, &error);

	if (changes == NULL) {
		g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
		return NULL;
	}

	return eas_map_event_apply (NULL, changes, context);
}

/* read (write (x)) = x: what is shown and saved as a new event is shown as it was. */
static void
test_round_trip_random (void)
{
	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		g_autoptr (GRand) rand = eas_test_rand (1234 + v);
		guint n_seen = 0;

		while (n_seen < n_random ()) {
			g_autoptr (EasItem) item = convert_random_event (rand, convert_versions[v]);
			g_autoptr (GPtrArray) shown = convert_read (item, &context);
			g_autoptr (EasItem) written = written_as_new (shown, &context);
			g_autoptr (GPtrArray) once = NULL;
			g_autoptr (GPtrArray) twice = NULL;
			g_autoptr (EasItem) rewritten = NULL;
			g_autofree char *before = NULL;
			g_autofree char *after = NULL;

			/* Nobody makes an invitation to himself anew. */
			if (written == NULL || invites_me (item))
				continue;
			once = convert_read (written, &context);
			rewritten = written_as_new (once, &context);
			twice = convert_read (rewritten, &context);
			before = convert_ical (once);
			after = convert_ical (twice);
			convert_assert_lines (after, before);
			g_assert_true (eas_map_event_same_content (written, rewritten, &context));
			n_seen++;
		}
	}
}

static const char *const random_edits[] = {
	"SUMMARY:Edited",
	"-SUMMARY",
	"LOCATION:Edited place\n-GEO",
	"-LOCATION\n-GEO",
	"DTSTART;TZID=Europe/Berlin:20260701T100000\nDTEND;TZID=Europe/Berlin:20260701T110000",
	"DTSTART;VALUE=DATE:20260701\nDTEND;VALUE=DATE:20260703",
	"TRANSP:TRANSPARENT\n-X-MICROSOFT-CDO-BUSYSTATUS",
	"TRANSP:OPAQUE\n-X-MICROSOFT-CDO-BUSYSTATUS\n-STATUS",
	"CLASS:CONFIDENTIAL",
	"-CATEGORIES",
	"CATEGORIES:Edited",
	"-RRULE",
	"RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=10",
};

static gboolean
has_exdate (ICalComponent *component)
{
	return i_cal_component_count_properties (component, I_CAL_EXDATE_PROPERTY) > 0;
}

/*
 * What the server holds after our change says what the person meant: applying what
 * was written and reading it again leaves nothing to write.
 */
static void
test_write_then_apply_random (void)
{
	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		g_autoptr (GRand) rand = eas_test_rand (815 + v);
		guint n_written = 0;

		for (guint i = 0; i < n_random (); i++) {
			const char *edit = random_edits[eas_test_rand_below (
				rand, G_N_ELEMENTS (random_edits))];
			g_autoptr (EasItem) item = convert_random_event (rand, convert_versions[v]);
			g_autoptr (GPtrArray) shown = convert_read (item, &context);
			g_autoptr (GPtrArray) edited = convert_edit (shown, 0, edit);
			g_autoptr (GPtrArray) changes = NULL;
			g_autoptr (EasItem) applied = NULL;
			g_autoptr (GError) error = NULL;

			changes = eas_map_event_write (edited, item, shown, &context, &error);
			if (changes == NULL) {
				g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
				continue;
			}
			n_written += changes->len > 0;
			applied = eas_map_event_apply (item, changes, &context);
			g_assert_nonnull (applied);
			/* Exceptions inherit what changed above them, or go with the pattern. */
			if (edited->len == 1 &&
			    (strstr (edit, "DTSTART") == NULL || !has_exdate (edited->pdata[0])))
				convert_assert_untouched (applied, edited, NULL, &context, i);
		}
		g_assert_cmpuint (n_written, >, n_random () / 2);
	}
}

/* Bytes with faults in them: shown as well as can be or refused, never a crash, and still not an
 * edit. */
static void
test_hostile (void)
{
	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		g_autoptr (GRand) rand = eas_test_rand (666 + v);

		for (guint i = 0; i < N_HOSTILE; i++) {
			g_autoptr (EasItem) item = convert_random_event (rand, convert_versions[v]);
			g_autoptr (GBytes) bytes = eas_item_to_bytes (item);
			g_autoptr (GBytes) bad = eas_test_mutate (rand, bytes);
			g_autoptr (EasItem) read = eas_item_from_bytes (bad, NULL);
			g_autoptr (GPtrArray) components = NULL;

			if (read != NULL)
				components = eas_map_event_read (read, "u", &context, NULL);
			if (components != NULL)
				convert_assert_untouched (read, components, NULL, &context, i);
		}
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/map/event/laws/unedited", test_unedited_random);
	g_test_add_func ("/map/event/laws/round-trip", test_round_trip_random);
	g_test_add_func ("/map/event/laws/write-then-apply", test_write_then_apply_random);
	g_test_add_func ("/map/event/laws/hostile", test_hostile);

	return g_test_run ();
}
