/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "convert-test.h"
#include "eas-map-attachments.h"

#include <string.h>

#define TIMES "<c:StartTime>20260701T080000Z</c:StartTime><c:EndTime>20260701T090000Z</c:EndTime>"
#define KEY   "0123456789abcdef0123456789abcdef01234567"
#define ATTACHED                                                                                   \
	TIMES "<c:Subject>A</c:Subject><b:Attachments><b:Attachment><b:DisplayName>plan.txt</"     \
	      "b:DisplayName><b:FileReference>f1</b:FileReference><b:Method>1</b:Method>"          \
	      "<b:EstimatedDataSize>8</b:EstimatedDataSize></b:Attachment>"                        \
	      "<b:Attachment><b:DisplayName>a\"b.txt</b:DisplayName><b:FileReference>f2</"         \
	      "b:FileReference></b:Attachment>"                                                    \
	      "<b:Attachment><b:DisplayName>dot.png</b:DisplayName><b:FileReference>f3</"          \
	      "b:FileReference><b:IsInline>1</b:IsInline></b:Attachment></b:Attachments>"

/* Files by key, as if all were here but those of @missing. */
static char *
dup_uri (const char *key, const char *name, gpointer missing)
{
	if (missing != NULL && strcmp (name, missing) == 0)
		return NULL;

	return g_strdup_printf ("file:///store/%s/%s", key, "file");
}

static char *
dup_key (const char *uri, gpointer missing)
{
	return g_str_has_prefix (uri, "file:///store/") && strlen (uri) > 14 + 40
		       ? g_strndup (uri + 14, 40)
		       : NULL;
}

static GBytes *
load (const char *uri, gpointer missing, GError **error)
{
	if (strstr (uri, "lost") != NULL) {
		eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0, "It is gone");
		return NULL;
	}

	return g_bytes_new_static ("content", 7);
}

static const EasMapFiles all_files = { dup_uri, dup_key, load, NULL };
static const EasMapFiles without_plan = { dup_uri, dup_key, load, (gpointer) "plan.txt" };

static EasMapContext
context_of (EasVersion version, const EasMapFiles *files)
{
	EasMapContext context = convert_context (version, NULL);

	context.files = files;
	return context;
}

/* As links to files that are here; pictures in the text are none. */
static void
test_read (void)
{
	EasMapContext all = context_of (EAS_VERSION_16_1, &all_files);
	EasMapContext some = context_of (EAS_VERSION_16_1, &without_plan);
	EasMapContext none = context_of (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (ATTACHED);
	g_autoptr (GPtrArray) files = eas_map_attachments_list (item);
	const EasMapFile *plan = files->pdata[0];
	g_autofree char *line =
		g_strdup_printf ("ATTACH;FILENAME=plan.txt:file:///store/%s/file", plan->key);
	g_autoptr (GPtrArray) of_all = convert_read (item, &all);
	g_autoptr (GPtrArray) of_some = convert_read (item, &some);
	g_autoptr (GPtrArray) of_none = convert_read (item, &none);
	g_autofree char *ical = convert_ical (of_all);
	g_autofree char *ical_some = convert_ical (of_some);
	g_autofree char *ical_none = convert_ical (of_none);

	g_assert_cmpuint (files->len, ==, 2);
	g_assert_cmpstr (plan->name, ==, "plan.txt");
	g_assert_cmpstr (plan->reference, ==, "f1");
	g_assert_cmpint (plan->size, ==, 8);
	convert_assert_has (ical, line);
	g_assert_nonnull (strstr (ical, "FILENAME=a'b.txt"));
	g_assert_null (strstr (ical, "dot.png"));
	g_assert_null (strstr (ical_some, "plan.txt"));
	g_assert_nonnull (strstr (ical_some, "FILENAME=a'b.txt"));
	g_assert_null (strstr (ical_none, "ATTACH"));
}

static char *
write_edited (EasVersion version, const EasMapFiles *files, const char *xml, const char *edit)
{
	EasMapContext context = context_of (version, files);
	g_autoptr (EasItem) item = convert_item (xml);

	return convert_write_edited (item, &context, 0, edit);
}

/* What is told is what changed: nothing of the attachments where other things did. */
static void
test_edits (void)
{
	static const char *const add = "+ATTACH;FILENAME=new.txt:file:///store/" KEY "/new.txt";
	g_autoptr (EasItem) item = convert_item (ATTACHED);
	g_autoptr (GPtrArray) files = eas_map_attachments_list (item);
	const EasMapFile *plan = files->pdata[0];
	const EasMapFile *other = files->pdata[1];
	g_autofree char *kept_line = g_strdup_printf ("ATTACH:file:///store/%s/file", other->key);
	g_autofree char *unseen =
		g_strdup_printf ("%s\nX-EVOLUTION-EAS-ATTACHED:%s", kept_line, other->key);
	g_autofree char *both = g_strdup_printf ("%s\n%s", kept_line, add);
	g_autofree char *titled =
		write_edited (EAS_VERSION_16_1, &all_files, ATTACHED, "SUMMARY:B");
	g_autofree char *added = write_edited (EAS_VERSION_16_0, &all_files, ATTACHED, add);
	g_autofree char *removed = write_edited (EAS_VERSION_16_1, &all_files, ATTACHED, kept_line);
	g_autofree char *not_seen = write_edited (EAS_VERSION_16_1, &all_files, ATTACHED, unseen);
	g_autofree char *replaced = write_edited (EAS_VERSION_16_1, &all_files, ATTACHED, both);
	g_autofree char *hidden =
		write_edited (EAS_VERSION_16_1, &without_plan, ATTACHED, "SUMMARY:B");
	g_autofree char *linked = write_edited (EAS_VERSION_16_1, &all_files, ATTACHED,
						"+ATTACH:https://example.org/a");

	convert_assert_lines (titled, "Change\n  Subject=B\n");
	convert_assert_lines (hidden, "Change\n  Subject=B\n");
	convert_assert_lines (not_seen, "");
	convert_assert_lines (linked, "");
	g_assert_nonnull (strstr (added, "Attachments{Add{ClientId=" KEY ";Content="));
	g_assert_nonnull (strstr (added, "DisplayName=new.txt;Method=1}}"));
	convert_assert_lines (removed, "Change\n  Attachments{Delete{FileReference=f1}}\n");
	g_assert_nonnull (strstr (replaced, "Add{ClientId=" KEY));
	g_assert_nonnull (strstr (replaced, "Delete{FileReference=f1}"));
	g_assert_null (strstr (replaced, "f2"));
	g_assert_cmpstr (plan->key, !=, other->key);
}

static char *
refused (EasVersion version, const char *ical)
{
	EasMapContext context = context_of (version, &all_files);
	g_autoptr (GPtrArray) components = convert_components (ical);
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) changes =
		eas_map_event_write (components, NULL, NULL, &context, &error);

	g_assert_null (changes);
	g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
	return g_strdup (error->message);
}

#define EVENT(lines)                                                                               \
	"BEGIN:VEVENT\nUID:1\nDTSTART:20260701T080000Z\nDTEND:20260701T090000Z\n" lines            \
	"\nEND:VEVENT\n"
#define OCCURRENCE(lines) EVENT ("RECURRENCE-ID:20260702T080000Z\n" lines)
#define FILE_LINE(name)   "ATTACH:file:///store/" KEY "/" name

static void
test_refused (void)
{
	g_autofree char *below = refused (EAS_VERSION_14_1, EVENT (FILE_LINE ("a.txt")));
	g_autofree char *lost = refused (EAS_VERSION_16_1, EVENT (FILE_LINE ("lost")));
	g_autofree char *occurrence =
		refused (EAS_VERSION_16_1,
			 EVENT ("RRULE:FREQ=DAILY;COUNT=9") OCCURRENCE (FILE_LINE ("a.txt")));
	EasMapContext context = context_of (EAS_VERSION_14_1, &all_files);
	g_autofree char *link = convert_write_new (EVENT ("ATTACH:https://example.org"), &context);
	EasMapContext newer = context_of (EAS_VERSION_16_1, &all_files);
	g_autofree char *of_series =
		convert_write_new (EVENT ("RRULE:FREQ=DAILY;COUNT=9\n" FILE_LINE ("a.txt"))
					   OCCURRENCE ("SUMMARY:Other\n" FILE_LINE ("a.txt")),
				   &newer);

	g_assert_nonnull (strstr (below, "keeps no attachments"));
	g_assert_nonnull (strstr (lost, "gone"));
	g_assert_nonnull (strstr (occurrence, "whole series"));
	g_assert_null (strstr (link, "Attachments"));
	g_assert_nonnull (strstr (of_series, "Attachments{Add{ClientId=" KEY));
}

/* A 14.1 server whose item still has what a newer one told: an edit is not kept from being sent. */
static void
test_older_version (void)
{
	g_autofree char *lines = write_edited (EAS_VERSION_14_1, &all_files, ATTACHED, "SUMMARY:B");

	convert_assert_has (lines, "Subject=B");
	g_assert_null (strstr (lines, "Attachment"));
}

/* From Add to the name that the server tells, in an answer or when it is asked. */
static void
test_told (void)
{
	EasMapContext context = context_of (EAS_VERSION_16_1, &all_files);
	g_autoptr (EasItem) item = convert_item (ATTACHED);
	g_autoptr (GPtrArray) shown = convert_read (item, &context);
	g_autoptr (GPtrArray) edited =
		convert_edit (shown, 0, "+ATTACH;FILENAME=new.txt:file:///store/" KEY "/file");
	g_autoptr (GPtrArray) changes = eas_map_event_write (edited, item, shown, &context, NULL);
	g_autoptr (EasItem) applied = eas_map_event_apply (item, changes, &context);
	g_autoptr (GPtrArray) again = eas_map_event_write (edited, applied, NULL, &context, NULL);
	g_autoptr (EasItem) answer =
		convert_item ("<c:UID>u</c:UID><b:Attachments><b:Attachment><b:ClientId>" KEY
			      "</b:ClientId><b:FileReference>f9</b:FileReference></b:Attachment></"
			      "b:Attachments>");
	g_autoptr (EasItem) answered = eas_map_attachments_answer (applied, answer);
	g_autoptr (EasItem) fetched = convert_item (
		TIMES "<b:Attachments><b:Attachment><b:DisplayName>plan.txt</b:DisplayName>"
		      "<b:FileReference>f1</b:FileReference></b:Attachment><b:Attachment>"
		      "<b:DisplayName>new.txt</b:DisplayName><b:FileReference>f9</b:FileReference>"
		      "</b:Attachment></b:Attachments>");
	g_autoptr (EasItem) learned = eas_map_attachments_learn (applied, fetched);
	g_autofree char *of_applied = convert_lines (applied);
	g_autofree char *of_answered = convert_lines (answered);
	g_autofree char *of_learned = convert_lines (learned);
	g_autofree char *removal = NULL;

	g_assert_cmpuint (again->len, ==, 0);
	g_assert_true (eas_map_attachments_untold (applied));
	g_assert_null (strstr (of_applied, "Content="));
	g_assert_false (eas_map_attachments_untold (answered));
	g_assert_nonnull (strstr (of_answered, "UID=u"));
	g_assert_nonnull (strstr (of_answered, "FileReference=f1"));
	g_assert_nonnull (strstr (of_answered, "DisplayName=new.txt;ClientId=" KEY));
	g_assert_nonnull (strstr (of_answered, "FileReference=f9"));
	g_assert_false (eas_map_attachments_untold (learned));
	g_assert_nonnull (strstr (of_learned, "FileReference=f9;ClientId=" KEY));
	g_assert_nonnull (strstr (of_learned, "Subject=A"));

	removal = convert_write_edited (answered, &context, 0, "-ATTACH");
	g_assert_nonnull (strstr (removal, "Delete{FileReference=f9}"));
}

/* After a lost answer or a reset: by name, and by what the server calls it where both know. */
static void
test_same (void)
{
	EasMapContext context = context_of (EAS_VERSION_16_1, &all_files);
	g_autoptr (EasItem) one = convert_item (ATTACHED);
	g_autoptr (EasItem) none = convert_item (TIMES "<c:Subject>A</c:Subject>");
	g_autoptr (EasItem) untold = convert_item (
		TIMES "<c:Subject>A</c:Subject><b:Attachments><b:Attachment><b:DisplayName>x</"
		      "b:DisplayName><b:ClientId>" KEY
		      "</b:ClientId></b:Attachment></b:Attachments>");
	g_autoptr (EasItem) told = convert_item (
		TIMES "<c:Subject>A</c:Subject><b:Attachments><b:Attachment><b:DisplayName>x</"
		      "b:DisplayName><b:FileReference>1</b:FileReference></b:Attachment>"
		      "</b:Attachments>");
	g_autoptr (EasItem) replaced = convert_item (
		TIMES "<c:Subject>A</c:Subject><b:Attachments><b:Attachment><b:DisplayName>x</"
		      "b:DisplayName><b:FileReference>2</b:FileReference></b:Attachment>"
		      "</b:Attachments>");

	g_assert_true (eas_map_event_same_content (one, one, &context));
	g_assert_false (eas_map_event_same_content (one, none, &context));
	g_assert_true (eas_map_event_same_content (untold, told, &context));
	g_assert_false (eas_map_event_same_content (told, replaced, &context));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/map/attachments/read", test_read);
	g_test_add_func ("/map/attachments/edits", test_edits);
	g_test_add_func ("/map/attachments/refused", test_refused);
	g_test_add_func ("/map/attachments/older-version", test_older_version);
	g_test_add_func ("/map/attachments/told", test_told);
	g_test_add_func ("/map/attachments/same", test_same);

	return g_test_run ();
}
