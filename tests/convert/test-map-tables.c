/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The tables keep their promises, and the check notices when one does not. */

#include "eas-map-codecs.h"
#include "eas-map-event-table.h"
#include "eas-map-event.h"
#include "eas-map-note.h"
#include "eas-map-task.h"

#include <string.h>

static void
test_classes (void)
{
	static const EasMapTable *const tables[] = { &eas_event_table, &eas_task_table,
						     &eas_note_table };

	for (guint i = 0; i < G_N_ELEMENTS (tables); i++) {
		g_autoptr (GString) faults = g_string_new (NULL);

		eas_map_table_check (tables[i], faults);
		g_assert_cmpstr (faults->str, ==, "");
	}
}

static void
expect_fault (const EasMapRow *rows, guint n_rows, const char *expected)
{
	g_autoptr (GString) faults = g_string_new (NULL);
	EasMapTable table = { "bad", rows, n_rows, NULL, 0, EAS_ANY };

	g_assert_false (eas_map_table_check (&table, faults));
	if (strstr (faults->str, expected) == NULL)
		g_error ("no \"%s\" in: %s", expected, faults->str);
}

static void
test_faults (void)
{
	const EasMapRow twice[] = {
		{ EAS_CALENDAR_SUBJECT, EAS_ANY, EAS_MAP_BOTH, ICAL_SUMMARY_PROPERTY,
		  &eas_codec_text },
		{ EAS_CALENDAR_SUBJECT, EAS_SINCE_16_0, EAS_MAP_BOTH, ICAL_LOCATION_PROPERTY,
		  &eas_codec_text },
	};
	const EasMapRow claimed[] = {
		{ EAS_CALENDAR_SUBJECT, EAS_ANY, EAS_MAP_BOTH, ICAL_SUMMARY_PROPERTY,
		  &eas_codec_text },
		{ EAS_CALENDAR_LOCATION, EAS_BELOW_16_0, EAS_MAP_BOTH, ICAL_SUMMARY_PROPERTY,
		  &eas_codec_text },
	};
	const EasMapRow too_early[] = {
		{ EAS_AIRSYNCBASE_LOCATION, EAS_SINCE_14_0, EAS_MAP_BOTH, ICAL_LOCATION_PROPERTY,
		  &eas_codec_text },
	};
	const EasMapRow apart[] = {
		{ EAS_CALENDAR_SUBJECT, EAS_BELOW_16_0, EAS_MAP_BOTH, ICAL_SUMMARY_PROPERTY,
		  &eas_codec_text },
		{ EAS_CALENDAR_UID, EAS_ANY, EAS_MAP_BOTH, ICAL_UID_PROPERTY, &eas_codec_text },
		{ EAS_CALENDAR_SUBJECT, EAS_SINCE_16_0, EAS_MAP_BOTH, ICAL_SUMMARY_PROPERTY,
		  &eas_codec_text },
	};
	const EasMapRow no_reason[] = { EAS_MAP_IGNORE (EAS_CALENDAR_SUBJECT, "") };
	const EasMapRow one_way[] = {
		{ EAS_CALENDAR_SUBJECT, EAS_ANY, EAS_MAP_BOTH, ICAL_X_PROPERTY, &eas_codec_x_text,
		  "X-A" },
	};

	expect_fault (apart, 3, "do not stand together");
	expect_fault (twice, 2, "Subject has two rows");
	expect_fault (claimed, 2, "claimed twice");
	expect_fault (too_early, 1, "versions that lack it");
	expect_fault (no_reason, 1, "does not say why");
	expect_fault (one_way, 1, "cannot be written");
}

static void
test_unclaimed (void)
{
	static const EasPage pages[] = { EAS_PAGE_CALENDAR };
	g_autoptr (GString) faults = g_string_new (NULL);
	EasMapTable table = { "short", eas_event_table.rows, eas_event_table.n_rows - 1, pages, 1,
			      EAS_ANY };

	g_assert_false (eas_map_table_check (&table, faults));
	g_assert_nonnull (strstr (faults->str, "AttName is in no row"));
}

static gboolean
lists (const EasTag *supported, EasTag tag)
{
	for (; *supported != EAS_TAG_NONE; supported++) {
		if (*supported == tag)
			return TRUE;
	}

	return FALSE;
}

/* What a calendar's list has to hold at least. */
static void
test_supported (void)
{
	static const EasTag needed[] = {
		EAS_CALENDAR_DT_STAMP,    EAS_CALENDAR_CATEGORIES, EAS_CALENDAR_SENSITIVITY,
		EAS_CALENDAR_BUSY_STATUS, EAS_CALENDAR_UID,        EAS_CALENDAR_TIMEZONE,
		EAS_CALENDAR_START_TIME,  EAS_CALENDAR_SUBJECT,    EAS_CALENDAR_LOCATION,
		EAS_CALENDAR_END_TIME,    EAS_CALENDAR_RECURRENCE, EAS_CALENDAR_ALL_DAY_EVENT,
		EAS_CALENDAR_REMINDER,    EAS_CALENDAR_EXCEPTIONS,
	};
	static const EasVersion versions[] = { EAS_VERSION_12_1, EAS_VERSION_14_0,
					       EAS_VERSION_14_1 };

	for (guint v = 0; v < G_N_ELEMENTS (versions); v++) {
		const EasTag *supported = eas_map_event_supported (versions[v]);

		for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
			g_assert_true (lists (supported, needed[i]));
		for (guint i = 0; supported[i] != EAS_TAG_NONE; i++) {
			g_assert_cmpuint (EAS_TAG_PAGE (supported[i]), ==, EAS_PAGE_CALENDAR);
			g_assert_true (eas_tag_valid_in (supported[i], versions[v]));
			g_assert_false (lists (supported + i + 1, supported[i]));
		}
		g_assert_cmpint (lists (supported, EAS_CALENDAR_RESPONSE_REQUESTED), ==,
				 versions[v] >= EAS_VERSION_14_0);
	}

	g_assert_null (eas_map_event_supported (EAS_VERSION_16_0));
	g_assert_null (eas_map_event_supported (EAS_VERSION_16_1));
	g_assert_null (eas_map_task_supported (EAS_VERSION_14_1));
	g_assert_null (eas_map_note_supported (EAS_VERSION_14_1));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/map/tables/classes", test_classes);
	g_test_add_func ("/map/tables/faults", test_faults);
	g_test_add_func ("/map/tables/unclaimed", test_unclaimed);
	g_test_add_func ("/map/tables/supported", test_supported);

	return g_test_run ();
}
