/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eas-cmd-options.c */

#include "command-test.h"

#include "eas-cmd-options.h"

static void
test_plain (void)
{
	g_auto (EasOptionsResponse) response = { 0 };
	g_autoptr (GError) error = NULL;

	g_assert_true (eas_cmd_options_parse ("2.0,2.1,2.5,12.0,12.1,14.0,14.1",
					      "Sync,SendMail,FolderSync,Ping", EAS_VERSION_NONE,
					      &response, &error));
	g_assert_no_error (error);
	g_assert_cmpint (response.version, ==, EAS_VERSION_14_1);
	g_assert_cmpstr (response.versions, ==, "2.0,2.1,2.5,12.0,12.1,14.0,14.1");
	g_assert_cmpstr (response.commands, ==, "Sync,SendMail,FolderSync,Ping");
}

/* Pitfall 48: lists that come twice, with blanks, with versions from the future. */
static void
test_duplicates (void)
{
	g_auto (EasOptionsResponse) response = { 0 };
	g_autoptr (GError) error = NULL;

	g_assert_true (eas_cmd_options_parse ("14.1, 16.0 ,16.1,17.3, 14.1,16.0,16.1,,",
					      "Sync, Ping, Sync,Ping ,", EAS_VERSION_NONE,
					      &response, &error));
	g_assert_cmpint (response.version, ==, EAS_VERSION_16_1);
	g_assert_cmpstr (response.versions, ==, "14.1,16.0,16.1,17.3");
	g_assert_cmpstr (response.commands, ==, "Sync,Ping");
}

static void
test_most (void)
{
	g_auto (EasOptionsResponse) response = { 0 };

	g_assert_true (eas_cmd_options_parse ("12.0,12.1,14.0,14.1,16.1", NULL, EAS_VERSION_14_0,
					      &response, NULL));
	g_assert_cmpint (response.version, ==, EAS_VERSION_14_0);
	g_assert_null (response.commands);
}

static void
assert_not_supported (const char *versions)
{
	EasOptionsResponse response = { 0 };
	g_autoptr (GError) error = NULL;

	g_assert_false (
		eas_cmd_options_parse (versions, "Sync", EAS_VERSION_NONE, &response, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_NOT_SUPPORTED);
	g_assert_null (response.versions);
	g_assert_null (response.commands);
}

static void
test_no_server (void)
{
	assert_not_supported (NULL);
	assert_not_supported ("");
	assert_not_supported (" , ,");
	assert_not_supported ("1.0,2.0,2.5");
	assert_not_supported ("99.9");
	assert_not_supported ("banana");
}

/* Pitfall 48: commands may be missing from the list. */
static void
test_offers (void)
{
	g_assert_true (eas_cmd_options_offers ("Sync,Ping", "Ping"));
	g_assert_false (eas_cmd_options_offers ("Sync,Ping", "Settings"));
	g_assert_false (eas_cmd_options_offers ("FolderSync", "Sync"));
	g_assert_true (eas_cmd_options_offers ("Sync", "Provision"));
	g_assert_true (eas_cmd_options_offers (NULL, "Settings"));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/options/plain", test_plain);
	g_test_add_func ("/options/duplicates-48", test_duplicates);
	g_test_add_func ("/options/most", test_most);
	g_test_add_func ("/options/no-server", test_no_server);
	g_test_add_func ("/options/offers-48", test_offers);

	return g_test_run ();
}
