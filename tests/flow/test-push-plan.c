/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pitfall 40: when an account pings, rule by rule; test-push-laws.c has them all at once. */

#include <gio/gio.h>

#include "eas-push-plan.h"

#define SECOND 1000
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

typedef struct {
	EasPushPlan *plan;
	EasPushConditions conditions;
	GPtrArray *watchers;
	gint64 now;
	char *ids;  /* of the last START, comma separated */
	char *rung; /* of the RINGs on the way */
	gint64 wake_at;
} World;

static void
tell (World *world)
{
	eas_push_plan_set_watchers (world->plan, world->watchers, world->now);
}

static EasPushWatcher *
open_folder (World *world, const char *id, EasClass klass)
{
	EasPushWatcher *watcher = g_new0 (EasPushWatcher, 1);

	watcher->folder_id = id;
	watcher->klass = klass;
	watcher->ready = TRUE;
	g_ptr_array_add (world->watchers, watcher);

	return watcher;
}

static World *
world_new (void)
{
	World *world = g_new0 (World, 1);

	world->plan = eas_push_plan_new (7);
	world->watchers = g_ptr_array_new_with_free_func (g_free);
	world->now = HOUR;
	world->conditions = (EasPushConditions){ .wanted = TRUE, .password = TRUE, .online = TRUE };
	eas_push_plan_set_conditions (world->plan, &world->conditions, world->now);
	world->now += 10 * SECOND;

	return world;
}

/* With one folder, "1", that its owner has told of. */
static World *
world_with_calendar (void)
{
	World *world = world_new ();

	open_folder (world, "1", EAS_CLASS_CALENDAR);
	tell (world);

	return world;
}

static void
world_free (World *world)
{
	eas_push_plan_free (world->plan);
	g_ptr_array_unref (world->watchers);
	g_free (world->ids);
	g_free (world->rung);
	g_free (world);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)

static void
note (char **list, const char *id)
{
	char *longer = *list == NULL ? g_strdup (id) : g_strconcat (*list, ",", id, NULL);

	g_free (*list);
	*list = longer;
}

/* The next action that is no ring. */
static EasPushActionKind
next (World *world)
{
	EasPushAction action;

	g_clear_pointer (&world->rung, g_free);
	g_clear_pointer (&world->ids, g_free);
	do {
		eas_push_plan_next (world->plan, world->now, &action);
		if (action.kind == EAS_PUSH_RING)
			note (&world->rung, action.folder_id);
	} while (action.kind == EAS_PUSH_RING);
	world->wake_at = action.wake_at;
	for (guint i = 0; action.folders != NULL && i < action.folders->len; i++)
		note (&world->ids, ((EasPingFolder *) action.folders->pdata[i])->id);
	g_clear_pointer (&action.folders, g_ptr_array_unref);

	return action.kind;
}

static void
expect_sleep (World *world, gint64 ms)
{
	g_assert_cmpint (next (world), ==, EAS_PUSH_SLEEP);
	g_assert_cmpint (world->wake_at - world->now, ==, ms);
}

/* Sleeps as told until it is something else; the milliseconds that took. */
static gint64
wait_for (World *world, EasPushActionKind kind)
{
	gint64 start = world->now;
	EasPushActionKind found;

	for (guint i = 0; i < 1000; i++) {
		found = next (world);
		if (found != EAS_PUSH_SLEEP)
			break;
		g_assert_cmpint (world->wake_at, <, G_MAXINT64);
		g_assert_cmpint (world->wake_at, >, world->now);
		world->now = world->wake_at;
	}
	g_assert_cmpint (found, ==, kind);

	return world->now - start;
}

static void
expect_start (World *world, const char *ids)
{
	wait_for (world, EAS_PUSH_START);
	g_assert_cmpstr (world->ids, ==, ids);
}

static void
end_round (World *world, EasPingOutcome outcome, guint max_folders, const char *ids)
{
	EasPingResult result = { .outcome = outcome, .heartbeat = 480, .max_folders = max_folders };
	g_auto (GStrv) list = g_strsplit (ids != NULL ? ids : "", ",", -1);

	result.changed = g_ptr_array_new ();
	for (guint i = 0; list[i] != NULL; i++)
		g_ptr_array_add (result.changed, list[i]);
	eas_push_plan_round_ended (world->plan, &result, NULL, world->now);
	g_ptr_array_unref (result.changed);
}

static void
fail_round (World *world, GQuark domain, int code)
{
	g_autoptr (GError) error = g_error_new_literal (domain, code, "what a test wants");

	eas_push_plan_round_ended (world->plan, NULL, error, world->now);
}

static void
throttle_round (World *world, guint seconds)
{
	g_autoptr (GError) error = NULL;

	eas_set_error (&error, EAS_ERROR_THROTTLED, "Ping", 0, seconds, "busy");
	eas_push_plan_round_ended (world->plan, NULL, error, world->now);
}

/* The owner has fetched. */
static void
report (World *world, EasPushWatcher *watcher, guint64 ring, gboolean found)
{
	watcher->acknowledged = ring;
	watcher->fetched++;
	watcher->found += found ? 1 : 0;
	tell (world);
}

static void
assert_state (World *world, const char *id, EasPushStateKind kind, EasPushWhy why)
{
	EasPushState state;

	eas_push_plan_describe (world->plan, id, world->now, &state);
	g_assert_cmpint (state.kind, ==, kind);
	g_assert_cmpstr (eas_push_why_to_string (state.why), ==, eas_push_why_to_string (why));
}

/* --- Rounds --- */

static void
test_one_round_for_all (void)
{
	g_autoptr (World) world = world_new ();

	open_folder (world, "c", EAS_CLASS_CALENDAR);
	tell (world);
	expect_sleep (world, 200);
	open_folder (world, "b", EAS_CLASS_CALENDAR);
	tell (world);
	expect_start (world, "b,c");
	g_assert_cmpint (next (world), ==, EAS_PUSH_SLEEP);
	g_assert_cmpint (world->wake_at, ==, G_MAXINT64);
	assert_state (world, "b", EAS_PUSH_WAITING, EAS_PUSH_WHY_NONE);
	world->now += 480 * SECOND;
	end_round (world, EAS_PING_EXPIRED, 0, NULL);
	expect_start (world, "b,c");
}

static void
test_nobody_listens (void)
{
	g_autoptr (World) world = world_new ();

	tell (world);
	g_assert_cmpint (next (world), ==, EAS_PUSH_SLEEP);
	g_assert_cmpint (world->wake_at, ==, G_MAXINT64);
}

/* Only the owner of what changed hears of it; the next round waits until it has fetched. */
static void
test_ring (void)
{
	g_autoptr (World) world = world_new ();
	EasPushWatcher *one = open_folder (world, "1", EAS_CLASS_CALENDAR);

	open_folder (world, "2", EAS_CLASS_CALENDAR);
	tell (world);
	expect_start (world, "1,2");
	world->now += 5 * SECOND;
	end_round (world, EAS_PING_CHANGED, 0, "1");
	g_assert_cmpint (next (world), ==, EAS_PUSH_SLEEP);
	g_assert_cmpstr (world->rung, ==, "1");
	world->now += 100;
	report (world, one, 1, TRUE);
	g_assert_cmpint (next (world), ==, EAS_PUSH_START);
	g_assert_cmpstr (world->ids, ==, "1,2");
}

/* Who takes long is left out, and stops nobody. */
static void
test_slow_owner (void)
{
	g_autoptr (World) world = world_new ();
	EasPushWatcher *one = open_folder (world, "1", EAS_CLASS_CALENDAR);

	open_folder (world, "2", EAS_CLASS_CALENDAR);
	tell (world);
	expect_start (world, "1,2");
	end_round (world, EAS_PING_CHANGED, 0, "1");
	g_assert_cmpint (wait_for (world, EAS_PUSH_START), ==, 30 * SECOND);
	g_assert_cmpstr (world->ids, ==, "2");
	world->now += MINUTE;
	report (world, one, 1, TRUE);
	wait_for (world, EAS_PUSH_CANCEL);
	fail_round (world, G_IO_ERROR, G_IO_ERROR_CANCELLED);
	expect_start (world, "1,2");
}

static void
test_owner_dies (void)
{
	g_autoptr (World) world = world_with_calendar ();

	expect_start (world, "1");
	g_ptr_array_set_size (world->watchers, 0);
	tell (world);
	g_assert_cmpint (next (world), ==, EAS_PUSH_CANCEL);
	fail_round (world, G_IO_ERROR, G_IO_ERROR_CANCELLED);
	g_assert_cmpint (next (world), ==, EAS_PUSH_SLEEP);
	g_assert_cmpint (world->wake_at, ==, G_MAXINT64);
}

/* One of several that go: the round goes on, to spare the server a request. */
static void
test_one_of_two_closes (void)
{
	g_autoptr (World) world = world_new ();

	open_folder (world, "1", EAS_CLASS_CALENDAR);
	open_folder (world, "2", EAS_CLASS_CALENDAR);
	tell (world);
	expect_start (world, "1,2");
	g_ptr_array_set_size (world->watchers, 1);
	tell (world);
	g_assert_cmpint (next (world), ==, EAS_PUSH_SLEEP);
	world->now += MINUTE;
	end_round (world, EAS_PING_CHANGED, 0, "2");
	expect_start (world, "1");
}

/* A ring given before the registry was started anew is not given twice, nor forgotten. */
static void
test_ring_of_the_time_before (void)
{
	g_autoptr (World) world = world_new ();
	EasPushWatcher *one = open_folder (world, "1", EAS_CLASS_CALENDAR);

	one->last_ring = 41;
	one->acknowledged = 40;
	tell (world);
	g_assert_cmpint (next (world), ==, EAS_PUSH_SLEEP);
	g_assert_null (world->rung);
	report (world, one, 41, TRUE);
	expect_start (world, "1");
	end_round (world, EAS_PING_CHANGED, 0, "1");
	next (world);
	g_assert_cmpstr (world->rung, ==, "1");
	report (world, one, 42, TRUE);
	expect_start (world, "1");
}

/* Two programs with one mail folder: both fetch before it is asked about again. */
static void
test_two_owners (void)
{
	g_autoptr (World) world = world_new ();
	EasPushWatcher *one = open_folder (world, "1", EAS_CLASS_EMAIL);
	EasPushWatcher *two = open_folder (world, "1", EAS_CLASS_EMAIL);

	tell (world);
	expect_start (world, "1");
	end_round (world, EAS_PING_CHANGED, 0, "1");
	next (world);
	report (world, one, 1, TRUE);
	g_assert_cmpint (next (world), ==, EAS_PUSH_SLEEP);
	report (world, two, 1, TRUE);
	g_assert_cmpint (next (world), ==, EAS_PUSH_START);
}

/* --- Gentle with servers --- */

/* SOGo: Sync and Ping every second, for ever. */
static void
test_40_false_rings (void)
{
	g_autoptr (World) world = world_new ();
	EasPushWatcher *one = open_folder (world, "1", EAS_CLASS_CALENDAR);
	guint64 number = 0;

	open_folder (world, "2", EAS_CLASS_CALENDAR);
	tell (world);
	for (guint away = 10; away <= 40; away *= 2) {
		gint64 since = world->now;

		while (next (world) != EAS_PUSH_START || g_strcmp0 (world->ids, "1,2") != 0) {
			if (world->ids != NULL) {
				world->now += 400;
				end_round (world, EAS_PING_EXPIRED, 0, NULL);
			} else {
				world->now = MIN (world->wake_at, world->now + SECOND);
			}
			g_assert_cmpint (world->now - since, <, (away + 5) * SECOND);
		}
		/* Who was left out before gets one chance, not three. */
		for (guint i = away > 10 ? 2 : 0; i < 3; i++) {
			since = world->now;
			end_round (world, EAS_PING_CHANGED, 0, "1");
			next (world);
			report (world, one, ++number, FALSE);
			if (i < 2)
				expect_start (world, "1,2");
			g_assert_cmpint (world->now - since, ==, i < 2 ? SECOND : 0);
		}
		assert_state (world, "1", EAS_PUSH_EXCLUDED, EAS_PUSH_WHY_NONE);
		assert_state (world, "2", EAS_PUSH_WAITING, EAS_PUSH_WHY_NONE);
		expect_start (world, "2");
		end_round (world, EAS_PING_EXPIRED, 0, NULL);
	}
}

/* One that brings something is a good ring again. */
static void
test_40_exclusion_is_forgiven (void)
{
	g_autoptr (World) world = world_with_calendar ();
	EasPushWatcher *one = world->watchers->pdata[0];
	guint64 number = 0;

	for (guint i = 0; i < 9; i++) {
		expect_start (world, "1");
		end_round (world, EAS_PING_CHANGED, 0, "1");
		next (world);
		report (world, one, ++number, /* found */ i % 3 == 2);
		assert_state (world, "1", EAS_PUSH_WAITING, EAS_PUSH_WHY_NONE);
	}
}

/* Some servers' Ping is silent about an empty folder: its owner looks after each round. */
static void
test_40_doubtful (void)
{
	g_autoptr (World) world = world_new ();
	EasPushWatcher *one = open_folder (world, "1", EAS_CLASS_CALENDAR);
	guint64 number = 0;

	one->doubtful = TRUE;
	tell (world);
	for (guint i = 0; i < 8; i++) {
		expect_start (world, "1");
		world->now += 480 * SECOND;
		end_round (world, EAS_PING_EXPIRED, 0, NULL);
		next (world);
		g_assert_cmpstr (world->rung, ==, "1");
		report (world, one, ++number, FALSE);
		assert_state (world, "1", EAS_PUSH_WAITING, EAS_PUSH_WHY_NONE);
	}
}

static void
test_40_strangers (void)
{
	g_autoptr (World) world = world_with_calendar ();
	gint64 last = 0;

	expect_start (world, "1");
	for (guint i = 0; i < 6; i++) {
		gint64 since = world->now;

		end_round (world, EAS_PING_CHANGED, 0, "nobody's");
		expect_start (world, "1");
		g_assert_cmpint (world->now - since, >=, SECOND);
		g_assert_cmpint (world->now - since, >=, last);
		last = world->now - since;
	}
	g_assert_cmpint (last, >=, 30 * SECOND);
}

static void
test_40_hierarchy (void)
{
	g_autoptr (World) world = world_with_calendar ();
	gint64 since;

	expect_start (world, "1");
	since = world->now;
	for (guint i = 0; i < 8; i++) {
		end_round (world, EAS_PING_HIERARCHY, 0, NULL);
		wait_for (world, EAS_PUSH_LIST);
		g_assert_cmpint (next (world), ==, EAS_PUSH_SLEEP);
		eas_push_plan_listed (world->plan, NULL, world->now);
		expect_start (world, "1");
	}
	/* Hardly a request a minute in the end. */
	g_assert_cmpint (world->now - since, >, 5 * MINUTE);
}

static void
test_40_folder_limit (void)
{
	g_autoptr (World) world = world_new ();
	EasPushWatcher *three;

	open_folder (world, "n", EAS_CLASS_NOTES);
	three = open_folder (world, "d", EAS_CLASS_CONTACTS);
	open_folder (world, "c", EAS_CLASS_CALENDAR);
	open_folder (world, "m", EAS_CLASS_EMAIL);
	g_ptr_array_remove_index (world->watchers, 0);
	tell (world);
	expect_start (world, "m,c,d");
	end_round (world, EAS_PING_LIMITED, 2, NULL);
	expect_start (world, "m,c");
	assert_state (world, "d", EAS_PUSH_POLLING, EAS_PUSH_WHY_FOLDER_LIMIT);
	assert_state (world, "c", EAS_PUSH_WAITING, EAS_PUSH_WHY_NONE);
	/* Meanwhile the third is looked at every few minutes, and the round goes on. */
	for (guint64 i = 1; i < 4; i++) {
		while (next (world), world->rung == NULL)
			world->now = world->wake_at;
		g_assert_cmpstr (world->rung, ==, "d");
		report (world, three, i, FALSE);
	}
	g_assert_cmpint (world->now, <, HOUR + 20 * MINUTE);
	end_round (world, EAS_PING_EXPIRED, 2, NULL);
	expect_start (world, "m,c");
}

/* --- Failures --- */

static void
test_failures_rest_longer (void)
{
	g_autoptr (World) world = world_with_calendar ();
	gint64 last = 0;

	expect_start (world, "1");
	for (guint i = 0; i < 20; i++) {
		gint64 since = world->now;

		fail_round (world, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
		assert_state (world, "1", EAS_PUSH_OFF, EAS_PUSH_WHY_ERROR);
		expect_start (world, "1");
		last = world->now - since;
		g_assert_cmpint (last, >=, SECOND);
	}
	g_assert_cmpint (last, >=, 5 * MINUTE);
	g_assert_cmpint (last, <=, 7 * MINUTE);
}

/* A fetch that succeeds says that the server is back. */
static void
test_revived (void)
{
	g_autoptr (World) world = world_with_calendar ();
	EasPushWatcher *one = world->watchers->pdata[0];

	for (guint i = 0; i < 12; i++) {
		expect_start (world, "1");
		fail_round (world, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
	}
	world->now += 10 * SECOND;
	report (world, one, 0, TRUE);
	g_assert_cmpint (next (world), ==, EAS_PUSH_START);
}

/* What the server said counts, whatever else happens. */
static void
test_throttled (void)
{
	g_autoptr (World) world = world_with_calendar ();
	EasPushWatcher *one = world->watchers->pdata[0];
	gint64 since;

	expect_start (world, "1");
	since = world->now;
	throttle_round (world, 600);
	world->now += SECOND;
	report (world, one, 0, TRUE);
	eas_push_plan_kick (world->plan, world->now);
	eas_push_plan_network_changed (world->plan, world->now);
	eas_push_plan_resumed (world->plan, world->now);
	expect_start (world, "1");
	g_assert_cmpint (world->now - since, >=, 600 * SECOND);
}

static void
test_password (void)
{
	g_autoptr (World) world = world_with_calendar ();

	expect_start (world, "1");
	fail_round (world, EAS_ERROR, EAS_ERROR_AUTHENTICATION);
	assert_state (world, "1", EAS_PUSH_OFF, EAS_PUSH_WHY_PASSWORD);
	world->now += 10 * HOUR;
	g_assert_cmpint (next (world), ==, EAS_PUSH_SLEEP);
	g_assert_cmpint (world->wake_at, ==, G_MAXINT64);
	eas_push_plan_kick (world->plan, world->now);
	expect_start (world, "1");
}

/* --- Polling --- */

static void
poll_for (World *world, EasPushWatcher *watcher, guint minutes, gint64 ms)
{
	gint64 end = world->now + ms, last = world->now;
	guint64 number = watcher->acknowledged;

	while (world->now < end) {
		/* Nobody tells of new folders, either. */
		if (next (world) == EAS_PUSH_LIST)
			eas_push_plan_listed (world->plan, NULL, world->now);
		if (world->rung != NULL) {
			if (number != watcher->acknowledged)
				g_assert_cmpint (world->now - last, ==, minutes * MINUTE);
			last = world->now;
			report (world, watcher, ++number, FALSE);
			assert_state (world, "1", EAS_PUSH_POLLING, EAS_PUSH_WHY_NO_PING);
			continue;
		}
		world->now = MIN (world->wake_at, end);
	}
	g_assert_cmpuint (number, >=, ms / (minutes * MINUTE));
}

static void
test_40_not_offered (void)
{
	g_autoptr (World) world = world_with_calendar ();
	EasPushWatcher *one = world->watchers->pdata[0];

	expect_start (world, "1");
	fail_round (world, EAS_ERROR, EAS_ERROR_NOT_SUPPORTED);
	poll_for (world, one, 5, 3 * HOUR);
	world->now += 24 * HOUR;
	wait_for (world, EAS_PUSH_START);
}

static void
test_40_economical_polling (void)
{
	g_autoptr (World) world = world_new ();
	EasPushWatcher *one = open_folder (world, "1", EAS_CLASS_CALENDAR);

	world->conditions.economical = TRUE;
	eas_push_plan_set_conditions (world->plan, &world->conditions, world->now);
	tell (world);
	expect_start (world, "1");
	fail_round (world, EAS_ERROR, EAS_ERROR_NOT_SUPPORTED);
	poll_for (world, one, 15, 3 * HOUR);
}

static void
test_40_returns_at_once (void)
{
	g_autoptr (World) world = world_with_calendar ();

	expect_start (world, "1");
	for (guint i = 0; i < 2; i++) {
		world->now += 100;
		end_round (world, EAS_PING_EARLY, 0, NULL);
		g_assert_cmpint (wait_for (world, EAS_PUSH_START), >=, 59 * SECOND);
	}
	end_round (world, EAS_PING_EARLY, 0, NULL);
	assert_state (world, "1", EAS_PUSH_POLLING, EAS_PUSH_WHY_EARLY);
	next (world);
	g_assert_cmpstr (world->rung, ==, "1");
	/* Another network is another chance. */
	eas_push_plan_network_changed (world->plan, world->now);
	assert_state (world, "1", EAS_PUSH_WAITING, EAS_PUSH_WHY_NONE);
}

/* SOGo as it is installed holds a Ping for ten seconds: no worker of it is ours for good. Of an
 * empty folder it never tells: that is asked for once a minute. */
static void
test_40_short_holds (void)
{
	g_autoptr (World) world = world_new ();
	EasPushWatcher *one = open_folder (world, "1", EAS_CLASS_CALENDAR);
	guint64 number = 0;

	one->doubtful = TRUE;
	tell (world);
	expect_start (world, "1");
	for (guint i = 0; i < 24; i++) {
		world->now += 10 * SECOND;
		end_round (world, EAS_PING_EARLY, 0, NULL);
		next (world);
		g_assert_cmpstr (world->rung, ==, i % 3 == 0 ? "1" : NULL);
		if (i % 3 == 0)
			report (world, one, ++number, FALSE);
		g_assert_cmpint (wait_for (world, EAS_PUSH_START), ==, 10 * SECOND);
		assert_state (world, "1", EAS_PUSH_WAITING, EAS_PUSH_WHY_NONE);
	}
	world->conditions.economical = TRUE;
	eas_push_plan_set_conditions (world->plan, &world->conditions, world->now);
	world->now += 10 * SECOND;
	end_round (world, EAS_PING_EARLY, 0, NULL);
	report (world, one, ++number, FALSE);
	g_assert_cmpint (wait_for (world, EAS_PUSH_START), ==, 50 * SECOND);
}

static void
test_40_proxy_cuts (void)
{
	g_autoptr (World) world = world_with_calendar ();
	EasPushWatcher *one = world->watchers->pdata[0];

	expect_start (world, "1");
	for (guint i = 0; i < 2; i++) {
		world->now += MINUTE;
		end_round (world, EAS_PING_HOPELESS, 0, NULL);
		if (i == 0)
			expect_start (world, "1");
	}
	assert_state (world, "1", EAS_PUSH_POLLING, EAS_PUSH_WHY_CUT);
	next (world);
	report (world, one, 1, FALSE);
	/* After an hour Ping gets another chance. */
	world->now += 61 * MINUTE;
	expect_start (world, "1");
}

/* A proxy without any patience: connections that live for some seconds. */
static void
test_40_short_cuts (void)
{
	g_autoptr (World) world = world_with_calendar ();

	for (guint i = 0; i < 3; i++) {
		expect_start (world, "1");
		world->now += 20 * SECOND;
		fail_round (world, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
	}
	assert_state (world, "1", EAS_PUSH_POLLING, EAS_PUSH_WHY_CUT);
}

/* A server that is away for long is no proxy that cuts: push is back as soon as it is. */
static void
test_40_away_is_not_cut (void)
{
	g_autoptr (World) world = world_with_calendar ();

	for (guint i = 0; i < 20; i++) {
		expect_start (world, "1");
		world->now += 127 * SECOND;
		fail_round (world, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
		assert_state (world, "1", EAS_PUSH_OFF, EAS_PUSH_WHY_ERROR);
	}
}

static void
test_40_refused (void)
{
	g_autoptr (World) world = world_with_calendar ();

	for (guint i = 0; i < 8; i++) {
		assert_state (world, "1", i == 0 ? EAS_PUSH_WAITING : EAS_PUSH_OFF,
			      i == 0 ? EAS_PUSH_WHY_NONE : EAS_PUSH_WHY_ERROR);
		expect_start (world, "1");
		fail_round (world, EAS_ERROR, EAS_ERROR_SERVER);
	}
	assert_state (world, "1", EAS_PUSH_POLLING, EAS_PUSH_WHY_REFUSED);
}

/* --- Surroundings --- */

typedef struct {
	const char *name;
	gsize offset; /* of the condition */
	gboolean good;
	EasPushWhy why;
} Trouble;

static const Trouble troubles[] = {
	{ "offline", G_STRUCT_OFFSET (EasPushConditions, online), TRUE, EAS_PUSH_WHY_OFFLINE },
	{ "suspended", G_STRUCT_OFFSET (EasPushConditions, suspended), FALSE,
	  EAS_PUSH_WHY_SUSPENDED },
	{ "disabled", G_STRUCT_OFFSET (EasPushConditions, wanted), TRUE, EAS_PUSH_WHY_DISABLED },
	{ "password", G_STRUCT_OFFSET (EasPushConditions, password), TRUE, EAS_PUSH_WHY_PASSWORD },
};

static void
test_40_stops (gconstpointer data)
{
	const Trouble *trouble = data;
	g_autoptr (World) world = world_with_calendar ();
	gboolean *condition = &G_STRUCT_MEMBER (gboolean, &world->conditions, trouble->offset);

	expect_start (world, "1");
	*condition = !trouble->good;
	eas_push_plan_set_conditions (world->plan, &world->conditions, world->now);
	g_assert_cmpint (next (world), ==, EAS_PUSH_CANCEL);
	fail_round (world, G_IO_ERROR, G_IO_ERROR_CANCELLED);
	assert_state (world, "1", EAS_PUSH_OFF, trouble->why);
	world->now += 10 * HOUR;
	g_assert_cmpint (next (world), ==, EAS_PUSH_SLEEP);
	g_assert_cmpint (world->wake_at, ==, G_MAXINT64);
	*condition = trouble->good;
	eas_push_plan_set_conditions (world->plan, &world->conditions, world->now);
	g_assert_cmpint (wait_for (world, EAS_PUSH_START), <=, 2 * SECOND);
}

/* Not everybody at once when the office opens its lids. */
static void
test_40_resume_is_spread (void)
{
	gint64 least = G_MAXINT64, most = 0;

	for (guint32 seed = 0; seed < 40; seed++) {
		g_autoptr (World) world = world_new ();
		gint64 took;

		eas_push_plan_free (world->plan);
		world->plan = eas_push_plan_new (seed);
		eas_push_plan_set_conditions (world->plan, &world->conditions, world->now);
		open_folder (world, "1", EAS_CLASS_CALENDAR);
		tell (world);
		expect_start (world, "1");
		world->now += 8 * HOUR;
		eas_push_plan_resumed (world->plan, world->now);
		g_assert_cmpint (next (world), ==, EAS_PUSH_CANCEL);
		fail_round (world, G_IO_ERROR, G_IO_ERROR_CANCELLED);
		took = wait_for (world, EAS_PUSH_START);
		least = MIN (least, took);
		most = MAX (most, took);
	}
	g_assert_cmpint (least, >=, 2 * SECOND);
	g_assert_cmpint (most, <=, 10 * SECOND);
	g_assert_cmpint (most - least, >=, 4 * SECOND);
}

static void
test_40_economical_rest (void)
{
	g_autoptr (World) world = world_new ();
	EasPushWatcher *one = open_folder (world, "1", EAS_CLASS_CALENDAR);

	world->conditions.economical = TRUE;
	eas_push_plan_set_conditions (world->plan, &world->conditions, world->now);
	tell (world);
	expect_start (world, "1");
	end_round (world, EAS_PING_CHANGED, 0, "1");
	next (world);
	report (world, one, 1, TRUE);
	g_assert_cmpint (wait_for (world, EAS_PUSH_START), ==, MINUTE);
}

#define ADD(name, func) g_test_add_func ("/push-plan/" name, func)

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD ("one-round-for-all", test_one_round_for_all);
	ADD ("nobody-listens", test_nobody_listens);
	ADD ("ring", test_ring);
	ADD ("slow-owner", test_slow_owner);
	ADD ("owner-dies", test_owner_dies);
	ADD ("one-of-two-closes", test_one_of_two_closes);
	ADD ("ring-of-the-time-before", test_ring_of_the_time_before);
	ADD ("two-owners", test_two_owners);
	ADD ("40-false-rings", test_40_false_rings);
	ADD ("40-exclusion-is-forgiven", test_40_exclusion_is_forgiven);
	ADD ("40-doubtful", test_40_doubtful);
	ADD ("40-strangers", test_40_strangers);
	ADD ("40-hierarchy", test_40_hierarchy);
	ADD ("40-folder-limit", test_40_folder_limit);
	ADD ("failures-rest-longer", test_failures_rest_longer);
	ADD ("revived", test_revived);
	ADD ("throttled", test_throttled);
	ADD ("password", test_password);
	ADD ("40-not-offered", test_40_not_offered);
	ADD ("40-economical-polling", test_40_economical_polling);
	ADD ("40-returns-at-once", test_40_returns_at_once);
	ADD ("40-short-holds", test_40_short_holds);
	ADD ("40-proxy-cuts", test_40_proxy_cuts);
	ADD ("40-short-cuts", test_40_short_cuts);
	ADD ("40-away-is-not-cut", test_40_away_is_not_cut);
	ADD ("40-refused", test_40_refused);
	ADD ("40-resume-is-spread", test_40_resume_is_spread);
	ADD ("40-economical-rest", test_40_economical_rest);
	for (guint i = 0; i < G_N_ELEMENTS (troubles); i++) {
		g_autofree char *path =
			g_strconcat ("/push-plan/40-stops/", troubles[i].name, NULL);

		g_test_add_data_func (path, &troubles[i], test_40_stops);
	}

	return g_test_run ();
}
