/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/expect-aws.c: "update", "nodegroup" and "group": AWS resources as their APIs show
 * them */

#include "config.h"

#include <string.h>

#include "sim/aws/eks/eks.h"
#include "sim/aws/protocol/service.h"
#include "sim/scenario/expect-private.h"
#include "sim/scenario/match.h"

/* The member of the pattern that says which one is meant; it is no part of what must match. */
static gboolean
prepare_named (SimExpectation *self, const char *key, GError **error)
{
  const DdYaml *name = dd_yaml_member (self->pattern, key);

  if (name == NULL || name->text == NULL)
    {
      dd_yaml_set_error (error, self->pattern, "\"%s\" says which node group is meant", key);
      return FALSE;
    }
  self->state = name->text;
  if (strcmp (key, "nodegroup") == 0)
    dd_value_set (&self->wanted, key, NULL);
  return TRUE;
}

static gboolean
prepare (SimExpectation *self, GError **error)
{
  return prepare_named (self, "nodegroup", error);
}

static gboolean
prepare_nodegroup (SimExpectation *self, GError **error)
{
  return prepare_named (self, "nodegroupName", error);
}

/* AWS resources change only where their actors say so. */
static void
take (SimExpectation *self, const SimEvent *event)
{
  if (strcmp (event->actor, "eks") == 0 || strcmp (event->actor, "autoscaling") == 0
      || strcmp (event->actor, "ec2") == 0)
    self->dirty = TRUE;
}

/* What the operation NAME of SERVICE answers to INPUT (taken); NULL when it refuses. */
static DdValue *
ask (const SimExpectation *self, const AwsService *service, const char *name, DdValue *input)
{
  g_autoptr (DdValue) owned = input;

  return aws_service_call (service, aws_cloud_door (self->world->cloud), name, owned, NULL);
}

/* ---- the three resources; each returns a new value, NULL when there is none ---- */

static DdValue *
last_update (const SimExpectation *self)
{
  AwsNodegroup *nodegroup = aws_eks_nodegroup (self->world->cloud, self->cluster, self->state);
  AwsUpdate *update = nodegroup != NULL ? aws_nodegroup_last_update (nodegroup) : NULL;
  DdValue *value;

  if (update == NULL)
    return NULL;
  value = aws_update_describe (update);
  if (aws_update_explanation (update) != NULL)
    dd_value_set (&value, "explanation", dd_string (aws_update_explanation (update)));
  return value;
}

static DdValue *
nodegroup_now (const SimExpectation *self)
{
  g_autoptr (DdValue) answer = ask (self, &aws_eks, "DescribeNodegroup",
                                    dd_object ("clusterName", dd_string (self->cluster),
                                               "nodegroupName", dd_string (self->state), NULL));
  const DdValue *nodegroup = dd_value_member (answer, "nodegroup");

  return nodegroup != NULL ? dd_value_ref (nodegroup) : NULL;
}

static DdValue *
group_now (const SimExpectation *self)
{
  AwsNodegroup *nodegroup = aws_eks_nodegroup (self->world->cloud, self->cluster, self->state);
  g_autoptr (DdValue) answer = NULL;
  const DdValue *group;

  if (nodegroup == NULL)
    return NULL;
  answer
      = ask (self, &aws_autoscaling, "DescribeAutoScalingGroups",
             dd_object ("AutoScalingGroupNames",
                        dd_array (dd_string (aws_nodegroup_group_name (nodegroup)), NULL), NULL));
  group = dd_value_path (answer, "AutoScalingGroups.0");
  return group != NULL ? dd_value_ref (group) : NULL;
}

/* ---- truth and explanation are the same for all ---- */

static void
explain_value (const SimExpectation *self, const DdValue *actual, GString *out)
{
  g_autoptr (GPtrArray) differences = g_ptr_array_new_with_free_func (g_free);

  if (actual == NULL)
    {
      g_string_append_printf (out, "node group %s has no such thing", (const char *) self->state);
      return;
    }
  sim_match_distance (self->wanted, actual, "", differences);
  g_string_append_printf (out, "node group %s: %s", (const char *) self->state,
                          differences->len == 0 ? "it matches" : "it differs");
  for (guint i = 0; i < differences->len; i++)
    g_string_append_printf (out, "\n    %s", (char *) g_ptr_array_index (differences, i));
}

#define RESOURCE(name, now) \
  static gboolean name##_truth (SimExpectation *self) \
  { \
    g_autoptr (DdValue) actual = now (self); \
\
    return actual != NULL && sim_match (self->wanted, actual); \
  } \
\
  static void name##_explain (SimExpectation *self, GString *out) \
  { \
    g_autoptr (DdValue) actual = now (self); \
\
    explain_value (self, actual, out); \
  }

RESOURCE (update, last_update)
RESOURCE (nodegroup, nodegroup_now)
RESOURCE (group, group_now)

/* The first path of PATTERN on which ACTUAL has nothing; NULL: it has something everywhere. */
static char *
missing_path (const DdValue *pattern, const DdValue *actual, const char *path)
{
  for (gsize i = 0; dd_value_type (pattern) == DD_OBJECT && i < dd_value_length (pattern); i++)
    {
      const char *key = dd_value_key (pattern, i);
      g_autofree char *below
          = *path != '\0' ? g_strdup_printf ("%s.%s", path, key) : g_strdup (key);
      const DdValue *member = dd_value_member (actual, key);
      char *missing;

      if (sim_match_is_comparison (key))
        continue;
      if (member == NULL)
        return g_steal_pointer (&below);
      missing = missing_path (dd_value_nth (pattern, i), member, below);
      if (missing != NULL)
        return missing;
    }
  return NULL;
}

static void
doubt_members (const SimExpectation *self, const DdValue *actual, GString *out)
{
  g_autofree char *missing = actual != NULL ? missing_path (self->wanted, actual, "") : NULL;

  if (missing != NULL)
    g_string_append_printf (out, "node group %s has no %s, so nothing could break this",
                            (const char *) self->state, missing);
}

static void
doubt_nodegroup (SimExpectation *self, GString *out)
{
  g_autoptr (DdValue) actual = nodegroup_now (self);

  doubt_members (self, actual, out);
}

static void
doubt_group (SimExpectation *self, GString *out)
{
  g_autoptr (DdValue) actual = group_now (self);

  doubt_members (self, actual, out);
}

static void
doubt_update (SimExpectation *self, GString *out)
{
  g_autoptr (DdValue) update = last_update (self);

  if (update == NULL)
    g_string_append_printf (out, "node group %s never had an update, so nothing could break this",
                            (const char *) self->state);
}

const SimSubject sim_subject_update = {
  .key = "update",
  .prepare = prepare,
  .take = take,
  .truth = update_truth,
  .explain = update_explain,
  .doubt = doubt_update,
};

const SimSubject sim_subject_nodegroup = {
  .key = "nodegroup",
  .prepare = prepare_nodegroup,
  .take = take,
  .truth = nodegroup_truth,
  .explain = nodegroup_explain,
  .doubt = doubt_nodegroup,
};

const SimSubject sim_subject_group = {
  .key = "group",
  .prepare = prepare,
  .take = take,
  .truth = group_truth,
  .explain = group_explain,
  .doubt = doubt_group,
};
