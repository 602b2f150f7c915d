/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The reader in each of its uses, the dump, and the XML form there and back. */

#include <string.h>

#include "eas-wbxml-dump.h"
#include "eas-wbxml-reader.h"
#include "eas-wbxml-xml.h"

#include "fuzz.h"

/* Reads the current element one way or the other, as its token says. */
static void
read_somehow (EasWbxmlReader *reader, EasTag tag)
{
	g_autofree char *text = NULL;
	g_autoptr (GBytes) bytes = NULL;

	switch (EAS_TAG_TOKEN (tag) % 8) {
	case 0:
		text = eas_wbxml_reader_dup_text (reader);
		break;
	case 1:
		text = eas_wbxml_reader_dup_line (reader);
		fuzz_promise (text == NULL || strpbrk (text, "\r\n") == NULL);
		break;
	case 2:
		eas_wbxml_reader_uint (reader);
		break;
	case 3:
		eas_wbxml_reader_int (reader);
		break;
	case 4:
		eas_wbxml_reader_flag (reader);
		break;
	case 5:
		bytes = eas_wbxml_reader_bytes (reader);
		break;
	case 6:
		eas_wbxml_reader_skip (reader);
		break;
	default: /* forgotten */
		break;
	}

	fuzz_promise (text == NULL || g_utf8_validate (text, -1, NULL));
	fuzz_promise (bytes == NULL || g_bytes_get_size (bytes) <= reader->size);
}

static void
walk (EasWbxmlReader *reader, gboolean read_all)
{
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		fuzz_promise (!eas_wbxml_reader_failed (reader));
		if (read_all || eas_tag_get_type (tag) != EAS_TYPE_CONTAINER)
			read_somehow (reader, tag);
		else
			walk (reader, read_all);
	}
}

static gboolean
walk_document (GBytes *bytes, gboolean read_all)
{
	g_auto (EasWbxmlReader) reader;
	g_autoptr (GError) error = NULL;
	gboolean sound;

	eas_wbxml_reader_init (&reader, bytes);
	if (eas_wbxml_reader_root (&reader, NULL))
		walk (&reader, read_all);

	sound = eas_wbxml_reader_finish (&reader, &error);
	fuzz_promise (sound == (error == NULL));
	fuzz_promise (sound || strstr (error->message, " at byte ") != NULL);
	fuzz_promise (reader.offset <= reader.size);

	return sound;
}

/* Every START has its END, and no text is lent beyond the document. */
static gboolean
count_events (GBytes *bytes)
{
	g_auto (EasWbxmlReader) reader;
	EasWbxmlEvent event;
	const guint8 *data;
	guint depth = 0;
	gsize size;
	EasTag tag;

	eas_wbxml_reader_init (&reader, bytes);
	while ((event = eas_wbxml_reader_event (&reader, &tag, &data, &size)) !=
	       EAS_WBXML_FINISHED) {
		if (event == EAS_WBXML_START)
			depth++;
		else if (event == EAS_WBXML_END)
			depth--;
		else
			fuzz_promise (data >= reader.data &&
				      size <= reader.size - (data - reader.data));
		if (event == EAS_WBXML_TEXT)
			fuzz_promise (data[size] == '\0');
		fuzz_promise (depth <= EAS_WBXML_MAX_DEPTH + 1);
	}

	fuzz_promise (depth == 0 || eas_wbxml_reader_failed (&reader));

	return eas_wbxml_reader_finish (&reader, NULL);
}

/* What has an XML form has one that means the same. */
static void
convert (GBytes *bytes, gboolean sound)
{
	g_autofree char *xml = eas_wbxml_to_xml (bytes, NULL);
	g_autofree char *again = NULL;
	g_autoptr (GBytes) encoded = NULL;

	if (xml == NULL)
		return;

	fuzz_promise (sound);
	fuzz_promise (g_utf8_validate (xml, -1, NULL));
	encoded = eas_wbxml_from_xml (xml, -1, NULL);
	fuzz_promise (encoded != NULL);
	again = eas_wbxml_to_xml (encoded, NULL);
	fuzz_promise (again != NULL);
	/* Pieces without a character are not written again; all else must be equal. */
	fuzz_promise (strcmp (xml, again) == 0 || strstr (xml, "split") != NULL ||
		      strstr (xml, "g:text") != NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
	g_autoptr (GBytes) bytes = g_bytes_new (data, size);
	g_autofree char *redacted = eas_wbxml_dump (bytes, EAS_WBXML_DUMP_REDACTED);
	g_autofree char *content = eas_wbxml_dump (bytes, EAS_WBXML_DUMP_CONTENT);
	gboolean sound = walk_document (bytes, /* read_all */ FALSE);

	fuzz_promise (walk_document (bytes, /* read_all */ TRUE) == sound);
	fuzz_promise (count_events (bytes) == sound);
	fuzz_promise (g_utf8_validate (redacted, -1, NULL) && g_utf8_validate (content, -1, NULL));
	convert (bytes, sound);

	return 0;
}
