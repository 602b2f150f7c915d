/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The account's state file: damaged ones are refused whole, sound ones come back as they were. */

#include <string.h>

#include "eas-account-file.h"

#include "fuzz.h"

static void
check_text (const char *text)
{
	fuzz_promise (text == NULL || g_utf8_validate (text, -1, NULL));
}

/* What was understood is legal and survives a commit. */
static void
check (const EasAccountData *data)
{
	g_autofree char *text = eas_account_file_write (data);
	g_autofree char *text_again = NULL;
	g_autoptr (EasAccountData) again = eas_account_data_new ();

	check_text (data->url);
	check_text (data->commands);
	check_text (data->last_error);
	fuzz_promise (eas_account_file_read (text, strlen (text), again));
	text_again = eas_account_file_write (again);
	fuzz_promise (strcmp (text, text_again) == 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
	g_autoptr (EasAccountData) parsed = eas_account_data_new ();
	g_autoptr (EasAccountData) read = eas_account_data_new ();

	if (eas_account_file_parse ((const char *) data, size, parsed))
		check (parsed);
	if (eas_account_file_read ((const char *) data, size, read))
		check (read);

	return 0;
}
