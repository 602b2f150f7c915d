/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From edited components to what has to be sent, and to what the server holds then. */

#include "eas-map-event.h"
#include "eas-datetime.h"
#include "eas-map-attachments.h"
#include "eas-map-attendees.h"
#include "eas-map-body.h"
#include "eas-map-event-table.h"
#include "eas-map-exceptions.h"

#include <string.h>
#include <glib/gi18n-lib.h>

/* What makes a pattern; from 16.0 a server that gets one of these drops all exceptions. */
static const EasTag time_tags[] = { EAS_CALENDAR_TIMEZONE, EAS_CALENDAR_ALL_DAY_EVENT,
				    EAS_CALENDAR_START_TIME, EAS_CALENDAR_END_TIME };

static gboolean
is_time_tag (EasTag tag)
{
	for (guint i = 0; i < G_N_ELEMENTS (time_tags); i++) {
		if (time_tags[i] == tag)
			return TRUE;
	}

	return FALSE;
}

static void
edit_clear (EasEventEdit *edit)
{
	if (edit->shown != edit->base)
		eas_event_form_free (edit->shown);
	eas_event_form_free (edit->base);
	eas_event_form_free (edit->edited);
	memset (edit, 0, sizeof *edit);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EasEventEdit, edit_clear)

static const EasItem *
form_item (const EasEventForm *form)
{
	return form != NULL ? form->item : NULL;
}

static gboolean
is_changed (const EasEventEdit *edit, EasTag tag)
{
	return eas_map_differs (edit->edited->item, form_item (edit->shown), tag) &&
	       eas_map_differs (edit->edited->item, form_item (edit->base), tag);
}

static gboolean
times_changed (const EasEventEdit *edit)
{
	for (guint i = 0; i < G_N_ELEMENTS (time_tags); i++) {
		if (is_changed (edit, time_tags[i]))
			return TRUE;
	}

	return FALSE;
}

static EasEventForm *
form_of_item (const EasItem *item, const EasMapContext *context, GError **error)
{
	g_autoptr (GPtrArray) components = eas_map_event_read (item, "-", context, error);

	return components != NULL ? eas_event_form_new (components, context, error) : NULL;
}

static gboolean
edit_init (EasEventEdit *edit,
	   GPtrArray *components,
	   const EasItem *baseline,
	   GPtrArray *old_components,
	   const EasMapContext *context,
	   GError **error)
{
	edit->context = context;
	edit->baseline = baseline;
	edit->edited = eas_event_form_new (components, context, error);
	if (edit->edited == NULL)
		return FALSE;

	if (baseline == NULL) {
		edit->wire = edit->edited->times;
		return TRUE;
	}

	edit->base = form_of_item (baseline, context, error);
	if (edit->base == NULL)
		return FALSE;
	if (old_components != NULL)
		edit->shown = eas_event_form_new (old_components, context, NULL);
	if (edit->shown == NULL)
		edit->shown = edit->base;

	edit->received = eas_meeting_is_received (baseline);
	edit->restarted = !edit->received &&
			  (times_changed (edit) || is_changed (edit, EAS_CALENDAR_RECURRENCE));
	if (edit->restarted)
		edit->wire = edit->edited->times;
	else
		eas_event_times_read (&edit->wire, baseline, context, NULL);

	return TRUE;
}

/* The master. */

/* What only the organizer can change, and a person sees. The rest of an invitation is the server's
 * to keep. */
static gboolean
belongs_to_organizer (EasTag tag)
{
	switch (tag) {
	case EAS_CALENDAR_START_TIME:
	case EAS_CALENDAR_END_TIME:
	case EAS_CALENDAR_ALL_DAY_EVENT:
	case EAS_CALENDAR_RECURRENCE:
	case EAS_CALENDAR_SUBJECT:
	case EAS_CALENDAR_LOCATION:
	case EAS_AIRSYNCBASE_LOCATION:
		return TRUE;
	default:
		return FALSE;
	}
}

static gboolean
check_invitee (const EasEventEdit *edit, const EasMapRow *row, GError **error)
{
	if (!belongs_to_organizer (row->tag) || !is_changed (edit, row->tag))
		return TRUE;

	eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0,
		       _ ("Only the organizer can change the time, the title or the place of this "
			  "meeting"));
	return FALSE;
}

static gboolean
merge_element (const EasEventEdit *edit,
	       const EasMapRow *row,
	       EasItemBuilder *builder,
	       GError **error)
{
	EasMapMerging merging = { .context = edit->context,
				  .baseline = edit->baseline,
				  .builder = builder };

	merging.baseline_slot = edit->baseline != NULL
					? eas_item_child (edit->baseline, EAS_ITEM_ROOT, row->tag)
					: EAS_ITEM_NONE;
	eas_map_merge_changed (row, form_item (edit->base), form_item (edit->shown),
			       edit->edited->item, &merging);
	if (merging.error != NULL)
		g_propagate_error (error, merging.error);

	return merging.error == NULL;
}

static gboolean
get_until (const EasItem *item, gint64 *out_utc)
{
	EasItemSlot rule = eas_item_child (item, EAS_ITEM_ROOT, EAS_CALENDAR_RECURRENCE);
	EasItemSlot slot = rule != EAS_ITEM_NONE ? eas_item_child (item, rule, EAS_CALENDAR_UNTIL)
						 : EAS_ITEM_NONE;

	return slot != EAS_ITEM_NONE && eas_item_time (item, slot, out_utc);
}

/* The last day is said in the same way as the times: where these are now said in another, the same
 * day is another moment. */
static gboolean
must_restate_end (const EasEventEdit *edit)
{
	gint64 was, is;

	return edit->baseline != NULL && times_changed (edit) && get_until (edit->baseline, &was) &&
	       get_until (edit->edited->item, &is) && was != is;
}

static gboolean
merge_row (const EasEventEdit *edit, const EasMapRow *row, EasItemBuilder *builder, GError **error)
{
	if (row->tag == EAS_CALENDAR_RECURRENCE && must_restate_end (edit)) {
		eas_item_builder_copy (
			builder, edit->edited->item,
			eas_item_child (edit->edited->item, EAS_ITEM_ROOT, row->tag));
		return TRUE;
	}

	return merge_element (edit, row, builder, error);
}

/* Zone, start and end mean nothing without one another. */
static void
copy_times (const EasEventEdit *edit, EasItemBuilder *builder)
{
	for (guint i = 0; i < G_N_ELEMENTS (time_tags); i++) {
		EasItemSlot slot = eas_item_child (edit->edited->item, EAS_ITEM_ROOT, time_tags[i]);

		if (slot != EAS_ITEM_NONE)
			eas_item_builder_copy (builder, edit->edited->item, slot);
	}
}

/* What the person changed, an empty element for what is gone; without children when nothing is.
 * NULL on error. */
static EasItem *
master_delta (const EasEventEdit *edit, GError **error)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	if (!edit->received && times_changed (edit))
		copy_times (edit, builder);

	for (guint i = 0; i < eas_event_table.n_rows; i++) {
		const EasMapRow *row = &eas_event_table.rows[i];

		if (row->codec == NULL ||
		    !eas_map_row_applies (row, EAS_MAP_WRITE, edit->context->version) ||
		    (row->how & (EAS_MAP_KEEP | EAS_MAP_QUIET | EAS_MAP_ADD_ONLY)) != 0)
			continue;

		if (edit->received && (row->how & EAS_MAP_INVITEE) == 0) {
			if (!check_invitee (edit, row, error))
				return NULL;
		} else if (!is_time_tag (row->tag) && !merge_row (edit, row, builder, error)) {
			return NULL;
		}
	}

	return eas_item_builder_finish (builder);
}

/* Up to 14.1: the whole item, what we do not understand included (law 7). */

/* Absent says "gone" there; an empty element says so too, where the version knows that. */
static gboolean
may_be_empty (EasTag tag, EasVersion version)
{
	switch (tag) {
	case EAS_CALENDAR_REMINDER:
		return version >= EAS_VERSION_14_1;
	case EAS_CALENDAR_RECURRENCE:
	case EAS_CALENDAR_ATTENDEES:
	case EAS_CALENDAR_ORGANIZER_EMAIL:
	case EAS_CALENDAR_ORGANIZER_NAME:
		return version >= EAS_VERSION_16_0;
	default:
		return TRUE;
	}
}

static void
copy_baseline (const EasEventEdit *edit, const EasItem *delta, EasItemBuilder *builder)
{
	const EasItem *item = edit->baseline;
	EasItemSlot slot;

	for (slot = eas_item_child (item, EAS_ITEM_ROOT, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (item, slot, EAS_TAG_NONE)) {
		EasTag tag = eas_item_tag (item, slot);
		const EasMapRow *row = eas_event_row (tag, edit->context->version);

		if (eas_item_has (delta, tag) || tag == EAS_CALENDAR_EXCEPTIONS ||
		    tag == EAS_AIRSYNCBASE_ATTACHMENTS ||
		    (row != NULL && (row->how & EAS_MAP_QUIET) != 0))
			continue;
		if (tag == EAS_AIRSYNCBASE_BODY) {
			/* Absent says "unchanged": the only way to leave such a body alone. */
			if (eas_map_body_is_safe (item, EAS_ITEM_ROOT, slot))
				eas_map_body_copy (item, slot, builder);
		} else if (!eas_tag_is_known (tag) || row != NULL) {
			eas_item_builder_copy (builder, item, slot);
		}
	}
}

/* The UID where the server has none, and the time stamp. */
static void
copy_companions (const EasEventEdit *edit, EasItemBuilder *builder)
{
	for (guint i = 0; i < eas_event_table.n_rows; i++) {
		const EasMapRow *row = &eas_event_table.rows[i];
		EasItemSlot slot;

		if (!eas_map_row_applies (row, EAS_MAP_WRITE, edit->context->version) ||
		    (row->how & (EAS_MAP_KEEP | EAS_MAP_QUIET)) == 0)
			continue;
		if ((row->how & EAS_MAP_KEEP) != 0 && eas_item_has (edit->baseline, row->tag))
			continue;

		slot = eas_item_child (edit->edited->item, EAS_ITEM_ROOT, row->tag);
		if (slot != EAS_ITEM_NONE)
			eas_item_builder_copy (builder, edit->edited->item, slot);
	}
}

static EasItem *
whole_item (const EasEventEdit *edit, const EasItem *delta, GPtrArray *exceptions)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasItemSlot slot;

	copy_companions (edit, builder);
	copy_baseline (edit, delta, builder);
	for (slot = eas_item_child (delta, EAS_ITEM_ROOT, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (delta, slot, EAS_TAG_NONE)) {
		if (!eas_item_is_empty (delta, slot) ||
		    may_be_empty (eas_item_tag (delta, slot), edit->context->version))
			eas_item_builder_copy (builder, delta, slot);
	}
	eas_event_write_exceptions (edit, exceptions, builder);

	return eas_item_builder_finish (builder);
}

static void
append_change (GPtrArray *changes, EasChangeKind kind, const EasItem *item)
{
	EasSyncChange *change = eas_sync_change_new (kind, NULL);

	change->item = eas_item_ref ((EasItem *) item);
	g_ptr_array_add (changes, change);
}

static void
write_change (const EasEventEdit *edit,
	      const EasItem *delta,
	      GPtrArray *exceptions,
	      GPtrArray *changes)
{
	gboolean has_delta = eas_item_n_children (delta, EAS_ITEM_ROOT) > 0;

	if (edit->context->version >= EAS_VERSION_16_0) {
		if (has_delta)
			append_change (changes, EAS_CHANGE_CHANGE, delta);
		eas_event_append_instance_changes (edit, exceptions, changes);
	} else if (has_delta || exceptions->len > 0) {
		g_autoptr (EasItem) whole = whole_item (edit, delta, exceptions);

		append_change (changes, EAS_CHANGE_CHANGE, whole);
	}
}

/* The form of a new event is what is sent, but for its files. */
static gboolean
copy_new (const EasEventEdit *edit, EasItemBuilder *builder, GError **error)
{
	const EasItem *item = edit->edited->item;
	EasItemSlot slot;

	for (slot = eas_item_child (item, EAS_ITEM_ROOT, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (item, slot, EAS_TAG_NONE)) {
		EasTag tag = eas_item_tag (item, slot);

		if (tag != EAS_AIRSYNCBASE_ATTACHMENTS)
			eas_item_builder_copy (builder, item, slot);
		else if (!merge_element (edit, eas_event_row (tag, edit->context->version), builder,
					 error))
			return FALSE;
	}

	return TRUE;
}

static gboolean
write_add (const EasEventEdit *edit, GPtrArray *exceptions, GPtrArray *changes, GError **error)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autoptr (EasItem) item = NULL;

	if (!copy_new (edit, builder, error))
		return FALSE;
	eas_event_write_exceptions (edit, exceptions, builder);
	item = eas_item_builder_finish (builder);
	append_change (changes, EAS_CHANGE_ADD, item);

	/* Some servers take an Add with exceptions and drop these without a word (pitfall 13). */
	if (edit->context->version < EAS_VERSION_16_0 && exceptions->len > 0)
		append_change (changes, EAS_CHANGE_CHANGE, item);

	return TRUE;
}

GPtrArray *
eas_map_event_write (GPtrArray *components,
		     const EasItem *baseline,
		     GPtrArray *old_components,
		     const EasMapContext *context,
		     GError **error)
{
	g_auto (EasEventEdit) edit = { 0 };
	g_autoptr (GPtrArray) exceptions = NULL;
	g_autoptr (EasItem) delta = NULL;
	g_autoptr (GPtrArray) changes = NULL;

	if (!edit_init (&edit, components, baseline, old_components, context, error))
		return NULL;
	exceptions = eas_event_exception_changes (&edit, error);
	if (exceptions == NULL)
		return NULL;
	if (baseline != NULL) {
		delta = master_delta (&edit, error);
		if (delta == NULL)
			return NULL;
	}

	changes = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_sync_change_free);
	if (baseline != NULL)
		write_change (&edit, delta, exceptions, changes);
	else if (!write_add (&edit, exceptions, changes, error))
		return NULL;

	return g_steal_pointer (&changes);
}

/* Applying. */

static gboolean
exception_moment (const EasItem *item, EasItemSlot exception, gint64 *out_utc)
{
	EasItemSlot slot = eas_item_child (item, exception, EAS_CALENDAR_EXCEPTION_START_TIME);

	if (slot == EAS_ITEM_NONE)
		slot = eas_item_child (item, exception, EAS_AIRSYNCBASE_INSTANCE_ID);

	return slot != EAS_ITEM_NONE && eas_item_time (item, slot, out_utc);
}

static EasItemSlot
exceptions_of (const EasItem *item)
{
	return eas_item_child (item, EAS_ITEM_ROOT, EAS_CALENDAR_EXCEPTIONS);
}

static EasItemSlot
find_exception (const EasItem *item, gint64 utc)
{
	EasItemSlot list = exceptions_of (item);
	EasItemSlot slot;
	gint64 its_utc;

	if (list == EAS_ITEM_NONE)
		return EAS_ITEM_NONE;

	for (slot = eas_item_child (item, list, EAS_CALENDAR_EXCEPTION); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (item, slot, EAS_CALENDAR_EXCEPTION)) {
		if (exception_moment (item, slot, &its_utc) && its_utc == utc)
			return slot;
	}

	return EAS_ITEM_NONE;
}

/* Elements that a request leaves out without taking them away. */
static gboolean
stays_when_absent (EasTag tag, EasVersion version)
{
	return tag == EAS_AIRSYNCBASE_BODY || tag == EAS_AIRSYNCBASE_ATTACHMENTS ||
	       (eas_tag_is_known (tag) && tag != EAS_CALENDAR_EXCEPTIONS &&
		eas_event_row (tag, version) == NULL);
}

static void
copy_staying (const EasItem *item,
	      EasItemSlot parent,
	      const EasItem *sent,
	      EasItemSlot sent_parent,
	      EasVersion version,
	      EasItemBuilder *builder)
{
	EasItemSlot slot;

	for (slot = eas_item_child (item, parent, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (item, slot, EAS_TAG_NONE)) {
		EasTag tag = eas_item_tag (item, slot);

		if (tag != EAS_CALENDAR_EXCEPTION_START_TIME && tag != EAS_CALENDAR_DELETED &&
		    stays_when_absent (tag, version) &&
		    eas_item_child (sent, sent_parent, tag) == EAS_ITEM_NONE)
			eas_item_builder_copy (builder, item, slot);
	}
}

static void
apply_exceptions (const EasItem *item,
		  const EasItem *sent,
		  EasVersion version,
		  EasItemBuilder *builder)
{
	EasItemSlot list = exceptions_of (sent);
	EasItemSlot slot;

	eas_item_builder_start (builder, EAS_CALENDAR_EXCEPTIONS);
	for (slot = eas_item_child (sent, list, EAS_CALENDAR_EXCEPTION); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (sent, slot, EAS_CALENDAR_EXCEPTION)) {
		gint64 utc;
		EasItemSlot was = exception_moment (sent, slot, &utc) ? find_exception (item, utc)
								      : EAS_ITEM_NONE;

		eas_item_builder_start (builder, EAS_CALENDAR_EXCEPTION);
		eas_map_copy_children (sent, slot, builder);
		if (was != EAS_ITEM_NONE &&
		    eas_item_child (sent, slot, EAS_CALENDAR_DELETED) == EAS_ITEM_NONE)
			copy_staying (item, was, sent, slot, version, builder);
		eas_item_builder_end (builder);
	}
	eas_item_builder_end (builder);
}

/* A whole item: absent is gone, but for what the server alone keeps. */
static EasItem *
apply_whole (const EasItem *item, const EasItem *sent, EasVersion version)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasItemSlot slot;

	for (slot = eas_item_child (sent, EAS_ITEM_ROOT, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (sent, slot, EAS_TAG_NONE)) {
		if (eas_item_tag (sent, slot) == EAS_CALENDAR_EXCEPTIONS)
			apply_exceptions (item, sent, version, builder);
		else if (!eas_item_is_empty (sent, slot))
			eas_map_body_copy_applied (item, sent, slot, builder);
	}
	copy_staying (item, EAS_ITEM_ROOT, sent, EAS_ITEM_ROOT, version, builder);

	return eas_item_builder_finish (builder);
}

static EasItem *
without_exceptions (const EasItem *item)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasItemSlot slot;

	for (slot = eas_item_child (item, EAS_ITEM_ROOT, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (item, slot, EAS_TAG_NONE)) {
		if (eas_item_tag (item, slot) != EAS_CALENDAR_EXCEPTIONS)
			eas_item_builder_copy (builder, item, slot);
	}

	return eas_item_builder_finish (builder);
}

/* A difference: absent stays; a new pattern takes the exceptions with it. */
static EasItem *
apply_difference (const EasItem *item, const EasItem *sent)
{
	g_autoptr (EasItem) kept = NULL;

	if (eas_item_has (sent, EAS_CALENDAR_START_TIME) ||
	    eas_item_has (sent, EAS_CALENDAR_END_TIME) ||
	    eas_item_has (sent, EAS_CALENDAR_RECURRENCE))
		kept = without_exceptions (item);

	return eas_item_overlay (kept != NULL ? kept : item, sent);
}

static void
write_applied_instance (const EasItem *item,
			EasItemSlot exception,
			gint64 utc,
			const EasItem *delta,
			EasItemBuilder *builder)
{
	EasItemSlot slot;

	eas_item_builder_start (builder, EAS_CALENDAR_EXCEPTION);
	if (delta == NULL)
		eas_item_builder_flag (builder, EAS_CALENDAR_DELETED, TRUE);
	if (delta == NULL || exception == EAS_ITEM_NONE) {
		eas_item_builder_time (builder, EAS_AIRSYNCBASE_INSTANCE_ID, utc);
	} else {
		for (slot = eas_item_child (item, exception, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
		     slot = eas_item_sibling (item, slot, EAS_TAG_NONE)) {
			if (!eas_item_has (delta, eas_item_tag (item, slot)))
				eas_item_builder_copy (builder, item, slot);
		}
	}
	if (delta != NULL)
		eas_map_copy_children (delta, EAS_ITEM_ROOT, builder);
	eas_item_builder_end (builder);
}

static EasItem *
apply_instance (const EasItem *item, gint64 utc, const EasItem *delta)
{
	g_autoptr (EasItem) rest = without_exceptions (item);
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasItemSlot list = exceptions_of (item);
	EasItemSlot found = find_exception (item, utc);
	EasItemSlot slot = EAS_ITEM_NONE;

	eas_map_copy_children (rest, EAS_ITEM_ROOT, builder);
	eas_item_builder_start (builder, EAS_CALENDAR_EXCEPTIONS);
	if (list != EAS_ITEM_NONE)
		slot = eas_item_child (item, list, EAS_CALENDAR_EXCEPTION);
	for (; slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (item, slot, EAS_CALENDAR_EXCEPTION)) {
		if (slot != found)
			eas_item_builder_copy (builder, item, slot);
	}
	write_applied_instance (item, found, utc, delta, builder);
	eas_item_builder_end (builder);

	return eas_item_builder_finish (builder);
}

static EasItem *
apply_one (const EasItem *item, const EasSyncChange *change, EasVersion version)
{
	gint64 utc;

	if (change->instance_id != NULL && item != NULL &&
	    eas_datetime_parse (change->instance_id, &utc))
		return apply_instance (item, utc, change->item);
	if (change->item == NULL)
		return item != NULL ? eas_item_ref ((EasItem *) item) : NULL;
	if (item == NULL)
		return eas_map_attachments_settle (NULL, change->item);
	if (version >= EAS_VERSION_16_0) {
		g_autoptr (EasItem) laid_over = apply_difference (item, change->item);

		return eas_map_attachments_settle (item, laid_over);
	}

	return apply_whole (item, change->item, version);
}

EasItem *
eas_map_event_apply (const EasItem *baseline, GPtrArray *changes, const EasMapContext *context)
{
	EasItem *item = baseline != NULL ? eas_item_copy (baseline) : NULL;

	for (guint i = 0; i < changes->len; i++) {
		EasItem *next = apply_one (item, changes->pdata[i], context->version);

		g_clear_pointer (&item, eas_item_unref);
		item = next;
	}

	return item;
}

/* Comparing. */

/* The same people: names and answers are the server's to change. */
static char *
addresses_of (const EasItem *form)
{
	EasItemSlot list = eas_item_child (form, EAS_ITEM_ROOT, EAS_CALENDAR_ATTENDEES);
	EasItemSlot slot = list != EAS_ITEM_NONE
				   ? eas_item_child (form, list, EAS_CALENDAR_ATTENDEE)
				   : EAS_ITEM_NONE;
	GString *addresses = g_string_new (NULL);

	for (; slot != EAS_ITEM_NONE; slot = eas_item_sibling (form, slot, EAS_CALENDAR_ATTENDEE)) {
		EasItemSlot email = eas_item_child (form, slot, EAS_CALENDAR_EMAIL);
		const char *text = email != EAS_ITEM_NONE ? eas_item_text (form, email) : NULL;
		g_autofree char *folded = g_ascii_strdown (text != NULL ? text : "", -1);

		g_string_append (addresses, folded);
		g_string_append_c (addresses, '\n');
	}

	return g_string_free (addresses, /* free_segment */ FALSE);
}

static gboolean
same_by (char *(*describe) (const EasItem *form), const EasItem *a, const EasItem *b)
{
	g_autofree char *of_a = describe (a);
	g_autofree char *of_b = describe (b);

	return strcmp (of_a, of_b) == 0;
}

static gboolean
same_forms (const EasItem *a, const EasItem *b)
{
	static const EasTag compared[] = {
		EAS_CALENDAR_START_TIME, EAS_CALENDAR_END_TIME,    EAS_CALENDAR_ALL_DAY_EVENT,
		EAS_CALENDAR_SUBJECT,    EAS_CALENDAR_LOCATION,    EAS_AIRSYNCBASE_LOCATION,
		EAS_CALENDAR_CATEGORIES, EAS_CALENDAR_SENSITIVITY, EAS_CALENDAR_BUSY_STATUS,
		EAS_CALENDAR_RECURRENCE, EAS_CALENDAR_REMINDER,
	};

	for (guint i = 0; i < G_N_ELEMENTS (compared); i++) {
		if (eas_map_differs (a, b, compared[i]))
			return FALSE;
	}

	return same_by (eas_map_body_dup_letters, a, b) && same_by (addresses_of, a, b);
}

static gboolean
same_instances (const EasEventForm *a, const EasEventForm *b)
{
	if (a->instances->len != b->instances->len)
		return FALSE;

	for (guint i = 0; i < a->instances->len; i++) {
		const EasEventInstance *of_a = a->instances->pdata[i],
				       *of_b = b->instances->pdata[i];

		if (of_a->original != of_b->original ||
		    (of_a->item == NULL) != (of_b->item == NULL) ||
		    (of_a->item != NULL && !same_forms (of_a->item, of_b->item)))
			return FALSE;
	}

	return TRUE;
}

gboolean
eas_map_event_same_content (const EasItem *a, const EasItem *b, const EasMapContext *context)
{
	g_autoptr (EasEventForm) form_a = form_of_item (a, context, NULL);
	g_autoptr (EasEventForm) form_b = form_of_item (b, context, NULL);

	/* What cannot be shown can only be the same to the byte. */
	if (form_a == NULL || form_b == NULL)
		return eas_item_equal (a, b);

	return same_forms (form_a->item, form_b->item) && same_instances (form_a, form_b) &&
	       eas_map_attachments_same (a, b);
}
