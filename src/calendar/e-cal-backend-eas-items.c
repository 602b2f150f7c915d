/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Components are put into the cache as they come from the map, never through text.
 * What did not change is not written, so that no view hears of it. The local UID
 * is the row's, not the wire's: it has to survive a server that changes it.
 */

#include <glib/gi18n-lib.h>

#include "e-eas-auto.h"
#include "e-eas-zone.h"

#include "e-cal-backend-eas-files.h"
#include "e-cal-backend-eas-items.h"
#include "e-cal-backend-eas-rules.h"

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

static const EasMapKind *
kind_of (gpointer owner)
{
	return eas_map_kind_of_component (e_cal_backend_get_kind (E_CAL_BACKEND (owner)));
}

static EasMapContext
make_context (ECalBackendEas *self)
{
	EasMapContext context = { 0 };

	context.version = e_cal_backend_eas_get_version (self);
	context.default_zone = e_eas_zone_get_system ();
	context.addresses = e_cal_backend_eas_get_addresses (self);
	context.find_zone = find_zone;
	context.find_zone_data = self;
	context.files = e_cal_backend_eas_get_files (self);

	return context;
}

static GPtrArray *
new_components (void)
{
	return g_ptr_array_new_with_free_func (g_object_unref);
}

/* The components of an object's text, the master first. NULL: it is no iCalendar. */
static GPtrArray *
parse_object (const char *object)
{
	E_EAS_AUTO_UNREF ICalComponent *calendar = i_cal_component_new_from_string (object);
	GPtrArray *components;

	if (calendar == NULL)
		return NULL;

	components = new_components ();
	if (eas_map_kind_of_component (i_cal_component_isa (calendar)) != NULL) {
		g_ptr_array_add (components, g_steal_pointer (&calendar));
		return components;
	}
	for (ICalComponent *component =
		     i_cal_component_get_first_component (calendar, I_CAL_ANY_COMPONENT);
	     component != NULL; g_object_unref (component),
			   component = i_cal_component_get_next_component (calendar,
									   I_CAL_ANY_COMPONENT)) {
		gboolean detached =
			e_cal_util_component_has_recurrences (component) == FALSE &&
			e_cal_util_component_has_property (component, I_CAL_RECURRENCEID_PROPERTY);

		if (eas_map_kind_of_component (i_cal_component_isa (component)) != NULL)
			g_ptr_array_insert (components, detached ? -1 : 0,
					    i_cal_component_clone (component));
	}

	return components;
}

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

/* What is shown under @uid, or is being saved just now; NULL. */
static GPtrArray *
previous_components (ECalBackendEas *self, const char *uid)
{
	g_autofree char *edited = e_cal_backend_eas_dup_edited (self, uid);
	E_EAS_AUTO_UNREF ECalCache *cache = NULL;
	GPtrArray *components;
	GSList *instances;

	if (edited != NULL)
		return parse_object (edited);

	cache = e_cal_backend_eas_ref_cache (self);
	instances = cached_instances (self, cache, uid);
	if (instances == NULL)
		return NULL;
	components = new_components ();
	for (GSList *link = instances; link != NULL; link = link->next)
		g_ptr_array_add (
			components,
			i_cal_component_clone (e_cal_component_get_icalcomponent (link->data)));
	g_slist_free_full (instances, g_object_unref);

	return components;
}

/* The server knows less of a task or a note than the desktop does. */
static void
keep_local (ECalBackendEas *self, const char *uid, GPtrArray *components)
{
	g_autoptr (GPtrArray) previous = NULL;

	if (kind_of (self)->keep == NULL)
		return;
	previous = previous_components (self, uid);
	if (previous != NULL)
		kind_of (self)->keep (components, previous);
}

GPtrArray *
e_cal_backend_eas_items_read (ECalBackendEas *self, const char *uid, EasItem *item, GError **error)
{
	EasMapContext context = make_context (self);
	GPtrArray *components = kind_of (self)->read (item, uid, &context, error);

	if (components != NULL)
		keep_local (self, uid, components);
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

static void
set_uids (GPtrArray *components, const char *uid)
{
	for (guint i = 0; i < components->len; i++)
		i_cal_component_set_uid (components->pdata[i], uid);
}

static GPtrArray *
items_write (gpointer owner, const char *object, EasItem *baseline, GError **error)
{
	EasMapContext context = make_context (owner);
	g_autoptr (GPtrArray) components = parse_object (object);
	g_autoptr (GPtrArray) shown = NULL;
	g_autofree char *wire_uid = baseline != NULL ? kind_of (owner)->dup_uid (baseline) : NULL;

	if (components == NULL || components->len == 0) {
		eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0,
			       _ ("This is not a calendar item"));
		return NULL;
	}
	if (wire_uid != NULL)
		set_uids (components, wire_uid);
	if (baseline != NULL)
		shown = kind_of (owner)->read (
			baseline, i_cal_component_get_uid (components->pdata[0]), &context, NULL);

	return kind_of (owner)->write (components, baseline, shown, &context, error);
}

static EasItem *
items_apply (gpointer owner, EasItem *baseline, GPtrArray *changes)
{
	EasMapContext context = make_context (owner);

	return kind_of (owner)->apply (baseline, changes, &context);
}

static gboolean
items_same_content (gpointer owner, EasItem *a, EasItem *b)
{
	EasMapContext context = make_context (owner);

	return kind_of (owner)->same_content (a, b, &context);
}

/* An edit that took a file away and is laid over the server's new version still takes it away. */
static void
keep_attached (ECalBackendEas *self, const char *uid, GPtrArray *components)
{
	g_autoptr (GPtrArray) previous = previous_components (self, uid);
	g_autofree char *before = NULL;
	g_autofree char *now = NULL;
	g_autofree char *both = NULL;

	if (previous == NULL || previous->len == 0 || e_cal_backend_eas_get_files (self) == NULL)
		return;
	before = e_cal_util_component_dup_x_property (previous->pdata[0], EAS_MAP_ATTACHED_X);
	if (before == NULL)
		return;
	now = e_cal_util_component_dup_x_property (components->pdata[0], EAS_MAP_ATTACHED_X);
	both = g_strjoin (" ", before, now, NULL);
	e_cal_util_component_set_x_property (components->pdata[0], EAS_MAP_ATTACHED_X, both);
}

static char *
items_dup_object (gpointer owner, const char *uid, EasItem *item, GError **error)
{
	g_autoptr (GPtrArray) components = e_cal_backend_eas_items_read (owner, uid, item, error);
	E_EAS_AUTO_UNREF ICalComponent *calendar = NULL;

	if (components == NULL)
		return NULL;
	keep_attached (owner, uid, components);
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
		/* Translators: the title of an event, task or note that was changed here and
		 * on the server at once. */
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
				       _ ("This is not a calendar item"));
		return FALSE;
	}

	return put_components (owner, uid, server_id, components, error);
}

/* ---- files ---- */

static GPtrArray *
items_missing_files (gpointer owner, EasItem *item, gint64 most)
{
	const EasMapFiles *files = e_cal_backend_eas_get_files (owner);
	g_autoptr (GPtrArray) all = eas_map_attachments_list (item);
	GPtrArray *missing = g_ptr_array_new_with_free_func (g_free);

	for (guint i = 0; i < all->len; i++) {
		EasMapFile *file = all->pdata[i];
		g_autofree char *uri = files->dup_uri (file->key, file->name, files->user_data);

		if (uri == NULL && file->reference != NULL && file->size <= most)
			g_ptr_array_add (missing, g_strdup (file->reference));
	}

	return missing;
}

static gboolean
items_take_file (
	gpointer owner, EasItem *item, const char *reference, GBytes *content, GError **error)
{
	const EasMapFiles *files = e_cal_backend_eas_get_files (owner);
	g_autoptr (GPtrArray) all = eas_map_attachments_list (item);

	for (guint i = 0; i < all->len; i++) {
		EasMapFile *file = all->pdata[i];

		if (g_strcmp0 (file->reference, reference) == 0 &&
		    !e_cal_eas_files_store (files->user_data, file->key, file->name, content,
					    error))
			return FALSE;
	}

	return TRUE;
}

static gboolean
items_has_files (const EasItem *item)
{
	g_autoptr (GPtrArray) all = eas_map_attachments_list (item);

	return all->len > 0;
}

static EasItem *
items_say_again (gpointer owner, const EasItem *said)
{
	return eas_map_attachments_say_again (said, e_cal_backend_eas_get_files (owner));
}

static void
fill_files (EEasWorkerClass *klass)
{
	klass->missing_files = items_missing_files;
	klass->take_file = items_take_file;
	klass->has_files = items_has_files;
	klass->has_untold_files = eas_map_attachments_untold;
	klass->learn_files = eas_map_attachments_learn;
	klass->answered = eas_map_attachments_answer;
	klass->say_again = items_say_again;
}

/* ---- removal ---- */

static void
forget_files (ECalBackendEas *self, GSList *instances)
{
	const EasMapFiles *files = e_cal_backend_eas_get_files (self);

	for (GSList *link = instances; files != NULL && link != NULL; link = link->next)
		e_cal_eas_files_forget (files->user_data,
					e_cal_component_get_icalcomponent (link->data));
}

static gboolean
items_remove (gpointer owner, const char *uid, GError **error)
{
	E_EAS_AUTO_UNREF ECalCache *cache = e_cal_backend_eas_ref_cache (owner);
	GSList *instances = cached_instances (owner, cache, uid);
	gboolean removed = remove_instances (owner, cache, instances);

	if (removed)
		forget_files (owner, instances);
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

void
e_cal_backend_eas_items_fill_class (EEasWorkerClass *klass, const EasMapKind *kind)
{
	klass->klass = kind->klass;
	klass->file_suffix = ".ics";
	klass->merge = *e_cal_backend_eas_rules (kind->klass);
	klass->dup_uid = kind->dup_uid;
	klass->dup_title = items_dup_title;
	klass->same_content = items_same_content;
	klass->resembles = e_cal_backend_eas_resembles;
	klass->supported = kind->supported;
	klass->write = items_write;
	klass->apply = items_apply;
	klass->dup_object = items_dup_object;
	klass->dup_copy = items_dup_copy;
	klass->put = items_put;
	klass->remove = items_remove;
	klass->count = items_count;
	klass->flush = items_flush;
	if (kind->klass == EAS_CLASS_CALENDAR)
		fill_files (klass);
}
