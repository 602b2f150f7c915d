/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eas-policy.c */

#include "command-test.h"

#include "eas-cmd-provision.h"

/* The policy of a document that holds @bytes of EASProvisionDoc children. */
static EasPolicy *
read_policy (GBytes *document)
{
	g_auto (EasProvisionResponse) response = { 0 };
	g_autoptr (GError) error = NULL;

	g_assert_true (eas_cmd_provision_parse (document, &response, &error));
	g_assert_no_error (error);
	g_assert_nonnull (response.policy);

	return g_steal_pointer (&response.policy);
}

static EasPolicy *
read_one (EasTag tag, const char *value)
{
	g_autoptr (EasWbxmlWriter) writer = eas_wbxml_writer_new ();
	g_autoptr (GBytes) document = NULL;
	static const EasTag path[] = {
		EAS_PROVISION_PROVISION, EAS_PROVISION_POLICIES,          EAS_PROVISION_POLICY,
		EAS_PROVISION_DATA,      EAS_PROVISION_EAS_PROVISION_DOC,
	};
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (path); ii++)
		eas_wbxml_writer_start (writer, path[ii]);
	if (value != NULL)
		eas_wbxml_writer_text (writer, tag, value);
	for (ii = 0; ii < G_N_ELEMENTS (path); ii++)
		eas_wbxml_writer_end (writer);
	document = eas_wbxml_writer_finish (writer);

	return read_policy (document);
}

/* Every settable element of the page, named by the list of tags itself. */
static gboolean
is_setting (EasTag tag)
{
	return tag >= EAS_PROVISION_DEVICE_PASSWORD_ENABLED &&
	       tag <= EAS_PROVISION_ALLOW_INTERNET_SHARING;
}

static void
test_every_element_is_read (void)
{
	g_autoptr (EasPolicy) absent = eas_policy_new ();
	g_autofree char *nothing = eas_policy_dup_hash (absent);
	guint token, n_settings = 0;

	for (token = 0; token < 0x40; token++) {
		EasTag tag = EAS_TAG_MAKE (EAS_PAGE_PROVISION, token);
		g_autoptr (EasPolicy) policy = NULL;
		g_autofree char *hash = NULL;

		if (!eas_tag_is_known (tag) || !is_setting (tag))
			continue;

		policy = read_one (tag, "77");
		hash = eas_policy_dup_hash (policy);
		g_assert_cmpstr (hash, !=, nothing);
		n_settings++;
	}

	g_assert_cmpuint (n_settings, ==, 41);
}

static void
test_absent (void)
{
	g_autoptr (EasPolicy) policy = read_one (EAS_TAG_NONE, NULL);
	g_autoptr (GPtrArray) unmet = NULL;
	g_autoptr (GPtrArray) all = eas_policy_describe (policy);

	g_assert_cmpint (policy->device_password_enabled, ==, 0);
	g_assert_cmpint (policy->allow_simple_device_password, ==, 1);
	g_assert_cmpint (policy->attachments_enabled, ==, 1);
	g_assert_cmpint (policy->max_attachment_size, ==, -1);
	g_assert_cmpint (policy->allow_bluetooth, ==, 2);
	g_assert_cmpint (policy->max_email_body_truncation_size, ==, -1);
	g_assert_cmpint (eas_policy_judge (policy, &unmet), ==, EAS_POLICY_ENFORCED);
	g_assert_null (unmet);
	g_assert_cmpuint (all->len, ==, 0);
}

/* Empty elements are not set, and what cannot be read demands nothing. */
static void
test_odd_values (void)
{
	g_autoptr (EasPolicy) empty = read_one (EAS_PROVISION_ATTACHMENTS_ENABLED, "");
	g_autoptr (EasPolicy) word = read_one (EAS_PROVISION_ATTACHMENTS_ENABLED, "false");
	g_autoptr (EasPolicy) junk = read_one (EAS_PROVISION_ATTACHMENTS_ENABLED, "maybe");
	g_autoptr (EasPolicy) huge =
		read_one (EAS_PROVISION_MAX_ATTACHMENT_SIZE, "99999999999999999999");
	g_autoptr (EasPolicy) blank = read_one (EAS_PROVISION_MAX_ATTACHMENT_SIZE, " 5000 ");

	g_assert_cmpint (empty->attachments_enabled, ==, 1);
	g_assert_cmpint (word->attachments_enabled, ==, 0);
	g_assert_cmpint (junk->attachments_enabled, ==, 1);
	g_assert_cmpint (huge->max_attachment_size, ==, -1);
	g_assert_cmpint (blank->max_attachment_size, ==, 5000);
}

static void
test_golden (void)
{
	g_autoptr (GBytes) body = command_test_golden ("provision-rsp-1");
	g_autoptr (GBytes) reversed = command_test_reverse (body);
	g_autoptr (EasPolicy) policy = read_policy (body);
	g_autoptr (EasPolicy) again = read_policy (reversed);
	g_autofree char *hash = eas_policy_dup_hash (policy);
	g_autofree char *hash_again = eas_policy_dup_hash (again);
	g_autoptr (GPtrArray) unmet = NULL;

	g_assert_cmpint (policy->device_password_enabled, ==, 1);
	g_assert_cmpint (policy->password_recovery_enabled, ==, 1);
	g_assert_cmpint (policy->min_device_password_length, ==, 4);
	g_assert_cmpint (policy->max_device_password_failed_attempts, ==, 8);
	g_assert_cmpint (policy->max_attachment_size, ==, -1);
	g_assert_cmpint (policy->device_password_expiration, ==, 0);
	g_assert_cmpuint (policy->unapproved_applications->len, ==, 1);
	g_assert_cmpstr (policy->unapproved_applications->pdata[0], ==, "game.exe");
	g_assert_cmpstr (policy->approved_application_hashes->pdata[0], ==, "0A0B0C");
	g_assert_cmpstr (hash, ==, hash_again);

	/* Password, its length, the lock, the erasing, the approved programs. */
	g_assert_cmpint (eas_policy_judge (policy, &unmet), ==, EAS_POLICY_PARTLY);
	g_assert_cmpuint (unmet->len, ==, 5);
	g_assert_true (g_ptr_array_find_with_equal_func (
		unmet, "The password has at least 4 characters", g_str_equal, NULL));
	g_assert_true (g_ptr_array_find_with_equal_func (
		unmet, "The screen is locked after 900 seconds without use", g_str_equal, NULL));
}

typedef struct {
	EasTag tag;
	const char *value;
	guint n_demands;
	EasPolicyStatus status;
} Judgement;

/* clang-format off */
static const Judgement judgements[] = {
	/* Ours to obey. */
	{ EAS_PROVISION_ATTACHMENTS_ENABLED,               "0",       1, EAS_POLICY_ENFORCED },
	{ EAS_PROVISION_MAX_ATTACHMENT_SIZE,               "1000000", 1, EAS_POLICY_ENFORCED },
	{ EAS_PROVISION_ALLOW_HTML_EMAIL,                  "0",       1, EAS_POLICY_ENFORCED },
	{ EAS_PROVISION_MAX_CALENDAR_AGE_FILTER,           "4",       1, EAS_POLICY_ENFORCED },
	{ EAS_PROVISION_MAX_EMAIL_BODY_TRUNCATION_SIZE,    "0",       1, EAS_POLICY_ENFORCED },
	/* No such thing on a desktop. */
	{ EAS_PROVISION_ALLOW_IR_DA,                       "0",       1, EAS_POLICY_ENFORCED },
	{ EAS_PROVISION_ALLOW_TEXT_MESSAGING,              "0",       1, EAS_POLICY_ENFORCED },
	/* The machine's. */
	{ EAS_PROVISION_DEVICE_PASSWORD_ENABLED,           "1",       1, EAS_POLICY_PARTLY },
	{ EAS_PROVISION_REQUIRE_DEVICE_ENCRYPTION,         "1",       1, EAS_POLICY_PARTLY },
	{ EAS_PROVISION_ALLOW_CAMERA,                      "0",       1, EAS_POLICY_PARTLY },
	{ EAS_PROVISION_ALLOW_BLUETOOTH,                   "1",       1, EAS_POLICY_PARTLY },
	{ EAS_PROVISION_REQUIRE_SIGNED_SMIME_MESSAGES,     "1",       1, EAS_POLICY_PARTLY },
	/* No demand. */
	{ EAS_PROVISION_ALLOW_CAMERA,                      "1",       0, EAS_POLICY_ENFORCED },
	{ EAS_PROVISION_ALLOW_BLUETOOTH,                   "2",       0, EAS_POLICY_ENFORCED },
	{ EAS_PROVISION_MAX_EMAIL_BODY_TRUNCATION_SIZE,    "-1",      0, EAS_POLICY_ENFORCED },
	{ EAS_PROVISION_PASSWORD_RECOVERY_ENABLED,         "1",       0, EAS_POLICY_ENFORCED },
	{ EAS_PROVISION_REQUIRE_SIGNED_SMIME_ALGORITHM,    "1",       0, EAS_POLICY_ENFORCED },
	/* Void while no password is demanded. */
	{ EAS_PROVISION_MIN_DEVICE_PASSWORD_LENGTH,        "8",       0, EAS_POLICY_ENFORCED },
	{ EAS_PROVISION_MAX_INACTIVITY_TIME_DEVICE_LOCK,   "60",      0, EAS_POLICY_ENFORCED },
	{ EAS_PROVISION_ALLOW_SIMPLE_DEVICE_PASSWORD,      "0",       0, EAS_POLICY_ENFORCED },
};
/* clang-format on */

static void
test_judge (void)
{
	guint ii;

	for (ii = 0; ii < G_N_ELEMENTS (judgements); ii++) {
		const Judgement *judgement = &judgements[ii];
		g_autoptr (EasPolicy) policy = read_one (judgement->tag, judgement->value);
		g_autoptr (GPtrArray) unmet = NULL;
		g_autoptr (GPtrArray) all = eas_policy_describe (policy);

		g_test_message ("%s %s", eas_tag_get_name (judgement->tag), judgement->value);
		g_assert_cmpint (eas_policy_judge (policy, &unmet), ==, judgement->status);
		g_assert_cmpint (eas_policy_judge (policy, NULL), ==, judgement->status);
		g_assert_true ((unmet != NULL) == (judgement->status == EAS_POLICY_PARTLY));
		g_assert_cmpuint (all->len, ==, judgement->n_demands);
	}
}

/* A lock after 9999 seconds is none. */
static void
test_password_rules (void)
{
	g_autoptr (EasPolicy) policy = eas_policy_new ();
	g_autoptr (GPtrArray) unmet = NULL;

	policy->device_password_enabled = 1;
	policy->max_inactivity_time_device_lock = 9999;
	policy->min_device_password_complex_characters = 1;
	g_assert_cmpint (eas_policy_judge (policy, &unmet), ==, EAS_POLICY_PARTLY);
	g_assert_cmpuint (unmet->len, ==, 1);

	g_clear_pointer (&unmet, g_ptr_array_unref);
	policy->max_inactivity_time_device_lock = 9998;
	policy->min_device_password_complex_characters = 3;
	eas_policy_judge (policy, &unmet);
	g_assert_cmpuint (unmet->len, ==, 3);
}

/* The texts are for people: no names of the protocol, no holes left. */
static void
test_texts (void)
{
	guint token;

	for (token = 0; token < 0x40; token++) {
		EasTag tag = EAS_TAG_MAKE (EAS_PAGE_PROVISION, token);
		static const char *const values[] = { "0", "1", "3" };
		guint ii;

		for (ii = 0;
		     eas_tag_is_known (tag) && is_setting (tag) && ii < G_N_ELEMENTS (values);
		     ii++) {
			g_autoptr (EasPolicy) policy = read_one (tag, values[ii]);
			g_autoptr (GPtrArray) all = NULL;

			if (tag != EAS_PROVISION_DEVICE_PASSWORD_ENABLED)
				policy->device_password_enabled = 1;
			all = eas_policy_describe (policy);
			while (all->len > 0) {
				const char *text = all->pdata[all->len - 1];

				g_assert_null (strchr (text, '{'));
				g_assert_true (g_ascii_isupper (text[0]));
				g_ptr_array_set_size (all, all->len - 1);
			}
		}
	}
}

static void
test_limit_filter (void)
{
	g_autoptr (EasPolicy) policy = eas_policy_new ();

	g_assert_cmpint (eas_policy_limit_filter (NULL, EAS_CLASS_CALENDAR, 0), ==, 0);
	g_assert_cmpint (eas_policy_limit_filter (policy, EAS_CLASS_CALENDAR, 0), ==, 0);

	policy->max_calendar_age_filter = 5;
	policy->max_email_age_filter = 2;
	g_assert_cmpint (eas_policy_limit_filter (policy, EAS_CLASS_CALENDAR, 0), ==, 5);
	g_assert_cmpint (eas_policy_limit_filter (policy, EAS_CLASS_CALENDAR, -1), ==, 5);
	g_assert_cmpint (eas_policy_limit_filter (policy, EAS_CLASS_CALENDAR, 7), ==, 5);
	g_assert_cmpint (eas_policy_limit_filter (policy, EAS_CLASS_CALENDAR, 4), ==, 4);
	g_assert_cmpint (eas_policy_limit_filter (policy, EAS_CLASS_EMAIL, 0), ==, 2);
	g_assert_cmpint (eas_policy_limit_filter (policy, EAS_CLASS_TASKS, 0), ==, 0);
	g_assert_cmpint (eas_policy_limit_filter (policy, EAS_CLASS_CONTACTS, -1), ==, -1);

	/* What is no FilterType of the class would be refused: it limits nothing. */
	policy->max_calendar_age_filter = 1;
	policy->max_email_age_filter = 7;
	g_assert_cmpint (eas_policy_limit_filter (policy, EAS_CLASS_CALENDAR, 0), ==, 0);
	g_assert_cmpint (eas_policy_limit_filter (policy, EAS_CLASS_EMAIL, 0), ==, 0);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/policy/every-element-is-read", test_every_element_is_read);
	g_test_add_func ("/policy/absent", test_absent);
	g_test_add_func ("/policy/odd-values", test_odd_values);
	g_test_add_func ("/policy/golden", test_golden);
	g_test_add_func ("/policy/judge-41", test_judge);
	g_test_add_func ("/policy/password-rules", test_password_rules);
	g_test_add_func ("/policy/texts", test_texts);
	g_test_add_func ("/policy/limit-filter", test_limit_filter);

	return g_test_run ();
}
