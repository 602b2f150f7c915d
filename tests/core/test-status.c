/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eas-status.h"

#include <string.h>

typedef struct {
	EasScope scope;
	guint first;
	guint last;
	const char *missing; /* numbers inside that no document assigns, ",12," */
} StatusRange;

/* Every status of the reference: sections 2.4, 5.1, 6.3, 6.4, 7, 8.10, 9.1, 9.3, 10.1, 10.2. */
/* clang-format off */
static const StatusRange documented[] = {
	{ EAS_SCOPE_HTTP,            200, 200, "" },
	{ EAS_SCOPE_HTTP,            400, 404, ",402," },
	{ EAS_SCOPE_HTTP,            413, 413, "" },
	{ EAS_SCOPE_HTTP,            449, 457, ",450,452,453,454,455," },
	{ EAS_SCOPE_HTTP,            500, 507, ",506," },
	{ EAS_SCOPE_SYNC,              1,  16, ",10,11," },
	{ EAS_SCOPE_SYNC_ITEM,         4,   9, "" },
	{ EAS_SCOPE_FOLDER_SYNC,       6,  12, ",7,8," },
	{ EAS_SCOPE_FOLDER_CREATE,     1,  12, ",4,7,8," },
	{ EAS_SCOPE_FOLDER_UPDATE,     1,  11, ",7,8," },
	{ EAS_SCOPE_FOLDER_DELETE,     1,  11, ",2,5,7,8," },
	{ EAS_SCOPE_ESTIMATE,          1,   4, "" },
	{ EAS_SCOPE_PING,              1,   8, "" },
	{ EAS_SCOPE_MOVE,              1,   7, ",6," },
	{ EAS_SCOPE_ITEM_OPERATIONS,   1,  18, ",13," },
	{ EAS_SCOPE_ITEM_OPERATIONS, 155, 156, "" },
	{ EAS_SCOPE_SETTINGS,          1,   7, "" },
	{ EAS_SCOPE_PROVISION,         1,   3, "" },
	{ EAS_SCOPE_POLICY,            1,   5, "" },
	{ EAS_SCOPE_COMMON,            1,   1, "" },
	{ EAS_SCOPE_COMMON,          101, 184, ",157,158,159,180,181,182," },
};
/* clang-format on */

static gboolean
is_missing (const StatusRange *range, guint status)
{
	g_autofree char *word = g_strdup_printf (",%u,", status);

	return strstr (range->missing, word) != NULL;
}

static void
assert_row (const EasStatusInfo *info, guint status)
{
	g_assert_cmpuint (info->status, ==, status);
	g_assert_true (g_str_has_prefix (info->source, "[MS-AS") ||
		       g_str_has_prefix (info->source, "observed"));
	if (info->success) {
		g_assert_cmpint (info->then, ==, EAS_THEN_NOTHING);
		return;
	}

	g_assert_nonnull (info->text);
	g_assert_true (g_str_has_suffix (info->text, "."));
	g_assert_cmpuint (info->code, <, EAS_N_ERRORS);
}

static void
test_every_status_has_a_row (void)
{
	for (gsize i = 0; i < G_N_ELEMENTS (documented); i++) {
		for (guint status = documented[i].first; status <= documented[i].last; status++) {
			const EasStatusInfo *info = eas_status_lookup (documented[i].scope, status);

			if (is_missing (&documented[i], status))
				g_assert_cmpuint (info->status, !=, status);
			else
				assert_row (info, status);
		}
	}
}

/* Texts reach people: no words of the protocol in them. */
static void
test_texts_are_for_people (void)
{
	const char *const words[] = { "SyncKey",  "WBXML", "XML",   "HTTP",  "FolderSync",
				      "ServerId", "Ping",  "tatus", "Fetch", "Provision" };

	for (gsize i = 0; i < G_N_ELEMENTS (documented); i++) {
		for (guint status = documented[i].first; status <= documented[i].last; status++) {
			const char *text = eas_status_lookup (documented[i].scope, status)->text;

			for (gsize w = 0; text != NULL && w < G_N_ELEMENTS (words); w++)
				g_assert_null (strstr (text, words[w]));
		}
	}
}

typedef struct {
	EasScope scope;
	guint status;
	EasErrorCode code;
	EasThen then;
} Expectation;

/* clang-format off */
static const Expectation decisive[] = {
	{ EAS_SCOPE_SYNC,              3, EAS_ERROR_KEY,              EAS_THEN_RESET_KEY       },
	{ EAS_SCOPE_SYNC,             12, EAS_ERROR_HIERARCHY,        EAS_THEN_REFRESH_FOLDERS },
	{ EAS_SCOPE_SYNC,             13, EAS_ERROR_SERVER,           EAS_THEN_FULL_REQUEST    },
	{ EAS_SCOPE_SYNC,             14, EAS_ERROR_SERVER,           EAS_THEN_OBEY_LIMIT      },
	{ EAS_SCOPE_SYNC,            110, EAS_ERROR_SERVER,           EAS_THEN_BACK_OFF        }, /* pitfall 44 */
	{ EAS_SCOPE_SYNC,            142, EAS_ERROR_POLICY,           EAS_THEN_PROVISION       },
	/* Pitfall 6: one refused item is parked, never repeated. */
	{ EAS_SCOPE_SYNC_ITEM,         6, EAS_ERROR_ITEM_REJECTED,    EAS_THEN_NOTHING         },
	{ EAS_SCOPE_SYNC_ITEM,         7, EAS_ERROR_CONFLICT,         EAS_THEN_NOTHING         },
	{ EAS_SCOPE_SYNC_ITEM,         8, EAS_ERROR_ITEM_NOT_FOUND,   EAS_THEN_NOTHING         },
	{ EAS_SCOPE_SYNC_ITEM,        16, EAS_ERROR_UNAVAILABLE,      EAS_THEN_REPEAT          },
	{ EAS_SCOPE_FOLDER_SYNC,       9, EAS_ERROR_KEY,              EAS_THEN_RESET_KEY       },
	{ EAS_SCOPE_FOLDER_CREATE,     2, EAS_ERROR_FOLDER_EXISTS,    EAS_THEN_NOTHING         },
	{ EAS_SCOPE_FOLDER_DELETE,     4, EAS_ERROR_FOLDER_NOT_FOUND, EAS_THEN_REFRESH_FOLDERS },
	/* Pitfall 40. */
	{ EAS_SCOPE_PING,              3, EAS_ERROR_SERVER,           EAS_THEN_FULL_REQUEST    },
	{ EAS_SCOPE_PING,              5, EAS_ERROR_SERVER,           EAS_THEN_OBEY_LIMIT      },
	{ EAS_SCOPE_PING,              6, EAS_ERROR_SERVER,           EAS_THEN_OBEY_LIMIT      },
	{ EAS_SCOPE_PING,              7, EAS_ERROR_HIERARCHY,        EAS_THEN_REFRESH_FOLDERS },
	{ EAS_SCOPE_MOVE,              1, EAS_ERROR_ITEM_NOT_FOUND,   EAS_THEN_NOTHING         },
	/* Pitfall 41. */
	{ EAS_SCOPE_HTTP,            449, EAS_ERROR_POLICY,           EAS_THEN_PROVISION       },
	{ EAS_SCOPE_COMMON,          140, EAS_ERROR_WIPED,            EAS_THEN_WIPE            },
	{ EAS_SCOPE_PING,            144, EAS_ERROR_POLICY,           EAS_THEN_PROVISION       },
	/* Pitfalls 42, 43. */
	{ EAS_SCOPE_COMMON,          177, EAS_ERROR_ACCESS,           EAS_THEN_NOTHING         },
	{ EAS_SCOPE_FOLDER_SYNC,     129, EAS_ERROR_ACCESS,           EAS_THEN_NOTHING         },
	/* Pitfalls 44, 45, 48. */
	{ EAS_SCOPE_HTTP,            429, EAS_ERROR_THROTTLED,        EAS_THEN_BACK_OFF        },
	{ EAS_SCOPE_HTTP,            503, EAS_ERROR_THROTTLED,        EAS_THEN_BACK_OFF        },
	{ EAS_SCOPE_HTTP,            451, EAS_ERROR_REDIRECT_CONSENT, EAS_THEN_REDIRECT        },
	{ EAS_SCOPE_HTTP,            505, EAS_ERROR_NOT_SUPPORTED,    EAS_THEN_RENEGOTIATE     },
	{ EAS_SCOPE_HTTP,            401, EAS_ERROR_AUTHENTICATION,   EAS_THEN_NOTHING         },
};
/* clang-format on */

static void
test_decisions (void)
{
	for (gsize i = 0; i < G_N_ELEMENTS (decisive); i++) {
		const EasStatusInfo *info =
			eas_status_lookup (decisive[i].scope, decisive[i].status);

		g_assert_false (info->success);
		g_assert_cmpint (info->code, ==, decisive[i].code);
		g_assert_cmpint (info->then, ==, decisive[i].then);
	}
}

static void
test_success (void)
{
	g_assert_true (eas_status_ok (EAS_SCOPE_SYNC, 1));
	g_assert_true (eas_status_ok (EAS_SCOPE_PING, 2));
	g_assert_true (eas_status_ok (EAS_SCOPE_HTTP, 200));
	g_assert_true (eas_status_ok (EAS_SCOPE_MOVE, 3));
	g_assert_false (eas_status_ok (EAS_SCOPE_MOVE, 1));
	g_assert_true (eas_status_ok (EAS_SCOPE_ITEM_OPERATIONS, 10));
	/* Pitfall 41: "no policy for you" is no failure. */
	g_assert_true (eas_status_ok (EAS_SCOPE_POLICY, 2));
	g_assert_false (eas_status_ok (EAS_SCOPE_PROVISION, 2));
	/* Pitfall 4: what was sent before is sent. */
	g_assert_true (eas_status_ok (EAS_SCOPE_COMMON, 118));
}

static void
test_unknown (void)
{
	g_assert_cmpint (eas_status_lookup (EAS_SCOPE_SYNC, 999)->code, ==, EAS_ERROR_SERVER);
	g_assert_cmpint (eas_status_lookup (EAS_SCOPE_SYNC, 0)->then, ==, EAS_THEN_NOTHING);
	g_assert_false (eas_status_ok (EAS_SCOPE_SYNC, 0));
	g_assert_cmpint (eas_status_lookup (EAS_SCOPE_HTTP, 599)->then, ==, EAS_THEN_REPEAT);
	g_assert_cmpint (eas_status_lookup (EAS_SCOPE_HTTP, 418)->then, ==, EAS_THEN_NOTHING);
	/* A common number is nothing HTTP says. */
	g_assert_cmpint (eas_status_lookup (EAS_SCOPE_HTTP, 142)->code, ==, EAS_ERROR_SERVER);
}

static void
test_set_error (void)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GError) http_error = NULL;
	g_autoptr (GError) unknown_error = NULL;

	g_assert_false (eas_status_set_error (&error, EAS_SCOPE_SYNC_ITEM, 6, "Sync", 0));
	g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
	g_assert_cmpstr (error->message, ==, "The server refused this item as it is. (Sync 6)");
	g_assert_cmpuint (eas_error_get_status (error), ==, 6);
	g_assert_cmpstr (eas_error_get_command (error), ==, "Sync");

	g_assert_false (eas_status_set_error (&http_error, EAS_SCOPE_HTTP, 503, "Ping", 300));
	g_assert_error (http_error, EAS_ERROR, EAS_ERROR_THROTTLED);
	g_assert_true (g_str_has_suffix (http_error->message, "(Ping HTTP 503)"));
	g_assert_cmpuint (eas_error_get_retry_after (http_error), ==, 300);

	g_assert_false (eas_status_set_error (&unknown_error, EAS_SCOPE_MOVE, 4711, NULL, 0));
	g_assert_error (unknown_error, EAS_ERROR, EAS_ERROR_SERVER);
	g_assert_true (g_str_has_suffix (unknown_error->message, "(4711)"));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/status/every-status-has-a-row", test_every_status_has_a_row);
	g_test_add_func ("/status/texts-are-for-people", test_texts_are_for_people);
	g_test_add_func ("/status/decisions", test_decisions);
	g_test_add_func ("/status/success", test_success);
	g_test_add_func ("/status/unknown", test_unknown);
	g_test_add_func ("/status/set-error", test_set_error);

	return g_test_run ();
}
