/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * pump() asks the plan what to do until that is to sleep. It runs after everything
 * that happens: a file in watch/ changed, a request came back, time passed, the
 * network, the power or the account's settings changed.
 */

#include <unistd.h>

#include "eas-flow-folders.h"
#include "eas-push-plan.h"

#include "e-eas-surroundings.h"
#include "e-eas-watch-file.h"

#include "e-eas-backend-push.h"

#define SLOW_LOOK_MS   (5 * 60 * 1000) /* monitors fail on some file systems */
#define BLIND_LOOK_MS  (20 * 1000)
#define COARSE_MS      (10 * 1000) /* longer sleeps may end with other timers */
#define FIRST_CLAIM_MS 100 /* another registry pings, perhaps one that is just ending; doubles */
#define PROOF_MS       (10 * 1000) /* between tries of a refused password that works elsewhere */

/* What a folder's ring file says. */
typedef struct {
	guint64 ring;
	char *state;
} Told;

struct _EEasBackendPush {
	gatomicrefcount refs; /* callbacks under way hold one */
	gboolean ended;
	EEasAccount *account;
	const EEasBackendPushFuncs *funcs;
	gpointer user_data;
	char *directory;

	EasPushPlan *plan;
	EEasSurroundings *surroundings;
	GFileMonitor *monitor; /* of watch/ */
	gulong source_changed;
	int pinger; /* locked while we are in charge; -1 */
	char *pinger_state;
	gint64 claim_ms;     /* until the next try to be the one in charge */
	GHashTable *told;    /* folder id -> Told */
	GCancellable *round; /* of the Ping under way; NULL */
	guint timer;         /* GSource ids */
	guint planned_pump;
	gboolean look_wanted; /* at the watchers */
	guint64 fetched;      /* by all watchers, when the password was last good here or tried */
	gint64 proof_at;
	EasVersion version; /* when last asked for; NONE */
};

static void plan_pump (EEasBackendPush *self, gboolean look);

static void
told_free (gpointer data)
{
	Told *told = data;

	g_free (told->state);
	g_free (told);
}

static EEasBackendPush *
push_ref (EEasBackendPush *self)
{
	g_atomic_ref_count_inc (&self->refs);

	return self;
}

static void
push_unref (gpointer data)
{
	EEasBackendPush *self = data;

	if (!g_atomic_ref_count_dec (&self->refs))
		return;

	eas_push_plan_free (self->plan);
	g_hash_table_unref (self->told);
	g_clear_object (&self->account);
	g_free (self->directory);
	g_free (self->pinger_state);
	g_free (self);
}

static gint64
now_ms (EEasBackendPush *self)
{
	return e_eas_surroundings_now (self->surroundings);
}

/* --- What is so --- */

static char *
dup_host (EEasBackendPush *self)
{
	CamelEasSettings *settings = e_eas_account_get_settings (self->account);
	g_autofree char *url = camel_eas_settings_dup_url (settings);
	g_autoptr (GUri) uri = url != NULL ? g_uri_parse (url, G_URI_FLAGS_NONE, NULL) : NULL;

	if (uri != NULL)
		return g_strdup (g_uri_get_host (uri));

	return camel_network_settings_dup_host (CAMEL_NETWORK_SETTINGS (settings));
}

static void
update_conditions (EEasBackendPush *self)
{
	g_autofree char *host = dup_host (self);
	EasPushConditions conditions = {
		.wanted = e_source_get_enabled (e_eas_account_get_source (self->account)) &&
			  self->pinger >= 0,
		.password = e_eas_account_is_trusted (self->account),
		.online = e_eas_surroundings_is_online (self->surroundings, host),
		.suspended = e_eas_surroundings_is_suspended (self->surroundings),
		.economical = e_eas_surroundings_is_economical (self->surroundings),
		.can_hang = self->version >= EAS_VERSION_12_1,
	};

	eas_push_plan_set_conditions (self->plan, &conditions, now_ms (self));
}

/* Switching a part of the account off leaves its children to themselves: nobody repopulates. */
static gboolean
is_part_enabled (ESourceCollection *collection, EasClass klass)
{
	switch (klass) {
	case EAS_CLASS_CALENDAR:
	case EAS_CLASS_TASKS:
	case EAS_CLASS_NOTES:
		return e_source_collection_get_calendar_enabled (collection);
	case EAS_CLASS_CONTACTS:
		return e_source_collection_get_contacts_enabled (collection);
	case EAS_CLASS_EMAIL:
		return e_source_collection_get_mail_enabled (collection);
	default:
		return TRUE;
	}
}

static Told *
obtain_told (EEasBackendPush *self, const EasPushWatcher *watcher)
{
	Told *told = g_hash_table_lookup (self->told, watcher->folder_id);

	if (told != NULL)
		return told;

	told = g_new0 (Told, 1);
	if (!e_eas_ring_file_read (self->directory, watcher->folder_id, &told->ring, &told->state))
		told->ring = watcher->acknowledged;
	g_hash_table_insert (self->told, g_strdup (watcher->folder_id), told);

	return told;
}

/* An owner fetched after the password was refused here: it is good again, or was all the time. */
static void
look_for_proof (EEasBackendPush *self, const GPtrArray *watchers)
{
	gboolean trusted = e_eas_account_is_trusted (self->account);
	guint64 fetched = 0;
	gint64 now = now_ms (self);

	for (guint i = 0; i < watchers->len; i++)
		fetched += ((EasPushWatcher *) watchers->pdata[i])->fetched;
	if (trusted || fetched < self->fetched) {
		self->fetched = fetched;
	} else if (fetched > self->fetched && self->proof_at <= now &&
		   e_eas_account_has_password (self->account)) {
		self->fetched = fetched;
		self->proof_at = now + PROOF_MS;
		self->funcs->accepted (self->user_data);
	}
}

static void
look_at_watchers (EEasBackendPush *self)
{
	ESourceCollection *collection = e_source_get_extension (
		e_eas_account_get_source (self->account), E_SOURCE_EXTENSION_COLLECTION);
	g_autoptr (GPtrArray) watchers = e_eas_watch_file_list (self->directory);

	for (guint i = watchers->len; i > 0; i--) {
		EasPushWatcher *watcher = watchers->pdata[i - 1];

		if (is_part_enabled (collection, watcher->klass))
			watcher->last_ring = obtain_told (self, watcher)->ring;
		else
			g_ptr_array_remove_index_fast (watchers, i - 1);
	}
	eas_push_plan_set_watchers (self->plan, watchers, now_ms (self));
	look_for_proof (self, watchers);
}

/* --- What is said --- */

static char *
state_to_text (EEasBackendPush *self, const EasPushState *state)
{
	const char *why = eas_push_why_to_string (state->why);

	switch (state->kind) {
	case EAS_PUSH_WAITING:
		return g_strdup ("waiting");
	case EAS_PUSH_EXCLUDED:
		return g_strdup_printf ("excluded %" G_GINT64_FORMAT,
					g_get_real_time () / G_USEC_PER_SEC +
						(state->until - now_ms (self)) / 1000);
	case EAS_PUSH_HANGING:
		return g_strdup_printf ("hanging %u %u %s", state->terms.seconds,
					state->terms.epoch, why);
	case EAS_PUSH_POLLING:
		return g_strdup_printf ("polling %u %s", state->minutes, why);
	default:
		return g_strdup_printf ("off %s", why);
	}
}

/* An end of an exclusion is told once: by the clock it would be another each time. */
static gboolean
is_same_state (const char *before, const char *text)
{
	return g_strcmp0 (before, text) == 0 ||
	       (before != NULL && g_str_has_prefix (before, "excluded ") &&
		g_str_has_prefix (text, "excluded "));
}

static void
tell_folder (EEasBackendPush *self, const char *folder_id, Told *told)
{
	EasPushState state;
	g_autofree char *text = NULL;

	eas_push_plan_describe (self->plan, folder_id, now_ms (self), &state);
	text = state_to_text (self, &state);
	if (is_same_state (told->state, text))
		return;
	g_free (told->state);
	told->state = g_steal_pointer (&text);
	e_eas_ring_file_write (self->directory, folder_id, told->ring, told->state);
}

static void
tell_states (EEasBackendPush *self)
{
	GHashTableIter iter;
	gpointer key, value;
	EasPushState state;
	g_autofree char *text = NULL;

	/* Another one is in charge. */
	if (self->pinger < 0)
		return;

	eas_push_plan_describe (self->plan, NULL, now_ms (self), &state);
	text = state_to_text (self, &state);
	if (g_strcmp0 (text, self->pinger_state) != 0) {
		g_free (self->pinger_state);
		self->pinger_state = g_steal_pointer (&text);
		e_eas_pinger_write (self->pinger, self->pinger_state);
	}
	g_hash_table_iter_init (&iter, self->told);
	while (g_hash_table_iter_next (&iter, &key, &value))
		tell_folder (self, key, value);
}

static void
ring (EEasBackendPush *self, const char *folder_id, guint64 number)
{
	Told *told = g_hash_table_lookup (self->told, folder_id);

	told->ring = number;
	e_eas_ring_file_write (self->directory, folder_id, number,
			       told->state != NULL ? told->state : "");
}

/* --- Requests --- */

static void
tell_failure (EEasBackendPush *self, const GError *error)
{
	if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		self->funcs->failed (error, self->user_data);
}

static void
round_done_cb (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
	EEasBackendPush *self = user_data;
	g_autoptr (GError) error = NULL;
	g_autoptr (EasPingResult) result =
		eas_client_run_finish (EAS_CLIENT (source), async_result, &error);

	g_clear_object (&self->round);
	self->version = eas_client_get_version (EAS_CLIENT (source));
	if (!self->ended) {
		update_conditions (self);
		eas_push_plan_round_ended (self->plan, result, error, now_ms (self));
		if (error != NULL)
			tell_failure (self, error);
		plan_pump (self, /* look */ FALSE);
	}
	push_unref (self);
}

/* FALSE: there is nobody to ask. */
static gboolean
start_round (EEasBackendPush *self, GPtrArray *take_folders, GError **error)
{
	g_autoptr (EasClient) client = e_eas_account_ref_client (self->account, error);
	g_autofree char *network = NULL;
	EasFlow *flow;

	if (client == NULL) {
		g_ptr_array_unref (take_folders);
		return FALSE;
	}

	network = e_eas_surroundings_dup_network (self->surroundings);
	flow = eas_flow_push_new (take_folders);
	eas_flow_push_set_network (flow, network,
				   e_eas_surroundings_is_economical (self->surroundings));
	self->round = g_cancellable_new ();
	eas_client_run_async (client, flow, self->round, round_done_cb, push_ref (self));

	return TRUE;
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
	EEasBackendPush *self = user_data;
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) folders = eas_client_run_finish (EAS_CLIENT (source), result, &error);

	if (!self->ended) {
		eas_push_plan_listed (self->plan, error, now_ms (self));
		if (folders != NULL) {
			g_autoptr (EasAccountData) data = eas_client_dup_data (EAS_CLIENT (source));

			self->funcs->listed (folders, data, self->user_data);
		} else {
			tell_failure (self, error);
		}
		plan_pump (self, /* look */ FALSE);
	}
	push_unref (self);
}

static gboolean
start_listing (EEasBackendPush *self, GError **error)
{
	g_autoptr (EasClient) client = e_eas_account_ref_client (self->account, error);

	if (client == NULL)
		return FALSE;

	eas_client_run_async (client, eas_flow_folders_refresh_new (G_MAXUINT64), NULL, listed_cb,
			      push_ref (self));

	return TRUE;
}

/* --- The pump --- */

static gboolean
pump_cb (gpointer user_data)
{
	EEasBackendPush *self = user_data;

	self->timer = 0;
	plan_pump (self, /* look */ TRUE);

	return G_SOURCE_REMOVE;
}

static void
sleep_until (EEasBackendPush *self, gint64 wake_at)
{
	gint64 now = now_ms (self);
	gint64 most = self->monitor != NULL ? SLOW_LOOK_MS : BLIND_LOOK_MS;
	gint64 wait = wake_at > now ? MIN (wake_at - now, most) : 0;

	if (self->pinger < 0)
		wait = MIN (wait, self->claim_ms);

	g_clear_handle_id (&self->timer, g_source_remove);
	if (wait >= COARSE_MS)
		self->timer = g_timeout_add_seconds ((guint) ((wait + 999) / 1000), pump_cb, self);
	else
		self->timer = g_timeout_add ((guint) wait, pump_cb, self);
}

static void
act (EEasBackendPush *self, EasPushAction *action)
{
	g_autoptr (GError) error = NULL;

	switch (action->kind) {
	case EAS_PUSH_START:
		if (!start_round (self, g_steal_pointer (&action->folders), &error))
			eas_push_plan_round_ended (self->plan, NULL, error, now_ms (self));
		break;
	case EAS_PUSH_CANCEL:
		g_cancellable_cancel (self->round);
		break;
	case EAS_PUSH_RING:
		ring (self, action->folder_id, action->ring);
		break;
	case EAS_PUSH_LIST:
		if (!start_listing (self, &error))
			eas_push_plan_listed (self->plan, error, now_ms (self));
		break;
	case EAS_PUSH_SLEEP:
		sleep_until (self, action->wake_at);
		break;
	}
}

static void
take_charge (EEasBackendPush *self)
{
	self->pinger = e_eas_pinger_claim (self->directory);
	self->claim_ms =
		self->pinger >= 0 ? FIRST_CLAIM_MS : MIN (self->claim_ms * 2, SLOW_LOOK_MS);
	g_clear_pointer (&self->pinger_state, g_free);
}

static gboolean
planned_pump_cb (gpointer user_data)
{
	EEasBackendPush *self = user_data;
	EasPushAction action;

	self->planned_pump = 0;
	if (self->pinger < 0)
		take_charge (self);
	update_conditions (self);
	/* Not while another one counts the rings. */
	if (self->look_wanted && self->pinger >= 0) {
		self->look_wanted = FALSE;
		look_at_watchers (self);
	}
	do {
		eas_push_plan_next (self->plan, now_ms (self), &action);
		act (self, &action);
	} while (action.kind != EAS_PUSH_SLEEP);
	tell_states (self);

	return G_SOURCE_REMOVE;
}

/* Once for all that happens at the same time. */
static void
plan_pump (EEasBackendPush *self, gboolean look)
{
	self->look_wanted |= look;
	if (self->planned_pump == 0)
		self->planned_pump =
			g_idle_add_full (G_PRIORITY_DEFAULT, planned_pump_cb, self, NULL);
}

/* --- What happens --- */

static void
watchers_changed_cb (GFileMonitor *monitor,
		     GFile *file,
		     GFile *other,
		     GFileMonitorEvent event,
		     gpointer user_data)
{
	plan_pump (user_data, /* look */ TRUE);
}

static void
surroundings_cb (EEasSurroundingsEvent event, gpointer user_data)
{
	EEasBackendPush *self = user_data;

	if (event == E_EAS_SURROUNDINGS_RESUMED)
		eas_push_plan_resumed (self->plan, now_ms (self));
	else if (event == E_EAS_SURROUNDINGS_NETWORK_CHANGED)
		eas_push_plan_network_changed (self->plan, now_ms (self));
	plan_pump (self, /* look */ FALSE);
}

/* Another server or user makes another client, which ends the Ping of the one before. */
static void
source_changed_cb (ESource *source, gpointer user_data)
{
	EEasBackendPush *self = user_data;
	g_autoptr (EasClient) client =
		self->round != NULL ? e_eas_account_ref_client (self->account, NULL) : NULL;

	plan_pump (self, /* look */ TRUE);
}

static void
monitor_watchers (EEasBackendPush *self)
{
	g_autofree char *path = e_eas_watch_file_directory (self->directory);
	g_autoptr (GFile) folder = g_file_new_for_path (path);

	self->monitor = g_file_monitor_directory (folder, G_FILE_MONITOR_NONE, NULL, NULL);
	if (self->monitor == NULL)
		return;
	g_file_monitor_set_rate_limit (self->monitor, 0);
	g_signal_connect (self->monitor, "changed", G_CALLBACK (watchers_changed_cb), self);
}

EEasBackendPush *
e_eas_backend_push_new (EEasAccount *account, const EEasBackendPushFuncs *funcs, gpointer user_data)
{
	EEasBackendPush *self = g_new0 (EEasBackendPush, 1);

	g_atomic_ref_count_init (&self->refs);
	self->account = g_object_ref (account);
	self->funcs = funcs;
	self->user_data = user_data;
	self->directory = g_strdup (e_eas_account_get_directory (account));
	self->plan = eas_push_plan_new (g_random_int ());
	self->surroundings = e_eas_surroundings_new (surroundings_cb, self);
	self->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, told_free);
	self->pinger = -1;
	self->claim_ms = FIRST_CLAIM_MS;
	self->source_changed = g_signal_connect (e_eas_account_get_source (account), "changed",
						 G_CALLBACK (source_changed_cb), self);
	monitor_watchers (self);
	plan_pump (self, /* look */ TRUE);

	return self;
}

void
e_eas_backend_push_free (EEasBackendPush *self)
{
	if (self == NULL)
		return;

	self->ended = TRUE;
	g_signal_handler_disconnect (e_eas_account_get_source (self->account),
				     self->source_changed);
	g_clear_handle_id (&self->timer, g_source_remove);
	g_clear_handle_id (&self->planned_pump, g_source_remove);
	if (self->monitor != NULL)
		g_file_monitor_cancel (self->monitor);
	g_clear_object (&self->monitor);
	g_clear_pointer (&self->surroundings, e_eas_surroundings_free);
	if (self->round != NULL)
		g_cancellable_cancel (self->round);
	if (self->pinger >= 0)
		close (self->pinger);
	self->pinger = -1;
	push_unref (self);
}

static gboolean
kick_cb (gpointer user_data)
{
	EEasBackendPush *self = user_data;

	if (!self->ended) {
		eas_push_plan_kick (self->plan, now_ms (self));
		plan_pump (self, /* look */ TRUE);
	}

	return G_SOURCE_REMOVE;
}

void
e_eas_backend_push_kick (EEasBackendPush *self)
{
	g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, kick_cb, push_ref (self), push_unref);
}
