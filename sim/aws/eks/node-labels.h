/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/node-labels.h: the labels and taints that EKS puts on nodes of custom images */
#pragma once

#include "sim/aws/ec2/cloud.h"

G_BEGIN_DECLS

typedef struct _SimEksNodeLabels SimEksNodeLabels;

/* Hears of every Node from here on; those of the account's EKS cluster are the ones there are. */
SimEksNodeLabels *sim_eks_node_labels_new (AwsCloud *cloud);
void sim_eks_node_labels_free (SimEksNodeLabels *self);

G_END_DECLS
