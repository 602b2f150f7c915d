/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Rules of events and tasks: what is read is written and read again as the same. */

#include "eas-recurrence.h"

#include "fuzz.h"
#include "fuzz-items.h"

static void
check_written (const EasRecurrence *rule, EasTag tag, EasVersion version)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autoptr (EasItem) item = NULL;
	g_autoptr (GError) error = NULL;
	EasRecurrence again;

	eas_recurrence_write (rule, EAS_TAG_PAGE (tag), version, builder);
	item = eas_item_builder_finish (builder);
	if (!eas_recurrence_read (item, eas_item_child (item, EAS_ITEM_ROOT, tag), &again, &error))
		g_error ("a rule that was written cannot be read: %s", error->message);

	fuzz_promise (version < EAS_VERSION_14_1 || eas_recurrence_equal (rule, &again));
}

static void
check_slot (EasItem *item, EasItemSlot slot)
{
	EasTag tag = eas_item_tag (item, slot);
	g_autoptr (GError) error = NULL;
	EasRecurrence rule;
	gboolean understood = eas_recurrence_read (item, slot, &rule, &error);

	fuzz_promise (understood == (error == NULL));
	if (!understood)
		return;

	fuzz_promise (rule.interval > 0);
	eas_recurrence_validate (&rule,
				 NULL); /* stricter than reading: a server may imply the day */
	if (tag != EAS_CALENDAR_RECURRENCE && tag != EAS_TASKS_RECURRENCE)
		return;

	check_written (&rule, tag, EAS_VERSION_12_1);
	check_written (&rule, tag, EAS_VERSION_16_1);
}

static void
check (EasItem *item)
{
	EasItemSlot slot = eas_item_child (item, EAS_ITEM_ROOT, EAS_TAG_NONE);

	for (; slot != EAS_ITEM_NONE; slot = eas_item_sibling (item, slot, EAS_TAG_NONE))
		check_slot (item, slot);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
	fuzz_each_item (data, size, check);

	return 0;
}
