/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-map-task.h"
#include "eas-map-body.h"
#include "eas-map-single.h"
#include "eas-map-task-codecs.h"

#include <glib/gi18n-lib.h>

#define READ     EAS_MAP_READ
#define WRITE    EAS_MAP_WRITE
#define BOTH     EAS_MAP_BOTH
#define DEMANDED EAS_MAP_DEMANDED
#define STAYS    EAS_MAP_STAYS

#define TSK(name)  EAS_TASKS_##name
#define ICAL(name) ICAL_##name##_PROPERTY

static const EasTag categories_group[] = { EAS_TASKS_CATEGORY, EAS_TAG_NONE };

/* clang-format off */
/* [MS-ASTASK] 2.2.2; the order is that of the properties in a component. */
static const EasMapRow task_rows[] = {
	/* element                     versions how                property               codec (argument, group) */
	{ TSK (SUBJECT),               EAS_ANY, BOTH,              ICAL (SUMMARY),         &eas_codec_text },
	{ TSK (START_DATE),            EAS_ANY, BOTH | DEMANDED,   ICAL (DTSTART),         &eas_task_codec_start,
	  EAS_MAP_TAG (EAS_TASKS_UTC_START_DATE) },
	{ TSK (UTC_START_DATE),        EAS_ANY, BOTH | DEMANDED,   0,                      &eas_task_codec_utc_start,
	  EAS_MAP_TAG (EAS_TASKS_START_DATE) },
	{ TSK (DUE_DATE),              EAS_ANY, BOTH | DEMANDED,   ICAL (DUE),             &eas_task_codec_due,
	  EAS_MAP_TAG (EAS_TASKS_UTC_DUE_DATE) },
	{ TSK (UTC_DUE_DATE),          EAS_ANY, BOTH | DEMANDED,   0,                      &eas_task_codec_utc_due,
	  EAS_MAP_TAG (EAS_TASKS_DUE_DATE) },
	{ TSK (RECURRENCE),            EAS_ANY, BOTH,              ICAL (RRULE),           &eas_task_codec_recurrence,
	  NULL, eas_task_recurrence_group },
	{ EAS_AIRSYNCBASE_BODY,        EAS_ANY, BOTH | STAYS,      ICAL (DESCRIPTION),     &eas_codec_body,
	  NULL, eas_map_body_group },
	{ TSK (CATEGORIES),            EAS_ANY, BOTH | STAYS,      ICAL (CATEGORIES),      &eas_codec_categories,
	  EAS_MAP_TAG (EAS_TASKS_CATEGORY), categories_group },
	{ TSK (SENSITIVITY),           EAS_ANY, BOTH,              ICAL (CLASS),           &eas_codec_class },
	{ TSK (IMPORTANCE),            EAS_ANY, BOTH,              ICAL (PRIORITY),        &eas_task_codec_importance },
	{ TSK (COMPLETE),              EAS_ANY, BOTH | DEMANDED,   ICAL (STATUS),          &eas_task_codec_complete },
	{ TSK (DATE_COMPLETED),        EAS_ANY, BOTH | DEMANDED,   ICAL (COMPLETED),       &eas_task_codec_completed },
	{ TSK (REMINDER_SET),          EAS_ANY, WRITE | DEMANDED,  0,                      &eas_task_codec_reminder_set },
	{ TSK (REMINDER_TIME),         EAS_ANY, BOTH | DEMANDED,   0,                      &eas_task_codec_reminder_time },

	EAS_MAP_CARRIED (EAS_TASKS_ORDINAL_DATE, "where the server sorts it: no order of tasks by hand on our side"),
	EAS_MAP_CARRIED (EAS_TASKS_SUB_ORDINAL_DATE, "where the server sorts it: no order of tasks by hand on our side"),
	EAS_MAP_IGNORE (EAS_AIRSYNCBASE_NATIVE_BODY_TYPE, "tells how Body is kept: eas-map-body.c"),
	EAS_MAP_IGNORE (EAS_TASKS_BODY, "of 2.5, which we do not speak"),
	EAS_MAP_IGNORE (EAS_TASKS_BODY_SIZE, "of 2.5, which we do not speak"),
	EAS_MAP_IGNORE (EAS_TASKS_BODY_TRUNCATED, "of 2.5, which we do not speak"),
	EAS_MAP_IGNORE (EAS_TASKS_COMPRESSED_RTF, "of 2.5, which we do not speak"),
};
/* clang-format on */

static const EasPage task_pages[] = { EAS_PAGE_TASKS };

/* Tasks know no ghosting: a Change is the whole item. */
const EasMapTable eas_task_table = {
	"task",   task_rows, G_N_ELEMENTS (task_rows), task_pages, G_N_ELEMENTS (task_pages),
	EAS_NEVER
};

static EasItem *
task_form (icalcomponent *component, const EasMapContext *context, GError **error)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasTaskFacts facts;
	EasMapWriting writing = { context, component, &facts, builder, NULL };

	eas_task_facts_init (&facts, component, context);
	eas_map_write (&eas_task_table, 0, &writing);
	if (writing.error != NULL) {
		g_propagate_error (error, writing.error);
		return NULL;
	}

	return eas_item_builder_finish (builder);
}

/* STATUS is the server's where the task is done, and else ours: in process, cancelled. */
static const icalproperty_kind local_properties[] = {
	ICAL_STATUS_PROPERTY,   ICAL_PERCENTCOMPLETE_PROPERTY,
	ICAL_LOCATION_PROPERTY, ICAL_GEO_PROPERTY,
	ICAL_URL_PROPERTY,      ICAL_COMMENT_PROPERTY,
	ICAL_CONTACT_PROPERTY,  ICAL_COLOR_PROPERTY,
	ICAL_X_PROPERTY,        ICAL_NO_PROPERTY
};

static const EasMapSingle single = {
	&eas_task_table, ICAL_VTODO_COMPONENT,
	/* Translators: to somebody who saves an event or a note in a list of tasks. */
	N_ ("This list can only hold tasks; save it in a calendar or in the notes instead"),
	N_ ("The server cannot change a single occurrence of a task that repeats"), task_form,
	local_properties
};

GPtrArray *
eas_map_task_read (const EasItem *item,
		   const char *fallback_uid,
		   const EasMapContext *context,
		   GError **error)
{
	return eas_map_single_read (&single, item, fallback_uid, context);
}

/* The server refuses such a task without a word for people; one of its own is not our business. */
static gboolean
check_dates (const EasItem *baseline, const EasItem *item, GError **error)
{
	gint64 start, due;

	if (!eas_item_get_time (item, EAS_TASKS_START_DATE, &start) ||
	    !eas_item_get_time (item, EAS_TASKS_DUE_DATE, &due) || due >= start)
		return TRUE;
	if (baseline != NULL && !eas_map_differs (baseline, item, EAS_TASKS_START_DATE) &&
	    !eas_map_differs (baseline, item, EAS_TASKS_DUE_DATE))
		return TRUE;

	eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0,
		       _ ("The task is due before it starts"));
	return FALSE;
}

GPtrArray *
eas_map_task_write (GPtrArray *components,
		    const EasItem *baseline,
		    GPtrArray *old_components,
		    const EasMapContext *context,
		    GError **error)
{
	g_autoptr (GPtrArray) changes = eas_map_single_write (&single, components, baseline,
							      old_components, context, error);

	for (guint i = 0; changes != NULL && i < changes->len; i++) {
		const EasSyncChange *change = changes->pdata[i];

		if (!check_dates (baseline, change->item, error))
			return NULL;
	}

	return g_steal_pointer (&changes);
}

EasItem *
eas_map_task_apply (const EasItem *baseline, GPtrArray *changes, const EasMapContext *context)
{
	return eas_map_flat_apply (&eas_task_table, baseline, changes, context);
}

gboolean
eas_map_task_same_content (const EasItem *a, const EasItem *b, const EasMapContext *context)
{
	return eas_map_single_same (&single, a, b, context);
}

char *
eas_map_task_dup_uid (const EasItem *item)
{
	return NULL;
}

const EasTag *
eas_map_task_supported (EasVersion version)
{
	return eas_map_supported (&eas_task_table, version);
}

void
eas_map_task_keep (GPtrArray *components, GPtrArray *previous)
{
	eas_map_single_keep (&single, components, previous);
}
