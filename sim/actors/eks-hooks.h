/* sim/actors/eks-hooks.h: how EKS answers the lifecycle hooks of its Auto Scaling groups */
#pragma once

#include "sim/world.h"

G_BEGIN_DECLS

typedef struct _SimEksHooks SimEksHooks;

/* A launching instance goes on at once. A terminating one has its node cordoned and drained;
 * budgets are respected for 15 minutes at most, then it goes in any case. */
SimEksHooks *sim_eks_hooks_new (SimWorld *world);
void sim_eks_hooks_free (SimEksHooks *hooks);

G_END_DECLS
