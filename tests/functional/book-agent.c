/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An address book client on a leash (agent.h).
 *
 *	sources                      the address books: "UID BACKEND PARENT NAME" each, in base64
 *	carddav URL USER PASSWORD    makes a CardDAV address book; answers its UID
 *	open UID SECONDS             opens it and keeps it open
 *	refresh
 *	list [SEXP]                  every contact as a vCard, in base64
 *	get UID
 *	create BASE64...             answers the new UIDs
 *	modify BASE64...
 *	remove UID...
 *	contains ADDRESS             "yes" or "no"
 *	property NAME                a property of the backend, in base64
 *	view-start [SEXP]            counts the signals of a view
 *	view-stats                   "ADDED MODIFIED REMOVED COMPLETED"
 *	view-last                    "SIGNALS TIME REVISIONS TIME", monotonic microseconds of the
 *last cursor-open SEXP             sorted by file-as cursor-stats                 "TOTAL POSITION"
 *	cursor-fetch COUNT           from the beginning; file-as of each, in base64
 *	probe-start MS SEXP          asks SEXP every MS milliseconds in a thread of its own
 *	probe-stop                   "COUNT LONGEST-MS LAST-CONTACTS FAILURES"
 *	quit
 *
 * SEXP is in base64.
 */

#include <libebook/libebook.h>
#include <stdio.h>

#include "agent.h"

#define EVERYTHING "(contains \"x-evolution-any-field\" \"\")"

typedef struct {
	ESourceRegistry *registry;
	EBookClient *client;
	EBookClientView *view;
	EBookClientCursor *cursor;
	guint added, modified, removed, completed;
	gint64 view_time; /* monotonic microseconds, of the last of these */
	guint revisions;
	gint64 revision_time; /* likewise */
	GThread *prober;
	gint probing; /* atomic */
	char *probe_sexp;
	guint probe_interval; /* milliseconds */
	guint probes, probe_failures, probe_contacts;
	gint64 longest; /* microseconds */
} Agent;

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
list_sources (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (GPtrArray) lines = new_lines ();
	GList *sources =
		e_source_registry_list_sources (agent->registry, E_SOURCE_EXTENSION_ADDRESS_BOOK);

	for (GList *link = sources; link != NULL; link = link->next) {
		ESource *source = link->data;
		const char *parent = e_source_get_parent (source);
		ESourceBackend *extension =
			e_source_get_extension (source, E_SOURCE_EXTENSION_ADDRESS_BOOK);
		g_autofree char *line = g_strdup_printf (
			"%s %s %s %s", e_source_get_uid (source),
			e_source_backend_get_backend_name (extension),
			parent != NULL ? parent : "-", e_source_get_display_name (source));

		g_ptr_array_add (lines, agent_to_base64 (line));
	}
	g_list_free_full (sources, g_object_unref);
	agent_answer (lines);
}

static void
make_carddav (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (GError) error = NULL;
	g_autoptr (GUri) uri = g_uri_parse (words[1], G_URI_FLAGS_NONE, &error);
	g_autoptr (ESource) source = e_source_new (NULL, NULL, NULL);
	ESourceBackend *book = e_source_get_extension (source, E_SOURCE_EXTENSION_ADDRESS_BOOK);
	ESourceAuthentication *authentication =
		e_source_get_extension (source, E_SOURCE_EXTENSION_AUTHENTICATION);
	ESourceWebdav *webdav = e_source_get_extension (source, E_SOURCE_EXTENSION_WEBDAV_BACKEND);
	GList sources = { source, NULL, NULL };

	if (uri == NULL) {
		agent_answer_error (error);
		return;
	}
	e_source_set_display_name (source, "CardDAV");
	e_source_set_parent (source, "carddav-stub");
	e_source_backend_set_backend_name (book, "carddav");
	e_source_authentication_set_user (authentication, words[2]);
	e_source_authentication_set_method (authentication, "plain/password");
	e_source_webdav_set_uri (webdav, uri);
	if (!e_source_store_password_sync (source, words[3], TRUE, NULL, &error) ||
	    !e_source_registry_create_sources_sync (agent->registry, &sources, NULL, &error)) {
		agent_answer_error (error);
		return;
	}
	agent_answer_one (e_source_get_uid (source));
}

static void
property_changed (EClient *client, const char *name, const char *value, Agent *agent)
{
	if (!g_str_equal (name, CLIENT_BACKEND_PROPERTY_REVISION))
		return;

	agent->revisions++;
	agent->revision_time = g_get_monotonic_time ();
}

static void
open_book (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (ESource) source = e_source_registry_ref_source (agent->registry, words[1]);
	g_autoptr (GError) error = NULL;
	EClient *client;
	guint32 seconds =
		words[2] != NULL ? (guint32) g_ascii_strtoull (words[2], NULL, 10) : (guint32) -1;

	if (source == NULL) {
		printf ("error agent 0 no such source\n");
		fflush (stdout);
		return;
	}
	client = e_book_client_connect_sync (source, seconds, NULL, &error);
	if (client == NULL) {
		agent_answer_error (error);
		return;
	}
	g_clear_object (&agent->client);
	agent->client = E_BOOK_CLIENT (client);
	g_signal_connect (client, "backend-property-changed", G_CALLBACK (property_changed), agent);
	agent_answer (NULL);
}

static void
refresh (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (GError) error = NULL;

	if (!e_client_refresh_sync (E_CLIENT (agent->client), NULL, &error))
		agent_answer_error (error);
	else
		agent_answer (NULL);
}

static void
list_contacts (gpointer data, char **words)
{
	Agent *agent = data;
	g_autofree char *sexp = sexp_from_word (words[1]);
	g_autoptr (GPtrArray) lines = new_lines ();
	g_autoptr (GError) error = NULL;
	GSList *contacts = NULL;

	if (!e_book_client_get_contacts_sync (agent->client, sexp, &contacts, NULL, &error)) {
		agent_answer_error (error);
		return;
	}
	for (GSList *link = contacts; link != NULL; link = link->next)
		g_ptr_array_add (lines, contact_to_base64 (link->data));
	g_slist_free_full (contacts, g_object_unref);
	agent_answer (lines);
}

static void
get_contact (gpointer data, char **words)
{
	Agent *agent = data;
	EContact *contact = NULL;
	g_autoptr (GError) error = NULL;
	g_autofree char *line = NULL;

	if (!e_book_client_get_contact_sync (agent->client, words[1], &contact, NULL, &error)) {
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
create_contacts (gpointer data, char **words)
{
	Agent *agent = data;
	GSList *contacts = contacts_from_words (words + 1);
	g_autoptr (GPtrArray) lines = new_lines ();
	g_autoptr (GError) error = NULL;
	GSList *uids = NULL;

	if (!e_book_client_add_contacts_sync (agent->client, contacts, E_BOOK_OPERATION_FLAG_NONE,
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
modify_contacts (gpointer data, char **words)
{
	Agent *agent = data;
	GSList *contacts = contacts_from_words (words + 1);
	g_autoptr (GError) error = NULL;

	if (!e_book_client_modify_contacts_sync (agent->client, contacts,
						 E_BOOK_OPERATION_FLAG_NONE, NULL, &error))
		agent_answer_error (error);
	else
		agent_answer (NULL);
	g_slist_free_full (contacts, g_object_unref);
}

static void
remove_contacts (gpointer data, char **words)
{
	Agent *agent = data;
	GSList *uids = NULL;
	g_autoptr (GError) error = NULL;

	for (char **word = words + 1; *word != NULL; word++)
		uids = g_slist_append (uids, *word);
	if (!e_book_client_remove_contacts_sync (agent->client, uids, E_BOOK_OPERATION_FLAG_NONE,
						 NULL, &error))
		agent_answer_error (error);
	else
		agent_answer (NULL);
	g_slist_free (uids);
}

/* What a composer asks when a message came from somebody. */
static void
answer_contains (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (GError) error = NULL;
	gboolean found = e_book_client_contains_email_sync (agent->client, words[1], NULL, &error);

	if (error != NULL)
		agent_answer_error (error);
	else
		agent_answer_one (found ? "yes" : "no");
}

static void
answer_property (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (GError) error = NULL;
	g_autofree char *value = NULL;
	g_autofree char *line = NULL;

	if (!e_client_get_backend_property_sync (E_CLIENT (agent->client), words[1], &value, NULL,
						 &error)) {
		agent_answer_error (error);
		return;
	}
	line = agent_to_base64 (value != NULL ? value : "");
	agent_answer_one (line);
}

/* ---- a view ---- */

static void
contacts_added (EBookClientView *view, const GSList *contacts, Agent *agent)
{
	agent->added += g_slist_length ((GSList *) contacts);
	agent->view_time = g_get_monotonic_time ();
}

static void
contacts_modified (EBookClientView *view, const GSList *contacts, Agent *agent)
{
	agent->modified += g_slist_length ((GSList *) contacts);
	agent->view_time = g_get_monotonic_time ();
}

static void
contacts_removed (EBookClientView *view, const GSList *uids, Agent *agent)
{
	agent->removed += g_slist_length ((GSList *) uids);
	agent->view_time = g_get_monotonic_time ();
}

static void
view_complete (EBookClientView *view, const GError *error, Agent *agent)
{
	agent->completed++;
}

static void
start_view (gpointer data, char **words)
{
	Agent *agent = data;
	g_autofree char *sexp = sexp_from_word (words[1]);
	g_autoptr (GError) error = NULL;

	g_clear_object (&agent->view);
	agent->added = agent->modified = agent->removed = agent->completed = 0;
	if (!e_book_client_get_view_sync (agent->client, sexp, &agent->view, NULL, &error)) {
		agent_answer_error (error);
		return;
	}
	g_signal_connect (agent->view, "objects-added", G_CALLBACK (contacts_added), agent);
	g_signal_connect (agent->view, "objects-modified", G_CALLBACK (contacts_modified), agent);
	g_signal_connect (agent->view, "objects-removed", G_CALLBACK (contacts_removed), agent);
	g_signal_connect (agent->view, "complete", G_CALLBACK (view_complete), agent);
	e_book_client_view_start (agent->view, &error);
	if (error != NULL)
		agent_answer_error (error);
	else
		agent_answer (NULL);
}

static void
answer_view (gpointer data, char **words)
{
	Agent *agent = data;
	g_autofree char *line = g_strdup_printf ("%u %u %u %u", agent->added, agent->modified,
						 agent->removed, agent->completed);

	agent_answer_one (line);
}

/* For latencies: when the view last said something, and when the client last heard of a new
 * revision. */
static void
answer_last (gpointer data, char **words)
{
	Agent *agent = data;
	g_autofree char *line =
		g_strdup_printf ("%u %" G_GINT64_FORMAT " %u %" G_GINT64_FORMAT,
				 agent->added + agent->modified + agent->removed, agent->view_time,
				 agent->revisions, agent->revision_time);

	agent_answer_one (line);
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
	if (!e_book_client_get_cursor_sync (agent->client, sexp, fields, types,
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

/* ---- how long a query takes ---- */

static gpointer
probe (gpointer data)
{
	Agent *agent = data;

	while (g_atomic_int_get (&agent->probing)) {
		g_autoptr (GError) error = NULL;
		GSList *contacts = NULL;
		gint64 start = g_get_monotonic_time ();
		gint64 took;

		if (!e_book_client_get_contacts_sync (agent->client, agent->probe_sexp, &contacts,
						      NULL, &error))
			agent->probe_failures++;
		took = g_get_monotonic_time () - start;
		agent->longest = MAX (agent->longest, took);
		agent->probe_contacts = g_slist_length (contacts);
		agent->probes++;
		g_slist_free_full (contacts, g_object_unref);
		g_usleep (agent->probe_interval * 1000);
	}

	return NULL;
}

static void
stop_probe (Agent *agent)
{
	if (agent->prober == NULL)
		return;
	g_atomic_int_set (&agent->probing, FALSE);
	g_thread_join (g_steal_pointer (&agent->prober));
}

static void
start_probe (gpointer data, char **words)
{
	Agent *agent = data;

	stop_probe (agent);
	g_free (agent->probe_sexp);
	agent->probe_sexp = agent_from_base64 (words[2]);
	agent->probe_interval = (guint) g_ascii_strtoull (words[1], NULL, 10);
	agent->probes = agent->probe_failures = agent->probe_contacts = 0;
	agent->longest = 0;
	g_atomic_int_set (&agent->probing, TRUE);
	agent->prober = g_thread_new ("probe", probe, agent);
	agent_answer (NULL);
}

static void
answer_probe (gpointer data, char **words)
{
	Agent *agent = data;
	g_autofree char *line = NULL;

	stop_probe (agent);
	line = g_strdup_printf ("%u %.1f %u %u", agent->probes, agent->longest / 1000.0,
				agent->probe_contacts, agent->probe_failures);
	agent_answer_one (line);
}

static gboolean
is_open (gpointer data)
{
	return ((Agent *) data)->client != NULL;
}

static const AgentCommand commands[] = {
	{ "sources", 1, FALSE, list_sources },
	{ "carddav", 4, FALSE, make_carddav },
	{ "open", 2, FALSE, open_book },
	{ "refresh", 1, TRUE, refresh },
	{ "list", 1, TRUE, list_contacts },
	{ "get", 2, TRUE, get_contact },
	{ "create", 2, TRUE, create_contacts },
	{ "modify", 2, TRUE, modify_contacts },
	{ "remove", 2, TRUE, remove_contacts },
	{ "contains", 2, TRUE, answer_contains },
	{ "property", 2, TRUE, answer_property },
	{ "view-start", 1, TRUE, start_view },
	{ "view-stats", 1, TRUE, answer_view },
	{ "view-last", 1, TRUE, answer_last },
	{ "cursor-open", 1, TRUE, open_cursor },
	{ "cursor-stats", 1, TRUE, answer_cursor },
	{ "cursor-fetch", 2, TRUE, fetch_by_cursor },
	{ "probe-start", 3, TRUE, start_probe },
	{ "probe-stop", 1, TRUE, answer_probe },
};

int
main (void)
{
	Agent agent = { 0 };
	g_autoptr (GError) error = NULL;

	agent.registry = e_source_registry_new_sync (NULL, &error);
	if (agent.registry == NULL) {
		agent_answer_error (error);
		return 1;
	}
	agent_obey (commands, G_N_ELEMENTS (commands), is_open, &agent);
	stop_probe (&agent);
	g_clear_object (&agent.cursor);
	g_clear_object (&agent.view);
	g_clear_object (&agent.client);
	g_clear_object (&agent.registry);
	g_free (agent.probe_sexp);

	return 0;
}
