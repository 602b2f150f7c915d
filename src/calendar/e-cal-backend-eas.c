/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Every edit takes one path: outbox, worker, and, where the server can be reached,
 * its answer. EDS's own offline state is not used: the backend counts as online
 * always (it names no address to watch), connect_sync() returns at once, and what
 * the network is like is the worker's business.
 */

#include <glib/gi18n-lib.h>

#include "e-eas-auto.h"
#include "e-eas-error.h"
#include "e-eas-owner.h"

#include "e-cal-backend-eas-files.h"
#include "e-cal-backend-eas-items.h"
#include "e-cal-backend-eas-receive.h"

#include "e-cal-backend-eas.h"

#define ALL_KINDS                                                                                  \
	"," E_CAL_STATIC_CAPABILITY_ONE_ALARM_ONLY "," E_CAL_STATIC_CAPABILITY_NO_EMAIL_ALARMS     \
	"," E_CAL_STATIC_CAPABILITY_NO_AUDIO_ALARMS                                                \
	"," E_CAL_STATIC_CAPABILITY_NO_PROCEDURE_ALARMS                                            \
	"," E_CAL_STATIC_CAPABILITY_NO_ALARM_REPEAT "," E_CAL_STATIC_CAPABILITY_NO_THISANDFUTURE   \
	"," E_CAL_STATIC_CAPABILITY_NO_THISANDPRIOR

#define OF_EVENTS "," E_CAL_STATIC_CAPABILITY_NO_ALARM_AFTER_START

#define OF_TASKS                                                                                   \
	"," E_CAL_STATIC_CAPABILITY_TASK_DATE_ONLY "," E_CAL_STATIC_CAPABILITY_TASK_CAN_RECUR      \
	"," E_CAL_STATIC_CAPABILITY_NO_TASK_ASSIGNMENT

#define OF_NOTES "," E_CAL_STATIC_CAPABILITY_SIMPLE_MEMO_WITH_SUMMARY

/* From 16.0 on the server sends the invitations. */
#define SERVER_INVITES                                                                             \
	"," E_CAL_STATIC_CAPABILITY_CREATE_MESSAGES "," E_CAL_STATIC_CAPABILITY_SAVE_SCHEDULES

struct _ECalBackendEas {
	ECalMetaBackend parent;

	EEasOwner *seam;
	EEasNotices *notices;
	ECalEasViews *views;

	GMutex edited_lock;
	GHashTable *edited; /* uid to the object a writer is saving */

	EasMapFiles files;
};

G_DEFINE_DYNAMIC_TYPE (ECalBackendEas, e_cal_backend_eas, E_TYPE_CAL_META_BACKEND)

static EEasWorkerClass event_worker, task_worker, note_worker;

ECalCache *
e_cal_backend_eas_ref_cache (ECalBackendEas *self)
{
	return e_cal_meta_backend_ref_cache (E_CAL_META_BACKEND (self));
}

EEasNotices *
e_cal_backend_eas_get_notices (ECalBackendEas *self)
{
	return self->notices;
}

ECalEasViews *
e_cal_backend_eas_get_views (ECalBackendEas *self)
{
	return self->views;
}

const char *const *
e_cal_backend_eas_get_addresses (ECalBackendEas *self)
{
	return e_eas_owner_get_addresses (self->seam);
}

EasVersion
e_cal_backend_eas_get_version (ECalBackendEas *self)
{
	return e_eas_owner_get_version (self->seam);
}

const EasMapFiles *
e_cal_backend_eas_get_files (ECalBackendEas *self)
{
	return e_cal_backend_get_kind (E_CAL_BACKEND (self)) == I_CAL_VEVENT_COMPONENT
		       ? &self->files
		       : NULL;
}

gboolean
e_cal_backend_eas_is_shown (ECalBackendEas *self, const char *uid)
{
	return e_eas_worker_is_shown (e_eas_owner_get_worker (self->seam), uid);
}

/* ---- what is being saved ---- */

char *
e_cal_backend_eas_dup_edited (ECalBackendEas *self, const char *uid)
{
	char *object;

	g_mutex_lock (&self->edited_lock);
	object = g_strdup (g_hash_table_lookup (self->edited, uid));
	g_mutex_unlock (&self->edited_lock);

	return object;
}

static void
set_edited (ECalBackendEas *self, const char *uid, const char *object)
{
	g_mutex_lock (&self->edited_lock);
	g_hash_table_replace (self->edited, g_strdup (uid), g_strdup (object));
	g_mutex_unlock (&self->edited_lock);
}

static void
forget_edited (ECalBackendEas *self)
{
	g_mutex_lock (&self->edited_lock);
	g_hash_table_remove_all (self->edited);
	g_mutex_unlock (&self->edited_lock);
}

/* ---- what the seam asks ---- */

static const char *
capabilities_of_kind (ECalBackendEas *self)
{
	switch (e_cal_backend_get_kind (E_CAL_BACKEND (self))) {
	case I_CAL_VTODO_COMPONENT:
		return ALL_KINDS OF_TASKS;
	case I_CAL_VJOURNAL_COMPONENT:
		return ALL_KINDS OF_NOTES;
	default:
		return e_cal_backend_eas_get_version (self) >= EAS_VERSION_16_0
			       ? ALL_KINDS OF_EVENTS SERVER_INVITES
			       : ALL_KINDS OF_EVENTS;
	}
}

static char *
make_capabilities (ECalBackendEas *self)
{
	return g_strconcat (e_cal_meta_backend_get_capabilities (E_CAL_META_BACKEND (self)),
			    capabilities_of_kind (self), NULL);
}

static void
ecb_eas_announce (EBackend *backend)
{
	g_autofree char *capabilities = make_capabilities (E_CAL_BACKEND_EAS (backend));

	e_cal_backend_notify_property_changed (E_CAL_BACKEND (backend),
					       CLIENT_BACKEND_PROPERTY_CAPABILITIES, capabilities);
}

static ESourceRegistry *
ecb_eas_get_registry (EBackend *backend)
{
	return e_cal_backend_get_registry (E_CAL_BACKEND (backend));
}

static GProxyResolver *
ecb_eas_ref_proxy (EBackend *backend)
{
	return e_cal_backend_ref_proxy_resolver (E_CAL_BACKEND (backend));
}

static ECache *
ecb_eas_ref_cache (EBackend *backend)
{
	return (ECache *) e_cal_meta_backend_ref_cache (E_CAL_META_BACKEND (backend));
}

static void
ecb_eas_notify_error (EBackend *backend, const char *message)
{
	e_cal_backend_notify_error (E_CAL_BACKEND (backend), message);
}

#define OWNER_CLASS(folder)                                                                         \
	{                                                                                           \
		.cache_name = (folder),                                                             \
		.cannot_open = N_ ("The calendar’s files cannot be opened; check free space and " \
				   "permissions of the home directory"),                            \
		.get_registry = ecb_eas_get_registry, .ref_proxy = ecb_eas_ref_proxy,               \
		.ref_cache = ecb_eas_ref_cache, .announce = ecb_eas_announce,                       \
		.notify_error = ecb_eas_notify_error,                                               \
	}

/* A kind of the backend, and what it is to EDS, to the seam and to the worker. */
static const struct {
	ICalComponentKind kind;
	EEasOwnerClass owner;
	EEasWorkerClass *worker;
} kinds[] = {
	{ I_CAL_VEVENT_COMPONENT, OWNER_CLASS ("calendar"), &event_worker },
	{ I_CAL_VTODO_COMPONENT, OWNER_CLASS ("tasks"), &task_worker },
	{ I_CAL_VJOURNAL_COMPONENT, OWNER_CLASS ("memos"), &note_worker },
};

/* ---- the meta backend ---- */

static gboolean
ecb_eas_connect_sync (ECalMetaBackend *meta,
		      const ENamedParameters *credentials,
		      ESourceAuthenticationResult *out_auth_result,
		      char **out_certificate_pem,
		      GTlsCertificateFlags *out_certificate_errors,
		      GCancellable *cancellable,
		      GError **error)
{
	ECalBackendEas *self = E_CAL_BACKEND_EAS (meta);

	if (!e_eas_owner_connect (self->seam, credentials, out_auth_result, error))
		return e_eas_error_to_cal (error);

	e_cal_backend_set_writable (E_CAL_BACKEND (self), TRUE);

	return TRUE;
}

static gboolean
ecb_eas_disconnect_sync (ECalMetaBackend *meta, GCancellable *cancellable, GError **error)
{
	return TRUE;
}

/* Timers and EDS's own refreshes end here. What the server has comes through the worker, not as an
 * answer. */
static gboolean
ecb_eas_get_changes_sync (ECalMetaBackend *meta,
			  const char *last_sync_tag,
			  gboolean is_repeat,
			  char **out_new_sync_tag,
			  gboolean *out_repeat,
			  GSList **out_created,
			  GSList **out_modified,
			  GSList **out_removed,
			  GCancellable *cancellable,
			  GError **error)
{
	return e_eas_owner_fetch (E_CAL_BACKEND_EAS (meta)->seam, /* explicitly */ FALSE, error) ||
	       e_eas_error_to_cal (error);
}

static gboolean
ecb_eas_list_existing_sync (ECalMetaBackend *meta,
			    char **out_new_sync_tag,
			    GSList **out_existing,
			    GCancellable *cancellable,
			    GError **error)
{
	return TRUE;
}

/* A refresh that a person asked for. */
static void
ecb_eas_refresh_sync (ECalBackendSync *backend,
		      EDataCal *cal,
		      GCancellable *cancellable,
		      GError **error)
{
	ECalBackendEas *self = E_CAL_BACKEND_EAS (backend);

	if (!e_eas_owner_fetch (self->seam, /* explicitly */ TRUE, error))
		e_eas_error_to_cal (error);
}

static gboolean
ecb_eas_load_component_sync (ECalMetaBackend *meta,
			     const char *uid,
			     const char *extra,
			     ICalComponent **out_component,
			     char **out_extra,
			     GCancellable *cancellable,
			     GError **error)
{
	ECalBackendEas *self = E_CAL_BACKEND_EAS (meta);
	g_autoptr (EasItem) item = NULL;
	g_autofree char *object = NULL;
	g_autofree char *server_id = NULL;
	g_autoptr (GPtrArray) components = NULL;

	if (!e_eas_worker_load (e_eas_owner_get_worker (self->seam), uid, &server_id, &item,
				&object)) {
		g_propagate_error (error, e_cal_client_error_create (
						  E_CAL_CLIENT_ERROR_OBJECT_NOT_FOUND, NULL));
		return FALSE;
	}

	if (object != NULL) {
		*out_component = i_cal_component_new_from_string (object);
	} else {
		components = e_cal_backend_eas_items_read (self, uid, item, error);
		if (components == NULL)
			return e_eas_error_to_cal (error);
		*out_component = e_cal_backend_eas_items_wrap (components);
	}
	*out_extra = g_steal_pointer (&server_id);

	return TRUE;
}

/* An edit that the server does not know yet: programs were not told its files by their keys. */
static void
note_files_of_pending (ECalBackendEas *self, const char *uid, ICalComponent *calendar)
{
	g_autoptr (EasItem) item = NULL;
	g_autofree char *server_id = NULL;
	g_autofree char *object = NULL;
	E_EAS_AUTO_UNREF ICalComponent *shown = NULL;

	if (e_eas_worker_load (e_eas_owner_get_worker (self->seam), uid, &server_id, &item,
			       &object) &&
	    object != NULL)
		shown = i_cal_component_new_from_string (object);
	if (shown != NULL)
		e_cal_eas_files_note_shown (self->files.user_data, calendar, shown);
}

static gboolean
ecb_eas_save_component_sync (ECalMetaBackend *meta,
			     gboolean overwrite_existing,
			     EConflictResolution conflict_resolution,
			     const GSList *instances,
			     const char *extra,
			     ECalOperationFlags opflags,
			     char **out_new_uid,
			     char **out_new_extra,
			     GCancellable *cancellable,
			     GError **error)
{
	ECalBackendEas *self = E_CAL_BACKEND_EAS (meta);
	const char *uid = e_cal_component_get_uid (instances->data);
	E_EAS_AUTO_UNREF ICalComponent *calendar =
		e_cal_meta_backend_merge_instances (meta, instances, FALSE);
	const EasMapFiles *files = e_cal_backend_eas_get_files (self);
	g_autofree char *object = NULL;
	EEasSaved saved;

	if (files != NULL && !e_cal_eas_files_take_content (files->user_data, calendar, error))
		return e_eas_error_to_cal (error);
	if (files != NULL)
		note_files_of_pending (self, uid, calendar);
	object = i_cal_component_as_ical_string (calendar);
	set_edited (self, uid, object);
	saved = e_eas_owner_save (self->seam, uid, object, cancellable, error);
	if (saved == E_EAS_SAVE_FAILED)
		return e_eas_error_to_cal (error);

	/* Acknowledged: EDS loads the server's form. Pending: it shows what the person made. */
	if (saved == E_EAS_SAVE_DONE)
		*out_new_uid = g_strdup (uid);

	return TRUE;
}

/* Of what the person removed; should the server keep it, they are fetched anew. */
static void
forget_files (ECalBackendEas *self, const char *object)
{
	E_EAS_AUTO_UNREF ICalComponent *event =
		object != NULL ? i_cal_component_new_from_string (object) : NULL;

	if (event != NULL)
		e_cal_eas_files_forget (self->files.user_data, event);
}

static gboolean
ecb_eas_remove_component_sync (ECalMetaBackend *meta,
			       EConflictResolution conflict_resolution,
			       const char *uid,
			       const char *extra,
			       const char *object,
			       ECalOperationFlags opflags,
			       GCancellable *cancellable,
			       GError **error)
{
	ECalBackendEas *self = E_CAL_BACKEND_EAS (meta);

	if (!e_eas_owner_remove (self->seam, uid, cancellable, error))
		return e_eas_error_to_cal (error);
	if (e_cal_backend_eas_get_files (self) != NULL)
		forget_files (self, object);

	return TRUE;
}

/* ---- the writers ---- */

static gboolean
begin_writing (ECalBackendEas *self, const GSList *objects, GError **error)
{
	return e_eas_owner_begin_writing (self->seam, g_slist_length ((GSList *) objects), error) ||
	       e_eas_error_to_cal (error);
}

/* Now EDS tells the views of the edit. */
static void
end_writing (ECalBackendEas *self)
{
	e_cal_eas_views_hold (self->views);
	e_eas_owner_end_writing (self->seam);
	forget_edited (self);
}

static ECalBackendSyncClass *
parent_sync_class (void)
{
	return E_CAL_BACKEND_SYNC_CLASS (e_cal_backend_eas_parent_class);
}

static void
ecb_eas_create_objects_sync (ECalBackendSync *backend,
			     EDataCal *cal,
			     GCancellable *cancellable,
			     const GSList *calobjs,
			     ECalOperationFlags opflags,
			     GSList **uids,
			     GSList **new_components,
			     GError **error)
{
	ECalBackendEas *self = E_CAL_BACKEND_EAS (backend);

	if (!begin_writing (self, calobjs, error))
		return;
	parent_sync_class ()->create_objects_sync (backend, cal, cancellable, calobjs, opflags,
						   uids, new_components, error);
	end_writing (self);
}

static void
ecb_eas_modify_objects_sync (ECalBackendSync *backend,
			     EDataCal *cal,
			     GCancellable *cancellable,
			     const GSList *calobjs,
			     ECalObjModType mod,
			     ECalOperationFlags opflags,
			     GSList **old_components,
			     GSList **new_components,
			     GError **error)
{
	ECalBackendEas *self = E_CAL_BACKEND_EAS (backend);

	if (!begin_writing (self, calobjs, error))
		return;
	parent_sync_class ()->modify_objects_sync (backend, cal, cancellable, calobjs, mod, opflags,
						   old_components, new_components, error);
	end_writing (self);
}

static void
ecb_eas_remove_objects_sync (ECalBackendSync *backend,
			     EDataCal *cal,
			     GCancellable *cancellable,
			     const GSList *ids,
			     ECalObjModType mod,
			     ECalOperationFlags opflags,
			     GSList **old_components,
			     GSList **new_components,
			     GError **error)
{
	ECalBackendEas *self = E_CAL_BACKEND_EAS (backend);

	if (!begin_writing (self, ids, error))
		return;
	parent_sync_class ()->remove_objects_sync (backend, cal, cancellable, ids, mod, opflags,
						   old_components, new_components, error);
	end_writing (self);
}

static void
ecb_eas_receive_objects_sync (ECalBackendSync *backend,
			      EDataCal *cal,
			      GCancellable *cancellable,
			      const char *calobj,
			      ECalOperationFlags opflags,
			      GError **error)
{
	ECalBackendEas *self = E_CAL_BACKEND_EAS (backend);
	g_autofree char *ordered = e_cal_backend_eas_receive_prepare (calobj, error);

	if (ordered == NULL || !begin_writing (self, NULL, error))
		return;
	parent_sync_class ()->receive_objects_sync (backend, cal, cancellable, ordered, opflags,
						    error);
	end_writing (self);
}

/* ---- the rest ---- */

static char *
ecb_eas_get_backend_property (ECalBackend *backend, const char *name)
{
	ECalBackendEas *self = E_CAL_BACKEND_EAS (backend);

	if (g_str_equal (name, CLIENT_BACKEND_PROPERTY_CAPABILITIES)) {
		e_eas_owner_ensure_worker (self->seam, NULL);
		return make_capabilities (self);
	}
	if (g_str_equal (name, E_CAL_BACKEND_PROPERTY_CAL_EMAIL_ADDRESS) ||
	    g_str_equal (name, E_CAL_BACKEND_PROPERTY_ALARM_EMAIL_ADDRESS)) {
		e_eas_owner_ensure_worker (self->seam, NULL);
		return e_eas_owner_dup_address (self->seam);
	}

	return E_CAL_BACKEND_CLASS (e_cal_backend_eas_parent_class)
		->impl_get_backend_property (backend, name);
}

static gboolean
ecb_eas_get_destination_address (EBackend *backend, char **host, guint16 *port)
{
	return FALSE;
}

static gboolean
ecb_eas_get_ssl_error_details (ECalMetaBackend *meta,
			       char **out_pem,
			       GTlsCertificateFlags *out_errors)
{
	return e_eas_owner_get_refused_certificate (E_CAL_BACKEND_EAS (meta)->seam, out_pem,
						    out_errors);
}

static gboolean
ecb_eas_requires_reconnect (ECalMetaBackend *meta)
{
	return FALSE;
}

static void
ecb_eas_constructed (GObject *object)
{
	ECalBackendEas *self = E_CAL_BACKEND_EAS (object);
	guint i = 0;

	while (i + 1 < G_N_ELEMENTS (kinds) &&
	       kinds[i].kind != e_cal_backend_get_kind (E_CAL_BACKEND (self)))
		i++;

	self->seam = e_eas_owner_new (&kinds[i].owner, kinds[i].worker, E_BACKEND (self));
	e_eas_owner_rescue_cache (&kinds[i].owner, E_BACKEND (self));

	G_OBJECT_CLASS (e_cal_backend_eas_parent_class)->constructed (object);
	e_cal_eas_files_init (&self->files, e_cal_backend_get_cache_dir (E_CAL_BACKEND (self)));
}

static void
ecb_eas_dispose (GObject *object)
{
	ECalBackendEas *self = E_CAL_BACKEND_EAS (object);

	if (!e_eas_owner_stop (self->seam))
		return;

	G_OBJECT_CLASS (e_cal_backend_eas_parent_class)->dispose (object);
}

static void
ecb_eas_finalize (GObject *object)
{
	ECalBackendEas *self = E_CAL_BACKEND_EAS (object);

	e_eas_notices_free (self->notices);
	e_cal_eas_views_free (self->views);
	e_eas_owner_free (self->seam);
	g_hash_table_unref (self->edited);
	g_free (self->files.user_data);
	g_mutex_clear (&self->edited_lock);

	G_OBJECT_CLASS (e_cal_backend_eas_parent_class)->finalize (object);
}

static void
fill_meta_class (ECalMetaBackendClass *meta_class)
{
	meta_class->connect_sync = ecb_eas_connect_sync;
	meta_class->disconnect_sync = ecb_eas_disconnect_sync;
	meta_class->get_changes_sync = ecb_eas_get_changes_sync;
	meta_class->list_existing_sync = ecb_eas_list_existing_sync;
	meta_class->load_component_sync = ecb_eas_load_component_sync;
	meta_class->save_component_sync = ecb_eas_save_component_sync;
	meta_class->remove_component_sync = ecb_eas_remove_component_sync;
	meta_class->get_ssl_error_details = ecb_eas_get_ssl_error_details;
	meta_class->requires_reconnect = ecb_eas_requires_reconnect;
}

static void
e_cal_backend_eas_class_init (ECalBackendEasClass *klass)
{
	GObjectClass *object_class = G_OBJECT_CLASS (klass);
	ECalBackendClass *cal_class = E_CAL_BACKEND_CLASS (klass);
	ECalBackendSyncClass *sync_class = E_CAL_BACKEND_SYNC_CLASS (klass);

	object_class->constructed = ecb_eas_constructed;
	object_class->dispose = ecb_eas_dispose;
	object_class->finalize = ecb_eas_finalize;
	E_BACKEND_CLASS (klass)->get_destination_address = ecb_eas_get_destination_address;

	/* One slow save would otherwise hold up every query of the calendar. */
	cal_class->use_serial_dispatch_queue = FALSE;
	cal_class->impl_get_backend_property = ecb_eas_get_backend_property;

	sync_class->refresh_sync = ecb_eas_refresh_sync;
	sync_class->create_objects_sync = ecb_eas_create_objects_sync;
	sync_class->modify_objects_sync = ecb_eas_modify_objects_sync;
	sync_class->remove_objects_sync = ecb_eas_remove_objects_sync;
	sync_class->receive_objects_sync = ecb_eas_receive_objects_sync;
	fill_meta_class (E_CAL_META_BACKEND_CLASS (klass));

	for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
		e_cal_backend_eas_items_fill_class (kinds[i].worker,
						    eas_map_kind_of_component (kinds[i].kind));
		e_eas_owner_fill_class (kinds[i].worker);
	}
}

static void
e_cal_backend_eas_class_finalize (ECalBackendEasClass *klass)
{
}

static void
e_cal_backend_eas_init (ECalBackendEas *self)
{
	self->notices = e_eas_notices_new ();
	self->views = e_cal_eas_views_new ();
	g_mutex_init (&self->edited_lock);
	self->edited = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

void
e_cal_backend_eas_type_register (GTypeModule *module)
{
	e_cal_backend_eas_register_type (module);
}
