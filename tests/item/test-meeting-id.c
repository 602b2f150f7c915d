/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-meeting-id.h"

#include <string.h>

#include "eas-test.h"

/* The example of [MS-ASEMAIL] GlobalObjId: one id that carries a UID, one that does not. */
#define HEAD_HEX "040000008200E00074C5B7101A82E008"
#define CARRIED_HEX                                                                                \
	HEAD_HEX "00000000"                                                                        \
		 "0000000000000000"                                                                \
		 "0000000000000000"                                                                \
		 "33000000"                                                                        \
		 "7643616C2D556964"                                                                \
		 "01000000"                                                                        \
		 "7B38313431324433432D324132342D344539442D423230452D3131463742424539323739397D"    \
		 "00"
#define CARRIED_UID "{81412D3C-2A24-4E9D-B20E-11F7BBE92799}"
#define OUTLOOK_HEX                                                                                \
	HEAD_HEX "07D70A1B"                                                                        \
		 "6018B8FA1C2DC701"                                                                \
		 "0000000000000000"                                                                \
		 "10000000"                                                                        \
		 "00112233445566778899AABBCCDDEEFF"
#define OUTLOOK_UID                                                                                \
	HEAD_HEX "00000000"                                                                        \
		 "6018B8FA1C2DC701"                                                                \
		 "0000000000000000"                                                                \
		 "10000000"                                                                        \
		 "00112233445566778899AABBCCDDEEFF"

static char *
to_base64 (const char *hex)
{
	g_autoptr (GBytes) bytes = eas_test_unhex (hex);

	return g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
assert_uid (const char *hex, const char *expected)
{
	g_autofree char *base64 = to_base64 (hex);
	g_autofree char *from_base64 = eas_meeting_id_to_uid (base64);
	g_autofree char *from_hex = eas_meeting_id_to_uid (hex);
	g_autofree char *spaced = g_strconcat (" ", base64, "\r\n", NULL);
	g_autofree char *from_spaced = eas_meeting_id_to_uid (spaced);

	g_assert_cmpstr (from_base64, ==, expected);
	g_assert_cmpstr (from_hex, ==, expected);
	g_assert_cmpstr (from_spaced, ==, expected);
}

static void
test_carried (void)
{
	assert_uid (CARRIED_HEX, CARRIED_UID);
}

/* The date of the instance in bytes 17 to 20 is no part of the series' UID. */
static void
test_outlook (void)
{
	assert_uid (OUTLOOK_HEX, OUTLOOK_UID);
	assert_uid (OUTLOOK_UID, OUTLOOK_UID);
}

/* What only looks like a carried UID is taken as a whole. */
static void
test_damaged_carrier (void)
{
	const gsize positions[] = { 36, 37, 38, 39, 40, 47 };

	for (gsize i = 0; i < G_N_ELEMENTS (positions); i++) {
		g_autofree char *hex = g_ascii_strdown (CARRIED_HEX, -1);
		g_autofree char *upper = NULL;

		memcpy (hex + 2 * positions[i], "ff", 2);
		upper = g_ascii_strup (hex, -1);
		assert_uid (hex, upper);
	}
}

static void
test_line_break_in_carried (void)
{
	g_autofree char *hex = g_strdup (CARRIED_HEX);

	memcpy (hex + 2 * 60, "0A", 2);
	assert_uid (hex, hex);
}

static void
test_cut_everywhere (void)
{
	g_autoptr (GBytes) bytes = eas_test_unhex (CARRIED_HEX);

	/* Shorter ones have no base64 but digits that are hexadecimal too. */
	for (gsize size = 5; size < g_bytes_get_size (bytes); size++) {
		g_autoptr (GBytes) cut = eas_test_cut (bytes, size);
		g_autofree char *base64 = g_base64_encode (g_bytes_get_data (cut, NULL), size);
		g_autofree char *uid = eas_meeting_id_to_uid (base64);

		g_assert_cmpuint (strlen (uid), ==, 2 * size);
	}
}

static void
test_refused (void)
{
	const char *const texts[] = { "",         " ",     "a",   "{81412D3C}", "abc=def=",
				      "AAAA====", "AA AA", "===", "AAAAA" };

	for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
		g_test_message ("'%s'", texts[i]);
		g_assert_null (eas_meeting_id_to_uid (texts[i]));
	}
	g_assert_null (eas_meeting_id_to_uid (NULL));
	g_assert_null (eas_meeting_id_from_uid (NULL));
	g_assert_null (eas_meeting_id_from_uid (""));
}

static void
test_from_uid (void)
{
	g_autofree char *carried = eas_meeting_id_from_uid (CARRIED_UID);
	g_autofree char *expected_carried = to_base64 (CARRIED_HEX);
	g_autofree char *outlook = eas_meeting_id_from_uid (OUTLOOK_UID);
	g_autofree char *expected_outlook = to_base64 (OUTLOOK_UID);

	g_assert_cmpstr (carried, ==, expected_carried);
	g_assert_cmpstr (outlook, ==, expected_outlook);
}

static void
assert_round_trip (const char *uid)
{
	g_autofree char *id = eas_meeting_id_from_uid (uid);
	g_autofree char *back = eas_meeting_id_to_uid (id);

	g_assert_cmpstr (back, ==, uid);
}

static void
test_round_trip (void)
{
	g_autoptr (GRand) rand = eas_test_rand (51);
	g_autofree char *lower = g_ascii_strdown (OUTLOOK_UID, -1);

	assert_round_trip (CARRIED_UID);
	assert_round_trip (OUTLOOK_UID);
	/* Alike, but not an id of Outlook's to the letter: they come back as they were. */
	assert_round_trip (OUTLOOK_HEX);
	assert_round_trip (CARRIED_HEX);
	assert_round_trip (lower);
	assert_round_trip (HEAD_HEX);
	assert_round_trip ("a");
	assert_round_trip ("abcd");
	assert_round_trip ("20261121T093000Z-1234@host.example");
	assert_round_trip ("gr\303\274\303\237e");

	for (guint i = 0; i < 1000; i++) {
		g_autofree char *text = eas_test_rand_text (rand, 80);

		g_strdelimit (text, "\r\n\t\177", ' ');
		if (*text != '\0')
			assert_round_trip (text);
	}
}

static void
test_mutations (void)
{
	g_autoptr (GRand) rand = eas_test_rand (52);
	g_autoptr (GBytes) bytes = eas_test_unhex (CARRIED_HEX);

	for (guint i = 0; i < 5000; i++) {
		g_autoptr (GBytes) mutant = eas_test_mutate (rand, bytes);
		gsize size;
		const guint8 *data = g_bytes_get_data (mutant, &size);
		g_autofree char *base64 = g_base64_encode (data, size);
		g_autofree char *uid = eas_meeting_id_to_uid (base64);

		if (uid != NULL) {
			g_assert_true (g_utf8_validate (uid, -1, NULL));
			g_assert_null (strpbrk (uid, "\r\n"));
		} else {
			g_assert_cmpuint (size, ==, 0);
		}
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/meeting-id/carried", test_carried);
	g_test_add_func ("/meeting-id/outlook", test_outlook);
	g_test_add_func ("/meeting-id/damaged-carrier", test_damaged_carrier);
	g_test_add_func ("/meeting-id/line-break-in-carried", test_line_break_in_carried);
	g_test_add_func ("/meeting-id/cut-everywhere", test_cut_everywhere);
	g_test_add_func ("/meeting-id/refused", test_refused);
	g_test_add_func ("/meeting-id/from-uid", test_from_uid);
	g_test_add_func ("/meeting-id/round-trip", test_round_trip);
	g_test_add_func ("/meeting-id/mutations", test_mutations);

	return g_test_run ();
}
