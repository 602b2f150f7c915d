/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What all flows share: lanes, the clock, and children. A flow that has a child is
 * its child as far as the driver can see; when the child ends, the parent's
 * finished() takes over and next() is asked again.
 */

#include "eas-flow.h"

gpointer
eas_flow_alloc (const EasFlowClass *klass, gsize size)
{
	EasFlow *flow = g_malloc0 (size);

	g_assert (size >= sizeof (EasFlow));
	flow->klass = klass;

	return flow;
}

void
eas_flow_attach (EasFlow *flow, EasAccountData *data, gint64 now)
{
	g_return_if_fail (flow != NULL && data != NULL);

	flow->data = data;
	flow->now = now;
	if (flow->enter != NULL)
		flow->enter (flow);
}

void
eas_flow_add_lane (EasFlow *flow, const char *lane)
{
	g_return_if_fail (flow != NULL && lane != NULL);

	if (flow->lanes == NULL)
		flow->lanes = g_ptr_array_new_with_free_func (g_free);
	if (!g_ptr_array_find_with_equal_func (flow->lanes, lane, g_str_equal, NULL))
		g_ptr_array_add (flow->lanes, g_strdup (lane));
}

/**
 * eas_flow_start_child:
 * @flow: a flow inside its next() or finished()
 * @take_child: (transfer full): runs from now on
 *
 * The child works on the same values; its lanes are not asked for: who wants them
 * names them at the top.
 */
void
eas_flow_start_child (EasFlow *flow, EasFlow *take_child)
{
	g_return_if_fail (flow != NULL && flow->child == NULL && take_child != NULL);

	flow->child = take_child;
	take_child->holds_lock = take_child->holds_lock || flow->holds_lock;
	take_child->patience = flow->patience;
	eas_flow_attach (take_child, flow->data, flow->now);
}

static gboolean
is_end (const EasStep *step)
{
	return step->kind == EAS_STEP_DONE || step->kind == EAS_STEP_FAIL;
}

/* FALSE: the child has ended and the parent knows. */
static gboolean
next_of_child (EasFlow *flow, EasStep *out_step)
{
	EasFlow *child;
	EasStep end = { 0 };

	eas_flow_next (flow->child, out_step);
	if (!is_end (out_step))
		return TRUE;

	child = g_steal_pointer (&flow->child);
	end = *out_step;
	*out_step = (EasStep){ 0 };
	flow->klass->finished (flow, child, &end);
	eas_step_clear (&end);
	eas_flow_free (child);

	return FALSE;
}

void
eas_flow_next (EasFlow *flow, EasStep *out_step)
{
	g_return_if_fail (flow != NULL && flow->data != NULL && out_step != NULL);

	*out_step = (EasStep){ 0 };
	do {
		if (flow->child != NULL && next_of_child (flow, out_step))
			return;
		if (flow->child == NULL)
			flow->klass->next (flow, out_step);
	} while (flow->child != NULL);
}

void
eas_flow_take (EasFlow *flow, const EasReply *reply)
{
	g_return_if_fail (flow != NULL && reply != NULL);

	flow->now = MAX (flow->now, reply->now);
	if (flow->child != NULL)
		eas_flow_take (flow->child, reply);
	else if (flow->klass->take != NULL)
		flow->klass->take (flow, reply);
}

void
eas_flow_free (EasFlow *flow)
{
	if (flow == NULL)
		return;

	eas_flow_free (flow->child);
	if (flow->klass->free != NULL)
		flow->klass->free (flow);
	g_clear_pointer (&flow->lanes, g_ptr_array_unref);
	g_free (flow);
}

void
eas_step_set_wait (EasStep *out_step, guint wait_ms)
{
	out_step->kind = EAS_STEP_WAIT;
	out_step->wait_ms = wait_ms;
}

void
eas_step_set_done (EasStep *out_step, gpointer take_result, GDestroyNotify result_free)
{
	out_step->kind = EAS_STEP_DONE;
	out_step->result = take_result;
	out_step->result_free = result_free;
}

void
eas_step_set_fail (EasStep *out_step, GError *take_error)
{
	g_return_if_fail (take_error != NULL);

	out_step->kind = EAS_STEP_FAIL;
	out_step->error = take_error;
}

void
eas_step_clear (EasStep *step)
{
	g_return_if_fail (step != NULL);

	g_clear_pointer (&step->http, eas_http_request_free);
	if (step->result != NULL && step->result_free != NULL)
		step->result_free (step->result);
	step->result = NULL;
	g_clear_error (&step->error);
}

void
eas_answer_free (EasAnswer *answer)
{
	if (answer == NULL)
		return;

	g_clear_pointer (&answer->body, g_bytes_unref);
	g_free (answer);
}
