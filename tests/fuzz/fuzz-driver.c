/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Runs a fuzz target without libFuzzer: every file of the corpus as it is, then
 * seeded mutations of them until the time is over. The same seed gives the same
 * inputs. fuzz-TARGET FILE runs that file alone.
 *
 * EAS_FUZZ_SECONDS: how long, default 2. EAS_TEST_SEED: another seed.
 */

#include <stdlib.h>
#include <string.h>

#include "eas-test.h"

#include "fuzz.h"

#define MAX_RUNS 100000 /* a slice stays a slice on a fast machine */

static void
run (GBytes *bytes)
{
	gsize size;
	const guint8 *data = g_bytes_get_data (bytes, &size);

	LLVMFuzzerTestOneInput (data, size);
}

static void
load (const char *name, GPtrArray *corpus)
{
	g_autoptr (GError) error = NULL;
	char *data;
	gsize size;

	if (!g_file_get_contents (name, &data, &size, &error))
		g_error ("%s", error->message);

	g_ptr_array_add (corpus, g_bytes_new_take (data, size));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
	return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Sorted: the order of a directory differs from machine to machine. */
static void
load_all (const char *name, GPtrArray *corpus)
{
	g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (GDir) directory = g_dir_open (name, 0, NULL);
	const char *entry;
	guint ii;

	if (directory == NULL) {
		load (name, corpus);
		return;
	}

	while ((entry = g_dir_read_name (directory)) != NULL)
		g_ptr_array_add (names, g_build_filename (name, entry, NULL));

	g_ptr_array_sort (names, compare_names);
	for (ii = 0; ii < names->len; ii++)
		load (g_ptr_array_index (names, ii), corpus);
}

static guint
run_mutants (GPtrArray *corpus, gdouble seconds)
{
	g_autoptr (GRand) rand = eas_test_rand (1);
	g_autoptr (GTimer) timer = g_timer_new ();
	guint n_runs;

	for (n_runs = 0; n_runs < MAX_RUNS && g_timer_elapsed (timer, NULL) < seconds; n_runs++) {
		guint index = eas_test_rand_below (rand, corpus->len);
		g_autoptr (GBytes) mutant = NULL;

		mutant = eas_test_mutate (rand, g_ptr_array_index (corpus, index));
		run (mutant);
	}

	return n_runs;
}

int
main (int argc, char **argv)
{
	g_autoptr (GPtrArray) corpus = NULL;
	const char *seconds = g_getenv ("EAS_FUZZ_SECONDS");
	gboolean alone;
	guint ii, n_runs = 0;

	corpus = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
	g_test_init (&argc, &argv, NULL);
	for (ii = 1; ii < (guint) argc; ii++)
		load_all (argv[ii], corpus);

	if (corpus->len == 0)
		g_error ("no corpus");

	alone = corpus->len == 1;
	for (ii = 0; ii < corpus->len; ii++)
		run (g_ptr_array_index (corpus, ii));
	if (!alone)
		n_runs = run_mutants (corpus, seconds != NULL ? atof (seconds) : 2);

	g_print ("1..1\nok 1 - %u files, %u mutants\n", corpus->len, n_runs);

	return EXIT_SUCCESS;
}
