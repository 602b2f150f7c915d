/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Plain values: making, copying, looking up. */

#include <stdio.h>
#include <string.h>

#include "eas-cmd-options.h"

#include "eas-account-data.h"

#define MAX_NETWORKS 24

/* Where the strings of the state-file half live: one row each for copying and freeing. */
static const gsize state_strings[] = {
	G_STRUCT_OFFSET (EasAccountData, url),
	G_STRUCT_OFFSET (EasAccountData, commands),
	G_STRUCT_OFFSET (EasAccountData, policy_hash),
	G_STRUCT_OFFSET (EasAccountData, hierarchy_key),
	G_STRUCT_OFFSET (EasAccountData, anchor_mailbox),
	G_STRUCT_OFFSET (EasAccountData, cookies),
	G_STRUCT_OFFSET (EasAccountData, last_error),
	G_STRUCT_OFFSET (EasAccountData, password_url),
	G_STRUCT_OFFSET (EasAccountData, heartbeats),
};

/* The struct has two halves; the state file's begins here. */
#define STATE_START G_STRUCT_OFFSET (EasAccountData, generation)

static void
clear_state (EasAccountData *data)
{
	for (guint ii = 0; ii < G_N_ELEMENTS (state_strings); ii++)
		g_free (G_STRUCT_MEMBER (char *, data, state_strings[ii]));
	g_clear_pointer (&data->folders, g_ptr_array_unref);
	memset ((guint8 *) data + STATE_START, 0, sizeof (EasAccountData) - STATE_START);
}

EasAccountData *
eas_account_data_new (void)
{
	EasAccountData *data = g_new0 (EasAccountData, 1);

	data->hierarchy_key = g_strdup ("0");

	return data;
}

EasAccountData *
eas_account_data_copy (const EasAccountData *data)
{
	EasAccountData *copy;

	g_return_val_if_fail (data != NULL, NULL);

	copy = g_memdup2 (data, sizeof (*data));
	copy->user = g_strdup (data->user);
	copy->address = g_strdup (data->address);
	copy->configured_url = g_strdup (data->configured_url);
	copy->trusted_hosts = g_strdup (data->trusted_hosts);
	copy->device = data->device != NULL ? eas_device_copy (data->device) : NULL;
	for (guint ii = 0; ii < G_N_ELEMENTS (state_strings); ii++) {
		char **member = &G_STRUCT_MEMBER (char *, copy, state_strings[ii]);

		*member = g_strdup (*member);
	}
	if (data->folders != NULL)
		copy->folders = eas_account_data_dup_folders (data);

	return copy;
}

void
eas_account_data_free (EasAccountData *data)
{
	if (data == NULL)
		return;

	clear_state (data);
	g_free (data->user);
	g_free (data->address);
	g_free (data->configured_url);
	g_free (data->trusted_hosts);
	g_clear_pointer (&data->device, eas_device_free);
	g_free (data);
}

/**
 * eas_account_data_take_state:
 * @data: the values in use
 * @from: freshly read ones; its state half is emptied
 *
 * Replaces the state-file half of @data as a whole, so that values of two
 * generations of the file are never mixed.
 */
void
eas_account_data_take_state (EasAccountData *data, EasAccountData *from)
{
	g_return_if_fail (data != NULL && from != NULL && data != from);

	clear_state (data);
	memcpy ((guint8 *) data + STATE_START, (guint8 *) from + STATE_START,
		sizeof (EasAccountData) - STATE_START);
	memset ((guint8 *) from + STATE_START, 0, sizeof (EasAccountData) - STATE_START);
	from->hierarchy_key = g_strdup ("0");
}

const char *
eas_account_data_url (const EasAccountData *data)
{
	g_return_val_if_fail (data != NULL, NULL);

	return data->url != NULL ? data->url : data->configured_url;
}

gboolean
eas_account_data_offers (const EasAccountData *data, const char *command)
{
	g_return_val_if_fail (data != NULL && command != NULL, FALSE);

	return eas_cmd_options_offers (data->commands, command);
}

const EasFolder *
eas_account_data_folder (const EasAccountData *data, const char *id)
{
	g_return_val_if_fail (data != NULL, NULL);

	for (guint ii = 0; id != NULL && data->folders != NULL && ii < data->folders->len; ii++) {
		const EasFolder *folder = g_ptr_array_index (data->folders, ii);

		if (g_strcmp0 (folder->id, id) == 0)
			return folder;
	}

	return NULL;
}

GPtrArray *
eas_account_data_dup_folders (const EasAccountData *data)
{
	GPtrArray *copy = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_folder_free);

	g_return_val_if_fail (data != NULL, copy);

	for (guint ii = 0; data->folders != NULL && ii < data->folders->len; ii++)
		g_ptr_array_add (copy, eas_folder_copy (g_ptr_array_index (data->folders, ii)));

	return copy;
}

/* A line of the list: "NETWORK SECONDS CEILING EXPIRIES". */
static gboolean
is_of_network (const char *line, const char *network)
{
	gsize size = strlen (network);

	return strncmp (line, network, size) == 0 && line[size] == ' ';
}

static const char *
network_name (const char *network)
{
	return network != NULL && *network != '\0' ? network : "-";
}

void
eas_account_data_get_heartbeat (const EasAccountData *data, const char *network, EasHeartbeat *out)
{
	g_auto (GStrv) lines = NULL;
	EasHeartbeat found = { 0 };

	g_return_if_fail (data != NULL && out != NULL);

	lines = g_strsplit (data->heartbeats != NULL ? data->heartbeats : "", "\n", -1);
	for (guint ii = 0; lines[ii] != NULL; ii++) {
		if (is_of_network (lines[ii], network_name (network)) &&
		    sscanf (strchr (lines[ii], ' '), " %7u %7u %7u", &found.seconds, &found.ceiling,
			    &found.expiries) != 3)
			found = (EasHeartbeat){ 0 };
	}
	*out = found;
}

void
eas_account_data_set_heartbeat (EasAccountData *data,
				const char *network,
				const EasHeartbeat *heartbeat)
{
	g_auto (GStrv) lines = NULL;
	GString *text = g_string_new (NULL);
	guint kept = 1;

	g_return_if_fail (data != NULL && heartbeat != NULL);

	g_string_printf (text, "%s %u %u %u", network_name (network), heartbeat->seconds,
			 heartbeat->ceiling, heartbeat->expiries);
	lines = g_strsplit (data->heartbeats != NULL ? data->heartbeats : "", "\n", -1);
	for (guint ii = 0; lines[ii] != NULL && kept < MAX_NETWORKS; ii++) {
		if (*lines[ii] == '\0' || is_of_network (lines[ii], network_name (network)))
			continue;
		g_string_append_printf (text, "\n%s", lines[ii]);
		kept++;
	}
	g_free (data->heartbeats);
	data->heartbeats = g_string_free (text, /* free_segment */ FALSE);
}

void
eas_account_data_reset (EasAccountData *data)
{
	g_return_if_fail (data != NULL);

	data->version = EAS_VERSION_NONE;
	g_clear_pointer (&data->commands, g_free);
	data->options_time = 0;
	data->policy_key = 0;
	data->provisioned = FALSE;
	data->provision_hold = 0;
	g_clear_pointer (&data->policy_hash, g_free);
	g_free (data->hierarchy_key);
	data->hierarchy_key = g_strdup ("0");
}
