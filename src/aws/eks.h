/* SPDX-License-Identifier: Apache-2.0 */
/* aws/eks.h: the two questions the engine asks EKS: about the cluster and about the node group */
#pragma once

#include "base/transport.h"

G_BEGIN_DECLS

typedef struct
{
  char *name, *version;
  char *endpoint;       /* NULL: none yet */
  char *security_group; /* that EKS made for it; NULL: none */
  char *ca;             /* PEM; NULL: none yet */
} DdCluster;

DdRequest *dd_eks_describe_cluster (const char *name);
DdCluster *dd_cluster_from_reply (const DdReply *reply, GError **error);
void dd_cluster_free (DdCluster *cluster);

typedef struct
{
  char *name, *version, *release_version;
  char *status;                      /* "ACTIVE", "UPDATING" ...; NULL: not said */
  char *ami_type;                    /* "AL2023_x86_64_STANDARD", "CUSTOM" */
  char *scaling_group;               /* the Auto Scaling group behind it */
  char *strategy;                    /* "DEFAULT" where the group says nothing */
  gint64 max_unavailable;            /* 0: given as a percentage */
  gint64 max_unavailable_percentage; /* 0: given as a number */
  char *source_id;      /* the launch template that the group was made with; NULL: EKS's own */
  char *source_version; /* the version of it that the group runs */
} DdNodegroup;

DdRequest *dd_eks_describe_nodegroup (const char *cluster, const char *name);
DdNodegroup *dd_nodegroup_from_reply (const DdReply *reply, GError **error);
/* What stands for a group that EKS does not know: an Auto Scaling group of one's own. */
DdNodegroup *dd_nodegroup_new_self_managed (const char *scaling_group, const char *version,
                                            gint64 max_unavailable);
void dd_nodegroup_free (DdNodegroup *group);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdCluster, dd_cluster_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdNodegroup, dd_nodegroup_free)

G_END_DECLS
