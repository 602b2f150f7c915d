/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Accounts as Evolution Data Server keeps them; shared by account and its status. */

#pragma once

#include "tool.h"

#include <libedataserver/libedataserver.h>

G_BEGIN_DECLS

ESourceRegistry *tool_account_open_registry (Tool *tool, GError **error);
GList           *tool_account_list          (ESourceRegistry *registry); /* (element-type ESource) (transfer full): collections */
char            *tool_account_dup_address   (ESource *collection);
char            *tool_account_dup_user      (ESource *collection);
char            *tool_account_dup_url       (ESource *collection);
/* The account @address, or the only one when it is NULL. */
ESource         *tool_account_find          (ESourceRegistry *registry, const char *address, GError **error);
void             tool_account_hint          (Tool *tool); /* says on standard error that there is none */

/* tool-status.c */
ToolExit         tool_account_status        (Tool *tool, ESourceRegistry *registry, const char *address);

G_END_DECLS
