/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Windows' names of time zones; made from data/windows-zones.xml by make-windows-zones.py. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
	const char *windows;
	const char *iana; /* the first one of a name is its best known */
} EasWindowsZone;

extern const EasWindowsZone eas_windows_zones[]; /* ends with NULL */

G_END_DECLS
