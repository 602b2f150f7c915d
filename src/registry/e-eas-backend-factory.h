/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libebackend/libebackend.h>

G_BEGIN_DECLS

#define E_TYPE_EAS_BACKEND_FACTORY (e_eas_backend_factory_get_type ())
G_DECLARE_FINAL_TYPE (EEasBackendFactory,
		      e_eas_backend_factory,
		      E,
		      EAS_BACKEND_FACTORY,
		      ECollectionBackendFactory)

void e_eas_backend_factory_type_register (GTypeModule *module);

G_END_DECLS
