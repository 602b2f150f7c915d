/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a Change of a flat class carries: a small table in both of its ways. */

#include "convert-test.h"
#include "eas-map-body.h"
#include "eas-map-flat.h"

#define BOTH EAS_MAP_BOTH
#define OURS EAS_MAP_OURS

/* clang-format off */
static const EasMapRow rows[] = {
	{ EAS_TASKS_SUBJECT,         EAS_ANY, BOTH | OURS,                    ICAL_SUMMARY_PROPERTY,     &eas_codec_text },
	{ EAS_TASKS_SENSITIVITY,     EAS_ANY, BOTH | OURS | EAS_MAP_DEMANDED, ICAL_CLASS_PROPERTY,       &eas_codec_class },
	{ EAS_TASKS_CATEGORIES,      EAS_ANY, BOTH | OURS | EAS_MAP_STAYS,    ICAL_CATEGORIES_PROPERTY,  &eas_codec_categories,
	  EAS_MAP_TAG (EAS_TASKS_CATEGORY) },
	{ EAS_AIRSYNCBASE_BODY,      EAS_ANY, BOTH | EAS_MAP_STAYS,           ICAL_DESCRIPTION_PROPERTY, &eas_codec_body },
	{ EAS_NOTES_MESSAGE_CLASS,   EAS_ANY, BOTH | OURS | EAS_MAP_KEEP,     ICAL_COMMENT_PROPERTY,     &eas_codec_text },
	{ EAS_NOTES_SUBJECT,         EAS_ANY, BOTH | OURS | EAS_MAP_QUIET,    ICAL_URL_PROPERTY,         &eas_codec_text },
	EAS_MAP_CARRIED (EAS_TASKS_SUB_ORDINAL_DATE, "for this test"),
	EAS_MAP_IGNORE (EAS_TASKS_ORDINAL_DATE, "for this test"),
};
/* clang-format on */

/* Up to 14.1 with a Supported list, from 16.0 whole. */
static const EasMapTable table = { "flat", rows, G_N_ELEMENTS (rows), NULL, 0, EAS_BELOW_16_0 };

static char *
write_lines (const char *baseline, const char *shown, const char *edited, EasVersion version)
{
	EasMapContext context = convert_context (version, NULL);
	g_autoptr (EasItem) baseline_item = convert_item (baseline);
	g_autoptr (EasItem) shown_form = convert_item (shown);
	g_autoptr (EasItem) edited_form = convert_item (edited);
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) changes = eas_map_flat_write (&table, baseline_item, shown_form, NULL,
							    edited_form, &context, &error);

	g_assert_no_error (error);
	return convert_change_lines (changes);
}

#define SERVER                                                                                     \
	"<t:Subject>Milk</t:Subject><t:Categories><t:Category>Shop</t:Category></t:Categories>"    \
	"<b:NativeBodyType>1</b:NativeBodyType><b:Body><b:Type>1</b:Type>"                         \
	"<b:EstimatedDataSize>2</b:EstimatedDataSize><b:Data>Hi</b:Data></b:Body>"                 \
	"<t:SubOrdinalDate>5</t:SubOrdinalDate><t:OrdinalDate>2026-03-16T09:00:00.000Z"            \
	"</t:OrdinalDate><n:MessageClass>IPM.X</n:MessageClass><n:Subject>old</n:Subject>"         \
	"<g:token page=\"30\" code=\"07\">42</g:token>"
#define FORM                                                                                       \
	"<t:Subject>Milk</t:Subject><t:Sensitivity>0</t:Sensitivity>"                              \
	"<t:Categories><t:Category>Shop</t:Category></t:Categories>"                               \
	"<b:Body><b:Type>1</b:Type><b:Data>Hi</b:Data></b:Body>"                                   \
	"<n:MessageClass>IPM.Y</n:MessageClass><n:Subject>new</n:Subject>"

static char *
without (const char *form, const char *piece)
{
	g_auto (GStrv) parts = g_strsplit (form, piece, 2);

	g_assert_nonnull (parts[1]);
	return g_strconcat (parts[0], parts[1], NULL);
}

static char *
replaced (const char *form, const char *piece, const char *by)
{
	g_auto (GStrv) parts = g_strsplit (form, piece, 2);

	g_assert_nonnull (parts[1]);
	return g_strjoinv (by, parts);
}

static void
test_nothing (void)
{
	/* What only travels with others, and what was written once, is no change. */
	g_autofree char *edited = replaced (FORM, "new", "newer");
	g_autofree char *other = replaced (edited, "IPM.Y", "IPM.Z");
	g_autofree char *listed = write_lines (SERVER, FORM, other, EAS_VERSION_14_1);
	g_autofree char *whole = write_lines (SERVER, FORM, other, EAS_VERSION_16_1);

	g_assert_cmpstr (listed, ==, "");
	g_assert_cmpstr (whole, ==, "");
}

static void
test_whole (void)
{
	g_autofree char *edited = replaced (FORM, "Milk", "Bread");
	g_autofree char *lines = write_lines (SERVER, FORM, edited, EAS_VERSION_16_1);

	/* The unknown and the carried go back, the server's own does not; what is demanded is
	 * there. */
	convert_assert_lines (lines, "Change\n"
				     "  0x1e07=42\n"
				     "  Body{Type=1;Data=Hi}\n"
				     "  Categories{Category=Shop}\n"
				     "  MessageClass=IPM.X\n"
				     "  Sensitivity=0\n"
				     "  SubOrdinalDate=5\n"
				     "  Subject=Bread\n"
				     "  Subject=new\n");
}

static void
test_listed (void)
{
	g_autofree char *edited = replaced (FORM, "Milk", "Bread");
	g_autofree char *lines = write_lines (SERVER, FORM, edited, EAS_VERSION_14_1);

	convert_assert_lines (lines, "Change\n"
				     "  Categories{Category=Shop}\n"
				     "  MessageClass=IPM.X\n"
				     "  Sensitivity=0\n"
				     "  Subject=Bread\n"
				     "  Subject=new\n");
}

static void
test_gone (void)
{
	g_autofree char *edited = without (FORM, "<t:Subject>Milk</t:Subject>");
	g_autofree char *bare =
		without (edited, "<t:Categories><t:Category>Shop</t:Category></t:Categories>");
	g_autofree char *listed = write_lines (SERVER, FORM, bare, EAS_VERSION_14_1);
	g_autofree char *whole = write_lines (SERVER, FORM, bare, EAS_VERSION_16_1);

	convert_assert_has (listed, "Subject");
	convert_assert_has (listed, "Categories");
	/* In a whole item what is gone is absent, but for what would then stay. */
	convert_assert_has (whole, "Categories");
	convert_assert_lacks (whole, "Subject\n");
	convert_assert_lacks (whole, "Milk");
}

/* The server has it already: somebody else made the same edit. */
static void
test_already_there (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autofree char *shown_xml = replaced (FORM, "Milk", "Bread");
	g_autoptr (EasItem) baseline = convert_item (SERVER);
	g_autoptr (EasItem) base = convert_item (FORM);
	g_autoptr (EasItem) shown = convert_item (shown_xml);
	g_autoptr (GPtrArray) changes =
		eas_map_flat_write (&table, baseline, base, shown, base, &context, NULL);

	g_assert_cmpuint (changes->len, ==, 0);
}

static void
test_add (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (EasItem) form = convert_item (FORM);
	g_autoptr (GPtrArray) changes =
		eas_map_flat_write (&table, NULL, NULL, NULL, form, &context, NULL);
	g_autoptr (EasItem) applied = eas_map_flat_apply (&table, NULL, changes, &context);
	const EasSyncChange *change = changes->pdata[0];

	g_assert_cmpuint (changes->len, ==, 1);
	g_assert_cmpint (change->kind, ==, EAS_CHANGE_ADD);
	g_assert_true (eas_item_equal (change->item, form));
	g_assert_true (eas_item_equal (applied, form));
}

/* What the server holds after a Change, in both ways. */
static void
test_apply (void)
{
	static const EasVersion versions[] = { EAS_VERSION_14_1, EAS_VERSION_16_1 };

	for (guint v = 0; v < G_N_ELEMENTS (versions); v++) {
		EasMapContext context = convert_context (versions[v], NULL);
		g_autofree char *edited_xml = without (FORM, "<t:Subject>Milk</t:Subject>");
		g_autoptr (EasItem) baseline = convert_item (SERVER);
		g_autoptr (EasItem) form = convert_item (FORM);
		g_autoptr (EasItem) edited = convert_item (edited_xml);
		g_autoptr (GPtrArray) changes =
			eas_map_flat_write (&table, baseline, form, NULL, edited, &context, NULL);
		g_autoptr (EasItem) applied =
			eas_map_flat_apply (&table, baseline, changes, &context);
		g_autofree char *lines = convert_lines (applied);

		convert_assert_has (lines, "0x1e07=42");
		convert_assert_has (lines, "NativeBodyType=1");
		/* Unedited, it is the server's to the byte: a merge must not see an edit. */
		convert_assert_has (lines, "Body{Type=1;EstimatedDataSize=2;Data=Hi}");
		convert_assert_has (lines, "OrdinalDate=2026-03-16T09:00:00.000Z");
		convert_assert_has (lines, "SubOrdinalDate=5");
		convert_assert_has (lines, "Categories{Category=Shop}");
		convert_assert_has (lines, "Subject=new");
		convert_assert_lacks (lines, "Milk");
	}
}

static void
test_same (void)
{
	g_autofree char *wrapped_xml = replaced (FORM, "Hi", "H&#13;&#10;i");
	g_autofree char *classed_xml = replaced (FORM, "IPM.Y", "IPM.Z");
	g_autofree char *other_xml = replaced (FORM, "Milk", "Bread");
	g_autoptr (EasItem) form = convert_item (FORM);
	g_autoptr (EasItem) wrapped = convert_item (wrapped_xml);
	g_autoptr (EasItem) classed = convert_item (classed_xml);
	g_autoptr (EasItem) other = convert_item (other_xml);

	g_assert_true (eas_map_flat_same (&table, form, wrapped));
	g_assert_true (eas_map_flat_same (&table, form, classed));
	g_assert_false (eas_map_flat_same (&table, form, other));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/map/flat/nothing", test_nothing);
	g_test_add_func ("/map/flat/whole", test_whole);
	g_test_add_func ("/map/flat/listed", test_listed);
	g_test_add_func ("/map/flat/gone", test_gone);
	g_test_add_func ("/map/flat/already-there", test_already_there);
	g_test_add_func ("/map/flat/add", test_add);
	g_test_add_func ("/map/flat/apply", test_apply);
	g_test_add_func ("/map/flat/same", test_same);

	return g_test_run ();
}
