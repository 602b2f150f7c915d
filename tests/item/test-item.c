/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-item.h"

#include <string.h>

#include "eas-test.h"
#include "item-random.h"

#define N_RANDOM 400

static void
test_structure (void)
{
	g_autoptr (EasItem) item = item_sample ();
	EasItemSlot attendees = eas_item_child (item, EAS_ITEM_ROOT, EAS_CALENDAR_ATTENDEES);
	EasItemSlot anna = eas_item_child (item, attendees, EAS_CALENDAR_ATTENDEE);
	EasItemSlot bob = eas_item_sibling (item, anna, EAS_CALENDAR_ATTENDEE);
	EasItemSlot unknown = eas_item_child (item, EAS_ITEM_ROOT, EAS_TAG_MAKE (200, 0x05));

	g_assert_cmpuint (eas_item_n_children (item, EAS_ITEM_ROOT), ==, 9);
	g_assert_cmpuint (eas_item_n_children (item, attendees), ==, 2);
	g_assert_cmpint (eas_item_tag (item, bob), ==, EAS_CALENDAR_ATTENDEE);
	g_assert_cmpstr (eas_item_text (item, eas_item_child (item, anna, EAS_CALENDAR_NAME)), ==,
			 "Anna");
	g_assert_cmpstr (eas_item_text (item, eas_item_child (item, bob, EAS_CALENDAR_NAME)), ==,
			 "Bob");
	g_assert_cmpuint (eas_item_sibling (item, bob, EAS_CALENDAR_ATTENDEE), ==, EAS_ITEM_NONE);
	/* The next one after the last attendee is its parent's sibling, not its own. */
	g_assert_cmpuint (eas_item_sibling (item, bob, EAS_TAG_NONE), ==, EAS_ITEM_NONE);
	g_assert_cmpint (eas_item_tag (item, eas_item_sibling (item, attendees, EAS_TAG_NONE)), ==,
			 EAS_AIRSYNCBASE_BODY);
	/* Names of inner elements are not found from above. */
	g_assert_false (eas_item_has (item, EAS_CALENDAR_NAME));
	g_assert_true (eas_item_has (item, EAS_CALENDAR_LOCATION));
	g_assert_false (eas_item_has (item, EAS_CALENDAR_UID));
	g_assert_cmpstr (eas_item_text (item, eas_item_child (item, unknown, EAS_TAG_NONE)), ==,
			 "who knows");
}

static void
test_absent (void)
{
	g_autoptr (EasItem) item = item_sample ();
	gint64 number = 7;
	gboolean flag = 7;
	EasItemSlot subject = eas_item_child (item, EAS_ITEM_ROOT, EAS_CALENDAR_SUBJECT);

	g_assert_cmpuint (eas_item_child (item, EAS_ITEM_NONE, EAS_TAG_NONE), ==, EAS_ITEM_NONE);
	g_assert_cmpuint (eas_item_child (item, subject, EAS_TAG_NONE), ==, EAS_ITEM_NONE);
	g_assert_cmpuint (eas_item_sibling (item, EAS_ITEM_NONE, EAS_TAG_NONE), ==, EAS_ITEM_NONE);
	g_assert_cmpint (eas_item_tag (item, EAS_ITEM_NONE), ==, EAS_TAG_NONE);
	g_assert_true (eas_item_is_empty (item, EAS_ITEM_NONE));
	g_assert_cmpuint (eas_item_n_children (item, EAS_ITEM_NONE), ==, 0);
	g_assert_null (eas_item_text (item, EAS_ITEM_NONE));
	g_assert_null (eas_item_bytes (item, EAS_ITEM_NONE));
	g_assert_false (eas_item_int (item, EAS_ITEM_NONE, &number));
	g_assert_false (eas_item_flag (item, EAS_ITEM_NONE, &flag));
	g_assert_false (eas_item_time (item, EAS_ITEM_NONE, &number));
	g_assert_null (eas_item_get_text (item, EAS_CALENDAR_UID));
	g_assert_cmpint (eas_item_get_int (item, EAS_CALENDAR_SENSITIVITY, 5), ==, 5);
	g_assert_true (eas_item_get_flag (item, EAS_CALENDAR_RESPONSE_REQUESTED, TRUE));
	g_assert_cmpint (number, ==, 7);
	g_assert_cmpint (flag, ==, 7);
}

static void
test_values (void)
{
	g_autoptr (EasItem) item = item_sample ();
	EasItemSlot id = eas_item_child (item, EAS_ITEM_ROOT, EAS_EMAIL2_CONVERSATION_ID);
	EasItemSlot location = eas_item_child (item, EAS_ITEM_ROOT, EAS_CALENDAR_LOCATION);
	g_autoptr (GBytes) bytes = eas_item_bytes (item, id);
	g_autoptr (GBytes) expected = g_bytes_new_static ("\0\1\2\377", 4);
	g_autoptr (GBytes) nothing = eas_item_bytes (item, location);
	gint64 utc = 0;

	g_assert_cmpstr (eas_item_get_text (item, EAS_CALENDAR_SUBJECT), ==, "Gr\303\274\303\237e");
	g_assert_cmpstr (eas_item_get_text (item, EAS_CALENDAR_LOCATION), ==, "");
	g_assert_null (eas_item_get_text (item, EAS_CALENDAR_ATTENDEES));
	g_assert_true (eas_item_is_empty (item, location));
	g_assert_cmpuint (g_bytes_get_size (nothing), ==, 0);
	g_assert_cmpint (eas_item_get_int (item, EAS_CALENDAR_REMINDER, 0), ==, -15);
	g_assert_false (eas_item_get_flag (item, EAS_CALENDAR_ALL_DAY_EVENT, TRUE));
	g_assert_true (eas_item_get_time (item, EAS_CALENDAR_START_TIME, &utc));
	g_assert_cmpint (utc, ==, 1795253400);
	g_assert_cmpstr (eas_item_get_text (item, EAS_CALENDAR_START_TIME), ==, "20261121T093000Z");
	eas_test_assert_bytes (bytes, expected);
	/* Opaque where text is asked for: what can be shown of it. */
	g_assert_cmpstr (eas_item_text (item, id), ==, "\357\277\275");
	g_assert_true (eas_item_text (item, id) == eas_item_text (item, id));
}

typedef struct {
	const char *text;
	int number; /* or -1: none */
	int flag;   /* or -1: none */
} ParseCase;

static void
test_lenient_values (void)
{
	const ParseCase cases[] = { { "", -1, 1 },      { "1", 1, 1 },
				    { "0", 0, 0 },      { "true", -1, 1 },
				    { "FALSE", -1, 0 }, { "2", 2, -1 },
				    { " 12 ", 12, -1 }, { "12a", -1, -1 },
				    { "yes", -1, -1 },  { "99999999999999999999", -1, -1 } };

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
		g_autoptr (EasItem) item = NULL;

		eas_item_builder_text (builder, EAS_CALENDAR_REMINDER, cases[i].text);
		item = eas_item_builder_finish (builder);
		g_test_message ("'%s'", cases[i].text);
		g_assert_cmpint (eas_item_get_int (item, EAS_CALENDAR_REMINDER, -1), ==,
				 cases[i].number);
		g_assert_cmpint (eas_item_get_flag (item, EAS_CALENDAR_REMINDER, -1), ==,
				 cases[i].flag);
	}
}

/* What the document cannot carry must not make an eternal difference. */
static void
test_builder_repairs_text (void)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autoptr (EasItem) item = NULL;

	eas_item_builder_text (builder, EAS_CALENDAR_SUBJECT, "a\001b");
	eas_item_builder_text (builder, EAS_CALENDAR_LOCATION, "\002");
	item = eas_item_builder_finish (builder);

	g_assert_cmpstr (eas_item_get_text (item, EAS_CALENDAR_SUBJECT), ==, "ab");
	g_assert_true (eas_item_is_empty (
		item, eas_item_child (item, EAS_ITEM_ROOT, EAS_CALENDAR_LOCATION)));
}

static void
test_time_forms (void)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autoptr (EasItem) item = NULL;

	eas_item_builder_time (builder, EAS_CALENDAR_END_TIME, 0);
	eas_item_builder_time (builder, EAS_TASKS_DUE_DATE, 0);
	item = eas_item_builder_finish (builder);

	g_assert_cmpstr (eas_item_get_text (item, EAS_CALENDAR_END_TIME), ==, "19700101T000000Z");
	g_assert_cmpstr (eas_item_get_text (item, EAS_TASKS_DUE_DATE), ==,
			 "1970-01-01T00:00:00.000Z");
}

static void
assert_same (const EasItem *a, const EasItem *b)
{
	g_assert_true (eas_item_equal (a, b));
	g_assert_true (eas_item_equal (b, a));
	g_assert_cmpuint (eas_item_hash (a), ==, eas_item_hash (b));
	g_assert_null (eas_item_diff (a, b));
}

static void
test_equality_ignores_order (void)
{
	g_autoptr (GRand) rand = eas_test_rand (21);

	for (guint i = 0; i < N_RANDOM; i++) {
		g_autoptr (EasItem) item = item_random (rand);
		g_autoptr (EasItem) shuffled = item_random_shuffle (rand, item);
		g_autoptr (EasItem) copy = eas_item_copy (item);

		assert_same (item, shuffled);
		assert_same (item, copy);
	}
}

static EasItem *
make_pair (EasTag container, const char *first, const char *second)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	if (container != EAS_TAG_NONE)
		eas_item_builder_start (builder, container);
	eas_item_builder_text (builder, EAS_CALENDAR_CATEGORY, first);
	eas_item_builder_text (builder, EAS_CALENDAR_CATEGORY, second);
	if (container != EAS_TAG_NONE)
		eas_item_builder_end (builder);

	return eas_item_builder_finish (builder);
}

static void
test_inequality (void)
{
	g_autoptr (EasItem) ab = make_pair (EAS_CALENDAR_CATEGORIES, "a", "b");
	g_autoptr (EasItem) ba = make_pair (EAS_CALENDAR_CATEGORIES, "b", "a");
	g_autoptr (EasItem) elsewhere = make_pair (EAS_CALENDAR_ATTENDEES, "a", "b");
	g_autoptr (EasItem) flat = make_pair (EAS_TAG_NONE, "a", "b");
	g_autoptr (EasItem) flat_turned = make_pair (EAS_TAG_NONE, "b", "a");
	g_autoptr (EasItem) twice = make_pair (EAS_TAG_NONE, "a", "a");
	g_autoptr (EasItem) joined = make_pair (EAS_TAG_NONE, "ab", "");

	/* Below the top level the order counts. */
	g_assert_false (eas_item_equal (ab, ba));
	g_assert_cmpuint (eas_item_hash (ab), !=, eas_item_hash (ba));
	g_assert_false (eas_item_equal (ab, elsewhere));
	g_assert_cmpuint (eas_item_hash (ab), !=, eas_item_hash (elsewhere));
	g_assert_false (eas_item_equal (ab, flat));
	g_assert_false (eas_item_equal (flat, twice));
	g_assert_cmpuint (eas_item_hash (flat), !=, eas_item_hash (twice));
	g_assert_false (eas_item_equal (flat, joined));
	g_assert_cmpuint (eas_item_hash (flat), !=, eas_item_hash (joined));
	assert_same (flat, flat_turned);
}

static void
test_slot_equal (void)
{
	g_autoptr (EasItem) ab = make_pair (EAS_TAG_NONE, "a", "b");
	g_autoptr (EasItem) ba = make_pair (EAS_TAG_NONE, "b", "a");

	g_assert_true (eas_item_slot_equal (ab, EAS_ITEM_ROOT, ba, EAS_ITEM_ROOT));
	g_assert_true (eas_item_slot_equal (ab, EAS_ITEM_ROOT, ab, EAS_ITEM_ROOT));
	g_assert_true (eas_item_slot_equal (ab, 1, ba, 2));
	g_assert_false (eas_item_slot_equal (ab, 1, ba, 1));
	g_assert_true (eas_item_slot_equal (ab, EAS_ITEM_NONE, ba, EAS_ITEM_NONE));
	g_assert_false (eas_item_slot_equal (ab, 1, ba, EAS_ITEM_NONE));
	g_assert_false (eas_item_slot_equal (ab, EAS_ITEM_NONE, ba, 1));
}

/* Servers send some text as opaque data; that is no edit. Binary is another matter. */
static void
test_equality_of_opaque (void)
{
	g_autoptr (EasItemBuilder) builder_a = eas_item_builder_new ();
	g_autoptr (EasItemBuilder) builder_b = eas_item_builder_new ();
	g_autoptr (EasItem) a = NULL;
	g_autoptr (EasItem) b = NULL;

	eas_item_builder_text (builder_a, EAS_CALENDAR_SUBJECT, "tea");
	eas_item_builder_text (builder_a, EAS_AIRSYNCBASE_CONTENT, "tea");
	eas_item_builder_opaque (builder_b, EAS_CALENDAR_SUBJECT, (const guint8 *) "tea", 3);
	eas_item_builder_opaque (builder_b, EAS_AIRSYNCBASE_CONTENT, (const guint8 *) "tea", 3);
	a = eas_item_builder_finish (builder_a);
	b = eas_item_builder_finish (builder_b);

	g_assert_true (eas_item_slot_equal (a, 1, b, 1));
	g_assert_false (eas_item_slot_equal (a, 2, b, 2));
	g_assert_false (eas_item_equal (a, b));
	g_assert_cmpuint (eas_item_hash (a), !=, eas_item_hash (b));
}

/* EDS keeps the hash as its revision: a release that computes another one makes every item look
 * changed. */
static void
test_hash_is_pinned (void)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autoptr (EasItem) empty = eas_item_builder_finish (builder);
	g_autoptr (EasItem) sample = item_sample ();

	g_assert_cmphex (eas_item_hash (empty), ==, G_GUINT64_CONSTANT (0x4d0a2bbe78b92ab1));
	g_assert_cmphex (eas_item_hash (sample), ==, G_GUINT64_CONSTANT (0xfe638d3bd9da7d59));
}

static void
test_hash_spreads (void)
{
	g_autoptr (GHashTable) seen = g_hash_table_new (g_direct_hash, g_direct_equal);

	for (guint i = 0; i < 20000; i++) {
		g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
		g_autoptr (EasItem) item = NULL;

		eas_item_builder_int (builder, EAS_CALENDAR_SUBJECT, i / 2);
		eas_item_builder_int (builder, EAS_CALENDAR_REMINDER, i % 2);
		item = eas_item_builder_finish (builder);
		g_assert_true (g_hash_table_add (seen, GSIZE_TO_POINTER (eas_item_hash (item))));
	}
}

static void
test_diff (void)
{
	g_autoptr (EasItem) baseline = item_sample ();
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autoptr (EasItem) edited = NULL;
	g_autoptr (EasItem) diff = NULL;

	eas_item_builder_copy (builder, baseline,
			       eas_item_child (baseline, EAS_ITEM_ROOT, EAS_CALENDAR_SUBJECT));
	eas_item_builder_int (builder, EAS_CALENDAR_REMINDER, 30);
	eas_item_builder_text (builder, EAS_CALENDAR_UID, "new");
	edited = eas_item_builder_finish (builder);
	diff = eas_item_diff (baseline, edited);

	g_assert_false (eas_item_has (diff, EAS_CALENDAR_SUBJECT));
	g_assert_cmpint (eas_item_get_int (diff, EAS_CALENDAR_REMINDER, 0), ==, 30);
	g_assert_cmpstr (eas_item_get_text (diff, EAS_CALENDAR_UID), ==, "new");
	g_assert_cmpstr (eas_item_get_text (diff, EAS_CALENDAR_ATTENDEES), ==, "");
	/* These said nothing before they went. */
	g_assert_false (eas_item_has (diff, EAS_CALENDAR_LOCATION));
	g_assert_false (eas_item_has (diff, EAS_CALENDAR_ALL_DAY_EVENT));
	g_assert_cmpuint (eas_item_n_children (diff, EAS_ITEM_ROOT), ==, 7);
}

static void
test_overlay (void)
{
	g_autoptr (EasItem) base = item_sample ();
	g_autoptr (EasItem) same = eas_item_overlay (base, NULL);
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autoptr (EasItem) over = NULL;
	g_autoptr (EasItem) result = NULL;

	eas_item_builder_empty (builder, EAS_CALENDAR_SUBJECT);
	eas_item_builder_int (builder, EAS_CALENDAR_REMINDER, 30);
	eas_item_builder_empty (builder, EAS_CALENDAR_RECURRENCE);
	eas_item_builder_text (builder, EAS_CALENDAR_UID, "new");
	over = eas_item_builder_finish (builder);
	result = eas_item_overlay (base, over);

	assert_same (base, same);
	g_assert_false (eas_item_has (result, EAS_CALENDAR_SUBJECT));
	g_assert_false (eas_item_has (result, EAS_CALENDAR_RECURRENCE));
	g_assert_cmpint (eas_item_get_int (result, EAS_CALENDAR_REMINDER, 0), ==, 30);
	g_assert_cmpstr (eas_item_get_text (result, EAS_CALENDAR_UID), ==, "new");
	/* Law 7: what the edit does not mention stays, the unknown included. */
	g_assert_true (eas_item_has (result, EAS_TAG_MAKE (200, 0x05)));
	g_assert_true (eas_item_has (result, EAS_CALENDAR_ATTENDEES));
	g_assert_true (eas_item_has (result, EAS_CALENDAR_LOCATION));
}

/* An empty boolean is true: what is gone must be said as 0, and an empty one must not remove. */
static void
test_booleans (void)
{
	g_autoptr (EasItemBuilder) builder_a = eas_item_builder_new ();
	g_autoptr (EasItemBuilder) builder_b = eas_item_builder_new ();
	g_autoptr (EasItemBuilder) builder_c = eas_item_builder_new ();
	g_autoptr (EasItem) all_day = NULL;
	g_autoptr (EasItem) nothing = NULL;
	g_autoptr (EasItem) read = NULL;
	g_autoptr (EasItem) diff = NULL;
	g_autoptr (EasItem) overlaid = NULL;
	g_autoptr (EasItem) marked = NULL;

	eas_item_builder_flag (builder_a, EAS_CALENDAR_ALL_DAY_EVENT, TRUE);
	eas_item_builder_empty (builder_b, EAS_CALENDAR_LOCATION);
	eas_item_builder_empty (builder_c, EAS_EMAIL_READ);
	all_day = eas_item_builder_finish (builder_a);
	nothing = eas_item_builder_finish (builder_b);
	read = eas_item_builder_finish (builder_c);

	diff = eas_item_diff (all_day, nothing);
	g_assert_cmpuint (eas_item_n_children (diff, EAS_ITEM_ROOT), ==, 1);
	g_assert_cmpstr (eas_item_get_text (diff, EAS_CALENDAR_ALL_DAY_EVENT), ==, "0");

	/* Once said, it is not said again. */
	overlaid = eas_item_overlay (all_day, diff);
	g_assert_false (eas_item_get_flag (overlaid, EAS_CALENDAR_ALL_DAY_EVENT, TRUE));
	g_assert_null (eas_item_diff (overlaid, nothing));
	g_assert_null (eas_item_diff (nothing, overlaid));

	marked = eas_item_overlay (nothing, read);
	g_assert_true (eas_item_get_flag (marked, EAS_EMAIL_READ, FALSE));
}

/* Empty against absent: a request about it would change nothing. */
static void
test_empty_is_no_difference (void)
{
	g_autoptr (EasItem) with_empty = make_pair (EAS_TAG_NONE, "", "");
	g_autoptr (EasItem) nothing = make_pair (EAS_TAG_NONE, NULL, NULL);
	g_autoptr (EasItem) one = make_pair (EAS_TAG_NONE, "a", NULL);
	g_autoptr (EasItem) cleared = eas_item_diff (one, with_empty);
	g_autoptr (EasItem) gone = eas_item_diff (one, nothing);

	g_assert_null (eas_item_diff (with_empty, nothing));
	g_assert_null (eas_item_diff (nothing, with_empty));
	g_assert_cmpstr (eas_item_get_text (cleared, EAS_CALENDAR_CATEGORY), ==, "");
	g_assert_cmpstr (eas_item_get_text (gone, EAS_CALENDAR_CATEGORY), ==, "");
}

/* The top level without the elements that are as good as absent. */
static EasItem *
strip_empty (const EasItem *item)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasItemSlot slot = eas_item_child (item, EAS_ITEM_ROOT, EAS_TAG_NONE);

	for (; slot != EAS_ITEM_NONE; slot = eas_item_sibling (item, slot, EAS_TAG_NONE)) {
		if (!eas_item_is_empty (item, slot))
			eas_item_builder_copy (builder, item, slot);
	}

	return eas_item_builder_finish (builder);
}

/* Both ways from one item to another, related or not. */
static void
check_overlay_undoes_diff (const EasItem *base, const EasItem *edited)
{
	g_autoptr (EasItem) diff = eas_item_diff (base, edited);
	g_autoptr (EasItem) back = eas_item_overlay (base, diff);
	g_autoptr (EasItem) stripped = strip_empty (back);
	g_autoptr (EasItem) expected = strip_empty (edited);

	g_assert_true (eas_item_equal (stripped, expected));
	g_assert_null (eas_item_diff (back, edited));
	g_assert_null (eas_item_diff (edited, back));
}

static void
test_overlay_undoes_diff (void)
{
	g_autoptr (GRand) rand = eas_test_rand (22);

	for (guint i = 0; i < N_RANDOM; i++) {
		g_autoptr (EasItem) base = item_random (rand);
		g_autoptr (EasItem) solid = strip_empty (base);
		g_autoptr (EasItem) edited = item_random_edit (rand, solid);
		g_autoptr (EasItem) other = item_random (rand);
		g_autoptr (EasItem) solid_other = strip_empty (other);
		g_autoptr (EasItem) diff = eas_item_diff (solid, edited);

		check_overlay_undoes_diff (base, edited);
		check_overlay_undoes_diff (edited, base);
		check_overlay_undoes_diff (solid, solid_other);
		g_assert_cmpint (diff == NULL, ==, eas_item_equal (solid, edited));
	}
}

/* A copy stands for itself when what it came from is gone. */
static void
test_lifetimes (void)
{
	EasItem *item = item_sample ();
	g_autoptr (EasItem) copy = eas_item_copy (item);
	g_autoptr (GBytes) bytes =
		eas_item_bytes (item, eas_item_child (item, EAS_ITEM_ROOT, EAS_CALENDAR_SUBJECT));
	g_autoptr (EasItem) again = eas_item_ref (item);

	eas_item_unref (item);
	eas_item_unref (g_steal_pointer (&again));
	eas_item_unref (NULL);
	g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
			 "Gr\303\274\303\237e", 7);
	g_assert_cmpstr (eas_item_get_text (copy, EAS_CALENDAR_SUBJECT), ==, "Gr\303\274\303\237e");
}

static void
test_builder_nests (void)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autoptr (EasItem) sample = item_sample ();
	g_autoptr (EasItem) item = NULL;
	EasItemSlot slot;

	eas_item_builder_start (builder, EAS_CALENDAR_EXCEPTIONS);
	eas_item_builder_start (builder, EAS_CALENDAR_EXCEPTION);
	eas_item_builder_copy (builder, sample, EAS_ITEM_ROOT);
	eas_item_builder_copy (builder, sample, EAS_ITEM_NONE);
	eas_item_builder_end (builder);
	eas_item_builder_start (builder, EAS_CALENDAR_EXCEPTION);
	eas_item_builder_end (builder);
	eas_item_builder_end (builder);
	eas_item_builder_text (builder, EAS_CALENDAR_SUBJECT, "after");
	item = eas_item_builder_finish (builder);

	slot = eas_item_child (item, EAS_ITEM_ROOT, EAS_CALENDAR_EXCEPTIONS);
	g_assert_cmpuint (eas_item_n_children (item, slot), ==, 2);
	slot = eas_item_child (item, slot, EAS_CALENDAR_EXCEPTION);
	g_assert_cmpuint (eas_item_n_children (item, slot), ==, 9);
	g_assert_true (eas_item_slot_equal (
		item, eas_item_child (item, slot, EAS_CALENDAR_ATTENDEES), sample,
		eas_item_child (sample, EAS_ITEM_ROOT, EAS_CALENDAR_ATTENDEES)));
	g_assert_true (eas_item_is_empty (item, eas_item_sibling (item, slot, EAS_TAG_NONE)));
	g_assert_cmpstr (eas_item_get_text (item, EAS_CALENDAR_SUBJECT), ==, "after");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/item/structure", test_structure);
	g_test_add_func ("/item/absent", test_absent);
	g_test_add_func ("/item/values", test_values);
	g_test_add_func ("/item/lenient-values", test_lenient_values);
	g_test_add_func ("/item/builder-repairs-text", test_builder_repairs_text);
	g_test_add_func ("/item/builder-nests", test_builder_nests);
	g_test_add_func ("/item/time-forms", test_time_forms);
	g_test_add_func ("/item/equality-ignores-order", test_equality_ignores_order);
	g_test_add_func ("/item/equality-of-opaque", test_equality_of_opaque);
	g_test_add_func ("/item/inequality", test_inequality);
	g_test_add_func ("/item/slot-equal", test_slot_equal);
	g_test_add_func ("/item/hash-is-pinned", test_hash_is_pinned);
	g_test_add_func ("/item/hash-spreads", test_hash_spreads);
	g_test_add_func ("/item/diff", test_diff);
	g_test_add_func ("/item/overlay", test_overlay);
	g_test_add_func ("/item/booleans", test_booleans);
	g_test_add_func ("/item/empty-is-no-difference", test_empty_is_no_difference);
	g_test_add_func ("/item/overlay-undoes-diff", test_overlay_undoes_diff);
	g_test_add_func ("/item/lifetimes", test_lifetimes);

	return g_test_run ();
}
