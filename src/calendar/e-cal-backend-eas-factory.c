/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Module entry for evolution-calendar-factory. e_module_load() is called twice there: registration
 * is idempotent. */

#include "e-eas-module.h"

#include "e-cal-backend-eas.h"

static EModule *e_module;

void e_module_load (GTypeModule *module);
void e_module_unload (GTypeModule *module);

/* One factory a kind; a type each, since EDS makes its factories by type. */
#define DEFINE_FACTORY(Name, name, kind)                                                           \
	typedef ECalBackendFactory Name;                                                           \
	typedef ECalBackendFactoryClass Name##Class;                                               \
                                                                                                   \
	GType name##_get_type (void);                                                              \
	G_DEFINE_DYNAMIC_TYPE (Name, name, E_TYPE_CAL_BACKEND_FACTORY)                             \
                                                                                                   \
	static void name##_class_init (Name##Class *klass)                                         \
	{                                                                                          \
		fill_factory (klass, kind);                                                        \
	}                                                                                          \
                                                                                                   \
	static void name##_class_finalize (Name##Class *klass)                                     \
	{                                                                                          \
	}                                                                                          \
                                                                                                   \
	static void name##_init (Name *factory)                                                    \
	{                                                                                          \
	}

static void
fill_factory (ECalBackendFactoryClass *klass, ICalComponentKind kind)
{
	EBackendFactoryClass *backend_factory_class = E_BACKEND_FACTORY_CLASS (klass);

	backend_factory_class->e_module = e_module;
	backend_factory_class->share_subprocess = TRUE;

	klass->factory_name = E_EAS_BACKEND_NAME;
	klass->component_kind = kind;
	klass->backend_type = E_TYPE_CAL_BACKEND_EAS;
}

DEFINE_FACTORY (ECalBackendEasEventsFactory,
		e_cal_backend_eas_events_factory,
		I_CAL_VEVENT_COMPONENT)
DEFINE_FACTORY (ECalBackendEasTodosFactory, e_cal_backend_eas_todos_factory, I_CAL_VTODO_COMPONENT)
DEFINE_FACTORY (ECalBackendEasJournalFactory,
		e_cal_backend_eas_journal_factory,
		I_CAL_VJOURNAL_COMPONENT)

G_MODULE_EXPORT void
e_module_load (GTypeModule *module)
{
	e_module = E_MODULE (module);

	e_eas_module_load ();
	e_cal_backend_eas_type_register (module);
	e_cal_backend_eas_events_factory_register_type (module);
	e_cal_backend_eas_todos_factory_register_type (module);
	e_cal_backend_eas_journal_factory_register_type (module);
}

G_MODULE_EXPORT void
e_module_unload (GTypeModule *module)
{
	e_module = NULL;
}
