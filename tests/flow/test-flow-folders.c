/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The hierarchy: rows and key together, once for all processes, and never empty by mistake. */

#include <string.h>

#include <gio/gio.h>

#include "eas-cmd-folder.h"
#include "eas-flow-folders.h"
#include "eas-test-answers.h"
#include "flow-rig.h"

static Rig *
refresh (EasAccountData *take_data, guint64 newer_than)
{
	return rig_new (eas_flow_folders_refresh_new (newer_than), take_data);
}

static void
assert_folders (Rig *rig, guint count, const char *key)
{
	g_autoptr (GPtrArray) rows = rig_done (rig);

	g_assert_cmpuint (rows->len, ==, count);
	g_assert_cmpuint (rig->data->folders->len, ==, count);
	g_assert_cmpstr (rig->data->hierarchy_key, ==, key);
}

static void
test_first (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;

	g_clear_pointer (&data->folders, g_ptr_array_unref);
	g_free (data->hierarchy_key);
	data->hierarchy_key = g_strdup ("0");
	data->folders_generation = 0;
	rig = refresh (data, 0);
	rig_expect_send (rig, "FolderSync");
	g_assert_true (rig->locked);
	g_assert_true (rig_sent_has (rig, EAS_FOLDERHIERARCHY_SYNC_KEY, "0"));
	rig_reply (rig, 200, eas_test_answer_folders (1, "h1", 1, 3, NULL), NULL, NULL);
	assert_folders (rig, 3, "h1");
	g_assert_cmpuint (data->folders_generation, ==, 1);
	g_assert_cmpuint (rig->n_commits, ==, 1);
}

static void
test_changes (void)
{
	g_autoptr (Rig) rig = refresh (rig_data_ready (), G_MAXUINT64);

	rig_expect_send (rig, "FolderSync");
	g_assert_true (rig_sent_has (rig, EAS_FOLDERHIERARCHY_SYNC_KEY, "h1"));
	rig_reply (rig, 200, eas_test_answer_folders (1, "h2", 6, 7, "2"), NULL, NULL);
	assert_folders (rig, 6, "h2");
	g_assert_null (eas_account_data_folder (rig->data, "2"));
	g_assert_cmpuint (rig->data->folders_generation, ==, 2);
}

static void
test_nothing_new (void)
{
	g_autoptr (Rig) rig = refresh (rig_data_ready (), G_MAXUINT64);

	rig_expect_send (rig, "FolderSync");
	rig_reply (rig, 200, eas_test_answer_folders (1, "h2", 1, 0, NULL), NULL, NULL);
	assert_folders (rig, 5, "h2");
	g_assert_cmpuint (rig->data->folders_generation, ==, 1);
}

/* A parent takes its children along, listed or not. */
static void
test_delete_takes_children (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;

	g_ptr_array_add (data->folders,
			 eas_folder_new ("21", "2", "below", EAS_FOLDER_USER_CALENDAR));
	g_ptr_array_add (data->folders,
			 eas_folder_new ("211", "21", "further below", EAS_FOLDER_USER_CALENDAR));
	rig = refresh (data, G_MAXUINT64);
	rig_expect_send (rig, "FolderSync");
	rig_reply (rig, 200, eas_test_answer_folders (1, "h2", 1, 0, "2"), NULL, NULL);
	assert_folders (rig, 4, "h2");
}

static void
learn_folders (EasAccountData *data)
{
	data->folders_generation = 9;
	g_ptr_array_set_size (data->folders, 2);
}

static void
test_other_process_was_first (void)
{
	g_autoptr (Rig) rig = refresh (rig_data_ready (), 1);

	rig->on_lock = learn_folders;
	assert_folders (rig, 2, "h1");
	g_assert_cmpuint (rig->n_sent, ==, 0);
	g_assert_cmpuint (rig->n_commits, ==, 0);
}

static void
test_always_asks (void)
{
	g_autoptr (Rig) rig = refresh (rig_data_ready (), G_MAXUINT64);

	rig->on_lock = learn_folders;
	rig_expect_send (rig, "FolderSync");
	rig_reply (rig, 200, eas_test_answer_folders (1, "h2", 1, 0, NULL), NULL, NULL);
	assert_folders (rig, 2, "h2");
}

static void
test_2_key_mismatch (gconstpointer status)
{
	g_autoptr (Rig) rig = refresh (rig_data_ready (), G_MAXUINT64);

	rig_expect_send (rig, "FolderSync");
	rig_reply (rig, 200, eas_test_answer_folders (GPOINTER_TO_UINT (status), NULL, 1, 0, NULL),
		   NULL, NULL);
	rig_expect_send (rig, "FolderSync");
	g_assert_true (rig_sent_has (rig, EAS_FOLDERHIERARCHY_SYNC_KEY, "0"));
	rig_reply (rig, 200, eas_test_answer_folders (1, "h9", 1, 5, NULL), NULL, NULL);
	assert_folders (rig, 5, "h9");
	/* the same folders: nobody needs to look again */
	g_assert_cmpuint (rig->data->folders_generation, ==, 1);
}

static void
test_2_mismatch_twice (void)
{
	g_autoptr (Rig) rig = refresh (rig_data_ready (), G_MAXUINT64);

	for (guint ii = 0; ii < 2; ii++) {
		rig_expect_send (rig, "FolderSync");
		rig_reply (rig, 200, eas_test_answer_folders (9, NULL, 1, 0, NULL), NULL, NULL);
	}
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_KEY);
	g_assert_cmpuint (rig->data->folders->len, ==, 5);
}

static void
test_server_error (void)
{
	g_autoptr (Rig) rig = refresh (rig_data_ready (), G_MAXUINT64);

	rig_expect_send (rig, "FolderSync");
	rig_reply (rig, 200, eas_test_answer_folders (6, NULL, 1, 0, NULL), NULL, NULL);
	rig_expect_wait (rig, 1, 5);
	rig_expect_send (rig, "FolderSync");
	g_assert_true (rig_sent_has (rig, EAS_FOLDERHIERARCHY_SYNC_KEY, "h1"));
	rig_reply (rig, 200, eas_test_answer_folders (6, NULL, 1, 0, NULL), NULL, NULL);
	rig_expect_send (rig, "FolderSync");
	g_assert_true (rig_sent_has (rig, EAS_FOLDERHIERARCHY_SYNC_KEY, "0"));
	rig_reply (rig, 200, eas_test_answer_folders (6, NULL, 1, 0, NULL), NULL, NULL);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_SERVER);
	g_assert_cmpuint (rig->data->folders->len, ==, 5);
}

/* Emptiness of a mailbox is never deletion: the server does not know the device yet. */
static void
test_43_discovery (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;
	g_autoptr (Rig) later = NULL;

	g_free (data->hierarchy_key);
	data->hierarchy_key = g_strdup ("0");
	rig = refresh (data, G_MAXUINT64);
	rig_expect_send (rig, "FolderSync");
	rig_reply (rig, 200, eas_test_answer_folders (1, "h1", 1, 0, NULL), NULL, NULL);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_ACCESS);
	g_assert_cmpint (data->access, ==, EAS_ACCESS_DISCOVERY);
	g_assert_cmpuint (data->folders->len, ==, 5);
	g_assert_cmpstr (data->hierarchy_key, ==, "0");
	g_assert_nonnull (data->last_error);
	g_assert_cmpuint (rig->n_commits, ==, 1);

	later = refresh (eas_account_data_copy (data), G_MAXUINT64);
	rig_expect_send (later, "FolderSync");
	rig_reply (later, 200, eas_test_answer_folders (1, "h1", 1, 5, NULL), NULL, NULL);
	assert_folders (later, 5, "h1");
	g_assert_cmpint (later->data->access, ==, EAS_ACCESS_ALLOWED);
	g_assert_null (later->data->last_error);
}

/* Everything at once, under one lock: version, policy, folders. */
static void
test_from_nothing (void)
{
	g_autoptr (Rig) rig = refresh (rig_data_fresh (), 0);

	rig_expect_send (rig, "OPTIONS");
	rig_reply_options (rig, "14.1");
	rig_provision (rig, 5);
	rig_expect_send (rig, "FolderSync");
	rig_reply (rig, 449, NULL, NULL, NULL);
	rig_provision (rig, 6);
	rig_expect_send (rig, "FolderSync");
	rig_reply (rig, 200, eas_test_answer_folders (1, "h1", 1, 4, NULL), NULL, NULL);
	assert_folders (rig, 4, "h1");
	g_assert_cmpuint (rig->n_locks, ==, 1);
	g_assert_cmpuint (rig->data->policy_key, ==, 6);
}

static void
test_44_throttled_under_lock (void)
{
	EasFlow *flow = eas_flow_folders_refresh_new (G_MAXUINT64);
	g_autoptr (Rig) rig = NULL;

	flow->patience = 100;
	rig = rig_new (flow, rig_data_ready ());
	rig_expect_send (rig, "FolderSync");
	rig_reply (rig, 503, NULL, "Retry-After", "30");
	rig_expect_wait (rig, 30, 30);
	rig_expect_send (rig, "FolderSync");
	rig_reply (rig, 200, eas_test_answer_folders (1, "h2", 1, 0, NULL), NULL, NULL);
	assert_folders (rig, 5, "h2");
	g_assert_cmpuint (rig->n_locks, ==, 2);
}

/* What the answer told of may never be told again: the next one is about all folders. */
static void
test_reply_late (void)
{
	g_autoptr (Rig) rig = refresh (rig_data_ready (), G_MAXUINT64);

	rig_expect_send (rig, "FolderSync");
	rig_reply_error (rig, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
	rig_expect_error (rig, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
	g_assert_cmpstr (rig->data->hierarchy_key, ==, "0");
	g_assert_cmpuint (rig->data->folders->len, ==, 5);
	g_assert_cmpuint (rig->n_commits, ==, 1);
}

static void
test_reply_lost (void)
{
	g_autoptr (Rig) rig = refresh (rig_data_ready (), G_MAXUINT64);

	rig_expect_send (rig, "FolderSync");
	rig_reply_error (rig, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
	rig_expect_send (rig, "FolderSync");
	g_assert_true (rig_sent_has (rig, EAS_FOLDERHIERARCHY_SYNC_KEY, "h1"));
	rig_reply (rig, 200, eas_test_answer_folders (1, "h2", 1, 0, NULL), NULL, NULL);
	rig_expect_send (rig, "FolderSync");
	g_assert_true (rig_sent_has (rig, EAS_FOLDERHIERARCHY_SYNC_KEY, "0"));
	rig_reply (rig, 200, eas_test_answer_folders (1, "h3", 1, 6, NULL), NULL, NULL);
	assert_folders (rig, 6, "h3");
}

static void
test_not_sent (void)
{
	g_autoptr (Rig) rig = refresh (rig_data_ready (), G_MAXUINT64);

	rig_expect_send (rig, "FolderSync");
	rig_reply_error (rig, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
	rig_expect_error (rig, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
	g_assert_cmpstr (rig->data->hierarchy_key, ==, "h1");
}

/* --- Changing --- */

static void
test_create (void)
{
	g_autoptr (Rig) rig =
		rig_new (eas_flow_folder_create_new ("0", "Trips", EAS_FOLDER_USER_CALENDAR),
			 rig_data_ready ());
	g_autoptr (EasFolder) folder = NULL;

	rig_expect_send (rig, "FolderCreate");
	g_assert_true (rig_sent_has (rig, EAS_FOLDERHIERARCHY_SYNC_KEY, "h1"));
	rig_reply (rig, 200, eas_test_answer_folder_change (&eas_cmd_folder_create, 1, "h2", "31"),
		   NULL, NULL);
	folder = rig_done (rig);
	g_assert_cmpstr (folder->id, ==, "31");
	g_assert_cmpstr (rig->data->hierarchy_key, ==, "h2");
	g_assert_nonnull (eas_account_data_folder (rig->data, "31"));
	g_assert_cmpuint (rig->data->folders_generation, ==, 2);
	g_assert_cmpuint (rig->n_commits, ==, 1);
}

static void
test_create_exists (void)
{
	g_autoptr (Rig) rig =
		rig_new (eas_flow_folder_create_new (NULL, "Trips", EAS_FOLDER_USER_CALENDAR),
			 rig_data_ready ());

	rig_expect_send (rig, "FolderCreate");
	rig_reply (rig, 200, eas_test_answer_folder_change (&eas_cmd_folder_create, 2, NULL, NULL),
		   NULL, NULL);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_FOLDER_EXISTS);
	g_assert_cmpuint (rig->data->folders->len, ==, 5);
}

static void
test_create_key_mismatch (void)
{
	g_autoptr (Rig) rig =
		rig_new (eas_flow_folder_create_new ("0", "Trips", EAS_FOLDER_USER_CALENDAR),
			 rig_data_ready ());
	g_autoptr (EasFolder) folder = NULL;

	rig_expect_send (rig, "FolderCreate");
	rig_reply (rig, 200, eas_test_answer_folder_change (&eas_cmd_folder_create, 9, NULL, NULL),
		   NULL, NULL);
	rig_expect_send (rig, "FolderSync");
	rig_reply (rig, 200, eas_test_answer_folders (1, "h7", 1, 5, NULL), NULL, NULL);
	rig_expect_send (rig, "FolderCreate");
	g_assert_true (rig_sent_has (rig, EAS_FOLDERHIERARCHY_SYNC_KEY, "h7"));
	rig_reply (rig, 200, eas_test_answer_folder_change (&eas_cmd_folder_create, 1, "h8", "31"),
		   NULL, NULL);
	folder = rig_done (rig);
	g_assert_cmpstr (folder->id, ==, "31");
}

/* Law 2 for folders: look before repeating. */
static void
test_create_reply_lost (gconstpointer happened)
{
	const char *name = happened != NULL ? "Calendar 6" : "Trips";
	g_autoptr (Rig) rig =
		rig_new (eas_flow_folder_create_new ("0", name, EAS_FOLDER_USER_CALENDAR),
			 rig_data_ready ());
	g_autoptr (EasFolder) folder = NULL;

	rig_expect_send (rig, "FolderCreate");
	rig_reply_lost (rig);
	rig_expect_send (rig, "FolderSync");
	rig_reply (rig, 200, eas_test_answer_folders (1, "h2", 6, 6, NULL), NULL, NULL);
	if (happened == NULL) {
		rig_expect_error (rig, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
		return;
	}
	folder = rig_done (rig);
	g_assert_cmpstr (folder->id, ==, "6");
	g_assert_cmpuint (rig->n_sent, ==, 2);
}

static void
test_rename (void)
{
	g_autoptr (Rig) rig =
		rig_new (eas_flow_folder_update_new ("3", "0", "Holidays"), rig_data_ready ());

	rig_expect_send (rig, "FolderUpdate");
	rig_reply (rig, 200, eas_test_answer_folder_change (&eas_cmd_folder_update, 1, "h2", NULL),
		   NULL, NULL);
	g_assert_null (rig_done (rig));
	g_assert_cmpstr (eas_account_data_folder (rig->data, "3")->name, ==, "Holidays");
	g_assert_cmpuint (eas_account_data_folder (rig->data, "3")->type, ==,
			  EAS_FOLDER_USER_CALENDAR);
	g_assert_cmpuint (rig->data->folders->len, ==, 5);
}

static void
test_delete (void)
{
	g_autoptr (Rig) rig = rig_new (eas_flow_folder_delete_new ("3"), rig_data_ready ());

	rig_expect_send (rig, "FolderDelete");
	rig_reply (rig, 200, eas_test_answer_folder_change (&eas_cmd_folder_delete, 1, "h2", NULL),
		   NULL, NULL);
	g_assert_null (rig_done (rig));
	g_assert_null (eas_account_data_folder (rig->data, "3"));
}

static void
test_change_before_any_sync (void)
{
	EasAccountData *data = rig_data_ready ();
	g_autoptr (Rig) rig = NULL;

	g_free (data->hierarchy_key);
	data->hierarchy_key = g_strdup ("0");
	rig = rig_new (eas_flow_folder_delete_new ("3"), data);
	rig_expect_send (rig, "FolderSync");
	rig_reply (rig, 200, eas_test_answer_folders (1, "h1", 1, 5, NULL), NULL, NULL);
	rig_expect_send (rig, "FolderDelete");
	rig_reply (rig, 200, eas_test_answer_folder_change (&eas_cmd_folder_delete, 4, NULL, NULL),
		   NULL, NULL);
	rig_expect_error (rig, EAS_ERROR, EAS_ERROR_FOLDER_NOT_FOUND);
}

/* A person asked for it once, and nobody will ask again: no promise of that. */
static void
test_change_fails (gconstpointer status)
{
	g_autoptr (Rig) rig = rig_new (eas_flow_folder_delete_new ("3"), rig_data_ready ());
	const GError *error;

	rig_expect_send (rig, "FolderDelete");
	if (GPOINTER_TO_UINT (status) < 200)
		rig_reply (rig, 200,
			   eas_test_answer_folder_change (&eas_cmd_folder_delete,
							  GPOINTER_TO_UINT (status), NULL, NULL),
			   NULL, NULL);
	else
		rig_reply (rig, GPOINTER_TO_UINT (status), NULL, NULL, NULL);
	error = rig_fail (rig);
	g_assert_error (error, EAS_ERROR, EAS_ERROR_SERVER);
	g_assert_nonnull (strstr (error->message, "(FolderDelete"));
	g_assert_null (strstr (error->message, "again"));
	g_assert_cmpuint (rig->data->folders->len, ==, 5);
}

#define ADD(name, func) g_test_add_func ("/flow-folders/" name, func)
#define ADD_EACH(name, value, func)                                                                \
	g_test_add_data_func ("/flow-folders/" name "/" #value, GUINT_TO_POINTER (value), func)

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD ("first", test_first);
	ADD ("changes", test_changes);
	ADD ("nothing-new", test_nothing_new);
	ADD ("delete-takes-children", test_delete_takes_children);
	ADD ("other-process-was-first", test_other_process_was_first);
	ADD ("always-asks", test_always_asks);
	ADD_EACH ("2-key-mismatch", 9, test_2_key_mismatch);
	ADD_EACH ("2-key-mismatch", 132, test_2_key_mismatch);
	ADD ("2-mismatch-twice", test_2_mismatch_twice);
	ADD ("server-error", test_server_error);
	ADD ("43-discovery", test_43_discovery);
	ADD ("from-nothing", test_from_nothing);
	ADD ("44-throttled-under-lock", test_44_throttled_under_lock);
	ADD ("reply-late", test_reply_late);
	ADD ("reply-lost", test_reply_lost);
	ADD ("not-sent", test_not_sent);
	ADD ("create", test_create);
	ADD ("create-exists", test_create_exists);
	ADD ("create-key-mismatch", test_create_key_mismatch);
	ADD_EACH ("create-reply-lost", 0, test_create_reply_lost);
	ADD_EACH ("create-reply-lost", 1, test_create_reply_lost);
	ADD ("rename", test_rename);
	ADD ("delete", test_delete);
	ADD ("change-before-any-sync", test_change_before_any_sync);
	ADD_EACH ("change-fails", 6, test_change_fails);
	ADD_EACH ("change-fails", 500, test_change_fails);

	return g_test_run ();
}
