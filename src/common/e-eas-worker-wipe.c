/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The administrator ended this device's access: the calendar is emptied before the
 * eyes of whoever shows it, the edits that can no longer go anywhere included. The
 * registry switches the account off and overwrites what the database leaves behind.
 */

#include "e-eas-worker-private.h"

#define CHUNK    128
#define PAUSE_US 1000

static void
drop (EEasWorker *self, const char *uid)
{
	if (!self->klass->remove (self->owner, uid, NULL))
		e_eas_cache_fail (self->cache);
}

static void
drop_rows (EEasWorker *self, GPtrArray *rows)
{
	for (guint i = 0; i < rows->len; i++) {
		const EEasRow *row = rows->pdata[i];

		drop (self, row->uid);
		e_eas_cache_remove_row (self->cache, row->server_id);
	}
}

static void
drop_edits (EEasWorker *self, GPtrArray *edits)
{
	for (guint i = 0; i < edits->len; i++) {
		const EEasEdit *edit = edits->pdata[i];

		drop (self, edit->uid);
		e_eas_cache_remove_edit (self->cache, edit->id);
	}
}

gboolean
e_eas_worker_wipe (EEasWorker *self, GError **error)
{
	for (;;) {
		g_autoptr (GPtrArray) rows = e_eas_cache_rows_below (self->cache, G_MAXINT, CHUNK);
		g_autoptr (GPtrArray) pending = e_eas_cache_pending_edits (self->cache, CHUNK);
		g_autoptr (GPtrArray) parked = e_eas_cache_parked_edits (self->cache, CHUNK);
		gboolean last = rows->len + pending->len + parked->len == 0;
		gboolean committed;

		e_eas_cache_begin (self->cache);
		drop_rows (self, rows);
		drop_edits (self, pending);
		drop_edits (self, parked);
		if (last) {
			e_eas_cache_clear_journal (self->cache);
			e_eas_cache_forget (self->cache);
		}
		committed = e_eas_cache_commit (self->cache, error);
		self->klass->flush (self->owner, committed);
		if (!committed || last)
			return committed;
		g_usleep (PAUSE_US);
	}
}
