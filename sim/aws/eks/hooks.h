/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/hooks.h: how EKS answers the lifecycle hooks of its Auto Scaling groups */
#pragma once

#include "sim/aws/ec2/cloud.h"

G_BEGIN_DECLS

typedef struct _SimEksHooks SimEksHooks;

/* A launching instance goes on at once. A terminating one has its node cordoned and drained;
 * budgets are respected for 15 minutes at most, then it goes in any case. */
SimEksHooks *sim_eks_hooks_new (AwsCloud *cloud);
void sim_eks_hooks_free (SimEksHooks *hooks);

/* What EKS does when a Spot instance is about to be taken away: cordons NODE and asks its pods to
 * leave, once. No-op when there is no such Node. */
void sim_eks_empty_node (AwsCloud *cloud, const char *node);

G_END_DECLS
