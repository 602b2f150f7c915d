/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Microsoft's schemas as the judge of an answer. They describe 14.0 and up and
 * are used where they lie; nothing of them is part of this project.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _EasMockSchemas EasMockSchemas;

EasMockSchemas *eas_mock_schemas_new   (const char *folder, GError **error); /* the folder with SyncResponse.xsd */
void            eas_mock_schemas_free  (EasMockSchemas *schemas);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasMockSchemas, eas_mock_schemas_free)
/* @document: WBXML. A command without a schema passes. */
gboolean        eas_mock_schemas_check (EasMockSchemas *schemas, const char *command, GBytes *document, GError **error);

G_END_DECLS
