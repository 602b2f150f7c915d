/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every code has a row, and foreign errors pass untouched. */

#include "e-eas-error.h"

#include <gio/gio.h>
#include <libebook-contacts/libebook-contacts.h>
#include <libecal/libecal.h>

static void
test_every_code_is_translated (void)
{
	for (int code = 0; code < EAS_N_ERRORS; code++) {
		GError *cal = eas_error_new ((EasErrorCode) code, NULL, 0, 0, "text %d", code);
		GError *book = g_error_copy (cal);
		g_autofree char *text = g_strdup (cal->message);

		g_assert_false (e_eas_error_to_cal (&cal));
		g_assert_false (e_eas_error_to_book (&book));
		g_assert_true (cal->domain != EAS_ERROR);
		g_assert_true (book->domain != EAS_ERROR);
		g_assert_cmpstr (cal->message, ==, text);
		g_assert_cmpstr (book->message, ==, text);
		g_error_free (cal);
		g_error_free (book);
	}
}

/* The table names the domains of libraries that it does not load. */
static void
test_domains_are_those_of_eds (void)
{
	g_autoptr (GError) cal = eas_error_new (EAS_ERROR_ITEM_NOT_FOUND, NULL, 0, 0, "x");
	g_autoptr (GError) book = g_error_copy (cal);

	e_eas_error_to_cal (&cal);
	e_eas_error_to_book (&book);
	g_assert_error (cal, E_CAL_CLIENT_ERROR, E_CAL_CLIENT_ERROR_OBJECT_NOT_FOUND);
	g_assert_error (book, E_BOOK_CLIENT_ERROR, E_BOOK_CLIENT_ERROR_CONTACT_NOT_FOUND);
}

static void
test_others_pass (void)
{
	g_autoptr (GError) error =
		g_error_new_literal (G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, "x");
	GError *none = NULL;

	e_eas_error_to_cal (&error);
	g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
	g_assert_false (e_eas_error_is_transient (error));
	g_assert_false (e_eas_error_to_cal (&none));
	g_assert_null (none);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/eas-error/every-code", test_every_code_is_translated);
	g_test_add_func ("/eas-error/domains", test_domains_are_those_of_eds);
	g_test_add_func ("/eas-error/others-pass", test_others_pass);

	return g_test_run ();
}
