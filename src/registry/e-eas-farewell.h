/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is done when an account is removed from this desktop, by whatever program: the
 * password and all that was derived go; what the person chose for the folders is kept
 * (e-eas-identity.h); the data of the folders is EDS's to erase.
 */

#pragma once

#include "e-eas-account.h"

#include <libebackend/libebackend.h>

G_BEGIN_DECLS

/* Once for each account, when its source is there. */
void e_eas_farewell_await (EEasAccount *account, ESourceRegistryServer *server);

G_END_DECLS
