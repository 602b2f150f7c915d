/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Notes from a hostile server. */

#include "fuzz.h"
#include "fuzz-items.h"
#include "fuzz-kind.h"

static void
check (EasItem *item)
{
	fuzz_kind (item, EAS_CLASS_NOTES);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
	fuzz_each_item (data, size, check);

	return 0;
}
