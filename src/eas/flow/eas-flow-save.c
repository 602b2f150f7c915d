/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* LOCK -> apply -> UNLOCK and commit -> DONE; under an outer lock: apply -> DONE. */

#include "eas-flow-save.h"

typedef enum { SAVE_LOCK, SAVE_UNLOCK, SAVE_DONE } SaveState;

typedef struct {
	EasFlow flow;
	SaveState state;
	EasFlowApply apply;
	gpointer user_data;
	GDestroyNotify free_user_data;
} SaveFlow;

static void
save_next (EasFlow *flow, EasStep *out_step)
{
	SaveFlow *self = (SaveFlow *) flow;

	if (self->state == SAVE_LOCK && flow->holds_lock) {
		self->apply (flow->data, self->user_data);
		self->state = SAVE_DONE;
	}
	switch (self->state) {
	case SAVE_LOCK:
		out_step->kind = EAS_STEP_LOCK;
		break;
	case SAVE_UNLOCK:
		out_step->kind = EAS_STEP_UNLOCK;
		out_step->commit = TRUE;
		break;
	case SAVE_DONE:
		eas_step_set_done (out_step, NULL, NULL);
		break;
	}
}

static void
save_take (EasFlow *flow, const EasReply *reply)
{
	SaveFlow *self = (SaveFlow *) flow;

	if (self->state == SAVE_LOCK) {
		self->apply (flow->data, self->user_data);
		self->state = reply->error == NULL ? SAVE_UNLOCK : SAVE_DONE;
	} else {
		self->state = SAVE_DONE;
	}
}

static void
save_free (EasFlow *flow)
{
	SaveFlow *self = (SaveFlow *) flow;

	if (self->free_user_data != NULL)
		self->free_user_data (self->user_data);
}

static const EasFlowClass save_class = { "save", save_next, save_take, NULL, save_free };

EasFlow *
eas_flow_save_new (EasFlowApply apply, gpointer take_user_data, GDestroyNotify free_user_data)
{
	SaveFlow *self = eas_flow_alloc (&save_class, sizeof (SaveFlow));

	self->apply = apply;
	self->user_data = take_user_data;
	self->free_user_data = free_user_data;

	return &self->flow;
}
