/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eas-test-server as a program: argv[1] is it. Says where it listens, speaks TLS, ends on SIGTERM.
 */

#include <gio/gio.h>
#include <libsoup/soup.h>
#include <signal.h>
#include <string.h>

static const char *program;

typedef struct {
	GSubprocess *process;
	GDataInputStream *output;
	char *url;
} Server;

static void
server_start (Server *server, const char *option, const char *value)
{
	const char *command[] = { program, "--sample", option, value, NULL };
	g_autoptr (GError) error = NULL;
	g_autofree char *line = NULL;

	server->process = g_subprocess_newv (command, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
	g_assert_no_error (error);
	server->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (server->process));
	line = g_data_input_stream_read_line (server->output, NULL, NULL, &error);
	g_assert_no_error (error);
	g_assert_nonnull (line);
	if (g_str_has_prefix (line, "listening "))
		server->url = g_strdup (line + strlen ("listening "));
	else
		server->url =
			g_strdup_printf ("http://127.0.0.1:%s/Microsoft-Server-ActiveSync", line);
}

static void
server_stop (Server *server)
{
	g_autoptr (GError) error = NULL;

	g_subprocess_send_signal (server->process, SIGTERM);
	g_assert_true (g_subprocess_wait_check (server->process, NULL, &error));
	g_assert_no_error (error);
	g_clear_object (&server->output);
	g_clear_object (&server->process);
	g_clear_pointer (&server->url, g_free);
}

static gboolean
accept_certificate (SoupMessage *message,
		    GTlsCertificate *certificate,
		    GTlsCertificateFlags flags,
		    gpointer data)
{
	/* Nobody has signed it, but it is for this host and valid today. */
	g_assert_cmpint (flags, ==, G_TLS_CERTIFICATE_UNKNOWN_CA);
	return TRUE;
}

static void
assert_offers (const char *url, const char *versions)
{
	g_autoptr (SoupSession) session = soup_session_new ();
	g_autoptr (SoupMessage) message = soup_message_new ("OPTIONS", url);
	g_autoptr (GBytes) body = NULL;
	g_autoptr (GError) error = NULL;
	SoupMessageHeaders *headers = soup_message_get_response_headers (message);

	g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_certificate), NULL);
	/* user:secret */
	soup_message_headers_append (soup_message_get_request_headers (message), "Authorization",
				     "Basic dXNlcjpzZWNyZXQ=");
	body = soup_session_send_and_read (session, message, NULL, &error);
	g_assert_no_error (error);
	g_assert_cmpuint (soup_message_get_status (message), ==, 200);
	g_assert_cmpstr (soup_message_headers_get_one (headers, "MS-ASProtocolVersions"), ==,
			 versions);
}

static void
test_plain (void)
{
	Server server = { 0 };

	server_start (&server, "--versions", "12.1,14.1");
	assert_offers (server.url, "12.1,14.1");
	server_stop (&server);
}

static void
test_tls (void)
{
	Server server = { 0 };

	server_start (&server, "--tls", NULL);
	g_assert_true (g_str_has_prefix (server.url, "https://127.0.0.1:"));
	assert_offers (server.url, "12.0,12.1,14.0,14.1,16.0,16.1");
	server_stop (&server);
}

static void
test_port (void)
{
	Server server = { 0 };

	server_start (&server, "--print-port", NULL);
	assert_offers (server.url, "12.0,12.1,14.0,14.1,16.0,16.1");
	server_stop (&server);
}

static void
test_mistakes (void)
{
	static const struct {
		const char *option, *value;
		int status;
	} rows[] = {
		{ "--nonsense", NULL, 2 },
		{ "--user", "nobody", 2 },
		{ "--schemas", "/nowhere", 1 },
		{ "--certificate", "/nowhere", 1 },
	};

	for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
		const char *command[] = { program, rows[i].option, rows[i].value, NULL };
		g_autoptr (GSubprocess) process = NULL;
		g_autofree char *complaint = NULL;

		process = g_subprocess_newv (command, G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL);
		g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &complaint,
							      NULL));
		g_assert_cmpint (g_subprocess_get_exit_status (process), ==, rows[i].status);
		g_assert_true (g_str_has_prefix (complaint, "eas-test-server: "));
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_assert_cmpint (argc, ==, 2);
	program = argv[1];
	g_test_add_func ("/mock/program/plain", test_plain);
	g_test_add_func ("/mock/program/tls", test_tls);
	g_test_add_func ("/mock/program/port", test_port);
	g_test_add_func ("/mock/program/mistakes", test_mistakes);

	return g_test_run ();
}
