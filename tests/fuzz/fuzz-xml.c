/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* XML that a person wrote, right or wrong: refused, or bytes our reader accepts. */

#include "eas-wbxml-xml.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GBytes) bytes = eas_wbxml_from_xml ((const char *) data, size, &error);
	g_autofree char *xml = NULL;

	fuzz_promise ((bytes == NULL) == (error != NULL));
	if (bytes == NULL)
		return 0;

	xml = eas_wbxml_to_xml (bytes, &error);
	fuzz_promise (xml != NULL || error != NULL);

	return 0;
}
