/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What every test program may need: fixtures, bytes and reproducible chance.
 * GLib only. A fixture is named by its path below tests/.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Files below tests/; a missing one aborts the test. */
char    *eas_test_path       (const char *path);      /* (transfer full): absolute */
GBytes  *eas_test_load       (const char *path);
char    *eas_test_load_text  (const char *path);
GBytes  *eas_test_load_hex   (const char *path);      /* bytes as hex digits; '#' starts a comment up to the end of the line */

/* Calls @row for each line after the first with its tab-separated columns. Returns how many. */
typedef void (*EasTestRow)   (char **columns, gpointer user_data);
guint    eas_test_each_row   (const char *path, guint n_columns, EasTestRow row, gpointer user_data);

/* Bytes. */
GBytes  *eas_test_unhex      (const char *hex);       /* white space and comments allowed */
char    *eas_test_hex        (GBytes *bytes);         /* "03 01 6A 00" */
GBytes  *eas_test_cut        (GBytes *bytes, gsize size); /* the first @size, in a block of exactly that size */

#define eas_test_assert_bytes(bytes, expected) \
	eas_test_assert_bytes_at (G_STRLOC, (bytes), (expected))
void     eas_test_assert_bytes_at (const char *where, GBytes *bytes, GBytes *expected); /* says where they differ */

/*
 * Chance that repeats: the same @seed gives the same run on every machine. The
 * seed is printed in the TAP output; EAS_TEST_SEED replaces it.
 */
GRand   *eas_test_rand       (guint32 seed);
guint    eas_test_rand_below (GRand *rand, guint bound); /* 0 when @bound is 0 */
gboolean eas_test_rand_one_in (GRand *rand, guint n);
char    *eas_test_rand_text  (GRand *rand, guint max_characters); /* legal text of many scripts, line breaks included */
GBytes  *eas_test_rand_bytes (GRand *rand, gsize size);
/* @bytes with one to four faults: bits, bytes, pieces cut out, doubled, or moved. */
GBytes  *eas_test_mutate     (GRand *rand, GBytes *bytes);

G_END_DECLS
