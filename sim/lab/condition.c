/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/lab/condition.h"

#include <string.h>

#include "base/error.h"
#include "sim/aws/eks/eks.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"
#include "sim/scenario/names.h"
#include "sim/scenario/schema.h"
#include "sim/stage/trace.h"

/* A world is idle when nothing is due for this long. */
#define QUIET DD_MINUTE

typedef struct
{
  const char *name;
  const char *words; /* what follows the name */
  guint min_words, max_words;
  const char *meaning;
  gboolean (*holds) (SimCondition *condition);
} ConditionRow;

struct _SimCondition
{
  const ConditionRow *row;
  SimWorld *world;
  const char *cluster, *nodegroup;
  char **words; /* the name first */
  gboolean event_seen;
};

static const char *
nodegroup_status (SimCondition *condition)
{
  const char *name = condition->words[1] != NULL ? condition->words[1] : condition->nodegroup;
  AwsNodegroup *nodegroup
      = name != NULL ? aws_eks_nodegroup (condition->world->cloud, condition->cluster, name) : NULL;

  return nodegroup != NULL ? aws_nodegroup_status (nodegroup) : "";
}

static gboolean
nodegroup_is_active (SimCondition *condition)
{
  return strcmp (nodegroup_status (condition), "ACTIVE") == 0;
}

static gboolean
nodegroup_is_updating (SimCondition *condition)
{
  return strcmp (nodegroup_status (condition), "UPDATING") == 0;
}

static SimObject *
find_node (SimCondition *condition)
{
  const KubeKind *kind = &kube_node;

  return sim_store_get (condition->world->kube->store, kind, "", condition->words[1]);
}

static gboolean
node_is_ready (SimCondition *condition)
{
  SimObject *node = find_node (condition);

  return node != NULL && kube_node_view (node)->ready;
}

static gboolean
node_is_gone (SimCondition *condition)
{
  return find_node (condition) == NULL;
}

static gboolean
event_was_seen (SimCondition *condition)
{
  return condition->event_seen;
}

static gboolean
world_is_idle (SimCondition *condition)
{
  DdUsec due;

  return !nodegroup_is_updating (condition)
         && (!sim_clock_next_due (condition->world->stage->clock, &due)
             || due > sim_stage_now (condition->world->stage) + QUIET);
}

static void
look_at_event (const SimEvent *event, gpointer data)
{
  SimCondition *condition = data;

  if (strcmp (event->what, condition->words[1]) == 0
      && (condition->words[2] == NULL || strcmp (event->subject, condition->words[2]) == 0))
    condition->event_seen = TRUE;
}

static const ConditionRow rows[] = {
  { "nodegroup-active", "[NODEGROUP]", 0, 1, "the node group's status is ACTIVE",
    nodegroup_is_active },
  { "nodegroup-updating", "[NODEGROUP]", 0, 1, "the node group's status is UPDATING",
    nodegroup_is_updating },
  { "node-ready", "NODE", 1, 1, "the node exists and is Ready", node_is_ready },
  { "node-gone", "NODE", 1, 1, "there is no such node", node_is_gone },
  { "event", "NAME [SUBJECT]", 1, 2, "the trace records it from now on: event drain.started",
    event_was_seen },
  { "idle", "", 0, 0, "no update runs and nothing is due for a minute", world_is_idle },
};

char *
sim_condition_help (void)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *usage = g_strdup_printf ("%s %s", rows[i].name, rows[i].words);

      g_string_append_printf (out, "  %-31s %s\n", usage, rows[i].meaning);
    }
  return g_string_free (out, FALSE);
}

static const ConditionRow *
find_row (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].name, name) == 0)
      return &rows[i];
  return NULL;
}

static char **
split_words (const char *text)
{
  g_auto (GStrv) parts = g_strsplit_set (text, " \t\n", 0);
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  for (char **part = parts; *part != NULL; part++)
    if (**part != '\0')
      g_strv_builder_add (words, *part);
  return g_strv_builder_end (words);
}

/* Node groups neither come nor go while a world is served, so that a name which none has would be
 * waited for in vain. */
static gboolean
check_nodegroup (SimWorld *world, const char *cluster, const char *first, const char *name,
                 GError **error)
{
  const char *const names[] = { first, NULL };
  g_autofree char *hint = NULL;

  if (name == NULL || aws_eks_nodegroup (world->cloud, cluster, name) != NULL)
    return TRUE;
  hint = sim_did_you_mean (name, names);
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "no node group of %s is called \"%s\"%s", cluster,
               name, hint);
  return FALSE;
}

static gboolean
check_names (const ConditionRow *row, char **words, SimWorld *world, const char *cluster,
             const char *nodegroup, GError **error)
{
  if (row->holds == event_was_seen)
    return sim_names_check_event (words[1], NULL, error);
  if (row->holds == nodegroup_is_active || row->holds == nodegroup_is_updating)
    return check_nodegroup (world, cluster, nodegroup, words[1], error);
  return TRUE;
}

SimCondition *
sim_condition_parse (SimWorld *world, const char *cluster, const char *nodegroup, const char *text,
                     GError **error)
{
  g_auto (GStrv) words = split_words (text);
  const ConditionRow *row = words[0] != NULL ? find_row (words[0]) : NULL;
  guint n_words = g_strv_length (words);
  SimCondition *condition;

  if (row == NULL || n_words - 1 < row->min_words || n_words - 1 > row->max_words)
    {
      g_autofree char *help = sim_condition_help ();

      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "'%s' is no condition; there are\n%s", text,
                   help);
      return NULL;
    }
  if (!check_names (row, words, world, cluster, nodegroup, error))
    return NULL;
  condition = g_new0 (SimCondition, 1);
  condition->row = row;
  condition->world = world;
  condition->cluster = cluster;
  condition->nodegroup = nodegroup;
  condition->words = g_steal_pointer (&words);
  if (row->holds == event_was_seen)
    sim_trace_add_reader (world->stage->trace, look_at_event, condition);
  return condition;
}

void
sim_condition_free (SimCondition *condition)
{
  if (condition == NULL)
    return;
  if (condition->row->holds == event_was_seen)
    sim_trace_remove_reader (condition->world->stage->trace, look_at_event, condition);
  g_strfreev (condition->words);
  g_free (condition);
}

gboolean
sim_condition_holds (SimCondition *condition)
{
  return condition->row->holds (condition);
}
