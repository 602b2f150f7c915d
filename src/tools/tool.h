/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the parts of the command-line tool share: options, exit codes, messages,
 * and the way to a server. One command, one function that returns an exit code.
 */

#pragma once

#include "eas-client.h"
#include "tool-json.h"

G_BEGIN_DECLS

/* Documented in evolution-eas.1; the numbers are an interface. */
typedef enum {
	TOOL_OK = 0,
	TOOL_FAILED = 1, /* anything without a number of its own */
	TOOL_USAGE = 2,
	TOOL_PASSWORD = 3,    /* the server refused user and password */
	TOOL_REFUSED = 4,     /* known, but not allowed: blocked, quarantined, a policy, wiped */
	TOOL_UNAVAILABLE = 5, /* no connection, busy, throttled: may work later */
	TOOL_CERTIFICATE = 6, /* TLS */
	TOOL_NOT_EAS = 7,     /* no ActiveSync server, or none of our versions */
	TOOL_SERVER = 8,      /* the server failed or made no sense */
	TOOL_NOT_FOUND = 9,   /* folder, item or account */
	TOOL_DATA = 10,       /* the input is not what it should be */
	TOOL_LOCAL = 11,      /* this machine: disk, keyring, Evolution Data Server */
	TOOL_INTERRUPTED = 130
} ToolExit;

typedef struct {
	/* options */
	char *server;
	char *user;
	char *account;
	char *protocol;
	char *ca_file;
	gboolean password_stdin;
	gboolean json;
	gboolean brief;
	gboolean read_only;
	int timeout; /* seconds, for watch; 0 none */
	int count;   /* changes, for watch; 0 all */

	GCancellable *cancellable; /* Ctrl-C */
	gboolean progress_shown;
} Tool;

typedef struct {
	const char *name;
	const char *arguments; /* for the help */
	int min_arguments;
	int max_arguments;
	ToolExit (*run) (Tool *tool, char **arguments);
	const char *summary;
} ToolCommand;

/* evolution-eas.c */
ToolExit tool_fail (Tool *tool,
		    const GError *error); /* one line on standard error; the exit code for @error */
ToolExit tool_exit_of (const GError *error);
char *tool_describe (const GError *error); /* what happened and what to do, one line */
void tool_progress (Tool *tool, const char *format, ...)
	G_GNUC_PRINTF (2, 3); /* on a terminal only */
void tool_progress_end (Tool *tool);
int tool_padding (const char *text,
		  int width); /* how many blanks text lacks to be that wide on a terminal */

/* tool-connect.c */
typedef struct {
	char *url;
	char *user;
	char *password;
	char *address;    /* NULL */
	GObject *account; /* the ESource, whose decision about a certificate counts here as well;
			     NULL */
} ToolServer;

void tool_server_clear (ToolServer *server);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ToolServer, tool_server_clear)
/* As read(); Ctrl-C ends the waiting. -1 with error. */
gssize tool_read_input (Tool *tool, int fd, gpointer buffer, gsize size, GError **error);
/* The password from where the options say: standard input, or asked for on the terminal. */
char *tool_ask_password (Tool *tool, const char *user, GError **error);
/* The server's address as it is used; a user in it goes to @out_user, a password in it is refused.
 */
/* tool-find.c: the server of a mail domain, found without a password; error: the places that were
 * tried. */
char *tool_find_url (Tool *tool, const char *domain, GError **error);
char *tool_read_url (const char *typed, char **out_user, GError **error);
/* Fills @out from --server and --user, or from an account of Evolution Data Server. */
gboolean tool_find_server (Tool *tool, ToolServer *out, GError **error);
/*
 * A client with a partnership of its own: the desktop's keys are not touched.
 * Nothing is sent yet.
 */
EasClient *tool_connect_to (Tool *tool, const ToolServer *server, GError **error);
EasClient *tool_connect (Tool *tool, GError **error); /* both of the above */

/* tool-folders.c */
GPtrArray *
tool_list_folders (Tool *tool, EasClient *client, GError **error); /* (element-type EasFolder) */
const EasFolder *tool_find_folder (GPtrArray *folders, const char *what, GError **error);
/* Can its items be had, in the version that is spoken? */
gboolean tool_check_folder (EasClient *client, const EasFolder *folder, GError **error);
char *tool_folder_path (GPtrArray *folders, const EasFolder *folder);
const char *tool_folder_kind (guint folder_type); /* "calendar"; translated */

/* tool-items.c */
typedef struct {
	char *server_id;
	EasItem *item;
} ToolItem;

/* Everything in the folder a person calls @what. */
GPtrArray *tool_fetch_folder (
	Tool *tool, EasClient *client, const char *what, EasClass *out_class, GError **error);
/* Everything in @collection from its key on; (element-type ToolItem), in the server's order. */
GPtrArray *
tool_fetch_items (Tool *tool, EasClient *client, EasCollection *collection, GError **error);
char *tool_item_headline (EasClass klass, const EasItem *item);
void tool_item_to_json (ToolJson *json, EasClass klass, const char *server_id, const EasItem *item);

/* tool-account.c */
gboolean tool_account_find_server (Tool *tool, ToolServer *out, GError **error);
/* For eas_client_new(): a transport as the desktop would use it for @server, which has an account.
 */
gpointer tool_account_transport_new_data (const ToolServer *server);
void tool_account_transport_free_data (gpointer data);
EasTransport *tool_account_transport_make (gpointer data);

/* The commands. */
ToolExit tool_run_probe (Tool *tool, char **arguments);
ToolExit tool_run_decode (Tool *tool, char **arguments);
ToolExit tool_run_encode (Tool *tool, char **arguments);
ToolExit tool_run_account (Tool *tool, char **arguments);
ToolExit tool_run_folders (Tool *tool, char **arguments);
ToolExit tool_run_items (Tool *tool, char **arguments);
ToolExit tool_run_export (Tool *tool, char **arguments);
ToolExit tool_run_watch (Tool *tool, char **arguments);

G_END_DECLS
