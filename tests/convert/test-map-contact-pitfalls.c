/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What servers and other clients are known to get wrong with contacts, one after another. */

#include "contact-test.h"

#include <string.h>
#include <sys/resource.h>
#include <gdk-pixbuf/gdk-pixbuf.h>

/* Pitfall 19: what is gone is empty up to 16.0, left out in the whole item of 16.1; no picture and
 * no body are sent that nobody touched. */
static void
test_omitted_and_empty (void)
{
	g_autoptr (EasItem) item = convert_item (CONTACT_EVERYTHING);

	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		g_autofree char *lines = contact_write_edited (item, &context, "-TITLE\n-NICKNAME");

		convert_assert_has (lines, "Change");
		convert_assert_has (lines, "LastName=Kovač");
		convert_assert_has (lines, "IMAddress=ana@jabber.example");
		convert_assert_lacks (lines, "Picture");
		convert_assert_lacks (lines, "EstimatedDataSize");
		convert_assert_lacks (lines, "NativeBodyType");
		if (convert_versions[v] < EAS_VERSION_16_1) {
			convert_assert_has (lines, "JobTitle");
			convert_assert_has (lines, "NickName");
			convert_assert_lacks (lines, "Body{");
		} else {
			convert_assert_lacks (lines, "JobTitle");
			convert_assert_lacks (lines, "NickName");
			convert_assert_has (lines, "Body{Type=1;Data=One\\r\\nTwo}");
		}
	}
}

static void
test_nothing_empty_in_an_add (void)
{
	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		g_autofree char *lines = contact_write_new ("FN:Max Mut\n"
							    "N:Mut;Max;;;\n"
							    "EMAIL:\n"
							    "TEL;TYPE=HOME:\n"
							    "NOTE:\n"
							    "PHOTO;ENCODING=b;TYPE=jpeg:\n"
							    "ADR;TYPE=HOME:;;;;;;\n"
							    "CATEGORIES:\n",
							    &context);

		convert_assert_lines (lines, "Add\n"
					     "  FileAs=Mut, Max\n"
					     "  FirstName=Max\n"
					     "  LastName=Mut\n");
	}
}

/* Pitfall 20: what no program shows, and what we do not know, is there after an edit of something
 * else. */
static void
test_unknown_survives (void)
{
	g_autoptr (EasItem) item = convert_item (
		CONTACT_EVERYTHING
		"<p:Alias>anak</p:Alias><g:token page=\"01\" code=\"3f\">later</g:token>");

	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		g_autoptr (GError) error = NULL;
		EContact *shown = contact_read (item, &context);
		EContact *edited = contact_edit (shown, "TITLE:Boss");
		g_autoptr (GPtrArray) changes =
			eas_map_contact_write (edited, item, shown, &context, &error);
		g_autoptr (EasItem) applied = NULL;
		g_autofree char *before = convert_lines (item);
		g_autofree char *after = NULL;
		GString *expected = g_string_new (before);

		g_assert_no_error (error);
		applied = eas_map_contact_apply (item, changes, &context);
		after = convert_lines (applied);
		g_string_replace (expected, "JobTitle=Designer", "JobTitle=Boss", 0);
		convert_assert_lines (after, expected->str);
		g_string_free (expected, TRUE);
		g_object_unref (shown);
		g_object_unref (edited);
	}
}

/* Pitfall 21. */
static void
test_birthdays (void)
{
	static const struct {
		const char *wire, *zone, *shown;
	} days[] = {
		{ "1984-03-08T11:59:00.000Z", "Europe/Berlin", "1984-03-08" },
		{ "1984-03-08T00:00:00.000Z", "Europe/Berlin", "1984-03-08" },
		{ "1984-03-08T00:00:00.000Z", "America/Los_Angeles", "1984-03-08" },
		{ "1984-03-08T11:59:00.000Z", "Pacific/Auckland", "1984-03-08" },
		{ "1984-03-08T12:00:00.000Z", "Pacific/Auckland", "1984-03-08" },
		/* Local midnight as UTC. */
		{ "1984-03-07T23:00:00.000Z", "Europe/Berlin", "1984-03-08" },
		{ "1984-07-07T22:00:00.000Z", "Europe/Berlin", "1984-07-08" },
		{ "1984-03-08T08:00:00.000Z", "America/Los_Angeles", "1984-03-08" },
		{ "1984-03-07T18:30:00.000Z", "Asia/Kolkata", "1984-03-08" },
		/* By the rules of today, of a summer without daylight saving. */
		{ "1975-07-09T22:00:00.000Z", "Europe/Berlin", "1975-07-10" },
		/* Not midnight anywhere near: the digits. */
		{ "1984-03-07T22:30:00.000Z", "Europe/Berlin", "1984-03-07" },
		{ "1984-03-07T23:00:00.000Z", "America/New_York", "1984-03-07" },
		/* Before 1970, before 1901, and compact. */
		{ "1939-12-31T11:59:00.000Z", "Europe/Berlin", "1939-12-31" },
		{ "1899-01-01T00:00:00.000Z", "Europe/Berlin", "1899-01-01" },
		{ "1604-02-29T00:00:00.000Z", "Europe/Berlin", "1604-02-29" },
		{ "19840308T115900Z", "Europe/Berlin", "1984-03-08" },
	};

	for (guint i = 0; i < G_N_ELEMENTS (days); i++) {
		EasMapContext context = convert_context (EAS_VERSION_14_1, days[i].zone);
		g_autofree char *xml = g_strdup_printf ("<p:LastName>A</p:LastName><p:Birthday>%s"
							"</p:Birthday>",
							days[i].wire);
		g_autofree char *bday = g_strdup_printf ("BDAY:%s", days[i].shown);
		g_autofree char *lines = contact_read_lines (xml, &context);
		g_autoptr (EasItem) item = convert_item (xml);
		g_autofree char *untouched = contact_write_edited (item, &context, "");
		g_autofree char *edited = contact_write_edited (item, &context, "TITLE:Boss");
		g_autofree char *as_it_was = g_strdup_printf ("Birthday=%s", days[i].wire);

		convert_assert_has (lines, bday);
		convert_assert_lines (untouched, "");
		convert_assert_has (edited, as_it_was);
	}
}

/* Some phones have year 1 for a year that nobody told them: no day to show, and none to lose. */
static void
test_early_birthday (void)
{
	static const EasVersion versions[] = { EAS_VERSION_14_1, EAS_VERSION_16_1 };
	static const char xml[] = "<p:LastName>A</p:LastName>"
				  "<p:Birthday>0001-03-08T00:00:00.000Z</p:Birthday>";

	for (guint i = 0; i < G_N_ELEMENTS (versions); i++) {
		EasMapContext context = convert_context (versions[i], "Europe/Berlin");
		g_autofree char *lines = contact_read_lines (xml, &context);
		g_autoptr (EasItem) item = convert_item (xml);
		g_autofree char *untouched = contact_write_edited (item, &context, "");
		g_autofree char *edited = contact_write_edited (item, &context, "TITLE:Boss");
		g_autofree char *dated = contact_write_edited (item, &context, "BDAY:1984-03-08");

		convert_assert_lacks (lines, "BDAY");
		convert_assert_lines (untouched, "");
		convert_assert_has (edited, "Birthday=0001-03-08T00:00:00.000Z");
		convert_assert_has (dated, "Birthday=1984-03-08T11:59:00.000Z");
	}
}

static void
test_birthdays_written (void)
{
	static const struct {
		const char *vcard, *wire;
	} days[] = {
		{ "BDAY:1984-03-08", "Birthday=1984-03-08T11:59:00.000Z" },
		{ "BDAY:19840308", "Birthday=1984-03-08T11:59:00.000Z" },
		{ "BDAY;VALUE=date-time:1984-03-08T23:00:00Z",
		  "Birthday=1984-03-08T11:59:00.000Z" },
		{ "BDAY:--0308", "Birthday=1604-03-08T11:59:00.000Z" },
		{ "BDAY:--02-29", "Birthday=1604-02-29T11:59:00.000Z" },
		{ "BDAY:1899-12-31", "Birthday=1899-12-31T11:59:00.000Z" },
		{ "X-EVOLUTION-ANNIVERSARY:2010-06-12", "Anniversary=2010-06-12T11:59:00.000Z" },
		{ "ANNIVERSARY:20100612", "Anniversary=2010-06-12T11:59:00.000Z" },
		{ "X-ANNIVERSARY:2010-06-12", "Anniversary=2010-06-12T11:59:00.000Z" },
		/* No day, and yet nothing to lose. */
		{ "BDAY:in the spring of 1984",
		  "Body{Type=1;Data=--- vCard ---\\r\\nBDAY:in the spring of 1984}" },
		{ "BDAY:1984-02-30", "Body{Type=1;Data=--- vCard ---\\r\\nBDAY:1984-02-30}" },
	};
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);

	for (guint i = 0; i < G_N_ELEMENTS (days); i++) {
		g_autofree char *vcard = g_strdup_printf ("N:A;;;;\n%s\n", days[i].vcard);
		g_autofree char *lines = contact_write_new (vcard, &context);

		convert_assert_has (lines, days[i].wire);
	}
}

/* Pitfall 22. A picture that would be too large, in a format that is known. */
static char *
large_picture (guint edge)
{
	g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, edge, edge);
	guint8 *pixels = gdk_pixbuf_get_pixels (pixbuf);
	g_autoptr (GRand) rand = g_rand_new_with_seed (7);
	g_autofree char *data = NULL;
	gsize size;

	/* Noise cannot be made small. */
	for (int i = 0; i < gdk_pixbuf_get_rowstride (pixbuf) * (int) edge - (int) edge; i++)
		pixels[i] = g_rand_int_range (rand, 0, 256);
	g_assert_true (gdk_pixbuf_save_to_buffer (pixbuf, &data, &size, "png", NULL, NULL));

	return g_base64_encode ((const guchar *) data, size);
}

static void
assert_picture_fits (const EasItem *item)
{
	const char *base64 = eas_item_get_text (item, EAS_CONTACTS_PICTURE);

	g_assert_nonnull (base64);
	g_assert_cmpuint (strlen (base64), <=, 48 * 1024);
	g_assert_true (g_str_has_prefix (base64, "/9j/"));
}

static void
test_picture_is_made_to_fit (void)
{
	g_autofree char *base64 = large_picture (700);
	g_autofree char *property = g_strconcat ("PHOTO;ENCODING=b;TYPE=png:", base64, "\n", NULL);
	g_autofree char *vcard = g_strconcat ("N:A;;;;\n", property, NULL);
	g_autoptr (EasItem) item = convert_item (CONTACT_EVERYTHING);

	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		g_autoptr (GError) error = NULL;
		EContact *new = contact_new (vcard);
		EContact *shown = contact_read (item, &context);
		EContact *edited = contact_edit (shown, property);
		g_autoptr (GPtrArray) added =
			eas_map_contact_write (new, NULL, NULL, &context, &error);
		g_autoptr (GPtrArray) changed = NULL;

		g_assert_no_error (error);
		assert_picture_fits (((EasSyncChange *) added->pdata[0])->item);
		changed = eas_map_contact_write (edited, item, shown, &context, &error);
		g_assert_no_error (error);
		g_assert_cmpuint (changed->len, ==, 1);
		assert_picture_fits (((EasSyncChange *) changed->pdata[0])->item);
		g_object_unref (new);
		g_object_unref (shown);
		g_object_unref (edited);
	}
}

static void
test_picture_too_large_to_read (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autofree guint8 *noise = g_malloc0 (60000);
	g_autofree char *base64 = g_base64_encode (noise, 60000);
	g_autofree char *vcard = g_strconcat ("N:A;;;;\nPHOTO;ENCODING=b:", base64, "\n", NULL);
	g_autofree char *reason = contact_refused (vcard, &context);

	g_assert_nonnull (strstr (reason, "picture"));
}

/* An empty element takes it away, in every version; it is in no other Change. */
static guint32
checksum (const guint8 *data, gsize size)
{
	guint32 sum = 0xffffffff;

	for (gsize i = 0; i < size; i++) {
		sum ^= data[i];
		for (guint bit = 0; bit < 8; bit++)
			sum = (sum >> 1) ^ ((sum & 1) != 0 ? 0xedb88320 : 0);
	}

	return ~sum;
}

static void
append_number (GByteArray *bytes, guint32 number)
{
	number = GUINT32_TO_BE (number);
	g_byte_array_append (bytes, (const guint8 *) &number, sizeof number);
}

static void
append_chunk (GByteArray *png, const char *type, const guint8 *data, gsize size)
{
	guint begin = png->len + 4;

	append_number (png, (guint32) size);
	g_byte_array_append (png, (const guint8 *) type, 4);
	g_byte_array_append (png, data, (guint) size);
	append_number (png, checksum (png->data + begin, png->len - begin));
}

static GBytes *
compress_zeros (gsize size)
{
	g_autofree guint8 *zeros = g_malloc0 (size);
	g_autoptr (GConverter) packer =
		G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 9));
	g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
	g_autoptr (GOutputStream) stream = g_converter_output_stream_new (memory, packer);

	g_assert_true (g_output_stream_write_all (stream, zeros, size, NULL, NULL, NULL));
	g_assert_true (g_output_stream_close (stream, NULL, NULL));

	return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

/* @edge pixels in black and white; with padding, so that it is too large for the wire. */
static char *
picture_of_nothing (guint edge)
{
	static const guint8 signature[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
	static const guint8 padding[48 * 1024] = { 'x', 0 };
	const guint8 rest[] = { /* bits */ 1, /* gray */ 0, 0, 0, 0 };
	g_autoptr (GByteArray) png = g_byte_array_new ();
	g_autoptr (GByteArray) head = g_byte_array_new ();
	g_autoptr (GBytes) packed = compress_zeros ((gsize) edge * (1 + (edge + 7) / 8));
	gsize size;
	const guint8 *data = g_bytes_get_data (packed, &size);

	append_number (head, edge);
	append_number (head, edge);
	g_byte_array_append (head, rest, sizeof rest);
	g_byte_array_append (png, signature, sizeof signature);
	append_chunk (png, "IHDR", head->data, head->len);
	append_chunk (png, "zzZz", padding, sizeof padding);
	append_chunk (png, "IDAT", data, size);
	append_chunk (png, "IEND", data, 0);

	return g_base64_encode (png->data, png->len);
}

/* A small file that unpacks to half a gigabyte and more. */
static void
test_picture_that_unpacks_without_end (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autofree char *small = picture_of_nothing (600);
	g_autofree char *huge = picture_of_nothing (12000);
	g_autofree char *good = g_strdup_printf ("N:A;;;;\nPHOTO;ENCODING=b;TYPE=png:%s\n", small);
	g_autofree char *bad = g_strdup_printf ("N:A;;;;\nPHOTO;ENCODING=b;TYPE=png:%s\n", huge);
	g_autofree char *written = contact_write_new (good, &context);
	g_autofree char *reason = NULL;
	struct rusage before, after;

	convert_assert_has (written, "LastName=A");
	getrusage (RUSAGE_SELF, &before);
	reason = contact_refused (bad, &context);
	getrusage (RUSAGE_SELF, &after);

	g_assert_nonnull (strstr (reason, "picture"));
	g_assert_cmpint (after.ru_maxrss - before.ru_maxrss, <, 100 * 1024); /* KiB */
}

static void
test_picture_removed (void)
{
	g_autoptr (EasItem) item = convert_item (CONTACT_EVERYTHING);

	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		EContact *shown = contact_read (item, &context);
		EContact *edited = contact_edit (shown, "-PHOTO");
		g_autoptr (GPtrArray) changes =
			eas_map_contact_write (edited, item, shown, &context, NULL);
		g_autofree char *lines = convert_change_lines (changes);
		g_autoptr (EasItem) applied = eas_map_contact_apply (item, changes, &context);

		convert_assert_has (lines, "Picture");
		g_assert_false (eas_item_has (applied, EAS_CONTACTS_PICTURE));
		g_object_unref (shown);
		g_object_unref (edited);
	}
}

/* White space of the server's, and one that EDS keeps in a file of its own, are no edits. */
static void
test_picture_untouched (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItem) item = convert_item (
		"<p:LastName>A</p:LastName><p:Picture>/9j/\r\n4AAQ SkZJRg==</p:Picture>");
	g_autofree char *untouched = contact_write_edited (item, &context, "");
	EContact *shown = contact_read (item, &context);
	EContact *in_file = contact_edit (shown, "PHOTO;VALUE=uri:file:///home/a/photo.jpg");
	g_autoptr (GPtrArray) changes = NULL;

	convert_assert_lines (untouched, "");
	/* What was shown had a file, what comes to be saved the picture itself. */
	changes = eas_map_contact_write (shown, item, in_file, &context, NULL);
	g_assert_cmpuint (changes->len, ==, 0);
	g_object_unref (shown);
	g_object_unref (in_file);
}

/* Pitfall 23. */
static void
test_emails (void)
{
	static const struct {
		const char *wire, *shown, *edited;
	} emails[] = {
		{ "\"Ana Kovač\" &lt;a@b.c&gt;", "a@b.c", "\"Ana Kovač\" <new@b.c>" },
		{ "Ana Kovač &lt;a@b.c&gt;", "a@b.c", "Ana Kovač <new@b.c>" },
		{ "\"Ana (a@b.c)\" &lt;a@b.c&gt;", "a@b.c", "new@b.c" },
		{ "\"a@b.c\" &lt;a@b.c&gt;", "a@b.c", "new@b.c" },
		{ "a@b.c", "a@b.c", "new@b.c" },
		{ "&lt;a@b.c&gt;", "a@b.c", "new@b.c" },
		{ "/o=Example/ou=First/cn=Recipients/cn=ana",
		  "/o=Example/ou=First/cn=Recipients/cn=ana", "new@b.c" },
	};

	for (guint i = 0; i < G_N_ELEMENTS (emails); i++) {
		EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
		g_autofree char *xml =
			g_strdup_printf ("<p:Email1Address>%s</p:Email1Address>", emails[i].wire);
		g_autoptr (EasItem) item = convert_item (xml);
		g_autofree char *lines = contact_read_lines (xml, &context);
		g_autofree char *shown = g_strdup_printf ("EMAIL:%s", emails[i].shown);
		g_autofree char *wanted = g_strdup_printf ("Email1Address=%s", emails[i].edited);
		g_autofree char *edited = contact_write_edited (item, &context, "EMAIL:new@b.c");
		g_autofree char *double_wrapped =
			contact_write_edited (item, &context, "EMAIL:\"Ana Kovač\" <new@b.c>");
		g_autofree char *other = contact_write_edited (item, &context, "TITLE:Boss");
		g_autofree char *as_it_was = convert_lines (item);

		convert_assert_has (lines, shown);
		convert_assert_has (edited, wanted);
		convert_assert_has (double_wrapped, wanted);
		convert_assert_has (other, as_it_was);
	}
}

/* The first is deleted: the others move up, with the names the server has for them, and the last
 * place is cleared. */
static void
test_emails_move_up (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (EasItem) item =
		convert_item ("<p:Email1Address>a@b.c</p:Email1Address>"
			      "<p:Email2Address>\"Two\" &lt;two@b.c&gt;</p:Email2Address>");
	g_autofree char *lines = contact_write_edited (item, &context, "EMAIL:two@b.c");

	convert_assert_has (lines, "Email1Address=\"Two\" <two@b.c>");
	convert_assert_has (lines, "Email2Address");
}

/* Places with a gap before them: an edit leaves no copy behind. */
static void
test_gaps (void)
{
	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		g_autoptr (EasItem) item =
			convert_item ("<p:Email3Address>c@b.c</p:Email3Address>"
				      "<p:Home2PhoneNumber>2</p:Home2PhoneNumber>"
				      "<q:IMAddress2>im2</q:IMAddress2>");
		EContact *shown = contact_read (item, &context);
		EContact *edited = contact_edit (shown, "EMAIL:d@b.c\nTEL;TYPE=HOME:22");
		g_autoptr (GPtrArray) changes =
			eas_map_contact_write (edited, item, shown, &context, NULL);
		g_autoptr (EasItem) applied = eas_map_contact_apply (item, changes, &context);
		g_autofree char *lines = convert_lines (applied);

		convert_assert_has (lines, "Email1Address=d@b.c");
		convert_assert_has (lines, "HomePhoneNumber=22");
		convert_assert_has (lines, "IMAddress2=im2");
		convert_assert_lacks (lines, "c@b.c");
		convert_assert_lacks (lines, "Home2PhoneNumber");
		g_object_unref (shown);
		g_object_unref (edited);
	}
}

/* Pitfall 24. */
static void
test_addresses (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autofree char *lines = contact_write_new (
		"N:A;;;;\n"
		"ADR;TYPE=HOME:PO 5;Flat 3;Street 1\\nBack door;City;State;123;Land\n"
		"ADR;TYPE=WORK:;;Work 1;Town;;;\n"
		"ADR;TYPE=HOME:;;Second home;Far;;;\n"
		"ADR;TYPE=WORK:;;Fourth;Farther;;;\n",
		&context);

	convert_assert_has (lines,
			    "HomeAddressStreet=Flat 3\\r\\nStreet 1\\r\\nBack door\\r\\nPO 5");
	convert_assert_has (lines, "HomeAddressPostalCode=123");
	convert_assert_has (lines, "BusinessAddressStreet=Work 1");
	convert_assert_has (lines, "OtherAddressStreet=Second home");
	/* No place for a fourth: it is not lost. */
	convert_assert_has (
		lines, "Body{Type=1;Data=--- vCard ---\\r\\nADR;TYPE=WORK:;;Fourth;Farther;;;}");
}

static void
test_label_alone_is_an_address (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autofree char *alone =
		contact_write_new ("N:A;;;;\nLABEL;TYPE=HOME:Street 1\\nCity\n", &context);
	g_autofree char *beside = contact_write_new (
		"N:A;;;;\nLABEL;TYPE=HOME:Street 1\\nCity\nADR;TYPE=HOME:;;Street 1;City;;;\n",
		&context);

	convert_assert_has (alone, "HomeAddressStreet=Street 1\\r\\nCity");
	convert_assert_has (beside, "HomeAddressStreet=Street 1");
}

/* Pitfall 25. */
static void
test_lists_are_refused (void)
{
	static const char *const lists[] = {
		"FN:Team\nX-EVOLUTION-LIST:TRUE\nEMAIL:a@b.c\n",
		"FN:Team\nX-ADDRESSBOOKSERVER-KIND:group\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1\n",
		"FN:Team\nKIND:group\nMEMBER:urn:uuid:1\n",
	};
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autofree char *person =
		contact_write_new ("N:A;;;;\nX-EVOLUTION-LIST:FALSE\nKIND:individual\n", &context);

	for (guint i = 0; i < G_N_ELEMENTS (lists); i++) {
		g_autofree char *reason = contact_refused (lists[i], &context);

		g_assert_nonnull (strstr (reason, "contact lists"));
	}
	convert_assert_has (person, "LastName=A");
}

/* Pitfall 26: CRLF there, LF here, and no edit by that. */
static void
test_note_line_ends (void)
{
	static const char *const bodies[] = { "One\r\nTwo", "One\nTwo", "One\r\nTwo\r\n\r\n" };

	for (guint i = 0; i < G_N_ELEMENTS (bodies); i++) {
		EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
		g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
		g_autoptr (EasItem) item = NULL;
		g_autofree char *untouched = NULL;
		g_autofree char *edited = NULL;

		eas_item_builder_text (builder, EAS_CONTACTS_LAST_NAME, "A");
		eas_item_builder_start (builder, EAS_AIRSYNCBASE_BODY);
		eas_item_builder_int (builder, EAS_AIRSYNCBASE_TYPE, 1);
		eas_item_builder_text (builder, EAS_AIRSYNCBASE_DATA, bodies[i]);
		eas_item_builder_end (builder);
		eas_item_builder_int (builder, EAS_AIRSYNCBASE_NATIVE_BODY_TYPE, 1);
		item = eas_item_builder_finish (builder);
		untouched = contact_write_edited (item, &context, "");
		edited = contact_write_edited (item, &context, "NOTE:Three\\nFour");

		convert_assert_lines (untouched, "");
		convert_assert_has (edited, "Body{Type=1;Data=Three\\r\\nFour}");
	}
}

/* Pitfall 27. */
static void
test_note_html (void)
{
	for (guint v = 0; v < convert_n_versions; v++) {
		EasMapContext context = convert_context (convert_versions[v], NULL);
		g_autoptr (EasItem) item =
			convert_item ("<p:LastName>A</p:LastName><b:Body><b:Type>1</"
				      "b:Type><b:Data>Bold</b:Data></b:Body>"
				      "<b:NativeBodyType>2</b:NativeBodyType>");
		g_autofree char *other = contact_write_edited (item, &context, "TITLE:Boss");
		g_autofree char *edited = contact_write_edited (item, &context, "NOTE:Plain & new");

		convert_assert_lacks (other, "Body");
		convert_assert_has (edited,
				    "Body{Type=2;Data=<html><body>Plain &amp; new</body></html>}");
	}
}

/* Pitfall 28. */
static void
test_note_truncated (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (GError) error = NULL;
	g_autoptr (EasItem) item =
		convert_item ("<p:LastName>A</p:LastName><b:Body><b:Type>1</b:Type>"
			      "<b:Truncated>1</b:Truncated><b:Data>Only the beg</b:Data></b:Body>"
			      "<b:NativeBodyType>1</b:NativeBodyType>");
	g_autofree char *other = contact_write_edited (item, &context, "TITLE:Boss");
	EContact *shown = contact_read (item, &context);
	EContact *edited = contact_edit (shown, "NOTE:Something else");
	g_autoptr (GPtrArray) changes =
		eas_map_contact_write (edited, item, shown, &context, &error);

	convert_assert_lacks (other, "Body");
	g_assert_null (changes);
	g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
	g_object_unref (shown);
	g_object_unref (edited);
}

/* Pitfall 29: no UID on the wire. Who it is, is what it says. */
static void
test_same_content (void)
{
	EasMapContext context = convert_context (EAS_VERSION_14_1, NULL);
	g_autoptr (EasItem) item = convert_item (CONTACT_EVERYTHING);
	g_autoptr (EasItem) retold =
		convert_item ("<p:LastName>Mut</p:LastName><p:FirstName>Max</"
			      "p:FirstName><p:FileAs>Mut, Max</p:FileAs>"
			      "<p:Email1Address>\"Max Mut\" &lt;max@b.c&gt;</p:Email1Address>"
			      "<b:Body><b:Type>1</b:Type><b:Data>Line\r\n</b:Data></b:Body>");
	g_autoptr (EasItem) sent = convert_item (
		"<p:LastName>Mut</p:LastName><p:FirstName>Max</p:FirstName><p:FileAs>Max "
		"Mut</p:FileAs>"
		"<p:Email2Address>max@b.c</p:Email2Address><p:Picture>/9j/</p:Picture>"
		"<b:Body><b:Type>1</b:Type><b:Data>Line</b:Data></b:Body>");
	g_autoptr (EasItem) another =
		convert_item ("<p:LastName>Mut</p:LastName><p:FirstName>Max</p:FirstName>"
			      "<p:Email1Address>other@b.c</p:Email1Address>"
			      "<b:Body><b:Type>1</b:Type><b:Data>Line</b:Data></b:Body>");

	g_assert_true (eas_map_contact_same_content (item, item, &context));
	g_assert_true (eas_map_contact_same_content (sent, retold, &context));
	g_assert_false (eas_map_contact_same_content (sent, another, &context));
	g_assert_false (eas_map_contact_same_content (sent, item, &context));
}

/* Pitfall 31, law 5. */
static void
test_characters (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	EContact *contact = e_contact_new ();
	g_autoptr (GPtrArray) changes = NULL;
	g_autofree char *lines = NULL;

	e_contact_set (contact, E_CONTACT_FAMILY_NAME, "Bro\x01ken\xff");
	e_contact_set (contact, E_CONTACT_TITLE, "Two\nlines\tand a tab");
	e_contact_set (contact, E_CONTACT_NOTE, "Bell \a and\vmore\r\nLine");
	changes = eas_map_contact_write (contact, NULL, NULL, &context, NULL);
	lines = convert_change_lines (changes);
	convert_assert_has (lines, "LastName=Broken\xef\xbf\xbd");
	convert_assert_has (lines, "JobTitle=Two lines\tand a tab");
	convert_assert_has (lines, "Body{Type=1;Data=Bell  andmore\\r\\nLine}");
	g_object_unref (contact);
}

static void
test_characters_read (void)
{
	EasMapContext context = convert_context (EAS_VERSION_16_1, NULL);
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autoptr (EasItem) item = NULL;
	g_autofree char *lines = NULL;
	EContact *contact;

	eas_item_builder_text (builder, EAS_CONTACTS_LAST_NAME, "A\r\nEMAIL:evil@b.c");
	eas_item_builder_text (builder, EAS_CONTACTS_WEB_PAGE, "http://a/\nUID:other");
	eas_item_builder_text (builder, EAS_CONTACTS_HOME_PHONE_NUMBER, " 1;2,3\\n ");
	item = eas_item_builder_finish (builder);
	contact = contact_read (item, &context);
	lines = contact_lines (contact);
	convert_assert_has (lines, "N:A EMAIL:evil@b.c;;;;");
	convert_assert_has (lines, "URL:http://a/ UID:other");
	convert_assert_has (lines, "TEL;TYPE=HOME,VOICE:1\\;2\\,3\\\\n");
	g_object_unref (contact);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/map/contact/pitfall-19/omitted-and-empty", test_omitted_and_empty);
	g_test_add_func ("/map/contact/pitfall-19/nothing-empty-in-an-add",
			 test_nothing_empty_in_an_add);
	g_test_add_func ("/map/contact/pitfall-20/unknown-survives", test_unknown_survives);
	g_test_add_func ("/map/contact/pitfall-21/birthdays", test_birthdays);
	g_test_add_func ("/map/contact/pitfall-21/early-birthday", test_early_birthday);
	g_test_add_func ("/map/contact/pitfall-21/birthdays-written", test_birthdays_written);
	g_test_add_func ("/map/contact/pitfall-22/made-to-fit", test_picture_is_made_to_fit);
	g_test_add_func ("/map/contact/pitfall-22/too-large-to-read",
			 test_picture_too_large_to_read);
	g_test_add_func ("/map/contact/pitfall-22/unpacks-without-end",
			 test_picture_that_unpacks_without_end);
	g_test_add_func ("/map/contact/pitfall-22/removed", test_picture_removed);
	g_test_add_func ("/map/contact/pitfall-22/untouched", test_picture_untouched);
	g_test_add_func ("/map/contact/pitfall-23/emails", test_emails);
	g_test_add_func ("/map/contact/pitfall-23/emails-move-up", test_emails_move_up);
	g_test_add_func ("/map/contact/gaps", test_gaps);
	g_test_add_func ("/map/contact/pitfall-24/addresses", test_addresses);
	g_test_add_func ("/map/contact/pitfall-24/label-alone", test_label_alone_is_an_address);
	g_test_add_func ("/map/contact/pitfall-25/lists", test_lists_are_refused);
	g_test_add_func ("/map/contact/pitfall-26/line-ends", test_note_line_ends);
	g_test_add_func ("/map/contact/pitfall-27/html", test_note_html);
	g_test_add_func ("/map/contact/pitfall-28/truncated", test_note_truncated);
	g_test_add_func ("/map/contact/pitfall-29/same-content", test_same_content);
	g_test_add_func ("/map/contact/pitfall-31/characters-written", test_characters);
	g_test_add_func ("/map/contact/pitfall-31/characters-read", test_characters_read);

	return g_test_run ();
}
