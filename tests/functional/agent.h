/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A client on a leash: reads one command a line from standard input, answers on
 * standard output, so that a script can play a person at the desktop. An answer is
 * "ok N" and N further lines, or "error DOMAIN CODE MESSAGE".
 */

#pragma once

#include <glib.h>

/* What is understood, and how many words it takes at least, its name included. */
typedef struct {
	const char *name;
	guint n_words;
	gboolean needs_client; /* is_open() has to be so; NULL where no command needs it */
	void (*run) (gpointer agent, char **words);
} AgentCommand;

/* Obeys until "quit" or the end of input, in the main loop: signals of a view arrive while nobody
 * asks. */
void agent_obey (const AgentCommand *commands,
		 guint n_commands,
		 gboolean (*is_open) (gpointer agent),
		 gpointer agent);

void agent_answer (GPtrArray *lines); /* NULL: none */
void agent_answer_one (const char *line);
void agent_answer_error (const GError *error);

char *agent_to_base64 (const char *text);
char *agent_from_base64 (const char *text);
