/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The variable is read once, so each case runs in a process of its own. */

#include "eas-debug.h"

#include <string.h>

typedef struct {
	const char *value; /* of EAS_DEBUG */
	guint topics;      /* expected */
} DebugCase;

#define EVERYTHING                                                                                 \
	(EAS_DEBUG_HTTP | EAS_DEBUG_WBXML | EAS_DEBUG_SYNC | EAS_DEBUG_PUSH | EAS_DEBUG_MAP |      \
	 EAS_DEBUG_STATE | EAS_DEBUG_CONTENT)

/* clang-format off */
static const DebugCase cases[] = {
	{ "",              0                                  },
	{ "nonsense",      0                                  },
	{ "http",          EAS_DEBUG_HTTP                     },
	{ "HTTP, state",   EAS_DEBUG_HTTP | EAS_DEBUG_STATE   },
	{ "wbxml:content", EAS_DEBUG_WBXML | EAS_DEBUG_CONTENT },
	{ "all",           EVERYTHING & ~EAS_DEBUG_CONTENT    },
	{ "all,content",   EVERYTHING                         },
	{ "content,all",   EVERYTHING                         },
	{ "all,http",      EVERYTHING & ~EAS_DEBUG_CONTENT    },
};
/* clang-format on */

static void
check_case (gconstpointer user_data)
{
	const DebugCase *expected = user_data;

	for (guint topic = 1; topic <= EAS_DEBUG_CONTENT; topic <<= 1)
		g_assert_cmpint (eas_debug_enabled (topic), ==, (expected->topics & topic) != 0);
}

static void
run_with_variable (const char *value)
{
	g_setenv ("EAS_DEBUG", value, TRUE);
	g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
}

static void
test_topics (gconstpointer user_data)
{
	if (g_test_subprocess ()) {
		check_case (user_data);
		return;
	}

	run_with_variable (((const DebugCase *) user_data)->value);
	g_test_trap_assert_passed ();
}

static void
test_silent (void)
{
	if (g_test_subprocess ()) {
		eas_debug_log (EAS_DEBUG_HTTP, NULL, "not asked for");
		return;
	}

	run_with_variable ("sync");
	g_test_trap_assert_passed ();
	g_test_trap_assert_stderr_unmatched ("*not asked for*");
	g_test_trap_assert_stdout_unmatched ("*not asked for*");
}

/* Keeps what the writer was given for one entry. */
static GLogWriterOutput
capture_fields (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
	GHashTable *captured = user_data;

	for (gsize i = 0; i < n_fields; i++)
		g_hash_table_insert (captured, g_strdup (fields[i].key),
				     g_strdup (fields[i].value));

	return G_LOG_WRITER_HANDLED;
}

static void
check_fields (void)
{
	const EasDebugContext context = { "account-1", "Sync", NULL, 7 };
	GHashTable *captured = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

	g_log_set_writer_func (capture_fields, captured, (GDestroyNotify) g_hash_table_unref);
	eas_debug_log (EAS_DEBUG_SYNC, &context, "window of %d", 100);

	g_assert_cmpstr (g_hash_table_lookup (captured, "MESSAGE"), ==, "sync #7: window of 100");
	g_assert_cmpstr (g_hash_table_lookup (captured, "EAS_ACCOUNT"), ==, "account-1");
	g_assert_cmpstr (g_hash_table_lookup (captured, "EAS_COMMAND"), ==, "Sync");
	g_assert_cmpstr (g_hash_table_lookup (captured, "EAS_SEQ"), ==, "7");
	g_assert_false (g_hash_table_contains (captured, "EAS_COLLECTION"));
	g_assert_cmpstr (g_hash_table_lookup (captured, "GLIB_DOMAIN"), ==, "eas");
}

static void
test_fields (void)
{
	if (g_test_subprocess ()) {
		check_fields ();
		return;
	}

	run_with_variable ("sync");
	g_test_trap_assert_passed ();
}

/* Who set EAS_DEBUG sees it without G_MESSAGES_DEBUG, and not on standard output. */
static void
test_visible (void)
{
	if (g_test_subprocess ()) {
		eas_debug_log (EAS_DEBUG_PUSH, NULL, "asked for");
		return;
	}

	run_with_variable ("push");
	g_test_trap_assert_passed ();
	g_test_trap_assert_stderr ("*push: asked for*");
	g_test_trap_assert_stdout_unmatched ("*asked for*");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_unsetenv ("G_MESSAGES_DEBUG");

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *path = g_strdup_printf ("/debug/topics/%" G_GSIZE_FORMAT, i);

		g_test_add_data_func (path, &cases[i], test_topics);
	}
	g_test_add_func ("/debug/silent", test_silent);
	g_test_add_func ("/debug/fields", test_fields);
	g_test_add_func ("/debug/visible", test_visible);

	return g_test_run ();
}
