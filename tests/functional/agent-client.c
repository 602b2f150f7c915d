/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stdio.h>

#include "agent-client.h"

void
agent_client_list_sources (AgentClient *agent, const char *extension)
{
	g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
	GList *sources = e_source_registry_list_sources (agent->registry, extension);

	for (GList *link = sources; link != NULL; link = link->next) {
		ESource *source = link->data;
		const char *parent = e_source_get_parent (source);
		g_autofree char *line = g_strdup_printf (
			"%s %s %s %s", e_source_get_uid (source),
			e_source_backend_get_backend_name (
				e_source_get_extension (source, extension)),
			parent != NULL ? parent : "-", e_source_get_display_name (source));

		g_ptr_array_add (lines, agent_to_base64 (line));
	}
	g_list_free_full (sources, g_object_unref);
	agent_answer (lines);
}

void
agent_client_make_dav (AgentClient *agent, char **words, const char *backend, const char *extension)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GUri) uri = g_uri_parse (words[1], G_URI_FLAGS_NONE, &error);
	g_autoptr (ESource) source = e_source_new (NULL, NULL, NULL);
	g_autofree char *parent = g_strconcat (backend, "-stub", NULL);
	ESourceAuthentication *authentication =
		e_source_get_extension (source, E_SOURCE_EXTENSION_AUTHENTICATION);
	GList sources = { source, NULL, NULL };

	if (uri == NULL) {
		agent_answer_error (error);
		return;
	}
	e_source_set_display_name (source, backend);
	e_source_set_parent (source, parent);
	e_source_backend_set_backend_name (e_source_get_extension (source, extension), backend);
	e_source_authentication_set_user (authentication, words[2]);
	e_source_authentication_set_method (authentication, "plain/password");
	e_source_webdav_set_uri (e_source_get_extension (source, E_SOURCE_EXTENSION_WEBDAV_BACKEND),
				 uri);
	if (!e_source_store_password_sync (source, words[3], TRUE, NULL, &error) ||
	    !e_source_registry_create_sources_sync (agent->registry, &sources, NULL, &error))
		agent_answer_error (error);
	else
		agent_answer_one (e_source_get_uid (source));
}

/* ---- opening ---- */

ESource *
agent_client_find_source (AgentClient *agent, char **words, guint32 *out_seconds)
{
	ESource *source = e_source_registry_ref_source (agent->registry, words[1]);

	if (source == NULL) {
		printf ("error agent 0 no such source\n");
		fflush (stdout);
		return NULL;
	}
	*out_seconds =
		words[2] != NULL ? (guint32) g_ascii_strtoull (words[2], NULL, 10) : (guint32) -1;

	return source;
}

static void
property_changed (EClient *client, const char *name, const char *value, AgentClient *agent)
{
	if (!g_str_equal (name, CLIENT_BACKEND_PROPERTY_REVISION))
		return;

	agent->revisions++;
	agent->revision_time = g_get_monotonic_time ();
}

void
agent_client_opened (AgentClient *agent, EClient *client, const GError *error)
{
	if (client == NULL) {
		agent_answer_error (error);
		return;
	}
	g_clear_object (&agent->client);
	agent->client = client;
	g_signal_connect (client, "backend-property-changed", G_CALLBACK (property_changed), agent);
	agent_answer (NULL);
}

static void
refresh (gpointer data, char **words)
{
	AgentClient *agent = data;
	g_autoptr (GError) error = NULL;

	if (!e_client_refresh_sync (agent->client, NULL, &error))
		agent_answer_error (error);
	else
		agent_answer (NULL);
}

void
agent_client_answer_property (AgentClient *agent, const char *name, gboolean in_base64)
{
	g_autoptr (GError) error = NULL;
	g_autofree char *value = NULL;
	g_autofree char *line = NULL;

	if (!e_client_get_backend_property_sync (agent->client, name, &value, NULL, &error)) {
		agent_answer_error (error);
		return;
	}
	line = in_base64 && value != NULL ? agent_to_base64 (value) : g_steal_pointer (&value);
	agent_answer_one (line != NULL ? line : "");
}

static void
answer_property (gpointer data, char **words)
{
	agent_client_answer_property (data, words[1], /* in_base64 */ TRUE);
}

/* ---- a view ---- */

static void
objects_added (GObject *view, GSList *objects, AgentClient *agent)
{
	agent->added += g_slist_length (objects);
	agent->view_time = g_get_monotonic_time ();
}

static void
objects_modified (GObject *view, GSList *objects, AgentClient *agent)
{
	agent->modified += g_slist_length (objects);
	agent->view_time = g_get_monotonic_time ();
}

static void
objects_removed (GObject *view, GSList *ids, AgentClient *agent)
{
	agent->removed += g_slist_length (ids);
	agent->view_time = g_get_monotonic_time ();
}

static void
view_complete (GObject *view, const GError *error, AgentClient *agent)
{
	agent->completed++;
}

void
agent_client_watch (AgentClient *agent, gpointer view)
{
	g_clear_object (&agent->view);
	agent->view = view;
	agent->added = agent->modified = agent->removed = agent->completed = 0;
	g_signal_connect (view, "objects-added", G_CALLBACK (objects_added), agent);
	g_signal_connect (view, "objects-modified", G_CALLBACK (objects_modified), agent);
	g_signal_connect (view, "objects-removed", G_CALLBACK (objects_removed), agent);
	g_signal_connect (view, "complete", G_CALLBACK (view_complete), agent);
}

static void
answer_view (gpointer data, char **words)
{
	AgentClient *agent = data;
	g_autofree char *line = g_strdup_printf ("%u %u %u %u", agent->added, agent->modified,
						 agent->removed, agent->completed);

	agent_answer_one (line);
}

/* For latencies: when the view last said something, and when the client last heard of a new
 * revision. */
static void
answer_last (gpointer data, char **words)
{
	AgentClient *agent = data;
	g_autofree char *line =
		g_strdup_printf ("%u %" G_GINT64_FORMAT " %u %" G_GINT64_FORMAT,
				 agent->added + agent->modified + agent->removed, agent->view_time,
				 agent->revisions, agent->revision_time);

	agent_answer_one (line);
}

/* ---- how long a query takes ---- */

static gpointer
probe (gpointer data)
{
	AgentClient *agent = data;

	while (g_atomic_int_get (&agent->probing)) {
		gint64 start = g_get_monotonic_time ();
		int found = agent->query (agent->client, agent->probe_sexp);

		agent->longest = MAX (agent->longest, g_get_monotonic_time () - start);
		agent->probe_objects = (guint) MAX (found, 0);
		agent->probe_failures += found < 0;
		agent->probes++;
		g_usleep (agent->probe_interval * 1000);
	}

	return NULL;
}

static void
stop_probe (AgentClient *agent)
{
	if (agent->prober == NULL)
		return;
	g_atomic_int_set (&agent->probing, FALSE);
	g_thread_join (g_steal_pointer (&agent->prober));
}

static void
start_probe (gpointer data, char **words)
{
	AgentClient *agent = data;

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
	AgentClient *agent = data;
	g_autofree char *line = NULL;

	stop_probe (agent);
	line = g_strdup_printf ("%u %.1f %u %u", agent->probes, agent->longest / 1000.0,
				agent->probe_objects, agent->probe_failures);
	agent_answer_one (line);
}

/* ---- the whole ---- */

static const AgentCommand shared_commands[] = {
	{ "refresh", 1, TRUE, refresh },         { "property", 2, TRUE, answer_property },
	{ "view-stats", 1, TRUE, answer_view },  { "view-last", 1, TRUE, answer_last },
	{ "probe-start", 3, TRUE, start_probe }, { "probe-stop", 1, TRUE, answer_probe },
};

static gboolean
is_open (gpointer data)
{
	return ((AgentClient *) data)->client != NULL;
}

int
agent_client_main (AgentClient *agent, const AgentCommand *commands, guint n_commands)
{
	g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (AgentCommand));
	g_autoptr (GError) error = NULL;

	agent->registry = e_source_registry_new_sync (NULL, &error);
	if (agent->registry == NULL) {
		agent_answer_error (error);
		return 1;
	}
	g_array_append_vals (all, shared_commands, G_N_ELEMENTS (shared_commands));
	g_array_append_vals (all, commands, n_commands);
	agent_obey ((const AgentCommand *) (gpointer) all->data, all->len, is_open, agent);
	stop_probe (agent);
	g_clear_object (&agent->view);
	g_clear_object (&agent->client);
	g_clear_object (&agent->registry);
	g_free (agent->probe_sexp);

	return 0;
}
