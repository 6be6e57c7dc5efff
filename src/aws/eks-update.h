/* SPDX-License-Identifier: Apache-2.0 */
/* aws/eks-update.h: updates that EKS itself carries out: started, found and looked at */
#pragma once

#include "base/transport.h"

G_BEGIN_DECLS

/* Strings but TOKEN may be NULL: EKS chooses. */
typedef struct
{
  const char *version, *release_version;
  gboolean force;
  const char *token; /* asking again with the same one starts no second update */
} DdEksUpdateOptions;

DdRequest *dd_eks_update_nodegroup_version (const char *cluster, const char *nodegroup,
                                            const DdEksUpdateOptions *options);
DdRequest *dd_eks_describe_update (const char *cluster, const char *nodegroup, const char *id);
DdRequest *dd_eks_list_updates (const char *cluster, const char *nodegroup);

typedef struct
{
  char *id, *status, *type;         /* "InProgress", "Successful", "Failed", "Cancelled" */
  DdUsec created;                   /* by the clock of EKS; 0: not said */
  char *release_version;            /* what was asked for; NULL: not said */
  char *error_code, *error_message; /* of the first error; NULL: none */
  GPtrArray *resource_ids;          /* of all of them; of char * */
} DdEksUpdate;

/* From an answer to the first two. */
DdEksUpdate *dd_eks_update_from_reply (const DdReply *reply, GError **error);
void dd_eks_update_free (DdEksUpdate *update);
/* Ids, of char *, in the order of the answer. */
GPtrArray *dd_eks_update_ids_from_reply (const DdReply *reply, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdEksUpdate, dd_eks_update_free)

G_END_DECLS
