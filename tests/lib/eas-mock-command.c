/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table of commands, and helpers over request trees. */

#include "eas-mock-command.h"

#define NOW 999

/* Codes: [MS-ASHTTP] 2.2.1.1.1.1.2 Command Codes. */
/* clang-format off */
#define ROOT(page, root) EAS_##page##_##root, EAS_##page##_STATUS

static const EasMockCommand commands[] = {
	/* name                 code since until root and status                               body   policy handler */
	{ "Sync",              0,  25,  NOW, ROOT (AIRSYNC, SYNC),                         FALSE, TRUE,  eas_mock_sync            },
	{ "SendMail",          1,  25,  NOW, ROOT (COMPOSEMAIL, SEND_MAIL),                TRUE,  TRUE,  NULL                     },
	{ "SmartForward",      2,  25,  NOW, ROOT (COMPOSEMAIL, SMART_FORWARD),            TRUE,  TRUE,  NULL                     },
	{ "SmartReply",        3,  25,  NOW, ROOT (COMPOSEMAIL, SMART_REPLY),              TRUE,  TRUE,  NULL                     },
	{ "GetAttachment",     4,  25,  121, EAS_TAG_NONE, EAS_TAG_NONE,                   FALSE, TRUE,  NULL                     },
	{ "FolderSync",        9,  25,  NOW, ROOT (FOLDERHIERARCHY, FOLDER_SYNC),          TRUE,  TRUE,  eas_mock_folder_sync     },
	{ "FolderCreate",      10, 25,  NOW, ROOT (FOLDERHIERARCHY, FOLDER_CREATE),        TRUE,  TRUE,  eas_mock_folder_create   },
	{ "FolderDelete",      11, 25,  NOW, ROOT (FOLDERHIERARCHY, FOLDER_DELETE),        TRUE,  TRUE,  eas_mock_folder_delete   },
	{ "FolderUpdate",      12, 25,  NOW, ROOT (FOLDERHIERARCHY, FOLDER_UPDATE),        TRUE,  TRUE,  eas_mock_folder_update   },
	{ "MoveItems",         13, 25,  NOW, ROOT (MOVE, MOVE_ITEMS),                      TRUE,  TRUE,  eas_mock_move_items      },
	{ "GetItemEstimate",   14, 25,  NOW, ROOT (GETITEMESTIMATE, GET_ITEM_ESTIMATE),    TRUE,  TRUE,  eas_mock_estimate        },
	{ "MeetingResponse",   15, 25,  NOW, ROOT (MEETINGRESPONSE, MEETING_RESPONSE),     TRUE,  TRUE,  NULL                     },
	{ "Search",            16, 25,  NOW, ROOT (SEARCH, SEARCH),                        TRUE,  TRUE,  NULL                     },
	{ "Settings",          17, 120, NOW, ROOT (SETTINGS, SETTINGS),                    TRUE,  TRUE,  eas_mock_settings        },
	{ "Ping",              18, 25,  NOW, ROOT (PING, PING),                            FALSE, FALSE, eas_mock_ping            },
	{ "ItemOperations",    19, 120, NOW, ROOT (ITEMOPERATIONS, ITEM_OPERATIONS),       TRUE,  TRUE,  eas_mock_item_operations },
	{ "Provision",         20, 120, NOW, ROOT (PROVISION, PROVISION),                  TRUE,  FALSE, eas_mock_provision       },
	{ "ResolveRecipients", 21, 25,  NOW, ROOT (RESOLVERECIPIENTS, RESOLVE_RECIPIENTS), TRUE,  TRUE,  NULL                     },
	{ "ValidateCert",      22, 25,  NOW, ROOT (VALIDATECERT, VALIDATE_CERT),           TRUE,  TRUE,  NULL                     },
	{ "Find",              23, 161, NOW, ROOT (FIND, FIND),                            TRUE,  TRUE,  NULL                     },
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
			g_string_append_printf (list, "%s%s", list->len > 0 ? "," : "",
						commands[i].name);
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

	if (!eas_item_int (item, eas_item_child (item, parent, tag), &value) || value < 0 ||
	    value > G_MAXUINT)
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

	EAS_MOCK_EACH (slot, item, parent, EAS_TAG_NONE) {
		eas_item_builder_copy (builder, item, slot);
	}
}

EasItem *
eas_mock_nothing (void)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	return eas_item_builder_finish (builder);
}

EasItem *
eas_mock_subtree (const EasItem *item, EasItemSlot parent)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	eas_mock_copy_children (builder, item, parent);
	return eas_item_builder_finish (builder);
}
