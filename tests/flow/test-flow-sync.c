/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One Sync of several collections: whose key, whose window, whose fault. */

#include <gio/gio.h>

#include "eas-flow-sync.h"
#include "eas-test-answers.h"
#include "flow-rig.h"

typedef struct {
	Rig *rig;
	EasCollection *collections[5];
	guint n;
	GPtrArray *windows;
} Test;

/* @keys: of collections 1, 2, …, separated by commas. */
static void
begin (Test *test, const char *keys, guint n_commands)
{
	g_auto (GStrv) list = g_strsplit (keys, ",", -1);
	GPtrArray *parts = g_ptr_array_new ();

	test->n = g_strv_length (list);
	for (guint ii = 0; ii < test->n; ii++) {
		g_autofree char *id = g_strdup_printf ("%u", ii + 1);
		EasSyncPart *part;

		test->collections[ii] = eas_collection_new (id, EAS_CLASS_CALENDAR, list[ii]);
		part = eas_sync_part_new (test->collections[ii]);
		if (n_commands > 0) {
			part->get_changes = FALSE;
			part->commands = g_ptr_array_new_with_free_func (
				(GDestroyNotify) eas_sync_change_free);
		}
		for (guint jj = 0; jj < n_commands; jj++)
			g_ptr_array_add (part->commands,
					 eas_sync_change_new (EAS_CHANGE_DELETE, "1:9"));
		g_ptr_array_add (parts, part);
	}
	test->rig = rig_new (eas_flow_sync_new (parts), rig_data_ready ());
}

static void
end (Test *test)
{
	g_clear_pointer (&test->windows, g_ptr_array_unref);
	rig_free (test->rig);
	for (guint ii = 0; ii < test->n; ii++)
		g_object_unref (test->collections[ii]);
}

static void
expect_sync (Test *test, const char *keys)
{
	g_auto (GStrv) list = g_strsplit (keys, ",", -1);

	rig_expect_send (test->rig, "Sync");
	g_assert_cmpuint (rig_sent_count (test->rig, EAS_AIRSYNC_COLLECTION), ==,
			  g_strv_length (list));
	for (guint ii = 0; list[ii] != NULL; ii++)
		g_assert_true (rig_sent_has (test->rig, EAS_AIRSYNC_SYNC_KEY, list[ii]));
}

static void
reply (Test *test, GBytes *take_body)
{
	rig_reply (test->rig, 200, take_body, NULL, NULL);
}

static EasWindow *
window (Test *test, guint index)
{
	if (test->windows == NULL)
		test->windows = rig_done (test->rig);
	g_assert_cmpuint (test->windows->len, ==, test->n);

	return g_ptr_array_index (test->windows, index);
}

static void
assert_key (Test *test, guint index, const char *expected)
{
	g_autofree char *key = eas_collection_dup_key (test->collections[index]);

	g_assert_cmpstr (key, ==, expected);
}

/* --- Windows and keys --- */

static void
test_window (void)
{
	Test test = { 0 };

	begin (&test, "a1", 0);
	expect_sync (&test, "a1");
	g_assert_cmpuint (rig_sent_count (test.rig, EAS_AIRSYNC_OPTIONS), ==, 1);
	g_assert_true (rig_sent_has (test.rig, EAS_AIRSYNC_WINDOW_SIZE, "512"));
	reply (&test, eas_test_answer_sync ("1", "+a2", 3, NULL));
	g_assert_cmpstr (window (&test, 0)->base_key, ==, "a1");
	g_assert_cmpstr (window (&test, 0)->key, ==, "a2");
	g_assert_cmpuint (window (&test, 0)->commands->len, ==, 3);
	g_assert_true (window (&test, 0)->more);
	g_assert_false (window (&test, 0)->first);
	/* the flow moves no key: that is the owner's commit */
	assert_key (&test, 0, "a1");
	g_assert_true (eas_collection_commit (test.collections[0], window (&test, 0)));
	assert_key (&test, 0, "a2");
	end (&test);
}

static void
test_opens_key_zero (void)
{
	Test test = { 0 };

	begin (&test, "0,b5,0", 0);
	expect_sync (&test, "0,0");
	g_assert_cmpuint (rig_sent_count (test.rig, EAS_AIRSYNC_GET_CHANGES), ==, 0);
	reply (&test, eas_test_answer_sync ("1", "a1", 0, "3", "c1", 0, NULL));
	expect_sync (&test, "a1,b5,c1");
	g_assert_true (rig_sent_has (test.rig, EAS_AIRSYNC_WINDOW_SIZE, "100"));
	reply (&test, eas_test_answer_sync ("3", "c2", 1, "1", "a2", 2, "2", "b6", 0, NULL));
	g_assert_true (window (&test, 0)->first);
	g_assert_cmpstr (window (&test, 0)->base_key, ==, "0");
	g_assert_cmpstr (window (&test, 0)->key, ==, "a2");
	g_assert_false (window (&test, 1)->first);
	g_assert_cmpuint (window (&test, 2)->commands->len, ==, 1);
	g_assert_true (eas_collection_commit (test.collections[0], window (&test, 0)));
	end (&test);
}

/* Both of the requests before the first window may be lost: nothing was ours yet. */
static void
test_opening_lost (void)
{
	Test test = { 0 };

	begin (&test, "0", 0);
	expect_sync (&test, "0");
	rig_reply_lost (test.rig);
	expect_sync (&test, "0");
	reply (&test, eas_test_answer_sync ("1", "a1", 0, NULL));
	expect_sync (&test, "a1");
	rig_reply_lost (test.rig);
	expect_sync (&test, "a1");
	rig_reply_lost (test.rig);
	rig_expect_error (test.rig, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
	assert_key (&test, 0, "0");
	end (&test);
}

static void
test_opening_without_key (gconstpointer answer)
{
	Test test = { 0 };

	begin (&test, "0", 0);
	expect_sync (&test, "0");
	reply (&test, eas_test_answer_sync ("1", answer, 0, NULL));
	g_assert_nonnull (window (&test, 0)->error);
	assert_key (&test, 0, "0");
	end (&test);
}

static void
test_5_empty_answer (void)
{
	Test test = { 0 };

	begin (&test, "a1,b1", 0);
	expect_sync (&test, "a1,b1");
	rig_reply (test.rig, 200, NULL, NULL, NULL);
	for (guint ii = 0; ii < 2; ii++) {
		g_assert_true (window (&test, ii)->empty);
		g_assert_no_error (window (&test, ii)->error);
		g_assert_cmpstr (window (&test, ii)->key, ==, window (&test, ii)->base_key);
	}
	end (&test);
}

static void
test_collection_left_out (void)
{
	Test test = { 0 };

	begin (&test, "a1,b1", 0);
	expect_sync (&test, "a1,b1");
	reply (&test, eas_test_answer_sync ("2", "b2", 1, "77", "x", 1, NULL));
	g_assert_cmpstr (window (&test, 0)->key, ==, "a1");
	g_assert_cmpuint (window (&test, 0)->commands->len, ==, 0);
	g_assert_cmpstr (window (&test, 1)->key, ==, "b2");
	end (&test);
}

static void
test_answer_without_key (void)
{
	Test test = { 0 };

	begin (&test, "a1", 0);
	expect_sync (&test, "a1");
	reply (&test, eas_test_answer_sync ("1", "", 0, NULL));
	g_assert_cmpstr (window (&test, 0)->key, ==, "a1");
	g_assert_no_error (window (&test, 0)->error);
	end (&test);
}

/* --- Pitfall 1: a lost key --- */

static void
test_1_status_3_is_one_collections (void)
{
	Test test = { 0 };

	begin (&test, "a1,b1", 0);
	expect_sync (&test, "a1,b1");
	reply (&test, eas_test_answer_sync ("1", "!3", 0, "2", "b2", 1, NULL));
	g_assert_error (window (&test, 0)->error, EAS_ERROR, EAS_ERROR_KEY);
	g_assert_cmpuint (window (&test, 0)->status, ==, 3);
	g_assert_no_error (window (&test, 1)->error);
	assert_key (&test, 0, "a1");
	end (&test);
}

static void
test_1_status_3_at_the_top (void)
{
	Test test = { 0 };

	begin (&test, "a1", 0);
	expect_sync (&test, "a1");
	reply (&test, eas_test_answer_status (&eas_cmd_sync, 3));
	g_assert_error (window (&test, 0)->error, EAS_ERROR, EAS_ERROR_KEY);
	end (&test);
}

static void
test_1_account_lost_its_state (void)
{
	Test test = { 0 };

	begin (&test, "a1,b1", 0);
	expect_sync (&test, "a1,b1");
	reply (&test, eas_test_answer_status (&eas_cmd_sync, 132));
	g_assert_error (window (&test, 0)->error, EAS_ERROR, EAS_ERROR_KEY);
	g_assert_error (window (&test, 1)->error, EAS_ERROR, EAS_ERROR_KEY);
	g_assert_cmpstr (test.rig->data->hierarchy_key, ==, "0");
	end (&test);
}

/* A window that was asked for before a reset must not bring the old key back. */
static void
test_1_window_older_than_reset (void)
{
	Test test = { 0 };

	begin (&test, "a1", 0);
	expect_sync (&test, "a1");
	reply (&test, eas_test_answer_sync ("1", "a2", 1, NULL));
	eas_collection_reset (test.collections[0], RIG_NOW);
	g_assert_false (eas_collection_commit (test.collections[0], window (&test, 0)));
	assert_key (&test, 0, "0");
	end (&test);
}

/* --- Pitfall 6: statuses --- */

static void
test_6_hierarchy_changed (gconstpointer at_top)
{
	Test test = { 0 };

	begin (&test, "a1,b1", 0);
	expect_sync (&test, "a1,b1");
	if (at_top != NULL)
		reply (&test, eas_test_answer_status (&eas_cmd_sync, 12));
	else
		reply (&test, eas_test_answer_sync ("1", "!12", 0, "2", "!12", 0, NULL));
	rig_expect_send (test.rig, "FolderSync");
	reply (&test, eas_test_answer_folders (1, "h2", 1, 0, "2"));
	expect_sync (&test, "a1");
	reply (&test, eas_test_answer_sync ("1", "a2", 1, NULL));
	g_assert_no_error (window (&test, 0)->error);
	g_assert_error (window (&test, 1)->error, EAS_ERROR, EAS_ERROR_FOLDER_NOT_FOUND);
	end (&test);
}

static void
test_6_hierarchy_changed_without_end (void)
{
	Test test = { 0 };

	begin (&test, "a1", 0);
	expect_sync (&test, "a1");
	reply (&test, eas_test_answer_status (&eas_cmd_sync, 12));
	rig_expect_send (test.rig, "FolderSync");
	reply (&test, eas_test_answer_folders (1, "h2", 1, 0, NULL));
	expect_sync (&test, "a1");
	reply (&test, eas_test_answer_status (&eas_cmd_sync, 12));
	g_assert_error (window (&test, 0)->error, EAS_ERROR, EAS_ERROR_HIERARCHY);
	end (&test);
}

/* One bad collection stops only itself. */
static void
test_6_bad_element_is_isolated (gconstpointer status)
{
	Test test = { 0 };
	guint bad = GPOINTER_TO_UINT (status);

	begin (&test, "a1,b1,c1", 0);
	expect_sync (&test, "a1,b1,c1");
	reply (&test, eas_test_answer_status (&eas_cmd_sync, bad));
	expect_sync (&test, "a1");
	reply (&test, eas_test_answer_sync ("1", "a2", 1, NULL));
	expect_sync (&test, "b1");
	reply (&test, eas_test_answer_status (&eas_cmd_sync, bad));
	expect_sync (&test, "c1");
	reply (&test, eas_test_answer_sync ("3", "c2", 1, NULL));
	g_assert_cmpstr (window (&test, 0)->key, ==, "a2");
	g_assert_nonnull (window (&test, 1)->error);
	g_assert_cmpstr (window (&test, 2)->key, ==, "c2");
	end (&test);
}

static void
test_too_many_collections (void)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();
	Test test = { 0 };

	eas_wbxml_writer_start (writer, EAS_AIRSYNC_SYNC);
	eas_wbxml_writer_uint (writer, EAS_AIRSYNC_STATUS, 15);
	eas_wbxml_writer_uint (writer, EAS_AIRSYNC_LIMIT, 2);
	eas_wbxml_writer_end (writer);
	begin (&test, "a1,b1,c1", 0);
	expect_sync (&test, "a1,b1,c1");
	reply (&test, eas_wbxml_writer_finish (writer));
	expect_sync (&test, "a1,b1");
	reply (&test, eas_test_answer_sync ("1", "a2", 0, "2", "b2", 0, NULL));
	expect_sync (&test, "c1");
	reply (&test, eas_test_answer_sync ("3", "c2", 0, NULL));
	g_assert_cmpstr (window (&test, 2)->key, ==, "c2");
	end (&test);
}

static void
test_6_server_error_is_repeated (gconstpointer status)
{
	Test test = { 0 };

	begin (&test, "a1,b1", 0);
	expect_sync (&test, "a1,b1");
	reply (&test, eas_test_answer_status (&eas_cmd_sync, GPOINTER_TO_UINT (status)));
	rig_expect_wait (test.rig, 1, 10);
	expect_sync (&test, "a1,b1");
	reply (&test, eas_test_answer_sync ("1", "a2", 0, "2", "b2", 0, NULL));
	g_assert_cmpstr (window (&test, 1)->key, ==, "b2");
	end (&test);
}

static void
test_6_server_error_without_end (void)
{
	Test test = { 0 };

	begin (&test, "a1,b1", 0);
	for (guint ii = 0; ii < 3; ii++) {
		expect_sync (&test, "a1,b1");
		reply (&test, eas_test_answer_status (&eas_cmd_sync, 5));
		if (ii < 2)
			rig_expect_wait (test.rig, 1, 10);
	}
	rig_expect_error (test.rig, EAS_ERROR, EAS_ERROR_SERVER);
	end (&test);
}

/* --- Law 2: ours --- */

static void
test_commands_are_sent_once (gconstpointer what)
{
	Test test = { 0 };
	guint status = GPOINTER_TO_UINT (what);

	begin (&test, "a1", 2);
	expect_sync (&test, "a1");
	g_assert_cmpuint (rig_sent_count (test.rig, EAS_AIRSYNC_DELETE), ==, 2);
	g_assert_true (rig_sent_has (test.rig, EAS_AIRSYNC_GET_CHANGES, "0"));
	if (status == 0)
		rig_reply_lost (test.rig);
	else if (status >= 500)
		rig_reply (test.rig, status, NULL, NULL, NULL);
	else
		reply (&test, eas_test_answer_status (&eas_cmd_sync, status));
	rig_fail (test.rig);
	g_assert_cmpuint (test.rig->n_sent, ==, 1);
	end (&test);
}

/* Nothing was done: the same commands may go after the handshake. */
static void
test_commands_after_challenge (void)
{
	Test test = { 0 };

	begin (&test, "a1", 2);
	expect_sync (&test, "a1");
	rig_reply (test.rig, 449, NULL, NULL, NULL);
	rig_provision (test.rig, 78);
	expect_sync (&test, "a1");
	g_assert_cmpuint (rig_sent_count (test.rig, EAS_AIRSYNC_DELETE), ==, 2);
	reply (&test, eas_test_answer_sync ("1", "a2", 0, NULL));
	g_assert_cmpstr (window (&test, 0)->key, ==, "a2");
	end (&test);
}

/* Sending has GetChanges off; a server that answers with changes anyway is listened to. */
static void
test_changes_beside_responses (void)
{
	Test test = { 0 };

	begin (&test, "a1", 1);
	expect_sync (&test, "a1");
	reply (&test, eas_test_answer_sync ("1", "a2", 2, NULL));
	g_assert_cmpuint (window (&test, 0)->commands->len, ==, 2);
	end (&test);
}

static void
test_9_options_every_time (void)
{
	Test test = { 0 };

	begin (&test, "0", 0);
	eas_collection_set_filter_type (test.collections[0], 5);
	for (guint ii = 0; ii < 2; ii++) {
		expect_sync (&test, ii == 0 ? "0" : "a1");
		g_assert_true (rig_sent_has (test.rig, EAS_AIRSYNC_FILTER_TYPE, "5"));
		g_assert_true (rig_sent_has (test.rig, EAS_AIRSYNC_CONFLICT, "1"));
		reply (&test, eas_test_answer_sync ("1", ii == 0 ? "a1" : "a2", 0, NULL));
	}
	g_assert_cmpstr (window (&test, 0)->key, ==, "a2");
	end (&test);
}

/* All months are asked for; the policy allows six weeks of the past. */
static void
test_policy_limits_the_filter (void)
{
	Test test = { 0 };

	begin (&test, "a1", 0);
	eas_collection_set_filter_type (test.collections[0], 0);
	test.rig->data->calendar_age_limit = 5;
	expect_sync (&test, "a1");
	g_assert_true (rig_sent_has (test.rig, EAS_AIRSYNC_FILTER_TYPE, "5"));
	end (&test);
}

static void
test_malformed (void)
{
	Test test = { 0 };

	begin (&test, "a1", 0);
	expect_sync (&test, "a1");
	reply (&test, g_bytes_new_static ("\x03\x01\x6a\x00\x45\x5c\x4f", 7));
	rig_expect_error (test.rig, EAS_ERROR, EAS_ERROR_PROTOCOL);
	assert_key (&test, 0, "a1");
	end (&test);
}

#define ADD(name, func) g_test_add_func ("/flow-sync/" name, func)
#define ADD_EACH(name, value, func)                                                                \
	g_test_add_data_func ("/flow-sync/" name "/" #value, GUINT_TO_POINTER (value), func)

/* --- One that hangs --- */

static GBytes *
answer_limit (guint limit)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	eas_wbxml_writer_start (writer, EAS_AIRSYNC_SYNC);
	eas_wbxml_writer_uint (writer, EAS_AIRSYNC_STATUS, 14);
	eas_wbxml_writer_uint (writer, EAS_AIRSYNC_LIMIT, limit);
	eas_wbxml_writer_end (writer);

	return eas_wbxml_writer_finish (writer);
}

static void
begin_hanging (Test *test, const char *keys, guint seconds)
{
	begin (test, keys, 0);
	eas_flow_sync_set_heartbeat (test->rig->flow, seconds);
}

static void
test_hangs (void)
{
	Test test = { 0 };

	begin_hanging (&test, "a1,b1", 480);
	expect_sync (&test, "a1,b1");
	g_assert_true (rig_sent_has (test.rig, EAS_AIRSYNC_HEARTBEAT_INTERVAL, "480"));
	g_assert_cmpuint (test.rig->step.http->timeout, ==, 540);
	reply (&test, eas_test_answer_sync ("2", "b2", 1, NULL));
	g_assert_cmpstr (window (&test, 0)->key, ==, "a1");
	g_assert_cmpstr (window (&test, 1)->key, ==, "b2");
	end (&test);
}

static void
test_hangs_in_minutes (void)
{
	Test test = { 0 };

	begin_hanging (&test, "a1", 480);
	test.rig->data->version = EAS_VERSION_12_1;
	expect_sync (&test, "a1");
	g_assert_true (rig_sent_has (test.rig, EAS_AIRSYNC_WAIT, "8"));
	g_assert_cmpuint (rig_sent_count (test.rig, EAS_AIRSYNC_HEARTBEAT_INTERVAL), ==, 0);
	reply (&test, answer_limit (5));
	rig_expect_send (test.rig, "Sync");
	g_assert_true (rig_sent_has (test.rig, EAS_AIRSYNC_WAIT, "5"));
	reply (&test, NULL);
	g_assert_true (window (&test, 0)->empty);
	end (&test);
}

/* The server's limit is asked for once, and known by the next one. */
static void
test_hang_limit (void)
{
	EasHeartbeat known = { 0 };
	Test test = { 0 };

	begin_hanging (&test, "a1", 1770);
	expect_sync (&test, "a1");
	reply (&test, answer_limit (900));
	rig_expect_send (test.rig, "Sync");
	g_assert_true (rig_sent_has (test.rig, EAS_AIRSYNC_HEARTBEAT_INTERVAL, "900"));
	g_assert_cmpuint (test.rig->n_commits, ==, 1);
	eas_account_data_get_heartbeat (test.rig->data, "@sync", &known);
	g_assert_cmpuint (known.ceiling, ==, 900);
	reply (&test, answer_limit (60)); /* it haggles: enough */
	rig_expect_error (test.rig, EAS_ERROR, EAS_ERROR_SERVER);
	end (&test);
}

/* A connection that is cut in its silence is a lesson, not repeated. */
static void
test_hang_is_cut (void)
{
	Test test = { 0 };

	begin_hanging (&test, "a1", 480);
	expect_sync (&test, "a1");
	rig_pass (test.rig, 100);
	rig_reply_error (test.rig, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
	rig_expect_error (test.rig, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
	end (&test);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD ("window", test_window);
	ADD ("opens-key-zero", test_opens_key_zero);
	ADD ("opening-lost", test_opening_lost);
	g_test_add_data_func ("/flow-sync/opening-without-key", "", test_opening_without_key);
	g_test_add_data_func ("/flow-sync/opening-refused", "!4", test_opening_without_key);
	ADD ("5-empty-answer", test_5_empty_answer);
	ADD ("collection-left-out", test_collection_left_out);
	ADD ("answer-without-key", test_answer_without_key);
	ADD ("1-status-3-is-one-collections", test_1_status_3_is_one_collections);
	ADD ("1-status-3-at-the-top", test_1_status_3_at_the_top);
	ADD ("1-account-lost-its-state", test_1_account_lost_its_state);
	ADD ("1-window-older-than-reset", test_1_window_older_than_reset);
	ADD_EACH ("6-hierarchy-changed", 0, test_6_hierarchy_changed);
	ADD_EACH ("6-hierarchy-changed", 1, test_6_hierarchy_changed);
	ADD ("6-hierarchy-changed-without-end", test_6_hierarchy_changed_without_end);
	ADD_EACH ("6-bad-element-is-isolated", 4, test_6_bad_element_is_isolated);
	ADD_EACH ("6-bad-element-is-isolated", 103, test_6_bad_element_is_isolated);
	ADD ("too-many-collections", test_too_many_collections);
	ADD_EACH ("6-server-error-is-repeated", 5, test_6_server_error_is_repeated);
	ADD_EACH ("6-server-error-is-repeated", 16, test_6_server_error_is_repeated);
	ADD ("6-server-error-without-end", test_6_server_error_without_end);
	ADD_EACH ("commands-are-sent-once", 0, test_commands_are_sent_once);
	ADD_EACH ("commands-are-sent-once", 5, test_commands_are_sent_once);
	ADD_EACH ("commands-are-sent-once", 16, test_commands_are_sent_once);
	ADD_EACH ("commands-are-sent-once", 500, test_commands_are_sent_once);
	ADD ("commands-after-challenge", test_commands_after_challenge);
	ADD ("changes-beside-responses", test_changes_beside_responses);
	ADD ("9-options-every-time", test_9_options_every_time);
	ADD ("policy-limits-the-filter", test_policy_limits_the_filter);
	ADD ("malformed", test_malformed);

	ADD ("hangs", test_hangs);
	ADD ("hangs-in-minutes", test_hangs_in_minutes);
	ADD ("hang-limit", test_hang_limit);
	ADD ("hang-is-cut", test_hang_is_cut);

	return g_test_run ();
}
