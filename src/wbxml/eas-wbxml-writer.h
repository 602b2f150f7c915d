/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Writes one WBXML document, strictly: one STR_I a value, SWITCH_PAGE only where
 * the page changes, no content bit on an empty element, legal XML characters only.
 *
 * Source: [MS-ASWBXML] 2.1.2; golden bytes in tests/golden.
 */

#pragma once

#include "eas-wbxml-tags.h"

G_BEGIN_DECLS

typedef struct _EasWbxmlWriter EasWbxmlWriter;

EasWbxmlWriter *eas_wbxml_writer_new    (void);
void            eas_wbxml_writer_free   (EasWbxmlWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasWbxmlWriter, eas_wbxml_writer_free)

void eas_wbxml_writer_start  (EasWbxmlWriter *writer, EasTag tag);
void eas_wbxml_writer_end    (EasWbxmlWriter *writer);
void eas_wbxml_writer_empty  (EasWbxmlWriter *writer, EasTag tag);
void eas_wbxml_writer_text   (EasWbxmlWriter *writer, EasTag tag, const char *text); /* NULL and "": an empty element */
void eas_wbxml_writer_uint   (EasWbxmlWriter *writer, EasTag tag, guint value);
void eas_wbxml_writer_int    (EasWbxmlWriter *writer, EasTag tag, gint64 value);
void eas_wbxml_writer_flag   (EasWbxmlWriter *writer, EasTag tag, gboolean value); /* "1" or "0" */
void eas_wbxml_writer_opaque (EasWbxmlWriter *writer, EasTag tag, GBytes *bytes);

/* Content of the element that is open; for mixed or copied content. */
void eas_wbxml_writer_raw_text   (EasWbxmlWriter *writer, const char *text, gssize length);
void eas_wbxml_writer_raw_opaque (EasWbxmlWriter *writer, const guint8 *data, gsize size);

gsize   eas_wbxml_writer_get_size (const EasWbxmlWriter *writer);
GBytes *eas_wbxml_writer_finish   (EasWbxmlWriter *writer); /* everything must be closed; the writer is spent */

G_END_DECLS
