/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Body <-> DESCRIPTION. We ask for plain text; where a server gives HTML all the same,
 * it is shown beside its text, as X-ALT-DESC, which is never read back. What the
 * server keeps as HTML is never sent back unless the person edited the text, and then
 * as HTML (pitfall 27); what came cut is never sent back at all (pitfall 28).
 *
 * Source: [MS-ASAIRS] 2.2.2.9 Body, 2.2.2.32 NativeBodyType, 2.2.2.44 Truncated.
 */

#pragma once

#include "eas-map-codecs.h"

G_BEGIN_DECLS

#define EAS_MAP_ALT_DESC_X "X-ALT-DESC"

extern const EasMapCodec eas_codec_body;
extern const EasTag eas_map_body_group[];

/* Text of an HTML body, and a small HTML body of a text. (transfer full) */
char *eas_map_body_from_html (const char *html);
char *eas_map_body_to_html (const char *text);

/* Would sending this Body back, unedited, leave it as it is? @parent: the exception it is in, or
 * the root. */
gboolean eas_map_body_is_safe (const EasItem *item, EasItemSlot parent, EasItemSlot body);
/* A sent element as the server then has it: our body does not say all that its own does. */
void eas_map_body_copy_applied (const EasItem *baseline,
				const EasItem *sent,
				EasItemSlot slot,
				EasItemBuilder *builder);
/* Type and Data of it, which is all that a request may carry. */
void eas_map_body_copy (const EasItem *item, EasItemSlot body, EasItemBuilder *builder);
/* The text of a Body as a property may hold it; NULL when it has none. */
char *eas_map_body_dup_text (const EasItem *item, EasItemSlot body);
/* @wire as eas_map_wire_text() makes it. */
void eas_map_body_write_plain (EasItemBuilder *builder, const char *wire);
/* The body of a form without its white space: servers wrap, end and convert text as they like. */
char *eas_map_body_dup_letters (const EasItem *form);

G_END_DECLS
