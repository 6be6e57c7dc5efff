/* SPDX-License-Identifier: Apache-2.0 */
/* kube/node.h: nodes as the engine sees them, and the requests that read and change them */
#pragma once

#include "base/transport.h"
#include "base/value.h"

G_BEGIN_DECLS

#define DD_LABEL_NODEGROUP "eks.amazonaws.com/nodegroup"
#define DD_LABEL_IMAGE "eks.amazonaws.com/nodegroup-image"
#define DD_LABEL_ZONE "topology.kubernetes.io/zone"
#define DD_LABEL_NO_LOAD_BALANCER "node.kubernetes.io/exclude-from-external-load-balancers"
#define DD_ANNOTATION_PROTECTED "cluster-autoscaler.kubernetes.io/scale-down-disabled"

typedef struct
{
  char *name, *resource_version;
  char *zone, *image; /* what the labels say; "" without one */
  char *instance;     /* from spec.providerID; NULL: not an EC2 instance */
  char *not_ready;    /* why it is not Ready; NULL: it is */
  DdUsec created;
  DdValue *taints; /* NULL: none */
  gboolean unschedulable;
  gboolean no_load_balancer; /* carries the label */
  gboolean protected_;       /* carries the annotation, with the value "true" */
} DdKubeNode;

DdKubeNode *dd_kube_node_ref (DdKubeNode *node);
void dd_kube_node_unref (DdKubeNode *node);
/* One node of an answer to GET or PATCH. */
DdKubeNode *dd_kube_node_from_reply (const DdReply *reply, GError **error);
/* A taint with this key and effect is there. */
gboolean dd_kube_node_has_taint (const DdKubeNode *node, const char *key, const char *effect);

/* SELECTOR is a label selector, NULL for every node; TOKEN continues a list that came in pages, or
 * is NULL. */
DdRequest *dd_kube_list_nodes (const char *selector, const char *token);
/* Adds to NODES (of DdKubeNode *); *OUT_TOKEN is NULL after the last page. */
gboolean dd_kube_nodes_from_reply (const DdReply *reply, GPtrArray *nodes, char **out_token,
                                   GError **error);
DdRequest *dd_kube_get_node (const char *name);
/* RFC 7386. PATCH is borrowed. */
DdRequest *dd_kube_patch_node (const char *name, const DdValue *patch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdKubeNode, dd_kube_node_unref)

G_END_DECLS
