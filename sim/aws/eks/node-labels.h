/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/node-labels.h: the labels and taints that EKS puts on nodes of custom images */
#pragma once

#include "sim/aws/eks/eks.h"

G_BEGIN_DECLS

typedef struct _SimEksNodeLabels SimEksNodeLabels;

/* Hears of every Node from here on; those of the account's EKS cluster are the ones there are. */
SimEksNodeLabels *sim_eks_node_labels_new (AwsCloud *cloud);
void sim_eks_node_labels_free (SimEksNodeLabels *self);

/* What they are for a node of NODEGROUP with IMAGE, from SOURCE_VERSION (NULL: none) of its owner's
 * launch template. */
DdValue *aws_eks_node_labels (const AwsNodegroup *nodegroup, const char *image,
                              const char *source_version);

G_END_DECLS
