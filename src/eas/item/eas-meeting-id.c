/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A GlobalObjId is 40 bytes of head and a payload:
 *
 *	16  the class of the id, always the same
 *	 4  the date of the instance, zero for a whole series
 *	 8  time of creation
 *	 8  zero
 *	 4  size of the payload, little-endian
 *
 * A meeting made by Outlook has some random payload: its UID is the whole in
 * hexadecimal. One from elsewhere carries that UID: "vCal-Uid", 1 as four
 * bytes, the UID, a zero byte.
 *
 * Source: [MS-ASEMAIL] 2.2.2.37 GlobalObjId.
 */

#include "eas-meeting-id.h"

#include <string.h>

#define INSTANCE_OFFSET 16
#define INSTANCE_SIZE   4
#define SIZE_OFFSET     36
#define HEAD_SIZE       40
#define MARK            "vCal-Uid"
#define MARK_SIZE       8
#define UID_OFFSET      (HEAD_SIZE + MARK_SIZE + 4)
#define PAYLOAD_EXTRA   13 /* mark, number, final zero */

static const guint8 class_id[INSTANCE_OFFSET] = { 0x04, 0x00, 0x00, 0x00, 0x82, 0x00, 0xe0, 0x00,
						  0x74, 0xc5, 0xb7, 0x10, 0x1a, 0x82, 0xe0, 0x08 };

static GByteArray *
decode_hex (const char *text)
{
	gsize length = strlen (text);
	g_autoptr (GByteArray) bytes = NULL;

	if (length == 0 || length % 2 != 0)
		return NULL;

	bytes = g_byte_array_sized_new (length / 2);
	for (gsize i = 0; i < length; i += 2) {
		int high = g_ascii_xdigit_value (text[i]);
		int low = g_ascii_xdigit_value (text[i + 1]);
		guint8 byte;

		if (high < 0 || low < 0)
			return NULL;
		byte = (guint8) (high << 4 | low);
		g_byte_array_append (bytes, &byte, 1);
	}

	return g_steal_pointer (&bytes);
}

/* Strict: GLib's decoder passes over whatever it does not know. */
static GByteArray *
decode_base64 (const char *text)
{
	gsize n_digits = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz0123456789+/");
	gsize n_padding = strspn (text + n_digits, "=");
	gsize size = 0;
	guint8 *bytes;

	if (n_digits == 0 || text[n_digits + n_padding] != '\0' || n_padding > 2 ||
	    (n_digits + n_padding) % 4 != 0)
		return NULL;

	bytes = g_base64_decode (text, &size);

	return g_byte_array_new_take (bytes, size);
}

/* Both forms are seen: what has only hexadecimal digits, in pairs, is hexadecimal. */
static GByteArray *
decode (const char *text)
{
	g_autofree char *stripped = g_strstrip (g_strdup (text));
	GByteArray *bytes = decode_hex (stripped);

	return bytes != NULL ? bytes : decode_base64 (stripped);
}

static char *
encode_hex (const guint8 *data, gsize size)
{
	GString *text = g_string_sized_new (2 * size);

	for (gsize i = 0; i < size; i++)
		g_string_append_printf (text, "%02X", data[i]);

	return g_string_free (text, /* free_segment */ FALSE);
}

static guint32
read_size (const guint8 *data)
{
	return data[0] | (guint32) data[1] << 8 | (guint32) data[2] << 16 | (guint32) data[3] << 24;
}

/* The UID inside, when there is one that can be a UID. */
static char *
dup_carried_uid (const GByteArray *id)
{
	const char *uid;
	guint32 size;

	if (id->len <= UID_OFFSET || memcmp (id->data + HEAD_SIZE, MARK, MARK_SIZE) != 0)
		return NULL;

	size = read_size (id->data + SIZE_OFFSET);
	if (size <= PAYLOAD_EXTRA || size > id->len - HEAD_SIZE)
		return NULL;

	uid = (const char *) id->data + UID_OFFSET;
	size -= PAYLOAD_EXTRA;
	if (!g_utf8_validate (uid, size, NULL))
		return NULL;
	for (guint32 i = 0; i < size; i++) {
		if (g_ascii_iscntrl (uid[i]))
			return NULL;
	}

	return g_strndup (uid, size);
}

/**
 * eas_meeting_id_to_uid:
 * @global_obj_id: (nullable): base64 or hexadecimal
 *
 * All instances of a series give the same UID: the date of the instance is not
 * part of it.
 *
 * Returns: (transfer full) (nullable): the UID in iCalendar; %NULL when
 *   @global_obj_id is neither base64 nor hexadecimal
 */
char *
eas_meeting_id_to_uid (const char *global_obj_id)
{
	g_autoptr (GByteArray) id = NULL;
	char *uid;

	if (global_obj_id == NULL)
		return NULL;

	id = decode (global_obj_id);
	if (id == NULL)
		return NULL;

	uid = dup_carried_uid (id);
	if (uid != NULL)
		return uid;

	for (guint i = INSTANCE_OFFSET; i < MIN (id->len, INSTANCE_OFFSET + INSTANCE_SIZE); i++)
		id->data[i] = 0;

	return encode_hex (id->data, id->len);
}

static char *
wrap_uid (const char *uid)
{
	const guint8 number[4] = { 1, 0, 0, 0 };
	guint8 head[HEAD_SIZE] = { 0 };
	gsize length = strlen (uid);
	guint32 size = GUINT32_TO_LE ((guint32) (length + PAYLOAD_EXTRA));
	g_autoptr (GByteArray) id = g_byte_array_new ();

	memcpy (head, class_id, sizeof (class_id));
	memcpy (head + SIZE_OFFSET, &size, sizeof (size));
	g_byte_array_append (id, head, sizeof (head));
	g_byte_array_append (id, (const guint8 *) MARK, MARK_SIZE);
	g_byte_array_append (id, number, sizeof (number));
	g_byte_array_append (id, (const guint8 *) uid, (guint) length + 1);

	return g_base64_encode (id->data, id->len);
}

/**
 * eas_meeting_id_from_uid:
 * @uid: the UID of an event
 *
 * A UID that is an id of Outlook's in hexadecimal becomes that id again, any
 * other is carried inside one: eas_meeting_id_to_uid() gives back @uid.
 *
 * Returns: (transfer full) (nullable): base64; %NULL when there is no UID
 */
char *
eas_meeting_id_from_uid (const char *uid)
{
	g_autoptr (GByteArray) id = NULL;

	if (uid == NULL || *uid == '\0')
		return NULL;

	id = decode_hex (uid);
	if (id != NULL && id->len >= HEAD_SIZE &&
	    memcmp (id->data, class_id, sizeof (class_id)) == 0) {
		g_autofree char *base64 = g_base64_encode (id->data, id->len);
		g_autofree char *back = eas_meeting_id_to_uid (base64);

		if (g_strcmp0 (back, uid) == 0)
			return g_steal_pointer (&base64);
	}

	return wrap_uid (uid);
}
