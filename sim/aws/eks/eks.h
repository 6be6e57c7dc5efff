/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/eks.h: the clusters, managed node groups and updates of the account, and how a world
 * is furnished with them */
#pragma once

#include "base/value.h"
#include "sim/aws/eks/ami-catalog.h"
#include "sim/stage/machine.h"
#include "sim/stage/message.h"
#include "sim/kube/verbs/api.h"

G_BEGIN_DECLS

typedef struct _AwsCluster AwsCluster;
typedef struct _AwsNodegroup AwsNodegroup;
typedef struct _AwsUpdate AwsUpdate;
typedef struct _SimEksWorkflow SimEksWorkflow; /* sim/aws/eks/workflow.h */

/* ---- making and finding (world->eks) ---- */

/* Publishes the images of the AMI catalog and listens to the lifecycle hooks of node groups. */
AwsEks *aws_eks_new (AwsCloud *cloud, KubeApi *kube, DdTransport *transport, const char *endpoint);
void aws_eks_free (AwsEks *eks);
AwsAmiCatalog *aws_eks_catalog (AwsCloud *cloud);
SimEksWorkflow *aws_eks_workflow (AwsCloud *cloud);

/* The tokens of `aws eks get-token` are known to the cluster from now on: their dates are compared
 * with CLIENT_TIME, since those who make them do not live in the world's. */
void aws_eks_trust_tokens (AwsCloud *cloud, DdUsec (*client_time) (gpointer data), gpointer data);

/* NULL when there is none. */
AwsCluster *aws_eks_cluster (AwsCloud *cloud, const char *name);
AwsNodegroup *aws_eks_nodegroup (AwsCloud *cloud, const char *cluster, const char *nodegroup);

/* ---- furnishing a world ---- */

typedef struct
{
  const char *name;
  const char *version;               /* "1.30"; NULL: that of the world's API server */
  const char *certificate_authority; /* base64 of PEM; NULL: clients speak plain HTTP to it */
} AwsClusterSpec;

/* The lifecycle hook by which EKS drains whom the Auto Scaling group of a node group terminates. */
#define AWS_EKS_TERMINATE_HOOK "Terminate-LC-Hook"

typedef struct
{
  const char *cluster;
  const char *name;
  const char *version;               /* "1.30"; NULL: the cluster's */
  const char *release_version;       /* "1.30.0-20240625"; NULL: the newest of VERSION */
  const char *ami_type;              /* NULL: the usual one, or "CUSTOM" if the template says so */
  const char *usual_ami_type;        /* NULL: "AL2_x86_64" */
  const char *capacity_type;         /* "SPOT"; NULL: "ON_DEMAND" */
  const char *const *instance_types; /* NULL: the usual ones, unless the template says it */
  const char *const *usual_instance_types; /* NULL: m5.large */
  const DdValue *launch_template;          /* {"id" or "name", "version"}; NULL: EKS's own alone */
  const char *const *zones;                /* "us-west-2a" ...; NULL: all zones of the region */
  const DdValue *subnets;       /* instead of zones: an array of ids; NULL: zones say it */
  const char *node_role;        /* an ARN; NULL: one is made up */
  const DdValue *remote_access; /* {"ec2SshKey", "sourceSecurityGroups"}, or NULL */
  const DdValue *tags;          /* of the group itself, or NULL */
  gint64 disk_gib;              /* 0: 20, on Windows 50 */
  gint64 min, max, desired;
  gint64 max_unavailable;            /* 0: not said */
  gint64 max_unavailable_percentage; /* 0: not said; both 0: maxUnavailable 1 */
  const char *update_strategy;       /* "DEFAULT", "MINIMAL"; NULL: not said */
  gboolean no_terminate_hook;        /* Auto Scaling terminates at once, and nobody drains */
  const DdValue *labels;             /* an object of strings, or NULL */
  const DdValue *taints;             /* [{"key","value","effect": "NO_SCHEDULE"}], or NULL */
} AwsNodegroupSpec;

/* Copies SPEC. AWS_ERROR for a name that is taken or a version that is unknown. */
AwsCluster *aws_eks_add_cluster (AwsCloud *cloud, const AwsClusterSpec *spec, GError **error);
/* Makes the derived launch template and the Auto Scaling group, ACTIVE at once; its instances boot
 * and its nodes join as the world goes on. The zones must exist (aws_cloud_add_zone ()). AWS_ERROR
 * for what CreateNodegroup would refuse. */
AwsNodegroup *aws_eks_add_nodegroup (AwsCloud *cloud, const AwsNodegroupSpec *spec, GError **error);

/* A node that was there before the world began. */
typedef struct
{
  const char *name, *zone;
  const char *instance_id;     /* NULL: drawn */
  const char *instance_type;   /* NULL: the group's first; m5.large */
  const char *release_version; /* NULL: the group's; of a node of none the newest of its cluster */
  const char *ami_type;       /* of a node of no group; NULL: Amazon Linux of the instance's kind */
  const char *source_version; /* of the owner's launch template; NULL: the group's */
  SimNodeState state;
} AwsNodeSpec;

/* The instances that NODEGROUP (NULL: none, they are nobody's) has had since before the world
 * began, N of them, with their nodes. The launch template gets a version for each image among them,
 * the oldest first. What they cannot be is an AWS_ERROR or a KUBE_ERROR, and *OUT_FAULTY the index
 * of the node that cannot. */
gboolean aws_eks_find_nodes (AwsCloud *cloud, const char *cluster, AwsNodegroup *nodegroup,
                             const AwsNodeSpec *nodes, guint n, guint *out_faulty, GError **error);

/* A launch template of the account's owner. */
typedef struct
{
  const char *id;                    /* "lt-0123456789abcdef0"; NULL: one is drawn */
  const char *name;                  /* one of the two, at least */
  gint64 version;                    /* how many versions it has, at least */
  const char *image, *instance_type; /* what those that are made say; NULL: nothing */
} AwsTemplateSpec;

/* Makes it, or further versions of it. AWS_ERROR for an id that is none. */
gboolean aws_eks_add_template (AwsCloud *cloud, const AwsTemplateSpec *spec, GError **error);

/* An image that the account's owner has built. */
typedef struct
{
  const char *id;           /* "ami-0123456789abcdef0" */
  const char *name;         /* NULL: one is made up */
  const char *version;      /* "1.30": that of its kubelet */
  const char *architecture; /* "arm64"; NULL: "x86_64" */
} AwsCustomImageSpec;

/* From the first one on, no image of the account's own is there that was not added so. AWS_ERROR
 * for one that is there, and for an unknown version. */
gboolean aws_eks_add_custom_image (AwsCloud *cloud, const AwsCustomImageSpec *spec, GError **error);

/* ---- looking at node groups and updates ---- */

const char *aws_nodegroup_name (const AwsNodegroup *nodegroup);
/* "ACTIVE", "UPDATING", "DEGRADED". */
const char *aws_nodegroup_status (const AwsNodegroup *nodegroup);
/* The name of its Auto Scaling group. */
const char *aws_nodegroup_group_name (const AwsNodegroup *nodegroup);
/* Of which version of its owner's launch template the nodes are that the Auto Scaling group GROUP
 * launches from VERSION of its own; NULL: of none. */
const char *aws_eks_source_version (AwsCloud *cloud, const char *group, const char *version);
/* The newest update; NULL when there was none. */
AwsUpdate *aws_nodegroup_last_update (const AwsNodegroup *nodegroup);
/* As DescribeUpdate shows it: {"id","status","type","params","createdAt","errors"}. */
DdValue *aws_update_describe (const AwsUpdate *update);
const char *aws_update_status (const AwsUpdate *update);
/* Our own words on a failed update: which pod, which budget; NULL when there are none. */
const char *aws_update_explanation (const AwsUpdate *update);

/* ---- polling clients, for `serve --speed max` ---- */

/* Grows whenever the status of the node group changes; 0: no such group. */
guint64 aws_eks_nodegroup_status_serial (AwsCloud *cloud, const char *cluster,
                                         const char *nodegroup);
/* The same of the node group or cluster that REQUEST polls (DescribeNodegroup, DescribeCluster,
 * DescribeUpdate) and that is UPDATING; 0 for every other request. Changes nothing. */
guint64 aws_eks_polled_serial (AwsCloud *cloud, const SimRequest *request);

G_END_DECLS
