/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A bare Sync loop: pulls a default folder of an account, stores nothing, and prints
 * "ITEMS SECONDS FIRST-SECONDS REQUESTS". What a server can give at best.
 *
 *	bench-sync-floor URL USER PASSWORD events|contacts|tasks
 */

#include <libsoup/soup.h>
#include <stdio.h>
#include <unistd.h>

#include "eas-cmd-folder.h"
#include "eas-cmd-sync.h"

#define VERSION      EAS_VERSION_14_1
#define FIRST_WINDOW 100
#define MAX_REQUESTS 2000

typedef struct {
	const char *name;
	EasClass klass;
	EasFolderType type;
} Kind;

static const Kind kinds[] = {
	{ "events", EAS_CLASS_CALENDAR, EAS_FOLDER_CALENDAR },
	{ "contacts", EAS_CLASS_CONTACTS, EAS_FOLDER_CONTACTS },
	{ "tasks", EAS_CLASS_TASKS, EAS_FOLDER_TASKS },
};

typedef struct {
	const Kind *kind;
	SoupSession *session;
	char *url;
	char *user;
	char *authorization;
	guint requests;
} Loop;

static GBytes *
post (Loop *loop, const EasCommand *command, GBytes *body, GError **error)
{
	g_autofree char *uri =
		g_strdup_printf ("%s?Cmd=%s&User=%s&DeviceId=floor%ld&DeviceType=bench", loop->url,
				 command->name, loop->user, (long) getpid ());
	g_autoptr (SoupMessage) message = soup_message_new ("POST", uri);
	SoupMessageHeaders *headers;
	g_autoptr (GBytes) answer = NULL;

	if (message == NULL) {
		g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "Not an address: %s",
			     loop->url);
		return NULL;
	}
	headers = soup_message_get_request_headers (message);
	soup_message_headers_append (headers, "Authorization", loop->authorization);
	soup_message_headers_append (headers, "MS-ASProtocolVersion",
				     eas_version_to_string (VERSION));
	soup_message_set_request_body_from_bytes (message, "application/vnd.ms-sync.wbxml", body);
	loop->requests++;
	answer = soup_session_send_and_read (loop->session, message, NULL, error);
	if (answer == NULL)
		return NULL;
	if (soup_message_get_status (message) != SOUP_STATUS_OK) {
		g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s was answered %u",
			     command->name, soup_message_get_status (message));
		return NULL;
	}

	return g_steal_pointer (&answer);
}

static char *
find_folder (Loop *loop, GError **error)
{
	g_autoptr (GBytes) request = eas_cmd_folder_sync_build ("0");
	g_autoptr (GBytes) body = post (loop, &eas_cmd_folder_sync, request, error);
	g_auto (EasFolderSyncResponse) response = { 0 };

	if (body == NULL || !eas_cmd_folder_sync_parse (body, &response, error))
		return NULL;
	for (guint i = 0; i < response.added->len; i++) {
		const EasFolder *folder = response.added->pdata[i];

		if (folder->type == loop->kind->type)
			return g_strdup (folder->id);
	}
	g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "The account has no %s",
		     loop->kind->name);

	return NULL;
}

/* One round; the number of items, -1 on error. @key moves on. Windows as the backend asks for them.
 */
static int
pull (Loop *loop, const char *id, char **key, guint window_size, gboolean *out_more, GError **error)
{
	g_auto (EasSyncRequest) request = { 0 };
	g_auto (EasSyncResponse) response = { 0 };
	EasSyncRequestCollection *collection =
		eas_sync_request_collection_new (loop->kind->klass, id, *key);
	g_autoptr (GBytes) bytes = NULL;
	g_autoptr (GBytes) body = NULL;
	EasSyncResponseCollection *answer;
	gboolean first = g_str_equal (*key, "0");

	collection->get_changes = !first;
	collection->window_size = window_size;
	collection->has_options = TRUE;
	eas_sync_options_init (&collection->options, loop->kind->klass, VERSION);
	request.collections =
		g_ptr_array_new_with_free_func ((GDestroyNotify) eas_sync_request_collection_free);
	g_ptr_array_add (request.collections, collection);
	bytes = eas_cmd_sync_build (&request, VERSION);
	body = post (loop, &eas_cmd_sync, bytes, error);
	if (body == NULL || !eas_cmd_sync_parse (body, &response, error))
		return -1;
	*out_more = first;
	if (response.empty || response.collections->len == 0)
		return 0;
	answer = response.collections->pdata[0];
	if (answer->key != NULL) {
		g_free (*key);
		*key = g_strdup (answer->key);
	}
	*out_more = *out_more || answer->more;

	return (int) answer->commands->len;
}

static gboolean
run (Loop *loop, GError **error)
{
	g_autofree char *id = find_folder (loop, error);
	g_autofree char *key = g_strdup ("0");
	gint64 start = g_get_monotonic_time ();
	gint64 first = 0;
	gboolean more = TRUE;
	int items = 0;

	if (id == NULL)
		return FALSE;
	while (more && loop->requests < MAX_REQUESTS) {
		int n = pull (loop, id, &key, items == 0 ? FIRST_WINDOW : EAS_SYNC_MAX_WINDOW,
			      &more, error);

		if (n < 0)
			return FALSE;
		items += n;
		if (first == 0 && items > 0)
			first = g_get_monotonic_time () - start;
	}
	printf ("%d %.3f %.3f %u\n", items, (g_get_monotonic_time () - start) / 1e6, first / 1e6,
		loop->requests);

	return TRUE;
}

int
main (int argc, char **argv)
{
	Loop loop = { 0 };
	g_autoptr (GError) error = NULL;
	g_autofree char *pair = NULL;
	g_autofree char *encoded = NULL;

	for (guint i = 0; argc == 5 && i < G_N_ELEMENTS (kinds); i++) {
		if (g_str_equal (kinds[i].name, argv[4]))
			loop.kind = &kinds[i];
	}
	if (loop.kind == NULL) {
		g_printerr ("usage: bench-sync-floor URL USER PASSWORD events|contacts|tasks\n");
		return 2;
	}
	pair = g_strdup_printf ("%s:%s", argv[2], argv[3]);
	encoded = g_base64_encode ((const guchar *) pair, strlen (pair));
	loop.url = argv[1];
	loop.user = argv[2];
	loop.authorization = g_strdup_printf ("Basic %s", encoded);
	loop.session = soup_session_new_with_options ("timeout", 300, NULL);
	if (!run (&loop, &error))
		g_printerr ("bench-sync-floor: %s\n", error->message);
	g_object_unref (loop.session);
	g_free (loop.authorization);

	return error == NULL ? 0 : 1;
}
