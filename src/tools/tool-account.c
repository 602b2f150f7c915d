/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Accounts of this desktop: added, listed and removed in Evolution Data Server,
 * as the collection sources every program there understands.
 */

#include "tool-account.h"

#include "camel-eas-settings.h"
#include "e-eas-identity.h"
#include "e-eas-soup-transport.h"
#include "e-source-eas-folder.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#define FORGET_LOOKS    60
#define FORGET_PAUSE_US (50 * G_TIME_SPAN_MILLISECOND)

/* ---- reading ----------------------------------------------------------- */

ESourceRegistry *
tool_account_open_registry (Tool *tool, GError **error)
{
	g_autoptr (GError) local_error = NULL;
	ESourceRegistry *registry;

	camel_eas_settings_register ();
	g_type_ensure (E_TYPE_SOURCE_EAS_FOLDER);
	registry = e_source_registry_new_sync (tool->cancellable, &local_error);
	if (registry == NULL) {
		eas_set_error (error, EAS_ERROR_UNAVAILABLE, NULL, 0, 0,
			       _ ("Evolution Data Server does not answer (is this a desktop "
				  "session?): %s"),
			       local_error->message);
	}

	return registry;
}

GList *
tool_account_list (ESourceRegistry *registry)
{
	GList *sources = e_source_registry_list_sources (registry, E_SOURCE_EXTENSION_COLLECTION);
	GList *accounts = NULL;

	for (GList *link = sources; link != NULL; link = link->next) {
		ESource *source = link->data;
		ESourceBackend *extension =
			e_source_get_extension (source, E_SOURCE_EXTENSION_COLLECTION);

		if (g_strcmp0 (e_source_backend_get_backend_name (extension), E_EAS_BACKEND_NAME) ==
		    0)
			accounts = g_list_prepend (accounts, g_object_ref (source));
	}
	g_list_free_full (sources, g_object_unref);

	return g_list_reverse (accounts);
}

static CamelEasSettings *
get_settings (ESource *collection)
{
	ESourceCamel *extension = e_source_get_extension (
		collection, e_source_camel_get_extension_name (E_EAS_BACKEND_NAME));

	return CAMEL_EAS_SETTINGS (e_source_camel_get_settings (extension));
}

char *
tool_account_dup_address (ESource *collection)
{
	char *address = camel_eas_settings_dup_address (get_settings (collection));

	return address != NULL ? address : e_source_dup_display_name (collection);
}

char *
tool_account_dup_user (ESource *collection)
{
	g_autofree char *user = NULL;

	user = e_source_authentication_dup_user (
		e_source_get_extension (collection, E_SOURCE_EXTENSION_AUTHENTICATION));
	if (user != NULL && *user != '\0')
		return g_steal_pointer (&user);

	return tool_account_dup_address (collection);
}

char *
tool_account_dup_url (ESource *collection)
{
	return camel_eas_settings_dup_url (get_settings (collection));
}

static ESource *
look_for (GList *accounts, const char *address, GError **error)
{
	if (accounts == NULL) {
		g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
				     _ ("This desktop has no ActiveSync account; add one with "
					"“evolution-eas account add”, or name a "
					"server with --server"));
		return NULL;
	}
	if (address == NULL && accounts->next == NULL)
		return g_object_ref (accounts->data);
	if (address == NULL) {
		g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
				     _ ("There are several accounts; say which with --account"));
		return NULL;
	}
	for (GList *link = accounts; link != NULL; link = link->next) {
		g_autofree char *have = tool_account_dup_address (link->data);

		if (g_ascii_strcasecmp (have, address) == 0 ||
		    g_strcmp0 (e_source_get_uid (link->data), address) == 0)
			return g_object_ref (link->data);
	}
	g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
		     _ ("This desktop has no account “%s”"), address);

	return NULL;
}

ESource *
tool_account_find (ESourceRegistry *registry, const char *address, GError **error)
{
	GList *accounts = tool_account_list (registry);
	ESource *found = look_for (accounts, address, error);

	g_list_free_full (accounts, g_object_unref);

	return found;
}

/* The password: from the keyring, else as for a server named on the command line. */
static char *
find_password (Tool *tool, ESource *collection, const char *user, GError **error)
{
	char *password = NULL;

	if (!tool->password_stdin)
		e_source_lookup_password_sync (collection, tool->cancellable, &password, NULL);

	return password != NULL ? password : tool_ask_password (tool, user, error);
}

gboolean
tool_account_find_server (Tool *tool, ToolServer *out, GError **error)
{
	g_autoptr (ESourceRegistry) registry = tool_account_open_registry (tool, error);
	g_autoptr (ESource) collection = NULL;
	g_auto (ToolServer) server = { NULL };

	if (registry == NULL)
		return FALSE;
	collection = tool_account_find (registry, tool->account, error);
	if (collection == NULL)
		return FALSE;

	server.url = tool_account_dup_url (collection);
	server.address = tool_account_dup_address (collection);
	server.account = g_object_ref (G_OBJECT (collection));
	server.user =
		tool->user != NULL ? g_strdup (tool->user) : tool_account_dup_user (collection);
	if (server.url == NULL) {
		g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
			     _ ("The account “%s” names no server"), server.address);
		return FALSE;
	}
	server.password = find_password (tool, collection, server.user, error);
	if (server.password == NULL)
		return FALSE;

	*out = server;
	server = (ToolServer){ NULL };

	return TRUE;
}

/* ---- reaching it as the desktop does -------------------------------------- */

typedef struct {
	EEasSecrets *secrets;
	ESource *source;
} TransportData;

gpointer
tool_account_transport_new_data (const ToolServer *server)
{
	TransportData *data = g_new0 (TransportData, 1);

	data->secrets = e_eas_secrets_new ();
	e_eas_secrets_set (data->secrets, server->user, server->password);
	data->source = g_object_ref (E_SOURCE (server->account));

	return data;
}

void
tool_account_transport_free_data (gpointer user_data)
{
	TransportData *data = user_data;

	e_eas_secrets_unref (data->secrets);
	g_object_unref (data->source);
	g_free (data);
}

EasTransport *
tool_account_transport_make (gpointer user_data)
{
	TransportData *data = user_data;

	return e_eas_soup_transport_new (data->secrets, data->source, /* proxy */ NULL);
}

/* ---- add --------------------------------------------------------------- */

/* Nobody's address has these, and a name before it is not asked for. */
static gboolean
is_address (const char *text)
{
	const char *at = strrchr (text, '@');

	for (const char *c = text; *c != '\0'; c++) {
		if ((guchar) *c <= 0x20 || *c == 0x7f || strchr ("<>,;\"()", *c) != NULL)
			return FALSE;
	}

	return at != NULL && at != text && at[1] != '\0' && g_utf8_validate (text, -1, NULL);
}

/* Without --server: where the servers of the address's domain usually are. */
static gboolean
describe_server (Tool *tool, const char *address, ToolServer *out, GError **error)
{
	g_auto (ToolServer) server = { NULL };

	if (!is_address (address)) {
		g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
			     _ ("“%s” is not a mail address"), address);
		return FALSE;
	}
	server.url = tool->server != NULL ? tool_read_url (tool->server, &server.user, error)
					  : tool_find_url (tool, strrchr (address, '@') + 1, error);
	if (server.url == NULL)
		return FALSE;
	server.address = g_strdup (address);
	if (tool->user != NULL || server.user == NULL) {
		g_free (server.user);
		server.user = g_strdup (tool->user != NULL ? tool->user : address);
	}
	server.password = tool_ask_password (tool, server.user, error);
	if (server.password == NULL)
		return FALSE;

	*out = server;
	server = (ToolServer){ NULL };

	return TRUE;
}

static gboolean
try_server (Tool *tool, const ToolServer *server, GError **error)
{
	g_autoptr (EasClient) client = tool_connect_to (tool, server, error);
	g_autoptr (GPtrArray) folders = NULL;

	if (client == NULL)
		return FALSE;
	folders = tool_list_folders (tool, client, error);
	eas_client_shutdown (client);

	return folders != NULL;
}

/* The certificate of --ca-file becomes the person's decision for this host, as if a prompt had been
 * answered. */
static gboolean
trust_certificate (Tool *tool, ESource *source, const char *host, GError **error)
{
	g_autoptr (GTlsCertificate) certificate = NULL;

	if (tool->ca_file == NULL)
		return TRUE;
	certificate = g_tls_certificate_new_from_file (tool->ca_file, error);
	if (certificate == NULL)
		return FALSE;
	e_source_webdav_update_ssl_trust (
		e_source_get_extension (source, E_SOURCE_EXTENSION_WEBDAV_BACKEND), host,
		certificate, E_TRUST_PROMPT_RESPONSE_ACCEPT);

	return TRUE;
}

static void
fill_settings (Tool *tool, ESource *source, const ToolServer *server, const GUri *uri)
{
	CamelEasSettings *settings = get_settings (source);

	camel_eas_settings_set_address (settings, server->address);
	camel_eas_settings_set_url (settings, server->url);
	if (tool->protocol != NULL)
		camel_eas_settings_set_version (settings, eas_version_from_string (tool->protocol));
	camel_network_settings_set_user (CAMEL_NETWORK_SETTINGS (settings), server->user);
	camel_network_settings_set_host (CAMEL_NETWORK_SETTINGS (settings),
					 g_uri_get_host ((GUri *) uri));
}

static gboolean
is_secure (const GUri *uri)
{
	return g_strcmp0 (g_uri_get_scheme ((GUri *) uri), "https") == 0;
}

static guint16
get_port (const GUri *uri)
{
	int port = g_uri_get_port ((GUri *) uri);

	return port > 0 ? (guint16) port : is_secure (uri) ? 443 : 80;
}

/* The same when the account is added again, unless another one of this desktop has it: an alias of
 * the same mailbox. */
static char *
choose_uid (ESourceRegistry *registry, const GUri *uri, const char *user)
{
	g_autofree char *identity =
		e_eas_identity_new (g_uri_get_host ((GUri *) uri), get_port (uri), user);

	for (guint attempt = 1;; attempt++) {
		g_autofree char *uid = attempt > 1
					       ? g_strdup_printf ("eas-%s-%u", identity, attempt)
					       : g_strdup_printf ("eas-%s", identity);
		g_autoptr (ESource) taken = e_source_registry_ref_source (registry, uid);

		if (taken == NULL)
			return g_steal_pointer (&uid);
	}
}

static ESource *
make_source (Tool *tool, ESourceRegistry *registry, const ToolServer *server, GError **error)
{
	g_autoptr (GUri) uri = g_uri_parse (server->url, G_URI_FLAGS_NONE, error);
	g_autofree char *uid = uri != NULL ? choose_uid (registry, uri, server->user) : NULL;
	g_autoptr (ESource) source = uid != NULL ? e_source_new_with_uid (uid, NULL, error) : NULL;
	ESourceCollection *collection;
	ESourceAuthentication *authentication;

	if (source == NULL)
		return NULL;

	e_source_set_display_name (source, server->address);

	collection = e_source_get_extension (source, E_SOURCE_EXTENSION_COLLECTION);
	e_source_backend_set_backend_name (E_SOURCE_BACKEND (collection), E_EAS_BACKEND_NAME);
	e_source_collection_set_identity (collection, server->address);

	authentication = e_source_get_extension (source, E_SOURCE_EXTENSION_AUTHENTICATION);
	e_source_authentication_set_host (authentication, g_uri_get_host (uri));
	e_source_authentication_set_port (authentication, get_port (uri));
	e_source_authentication_set_user (authentication, server->user);
	e_source_authentication_set_method (authentication, "plain/password");
	e_source_security_set_secure (e_source_get_extension (source, E_SOURCE_EXTENSION_SECURITY),
				      is_secure (uri));

	fill_settings (tool, source, server, uri);
	if (!trust_certificate (tool, source, g_uri_get_host (uri), error))
		return NULL;

	return g_steal_pointer (&source);
}

static gboolean
refuse_duplicate (ESourceRegistry *registry, const char *address, GError **error)
{
	GList *accounts = tool_account_list (registry);
	g_autoptr (ESource) same = accounts != NULL ? look_for (accounts, address, NULL) : NULL;

	g_list_free_full (accounts, g_object_unref);
	if (same == NULL)
		return TRUE;

	g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, _ ("The account “%s” is there already"),
		     address);
	return FALSE;
}

static ESource *
add_account (Tool *tool, const char *address, GError **error)
{
	g_autoptr (ESourceRegistry) registry = tool_account_open_registry (tool, error);
	g_autoptr (GError) local_error = NULL;
	g_autoptr (ESource) source = NULL;
	g_auto (ToolServer) server = { NULL };
	g_autoptr (GList) sources = NULL;

	if (registry == NULL || !refuse_duplicate (registry, address, error) ||
	    !describe_server (tool, address, &server, error) || !try_server (tool, &server, error))
		return NULL;

	source = make_source (tool, registry, &server, error);
	if (source == NULL)
		return NULL;
	/* First the password: the account starts to work the moment it appears. */
	if (!e_source_store_password_sync (source, server.password, /* permanently */ TRUE,
					   tool->cancellable, error)) {
		g_prefix_error (error, "%s: ", _ ("The keyring does not take the password"));
		return NULL;
	}
	sources = g_list_append (NULL, source);
	if (!e_source_registry_create_sources_sync (registry, sources, tool->cancellable,
						    &local_error)) {
		e_source_delete_password_sync (source, NULL, NULL);
		eas_set_error (error, EAS_ERROR_STORE, NULL, 0, 0,
			       _ ("This desktop cannot save the account: %s"),
			       local_error->message);
		return NULL;
	}

	return g_steal_pointer (&source);
}

static ToolExit
run_add (Tool *tool, const char *address)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (ESource) source = NULL;

	if (address == NULL) {
		g_set_error_literal (&error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
				     _ ("Which address is the account’s?"));
		return tool_fail (tool, error);
	}
	source = add_account (tool, address, &error);
	if (source == NULL)
		return tool_fail (tool, error);

	if (tool->json) {
		g_autoptr (ToolJson) json = tool_json_new ();

		tool_json_object (json, NULL);
		tool_json_text (json, "address", address);
		tool_json_text (json, "uid", e_source_get_uid (source));
		tool_json_end (json);
		tool_json_print (json);
	} else {
		printf (_ ("The account %s is added.\n"), address);
	}

	return TOOL_OK;
}

/* Nothing to show is no failure, and says nothing to programs. */
void
tool_account_hint (Tool *tool)
{
	if (!tool->json)
		fprintf (stderr, "evolution-eas: %s\n",
			 _ ("This desktop has no ActiveSync account; add one with “evolution-eas "
			    "account add”."));
}

/* ---- list, remove ------------------------------------------------------ */

static ToolExit
run_list (Tool *tool, ESourceRegistry *registry)
{
	GList *accounts = tool_account_list (registry);
	g_autoptr (ToolJson) json = tool_json_new ();

	if (accounts == NULL)
		tool_account_hint (tool);
	tool_json_array (json, NULL);
	for (GList *link = accounts; link != NULL; link = link->next) {
		g_autofree char *address = tool_account_dup_address (link->data);
		g_autofree char *user = tool_account_dup_user (link->data);
		g_autofree char *url = tool_account_dup_url (link->data);

		if (!tool->json) {
			printf ("%-32s  %-24s  %s%s\n", address, user, url != NULL ? url : "-",
				e_source_get_enabled (link->data) ? "" : _ ("  (switched off)"));
			continue;
		}
		tool_json_object (json, NULL);
		tool_json_text (json, "address", address);
		tool_json_text (json, "user", user);
		tool_json_text (json, "url", url);
		tool_json_text (json, "uid", e_source_get_uid (link->data));
		tool_json_bool (json, "enabled", e_source_get_enabled (link->data));
		tool_json_end (json);
	}
	tool_json_end (json);
	if (tool->json)
		tool_json_print (json);
	g_list_free_full (accounts, g_object_unref);

	return TOOL_OK;
}

/*
 * The registry forgets it by itself when the account is gone. Two who delete the same secret
 * at once make libsecret end one task twice, here or there: we only see to it that it is done.
 */
static void
forget_password (Tool *tool, ESource *source)
{
	for (guint i = 0; i < FORGET_LOOKS; i++) {
		char *password = NULL;
		gboolean known =
			e_source_lookup_password_sync (source, tool->cancellable, &password, NULL);
		gboolean gone = !known || password == NULL;

		e_util_safe_free_string (password);
		if (gone)
			return;
		g_usleep (FORGET_PAUSE_US);
	}
	e_source_delete_password_sync (source, tool->cancellable, NULL);
}

static ToolExit
run_remove (Tool *tool, ESourceRegistry *registry, const char *address)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (ESource) source = NULL;
	g_autofree char *name = NULL;

	if (address == NULL) {
		g_set_error_literal (&error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
				     _ ("Which account is to be removed?"));
		return tool_fail (tool, error);
	}
	source = tool_account_find (registry, address, &error);
	if (source == NULL)
		return tool_fail (tool, error);
	name = tool_account_dup_address (source);
	if (!e_source_remove_sync (source, tool->cancellable, &error))
		return tool_fail (tool, error);
	forget_password (tool, source);
	if (!tool->json)
		printf (_ ("The account %s is removed.\n"), name);

	return TOOL_OK;
}

/* Law 8: where the mailbox has moved to another organisation's host, only the person can say that
 * it may see the password. */
static ToolExit
run_trust_host (Tool *tool, const char *host)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (ESourceRegistry) registry = NULL;
	g_autoptr (ESource) source = NULL;
	g_autofree char *name = NULL;

	if (host == NULL || *host == '\0' || strpbrk (host, "/:@, ") != NULL) {
		g_set_error_literal (&error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
				     _ ("Which host may see the password? Name it as in "
					"“mail.example.com”"));
		return tool_fail (tool, error);
	}
	registry = tool_account_open_registry (tool, &error);
	source = registry != NULL ? tool_account_find (registry, tool->account, &error) : NULL;
	if (source == NULL)
		return tool_fail (tool, error);
	name = tool_account_dup_address (source);
	if (camel_eas_settings_add_consent_host (get_settings (source), host) &&
	    (!e_source_write_sync (source, tool->cancellable, &error) ||
	     !e_source_registry_refresh_backend_sync (registry, e_source_get_uid (source),
						      tool->cancellable, &error)))
		return tool_fail (tool, error);
	if (!tool->json)
		printf (_ ("%s may see the password of %s now.\n"), host, name);

	return TOOL_OK;
}

ToolExit
tool_run_account (Tool *tool, char **arguments)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (ESourceRegistry) registry = NULL;
	const char *verb = arguments[0];
	const char *address = arguments[1] != NULL ? arguments[1] : tool->account;

	if (g_str_equal (verb, "add"))
		return run_add (tool, address);
	if (g_str_equal (verb, "trust-host"))
		return run_trust_host (tool, arguments[1]);

	if (!g_str_equal (verb, "list") && !g_str_equal (verb, "status") &&
	    !g_str_equal (verb, "remove")) {
		g_set_error (&error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			     _ ("There is no “account %s”"), verb);
		return tool_fail (tool, error);
	}
	if (g_str_equal (verb, "list") && arguments[1] != NULL) {
		g_set_error_literal (&error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
				     _ ("“account list” lists all; “account status” takes an "
					"address"));
		return tool_fail (tool, error);
	}
	registry = tool_account_open_registry (tool, &error);
	if (registry == NULL)
		return tool_fail (tool, error);

	if (g_str_equal (verb, "list"))
		return run_list (tool, registry);
	if (g_str_equal (verb, "status"))
		return tool_account_status (tool, registry, address);
	return run_remove (tool, registry, address);
}
