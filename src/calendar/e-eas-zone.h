/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where the person is. */

#pragma once

#include <libecal/libecal.h>

G_BEGIN_DECLS

/* (transfer none): as it was within the last seconds; NULL when it is not known. Any thread. */
ICalTimezone *e_eas_zone_get_system (void);

G_END_DECLS
