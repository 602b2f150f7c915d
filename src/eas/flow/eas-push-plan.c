/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * At most one Ping is under way. Its states: none -> START -> running -> (CANCEL)
 * -> round_ended() -> rung folders are being fetched -> START …
 *
 * Never more than one request in REQUEST_GAP_MS unless the last ring brought
 * something: servers answer Pings with few workers (pitfall 40). A round waits until
 * who was rung has reported, or for SETTLE_MS; who takes longer is left out until then.
 *
 * A folder that keeps ringing and has nothing to fetch is left out for a while that
 * doubles, or the two would ring each other for ever. Short at first: some servers
 * ring for our own edits (SOGo), and that passes.
 *
 * Without a Ping that works the owners let a Sync hang, where the version knows that:
 * its answer moves SyncKeys, which only they may do. The plan says by which terms;
 * whose Sync does not hang is polled. Where the connection is cut (a proxy), a Sync
 * would be as well. The folder list, of which nobody tells then, is asked for at times.
 */

#include <gio/gio.h>

#include "eas-push-plan-private.h"

#define SETTLE_MS          (30 * SECOND_MS)
#define REQUEST_GAP_MS     (1 * SECOND_MS)
#define DEBOUNCE_MS        200             /* several folders open at once: one round for all */
#define FIRST_PAUSE_MS     (1 * SECOND_MS) /* after a failure; doubles */
#define LAST_PAUSE_MS      (5 * MINUTE_MS)
#define BLOCKED_MS         (15 * MINUTE_MS) /* a refused password, a server that says no */
#define EMPTY_RINGS        3
#define FIRST_EXCLUSION_MS (10 * SECOND_MS)
#define LAST_EXCLUSION_MS  (10 * MINUTE_MS)
#define EARLY_MS           (60 * SECOND_MS) /* between answers that come early */
#define DOUBT_MS           (55 * SECOND_MS) /* between questions for folders of doubt */
#define AT_ONCE_MS         (5 * SECOND_MS)
#define AT_ONCE_ROUNDS     3 /* then Ping is taken for broken */
#define HOPELESS_ROUNDS    2
#define REFUSED_ROUNDS     8 /* some minutes: a server that is started anew is not meant */
#define SHORT_CUT_MS                                                                               \
	(5 * SECOND_MS) /* a connection that lived so long was not refused, but cut                \
			 */
#define BROKEN_MS          (60 * MINUTE_MS) /* then Ping gets another chance */
#define REFUSED_MS         (20 * MINUTE_MS)
#define NO_PING_MS         (24 * 60 * MINUTE_MS)
#define ECONOMICAL_REST_MS (60 * SECOND_MS) /* after a ring */
#define RESUME_LEAST_MS    (2 * SECOND_MS)
#define RESUME_MOST_MS     (10 * SECOND_MS)
#define ONLINE_MOST_MS     (2 * SECOND_MS)
#define HANG_GRACE_MS      (60 * SECOND_MS) /* until an owner's Sync hangs */
#define LIST_MS            (30 * MINUTE_MS) /* between lists of folders, without Ping */

static void
folder_free (gpointer data)
{
	EasPushFolder *folder = data;

	g_free (folder->id);
	g_free (folder);
}

EasPushPlan *
eas_push_plan_new (guint32 seed)
{
	EasPushPlan *plan = g_new0 (EasPushPlan, 1);

	plan->random = g_rand_new_with_seed (seed);
	plan->folders = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, folder_free);
	plan->pause_ms = FIRST_PAUSE_MS;

	return plan;
}

void
eas_push_plan_free (EasPushPlan *plan)
{
	if (plan == NULL)
		return;

	g_rand_free (plan->random);
	g_hash_table_unref (plan->folders);
	g_free (plan);
}

static gint64
spread (EasPushPlan *plan, gint64 least, gint64 most)
{
	return least + g_rand_int_range (plan->random, 0, (gint32) (most - least) + 1);
}

/* --- The account's own state --- */

static gboolean
may_talk (EasPushPlan *plan)
{
	return plan->conditions.wanted && plan->conditions.password && plan->conditions.online &&
	       !plan->conditions.suspended && !plan->refused_password;
}

static gint64
not_before (EasPushPlan *plan)
{
	gint64 rest_until = plan->conditions.economical ? plan->rest_until : 0;

	return MAX (MAX (plan->gap_until, plan->pause_until), MAX (plan->jitter_until, rest_until));
}

static void
hang_anew (EasPushPlan *plan)
{
	GHashTableIter iter;
	gpointer value;

	plan->hang_epoch++;
	plan->hang_again_at = 0;
	g_hash_table_iter_init (&iter, plan->folders);
	while (g_hash_table_iter_next (&iter, NULL, &value))
		((EasPushFolder *) value)->hang = EAS_PUSH_HANG_NONE;
}

static void
forget_failure (EasPushPlan *plan)
{
	plan->failed_at = 0;
	plan->pause_ms = FIRST_PAUSE_MS;
	if (!plan->throttled)
		plan->pause_until = 0;
}

/* Each folder is asked at once, then every few minutes; where a Sync hangs, that asks. */
static void
start_polling (EasPushPlan *plan, EasPushWhy why, gint64 for_ms, gint64 now)
{
	GHashTableIter iter;
	gpointer value;

	forget_failure (plan);
	plan->polling = why;
	plan->polling_until = now + for_ms;
	plan->list_at = now + LIST_MS;
	if (eas_push_plan_hangs (plan))
		hang_anew (plan);
	g_hash_table_iter_init (&iter, plan->folders);
	while (g_hash_table_iter_next (&iter, NULL, &value))
		((EasPushFolder *) value)->poll_at =
			eas_push_plan_hangs (plan) ? now + HANG_GRACE_MS : now;
}

static void
stop_polling (EasPushPlan *plan)
{
	plan->polling = EAS_PUSH_WHY_NONE;
	plan->at_once = plan->hopeless = plan->refused = 0;
}

/* Ping gets another chance, one: while it is tried nobody else asks. */
static void
try_ping (EasPushPlan *plan)
{
	EasPushWhy why = plan->polling;

	stop_polling (plan);
	if (why == EAS_PUSH_WHY_EARLY)
		plan->at_once = AT_ONCE_ROUNDS - 1;
	else if (why == EAS_PUSH_WHY_REFUSED)
		plan->refused = REFUSED_ROUNDS - 1;
	else if (why == EAS_PUSH_WHY_CUT)
		plan->hopeless = HOPELESS_ROUNDS - 1;
}

/* --- Rings --- */

static void
ring (EasPushFolder *folder, gboolean by_server, gint64 now)
{
	if (!folder->rang)
		folder->rang_by_server = by_server;
	folder->ring++;
	folder->to_be_rung = TRUE;
	folder->rang = TRUE;
	folder->acknowledged = FALSE;
	folder->rang_at = now;
}

/* The owners of a rung folder have fetched. */
static void
settle (EasPushPlan *plan, EasPushFolder *folder, gboolean found, gint64 now)
{
	gboolean judged = folder->rang_by_server;

	folder->rang = FALSE;
	folder->rang_by_server = FALSE;
	if (found) {
		plan->gap_until = 0;
		return;
	}
	if (!judged || ++folder->empty_rings < EMPTY_RINGS)
		return;
	folder->excluded_until = now + folder->exclusion_ms;
	folder->exclusion_ms = MIN (folder->exclusion_ms * 2, LAST_EXCLUSION_MS);
}

static gboolean
is_pingable (const EasPushFolder *folder, gint64 now)
{
	return folder->ready && !folder->rang && folder->excluded_until <= now;
}

/* --- Watchers --- */

static EasPushFolder *
obtain_folder (EasPushPlan *plan, const EasPushWatcher *watcher, gint64 now)
{
	EasPushFolder *folder = g_hash_table_lookup (plan->folders, watcher->folder_id);

	if (folder != NULL)
		return folder;

	folder = g_new0 (EasPushFolder, 1);
	folder->id = g_strdup (watcher->folder_id);
	folder->klass = watcher->klass;
	folder->ring = watcher->last_ring;
	folder->exclusion_ms = FIRST_EXCLUSION_MS;
	folder->found = watcher->found;
	folder->fetched = watcher->fetched;
	folder->poll_at = now + eas_push_plan_poll_ms (plan);
	/* A ring of the time before, that nobody has answered yet. */
	folder->rang = watcher->acknowledged != watcher->last_ring;
	folder->rang_at = now;
	g_hash_table_insert (plan->folders, folder->id, folder);

	return folder;
}

typedef struct {
	guint found, fetched;
} Before;

/* What it says of other terms than the present ones means nothing. */
static EasPushHang
hang_of (const EasPushPlan *plan, const EasPushWatcher *watcher)
{
	return watcher->hang_epoch == plan->hang_epoch ? watcher->hang : EAS_PUSH_HANG_NONE;
}

/* The sum of a folder's watchers. */
static void
add_watcher (EasPushPlan *plan, const EasPushWatcher *watcher, GHashTable *before, gint64 now)
{
	EasPushFolder *folder = obtain_folder (plan, watcher, now);

	if (!folder->seen) {
		Before *past = g_new0 (Before, 1);

		past->found = folder->found;
		past->fetched = folder->fetched;
		g_hash_table_insert (before, folder->id, past);
		folder->seen = TRUE;
		folder->ready = folder->doubtful = FALSE;
		folder->acknowledged = TRUE;
		folder->found = folder->fetched = 0;
		folder->hang = hang_of (plan, watcher);
	}
	folder->ready |= watcher->ready;
	folder->doubtful |= watcher->doubtful;
	folder->acknowledged &= watcher->acknowledged == folder->ring;
	folder->found += watcher->found;
	folder->fetched += watcher->fetched;
	if (hang_of (plan, watcher) != EAS_PUSH_HANG_WAITS && folder->hang == EAS_PUSH_HANG_WAITS)
		folder->hang = hang_of (plan, watcher);
}

static void
compare (EasPushPlan *plan, EasPushFolder *folder, const Before *past, gint64 now)
{
	gboolean found = folder->found != past->found;

	if (found) {
		folder->empty_rings = 0;
		folder->exclusion_ms = FIRST_EXCLUSION_MS;
	}
	if (folder->hang == EAS_PUSH_HANG_CANNOT && plan->hang_again_at == 0)
		plan->hang_again_at = now + BROKEN_MS;
	if (folder->rang && folder->acknowledged)
		settle (plan, folder, found, now);
	/* A fetch that succeeds says that the server is back. */
	if (folder->ready && folder->fetched != past->fetched) {
		plan->refused_password = FALSE;
		if (plan->failed_at != 0)
			forget_failure (plan);
	}
}

void
eas_push_plan_set_watchers (EasPushPlan *plan, const GPtrArray *watchers, gint64 now)
{
	g_autoptr (GHashTable) before = g_hash_table_new_full (NULL, NULL, NULL, g_free);
	gboolean none = g_hash_table_size (plan->folders) == 0;
	GHashTableIter iter;
	gpointer value;

	for (guint i = 0; i < watchers->len; i++)
		add_watcher (plan, watchers->pdata[i], before, now);

	g_hash_table_iter_init (&iter, plan->folders);
	while (g_hash_table_iter_next (&iter, NULL, &value)) {
		EasPushFolder *folder = value;

		if (!folder->seen) {
			g_hash_table_iter_remove (&iter);
			continue;
		}
		folder->seen = FALSE;
		compare (plan, folder, g_hash_table_lookup (before, folder->id), now);
	}
	if (none && g_hash_table_size (plan->folders) > 0)
		plan->jitter_until = MAX (plan->jitter_until, now + DEBOUNCE_MS);
}

/* --- Surroundings --- */

void
eas_push_plan_set_conditions (EasPushPlan *plan, const EasPushConditions *conditions, gint64 now)
{
	gboolean could = may_talk (plan);

	if (conditions->password && !plan->conditions.password)
		plan->refused_password = FALSE;
	plan->conditions = *conditions;
	if (!could && may_talk (plan)) {
		forget_failure (plan);
		plan->jitter_until =
			MAX (plan->jitter_until, now + spread (plan, DEBOUNCE_MS, ONLINE_MOST_MS));
	}
}

static void
restart (EasPushPlan *plan, gint64 now)
{
	if (plan->running)
		plan->restart_at = now;
}

void
eas_push_plan_resumed (EasPushPlan *plan, gint64 now)
{
	forget_failure (plan);
	hang_anew (plan);
	plan->jitter_until = now + spread (plan, RESUME_LEAST_MS, RESUME_MOST_MS);
	restart (plan, now);
}

void
eas_push_plan_network_changed (EasPushPlan *plan, gint64 now)
{
	forget_failure (plan);
	hang_anew (plan);
	if (plan->polling == EAS_PUSH_WHY_EARLY || plan->polling == EAS_PUSH_WHY_CUT)
		stop_polling (plan);
	else if (plan->polling != EAS_PUSH_WHY_NONE)
		try_ping (plan); /* it may have been a portal that refused it */
	plan->jitter_until =
		MAX (plan->jitter_until, now + spread (plan, DEBOUNCE_MS, ONLINE_MOST_MS));
	restart (plan, now);
}

void
eas_push_plan_kick (EasPushPlan *plan, gint64 now)
{
	plan->refused_password = FALSE;
	forget_failure (plan);
}

/* --- The end of a round --- */

static void
pause_after_failure (EasPushPlan *plan, gint64 now)
{
	/* Spread, so that a server that comes back is not met by everybody at once. */
	plan->pause_until =
		now + spread (plan, plan->pause_ms, plan->pause_ms + plan->pause_ms / 4);
	plan->pause_ms = MIN (plan->pause_ms * 2, LAST_PAUSE_MS);
	plan->failed_at = now;
	plan->throttled = FALSE;
}

/* The server was reached, and Ping is not what it understands. */
static gboolean
is_refusal (const GError *error)
{
	return g_error_matches (error, EAS_ERROR, EAS_ERROR_SERVER) ||
	       g_error_matches (error, EAS_ERROR, EAS_ERROR_PROTOCOL);
}

/* The connection was made, and ended without an answer. */
static gboolean
is_cut (const GError *error)
{
	return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
	       g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT) ||
	       g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_EOF);
}

static gboolean
is_final (const GError *error)
{
	return g_error_matches (error, EAS_ERROR, EAS_ERROR_ACCESS) ||
	       g_error_matches (error, EAS_ERROR, EAS_ERROR_POLICY) ||
	       g_error_matches (error, EAS_ERROR, EAS_ERROR_WIPED);
}

static void
take_error (EasPushPlan *plan, const GError *error, gint64 now)
{
	guint retry_after = eas_error_get_retry_after (error);
	gint64 took = now - plan->started_at;

	if (g_error_matches (error, EAS_ERROR, EAS_ERROR_AUTHENTICATION))
		plan->refused_password = TRUE;
	if (g_error_matches (error, EAS_ERROR, EAS_ERROR_NOT_SUPPORTED)) {
		start_polling (plan, EAS_PUSH_WHY_NO_PING, NO_PING_MS, now);
		return;
	}
	plan->refused = is_refusal (error) ? plan->refused + 1 : 0;
	if (plan->refused >= REFUSED_ROUNDS) {
		start_polling (plan, EAS_PUSH_WHY_REFUSED, REFUSED_MS, now);
		return;
	}
	/* Shorter silences than the shortest interval: as hopeless as one that is cut at its end.
	 */
	if (is_cut (error) && took >= SHORT_CUT_MS && ++plan->hopeless > HOPELESS_ROUNDS) {
		start_polling (plan, EAS_PUSH_WHY_CUT, BROKEN_MS, now);
		return;
	}

	pause_after_failure (plan, now);
	if (retry_after > 0) {
		plan->pause_until = MAX (plan->pause_until, now + retry_after * SECOND_MS);
		plan->throttled = TRUE;
	} else if (is_final (error)) {
		plan->pause_until = now + BLOCKED_MS;
	}
}

static void
take_changes (EasPushPlan *plan, const GPtrArray *ids, gint64 now)
{
	guint known = 0;

	for (guint i = 0; i < ids->len; i++) {
		EasPushFolder *folder = g_hash_table_lookup (plan->folders, ids->pdata[i]);

		if (folder == NULL)
			continue;
		known++;
		ring (folder, /* by_server */ TRUE, now);
	}
	plan->barren = known == 0 ? plan->barren + 1 : 0;
	if (plan->conditions.economical)
		plan->rest_until = now + ECONOMICAL_REST_MS;
}

/* SOGo never rings for a folder that was empty when it was last fetched. */
static void
ask_doubtful (EasPushPlan *plan, gint64 now)
{
	GHashTableIter iter;
	gpointer value;

	if (plan->doubt_until > now)
		return;
	plan->doubt_until = now + DOUBT_MS;
	g_hash_table_iter_init (&iter, plan->folders);
	while (g_hash_table_iter_next (&iter, NULL, &value)) {
		EasPushFolder *folder = value;

		if (folder->ready && folder->doubtful && !folder->rang)
			ring (folder, /* by_server */ FALSE, now);
	}
}

/*
 * Some servers hold a Ping for seconds only. SOGo as it is installed: for ten, and it
 * looks for changes once, when it begins; and it has three workers for everybody, of
 * which each Ping takes one. Another Ping at once would take one for good, as telephones
 * do; one a minute leaves a person waiting for most of that. It rests as long as it was
 * held: half a worker, a look every twenty seconds. A server that holds nothing is asked
 * once a minute, and so are all where power or traffic is dear.
 */
static gint64
rest_after (const EasPushPlan *plan, gint64 took)
{
	gint64 rest = MAX (EARLY_MS - took, 0);

	return took < AT_ONCE_MS || plan->conditions.economical ? rest : MIN (took, rest);
}

static void
take_early (EasPushPlan *plan, gint64 now)
{
	gint64 took = now - plan->started_at;

	plan->at_once = took < AT_ONCE_MS ? plan->at_once + 1 : 0;
	if (plan->at_once >= AT_ONCE_ROUNDS) {
		start_polling (plan, EAS_PUSH_WHY_EARLY, BROKEN_MS, now);
		return;
	}
	plan->pause_until = now + rest_after (plan, took);
	ask_doubtful (plan, now);
}

static void
take_result (EasPushPlan *plan, const EasPingResult *result, gint64 now)
{
	forget_failure (plan);
	plan->refused = 0;
	plan->max_folders = result->max_folders;
	if (result->outcome != EAS_PING_EARLY)
		plan->at_once = 0;
	if (result->outcome == EAS_PING_HIERARCHY)
		plan->barren++;
	else if (result->outcome != EAS_PING_CHANGED)
		plan->barren = 0;
	if (result->outcome != EAS_PING_HOPELESS && result->outcome != EAS_PING_CUT)
		plan->hopeless = 0;

	switch (result->outcome) {
	case EAS_PING_EXPIRED:
		/* It was held all the time: the next one follows at once. */
		plan->gap_until = MIN (plan->gap_until, plan->started_at + REQUEST_GAP_MS);
		ask_doubtful (plan, now);
		break;
	case EAS_PING_CHANGED:
		take_changes (plan, result->changed, now);
		break;
	case EAS_PING_HIERARCHY:
		plan->list_wanted = TRUE;
		break;
	case EAS_PING_LIMITED:
	case EAS_PING_EARLY:
		take_early (plan, now);
		break;
	case EAS_PING_CUT:
		break;
	case EAS_PING_HOPELESS:
		if (++plan->hopeless >= HOPELESS_ROUNDS)
			start_polling (plan, EAS_PUSH_WHY_CUT, BROKEN_MS, now);
		break;
	}
	if (plan->barren > 1)
		plan->pause_until =
			MAX (plan->pause_until,
			     now + MIN (SECOND_MS << MIN (plan->barren, 10), LAST_PAUSE_MS));
}

void
eas_push_plan_round_ended (EasPushPlan *plan,
			   const EasPingResult *result,
			   const GError *error,
			   gint64 now)
{
	GHashTableIter iter;
	gpointer value;

	g_return_if_fail (plan->running);

	plan->running = plan->cancelled = FALSE;
	plan->restart_at = 0;
	plan->gap_until = now + REQUEST_GAP_MS; /* what it sent last, it may just have sent */
	if (result != NULL) {
		plan->throttled = FALSE;
		take_result (plan, result, now);
	} else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
		take_error (plan, error, now);
	}
	g_hash_table_iter_init (&iter, plan->folders);
	while (g_hash_table_iter_next (&iter, NULL, &value))
		((EasPushFolder *) value)->in_round = FALSE;
}

void
eas_push_plan_listed (EasPushPlan *plan, const GError *error, gint64 now)
{
	g_return_if_fail (plan->listing);

	plan->listing = FALSE;
	plan->gap_until = now + REQUEST_GAP_MS;
	if (error != NULL) {
		if (g_error_matches (error, EAS_ERROR, EAS_ERROR_AUTHENTICATION))
			plan->refused_password = TRUE;
		/* While polling that is by the way, and comes again by itself. */
		if (plan->polling == EAS_PUSH_WHY_NONE)
			pause_after_failure (plan, now);
	}
}

/* --- The next action --- */

static int
importance (const EasPushFolder *folder)
{
	static const EasClass order[] = { EAS_CLASS_EMAIL, EAS_CLASS_CALENDAR, EAS_CLASS_CONTACTS,
					  EAS_CLASS_TASKS, EAS_CLASS_NOTES };

	for (guint i = 0; i < G_N_ELEMENTS (order); i++) {
		if (folder->klass == order[i])
			return (int) i;
	}

	return (int) G_N_ELEMENTS (order);
}

static int
compare_importance (gconstpointer a, gconstpointer b)
{
	const EasPushFolder *one = *(EasPushFolder *const *) a, *two = *(EasPushFolder *const *) b;

	if (importance (one) != importance (two))
		return importance (one) - importance (two);

	return g_strcmp0 (one->id, two->id);
}

/* Folders for a round, most important first, as many as the server watches; NULL none. */
static GPtrArray *
choose_folders (EasPushPlan *plan, gint64 now)
{
	g_autoptr (GPtrArray) chosen = g_ptr_array_new ();
	GPtrArray *folders;
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init (&iter, plan->folders);
	while (g_hash_table_iter_next (&iter, NULL, &value)) {
		if (is_pingable (value, now))
			g_ptr_array_add (chosen, value);
	}
	if (chosen->len == 0)
		return NULL;

	g_ptr_array_sort (chosen, compare_importance);
	folders = g_ptr_array_new_with_free_func ((GDestroyNotify) eas_ping_folder_free);
	for (guint i = 0; i < chosen->len; i++) {
		EasPushFolder *folder = chosen->pdata[i];

		folder->beyond_limit = plan->max_folders > 0 && i >= plan->max_folders;
		folder->in_round = !folder->beyond_limit;
		if (folder->in_round)
			g_ptr_array_add (folders, eas_ping_folder_new (folder->id, folder->klass));
	}

	return folders;
}

/* What one look at all folders says. */
typedef struct {
	gboolean any_pingable;
	gboolean any_watched; /* in the running round, and still of interest */
	gint64 settled_at;    /* when the rung ones are no longer waited for */
	gint64 returns_at;    /* the first excluded one */
	gboolean any_outside; /* one that was excluded waits outside the running round */
	gint64 poll_at;
	EasPushFolder *to_be_rung, *to_be_polled;
} Survey;

static void
survey_folder (EasPushPlan *plan, EasPushFolder *folder, gint64 now, Survey *survey)
{
	gboolean polled = plan->polling != EAS_PUSH_WHY_NONE || folder->beyond_limit;

	if (folder->to_be_rung)
		survey->to_be_rung = folder;
	survey->any_watched |= folder->in_round;
	if (folder->rang && folder->ready && folder->rang_at + SETTLE_MS > now)
		survey->settled_at = MAX (survey->settled_at, folder->rang_at + SETTLE_MS);
	if (folder->ready && !folder->rang && folder->excluded_until > now)
		survey->returns_at = MIN (survey->returns_at, folder->excluded_until);
	if (is_pingable (folder, now)) {
		survey->any_pingable = TRUE;
		survey->any_outside |= !folder->in_round && !folder->beyond_limit;
	}
	if (eas_push_plan_hangs (plan) && folder->hang == EAS_PUSH_HANG_WAITS) {
		folder->poll_at = now + HANG_GRACE_MS;
		polled = FALSE;
	}
	if (polled && folder->ready && !folder->rang) {
		if (folder->poll_at <= now)
			survey->to_be_polled = folder;
		survey->poll_at = MIN (survey->poll_at, folder->poll_at);
	}
}

static void
survey_all (EasPushPlan *plan, gint64 now, Survey *survey)
{
	GHashTableIter iter;
	gpointer value;

	*survey = (Survey){ .returns_at = G_MAXINT64, .poll_at = G_MAXINT64 };
	g_hash_table_iter_init (&iter, plan->folders);
	while (g_hash_table_iter_next (&iter, NULL, &value))
		survey_folder (plan, value, now, survey);
}

static void
next_while_running (EasPushPlan *plan, const Survey *survey, gint64 now, EasPushAction *out)
{
	if (plan->cancelled)
		return;
	if (survey->any_outside && plan->restart_at == 0)
		plan->restart_at = MAX (now + DEBOUNCE_MS, plan->started_at + REQUEST_GAP_MS);
	if (!may_talk (plan) || !survey->any_watched ||
	    (plan->restart_at != 0 && plan->restart_at <= now)) {
		plan->cancelled = TRUE;
		out->kind = EAS_PUSH_CANCEL;
		return;
	}
	out->wake_at = survey->returns_at;
	if (plan->restart_at != 0)
		out->wake_at = MIN (out->wake_at, plan->restart_at);
}

static void
start_round (EasPushPlan *plan, gint64 now, EasPushAction *out)
{
	out->folders = choose_folders (plan, now);
	out->kind = EAS_PUSH_START;
	plan->running = TRUE;
	plan->started_at = now;
}

static void
next_while_idle (EasPushPlan *plan, const Survey *survey, gint64 now, EasPushAction *out)
{
	gint64 start_at = not_before (plan);

	if (plan->listing)
		return;
	if (plan->list_wanted) {
		out->wake_at = start_at;
		if (start_at <= now) {
			plan->list_wanted = FALSE;
			plan->listing = TRUE;
			out->kind = EAS_PUSH_LIST;
		}
		return;
	}
	if (plan->polling != EAS_PUSH_WHY_NONE) {
		out->wake_at = MIN (plan->polling_until, plan->list_at);
		if (plan->hang_again_at != 0)
			out->wake_at = MIN (out->wake_at, plan->hang_again_at);
		if (start_at > now)
			out->wake_at = MIN (out->wake_at, start_at);
		return;
	}
	out->wake_at = survey->returns_at;
	if (!survey->any_pingable)
		return;
	start_at = MAX (start_at, survey->settled_at);
	if (start_at <= now)
		start_round (plan, now, out);
	else
		out->wake_at = MIN (out->wake_at, start_at);
}

static void
look_at_polling (EasPushPlan *plan, gint64 now)
{
	if (plan->polling_until <= now) {
		try_ping (plan);
		return;
	}
	if (plan->hang_again_at != 0 && plan->hang_again_at <= now)
		hang_anew (plan);
	if (plan->list_at <= now) {
		plan->list_at = now + LIST_MS;
		plan->list_wanted = g_hash_table_size (plan->folders) > 0;
	}
}

void
eas_push_plan_next (EasPushPlan *plan, gint64 now, EasPushAction *out)
{
	Survey survey;

	*out = (EasPushAction){ .kind = EAS_PUSH_SLEEP, .wake_at = G_MAXINT64 };
	if (plan->polling != EAS_PUSH_WHY_NONE)
		look_at_polling (plan, now);
	survey_all (plan, now, &survey);

	if (survey.to_be_rung == NULL && survey.to_be_polled != NULL && may_talk (plan) &&
	    plan->pause_until <= now) {
		ring (survey.to_be_polled, /* by_server */ FALSE, now);
		survey.to_be_polled->poll_at = now + eas_push_plan_poll_ms (plan);
		survey.to_be_rung = survey.to_be_polled;
	}
	if (survey.to_be_rung != NULL) {
		survey.to_be_rung->to_be_rung = FALSE;
		out->kind = EAS_PUSH_RING;
		out->folder_id = survey.to_be_rung->id;
		out->ring = survey.to_be_rung->ring;
		return;
	}
	if (plan->running) {
		next_while_running (plan, &survey, now, out);
	} else if (may_talk (plan)) {
		next_while_idle (plan, &survey, now, out);
	} else {
		return;
	}
	if (out->kind == EAS_PUSH_SLEEP && may_talk (plan))
		out->wake_at = MIN (out->wake_at, MAX (survey.poll_at, plan->pause_until));
}
