/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The registry reads a source's file again some 3 s after it was written. An account that
 * is removed at that very moment comes back as an empty source under its UID, named
 * "Unnamed", which is written to disk and stays for ever (EDS 3.46,
 * e-source-registry-server.c). Such a source is taken away as it appears.
 */

#pragma once

#include <libebackend/libebackend.h>

G_BEGIN_DECLS

/* As long as @server lives; any number of times. On the main thread. */
void e_eas_ghosts_watch (ESourceRegistryServer *server);

G_END_DECLS
