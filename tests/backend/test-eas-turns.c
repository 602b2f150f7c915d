/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Turns: so many and no more, given back by whoever ends or dies. */

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "e-eas-turns.h"

typedef struct {
	char *directory;
} Place;

static void
set_up (Place *place, gconstpointer data)
{
	place->directory = g_dir_make_tmp ("eas-turns-XXXXXX", NULL);
	g_assert_nonnull (place->directory);
}

static void
tear_down (Place *place, gconstpointer data)
{
	for (guint i = 1; i <= E_EAS_N_TURNS; i++) {
		g_autofree char *name = g_strdup_printf ("turn-%u", i);
		g_autofree char *path = g_build_filename (place->directory, name, NULL);

		g_unlink (path);
	}
	g_assert_cmpint (g_rmdir (place->directory), ==, 0);
	g_free (place->directory);
}

static int
take (Place *place)
{
	int fd = -2;

	g_assert_true (e_eas_turns_take (place->directory, &fd));
	g_assert_cmpint (fd, >=, 0);

	return fd;
}

static void
assert_none (Place *place)
{
	int fd = -2;

	g_assert_false (e_eas_turns_take (place->directory, &fd));
	g_assert_cmpint (fd, ==, -1);
}

static void
test_so_many (Place *place, gconstpointer data)
{
	int turns[E_EAS_N_TURNS];

	for (guint i = 0; i < E_EAS_N_TURNS; i++)
		turns[i] = take (place);
	assert_none (place);
	for (guint i = 0; i < E_EAS_N_TURNS; i++) {
		close (turns[i]);
		turns[i] = take (place);
		assert_none (place);
	}
	for (guint i = 0; i < E_EAS_N_TURNS; i++)
		close (turns[i]);
}

static void
test_dead (Place *place, gconstpointer data)
{
	int ends[2];
	char byte;
	pid_t pid;

	g_assert_cmpint (pipe (ends), ==, 0);
	pid = fork ();
	if (pid == 0) {
		int fd;

		for (guint i = 0; i < E_EAS_N_TURNS; i++)
			if (!e_eas_turns_take (place->directory, &fd))
				_exit (1);
		if (write (ends[1], "x", 1) != 1)
			_exit (1);
		for (;;)
			pause ();
	}
	g_assert_cmpint (pid, >, 0);
	close (ends[1]);
	g_assert_cmpint (read (ends[0], &byte, 1), ==, 1);
	close (ends[0]);
	assert_none (place);
	kill (pid, SIGKILL);
	g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
	close (take (place));
}

static void
test_no_directory (Place *place, gconstpointer data)
{
	g_autofree char *nowhere = g_build_filename (place->directory, "nowhere", NULL);

	for (guint i = 0; i <= E_EAS_N_TURNS; i++) {
		int fd = -2;

		g_assert_true (e_eas_turns_take (nowhere, &fd));
		g_assert_cmpint (fd, ==, -1);
	}
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	g_test_add ("/turns/so-many", Place, NULL, set_up, test_so_many, tear_down);
	g_test_add ("/turns/dead", Place, NULL, set_up, test_dead, tear_down);
	g_test_add ("/turns/no-directory", Place, NULL, set_up, test_no_directory, tear_down);

	return g_test_run ();
}
