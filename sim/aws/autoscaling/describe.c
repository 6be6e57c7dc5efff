/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/autoscaling/describe.c: groups, their instances and their history, as they are described
 *
 * Imitates: Amazon EC2 Auto Scaling API Reference, the data types AutoScalingGroup, Instance and
 * Activity. */
#include "config.h"

#include "sim/aws/autoscaling/operations.h"

#include "base/time.h"

#include <string.h>

gboolean
aws_as_page (const DdValue *input, const char *list, guint usual, guint total, AwsPage *page,
             GError **error)
{
  const char *token = dd_value_path_string (input, "NextToken");
  guint limit = (guint) dd_value_path_int (input, "MaxRecords", usual);

  if (aws_page_cut (list, token, limit, total, page))
    return TRUE;
  g_set_error (error, AWS_ERROR, AWS_INVALID_NEXT_TOKEN, "The token '%s' is invalid", token);
  return FALSE;
}

static DdValue *
describe_time (DdUsec instant)
{
  return instant != 0 ? dd_string_take (dd_time_to_iso8601_millis (instant)) : NULL;
}

/* ---- instances ---- */

static DdValue *
describe_launch_template (const char *id, const char *name, const char *version)
{
  return dd_object ("LaunchTemplateId", dd_string (id), "LaunchTemplateName", dd_string (name),
                    "Version", dd_string (version), NULL);
}

/* What both Instance and AutoScalingInstanceDetails say. */
static DdBuilder
begin_member (const AwsMember *member)
{
  const AwsInstance *instance = member->instance;
  g_autofree char *version = g_strdup_printf ("%" G_GINT64_FORMAT, instance->template_version);
  DdBuilder answer = dd_builder_object ();

  dd_builder_set (&answer, "InstanceId", dd_string (instance->resource.id));
  dd_builder_set (&answer, "InstanceType", dd_string (instance->type->name));
  dd_builder_set (&answer, "AvailabilityZone", dd_string (instance->subnet->zone->name));
  dd_builder_set (&answer, "AvailabilityZoneId", dd_string (instance->subnet->zone->id));
  dd_builder_set (&answer, "LifecycleState", dd_string (aws_lifecycle_state_name (member->state)));
  dd_builder_set (
      &answer, "LaunchTemplate",
      describe_launch_template (instance->template_id, instance->template_name, version));
  dd_builder_set (&answer, "ImageId", dd_string (instance->image->resource.id));
  dd_builder_set (&answer, "ProtectedFromScaleIn", dd_bool (member->protected));
  return answer;
}

static DdValue *
describe_member (const AwsMember *member)
{
  g_auto (DdBuilder) answer = begin_member (member);

  dd_builder_set (&answer, "HealthStatus",
                  dd_string (member->sickness != NULL ? "Unhealthy" : "Healthy"));
  return dd_builder_end (&answer);
}

static DdValue *
describe_members (const AwsGroup *group)
{
  g_auto (DdBuilder) members = dd_builder_array ();

  for (GList *l = group->members.head; l != NULL; l = l->next)
    dd_builder_add (&members, describe_member (l->data));
  return dd_builder_end (&members);
}

/* This operation writes the health in capitals, unlike the group's own list. */
static DdValue *
describe_details (const AwsMember *member)
{
  g_auto (DdBuilder) answer = begin_member (member);

  dd_builder_set (&answer, "AutoScalingGroupName", dd_string (member->group->name));
  dd_builder_set (&answer, "HealthStatus",
                  dd_string (member->sickness != NULL ? "UNHEALTHY" : "HEALTHY"));
  return dd_builder_end (&answer);
}

static GPtrArray *
wanted_members (const AwsCloud *cloud, const DdValue *ids)
{
  GPtrArray *members = g_ptr_array_new ();

  for (gsize i = 0; i < dd_value_length (ids); i++)
    {
      const AwsInstance *instance
          = aws_cloud_instance (cloud, dd_value_string (dd_value_element (ids, i)));

      if (instance != NULL && instance->member != NULL)
        g_ptr_array_add (members, instance->member);
    }
  if (dd_value_length (ids) > 0)
    return members;
  for (guint i = 0; i < cloud->groups->len; i++)
    for (GList *l = ((AwsGroup *) cloud->groups->pdata[i])->members.head; l != NULL; l = l->next)
      g_ptr_array_add (members, l->data);
  return members;
}

static DdValue *
describe_instances (AwsCloud *cloud, const DdValue *input, GError **error)
{
  g_autoptr (GPtrArray) members = wanted_members (cloud, dd_value_member (input, "InstanceIds"));
  g_auto (AwsPage) page = { 0 };
  g_auto (DdBuilder) answer = dd_builder_array ();

  if (!aws_as_page (input, "instances", 50, members->len, &page, error))
    return NULL;
  for (guint i = page.first; i < page.end; i++)
    dd_builder_add (&answer, describe_details (members->pdata[i]));
  return dd_object ("AutoScalingInstances", dd_builder_end (&answer), "NextToken",
                    dd_string (page.next_token), NULL);
}

/* ---- groups ---- */

static DdValue *
describe_mixed_policy (const AwsGroup *group)
{
  const DdValue *overrides = dd_value_path (group->mixed_policy, "LaunchTemplate.Overrides");
  const DdValue *distribution = dd_value_member (group->mixed_policy, "InstancesDistribution");
  DdValue *template = dd_object (
      "LaunchTemplateSpecification",
      describe_launch_template (group->template_id, group->template_name, group->template_version),
      "Overrides", dd_value_ref (overrides), NULL);

  return dd_object ("LaunchTemplate", template, "InstancesDistribution",
                    dd_value_ref (distribution), NULL);
}

static DdValue *
describe_zones (const AwsGroup *group)
{
  g_auto (DdBuilder) zones = dd_builder_array ();

  for (guint i = 0; i < group->n_enabled_zones; i++)
    dd_builder_add (&zones, dd_string (((AwsGroupZone *) group->zones->pdata[i])->zone->name));
  return dd_builder_end (&zones);
}

static DdValue *
describe_subnets (const AwsGroup *group)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < group->n_enabled_zones; i++)
    {
      const AwsGroupZone *zone = group->zones->pdata[i];

      for (guint j = 0; j < zone->subnets->len; j++)
        g_string_append_printf (text, "%s%s", text->len > 0 ? "," : "",
                                ((AwsSubnet *) zone->subnets->pdata[j])->resource.id);
    }
  return dd_string (text->str);
}

static DdValue *
describe_group_tags (const AwsGroup *group)
{
  g_auto (DdBuilder) tags = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (group->tags); i++)
    dd_builder_add (&tags, aws_as_describe_tag (group, dd_value_element (group->tags, i)));
  return dd_builder_end (&tags);
}

static void
add_launch_settings (const AwsGroup *group, DdBuilder *answer)
{
  if (group->mixed_policy != NULL)
    dd_builder_set (answer, "MixedInstancesPolicy", describe_mixed_policy (group));
  else
    dd_builder_set (answer, "LaunchTemplate",
                    describe_launch_template (group->template_id, group->template_name,
                                              group->template_version));
}

static void
add_health (const AwsGroup *group, DdBuilder *answer)
{
  dd_builder_set (answer, "HealthCheckType", dd_string (group->health_check_type));
  dd_builder_set (answer, "HealthCheckGracePeriod", dd_int (group->grace_period));
  if (group->instance_warmup >= 0)
    dd_builder_set (answer, "DefaultInstanceWarmup", dd_int (group->instance_warmup));
}

static DdValue *
describe_group (const AwsGroup *group, gboolean with_instances)
{
  g_auto (DdBuilder) answer = dd_builder_object ();

  dd_builder_set (&answer, "AutoScalingGroupName", dd_string (group->name));
  dd_builder_set (&answer, "AutoScalingGroupARN", dd_string (group->arn));
  add_launch_settings (group, &answer);
  dd_builder_set (&answer, "MinSize", dd_int (group->min));
  dd_builder_set (&answer, "MaxSize", dd_int (group->max));
  dd_builder_set (&answer, "DesiredCapacity", dd_int (group->desired));
  dd_builder_set (&answer, "DefaultCooldown", dd_int (group->cooldown));
  dd_builder_set (&answer, "AvailabilityZones", describe_zones (group));
  dd_builder_set (&answer, "LoadBalancerNames", dd_array_empty ());
  dd_builder_set (&answer, "TargetGroupARNs", dd_array_empty ());
  add_health (group, &answer);
  dd_builder_set (&answer, "Instances",
                  with_instances ? describe_members (group) : dd_array_empty ());
  dd_builder_set (&answer, "CreatedTime", describe_time (group->created));
  dd_builder_set (&answer, "SuspendedProcesses", aws_as_suspended_processes (group));
  dd_builder_set (&answer, "VPCZoneIdentifier", describe_subnets (group));
  dd_builder_set (&answer, "EnabledMetrics", dd_array_empty ());
  dd_builder_set (&answer, "Status", dd_string (group->deleting ? "Delete in progress" : NULL));
  dd_builder_set (&answer, "Tags", describe_group_tags (group));
  dd_builder_set (&answer, "TerminationPolicies", dd_value_ref (group->termination_policies));
  dd_builder_set (&answer, "NewInstancesProtectedFromScaleIn", dd_bool (group->protect_new));
  dd_builder_set (&answer, "ServiceLinkedRoleARN", dd_string (group->service_role_arn));
  dd_builder_set (&answer, "CapacityRebalance", dd_bool (group->capacity_rebalance));
  dd_builder_set (&answer, "Context", dd_string (group->context));
  dd_builder_set (&answer, "TrafficSources", dd_array_empty ());
  dd_builder_set (
      &answer, "AvailabilityZoneDistribution",
      dd_object ("CapacityDistributionStrategy", dd_string (group->distribution_strategy), NULL));
  return dd_builder_end (&answer);
}

/* One filter of DescribeAutoScalingGroups: "tag-key", "tag-value" or "tag:KEY"; values are exact.
 */
static gboolean
tag_satisfies (const DdValue *tag, const char *filter, const char *wanted)
{
  const char *key = dd_value_path_string (tag, "Key");
  const char *value = dd_value_path_string (tag, "Value");

  if (g_str_equal (filter, "tag-key"))
    return g_strcmp0 (key, wanted) == 0;
  if (g_str_equal (filter, "tag-value"))
    return g_strcmp0 (value, wanted) == 0;
  return g_strcmp0 (key, filter + strlen ("tag:")) == 0 && g_strcmp0 (value, wanted) == 0;
}

static gboolean
group_satisfies (const AwsGroup *group, const DdValue *filter)
{
  const char *name = dd_value_path_string (filter, "Name");
  const DdValue *values = dd_value_member (filter, "Values");

  for (gsize i = 0; i < dd_value_length (group->tags); i++)
    for (gsize j = 0; j < dd_value_length (values); j++)
      if (tag_satisfies (dd_value_element (group->tags, i), name,
                         dd_value_string (dd_value_element (values, j))))
        return TRUE;
  return FALSE;
}

static gboolean
filters_valid (const DdValue *filters, GError **error)
{
  for (gsize i = 0; i < dd_value_length (filters); i++)
    {
      const char *name = dd_value_path_string (dd_value_element (filters, i), "Name");

      if (name == NULL
          || (!g_str_equal (name, "tag-key") && !g_str_equal (name, "tag-value")
              && !g_str_has_prefix (name, "tag:")))
        {
          g_set_error (error, AWS_ERROR, AWS_VALIDATION,
                       "Filter type %s is not correct. Allowed "
                       "Filter types are: tag-key tag-value tag:<key>",
                       name != NULL ? name : "");
          return FALSE;
        }
    }
  return TRUE;
}

/* Names that do not exist are left out without an error. */
static GPtrArray *
wanted_groups (const AwsCloud *cloud, const DdValue *names, const DdValue *filters)
{
  g_autoptr (GPtrArray) candidates = g_ptr_array_new ();
  GPtrArray *wanted = g_ptr_array_new ();

  for (gsize i = 0; i < dd_value_length (names); i++)
    {
      AwsGroup *group = aws_cloud_group (cloud, dd_value_string (dd_value_element (names, i)));

      if (group != NULL)
        g_ptr_array_add (candidates, group);
    }
  if (dd_value_length (names) == 0)
    g_ptr_array_extend (candidates, cloud->groups, NULL, NULL);
  for (guint i = 0; i < candidates->len; i++)
    {
      gboolean fits = TRUE;

      for (gsize j = 0; j < dd_value_length (filters); j++)
        fits = fits && group_satisfies (candidates->pdata[i], dd_value_element (filters, j));
      if (fits)
        g_ptr_array_add (wanted, candidates->pdata[i]);
    }
  return wanted;
}

static DdValue *
describe_groups (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const DdValue *filters = dd_value_member (input, "Filters");
  g_autoptr (GPtrArray) groups = NULL;
  g_auto (AwsPage) page = { 0 };
  g_auto (DdBuilder) answer = dd_builder_array ();

  if (!filters_valid (filters, error))
    return NULL;
  groups = wanted_groups (cloud, dd_value_member (input, "AutoScalingGroupNames"), filters);
  if (!aws_as_page (input, "groups", 50, groups->len, &page, error))
    return NULL;
  for (guint i = page.first; i < page.end; i++)
    dd_builder_add (&answer, describe_group (groups->pdata[i],
                                             dd_value_path_bool (input, "IncludeInstances", TRUE)));
  return dd_object ("AutoScalingGroups", dd_builder_end (&answer), "NextToken",
                    dd_string (page.next_token), NULL);
}

/* ---- activities ---- */

DdValue *
aws_as_describe_activity (const AwsGroup *group, const AwsActivity *activity)
{
  g_autoptr (DdValue) details
      = dd_object ("Subnet ID", dd_string (activity->subnet_id), "Availability Zone",
                   dd_string (activity->zone->name), NULL);

  return dd_object ("ActivityId", dd_string (activity->id), "AutoScalingGroupName",
                    dd_string (group->name), "Description", dd_string (activity->description),
                    "Cause", dd_string (activity->cause), "StartTime",
                    describe_time (activity->start), "EndTime", describe_time (activity->end),
                    "StatusCode", dd_string (activity->status), "StatusMessage",
                    dd_string (activity->status_message), "Progress", dd_int (activity->progress),
                    "Details", dd_string_take (dd_value_to_text (details)), "AutoScalingGroupARN",
                    dd_string (group->arn), NULL);
}

typedef struct
{
  const AwsGroup *group;
  const AwsActivity *activity;
} Entry;

/* What goes on first, then what began last. The sort keeps the order of equals. */
static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const AwsActivity *first = ((const Entry *) a)->activity;
  const AwsActivity *second = ((const Entry *) b)->activity;
  gboolean first_open = first->end == 0, second_open = second->end == 0;

  if (first_open != second_open)
    return first_open ? -1 : 1;
  return (second->start > first->start) - (second->start < first->start);
}

static gboolean
is_wanted (const DdValue *ids, const AwsActivity *activity)
{
  for (gsize i = 0; i < dd_value_length (ids); i++)
    if (g_str_equal (dd_value_string (dd_value_element (ids, i)), activity->id))
      return TRUE;
  return dd_value_length (ids) == 0;
}

static void
collect_activities (const AwsGroup *group, const DdValue *ids, GArray *entries)
{
  for (guint i = group->activities->len; i > 0; i--)
    {
      Entry entry = { group, group->activities->pdata[i - 1] };

      if (is_wanted (ids, entry.activity))
        g_array_append_val (entries, entry);
    }
}

static DdValue *
describe_activities (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const DdValue *ids = dd_value_member (input, "ActivityIds");
  const char *name = dd_value_path_string (input, "AutoScalingGroupName");
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_auto (AwsPage) page = { 0 };
  g_auto (DdBuilder) answer = dd_builder_array ();

  if (name != NULL && aws_cloud_group (cloud, name) == NULL)
    {
      g_set_error (error, AWS_ERROR, AWS_VALIDATION,
                   "AutoScalingGroup name not found - AutoScalingGroup: %s not found", name);
      return NULL;
    }
  for (guint i = 0; i < cloud->groups->len; i++)
    {
      const AwsGroup *group = cloud->groups->pdata[i];

      if (name == NULL || g_str_equal (group->name, name))
        collect_activities (group, ids, entries);
    }
  g_array_sort (entries, compare_entries);
  if (!aws_as_page (input, "activities", 100, entries->len, &page, error))
    return NULL;
  for (guint i = page.first; i < page.end; i++)
    {
      const Entry *entry = &g_array_index (entries, Entry, i);

      dd_builder_add (&answer, aws_as_describe_activity (entry->group, entry->activity));
    }
  return dd_object ("Activities", dd_builder_end (&answer), "NextToken",
                    dd_string (page.next_token), NULL);
}

/* ---- rows ---- */

static const AwsField filter_fields[] = {
  { "Name", .type = AWS_STRING },
  { "Values", .type = AWS_LIST, .element = AWS_STRING },
  { NULL },
};

static const AwsField groups_input[] = {
  AWS_AS_STRINGS ("AutoScalingGroupNames"),
  { "IncludeInstances", .type = AWS_BOOLEAN },
  { "Filters", .type = AWS_LIST, .members = filter_fields },
  AWS_AS_PAGE (100),
  { NULL },
};

static const AwsField instances_input[] = {
  { "InstanceIds", .type = AWS_LIST, .element = AWS_STRING, .min = 0, .max = 50 },
  AWS_AS_PAGE (50),
  { NULL },
};

static const AwsField activities_input[] = {
  { "AutoScalingGroupName", .type = AWS_STRING, .min = 1, .max = 255 },
  AWS_AS_STRINGS ("ActivityIds"),
  { "IncludeDeletedGroups", .type = AWS_BOOLEAN },
  AWS_AS_PAGE (100),
  { NULL },
};

const AwsOperation aws_as_describe_operations[] = {
  { "DescribeAutoScalingGroups", .input = groups_input, .handler = describe_groups },
  { "DescribeAutoScalingInstances", .input = instances_input, .handler = describe_instances },
  { "DescribeScalingActivities", .input = activities_input, .handler = describe_activities },
  { NULL },
};
