/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Occurrences that differ from their series, in both dialects (pitfall 13): up to
 * 14.1 Exceptions inside the item, from 16.0 a Change or Delete of its own with
 * InstanceId for each.
 *
 * Source: [MS-ASCAL] 2.2.2.22 Exceptions, 2.2.2.21 Exception, 2.2.2.23 ExceptionStartTime;
 * [MS-ASAIRS] 2.2.2.27 InstanceId.
 */

#pragma once

#include "eas-cmd-sync.h"
#include "eas-map-event-form.h"

G_BEGIN_DECLS

/* Reads Exceptions: EXDATEs into @master, components of their own appended to @components. */
void eas_event_read_exceptions (const EasItem *item,
				const EasEventTimes *times,
				const char *uid,
				icalcomponent *master,
				GPtrArray *components);
/* The whole component of a master, an orphan or an exception. */
icalcomponent *eas_event_read_component (const EasItem *item,
					 EasItemSlot parent,
					 const EasEventTimes *times,
					 const char *uid);

/* The exception of an occurrence in an item; NONE. */
EasItemSlot
eas_event_find_exception (const EasItem *item, const EasEventTimes *times, gint64 original);

/* The four sides of an edit. base, shown: NULL for a new event. */
typedef struct {
	const EasMapContext *context;
	const EasItem *baseline;
	EasEventForm *base;  /* what the server's item says */
	EasEventForm *shown; /* what the person had before */
	EasEventForm *edited;
	EasEventTimes wire; /* of the baseline: the shape of its times */
	gboolean received;  /* somebody else's meeting */
	gboolean restarted; /* the pattern changed: all exceptions begin anew */
} EasEventEdit;

/* One occurrence that has to be told. */
typedef struct {
	gint64 original;
	EasItem *delta; /* what differs; NULL: cancel it */
} EasEventExceptionChange;

/* (element-type EasEventExceptionChange) by moment; NULL with @error. */
GPtrArray *eas_event_exception_changes (const EasEventEdit *edit, GError **error);

/* Up to 14.1: the element Exceptions of a whole item, untouched exceptions included; nothing when
 * there are none. */
void
eas_event_write_exceptions (const EasEventEdit *edit, GPtrArray *changes, EasItemBuilder *builder);
/* From 16.0: a command for each. Appended to @sync_changes. */
void eas_event_append_instance_changes (const EasEventEdit *edit,
					GPtrArray *changes,
					GPtrArray *sync_changes);

G_END_DECLS
