/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A second program on an account: net-process URL DIRECTORY ACCOUNT-UID folders|sync
 * Prints what came of it in one line; exits 0, or 10 and the number of the EasError.
 */

#include <stdio.h>

#include "eas-flow-folders.h"
#include "eas-soup-transport.h"
#include "net-account.h"

static EasClient *
make_client (const char *url, const char *directory, const char *uid)
{
	g_autoptr (EasAccountState) state = eas_account_state_new (directory);
	g_autofree char *device_id = eas_device_make_id ("0123456789abcdef0123456789abcdef", uid);
	EasAccountData *data = eas_account_data_new ();

	data->user = g_strdup ("ann");
	data->configured_url = g_strdup (url);
	data->device = eas_device_new (device_id);

	return eas_client_new (state, data, eas_soup_transport_make,
			       eas_soup_config_new ("ann", "secret", NULL),
			       (GDestroyNotify) eas_soup_config_free);
}

int
main (int argc, char **argv)
{
	g_autoptr (EasClient) client = NULL;
	g_autoptr (GPtrArray) result = NULL;
	g_autoptr (GError) error = NULL;

	if (argc != 5)
		return 2;
	client = make_client (argv[1], argv[2], argv[3]);
	if (g_str_equal (argv[4], "folders"))
		result = eas_client_run_sync (client, eas_flow_folders_refresh_new (0), NULL,
					      &error);
	else
		result = eas_client_run_sync (client, net_sync_flow (1, 1), NULL, &error);
	if (error != NULL) {
		printf ("%s %u\n", error->message, eas_error_get_retry_after (error));
		return error->domain == EAS_ERROR ? 10 + error->code : 9;
	}
	printf ("%u\n", result->len);

	return 0;
}
