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

static guint64
mix (guint64 sum, guint64 value)
{
	return (sum ^ value) * G_GUINT64_CONSTANT (0x100000001b3);
}

static guint64
mix_value (guint64 sum, const guint8 *data, gsize size)
{
	while (size-- > 0)
		sum = mix (sum, *data++);

	return sum;
}

/* Every START has its END, and no text is lent beyond the document. */
static void
check_event (const EasWbxmlReader *reader,
	     EasWbxmlEvent event,
	     const guint8 *data,
	     gsize size,
	     guint *inout_depth)
{
	if (event == EAS_WBXML_START)
		++*inout_depth;
	else if (event == EAS_WBXML_END)
		--*inout_depth;
	else
		fuzz_promise (data >= reader->data && size <= reader->size - (data - reader->data));

	fuzz_promise (event != EAS_WBXML_TEXT || data[size] == '\0');
	fuzz_promise (*inout_depth <= EAS_WBXML_MAX_DEPTH + 1);
}

/*
 * Walks all events, those of leaves in one step if @by_leaf: a sum over them all
 * must be the same either way.
 */
static gboolean
sum_events (GBytes *bytes, gboolean by_leaf, guint64 *out_sum)
{
	g_auto (EasWbxmlReader) reader;
	EasWbxmlEvent event = EAS_WBXML_START;
	guint64 sum = 0;
	guint depth = 0;

	eas_wbxml_reader_init (&reader, bytes);
	while (event != EAS_WBXML_FINISHED) {
		const guint8 *data = NULL;
		gsize size = 0;
		EasTag tag = EAS_TAG_NONE;

		if (by_leaf && eas_wbxml_reader_leaf (&reader, &tag, &data, &size)) {
			fuzz_promise (data[size] == '\0');
			sum = mix_value (mix (mix (sum, EAS_WBXML_START), tag), data, size);
			sum = mix (mix (mix (sum, EAS_WBXML_TEXT), EAS_WBXML_END), tag);
			continue;
		}

		event = eas_wbxml_reader_event (&reader, &tag, &data, &size);
		if (event == EAS_WBXML_FINISHED)
			break;
		check_event (&reader, event, data, size, &depth);
		if (event == EAS_WBXML_START || event == EAS_WBXML_END)
			sum = mix (mix (sum, event), tag);
		else
			sum = mix (mix_value (sum, data, size), event);
	}

	fuzz_promise (depth == 0 || eas_wbxml_reader_failed (&reader));
	*out_sum = sum;

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
	guint64 sum, sum_by_leaf;

	fuzz_promise (walk_document (bytes, /* read_all */ TRUE) == sound);
	fuzz_promise (sum_events (bytes, /* by_leaf */ FALSE, &sum) == sound);
	fuzz_promise (sum_events (bytes, /* by_leaf */ TRUE, &sum_by_leaf) == sound);
	fuzz_promise (sum == sum_by_leaf);
	fuzz_promise (g_utf8_validate (redacted, -1, NULL) && g_utf8_validate (content, -1, NULL));
	convert (bytes, sound);

	return 0;
}
