/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "item-random.h"

#include <string.h>

#include "eas-test.h"

/* Known and unknown, of text and of binary type, from several pages. */
static const EasTag tags[] = {
	EAS_CALENDAR_SUBJECT,    EAS_CALENDAR_START_TIME,    EAS_CALENDAR_CATEGORIES,
	EAS_CALENDAR_ATTENDEES,  EAS_AIRSYNCBASE_BODY,       EAS_AIRSYNCBASE_DATA,
	EAS_AIRSYNCBASE_CONTENT, EAS_EMAIL2_CONVERSATION_ID, EAS_TASKS_SUBJECT,
	EAS_NOTES_SUBJECT,       EAS_CONTACTS_PICTURE,       EAS_TAG_MAKE (4, 0x3e),
	EAS_TAG_MAKE (17, 0x3d), EAS_TAG_MAKE (200, 0x05),   EAS_TAG_MAKE (254, 0x3f),
};

static EasTag
random_tag (GRand *rand)
{
	return tags[eas_test_rand_below (rand, G_N_ELEMENTS (tags))];
}

static void
add_leaf (GRand *rand, EasItemBuilder *builder, EasTag tag)
{
	g_autofree char *text = NULL;
	g_autoptr (GBytes) bytes = NULL;

	switch (eas_test_rand_below (rand, 5)) {
	case 0:
		eas_item_builder_empty (builder, tag);
		break;
	case 1:
		eas_item_builder_int (builder, tag, (gint32) g_rand_int (rand));
		break;
	case 2:
		bytes = eas_test_rand_bytes (rand, eas_test_rand_below (rand, 40));
		eas_item_builder_opaque (builder, tag, g_bytes_get_data (bytes, NULL),
					 g_bytes_get_size (bytes));
		break;
	default:
		text = eas_test_rand_text (rand, 60);
		eas_item_builder_text (builder, tag, text);
		break;
	}
}

static void
add_tree (GRand *rand, EasItemBuilder *builder, EasTag tag, guint depth)
{
	guint n_children;

	if (depth == 0 || !eas_test_rand_one_in (rand, 3)) {
		add_leaf (rand, builder, tag);
		return;
	}

	eas_item_builder_start (builder, tag);
	n_children = eas_test_rand_below (rand, 5);
	for (guint i = 0; i < n_children; i++)
		add_tree (rand, builder, random_tag (rand), depth - 1);
	eas_item_builder_end (builder);
}

EasItem *
item_random (GRand *rand)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	guint n_elements = eas_test_rand_below (rand, 12);

	for (guint i = 0; i < n_elements; i++)
		add_tree (rand, builder, random_tag (rand), 4);

	return eas_item_builder_finish (builder);
}

static void
add_random_text (GRand *rand, EasItemBuilder *builder, EasTag tag)
{
	g_autofree char *text = g_strdup_printf ("edit %u", g_rand_int (rand));

	eas_item_builder_text (builder, tag, text);
}

EasItem *
item_random_edit (GRand *rand, const EasItem *item)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasItemSlot slot = eas_item_child (item, EAS_ITEM_ROOT, EAS_TAG_NONE);

	for (; slot != EAS_ITEM_NONE; slot = eas_item_sibling (item, slot, EAS_TAG_NONE)) {
		guint what = eas_test_rand_below (rand, 6);

		if (what == 0 || eas_item_is_empty (item, slot))
			continue;
		if (what == 1)
			add_random_text (rand, builder, eas_item_tag (item, slot));
		else
			eas_item_builder_copy (builder, item, slot);
	}
	if (eas_test_rand_one_in (rand, 2))
		add_random_text (rand, builder, random_tag (rand));

	return eas_item_builder_finish (builder);
}

EasItem *
item_random_shuffle (GRand *rand, const EasItem *item)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autoptr (GArray) slots = g_array_new (FALSE, FALSE, sizeof (EasItemSlot));
	EasItemSlot slot = eas_item_child (item, EAS_ITEM_ROOT, EAS_TAG_NONE);

	for (; slot != EAS_ITEM_NONE; slot = eas_item_sibling (item, slot, EAS_TAG_NONE))
		g_array_append_val (slots, slot);

	while (slots->len > 0) {
		guint i = eas_test_rand_below (rand, slots->len);

		eas_item_builder_copy (builder, item, g_array_index (slots, EasItemSlot, i));
		g_array_remove_index_fast (slots, i);
	}

	return eas_item_builder_finish (builder);
}

static void
add_attendee (EasItemBuilder *builder, const char *name, const char *email)
{
	eas_item_builder_start (builder, EAS_CALENDAR_ATTENDEE);
	eas_item_builder_text (builder, EAS_CALENDAR_EMAIL, email);
	eas_item_builder_text (builder, EAS_CALENDAR_NAME, name);
	eas_item_builder_end (builder);
}

EasItemBuilder *
item_sample_build (void)
{
	EasItemBuilder *builder = eas_item_builder_new ();

	eas_item_builder_text (builder, EAS_CALENDAR_SUBJECT, "Gr\303\274\303\237e");
	eas_item_builder_text (builder, EAS_CALENDAR_LOCATION, "");
	eas_item_builder_text (builder, EAS_CALENDAR_UID, NULL);
	eas_item_builder_time (builder, EAS_CALENDAR_START_TIME, 1795253400);
	eas_item_builder_flag (builder, EAS_CALENDAR_ALL_DAY_EVENT, FALSE);
	eas_item_builder_int (builder, EAS_CALENDAR_REMINDER, -15);
	eas_item_builder_start (builder, EAS_CALENDAR_ATTENDEES);
	add_attendee (builder, "Anna", "anna@example.org");
	add_attendee (builder, "Bob", "bob@example.org");
	eas_item_builder_end (builder);
	eas_item_builder_start (builder, EAS_AIRSYNCBASE_BODY);
	eas_item_builder_int (builder, EAS_AIRSYNCBASE_TYPE, 1);
	eas_item_builder_text (builder, EAS_AIRSYNCBASE_DATA, "Agenda\r\n1. Tea");
	eas_item_builder_end (builder);
	eas_item_builder_start (builder, EAS_TAG_MAKE (200, 0x05));
	eas_item_builder_text (builder, EAS_TAG_MAKE (201, 0x06), "who knows");
	eas_item_builder_empty (builder, EAS_TAG_MAKE (4, 0x3e));
	eas_item_builder_end (builder);
	eas_item_builder_opaque (builder, EAS_EMAIL2_CONVERSATION_ID, (const guint8 *) "\0\1\2\377",
				 4);

	return builder;
}

EasItem *
item_sample (void)
{
	g_autoptr (EasItemBuilder) builder = item_sample_build ();

	return eas_item_builder_finish (builder);
}
