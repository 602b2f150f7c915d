/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "convert-test.h"
#include "eas-map-body.h"

#include <string.h>

#define TIMES "<c:StartTime>20260701T080000Z</c:StartTime><c:EndTime>20260701T090000Z</c:EndTime>"
#define BODY(type, data, more)                                                                     \
	"<b:Body><b:Type>" type "</b:Type>" more "<b:Data>" data "</b:Data></b:Body>"
#define NATIVE(type) "<b:NativeBodyType>" type "</b:NativeBodyType>"

static void
test_from_html (void)
{
	static const struct {
		const char *html, *text;
	} cases[] = {
		{ "", "" },
		{ "<html><body>a</body></html>", "a" },
		{ "<p>one</p><p>two</p>", "one\ntwo" },
		{ "one<br>two<br/>three", "one\ntwo\nthree" },
		{ "a &lt;b&gt; &amp;amp; &#65;&#x42; &nbsp;&unknown; &",
		  "a <b> &amp; AB  &unknown; &" },
		{ "<head><title>x</title><style>p { a: b }</style></head><body>y<!-- <p>z</p> "
		  "--></body>",
		  "y" },
		{ "a  \r\n  b", "a b" },
		{ "<ul><li>a</li><li>b</li></ul>c", "a\nb\nc" },
		{ "unclosed <b", "unclosed" },
		{ "<style>never closed", "" },
		{ "&#0;&#xd800;&#99999999;", "&#0;&#xd800;&#99999999;" },
	};

	for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *text = eas_map_body_from_html (cases[i].html);

		g_assert_cmpstr (text, ==, cases[i].text);
		g_assert_true (g_utf8_validate (text, -1, NULL));
	}
}

static void
test_html_round_trip (void)
{
	static const char *const texts[] = { "a", "a\nb\n\nc", "<b> & \"c\"", "grün → 日本" };

	for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
		g_autofree char *html = eas_map_body_to_html (texts[i]);
		g_autofree char *text = eas_map_body_from_html (html);

		g_assert_cmpstr (text, ==, texts[i]);
	}
}

static char *
write_edited (EasVersion version, const char *xml, const char *edit)
{
	EasMapContext context = convert_context (version, NULL);
	g_autoptr (EasItem) item = convert_item (xml);

	return convert_write_edited (item, &context, 0, edit);
}

static void
test_line_ends (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (EasItem) item =
		convert_item (TIMES BODY ("1", "a&#13;\nb&#13;c\nd", "") NATIVE ("1"));
	g_autoptr (GPtrArray) components = convert_read (item, &context);
	g_autofree char *ical = convert_ical (components);
	g_autofree char *written = convert_write_edited (item, &context, 0, "DESCRIPTION:x\\ny");

	convert_assert_has (ical, "DESCRIPTION:a\\nb\\nc\\nd");
	convert_assert_has (written, "Body{Type=1;Data=x\\r\\ny}");
}

/* Pitfall 27: HTML is shown as text, stays as it is unedited, and is written as HTML. */
static void
test_native_html_27 (void)
{
	static const char *const xmls[] = {
		TIMES BODY ("1", "shown", "") NATIVE ("2"),
		TIMES BODY ("2", "&lt;p&gt;shown&lt;/p&gt;", "") NATIVE ("2"),
	};
	static const EasVersion versions[] = { EAS_VERSION_12_1, EAS_VERSION_14_1,
					       EAS_VERSION_16_1 };

	for (guint i = 0; i < G_N_ELEMENTS (xmls) * G_N_ELEMENTS (versions); i++) {
		const char *xml = xmls[i % G_N_ELEMENTS (xmls)];
		EasMapContext context = convert_context (versions[i / G_N_ELEMENTS (xmls)], NULL);
		g_autoptr (EasItem) item = convert_item (xml);
		g_autoptr (GPtrArray) components = convert_read (item, &context);
		g_autofree char *ical = convert_ical (components);
		g_autofree char *other = write_edited (context.version, xml, "SUMMARY:New");
		g_autofree char *edited =
			write_edited (context.version, xml, "DESCRIPTION:a < b\\nc");
		g_autofree char *cleared = write_edited (context.version, xml, "-DESCRIPTION");

		convert_assert_has (ical, "DESCRIPTION:shown");
		convert_assert_has (other, "Subject=New");
		if (strstr (xml, "<b:Type>1") != NULL || context.version >= EAS_VERSION_16_0)
			convert_assert_lacks (other, "Body");
		else
			convert_assert_has (other, "Body{Type=2;Data=<p>shown</p>}");
		convert_assert_has (
			edited, "Body{Type=2;Data=<html><body>a &lt; b<br>\\r\\nc</body></html>}");
		convert_assert_has (cleared, "Body{Type=1;Data}");
	}
}

/* Pitfall 28: a body that came cut never goes back, not even with an edit. */
static void
test_truncated_28 (void)
{
	static const char *const xml =
		TIMES BODY ("1", "the beg", "<b:Truncated>1</b:Truncated>") NATIVE ("1");

	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		g_autoptr (EasItem) item = convert_item (xml);
		g_autofree char *other = write_edited (convert_versions[v], xml, "SUMMARY:New");
		g_autofree char *reason =
			convert_refused (item, &context, 0, "DESCRIPTION:the end");

		convert_assert_has (other, "Subject=New");
		convert_assert_lacks (other, "Body");
		g_assert_cmpstr (reason, !=, "");
	}
}

/* Of a body only Type and Data are ever sent; one that does not say what it is natively stays out.
 */
static void
test_parts (void)
{
	g_autofree char *sized = write_edited (
		EAS_VERSION_14_1,
		TIMES BODY (
			"1", "a",
			"<b:EstimatedDataSize>1</b:EstimatedDataSize><b:Truncated>0</b:Truncated>")
			NATIVE ("1"),
		"SUMMARY:New");
	g_autofree char *unsaid =
		write_edited (EAS_VERSION_14_1, TIMES BODY ("1", "a", ""), "SUMMARY:New");
	g_autofree char *none = write_edited (
		EAS_VERSION_14_1, TIMES "<b:Body><b:Type>1</b:Type></b:Body>" NATIVE ("1"),
		"SUMMARY:New");

	convert_assert_has (sized, "Body{Type=1;Data=a}");
	convert_assert_lacks (unsaid, "Body");
	convert_assert_lacks (none, "Body");
}

/* Pitfall 31: what no text may hold is left out, both ways. */
static void
test_characters_31 (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (GPtrArray) components =
		convert_components ("BEGIN:VEVENT\nUID:1\nDTSTART:20260701T080000Z\nSUMMARY:"
				    "a\001b\177c\nDESCRIPTION:x\002y\\n\tz\nEND:VEVENT\n");
	g_autoptr (GPtrArray) changes =
		eas_map_event_write (components, NULL, NULL, &context, NULL);
	g_autofree char *lines = convert_change_lines (changes);

	convert_assert_has (lines, "Subject=abc");
	convert_assert_has (lines, "Body{Type=1;Data=xy\\r\\n\tz}");
}

/* HTML that a server gives is shown beside its text, survives EDS's cache, and is no edit; an edit
 * of the text is told as HTML, an edit of anything else not at all. */
static void
test_alt_desc_27 (void)
{
	static const char *const xml =
		"<c:StartTime>20260701T080000Z</c:StartTime><c:EndTime>20260701T090000Z</c:EndTime>"
		"<c:Subject>A</c:Subject><b:Body><b:Type>2</b:Type><b:Data>&lt;p&gt;One, "
		"&lt;b&gt;two"
		"&lt;/b&gt;;\nthree&lt;/p&gt;</b:Data></b:Body>";
	static const char *const line =
		"X-ALT-DESC;FMTTYPE=text/html:<p>One\\, <b>two</b>\\; three</p>";

	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		g_autoptr (EasItem) item = convert_item (xml);
		g_autoptr (GPtrArray) shown = convert_read (item, &context);
		g_autoptr (GPtrArray) cached = convert_through_text (shown);
		g_autoptr (GPtrArray) unedited =
			eas_map_event_write (cached, item, shown, &context, NULL);
		g_autofree char *ical = convert_ical (cached);
		g_autofree char *titled = convert_write_edited (item, &context, 0, "SUMMARY:B");
		g_autofree char *alone =
			convert_write_edited (item, &context, 0, "-X-ALT-DESC\nSUMMARY:B");
		g_autofree char *edited =
			convert_write_edited (item, &context, 0, "DESCRIPTION:a < b");

		convert_assert_has (ical, "DESCRIPTION:One\\, two\\; three");
		convert_assert_has (ical, line);
		g_assert_cmpuint (unedited->len, ==, 0);
		convert_assert_lacks (titled, "Body");
		convert_assert_lacks (alone, "Body");
		convert_assert_has (edited, "Body{Type=2;Data=<html><body>a &lt; b</body></html>}");
	}
}

/* Of a task, whose local properties stay: not the HTML of a text that is no longer there. */
static void
test_alt_desc_of_task (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) html = NULL;
	g_autoptr (EasItem) plain = NULL;
	g_autoptr (GPtrArray) before = NULL;
	g_autoptr (GPtrArray) after = NULL;
	g_autofree char *of_before = NULL;
	g_autofree char *of_after = NULL;

	convert_use (EAS_CLASS_TASKS);
	html = convert_item (
		"<t:Subject>A</t:Subject><b:Body><b:Type>2</b:Type><b:Data>&lt;i&gt;one"
		"&lt;/i&gt;</b:Data></b:Body>");
	plain = convert_item ("<t:Subject>A</t:Subject><b:Body><b:Type>1</b:Type><b:Data>two"
			      "</b:Data></b:Body>");
	before = convert_read (html, &context);
	after = convert_read (plain, &context);
	convert_kind ()->keep (after, before);
	of_before = convert_ical (before);
	of_after = convert_ical (after);
	convert_use (EAS_CLASS_CALENDAR);

	convert_assert_has (of_before, "X-ALT-DESC;FMTTYPE=text/html:<i>one</i>");
	convert_assert_lacks (of_after, "X-ALT-DESC");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/map/body/from-html", test_from_html);
	g_test_add_func ("/map/body/html-round-trip", test_html_round_trip);
	g_test_add_func ("/map/body/line-ends", test_line_ends);
	g_test_add_func ("/map/body/native-html-27", test_native_html_27);
	g_test_add_func ("/map/body/truncated-28", test_truncated_28);
	g_test_add_func ("/map/body/parts", test_parts);
	g_test_add_func ("/map/body/characters-31", test_characters_31);
	g_test_add_func ("/map/body/alt-desc-27", test_alt_desc_27);
	g_test_add_func ("/map/body/alt-desc-of-task", test_alt_desc_of_task);

	return g_test_run ();
}
