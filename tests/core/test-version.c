/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-version.h"

static const EasVersion all_versions[] = { EAS_VERSION_12_0, EAS_VERSION_12_1, EAS_VERSION_14_0,
					   EAS_VERSION_14_1, EAS_VERSION_16_0, EAS_VERSION_16_1 };

static void
test_names (void)
{
	for (gsize i = 0; i < G_N_ELEMENTS (all_versions); i++) {
		const char *text = eas_version_to_string (all_versions[i]);

		g_assert_nonnull (text);
		g_assert_cmpint (eas_version_from_string (text), ==, all_versions[i]);
	}

	g_assert_cmpstr (eas_version_to_string (EAS_VERSION_14_1), ==, "14.1");
	g_assert_null (eas_version_to_string (EAS_VERSION_NONE));
	g_assert_null (eas_version_to_string ((EasVersion) 25));
}

static void
test_names_refused (void)
{
	const char *const refused[] = {
		NULL, "", "2.5", "14", "14.10", "161", "16.2", "14.1x", "x"
	};

	for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
		g_assert_cmpint (eas_version_from_string (refused[i]), ==, EAS_VERSION_NONE);

	g_assert_cmpint (eas_version_from_string (" 14.1\r\n"), ==, EAS_VERSION_14_1);
}

/* Pitfall 48: Office 365 lists versions twice, and servers list ones nobody speaks. */
static void
test_negotiate (void)
{
	g_assert_cmpint (eas_version_negotiate ("2.0,2.1,2.5,12.0,12.1,14.0,14.1,16.0,16.1"), ==,
			 EAS_VERSION_16_1);
	g_assert_cmpint (eas_version_negotiate ("16.1,14.1,16.1, 12.0 ,14.1"), ==,
			 EAS_VERSION_16_1);
	g_assert_cmpint (eas_version_negotiate ("2.5,12.0,12.1,14.0,14.1"), ==, EAS_VERSION_14_1);
	g_assert_cmpint (eas_version_negotiate ("17.0,12.1"), ==, EAS_VERSION_12_1);
	g_assert_cmpint (eas_version_negotiate ("12.0"), ==, EAS_VERSION_12_0);
	g_assert_cmpint (eas_version_negotiate ("1.0,2.0,2.1,2.5"), ==, EAS_VERSION_NONE);
	g_assert_cmpint (eas_version_negotiate (",,"), ==, EAS_VERSION_NONE);
	g_assert_cmpint (eas_version_negotiate (""), ==, EAS_VERSION_NONE);
	g_assert_cmpint (eas_version_negotiate (NULL), ==, EAS_VERSION_NONE);
}

static void
test_negotiate_below (void)
{
	const char *header = "12.0,12.1,14.1,16.1";

	g_assert_cmpint (eas_version_negotiate_below (header, EAS_VERSION_16_1), ==,
			 EAS_VERSION_16_1);
	g_assert_cmpint (eas_version_negotiate_below (header, EAS_VERSION_16_0), ==,
			 EAS_VERSION_14_1);
	g_assert_cmpint (eas_version_negotiate_below (header, EAS_VERSION_14_0), ==,
			 EAS_VERSION_12_1);
	g_assert_cmpint (eas_version_negotiate_below ("16.1", EAS_VERSION_14_1), ==,
			 EAS_VERSION_NONE);
}

static void
test_ranges (void)
{
	const EasVersionRange any = EAS_ANY;
	const EasVersionRange below_16 = EAS_BELOW_16_0;
	const EasVersionRange since_16 = EAS_SINCE_16_0;

	for (gsize i = 0; i < G_N_ELEMENTS (all_versions); i++) {
		g_assert_true (eas_version_in (all_versions[i], any));
		g_assert_true (eas_version_in (all_versions[i], below_16) !=
			       eas_version_in (all_versions[i], since_16));
	}

	g_assert_true (eas_version_in (EAS_VERSION_14_1, below_16));
	g_assert_true (eas_version_in (EAS_VERSION_16_0, since_16));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/version/names", test_names);
	g_test_add_func ("/version/names-refused", test_names_refused);
	g_test_add_func ("/version/negotiate", test_negotiate);
	g_test_add_func ("/version/negotiate-below", test_negotiate_below);
	g_test_add_func ("/version/ranges", test_ranges);

	return g_test_run ();
}
