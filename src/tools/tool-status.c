/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How are the accounts? What the engine last learned is in the state file; edits
 * that wait or were refused are in the calendars' own databases. Both are only
 * read, and nothing is asked over the network.
 */

#include "tool-account.h"

#include "e-source-eas-folder.h"

#include <glib/gi18n-lib.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define BUSY_MS 2000 /* a factory may hold its database for a moment */

typedef struct {
	char *title;
	char *reason;
} Parked;

typedef struct {
	guint items;
	guint waiting;
	GPtrArray *parked; /* (element-type Parked) */
} CalendarFigures;

static void
parked_free (gpointer data)
{
	Parked *parked = data;

	g_free (parked->title);
	g_free (parked->reason);
	g_free (parked);
}

static void
calendar_figures_clear (CalendarFigures *figures)
{
	g_clear_pointer (&figures->parked, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CalendarFigures, calendar_figures_clear)

/* ---- the database of a calendar ---------------------------------------- */

static guint
read_number (sqlite3 *database, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	guint number = 0;

	if (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step (statement) == SQLITE_ROW)
		number = (guint) sqlite3_column_int (statement, 0);
	sqlite3_finalize (statement);

	return number;
}

/* The SUMMARY of an iCalendar text; its lines are folded, its first one is enough for a list. */
static char *
title_of (const char *object, const char *otherwise)
{
	const char *start = object != NULL ? strstr (object, "\nSUMMARY") : NULL;
	const char *colon = start != NULL ? strchr (start, ':') : NULL;
	gsize length;

	if (colon == NULL)
		return g_strdup (otherwise);
	length = strcspn (colon + 1, "\r\n");

	return g_strndup (colon + 1, length);
}

static void
read_parked (sqlite3 *database, const char *sql, CalendarFigures *figures)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL) == SQLITE_OK) {
		while (sqlite3_step (statement) == SQLITE_ROW) {
			Parked *parked = g_new0 (Parked, 1);

			parked->title =
				title_of ((const char *) sqlite3_column_text (statement, 0),
					  (const char *) sqlite3_column_text (statement, 1));
			parked->reason =
				g_strdup ((const char *) sqlite3_column_text (statement, 2));
			g_ptr_array_add (figures->parked, parked);
		}
	}
	sqlite3_finalize (statement);
}

/* The tables are those of e-eas-cache.h. FALSE: never opened on this machine, or busy. */
static gboolean
read_calendar (const char *uid, CalendarFigures *figures)
{
	g_autofree char *path =
		g_build_filename (e_get_user_cache_dir (), "calendar", uid, "cache.db", NULL);
	sqlite3 *database = NULL;
	gboolean success = FALSE;

	figures->parked = g_ptr_array_new_with_free_func (parked_free);
	if (sqlite3_open_v2 (path, &database, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK) {
		sqlite3_busy_timeout (database, BUSY_MS);
		figures->items = read_number (database, "SELECT count(*) FROM eas_items");
		figures->waiting =
			read_number (database, "SELECT count(*) FROM eas_outbox WHERE parked = 0");
		read_parked (database,
			     "SELECT object, uid, reason FROM eas_outbox WHERE parked != 0 ORDER "
			     "BY since",
			     figures);
		read_parked (database,
			     "SELECT NULL, uid, problem FROM eas_items WHERE problem IS NOT NULL "
			     "ORDER BY server_id",
			     figures);
		success = sqlite3_errcode (database) != SQLITE_BUSY;
	}
	sqlite3_close (database);

	return success;
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
print_calendar (ESource *child, const CalendarFigures *figures, gboolean opened)
{
	g_autofree char *name = e_source_dup_display_name (child);

	if (!opened) {
		printf ("  %-28s  %s\n", name, _ ("not opened yet"));
		return;
	}
	printf (_ ("  %-28s  %u items, %u edits wait, %u parked\n"), name, figures->items,
		figures->waiting, figures->parked->len);
	for (guint i = 0; i < figures->parked->len; i++) {
		const Parked *parked = figures->parked->pdata[i];

		printf (_ ("    parked: %s: %s\n"), parked->title,
			parked->reason != NULL ? parked->reason : "?");
	}
}

static void
calendar_to_json (ToolJson *json, ESource *child, const CalendarFigures *figures, gboolean opened)
{
	g_autofree char *name = e_source_dup_display_name (child);

	tool_json_object (json, NULL);
	tool_json_text (json, "name", name);
	tool_json_text (json, "uid", e_source_get_uid (child));
	tool_json_bool (json, "opened", opened);
	tool_json_int (json, "items", figures->items);
	tool_json_int (json, "waiting", figures->waiting);
	tool_json_array (json, "parked");
	for (guint i = 0; i < figures->parked->len; i++) {
		const Parked *parked = figures->parked->pdata[i];

		tool_json_object (json, NULL);
		tool_json_text (json, "title", parked->title);
		tool_json_text (json, "reason", parked->reason);
		tool_json_end (json);
	}
	tool_json_end (json);
	tool_json_end (json);
}

static void
show_calendars (Tool *tool, ESourceRegistry *registry, ESource *account, ToolJson *json)
{
	GList *calendars = e_source_registry_list_sources (registry, E_SOURCE_EXTENSION_CALENDAR);

	tool_json_array (json, "calendars");
	for (GList *link = calendars; link != NULL; link = link->next) {
		g_auto (CalendarFigures) figures = { 0 };
		gboolean opened;

		if (g_strcmp0 (e_source_get_parent (link->data), e_source_get_uid (account)) != 0)
			continue;
		opened = read_calendar (e_source_get_uid (link->data), &figures);
		if (!tool->json)
			print_calendar (link->data, &figures, opened);
		calendar_to_json (json, link->data, &figures, opened);
	}
	tool_json_end (json);
	g_list_free_full (calendars, g_object_unref);
}

static void
print_state (const char *address, const char *url, const EasAccountData *data)
{
	printf ("%s\n", address);
	printf ("  %-12s  %s\n", _ ("server"),
		data->url != NULL ? data->url
		: url != NULL     ? url
				  : "-");
	printf ("  %-12s  %s\n", _ ("version"),
		data->version != EAS_VERSION_NONE ? eas_version_to_string (data->version) : "-");
	printf ("  %-12s  %s\n", _ ("access"), access_text (data));
	printf ("  %-12s  %s\n", _ ("rules"),
		data->policy_key != 0 ? _ ("accepted")
		: data->provisioned   ? _ ("none")
				      : "-");
	printf ("  %-12s  %u\n", _ ("folders"), data->folders != NULL ? data->folders->len : 0);
	if (data->throttle_until > g_get_real_time () / G_USEC_PER_SEC) {
		g_autofree char *until = time_text (data->throttle_until);

		printf ("  %-12s  %s\n", _ ("waits until"), until);
	}
	if (data->last_error != NULL)
		printf ("  %-12s  %s\n", _ ("last trouble"), data->last_error);
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
	tool_json_int (json, "folders", data->folders != NULL ? data->folders->len : 0);
	tool_json_int (json, "throttledUntil", data->throttle_until);
	tool_json_text (json, "lastError", data->last_error);
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
	show_calendars (tool, registry, account, json);
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

	g_type_ensure (E_TYPE_SOURCE_EAS_FOLDER);
	accounts = choose_accounts (registry, address, &error);
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
