/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One folder's SyncKey and the rules by which it moves; a mutex, never held over anything long. */

#include <string.h>

#include "eas-collection.h"

#define RESET_SPAN (60 * 60) /* seconds in which two resets are one too many */

struct _EasCollection {
	GObject parent;

	char *id;
	EasClass klass;

	GMutex mutex;
	char *key;
	gboolean more; /* said the last window */
	guint generation;
	gint64 last_reset; /* unix seconds; 0 never */
	int filter_type;
	int conflict;
};

G_DEFINE_FINAL_TYPE (EasCollection, eas_collection, G_TYPE_OBJECT)

EasWindow *
eas_window_new (const char *base_key, const char *key)
{
	EasWindow *window = g_new0 (EasWindow, 1);

	window->base_key = g_strdup (base_key);
	window->key = g_strdup (key);
	window->status = 1;
	window->commands = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_sync_change_free);
	window->responses = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_sync_change_free);

	return window;
}

void
eas_window_free (EasWindow *window)
{
	if (window == NULL)
		return;

	g_free (window->base_key);
	g_free (window->key);
	g_clear_error (&window->error);
	g_ptr_array_unref (window->commands);
	g_ptr_array_unref (window->responses);
	g_free (window);
}

static void
eas_collection_finalize (GObject *object)
{
	EasCollection *self = EAS_COLLECTION (object);

	g_free (self->id);
	g_free (self->key);
	g_mutex_clear (&self->mutex);

	G_OBJECT_CLASS (eas_collection_parent_class)->finalize (object);
}

static void
eas_collection_class_init (EasCollectionClass *klass)
{
	G_OBJECT_CLASS (klass)->finalize = eas_collection_finalize;
}

static void
eas_collection_init (EasCollection *self)
{
	g_mutex_init (&self->mutex);
	self->filter_type = -1;
	self->conflict = 1;
}

EasCollection *
eas_collection_new (const char *id, EasClass klass, const char *key)
{
	EasCollection *self;

	g_return_val_if_fail (id != NULL, NULL);

	self = g_object_new (EAS_TYPE_COLLECTION, NULL);
	self->id = g_strdup (id);
	self->klass = klass;
	self->key = g_strdup (key != NULL && *key != '\0' ? key : "0");

	return self;
}

const char *
eas_collection_get_id (EasCollection *self)
{
	g_return_val_if_fail (EAS_IS_COLLECTION (self), NULL);

	return self->id;
}

EasClass
eas_collection_get_class (EasCollection *self)
{
	g_return_val_if_fail (EAS_IS_COLLECTION (self), EAS_CLASS_NONE);

	return self->klass;
}

char *
eas_collection_dup_key (EasCollection *self)
{
	g_autoptr (GMutexLocker) locker = NULL;

	g_return_val_if_fail (EAS_IS_COLLECTION (self), NULL);

	locker = g_mutex_locker_new (&self->mutex);

	return g_strdup (self->key);
}

static int
get_option (EasCollection *self, const int *option)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

	return *option;
}

static void
set_option (EasCollection *self, int *option, int value)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

	*option = value;
}

void
eas_collection_set_filter_type (EasCollection *self, int filter_type)
{
	g_return_if_fail (EAS_IS_COLLECTION (self));

	set_option (self, &self->filter_type, filter_type);
}

int
eas_collection_get_filter_type (EasCollection *self)
{
	g_return_val_if_fail (EAS_IS_COLLECTION (self), -1);

	return get_option (self, &self->filter_type);
}

void
eas_collection_set_conflict (EasCollection *self, int conflict)
{
	g_return_if_fail (EAS_IS_COLLECTION (self));

	set_option (self, &self->conflict, conflict);
}

int
eas_collection_get_conflict (EasCollection *self)
{
	g_return_val_if_fail (EAS_IS_COLLECTION (self), 1);

	return get_option (self, &self->conflict);
}

guint
eas_collection_get_generation (EasCollection *self)
{
	g_autoptr (GMutexLocker) locker = NULL;

	g_return_val_if_fail (EAS_IS_COLLECTION (self), 0);

	locker = g_mutex_locker_new (&self->mutex);

	return self->generation;
}

/**
 * eas_collection_commit:
 * @self: a collection
 * @window: what its owner has made durable, with its key
 *
 * The key moves only here: asking with the new key tells the server that the
 * window has arrived. A window asked for before a reset, or with another key than
 * the present one (another window was committed meanwhile), must not move it.
 *
 * Returns: %FALSE: the window is void
 */
gboolean
eas_collection_commit (EasCollection *self, const EasWindow *window)
{
	g_autoptr (GMutexLocker) locker = NULL;

	g_return_val_if_fail (EAS_IS_COLLECTION (self), FALSE);
	g_return_val_if_fail (window != NULL && window->error == NULL, FALSE);

	locker = g_mutex_locker_new (&self->mutex);
	if (window->generation != self->generation || strcmp (window->base_key, self->key) != 0)
		return FALSE;
	g_free (self->key);
	self->key = g_strdup (window->key);
	self->more = window->more;

	return TRUE;
}

gboolean
eas_collection_has_more (EasCollection *self)
{
	g_autoptr (GMutexLocker) locker = NULL;

	g_return_val_if_fail (EAS_IS_COLLECTION (self), FALSE);

	locker = g_mutex_locker_new (&self->mutex);

	return self->more;
}

gboolean
eas_collection_reset (EasCollection *self, gint64 now)
{
	g_autoptr (GMutexLocker) locker = NULL;
	gboolean seldom;

	g_return_val_if_fail (EAS_IS_COLLECTION (self), FALSE);

	locker = g_mutex_locker_new (&self->mutex);
	seldom = self->last_reset == 0 || now - self->last_reset >= RESET_SPAN ||
		 now < self->last_reset;
	self->last_reset = now;
	g_free (self->key);
	self->key = g_strdup ("0");
	self->more = FALSE;
	self->generation++;

	return seldom;
}
