/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/steps.c: steps become requests at the front door
 *
 * A step is due at a moment, or some time after an event was first seen. What it does is a row of
 * the table at the end: `prepare` finds mistakes before anything runs, `run` sends requests. Only
 * scarcity of machines, which no API can cause, is set directly. */

#include "config.h"

#include "sim/scenario/steps.h"

#include <string.h>

#include "sim/aws/ec2/machines.h"
#include "sim/aws/eks/workflow.h"
#include "sim/aws/ec2/cloud.h"
#include "sim/aws/eks/eks.h"
#include "sim/aws/protocol/protocol.h"
#include "sim/kube/verbs/api.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/scenario/expect-private.h"
#include "sim/scenario/fields.h"
#include "sim/scenario/manifest.h"
#include "sim/scenario/match.h"
#include "sim/scenario/request.h"
#include "sim/scenario/schema.h"
#include "sim/world/transport.h"

#define MERGE_PATCH "application/merge-patch+json"

typedef struct _Step Step;

typedef struct
{
  const char *key;
  gboolean (*prepare) (Step *step, GError **error);
  void (*run) (Step *step);
} Action;

struct _Step
{
  SimSteps *steps;
  const DdYaml *node;
  const DdYaml *after; /* NULL: at a moment */
  DdUsec delay;        /* since the beginning, or since AFTER */
  const Action *action;
  const DdYaml *pattern; /* what stands under the action's key */
  const char *fails;     /* the code it must be refused with, or NULL */
  const AwsService *service;
  const AwsOperation *operation;
  const KubeKind *kind;
  SimManifests *manifests;
  gboolean armed, taken;
  guint64 timer;
  GPtrArray *requests;  /* of Request, in flight or answered */
  char *code, *message; /* of the first refusal */
};

typedef struct
{
  Step *step;
  guint64 id;                  /* 0: answered */
  const SimManifest *manifest; /* created; merged into when it is there already */
} Request;

struct _SimSteps
{
  GPtrArray *list; /* of Step */
  SimWorld *world;
  const char *cluster;
};

/* ---- requests ---- */

static void reply_came (const DdReply *reply, gpointer data);

static void
send_request (Step *step, DdRequest *request, const SimManifest *manifest)
{
  Request *sent = g_new0 (Request, 1);

  sent->step = step;
  sent->manifest = manifest;
  g_ptr_array_add (step->requests, sent);
  sent->id = dd_transport_send (sim_transport_interface (step->steps->world->transport), request,
                                reply_came, sent);
}

static void
merge_manifest (Step *step, const SimManifest *manifest)
{
  send_request (step,
                sim_kube_request (manifest->kind, manifest->namespace_, manifest->name, "PATCH",
                                  MERGE_PATCH, manifest->node->value),
                NULL);
}

static void
note_refusal (Step *step, const char *code, const char *message)
{
  if (step->code != NULL)
    return;
  step->code = g_strdup (code);
  step->message = g_strdup (message);
}

static void
reply_came (const DdReply *reply, gpointer data)
{
  Request *request = data;
  g_autofree char *message = NULL;
  g_autofree char *code = sim_reply_error (reply, &message);

  request->id = 0;
  if (code == NULL)
    return;
  if (request->manifest != NULL && request->manifest->name != NULL
      && strcmp (code, "AlreadyExists") == 0)
    merge_manifest (request->step, request->manifest);
  else
    note_refusal (request->step, code, message);
}

/* ---- AWS ---- */

static gboolean
prepare_aws (Step *step, GError **error)
{
  const DdYaml *name = dd_yaml_member (step->pattern, "operation");
  g_autoptr (GPtrArray) names = NULL;
  g_autofree char *hint = NULL;

  step->service = sim_aws_service (step->action->key);
  step->operation = aws_service_operation (step->service, name->text);
  if (step->operation != NULL)
    return TRUE;
  names = sim_aws_operation_names (step->service);
  hint = sim_did_you_mean (name->text, (const char *const *) names->pdata);
  dd_yaml_set_error (error, name, "%s has no operation \"%s\"%s", step->service->name, name->text,
                     hint);
  return FALSE;
}

static void
run_aws (Step *step)
{
  const DdYaml *input_node = dd_yaml_member (step->pattern, "input");
  const char *name = sim_schema_text (dd_yaml_member (step->pattern, "nodegroup"));
  g_autoptr (DdValue) input
      = input_node != NULL ? dd_value_ref (input_node->value) : dd_object_empty ();
  const AwsNodegroup *nodegroup
      = name != NULL ? aws_eks_nodegroup (step->steps->world->cloud, step->steps->cluster, name)
                     : NULL;

  if (name != NULL && nodegroup == NULL)
    {
      note_refusal (step, "no such node group", name);
      return;
    }
  if (nodegroup != NULL)
    dd_value_set (&input, "AutoScalingGroupName", dd_string (aws_nodegroup_group_name (nodegroup)));
  send_request (step, sim_aws_request (step->steps->world, step->service, step->operation, input),
                NULL);
}

/* ---- Kubernetes ---- */

static gboolean
prepare_apply (Step *step, GError **error)
{
  const char *base = step->node->file->name;

  step->manifests = sim_manifests_new ();
  return sim_manifests_add (step->manifests, step->pattern, base, error);
}

static void
run_apply (Step *step)
{
  for (guint i = 0; i < step->manifests->manifests->len; i++)
    {
      const SimManifest *manifest = g_ptr_array_index (step->manifests->manifests, i);

      send_request (step,
                    sim_kube_request (manifest->kind, manifest->namespace_, NULL, "POST",
                                      "application/json", manifest->node->value),
                    manifest);
    }
}

static gboolean
prepare_object (Step *step, GError **error)
{
  step->kind = sim_manifest_kind (step->pattern, error);
  return step->kind != NULL;
}

/* A patch names fields as an object does. */
static gboolean
prepare_patch (Step *step, GError **error)
{
  g_autoptr (GPtrArray) mistakes = g_ptr_array_new_with_free_func (g_free);

  if (!prepare_object (step, error))
    return FALSE;
  sim_fields_check (dd_yaml_member (step->pattern, "merge"), step->kind, mistakes);
  return sim_fields_conclude (mistakes, error);
}

static void
run_on_object (Step *step, const char *method, const DdValue *body)
{
  const char *namespace_ = sim_schema_text (dd_yaml_member (step->pattern, "namespace"));
  const char *name = sim_schema_text (dd_yaml_member (step->pattern, "name"));

  send_request (step,
                sim_kube_request (step->kind, namespace_ != NULL ? namespace_ : "default", name,
                                  method, MERGE_PATCH, body),
                NULL);
}

static void
run_patch (Step *step)
{
  run_on_object (step, "PATCH", dd_yaml_member (step->pattern, "merge")->value);
}

static void
run_delete (Step *step)
{
  run_on_object (step, "DELETE", NULL);
}

static gboolean
prepare_choice (Step *step, GError **error)
{
  const DdYaml *pattern = dd_yaml_member (step->pattern, "match");

  return pattern == NULL || sim_fields_check_pattern (pattern, &kube_node, error);
}

/* Nodes have names that nobody knows before they join; a step says what its node is like. */
static const SimObject *
pick_node (const Step *step, const GPtrArray *nodes)
{
  const DdYaml *pattern = dd_yaml_member (step->pattern, "match");
  gint64 left = dd_value_path_int (step->pattern->value, "pick", 1);

  for (guint i = 0; i < nodes->len; i++)
    {
      const SimObject *node = g_ptr_array_index (nodes, i);

      if ((pattern == NULL || sim_match (pattern->value, node->value)) && --left == 0)
        return node;
    }
  return NULL;
}

static void
set_unschedulable (Step *step, gboolean unschedulable)
{
  g_autoptr (GPtrArray) nodes = sim_store_list (step->steps->world->kube->store, &kube_node, NULL);
  const SimObject *node = pick_node (step, nodes);
  g_autoptr (DdValue) patch = dd_object (
      "spec", dd_object ("unschedulable", unschedulable ? dd_bool (TRUE) : dd_null (), NULL), NULL);

  if (node == NULL)
    note_refusal (step, "no such node", "no node is like that");
  else
    send_request (step, sim_kube_request (&kube_node, "", node->name, "PATCH", MERGE_PATCH, patch),
                  NULL);
}

static void
run_cordon (Step *step)
{
  set_unschedulable (step, TRUE);
}

static void
run_uncordon (Step *step)
{
  set_unschedulable (step, FALSE);
}

/* ---- machines ---- */

static void
run_capacity (Step *step)
{
  AwsCloud *cloud = step->steps->world->cloud;

  for (guint i = 0; i < dd_yaml_length (step->pattern); i++)
    {
      const DdYaml *zone = g_ptr_array_index (step->pattern->keys, i);

      if (aws_cloud_zone (cloud, zone->text) == NULL)
        note_refusal (step, "no such zone", zone->text);
      else
        aws_ec2_set_capacity (cloud, zone->text, NULL,
                              dd_value_int (dd_yaml_element (step->pattern, i)->value, -1));
    }
}

/* ---- the engine ---- */

static void
run_engine (Step *step)
{
  const char *nodegroup = sim_schema_text (dd_yaml_member (step->pattern, "nodegroup"));
  const char *action = sim_schema_text (dd_yaml_member (step->pattern, "action"));
  SimEksWorkflow *workflow = aws_eks_workflow (step->steps->world->cloud);
  g_autoptr (GError) error = NULL;
  gboolean done
      = strcmp (action, "kill") == 0
            ? sim_eks_workflow_kill_engine (workflow, step->steps->cluster, nodegroup, &error)
            : sim_eks_workflow_start_engine (workflow, step->steps->cluster, nodegroup, &error);

  if (!done)
    note_refusal (step, "no engine", error->message);
}

static const Action actions[] = {
  { "eks", prepare_aws, run_aws },          { "autoscaling", prepare_aws, run_aws },
  { "ec2", prepare_aws, run_aws },          { "ssm", prepare_aws, run_aws },
  { "sts", prepare_aws, run_aws },          { "apply", prepare_apply, run_apply },
  { "patch", prepare_patch, run_patch },    { "delete", prepare_object, run_delete },
  { "cordon", prepare_choice, run_cordon }, { "uncordon", prepare_choice, run_uncordon },
  { "capacity", NULL, run_capacity },       { "engine", NULL, run_engine },
};

/* ---- reading ---- */

static void
step_free (gpointer data)
{
  Step *step = data;

  g_clear_pointer (&step->manifests, sim_manifests_free);
  g_ptr_array_unref (step->requests);
  g_free (step->code);
  g_free (step->message);
  g_free (step);
}

static gboolean
find_action (Step *step, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      const DdYaml *pattern = dd_yaml_member (step->node, actions[i].key);

      if (pattern == NULL)
        continue;
      if (step->action != NULL)
        {
          dd_yaml_set_error (error, dd_yaml_key (step->node, actions[i].key),
                             "a step does one thing, not both \"%s\" and \"%s\"", step->action->key,
                             actions[i].key);
          return FALSE;
        }
      step->action = &actions[i];
      step->pattern = pattern;
    }
  if (step->action != NULL)
    return TRUE;
  dd_yaml_set_error (error, step->node,
                     "a step needs one of eks, autoscaling, ec2, ssm, sts, apply, patch, delete, "
                     "cordon, uncordon, capacity, engine");
  return FALSE;
}

static gboolean
find_moment (Step *step, GError **error)
{
  const DdYaml *at = dd_yaml_member (step->node, "at");
  const DdYaml *plus = dd_yaml_member (step->node, "plus");

  step->after = dd_yaml_member (step->node, "after");
  step->delay = sim_schema_duration (step->after != NULL ? plus : at, 0);
  if ((at == NULL) == (step->after == NULL))
    {
      dd_yaml_set_error (error, step->node, "a step needs either at or after");
      return FALSE;
    }
  if (plus != NULL && step->after == NULL)
    {
      dd_yaml_set_error (error, dd_yaml_key (step->node, "plus"), "plus goes with after only");
      return FALSE;
    }
  return TRUE;
}

SimSteps *
sim_steps_new (const DdYaml *list, GError **error)
{
  g_autoptr (SimSteps) steps = g_new0 (SimSteps, 1);

  steps->list = g_ptr_array_new_with_free_func (step_free);
  for (guint i = 0; i < dd_yaml_length (list); i++)
    {
      Step *step = g_new0 (Step, 1);

      step->steps = steps;
      step->node = dd_yaml_element (list, i);
      step->fails = sim_schema_text (dd_yaml_member (step->node, "fails"));
      step->requests = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (steps->list, step);
      if (!find_action (step, error) || !find_moment (step, error)
          || (step->action->prepare != NULL && !step->action->prepare (step, error)))
        return NULL;
    }
  return g_steal_pointer (&steps);
}

/* ---- running ---- */

static char *
step_text (const Step *step)
{
  const char *about = sim_schema_text (dd_yaml_member (step->node, "about"));
  const char *operation = sim_schema_text (dd_yaml_member (step->pattern, "operation"));
  const char *kind = sim_schema_text (dd_yaml_member (step->pattern, "kind"));
  const char *name = sim_schema_text (dd_yaml_member (step->pattern, "name"));

  if (about != NULL)
    return g_strdup (about);
  if (operation != NULL)
    return g_strdup_printf ("%s %s", step->action->key, operation);
  if (kind != NULL)
    return g_strdup_printf ("%s %s %s", step->action->key, kind, name != NULL ? name : "");
  return g_strdup (step->action->key);
}

static void
take_step (gpointer data)
{
  Step *step = data;
  g_autofree char *text = step_text (step);

  step->timer = 0;
  step->taken = TRUE;
  sim_stage_trace (step->steps->world->stage, "scenario", "step.started", NULL,
                   dd_object ("step", dd_string (text), NULL));
  step->action->run (step);
}

static void
arm (Step *step, DdUsec due)
{
  step->armed = TRUE;
  step->timer = sim_clock_schedule (step->steps->world->stage->clock, due, take_step, step);
}

static void
watch_for_causes (const SimEvent *event, gpointer data)
{
  SimSteps *steps = data;

  for (guint i = 0; i < steps->list->len; i++)
    {
      Step *step = g_ptr_array_index (steps->list, i);

      if (step->after != NULL && !step->armed && sim_event_matches (step->after, event))
        arm (step, sim_stage_now (steps->world->stage) + step->delay);
    }
}

void
sim_steps_begin (SimSteps *steps, SimWorld *world, const char *cluster)
{
  steps->world = world;
  steps->cluster = cluster;
  for (guint i = 0; i < steps->list->len; i++)
    {
      Step *step = g_ptr_array_index (steps->list, i);

      if (step->after == NULL)
        arm (step, sim_trace_origin (world->stage->trace) + step->delay);
    }
  sim_trace_add_reader (world->stage->trace, watch_for_causes, steps);
}

static char *
complaint_about (const Step *step)
{
  if (!step->taken)
    return g_strdup ("the run ended before this step was due");
  if (step->fails == NULL)
    return step->code == NULL ? NULL
                              : g_strdup_printf ("refused: %s: %s", step->code, step->message);
  if (step->code == NULL)
    return g_strdup_printf ("wanted it refused with %s, but it was accepted", step->fails);
  return strcmp (step->code, step->fails) == 0
             ? NULL
             : g_strdup_printf ("wanted it refused with %s, got %s: %s", step->fails, step->code,
                                step->message);
}

void
sim_steps_conclude (SimSteps *steps, GPtrArray *verdicts)
{
  for (guint i = 0; i < steps->list->len; i++)
    {
      const Step *step = g_ptr_array_index (steps->list, i);
      g_autofree char *text = step_text (step);
      char *complaint = complaint_about (step);
      SimVerdict *verdict;

      if (complaint == NULL && step->fails == NULL)
        continue;
      verdict = g_new0 (SimVerdict, 1);
      verdict->text = step->fails != NULL ? g_strdup_printf ("%s fails: %s", text, step->fails)
                                          : g_strdup_printf ("step: %s", text);
      verdict->place = g_strdup_printf ("%s:%u", step->node->file->name, step->node->line);
      verdict->held = complaint == NULL;
      verdict->time
          = sim_stage_now (steps->world->stage) - sim_trace_origin (steps->world->stage->trace);
      verdict->why = complaint;
      g_ptr_array_add (verdicts, verdict);
    }
}

static void
forget (SimSteps *steps, const Step *step)
{
  sim_clock_cancel (steps->world->stage->clock, step->timer);
  for (guint i = 0; i < step->requests->len; i++)
    {
      const Request *request = g_ptr_array_index (step->requests, i);

      dd_transport_cancel (sim_transport_interface (steps->world->transport), request->id);
    }
}

void
sim_steps_free (SimSteps *steps)
{
  if (steps == NULL)
    return;
  if (steps->world != NULL)
    {
      for (guint i = 0; i < steps->list->len; i++)
        forget (steps, g_ptr_array_index (steps->list, i));
      sim_trace_remove_reader (steps->world->stage->trace, watch_for_causes, steps);
    }
  g_ptr_array_unref (steps->list);
  g_free (steps);
}
