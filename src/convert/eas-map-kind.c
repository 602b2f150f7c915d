/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-map-kind.h"
#include "eas-map-event.h"
#include "eas-map-note.h"
#include "eas-map-task.h"

static const EasMapKind kinds[] = {
	{ EAS_CLASS_CALENDAR, I_CAL_VEVENT_COMPONENT, EAS_VERSION_12_0, eas_map_event_read,
	  eas_map_event_write, eas_map_event_apply, eas_map_event_same_content,
	  eas_map_event_dup_uid, eas_map_event_supported, eas_map_event_keep },
	{ EAS_CLASS_TASKS, I_CAL_VTODO_COMPONENT, EAS_VERSION_12_0, eas_map_task_read,
	  eas_map_task_write, eas_map_task_apply, eas_map_task_same_content, eas_map_task_dup_uid,
	  eas_map_task_supported, eas_map_task_keep },
	{ EAS_CLASS_NOTES, I_CAL_VJOURNAL_COMPONENT, EAS_VERSION_14_0, eas_map_note_read,
	  eas_map_note_write, eas_map_note_apply, eas_map_note_same_content, eas_map_note_dup_uid,
	  eas_map_note_supported, eas_map_note_keep },
};

const EasMapKind *
eas_map_kind_of_class (EasClass klass)
{
	for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
		if (kinds[i].klass == klass)
			return &kinds[i];
	}

	return NULL;
}

const EasMapKind *
eas_map_kind_of_component (ICalComponentKind component)
{
	for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
		if (kinds[i].component == component)
			return &kinds[i];
	}

	return NULL;
}
