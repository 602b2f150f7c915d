/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Codecs of the Tasks class. Writing, their facts are the EasTaskFacts of the component. */

#pragma once

#include "eas-map-times.h"

G_BEGIN_DECLS

typedef struct {
	gboolean is_set;
	gint64 date;   /* at 00:00 UTC */
	gint64 moment; /* UTC; of a date its midnight where the person is */
} EasTaskDate;

typedef struct {
	const EasMapContext *context;
	EasTaskDate start;
	EasTaskDate due;
} EasTaskFacts;

void
eas_task_facts_init (EasTaskFacts *facts, icalcomponent *component, const EasMapContext *context);

extern const EasMapCodec eas_task_codec_start;
extern const EasMapCodec eas_task_codec_utc_start; /* read where it stands alone */
extern const EasMapCodec eas_task_codec_due;
extern const EasMapCodec eas_task_codec_utc_due;
extern const EasMapCodec eas_task_codec_importance;
extern const EasMapCodec eas_task_codec_complete;
extern const EasMapCodec eas_task_codec_completed; /* DateCompleted */
extern const EasMapCodec eas_task_codec_reminder_set;
extern const EasMapCodec eas_task_codec_reminder_time;
extern const EasMapCodec eas_task_codec_recurrence;

extern const EasTag eas_task_recurrence_group[];

G_END_DECLS
