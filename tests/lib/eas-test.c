/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stdlib.h>
#include <string.h>

#include "eas-test.h"

char *
eas_test_path (const char *path)
{
	return g_test_build_filename (G_TEST_DIST, path, NULL);
}

GBytes *
eas_test_load (const char *path)
{
	g_autofree char *name = eas_test_path (path);
	g_autoptr (GError) error = NULL;
	char *data;
	gsize size;

	g_file_get_contents (name, &data, &size, &error);
	g_assert_no_error (error);

	return g_bytes_new_take (data, size);
}

char *
eas_test_load_text (const char *path)
{
	g_autofree char *name = eas_test_path (path);
	g_autoptr (GError) error = NULL;
	char *text;

	g_file_get_contents (name, &text, NULL, &error);
	g_assert_no_error (error);

	return text;
}

GBytes *
eas_test_load_hex (const char *path)
{
	g_autofree char *text = eas_test_load_text (path);

	return eas_test_unhex (text);
}

guint
eas_test_each_row (const char *path, guint n_columns, EasTestRow row, gpointer user_data)
{
	g_autofree char *text = eas_test_load_text (path);
	g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
	guint n_rows = 0;
	guint ii;

	for (ii = 1; lines[0] != NULL && lines[ii] != NULL; ii++) {
		g_auto (GStrv) columns = g_strsplit (lines[ii], "\t", -1);

		if (lines[ii][0] == '\0')
			continue;

		g_assert_cmpuint (g_strv_length (columns), ==, n_columns);
		row (columns, user_data);
		n_rows++;
	}

	return n_rows;
}

/* To the next character that is neither white space nor part of a comment. */
static const char *
skip_blank (const char *text)
{
	for (;;) {
		if (*text == '#')
			text += strcspn (text, "\n");
		else if (g_ascii_isspace (*text))
			text++;
		else
			return text;
	}
}

GBytes *
eas_test_unhex (const char *hex)
{
	GByteArray *bytes = g_byte_array_new ();

	for (hex = skip_blank (hex); *hex != '\0'; hex = skip_blank (hex + 2)) {
		guint8 byte;

		if (!g_ascii_isxdigit (hex[0]) || !g_ascii_isxdigit (hex[1]))
			g_error ("no pair of hexadecimal digits: %.20s", hex);

		byte = g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]);
		g_byte_array_append (bytes, &byte, 1);
	}

	return g_byte_array_free_to_bytes (bytes);
}

char *
eas_test_hex (GBytes *bytes)
{
	GString *hex = g_string_new (NULL);
	const guint8 *data;
	gsize size, ii;

	data = g_bytes_get_data (bytes, &size);
	for (ii = 0; ii < size; ii++)
		g_string_append_printf (hex, ii == 0 ? "%02X" : " %02X", data[ii]);

	return g_string_free (hex, /* free_segment */ FALSE);
}

GBytes *
eas_test_cut (GBytes *bytes, gsize size)
{
	g_assert_cmpuint (size, <=, g_bytes_get_size (bytes));

	/* A copy, so that the sanitizers see every step beyond the end. */
	return g_bytes_new (g_bytes_get_data (bytes, NULL), size);
}

static char *
hex_around (GBytes *bytes, gsize at)
{
	gsize size = g_bytes_get_size (bytes);
	gsize from = at > 8 ? at - 8 : 0;
	g_autoptr (GBytes) part = NULL;

	part = g_bytes_new_from_bytes (bytes, MIN (from, size), MIN (24, size - MIN (from, size)));

	return eas_test_hex (part);
}

void
eas_test_assert_bytes_at (const char *where, GBytes *bytes, GBytes *expected)
{
	g_autofree char *have = NULL;
	g_autofree char *want = NULL;
	const guint8 *a, *b;
	gsize size_a, size_b, at;

	if (g_bytes_equal (bytes, expected))
		return;

	a = g_bytes_get_data (bytes, &size_a);
	b = g_bytes_get_data (expected, &size_b);
	for (at = 0; at < size_a && at < size_b && a[at] == b[at]; at++)
		;

	have = hex_around (bytes, at);
	want = hex_around (expected, at);
	g_error ("%s: bytes differ at %" G_GSIZE_FORMAT " (sizes %" G_GSIZE_FORMAT
		 " and %" G_GSIZE_FORMAT ")\n  have .. %s\n  want .. %s",
		 where, at, size_a, size_b, have, want);
}

GRand *
eas_test_rand (guint32 seed)
{
	const char *other = g_getenv ("EAS_TEST_SEED");

	if (other != NULL)
		seed = (guint32) strtoul (other, NULL, 10);

	g_test_message ("EAS_TEST_SEED=%u", seed);

	return g_rand_new_with_seed (seed);
}

guint
eas_test_rand_below (GRand *rand, guint bound)
{
	return bound == 0 ? 0 : g_rand_int (rand) % bound;
}

gboolean
eas_test_rand_one_in (GRand *rand, guint n)
{
	return eas_test_rand_below (rand, n) == 0;
}

char *
eas_test_rand_text (GRand *rand, guint max_characters)
{
	static const gunichar samples[] = {
		'\t',   '\n',   '\r',   ' ',    '!',    '"',     '&',     '\'',
		',',    '\\',   ';',    '<',    '>',    '=',     '%',     ':',
		0x7f,   0x85,   0xa0,   0xe9,   0x301,  0x5e9,   0x416,   0x20ac,
		0x2028, 0x4e2d, 0xd7ff, 0xe000, 0xfffd, 0x10000, 0x1f600, 0x10ffff,
	};
	GString *text = g_string_new (NULL);
	guint n = eas_test_rand_below (rand, max_characters + 1);

	while (n-- > 0) {
		if (eas_test_rand_one_in (rand, 4))
			g_string_append_unichar (
				text, samples[eas_test_rand_below (rand, G_N_ELEMENTS (samples))]);
		else
			g_string_append_c (text, 'a' + eas_test_rand_below (rand, 26));
	}

	return g_string_free (text, /* free_segment */ FALSE);
}

GBytes *
eas_test_rand_bytes (GRand *rand, gsize size)
{
	guint8 *data = g_malloc (size + 1);
	gsize ii;

	for (ii = 0; ii < size; ii++)
		data[ii] = g_rand_int (rand);

	return g_bytes_new_take (data, size);
}

/* Replaces the @n_old bytes at @at. */
static void
splice (GByteArray *bytes, guint at, guint n_old, const guint8 *data, guint n_new)
{
	g_autofree guint8 *tail = NULL;
	guint n_tail = bytes->len - at - n_old;

	tail = g_memdup2 (bytes->data + at + n_old, n_tail);
	g_byte_array_set_size (bytes, at);
	g_byte_array_append (bytes, data, n_new);
	g_byte_array_append (bytes, tail, n_tail);
}

static void
mutate_once (GRand *rand, GByteArray *bytes)
{
	static const guint8 telling[] = {
		0x00, 0x01, 0x03, 0x3f, 0x43, 0x7f, 0x80, 0x83, 0xc3, 0xff
	};
	guint at = eas_test_rand_below (rand, bytes->len);
	guint length = eas_test_rand_below (rand, MIN (bytes->len - at, 64) + 1);
	g_autofree guint8 *piece = g_memdup2 (bytes->data + at, length);
	guint8 byte = telling[eas_test_rand_below (rand, G_N_ELEMENTS (telling))];

	switch (eas_test_rand_below (rand, 6)) {
	case 0:
		bytes->data[at] ^= 1 << eas_test_rand_below (rand, 8);
		break;
	case 1:
		bytes->data[at] = g_rand_int (rand);
		break;
	case 2:
		bytes->data[at] = byte;
		break;
	case 3:
		splice (bytes, at, 0, &byte, 1);
		break;
	case 4:
		splice (bytes, at, length, NULL, 0);
		break;
	default:
		splice (bytes, eas_test_rand_below (rand, bytes->len), 0, piece, length);
		break;
	}
}

GBytes *
eas_test_mutate (GRand *rand, GBytes *bytes)
{
	GByteArray *mutant = g_byte_array_new ();
	guint n_faults = 1 + eas_test_rand_below (rand, 4);

	g_byte_array_append (mutant, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
	while (n_faults-- > 0 && mutant->len > 0)
		mutate_once (rand, mutant);

	return g_byte_array_free_to_bytes (mutant);
}
