/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Moving an item between two folders of the account. To EDS that is a copy under the
 * same UID in the one calendar, made first, and then a removal in the other; sent so,
 * a meeting would be called off and called again. Both workers live in this process:
 * the one that is to get the item holds its Add back for a moment, and where the
 * removal comes, the two become one MoveItems, then a Change for what differs. Where
 * none comes it was a copy, which goes out as any other.
 *
 * A move is known to both workers here:
 *
 *   HELD     the copy is in the target's outbox, which waits for the removal
 *   OFFERED  the removal is in the source's outbox, which waits for the target
 *   MOVING   the target asks the server
 *   DONE     the source has to forget the item
 *   REFUSED  the source shows the item again, the target has put its copy away
 *   FAILED   there is no copy any more: the source removes its item
 *
 * While the server cannot be reached the move stays OFFERED. So it does where the server has no
 * time for this one; it is asked again after a pause, and what else there is to tell is told. What
 * the server does not move is left where it was, and the reason is said: an Add and a Delete would
 * call a meeting off.
 *
 * A mark in both caches outlives the process: after a crash there is an Add in one
 * outbox and a Delete in the other, and each waits a while for the other's folder to be
 * opened, too. Whether the server had moved the item before, the target sees where it
 * looks (law 2), for the move is in its journal like an Add.
 *
 * Source: [MS-ASCMD] 2.2.1.12 MoveItems.
 */

#include <glib/gi18n-lib.h>

#include "eas-cmd-move.h"

#include "e-eas-worker-private.h"

#define GRACE        (4 * G_TIME_SPAN_SECOND) /* between the copy and the removal */
#define RESUME_GRACE G_TIME_SPAN_MINUTE       /* between the openings of two folders */
#define MARK         "moving:"                /* before the uid, in eas_state */
#define FIRST_PAUSE  5                        /* seconds until a move is tried again; doubles */
#define LAST_PAUSE   300

enum { BAD_GATEWAY = 502, GATEWAY_TIMEOUT = 504 }; /* HTTP */

typedef enum {
	MOVE_HELD,
	MOVE_OFFERED,
	MOVE_MOVING,
	MOVE_DONE,
	MOVE_REFUSED,
	MOVE_FAILED
} MoveState;

typedef struct {
	char *uid;
	EEasWorker *target;
	EEasWorker *source; /* NULL: not open yet */
	MoveState state;
	gint64 until;      /* HELD: monotonic */
	gboolean stalled;  /* OFFERED: the server could not be asked; nobody should wait for it */
	gint64 not_before; /* OFFERED: monotonic; 0 */
	guint pause_s;     /* before that */

	char *folder_id; /* from OFFERED on: what the source knows */
	char *server_id;
	GBytes *body;
} Move;

static GMutex lock; /* of all below; no worker's lock and no cache's is taken under it */
static GCond unused;
static GPtrArray *workers; /* (element-type EEasWorker) that run */
static GPtrArray *moves;   /* (element-type Move) */

static void
move_free (gpointer data)
{
	Move *move = data;

	g_free (move->uid);
	g_free (move->folder_id);
	g_free (move->server_id);
	g_clear_pointer (&move->body, g_bytes_unref);
	g_free (move);
}

static Move *
find_move (const EEasWorker *target, const EEasWorker *source, const char *uid)
{
	for (guint i = 0; moves != NULL && i < moves->len; i++) {
		Move *move = moves->pdata[i];

		if ((target == NULL || move->target == target) &&
		    (source == NULL || move->source == source) && g_str_equal (move->uid, uid))
			return move;
	}

	return NULL;
}

static gboolean
has_expired (const Move *move)
{
	return move->until < g_get_monotonic_time ();
}

/* Something is still to come of it. */
static gboolean
is_open (const Move *move)
{
	switch (move->state) {
	case MOVE_HELD:
		return !has_expired (move);
	case MOVE_OFFERED:
	case MOVE_MOVING:
		return TRUE;
	default:
		return FALSE;
	}
}

/* What is over and nobody came for. With the lock held. */
static void
forget_closed (const char *uid)
{
	for (guint i = moves != NULL ? moves->len : 0; i > 0; i--) {
		Move *move = moves->pdata[i - 1];

		if (g_str_equal (move->uid, uid) && !is_open (move))
			g_ptr_array_remove_index (moves, i - 1);
	}
}

void
e_eas_worker_join_moves (EEasWorker *self)
{
	g_mutex_lock (&lock);
	if (workers == NULL) {
		workers = g_ptr_array_new ();
		moves = g_ptr_array_new_with_free_func (move_free);
	}
	g_ptr_array_add (workers, self);
	g_mutex_unlock (&lock);
}

/* Its thread has ended; what it had to do with a move, each side does for itself now. */
void
e_eas_worker_leave_moves (EEasWorker *self)
{
	g_mutex_lock (&lock);
	while (self->moves_using > 0)
		g_cond_wait (&unused, &lock);
	if (workers != NULL)
		g_ptr_array_remove (workers, self);
	for (guint i = moves != NULL ? moves->len : 0; i > 0; i--) {
		Move *move = moves->pdata[i - 1];

		if (move->target == self || move->source == self)
			g_ptr_array_remove_index (moves, i - 1);
	}
	g_mutex_unlock (&lock);
}

/* Keeps a worker from being freed. With the lock held. */
static void
unuse (EEasWorker *worker)
{
	worker->moves_using--;
	g_cond_broadcast (&unused);
}

/* The other open folders of the same account and class; each is to be let go. */
static GPtrArray *
use_siblings (EEasWorker *self)
{
	GPtrArray *siblings = g_ptr_array_new ();

	g_mutex_lock (&lock);
	for (guint i = 0; workers != NULL && i < workers->len; i++) {
		EEasWorker *worker = workers->pdata[i];

		if (worker == self || worker->account != self->account ||
		    worker->klass->klass != self->klass->klass)
			continue;
		worker->moves_using++;
		g_ptr_array_add (siblings, worker);
	}
	g_mutex_unlock (&lock);

	return siblings;
}

/* In a transaction. */
static void
set_mark (EEasWorker *self, const char *uid, const char *value)
{
	g_autofree char *name = g_strconcat (MARK, uid, NULL);

	e_eas_cache_set_state (self->cache, name, value);
}

static void
put_mark (EEasWorker *self, const char *uid)
{
	e_eas_cache_begin (self->cache);
	set_mark (self, uid, "1");
	e_eas_cache_commit (self->cache, NULL);
}

static gboolean
has_mark (EEasWorker *self, const char *uid)
{
	g_autofree char *name = g_strconcat (MARK, uid, NULL);
	g_autofree char *value = e_eas_cache_dup_state (self->cache, name);

	return value != NULL;
}

static void
add_move (EEasWorker *target, EEasWorker *source, const char *uid, gint64 grace)
{
	Move *move = g_new0 (Move, 1);

	move->uid = g_strdup (uid);
	move->target = target;
	move->source = source;
	move->until = g_get_monotonic_time () + grace;
	g_ptr_array_add (moves, move);
}

/* Edits that an earlier process has left: halves of a move wait for one another. */
void
e_eas_worker_resume_moves (EEasWorker *self)
{
	g_autoptr (GPtrArray) edits = e_eas_cache_pending_edits (self->cache, G_MAXUINT16);

	self->left_until = g_get_monotonic_time () + RESUME_GRACE;
	for (guint i = 0; i < edits->len; i++) {
		const EEasEdit *edit = edits->pdata[i];

		if (!has_mark (self, edit->uid))
			continue;
		if (edit->kind == E_EAS_EDIT_REMOVE) {
			g_hash_table_add (self->left_over, g_strdup (edit->uid));
		} else if (edit->server_id == NULL) {
			g_mutex_lock (&lock);
			add_move (self, /* source */ NULL, edit->uid, RESUME_GRACE);
			g_mutex_unlock (&lock);
		}
	}
}

static gboolean
has_on_server (EEasWorker *self, const char *uid)
{
	g_autoptr (EEasRow) row = e_eas_cache_row_by_uid (self->cache, uid);

	return row != NULL;
}

gboolean
e_eas_worker_expect_move (EEasWorker *self, const char *uid)
{
	g_autoptr (GPtrArray) siblings = NULL;
	g_autoptr (EEasEdit) edit = NULL;
	EEasWorker *source = NULL;
	gboolean is_new = FALSE;

	if (has_on_server (self, uid))
		return FALSE;
	edit = e_eas_cache_edit_by_uid (self->cache, uid);
	if (edit != NULL)
		return FALSE;

	siblings = use_siblings (self);
	for (guint i = 0; i < siblings->len && source == NULL; i++) {
		if (has_on_server (siblings->pdata[i], uid))
			source = siblings->pdata[i];
	}

	g_mutex_lock (&lock);
	forget_closed (uid);
	if (source != NULL && find_move (self, NULL, uid) == NULL &&
	    find_move (NULL, source, uid) == NULL) {
		add_move (self, source, uid, GRACE);
		is_new = TRUE;
	}
	g_mutex_unlock (&lock);

	if (is_new) {
		put_mark (source, uid);
		put_mark (self, uid);
	}

	g_mutex_lock (&lock);
	for (guint i = 0; i < siblings->len; i++)
		unuse (siblings->pdata[i]);
	g_mutex_unlock (&lock);

	return source != NULL;
}

/* ---- the source's side ---- */

/* FALSE: there is nothing to offer, or it is offered already. With the lock held. */
static gboolean
offer (EEasWorker *self, Move *move, const EEasEdit *edit, EEasWorker **out_ring)
{
	if (move->state != MOVE_HELD || has_expired (move) || edit->server_id == NULL ||
	    edit->ancestor == NULL)
		return FALSE;

	move->state = MOVE_OFFERED;
	move->folder_id = g_strdup (self->folder_id);
	move->server_id = g_strdup (edit->server_id);
	move->body = g_bytes_ref (edit->ancestor);
	move->target->moves_using++;
	*out_ring = move->target;

	return TRUE;
}

/* The item is in the other folder: here it is gone, without a word to the server. */
static void
forget_moved (EEasWorker *self, const EEasEdit *edit)
{
	e_eas_cache_begin (self->cache);
	e_eas_cache_remove_row (self->cache, edit->server_id);
	set_mark (self, edit->uid, NULL);
	e_eas_worker_finish_removal (self, edit);
	if (e_eas_worker_commit (self, NULL))
		e_eas_worker_answer (self, edit->id, edit->version);
}

static const char *
describe_refusal (EEasWhereabouts where)
{
	switch (where) {
	case E_EAS_HERE:
		return _ ("The server does not move this into the other folder; it stays where "
			  "it was");
	case E_EAS_GONE:
		return _ ("The server does not have this here any more; it was deleted or moved "
			  "by somebody else, and is removed here, too");
	case E_EAS_UNKNOWN:
	case E_EAS_UNREACHABLE:
		break;
	}

	return _ ("The server does not move this into the other folder");
}

/* The item stays here, if there still is one, and whoever took it away is told why. */
static void
give_back (EEasWorker *self, const EEasEdit *edit)
{
	EEasWhereabouts where = e_eas_worker_ask_whether_here (self, edit->server_id, NULL);
	g_autoptr (GError) why = NULL;

	eas_set_error (&why, EAS_ERROR_ITEM_REJECTED, "MoveItems", 0, 0, "%s",
		       describe_refusal (where));
	e_eas_cache_begin (self->cache);
	set_mark (self, edit->uid, NULL);
	if (!e_eas_worker_refuse (self, edit, why))
		e_eas_worker_drop_edit (self, edit);
	if (where == E_EAS_GONE)
		e_eas_worker_take_deletion (self, edit->server_id, /* soft */ FALSE);
	if (e_eas_worker_commit (self, NULL))
		e_eas_worker_answer (self, edit->id, edit->version);
	e_eas_worker_hold (self, why->message);
}

/* The other half of a move that a crash has interrupted. With the lock held. */
static void
adopt_move (EEasWorker *self, const char *uid)
{
	for (guint i = 0; moves != NULL && i < moves->len; i++) {
		Move *move = moves->pdata[i];

		if (move->source == NULL && move->target != self &&
		    move->target->account == self->account &&
		    move->target->klass->klass == self->klass->klass &&
		    g_str_equal (move->uid, uid))
			move->source = self;
	}
}

static gboolean
waits_for_target (EEasWorker *self, const char *uid)
{
	return g_hash_table_contains (self->left_over, uid) &&
	       g_get_monotonic_time () < self->left_until;
}

static gboolean
holds_removal (EEasWorker *self, const EEasEdit *edit)
{
	EEasWorker *ring = NULL;
	gboolean holds = FALSE;
	gboolean moved = FALSE;
	gboolean refused = FALSE;
	Move *move;

	g_mutex_lock (&lock);
	adopt_move (self, edit->uid);
	move = find_move (NULL, self, edit->uid);
	if (move != NULL) {
		moved = move->state == MOVE_DONE;
		refused = move->state == MOVE_REFUSED;
		offer (self, move, edit, &ring);
		holds = move->state == MOVE_OFFERED || move->state == MOVE_MOVING;
		if (holds && move->stalled)
			g_hash_table_add (self->tried, GSIZE_TO_POINTER ((gsize) edit->id));
		if (moved || refused || move->state == MOVE_FAILED) {
			g_hash_table_remove (self->left_over, edit->uid);
			g_ptr_array_remove (moves, move);
		}
	} else {
		holds = waits_for_target (self, edit->uid);
	}
	g_mutex_unlock (&lock);

	if (ring != NULL) {
		e_eas_worker_send (ring);
		g_mutex_lock (&lock);
		unuse (ring);
		g_mutex_unlock (&lock);
	}
	if (moved)
		forget_moved (self, edit);
	else if (refused)
		give_back (self, edit);

	return holds || moved || refused;
}

/* ---- the target's side ---- */

/* The thread comes back to what is left in its outbox after a pause: nobody has to be woken. */
static gboolean
holds_copy (EEasWorker *self, const EEasEdit *edit)
{
	gboolean holds = FALSE;
	Move *move;

	g_mutex_lock (&lock);
	move = find_move (self, NULL, edit->uid);
	if (move != NULL && move->state == MOVE_HELD && has_expired (move))
		g_ptr_array_remove (moves, move); /* it was a copy */
	else if (move != NULL)
		holds = is_open (move);
	g_mutex_unlock (&lock);

	return holds;
}

gboolean
e_eas_worker_holds_for_move (EEasWorker *self, const EEasEdit *edit)
{
	if (edit->kind == E_EAS_EDIT_REMOVE)
		return holds_removal (self, edit);

	return edit->server_id == NULL && holds_copy (self, edit);
}

/* What the target needs, taken out of the table: the source may go away meanwhile. */
typedef struct {
	char *uid;
	EEasEdit *edit; /* of the copy; NULL: the person took it away again */
	EasMove ids;
	char *server_id;
	char *folder_id;
	GBytes *body;
} Moving;

static void
moving_clear (Moving *moving)
{
	e_eas_edit_free (moving->edit);
	g_free (moving->uid);
	g_free (moving->server_id);
	g_free (moving->folder_id);
	g_clear_pointer (&moving->body, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Moving, moving_clear)

/* A move that was offered; FALSE: none. */
static gboolean
take_offer (EEasWorker *self, Moving *moving)
{
	g_mutex_lock (&lock);
	for (guint i = 0; moves != NULL && i < moves->len && moving->uid == NULL; i++) {
		Move *move = moves->pdata[i];

		if (move->target != self || move->state != MOVE_OFFERED ||
		    move->not_before > g_get_monotonic_time ())
			continue;
		move->state = MOVE_MOVING;
		moving->uid = g_strdup (move->uid);
		moving->server_id = g_strdup (move->server_id);
		moving->folder_id = g_strdup (move->folder_id);
		moving->body = g_bytes_ref (move->body);
	}
	g_mutex_unlock (&lock);

	if (moving->uid == NULL)
		return FALSE;
	moving->edit = e_eas_cache_edit_by_uid (self->cache, moving->uid);
	moving->ids = (EasMove){ moving->server_id, moving->folder_id, self->folder_id };

	return TRUE;
}

static EasRequest *
build_move (EasVersion version, const EasAccountData *data, gpointer user_data, GError **error)
{
	return eas_request_new (&eas_cmd_move, eas_cmd_move_build (user_data, 1));
}

/* The id it has there; NULL with error, or without: the server did not move it. */
static char *
ask_server (EEasWorker *self, Moving *moving, GError **error)
{
	EasFlow *flow = eas_flow_exchange_new (&eas_cmd_move, build_move, &moving->ids, NULL);
	g_autoptr (EasAnswer) answer = NULL;
	g_auto (EasMoveResponse) response = { 0 };
	const EasMoveResult *result;

	eas_flow_exchange_see_status (flow);
	answer = eas_client_run_sync (self->client, flow, self->cancellable, error);
	if (answer == NULL || !eas_cmd_move_parse (answer->body, &response, error))
		return NULL;

	result = response.results->len > 0 ? response.results->pdata[0] : NULL;
	return result != NULL && result->status == EAS_MOVE_SUCCESS ? g_strdup (result->new_id)
								    : NULL;
}

/* Before it is asked: what was sent, should the answer get lost. */
static gboolean
write_journal (EEasWorker *self, const Moving *moving, GError **error)
{
	g_autoptr (EEasJournalEntry) entry = g_new0 (EEasJournalEntry, 1);

	entry->edit_id = moving->edit->id;
	entry->edit_version = moving->edit->version;
	entry->uid = g_strdup (moving->edit->uid);
	entry->key = eas_collection_dup_key (self->collection);
	entry->kind = EAS_CHANGE_ADD;
	entry->client_id = g_strdup (moving->edit->client_id);
	entry->expected = g_bytes_ref (moving->body);

	e_eas_cache_begin (self->cache);
	e_eas_cache_put_journal (self->cache, entry);

	return e_eas_worker_commit (self, error);
}

/*
 * The edit is now one of an item that the server has. Of that the server has to tell
 * us before anything else happens to it: it never says that an item is gone that it
 * has not told of.
 */
static gboolean
store_moved (EEasWorker *self, const Moving *moving, const char *new_id, GError **error)
{
	guint generation = e_eas_cache_get_state_uint (self->cache, STATE_GENERATION);
	g_autoptr (EasItem) item = eas_item_from_bytes (moving->body, NULL);
	g_autoptr (EEasEdit) edit = NULL;

	e_eas_cache_begin (self->cache);
	e_eas_cache_clear_journal (self->cache);
	set_mark (self, moving->uid, NULL);
	edit = e_eas_cache_edit_by_id (self->cache, moving->edit->id);
	if (item != NULL)
		e_eas_cache_put_row (self->cache, new_id, moving->edit->uid, eas_item_hash (item),
				     generation, moving->body, NULL);
	if (edit != NULL && edit->server_id == NULL) {
		edit->server_id = g_strdup (new_id);
		g_clear_pointer (&edit->ancestor, g_bytes_unref);
		edit->ancestor = g_bytes_ref (moving->body);
		e_eas_cache_put_edit (self->cache, edit);
	}
	e_eas_worker_await_moved (self, new_id);
	self->fetched_at = 0; /* before the edit is sent, or found to say nothing */

	return e_eas_worker_commit (self, error);
}

static void
set_state (EEasWorker *self, const char *uid, MoveState state)
{
	EEasWorker *source = NULL;
	Move *move;

	g_mutex_lock (&lock);
	move = find_move (self, NULL, uid);
	if (move != NULL) {
		move->state = state;
		move->stalled = state == MOVE_OFFERED;
		source = move->source;
		source->moves_using++;
	}
	g_mutex_unlock (&lock);

	if (source == NULL)
		return;
	e_eas_worker_send (source);
	g_mutex_lock (&lock);
	unuse (source);
	g_mutex_unlock (&lock);
}

/* Of this move, as far as can be known: 503 comes as a server that is busy. */
static gboolean
is_put_off (const GError *error)
{
	return g_error_matches (error, EAS_ERROR, EAS_ERROR_THROTTLED) ||
	       (g_error_matches (error, EAS_ERROR, EAS_ERROR_UNAVAILABLE) &&
		eas_error_get_status (error) == GATEWAY_TIMEOUT);
}

/* Counted from when the server may be asked anything: other things come first then. */
static void
put_off (EEasWorker *self, const char *uid, const GError *error)
{
	Move *move;

	g_mutex_lock (&lock);
	move = find_move (self, NULL, uid);
	if (move != NULL) {
		guint pause_s = CLAMP (move->pause_s * 2, FIRST_PAUSE, LAST_PAUSE);
		gint64 seconds = (gint64) eas_error_get_retry_after (error) + pause_s;

		move->pause_s = pause_s;
		move->not_before = g_get_monotonic_time () + seconds * G_TIME_SPAN_SECOND;
	}
	g_mutex_unlock (&lock);
}

/* Does the copy stand for an item of the server's by now? */
static gboolean
has_arrived (EEasWorker *self, const char *uid)
{
	g_autoptr (EEasEdit) edit = e_eas_cache_edit_by_uid (self->cache, uid);

	return edit != NULL ? edit->server_id != NULL : has_on_server (self, uid);
}

/* The copy says something that the item does not. */
static gboolean
says_more (EEasWorker *self, const Moving *moving, const EEasEdit *edit)
{
	g_autoptr (EasItem) item = eas_item_from_bytes (moving->body, NULL);
	g_autoptr (GPtrArray) changes =
		item != NULL ? self->klass->write (self->owner, edit->object, item, NULL) : NULL;

	return changes == NULL || changes->len > 0;
}

/* The item stays where it is, and only there; what was changed on the way is put aside. */
static void
put_copy_away (EEasWorker *self, const Moving *moving, GError **error)
{
	g_autoptr (EEasEdit) edit = NULL;

	e_eas_cache_begin (self->cache);
	set_mark (self, moving->uid, NULL);
	edit = e_eas_cache_edit_by_id (self->cache, moving->edit->id);
	if (edit != NULL) {
		if (says_more (self, moving, edit))
			e_eas_worker_save_loser (self, edit->uid, edit->object);
		e_eas_worker_finish_removal (self, edit);
	}
	e_eas_worker_commit (self, error);
}

/*
 * The server breaks on this move, or does not know the command: SOGo answers 501 where a
 * contact is to be moved, and where its process ends over an item that is gone, what stands
 * before it answers 502. That it is not the whole server, the look into the folder tells.
 */
gboolean
e_eas_worker_breaks_on_it (const GError *error)
{
	return g_error_matches (error, EAS_ERROR, EAS_ERROR_NOT_SUPPORTED) ||
	       g_error_matches (error, EAS_ERROR, EAS_ERROR_SERVER) ||
	       (g_error_matches (error, EAS_ERROR, EAS_ERROR_UNAVAILABLE) &&
		eas_error_get_status (error) == BAD_GATEWAY);
}

/* FALSE without error: it was neither done nor refused, and is put off. */
static gboolean
try_move (EEasWorker *self, Moving *moving, GError **error)
{
	g_autoptr (GError) local_error = NULL;
	g_autofree char *new_id = NULL;
	gboolean waits;

	if (write_journal (self, moving, &local_error))
		new_id = ask_server (self, moving, &local_error);
	waits = is_put_off (local_error);
	if (waits)
		put_off (self, moving->uid, local_error);
	if (waits || e_eas_worker_breaks_on_it (local_error))
		g_clear_error (&local_error);
	if (new_id != NULL)
		store_moved (self, moving, new_id, &local_error);
	else if (local_error == NULL) /* its source may be gone because it is here already */
		e_eas_worker_recover (self, &local_error);
	if (local_error != NULL) {
		g_propagate_error (error, g_steal_pointer (&local_error));
		return FALSE;
	}

	return !waits || has_arrived (self, moving->uid);
}

/* A server that cannot be reached is asked again, when it was looked whether it did it before. */
static gboolean
move_one (EEasWorker *self, Moving *moving, GError **error)
{
	g_autoptr (GError) local_error = NULL;
	gboolean refused = FALSE;

	if (moving->edit == NULL || moving->edit->kind == E_EAS_EDIT_REMOVE ||
	    has_arrived (self, moving->uid)) {
		set_state (self, moving->uid,
			   has_arrived (self, moving->uid) ? MOVE_DONE : MOVE_FAILED);
		return TRUE;
	}

	if (!try_move (self, moving, &local_error) && local_error == NULL) {
		set_state (self, moving->uid, MOVE_OFFERED);
		return TRUE;
	}
	if (local_error == NULL && !has_arrived (self, moving->uid)) {
		put_copy_away (self, moving, &local_error);
		refused = TRUE;
	}
	if (local_error != NULL) {
		set_state (self, moving->uid, MOVE_OFFERED);
		g_propagate_error (error, g_steal_pointer (&local_error));
		return FALSE;
	}

	set_state (self, moving->uid, refused ? MOVE_REFUSED : MOVE_DONE);

	return TRUE;
}

gboolean
e_eas_worker_run_moves (EEasWorker *self, GError **error)
{
	for (;;) {
		g_auto (Moving) moving = { 0 };

		if (!take_offer (self, &moving))
			return TRUE;
		if (!move_one (self, &moving, error))
			return FALSE;
	}
}
