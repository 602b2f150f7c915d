/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "contact-test.h"
#include "eas-map-contact-parts.h"

#include <string.h>

/* Every property of the two pages in its place. */
static void
test_read_everything (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autofree char *lines = contact_read_lines (CONTACT_EVERYTHING, &context);

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
	g_autoptr (EasItem) item = convert_item (CONTACT_EVERYTHING);
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
	g_autoptr (EasItem) item = convert_item (CONTACT_EVERYTHING);

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

/* What there is more of than the wire has places for. */
static void
test_five_addresses (void)
{
	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		EContact *contact = contact_new ("N:A;;;;\nFN:A\nX-EVOLUTION-FILE-AS:A\n"
						 "EMAIL:1@b.c\nEMAIL:2@b.c\nEMAIL:3@b.c\n"
						 "EMAIL;TYPE=WORK:4@b.c\nEMAIL:5@b.c\n"
						 "NOTE:Mine\n");
		g_autoptr (GPtrArray) changes =
			eas_map_contact_write (contact, NULL, NULL, &context, NULL);
		const EasItem *item = ((EasSyncChange *) changes->pdata[0])->item;
		g_autofree char *wire = convert_lines (item);
		EContact *again = contact_read (item, &context);
		g_autofree char *lines = contact_lines (again);
		g_autofree char *untouched = contact_write_edited (item, &context, "");
		g_autofree char *fewer = contact_write_edited (
			item, &context, "EMAIL:2@b.c\n+EMAIL:3@b.c\n+EMAIL:5@b.c");

		convert_assert_has (wire, "Email3Address=3@b.c");
		convert_assert_has (wire, "Body{Type=1;Data=Mine\\r\\n\\r\\n--- vCard ---\\r\\n"
					  "EMAIL;TYPE=WORK:4@b.c\\r\\nEMAIL:5@b.c}");
		convert_assert_lines (lines, "UID:some-uid\nFN:A\nN:A;;;;\nX-EVOLUTION-FILE-AS:A\n"
					     "EMAIL:1@b.c\nEMAIL:2@b.c\nEMAIL:3@b.c\nNOTE:Mine\n"
					     "EMAIL;TYPE=WORK:4@b.c\nEMAIL:5@b.c\n");
		convert_assert_lines (untouched, "");
		convert_assert_has (fewer, "Email3Address=5@b.c");
		convert_assert_has (fewer, "Body{Type=1;Data=Mine}");
		g_object_unref (contact);
		g_object_unref (again);
	}
}

/* EDS turns parameters around each time it writes a vCard. */
static void
test_parameters_in_any_order (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	EContact *contact = contact_new ("N:A;;;;\nTEL;TYPE=PAGER:1\n"
					 "TEL;TYPE=PAGER;PREF=1;LABEL=x;X-EVOLUTION-UI-SLOT=2:2\n");
	g_autoptr (GPtrArray) changes = eas_map_contact_write (contact, NULL, NULL, &context, NULL);
	const EasItem *item = ((EasSyncChange *) changes->pdata[0])->item;
	g_autofree char *wire = convert_lines (item);
	EContact *once = contact_through_text (contact);
	g_autoptr (GPtrArray) turned = eas_map_contact_write (once, NULL, NULL, &context, NULL);
	g_autofree char *wire_turned = convert_lines (((EasSyncChange *) turned->pdata[0])->item);
	g_autofree char *untouched = contact_write_edited (item, &context, "");

	g_assert_nonnull (strstr (wire, "PREF=1"));
	convert_assert_lacks (wire, "X-EVOLUTION-UI-SLOT");
	convert_assert_lines (wire_turned, wire);
	convert_assert_lines (untouched, "");
	g_object_unref (contact);
	g_object_unref (once);
}

/* Somebody wrote below the lines, or wrote lines that are none of ours. */
static void
test_rest_and_others (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autofree char *lines = contact_read_lines (
		"<p:LastName>A</p:LastName><b:Body><b:Type>1</b:Type><b:Data>Note\r\n\r\n"
		"--- vCard ---\r\nEMAIL:4@b.c\r\nUID:evil\r\nCall her!\r\nX-EVOLUTION-LIST:TRUE\r\n"
		"BDAY:not known</b:Data></b:Body><p:Birthday>1984-03-08T11:59:00.000Z</p:Birthday>",
		&context);

	convert_assert_has (lines, "UID:some-uid");
	convert_assert_has (lines, "EMAIL:4@b.c");
	convert_assert_has (lines, "BDAY:1984-03-08");
	convert_assert_lacks (lines, "BDAY:not");
	convert_assert_has (lines,
			    "NOTE:Note\\n\\n\\nUID:evil\\nCall her!\\nX-EVOLUTION-LIST:TRUE");
}

/* Law 8: EDS would read the file and make it the picture, for the server to have. */
static void
test_rest_links_to_no_file (void)
{
	static const char *const links[] = {
		"PHOTO;VALUE=uri:file:///etc/passwd",
		"photo;VALUE=URI;TYPE=\"a:http\":file:///etc/passwd",
		"item1.PHOTO;VALUE=uri:FILE:///etc/passwd",
		"PHOTO;VALUE=uri;file:///etc/passwd",
	};
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);

	for (guint i = 0; i < G_N_ELEMENTS (links); i++) {
		g_autofree char *xml = g_strdup_printf (
			"<p:LastName>A</p:LastName><b:Body><b:Type>1</b:Type><b:Data>"
			"--- vCard ---\r\n%s</b:Data></b:Body>",
			links[i]);
		g_autofree char *lines = contact_read_lines (xml, &context);

		convert_assert_lacks (lines, "\nPHOTO");
		convert_assert_lacks (lines, "\nphoto");
		convert_assert_lacks (lines, "\nitem1");
		g_assert_nonnull (strstr (lines, "///etc/passwd")); /* in the note */
	}
}

static void
test_numbers (void)
{
	static const struct {
		const char *vcard, *wire;
	} numbers[] = {
		{ "TEL;TYPE=CELL:1", "MobilePhoneNumber=1" },
		{ "TEL;CELL;VOICE:1", "MobilePhoneNumber=1" },
		{ "TEL;TYPE=\"cell,pref\":1", "HomePhoneNumber=1" },
		{ "TEL;TYPE=iPhone;TYPE=CELL;TYPE=VOICE;TYPE=pref:1", "MobilePhoneNumber=1" },
		{ "TEL;VALUE=uri;TYPE=home:tel:+1-555", "HomePhoneNumber=+1-555" },
		{ "TEL;TYPE=WORK:1\nTEL;TYPE=WORK:2\nTEL;TYPE=WORK:3", "CompanyMainPhone=3" },
		{ "TEL;TYPE=CELL:1\nTEL;TYPE=CELL:2", "HomePhoneNumber=2" },
		{ "TEL;TYPE=CELL:1\nTEL;TYPE=CELL:2\nTEL;TYPE=HOME:3", "Home2PhoneNumber=2" },
		{ "TEL;TYPE=CELL,WORK:1\nTEL;TYPE=CELL,WORK:2", "BusinessPhoneNumber=2" },
		{ "TEL:1", "HomePhoneNumber=1" },
		{ "TEL;TYPE=PREF:1\nTEL;TYPE=WORK:1", "BusinessPhoneNumber=1" },
		{ "TEL;TYPE=HOME:1\nTEL;TYPE=VOICE:2", "BusinessPhoneNumber=2" },
		{ "TEL;TYPE=FAX:1", "BusinessFaxNumber=1" },
		{ "TEL;TYPE=HOME,FAX:1", "HomeFaxNumber=1" },
		{ "TEL;TYPE=X-EVOLUTION-ASSISTANT:1", "AssistantPhoneNumber=1" },
		{ "TEL;TYPE=X-EVOLUTION-COMPANY:1", "CompanyMainPhone=1" },
		{ "TEL;TYPE=X-EVOLUTION-RADIO:1", "RadioPhoneNumber=1" },
		{ "TEL;TYPE=X-EVOLUTION-CALLBACK,VOICE:1", "HomePhoneNumber=1" },
		{ "TEL;TYPE=X-EVOLUTION-TELEX:1",
		  "Body{Type=1;Data=--- vCard ---\\r\\nTEL;TYPE=\"X-EVOLUTION-TELEX\":1}" },
		{ "TEL;TYPE=PAGER:1\nTEL;TYPE=PAGER:2",
		  "Body{Type=1;Data=--- vCard ---\\r\\nTEL;TYPE=PAGER:2}" },
	};
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);

	for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
		g_autofree char *vcard = g_strdup_printf ("N:A;;;;\n%s\n", numbers[i].vcard);
		g_autofree char *lines = contact_write_new (vcard, &context);

		convert_assert_has (lines, numbers[i].wire);
	}
}

static void
test_ims (void)
{
	static const struct {
		const char *vcard, *wire, *shown;
	} ims[] = {
		{ "X-JABBER;TYPE=HOME:a@b.c", "IMAddress=a@b.c", "X-JABBER;TYPE=HOME:a@b.c" },
		{ "IMPP:xmpp:a@b.c", "IMAddress=xmpp:a@b.c", "X-JABBER;TYPE=HOME:a@b.c" },
		{ "IMPP;X-SERVICE-TYPE=Skype:skype:ana", "IMAddress=skype:ana",
		  "X-SKYPE;TYPE=HOME:ana" },
		{ "X-SKYPE-USERNAME:ana", "IMAddress=skype:ana", "X-SKYPE;TYPE=HOME:ana" },
		{ "X-MATRIX:@a:b.c", "IMAddress=matrix:@a:b.c", "X-MATRIX;TYPE=HOME:@a:b.c" },
		{ "X-AIM;TYPE=WORK:ana", "IMAddress=aim:ana", "X-AIM;TYPE=HOME:ana" },
		{ "X-QQ:123", "IMAddress=qq:123", "X-JABBER;TYPE=HOME:qq:123" },
	};
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);

	for (guint i = 0; i < G_N_ELEMENTS (ims); i++) {
		g_autofree char *vcard = g_strdup_printf ("N:A;;;;\n%s\n", ims[i].vcard);
		g_autofree char *lines = contact_write_new (vcard, &context);
		g_autofree char *xml = g_strdup_printf ("<q:IMAddress>%s</q:IMAddress>",
							strchr (ims[i].wire, '=') + 1);
		g_autofree char *shown = contact_read_lines (xml, &context);

		convert_assert_has (lines, ims[i].wire);
		convert_assert_has (shown, ims[i].shown);
	}
}

/* A program that knows only the full name changes that alone. */
static void
test_full_name_alone (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (EasItem) item = convert_item ("<p:LastName>Weber</p:LastName><p:FirstName>Maya</"
						 "p:FirstName><p:FileAs>Weber, Maya</p:FileAs>");
	g_autoptr (EasItem) firm = convert_item ("<p:CompanyName>Weber &amp; Sons</p:CompanyName>");
	g_autofree char *married = contact_write_edited (item, &context, "FN:Maya Müller");
	g_autofree char *fields = contact_write_edited (item, &context, "N:Müller;Maya;;;");
	g_autofree char *filed = contact_write_edited (
		item, &context, "N:Müller;Maya;;;\nX-EVOLUTION-FILE-AS:Bavarian");
	g_autofree char *of_firm = contact_write_edited (firm, &context, "TITLE:Bakers");
	g_autofree char *new = contact_write_new ("FN:Prof. Maya Müller\n", &context);

	convert_assert_has (married, "LastName=Müller");
	convert_assert_has (married, "FirstName=Maya");
	convert_assert_has (married, "FileAs=Müller, Maya");
	convert_assert_has (fields, "FileAs=Müller, Maya");
	convert_assert_has (filed, "FileAs=Bavarian");
	convert_assert_has (filed, "LastName=Müller");
	convert_assert_lacks (of_firm, "LastName");
	convert_assert_lacks (of_firm, "FirstName");
	convert_assert_has (new, "LastName=Müller");
	convert_assert_has (new, "Title=Prof.");
}

/* How a contact without a name is called. */
static void
test_names_without_name (void)
{
	static const struct {
		const char *xml, *line;
	} names[] = {
		{ "<p:CompanyName>Firm</p:CompanyName>", "FN:Firm" },
		{ "<p:FileAs>Filed</p:FileAs><p:CompanyName>Firm</p:CompanyName>", "FN:Filed" },
		{ "<q:NickName>Nick</q:NickName>", "FN:Nick" },
		{ "<p:Email1Address>\"A\" &lt;a@b.c&gt;</p:Email1Address>", "FN:a@b.c" },
		{ "<p:LastName>L</p:LastName>", "X-EVOLUTION-FILE-AS:L" },
		{ "<p:HomePhoneNumber>1</p:HomePhoneNumber>", "FN:" },
	};

	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);

		for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
			g_autofree char *lines = contact_read_lines (names[i].xml, &context);
			g_autoptr (EasItem) item = convert_item (names[i].xml);
			g_autofree char *untouched = contact_write_edited (item, &context, "");

			convert_assert_has (lines, names[i].line);
			convert_assert_lines (untouched, "");
		}
	}
}

static void
test_categories (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (EasItem) item =
		convert_item ("<p:Categories><p:Category>Red, "
			      "dark</p:Category><p:Category>A</p:Category></p:Categories>");
	g_autofree char *untouched = contact_write_edited (item, &context, "");
	g_autofree char *added =
		contact_write_edited (item, &context, "CATEGORIES:A,Red\xe2\x80\x9a dark,New");
	g_autofree char *gone = contact_write_edited (item, &context, "-CATEGORIES");

	convert_assert_lines (untouched, "");
	convert_assert_has (added, "Categories{Category=A;Category=New;Category=Red, dark}");
	convert_assert_has (gone, "Categories");
}

static void
test_certificates_are_refused (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autofree char *reason =
		contact_refused ("N:A;;;;\nKEY;TYPE=X509;ENCODING=b:AAAA\n", &context);

	g_assert_nonnull (strstr (reason, "certificate"));
}

/* What programs note for themselves is nobody's loss, and no line in anybody's note. */
static void
test_bookkeeping (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autofree char *lines = contact_write_new (
		"N:A;;;;\nREV:2026-01-01T00:00:00Z\nPRODID:-//x\nX-MOZILLA-HTML:FALSE\nX-ABUID:1\n"
		"X-EVOLUTION-WEBDAV-ETAG:2\nMAILER:x\nCLASS:PUBLIC\nSORT-STRING:A\nSOURCE:http://"
		"x\n",
		&context);

	convert_assert_lines (lines, "Add\n  FileAs=A\n  LastName=A\n");
}

/* The star of GNOME Contacts is set by a person. */
static void
test_favourite (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item =
		convert_item ("<p:LastName>A</p:LastName><p:FileAs>A</p:FileAs>");
	g_autofree char *starred = contact_write_edited (item, &context, "+X-FOLKS-FAVOURITE:true");
	g_autofree char *shown = contact_read_lines (
		"<p:LastName>A</p:LastName><b:Body><b:Type>1</b:Type>"
		"<b:Data>--- vCard ---\r\nX-FOLKS-FAVOURITE:true</b:Data></b:Body>",
		&context);

	convert_assert_has (starred, "Body{Type=1;Data=--- vCard ---\\r\\nX-FOLKS-FAVOURITE:true}");
	convert_assert_has (shown, "X-FOLKS-FAVOURITE:true");
	convert_assert_lacks (shown, "NOTE");
}

static void
test_other_properties (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autofree char *lines =
		contact_write_new ("N:A;;;;\nURL:http://1\nURL:http://2\nROLE:Chief\n"
				   "X-EVOLUTION-BLOG-URL:http://3\n"
				   "GEO:46.05;14.5\nitem1.X-ABDATE:2020-01-01\n"
				   "item1.X-ABLABEL:Met\n",
				   &context);

	convert_assert_has (lines, "WebPage=http://1");
	convert_assert_has (lines,
			    "Body{Type=1;Data=--- vCard ---\\r\\nURL:http://2\\r\\nROLE:Chief\\r\\n"
			    "X-EVOLUTION-BLOG-URL:http://3\\r\\nGEO:46.05;14.5\\r\\n"
			    "item1.X-ABDATE:2020-01-01\\r\\nitem1.X-ABLABEL:Met}");
}

/* EDS's splitter (3.56) reads beside the name where white space stands before a comma, or two
 * commas together. */
static void
test_splittable (void)
{
	static const struct {
		const char *full_name, *splittable;
	} rows[] = {
		{ "Ada Lovelace", "Ada Lovelace" },
		{ "Lovelace, Ada", "Lovelace, Ada" },
		{ "Lovelace , Ada", "Lovelace, Ada" },
		{ "Lovelace \t , Ada", "Lovelace, Ada" },
		{ "Lovelace,,Ada", "Lovelace,Ada" },
		{ "Lovelace, , ,Ada", "Lovelace,Ada" },
		{ "Lovelace ,, Ada", "Lovelace, Ada" },
		{ "  Ada   King  Lovelace", "Ada King Lovelace" },
		{ "Ada\u00a0Lovelace\u2003, Jr.", "Ada Lovelace, Jr." },
		{ "\u5f20, \u4e09", "\u5f20, \u4e09" },
		{ "Ada ,", "Ada," },
		{ " ,Ada", ",Ada" },
		{ ",,", "," },
		{ ", ,", "," },
		{ " ", "" },
		{ "", "" },
	};
	static const char *const letters[] = { " ", ",", "\t", "a", "Jr.", "\u00a0", "\u00e9" };
	g_autoptr (GRand) rand = eas_test_rand (356);

	for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_autofree char *text = eas_contact_dup_splittable (rows[i].full_name);

		g_assert_cmpstr (text, ==, rows[i].splittable);
	}
	for (guint i = 0; i < 5000; i++) {
		g_autoptr (GString) name = g_string_new (NULL);
		g_autofree char *text = NULL;
		g_autofree char *again = NULL;

		for (guint n = eas_test_rand_below (rand, 12); n > 0; n--)
			g_string_append (
				name, letters[eas_test_rand_below (rand, G_N_ELEMENTS (letters))]);
		text = eas_contact_dup_splittable (name->str);
		again = eas_contact_dup_splittable (text);
		g_assert_true (strstr (text, " ,") == NULL && strstr (text, ",,") == NULL &&
			       strstr (text, "  ") == NULL && strchr (text, '\t') == NULL);
		g_assert_cmpstr (again, ==, text);
		e_contact_name_free (e_contact_name_from_string (text));
	}
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
	g_test_add_func ("/map/contact/five-addresses", test_five_addresses);
	g_test_add_func ("/map/contact/parameters-in-any-order", test_parameters_in_any_order);
	g_test_add_func ("/map/contact/rest-and-others", test_rest_and_others);
	g_test_add_func ("/map/contact/rest-links-to-no-file", test_rest_links_to_no_file);
	g_test_add_func ("/map/contact/numbers", test_numbers);
	g_test_add_func ("/map/contact/ims", test_ims);
	g_test_add_func ("/map/contact/full-name-alone", test_full_name_alone);
	g_test_add_func ("/map/contact/names-without-name", test_names_without_name);
	g_test_add_func ("/map/contact/categories", test_categories);
	g_test_add_func ("/map/contact/certificates-are-refused", test_certificates_are_refused);
	g_test_add_func ("/map/contact/bookkeeping", test_bookkeeping);
	g_test_add_func ("/map/contact/favourite", test_favourite);
	g_test_add_func ("/map/contact/other-properties", test_other_properties);

	g_test_add_func ("/map/contact/names-that-can-be-split", test_splittable);

	return g_test_run ();
}
