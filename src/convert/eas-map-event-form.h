/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The form of an event: its components as the items we would send if all were
 * new. Forms are compared with forms, never with what a server sent.
 */

#pragma once

#include "eas-map-times.h"

G_BEGIN_DECLS

typedef struct {
	gint64 original; /* the moment at which the rule has it */
	EasItem *item;   /* NULL: this occurrence is cancelled */
	gboolean all_day;
} EasEventInstance;

typedef struct {
	GPtrArray *components; /* (element-type ICalComponent) kept alive */
	icalcomponent *master; /* lent from there */
	EasEventTimes times;
	gboolean recurs;
	EasItem *item;        /* of the master, without exceptions */
	GPtrArray *instances; /* (element-type EasEventInstance) by moment */
} EasEventForm;

/* NULL with EAS_ERROR_ITEM_REJECTED when the event says what the wire cannot. */
EasEventForm *
eas_event_form_new (GPtrArray *components, const EasMapContext *context, GError **error);
void eas_event_form_free (EasEventForm *form);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasEventForm, eas_event_form_free)

const EasEventInstance *eas_event_form_find (const EasEventForm *form, gint64 original);
/* What an occurrence says that nobody touched. */
EasItem *eas_event_form_occurrence (const EasEventForm *form, gint64 original);
/* Does the rule have an occurrence at this moment? */
gboolean eas_event_form_has_occurrence (const EasEventForm *form, gint64 original);

G_END_DECLS
