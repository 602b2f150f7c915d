/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Checks text eight bytes at a time: nearly all of it is printable ASCII, and
 * g_utf8_validate() alone would make the whole reader half as slow again.
 */

#include <string.h>

#include "eas-wbxml-text.h"

#define EACH_BYTE(byte) (G_GUINT64_CONSTANT (0x0101010101010101) * (byte))

static inline guint64
load_word (const guint8 *data)
{
	guint64 word;

	memcpy (&word, data, sizeof (word));

	return GUINT64_FROM_LE (word);
}

/*
 * How many of the eight bytes, from the first, are printable ASCII. A borrow of
 * the subtraction only reaches bytes after the first control character, so the
 * lowest mark is always true.
 */
static inline guint
count_plain (guint64 word)
{
	guint64 controls = (word - EACH_BYTE (0x20)) & ~word;
	guint64 marks = (controls | word) & EACH_BYTE (0x80);

	return marks == 0 ? 8 : (guint) __builtin_ctzll (marks) / 8;
}

static inline gboolean
is_continuation (guint8 byte)
{
	return (byte & 0xc0) == 0x80;
}

/* The range of the second byte excludes overlong forms, surrogates and what is above U+10FFFF. */
static gboolean
second_byte_fits (guint8 first, guint8 second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0 && second <= 0xbf;
	case 0xed:
		return second >= 0x80 && second <= 0x9f;
	case 0xf0:
		return second >= 0x90 && second <= 0xbf;
	case 0xf4:
		return second >= 0x80 && second <= 0x8f;
	default:
		return is_continuation (second);
	}
}

/* The length of the character of two to four bytes at @data; 0 when it is no UTF-8. */
static inline guint
measure_character (const guint8 *data, gsize left)
{
	guint length, ii;

	if (data[0] < 0xc2 || data[0] > 0xf4)
		return 0;

	if (data[0] < 0xe0)
		return left >= 2 && is_continuation (data[1]) ? 2 : 0;

	length = data[0] < 0xf0 ? 3 : 4;
	if (left < length || !second_byte_fits (data[0], data[1]))
		return 0;

	for (ii = 2; ii < length; ii++) {
		if (!is_continuation (data[ii]))
			return 0;
	}

	return length;
}

/* U+FFFE and U+FFFF are valid UTF-8, but no characters of XML 1.0. */
static gboolean
is_noncharacter (const guint8 *data, guint length)
{
	return length == 3 && data[0] == 0xef && data[1] == 0xbf && data[2] >= 0xbe;
}

static inline gboolean
is_legal_ascii (guint8 byte)
{
	return byte >= 0x20 || byte == '\t' || byte == '\n' || byte == '\r';
}

/* Passes over one character that is not printable ASCII and not zero; returns its bytes. */
static inline gsize
pass_special (const guint8 *data, gsize left, gboolean *inout_legal)
{
	guint length;

	if (data[0] < 0x80) {
		*inout_legal = *inout_legal && is_legal_ascii (data[0]);
		return 1;
	}

	length = measure_character (data, left);
	if (length == 0 || is_noncharacter (data, length))
		*inout_legal = FALSE;

	return MAX (length, 1);
}

/* The whole scan, from @at on. */
static gsize
scan_any (const guint8 *data, gsize size, gsize at, gboolean *out_legal)
{
	gboolean legal = TRUE;

	while (size - at >= 8) {
		guint n_plain = count_plain (load_word (data + at));

		at += n_plain;
		if (n_plain == 8)
			continue;
		if (data[at] == 0)
			break;
		at += pass_special (data + at, size - at, &legal);
	}

	while (at < size && data[at] != 0)
		at += pass_special (data + at, size - at, &legal);

	*out_legal = legal;

	return at;
}

/* Printable ASCII and line ends need no call and no saved register: most strings end here. */
gsize
eas_wbxml_text_scan (const guint8 *data, gsize size, gboolean *out_legal)
{
	gsize at = 0;

	while (size - at >= 8) {
		guint n_plain = count_plain (load_word (data + at));

		at += n_plain;
		if (n_plain == 8)
			continue;

		if (data[at] == 0) {
			*out_legal = TRUE;
			return at;
		}

		if (data[at] >= 0x20 || !is_legal_ascii (data[at]))
			break;
		at++;
	}

	return scan_any (data, size, at, out_legal);
}

gboolean
eas_wbxml_text_is_legal (const guint8 *data, gsize size)
{
	gboolean legal;

	return eas_wbxml_text_scan (data, size, &legal) == size && legal;
}

char *
eas_wbxml_text_repair (const guint8 *data, gsize size, gsize *out_size)
{
	GString *text = g_string_sized_new (size + 1);
	gsize at = 0;

	while (at < size) {
		guint length = data[at] < 0x80 ? 1 : measure_character (data + at, size - at);

		if (length == 0)
			g_string_append (text, "\357\277\275"); /* U+FFFD */
		else if (length > 1 ? !is_noncharacter (data + at, length)
				    : is_legal_ascii (data[at]))
			g_string_append_len (text, (const char *) data + at, length);

		at += MAX (length, 1);
	}

	if (out_size != NULL)
		*out_size = text->len;

	return g_string_free (text, /* free_segment */ FALSE);
}
