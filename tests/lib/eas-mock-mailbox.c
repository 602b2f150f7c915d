/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the test server stores: folders and items. */

#include "eas-mock-mailbox.h"

#include "eas-mock-device.h"

/* [MS-ASCMD] 2.2.3.186.3 Type (FolderSync). */
static const struct {
	guint type;
	EasClass klass;
} folder_classes[] = {
	{ EAS_FOLDER_GENERIC, EAS_CLASS_EMAIL },
	{ EAS_FOLDER_INBOX, EAS_CLASS_EMAIL },
	{ EAS_FOLDER_DRAFTS, EAS_CLASS_EMAIL },
	{ EAS_FOLDER_DELETED, EAS_CLASS_EMAIL },
	{ EAS_FOLDER_SENT, EAS_CLASS_EMAIL },
	{ EAS_FOLDER_OUTBOX, EAS_CLASS_EMAIL },
	{ EAS_FOLDER_TASKS, EAS_CLASS_TASKS },
	{ EAS_FOLDER_CALENDAR, EAS_CLASS_CALENDAR },
	{ EAS_FOLDER_CONTACTS, EAS_CLASS_CONTACTS },
	{ EAS_FOLDER_NOTES, EAS_CLASS_NOTES },
	{ EAS_FOLDER_USER_MAIL, EAS_CLASS_EMAIL },
	{ EAS_FOLDER_USER_CALENDAR, EAS_CLASS_CALENDAR },
	{ EAS_FOLDER_USER_CONTACTS, EAS_CLASS_CONTACTS },
	{ EAS_FOLDER_USER_TASKS, EAS_CLASS_TASKS },
	{ EAS_FOLDER_USER_NOTES, EAS_CLASS_NOTES },
	{ EAS_FOLDER_RECIPIENT_CACHE, EAS_CLASS_CONTACTS },
};

static const struct {
	const char *name;
	guint type;
} default_folders[] = {
	{ "Inbox", EAS_FOLDER_INBOX },           { "Drafts", EAS_FOLDER_DRAFTS },
	{ "Deleted Items", EAS_FOLDER_DELETED }, { "Sent Items", EAS_FOLDER_SENT },
	{ "Outbox", EAS_FOLDER_OUTBOX },         { "Calendar", EAS_FOLDER_CALENDAR },
	{ "Contacts", EAS_FOLDER_CONTACTS },     { "Tasks", EAS_FOLDER_TASKS },
	{ "Notes", EAS_FOLDER_NOTES },
};

EasClass
eas_mock_class_of_type (guint folder_type)
{
	for (guint i = 0; i < G_N_ELEMENTS (folder_classes); i++) {
		if (folder_classes[i].type == folder_type)
			return folder_classes[i].klass;
	}

	return EAS_CLASS_NONE;
}

const char *
eas_mock_class_name (EasClass klass)
{
	static const char *const names[] = {
		NULL, "Email", "Calendar", "Contacts", "Tasks", "Notes"
	};

	return klass < G_N_ELEMENTS (names) ? names[klass] : NULL;
}

static void
item_free (gpointer data)
{
	EasMockItem *item = data;

	g_free (item->id);
	g_free (item->origin);
	eas_item_unref (item->data);
	g_free (item);
}

static void
folder_free (gpointer data)
{
	EasMockFolder *folder = data;

	g_free (folder->id);
	g_free (folder->parent_id);
	g_free (folder->name);
	g_hash_table_unref (folder->index);
	g_ptr_array_unref (folder->items);
	g_free (folder);
}

static void
announce (EasMockMailbox *mailbox, EasMockFolder *folder)
{
	if (mailbox->changed != NULL)
		mailbox->changed (mailbox, folder, mailbox->changed_data);
}

static EasMockItem *
make_notice (const char *address)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasMockItem *notice = g_new0 (EasMockItem, 1);

	eas_item_builder_text (builder, EAS_EMAIL_TO, address);
	eas_item_builder_text (builder, EAS_EMAIL_FROM, "\"Administrator\" <admin@example.test>");
	eas_item_builder_text (builder, EAS_EMAIL_SUBJECT,
			       "Your mobile phone is temporarily blocked from synchronizing");
	eas_item_builder_time (builder, EAS_EMAIL_DATE_RECEIVED,
			       g_get_real_time () / G_USEC_PER_SEC);
	eas_item_builder_flag (builder, EAS_EMAIL_READ, FALSE);
	eas_item_builder_text (builder, EAS_EMAIL_MESSAGE_CLASS, "IPM.Note");
	notice->id = g_strdup ("notice");
	notice->revision = 1;
	notice->data = eas_item_builder_finish (builder);

	return notice;
}

EasMockMailbox *
eas_mock_mailbox_new (const char *user, const char *password)
{
	EasMockMailbox *mailbox = g_new0 (EasMockMailbox, 1);

	mailbox->user = g_strdup (user);
	mailbox->password = g_strdup (password);
	mailbox->address =
		strchr (user, '@') ? g_strdup (user) : g_strconcat (user, "@example.test", NULL);
	mailbox->folders = g_ptr_array_new_with_free_func (folder_free);
	mailbox->blobs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
						(GDestroyNotify) g_bytes_unref);
	mailbox->devices =
		g_hash_table_new_full (g_str_hash, g_str_equal, NULL, eas_mock_device_free);

	mailbox->notice = make_notice (mailbox->address);
	for (guint i = 0; i < G_N_ELEMENTS (default_folders); i++)
		eas_mock_mailbox_add_folder (mailbox, "0", default_folders[i].name,
					     default_folders[i].type);

	return mailbox;
}

void
eas_mock_mailbox_free (EasMockMailbox *mailbox)
{
	if (mailbox == NULL)
		return;

	g_free (mailbox->user);
	g_free (mailbox->password);
	g_free (mailbox->address);
	g_ptr_array_unref (mailbox->folders);
	g_hash_table_unref (mailbox->blobs);
	item_free (mailbox->notice);
	g_hash_table_unref (mailbox->devices);
	g_free (mailbox);
}

void
eas_mock_mailbox_set_changed (EasMockMailbox *mailbox, EasMockChanged changed, gpointer user_data)
{
	mailbox->changed = changed;
	mailbox->changed_data = user_data;
}

EasMockFolder *
eas_mock_mailbox_add_folder (EasMockMailbox *mailbox,
			     const char *parent_id,
			     const char *name,
			     guint type)
{
	EasMockFolder *folder = g_new0 (EasMockFolder, 1);

	folder->id = type == EAS_FOLDER_RECIPIENT_CACHE
			     ? g_strdup ("RI")
			     : g_strdup_printf ("%u", ++mailbox->last_folder);
	folder->parent_id = g_strdup (parent_id != NULL ? parent_id : "0");
	folder->name = g_strdup (name);
	folder->type = type;
	folder->klass = eas_mock_class_of_type (type);
	folder->revision = ++mailbox->sequence;
	folder->items = g_ptr_array_new_with_free_func (item_free);
	folder->index = g_hash_table_new (g_str_hash, g_str_equal);
	g_ptr_array_add (mailbox->folders, folder);
	announce (mailbox, /* folder */ NULL);

	return folder;
}

EasMockFolder *
eas_mock_mailbox_get_folder (EasMockMailbox *mailbox, const char *id)
{
	for (guint i = 0; i < mailbox->folders->len; i++) {
		EasMockFolder *folder = mailbox->folders->pdata[i];

		if (g_strcmp0 (folder->id, id) == 0)
			return folder;
	}

	return NULL;
}

EasMockFolder *
eas_mock_mailbox_find_folder (EasMockMailbox *mailbox, const char *id_or_name)
{
	EasMockFolder *folder = eas_mock_mailbox_get_folder (mailbox, id_or_name);

	for (guint i = 0; i < mailbox->folders->len && folder == NULL && id_or_name != NULL; i++) {
		EasMockFolder *candidate = mailbox->folders->pdata[i];

		if (g_ascii_strcasecmp (candidate->name, id_or_name) == 0)
			folder = candidate;
	}

	return folder;
}

EasMockFolder *
eas_mock_mailbox_child_named (EasMockMailbox *mailbox, const char *parent_id, const char *name)
{
	for (guint i = 0; i < mailbox->folders->len; i++) {
		EasMockFolder *folder = mailbox->folders->pdata[i];

		if (g_str_equal (folder->parent_id, parent_id) && g_str_equal (folder->name, name))
			return folder;
	}

	return NULL;
}

EasMockFolder *
eas_mock_mailbox_default (EasMockMailbox *mailbox, guint type)
{
	for (guint i = 0; i < mailbox->folders->len; i++) {
		EasMockFolder *folder = mailbox->folders->pdata[i];

		if (folder->type == type)
			return folder;
	}

	return NULL;
}

void
eas_mock_mailbox_rename_folder (EasMockMailbox *mailbox,
				EasMockFolder *folder,
				const char *parent_id,
				const char *name)
{
	char *new_parent = g_strdup (parent_id);
	char *new_name = g_strdup (name);

	g_free (folder->parent_id);
	g_free (folder->name);
	folder->parent_id = new_parent;
	folder->name = new_name;
	folder->revision = ++mailbox->sequence;
	announce (mailbox, /* folder */ NULL);
}

void
eas_mock_mailbox_remove_folder (EasMockMailbox *mailbox, EasMockFolder *folder)
{
	g_autofree char *id = g_strdup (folder->id);
	guint i = 0;

	g_ptr_array_remove (mailbox->folders, folder);
	while (i < mailbox->folders->len) {
		EasMockFolder *child = mailbox->folders->pdata[i];

		if (g_str_equal (child->parent_id, id)) {
			eas_mock_mailbox_remove_folder (mailbox, child);
			i = 0;
		} else {
			i++;
		}
	}
	mailbox->sequence++;
	announce (mailbox, /* folder */ NULL);
}

/* The last item gets the first number: where ids return, they return as other items'. */
static void
renumber_items (EasMockFolder *folder, gboolean rotate)
{
	if (!rotate)
		folder->last_item += folder->items->len;
	g_hash_table_remove_all (folder->index);
	for (guint i = 0; i < folder->items->len; i++) {
		EasMockItem *item = folder->items->pdata[i];

		g_free (item->id);
		item->id =
			g_strdup_printf ("%s:%u", folder->id,
					 rotate ? folder->items->len - i : folder->last_item - i);
		g_hash_table_insert (folder->index, item->id, item);
	}
	folder->last_item = MAX (folder->last_item, folder->items->len);
}

void
eas_mock_mailbox_renumber (EasMockMailbox *mailbox, gboolean rotate)
{
	g_autoptr (GHashTable) ids =
		g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
	guint n = mailbox->folders->len;
	GHashTableIter iter;
	gpointer device;

	for (guint i = 0; i < n; i++) {
		EasMockFolder *folder = mailbox->folders->pdata[i];
		EasMockFolder *next = mailbox->folders->pdata[(i + 1) % n];

		g_hash_table_insert (ids, g_strdup (folder->id),
				     rotate ? g_strdup (next->id)
					    : g_strdup_printf ("%u", ++mailbox->last_folder));
	}
	for (guint i = 0; i < n; i++) {
		EasMockFolder *folder = mailbox->folders->pdata[i];
		const char *parent = g_hash_table_lookup (ids, folder->parent_id);
		char *id = g_strdup (g_hash_table_lookup (ids, folder->id));

		if (parent != NULL) {
			g_free (folder->parent_id);
			folder->parent_id = g_strdup (parent);
		}
		g_free (folder->id);
		folder->id = id;
		folder->revision = ++mailbox->sequence;
		renumber_items (folder, rotate);
	}

	g_hash_table_iter_init (&iter, mailbox->devices);
	while (g_hash_table_iter_next (&iter, NULL, &device)) {
		eas_mock_device_forget (device);
		g_hash_table_remove_all (((EasMockDevice *) device)->collections);
	}
	announce (mailbox, /* folder */ NULL);
}

EasMockItem *
eas_mock_mailbox_add_item (EasMockMailbox *mailbox,
			   EasMockFolder *folder,
			   EasItem *data,
			   const char *origin)
{
	EasMockItem *item = g_new0 (EasMockItem, 1);

	item->id = g_strdup_printf ("%s:%u", folder->id, ++folder->last_item);
	item->data = eas_item_copy (data);
	item->origin = g_strdup (origin);
	item->revision = ++mailbox->sequence;
	g_ptr_array_add (folder->items, item);
	g_hash_table_insert (folder->index, item->id, item);
	announce (mailbox, folder);

	return item;
}

EasMockItem *
eas_mock_folder_get_item (EasMockFolder *folder, const char *id)
{
	return id != NULL ? g_hash_table_lookup (folder->index, id) : NULL;
}

void
eas_mock_mailbox_change_item (EasMockMailbox *mailbox,
			      EasMockFolder *folder,
			      EasMockItem *item,
			      EasItem *data,
			      const char *origin)
{
	EasItem *copy = eas_item_copy (data);

	eas_item_unref (item->data);
	item->data = copy;
	g_free (item->origin);
	item->origin = g_strdup (origin);
	item->revision = ++mailbox->sequence;
	announce (mailbox, folder);
}

void
eas_mock_mailbox_remove_item (EasMockMailbox *mailbox, EasMockFolder *folder, EasMockItem *item)
{
	g_hash_table_remove (folder->index, item->id);
	g_ptr_array_remove (folder->items, item);
	mailbox->sequence++;
	announce (mailbox, folder);
}

const char *
eas_mock_mailbox_add_blob (EasMockMailbox *mailbox, GBytes *bytes)
{
	char *reference = g_strdup_printf ("att%%3a%u", ++mailbox->last_blob);

	g_hash_table_insert (mailbox->blobs, reference, g_bytes_ref (bytes));
	return reference;
}
