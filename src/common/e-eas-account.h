/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EEasAccount: a collection ESource -> the one EasClient of this process, its
 * password, and the folders this process has open. Thread-safe.
 */

#pragma once

#include "camel-eas-settings.h"
#include "eas-client.h"
#include "eas-push-plan.h"

#include <libedataserver/libedataserver.h>

G_BEGIN_DECLS

#define E_TYPE_EAS_ACCOUNT (e_eas_account_get_type ())
G_DECLARE_FINAL_TYPE (EEasAccount, e_eas_account, E, EAS_ACCOUNT, GObject)

/*
 * The account of @collection: made on the first call, shared by all later ones
 * while somebody holds it. @provider finds passwords; @proxy NULL: the default.
 */
EEasAccount *e_eas_account_ref (ESource *collection,
				ESourceCredentialsProvider *provider,
				GProxyResolver *proxy);
/* The collection above a child source; NULL with error where there is none. */
ESource *e_eas_account_ref_collection (ESourceRegistry *registry, ESource *child, GError **error);

ESource *e_eas_account_get_source (EEasAccount *self);
const char *e_eas_account_get_directory (EEasAccount *self);  /* of the state file */
EasAccountState *e_eas_account_get_state (EEasAccount *self); /* for its "changed" signal */
CamelEasSettings *e_eas_account_get_settings (EEasAccount *self);
const char *e_eas_account_get_device_id (EEasAccount *self);
/* NULL with error where the settings name no usable server. A change of the server or user makes a
 * new one. */
EasClient *e_eas_account_ref_client (EEasAccount *self, GError **error);

/*
 * Passwords. The registry's collection backend is the only one who tells the desktop
 * that a password was refused, and the one who tells all children that one was
 * accepted; every other process asks the registry (design 4.18, Credentials). These
 * names among the credentials carry that: "doubted" goes to the collection where there
 * is no password or the server refused it, "proved" where it then took it after all,
 * "accepted" to the children.
 */
#define E_EAS_CREDENTIAL_DOUBTED  "eas-doubted"
#define E_EAS_CREDENTIAL_PROVED   "eas-proved"
#define E_EAS_CREDENTIAL_ACCEPTED "eas-accepted"

/*
 * A process that has no password yet has the registry hand over its own, through @child, and waits
 * a moment for it. Who asks the keyring loads a megabyte of libraries for that: each factory would.
 * Without an answer all is as before. Blocks for a D-Bus call, no network.
 */
void e_eas_account_await_password (EEasAccount *self, ESource *child, GCancellable *cancellable);
/* The registry's side: what EDS keeps for @child and hands over when a process asks with nothing.
 */
void e_eas_account_add_password (EEasAccount *self, ENamedParameters *credentials);
/* Looks for the password in the keyring, once until it is refused. EAS_ERROR_AUTHENTICATION when
 * there is none. */
gboolean
e_eas_account_ensure_password (EEasAccount *self, GCancellable *cancellable, GError **error);
/* What EDS hands over after a prompt. TRUE when it is new, or when the registry says that the one
 * refused here is good after all. */
gboolean e_eas_account_take_password (EEasAccount *self, const ENamedParameters *credentials);
/* Is it the one in @credentials (nullable)? */
gboolean e_eas_account_holds_password (EEasAccount *self, const ENamedParameters *credentials);
gboolean e_eas_account_has_password (EEasAccount *self); /* refused or not */
gboolean e_eas_account_is_trusted (EEasAccount *self);   /* there is one, and nobody refused it */
/* The server said no, to what was tried since @began (monotonic time): a password that came later
 * is not meant. The next ensure_password() reads the keyring again, and accepts only another
 * password. */
void e_eas_account_refuse_password (EEasAccount *self, gint64 began);
/* A person asked: the refused password may be tried once more. */
void e_eas_account_retry_password (EEasAccount *self);
/* Somebody else says that it was refused: it is looked up again, and proved again. */
void e_eas_account_doubt_password (EEasAccount *self);
/* Somebody typed it again: as retry, but not more often than a person types. */
void e_eas_account_retype_password (EEasAccount *self);
/* There is no password, or it was refused: has the registry look, and the desktop ask when there
 * is no better one. Once for each password, whoever calls. Blocks for a D-Bus call, no network. */
void e_eas_account_ask_password (EEasAccount *self, GCancellable *cancellable);
/* The server took it: a registry that was told otherwise hears of it. Likewise. */
void e_eas_account_confirm_password (EEasAccount *self, GCancellable *cancellable);
gboolean e_eas_account_get_refused_certificate (EEasAccount *self,
						char **out_pem,
						GTlsCertificateFlags *out_errors);

/*
 * Push. A watch is one open folder. Its callback runs on the main thread when the
 * server says that something changed; the owner then fetches, and reports. The
 * registry pings for all processes; a new round starts when every folder that rang
 * has reported.
 */
typedef struct _EEasWatch EEasWatch;
typedef void (*EEasWatchFunc) (gpointer user_data);

EEasWatch *e_eas_account_watch (EEasAccount *self,
				const char *folder_id,
				EasClass klass,
				EEasWatchFunc changed,
				gpointer user_data,
				GDestroyNotify free_user_data);
/* After each fetch. @ready: the key is committed and the folder may be pinged. @found: the fetch
 * brought something. */
void e_eas_watch_report (EEasWatch *watch, gboolean ready, gboolean found);
/* The folder is empty: some servers' Ping stays silent then, so it is fetched after each round. */
void e_eas_watch_doubt (EEasWatch *watch, gboolean doubtful);
/* What may be hoped for, as in the status file (e-eas-worker.h); @state_changed is called on the
 * main thread with the watch's user data. */
char *e_eas_watch_dup_state (EEasWatch *watch);
void e_eas_watch_on_state (EEasWatch *watch, EEasWatchFunc state_changed);
/* Whether the owner is to let a Sync hang (EasHang), and what became of that. */
gboolean e_eas_watch_is_to_hang (EEasWatch *watch, EasHangTerms *out_terms);
void e_eas_watch_report_hang (EEasWatch *watch, EasPushHang hang, const EasHangTerms *terms);
void e_eas_watch_end (EEasWatch *watch); /* frees it */

/* TRUE while the registry takes care of the account and polling is needless. */
gboolean e_eas_account_is_pushing (EEasAccount *self);

G_END_DECLS
