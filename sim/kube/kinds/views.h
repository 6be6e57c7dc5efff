/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/views.h: the typed views of the kinds that actors read all the time, filled once
 * per revision */
#pragma once

#include "base/clock.h"
#include "sim/kube/store.h"

G_BEGIN_DECLS

/* Strings are borrowed from the object's value. */
typedef struct
{
  const char *node_name;           /* NULL: not bound */
  const char *phase;               /* "Pending", "Running", "Succeeded", "Failed" */
  gboolean ready;                  /* condition Ready is True */
  gboolean terminating;            /* deletionTimestamp is set */
  gboolean finished;               /* Succeeded or Failed */
  gboolean mirror;                 /* kubernetes.io/config.mirror */
  gint64 cpu_millis, memory_bytes; /* effective requests, init containers considered */
  gint64 priority;
  const DdValue *labels;                           /* may be NULL */
  const DdValue *tolerations;                      /* may be NULL */
  const char *owner_kind, *owner_name, *owner_uid; /* the controller; NULL when there is none */
  DdUsec deletion_deadline;                        /* 0 when not terminating */
  gint64 grace_seconds;
} KubePodView;

typedef struct
{
  gboolean unschedulable;
  gboolean ready;                        /* condition Ready is True */
  gboolean ready_unknown;                /* condition Ready is Unknown */
  gint64 cpu_millis, memory_bytes, pods; /* allocatable */
  const DdValue *taints;                 /* may be NULL */
  const DdValue *labels;                 /* may be NULL */
  const char *zone;                      /* topology.kubernetes.io/zone; NULL when unknown */
  const char *provider_id;               /* "aws:///us-west-2a/i-..." */
} KubeNodeView;

/* KubeKind.view_new and .view_free of the two kinds. */
gpointer kube_pod_view_new (const DdValue *pod);
void kube_pod_view_free (gpointer view);
gpointer kube_node_view_new (const DdValue *node);
void kube_node_view_free (gpointer view);

/* What a pod with that spec needs of RESOURCE, in millicores or whole units. Init containers run
 * one after another beside the sidecars that were started before them, so it is the most of any
 * moment. Imitates: Kubernetes, Sidecar containers, Resource sharing within containers. */
gint64 kube_pod_request (const DdValue *spec, const char *resource);
/* The same for everything beside cpu and memory, name -> units; NULL when there is nothing. */
DdValue *kube_pod_other_requests (const DdValue *spec);

/* What a node has to give of it; 0 when it has none. */
gint64 kube_node_allocatable (const SimObject *node, const char *resource);

static inline const KubePodView *
kube_pod_view (const SimObject *object)
{
  return (const KubePodView *) object->view;
}

static inline const KubeNodeView *
kube_node_view (const SimObject *object)
{
  return (const KubeNodeView *) object->view;
}

G_END_DECLS
