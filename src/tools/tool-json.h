/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Writes JSON, one document a line. @key is for members of an object, NULL inside an array. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ToolJson ToolJson;

ToolJson *tool_json_new    (void);
void      tool_json_free   (ToolJson *json);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ToolJson, tool_json_free)

void      tool_json_object (ToolJson *json, const char *key);
void      tool_json_array  (ToolJson *json, const char *key);
void      tool_json_end    (ToolJson *json); /* the innermost object or array */
void      tool_json_text   (ToolJson *json, const char *key, const char *value); /* NULL writes null */
void      tool_json_int    (ToolJson *json, const char *key, gint64 value);
void      tool_json_bool   (ToolJson *json, const char *key, gboolean value);
/* The document and a line feed to standard output; @json is empty again. */
void      tool_json_print  (ToolJson *json);

G_END_DECLS
