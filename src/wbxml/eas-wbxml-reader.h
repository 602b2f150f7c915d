/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A pull reader over one WBXML document.
 *
 *	guint level = eas_wbxml_reader_enter (reader);
 *	EasTag tag;
 *
 *	while (eas_wbxml_reader_next (reader, level, &tag)) {
 *		switch (tag) {
 *		case EAS_PING_STATUS:
 *			status = eas_wbxml_reader_uint (reader);
 *			break;
 *		...
 *
 * The element that next() yielded is the current one. A read consumes it; what
 * is neither read, entered nor skipped is skipped by the following next().
 *
 * The error is sticky: after the first framing fault every read answers
 * "nothing", and eas_wbxml_reader_finish() reports it once, with the offset and
 * the path of elements. A bad number or bad UTF-8 is no framing fault: the
 * value reads as absent or repaired, and eas_wbxml_reader_take_bad() tells.
 *
 * Accepted although our writer never sends it: a value in several STR_I or
 * OPAQUE tokens, a content bit with nothing inside, repeated SWITCH_PAGE,
 * header versions 1.1 to 1.3, bytes after the root element.
 *
 * Source: [MS-ASWBXML] 2.1.2, WBXML 1.3 section 5.
 */

#pragma once

#include "eas-wbxml-tags.h"

G_BEGIN_DECLS

#define EAS_WBXML_MAX_DEPTH 64                  /* nesting */
#define EAS_WBXML_MAX_SIZE  (64 * 1024 * 1024)  /* bytes of a document */

#define EAS_WBXML_ERROR (eas_wbxml_error_quark ())
GQuark eas_wbxml_error_quark (void);

typedef enum {
	EAS_WBXML_ERROR_HEADER,      /* not WBXML, or a header ActiveSync never sends */
	EAS_WBXML_ERROR_TRUNCATED,   /* the document ends inside an element or a value */
	EAS_WBXML_ERROR_TOKEN,       /* a construct ActiveSync does not use */
	EAS_WBXML_ERROR_DEPTH,       /* nested deeper than EAS_WBXML_MAX_DEPTH */
	EAS_WBXML_ERROR_SIZE,        /* larger than EAS_WBXML_MAX_SIZE */
	EAS_WBXML_ERROR_TEXT         /* text that is not legal, where it must not be repaired */
} EasWbxmlError;

/* On the stack of the caller; the fields are the reader's own. */
typedef struct {
	GBytes *bytes;
	const guint8 *data;
	gsize size;
	gsize offset;
	guint page;
	guint depth;        /* open elements */
	gboolean pending;   /* the current element has not been consumed; its content, if any, is open */
	gboolean has_content;
	gboolean owes_end;  /* an empty element was entered: event() still has to close it */
	gboolean legal;     /* the text of the last event is legal */
	EasTag current;
	EasTag path[EAS_WBXML_MAX_DEPTH];
	GError *error;
	guint n_unknown;    /* elements not in the list, for the debug log */
	guint n_bad;        /* values that were repaired or not understood */
} EasWbxmlReader;

void     eas_wbxml_reader_init   (EasWbxmlReader *reader, GBytes *bytes);
void     eas_wbxml_reader_clear  (EasWbxmlReader *reader);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EasWbxmlReader, eas_wbxml_reader_clear)

/* Checks the header and stands on the root element, which becomes the current one. */
gboolean eas_wbxml_reader_root   (EasWbxmlReader *reader, EasTag *out_tag);
guint    eas_wbxml_reader_enter  (EasWbxmlReader *reader);
gboolean eas_wbxml_reader_next   (EasWbxmlReader *reader, guint level, EasTag *out_tag);
void     eas_wbxml_reader_skip   (EasWbxmlReader *reader);

/* Values of the current element; each consumes it. Children inside are skipped. */
gboolean eas_wbxml_reader_text   (EasWbxmlReader *reader, char **inout_text);
char    *eas_wbxml_reader_dup_text (EasWbxmlReader *reader); /* never NULL but after an error */
char    *eas_wbxml_reader_dup_line (EasWbxmlReader *reader); /* without CR, LF and other controls */
guint    eas_wbxml_reader_uint   (EasWbxmlReader *reader); /* 0 and bad when not a number */
gint64   eas_wbxml_reader_int    (EasWbxmlReader *reader);
gboolean eas_wbxml_reader_flag   (EasWbxmlReader *reader); /* "1", "true" and the empty element */
GBytes  *eas_wbxml_reader_bytes  (EasWbxmlReader *reader); /* a slice of opaque data, a copy of text; never NULL but after an error */

/* Values repaired or not understood since the last call: what was read meanwhile is marked by it. */
guint    eas_wbxml_reader_take_bad (EasWbxmlReader *reader);

/*
 * One step of the bare token stream, for the item codec and the dump: they need
 * every token, not only elements. A START with no content yields its END too.
 * Opaque and text are lent from the document; @size excludes the terminator,
 * which follows every TEXT. After next() the events are those of the content of
 * the current element, up to its own END; after a START the element is current,
 * so that it can be read or skipped as well. @out_tag is written by START and END,
 * @out_data and @out_size by TEXT and OPAQUE.
 */
typedef enum {
	EAS_WBXML_START,
	EAS_WBXML_END,
	EAS_WBXML_TEXT,
	EAS_WBXML_OPAQUE,
	EAS_WBXML_FINISHED  /* root closed, or an error */
} EasWbxmlEvent;

EasWbxmlEvent eas_wbxml_reader_event (EasWbxmlReader *reader, EasTag *out_tag, const guint8 **out_data, gsize *out_size);

/*
 * A whole element in one step, where an event could come next: TRUE when it holds
 * one legal text and nothing else, which most do. FALSE leaves everything as it
 * was, for event(). Twice as fast as START, TEXT and END.
 */
gboolean eas_wbxml_reader_leaf (EasWbxmlReader *reader, EasTag *out_tag, const guint8 **out_data, gsize *out_size);

/* Whether the TEXT just yielded is legal; if not, eas_wbxml_text_repair() makes it so. Says nothing of OPAQUE. */
gboolean eas_wbxml_reader_text_is_legal (const EasWbxmlReader *reader);

/* For codecs above: the value just read was bad; the document cannot be read on (adds offset and path). */
void     eas_wbxml_reader_mark_bad (EasWbxmlReader *reader);
void     eas_wbxml_reader_fail   (EasWbxmlReader *reader, EasWbxmlError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

gboolean eas_wbxml_reader_failed (const EasWbxmlReader *reader);
/* Reads what is left up to the end of the root element: a parser that stopped early refuses a cut document too. */
gboolean eas_wbxml_reader_finish (EasWbxmlReader *reader, GError **error);

G_END_DECLS
