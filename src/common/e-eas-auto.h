/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * g_autoptr for GObjects of EDS and libical-glib, of which only newer versions
 * define it: our own definition would collide there.
 */

#pragma once

#include <glib-object.h>

static inline void
e_eas_auto_unref (gpointer location)
{
	GObject *object = *(gpointer *) location;

	if (object != NULL)
		g_object_unref (object);
}

#define E_EAS_AUTO_UNREF __attribute__ ((cleanup (e_eas_auto_unref)))
