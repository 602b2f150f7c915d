/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Classes whose item is one component: Tasks and Notes. They differ in their
 * table and in what they find out before its rows run.
 */

#pragma once

#include "eas-map-flat.h"

#include <libecal/libecal.h>

G_BEGIN_DECLS

typedef struct {
	const EasMapTable *table;
	icalcomponent_kind kind;
	const char *misplaced; /* untranslated, N_(): to whom saves another kind here */
	const char *detached;  /* untranslated: to whom saves a single occurrence */
	/* The form of a component. NULL with EAS_ERROR_ITEM_REJECTED. */
	EasItem *(*form) (icalcomponent *component, const EasMapContext *context, GError **error);
	const icalproperty_kind *local; /* what the wire cannot say; ICAL_NO_PROPERTY-terminated */
} EasMapSingle;

/* These are what eas-map-event.h says of its own. Reading cannot fail. */
GPtrArray *eas_map_single_read (const EasMapSingle *single,
				const EasItem *item,
				const char *uid,
				const EasMapContext *context);
GPtrArray *eas_map_single_write (const EasMapSingle *single,
				 GPtrArray *components,
				 const EasItem *baseline,
				 GPtrArray *old_components,
				 const EasMapContext *context,
				 GError **error);
gboolean eas_map_single_same (const EasMapSingle *single,
			      const EasItem *a,
			      const EasItem *b,
			      const EasMapContext *context);
/* Gives components that were just read what @previous said beyond the wire. */
void eas_map_single_keep (const EasMapSingle *single, GPtrArray *components, GPtrArray *previous);

G_END_DECLS
