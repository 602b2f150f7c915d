/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The state file: round trip, damage, lock, monitor, disk. */

#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "eas-account-file.h"
#include "eas-account-state.h"
#include "eas-error.h"
#include "net-account.h"

static EasAccountData *
full_data (void)
{
	EasAccountData *data = net_data_new (TRUE);

	data->url = g_strdup ("https://eu.example.org/Microsoft-Server-ActiveSync");
	data->commands = g_strdup ("Sync,Ping");
	data->options_time = G_GINT64_CONSTANT (4102444800);
	data->policy_key = 4294967295u;
	data->policy_hash = g_strdup ("ab=cd;ef");
	data->provision_time = 5;
	data->provision_hold = 6;
	data->calendar_age_limit = 7;
	data->mail_age_limit = 3;
	data->folders_generation = G_MAXUINT64 - 1;
	data->throttle_until = 7;
	data->throttle_delay = 8;
	data->access = EAS_ACCESS_QUARANTINED;
	data->wiped = TRUE;
	data->anchor_mailbox = g_strdup ("ann@example.org");
	data->cookies = g_strdup ("a=1; x\nb=\xc3\xa4=;#[check]");
	data->last_error = g_strdup ("  „leading“ and trailing \t ");
	data->heartbeats = g_strdup ("- 480 3540 1\n4f0c 300 300 2");
	data->max_ping_folders = 200;
	g_ptr_array_add (data->folders,
			 eas_folder_new ("5:ab=;\n[x]", "0", "Ümläute\tund = Zeichen", 13));

	return data;
}

static void
assert_same_state (const EasAccountData *a, const EasAccountData *b)
{
	g_autofree char *text_a = eas_account_file_write (a);
	g_autofree char *text_b = eas_account_file_write (b);

	g_assert_cmpstr (text_a, ==, text_b);
}

/* --- The text --- */

static void
test_round_trip (void)
{
	g_autoptr (EasAccountData) data = full_data ();
	g_autoptr (EasAccountData) read = eas_account_data_new ();
	g_autofree char *text = eas_account_file_write (data);
	const EasFolder *folder;

	g_assert_true (eas_account_file_read (text, strlen (text), read));
	assert_same_state (data, read);
	g_assert_cmpint (read->version, ==, EAS_VERSION_14_1);
	g_assert_cmpuint (read->policy_key, ==, 4294967295u);
	g_assert_cmpuint (read->folders_generation, ==, G_MAXUINT64 - 1);
	g_assert_cmpint (read->access, ==, EAS_ACCESS_QUARANTINED);
	g_assert_true (read->wiped);
	g_assert_cmpstr (read->cookies, ==, data->cookies);
	g_assert_cmpstr (read->last_error, ==, data->last_error);
	folder = eas_account_data_folder (read, "5:ab=;\n[x]");
	g_assert_nonnull (folder);
	g_assert_cmpstr (folder->name, ==, "Ümläute\tund = Zeichen");
	/* the owner's half is not in the file */
	g_assert_null (read->user);
	g_assert_null (read->device);
}

static void
test_unknown_is_not_empty (void)
{
	g_autoptr (EasAccountData) data = eas_account_data_new ();
	g_autoptr (EasAccountData) read = eas_account_data_new ();
	g_autofree char *text = eas_account_file_write (data);

	g_assert_true (eas_account_file_read (text, strlen (text), read));
	g_assert_null (read->folders);
	g_assert_null (read->commands);
	g_assert_cmpstr (read->hierarchy_key, ==, "0");
}

/* Rows and key are believed together or not at all: cut anywhere, changed anywhere, it is a new
 * account. */
static void
test_damage (void)
{
	g_autoptr (EasAccountData) data = full_data ();
	g_autofree char *text = eas_account_file_write (data);
	gsize size = strlen (text);

	for (gsize ii = 0; ii + 1 < size; ii++) {
		g_autoptr (EasAccountData) read = eas_account_data_new ();

		g_assert_false (eas_account_file_read (text, ii, read));
		g_assert_cmpstr (read->hierarchy_key, ==, "0");
		g_assert_null (read->folders);
	}
	for (gsize ii = 0; ii + 1 < size; ii += 3) {
		g_autoptr (EasAccountData) read = eas_account_data_new ();

		text[ii] ^= 0x11;
		g_assert_false (eas_account_file_read (text, size, read));
		g_assert_null (read->folders);
		text[ii] ^= 0x11;
	}
}

static void
test_strange_text (void)
{
	const char *texts[] = {
		"",
		"\n",
		"[account]\n",
		"[account]\nformat=2\nhierarchy_key=1\n",
		"[account]\nformat=1\n",
		"[account]\nformat=1\nhierarchy_key=\n",
		"[account]\nformat=1\nhierarchy_key=h\nfolders=3\n",
		"[account]\nformat=1\nhierarchy_key=h\nfolders=-1\n",
		"[account]\nformat=1\nhierarchy_key=h\nfolders=999999999\n",
		("[account]\nformat=1\nhierarchy_key=h\nfolders=1\n"
		 "[folder 0]\nid=\nparent=0\nname=x\ntype=1\n"),
		"[account]\nformat=1\nhierarchy_key=\xff\xfe\n",
	};

	for (guint ii = 0; ii < G_N_ELEMENTS (texts); ii++) {
		g_autoptr (EasAccountData) read = eas_account_data_new ();

		g_assert_false (eas_account_file_parse (texts[ii], strlen (texts[ii]), read));
		g_assert_cmpstr (read->hierarchy_key, ==, "0");
	}
}

static void
test_wild_numbers (void)
{
	const char *text = "[account]\nformat=1\nhierarchy_key=h\nversion=99.9\naccess=77\npolicy_"
			   "key=99999999999999\n"
			   "throttle_until=-5\ncalendar_age_limit=-3\n";
	g_autoptr (EasAccountData) read = eas_account_data_new ();

	g_assert_true (eas_account_file_parse (text, strlen (text), read));
	g_assert_cmpint (read->version, ==, EAS_VERSION_NONE);
	g_assert_cmpint (read->access, ==, EAS_ACCESS_BLOCKED);
	g_assert_cmpint (read->throttle_until, ==, 0);
	g_assert_cmpint (read->calendar_age_limit, ==, 0);
}

/* --- The file --- */

static void
commit (EasAccountState *state, EasAccountData *data)
{
	g_autoptr (GError) error = NULL;

	g_assert_true (eas_account_state_try_lock (state, &error));
	g_assert_no_error (error);
	g_assert_true (eas_account_state_commit (state, data, &error));
	g_assert_no_error (error);
	eas_account_state_unlock (state);
}

static void
test_commit_and_read (void)
{
	char *directory = net_directory ();
	g_autofree char *nested = g_build_filename (directory, "a", "b", NULL);
	g_autofree char *path = g_build_filename (nested, "state", NULL);
	g_autofree char *parent = g_path_get_dirname (nested);
	g_autoptr (EasAccountState) state = eas_account_state_new (nested);
	g_autoptr (EasAccountState) other = eas_account_state_new (nested);
	g_autoptr (EasAccountData) data = full_data ();
	g_autoptr (EasAccountData) read = eas_account_data_new ();
	g_autoptr (GError) error = NULL;
	GStatBuf buf;

	g_assert_true (eas_account_state_read (other, read, &error));
	g_assert_no_error (error);
	g_assert_cmpuint (read->generation, ==, 0);
	commit (state, data);
	g_assert_cmpuint (data->generation, ==, 1);
	g_assert_false (eas_account_state_is_current (other));
	g_assert_true (eas_account_state_is_current (state));
	g_assert_true (eas_account_state_read (other, read, &error));
	assert_same_state (data, read);
	g_assert_true (eas_account_state_is_current (other));
	g_assert_cmpint (g_stat (path, &buf), ==, 0);
	g_assert_cmpuint (buf.st_mode & 0777, ==, 0600);
	g_assert_cmpint (g_stat (nested, &buf), ==, 0);
	g_assert_cmpuint (buf.st_mode & 0777, ==, 0700);

	/* a later commit of the other goes on from there */
	commit (other, read);
	g_assert_cmpuint (read->generation, ==, 2);

	eas_account_state_forget (state, &error);
	g_assert_no_error (error);
	g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
	g_assert_true (eas_account_state_read (state, read, &error));
	g_assert_cmpstr (read->hierarchy_key, ==, "0");
	g_rmdir (parent);
	net_remove (directory);
}

static void
test_damaged_file_is_a_new_one (void)
{
	char *directory = net_directory ();
	g_autofree char *path = g_build_filename (directory, "state", NULL);
	g_autoptr (EasAccountState) state = eas_account_state_new (directory);
	g_autoptr (EasAccountData) data = full_data ();
	g_autoptr (GError) error = NULL;

	g_assert_true (
		g_file_set_contents (path, "[account]\nformat=1\nhierarchy_key=x\n", -1, NULL));
	g_assert_true (eas_account_state_read (state, data, &error));
	g_assert_no_error (error);
	g_assert_cmpstr (data->hierarchy_key, ==, "0");
	g_assert_null (data->folders);
	commit (state, data);
	net_remove (directory);
}

static void
test_lock (void)
{
	char *directory = net_directory ();
	g_autoptr (EasAccountState) one = eas_account_state_new (directory);
	g_autoptr (EasAccountState) two = eas_account_state_new (directory);
	g_autoptr (GError) error = NULL;

	g_assert_true (eas_account_state_try_lock (one, NULL));
	g_assert_false (eas_account_state_try_lock (two, &error));
	g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
	g_clear_error (&error);
	g_assert_false (eas_account_state_try_lock (one, &error));
	g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
	eas_account_state_unlock (one);
	g_assert_true (eas_account_state_try_lock (two, NULL));
	/* who dies gives it back */
	g_clear_object (&two);
	g_assert_true (eas_account_state_try_lock (one, NULL));
	eas_account_state_unlock (one);
	net_remove (directory);
}

static void
test_in_memory (void)
{
	g_autoptr (EasAccountState) state = eas_account_state_new (NULL);
	g_autoptr (EasAccountData) data = full_data ();
	g_autoptr (EasAccountData) read = eas_account_data_new ();

	g_assert_true (eas_account_state_read (state, read, NULL));
	commit (state, data);
	g_assert_true (eas_account_state_read (state, read, NULL));
	assert_same_state (data, read);
	g_assert_true (eas_account_state_is_current (state));
	eas_account_state_forget (state, NULL);
	g_assert_true (eas_account_state_read (state, read, NULL));
	g_assert_null (read->folders);
}

/* A full disk: the error says so, the old file stays whole, the values keep their generation. */
static void
test_disk_full (void)
{
	char *directory;
	g_autofree char *path = NULL;
	g_autoptr (EasAccountState) state = NULL;
	g_autoptr (EasAccountData) data = full_data ();
	g_autoptr (EasAccountData) read = eas_account_data_new ();
	g_autoptr (GError) error = NULL;

	directory = net_directory ();
	path = g_build_filename (directory, "state", NULL);
	state = eas_account_state_new (directory);
	commit (state, data);
	/* a directory in the way of the new file fails like a disk does, also for root */
	g_assert_cmpint (g_unlink (path), ==, 0);
	g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
	g_assert_true (eas_account_state_try_lock (state, NULL));
	g_assert_false (eas_account_state_commit (state, data, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_STORE);
	g_assert_cmpuint (data->generation, ==, 1);
	g_clear_error (&error);
	g_assert_false (eas_account_state_read (state, read, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_STORE);
	eas_account_state_unlock (state);
	g_rmdir (path);
	net_remove (directory);
}

static void
changed_cb (EasAccountState *state, gpointer user_data)
{
	(*(guint *) user_data)++;
}

static gboolean
give_up_cb (gpointer user_data)
{
	*(gboolean *) user_data = TRUE;

	return G_SOURCE_REMOVE;
}

static void
test_monitor (void)
{
	char *directory = net_directory ();
	g_autoptr (EasAccountState) mine = eas_account_state_new (directory);
	g_autoptr (EasAccountState) other = eas_account_state_new (directory);
	g_autoptr (EasAccountData) data = full_data ();
	guint n_mine = 0, n_other = 0, source;
	gboolean given_up = FALSE;

	g_signal_connect (mine, "changed", G_CALLBACK (changed_cb), &n_mine);
	g_signal_connect (other, "changed", G_CALLBACK (changed_cb), &n_other);
	source = g_timeout_add_seconds (60, give_up_cb, &given_up);
	commit (other, data);
	while (n_mine == 0 && !given_up)
		g_main_context_iteration (NULL, TRUE);
	g_assert_false (given_up);
	g_source_remove (source);
	/* one's own commit is no news */
	g_assert_cmpuint (n_other, ==, 0);
	net_remove (directory);
}

static void
test_default_directory (void)
{
	g_autofree char *directory = eas_account_state_default_directory ("uid-1");

	g_assert_true (g_str_has_prefix (directory, g_get_user_cache_dir ()));
	g_assert_true (g_str_has_suffix (directory, "/evolution/eas/uid-1"));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/account-state/round-trip", test_round_trip);
	g_test_add_func ("/account-state/unknown-is-not-empty", test_unknown_is_not_empty);
	g_test_add_func ("/account-state/damage", test_damage);
	g_test_add_func ("/account-state/strange-text", test_strange_text);
	g_test_add_func ("/account-state/wild-numbers", test_wild_numbers);
	g_test_add_func ("/account-state/commit-and-read", test_commit_and_read);
	g_test_add_func ("/account-state/damaged-file-is-a-new-one",
			 test_damaged_file_is_a_new_one);
	g_test_add_func ("/account-state/lock", test_lock);
	g_test_add_func ("/account-state/in-memory", test_in_memory);
	g_test_add_func ("/account-state/disk-full", test_disk_full);
	g_test_add_func ("/account-state/monitor", test_monitor);
	g_test_add_func ("/account-state/default-directory", test_default_directory);

	return g_test_run ();
}
