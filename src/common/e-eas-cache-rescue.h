/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A cache.db that a crash of the machine or a full disk left damaged. All in it can
 * be fetched again but the edits that the server does not have yet.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * e_eas_cache_rescue:
 * @path: of a cache.db that nobody has open; need not exist
 *
 * Moves a damaged database aside, to "cache.db.damaged" beside it, and makes a new one
 * with what can still be read of the outbox and the journal. A sound one is not touched.
 *
 * Returns: %TRUE when the database was damaged
 */
gboolean e_eas_cache_rescue (const char *path);

G_END_DECLS
