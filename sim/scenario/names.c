/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/names.c: a name that nothing has makes an expectation that nothing can break
 *
 * So what is spelled wrong is found while the scenario is read. */

#include "config.h"

#include "sim/scenario/names.h"

#include <string.h>

#include "base/error.h"
#include "base/events.h"
#include "base/time.h"
#include "sim/aws/eks/workflow.h"
#include "sim/scenario/match.h"
#include "sim/scenario/schema.h"
#include "sim/stage/dictionary.h"

typedef struct
{
  const DdYaml *root;
  GPtrArray *nodegroups; /* of char *, borrowed; ended by NULL */
  DdUsec limit;          /* when the scenario ends at the latest */
} Names;

static gboolean
refuse_word (const DdYaml *node, const char *what, const char *const *words, GError **error)
{
  g_autofree char *hint = sim_did_you_mean (node->text, words);
  g_autofree char *all = g_strjoinv (", ", (char **) words);

  dd_yaml_set_error (error, node, "%s \"%s\"%s; there %s %s", what, node->text, hint,
                     words[0] != NULL && words[1] == NULL ? "is" : "are",
                     *all != '\0' ? all : "none");
  return FALSE;
}

/* A text with a * is a pattern, and what is no text compares. */
static gboolean
is_plain (const DdYaml *node)
{
  return node != NULL && node->text != NULL && strchr (node->text, '*') == NULL;
}

static gboolean
check_word (const DdYaml *node, const char *what, const char *const *words, GError **error)
{
  return !is_plain (node) || g_strv_contains (words, node->text)
         || refuse_word (node, what, words, error);
}

/* ---- events ---- */

static char *
nearest_event (const char *name)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < DD_N_EVENTS; i++)
    g_ptr_array_add (names, (gpointer) dd_events[i].name);
  g_ptr_array_add (names, NULL);
  return sim_did_you_mean (name, (const char *const *) names->pdata);
}

gboolean
sim_names_check_event (const char *name, const char *actor, GError **error)
{
  const DdEventRow *row = dd_event_find (name);
  g_auto (GStrv) actors = NULL;
  g_autofree char *hint = NULL;

  if (row != NULL && (actor == NULL || dd_event_is_told_by (row, actor)))
    return TRUE;
  if (row == NULL)
    {
      hint = nearest_event (name);
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "no event is called \"%s\"%s; drydock run --events lists them", name, hint);
      return FALSE;
    }
  actors = g_strsplit (row->actors, " ", -1);
  hint = sim_did_you_mean (actor, (const char *const *) actors);
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "nobody called \"%s\" tells of %s%s", actor, name,
               hint);
  return FALSE;
}

/* ROW NULL: of any event. */
static GPtrArray *
names_of_details (const DdEventRow *row)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = DD_DETAIL_NONE + 1; i < DD_N_DETAILS; i++)
    if (row == NULL || dd_event_has (row, (DdDetail) i))
      g_ptr_array_add (names, (gpointer) dd_details[i].name);
  g_ptr_array_add (names, NULL);
  return names;
}

/* The one key of NODE, when that compares. */
static const char *
comparison_of (const DdYaml *node)
{
  const DdYaml *key
      = node->keys != NULL && node->keys->len == 1 ? g_ptr_array_index (node->keys, 0) : NULL;

  return key != NULL && sim_match_is_comparison (key->text) ? key->text : NULL;
}

/* Whether NODE can match something of TYPE, or never does. */
static gboolean
can_match (const DdYaml *node, DdType type)
{
  const char *comparison = comparison_of (node);

  if (g_strcmp0 (comparison, "is not") == 0)
    return can_match (dd_yaml_element (node, 0), type);
  if (comparison != NULL)
    return type == (strcmp (comparison, "has length") == 0 ? DD_ARRAY : DD_INT);
  if (dd_value_type (node->value) == DD_NULL)
    return TRUE;
  for (guint i = 0; type == DD_ARRAY && i < dd_yaml_length (node); i++)
    if (!can_match (dd_yaml_element (node, i), DD_STRING))
      return FALSE;
  return dd_value_type (node->value) == type;
}

static gboolean
check_details (const DdYaml *details, const DdEventRow *row, GError **error)
{
  g_autoptr (GPtrArray) names = names_of_details (row);
  g_autofree char *what = row == NULL ? g_strdup ("no event has the detail")
                                      : g_strdup_printf ("%s has no detail", row->name);

  for (guint i = 0; i < dd_yaml_length (details); i++)
    {
      const DdYaml *key = g_ptr_array_index (details->keys, i);
      const DdYaml *value = dd_yaml_element (details, i);
      DdType type;

      if (!g_strv_contains ((const char *const *) names->pdata, key->text))
        return refuse_word (key, what, (const char *const *) names->pdata, error);
      type = dd_details[dd_detail_find (key->text)].type;
      if (can_match (value, type))
        continue;
      dd_yaml_set_error (error, value,
                         "the detail \"%s\" is of the type %s, which this cannot match", key->text,
                         sim_dictionary_type_name (type));
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_event (const DdYaml *pattern, GError **error)
{
  const DdYaml *details = dd_yaml_member (pattern, "details");
  const DdYaml *name = pattern->keys == NULL ? pattern : dd_yaml_member (pattern, "event");
  const DdYaml *actor = dd_yaml_member (pattern, "actor");
  g_autoptr (GError) reason = NULL;

  if (!is_plain (actor))
    actor = NULL;
  if (details != NULL && g_strcmp0 (comparison_of (details), "is not") == 0)
    details = dd_yaml_element (details, 0);
  if (g_strcmp0 (name->text, "*") == 0)
    return check_details (details, NULL, error);
  if (sim_names_check_event (name->text, NULL, &reason)
      && sim_names_check_event (name->text, actor != NULL ? actor->text : NULL, &reason))
    return check_details (details, dd_event_find (name->text), error);
  dd_yaml_set_error (error, dd_event_find (name->text) != NULL ? actor : name, "%s",
                     reason->message);
  return FALSE;
}

static gboolean
check_events (const DdYaml *row, GError **error)
{
  const DdYaml *after = dd_yaml_member (row, "after");
  const DdYaml *event = dd_yaml_member (row, "event");
  const DdYaml *trace = dd_yaml_member (row, "trace");
  const DdYaml *gap = dd_yaml_member (row, "gap");

  if ((after != NULL && !check_event (after, error))
      || (event != NULL && !check_event (event, error))
      || (gap != NULL
          && (!check_event (dd_yaml_member (gap, "from"), error)
              || !check_event (dd_yaml_member (gap, "to"), error))))
    return FALSE;
  for (guint i = 0; i < dd_yaml_length (trace); i++)
    if (!check_event (dd_yaml_element (trace, i), error))
      return FALSE;
  return TRUE;
}

/* ---- node groups and what becomes of them ---- */

/* Imitates: Amazon EKS API Reference, Update, ErrorDetail and Nodegroup; Amazon EC2 Auto
 * Scaling API Reference, AutoScalingGroup. */
static const char *const update_statuses[]
    = { "InProgress", "Failed", "Cancelled", "Successful", NULL };
static const char *const error_codes[] = { "SubnetNotFound",
                                           "SecurityGroupNotFound",
                                           "EniLimitReached",
                                           "IpNotAvailable",
                                           "AccessDenied",
                                           "OperationNotPermitted",
                                           "VpcIdNotFound",
                                           "Unknown",
                                           "NodeCreationFailure",
                                           "PodEvictionFailure",
                                           "InsufficientFreeAddresses",
                                           "ClusterUnreachable",
                                           "InsufficientNumberOfReplicas",
                                           "ConfigurationConflict",
                                           "AdmissionRequestDenied",
                                           "UnsupportedAddonModification",
                                           "K8sResourceNotFound",
                                           NULL };
static const char *const nodegroup_statuses[]
    = { "CREATING",      "ACTIVE",        "UPDATING", "DELETING",
        "CREATE_FAILED", "DELETE_FAILED", "DEGRADED", NULL };
static const char *const update_members[]
    = { "nodegroup", "id", "status", "type", "params", "createdAt", "errors", "explanation", NULL };
static const char *const nodegroup_members[]
    = { "nodegroupName", "nodegroupArn", "clusterName",    "version",          "releaseVersion",
        "createdAt",     "modifiedAt",   "status",         "capacityType",     "scalingConfig",
        "instanceTypes", "subnets",      "amiType",        "nodeRole",         "labels",
        "taints",        "resources",    "diskSize",       "health",           "updateConfig",
        "tags",          "remoteAccess", "launchTemplate", "nodeRepairConfig", NULL };
static const char *const group_members[] = { "nodegroup",
                                             "AutoScalingGroupName",
                                             "AutoScalingGroupARN",
                                             "MinSize",
                                             "MaxSize",
                                             "DesiredCapacity",
                                             "DefaultCooldown",
                                             "AvailabilityZones",
                                             "LoadBalancerNames",
                                             "TargetGroupARNs",
                                             "HealthCheckType",
                                             "HealthCheckGracePeriod",
                                             "Instances",
                                             "CreatedTime",
                                             "SuspendedProcesses",
                                             "VPCZoneIdentifier",
                                             "EnabledMetrics",
                                             "Status",
                                             "Tags",
                                             "TerminationPolicies",
                                             "NewInstancesProtectedFromScaleIn",
                                             "ServiceLinkedRoleARN",
                                             "CapacityRebalance",
                                             "Context",
                                             "TrafficSources",
                                             "LaunchTemplate",
                                             "MixedInstancesPolicy",
                                             "DefaultInstanceWarmup",
                                             "InstanceMaintenancePolicy",
                                             "MaxInstanceLifetime",
                                             "AvailabilityZoneDistribution",
                                             "WarmPoolConfiguration",
                                             NULL };
static const char *const error_members[] = { "errorCode", "errorMessage", "resourceIds", NULL };

static gboolean
check_keys (const DdYaml *node, const char *what, const char *const *words, GError **error)
{
  for (guint i = 0; node != NULL && node->keys != NULL && i < node->keys->len; i++)
    if (!check_word (g_ptr_array_index (node->keys, i), what, words, error))
      return FALSE;
  return TRUE;
}

static gboolean
check_nodegroup (const Names *names, const DdYaml *name, GError **error)
{
  return check_word (name, "no node group is called",
                     (const char *const *) names->nodegroups->pdata, error);
}

static gboolean
check_errors (const DdYaml *errors, GError **error)
{
  for (guint i = 0; errors != NULL && errors->keys == NULL && i < dd_yaml_length (errors); i++)
    {
      const DdYaml *row = dd_yaml_element (errors, i);

      if (!check_keys (row, "an error of an update has no", error_members, error)
          || !check_word (dd_yaml_member (row, "errorCode"), "no error of an update is called",
                          error_codes, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_resources (const Names *names, const DdYaml *row, GError **error)
{
  const DdYaml *update = dd_yaml_member (row, "update");
  const DdYaml *nodegroup = dd_yaml_member (row, "nodegroup");
  const DdYaml *group = dd_yaml_member (row, "group");

  return check_nodegroup (names, dd_yaml_member (update, "nodegroup"), error)
         && check_nodegroup (names, dd_yaml_member (nodegroup, "nodegroupName"), error)
         && check_nodegroup (names, dd_yaml_member (group, "nodegroup"), error)
         && check_keys (update, "an update has no", update_members, error)
         && check_word (dd_yaml_member (update, "status"), "no update has the status",
                        update_statuses, error)
         && check_errors (dd_yaml_member (update, "errors"), error)
         && check_keys (nodegroup, "a node group has no", nodegroup_members, error)
         && check_keys (group, "an Auto Scaling group has no", group_members, error)
         && check_word (dd_yaml_member (nodegroup, "status"), "no node group has the status",
                        nodegroup_statuses, error);
}

/* ---- how the engine behaves ---- */

static const char *const profiles[] = { "workshop", "documented", "observed", NULL };

/* The first words of the lines that describe the knobs; ended by NULL. */
static GPtrArray *
knob_names (void)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = sim_eks_knobs_text ();
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *word = g_strchug (lines[i]);

      if (*word != '\0')
        g_ptr_array_add (names, g_strndup (word, strcspn (word, " ")));
    }
  g_ptr_array_add (names, NULL);
  return names;
}

static gboolean
check_knob (const DdYaml *key, const DdYaml *value, const GPtrArray *names, GError **error)
{
  const char *const *known = (const char *const *) names->pdata;
  g_autoptr (GError) reason = NULL;

  if (!g_strv_contains (known, key->text))
    return refuse_word (key, "no knob is called", known, error);
  if (sim_eks_knob_check (key->text, value->text, &reason))
    return TRUE;
  dd_yaml_set_error (error, value, "%s", reason->message);
  return FALSE;
}

static gboolean
check_behaviour (const DdYaml *root, GError **error)
{
  const DdYaml *profile = dd_yaml_member (root, "profile");
  const DdYaml *knobs = dd_yaml_member (root, "knobs");
  g_autoptr (GPtrArray) names = knob_names ();

  if (profile != NULL && !sim_eks_profile_check (profile->text, NULL))
    return refuse_word (profile, "no profile is called", profiles, error);
  for (guint i = 0; i < dd_yaml_length (knobs); i++)
    if (!check_knob (g_ptr_array_index (knobs->keys, i), dd_yaml_element (knobs, i), names, error))
      return FALSE;
  return TRUE;
}

/* ---- moments ---- */

static gboolean
check_moment (const DdYaml *row, const char *key, DdUsec limit, GError **error)
{
  const DdYaml *node = dd_yaml_member (row, key);
  g_autofree char *end = dd_duration_to_text (limit);

  if (sim_schema_duration (node, 0) <= limit)
    return TRUE;
  dd_yaml_set_error (error, node, "%s: that never comes, as the scenario ends after %s", key, end);
  return FALSE;
}

static gboolean
check_moments (const Names *names, const DdYaml *row, GError **error)
{
  return check_moment (row, "at", names->limit, error)
         && check_moment (row, "from", names->limit, error)
         && check_moment (row, "within", SIM_LONGEST_RUN, error)
         && check_moment (row, "until", SIM_LONGEST_RUN, error);
}

/* ---- the whole ---- */

static gboolean
check_step (const Names *names, const DdYaml *step, GError **error)
{
  const DdYaml *after = dd_yaml_member (step, "after");
  const DdYaml *whenever = dd_yaml_member (step, "whenever");

  if ((after != NULL && !check_event (after, error))
      || (whenever != NULL && !check_event (whenever, error))
      || !check_moments (names, step, error))
    return FALSE;
  for (guint i = 0; i < dd_yaml_length (step); i++)
    {
      const char *key = ((const DdYaml *) g_ptr_array_index (step->keys, i))->text;
      const DdYaml *action = dd_yaml_element (step, i);

      if ((strcmp (key, "engine") == 0 || strcmp (key, "autoscaling") == 0)
          && !check_nodegroup (names, dd_yaml_member (action, "nodegroup"), error))
        return FALSE;
    }
  return TRUE;
}

/* Node groups that a step makes count as well. */
static void
add_made_nodegroups (const Names *names)
{
  const DdYaml *steps = dd_yaml_member (names->root, "steps");

  for (guint i = 0; i < dd_yaml_length (steps); i++)
    {
      const DdYaml *request = dd_yaml_member (dd_yaml_element (steps, i), "eks");
      const DdYaml *name = dd_yaml_member (dd_yaml_member (request, "input"), "nodegroupName");

      if (g_strcmp0 (sim_schema_text (dd_yaml_member (request, "operation")), "CreateNodegroup")
              == 0
          && name != NULL && name->text != NULL)
        g_ptr_array_add (names->nodegroups, name->text);
    }
}

static gboolean
check_all (const Names *names, GError **error)
{
  const DdYaml *steps = dd_yaml_member (names->root, "steps");
  const DdYaml *expect = dd_yaml_member (names->root, "expect");

  for (guint i = 0; i < dd_yaml_length (steps); i++)
    if (!check_step (names, dd_yaml_element (steps, i), error))
      return FALSE;
  for (guint i = 0; i < dd_yaml_length (expect); i++)
    {
      const DdYaml *row = dd_yaml_element (expect, i);

      if (!check_events (row, error) || !check_resources (names, row, error)
          || !check_moments (names, row, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
sim_names_check (const DdYaml *root, const SimWorldFile *world, GError **error)
{
  g_autoptr (GPtrArray) nodegroups = g_ptr_array_new ();
  const Names names = {
    .root = root,
    .nodegroups = nodegroups,
    .limit = sim_schema_duration (dd_yaml_member (root, "for"), SIM_LONGEST_RUN),
  };

  sim_world_file_add_nodegroups (world, nodegroups);
  add_made_nodegroups (&names);
  g_ptr_array_add (nodegroups, NULL);
  return check_behaviour (root, error) && check_all (&names, error);
}
