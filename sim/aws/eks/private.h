/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/private.h: what the files of the EKS service and its workflow share */
#pragma once

#include "sim/aws/eks/eks.h"
#include "sim/aws/eks/node-labels.h"
#include "sim/aws/protocol/error.h"
#include "sim/aws/autoscaling/group.h"

G_BEGIN_DECLS

/* The root volume, when nobody says otherwise. */
#define AWS_NODEGROUP_DISK_GIB 20
#define AWS_WINDOWS_DISK_GIB 50

struct _AwsEks
{
  AwsCloud *cloud;
  KubeApi *kube;          /* of the one cluster there can be */
  DdTransport *transport; /* how its engine reaches the services */
  char *endpoint;         /* what describe-cluster tells clients */
  AwsAmiCatalog *catalog;
  DdUsec (*client_time) (gpointer data); /* what o'clock it is where tokens are made */
  gpointer client_clock;
  DdRandom *ids;
  GPtrArray *clusters; /* of AwsCluster, oldest first */
  SimEksWorkflow *workflow;
  SimEksNodeLabels *node_labels;
  gboolean images_are_listed; /* the world knows every image of the account's own */
};

struct _AwsCluster
{
  AwsEks *eks;
  char *name, *arn, *version;
  char *certificate_authority; /* base64 of PEM; NULL */
  char *oidc_id;
  char *security_group_id;
  DdUsec created;
  GPtrArray *nodegroups; /* of AwsNodegroup, oldest first */
  AwsUpdate *running;    /* of its own; NULL: none */
  GPtrArray *updates;    /* of AwsUpdate, its own, oldest first */
  guint64 serial;
};

/* One version of the launch template that a node group was made with. */
typedef struct
{
  char *id, *name; /* NULL: it was made without one */
  char *version;   /* a number */
} AwsSource;

/* What one node group is now. Its sizes live in its Auto Scaling group alone. */
struct _AwsNodegroup
{
  AwsCluster *cluster;
  char *name, *uuid, *arn;
  char *version, *release_version; /* of the last update that succeeded */
  char *ami_type, *capacity_type;
  DdValue *instance_types, *subnets; /* arrays of strings */
  DdValue *labels;                   /* an object, never NULL */
  DdValue *taints;                   /* an array as the API spells it, never NULL */
  DdValue *update_config;            /* as DescribeNodegroup shows it */
  DdUsec created, modified;
  char *node_role;        /* an ARN; NULL: the usual one */
  DdValue *tags;          /* an object, never NULL; they do not go on to the instances */
  DdValue *remote_access; /* as it was given; NULL: none */
  gint64 disk_gib;        /* of its root volumes, where no template says it */
  const char *creation;   /* a status below; NULL: it is over */
  guint64 creation_timer; /* the next look at it */
  DdValue *created_by;    /* the input of CreateNodegroup; NULL: the world came with it */
  char *group_name, *template_id;
  char *template_version; /* what the group should use; another one there is a health issue */
  AwsSource source;       /* of the last update that succeeded */
  GHashTable *copies;     /* version of its template -> that of the source; for look-up only */
  AwsUpdate *running;     /* NULL: none */
  GPtrArray *updates;     /* of AwsUpdate, oldest first */
  guint64 serial;
};

typedef enum
{
  AWS_VERSION_UPDATE,
  AWS_CONFIG_UPDATE,
  AWS_CLUSTER_VERSION_UPDATE,
} AwsUpdateType;

struct _AwsUpdate
{
  AwsCluster *cluster;
  AwsNodegroup *nodegroup; /* NULL: it is the cluster's own */
  AwsUpdateType type;
  char *id;
  const char *status; /* "InProgress", "Successful", "Failed" */
  DdUsec created;
  DdValue *input;  /* of the call; the same token with another input is refused */
  DdValue *params; /* [{"type","value"}] */
  DdValue *errors; /* [{"errorCode","errorMessage","resourceIds"}], never NULL */
  char *explanation;
  char *version, *release_version; /* the target of a version update */
  char *source_version;            /* likewise; NULL: the group has no source */
  DdValue *journal;                /* what its engine wrote down; NULL: nothing yet */
};

/* ---- eks.c ---- */

/* Epoch seconds with milliseconds, as the JSON services write time. */
DdValue *aws_epoch (DdUsec instant);
/* Look-ups for handlers: NULL with ResourceNotFoundException. */
AwsCluster *aws_eks_require_cluster (AwsCloud *cloud, const DdValue *input, GError **error);
AwsNodegroup *aws_eks_require_nodegroup (AwsCloud *cloud, const DdValue *input, GError **error);
/* The one behind which stands the Auto Scaling group GROUP; NULL: none. */
AwsNodegroup *aws_eks_nodegroup_of_group (AwsCloud *cloud, const char *group);
/* {"clusterName":..,"nodegroupName":..}: the further members of an error about NODEGROUP. */
DdValue *aws_nodegroup_error_details (const AwsNodegroup *nodegroup);

/* ---- eks-clusters.c ---- */

void aws_cluster_free (AwsCluster *cluster);
DdValue *aws_eks_describe_cluster (AwsCloud *cloud, const DdValue *input, GError **error);
DdValue *aws_eks_list_clusters (AwsCloud *cloud, const DdValue *input, GError **error);
/* One page of the names or ids in ITEMS, under the key LIST: {LIST: [..], "nextToken": ..}. */
DdValue *aws_eks_list_page (const char *list, const DdValue *input, GPtrArray *items,
                            const char *(*name_of) (gconstpointer item), GError **error);

/* ---- eks-nodegroups.c ---- */

void aws_nodegroup_free (AwsNodegroup *nodegroup);
/* NULL once somebody deleted it. */
AwsGroup *aws_nodegroup_group (const AwsNodegroup *nodegroup);
/* As DescribeNodegroup shows it. */
DdValue *aws_nodegroup_to_value (const AwsNodegroup *nodegroup);
DdValue *aws_eks_describe_nodegroup (AwsCloud *cloud, const DdValue *input, GError **error);
DdValue *aws_eks_list_nodegroups (AwsCloud *cloud, const DdValue *input, GError **error);

/* ---- creation.c ---- */

#define AWS_CREATING "CREATING"
#define AWS_CREATE_FAILED "CREATE_FAILED"
DdValue *aws_eks_create_nodegroup (AwsCloud *cloud, const DdValue *input, GError **error);
/* What is wrong with a group that could not be created; NULL: nothing. */
DdValue *aws_creation_issue (const AwsNodegroup *nodegroup);

/* ---- eks-health.c ---- */

/* [{"code","message","resourceIds"}]: what is wrong with NODEGROUP at this instant. */
DdValue *aws_nodegroup_issues (const AwsNodegroup *nodegroup);
/* Whether an update may begin in spite of them. */
gboolean aws_issues_allow_updates (const DdValue *issues);

/* ---- eks-furnish.c ---- */

/* Makes the group launch from another version of the derived template. */
gboolean aws_nodegroup_use_template (AwsNodegroup *nodegroup, const char *template_version,
                                     GError **error);

/* ---- sources.c ---- */

/* The AMI type of a group whose launch template names the image. */
#define AWS_AMI_CUSTOM "CUSTOM"
gboolean aws_ami_type_is_custom (const char *ami_type);
void aws_source_clear (AwsSource *source);
/* As DescribeNodegroup shows it: {"name","version","id"}; NULL when there is none. */
DdValue *aws_source_describe (const AwsSource *source);
/* The version that SPEC means, {"id" or "name", "version"}: the default one where it says none.
 * NULL with an error, with DETAILS (taken). */
const AwsTemplateVersion *aws_source_find (AwsCloud *cloud, const DdValue *spec, DdValue *details,
                                           AwsSource *out_source, GError **error);
/* NULL once it is deleted. */
const AwsTemplateVersion *aws_source_version (const AwsCloud *cloud, const AwsSource *source);
/* Whether a node group may have VERSION for its source; DETAILS is taken. */
gboolean aws_source_is_usable (const AwsTemplateVersion *version, DdValue *details, GError **error);
/* The data of NODEGROUP's own template after OWNERS, the data of its source. */
DdValue *aws_nodegroup_copy_of_source (const AwsNodegroup *nodegroup, const DdValue *owners,
                                       const char *image_id);
DdValue *aws_nodegroup_tag_specifications (const AwsNodegroup *nodegroup, const DdValue *owners);
/* The source's version of which version COPY of NODEGROUP's template was made. */
const char *aws_nodegroup_source_of (const AwsNodegroup *nodegroup, const char *copy);
void aws_nodegroup_note_copy (AwsNodegroup *nodegroup, const char *copy,
                              const char *source_version);

/* ---- custom-images.c ---- */

/* An AwsImageFunc: makes IMAGE one that fits its cluster, unless the world says which there are. */
void aws_eks_assume_image (AwsCloud *cloud, const char *image, const AwsTemplate *template,
                           const AwsInstanceType *type);

/* ---- eks-bootstrap.c ---- */

/* The derived launch template's user data, base64; NULL for a family that is not modelled, and for
 * an image of the owner's. */
char *aws_nodegroup_user_data (const AwsNodegroup *nodegroup, const char *image_id);

/* ---- eks-validate.c ---- */

gboolean aws_nodegroup_may_update (const AwsNodegroup *nodegroup, GError **error);
/* What UpdateNodegroupVersion asks for. */
typedef struct
{
  char *version, *release_version; /* the latter is an image's id where that is the owner's */
  AwsSource source;
} AwsTarget;

void aws_target_clear (AwsTarget *target);
gboolean aws_nodegroup_target (const AwsNodegroup *nodegroup, const DdValue *input,
                               AwsTarget *out_target, GError **error);
/* Nodes of one group; scenario files know the same limit. */
#define AWS_MAX_NODEGROUP_SIZE 5000
gboolean aws_sizes_are_valid (gint64 min, gint64 max, gint64 desired, DdValue *details,
                              GError **error);
gboolean aws_update_config_is_valid (const DdValue *config, DdValue *details, GError **error);
/* Whether NODEGROUP may have the taints that CHANGE (NULL: none) leads to. */
gboolean aws_taints_fit (const AwsNodegroup *nodegroup, const DdValue *change, GError **error);

/* ---- eks-cluster-updates.c ---- */

DdValue *aws_eks_update_cluster_version (AwsCloud *cloud, const DdValue *input, GError **error);
/* The control plane of its cluster runs the new version from here on. */
void aws_cluster_update_finish (AwsUpdate *update);

/* ---- eks-updates.c ---- */

void aws_update_free (AwsUpdate *update);
/* A record in progress of CLUSTER, and of NODEGROUP unless that is NULL. Takes PARAMS. */
AwsUpdate *aws_update_new (AwsCluster *cluster, AwsNodegroup *nodegroup, AwsUpdateType type,
                           const DdValue *input, DdValue *params);
/* The one of UPDATES that an earlier call with the token of INPUT made; NULL and no error when
 * there is none; NULL and an error, with DETAILS (taken), when the rest of that call differed. */
AwsUpdate *aws_update_find_by_token (const GPtrArray *updates, const DdValue *input,
                                     DdValue *details, GError **error);
DdValue *aws_update_answer (const AwsUpdate *update);
DdValue *aws_update_param (const char *type, const char *value);
DdValue *aws_eks_update_nodegroup_version (AwsCloud *cloud, const DdValue *input, GError **error);
DdValue *aws_eks_update_nodegroup_config (AwsCloud *cloud, const DdValue *input, GError **error);
DdValue *aws_eks_describe_update (AwsCloud *cloud, const DdValue *input, GError **error);
DdValue *aws_eks_list_updates (AwsCloud *cloud, const DdValue *input, GError **error);
void aws_nodegroup_trace_status (const AwsNodegroup *nodegroup);
/* Ends UPDATE: ERRORS (taken) NULL when it succeeded; EXPLANATION may be NULL. */
void aws_update_finish (AwsUpdate *update, DdValue *errors, const char *explanation);

/* ---- eks-config.c ---- */

/* The params of a config update, and the changes themselves on group, template and nodes. */
DdValue *aws_config_params (const DdValue *input);
gboolean aws_config_apply (AwsUpdate *update, GError **error);
/* The merge patch by which NODE changes as INPUT, that of UpdateNodegroupConfig, says. */
DdValue *aws_config_node_patch (const SimObject *node, const DdValue *input);
DdValue *aws_labels_after (const DdValue *labels, const DdValue *change);
DdValue *aws_taints_after (const DdValue *taints, const DdValue *change);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AwsCluster, aws_cluster_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AwsNodegroup, aws_nodegroup_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AwsUpdate, aws_update_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AwsTarget, aws_target_clear)

G_END_DECLS
