/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Contacts as text: what the tests of their map share. */

#pragma once

#include "convert-test.h"
#include "eas-map-contact.h"

/* The properties of @contact, one a line, unfolded, in their order; without the frame. */
char *contact_lines (EContact *contact);
/* Of lines without the frame around them. */
EContact *contact_new (const char *lines);
/* Written out and read again, as EDS's cache does it. */
EContact *contact_through_text (EContact *contact);
/* A copy with other lines; edits as of convert_edit(). */
EContact *contact_edit (EContact *contact, const char *edits);

EContact *contact_read (const EasItem *item, const EasMapContext *context);
/* The lines of the contact that the XML is. */
char *contact_read_lines (const char *xml, const EasMapContext *context);
/* A new contact; the change as lines. */
char *contact_write_new (const char *lines, const EasMapContext *context);
/* Reads, edits, writes; the change as lines, "" when there is none. */
char *contact_write_edited (const EasItem *item, const EasMapContext *context, const char *edits);
/* The reason for which a new contact is refused. */
char *contact_refused (const char *lines, const EasMapContext *context);

/* By chance: what a server may have, and what a person may have entered. */
EasItem *contact_random_item (GRand *rand, EasVersion version);
EContact *contact_random (GRand *rand);
