/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table of commands, and helpers over request trees. */

#include "eas-mock-command.h"

#define NOW 999

/* Codes: [MS-ASHTTP] 2.2.1.1.1.1.2 Command Codes. */
/* clang-format off */
static const EasMockCommand commands[] = {
	/* name               code since until root                                  status                     body   policy */
	{ "Sync",                0,  25,  NOW, EAS_AIRSYNC_SYNC,                      EAS_AIRSYNC_STATUS,         FALSE, TRUE,  eas_mock_sync            },
	{ "SendMail",            1,  25,  NOW, EAS_COMPOSEMAIL_SEND_MAIL,             EAS_COMPOSEMAIL_STATUS,     TRUE,  TRUE,  NULL                     },
	{ "SmartForward",        2,  25,  NOW, EAS_COMPOSEMAIL_SMART_FORWARD,         EAS_COMPOSEMAIL_STATUS,     TRUE,  TRUE,  NULL                     },
	{ "SmartReply",          3,  25,  NOW, EAS_COMPOSEMAIL_SMART_REPLY,           EAS_COMPOSEMAIL_STATUS,     TRUE,  TRUE,  NULL                     },
	{ "GetAttachment",       4,  25,  121, EAS_TAG_NONE,                          EAS_TAG_NONE,               FALSE, TRUE,  NULL                     },
	{ "FolderSync",          9,  25,  NOW, EAS_FOLDERHIERARCHY_FOLDER_SYNC,       EAS_FOLDERHIERARCHY_STATUS, TRUE,  TRUE,  eas_mock_folder_sync     },
	{ "FolderCreate",       10,  25,  NOW, EAS_FOLDERHIERARCHY_FOLDER_CREATE,     EAS_FOLDERHIERARCHY_STATUS, TRUE,  TRUE,  eas_mock_folder_create   },
	{ "FolderDelete",       11,  25,  NOW, EAS_FOLDERHIERARCHY_FOLDER_DELETE,     EAS_FOLDERHIERARCHY_STATUS, TRUE,  TRUE,  eas_mock_folder_delete   },
	{ "FolderUpdate",       12,  25,  NOW, EAS_FOLDERHIERARCHY_FOLDER_UPDATE,     EAS_FOLDERHIERARCHY_STATUS, TRUE,  TRUE,  eas_mock_folder_update   },
	{ "MoveItems",          13,  25,  NOW, EAS_MOVE_MOVE_ITEMS,                   EAS_MOVE_STATUS,            TRUE,  TRUE,  eas_mock_move_items      },
	{ "GetItemEstimate",    14,  25,  NOW, EAS_GETITEMESTIMATE_GET_ITEM_ESTIMATE, EAS_GETITEMESTIMATE_STATUS, TRUE,  TRUE,  eas_mock_estimate        },
	{ "MeetingResponse",    15,  25,  NOW, EAS_MEETINGRESPONSE_MEETING_RESPONSE,  EAS_MEETINGRESPONSE_STATUS, TRUE,  TRUE,  NULL                     },
	{ "Search",             16,  25,  NOW, EAS_SEARCH_SEARCH,                     EAS_SEARCH_STATUS,          TRUE,  TRUE,  NULL                     },
	{ "Settings",           17, 120,  NOW, EAS_SETTINGS_SETTINGS,                 EAS_SETTINGS_STATUS,        TRUE,  TRUE,  eas_mock_settings        },
	{ "Ping",               18,  25,  NOW, EAS_PING_PING,                         EAS_PING_STATUS,            FALSE, FALSE, eas_mock_ping            },
	{ "ItemOperations",     19, 120,  NOW, EAS_ITEMOPERATIONS_ITEM_OPERATIONS,    EAS_ITEMOPERATIONS_STATUS,  TRUE,  TRUE,  eas_mock_item_operations },
	{ "Provision",          20, 120,  NOW, EAS_PROVISION_PROVISION,               EAS_PROVISION_STATUS,       TRUE,  FALSE, eas_mock_provision       },
	{ "ResolveRecipients",  21,  25,  NOW, EAS_RESOLVERECIPIENTS_RESOLVE_RECIPIENTS, EAS_RESOLVERECIPIENTS_STATUS, TRUE, TRUE, NULL                   },
	{ "ValidateCert",       22,  25,  NOW, EAS_VALIDATECERT_VALIDATE_CERT,        EAS_VALIDATECERT_STATUS,    TRUE,  TRUE,  NULL                     },
	{ "Find",               23, 161,  NOW, EAS_FIND_FIND,                         EAS_FIND_STATUS,            TRUE,  TRUE,  NULL                     },
};
/* clang-format on */

const EasMockCommand *
eas_mock_command_by_name (const char *name)
{
	for (guint i = 0; i < G_N_ELEMENTS (commands); i++) {
		if (g_strcmp0 (commands[i].name, name) == 0)
			return &commands[i];
	}

	return NULL;
}

const EasMockCommand *
eas_mock_command_by_code (guint code)
{
	for (guint i = 0; i < G_N_ELEMENTS (commands); i++) {
		if (commands[i].code == code)
			return &commands[i];
	}

	return NULL;
}

char *
eas_mock_command_dup_list (void)
{
	g_autoptr (GString) list = g_string_new (NULL);

	for (guint i = 0; i < G_N_ELEMENTS (commands); i++) {
		if (commands[i].handle != NULL)
			g_string_append_printf (list, "%s%s", list->len > 0 ? "," : "", commands[i].name);
	}

	return g_string_free (g_steal_pointer (&list), FALSE);
}

const char *
eas_mock_text (const EasItem *item, EasItemSlot parent, EasTag tag)
{
	return eas_item_text (item, eas_item_child (item, parent, tag));
}

guint
eas_mock_uint (const EasItem *item, EasItemSlot parent, EasTag tag, guint otherwise)
{
	gint64 value;

	if (!eas_item_int (item, eas_item_child (item, parent, tag), &value) || value < 0 || value > G_MAXUINT)
		return otherwise;

	return value;
}

gboolean
eas_mock_flag (const EasItem *item, EasItemSlot parent, EasTag tag, gboolean otherwise)
{
	gboolean value;

	return eas_item_flag (item, eas_item_child (item, parent, tag), &value) ? value : otherwise;
}

void
eas_mock_copy_children (EasItemBuilder *builder, const EasItem *item, EasItemSlot parent)
{
	EasItemSlot slot;

	for (slot = eas_item_child (item, parent, EAS_TAG_NONE); slot != EAS_ITEM_NONE; slot = eas_item_sibling (item, slot, EAS_TAG_NONE))
		eas_item_builder_copy (builder, item, slot);
}

EasItem *
eas_mock_subtree (const EasItem *item, EasItemSlot parent)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	eas_mock_copy_children (builder, item, parent);
	return eas_item_builder_finish (g_steal_pointer (&builder));
}
