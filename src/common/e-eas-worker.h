/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EEasWorker: the one who talks to the server for an open collection. Its thread
 * fetches windows and drains them into EDS's cache, uploads the outbox, merges,
 * and recovers after lost replies. EDS's own paths only write an outbox row or
 * ask for a fetch. Knows nothing of calendars or contacts: the owner's class says
 * how items become objects.
 *
 * Status for people and for `evolution-eas account status`: the worker writes one
 * key file a collection, DIRECTORY/status/<id>.status, where DIRECTORY is
 * eas_account_state_default_directory() of the account and <id> the folder id as
 * g_uri_escape_string() leaves it. It is replaced as a whole after each change.
 *
 *   [Collection]
 *   id=, name=, class=      the folder; class as in eas_class_to_string()
 *   source=                 UID of the child ESource
 *   state=                  idle | syncing | waiting | held | error
 *   last-sync=              unix time of the last complete fetch; absent: never
 *   last-news=              unix time when the server last told of an item; absent: never
 *   items=, pending=, parked=   counts
 *   push=                   how news arrive: "waiting" (the server tells by itself), "excluded
 *                           UNIXTIME" (it told too often for nothing), "polling MINUTES WHY",
 *                           "hanging SECONDS EPOCH WHY" (by a Sync that is held: EasHang) or
 *                           "off WHY"; WHY as in eas_push_why_to_string(), or "no-registry"
 *   held=                   why removals are held back; absent: they are not
 *   error=, error-code=     last failure, for people and as eas_error_code_to_string(); absent:
 * none retry-at=               unix time of the next try after a failure conflicts= directory with
 * the losing versions of conflicts; absent: none [Parked N]              N from 1; edits the server
 * refuses, and items that cannot be shown uid=, title=, reason=, since=
 */

#pragma once

#include "e-eas-account.h"
#include "e-eas-cache.h"
#include "e-eas-merge.h"

G_BEGIN_DECLS

typedef struct _EEasWorker EEasWorker;

/* What an owner's class is to the worker. Called on the worker's thread, those of the cache with
 * its write lock held. */
typedef struct {
	EasClass klass;
	const char *file_suffix; /* of saved conflict losers */
	EEasMergeRules merge;

	/* Pure conversions. An object is text: a VCALENDAR, a vCard. */
	char *(*dup_uid) (const EasItem *item); /* as on the wire; NULL */
	char *(*dup_title) (const char *object);
	/* Nobody would see a difference. */
	gboolean (*same_content) (gpointer owner, EasItem *a, EasItem *b);
	/* Can @theirs be what a server made of @sent? NULL: when it has the same content. */
	gboolean (*arrived_as) (gpointer owner, EasItem *sent, EasItem *theirs);
	/* Are the two the same thing, though somebody may have changed one? NULL: who knows. */
	gboolean (*resembles) (const EasItem *a, const EasItem *b);
	const EasTag *(*supported) (EasVersion version);
	/* (element-type EasSyncChange), empty: nothing to send; EAS_ERROR_ITEM_REJECTED. @baseline
	 * NULL: a new item. */
	GPtrArray *(*write) (gpointer owner, const char *object, EasItem *baseline, GError **error);
	EasItem *(*apply) (gpointer owner, EasItem *baseline, GPtrArray *changes);
	char *(*dup_object) (gpointer owner, const char *uid, EasItem *item, GError **error);
	char *(*dup_copy) (gpointer owner,
			   const char *object,
			   char **out_uid); /* marked as the copy of a conflict */

	/* The cache: exactly one of @item and @object is given. @server_id NULL: not on the server
	 * yet. */
	gboolean (*put) (gpointer owner,
			 const char *uid,
			 const char *server_id,
			 EasItem *item,
			 const char *object,
			 GError **error);
	gboolean (*remove) (gpointer owner, const char *uid, GError **error);
	guint (*count) (gpointer owner);
	void (*flush) (gpointer owner, gboolean committed); /* tell the views, or forget it */

	/* Files beside an item, which are fetched after it; all NULL where the class has none. */
	/* (element-type utf8) FileReferences of what is not here and, as far as it is said, has at
	 * most @most bytes */
	GPtrArray *(*missing_files) (gpointer owner, EasItem *item, gint64 most);
	gboolean (*take_file) (gpointer owner,
			       EasItem *item,
			       const char *reference,
			       GBytes *content,
			       GError **error);
	gboolean (*has_files) (const EasItem *item);        /* any that are shown */
	gboolean (*has_untold_files) (const EasItem *item); /* of which no reference is known */
	EasItem *(*learn_files) (const EasItem *item, const EasItem *fetched);
	/* What the server has by its answer to our change; NULL: the answer laid over what was
	 * expected. */
	EasItem *(*answered) (const EasItem *expected, const EasItem *answer);
	/* The item of the Add that has made @said, of which apply() makes it again; NULL: the same.
	 * Files that are not here any more are not in it. */
	EasItem *(*say_again) (gpointer owner, const EasItem *said);

	/* What EDS should know. Not called with any lock held. */
	void (*connected) (gpointer owner, EasVersion version);
	void (*failed) (gpointer owner, const GError *error);
	void (*need_password) (gpointer owner); /* it is being asked for, in the account's name */
} EEasWorkerClass;

/* @owner is borrowed and must outlive the worker. Starts no thread yet. */
EEasWorker *e_eas_worker_new (const EEasWorkerClass *klass,
			      gpointer owner,
			      EEasAccount *account,
			      ECache *cache,
			      ESource *source,
			      GError **error);
void e_eas_worker_start (EEasWorker *self);
/* Cancels and joins; until then the thread calls @owner, which may ask about the worker. */
void e_eas_worker_stop (EEasWorker *self);
void e_eas_worker_free (EEasWorker *self); /* stops it first */
/*
 * For the dispose of @owner, before e_eas_worker_stop(): the last to let go of it may be the
 * worker's own thread, as a view that is told of an item holds EDS's backend meanwhile, and a
 * thread cannot join itself. TRUE: so it is, and @owner lives on until the main context has
 * let go of it; nothing of it may be disposed now.
 */
gboolean e_eas_worker_defer_dispose (EEasWorker *self, GObject *owner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EEasWorker, e_eas_worker_free)

/* Return at once. @explicitly: a person asked; parked edits are tried once more. */
void e_eas_worker_fetch (EEasWorker *self, gboolean explicitly);
void e_eas_worker_kick (EEasWorker *self); /* password, network or settings changed: try now */
void e_eas_worker_retry_password (EEasWorker *self); /* kicks one who waits for a password */

typedef enum {
	E_EAS_SAVE_FAILED,
	E_EAS_SAVE_PENDING, /* in the outbox, will be sent */
	E_EAS_SAVE_DONE     /* the server has it, and the cache shows the server's form */
} EEasSaved;

/*
 * The edit is durable before anything is sent. @wait: for the server's answer, but
 * not for an unreachable server; a refusal is then the caller's error and leaves
 * nothing behind. Without @wait nothing is sent before e_eas_worker_send(), so that
 * several edits share a request, and a refusal parks the edit. EAS_ERROR_ITEM_REJECTED
 * comes at once for what ActiveSync cannot hold.
 */
EEasSaved e_eas_worker_save (EEasWorker *self,
			     const char *uid,
			     const char *object,
			     gboolean wait,
			     GCancellable *cancellable,
			     GError **error);
EEasSaved e_eas_worker_remove (EEasWorker *self,
			       const char *uid,
			       gboolean wait,
			       GCancellable *cancellable,
			       GError **error);

void e_eas_worker_send (EEasWorker *self); /* returns at once */

/* What the cache has to show for @uid: an object still to be sent, or an item. FALSE: there is no
 * such thing. */
gboolean e_eas_worker_load (EEasWorker *self,
			    const char *uid,
			    char **out_server_id,
			    EasItem **out_item,
			    char **out_object);
/* Shows @uid as it is now: for callers whose own write into the cache may have come late. */
void e_eas_worker_show (EEasWorker *self, const char *uid);

/* Whether EDS shows anything under @uid. */
gboolean e_eas_worker_is_shown (EEasWorker *self, const char *uid);

EasClient *e_eas_worker_ref_client (EEasWorker *self);  /* NULL before the first connection */
EasVersion e_eas_worker_get_version (EEasWorker *self); /* the last one known */
EEasAccount *e_eas_worker_get_account (EEasWorker *self);

G_END_DECLS
