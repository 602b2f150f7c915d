/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What holds for every class of one component, whatever an item says. */

#include "convert-test.h"
#include "eas-item-codec.h"

#include <string.h>

#define N_SLICE 400
#define N_SOAK  10000

static guint
n_random (void)
{
	return g_getenv ("EAS_SOAK") != NULL ? N_SOAK : N_SLICE;
}

void
convert_assert_untouched (const EasItem *item,
			  GPtrArray *components,
			  GPtrArray *shown,
			  const EasMapContext *context,
			  guint n)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) changes =
		convert_kind ()->write (components, item, shown, context, &error);
	g_autofree char *text = convert_lines (item);
	g_autofree char *ical = convert_ical (components);
	g_autofree char *lines = changes != NULL ? convert_change_lines (changes) : NULL;

	if (error != NULL || *lines != '\0')
		g_error ("object %u in %s, %s:\n%s\n\n%s\nis written as\n%s", n,
			 eas_version_to_string (context->version),
			 error != NULL ? error->message : "", text, ical, lines);
}

/* Calls @check with @n objects of each version that has the class. */
typedef void (*Check) (
	EasItem *item, const EasMapContext *context, GRand *rand, guint n, gpointer data);

static void
each_object (ConvertRandom make, guint32 seed, guint n, Check check, gpointer data)
{
	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v],
							 v % 2 == 0 ? NULL : "America/New_York");
		g_autoptr (GRand) rand = eas_test_rand (seed + v);

		for (guint i = 0; convert_versions[v] >= convert_kind ()->since && i < n; i++) {
			g_autoptr (EasItem) item = make (rand, convert_versions[v]);

			check (item, &context, rand, i, data);
		}
	}
}

static void
check_unedited (EasItem *item, const EasMapContext *context, GRand *rand, guint n, gpointer data)
{
	g_autoptr (GPtrArray) components = convert_read (item, context);
	g_autoptr (GPtrArray) cached = convert_through_text (components);

	convert_assert_untouched (item, components, NULL, context, n);
	convert_assert_untouched (item, cached, components, context, n);
}

/* What nobody edited is not sent: also after the way through EDS's cache. */
void
convert_law_unedited (ConvertRandom make)
{
	each_object (make, 4711, n_random (), check_unedited, NULL);
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
	return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Categories are a set: in which order they are shown means nothing. */
static char *
sorted_ical (GPtrArray *components)
{
	g_autofree char *ical = convert_ical (components);
	g_auto (GStrv) lines = g_strsplit (ical, "\n", -1);

	qsort (lines, g_strv_length (lines), sizeof *lines, compare_lines);
	return g_strjoinv ("\n", lines);
}

static EasItem *
written_as_new (GPtrArray *components, const EasMapContext *context)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) changes =
		convert_kind ()->write (components, NULL, NULL, context, &error);

	g_assert_no_error (error);
	return convert_kind ()->apply (NULL, changes, context);
}

static void
check_round_trip (EasItem *item, const EasMapContext *context, GRand *rand, guint n, gpointer data)
{
	g_autoptr (GPtrArray) shown = convert_read (item, context);
	g_autoptr (EasItem) written = written_as_new (shown, context);
	g_autoptr (GPtrArray) once = convert_read (written, context);
	g_autoptr (EasItem) rewritten = written_as_new (once, context);
	g_autoptr (GPtrArray) twice = convert_read (rewritten, context);
	g_autofree char *before = sorted_ical (once);
	g_autofree char *after = sorted_ical (twice);
	g_autofree char *lines = convert_lines (item);
	g_autofree char *written_lines = convert_lines (written);

	if (!convert_kind ()->same_content (item, written, context))
		g_error ("object %u in %s:\n%s\nis not what was written of it:\n%s", n,
			 eas_version_to_string (context->version), lines, written_lines);
	if (strcmp (before, after) != 0 || !eas_item_equal (written, rewritten))
		g_error ("object %u in %s:\n%s\nwritten as\n%s\n\nis read as\n%s", n,
			 eas_version_to_string (context->version), before, written_lines, after);
}

/*
 * read (write (x)) = x. What was shown and is written says the same as the item it
 * came from; and after that way, which puts what is said by default in words and
 * takes white space off the ends, nothing moves any more.
 */
void
convert_law_round_trip (ConvertRandom make)
{
	each_object (make, 1234, n_random (), check_round_trip, NULL);
}

typedef struct {
	const char *const *edits;
	guint n_edits;
	guint n_written;
	guint n_refused;
} Edits;

/* Unknown and carried elements, and what only the server keeps. */
static void
assert_kept (const EasItem *before, const EasItem *after)
{
	EasItemSlot slot;

	for (slot = eas_item_child (before, EAS_ITEM_ROOT, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (before, slot, EAS_TAG_NONE)) {
		EasTag tag = eas_item_tag (before, slot);
		EasItemSlot there = eas_item_child (after, EAS_ITEM_ROOT, tag);

		if (eas_tag_is_known (tag) && tag != EAS_TASKS_ORDINAL_DATE &&
		    tag != EAS_TASKS_SUB_ORDINAL_DATE && tag != EAS_NOTES_MESSAGE_CLASS)
			continue;
		g_assert_true (there != EAS_ITEM_NONE &&
			       eas_item_slot_equal (before, slot, after, there));
	}
}

static void
check_edit (EasItem *item, const EasMapContext *context, GRand *rand, guint n, gpointer data)
{
	Edits *edits = data;
	const char *edit = edits->edits[eas_test_rand_below (rand, edits->n_edits)];
	g_autoptr (GPtrArray) shown = convert_read (item, context);
	g_autoptr (GPtrArray) edited = convert_edit (shown, 0, edit);
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) changes =
		convert_kind ()->write (edited, item, shown, context, &error);
	g_autoptr (EasItem) applied = NULL;

	if (changes == NULL) {
		g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
		edits->n_refused++;
		return;
	}

	edits->n_written += changes->len;
	g_assert_cmpuint (changes->len, <=, 1);
	if (changes->len == 1)
		assert_kept (item, ((EasSyncChange *) changes->pdata[0])->item);
	applied = convert_kind ()->apply (item, changes, context);
	assert_kept (item, applied);
	convert_assert_untouched (applied, edited, NULL, context, n);
}

/*
 * What the server holds after our change says what the person meant: applying what
 * was written and reading it again leaves nothing to write. Nothing that we do not
 * understand is lost, neither in the request nor in what we keep.
 */
void
convert_law_edits (ConvertRandom make, const char *const *edits, guint n_edits)
{
	Edits all = { edits, n_edits, 0, 0 };

	each_object (make, 815, n_random (), check_edit, &all);
	g_assert_cmpuint (all.n_written, >, n_random ());
	g_assert_cmpuint (all.n_refused, <, all.n_written / 2);
}

static void
check_hostile (EasItem *item, const EasMapContext *context, GRand *rand, guint n, gpointer data)
{
	g_autoptr (GBytes) bytes = eas_item_to_bytes (item);
	g_autoptr (GBytes) bad = eas_test_mutate (rand, bytes);
	g_autoptr (EasItem) read = eas_item_from_bytes (bad, NULL);
	g_autoptr (GPtrArray) components = NULL;
	g_autoptr (GPtrArray) changes = NULL;
	g_autoptr (GError) error = NULL;

	if (read == NULL)
		return;

	components = convert_kind ()->read (read, "u", context, NULL);
	changes = convert_kind ()->write (components, read, components, context, &error);
	g_assert_true (changes == NULL || changes->len == 0);
	g_assert_true ((changes == NULL) == (error != NULL));
}

/* Bytes with faults in them: shown as well as can be, never a crash, and still not an edit. */
void
convert_law_hostile (ConvertRandom make)
{
	each_object (make, 666, n_random (), check_hostile, NULL);
}
