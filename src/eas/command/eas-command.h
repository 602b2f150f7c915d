/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A command: its description, a function from struct to bytes and one from bytes
 * to struct. No state, no I/O. eas-flow-exchange carries it through the network.
 */

#pragma once

#include "eas-error.h"
#include "eas-item.h"
#include "eas-item-codec.h"
#include "eas-status.h"
#include "eas-types.h"
#include "eas-version.h"

G_BEGIN_DECLS

typedef struct {
	const char *name;        /* Cmd= */
	guint8 code;             /* in the base64 query */
	guint16 since;           /* version */
	guint16 until;
	EasTag request_root;     /* EAS_TAG_NONE: no WBXML body */
	EasTag response_root;
	EasTag status_tag;       /* the global Status below the root; EAS_TAG_NONE: none */
	EasScope scope;
	gboolean safe_to_repeat; /* after a connection lost before any byte of the answer */
	gboolean empty_ok;       /* 200 without a body is an answer */
	guint timeout;           /* seconds */
} EasCommand;

/* One request on its way, as values. */
typedef struct {
	const EasCommand *command;
	GBytes *body;             /* NULL: no body */
	char *parameters;         /* appended to the plain query, "&CollectionId=5"; NULL none */
	const char *content_type; /* NULL: application/vnd.ms-sync.wbxml */
	gboolean accept_multipart;
	guint timeout;            /* 0: the command's */
} EasRequest;

EasRequest *eas_request_new  (const EasCommand *command, GBytes *take_body);
void        eas_request_free (EasRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasRequest, eas_request_free)

/*
 * The status of an answer before it is parsed: the Status child of the root, or 1
 * when there is none. Reads no further than it must. EAS_ERROR_PROTOCOL when @body
 * is not WBXML or its root is not the command's.
 */
gboolean eas_command_peek_status (const EasCommand *command, GBytes *body, guint *out_status, GError **error);

/* Sets up @reader inside the root of @body, checked; ends with eas_command_finish(). */
gboolean eas_command_open   (const EasCommand *command, GBytes *body, EasWbxmlReader *reader, guint *out_level, GError **error);
gboolean eas_command_finish (const EasCommand *command, EasWbxmlReader *reader, GError **error); /* EAS_ERROR_PROTOCOL */

/*
 * Whether @tag is a Status, of whatever page: some servers put it into a foreign
 * namespace. For the default branch of a parser.
 */
gboolean eas_command_is_status (EasTag tag);

/* Every command there is, NULL-terminated; for probe and tests. */
const EasCommand * const *eas_commands (void);
const EasCommand         *eas_command_by_name (const char *name);

G_END_DECLS
