/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A calendar client on a leash (agent.h).
 *
 *	sources [tasks|notes]        the calendars, task lists or memo lists: "UID BACKEND PARENT
 *	                             NAME" each, in base64
 *	caldav URL USER PASSWORD     makes a CalDAV calendar; answers its UID
 *	default UID                  new events go there unless a program asks
 *	open UID SECONDS             opens it and keeps it open
 *	capabilities                 of what is open
 *	refresh
 *	list [SEXP]                  every object, in base64
 *	get UID                      master and instances, in base64
 *	create BASE64                answers the new UID
 *	receive BASE64               what a person opens or a mail brings, as a whole; answers the
 *UIDs of the events in it, in base64 modify this|all BASE64 remove this|all UID [RID] view-start |
 *view-stats      counts the signals of a view of everything view-last                    "SIGNALS
 *TIME REVISIONS TIME", monotonic microseconds of the last probe-start MS SEXP-BASE64   asks SEXP
 *every MS milliseconds in a thread of its own probe-stop                   "COUNT LONGEST-MS
 *LAST-OBJECTS FAILURES" quit
 */

#include <libecal/libecal.h>
#include <stdio.h>

#include "agent.h"

#define EVERYTHING "#t"

typedef struct {
	ESourceRegistry *registry;
	ECalClient *client;
	ECalClientView *view;
	guint added, modified, removed, completed;
	gint64 view_time; /* monotonic microseconds, of the last of these */
	guint revisions;
	gint64 revision_time; /* likewise */
	GThread *prober;
	gint probing; /* atomic */
	char *probe_sexp;
	guint probe_interval; /* milliseconds */
	guint probes, probe_failures, probe_objects;
	gint64 longest; /* microseconds */
} Agent;

static ICalComponent *
component_from_base64 (const char *text)
{
	g_autofree char *ical = agent_from_base64 (text);

	return i_cal_component_new_from_string (ical);
}

/* What a source can be to this client. */
static const struct {
	const char *word;
	const char *extension;
	ECalClientSourceType type;
} kinds[] = {
	{ "events", E_SOURCE_EXTENSION_CALENDAR, E_CAL_CLIENT_SOURCE_TYPE_EVENTS },
	{ "tasks", E_SOURCE_EXTENSION_TASK_LIST, E_CAL_CLIENT_SOURCE_TYPE_TASKS },
	{ "notes", E_SOURCE_EXTENSION_MEMO_LIST, E_CAL_CLIENT_SOURCE_TYPE_MEMOS },
};

static gsize
kind_of_word (const char *word)
{
	for (gsize i = 0; word != NULL && i < G_N_ELEMENTS (kinds); i++) {
		if (g_str_equal (kinds[i].word, word))
			return i;
	}

	return 0;
}

static gsize
kind_of_source (ESource *source)
{
	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
		if (e_source_has_extension (source, kinds[i].extension))
			return i;
	}

	return 0;
}

static void
list_sources (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
	const char *wanted = kinds[kind_of_word (words[1])].extension;
	GList *sources = e_source_registry_list_sources (agent->registry, wanted);

	for (GList *link = sources; link != NULL; link = link->next) {
		ESource *source = link->data;
		ESourceBackend *extension = e_source_get_extension (source, wanted);
		g_autofree char *line = g_strdup_printf (
			"%s %s %s %s", e_source_get_uid (source),
			e_source_backend_get_backend_name (extension),
			e_source_get_parent (source) != NULL ? e_source_get_parent (source) : "-",
			e_source_get_display_name (source));

		g_ptr_array_add (lines, agent_to_base64 (line));
	}
	g_list_free_full (sources, g_object_unref);
	agent_answer (lines);
}

static void
make_caldav (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (GError) error = NULL;
	g_autoptr (GUri) uri = g_uri_parse (words[1], G_URI_FLAGS_NONE, &error);
	g_autoptr (ESource) source = e_source_new (NULL, NULL, NULL);
	ESourceBackend *calendar = e_source_get_extension (source, E_SOURCE_EXTENSION_CALENDAR);
	ESourceAuthentication *authentication =
		e_source_get_extension (source, E_SOURCE_EXTENSION_AUTHENTICATION);
	ESourceWebdav *webdav = e_source_get_extension (source, E_SOURCE_EXTENSION_WEBDAV_BACKEND);
	GList sources = { source, NULL, NULL };

	if (uri == NULL) {
		agent_answer_error (error);
		return;
	}
	e_source_set_display_name (source, "CalDAV");
	e_source_set_parent (source, "caldav-stub");
	e_source_backend_set_backend_name (calendar, "caldav");
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
open_calendar (gpointer data, char **words)
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
	client = e_cal_client_connect_sync (source, kinds[kind_of_source (source)].type, seconds,
					    NULL, &error);
	if (client == NULL) {
		agent_answer_error (error);
		return;
	}
	g_clear_object (&agent->client);
	agent->client = E_CAL_CLIENT (client);
	g_signal_connect (client, "backend-property-changed", G_CALLBACK (property_changed), agent);
	agent_answer (NULL);
}

static void
list_capabilities (gpointer data, char **words)
{
	Agent *agent = data;
	g_autofree char *text = NULL;
	g_autoptr (GError) error = NULL;

	if (e_client_get_backend_property_sync (E_CLIENT (agent->client),
						CLIENT_BACKEND_PROPERTY_CAPABILITIES, &text, NULL,
						&error))
		agent_answer_one (text);
	else
		agent_answer_error (error);
}

static void
set_default (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (ESource) source = e_source_registry_ref_source (agent->registry, words[1]);

	e_source_registry_set_default_calendar (agent->registry, source);
	agent_answer (NULL);
}

static void
answer_components (GSList *components)
{
	g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

	for (GSList *link = components; link != NULL; link = link->next) {
		g_autofree char *ical = i_cal_component_as_ical_string (link->data);

		g_ptr_array_add (lines, agent_to_base64 (ical));
	}
	agent_answer (lines);
}

static void
list_objects (gpointer data, char **words)
{
	Agent *agent = data;
	g_autofree char *sexp =
		words[1] != NULL ? agent_from_base64 (words[1]) : g_strdup (EVERYTHING);
	g_autoptr (GError) error = NULL;
	GSList *components = NULL;

	if (!e_cal_client_get_object_list_sync (agent->client, sexp, &components, NULL, &error)) {
		agent_answer_error (error);
		return;
	}
	answer_components (components);
	g_slist_free_full (components, g_object_unref);
}

static void
get_objects (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (GError) error = NULL;
	GSList *objects = NULL;
	g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

	if (!e_cal_client_get_objects_for_uid_sync (agent->client, words[1], &objects, NULL,
						    &error)) {
		agent_answer_error (error);
		return;
	}
	for (GSList *link = objects; link != NULL; link = link->next) {
		g_autofree char *ical = e_cal_component_get_as_string (link->data);

		g_ptr_array_add (lines, agent_to_base64 (ical));
	}
	g_slist_free_full (objects, g_object_unref);
	agent_answer (lines);
}

static void
create_object (gpointer data, char **words)
{
	Agent *agent = data;
	ICalComponent *component = component_from_base64 (words[1]);
	g_autoptr (GError) error = NULL;
	g_autofree char *uid = NULL;

	if (component == NULL)
		agent_answer_error (NULL);
	else if (!e_cal_client_create_object_sync (agent->client, component,
						   E_CAL_OPERATION_FLAG_NONE, &uid, NULL, &error))
		agent_answer_error (error);
	else
		agent_answer_one (uid);
	g_clear_object (&component);
}

static void
note_events (ICalComponent *calendar, GPtrArray *lines)
{
	ICalComponent *event;

	if (i_cal_component_isa (calendar) == I_CAL_VEVENT_COMPONENT)
		g_ptr_array_add (lines,
				 agent_to_base64 (i_cal_component_get_uid (calendar) != NULL
							  ? i_cal_component_get_uid (calendar)
							  : ""));
	for (event = i_cal_component_get_first_component (calendar, I_CAL_ANY_COMPONENT);
	     event != NULL; g_object_unref (event),
	    event = i_cal_component_get_next_component (calendar, I_CAL_ANY_COMPONENT))
		note_events (event, lines);
}

/* One calendar of it, or all of them below a root without a name. */
static gboolean
receive_one (Agent *agent, ICalComponent *component, GError **error)
{
	ICalComponent *calendar;
	gboolean success = TRUE;

	if (i_cal_component_isa (component) != I_CAL_XROOT_COMPONENT)
		return e_cal_client_receive_objects_sync (agent->client, component,
							  E_CAL_OPERATION_FLAG_NONE, NULL, error);
	for (calendar = i_cal_component_get_first_component (component, I_CAL_ANY_COMPONENT);
	     calendar != NULL && success; g_object_unref (calendar),
	    calendar = i_cal_component_get_next_component (component, I_CAL_ANY_COMPONENT))
		success = receive_one (agent, calendar, error);
	g_clear_object (&calendar);

	return success;
}

static void
receive_objects (gpointer data, char **words)
{
	g_autofree char *text = agent_from_base64 (words[1]);
	ICalComponent *component = i_cal_parser_parse_string (text);
	g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (GError) error = NULL;

	if (component == NULL) {
		g_set_error_literal (&error, E_CLIENT_ERROR, E_CLIENT_ERROR_INVALID_ARG,
				     "no calendar in it");
		agent_answer_error (error);
		return;
	}
	note_events (component, lines);
	if (receive_one (data, component, &error))
		agent_answer (lines);
	else
		agent_answer_error (error);
	g_object_unref (component);
}

static ECalObjModType
mod_from_word (const char *word)
{
	return g_str_equal (word, "this") ? E_CAL_OBJ_MOD_THIS : E_CAL_OBJ_MOD_ALL;
}

static void
modify_object (gpointer data, char **words)
{
	Agent *agent = data;
	ICalComponent *component = component_from_base64 (words[2]);
	g_autoptr (GError) error = NULL;

	if (component == NULL)
		agent_answer_error (NULL);
	else if (!e_cal_client_modify_object_sync (agent->client, component,
						   mod_from_word (words[1]),
						   E_CAL_OPERATION_FLAG_NONE, NULL, &error))
		agent_answer_error (error);
	else
		agent_answer (NULL);
	g_clear_object (&component);
}

static void
remove_object (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (GError) error = NULL;

	if (!e_cal_client_remove_object_sync (agent->client, words[2], words[3],
					      mod_from_word (words[1]), E_CAL_OPERATION_FLAG_NONE,
					      NULL, &error)) {
		agent_answer_error (error);
		return;
	}
	agent_answer (NULL);
}

static void
objects_added (ECalClientView *view, const GSList *objects, Agent *agent)
{
	agent->added += g_slist_length ((GSList *) objects);
	agent->view_time = g_get_monotonic_time ();
}

static void
objects_modified (ECalClientView *view, const GSList *objects, Agent *agent)
{
	agent->modified += g_slist_length ((GSList *) objects);
	agent->view_time = g_get_monotonic_time ();
}

static void
objects_removed (ECalClientView *view, const GSList *objects, Agent *agent)
{
	agent->removed += g_slist_length ((GSList *) objects);
	agent->view_time = g_get_monotonic_time ();
}

static void
view_complete (ECalClientView *view, const GError *error, Agent *agent)
{
	agent->completed++;
}

static void
start_view (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (GError) error = NULL;

	g_clear_object (&agent->view);
	agent->added = agent->modified = agent->removed = agent->completed = 0;
	if (!e_cal_client_get_view_sync (agent->client, EVERYTHING, &agent->view, NULL, &error)) {
		agent_answer_error (error);
		return;
	}
	g_signal_connect (agent->view, "objects-added", G_CALLBACK (objects_added), agent);
	g_signal_connect (agent->view, "objects-modified", G_CALLBACK (objects_modified), agent);
	g_signal_connect (agent->view, "objects-removed", G_CALLBACK (objects_removed), agent);
	g_signal_connect (agent->view, "complete", G_CALLBACK (view_complete), agent);
	e_cal_client_view_start (agent->view, &error);
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

static gpointer
probe (gpointer data)
{
	Agent *agent = data;

	while (g_atomic_int_get (&agent->probing)) {
		g_autoptr (GError) error = NULL;
		GSList *components = NULL;
		gint64 start = g_get_monotonic_time ();
		gint64 took;

		if (!e_cal_client_get_object_list_sync (agent->client, agent->probe_sexp,
							&components, NULL, &error))
			agent->probe_failures++;
		took = g_get_monotonic_time () - start;
		agent->longest = MAX (agent->longest, took);
		agent->probe_objects = g_slist_length (components);
		agent->probes++;
		g_slist_free_full (components, g_object_unref);
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
	agent->probes = agent->probe_failures = agent->probe_objects = 0;
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
				agent->probe_objects, agent->probe_failures);
	agent_answer_one (line);
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

static gboolean
is_open (gpointer data)
{
	return ((Agent *) data)->client != NULL;
}

static const AgentCommand commands[] = {
	{ "sources", 1, FALSE, list_sources },   { "caldav", 4, FALSE, make_caldav },
	{ "default", 2, FALSE, set_default },    { "open", 2, FALSE, open_calendar },
	{ "refresh", 1, TRUE, refresh },         { "list", 1, TRUE, list_objects },
	{ "get", 2, TRUE, get_objects },         { "create", 2, TRUE, create_object },
	{ "receive", 2, TRUE, receive_objects }, { "modify", 3, TRUE, modify_object },
	{ "remove", 3, TRUE, remove_object },    { "view-start", 1, TRUE, start_view },
	{ "view-stats", 1, TRUE, answer_view },  { "view-last", 1, TRUE, answer_last },
	{ "probe-start", 3, TRUE, start_probe }, { "capabilities", 1, TRUE, list_capabilities },
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
	g_clear_object (&agent.view);
	g_clear_object (&agent.client);
	g_clear_object (&agent.registry);
	g_free (agent.probe_sexp);

	return 0;
}
