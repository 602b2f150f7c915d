/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The registry drops the collection's backend before it tells of the removal: the
 * backend hears of it only where somebody holds it by chance. Hence an object that
 * holds the account and hangs on the registry alone.
 */

#include "e-eas-identity.h"

#include "e-eas-ghosts.h"

#include "e-eas-farewell.h"

#define AFTERTHOUGHT_SECONDS 3

typedef struct {
	EEasAccount *account;
	gulong handler;
} Farewell;

static void
farewell_free (gpointer data, GClosure *closure)
{
	Farewell *farewell = data;

	g_object_unref (farewell->account);
	g_free (farewell);
}

/* A wiped account leaves nothing to come back to. */
static gboolean
is_wiped (EEasAccount *account)
{
	g_autoptr (EasAccountData) data = eas_account_data_new ();

	return eas_account_state_read (e_eas_account_get_state (account), data, NULL) &&
	       data->wiped;
}

/* What a factory wrote at that moment, before it had heard that the account is gone. */
typedef struct {
	ESourceRegistryServer *server;
	char *uid;
	GFile *directory;
} Afterthought;

static void
afterthought_free (gpointer data)
{
	Afterthought *afterthought = data;

	g_object_unref (afterthought->server);
	g_free (afterthought->uid);
	g_object_unref (afterthought->directory);
	g_free (afterthought);
}

/* Unless the account has been added again. */
static gboolean
delete_again_cb (gpointer data)
{
	Afterthought *afterthought = data;
	g_autoptr (ESource) source =
		e_source_registry_server_ref_source (afterthought->server, afterthought->uid);

	if (source == NULL)
		e_file_recursive_delete_sync (afterthought->directory, NULL, NULL);

	return G_SOURCE_REMOVE;
}

static void
delete_again (ESourceRegistryServer *server, ESource *source, GFile *directory)
{
	Afterthought *afterthought = g_new0 (Afterthought, 1);

	afterthought->server = g_object_ref (server);
	afterthought->uid = e_source_dup_uid (source);
	afterthought->directory = g_object_ref (directory);
	g_timeout_add_seconds_full (G_PRIORITY_DEFAULT, AFTERTHOUGHT_SECONDS, delete_again_cb,
				    afterthought, afterthought_free);
}

static void
source_removed_cb (ESourceRegistryServer *server, ESource *source, Farewell *farewell)
{
	g_autoptr (GFile) directory = NULL;

	if (source != e_eas_account_get_source (farewell->account))
		return;

	if (!is_wiped (farewell->account))
		e_eas_identity_keep (source);
	e_source_delete_password (source, NULL, NULL, NULL);
	directory = g_file_new_for_path (e_eas_account_get_directory (farewell->account));
	e_file_recursive_delete_sync (directory, NULL, NULL);
	delete_again (server, source, directory);
	g_signal_handler_disconnect (server, farewell->handler);
}

void
e_eas_farewell_await (EEasAccount *account, ESourceRegistryServer *server)
{
	Farewell *farewell = g_new0 (Farewell, 1);

	e_eas_ghosts_watch (server);
	farewell->account = g_object_ref (account);
	farewell->handler =
		g_signal_connect_data (server, "source-removed", G_CALLBACK (source_removed_cb),
				       farewell, farewell_free, /* flags */ 0);
}
