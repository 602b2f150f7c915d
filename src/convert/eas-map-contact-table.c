/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-map-contact-parts.h"
#include "eas-map-body.h"

/* Left out by a Change, a picture and a body stay in every version; all else is named in Supported.
 */
#define BOTH  EAS_MAP_BOTH
#define OURS  (EAS_MAP_BOTH | EAS_MAP_OURS)
#define STAYS (EAS_MAP_BOTH | EAS_MAP_STAYS)

#define CON(name)  EAS_CONTACTS_##name
#define CON2(name) EAS_CONTACTS2_##name

#define PLACE(...)         (&(const EasContactPlace){ __VA_ARGS__ })
#define LINE(property)     PLACE (EAS_CONTACT_LINE, property)
#define FIELD(property, n) PLACE (EAS_CONTACT_FIELD, property, NULL, NULL, n)
#define ADDRESS(type, n)   PLACE (EAS_CONTACT_FIELD, EVC_ADR, type, NULL, n)
#define PHONE(...)         PLACE (EAS_CONTACT_PHONE, EVC_TEL, __VA_ARGS__)

static const EasTag categories_group[] = { EAS_CONTACTS_CATEGORY, EAS_TAG_NONE };
static const EasTag children_group[] = { EAS_CONTACTS_CHILD, EAS_TAG_NONE };

/* clang-format off */
/* [MS-ASCNTC] 2.2.2; the order is that of the properties in a vCard. The fields of one property stand together. */
static const EasMapRow contact_rows[] = {
	/* element                              versions how   0  codec                       place (group) */
	{ CON (LAST_NAME),                      EAS_ANY, OURS, 0, &eas_contact_codec_line,    FIELD (EVC_N, 0) },
	{ CON (FIRST_NAME),                     EAS_ANY, OURS, 0, &eas_contact_codec_line,    FIELD (EVC_N, 1) },
	{ CON (MIDDLE_NAME),                    EAS_ANY, OURS, 0, &eas_contact_codec_line,    FIELD (EVC_N, 2) },
	{ CON (TITLE),                          EAS_ANY, OURS, 0, &eas_contact_codec_line,    FIELD (EVC_N, 3) },
	{ CON (SUFFIX),                         EAS_ANY, OURS, 0, &eas_contact_codec_line,    FIELD (EVC_N, 4) },
	{ CON (FILE_AS),                        EAS_ANY, OURS, 0, &eas_contact_codec_line,    LINE (EVC_X_FILE_AS) },
	{ CON2 (NICK_NAME),                     EAS_ANY, OURS, 0, &eas_contact_codec_line,    LINE (EVC_NICKNAME) },
	{ CON (YOMI_LAST_NAME),                 EAS_ANY, OURS, 0, &eas_contact_codec_line,    LINE ("X-PHONETIC-LAST-NAME") },
	{ CON (YOMI_FIRST_NAME),                EAS_ANY, OURS, 0, &eas_contact_codec_line,    LINE ("X-PHONETIC-FIRST-NAME") },
	{ CON (COMPANY_NAME),                   EAS_ANY, OURS, 0, &eas_contact_codec_line,    FIELD (EVC_ORG, 0) },
	{ CON (DEPARTMENT),                     EAS_ANY, OURS, 0, &eas_contact_codec_line,    FIELD (EVC_ORG, 1) },
	{ CON (OFFICE_LOCATION),                EAS_ANY, OURS, 0, &eas_contact_codec_line,    FIELD (EVC_ORG, 2) },
	{ CON (YOMI_COMPANY_NAME),              EAS_ANY, OURS, 0, &eas_contact_codec_line,    LINE ("X-PHONETIC-ORG") },
	{ CON (JOB_TITLE),                      EAS_ANY, OURS, 0, &eas_contact_codec_line,    LINE (EVC_TITLE) },
	{ CON2 (MANAGER_NAME),                  EAS_ANY, OURS, 0, &eas_contact_codec_line,    LINE (EVC_X_MANAGER) },
	{ CON (ASSISTANT_NAME),                 EAS_ANY, OURS, 0, &eas_contact_codec_line,    LINE (EVC_X_ASSISTANT) },
	{ CON (SPOUSE),                         EAS_ANY, OURS, 0, &eas_contact_codec_line,    LINE (EVC_X_SPOUSE) },
	{ CON (CHILDREN),                       EAS_ANY, OURS, 0, &eas_contact_codec_names,
	  PLACE (EAS_CONTACT_SET, "X-EVOLUTION-EAS-CHILD"), children_group },
	{ CON (EMAIL1_ADDRESS),                 EAS_ANY, OURS, 0, &eas_contact_codec_email,   PLACE (EAS_CONTACT_EMAIL, EVC_EMAIL) },
	{ CON (EMAIL2_ADDRESS),                 EAS_ANY, OURS, 0, &eas_contact_codec_email,   PLACE (EAS_CONTACT_EMAIL, EVC_EMAIL) },
	{ CON (EMAIL3_ADDRESS),                 EAS_ANY, OURS, 0, &eas_contact_codec_email,   PLACE (EAS_CONTACT_EMAIL, EVC_EMAIL) },
	{ CON2 (IM_ADDRESS),                    EAS_ANY, OURS, 0, &eas_contact_codec_line,    PLACE (EAS_CONTACT_IM, "IMPP") },
	{ CON2 (IM_ADDRESS2),                   EAS_ANY, OURS, 0, &eas_contact_codec_line,    PLACE (EAS_CONTACT_IM, "IMPP") },
	{ CON2 (IM_ADDRESS3),                   EAS_ANY, OURS, 0, &eas_contact_codec_line,    PLACE (EAS_CONTACT_IM, "IMPP") },
	{ CON (MOBILE_PHONE_NUMBER),            EAS_ANY, OURS, 0, &eas_contact_codec_line,    PHONE ("CELL") },
	{ CON (BUSINESS_PHONE_NUMBER),          EAS_ANY, OURS, 0, &eas_contact_codec_line,    PHONE ("WORK", "VOICE") },
	{ CON (BUSINESS2_PHONE_NUMBER),         EAS_ANY, OURS, 0, &eas_contact_codec_line,    PHONE ("WORK", "VOICE") },
	{ CON (HOME_PHONE_NUMBER),              EAS_ANY, OURS, 0, &eas_contact_codec_line,    PHONE ("HOME", "VOICE") },
	{ CON (HOME2_PHONE_NUMBER),             EAS_ANY, OURS, 0, &eas_contact_codec_line,    PHONE ("HOME", "VOICE") },
	{ CON (BUSINESS_FAX_NUMBER),            EAS_ANY, OURS, 0, &eas_contact_codec_line,    PHONE ("WORK", "FAX") },
	{ CON (HOME_FAX_NUMBER),                EAS_ANY, OURS, 0, &eas_contact_codec_line,    PHONE ("HOME", "FAX") },
	{ CON (PAGER_NUMBER),                   EAS_ANY, OURS, 0, &eas_contact_codec_line,    PHONE ("PAGER") },
	{ CON (CAR_PHONE_NUMBER),               EAS_ANY, OURS, 0, &eas_contact_codec_line,    PHONE ("CAR") },
	{ CON (RADIO_PHONE_NUMBER),             EAS_ANY, OURS, 0, &eas_contact_codec_line,    PHONE (EVC_X_RADIO) },
	{ CON (ASSISTANT_PHONE_NUMBER),         EAS_ANY, OURS, 0, &eas_contact_codec_line,    PHONE (EVC_X_ASSISTANT) },
	{ CON2 (COMPANY_MAIN_PHONE),            EAS_ANY, OURS, 0, &eas_contact_codec_line,    PHONE (EVC_X_COMPANY) },
	{ CON2 (MMS),                           EAS_ANY, OURS, 0, &eas_contact_codec_line,    LINE ("X-EAS-MMS") },
	{ CON (BUSINESS_ADDRESS_STREET),        EAS_ANY, OURS, 0, &eas_contact_codec_lines,   ADDRESS ("WORK", 2) },
	{ CON (BUSINESS_ADDRESS_CITY),          EAS_ANY, OURS, 0, &eas_contact_codec_line,    ADDRESS ("WORK", 3) },
	{ CON (BUSINESS_ADDRESS_STATE),         EAS_ANY, OURS, 0, &eas_contact_codec_line,    ADDRESS ("WORK", 4) },
	{ CON (BUSINESS_ADDRESS_POSTAL_CODE),   EAS_ANY, OURS, 0, &eas_contact_codec_line,    ADDRESS ("WORK", 5) },
	{ CON (BUSINESS_ADDRESS_COUNTRY),       EAS_ANY, OURS, 0, &eas_contact_codec_line,    ADDRESS ("WORK", 6) },
	{ CON (HOME_ADDRESS_STREET),            EAS_ANY, OURS, 0, &eas_contact_codec_lines,   ADDRESS ("HOME", 2) },
	{ CON (HOME_ADDRESS_CITY),              EAS_ANY, OURS, 0, &eas_contact_codec_line,    ADDRESS ("HOME", 3) },
	{ CON (HOME_ADDRESS_STATE),             EAS_ANY, OURS, 0, &eas_contact_codec_line,    ADDRESS ("HOME", 4) },
	{ CON (HOME_ADDRESS_POSTAL_CODE),       EAS_ANY, OURS, 0, &eas_contact_codec_line,    ADDRESS ("HOME", 5) },
	{ CON (HOME_ADDRESS_COUNTRY),           EAS_ANY, OURS, 0, &eas_contact_codec_line,    ADDRESS ("HOME", 6) },
	{ CON (OTHER_ADDRESS_STREET),           EAS_ANY, OURS, 0, &eas_contact_codec_lines,   ADDRESS ("OTHER", 2) },
	{ CON (OTHER_ADDRESS_CITY),             EAS_ANY, OURS, 0, &eas_contact_codec_line,    ADDRESS ("OTHER", 3) },
	{ CON (OTHER_ADDRESS_STATE),            EAS_ANY, OURS, 0, &eas_contact_codec_line,    ADDRESS ("OTHER", 4) },
	{ CON (OTHER_ADDRESS_POSTAL_CODE),      EAS_ANY, OURS, 0, &eas_contact_codec_line,    ADDRESS ("OTHER", 5) },
	{ CON (OTHER_ADDRESS_COUNTRY),          EAS_ANY, OURS, 0, &eas_contact_codec_line,    ADDRESS ("OTHER", 6) },
	{ CON (WEB_PAGE),                       EAS_ANY, OURS, 0, &eas_contact_codec_line,    LINE (EVC_URL) },
	{ CON (BIRTHDAY),                       EAS_ANY, OURS, 0, &eas_contact_codec_day,     PLACE (EAS_CONTACT_DAY, EVC_BDAY) },
	{ CON (ANNIVERSARY),                    EAS_ANY, OURS, 0, &eas_contact_codec_day,     PLACE (EAS_CONTACT_DAY, EVC_X_ANNIVERSARY) },
	{ CON (CATEGORIES),                     EAS_ANY, OURS, 0, &eas_contact_codec_names,
	  PLACE (EAS_CONTACT_SET, EVC_CATEGORIES), categories_group },
	{ CON2 (CUSTOMER_ID),                   EAS_ANY, OURS, 0, &eas_contact_codec_line,    LINE ("X-EAS-CUSTOMER-ID") },
	{ CON2 (GOVERNMENT_ID),                 EAS_ANY, OURS, 0, &eas_contact_codec_line,    LINE ("X-EAS-GOVERNMENT-ID") },
	{ CON2 (ACCOUNT_NAME),                  EAS_ANY, OURS, 0, &eas_contact_codec_line,    LINE ("X-EAS-ACCOUNT-NAME") },
	{ CON (PICTURE),                        EAS_ANY, STAYS, 0, &eas_contact_codec_picture, PLACE (EAS_CONTACT_PHOTO, EVC_PHOTO) },
	{ EAS_AIRSYNCBASE_BODY,                 EAS_ANY, STAYS, 0, &eas_contact_codec_note,   PLACE (EAS_CONTACT_TEXT, EVC_NOTE),
	  eas_map_body_group },

	EAS_MAP_IGNORE (EAS_CONTACTS_ALIAS, "of the recipient cache, which is the server's own"),
	EAS_MAP_IGNORE (EAS_CONTACTS_WEIGHTED_RANK, "of the recipient cache, which is the server's own"),
	EAS_MAP_IGNORE (EAS_AIRSYNCBASE_NATIVE_BODY_TYPE, "tells how Body is kept: eas-map-body.c"),
	EAS_MAP_IGNORE (EAS_CONTACTS_BODY, "of 2.5, which we do not speak"),
	EAS_MAP_IGNORE (EAS_CONTACTS_BODY_SIZE, "of 2.5, which we do not speak"),
	EAS_MAP_IGNORE (EAS_CONTACTS_BODY_TRUNCATED, "of 2.5, which we do not speak"),
	EAS_MAP_IGNORE (EAS_CONTACTS_COMPRESSED_RTF, "of 2.5, which we do not speak"),
};
/* clang-format on */

static const EasPage contact_pages[] = { EAS_PAGE_CONTACTS, EAS_PAGE_CONTACTS2 };

/* From 16.1 a Change is the whole contact, and a list of what we know is not asked for. */
const EasMapTable eas_contact_table = { "contact",
					contact_rows,
					G_N_ELEMENTS (contact_rows),
					contact_pages,
					G_N_ELEMENTS (contact_pages),
					{ 0, EAS_VERSION_16_0 } };
