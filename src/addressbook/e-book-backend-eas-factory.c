/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Module entry for evolution-addressbook-factory. e_module_load() is called twice there:
 * registration is idempotent. */

#include "e-eas-module.h"

#include "e-book-backend-eas.h"

typedef EBookBackendFactory EBookBackendEasFactory;
typedef EBookBackendFactoryClass EBookBackendEasFactoryClass;

static EModule *e_module;

void e_module_load (GTypeModule *module);
void e_module_unload (GTypeModule *module);
GType e_book_backend_eas_factory_get_type (void);

G_DEFINE_DYNAMIC_TYPE (EBookBackendEasFactory,
		       e_book_backend_eas_factory,
		       E_TYPE_BOOK_BACKEND_FACTORY)

static void
e_book_backend_eas_factory_class_init (EBookBackendEasFactoryClass *klass)
{
	EBackendFactoryClass *backend_factory_class = E_BACKEND_FACTORY_CLASS (klass);

	backend_factory_class->e_module = e_module;
	backend_factory_class->share_subprocess = TRUE;

	klass->factory_name = E_EAS_BACKEND_NAME;
	klass->backend_type = E_TYPE_BOOK_BACKEND_EAS;
}

static void
e_book_backend_eas_factory_class_finalize (EBookBackendEasFactoryClass *klass)
{
}

static void
e_book_backend_eas_factory_init (EBookBackendEasFactory *factory)
{
}

G_MODULE_EXPORT void
e_module_load (GTypeModule *module)
{
	e_module = E_MODULE (module);

	e_eas_module_load ();
	e_book_backend_eas_type_register (module);
	e_book_backend_eas_factory_register_type (module);
}

G_MODULE_EXPORT void
e_module_unload (GTypeModule *module)
{
	e_module = NULL;
}
