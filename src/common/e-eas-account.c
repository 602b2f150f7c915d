/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One object per collection and process, found through a table of weak
 * references. The client is made on first use, when the settings are complete,
 * and made anew when the server, the user or the version in them changes.
 */

#include <glib/gi18n-lib.h>

#include "eas-http.h"

#include "e-eas-push.h"
#include "e-eas-soup-transport.h"

#include "e-eas-account.h"

#define DEFAULT_PATH "/Microsoft-Server-ActiveSync"
/* Servers refuse good passwords in bad hours; trying seldom locks no account. */
#define REFUSED_US (15 * G_TIME_SPAN_MINUTE)
#define RETYPE_US  (20 * G_TIME_SPAN_SECOND)
/* For the registry to hand over its password; the keyring is there if it does not. */
#define HAND_OVER_US (2 * G_TIME_SPAN_SECOND)
#define LOOK_US      (50 * G_TIME_SPAN_MILLISECOND)

/* Whether the registry was asked to hand over its password: once in a process. */
typedef enum { HAND_OVER_NONE, HAND_OVER_ASKED, HAND_OVER_ENDED } HandOver;

struct _EEasAccount {
	GObject parent;

	ESource *source;
	ESourceCredentialsProvider *provider;
	GProxyResolver *proxy;
	CamelEasSettings *settings;
	char *directory;
	char *device_id;
	EasAccountState *state;
	EEasSecrets *secrets;
	EEasPush *push;
	GNetworkMonitor *monitor;
	gulong network_handler;

	GMutex lock;
	EasClient *client;
	char *fingerprint; /* of the settings the client was made from */
	char *client_user;
	gint64 refused_until; /* monotonic: the server said no, the same password waits as long */
	gint64 refused_at;
	gint64 taken_at;   /* monotonic: when the password came, or was said to be good */
	gboolean asked;    /* for another one; until there is one */
	gboolean reported; /* the registry heard that it is refused, and has not said otherwise */
	HandOver hand_over;
	GCond handed_over;
};

G_DEFINE_TYPE (EEasAccount, e_eas_account, G_TYPE_OBJECT)

static GMutex accounts_lock;
static GHashTable *accounts; /* uid -> GWeakRef */

static char *
read_machine_id (void)
{
	static const char *const files[] = { "/etc/machine-id", "/var/lib/dbus/machine-id" };

	for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
		char *text = NULL;

		if (g_file_get_contents (files[i], &text, NULL, NULL))
			return g_strstrip (text);
	}

	return g_strdup (g_get_host_name ());
}

/* Pitfall 42: the same when the account is removed and set up again: servers allow few devices.
 * Pitfall 3: derived from this machine, so that a cloned home directory makes another device. */
static char *
make_device_id (CamelEasSettings *settings, const char *account_uid)
{
	g_autofree char *machine_id = NULL;
	g_autofree char *configured = camel_eas_settings_dup_device_id (settings);
	g_autofree char *address = camel_eas_settings_dup_address (settings);
	g_autofree char *lower = address != NULL ? g_ascii_strdown (address, -1) : NULL;
	g_autofree char *whose = NULL;

	if (configured != NULL)
		return g_steal_pointer (&configured);

	machine_id = read_machine_id ();
	/* Two people of this machine may share a mailbox, but not a device. */
	whose = g_strdup_printf ("%s\n%s", g_get_user_name (), lower);

	return eas_device_make_id (machine_id, lower != NULL ? whose : account_uid);
}

/* What the person typed, or host, port and security of the network settings. */
static char *
dup_configured_url (EEasAccount *self, GError **error)
{
	CamelNetworkSettings *network = CAMEL_NETWORK_SETTINGS (self->settings);
	g_autofree char *url = camel_eas_settings_dup_url (self->settings);
	g_autofree char *host = camel_network_settings_dup_host (network);
	guint16 port = camel_network_settings_get_port (network);

	if (url != NULL)
		return eas_http_normalize_url (url, error);

	if (host == NULL || *host == '\0') {
		eas_set_error (error, EAS_ERROR_NOT_SUPPORTED, NULL, 0, 0,
			       _ ("The account has no server address"));
		return NULL;
	}
	if (port != 0 && port != 443)
		return g_strdup_printf ("https://%s:%u" DEFAULT_PATH, host, port);

	return g_strdup_printf ("https://%s" DEFAULT_PATH, host);
}

static char *
dup_user (EEasAccount *self)
{
	g_autofree char *user =
		camel_network_settings_dup_user (CAMEL_NETWORK_SETTINGS (self->settings));
	ESourceAuthentication *authentication;

	if (user != NULL && *user != '\0')
		return g_steal_pointer (&user);

	authentication = e_source_get_extension (self->source, E_SOURCE_EXTENSION_AUTHENTICATION);
	user = e_source_authentication_dup_user (authentication);
	if (user != NULL && *user != '\0')
		return g_steal_pointer (&user);

	return camel_eas_settings_dup_address (self->settings);
}

static EasAccountData *
make_data (EEasAccount *self, GError **error)
{
	g_autoptr (EasAccountData) data = eas_account_data_new ();

	data->configured_url = dup_configured_url (self, error);
	if (data->configured_url == NULL)
		return NULL;

	data->user = dup_user (self);
	if (data->user == NULL) {
		eas_set_error (error, EAS_ERROR_AUTHENTICATION, NULL, 0, 0,
			       _ ("The account has no user name"));
		return NULL;
	}
	data->address = camel_eas_settings_dup_address (self->settings);
	data->device = eas_device_new (self->device_id);
	data->trusted_hosts = camel_eas_settings_dup_consent_hosts (self->settings);
	data->forced_version = camel_eas_settings_get_version (self->settings);

	return g_steal_pointer (&data);
}

/* What the transport needs on the I/O thread, without a way back to the account. */
typedef struct {
	EEasSecrets *secrets;
	ESource *source;
	GProxyResolver *proxy;
} TransportParts;

static void
transport_parts_free (gpointer data)
{
	TransportParts *parts = data;

	e_eas_secrets_unref (parts->secrets);
	g_object_unref (parts->source);
	g_clear_object (&parts->proxy);
	g_free (parts);
}

static EasTransport *
make_transport (gpointer user_data)
{
	TransportParts *parts = user_data;

	return e_eas_soup_transport_new (parts->secrets, parts->source, parts->proxy);
}

static EasClient *
make_client (EEasAccount *self, EasAccountData *take_data)
{
	TransportParts *parts = g_new0 (TransportParts, 1);

	parts->secrets = e_eas_secrets_ref (self->secrets);
	parts->source = g_object_ref (self->source);
	parts->proxy = self->proxy != NULL ? g_object_ref (self->proxy) : NULL;

	return eas_client_new (self->state, take_data, make_transport, parts, transport_parts_free);
}

static char *
make_fingerprint (const EasAccountData *data)
{
	return g_strdup_printf ("%s\n%s\n%s\n%d\n%s", data->configured_url, data->user,
				data->address != NULL ? data->address : "",
				(int) data->forced_version,
				data->trusted_hosts != NULL ? data->trusted_hosts : "");
}

EasClient *
e_eas_account_ref_client (EEasAccount *self, GError **error)
{
	g_autoptr (EasAccountData) data = NULL;
	g_autoptr (EasClient) outdated = NULL;
	g_autofree char *fingerprint = NULL;
	gboolean other_user = FALSE;
	EasClient *client;

	g_return_val_if_fail (E_IS_EAS_ACCOUNT (self), NULL);

	data = make_data (self, error);
	if (data == NULL)
		return NULL;

	fingerprint = make_fingerprint (data);
	g_mutex_lock (&self->lock);
	if (g_strcmp0 (self->fingerprint, fingerprint) != 0) {
		outdated = g_steal_pointer (&self->client);
		g_free (self->fingerprint);
		self->fingerprint = g_steal_pointer (&fingerprint);
		other_user = g_strcmp0 (self->client_user, data->user) != 0;
		g_free (self->client_user);
		self->client_user = g_strdup (data->user);
		self->client = make_client (self, g_steal_pointer (&data));
	}
	client = g_object_ref (self->client);
	g_mutex_unlock (&self->lock);

	if (outdated != NULL) {
		/* The password is looked up again for the new one. */
		if (other_user)
			e_eas_secrets_set (self->secrets, NULL, NULL);
		eas_client_shutdown (outdated);
	}

	return client;
}

static void
network_changed_cb (GNetworkMonitor *monitor, gboolean available, gpointer user_data)
{
	g_autoptr (EEasAccount) self = g_weak_ref_get (user_data);

	if (self != NULL && available)
		e_eas_push_wake (self->push);
}

/* The monitor tells on the main thread, and any thread may be the last to let go of the account. */
static void
free_weak_ref (gpointer weak, GClosure *closure)
{
	e_weak_ref_free (weak);
}

static EEasAccount *
account_new (ESource *collection, ESourceCredentialsProvider *provider, GProxyResolver *proxy)
{
	EEasAccount *self = g_object_new (E_TYPE_EAS_ACCOUNT, NULL);
	const char *extension_name = e_source_camel_get_extension_name (E_EAS_BACKEND_NAME);
	const char *uid = e_source_get_uid (collection);
	ESourceCamel *camel = e_source_get_extension (collection, extension_name);

	self->source = g_object_ref (collection);
	self->provider = g_object_ref (provider);
	self->proxy = proxy != NULL ? g_object_ref (proxy) : NULL;
	self->settings = g_object_ref (CAMEL_EAS_SETTINGS (e_source_camel_get_settings (camel)));
	self->directory = eas_account_state_default_directory (uid);
	self->device_id = make_device_id (self->settings, uid);
	self->state = eas_account_state_new (self->directory);
	self->push = e_eas_push_new (self->directory);
	self->monitor = g_object_ref (g_network_monitor_get_default ());
	self->network_handler = g_signal_connect_data (self->monitor, "network-changed",
						       G_CALLBACK (network_changed_cb),
						       e_weak_ref_new (self), free_weak_ref, 0);

	return self;
}

EEasAccount *
e_eas_account_ref (ESource *collection, ESourceCredentialsProvider *provider, GProxyResolver *proxy)
{
	g_autoptr (EEasAccount) former = NULL;
	EEasAccount *self = NULL;
	GWeakRef *weak;

	g_return_val_if_fail (E_IS_SOURCE (collection), NULL);

	camel_eas_settings_register ();

	g_mutex_lock (&accounts_lock);
	if (accounts == NULL)
		accounts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
						  (GDestroyNotify) e_weak_ref_free);
	weak = g_hash_table_lookup (accounts, e_source_get_uid (collection));
	if (weak != NULL)
		self = g_weak_ref_get (weak);
	/* Removed and added again: who still holds the old one lets go of it by itself. */
	if (self != NULL && self->source != collection)
		former = g_steal_pointer (&self);
	if (self == NULL) {
		self = account_new (collection, provider, proxy);
		g_hash_table_replace (accounts, e_source_dup_uid (collection),
				      e_weak_ref_new (self));
	}
	g_mutex_unlock (&accounts_lock);

	return self;
}

ESource *
e_eas_account_ref_collection (ESourceRegistry *registry, ESource *child, GError **error)
{
	ESource *collection =
		e_source_registry_find_extension (registry, child, E_SOURCE_EXTENSION_COLLECTION);

	if (collection == NULL)
		eas_set_error (error, EAS_ERROR_FOLDER_NOT_FOUND, NULL, 0, 0,
			       _ ("“%s” belongs to no account"), e_source_get_display_name (child));

	return collection;
}

static void
account_dispose (GObject *object)
{
	EEasAccount *self = E_EAS_ACCOUNT (object);

	if (self->monitor != NULL)
		g_clear_signal_handler (&self->network_handler, self->monitor);
	g_clear_pointer (&self->push, e_eas_push_free);
	if (self->client != NULL)
		eas_client_shutdown (self->client);
	g_clear_object (&self->client);

	G_OBJECT_CLASS (e_eas_account_parent_class)->dispose (object);
}

static void
account_finalize (GObject *object)
{
	EEasAccount *self = E_EAS_ACCOUNT (object);

	g_clear_object (&self->source);
	g_clear_object (&self->provider);
	g_clear_object (&self->proxy);
	g_clear_object (&self->settings);
	g_clear_object (&self->state);
	g_clear_object (&self->monitor);
	e_eas_secrets_unref (self->secrets);
	g_free (self->directory);
	g_free (self->device_id);
	g_free (self->fingerprint);
	g_free (self->client_user);
	g_mutex_clear (&self->lock);
	g_cond_clear (&self->handed_over);

	G_OBJECT_CLASS (e_eas_account_parent_class)->finalize (object);
}

static void
e_eas_account_class_init (EEasAccountClass *klass)
{
	G_OBJECT_CLASS (klass)->dispose = account_dispose;
	G_OBJECT_CLASS (klass)->finalize = account_finalize;
}

static void
e_eas_account_init (EEasAccount *self)
{
	g_mutex_init (&self->lock);
	g_cond_init (&self->handed_over);
	self->secrets = e_eas_secrets_new ();
}

ESource *
e_eas_account_get_source (EEasAccount *self)
{
	g_return_val_if_fail (E_IS_EAS_ACCOUNT (self), NULL);

	return self->source;
}

const char *
e_eas_account_get_directory (EEasAccount *self)
{
	g_return_val_if_fail (E_IS_EAS_ACCOUNT (self), NULL);

	return self->directory;
}

EasAccountState *
e_eas_account_get_state (EEasAccount *self)
{
	g_return_val_if_fail (E_IS_EAS_ACCOUNT (self), NULL);

	return self->state;
}

CamelEasSettings *
e_eas_account_get_settings (EEasAccount *self)
{
	g_return_val_if_fail (E_IS_EAS_ACCOUNT (self), NULL);

	return self->settings;
}

const char *
e_eas_account_get_device_id (EEasAccount *self)
{
	g_return_val_if_fail (E_IS_EAS_ACCOUNT (self), NULL);

	return self->device_id;
}

/* TRUE when the account now holds a password it did not hold before. */
static gboolean
take_password (EEasAccount *self, const char *user, const char *password)
{
	g_autofree char *settings_user = user == NULL ? dup_user (self) : NULL;
	gboolean changed =
		e_eas_secrets_set (self->secrets, user != NULL ? user : settings_user, password);

	if (changed) {
		g_mutex_lock (&self->lock);
		self->refused_until = 0;
		self->taken_at = g_get_monotonic_time ();
		self->asked = FALSE;
		g_mutex_unlock (&self->lock);
	}

	return changed;
}

/* TRUE when it had been refused here. */
static gboolean
take_acceptance (EEasAccount *self)
{
	gboolean refused;

	g_mutex_lock (&self->lock);
	refused = self->refused_until != 0;
	/* Without a password beside it: looked up again, as it may have been corrected there. */
	self->refused_until = refused ? 1 : 0;
	self->taken_at = g_get_monotonic_time ();
	self->asked = FALSE;
	self->reported = FALSE;
	g_mutex_unlock (&self->lock);

	return refused;
}

/* The account's user name is used, not the one of the prompt: "DOMAIN\user" must stay as typed at
 * set-up. */
gboolean
e_eas_account_take_password (EEasAccount *self, const ENamedParameters *credentials)
{
	const char *password;
	gboolean accepted, changed = FALSE;

	g_return_val_if_fail (E_IS_EAS_ACCOUNT (self), FALSE);

	if (credentials == NULL)
		return FALSE;

	accepted = e_named_parameters_exists (credentials, E_EAS_CREDENTIAL_ACCEPTED) &&
		   take_acceptance (self);
	password = e_named_parameters_get (credentials, E_SOURCE_CREDENTIAL_PASSWORD);
	if (password != NULL && *password != '\0')
		changed = take_password (self, NULL, password);

	return changed || accepted;
}

gboolean
e_eas_account_holds_password (EEasAccount *self, const ENamedParameters *credentials)
{
	g_autofree char *user = NULL;
	const char *password;

	g_return_val_if_fail (E_IS_EAS_ACCOUNT (self), FALSE);

	password = credentials != NULL
			   ? e_named_parameters_get (credentials, E_SOURCE_CREDENTIAL_PASSWORD)
			   : NULL;
	user = dup_user (self);

	return password != NULL && e_eas_secrets_match (self->secrets, user, password);
}

gboolean
e_eas_account_has_password (EEasAccount *self)
{
	g_return_val_if_fail (E_IS_EAS_ACCOUNT (self), FALSE);

	return e_eas_secrets_are_set (self->secrets);
}

/* A password that nobody refused: there is nothing to look up. */
gboolean
e_eas_account_is_trusted (EEasAccount *self)
{
	gboolean refused;

	g_return_val_if_fail (E_IS_EAS_ACCOUNT (self), FALSE);

	g_mutex_lock (&self->lock);
	refused = self->refused_until != 0;
	g_mutex_unlock (&self->lock);

	return !refused && e_eas_secrets_are_set (self->secrets);
}

/* TRUE: there is a password, and it may be tried now. */
static gboolean
is_usable (EEasAccount *self)
{
	gboolean usable;

	g_mutex_lock (&self->lock);
	usable = self->refused_until <= g_get_monotonic_time ();
	if (usable)
		self->refused_until = 0;
	g_mutex_unlock (&self->lock);

	return usable && e_eas_secrets_are_set (self->secrets);
}

/* TRUE: the caller is the one to ask. */
static gboolean
begin_hand_over (EEasAccount *self)
{
	gboolean begins;

	g_mutex_lock (&self->lock);
	/* What was refused has to be looked for elsewhere. */
	begins = self->hand_over == HAND_OVER_NONE && self->refused_until == 0;
	if (self->hand_over == HAND_OVER_NONE)
		self->hand_over = begins ? HAND_OVER_ASKED : HAND_OVER_ENDED;
	g_mutex_unlock (&self->lock);

	return begins;
}

static void
end_hand_over (EEasAccount *self)
{
	g_mutex_lock (&self->lock);
	self->hand_over = HAND_OVER_ENDED;
	g_cond_broadcast (&self->handed_over);
	g_mutex_unlock (&self->lock);
}

static void
authenticate_cb (ESource *child, const ENamedParameters *credentials, gpointer user_data)
{
	EEasAccount *self = user_data;

	e_eas_account_take_password (self, credentials);
	end_hand_over (self);
}

/* With nothing: the credentials that the source was given last come back, if only nothing. */
static void
ask_registry (EEasAccount *self, ESource *child, GCancellable *cancellable)
{
	g_autoptr (ENamedParameters) nothing = e_named_parameters_new ();

	if (!e_source_invoke_authenticate_sync (child, nothing, cancellable, NULL))
		end_hand_over (self);
}

static void
unref_account (gpointer account, GClosure *closure)
{
	g_object_unref (account);
}

void
e_eas_account_await_password (EEasAccount *self, ESource *child, GCancellable *cancellable)
{
	gulong handler = 0;
	gint64 until = g_get_monotonic_time () + HAND_OVER_US;

	g_return_if_fail (E_IS_EAS_ACCOUNT (self));

	if (e_eas_secrets_are_set (self->secrets))
		return;

	if (begin_hand_over (self)) {
		handler =
			g_signal_connect_data (child, "authenticate", G_CALLBACK (authenticate_cb),
					       g_object_ref (self), unref_account, 0);
		ask_registry (self, child, cancellable);
	}

	g_mutex_lock (&self->lock);
	while (self->hand_over == HAND_OVER_ASKED && g_get_monotonic_time () < until &&
	       !g_cancellable_is_cancelled (cancellable))
		g_cond_wait_until (&self->handed_over, &self->lock,
				   g_get_monotonic_time () + LOOK_US);
	self->hand_over = HAND_OVER_ENDED;
	g_mutex_unlock (&self->lock);
	if (handler != 0)
		g_signal_handler_disconnect (child, handler);
}

void
e_eas_account_add_password (EEasAccount *self, ENamedParameters *credentials)
{
	g_autofree char *user = NULL;
	char *password = NULL;

	g_return_if_fail (E_IS_EAS_ACCOUNT (self));

	user = dup_user (self);
	if (user != NULL && e_eas_account_is_trusted (self))
		password = e_eas_secrets_dup_password (self->secrets, user);
	if (password == NULL)
		return;
	e_named_parameters_set (credentials, E_SOURCE_CREDENTIAL_PASSWORD, password);
	e_util_safe_free_string (password);
}

gboolean
e_eas_account_ensure_password (EEasAccount *self, GCancellable *cancellable, GError **error)
{
	g_autoptr (ENamedParameters) credentials = NULL;

	g_return_val_if_fail (E_IS_EAS_ACCOUNT (self), FALSE);

	if (e_eas_account_is_trusted (self))
		return TRUE;

	/* The provider's own errors only say that nothing was found. */
	if (e_source_credentials_provider_lookup_sync (self->provider, self->source, cancellable,
						       &credentials, NULL))
		e_eas_account_take_password (self, credentials);

	if (is_usable (self))
		return TRUE;
	if (g_cancellable_set_error_if_cancelled (cancellable, error))
		return FALSE;

	eas_set_error (error, EAS_ERROR_AUTHENTICATION, NULL, 0, 0,
		       _ ("The password is missing or wrong"));

	return FALSE;
}

void
e_eas_account_refuse_password (EEasAccount *self, gint64 began)
{
	g_return_if_fail (E_IS_EAS_ACCOUNT (self));

	g_mutex_lock (&self->lock);
	if (self->taken_at <= began) {
		self->refused_at = g_get_monotonic_time ();
		self->refused_until = self->refused_at + REFUSED_US;
	}
	g_mutex_unlock (&self->lock);
}

void
e_eas_account_retry_password (EEasAccount *self)
{
	g_return_if_fail (E_IS_EAS_ACCOUNT (self));

	g_mutex_lock (&self->lock);
	/* Only one that was refused: it is looked up again, as somebody may have corrected it. */
	self->refused_until = MIN (self->refused_until, 1);
	g_mutex_unlock (&self->lock);
}

void
e_eas_account_doubt_password (EEasAccount *self)
{
	g_return_if_fail (E_IS_EAS_ACCOUNT (self));

	g_mutex_lock (&self->lock);
	if (self->refused_until == 0)
		self->refused_until = 1;
	g_mutex_unlock (&self->lock);
}

void
e_eas_account_retype_password (EEasAccount *self)
{
	g_return_if_fail (E_IS_EAS_ACCOUNT (self));

	g_mutex_lock (&self->lock);
	if (self->refused_until != 0 && self->refused_at + RETYPE_US <= g_get_monotonic_time ())
		self->refused_until = 1;
	g_mutex_unlock (&self->lock);
}

/* The desktop has a question about this account open, or one to open when a program comes that can
 * ask. */
static gboolean
is_being_asked (EEasAccount *self, GCancellable *cancellable)
{
	ESourceCredentialsReason reason = E_SOURCE_CREDENTIALS_REASON_UNKNOWN;
	g_autofree char *certificate = NULL;
	GTlsCertificateFlags certificate_errors = 0;
	g_autoptr (GError) asked_because = NULL;

	return e_source_get_last_credentials_required_arguments_sync (
		       self->source, &reason, &certificate, &certificate_errors, &asked_because,
		       cancellable, NULL) &&
	       (reason == E_SOURCE_CREDENTIALS_REASON_REQUIRED ||
		reason == E_SOURCE_CREDENTIALS_REASON_REJECTED);
}

static void
tell_registry (EEasAccount *self, const char *what, GCancellable *cancellable)
{
	g_autoptr (ENamedParameters) words = e_named_parameters_new ();

	e_named_parameters_set (words, what, "1");
	e_source_invoke_authenticate_sync (self->source, words, cancellable, NULL);
}

void
e_eas_account_confirm_password (EEasAccount *self, GCancellable *cancellable)
{
	gboolean reported;

	g_return_if_fail (E_IS_EAS_ACCOUNT (self));

	g_mutex_lock (&self->lock);
	reported = self->reported;
	self->reported = FALSE;
	self->asked = FALSE;
	g_mutex_unlock (&self->lock);

	if (reported)
		tell_registry (self, E_EAS_CREDENTIAL_PROVED, cancellable);
}

void
e_eas_account_ask_password (EEasAccount *self, GCancellable *cancellable)
{
	gboolean asked;

	g_return_if_fail (E_IS_EAS_ACCOUNT (self));

	g_mutex_lock (&self->lock);
	asked = self->asked;
	self->asked = TRUE;
	self->reported = TRUE;
	g_mutex_unlock (&self->lock);
	if (asked || is_being_asked (self, cancellable))
		return;

	/* The registry may have one that is in no keyring. It finds out whether the server takes
	 * it, and says so once for all of us. */
	tell_registry (self, E_EAS_CREDENTIAL_DOUBTED, cancellable);
}

gboolean
e_eas_account_get_refused_certificate (EEasAccount *self,
				       char **out_pem,
				       GTlsCertificateFlags *out_errors)
{
	g_return_val_if_fail (E_IS_EAS_ACCOUNT (self), FALSE);

	return e_eas_secrets_get_refused_certificate (self->secrets, out_pem, out_errors);
}

EEasWatch *
e_eas_account_watch (EEasAccount *self,
		     const char *folder_id,
		     EasClass klass,
		     EEasWatchFunc changed,
		     gpointer user_data,
		     GDestroyNotify free_user_data)
{
	g_return_val_if_fail (E_IS_EAS_ACCOUNT (self), NULL);

	return e_eas_push_watch (self->push, folder_id, klass, changed, user_data, free_user_data);
}

gboolean
e_eas_account_is_pushing (EEasAccount *self)
{
	g_return_val_if_fail (E_IS_EAS_ACCOUNT (self), FALSE);

	return e_eas_push_is_running (self->push);
}
