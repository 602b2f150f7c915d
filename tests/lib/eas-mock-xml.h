/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Items and requests in the XML form of eas-wbxml-xml.h, for people who write tests. */

#pragma once

#include "eas-item.h"

G_BEGIN_DECLS

char    *eas_mock_xml_from_item (const EasItem *item); /* root AirSync:ApplicationData */

/* The children of the root element, whatever its name. */
EasItem *eas_mock_xml_to_item   (const char *xml, GError **error);

G_END_DECLS
