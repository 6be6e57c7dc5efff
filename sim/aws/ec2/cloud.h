/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/ec2/cloud.h: what exists in one AWS account and region, as plain structs: network,
 * images, launch templates, instances */
#pragma once

#include "base/value.h"
#include "sim/aws/ec2/instance-types.h"
#include "sim/aws/protocol/service.h"
#include "sim/stage/stage.h"

G_BEGIN_DECLS

/* The one user of the account, whoever signs; the ARN is of the account. */
#define AWS_CALLER_ARN_FORMAT "arn:aws:iam::%s:user/student"
#define AWS_CALLER_ID "AIDACKCEVSQ6C2EXAMPLE"

typedef struct _AwsEks AwsEks;       /* sim/aws/eks/eks.h */
typedef struct _AwsGroup AwsGroup;   /* sim/aws/autoscaling/group.h */
typedef struct _AwsMember AwsMember; /* sim/aws/autoscaling/group.h */

/* ---- what every EC2 resource begins with: CreateTags, DescribeTags, filters and pages need no
 * more */

typedef enum
{
  AWS_VPC,
  AWS_SUBNET,
  AWS_SECURITY_GROUP,
  AWS_IMAGE,
  AWS_TEMPLATE,
  AWS_INSTANCE,
  AWS_N_RESOURCE_KINDS
} AwsResourceKind;

typedef struct
{
  AwsResourceKind kind;
  guint64 order; /* grows with each resource made: the order of every list and page */
  char *id;      /* "subnet-0a1b..." */
  DdValue *tags; /* an object of strings; never NULL */
} AwsResource;

/* ---- network ---- */

typedef struct
{
  char *name; /* "us-west-2a" */
  char *id;   /* "usw2-az1" */
} AwsZone;

typedef struct
{
  AwsResource resource;
  char *cidr;
} AwsVpc;

typedef struct
{
  AwsResource resource;
  AwsVpc *vpc;
  AwsZone *zone;
  char *cidr;
  guint32 first_address; /* host order: the network's address */
  guint32 n_addresses;   /* 8192 for a /19; AWS keeps four at the front and the last */
  guint8 *used;          /* one bit for each address */
  guint32 n_free;
} AwsSubnet;

typedef struct
{
  AwsResource resource;
  AwsVpc *vpc;
  char *name, *description;
} AwsSecurityGroup;

/* ---- images ---- */

typedef struct
{
  AwsResource resource;
  char *name;            /* "amazon-eks-node-1.30-v20240703" */
  char *description;     /* may be NULL */
  char *architecture;    /* "x86_64", "arm64" */
  char *kubelet_version; /* "v1.30.0-eks-036c24b"; NULL: no kubelet on it */
  char *release_version; /* "1.30.0-20240703"; NULL for other images */
  char *owner;           /* "602401143452" */
  DdUsec created;
} AwsImage;

/* What aws_cloud_add_image () needs; strings are copied. */
typedef struct
{
  const char *id; /* NULL: one is drawn */
  const char *name, *description, *architecture, *kubelet_version, *release_version, *owner;
  DdUsec created;
} AwsImageOptions;

/* ---- launch templates ---- */

typedef struct
{
  gint64 number;
  char *description;  /* may be NULL */
  char *created_by;   /* an ARN */
  char *client_token; /* a repeated request with the same one is answered as the first was */
  DdUsec created;
  DdValue *data; /* as CreateLaunchTemplateVersion takes LaunchTemplateData: {"ImageId":..,
                  * "UserData": base64, "TagSpecifications": [..] ..} */
} AwsTemplateVersion;

typedef struct
{
  AwsResource resource;
  char *name;
  char *created_by;
  DdUsec created;
  gint64 default_version, latest_version; /* numbers are never used again */
  GPtrArray *versions;                    /* of AwsTemplateVersion, ascending */
} AwsTemplate;

/* ---- instances ---- */

/* Imitates: Amazon EC2 API Reference, InstanceState; the numbers are its codes. */
typedef enum
{
  AWS_INSTANCE_PENDING = 0,
  AWS_INSTANCE_RUNNING = 16,
  AWS_INSTANCE_SHUTTING_DOWN = 32,
  AWS_INSTANCE_TERMINATED = 48,
} AwsInstanceState;

typedef struct
{
  AwsResource resource;
  AwsCloud *cloud;
  AwsInstanceState state;
  const AwsInstanceType *type;
  AwsImage *image;
  AwsSubnet *subnet;
  char *template_id, *template_name; /* NULL: launched without one */
  gint64 template_version;
  DdValue *template_data; /* what it was launched with */
  char *private_ip, *private_dns;
  guint32 address; /* the same in host order; 0 once it is given back */
  char *reservation_id, *interface_id, *attachment_id, *volume_id, *mac;
  DdValue *security_group_ids;                         /* an array of strings */
  DdUsec launched, running_since, stopped, terminated; /* 0: not yet */
  DdUsec checked;                                      /* when its status checks pass */
  const char *reason;                                  /* "User initiated"; NULL while it runs */
  gboolean spot;
  AwsMember *member; /* its place in an Auto Scaling group; NULL when it has none */
  guint64 timer;     /* the next change of state */
  GList link;        /* in AwsCloud.instances */
} AwsInstance;

/* ---- the account ---- */

typedef struct
{
  AwsZone *zone;
  char *instance_type; /* NULL: every type */
  gint64 left;         /* how many more can be launched */
} AwsCapacity;

/* What EC2 tells Auto Scaling, which stands on it (sim/aws/autoscaling/scaling.c). */
typedef struct
{
  void (*instance_changed) (AwsInstance *instance); /* its state; it is a member of a group */
  void (*template_deleted) (AwsCloud *cloud, const AwsTemplate *template);
} AwsCloudListener;

/* What EKS knows of images that EC2 does not (sim/aws/eks/custom-images.c): asked for an image that
 * is not there, before an instance of TYPE is launched from TEMPLATE with it, it may enter it. */
typedef void (*AwsImageFunc) (AwsCloud *cloud, const char *image, const AwsTemplate *template,
                              const AwsInstanceType *type);

struct _AwsCloud
{
  SimStage *stage;
  AwsDoor door;
  char *region, *account;
  DdRandom *ids; /* forks, one for each purpose */
  DdRandom *request_ids;
  DdRandom *choices;
  GPtrArray *zones;                                          /* of AwsZone, by name */
  AwsVpc *vpc;                                               /* the cluster's */
  GPtrArray *subnets, *security_groups, *images, *templates; /* oldest first */
  const AwsCloudListener *listener;                          /* NULL: nobody listens */
  AwsImageFunc image_missing;                                /* NULL: nobody knows */
  GQueue instances;       /* of AwsInstance, oldest first; the terminated ones for an hour */
  GPtrArray *groups;      /* of AwsGroup, oldest first */
  guint64 n_resources;    /* ever made */
  GPtrArray *capacities;  /* of AwsCapacity */
  GPtrArray *own_types;   /* of AwsInstanceType, that no table knows */
  GArray *hook_listeners; /* private to sim/aws/autoscaling/hooks.c */
  AwsEks *eks;            /* stands on this; NULL until it is made */
  /* For look-up only, never iterated: */
  GHashTable *resources;      /* id -> AwsResource, all of the above */
  GHashTable *template_names; /* name -> AwsTemplate */
  GHashTable *group_names;    /* name -> AwsGroup */
  GHashTable *hook_actions;   /* token -> AwsHookAction */
  GHashTable *node_names;     /* private DNS -> AwsInstance that is not terminated */
};

/* An account with one VPC (10.42.0.0/16), three zones (a, b, c) with one private subnet each
 * (10.42.96.0/19, 10.42.128.0/19, 10.42.160.0/19) and the default security group. */
AwsCloud *aws_cloud_new (SimStage *stage, const char *region, const char *account);
void aws_cloud_free (AwsCloud *cloud);
/* For aws_service_handle () and aws_service_call (). */
const AwsDoor *aws_cloud_door (const AwsCloud *cloud);

/* "i-0123456789abcdef0": PREFIX "i", "ami", "lt" ... and 17 hexadecimal digits. */
char *aws_cloud_new_id (AwsCloud *cloud, const char *prefix);
/* "arn:aws:<service>:<region>:<account>:<rest>" */
char *aws_cloud_arn (const AwsCloud *cloud, const char *service, const char *rest);

/* Borrowed; NULL when there is none (or it is of another kind). */
AwsResource *aws_cloud_resource (const AwsCloud *cloud, AwsResourceKind kind, const char *id);
AwsZone *aws_cloud_zone (const AwsCloud *cloud, const char *name);
AwsSubnet *aws_cloud_subnet (const AwsCloud *cloud, const char *id);
AwsImage *aws_cloud_image (const AwsCloud *cloud, const char *id);
AwsInstance *aws_cloud_instance (const AwsCloud *cloud, const char *id);
/* By private DNS name; NULL once it is terminated. */
AwsInstance *aws_cloud_instance_of_node (const AwsCloud *cloud, const char *node_name);
/* By id or name, whichever is not NULL. */
AwsTemplate *aws_cloud_template (const AwsCloud *cloud, const char *id, const char *name);
/* VERSION is a number, "$Latest" or "$Default" (NULL counts as "$Default"). */
AwsTemplateVersion *aws_template_version (const AwsTemplate *template, const char *version);
/* Without versions yet; ID NULL: one is drawn. */
AwsTemplate *aws_template_new (AwsCloud *cloud, const char *id, const char *name);
AwsTemplateVersion *aws_template_add_version (AwsCloud *cloud, AwsTemplate *template, DdValue *data,
                                              const char *description); /* takes DATA */
void aws_template_delete (AwsCloud *cloud, AwsTemplate *template);
void aws_template_free (AwsTemplate *template);

/* Makes a further zone of the region by its letter's name ("us-west-2d") with one subnet; returns
 * the old one when it exists. */
AwsZone *aws_cloud_add_zone (AwsCloud *cloud, const char *name);
/* The first subnet of ZONE; NULL when it has none. */
AwsSubnet *aws_cloud_subnet_in_zone (const AwsCloud *cloud, const char *zone);
/* A free address, in host order; 0 when the subnet is full. */
guint32 aws_subnet_take_address (AwsCloud *cloud, AwsSubnet *subnet);
/* FALSE: ADDRESS is not one of the subnet's own, or is taken. */
gboolean aws_subnet_claim_address (AwsSubnet *subnet, guint32 address);
void aws_subnet_return_address (AwsSubnet *subnet, guint32 address);
AwsSecurityGroup *aws_cloud_add_security_group (AwsCloud *cloud, const char *name,
                                                const char *description);
AwsImage *aws_cloud_add_image (AwsCloud *cloud, const AwsImageOptions *options);

/* Sets (VALUE not NULL) or removes a tag. */
void aws_resource_tag (AwsResource *resource, const char *key, const char *value);

/* Keeps the books of resources that other files make; ID is taken. */
void aws_cloud_enter_resource (AwsCloud *cloud, AwsResource *resource, AwsResourceKind kind,
                               char *id);
void aws_cloud_remove_resource (AwsCloud *cloud, AwsResource *resource);
void aws_resource_clear (AwsResource *resource);

/* ---- private to sim/aws/ec2/cloud.c and sim/aws/ec2/network.c ---- */

void aws_network_init (AwsCloud *cloud);
void aws_network_clear (AwsCloud *cloud);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AwsCloud, aws_cloud_free)

G_END_DECLS
