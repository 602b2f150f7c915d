/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The one table of statuses. A row says what the number means for the caller,
 * what the client does next, and what a person is told; nobody else interprets
 * numbers. A section number is given only where it was looked up.
 */

#include "eas-status.h"

#include <glib/gi18n-lib.h>

#define COMMON          "[MS-ASCMD] 2.2.2 Common Status Codes"
#define HTTP            "[MS-ASHTTP] 2.2.2.1.1 Status Line"
#define SYNC            "[MS-ASCMD] 2.2.3.177.17 Status (Sync)"
#define FOLDER_SYNC     "[MS-ASCMD] Status (FolderSync)"
#define FOLDER_CREATE   "[MS-ASCMD] Status (FolderCreate)"
#define FOLDER_UPDATE   "[MS-ASCMD] Status (FolderUpdate)"
#define FOLDER_DELETE   "[MS-ASCMD] Status (FolderDelete)"
#define ESTIMATE        "[MS-ASCMD] Status (GetItemEstimate)"
#define PING            "[MS-ASCMD] Status (Ping)"
#define MOVE            "[MS-ASCMD] Status (MoveItems)"
#define ITEM_OPERATIONS "[MS-ASCMD] Status (ItemOperations)"
#define SETTINGS        "[MS-ASCMD] Status (Settings)"
#define PROVISION       "[MS-ASPROV] Status (Provision)"
#define POLICY          "[MS-ASPROV] Status (Policy)"
#define OBSERVED_HTTP   "observed; no row in [MS-ASHTTP]"

/* Said by more than one row. */
#define TEXT_OK                NULL
#define TEXT_REFUSED_REQUEST   N_ ("The server did not understand a request of this program.")
#define TEXT_SERVER_FAILED     N_ ("The server has a problem. It will be tried again later.")
#define TEXT_BUSY              N_ ("The server is busy. It will be tried again later.")
#define TEXT_FAILED_ONCE       N_ ("The server has a problem with this request.")
#define TEXT_NO_MAILBOX_SERVER N_ ("The mailbox cannot be reached at the moment.")
#define TEXT_NOT_ALLOWED                                                                           \
	N_ ("The server does not allow this account to synchronize. Ask its administrator.")
#define TEXT_DEVICE_BLOCKED                                                                        \
	N_ ("The server has blocked this computer or waits for an administrator to allow it.")
#define TEXT_POLICY N_ ("The server wants its security rules to be accepted first.")
#define TEXT_POLICY_IMPOSSIBLE                                                                     \
	N_ ("The server demands security rules that this computer cannot meet.")
#define TEXT_WIPE                                                                                  \
	N_ ("The administrator has asked to remove this account’s data from this computer.")
#define TEXT_KEY       N_ ("The server has lost track of this folder. It will be read again.")
#define TEXT_HIERARCHY N_ ("The list of folders has changed on the server.")
#define TEXT_NO_FOLDER N_ ("The folder no longer exists on the server.")
#define TEXT_NO_PARENT                                                                             \
	N_ ("The folder that should hold the new one no longer exists on the server.")
#define TEXT_SPECIAL_FOLDER  N_ ("The server does not allow a change of this special folder.")
#define TEXT_FOLDER_EXISTS   N_ ("A folder of this name exists already.")
#define TEXT_NO_ITEM         N_ ("The item no longer exists on the server.")
#define TEXT_ITEM_REFUSED    N_ ("The server refused this item as it is.")
#define TEXT_NO_ACCESS       N_ ("The server refuses access to this item.")
#define TEXT_FULL            N_ ("The mailbox is full.")
#define TEXT_NOT_SUPPORTED   N_ ("The server does not offer this.")
#define TEXT_LIMIT           N_ ("The server asks for smaller requests.")
#define TEXT_TOO_LARGE       N_ ("This is larger than the server accepts.")
#define TEXT_NO_AVAILABILITY N_ ("The server cannot tell when these people are free.")
#define TEXT_NO_PICTURE      N_ ("The server has no picture of this person.")
#define TEXT_RIGHTS          N_ ("The protection of this message does not allow it.")
#define TEXT_NOT_SENT        N_ ("The server could not send the message.")
#define TEXT_REDIRECT        N_ ("The account has moved to another server.")
#define TEXT_CREDENTIALS     N_ ("The server does not accept the user name or the password.")

#define TEXT_WRONG_SERVER N_ ("The mailbox is on a server that this address cannot reach.")
#define TEXT_NO_SAFE_SERVER                                                                        \
	N_ ("The server cannot reach another server safely. Ask its administrator.")
#define TEXT_TOO_MANY_FOLDERS N_ ("The mailbox has more folders than the server can synchronize.")
#define TEXT_POLICY_BROKEN    N_ ("The server’s security rules cannot be read. Ask its administrator.")
#define TEXT_NO_ACTIVESYNC    N_ ("There is no Exchange ActiveSync at this address.")
#define TEXT_CONFLICT         N_ ("The item was changed on the server at the same time.")
#define TEXT_UNKNOWN          N_ ("The server sent an answer that this program does not know.")
#define TEXT_TOO_MANY_DEVICES                                                                      \
	N_ ("You have as many devices as the server allows. Remove one that you no longer use, "   \
	    "in the account’s settings on the web.")
#define TEXT_PASSWORD_EXPIRED N_ ("The password has expired. Change it at the provider first.")
#define TEXT_BLOCKED          N_ ("The account is blocked. Ask the server’s administrator.")
#define TEXT_DISABLED         N_ ("The account is disabled. Ask the server’s administrator.")
#define TEXT_NO_SETTING       N_ ("The server does not let you see or change this setting.")

#define FAILURE(scope, status, code, then, text, source)                                           \
	{                                                                                          \
		EAS_SCOPE_##scope, status, FALSE, EAS_ERROR_##code, EAS_THEN_##then, text, source  \
	}
#define SUCCESS(scope, status, source)                                                             \
	{                                                                                          \
		EAS_SCOPE_##scope, status, TRUE, EAS_ERROR_SERVER, EAS_THEN_NOTHING, TEXT_OK,      \
			source                                                                     \
	}

/* clang-format off */
static const EasStatusInfo status_rows[] = {
	/*       scope       status code              then             for people               source */

	/* HTTP. 400 and 501 are also the forms of 103, 137 and 138 up to 12.1: what the server offers is asked anew. */
	SUCCESS (HTTP,         200, HTTP),
	FAILURE (HTTP,         301, REDIRECT_CONSENT, REDIRECT,        TEXT_REDIRECT,           OBSERVED_HTTP),
	FAILURE (HTTP,         302, REDIRECT_CONSENT, REDIRECT,        TEXT_REDIRECT,           OBSERVED_HTTP),
	FAILURE (HTTP,         307, REDIRECT_CONSENT, REDIRECT,        TEXT_REDIRECT,           OBSERVED_HTTP),
	FAILURE (HTTP,         308, REDIRECT_CONSENT, REDIRECT,        TEXT_REDIRECT,           OBSERVED_HTTP),
	FAILURE (HTTP,         400, SERVER,           RENEGOTIATE,     TEXT_REFUSED_REQUEST,    HTTP),
	FAILURE (HTTP,         401, AUTHENTICATION,   NOTHING,         TEXT_CREDENTIALS,        HTTP),
	FAILURE (HTTP,         403, ACCESS,           NOTHING,         TEXT_NOT_ALLOWED,        HTTP),
	FAILURE (HTTP,         404, NOT_SUPPORTED,    NOTHING,         TEXT_NO_ACTIVESYNC,      HTTP),
	FAILURE (HTTP,         405, NOT_SUPPORTED,    NOTHING,         TEXT_NO_ACTIVESYNC,      OBSERVED_HTTP),
	FAILURE (HTTP,         408, UNAVAILABLE,      REPEAT,          TEXT_SERVER_FAILED,      OBSERVED_HTTP),
	FAILURE (HTTP,         413, ITEM_REJECTED,    NOTHING,         TEXT_TOO_LARGE,          HTTP),
	FAILURE (HTTP,         429, THROTTLED,        BACK_OFF,        TEXT_BUSY,               OBSERVED_HTTP),
	FAILURE (HTTP,         440, ACCESS,           NOTHING,         N_ ("The server refuses this program."), OBSERVED_HTTP),
	FAILURE (HTTP,         449, POLICY,           PROVISION,       TEXT_POLICY,             HTTP),
	FAILURE (HTTP,         451, REDIRECT_CONSENT, REDIRECT,        TEXT_REDIRECT,           HTTP),
	FAILURE (HTTP,         456, ACCESS,           NOTHING,         TEXT_BLOCKED,            HTTP),
	FAILURE (HTTP,         457, AUTHENTICATION,   NOTHING,         TEXT_PASSWORD_EXPIRED,   HTTP),
	FAILURE (HTTP,         500, SERVER,           REPEAT,          TEXT_SERVER_FAILED,      HTTP),
	FAILURE (HTTP,         501, NOT_SUPPORTED,    RENEGOTIATE,     TEXT_NOT_SUPPORTED,      HTTP),
	FAILURE (HTTP,         502, UNAVAILABLE,      REPEAT,          TEXT_NO_MAILBOX_SERVER,  HTTP),
	FAILURE (HTTP,         503, THROTTLED,        BACK_OFF,        TEXT_BUSY,               HTTP),
	FAILURE (HTTP,         504, UNAVAILABLE,      REPEAT,          TEXT_NO_MAILBOX_SERVER,  OBSERVED_HTTP),
	FAILURE (HTTP,         505, NOT_SUPPORTED,    RENEGOTIATE,     TEXT_NOT_SUPPORTED,      HTTP),
	FAILURE (HTTP,         507, QUOTA,            NOTHING,         TEXT_FULL,               HTTP),

	/* Sync: a whole answer or one collection. */
	SUCCESS (SYNC,           1, SYNC),
	FAILURE (SYNC,           2, NOT_SUPPORTED,    RENEGOTIATE,     TEXT_NOT_SUPPORTED,      SYNC),
	FAILURE (SYNC,           3, KEY,              RESET_KEY,       TEXT_KEY,                SYNC),
	FAILURE (SYNC,           4, SERVER,           NOTHING,         TEXT_REFUSED_REQUEST,    SYNC),
	FAILURE (SYNC,           5, SERVER,           REPEAT,          TEXT_SERVER_FAILED,      SYNC),
	FAILURE (SYNC,           6, ITEM_REJECTED,    NOTHING,         TEXT_ITEM_REFUSED,       SYNC),
	FAILURE (SYNC,           7, CONFLICT,         NOTHING,         TEXT_CONFLICT,           SYNC),
	FAILURE (SYNC,           8, FOLDER_NOT_FOUND, REFRESH_FOLDERS, TEXT_NO_FOLDER,          SYNC),
	FAILURE (SYNC,           9, QUOTA,            NOTHING,         TEXT_FULL,               SYNC),
	FAILURE (SYNC,          12, HIERARCHY,        REFRESH_FOLDERS, TEXT_HIERARCHY,          SYNC),
	FAILURE (SYNC,          13, SERVER,           FULL_REQUEST,    TEXT_REFUSED_REQUEST,    SYNC),
	FAILURE (SYNC,          14, SERVER,           OBEY_LIMIT,      TEXT_LIMIT,              SYNC),
	FAILURE (SYNC,          15, SERVER,           OBEY_LIMIT,      TEXT_LIMIT,              SYNC),
	FAILURE (SYNC,          16, UNAVAILABLE,      REPEAT,          TEXT_BUSY,               SYNC),
	/* Exchange says it when it is busy, although the common meaning is "do not repeat". */
	FAILURE (SYNC,         110, SERVER,           BACK_OFF,        TEXT_SERVER_FAILED,      SYNC),

	/* Sync: one entry of Responses. */
	SUCCESS (SYNC_ITEM,      1, SYNC),
	FAILURE (SYNC_ITEM,      4, ITEM_REJECTED,    NOTHING,         TEXT_ITEM_REFUSED,       SYNC),
	FAILURE (SYNC_ITEM,      5, UNAVAILABLE,      REPEAT,          TEXT_SERVER_FAILED,      SYNC),
	FAILURE (SYNC_ITEM,      6, ITEM_REJECTED,    NOTHING,         TEXT_ITEM_REFUSED,       SYNC),
	FAILURE (SYNC_ITEM,      7, CONFLICT,         NOTHING,         TEXT_CONFLICT,           SYNC),
	FAILURE (SYNC_ITEM,      8, ITEM_NOT_FOUND,   NOTHING,         TEXT_NO_ITEM,            SYNC),
	FAILURE (SYNC_ITEM,      9, QUOTA,            NOTHING,         TEXT_FULL,               SYNC),
	FAILURE (SYNC_ITEM,     12, HIERARCHY,        REFRESH_FOLDERS, TEXT_HIERARCHY,          SYNC),
	FAILURE (SYNC_ITEM,     16, UNAVAILABLE,      REPEAT,          TEXT_BUSY,               SYNC),
	FAILURE (SYNC_ITEM,    110, UNAVAILABLE,      BACK_OFF,        TEXT_SERVER_FAILED,      SYNC),

	SUCCESS (FOLDER_SYNC,    1, FOLDER_SYNC),
	FAILURE (FOLDER_SYNC,    6, SERVER,           REPEAT,          TEXT_SERVER_FAILED,      FOLDER_SYNC),
	FAILURE (FOLDER_SYNC,    9, KEY,              RESET_KEY,       TEXT_HIERARCHY,          FOLDER_SYNC),
	FAILURE (FOLDER_SYNC,   10, SERVER,           NOTHING,         TEXT_REFUSED_REQUEST,    FOLDER_SYNC),
	FAILURE (FOLDER_SYNC,   11, SERVER,           REPEAT,          TEXT_SERVER_FAILED,      FOLDER_SYNC),
	FAILURE (FOLDER_SYNC,   12, SERVER,           NOTHING,         TEXT_SERVER_FAILED,      FOLDER_SYNC),

	SUCCESS (FOLDER_CREATE,  1, FOLDER_CREATE),
	FAILURE (FOLDER_CREATE,  2, FOLDER_EXISTS,    NOTHING,         TEXT_FOLDER_EXISTS,      FOLDER_CREATE),
	FAILURE (FOLDER_CREATE,  3, ACCESS,           NOTHING,         TEXT_SPECIAL_FOLDER,     FOLDER_CREATE),
	FAILURE (FOLDER_CREATE,  5, FOLDER_NOT_FOUND, REFRESH_FOLDERS, TEXT_NO_PARENT,          FOLDER_CREATE),
	FAILURE (FOLDER_CREATE,  6, SERVER,           REPEAT,          TEXT_FAILED_ONCE,        FOLDER_CREATE),
	FAILURE (FOLDER_CREATE,  9, KEY,              RESET_KEY,       TEXT_HIERARCHY,          FOLDER_CREATE),
	FAILURE (FOLDER_CREATE, 10, SERVER,           NOTHING,         TEXT_REFUSED_REQUEST,    FOLDER_CREATE),
	FAILURE (FOLDER_CREATE, 11, SERVER,           REFRESH_FOLDERS, TEXT_FAILED_ONCE,        FOLDER_CREATE),
	FAILURE (FOLDER_CREATE, 12, SERVER,           NOTHING,         TEXT_FAILED_ONCE,        FOLDER_CREATE),

	SUCCESS (FOLDER_UPDATE,  1, FOLDER_UPDATE),
	FAILURE (FOLDER_UPDATE,  2, FOLDER_EXISTS,    NOTHING,         TEXT_FOLDER_EXISTS,      FOLDER_UPDATE),
	FAILURE (FOLDER_UPDATE,  3, ACCESS,           NOTHING,         TEXT_SPECIAL_FOLDER,     FOLDER_UPDATE),
	FAILURE (FOLDER_UPDATE,  4, FOLDER_NOT_FOUND, REFRESH_FOLDERS, TEXT_NO_FOLDER,          FOLDER_UPDATE),
	FAILURE (FOLDER_UPDATE,  5, FOLDER_NOT_FOUND, REFRESH_FOLDERS, TEXT_NO_PARENT,          FOLDER_UPDATE),
	FAILURE (FOLDER_UPDATE,  6, SERVER,           REPEAT,          TEXT_FAILED_ONCE,        FOLDER_UPDATE),
	FAILURE (FOLDER_UPDATE,  9, KEY,              RESET_KEY,       TEXT_HIERARCHY,          FOLDER_UPDATE),
	FAILURE (FOLDER_UPDATE, 10, SERVER,           NOTHING,         TEXT_REFUSED_REQUEST,    FOLDER_UPDATE),
	FAILURE (FOLDER_UPDATE, 11, SERVER,           REFRESH_FOLDERS, TEXT_FAILED_ONCE,        FOLDER_UPDATE),

	SUCCESS (FOLDER_DELETE,  1, FOLDER_DELETE),
	FAILURE (FOLDER_DELETE,  3, ACCESS,           NOTHING,         TEXT_SPECIAL_FOLDER,     FOLDER_DELETE),
	FAILURE (FOLDER_DELETE,  4, FOLDER_NOT_FOUND, REFRESH_FOLDERS, TEXT_NO_FOLDER,          FOLDER_DELETE),
	FAILURE (FOLDER_DELETE,  6, SERVER,           REPEAT,          TEXT_FAILED_ONCE,        FOLDER_DELETE),
	FAILURE (FOLDER_DELETE,  9, KEY,              RESET_KEY,       TEXT_HIERARCHY,          FOLDER_DELETE),
	FAILURE (FOLDER_DELETE, 10, SERVER,           NOTHING,         TEXT_REFUSED_REQUEST,    FOLDER_DELETE),
	FAILURE (FOLDER_DELETE, 11, SERVER,           REFRESH_FOLDERS, TEXT_FAILED_ONCE,        FOLDER_DELETE),

	SUCCESS (ESTIMATE,       1, ESTIMATE),
	FAILURE (ESTIMATE,       2, FOLDER_NOT_FOUND, REFRESH_FOLDERS, TEXT_NO_FOLDER,          ESTIMATE),
	FAILURE (ESTIMATE,       3, KEY,              NOTHING,         TEXT_KEY,                ESTIMATE),
	FAILURE (ESTIMATE,       4, KEY,              NOTHING,         TEXT_KEY,                ESTIMATE),

	/* Ping: 1 the time is up, 2 folders have changed. 5 names the nearest interval, 6 how many folders. */
	SUCCESS (PING,           1, PING),
	SUCCESS (PING,           2, PING),
	FAILURE (PING,           3, SERVER,           FULL_REQUEST,    TEXT_REFUSED_REQUEST,    PING),
	FAILURE (PING,           4, SERVER,           NOTHING,         TEXT_REFUSED_REQUEST,    PING),
	FAILURE (PING,           5, SERVER,           OBEY_LIMIT,      TEXT_LIMIT,              PING),
	FAILURE (PING,           6, SERVER,           OBEY_LIMIT,      TEXT_LIMIT,              PING),
	FAILURE (PING,           7, HIERARCHY,        REFRESH_FOLDERS, TEXT_HIERARCHY,          PING),
	FAILURE (PING,           8, SERVER,           REPEAT,          TEXT_SERVER_FAILED,      PING),

	/* MoveItems: 1 is an error here, 3 is success. */
	FAILURE (MOVE,           1, ITEM_NOT_FOUND,   NOTHING,         TEXT_NO_ITEM,            MOVE),
	FAILURE (MOVE,           2, FOLDER_NOT_FOUND, REFRESH_FOLDERS, TEXT_NO_FOLDER,          MOVE),
	SUCCESS (MOVE,           3, MOVE),
	FAILURE (MOVE,           4, ITEM_REJECTED,    NOTHING,         N_ ("The item is in this folder already."), MOVE),
	FAILURE (MOVE,           5, UNAVAILABLE,      REPEAT,          TEXT_SERVER_FAILED,      MOVE),
	FAILURE (MOVE,           7, UNAVAILABLE,      REPEAT,          TEXT_BUSY,               MOVE),

	/* ItemOperations: 10 is a file of no bytes, 17 a success with failures inside. */
	SUCCESS (ITEM_OPERATIONS, 1, ITEM_OPERATIONS),
	FAILURE (ITEM_OPERATIONS, 2, SERVER,          NOTHING,         TEXT_REFUSED_REQUEST,    ITEM_OPERATIONS),
	FAILURE (ITEM_OPERATIONS, 3, SERVER,          REPEAT,          TEXT_SERVER_FAILED,      ITEM_OPERATIONS),
	FAILURE (ITEM_OPERATIONS, 4, ITEM_NOT_FOUND,  NOTHING,         TEXT_NO_ITEM,            ITEM_OPERATIONS),
	FAILURE (ITEM_OPERATIONS, 5, ACCESS,          NOTHING,         TEXT_NO_ACCESS,          ITEM_OPERATIONS),
	FAILURE (ITEM_OPERATIONS, 6, ITEM_NOT_FOUND,  NOTHING,         TEXT_NO_ITEM,            ITEM_OPERATIONS),
	FAILURE (ITEM_OPERATIONS, 7, UNAVAILABLE,     REPEAT,          TEXT_SERVER_FAILED,      ITEM_OPERATIONS),
	FAILURE (ITEM_OPERATIONS, 8, SERVER,          FULL_REQUEST,    TEXT_LIMIT,              ITEM_OPERATIONS),
	FAILURE (ITEM_OPERATIONS, 9, NOT_SUPPORTED,   NOTHING,         TEXT_NOT_SUPPORTED,      ITEM_OPERATIONS),
	SUCCESS (ITEM_OPERATIONS, 10, ITEM_OPERATIONS),
	FAILURE (ITEM_OPERATIONS, 11, SERVER,         OBEY_LIMIT,      TEXT_TOO_LARGE,          ITEM_OPERATIONS),
	FAILURE (ITEM_OPERATIONS, 12, SERVER,         REPEAT,          TEXT_SERVER_FAILED,      ITEM_OPERATIONS),
	FAILURE (ITEM_OPERATIONS, 14, NOT_SUPPORTED,  NOTHING,         N_ ("The server cannot convert this text."), ITEM_OPERATIONS),
	FAILURE (ITEM_OPERATIONS, 15, ITEM_NOT_FOUND, NOTHING,         N_ ("The attachment no longer exists on the server."), ITEM_OPERATIONS),
	FAILURE (ITEM_OPERATIONS, 16, ACCESS,         NOTHING,         TEXT_NO_ACCESS,          ITEM_OPERATIONS),
	SUCCESS (ITEM_OPERATIONS, 17, ITEM_OPERATIONS),
	FAILURE (ITEM_OPERATIONS, 18, AUTHENTICATION, NOTHING,         TEXT_CREDENTIALS,        ITEM_OPERATIONS),

	SUCCESS (SETTINGS,       1, SETTINGS),
	FAILURE (SETTINGS,       2, SERVER,           NOTHING,         TEXT_REFUSED_REQUEST,    SETTINGS),
	FAILURE (SETTINGS,       3, ACCESS,           NOTHING,         TEXT_NO_SETTING,         SETTINGS),
	FAILURE (SETTINGS,       4, UNAVAILABLE,      REPEAT,          TEXT_SERVER_FAILED,      SETTINGS),
	FAILURE (SETTINGS,       5, ITEM_REJECTED,    NOTHING,         N_ ("The server refused this setting."), SETTINGS),
	FAILURE (SETTINGS,       6, ITEM_REJECTED,    NOTHING,         N_ ("The server refused this combination of settings."), SETTINGS),
	FAILURE (SETTINGS,       7, ACCESS,           NOTHING,         N_ ("The administrator does not allow this setting."), SETTINGS),

	/* Provision: 2 also when DeviceInformation is not wanted; the exchange tries without. */
	SUCCESS (PROVISION,      1, PROVISION),
	FAILURE (PROVISION,      2, POLICY,           NOTHING,         TEXT_REFUSED_REQUEST,    PROVISION),
	FAILURE (PROVISION,      3, UNAVAILABLE,      REPEAT,          TEXT_SERVER_FAILED,      PROVISION),

	/* Status inside Policy: 2 is "no policy for you", and all is well (pitfall 41). */
	SUCCESS (POLICY,         1, POLICY),
	SUCCESS (POLICY,         2, POLICY),
	FAILURE (POLICY,         3, POLICY,           NOTHING,         TEXT_POLICY_IMPOSSIBLE,  POLICY),
	FAILURE (POLICY,         4, POLICY,           NOTHING,         TEXT_POLICY_BROKEN,      POLICY),
	FAILURE (POLICY,         5, POLICY,           PROVISION,       TEXT_POLICY,             POLICY),

	/* In any command, since 14.0. */
	SUCCESS (COMMON,         1, COMMON),
	FAILURE (COMMON,       101, SERVER,           NOTHING,         TEXT_REFUSED_REQUEST,    COMMON),
	FAILURE (COMMON,       102, SERVER,           NOTHING,         TEXT_REFUSED_REQUEST,    COMMON),
	FAILURE (COMMON,       103, SERVER,           NOTHING,         TEXT_REFUSED_REQUEST,    COMMON),
	FAILURE (COMMON,       104, ITEM_REJECTED,    NOTHING,         N_ ("The server refused a date of this item."), COMMON),
	FAILURE (COMMON,       105, ITEM_REJECTED,    NOTHING,         TEXT_ITEM_REFUSED,       COMMON),
	FAILURE (COMMON,       106, ITEM_NOT_FOUND,   REFRESH_FOLDERS, TEXT_NO_ITEM,            COMMON),
	FAILURE (COMMON,       107, ITEM_REJECTED,    NOTHING,         N_ ("The server could not read the message."), COMMON),
	FAILURE (COMMON,       108, SERVER,           NOTHING,         TEXT_REFUSED_REQUEST,    COMMON),
	FAILURE (COMMON,       109, SERVER,           NOTHING,         TEXT_REFUSED_REQUEST,    COMMON),
	FAILURE (COMMON,       110, SERVER,           NOTHING,         TEXT_FAILED_ONCE,        COMMON),
	FAILURE (COMMON,       111, UNAVAILABLE,      BACK_OFF,        TEXT_BUSY,               COMMON),
	FAILURE (COMMON,       112, ACCESS,           NOTHING,         TEXT_NOT_ALLOWED,        COMMON),
	FAILURE (COMMON,       113, QUOTA,            NOTHING,         TEXT_FULL,               COMMON),
	FAILURE (COMMON,       114, UNAVAILABLE,      REPEAT,          TEXT_NO_MAILBOX_SERVER,  COMMON),
	FAILURE (COMMON,       115, QUOTA,            NOTHING,         N_ ("You have sent as many messages as the server allows."), COMMON),
	FAILURE (COMMON,       116, ITEM_REJECTED,    NOTHING,         N_ ("The server does not know a recipient of the message."), COMMON),
	FAILURE (COMMON,       117, ITEM_REJECTED,    NOTHING,         N_ ("The message may not be answered."), COMMON),
	SUCCESS (COMMON,       118, COMMON), /* sent before: what we wanted (pitfall 4) */
	FAILURE (COMMON,       119, ITEM_REJECTED,    NOTHING,         N_ ("The message has no recipient."), COMMON),
	FAILURE (COMMON,       120, ITEM_REJECTED,    REPEAT,          TEXT_NOT_SENT,           COMMON),
	FAILURE (COMMON,       121, ITEM_REJECTED,    NOTHING,         TEXT_NOT_SENT,           COMMON),
	FAILURE (COMMON,       122, ITEM_REJECTED,    NOTHING,         N_ ("An attachment is larger than the server accepts."), COMMON),
	FAILURE (COMMON,       123, ACCESS,           NOTHING,         N_ ("This user has no mailbox on the server."), COMMON),
	FAILURE (COMMON,       124, AUTHENTICATION,   NOTHING,         TEXT_CREDENTIALS,        COMMON),
	FAILURE (COMMON,       125, ACCESS,           NOTHING,         N_ ("The server does not know this user."), COMMON),
	FAILURE (COMMON,       126, ACCESS,           NOTHING,         TEXT_NOT_ALLOWED,        COMMON),
	FAILURE (COMMON,       127, ACCESS,           NOTHING,         TEXT_WRONG_SERVER,       COMMON),
	FAILURE (COMMON,       128, ACCESS,           NOTHING,         TEXT_WRONG_SERVER,       COMMON),
	FAILURE (COMMON,       129, ACCESS,           NOTHING,         TEXT_DEVICE_BLOCKED,     COMMON),
	FAILURE (COMMON,       130, ACCESS,           NOTHING,         N_ ("The server refuses access."), COMMON),
	FAILURE (COMMON,       131, ACCESS,           NOTHING,         TEXT_DISABLED,           COMMON),
	FAILURE (COMMON,       132, KEY,              RESET_KEY,       TEXT_KEY,                COMMON),
	FAILURE (COMMON,       133, UNAVAILABLE,      REPEAT,          TEXT_NO_MAILBOX_SERVER,  COMMON),
	FAILURE (COMMON,       134, KEY,              RESET_KEY,       TEXT_KEY,                COMMON),
	FAILURE (COMMON,       135, UNAVAILABLE,      REPEAT,          TEXT_BUSY,               COMMON),
	FAILURE (COMMON,       136, KEY,              RESET_KEY,       TEXT_KEY,                COMMON),
	FAILURE (COMMON,       137, NOT_SUPPORTED,    NOTHING,         TEXT_NOT_SUPPORTED,      COMMON),
	FAILURE (COMMON,       138, NOT_SUPPORTED,    RENEGOTIATE,     TEXT_NOT_SUPPORTED,      COMMON),
	FAILURE (COMMON,       139, POLICY,           NOTHING,         TEXT_POLICY_IMPOSSIBLE,  COMMON),
	FAILURE (COMMON,       140, WIPED,            WIPE,            TEXT_WIPE,               COMMON),
	FAILURE (COMMON,       141, POLICY,           PROVISION,       TEXT_POLICY,             COMMON),
	FAILURE (COMMON,       142, POLICY,           PROVISION,       TEXT_POLICY,             COMMON),
	FAILURE (COMMON,       143, POLICY,           PROVISION,       TEXT_POLICY,             COMMON),
	FAILURE (COMMON,       144, POLICY,           PROVISION,       TEXT_POLICY,             COMMON),
	FAILURE (COMMON,       145, POLICY,           PROVISION,       TEXT_POLICY_IMPOSSIBLE,  COMMON),
	FAILURE (COMMON,       146, ITEM_REJECTED,    NOTHING,         N_ ("The server does not know this event as one of a series."), COMMON),
	FAILURE (COMMON,       147, ITEM_REJECTED,    NOTHING,         TEXT_ITEM_REFUSED,       COMMON),
	FAILURE (COMMON,       148, ACCESS,           NOTHING,         TEXT_NO_SAFE_SERVER,     COMMON),
	FAILURE (COMMON,       149, SERVER,           FULL_REQUEST,    TEXT_REFUSED_REQUEST,    COMMON),
	FAILURE (COMMON,       150, ITEM_NOT_FOUND,   NOTHING,         TEXT_NO_ITEM,            COMMON),
	FAILURE (COMMON,       151, ACCESS,           NOTHING,         TEXT_TOO_MANY_FOLDERS,   COMMON),
	FAILURE (COMMON,       152, SERVER,           REPEAT,          N_ ("The server has found no folders in the mailbox."), COMMON),
	FAILURE (COMMON,       153, SERVER,           NOTHING,         N_ ("Some items may be missing after they were moved."), COMMON),
	FAILURE (COMMON,       154, ITEM_REJECTED,    REPEAT,          N_ ("The server could not move the item."), COMMON),
	FAILURE (COMMON,       155, SERVER,           NOTHING,         TEXT_REFUSED_REQUEST,    COMMON),
	FAILURE (COMMON,       156, ITEM_REJECTED,    NOTHING,         N_ ("The item cannot be moved to this folder."), COMMON),
	FAILURE (COMMON,       160, SERVER,           OBEY_LIMIT,      N_ ("The server cannot look up so many people at once."), COMMON),
	FAILURE (COMMON,       161, NOT_SUPPORTED,    NOTHING,         TEXT_NO_AVAILABILITY,    COMMON),
	FAILURE (COMMON,       162, UNAVAILABLE,      REPEAT,          TEXT_NO_AVAILABILITY,    COMMON),
	FAILURE (COMMON,       163, NOT_SUPPORTED,    NOTHING,         TEXT_NO_AVAILABILITY,    COMMON),
	FAILURE (COMMON,       164, SERVER,           NOTHING,         TEXT_REFUSED_REQUEST,    COMMON),
	FAILURE (COMMON,       165, POLICY,           PROVISION,       TEXT_POLICY,             COMMON), /* it carries DeviceInformation */
	FAILURE (COMMON,       166, ITEM_REJECTED,    NOTHING,         N_ ("The server no longer knows this sender’s address."), COMMON),
	FAILURE (COMMON,       167, ITEM_REJECTED,    NOTHING,         N_ ("This address may not send."), COMMON),
	FAILURE (COMMON,       168, NOT_SUPPORTED,    NOTHING,         TEXT_NOT_SUPPORTED,      COMMON),
	FAILURE (COMMON,       169, UNAVAILABLE,      REPEAT,          TEXT_SERVER_FAILED,      COMMON),
	FAILURE (COMMON,       170, ITEM_REJECTED,    NOTHING,         TEXT_RIGHTS,             COMMON),
	FAILURE (COMMON,       171, ITEM_REJECTED,    NOTHING,         TEXT_RIGHTS,             COMMON),
	FAILURE (COMMON,       172, ITEM_REJECTED,    NOTHING,         TEXT_RIGHTS,             COMMON),
	FAILURE (COMMON,       173, ITEM_NOT_FOUND,   NOTHING,         TEXT_NO_PICTURE,         COMMON),
	FAILURE (COMMON,       174, ITEM_NOT_FOUND,   NOTHING,         TEXT_NO_PICTURE,         COMMON),
	FAILURE (COMMON,       175, SERVER,           OBEY_LIMIT,      TEXT_LIMIT,              COMMON),
	FAILURE (COMMON,       176, NOT_SUPPORTED,    NOTHING,         TEXT_NOT_SUPPORTED,      COMMON),
	FAILURE (COMMON,       177, ACCESS,           NOTHING,         TEXT_TOO_MANY_DEVICES,   COMMON),
	FAILURE (COMMON,       178, SERVER,           NOTHING,         TEXT_REFUSED_REQUEST,    COMMON),
	FAILURE (COMMON,       179, SERVER,           NOTHING,         TEXT_REFUSED_REQUEST,    COMMON),
	FAILURE (COMMON,       183, ITEM_REJECTED,    NOTHING,         N_ ("The server does not accept a recipient of the message."), COMMON),
	FAILURE (COMMON,       184, ITEM_REJECTED,    NOTHING,         N_ ("The server refused changed occurrences of the series."), COMMON),
};

/* Numbers no document names: the class of an HTTP status still says something. */
static const EasStatusInfo unknown_answer =
	FAILURE (HTTP,           0, SERVER,           NOTHING,         TEXT_UNKNOWN,            OBSERVED_HTTP);
static const EasStatusInfo unknown_refusal =
	FAILURE (HTTP,           0, SERVER,           NOTHING,         TEXT_REFUSED_REQUEST,    OBSERVED_HTTP);
static const EasStatusInfo unknown_outage =
	FAILURE (HTTP,           0, UNAVAILABLE,      REPEAT,          TEXT_SERVER_FAILED,      OBSERVED_HTTP);
static const EasStatusInfo unknown_status =
	FAILURE (COMMON,         0, SERVER,           NOTHING,         TEXT_UNKNOWN, "no document");
/* clang-format on */

static const EasStatusInfo *
find_row (EasScope scope, guint status)
{
	for (gsize i = 0; i < G_N_ELEMENTS (status_rows); i++) {
		if (status_rows[i].scope == scope && status_rows[i].status == status)
			return &status_rows[i];
	}

	return NULL;
}

static const EasStatusInfo *
find_http_class (guint status)
{
	switch (status / 100) {
	case 4:
		return &unknown_refusal;
	case 5:
		return &unknown_outage;
	default:
		return &unknown_answer;
	}
}

/**
 * eas_status_lookup:
 * @scope: where the number stood
 * @status: the number
 *
 * Rows of @scope win over the common ones; common ones do not apply to HTTP.
 *
 * Returns: (transfer none): never %NULL; for a number no document names, a row
 *   whose status is 0
 */
const EasStatusInfo *
eas_status_lookup (EasScope scope, guint status)
{
	const EasStatusInfo *info = find_row (scope, status);

	if (info == NULL && scope == EAS_SCOPE_HTTP)
		return find_http_class (status);
	if (info == NULL)
		info = find_row (EAS_SCOPE_COMMON, status);

	return info != NULL ? info : &unknown_status;
}

gboolean
eas_status_ok (EasScope scope, guint status)
{
	return eas_status_lookup (scope, status)->success;
}

/**
 * eas_status_set_error:
 * @error: return location
 * @scope: where the number stood
 * @status: a number that is no success
 * @command: (nullable): the command, "Sync"
 * @retry_after: seconds the server asked to wait; 0: unknown
 *
 * The message is the row's text for people, then the command and the number in
 * brackets, which is what support asks for.
 *
 * Returns: %FALSE
 */
gboolean
eas_status_set_error (
	GError **error, EasScope scope, guint status, const char *command, guint retry_after)
{
	const EasStatusInfo *info = eas_status_lookup (scope, status);
	const char *kind = scope == EAS_SCOPE_HTTP ? "HTTP " : "";

	g_return_val_if_fail (!info->success, FALSE);

	eas_set_error (error, info->code, command, status, retry_after, "%s (%s%s%s%u)",
		       _ (info->text), command != NULL ? command : "", command != NULL ? " " : "",
		       kind, status);

	return FALSE;
}
