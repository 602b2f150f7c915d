/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-map-attendees.h"

#include <string.h>

enum { ATTENDEE_REQUIRED = 1, ATTENDEE_OPTIONAL = 2, ATTENDEE_RESOURCE = 3 };

typedef struct {
	int wire;
	icalparameter_partstat partstat;
} Answer;

/* AttendeeStatus: 0 is "unknown", 5 "has not answered"; the first row of an answer is what we
 * write. */
static const Answer attendee_status[] = {
	{ 0, ICAL_PARTSTAT_NEEDSACTION }, { 2, ICAL_PARTSTAT_TENTATIVE },
	{ 3, ICAL_PARTSTAT_ACCEPTED },    { 4, ICAL_PARTSTAT_DECLINED },
	{ 5, ICAL_PARTSTAT_NEEDSACTION },
};

/* ResponseType: 0 says nothing, 1 is the organizer. */
static const Answer response_type[] = {
	{ 1, ICAL_PARTSTAT_ACCEPTED },    { 2, ICAL_PARTSTAT_TENTATIVE },
	{ 3, ICAL_PARTSTAT_ACCEPTED },    { 4, ICAL_PARTSTAT_DECLINED },
	{ 5, ICAL_PARTSTAT_NEEDSACTION },
};

const EasTag eas_attendees_group[] = {
	EAS_CALENDAR_ATTENDEE,        EAS_CALENDAR_EMAIL,         EAS_CALENDAR_NAME,
	EAS_CALENDAR_ATTENDEE_STATUS, EAS_CALENDAR_ATTENDEE_TYPE, EAS_TAG_NONE,
};

guint
eas_meeting_status (const EasItem *item, EasItemSlot parent)
{
	EasItemSlot slot = eas_map_inherited (item, parent, EAS_CALENDAR_MEETING_STATUS);
	gint64 value;

	return slot != EAS_ITEM_NONE && eas_item_int (item, slot, &value) && value > 0
		       ? (guint) value
		       : 0;
}

gboolean
eas_meeting_is_received (const EasItem *item)
{
	return (eas_meeting_status (item, EAS_ITEM_ROOT) & EAS_MEETING_RECEIVED) != 0;
}

/* Reading. */

static const char *
child_text (const EasItem *item, EasItemSlot parent, EasTag tag)
{
	EasItemSlot slot = eas_item_child (item, parent, tag);

	return slot != EAS_ITEM_NONE ? eas_item_text (item, slot) : NULL;
}

static gint64
inherited_int (const EasMapReading *reading, EasTag tag)
{
	EasItemSlot slot = eas_map_inherited (reading->item, reading->parent, tag);
	gint64 value;

	return slot != EAS_ITEM_NONE && eas_item_int (reading->item, slot, &value) ? value : 0;
}

static icalparameter_partstat
find_answer (const Answer *answers, guint n_answers, gint64 wire)
{
	for (guint i = 0; i < n_answers; i++) {
		if (answers[i].wire == wire)
			return answers[i].partstat;
	}

	return ICAL_PARTSTAT_NONE;
}

/* "mailto:" and the address; NULL when there is none. An address has neither spaces nor line ends.
 */
static char *
new_uri (const char *email)
{
	g_autofree char *scratch = NULL;
	g_autofree char *address =
		g_strdup (eas_map_clean_text (email, /* one_line */ TRUE, &scratch));

	if (address == NULL || *g_strstrip (address) == '\0')
		return NULL;

	return g_strconcat ("mailto:", g_strdelimit (address, " \t", '_'), NULL);
}

/* A parameter has no way to hold a double quote, and libical's parser trips over a backslash. */
static void
add_name (icalproperty *property, const char *name)
{
	g_autofree char *scratch = NULL;
	const char *clean = eas_map_clean_text (name, /* one_line */ TRUE, &scratch);
	g_autofree char *safe = clean != NULL ? g_strstrip (g_strdup (clean)) : NULL;

	if (safe == NULL || *safe == '\0')
		return;

	g_strdelimit (safe, "\"", '\'');
	g_strdelimit (safe, "\\", '/');
	icalproperty_add_parameter (property, icalparameter_new_cn (safe));
}

static void
add_role (icalproperty *property, gint64 type)
{
	if (type == ATTENDEE_RESOURCE)
		icalproperty_add_parameter (property,
					    icalparameter_new_cutype (ICAL_CUTYPE_RESOURCE));
	icalproperty_add_parameter (
		property,
		icalparameter_new_role (type == ATTENDEE_RESOURCE   ? ICAL_ROLE_NONPARTICIPANT
					: type == ATTENDEE_OPTIONAL ? ICAL_ROLE_OPTPARTICIPANT
								    : ICAL_ROLE_REQPARTICIPANT));
}

static icalparameter_partstat
partstat_of (const EasMapReading *reading, EasItemSlot attendee, const char *email)
{
	EasItemSlot slot = eas_item_child (reading->item, attendee, EAS_CALENDAR_ATTENDEE_STATUS);
	icalparameter_partstat partstat = ICAL_PARTSTAT_NONE;
	gint64 status = 0;

	if (eas_map_context_is_me (reading->context, email))
		partstat = find_answer (response_type, G_N_ELEMENTS (response_type),
					inherited_int (reading, EAS_CALENDAR_RESPONSE_TYPE));
	if (partstat == ICAL_PARTSTAT_NONE) {
		if (slot != EAS_ITEM_NONE)
			eas_item_int (reading->item, slot, &status);
		partstat = find_answer (attendee_status, G_N_ELEMENTS (attendee_status), status);
	}

	return partstat != ICAL_PARTSTAT_NONE ? partstat : ICAL_PARTSTAT_NEEDSACTION;
}

static void
read_attendee (const EasMapReading *reading, EasItemSlot attendee)
{
	const char *email = child_text (reading->item, attendee, EAS_CALENDAR_EMAIL);
	EasItemSlot type = eas_item_child (reading->item, attendee, EAS_CALENDAR_ATTENDEE_TYPE);
	g_autofree char *uri = new_uri (email);
	gint64 type_value = ATTENDEE_REQUIRED;
	icalproperty *property;

	if (uri == NULL)
		return;
	if (type != EAS_ITEM_NONE)
		eas_item_int (reading->item, type, &type_value);

	property = icalproperty_new_attendee (uri);
	add_name (property, child_text (reading->item, attendee, EAS_CALENDAR_NAME));
	add_role (property, type_value);
	icalproperty_add_parameter (
		property, icalparameter_new_partstat (partstat_of (reading, attendee, email)));
	if (inherited_int (reading, EAS_CALENDAR_RESPONSE_REQUESTED) != 0)
		icalproperty_add_parameter (property, icalparameter_new_rsvp (ICAL_RSVP_TRUE));
	icalcomponent_add_property (reading->object, property);
}

static void
add_organizer (icalcomponent *component, const char *email, const char *name)
{
	g_autofree char *uri = new_uri (email);
	icalproperty *property;

	if (uri == NULL)
		return;

	property = icalproperty_new_organizer (uri);
	add_name (property, name);
	icalcomponent_add_property (component, property);
}

static void
attendees_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	EasItemSlot attendee;

	for (attendee = eas_item_child (reading->item, slot, EAS_CALENDAR_ATTENDEE);
	     attendee != EAS_ITEM_NONE;
	     attendee = eas_item_sibling (reading->item, attendee, EAS_CALENDAR_ATTENDEE))
		read_attendee (reading, attendee);

	/* A meeting we made and the server has not sent back yet: from 16.0 it names the organizer.
	 */
	if (!eas_item_has (reading->item, EAS_CALENDAR_ORGANIZER_EMAIL) &&
	    reading->context->addresses != NULL &&
	    (eas_meeting_status (reading->item, reading->parent) & EAS_MEETING_RECEIVED) == 0)
		add_organizer (reading->object, reading->context->addresses[0], NULL);
}

/* Exchange names an organizer on every appointment; only a meeting shows one. */
static void
organizer_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	EasItemSlot attendees =
		eas_map_inherited (reading->item, reading->parent, EAS_CALENDAR_ATTENDEES);
	gboolean is_meeting =
		(eas_meeting_status (reading->item, reading->parent) & EAS_MEETING_IS) != 0;

	if (is_meeting ||
	    (attendees != EAS_ITEM_NONE && !eas_item_is_empty (reading->item, attendees)))
		add_organizer (reading->object, eas_item_text (reading->item, slot),
			       eas_item_get_text (reading->item, EAS_CALENDAR_ORGANIZER_NAME));
}

static void
meeting_status_read (const EasMapRow *row, const EasMapReading *reading, EasItemSlot slot)
{
	if ((eas_meeting_status (reading->item, reading->parent) & EAS_MEETING_CANCELLED) != 0)
		icalcomponent_add_property (reading->object,
					    icalproperty_new_status (ICAL_STATUS_CANCELLED));
}

/* Writing. */

static const char *
address_of (const char *uri)
{
	if (uri == NULL)
		return NULL;

	return g_ascii_strncasecmp (uri, "mailto:", 7) == 0
		       ? uri + 7
		       : (strchr (uri, ':') == NULL ? uri : NULL);
}

static const char *
organizer_address (icalcomponent *component)
{
	icalproperty *property =
		icalcomponent_get_first_property (component, ICAL_ORGANIZER_PROPERTY);

	return property != NULL ? address_of (icalproperty_get_organizer (property)) : NULL;
}

static const char *
name_of (icalproperty *property)
{
	icalparameter *parameter = icalproperty_get_first_parameter (property, ICAL_CN_PARAMETER);
	const char *name = parameter != NULL ? icalparameter_get_cn (parameter) : NULL;

	return name != NULL && *name != '\0' ? name : NULL;
}

static gboolean
is_foreign (const EasMapWriting *writing)
{
	const char *organizer = organizer_address (writing->object);

	return organizer != NULL && !eas_map_context_is_me (writing->context, organizer);
}

static int
compare_addresses (gconstpointer a, gconstpointer b)
{
	icalproperty *const *first = a, *const *second = b;

	return g_ascii_strcasecmp (address_of (icalproperty_get_attendee (*first)),
				   address_of (icalproperty_get_attendee (*second)));
}

/* Without the organizer, whom Evolution lists among them; sorted: their order says nothing. */
static GPtrArray *
collect_attendees (icalcomponent *component)
{
	GPtrArray *attendees = g_ptr_array_new ();
	const char *organizer = organizer_address (component);
	icalproperty *property;

	for (property = icalcomponent_get_first_property (component, ICAL_ATTENDEE_PROPERTY);
	     property != NULL;
	     property = icalcomponent_get_next_property (component, ICAL_ATTENDEE_PROPERTY)) {
		const char *address = address_of (icalproperty_get_attendee (property));

		if (address != NULL && *address != '\0' &&
		    (organizer == NULL || g_ascii_strcasecmp (organizer, address) != 0))
			g_ptr_array_add (attendees, property);
	}

	g_ptr_array_sort (attendees, compare_addresses);
	return attendees;
}

static int
type_of (icalproperty *property)
{
	icalparameter *cutype = icalproperty_get_first_parameter (property, ICAL_CUTYPE_PARAMETER);
	icalparameter *role = icalproperty_get_first_parameter (property, ICAL_ROLE_PARAMETER);

	if (cutype != NULL && (icalparameter_get_cutype (cutype) == ICAL_CUTYPE_RESOURCE ||
			       icalparameter_get_cutype (cutype) == ICAL_CUTYPE_ROOM))
		return ATTENDEE_RESOURCE;
	if (role != NULL && (icalparameter_get_role (role) == ICAL_ROLE_OPTPARTICIPANT ||
			     icalparameter_get_role (role) == ICAL_ROLE_NONPARTICIPANT))
		return ATTENDEE_OPTIONAL;

	return ATTENDEE_REQUIRED;
}

static int
status_of (icalproperty *property)
{
	icalparameter *parameter =
		icalproperty_get_first_parameter (property, ICAL_PARTSTAT_PARAMETER);
	icalparameter_partstat partstat = parameter != NULL ? icalparameter_get_partstat (parameter)
							    : ICAL_PARTSTAT_NEEDSACTION;

	for (guint i = 0; i < G_N_ELEMENTS (attendee_status); i++) {
		if (attendee_status[i].partstat == partstat)
			return attendee_status[i].wire;
	}

	return attendee_status[0].wire;
}

static void
write_attendee (EasMapWriting *writing, icalproperty *property)
{
	const char *address = address_of (icalproperty_get_attendee (property));
	const char *name = name_of (property);
	g_autofree char *wire_address = eas_map_wire_text (address, /* one_line */ TRUE);
	g_autofree char *wire_name =
		eas_map_wire_text (name != NULL ? name : address, /* one_line */ TRUE);

	eas_item_builder_start (writing->builder, EAS_CALENDAR_ATTENDEE);
	eas_item_builder_text (writing->builder, EAS_CALENDAR_EMAIL, wire_address);
	eas_item_builder_text (writing->builder, EAS_CALENDAR_NAME,
			       wire_name != NULL ? wire_name : wire_address);
	if (writing->context->version < EAS_VERSION_16_0)
		eas_item_builder_int (writing->builder, EAS_CALENDAR_ATTENDEE_STATUS,
				      status_of (property));
	eas_item_builder_int (writing->builder, EAS_CALENDAR_ATTENDEE_TYPE, type_of (property));
	eas_item_builder_end (writing->builder);
}

static void
attendees_write (const EasMapRow *row, EasMapWriting *writing)
{
	g_autoptr (GPtrArray) attendees = NULL;

	/* From 16.0 the server would invite everybody in our name (pitfall 15). */
	if (writing->context->version >= EAS_VERSION_16_0 && is_foreign (writing))
		return;

	attendees = collect_attendees (writing->object);
	if (attendees->len == 0)
		return;

	eas_item_builder_start (writing->builder, EAS_CALENDAR_ATTENDEES);
	for (guint i = 0; i < attendees->len; i++)
		write_attendee (writing, attendees->pdata[i]);
	eas_item_builder_end (writing->builder);
}

static EasItemSlot
find_attendee (const EasItem *item, EasItemSlot attendees, const char *email)
{
	EasItemSlot slot;

	if (item == NULL || attendees == EAS_ITEM_NONE || email == NULL)
		return EAS_ITEM_NONE;

	for (slot = eas_item_child (item, attendees, EAS_CALENDAR_ATTENDEE); slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (item, slot, EAS_CALENDAR_ATTENDEE)) {
		const char *its_email = child_text (item, slot, EAS_CALENDAR_EMAIL);

		if (its_email != NULL && g_ascii_strcasecmp (its_email, email) == 0)
			return slot;
	}

	return EAS_ITEM_NONE;
}

/* What the server has of somebody nobody touched, without what only it may say. */
static void
copy_attendee (const EasMapMerging *merging, EasItemSlot attendee)
{
	EasItemSlot slot;

	eas_item_builder_start (merging->builder, EAS_CALENDAR_ATTENDEE);
	for (slot = eas_item_child (merging->baseline, attendee, EAS_TAG_NONE);
	     slot != EAS_ITEM_NONE;
	     slot = eas_item_sibling (merging->baseline, slot, EAS_TAG_NONE)) {
		EasTag tag = eas_item_tag (merging->baseline, slot);
		gboolean is_theirs = EAS_TAG_PAGE (tag) == EAS_PAGE_MEETINGRESPONSE ||
				     (tag == EAS_CALENDAR_ATTENDEE_STATUS &&
				      merging->context->version >= EAS_VERSION_16_0);

		if (!is_theirs)
			eas_item_builder_copy (merging->builder, merging->baseline, slot);
	}
	eas_item_builder_end (merging->builder);
}

static void
attendees_merge (const EasMapRow *row, EasMapMerging *merging)
{
	EasItemSlot edited =
		eas_item_child (merging->edited, EAS_ITEM_ROOT, EAS_CALENDAR_ATTENDEES);
	EasItemSlot shown = merging->shown != NULL ? eas_item_child (merging->shown, EAS_ITEM_ROOT,
								     EAS_CALENDAR_ATTENDEES)
						   : EAS_ITEM_NONE;
	EasItemSlot attendee;

	if (edited == EAS_ITEM_NONE) {
		eas_item_builder_empty (merging->builder, EAS_CALENDAR_ATTENDEES);
		return;
	}

	eas_item_builder_start (merging->builder, EAS_CALENDAR_ATTENDEES);
	for (attendee = eas_item_child (merging->edited, edited, EAS_CALENDAR_ATTENDEE);
	     attendee != EAS_ITEM_NONE;
	     attendee = eas_item_sibling (merging->edited, attendee, EAS_CALENDAR_ATTENDEE)) {
		const char *email = child_text (merging->edited, attendee, EAS_CALENDAR_EMAIL);
		EasItemSlot was = find_attendee (merging->shown, shown, email);
		EasItemSlot is = find_attendee (merging->baseline, merging->baseline_slot, email);

		if (was != EAS_ITEM_NONE && is != EAS_ITEM_NONE &&
		    eas_item_slot_equal (merging->edited, attendee, merging->shown, was))
			copy_attendee (merging, is);
		else
			eas_item_builder_copy (merging->builder, merging->edited, attendee);
	}
	eas_item_builder_end (merging->builder);
}

const EasMapCodec eas_codec_attendees = { attendees_read, attendees_write, attendees_merge };

static void
organizer_write (const EasMapRow *row, EasMapWriting *writing)
{
	g_autoptr (GPtrArray) attendees = collect_attendees (writing->object);
	g_autofree char *wire =
		eas_map_wire_text (organizer_address (writing->object), /* one_line */ TRUE);

	if (attendees->len > 0)
		eas_item_builder_text (writing->builder, row->tag, wire);
}

const EasMapCodec eas_codec_organizer = { organizer_read, organizer_write, NULL };

static void
organizer_name_write (const EasMapRow *row, EasMapWriting *writing)
{
	g_autoptr (GPtrArray) attendees = collect_attendees (writing->object);
	icalproperty *property =
		icalcomponent_get_first_property (writing->object, ICAL_ORGANIZER_PROPERTY);
	g_autofree char *wire = NULL;

	if (attendees->len == 0 || property == NULL)
		return;

	wire = eas_map_wire_text (name_of (property) != NULL ? name_of (property)
							     : organizer_address (writing->object),
				  /* one_line */ TRUE);
	eas_item_builder_text (writing->builder, row->tag, wire);
}

const EasMapCodec eas_codec_organizer_name = { NULL, organizer_name_write, NULL };

static void
meeting_status_write (const EasMapRow *row, EasMapWriting *writing)
{
	g_autoptr (GPtrArray) attendees = collect_attendees (writing->object);
	icalproperty *status =
		icalcomponent_get_first_property (writing->object, ICAL_STATUS_PROPERTY);
	gboolean foreign = is_foreign (writing);
	guint value = 0;

	if (attendees->len > 0 && !(foreign && writing->context->version >= EAS_VERSION_16_0))
		value |= EAS_MEETING_IS | (foreign ? EAS_MEETING_RECEIVED : 0);
	if (status != NULL && icalproperty_get_status (status) == ICAL_STATUS_CANCELLED)
		value |= EAS_MEETING_IS | EAS_MEETING_CANCELLED;

	eas_item_builder_int (writing->builder, row->tag, value);
}

const EasMapCodec eas_codec_meeting_status = { meeting_status_read, meeting_status_write, NULL };

/* RSVP is read with the attendees. */
static void
response_requested_write (const EasMapRow *row, EasMapWriting *writing)
{
	g_autoptr (GPtrArray) attendees = collect_attendees (writing->object);
	gboolean requested = FALSE;

	if (attendees->len == 0)
		return;

	for (guint i = 0; i < attendees->len; i++) {
		icalparameter *rsvp =
			icalproperty_get_first_parameter (attendees->pdata[i], ICAL_RSVP_PARAMETER);

		requested = requested ||
			    (rsvp != NULL && icalparameter_get_rsvp (rsvp) == ICAL_RSVP_TRUE);
	}

	eas_item_builder_flag (writing->builder, row->tag, requested);
}

const EasMapCodec eas_codec_response_requested = { NULL, response_requested_write, NULL };
