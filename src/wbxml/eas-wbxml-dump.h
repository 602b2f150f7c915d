/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A document for the debug log: one line per element, indented, the page named
 * where it changes. What a value may show is decided by the secrecy column of
 * eas-wbxml-tags.def, never by the caller alone.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
	EAS_WBXML_DUMP_REDACTED, /* contents as their size only */
	EAS_WBXML_DUMP_CONTENT   /* contents too; secrets never */
} EasWbxmlDumpMode;

/* Never fails: a document that cannot be read ends with a line that says where and why. */
char *eas_wbxml_dump (GBytes *bytes, EasWbxmlDumpMode mode);

G_END_DECLS
