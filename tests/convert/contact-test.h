/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Contacts as text: what the tests of their map share. */

#pragma once

#include "convert-test.h"
#include "eas-map-contact.h"

/* The properties of @contact, one a line, unfolded, in their order; without the frame. */
char *contact_lines (EContact *contact);
/* Of lines without the frame around them. */
EContact *contact_new (const char *lines);
/* Written out and read again, as EDS's cache does it. */
EContact *contact_through_text (EContact *contact);
/* A copy with other lines; edits as of convert_edit(). */
EContact *contact_edit (EContact *contact, const char *edits);

EContact *contact_read (const EasItem *item, const EasMapContext *context);
/* The lines of the contact that the XML is. */
char *contact_read_lines (const char *xml, const EasMapContext *context);
/* A new contact; the change as lines. */
char *contact_write_new (const char *lines, const EasMapContext *context);
/* Reads, edits, writes; the change as lines, "" when there is none. */
char *contact_write_edited (const EasItem *item, const EasMapContext *context, const char *edits);
/* The reason for which a new contact is refused. */
char *contact_refused (const char *lines, const EasMapContext *context);

/* clang-format off */
/* A server's item with every element of the class. */
#define CONTACT_EVERYTHING                                                                                 \
	"<p:LastName>Kovač</p:LastName><p:FirstName>Ana</p:FirstName><p:MiddleName>M.</"          \
	"p:MiddleName>"                                                                            \
	"<p:Title>Dr.</p:Title><p:Suffix>Jr.</p:Suffix><p:FileAs>Kovač, Ana</p:FileAs>"           \
	"<q:NickName>Anči</q:NickName><p:YomiLastName>コバチ</p:YomiLastName>"                 \
	"<p:YomiFirstName>アナ</p:YomiFirstName><p:CompanyName>Adria</p:CompanyName>"            \
	"<p:Department>Design</p:Department><p:OfficeLocation>12a</p:OfficeLocation>"              \
	"<p:YomiCompanyName>アドリア</p:YomiCompanyName><p:JobTitle>Designer</p:JobTitle>"     \
	"<q:ManagerName>Maja</q:ManagerName><p:AssistantName>Jure</p:AssistantName>"               \
	"<p:Spouse>Luka</p:Spouse><p:Children><p:Child>Eva</p:Child><p:Child>Jan</p:Child></"      \
	"p:Children>"                                                                              \
	"<p:Email1Address>\"Ana Kovač\" &lt;ana@example.org&gt;</p:Email1Address>"                \
	"<p:Email2Address>ana@example.net</p:Email2Address>"                                       \
	"<p:Email3Address>ana@example.com</p:Email3Address>"                                       \
	"<q:IMAddress>ana@jabber.example</q:IMAddress><q:IMAddress2>skype:ana.k</q:IMAddress2>"    \
	"<q:IMAddress3>sip:ana@voip.example</q:IMAddress3>"                                        \
	"<p:MobilePhoneNumber>+386 1</p:MobilePhoneNumber>"                                        \
	"<p:BusinessPhoneNumber>+386 2</p:BusinessPhoneNumber>"                                    \
	"<p:Business2PhoneNumber>+386 3</p:Business2PhoneNumber>"                                  \
	"<p:HomePhoneNumber>+386 4</p:HomePhoneNumber><p:Home2PhoneNumber>+386 "                   \
	"5</p:Home2PhoneNumber>"                                                                   \
	"<p:BusinessFaxNumber>+386 6</p:BusinessFaxNumber><p:HomeFaxNumber>+386 "                  \
	"7</p:HomeFaxNumber>"                                                                      \
	"<p:PagerNumber>+386 8</p:PagerNumber><p:CarPhoneNumber>+386 9</p:CarPhoneNumber>"         \
	"<p:RadioPhoneNumber>+386 10</p:RadioPhoneNumber>"                                         \
	"<p:AssistantPhoneNumber>+386 11</p:AssistantPhoneNumber>"                                 \
	"<q:CompanyMainPhone>+386 12</q:CompanyMainPhone><q:MMS>+386 13</q:MMS>"                   \
	"<p:BusinessAddressStreet>Čopova 7&#13;\n2. nadstropje</p:BusinessAddressStreet>"         \
	"<p:BusinessAddressCity>Ljubljana</p:BusinessAddressCity>"                                 \
	"<p:BusinessAddressState>Osrednja</p:BusinessAddressState>"                                \
	"<p:BusinessAddressPostalCode>1000</p:BusinessAddressPostalCode>"                          \
	"<p:BusinessAddressCountry>Slovenija</p:BusinessAddressCountry>"                           \
	"<p:HomeAddressStreet>Trg "                                                                \
	"1</p:HomeAddressStreet><p:HomeAddressCity>Kranj</p:HomeAddressCity>"                      \
	"<p:OtherAddressCity>Piran</p:OtherAddressCity>"                                           \
	"<p:WebPage>https://example.org/ana</p:WebPage>"                                           \
	"<p:Birthday>1984-03-08T11:59:00.000Z</p:Birthday>"                                        \
	"<p:Anniversary>2010-06-12T00:00:00.000Z</p:Anniversary>"                                  \
	"<p:Categories><p:Category>Friends</p:Category><p:Category>Work</p:Category></"            \
	"p:Categories>"                                                                            \
	"<q:CustomerId>K-1</q:CustomerId><q:GovernmentId>G-2</q:GovernmentId>"                     \
	"<q:AccountName>A-3</q:AccountName><p:Picture>/9j/4AAQSkZJRg==</p:Picture>"                \
	"<b:Body><b:Type>1</b:Type><b:Data>One&#13;\nTwo</b:Data></b:Body>"                        \
	"<b:NativeBodyType>1</b:NativeBodyType>"
/* clang-format on */

/* By chance: what a server may have, and what a person may have entered. */
EasItem *contact_random_item (GRand *rand, EasVersion version);
EContact *contact_random (GRand *rand);
