/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Classes, folders and the device: values, no behaviour. */

#include "eas-types.h"

#include <string.h>

#define DEVICE_ID_LENGTH 32

/* One row a class: its name on the wire and the first version that synchronises it. */
typedef struct {
	EasClass klass;
	const char *name;
	EasVersion since;
} ClassRow;

/* clang-format off */
static const ClassRow class_rows[] = {
	{ EAS_CLASS_EMAIL,    "Email",    EAS_VERSION_12_0 },
	{ EAS_CLASS_CALENDAR, "Calendar", EAS_VERSION_12_0 },
	{ EAS_CLASS_CONTACTS, "Contacts", EAS_VERSION_12_0 },
	{ EAS_CLASS_TASKS,    "Tasks",    EAS_VERSION_12_0 },
	{ EAS_CLASS_NOTES,    "Notes",    EAS_VERSION_14_0 },
};

/*
 * Journals are never synchronised. A generic folder may be of any class: nothing
 * tells which, so it is none until the person says so.
 */
static const EasClass folder_classes[] = {
	[EAS_FOLDER_GENERIC]         = EAS_CLASS_NONE,
	[EAS_FOLDER_INBOX]           = EAS_CLASS_EMAIL,
	[EAS_FOLDER_DRAFTS]          = EAS_CLASS_EMAIL,
	[EAS_FOLDER_DELETED]         = EAS_CLASS_EMAIL,
	[EAS_FOLDER_SENT]            = EAS_CLASS_EMAIL,
	[EAS_FOLDER_OUTBOX]          = EAS_CLASS_EMAIL,
	[EAS_FOLDER_TASKS]           = EAS_CLASS_TASKS,
	[EAS_FOLDER_CALENDAR]        = EAS_CLASS_CALENDAR,
	[EAS_FOLDER_CONTACTS]        = EAS_CLASS_CONTACTS,
	[EAS_FOLDER_NOTES]           = EAS_CLASS_NOTES,
	[EAS_FOLDER_JOURNAL]         = EAS_CLASS_NONE,
	[EAS_FOLDER_USER_MAIL]       = EAS_CLASS_EMAIL,
	[EAS_FOLDER_USER_CALENDAR]   = EAS_CLASS_CALENDAR,
	[EAS_FOLDER_USER_CONTACTS]   = EAS_CLASS_CONTACTS,
	[EAS_FOLDER_USER_TASKS]      = EAS_CLASS_TASKS,
	[EAS_FOLDER_USER_JOURNAL]    = EAS_CLASS_NONE,
	[EAS_FOLDER_USER_NOTES]      = EAS_CLASS_NOTES,
	[EAS_FOLDER_UNKNOWN]         = EAS_CLASS_NONE,
	[EAS_FOLDER_RECIPIENT_CACHE] = EAS_CLASS_CONTACTS,
};
/* clang-format on */

static const ClassRow *
find_class (EasClass klass)
{
	for (gsize i = 0; i < G_N_ELEMENTS (class_rows); i++) {
		if (class_rows[i].klass == klass)
			return &class_rows[i];
	}

	return NULL;
}

const char *
eas_class_to_string (EasClass klass)
{
	const ClassRow *row = find_class (klass);

	return row != NULL ? row->name : NULL;
}

EasClass
eas_class_from_string (const char *text)
{
	for (gsize i = 0; i < G_N_ELEMENTS (class_rows); i++) {
		if (g_strcmp0 (class_rows[i].name, text) == 0)
			return class_rows[i].klass;
	}

	return EAS_CLASS_NONE;
}

EasClass
eas_class_of_folder (guint folder_type)
{
	return folder_type < G_N_ELEMENTS (folder_classes) ? folder_classes[folder_type]
							   : EAS_CLASS_NONE;
}

gboolean
eas_class_syncs_in (EasClass klass, EasVersion version)
{
	const ClassRow *row = find_class (klass);

	return row != NULL && version >= row->since;
}

gboolean
eas_folder_type_is_default (guint folder_type)
{
	return folder_type >= EAS_FOLDER_INBOX && folder_type <= EAS_FOLDER_JOURNAL;
}

EasFolder *
eas_folder_new (const char *id, const char *parent_id, const char *name, guint type)
{
	EasFolder *folder = g_new0 (EasFolder, 1);

	folder->id = g_strdup (id);
	folder->parent_id = g_strdup (parent_id);
	folder->name = g_strdup (name);
	folder->type = type;

	return folder;
}

EasFolder *
eas_folder_copy (const EasFolder *folder)
{
	g_return_val_if_fail (folder != NULL, NULL);

	return eas_folder_new (folder->id, folder->parent_id, folder->name, folder->type);
}

void
eas_folder_free (EasFolder *folder)
{
	if (folder == NULL)
		return;

	g_free (folder->id);
	g_free (folder->parent_id);
	g_free (folder->name);
	g_free (folder);
}

gboolean
eas_folder_equal (const EasFolder *a, const EasFolder *b)
{
	g_return_val_if_fail (a != NULL && b != NULL, FALSE);

	return a->type == b->type && g_strcmp0 (a->id, b->id) == 0 &&
	       g_strcmp0 (a->parent_id, b->parent_id) == 0 && g_strcmp0 (a->name, b->name) == 0;
}

/**
 * eas_device_new:
 * @id: the DeviceId, see eas_device_make_id()
 *
 * The friendly name carries the host's: people find a device by it when they
 * clean up the list of their devices. The user agent names us, has no word of
 * a browser in it and does not change while we run: Exchange Online gives no
 * protocol headers to an unknown agent, others refuse "Mozilla" (pitfall 47),
 * and a device that changes it often is blocked.
 *
 * Source: [MS-ASCMD] DeviceInformation, [MS-ASHTTP] User-Agent.
 *
 * Returns: (transfer full): the project's description of this computer
 */
EasDevice *
eas_device_new (const char *id)
{
	EasDevice *device = g_new0 (EasDevice, 1);

	device->id = g_strdup (id);
	device->type = g_strdup ("EvolutionEAS");
	device->model = g_strdup ("Evolution");
	device->friendly_name = g_strdup_printf ("Evolution on %s", g_get_host_name ());
	device->os = g_strdup ("Linux");
	device->os_language = g_strdup ("en-us");
	/* SOGo answers 501 to every POST of a client with "Evolution", so written, in its name. */
	device->user_agent = g_strdup ("evolution-eas/" EAS_PROJECT_VERSION " (Linux)");

	return device;
}

EasDevice *
eas_device_copy (const EasDevice *device)
{
	EasDevice *copy;

	g_return_val_if_fail (device != NULL, NULL);

	copy = g_new0 (EasDevice, 1);
	copy->id = g_strdup (device->id);
	copy->type = g_strdup (device->type);
	copy->model = g_strdup (device->model);
	copy->friendly_name = g_strdup (device->friendly_name);
	copy->os = g_strdup (device->os);
	copy->os_language = g_strdup (device->os_language);
	copy->user_agent = g_strdup (device->user_agent);

	return copy;
}

void
eas_device_free (EasDevice *device)
{
	if (device == NULL)
		return;

	g_free (device->id);
	g_free (device->type);
	g_free (device->model);
	g_free (device->friendly_name);
	g_free (device->os);
	g_free (device->os_language);
	g_free (device->user_agent);
	g_free (device);
}

/**
 * eas_device_make_id:
 * @machine_id: what /etc/machine-id holds
 * @account_uid: the uid of the account's source
 *
 * Two machines with one DeviceId invalidate each other's state, so a cloned home
 * directory must give another id elsewhere (pitfall 3). The machine id is
 * confidential by machine-id(5): it goes in as the key of a keyed hash.
 * Lower case, because Z-Push folds the case of what it is told.
 *
 * Returns: (transfer full): 32 letters and digits, the same on each call
 */
char *
eas_device_make_id (const char *machine_id, const char *account_uid)
{
	g_autofree char *message = NULL;
	char *id;

	g_return_val_if_fail (machine_id != NULL && account_uid != NULL, NULL);

	message = g_strconcat ("evolution-eas:", account_uid, NULL);
	id = g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *) machine_id,
					strlen (machine_id), message, -1);
	id[DEVICE_ID_LENGTH] = '\0';

	return id;
}
