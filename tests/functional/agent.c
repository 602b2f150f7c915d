/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stdio.h>
#include <string.h>

#include "agent.h"

typedef struct {
	const AgentCommand *commands;
	guint n_commands;
	gboolean (*is_open) (gpointer agent);
	gpointer agent;
	GMainLoop *loop;
} Leash;

typedef struct {
	Leash *leash;
	char *line;
} Order;

void
agent_answer (GPtrArray *lines)
{
	printf ("ok %u\n", lines != NULL ? lines->len : 0);
	for (guint i = 0; lines != NULL && i < lines->len; i++)
		printf ("%s\n", (const char *) lines->pdata[i]);
	fflush (stdout);
}

void
agent_answer_one (const char *line)
{
	printf ("ok 1\n%s\n", line);
	fflush (stdout);
}

void
agent_answer_error (const GError *error)
{
	g_autofree char *message = g_strdup (error != NULL ? error->message : "no reason given");

	g_strdelimit (message, "\r\n", ' ');
	printf ("error %s %d %s\n", error != NULL ? g_quark_to_string (error->domain) : "none",
		error != NULL ? error->code : 0, message);
	fflush (stdout);
}

char *
agent_to_base64 (const char *text)
{
	return g_base64_encode ((const guchar *) text, strlen (text));
}

char *
agent_from_base64 (const char *text)
{
	gsize size = 0;
	g_autofree guchar *data = g_base64_decode (text, &size);

	return g_strndup ((const char *) data, size);
}

static const AgentCommand *
find_command (Leash *leash, char **words)
{
	for (guint i = 0; i < leash->n_commands && words[0] != NULL; i++) {
		const AgentCommand *command = &leash->commands[i];

		if (!g_str_equal (command->name, words[0]))
			continue;
		if (g_strv_length (words) < command->n_words ||
		    (command->needs_client && !leash->is_open (leash->agent)))
			return NULL;
		return command;
	}

	return NULL;
}

static gboolean
obey (gpointer data)
{
	Order *order = data;
	g_auto (GStrv) words = g_strsplit (g_strstrip (order->line), " ", -1);
	const AgentCommand *command = find_command (order->leash, words);

	if (command != NULL) {
		command->run (order->leash->agent, words);
	} else {
		printf ("error agent 0 not understood, or nothing is open\n");
		fflush (stdout);
	}
	g_free (order->line);
	g_free (order);

	return G_SOURCE_REMOVE;
}

static gboolean
leave (gpointer data)
{
	g_main_loop_quit (((Leash *) data)->loop);

	return G_SOURCE_REMOVE;
}

static gpointer
read_orders (gpointer data)
{
	Leash *leash = data;
	g_autoptr (GIOChannel) channel = g_io_channel_unix_new (0);
	char *line = NULL;

	while (g_io_channel_read_line (channel, &line, NULL, NULL, NULL) == G_IO_STATUS_NORMAL) {
		Order *order;

		if (g_str_has_prefix (line, "quit")) {
			g_free (line);
			break;
		}
		order = g_new0 (Order, 1);
		order->leash = leash;
		order->line = line;
		g_idle_add (obey, order);
	}
	g_idle_add (leave, leash);

	return NULL;
}

void
agent_obey (const AgentCommand *commands,
	    guint n_commands,
	    gboolean (*is_open) (gpointer agent),
	    gpointer agent)
{
	Leash leash = { commands, n_commands, is_open, agent, g_main_loop_new (NULL, FALSE) };
	GThread *reader = g_thread_new ("orders", read_orders, &leash);

	agent_answer (NULL);
	g_main_loop_run (leash.loop);
	g_thread_join (reader);
	g_main_loop_unref (leash.loop);
}
