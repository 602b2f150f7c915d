/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The test server as a program. See README.md beside this file. */

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "eas-mock-sample.h"
#include "eas-mock-server.h"

enum { EXIT_USAGE = 2 };

static int option_port = 0;
static char **option_users = NULL;
static char *option_versions = NULL;
static gboolean option_sample = FALSE;
static gboolean option_policy = FALSE;
static gboolean option_no_client_ids = FALSE;
static gboolean option_no_ping = FALSE;
static gboolean option_like_sogo = FALSE;
static gboolean option_tls = FALSE;
static gboolean option_print_port = FALSE;
static char *option_certificate = NULL;
static char *option_key = NULL;
static char *option_schemas = NULL;
static int option_ready_fd = -1;

static const GOptionEntry entries[] = {
	{ "port", 'p', 0, G_OPTION_ARG_INT, &option_port,
	  "Port on 127.0.0.1; 0, the default, takes a free one", "PORT" },
	{ "user", 'u', 0, G_OPTION_ARG_STRING_ARRAY, &option_users,
	  "A user; may be given again (default user:secret)", "NAME:PASSWORD" },
	{ "versions", 0, 0, G_OPTION_ARG_STRING, &option_versions, "Protocol versions offered",
	  "12.1,14.1" },
	{ "sample", 's', 0, G_OPTION_ARG_NONE, &option_sample,
	  "Fill the mailboxes with mail, events, contacts, tasks, notes", NULL },
	{ "policy", 0, 0, G_OPTION_ARG_NONE, &option_policy, "Devices must be provisioned", NULL },
	{ "no-clientids", 0, 0, G_OPTION_ARG_NONE, &option_no_client_ids,
	  "Do not recognise what was sent before, as SOGo", NULL },
	{ "no-ping", 0, 0, G_OPTION_ARG_NONE, &option_no_ping,
	  "Do not offer Ping; a Sync may hang all the same", NULL },
	{ "like-sogo", 0, 0, G_OPTION_ARG_NONE, &option_like_sogo,
	  "Do not see conflicts, nor move keys for what is sent", NULL },
	{ "tls", 0, 0, G_OPTION_ARG_NONE, &option_tls, "HTTPS, with a certificate made now", NULL },
	{ "certificate", 0, 0, G_OPTION_ARG_FILENAME, &option_certificate,
	  "HTTPS with this certificate", "FILE" },
	{ "key", 0, 0, G_OPTION_ARG_FILENAME, &option_key, "and its private key", "FILE" },
	{ "schemas", 0, 0, G_OPTION_ARG_FILENAME, &option_schemas,
	  "Check each answer against the schemas there and abort on a bad one", "FOLDER" },
	{ "print-port", 0, 0, G_OPTION_ARG_NONE, &option_print_port,
	  "Print the port alone, not the URL", NULL },
	{ "ready-fd", 0, 0, G_OPTION_ARG_INT, &option_ready_fd,
	  "Print there instead of on standard output, then close it", "FD" },
	{ NULL }
};

/* --- Certificates -------------------------------------------------------- */

static gboolean
run_openssl (const char *certificate, const char *key, GError **error)
{
	const char *command[] = {
		"openssl",       "req",      "-x509",
		"-newkey",       "rsa:2048", "-nodes",
		"-days",         "2",        "-subj",
		"/CN=localhost", "-addext",  "subjectAltName=DNS:localhost,IP:127.0.0.1",
		"-keyout",       key,        "-out",
		certificate,     NULL,
	};
	int wait_status = 0;

	return g_spawn_sync (NULL, (char **) command, NULL,
			     G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
				     G_SPAWN_STDERR_TO_DEV_NULL,
			     NULL, NULL, NULL, NULL, &wait_status, error) &&
	       g_spawn_check_wait_status (wait_status, error);
}

static GTlsCertificate *
make_certificate (GError **error)
{
	g_autofree char *folder = g_dir_make_tmp ("eas-test-server-XXXXXX", error);
	g_autofree char *certificate = NULL;
	g_autofree char *key = NULL;
	GTlsCertificate *made = NULL;

	if (folder == NULL)
		return NULL;
	certificate = g_build_filename (folder, "certificate.pem", NULL);
	key = g_build_filename (folder, "key.pem", NULL);
	if (run_openssl (certificate, key, error))
		made = g_tls_certificate_new_from_files (certificate, key, error);
	unlink (certificate);
	unlink (key);
	rmdir (folder);

	return made;
}

/* NULL without @error: plain HTTP. */
static GTlsCertificate *
get_certificate (GError **error)
{
	if (option_certificate != NULL)
		return g_tls_certificate_new_from_files (
			option_certificate, option_key != NULL ? option_key : option_certificate,
			error);

	return option_tls ? make_certificate (error) : NULL;
}

/* --- Setting up ---------------------------------------------------------- */

static gboolean
add_users (EasMockServer *server)
{
	static const char *const default_users[] = { "user:secret", NULL };
	const char *const *users =
		option_users != NULL ? (const char *const *) option_users : default_users;

	for (guint i = 0; users[i] != NULL; i++) {
		g_auto (GStrv) parts = g_strsplit (users[i], ":", 2);
		EasMockMailbox *mailbox;

		if (g_strv_length (parts) != 2 || *parts[0] == '\0') {
			g_printerr ("eas-test-server: --user wants NAME:PASSWORD, not \"%s\"\n",
				    users[i]);
			return FALSE;
		}
		mailbox = eas_mock_server_add_user (server, parts[0], parts[1]);
		if (option_sample)
			eas_mock_sample_fill (mailbox);
	}

	return TRUE;
}

static void
take_back (EasMockServer *server, const char *command)
{
	g_auto (GStrv) offered = g_strsplit (server->settings.commands, ",", -1);
	g_autoptr (GPtrArray) left = g_ptr_array_new ();

	for (guint i = 0; offered[i] != NULL; i++)
		if (!g_str_equal (offered[i], command))
			g_ptr_array_add (left, offered[i]);
	g_ptr_array_add (left, NULL);
	g_free (server->settings.commands);
	server->settings.commands = g_strjoinv (",", (char **) left->pdata);
}

static gboolean
configure (EasMockServer *server, GError **error)
{
	const char *schemas =
		option_schemas != NULL ? option_schemas : g_getenv ("EAS_TEST_SCHEMAS");
	g_autoptr (GTlsCertificate) certificate = NULL;
	GError *certificate_error = NULL;

	if (option_versions != NULL)
		eas_mock_server_set_versions (server, option_versions);
	server->settings.policy = option_policy;
	server->settings.detect_duplicates = !option_no_client_ids;
	if (option_no_ping)
		take_back (server, "Ping");
	server->settings.detect_conflicts = !option_like_sogo;
	server->settings.strict_uploads = !option_like_sogo;
	server->settings.moving_keys = !option_like_sogo;
	server->abort_on_invalid = TRUE;
	if (schemas != NULL && *schemas != '\0' &&
	    !eas_mock_server_use_schemas (server, schemas, error))
		return FALSE;
	certificate = get_certificate (&certificate_error);
	if (certificate_error != NULL) {
		g_propagate_error (error, certificate_error);
		return FALSE;
	}

	return eas_mock_server_listen (server, option_port, certificate, error);
}

static void
announce (EasMockServer *server)
{
	g_autofree char *url = eas_mock_server_dup_url (server);
	g_autofree char *line = NULL;
	int fd = option_ready_fd >= 0 ? option_ready_fd : STDOUT_FILENO;

	line = option_print_port ? g_strconcat (strrchr (url, ':') + 1, "\n", NULL)
				 : g_strdup_printf ("listening %s%s\n", url, EAS_MOCK_PATH);
	if (write (fd, line, strlen (line)) < 0)
		g_printerr ("eas-test-server: %s\n", g_strerror (errno));
	if (option_ready_fd >= 0)
		close (fd);
}

static gboolean
quit (gpointer loop)
{
	g_main_loop_quit (loop);

	return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv)
{
	g_autoptr (GOptionContext) context =
		g_option_context_new ("- an ActiveSync server for tests");
	g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
	g_autoptr (EasMockServer) server = eas_mock_server_new ();
	g_autoptr (GError) error = NULL;

	g_option_context_add_main_entries (context, entries, NULL);
	if (!g_option_context_parse (context, &argc, &argv, &error) || !add_users (server)) {
		if (error != NULL)
			g_printerr ("eas-test-server: %s\n", error->message);
		return EXIT_USAGE;
	}
	if (!configure (server, &error)) {
		g_printerr ("eas-test-server: %s\n", error->message);
		return EXIT_FAILURE;
	}
	signal (SIGPIPE, SIG_IGN);
	g_unix_signal_add (SIGTERM, quit, loop);
	g_unix_signal_add (SIGINT, quit, loop);
	announce (server);
	g_main_loop_run (loop);

	return EXIT_SUCCESS;
}
