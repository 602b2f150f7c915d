/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * account-setting NAME VALUE: sets a property of the one ActiveSync account of a
 * test session (CamelEasSettings), as an administrator's tool would.
 */

#include "camel-eas-settings.h"

#include <libedataserver/libedataserver.h>
#include <stdio.h>

static ESource *
find_account (ESourceRegistry *registry)
{
	GList *sources = e_source_registry_list_sources (registry, E_SOURCE_EXTENSION_COLLECTION);
	ESource *found = NULL;

	for (GList *link = sources; link != NULL && found == NULL; link = link->next) {
		ESourceBackend *collection =
			e_source_get_extension (link->data, E_SOURCE_EXTENSION_COLLECTION);

		if (g_strcmp0 (e_source_backend_get_backend_name (collection),
			       E_EAS_BACKEND_NAME) == 0)
			found = g_object_ref (link->data);
	}
	g_list_free_full (sources, g_object_unref);

	return found;
}

/* "keep-both" for an enumeration, "14.1" for a string. */
static gboolean
set_property (GObject *settings, const char *name, const char *text)
{
	GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (settings), name);
	const GEnumValue *value;

	if (pspec == NULL)
		return FALSE;
	if (!G_IS_PARAM_SPEC_ENUM (pspec)) {
		g_object_set (settings, name, text, NULL);
		return TRUE;
	}

	value = g_enum_get_value_by_nick (G_PARAM_SPEC_ENUM (pspec)->enum_class, text);
	if (value != NULL)
		g_object_set (settings, name, value->value, NULL);

	return value != NULL;
}

int
main (int argc, char **argv)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (ESourceRegistry) registry = NULL;
	g_autoptr (ESource) account = NULL;
	ESourceCamel *extension;

	if (argc != 3) {
		fprintf (stderr, "usage: account-setting NAME VALUE\n");
		return 2;
	}
	camel_eas_settings_register ();
	registry = e_source_registry_new_sync (NULL, &error);
	account = registry != NULL ? find_account (registry) : NULL;
	if (account == NULL) {
		fprintf (stderr, "account-setting: no account\n");
		return 1;
	}

	extension = e_source_get_extension (account,
					    e_source_camel_get_extension_name (E_EAS_BACKEND_NAME));
	if (!set_property (G_OBJECT (e_source_camel_get_settings (extension)), argv[1], argv[2])) {
		fprintf (stderr, "account-setting: %s cannot be %s\n", argv[1], argv[2]);
		return 1;
	}
	if (!e_source_write_sync (account, NULL, &error)) {
		fprintf (stderr, "account-setting: %s\n", error->message);
		return 1;
	}

	return 0;
}
