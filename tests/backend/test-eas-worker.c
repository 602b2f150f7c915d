/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The end of a worker whose owner is let go of on the worker's own thread. No server is asked. */

#include <glib/gstdio.h>

#include "e-eas-worker.h"
#include "e-source-eas-folder.h"

#define SOON (20 * G_TIME_SPAN_SECOND)

/* ---- the least a cache can be ---- */

typedef ECache TestCache;
typedef ECacheClass TestCacheClass;

GType test_cache_get_type (void);
G_DEFINE_TYPE (TestCache, test_cache, E_TYPE_CACHE)

static void
test_cache_class_init (TestCacheClass *klass)
{
}

static void
test_cache_init (TestCache *self)
{
}

/* ---- an owner, as the backends are ---- */

static GMutex lock;
static GCond changed;
static gboolean held;  /* the worker's thread holds its owner */
static gboolean alone; /* and nobody else does */
static GThread *ended_by;

typedef struct {
	GObject parent;
	EEasWorker *worker;
} TestOwner;
typedef GObjectClass TestOwnerClass;

GType test_owner_get_type (void);
G_DEFINE_TYPE (TestOwner, test_owner, G_TYPE_OBJECT)

static void
test_owner_dispose (GObject *object)
{
	TestOwner *self = (TestOwner *) object;

	if (e_eas_worker_defer_dispose (self->worker, object))
		return;
	g_clear_pointer (&self->worker, e_eas_worker_free);

	G_OBJECT_CLASS (test_owner_parent_class)->dispose (object);
}

static void
test_owner_finalize (GObject *object)
{
	g_mutex_lock (&lock);
	ended_by = g_thread_self ();
	g_mutex_unlock (&lock);

	G_OBJECT_CLASS (test_owner_parent_class)->finalize (object);
}

static void
test_owner_class_init (TestOwnerClass *klass)
{
	klass->dispose = test_owner_dispose;
	klass->finalize = test_owner_finalize;
}

static void
test_owner_init (TestOwner *self)
{
}

/* ---- what the worker calls ---- */

static void
say (gboolean *flag)
{
	g_mutex_lock (&lock);
	*flag = TRUE;
	g_cond_broadcast (&changed);
	g_mutex_unlock (&lock);
}

static void
wait_until (const gboolean *flag)
{
	gint64 until = g_get_monotonic_time () + SOON;

	g_mutex_lock (&lock);
	while (!*flag && g_cond_wait_until (&changed, &lock, until)) {
	}
	g_assert_true (*flag);
	g_mutex_unlock (&lock);
}

/* As EDS does for the time in which a view is told of an item; the program goes away meanwhile. */
static gboolean
put_and_let_go (gpointer owner,
		const char *uid,
		const char *server_id,
		EasItem *item,
		const char *object,
		GError **error)
{
	g_object_ref (owner);
	say (&held);
	wait_until (&alone);
	g_object_unref (owner);

	return TRUE;
}

static guint
count_none (gpointer owner)
{
	return 0;
}

static void
flush_nothing (gpointer owner, gboolean committed)
{
}

static const EEasWorkerClass worker_class = {
	.klass = EAS_CLASS_CALENDAR,
	.put = put_and_let_go,
	.count = count_none,
	.flush = flush_nothing,
};

/* ---- the test ---- */

/* With an edit that an earlier process left: the thread begins with showing it. */
static ECache *
make_cache (const char *path)
{
	ECache *ecache = g_object_new (test_cache_get_type (), NULL);
	g_autoptr (EEasCache) cache = NULL;
	g_autoptr (EEasEdit) edit = g_new0 (EEasEdit, 1);
	g_autoptr (GError) error = NULL;

	e_cache_initialize_sync (ecache, path, NULL, NULL, &error);
	g_assert_no_error (error);
	cache = e_eas_cache_new (ecache, &error);
	g_assert_no_error (error);

	edit->kind = E_EAS_EDIT_SAVE;
	edit->uid = g_strdup ("uid");
	edit->object = g_strdup ("object");
	e_eas_cache_begin (cache);
	e_eas_cache_put_edit (cache, edit);
	e_eas_cache_commit (cache, &error);
	g_assert_no_error (error);

	return ecache;
}

/* Switched off: the worker has nothing to ask a server. */
static ESource *
make_source (const char *uid)
{
	g_autoptr (GError) error = NULL;
	ESource *source = e_source_new_with_uid (uid, NULL, &error);

	g_assert_no_error (error);
	e_source_set_enabled (source, FALSE);
	e_source_eas_folder_set_id (e_source_get_extension (source, E_SOURCE_EXTENSION_EAS_FOLDER),
				    "1");

	return source;
}

static TestOwner *
make_owner (EEasAccount *account, ECache *ecache, ESource *source)
{
	TestOwner *owner = g_object_new (test_owner_get_type (), NULL);
	g_autoptr (GError) error = NULL;

	owner->worker = e_eas_worker_new (&worker_class, owner, account, ecache, source, &error);
	g_assert_no_error (error);
	e_eas_worker_start (owner->worker);

	return owner;
}

static gboolean
has_ended (void)
{
	gboolean ended;

	g_mutex_lock (&lock);
	ended = ended_by != NULL;
	g_mutex_unlock (&lock);

	return ended;
}

static void
test_let_go_on_its_thread (void)
{
	g_autofree char *path = g_build_filename (g_get_user_cache_dir (), "cache.db", NULL);
	g_autoptr (ECache) ecache = make_cache (path);
	g_autoptr (ESource) collection = make_source ("account");
	g_autoptr (ESource) source = make_source ("folder");
	g_autoptr (GObject) provider = g_object_new (G_TYPE_OBJECT, NULL); /* nobody asks it */
	g_autoptr (EEasAccount) account = e_eas_account_ref (
		collection, (ESourceCredentialsProvider *) provider, /* proxy */ NULL);
	TestOwner *owner = make_owner (account, ecache, source);
	gint64 until = g_get_monotonic_time () + SOON;

	wait_until (&held);
	g_object_unref (owner);
	say (&alone);
	while (!has_ended () && g_get_monotonic_time () < until) {
		g_main_context_iteration (NULL, /* may_block */ FALSE);
		g_usleep (1000);
	}

	g_assert_true (has_ended ());
	g_assert_true (ended_by == g_thread_self ());
	g_unlink (path);
}

int
main (int argc, char *argv[])
{
	g_autofree char *directory = g_dir_make_tmp ("eas-worker-XXXXXX", NULL);
	int result;

	g_setenv ("XDG_CACHE_HOME", directory, /* overwrite */ TRUE);
	g_test_init (&argc, &argv, NULL);
	/* Camel warns where EDS's libraries are installed without its providers. */
	g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
	g_type_ensure (E_TYPE_SOURCE_EAS_FOLDER);

	g_test_add_func ("/worker/let-go-on-its-thread", test_let_go_on_its_thread);
	result = g_test_run ();
	g_rmdir (directory);

	return result;
}
