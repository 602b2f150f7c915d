/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The policy document, as one table: where each element goes, what it demands and
 * whether that is ours to promise.
 *
 * Source: [MS-ASPROV] EASProvisionDoc and its children.
 */

#include "eas-policy.h"

#include <glib/gi18n-lib.h>

/* Which values of an element ask something of us. */
typedef enum {
	DEMAND_NEVER,    /* permits something to the server, or refines another rule */
	DEMAND_ZERO,     /* something is forbidden */
	DEMAND_NOT_ZERO, /* something is required */
	DEMAND_POSITIVE,
	DEMAND_NOT_NEGATIVE,
	DEMAND_ABOVE_ONE,
	DEMAND_BELOW_TWO,
	DEMAND_LOCK /* seconds; so many that it never happens are none */
} Demand;

typedef enum {
	PROMISE_YES,  /* ours to obey, or this kind of machine has no such thing */
	PROMISE_NO,   /* the machine's, outside of this program */
	PROMISE_LOGIN /* the same, and void unless a password is demanded at all */
} Promise;

typedef struct {
	EasTag tag;
	gsize offset;
	gint64 absent; /* value of an element that is not there or empty */
	Demand demand;
	Promise promise;
	const char *text; /* {value} is replaced */
} PolicyRow;

#define FIELD(name) G_STRUCT_OFFSET (EasPolicy, name)

#define NO_LOCK 9999 /* seconds from which on there is none */

/* clang-format off */
static const PolicyRow rows[] = {
	{ EAS_PROVISION_DEVICE_PASSWORD_ENABLED,
	  FIELD (device_password_enabled), 0, DEMAND_NOT_ZERO, PROMISE_NO,
	  N_("A password unlocks this computer") },
	{ EAS_PROVISION_ALPHANUMERIC_DEVICE_PASSWORD_REQUIRED,
	  FIELD (alphanumeric_device_password_required), 0, DEMAND_NOT_ZERO, PROMISE_LOGIN,
	  N_("The password has letters as well as digits") },
	{ EAS_PROVISION_REQUIRE_STORAGE_CARD_ENCRYPTION,
	  FIELD (require_storage_card_encryption), 0, DEMAND_NOT_ZERO, PROMISE_NO,
	  N_("Removable storage is encrypted") },
	{ EAS_PROVISION_PASSWORD_RECOVERY_ENABLED,
	  FIELD (password_recovery_enabled), 0, DEMAND_NEVER, PROMISE_YES,
	  NULL },
	{ EAS_PROVISION_DOCUMENT_BROWSE_ENABLED,
	  FIELD (document_browse_enabled), 1, DEMAND_ZERO, PROMISE_YES,
	  N_("Documents on the company's servers are not opened through this account") },
	{ EAS_PROVISION_ATTACHMENTS_ENABLED,
	  FIELD (attachments_enabled), 1, DEMAND_ZERO, PROMISE_YES,
	  N_("Attachments are not downloaded") },
	{ EAS_PROVISION_MIN_DEVICE_PASSWORD_LENGTH,
	  FIELD (min_device_password_length), 0, DEMAND_POSITIVE, PROMISE_LOGIN,
	  N_("The password has at least {value} characters") },
	{ EAS_PROVISION_MAX_INACTIVITY_TIME_DEVICE_LOCK,
	  FIELD (max_inactivity_time_device_lock), 0, DEMAND_LOCK, PROMISE_LOGIN,
	  N_("The screen is locked after {value} seconds without use") },
	{ EAS_PROVISION_MAX_DEVICE_PASSWORD_FAILED_ATTEMPTS,
	  FIELD (max_device_password_failed_attempts), 0, DEMAND_POSITIVE, PROMISE_LOGIN,
	  N_("Everything is erased after {value} wrong passwords") },
	{ EAS_PROVISION_MAX_ATTACHMENT_SIZE,
	  FIELD (max_attachment_size), -1, DEMAND_NOT_NEGATIVE, PROMISE_YES,
	  N_("Attachments of more than {value} bytes are not downloaded") },
	{ EAS_PROVISION_ALLOW_SIMPLE_DEVICE_PASSWORD,
	  FIELD (allow_simple_device_password), 1, DEMAND_ZERO, PROMISE_LOGIN,
	  N_("The password is no simple one like 1234") },
	{ EAS_PROVISION_DEVICE_PASSWORD_EXPIRATION,
	  FIELD (device_password_expiration), 0, DEMAND_POSITIVE, PROMISE_LOGIN,
	  N_("The password is changed every {value} days") },
	{ EAS_PROVISION_DEVICE_PASSWORD_HISTORY,
	  FIELD (device_password_history), 0, DEMAND_POSITIVE, PROMISE_LOGIN,
	  N_("None of the last {value} passwords is used again") },
	{ EAS_PROVISION_ALLOW_STORAGE_CARD,
	  FIELD (allow_storage_card), 1, DEMAND_ZERO, PROMISE_NO,
	  N_("Removable storage is not used") },
	{ EAS_PROVISION_ALLOW_CAMERA,
	  FIELD (allow_camera), 1, DEMAND_ZERO, PROMISE_NO,
	  N_("The camera is not used") },
	{ EAS_PROVISION_REQUIRE_DEVICE_ENCRYPTION,
	  FIELD (require_device_encryption), 0, DEMAND_NOT_ZERO, PROMISE_NO,
	  N_("The disk is encrypted") },
	{ EAS_PROVISION_ALLOW_UNSIGNED_APPLICATIONS,
	  FIELD (allow_unsigned_applications), 1, DEMAND_ZERO, PROMISE_NO,
	  N_("Only signed programs are run") },
	{ EAS_PROVISION_ALLOW_UNSIGNED_INSTALLATION_PACKAGES,
	  FIELD (allow_unsigned_installation_packages), 1, DEMAND_ZERO, PROMISE_NO,
	  N_("Only signed programs are installed") },
	{ EAS_PROVISION_MIN_DEVICE_PASSWORD_COMPLEX_CHARACTERS,
	  FIELD (min_device_password_complex_characters), 1, DEMAND_ABOVE_ONE, PROMISE_LOGIN,
	  N_("The password mixes at least {value} kinds of characters") },
	{ EAS_PROVISION_ALLOW_WI_FI,
	  FIELD (allow_wifi), 1, DEMAND_ZERO, PROMISE_NO,
	  N_("Wireless networks are not used") },
	{ EAS_PROVISION_ALLOW_TEXT_MESSAGING,
	  FIELD (allow_text_messaging), 1, DEMAND_ZERO, PROMISE_YES,
	  N_("Text messages are not sent") },
	{ EAS_PROVISION_ALLOW_POPIMAP_EMAIL,
	  FIELD (allow_pop_imap_email), 1, DEMAND_ZERO, PROMISE_NO,
	  N_("There are no other mail accounts (POP, IMAP)") },
	{ EAS_PROVISION_ALLOW_BLUETOOTH,
	  FIELD (allow_bluetooth), 2, DEMAND_BELOW_TWO, PROMISE_NO,
	  N_("Bluetooth is not used, or for headsets only") },
	{ EAS_PROVISION_ALLOW_IR_DA,
	  FIELD (allow_irda), 1, DEMAND_ZERO, PROMISE_YES,
	  N_("Infrared connections are not used") },
	{ EAS_PROVISION_REQUIRE_MANUAL_SYNC_WHEN_ROAMING,
	  FIELD (require_manual_sync_when_roaming), 0, DEMAND_NOT_ZERO, PROMISE_YES,
	  N_("Nothing is fetched by itself in a foreign mobile network") },
	{ EAS_PROVISION_ALLOW_DESKTOP_SYNC,
	  FIELD (allow_desktop_sync), 1, DEMAND_ZERO, PROMISE_YES,
	  N_("No telephone exchanges its data with this account's") },
	{ EAS_PROVISION_MAX_CALENDAR_AGE_FILTER,
	  FIELD (max_calendar_age_filter), 0, DEMAND_POSITIVE, PROMISE_YES,
	  N_("Old events are not fetched") },
	{ EAS_PROVISION_ALLOW_HTML_EMAIL,
	  FIELD (allow_html_email), 1, DEMAND_ZERO, PROMISE_YES,
	  N_("Messages are fetched as plain text") },
	{ EAS_PROVISION_MAX_EMAIL_AGE_FILTER,
	  FIELD (max_email_age_filter), 0, DEMAND_POSITIVE, PROMISE_YES,
	  N_("Old messages are not fetched") },
	{ EAS_PROVISION_MAX_EMAIL_BODY_TRUNCATION_SIZE,
	  FIELD (max_email_body_truncation_size), -1, DEMAND_NOT_NEGATIVE, PROMISE_YES,
	  N_("At most {value} bytes of a plain message are fetched") },
	{ EAS_PROVISION_MAX_EMAIL_HTML_BODY_TRUNCATION_SIZE,
	  FIELD (max_email_html_body_truncation_size), -1, DEMAND_NOT_NEGATIVE, PROMISE_YES,
	  N_("At most {value} bytes of a formatted message are fetched") },
	{ EAS_PROVISION_REQUIRE_SIGNED_SMIME_MESSAGES,
	  FIELD (require_signed_smime_messages), 0, DEMAND_NOT_ZERO, PROMISE_NO,
	  N_("Every message is signed") },
	{ EAS_PROVISION_REQUIRE_ENCRYPTED_SMIME_MESSAGES,
	  FIELD (require_encrypted_smime_messages), 0, DEMAND_NOT_ZERO, PROMISE_NO,
	  N_("Every message is encrypted") },
	{ EAS_PROVISION_REQUIRE_SIGNED_SMIME_ALGORITHM,
	  FIELD (require_signed_smime_algorithm), 0, DEMAND_NEVER, PROMISE_YES,
	  NULL },
	{ EAS_PROVISION_REQUIRE_ENCRYPTION_SMIME_ALGORITHM,
	  FIELD (require_encryption_smime_algorithm), 0, DEMAND_NEVER, PROMISE_YES,
	  NULL },
	{ EAS_PROVISION_ALLOW_SMIME_ENCRYPTION_ALGORITHM_NEGOTIATION,
	  FIELD (allow_smime_encryption_algorithm_negotiation), 2, DEMAND_NEVER, PROMISE_YES,
	  NULL },
	{ EAS_PROVISION_ALLOW_SMIME_SOFT_CERTS,
	  FIELD (allow_smime_soft_certs), 1, DEMAND_ZERO, PROMISE_NO,
	  N_("Certificates are on smart cards only") },
	{ EAS_PROVISION_ALLOW_BROWSER,
	  FIELD (allow_browser), 1, DEMAND_ZERO, PROMISE_NO,
	  N_("There is no web browser") },
	{ EAS_PROVISION_ALLOW_CONSUMER_EMAIL,
	  FIELD (allow_consumer_email), 1, DEMAND_ZERO, PROMISE_NO,
	  N_("There are no private mail accounts") },
	{ EAS_PROVISION_ALLOW_REMOTE_DESKTOP,
	  FIELD (allow_remote_desktop), 1, DEMAND_ZERO, PROMISE_NO,
	  N_("Other computers are not operated from this one") },
	{ EAS_PROVISION_ALLOW_INTERNET_SHARING,
	  FIELD (allow_internet_sharing), 1, DEMAND_ZERO, PROMISE_NO,
	  N_("The network connection is not shared with others") },
};

typedef struct {
	EasTag list;
	EasTag entry;
	gsize offset;
	Promise promise;
	const char *text;
} PolicyList;

static const PolicyList lists[] = {
	{ EAS_PROVISION_UNAPPROVED_IN_ROM_APPLICATION_LIST, EAS_PROVISION_APPLICATION_NAME,
	  FIELD (unapproved_applications), PROMISE_YES, /* there is no ROM here */
	  N_("Some programs built into telephones are not run") },
	{ EAS_PROVISION_APPROVED_APPLICATION_LIST, EAS_PROVISION_HASH,
	  FIELD (approved_application_hashes), PROMISE_NO,
	  N_("Only programs that the administrator has approved are run") },
};
/* clang-format on */

static gint64 *
row_field (const EasPolicy *policy, const PolicyRow *row)
{
	return G_STRUCT_MEMBER_P (policy, row->offset);
}

static GPtrArray *
list_field (const EasPolicy *policy, const PolicyList *list)
{
	return G_STRUCT_MEMBER (GPtrArray *, policy, list->offset);
}

EasPolicy *
eas_policy_new (void)
{
	EasPolicy *policy = g_new0 (EasPolicy, 1);
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (rows); ii++)
		*row_field (policy, &rows[ii]) = rows[ii].absent;
	policy->unapproved_applications = g_ptr_array_new_with_free_func (g_free);
	policy->approved_application_hashes = g_ptr_array_new_with_free_func (g_free);

	return policy;
}

void
eas_policy_free (EasPolicy *policy)
{
	if (policy == NULL)
		return;

	g_ptr_array_unref (policy->unapproved_applications);
	g_ptr_array_unref (policy->approved_application_hashes);
	g_free (policy);
}

/* What cannot be understood demands nothing, as if it were absent. */
static void
read_value (EasWbxmlReader *reader, gint64 *inout_value)
{
	g_autofree char *text = eas_wbxml_reader_dup_line (reader);
	gint64 value;

	if (text == NULL)
		return;

	g_strstrip (text);
	if (g_ascii_strcasecmp (text, "true") == 0)
		*inout_value = 1;
	else if (g_ascii_strcasecmp (text, "false") == 0)
		*inout_value = 0;
	else if (g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &value, NULL))
		*inout_value = value;
}

static void
read_list (EasWbxmlReader *reader, EasTag entry, GPtrArray *values)
{
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		g_autofree char *value = NULL;

		if (tag != entry)
			continue;

		value = eas_wbxml_reader_dup_line (reader);
		if (value != NULL && *value != '\0')
			g_ptr_array_add (values, g_steal_pointer (&value));
	}
}

EasPolicy *
eas_policy_read (EasWbxmlReader *reader)
{
	EasPolicy *policy = eas_policy_new ();
	guint level = eas_wbxml_reader_enter (reader);
	EasTag tag;

	while (eas_wbxml_reader_next (reader, level, &tag)) {
		guint ii;

		for (ii = 0; ii < G_N_ELEMENTS (rows); ii++) {
			if (rows[ii].tag == tag)
				read_value (reader, row_field (policy, &rows[ii]));
		}
		for (ii = 0; ii < G_N_ELEMENTS (lists); ii++) {
			if (lists[ii].list == tag)
				read_list (reader, lists[ii].entry,
					   list_field (policy, &lists[ii]));
		}
	}

	return policy;
}

char *
eas_policy_dup_hash (const EasPolicy *policy)
{
	g_autoptr (GString) text = g_string_new (NULL);
	guint ii, jj;

	/* Only what differs from its absence, so that a new element changes no old hash. */
	for (ii = 0; ii < G_N_ELEMENTS (rows); ii++) {
		gint64 value = *row_field (policy, &rows[ii]);

		if (value != rows[ii].absent)
			g_string_append_printf (text, "%s=%" G_GINT64_FORMAT "\n",
						eas_tag_get_name (rows[ii].tag), value);
	}
	for (ii = 0; ii < G_N_ELEMENTS (lists); ii++) {
		const GPtrArray *values = list_field (policy, &lists[ii]);

		for (jj = 0; jj < values->len; jj++)
			g_string_append_printf (text, "%s=%s\n", eas_tag_get_name (lists[ii].entry),
						(const char *) values->pdata[jj]);
	}

	return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, text->len);
}

static gboolean
value_demands (Demand demand, gint64 value)
{
	switch (demand) {
	case DEMAND_ZERO:
		return value == 0;
	case DEMAND_NOT_ZERO:
		return value != 0;
	case DEMAND_POSITIVE:
		return value > 0;
	case DEMAND_NOT_NEGATIVE:
		return value >= 0;
	case DEMAND_ABOVE_ONE:
		return value > 1;
	case DEMAND_BELOW_TWO:
		return value < 2;
	case DEMAND_LOCK:
		return value > 0 && value < NO_LOCK;
	case DEMAND_NEVER:
	default:
		return FALSE;
	}
}

static char *
describe_row (const PolicyRow *row, gint64 value)
{
	g_autoptr (GString) text = g_string_new (_ (row->text));
	char digits[32];

	g_snprintf (digits, sizeof (digits), "%" G_GINT64_FORMAT, value);
	g_string_replace (text, "{value}", digits, 0);

	return g_string_free (g_steal_pointer (&text), FALSE);
}

static GPtrArray *
collect_demands (const EasPolicy *policy, gboolean only_unmet)
{
	GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (rows); ii++) {
		const PolicyRow *row = &rows[ii];
		gint64 value = *row_field (policy, row);

		if (!value_demands (row->demand, value))
			continue;
		if (row->promise == PROMISE_LOGIN && policy->device_password_enabled == 0)
			continue;
		if (!only_unmet || row->promise != PROMISE_YES)
			g_ptr_array_add (texts, describe_row (row, value));
	}
	for (ii = 0; ii < G_N_ELEMENTS (lists); ii++) {
		if (list_field (policy, &lists[ii])->len == 0)
			continue;
		if (!only_unmet || lists[ii].promise != PROMISE_YES)
			g_ptr_array_add (texts, g_strdup (_ (lists[ii].text)));
	}

	return texts;
}

EasPolicyStatus
eas_policy_judge (const EasPolicy *policy, GPtrArray **out_unmet)
{
	g_autoptr (GPtrArray) unmet = collect_demands (policy, /* only_unmet */ TRUE);
	EasPolicyStatus status = unmet->len == 0 ? EAS_POLICY_ENFORCED : EAS_POLICY_PARTLY;

	if (out_unmet != NULL)
		*out_unmet = unmet->len > 0 ? g_steal_pointer (&unmet) : NULL;

	return status;
}

GPtrArray *
eas_policy_describe (const EasPolicy *policy)
{
	return collect_demands (policy, /* only_unmet */ FALSE);
}

/* FilterType grows with the time it spans, but for 0, which is all. [MS-ASCMD] FilterType. */
gint
eas_policy_limit_filter (const EasPolicy *policy, EasClass klass, gint filter_type)
{
	gint64 limit = 0;

	if (policy != NULL && klass == EAS_CLASS_EMAIL && policy->max_email_age_filter <= 5)
		limit = policy->max_email_age_filter;
	else if (policy != NULL && klass == EAS_CLASS_CALENDAR &&
		 policy->max_calendar_age_filter >= 4 && policy->max_calendar_age_filter <= 7)
		limit = policy->max_calendar_age_filter;

	if (limit <= 0)
		return filter_type;

	return filter_type <= 0 || filter_type > limit ? (gint) limit : filter_type;
}
