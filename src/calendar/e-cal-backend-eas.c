/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Every edit takes one path: outbox, worker, and, where the server can be reached,
 * its answer. EDS's own offline state is not used: the backend counts as online
 * always (it names no address to watch), connect_sync() returns at once, and what
 * the network is like is the worker's business.
 *
 * Writers hold one mutex, because EDS reads, changes and writes a series without
 * one. Queries take no part in it.
 */

#include <glib/gi18n-lib.h>

#include "e-eas-auto.h"
#include "e-eas-cache-rescue.h"
#include "e-eas-error.h"

#include "e-cal-backend-eas-items.h"

#include "e-cal-backend-eas.h"

#define CAPABILITIES                                                                               \
	E_CAL_STATIC_CAPABILITY_ONE_ALARM_ONLY                                                     \
	"," E_CAL_STATIC_CAPABILITY_NO_EMAIL_ALARMS "," E_CAL_STATIC_CAPABILITY_NO_AUDIO_ALARMS    \
	"," E_CAL_STATIC_CAPABILITY_NO_PROCEDURE_ALARMS                                            \
	"," E_CAL_STATIC_CAPABILITY_NO_ALARM_REPEAT                                                \
	"," E_CAL_STATIC_CAPABILITY_NO_ALARM_AFTER_START                                           \
	"," E_CAL_STATIC_CAPABILITY_NO_THISANDFUTURE "," E_CAL_STATIC_CAPABILITY_NO_THISANDPRIOR

/* From 16.0 on the server sends the invitations. */
#define SERVER_INVITES                                                                             \
	"," E_CAL_STATIC_CAPABILITY_CREATE_MESSAGES "," E_CAL_STATIC_CAPABILITY_SAVE_SCHEDULES

struct _ECalBackendEas {
	ECalMetaBackend parent;

	GMutex lock; /* of worker's making and the two below */
	EEasWorker *worker;
	char *address;
	EasVersion announced; /* the version the capabilities were last announced for */
	char *last_failure;   /* told to the person once */

	ECalEasNotices *notices;

	GMutex writer;
	GThread *writing;    /* who holds it: its saves wait for the server */
	GHashTable *touched; /* uids, by the present writer */
};

G_DEFINE_DYNAMIC_TYPE (ECalBackendEas, e_cal_backend_eas, E_TYPE_CAL_META_BACKEND)

static EEasWorkerClass worker_class;

ECalCache *
e_cal_backend_eas_ref_cache (ECalBackendEas *self)
{
	return e_cal_meta_backend_ref_cache (E_CAL_META_BACKEND (self));
}

ECalEasNotices *
e_cal_backend_eas_get_notices (ECalBackendEas *self)
{
	return self->notices;
}

const char *
e_cal_backend_eas_get_address (ECalBackendEas *self)
{
	return self->address;
}

EasVersion
e_cal_backend_eas_get_version (ECalBackendEas *self)
{
	return self->worker != NULL ? e_eas_worker_get_version (self->worker) : EAS_VERSION_NONE;
}

gboolean
e_cal_backend_eas_is_shown (ECalBackendEas *self, const char *uid)
{
	return e_eas_worker_is_shown (self->worker, uid);
}

/* ---- what the worker says ---- */

static char *
make_capabilities (ECalBackendEas *self)
{
	gboolean invites = e_cal_backend_eas_get_version (self) >= EAS_VERSION_16_0;

	return g_strconcat (e_cal_meta_backend_get_capabilities (E_CAL_META_BACKEND (self)),
			    "," CAPABILITIES, invites ? SERVER_INVITES : NULL, NULL);
}

static void
ecb_eas_connected (gpointer owner, EasVersion version)
{
	ECalBackendEas *self = owner;
	gboolean news;

	g_mutex_lock (&self->lock);
	news = self->announced != version;
	self->announced = version;
	g_clear_pointer (&self->last_failure, g_free);
	g_mutex_unlock (&self->lock);

	if (news) {
		g_autofree char *capabilities = make_capabilities (self);

		e_cal_backend_notify_property_changed (
			E_CAL_BACKEND (self), CLIENT_BACKEND_PROPERTY_CAPABILITIES, capabilities);
	}
	e_source_set_connection_status (e_backend_get_source (E_BACKEND (self)),
					E_SOURCE_CONNECTION_STATUS_CONNECTED);
}

static void
ask_about_certificate (ECalBackendEas *self, const GError *error)
{
	EBackend *backend = E_BACKEND (self);
	g_autofree char *pem = NULL;
	GTlsCertificateFlags errors = 0;

	if (!e_eas_account_get_refused_certificate (e_eas_worker_get_account (self->worker), &pem,
						    &errors))
		return;

	e_source_set_connection_status (e_backend_get_source (backend),
					E_SOURCE_CONNECTION_STATUS_SSL_FAILED);
	e_backend_schedule_credentials_required (backend, E_SOURCE_CREDENTIALS_REASON_SSL_FAILED,
						 pem, errors, error, NULL, G_STRFUNC);
}

/* Each failure is told once; those that pass by themselves are only in the status. */
static void
ecb_eas_failed (gpointer owner, const GError *error)
{
	ECalBackendEas *self = owner;
	gboolean news;

	g_mutex_lock (&self->lock);
	news = g_strcmp0 (self->last_failure, error->message) != 0;
	if (news) {
		g_free (self->last_failure);
		self->last_failure = g_strdup (error->message);
	}
	g_mutex_unlock (&self->lock);

	if (!news)
		return;
	if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
		ask_about_certificate (self, error);
	else if (!e_eas_error_is_transient (error))
		e_cal_backend_notify_error (E_CAL_BACKEND (self), error->message);
}

/* REQUIRED looks into the keyring before it asks anybody; only the collection says REJECTED. */
static void
ecb_eas_need_password (gpointer owner)
{
	e_backend_schedule_credentials_required (owner, E_SOURCE_CREDENTIALS_REASON_REQUIRED, NULL,
						 0, NULL, NULL, G_STRFUNC);
}

/* ---- the worker ---- */

static EEasAccount *
ref_account (ECalBackendEas *self, GError **error)
{
	ESourceRegistry *registry = e_cal_backend_get_registry (E_CAL_BACKEND (self));
	g_autoptr (ESourceCredentialsProvider) provider = NULL;
	g_autoptr (GProxyResolver) proxy = NULL;
	g_autoptr (ESource) collection = e_eas_account_ref_collection (
		registry, e_backend_get_source (E_BACKEND (self)), error);

	if (collection == NULL)
		return NULL;
	provider = e_source_credentials_provider_new (registry);
	proxy = e_cal_backend_ref_proxy_resolver (E_CAL_BACKEND (self));

	return e_eas_account_ref (collection, provider, proxy);
}

/* Made on first use: it needs the registry and the cache. */
static gboolean
ensure_worker (ECalBackendEas *self, GError **error)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
	g_autoptr (EEasAccount) account = NULL;
	E_EAS_AUTO_UNREF ECalCache *cache = NULL;

	if (self->worker != NULL)
		return TRUE;

	account = ref_account (self, error);
	if (account == NULL)
		return FALSE;
	cache = e_cal_backend_eas_ref_cache (self);
	if (cache == NULL) {
		eas_set_error (error, EAS_ERROR_STORE, NULL, 0, 0,
			       _ ("The calendar’s files cannot be opened; check free space and "
				  "permissions of the home directory"));
		return FALSE;
	}
	self->address = camel_eas_settings_dup_address (e_eas_account_get_settings (account));
	self->worker = e_eas_worker_new (&worker_class, self, account, E_CACHE (cache),
					 e_backend_get_source (E_BACKEND (self)), error);
	if (self->worker == NULL)
		return FALSE;

	self->announced = e_eas_worker_get_version (self->worker);
	e_eas_worker_start (self->worker);

	return TRUE;
}

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

	if (!ensure_worker (self, error)) {
		*out_auth_result = E_SOURCE_AUTHENTICATION_ERROR;
		return e_eas_error_to_cal (error);
	}
	if (e_eas_account_take_password (e_eas_worker_get_account (self->worker), credentials))
		e_eas_worker_kick (self->worker);

	*out_auth_result = E_SOURCE_AUTHENTICATION_ACCEPTED;
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
	e_eas_worker_fetch (E_CAL_BACKEND_EAS (meta)->worker, /* explicitly */ FALSE);

	return TRUE;
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

	if (ensure_worker (self, error))
		e_eas_worker_fetch (self->worker, /* explicitly */ TRUE);
	else
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

	if (!e_eas_worker_load (self->worker, uid, &server_id, &item, &object)) {
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

static void
touch (ECalBackendEas *self, const char *uid)
{
	if (self->writing == g_thread_self ())
		g_hash_table_add (self->touched, g_strdup (uid));
}

/* Called by the writers below, and by EDS for edits of an earlier version's offline state: those
 * only go to the outbox. */
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
	gboolean direct = self->writing == g_thread_self ();
	const char *uid = e_cal_component_get_uid (instances->data);
	E_EAS_AUTO_UNREF ICalComponent *calendar =
		e_cal_meta_backend_merge_instances (meta, instances, FALSE);
	g_autofree char *object = i_cal_component_as_ical_string (calendar);
	EEasSaved saved = e_eas_worker_save (self->worker, uid, object, direct, cancellable, error);

	if (saved == E_EAS_SAVE_FAILED)
		return e_eas_error_to_cal (error);

	touch (self, uid);
	/* Acknowledged: EDS loads the server's form. Pending: it shows what the person made. */
	if (saved == E_EAS_SAVE_DONE)
		*out_new_uid = g_strdup (uid);

	return TRUE;
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
	gboolean direct = self->writing == g_thread_self ();

	if (e_eas_worker_remove (self->worker, uid, direct, cancellable, error) ==
	    E_EAS_SAVE_FAILED)
		return e_eas_error_to_cal (error);

	touch (self, uid);

	return TRUE;
}

/* ---- the writers ---- */

static gboolean
begin_writing (ECalBackendEas *self, GError **error)
{
	if (!ensure_worker (self, error))
		return e_eas_error_to_cal (error);

	g_mutex_lock (&self->writer);
	self->writing = g_thread_self ();

	return TRUE;
}

/*
 * EDS writes its view of an object after our save returned, when the server's may
 * have moved on already: the cache is made to show what is true now. Mostly that is
 * what it shows, and nothing is written.
 */
static void
end_writing (ECalBackendEas *self)
{
	GHashTableIter iter;
	gpointer uid;

	g_hash_table_iter_init (&iter, self->touched);
	while (g_hash_table_iter_next (&iter, &uid, NULL))
		e_eas_worker_show (self->worker, uid);
	g_hash_table_remove_all (self->touched);
	self->writing = NULL;
	g_mutex_unlock (&self->writer);
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

	if (!begin_writing (self, error))
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

	if (!begin_writing (self, error))
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

	if (!begin_writing (self, error))
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

	if (!begin_writing (self, error))
		return;
	parent_sync_class ()->receive_objects_sync (backend, cal, cancellable, calobj, opflags,
						    error);
	end_writing (self);
}

/* ---- the rest ---- */

static char *
ecb_eas_get_backend_property (ECalBackend *backend, const char *name)
{
	ECalBackendEas *self = E_CAL_BACKEND_EAS (backend);

	if (g_str_equal (name, CLIENT_BACKEND_PROPERTY_CAPABILITIES)) {
		ensure_worker (self, NULL);
		return make_capabilities (self);
	}
	if (g_str_equal (name, E_CAL_BACKEND_PROPERTY_CAL_EMAIL_ADDRESS) ||
	    g_str_equal (name, E_CAL_BACKEND_PROPERTY_ALARM_EMAIL_ADDRESS)) {
		ensure_worker (self, NULL);
		return g_strdup (self->address);
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
	ECalBackendEas *self = E_CAL_BACKEND_EAS (meta);

	return self->worker != NULL &&
	       e_eas_account_get_refused_certificate (e_eas_worker_get_account (self->worker),
						      out_pem, out_errors);
}

static gboolean
ecb_eas_requires_reconnect (ECalMetaBackend *meta)
{
	return FALSE;
}

/* Before the parent opens the cache: a damaged one would keep the calendar from ever opening. */
static void
ecb_eas_constructed (GObject *object)
{
	const char *uid = e_source_get_uid (e_backend_get_source (E_BACKEND (object)));
	g_autofree char *path =
		g_build_filename (e_get_user_cache_dir (), "calendar", uid, "cache.db", NULL);

	if (e_eas_cache_rescue (path))
		g_message ("A damaged calendar is fetched anew; it is kept as %s.damaged", path);

	G_OBJECT_CLASS (e_cal_backend_eas_parent_class)->constructed (object);
}

static void
ecb_eas_dispose (GObject *object)
{
	ECalBackendEas *self = E_CAL_BACKEND_EAS (object);

	g_clear_pointer (&self->worker, e_eas_worker_free);

	G_OBJECT_CLASS (e_cal_backend_eas_parent_class)->dispose (object);
}

static void
ecb_eas_finalize (GObject *object)
{
	ECalBackendEas *self = E_CAL_BACKEND_EAS (object);

	e_cal_eas_notices_free (self->notices);
	g_hash_table_unref (self->touched);
	g_free (self->address);
	g_free (self->last_failure);
	g_mutex_clear (&self->lock);
	g_mutex_clear (&self->writer);

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

	e_cal_backend_eas_items_fill_class (&worker_class);
	worker_class.connected = ecb_eas_connected;
	worker_class.failed = ecb_eas_failed;
	worker_class.need_password = ecb_eas_need_password;
}

static void
e_cal_backend_eas_class_finalize (ECalBackendEasClass *klass)
{
}

static void
e_cal_backend_eas_init (ECalBackendEas *self)
{
	g_mutex_init (&self->lock);
	g_mutex_init (&self->writer);
	self->notices = e_cal_eas_notices_new ();
	self->touched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
e_cal_backend_eas_type_register (GTypeModule *module)
{
	e_cal_backend_eas_register_type (module);
}
