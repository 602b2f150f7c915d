/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a command makes of an item. Up to 14.1 a Change is a whole item, except
 * for what may be ghosted; from 16.0 a calendar Change holds what is different.
 *
 * Source: [MS-ASCMD] 2.2.3.179 Supported, 3.1.5.4; [MS-ASCAL] 3.2.4, 3.2.5.
 */

#include <string.h>

#include "eas-mock-command.h"
#include "eas-mock-dialect.h"
#include "eas-mock-rules.h"
#include "eas-mock-series.h"
#include "eas-mock-sync-commands.h"

static gint64
now_utc (void)
{
	return g_get_real_time () / G_USEC_PER_SEC;
}

static guint
refuse (const char *reason)
{
	g_info ("eas-mock: item refused: %s", reason);
	return EAS_MOCK_ITEM_REFUSED;
}

/* In the shape Exchange gives the ids it makes, [MS-OXOCAL] 2.2.1.27. */
static char *
make_uid (void)
{
	return g_strdup_printf ("040000008200E00074C5B7101A82E00800000000%016" G_GINT64_MODIFIER
				"X000000000000000010000000%08X%08X%08X%08X",
				(guint64) g_get_real_time (), g_random_int (), g_random_int (),
				g_random_int (), g_random_int ());
}

static EasItem *
without_element (const EasItem *item, EasTag tag)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, item, EAS_ITEM_ROOT, EAS_TAG_NONE) {
		if (eas_item_tag (item, slot) != tag)
			eas_item_builder_copy (builder, item, slot);
	}

	return eas_item_builder_finish (builder);
}

/* Exceptions name instances by the start the rule gives them. */
static gboolean
has_stray_exception (const EasItem *data)
{
	EasItemSlot exceptions = eas_item_child (data, EAS_ITEM_ROOT, EAS_CALENDAR_EXCEPTIONS);
	EasItemSlot slot;
	gint64 utc;

	EAS_MOCK_EACH (slot, data, exceptions, EAS_CALENDAR_EXCEPTION) {
		if (!eas_item_time (data, eas_item_child (data, slot, EAS_AIRSYNCBASE_INSTANCE_ID),
				    &utc) ||
		    !eas_mock_series_has_instance (data, utc))
			return TRUE;
	}

	return FALSE;
}

/* --- Attachments, [MS-ASAIRS] 2.2.2.8 Attachments ------------------------- */

static void
store_attachment (EasItemBuilder *builder,
		  EasMockMailbox *mailbox,
		  const EasItem *wire,
		  EasItemSlot add)
{
	g_autoptr (GBytes) content =
		eas_item_bytes (wire, eas_item_child (wire, add, EAS_AIRSYNCBASE_CONTENT));

	eas_item_builder_start (builder, EAS_AIRSYNCBASE_ATTACHMENT);
	eas_item_builder_text (builder, EAS_AIRSYNCBASE_DISPLAY_NAME,
			       eas_mock_text (wire, add, EAS_AIRSYNCBASE_DISPLAY_NAME));
	eas_item_builder_text (builder, EAS_AIRSYNCBASE_CLIENT_ID,
			       eas_mock_text (wire, add, EAS_AIRSYNCBASE_CLIENT_ID));
	if (content != NULL) {
		eas_item_builder_text (builder, EAS_AIRSYNCBASE_FILE_REFERENCE,
				       eas_mock_mailbox_add_blob (mailbox, content));
		eas_item_builder_int (builder, EAS_AIRSYNCBASE_ESTIMATED_DATA_SIZE,
				      g_bytes_get_size (content));
	}
	eas_item_builder_text (builder, EAS_AIRSYNCBASE_METHOD,
			       eas_mock_text (wire, add, EAS_AIRSYNCBASE_METHOD));
	eas_item_builder_end (builder);
}

static gboolean
is_deleted_attachment (const EasItem *wire, EasItemSlot attachments, const char *reference)
{
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, wire, attachments, EAS_AIRSYNCBASE_DELETE) {
		if (g_strcmp0 (eas_mock_text (wire, slot, EAS_AIRSYNCBASE_FILE_REFERENCE),
			       reference) == 0)
			return TRUE;
	}

	return FALSE;
}

static void
keep_attachments (EasItemBuilder *builder,
		  const EasItem *stored,
		  const EasItem *wire,
		  EasItemSlot attachments)
{
	EasItemSlot old = eas_item_child (stored, EAS_ITEM_ROOT, EAS_AIRSYNCBASE_ATTACHMENTS);
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, stored, old, EAS_AIRSYNCBASE_ATTACHMENT) {
		const char *reference =
			eas_mock_text (stored, slot, EAS_AIRSYNCBASE_FILE_REFERENCE);

		if (!is_deleted_attachment (wire, attachments, reference))
			eas_item_builder_copy (builder, stored, slot);
	}
}

EasItem *
eas_mock_settle_attachments (EasMockMailbox *mailbox, const EasItem *stored, const EasItem *wire)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasItemSlot attachments = eas_item_child (wire, EAS_ITEM_ROOT, EAS_AIRSYNCBASE_ATTACHMENTS);
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, wire, EAS_ITEM_ROOT, EAS_TAG_NONE) {
		if (slot != attachments)
			eas_item_builder_copy (builder, wire, slot);
	}
	if (attachments != EAS_ITEM_NONE) {
		eas_item_builder_start (builder, EAS_AIRSYNCBASE_ATTACHMENTS);
		if (stored != NULL)
			keep_attachments (builder, stored, wire, attachments);
		EAS_MOCK_EACH (slot, wire, attachments, EAS_AIRSYNCBASE_ADD) {
			store_attachment (builder, mailbox, wire, slot);
		}
		eas_item_builder_end (builder);
	}

	return eas_item_builder_finish (builder);
}

/* --- Add ----------------------------------------------------------------- */

/* What the server adds to a new event. */
static EasItem *
complete_event (const EasItem *data)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autofree char *uid = make_uid ();

	eas_mock_copy_children (builder, data, EAS_ITEM_ROOT);
	if (!eas_item_has (data, EAS_CALENDAR_UID))
		eas_item_builder_text (builder, EAS_CALENDAR_UID, uid);
	if (!eas_item_has (data, EAS_CALENDAR_DT_STAMP))
		eas_item_builder_time (builder, EAS_CALENDAR_DT_STAMP, now_utc ());
	if (!eas_item_has (data, EAS_CALENDAR_MEETING_STATUS))
		eas_item_builder_int (builder, EAS_CALENDAR_MEETING_STATUS,
				      eas_item_has (data, EAS_CALENDAR_ATTENDEES) ? 1 : 0);
	if (!eas_item_has (data, EAS_CALENDAR_BUSY_STATUS))
		eas_item_builder_int (builder, EAS_CALENDAR_BUSY_STATUS, 2);

	return eas_item_builder_finish (builder);
}

/* Empty elements say "no value"; nothing of them is stored. */
static EasItem *
without_empties (const EasItem *data)
{
	g_autoptr (EasItem) nothing = eas_mock_nothing ();

	return eas_item_overlay (nothing, data);
}

guint
eas_mock_apply_add (EasMockTarget *target, const EasItem *wire, EasItem **out_data)
{
	guint version = target->request->version;
	EasClass klass = target->folder->klass;
	const char *wrong = eas_mock_rules_check (wire, klass, version, EAS_MOCK_RULES_ADD);
	g_autoptr (EasItem) settled = NULL;
	g_autoptr (EasItem) read = NULL;
	g_autoptr (EasItem) filled = NULL;

	if (target->folder->type == EAS_FOLDER_RECIPIENT_CACHE)
		return EAS_MOCK_ITEM_PROTOCOL;
	if (wrong == NULL && klass == EAS_CLASS_CALENDAR &&
	    !(eas_item_has (wire, EAS_CALENDAR_START_TIME) &&
	      eas_item_has (wire, EAS_CALENDAR_END_TIME)))
		wrong = "an event without its times";
	if (wrong != NULL)
		return refuse (wrong);

	settled = eas_mock_settle_attachments (target->request->mailbox, NULL, wire);
	read = eas_mock_dialect_read (settled, klass, version);
	filled = without_empties (read);
	if (has_stray_exception (filled))
		return refuse ("an exception of no instance");
	if (version < 160 && target->request->server->settings.drop_exceptions) {
		EasItem *without = without_element (filled, EAS_CALENDAR_EXCEPTIONS);

		eas_item_unref (filled);
		filled = without;
	}
	*out_data =
		klass == EAS_CLASS_CALENDAR ? complete_event (filled) : g_steal_pointer (&filled);

	return EAS_MOCK_ITEM_OK;
}

/* --- Change, the whole item ---------------------------------------------- */

/* Neither a value of its own nor deleted by its absence. */
static gboolean
is_never_ghosted (EasTag tag)
{
	static const EasTag tags[] = {
		EAS_AIRSYNCBASE_BODY,
		EAS_AIRSYNCBASE_NATIVE_BODY_TYPE,
		EAS_AIRSYNCBASE_ATTACHMENTS,
		EAS_CONTACTS_PICTURE,
		EAS_CALENDAR_EXCEPTIONS,
		EAS_CALENDAR_UID,
		EAS_CALENDAR_RESPONSE_TYPE,
		EAS_CALENDAR_APPOINTMENT_REPLY_TIME,
		EAS_CALENDAR_ONLINE_MEETING_CONF_LINK,
		EAS_CALENDAR_ONLINE_MEETING_EXTERNAL_LINK,
		EAS_CALENDAR_CLIENT_UID,
	};

	for (guint i = 0; i < G_N_ELEMENTS (tags); i++) {
		if (tags[i] == tag)
			return TRUE;
	}

	return FALSE;
}

/* Does an element stay that the Change does not have? [MS-ASCMD] 2.2.3.179 Supported */
static gboolean
survives_absence (const EasMockTarget *target, EasTag tag)
{
	const GHashTable *supported = target->collection->supported;
	EasTag listed = tag == EAS_AIRSYNCBASE_LOCATION ? EAS_CALENDAR_LOCATION : tag;

	switch (target->folder->klass) {
	case EAS_CLASS_CALENDAR:
	case EAS_CLASS_CONTACTS:
		if (is_never_ghosted (tag))
			return TRUE;
		return supported != NULL &&
		       !g_hash_table_contains ((GHashTable *) supported, GUINT_TO_POINTER (listed));
	case EAS_CLASS_EMAIL:
		return TRUE;
	default:
		return tag == EAS_AIRSYNCBASE_BODY;
	}
}

static EasItem *
what_survives (const EasMockTarget *target, const EasItem *stored)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, stored, EAS_ITEM_ROOT, EAS_TAG_NONE) {
		if (survives_absence (target, eas_item_tag (stored, slot)))
			eas_item_builder_copy (builder, stored, slot);
	}

	return eas_item_builder_finish (builder);
}

static EasItemSlot
find_exception (const EasItem *item, gint64 instance)
{
	EasItemSlot exceptions = eas_item_child (item, EAS_ITEM_ROOT, EAS_CALENDAR_EXCEPTIONS);
	EasItemSlot slot;
	gint64 utc;

	EAS_MOCK_EACH (slot, item, exceptions, EAS_CALENDAR_EXCEPTION) {
		if (eas_item_time (item, eas_item_child (item, slot, EAS_AIRSYNCBASE_INSTANCE_ID),
				   &utc) &&
		    utc == instance)
			return slot;
	}

	return EAS_ITEM_NONE;
}

/* Exceptions @kept has and @change does not mention stay as they are. */
static EasItem *
merge_exceptions (const EasItem *kept, const EasItem *change)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasItemSlot old = eas_item_child (kept, EAS_ITEM_ROOT, EAS_CALENDAR_EXCEPTIONS);
	EasItemSlot new = eas_item_child (change, EAS_ITEM_ROOT, EAS_CALENDAR_EXCEPTIONS);
	EasItemSlot slot;
	gint64 utc;

	if (old == EAS_ITEM_NONE || new == EAS_ITEM_NONE || eas_item_is_empty (change, new))
		return eas_item_copy (change);
	EAS_MOCK_EACH (slot, change, EAS_ITEM_ROOT, EAS_TAG_NONE) {
		if (slot != new)
			eas_item_builder_copy (builder, change, slot);
	}
	eas_item_builder_start (builder, EAS_CALENDAR_EXCEPTIONS);
	EAS_MOCK_EACH (slot, kept, old, EAS_CALENDAR_EXCEPTION) {
		if (eas_item_time (kept, eas_item_child (kept, slot, EAS_AIRSYNCBASE_INSTANCE_ID),
				   &utc) &&
		    find_exception (change, utc) == EAS_ITEM_NONE)
			eas_item_builder_copy (builder, kept, slot);
	}
	eas_mock_copy_children (builder, change, new);
	eas_item_builder_end (builder);

	return eas_item_builder_finish (builder);
}

static EasItem *
replace_item (const EasMockTarget *target, const EasItem *stored, const EasItem *whole)
{
	g_autoptr (EasItem) base = what_survives (target, stored);
	g_autoptr (EasItem) merged = merge_exceptions (base, whole);

	return eas_item_overlay (base, merged);
}

/* --- Change, what is different ------------------------------------------- */

static gboolean
changes_element (const EasItem *stored, const EasItem *wire, EasTag tag)
{
	EasItemSlot new = eas_item_child (wire, EAS_ITEM_ROOT, tag);

	return new != EAS_ITEM_NONE &&
	       !eas_item_slot_equal (stored, eas_item_child (stored, EAS_ITEM_ROOT, tag), wire,
				     new);
}

/* An event that moves as a whole loses its exceptions. [MS-ASCAL] 2.2.2.39 Recurrence */
static EasItem *
patch_event (EasMockMailbox *mailbox, const EasItem *stored, const EasItem *wire)
{
	g_autoptr (EasItem) settled = eas_mock_settle_attachments (mailbox, stored, wire);
	g_autoptr (EasItem) patched = eas_item_overlay (stored, settled);
	gboolean moved = changes_element (stored, wire, EAS_CALENDAR_START_TIME) ||
			 changes_element (stored, wire, EAS_CALENDAR_END_TIME) ||
			 changes_element (stored, wire, EAS_CALENDAR_RECURRENCE);
	gboolean all_day = eas_item_get_flag (patched, EAS_CALENDAR_ALL_DAY_EVENT, FALSE);

	if (moved && eas_item_has (patched, EAS_CALENDAR_EXCEPTIONS)) {
		EasItem *without = without_element (patched, EAS_CALENDAR_EXCEPTIONS);

		eas_item_unref (patched);
		patched = without;
	}

	return all_day ? without_element (patched, EAS_CALENDAR_TIMEZONE)
		       : g_steal_pointer (&patched);
}

guint
eas_mock_apply_change (EasMockTarget *target,
		       const EasItem *stored,
		       const EasItem *wire,
		       EasItem **out_data)
{
	guint version = target->request->version;
	const char *wrong =
		eas_mock_rules_check (wire, target->folder->klass, version, EAS_MOCK_RULES_CHANGE);
	g_autoptr (EasItem) whole = NULL;

	if (target->folder->type == EAS_FOLDER_RECIPIENT_CACHE)
		return EAS_MOCK_ITEM_PROTOCOL;
	if (wrong != NULL)
		return refuse (wrong);
	if (target->folder->klass == EAS_CLASS_CALENDAR && version >= 160) {
		*out_data = patch_event (target->request->mailbox, stored, wire);
		return EAS_MOCK_ITEM_OK;
	}
	whole = eas_mock_dialect_read (wire, target->folder->klass, version);
	if (has_stray_exception (whole))
		return refuse ("an exception of no instance");
	*out_data = replace_item (target, stored, whole);

	return EAS_MOCK_ITEM_OK;
}

/* --- Instances, from 16.0: [MS-ASAIRS] 2.2.2.22 InstanceId ----------------- */

static gboolean
is_deleted (const EasItem *item, EasItemSlot exception)
{
	return eas_mock_flag (item, exception, EAS_CALENDAR_DELETED, FALSE);
}

/* @stored with the exception of @instance replaced by @content. */
static EasItem *
with_exception (const EasItem *stored, gint64 instance, const EasItem *content)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasItemSlot exceptions = eas_item_child (stored, EAS_ITEM_ROOT, EAS_CALENDAR_EXCEPTIONS);
	EasItemSlot old = find_exception (stored, instance);
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, stored, EAS_ITEM_ROOT, EAS_TAG_NONE) {
		if (slot != exceptions)
			eas_item_builder_copy (builder, stored, slot);
	}
	eas_item_builder_start (builder, EAS_CALENDAR_EXCEPTIONS);
	EAS_MOCK_EACH (slot, stored, exceptions, EAS_CALENDAR_EXCEPTION) {
		if (slot != old)
			eas_item_builder_copy (builder, stored, slot);
	}
	eas_item_builder_start (builder, EAS_CALENDAR_EXCEPTION);
	eas_item_builder_time (builder, EAS_AIRSYNCBASE_INSTANCE_ID, instance);
	eas_mock_copy_children (builder, content, EAS_ITEM_ROOT);
	eas_item_builder_end (builder);
	eas_item_builder_end (builder);

	return eas_item_builder_finish (builder);
}

/* What the exception had and the change does not mention, then the change; an empty element stays:
 * "none, this time". */
static EasItem *
merge_exception (const EasItem *stored, EasItemSlot old, const EasItem *wire)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasItemSlot slot;

	EAS_MOCK_EACH (slot, stored, old, EAS_TAG_NONE) {
		EasTag tag = eas_item_tag (stored, slot);

		if (tag != EAS_AIRSYNCBASE_INSTANCE_ID && !eas_item_has (wire, tag))
			eas_item_builder_copy (builder, stored, slot);
	}
	eas_mock_copy_children (builder, wire, EAS_ITEM_ROOT);

	return eas_item_builder_finish (builder);
}

/* The status of a command on an instance; its original start in @out_instance. */
static guint
find_instance (const EasItem *stored, const char *instance_id, gint64 *out_instance)
{
	EasItemSlot recurrence = eas_item_child (stored, EAS_ITEM_ROOT, EAS_CALENDAR_RECURRENCE);

	if (recurrence == EAS_ITEM_NONE || eas_item_is_empty (stored, recurrence))
		return EAS_MOCK_ITEM_NO_SERIES;
	if (!eas_mock_series_parse_instance (instance_id, out_instance))
		return refuse ("an InstanceId that is no compact time");
	if (!eas_mock_series_has_instance (stored, *out_instance))
		return refuse ("an InstanceId at which the series has no instance");
	if (is_deleted (stored, find_exception (stored, *out_instance)))
		return EAS_MOCK_ITEM_MISSING;

	return EAS_MOCK_ITEM_OK;
}

guint
eas_mock_apply_instance (const EasItem *stored,
			 const char *instance_id,
			 const EasItem *wire,
			 EasItem **out_data)
{
	g_autoptr (EasItem) merged = NULL;
	gint64 instance = 0;
	guint status = find_instance (stored, instance_id, &instance);
	const char *wrong =
		eas_mock_rules_check (wire, EAS_CLASS_CALENDAR, 160, EAS_MOCK_RULES_INSTANCE);
	gboolean series_all_day = eas_item_get_flag (stored, EAS_CALENDAR_ALL_DAY_EVENT, FALSE);

	if (status != EAS_MOCK_ITEM_OK)
		return status;
	if (wrong == NULL &&
	    eas_item_get_flag (wire, EAS_CALENDAR_ALL_DAY_EVENT, series_all_day) != series_all_day)
		wrong = "AllDayEvent differs from the series";
	if (wrong != NULL)
		return refuse (wrong);
	merged = merge_exception (stored, find_exception (stored, instance), wire);
	*out_data = with_exception (stored, instance, merged);

	return EAS_MOCK_ITEM_OK;
}

guint
eas_mock_apply_instance_delete (const EasItem *stored, const char *instance_id, EasItem **out_data)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	g_autoptr (EasItem) content = NULL;
	gint64 instance = 0;
	guint status = find_instance (stored, instance_id, &instance);

	if (status != EAS_MOCK_ITEM_OK)
		return status;
	eas_item_builder_flag (builder, EAS_CALENDAR_DELETED, TRUE);
	content = eas_item_builder_finish (builder);
	*out_data = with_exception (stored, instance, content);

	return EAS_MOCK_ITEM_OK;
}
