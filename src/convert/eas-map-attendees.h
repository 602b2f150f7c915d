/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who takes part: Attendees, Organizer, MeetingStatus, ResponseRequested. The
 * person's own answer comes from ResponseType, whose numbers are not those of
 * AttendeeStatus (pitfall 15).
 *
 * Source: [MS-ASCAL] 2.2.2.4 Attendees, 2.2.2.5 AttendeeStatus, 2.2.2.6 AttendeeType,
 * 2.2.2.30 MeetingStatus, 2.2.2.40 ResponseRequested, 2.2.2.41 ResponseType.
 */

#pragma once

#include "eas-map-codecs.h"

G_BEGIN_DECLS

enum { /* bits of MeetingStatus */
       EAS_MEETING_IS = 1 << 0,
       EAS_MEETING_RECEIVED = 1 << 1,
       EAS_MEETING_CANCELLED = 1 << 2
};

extern const EasMapCodec eas_codec_attendees;
extern const EasMapCodec eas_codec_organizer;      /* OrganizerEmail; reads OrganizerName with it */
extern const EasMapCodec eas_codec_organizer_name; /* writes it */
extern const EasMapCodec eas_codec_meeting_status; /* <-> STATUS:CANCELLED */
extern const EasMapCodec eas_codec_response_requested;

extern const EasTag eas_attendees_group[];

/* MeetingStatus at @parent, inherited; 0 where it is absent. */
guint eas_meeting_status (const EasItem *item, EasItemSlot parent);
gboolean eas_meeting_is_received (const EasItem *item);

G_END_DECLS
