/* SPDX-License-Identifier: Apache-2.0 */
/* base/events.c: every event by its name, so that a misspelt one can be told from one that did not
 * happen */

#include "config.h"

#include "base/events.h"

#include <string.h>

const DdEventRow *
dd_event_find (const char *name)
{
  for (const DdEventRow *row = dd_events; row->name != NULL; row++)
    {
      if (strcmp (row->name, name) == 0)
        return row;
    }
  return NULL;
}

gboolean
dd_event_is_told_by (const DdEventRow *event, const char *actor)
{
  g_auto (GStrv) actors = g_strsplit (event->actors, " ", -1);

  return g_strv_contains ((const char *const *) actors, actor);
}

#define EVERY_DOOR "kube-apiserver kubernetes eks autoscaling ec2 ssm sts"

const DdEventRow dd_events[] = {
  { "api.away", "engine", "an API is not reached, or answers nothing of use, and is waited for" },
  { "api.back", "engine", "it answers again" },
  { "drain.evicted", "engine", "the eviction of a pod was accepted" },
  { "drain.eviction-failed", "engine", "the eviction of a pod failed, other than by a budget" },
  { "drain.finished", "engine", "no pod that must go is left on a node" },
  { "drain.forced", "engine", "a pod was deleted, as the update has force" },
  { "drain.overdue", "engine", "the drain of a node has used up its time or its tries" },
  { "drain.refused-by-budget", "engine", "a budget does not allow the eviction of a pod now" },
  { "drain.refused-by-two-budgets", "engine", "a pod has more than one budget: no eviction" },
  { "drain.started", "engine", "the drain of a node begins" },
  { "engine.killed", "eks", "the engine of an update died" },
  { "engine.resumed", "eks", "another engine took over" },
  { "eviction.accepted", "kube-apiserver", "the eviction of a pod was granted" },
  { "eviction.refused", "kube-apiserver", "the eviction of a pod was refused, by a budget or two" },
  { "expectation.failed", "scenario", "it was decided that an expectation fails" },
  { "expectation.held", "scenario", "it was decided that an expectation holds" },
  { "fault.injected", "faults", "a fault struck" },
  { "group.repointed", "engine", "the Auto Scaling group got another version of its template" },
  { "group.updated", "autoscaling", "the sizes of an Auto Scaling group were set" },
  { "instance.in-service", "autoscaling", "an instance serves in its Auto Scaling group" },
  { "instance.launching", "autoscaling", "an Auto Scaling group launches an instance" },
  { "instance.pending", "ec2", "an instance was made" },
  { "instance.running", "ec2", "an instance runs" },
  { "instance.shutting-down", "ec2", "an instance goes down" },
  { "instance.terminated", "ec2 autoscaling", "an instance is gone" },
  { "instance.terminating", "autoscaling", "an Auto Scaling group takes an instance out" },
  { "launch-template.version-created", "engine", "a version of the launch template was made" },
  { "launch-template.version-deleted", "engine", "a version of the launch template was deleted" },
  { "launch.failed", "autoscaling", "an instance could not be launched" },
  { "machine.entered", "engine", "a machine of the engine entered a state" },
  { "node.cordon-seen", "node-lifecycle", "a node became unschedulable" },
  { "node.cordoned", "engine", "the engine made a node unschedulable" },
  { "node.deleted", "node-lifecycle", "the Node of a terminated instance was deleted" },
  { "node.joined", "engine", "a new node was first seen Ready" },
  { "node.marked", "engine", "an outdated node was marked: taint, cordon or label" },
  { "node.not-ready", "node-lifecycle", "a node is not heard of any more" },
  { "node.ready", "kubelet", "a node became Ready" },
  { "node.registered", "kubelet", "a machine made its Node" },
  { "node.settled", "engine", "a node that was drained was waited for" },
  { "node.terminated", "engine", "a node's instance is gone" },
  { "node.terminating", "engine", "the end of a node's instance was asked for" },
  { "node.unmarked", "engine", "what was put on a node was taken off" },
  { "node.vanished", "engine", "a node has left during an update, and not by it" },
  { "nodegroup.status", "eks", "a node group has another status" },
  { "not-modelled", EVERY_DOOR, "something was asked for that the world does not play" },
  { "phase.entered", "engine", "an update entered a phase" },
  { "pod.bound", "scheduler", "a pod was given a node" },
  { "pod.collected", "pod-gc", "a pod whose node is gone was deleted" },
  { "pod.created", "replicaset daemonset", "a controller made a pod" },
  { "pod.deleted", "replicaset daemonset", "a controller deleted a pod" },
  { "pod.ended", "kubelet", "the containers of a pod ended by themselves" },
  { "pod.evicted", "taint-eviction", "a taint drove a pod from its node" },
  { "pod.ready", "kubelet", "a pod became Ready" },
  { "pod.running", "kubelet", "the containers of a pod run" },
  { "pod.stopped", "kubelet", "the containers of a deleted pod ended" },
  { "pod.unschedulable", "scheduler", "no node takes a pod now" },
  { "refill.awaited", "engine", "replacements of drained nodes are waited for" },
  { "replicas.scaled", "deployment", "a Deployment gave a ReplicaSet another size" },
  { "request.retried", "engine", "a request went wrong and is made again" },
  { "scale-down.chosen", "engine", "the nodes that must leave after the update were chosen" },
  { "scale-down.step", "engine", "the group was made smaller" },
  { "scale-down.stopped", "engine", "the group stays as large as it is" },
  { "scale-up.requested", "engine", "the group was made larger" },
  { "scale-up.satisfied", "engine", "there are new nodes enough in each zone" },
  { "size.adopted", "engine", "somebody gave the group another size meanwhile, which is kept" },
  { "step.started", "scenario", "a step of the scenario was taken" },
  { "update.accepted", "eks", "an update was asked for and begins" },
  { "update.failed", "engine", "the engine gave an update up" },
  { "update.finished", "eks", "an update reached its last status" },
  { "update.resumed", "engine", "the engine goes on where another one died" },
  { "update.started", "engine", "the engine begins with an update" },
  { "update.succeeded", "engine", "the engine is done with an update" },
  { "update.waits", "engine",
    "an update that is watched from outside seems to wait for something" },
  { "update.warned", "engine", "something may hinder an update" },
  { "update.watched", "engine", "an update is watched from outside" },
  { "wave.started", "engine", "the next nodes are drained together" },
  { NULL },
};
