/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Protocol versions: names, ranges, choosing the best one a server offers. */

#include "eas-version.h"

typedef struct {
	EasVersion version;
	const char *text;
} VersionName;

/* Best first: negotiation takes the first row that the server lists. */
/* clang-format off */
static const VersionName version_names[] = {
	{ EAS_VERSION_16_1, "16.1" },
	{ EAS_VERSION_16_0, "16.0" },
	{ EAS_VERSION_14_1, "14.1" },
	{ EAS_VERSION_14_0, "14.0" },
	{ EAS_VERSION_12_1, "12.1" },
	{ EAS_VERSION_12_0, "12.0" },
};
/* clang-format on */

/**
 * eas_version_to_string:
 *
 * Returns: (nullable): the text of the MS-ASProtocolVersion header, "14.1"; %NULL for none
 */
const char *
eas_version_to_string (EasVersion version)
{
	for (gsize i = 0; i < G_N_ELEMENTS (version_names); i++) {
		if (version_names[i].version == version)
			return version_names[i].text;
	}

	return NULL;
}

/**
 * eas_version_from_string:
 * @text: (nullable): one version; white space around it does not count
 *
 * Returns: %EAS_VERSION_NONE when we do not speak it
 */
EasVersion
eas_version_from_string (const char *text)
{
	g_autofree char *stripped = NULL;

	if (text == NULL)
		return EAS_VERSION_NONE;

	stripped = g_strstrip (g_strdup (text));
	for (gsize i = 0; i < G_N_ELEMENTS (version_names); i++) {
		if (g_str_equal (version_names[i].text, stripped))
			return version_names[i].version;
	}

	return EAS_VERSION_NONE;
}

/**
 * eas_version_negotiate:
 * @header: (nullable): the value of MS-ASProtocolVersions, a comma list in any
 *   order; Office 365 lists versions twice and everybody lists ones we do not know
 *
 * Source: [MS-ASHTTP] 2.2.4 HTTP OPTIONS Response.
 *
 * Returns: the best version both sides speak, or %EAS_VERSION_NONE
 */
EasVersion
eas_version_negotiate (const char *header)
{
	return eas_version_negotiate_below (header, version_names[0].version);
}

EasVersion
eas_version_negotiate_below (const char *header, EasVersion most)
{
	g_auto (GStrv) words = NULL;
	EasVersion best = EAS_VERSION_NONE;

	if (header == NULL)
		return EAS_VERSION_NONE;

	words = g_strsplit (header, ",", -1);
	for (char **word = words; *word != NULL; word++) {
		EasVersion version = eas_version_from_string (*word);

		if (version <= most && version > best)
			best = version;
	}

	return best;
}

gboolean
eas_version_in (EasVersion version, EasVersionRange range)
{
	return version >= range.since && version <= range.until;
}
