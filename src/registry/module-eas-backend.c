/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Module entry for evolution-source-registry. e_module_load() is called twice there: registration
 * is idempotent. */

#include "e-eas-module.h"

#include "e-eas-backend.h"
#include "e-eas-backend-factory.h"

void e_module_load (GTypeModule *module);
void e_module_unload (GTypeModule *module);

G_MODULE_EXPORT void
e_module_load (GTypeModule *module)
{
	e_eas_module_load ();
	e_eas_backend_type_register (module);
	e_eas_backend_factory_type_register (module);
}

G_MODULE_EXPORT void
e_module_unload (GTypeModule *module)
{
}
