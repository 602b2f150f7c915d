/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The classes of a calendar, so that events, tasks and notes can be treated alike. */

#pragma once

#include "eas-cmd-sync.h"
#include "eas-map.h"
#include "eas-types.h"

#include <libecal/libecal.h>

G_BEGIN_DECLS

/* The functions are those of eas-map-event.h. */
typedef struct {
	EasClass klass;
	ICalComponentKind component;
	EasVersion since; /* the first version that has the class */

	GPtrArray *(*read) (const EasItem *item,
			    const char *fallback_uid,
			    const EasMapContext *context,
			    GError **error);
	GPtrArray *(*write) (GPtrArray *components,
			     const EasItem *baseline,
			     GPtrArray *old_components,
			     const EasMapContext *context,
			     GError **error);
	EasItem *(*apply) (const EasItem *baseline,
			   GPtrArray *changes,
			   const EasMapContext *context);
	gboolean (*same_content) (const EasItem *a, const EasItem *b, const EasMapContext *context);
	char *(*dup_uid) (const EasItem *item);
	const EasTag *(*supported) (EasVersion version);
	/* Gives components that were just read what the desktop had beyond the wire; NULL: nothing.
	 */
	void (*keep) (GPtrArray *components, GPtrArray *previous);
} EasMapKind;

const EasMapKind *eas_map_kind_of_class (EasClass klass); /* NULL: no class of calendars */
const EasMapKind *eas_map_kind_of_component (ICalComponentKind component);

G_END_DECLS
