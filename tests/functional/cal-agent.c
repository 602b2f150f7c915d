/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A calendar client on a leash (agent.h, agent-client.h).
 *
 *	sources [tasks|notes]        the calendars, task lists or memo lists, in base64 each:
 *	                             "UID BACKEND PARENT NAME"
 *	caldav URL USER PASSWORD     makes a CalDAV calendar; answers its UID
 *	default UID                  new events go there unless a program asks
 *	open UID [SECONDS]           opens it and keeps it open
 *	capabilities                 of what is open
 *	list [SEXP]                  every object, in base64
 *	get UID                      master and instances, in base64
 *	create BASE64                answers the new UID
 *	receive BASE64               what a person opens or a mail brings, as a whole; answers
 *	                             the UIDs of the events in it, in base64
 *	modify this|all BASE64
 *	remove this|all UID [RID]
 *	view-start                   counts the signals of a view of everything
 *	quit
 *
 * SEXP is in base64.
 */

#include <libecal/libecal.h>

#include "agent-client.h"

#define EVERYTHING "#t"

static ECalClient *
calendar_of (gpointer agent)
{
	return E_CAL_CLIENT (((AgentClient *) agent)->client);
}

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
list_sources (gpointer agent, char **words)
{
	agent_client_list_sources (agent, kinds[kind_of_word (words[1])].extension);
}

static void
make_caldav (gpointer agent, char **words)
{
	agent_client_make_dav (agent, words, "caldav", E_SOURCE_EXTENSION_CALENDAR);
}

static void
open_calendar (gpointer agent, char **words)
{
	guint32 seconds = 0;
	g_autoptr (ESource) source = agent_client_find_source (agent, words, &seconds);
	g_autoptr (GError) error = NULL;

	if (source != NULL)
		agent_client_opened (agent,
				     e_cal_client_connect_sync (source,
								kinds[kind_of_source (source)].type,
								seconds, NULL, &error),
				     error);
}

static void
list_capabilities (gpointer agent, char **words)
{
	agent_client_answer_property (agent, CLIENT_BACKEND_PROPERTY_CAPABILITIES,
				      /* in_base64 */ FALSE);
}

static void
set_default (gpointer data, char **words)
{
	AgentClient *agent = data;
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
list_objects (gpointer agent, char **words)
{
	g_autofree char *sexp =
		words[1] != NULL ? agent_from_base64 (words[1]) : g_strdup (EVERYTHING);
	g_autoptr (GError) error = NULL;
	GSList *components = NULL;

	if (!e_cal_client_get_object_list_sync (calendar_of (agent), sexp, &components, NULL,
						&error)) {
		agent_answer_error (error);
		return;
	}
	answer_components (components);
	g_slist_free_full (components, g_object_unref);
}

static void
get_objects (gpointer agent, char **words)
{
	g_autoptr (GError) error = NULL;
	GSList *objects = NULL;
	g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

	if (!e_cal_client_get_objects_for_uid_sync (calendar_of (agent), words[1], &objects, NULL,
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
create_object (gpointer agent, char **words)
{
	ICalComponent *component = component_from_base64 (words[1]);
	g_autoptr (GError) error = NULL;
	g_autofree char *uid = NULL;

	if (component == NULL)
		agent_answer_error (NULL);
	else if (!e_cal_client_create_object_sync (calendar_of (agent), component,
						   E_CAL_OPERATION_FLAG_NONE, &uid, NULL, &error))
		agent_answer_error (error);
	else
		agent_answer_one (uid);
	g_clear_object (&component);
}

/* All components of a VCALENDAR, in one call. */
static void
create_objects (gpointer agent, char **words)
{
	ICalComponent *calendar = component_from_base64 (words[1]);
	ICalComponent *component;
	GSList *components = NULL;
	GSList *uids = NULL;
	g_autoptr (GError) error = NULL;

	if (calendar == NULL) {
		agent_answer_error (NULL);
		return;
	}
	for (component = i_cal_component_get_first_component (calendar, I_CAL_ANY_COMPONENT);
	     component != NULL;
	     component = i_cal_component_get_next_component (calendar, I_CAL_ANY_COMPONENT))
		components = g_slist_prepend (components, component);
	if (!e_cal_client_create_objects_sync (calendar_of (agent), components,
					       E_CAL_OPERATION_FLAG_NONE, &uids, NULL, &error))
		agent_answer_error (error);
	else
		agent_answer (NULL);
	e_util_free_string_slist (uids);
	g_slist_free_full (components, g_object_unref);
	g_clear_object (&calendar);
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
receive_one (gpointer agent, ICalComponent *component, GError **error)
{
	ICalComponent *calendar;
	gboolean success = TRUE;

	if (i_cal_component_isa (component) != I_CAL_XROOT_COMPONENT)
		return e_cal_client_receive_objects_sync (calendar_of (agent), component,
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
modify_object (gpointer agent, char **words)
{
	ICalComponent *component = component_from_base64 (words[2]);
	g_autoptr (GError) error = NULL;

	if (component == NULL)
		agent_answer_error (NULL);
	else if (!e_cal_client_modify_object_sync (calendar_of (agent), component,
						   mod_from_word (words[1]),
						   E_CAL_OPERATION_FLAG_NONE, NULL, &error))
		agent_answer_error (error);
	else
		agent_answer (NULL);
	g_clear_object (&component);
}

static void
remove_object (gpointer agent, char **words)
{
	g_autoptr (GError) error = NULL;

	if (!e_cal_client_remove_object_sync (calendar_of (agent), words[2], words[3],
					      mod_from_word (words[1]), E_CAL_OPERATION_FLAG_NONE,
					      NULL, &error)) {
		agent_answer_error (error);
		return;
	}
	agent_answer (NULL);
}

/* Several UIDs, with commas, in one call. */
static void
remove_objects (gpointer agent, char **words)
{
	g_auto (GStrv) uids = g_strsplit (words[1], ",", -1);
	GSList *ids = NULL;
	g_autoptr (GError) error = NULL;

	for (guint i = 0; uids[i] != NULL; i++)
		ids = g_slist_prepend (ids, e_cal_component_id_new (uids[i], NULL));
	if (!e_cal_client_remove_objects_sync (calendar_of (agent), ids, E_CAL_OBJ_MOD_ALL,
					       E_CAL_OPERATION_FLAG_NONE, NULL, &error))
		agent_answer_error (error);
	else
		agent_answer (NULL);
	g_slist_free_full (ids, (GDestroyNotify) e_cal_component_id_free);
}

static void
start_view (gpointer agent, char **words)
{
	g_autoptr (GError) error = NULL;
	ECalClientView *view = NULL;

	if (e_cal_client_get_view_sync (calendar_of (agent), EVERYTHING, &view, NULL, &error)) {
		agent_client_watch (agent, view);
		e_cal_client_view_start (view, &error);
	}
	if (error != NULL)
		agent_answer_error (error);
	else
		agent_answer (NULL);
}

static int
count_objects (EClient *client, const char *sexp)
{
	GSList *components = NULL;
	int found = -1;

	if (e_cal_client_get_object_list_sync (E_CAL_CLIENT (client), sexp, &components, NULL,
					       NULL))
		found = (int) g_slist_length (components);
	g_slist_free_full (components, g_object_unref);

	return found;
}

/* clang-format off */
static const AgentCommand commands[] = {
	{ "sources",      1, FALSE, list_sources },
	{ "caldav",       4, FALSE, make_caldav },
	{ "default",      2, FALSE, set_default },
	{ "open",         2, FALSE, open_calendar },
	{ "capabilities", 1, TRUE,  list_capabilities },
	{ "list",         1, TRUE,  list_objects },
	{ "get",          2, TRUE,  get_objects },
	{ "create",       2, TRUE,  create_object },
	{ "create-all",   2, TRUE,  create_objects },
	{ "receive",      2, TRUE,  receive_objects },
	{ "modify",       3, TRUE,  modify_object },
	{ "remove",       3, TRUE,  remove_object },
	{ "remove-all",   2, TRUE,  remove_objects },
	{ "view-start",   1, TRUE,  start_view },
};
/* clang-format on */

int
main (void)
{
	AgentClient agent = { .query = count_objects };

	return agent_client_main (&agent, commands, G_N_ELEMENTS (commands));
}
