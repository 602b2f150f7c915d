/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * OPTIONS: which versions and commands a server offers. Headers only, no body; it
 * is no EasCommand and not in eas_commands().
 *
 * Source: [MS-ASHTTP] HTTP OPTIONS Command Response, headers MS-ASProtocolVersions
 * and MS-ASProtocolCommands.
 */

#pragma once

#include "eas-command.h"

G_BEGIN_DECLS

typedef struct {
	char *versions;     /* comma list without duplicates and blanks, in the server's order, unknown ones too */
	char *commands;     /* the same; NULL when the server did not say */
	EasVersion version; /* the best both sides speak */
} EasOptionsResponse;

/*
 * @versions, @commands: the header values; a header that came several times is joined
 * with commas by the caller, each nullable. EAS_ERROR_NOT_SUPPORTED when there is no
 * version list (not an ActiveSync server) or no version in common. @most: the highest
 * version to choose, EAS_VERSION_NONE for no limit.
 */
gboolean eas_cmd_options_parse (const char *versions, const char *commands, EasVersion most, EasOptionsResponse *out, GError **error);
/* Whether @command is in a comma list; TRUE when @list is NULL, and for Provision and Find, which servers forget to list. */
gboolean eas_cmd_options_offers (const char *list, const char *command);
void     eas_options_response_clear (EasOptionsResponse *response);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EasOptionsResponse, eas_options_response_clear)

G_END_DECLS
