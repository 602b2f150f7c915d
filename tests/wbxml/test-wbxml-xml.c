/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The XML form beyond the golden vectors: odd documents, and XML written by hand. */

#include "eas-test.h"
#include "eas-wbxml-reader.h"
#include "eas-wbxml-writer.h"
#include "eas-wbxml-xml.h"

#define HEADER "03 01 6A 00 "
#define XML    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
#define OWN    " xmlns:g=\"urn:eas:golden\""

/* @again: the bytes the XML encodes to, where they differ */
static const struct {
	const char *name;
	const char *hex;
	const char *xml;
	const char *again;
} documents[] = {
	{ "empty-root", HEADER "05", XML "<airsync:Sync xmlns:airsync=\"AirSync\"/>\n", NULL },
	{ "mixed", HEADER "45 03 61 00 0B C3 01 FF 03 62 0D 00 01",
	  XML "<airsync:Sync xmlns:airsync=\"AirSync\"" OWN ">\n"
	      "  <g:text>a</g:text>\n"
	      "  <airsync:SyncKey/>\n"
	      "  <g:opaque>/w==</g:opaque>\n"
	      "  <g:text>b&#13;</g:text>\n"
	      "</airsync:Sync>\n",
	  NULL },
	{ "both-kinds", HEADER "45 4B 03 61 00 C3 01 FF 01 01",
	  XML "<airsync:Sync xmlns:airsync=\"AirSync\"" OWN ">\n"
	      "  <airsync:SyncKey>\n"
	      "    <g:text>a</g:text>\n"
	      "    <g:opaque>/w==</g:opaque>\n"
	      "  </airsync:SyncKey>\n"
	      "</airsync:Sync>\n",
	  NULL },
	{ "unknown-root", HEADER "00 1F 45 03 61 00 01",
	  XML "<g:token" OWN " page=\"31\" code=\"05\">a</g:token>\n", NULL },
	{ "unknown-opaque", HEADER "00 FF 7F C3 01 00 01",
	  XML "<g:token" OWN " page=\"255\" code=\"3F\" g:enc=\"opaque\">AA==</g:token>\n", NULL },
	{ "split-in-three", HEADER "4B 03 61 00 03 62 00 03 63 64 00 01",
	  XML "<airsync:SyncKey xmlns:airsync=\"AirSync\"" OWN
	      " g:enc=\"split\">abcd</airsync:SyncKey>\n",
	  HEADER "4B 03 61 62 00 03 63 64 00 01" },
	{ "white-space", HEADER "4B 03 20 0A 09 00 01",
	  XML "<airsync:SyncKey xmlns:airsync=\"AirSync\"> \n\t</airsync:SyncKey>\n", NULL },
};

static void
test_documents (void)
{
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (documents); ii++) {
		g_autoptr (GBytes) bytes = eas_test_unhex (documents[ii].hex);
		g_autoptr (GBytes) expected = NULL;
		g_autoptr (GBytes) again = NULL;
		g_autoptr (GError) error = NULL;
		g_autofree char *xml = eas_wbxml_to_xml (bytes, &error);

		g_test_message ("%s", documents[ii].name);
		g_assert_no_error (error);
		g_assert_cmpstr (xml, ==, documents[ii].xml);

		expected = eas_test_unhex (documents[ii].again != NULL ? documents[ii].again
								       : documents[ii].hex);
		again = eas_wbxml_from_xml (xml, -1, &error);
		g_assert_no_error (error);
		eas_test_assert_bytes (again, expected);
	}
}

/* Other prefixes, a default namespace, inner declarations, CDATA, comments: XML is XML. */
static void
test_by_hand (void)
{
	static const char *const forms[] = {
		"<Sync xmlns='AirSync'><SyncKey>1&lt;</SyncKey></Sync>",
		"<x:Sync xmlns:x='AirSync'><!-- no "
		"--><x:SyncKey><![CDATA[1<]]></x:SyncKey></x:Sync>",
		"<a:Sync xmlns:a='AirSync' xmlns:b='Email'>\r\n\t<b:SyncKey "
		"xmlns:b='AirSync'>1&#60;</b:SyncKey></a:Sync>",
	};
	g_autoptr (GBytes) expected = eas_test_unhex (HEADER "45 4B 03 31 3C 00 01 01");
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (forms); ii++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (GBytes) bytes = eas_wbxml_from_xml (forms[ii], -1, &error);

		g_assert_no_error (error);
		eas_test_assert_bytes (bytes, expected);
	}
}

static void
test_refused (void)
{
	static const char *const forms[] = {
		"",
		"<!-- nothing -->",
		"<Sync>",
		"<Sync/>",
		"<Sync xmlns='Nowhere'/>",
		"<Stranger xmlns='AirSync'/>",
		"<Sync xmlns='AirSync'/><Sync xmlns='AirSync'/>",
		"<Sync xmlns='AirSync'>a<SyncKey/></Sync>",
		"<Sync xmlns='AirSync'><SyncKey/>a</Sync>",
		"<a:Sync xmlns='AirSync'/>",
		"<Sync xmlns='AirSync' xmlns:g='urn:eas:golden' g:enc='rot13'/>",
		"<g:token xmlns:g='urn:eas:golden' page='256' code='05'/>",
		"<g:token xmlns:g='urn:eas:golden' page='0' code='04'/>",
		"<g:token xmlns:g='urn:eas:golden' page='0' code='40'/>",
		"<g:token xmlns:g='urn:eas:golden' page='0'/>",
		"<g:text xmlns:g='urn:eas:golden'>a</g:text>",
		"<g:stranger xmlns:g='urn:eas:golden'/>",
		"<Sync xmlns='AirSync' xmlns:g='urn:eas:golden'><g:text><SyncKey/></g:text></Sync>",
	};
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (forms); ii++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (GBytes) bytes = eas_wbxml_from_xml (forms[ii], -1, &error);

		g_test_message ("%s", forms[ii]);
		g_assert_null (bytes);
		g_assert_nonnull (error);
		g_assert_true (error->domain == G_MARKUP_ERROR);
	}
}

static void
test_error_line (void)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GBytes) bytes = NULL;

	bytes = eas_wbxml_from_xml ("<Sync xmlns='AirSync'>\n<Stranger/>\n</Sync>", -1, &error);
	g_assert_null (bytes);
	g_assert_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_UNKNOWN_ELEMENT);
	g_assert_cmpstr (error->message, ==, "unknown element Stranger in line 2");
}

static void
test_depth (void)
{
	guint depth;

	for (depth = EAS_WBXML_MAX_DEPTH; depth <= EAS_WBXML_MAX_DEPTH + 2; depth++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (GBytes) bytes = NULL;
		GString *xml = g_string_new ("<Sync xmlns='AirSync'>");
		guint ii;

		for (ii = 1; ii < depth; ii++)
			g_string_append (xml, "<Sync>");
		for (ii = 0; ii < depth; ii++)
			g_string_append (xml, "</Sync>");

		bytes = eas_wbxml_from_xml (xml->str, xml->len, &error);
		g_string_free (xml, TRUE);
		g_assert_cmpint (bytes != NULL, ==, depth <= EAS_WBXML_MAX_DEPTH + 1);
	}
}

static void
write_random (EasWbxmlWriter *writer, GRand *rand, guint depth)
{
	EasTag tag =
		EAS_TAG_MAKE (eas_test_rand_below (rand, 32), 5 + eas_test_rand_below (rand, 59));
	g_autofree char *text = eas_test_rand_text (rand, 12);
	g_autoptr (GBytes) bytes = eas_test_rand_bytes (rand, eas_test_rand_below (rand, 200));
	guint n_children = depth < 6 ? eas_test_rand_below (rand, 5) : 0;

	if (n_children == 0 && eas_test_rand_one_in (rand, 4)) {
		eas_wbxml_writer_opaque (writer, tag, bytes);
		return;
	}

	eas_wbxml_writer_start (writer, tag);
	if (n_children == 0 || eas_test_rand_one_in (rand, 10))
		eas_wbxml_writer_raw_text (writer, text, -1);
	while (n_children-- > 0)
		write_random (writer, rand, depth + 1);
	eas_wbxml_writer_end (writer);
}

/* Whatever our writer writes comes back to the byte. */
static void
test_round_trip (void)
{
	g_autoptr (GRand) rand = eas_test_rand (2310);
	guint ii;

	for (ii = 0; ii < 300; ii++) {
		g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();
		g_autoptr (GBytes) bytes = NULL;
		g_autoptr (GBytes) again = NULL;
		g_autoptr (GError) error = NULL;
		g_autofree char *xml = NULL;

		write_random (writer, rand, 0);
		bytes = eas_wbxml_writer_finish (writer);
		xml = eas_wbxml_to_xml (bytes, &error);
		g_assert_no_error (error);
		again = eas_wbxml_from_xml (xml, -1, &error);
		g_assert_no_error (error);
		eas_test_assert_bytes (again, bytes);
	}
}

/* What XML cannot hold is refused with its place, not written wrong. */
static void
test_illegal_text (void)
{
	g_autoptr (GBytes) bytes = eas_test_unhex (HEADER "45 4B 03 0B 00 01 01");
	g_autoptr (GError) error = NULL;
	g_autofree char *xml = eas_wbxml_to_xml (bytes, &error);

	g_assert_null (xml);
	g_assert_error (error, EAS_WBXML_ERROR, EAS_WBXML_ERROR_TEXT);
	g_assert_cmpstr (error->message, ==,
			 "text that is not legal at byte 9 in /AirSync:Sync/SyncKey");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/wbxml/xml/documents", test_documents);
	g_test_add_func ("/wbxml/xml/by-hand", test_by_hand);
	g_test_add_func ("/wbxml/xml/refused", test_refused);
	g_test_add_func ("/wbxml/xml/error-line", test_error_line);
	g_test_add_func ("/wbxml/xml/depth", test_depth);
	g_test_add_func ("/wbxml/xml/round-trip", test_round_trip);
	g_test_add_func ("/wbxml/xml/illegal-text", test_illegal_text);

	return g_test_run ();
}
