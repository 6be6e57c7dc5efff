/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/autoscaling.h"

#include "aws/form.h"
#include "aws/xml.h"
#include "base/error.h"
#include "base/time.h"

#define VERSION "2011-01-01"
#define SPECIFICATION "LaunchTemplate.LaunchTemplateSpecification"

static DdForm *
form_new (const char *action)
{
  return dd_form_new ("autoscaling", action, VERSION);
}

DdRequest *
dd_autoscaling_describe_group (const char *name, gboolean with_instances)
{
  DdForm *form = form_new ("DescribeAutoScalingGroups");

  dd_form_set (form, "AutoScalingGroupNames.member.1", name);
  if (!with_instances)
    dd_form_set_bool (form, "IncludeInstances", FALSE);
  return dd_form_to_request (form);
}

static void
group_instance_free (gpointer data)
{
  DdGroupInstance *instance = data;

  g_free (instance->id);
  g_free (instance->zone);
  g_free (instance->lifecycle);
  g_free (instance->template_version);
  g_free (instance);
}

static char *
member_text (const DdValue *object, const char *key)
{
  return g_strdup (dd_value_string (dd_value_member (object, key)));
}

static void
take_instances (const DdValue *list, GPtrArray *instances)
{
  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      const DdValue *item = dd_value_element (list, i);
      DdGroupInstance *instance = g_new0 (DdGroupInstance, 1);

      instance->id = member_text (item, "InstanceId");
      instance->zone = member_text (item, "AvailabilityZone");
      instance->lifecycle = member_text (item, "LifecycleState");
      instance->template_version = g_strdup (dd_value_path_string (item, "LaunchTemplate.Version"));
      instance->protected_
          = g_strcmp0 (dd_value_path_string (item, "ProtectedFromScaleIn"), "true") == 0;
      g_ptr_array_add (instances, instance);
    }
}

static void
take_suspended (const DdValue *list, GPtrArray *suspended)
{
  for (gsize i = 0; i < dd_value_length (list); i++)
    g_ptr_array_add (suspended, member_text (dd_value_element (list, i), "ProcessName"));
}

gboolean
dd_scaling_group_suspends (const DdScalingGroup *group, const char *process)
{
  for (guint i = 0; i < group->suspended->len; i++)
    if (g_strcmp0 (g_ptr_array_index (group->suspended, i), process) == 0)
      return TRUE;
  return FALSE;
}

/* Amazon EKS User Guide, "Tag your Amazon EKS resources": EKS tags the groups that it makes. */
static char *
managed_nodegroup (const DdValue *tags)
{
  for (gsize i = 0; i < dd_value_length (tags); i++)
    {
      const DdValue *tag = dd_value_element (tags, i);

      if (g_strcmp0 (dd_value_path_string (tag, "Key"), "eks:nodegroup-name") == 0)
        return member_text (tag, "Value");
    }
  return NULL;
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(char *const *) a, *(char *const *) b);
}

static void
take_zones (const DdValue *list, GPtrArray *zones)
{
  for (gsize i = 0; i < dd_value_length (list); i++)
    g_ptr_array_add (zones, g_strdup (dd_value_string (dd_value_element (list, i))));
  g_ptr_array_sort (zones, compare_strings);
}

/* "subnet-1,subnet-2" */
static void
take_subnets (const char *list, GPtrArray *subnets)
{
  g_auto (GStrv) ids = g_strsplit (list == NULL ? "" : list, ",", -1);

  for (guint i = 0; ids[i] != NULL; i++)
    if (*g_strstrip (ids[i]) != '\0')
      g_ptr_array_add (subnets, g_strdup (ids[i]));
}

/* A group has its launch template either directly or inside a mixed instances policy, as the
 * groups that EKS makes do. */
static gboolean
take_template (const DdValue *item, DdScalingGroup *group, GError **error)
{
  const DdValue *policy = dd_value_member (item, "MixedInstancesPolicy");
  const DdValue *template_ = dd_value_path (policy, SPECIFICATION);

  if (template_ != NULL)
    group->mixed_policy = dd_value_ref (policy);
  else
    template_ = dd_value_member (item, "LaunchTemplate");

  group->template_id = member_text (template_, "LaunchTemplateId");
  group->template_version = member_text (template_, "Version");
  if (group->template_id != NULL && group->template_version != NULL)
    return TRUE;
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "Auto Scaling group %s has no launch template",
               group->name);
  return FALSE;
}

static gboolean
take_sizes (const DdValue *item, DdScalingGroup *group, GError **error)
{
  group->min = dd_xml_int (item, "MinSize", -1);
  group->max = dd_xml_int (item, "MaxSize", -1);
  group->desired = dd_xml_int (item, "DesiredCapacity", -1);
  if (group->min >= 0 && group->desired >= 0 && group->max >= 0)
    return TRUE;
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "Auto Scaling group %s has no sizes",
               group->name);
  return FALSE;
}

DdScalingGroup *
dd_scaling_group_from_reply (const DdReply *reply, const char *name, GError **error)
{
  g_autoptr (DdValue) body = dd_xml_parse (reply->body, error);
  g_autoptr (DdScalingGroup) group = g_new0 (DdScalingGroup, 1);
  const DdValue *item = dd_value_path (body, "DescribeAutoScalingGroupsResult.AutoScalingGroups.0");

  if (body == NULL)
    return NULL;
  if (item == NULL)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_NOT_FOUND, "Auto Scaling group %s does not exist",
                   name);
      return NULL;
    }
  group->name = g_strdup (name);
  group->zones = g_ptr_array_new_with_free_func (g_free);
  group->instances = g_ptr_array_new_with_free_func (group_instance_free);
  group->suspended = g_ptr_array_new_with_free_func (g_free);
  group->subnets = g_ptr_array_new_with_free_func (g_free);
  take_subnets (dd_value_path_string (item, "VPCZoneIdentifier"), group->subnets);
  take_zones (dd_value_member (item, "AvailabilityZones"), group->zones);
  take_suspended (dd_value_member (item, "SuspendedProcesses"), group->suspended);
  take_instances (dd_value_member (item, "Instances"), group->instances);
  group->nodegroup = managed_nodegroup (dd_value_member (item, "Tags"));
  group->protects_new
      = g_strcmp0 (dd_value_path_string (item, "NewInstancesProtectedFromScaleIn"), "true") == 0;
  if (!take_sizes (item, group, error) || !take_template (item, group, error))
    return NULL;
  return g_steal_pointer (&group);
}

void
dd_scaling_group_free (DdScalingGroup *group)
{
  if (group == NULL)
    return;
  g_free (group->name);
  g_clear_pointer (&group->zones, g_ptr_array_unref);
  g_clear_pointer (&group->subnets, g_ptr_array_unref);
  g_clear_pointer (&group->instances, g_ptr_array_unref);
  g_clear_pointer (&group->suspended, g_ptr_array_unref);
  g_free (group->template_id);
  g_free (group->template_version);
  g_free (group->nodegroup);
  dd_value_unref (group->mixed_policy);
  g_free (group);
}

/* Amazon EC2 Auto Scaling, instance lifecycle: a terminating instance is listed, but no longer
 * counts. */
gboolean
dd_group_instance_counts (const DdGroupInstance *instance)
{
  return instance->lifecycle != NULL && !g_str_has_prefix (instance->lifecycle, "Terminat")
         && !g_str_has_prefix (instance->lifecycle, "Detach");
}

gint64
dd_scaling_group_size (const DdScalingGroup *group)
{
  gint64 size = 0;

  for (guint i = 0; i < group->instances->len; i++)
    size += dd_group_instance_counts (g_ptr_array_index (group->instances, i));
  return size;
}

DdRequest *
dd_autoscaling_resize (const char *name, gint64 desired, gint64 max)
{
  DdForm *form = form_new ("UpdateAutoScalingGroup");

  dd_form_set (form, "AutoScalingGroupName", name);
  dd_form_set_int (form, "MaxSize", max);
  dd_form_set_int (form, "DesiredCapacity", desired);
  return dd_form_to_request (form);
}

DdRequest *
dd_autoscaling_repoint (const DdScalingGroup *group, const char *version)
{
  DdForm *form = form_new ("UpdateAutoScalingGroup");

  dd_form_set (form, "AutoScalingGroupName", group->name);
  if (group->mixed_policy == NULL)
    {
      dd_form_set (form, "LaunchTemplate.LaunchTemplateId", group->template_id);
      dd_form_set (form, "LaunchTemplate.Version", version);
    }
  else
    {
      /* A template is named by its id or by its name, never by both. */
      g_autoptr (DdValue) nameless
          = dd_value_with_path (group->mixed_policy, SPECIFICATION ".LaunchTemplateName", NULL);
      g_autoptr (DdValue) policy
          = dd_value_with_path (nameless, SPECIFICATION ".Version", dd_string (version));

      dd_form_set_tree (form, "MixedInstancesPolicy", policy);
    }
  return dd_form_to_request (form);
}

DdRequest *
dd_autoscaling_terminate (const char *instance, gboolean decrement)
{
  DdForm *form = form_new ("TerminateInstanceInAutoScalingGroup");

  dd_form_set (form, "InstanceId", instance);
  dd_form_set_bool (form, "ShouldDecrementDesiredCapacity", decrement);
  return dd_form_to_request (form);
}

gint64
dd_autoscaling_shrunk_from (const DdReply *reply)
{
  static const char shrinking[] = "in response to a user request, shrinking the capacity from ";
  g_autoptr (DdValue) body = dd_xml_parse (reply->body, NULL);
  const char *cause
      = dd_value_path_string (body, "TerminateInstanceInAutoScalingGroupResult.Activity.Cause");
  const char *place = cause != NULL ? strstr (cause, shrinking) : NULL;

  return place != NULL ? g_ascii_strtoll (place + strlen (shrinking), NULL, 10) : -1;
}

DdRequest *
dd_autoscaling_describe_activities (const char *name, guint count)
{
  DdForm *form = form_new ("DescribeScalingActivities");

  dd_form_set (form, "AutoScalingGroupName", name);
  dd_form_set_int (form, "MaxRecords", count);
  return dd_form_to_request (form);
}

gboolean
dd_activity_under_way_from_reply (const DdReply *reply, gboolean *out_under_way, GError **error)
{
  static const char *const ends[] = { "Successful", "Failed", "Cancelled", NULL };
  g_autoptr (DdValue) body = dd_xml_parse (reply->body, error);
  const char *status
      = dd_value_path_string (body, "DescribeScalingActivitiesResult.Activities.0.StatusCode");

  if (body == NULL)
    return FALSE;
  *out_under_way = status != NULL && !g_strv_contains (ends, status);
  return TRUE;
}

static gboolean
activity_failed_since (const DdValue *activity, DdUsec since)
{
  const char *start = dd_value_path_string (activity, "StartTime");
  DdUsec began;

  return g_strcmp0 (dd_value_path_string (activity, "StatusCode"), "Failed") == 0 && start != NULL
         && dd_time_from_iso8601 (start, &began) && began >= since;
}

GPtrArray *
dd_activity_failures_from_reply (const DdReply *reply, DdUsec since, GError **error)
{
  g_autoptr (DdValue) body = dd_xml_parse (reply->body, error);
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (g_free);
  const DdValue *list = dd_value_path (body, "DescribeScalingActivitiesResult.Activities");

  if (body == NULL)
    return NULL;
  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      const DdValue *activity = dd_value_element (list, i);
      const char *message = dd_value_path_string (activity, "StatusMessage");

      if (message != NULL && activity_failed_since (activity, since)
          && !g_ptr_array_find_with_equal_func (messages, message, g_str_equal, NULL))
        g_ptr_array_add (messages, g_strdup (message));
    }
  return g_steal_pointer (&messages);
}

DdRequest *
dd_autoscaling_describe_hooks (const char *name)
{
  DdForm *form = form_new ("DescribeLifecycleHooks");

  dd_form_set (form, "AutoScalingGroupName", name);
  return dd_form_to_request (form);
}

gboolean
dd_termination_hook_from_reply (const DdReply *reply, const char *name, gboolean *out_is_there,
                                GError **error)
{
  g_autoptr (DdValue) body = dd_xml_parse (reply->body, error);
  const DdValue *list = dd_value_path (body, "DescribeLifecycleHooksResult.LifecycleHooks");
  gboolean is_there = FALSE;

  if (body == NULL)
    return FALSE;
  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      const DdValue *hook = dd_value_element (list, i);

      is_there = is_there
                 || (g_strcmp0 (dd_value_path_string (hook, "LifecycleHookName"), name) == 0
                     && g_strcmp0 (dd_value_path_string (hook, "LifecycleTransition"),
                                   "autoscaling:EC2_INSTANCE_TERMINATING")
                            == 0);
    }
  *out_is_there = is_there;
  return TRUE;
}
