/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One thing after another: next_time() says when, do_due() does what is due. */

#include <stdlib.h>
#include <string.h>

#include "eas-test-answers.h"
#include "flow-rig.h"

#include "push-world.h"

#define SLOW_LOOK (5 * MINUTE) /* at files: monitors fail */
#define ANSWER_MS 20

void
world_ensure (World *world, gboolean good, const char *law)
{
	if (!good)
		g_error ("%s, at %" G_GINT64_FORMAT " ms", law, world->now);
}

gboolean
world_chance (World *world, guint percent)
{
	return (guint) g_rand_int_range (world->random, 0, 100) < percent;
}

gint64
world_between (World *world, gint64 least, gint64 most)
{
	return least + (gint64) (g_rand_double (world->random) * (most - least));
}

static const char *const ids[N_FOLDERS] = { "1", "2", "3", "4", "5" };

/* --- The server --- */

static gboolean
has_news (World *world, guint folder)
{
	for (guint i = 0; i < N_OWNERS; i++) {
		const Owner *owner = &world->owners[i];

		if (owner->folder == folder && owner->alive &&
		    world->synced[folder][i] < world->version[folder])
			return TRUE;
	}

	return world->false_rings[folder] > 0;
}

/* What it will say, and when, as things stand. */
void
world_consider (World *world)
{
	gint64 cut = world->cut_ms[world->network];
	guint count = 0;

	if (!world->waiting)
		return;
	world->news = NEWS_EXPIRED;
	world->answer_at = world->sent_at + (gint64) world->heartbeat * SECOND;
	for (guint i = 0; i < N_FOLDERS; i++)
		count += world->listed[i];
	if (cut < (gint64) world->heartbeat * SECOND) {
		world->news = NEWS_CUT;
		world->answer_at = world->sent_at + cut;
	}
	if (world->down)
		world->news = NEWS_HTTP;
	else if (world->heartbeat < world->least_heartbeat ||
		 world->heartbeat > world->most_heartbeat)
		world->news = NEWS_STATUS, world->status = 5;
	else if (count > world->max_folders)
		world->news = NEWS_STATUS, world->status = 6;
	else if (world->bad_count > 0)
		world->news = NEWS_STATUS, world->status = world->bad_status;
	else if (world->hierarchy_changed)
		world->news = NEWS_STATUS, world->status = 7;
	else if (world->always_early)
		world->news = NEWS_EARLY;
	for (guint i = 0; i < N_FOLDERS && world->news <= NEWS_EXPIRED; i++) {
		if (world->listed[i] && has_news (world, i))
			world->news = NEWS_CHANGED;
	}
	if (world->news == NEWS_CUT) {
		for (guint i = 0; i < N_FOLDERS; i++) {
			if (world->listed[i] && has_news (world, i))
				world->news = NEWS_CHANGED;
		}
	}
	if (world->news != NEWS_EXPIRED && world->news != NEWS_CUT)
		world->answer_at =
			MIN (world->answer_at, MAX (world->now, world->sent_at) + ANSWER_MS);
}

static void
read_request (World *world, const EasHttpRequest *http)
{
	g_auto (EasWbxmlReader) reader = { 0 };
	EasWbxmlEvent event;
	EasTag current = EAS_TAG_NONE, here;
	const guint8 *data;
	gsize size;

	memset (world->listed, 0, sizeof (world->listed));
	eas_wbxml_reader_init (&reader, http->body);
	while ((event = eas_wbxml_reader_event (&reader, &here, &data, &size)) !=
	       EAS_WBXML_FINISHED) {
		g_autofree char *text = NULL;

		if (event == EAS_WBXML_START)
			current = here;
		if (event != EAS_WBXML_TEXT)
			continue;
		text = g_strndup ((const char *) data, size);
		if (current == EAS_PING_HEARTBEAT_INTERVAL)
			world->heartbeat = (guint) strtoul (text, NULL, 10);
		if (current == EAS_PING_ID)
			world->listed[strtoul (text, NULL, 10) - 1] = TRUE;
	}
}

static void
take_request (World *world, const EasHttpRequest *http)
{
	world_ensure (world, !world->waiting, "two Pings at once");
	world_ensure (world, world->conditions.online && world->enabled && !world->slept,
		      "a Ping that nobody may send");
	world_ensure (world, world->progress || world->now - world->last_sent >= SECOND,
		      "two requests in a second without progress");
	world->waiting = TRUE;
	world->progress = FALSE;
	world->sent_at = world->last_sent = world->now;
	world->n_sent++;
	read_request (world, http);
	world_consider (world);
}

/* --- The flow --- */

static void pump (World *world);

static void
end_flow (World *world, EasPingResult *take_result, GError *take_error)
{
	g_autoptr (EasPingResult) result = take_result;
	g_autoptr (GError) error = take_error;

	g_clear_pointer (&world->flow, eas_flow_free);
	world->flow_wait = NEVER;
	for (guint i = 0; result != NULL && i < result->changed->len; i++)
		world->rang[strtoul (result->changed->pdata[i], NULL, 10) - 1] = TRUE;
	eas_push_plan_round_ended (world->plan, result, error, world->now);
}

static void
drive_flow (World *world)
{
	EasReply reply = { NULL, NULL, world->now / 1000 };

	while (world->flow != NULL) {
		EasStep step = { 0 };

		eas_flow_next (world->flow, &step);
		switch (step.kind) {
		case EAS_STEP_SEND:
			world->flow_wait = NEVER;
			take_request (world, step.http);
			eas_step_clear (&step);
			return;
		case EAS_STEP_WAIT:
			world->flow_wait = world->now + step.wait_ms;
			return;
		case EAS_STEP_LOCK:
		case EAS_STEP_UNLOCK:
			eas_flow_take (world->flow, &reply);
			break;
		case EAS_STEP_DONE:
			end_flow (world, g_steal_pointer (&step.result), NULL);
			break;
		case EAS_STEP_FAIL:
			end_flow (world, NULL, g_steal_pointer (&step.error));
			break;
		}
		eas_step_clear (&step);
	}
}

static GBytes *
say_changes (World *world)
{
	g_autoptr (GString) list = g_string_new (NULL);

	for (guint i = 0; i < N_FOLDERS; i++) {
		if (!world->listed[i] || !has_news (world, i))
			continue;
		g_string_append_printf (list, "%s%s", list->len > 0 ? "," : "", ids[i]);
		world->false_rings[i] -= world->false_rings[i] > 0;
	}
	if (list->len == 0)
		return NULL;

	return eas_test_answer_ping (2, EAS_TAG_NONE, 0, list->str);
}

static GBytes *
make_answer (World *world)
{
	GBytes *body = NULL;

	if (world->news == NEWS_CHANGED)
		body = say_changes (world);
	if (body != NULL)
		return body;
	if (world->news != NEWS_STATUS)
		return eas_test_answer_ping (1, EAS_TAG_NONE, 0, NULL);

	switch (world->status) {
	case 5:
		/* Haggling is progress: the next interval is another one. */
		world->progress = TRUE;
		return eas_test_answer_ping (
			5, EAS_PING_HEARTBEAT_INTERVAL,
			CLAMP (world->heartbeat, world->least_heartbeat, world->most_heartbeat),
			NULL);
	case 6:
		world->limited = TRUE;
		return eas_test_answer_ping (6, EAS_PING_MAX_FOLDERS, world->max_folders, NULL);
	case 7:
		break;
	default:
		world->bad_count--;
	}

	return eas_test_answer_ping (world->status, EAS_TAG_NONE, 0, NULL);
}

static void
answer (World *world)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (EasHttpResponse) response = NULL;
	EasReply reply = { NULL, NULL, world->now / 1000 };

	world->waiting = FALSE;
	if (world->news == NEWS_CUT) {
		error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "cut");
	} else if (world->news == NEWS_HTTP) {
		error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "down");
	} else {
		response = eas_http_response_new (200);
		g_clear_pointer (&response->body, g_bytes_unref);
		response->body = make_answer (world);
	}
	reply.response = response;
	reply.error = error;
	eas_flow_take (world->flow, &reply);
	drive_flow (world);
	pump (world);
}

/* --- Owners --- */

static void
tell_watchers (World *world)
{
	guint found = 0;
	g_autoptr (GPtrArray) watchers = g_ptr_array_new_with_free_func (g_free);

	if (world->plan == NULL)
		return;
	world->look_at = world->now + SLOW_LOOK;
	for (guint i = 0; i < N_OWNERS; i++) {
		const Owner *owner = &world->owners[i];
		EasPushWatcher *watcher;

		if (!owner->alive)
			continue;
		watcher = g_new0 (EasPushWatcher, 1);
		watcher->folder_id = ids[owner->folder];
		watcher->klass = EAS_CLASS_CALENDAR;
		watcher->ready = owner->ready;
		watcher->acknowledged = owner->acknowledged;
		watcher->last_ring = world->ring[owner->folder];
		watcher->found = owner->found;
		watcher->fetched = owner->fetched;
		found += owner->found;
		g_ptr_array_add (watchers, watcher);
	}
	/* The word of it may have been lost until now. */
	world->progress |= found > world->told_found;
	world->told_found = found;
	eas_push_plan_set_watchers (world->plan, watchers, world->now);
	pump (world);
}

static void
start_fetch (World *world, Owner *owner)
{
	if (owner->fetch_at != NEVER) {
		owner->wanted = TRUE;
		return;
	}
	owner->wanted = FALSE;
	owner->fetching_version = world->version[owner->folder];
	owner->fetch_at =
		world->now + (world_chance (world, 3) ? world_between (world, 1, 60 * SECOND)
						      : world_between (world, 10, 500));
}

static void
end_fetch (World *world, guint index)
{
	Owner *owner = &world->owners[index];
	gboolean reached = world->conditions.online && !world->down;
	guint64 *synced = &world->synced[owner->folder][index];
	gboolean found = reached && *synced < owner->fetching_version;

	owner->fetch_at = NEVER;
	if (reached)
		*synced = MAX (*synced, owner->fetching_version);
	owner->ready = reached;
	owner->acknowledged = owner->seen;
	owner->found += found;
	owner->fetched += reached;
	world->progress |= found;
	/* One that failed tries again by itself. */
	if (!reached) {
		owner->fetching_version = world->version[owner->folder];
		owner->fetch_at = world->now + world_between (world, 5 * SECOND, MINUTE);
	} else if (owner->wanted) {
		start_fetch (world, owner);
	}
	/* The registry may not hear of it, but for its slow look. */
	if (world_chance (world, 98))
		tell_watchers (world);
}

static void
notice (World *world, Owner *owner)
{
	owner->notice_at = NEVER;
	owner->look_at = world->now + SLOW_LOOK;
	if (world->ring[owner->folder] == owner->seen)
		return;
	owner->seen = world->ring[owner->folder];
	start_fetch (world, owner);
}

void
world_open_owner (World *world, guint index)
{
	Owner *owner = &world->owners[index];

	if (owner->alive)
		return;
	owner->alive = TRUE;
	owner->ready = FALSE;
	owner->found = owner->fetched = 0;
	owner->seen = owner->acknowledged = world->ring[owner->folder];
	owner->notice_at = owner->fetch_at = NEVER;
	owner->look_at = world->now + SLOW_LOOK;
	start_fetch (world, owner);
	tell_watchers (world);
}

void
world_kill_owner (World *world, guint index)
{
	Owner *owner = &world->owners[index];

	owner->alive = FALSE;
	owner->notice_at = owner->fetch_at = owner->look_at = NEVER;
	tell_watchers (world);
	world_consider (world);
}

/* --- The registry --- */

static void
start_ping (World *world, GPtrArray *take_folders)
{
	g_autofree char *network = g_strdup_printf ("net%u", world->network);

	world->data->options_time = world->now / 1000; /* of no interest here */
	world->flow = eas_flow_push_new (take_folders);
	eas_flow_push_set_network (world->flow, network, world->conditions.economical);
	eas_flow_attach (world->flow, world->data, world->now / 1000);
	drive_flow (world);
}

static void
cancel_ping (World *world)
{
	world->waiting = FALSE; /* the connection is closed */
	end_flow (world, NULL, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled"));
}

static void
give_ring (World *world, const char *id, guint64 number)
{
	guint folder = (guint) strtoul (id, NULL, 10) - 1;
	EasPushState state;

	eas_push_plan_describe (world->plan, id, world->now, &state);
	world_ensure (world,
		      world->rang[folder] || state.kind == EAS_PUSH_POLLING || world->limited,
		      "an owner is woken for nothing");
	world->rang[folder] = FALSE;
	world->ring[folder] = number;
	for (guint i = 0; i < N_OWNERS; i++) {
		Owner *owner = &world->owners[i];

		if (owner->alive && owner->folder == folder && world_chance (world, 98))
			owner->notice_at = world->now + world_between (world, 0, 5);
	}
}

static void
act (World *world, EasPushAction *action)
{
	switch (action->kind) {
	case EAS_PUSH_START:
		start_ping (world, action->folders);
		break;
	case EAS_PUSH_CANCEL:
		cancel_ping (world);
		break;
	case EAS_PUSH_RING:
		give_ring (world, action->folder_id, action->ring);
		break;
	case EAS_PUSH_LIST:
		world_ensure (world, world->progress || world->now - world->last_sent >= SECOND,
			      "a list in the second of a Ping without progress");
		world->last_sent = world->now;
		world->list_at = world->now + world_between (world, 10, 300);
		break;
	case EAS_PUSH_SLEEP:
		world->wake_at = action->wake_at;
		break;
	}
}

static void
pump (World *world)
{
	EasPushAction action;
	guint count = 0;

	if (world->plan == NULL || world->slept)
		return;
	do {
		eas_push_plan_next (world->plan, world->now, &action);
		act (world, &action);
		world_ensure (world, ++count < 200, "the registry never sleeps");
	} while (action.kind != EAS_PUSH_SLEEP);
}

void
world_set_conditions (World *world)
{
	if (world->plan == NULL)
		return;
	eas_push_plan_set_conditions (world->plan, &world->conditions, world->now);
	pump (world);
}

static void
end_listing (World *world)
{
	g_autoptr (GError) error = NULL;

	world->list_at = NEVER;
	if (world->down || !world->conditions.online)
		error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "down");
	else
		world->hierarchy_changed = FALSE;
	eas_push_plan_listed (world->plan, error, world->now);
	pump (world);
}

void
world_kill_registry (World *world)
{
	if (world->plan == NULL)
		return;
	g_clear_pointer (&world->plan, eas_push_plan_free);
	g_clear_pointer (&world->flow, eas_flow_free);
	world->waiting = FALSE;
	world->wake_at = world->flow_wait = world->list_at = world->look_at = NEVER;
	world->reborn_at = world->now + world_between (world, 100, 20 * SECOND);
	memset (world->rang, 0, sizeof (world->rang));
}

static void
start_registry (World *world)
{
	world->reborn_at = NEVER;
	world->plan = eas_push_plan_new (g_rand_int (world->random));
	world->progress = TRUE; /* it knows nothing of the last one's requests */
	world_set_conditions (world);
	tell_watchers (world);
}

/* --- What happens to them --- */

void
world_commit (World *world, guint folder)
{
	world->version[folder]++;
	world_consider (world);
}

/* The wire is dead; the server may hold its end for as long as it likes, and we ours. */
static void
lose_connection (World *world)
{
	if (!world->waiting)
		return;
	world->news = NEWS_CUT;
	world->answer_at = world->now + (gint64) (world->heartbeat + EAS_PING_GRACE) * SECOND;
}

void
world_change_network (World *world)
{
	world->network = (world->network + 1) % G_N_ELEMENTS (world->cut_ms);
	lose_connection (world);
	if (world->plan != NULL && !world->slept) {
		eas_push_plan_network_changed (world->plan, world->now);
		pump (world);
	}
}

void
world_go_offline (World *world, gboolean online)
{
	world->conditions.online = online;
	if (!online)
		lose_connection (world);
	world_set_conditions (world);
}

/* With or without a word before; others go on committing. */
void
world_sleep_for (World *world, gint64 ms, gboolean announced)
{
	if (announced) {
		world->conditions.suspended = TRUE;
		world_set_conditions (world);
	}
	lose_connection (world);
	world->slept = TRUE;
	world->now += ms;
	for (guint i = 0; i < N_FOLDERS; i++) {
		if (world_chance (world, 50))
			world->version[i]++;
	}
	world->slept = FALSE;
	world->conditions.suspended = FALSE;
	if (world->plan != NULL)
		eas_push_plan_resumed (world->plan, world->now);
	world_set_conditions (world);
}

/* --- Time --- */

static gint64
first (gint64 a, gint64 b)
{
	return MIN (a, b);
}

static gint64
next_time (World *world)
{
	gint64 time = first (first (world->wake_at, world->reborn_at),
			     first (world->flow_wait, world->list_at));

	time = first (time, world->look_at);
	if (world->waiting)
		time = first (time, world->answer_at);
	for (guint i = 0; i < N_OWNERS; i++) {
		const Owner *owner = &world->owners[i];

		time = first (time,
			      first (first (owner->notice_at, owner->fetch_at), owner->look_at));
	}

	return time;
}

/* One thing that is due. FALSE: nothing is. */
static gboolean
do_due (World *world)
{
	EasReply reply = { NULL, NULL, world->now / 1000 };

	for (guint i = 0; i < N_OWNERS; i++) {
		Owner *owner = &world->owners[i];

		if (owner->fetch_at <= world->now) {
			end_fetch (world, i);
			return TRUE;
		}
		if (owner->notice_at <= world->now || owner->look_at <= world->now) {
			notice (world, owner);
			return TRUE;
		}
	}
	if (world->waiting && world->answer_at <= world->now) {
		answer (world);
	} else if (world->reborn_at <= world->now) {
		start_registry (world);
	} else if (world->list_at <= world->now) {
		end_listing (world);
	} else if (world->flow_wait <= world->now) {
		world->flow_wait = NEVER;
		eas_flow_take (world->flow, &reply);
		drive_flow (world);
		pump (world);
	} else if (world->look_at <= world->now) {
		tell_watchers (world);
	} else if (world->wake_at <= world->now) {
		world->wake_at = NEVER;
		pump (world);
	} else {
		return FALSE;
	}

	return TRUE;
}

void
world_run_until (World *world, gint64 end)
{
	guint count = 0;

	while (next_time (world) <= end) {
		world->now = MAX (world->now, next_time (world));
		while (do_due (world))
			world_ensure (world, ++count < 1000000, "no end of it");
	}
	world->now = MAX (world->now, end);
}

/* --- The object --- */

/* Many bear silence for ever, some for a while, a few for no interval at all. */
gint64
world_some_cut (World *world)
{
	if (world_chance (world, 55))
		return NEVER;

	return world_chance (world, 40) ? world_between (world, 5 * SECOND, 70 * SECOND)
					: world_between (world, 70 * SECOND, HOUR);
}

World *
world_new (guint32 seed)
{
	World *world = g_new0 (World, 1);

	world->random = g_rand_new_with_seed (seed);
	world->now = (gint64) RIG_NOW * 1000;
	world->data = rig_data_ready ();
	world->enabled = TRUE;
	world->conditions = (EasPushConditions){ .wanted = TRUE, .password = TRUE, .online = TRUE };
	world->max_folders = 200;
	world->least_heartbeat = world_chance (world, 80) ? 60 : 300;
	world->most_heartbeat = world_chance (world, 80) ? 3540 : 470;
	world->no_ping = world_chance (world, 5);
	if (world->no_ping) {
		g_free (world->data->commands);
		world->data->commands = g_strdup ("Sync,FolderSync,Provision");
	}
	world->wake_at = world->reborn_at = world->flow_wait = world->list_at = world->look_at =
		NEVER;
	for (guint i = 0; i < G_N_ELEMENTS (world->cut_ms); i++)
		world->cut_ms[i] = world_some_cut (world);
	for (guint i = 0; i < N_OWNERS; i++) {
		world->owners[i].folder = i % N_FOLDERS;
		world->owners[i].notice_at = world->owners[i].fetch_at = world->owners[i].look_at =
			NEVER;
	}
	start_registry (world);

	return world;
}

void
world_free (World *world)
{
	g_clear_pointer (&world->flow, eas_flow_free);
	g_clear_pointer (&world->plan, eas_push_plan_free);
	eas_account_data_free (world->data);
	g_rand_free (world->random);
	g_free (world);
}
