/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* OPTIONS: what a server offers. */

#include "eas-cmd-options.h"

#include <glib/gi18n-lib.h>

/* Observed: servers that have them and forget to say so. */
static const char *const never_listed[] = { "Provision", "Find", NULL };

/* Some servers list everything twice (pitfall 48), some put blanks, some neither. */
static char *
tidy_list (const char *header)
{
	g_autoptr (GPtrArray) words = g_ptr_array_new ();
	g_auto (GStrv) parts = g_strsplit (header != NULL ? header : "", ",", -1);
	guint ii;

	for (ii = 0; parts[ii] != NULL; ii++) {
		const char *word = g_strstrip (parts[ii]);

		if (*word != '\0' &&
		    !g_ptr_array_find_with_equal_func (words, word, g_str_equal, NULL))
			g_ptr_array_add (words, (gpointer) word);
	}

	if (words->len == 0)
		return NULL;

	g_ptr_array_add (words, NULL);

	return g_strjoinv (",", (char **) words->pdata);
}

gboolean
eas_cmd_options_parse (const char *versions,
		       const char *commands,
		       EasVersion most,
		       EasOptionsResponse *out,
		       GError **error)
{
	g_auto (EasOptionsResponse) response = { 0 };

	response.versions = tidy_list (versions);
	response.commands = tidy_list (commands);

	if (response.versions == NULL) {
		eas_set_error (error, EAS_ERROR_NOT_SUPPORTED, "OPTIONS", 0, 0, "%s",
			       _ ("This address does not belong to an Exchange ActiveSync server"));
		return FALSE;
	}

	response.version = most != EAS_VERSION_NONE
				   ? eas_version_negotiate_below (response.versions, most)
				   : eas_version_negotiate (response.versions);

	if (response.version == EAS_VERSION_NONE) {
		eas_set_error (error, EAS_ERROR_NOT_SUPPORTED, "OPTIONS", 0, 0,
			       _ ("The server and this program have no version in common (the "
				  "server offers %s)"),
			       response.versions);
		return FALSE;
	}

	*out = response;
	memset (&response, 0, sizeof (response));

	return TRUE;
}

gboolean
eas_cmd_options_offers (const char *list, const char *command)
{
	g_auto (GStrv) words = NULL;

	if (list == NULL || g_strv_contains (never_listed, command))
		return TRUE;

	words = g_strsplit (list, ",", -1);

	return g_strv_contains ((const char *const *) words, command);
}

void
eas_options_response_clear (EasOptionsResponse *response)
{
	g_free (response->versions);
	g_free (response->commands);
	memset (response, 0, sizeof (*response));
}
