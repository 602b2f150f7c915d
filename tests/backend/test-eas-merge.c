/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Three-way merges: one side, both sides, the same value, elements that belong together. */

#include "e-eas-merge.h"

static const EasTag when[] = { EAS_CALENDAR_START_TIME, EAS_CALENDAR_END_TIME, EAS_TAG_NONE };
static const EasTag quiet[] = { EAS_CALENDAR_DT_STAMP, EAS_TAG_NONE };
static const EEasMergeField fields[] = { { when, FALSE }, { quiet, TRUE } };
static const EEasMergeRules rules = { fields, G_N_ELEMENTS (fields), NULL };

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

/* ---- lists ---- */

static const EasTag names[] = { EAS_CALENDAR_EXCEPTION_START_TIME, EAS_AIRSYNCBASE_INSTANCE_ID,
				EAS_TAG_NONE };
static const EasTag pattern[] = { EAS_CALENDAR_START_TIME, EAS_TAG_NONE };
static gboolean
same_pattern (const EasItem *a, const EasItem *b)
{
	return g_strcmp0 (eas_item_get_text (a, EAS_CALENDAR_START_TIME),
			  eas_item_get_text (b, EAS_CALENDAR_START_TIME)) == 0;
}

static const EEasMergeList list = { EAS_CALENDAR_EXCEPTIONS,
				    EAS_CALENDAR_EXCEPTION,
				    names,
				    pattern,
				    same_pattern,
				    EAS_CALENDAR_DELETED,
				    EAS_CALENDAR_START_TIME,
				    EAS_CALENDAR_END_TIME };
static const EEasMergeRules list_rules = { fields, G_N_ELEMENTS (fields), &list };

/* A title, @ and a place, + and a start; each may be missing. */
static void
say_entry (EasItemBuilder *builder, const char *word)
{
	g_auto (GStrv) at_start = g_strsplit (word, "+", 2);
	g_auto (GStrv) at_place = g_strsplit (at_start[0], "@", 2);

	if (*at_place[0] != '\0')
		eas_item_builder_text (builder, EAS_CALENDAR_SUBJECT, at_place[0]);
	if (at_place[1] != NULL)
		eas_item_builder_text (builder, EAS_CALENDAR_LOCATION, at_place[1]);
	if (at_start[1] != NULL)
		eas_item_builder_time (builder, EAS_CALENDAR_START_TIME,
				       g_ascii_strtoll (at_start[1], NULL, 10));
}

/* A series that begins at @start, with words like "1:moved 2:- 3!moved": the title of the exception
 * of each name, - where it is cancelled; ! for the other dialect, which names it last. */
static EasItem *
make_series (gint64 start, const char *exceptions)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_auto (GStrv) words = g_strsplit (exceptions, " ", -1);

	eas_item_builder_text (builder, EAS_CALENDAR_SUBJECT, "series");
	eas_item_builder_time (builder, EAS_CALENDAR_START_TIME, start);
	eas_item_builder_start (builder, EAS_CALENDAR_EXCEPTIONS);
	for (guint i = 0; words[i] != NULL && *words[i] != '\0'; i++) {
		gint64 name = words[i][0] - '0';
		gboolean other = words[i][1] == '!';

		eas_item_builder_start (builder, EAS_CALENDAR_EXCEPTION);
		if (!other)
			eas_item_builder_time (builder, EAS_CALENDAR_EXCEPTION_START_TIME, name);
		if (words[i][2] == '-')
			eas_item_builder_flag (builder, EAS_CALENDAR_DELETED, TRUE);
		else
			say_entry (builder, words[i] + 2);
		if (other)
			eas_item_builder_time (builder, EAS_AIRSYNCBASE_INSTANCE_ID, name);
		eas_item_builder_end (builder);
	}
	eas_item_builder_end (builder);

	return eas_item_builder_finish (builder);
}

typedef struct {
	gint64 my_start;
	gint64 their_start;
	const char *ancestor, *mine, *theirs;
	gboolean mine_wins;
	gint64 start; /* of the result */
	const char *result;
	gboolean conflict;
	gboolean ours;
} ListCase;

/* clang-format off */
static const ListCase list_cases[] = {
	/* starts  before       mine           theirs         wins   result                conflict ours */
	{ 9, 9, "",             "1:-",         "2:moved",     FALSE, 9, "2:moved 1:-",     FALSE, TRUE  },
	{ 9, 9, "1:a 2:b",      "1:x 2:b",     "1:a 2:y",     FALSE, 9, "1:x 2:y",         FALSE, TRUE  },
	{ 9, 9, "1:a 2:b",      "2:b",         "1:a 2:y",     FALSE, 9, "2:y",             FALSE, TRUE  },
	{ 9, 9, "1:a 2:b",      "1:x 2:b",     "1:a",         FALSE, 9, "1:x",             FALSE, TRUE  },
	{ 9, 9, "1:a",          "1:x",         "1:y",         FALSE, 9, "1:y",             TRUE,  FALSE },
	{ 9, 9, "1:a",          "1:x",         "1:y",         TRUE,  9, "1:x",             TRUE,  TRUE  },
	{ 9, 9, "1:a 2:b",      "1:x 2:q",     "1:y 2:b",     FALSE, 9, "1:y 2:q",         TRUE,  TRUE  },
	{ 9, 9, "",             "1:-",         "1:-",         FALSE, 9, "1:-",             FALSE, FALSE },
	{ 9, 9, "",             "1!-",         "1:- 2:b",     FALSE, 9, "1:- 2:b",         FALSE, FALSE },
	{ 9, 9, "1:a",          "1!a",         "1:a 2:b",     FALSE, 9, "1:a 2:b",         FALSE, FALSE },
	{ 9, 9, "1:a",          "1:-",         "1:y",         FALSE, 9, "1:y",             TRUE,  FALSE },
	{ 9, 9, "1:a",          "",            "1:a",         FALSE, 9, "",                FALSE, TRUE  },
	{ 8, 9, "",             "",            "1:b",         FALSE, 9, "1:b",             TRUE,  FALSE },
	{ 8, 9, "",             "",            "1:b",         TRUE,  8, "",                TRUE,  TRUE  },
	{ 9, 8, "",             "1:b",         "",            FALSE, 8, "",                TRUE,  FALSE },
	{ 9, 8, "",             "1:b",         "",            TRUE,  9, "1:b",             TRUE,  TRUE  },
	{ 8, 9, "1:b",          "",            "1:b",         FALSE, 8, "",                FALSE, TRUE  },
	/* one occurrence, different fields */
	{ 9, 9, "1:a@p",        "1:x@p",       "1:a@q",       FALSE, 9, "1:x@q",           FALSE, TRUE  },
	{ 9, 9, "1:a@p",        "1:x@p",       "1:y@q",       FALSE, 9, "1:y@q",           TRUE,  FALSE },
	{ 9, 9, "",             "1:x",         "1:@q",        FALSE, 9, "1:x@q",           FALSE, TRUE  },
	{ 9, 9, "",             "1:x+1",       "1:series+7",  FALSE, 9, "1:x+7",           FALSE, TRUE  },
	{ 9, 9, "",             "1:x",         "1:y+7",       FALSE, 9, "1:y+7",           TRUE,  FALSE },
};
/* clang-format on */

static void
test_lists (void)
{
	for (guint i = 0; i < G_N_ELEMENTS (list_cases); i++) {
		const ListCase *c = &list_cases[i];
		g_autoptr (EasItem) ancestor = make_series (9, c->ancestor);
		g_autoptr (EasItem) mine = make_series (c->my_start, c->mine);
		g_autoptr (EasItem) theirs = make_series (c->their_start, c->theirs);
		g_autoptr (EasItem) wanted = make_series (c->start, c->result);
		g_auto (EEasMerge) merge = { NULL };

		g_test_message ("case %u", i);
		e_eas_merge (ancestor, mine, theirs, &list_rules, c->mine_wins, &merge);
		g_assert_false (e_eas_merge_list_differs (&list, wanted, merge.item));
		g_assert_true (same_pattern (wanted, merge.item));
		g_assert_cmpint (merge.conflict, ==, c->conflict);
		g_assert_cmpint (merge.ours, ==, c->ours);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/eas-merge/different-fields", test_different_fields);
	g_test_add_func ("/eas-merge/same-field", test_same_field);
	g_test_add_func ("/eas-merge/several-elements", test_fields_of_several_elements);
	g_test_add_func ("/eas-merge/same-value", test_same_value_and_stamps);
	g_test_add_func ("/eas-merge/lists", test_lists);

	return g_test_run ();
}
