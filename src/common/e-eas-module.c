/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-locale.h"

#include "camel-eas-settings.h"
#include "e-source-eas-folder.h"

#include "e-eas-module.h"

void
e_eas_module_load (void)
{
	eas_locale_bind ();
	camel_eas_settings_register ();
	g_type_ensure (E_TYPE_SOURCE_EAS_FOLDER);
}
