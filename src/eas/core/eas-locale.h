/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Tells gettext where our translations are. A module in somebody else's process calls it, too: that
 * program knows its own only. EAS_LOCALE_DIR in the environment names another folder, for a
 * translation that is not installed. */
void eas_locale_bind (void);

G_END_DECLS
