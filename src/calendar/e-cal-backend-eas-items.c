/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Components are put into the cache as they come from the map, never through text.
 * What did not change is not written, so that no view hears of it. The local UID
 * is the row's, not the wire's: it has to survive a server that changes it.
 */

#include <glib/gi18n-lib.h>

#include "eas-recurrence.h"

#include "e-eas-auto.h"

#include "e-cal-backend-eas-items.h"

static void
items_flush (gpointer owner, gboolean committed)
{
	g_autoptr (GPtrArray) notices = e_eas_notices_take (e_cal_backend_eas_get_notices (owner));

	if (committed)
		e_cal_eas_views_tell (e_cal_backend_eas_get_views (owner), owner, notices);
}

/* ---- conversions ---- */

static ICalTimezone *
find_zone (const char *tzid, gpointer user_data)
{
	return e_timezone_cache_get_timezone (E_TIMEZONE_CACHE (user_data), tzid);
}

#define ZONE_HOLDS_S 10

/* The person's zone may change while we run; but to find it EDS goes through all it knows and
 * several files, which would take longer than storing an event. */
static ICalTimezone *
get_system_zone (void)
{
	static GMutex lock;
	static ICalTimezone *zone;
	static gint64 holds_until;
	ICalTimezone *found;
	gint64 now = g_get_monotonic_time ();

	g_mutex_lock (&lock);
	if (now >= holds_until) {
		zone = e_cal_util_get_system_timezone ();
		holds_until = now + ZONE_HOLDS_S * G_TIME_SPAN_SECOND;
	}
	found = zone;
	g_mutex_unlock (&lock);

	return found;
}

/* @addresses: room for two, lent by the caller as long as the context. */
static EasMapContext
make_context (ECalBackendEas *self, const char **addresses)
{
	EasMapContext context = { 0 };

	addresses[0] = e_cal_backend_eas_get_address (self);
	addresses[1] = NULL;
	context.version = e_cal_backend_eas_get_version (self);
	context.default_zone = get_system_zone ();
	context.addresses = addresses[0] != NULL ? addresses : NULL;
	context.find_zone = find_zone;
	context.find_zone_data = self;

	return context;
}

static GPtrArray *
new_components (void)
{
	return g_ptr_array_new_with_free_func (g_object_unref);
}

GPtrArray *
e_cal_backend_eas_items_read (ECalBackendEas *self, const char *uid, EasItem *item, GError **error)
{
	const char *addresses[2];
	EasMapContext context = make_context (self, addresses);
	GPtrArray *components = eas_map_event_read (item, uid, &context, error);

	for (guint i = 0; components != NULL && i < components->len; i++) {
		if (g_strcmp0 (i_cal_component_get_uid (components->pdata[i]), uid) != 0)
			i_cal_component_set_uid (components->pdata[i], uid);
	}

	return components;
}

ICalComponent *
e_cal_backend_eas_items_wrap (GPtrArray *components)
{
	ICalComponent *calendar = e_cal_util_new_top_level ();

	for (guint i = 0; i < components->len; i++)
		i_cal_component_take_component (calendar,
						i_cal_component_clone (components->pdata[i]));

	return calendar;
}

/* The events of an object's text, the master first. NULL: it is no iCalendar. */
static GPtrArray *
parse_object (const char *object)
{
	E_EAS_AUTO_UNREF ICalComponent *calendar = i_cal_component_new_from_string (object);
	GPtrArray *components;

	if (calendar == NULL)
		return NULL;

	components = new_components ();
	if (i_cal_component_isa (calendar) == I_CAL_VEVENT_COMPONENT) {
		g_ptr_array_add (components, g_steal_pointer (&calendar));
		return components;
	}
	for (ICalComponent *event =
		     i_cal_component_get_first_component (calendar, I_CAL_VEVENT_COMPONENT);
	     event != NULL; g_object_unref (event), event = i_cal_component_get_next_component (
							    calendar, I_CAL_VEVENT_COMPONENT)) {
		gboolean detached =
			e_cal_util_component_has_recurrences (event) == FALSE &&
			e_cal_util_component_has_property (event, I_CAL_RECURRENCEID_PROPERTY);

		g_ptr_array_insert (components, detached ? -1 : 0, i_cal_component_clone (event));
	}

	return components;
}

static void
set_uids (GPtrArray *components, const char *uid)
{
	for (guint i = 0; i < components->len; i++)
		i_cal_component_set_uid (components->pdata[i], uid);
}

static GPtrArray *
items_write (gpointer owner, const char *object, EasItem *baseline, GError **error)
{
	const char *addresses[2];
	EasMapContext context = make_context (owner, addresses);
	g_autoptr (GPtrArray) components = parse_object (object);
	g_autoptr (GPtrArray) shown = NULL;
	g_autofree char *wire_uid = baseline != NULL ? eas_map_event_dup_uid (baseline) : NULL;

	if (components == NULL || components->len == 0) {
		eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0,
			       _ ("This is not an event"));
		return NULL;
	}
	if (wire_uid != NULL)
		set_uids (components, wire_uid);
	if (baseline != NULL)
		shown = eas_map_event_read (
			baseline, i_cal_component_get_uid (components->pdata[0]), &context, NULL);

	return eas_map_event_write (components, baseline, shown, &context, error);
}

static EasItem *
items_apply (gpointer owner, EasItem *baseline, GPtrArray *changes)
{
	const char *addresses[2];
	EasMapContext context = make_context (owner, addresses);

	return eas_map_event_apply (baseline, changes, &context);
}

static gboolean
items_same_content (gpointer owner, EasItem *a, EasItem *b)
{
	const char *addresses[2];
	EasMapContext context = make_context (owner, addresses);

	return eas_map_event_same_content (a, b, &context);
}

static char *
items_dup_object (gpointer owner, const char *uid, EasItem *item, GError **error)
{
	g_autoptr (GPtrArray) components = e_cal_backend_eas_items_read (owner, uid, item, error);
	E_EAS_AUTO_UNREF ICalComponent *calendar = NULL;

	if (components == NULL)
		return NULL;
	calendar = e_cal_backend_eas_items_wrap (components);

	return i_cal_component_as_ical_string (calendar);
}

static char *
items_dup_title (const char *object)
{
	g_autoptr (GPtrArray) components = parse_object (object);

	if (components == NULL || components->len == 0)
		return NULL;

	return g_strdup (i_cal_component_get_summary (components->pdata[0]));
}

/* The copy of a meeting must not invite anybody. */
static void
make_private (ICalComponent *event)
{
	while (e_cal_util_component_has_property (event, I_CAL_ATTENDEE_PROPERTY) ||
	       e_cal_util_component_has_property (event, I_CAL_ORGANIZER_PROPERTY)) {
		E_EAS_AUTO_UNREF ICalProperty *property =
			i_cal_component_get_first_property (event, I_CAL_ATTENDEE_PROPERTY);

		if (property == NULL)
			property = i_cal_component_get_first_property (event,
								       I_CAL_ORGANIZER_PROPERTY);
		i_cal_component_remove_property (event, property);
	}
}

static char *
items_dup_copy (gpointer owner, const char *object, char **out_uid)
{
	g_autoptr (GPtrArray) components = parse_object (object);
	E_EAS_AUTO_UNREF ICalComponent *calendar = NULL;
	g_autofree char *uid = e_util_generate_uid ();

	for (guint i = 0; i < components->len; i++) {
		ICalComponent *event = components->pdata[i];
		const char *summary = i_cal_component_get_summary (event);
		/* Translators: the title of an event that was changed here and on the server at
		 * once. */
		g_autofree char *marked =
			g_strdup_printf (_ ("%s (my version)"), summary != NULL ? summary : "");

		i_cal_component_set_summary (event, marked);
		i_cal_component_set_uid (event, uid);
		make_private (event);
	}
	calendar = e_cal_backend_eas_items_wrap (components);
	*out_uid = g_steal_pointer (&uid);

	return i_cal_component_as_ical_string (calendar);
}

/* ---- the cache ---- */

static GSList *
cached_instances (ECalBackendEas *self, ECalCache *cache, const char *uid)
{
	GSList *instances = NULL;

	/* Of a first sync nothing is there, and EDS takes long to say so. */
	if (!e_cal_backend_eas_is_shown (self, uid))
		return NULL;

	/* "Not found" is no failure, and others will show when the cache is written. */
	e_cal_cache_get_components_by_uid (cache, uid, &instances, NULL, NULL);

	return instances;
}

static char *
dup_rid (ECalComponent *component)
{
	return e_cal_component_get_recurid_as_string (component);
}

/* Takes the instance of the same recurrence out of *@instances; NULL. */
static ECalComponent *
take_same_instance (GSList **instances, ECalComponent *component)
{
	g_autofree char *rid = dup_rid (component);

	for (GSList *link = *instances; link != NULL; link = link->next) {
		g_autofree char *other = dup_rid (link->data);

		if (g_strcmp0 (rid, other) == 0) {
			ECalComponent *found = link->data;

			*instances = g_slist_delete_link (*instances, link);
			return found;
		}
	}

	return NULL;
}

static gboolean
same_text (ECalComponent *a, ECalComponent *b)
{
	g_autofree char *text_a = e_cal_component_get_as_string (a);
	g_autofree char *text_b = e_cal_component_get_as_string (b);

	return g_strcmp0 (text_a, text_b) == 0;
}

static gboolean
put_instance (ECalBackendEas *self,
	      ECalCache *cache,
	      ECalComponent *component,
	      const char *server_id,
	      GSList **before)
{
	E_EAS_AUTO_UNREF ECalComponent *present = take_same_instance (before, component);
	ECalComponentId *id;
	g_autofree char *extra = NULL;

	if (present != NULL && same_text (present, component)) {
		id = e_cal_component_get_id (present);
		e_cal_cache_get_component_extra (cache, e_cal_component_id_get_uid (id),
						 e_cal_component_id_get_rid (id), &extra, NULL,
						 NULL);
		e_cal_component_id_free (id);
		if (g_strcmp0 (extra, server_id) == 0)
			return TRUE;
	}
	if (!e_cal_cache_put_component (cache, component, server_id, 0, E_CACHE_IS_ONLINE, NULL,
					NULL))
		return FALSE;
	e_eas_notices_add (e_cal_backend_eas_get_notices (self), present, component);

	return TRUE;
}

static gboolean
remove_instances (ECalBackendEas *self, ECalCache *cache, GSList *instances)
{
	for (GSList *link = instances; link != NULL; link = link->next) {
		ECalComponentId *id = e_cal_component_get_id (link->data);
		gboolean removed = e_cal_cache_remove_component (
			cache, e_cal_component_id_get_uid (id), e_cal_component_id_get_rid (id), 0,
			E_CACHE_IS_ONLINE, NULL, NULL);

		e_cal_component_id_free (id);
		if (!removed)
			return FALSE;
		e_eas_notices_add (e_cal_backend_eas_get_notices (self), link->data, NULL);
	}

	return TRUE;
}

static gboolean
put_components (ECalBackendEas *self,
		const char *uid,
		const char *server_id,
		GPtrArray *components,
		GError **error)
{
	E_EAS_AUTO_UNREF ECalCache *cache = e_cal_backend_eas_ref_cache (self);
	GSList *before = cached_instances (self, cache, uid);
	gboolean stored = TRUE;

	for (guint i = 0; stored && i < components->len; i++) {
		/* Made for this; nobody else has it. */
		E_EAS_AUTO_UNREF ECalComponent *component = e_cal_component_new_from_icalcomponent (
			g_object_ref (components->pdata[i]));

		stored = component != NULL &&
			 put_instance (self, cache, component, server_id, &before);
	}
	stored = stored && remove_instances (self, cache, before);
	g_slist_free_full (before, g_object_unref);

	if (!stored)
		eas_set_error (error, EAS_ERROR_STORE, NULL, 0, 0,
			       _ ("The local copy could not be written"));

	return stored;
}

static gboolean
items_put (gpointer owner,
	   const char *uid,
	   const char *server_id,
	   EasItem *item,
	   const char *object,
	   GError **error)
{
	g_autoptr (GPtrArray) components =
		item != NULL ? e_cal_backend_eas_items_read (owner, uid, item, error)
			     : parse_object (object);

	if (components == NULL) {
		if (item == NULL)
			eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0,
				       _ ("This is not an event"));
		return FALSE;
	}

	return put_components (owner, uid, server_id, components, error);
}

static gboolean
items_remove (gpointer owner, const char *uid, GError **error)
{
	E_EAS_AUTO_UNREF ECalCache *cache = e_cal_backend_eas_ref_cache (owner);
	GSList *instances = cached_instances (owner, cache, uid);
	gboolean removed = remove_instances (owner, cache, instances);

	g_slist_free_full (instances, g_object_unref);
	if (!removed)
		eas_set_error (error, EAS_ERROR_STORE, NULL, 0, 0,
			       _ ("The local copy could not be written"));

	return removed;
}

static guint
items_count (gpointer owner)
{
	E_EAS_AUTO_UNREF ECalCache *cache = e_cal_backend_eas_ref_cache (owner);

	return e_cache_get_count (E_CACHE (cache), E_CACHE_INCLUDE_DELETED, NULL, NULL);
}

/* [MS-ASCAL] 2.2.2: what only has a meaning together, and what changes by itself. */
static const EasTag when_tags[] = { EAS_CALENDAR_START_TIME, EAS_CALENDAR_END_TIME,
				    EAS_CALENDAR_ALL_DAY_EVENT, EAS_CALENDAR_TIMEZONE,
				    EAS_TAG_NONE };
static const EasTag meeting_tags[] = { EAS_CALENDAR_ATTENDEES, EAS_CALENDAR_MEETING_STATUS,
				       EAS_CALENDAR_RESPONSE_TYPE, EAS_CALENDAR_RESPONSE_REQUESTED,
				       EAS_TAG_NONE };
static const EasTag quiet_tags[] = { EAS_CALENDAR_DT_STAMP,
				     EAS_CALENDAR_UID,
				     EAS_CALENDAR_CLIENT_UID,
				     EAS_CALENDAR_APPOINTMENT_REPLY_TIME,
				     EAS_AIRSYNCBASE_NATIVE_BODY_TYPE,
				     EAS_TAG_NONE };
static const EasTag exception_names[] = { EAS_CALENDAR_EXCEPTION_START_TIME,
					  EAS_AIRSYNCBASE_INSTANCE_ID, EAS_TAG_NONE };
static const EasTag pattern_tags[] = { EAS_CALENDAR_START_TIME, EAS_CALENDAR_ALL_DAY_EVENT,
				       EAS_CALENDAR_RECURRENCE, EAS_TAG_NONE };

/* What a rule means, and not in how many words: servers add what goes without saying. */
static gboolean
same_rule (const EasItem *a, const EasItem *b)
{
	EasItemSlot in_a = eas_item_child (a, EAS_ITEM_ROOT, EAS_CALENDAR_RECURRENCE);
	EasItemSlot in_b = eas_item_child (b, EAS_ITEM_ROOT, EAS_CALENDAR_RECURRENCE);
	gboolean none_a = in_a == EAS_ITEM_NONE || eas_item_is_empty (a, in_a);
	gboolean none_b = in_b == EAS_ITEM_NONE || eas_item_is_empty (b, in_b);
	EasRecurrence of_a;
	EasRecurrence of_b;

	if (none_a || none_b)
		return none_a == none_b;
	if (!eas_recurrence_read (a, in_a, &of_a, NULL) ||
	    !eas_recurrence_read (b, in_b, &of_b, NULL))
		return eas_item_slot_equal (a, in_a, b, in_b);
	if (of_a.interval == 1 || of_a.first_day_of_week < 0 || of_b.first_day_of_week < 0)
		of_a.first_day_of_week = of_b.first_day_of_week;

	return eas_recurrence_equal (&of_a, &of_b);
}

static gboolean
same_pattern (const EasItem *a, const EasItem *b)
{
	gint64 start_a = 0;
	gint64 start_b = 0;

	return eas_item_get_time (a, EAS_CALENDAR_START_TIME, &start_a) ==
		       eas_item_get_time (b, EAS_CALENDAR_START_TIME, &start_b) &&
	       start_a == start_b &&
	       eas_item_get_flag (a, EAS_CALENDAR_ALL_DAY_EVENT, FALSE) ==
		       eas_item_get_flag (b, EAS_CALENDAR_ALL_DAY_EVENT, FALSE) &&
	       same_rule (a, b);
}

static const EEasMergeList merge_exceptions = { EAS_CALENDAR_EXCEPTIONS, EAS_CALENDAR_EXCEPTION,
						exception_names, pattern_tags, same_pattern };
static const EEasMergeField merge_fields[] = {
	{ when_tags, FALSE },
	{ meeting_tags, FALSE },
	{ quiet_tags, TRUE },
};

void
e_cal_backend_eas_items_fill_class (EEasWorkerClass *klass)
{
	klass->klass = EAS_CLASS_CALENDAR;
	klass->file_suffix = ".ics";
	klass->merge.fields = merge_fields;
	klass->merge.n_fields = G_N_ELEMENTS (merge_fields);
	klass->merge.list = &merge_exceptions;
	klass->dup_uid = eas_map_event_dup_uid;
	klass->dup_title = items_dup_title;
	klass->same_content = items_same_content;
	klass->supported = eas_map_event_supported;
	klass->write = items_write;
	klass->apply = items_apply;
	klass->dup_object = items_dup_object;
	klass->dup_copy = items_dup_copy;
	klass->put = items_put;
	klass->remove = items_remove;
	klass->count = items_count;
	klass->flush = items_flush;
}
