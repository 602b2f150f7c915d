/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <time.h>

#include "eas-datetime.h"
#include "eas-map-contact.h"

#include "bench-map-contact.h"

#define N_CONTACTS 500
#define N_ROUNDS   7
#define MARK_US    20.0

static const struct {
	EasTag tag;
	const char *text;
} texts[] = {
	{ EAS_CONTACTS_FILE_AS, "Kovač, Ana" },
	{ EAS_CONTACTS_FIRST_NAME, "Ana" },
	{ EAS_CONTACTS_LAST_NAME, "Kovač" },
	{ EAS_CONTACTS_COMPANY_NAME, "Adria d.o.o." },
	{ EAS_CONTACTS_DEPARTMENT, "Design" },
	{ EAS_CONTACTS_JOB_TITLE, "Designer" },
	{ EAS_CONTACTS_EMAIL1_ADDRESS, "\"Ana Kovač\" <ana@example.org>" },
	{ EAS_CONTACTS_EMAIL2_ADDRESS, "ana@example.net" },
	{ EAS_CONTACTS_BUSINESS_PHONE_NUMBER, "+386 1 555 0101" },
	{ EAS_CONTACTS_MOBILE_PHONE_NUMBER, "+386 40 555 010" },
	{ EAS_CONTACTS_HOME_ADDRESS_STREET, "Čopova 7" },
	{ EAS_CONTACTS_HOME_ADDRESS_CITY, "Ljubljana" },
	{ EAS_CONTACTS_HOME_ADDRESS_POSTAL_CODE, "1000" },
	{ EAS_CONTACTS_HOME_ADDRESS_COUNTRY, "Slovenija" },
	{ EAS_CONTACTS_BIRTHDAY, "1984-03-08T11:59:00.000Z" },
	{ EAS_CONTACTS_WEB_PAGE, "https://example.org/ana" },
};

static EasItem *
make_contact (void)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
		eas_item_builder_text (builder, texts[i].tag, texts[i].text);
	eas_item_builder_start (builder, EAS_CONTACTS_CATEGORIES);
	eas_item_builder_text (builder, EAS_CONTACTS_CATEGORY, "Friends");
	eas_item_builder_end (builder);
	eas_item_builder_start (builder, EAS_AIRSYNCBASE_BODY);
	eas_item_builder_int (builder, EAS_AIRSYNCBASE_TYPE, 1);
	eas_item_builder_text (builder, EAS_AIRSYNCBASE_DATA, "Met at the fair\r\nLikes tea");
	eas_item_builder_end (builder);

	return eas_item_builder_finish (builder);
}

/* CPU time: others may be at work on the machine. */
static gint64
now (void)
{
	struct timespec time;

	clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
	return (gint64) time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static gint64
time_reading (GPtrArray *items, const EasMapContext *context)
{
	gint64 start = now ();

	for (guint i = 0; i < items->len; i++)
		g_object_unref (eas_map_contact_read (items->pdata[i], "uid", context, NULL));

	return now () - start;
}

/* Of an edited job: everything is compared. */
static gint64
time_writing (GPtrArray *items, const EasMapContext *context)
{
	gint64 spent = 0;

	for (guint i = 0; i < items->len; i++) {
		EContact *contact = eas_map_contact_read (items->pdata[i], "uid", context, NULL);
		g_autoptr (GPtrArray) changes = NULL;
		gint64 start;

		e_contact_set (contact, E_CONTACT_TITLE, "Boss");
		start = now ();
		changes = eas_map_contact_write (contact, items->pdata[i], NULL, context, NULL);
		spent += now () - start;
		if (changes == NULL || changes->len != 1)
			g_error ("an edit was not written");
		g_object_unref (contact);
	}

	return spent;
}

static void
report (const char *direction, gint64 (*measure) (GPtrArray *items, const EasMapContext *context))
{
	EasMapContext context = { .version = EAS_VERSION_14_1 };
	g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");
	g_autoptr (GPtrArray) items =
		g_ptr_array_new_with_free_func ((GDestroyNotify) eas_item_unref);
	gint64 best = G_MAXINT64;
	double us;

	context.local_zone = zone;
	for (guint i = 0; i < N_CONTACTS; i++)
		g_ptr_array_add (items, make_contact ());
	for (guint i = 0; i < N_ROUNDS; i++)
		best = MIN (best, measure (items, &context));

	us = (double) best / N_CONTACTS;
	g_print ("bench map contact-%s-us ours %.3f peer %.3f ratio %.3f us\n", direction, us,
		 MARK_US, us / MARK_US);
}

void
bench_map_contact (void)
{
	report ("read", time_reading);
	report ("write", time_writing);
}
