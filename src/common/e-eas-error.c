/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table of design 4.9; a test checks that every EasErrorCode has a row. */

#include <gio/gio.h>
#include <libebook-contacts/libebook-contacts.h>
#include <libecal/libecal.h>
#include <libedataserver/libedataserver.h>

#include "e-eas-error.h"

/* By their names, as each process loads the library of one of them: E_CAL_CLIENT_ERROR and
 * E_BOOK_CLIENT_ERROR are functions there. */
#define CAL_DOMAIN  "e-cal-client-error-quark"
#define BOOK_DOMAIN "e-book-client-error-quark"

typedef enum { FAMILY_CLIENT, FAMILY_CAL, FAMILY_BOOK } Family;

typedef struct {
	EasErrorCode code;
	Family cal_family;
	int cal_code;
	Family book_family;
	int book_code;
	gboolean transient;
} ErrorRow;

/* clang-format off */
#define CLIENT(name) FAMILY_CLIENT, E_CLIENT_ERROR_##name, FAMILY_CLIENT, E_CLIENT_ERROR_##name

static const ErrorRow rows[] = {
	/* code                        calendar and address book                                      transient */
	{ EAS_ERROR_AUTHENTICATION,    CLIENT (AUTHENTICATION_FAILED),                                FALSE },
	{ EAS_ERROR_ACCESS,            CLIENT (PERMISSION_DENIED),                                    FALSE },
	{ EAS_ERROR_POLICY,            CLIENT (PERMISSION_DENIED),                                    FALSE },
	{ EAS_ERROR_WIPED,             CLIENT (PERMISSION_DENIED),                                    FALSE },
	{ EAS_ERROR_NOT_SUPPORTED,     CLIENT (NOT_SUPPORTED),                                        FALSE },
	{ EAS_ERROR_THROTTLED,         CLIENT (BUSY),                                                 TRUE  },
	{ EAS_ERROR_UNAVAILABLE,       CLIENT (REPOSITORY_OFFLINE),                                   TRUE  },
	{ EAS_ERROR_SERVER,            CLIENT (OTHER_ERROR),                                          TRUE  },
	{ EAS_ERROR_PROTOCOL,          CLIENT (OTHER_ERROR),                                          FALSE },
	{ EAS_ERROR_KEY,               CLIENT (OUT_OF_SYNC),                                          TRUE  },
	{ EAS_ERROR_HIERARCHY,         CLIENT (OUT_OF_SYNC),                                          TRUE  },
	{ EAS_ERROR_FOLDER_NOT_FOUND,  FAMILY_CAL,    E_CAL_CLIENT_ERROR_NO_SUCH_CALENDAR,
	                               FAMILY_BOOK,   E_BOOK_CLIENT_ERROR_NO_SUCH_BOOK,               FALSE },
	{ EAS_ERROR_FOLDER_EXISTS,     CLIENT (OTHER_ERROR),                                          FALSE },
	{ EAS_ERROR_ITEM_NOT_FOUND,    FAMILY_CAL,    E_CAL_CLIENT_ERROR_OBJECT_NOT_FOUND,
	                               FAMILY_BOOK,   E_BOOK_CLIENT_ERROR_CONTACT_NOT_FOUND,          FALSE },
	{ EAS_ERROR_ITEM_REJECTED,     FAMILY_CAL,    E_CAL_CLIENT_ERROR_INVALID_OBJECT,
	                               FAMILY_CLIENT, E_CLIENT_ERROR_INVALID_ARG,                     FALSE },
	{ EAS_ERROR_CONFLICT,          CLIENT (OUT_OF_SYNC),                                          FALSE },
	{ EAS_ERROR_QUOTA,             FAMILY_CLIENT, E_CLIENT_ERROR_OTHER_ERROR,
	                               FAMILY_BOOK,   E_BOOK_CLIENT_ERROR_NO_SPACE,                   FALSE },
	{ EAS_ERROR_REDIRECT_CONSENT,  CLIENT (PERMISSION_DENIED),                                    FALSE },
	{ EAS_ERROR_STORE,             CLIENT (OTHER_ERROR),                                          TRUE  },
};
/* clang-format on */

G_STATIC_ASSERT (G_N_ELEMENTS (rows) == EAS_N_ERRORS);

static const ErrorRow *
find_row (const GError *error)
{
	if (error == NULL || error->domain != EAS_ERROR)
		return NULL;

	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		if (rows[i].code == (EasErrorCode) error->code)
			return &rows[i];
	}

	return NULL;
}

static gboolean
replace (GError **error, Family family, int code)
{
	GQuark domain = family == FAMILY_CAL    ? g_quark_from_static_string (CAL_DOMAIN)
			: family == FAMILY_BOOK ? g_quark_from_static_string (BOOK_DOMAIN)
						: E_CLIENT_ERROR;
	GError *translated = g_error_new_literal (domain, code, (*error)->message);

	g_clear_error (error);
	*error = translated;

	return FALSE;
}

gboolean
e_eas_error_to_cal (GError **error)
{
	const ErrorRow *row = error != NULL ? find_row (*error) : NULL;

	return row != NULL ? replace (error, row->cal_family, row->cal_code) : FALSE;
}

gboolean
e_eas_error_to_book (GError **error)
{
	const ErrorRow *row = error != NULL ? find_row (*error) : NULL;

	return row != NULL ? replace (error, row->book_family, row->book_code) : FALSE;
}

gboolean
e_eas_error_is_transient (const GError *error)
{
	const ErrorRow *row = find_row (error);

	if (row != NULL)
		return row->transient;

	return error != NULL && (error->domain == G_IO_ERROR || error->domain == G_RESOLVER_ERROR);
}
