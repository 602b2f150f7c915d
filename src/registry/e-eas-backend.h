/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EEasBackend: the account in evolution-source-registry. Verifies the password,
 * lists the folders and keeps a child source for each one that can be shown.
 */

#pragma once

#include <libebackend/libebackend.h>

G_BEGIN_DECLS

#define E_TYPE_EAS_BACKEND (e_eas_backend_get_type ())
G_DECLARE_FINAL_TYPE (EEasBackend, e_eas_backend, E, EAS_BACKEND, ECollectionBackend)

void e_eas_backend_type_register (GTypeModule *module);

G_END_DECLS
