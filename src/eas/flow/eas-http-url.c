/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Addresses: what a person types, and where credentials may follow a redirect. */

#include <string.h>

#include <glib/gi18n-lib.h>

#include "eas-http.h"

#define ENDPOINT "Microsoft-Server-ActiveSync"

/* Mailboxes move between these without asking anybody (pitfall 45). */
static const char *const microsoft_domains[] = { "outlook.com", "office365.com", "office.com",
						 "hotmail.com", "live.com" };

static gboolean
in_domain (const char *host, const char *domain)
{
	gsize host_length = strlen (host), length = strlen (domain);

	if (host_length < length || g_ascii_strcasecmp (host + host_length - length, domain) != 0)
		return FALSE;

	return host_length == length || host[host_length - length - 1] == '.';
}

static gboolean
is_microsoft (const char *host)
{
	for (guint ii = 0; ii < G_N_ELEMENTS (microsoft_domains); ii++) {
		if (in_domain (host, microsoft_domains[ii]))
			return TRUE;
	}

	return FALSE;
}

/*
 * The domain a person can register, without a list of public suffixes: the last two
 * labels, or three where the second looks like a registry's (co.uk, com.au). Rather
 * one question too many than one too few.
 */
static const char *
registrable_domain (const char *host)
{
	const char *dots[3] = { NULL };
	gsize second_length;

	for (const char *cc = host; *cc != '\0'; cc++) {
		if (*cc == '.') {
			dots[2] = dots[1];
			dots[1] = dots[0];
			dots[0] = cc;
		}
	}
	if (dots[0] == NULL)
		return host;
	second_length = dots[0] - (dots[1] != NULL ? dots[1] + 1 : host);
	if (second_length <= 3 && strlen (dots[0] + 1) == 2)
		return dots[1] == NULL ? host : dots[2] != NULL ? dots[2] + 1 : host;

	return dots[1] != NULL ? dots[1] + 1 : host;
}

gboolean
eas_http_may_follow (const char *from_url, const char *to_url)
{
	g_autoptr (GUri) from = NULL;
	g_autoptr (GUri) to = NULL;
	const char *from_host, *to_host;

	g_return_val_if_fail (from_url != NULL && to_url != NULL, FALSE);

	from = g_uri_parse (from_url, G_URI_FLAGS_NONE, NULL);
	to = g_uri_parse (to_url, G_URI_FLAGS_NONE, NULL);
	if (from == NULL || to == NULL)
		return FALSE;
	from_host = g_uri_get_host (from);
	to_host = g_uri_get_host (to);
	if (from_host == NULL || to_host == NULL || *to_host == '\0')
		return FALSE;

	/* Never down to plain http; a server that already is plain (a test on this machine) may
	 * name itself. */
	if (strcmp (g_uri_get_scheme (to), "https") != 0)
		return strcmp (g_uri_get_scheme (to), "http") == 0 &&
		       strcmp (g_uri_get_scheme (from), "http") == 0 &&
		       g_ascii_strcasecmp (from_host, to_host) == 0;
	if (g_ascii_strcasecmp (from_host, to_host) == 0 || is_microsoft (to_host))
		return TRUE;
	if (g_hostname_is_ip_address (from_host) || g_hostname_is_ip_address (to_host) ||
	    strchr (to_host, '.') == NULL)
		return FALSE;

	return g_ascii_strcasecmp (registrable_domain (from_host), registrable_domain (to_host)) ==
	       0;
}

static gboolean
is_this_machine (const char *host)
{
	return g_ascii_strcasecmp (host, "localhost") == 0 || strcmp (host, "::1") == 0 ||
	       (g_str_has_prefix (host, "127.") && g_hostname_is_ip_address (host));
}

/* The path of the endpoint: typed in full, or below what was typed ("/SOGo"). */
static char *
endpoint_path (const char *typed)
{
	g_autofree char *path = g_strdup (typed);

	while (g_str_has_suffix (path, "/"))
		path[strlen (path) - 1] = '\0';
	if (g_strrstr (path, "ActiveSync") != NULL || g_strrstr (path, "activesync") != NULL)
		return g_steal_pointer (&path);

	return g_strdup_printf ("%s/" ENDPOINT, path);
}

char *
eas_http_normalize_url (const char *typed, GError **error)
{
	g_autofree char *text = NULL;
	g_autofree char *path = NULL;
	g_autoptr (GUri) uri = NULL;
	g_autoptr (GUri) out = NULL;
	const char *scheme, *host;
	int port;

	g_return_val_if_fail (typed != NULL, NULL);

	text = g_strstrip (g_strdup (typed));
	if (strstr (text, "://") == NULL) {
		char *with_scheme = g_strconcat ("https://", text, NULL);

		g_free (text);
		text = with_scheme;
	}
	uri = g_uri_parse (text, G_URI_FLAGS_SCHEME_NORMALIZE | G_URI_FLAGS_ENCODED_PATH, NULL);
	host = uri != NULL ? g_uri_get_host (uri) : NULL;
	if (host == NULL || *host == '\0' || strchr (host, ' ') != NULL ||
	    g_uri_get_userinfo (uri) != NULL) {
		eas_set_error (error, EAS_ERROR_NOT_SUPPORTED, NULL, 0, 0,
			       _ ("“%s” is not the address of a server"), typed);
		return NULL;
	}
	scheme = g_uri_get_scheme (uri);
	if (strcmp (scheme, "https") != 0 &&
	    !(strcmp (scheme, "http") == 0 && is_this_machine (host))) {
		eas_set_error (error, EAS_ERROR_NOT_SUPPORTED, NULL, 0, 0,
			       _ ("“%s” is not a secure address: it must begin with https://"),
			       typed);
		return NULL;
	}
	path = endpoint_path (g_uri_get_path (uri));
	port = g_uri_get_port (uri);
	if (port == (strcmp (scheme, "https") == 0 ? 443 : 80))
		port = -1;
	out = g_uri_build (G_URI_FLAGS_ENCODED_PATH, scheme, NULL, host, port, path, NULL, NULL);

	return g_uri_to_string (out);
}
