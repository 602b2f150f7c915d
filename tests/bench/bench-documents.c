/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "eas-test.h"
#include "eas-wbxml-writer.h"

#include "bench-documents.h"

typedef void (*WriteItem) (EasWbxmlWriter *writer, GRand *rand, guint number);

static const char *const words[] = {
	"budget",         "minutes",  "travel",   "Besprechung",
	"r\303\251union", "review",   "plan",     "Angebot",
	"weekly",         "the",      "of",       "and",
	"call",           "room",     "invoice",  "Fr\303\274hst\303\274ck",
	"draft",          "schedule", "team",     "\327\251\327\234\327\225\327\235",
	"project",        "release",  "contract", "notes",
	"lunch",          "office",
};

static const char *const first_names[] = { "Anna",  "J\303\274rgen", "Li",
					   "Maria", "Omar",          "Zo\303\253" };
static const char *const last_names[] = { "Schmidt", "Garc\303\255a", "Wang",
					  "O'Neill", "Rossi",         "Novak" };

#define PICK(rand, list) ((list)[eas_test_rand_below ((rand), G_N_ELEMENTS (list))])

/* Words up to @size bytes; lines end as on the wire. */
static char *
make_text (GRand *rand, gsize size)
{
	GString *text = g_string_sized_new (size + 16);

	while (text->len < size) {
		g_string_append (text, PICK (rand, words));
		g_string_append (text, eas_test_rand_one_in (rand, 12) ? "\r\n" : " ");
	}

	return g_string_free (text, /* free_segment */ FALSE);
}

static void
write_words (EasWbxmlWriter *writer, EasTag tag, GRand *rand, gsize size)
{
	g_autofree char *text = make_text (rand, size);

	eas_wbxml_writer_text (writer, tag, g_strdelimit (text, "\r\n", ' '));
}

G_GNUC_PRINTF (3, 4)
static void
write_format (EasWbxmlWriter *writer, EasTag tag, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list arguments;

	va_start (arguments, format);
	text = g_strdup_vprintf (format, arguments);
	va_end (arguments);
	eas_wbxml_writer_text (writer, tag, text);
}

static void
write_bytes (EasWbxmlWriter *writer, EasTag tag, GRand *rand, gsize size)
{
	g_autoptr (GBytes) bytes = eas_test_rand_bytes (rand, size);

	eas_wbxml_writer_opaque (writer, tag, bytes);
}

static void
write_body (EasWbxmlWriter *writer, GRand *rand, gsize size)
{
	g_autofree char *text = make_text (rand, size);

	eas_wbxml_writer_start (writer, EAS_AIRSYNCBASE_BODY);
	eas_wbxml_writer_uint (writer, EAS_AIRSYNCBASE_TYPE, EAS_BODY_PLAIN);
	eas_wbxml_writer_uint (writer, EAS_AIRSYNCBASE_ESTIMATED_DATA_SIZE, strlen (text));
	eas_wbxml_writer_flag (writer, EAS_AIRSYNCBASE_TRUNCATED, size > 400);
	eas_wbxml_writer_text (writer, EAS_AIRSYNCBASE_DATA, text);
	eas_wbxml_writer_end (writer);
}

/* Headers and a short preview: what the first sync of a mail folder asks for. */
static void
write_mail (EasWbxmlWriter *writer, GRand *rand, guint number)
{
	write_format (writer, EAS_EMAIL_TO, "\"%s %s\" <user%u@example.org>",
		      PICK (rand, first_names), PICK (rand, last_names), number % 97);
	write_format (writer, EAS_EMAIL_FROM, "\"%s %s\" <sender%u@example.com>",
		      PICK (rand, first_names), PICK (rand, last_names), number % 89);
	write_words (writer, EAS_EMAIL_SUBJECT, rand, 40);
	write_format (writer, EAS_EMAIL_DATE_RECEIVED, "2026-11-%02uT%02u:%02u:00.000Z",
		      1 + number % 28, number % 24, number % 60);
	write_format (writer, EAS_EMAIL_DISPLAY_TO, "%s", PICK (rand, last_names));
	write_words (writer, EAS_EMAIL_THREAD_TOPIC, rand, 36);
	eas_wbxml_writer_uint (writer, EAS_EMAIL_IMPORTANCE, 1);
	eas_wbxml_writer_flag (writer, EAS_EMAIL_READ, number % 3 != 0);
	write_body (writer, rand, 500);
	eas_wbxml_writer_text (writer, EAS_EMAIL_MESSAGE_CLASS, "IPM.Note");
	eas_wbxml_writer_uint (writer, EAS_EMAIL_INTERNET_CPID, 65001);
	eas_wbxml_writer_empty (writer, EAS_EMAIL_FLAG);
	eas_wbxml_writer_text (writer, EAS_EMAIL_CONTENT_CLASS, "urn:content-classes:message");
	eas_wbxml_writer_uint (writer, EAS_AIRSYNCBASE_NATIVE_BODY_TYPE, EAS_BODY_HTML);
	write_bytes (writer, EAS_EMAIL2_CONVERSATION_ID, rand, 16);
	write_bytes (writer, EAS_EMAIL2_CONVERSATION_INDEX, rand, 22);
}

static void
write_attendees (EasWbxmlWriter *writer, GRand *rand, guint n_attendees)
{
	eas_wbxml_writer_start (writer, EAS_CALENDAR_ATTENDEES);
	while (n_attendees-- > 0) {
		eas_wbxml_writer_start (writer, EAS_CALENDAR_ATTENDEE);
		write_format (writer, EAS_CALENDAR_EMAIL, "guest%u@example.org", n_attendees);
		write_format (writer, EAS_CALENDAR_NAME, "%s %s", PICK (rand, first_names),
			      PICK (rand, last_names));
		eas_wbxml_writer_uint (writer, EAS_CALENDAR_ATTENDEE_STATUS, 3);
		eas_wbxml_writer_uint (writer, EAS_CALENDAR_ATTENDEE_TYPE, 1);
		eas_wbxml_writer_end (writer);
	}
	eas_wbxml_writer_end (writer);
}

static void
write_recurrence (EasWbxmlWriter *writer, guint number)
{
	eas_wbxml_writer_start (writer, EAS_CALENDAR_RECURRENCE);
	eas_wbxml_writer_uint (writer, EAS_CALENDAR_TYPE, 1);
	eas_wbxml_writer_uint (writer, EAS_CALENDAR_INTERVAL, 1);
	eas_wbxml_writer_uint (writer, EAS_CALENDAR_DAY_OF_WEEK, 1 << number % 7);
	eas_wbxml_writer_uint (writer, EAS_CALENDAR_OCCURRENCES, 20);
	eas_wbxml_writer_end (writer);
}

static void
write_event (EasWbxmlWriter *writer, GRand *rand, guint number)
{
	/* The 172 bytes of a time zone, in base64. */
	static const guint8 zone[172] = { 0xc4, 0xff, 0xff, 0xff, 'C', 0, 'E', 0, 'T', 0 };
	g_autofree char *zone_text = g_base64_encode (zone, sizeof (zone));
	guint day = 1 + number % 28;

	eas_wbxml_writer_text (writer, EAS_CALENDAR_TIMEZONE, zone_text);
	eas_wbxml_writer_flag (writer, EAS_CALENDAR_ALL_DAY_EVENT, FALSE);
	write_format (writer, EAS_CALENDAR_START_TIME, "202611%02uT%02u0000Z", day, number % 23);
	write_format (writer, EAS_CALENDAR_END_TIME, "202611%02uT%02u3000Z", day, number % 23);
	write_format (writer, EAS_CALENDAR_DT_STAMP, "20261101T0%u0000Z", number % 10);
	write_words (writer, EAS_CALENDAR_SUBJECT, rand, 30);
	write_format (writer, EAS_CALENDAR_UID, "%08x-%04x-4f00-9e00-%012x", number, number % 65536,
		      number * 7);
	write_format (writer, EAS_CALENDAR_ORGANIZER_NAME, "%s %s", PICK (rand, first_names),
		      PICK (rand, last_names));
	eas_wbxml_writer_text (writer, EAS_CALENDAR_ORGANIZER_EMAIL, "anna.schmidt@example.org");
	if (number % 2 == 0)
		write_attendees (writer, rand, 3);
	write_words (writer, EAS_CALENDAR_LOCATION, rand, 12);
	eas_wbxml_writer_uint (writer, EAS_CALENDAR_BUSY_STATUS, 2);
	eas_wbxml_writer_uint (writer, EAS_CALENDAR_SENSITIVITY, 0);
	eas_wbxml_writer_uint (writer, EAS_CALENDAR_MEETING_STATUS, number % 2);
	eas_wbxml_writer_uint (writer, EAS_CALENDAR_REMINDER, 15);
	if (number % 10 == 0)
		write_recurrence (writer, number);
	eas_wbxml_writer_start (writer, EAS_CALENDAR_CATEGORIES);
	eas_wbxml_writer_text (writer, EAS_CALENDAR_CATEGORY, PICK (rand, words));
	eas_wbxml_writer_end (writer);
	write_body (writer, rand, eas_test_rand_below (rand, 300));
}

static void
write_contact (EasWbxmlWriter *writer, GRand *rand, guint number)
{
	const char *first = PICK (rand, first_names);
	const char *last = PICK (rand, last_names);

	write_format (writer, EAS_CONTACTS_FILE_AS, "%s, %s", last, first);
	eas_wbxml_writer_text (writer, EAS_CONTACTS_FIRST_NAME, first);
	eas_wbxml_writer_text (writer, EAS_CONTACTS_LAST_NAME, last);
	write_words (writer, EAS_CONTACTS_COMPANY_NAME, rand, 16);
	write_words (writer, EAS_CONTACTS_JOB_TITLE, rand, 10);
	write_format (writer, EAS_CONTACTS_EMAIL1_ADDRESS, "contact%u@example.org", number);
	write_format (writer, EAS_CONTACTS_EMAIL2_ADDRESS, "home%u@example.net", number);
	write_format (writer, EAS_CONTACTS_BUSINESS_PHONE_NUMBER, "+49 89 %06u", number);
	write_format (writer, EAS_CONTACTS_MOBILE_PHONE_NUMBER, "+49 170 %07u", number);
	write_format (writer, EAS_CONTACTS_HOME_PHONE_NUMBER, "+49 30 %06u", number);
	write_format (writer, EAS_CONTACTS_BUSINESS_ADDRESS_STREET, "Main Street %u", number % 200);
	eas_wbxml_writer_text (writer, EAS_CONTACTS_BUSINESS_ADDRESS_CITY, "M\303\274nchen");
	write_format (writer, EAS_CONTACTS_BUSINESS_ADDRESS_POSTAL_CODE, "8%04u", number % 10000);
	eas_wbxml_writer_text (writer, EAS_CONTACTS_BUSINESS_ADDRESS_COUNTRY, "Germany");
	eas_wbxml_writer_text (writer, EAS_CONTACTS_BIRTHDAY, "1980-05-17T00:00:00.000Z");
	write_format (writer, EAS_CONTACTS_WEB_PAGE, "https://www.example.org/%u", number);
	write_body (writer, rand, eas_test_rand_below (rand, 120));
}

static GBytes *
make_response (EasClass klass, WriteItem write_item, GRand *rand, guint first, guint n_items)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();
	guint ii;

	eas_wbxml_writer_start (writer, EAS_AIRSYNC_SYNC);
	eas_wbxml_writer_start (writer, EAS_AIRSYNC_COLLECTIONS);
	eas_wbxml_writer_start (writer, EAS_AIRSYNC_COLLECTION);
	eas_wbxml_writer_text (writer, EAS_AIRSYNC_CLASS, eas_class_to_string (klass));
	write_format (writer, EAS_AIRSYNC_SYNC_KEY, "%u", first + 1);
	eas_wbxml_writer_text (writer, EAS_AIRSYNC_COLLECTION_ID, "7");
	eas_wbxml_writer_uint (writer, EAS_AIRSYNC_STATUS, 1);
	eas_wbxml_writer_start (writer, EAS_AIRSYNC_COMMANDS);
	for (ii = first; ii < first + n_items; ii++) {
		eas_wbxml_writer_start (writer, EAS_AIRSYNC_ADD);
		write_format (writer, EAS_AIRSYNC_SERVER_ID, "7:%u", ii);
		eas_wbxml_writer_start (writer, EAS_AIRSYNC_APPLICATION_DATA);
		write_item (writer, rand, ii);
		eas_wbxml_writer_end (writer);
		eas_wbxml_writer_end (writer);
	}
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_end (writer);
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

GPtrArray *
bench_documents_new (EasClass klass, guint n_items)
{
	static const WriteItem writers[] = {
		[EAS_CLASS_EMAIL] = write_mail,
		[EAS_CLASS_CALENDAR] = write_event,
		[EAS_CLASS_CONTACTS] = write_contact,
	};
	GPtrArray *documents = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
	g_autoptr (GRand) rand = g_rand_new_with_seed (klass);
	guint first;

	for (first = 0; first < n_items; first += BENCH_WINDOW) {
		guint n = MIN (BENCH_WINDOW, n_items - first);

		g_ptr_array_add (documents, make_response (klass, writers[klass], rand, first, n));
	}

	return documents;
}
