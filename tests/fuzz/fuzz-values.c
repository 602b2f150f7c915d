/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Small values with a form of their own: times and meeting ids. */

#include <string.h>

#include "eas-datetime.h"
#include "eas-meeting-id.h"

#include "fuzz.h"

static void
check_time (const char *text)
{
	char dashed[EAS_DATETIME_DASHED_SIZE];
	char compact[EAS_DATETIME_COMPACT_SIZE];
	gint64 utc, again;

	if (!eas_datetime_parse (text, &utc))
		return;

	eas_datetime_write_dashed (utc, dashed);
	fuzz_promise (eas_datetime_parse (dashed, &again) && again == utc);
	eas_datetime_write_compact (utc, compact);
	fuzz_promise (eas_datetime_parse (compact, &again) && again == utc);
}

static void
check_meeting_id (const char *text)
{
	g_autofree char *uid = eas_meeting_id_to_uid (text);
	g_autofree char *uid_again = NULL;
	g_autofree char *id = NULL;

	if (uid == NULL)
		return;

	fuzz_promise (g_utf8_validate (uid, -1, NULL));
	fuzz_promise (strpbrk (uid, "\r\n") == NULL);
	id = eas_meeting_id_from_uid (uid);
	uid_again = eas_meeting_id_to_uid (id);
	fuzz_promise (g_strcmp0 (uid, uid_again) == 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
	g_autofree char *text = g_strndup ((const char *) data, size);
	g_autofree char *encoded = g_base64_encode (data, size);

	check_time (text);
	check_meeting_id (text);
	check_meeting_id (encoded);

	return 0;
}
