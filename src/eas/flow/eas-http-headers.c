/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What every answer may carry beside its body: cookies, word of a changed server, of
 * a password that ends, the time to wait, the type. Source: [MS-ASHTTP] 2.2.2 Response; RFC 6265;
 * RFC 9110 Retry-After.
 */

#include <stdio.h>
#include <string.h>

#include "eas-http.h"

#define MAX_COOKIES     32
#define MAX_COOKIE_SIZE 4096
#define MAX_RETRY_AFTER (24 * 60 * 60)
#define SECONDS_A_DAY   (24 * 60 * 60)
#define MAX_EXPIRY_DAYS 3650

static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* "Sun, 06 Nov 1994 08:49:37 GMT", also with dashes as cookies write it; -1 when it is none. */
static gint64
parse_http_date (const char *text)
{
	g_autoptr (GDateTime) date = NULL;
	const char *comma = strchr (text, ',');
	const char *found;
	char month[4] = "";
	int day, year, hour, minute, second;

	if (comma == NULL)
		return -1;
	if (sscanf (comma + 1, " %2d%*1[ -]%3[A-Za-z]%*1[ -]%4d %2d:%2d:%2d", &day, month, &year,
		    &hour, &minute, &second) != 6)
		return -1;
	found = strlen (month) == 3 ? strstr (month_names, month) : NULL;
	if (found == NULL)
		return -1;
	if (year < 100)
		year += year < 70 ? 2000 : 1900;
	date = g_date_time_new_utc (year, 1 + (found - month_names) / 3, day, hour, minute, second);

	return date != NULL ? g_date_time_to_unix (date) : -1;
}

guint
eas_http_retry_after (const EasHttpResponse *response, gint64 now)
{
	const char *value;
	guint64 seconds;
	gint64 date;

	g_return_val_if_fail (response != NULL, 0);

	value = eas_http_response_get_header (response, "Retry-After");
	if (value == NULL)
		return 0;
	if (g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT64, &seconds, NULL))
		return MIN (seconds, MAX_RETRY_AFTER);
	date = parse_http_date (value);
	if (date <= now)
		return 0;

	return MIN (date - now, MAX_RETRY_AFTER);
}

static gboolean
type_is (const EasHttpResponse *response, const char *type)
{
	const char *value = eas_http_response_get_header (response, "Content-Type");

	return value != NULL && g_ascii_strncasecmp (value, type, strlen (type)) == 0;
}

/*
 * A log-in page under the right type is still a page, and some proxies relabel what
 * they carry: the first bytes are asked before the type.
 */
gboolean
eas_http_is_wbxml (const EasHttpResponse *response)
{
	const guint8 *data;
	gsize size;

	g_return_val_if_fail (response != NULL, FALSE);

	data = g_bytes_get_data (response->body, &size);
	if (size >= 4 && data[0] == 0x03 && data[1] == 0x01 && data[2] == 0x6a)
		return TRUE;
	if (size > 0 && (data[0] == '<' || g_ascii_isspace (data[0])))
		return FALSE;

	return type_is (response, "application/vnd.ms-sync");
}

/* "name=value" of a Set-Cookie, NULL when it is malformed; @out_drop when it takes a cookie away.
 */
static char *
parse_set_cookie (const char *header, gboolean *out_drop)
{
	g_auto (GStrv) fields = g_strsplit (header, ";", -1);
	g_autofree char *pair = NULL;
	const char *equals;

	if (fields[0] == NULL)
		return NULL;
	pair = g_strstrip (g_strdup (fields[0]));
	equals = strchr (pair, '=');
	if (equals == NULL || equals == pair || strlen (pair) > MAX_COOKIE_SIZE ||
	    strchr (pair, '\n') != NULL)
		return NULL;

	*out_drop = equals[1] == '\0';
	for (guint ii = 1; fields[ii] != NULL; ii++) {
		const char *field = g_strstrip (fields[ii]);

		if (g_ascii_strncasecmp (field, "max-age=", 8) == 0 &&
		    g_ascii_strtoll (field + 8, NULL, 10) <= 0)
			*out_drop = TRUE;
		/* Servers take a cookie away with a date long ago; what expires later is kept while
		 * we run. */
		if (g_ascii_strncasecmp (field, "expires=", 8) == 0) {
			gint64 date = parse_http_date (field + 8);

			if (date >= 0 && date < G_GINT64_CONSTANT (946684800))
				*out_drop = TRUE;
		}
	}

	return g_steal_pointer (&pair);
}

static gboolean
same_cookie (const char *a, const char *b)
{
	gsize length = strchr (a, '=') - a + 1;

	return strncmp (a, b, length) == 0;
}

/* Puts one cookie into the jar. TRUE when a name came or went. */
static gboolean
store_cookie (GPtrArray *jar, const char *pair, gboolean drop, gboolean *inout_value_changed)
{
	for (guint ii = 0; ii < jar->len; ii++) {
		char **line = (char **) &g_ptr_array_index (jar, ii);

		if (!same_cookie (*line, pair))
			continue;
		if (drop) {
			g_ptr_array_remove_index (jar, ii);
			return TRUE;
		}
		if (strcmp (*line, pair) != 0) {
			g_free (*line);
			*line = g_strdup (pair);
			*inout_value_changed = TRUE;
		}
		return FALSE;
	}
	if (drop || jar->len >= MAX_COOKIES)
		return FALSE;
	g_ptr_array_add (jar, g_strdup (pair));

	return TRUE;
}

static GPtrArray *
open_jar (const char *cookies)
{
	GPtrArray *jar = g_ptr_array_new_with_free_func (g_free);
	g_auto (GStrv) lines = g_strsplit (cookies != NULL ? cookies : "", "\n", -1);

	for (guint ii = 0; lines[ii] != NULL; ii++) {
		if (strchr (lines[ii], '=') != NULL)
			g_ptr_array_add (jar, g_strdup (lines[ii]));
	}

	return jar;
}

static gboolean
take_cookies (EasAccountData *data, const EasHttpResponse *response)
{
	g_autoptr (GPtrArray) jar = NULL;
	gboolean names_changed = FALSE, values_changed = FALSE;

	for (guint ii = 0; ii + 1 < response->headers->len; ii += 2) {
		g_autofree char *pair = NULL;
		gboolean drop = FALSE;

		if (g_ascii_strcasecmp (g_ptr_array_index (response->headers, ii), "Set-Cookie") !=
		    0)
			continue;
		pair = parse_set_cookie (g_ptr_array_index (response->headers, ii + 1), &drop);
		/* Outlook.com takes the anchor away itself and then redirects to itself for want of
		 * it (pitfall 45). */
		if (pair == NULL || g_str_has_prefix (pair, "DefaultAnchorMailbox="))
			continue;
		if (jar == NULL)
			jar = open_jar (data->cookies);
		if (store_cookie (jar, pair, drop, &values_changed))
			names_changed = TRUE;
	}

	if (names_changed || values_changed) {
		g_ptr_array_add (jar, NULL);
		g_free (data->cookies);
		data->cookies = g_strjoinv ("\n", (char **) jar->pdata);
		data->cookies_unsaved = TRUE;
	}

	return names_changed;
}

/*
 * X-MS-RP: the server was changed below us; versions and the hierarchy start anew.
 * While the hierarchy still stands at key 0 there is nothing to discard, and the
 * answer to the first FolderSync may repeat the header.
 */
static gboolean
take_changed_server (EasAccountData *data, const EasHttpResponse *response)
{
	if (eas_http_response_get_header (response, "X-MS-RP") == NULL)
		return FALSE;
	if (g_strcmp0 (data->hierarchy_key, "0") == 0)
		return FALSE;
	eas_account_data_reset (data);

	return TRUE;
}

const char *
eas_http_password_url (const EasHttpResponse *response)
{
	const char *url;

	g_return_val_if_fail (response != NULL, NULL);

	url = eas_http_response_get_header (response, "X-MS-Credential-Service-Url");

	return url != NULL && g_str_has_prefix (url, "https://") &&
			       g_uri_is_valid (url, G_URI_FLAGS_NONE, NULL)
		       ? url
		       : NULL;
}

/* Whole days left; a day that has begun counts. -1: not said. */
static int
days_left (const EasHttpResponse *response)
{
	const char *value = eas_http_response_get_header (response, "X-MS-Credentials-Expire");
	guint64 days;

	if (value == NULL ||
	    !g_ascii_string_to_unsigned (value, 10, 0, MAX_EXPIRY_DAYS, &days, NULL))
		return -1;

	return (int) days + 1;
}

/*
 * A server that counts the days does so in the answer to each command; one that has
 * stopped has a new password. The number changes somewhere in the day, so a
 * difference of one day is none.
 */
static gboolean
take_password_end (EasAccountData *data, const EasHttpResponse *response, gint64 now)
{
	const char *url = eas_http_password_url (response);
	int days = days_left (response);
	gint64 expires = days < 0 ? 0 : (now / SECONDS_A_DAY + days) * SECONDS_A_DAY;
	gboolean offers = eas_http_response_get_header (response, "MS-ASProtocolVersions") != NULL;
	gboolean changed = FALSE;

	if (days < 0 && (response->status != 200 || offers))
		expires = data->password_expires;
	if (expires == 0 ? data->password_expires != 0
			 : ABS (expires - data->password_expires) > SECONDS_A_DAY) {
		data->password_expires = expires;
		changed = TRUE;
	}
	if (url != NULL && g_strcmp0 (url, data->password_url) != 0) {
		g_free (data->password_url);
		data->password_url = g_strdup (url);
		changed = TRUE;
	}

	return changed;
}

gboolean
eas_http_take_headers (EasAccountData *data, const EasHttpResponse *response, gint64 now)
{
	gboolean cookies, changed_server, password;

	g_return_val_if_fail (data != NULL && response != NULL, FALSE);

	cookies = take_cookies (data, response);
	changed_server = take_changed_server (data, response);
	password = take_password_end (data, response, now);

	return cookies || changed_server || password;
}
