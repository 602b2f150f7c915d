/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The policy document: what the server demands of this machine, what of that we
 * can promise, and the demands in words for the person.
 *
 * Source: [MS-ASPROV] EASProvisionDoc and its children.
 */

#pragma once

#include "eas-item-codec.h"
#include "eas-types.h"

G_BEGIN_DECLS

/* Every element of the document. What is absent or empty has the value of no demand. */
typedef struct {
	gint64 device_password_enabled;
	gint64 alphanumeric_device_password_required;
	gint64 require_storage_card_encryption;
	gint64 password_recovery_enabled;
	gint64 document_browse_enabled;
	gint64 attachments_enabled;
	gint64 min_device_password_length;
	gint64 max_inactivity_time_device_lock;      /* seconds; 0 and 9999 up: none */
	gint64 max_device_password_failed_attempts;  /* 0: none */
	gint64 max_attachment_size;                  /* bytes; -1: no limit */
	gint64 allow_simple_device_password;
	gint64 device_password_expiration;           /* days; 0: never */
	gint64 device_password_history;
	gint64 allow_storage_card;
	gint64 allow_camera;
	gint64 require_device_encryption;
	gint64 allow_unsigned_applications;
	gint64 allow_unsigned_installation_packages;
	gint64 min_device_password_complex_characters;
	gint64 allow_wifi;
	gint64 allow_text_messaging;
	gint64 allow_pop_imap_email;
	gint64 allow_bluetooth;                      /* 0 off, 1 hands-free only, 2 on */
	gint64 allow_irda;
	gint64 require_manual_sync_when_roaming;
	gint64 allow_desktop_sync;
	gint64 max_calendar_age_filter;              /* a FilterType; 0: no limit */
	gint64 allow_html_email;
	gint64 max_email_age_filter;                 /* a FilterType; 0: no limit */
	gint64 max_email_body_truncation_size;       /* bytes; -1 no limit, 0 headers only */
	gint64 max_email_html_body_truncation_size;
	gint64 require_signed_smime_messages;
	gint64 require_encrypted_smime_messages;
	gint64 require_signed_smime_algorithm;
	gint64 require_encryption_smime_algorithm;
	gint64 allow_smime_encryption_algorithm_negotiation;
	gint64 allow_smime_soft_certs;
	gint64 allow_browser;
	gint64 allow_consumer_email;
	gint64 allow_remote_desktop;
	gint64 allow_internet_sharing;
	GPtrArray *unapproved_applications;          /* (element-type utf8) file names */
	GPtrArray *approved_application_hashes;      /* (element-type utf8) */
} EasPolicy;

EasPolicy *eas_policy_new  (void); /* demands nothing */
void       eas_policy_free (EasPolicy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasPolicy, eas_policy_free)

/* Reads the children of the current element, EASProvisionDoc, and consumes it. Never NULL. */
EasPolicy *eas_policy_read (EasWbxmlReader *reader);
/* The same demands give the same text, in every process and release; for policy_hash. */
char      *eas_policy_dup_hash (const EasPolicy *policy);

/* Status of our acknowledgement, [MS-ASPROV] Status (Policy). */
typedef enum {
	EAS_POLICY_ENFORCED = 1,        /* all of it */
	EAS_POLICY_PARTLY = 2,
	EAS_POLICY_NOT_APPLIED = 3,
	EAS_POLICY_MANAGED_ELSEWHERE = 4
} EasPolicyStatus;

/*
 * @out_unmet: (element-type utf8) (transfer full) (nullable) (optional): the
 * demands we cannot promise, each a translated sentence; NULL when there are none.
 *
 * Password rules, encryption and what the desktop as a whole may do are outside
 * this program: they cannot be promised. Limits on what is fetched, and the features
 * this kind of machine does not have, can.
 */
EasPolicyStatus eas_policy_judge (const EasPolicy *policy, GPtrArray **out_unmet);
/* All demands, met or not, for showing: (element-type utf8) (transfer full), never NULL. */
GPtrArray      *eas_policy_describe (const EasPolicy *policy);

/* What we obey when asking for items: the FilterType closest to @filter_type that @policy (nullable) allows. */
gint            eas_policy_limit_filter (const EasPolicy *policy, EasClass klass, gint filter_type);

G_END_DECLS
