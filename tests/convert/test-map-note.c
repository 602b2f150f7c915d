/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Notes: golden pairs, what a Change carries, the laws. */

#include "convert-test.h"

#include <string.h>

#define GOLDEN                                                                                     \
	"<n:Subject>Shopping</n:Subject><b:NativeBodyType>1</b:NativeBodyType><b:Body>"            \
	"<b:Type>1</b:Type><b:EstimatedDataSize>13</b:EstimatedDataSize>"                          \
	"<b:Data>Milk&#13;&#10;Bread</b:Data></b:Body><n:MessageClass>IPM.StickyNote.Mine"         \
	"</n:MessageClass><n:LastModifiedDate>20261121T093000Z</n:LastModifiedDate>"               \
	"<n:Categories><n:Category>Home</n:Category><n:Category>Food</n:Category></n:Categories>"  \
	"<g:token page=\"30\" code=\"07\">future</g:token>"

static void
test_golden_read (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (GOLDEN);
	g_autoptr (GPtrArray) components = convert_read (item, &context);
	g_autofree char *ical = convert_ical (components);

	g_assert_cmpuint (components->len, ==, 1);
	convert_assert_lines (ical, "BEGIN:VJOURNAL\n"
				    "UID:fallback-uid\n"
				    "DTSTAMP:20261121T093000Z\n"
				    "LAST-MODIFIED:20261121T093000Z\n"
				    "SUMMARY:Shopping\n"
				    "DESCRIPTION:Milk\\nBread\n"
				    "CATEGORIES:Home\n"
				    "CATEGORIES:Food\n"
				    "END:VJOURNAL\n");
}

/* Pitfall 26: the body goes back as it came, CRLF and all; the whole item, what we do not know
 * included. */
static void
test_crlf_26 (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (EasItem) item = convert_item (GOLDEN);
	g_autofree char *lines = convert_write_edited (
		item, &context, 0, "SUMMARY:List\nLAST-MODIFIED:20261122T100000Z");

	convert_assert_lines (lines, "Change\n"
				     "  0x1e07=future\n"
				     "  Body{Type=1;Data=Milk\\r\\nBread}\n"
				     "  Categories{Category=Home;Category=Food}\n"
				     "  LastModifiedDate=20261122T100000Z\n"
				     "  MessageClass=IPM.StickyNote.Mine\n"
				     "  Subject=List\n");
}

/* The server's shape of line ends is no edit of ours. */
static void
test_line_ends_26 (void)
{
	static const char *const ends[] = { "&#13;&#10;", "&#10;", "&#13;" };
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);

	for (guint i = 0; i < G_N_ELEMENTS (ends); i++) {
		g_autofree char *xml = g_strdup_printf (
			"<b:NativeBodyType>1</b:NativeBodyType><b:Body><b:Type>1</b:Type>"
			"<b:Data>a%sb%s</b:Data></b:Body>",
			ends[i], ends[i]);
		g_autoptr (EasItem) item = convert_item (xml);
		g_autoptr (GPtrArray) components = convert_read (item, &context);
		g_autofree char *ical = convert_ical (components);
		g_autofree char *lines =
			convert_write_edited (item, &context, 0, "LAST-MODIFIED:20261122T100000Z");

		convert_assert_has (ical, "DESCRIPTION:a\\nb\\n");
		g_assert_cmpstr (lines, ==, "");
	}
}

/* Pitfall 27: what the server keeps as HTML goes back only when it was edited, and as HTML. */
static void
test_html_27 (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (
		"<n:Subject>A</n:Subject><b:NativeBodyType>2</b:NativeBodyType><b:Body>"
		"<b:Type>1</b:Type><b:Data>Some words</b:Data></b:Body>"
		"<n:MessageClass>IPM.StickyNote</n:MessageClass>");
	g_autofree char *title = convert_write_edited (item, &context, 0, "SUMMARY:B");
	g_autofree char *text = convert_write_edited (item, &context, 0, "DESCRIPTION:1 < 2");

	convert_assert_lines (title, "Change\n  MessageClass=IPM.StickyNote\n  Subject=B\n");
	convert_assert_has (text, "Body{Type=2;Data=<html><body>1 &lt; 2</body></html>}");
}

/* Pitfall 28: what came cut is never written back, neither by itself nor under an edit. */
static void
test_truncated_28 (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (
		"<n:Subject>A</n:Subject><b:NativeBodyType>1</b:NativeBodyType><b:Body>"
		"<b:Type>1</b:Type><b:Truncated>1</b:Truncated><b:Data>The begi</b:Data></b:Body>");
	g_autofree char *title = convert_write_edited (item, &context, 0, "SUMMARY:B");
	g_autofree char *reason = convert_refused (item, &context, 0, "DESCRIPTION:Mine");

	convert_assert_lacks (title, "Body");
	g_assert_nonnull (strstr (reason, "in part"));
}

/* RTF is legal for notes and nothing to read: it is not shown, and cannot be written over. */
static void
test_rtf (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (
		"<n:Subject>A</n:Subject><b:NativeBodyType>3</b:NativeBodyType><b:Body>"
		"<b:Type>3</b:Type><b:Data>e1xydGYxfQ==</b:Data></b:Body>");
	g_autoptr (GPtrArray) components = convert_read (item, &context);
	g_autofree char *ical = convert_ical (components);
	g_autofree char *title = convert_write_edited (item, &context, 0, "SUMMARY:B");
	g_autofree char *reason = convert_refused (item, &context, 0, "DESCRIPTION:Mine");

	convert_assert_lacks (ical, "DESCRIPTION");
	convert_assert_has (title, "Body{Type=3;Data=e1xydGYxfQ==}");
	g_assert_nonnull (strstr (reason, "in part"));
}

static void
test_add (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_0, NULL);
	g_autofree char *whole = convert_write_new ("BEGIN:VJOURNAL\nUID:x\nSUMMARY:Title\n"
						    "DESCRIPTION:One\\nTwo\n"
						    "LAST-MODIFIED:20261122T100000Z\n"
						    "CATEGORIES:Home\nEND:VJOURNAL\n",
						    &context);
	/* Without a title the first line of the text is one. */
	g_autofree char *untitled = convert_write_new (
		"BEGIN:VJOURNAL\nUID:x\nDESCRIPTION:\\n One \\nTwo\nEND:VJOURNAL\n", &context);

	convert_assert_lines (whole, "Add\n"
				     "  Body{Type=1;Data=One\\r\\nTwo}\n"
				     "  Categories{Category=Home}\n"
				     "  LastModifiedDate=20261122T100000Z\n"
				     "  MessageClass=IPM.StickyNote\n"
				     "  Subject=Title\n");
	convert_assert_has (untitled, "Subject=One");
}

static void
test_categories (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (GOLDEN);
	g_autofree char *none = convert_write_edited (item, &context, 0, "-CATEGORIES");
	g_autofree char *other = convert_write_edited (item, &context, 0, "CATEGORIES:Work,Home");

	convert_assert_has (none, "Categories");
	convert_assert_has (other, "Categories{Category=Home;Category=Work}");
}

static void
test_refused (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (GOLDEN);
	g_autofree char *repeats = convert_refused (
		item, &context, 0, "DTSTART;VALUE=DATE:20261121\nRRULE:FREQ=DAILY;COUNT=3");
	g_autoptr (GPtrArray) task =
		convert_components ("BEGIN:VTODO\nUID:x\nSUMMARY:T\nEND:VTODO\n");
	g_autoptr (GError) error = NULL;

	g_assert_nonnull (strstr (repeats, "repeat"));
	g_assert_null (convert_kind ()->write (task, NULL, NULL, &context, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
	g_assert_nonnull (strstr (error->message, "list of tasks"));
}

/* What a note cannot say on the wire stays on the desktop. */
static void
test_keep (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (GOLDEN);
	g_autoptr (GPtrArray) before = convert_read (item, &context);
	g_autoptr (GPtrArray) edited = convert_edit (
		before, 0, "DTSTART;VALUE=DATE:20261201\nX-MINE:1\nSUMMARY:Old\nCOLOR:red");
	g_autoptr (GPtrArray) fresh = convert_read (item, &context);
	g_autofree char *ical = NULL;

	convert_kind ()->keep (fresh, edited);
	ical = convert_ical (fresh);
	convert_assert_has (ical, "DTSTART;VALUE=DATE:20261201");
	convert_assert_has (ical, "X-MINE:1");
	convert_assert_has (ical, "COLOR:red");
	convert_assert_has (ical, "SUMMARY:Shopping");
	convert_assert_lacks (ical, "SUMMARY:Old");
}

/* Below 14.0 there is no such class at all. */
static void
test_versions (void)
{
	g_assert_cmpint (convert_kind ()->since, ==, EAS_VERSION_14_0);
	for (guint v = 0; v < convert_n_versions; v++)
		g_assert_cmpint (eas_class_syncs_in (EAS_CLASS_NOTES, convert_versions[v]), ==,
				 convert_versions[v] >= convert_kind ()->since);
}

static const char *const edits[] = {
	"SUMMARY:Edited",
	"-SUMMARY",
	"CATEGORIES:Edited",
	"-CATEGORIES",
	"DESCRIPTION:Edited\\ntext",
	"SUMMARY:Both\nDESCRIPTION:of them",
};

static void
test_unedited_random (void)
{
	convert_law_unedited (convert_random_note);
}

static void
test_round_trip_random (void)
{
	convert_law_round_trip (convert_random_note);
}

static void
test_edits_random (void)
{
	convert_law_edits (convert_random_note, edits, G_N_ELEMENTS (edits));
}

static void
test_hostile (void)
{
	convert_law_hostile (convert_random_note);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	convert_use (EAS_CLASS_NOTES);
	g_test_add_func ("/map/note/golden-read", test_golden_read);
	g_test_add_func ("/map/note/crlf-26", test_crlf_26);
	g_test_add_func ("/map/note/line-ends-26", test_line_ends_26);
	g_test_add_func ("/map/note/html-27", test_html_27);
	g_test_add_func ("/map/note/truncated-28", test_truncated_28);
	g_test_add_func ("/map/note/rtf", test_rtf);
	g_test_add_func ("/map/note/add", test_add);
	g_test_add_func ("/map/note/categories", test_categories);
	g_test_add_func ("/map/note/refused", test_refused);
	g_test_add_func ("/map/note/keep", test_keep);
	g_test_add_func ("/map/note/versions", test_versions);
	g_test_add_func ("/map/note/unedited-random", test_unedited_random);
	g_test_add_func ("/map/note/round-trip-random", test_round_trip_random);
	g_test_add_func ("/map/note/edits-random", test_edits_random);
	g_test_add_func ("/map/note/hostile", test_hostile);

	return g_test_run ();
}
