/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/answers.c: the members of three answers, with their types and their words
 *
 * Imitates: Amazon EKS API Reference, Update, ErrorDetail, Nodegroup and what these hold; Amazon
 * EC2 Auto Scaling API Reference, AutoScalingGroup and what that holds. */

#include "config.h"

#include "sim/scenario/answers.h"

#include <string.h>

#include "base/events.h"
#include "sim/scenario/pattern.h"
#include "sim/stage/dictionary.h"

static gboolean check_value (const DdYaml *node, const SimRow *row, SimShape shape, GError **error);

/* DD_NULL: a scalar of whatever type. */
static DdType
type_of (SimShape shape)
{
  switch (shape)
    {
    case SIM_TEXT:
      return DD_STRING;
    case SIM_INTEGER:
      return DD_INT;
    case SIM_NUMBER:
      return DD_DOUBLE;
    case SIM_BOOLEAN:
      return DD_BOOL;
    case SIM_MAPPING:
    case SIM_NAMED:
      return DD_OBJECT;
    case SIM_LIST:
      return DD_ARRAY;
    case SIM_ANY:
    case SIM_FLAG:
    case SIM_DURATION:
    case SIM_INSTANT:
    case SIM_RANGE:
    case SIM_COUNT:
    case SIM_TEXT_OR_MAPPING:
      break;
    }
  return DD_NULL;
}

static gboolean
check_word (const DdYaml *node, const SimRow *row, GError **error)
{
  g_autofree char *hint = NULL;
  g_autofree char *all = NULL;

  if (row->values == NULL || node->text == NULL || strchr (node->text, '*') != NULL
      || g_strv_contains (row->values, node->text))
    return TRUE;
  hint = sim_did_you_mean (node->text, row->values);
  all = g_strjoinv (", ", (char **) row->values);
  dd_yaml_set_error (error, node, "%s is never \"%s\"%s; it is one of %s", row->key, node->text,
                     hint, all);
  return FALSE;
}

static gboolean
check_elements (const DdYaml *node, const SimRow *row, GError **error)
{
  for (guint i = 0; i < dd_yaml_length (node); i++)
    if (!check_value (dd_yaml_element (node, i), row, row->element, error))
      return FALSE;
  return TRUE;
}

static gboolean
check_value (const DdYaml *node, const SimRow *row, SimShape shape, GError **error)
{
  const char *comparison = sim_pattern_comparison (node);
  g_autofree char *hint = NULL;

  if (shape == SIM_ANY)
    return TRUE;
  if (!sim_pattern_can_match (node, type_of (shape)))
    {
      hint = sim_pattern_hint (node);
      dd_yaml_set_error (error, node, "%s is of the type %s, which this cannot match%s", row->key,
                         sim_dictionary_type_name (type_of (shape)), hint);
      return FALSE;
    }
  if (g_strcmp0 (comparison, "is not") == 0)
    return check_value (dd_yaml_element (node, 0), row, shape, error);
  if (comparison != NULL || dd_value_type (node->value) == DD_NULL)
    return TRUE;
  if (shape == SIM_MAPPING)
    return sim_answers_check (node, row->of, row->key, error);
  if (shape == SIM_LIST || shape == SIM_NAMED)
    return check_elements (node, row, error);
  return shape != SIM_TEXT || check_word (node, row, error);
}

gboolean
sim_answers_check (const DdYaml *pattern, const SimRow *rows, const char *what, GError **error)
{
  for (guint i = 0; pattern != NULL && pattern->keys != NULL && i < pattern->keys->len; i++)
    {
      const DdYaml *key = g_ptr_array_index (pattern->keys, i);
      const SimRow *row = sim_schema_find (rows, key->text);

      if (row == NULL)
        {
          sim_schema_refuse_key (key, rows, what, error);
          return FALSE;
        }
      if (!check_value (dd_yaml_element (pattern, i), row, row->shape, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- an update ---- */

static const SimRow error_rows[] = {
  { "errorCode", SIM_TEXT, .values = dd_update_error_codes },
  { "errorMessage", SIM_TEXT },
  { "resourceIds", SIM_LIST, .element = SIM_TEXT },
  { NULL },
};

static const SimRow param_rows[] = {
  { "type", SIM_TEXT },
  { "value", SIM_TEXT },
  { NULL },
};

static const char *const update_statuses[]
    = { "InProgress", "Failed", "Cancelled", "Successful", NULL };
static const char *const update_types[] = { "VersionUpdate", "ConfigUpdate", NULL };

const SimRow sim_answer_update[] = {
  { "nodegroup", SIM_TEXT },
  { "id", SIM_TEXT },
  { "status", SIM_TEXT, .values = update_statuses },
  { "type", SIM_TEXT, .values = update_types },
  { "params", SIM_LIST, .element = SIM_MAPPING, .of = param_rows },
  { "createdAt", SIM_NUMBER },
  { "errors", SIM_LIST, .element = SIM_MAPPING, .of = error_rows },
  { "explanation", SIM_TEXT },
  { NULL },
};

/* ---- a node group ---- */

static const SimRow scaling_rows[] = {
  { "minSize", SIM_INTEGER },
  { "maxSize", SIM_INTEGER },
  { "desiredSize", SIM_INTEGER },
  { NULL },
};

static const SimRow named_rows[] = {
  { "name", SIM_TEXT },
  { NULL },
};

static const SimRow resource_rows[] = {
  { "autoScalingGroups", SIM_LIST, .element = SIM_MAPPING, .of = named_rows },
  { "remoteAccessSecurityGroup", SIM_TEXT },
  { NULL },
};

static const SimRow issue_rows[] = {
  { "code", SIM_TEXT },
  { "message", SIM_TEXT },
  { "resourceIds", SIM_LIST, .element = SIM_TEXT },
  { NULL },
};

static const SimRow health_rows[] = {
  { "issues", SIM_LIST, .element = SIM_MAPPING, .of = issue_rows },
  { NULL },
};

static const char *const strategies[] = { "DEFAULT", "MINIMAL", NULL };

static const SimRow update_config_rows[] = {
  { "maxUnavailable", SIM_INTEGER },
  { "maxUnavailablePercentage", SIM_INTEGER },
  { "updateStrategy", SIM_TEXT, .values = strategies },
  { NULL },
};

static const char *const effects[] = { "NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE", NULL };

static const SimRow taint_rows[] = {
  { "key", SIM_TEXT },
  { "value", SIM_TEXT },
  { "effect", SIM_TEXT, .values = effects },
  { NULL },
};

static const SimRow template_rows[] = {
  { "name", SIM_TEXT },
  { "version", SIM_TEXT },
  { "id", SIM_TEXT },
  { NULL },
};

static const char *const nodegroup_statuses[]
    = { "CREATING",      "ACTIVE",        "UPDATING", "DELETING",
        "CREATE_FAILED", "DELETE_FAILED", "DEGRADED", NULL };
static const char *const capacity_types[] = { "ON_DEMAND", "SPOT", "CAPACITY_BLOCK", NULL };

const SimRow sim_answer_nodegroup[] = {
  { "nodegroupName", SIM_TEXT },
  { "nodegroupArn", SIM_TEXT },
  { "clusterName", SIM_TEXT },
  { "version", SIM_TEXT },
  { "releaseVersion", SIM_TEXT },
  { "createdAt", SIM_NUMBER },
  { "modifiedAt", SIM_NUMBER },
  { "status", SIM_TEXT, .values = nodegroup_statuses },
  { "capacityType", SIM_TEXT, .values = capacity_types },
  { "scalingConfig", SIM_MAPPING, .of = scaling_rows },
  { "instanceTypes", SIM_LIST, .element = SIM_TEXT },
  { "subnets", SIM_LIST, .element = SIM_TEXT },
  { "amiType", SIM_TEXT },
  { "nodeRole", SIM_TEXT },
  { "labels", SIM_NAMED, .element = SIM_TEXT },
  { "taints", SIM_LIST, .element = SIM_MAPPING, .of = taint_rows },
  { "resources", SIM_MAPPING, .of = resource_rows },
  { "diskSize", SIM_INTEGER },
  { "health", SIM_MAPPING, .of = health_rows },
  { "updateConfig", SIM_MAPPING, .of = update_config_rows },
  { "tags", SIM_NAMED, .element = SIM_TEXT },
  { "remoteAccess", SIM_ANY },
  { "launchTemplate", SIM_MAPPING, .of = template_rows },
  { "nodeRepairConfig", SIM_ANY },
  { NULL },
};

/* ---- an Auto Scaling group ---- */

static const SimRow specification_rows[] = {
  { "LaunchTemplateId", SIM_TEXT },
  { "LaunchTemplateName", SIM_TEXT },
  { "Version", SIM_TEXT },
  { NULL },
};

static const char *const life_cycle[] = { "Pending",
                                          "Pending:Wait",
                                          "Pending:Proceed",
                                          "Quarantined",
                                          "InService",
                                          "Terminating",
                                          "Terminating:Wait",
                                          "Terminating:Proceed",
                                          "Terminating:Retained",
                                          "Terminated",
                                          "Detaching",
                                          "Detached",
                                          "EnteringStandby",
                                          "Standby",
                                          "ReplacingRootVolume",
                                          "RootVolumeReplaced",
                                          "Warmed:Pending",
                                          "Warmed:Pending:Wait",
                                          "Warmed:Pending:Proceed",
                                          "Warmed:Terminating",
                                          "Warmed:Terminating:Wait",
                                          "Warmed:Terminating:Proceed",
                                          "Warmed:Terminated",
                                          "Warmed:Stopped",
                                          "Warmed:Running",
                                          "Warmed:Hibernated",
                                          NULL };
static const char *const health_statuses[] = { "Healthy", "Unhealthy", NULL };

static const SimRow instance_rows[] = {
  { "InstanceId", SIM_TEXT },
  { "InstanceType", SIM_TEXT },
  { "AvailabilityZone", SIM_TEXT },
  { "AvailabilityZoneId", SIM_TEXT },
  { "LifecycleState", SIM_TEXT, .values = life_cycle },
  { "HealthStatus", SIM_TEXT, .values = health_statuses },
  { "LaunchConfigurationName", SIM_TEXT },
  { "LaunchTemplate", SIM_MAPPING, .of = specification_rows },
  { "ImageId", SIM_TEXT },
  { "ProtectedFromScaleIn", SIM_BOOLEAN },
  { "WeightedCapacity", SIM_TEXT },
  { NULL },
};

static const char *const processes[]
    = { "Launch",      "Terminate",       "AddToLoadBalancer", "AlarmNotification", "AZRebalance",
        "HealthCheck", "InstanceRefresh", "ReplaceUnhealthy",  "ScheduledActions",  NULL };

static const SimRow process_rows[] = {
  { "ProcessName", SIM_TEXT, .values = processes },
  { "SuspensionReason", SIM_TEXT },
  { NULL },
};

static const SimRow tag_rows[] = {
  { "ResourceId", SIM_TEXT }, { "ResourceType", SIM_TEXT },         { "Key", SIM_TEXT },
  { "Value", SIM_TEXT },      { "PropagateAtLaunch", SIM_BOOLEAN }, { NULL },
};

static const SimRow mixed_template_rows[] = {
  { "LaunchTemplateSpecification", SIM_MAPPING, .of = specification_rows },
  { "Overrides", SIM_ANY },
  { NULL },
};

static const SimRow mixed_rows[] = {
  { "LaunchTemplate", SIM_MAPPING, .of = mixed_template_rows },
  { "InstancesDistribution", SIM_ANY },
  { NULL },
};

const SimRow sim_answer_group[] = {
  { "nodegroup", SIM_TEXT },
  { "AutoScalingGroupName", SIM_TEXT },
  { "AutoScalingGroupARN", SIM_TEXT },
  { "MinSize", SIM_INTEGER },
  { "MaxSize", SIM_INTEGER },
  { "DesiredCapacity", SIM_INTEGER },
  { "DefaultCooldown", SIM_INTEGER },
  { "AvailabilityZones", SIM_LIST, .element = SIM_TEXT },
  { "LoadBalancerNames", SIM_LIST, .element = SIM_TEXT },
  { "TargetGroupARNs", SIM_LIST, .element = SIM_TEXT },
  { "HealthCheckType", SIM_TEXT },
  { "HealthCheckGracePeriod", SIM_INTEGER },
  { "Instances", SIM_LIST, .element = SIM_MAPPING, .of = instance_rows },
  { "CreatedTime", SIM_TEXT },
  { "SuspendedProcesses", SIM_LIST, .element = SIM_MAPPING, .of = process_rows },
  { "VPCZoneIdentifier", SIM_TEXT },
  { "EnabledMetrics", SIM_ANY },
  { "Status", SIM_TEXT },
  { "Tags", SIM_LIST, .element = SIM_MAPPING, .of = tag_rows },
  { "TerminationPolicies", SIM_LIST, .element = SIM_TEXT },
  { "NewInstancesProtectedFromScaleIn", SIM_BOOLEAN },
  { "ServiceLinkedRoleARN", SIM_TEXT },
  { "CapacityRebalance", SIM_BOOLEAN },
  { "Context", SIM_TEXT },
  { "TrafficSources", SIM_ANY },
  { "LaunchTemplate", SIM_MAPPING, .of = specification_rows },
  { "MixedInstancesPolicy", SIM_MAPPING, .of = mixed_rows },
  { "DefaultInstanceWarmup", SIM_INTEGER },
  { "InstanceMaintenancePolicy", SIM_ANY },
  { "MaxInstanceLifetime", SIM_INTEGER },
  { "AvailabilityZoneDistribution", SIM_ANY },
  { "WarmPoolConfiguration", SIM_ANY },
  { NULL },
};
