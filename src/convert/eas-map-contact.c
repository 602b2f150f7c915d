/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-map-contact.h"
#include "eas-map-contact-parts.h"
#include "eas-map-flat.h"

static EasContactParts *
parts_of_item (const EasItem *item, const EasMapContext *context)
{
	EasContactParts *parts = eas_contact_parts_new ();
	EasMapReading reading = { context, item, EAS_ITEM_ROOT, parts, NULL };

	eas_map_read (&eas_contact_table, 0, &reading);
	return parts;
}

EContact *
eas_map_contact_read (const EasItem *item,
		      const char *uid,
		      const EasMapContext *context,
		      GError **error)
{
	g_autoptr (EasContactParts) parts = parts_of_item (item, context);

	return eas_contact_show (parts, uid);
}

/* What a person who did not touch it would send: put through our own round trip. */
static EasContactParts *
parts_through_contact (const EasItem *item, const EasMapContext *context, GError **error)
{
	g_autoptr (EasContactParts) parts = parts_of_item (item, context);
	EContact *contact = eas_contact_show (parts, NULL);
	EasContactParts *again = eas_contact_take (contact, error);

	g_object_unref (contact);
	return again;
}

static EasItem *
form_of_parts (EasContactParts *parts, const EasMapContext *context)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasMapWriting writing = { context, parts, NULL, builder, NULL };

	eas_map_write (&eas_contact_table, 0, &writing);
	return eas_item_builder_finish (builder);
}

/*
 * Elements that share their values: the second number moves up when the first is
 * gone. Where a person changed one of a group, all of it is written.
 */
static const EasTag emails[] = { EAS_CONTACTS_EMAIL1_ADDRESS, EAS_CONTACTS_EMAIL2_ADDRESS,
				 EAS_CONTACTS_EMAIL3_ADDRESS, EAS_TAG_NONE };
static const EasTag ims[] = { EAS_CONTACTS2_IM_ADDRESS, EAS_CONTACTS2_IM_ADDRESS2,
			      EAS_CONTACTS2_IM_ADDRESS3, EAS_TAG_NONE };
static const EasTag numbers[] = { EAS_CONTACTS_MOBILE_PHONE_NUMBER,
				  EAS_CONTACTS_BUSINESS_PHONE_NUMBER,
				  EAS_CONTACTS_BUSINESS2_PHONE_NUMBER,
				  EAS_CONTACTS_HOME_PHONE_NUMBER,
				  EAS_CONTACTS_HOME2_PHONE_NUMBER,
				  EAS_CONTACTS_BUSINESS_FAX_NUMBER,
				  EAS_CONTACTS_HOME_FAX_NUMBER,
				  EAS_CONTACTS_PAGER_NUMBER,
				  EAS_CONTACTS_CAR_PHONE_NUMBER,
				  EAS_CONTACTS_RADIO_PHONE_NUMBER,
				  EAS_CONTACTS_ASSISTANT_PHONE_NUMBER,
				  EAS_CONTACTS2_COMPANY_MAIN_PHONE,
				  EAS_TAG_NONE };
static const EasTag *const groups[] = { emails, ims, numbers };

static const EasTag *
find_group (EasTag tag)
{
	for (guint i = 0; i < G_N_ELEMENTS (groups); i++) {
		for (const EasTag *member = groups[i]; *member != EAS_TAG_NONE; member++) {
			if (*member == tag)
				return groups[i];
		}
	}

	return NULL;
}

static gboolean
group_differs (const EasTag *group, const EasItem *a, const EasItem *b)
{
	for (; *group != EAS_TAG_NONE; group++) {
		if (eas_map_differs (a, b, *group))
			return TRUE;
	}

	return FALSE;
}

/* @form, but in the groups that were edited what the server has, place by place. */
static EasItem *
with_places_of (const EasItem *form,
		const EasItem *shown,
		const EasItem *edited,
		const EasItem *baseline)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();

	for (guint i = 0; i < eas_contact_table.n_rows; i++) {
		EasTag tag = eas_contact_table.rows[i].tag;
		const EasTag *group = find_group (tag);
		const EasItem *source =
			group != NULL && group_differs (group, shown, edited) ? baseline : form;
		EasItemSlot slot = eas_item_child (source, EAS_ITEM_ROOT, tag);

		if (slot != EAS_ITEM_NONE && !eas_item_is_empty (source, slot))
			eas_item_builder_copy (builder, source, slot);
	}

	return eas_item_builder_finish (builder);
}

static EasItem *
without (const EasItem *item, const EasTag *tags, guint n_tags)
{
	g_autoptr (EasItemBuilder) builder = eas_item_builder_new ();
	EasItemSlot slot;

	for (slot = eas_item_child (item, EAS_ITEM_ROOT, EAS_TAG_NONE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (item, slot, EAS_TAG_NONE)) {
		gboolean is_out = FALSE;

		for (guint i = 0; i < n_tags; i++)
			is_out = is_out || eas_item_tag (item, slot) == tags[i];
		if (!is_out)
			eas_item_builder_copy (builder, item, slot);
	}

	return eas_item_builder_finish (builder);
}

static GPtrArray *
write_new (EasContactParts *parts, const EasMapContext *context, GError **error)
{
	g_autoptr (EasItem) edited = NULL;

	if (parts->picture != NULL && !eas_contact_fit_picture (&parts->picture, error))
		return NULL;

	edited = form_of_parts (parts, context);
	return eas_map_flat_write (&eas_contact_table, NULL, NULL, NULL, edited, context, error);
}

static GPtrArray *
write_edited (EasContactParts *parts,
	      const EasItem *baseline,
	      EasContactParts *shown_parts,
	      EasContactParts *base_parts,
	      const EasMapContext *context,
	      GError **error)
{
	/* Left out it stays: one that was not changed is never sent again (pitfall 22). */
	static const EasTag picture[] = { EAS_CONTACTS_PICTURE };
	g_autoptr (EasItem) sent_back = without (baseline, picture, G_N_ELEMENTS (picture));
	g_autoptr (EasItem) edited = form_of_parts (parts, context);
	g_autoptr (EasItem) shown = form_of_parts (shown_parts, context);
	g_autoptr (EasItem) base = form_of_parts (base_parts, context);
	g_autoptr (EasItem) shown_places = with_places_of (shown, shown, edited, baseline);
	g_autoptr (EasItem) base_places = with_places_of (base, shown, edited, baseline);

	return eas_map_flat_write (&eas_contact_table, sent_back, base_places, shown_places, edited,
				   context, error);
}

GPtrArray *
eas_map_contact_write (EContact *contact,
		       const EasItem *baseline,
		       EContact *old,
		       const EasMapContext *context,
		       GError **error)
{
	g_autoptr (EasContactParts) parts = eas_contact_take (contact, error);
	g_autoptr (EasContactParts) base = NULL;
	g_autoptr (EasContactParts) shown = NULL;

	if (parts == NULL)
		return NULL;
	if (baseline == NULL)
		return write_new (parts, context, error);

	base = parts_through_contact (baseline, context, error);
	if (base == NULL)
		return NULL;

	shown = old != NULL ? eas_contact_take (old, NULL) : NULL;
	eas_contact_settle_names (parts, shown != NULL ? shown : base,
				  /* full_name_counts */ shown != NULL);

	return write_edited (parts, baseline, shown != NULL ? shown : base, base, context, error);
}

EasItem *
eas_map_contact_apply (const EasItem *baseline, GPtrArray *changes, const EasMapContext *context)
{
	return eas_map_flat_apply (&eas_contact_table, baseline, changes, context);
}

static EasItem *
compared_form (const EasItem *item, const EasMapContext *context)
{
	static const EasTag derived[] = { EAS_CONTACTS_FILE_AS, EAS_CONTACTS_PICTURE };
	g_autoptr (EasContactParts) parts = parts_through_contact (item, context, NULL);
	g_autoptr (EasItem) form = parts != NULL ? form_of_parts (parts, context) : NULL;

	return form != NULL ? without (form, derived, G_N_ELEMENTS (derived)) : NULL;
}

gboolean
eas_map_contact_same_content (const EasItem *a, const EasItem *b, const EasMapContext *context)
{
	g_autoptr (EasItem) form_a = compared_form (a, context);
	g_autoptr (EasItem) form_b = compared_form (b, context);

	if (form_a == NULL || form_b == NULL)
		return eas_item_equal (a, b);

	return eas_map_flat_same (&eas_contact_table, form_a, form_b);
}

const EasTag *
eas_map_contact_supported (EasVersion version)
{
	return eas_map_supported (&eas_contact_table, version);
}
