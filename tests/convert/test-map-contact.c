/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "contact-test.h"
#include "eas-map-contact-parts.h"

#include <string.h>

#define EVERYTHING                                                                                 \
	"<p:LastName>Kovač</p:LastName><p:FirstName>Ana</p:FirstName><p:MiddleName>M.</"          \
	"p:MiddleName>"                                                                            \
	"<p:Title>Dr.</p:Title><p:Suffix>Jr.</p:Suffix><p:FileAs>Kovač, Ana</p:FileAs>"           \
	"<q:NickName>Anči</q:NickName><p:YomiLastName>コバチ</p:YomiLastName>"                 \
	"<p:YomiFirstName>アナ</p:YomiFirstName><p:CompanyName>Adria</p:CompanyName>"            \
	"<p:Department>Design</p:Department><p:OfficeLocation>12a</p:OfficeLocation>"              \
	"<p:YomiCompanyName>アドリア</p:YomiCompanyName><p:JobTitle>Designer</p:JobTitle>"     \
	"<q:ManagerName>Maja</q:ManagerName><p:AssistantName>Jure</p:AssistantName>"               \
	"<p:Spouse>Luka</p:Spouse><p:Children><p:Child>Eva</p:Child><p:Child>Jan</p:Child></"      \
	"p:Children>"                                                                              \
	"<p:Email1Address>\"Ana Kovač\" &lt;ana@example.org&gt;</p:Email1Address>"                \
	"<p:Email2Address>ana@example.net</p:Email2Address>"                                       \
	"<p:Email3Address>ana@example.com</p:Email3Address>"                                       \
	"<q:IMAddress>ana@jabber.example</q:IMAddress><q:IMAddress2>skype:ana.k</q:IMAddress2>"    \
	"<q:IMAddress3>sip:ana@voip.example</q:IMAddress3>"                                        \
	"<p:MobilePhoneNumber>+386 1</p:MobilePhoneNumber>"                                        \
	"<p:BusinessPhoneNumber>+386 2</p:BusinessPhoneNumber>"                                    \
	"<p:Business2PhoneNumber>+386 3</p:Business2PhoneNumber>"                                  \
	"<p:HomePhoneNumber>+386 4</p:HomePhoneNumber><p:Home2PhoneNumber>+386 "                   \
	"5</p:Home2PhoneNumber>"                                                                   \
	"<p:BusinessFaxNumber>+386 6</p:BusinessFaxNumber><p:HomeFaxNumber>+386 "                  \
	"7</p:HomeFaxNumber>"                                                                      \
	"<p:PagerNumber>+386 8</p:PagerNumber><p:CarPhoneNumber>+386 9</p:CarPhoneNumber>"         \
	"<p:RadioPhoneNumber>+386 10</p:RadioPhoneNumber>"                                         \
	"<p:AssistantPhoneNumber>+386 11</p:AssistantPhoneNumber>"                                 \
	"<q:CompanyMainPhone>+386 12</q:CompanyMainPhone><q:MMS>+386 13</q:MMS>"                   \
	"<p:BusinessAddressStreet>Čopova 7\r\n2. nadstropje</p:BusinessAddressStreet>"            \
	"<p:BusinessAddressCity>Ljubljana</p:BusinessAddressCity>"                                 \
	"<p:BusinessAddressState>Osrednja</p:BusinessAddressState>"                                \
	"<p:BusinessAddressPostalCode>1000</p:BusinessAddressPostalCode>"                          \
	"<p:BusinessAddressCountry>Slovenija</p:BusinessAddressCountry>"                           \
	"<p:HomeAddressStreet>Trg "                                                                \
	"1</p:HomeAddressStreet><p:HomeAddressCity>Kranj</p:HomeAddressCity>"                      \
	"<p:OtherAddressCity>Piran</p:OtherAddressCity>"                                           \
	"<p:WebPage>https://example.org/ana</p:WebPage>"                                           \
	"<p:Birthday>1984-03-08T11:59:00.000Z</p:Birthday>"                                        \
	"<p:Anniversary>2010-06-12T00:00:00.000Z</p:Anniversary>"                                  \
	"<p:Categories><p:Category>Friends</p:Category><p:Category>Work</p:Category></"            \
	"p:Categories>"                                                                            \
	"<q:CustomerId>K-1</q:CustomerId><q:GovernmentId>G-2</q:GovernmentId>"                     \
	"<q:AccountName>A-3</q:AccountName><p:Picture>/9j/4AAQSkZJRg==</p:Picture>"                \
	"<b:Body><b:Type>1</b:Type><b:Data>One\r\nTwo</b:Data></b:Body>"                           \
	"<b:NativeBodyType>1</b:NativeBodyType>"

/* Every property of the two pages in its place. */
static void
test_read_everything (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autofree char *lines = contact_read_lines (EVERYTHING, &context);

	convert_assert_lines (
		lines,
		"UID:some-uid\n"
		"FN:Dr. Ana M. Kovač Jr.\n"
		"N:Kovač;Ana;M.;Dr.;Jr.\n"
		"X-EVOLUTION-FILE-AS:Kovač\\, Ana\n"
		"NICKNAME:Anči\n"
		"X-PHONETIC-LAST-NAME:コバチ\n"
		"X-PHONETIC-FIRST-NAME:アナ\n"
		"ORG:Adria;Design;12a\n"
		"X-PHONETIC-ORG:アドリア\n"
		"TITLE:Designer\n"
		"X-EVOLUTION-MANAGER:Maja\n"
		"X-EVOLUTION-ASSISTANT:Jure\n"
		"X-EVOLUTION-SPOUSE:Luka\n"
		"X-EVOLUTION-EAS-CHILD:Eva\n"
		"X-EVOLUTION-EAS-CHILD:Jan\n"
		"EMAIL:ana@example.org\n"
		"EMAIL:ana@example.net\n"
		"EMAIL:ana@example.com\n"
		"X-JABBER;TYPE=HOME:ana@jabber.example\n"
		"X-SKYPE;TYPE=HOME:ana.k\n"
		"X-SIP;TYPE=HOME:ana@voip.example\n"
		"TEL;TYPE=CELL:+386 1\n"
		"TEL;TYPE=WORK,VOICE:+386 2\n"
		"TEL;TYPE=WORK,VOICE:+386 3\n"
		"TEL;TYPE=HOME,VOICE:+386 4\n"
		"TEL;TYPE=HOME,VOICE:+386 5\n"
		"TEL;TYPE=WORK,FAX:+386 6\n"
		"TEL;TYPE=HOME,FAX:+386 7\n"
		"TEL;TYPE=PAGER:+386 8\n"
		"TEL;TYPE=CAR:+386 9\n"
		"TEL;TYPE=\"X-EVOLUTION-RADIO\":+386 10\n"
		"TEL;TYPE=\"X-EVOLUTION-ASSISTANT\":+386 11\n"
		"TEL;TYPE=\"X-EVOLUTION-COMPANY\":+386 12\n"
		"X-EAS-MMS:+386 13\n"
		"ADR;TYPE=WORK:;;Čopova 7\\n2. nadstropje;Ljubljana;Osrednja;1000;Slovenija\n"
		"ADR;TYPE=HOME:;;Trg 1;Kranj;;;\n"
		"ADR;TYPE=OTHER:;;;Piran;;;\n"
		"URL:https://example.org/ana\n"
		"BDAY:1984-03-08\n"
		"X-EVOLUTION-ANNIVERSARY:2010-06-12\n"
		"CATEGORIES:Friends,Work\n"
		"X-EAS-CUSTOMER-ID:K-1\n"
		"X-EAS-GOVERNMENT-ID:G-2\n"
		"X-EAS-ACCOUNT-NAME:A-3\n"
		"PHOTO;TYPE=jpeg;ENCODING=b:/9j/4AAQSkZJRg==\n"
		"NOTE:One\\nTwo\n");
}

/* EDS finds each in the field in which its programs show it. */
static void
test_fields_of_eds (void)
{
	static const struct {
		EContactField field;
		const char *value;
	} fields[] = {
		{ E_CONTACT_FULL_NAME, "Dr. Ana M. Kovač Jr." },
		{ E_CONTACT_GIVEN_NAME, "Ana" },
		{ E_CONTACT_FAMILY_NAME, "Kovač" },
		{ E_CONTACT_FILE_AS, "Kovač, Ana" },
		{ E_CONTACT_EMAIL_1, "ana@example.org" },
		{ E_CONTACT_EMAIL_3, "ana@example.com" },
		{ E_CONTACT_PHONE_MOBILE, "+386 1" },
		{ E_CONTACT_PHONE_BUSINESS, "+386 2" },
		{ E_CONTACT_PHONE_BUSINESS_2, "+386 3" },
		{ E_CONTACT_PHONE_HOME, "+386 4" },
		{ E_CONTACT_PHONE_HOME_2, "+386 5" },
		{ E_CONTACT_PHONE_BUSINESS_FAX, "+386 6" },
		{ E_CONTACT_PHONE_HOME_FAX, "+386 7" },
		{ E_CONTACT_PHONE_PAGER, "+386 8" },
		{ E_CONTACT_PHONE_CAR, "+386 9" },
		{ E_CONTACT_PHONE_RADIO, "+386 10" },
		{ E_CONTACT_PHONE_ASSISTANT, "+386 11" },
		{ E_CONTACT_PHONE_COMPANY, "+386 12" },
		{ E_CONTACT_ORG, "Adria" },
		{ E_CONTACT_ORG_UNIT, "Design" },
		{ E_CONTACT_OFFICE, "12a" },
		{ E_CONTACT_TITLE, "Designer" },
		{ E_CONTACT_MANAGER, "Maja" },
		{ E_CONTACT_ASSISTANT, "Jure" },
		{ E_CONTACT_SPOUSE, "Luka" },
		{ E_CONTACT_NICKNAME, "Anči" },
		{ E_CONTACT_HOMEPAGE_URL, "https://example.org/ana" },
		{ E_CONTACT_CATEGORIES, "Friends,Work" },
		{ E_CONTACT_IM_JABBER_HOME_1, "ana@jabber.example" },
		{ E_CONTACT_NOTE, "One\nTwo" },
	};
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (EasItem) item = convert_item (EVERYTHING);
	EContact *contact = contact_read (item, &context);
	EContactDate *birthday = e_contact_get (contact, E_CONTACT_BIRTH_DATE);
	EContactPhoto *photo = e_contact_get (contact, E_CONTACT_PHOTO);
	EContactAddress *home = e_contact_get (contact, E_CONTACT_ADDRESS_HOME);

	for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
		g_autofree char *value = e_contact_get (contact, fields[i].field);

		if (g_strcmp0 (value, fields[i].value) != 0)
			g_error ("%s is %s", e_contact_field_name (fields[i].field), value);
	}
	g_assert_cmpuint (birthday->month, ==, 3);
	g_assert_cmpstr (photo->data.inlined.mime_type, ==, "image/jpeg");
	g_assert_cmpmem (photo->data.inlined.data, 4, "\xff\xd8\xff\xe0", 4);
	g_assert_cmpstr (home->locality, ==, "Kranj");
	e_contact_date_free (birthday);
	e_contact_photo_free (photo);
	e_contact_address_free (home);
	g_object_unref (contact);
}

/* Nothing was touched, in no version, even after EDS wrote it out and read it again. */
static void
test_untouched (void)
{
	g_autoptr (EasItem) item = convert_item (EVERYTHING);

	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		EContact *shown = contact_read (item, &context);
		EContact *again = contact_through_text (shown);
		g_autoptr (GPtrArray) changes =
			eas_map_contact_write (again, item, shown, &context, NULL);
		g_autofree char *lines = convert_change_lines (changes);

		convert_assert_lines (lines, "");
		g_object_unref (shown);
		g_object_unref (again);
	}
}

/* Every element of the pages has its row or its reason. */
static void
test_table (void)
{
	g_autoptr (GString) faults = g_string_new (NULL);

	eas_map_table_check (&eas_contact_table, faults);
	g_assert_cmpstr (faults->str, ==, "");
	g_assert_null (eas_map_contact_supported (EAS_VERSION_16_1));
	g_assert_nonnull (eas_map_contact_supported (EAS_VERSION_16_0));
	g_assert_nonnull (eas_map_contact_supported (EAS_VERSION_12_1));
}

/* A picture and a body stay when they are left out, and so are in no list. */
static void
test_supported (void)
{
	const EasTag *supported = eas_map_contact_supported (EAS_VERSION_14_1);
	guint n = 0;

	for (; supported[n] != EAS_TAG_NONE; n++) {
		g_assert_cmpuint (supported[n], !=, EAS_CONTACTS_PICTURE);
		g_assert_cmpuint (supported[n], !=, EAS_AIRSYNCBASE_BODY);
		g_assert_true (eas_tag_valid_in (supported[n], EAS_VERSION_14_1));
	}
	g_assert_cmpuint (n, ==, 59);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/map/contact/table", test_table);
	g_test_add_func ("/map/contact/supported", test_supported);
	g_test_add_func ("/map/contact/read/everything", test_read_everything);
	g_test_add_func ("/map/contact/read/fields-of-eds", test_fields_of_eds);
	g_test_add_func ("/map/contact/untouched", test_untouched);

	return g_test_run ();
}
