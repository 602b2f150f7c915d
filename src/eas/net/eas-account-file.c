/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A key file: readable when somebody has to look. The last group holds a checksum
 * of all before it: a file cut in the middle is still a key file, but its folders
 * would no longer be those of its hierarchy key.
 */

#include <string.h>

#include "eas-account-file.h"

#define FORMAT      1
#define GROUP       "account"
#define CHECK_GROUP "\n[check]\nsum="
#define MAX_FOLDERS 10000

typedef enum {
	FIELD_STRING,
	FIELD_UINT,
	FIELD_INT,
	FIELD_INT64,
	FIELD_UINT64,
	FIELD_BOOLEAN
} FieldType;

/* clang-format off */
static const struct {
	const char *name;
	FieldType type;
	gsize offset;
} fields[] = {
#define FIELD(member, type) { #member, FIELD_##type, G_STRUCT_OFFSET (EasAccountData, member) }
	FIELD (generation,         UINT64),
	FIELD (url,                STRING),
	FIELD (commands,           STRING),
	FIELD (options_time,       INT64),
	FIELD (policy_key,         UINT),
	FIELD (provisioned,        BOOLEAN),
	FIELD (policy_hash,        STRING),
	FIELD (provision_time,     INT64),
	FIELD (provision_hold,     INT64),
	FIELD (calendar_age_limit, INT),
	FIELD (mail_age_limit,     INT),
	FIELD (no_attachments,     BOOLEAN),
	FIELD (max_attachment_size, INT64),
	FIELD (hierarchy_key,      STRING),
	FIELD (folders_generation, UINT64),
	FIELD (throttle_until,     INT64),
	FIELD (throttle_delay,     UINT),
	FIELD (wiped,              BOOLEAN),
	FIELD (anchor_mailbox,     STRING),
	FIELD (cookies,            STRING),
	FIELD (last_error,         STRING),
	FIELD (password_expires,   INT64),
	FIELD (password_url,       STRING),
	FIELD (heartbeats,         STRING),
	FIELD (max_ping_folders,   UINT),
#undef FIELD
};
/* clang-format on */

#define MEMBER(type, data, index) G_STRUCT_MEMBER (type, data, fields[index].offset)

/* --- Writing --- */

static void
write_field (GKeyFile *file, const EasAccountData *data, guint index)
{
	const char *name = fields[index].name;

	switch (fields[index].type) {
	case FIELD_STRING:
		if (MEMBER (char *, data, index) != NULL)
			g_key_file_set_string (file, GROUP, name, MEMBER (char *, data, index));
		break;
	case FIELD_UINT:
		g_key_file_set_uint64 (file, GROUP, name, MEMBER (guint, data, index));
		break;
	case FIELD_INT:
		g_key_file_set_int64 (file, GROUP, name, MEMBER (gint, data, index));
		break;
	case FIELD_INT64:
		g_key_file_set_int64 (file, GROUP, name, MEMBER (gint64, data, index));
		break;
	case FIELD_UINT64:
		g_key_file_set_uint64 (file, GROUP, name, MEMBER (guint64, data, index));
		break;
	case FIELD_BOOLEAN:
		g_key_file_set_boolean (file, GROUP, name, MEMBER (gboolean, data, index));
		break;
	}
}

static void
write_folder (GKeyFile *file, const EasFolder *folder, guint index)
{
	g_autofree char *group = g_strdup_printf ("folder %u", index);

	g_key_file_set_string (file, group, "id", folder->id);
	g_key_file_set_string (file, group, "parent",
			       folder->parent_id != NULL ? folder->parent_id : "0");
	g_key_file_set_string (file, group, "name", folder->name != NULL ? folder->name : "");
	g_key_file_set_uint64 (file, group, "type", folder->type);
}

static char *
sum_of (const char *text, gsize size)
{
	return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) text, size);
}

char *
eas_account_file_write (const EasAccountData *data)
{
	g_autoptr (GKeyFile) file = g_key_file_new ();
	g_autofree char *text = NULL;
	g_autofree char *sum = NULL;
	const char *version = eas_version_to_string (data->version);

	g_key_file_set_integer (file, GROUP, "format", FORMAT);
	if (version != NULL)
		g_key_file_set_string (file, GROUP, "version", version);
	g_key_file_set_integer (file, GROUP, "access", data->access);
	for (guint ii = 0; ii < G_N_ELEMENTS (fields); ii++)
		write_field (file, data, ii);
	if (data->folders != NULL) {
		g_key_file_set_integer (file, GROUP, "folders", data->folders->len);
		for (guint ii = 0; ii < data->folders->len; ii++)
			write_folder (file, g_ptr_array_index (data->folders, ii), ii);
	}
	text = g_key_file_to_data (file, NULL, NULL);
	sum = sum_of (text, strlen (text));

	return g_strconcat (text, CHECK_GROUP, sum, "\n", NULL);
}

/* --- Reading --- */

static void
read_field (GKeyFile *file, EasAccountData *data, guint index)
{
	const char *name = fields[index].name;

	switch (fields[index].type) {
	case FIELD_STRING:
		g_free (MEMBER (char *, data, index));
		MEMBER (char *, data, index) = g_key_file_get_string (file, GROUP, name, NULL);
		break;
	case FIELD_UINT:
		MEMBER (guint, data, index) =
			MIN (g_key_file_get_uint64 (file, GROUP, name, NULL), G_MAXUINT);
		break;
	case FIELD_INT:
		MEMBER (gint, data, index) =
			CLAMP (g_key_file_get_int64 (file, GROUP, name, NULL), 0, G_MAXINT);
		break;
	case FIELD_INT64:
		MEMBER (gint64, data, index) =
			MAX (g_key_file_get_int64 (file, GROUP, name, NULL), 0);
		break;
	case FIELD_UINT64:
		MEMBER (guint64, data, index) = g_key_file_get_uint64 (file, GROUP, name, NULL);
		break;
	case FIELD_BOOLEAN:
		MEMBER (gboolean, data, index) = g_key_file_get_boolean (file, GROUP, name, NULL);
		break;
	}
}

static EasFolder *
read_folder (GKeyFile *file, guint index)
{
	g_autofree char *group = g_strdup_printf ("folder %u", index);
	g_autofree char *id = g_key_file_get_string (file, group, "id", NULL);
	g_autofree char *parent = g_key_file_get_string (file, group, "parent", NULL);
	g_autofree char *name = g_key_file_get_string (file, group, "name", NULL);
	guint64 type = g_key_file_get_uint64 (file, group, "type", NULL);

	if (id == NULL || *id == '\0' || parent == NULL || name == NULL || type > G_MAXUINT)
		return NULL;

	return eas_folder_new (id, parent, name, type);
}

static gboolean
read_folders (GKeyFile *file, EasAccountData *data)
{
	int count = g_key_file_get_integer (file, GROUP, "folders", NULL);

	if (!g_key_file_has_key (file, GROUP, "folders", NULL))
		return TRUE;
	if (count < 0 || count > MAX_FOLDERS)
		return FALSE;
	data->folders = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_folder_free);
	for (int ii = 0; ii < count; ii++) {
		EasFolder *folder = read_folder (file, ii);

		if (folder == NULL)
			return FALSE;
		g_ptr_array_add (data->folders, folder);
	}

	return TRUE;
}

static gboolean
read_account (GKeyFile *file, EasAccountData *data)
{
	g_autofree char *version = NULL;

	if (g_key_file_get_integer (file, GROUP, "format", NULL) != FORMAT)
		return FALSE;
	version = g_key_file_get_string (file, GROUP, "version", NULL);
	if (version != NULL)
		data->version = eas_version_from_string (version);
	data->access = CLAMP (g_key_file_get_integer (file, GROUP, "access", NULL),
			      EAS_ACCESS_UNKNOWN, EAS_ACCESS_BLOCKED);
	for (guint ii = 0; ii < G_N_ELEMENTS (fields); ii++)
		read_field (file, data, ii);

	return data->hierarchy_key != NULL && *data->hierarchy_key != '\0' &&
	       read_folders (file, data);
}

gboolean
eas_account_file_parse (const char *text, gsize size, EasAccountData *data)
{
	g_autoptr (GKeyFile) file = g_key_file_new ();
	g_autoptr (EasAccountData) fresh = eas_account_data_new ();

	if (size == 0 || !g_key_file_load_from_data (file, text, size, G_KEY_FILE_NONE, NULL) ||
	    !read_account (file, fresh))
		return FALSE;
	eas_account_data_take_state (data, fresh);

	return TRUE;
}

gboolean
eas_account_file_read (const char *text, gsize size, EasAccountData *data)
{
	const char *check = size > 0 ? g_strrstr_len (text, size, CHECK_GROUP) : NULL;
	g_autofree char *sum = NULL;
	g_autofree char *expected = NULL;

	if (check == NULL)
		return FALSE;
	expected = g_strndup (check + strlen (CHECK_GROUP),
			      size - (check - text) - strlen (CHECK_GROUP));
	sum = sum_of (text, check - text);
	if (strcmp (g_strchomp (expected), sum) != 0)
		return FALSE;

	return eas_account_file_parse (text, check - text, data);
}
