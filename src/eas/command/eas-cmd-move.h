/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* MoveItems: items to another folder; they get new ids. Source: [MS-ASCMD] 2.2.1.12 MoveItems. */

#pragma once

#include "eas-command.h"

G_BEGIN_DECLS

extern const EasCommand eas_cmd_move;

#define EAS_MOVE_MAX     50 /* servers refuse more than 1000 */
#define EAS_MOVE_SUCCESS 3  /* here 1 is an error */

typedef struct {
	const char *item_id;
	const char *source_id; /* folders */
	const char *target_id;
} EasMove;

typedef struct {
	char *item_id;         /* as asked */
	guint status;          /* EAS_SCOPE_MOVE; EAS_MOVE_SUCCESS where absent and a new id came */
	char *new_id;          /* equals item_id where the server gave none */
} EasMoveResult;

typedef struct {
	guint status;          /* global; 1 where absent: only then the results count */
	GPtrArray *results;    /* (element-type EasMoveResult), in order */
} EasMoveResponse;

GBytes  *eas_cmd_move_build (const EasMove *moves, guint n_moves);
gboolean eas_cmd_move_parse (GBytes *body, EasMoveResponse *out, GError **error);
void     eas_move_response_clear (EasMoveResponse *response);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EasMoveResponse, eas_move_response_clear)

G_END_DECLS
