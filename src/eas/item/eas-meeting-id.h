/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* GlobalObjId and UID of meetings <-> the UID of iCalendar. Source: [MS-ASEMAIL] 2.2.2.37 GlobalObjId. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *eas_meeting_id_to_uid   (const char *global_obj_id); /* base64 or hexadecimal; NULL when neither */
char *eas_meeting_id_from_uid (const char *uid);           /* base64 GlobalObjId that carries @uid */

G_END_DECLS
