/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * docs/mapping-*.md say what the tables say: between the two marks of each file
 * stands its table. EAS_UPDATE_DOCS=1 writes it anew; what is around it is written
 * by hand.
 */

#include "convert-test.h"
#include "eas-map-contact-parts.h"
#include "eas-map-event-table.h"
#include "eas-map-note.h"
#include "eas-map-task.h"

#include <string.h>

#define BEGINS "<!-- the table: made by EAS_UPDATE_DOCS=1 meson test map-docs -->\n"
#define ENDS   "<!-- end of the table -->\n"

typedef struct {
	const EasMapTable *table;
	const char *here; /* heading of the desktop's side */
	void (*describe) (const EasMapRow *row, GString *out);
} Document;

/* The desktop's side. */

static void
describe_ical (const EasMapRow *row, GString *out)
{
	const char *name = NULL;

	if (row->property == ICAL_X_PROPERTY)
		name = row->argument;
	else if (row->property != 0)
		name = icalproperty_kind_to_string ((icalproperty_kind) row->property);

	g_string_append (out, name != NULL ? name : "");
}

static void
describe_vcard (const EasMapRow *row, GString *out)
{
	static const char *const of_name[] = { "family", "given", "additional", "prefix",
					       "suffix" };
	static const char *const of_organization[] = { "organization", "unit", "office" };
	static const char *const of_address[] = { "box",    "extended", "street", "locality",
						  "region", "code",     "country" };
	const EasContactPlace *place = eas_contact_place (row);

	g_string_append (out, place->property);
	if (place->type != NULL)
		g_string_append_printf (out, ";TYPE=%s", place->type);
	if (place->type2 != NULL)
		g_string_append_printf (out, ",%s", place->type2);
	if (place->kind == EAS_CONTACT_FIELD)
		g_string_append_printf (out, ": %s",
					strcmp (place->property, EVC_N) == 0 ? of_name[place->field]
					: strcmp (place->property, EVC_ADR) == 0
						? of_address[place->field]
						: of_organization[place->field]);
	if (place->kind == EAS_CONTACT_IM)
		g_string_append (out, " (X-JABBER, X-SIP, X-SKYPE ... by its scheme)");
}

static const Document documents[] = {
	{ &eas_event_table, "iCalendar", describe_ical },
	{ &eas_task_table, "iCalendar", describe_ical },
	{ &eas_note_table, "iCalendar", describe_ical },
	{ &eas_contact_table, "vCard", describe_vcard },
};

/* The wire's side. */

static void
describe_element (EasTag tag, GString *out)
{
	g_string_append_printf (out, "%s:%s", eas_page_get_name (EAS_TAG_PAGE (tag)),
				eas_tag_get_name (tag));
}

static void
describe_versions (const EasMapRow *row, GString *out)
{
	guint since = MAX (row->versions.since, eas_tag_get_since (row->tag));
	guint until = MIN (row->versions.until, eas_tag_get_until (row->tag));

	if (since <= EAS_VERSION_12_0 && until >= EAS_VERSION_16_1)
		g_string_append (out, "all");
	else if (until >= EAS_VERSION_16_1)
		g_string_append_printf (out, "%u.%u on", since / 10, since % 10);
	else
		g_string_append_printf (out, "to %u.%u", until / 10, until % 10);
}

/* clang-format off */
static const struct {
	guint how;
	const char *text;
} remarks[] = {
	{ EAS_MAP_INSTANCE, "also of one occurrence" },
	{ EAS_MAP_INVITEE,  "invited people may change it" },
	{ EAS_MAP_KEEP,     "written once" },
	{ EAS_MAP_QUIET,    "goes with other changes" },
	{ EAS_MAP_ADD_ONLY, "new items only" },
	{ EAS_MAP_STAYS,    "stays when left out" },
	{ EAS_MAP_DEMANDED, "in every change" },
};
/* clang-format on */

static void
describe_how (const EasMapRow *row, GString *out)
{
	gboolean has_read = (row->how & EAS_MAP_READ) != 0;
	gboolean has_write = (row->how & EAS_MAP_WRITE) != 0;

	g_string_append (out, has_read && has_write ? "both ways" : has_read ? "read" : "written");
	for (guint i = 0; i < G_N_ELEMENTS (remarks); i++) {
		if ((row->how & remarks[i].how) != 0)
			g_string_append_printf (out, ", %s", remarks[i].text);
	}
}

static void
describe_table (const Document *document, GString *out)
{
	const EasMapTable *table = document->table;

	g_string_append_printf (out, "| element | versions | %s | how |\n|---|---|---|---|\n",
				document->here);
	for (guint i = 0; i < table->n_rows; i++) {
		const EasMapRow *row = &table->rows[i];

		if (row->codec == NULL)
			continue;
		g_string_append (out, "| ");
		describe_element (row->tag, out);
		g_string_append (out, " | ");
		describe_versions (row, out);
		g_string_append (out, " | ");
		document->describe (row, out);
		g_string_append (out, " | ");
		describe_how (row, out);
		g_string_append (out, " |\n");
	}

	g_string_append (out, "\n| not a property of its own | why |\n|---|---|\n");
	for (guint i = 0; i < table->n_rows; i++) {
		const EasMapRow *row = &table->rows[i];

		if (row->codec != NULL)
			continue;
		g_string_append (out, "| ");
		describe_element (row->tag, out);
		g_string_append_printf (out, " | %s%s |\n", row->reason,
					(row->how & EAS_MAP_CARRY) != 0 ? "; sent back as it is"
									: "");
	}
}

/* Against the file. */

static void
test_document (gconstpointer data)
{
	const Document *document = data;
	g_autofree char *path = g_strdup_printf ("../docs/mapping-%s.md", document->table->name);
	g_autofree char *file = eas_test_path (path);
	g_autofree char *text = eas_test_load_text (path);
	g_autoptr (GString) table = g_string_new (NULL);
	g_autoptr (GString) whole = g_string_new (NULL);
	const char *begins = strstr (text, BEGINS), *ends = strstr (text, ENDS);

	if (begins == NULL || ends == NULL || ends < begins)
		g_error ("%s lacks the marks of its table", file);

	describe_table (document, table);
	g_string_append_len (whole, text, begins + strlen (BEGINS) - text);
	g_string_append (whole, table->str);
	g_string_append (whole, ends);
	if (strcmp (whole->str, text) == 0)
		return;

	if (g_getenv ("EAS_UPDATE_DOCS") == NULL)
		g_error ("%s is not what its table says: EAS_UPDATE_DOCS=1 meson test map-docs",
			 file);
	g_assert_true (g_file_set_contents (file, whole->str, -1, NULL));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS (documents); i++) {
		g_autofree char *path = g_strdup_printf ("/map/docs/%s", documents[i].table->name);

		g_test_add_data_func (path, &documents[i], test_document);
	}

	return g_test_run ();
}
