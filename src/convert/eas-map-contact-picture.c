/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A picture of any size as one that servers take. */

#include "eas-map-contact-parts.h"

#include <string.h>
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gi18n-lib.h>

#define MAX_BASE64 (48 * 1024) /* [MS-ASCNTC] Picture */
#define MAX_BYTES  (MAX_BASE64 / 4 * 3)
#define MAX_PIXELS (128 * 1000 * 1000) /* of no camera that people hold; half a GB unpacked */

/* Tried in this order: a smaller picture is better than a blurred one. */
static const struct {
	int edge; /* pixels of the longer side */
	const char *quality;
} tries[] = {
	{ 512, "85" }, { 384, "85" }, { 256, "85" }, { 192, "85" },
	{ 128, "80" }, { 96, "80" },  { 64, "60" },
};

/* A few bytes can unpack to more than the machine has: without a size nothing is loaded. */
static void
size_prepared_cb (GdkPixbufLoader *loader, int width, int height, gpointer user_data)
{
	if ((gint64) width * height > MAX_PIXELS)
		gdk_pixbuf_loader_set_size (loader, 0, 0);
}

static GdkPixbuf *
load (const guint8 *data, gsize size)
{
	g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new ();
	gboolean is_whole;
	GdkPixbuf *raw;

	g_signal_connect (loader, "size-prepared", G_CALLBACK (size_prepared_cb), NULL);
	is_whole = gdk_pixbuf_loader_write (loader, data, size, NULL);
	is_whole = gdk_pixbuf_loader_close (loader, NULL) && is_whole;
	raw = is_whole ? gdk_pixbuf_loader_get_pixbuf (loader) : NULL;

	/* Cameras store how they were held. */
	return raw != NULL ? gdk_pixbuf_apply_embedded_orientation (raw) : NULL;
}

/* JPEG has no transparency: faces stand on white. */
static GdkPixbuf *
scale (GdkPixbuf *picture, int edge)
{
	int width = gdk_pixbuf_get_width (picture), height = gdk_pixbuf_get_height (picture);
	double factor = MIN (1.0, (double) edge / MAX (width, height));

	return gdk_pixbuf_composite_color_simple (picture, MAX (1, (int) (width * factor)),
						  MAX (1, (int) (height * factor)),
						  GDK_INTERP_BILINEAR, 255, 16, 0xffffff, 0xffffff);
}

static char *
encode (GdkPixbuf *picture, int edge, const char *quality)
{
	g_autoptr (GdkPixbuf) scaled = scale (picture, edge);
	g_autofree char *data = NULL;
	gsize size;

	if (scaled == NULL ||
	    !gdk_pixbuf_save_to_buffer (scaled, &data, &size, "jpeg", NULL, "quality", quality,
					NULL) ||
	    size > MAX_BYTES)
		return NULL;

	return g_base64_encode ((const guchar *) data, size);
}

gboolean
eas_contact_fit_picture (char **base64, GError **error)
{
	g_autofree guint8 *data = NULL;
	g_autoptr (GdkPixbuf) picture = NULL;
	gsize size;

	if (strlen (*base64) <= MAX_BASE64)
		return TRUE;

	data = g_base64_decode (*base64, &size);
	picture = load (data, size);
	for (guint i = 0; picture != NULL && i < G_N_ELEMENTS (tries); i++) {
		char *fitting = encode (picture, tries[i].edge, tries[i].quality);

		if (fitting != NULL) {
			g_free (*base64);
			*base64 = fitting;
			return TRUE;
		}
	}

	eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0,
		       _ ("The picture is too large for the server, and it is in a format that "
			  "cannot be made smaller here. Choose a smaller picture"));
	return FALSE;
}
