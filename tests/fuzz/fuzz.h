/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A fuzz target is this one function: any bytes may come, none may crash, leak,
 * hang or break the promise the target checks. With -Dfuzz=true libFuzzer calls
 * it, else fuzz-driver.c does, with the corpus and seeded faults in it.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* A promise: aborts also where assertions are compiled out. */
#define fuzz_promise(condition)                                                                    \
	G_STMT_START                                                                               \
	{                                                                                          \
		if (!(condition))                                                                  \
			g_error ("%s: broken promise: %s", G_STRLOC, #condition);                  \
	}                                                                                          \
	G_STMT_END

G_END_DECLS
