/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Protocol versions and their negotiation. The number is the version times ten,
 * as in eas-wbxml-tags.def.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
	EAS_VERSION_NONE = 0,
	EAS_VERSION_12_0 = 120,
	EAS_VERSION_12_1 = 121,
	EAS_VERSION_14_0 = 140,
	EAS_VERSION_14_1 = 141,
	EAS_VERSION_16_0 = 160,
	EAS_VERSION_16_1 = 161
} EasVersion;

/* A range of versions, both ends included. */
typedef struct {
	guint16 since;
	guint16 until;
} EasVersionRange;

#define EAS_ANY        { 0, 999 }
#define EAS_NEVER      { 1, 0 }
#define EAS_BELOW_14_0 { 0, 121 }
#define EAS_SINCE_14_0 { 140, 999 }
#define EAS_SINCE_14_1 { 141, 999 }
#define EAS_BELOW_16_0 { 0, 141 }
#define EAS_SINCE_16_0 { 160, 999 }
#define EAS_SINCE_16_1 { 161, 999 }

const char *eas_version_to_string   (EasVersion version);    /* "14.1"; NULL for NONE */
EasVersion  eas_version_from_string (const char *text);      /* NONE when we do not speak it */
EasVersion  eas_version_negotiate   (const char *header);    /* best of a comma list; NONE */
EasVersion  eas_version_negotiate_below (const char *header, EasVersion most); /* at most @most */
gboolean    eas_version_in          (EasVersion version, EasVersionRange range);

G_END_DECLS
