/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is read from the cache and written to it: its memory. */

#include "e-eas-cache.h"

void
e_eas_row_free (EEasRow *row)
{
	if (row == NULL)
		return;

	g_free (row->server_id);
	g_free (row->uid);
	g_free (row->problem);
	g_clear_pointer (&row->body, g_bytes_unref);
	g_free (row);
}

void
e_eas_arrival_free (EEasArrival *arrival)
{
	if (arrival == NULL)
		return;

	eas_sync_change_free (arrival->change);
	g_free (arrival);
}

void
e_eas_edit_free (EEasEdit *edit)
{
	if (edit == NULL)
		return;

	g_free (edit->uid);
	g_free (edit->server_id);
	g_free (edit->client_id);
	g_free (edit->object);
	g_free (edit->reason);
	g_clear_pointer (&edit->ancestor, g_bytes_unref);
	g_free (edit);
}

EEasEdit *
e_eas_edit_copy (const EEasEdit *edit)
{
	EEasEdit *copy = g_memdup2 (edit, sizeof *edit);

	copy->uid = g_strdup (edit->uid);
	copy->server_id = g_strdup (edit->server_id);
	copy->client_id = g_strdup (edit->client_id);
	copy->object = g_strdup (edit->object);
	copy->reason = g_strdup (edit->reason);
	copy->ancestor = edit->ancestor != NULL ? g_bytes_ref (edit->ancestor) : NULL;

	return copy;
}

void
e_eas_journal_entry_free (EEasJournalEntry *entry)
{
	if (entry == NULL)
		return;

	g_free (entry->uid);
	g_free (entry->key);
	g_free (entry->server_id);
	g_free (entry->client_id);
	g_free (entry->instance_id);
	g_clear_pointer (&entry->expected, g_bytes_unref);
	g_free (entry);
}
