/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An account that is removed and added again is the same one (pitfalls 2 and 42): the
 * same user on the same server. Its UID is derived from these, so that EDS finds the
 * data it set aside at the removal (for a week, then it erases it), edits that were
 * never sent included. What the person chose, names here, colours, marks and settings, is
 * kept beside the settings for longer, without any content:
 *
 *   $XDG_CONFIG_HOME/evolution/eas/<identity>/account              of the account
 *   $XDG_CONFIG_HOME/evolution/eas/<identity>/<child UID>.source   of the folders
 */

#pragma once

#include <libedataserver/libedataserver.h>

G_BEGIN_DECLS

/* A hash in hexadecimal digits. @port 0: that of HTTPS. Case of @host and @user does not count. */
char *e_eas_identity_new (const char *host, guint16 port, const char *user);
/* By its ESourceAuthentication; NULL where that is not filled in. */
char *e_eas_identity_of (ESource *collection);

/*
 * The registry's, on its main thread. keep: the account was removed, and EDS has set
 * its files aside. bring_back: it is there, and its children are not read yet; an account
 * that has children of its own is left alone.
 */
void e_eas_identity_keep (ESource *collection);
void e_eas_identity_bring_back (ESource *collection);

G_END_DECLS
