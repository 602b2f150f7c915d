/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Codecs of the Calendar class. Their facts are the EasEventTimes of the component. */

#pragma once

#include "eas-map-times.h"

G_BEGIN_DECLS

extern const EasMapCodec eas_event_codec_uid;
extern const EasMapCodec eas_event_codec_stamp;
extern const EasMapCodec eas_event_codec_title;
extern const EasMapCodec eas_event_codec_start;
extern const EasMapCodec eas_event_codec_end;
extern const EasMapCodec eas_event_codec_all_day;
extern const EasMapCodec eas_event_codec_zone;
extern const EasMapCodec eas_event_codec_place; /* AirSyncBase:Location */
extern const EasMapCodec eas_event_codec_busy;
extern const EasMapCodec eas_event_codec_reminder;
extern const EasMapCodec eas_event_codec_recurrence;
extern const EasMapCodec eas_event_codec_link;

extern const EasTag eas_event_place_group[];
extern const EasTag eas_event_recurrence_group[];

G_END_DECLS
