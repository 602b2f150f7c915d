/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Microsoft's schemas as the judge of an answer. */

#include "eas-mock-schemas.h"

#include <gio/gio.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <string.h>

#include "eas-wbxml-xml.h"

#define MARKS_NAMESPACE "urn:eas:golden"

struct _EasMockSchemas {
	char *folder;
	GHashTable *loaded; /* command -> xmlSchema */
};

static void
schema_free (gpointer schema)
{
	xmlSchemaFree (schema);
}

EasMockSchemas *
eas_mock_schemas_new (const char *folder, GError **error)
{
	g_autofree char *probe = g_build_filename (folder, "SyncResponse.xsd", NULL);
	EasMockSchemas *schemas;

	if (!g_file_test (probe, G_FILE_TEST_EXISTS)) {
		g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no schemas in %s", folder);
		return NULL;
	}
	schemas = g_new0 (EasMockSchemas, 1);
	schemas->folder = g_strdup (folder);
	schemas->loaded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, schema_free);

	return schemas;
}

void
eas_mock_schemas_free (EasMockSchemas *schemas)
{
	if (schemas == NULL)
		return;

	g_hash_table_unref (schemas->loaded);
	g_free (schemas->folder);
	g_free (schemas);
}

static void G_GNUC_PRINTF (2, 3) collect_complaint (void *data, const char *format, ...)
{
	GString *text = data;
	va_list arguments;

	va_start (arguments, format);
	g_string_append_vprintf (text, format, arguments);
	va_end (arguments);
}

static void G_GNUC_PRINTF (2, 3) ignore_complaint (void *data, const char *format, ...)
{
}

static xmlSchema *
get_schema (EasMockSchemas *schemas, const char *command, GString *complaints)
{
	xmlSchema *schema = g_hash_table_lookup (schemas->loaded, command);
	g_autofree char *name = g_strconcat (command, "Response.xsd", NULL);
	g_autofree char *path = g_build_filename (schemas->folder, name, NULL);
	xmlSchemaParserCtxt *parser;

	if (schema != NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
		return schema;
	/* The XML parser below complains of namespaces that are no addresses, once a file. */
	xmlSetGenericErrorFunc (NULL, ignore_complaint);
	parser = xmlSchemaNewParserCtxt (path);
	xmlSchemaSetParserErrors (parser, collect_complaint, collect_complaint, complaints);
	schema = xmlSchemaParse (parser);
	xmlSchemaFreeParserCtxt (parser);
	xmlSetGenericErrorFunc (NULL, NULL);
	if (schema != NULL)
		g_hash_table_insert (schemas->loaded, g_strdup (command), schema);

	return schema;
}

/* The marks of our XML form are not Microsoft's. */
static void
drop_marks (xmlNode *node)
{
	for (; node != NULL; node = node->next) {
		xmlAttr *attribute = node->type == XML_ELEMENT_NODE ? node->properties : NULL;

		while (attribute != NULL) {
			xmlAttr *next = attribute->next;

			if (attribute->ns != NULL &&
			    g_str_equal ((const char *) attribute->ns->href, MARKS_NAMESPACE))
				xmlRemoveProp (attribute);
			attribute = next;
		}
		drop_marks (node->children);
	}
}

static gboolean
validate (xmlSchema *schema, const char *xml, GString *complaints)
{
	xmlDoc *document = xmlReadMemory (xml, strlen (xml), NULL, "UTF-8",
					  XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_NOERROR |
						  XML_PARSE_NOWARNING);
	xmlSchemaValidCtxt *context;
	gboolean valid;

	if (document == NULL)
		return FALSE;
	drop_marks (xmlDocGetRootElement (document));
	context = xmlSchemaNewValidCtxt (schema);
	xmlSchemaSetValidErrors (context, collect_complaint, collect_complaint, complaints);
	valid = xmlSchemaValidateDoc (context, document) == 0;
	xmlSchemaFreeValidCtxt (context);
	xmlFreeDoc (document);

	return valid;
}

gboolean
eas_mock_schemas_check (EasMockSchemas *schemas,
			const char *command,
			GBytes *document,
			GError **error)
{
	g_autoptr (GString) complaints = g_string_new (NULL);
	xmlSchema *schema = get_schema (schemas, command, complaints);
	g_autofree char *xml = NULL;

	if (schema == NULL && complaints->len == 0)
		return TRUE;
	xml = eas_wbxml_to_xml (document, error);
	if (xml == NULL)
		return FALSE;
	if (schema != NULL && validate (schema, xml, complaints))
		return TRUE;

	g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s%s", complaints->str, xml);
	return FALSE;
}
