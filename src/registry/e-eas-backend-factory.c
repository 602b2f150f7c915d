/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Tells the registry which collections are ours. */

#include "camel-eas-settings.h"

#include "e-eas-backend.h"

#include "e-eas-backend-factory.h"

struct _EEasBackendFactory {
	ECollectionBackendFactory parent;
};

G_DEFINE_DYNAMIC_TYPE (EEasBackendFactory, e_eas_backend_factory, E_TYPE_COLLECTION_BACKEND_FACTORY)

static void
e_eas_backend_factory_class_init (EEasBackendFactoryClass *klass)
{
	ECollectionBackendFactoryClass *factory_class = E_COLLECTION_BACKEND_FACTORY_CLASS (klass);

	factory_class->factory_name = E_EAS_BACKEND_NAME;
	factory_class->backend_type = E_TYPE_EAS_BACKEND;
}

static void
e_eas_backend_factory_class_finalize (EEasBackendFactoryClass *klass)
{
}

static void
e_eas_backend_factory_init (EEasBackendFactory *self)
{
	camel_eas_settings_register ();
}

void
e_eas_backend_factory_type_register (GTypeModule *module)
{
	e_eas_backend_factory_register_type (module);
}
