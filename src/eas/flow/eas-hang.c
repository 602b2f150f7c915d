/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Counts and pauses; see the header. The same lessons as from Ping: eas-push-plan.c. */

#include <gio/gio.h>

#include "eas-error.h"

#include "eas-hang.h"

#define SECOND_MS       ((gint64) 1000)
#define LEAST_SECONDS   60
#define AT_ONCE_MS      (5 * SECOND_MS) /* nothing was waited for */
#define AT_ONCE_ROUNDS  3
#define EARLY_MS        (60 * SECOND_MS) /* between answers that come early and say nothing */
#define CUT_ROUNDS      2                /* of the shortest interval */
#define REFUSED_ROUNDS  3
#define FIRST_PAUSE_MS  (1 * SECOND_MS) /* doubles */
#define AFTER_REFUSE_MS (5 * SECOND_MS)
#define AFTER_BREAK_MS  500 /* doubles with each from the second on */
#define LAST_BREAK_MS   (30 * SECOND_MS)

void
eas_hang_set_terms (EasHang *hang, const EasHangTerms *terms)
{
	if (hang->terms.seconds == terms->seconds && hang->terms.epoch == terms->epoch)
		return;
	*hang = (EasHang){ .terms = *terms };
}

guint
eas_hang_start (EasHang *hang, gint64 now)
{
	guint most = hang->ceiling != 0 ? hang->ceiling : hang->terms.seconds;

	hang->started_at = now;
	hang->asked = MAX (MIN (hang->terms.seconds, most), LEAST_SECONDS);

	return hang->asked;
}

void
eas_hang_answered (EasHang *hang, gboolean news, gint64 now)
{
	gint64 took = now - hang->started_at;

	hang->cuts = hang->refusals = hang->interruptions = 0;
	hang->not_before = 0;
	hang->at_once = !news && took < AT_ONCE_MS ? hang->at_once + 1 : 0;
	if (hang->at_once >= AT_ONCE_ROUNDS)
		hang->hopeless = TRUE;
	else if (hang->at_once > 0)
		hang->not_before = now + (FIRST_PAUSE_MS << hang->at_once);
	else if (!news)
		hang->not_before = now + MAX (EARLY_MS - took, 0);
}

/*
 * Some servers do not notice that nobody listens any more: each broken one keeps a
 * worker of theirs until its time is up. Who edits again and again hangs more seldom.
 */
void
eas_hang_interrupted (EasHang *hang, gint64 now)
{
	gint64 pause = (gint64) AFTER_BREAK_MS << MIN (hang->interruptions, 10);

	hang->not_before = hang->interruptions > 0 ? now + MIN (pause, LAST_BREAK_MS) : now;
	hang->interruptions++;
}

/* The connection was made, and ended in its silence. */
static gboolean
is_cut (const GError *error)
{
	guint status = eas_error_get_status (error);

	return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
	       g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT) ||
	       g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ||
	       g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_EOF) || status == 408 ||
	       status == 502 || status == 504;
}

static void
take_cut (EasHang *hang, gint64 took)
{
	if (hang->asked <= LEAST_SECONDS && ++hang->cuts >= CUT_ROUNDS)
		hang->hopeless = TRUE;
	hang->ceiling = MAX ((guint) MIN (hang->asked, took / SECOND_MS) / 2, LEAST_SECONDS);
}

void
eas_hang_failed (EasHang *hang, const GError *error, gint64 now)
{
	gint64 took = now - hang->started_at;

	hang->not_before = now + FIRST_PAUSE_MS;
	if (is_cut (error) && took >= AT_ONCE_MS) {
		take_cut (hang, took);
	} else if (error->domain == EAS_ERROR) {
		hang->not_before = now + (AFTER_REFUSE_MS << hang->refusals);
		if (++hang->refusals >= REFUSED_ROUNDS)
			hang->hopeless = TRUE;
	}
}
