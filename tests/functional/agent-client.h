/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the agents of calendars and of address books share: the client they hold open,
 * what it was told without asking, and how long it takes to answer.
 *
 *	refresh
 *	property NAME                a property of the backend, in base64
 *	view-stats                   "ADDED MODIFIED REMOVED COMPLETED" since the view began
 *	view-last                    "SIGNALS TIME REVISIONS TIME", the last of them in
 *	                             monotonic microseconds
 *	probe-start MS SEXP          asks SEXP every MS milliseconds in a thread of its own
 *	probe-stop                   "COUNT LONGEST-MS LAST-OBJECTS FAILURES"
 */

#pragma once

#include <libedataserver/libedataserver.h>

#include "agent.h"

typedef struct _AgentClient AgentClient;

/* Asks sexp; how many objects came, or -1. In another thread than the main loop's. */
typedef int (*AgentQuery) (EClient *client, const char *sexp);

struct _AgentClient {
	ESourceRegistry *registry;
	EClient *client; /* NULL: nothing is open */
	GObject *view;   /* NULL: none */
	AgentQuery query;

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
};

/* Obeys commands and those above until the end; the program's exit status. An agent with more to it
 * begins with its AgentClient and frees the rest itself. */
int agent_client_main (AgentClient *agent, const AgentCommand *commands, guint n_commands);

/* Answers "UID BACKEND PARENT NAME" of each source with that extension, in base64. */
void agent_client_list_sources (AgentClient *agent, const char *extension);

/* words: NAME URL USER PASSWORD. Answers the UID of a new source of that EDS backend. */
void agent_client_make_dav (AgentClient *agent,
			    char **words,
			    const char *backend,
			    const char *extension);

/* The source of "open UID [SECONDS]" (transfer full); NULL: the answer was that there is none. */
ESource *agent_client_find_source (AgentClient *agent, char **words, guint32 *out_seconds);

/* Answers; client (transfer full) is what is open from now on, NULL: error says why not. */
void agent_client_opened (AgentClient *agent, EClient *client, const GError *error);

/* Counts from now on what a calendar's or an address book's view (transfer full) is told. */
void agent_client_watch (AgentClient *agent, gpointer view);

void agent_client_answer_property (AgentClient *agent, const char *name, gboolean in_base64);
