/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a desktop does with the sources of accounts, on a leash (agent.h).
 *
 *	children ACCOUNT             one line a child, its properties separated by tabs,
 *	                             in base64: see add_child_line()
 *	make ACCOUNT KIND NAME       a folder on the server; KIND as children say it
 *	drop UID                     the folder of a child
 *	rename UID NAME
 *	set UID PROPERTY on|off      enabled, stay, calendar, contacts
 *	recolor UID COLOR
 *	status UID                   its ESourceConnectionStatus, a number
 *	refresh ACCOUNT              lists the folders again
 *	answer PASSWORD...           what the person types at each prompt, the last one
 *	                             again and again; "-" closes the prompt
 *	remember on|off              whether what is typed goes into the keyring
 *	prompts                      "REASON UID" of each so far, each in base64
 *	quit
 *
 * NAME and PASSWORD are base64.
 */

#include <libedataserver/libedataserver.h>
#include <stdio.h>

#include "agent.h"

typedef struct {
	ESourceRegistry *registry;
	GPtrArray *answers; /* of a person at the prompts */
	guint next_answer;
	gboolean remember;
	GPtrArray *prompts;
} Agent;

/* clang-format off */
static const struct {
	const char *kind;
	const char *extension;
} kinds[] = {
	{ "calendar", E_SOURCE_EXTENSION_CALENDAR },
	{ "tasks",    E_SOURCE_EXTENSION_TASK_LIST },
	{ "memos",    E_SOURCE_EXTENSION_MEMO_LIST },
	{ "book",     E_SOURCE_EXTENSION_ADDRESS_BOOK },
};
/* clang-format on */

static void
answer_done (gboolean done, const GError *error)
{
	if (done)
		agent_answer (NULL);
	else
		agent_answer_error (error);
}

/* A source that was made a moment ago takes the registry's thread a moment to be known. */
static ESource *
find_source (Agent *agent, const char *uid)
{
	return e_source_registry_ref_source (agent->registry, uid);
}

/* ---- children ---------------------------------------------------------- */

static guint
get_order (gpointer extension)
{
	return E_IS_SOURCE_SELECTABLE (extension) ? e_source_selectable_get_order (extension)
						  : e_source_address_book_get_order (extension);
}

static gboolean
rings (ESource *source)
{
	return e_source_has_extension (source, E_SOURCE_EXTENSION_ALARMS) &&
	       e_source_alarms_get_include_me (
		       e_source_get_extension (source, E_SOURCE_EXTENSION_ALARMS));
}

static gboolean
completes (ESource *source)
{
	return e_source_has_extension (source, E_SOURCE_EXTENSION_AUTOCOMPLETE) &&
	       e_source_autocomplete_get_include_me (
		       e_source_get_extension (source, E_SOURCE_EXTENSION_AUTOCOMPLETE));
}

/* UID, kind, backend, name, colour, enabled, order, alarms, autocomplete, stays here, refresh
 * minutes, writable, deletable, connection status, folder id. */
static void
add_child_line (GPtrArray *lines, ESource *source, const char *kind, gpointer extension)
{
	ESourceRefresh *refresh = e_source_get_extension (source, E_SOURCE_EXTENSION_REFRESH);
	ESourceOffline *offline = e_source_get_extension (source, E_SOURCE_EXTENSION_OFFLINE);
	ESourceResource *resource = e_source_get_extension (source, E_SOURCE_EXTENSION_RESOURCE);
	g_autofree char *identity = e_source_resource_dup_identity (resource);
	g_autofree char *color = E_IS_SOURCE_SELECTABLE (extension)
					 ? e_source_selectable_dup_color (extension)
					 : NULL;
	g_autofree char *line = g_strdup_printf (
		"%s\t%s\t%s\t%s\t%s\t%d\t%u\t%d\t%d\t%d\t%u\t%d\t%d\t%d\t%s",
		e_source_get_uid (source), kind, e_source_backend_get_backend_name (extension),
		e_source_get_display_name (source), color != NULL ? color : "",
		e_source_get_enabled (source), get_order (extension), rings (source),
		completes (source), e_source_offline_get_stay_synchronized (offline),
		e_source_refresh_get_enabled (refresh)
			? e_source_refresh_get_interval_minutes (refresh)
			: 0,
		e_source_get_writable (source), e_source_get_remote_deletable (source),
		e_source_get_connection_status (source), identity != NULL ? identity : "");

	g_ptr_array_add (lines, agent_to_base64 (line));
}

static void
list_children (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

	for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
		GList *sources =
			e_source_registry_list_sources (agent->registry, kinds[i].extension);

		for (GList *link = sources; link != NULL; link = link->next) {
			if (g_strcmp0 (e_source_get_parent (link->data), words[1]) == 0)
				add_child_line (
					lines, link->data, kinds[i].kind,
					e_source_get_extension (link->data, kinds[i].extension));
		}
		g_list_free_full (sources, g_object_unref);
	}
	agent_answer (lines);
}

/* ---- a person's deeds -------------------------------------------------- */

static void
make_folder (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (GError) error = NULL;
	g_autoptr (ESource) account = find_source (agent, words[1]);
	g_autoptr (ESource) scratch = e_source_new (NULL, NULL, NULL);
	g_autofree char *name = agent_from_base64 (words[3]);
	gboolean done;

	e_source_set_display_name (scratch, name);
	e_source_set_parent (scratch, words[1]);
	for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
		if (g_str_equal (kinds[i].kind, words[2]))
			e_source_get_extension (scratch, kinds[i].extension);
	}
	done = account != NULL && e_source_remote_create_sync (account, scratch, NULL, &error);
	answer_done (done, error);
}

static void
drop_folder (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (GError) error = NULL;
	g_autoptr (ESource) source = find_source (agent, words[1]);
	gboolean done = source != NULL && e_source_remote_delete_sync (source, NULL, &error);

	answer_done (done, error);
}

/* As a program that manages accounts does it. */
static void
remove_account (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (GError) error = NULL;
	g_autoptr (ESource) source = find_source (agent, words[1]);
	gboolean done = source != NULL && e_source_remove_sync (source, NULL, &error);

	answer_done (done, error);
}

static void
answer_written (ESource *source)
{
	g_autoptr (GError) error = NULL;
	gboolean done = source != NULL && e_source_write_sync (source, NULL, &error);

	answer_done (done, error);
}

static void
rename_source (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (ESource) source = find_source (agent, words[1]);
	g_autofree char *name = agent_from_base64 (words[2]);

	if (source != NULL)
		e_source_set_display_name (source, name);
	answer_written (source);
}

static void
set_flag (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (ESource) source = find_source (agent, words[1]);
	gboolean on = g_str_equal (words[3], "on");

	if (source == NULL) {
		agent_answer_error (NULL);
		return;
	}
	if (g_str_equal (words[2], "enabled"))
		e_source_set_enabled (source, on);
	else if (g_str_equal (words[2], "stay"))
		e_source_offline_set_stay_synchronized (
			e_source_get_extension (source, E_SOURCE_EXTENSION_OFFLINE), on);
	else if (g_str_equal (words[2], "calendar"))
		e_source_collection_set_calendar_enabled (
			e_source_get_extension (source, E_SOURCE_EXTENSION_COLLECTION), on);
	else
		e_source_collection_set_contacts_enabled (
			e_source_get_extension (source, E_SOURCE_EXTENSION_COLLECTION), on);
	answer_written (source);
}

static void
recolor (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (ESource) source = find_source (agent, words[1]);

	if (source != NULL)
		e_source_selectable_set_color (
			e_source_get_extension (source, E_SOURCE_EXTENSION_CALENDAR), words[2]);
	answer_written (source);
}

static void
tell_status (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (ESource) source = find_source (agent, words[1]);
	g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

	if (source == NULL) {
		agent_answer_error (NULL);
		return;
	}
	g_ptr_array_add (lines, g_strdup_printf ("%d", e_source_get_connection_status (source)));
	agent_answer (lines);
}

static void
refresh_account (gpointer data, char **words)
{
	Agent *agent = data;
	g_autoptr (GError) error = NULL;
	gboolean done =
		e_source_registry_refresh_backend_sync (agent->registry, words[1], NULL, &error);

	answer_done (done, error);
}

/* ---- prompts ----------------------------------------------------------- */

static void
set_remember (gpointer data, char **words)
{
	Agent *agent = data;
	agent->remember = g_str_equal (words[1], "on");
	agent_answer (NULL);
}

static void
list_prompts (gpointer data, char **words)
{
	Agent *agent = data;
	agent_answer (agent->prompts);
}

static const char *
reason_word (ESourceCredentialsReason reason)
{
	switch (reason) {
	case E_SOURCE_CREDENTIALS_REASON_REQUIRED:
		return "required";
	case E_SOURCE_CREDENTIALS_REASON_REJECTED:
		return "rejected";
	case E_SOURCE_CREDENTIALS_REASON_SSL_FAILED:
		return "certificate";
	case E_SOURCE_CREDENTIALS_REASON_ERROR:
		return "error";
	default:
		return "unknown";
	}
}

/* As libedataserverui's prompter: what was typed is stored when it is to be remembered, and goes
 * to the source that asked. */
static void
type_password (Agent *agent, ESource *source)
{
	g_autoptr (ENamedParameters) credentials = e_named_parameters_new ();
	const char *password = NULL;

	if (agent->answers->len > 0)
		password = agent->answers->pdata[MIN (agent->next_answer, agent->answers->len - 1)];
	agent->next_answer++;
	if (password == NULL)
		return;

	e_named_parameters_set (credentials, E_SOURCE_CREDENTIAL_PASSWORD, password);
	if (agent->remember)
		e_source_store_password_sync (source, password, TRUE, NULL, NULL);
	e_source_invoke_authenticate_sync (source, credentials, NULL, NULL);
}

static void
credentials_required_cb (ESourceRegistry *registry,
			 ESource *source,
			 ESourceCredentialsReason reason,
			 const char *certificate_pem,
			 GTlsCertificateFlags certificate_errors,
			 const GError *op_error,
			 Agent *agent)
{
	g_autofree char *line =
		g_strdup_printf ("%s %s", reason_word (reason), e_source_get_uid (source));

	g_ptr_array_add (agent->prompts, agent_to_base64 (line));
	if (reason == E_SOURCE_CREDENTIALS_REASON_REQUIRED ||
	    reason == E_SOURCE_CREDENTIALS_REASON_REJECTED)
		type_password (agent, source);
}

/* A prompter that comes late asks what nobody has answered yet. */
static void
answer_awaiting (Agent *agent)
{
	GList *sources =
		e_source_registry_list_sources (agent->registry, E_SOURCE_EXTENSION_COLLECTION);

	for (GList *link = sources; link != NULL; link = link->next) {
		ESourceCredentialsReason reason = E_SOURCE_CREDENTIALS_REASON_UNKNOWN;
		g_autofree char *pem = NULL;
		GTlsCertificateFlags errors = 0;
		g_autoptr (GError) op_error = NULL;

		if (e_source_get_last_credentials_required_arguments_sync (
			    link->data, &reason, &pem, &errors, &op_error, NULL, NULL) &&
		    reason == E_SOURCE_CREDENTIALS_REASON_REQUIRED)
			type_password (agent, link->data);
	}
	g_list_free_full (sources, g_object_unref);
}

static void
set_answers (gpointer data, char **words)
{
	Agent *agent = data;
	g_ptr_array_set_size (agent->answers, 0);
	for (guint i = 1; words[i] != NULL; i++)
		g_ptr_array_add (agent->answers,
				 g_str_equal (words[i], "-") ? NULL : agent_from_base64 (words[i]));
	agent->next_answer = 0;
	answer_awaiting (agent);
	agent_answer (NULL);
}

/* ---- the leash --------------------------------------------------------- */

/* clang-format off */
static const AgentCommand commands[] = {
	{ "children", 2, FALSE, list_children },
	{ "make",     4, FALSE, make_folder },
	{ "drop",     2, FALSE, drop_folder },
	{ "remove",   2, FALSE, remove_account },
	{ "rename",   3, FALSE, rename_source },
	{ "set",      4, FALSE, set_flag },
	{ "recolor",  3, FALSE, recolor },
	{ "status",   2, FALSE, tell_status },
	{ "refresh",  2, FALSE, refresh_account },
	{ "answer",   1, FALSE, set_answers },
	{ "remember", 2, FALSE, set_remember },
	{ "prompts",  1, FALSE, list_prompts },
};
/* clang-format on */

int
main (void)
{
	Agent agent = { 0 };
	g_autoptr (GError) error = NULL;

	agent.answers = g_ptr_array_new_with_free_func (g_free);
	agent.prompts = g_ptr_array_new_with_free_func (g_free);
	agent.registry = e_source_registry_new_sync (NULL, &error);
	if (agent.registry == NULL) {
		agent_answer_error (error);
		return 1;
	}
	g_signal_connect (agent.registry, "credentials-required",
			  G_CALLBACK (credentials_required_cb), &agent);
	agent_obey (commands, G_N_ELEMENTS (commands), /* is_open */ NULL, &agent);
	g_clear_object (&agent.registry);
	g_ptr_array_unref (agent.answers);
	g_ptr_array_unref (agent.prompts);

	return 0;
}
