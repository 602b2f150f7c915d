/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ESourceEasFolder: which folder of the server a child source stands for. */

#pragma once

#include "eas-types.h"

#include <libedataserver/libedataserver.h>

G_BEGIN_DECLS

#define E_SOURCE_EXTENSION_EAS_FOLDER "ActiveSync Folder"

#define E_TYPE_SOURCE_EAS_FOLDER (e_source_eas_folder_get_type ())
G_DECLARE_FINAL_TYPE (ESourceEasFolder, e_source_eas_folder, E, SOURCE_EAS_FOLDER, ESourceExtension)

char *e_source_eas_folder_dup_id (ESourceEasFolder *self); /* ServerId; NULL */
void e_source_eas_folder_set_id (ESourceEasFolder *self, const char *id);
char *e_source_eas_folder_dup_parent_id (ESourceEasFolder *self);
void e_source_eas_folder_set_parent_id (ESourceEasFolder *self, const char *parent_id);
/* The name the server gave; differs from the display name once the person renamed it here. */
char *e_source_eas_folder_dup_server_name (ESourceEasFolder *self);
void e_source_eas_folder_set_server_name (ESourceEasFolder *self, const char *name);
/* What the person wanted of the folder and did not get, for people; NULL. */
char *e_source_eas_folder_dup_problem (ESourceEasFolder *self);
void e_source_eas_folder_set_problem (ESourceEasFolder *self, const char *problem);
/* Switched off by us and not by the person: the server's version has nothing of its kind. */
gboolean e_source_eas_folder_get_withheld (ESourceEasFolder *self);
void e_source_eas_folder_set_withheld (ESourceEasFolder *self, gboolean withheld);
guint e_source_eas_folder_get_folder_type (ESourceEasFolder *self); /* EasFolderType */
void e_source_eas_folder_set_folder_type (ESourceEasFolder *self, guint type);
EasClass e_source_eas_folder_get_class (ESourceEasFolder *self);

G_END_DECLS
