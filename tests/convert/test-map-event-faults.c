/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Events with what should not be in them, from servers and from programs. */

#include "convert-test.h"

/* EDS's cache has "uid\nrid" for an occurrence. */
static void
test_uid_is_one_line (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (EasItem) item = convert_item (
		"<c:UID>a&#13;\n20270401T090000Z</c:UID><c:StartTime>20270401T090000Z</c:StartTime>"
		"<c:EndTime>20270401T100000Z</c:EndTime>");
	g_autofree char *uid = eas_map_event_dup_uid (item);
	g_autoptr (GPtrArray) components = eas_map_event_read (item, "other", &context, NULL);

	g_assert_cmpstr (uid, ==, "a 20270401T090000Z");
	g_assert_cmpstr (i_cal_component_get_uid (components->pdata[0]), ==, uid);
}

static void
test_empty_categories (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autofree char *some = convert_write_new (
		"BEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\nDTSTART:20260701T080000Z\n"
		"CATEGORIES:Work,, ,Home,\nEND:VEVENT\n",
		&context);
	g_autofree char *none = convert_write_new (
		"BEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\nDTSTART:20260701T080000Z\n"
		"CATEGORIES:,\nEND:VEVENT\n",
		&context);

	convert_assert_has (some, "Categories{Category=Home;Category=Work}");
	convert_assert_lacks (none, "Categories");
}

/* An event of these lines of times is refused as an item, and not sent as something else. */
static gboolean
is_refused (const char *times)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autofree char *ical = g_strdup_printf (
		"BEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\n%s\nEND:VEVENT\n", times);
	g_autoptr (GPtrArray) components = convert_components (ical);
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) changes =
		eas_map_event_write (components, NULL, NULL, &context, &error);

	g_assert_true ((changes == NULL) == (error != NULL));
	if (error != NULL)
		g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);

	return changes == NULL;
}

/* A day that is in no calendar would become another one, or the first that there is. */
static void
test_no_such_day (void)
{
	static const char *const starts[] = { "DTSTART;VALUE=DATE:20270000",
					      "DTSTART;VALUE=DATE:20270230",
					      "DTSTART:20271301T100000Z",
					      "DTSTART;TZID=Europe/Berlin:20270100T100000" };

	for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
		g_assert_true (is_refused (starts[i]));
}

/* Where libical writes no year after 3000, what goes there would come back as what cannot be shown.
 */
static void
test_too_far (void)
{
	static const char *const times[] = { "DTSTART:40540608T170000Z\nDTEND:40540608T180000Z",
					     "DTSTART;VALUE=DATE:30010101",
					     "DTSTART:20270304T170000Z\nDTEND:40540608T170000Z" };

	for (guint i = 0; i < G_N_ELEMENTS (times); i++)
		g_assert_cmpint (is_refused (times[i]), !=, convert_libical_writes (4054));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/map/event/faults/uid-is-one-line", test_uid_is_one_line);
	g_test_add_func ("/map/event/faults/empty-categories", test_empty_categories);
	g_test_add_func ("/map/event/faults/no-such-day", test_no_such_day);
	g_test_add_func ("/map/event/faults/too-far", test_too_far);

	return g_test_run ();
}
