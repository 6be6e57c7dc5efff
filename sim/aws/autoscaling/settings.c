/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/autoscaling/settings.c: how a group is to be: the input that Create and Update share
 *
 * Everything is checked before anything is changed. What an update does not mention stays as it is.
 * Imitates: Amazon EC2 Auto Scaling API Reference, CreateAutoScalingGroup and
 * UpdateAutoScalingGroup. */
#include "config.h"

#include "sim/aws/autoscaling/operations.h"

#include "sim/aws/autoscaling/scaling.h"

#include <string.h>

/* ---- fields ---- */

static const AwsField template_fields[] = {
  { "LaunchTemplateId", .type = AWS_STRING, .min = 1, .max = 255 },
  { "LaunchTemplateName", .type = AWS_STRING, .min = 3, .max = 128 },
  { "Version", .type = AWS_STRING, .min = 1, .max = 255 },
  { NULL },
};

static const AwsField override_fields[] = {
  { "InstanceType", .type = AWS_STRING, .required = TRUE, .min = 1, .max = 255 },
  { NULL },
};

static const AwsField mixed_template_fields[] = {
  { "LaunchTemplateSpecification", .type = AWS_STRUCTURE, .members = template_fields },
  { "Overrides", .type = AWS_LIST, .members = override_fields, .min = 0, .max = 40 },
  { NULL },
};

static const char *const on_demand_strategies[] = { "lowest-price", "prioritized", NULL };
static const char *const spot_strategies[]
    = { "lowest-price", "capacity-optimized", "capacity-optimized-prioritized",
        "price-capacity-optimized", NULL };

static const AwsField distribution_fields[] = {
  { "OnDemandAllocationStrategy", .type = AWS_STRING, .values = on_demand_strategies },
  { "OnDemandBaseCapacity", .type = AWS_INTEGER, .min = 0, .max = G_MAXINT32 },
  { "OnDemandPercentageAboveBaseCapacity", .type = AWS_INTEGER, .min = 0, .max = 100 },
  { "SpotAllocationStrategy", .type = AWS_STRING, .values = spot_strategies },
  { "SpotInstancePools", .type = AWS_INTEGER, .min = 0, .max = 20 },
  { "SpotMaxPrice", .type = AWS_STRING, .min = 0, .max = 255 },
  { NULL },
};

static const AwsField mixed_policy_fields[] = {
  { "LaunchTemplate", .type = AWS_STRUCTURE, .members = mixed_template_fields },
  { "InstancesDistribution", .type = AWS_STRUCTURE, .members = distribution_fields },
  { NULL },
};

static const char *const strategies[] = { "balanced-only", "balanced-best-effort", NULL };

static const AwsField zone_distribution_fields[] = {
  { "CapacityDistributionStrategy", .type = AWS_STRING, .values = strategies },
  { NULL },
};

static const char *const health_check_types[] = { "EC2", NULL };

#define SIZE(name, is_required) \
  { \
    name, .type = AWS_INTEGER, .required = is_required, .min = 0, .max = G_MAXINT32 \
  }

#define COMMON_FIELDS \
  AWS_AS_GROUP_NAME, SIZE ("DesiredCapacity", FALSE), SIZE ("DefaultCooldown", FALSE), \
      SIZE ("HealthCheckGracePeriod", FALSE), AWS_AS_STRINGS ("AvailabilityZones"), \
      AWS_AS_STRINGS ("TerminationPolicies"), \
      { "LaunchTemplate", .type = AWS_STRUCTURE, .members = template_fields }, \
      { "MixedInstancesPolicy", .type = AWS_STRUCTURE, .members = mixed_policy_fields }, \
      { "HealthCheckType", .type = AWS_STRING, .values = health_check_types }, \
      { "VPCZoneIdentifier", .type = AWS_STRING, .min = 1, .max = 5000 }, \
      { "NewInstancesProtectedFromScaleIn", .type = AWS_BOOLEAN }, \
      { "CapacityRebalance", .type = AWS_BOOLEAN }, \
      { "ServiceLinkedRoleARN", .type = AWS_STRING, .min = 1, .max = 1600 }, \
      { "Context", .type = AWS_STRING }, \
      { "DefaultInstanceWarmup", .type = AWS_INTEGER, .min = -1, .max = 3600 }, \
  { \
    "AvailabilityZoneDistribution", .type = AWS_STRUCTURE, .members = zone_distribution_fields \
  }

const AwsField aws_as_create_fields[] = {
  COMMON_FIELDS,
  SIZE ("MinSize", TRUE),
  SIZE ("MaxSize", TRUE),
  { "LifecycleHookSpecificationList", .type = AWS_LIST, .members = aws_as_hook_fields },
  { "Tags", .type = AWS_LIST, .members = aws_as_tag_fields },
  { NULL },
};

const AwsField aws_as_update_fields[]
    = { COMMON_FIELDS, SIZE ("MinSize", FALSE), SIZE ("MaxSize", FALSE), { NULL } };

/* ---- checks ---- */

static const DdValue *
given_template (const DdValue *input)
{
  const DdValue *plain = dd_value_member (input, "LaunchTemplate");

  return plain != NULL
             ? plain
             : dd_value_path (input,
                              "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification");
}

static gboolean
template_valid (const AwsCloud *cloud, const DdValue *spec, GError **error)
{
  const char *id = dd_value_path_string (spec, "LaunchTemplateId");
  const char *name = dd_value_path_string (spec, "LaunchTemplateName");
  const char *version = dd_value_path_string (spec, "Version");
  const AwsTemplate *template = aws_cloud_template (cloud, id, name);

  if ((id == NULL) == (name == NULL))
    g_set_error (error, AWS_ERROR, AWS_VALIDATION,
                 "Valid requests must contain either launchTemplateId or LaunchTemplateName");
  else if (template == NULL)
    g_set_error (
        error, AWS_ERROR, AWS_VALIDATION,
        "You must use a valid fully-formed launch template. The specified launch template, "
        "with template %s %s, does not exist.",
        id != NULL ? "ID" : "name", id != NULL ? id : name);
  else if (aws_template_version (template, version) == NULL)
    g_set_error (error, AWS_ERROR, AWS_VALIDATION,
                 "You must use a valid fully-formed launch template. Could not find the specified "
                 "version %s for the launch template with ID %s.",
                 version, template->resource.id);
  else
    return TRUE;
  return FALSE;
}

/* The subnets of "subnet-1,subnet-2"; NULL with an error. */
static GPtrArray *
parse_subnets (const AwsCloud *cloud, const char *text, GError **error)
{
  g_auto (GStrv) ids = g_strsplit (text, ",", -1);
  g_autoptr (GPtrArray) subnets = g_ptr_array_new ();

  for (guint i = 0; ids[i] != NULL; i++)
    {
      AwsSubnet *subnet = aws_cloud_subnet (cloud, g_strstrip (ids[i]));

      if (subnet == NULL)
        {
          g_set_error (error, AWS_ERROR, AWS_VALIDATION, "The subnet ID '%s' does not exist",
                       ids[i]);
          return NULL;
        }
      if (!g_ptr_array_find (subnets, subnet, NULL))
        g_ptr_array_add (subnets, subnet);
    }
  return g_steal_pointer (&subnets);
}

static gboolean
subnets_reach (const GPtrArray *subnets, const char *zone)
{
  for (guint i = 0; i < subnets->len; i++)
    if (g_str_equal (((const AwsSubnet *) subnets->pdata[i])->zone->name, zone))
      return TRUE;
  return FALSE;
}

static gboolean
zones_valid (const AwsCloud *cloud, const DdValue *input, GError **error)
{
  const char *identifier = dd_value_path_string (input, "VPCZoneIdentifier");
  const DdValue *zones = dd_value_member (input, "AvailabilityZones");
  g_autoptr (GPtrArray) subnets = NULL;

  if (identifier == NULL && dd_value_length (zones) > 0)
    {
      g_set_error (error, AWS_ERROR, AWS_VALIDATION,
                   "No default subnet for availability zone: '%s'.",
                   dd_value_string (dd_value_element (zones, 0)));
      return FALSE;
    }
  if (identifier == NULL)
    return TRUE;
  subnets = parse_subnets (cloud, identifier, error);
  if (subnets == NULL)
    return FALSE;
  for (gsize i = 0; i < dd_value_length (zones); i++)
    if (!subnets_reach (subnets, dd_value_string (dd_value_element (zones, i))))
      {
        g_set_error (
            error, AWS_ERROR, AWS_VALIDATION,
            "The availability zones of the specified subnets and the Auto Scaling group do "
            "not match");
        return FALSE;
      }
  return TRUE;
}

static gboolean
policies_valid (const DdValue *policies, GError **error)
{
  g_autoptr (DdValue) known = aws_termination_policies ();

  for (gsize i = 0; i < dd_value_length (policies); i++)
    {
      const DdValue *policy = dd_value_element (policies, i);
      gboolean found = FALSE;

      for (gsize j = 0; j < dd_value_length (known); j++)
        found = found || dd_value_equal (policy, dd_value_element (known, j));
      if (!found)
        {
          g_set_error (error, AWS_ERROR, AWS_VALIDATION,
                       "Invalid termination policy: %s is not a supported termination policy type.",
                       dd_value_string (policy));
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
aws_as_capacity_valid (gint64 desired, GError **error)
{
  if (desired <= AWS_MAX_GROUP_CAPACITY)
    return TRUE;
  g_set_error (error, AWS_ERROR, AWS_LIMIT_EXCEEDED,
               "You have already reached a limit for your Amazon EC2 Auto Scaling resources - "
               "desired capacity %" G_GINT64_FORMAT
               " exceeds the limit of %d instances in a group that is modelled",
               desired, AWS_MAX_GROUP_CAPACITY);
  return FALSE;
}

static gboolean
sizes_valid (const AwsGroup *group, const DdValue *input, GError **error)
{
  gint64 min = dd_value_path_int (input, "MinSize", group != NULL ? group->min : 0);
  gint64 max = dd_value_path_int (input, "MaxSize", group != NULL ? group->max : 0);
  gint64 kept = group != NULL ? CLAMP (group->desired, min, MAX (min, max)) : min;
  gint64 desired = dd_value_path_int (input, "DesiredCapacity", kept);

  if (min > max)
    g_set_error (error, AWS_ERROR, AWS_VALIDATION,
                 "Max bound, %" G_GINT64_FORMAT
                 ", must be greater than or equal to min bound, %" G_GINT64_FORMAT,
                 max, min);
  else if (desired < min || desired > max)
    g_set_error (error, AWS_ERROR, AWS_VALIDATION,
                 "Desired capacity:%" G_GINT64_FORMAT
                 " must be between the specified min size:%" G_GINT64_FORMAT
                 " and max size:%" G_GINT64_FORMAT,
                 desired, min, max);
  else
    return aws_as_capacity_valid (desired, error);
  return FALSE;
}

gboolean
aws_as_settings_valid (const AwsCloud *cloud, const AwsGroup *group, const DdValue *input,
                       GError **error)
{
  const DdValue *spec = given_template (input);
  gboolean both = dd_value_member (input, "LaunchTemplate") != NULL
                  && dd_value_member (input, "MixedInstancesPolicy") != NULL;

  if (both || (group == NULL && spec == NULL))
    {
      g_set_error (error, AWS_ERROR, AWS_VALIDATION,
                   "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, "
                   "InstanceId or MixedInstancesPolicy parameter.");
      return FALSE;
    }
  if (group == NULL && dd_value_member (input, "VPCZoneIdentifier") == NULL
      && dd_value_member (input, "AvailabilityZones") == NULL)
    {
      g_set_error (error, AWS_ERROR, AWS_VALIDATION,
                   "At least one Availability Zone or VPC Subnet is required.");
      return FALSE;
    }
  return (spec == NULL || template_valid (cloud, spec, error)) && zones_valid (cloud, input, error)
         && policies_valid (dd_value_member (input, "TerminationPolicies"), error)
         && sizes_valid (group, input, error);
}

/* ---- carrying out ---- */

static void
set_text (char **field, const DdValue *value)
{
  if (value == NULL)
    return;
  g_free (*field);
  *field = g_strdup (dd_value_string (value));
}

static void
use_template (AwsGroup *group, const DdValue *spec)
{
  AwsTemplate *template
      = aws_cloud_template (group->cloud, dd_value_path_string (spec, "LaunchTemplateId"),
                            dd_value_path_string (spec, "LaunchTemplateName"));
  const char *version = dd_value_path_string (spec, "Version");

  g_free (group->template_id);
  g_free (group->template_name);
  g_free (group->template_version);
  group->template = template;
  group->template_id = g_strdup (template->resource.id);
  group->template_name = g_strdup (template->name);
  group->template_version = g_strdup (version != NULL ? version : "$Default");
}

/* Imitates: Amazon EC2 Auto Scaling API Reference, InstancesDistribution, the defaults. */
static DdValue *
usual_distribution (void)
{
  return dd_object ("OnDemandAllocationStrategy", dd_string ("prioritized"), "OnDemandBaseCapacity",
                    dd_int (0), "OnDemandPercentageAboveBaseCapacity", dd_int (100),
                    "SpotAllocationStrategy", dd_string ("lowest-price"), NULL);
}

/* An update may say only a part; the rest stays. The template itself is kept beside the policy. */
static void
use_mixed_policy (AwsGroup *group, const DdValue *policy)
{
  const DdValue *overrides = dd_value_path (policy, "LaunchTemplate.Overrides");
  const DdValue *old_overrides = dd_value_path (group->mixed_policy, "LaunchTemplate.Overrides");
  const DdValue *distribution = dd_value_member (policy, "InstancesDistribution");
  const DdValue *old_distribution = dd_value_member (group->mixed_policy, "InstancesDistribution");
  g_autoptr (DdValue) base
      = old_distribution != NULL ? dd_value_ref (old_distribution) : usual_distribution ();
  DdValue *kept = overrides != NULL       ? dd_value_ref (overrides)
                  : old_overrides != NULL ? dd_value_ref (old_overrides)
                                          : dd_array_empty ();
  DdValue *merged = dd_object (
      "LaunchTemplate", dd_object ("Overrides", kept, NULL), "InstancesDistribution",
      distribution != NULL ? dd_value_merge (base, distribution) : dd_value_ref (base), NULL);

  g_clear_pointer (&group->mixed_policy, dd_value_unref);
  group->mixed_policy = merged;
}

static void
use_launch_settings (AwsGroup *group, const DdValue *input)
{
  const DdValue *spec = given_template (input);
  const DdValue *policy = dd_value_member (input, "MixedInstancesPolicy");

  if (spec != NULL)
    use_template (group, spec);
  if (policy != NULL)
    use_mixed_policy (group, policy);
  else if (spec != NULL)
    g_clear_pointer (&group->mixed_policy, dd_value_unref);
}

static void
use_zones (AwsGroup *group, const DdValue *input)
{
  const char *identifier = dd_value_path_string (input, "VPCZoneIdentifier");
  g_autoptr (GPtrArray) subnets = NULL;

  if (identifier == NULL)
    return;
  subnets = parse_subnets (group->cloud, identifier, NULL);
  aws_group_use_subnets (group, subnets);
}

void
aws_as_settings_apply (AwsGroup *group, const DdValue *input)
{
  const DdValue *policies = dd_value_member (input, "TerminationPolicies");

  use_launch_settings (group, input);
  use_zones (group, input);
  if (dd_value_length (policies) > 0)
    {
      dd_value_unref (group->termination_policies);
      group->termination_policies = dd_value_ref (policies);
    }
  group->cooldown = dd_value_path_int (input, "DefaultCooldown", group->cooldown);
  group->grace_period = dd_value_path_int (input, "HealthCheckGracePeriod", group->grace_period);
  group->instance_warmup
      = dd_value_path_int (input, "DefaultInstanceWarmup", group->instance_warmup);
  group->protect_new
      = dd_value_path_bool (input, "NewInstancesProtectedFromScaleIn", group->protect_new);
  group->capacity_rebalance
      = dd_value_path_bool (input, "CapacityRebalance", group->capacity_rebalance);
  set_text (&group->health_check_type, dd_value_member (input, "HealthCheckType"));
  set_text (&group->service_role_arn, dd_value_member (input, "ServiceLinkedRoleARN"));
  set_text (&group->context, dd_value_member (input, "Context"));
  set_text (&group->distribution_strategy,
            dd_value_path (input, "AvailabilityZoneDistribution.CapacityDistributionStrategy"));
}
