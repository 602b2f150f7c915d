/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * evolution-eas, the command-line tool: how an administrator diagnoses, how tests
 * drive, how a machine without a desktop is set up. Options, dispatch, messages
 * and exit codes; the commands are in the tool-*.c files. Manual: evolution-eas.1.
 */

#include "tool.h"

#include "eas-locale.h"
#include "eas-wbxml-reader.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* clang-format off */
static const ToolCommand commands[] = {
	{ "probe",   N_("URL"),                           1, 1, tool_run_probe,   N_("Try every command on a server, one line each") },
	{ "folders", "",                                  0, 0, tool_run_folders, N_("Show the folder tree") },
	{ "items",   N_("FOLDER"),                        1, 1, tool_run_items,   N_("Show what is in a folder") },
	{ "export",  N_("FOLDER"),                        1, 1, tool_run_export,  N_("Write a folder (.ics or .vcf) to standard output") },
	{ "watch",   N_("[FOLDER…]"),                     0, 99, tool_run_watch,  N_("Show changes as the server tells of them") },
	{ "account", N_("add|list|status|remove [ADDRESS], trust-host HOST"), 1, 2, tool_run_account, N_("Accounts of this desktop") },
	{ "decode",  N_("[FILE]"),                        0, 1, tool_run_decode,  N_("Show a WBXML document as XML") },
	{ "encode",  N_("[FILE]"),                        0, 1, tool_run_encode,  N_("Make a WBXML document from its XML") },
};

/* What a failure means to a caller, and what a person can do about it. */
static const struct {
	EasErrorCode code;
	ToolExit exit;
	const char *advice;
} eas_exits[] = {
	{ EAS_ERROR_AUTHENTICATION,   TOOL_PASSWORD,    N_("Check the user name (--user) and the password.") },
	{ EAS_ERROR_ACCESS,           TOOL_REFUSED,     N_("Ask the server’s administrator to allow this device.") },
	{ EAS_ERROR_POLICY,           TOOL_REFUSED,     N_("Ask the server’s administrator which rules this device must meet.") },
	{ EAS_ERROR_WIPED,            TOOL_REFUSED,     N_("The administrator has ended this device’s access; remove the account.") },
	{ EAS_ERROR_NOT_SUPPORTED,    TOOL_NOT_EAS,     N_("Check the server’s address; it usually ends in /Microsoft-Server-ActiveSync.") },
	{ EAS_ERROR_THROTTLED,        TOOL_UNAVAILABLE, N_("Wait, then try again.") },
	{ EAS_ERROR_UNAVAILABLE,      TOOL_UNAVAILABLE, N_("Try again later.") },
	{ EAS_ERROR_SERVER,           TOOL_SERVER,      N_("Try again later; if it stays, tell the server’s administrator.") },
	{ EAS_ERROR_PROTOCOL,         TOOL_SERVER,      N_("EAS_DEBUG=http,wbxml shows what the server said.") },
	{ EAS_ERROR_KEY,              TOOL_SERVER,      N_("Run the command again.") },
	{ EAS_ERROR_HIERARCHY,        TOOL_SERVER,      N_("Run the command again.") },
	{ EAS_ERROR_FOLDER_NOT_FOUND, TOOL_NOT_FOUND,   N_("“evolution-eas folders” shows those there are.") },
	{ EAS_ERROR_ITEM_NOT_FOUND,   TOOL_NOT_FOUND,   NULL },
	{ EAS_ERROR_QUOTA,            TOOL_REFUSED,     N_("Delete something there, the trash included.") },
	{ EAS_ERROR_REDIRECT_CONSENT, TOOL_REFUSED,     N_("If you trust that server, name it with --server.") },
	{ EAS_ERROR_STORE,            TOOL_LOCAL,       N_("Check free space and permissions of your home directory.") },
};

static const struct {
	GIOErrorEnum code;
	ToolExit exit;
	const char *advice;
} io_exits[] = {
	{ G_IO_ERROR_CANCELLED,           TOOL_INTERRUPTED, NULL },
	{ G_IO_ERROR_TIMED_OUT,           TOOL_UNAVAILABLE, N_("Check the server’s address and the network.") },
	{ G_IO_ERROR_CONNECTION_REFUSED,  TOOL_UNAVAILABLE, N_("Check the server’s address and port.") },
	{ G_IO_ERROR_CONNECTION_CLOSED,   TOOL_UNAVAILABLE, N_("The server ended the connection; try again.") },
	{ G_IO_ERROR_PARTIAL_INPUT,       TOOL_UNAVAILABLE, N_("The server ended the connection; try again.") },
	{ G_IO_ERROR_HOST_UNREACHABLE,    TOOL_UNAVAILABLE, N_("Check the network.") },
	{ G_IO_ERROR_NETWORK_UNREACHABLE, TOOL_UNAVAILABLE, N_("Check the network.") },
	{ G_IO_ERROR_HOST_NOT_FOUND,      TOOL_UNAVAILABLE, N_("Check the server’s address and the network.") },
	{ G_IO_ERROR_PROXY_FAILED,        TOOL_UNAVAILABLE, N_("Check the proxy settings.") },
	{ G_IO_ERROR_NOT_FOUND,           TOOL_NOT_FOUND,   NULL },
	{ G_IO_ERROR_EXISTS,              TOOL_FAILED,      NULL },
	{ G_IO_ERROR_INVALID_DATA,        TOOL_DATA,        NULL },
	{ G_IO_ERROR_IS_DIRECTORY,        TOOL_DATA,        NULL },
	{ G_IO_ERROR_INVALID_ARGUMENT,    TOOL_USAGE,       NULL },
	{ G_IO_ERROR_NO_SPACE,            TOOL_LOCAL,       N_("Free some space.") },
	{ G_IO_ERROR_PERMISSION_DENIED,   TOOL_LOCAL,       NULL },
};
/* clang-format on */

static ToolExit
look_up (const GError *error, const char **out_advice)
{
	*out_advice = NULL;

	if (error->domain == EAS_ERROR) {
		for (gsize i = 0; i < G_N_ELEMENTS (eas_exits); i++) {
			if (eas_exits[i].code == (EasErrorCode) error->code) {
				*out_advice = eas_exits[i].advice;
				return eas_exits[i].exit;
			}
		}
	} else if (error->domain == G_IO_ERROR) {
		for (gsize i = 0; i < G_N_ELEMENTS (io_exits); i++) {
			if (io_exits[i].code == (GIOErrorEnum) error->code) {
				*out_advice = io_exits[i].advice;
				return io_exits[i].exit;
			}
		}
	} else if (error->domain == G_TLS_ERROR) {
		*out_advice = N_ ("Check the date of this computer and the server’s certificate; "
				  "--ca-file trusts the one in a file.");
		return TOOL_CERTIFICATE;
	} else if (error->domain == G_RESOLVER_ERROR) {
		*out_advice = N_ ("Check the server’s address and the network.");
		return TOOL_UNAVAILABLE;
	} else if (error->domain == EAS_WBXML_ERROR || error->domain == G_MARKUP_ERROR) {
		return TOOL_DATA;
	} else if (error->domain == G_OPTION_ERROR) {
		*out_advice = N_ ("“evolution-eas --help” tells more.");
		return TOOL_USAGE;
	} else if (error->domain == G_FILE_ERROR) {
		return TOOL_LOCAL;
	}

	return TOOL_FAILED;
}

ToolExit
tool_exit_of (const GError *error)
{
	const char *advice;

	return look_up (error, &advice);
}

char *
tool_describe (const GError *error)
{
	const char *advice;
	guint retry_after = eas_error_get_retry_after (error);
	g_autoptr (GString) line = g_string_new (error->message);

	look_up (error, &advice);

	for (gsize i = 0; i < line->len; i++) {
		if ((guchar) line->str[i] < 0x20)
			line->str[i] = ' ';
	}
	while (line->len > 0 && strchr (" .", line->str[line->len - 1]) != NULL)
		g_string_truncate (line, line->len - 1);
	/* "Sentence. (Command status)" reads better as one sentence. */
	g_string_replace (line, ". (", " (", 0);
	if (line->len == 0 || strchr ("?!", line->str[line->len - 1]) == NULL)
		g_string_append_c (line, '.');

	if (retry_after > 0)
		g_string_append_printf (
			line,
			g_dngettext (GETTEXT_PACKAGE, " The server asks to wait %u second.",
				     " The server asks to wait %u seconds.", retry_after),
			retry_after);
	else if (advice != NULL)
		g_string_append_printf (line, " %s", _ (advice));

	return g_string_free (g_steal_pointer (&line), FALSE);
}

void
tool_progress (Tool *tool, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list arguments;

	if (!isatty (STDERR_FILENO))
		return;

	va_start (arguments, format);
	text = g_strdup_vprintf (format, arguments);
	va_end (arguments);

	fprintf (stderr, "\r\033[K%s", text);
	fflush (stderr);
	tool->progress_shown = TRUE;
}

void
tool_progress_end (Tool *tool)
{
	if (!tool->progress_shown)
		return;

	fputs ("\r\033[K", stderr);
	fflush (stderr);
	tool->progress_shown = FALSE;
}

int
tool_padding (const char *text, int width)
{
	for (const char *c = text; *c != '\0' && width > 0; c = g_utf8_next_char (c)) {
		gunichar character = g_utf8_get_char (c);

		if (!g_unichar_iszerowidth (character))
			width -= g_unichar_iswide (character) ? 2 : 1;
	}

	return MAX (width, 0);
}

static void
print_error_json (const GError *error, ToolExit code, const char *line)
{
	g_autoptr (ToolJson) json = tool_json_new ();

	tool_json_object (json, NULL);
	tool_json_object (json, "error");
	tool_json_text (json, "code",
			error->domain == EAS_ERROR
				? eas_error_code_to_string ((EasErrorCode) error->code)
				: g_quark_to_string (error->domain));
	tool_json_int (json, "exit", code);
	tool_json_text (json, "command", eas_error_get_command (error));
	tool_json_int (json, "status", eas_error_get_status (error));
	tool_json_int (json, "retryAfter", eas_error_get_retry_after (error));
	tool_json_text (json, "message", line);
	tool_json_end (json);
	tool_json_end (json);
	tool_json_print (json);
}

ToolExit
tool_fail (Tool *tool, const GError *error)
{
	ToolExit code = tool_exit_of (error);
	g_autofree char *line = tool_describe (error);

	tool_progress_end (tool);
	if (tool->json)
		print_error_json (error, code, line);
	if (code != TOOL_INTERRUPTED)
		fprintf (stderr, "evolution-eas: %s\n", line);

	return code;
}

/* ---- signals ----------------------------------------------------------- */

/* Commands block in the engine, so signals are waited for on a thread of their own. */
static gpointer
wait_for_signals (gpointer data)
{
	g_autoptr (GCancellable) cancellable = data;
	sigset_t set;
	int number;

	sigemptyset (&set);
	sigaddset (&set, SIGINT);
	sigaddset (&set, SIGTERM);
	sigaddset (&set, SIGHUP);

	if (sigwait (&set, &number) == 0)
		g_cancellable_cancel (cancellable);
	/* Cancelling is prompt; who asks twice means it. */
	if (sigwait (&set, &number) == 0)
		_exit (TOOL_INTERRUPTED);

	return NULL;
}

static void
watch_signals (Tool *tool)
{
	sigset_t set;

	sigemptyset (&set);
	sigaddset (&set, SIGINT);
	sigaddset (&set, SIGTERM);
	sigaddset (&set, SIGHUP);
	/* Before any other thread exists: they inherit the mask. */
	pthread_sigmask (SIG_BLOCK, &set, NULL);
	g_thread_unref (
		g_thread_new ("signals", wait_for_signals, g_object_ref (tool->cancellable)));
}

/* ---- options and dispatch ---------------------------------------------- */

static char *
make_summary (void)
{
	GString *text = g_string_new (_ ("Exchange ActiveSync accounts from the command line."));

	g_string_append (text, _ ("\n\nCommands:\n"));
	for (gsize i = 0; i < G_N_ELEMENTS (commands); i++) {
		g_autofree char *usage = g_strdup_printf (
			"%s %s", commands[i].name,
			*commands[i].arguments != '\0' ? _ (commands[i].arguments) : "");

		g_string_append_printf (text, "  %s%*s %s\n", usage, tool_padding (usage, 44), "",
					_ (commands[i].summary));
	}
	g_string_append (text, _ ("\nA FOLDER is a name, a path, a server id, or inbox, calendar, "
				  "contacts, tasks, notes.\n"
				  "Without --server the account of this desktop is used (--account "
				  "where there are several).\n"
				  "Passwords come from the keyring, from standard input "
				  "(--password-stdin) or are asked for."));

	return g_string_free (text, FALSE);
}

static GOptionContext *
make_context (Tool *tool, gboolean *show_version)
{
	GOptionEntry entries[] = { { "server", 's', 0, G_OPTION_ARG_STRING, &tool->server,
				     N_ ("The server, instead of an account"), N_ ("URL") },
				   { "user", 'u', 0, G_OPTION_ARG_STRING, &tool->user,
				     N_ ("Log-in name"), N_ ("NAME") },
				   { "account", 'a', 0, G_OPTION_ARG_STRING, &tool->account,
				     N_ ("Which account of this desktop"), N_ ("ADDRESS") },
				   { "password-stdin", 0, 0, G_OPTION_ARG_NONE,
				     &tool->password_stdin,
				     N_ ("Read the password from standard input"), NULL },
				   { "protocol", 0, 0, G_OPTION_ARG_STRING, &tool->protocol,
				     N_ ("Speak this version: 12.0 to 16.1"), N_ ("VERSION") },
				   { "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &tool->ca_file,
				     N_ ("Trust the certificates in a PEM file"), N_ ("FILE") },
				   { "json", 'j', 0, G_OPTION_ARG_NONE, &tool->json,
				     N_ ("Write JSON for programs"), NULL },
				   { "brief", 'b', 0, G_OPTION_ARG_NONE, &tool->brief,
				     N_ ("One line for each item"), NULL },
				   { "read-only", 0, 0, G_OPTION_ARG_NONE, &tool->read_only,
				     N_ ("Let probe change nothing on the server"), NULL },
				   { "timeout", 't', 0, G_OPTION_ARG_INT, &tool->timeout,
				     N_ ("End watch after so many seconds"), N_ ("SECONDS") },
				   { "count", 'n', 0, G_OPTION_ARG_INT, &tool->count,
				     N_ ("End watch after so many changes"), N_ ("N") },
				   { "version", 'V', 0, G_OPTION_ARG_NONE, show_version,
				     N_ ("Show the version"), NULL },
				   { NULL } };
	GOptionContext *context = g_option_context_new (_ ("COMMAND [ARGUMENT…]"));
	g_autofree char *summary = make_summary ();

	g_option_context_set_summary (context, summary);
	g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);

	return context;
}

static const ToolCommand *
find_command (const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS (commands); i++) {
		if (g_str_equal (commands[i].name, name))
			return &commands[i];
	}

	return NULL;
}

static ToolExit
dispatch (Tool *tool, int n_arguments, char **arguments)
{
	g_autoptr (GError) error = NULL;
	const ToolCommand *command;

	command = find_command (arguments[0]);
	if (command == NULL) {
		g_set_error (&error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
			     _ ("There is no command “%s”"), arguments[0]);
		return tool_fail (tool, error);
	}
	if (tool->timeout < 0 || tool->count < 0) {
		g_set_error_literal (&error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
				     _ ("--timeout and --count take positive numbers"));
		return tool_fail (tool, error);
	}
	if (n_arguments - 1 < command->min_arguments || n_arguments - 1 > command->max_arguments) {
		g_set_error (&error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			     _ ("Usage: evolution-eas %s %s"), command->name,
			     _ (command->arguments));
		return tool_fail (tool, error);
	}

	return command->run (tool, arguments + 1);
}

static void
tool_clear (Tool *tool)
{
	g_free (tool->server);
	g_free (tool->user);
	g_free (tool->account);
	g_free (tool->protocol);
	g_free (tool->ca_file);
	g_object_unref (tool->cancellable);
}

int
main (int argc, char **argv)
{
	Tool tool = { .cancellable = g_cancellable_new () };
	gboolean show_version = FALSE;
	g_autoptr (GOptionContext) context = NULL;
	g_autoptr (GError) error = NULL;
	ToolExit code;

	setlocale (LC_ALL, "");
	/* Standard output is for what was asked for. */
	g_log_writer_default_set_use_stderr (TRUE);
	eas_locale_bind ();
	textdomain (GETTEXT_PACKAGE);

	context = make_context (&tool, &show_version);
	if (!g_option_context_parse (context, &argc, &argv, &error)) {
		code = tool_fail (&tool, error);
	} else if (show_version) {
		puts ("evolution-eas " EAS_PROJECT_VERSION);
		code = TOOL_OK;
	} else if (argc < 2) {
		g_autofree char *help = g_option_context_get_help (context, TRUE, NULL);

		fputs (help, stderr);
		code = TOOL_USAGE;
	} else {
		watch_signals (&tool);
		code = dispatch (&tool, argc - 1, argv + 1);
	}

	tool_progress_end (&tool);
	/* A full disk or a closed pipe shows only when the last bytes are written. */
	if ((fflush (stdout) != 0 || ferror (stdout)) && code == TOOL_OK) {
		fprintf (stderr, "evolution-eas: %s\n", _ ("The output could not be written."));
		code = TOOL_LOCAL;
	}
	tool_clear (&tool);

	return code;
}
