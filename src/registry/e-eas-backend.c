/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The known children are brought back when the backend is made. populate() asks for
 * the password; EDS then calls authenticate_sync() in a thread, which lists the folders: that
 * proves the password and brings the children up to date in one request. The children are only
 * changed on the main thread. A listing made by another process shows up in the shared state file
 * and is taken from there.
 */

#include <glib/gi18n-lib.h>

#include <string.h>

#include "eas-cmd-settings.h"
#include "eas-flow-folders.h"

#include "e-eas-account.h"
#include "e-eas-addresses.h"
#include "e-eas-error.h"
#include "e-eas-identity.h"
#include "e-eas-wipe.h"
#include "e-source-eas-folder.h"

#include "e-eas-backend-push.h"
#include "e-eas-children.h"
#include "e-eas-farewell.h"
#include "e-eas-folders.h"

#include "e-eas-backend.h"

#define FIRST_RETRY 15 /* seconds, after the folders could not be listed */
#define LAST_RETRY  600

struct _EEasBackend {
	ECollectionBackend parent;

	EEasAccount *account;
	EEasBackendPush *push; /* the main thread takes it away, with the lock */
	GCancellable *cancellable;

	GMutex lock;
	gboolean listing_wanted;    /* a listing is due even if the password is known to be right */
	gboolean verified;          /* the password we have was accepted */
	ENamedParameters *typed;    /* the last with a password in them: it may be in no keyring */
	guint64 folders_generation; /* of the listing the children were made from */
	EasVersion listed_version;  /* and the version it was for */
	guint retry;                /* GSource id */
	guint retry_seconds;
};

G_DEFINE_DYNAMIC_TYPE (EEasBackend, e_eas_backend, E_TYPE_COLLECTION_BACKEND)

/* What a thread found, on its way to the main thread. */
typedef struct {
	EEasBackend *backend;
	GPtrArray *folders;
	guint64 generation;
	EasVersion version;
} Listing;

static void
listing_free (gpointer data)
{
	Listing *listing = data;

	g_object_unref (listing->backend);
	g_ptr_array_unref (listing->folders);
	g_free (listing);
}

static gboolean
apply_listing_cb (gpointer data)
{
	Listing *listing = data;

	if (listing->backend->cancellable != NULL &&
	    !g_cancellable_is_cancelled (listing->backend->cancellable)) {
		listing->backend->folders_generation = listing->generation;
		listing->backend->listed_version = listing->version;
		e_eas_children_update (E_COLLECTION_BACKEND (listing->backend), listing->folders,
				       listing->version);
	}

	return G_SOURCE_REMOVE;
}

static void
apply_listing (EEasBackend *self, GPtrArray *folders, const EasAccountData *data)
{
	Listing *listing = g_new0 (Listing, 1);

	listing->backend = g_object_ref (self);
	listing->folders = g_ptr_array_ref (folders);
	listing->generation = data->folders_generation;
	listing->version = data->version;
	g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, apply_listing_cb, listing,
				    listing_free);
}

static void
request_credentials (EEasBackend *self)
{
	e_backend_schedule_credentials_required (E_BACKEND (self),
						 E_SOURCE_CREDENTIALS_REASON_REQUIRED, NULL, 0,
						 NULL, self->cancellable, G_STRFUNC);
}

static gboolean
retry_cb (gpointer user_data)
{
	EEasBackend *self = user_data;

	self->retry = 0;
	if (e_source_get_enabled (e_backend_get_source (E_BACKEND (self))))
		request_credentials (self);

	return G_SOURCE_REMOVE;
}

/* The registry knows no refresh interval for folders: a failed listing is tried again here. */
static gboolean
schedule_retry_cb (gpointer user_data)
{
	EEasBackend *self = user_data;

	if (self->retry == 0 && !g_cancellable_is_cancelled (self->cancellable)) {
		self->retry = g_timeout_add_seconds (self->retry_seconds, retry_cb, self);
		self->retry_seconds = MIN (self->retry_seconds * 2, LAST_RETRY);
	}

	return G_SOURCE_REMOVE;
}

static void
schedule_retry (EEasBackend *self)
{
	g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, schedule_retry_cb,
				    g_object_ref (self), g_object_unref);
}

/* ---- the end of the account on this machine ---- */

/* What the thread removes. */
typedef struct {
	char *account_uid;
	GPtrArray *source_uids;
} Remains;

static void
remains_free (gpointer data)
{
	Remains *remains = data;

	g_free (remains->account_uid);
	g_ptr_array_unref (remains->source_uids);
	g_free (remains);
}

static void
wipe_thread (GTask *task, gpointer source_object, gpointer task_data, GCancellable *cancellable)
{
	const Remains *remains = task_data;

	for (guint i = 0; i < remains->source_uids->len; i++)
		e_eas_wipe_source (remains->source_uids->pdata[i]);
	e_eas_wipe_conflicts (remains->account_uid);
	g_task_return_boolean (task, TRUE);
}

static Remains *
list_remains (EEasBackend *self)
{
	GList *sources = e_eas_children_list (E_COLLECTION_BACKEND (self));
	Remains *remains = g_new0 (Remains, 1);

	remains->account_uid = e_source_dup_uid (e_backend_get_source (E_BACKEND (self)));
	remains->source_uids = g_ptr_array_new_with_free_func (g_free);
	for (GList *link = sources; link != NULL; link = link->next)
		g_ptr_array_add (remains->source_uids, e_source_dup_uid (link->data));
	g_list_free_full (sources, g_object_unref);

	return remains;
}

/* Pitfall 41: a wipe takes this account's data and password, and switches it off. Its settings
 * stay, so that the person can read what happened. */
static gboolean
end_account_cb (gpointer user_data)
{
	EEasBackend *self = user_data;
	ESource *source = e_backend_get_source (E_BACKEND (self));
	g_autoptr (GTask) task = NULL;

	if (g_cancellable_is_cancelled (self->cancellable) || !e_source_get_enabled (source))
		return G_SOURCE_REMOVE;

	/* Not cancelled with the backend: what was promised to the administrator is done. */
	task = g_task_new (NULL, NULL, NULL, NULL);
	g_task_set_task_data (task, list_remains (self), remains_free);
	g_task_run_in_thread (task, wipe_thread);

	e_source_delete_password (source, NULL, NULL, NULL);
	e_source_set_enabled (source, FALSE);
	e_source_write (source, NULL, NULL, NULL);

	return G_SOURCE_REMOVE;
}

static void
end_account (EEasBackend *self)
{
	g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, end_account_cb, g_object_ref (self),
				    g_object_unref);
}

static gboolean
list_folders_now (EEasBackend *self, GError **error)
{
	g_autoptr (EasClient) client = e_eas_account_ref_client (self->account, error);
	g_autoptr (GPtrArray) folders = NULL;
	g_autoptr (EasAccountData) data = NULL;

	if (client == NULL)
		return FALSE;

	folders = eas_client_run_sync (client, eas_flow_folders_refresh_new (G_MAXUINT64),
				       self->cancellable, error);
	if (folders == NULL)
		return FALSE;

	data = eas_client_dup_data (client);
	apply_listing (self, folders, data);

	return TRUE;
}

static void
list_folders_thread (GTask *task, gpointer self, gpointer task_data, GCancellable *cancellable)
{
	GError *error = NULL;

	if (list_folders_now (self, &error))
		g_task_return_boolean (task, TRUE);
	else
		g_task_return_error (task, error);
}

/* Who cancels is let go at once, as the next refresh does with the one before; the listing itself
 * goes on, for what its answer tells of may never be told again (SOGo). */
static gboolean
list_folders (EEasBackend *self, GCancellable *cancellable, GError **error)
{
	g_autoptr (GTask) task = g_task_new (self, cancellable, NULL, NULL);

	g_task_set_return_on_cancel (task, TRUE);
	g_task_run_in_thread_sync (task, list_folders_thread);

	return g_task_propagate_boolean (task, error);
}

static EasRequest *
build_user_information (EasVersion version,
			const EasAccountData *data,
			gpointer user_data,
			GError **error)
{
	const EasSettingsRequest request = { .user_information = TRUE };

	return eas_request_new (&eas_cmd_settings, eas_cmd_settings_build (&request, version));
}

/* Primary first, none twice; empty: the server did not say. */
static GStrv
list_addresses (const EasSettingsResponse *response)
{
	g_autoptr (GPtrArray) list = g_ptr_array_new ();
	const char *primary = eas_settings_response_get_address (response);

	if (primary != NULL)
		g_ptr_array_add (list, g_strdup (primary));
	for (guint i = 0; response->accounts != NULL && i < response->accounts->len; i++) {
		const EasUserAccount *account = response->accounts->pdata[i];

		for (guint j = 0; account->addresses != NULL && j < account->addresses->len; j++) {
			const char *address = account->addresses->pdata[j];

			if (g_strcmp0 (address, primary) != 0 && strpbrk (address, ",\n") == NULL)
				g_ptr_array_add (list, g_strdup (address));
		}
	}
	g_ptr_array_add (list, NULL);

	return (GStrv) g_ptr_array_free (g_steal_pointer (&list), FALSE);
}

/* Pitfall 53: the log-in name and what was typed at set-up need not be the address others write to.
 * A server that does not say costs nothing but the question. */
static void
learn_addresses (EEasBackend *self, GCancellable *cancellable)
{
	g_autoptr (EasClient) client = e_eas_account_ref_client (self->account, NULL);
	g_auto (EasSettingsResponse) response = { 0 };
	EasAnswer *answer;

	if (client == NULL)
		return;
	answer = eas_client_run_sync (
		client,
		eas_flow_exchange_new (&eas_cmd_settings, build_user_information, NULL, NULL),
		cancellable, NULL);
	if (answer == NULL)
		return;
	if (answer->body != NULL && eas_cmd_settings_parse (answer->body, &response, NULL) &&
	    eas_settings_response_get_address (&response) != NULL) {
		g_auto (GStrv) addresses = list_addresses (&response);
		g_autoptr (GError) error = NULL;

		if (!e_eas_addresses_write (e_eas_account_get_directory (self->account),
					    (const char *const *) addresses, &error))
			g_message ("The account’s addresses are not kept: %s", error->message);
	}
	eas_answer_free (answer);
}

/*
 * A child that is CONNECTED does not hear of a new password by
 * e_collection_backend_authenticate_children(): it is told one by one. The mark says
 * that the server took it, also where it is the one that was refused there.
 */
static void
tell_children (EEasBackend *self)
{
	GList *sources = e_eas_children_list (E_COLLECTION_BACKEND (self));
	g_autoptr (ENamedParameters) accepted = NULL;

	g_mutex_lock (&self->lock);
	/* Not one that was refused, where a better one was in the keyring. */
	accepted = e_eas_account_holds_password (self->account, self->typed)
			   ? e_named_parameters_new_clone (self->typed)
			   : e_named_parameters_new ();
	g_mutex_unlock (&self->lock);
	if (!e_named_parameters_exists (accepted, E_SOURCE_CREDENTIAL_PASSWORD))
		e_eas_account_add_password (self->account, accepted);
	e_named_parameters_set (accepted, E_EAS_CREDENTIAL_ACCEPTED, "1");
	for (GList *link = sources; link != NULL; link = link->next) {
		if (e_source_get_enabled (link->data))
			e_source_invoke_authenticate (link->data, accepted, self->cancellable, NULL,
						      NULL);
	}
	g_list_free_full (sources, g_object_unref);
}

static ESourceAuthenticationResult
classify (EEasBackend *self,
	  const GError *error,
	  gint64 began,
	  char **out_certificate_pem,
	  GTlsCertificateFlags *out_certificate_errors)
{
	if (g_error_matches (error, EAS_ERROR, EAS_ERROR_AUTHENTICATION)) {
		e_eas_account_refuse_password (self->account, began);
		return E_SOURCE_AUTHENTICATION_REJECTED;
	}
	if (g_error_matches (error, EAS_ERROR, EAS_ERROR_WIPED))
		end_account (self);
	if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE) &&
	    e_eas_account_get_refused_certificate (self->account, out_certificate_pem,
						   out_certificate_errors))
		return E_SOURCE_AUTHENTICATION_ERROR_SSL_FAILED;

	return E_SOURCE_AUTHENTICATION_ERROR;
}

/* Takes what @credentials bring. TRUE: the server has to be asked; *@out_news: and if it agrees,
 * the children want to know. */
static gboolean
take_credentials (EEasBackend *self, const ENamedParameters *credentials, gboolean *out_news)
{
	gboolean proved = e_named_parameters_exists (credentials, E_EAS_CREDENTIAL_PROVED);
	gboolean doubted =
		proved || e_named_parameters_exists (credentials, E_EAS_CREDENTIAL_DOUBTED);
	gboolean changed = e_eas_account_take_password (self->account, credentials);
	gboolean due;

	if (doubted)
		e_eas_account_doubt_password (self->account);
	else if (!changed && e_named_parameters_exists (credentials, E_SOURCE_CREDENTIAL_PASSWORD))
		e_eas_account_retype_password (self->account);

	if (proved)
		e_eas_account_retry_password (self->account);

	g_mutex_lock (&self->lock);
	self->verified = self->verified && !changed && !doubted;
	if (e_named_parameters_exists (credentials, E_SOURCE_CREDENTIAL_PASSWORD)) {
		e_named_parameters_free (self->typed);
		self->typed = e_named_parameters_new_clone (credentials);
	}
	due = self->listing_wanted || !self->verified;
	g_mutex_unlock (&self->lock);
	*out_news = changed || !e_eas_account_is_trusted (self->account);

	return due;
}

/*
 * REQUIRED would look into the keyring and hand over what is there, refused or not,
 * again and again; REJECTED has the desktop ask a person.
 */
static ESourceAuthenticationResult
lack_password (EEasBackend *self, GError *take_error, GError **error)
{
	ESourceAuthenticationResult result = e_eas_account_has_password (self->account)
						     ? E_SOURCE_AUTHENTICATION_REJECTED
						     : E_SOURCE_AUTHENTICATION_REQUIRED;

	e_eas_error_to_cal (&take_error);
	g_propagate_error (error, take_error);

	return result;
}

/* From any thread, while the account may be removed on the main one. */
static void
kick_push (EEasBackend *self)
{
	g_mutex_lock (&self->lock);
	if (self->push != NULL)
		e_eas_backend_push_kick (self->push);
	g_mutex_unlock (&self->lock);
}

static void
end_push (EEasBackend *self)
{
	EEasBackendPush *push;

	g_mutex_lock (&self->lock);
	push = g_steal_pointer (&self->push);
	g_mutex_unlock (&self->lock);
	e_eas_backend_push_free (push);
}

static ESourceAuthenticationResult
eas_backend_authenticate_sync (EBackend *backend,
			       const ENamedParameters *credentials,
			       char **out_certificate_pem,
			       GTlsCertificateFlags *out_certificate_errors,
			       GCancellable *cancellable,
			       GError **error)
{
	EEasBackend *self = E_EAS_BACKEND (backend);
	g_autoptr (GError) local_error = NULL;
	ESourceAuthenticationResult result;
	gint64 began;
	gboolean news, asked_for;

	if (!take_credentials (self, credentials, &news))
		return E_SOURCE_AUTHENTICATION_ACCEPTED;

	if (!e_eas_account_ensure_password (self->account, cancellable, &local_error))
		return lack_password (self, g_steal_pointer (&local_error), error);

	began = g_get_monotonic_time ();
	if (!list_folders (self, cancellable, &local_error)) {
		result = classify (self, local_error, began, out_certificate_pem,
				   out_certificate_errors);
		if (result == E_SOURCE_AUTHENTICATION_ERROR)
			schedule_retry (self);
		e_eas_error_to_cal (&local_error);
		g_propagate_error (error, g_steal_pointer (&local_error));
		return result;
	}

	g_mutex_lock (&self->lock);
	asked_for = self->listing_wanted;
	self->verified = TRUE;
	self->listing_wanted = FALSE;
	self->retry_seconds = FIRST_RETRY;
	g_mutex_unlock (&self->lock);
	if (asked_for)
		learn_addresses (self, cancellable);
	kick_push (self);
	if (news)
		tell_children (self);

	return E_SOURCE_AUTHENTICATION_ACCEPTED;
}

/* No address to watch: whether the server can be reached is found out by talking to it. */
static gboolean
eas_backend_get_destination_address (EBackend *backend, char **host, guint16 *port)
{
	return FALSE;
}

static void
eas_backend_populate (ECollectionBackend *collection)
{
	EEasBackend *self = E_EAS_BACKEND (collection);
	ESource *source = e_backend_get_source (E_BACKEND (self));

	E_COLLECTION_BACKEND_CLASS (e_eas_backend_parent_class)->populate (collection);

	if (!e_source_get_enabled (source))
		return;

	g_mutex_lock (&self->lock);
	self->listing_wanted = TRUE;
	g_mutex_unlock (&self->lock);
	request_credentials (self);
}

static gboolean
eas_backend_create_resource_sync (ECollectionBackend *collection,
				  ESource *source,
				  GCancellable *cancellable,
				  GError **error)
{
	EEasBackend *self = E_EAS_BACKEND (collection);
	g_autofree char *id = e_eas_folders_create_sync (self->account, source, cancellable, error);

	if (id == NULL)
		return e_eas_error_to_cal (error);

	/* The new folder becomes a child of its own, with a UID that outlives the cache. It is made
	 * on the main thread, where this comes after it. */
	if (!list_folders (self, cancellable, error))
		return e_eas_error_to_cal (error);
	e_eas_children_dress_later (collection, id, source);

	return TRUE;
}

static gboolean
eas_backend_delete_resource_sync (ECollectionBackend *collection,
				  ESource *source,
				  GCancellable *cancellable,
				  GError **error)
{
	EEasBackend *self = E_EAS_BACKEND (collection);

	if (!e_eas_folders_delete_sync (self->account, source, cancellable, error))
		return e_eas_error_to_cal (error);
	if (!e_source_remove_sync (source, cancellable, error))
		return FALSE;

	/* What the server took along goes at once: on SOGo a list of tasks is also a calendar. */
	(void) list_folders (self, cancellable, NULL);

	return TRUE;
}

/* EDS keeps it for the processes that will open @child: none of them has to ask the keyring. */
static void
hand_password (EEasBackend *self, ESource *child)
{
	g_autoptr (ENamedParameters) credentials = e_named_parameters_new ();

	e_eas_account_add_password (self->account, credentials);
	if (e_named_parameters_count (credentials) > 0)
		e_source_invoke_authenticate (child, credentials, self->cancellable, NULL, NULL);
}

static void
eas_backend_child_added (ECollectionBackend *collection, ESource *child)
{
	EEasBackend *self = E_EAS_BACKEND (collection);

	E_COLLECTION_BACKEND_CLASS (e_eas_backend_parent_class)->child_added (collection, child);

	if (self->account != NULL &&
	    e_source_has_extension (child, E_SOURCE_EXTENSION_EAS_FOLDER)) {
		e_eas_folders_follow_name (self->account, child, self->cancellable);
		hand_password (self, child);
	}
}

/* Another process listed the folders, or was told to end: its result is in the state file. */
static void
state_changed_cb (EasAccountState *state, gpointer user_data)
{
	EEasBackend *self = user_data;
	g_autoptr (EasAccountData) data = eas_account_data_new ();

	if (!eas_account_state_read (state, data, NULL))
		return;
	if (data->wiped)
		end_account (self);
	if (data->wiped || data->folders == NULL || data->folders->len == 0 ||
	    (data->folders_generation == self->folders_generation &&
	     (data->version == self->listed_version || data->version == EAS_VERSION_NONE)))
		return;

	apply_listing (self, data->folders, data);
}

/* Comes before the farewell, where it comes: who pings would make the files again. */
static void
source_removed_cb (ESourceRegistryServer *server, ESource *source, gpointer user_data)
{
	EEasBackend *self = user_data;

	if (source != e_backend_get_source (E_BACKEND (self)))
		return;
	g_cancellable_cancel (self->cancellable);
	end_push (self);
}

static void
push_listed (GPtrArray *folders, const EasAccountData *data, gpointer user_data)
{
	apply_listing (user_data, folders, data);
}

/* What Ping heard first. */
static void
push_failed (const GError *error, gpointer user_data)
{
	EEasBackend *self = user_data;

	if (g_error_matches (error, EAS_ERROR, EAS_ERROR_WIPED))
		end_account (self);
	if (!g_error_matches (error, EAS_ERROR, EAS_ERROR_AUTHENTICATION))
		return;

	e_eas_account_doubt_password (self->account);
	g_mutex_lock (&self->lock);
	self->verified = FALSE;
	g_mutex_unlock (&self->lock);
	request_credentials (self);
}

static void
push_accepted (gpointer user_data)
{
	EEasBackend *self = user_data;

	e_eas_account_retry_password (self->account);
	g_mutex_lock (&self->lock);
	self->verified = FALSE;
	g_mutex_unlock (&self->lock);
	request_credentials (self);
}

static const EEasBackendPushFuncs push_funcs = { push_listed, push_failed, push_accepted };

static void
eas_backend_constructed (GObject *object)
{
	EEasBackend *self = E_EAS_BACKEND (object);
	ECollectionBackend *collection = E_COLLECTION_BACKEND (object);
	ESource *source = e_backend_get_source (E_BACKEND (self));
	g_autoptr (ESourceRegistryServer) server = NULL;
	g_autoptr (ESourceCredentialsProvider) provider = NULL;
	g_autoptr (GProxyResolver) proxy = NULL;

	/* Before the children are read. */
	e_eas_identity_bring_back (source);
	G_OBJECT_CLASS (e_eas_backend_parent_class)->constructed (object);

	server = e_collection_backend_ref_server (collection);
	provider = e_source_registry_server_ref_credentials_provider (server);
	proxy = e_collection_backend_ref_proxy_resolver (collection);
	self->account = e_eas_account_ref (source, provider, proxy);
	self->push = e_eas_backend_push_new (self->account, &push_funcs, self);
	e_server_side_source_set_remote_creatable (E_SERVER_SIDE_SOURCE (source), TRUE);

	g_signal_connect_object (e_eas_account_get_state (self->account), "changed",
				 G_CALLBACK (state_changed_cb), self, 0);
	g_signal_connect_object (server, "source-removed", G_CALLBACK (source_removed_cb), self, 0);
	e_eas_farewell_await (self->account, server);
	/* Not as late as populate(): a program that started the registry looks for them at once. */
	e_eas_children_restore (collection);
}

static void
eas_backend_dispose (GObject *object)
{
	EEasBackend *self = E_EAS_BACKEND (object);

	g_cancellable_cancel (self->cancellable);
	g_clear_handle_id (&self->retry, g_source_remove);
	end_push (self);
	g_clear_object (&self->account);

	G_OBJECT_CLASS (e_eas_backend_parent_class)->dispose (object);
}

static void
eas_backend_finalize (GObject *object)
{
	EEasBackend *self = E_EAS_BACKEND (object);

	g_clear_object (&self->cancellable);
	e_named_parameters_free (self->typed);
	g_mutex_clear (&self->lock);

	G_OBJECT_CLASS (e_eas_backend_parent_class)->finalize (object);
}

static void
e_eas_backend_class_init (EEasBackendClass *klass)
{
	GObjectClass *object_class = G_OBJECT_CLASS (klass);
	EBackendClass *backend_class = E_BACKEND_CLASS (klass);
	ECollectionBackendClass *collection_class = E_COLLECTION_BACKEND_CLASS (klass);

	object_class->constructed = eas_backend_constructed;
	object_class->dispose = eas_backend_dispose;
	object_class->finalize = eas_backend_finalize;

	backend_class->authenticate_sync = eas_backend_authenticate_sync;
	backend_class->get_destination_address = eas_backend_get_destination_address;

	collection_class->populate = eas_backend_populate;
	collection_class->create_resource_sync = eas_backend_create_resource_sync;
	collection_class->delete_resource_sync = eas_backend_delete_resource_sync;
	collection_class->child_added = eas_backend_child_added;
}

static void
e_eas_backend_class_finalize (EEasBackendClass *klass)
{
}

static void
e_eas_backend_init (EEasBackend *self)
{
	g_mutex_init (&self->lock);
	self->cancellable = g_cancellable_new ();
	self->retry_seconds = FIRST_RETRY;
}

void
e_eas_backend_type_register (GTypeModule *module)
{
	e_eas_backend_register_type (module);
}
