/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An address book client on a leash (agent.h, agent-client.h).
 *
 *	sources                      the address books: "UID BACKEND PARENT NAME" each, in base64
 *	carddav URL USER PASSWORD    makes a CardDAV address book; answers its UID
 *	open UID [SECONDS]           opens it and keeps it open
 *	list [SEXP]                  every contact as a vCard, in base64
 *	get UID
 *	create BASE64...             answers the new UIDs
 *	modify BASE64...
 *	remove UID...
 *	contains ADDRESS             "yes" or "no"
 *	view-start [SEXP]            counts the signals of a view
 *	cursor-open SEXP             sorted by file-as
 *	cursor-stats                 "TOTAL POSITION"
 *	cursor-fetch COUNT           from the beginning; file-as of each, in base64
 *	quit
 *
 * SEXP is in base64.
 */

#include <libebook/libebook.h>

#include "agent-client.h"

#define EVERYTHING "(contains \"x-evolution-any-field\" \"\")"

typedef struct {
	AgentClient base;
	EBookClientCursor *cursor;
} Agent;

static EBookClient *
book_of (gpointer agent)
{
	return E_BOOK_CLIENT (((Agent *) agent)->base.client);
}

static GPtrArray *
new_lines (void)
{
	return g_ptr_array_new_with_free_func (g_free);
}

static char *
sexp_from_word (const char *word)
{
	return word != NULL ? agent_from_base64 (word) : g_strdup (EVERYTHING);
}

static char *
contact_to_base64 (EContact *contact)
{
	g_autofree char *vcard = e_vcard_to_string (E_VCARD (contact), EVC_FORMAT_VCARD_30);

	return agent_to_base64 (vcard);
}

static void
list_sources (gpointer agent, char **words)
{
	agent_client_list_sources (agent, E_SOURCE_EXTENSION_ADDRESS_BOOK);
}

static void
make_carddav (gpointer agent, char **words)
{
	agent_client_make_dav (agent, words, "carddav", E_SOURCE_EXTENSION_ADDRESS_BOOK);
}

static void
open_book (gpointer agent, char **words)
{
	guint32 seconds = 0;
	g_autoptr (ESource) source = agent_client_find_source (agent, words, &seconds);
	g_autoptr (GError) error = NULL;

	if (source != NULL)
		agent_client_opened (
			agent, e_book_client_connect_sync (source, seconds, NULL, &error), error);
}

static void
list_contacts (gpointer agent, char **words)
{
	g_autofree char *sexp = sexp_from_word (words[1]);
	g_autoptr (GPtrArray) lines = new_lines ();
	g_autoptr (GError) error = NULL;
	GSList *contacts = NULL;

	if (!e_book_client_get_contacts_sync (book_of (agent), sexp, &contacts, NULL, &error)) {
		agent_answer_error (error);
		return;
	}
	for (GSList *link = contacts; link != NULL; link = link->next)
		g_ptr_array_add (lines, contact_to_base64 (link->data));
	g_slist_free_full (contacts, g_object_unref);
	agent_answer (lines);
}

static void
get_contact (gpointer agent, char **words)
{
	EContact *contact = NULL;
	g_autoptr (GError) error = NULL;
	g_autofree char *line = NULL;

	if (!e_book_client_get_contact_sync (book_of (agent), words[1], &contact, NULL, &error)) {
		agent_answer_error (error);
		return;
	}
	line = contact_to_base64 (contact);
	agent_answer_one (line);
	g_object_unref (contact);
}

static GSList *
contacts_from_words (char **words)
{
	GSList *contacts = NULL;

	for (char **word = words; *word != NULL; word++) {
		g_autofree char *vcard = agent_from_base64 (*word);

		contacts = g_slist_append (contacts, e_contact_new_from_vcard (vcard));
	}

	return contacts;
}

static void
create_contacts (gpointer agent, char **words)
{
	GSList *contacts = contacts_from_words (words + 1);
	g_autoptr (GPtrArray) lines = new_lines ();
	g_autoptr (GError) error = NULL;
	GSList *uids = NULL;

	if (!e_book_client_add_contacts_sync (book_of (agent), contacts, E_BOOK_OPERATION_FLAG_NONE,
					      &uids, NULL, &error)) {
		agent_answer_error (error);
	} else {
		for (GSList *link = uids; link != NULL; link = link->next)
			g_ptr_array_add (lines, g_strdup (link->data));
		agent_answer (lines);
	}
	g_slist_free_full (uids, g_free);
	g_slist_free_full (contacts, g_object_unref);
}

static void
modify_contacts (gpointer agent, char **words)
{
	GSList *contacts = contacts_from_words (words + 1);
	g_autoptr (GError) error = NULL;

	if (!e_book_client_modify_contacts_sync (book_of (agent), contacts,
						 E_BOOK_OPERATION_FLAG_NONE, NULL, &error))
		agent_answer_error (error);
	else
		agent_answer (NULL);
	g_slist_free_full (contacts, g_object_unref);
}

static void
remove_contacts (gpointer agent, char **words)
{
	GSList *uids = NULL;
	g_autoptr (GError) error = NULL;

	for (char **word = words + 1; *word != NULL; word++)
		uids = g_slist_append (uids, *word);
	if (!e_book_client_remove_contacts_sync (book_of (agent), uids, E_BOOK_OPERATION_FLAG_NONE,
						 NULL, &error))
		agent_answer_error (error);
	else
		agent_answer (NULL);
	g_slist_free (uids);
}

/* What a composer asks when a message came from somebody. */
static void
answer_contains (gpointer agent, char **words)
{
	g_autoptr (GError) error = NULL;
	gboolean found =
		e_book_client_contains_email_sync (book_of (agent), words[1], NULL, &error);

	if (error != NULL)
		agent_answer_error (error);
	else
		agent_answer_one (found ? "yes" : "no");
}

static void
start_view (gpointer agent, char **words)
{
	g_autofree char *sexp = sexp_from_word (words[1]);
	g_autoptr (GError) error = NULL;
	EBookClientView *view = NULL;

	if (e_book_client_get_view_sync (book_of (agent), sexp, &view, NULL, &error)) {
		agent_client_watch (agent, view);
		e_book_client_view_start (view, &error);
	}
	if (error != NULL)
		agent_answer_error (error);
	else
		agent_answer (NULL);
}

static int
count_contacts (EClient *client, const char *sexp)
{
	GSList *contacts = NULL;
	int found = -1;

	if (e_book_client_get_contacts_sync (E_BOOK_CLIENT (client), sexp, &contacts, NULL, NULL))
		found = (int) g_slist_length (contacts);
	g_slist_free_full (contacts, g_object_unref);

	return found;
}

/* ---- a cursor ---- */

static void
open_cursor (gpointer data, char **words)
{
	static const EContactField fields[] = { E_CONTACT_FILE_AS };
	static const EBookCursorSortType types[] = { E_BOOK_CURSOR_SORT_ASCENDING };
	Agent *agent = data;
	g_autofree char *sexp = sexp_from_word (words[1]);
	g_autoptr (GError) error = NULL;

	g_clear_object (&agent->cursor);
	if (!e_book_client_get_cursor_sync (book_of (agent), sexp, fields, types,
					    G_N_ELEMENTS (fields), &agent->cursor, NULL, &error))
		agent_answer_error (error);
	else
		agent_answer (NULL);
}

static void
answer_cursor (gpointer data, char **words)
{
	Agent *agent = data;
	g_autofree char *line =
		agent->cursor == NULL
			? g_strdup ("none")
			: g_strdup_printf ("%d %d", e_book_client_cursor_get_total (agent->cursor),
					   e_book_client_cursor_get_position (agent->cursor));

	agent_answer_one (line);
}

static void
fetch_by_cursor (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (GPtrArray) lines = new_lines ();
	g_autoptr (GError) error = NULL;
	GSList *contacts = NULL;
	int count = (int) g_ascii_strtoll (words[1], NULL, 10);

	if (agent->cursor == NULL ||
	    e_book_client_cursor_step_sync (
		    agent->cursor, E_BOOK_CURSOR_STEP_FETCH | E_BOOK_CURSOR_STEP_MOVE,
		    E_BOOK_CURSOR_ORIGIN_BEGIN, count, &contacts, NULL, &error) < 0) {
		agent_answer_error (error);
		return;
	}
	for (GSList *link = contacts; link != NULL; link = link->next) {
		const char *name = e_contact_get_const (link->data, E_CONTACT_FILE_AS);

		g_ptr_array_add (lines, agent_to_base64 (name != NULL ? name : ""));
	}
	g_slist_free_full (contacts, g_object_unref);
	agent_answer (lines);
}

/* clang-format off */
static const AgentCommand commands[] = {
	{ "sources",      1, FALSE, list_sources },
	{ "carddav",      4, FALSE, make_carddav },
	{ "open",         2, FALSE, open_book },
	{ "list",         1, TRUE,  list_contacts },
	{ "get",          2, TRUE,  get_contact },
	{ "create",       2, TRUE,  create_contacts },
	{ "modify",       2, TRUE,  modify_contacts },
	{ "remove",       2, TRUE,  remove_contacts },
	{ "contains",     2, TRUE,  answer_contains },
	{ "view-start",   1, TRUE,  start_view },
	{ "cursor-open",  1, TRUE,  open_cursor },
	{ "cursor-stats", 1, TRUE,  answer_cursor },
	{ "cursor-fetch", 2, TRUE,  fetch_by_cursor },
};
/* clang-format on */

int
main (void)
{
	Agent agent = { .base.query = count_contacts };
	int status = agent_client_main (&agent.base, commands, G_N_ELEMENTS (commands));

	g_clear_object (&agent.cursor);

	return status;
}
