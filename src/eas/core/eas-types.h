/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The vocabulary commands, flows and backends share: classes, folders, devices, body preferences. */

#pragma once

#include "eas-version.h"

G_BEGIN_DECLS

typedef enum {
	EAS_CLASS_NONE,
	EAS_CLASS_EMAIL,
	EAS_CLASS_CALENDAR,
	EAS_CLASS_CONTACTS,
	EAS_CLASS_TASKS,
	EAS_CLASS_NOTES
} EasClass;

const char *eas_class_to_string   (EasClass klass);      /* "Calendar"; NULL for NONE */
EasClass    eas_class_from_string (const char *text);
EasClass    eas_class_of_folder   (guint folder_type);   /* by FolderSync Type; NONE where nothing syncs */
gboolean    eas_class_syncs_in    (EasClass klass, EasVersion version); /* notes need 14.0 */

/* FolderSync Type, [MS-ASCMD] 2.2.3.186.3 Type (FolderSync). */
typedef enum {
	EAS_FOLDER_GENERIC = 1,
	EAS_FOLDER_INBOX = 2,
	EAS_FOLDER_DRAFTS = 3,
	EAS_FOLDER_DELETED = 4,
	EAS_FOLDER_SENT = 5,
	EAS_FOLDER_OUTBOX = 6,
	EAS_FOLDER_TASKS = 7,
	EAS_FOLDER_CALENDAR = 8,
	EAS_FOLDER_CONTACTS = 9,
	EAS_FOLDER_NOTES = 10,
	EAS_FOLDER_JOURNAL = 11,
	EAS_FOLDER_USER_MAIL = 12,
	EAS_FOLDER_USER_CALENDAR = 13,
	EAS_FOLDER_USER_CONTACTS = 14,
	EAS_FOLDER_USER_TASKS = 15,
	EAS_FOLDER_USER_JOURNAL = 16,
	EAS_FOLDER_USER_NOTES = 17,
	EAS_FOLDER_UNKNOWN = 18,
	EAS_FOLDER_RECIPIENT_CACHE = 19
} EasFolderType;

gboolean eas_folder_type_is_default (guint folder_type);

typedef struct {
	char *id;         /* ServerId, opaque */
	char *parent_id;  /* "0" for the root */
	char *name;
	guint type;       /* EasFolderType */
} EasFolder;

EasFolder *eas_folder_new   (const char *id, const char *parent_id, const char *name, guint type);
EasFolder *eas_folder_copy  (const EasFolder *folder);
void       eas_folder_free  (EasFolder *folder);
gboolean   eas_folder_equal (const EasFolder *a, const EasFolder *b);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasFolder, eas_folder_free)

/* What we tell the server about ourselves. [MS-ASCMD] 2.2.3.45 DeviceInformation. */
typedef struct {
	char *id;            /* DeviceId: 1 to 32 letters and digits, constant */
	char *type;          /* DeviceType */
	char *model;
	char *friendly_name;
	char *os;
	char *os_language;
	char *user_agent;
} EasDevice;

EasDevice *eas_device_new  (const char *id); /* the project's defaults for all else */
EasDevice *eas_device_copy (const EasDevice *device);
void       eas_device_free (EasDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EasDevice, eas_device_free)
/* From the machine id and the account's uid: stable here, different on a cloned home directory's other machine. */
char      *eas_device_make_id (const char *machine_id, const char *account_uid);

typedef enum {
	EAS_BODY_PLAIN = 1,
	EAS_BODY_HTML = 2,
	EAS_BODY_RTF = 3,
	EAS_BODY_MIME = 4
} EasBodyType;

/* [MS-ASAIRS] 2.2.2.12 BodyPreference. */
typedef struct {
	EasBodyType type;
	gint64 truncation_size; /* bytes; -1: not sent, whole bodies */
	gboolean all_or_none;
	guint preview;          /* characters, since 14.0; 0: not sent */
} EasBodyPreference;

G_END_DECLS
