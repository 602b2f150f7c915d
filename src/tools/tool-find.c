/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A mail address -> its server, for whoever names none: the providers we know, else
 * the places where servers usually are. Each is asked without a password whether it
 * speaks ActiveSync; only the one that does will see it (law 8). Source: user-needs
 * pitfall 52; [MS-ASHTTP] HTTP OPTIONS Command.
 */

#include "tool.h"

#include "eas-soup-transport.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define PATH         "/Microsoft-Server-ActiveSync"
#define TIMEOUT      8 /* seconds for one place */
#define UNAUTHORIZED 401

/* clang-format off */
static const struct {
	const char *domain;
	const char *host;
} known[] = {
	{ "outlook.com",   "eas.outlook.com" },
	{ "hotmail.com",   "eas.outlook.com" },
	{ "live.com",      "eas.outlook.com" },
	{ "msn.com",       "eas.outlook.com" },
	{ "zoho.com",      "msync.zoho.com" },
	{ "zohomail.com",  "msync.zoho.com" },
	{ "exmail.qq.com", "ex.exmail.qq.com" },
};
/* clang-format on */

/* In front of the domain; the domain itself first. */
static const char *const usual[] = { "", "mail.", "autodiscover.", "eas.", "activesync.", "owa." };

static GPtrArray *
list_hosts (const char *domain)
{
	GPtrArray *hosts = g_ptr_array_new_with_free_func (g_free);

	for (gsize i = 0; i < G_N_ELEMENTS (known); i++) {
		if (g_ascii_strcasecmp (domain, known[i].domain) == 0)
			g_ptr_array_add (hosts, g_strdup (known[i].host));
	}
	if (hosts->len > 0)
		return hosts;
	for (gsize i = 0; i < G_N_ELEMENTS (usual); i++)
		g_ptr_array_add (hosts, g_strconcat (usual[i], domain, NULL));

	return hosts;
}

typedef struct {
	GMainLoop *loop;
	EasHttpResponse *response;
} Answer;

static void
sent_cb (GObject *transport, GAsyncResult *result, gpointer user_data)
{
	Answer *answer = user_data;

	answer->response = eas_transport_send_finish (EAS_TRANSPORT (transport), result, NULL);
	g_main_loop_quit (answer->loop);
}

/* It says so, or it wants to know who asks at the very address of the protocol. */
static gboolean
speaks (const EasHttpResponse *response)
{
	return eas_http_response_get_header (response, "MS-ASProtocolVersions") != NULL ||
	       eas_http_response_get_header (response, "MS-Server-ActiveSync") != NULL ||
	       (response->status == UNAUTHORIZED &&
		eas_http_response_get_header (response, "WWW-Authenticate") != NULL);
}

static gboolean
ask (EasTransport *transport, const char *url, GMainContext *context, GCancellable *cancellable)
{
	g_autoptr (EasHttpRequest) request = eas_http_request_new ("OPTIONS", url);
	Answer answer = { g_main_loop_new (context, FALSE), NULL };
	gboolean found;

	request->timeout = TIMEOUT;
	request->credentials = FALSE;
	eas_http_request_add_header (request, "User-Agent", "evolution-eas/" EAS_PROJECT_VERSION);
	eas_transport_send_async (transport, request, cancellable, sent_cb, &answer);
	g_main_loop_run (answer.loop);
	found = answer.response != NULL && speaks (answer.response);
	g_clear_pointer (&answer.response, eas_http_response_free);
	g_main_loop_unref (answer.loop);

	return found;
}

char *
tool_find_url (Tool *tool, const char *domain, GError **error)
{
	g_autoptr (GPtrArray) hosts = list_hosts (domain);
	g_autoptr (GMainContext) context = g_main_context_new ();
	g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (context);
	g_autoptr (EasTransport) transport = eas_soup_transport_new (NULL, NULL);
	g_autoptr (GString) tried = g_string_new (NULL);

	if (tool->ca_file != NULL &&
	    !eas_soup_transport_set_ca_file (EAS_SOUP_TRANSPORT (transport), tool->ca_file, error))
		return NULL;

	for (guint i = 0; i < hosts->len; i++) {
		const char *host = hosts->pdata[i];
		g_autofree char *url = g_strconcat ("https://", host, PATH, NULL);

		if (ask (transport, url, context, tool->cancellable))
			return g_steal_pointer (&url);
		if (g_cancellable_set_error_if_cancelled (tool->cancellable, error))
			return NULL;
		g_string_append_printf (tried, "%s%s", tried->len > 0 ? ", " : "", host);
	}
	g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
		     _ ("No ActiveSync server was found for “%s”; tried: %s. Ask your provider for "
			"its name and give it with --server"),
		     domain, tried->str);

	return NULL;
}
