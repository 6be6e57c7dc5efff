/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/workflow.c: what Amazon EKS does behind its API
 *
 * A version update runs the real engine, the one that `drydock upgrade` runs against any endpoint.
 * It gets the world's transport, which leads back to the world's own front door, the world's clock
 * and trace, and a random stream of its own. A config update is a handful of changes after a while,
 * and an update of the control plane is one.
 * This is the only place where the pretended EKS and the engine meet. */
#include "config.h"

#include "sim/aws/eks/workflow.h"

#include "base/error.h"
#include "engine/engine.h"
#include "sim/aws/eks/hooks.h"
#include "sim/aws/eks/private.h"

/* One update on its way. */
typedef struct
{
  SimEksWorkflow *workflow;
  AwsUpdate *update;
  guint64 timer;
  DdRandom *random; /* the engine's */
  DdEngine *engine; /* NULL: not started, killed, or a config update */
  DdJournal journal;
  gboolean killed;
} Run;

struct _SimEksWorkflow
{
  AwsCloud *cloud;
  DdKnobs knobs;
  SimEksHooks *hooks;
  GPtrArray *runs; /* of Run, oldest first */
};

static void
run_free (gpointer data)
{
  Run *run = data;

  sim_clock_cancel (run->workflow->cloud->stage->clock, run->timer);
  g_clear_pointer (&run->engine, dd_engine_free);
  g_clear_pointer (&run->random, dd_random_free);
  g_free (run);
}

SimEksWorkflow *
sim_eks_workflow_new (AwsCloud *cloud)
{
  SimEksWorkflow *workflow = g_new0 (SimEksWorkflow, 1);
  gboolean known = dd_knobs_from_profile ("workshop", &workflow->knobs, NULL);

  g_assert (known);
  workflow->cloud = cloud;
  workflow->hooks = sim_eks_hooks_new (cloud);
  workflow->runs = g_ptr_array_new_with_free_func (run_free);
  return workflow;
}

void
sim_eks_workflow_free (SimEksWorkflow *workflow)
{
  if (workflow == NULL)
    return;
  g_clear_pointer (&workflow->runs, g_ptr_array_unref);
  g_clear_pointer (&workflow->hooks, sim_eks_hooks_free);
  g_free (workflow);
}

gboolean
sim_eks_workflow_set_profile (SimEksWorkflow *workflow, const char *profile, GError **error)
{
  return dd_knobs_from_profile (profile, &workflow->knobs, error);
}

gboolean
sim_eks_workflow_set_knob (SimEksWorkflow *workflow, const char *name, const char *value,
                           GError **error)
{
  return dd_knobs_set (&workflow->knobs, name, value, error);
}

gboolean
sim_eks_profile_check (const char *profile, GError **error)
{
  DdKnobs knobs;

  return dd_knobs_from_profile (profile != NULL ? profile : "workshop", &knobs, error);
}

gboolean
sim_eks_knob_check (const char *name, const char *value, GError **error)
{
  DdKnobs knobs;

  return dd_knobs_from_profile ("workshop", &knobs, error)
         && dd_knobs_set (&knobs, name, value, error);
}

char *
sim_eks_knobs_text (void)
{
  DdKnobs knobs;
  gboolean known = dd_knobs_from_profile ("workshop", &knobs, NULL);

  g_assert (known);
  return dd_knobs_describe (&knobs);
}

/* ---- version updates ---- */

static void
forget_run (gpointer data)
{
  Run *run = data;

  run->timer = 0;
  g_ptr_array_remove (run->workflow->runs, run);
}

static DdValue *
errors_from_result (const DdUpgradeResult *result)
{
  g_auto (DdBuilder) ids = dd_builder_array ();

  if (result->succeeded)
    return NULL;
  for (guint i = 0; result->resource_ids != NULL && i < result->resource_ids->len; i++)
    dd_builder_add (&ids, dd_string (g_ptr_array_index (result->resource_ids, i)));
  return dd_array (dd_object ("errorCode", dd_string (result->error_code), "errorMessage",
                              dd_string (result->error_message), "resourceIds",
                              dd_builder_end (&ids), NULL),
                   NULL);
}

/* The engine is still on the stack here: it is let go by an event of its own. */
static void
engine_done (DdEngine *engine G_GNUC_UNUSED, const DdUpgradeResult *result, gpointer data)
{
  Run *run = data;

  aws_update_finish (run->update, errors_from_result (result), result->explanation);
  run->timer = sim_clock_after (run->workflow->cloud->stage->clock, 0, forget_run, run);
}

/* The journal is a part of the record, so it outlives the engine as the record does. */
static void
record_in_update (DdJournal *journal, const DdValue *document)
{
  Run *run = (Run *) ((char *) journal - G_STRUCT_OFFSET (Run, journal));

  dd_value_unref (run->update->journal);
  run->update->journal = dd_value_ref (document);
}

static const DdJournalClass update_journal = { record_in_update };

static void
start_engine (gpointer data)
{
  Run *run = data;
  const AwsUpdate *update = run->update;
  const AwsNodegroup *nodegroup = update->nodegroup;
  AwsCloud *cloud = run->workflow->cloud;
  g_autofree char *stream = g_strconcat ("engine/", update->id, NULL);
  DdEngineContext context = {
    .transport = cloud->eks->transport,
    .clock = sim_clock_interface (cloud->stage->clock),
    .trace = sim_trace_interface (cloud->stage->trace),
    .journal = &run->journal,
  };
  gboolean custom = aws_ami_type_is_custom (nodegroup->ami_type);
  DdUpgradeOptions options = {
    .cluster = nodegroup->cluster->name,
    .nodegroup = nodegroup->name,
    .version = custom ? NULL : update->version,
    .release_version = custom ? NULL : update->release_version,
    .template_version = update->source_version,
    .force = dd_value_path_bool (update->input, "force", FALSE),
    .knobs = run->workflow->knobs,
    .resume = update->journal,
  };

  run->timer = 0;
  run->journal.klass = &update_journal;
  g_clear_pointer (&run->random, dd_random_free);
  run->random = dd_random_fork (cloud->stage->random, stream);
  context.random = run->random;
  run->engine = dd_engine_new (&context, &options, engine_done, run);
  dd_engine_start (run->engine);
}

/* ---- engines that die ---- */

static Run *
find_run (SimEksWorkflow *workflow, const char *cluster, const char *nodegroup, gboolean killed,
          GError **error)
{
  for (guint i = 0; i < workflow->runs->len; i++)
    {
      Run *run = g_ptr_array_index (workflow->runs, i);
      const AwsNodegroup *group = run->update->nodegroup;

      if (group != NULL && run->killed == killed && (killed || run->engine != NULL)
          && g_str_equal (group->name, nodegroup) && g_str_equal (group->cluster->name, cluster)
          && g_str_equal (run->update->status, "InProgress"))
        return run;
    }
  g_set_error (error, DD_ERROR, DD_ERROR_NOT_FOUND, "no engine %s node group %s of cluster %s",
               killed ? "was killed that updated" : "is updating", nodegroup, cluster);
  return NULL;
}

gboolean
sim_eks_workflow_kill_engine (SimEksWorkflow *workflow, const char *cluster, const char *nodegroup,
                              GError **error)
{
  Run *run = find_run (workflow, cluster, nodegroup, FALSE, error);

  if (run == NULL)
    return FALSE;
  sim_stage_trace (workflow->cloud->stage, "eks", DD_EVENT_ENGINE_KILLED, nodegroup,
                   dd_object ("id", dd_string (run->update->id), NULL));
  sim_clock_cancel (workflow->cloud->stage->clock, run->timer);
  run->timer = 0;
  g_clear_pointer (&run->engine, dd_engine_free);
  run->killed = TRUE;
  return TRUE;
}

gboolean
sim_eks_workflow_start_engine (SimEksWorkflow *workflow, const char *cluster, const char *nodegroup,
                               GError **error)
{
  Run *run = find_run (workflow, cluster, nodegroup, TRUE, error);

  if (run == NULL)
    return FALSE;
  sim_stage_trace (workflow->cloud->stage, "eks", DD_EVENT_ENGINE_RESUMED, nodegroup,
                   dd_object ("id", dd_string (run->update->id), NULL));
  run->killed = FALSE;
  run->timer = sim_clock_after (workflow->cloud->stage->clock, 0, start_engine, run);
  return TRUE;
}

/* ---- config updates ---- */

static void
apply_config (gpointer data)
{
  Run *run = data;
  g_autoptr (GError) error = NULL;
  DdValue *errors = NULL;

  run->timer = 0;
  if (!aws_config_apply (run->update, &error))
    errors = dd_array (dd_object ("errorCode", dd_string ("Unknown"), "errorMessage",
                                  dd_string (error->message), "resourceIds",
                                  dd_array (dd_string (run->update->nodegroup->group_name), NULL),
                                  NULL),
                       NULL);
  aws_update_finish (run->update, errors, NULL);
  forget_run (run);
}

/* ---- cluster updates ---- */

static void
move_control_plane (gpointer data)
{
  Run *run = data;

  run->timer = 0;
  aws_cluster_update_finish (run->update);
  forget_run (run);
}

static const struct
{
  SimDelay delay;
  DdTimerFunc begin;
} ways[] = {
  [AWS_VERSION_UPDATE] = { SIM_DELAY_UPDATE_START, start_engine },
  [AWS_CONFIG_UPDATE] = { SIM_DELAY_CONFIG_UPDATE, apply_config },
  [AWS_CLUSTER_VERSION_UPDATE] = { SIM_DELAY_CLUSTER_UPDATE, move_control_plane },
};

void
sim_eks_workflow_start (SimEksWorkflow *workflow, AwsUpdate *update)
{
  SimDelay delay = ways[update->type].delay;
  Run *run = g_new0 (Run, 1);

  run->workflow = workflow;
  run->update = update;
  run->timer = sim_clock_after (workflow->cloud->stage->clock,
                                sim_latency_draw (workflow->cloud->stage->latency, delay),
                                ways[update->type].begin, run);
  g_ptr_array_add (workflow->runs, run);
}
