/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A Sync that hangs in place of Ping: what its ends teach, and what the plan makes of it. */

#include <gio/gio.h>

#include "eas-push-plan.h"

#define SECOND ((gint64) 1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

/* --- One process --- */

typedef struct {
	EasHang hang;
	gint64 now;
} Owner;

static Owner
owner_of (guint seconds)
{
	EasHangTerms terms = { seconds, 1 };
	Owner owner = { .now = HOUR };

	eas_hang_set_terms (&owner.hang, &terms);

	return owner;
}

static void
answer_after (Owner *owner, gint64 ms, gboolean news)
{
	owner->now = MAX (owner->now, owner->hang.not_before);
	eas_hang_start (&owner->hang, owner->now);
	owner->now += ms;
	eas_hang_answered (&owner->hang, news, owner->now);
}

static void
fail_after (Owner *owner, gint64 ms, GQuark domain, int code)
{
	g_autoptr (GError) error = g_error_new_literal (domain, code, "away");

	owner->now = MAX (owner->now, owner->hang.not_before);
	eas_hang_start (&owner->hang, owner->now);
	owner->now += ms;
	eas_hang_failed (&owner->hang, error, owner->now);
}

static void
test_news (void)
{
	Owner owner = owner_of (480);

	g_assert_cmpuint (eas_hang_start (&owner.hang, owner.now), ==, 480);
	for (guint i = 0; i < 20; i++) {
		answer_after (&owner, 10, /* news */ TRUE);
		g_assert_cmpint (owner.hang.not_before, <=, owner.now);
	}
	answer_after (&owner, 480 * SECOND, FALSE);
	g_assert_cmpint (owner.hang.not_before, <=, owner.now);
	g_assert_false (owner.hang.hopeless);
}

/* A server that does not know what hanging is, and one that is in a hurry. */
static void
test_at_once (void)
{
	Owner owner = owner_of (480);
	gint64 start = owner.now;

	for (guint i = 0; i < 3; i++) {
		g_assert_false (owner.hang.hopeless);
		answer_after (&owner, 20, FALSE);
	}
	g_assert_true (owner.hang.hopeless);
	g_assert_cmpint (owner.now - start, >=, 5 * SECOND);

	owner = owner_of (480);
	for (guint i = 0; i < 20; i++) {
		start = owner.now;
		answer_after (&owner, 10 * SECOND, FALSE);
		g_assert_cmpint (owner.hang.not_before - start, >=, 59 * SECOND);
	}
	g_assert_false (owner.hang.hopeless);
}

/* Shorter and shorter, until it cannot be any shorter. */
static void
test_cuts (void)
{
	Owner owner = owner_of (480);
	guint asked = 480;

	while (asked > 60) {
		fail_after (&owner, 200 * SECOND, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
		g_assert_cmpuint (eas_hang_start (&owner.hang, owner.now), <, asked);
		asked = eas_hang_start (&owner.hang, owner.now);
		g_assert_false (owner.hang.hopeless);
	}
	for (guint i = 0; i < 2; i++)
		fail_after (&owner, 30 * SECOND, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
	g_assert_true (owner.hang.hopeless);
}

static void
test_refused (void)
{
	EasHangTerms other = { 480, 2 };
	Owner owner = owner_of (480);

	for (guint i = 0; i < 10; i++)
		fail_after (&owner, 10, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE);
	g_assert_false (owner.hang.hopeless); /* that says nothing of the server */
	for (guint i = 0; i < 3; i++)
		fail_after (&owner, 10, EAS_ERROR, EAS_ERROR_SERVER);
	g_assert_true (owner.hang.hopeless);
	/* The same terms say nothing new, others do. */
	eas_hang_set_terms (&owner.hang, &owner.hang.terms);
	g_assert_true (owner.hang.hopeless);
	eas_hang_set_terms (&owner.hang, &other);
	g_assert_false (owner.hang.hopeless);
}

/* Each broken one may keep a worker of the server until its time is up. */
static void
test_interrupted (void)
{
	Owner owner = owner_of (480);
	gint64 start = owner.now;

	for (guint i = 0; i < 10; i++) {
		owner.now = MAX (owner.now, owner.hang.not_before);
		eas_hang_start (&owner.hang, owner.now);
		eas_hang_interrupted (&owner.hang, owner.now);
		if (i == 0)
			g_assert_cmpint (owner.hang.not_before, <=, owner.now);
	}
	g_assert_cmpint (owner.now - start, >=, 90 * SECOND);
	g_assert_false (owner.hang.hopeless);
	answer_after (&owner, 10, TRUE);
	eas_hang_start (&owner.hang, owner.now);
	eas_hang_interrupted (&owner.hang, owner.now);
	g_assert_cmpint (owner.hang.not_before, <=, owner.now);
}

/* --- The plan --- */

typedef struct {
	EasPushPlan *plan;
	EasPushConditions conditions;
	GPtrArray *watchers;
	EasPushWatcher one, two;
	gint64 now;
	guint n_pings, n_lists, n_rings;
	gint64 wake_at;
} World;

static void
run (World *world)
{
	EasPushAction action;

	do {
		eas_push_plan_next (world->plan, world->now, &action);
		g_clear_pointer (&action.folders, g_ptr_array_unref);
		if (action.kind == EAS_PUSH_LIST) {
			world->n_lists++;
			eas_push_plan_listed (world->plan, NULL, world->now);
		} else if (action.kind == EAS_PUSH_RING) {
			world->n_rings++;
		} else if (action.kind == EAS_PUSH_START) {
			g_autoptr (GError) error =
				g_error_new_literal (EAS_ERROR, EAS_ERROR_NOT_SUPPORTED, "none");

			world->n_pings++;
			eas_push_plan_round_ended (world->plan, NULL, error, world->now);
		}
	} while (action.kind != EAS_PUSH_SLEEP);
	world->wake_at = action.wake_at;
}

static void
tell (World *world)
{
	eas_push_plan_set_watchers (world->plan, world->watchers, world->now);
	run (world);
}

static void
pass (World *world, gint64 ms)
{
	gint64 end = world->now + ms;

	while (world->wake_at < end) {
		g_assert_cmpint (world->wake_at, >, world->now);
		world->now = world->wake_at;
		run (world);
	}
	world->now = end;
	run (world);
}

static EasPushState
state_of (World *world, const char *id)
{
	EasPushState state;

	eas_push_plan_describe (world->plan, id, world->now, &state);

	return state;
}

static World *
world_new (gboolean can_hang)
{
	World *world = g_new0 (World, 1);

	world->plan = eas_push_plan_new (7);
	world->now = HOUR;
	world->watchers = g_ptr_array_new ();
	world->one = (EasPushWatcher){ .folder_id = "1", .klass = EAS_CLASS_CALENDAR, .ready = 1 };
	world->two = (EasPushWatcher){ .folder_id = "2", .klass = EAS_CLASS_CONTACTS, .ready = 1 };
	g_ptr_array_add (world->watchers, &world->one);
	g_ptr_array_add (world->watchers, &world->two);
	world->conditions = (EasPushConditions){
		.wanted = TRUE, .password = TRUE, .online = TRUE, .can_hang = can_hang
	};
	eas_push_plan_set_conditions (world->plan, &world->conditions, world->now);
	world->now += 10 * SECOND;
	tell (world);
	pass (world, 5 * SECOND);
	g_assert_cmpuint (world->n_pings, ==, 1);

	return world;
}

static void
world_free (World *world)
{
	eas_push_plan_free (world->plan);
	g_ptr_array_unref (world->watchers);
	g_free (world);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)

static void
report (World *world, EasPushWatcher *watcher, EasPushHang hang)
{
	watcher->hang = hang;
	watcher->hang_epoch = state_of (world, NULL).terms.epoch;
	tell (world);
}

static void
test_plan_hangs (void)
{
	g_autoptr (World) world = world_new (TRUE);

	g_assert_cmpint (state_of (world, "1").kind, ==, EAS_PUSH_HANGING);
	g_assert_cmpint (state_of (world, "1").why, ==, EAS_PUSH_WHY_NO_PING);
	g_assert_cmpuint (state_of (world, "1").terms.seconds, ==, 480);
	report (world, &world->one, EAS_PUSH_HANG_WAITS);
	report (world, &world->two, EAS_PUSH_HANG_WAITS);
	pass (world, 12 * HOUR);
	g_assert_cmpuint (world->n_rings, ==, 0);
	g_assert_cmpuint (world->n_pings, ==, 1);
	/* Of new folders nobody tells. */
	g_assert_cmpuint (world->n_lists, ==, 24);
	pass (world, 12 * HOUR);
	g_assert_cmpuint (world->n_pings, ==, 2);
}

/* Below 12.1 nothing hangs. */
static void
test_plan_cannot (void)
{
	g_autoptr (World) world = world_new (FALSE);

	g_assert_cmpint (state_of (world, "1").kind, ==, EAS_PUSH_POLLING);
	g_assert_cmpuint (world->n_rings, ==, 2);
}

/* Only the one it is no use for is polled; after a while it is tried again. */
static void
test_plan_one_cannot (void)
{
	g_autoptr (World) world = world_new (TRUE);
	guint epoch = state_of (world, NULL).terms.epoch;

	report (world, &world->one, EAS_PUSH_HANG_WAITS);
	report (world, &world->two, EAS_PUSH_HANG_CANNOT);
	g_assert_cmpint (state_of (world, "1").kind, ==, EAS_PUSH_HANGING);
	g_assert_cmpint (state_of (world, "2").kind, ==, EAS_PUSH_POLLING);
	for (guint i = 1; i <= 10; i++) {
		pass (world, 5 * MINUTE);
		g_assert_cmpuint (world->n_rings, ==, i);
		world->two.acknowledged++;
		tell (world);
	}
	pass (world, 15 * MINUTE);
	g_assert_cmpint (state_of (world, "2").kind, ==, EAS_PUSH_HANGING);
	g_assert_cmpuint (state_of (world, "2").terms.epoch, ==, epoch + 1);
}

/* Who says nothing of a Sync that hangs is asked for as always. */
static void
test_plan_silent_owner (void)
{
	g_autoptr (World) world = world_new (TRUE);

	report (world, &world->one, EAS_PUSH_HANG_WAITS);
	pass (world, 2 * MINUTE);
	g_assert_cmpuint (world->n_rings, ==, 1);
}

static void
test_plan_surroundings (void)
{
	g_autoptr (World) world = world_new (TRUE);
	guint epoch = state_of (world, NULL).terms.epoch;

	report (world, &world->one, EAS_PUSH_HANG_WAITS);
	report (world, &world->two, EAS_PUSH_HANG_WAITS);
	world->conditions.economical = TRUE;
	eas_push_plan_set_conditions (world->plan, &world->conditions, world->now);
	g_assert_cmpuint (state_of (world, "1").terms.seconds, ==, 1770);
	world->conditions.suspended = TRUE;
	eas_push_plan_set_conditions (world->plan, &world->conditions, world->now);
	g_assert_cmpint (state_of (world, "1").kind, ==, EAS_PUSH_OFF);
	world->conditions.suspended = FALSE;
	eas_push_plan_set_conditions (world->plan, &world->conditions, world->now);
	eas_push_plan_resumed (world->plan, world->now);
	/* Not everybody at once, and none of the connections of before. */
	g_assert_cmpint (state_of (world, "1").kind, ==, EAS_PUSH_OFF);
	run (world);
	pass (world, 11 * SECOND);
	g_assert_cmpint (state_of (world, "1").kind, ==, EAS_PUSH_HANGING);
	g_assert_cmpuint (state_of (world, "1").terms.epoch, ==, epoch + 1);
	eas_push_plan_network_changed (world->plan, world->now);
	pass (world, 3 * SECOND);
	g_assert_cmpuint (state_of (world, "1").terms.epoch, >, epoch + 1);
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);

	g_test_add_func ("/hang/news", test_news);
	g_test_add_func ("/hang/at-once", test_at_once);
	g_test_add_func ("/hang/cuts", test_cuts);
	g_test_add_func ("/hang/refused", test_refused);
	g_test_add_func ("/hang/interrupted", test_interrupted);
	g_test_add_func ("/hang/plan/hangs", test_plan_hangs);
	g_test_add_func ("/hang/plan/cannot", test_plan_cannot);
	g_test_add_func ("/hang/plan/one-cannot", test_plan_one_cannot);
	g_test_add_func ("/hang/plan/silent-owner", test_plan_silent_owner);
	g_test_add_func ("/hang/plan/surroundings", test_plan_surroundings);

	return g_test_run ();
}
