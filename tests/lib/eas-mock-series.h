/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which instances a series has, reckoned by the wall clock of its time zone. */

#pragma once

#include "eas-item.h"

G_BEGIN_DECLS

/* "20261121T093000Z" and nothing else. */
gboolean eas_mock_series_parse_instance (const char *text, gint64 *out_utc);

/* @stored: an event with a Recurrence, as stored. @utc: the original start of an instance. */
gboolean eas_mock_series_has_instance   (const EasItem *stored, gint64 utc);

G_END_DECLS
