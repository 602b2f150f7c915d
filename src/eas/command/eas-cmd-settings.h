/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Settings: who we are, who the user is, out of office. Since 12.0. Since 14.1 the
 * device introduces itself inside Provision; servers refuse it here.
 *
 * Source: [MS-ASCMD] 2.2.1.18 Settings.
 */

#pragma once

#include "eas-command.h"

G_BEGIN_DECLS

extern const EasCommand eas_cmd_settings;

typedef enum {
	EAS_OOF_DISABLED = 0,
	EAS_OOF_ENABLED = 1,
	EAS_OOF_TIMED = 2      /* between the two times */
} EasOofState;

typedef enum {
	EAS_OOF_INTERNAL,
	EAS_OOF_EXTERNAL_KNOWN,
	EAS_OOF_EXTERNAL_UNKNOWN,
	EAS_N_OOF_AUDIENCES
} EasOofAudience;

typedef struct {
	gboolean present;  /* an audience the server leaves out is one it does not permit */
	gboolean enabled;
	gboolean html;     /* the form of @text; plain otherwise */
	char *text;        /* NULL: none given, which is not "empty": never write it back as empty */
} EasOofMessage;

typedef struct {
	EasOofState state;
	gint64 start;      /* unix seconds UTC; with TIMED */
	gint64 end;
	EasOofMessage messages[EAS_N_OOF_AUDIENCES];
} EasOof;

EasOof *eas_oof_new  (void);
void    eas_oof_free (EasOof *oof);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasOof, eas_oof_free)

/* Any of these; each at most once. */
typedef struct {
	const EasDevice *device;   /* DeviceInformation Set; NULL: not sent */
	gboolean user_information;
	gboolean get_oof;
	gboolean get_oof_html;     /* the form asked for */
	const EasOof *set_oof;     /* NULL: not sent; not with get_oof */
} EasSettingsRequest;

typedef struct {
	char *id;              /* NULL: the primary account */
	char *name;
	char *display_name;
	gboolean send_disabled;
	char *primary_address; /* NULL: not stated, then the first of @addresses */
	GPtrArray *addresses;  /* (element-type utf8), in order */
} EasUserAccount;

void eas_user_account_free (EasUserAccount *account);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasUserAccount, eas_user_account_free)

typedef struct {
	guint status;         /* 1 where absent */
	guint device_status;  /* 0: no such property in the answer; 1 where only its Status is absent */
	guint user_status;
	guint oof_status;
	GPtrArray *accounts;  /* (element-type EasUserAccount), as listed; below 14.1 one with addresses only */
	EasOof *oof;          /* NULL: not in the answer */
} EasSettingsResponse;

GBytes     *eas_cmd_settings_build (const EasSettingsRequest *request, EasVersion version);
gboolean    eas_cmd_settings_parse (GBytes *body, EasSettingsResponse *out, GError **error);
/* The user's own address, lent; NULL when the server did not say. */
const char *eas_settings_response_get_address (const EasSettingsResponse *response);
void        eas_settings_response_clear (EasSettingsResponse *response);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EasSettingsResponse, eas_settings_response_clear)

/* The DeviceInformation element, for Settings and Provision. */
void        eas_cmd_settings_write_device (EasWbxmlWriter *writer, const EasDevice *device, EasVersion version);

G_END_DECLS
