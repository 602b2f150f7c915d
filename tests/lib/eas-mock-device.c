/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the test server remembers about a device. */

#include "eas-mock-device.h"

#include "eas-mock-sync-commands.h"

typedef struct {
	char *id;
	gboolean known;
	guint64 revision;
} UndoStep;

static void
undo_step_clear (gpointer data)
{
	g_free (((UndoStep *) data)->id);
}

static guint64 *
new_revision (guint64 revision)
{
	guint64 *boxed = g_new (guint64, 1);

	*boxed = revision;
	return boxed;
}

EasMockState *
eas_mock_state_new (void)
{
	EasMockState *state = g_new0 (EasMockState, 1);

	state->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
	state->undo = g_array_new (FALSE, FALSE, sizeof (UndoStep));
	g_array_set_clear_func (state->undo, undo_step_clear);

	return state;
}

void
eas_mock_state_free (EasMockState *state)
{
	if (state == NULL)
		return;

	g_hash_table_unref (state->known);
	g_array_unref (state->undo);
	g_free (state->request);
	g_clear_pointer (&state->answer, eas_item_unref);
	g_free (state);
}

void
eas_mock_state_forget (EasMockState *state)
{
	state->epoch = g_random_int ();
	state->current = 0;
	state->previous = 0;
	state->still = FALSE;
	g_hash_table_remove_all (state->known);
	g_array_set_size (state->undo, 0);
	eas_mock_state_remember_answer (state, NULL, NULL);
}

void
eas_mock_state_restart (EasMockState *state)
{
	eas_mock_state_forget (state);
	state->issued = 0;
}

static char *
format_key (const EasMockState *state, guint number)
{
	return g_strdup_printf ("{%08x}%u", state->epoch, number);
}

char *
eas_mock_state_dup_key (const EasMockState *state)
{
	return format_key (state, state->current);
}

EasMockKey
eas_mock_state_judge (const EasMockState *state, const char *key)
{
	g_autofree char *current = format_key (state, state->current);
	g_autofree char *previous = format_key (state, state->previous);

	if (state->current != 0 && g_strcmp0 (key, current) == 0)
		return EAS_MOCK_KEY_CURRENT;
	if (state->previous != 0 && g_strcmp0 (key, previous) == 0)
		return EAS_MOCK_KEY_PREVIOUS;

	return EAS_MOCK_KEY_INVALID;
}

static void
go_back (EasMockState *state)
{
	for (guint i = state->undo->len; i > 0; i--) {
		UndoStep *step = &g_array_index (state->undo, UndoStep, i - 1);

		if (step->known)
			g_hash_table_insert (state->known, g_strdup (step->id),
					     new_revision (step->revision));
		else
			g_hash_table_remove (state->known, step->id);
	}
	state->current = state->previous;
}

void
eas_mock_state_accept (EasMockState *state, EasMockKey verdict)
{
	if (verdict == EAS_MOCK_KEY_CURRENT && state->still)
		return;
	if (verdict == EAS_MOCK_KEY_PREVIOUS)
		go_back (state);
	state->previous = 0;
	g_array_set_size (state->undo, 0);
	eas_mock_state_remember_answer (state, NULL, NULL);
}

void
eas_mock_state_advance (EasMockState *state)
{
	state->previous = state->current;
	state->current = ++state->issued;
	state->still = FALSE;
}

gboolean
eas_mock_state_knows (const EasMockState *state, const char *id, guint64 *out_revision)
{
	const guint64 *revision = g_hash_table_lookup (state->known, id);

	if (revision != NULL && out_revision != NULL)
		*out_revision = *revision;

	return revision != NULL;
}

static void
record (EasMockState *state, const char *id)
{
	UndoStep step = { .id = g_strdup (id) };

	step.known = eas_mock_state_knows (state, id, &step.revision);
	g_array_append_val (state->undo, step);
}

void
eas_mock_state_tell (EasMockState *state, const char *id, guint64 revision)
{
	record (state, id);
	g_hash_table_insert (state->known, g_strdup (id), new_revision (revision));
}

void
eas_mock_state_untell (EasMockState *state, const char *id)
{
	record (state, id);
	g_hash_table_remove (state->known, id);
}

void
eas_mock_state_remember_answer (EasMockState *state, const char *request, EasItem *answer)
{
	g_free (state->request);
	state->request = g_strdup (request);
	g_clear_pointer (&state->answer, eas_item_unref);
	if (answer != NULL)
		state->answer = eas_item_ref (answer);
}

void
eas_mock_options_init (EasMockOptions *options)
{
	*options = (EasMockOptions){ .mime_truncation = 8 };
	options->bodies = g_array_new (FALSE, FALSE, sizeof (EasBodyPreference));
}

void
eas_mock_options_clear (EasMockOptions *options)
{
	g_clear_pointer (&options->bodies, g_array_unref);
}

static void
collection_free (gpointer data)
{
	EasMockCollection *collection = data;

	g_free (collection->id);
	eas_mock_state_free (collection->state);
	eas_mock_options_clear (&collection->options);
	g_clear_pointer (&collection->supported, g_hash_table_unref);
	g_hash_table_unref (collection->client_ids);
	g_hash_table_unref (collection->client_uids);
	g_free (collection);
}

EasMockCollection *
eas_mock_device_collection (EasMockDevice *device, const char *id)
{
	EasMockCollection *collection = g_hash_table_lookup (device->collections, id);

	if (collection == NULL) {
		collection = g_new0 (EasMockCollection, 1);
		collection->id = g_strdup (id);
		collection->state = eas_mock_state_new ();
		eas_mock_options_init (&collection->options);
		collection->client_ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
								eas_mock_client_id_free);
		collection->client_uids =
			g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
		g_hash_table_insert (device->collections, collection->id, collection);
	}

	return collection;
}

EasMockDevice *
eas_mock_device_get (EasMockMailbox *mailbox, const char *id, const char *type)
{
	EasMockDevice *device = g_hash_table_lookup (mailbox->devices, id);

	if (device == NULL) {
		device = g_new0 (EasMockDevice, 1);
		device->id = g_strdup (id);
		device->type = g_strdup (type);
		device->hierarchy = eas_mock_state_new ();
		device->collections =
			g_hash_table_new_full (g_str_hash, g_str_equal, NULL, collection_free);
		device->ping_folders = g_ptr_array_new_with_free_func (g_free);
		device->sync_cache = g_ptr_array_new_with_free_func (g_free);
		device->sent = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
		g_hash_table_insert (mailbox->devices, device->id, device);
	}

	return device;
}

void
eas_mock_device_free (gpointer data)
{
	EasMockDevice *device = data;

	g_free (device->id);
	g_free (device->type);
	g_free (device->user_agent);
	g_free (device->friendly_name);
	eas_mock_state_free (device->hierarchy);
	g_hash_table_unref (device->collections);
	g_ptr_array_unref (device->ping_folders);
	g_ptr_array_unref (device->sync_cache);
	g_hash_table_unref (device->sent);
	g_free (device);
}

void
eas_mock_device_forget (EasMockDevice *device)
{
	GHashTableIter iter;
	gpointer collection;

	eas_mock_state_forget (device->hierarchy);
	g_hash_table_iter_init (&iter, device->collections);
	while (g_hash_table_iter_next (&iter, NULL, &collection))
		eas_mock_state_forget (((EasMockCollection *) collection)->state);
}
