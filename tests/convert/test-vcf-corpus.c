/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * vCards in the manner of the programs and phones that write them
 * (tests/corpus/vcf): each arrives with what INDEX.tsv says, or is refused with a
 * reason; what arrived is shown, and is no edit.
 */

#include "contact-test.h"

#include <string.h>

typedef struct {
	EasVersion version;
	guint n_files;
	GString *faults;
} Run;

/* The cards of a file, each with its frame. */
static GPtrArray *
split_cards (const char *text)
{
	GPtrArray *cards = g_ptr_array_new_with_free_func (g_free);
	const char *begins = text;

	while (begins != NULL) {
		const char *next = strstr (begins + 1, "BEGIN:VCARD");

		/* Not one that is the value of a property. */
		while (next != NULL && next[-1] != '\n' && next[-1] != '\r')
			next = strstr (next + 1, "BEGIN:VCARD");
		g_ptr_array_add (cards, next != NULL ? g_strndup (begins, (gsize) (next - begins))
						     : g_strdup (begins));
		begins = next;
	}

	return cards;
}

static void
check_arrived (const char *file, const EasItem *item, const EasMapContext *context)
{
	EContact *shown = contact_read (item, context);
	EContact *again = contact_through_text (shown);
	g_autofree char *untouched = contact_write_edited (item, context, "");
	g_autoptr (GPtrArray) changes = eas_map_contact_write (again, item, shown, context, NULL);

	if (*untouched != '\0' || changes->len != 0)
		g_error ("%s: shown and not edited, and yet: %s", file, untouched);
	g_object_unref (shown);
	g_object_unref (again);
}

/* What is sent for it, or NULL. */
static char *
send_card (const char *file, const char *card, const EasMapContext *context)
{
	g_autoptr (GError) error = NULL;
	EContact *contact = e_contact_new_from_vcard (card);
	g_autoptr (GPtrArray) changes =
		eas_map_contact_write (contact, NULL, NULL, context, &error);
	char *lines = NULL;

	if (changes == NULL) {
		g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
		g_assert_cmpuint (strlen (error->message), >, 20);
	} else {
		g_assert_cmpuint (changes->len, ==, 1);
		check_arrived (file, ((EasSyncChange *) changes->pdata[0])->item, context);
		lines = convert_change_lines (changes);
	}
	g_object_unref (contact);

	return lines;
}

static gboolean
has_line (const char *text, const char *line)
{
	g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

	for (guint i = 0; lines[i] != NULL; i++) {
		if (strcmp (g_strstrip (lines[i]), line) == 0)
			return TRUE;
	}

	return FALSE;
}

static void
check_file (char **columns, gpointer user_data)
{
	Run *run = user_data;
	EasMapContext context = convert_context (run->version, NULL);
	g_autofree char *path = g_strconcat ("corpus/vcf/", columns[0], NULL);
	g_autofree char *text = eas_test_load_text (path);
	g_autoptr (GPtrArray) cards = split_cards (text);
	gboolean arrives = strcmp (columns[1], "arrives") == 0;
	GString *sent = g_string_new (NULL);

	for (guint i = 0; i < cards->len; i++) {
		g_autofree char *lines = send_card (columns[0], cards->pdata[i], &context);

		if ((lines != NULL) != arrives)
			g_string_append_printf (run->faults, "%s %s\n", columns[0],
						lines != NULL ? "arrives" : "is refused");
		g_string_append (sent, lines != NULL ? lines : "");
	}
	if (*columns[2] != '\0' && !has_line (sent->str, columns[2]))
		g_string_append_printf (run->faults, "%s: no \"%s\" in\n%s", columns[0], columns[2],
					sent->str);
	g_string_free (sent, TRUE);
	run->n_files++;
}

static void
test_version (gconstpointer data)
{
	g_autoptr (GString) faults = g_string_new (NULL);
	Run run = { *(const EasVersion *) data, 0, faults };

	eas_test_each_row ("corpus/vcf/INDEX.tsv", 3, check_file, &run);
	if (faults->len > 0)
		g_error ("%s", faults->str);
	g_assert_cmpuint (run.n_files, >=, 100);
}

/* Cut, doubled and swapped: whatever EDS makes of that, what we make of it holds. */
static void
mutate_file (char **columns, gpointer user_data)
{
	GRand *rand = user_data;
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autofree char *path = g_strconcat ("corpus/vcf/", columns[0], NULL);
	g_autoptr (GBytes) bytes = eas_test_load (path);
	guint n = g_getenv ("EAS_SOAK") != NULL ? 500 : 10;

	for (guint i = 0; i < n; i++) {
		g_autoptr (GBytes) mutant = eas_test_mutate (rand, bytes);
		gsize size;
		const char *data = g_bytes_get_data (mutant, &size);
		g_autofree char *card = g_strndup (data, size);
		g_autofree char *lines = send_card (columns[0], card, &context);
	}
}

static void
test_mutants (void)
{
	g_autoptr (GRand) rand = eas_test_rand (2101);

	eas_test_each_row ("corpus/vcf/INDEX.tsv", 3, mutate_file, rand);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	/* EDS warns of what is odd in a card, and some are. */
	g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
	for (guint v = 0; v < convert_n_versions; v++) {
		g_autofree char *path =
			g_strdup_printf ("/vcf/%s", eas_version_to_string (convert_versions[v]));

		g_test_add_data_func (path, &convert_versions[v], test_version);
	}
	g_test_add_func ("/vcf/mutants", test_mutants);

	return g_test_run ();
}
