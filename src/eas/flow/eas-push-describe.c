/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the plan means for an owner, and how it is told to people. */

#include "eas-push-plan-private.h"

#define POLL_MINUTES            5
#define POLL_MINUTES_ECONOMICAL 15
#define HANG_SECONDS            480 /* servers need not tell of a changed item before */
#define HANG_SECONDS_ECONOMICAL 1770

gint64
eas_push_plan_poll_ms (const EasPushPlan *plan)
{
	return (plan->conditions.economical ? POLL_MINUTES_ECONOMICAL : POLL_MINUTES) * MINUTE_MS;
}

gboolean
eas_push_plan_hangs (const EasPushPlan *plan)
{
	return plan->conditions.can_hang && plan->polling != EAS_PUSH_WHY_NONE &&
	       plan->polling != EAS_PUSH_WHY_CUT;
}

static EasPushWhy
why_off (EasPushPlan *plan, gint64 now)
{
	if (!plan->conditions.wanted)
		return EAS_PUSH_WHY_DISABLED;
	if (!plan->conditions.password || plan->refused_password)
		return EAS_PUSH_WHY_PASSWORD;
	if (plan->conditions.suspended)
		return EAS_PUSH_WHY_SUSPENDED;
	if (!plan->conditions.online)
		return EAS_PUSH_WHY_OFFLINE;
	if (plan->failed_at != 0)
		return EAS_PUSH_WHY_ERROR;

	return EAS_PUSH_WHY_NONE;
}

/* After a sleep not everybody at once. */
static void
describe_hanging (const EasPushPlan *plan, gint64 now, EasPushState *out)
{
	gboolean economical = plan->conditions.economical;

	if (plan->jitter_until > now) {
		out->why = EAS_PUSH_WHY_NOT_READY;
		return;
	}
	out->kind = EAS_PUSH_HANGING;
	out->why = plan->polling;
	out->terms.seconds = economical ? HANG_SECONDS_ECONOMICAL : HANG_SECONDS;
	out->terms.epoch = plan->hang_epoch;
}

void
eas_push_plan_describe (EasPushPlan *plan, const char *folder_id, gint64 now, EasPushState *out)
{
	const EasPushFolder *folder =
		folder_id != NULL ? g_hash_table_lookup (plan->folders, folder_id) : NULL;

	*out = (EasPushState){ .why = why_off (plan, now) };
	if (out->why != EAS_PUSH_WHY_NONE)
		return;
	if (folder_id != NULL && (folder == NULL || !folder->ready)) {
		out->why = EAS_PUSH_WHY_NOT_READY;
	} else if (eas_push_plan_hangs (plan) &&
		   (folder == NULL || folder->hang != EAS_PUSH_HANG_CANNOT)) {
		describe_hanging (plan, now, out);
	} else if (plan->polling != EAS_PUSH_WHY_NONE || (folder != NULL && folder->beyond_limit)) {
		out->kind = EAS_PUSH_POLLING;
		out->why = plan->polling != EAS_PUSH_WHY_NONE ? plan->polling
							      : EAS_PUSH_WHY_FOLDER_LIMIT;
		out->minutes = (guint) (eas_push_plan_poll_ms (plan) / MINUTE_MS);
	} else if (folder != NULL && folder->excluded_until > now) {
		out->kind = EAS_PUSH_EXCLUDED;
		out->until = folder->excluded_until;
	} else {
		out->kind = EAS_PUSH_WAITING;
	}
}

const char *
eas_push_why_to_string (EasPushWhy why)
{
	static const char *const words[] = {
		[EAS_PUSH_WHY_NONE] = "",
		[EAS_PUSH_WHY_DISABLED] = "disabled",
		[EAS_PUSH_WHY_OFFLINE] = "offline",
		[EAS_PUSH_WHY_SUSPENDED] = "suspended",
		[EAS_PUSH_WHY_PASSWORD] = "password",
		[EAS_PUSH_WHY_ERROR] = "error",
		[EAS_PUSH_WHY_NOT_READY] = "not-ready",
		[EAS_PUSH_WHY_NO_PING] = "no-ping",
		[EAS_PUSH_WHY_EARLY] = "returns-at-once",
		[EAS_PUSH_WHY_CUT] = "connection-cut",
		[EAS_PUSH_WHY_REFUSED] = "refused",
		[EAS_PUSH_WHY_FOLDER_LIMIT] = "folder-limit",
	};

	g_return_val_if_fail (why < G_N_ELEMENTS (words), "");

	return words[why];
}
