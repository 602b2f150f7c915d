/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-map-event-table.h"
#include "eas-map-attachments.h"
#include "eas-map-attendees.h"
#include "eas-map-body.h"
#include "eas-map-event-codecs.h"

#define READ     EAS_MAP_READ
#define WRITE    EAS_MAP_WRITE
#define BOTH     EAS_MAP_BOTH
#define INSTANCE EAS_MAP_INSTANCE
#define OWN      (EAS_MAP_INSTANCE | EAS_MAP_INVITEE) /* one's own, whoever organizes */
#define OURS     EAS_MAP_OURS

#define CAL(name)  EAS_CALENDAR_##name
#define ASB(name)  EAS_AIRSYNCBASE_##name
#define ICAL(name) ICAL_##name##_PROPERTY

static const EasTag exceptions_group[] = { EAS_CALENDAR_EXCEPTION, EAS_CALENDAR_DELETED,
					   EAS_CALENDAR_EXCEPTION_START_TIME, EAS_TAG_NONE };
static const EasTag categories_group[] = { EAS_CALENDAR_CATEGORY, EAS_TAG_NONE };
static const EasTag links_group[] = { EAS_CALENDAR_ATT_NAME,    EAS_CALENDAR_ATT_SIZE,
				      EAS_CALENDAR_ATT_OID,     EAS_CALENDAR_ATT_METHOD,
				      EAS_CALENDAR_ATT_REMOVED, EAS_CALENDAR_DISPLAY_NAME,
				      EAS_CALENDAR_ATTACHMENT,  EAS_TAG_NONE };

/* clang-format off */
/* [MS-ASCAL] 2.2.2; the order is that of the properties in a component. */
static const EasMapRow event_rows[] = {
	/* element                            versions        how                          property            codec (argument, group) */
	{ CAL (UID),                          EAS_BELOW_16_0, WRITE | OURS | EAS_MAP_KEEP, ICAL (UID),         &eas_event_codec_uid },
	{ CAL (CLIENT_UID),                   EAS_SINCE_16_0, WRITE | EAS_MAP_ADD_ONLY,    ICAL (UID),         &eas_event_codec_uid },
	{ CAL (DT_STAMP),                     EAS_BELOW_16_0, BOTH | OURS | EAS_MAP_QUIET, ICAL (DTSTAMP),     &eas_event_codec_stamp },
	{ CAL (DT_STAMP),                     EAS_SINCE_16_0, READ,                        ICAL (DTSTAMP),     &eas_event_codec_stamp },
	{ CAL (TIMEZONE),                     EAS_ANY,        WRITE | OURS,                0,                  &eas_event_codec_zone },
	{ CAL (ALL_DAY_EVENT),                EAS_ANY,        WRITE | INSTANCE | OURS,     0,                  &eas_event_codec_all_day },
	{ CAL (START_TIME),                   EAS_ANY,        WRITE | INSTANCE | OURS,     ICAL (DTSTART),     &eas_event_codec_start },
	{ CAL (END_TIME),                     EAS_ANY,        WRITE | INSTANCE | OURS,     ICAL (DTEND),       &eas_event_codec_end },
	{ CAL (RECURRENCE),                   EAS_ANY,        BOTH | OURS,                 ICAL (RRULE),       &eas_event_codec_recurrence,
	  NULL, eas_event_recurrence_group },
	{ CAL (SUBJECT),                      EAS_ANY,        BOTH | INSTANCE | OURS,      ICAL (SUMMARY),     &eas_event_codec_title },
	{ CAL (LOCATION),                     EAS_BELOW_16_0, BOTH | INSTANCE | OURS,      ICAL (LOCATION),    &eas_codec_text },
	{ ASB (LOCATION),                     EAS_SINCE_16_0, BOTH | INSTANCE,             ICAL (LOCATION),    &eas_event_codec_place,
	  NULL, eas_event_place_group },
	{ ASB (BODY),                         EAS_ANY,        BOTH | OWN,                  ICAL (DESCRIPTION), &eas_codec_body,
	  NULL, eas_map_body_group },
	{ CAL (CATEGORIES),                   EAS_ANY,        BOTH | OWN | OURS,           ICAL (CATEGORIES),  &eas_codec_categories,
	  EAS_MAP_TAG (EAS_CALENDAR_CATEGORY), categories_group },
	{ CAL (SENSITIVITY),                  EAS_ANY,        BOTH | OWN | OURS,           ICAL (CLASS),       &eas_codec_class },
	{ CAL (BUSY_STATUS),                  EAS_ANY,        BOTH | OWN | OURS,           ICAL (TRANSP),      &eas_event_codec_busy },
	{ CAL (MEETING_STATUS),               EAS_ANY,        BOTH | INSTANCE | OURS,      ICAL (STATUS),      &eas_codec_meeting_status },
	{ CAL (ORGANIZER_EMAIL),              EAS_BELOW_16_0, BOTH | OURS,                 ICAL (ORGANIZER),   &eas_codec_organizer },
	{ CAL (ORGANIZER_EMAIL),              EAS_SINCE_16_0, READ,                        ICAL (ORGANIZER),   &eas_codec_organizer },
	{ CAL (ORGANIZER_NAME),               EAS_BELOW_16_0, WRITE | OURS,                0,                  &eas_codec_organizer_name },
	{ CAL (ATTENDEES),                    EAS_BELOW_14_0, BOTH | OURS,                 ICAL (ATTENDEE),    &eas_codec_attendees,
	  NULL, eas_attendees_group },
	{ CAL (ATTENDEES),                    EAS_SINCE_14_0, BOTH | INSTANCE | OURS,      ICAL (ATTENDEE),    &eas_codec_attendees,
	  NULL, eas_attendees_group },
	{ CAL (RESPONSE_REQUESTED),           EAS_SINCE_14_0, WRITE | OURS,                0,                  &eas_codec_response_requested },
	{ CAL (DISALLOW_NEW_TIME_PROPOSAL),   EAS_SINCE_14_0, BOTH | OURS,                 ICAL (X),           &eas_codec_x_flag,
	  "X-MICROSOFT-DISALLOW-COUNTER" },
	{ CAL (ONLINE_MEETING_EXTERNAL_LINK), EAS_SINCE_14_1, READ,                        ICAL (URL),         &eas_event_codec_link },
	{ CAL (ONLINE_MEETING_CONF_LINK),     EAS_SINCE_14_1, READ,                        ICAL (X),           &eas_codec_x_text,
	  "X-MICROSOFT-ONLINEMEETINGCONFLINK" },
	{ CAL (REMINDER),                     EAS_ANY,        BOTH | OWN | OURS,           0,                  &eas_event_codec_reminder },
	{ ASB (ATTACHMENTS),                  EAS_ANY,        BOTH,                        ICAL (ATTACH),      &eas_codec_attachments,
	  NULL, eas_map_attachments_group },

	EAS_MAP_BY_HAND (EAS_CALENDAR_EXCEPTIONS, OURS, exceptions_group, "components of their own: eas-map-exceptions.c"),
	EAS_MAP_IGNORE (EAS_CALENDAR_RESPONSE_TYPE, "one's own answer, read by eas_codec_attendees; changed by MeetingResponse"),
	EAS_MAP_IGNORE (EAS_CALENDAR_APPOINTMENT_REPLY_TIME, "when one answered: the server's own record"),
	EAS_MAP_IGNORE (EAS_AIRSYNCBASE_NATIVE_BODY_TYPE, "tells how Body is kept: eas-map-body.c"),
	EAS_MAP_IGNORE (EAS_AIRSYNCBASE_INSTANCE_ID, "names an occurrence: eas-map-exceptions.c"),
	EAS_MAP_IGNORE (EAS_CALENDAR_BODY, "of 2.5, which we do not speak"),
	EAS_MAP_IGNORE (EAS_CALENDAR_BODY_TRUNCATED, "of 2.5, which we do not speak"),
	EAS_MAP_IGNORE (EAS_CALENDAR_COMPRESSED_RTF, "of 2.5, which we do not speak"),
	{ .tag = EAS_CALENDAR_ATTACHMENTS, .versions = EAS_ANY, .group = links_group,
	  .reason = "listed by no version of the specification" },
};
/* clang-format on */

static const EasPage event_pages[] = { EAS_PAGE_CALENDAR };

/* From 16.0 every element is kept when it is absent. */
const EasMapTable eas_event_table = { "event",
				      event_rows,
				      G_N_ELEMENTS (event_rows),
				      event_pages,
				      G_N_ELEMENTS (event_pages),
				      EAS_BELOW_16_0 };

const EasMapRow *
eas_event_row (EasTag tag, EasVersion version)
{
	return eas_map_writing_row (&eas_event_table, tag, version);
}
