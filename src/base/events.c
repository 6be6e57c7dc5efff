/* SPDX-License-Identifier: Apache-2.0 */
/* base/events.c: what may be told, by whom and with which details; and whether it is told so */

#include "config.h"

#include "base/events.h"

#include <string.h>

static gboolean
is_among (DdDetail detail, const DdDetail *details)
{
  for (guint i = 0; i < DD_MOST_DETAILS && details[i] != DD_DETAIL_NONE; i++)
    if (details[i] == detail)
      return TRUE;
  return FALSE;
}

const DdEventRow *
dd_event_find (const char *name)
{
  for (guint i = 0; i < DD_N_EVENTS; i++)
    if (strcmp (dd_events[i].name, name) == 0)
      return &dd_events[i];
  return NULL;
}

gboolean
dd_event_is_told_by (const DdEventRow *event, const char *actor)
{
  gsize length = strlen (actor);

  for (const char *at = event->actors; at != NULL; at = strchr (at, ' '))
    {
      at += *at == ' ';
      if (strncmp (at, actor, length) == 0 && (at[length] == '\0' || at[length] == ' '))
        return TRUE;
    }
  return FALSE;
}

gboolean
dd_event_has (const DdEventRow *event, DdDetail detail)
{
  return is_among (detail, event->required) || is_among (detail, event->optional);
}

DdDetail
dd_detail_find (const char *name)
{
  for (guint i = DD_DETAIL_NONE + 1; i < DD_N_DETAILS; i++)
    if (strcmp (dd_details[i].name, name) == 0)
      return (DdDetail) i;
  return DD_DETAIL_NONE;
}

/* ---- telling ---- */

static DdDetail
find_among (const char *name, const DdDetail *details)
{
  for (guint i = 0; i < DD_MOST_DETAILS && details[i] != DD_DETAIL_NONE; i++)
    if (strcmp (dd_details[details[i]].name, name) == 0)
      return details[i];
  return DD_DETAIL_NONE;
}

static gboolean
has_type (const DdValue *value, DdType type)
{
  if (dd_value_type (value) != type)
    return FALSE;
  for (gsize i = 0; type == DD_ARRAY && i < dd_value_length (value); i++)
    if (dd_value_type (dd_value_element (value, i)) != DD_STRING)
      return FALSE;
  return TRUE;
}

static char *
check_details (const DdEventRow *event, const DdValue *details)
{
  guint met = 0, wanted = 0;

  for (gsize i = 0; i < dd_value_length (details); i++)
    {
      const char *name = dd_value_key (details, i);
      DdDetail detail = find_among (name, event->required);

      met += detail != DD_DETAIL_NONE;
      if (detail == DD_DETAIL_NONE)
        detail = find_among (name, event->optional);
      if (detail == DD_DETAIL_NONE)
        return g_strdup_printf ("it has no detail \"%s\"", name);
      if (!has_type (dd_value_nth (details, i), dd_details[detail].type))
        return g_strdup_printf ("its detail \"%s\" is not of the type that the table says", name);
    }
  while (wanted < DD_MOST_DETAILS && event->required[wanted] != DD_DETAIL_NONE)
    wanted++;
  for (guint i = 0; met < wanted && i < wanted; i++)
    {
      const char *name = dd_details[event->required[i]].name;

      if (dd_value_member (details, name) == NULL)
        return g_strdup_printf ("its detail \"%s\" is missing", name);
    }
  return NULL;
}

char *
dd_event_check (DdEvent event, const char *actor, const DdValue *details)
{
  if (!dd_event_is_told_by (&dd_events[event], actor))
    return g_strdup_printf ("%s does not tell of it", actor);
  return check_details (&dd_events[event], details);
}

/* ---- reading ---- */

static const DdValue *
read_detail (DdEvent event, const DdValue *details, DdDetail detail, DdType type)
{
  g_assert (dd_event_has (&dd_events[event], detail));
  g_assert (dd_details[detail].type == type);
  return dd_value_member (details, dd_details[detail].name);
}

const char *
dd_event_text (DdEvent event, const DdValue *details, DdDetail detail)
{
  return dd_value_string (read_detail (event, details, detail, DD_STRING));
}

gint64
dd_event_int (DdEvent event, const DdValue *details, DdDetail detail, gint64 fallback)
{
  return dd_value_int (read_detail (event, details, detail, DD_INT), fallback);
}

gboolean
dd_event_bool (DdEvent event, const DdValue *details, DdDetail detail)
{
  return dd_value_bool (read_detail (event, details, detail, DD_BOOL), FALSE);
}

const DdValue *
dd_event_list (DdEvent event, const DdValue *details, DdDetail detail)
{
  return read_detail (event, details, detail, DD_ARRAY);
}

/* ---- the dictionary ---- */

#define EVERY_DOOR "kube-apiserver router eks autoscaling ec2 ssm sts scheduler"

#define DETAIL(id, ...) [DD_DETAIL_##id] = { __VA_ARGS__ }

/* Imitates: Amazon EKS API Reference, ErrorDetail. */
const char *const dd_update_error_codes[] = { "SubnetNotFound",
                                              "SecurityGroupNotFound",
                                              "EniLimitReached",
                                              "IpNotAvailable",
                                              "AccessDenied",
                                              "OperationNotPermitted",
                                              "VpcIdNotFound",
                                              "Unknown",
                                              "NodeCreationFailure",
                                              "PodEvictionFailure",
                                              "InsufficientFreeAddresses",
                                              "ClusterUnreachable",
                                              "InsufficientNumberOfReplicas",
                                              "ConfigurationConflict",
                                              "AdmissionRequestDenied",
                                              "UnsupportedAddonModification",
                                              "K8sResourceNotFound",
                                              NULL };

/* Imitates: Amazon EKS API Reference, Nodegroup and Update. */
static const char *const statuses[]
    = { "CREATING", "ACTIVE",     "UPDATING", "DELETING",  "CREATE_FAILED", "DELETE_FAILED",
        "DEGRADED", "InProgress", "Failed",   "Cancelled", "Successful",    NULL };
static const char *const update_types[] = { "VersionUpdate", "ConfigUpdate", NULL };
static const char *const strategies[] = { "MINIMAL", NULL };

static const char *const connections[] = { "refused", "broken", NULL };
static const char *const machines[] = { "update", "node", "drain", NULL };
static const char *const phases[]
    = { "setup", "scale-up", "upgrade", "scale-down", "roll-back", "clean-up", NULL };
static const char *const profiles[] = { "workshop", "documented", "observed", NULL };
static const char *const services[]
    = { "kubernetes", "eks", "autoscaling", "ec2", "ssm", "sts", "instance", "pod", "hook", NULL };

const DdDetailRow dd_details[DD_N_DETAILS] = {
  DETAIL (NONE, "", DD_NULL, ""),
  DETAIL (ALLOWED, "allowed", DD_INT, "how many more pods the budget lets go, the eviction done"),
  DETAIL (ASKED, "asked", DD_INT, "the desired size that somebody else asked for"),
  DETAIL (BUDGET, "budget", DD_STRING,
          "the disruption budget that decides; where several do, all with commas between"),
  DETAIL (BY, "by", DD_STRING, "whose request it struck, a controller"),
  DETAIL (CAUSE, "cause", DD_STRING, "why, as Auto Scaling words it"),
  DETAIL (CODE, "code", DD_STRING, "the error code of the update, as EKS spells it",
          dd_update_error_codes),
  DETAIL (CONNECTION, "connection", DD_STRING, "what becomes of the connection", connections),
  DETAIL (DELAY, "delay", DD_STRING,
          "how much later the answer comes, as scenarios write durations"),
  DETAIL (DESIRED, "desired", DD_INT, "the desired size of the Auto Scaling group"),
  DETAIL (ENDPOINT, "endpoint", DD_STRING, "the method and the path that are not answered"),
  DETAIL (ERROR, "error", DD_STRING, "the error that is answered, as the service spells it"),
  DETAIL (EXPLANATION, "explanation", DD_STRING, "what led to it, a line each"),
  DETAIL (FAILED, "failed", DD_BOOL, "whether the update has failed and puts back what it changed"),
  DETAIL (FORCE, "force", DD_BOOL, "whether pods are deleted that cannot be evicted"),
  DETAIL (FROM, "from", DD_STRING, "the state of the machine before"),
  DETAIL (FROM_DESIRED, "from_desired", DD_INT, "the desired size before"),
  DETAIL (FROM_MAX, "from_max", DD_INT, "the maximum size before"),
  DETAIL (FROM_REPLICAS, "from_replicas", DD_INT, "the size of the ReplicaSet or workload before"),
  DETAIL (GROUP, "group", DD_STRING, "the Auto Scaling group, by name"),
  DETAIL (HAS, "has", DD_INT, "how many healthy pods the budget has"),
  DETAIL (HTTP_STATUS, "http_status", DD_INT, "the HTTP status of the answer; 0: there was none"),
  DETAIL (ID, "id", DD_STRING, "the id of the update"),
  DETAIL (IMAGE, "image", DD_STRING, "the machine image, ami-..."),
  DETAIL (INSTANCE, "instance", DD_STRING, "the instance, i-..."),
  DETAIL (INSTEAD_OF, "instead_of", DD_INT, "the desired size that the update had asked for"),
  DETAIL (KUBERNETES_VERSION, "kubernetes_version", DD_STRING, "the minor: 1.31"),
  DETAIL (LOST, "lost", DD_BOOL, "whether it is done and only the answer is lost"),
  DETAIL (MACHINE, "machine", DD_STRING, "which machine", machines),
  DETAIL (MARK, "mark", DD_STRING, "taint, cordon, cordon+no-load-balancer or none"),
  DETAIL (MAX, "max", DD_INT, "the maximum size of the Auto Scaling group"),
  DETAIL (MESSAGE, "message", DD_STRING, "what was answered or reported"),
  DETAIL (MIN, "min", DD_INT, "the minimum size of the Auto Scaling group"),
  DETAIL (NEEDED, "needed", DD_INT, "how many Ready nodes there must be"),
  DETAIL (NEEDS, "needs", DD_INT, "how many healthy pods the budget wants"),
  DETAIL (NODE, "node", DD_STRING, "the node, by name"),
  DETAIL (NODE_COUNT, "node_count", DD_INT, "how many new nodes there are"),
  DETAIL (NODES, "nodes", DD_ARRAY, "the nodes, by name"),
  DETAIL (OPERATION, "operation", DD_STRING,
          "the operation: an action of AWS, a verb and a resource, or what a fault strikes"),
  DETAIL (OUTDATED, "outdated", DD_INT, "how many nodes are still to be replaced"),
  DETAIL (OWNER, "owner", DD_STRING, "the controlling object, by name"),
  DETAIL (PARALLELISM, "parallelism", DD_INT, "how many nodes are replaced at once"),
  DETAIL (PHASE, "phase", DD_STRING, "the phase of the update", phases),
  DETAIL (POD_COUNT, "pod_count", DD_INT, "how many pods must go"),
  DETAIL (PODS, "pods", DD_ARRAY, "the pods that are left, namespace/name each"),
  DETAIL (PREEMPTOR, "preemptor", DD_STRING, "the pod that it made room for, namespace/name"),
  DETAIL (PROFILE, "profile", DD_STRING, "the profile of knobs", profiles),
  DETAIL (READY, "ready", DD_INT, "how many nodes are Ready"),
  DETAIL (REASON, "reason", DD_STRING, "why, as whoever tells of it words it"),
  DETAIL (RELEASE, "release", DD_STRING, "the release version of the node group"),
  DETAIL (REPLACED, "replaced", DD_INT, "how many nodes were replaced"),
  DETAIL (REPLICAS, "replicas", DD_INT, "the size of the ReplicaSet or workload"),
  DETAIL (RESOURCES, "resources", DD_ARRAY, "the instances or nodes that the error is about"),
  DETAIL (SECONDS, "seconds", DD_INT, "how long it took, or is waited, in whole seconds"),
  DETAIL (SERVICE, "service", DD_STRING, "the service, or what a fault strikes", services),
  DETAIL (SINCE, "since", DD_STRING, "since when, the time of day in UTC"),
  DETAIL (SOURCE_VERSION, "source_version", DD_STRING,
          "the version of the launch template that the owner of the node group made it with"),
  DETAIL (STATUS, "status", DD_STRING, "the status, as EKS spells it", statuses),
  DETAIL (STEP, "step", DD_STRING, "the step, in words"),
  DETAIL (STRATEGY, "strategy", DD_STRING, "the update strategy, where it is not the default",
          strategies),
  DETAIL (TEMPLATE, "template", DD_STRING, "the launch template, lt-..."),
  DETAIL (TO, "to", DD_STRING, "the state of the machine now"),
  DETAIL (TRY, "try", DD_INT, "which try it was, from 1"),
  DETAIL (TYPE, "type", DD_STRING, "the type of the update, as EKS spells it", update_types),
  DETAIL (VERSION, "version", DD_STRING,
          "the version of the launch template, as Auto Scaling spells it"),
  DETAIL (WAVE, "wave", DD_INT, "which wave it is, from 1"),
  DETAIL (WHY, "why", DD_STRING, "what decided it"),
  DETAIL (ZONE, "zone", DD_STRING, "the availability zone"),
  DETAIL (ZONES, "zones", DD_ARRAY, "the availability zones that hold outdated nodes"),
};

#define EVENT(id, ...) [DD_EVENT_##id] = { __VA_ARGS__ }

const DdEventRow dd_events[DD_N_EVENTS] = {
  EVENT (API_AWAY, "api.away", "engine", "node group",
         "an API is not reached, or answers nothing of use, and is waited for",
         .required = { DD_DETAIL_SERVICE, DD_DETAIL_OPERATION, DD_DETAIL_ENDPOINT, DD_DETAIL_SINCE,
                       DD_DETAIL_MESSAGE }),
  EVENT (API_BACK, "api.back", "engine", "node group", "it answers again",
         .required = { DD_DETAIL_SERVICE, DD_DETAIL_SECONDS }),
  EVENT (AUTOSCALER_SCALED, "autoscaler.scaled", "hpa", "HorizontalPodAutoscaler, namespace/name",
         "an autoscaler gave its workload another size",
         .required = { DD_DETAIL_FROM_REPLICAS, DD_DETAIL_REPLICAS, DD_DETAIL_REASON }),
  EVENT (CLUSTER_UPDATE_ACCEPTED, "cluster-update.accepted", "eks", "cluster",
         "the control plane is to move to another version",
         .required = { DD_DETAIL_ID, DD_DETAIL_KUBERNETES_VERSION }),
  EVENT (CLUSTER_UPDATE_FINISHED, "cluster-update.finished", "eks", "cluster",
         "the control plane runs another version",
         .required = { DD_DETAIL_ID, DD_DETAIL_KUBERNETES_VERSION }),
  EVENT (DRAIN_EVICTED, "drain.evicted", "engine", "pod, namespace/name",
         "the eviction of a pod was accepted", .required = { DD_DETAIL_NODE, DD_DETAIL_TRY }),
  EVENT (DRAIN_EVICTION_FAILED, "drain.eviction-failed", "engine", "pod, namespace/name",
         "the eviction of a pod failed, other than by a budget",
         .required = { DD_DETAIL_NODE, DD_DETAIL_MESSAGE, DD_DETAIL_TRY }),
  EVENT (DRAIN_FINISHED, "drain.finished", "engine", "node",
         "no pod that must go is left on a node", .required = { DD_DETAIL_SECONDS }),
  EVENT (DRAIN_FORCED, "drain.forced", "engine", "pod, namespace/name",
         "a pod was deleted, as the update has force", .required = { DD_DETAIL_NODE }),
  EVENT (DRAIN_OVERDUE, "drain.overdue", "engine", "node",
         "the drain of a node has used up its time or its tries", .required = { DD_DETAIL_PODS }),
  EVENT (DRAIN_REFUSED_BY_BUDGET, "drain.refused-by-budget", "engine", "pod, namespace/name",
         "a budget does not allow the eviction of a pod now",
         .required = { DD_DETAIL_NODE, DD_DETAIL_BUDGET, DD_DETAIL_TRY },
         .optional = { DD_DETAIL_NEEDS, DD_DETAIL_HAS }),
  EVENT (DRAIN_REFUSED_BY_TWO_BUDGETS, "drain.refused-by-two-budgets", "engine",
         "pod, namespace/name", "a pod has more than one budget: no eviction",
         .required = { DD_DETAIL_NODE, DD_DETAIL_TRY }),
  EVENT (DRAIN_STARTED, "drain.started", "engine", "node", "the drain of a node begins",
         .required = { DD_DETAIL_POD_COUNT }, .optional = { DD_DETAIL_ZONE }),
  EVENT (ENGINE_KILLED, "engine.killed", "eks", "node group", "the engine of an update died",
         .required = { DD_DETAIL_ID }),
  EVENT (ENGINE_RESUMED, "engine.resumed", "eks", "node group", "another engine took over",
         .required = { DD_DETAIL_ID }),
  EVENT (EVICTION_ACCEPTED, "eviction.accepted", "kube-apiserver", "pod, namespace/name",
         "the eviction of a pod was granted",
         .optional = { DD_DETAIL_NODE, DD_DETAIL_BUDGET, DD_DETAIL_ALLOWED }),
  EVENT (EVICTION_REFUSED, "eviction.refused", "kube-apiserver", "pod, namespace/name",
         "the eviction of a pod was refused, by a budget or two",
         .required = { DD_DETAIL_HTTP_STATUS, DD_DETAIL_BUDGET },
         .optional = { DD_DETAIL_NODE, DD_DETAIL_NEEDS, DD_DETAIL_HAS }),
  EVENT (EXPECTATION_FAILED, "expectation.failed", "scenario", "expectation, in words",
         "it was decided that an expectation fails", .optional = { DD_DETAIL_WHY }),
  EVENT (EXPECTATION_HELD, "expectation.held", "scenario", "expectation, in words",
         "it was decided that an expectation holds", .optional = { DD_DETAIL_WHY }),
  EVENT (FAULT_INJECTED, "fault.injected", "faults", "what it struck, where that has a name",
         "a fault struck", .required = { DD_DETAIL_SERVICE, DD_DETAIL_OPERATION },
         .optional = { DD_DETAIL_ERROR, DD_DETAIL_CONNECTION, DD_DETAIL_DELAY, DD_DETAIL_LOST,
                       DD_DETAIL_BY, DD_DETAIL_INSTANCE, DD_DETAIL_ZONE }),
  EVENT (GROUP_REPOINTED, "group.repointed", "engine", "node group",
         "the Auto Scaling group got another version of its template",
         .required = { DD_DETAIL_GROUP, DD_DETAIL_VERSION }),
  EVENT (GROUP_UPDATED, "group.updated", "autoscaling", "Auto Scaling group",
         "the sizes of an Auto Scaling group were set",
         .required = { DD_DETAIL_MIN, DD_DETAIL_MAX, DD_DETAIL_DESIRED }),
  EVENT (HOOK_DRAIN_OVERDUE, "hook.drain-overdue", "eks", "node",
         "EKS has drained a node for its termination hook, and lets it go although pods are left",
         .required = { DD_DETAIL_PODS, DD_DETAIL_INSTANCE }),
  EVENT (IMAGE_ASSUMED, "image.assumed", "eks", "image",
         "an image that the world does not list was taken to fit the cluster",
         .required = { DD_DETAIL_KUBERNETES_VERSION }),
  EVENT (INSTANCE_IN_SERVICE, "instance.in-service", "autoscaling", "instance",
         "an instance serves in its Auto Scaling group", .required = { DD_DETAIL_GROUP }),
  EVENT (INSTANCE_LAUNCHING, "instance.launching", "autoscaling", "instance",
         "an Auto Scaling group launches an instance",
         .required = { DD_DETAIL_ZONE, DD_DETAIL_GROUP, DD_DETAIL_CAUSE }),
  EVENT (INSTANCE_PENDING, "instance.pending", "ec2", "instance", "an instance was made",
         .required = { DD_DETAIL_ZONE }),
  EVENT (INSTANCE_RUNNING, "instance.running", "ec2", "instance", "an instance runs",
         .required = { DD_DETAIL_ZONE }),
  EVENT (INSTANCE_SHUTTING_DOWN, "instance.shutting-down", "ec2", "instance",
         "an instance goes down", .required = { DD_DETAIL_ZONE }),
  EVENT (INSTANCE_TERMINATED, "instance.terminated", "ec2 autoscaling", "instance",
         "an instance is gone", .optional = { DD_DETAIL_ZONE, DD_DETAIL_GROUP }),
  EVENT (INSTANCE_TERMINATING, "instance.terminating", "autoscaling", "instance",
         "an Auto Scaling group takes an instance out",
         .required = { DD_DETAIL_GROUP, DD_DETAIL_CAUSE }),
  EVENT (JOB_COMPLETED, "job.completed", "job", "Job, namespace/name",
         "enough pods of a Job have succeeded"),
  EVENT (JOB_CREATED, "job.created", "cronjob", "Job, namespace/name",
         "a CronJob made a Job at its time", .required = { DD_DETAIL_OWNER }),
  EVENT (JOB_DELETED, "job.deleted", "cronjob", "Job, namespace/name",
         "a CronJob deleted a Job: as history, or for the next one",
         .required = { DD_DETAIL_OWNER, DD_DETAIL_REASON }),
  EVENT (JOB_EXPIRED, "job.expired", "ttl-after-finished", "Job, namespace/name",
         "a Job that is over was deleted"),
  EVENT (JOB_FAILED, "job.failed", "job", "Job, namespace/name", "a Job was given up",
         .required = { DD_DETAIL_REASON, DD_DETAIL_MESSAGE }),
  EVENT (JOB_POD_FAILED, "job.pod-failed", "job", "pod, namespace/name",
         "a pod of a Job failed or was deleted, which counts", .required = { DD_DETAIL_OWNER }),
  EVENT (JOB_POD_IGNORED, "job.pod-ignored", "job", "pod, namespace/name",
         "a pod of a Job failed, which its failure policy ignores",
         .required = { DD_DETAIL_OWNER }),
  EVENT (JOB_SKIPPED, "job.skipped", "cronjob", "CronJob, namespace/name",
         "a CronJob was due and makes no Job", .required = { DD_DETAIL_REASON }),
  EVENT (JOB_WAITING, "job.waiting", "job", "Job, namespace/name",
         "a Job waits after failures before it makes the next pod",
         .required = { DD_DETAIL_SECONDS }),
  EVENT (LAUNCH_TEMPLATE_VERSION_CREATED, "launch-template.version-created", "engine", "node group",
         "a version of the launch template was made",
         .required = { DD_DETAIL_TEMPLATE, DD_DETAIL_VERSION, DD_DETAIL_IMAGE }),
  EVENT (LAUNCH_TEMPLATE_VERSION_DELETED, "launch-template.version-deleted", "engine", "node group",
         "a version of the launch template was deleted",
         .required = { DD_DETAIL_TEMPLATE, DD_DETAIL_VERSION }),
  EVENT (LAUNCH_FAILED, "launch.failed", "autoscaling", "Auto Scaling group",
         "an instance could not be launched", .required = { DD_DETAIL_ZONE, DD_DETAIL_MESSAGE }),
  EVENT (MACHINE_ENTERED, "machine.entered", "engine", "node or node group",
         "a machine of the engine entered a state",
         .required = { DD_DETAIL_MACHINE, DD_DETAIL_FROM, DD_DETAIL_TO }),
  EVENT (MAXIMUM_ADOPTED, "maximum.adopted", "engine", "node group",
         "somebody gave the group another maximum meanwhile, which is kept",
         .required = { DD_DETAIL_ASKED, DD_DETAIL_INSTEAD_OF, DD_DETAIL_MAX }),
  EVENT (MINIMUM_ADOPTED, "minimum.adopted", "engine", "node group",
         "somebody raised the minimum above what the group wanted, which is kept",
         .required = { DD_DETAIL_MIN, DD_DETAIL_INSTEAD_OF, DD_DETAIL_DESIRED, DD_DETAIL_MAX }),
  EVENT (NODE_CORDON_SEEN, "node.cordon-seen", "node-lifecycle", "node",
         "a node became unschedulable"),
  EVENT (NODE_CORDONED, "node.cordoned", "engine", "node", "the engine made a node unschedulable"),
  EVENT (NODE_DELETED, "node.deleted", "node-lifecycle", "node",
         "the Node of a terminated instance was deleted"),
  EVENT (NODE_JOINED, "node.joined", "engine", "node", "a new node was first seen Ready",
         .required = { DD_DETAIL_INSTANCE }, .optional = { DD_DETAIL_ZONE }),
  EVENT (NODE_LABELLED, "node.labelled", "eks", "node",
         "EKS put the labels and taints of its group on a node of a custom image",
         .required = { DD_DETAIL_GROUP }),
  EVENT (NODE_MARKED, "node.marked", "engine", "node",
         "an outdated node was marked: taint, cordon or label", .required = { DD_DETAIL_MARK },
         .optional = { DD_DETAIL_ZONE }),
  EVENT (NODE_NOT_READY, "node.not-ready", "node-lifecycle", "node",
         "a node is not heard of any more"),
  EVENT (NODE_READY, "node.ready", "kubelet", "node", "a node became Ready"),
  EVENT (NODE_REGISTERED, "node.registered", "kubelet", "node", "a machine made its Node",
         .required = { DD_DETAIL_ZONE, DD_DETAIL_IMAGE, DD_DETAIL_INSTANCE }),
  EVENT (NODE_SETTLED, "node.settled", "engine", "node", "a node that was drained was waited for"),
  EVENT (NODE_TERMINATED, "node.terminated", "engine", "node", "a node's instance is gone",
         .required = { DD_DETAIL_INSTANCE }),
  EVENT (NODE_TERMINATING, "node.terminating", "engine", "node",
         "the end of a node's instance was asked for, and granted",
         .required = { DD_DETAIL_INSTANCE }),
  EVENT (NODE_UNMARKED, "node.unmarked", "engine", "node", "what was put on a node was taken off",
         .required = { DD_DETAIL_MARK }, .optional = { DD_DETAIL_ZONE }),
  EVENT (NODE_VANISHED, "node.vanished", "engine", "node",
         "a node has left during an update, and not by it", .required = { DD_DETAIL_GROUP }),
  EVENT (NODEGROUP_STATUS, "nodegroup.status", "eks", "node group",
         "a node group has another status", .required = { DD_DETAIL_STATUS }),
  EVENT (NOT_MODELLED, "not-modelled", EVERY_DOOR, "pod or path, where there is one",
         "something was asked for that the world does not play",
         .required = { DD_DETAIL_SERVICE, DD_DETAIL_OPERATION }, .optional = { DD_DETAIL_WHY }),
  EVENT (PHASE_ENTERED, "phase.entered", "engine", "node group", "an update entered a phase",
         .required = { DD_DETAIL_PHASE }),
  EVENT (POD_BOUND, "pod.bound", "scheduler", "pod, namespace/name", "a pod was given a node",
         .required = { DD_DETAIL_NODE }),
  EVENT (POD_COLLECTED, "pod.collected", "pod-gc", "pod, namespace/name",
         "a pod whose node is gone was deleted", .required = { DD_DETAIL_NODE }),
  EVENT (POD_CREATED, "pod.created", "replicaset daemonset statefulset job", "pod, namespace/name",
         "a controller made a pod", .required = { DD_DETAIL_OWNER }),
  EVENT (POD_DELETED, "pod.deleted", "replicaset daemonset statefulset job", "pod, namespace/name",
         "a controller deleted a pod", .required = { DD_DETAIL_OWNER }),
  EVENT (POD_ENDED, "pod.ended", "kubelet", "pod, namespace/name",
         "the containers of a pod ended by themselves", .required = { DD_DETAIL_NODE }),
  EVENT (POD_EVICTED, "pod.evicted", "taint-eviction", "pod, namespace/name",
         "a taint drove a pod from its node", .required = { DD_DETAIL_NODE }),
  EVENT (POD_PREEMPTED, "pod.preempted", "scheduler", "pod, namespace/name",
         "a pod was removed for one of higher priority",
         .required = { DD_DETAIL_NODE, DD_DETAIL_PREEMPTOR }),
  EVENT (POD_READY, "pod.ready", "kubelet", "pod, namespace/name", "a pod became Ready",
         .required = { DD_DETAIL_NODE }),
  EVENT (POD_RUNNING, "pod.running", "kubelet", "pod, namespace/name",
         "the containers of a pod run", .required = { DD_DETAIL_NODE }),
  EVENT (POD_STOPPED, "pod.stopped", "kubelet", "pod, namespace/name",
         "the containers of a deleted pod ended", .required = { DD_DETAIL_NODE }),
  EVENT (POD_UNSCHEDULABLE, "pod.unschedulable", "scheduler", "pod, namespace/name",
         "no node takes a pod now", .required = { DD_DETAIL_MESSAGE }),
  EVENT (REFILL_AWAITED, "refill.awaited", "engine", "node group",
         "replacements of drained nodes are waited for",
         .required = { DD_DETAIL_READY, DD_DETAIL_NEEDED }),
  EVENT (REPLICAS_SCALED, "replicas.scaled", "deployment", "ReplicaSet, namespace/name",
         "a Deployment gave a ReplicaSet another size",
         .required = { DD_DETAIL_FROM_REPLICAS, DD_DETAIL_REPLICAS }),
  EVENT (REQUEST_RETRIED, "request.retried", "engine", "node group",
         "a request went wrong and is made again",
         .required
         = { DD_DETAIL_SERVICE, DD_DETAIL_OPERATION, DD_DETAIL_HTTP_STATUS, DD_DETAIL_TRY }),
  EVENT (SCALE_DOWN_CHOSEN, "scale-down.chosen", "engine", "node group",
         "the nodes that must leave after the update were chosen", .required = { DD_DETAIL_NODE },
         .optional = { DD_DETAIL_ZONE }),
  EVENT (SCALE_DOWN_STEP, "scale-down.step", "engine", "node group", "the group was made smaller",
         .required = { DD_DETAIL_DESIRED, DD_DETAIL_MAX }),
  EVENT (SCALE_DOWN_STOPPED, "scale-down.stopped", "engine", "node group",
         "the group stays as large as it is", .required = { DD_DETAIL_REASON }),
  EVENT (
      SCALE_UP_REQUESTED, "scale-up.requested", "engine", "node group", "the group was made larger",
      .required = { DD_DETAIL_DESIRED, DD_DETAIL_MAX, DD_DETAIL_FROM_DESIRED, DD_DETAIL_FROM_MAX }),
  EVENT (SCALE_UP_SATISFIED, "scale-up.satisfied", "engine", "node group",
         "there are new nodes enough in each zone", .required = { DD_DETAIL_NODE_COUNT }),
  EVENT (SIZE_ADOPTED, "size.adopted", "engine", "node group",
         "somebody gave the group another size meanwhile, which is kept",
         .required = { DD_DETAIL_ASKED, DD_DETAIL_INSTEAD_OF, DD_DETAIL_DESIRED, DD_DETAIL_MAX }),
  EVENT (STEP_STARTED, "step.started", "scenario", "none", "a step of the scenario was taken",
         .required = { DD_DETAIL_STEP }),
  EVENT (UPDATE_ACCEPTED, "update.accepted", "eks", "node group",
         "an update was asked for and begins", .required = { DD_DETAIL_ID, DD_DETAIL_TYPE },
         .optional = { DD_DETAIL_FORCE, DD_DETAIL_STRATEGY }),
  EVENT (UPDATE_FAILED, "update.failed", "engine", "node group", "the engine gave an update up",
         .required = { DD_DETAIL_CODE, DD_DETAIL_MESSAGE, DD_DETAIL_RESOURCES },
         .optional = { DD_DETAIL_EXPLANATION }),
  EVENT (UPDATE_FINISHED, "update.finished", "eks", "node group",
         "an update reached its last status", .required = { DD_DETAIL_ID, DD_DETAIL_STATUS }),
  EVENT (UPDATE_RESUMED, "update.resumed", "engine", "node group",
         "the engine goes on where another one died",
         .required = { DD_DETAIL_OUTDATED, DD_DETAIL_REPLACED, DD_DETAIL_FAILED }),
  EVENT (UPDATE_STARTED, "update.started", "engine", "node group",
         "the engine begins with an update",
         .required = { DD_DETAIL_PROFILE, DD_DETAIL_FORCE, DD_DETAIL_RELEASE, DD_DETAIL_IMAGE,
                       DD_DETAIL_PARALLELISM, DD_DETAIL_ZONES },
         .optional = { DD_DETAIL_STRATEGY, DD_DETAIL_SOURCE_VERSION }),
  EVENT (UPDATE_SUCCEEDED, "update.succeeded", "engine", "node group",
         "the engine is done with an update", .required = { DD_DETAIL_REPLACED }),
  EVENT (UPDATE_WAITS, "update.waits", "engine", "node group",
         "an update that is watched from outside seems to wait for something",
         .required = { DD_DETAIL_REASON, DD_DETAIL_TRY }),
  EVENT (UPDATE_WARNED, "update.warned", "engine", "node group", "something may hinder an update",
         .required = { DD_DETAIL_REASON }),
  EVENT (UPDATE_WATCHED, "update.watched", "engine", "node group",
         "an update is watched from outside", .required = { DD_DETAIL_ID },
         .optional = { DD_DETAIL_RELEASE }),
  EVENT (WAVE_STARTED, "wave.started", "engine", "wave", "the next nodes are drained together",
         .required = { DD_DETAIL_WAVE, DD_DETAIL_NODES }),
};
