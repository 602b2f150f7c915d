/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* EAS_DEBUG: topics, read once, and the structured log behind them. */

#define G_LOG_DOMAIN "eas"

#include "eas-debug.h"

typedef struct {
	const char *name;
	guint topics;
} TopicName;

#define ALL_BUT_CONTENT                                                                            \
	(EAS_DEBUG_HTTP | EAS_DEBUG_WBXML | EAS_DEBUG_SYNC | EAS_DEBUG_PUSH | EAS_DEBUG_MAP |      \
	 EAS_DEBUG_STATE)

/* clang-format off */
static const TopicName topic_names[] = {
	{ "http",    EAS_DEBUG_HTTP    },
	{ "wbxml",   EAS_DEBUG_WBXML   },
	{ "sync",    EAS_DEBUG_SYNC    },
	{ "push",    EAS_DEBUG_PUSH    },
	{ "map",     EAS_DEBUG_MAP     },
	{ "state",   EAS_DEBUG_STATE   },
	{ "content", EAS_DEBUG_CONTENT },
	{ "all",     ALL_BUT_CONTENT   },
};
/* clang-format on */

/*
 * Not g_parse_debug_string(): its "all" would include "content", and beside
 * "all" it reads every other word as taken away.
 */
static guint
parse_topics (const char *value)
{
	g_auto (GStrv) words = g_strsplit_set (value, ":;, \t", -1);
	guint topics = 0;

	for (char **word = words; *word != NULL; word++) {
		for (gsize i = 0; i < G_N_ELEMENTS (topic_names); i++) {
			if (g_ascii_strcasecmp (*word, topic_names[i].name) == 0)
				topics |= topic_names[i].topics;
		}
	}

	return topics;
}

static guint
get_topics (void)
{
	static gsize once = 0;
	static guint topics = 0;

	if (g_once_init_enter (&once)) {
		const char *value = g_getenv ("EAS_DEBUG");

		topics = value != NULL ? parse_topics (value) : 0;
		g_once_init_leave (&once, 1);
	}

	return topics;
}

gboolean
eas_debug_enabled (EasDebugTopic topic)
{
	return (get_topics () & topic) == (guint) topic;
}

static const char *
topic_to_string (EasDebugTopic topic)
{
	for (gsize i = 0; i < G_N_ELEMENTS (topic_names); i++) {
		if (topic_names[i].topics == (guint) topic)
			return topic_names[i].name;
	}

	return "eas";
}

static void
add_field (GLogField *fields, gsize *n_fields, const char *key, const char *value)
{
	if (value == NULL)
		return;

	fields[*n_fields] = (GLogField){ .key = key, .value = value, .length = -1 };
	(*n_fields)++;
}

/**
 * eas_debug_log:
 * @topic: the one topic this belongs to; nothing happens unless it is enabled
 * @context: (nullable): the journal fields that tie one request together
 * @format: the message, not translated
 *
 * Goes out at the level "message": who set EAS_DEBUG has asked for it, and at
 * the level "debug" GLib would drop it until G_MESSAGES_DEBUG is set as well.
 * It also keeps it on standard error, away from a tool's output.
 */
void
eas_debug_log (EasDebugTopic topic, const EasDebugContext *context, const char *format, ...)
{
	static const EasDebugContext no_context = { NULL };
	g_autofree char *text = NULL;
	g_autofree char *message = NULL;
	g_autofree char *seq = NULL;
	GLogField fields[8];
	gsize n_fields = 0;
	va_list args;

	if (!eas_debug_enabled (topic))
		return;

	if (context == NULL)
		context = &no_context;
	if (context->seq != 0)
		seq = g_strdup_printf ("%u", context->seq);

	va_start (args, format);
	text = g_strdup_vprintf (format, args);
	va_end (args);
	message = g_strdup_printf ("%s%s%s: %s", topic_to_string (topic), seq != NULL ? " #" : "",
				   seq != NULL ? seq : "", text);

	add_field (fields, &n_fields, "PRIORITY", "5");
	add_field (fields, &n_fields, "GLIB_DOMAIN", G_LOG_DOMAIN);
	add_field (fields, &n_fields, "MESSAGE", message);
	add_field (fields, &n_fields, "EAS_ACCOUNT", context->account);
	add_field (fields, &n_fields, "EAS_COMMAND", context->command);
	add_field (fields, &n_fields, "EAS_COLLECTION", context->collection);
	add_field (fields, &n_fields, "EAS_SEQ", seq);
	g_log_structured_array (G_LOG_LEVEL_MESSAGE, fields, n_fields);
}
