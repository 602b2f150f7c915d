/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The folder tree, and finding the folder a person means. */

#include "tool.h"

#include "eas-flow-folders.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct {
	guint type;
	const char *word;  /* names the default folder on the command line; NULL none */
	const char *kind;
} kinds[] = {
	{ EAS_FOLDER_GENERIC,         NULL,       N_("folder") },
	{ EAS_FOLDER_INBOX,           "inbox",    N_("inbox") },
	{ EAS_FOLDER_DRAFTS,          "drafts",   N_("drafts") },
	{ EAS_FOLDER_DELETED,         "trash",    N_("deleted items") },
	{ EAS_FOLDER_SENT,            "sent",     N_("sent items") },
	{ EAS_FOLDER_OUTBOX,          "outbox",   N_("outbox") },
	{ EAS_FOLDER_TASKS,           "tasks",    N_("tasks") },
	{ EAS_FOLDER_CALENDAR,        "calendar", N_("calendar") },
	{ EAS_FOLDER_CONTACTS,        "contacts", N_("contacts") },
	{ EAS_FOLDER_NOTES,           "notes",    N_("notes") },
	{ EAS_FOLDER_JOURNAL,         NULL,       N_("journal") },
	{ EAS_FOLDER_USER_MAIL,       NULL,       N_("mail") },
	{ EAS_FOLDER_USER_CALENDAR,   NULL,       N_("calendar") },
	{ EAS_FOLDER_USER_CONTACTS,   NULL,       N_("contacts") },
	{ EAS_FOLDER_USER_TASKS,      NULL,       N_("tasks") },
	{ EAS_FOLDER_USER_JOURNAL,    NULL,       N_("journal") },
	{ EAS_FOLDER_USER_NOTES,      NULL,       N_("notes") },
	{ EAS_FOLDER_UNKNOWN,         NULL,       N_("unknown") },
	{ EAS_FOLDER_RECIPIENT_CACHE, NULL,       N_("recent recipients") },
};
/* clang-format on */

const char *
tool_folder_kind (guint folder_type)
{
	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
		if (kinds[i].type == folder_type)
			return _ (kinds[i].kind);
	}

	return _ ("unknown");
}

GPtrArray *
tool_list_folders (Tool *tool, EasClient *client, GError **error)
{
	GPtrArray *folders;

	tool_progress (tool, "%s", _ ("Reading the folder list…"));
	folders = eas_client_run_sync (client, eas_flow_folders_refresh_new (G_MAXUINT64),
				       tool->cancellable, error);
	tool_progress_end (tool);

	return folders;
}

/* ---- finding one ------------------------------------------------------- */

static const EasFolder *
by_id (GPtrArray *folders, const char *id)
{
	for (guint i = 0; i < folders->len; i++) {
		const EasFolder *folder = folders->pdata[i];

		if (g_str_equal (folder->id, id))
			return folder;
	}

	return NULL;
}

static const EasFolder *
by_type (GPtrArray *folders, guint type)
{
	for (guint i = 0; i < folders->len; i++) {
		const EasFolder *folder = folders->pdata[i];

		if (folder->type == type)
			return folder;
	}

	return NULL;
}

static const EasFolder *
by_word (GPtrArray *folders, const char *word)
{
	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
		if (g_strcmp0 (kinds[i].word, word) == 0)
			return by_type (folders, kinds[i].type);
	}

	return NULL;
}

static gboolean
same_text (const char *a, const char *b)
{
	g_autofree char *folded_a = g_utf8_casefold (a, -1);
	g_autofree char *folded_b = g_utf8_casefold (b, -1);

	return g_utf8_collate (folded_a, folded_b) == 0;
}

char *
tool_folder_path (GPtrArray *folders, const EasFolder *folder)
{
	GString *path = g_string_new (folder->name);

	/* Parents may form a ring on a broken server: no tree is deeper than it has folders. */
	for (guint depth = 0; depth < folders->len; depth++) {
		folder = folder->parent_id != NULL ? by_id (folders, folder->parent_id) : NULL;
		if (folder == NULL)
			break;
		g_string_prepend_c (path, '/');
		g_string_prepend (path, folder->name);
	}

	return g_string_free (path, FALSE);
}

/* By name or path; @out_other is a second one that fits as well. */
static const EasFolder *
by_text (GPtrArray *folders, const char *text, const EasFolder **out_other)
{
	const EasFolder *found = NULL;

	*out_other = NULL;
	for (guint i = 0; i < folders->len; i++) {
		const EasFolder *folder = folders->pdata[i];
		g_autofree char *path = tool_folder_path (folders, folder);

		if (same_text (path, text))
			return folder;
		if (!same_text (folder->name, text))
			continue;
		if (found == NULL)
			found = folder;
		else
			*out_other = folder;
	}

	return found;
}

gboolean
tool_check_folder (EasClient *client, const EasFolder *folder, GError **error)
{
	EasVersion version = eas_client_get_version (client);
	EasClass klass = eas_class_of_folder (folder->type);

	if (klass == EAS_CLASS_NONE)
		eas_set_error (error, EAS_ERROR_FOLDER_NOT_FOUND, NULL, 0, 0,
			       _ ("The folder “%s” holds nothing that can be read"), folder->name);
	else if (!eas_class_syncs_in (klass, version))
		eas_set_error (error, EAS_ERROR_FOLDER_NOT_FOUND, NULL, 0, 0,
			       _ ("The folder “%s” cannot be read in version %s of the protocol"),
			       folder->name, eas_version_to_string (version));
	else
		return TRUE;

	return FALSE;
}

const EasFolder *
tool_find_folder (GPtrArray *folders, const char *what, GError **error)
{
	const EasFolder *folder = by_id (folders, what);
	const EasFolder *other = NULL;

	if (folder == NULL)
		folder = by_word (folders, what);
	if (folder == NULL)
		folder = by_text (folders, what, &other);

	if (folder == NULL) {
		eas_set_error (error, EAS_ERROR_FOLDER_NOT_FOUND, NULL, 0, 0,
			       _ ("There is no folder “%s”"), what);
		return NULL;
	}
	if (other != NULL) {
		g_autofree char *first = tool_folder_path (folders, folder);
		g_autofree char *second = tool_folder_path (folders, other);

		eas_set_error (error, EAS_ERROR_FOLDER_NOT_FOUND, NULL, 0, 0,
			       _ ("More than one folder is called “%s”: name %s or %s"), what,
			       first, second);
		return NULL;
	}

	return folder;
}

/* ---- showing all ------------------------------------------------------- */

static gboolean
is_child (GPtrArray *folders, const EasFolder *folder, const char *parent_id)
{
	if (parent_id != NULL)
		return g_strcmp0 (folder->parent_id, parent_id) == 0;

	/* An orphan is shown at the top rather than not at all. */
	return folder->parent_id == NULL || by_id (folders, folder->parent_id) == NULL;
}

static void
print_tree (GPtrArray *folders, const char *parent_id, guint depth)
{
	if (depth > folders->len)
		return;

	for (guint i = 0; i < folders->len; i++) {
		const EasFolder *folder = folders->pdata[i];
		int indent = (int) (2 * depth);
		const char *kind = tool_folder_kind (folder->type);

		if (!is_child (folders, folder, parent_id))
			continue;
		printf ("%*s%s%*s %s%*s %s\n", indent, "", folder->name,
			tool_padding (folder->name, 35 - indent), "", kind, tool_padding (kind, 20),
			"", folder->id);
		print_tree (folders, folder->id, depth + 1);
	}
}

static void
print_json (GPtrArray *folders)
{
	g_autoptr (ToolJson) json = tool_json_new ();

	tool_json_array (json, NULL);
	for (guint i = 0; i < folders->len; i++) {
		const EasFolder *folder = folders->pdata[i];
		g_autofree char *path = tool_folder_path (folders, folder);

		tool_json_object (json, NULL);
		tool_json_text (json, "id", folder->id);
		tool_json_text (json, "parent", folder->parent_id);
		tool_json_text (json, "name", folder->name);
		tool_json_text (json, "path", path);
		tool_json_int (json, "type", folder->type);
		tool_json_text (json, "class",
				eas_class_to_string (eas_class_of_folder (folder->type)));
		tool_json_end (json);
	}
	tool_json_end (json);
	tool_json_print (json);
}

ToolExit
tool_run_folders (Tool *tool, char **arguments)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (EasClient) client = NULL;
	g_autoptr (GPtrArray) folders = NULL;

	client = tool_connect (tool, &error);
	if (client != NULL) {
		folders = tool_list_folders (tool, client, &error);
		eas_client_shutdown (client);
	}
	if (folders == NULL)
		return tool_fail (tool, error);

	if (tool->json)
		print_json (folders);
	else
		print_tree (folders, NULL, 0);

	return TOOL_OK;
}
