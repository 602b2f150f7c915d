/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Three-way merges: one side, both sides, the same value, elements that belong together. */

#include "e-eas-merge.h"

static const EasTag when[] = { EAS_CALENDAR_START_TIME, EAS_CALENDAR_END_TIME, EAS_TAG_NONE };
static const EasTag quiet[] = { EAS_CALENDAR_DT_STAMP, EAS_TAG_NONE };
static const EEasMergeField fields[] = { { when, FALSE }, { quiet, TRUE } };
static const EEasMergeRules rules = { fields, G_N_ELEMENTS (fields) };

static EasItem *
make (const char *subject, gint64 start, gint64 end, gint64 stamp)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	eas_item_builder_text (builder, EAS_CALENDAR_SUBJECT, subject);
	eas_item_builder_time (builder, EAS_CALENDAR_START_TIME, start);
	eas_item_builder_time (builder, EAS_CALENDAR_END_TIME, end);
	eas_item_builder_time (builder, EAS_CALENDAR_DT_STAMP, stamp);

	return eas_item_builder_finish (builder);
}

static void
check (EasItem *mine,
       EasItem *theirs,
       gboolean mine_wins,
       EasItem *result,
       gboolean conflict,
       gboolean ours)
{
	g_autoptr (EasItem) ancestor = make ("a", 3600, 7200, 0);
	g_auto (EEasMerge) merge = { NULL };

	e_eas_merge (ancestor, mine, theirs, &rules, mine_wins, &merge);
	g_assert_true (eas_item_equal (merge.item, result));
	g_assert_cmpint (merge.conflict, ==, conflict);
	g_assert_cmpint (merge.ours, ==, ours);
}

static void
test_different_fields (void)
{
	g_autoptr (EasItem) mine = make ("b", 3600, 7200, 5);
	g_autoptr (EasItem) theirs = make ("a", 3600, 10800, 9);
	g_autoptr (EasItem) both = make ("b", 3600, 10800, 9);

	check (mine, theirs, FALSE, both, FALSE, TRUE);
	check (mine, theirs, TRUE, both, FALSE, TRUE);
}

static void
test_same_field (void)
{
	g_autoptr (EasItem) mine = make ("b", 3600, 7200, 0);
	g_autoptr (EasItem) theirs = make ("c", 3600, 7200, 0);

	check (mine, theirs, FALSE, theirs, TRUE, FALSE);
	check (mine, theirs, TRUE, mine, TRUE, TRUE);
}

/* I moved the start, they moved the end: one field, not a mixture nobody meant. */
static void
test_fields_of_several_elements (void)
{
	g_autoptr (EasItem) mine = make ("a", 1800, 7200, 0);
	g_autoptr (EasItem) theirs = make ("a", 3600, 10800, 0);

	check (mine, theirs, FALSE, theirs, TRUE, FALSE);
}

static void
test_same_value_and_stamps (void)
{
	g_autoptr (EasItem) mine = make ("b", 3600, 7200, 1);
	g_autoptr (EasItem) theirs = make ("b", 3600, 7200, 2);

	check (mine, theirs, TRUE, theirs, FALSE, FALSE);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/eas-merge/different-fields", test_different_fields);
	g_test_add_func ("/eas-merge/same-field", test_same_field);
	g_test_add_func ("/eas-merge/several-elements", test_fields_of_several_elements);
	g_test_add_func ("/eas-merge/same-value", test_same_value_and_stamps);

	return g_test_run ();
}
