/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The properties of a child source, kept in its .source file. */

#include "e-source-eas-folder.h"

struct _ESourceEasFolder {
	ESourceExtension parent;

	char *id;
	char *parent_id;
	char *server_name;
	char *problem;
	guint folder_type;
	gboolean withheld;
};

enum {
	PROP_0,
	PROP_ID,
	PROP_PARENT_ID,
	PROP_SERVER_NAME,
	PROP_PROBLEM,
	PROP_FOLDER_TYPE,
	PROP_WITHHELD,
	N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_TYPE (ESourceEasFolder, e_source_eas_folder, E_TYPE_SOURCE_EXTENSION)

static char **
string_field (ESourceEasFolder *self, guint id)
{
	switch (id) {
	case PROP_ID:
		return &self->id;
	case PROP_PARENT_ID:
		return &self->parent_id;
	case PROP_SERVER_NAME:
		return &self->server_name;
	case PROP_PROBLEM:
		return &self->problem;
	default:
		return NULL;
	}
}

static char *
dup_string (ESourceEasFolder *self, guint id)
{
	char *copy;

	e_source_extension_property_lock (E_SOURCE_EXTENSION (self));
	copy = g_strdup (*string_field (self, id));
	e_source_extension_property_unlock (E_SOURCE_EXTENSION (self));

	return copy;
}

static void
set_string (ESourceEasFolder *self, guint id, const char *value)
{
	char **field = string_field (self, id);
	gboolean changed;

	e_source_extension_property_lock (E_SOURCE_EXTENSION (self));
	changed = g_strcmp0 (*field, value) != 0;
	if (changed) {
		g_free (*field);
		*field = g_strdup (value);
	}
	e_source_extension_property_unlock (E_SOURCE_EXTENSION (self));

	if (changed)
		g_object_notify_by_pspec (G_OBJECT (self), properties[id]);
}

static void
source_eas_folder_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
	ESourceEasFolder *self = E_SOURCE_EAS_FOLDER (object);

	if (id == PROP_FOLDER_TYPE)
		e_source_eas_folder_set_folder_type (self, g_value_get_uint (value));
	else if (id == PROP_WITHHELD)
		e_source_eas_folder_set_withheld (self, g_value_get_boolean (value));
	else if (string_field (self, id) != NULL)
		set_string (self, id, g_value_get_string (value));
	else
		G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
source_eas_folder_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
	ESourceEasFolder *self = E_SOURCE_EAS_FOLDER (object);

	if (id == PROP_FOLDER_TYPE)
		g_value_set_uint (value, self->folder_type);
	else if (id == PROP_WITHHELD)
		g_value_set_boolean (value, self->withheld);
	else if (string_field (self, id) != NULL)
		g_value_take_string (value, dup_string (self, id));
	else
		G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
source_eas_folder_finalize (GObject *object)
{
	ESourceEasFolder *self = E_SOURCE_EAS_FOLDER (object);

	g_free (self->id);
	g_free (self->parent_id);
	g_free (self->server_name);
	g_free (self->problem);

	G_OBJECT_CLASS (e_source_eas_folder_parent_class)->finalize (object);
}

static void
e_source_eas_folder_class_init (ESourceEasFolderClass *klass)
{
	const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_EXPLICIT_NOTIFY |
				  G_PARAM_STATIC_STRINGS | E_SOURCE_PARAM_SETTING;
	GObjectClass *object_class = G_OBJECT_CLASS (klass);

	object_class->set_property = source_eas_folder_set_property;
	object_class->get_property = source_eas_folder_get_property;
	object_class->finalize = source_eas_folder_finalize;
	E_SOURCE_EXTENSION_CLASS (klass)->name = E_SOURCE_EXTENSION_EAS_FOLDER;

	properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
	properties[PROP_PARENT_ID] = g_param_spec_string ("parent-id", NULL, NULL, NULL, flags);
	properties[PROP_SERVER_NAME] = g_param_spec_string ("server-name", NULL, NULL, NULL, flags);
	properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, flags);
	properties[PROP_FOLDER_TYPE] =
		g_param_spec_uint ("folder-type", NULL, NULL, 0, G_MAXUINT, /* default */ 0, flags);
	properties[PROP_WITHHELD] =
		g_param_spec_boolean ("withheld", NULL, NULL, /* default */ FALSE, flags);
	g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
e_source_eas_folder_init (ESourceEasFolder *self)
{
}

char *
e_source_eas_folder_dup_id (ESourceEasFolder *self)
{
	g_return_val_if_fail (E_IS_SOURCE_EAS_FOLDER (self), NULL);

	return dup_string (self, PROP_ID);
}

void
e_source_eas_folder_set_id (ESourceEasFolder *self, const char *id)
{
	g_return_if_fail (E_IS_SOURCE_EAS_FOLDER (self));

	set_string (self, PROP_ID, id);
}

char *
e_source_eas_folder_dup_parent_id (ESourceEasFolder *self)
{
	g_return_val_if_fail (E_IS_SOURCE_EAS_FOLDER (self), NULL);

	return dup_string (self, PROP_PARENT_ID);
}

void
e_source_eas_folder_set_parent_id (ESourceEasFolder *self, const char *parent_id)
{
	g_return_if_fail (E_IS_SOURCE_EAS_FOLDER (self));

	set_string (self, PROP_PARENT_ID, parent_id);
}

char *
e_source_eas_folder_dup_server_name (ESourceEasFolder *self)
{
	g_return_val_if_fail (E_IS_SOURCE_EAS_FOLDER (self), NULL);

	return dup_string (self, PROP_SERVER_NAME);
}

void
e_source_eas_folder_set_server_name (ESourceEasFolder *self, const char *name)
{
	g_return_if_fail (E_IS_SOURCE_EAS_FOLDER (self));

	set_string (self, PROP_SERVER_NAME, name);
}

char *
e_source_eas_folder_dup_problem (ESourceEasFolder *self)
{
	g_return_val_if_fail (E_IS_SOURCE_EAS_FOLDER (self), NULL);

	return dup_string (self, PROP_PROBLEM);
}

void
e_source_eas_folder_set_problem (ESourceEasFolder *self, const char *problem)
{
	g_return_if_fail (E_IS_SOURCE_EAS_FOLDER (self));

	set_string (self, PROP_PROBLEM, problem);
}

gboolean
e_source_eas_folder_get_withheld (ESourceEasFolder *self)
{
	g_return_val_if_fail (E_IS_SOURCE_EAS_FOLDER (self), FALSE);

	return self->withheld;
}

void
e_source_eas_folder_set_withheld (ESourceEasFolder *self, gboolean withheld)
{
	g_return_if_fail (E_IS_SOURCE_EAS_FOLDER (self));

	if (self->withheld == withheld)
		return;

	self->withheld = withheld;
	g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WITHHELD]);
}

guint
e_source_eas_folder_get_folder_type (ESourceEasFolder *self)
{
	g_return_val_if_fail (E_IS_SOURCE_EAS_FOLDER (self), 0);

	return self->folder_type;
}

void
e_source_eas_folder_set_folder_type (ESourceEasFolder *self, guint type)
{
	g_return_if_fail (E_IS_SOURCE_EAS_FOLDER (self));

	if (self->folder_type == type)
		return;

	self->folder_type = type;
	g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOLDER_TYPE]);
}

EasClass
e_source_eas_folder_get_class (ESourceEasFolder *self)
{
	g_return_val_if_fail (E_IS_SOURCE_EAS_FOLDER (self), EAS_CLASS_NONE);

	return eas_class_of_folder (self->folder_type);
}
