/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/hooks.c: how EKS answers the lifecycle hooks of its Auto Scaling groups
 *
 * EKS hears of a waiting instance as EventBridge would tell it. A node whose instance is about to
 * go is cordoned and its pods are evicted, in rounds; when it is empty, or when its time is over,
 * the hook is completed and the instance goes. An update has emptied its nodes before it terminates
 * them, so that for these one round is enough. Imitates: Amazon EKS User Guide, Managed node groups
 * ("respect the pod disruption budgets" ... for up to 15 minutes), and instances seen in
 * Terminating:Wait. */
#include "config.h"

#include <string.h>

#include "sim/aws/eks/hooks.h"

#include "sim/aws/eks/private.h"

#include "sim/aws/autoscaling/scaling.h"
#include "sim/stage/faults.h"
#include "sim/kube/verbs/api.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"
#include "sim/kube/kinds/pod.h"

#define DRAIN_LIMIT (15 * DD_MINUTE)

/* One node being emptied for its hook. */
typedef struct
{
  SimEksHooks *hooks;
  char *group, *hook, *token, *instance_id;
  DdUsec deadline;
  guint64 timer;
} Drain;

struct _SimEksHooks
{
  AwsCloud *cloud;
  GPtrArray *drains; /* of Drain, oldest first */
};

static void
drain_free (gpointer data)
{
  Drain *drain = data;

  sim_clock_cancel (drain->hooks->cloud->stage->clock, drain->timer);
  g_free (drain->group);
  g_free (drain->hook);
  g_free (drain->token);
  g_free (drain->instance_id);
  g_free (drain);
}

/* An instance that went another way in between waits for nothing any more. A completion that gets
 * lost leaves the instance waiting until the hook's heartbeat times out. */
static void
complete_hook (AwsCloud *cloud, const char *group_name, const char *hook, const char *token)
{
  AwsGroup *group = aws_cloud_group (cloud, group_name);
  const char *const concerned[] = { group_name, hook, NULL };

  if (group != NULL
      && sim_faults_strike (cloud->stage->faults, "hook", "complete", concerned) == NULL)
    aws_group_complete_hook (group, hook, token, NULL, "CONTINUE", NULL);
}

/* The Node of an instance, or NULL when it never joined. */
static const char *
node_of_instance (AwsCloud *cloud, const char *instance_id)
{
  AwsInstance *instance = aws_cloud_instance (cloud, instance_id);

  if (instance == NULL
      || sim_store_get (cloud->eks->kube->store, &kube_node, "", instance->private_dns) == NULL)
    return NULL;
  return instance->private_dns;
}

static void
cordon (AwsCloud *cloud, const char *node)
{
  g_autoptr (DdValue) patch
      = dd_object ("spec", dd_object ("unschedulable", dd_bool (TRUE), NULL), NULL);
  g_autoptr (SimObject) changed = NULL;

  changed = kube_merge (cloud->eks->kube, &kube_node, "", node, patch, NULL);
}

/* Pods of daemon sets come back to the node at once, mirror pods have no other place. */
static gboolean
must_leave (const SimObject *pod)
{
  const KubePodView *view = kube_pod_view (pod);

  return !view->finished && !view->mirror && g_strcmp0 (view->owner_kind, "DaemonSet") != 0;
}

/* Asks every pod to leave that was not asked yet; returns how many are still there. Adds those that
 * may not leave to REFUSED, as namespace/name, unless that is NULL. */
static guint
evict_pods (AwsCloud *cloud, const char *node, DdBuilder *refused)
{
  g_autoptr (GPtrArray) pods
      = sim_store_list_by (cloud->eks->kube->store, &kube_pod, "spec.nodeName", node);
  KubeDelete options = KUBE_DELETE_DEFAULT;
  guint n = 0;

  for (guint i = 0; i < pods->len; i++)
    {
      const SimObject *pod = pods->pdata[i];

      if (!must_leave (pod))
        continue;
      n++;
      if (!kube_pod_view (pod)->terminating
          && !kube_evict (cloud->eks->kube, pod->namespace_, pod->name, &options, NULL)
          && refused != NULL)
        dd_builder_add (refused, dd_string_printf ("%s/%s", pod->namespace_, pod->name));
    }
  return n;
}

void
sim_eks_empty_node (AwsCloud *cloud, const char *node)
{
  if (sim_store_get (cloud->eks->kube->store, &kube_node, "", node) == NULL)
    return;
  cordon (cloud, node);
  evict_pods (cloud, node, NULL);
}

/* Its time is over, and pods are left that may not leave: they go down with the node. */
static void
tell_overdue (const Drain *drain, const char *node, DdValue *refused)
{
  sim_stage_trace (drain->hooks->cloud->stage, "eks", DD_EVENT_HOOK_DRAIN_OVERDUE, node,
                   dd_object ("pods", refused, "instance", dd_string (drain->instance_id), NULL));
}

static void
drain_round (gpointer data)
{
  Drain *drain = data;
  AwsCloud *cloud = drain->hooks->cloud;
  const char *node = node_of_instance (cloud, drain->instance_id);
  g_auto (DdBuilder) refused = dd_builder_array ();
  g_autoptr (DdValue) pods = NULL;
  guint left = node != NULL ? evict_pods (cloud, node, &refused) : 0;

  drain->timer = 0;
  if (left > 0 && sim_stage_now (cloud->stage) < drain->deadline)
    {
      drain->timer = sim_clock_after (
          cloud->stage->clock, sim_latency_draw (cloud->stage->latency, SIM_DELAY_HOOK_DRAIN),
          drain_round, drain);
      return;
    }
  pods = dd_builder_end (&refused);
  if (dd_value_length (pods) > 0)
    tell_overdue (drain, node, g_steal_pointer (&pods));
  complete_hook (cloud, drain->group, drain->hook, drain->token);
  g_ptr_array_remove (drain->hooks->drains, drain);
}

static void
begin_drain (SimEksHooks *hooks, const AwsHookEvent *event)
{
  AwsCloud *cloud = hooks->cloud;
  const char *node = node_of_instance (cloud, event->instance_id);
  Drain *drain = g_new0 (Drain, 1);

  drain->hooks = hooks;
  drain->group = g_strdup (event->group);
  drain->hook = g_strdup (event->hook);
  drain->token = g_strdup (event->token);
  drain->instance_id = g_strdup (event->instance_id);
  drain->deadline = sim_stage_now (cloud->stage) + DRAIN_LIMIT;
  g_ptr_array_add (hooks->drains, drain);
  if (node != NULL)
    {
      cordon (cloud, node);
      evict_pods (cloud, node, NULL);
    }
  drain->timer = sim_clock_after (cloud->stage->clock,
                                  sim_latency_draw (cloud->stage->latency, SIM_DELAY_HOOK_DRAIN),
                                  drain_round, drain);
}

/* Only the hooks that EKS itself put on its groups concern it. */
static void
hear (AwsCloud *cloud, const AwsHookEvent *event, gpointer data)
{
  if (event->at_launch && strcmp (event->hook, "Launch-LC-Hook") == 0)
    complete_hook (cloud, event->group, event->hook, event->token);
  else if (!event->at_launch && strcmp (event->hook, AWS_EKS_TERMINATE_HOOK) == 0)
    begin_drain (data, event);
}

SimEksHooks *
sim_eks_hooks_new (AwsCloud *cloud)
{
  SimEksHooks *hooks = g_new0 (SimEksHooks, 1);

  hooks->cloud = cloud;
  hooks->drains = g_ptr_array_new_with_free_func (drain_free);
  aws_cloud_listen_to_hooks (cloud, hear, hooks);
  return hooks;
}

void
sim_eks_hooks_free (SimEksHooks *hooks)
{
  if (hooks == NULL)
    return;
  g_clear_pointer (&hooks->drains, g_ptr_array_unref);
  g_free (hooks);
}
