/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* libFuzzer keeps the input of an abort, but not of the trap that GLib's fatal messages end in. */

#include <signal.h>
#include <stdlib.h>

#include "fuzz.h"

int LLVMFuzzerInitialize (int *argc, char ***argv);

static void
abort_on_trap (int signal_number)
{
	abort ();
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
	signal (SIGTRAP, abort_on_trap);

	return 0;
}
