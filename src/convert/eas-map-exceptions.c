/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-map-exceptions.h"
#include "eas-datetime.h"
#include "eas-map-body.h"
#include "eas-map-codecs.h"
#include "eas-map-event-table.h"

#include <glib/gi18n-lib.h>

/* Reading. */

icalcomponent *
eas_event_read_component (const EasItem *item,
			  EasItemSlot parent,
			  const EasEventTimes *times,
			  const char *uid)
{
	icalcomponent *component = icalcomponent_new (ICAL_VEVENT_COMPONENT);
	EasMapReading reading = { times->context, item, parent, component, times };

	eas_map_add_text (component, ICAL_UID_PROPERTY, uid);
	eas_event_times_add (times, component, ICAL_DTSTART_PROPERTY, times->start);
	eas_event_times_add (times, component, ICAL_DTEND_PROPERTY, times->end);
	eas_map_read (&eas_event_table, 0, &reading);

	/* iCalendar insists on one, and two readings of one item have to agree. */
	if (icalcomponent_get_first_property (component, ICAL_DTSTAMP_PROPERTY) == NULL) {
		EasEventTimes in_utc = { .zone = icaltimezone_get_utc_timezone () };

		eas_event_times_add (&in_utc, component, ICAL_DTSTAMP_PROPERTY, times->start);
	}

	return component;
}

static gboolean
get_original (const EasItem *item,
	      EasItemSlot exception,
	      const EasEventTimes *times,
	      gint64 *out_moment)
{
	EasItemSlot slot = eas_item_child (item, exception, EAS_CALENDAR_EXCEPTION_START_TIME);
	gint64 utc;

	if (slot == EAS_ITEM_NONE)
		slot = eas_item_child (item, exception, EAS_AIRSYNCBASE_INSTANCE_ID);
	if (slot == EAS_ITEM_NONE || !eas_item_time (item, slot, &utc))
		return FALSE;

	*out_moment = eas_event_times_from_wire (times, utc);
	return TRUE;
}

static gboolean
is_deleted (const EasItem *item, EasItemSlot exception)
{
	EasItemSlot slot = eas_item_child (item, exception, EAS_CALENDAR_DELETED);
	gboolean deleted = FALSE;

	return slot != EAS_ITEM_NONE && eas_item_flag (item, slot, &deleted) && deleted;
}

static EasItemSlot
first_exception (const EasItem *item)
{
	EasItemSlot list = eas_item_child (item, EAS_ITEM_ROOT, EAS_CALENDAR_EXCEPTIONS);

	return list != EAS_ITEM_NONE ? eas_item_child (item, list, EAS_CALENDAR_EXCEPTION)
				     : EAS_ITEM_NONE;
}

static EasItemSlot
next_exception (const EasItem *item, EasItemSlot exception)
{
	return eas_item_sibling (item, exception, EAS_CALENDAR_EXCEPTION);
}

EasItemSlot
eas_event_find_exception (const EasItem *item, const EasEventTimes *times, gint64 original)
{
	EasItemSlot slot;
	gint64 moment;

	if (item == NULL)
		return EAS_ITEM_NONE;

	for (slot = first_exception (item); slot != EAS_ITEM_NONE;
	     slot = next_exception (item, slot)) {
		if (get_original (item, slot, times, &moment) && moment == original)
			return slot;
	}

	return EAS_ITEM_NONE;
}

static void
read_exception (const EasItem *item,
		EasItemSlot exception,
		gint64 original,
		const EasEventTimes *master_times,
		const char *uid,
		GPtrArray *components)
{
	EasEventTimes times;
	icalcomponent *component;

	eas_event_times_read_exception (&times, item, exception, master_times, original);
	component = eas_event_read_component (item, exception, &times, uid);
	eas_event_times_add (master_times, component, ICAL_RECURRENCEID_PROPERTY, original);

	g_ptr_array_add (components,
			 i_cal_object_construct (I_CAL_TYPE_COMPONENT, component,
						 (GDestroyNotify) icalcomponent_free, FALSE, NULL));
}

void
eas_event_read_exceptions (const EasItem *item,
			   const EasEventTimes *times,
			   const char *uid,
			   icalcomponent *master,
			   GPtrArray *components)
{
	EasItemSlot slot;
	gint64 original;

	for (slot = first_exception (item); slot != EAS_ITEM_NONE;
	     slot = next_exception (item, slot)) {
		if (!get_original (item, slot, times, &original))
			continue;
		if (is_deleted (item, slot))
			eas_event_times_add (times, master, ICAL_EXDATE_PROPERTY, original);
		else
			read_exception (item, slot, original, times, uid, components);
	}
}

/* What changed. */

static gboolean
refuse (GError **error, const char *reason)
{
	eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0, "%s", reason);
	return FALSE;
}

static gboolean
is_time (EasTag tag)
{
	return tag == EAS_CALENDAR_START_TIME || tag == EAS_CALENDAR_END_TIME ||
	       tag == EAS_CALENDAR_ALL_DAY_EVENT;
}

typedef struct {
	const EasItem *base;  /* as it is on the server */
	const EasItem *shown; /* as it was before the edit */
	const EasItem *edited;
	EasItemSlot exception; /* in the baseline; NONE when it is a new one */
} InstanceSides;

static gboolean
side_differs (const InstanceSides *sides, EasTag tag)
{
	return eas_map_differs (sides->edited, sides->shown, tag) &&
	       eas_map_differs (sides->edited, sides->base, tag);
}

/* Start and end go together, in the shape in which the series has its own. */
static gboolean
merge_times (const EasEventEdit *edit,
	     const InstanceSides *sides,
	     EasItemBuilder *builder,
	     GError **error)
{
	static const EasTag tags[] = { EAS_CALENDAR_START_TIME, EAS_CALENDAR_END_TIME };
	gboolean is_all_day = eas_item_get_flag (sides->edited, EAS_CALENDAR_ALL_DAY_EVENT, FALSE);
	gboolean kind_differs = side_differs (sides, EAS_CALENDAR_ALL_DAY_EVENT);

	if (edit->received)
		return TRUE;
	if (kind_differs && edit->context->version >= EAS_VERSION_16_0)
		return refuse (
			error,
			_ ("A single occurrence cannot be made all-day, or timed, by itself"));
	if (!kind_differs && !side_differs (sides, tags[0]) && !side_differs (sides, tags[1]))
		return TRUE;

	if (kind_differs)
		eas_item_builder_flag (builder, EAS_CALENDAR_ALL_DAY_EVENT, is_all_day);
	for (guint i = 0; i < G_N_ELEMENTS (tags); i++) {
		gint64 utc = 0;

		eas_item_get_time (sides->edited, tags[i], &utc);
		if (is_all_day && edit->wire.all_day)
			utc = eas_event_times_to_wire (&edit->wire, utc);
		eas_item_builder_time (builder, tags[i], utc);
	}

	return TRUE;
}

static gboolean
merge_elements (const EasEventEdit *edit,
		const InstanceSides *sides,
		EasItemBuilder *builder,
		GError **error)
{
	EasItemSlot parent = sides->exception != EAS_ITEM_NONE ? sides->exception : EAS_ITEM_ROOT;

	for (guint i = 0; i < eas_event_table.n_rows; i++) {
		const EasMapRow *row = &eas_event_table.rows[i];
		EasMapMerging merging = { .context = edit->context,
					  .baseline = edit->baseline,
					  .builder = builder };

		if (row->codec == NULL || is_time (row->tag) ||
		    !eas_map_row_applies (row, EAS_MAP_WRITE | EAS_MAP_INSTANCE,
					  edit->context->version) ||
		    (edit->received && (row->how & EAS_MAP_INVITEE) == 0))
			continue;

		merging.baseline_slot =
			edit->baseline != NULL
				? eas_map_inherited (edit->baseline, parent, row->tag)
				: EAS_ITEM_NONE;
		eas_map_merge_changed (row, sides->base, sides->shown, sides->edited, &merging);
		if (merging.error != NULL) {
			g_propagate_error (error, merging.error);
			return FALSE;
		}
	}

	return TRUE;
}

/* An empty item when nothing differs; NULL on error. */
static EasItem *
instance_delta (const EasEventEdit *edit, const InstanceSides *sides, GError **error)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	if (!merge_times (edit, sides, builder, error) ||
	    !merge_elements (edit, sides, builder, error))
		return NULL;

	return eas_item_builder_finish (builder);
}

static void
exception_change_free (gpointer data)
{
	EasEventExceptionChange *change = data;

	g_clear_pointer (&change->delta, eas_item_unref);
	g_free (change);
}

static void
add_change (GPtrArray *changes, gint64 original, EasItem *delta)
{
	EasEventExceptionChange *change = g_new0 (EasEventExceptionChange, 1);

	change->original = original;
	change->delta = delta;
	g_ptr_array_add (changes, change);
}

static gboolean
add_delta (const EasEventEdit *edit,
	   gint64 original,
	   const InstanceSides *sides,
	   GPtrArray *changes,
	   GError **error)
{
	g_autoptr (EasItem) delta = instance_delta (edit, sides, error);

	if (delta == NULL)
		return FALSE;
	if (eas_item_n_children (delta, EAS_ITEM_ROOT) > 0)
		add_change (changes, original, g_steal_pointer (&delta));

	return TRUE;
}

/* An occurrence that was like all others until now. */
static gboolean
add_new_exception (const EasEventEdit *edit,
		   const EasEventInstance *instance,
		   GPtrArray *changes,
		   GError **error)
{
	g_autoptr (EasItem) untouched = NULL;
	InstanceSides sides = { .edited = instance->item, .exception = EAS_ITEM_NONE };

	if (!eas_event_form_has_occurrence (edit->edited, instance->original)) {
		/* Of the pattern before: with that, the server has dropped it too. */
		if (edit->restarted)
			return TRUE;
		return refuse (error,
			       _ ("An occurrence of the event does not belong to its series"));
	}

	untouched = eas_event_form_occurrence (edit->edited, instance->original);
	sides.base = sides.shown = untouched;

	return add_delta (edit, instance->original, &sides, changes, error);
}

static gboolean
add_edited_exception (const EasEventEdit *edit,
		      const EasEventInstance *base,
		      const EasEventInstance *instance,
		      GPtrArray *changes,
		      GError **error)
{
	const EasEventInstance *shown = eas_event_form_find (edit->shown, instance->original);
	InstanceSides sides = { .base = base->item, .edited = instance->item };

	sides.shown = shown != NULL && shown->item != NULL ? shown->item : base->item;
	sides.exception =
		eas_event_find_exception (edit->baseline, &edit->wire, instance->original);

	/* Cancelled on the server: only an edit of the person would bring it back, and nothing can.
	 */
	if (base->item == NULL) {
		if (sides.shown != NULL && eas_item_equal (sides.shown, instance->item))
			return TRUE;
		return refuse (error,
			       _ ("This occurrence was cancelled and cannot be brought back"));
	}

	return add_delta (edit, instance->original, &sides, changes, error);
}

static gboolean
add_present (const EasEventEdit *edit,
	     const EasEventInstance *instance,
	     GPtrArray *changes,
	     GError **error)
{
	const EasEventInstance *base =
		edit->restarted ? NULL : eas_event_form_find (edit->base, instance->original);

	if (instance->item == NULL) {
		if (base == NULL || base->item != NULL)
			add_change (changes, instance->original, NULL);
		return TRUE;
	}

	if (base == NULL)
		return add_new_exception (edit, instance, changes, error);

	return add_edited_exception (edit, base, instance, changes, error);
}

/* An exception the person took back: the occurrence is to be like the others again. */
static gboolean
add_gone (const EasEventEdit *edit,
	  const EasEventInstance *base,
	  GPtrArray *changes,
	  GError **error)
{
	g_autoptr (EasItem) untouched = NULL;
	InstanceSides sides = { .base = base->item, .shown = base->item };

	/* Not seen by the person: the server made it meanwhile. */
	if (edit->received || eas_event_form_find (edit->shown, base->original) == NULL)
		return TRUE;
	if (base->item == NULL)
		return refuse (error,
			       _ ("This occurrence was cancelled and cannot be brought back"));

	untouched = eas_event_form_occurrence (edit->edited, base->original);
	sides.edited = untouched;
	sides.exception = eas_event_find_exception (edit->baseline, &edit->wire, base->original);

	return add_delta (edit, base->original, &sides, changes, error);
}

static int
compare_changes (gconstpointer a, gconstpointer b)
{
	const EasEventExceptionChange *const *first = a, *const *second = b;

	return (*first)->original < (*second)->original ? -1
							: (*first)->original > (*second)->original;
}

GPtrArray *
eas_event_exception_changes (const EasEventEdit *edit, GError **error)
{
	g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func (exception_change_free);

	for (guint i = 0; i < edit->edited->instances->len; i++) {
		if (!add_present (edit, edit->edited->instances->pdata[i], changes, error))
			return NULL;
	}

	for (guint i = 0; edit->base != NULL && !edit->restarted && i < edit->base->instances->len;
	     i++) {
		const EasEventInstance *base = edit->base->instances->pdata[i];

		if (eas_event_form_find (edit->edited, base->original) == NULL &&
		    !add_gone (edit, base, changes, error))
			return NULL;
	}

	g_ptr_array_sort (changes, compare_changes);
	return g_steal_pointer (&changes);
}

/* Up to 14.1. */

static void
write_original (const EasEventEdit *edit, gint64 original, EasItemBuilder *builder)
{
	EasTag tag = edit->context->version >= EAS_VERSION_16_0 ? EAS_AIRSYNCBASE_INSTANCE_ID
								: EAS_CALENDAR_EXCEPTION_START_TIME;

	eas_item_builder_time (builder, tag, eas_event_times_to_wire (&edit->wire, original));
}

/* What the server has of an exception, as far as it takes it from us, under what changed. */
static void
write_known_exception (const EasEventEdit *edit,
		       EasItemSlot exception,
		       const EasItem *delta,
		       EasItemBuilder *builder)
{
	const EasItem *item = edit->baseline;
	EasItemSlot slot;

	for (slot = eas_item_child (item, exception, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (item, slot, EAS_TAG_NONE)) {
		EasTag tag = eas_item_tag (item, slot);

		if (delta != NULL && eas_item_has (delta, tag))
			continue;
		if (tag == EAS_AIRSYNCBASE_BODY) {
			if (eas_map_body_is_safe (item, exception, slot))
				eas_map_body_copy (item, slot, builder);
		} else if (!eas_tag_is_known (tag) || tag == EAS_CALENDAR_EXCEPTION_START_TIME ||
			   tag == EAS_CALENDAR_DELETED ||
			   eas_event_row (tag, edit->context->version) != NULL) {
			eas_item_builder_copy (builder, item, slot);
		}
	}
	if (delta != NULL)
		eas_map_copy_children (delta, EAS_ITEM_ROOT, builder);
}

static void
write_new_exception (const EasEventEdit *edit,
		     const EasEventExceptionChange *change,
		     EasItemBuilder *builder)
{
	if (change->delta == NULL)
		eas_item_builder_flag (builder, EAS_CALENDAR_DELETED, TRUE);
	write_original (edit, change->original, builder);
	if (change->delta != NULL)
		eas_map_copy_children (change->delta, EAS_ITEM_ROOT, builder);
}

static const EasEventExceptionChange *
find_change (GPtrArray *changes, gint64 original)
{
	for (guint i = 0; i < changes->len; i++) {
		const EasEventExceptionChange *change = changes->pdata[i];

		if (change->original == original)
			return change;
	}

	return NULL;
}

static void
write_baseline_exceptions (const EasEventEdit *edit, GPtrArray *changes, EasItemBuilder *builder)
{
	const EasItem *item = edit->baseline;
	EasItemSlot slot;
	gint64 original;

	for (slot = first_exception (item); slot != EAS_ITEM_NONE;
	     slot = next_exception (item, slot)) {
		const EasEventExceptionChange *change = NULL;

		if (get_original (item, slot, &edit->wire, &original))
			change = find_change (changes, original);

		eas_item_builder_start (builder, EAS_CALENDAR_EXCEPTION);
		if (change != NULL && change->delta == NULL)
			write_new_exception (edit, change, builder);
		else
			write_known_exception (edit, slot, change != NULL ? change->delta : NULL,
					       builder);
		eas_item_builder_end (builder);
	}
}

void
eas_event_write_exceptions (const EasEventEdit *edit, GPtrArray *changes, EasItemBuilder *builder)
{
	gboolean has_old = edit->baseline != NULL && !edit->restarted &&
			   first_exception (edit->baseline) != EAS_ITEM_NONE;

	if (!has_old && changes->len == 0)
		return;

	eas_item_builder_start (builder, EAS_CALENDAR_EXCEPTIONS);
	if (has_old)
		write_baseline_exceptions (edit, changes, builder);
	for (guint i = 0; i < changes->len; i++) {
		const EasEventExceptionChange *change = changes->pdata[i];

		if (has_old && eas_event_find_exception (edit->baseline, &edit->wire,
							 change->original) != EAS_ITEM_NONE)
			continue;
		eas_item_builder_start (builder, EAS_CALENDAR_EXCEPTION);
		write_new_exception (edit, change, builder);
		eas_item_builder_end (builder);
	}
	eas_item_builder_end (builder);
}

/* From 16.0. */

void
eas_event_append_instance_changes (const EasEventEdit *edit,
				   GPtrArray *changes,
				   GPtrArray *sync_changes)
{
	for (guint i = 0; i < changes->len; i++) {
		const EasEventExceptionChange *change = changes->pdata[i];
		EasSyncChange *sync_change = eas_sync_change_new (
			change->delta != NULL ? EAS_CHANGE_CHANGE : EAS_CHANGE_DELETE, NULL);
		char text[EAS_DATETIME_COMPACT_SIZE];

		eas_datetime_write_compact (eas_event_times_to_wire (&edit->wire, change->original),
					    text);
		sync_change->instance_id = g_strdup (text);
		if (change->delta != NULL)
			sync_change->item = eas_item_ref (change->delta);
		g_ptr_array_add (sync_changes, sync_change);
	}
}
