/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A driver without a network. */

#include <gio/gio.h>

#include "eas-cmd-estimate.h"
#include "eas-test-answers.h"
#include "eas-wbxml-reader.h"

#include "flow-rig.h"

#define MOST_STEPS 40 /* between two expectations */

EasAccountData *
rig_data_fresh (void)
{
	EasAccountData *data = eas_account_data_new ();

	data->user = g_strdup ("ann");
	data->address = g_strdup ("ann@example.org");
	data->configured_url = g_strdup ("https://mail.example.org/Microsoft-Server-ActiveSync");
	data->device = eas_device_new ("a1b2c3d4");

	return data;
}

EasAccountData *
rig_data_ready (void)
{
	EasAccountData *data = rig_data_fresh ();

	data->version = EAS_VERSION_14_1;
	data->commands = g_strdup ("Sync,FolderSync,FolderCreate,FolderUpdate,FolderDelete,"
				   "GetItemEstimate,Ping,Provision,Settings,"
				   "ItemOperations,MoveItems");
	data->options_time = RIG_NOW - 60;
	data->provisioned = TRUE;
	data->policy_key = 77;
	g_free (data->hierarchy_key);
	data->hierarchy_key = g_strdup ("h1");
	data->folders_generation = 1;
	data->access = EAS_ACCESS_ALLOWED;
	data->folders = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_folder_free);
	for (guint ii = 1; ii <= 5; ii++) {
		g_autofree char *id = g_strdup_printf ("%u", ii);
		g_autofree char *name = g_strdup_printf ("Calendar %u", ii);

		g_ptr_array_add (data->folders,
				 eas_folder_new (id, "0", name, EAS_FOLDER_USER_CALENDAR));
	}

	return data;
}

Rig *
rig_new (EasFlow *take_flow, EasAccountData *take_data)
{
	Rig *rig = g_new0 (Rig, 1);

	rig->flow = take_flow;
	rig->data = take_data;
	rig->now = RIG_NOW;
	eas_flow_attach (rig->flow, rig->data, rig->now);

	return rig;
}

void
rig_free (Rig *rig)
{
	eas_step_clear (&rig->step);
	eas_flow_free (rig->flow);
	eas_account_data_free (rig->data);
	g_free (rig);
}

static void
answer (Rig *rig, const EasHttpResponse *response, const GError *error)
{
	EasReply reply = { response, error, rig->now };

	eas_flow_take (rig->flow, &reply);
}

static void
answer_lock (Rig *rig)
{
	g_assert_false (rig->locked);
	rig->locked = TRUE;
	rig->n_locks++;
	if (rig->on_lock != NULL)
		rig->on_lock (rig->data);
	rig->on_lock = NULL;
	answer (rig, NULL, NULL);
}

static void
answer_unlock (Rig *rig)
{
	g_assert_true (rig->locked);
	rig->locked = FALSE;
	if (rig->step.commit)
		rig->n_commits++;
	answer (rig, NULL, NULL);
}

/* Goes on to the next step that is not about the lock. */
static void
advance (Rig *rig)
{
	for (guint ii = 0; ii < MOST_STEPS; ii++) {
		eas_step_clear (&rig->step);
		eas_flow_next (rig->flow, &rig->step);
		if (rig->step.kind == EAS_STEP_LOCK)
			answer_lock (rig);
		else if (rig->step.kind == EAS_STEP_UNLOCK)
			answer_unlock (rig);
		else
			return;
	}
	g_error ("the flow locks and unlocks without end");
}

static void
explain (Rig *rig, const char *expected)
{
	if (rig->step.kind == EAS_STEP_FAIL)
		g_error ("expected %s, but the flow failed: %s", expected,
			 rig->step.error->message);
	if (rig->step.kind == EAS_STEP_SEND)
		g_error ("expected %s, but the flow sends %s", expected, rig->step.http->command);
	g_error ("expected %s, but the step is of kind %d (wait %u ms)", expected, rig->step.kind,
		 rig->step.wait_ms);
}

const EasHttpRequest *
rig_expect_send (Rig *rig, const char *command)
{
	advance (rig);
	if (rig->step.kind != EAS_STEP_SEND)
		explain (rig, command);
	g_assert_cmpstr (rig->step.http->command, ==, command);
	rig->n_sent++;

	return rig->step.http;
}

void
rig_expect_wait (Rig *rig, guint least_seconds, guint most_seconds)
{
	advance (rig);
	if (rig->step.kind != EAS_STEP_WAIT)
		explain (rig, "a wait");
	g_assert_cmpuint (rig->step.wait_ms, >=, least_seconds * 1000);
	g_assert_cmpuint (rig->step.wait_ms, <=, most_seconds * 1000);
	g_assert_false (rig->locked && rig->step.wait_ms > 5000);
	rig->waited_ms += rig->step.wait_ms;
	rig->now += (rig->step.wait_ms + 999) / 1000;
	answer (rig, NULL, NULL);
}

const GError *
rig_fail (Rig *rig)
{
	advance (rig);
	if (rig->step.kind != EAS_STEP_FAIL)
		explain (rig, "a failure");
	g_assert_false (rig->locked);

	return rig->step.error;
}

void
rig_expect_error (Rig *rig, GQuark domain, int code)
{
	const GError *error = rig_fail (rig);

	g_assert_error (error, domain, code);
}

gpointer
rig_done (Rig *rig)
{
	advance (rig);
	if (rig->step.kind != EAS_STEP_DONE)
		explain (rig, "the end");
	g_assert_false (rig->locked);

	return g_steal_pointer (&rig->step.result);
}

void
rig_reply_full (Rig *rig, EasHttpResponse *take_response)
{
	g_assert_cmpint (rig->step.kind, ==, EAS_STEP_SEND);
	answer (rig, take_response, NULL);
	eas_http_response_free (take_response);
}

void
rig_reply (Rig *rig, guint status, GBytes *take_body, const char *header, const char *value)
{
	EasHttpResponse *response = eas_http_response_new (status);

	if (take_body != NULL) {
		g_bytes_unref (response->body);
		response->body = take_body;
		eas_http_response_add_header (response, "Content-Type",
					      "application/vnd.ms-sync.wbxml");
	}
	if (header != NULL)
		eas_http_response_add_header (response, header, value);
	rig_reply_full (rig, response);
}

void
rig_reply_error (Rig *rig, GQuark domain, int code)
{
	g_autoptr (GError) error = g_error_new_literal (domain, code, "made by the test");

	g_assert_cmpint (rig->step.kind, ==, EAS_STEP_SEND);
	answer (rig, NULL, error);
}

void
rig_reply_lost (Rig *rig)
{
	rig_reply_error (rig, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
}

void
rig_pass (Rig *rig, guint seconds)
{
	rig->now += seconds;
}

void
rig_reply_options (Rig *rig, const char *versions)
{
	EasHttpResponse *response = eas_http_response_new (200);

	eas_http_response_add_header (response, "MS-ASProtocolVersions", versions);
	eas_http_response_add_header (response, "MS-ASProtocolCommands",
				      "Sync,FolderSync,Ping,Provision,GetItemEstimate,Settings");
	rig_reply_full (rig, response);
}

void
rig_provision (Rig *rig, guint32 key)
{
	const EasHttpRequest *http = rig_expect_send (rig, "Provision");

	g_assert_cmpstr (eas_http_request_get_header (http, "X-MS-PolicyKey"), ==, "0");
	rig_reply (rig, 200, eas_test_answer_policy (1, 1, 5000, /* document */ TRUE), NULL, NULL);
	http = rig_expect_send (rig, "Provision");
	g_assert_cmpstr (eas_http_request_get_header (http, "X-MS-PolicyKey"), ==, "5000");
	rig_reply (rig, 200, eas_test_answer_policy (1, 1, key, /* document */ FALSE), NULL, NULL);
}

/* --- The plainest command --- */

static EasRequest *
build_estimate (EasVersion version, const EasAccountData *data, gpointer user_data, GError **error)
{
	EasEstimateCollection collection = { EAS_CLASS_CALENDAR, "5", "k1", 0 };

	return eas_request_new (&eas_cmd_estimate,
				eas_cmd_estimate_build (&collection, 1, version));
}

EasFlow *
rig_estimate_flow (void)
{
	return eas_flow_exchange_new (&eas_cmd_estimate, build_estimate, NULL, NULL);
}

void
rig_reply_ok (Rig *rig)
{
	rig_reply_status (rig, 1);
}

void
rig_reply_status (Rig *rig, guint status)
{
	rig_reply (rig, 200, eas_test_answer_status (&eas_cmd_estimate, status), NULL, NULL);
}

void
rig_finish (Rig *rig)
{
	g_autoptr (EasAnswer) answer = rig_done (rig);

	g_assert_nonnull (answer);
	g_assert_cmpuint (answer->status, ==, 1);
}

/* --- Looking into what was sent --- */

static guint
search (Rig *rig, EasTag tag, const char *text, char **out_first)
{
	g_auto (EasWbxmlReader) reader = { 0 };
	EasWbxmlEvent event;
	EasTag current = EAS_TAG_NONE, here;
	const guint8 *data;
	gsize size;
	guint count = 0;

	g_assert_cmpint (rig->step.kind, ==, EAS_STEP_SEND);
	if (rig->step.http->body == NULL)
		return 0;
	eas_wbxml_reader_init (&reader, rig->step.http->body);
	while ((event = eas_wbxml_reader_event (&reader, &here, &data, &size)) !=
	       EAS_WBXML_FINISHED) {
		g_autofree char *value = NULL;

		if (event == EAS_WBXML_START) {
			current = here;
			if (here == tag && text == NULL)
				count++;
		}
		if (event != EAS_WBXML_TEXT || current != tag)
			continue;
		value = g_strndup ((const char *) data, size);
		if (text != NULL && g_strcmp0 (value, text) == 0)
			count++;
		if (out_first != NULL && *out_first == NULL)
			*out_first = g_steal_pointer (&value);
	}

	return count;
}

gboolean
rig_sent_has (Rig *rig, EasTag tag, const char *text)
{
	return search (rig, tag, text, NULL) > 0;
}

guint
rig_sent_count (Rig *rig, EasTag tag)
{
	return search (rig, tag, NULL, NULL);
}

char *
rig_sent_text (Rig *rig, EasTag tag)
{
	char *first = NULL;

	search (rig, tag, NULL, &first);

	return first;
}
