/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From the options to a client of the engine. */

#include "tool.h"

#include "eas-soup-transport.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define MAX_PASSWORD 1024

static void
free_secret (char *secret)
{
	if (secret == NULL)
		return;

	explicit_bzero (secret, strlen (secret));
	g_free (secret);
}

void
tool_server_clear (ToolServer *server)
{
	g_clear_pointer (&server->url, g_free);
	g_clear_pointer (&server->user, g_free);
	g_clear_pointer (&server->password, free_secret);
	g_clear_pointer (&server->address, g_free);
	g_clear_object (&server->account);
}

/* ---- password ---------------------------------------------------------- */

gssize
tool_read_input (Tool *tool, int fd, gpointer buffer, gsize size, GError **error)
{
	GPollFD fds[2] = { { .fd = fd, .events = G_IO_IN | G_IO_HUP | G_IO_ERR } };
	gboolean cancels = g_cancellable_make_pollfd (tool->cancellable, &fds[1]);
	gssize n_read;

	while (g_poll (fds, cancels ? 2 : 1, /* timeout */ -1) < 0 && errno == EINTR)
		;
	if (cancels)
		g_cancellable_release_fd (tool->cancellable);
	if (g_cancellable_set_error_if_cancelled (tool->cancellable, error))
		return -1;

	n_read = read (fd, buffer, size);
	if (n_read < 0)
		g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno),
				     g_strerror (errno));

	return n_read;
}

/* Until the end of the line, or of the input; @line is full: there was none. */
static gboolean
fill_line (Tool *tool, char *line, gsize size, GError **error)
{
	gsize length = 0;
	gssize n_read = 1;

	while (n_read > 0 && length < size - 1 && strpbrk (line, "\r\n") == NULL) {
		n_read = tool_read_input (tool, STDIN_FILENO, line + length, size - 1 - length,
					  error);
		if (n_read > 0)
			length += (gsize) n_read;
		line[length] = '\0';
	}

	return n_read >= 0;
}

static char *
read_line (Tool *tool, GError **error)
{
	char line[MAX_PASSWORD] = "";
	char *password = NULL;

	if (!fill_line (tool, line, sizeof line, error))
		return NULL;

	if (strchr ("\r\n", line[0]) != NULL)
		g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
				     _ ("No password came on standard input"));
	else if (strlen (line) == sizeof line - 1 && strpbrk (line, "\r\n") == NULL)
		g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
				     _ ("The password is too long"));
	else
		password = g_strndup (line, strcspn (line, "\r\n"));
	explicit_bzero (line, sizeof line);

	return password;
}

char *
tool_ask_password (Tool *tool, const char *user, GError **error)
{
	struct termios before, silent;
	char *password;

	if (tool->password_stdin)
		return read_line (tool, error);

	if (!isatty (STDIN_FILENO) || tcgetattr (STDIN_FILENO, &before) != 0) {
		g_set_error_literal (
			error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
			_ ("There is no terminal to ask for the password; use --password-stdin"));
		return NULL;
	}

	fprintf (stderr, _ ("Password of %s: "), user);
	fflush (stderr);
	silent = before;
	silent.c_lflag &= ~(tcflag_t) ECHO;
	tcsetattr (STDIN_FILENO, TCSAFLUSH, &silent);
	password = read_line (tool, error);
	tcsetattr (STDIN_FILENO, TCSAFLUSH, &before);
	fputc ('\n', stderr);

	return password;
}

/* ---- which server ------------------------------------------------------ */

/*
 * "https://alice@host/path" names the user as well. A password has no place there: a
 * command line can be read by everybody, and an error would repeat it.
 */
char *
tool_read_url (const char *typed, char **out_user, GError **error)
{
	const char *scheme_end = strstr (typed, "://");
	const char *start = scheme_end != NULL ? scheme_end + strlen ("://") : typed;
	const char *at = g_strrstr_len (start, (gssize) strcspn (start, "/?#"), "@");
	g_autofree char *user = NULL;
	g_autofree char *bare = NULL;
	char *url;

	if (at == NULL || g_str_has_prefix (typed, "mailto:"))
		return eas_http_normalize_url (typed, error);

	if (memchr (start, ':', (gsize) (at - start)) != NULL) {
		g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
				     _ ("A password does not belong into the server’s address; use "
					"--password-stdin"));
		return NULL;
	}
	user = g_uri_unescape_segment (start, at, NULL);
	bare = g_strdup_printf ("%.*s%s", (int) (start - typed), typed, at + 1);
	url = eas_http_normalize_url (bare, error);
	if (url != NULL && user != NULL && *user != '\0')
		*out_user = g_steal_pointer (&user);

	return url;
}

gboolean
tool_find_server (Tool *tool, ToolServer *out, GError **error)
{
	g_autofree char *user = NULL;
	g_autofree char *url = NULL;
	g_autofree char *password = NULL;

	if (tool->server == NULL)
		return tool_account_find_server (tool, out, error);

	url = tool_read_url (tool->server, &user, error);
	if (url == NULL)
		return FALSE;
	if (tool->user != NULL) {
		g_free (user);
		user = g_strdup (tool->user);
	}
	if (user == NULL) {
		g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
				     _ ("Say who you are on that server with --user"));
		return FALSE;
	}
	password = tool_ask_password (tool, user, error);
	if (password == NULL)
		return FALSE;

	*out = (ToolServer){
		.url = g_steal_pointer (&url),
		.user = g_steal_pointer (&user),
		.password = g_steal_pointer (&password),
	};

	return TRUE;
}

/* ---- client ------------------------------------------------------------ */

/* The same on this machine each time, so that the server sees one device, and never the desktop's.
 */
static char *
make_device_id (const ToolServer *server)
{
	g_autofree char *machine = NULL;
	g_autofree char *account = g_strdup_printf ("tool:%s@%s", server->user, server->url);

	if (!g_file_get_contents ("/etc/machine-id", &machine, NULL, NULL))
		machine = g_strdup (g_get_host_name ());

	return eas_device_make_id (g_strstrip (machine), account);
}

static gboolean
read_protocol (Tool *tool, EasVersion *out_version, GError **error)
{
	*out_version = EAS_VERSION_NONE;
	if (tool->protocol == NULL)
		return TRUE;

	*out_version = eas_version_from_string (tool->protocol);
	if (*out_version == EAS_VERSION_NONE) {
		g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
			     _ ("There is no version “%s”: 12.0, 12.1, 14.0, 14.1, 16.0 and 16.1 "
				"are spoken"),
			     tool->protocol);
		return FALSE;
	}

	return TRUE;
}

/* The transport is made on another thread, too late for a clear word about the file. */
static gboolean
check_ca_file (Tool *tool, GError **error)
{
	g_autofree char *typed = tool->ca_file;
	g_autoptr (GTlsDatabase) database = NULL;

	if (typed == NULL)
		return TRUE;
	tool->ca_file = g_canonicalize_filename (typed, NULL);
	database = g_tls_file_database_new (tool->ca_file, NULL);
	if (database == NULL)
		g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
			     _ ("“%s” is no PEM file with certificates; give another to --ca-file"),
			     tool->ca_file);

	return database != NULL;
}

EasClient *
tool_connect_to (Tool *tool, const ToolServer *server, GError **error)
{
	g_autoptr (EasAccountData) data = eas_account_data_new ();
	g_autoptr (EasAccountState) state = NULL;
	g_autofree char *device_id = make_device_id (server);

	if (!read_protocol (tool, &data->forced_version, error))
		return NULL;
	if (!check_ca_file (tool, error))
		return NULL;

	data->user = g_strdup (server->user);
	data->address = g_strdup (server->address != NULL ? server->address : server->user);
	data->configured_url = g_strdup (server->url);
	data->url = g_strdup (server->url);
	data->device = eas_device_new (device_id);

	/* In memory only: a diagnosis starts from nothing and leaves nothing. */
	state = eas_account_state_new (NULL);

	if (server->account != NULL && tool->ca_file == NULL)
		return eas_client_new (state, g_steal_pointer (&data), tool_account_transport_make,
				       tool_account_transport_new_data (server),
				       tool_account_transport_free_data);

	return eas_client_new (state, g_steal_pointer (&data), eas_soup_transport_make,
			       eas_soup_config_new (server->user, server->password, tool->ca_file),
			       (GDestroyNotify) eas_soup_config_free);
}

EasClient *
tool_connect (Tool *tool, GError **error)
{
	g_auto (ToolServer) server = { NULL };

	if (!tool_find_server (tool, &server, error))
		return NULL;

	return tool_connect_to (tool, &server, error);
}
