/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The time zone structure, as text that came over the wire and as the 172 bytes inside it. */

#include "eas-timezone.h"

#include "fuzz.h"

static void
check (const char *text)
{
	static const gint64 instants[] = { 0, 1700000000, 1793500000, -11644473600, 253402300799 };
	g_autofree char *again = NULL;
	EasTimezone zone, zone_again;
	guint ii;

	if (!eas_timezone_parse (text, &zone))
		return;

	fuzz_promise (g_utf8_validate (zone.standard_name, -1, NULL));
	fuzz_promise (g_utf8_validate (zone.daylight_name, -1, NULL));
	eas_timezone_is_unstated (&zone);
	for (ii = 0; ii < G_N_ELEMENTS (instants); ii++) {
		eas_timezone_offset_at_utc (&zone, instants[ii]);
		eas_timezone_offset_at_local (&zone, instants[ii]);
	}

	again = eas_timezone_write (&zone);
	fuzz_promise (eas_timezone_parse (again, &zone_again));
	fuzz_promise (eas_timezone_same_rules (&zone, &zone_again));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
	g_autofree char *text = g_strndup ((const char *) data, size);
	g_autofree char *encoded = g_base64_encode (data, size);
	gsize decoded_size;
	g_autofree guint8 *decoded = g_base64_decode (text, &decoded_size);
	g_autofree char *clean = g_base64_encode (decoded, decoded_size);

	check (text);
	check (encoded);
	check (clean);

	return 0;
}
