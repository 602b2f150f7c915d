/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pitfall 40: one round of Ping and the interval it learns. */

#include <string.h>

#include <gio/gio.h>

#include "eas-flow-push.h"
#include "eas-test-answers.h"
#include "flow-rig.h"

static Rig *
push (EasAccountData *take_data, guint n_folders)
{
	GPtrArray *folders = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_ping_folder_free);

	for (guint ii = 1; ii <= n_folders; ii++) {
		g_autofree char *id = g_strdup_printf ("%u", ii);

		g_ptr_array_add (folders, eas_ping_folder_new (id, EAS_CLASS_CALENDAR));
	}

	return rig_new (eas_flow_push_new (folders), take_data);
}

static void
expect_ping (Rig *rig, guint heartbeat, guint n_folders)
{
	const EasHttpRequest *http = rig_expect_send (rig, "Ping");
	g_autofree char *text = g_strdup_printf ("%u", heartbeat);

	g_assert_true (rig_sent_has (rig, EAS_PING_HEARTBEAT_INTERVAL, text));
	g_assert_cmpuint (rig_sent_count (rig, EAS_PING_FOLDER), ==, n_folders);
	g_assert_cmpuint (http->timeout, ==, heartbeat + 60);
}

static void
reply_ping (Rig *rig, guint after, guint status, EasTag tag, guint limit, const char *ids)
{
	rig_pass (rig, after);
	rig_reply (rig, 200, eas_test_answer_ping (status, tag, limit, ids), NULL, NULL);
}

static EasHeartbeat
known (const EasAccountData *data, const char *network)
{
	EasHeartbeat heartbeat;

	eas_account_data_get_heartbeat (data, network, &heartbeat);

	return heartbeat;
}

static void
make_known (EasAccountData *data, const char *network, guint seconds, guint ceiling)
{
	EasHeartbeat heartbeat = { seconds, ceiling, 0 };

	eas_account_data_set_heartbeat (data, network, &heartbeat);
}

static void
test_changes (void)
{
	g_autoptr (Rig) rig = push (rig_data_ready (), 3);
	g_autoptr (EasPingResult) result = NULL;

	expect_ping (rig, 480, 3);
	reply_ping (rig, 1, 2, EAS_TAG_NONE, 0, "2,3");
	result = rig_done (rig);
	g_assert_cmpint (result->outcome, ==, EAS_PING_CHANGED);
	g_assert_cmpuint (result->changed->len, ==, 2);
	g_assert_cmpstr (g_ptr_array_index (result->changed, 0), ==, "2");
	g_assert_cmpint (rig->waited_ms, ==, 0);
}

static EasAccountData *
expire_once (EasAccountData *take_data, guint heartbeat)
{
	g_autoptr (Rig) rig = push (take_data, 2);
	g_autoptr (EasPingResult) result = NULL;

	expect_ping (rig, heartbeat, 2);
	reply_ping (rig, heartbeat, 1, EAS_TAG_NONE, 0, NULL);
	result = rig_done (rig);
	g_assert_cmpint (result->outcome, ==, EAS_PING_EXPIRED);

	return eas_account_data_copy (rig->data);
}

/* SOGo as it is installed: ten seconds. What the server says stands, for long. */
static void
test_40_server_allows_seconds (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = push (data, 2);
	g_autoptr (EasPingResult) result = NULL;

	expect_ping (rig, 480, 2);
	reply_ping (rig, 10, 5, EAS_PING_HEARTBEAT_INTERVAL, 10, NULL);
	expect_ping (rig, 10, 2);
	reply_ping (rig, 10, 1, EAS_TAG_NONE, 0, NULL);
	result = rig_done (rig);
	g_assert_cmpint (result->outcome, ==, EAS_PING_EARLY);
	data = eas_account_data_copy (rig->data);
	for (guint i = 1; i < 500; i++) {
		g_autoptr (Rig) next = push (g_steal_pointer (&data), 2);
		g_autoptr (EasPingResult) early = NULL;

		expect_ping (next, 10, 2);
		reply_ping (next, 10, 1, EAS_TAG_NONE, 0, NULL);
		early = rig_done (next);
		g_assert_cmpint (early->outcome, ==, EAS_PING_EARLY);
		data = eas_account_data_copy (next->data);
	}
	/* Perhaps it allows more by now. */
	g_assert_cmpuint (known (data, NULL).seconds, ==, 60);
	eas_account_data_free (data);
}

static void
test_40_grows_after_two_expiries (void)
{
	EasAccountData *data = rig_data_ready ();

	data = expire_once (data, 480);
	data = expire_once (data, 480);
	data = expire_once (data, 600);
	data = expire_once (data, 600);
	g_assert_cmpuint (known (data, NULL).seconds, ==, 750);
	make_known (data, NULL, 3400, 0);
	data = expire_once (data, 3400);
	data = expire_once (data, 3400);
	g_assert_cmpuint (known (data, NULL).seconds, ==, 3540);
	data = expire_once (data, 3540);
	data = expire_once (data, 3540);
	g_assert_cmpuint (known (data, NULL).seconds, ==, 3540);
	eas_account_data_free (data);
}

static void
test_40_ceiling_holds (void)
{
	EasAccountData *data = rig_data_ready ();

	make_known (data, NULL, 300, 300);
	data = expire_once (data, 300);
	data = expire_once (data, 300);
	g_assert_cmpuint (known (data, NULL).seconds, ==, 300);
	eas_account_data_free (data);
}

static void
test_40_server_limit (gconstpointer limit)
{
	guint interval = GPOINTER_TO_UINT (limit);
	g_autoptr (Rig) rig = push (rig_data_ready (), 1);
	g_autoptr (EasPingResult) result = NULL;

	expect_ping (rig, 480, 1);
	reply_ping (rig, 0, 5, EAS_PING_HEARTBEAT_INTERVAL, interval, NULL);
	expect_ping (rig, interval, 1);
	reply_ping (rig, 5, 2, EAS_TAG_NONE, 0, "1");
	result = rig_done (rig);
	g_assert_cmpuint (result->heartbeat, ==, interval);
	g_assert_cmpuint (known (rig->data, NULL).seconds, ==, interval);
	g_assert_cmpuint (known (rig->data, NULL).ceiling, ==, interval < 480 ? interval : 0);
	g_assert_cmpuint (rig->n_commits, ==, 1);
}

static void
test_40_folder_limit (void)
{
	g_autoptr (Rig) rig = push (rig_data_ready (), 5);
	g_autoptr (Rig) again = NULL;
	g_autoptr (Rig) next = NULL;
	g_autoptr (EasPingResult) result = NULL;
	g_autoptr (EasPingResult) known_limit = NULL;

	expect_ping (rig, 480, 5);
	reply_ping (rig, 0, 6, EAS_PING_MAX_FOLDERS, 2, NULL);
	result = rig_done (rig);
	g_assert_cmpint (result->outcome, ==, EAS_PING_LIMITED);
	g_assert_cmpuint (result->max_folders, ==, 2);

	/* It is known now: nothing is sent in vain. */
	again = push (eas_account_data_copy (rig->data), 5);
	known_limit = rig_done (again);
	g_assert_cmpint (known_limit->outcome, ==, EAS_PING_LIMITED);
	g_assert_cmpuint (known_limit->max_folders, ==, 2);
	g_assert_cmpuint (again->n_sent, ==, 0);

	next = push (eas_account_data_copy (rig->data), 2);
	expect_ping (next, 480, 2);
}

static void
test_40_hierarchy (void)
{
	g_autoptr (Rig) rig = push (rig_data_ready (), 1);
	g_autoptr (EasPingResult) result = NULL;

	expect_ping (rig, 480, 1);
	reply_ping (rig, 3, 7, EAS_TAG_NONE, 0, NULL);
	result = rig_done (rig);
	g_assert_cmpint (result->outcome, ==, EAS_PING_HIERARCHY);
}

/* A cut connection halves the interval and becomes the ceiling; the next round goes on. */
static void
test_40_cut_connection_shrinks (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = push (data, 1);
	g_autoptr (EasPingResult) result = NULL;

	expect_ping (rig, 480, 1);
	rig_pass (rig, 300);
	rig_reply_lost (rig);
	result = rig_done (rig);
	g_assert_cmpint (result->outcome, ==, EAS_PING_CUT);
	g_assert_cmpuint (result->heartbeat, ==, 150);
	g_assert_cmpuint (known (data, NULL).ceiling, ==, 150);
	g_assert_cmpuint (rig->n_commits, ==, 1);
	g_assert_cmpuint (rig->n_sent, ==, 1);
}

/* Silence until our own patience ends: something on the way has dropped the connection. */
static void
test_40_silence (void)
{
	g_autoptr (Rig) rig = push (rig_data_ready (), 1);
	g_autoptr (EasPingResult) result = NULL;

	expect_ping (rig, 480, 1);
	rig_pass (rig, 540);
	rig_reply_error (rig, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
	result = rig_done (rig);
	g_assert_cmpint (result->outcome, ==, EAS_PING_CUT);
	g_assert_cmpuint (result->heartbeat, ==, 240);
}

/* A server that cannot be reached teaches nothing about intervals. */
static void
test_40_unreachable (void)
{
	g_autoptr (Rig) rig = push (rig_data_ready (), 1);

	expect_ping (rig, 480, 1);
	rig_pass (rig, 127);
	rig_reply_error (rig, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
	rig_expect_error (rig, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
	g_assert_cmpuint (known (rig->data, NULL).seconds, ==, 0);
}

/* A proxy that cuts at 60 seconds: at the floor there is nothing left to learn; the caller polls.
 */
static void
test_40_proxy_cuts_at_60 (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;
	g_autoptr (EasPingResult) result = NULL;

	make_known (data, NULL, 60, 60);
	rig = push (data, 1);
	expect_ping (rig, 60, 1);
	rig_pass (rig, 59);
	rig_reply_lost (rig);
	result = rig_done (rig);
	g_assert_cmpint (result->outcome, ==, EAS_PING_HOPELESS);
}

/* 502, 504 and 408 are what a proxy says when it ends a silence by the book. */
static void
test_40_proxy_says_so (gconstpointer status)
{
	g_autoptr (Rig) rig = push (rig_data_ready (), 1);
	g_autoptr (EasPingResult) result = NULL;

	expect_ping (rig, 480, 1);
	rig_pass (rig, 60);
	rig_reply (rig, GPOINTER_TO_UINT (status), NULL, NULL, NULL);
	result = rig_done (rig);
	g_assert_cmpint (result->outcome, ==, EAS_PING_CUT);
	g_assert_cmpuint (result->heartbeat, ==, 60);
}

/* One bad day at a place must not shorten the interval there for ever. */
static void
test_40_ceiling_is_probed (void)
{
	EasAccountData *data = rig_data_ready ();

	make_known (data, NULL, 200, 200);
	for (guint ii = 0; ii < 8; ii++)
		data = expire_once (data, 200);
	g_assert_cmpuint (known (data, NULL).seconds, ==, 250);
	eas_account_data_free (data);
}

static EasAccountData *
expire_at (EasAccountData *take_data, const char *network, gboolean economical, guint heartbeat)
{
	GPtrArray *folders = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_ping_folder_free);
	g_autoptr (EasPingResult) result = NULL;
	g_autoptr (Rig) rig = NULL;
	EasFlow *flow;

	g_ptr_array_add (folders, eas_ping_folder_new ("1", EAS_CLASS_CALENDAR));
	flow = eas_flow_push_new (folders);
	eas_flow_push_set_network (flow, network, economical);
	rig = rig_new (flow, take_data);
	expect_ping (rig, heartbeat, 1);
	reply_ping (rig, heartbeat, 1, EAS_TAG_NONE, 0, NULL);
	result = rig_done (rig);

	return eas_account_data_copy (rig->data);
}

/* What one network taught is no law in another, and is known again on the way back. */
static void
test_40_each_network_its_own (void)
{
	EasAccountData *data = rig_data_ready ();

	make_known (data, "home", 120, 120);
	data = expire_at (data, "office", FALSE, 480);
	data = expire_at (data, "office", FALSE, 480);
	data = expire_at (data, "home", FALSE, 120);
	data = expire_at (data, "office", FALSE, 600);
	g_assert_cmpuint (known (data, "home").ceiling, ==, 120);
	g_assert_cmpuint (known (data, NULL).seconds, ==, 0);
	eas_account_data_free (data);
}

static void
test_40_many_networks (void)
{
	g_autoptr (EasAccountData) data = rig_data_ready ();

	for (guint ii = 0; ii < 100; ii++) {
		g_autofree char *name = g_strdup_printf ("n%u", ii);

		make_known (data, name, 100 + ii, 0);
	}
	g_assert_cmpuint (known (data, "n99").seconds, ==, 199);
	g_assert_cmpuint (known (data, "n9").seconds, ==, 0);
	g_assert_cmpuint (strlen (data->heartbeats), <, 1000);
}

/* Power saver, metered line: longer intervals sooner. */
static void
test_40_economical (void)
{
	EasAccountData *data = rig_data_ready ();

	data = expire_at (data, NULL, TRUE, 480);
	data = expire_at (data, NULL, TRUE, 960);
	data = expire_at (data, NULL, TRUE, 1920);
	g_assert_cmpuint (known (data, NULL).seconds, ==, 3540);
	eas_account_data_free (data);
}

static void
test_40_cut_at_once_is_an_error (void)
{
	g_autoptr (Rig) rig = push (rig_data_ready (), 1);

	expect_ping (rig, 480, 1);
	rig_pass (rig, 1);
	rig_reply_lost (rig);
	rig_expect_error (rig, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
	g_assert_cmpuint (known (rig->data, NULL).seconds, ==, 0);
}

/* A server that answers at once must not be asked in a hot loop: the caller hears of it. */
static void
test_40_returns_at_once (gconstpointer status)
{
	g_autoptr (Rig) rig = push (rig_data_ready (), 1);
	g_autoptr (EasPingResult) result = NULL;

	expect_ping (rig, 480, 1);
	reply_ping (rig, 1, GPOINTER_TO_UINT (status), EAS_TAG_NONE, 0, NULL);
	result = rig_done (rig);
	g_assert_cmpint (result->outcome, ==, EAS_PING_EARLY);
	g_assert_cmpuint (result->heartbeat, ==, 480);
}

/* Horde clamps without a word: early expiries do not count as good ones. */
static void
test_40_early_expiries_do_not_grow (void)
{
	EasAccountData *data = rig_data_ready ();

	for (guint ii = 0; ii < 4; ii++) {
		g_autoptr (Rig) rig = push (data, 1);
		g_autoptr (EasPingResult) result = NULL;

		expect_ping (rig, 480, 1);
		reply_ping (rig, 120, 1, EAS_TAG_NONE, 0, NULL);
		result = rig_done (rig);
		data = eas_account_data_copy (rig->data);
	}
	eas_account_data_free (data);
}

static void
test_40_forgotten_parameters (gconstpointer status)
{
	g_autoptr (Rig) rig = push (rig_data_ready (), 2);
	g_autoptr (EasPingResult) result = NULL;

	expect_ping (rig, 480, 2);
	reply_ping (rig, 0, GPOINTER_TO_UINT (status), EAS_TAG_NONE, 0, NULL);
	rig_expect_wait (rig, 1, 10);
	expect_ping (rig, 480, 2);
	reply_ping (rig, 0, 2, EAS_TAG_NONE, 0, "1");
	result = rig_done (rig);
	g_assert_cmpuint (result->changed->len, ==, 1);
}

static void
test_40_syntax_error (void)
{
	g_autoptr (Rig) rig = push (rig_data_ready (), 2);

	expect_ping (rig, 480, 2);
	reply_ping (rig, 0, 4, EAS_TAG_NONE, 0, NULL);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_SERVER);
}

static void
test_40_limit_without_end (void)
{
	g_autoptr (Rig) rig = push (rig_data_ready (), 1);

	expect_ping (rig, 480, 1);
	for (guint ii = 1; ii < 5; ii++) {
		reply_ping (rig, 0, 5, EAS_PING_HEARTBEAT_INTERVAL, 480 - ii, NULL);
		if (ii > 1)
			rig_expect_wait (rig, 1, 1);
		expect_ping (rig, 480 - ii, 1);
	}
	reply_ping (rig, 0, 5, EAS_PING_HEARTBEAT_INTERVAL, 400, NULL);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_SERVER);
}

static void
test_40_not_offered (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;

	g_free (data->commands);
	data->commands = g_strdup ("Sync");
	rig = push (data, 1);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_NOT_SUPPORTED);
}

#define ADD(name, func) g_test_add_func ("/flow-push/" name, func)
#define ADD_EACH(name, value, func)                                                                \
	g_test_add_data_func ("/flow-push/" name "/" #value, GUINT_TO_POINTER (value), func)

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD ("changes", test_changes);
	ADD ("40-server-allows-seconds", test_40_server_allows_seconds);
	ADD ("40-grows-after-two-expiries", test_40_grows_after_two_expiries);
	ADD ("40-ceiling-holds", test_40_ceiling_holds);
	ADD_EACH ("40-server-limit", 300, test_40_server_limit);
	ADD_EACH ("40-server-limit", 900, test_40_server_limit);
	ADD ("40-folder-limit", test_40_folder_limit);
	ADD ("40-hierarchy", test_40_hierarchy);
	ADD ("40-cut-connection-shrinks", test_40_cut_connection_shrinks);
	ADD ("40-silence", test_40_silence);
	ADD ("40-unreachable", test_40_unreachable);
	ADD ("40-proxy-cuts-at-60", test_40_proxy_cuts_at_60);
	ADD_EACH ("40-proxy-says-so", 408, test_40_proxy_says_so);
	ADD_EACH ("40-proxy-says-so", 502, test_40_proxy_says_so);
	ADD_EACH ("40-proxy-says-so", 504, test_40_proxy_says_so);
	ADD ("40-ceiling-is-probed", test_40_ceiling_is_probed);
	ADD ("40-each-network-its-own", test_40_each_network_its_own);
	ADD ("40-many-networks", test_40_many_networks);
	ADD ("40-economical", test_40_economical);
	ADD ("40-cut-at-once-is-an-error", test_40_cut_at_once_is_an_error);
	ADD_EACH ("40-returns-at-once", 1, test_40_returns_at_once);
	ADD_EACH ("40-returns-at-once", 2, test_40_returns_at_once);
	ADD ("40-early-expiries-do-not-grow", test_40_early_expiries_do_not_grow);
	ADD_EACH ("40-forgotten-parameters", 3, test_40_forgotten_parameters);
	ADD_EACH ("40-forgotten-parameters", 8, test_40_forgotten_parameters);
	ADD ("40-syntax-error", test_40_syntax_error);
	ADD ("40-limit-without-end", test_40_limit_without_end);
	ADD ("40-not-offered", test_40_not_offered);

	return g_test_run ();
}
