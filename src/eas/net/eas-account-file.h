/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The text of the state file: EasAccountData's shared half <-> a key file with a checksum. */

#pragma once

#include "eas-account-data.h"

G_BEGIN_DECLS

char    *eas_account_file_write (const EasAccountData *data);
/*
 * Fills the state half of @data, a new one. FALSE: damaged or of a later format;
 * @data is then as new. Rows and key are believed together or not at all.
 */
gboolean eas_account_file_read  (const char *text, gsize size, EasAccountData *data);
/* The same without asking for the checksum, for the fuzzer. */
gboolean eas_account_file_parse (const char *text, gsize size, EasAccountData *data);

G_END_DECLS
