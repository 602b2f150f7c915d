/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Items in XML form. */

#include "eas-mock-xml.h"

#include "eas-item-codec.h"
#include "eas-wbxml-xml.h"

char *
eas_mock_xml_from_item (const EasItem *item)
{
	g_autoptr (GBytes) document = eas_item_to_bytes (item);

	return eas_wbxml_to_xml (document, NULL);
}

EasItem *
eas_mock_xml_to_item (const char *xml, GError **error)
{
	g_auto (EasWbxmlReader) reader = { 0 };
	g_autoptr (GBytes) document = eas_wbxml_from_xml (xml, -1, error);
	g_autoptr (EasItem) item = NULL;
	EasTag root;

	if (document == NULL)
		return NULL;
	eas_wbxml_reader_init (&reader, document);
	if (eas_wbxml_reader_root (&reader, &root))
		item = eas_item_read (&reader);
	if (!eas_wbxml_reader_finish (&reader, error))
		return NULL;

	return g_steal_pointer (&item);
}
