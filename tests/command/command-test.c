/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "command-test.h"

#define UNKNOWN_SAME_PAGE_TOKEN 0x3e
#define UNKNOWN_PAGE            0x1f

#define N_MUTATIONS 300

/* A document as a tree: the tests bend it, the parsers under test never see this. */
typedef struct {
	EasTag tag;
	GPtrArray *children; /* (element-type Node) */
	GString *text;       /* NULL: none */
	GByteArray *opaque;  /* NULL: none */
} Node;

static Node *
node_new (EasTag tag)
{
	Node *node = g_new0 (Node, 1);

	node->tag = tag;
	node->children = g_ptr_array_new ();

	return node;
}

static void
node_free (Node *node)
{
	guint ii;

	for (ii = 0; ii < node->children->len; ii++)
		node_free (node->children->pdata[ii]);
	g_ptr_array_unref (node->children);
	if (node->text != NULL)
		g_string_free (node->text, TRUE);
	g_clear_pointer (&node->opaque, g_byte_array_unref);
	g_free (node);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Node, node_free)

static void
node_add_value (Node *node, EasWbxmlEvent event, const guint8 *data, gsize size)
{
	if (event == EAS_WBXML_OPAQUE) {
		if (node->opaque == NULL)
			node->opaque = g_byte_array_new ();
		g_byte_array_append (node->opaque, data, size);
		return;
	}

	if (node->text == NULL)
		node->text = g_string_new (NULL);
	g_string_append_len (node->text, (const char *) data, size);
}

static Node *
read_tree (GBytes *document)
{
	g_auto (EasWbxmlReader) reader = { 0 };
	g_autoptr (GPtrArray) path = g_ptr_array_new ();
	const guint8 *data = NULL;
	Node *root = NULL;
	gsize size = 0;
	EasTag tag;

	eas_wbxml_reader_init (&reader, document);

	for (;;) {
		EasWbxmlEvent event = eas_wbxml_reader_event (&reader, &tag, &data, &size);
		Node *open = path->len > 0 ? path->pdata[path->len - 1] : NULL;

		if (event == EAS_WBXML_FINISHED)
			break;

		if (event == EAS_WBXML_START) {
			Node *node = node_new (tag);

			if (open != NULL)
				g_ptr_array_add (open->children, node);
			else
				root = node;
			g_ptr_array_add (path, node);
		} else if (event == EAS_WBXML_END) {
			g_ptr_array_set_size (path, path->len - 1);
		} else {
			node_add_value (open, event, data, size);
		}
	}

	g_assert_true (eas_wbxml_reader_finish (&reader, NULL));

	return root;
}

static void
write_tree (EasWbxmlWriter *writer, const Node *node)
{
	guint ii;

	if (node->children->len == 0 && node->text == NULL && node->opaque == NULL) {
		eas_wbxml_writer_empty (writer, node->tag);
		return;
	}

	eas_wbxml_writer_start (writer, node->tag);
	if (node->text != NULL)
		eas_wbxml_writer_raw_text (writer, node->text->str, node->text->len);
	if (node->opaque != NULL)
		eas_wbxml_writer_raw_opaque (writer, node->opaque->data, node->opaque->len);
	for (ii = 0; ii < node->children->len; ii++)
		write_tree (writer, node->children->pdata[ii]);
	eas_wbxml_writer_end (writer);
}

static GBytes *
write_document (const Node *root)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();

	write_tree (writer, root);

	return eas_wbxml_writer_finish (writer);
}

GBytes *
command_test_golden (const char *name)
{
	g_autofree char *path = g_strdup_printf ("golden/%s.wbxml", name);

	return eas_test_load (path);
}

GBytes *
command_test_fixture (const char *name)
{
	g_autofree char *path = g_strdup_printf ("command/fixtures/%s.hex", name);

	return eas_test_load_hex (path);
}

static void
reverse_children (Node *node)
{
	guint n_children = node->children->len;
	guint ii;

	for (ii = 0; ii < n_children / 2; ii++) {
		gpointer last = node->children->pdata[n_children - 1 - ii];

		node->children->pdata[n_children - 1 - ii] = node->children->pdata[ii];
		node->children->pdata[ii] = last;
	}
	for (ii = 0; ii < n_children; ii++)
		reverse_children (node->children->pdata[ii]);
}

GBytes *
command_test_reverse (GBytes *document)
{
	g_autoptr (Node) root = read_tree (document);

	reverse_children (root);

	return write_document (root);
}

/* One with a text, on the page in force, and one with a child, on a page that does not exist. */
static Node *
unknown_node (EasTag neighbour, gboolean same_page)
{
	Node *node, *child;

	if (same_page) {
		node = node_new (EAS_TAG_MAKE (EAS_TAG_PAGE (neighbour), UNKNOWN_SAME_PAGE_TOKEN));
		node->text = g_string_new ("1");
		return node;
	}

	node = node_new (EAS_TAG_MAKE (UNKNOWN_PAGE, 5));
	child = node_new (EAS_TAG_MAKE (UNKNOWN_PAGE, 6));
	child->text = g_string_new ("future");
	g_ptr_array_add (node->children, child);

	return node;
}

static void
add_unknown (Node *node)
{
	guint ii;

	for (ii = 0; ii < node->children->len; ii += 3) {
		Node *child = node->children->pdata[ii];

		add_unknown (child);
		g_ptr_array_insert (node->children, ii, unknown_node (child->tag, TRUE));
		g_ptr_array_insert (node->children, ii + 2, unknown_node (child->tag, FALSE));
	}
}

GBytes *
command_test_add_unknown (GBytes *document)
{
	g_autoptr (Node) root = read_tree (document);

	add_unknown (root);

	return write_document (root);
}

static gboolean
has_child (const Node *node, EasTag tag)
{
	guint ii;

	for (ii = 0; ii < node->children->len; ii++) {
		const Node *child = node->children->pdata[ii];

		if (child->tag == tag)
			return TRUE;
	}

	return FALSE;
}

/* @inner EAS_TAG_NONE: whatever is inside */
static void
drop (Node *node, EasTag tag, EasTag inner)
{
	guint ii;

	for (ii = node->children->len; ii > 0; ii--) {
		Node *child = node->children->pdata[ii - 1];

		if (child->tag == tag && (inner == EAS_TAG_NONE || has_child (child, inner))) {
			g_ptr_array_remove_index (node->children, ii - 1);
			node_free (child);
		} else {
			drop (child, tag, inner);
		}
	}
}

GBytes *
command_test_drop (GBytes *document, EasTag tag)
{
	return command_test_drop_around (document, tag, EAS_TAG_NONE);
}

GBytes *
command_test_drop_around (GBytes *document, EasTag tag, EasTag child)
{
	g_autoptr (Node) root = read_tree (document);

	drop (root, tag, child);

	return write_document (root);
}

static void
rename_nodes (Node *node, EasTag tag, EasTag other)
{
	guint ii;

	if (node->tag == tag)
		node->tag = other;
	for (ii = 0; ii < node->children->len; ii++)
		rename_nodes (node->children->pdata[ii], tag, other);
}

GBytes *
command_test_rename (GBytes *document, EasTag tag, EasTag other)
{
	g_autoptr (Node) root = read_tree (document);

	rename_nodes (root, tag, other);

	return write_document (root);
}

static void
assert_refused (GBytes *body, CommandTestParse parse)
{
	g_autoptr (GError) error = NULL;

	g_assert_false (parse (body, &error));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_PROTOCOL);
	g_assert_nonnull (eas_error_get_command (error));
}

void
command_test_hostile (GBytes *document, CommandTestParse parse, gboolean empty_ok)
{
	g_autoptr (GBytes) other = eas_test_unhex ("03 01 6A 00 00 1F 45 01");
	g_autoptr (GBytes) html = g_bytes_new_static ("<html></html>", 13);
	g_autoptr (GRand) rand = eas_test_rand (46);
	gsize size = g_bytes_get_size (document);
	gsize ii;

	for (ii = empty_ok ? 1 : 0; ii < size; ii++) {
		g_autoptr (GBytes) cut = eas_test_cut (document, ii);

		assert_refused (cut, parse);
	}

	assert_refused (html, parse);
	assert_refused (other, parse);
	if (!empty_ok)
		assert_refused (NULL, parse);

	for (ii = 0; ii < N_MUTATIONS; ii++) {
		g_autoptr (GBytes) bent = eas_test_mutate (rand, document);
		g_autoptr (GError) error = NULL;

		if (!parse (bent, &error))
			g_assert_error (error, EAS_ERROR, EAS_ERROR_PROTOCOL);
	}
}
