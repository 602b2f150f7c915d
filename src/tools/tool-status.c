/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How are the accounts? What the engine last learned is in the state file; how each
 * folder is, its factory writes down (e-eas-worker.h). Both are only read, and
 * nothing is asked over the network.
 */

#include "tool-account.h"

#include "e-eas-addresses.h"
#include "e-source-eas-folder.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

#define GROUP "Collection"

/* ---- what the workers wrote -------------------------------------------- */

/* (element-type GKeyFile): one for each folder that was ever opened on this machine. */
static GPtrArray *
read_status_files (const char *directory)
{
	GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) g_key_file_unref);
	g_autofree char *folder = g_build_filename (directory, "status", NULL);
	g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
		g_autoptr (GKeyFile) file = g_key_file_new ();
		g_autofree char *path = g_build_filename (folder, name, NULL);

		if (g_str_has_suffix (name, ".status") &&
		    g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
			g_ptr_array_add (files, g_steal_pointer (&file));
	}

	return files;
}

static GKeyFile *
find_status (GPtrArray *files, const char *source_uid)
{
	for (guint i = 0; i < files->len; i++) {
		g_autofree char *uid =
			g_key_file_get_string (files->pdata[i], GROUP, "source", NULL);

		if (g_strcmp0 (uid, source_uid) == 0)
			return files->pdata[i];
	}

	return NULL;
}

static char *
dup_text (GKeyFile *file, const char *group, const char *key)
{
	return g_key_file_get_string (file, group, key, NULL);
}

/* The N-th thing that does not go on: its group's name, or NULL. */
static char *
parked_group (GKeyFile *file, int n)
{
	g_autofree char *group = g_strdup_printf ("Parked %d", n);

	return g_key_file_has_group (file, group) ? g_steal_pointer (&group) : NULL;
}

/* ---- words ------------------------------------------------------------- */

static const char *
access_word (EasAccess access)
{
	switch (access) {
	case EAS_ACCESS_ALLOWED:
		return "allowed";
	case EAS_ACCESS_DISCOVERY:
		return "discovery";
	case EAS_ACCESS_QUARANTINED:
		return "quarantined";
	case EAS_ACCESS_BLOCKED:
		return "blocked";
	default:
		return "unknown";
	}
}

static const char *
access_text (const EasAccountData *data)
{
	if (data->wiped)
		return _ ("The administrator has ended this device’s access.");

	switch (data->access) {
	case EAS_ACCESS_ALLOWED:
		return _ ("allowed");
	case EAS_ACCESS_DISCOVERY:
		return _ ("The server does not know this device yet and shows nothing until it "
			  "does.");
	case EAS_ACCESS_QUARANTINED:
		return _ ("This device is quarantined until the administrator allows it; nothing "
			  "is removed here meanwhile.");
	case EAS_ACCESS_BLOCKED:
		return _ ("The administrator has blocked this device.");
	default:
		return _ ("not yet known");
	}
}

static char *
time_text (gint64 utc)
{
	g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (utc);

	return time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M:%S") : g_strdup ("?");
}

/* ---- one account ------------------------------------------------------- */

static EasAccountData *
read_state (ESource *account, GError **error)
{
	g_autofree char *directory =
		eas_account_state_default_directory (e_source_get_uid (account));
	g_autoptr (EasAccountState) state = eas_account_state_new (directory);
	g_autoptr (EasAccountData) data = eas_account_data_new ();

	return eas_account_state_read (state, data, error) ? g_steal_pointer (&data) : NULL;
}

static void
print_parked (GKeyFile *file)
{
	char *group;

	for (int n = 1; (group = parked_group (file, n)) != NULL; n++) {
		g_autofree char *title = dup_text (file, group, "title");
		g_autofree char *uid = dup_text (file, group, "uid");
		g_autofree char *reason = dup_text (file, group, "reason");

		printf (_ ("    parked: %s: %s\n"), title != NULL && *title != '\0' ? title : uid,
			reason);
		g_free (group);
	}
}

/* What the registry could not do for the person; NULL. */
static char *
dup_problem (ESource *child)
{
	g_autofree char *problem = NULL;

	if (e_source_has_extension (child, E_SOURCE_EXTENSION_EAS_FOLDER))
		problem = e_source_eas_folder_dup_problem (
			e_source_get_extension (child, E_SOURCE_EXTENSION_EAS_FOLDER));

	return problem != NULL && *problem != '\0' ? g_steal_pointer (&problem) : NULL;
}

static void
print_line_if (GKeyFile *file, const char *key, const char *label)
{
	g_autofree char *text = dup_text (file, GROUP, key);

	if (text != NULL)
		printf ("    %s: %s\n", label, text);
}

static void
print_time_if (GKeyFile *file, const char *key, const char *label, gint64 after)
{
	gint64 when = g_key_file_get_int64 (file, GROUP, key, NULL);
	g_autofree char *time = when > after ? time_text (when) : NULL;

	if (time != NULL)
		printf ("    %s: %s\n", label, time);
}

/* How news arrive (format: e-eas-worker.h). */
static void
print_push (GKeyFile *file)
{
	g_autofree char *push = dup_text (file, GROUP, "push");
	g_auto (GStrv) words = push != NULL ? g_strsplit (push, " ", 3) : NULL;

	if (words == NULL || words[0] == NULL)
		return;
	if (g_str_equal (words[0], "waiting") || g_str_equal (words[0], "hanging"))
		printf ("    %s: %s\n", _ ("news"), _ ("the server tells at once"));
	else if (g_str_equal (words[0], "polling") && words[1] != NULL)
		printf (_ ("    news: asked for every %s minutes (%s)\n"), words[1],
			words[2] != NULL ? words[2] : "");
	else if (g_str_equal (words[0], "excluded"))
		printf ("    %s: %s\n", _ ("news"),
			_ ("asked for, as the server told of some that were none"));
	else
		printf (_ ("    news: only when somebody refreshes (%s)\n"),
			words[1] != NULL ? words[1] : "");
}

static void
print_child_name (const char *name, const char *kind)
{
	printf ("  %s%*s  %s%*s  ", name, tool_padding (name, 28), "", kind,
		tool_padding (kind, 12), "");
}

static void
print_counts (GKeyFile *file)
{
	int items = g_key_file_get_integer (file, GROUP, "items", NULL);
	int pending = g_key_file_get_integer (file, GROUP, "pending", NULL);
	int parked = g_key_file_get_integer (file, GROUP, "parked", NULL);

	printf (g_dngettext (GETTEXT_PACKAGE, "%d item", "%d items", items), items);
	printf (", ");
	printf (g_dngettext (GETTEXT_PACKAGE, "%d edit waits", "%d edits wait", pending), pending);
	printf (", ");
	printf (g_dngettext (GETTEXT_PACKAGE, "%d parked", "%d parked", parked), parked);
}

/* @file: NULL for a folder nobody has opened. */
static void
print_child (ESource *child, const char *kind, GKeyFile *file)
{
	g_autofree char *name = e_source_dup_display_name (child);
	g_autofree char *problem = dup_problem (child);
	g_autofree char *code = NULL;

	if (file == NULL) {
		print_child_name (name, kind);
		printf ("%s\n",
			e_source_get_enabled (child) ? _ ("not opened yet") : _ ("switched off"));
		if (problem != NULL)
			printf ("    %s: %s\n", _ ("trouble"), problem);
		return;
	}
	print_child_name (name, kind);
	print_counts (file);
	if (!e_source_get_enabled (child))
		printf (", %s", _ ("switched off"));
	putchar ('\n');
	print_time_if (file, "last-sync", _ ("up to date at"), 0);
	print_push (file);
	if (problem != NULL)
		printf ("    %s: %s\n", _ ("trouble"), problem);
	print_line_if (file, "held", _ ("held back"));
	print_line_if (file, "error", _ ("trouble"));
	code = dup_text (file, GROUP, "error-code");
	if (g_strcmp0 (code, "redirect-consent") == 0)
		printf ("    %s\n", _ ("If you know that host: evolution-eas account trust-host "
				       "HOST"));
	print_time_if (file, "retry-at", _ ("tried again at"), g_get_real_time () / G_USEC_PER_SEC);
	print_line_if (file, "conflicts", _ ("losing versions of conflicts"));
	print_parked (file);
}

static void
parked_to_json (ToolJson *json, GKeyFile *file)
{
	static const char *const keys[] = { "uid", "title", "reason" };
	char *group;

	tool_json_array (json, "parked");
	for (int n = 1; (group = parked_group (file, n)) != NULL; n++) {
		tool_json_object (json, NULL);
		for (gsize i = 0; i < G_N_ELEMENTS (keys); i++) {
			g_autofree char *text = dup_text (file, group, keys[i]);

			tool_json_text (json, keys[i], text);
		}
		tool_json_int (json, "since", g_key_file_get_int64 (file, group, "since", NULL));
		tool_json_end (json);
		g_free (group);
	}
	tool_json_end (json);
}

static void
child_to_json (ToolJson *json, ESource *child, GKeyFile *file)
{
	static const char *const texts[] = { "id",         "state",     "held", "error",
					     "error-code", "conflicts", "push" };
	static const char *const numbers[] = { "items", "pending", "last-sync", "retry-at" };
	g_autofree char *name = e_source_dup_display_name (child);
	g_autofree char *problem = dup_problem (child);

	tool_json_object (json, NULL);
	tool_json_text (json, "name", name);
	tool_json_text (json, "uid", e_source_get_uid (child));
	tool_json_bool (json, "enabled", e_source_get_enabled (child));
	tool_json_text (json, "problem", problem);
	tool_json_bool (json, "opened", file != NULL);
	for (gsize i = 0; file != NULL && i < G_N_ELEMENTS (texts); i++) {
		g_autofree char *text = dup_text (file, GROUP, texts[i]);

		tool_json_text (json, texts[i], text);
	}
	for (gsize i = 0; file != NULL && i < G_N_ELEMENTS (numbers); i++)
		tool_json_int (json, numbers[i],
			       g_key_file_get_int64 (file, GROUP, numbers[i], NULL));
	if (file != NULL)
		parked_to_json (json, file);
	tool_json_end (json);
}

/* clang-format off */
static const struct {
	const char *extension;
	const char *kind;
	const char *member; /* of the JSON object */
} kinds[] = {
	{ E_SOURCE_EXTENSION_CALENDAR,     N_ ("calendar"),     "calendars" },
	{ E_SOURCE_EXTENSION_TASK_LIST,    N_ ("tasks"),        "taskLists" },
	{ E_SOURCE_EXTENSION_MEMO_LIST,    N_ ("notes"),        "noteLists" },
	{ E_SOURCE_EXTENSION_ADDRESS_BOOK, N_ ("address book"), "addressBooks" },
};
/* clang-format on */

static void
show_children (Tool *tool, ESourceRegistry *registry, ESource *account, gsize kind, ToolJson *json)
{
	GList *children = e_source_registry_list_sources (registry, kinds[kind].extension);
	g_autofree char *directory =
		eas_account_state_default_directory (e_source_get_uid (account));
	g_autoptr (GPtrArray) files = read_status_files (directory);

	tool_json_array (json, kinds[kind].member);
	for (GList *link = children; link != NULL; link = link->next) {
		GKeyFile *file;

		if (g_strcmp0 (e_source_get_parent (link->data), e_source_get_uid (account)) != 0)
			continue;
		file = find_status (files, e_source_get_uid (link->data));
		if (!tool->json)
			print_child (link->data, _ (kinds[kind].kind), file);
		child_to_json (json, link->data, file);
	}
	tool_json_end (json);
	g_list_free_full (children, g_object_unref);
}

/* Its own, as the server says them; the address it was set up with where it has not said. */
static char **
dup_addresses (ESource *account)
{
	g_autofree char *address = tool_account_dup_address (account);
	g_autofree char *directory =
		eas_account_state_default_directory (e_source_get_uid (account));

	return e_eas_addresses_read (directory, address);
}

static void
print_label (const char *label)
{
	printf ("  %s%*s  ", label, tool_padding (label, 12), "");
}

static void
print_row (const char *label, const char *text)
{
	print_label (label);
	printf ("%s\n", text);
}

static void
show_addresses (Tool *tool, ESource *account, ToolJson *json)
{
	g_auto (GStrv) addresses = dup_addresses (account);
	g_autofree char *line = g_strjoinv (", ", addresses);

	tool_json_array (json, "addresses");
	for (guint i = 0; addresses[i] != NULL; i++)
		tool_json_text (json, NULL, addresses[i]);
	tool_json_end (json);
	if (!tool->json && addresses[0] != NULL && addresses[1] != NULL)
		print_row (_ ("addresses"), line);
}

/* What the server's policy says of the files of events. */
static void
print_files (const EasAccountData *data)
{
	g_autofree char *most = g_format_size ((guint64) data->max_attachment_size);

	if (data->no_attachments) {
		print_row (_ ("attachments"), _ ("The administrator does not allow them on this "
						 "device; they stay on the server."));
	} else if (data->max_attachment_size > 0) {
		print_label (_ ("attachments"));
		/* Translators: a size, as “5.0 MB”. */
		printf (_ ("The administrator allows at most %s each on this device; larger ones "
			   "stay on the server."),
			most);
		putchar ('\n');
	}
}

static void
print_state (const char *address, const char *url, const EasAccountData *data)
{
	printf ("%s\n", address);
	print_row (_ ("server"), data->url != NULL ? data->url : url != NULL ? url : "-");
	print_row (_ ("version"),
		   data->version != EAS_VERSION_NONE ? eas_version_to_string (data->version) : "-");
	print_row (_ ("access"), access_text (data));
	print_row (_ ("rules"), data->policy_key != 0 ? _ ("accepted")
				: data->provisioned   ? _ ("none")
						      : "-");
	print_files (data);
	print_label (_ ("folders"));
	printf ("%u\n", data->folders != NULL ? data->folders->len : 0);
	if (data->throttle_until > g_get_real_time () / G_USEC_PER_SEC) {
		g_autofree char *until = time_text (data->throttle_until);

		print_row (_ ("waits until"), until);
	}
	if (data->last_error != NULL)
		print_row (_ ("last trouble"), data->last_error);
	if (data->password_expires != 0) {
		g_autofree char *until = time_text (data->password_expires);

		print_label (_ ("password"));
		if (data->password_url != NULL)
			/* Translators: a day, and an address on the web. */
			printf (_ ("ends before %s; change it at %s"), until, data->password_url);
		else
			printf (_ ("ends before %s"), until);
		putchar ('\n');
	}
}

static void
state_to_json (ToolJson *json, const char *address, const char *url, const EasAccountData *data)
{
	tool_json_text (json, "address", address);
	tool_json_text (json, "url", data->url != NULL ? data->url : url);
	tool_json_text (json, "version", eas_version_to_string (data->version));
	tool_json_text (json, "access", data->wiped ? "wiped" : access_word (data->access));
	tool_json_bool (json, "provisioned", data->provisioned);
	tool_json_bool (json, "policy", data->policy_key != 0);
	tool_json_bool (json, "attachments", !data->no_attachments);
	if (data->max_attachment_size > 0)
		tool_json_int (json, "maxAttachmentSize", data->max_attachment_size);
	tool_json_int (json, "folders", data->folders != NULL ? data->folders->len : 0);
	tool_json_int (json, "throttledUntil", data->throttle_until);
	tool_json_text (json, "lastError", data->last_error);
	tool_json_int (json, "passwordExpires", data->password_expires);
	tool_json_text (json, "passwordUrl", data->password_url);
}

static gboolean
show_account (
	Tool *tool, ESourceRegistry *registry, ESource *account, ToolJson *json, GError **error)
{
	g_autoptr (EasAccountData) data = read_state (account, error);
	g_autofree char *address = tool_account_dup_address (account);
	g_autofree char *url = tool_account_dup_url (account);

	if (data == NULL)
		return FALSE;

	tool_json_object (json, NULL);
	state_to_json (json, address, url, data);
	if (!tool->json)
		print_state (address, url, data);
	show_addresses (tool, account, json);
	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
		show_children (tool, registry, account, i, json);
	tool_json_end (json);

	return TRUE;
}

static GList *
choose_accounts (ESourceRegistry *registry, const char *address, GError **error)
{
	ESource *account;

	if (address == NULL)
		return tool_account_list (registry);
	account = tool_account_find (registry, address, error);

	return account != NULL ? g_list_append (NULL, account) : NULL;
}

ToolExit
tool_account_status (Tool *tool, ESourceRegistry *registry, const char *address)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (ToolJson) json = tool_json_new ();
	GList *accounts;

	accounts = choose_accounts (registry, address, &error);
	if (accounts == NULL && error == NULL)
		tool_account_hint (tool);
	tool_json_array (json, NULL);
	for (GList *link = accounts; link != NULL && error == NULL; link = link->next)
		show_account (tool, registry, link->data, json, &error);
	tool_json_end (json);
	g_list_free_full (accounts, g_object_unref);

	if (error != NULL)
		return tool_fail (tool, error);
	if (tool->json)
		tool_json_print (json);

	return TOOL_OK;
}
