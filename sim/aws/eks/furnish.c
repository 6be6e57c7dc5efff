/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/furnish.c: how clusters and managed node groups come into a world
 *
 * A node group is made of what EKS makes: a derived launch template eks-<uuid>, an Auto Scaling
 * group eks-<name>-<uuid> with a mixed-instances policy, tags, and one lifecycle hook at each end.
 * From there on nothing is pretended: the group launches, EC2 boots, kubelets join. Imitates:
 * Amazon EKS User Guide, Managed node groups; groups as their owners list them. */
#include "config.h"

#include <string.h>

#include "sim/aws/eks/private.h"
#include "sim/aws/protocol/service.h"
#include "sim/kube/verbs/api.h"

#define NAME_MAX_LENGTH 63
#define HOOK_TIMEOUT_SECONDS 1800
#define GROUP_COOLDOWN_SECONDS 300
#define GROUP_GRACE_SECONDS 15

/* ---- the cluster ---- */

static gboolean
check_cluster (AwsCloud *cloud, const AwsClusterSpec *spec, const char *version, GError **error)
{
  if (cloud->eks->clusters->len > 0)
    {
      aws_set_error (error, AWS_RESOURCE_IN_USE, NULL,
                     "cluster %s: a world has one Kubernetes cluster", spec->name);
      return FALSE;
    }
  if (aws_kubernetes_minor (version) != cloud->eks->kube->minor)
    {
      aws_set_error (error, AWS_INVALID_PARAMETER, NULL,
                     "cluster %s: version %s, but the world's API server is 1.%d", spec->name,
                     version, cloud->eks->kube->minor);
      return FALSE;
    }
  return TRUE;
}

AwsCluster *
aws_eks_add_cluster (AwsCloud *cloud, const AwsClusterSpec *spec, GError **error)
{
  static const char hexadecimal[] = "0123456789ABCDEF";
  AwsEks *eks = cloud->eks;
  g_autofree char *own = g_strdup_printf ("1.%d", cloud->eks->kube->minor);
  const char *version = spec->version != NULL ? spec->version : own;
  g_autofree char *rest = g_strconcat ("cluster/", spec->name, NULL);
  g_autofree char *security_group = NULL;
  AwsCluster *cluster;

  if (!check_cluster (cloud, spec, version, error))
    return NULL;
  cluster = g_new0 (AwsCluster, 1);
  cluster->eks = eks;
  cluster->name = g_strdup (spec->name);
  cluster->version = g_strdup (version);
  cluster->certificate_authority = g_strdup (spec->certificate_authority);
  cluster->arn = aws_cloud_arn (cloud, "eks", rest);
  cluster->oidc_id = dd_random_text (eks->ids, hexadecimal, 32);
  security_group = g_strconcat ("eks-cluster-sg-", spec->name, NULL);
  cluster->security_group_id
      = g_strdup (aws_cloud_add_security_group (cloud, security_group,
                                                "EKS created security group applied to ENI that "
                                                "is attached to EKS Control Plane master nodes")
                      ->resource.id);
  cluster->created = sim_stage_now (cloud->stage);
  cluster->nodegroups = g_ptr_array_new_with_free_func ((GDestroyNotify) aws_nodegroup_free);
  cluster->updates = g_ptr_array_new_with_free_func ((GDestroyNotify) aws_update_free);
  g_ptr_array_add (eks->clusters, cluster);
  return cluster;
}

/* ---- what the specification asks for ---- */

static gboolean
name_is_valid (const char *name)
{
  gsize length = name != NULL ? strlen (name) : 0;

  if (length == 0 || length > NAME_MAX_LENGTH || !g_ascii_isalnum (name[0]))
    return FALSE;
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '-' && *p != '_')
      return FALSE;
  return TRUE;
}

static gboolean
strings_are_valid (const DdValue *labels)
{
  for (gsize i = 0; i < dd_value_length (labels); i++)
    if (dd_value_string (dd_value_nth (labels, i)) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
taints_are_valid (const DdValue *taints)
{
  static const char *const effects[] = { "NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE", NULL };

  for (gsize i = 0; i < dd_value_length (taints); i++)
    {
      const char *effect = dd_value_path_string (dd_value_element (taints, i), "effect");

      if (effect == NULL || !g_strv_contains (effects, effect)
          || dd_value_path_string (dd_value_element (taints, i), "key") == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_nodegroup (AwsCloud *cloud, const AwsCluster *cluster, const AwsNodegroupSpec *spec,
                 GError **error)
{
  DdValue *details = NULL;

  if (!name_is_valid (spec->name))
    aws_set_error (error, AWS_INVALID_PARAMETER, details,
                   "The node group name %s is not valid: it begins with a letter or digit and has "
                   "up to 63 letters, digits, hyphens and underscores",
                   spec->name);
  else if (aws_eks_nodegroup (cloud, cluster->name, spec->name) != NULL)
    aws_set_error (error, AWS_RESOURCE_IN_USE, details,
                   "NodeGroup already exists with name %s and cluster name %s", spec->name,
                   cluster->name);
  else if (spec->max_unavailable > 0 && spec->max_unavailable_percentage > 0)
    aws_set_error (error, AWS_INVALID_PARAMETER, details,
                   "Only one of maxUnavailable and maxUnavailablePercentage can be specified.");
  else if (!strings_are_valid (spec->labels))
    aws_set_error (error, AWS_INVALID_PARAMETER, details, "labels are texts");
  else if (!taints_are_valid (spec->taints))
    aws_set_error (error, AWS_INVALID_PARAMETER, details,
                   "a taint has a key and one of the effects NO_SCHEDULE, NO_EXECUTE and "
                   "PREFER_NO_SCHEDULE");
  else
    return aws_sizes_are_valid (spec->min, spec->max, spec->desired, NULL, error);
  return FALSE;
}

/* What its nodes are to be launched from. */
typedef struct
{
  const char *ami_type;
  char *version, *release_version, *image_id;
  AwsSource source;
  DdValue *owners; /* the data of its source; NULL without one */
} Recipe;

static void
recipe_clear (Recipe *recipe)
{
  g_clear_pointer (&recipe->version, g_free);
  g_clear_pointer (&recipe->release_version, g_free);
  g_clear_pointer (&recipe->image_id, g_free);
  aws_source_clear (&recipe->source);
  g_clear_pointer (&recipe->owners, dd_value_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Recipe, recipe_clear)

static gboolean
read_source (AwsCloud *cloud, const AwsNodegroupSpec *spec, Recipe *recipe, GError **error)
{
  const AwsTemplateVersion *version;

  if (spec->launch_template == NULL)
    return TRUE;
  version = aws_source_find (cloud, spec->launch_template, NULL, &recipe->source, error);
  if (version == NULL || !aws_source_is_usable (version, NULL, error))
    return FALSE;
  recipe->owners = dd_value_ref (version->data);
  return TRUE;
}

/* The image stands in the template of its owner, and says all that a release would. */
static gboolean
choose_image (AwsCluster *cluster, const AwsNodegroupSpec *spec, const char *image, Recipe *recipe,
              GError **error)
{
  const char *field = NULL;

  if (spec->version != NULL)
    field = "kubernetesVersion";
  else if (spec->release_version != NULL)
    field = "releaseVersion";
  else if (spec->ami_type != NULL && !aws_ami_type_is_custom (spec->ami_type))
    field = "amiType";
  if (field != NULL)
    {
      aws_set_error (error, AWS_INVALID_PARAMETER, NULL,
                     "You cannot specify the field %s when using custom AMIs.", field);
      return FALSE;
    }
  recipe->ami_type = AWS_AMI_CUSTOM;
  recipe->version = g_strdup (cluster->version);
  recipe->release_version = g_strdup (image);
  recipe->image_id = g_strdup (image);
  return TRUE;
}

static gboolean
choose_release (const AwsCluster *cluster, const AwsNodegroupSpec *spec, Recipe *recipe,
                GError **error)
{
  const char *usual = spec->usual_ami_type != NULL ? spec->usual_ami_type : "AL2_x86_64";
  const char *ami_type = spec->ami_type != NULL ? spec->ami_type : usual;
  const char *version = spec->version != NULL ? spec->version : cluster->version;
  int minor = aws_kubernetes_minor (version);
  const AwsAmiRelease *release
      = aws_ami_catalog_find (cluster->eks->catalog, ami_type, minor, spec->release_version);

  if (aws_ami_type_is_custom (ami_type))
    aws_set_error (error, AWS_INVALID_PARAMETER, NULL,
                   spec->launch_template == NULL
                       ? "Launch template details can't be null for Custom ami type node group"
                       : "You must specify an image id in the launch template of a node group with "
                         "a custom AMI");
  else if (minor == 0 || minor > aws_kubernetes_minor (cluster->version))
    aws_set_error (error, AWS_INVALID_PARAMETER, NULL, "unsupported Kubernetes version");
  else if (!aws_ami_type_is_known (ami_type))
    aws_set_error (error, AWS_INVALID_PARAMETER, NULL,
                   "Node groups with the AMI type %s are not modelled by Drydock.", ami_type);
  else if (release == NULL)
    aws_set_error (error, AWS_INVALID_PARAMETER, NULL,
                   "Requested release version %s is not valid for kubernetes version %s.",
                   spec->release_version != NULL ? spec->release_version : "(newest)", version);
  else
    {
      recipe->ami_type = ami_type;
      recipe->version = g_strdup_printf ("1.%d", release->minor);
      recipe->release_version = g_strdup (release->release_version);
      recipe->image_id = g_strdup (release->image->resource.id);
      return TRUE;
    }
  return FALSE;
}

static gboolean
choose_recipe (AwsCluster *cluster, const AwsNodegroupSpec *spec, Recipe *recipe, GError **error)
{
  const char *image;

  if (!read_source (cluster->eks->cloud, spec, recipe, error))
    return FALSE;
  image = dd_value_path_string (recipe->owners, "ImageId");
  return image != NULL ? choose_image (cluster, spec, image, recipe, error)
                       : choose_release (cluster, spec, recipe, error);
}

static DdValue *
check_subnets (const AwsCloud *cloud, const DdValue *ids, GError **error)
{
  for (gsize i = 0; i < dd_value_length (ids); i++)
    {
      const char *id = dd_value_string (dd_value_element (ids, i));

      if (aws_cloud_subnet (cloud, id) == NULL)
        {
          aws_set_error (error, AWS_INVALID_PARAMETER, NULL, "The subnet ID '%s' does not exist",
                         id);
          return NULL;
        }
    }
  return dd_value_ref (ids);
}

static DdValue *
subnets_of (const AwsCloud *cloud, const char *const *zones, GError **error)
{
  g_auto (DdBuilder) subnets = dd_builder_array ();

  for (guint i = 0; zones == NULL && i < cloud->zones->len; i++)
    {
      const AwsZone *zone = cloud->zones->pdata[i];

      dd_builder_add (&subnets,
                      dd_string (aws_cloud_subnet_in_zone (cloud, zone->name)->resource.id));
    }
  for (guint i = 0; zones != NULL && zones[i] != NULL; i++)
    {
      const AwsSubnet *subnet = aws_cloud_subnet_in_zone (cloud, zones[i]);

      if (subnet == NULL)
        {
          aws_set_error (error, AWS_INVALID_PARAMETER, NULL, "there is no zone %s with a subnet",
                         zones[i]);
          return NULL;
        }
      dd_builder_add (&subnets, dd_string (subnet->resource.id));
    }
  return dd_builder_end (&subnets);
}

/* Whether the image of RECIPE runs on machines of TYPE; an image that nobody knows will. */
static gboolean
runs_on (const AwsCloud *cloud, const Recipe *recipe, const AwsInstanceType *type)
{
  const AwsImage *image = aws_cloud_image (cloud, recipe->image_id);

  return image == NULL || strcmp (image->architecture, type->architecture) == 0;
}

static gboolean
check_instance_type (const AwsCloud *cloud, const Recipe *recipe, const char *name, GError **error)
{
  const AwsInstanceType *type = aws_cloud_instance_type (cloud, name);

  if (type != NULL && runs_on (cloud, recipe, type))
    return TRUE;
  aws_set_error (error, AWS_INVALID_PARAMETER, NULL,
                 "[%s] is not a valid instance type for requested amiType %s", name,
                 recipe->ami_type);
  return FALSE;
}

/* None where the template says it; a setting must not stand in both places. */
static DdValue *
instance_types_of (const AwsCloud *cloud, const AwsNodegroupSpec *spec, const Recipe *recipe,
                   GError **error)
{
  static const char *const of_a_world[] = { "m5.large", NULL };
  const char *const *usual
      = spec->usual_instance_types != NULL ? spec->usual_instance_types : of_a_world;
  const char *of_template = dd_value_path_string (recipe->owners, "InstanceType");
  const char *const *names = spec->instance_types != NULL ? spec->instance_types : usual;
  g_auto (DdBuilder) types = dd_builder_array ();

  if (of_template != NULL && spec->instance_types != NULL)
    {
      aws_set_error (error, AWS_INVALID_REQUEST, NULL,
                     "Cannot specify instance types in launch template and API Request");
      return NULL;
    }
  if (of_template != NULL)
    return check_instance_type (cloud, recipe, of_template, error) ? dd_builder_end (&types) : NULL;
  for (guint i = 0; names[i] != NULL; i++)
    {
      if (!check_instance_type (cloud, recipe, names[i], error))
        return NULL;
      dd_builder_add (&types, dd_string (names[i]));
    }
  return dd_builder_end (&types);
}

static DdValue *
update_config_of (const AwsNodegroupSpec *spec)
{
  g_auto (DdBuilder) config = dd_builder_object ();

  if (spec->max_unavailable_percentage > 0)
    dd_builder_set (&config, "maxUnavailablePercentage", dd_int (spec->max_unavailable_percentage));
  else
    dd_builder_set (&config, "maxUnavailable",
                    dd_int (spec->max_unavailable > 0 ? spec->max_unavailable : 1));
  dd_builder_set (&config, "updateStrategy", dd_string (spec->update_strategy));
  return dd_builder_end (&config);
}

/* ---- the parts that AWS sees ---- */

/* Tags that the group passes on to its instances. */
static DdValue *
group_tags (const AwsNodegroup *nodegroup)
{
  const char *cluster = nodegroup->cluster->name;
  const struct
  {
    char *key;
    const char *value;
  } tags[] = {
    { g_strdup ("eks:cluster-name"), cluster },
    { g_strdup ("eks:nodegroup-name"), nodegroup->name },
    { g_strdup ("k8s.io/cluster-autoscaler/enabled"), "true" },
    { g_strconcat ("k8s.io/cluster-autoscaler/", cluster, NULL), "owned" },
    { g_strconcat ("kubernetes.io/cluster/", cluster, NULL), "owned" },
  };
  g_auto (DdBuilder) list = dd_builder_array ();

  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    {
      dd_builder_add (&list, dd_object ("Key", dd_string_take (tags[i].key), "Value",
                                        dd_string (tags[i].value), "PropagateAtLaunch",
                                        dd_bool (TRUE), NULL));
    }
  return dd_builder_end (&list);
}

static DdValue *
usual_data (const AwsNodegroup *nodegroup, const char *image_id)
{
  g_autofree char *user_data = aws_nodegroup_user_data (nodegroup, image_id);
  g_auto (DdBuilder) data = dd_builder_object ();

  dd_builder_set (&data, "BlockDeviceMappings",
                  dd_array (dd_object ("DeviceName", dd_string ("/dev/xvda"), "Ebs",
                                       dd_object ("DeleteOnTermination", dd_bool (TRUE),
                                                  "VolumeSize", dd_int (nodegroup->disk_gib),
                                                  "VolumeType", dd_string ("gp2"), NULL),
                                       NULL),
                            NULL));
  dd_builder_set (&data, "IamInstanceProfile",
                  dd_object ("Name", dd_string_printf ("eks-%s", nodegroup->uuid), NULL));
  dd_builder_set (&data, "ImageId", dd_string (image_id));
  dd_builder_set (&data, "KeyName",
                  dd_string (dd_value_path_string (nodegroup->remote_access, "ec2SshKey")));
  dd_builder_set (&data, "MetadataOptions",
                  dd_object ("HttpPutResponseHopLimit", dd_int (2), NULL));
  dd_builder_set (&data, "SecurityGroupIds",
                  dd_array (dd_string (nodegroup->cluster->security_group_id), NULL));
  dd_builder_set (&data, "TagSpecifications", aws_nodegroup_tag_specifications (nodegroup, NULL));
  dd_builder_set (&data, "UserData", dd_string (user_data));
  return dd_builder_end (&data);
}

static gboolean
make_template (AwsNodegroup *nodegroup, const Recipe *recipe, GError **error)
{
  AwsCloud *cloud = nodegroup->cluster->eks->cloud;
  g_autofree char *name = g_strconcat ("eks-", nodegroup->uuid, NULL);
  DdValue *data = recipe->owners != NULL
                      ? aws_nodegroup_copy_of_source (nodegroup, recipe->owners, recipe->image_id)
                      : usual_data (nodegroup, recipe->image_id);
  g_autoptr (DdValue) input
      = dd_object ("LaunchTemplateName", dd_string (name), "LaunchTemplateData", data, NULL);
  g_autoptr (DdValue) output
      = aws_service_call (&aws_ec2, aws_cloud_door (cloud), "CreateLaunchTemplate", input, error);

  if (output == NULL)
    return FALSE;
  nodegroup->template_id = g_strdup (aws_cloud_template (cloud, NULL, name)->resource.id);
  nodegroup->template_version = g_strdup ("1");
  aws_nodegroup_note_copy (nodegroup, nodegroup->template_version, nodegroup->source.version);
  return TRUE;
}

static DdValue *
instances_distribution (const AwsNodegroup *nodegroup)
{
  gboolean spot = strcmp (nodegroup->capacity_type, "SPOT") == 0;
  gboolean by_price = aws_kubernetes_minor (nodegroup->cluster->version) >= 28;

  return dd_object ("OnDemandAllocationStrategy", dd_string ("prioritized"), "OnDemandBaseCapacity",
                    dd_int (0), "OnDemandPercentageAboveBaseCapacity", dd_int (spot ? 0 : 100),
                    "SpotAllocationStrategy",
                    dd_string (!spot      ? "lowest-price"
                               : by_price ? "price-capacity-optimized"
                                          : "capacity-optimized"),
                    "SpotInstancePools", spot ? NULL : dd_int (2), NULL);
}

static DdValue *
mixed_policy (const AwsNodegroup *nodegroup, const char *template_version)
{
  g_auto (DdBuilder) overrides = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (nodegroup->instance_types); i++)
    dd_builder_add (&overrides,
                    dd_object ("InstanceType",
                               dd_value_ref (dd_value_element (nodegroup->instance_types, i)),
                               NULL));
  return dd_object ("LaunchTemplate",
                    dd_object ("LaunchTemplateSpecification",
                               dd_object ("LaunchTemplateId", dd_string (nodegroup->template_id),
                                          "Version", dd_string (template_version), NULL),
                               "Overrides", dd_builder_end (&overrides), NULL),
                    "InstancesDistribution", instances_distribution (nodegroup), NULL);
}

gboolean
aws_nodegroup_use_template (AwsNodegroup *nodegroup, const char *template_version, GError **error)
{
  g_autoptr (DdValue) input
      = dd_object ("AutoScalingGroupName", dd_string (nodegroup->group_name),
                   "MixedInstancesPolicy", mixed_policy (nodegroup, template_version), NULL);
  g_autoptr (DdValue) output
      = aws_service_call (&aws_autoscaling, aws_cloud_door (nodegroup->cluster->eks->cloud),
                          "UpdateAutoScalingGroup", input, error);

  return output != NULL;
}

/* "subnet-1,subnet-2" */
static char *
zone_identifier (const AwsNodegroup *nodegroup)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < dd_value_length (nodegroup->subnets); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "",
                            dd_value_string (dd_value_element (nodegroup->subnets, i)));
  return g_string_free (text, FALSE);
}

static DdValue *
hook (const char *name, const char *transition)
{
  return dd_object ("LifecycleHookName", dd_string (name), "LifecycleTransition",
                    dd_string (transition), "HeartbeatTimeout", dd_int (HOOK_TIMEOUT_SECONDS),
                    "DefaultResult", dd_string ("CONTINUE"), NULL);
}

static DdValue *
group_input (const AwsNodegroup *nodegroup, const AwsNodegroupSpec *spec)
{
  g_autofree char *zones = zone_identifier (nodegroup);
  g_auto (DdBuilder) input = dd_builder_object ();

  dd_builder_set (&input, "AutoScalingGroupName", dd_string (nodegroup->group_name));
  dd_builder_set (&input, "MixedInstancesPolicy",
                  mixed_policy (nodegroup, nodegroup->template_version));
  dd_builder_set (&input, "MinSize", dd_int (spec->min));
  dd_builder_set (&input, "MaxSize", dd_int (spec->max));
  dd_builder_set (&input, "DesiredCapacity", dd_int (spec->desired));
  dd_builder_set (&input, "DefaultCooldown", dd_int (GROUP_COOLDOWN_SECONDS));
  dd_builder_set (&input, "HealthCheckType", dd_string ("EC2"));
  dd_builder_set (&input, "HealthCheckGracePeriod", dd_int (GROUP_GRACE_SECONDS));
  dd_builder_set (&input, "VPCZoneIdentifier", dd_string (zones));
  dd_builder_set (&input, "TerminationPolicies",
                  dd_array (dd_string ("AllocationStrategy"), dd_string ("OldestLaunchTemplate"),
                            dd_string ("OldestInstance"), NULL));
  dd_builder_set (&input, "NewInstancesProtectedFromScaleIn", dd_bool (FALSE));
  dd_builder_set (&input, "CapacityRebalance", dd_bool (TRUE));
  dd_builder_set (&input, "LifecycleHookSpecificationList",
                  dd_array (hook ("Launch-LC-Hook", "autoscaling:EC2_INSTANCE_LAUNCHING"),
                            spec->no_terminate_hook ? NULL
                                                    : hook (AWS_EKS_TERMINATE_HOOK,
                                                            "autoscaling:EC2_INSTANCE_TERMINATING"),
                            NULL));
  dd_builder_set (&input, "Tags", group_tags (nodegroup));
  return dd_builder_end (&input);
}

static gboolean
make_group (AwsNodegroup *nodegroup, const AwsNodegroupSpec *spec, GError **error)
{
  g_autoptr (DdValue) input = group_input (nodegroup, spec);
  g_autoptr (DdValue) output
      = aws_service_call (&aws_autoscaling, aws_cloud_door (nodegroup->cluster->eks->cloud),
                          "CreateAutoScalingGroup", input, error);

  return output != NULL;
}

/* ---- the node group ---- */

static void
name_parts (AwsNodegroup *nodegroup)
{
  AwsEks *eks = nodegroup->cluster->eks;
  g_autofree char *rest = NULL;

  nodegroup->uuid = dd_random_uuid (eks->ids);
  nodegroup->group_name = g_strdup_printf ("eks-%s-%s", nodegroup->name, nodegroup->uuid);
  rest = g_strdup_printf ("nodegroup/%s/%s/%s", nodegroup->cluster->name, nodegroup->name,
                          nodegroup->uuid);
  nodegroup->arn = aws_cloud_arn (eks->cloud, "eks", rest);
}

static gint64
usual_disk_gib (const char *ami_type)
{
  return g_str_has_prefix (ami_type, "WINDOWS_") ? AWS_WINDOWS_DISK_GIB : AWS_NODEGROUP_DISK_GIB;
}

static AwsNodegroup *
nodegroup_from_spec (AwsCluster *cluster, const AwsNodegroupSpec *spec, const Recipe *recipe,
                     GError **error)
{
  g_autoptr (AwsNodegroup) nodegroup = g_new0 (AwsNodegroup, 1);
  AwsCloud *cloud = cluster->eks->cloud;

  nodegroup->cluster = cluster;
  nodegroup->name = g_strdup (spec->name);
  nodegroup->version = g_strdup (recipe->version);
  nodegroup->release_version = g_strdup (recipe->release_version);
  nodegroup->ami_type = g_strdup (recipe->ami_type);
  nodegroup->source = (AwsSource) { g_strdup (recipe->source.id), g_strdup (recipe->source.name),
                                    g_strdup (recipe->source.version) };
  nodegroup->copies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  nodegroup->capacity_type
      = g_strdup (spec->capacity_type != NULL ? spec->capacity_type : "ON_DEMAND");
  nodegroup->node_role = g_strdup (spec->node_role);
  nodegroup->tags = spec->tags != NULL ? dd_value_ref (spec->tags) : dd_object_empty ();
  nodegroup->remote_access
      = spec->remote_access != NULL ? dd_value_ref (spec->remote_access) : NULL;
  nodegroup->disk_gib = spec->disk_gib > 0 ? spec->disk_gib : usual_disk_gib (recipe->ami_type);
  nodegroup->labels = spec->labels != NULL ? dd_value_ref (spec->labels) : dd_object_empty ();
  nodegroup->taints = spec->taints != NULL ? dd_value_ref (spec->taints) : dd_array_empty ();
  nodegroup->update_config = update_config_of (spec);
  nodegroup->updates = g_ptr_array_new_with_free_func ((GDestroyNotify) aws_update_free);
  nodegroup->created = nodegroup->modified = sim_stage_now (cloud->stage);
  nodegroup->serial = 1;
  nodegroup->instance_types = instance_types_of (cloud, spec, recipe, error);
  if (nodegroup->instance_types == NULL)
    return NULL;
  nodegroup->subnets = spec->subnets != NULL ? check_subnets (cloud, spec->subnets, error)
                                             : subnets_of (cloud, spec->zones, error);
  if (nodegroup->subnets == NULL)
    return NULL;
  name_parts (nodegroup);
  return g_steal_pointer (&nodegroup);
}

AwsNodegroup *
aws_eks_add_nodegroup (AwsCloud *cloud, const AwsNodegroupSpec *spec, GError **error)
{
  AwsCluster *cluster = aws_eks_cluster (cloud, spec->cluster);
  g_auto (Recipe) recipe = { NULL };
  g_autoptr (AwsNodegroup) nodegroup = NULL;

  if (cluster == NULL)
    {
      aws_set_error (error, AWS_RESOURCE_NOT_FOUND, NULL, "No cluster found for name: %s.",
                     spec->cluster);
      return NULL;
    }
  if (!check_nodegroup (cloud, cluster, spec, error)
      || !choose_recipe (cluster, spec, &recipe, error))
    return NULL;
  nodegroup = nodegroup_from_spec (cluster, spec, &recipe, error);
  if (nodegroup == NULL || !make_template (nodegroup, &recipe, error)
      || !make_group (nodegroup, spec, error))
    return NULL;
  g_ptr_array_add (cluster->nodegroups, nodegroup);
  return g_steal_pointer (&nodegroup);
}
