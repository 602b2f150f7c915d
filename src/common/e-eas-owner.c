/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The worker calls with the backend; its EEasOwner is found through the object's data. */

#include <glib/gi18n-lib.h>

#include "e-eas-addresses.h"
#include "e-eas-cache-rescue.h"
#include "e-eas-error.h"
#include "e-source-eas-folder.h"

#include "e-eas-owner.h"

#define DATA_NAME "e-eas-owner"
#define SETTLE_MS 1000               /* the bus is quicker */
#define LOOK_US   G_TIME_SPAN_SECOND /* between two looks for addresses */

struct _EEasOwner {
	const EEasOwnerClass *klass;
	const EEasWorkerClass *worker_class;
	EBackend *backend;

	GMutex lock; /* of worker's making and the two below */
	EEasWorker *worker;
	EasVersion announced;          /* the version that announce() was last called for */
	char *last_failure;            /* told to the person once */
	ESourceConnectionStatus shown; /* what is true of the connection to the server */
	char *address;
	GPtrArray *addresses; /* (element-type GStrv), the last one in force; all are lent out */
	guint64 stamp;        /* of their file, when it was read */
	gint64 looked_at;     /* monotonic time, for the file */

	GMutex writer;
	GThread *writing;    /* who holds it; atomic */
	gboolean waiting;    /* its saves wait for the server */
	GHashTable *touched; /* uids, by the present writer */
};

static void
problem_cb (ESourceEasFolder *folder, GParamSpec *pspec, EBackend *backend)
{
	EEasOwner *self = g_object_get_data (G_OBJECT (backend), DATA_NAME);
	g_autofree char *problem = e_source_eas_folder_dup_problem (folder);

	if (self != NULL && problem != NULL && *problem != '\0')
		self->klass->notify_error (backend, problem);
}

static ESourceConnectionStatus
get_shown (EEasOwner *self)
{
	ESourceConnectionStatus shown;

	g_mutex_lock (&self->lock);
	shown = self->shown;
	g_mutex_unlock (&self->lock);

	return shown;
}

static gboolean
settle_cb (gpointer data)
{
	g_autoptr (EBackend) backend = g_weak_ref_get (data);
	EEasOwner *self =
		backend != NULL ? g_object_get_data (G_OBJECT (backend), DATA_NAME) : NULL;

	if (self != NULL)
		e_source_set_connection_status (e_backend_get_source (backend), get_shown (self));

	return G_SOURCE_REMOVE;
}

/* EDS sets the status of a source as well, and what comes back over the bus late makes a source
 * skip what is set meanwhile: said once more when all has come to rest. */
static void
settle_status (EBackend *backend)
{
	g_timeout_add_full (G_PRIORITY_DEFAULT, SETTLE_MS, settle_cb, e_weak_ref_new (backend),
			    (GDestroyNotify) e_weak_ref_free);
}

static void
show_status (EEasOwner *self, ESourceConnectionStatus status)
{
	ESource *source = e_backend_get_source (self->backend);
	gboolean news = e_source_get_connection_status (source) != status;

	g_mutex_lock (&self->lock);
	news |= self->shown != status;
	self->shown = status;
	g_mutex_unlock (&self->lock);

	e_source_set_connection_status (source, status);
	if (news)
		settle_status (self->backend);
}

/* EDS calls a source connected when our connect returned, which asks nobody. */
static void
status_cb (ESource *source, GParamSpec *pspec, EBackend *backend)
{
	EEasOwner *self = g_object_get_data (G_OBJECT (backend), DATA_NAME);
	ESourceConnectionStatus status = e_source_get_connection_status (source);

	if (self != NULL && status == E_SOURCE_CONNECTION_STATUS_CONNECTED &&
	    get_shown (self) != status)
		e_source_set_connection_status (source, get_shown (self));
	else if (self != NULL && status == E_SOURCE_CONNECTION_STATUS_CONNECTING)
		settle_status (backend);
}

EEasOwner *
e_eas_owner_new (const EEasOwnerClass *klass,
		 const EEasWorkerClass *worker_class,
		 EBackend *backend)
{
	EEasOwner *self = g_new0 (EEasOwner, 1);

	self->klass = klass;
	self->worker_class = worker_class;
	self->backend = backend;
	g_mutex_init (&self->lock);
	g_mutex_init (&self->writer);
	self->addresses = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
	self->touched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	self->shown = E_SOURCE_CONNECTION_STATUS_CONNECTED;
	g_object_set_data (G_OBJECT (backend), DATA_NAME, self);
	g_signal_connect_object (e_backend_get_source (backend), "notify::connection-status",
				 G_CALLBACK (status_cb), backend, 0);
	/* What the registry could not do for the person. */
	g_signal_connect_object (e_source_get_extension (e_backend_get_source (backend),
							 E_SOURCE_EXTENSION_EAS_FOLDER),
				 "notify::problem", G_CALLBACK (problem_cb), backend, 0);

	return self;
}

gboolean
e_eas_owner_stop (EEasOwner *self)
{
	EEasWorker *worker;
	gboolean deferred;

	g_mutex_lock (&self->lock);
	deferred = e_eas_worker_defer_dispose (self->worker, G_OBJECT (self->backend));
	g_mutex_unlock (&self->lock);
	if (deferred)
		return FALSE;

	/* Without the lock, and while we have it: its thread may be calling us, to ask about it. */
	e_eas_worker_stop (self->worker);
	g_mutex_lock (&self->lock);
	worker = g_steal_pointer (&self->worker);
	g_mutex_unlock (&self->lock);
	e_eas_worker_free (worker);

	return TRUE;
}

void
e_eas_owner_free (EEasOwner *self)
{
	if (self == NULL)
		return;

	e_eas_owner_stop (self);
	g_hash_table_unref (self->touched);
	g_ptr_array_unref (self->addresses);
	g_free (self->address);
	g_free (self->last_failure);
	g_mutex_clear (&self->lock);
	g_mutex_clear (&self->writer);
	g_free (self);
}

/* ---- what the worker says ---- */

static EEasOwner *
owner_of (gpointer backend)
{
	return g_object_get_data (G_OBJECT (backend), DATA_NAME);
}

static void
owner_connected (gpointer backend, EasVersion version)
{
	EEasOwner *self = owner_of (backend);
	gboolean news;

	g_mutex_lock (&self->lock);
	news = self->announced != version;
	self->announced = version;
	g_clear_pointer (&self->last_failure, g_free);
	g_mutex_unlock (&self->lock);

	if (news && self->klass->announce != NULL)
		self->klass->announce (self->backend);
	show_status (self, E_SOURCE_CONNECTION_STATUS_CONNECTED);
}

static void
ask_about_certificate (EEasOwner *self, const GError *error)
{
	g_autofree char *pem = NULL;
	GTlsCertificateFlags errors = 0;

	if (!e_eas_owner_get_refused_certificate (self, &pem, &errors))
		return;

	e_backend_schedule_credentials_required (self->backend,
						 E_SOURCE_CREDENTIALS_REASON_SSL_FAILED, pem,
						 errors, error, NULL, G_STRFUNC);
}

/* Each failure is told once; those that pass by themselves are only in the status. */
static void
owner_failed (gpointer backend, const GError *error)
{
	EEasOwner *self = owner_of (backend);
	gboolean certificate = g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
	gboolean news;

	show_status (self, certificate ? E_SOURCE_CONNECTION_STATUS_SSL_FAILED
				       : E_SOURCE_CONNECTION_STATUS_DISCONNECTED);
	g_mutex_lock (&self->lock);
	news = g_strcmp0 (self->last_failure, error->message) != 0;
	if (news) {
		g_free (self->last_failure);
		self->last_failure = g_strdup (error->message);
	}
	g_mutex_unlock (&self->lock);

	if (!news)
		return;
	if (certificate)
		ask_about_certificate (self, error);
	else if (!e_eas_error_is_transient (error))
		self->klass->notify_error (self->backend, error->message);
}

/* The worker asks for it in the account's name; this source only shows what it is. */
static void
owner_need_password (gpointer backend)
{
	show_status (owner_of (backend), E_SOURCE_CONNECTION_STATUS_DISCONNECTED);
}

void
e_eas_owner_fill_class (EEasWorkerClass *klass)
{
	klass->connected = owner_connected;
	klass->failed = owner_failed;
	klass->need_password = owner_need_password;
}

/* ---- the worker ---- */

void
e_eas_owner_rescue_cache (const EEasOwnerClass *klass, EBackend *backend)
{
	const char *uid = e_source_get_uid (e_backend_get_source (backend));
	g_autofree char *path = g_build_filename (e_get_user_cache_dir (), klass->cache_name, uid,
						  "cache.db", NULL);

	if (e_eas_cache_rescue (path))
		g_message ("Damaged data is fetched anew; it is kept as %s.damaged", path);
}

static EEasAccount *
ref_account (EEasOwner *self, GError **error)
{
	ESourceRegistry *registry = self->klass->get_registry (self->backend);
	g_autoptr (ESourceCredentialsProvider) provider = NULL;
	g_autoptr (GProxyResolver) proxy = NULL;
	g_autoptr (ESource) collection = e_eas_account_ref_collection (
		registry, e_backend_get_source (self->backend), error);

	if (collection == NULL)
		return NULL;
	provider = e_source_credentials_provider_new (registry);
	proxy = self->klass->ref_proxy (self->backend);

	return e_eas_account_ref (collection, provider, proxy);
}

/* The person lets another host have the password: what waits for that goes on. */
static void
consent_cb (CamelEasSettings *settings, GParamSpec *pspec, EBackend *backend)
{
	EEasOwner *self = owner_of (backend);

	if (self == NULL)
		return;
	g_mutex_lock (&self->lock);
	if (self->worker != NULL)
		e_eas_worker_kick (self->worker);
	g_mutex_unlock (&self->lock);
}

/* The account was removed while a program has the folder open: off, as nobody asks for it any more.
 */
static void
source_removed_cb (ESourceRegistry *registry, ESource *removed, EBackend *backend)
{
	ESource *source = e_backend_get_source (backend);

	if (e_source_equal (source, removed))
		e_source_set_enabled (source, FALSE);
}

/* And added again, while it still is open. */
static void
source_added_cb (ESourceRegistry *registry, ESource *added, EBackend *backend)
{
	ESource *source = e_backend_get_source (backend);

	if (source != added && e_source_equal (source, added))
		e_source_set_enabled (source, e_source_get_enabled (added));
}

/* What the registry learns from the server meanwhile is seen a moment later. The lock is held. */
static void
look_for_addresses (EEasOwner *self)
{
	const char *directory =
		e_eas_account_get_directory (e_eas_worker_get_account (self->worker));
	gint64 now = g_get_monotonic_time ();
	guint64 stamp;

	if (self->addresses->len > 0 && now - self->looked_at < LOOK_US)
		return;
	self->looked_at = now;
	stamp = e_eas_addresses_stamp (directory);
	if (self->addresses->len > 0 && stamp == self->stamp)
		return;
	self->stamp = stamp;
	g_ptr_array_add (self->addresses, e_eas_addresses_read (directory, self->address));
}

const char *const *
e_eas_owner_get_addresses (EEasOwner *self)
{
	const char *const *addresses = NULL;

	g_mutex_lock (&self->lock);
	if (self->worker != NULL) {
		look_for_addresses (self);
		addresses = self->addresses->pdata[self->addresses->len - 1];
	}
	g_mutex_unlock (&self->lock);

	return addresses != NULL && addresses[0] != NULL ? addresses : NULL;
}

/* Made on first use: it needs the registry and the cache. */
gboolean
e_eas_owner_ensure_worker (EEasOwner *self, GError **error)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
	g_autoptr (EEasAccount) account = NULL;
	g_autoptr (ECache) cache = NULL;

	if (self->worker != NULL)
		return TRUE;

	account = ref_account (self, error);
	if (account == NULL)
		return FALSE;
	cache = self->klass->ref_cache (self->backend);
	if (cache == NULL) {
		eas_set_error (error, EAS_ERROR_STORE, NULL, 0, 0, "%s",
			       _ (self->klass->cannot_open));
		return FALSE;
	}
	g_free (self->address);
	self->address = camel_eas_settings_dup_address (e_eas_account_get_settings (account));
	self->worker = e_eas_worker_new (self->worker_class, self->backend, account, cache,
					 e_backend_get_source (self->backend), error);
	if (self->worker == NULL)
		return FALSE;

	g_signal_connect_object (e_eas_account_get_settings (account), "notify::consent-hosts",
				 G_CALLBACK (consent_cb), self->backend, 0);
	g_signal_connect_object (self->klass->get_registry (self->backend), "source-removed",
				 G_CALLBACK (source_removed_cb), self->backend, 0);
	g_signal_connect_object (self->klass->get_registry (self->backend), "source-added",
				 G_CALLBACK (source_added_cb), self->backend, 0);
	self->announced = e_eas_worker_get_version (self->worker);
	e_eas_worker_start (self->worker);

	return TRUE;
}

EEasWorker *
e_eas_owner_get_worker (EEasOwner *self)
{
	return self->worker;
}

char *
e_eas_owner_dup_address (EEasOwner *self)
{
	char *address;

	g_mutex_lock (&self->lock);
	address = g_strdup (self->address);
	g_mutex_unlock (&self->lock);

	return address;
}

EasVersion
e_eas_owner_get_version (EEasOwner *self)
{
	return self->worker != NULL ? e_eas_worker_get_version (self->worker) : EAS_VERSION_NONE;
}

gboolean
e_eas_owner_connect (EEasOwner *self,
		     const ENamedParameters *credentials,
		     ESourceAuthenticationResult *out_auth_result,
		     GError **error)
{
	EEasAccount *account;

	if (!e_eas_owner_ensure_worker (self, error)) {
		*out_auth_result = E_SOURCE_AUTHENTICATION_ERROR;
		return FALSE;
	}
	account = e_eas_worker_get_account (self->worker);
	if (e_eas_account_take_password (account, credentials))
		e_eas_worker_kick (self->worker);
	else if (e_eas_account_is_trusted (account))
		e_eas_worker_retry_password (self->worker);

	*out_auth_result = E_SOURCE_AUTHENTICATION_ACCEPTED;

	return TRUE;
}

gboolean
e_eas_owner_get_refused_certificate (EEasOwner *self,
				     char **out_pem,
				     GTlsCertificateFlags *out_errors)
{
	return self->worker != NULL &&
	       e_eas_account_get_refused_certificate (e_eas_worker_get_account (self->worker),
						      out_pem, out_errors);
}

gboolean
e_eas_owner_fetch (EEasOwner *self, gboolean explicitly, GError **error)
{
	if (!e_eas_owner_ensure_worker (self, error))
		return FALSE;
	e_eas_worker_fetch (self->worker, explicitly);

	return TRUE;
}

/* ---- the writers ---- */

gboolean
e_eas_owner_begin_writing (EEasOwner *self, guint n_objects, GError **error)
{
	if (!e_eas_owner_ensure_worker (self, error))
		return FALSE;

	g_mutex_lock (&self->writer);
	g_atomic_pointer_set (&self->writing, g_thread_self ());
	self->waiting = n_objects <= 1;

	return TRUE;
}

/*
 * EDS writes its view of an object after our save returned, when the server's may
 * have moved on already: the cache is made to show what is true now. Mostly that is
 * what it shows, and nothing is written.
 */
void
e_eas_owner_end_writing (EEasOwner *self)
{
	GHashTableIter iter;
	gpointer uid;

	g_hash_table_iter_init (&iter, self->touched);
	while (g_hash_table_iter_next (&iter, &uid, NULL))
		e_eas_worker_show (self->worker, uid);
	if (!self->waiting && g_hash_table_size (self->touched) > 0)
		e_eas_worker_send (self->worker);
	g_hash_table_remove_all (self->touched);
	g_atomic_pointer_set (&self->writing, NULL);
	g_mutex_unlock (&self->writer);
}

static gboolean
is_writer (EEasOwner *self)
{
	return g_atomic_pointer_get (&self->writing) == g_thread_self ();
}

static gboolean
waits (EEasOwner *self)
{
	return is_writer (self) && self->waiting;
}

/* After an edit: a writer of many sends them together. */
static void
note_edit (EEasOwner *self, const char *uid)
{
	if (is_writer (self))
		g_hash_table_add (self->touched, g_strdup (uid));
	else
		e_eas_worker_send (self->worker);
}

/* A server that did not answer the first edit of a file would be waited for with each of them,
 * while nobody else can write. */
static void
wait_no_more (EEasOwner *self, EEasSaved saved)
{
	if (is_writer (self) && saved == E_EAS_SAVE_PENDING)
		self->waiting = FALSE;
}

EEasSaved
e_eas_owner_save (EEasOwner *self,
		  const char *uid,
		  const char *object,
		  GCancellable *cancellable,
		  GError **error)
{
	EEasSaved saved =
		e_eas_worker_save (self->worker, uid, object, waits (self), cancellable, error);

	if (saved != E_EAS_SAVE_FAILED)
		note_edit (self, uid);
	wait_no_more (self, saved);

	return saved;
}

gboolean
e_eas_owner_remove (EEasOwner *self, const char *uid, GCancellable *cancellable, GError **error)
{
	EEasSaved saved = e_eas_worker_remove (self->worker, uid, waits (self), cancellable, error);

	if (saved == E_EAS_SAVE_FAILED)
		return FALSE;
	note_edit (self, uid);
	wait_no_more (self, saved);

	return TRUE;
}
