/* SPDX-License-Identifier: Apache-2.0 */
/* kube/pod.h: the pods of one node, and how they are asked to leave */
#pragma once

#include "base/transport.h"
#include "base/value.h"

G_BEGIN_DECLS

typedef struct
{
  char *namespace_, *name, *uid;
  char *owner;         /* "ReplicaSet/web-5f7598cfb4"; NULL: no controller */
  DdValue *labels;     /* NULL: none */
  char *finalizer;     /* the first of those that keep it; NULL: none does */
  gboolean leaving;    /* it has a deletionTimestamp */
  gboolean ended;      /* it has run to its end: nothing runs in it, and no budget holds it */
  gboolean unready;    /* it is said not to be Ready */
  DdUsec created;      /* in whole seconds; 0: it does not say */
  gboolean homeless;   /* the scheduler finds no node for it */
  gboolean exclusive;  /* pods of its kind must not share a node with it, or a zone */
  gboolean has_claims; /* to volumes, which may be of one zone */
  gboolean stays; /* a drain leaves it alone: mirror pods, and pods of a DaemonSet that have not
                   * run to their end */
} DdKubePod;

void dd_kube_pod_free (DdKubePod *pod);

DdRequest *dd_kube_list_pods_on_node (const char *node, const char *token);
/* Of all namespaces, those that are on no node yet. */
DdRequest *dd_kube_list_pending_pods (const char *token);
/* Adds to PODS (of DdKubePod *); *OUT_TOKEN is NULL after the last page. */
gboolean dd_kube_pods_from_reply (const DdReply *reply, GPtrArray *pods, char **out_token,
                                  GError **error);

DdRequest *dd_kube_evict_pod (const DdKubePod *pod);
/* With its own grace period, and only if it is still the same pod. */
DdRequest *dd_kube_delete_pod (const DdKubePod *pod);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdKubePod, dd_kube_pod_free)

G_END_DECLS
