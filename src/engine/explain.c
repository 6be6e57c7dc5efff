/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine/explain.h"

#include <string.h>

#include "base/time.h"
#include "engine/advice.h"
#include "engine/plan.h"

/* A list that names everything is no explanation. */
#define MAX_LINES 20

static char *
clock_time (DdUsec instant)
{
  g_autofree char *text = dd_time_to_iso8601 (instant);

  return g_strndup (text + strlen ("2026-01-31T"), strlen ("09:30:00"));
}

static char *
whole_seconds (DdUsec delay)
{
  return dd_duration_to_text ((delay + DD_SECOND / 2) / DD_SECOND * DD_SECOND);
}

static void
append_since (GString *out, const DdDrainPod *pod, DdUsec now)
{
  g_autofree char *since = clock_time (pod->refused_since);
  g_autofree char *span = whole_seconds (now - pod->refused_since);

  g_string_append_printf (out, " refused %u time%s since %s (%s)", pod->tries,
                          pod->tries == 1 ? "" : "s", since, span);
}

/* The one among BUDGETS (NULL: none is known) that refused POD; NULL: it is not there. */
static const DdKubeBudget *
find_budget (GPtrArray *budgets, const DdDrainPod *pod)
{
  for (guint i = 0; budgets != NULL && i < budgets->len; i++)
    {
      const DdKubeBudget *budget = g_ptr_array_index (budgets, i);

      if (g_strcmp0 (budget->name, pod->refusal->budget) == 0
          && g_strcmp0 (budget->namespace_, pod->pod->namespace_) == 0)
        return budget;
    }
  return NULL;
}

static void
append_budget (GString *out, const DdDrainPod *pod, GPtrArray *budgets, DdUsec now)
{
  const DdEviction *refusal = pod->refusal;
  g_autofree char *advice
      = dd_advice_against_budget (pod->pod, refusal, find_budget (budgets, pod));

  g_string_append_printf (out, "budget %s", refusal->budget == NULL ? "?" : refusal->budget);
  if (refusal->needs >= 0)
    g_string_append_printf (
        out, " needs %" G_GINT64_FORMAT " healthy pods and has %" G_GINT64_FORMAT ",",
        refusal->needs, refusal->has);
  append_since (out, pod, now);
  g_string_append_printf (out, "; %s", advice);
}

static void
append_reason (GString *out, const DdDrainPod *pod, GPtrArray *budgets, DdUsec now)
{
  if (pod->arrived_late && pod->refusal == NULL)
    g_string_append (out, "came to the node while it was drained, as it tolerates the mark of "
                          "outdated nodes; let it tolerate less");
  else if (pod->leaving && pod->pod->finalizer != NULL)
    g_string_append_printf (out,
                            "was evicted and is kept by finalizer %s; whoever put that on must "
                            "take it off, or you, if nobody is there to",
                            pod->pod->finalizer);
  else if (pod->leaving)
    g_string_append (out, "was evicted and has not ended; look at its grace period and its preStop "
                          "hook, and whether its kubelet answers");
  else if (pod->refusal == NULL)
    g_string_append (out, "was not reached in time");
  else if (pod->refusal->verdict == DD_EVICTION_REFUSED)
    append_budget (out, pod, budgets, now);
  else if (pod->refusal->verdict == DD_EVICTION_AMBIGUOUS)
    {
      g_string_append (out, "more than one disruption budget selects it, so no eviction can ever "
                            "succeed,");
      append_since (out, pod, now);
      g_string_append (out, "; let only one budget select it");
    }
  else
    {
      g_string_append_printf (out, "%s,", pod->refusal->message);
      append_since (out, pod, now);
    }
}

static void
append_pod (GString *out, const char *node, const DdDrainPod *pod, GPtrArray *budgets, DdUsec now)
{
  g_string_append_printf (out, "%spod %s/%s on node %s", out->len == 0 ? "" : "\n",
                          pod->pod->namespace_, pod->pod->name, node);
  if (pod->pod->owner != NULL)
    g_string_append_printf (out, " (of %s)", pod->pod->owner);
  g_string_append (out, ": ");
  append_reason (out, pod, budgets, now);
}

char *
dd_explain_drains (GPtrArray *machines, DdUsec now)
{
  return dd_explain_drains_under (machines, NULL, now);
}

char *
dd_explain_drains_under (GPtrArray *machines, GPtrArray *budgets, DdUsec now)
{
  GString *out = g_string_new (NULL);
  guint lines = 0;

  for (guint i = 0; i < machines->len; i++)
    {
      const DdNodeMachine *machine = g_ptr_array_index (machines, i);
      GPtrArray *pods = dd_drain_pods (dd_node_machine_drain (machine));

      for (guint j = 0; j < pods->len; j++)
        if (dd_drain_pod_holds (g_ptr_array_index (pods, j)) && lines++ < MAX_LINES)
          append_pod (out, dd_node_machine_node (machine)->name, g_ptr_array_index (pods, j),
                      budgets, now);
    }
  if (lines > MAX_LINES)
    g_string_append_printf (out, "\n... and %u more", lines - MAX_LINES);
  return g_string_free (out, FALSE);
}

static gboolean
zone_has_ready (GPtrArray *nodes, const char *zone)
{
  for (guint i = 0; i < nodes->len; i++)
    {
      const DdKubeNode *node = g_ptr_array_index (nodes, i);

      if (g_str_equal (node->zone, zone) && node->not_ready == NULL)
        return TRUE;
    }
  return FALSE;
}

static void
append_instance (GString *out, const DdScalingGroup *group, const char *id)
{
  const char *zone = NULL;

  for (guint i = 0; i < group->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (group->instances, i);

      if (g_str_equal (instance->id, id))
        zone = instance->zone;
    }
  g_string_append_printf (
      out,
      "\ninstance %s%s%s runs, and no Ready node with the latest labels has come "
      "of it: look at its user data, its role and its way to the API server",
      id, zone != NULL ? " in " : "", zone != NULL ? zone : "");
}

char *
dd_explain_instances (const DdScalingGroup *group, const GPtrArray *ids)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < MIN (ids->len, MAX_LINES); i++)
    append_instance (out, group, g_ptr_array_index (ids, i));
  if (ids->len > MAX_LINES)
    g_string_append_printf (out, "\n... and %u more", ids->len - MAX_LINES);
  return g_string_free (out, FALSE);
}

/* Imitates the advice of the Amazon EC2 Auto Scaling User Guide, "Suspend and resume processes". */
static void
append_suspended (GString *out, const DdScalingGroup *group, const char *process,
                  const char *effect)
{
  if (dd_scaling_group_suspends (group, process))
    g_string_append_printf (
        out,
        "\nprocess %s of Auto Scaling group %s is suspended, so it %s; resume it: "
        "aws autoscaling resume-processes --auto-scaling-group-name %s "
        "--scaling-processes %s",
        process, group->name, effect, group->name, process);
}

static void
append_nodes (GString *out, const DdAbsence *absence)
{
  guint lines = 0;

  for (guint i = 0; i < absence->fresh->len; i++)
    {
      const DdKubeNode *node = g_ptr_array_index (absence->fresh, i);

      if (node->not_ready != NULL && lines++ < MAX_LINES)
        g_string_append_printf (out, "\nnode %s in %s is not Ready: %s", node->name, node->zone,
                                node->not_ready);
    }
  for (guint i = 0; i < absence->absent->len && lines < MAX_LINES; i++, lines++)
    append_instance (out, absence->now, g_ptr_array_index (absence->absent, i));
  for (guint i = 0; i < absence->messages->len && lines < MAX_LINES; i++, lines++)
    g_string_append_printf (out, "\nAuto Scaling: %s",
                            (char *) g_ptr_array_index (absence->messages, i));
  append_suspended (out, absence->now, "Launch", "launches nothing");
}

char *
dd_explain_absence (const DdAbsence *absence)
{
  g_autoptr (GPtrArray) zones = dd_plan_zones (absence->outdated);
  g_autofree char *since = clock_time (absence->raised);
  g_autofree char *span = whole_seconds (absence->at - absence->raised);
  GString *out = g_string_new (NULL);

  g_string_append_printf (out,
                          "asked for %" G_GINT64_FORMAT " instances instead of %" G_GINT64_FORMAT
                          " at %s; after %s %u new nodes have joined",
                          absence->now->desired, absence->before->desired, since, span,
                          absence->fresh->len);
  for (guint i = 0; i < zones->len; i++)
    {
      const char *zone = g_ptr_array_index (zones, i);

      if (!zone_has_ready (absence->fresh, zone))
        g_string_append_printf (out, "\nzone %s holds outdated nodes and has no Ready new one",
                                zone);
    }
  append_nodes (out, absence);
  return g_string_free (out, FALSE);
}

char *
dd_explain_shortfall (const DdAbsence *absence, gint64 ready, gint64 needed)
{
  g_autofree char *since = clock_time (absence->raised);
  g_autofree char *span = whole_seconds (absence->at - absence->raised);
  GString *out = g_string_new (NULL);

  g_string_append_printf (out,
                          "no further node is given up: the group wants %" G_GINT64_FORMAT
                          " instances and has %" G_GINT64_FORMAT
                          " Ready nodes where %" G_GINT64_FORMAT " are needed, since %s (%s)",
                          absence->now->desired, ready, needed, since, span);
  append_nodes (out, absence);
  return g_string_free (out, FALSE);
}

char *
dd_explain_staying (const DdScalingGroup *group)
{
  GString *out = g_string_new (NULL);
  guint lines = 0;

  g_string_append_printf (
      out, "Auto Scaling group %s wants %" G_GINT64_FORMAT " instances, has more, and lets none go",
      group->name, group->desired);
  append_suspended (out, group, "Terminate", "terminates nothing");
  for (guint i = 0; i < group->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (group->instances, i);

      if (instance->protected_ && lines++ < MAX_LINES)
        g_string_append_printf (out, "\ninstance %s in %s is protected from scale-in", instance->id,
                                instance->zone);
    }
  if (lines > 0)
    g_string_append_printf (
        out,
        "\nlet those go that are not needed: aws autoscaling "
        "set-instance-protection --auto-scaling-group-name %s --instance-ids ID "
        "--no-protected-from-scale-in",
        group->name);
  return g_string_free (out, FALSE);
}
