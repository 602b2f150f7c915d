/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What an account's requests need to know and may learn: the values of the shared
 * state file, as flows see them. Plain values, no I/O: EasClient reads them from
 * the file before a flow starts and at each LOCK, and writes them at UNLOCK.
 * All flows of a client run on one thread and share one of these.
 */

#pragma once

#include "eas-types.h"

G_BEGIN_DECLS

typedef enum {
	EAS_ACCESS_UNKNOWN,
	EAS_ACCESS_ALLOWED,
	EAS_ACCESS_DISCOVERY,   /* answers are empty until the server knows the device */
	EAS_ACCESS_QUARANTINED,
	EAS_ACCESS_BLOCKED
} EasAccess;

typedef struct {
	/* Set by the account's owner; not in the state file. */
	char *user;             /* log-in name */
	char *address;          /* mail address; NULL */
	char *configured_url;   /* as typed or discovered at set-up */
	EasDevice *device;
	EasVersion forced_version; /* NONE: negotiate */
	gboolean base64_query;
	char *trusted_hosts;    /* comma list: the person lets them have the password after a redirect; NULL */

	/* The state file. */
	guint64 generation;     /* of the file; grows with each commit */
	char *url;              /* in effect; differs from configured_url after a 451 */
	EasVersion version;     /* NONE: OPTIONS first */
	char *commands;         /* comma list as offered; NULL unknown */
	gint64 options_time;    /* unix time of the last OPTIONS */
	guint32 policy_key;     /* 0: none */
	gboolean provisioned;   /* the handshake was done, with or without a policy */
	char *policy_hash;
	gint64 provision_time;  /* unix time of the last handshake */
	gint64 provision_hold;  /* unix time until which a demand for one is not answered again: the last did not help; 0 */
	gint calendar_age_limit; /* the policy's longest FilterType; 0 none */
	gint mail_age_limit;
	gboolean no_attachments;     /* the policy forbids to fetch any */
	gint64 max_attachment_size;  /* bytes, the policy's; 0 none */
	char *hierarchy_key;    /* "0" */
	GPtrArray *folders;     /* (element-type EasFolder) */
	guint64 folders_generation; /* grows when folders change */
	gint64 throttle_until;  /* unix time; 0 */
	guint throttle_delay;   /* seconds of the last wait we chose ourselves; the next one is longer; 0 */
	EasAccess access;
	gboolean wiped;
	char *anchor_mailbox;   /* value of the DefaultAnchorMailbox cookie; NULL */
	char *cookies;          /* the jar: name=value lines; NULL */
	char *last_error;       /* for account status; NULL */
	gint64 password_expires; /* unix time before which the password ends; 0: not said */
	char *password_url;     /* where to change it; NULL */
	char *heartbeats;       /* what Ping has learned: a line for each network; NULL. eas_account_data_get_heartbeat() */
	guint max_ping_folders; /* 0 unknown */

	/* Learned outside the lock, not worth a commit of its own: goes along with the next one. */
	gboolean cookies_unsaved;
} EasAccountData;

/* Of one network. */
typedef struct {
	guint seconds;  /* last good Ping interval; 0: none yet */
	guint ceiling;  /* the server's or the network's; 0 unknown */
	guint expiries; /* in a row at this interval */
} EasHeartbeat;

EasAccountData *eas_account_data_new  (void);
EasAccountData *eas_account_data_copy (const EasAccountData *data);
void            eas_account_data_free (EasAccountData *data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasAccountData, eas_account_data_free)

gboolean         eas_account_data_offers (const EasAccountData *data, const char *command); /* TRUE when the list is unknown */
const EasFolder *eas_account_data_folder (const EasAccountData *data, const char *id);
/* Takes all that the state file holds from @from; what the owner set stays. */
void             eas_account_data_take_state (EasAccountData *data, EasAccountData *from);
/* The address requests go to: the learned one, else the configured one. */
const char      *eas_account_data_url    (const EasAccountData *data);
/* (element-type EasFolder) (transfer full): a copy of the list, empty when there is none. */
GPtrArray       *eas_account_data_dup_folders (const EasAccountData *data);
/* @network: an opaque name without blanks; NULL unknown. Zeros where nothing is known of it. */
void             eas_account_data_get_heartbeat (const EasAccountData *data, const char *network, EasHeartbeat *out);
/* The networks used last are kept. */
void             eas_account_data_set_heartbeat (EasAccountData *data, const char *network, const EasHeartbeat *heartbeat);
/* Forgets what a changed server invalidates: version, policy key, hierarchy. Folders stay for matching. */
void             eas_account_data_reset  (EasAccountData *data);

G_END_DECLS
