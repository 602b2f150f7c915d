/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The control interface: parameters in the query, items as XML in the body, JSON out. */

#include "eas-mock-control.h"

#include <string.h>

#include "eas-mock-command.h"
#include "eas-mock-dialect.h"
#include "eas-mock-faults.h"
#include "eas-mock-sample.h"
#include "eas-mock-sync-commands.h"
#include "eas-mock-xml.h"
#include "eas-wbxml-xml.h"

typedef struct {
	EasMockServer *server;
	EasMockMailbox *mailbox;
	GHashTable *query; /* may be NULL */
	char *body;
	GString *json;
	char *error; /* what the caller did wrong */
} Control;

/* --- JSON ---------------------------------------------------------------- */

static void
json_string (GString *json, const char *text)
{
	if (text == NULL) {
		g_string_append (json, "null");
		return;
	}
	g_string_append_c (json, '"');
	for (; *text != '\0'; text++) {
		guchar c = *text;

		if (c == '"' || c == '\\')
			g_string_append_printf (json, "\\%c", c);
		else if (c < 0x20)
			g_string_append_printf (json, "\\u%04x", c);
		else
			g_string_append_c (json, c);
	}
	g_string_append_c (json, '"');
}

static void
json_comma (GString *json)
{
	char last = json->len > 0 ? json->str[json->len - 1] : '{';

	if (last != '{' && last != '[' && last != ':')
		g_string_append (json, ",");
}

static void
json_field (GString *json, const char *name, const char *value)
{
	json_comma (json);
	json_string (json, name);
	g_string_append_c (json, ':');
	json_string (json, value);
}

static void
json_number (GString *json, const char *name, gint64 value)
{
	json_comma (json);
	json_string (json, name);
	g_string_append_printf (json, ":%" G_GINT64_FORMAT, value);
}

static void
json_open (GString *json, const char *name, char bracket)
{
	json_comma (json);
	if (name != NULL) {
		json_string (json, name);
		g_string_append_c (json, ':');
	}
	g_string_append_c (json, bracket);
}

/* --- Parameters ---------------------------------------------------------- */

static const char *
parameter (Control *control, const char *name)
{
	return control->query != NULL ? g_hash_table_lookup (control->query, name) : NULL;
}

static gint64
number_parameter (Control *control, const char *name, gint64 otherwise)
{
	const char *text = parameter (control, name);
	gint64 value;

	return text != NULL && g_ascii_string_to_signed (text, 10, G_MININT32, G_MAXINT32, &value,
							 NULL)
		       ? value
		       : otherwise;
}

static void G_GNUC_PRINTF (2, 3) complain (Control *control, const char *format, ...)
{
	va_list arguments;

	if (control->error != NULL)
		return;
	va_start (arguments, format);
	control->error = g_strdup_vprintf (format, arguments);
	va_end (arguments);
}

static EasMockFolder *
wanted_folder (Control *control)
{
	const char *name = parameter (control, "folder");
	EasMockFolder *folder = eas_mock_mailbox_find_folder (control->mailbox, name);

	if (folder == NULL)
		complain (control, "no folder \"%s\"", name != NULL ? name : "");

	return folder;
}

static EasMockItem *
wanted_item (Control *control, EasMockFolder **out_folder)
{
	const char *id = parameter (control, "id");

	for (guint i = 0; i < control->mailbox->folders->len; i++) {
		EasMockItem *item =
			eas_mock_folder_get_item (control->mailbox->folders->pdata[i], id);

		if (item != NULL) {
			*out_folder = control->mailbox->folders->pdata[i];
			return item;
		}
	}
	complain (control, "no item \"%s\"", id != NULL ? id : "");

	return NULL;
}

/* Simple fields of an event, for tests that need no more. */
static const struct {
	const char *name;
	EasTag tag;
} simple_fields[] = {
	{ "start", EAS_CALENDAR_START_TIME },      { "end", EAS_CALENDAR_END_TIME },
	{ "all-day", EAS_CALENDAR_ALL_DAY_EVENT }, { "uid", EAS_CALENDAR_UID },
	{ "timezone", EAS_CALENDAR_TIMEZONE },     { "reminder", EAS_CALENDAR_REMINDER },
};

static EasTag
subject_tag (EasClass klass)
{
	switch (klass) {
	case EAS_CLASS_CALENDAR:
		return EAS_CALENDAR_SUBJECT;
	case EAS_CLASS_TASKS:
		return EAS_TASKS_SUBJECT;
	case EAS_CLASS_NOTES:
		return EAS_NOTES_SUBJECT;
	case EAS_CLASS_CONTACTS:
		return EAS_CONTACTS_FILE_AS;
	default:
		return EAS_EMAIL_SUBJECT;
	}
}

static void
put_nested (EasItemBuilder *builder, EasTag outer, EasTag inner, const char *text)
{
	if (text == NULL)
		return;
	eas_item_builder_start (builder, outer);
	if (outer == EAS_AIRSYNCBASE_BODY)
		eas_item_builder_int (builder, EAS_AIRSYNCBASE_TYPE, EAS_BODY_PLAIN);
	eas_item_builder_text (builder, inner, text);
	eas_item_builder_end (builder);
}

static EasItem *
item_from_fields (Control *control, EasClass klass)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	eas_item_builder_text (builder, subject_tag (klass), parameter (control, "subject"));
	for (guint i = 0; i < G_N_ELEMENTS (simple_fields) && klass == EAS_CLASS_CALENDAR; i++)
		eas_item_builder_text (builder, simple_fields[i].tag,
				       parameter (control, simple_fields[i].name));
	if (klass == EAS_CLASS_CALENDAR)
		put_nested (builder, EAS_AIRSYNCBASE_LOCATION, EAS_AIRSYNCBASE_DISPLAY_NAME,
			    parameter (control, "location"));
	put_nested (builder, EAS_AIRSYNCBASE_BODY, EAS_AIRSYNCBASE_DATA,
		    parameter (control, "body"));

	return eas_item_builder_finish (builder);
}

/* The item a request describes, as it is stored; XML may be of any version. */
static EasItem *
wanted_data (Control *control, EasClass klass)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (EasItem) wire = NULL;

	if (control->body == NULL || *control->body == '\0')
		return item_from_fields (control, klass);
	wire = eas_mock_xml_to_item (control->body, &error);
	if (wire == NULL) {
		complain (control, "%s", error->message);
		return NULL;
	}

	return eas_mock_dialect_read (wire, klass,
				      eas_item_has (wire, EAS_AIRSYNCBASE_LOCATION) ? 161 : 141);
}

/* --- Items --------------------------------------------------------------- */

/* What every server gives an event that has none: a UID, its stamp, how busy it makes. */
static EasItem *
complete_data (const EasItem *data, EasClass klass, EasMockMailbox *mailbox)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autofree char *uid = g_strdup_printf ("witness-%" G_GUINT64_FORMAT "@example.test",
						mailbox->sequence + 1);

	eas_mock_copy_children (builder, data, EAS_ITEM_ROOT);
	if (klass == EAS_CLASS_CALENDAR) {
		if (!eas_item_has (data, EAS_CALENDAR_UID))
			eas_item_builder_text (builder, EAS_CALENDAR_UID, uid);
		if (!eas_item_has (data, EAS_CALENDAR_DT_STAMP))
			eas_item_builder_time (builder, EAS_CALENDAR_DT_STAMP,
					       g_get_real_time () / G_USEC_PER_SEC);
		if (!eas_item_has (data, EAS_CALENDAR_BUSY_STATUS))
			eas_item_builder_int (builder, EAS_CALENDAR_BUSY_STATUS, 2);
		if (!eas_item_has (data, EAS_CALENDAR_MEETING_STATUS))
			eas_item_builder_int (builder, EAS_CALENDAR_MEETING_STATUS, 0);
	}

	return eas_item_builder_finish (builder);
}

static void
control_add (Control *control)
{
	EasMockFolder *folder = wanted_folder (control);
	g_autoptr (EasItem) data = folder != NULL ? wanted_data (control, folder->klass) : NULL;
	g_autoptr (EasItem) settled = NULL;
	g_autoptr (EasItem) complete = NULL;

	if (data == NULL)
		return;
	settled = eas_mock_settle_attachments (control->mailbox, NULL, data);
	complete = complete_data (settled, folder->klass, control->mailbox);
	json_field (control->json, "id",
		    eas_mock_mailbox_add_item (control->mailbox, folder, complete, NULL)->id);
}

static void
control_change (Control *control)
{
	EasMockFolder *folder = NULL;
	EasMockItem *item = wanted_item (control, &folder);
	g_autoptr (EasItem) data = item != NULL ? wanted_data (control, folder->klass) : NULL;
	g_autoptr (EasItem) settled = NULL;
	g_autoptr (EasItem) changed = NULL;

	if (data == NULL)
		return;
	settled = eas_mock_settle_attachments (control->mailbox, item->data, data);
	changed = number_parameter (control, "replace", 0) ? eas_item_ref (settled)
							   : eas_item_overlay (item->data, settled);
	eas_mock_mailbox_change_item (control->mailbox, folder, item, changed, NULL);
	json_field (control->json, "id", item->id);
}

static void
control_delete (Control *control)
{
	EasMockFolder *folder = NULL;
	EasMockItem *item = wanted_item (control, &folder);

	if (item == NULL)
		return;
	json_field (control->json, "id", item->id);
	eas_mock_mailbox_remove_item (control->mailbox, folder, item);
}

static void
json_items (GString *json, const EasMockFolder *folder)
{
	json_open (json, "items", '[');
	for (guint i = 0; i < folder->items->len; i++) {
		EasMockItem *item = folder->items->pdata[i];
		g_autofree char *xml = eas_mock_xml_from_item (item->data);

		json_open (json, NULL, '{');
		json_field (json, "id", item->id);
		json_field (json, "subject",
			    eas_item_get_text (item->data, subject_tag (folder->klass)));
		json_number (json, "revision", item->revision);
		json_field (json, "origin", item->origin);
		json_field (json, "xml", xml);
		g_string_append_c (json, '}');
	}
	g_string_append_c (json, ']');
}

static void
control_items (Control *control)
{
	EasMockFolder *folder = wanted_folder (control);

	if (folder != NULL)
		json_items (control->json, folder);
}

/* As a fault of the server, or of its administrator: all is gone, and every device is told. */
static void
control_clear (Control *control)
{
	EasMockFolder *folder = wanted_folder (control);

	while (folder != NULL && folder->items->len > 0)
		eas_mock_mailbox_remove_item (control->mailbox, folder,
					      folder->items->pdata[folder->items->len - 1]);
}

static void
control_generate (Control *control)
{
	EasMockFolder *folder = wanted_folder (control);
	guint count = number_parameter (control, "count", 100);

	if (folder == NULL)
		return;
	eas_mock_sample_generate (control->mailbox, folder, count,
				  number_parameter (control, "seed", 1));
	json_number (control->json, "count", folder->items->len);
}

/* --- Folders ------------------------------------------------------------- */

static void
json_folder (GString *json, const EasMockFolder *folder, gboolean with_items)
{
	json_open (json, NULL, '{');
	json_field (json, "id", folder->id);
	json_field (json, "parent", folder->parent_id);
	json_field (json, "name", folder->name);
	json_number (json, "type", folder->type);
	json_field (json, "class", eas_mock_class_name (folder->klass));
	json_number (json, "count", folder->items->len);
	if (with_items)
		json_items (json, folder);
	g_string_append_c (json, '}');
}

static void
list_folders (Control *control, gboolean with_items)
{
	json_open (control->json, "folders", '[');
	for (guint i = 0; i < control->mailbox->folders->len; i++)
		json_folder (control->json, control->mailbox->folders->pdata[i], with_items);
	g_string_append_c (control->json, ']');
}

static void
control_folders (Control *control)
{
	list_folders (control, FALSE);
}

static void
control_dump (Control *control)
{
	list_folders (control, TRUE);
}

static void
control_folder_add (Control *control)
{
	const char *name = parameter (control, "name");
	guint type = number_parameter (control, "type", EAS_FOLDER_USER_CALENDAR);

	if (name == NULL)
		complain (control, "name is missing");
	else
		json_field (control->json, "id",
			    eas_mock_mailbox_add_folder (control->mailbox,
							 parameter (control, "parent"), name, type)
				    ->id);
}

static void
control_folder_rename (Control *control)
{
	EasMockFolder *folder = wanted_folder (control);
	const char *name = parameter (control, "name");
	const char *parent = parameter (control, "parent");

	if (folder != NULL)
		eas_mock_mailbox_rename_folder (control->mailbox, folder,
						parent != NULL ? parent : folder->parent_id,
						name != NULL ? name : folder->name);
}

static void
control_folder_delete (Control *control)
{
	EasMockFolder *folder = wanted_folder (control);

	if (folder != NULL)
		eas_mock_mailbox_remove_folder (control->mailbox, folder);
}

static void
control_renumber (Control *control)
{
	eas_mock_mailbox_renumber (control->mailbox, number_parameter (control, "rotate", 0) != 0);
}

/* --- What was asked ------------------------------------------------------ */

static void
json_document (GString *json, const char *name, GBytes *document)
{
	g_autofree char *xml = document != NULL ? eas_wbxml_to_xml (document, NULL) : NULL;

	if (xml != NULL)
		json_field (json, name, xml);
}

static void
json_request (GString *json, const EasMockLogEntry *entry)
{
	json_open (json, NULL, '{');
	json_field (json, "command", entry->command);
	json_field (json, "user", entry->user);
	json_field (json, "device", entry->device);
	json_field (json, "version", entry->version);
	json_field (json, "collections", entry->collections);
	json_number (json, "request", entry->request_size);
	json_number (json, "answer", entry->answer_size);
	json_number (json, "status", entry->http_status);
	json_number (json, "milliseconds", entry->when / 1000);
	json_field (json, "user_agent", entry->user_agent);
	json_field (json, "cookie", entry->cookie);
	json_field (json, "policy_key", entry->policy_key);
	json_document (json, "request_xml", entry->request);
	json_document (json, "answer_xml", entry->answer);
	g_string_append_c (json, '}');
}

static void
control_requests (Control *control)
{
	GPtrArray *log = control->server->log;
	const char *command = parameter (control, "command");
	gint64 bytes_in = 0, bytes_out = 0;
	guint count = 0;

	json_open (control->json, "requests", '[');
	for (guint i = 0; i < log->len; i++) {
		const EasMockLogEntry *entry = log->pdata[i];

		if (command != NULL && g_strcmp0 (command, entry->command) != 0)
			continue;
		json_request (control->json, entry);
		bytes_in += entry->request_size;
		bytes_out += entry->answer_size;
		count++;
	}
	g_string_append_c (control->json, ']');
	json_number (control->json, "count", count);
	json_number (control->json, "bytes_in", bytes_in);
	json_number (control->json, "bytes_out", bytes_out);
	json_number (control->json, "waiting", control->server->waiting->len);
	json_number (control->json, "invalid", control->server->n_invalid);
}

static void
control_reset (Control *control)
{
	eas_mock_server_clear_log (control->server);
	control->server->n_invalid = 0;
}

static void
control_devices (Control *control)
{
	GHashTableIter iter;
	gpointer value;

	json_open (control->json, "devices", '[');
	g_hash_table_iter_init (&iter, control->mailbox->devices);
	while (g_hash_table_iter_next (&iter, NULL, &value)) {
		const EasMockDevice *device = value;

		json_open (control->json, NULL, '{');
		json_field (control->json, "id", device->id);
		json_field (control->json, "type", device->type);
		json_field (control->json, "user_agent", device->user_agent);
		json_field (control->json, "friendly_name", device->friendly_name);
		json_number (control->json, "provisioned", device->policy_key != 0);
		json_number (control->json, "wiped", device->wipe == EAS_MOCK_WIPE_DONE);
		g_string_append_c (control->json, '}');
	}
	g_string_append_c (control->json, ']');
}

/* --- Faults and states --------------------------------------------------- */

static void
control_fault (Control *control)
{
	EasMockFaultKind kind;
	EasMockFault *fault;

	if (!eas_mock_fault_kind_from_name (parameter (control, "kind"), &kind)) {
		complain (control, "no fault of that kind");
		return;
	}
	fault = eas_mock_faults_add (control->server->faults, kind, parameter (control, "command"),
				     parameter (control, "folder"),
				     number_parameter (control, "times", 1));
	fault->value = number_parameter (control, "value", 0);
	fault->after = number_parameter (control, "after", 0);
	fault->text = g_strdup (parameter (control, "text"));
}

static void
control_faults (Control *control)
{
	GPtrArray *faults = eas_mock_faults_get (control->server->faults);

	if (number_parameter (control, "clear", 0))
		eas_mock_faults_clear (control->server->faults);
	json_open (control->json, "faults", '[');
	for (guint i = 0; i < faults->len; i++) {
		const EasMockFault *fault = faults->pdata[i];

		json_open (control->json, NULL, '{');
		json_field (control->json, "kind", eas_mock_fault_kind_name (fault->kind));
		json_field (control->json, "command", fault->command);
		json_field (control->json, "folder", fault->folder);
		json_number (control->json, "value", fault->value);
		json_number (control->json, "left", fault->left);
		g_string_append_c (control->json, '}');
	}
	g_string_append_c (control->json, ']');
}

typedef void (*DeviceFunc) (Control *control, EasMockDevice *device);

/* The device named, or all of them. */
static void
for_devices (Control *control, DeviceFunc callback)
{
	const char *wanted = parameter (control, "device");
	GHashTableIter iter;
	gpointer device;

	g_hash_table_iter_init (&iter, control->mailbox->devices);
	while (g_hash_table_iter_next (&iter, NULL, &device)) {
		if (wanted == NULL || g_str_equal (wanted, ((EasMockDevice *) device)->id))
			callback (control, device);
	}
}

static void
forget_device (Control *control, EasMockDevice *device)
{
	const char *what = parameter (control, "what");
	const char *name = parameter (control, "folder");
	EasMockFolder *folder = eas_mock_mailbox_find_folder (control->mailbox, name);

	if (g_strcmp0 (what, "policy") == 0)
		device->policy_key = 0;
	else if (g_strcmp0 (what, "hierarchy") == 0)
		eas_mock_state_forget (device->hierarchy);
	else if (folder != NULL)
		eas_mock_state_forget (eas_mock_device_collection (device, folder->id)->state);
	else if (name == NULL && g_strcmp0 (what, "keys") == 0)
		eas_mock_device_forget (device);
	else
		complain (control, "forget what=keys|hierarchy|policy, or a folder");
}

static void
control_forget (Control *control)
{
	for_devices (control, forget_device);
}

static void
wipe_device (Control *control, EasMockDevice *device)
{
	device->wipe = number_parameter (control, "account", 0) ? EAS_MOCK_WIPE_ACCOUNT
								: EAS_MOCK_WIPE_DEVICE;
}

static void
control_wipe (Control *control)
{
	for_devices (control, wipe_device);
}

static void
lose_keys (Control *control, EasMockDevice *device)
{
	eas_mock_device_forget (device);
}

/* In quarantine a device loses its keys and then sees empty folders, as if that were all there is.
 */
static void
control_quarantine (Control *control)
{
	gboolean on = number_parameter (control, "on", 1) != 0;

	if (on != control->mailbox->quarantined)
		for_devices (control, lose_keys);
	control->mailbox->quarantined = on;
	eas_mock_server_wake (control->server);
}

static void
control_expire (Control *control)
{
	json_number (control->json, "waiting", control->server->waiting->len);
	eas_mock_server_expire (control->server);
}

/* --- Settings ------------------------------------------------------------ */

static const struct {
	const char *name;
	gsize offset;
} numbers[] = {
	{ "policy", G_STRUCT_OFFSET (EasMockSettings, policy) },
	{ "policy-attachments", G_STRUCT_OFFSET (EasMockSettings, policy_attachments) },
	{ "policy-max-attachment", G_STRUCT_OFFSET (EasMockSettings, policy_max_attachment) },
	{ "clientids", G_STRUCT_OFFSET (EasMockSettings, detect_duplicates) },
	{ "conflicts", G_STRUCT_OFFSET (EasMockSettings, detect_conflicts) },
	{ "strict-uploads", G_STRUCT_OFFSET (EasMockSettings, strict_uploads) },
	{ "moving-keys", G_STRUCT_OFFSET (EasMockSettings, moving_keys) },
	{ "echo-adds", G_STRUCT_OFFSET (EasMockSettings, echo_adds) },
	{ "one-command", G_STRUCT_OFFSET (EasMockSettings, one_command) },
	{ "drop-exceptions", G_STRUCT_OFFSET (EasMockSettings, drop_exceptions) },
	{ "all-day-no-blob", G_STRUCT_OFFSET (EasMockSettings, habits.all_day_no_blob) },
	{ "zero-zones", G_STRUCT_OFFSET (EasMockSettings, habits.zero_zones) },
	{ "log-bodies", G_STRUCT_OFFSET (EasMockSettings, log_bodies) },
	{ "empty-answers", G_STRUCT_OFFSET (EasMockSettings, empty_answers) },
	{ "ping-minimum", G_STRUCT_OFFSET (EasMockSettings, ping_minimum) },
	{ "ping-maximum", G_STRUCT_OFFSET (EasMockSettings, ping_maximum) },
	{ "max-folders", G_STRUCT_OFFSET (EasMockSettings, max_folders) },
	{ "max-collections", G_STRUCT_OFFSET (EasMockSettings, max_collections) },
	{ "max-window", G_STRUCT_OFFSET (EasMockSettings, max_window) },
};

G_STATIC_ASSERT (sizeof (gboolean) == sizeof (guint));

/* An empty value ends the habit. */
static void
set_all_day_zone (Control *control)
{
	EasMockHabits *habits = &control->server->settings.habits;
	const char *blob = parameter (control, "all-day-zone");

	if (blob == NULL)
		return;
	habits->all_day_zone = *blob != '\0';
	if (habits->all_day_zone && !eas_timezone_parse (blob, &habits->zone))
		complain (control, "all-day-zone is no Timezone");
}

static void
control_set (Control *control)
{
	EasMockSettings *settings = &control->server->settings;
	const char *password = parameter (control, "password");

	if (parameter (control, "versions") != NULL)
		eas_mock_server_set_versions (control->server, parameter (control, "versions"));
	if (parameter (control, "commands") != NULL) {
		g_free (settings->commands);
		settings->commands = g_strdup (parameter (control, "commands"));
	}
	if (password != NULL) {
		g_free (control->mailbox->password);
		control->mailbox->password = g_strdup (password);
	}
	set_all_day_zone (control);
	json_field (control->json, "versions", settings->versions);
	for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
		guint *member = G_STRUCT_MEMBER_P (settings, numbers[i].offset);

		*member = number_parameter (control, numbers[i].name, *member);
		json_number (control->json, numbers[i].name, *member);
	}
}

/* --- Dispatch ------------------------------------------------------------ */

static const struct {
	const char *name;
	void (*run) (Control *control);
} actions[] = {
	{ "add", control_add },
	{ "change", control_change },
	{ "delete", control_delete },
	{ "clear", control_clear },
	{ "items", control_items },
	{ "generate", control_generate },
	{ "folders", control_folders },
	{ "folder-add", control_folder_add },
	{ "folder-rename", control_folder_rename },
	{ "folder-delete", control_folder_delete },
	{ "renumber", control_renumber },
	{ "dump", control_dump },
	{ "requests", control_requests },
	{ "reset", control_reset },
	{ "devices", control_devices },
	{ "fault", control_fault },
	{ "faults", control_faults },
	{ "forget", control_forget },
	{ "wipe", control_wipe },
	{ "quarantine", control_quarantine },
	{ "expire", control_expire },
	{ "set", control_set },
};

static void
run_action (Control *control, const char *name)
{
	for (guint i = 0; i < G_N_ELEMENTS (actions); i++) {
		if (g_str_equal (actions[i].name, name)) {
			actions[i].run (control);
			return;
		}
	}
	complain (control, "no action \"%s\"", name);
}

void
eas_mock_control_handle (SoupServer *soup,
			 SoupServerMessage *message,
			 const char *path,
			 GHashTable *query,
			 gpointer server)
{
	Control control = { server, .query = query, .json = g_string_new ("{") };
	SoupMessageBody *body = soup_server_message_get_request_body (message);
	const char *user;

	if (body->length > 0) {
		g_autoptr (GBytes) bytes = soup_message_body_flatten (body);

		control.body = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
	}
	user = parameter (&control, "user");
	control.mailbox = eas_mock_server_get_mailbox (server, user);
	if (control.mailbox == NULL)
		complain (&control, "no user \"%s\"", user != NULL ? user : "");
	else
		run_action (&control, g_str_has_prefix (path, "/control/")
					      ? path + strlen ("/control/")
					      : "");

	if (control.error != NULL) {
		g_string_assign (control.json, "{");
		json_field (control.json, "error", control.error);
	}
	g_string_append (control.json, "}\n");
	soup_server_message_set_status (
		message, control.error != NULL ? SOUP_STATUS_BAD_REQUEST : SOUP_STATUS_OK, NULL);
	soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY,
					  control.json->str, control.json->len);
	g_string_free (control.json, TRUE);
	g_free (control.body);
	g_free (control.error);
}
