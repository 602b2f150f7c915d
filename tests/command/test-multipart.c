/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eas-multipart.c */

#include "command-test.h"

#include "eas-multipart.h"

/* Two parts, "ABC" and an empty one, behind a table of 20 bytes. */
#define TWO_PARTS "02 00 00 00  14 00 00 00 03 00 00 00  17 00 00 00 00 00 00 00  41 42 43"

static void
test_split (void)
{
	g_autoptr (GBytes) body = eas_test_unhex (TWO_PARTS);
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) parts = eas_multipart_split (body, &error);

	g_assert_no_error (error);
	g_assert_cmpuint (parts->len, ==, 2);
	g_assert_cmpmem (g_bytes_get_data (parts->pdata[0], NULL),
			 g_bytes_get_size (parts->pdata[0]), "ABC", 3);
	g_assert_cmpuint (g_bytes_get_size (parts->pdata[1]), ==, 0);

	/* Slices, not copies: an attachment may be large. */
	g_assert_true (g_bytes_get_data (parts->pdata[0], NULL) ==
		       (const guint8 *) g_bytes_get_data (body, NULL) + 20);
}

static void
test_overlapping (void)
{
	g_autoptr (GBytes) body = eas_test_unhex (
		"02 00 00 00  14 00 00 00 03 00 00 00  15 00 00 00 01 00 00 00  41 42 43");
	g_autoptr (GPtrArray) parts = eas_multipart_split (body, NULL);

	g_assert_nonnull (parts);
	g_assert_cmpmem (g_bytes_get_data (parts->pdata[1], NULL), 1, "B", 1);
}

static const char *const refused[] = {
	"",
	"01 00 00",
	"00 00 00 00",                                    /* no part */
	"01 00 00 00",                                    /* no table */
	"01 00 00 00  0C 00 00 00 01 00 00",              /* half an entry */
	"01 00 00 00  0C 00 00 00 04 00 00 00  41 42 43", /* longer than the body */
	"01 00 00 00  10 00 00 00 01 00 00 00  41 42 43", /* behind the body */
	"01 00 00 00  04 00 00 00 04 00 00 00  41 42 43", /* inside the table */
	"01 00 00 00  0C 00 00 00 FF FF FF FF  41 42 43", /* the sum would overflow */
	"01 00 00 00  FF FF FF FF 0D 00 00 00  41 42 43",
	"01 04 00 00  0C 00 00 00 01 00 00 00  41 42 43", /* 1025 parts */
	"FF FF FF FF  0C 00 00 00 01 00 00 00  41 42 43",
	"00 00 00 20  0C 00 00 00 01 00 00 00  41 42 43", /* the table's size would overflow */
};

static void
test_refused (void)
{
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (refused); ii++) {
		g_autoptr (GBytes) body = eas_test_unhex (refused[ii]);
		g_autoptr (GError) error = NULL;

		g_assert_null (eas_multipart_split (body, &error));
		g_assert_error (error, EAS_ERROR, EAS_ERROR_PROTOCOL);
	}
}

static void
test_cut (void)
{
	g_autoptr (GBytes) body = eas_test_unhex (TWO_PARTS);
	gsize ii;

	for (ii = 0; ii < g_bytes_get_size (body); ii++) {
		g_autoptr (GBytes) cut = eas_test_cut (body, ii);

		g_assert_null (eas_multipart_split (cut, NULL));
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/multipart/split-50", test_split);
	g_test_add_func ("/multipart/overlapping", test_overlapping);
	g_test_add_func ("/multipart/refused", test_refused);
	g_test_add_func ("/multipart/cut", test_cut);

	return g_test_run ();
}
