/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The XML form of a document, for people, tools and golden files. Lossless for
 * everything our writer writes:
 *
 *   - one namespace per code page ("AirSync"), prefix in lower case, all declared
 *     at the root in the order of their first use; two spaces a level
 *   - g:enc="opaque": the text is base64 of opaque data
 *   - g:enc="split": the text came in several pieces (written again in two halves)
 *   - <g:token page="31" code="05">: an element the list does not know
 *   - <g:text>, <g:opaque>: a piece of mixed content, which ActiveSync never sends
 *   - &#13; is a carriage return
 *
 * The prefix g is EAS_WBXML_XML_NAMESPACE.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define EAS_WBXML_XML_NAMESPACE "urn:eas:golden"

/* Strict: text that is not legal is refused too, not repaired. EAS_WBXML_ERROR. */
char   *eas_wbxml_to_xml   (GBytes *bytes, GError **error);

/* G_MARKUP_ERROR, with the line. */
GBytes *eas_wbxml_from_xml (const char *xml, gssize length, GError **error);

G_END_DECLS
