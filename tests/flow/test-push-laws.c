/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Push as seeded histories: the plan and the Ping flow against a server, a network
 * and the owners of folders, all played here, in played time. Owners start and die,
 * the registry dies, machines sleep, networks cut, servers lie. The laws:
 *
 *	never two Pings at once; none while there is no network, account or waking;
 *	never more than one in a second without progress;
 *	no owner is woken for what is not its own;
 *	at rest, nothing that somebody committed is missed, and next to nothing is asked.
 *
 * EAS_SOAK: 300 seeds, else a slice. EAS_TEST_SEED=N: only that one.
 */

#include <stdlib.h>
#include <string.h>

#include "push-world.h"

#define N_EVENTS 60
#define N_SEEDS  300
#define N_SLICE  40

static void
make_trouble (World *world)
{
	switch (g_rand_int_range (world->random, 0, 6)) {
	case 0:
		world->bad_status = 3;
		break;
	case 1:
	case 2:
		world->bad_status = 8;
		break;
	case 3:
		world->hierarchy_changed = TRUE;
		break;
	case 4:
		world->always_early = world_chance (world, 50);
		break;
	default:
		world->max_folders = world_chance (world, 50) ? 2 : 200;
		break;
	}
	world->bad_count =
		world->bad_status != 0 ? (guint) g_rand_int_range (world->random, 1, 8) : 0;
	world_consider (world);
}

static void
happen (World *world)
{
	guint folder = (guint) g_rand_int_range (world->random, 0, N_FOLDERS);
	guint owner = (guint) g_rand_int_range (world->random, 0, N_OWNERS);

	switch (g_rand_int_range (world->random, 0, 20)) {
	case 0:
	case 1:
		world_open_owner (world, owner);
		break;
	case 2:
		world_kill_owner (world, owner);
		break;
	case 3:
		world_kill_registry (world);
		break;
	case 4:
		world_go_offline (world, !world->conditions.online);
		break;
	case 5:
		world_change_network (world);
		break;
	case 6:
		world_sleep_for (world, world_between (world, SECOND, 10 * HOUR),
				 world_chance (world, 50));
		break;
	case 7:
		world->down = !world->down;
		world_consider (world);
		break;
	case 8:
	case 9:
		make_trouble (world);
		break;
	case 10:
		world->false_rings[folder] = (guint) g_rand_int_range (world->random, 1, 12);
		world_consider (world);
		break;
	case 11:
		world->enabled = world->conditions.wanted = !world->enabled;
		world_set_conditions (world);
		break;
	case 12:
		world->conditions.economical = !world->conditions.economical;
		world_set_conditions (world);
		break;
	case 13:
		world->cut_ms[world->network] = world_some_cut (world);
		world_consider (world);
		break;
	default:
		world_commit (world, folder);
		break;
	}
}

/* Everybody is well again. */
static void
heal (World *world)
{
	world->down = world->always_early = world->hierarchy_changed = FALSE;
	world->bad_count = 0;
	world->max_folders = 200;
	memset (world->false_rings, 0, sizeof (world->false_rings));
	for (guint i = 0; i < G_N_ELEMENTS (world->cut_ms); i++)
		world->cut_ms[i] = NEVER;
	world->enabled = world->conditions.wanted = TRUE;
	world->conditions.economical = FALSE;
	world_go_offline (world, TRUE);
	world_consider (world);
	for (guint i = 0; i < N_OWNERS; i++) {
		if (i % 2 == 0)
			world_open_owner (world, i);
	}
}

static void
ensure_all_is_here (World *world)
{
	for (guint i = 0; i < N_OWNERS; i++) {
		const Owner *owner = &world->owners[i];

		world_ensure (world,
			      !owner->alive || world->synced[owner->folder][i] ==
						       world->version[owner->folder],
			      "a change was missed");
	}
}

static void
test_history (gconstpointer data)
{
	g_autoptr (World) world = world_new (GPOINTER_TO_UINT (data));
	guint before;

	for (guint i = 0; i < N_EVENTS; i++) {
		happen (world);
		world_run_until (world,
				 world->now + (world_chance (world, 50)
						       ? world_between (world, 1, 5 * SECOND)
						       : world_between (world, 1, 2 * HOUR)));
	}
	heal (world);
	world_run_until (world, world->now + 90 * MINUTE);
	ensure_all_is_here (world);
	for (guint i = 0; i < N_FOLDERS; i++)
		world_commit (world, i);
	world_run_until (world, world->now + 20 * MINUTE);
	ensure_all_is_here (world);

	/* Who comes in the middle of a round is taken into one. */
	world_kill_owner (world, 3);
	world_run_until (world, world->now + 2 * HOUR);
	world_open_owner (world, 3);
	world_run_until (world, world->now + 7 * MINUTE);
	world_commit (world, world->owners[3].folder);
	/* A ring may get lost until the slow look, and a poll comes no sooner than its time. */
	world_run_until (world, world->now + (world->no_ping ? 11 : 6) * MINUTE);
	ensure_all_is_here (world);

	/* Quiet: one request for each interval, and what is learned makes them longer. */
	before = world->n_sent;
	world_run_until (world, world->now + 4 * HOUR);
	world_ensure (world, world->n_sent - before <= 4 * 60 + 4, "no rest at rest");
	if (world->no_ping)
		world_ensure (world, world->n_sent == 0, "a Ping that the server does not offer");
	else
		world_ensure (world, world->waiting, "nobody pings at rest");
}

int
main (int argc, char **argv)
{
	const char *only = g_getenv ("EAS_TEST_SEED");
	guint count = g_getenv ("EAS_SOAK") != NULL ? N_SEEDS : N_SLICE;

	g_test_init (&argc, &argv, NULL);
	for (guint i = 1; i <= count || only != NULL; i++) {
		guint seed = only != NULL ? (guint) strtoul (only, NULL, 10) : i;
		g_autofree char *path = g_strdup_printf ("/push-laws/seed-%u", seed);

		g_test_add_data_func (path, GUINT_TO_POINTER (seed), test_history);
		if (only != NULL)
			break;
	}

	return g_test_run ();
}
