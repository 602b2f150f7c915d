/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What each of our modules begins with in a process of Evolution Data Server: the types of settings
 * and sources, and our translations. May be called again. */
void e_eas_module_load (void);

G_END_DECLS
