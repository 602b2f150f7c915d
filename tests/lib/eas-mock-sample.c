/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Mail, contacts, tasks and notes of a lived-in mailbox. */

#include "eas-mock-sample.h"

#include <string.h>

#define HOUR (60 * 60)
#define DAY  (24 * HOUR)

static gint64
today_utc (void)
{
	return g_get_real_time () / G_USEC_PER_SEC / DAY * DAY;
}

void
eas_mock_sample_put_body (EasItemBuilder *builder, EasBodyType type, const char *text)
{
	if (text == NULL)
		return;
	eas_item_builder_start (builder, EAS_AIRSYNCBASE_BODY);
	eas_item_builder_int (builder, EAS_AIRSYNCBASE_TYPE, type);
	eas_item_builder_text (builder, EAS_AIRSYNCBASE_DATA, text);
	eas_item_builder_end (builder);
}

static void
store (EasMockMailbox *mailbox, EasMockFolder *folder, EasItemBuilder *builder)
{
	g_autoptr (EasItem) item = eas_item_builder_finish (builder);

	eas_mock_mailbox_add_item (mailbox, folder, item, NULL);
}

/* --- Mail ---------------------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *from, *subject, *text;
	EasBodyType type;
	int hours_ago;
	gboolean read, flagged;
} mails[] = {
	{ "\"Ana Kovač\" <ana@example.test>", "Lunch tomorrow?", "Half past twelve at Café Mitte?\r\n\r\nAna", EAS_BODY_PLAIN, 3, FALSE, FALSE },
	{ "\"Build\" <build@example.test>", "Nightly build is green", "All 4,211 tests passed.", EAS_BODY_PLAIN, 9, TRUE, FALSE },
	{ "\"Newsletter\" <news@example.test>", "Autumn at the museum",
	  "<html><body><h1>Autumn</h1><p>Three <b>new</b> rooms &amp; late opening.</p></body></html>", EAS_BODY_HTML, 30, FALSE, FALSE },
	{ "\"Jonas Weber\" <jonas@example.test>", "Re: figures for the review",
	  "See my comments below.\r\n> The draft is in the share.", EAS_BODY_PLAIN, 52, TRUE, TRUE },
	{ "\"Priya Sharma\" <priya@example.test>", "Call moved to 14:30", "Sorry, the room was taken.", EAS_BODY_PLAIN, 75, TRUE, FALSE },
	{ "\"Travel desk\" <travel@example.test>", "Your flight to London", "Booking reference ABC123.", EAS_BODY_PLAIN, 120, TRUE, TRUE },
	{ "\"Maya\" <maya@example.test>", "Fotos vom See 🏔", "Anbei die Bilder, schöne Grüße!", EAS_BODY_PLAIN, 260, TRUE, FALSE },
	{ "\"Old friend\" <old@example.test>", "Long time no see", "It has been a year.", EAS_BODY_PLAIN, 24 * 200, TRUE, FALSE },
};
/* clang-format on */

static void
add_mail (EasMockMailbox *mailbox, EasMockFolder *folder, guint i)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	eas_item_builder_text (builder, EAS_EMAIL_TO, mailbox->address);
	eas_item_builder_text (builder, EAS_EMAIL_FROM, mails[i].from);
	eas_item_builder_text (builder, EAS_EMAIL_SUBJECT, mails[i].subject);
	eas_item_builder_time (builder, EAS_EMAIL_DATE_RECEIVED,
			       today_utc () + 8 * HOUR - (gint64) mails[i].hours_ago * HOUR);
	eas_item_builder_text (builder, EAS_EMAIL_DISPLAY_TO, mailbox->user);
	eas_item_builder_int (builder, EAS_EMAIL_IMPORTANCE, 1);
	eas_item_builder_flag (builder, EAS_EMAIL_READ, mails[i].read);
	eas_mock_sample_put_body (builder, mails[i].type, mails[i].text);
	eas_item_builder_text (builder, EAS_EMAIL_MESSAGE_CLASS, "IPM.Note");
	eas_item_builder_text (builder, EAS_EMAIL_INTERNET_CPID, "65001");
	eas_item_builder_text (builder, EAS_EMAIL_CONTENT_CLASS, "urn:content-classes:message");
	if (mails[i].flagged) {
		eas_item_builder_start (builder, EAS_EMAIL_FLAG);
		eas_item_builder_int (builder, EAS_EMAIL_STATUS, 2);
		eas_item_builder_text (builder, EAS_EMAIL_FLAG_TYPE, "Flag for follow up");
		eas_item_builder_end (builder);
	}
	store (mailbox, folder, builder);
}

/* --- Contacts ------------------------------------------------------------ */

/* Small pictures: a face on a plain ground. */
static const char photo_ana[] = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAANklEQVR42mOwiVpAEm"
				"KgVMOHfdPQED4NmKox9TAQVI2mh4EY1ch6"
				"RrIGkoOVnIgjJ2nQJLUCAJvEtKDH8RyrAAAAAElFTkSuQmCC";
static const char photo_jonas[] = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAANUlEQVR42mOYZmND"
				  "EmKgVMOJaXloCJ8GTNWYehgIqkbTw0CMamQ9"
				  "I1kDycFKTsSRkzRokloBTcpnIIXjrfMAAAAASUVORK5CYII=";
static const char photo_maya[] = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAANUlEQVR42mNwawogC"
				 "TFQquHXpS1oCJ8GTNWYehgIqkbTw0CMamQ9"
				 "I1kDycFKTsSRkzRokloBbNHA0HwLd40AAAAASUVORK5CYII=";

/* clang-format off */
static const struct {
	const char *first, *last, *company, *job, *mail, *work_phone, *mobile_phone, *street, *city, *birthday, *photo;
} contacts[] = {
	{ "Ana", "Kovač", "Adria d.o.o.", "Designer", "ana@example.test", "+386 1 555 0101", "+386 40 555 010", "Čopova 7",
	  "Ljubljana", "1984-03-08T11:59:00.000Z", photo_ana },
	{ "Jonas", "Weber", "Weber & Söhne", "Engineer", "jonas@example.test", "+49 30 555 0102", NULL,
	  "Lindenstraße 12", "Berlin", NULL, photo_jonas },
	{ "Maya", "Weber", NULL, NULL, "maya@example.test", NULL, "+49 170 555 0103",
	  "Lindenstraße 12", "Berlin", "2010-05-12T11:59:00.000Z", photo_maya },
	{ "Priya", "Sharma", "Deccan Software", "Team lead", "priya@example.test", "+91 20 5550 0104", NULL, NULL, "Pune", NULL, NULL },
	{ "Sean", "O'Brien", "Harbour Ltd", "Director", "sean@example.test", "+44 20 5550 0105", NULL, "1 Quay Street", "London", NULL, NULL },
	{ "伟", "李", "华东贸易", NULL, "li@example.test", "+86 21 5550 0106", NULL, NULL, "上海", NULL, NULL },
};
/* clang-format on */

static void
add_contact (EasMockMailbox *mailbox, EasMockFolder *folder, guint i)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autofree char *file_as = g_strdup_printf ("%s, %s", contacts[i].last, contacts[i].first);
	g_autofree char *address = g_strdup_printf ("\"%s %s\" <%s>", contacts[i].first,
						    contacts[i].last, contacts[i].mail);

	eas_item_builder_text (builder, EAS_CONTACTS_FILE_AS, file_as);
	eas_item_builder_text (builder, EAS_CONTACTS_FIRST_NAME, contacts[i].first);
	eas_item_builder_text (builder, EAS_CONTACTS_LAST_NAME, contacts[i].last);
	eas_item_builder_text (builder, EAS_CONTACTS_COMPANY_NAME, contacts[i].company);
	eas_item_builder_text (builder, EAS_CONTACTS_JOB_TITLE, contacts[i].job);
	eas_item_builder_text (builder, EAS_CONTACTS_EMAIL1_ADDRESS, address);
	eas_item_builder_text (builder, EAS_CONTACTS_BUSINESS_PHONE_NUMBER, contacts[i].work_phone);
	eas_item_builder_text (builder, EAS_CONTACTS_MOBILE_PHONE_NUMBER, contacts[i].mobile_phone);
	eas_item_builder_text (builder, EAS_CONTACTS_HOME_ADDRESS_STREET, contacts[i].street);
	eas_item_builder_text (builder, EAS_CONTACTS_HOME_ADDRESS_CITY, contacts[i].city);
	eas_item_builder_text (builder, EAS_CONTACTS_BIRTHDAY, contacts[i].birthday);
	eas_item_builder_text (builder, EAS_CONTACTS_PICTURE, contacts[i].photo);
	store (mailbox, folder, builder);
}

/* --- Tasks and notes ----------------------------------------------------- */

static const struct {
	const char *subject, *text;
	int due; /* days from today; 0: none */
	int importance;
	gboolean complete;
} tasks[] = {
	{ "File the tax return", "Receipts are in the blue folder.", 10, 2, FALSE },
	{ "Book the boat", NULL, 14, 1, FALSE },
	{ "Renew passport", NULL, -3, 2, FALSE },
	{ "Read the annual report", NULL, 0, 0, FALSE },
	{ "Order paint", "RAL 7035", -12, 1, TRUE },
};

static void
add_task (EasMockMailbox *mailbox, EasMockFolder *folder, guint i)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	gint64 due = today_utc () + (gint64) tasks[i].due * DAY;

	eas_item_builder_text (builder, EAS_TASKS_SUBJECT, tasks[i].subject);
	eas_mock_sample_put_body (builder, EAS_BODY_PLAIN, tasks[i].text);
	eas_item_builder_int (builder, EAS_TASKS_IMPORTANCE, tasks[i].importance);
	if (tasks[i].due != 0) {
		eas_item_builder_time (builder, EAS_TASKS_UTC_DUE_DATE, due - HOUR);
		eas_item_builder_time (builder, EAS_TASKS_DUE_DATE, due);
	}
	eas_item_builder_flag (builder, EAS_TASKS_COMPLETE, tasks[i].complete);
	if (tasks[i].complete)
		eas_item_builder_time (builder, EAS_TASKS_DATE_COMPLETED, due);
	eas_item_builder_int (builder, EAS_TASKS_SENSITIVITY, 0);
	eas_item_builder_flag (builder, EAS_TASKS_REMINDER_SET, FALSE);
	store (mailbox, folder, builder);
}

static const struct {
	const char *subject, *text, *category;
} notes[] = {
	{ "Wi-Fi at the cabin", "Network: Hut\r\nThe password is on the fridge.", "Travel" },
	{ "Ideas for the garden", "Cherry tree by the wall, herbs near the kitchen.", "Home" },
	{ "Books", "The Leopard; Austerlitz; Stoner", NULL },
};

static void
add_note (EasMockMailbox *mailbox, EasMockFolder *folder, guint i)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	eas_item_builder_text (builder, EAS_NOTES_SUBJECT, notes[i].subject);
	eas_mock_sample_put_body (builder, EAS_BODY_PLAIN, notes[i].text);
	eas_item_builder_text (builder, EAS_NOTES_MESSAGE_CLASS, "IPM.StickyNote");
	eas_item_builder_time (builder, EAS_NOTES_LAST_MODIFIED_DATE,
			       today_utc () - (gint64) (i + 1) * DAY);
	if (notes[i].category != NULL) {
		eas_item_builder_start (builder, EAS_NOTES_CATEGORIES);
		eas_item_builder_text (builder, EAS_NOTES_CATEGORY, notes[i].category);
		eas_item_builder_end (builder);
	}
	store (mailbox, folder, builder);
}

/* --- Together ------------------------------------------------------------ */

typedef void (*AddItem) (EasMockMailbox *mailbox, EasMockFolder *folder, guint i);

static const struct {
	EasClass klass;
	guint folder_type;
	AddItem add;
	guint count;
} kinds[] = {
	{ EAS_CLASS_EMAIL, EAS_FOLDER_INBOX, add_mail, G_N_ELEMENTS (mails) },
	{ EAS_CLASS_CONTACTS, EAS_FOLDER_CONTACTS, add_contact, G_N_ELEMENTS (contacts) },
	{ EAS_CLASS_TASKS, EAS_FOLDER_TASKS, add_task, G_N_ELEMENTS (tasks) },
	{ EAS_CLASS_NOTES, EAS_FOLDER_NOTES, add_note, G_N_ELEMENTS (notes) },
};

void
eas_mock_sample_fill (EasMockMailbox *mailbox)
{
	EasMockFolder *calendar = eas_mock_mailbox_default (mailbox, EAS_FOLDER_CALENDAR);
	EasMockFolder *inbox = eas_mock_mailbox_default (mailbox, EAS_FOLDER_INBOX);

	eas_mock_sample_add_events (mailbox, calendar);
	for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
		for (guint j = 0; j < kinds[i].count; j++)
			kinds[i].add (mailbox,
				      eas_mock_mailbox_default (mailbox, kinds[i].folder_type), j);
	}
	eas_mock_mailbox_add_folder (mailbox, inbox->id, "Projects", EAS_FOLDER_USER_MAIL);
	eas_mock_mailbox_add_folder (mailbox, calendar->id, "Team", EAS_FOLDER_USER_CALENDAR);
}

void
eas_mock_sample_generate (EasMockMailbox *mailbox, EasMockFolder *folder, guint count, guint seed)
{
	g_autoptr (GRand) random = g_rand_new_with_seed (seed);

	for (guint i = 0; i < count; i++) {
		guint number = folder->items->len + 1;

		if (folder->klass == EAS_CLASS_CALENDAR)
			eas_mock_sample_generate_event (mailbox, folder, random, number);
		for (guint j = 0; j < G_N_ELEMENTS (kinds); j++) {
			if (kinds[j].klass == folder->klass)
				kinds[j].add (mailbox, folder, number % kinds[j].count);
		}
	}
}
