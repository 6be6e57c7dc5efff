/* SPDX-License-Identifier: Apache-2.0 */
/* The order is that of the Amazon EKS User Guide, "Understand each phase of node updates", upgrade
 * phase: drain; cordon when the node is empty, and wait 60 seconds, so that the service controller
 * takes it out of its load balancers; terminate through the Auto Scaling group.
 *
 * A pod that tolerates every taint may come back within these 60 seconds, cordon or not. So the
 * node is looked at once more, and drained again where that is needed: nothing is terminated with a
 * pod on it that nobody asked to leave. So it is each time before a request to terminate that has
 * failed is sent again. */
#include "config.h"

#include "engine/node.h"

#include "aws/autoscaling.h"
#include "base/error.h"
#include "engine/marks.h"
#include "engine/mutant.h"

typedef enum
{
  NODE_NEW,
  NODE_DRAINING,
  NODE_CORDONING,
  NODE_SETTLING,
  NODE_CHECKING,
  NODE_TERMINATING,
  NODE_LEAVING, /* until dd_node_machine_note_left () */
  NODE_GONE,
  NODE_OVERDUE,
  NODE_FAILED,
  N_NODE_STATES
} NodeState;

struct _DdNodeMachine
{
  DdMachineContext context;
  DdKubeNode *node;
  DdNodeWay way;
  NodeState state;
  DdDrain *drain;
  guint64 call, timer;
  guint cordon_tries;
  DdUsec cordon_began;
  gboolean kept_place; /* of the instance, which had left before */
  gint64 shrunk_from;  /* the desired size before it took its place along; -1: it has not */
  GError *error;
  DdNodeDone done;
  gpointer done_data;
};

static void node_enter (DdNodeMachine *self, NodeState next);

static void
trace (const DdNodeMachine *self, DdEvent what, DdValue *details)
{
  dd_trace (self->context.trace, "engine", what, self->node->name, details);
}

static DdValue *
instance_details (const DdNodeMachine *self)
{
  return dd_object ("instance", dd_string (self->node->instance), NULL);
}

static void
fail (DdNodeMachine *self, const GError *error)
{
  self->error = g_error_copy (error);
  g_prefix_error (&self->error, "node %s: ", self->node->name);
  node_enter (self, NODE_FAILED);
}

static void
forget_call (DdNodeMachine *self)
{
  dd_caller_cancel (self->context.caller, self->call);
  self->call = 0;
}

/* While an instance is about to be terminated CALL is under way, and waits for the look. */
static void
note_drained (G_GNUC_UNUSED DdDrain *drain, DdDrainEnd end, const GError *error, gpointer data)
{
  DdNodeMachine *self = data;

  switch (end)
    {
    case DD_DRAIN_EMPTY:
      if (self->call != 0)
        dd_caller_go_on (self->context.caller, self->call);
      else
        node_enter (self, self->state == NODE_DRAINING ? NODE_CORDONING : NODE_TERMINATING);
      break;
    case DD_DRAIN_OVERDUE:
      forget_call (self);
      node_enter (self, NODE_OVERDUE);
      break;
    case DD_DRAIN_FAILED:
      forget_call (self);
      fail (self, error);
      break;
    }
}

static void
start_drain (DdNodeMachine *self)
{
  self->drain = dd_drain_new (&self->context, self->node->name, self->node->zone, self->way.force,
                              note_drained, self);
  dd_drain_start (self->drain);
}

static void
check_again (DdNodeMachine *self)
{
  gboolean was_forced = self->drain != NULL && dd_drain_was_forced (self->drain);

  dd_drain_free (self->drain);
  self->drain = dd_drain_new (&self->context, self->node->name, self->node->zone, self->way.force,
                              note_drained, self);
  dd_drain_be_quiet_when_empty (self->drain);
  if (was_forced)
    dd_drain_be_brief (self->drain);
  dd_drain_start (self->drain);
}

static void cordon (DdNodeMachine *self);

static void
cordon_again (gpointer data)
{
  DdNodeMachine *self = data;

  self->timer = 0;
  cordon (self);
}

/* The patch names no resourceVersion, so a conflict is between two writers inside the API server:
 * the same patch may be sent again. */
static gboolean
may_cordon_again (DdNodeMachine *self, const GError *error, DdUsec *out_delay)
{
  return g_error_matches (error, DD_ERROR, DD_ERROR_CONFLICT)
         && dd_caller_may_repeat (self->context.caller, self->cordon_tries, self->cordon_began,
                                  out_delay);
}

/* A node that vanished meanwhile needs no cordon, and is in no load balancer. */
static void
note_cordoned (G_GNUC_UNUSED const DdReply *reply, const GError *error, gpointer data)
{
  DdNodeMachine *self = data;

  DdUsec delay;

  self->call = 0;
  if (may_cordon_again (self, error, &delay))
    {
      self->timer = dd_clock_after (self->context.clock, delay, cordon_again, self);
      return;
    }
  if (error != NULL && !g_error_matches (error, DD_ERROR, DD_ERROR_NOT_FOUND))
    {
      fail (self, error);
      return;
    }
  if (error != NULL)
    {
      node_enter (self, NODE_TERMINATING);
      return;
    }
  trace (self, DD_EVENT_NODE_CORDONED, NULL);
  node_enter (self, NODE_SETTLING);
}

static void
cordon (DdNodeMachine *self)
{
  gboolean label = self->context.knobs->lb_label_timing == DD_LB_LABEL_AFTER_DRAIN;
  g_autoptr (DdValue) patch = dd_object (
      "metadata",
      label ? dd_object ("labels", dd_object (DD_LABEL_NO_LOAD_BALANCER, dd_string ("true"), NULL),
                         NULL)
            : NULL,
      "spec", dd_object ("unschedulable", dd_bool (!DD_MUTANT (SKIP_CORDON)), NULL), NULL);

  if (self->cordon_tries++ == 0)
    {
      self->cordon_began = dd_clock_now (self->context.clock);
      if (self->way.cordons != NULL && !self->node->unschedulable)
        self->way.cordons (self->node, self->way.cordons_data);
    }
  self->call = dd_caller_send (self->context.caller, "patch node",
                               dd_kube_patch_node (self->node->name, patch), note_cordoned, self);
}

static void
note_settled (gpointer data)
{
  DdNodeMachine *self = data;

  self->timer = 0;
  trace (self, DD_EVENT_NODE_SETTLED, NULL);
  node_enter (self, DD_MUTANT (SKIP_LAST_LOOK) ? NODE_TERMINATING : NODE_CHECKING);
}

static void
settle (DdNodeMachine *self)
{
  DdUsec wait = DD_MUTANT (SKIP_POST_DRAIN_WAIT) ? 0 : self->context.knobs->post_drain_wait;

  self->timer = dd_clock_after (self->context.clock, wait, note_settled, self);
}

/* An instance that the group no longer has was terminated by somebody else, or by a request of ours
 * whose answer was lost; one that it has let go of is on its way out. Their places stay. */
static void
note_terminating (const DdReply *reply, const GError *error, gpointer data)
{
  DdNodeMachine *self = data;
  gboolean found_gone = g_error_matches (error, DD_ERROR, DD_ERROR_NOT_FOUND);

  self->call = 0;
  if (error != NULL && !found_gone)
    {
      fail (self, error);
      return;
    }
  self->shrunk_from = error == NULL ? dd_autoscaling_shrunk_from (reply) : -1;
  self->kept_place = found_gone || (self->way.decrement && self->shrunk_from < 0);
  if (!found_gone)
    trace (self, DD_EVENT_NODE_TERMINATING, instance_details (self));
  node_enter (self, NODE_LEAVING);
}

/* The request failed, and until it is sent again a pod may have come back. */
static void
look_before_again (gpointer data)
{
  DdNodeMachine *self = data;

  if (self->way.drain && !DD_MUTANT (SKIP_LAST_LOOK))
    check_again (self);
  else
    dd_caller_go_on (self->context.caller, self->call);
}

static void
terminate (DdNodeMachine *self)
{
  if (self->node->instance == NULL)
    {
      g_autoptr (GError) error
          = g_error_new (DD_ERROR, DD_ERROR_INVALID, "its providerID names no EC2 instance");

      fail (self, error);
      return;
    }
  self->call = dd_caller_send_watched (
      self->context.caller, "TerminateInstanceInAutoScalingGroup",
      dd_autoscaling_terminate (self->node->instance,
                                self->way.decrement || DD_MUTANT (DECREMENT_ON_TERMINATE)),
      look_before_again, note_terminating, self);
}

static void
finish_gone (DdNodeMachine *self)
{
  trace (self, DD_EVENT_NODE_TERMINATED, instance_details (self));
  self->done (self, DD_NODE_GONE, NULL, self->done_data);
}

static void
finish_overdue (DdNodeMachine *self)
{
  self->done (self, DD_NODE_OVERDUE, NULL, self->done_data);
}

static void
finish_failed (DdNodeMachine *self)
{
  self->done (self, DD_NODE_FAILED, self->error, self->done_data);
}

#define TO(state) (1u << (state))

static const struct
{
  const char *name;
  void (*enter) (DdNodeMachine *self);
  guint successors;
} states[N_NODE_STATES] = {
  [NODE_NEW] = { "new", NULL, TO (NODE_DRAINING) | TO (NODE_TERMINATING) | TO (NODE_LEAVING) },
  [NODE_DRAINING]
  = { "draining", start_drain, TO (NODE_CORDONING) | TO (NODE_OVERDUE) | TO (NODE_FAILED) },
  [NODE_CORDONING]
  = { "cordoning", cordon, TO (NODE_SETTLING) | TO (NODE_TERMINATING) | TO (NODE_FAILED) },
  [NODE_SETTLING] = { "settling", settle, TO (NODE_CHECKING) | TO (NODE_TERMINATING) },
  [NODE_CHECKING]
  = { "checking", check_again, TO (NODE_TERMINATING) | TO (NODE_OVERDUE) | TO (NODE_FAILED) },
  [NODE_TERMINATING]
  = { "terminating", terminate, TO (NODE_LEAVING) | TO (NODE_OVERDUE) | TO (NODE_FAILED) },
  [NODE_LEAVING] = { "leaving", NULL, TO (NODE_GONE) },
  [NODE_GONE] = { "gone", finish_gone, 0 },
  [NODE_OVERDUE] = { "overdue", finish_overdue, 0 },
  [NODE_FAILED] = { "failed", finish_failed, 0 },
};

/* The only place the state changes, so every transition is checked and traced. */
static void
node_enter (DdNodeMachine *self, NodeState next)
{
  g_assert (states[self->state].successors & TO (next));

  trace (self, DD_EVENT_MACHINE_ENTERED,
         dd_object ("machine", dd_string ("node"), "from", dd_string (states[self->state].name),
                    "to", dd_string (states[next].name), NULL));
  self->state = next;
  if (states[next].enter != NULL)
    states[next].enter (self);
}

DdNodeMachine *
dd_node_machine_new (const DdMachineContext *context, DdKubeNode *node, const DdNodeWay *way,
                     DdNodeDone done, gpointer data)
{
  DdNodeMachine *self = g_new0 (DdNodeMachine, 1);

  self->context = *context;
  self->node = dd_kube_node_ref (node);
  self->way = *way;
  self->shrunk_from = -1;
  self->done = done;
  self->done_data = data;
  return self;
}

void
dd_node_machine_start (DdNodeMachine *self)
{
  gboolean drain = self->way.drain && !DD_MUTANT (TERMINATE_UNDRAINED);

  if (self->way.leaves_already)
    node_enter (self, NODE_LEAVING);
  else
    node_enter (self, drain ? NODE_DRAINING : NODE_TERMINATING);
}

void
dd_node_machine_free (DdNodeMachine *self)
{
  if (self == NULL)
    return;
  dd_caller_cancel (self->context.caller, self->call);
  dd_clock_cancel (self->context.clock, self->timer);
  dd_drain_free (self->drain);
  dd_kube_node_unref (self->node);
  g_clear_error (&self->error);
  g_free (self);
}

DdKubeNode *
dd_node_machine_node (const DdNodeMachine *self)
{
  return self->node;
}

const DdDrain *
dd_node_machine_drain (const DdNodeMachine *self)
{
  return self->drain;
}

gboolean
dd_node_machine_is_leaving (const DdNodeMachine *self)
{
  return self->state == NODE_LEAVING;
}

void
dd_node_machine_note_left (DdNodeMachine *self)
{
  node_enter (self, NODE_GONE);
}

gboolean
dd_node_machine_kept_place (const DdNodeMachine *self)
{
  return self->kept_place;
}

gint64
dd_node_machine_shrunk_from (const DdNodeMachine *self)
{
  return self->shrunk_from;
}
