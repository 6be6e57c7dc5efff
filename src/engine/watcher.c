/* SPDX-License-Identifier: Apache-2.0 */
/* One request after the other. First the update is begun or found; then, look after look: the
 * update, the Auto Scaling group and its activities, the nodes, the budgets, and the pods of every
 * node that has to be emptied. When Kubernetes does not answer, what AWS says is still told. */
#include "config.h"

#include "engine/watcher.h"

#include "aws/autoscaling.h"
#include "aws/eks-update.h"
#include "aws/eks.h"
#include "base/error.h"
#include "engine/lister.h"
#include "engine/sight.h"
#include "kube/budget.h"
#include "kube/pod.h"

#define UNWATCHED "Unwatched"
#define ACTIVITIES 20

typedef void (*TakeReply) (DdWatcher *self, const DdReply *reply, const GError *error);

struct _DdWatcher
{
  DdEngineContext context;
  DdWatchOptions options; /* its strings are ours */
  DdWatcherDone done;
  gpointer data;
  DdRandom *jitter, *names;
  DdCaller *caller;
  DdLister *lister;
  DdSight *sight;
  TakeReply take; /* what the question that is out leads to */
  guint64 timer;
  char *token;

  GPtrArray *candidates; /* of char *: ids of updates, of which one may be under way */
  guint next_candidate;
  char *id, *scaling_group, *release;
  DdEksUpdate *update; /* as last seen */
  GPtrArray *budgets, *marked, *pods;
  guint next_marked;
};

static void look (gpointer data);

/* ---- the end ---- */

static void
finish (DdWatcher *self, DdUpgradeResult *result)
{
  if (result->succeeded)
    dd_trace (self->context.trace, "engine", DD_EVENT_UPDATE_SUCCEEDED, self->options.nodegroup,
              dd_object ("replaced", dd_int (result->replaced), NULL));
  else
    {
      g_auto (DdBuilder) ids = dd_builder_array ();

      for (guint i = 0; i < result->resource_ids->len; i++)
        dd_builder_add (&ids, dd_string (g_ptr_array_index (result->resource_ids, i)));
      dd_trace (self->context.trace, "engine", DD_EVENT_UPDATE_FAILED, self->options.nodegroup,
                dd_object ("code", dd_string (result->error_code), "message",
                           dd_string (result->error_message), "resources", dd_builder_end (&ids),
                           "explanation", dd_string (result->explanation), NULL));
    }
  self->done (self, result, self->data);
}

static void
fail (DdWatcher *self, const char *message)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  const char *hint = dd_caller_failed_hint (self->caller);
  DdUpgradeResult result = { .error_code = (char *) UNWATCHED,
                             .error_message = (char *) message,
                             .resource_ids = none,
                             .explanation = (char *) hint };

  finish (self, &result);
}

static void
finish_with_update (DdWatcher *self)
{
  const DdEksUpdate *update = self->update;
  gboolean succeeded = g_str_equal (update->status, "Successful");
  g_autofree char *explanation = succeeded ? NULL : dd_sight_explain (self->sight);
  DdUpgradeResult result = {
    .succeeded = succeeded,
    .error_code = update->error_code != NULL ? update->error_code : update->status,
    .error_message
    = (char *) (update->error_message != NULL ? update->error_message : "EKS gives no reason"),
    .resource_ids = update->resource_ids,
    .explanation = explanation,
    .release_version = self->release,
    .replaced = dd_sight_count_gone (self->sight),
  };

  finish (self, &result);
}

/* ---- asking ---- */

static void
take_answer (const DdReply *reply, const GError *error, gpointer data)
{
  DdWatcher *self = data;

  self->take (self, reply, error);
}

/* Without EKS there is nothing to tell; without Kubernetes, less. */
static void
be_patient_with (DdWatcher *self, const char *service)
{
  gboolean needed = !g_str_equal (service, "kubernetes");

  dd_caller_set_patience (self->caller, needed ? self->options.knobs.api_patience : 0, FALSE);
}

/* There is one question at a time. */
static void
ask (DdWatcher *self, const char *operation, DdRequest *request, TakeReply take)
{
  self->take = take;
  be_patient_with (self, request->service);
  dd_caller_send (self->caller, operation, request, take_answer, self);
}

/* ---- one look ---- */

static void
end_look (DdWatcher *self)
{
  dd_sight_settle (self->sight);
  if (g_str_equal (self->update->status, "InProgress"))
    self->timer
        = dd_clock_after (self->context.clock, self->options.knobs.poll_interval, look, self);
  else
    finish_with_update (self);
}

static void
end_look_in_trouble (DdWatcher *self, const GError *error)
{
  dd_sight_note_trouble (self->sight, error->message);
  end_look (self);
}

static void take_pods (DdWatcher *self, const DdReply *reply, const GError *error);

static void
ask_for_pods (DdWatcher *self, const char *token)
{
  if (self->next_marked == self->marked->len)
    end_look (self);
  else
    ask (self, "list pods",
         dd_kube_list_pods_on_node (g_ptr_array_index (self->marked, self->next_marked), token),
         take_pods);
}

static void
free_pod (gpointer pod)
{
  dd_kube_pod_free (pod);
}

static void
take_pods (DdWatcher *self, const DdReply *reply, const GError *error)
{
  g_autoptr (GError) problem = error == NULL ? NULL : g_error_copy (error);
  g_autofree char *token = NULL;

  if (problem != NULL || !dd_kube_pods_from_reply (reply, self->pods, &token, &problem))
    {
      end_look_in_trouble (self, problem);
      return;
    }
  if (token == NULL)
    {
      dd_sight_take_pods (self->sight, g_ptr_array_index (self->marked, self->next_marked),
                          self->pods);
      g_ptr_array_set_size (self->pods, 0);
      self->next_marked++;
    }
  ask_for_pods (self, token);
}

static void
free_budget (gpointer budget)
{
  dd_kube_budget_free (budget);
}

static void
take_budgets (DdWatcher *self, const DdReply *reply, const GError *error)
{
  g_autoptr (GError) problem = error == NULL ? NULL : g_error_copy (error);
  g_autofree char *token = NULL;

  if (problem != NULL || !dd_kube_budgets_from_reply (reply, self->budgets, &token, &problem))
    end_look_in_trouble (self, problem);
  else if (token != NULL)
    ask (self, "list budgets", dd_kube_list_budgets (token), take_budgets);
  else
    {
      dd_sight_take_budgets (self->sight, self->budgets);
      ask_for_pods (self, NULL);
    }
}

static void
take_nodes (GPtrArray *nodes, const GError *error, gpointer data)
{
  DdWatcher *self = data;

  if (nodes == NULL)
    {
      end_look_in_trouble (self, error);
      return;
    }
  dd_sight_take_nodes (self->sight, nodes);
  g_clear_pointer (&self->marked, g_ptr_array_unref);
  self->marked = dd_sight_marked_nodes (self->sight);
  self->next_marked = 0;
  g_ptr_array_set_size (self->pods, 0);
  g_ptr_array_set_size (self->budgets, 0);
  if (self->marked->len > 0)
    ask (self, "list budgets", dd_kube_list_budgets (NULL), take_budgets);
  else
    end_look (self);
}

static void
take_activities (DdWatcher *self, const DdReply *reply, const GError *error)
{
  g_autofree char *selector = g_strdup_printf (DD_LABEL_NODEGROUP "=%s", self->options.nodegroup);
  g_autoptr (GError) problem = error == NULL ? NULL : g_error_copy (error);
  g_autoptr (GPtrArray) failures = NULL;

  if (problem == NULL)
    failures = dd_activity_failures_from_reply (reply, self->update->created, &problem);
  if (failures != NULL)
    dd_sight_take_failures (self->sight, failures);
  else
    dd_sight_note_trouble (self->sight, problem->message);
  g_clear_pointer (&self->lister, dd_lister_free);
  be_patient_with (self, "kubernetes");
  self->lister = dd_lister_new (self->caller, selector, take_nodes, self);
}

static void
take_group (DdWatcher *self, const DdReply *reply, const GError *error)
{
  g_autoptr (GError) problem = error == NULL ? NULL : g_error_copy (error);
  g_autoptr (DdScalingGroup) group = NULL;

  if (problem == NULL)
    group = dd_scaling_group_from_reply (reply, self->scaling_group, &problem);
  if (group != NULL)
    dd_sight_take_group (self->sight, group);
  else
    dd_sight_note_trouble (self->sight, problem->message);
  ask (self, "DescribeScalingActivities",
       dd_autoscaling_describe_activities (self->scaling_group, ACTIVITIES), take_activities);
}

static void
take_update (DdWatcher *self, const DdReply *reply, const GError *error)
{
  g_autoptr (GError) problem = error == NULL ? NULL : g_error_copy (error);
  DdEksUpdate *update = NULL;

  if (problem == NULL)
    update = dd_eks_update_from_reply (reply, &problem);
  if (update == NULL)
    {
      fail (self, problem->message);
      return;
    }
  g_clear_pointer (&self->update, dd_eks_update_free);
  self->update = update;
  ask (self, "DescribeAutoScalingGroups", dd_autoscaling_describe_group (self->scaling_group, TRUE),
       take_group);
}

static void
look (gpointer data)
{
  DdWatcher *self = data;

  self->timer = 0;
  ask (self, "DescribeUpdate",
       dd_eks_describe_update (self->options.cluster, self->options.nodegroup, self->id),
       take_update);
}

/* ---- which update ---- */

static void
take_nodegroup (DdWatcher *self, const DdReply *reply, const GError *error)
{
  g_autoptr (GError) problem = error == NULL ? NULL : g_error_copy (error);
  g_autoptr (DdNodegroup) group = NULL;

  if (problem == NULL)
    group = dd_nodegroup_from_reply (reply, &problem);
  if (group == NULL)
    {
      fail (self, problem->message);
      return;
    }
  self->scaling_group = g_strdup (group->scaling_group);
  look (self);
}

static void
watch (DdWatcher *self, const DdEksUpdate *update)
{
  self->id = g_strdup (update->id);
  self->release = g_strdup (update->release_version);
  dd_trace (self->context.trace, "engine", DD_EVENT_UPDATE_WATCHED, self->options.nodegroup,
            dd_object ("id", dd_string (self->id), "release", dd_string (self->release), NULL));
  ask (self, "DescribeNodegroup",
       dd_eks_describe_nodegroup (self->options.cluster, self->options.nodegroup), take_nodegroup);
}

static void take_candidate (DdWatcher *self, const DdReply *reply, const GError *error);

static void
ask_for_candidate (DdWatcher *self)
{
  if (self->next_candidate < self->candidates->len)
    ask (self, "DescribeUpdate",
         dd_eks_describe_update (self->options.cluster, self->options.nodegroup,
                                 g_ptr_array_index (self->candidates, self->next_candidate)),
         take_candidate);
  else
    fail (self, "no update of this node group is under way; --start begins one");
}

static void
take_candidate (DdWatcher *self, const DdReply *reply, const GError *error)
{
  g_autoptr (GError) problem = error == NULL ? NULL : g_error_copy (error);
  g_autoptr (DdEksUpdate) update = NULL;

  self->next_candidate++;
  if (problem == NULL)
    update = dd_eks_update_from_reply (reply, &problem);
  if (update == NULL)
    fail (self, problem->message);
  else if (g_str_equal (update->status, "InProgress"))
    watch (self, update);
  else
    ask_for_candidate (self);
}

static void
take_list (DdWatcher *self, const DdReply *reply, const GError *error)
{
  g_autoptr (GError) problem = error == NULL ? NULL : g_error_copy (error);

  if (problem == NULL)
    self->candidates = dd_eks_update_ids_from_reply (reply, &problem);
  if (self->candidates == NULL)
    fail (self, problem->message);
  else
    ask_for_candidate (self);
}

static void
find_update (DdWatcher *self)
{
  ask (self, "ListUpdates", dd_eks_list_updates (self->options.cluster, self->options.nodegroup),
       take_list);
}

/* One that is under way already is watched instead. */
static void
take_started (DdWatcher *self, const DdReply *reply, const GError *error)
{
  g_autoptr (GError) problem = error == NULL ? NULL : g_error_copy (error);
  g_autoptr (DdEksUpdate) update = NULL;

  if (g_error_matches (problem, DD_ERROR, DD_ERROR_CONFLICT))
    {
      find_update (self);
      return;
    }
  if (problem == NULL)
    update = dd_eks_update_from_reply (reply, &problem);
  if (update == NULL)
    fail (self, problem->message);
  else
    watch (self, update);
}

void
dd_watcher_start (DdWatcher *self)
{
  DdEksUpdateOptions options = { .version = self->options.version,
                                 .release_version = self->options.release_version,
                                 .force = self->options.force,
                                 .token = self->token };

  if (self->options.start)
    ask (self, "UpdateNodegroupVersion",
         dd_eks_update_nodegroup_version (self->options.cluster, self->options.nodegroup, &options),
         take_started);
  else
    find_update (self);
}

/* ---- life ---- */

DdWatcher *
dd_watcher_new (const DdEngineContext *context, const DdWatchOptions *options, DdWatcherDone done,
                gpointer data)
{
  DdWatcher *self = g_new0 (DdWatcher, 1);

  self->context = *context;
  self->options = *options;
  self->options.cluster = g_strdup (options->cluster);
  self->options.nodegroup = g_strdup (options->nodegroup);
  self->options.version = g_strdup (options->version);
  self->options.release_version = g_strdup (options->release_version);
  self->done = done;
  self->data = data;
  self->jitter = dd_random_fork (context->random, "back-off");
  self->names = dd_random_fork (context->random, "names");
  self->token = dd_random_uuid (self->names);
  self->caller = dd_caller_new (context->transport, context->clock, context->trace, self->jitter,
                                &self->options.knobs, self->options.nodegroup);
  self->sight = dd_sight_new (context->clock, context->trace, self->options.nodegroup);
  self->budgets = g_ptr_array_new_with_free_func (free_budget);
  self->pods = g_ptr_array_new_with_free_func (free_pod);
  return self;
}

void
dd_watcher_free (DdWatcher *self)
{
  if (self == NULL)
    return;
  dd_clock_cancel (self->context.clock, self->timer);
  dd_lister_free (self->lister);
  dd_caller_free (self->caller);
  dd_sight_free (self->sight);
  dd_random_free (self->jitter);
  dd_random_free (self->names);
  dd_eks_update_free (self->update);
  g_clear_pointer (&self->candidates, g_ptr_array_unref);
  g_clear_pointer (&self->marked, g_ptr_array_unref);
  g_ptr_array_unref (self->budgets);
  g_ptr_array_unref (self->pods);
  g_free (self->token);
  g_free (self->id);
  g_free (self->scaling_group);
  g_free (self->release);
  g_free ((char *) self->options.cluster);
  g_free ((char *) self->options.nodegroup);
  g_free ((char *) self->options.version);
  g_free ((char *) self->options.release_version);
  g_free (self);
}
