/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * HTTP as values: what a flow wants sent and what came back; request line in both
 * query forms; the protocol's headers. Source: [MS-ASHTTP] 2.2.1.1 and 2.2.2.
 */

#pragma once

#include "eas-account-data.h"
#include "eas-command.h"

G_BEGIN_DECLS

#define EAS_HTTP_MULTIPART "application/vnd.ms-sync.multipart"

typedef struct {
	const char *method;  /* "POST", "OPTIONS", "GET"; static */
	char *uri;
	GPtrArray *headers;  /* name, value, name, value, … (element-type utf8) */
	GBytes *body;        /* NULL none */
	guint timeout;       /* seconds for the whole exchange */
	gboolean credentials; /* may carry Authorization */
	const char *command; /* for logs; static */
	guint seq;           /* for logs */
} EasHttpRequest;

EasHttpRequest *eas_http_request_new  (const char *method, const char *uri);
void            eas_http_request_add_header (EasHttpRequest *request, const char *name, const char *value);
const char     *eas_http_request_get_header (const EasHttpRequest *request, const char *name);
void            eas_http_request_free (EasHttpRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasHttpRequest, eas_http_request_free)

typedef struct {
	guint status;
	GPtrArray *headers;  /* as above, as received; names compare without case */
	GBytes *body;        /* never NULL; inflated */
} EasHttpResponse;

EasHttpResponse *eas_http_response_new  (guint status);
void             eas_http_response_add_header (EasHttpResponse *response, const char *name, const char *value);
const char      *eas_http_response_get_header (const EasHttpResponse *response, const char *name); /* NULL */
/* A header that came several times, joined with commas. NULL: absent. */
char            *eas_http_response_dup_header (const EasHttpResponse *response, const char *name);
void             eas_http_response_free (EasHttpResponse *response);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasHttpResponse, eas_http_response_free)

/* The POST of a command: query, headers, cookies; everything but Authorization. */
EasHttpRequest *eas_http_build_command (const EasAccountData *data, const EasRequest *request);
/* The same with another policy key than the account's: Provision and its rounds. */
EasHttpRequest *eas_http_build_command_with_key (const EasAccountData *data, const EasRequest *request, guint32 policy_key);
EasHttpRequest *eas_http_build_options (const EasAccountData *data);
char           *eas_http_build_base64_query (const EasAccountData *data, const EasRequest *request, guint32 policy_key);
/*
 * Takes what every answer may carry, cookies, X-MS-RP and the password's end, into @data. TRUE when
 * other processes should know soon; a mere new value of a known cookie goes along with the next commit.
 */
gboolean        eas_http_take_headers  (EasAccountData *data, const EasHttpResponse *response, gint64 now);
/* The page of X-MS-Credential-Service-Url, if it is one a person can be sent to; NULL. */
const char     *eas_http_password_url  (const EasHttpResponse *response);
gboolean        eas_http_is_wbxml      (const EasHttpResponse *response); /* by type, or by the first bytes */
guint           eas_http_retry_after   (const EasHttpResponse *response, gint64 now); /* seconds; both header forms; 0 none */
/* https, same host or same registrable domain or a known Microsoft host: credentials may follow a redirect there. */
gboolean        eas_http_may_follow    (const char *from_url, const char *to_url);
/* "https://host/Microsoft-Server-ActiveSync" from what a person types: a host, a host with a path, an URL. NULL with error. */
char           *eas_http_normalize_url (const char *typed, GError **error);

G_END_DECLS
