/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/steps.c: steps become requests at the front door
 *
 * A step is due at a moment, or some time after an event was first seen; or again and again, which
 * is how somebody is played who watches over a cluster. What it does is a row of the table at the
 * end: `prepare` finds mistakes before anything runs, `run` sends requests, once for every object
 * that the step addresses. Only scarcity of machines, which no API can cause, is set directly. */

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
#include "sim/scenario/address.h"
#include "sim/scenario/expect-private.h"
#include "sim/scenario/fields.h"
#include "sim/scenario/manifest.h"
#include "sim/scenario/match.h"
#include "sim/scenario/request.h"
#include "sim/scenario/schema.h"
#include "sim/scenario/world.h"
#include "sim/scenario/unmodelled.h"
#include "sim/world/transport.h"

#define MERGE_PATCH "application/merge-patch+json"

typedef struct _Step Step;

typedef struct
{
  const char *key;
  SimAddressing addressing;
  gboolean (*prepare) (Step *step, GError **error);
  void (*run) (Step *step, const SimTarget *target);
} Action;

struct _Step
{
  SimSteps *steps;
  const DdYaml *node;
  const DdYaml *after;    /* NULL: at a moment */
  const DdYaml *whenever; /* the same, each time; NULL: not so */
  DdUsec delay;           /* since the beginning, or since AFTER or WHENEVER */
  DdUsec period;          /* 0: once */
  DdUsec until;           /* since the beginning; 0: without end */
  const Action *action;
  const DdYaml *pattern; /* what stands under the action's key */
  const char *fails;     /* the code it must be refused with, or NULL */
  const AwsService *service;
  const AwsOperation *operation;
  SimAddress address;
  SimManifests *manifests;
  gboolean armed;
  gboolean taken;       /* it was due, */
  gboolean acted;       /* and there was somebody to address */
  GPtrArray *turns;     /* of Turn: when it is due next */
  GPtrArray *requests;  /* of Request, in flight or answered */
  char *code, *message; /* of the first refusal */
};

typedef struct
{
  Step *step;
  guint64 id;                  /* 0: answered */
  const SimManifest *manifest; /* created; merged into when it is there already */
} Request;

/* One time that a step is due. */
typedef struct
{
  Step *step;
  char *subject; /* of the event to which it answers; NULL */
  guint64 timer;
} Turn;

struct _SimSteps
{
  GPtrArray *list; /* of Step */
  SimWorld *world;
  const SimManifests *workloads; /* that were there before */
  const char *cluster;
  SimStepFunc listener; /* may be NULL */
  gpointer listener_data;
};

void
sim_steps_set_listener (SimSteps *steps, SimStepFunc func, gpointer data)
{
  steps->listener = func;
  steps->listener_data = data;
}

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
refuse_parameter (const Step *step, const DdYaml *key, const AwsField *fields, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *hint = NULL;

  for (; fields != NULL && fields->name != NULL; fields++)
    g_ptr_array_add (names, (gpointer) fields->name);
  g_ptr_array_add (names, NULL);
  hint = sim_did_you_mean (key->text, (const char *const *) names->pdata);
  dd_yaml_set_error (error, key, "%s has no parameter \"%s\", or it is not modelled%s",
                     step->operation->name, key->text, hint);
  return FALSE;
}

/* A request that is to be refused must not be refused for what is misspelt in it. */
static gboolean
check_input (const Step *step, const DdYaml *input, const AwsField *fields, GError **error)
{
  for (guint i = 0; input != NULL && input->keys == NULL && i < dd_yaml_length (input); i++)
    if (!check_input (step, dd_yaml_element (input, i), fields, error))
      return FALSE;
  for (guint i = 0; input != NULL && input->keys != NULL && i < input->keys->len; i++)
    {
      const DdYaml *key = g_ptr_array_index (input->keys, i);
      const AwsField *field = sim_aws_parameter (fields, key->text);

      if (field == NULL)
        return refuse_parameter (step, key, fields, error);
      if (field->members != NULL
          && !check_input (step, dd_yaml_element (input, i), field->members, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
prepare_aws (Step *step, GError **error)
{
  const DdYaml *name = dd_yaml_member (step->pattern, "operation");
  g_autoptr (GPtrArray) names = NULL;
  g_autofree char *hint = NULL;

  step->service = sim_aws_service (step->action->key);
  step->operation = aws_service_operation (step->service, name->text);
  if (step->operation != NULL)
    return check_input (step, dd_yaml_member (step->pattern, "input"), step->operation->input,
                        error);
  names = sim_aws_operation_names (step->service);
  hint = sim_did_you_mean (name->text, (const char *const *) names->pdata);
  dd_yaml_set_error (error, name, "%s has no operation \"%s\"%s", step->service->name, name->text,
                     hint);
  return FALSE;
}

static DdValue *
all_subnets (const AwsCloud *cloud)
{
  g_auto (DdBuilder) ids = dd_builder_array ();

  for (guint i = 0; i < cloud->subnets->len; i++)
    dd_builder_add (&ids, dd_string (((AwsSubnet *) cloud->subnets->pdata[i])->resource.id));
  return dd_builder_end (&ids);
}

/* What the API requires and nobody can write down, as chance names it: where a new node group is.
 */
static void
fill_in_place (const AwsCloud *cloud, DdValue **input)
{
  if (dd_value_member (*input, "subnets") == NULL)
    dd_value_set (input, "subnets", all_subnets (cloud));
  if (dd_value_member (*input, "nodeRole") == NULL)
    dd_value_set (input, "nodeRole",
                  dd_string_printf ("arn:aws:iam::%s:role/node", cloud->account));
}

static void
run_aws (Step *step, const SimTarget *target G_GNUC_UNUSED)
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
  if (strcmp (step->operation->name, "CreateNodegroup") == 0)
    fill_in_place (step->steps->world->cloud, &input);
  send_request (step, sim_aws_request (step->steps->world, step->service, step->operation, input),
                NULL);
}

/* ---- Kubernetes ---- */

static gboolean
prepare_apply (Step *step, GError **error)
{
  const char *base = step->node->file->name;

  step->manifests = sim_manifests_new (step->steps->workloads);
  return sim_manifests_add (step->manifests, step->pattern, base, error);
}

static void
run_apply (Step *step, const SimTarget *target G_GNUC_UNUSED)
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

/* A patch names fields as an object does. */
static gboolean
prepare_patch (Step *step, GError **error)
{
  g_autoptr (GPtrArray) mistakes = g_ptr_array_new_with_free_func (g_free);

  sim_fields_check (dd_yaml_member (step->pattern, "merge"), step->address.kind, mistakes);
  return sim_fields_conclude (mistakes, error);
}

static void
ask_for (Step *step, const SimTarget *target, const char *method, const DdValue *body)
{
  send_request (
      step,
      sim_kube_request (target->kind, target->namespace_, target->name, method, MERGE_PATCH, body),
      NULL);
}

static void
run_patch (Step *step, const SimTarget *target)
{
  ask_for (step, target, "PATCH", dd_yaml_member (step->pattern, "merge")->value);
}

static void
run_delete (Step *step, const SimTarget *target)
{
  ask_for (step, target, "DELETE", NULL);
}

/* ---- nodes ---- */

/* VALUE is taken. */
static void
patch_spec (Step *step, const SimTarget *target, const char *member, DdValue *value)
{
  g_autoptr (DdValue) patch = dd_object ("spec", dd_object (member, value, NULL), NULL);

  ask_for (step, target, "PATCH", patch);
}

static void
run_cordon (Step *step, const SimTarget *target)
{
  patch_spec (step, target, "unschedulable", dd_bool (TRUE));
}

static void
run_uncordon (Step *step, const SimTarget *target)
{
  patch_spec (step, target, "unschedulable", dd_null ());
}

/* TAINT is what the step names: by its key, and by its effect where it says one. */
static gboolean
is_named (const Step *step, const DdValue *taint)
{
  const char *effect = sim_schema_text (dd_yaml_member (step->pattern, "effect"));

  return g_strcmp0 (dd_value_path_string (taint, "key"),
                    sim_schema_text (dd_yaml_member (step->pattern, "key")))
             == 0
         && (effect == NULL || g_strcmp0 (dd_value_path_string (taint, "effect"), effect) == 0);
}

/* The node's taints but those that the step names, whose number is *OUT_NAMED. */
static DdBuilder
other_taints (const Step *step, const SimTarget *target, guint *out_named)
{
  const SimObject *node
      = sim_store_get (step->steps->world->kube->store, &kube_node, "", target->name);
  const DdValue *taints = node != NULL ? dd_value_path (node->value, "spec.taints") : NULL;
  DdBuilder others = dd_builder_array ();

  *out_named = 0;
  for (gsize i = 0; i < dd_value_length (taints); i++)
    if (is_named (step, dd_value_element (taints, i)))
      (*out_named)++;
    else
      dd_builder_add (&others, dd_value_ref (dd_value_element (taints, i)));
  return others;
}

/* As `kubectl taint --overwrite` does. */
static void
run_taint (Step *step, const SimTarget *target)
{
  guint named;
  DdBuilder taints = other_taints (step, target, &named);
  const DdYaml *value = dd_yaml_member (step->pattern, "value");

  dd_builder_add (
      &taints,
      dd_object ("key", dd_string (sim_schema_text (dd_yaml_member (step->pattern, "key"))),
                 "value", value != NULL ? dd_string (value->text) : NULL, "effect",
                 dd_string (sim_schema_text (dd_yaml_member (step->pattern, "effect"))), NULL));
  patch_spec (step, target, "taints", dd_builder_end (&taints));
}

/* As `kubectl taint` with a minus behind the taint does, which also fails where there is none. */
static void
run_untaint (Step *step, const SimTarget *target)
{
  guint named;
  DdBuilder taints = other_taints (step, target, &named);

  if (named > 0)
    {
      patch_spec (step, target, "taints", dd_builder_end (&taints));
      return;
    }
  dd_value_unref (dd_builder_end (&taints));
  note_refusal (step, "no such taint", target->name);
}

/* ---- machines ---- */

static void
run_capacity (Step *step, const SimTarget *target G_GNUC_UNUSED)
{
  AwsCloud *cloud = step->steps->world->cloud;

  for (guint i = 0; i < dd_yaml_length (step->pattern); i++)
    {
      const DdYaml *where = g_ptr_array_index (step->pattern->keys, i);

      if (!sim_capacity_set (cloud, where->text,
                             dd_value_int (dd_yaml_element (step->pattern, i)->value, -1), NULL))
        note_refusal (step, "no such zone or instance type", where->text);
    }
}

/* ---- the engine ---- */

static void
run_engine (Step *step, const SimTarget *target G_GNUC_UNUSED)
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
  { "eks", SIM_ADDRESS_NOBODY, prepare_aws, run_aws },
  { "autoscaling", SIM_ADDRESS_NOBODY, prepare_aws, run_aws },
  { "ec2", SIM_ADDRESS_NOBODY, prepare_aws, run_aws },
  { "ssm", SIM_ADDRESS_NOBODY, prepare_aws, run_aws },
  { "sts", SIM_ADDRESS_NOBODY, prepare_aws, run_aws },
  { "apply", SIM_ADDRESS_NOBODY, prepare_apply, run_apply },
  { "patch", SIM_ADDRESS_OBJECT, prepare_patch, run_patch },
  { "delete", SIM_ADDRESS_OBJECT, NULL, run_delete },
  { "cordon", SIM_ADDRESS_NODE, NULL, run_cordon },
  { "uncordon", SIM_ADDRESS_NODE, NULL, run_uncordon },
  { "taint", SIM_ADDRESS_NODE, NULL, run_taint },
  { "untaint", SIM_ADDRESS_NODE, NULL, run_untaint },
  { "capacity", SIM_ADDRESS_NOBODY, NULL, run_capacity },
  { "engine", SIM_ADDRESS_NOBODY, NULL, run_engine },
};

/* ---- reading ---- */

static void
turn_free (gpointer data)
{
  Turn *turn = data;

  g_free (turn->subject);
  g_free (turn);
}

static void
step_free (gpointer data)
{
  Step *step = data;

  sim_address_clear (&step->address);
  g_ptr_array_unref (step->turns);
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
                     "cordon, uncordon, taint, untaint, capacity, engine");
  return FALSE;
}

static gboolean
find_moment (Step *step, GError **error)
{
  const DdYaml *at = dd_yaml_member (step->node, "at");
  const DdYaml *plus = dd_yaml_member (step->node, "plus");
  gboolean answers;

  step->after = dd_yaml_member (step->node, "after");
  step->whenever = dd_yaml_member (step->node, "whenever");
  answers = step->after != NULL || step->whenever != NULL;
  step->delay = sim_schema_duration (answers ? plus : at, 0);
  if ((at != NULL) + (step->after != NULL) + (step->whenever != NULL) != 1)
    {
      dd_yaml_set_error (error, step->node, "a step needs either at or after or whenever");
      return FALSE;
    }
  if (plus != NULL && !answers)
    {
      dd_yaml_set_error (error, dd_yaml_key (step->node, "plus"),
                         "plus goes with after and whenever only");
      return FALSE;
    }
  return TRUE;
}

/* What comes again must have an end, or the world would have none. */
static gboolean
find_end (Step *step, GError **error)
{
  const DdYaml *every = dd_yaml_member (step->node, "every");
  const DdYaml *until = dd_yaml_member (step->node, "until");
  const char *complaint = NULL;

  step->period = sim_schema_duration (every, 0);
  step->until = sim_schema_duration (until, 0);
  if (every != NULL && step->whenever != NULL)
    complaint = "what is done whenever something happens comes again by itself: every has no place";
  else if (every != NULL && step->period <= 0)
    complaint = "every: some time must pass in between";
  else if (every != NULL && step->until <= 0)
    complaint = "every needs until: when it comes no more";
  if (complaint != NULL)
    {
      dd_yaml_set_error (error, dd_yaml_key (step->node, "every"), "%s", complaint);
      return FALSE;
    }
  if (until == NULL || every != NULL || step->whenever != NULL)
    return TRUE;
  dd_yaml_set_error (error, dd_yaml_key (step->node, "until"),
                     "until goes with every and whenever only");
  return FALSE;
}

SimSteps *
sim_steps_new (const DdYaml *list, const SimManifests *workloads, GError **error)
{
  g_autoptr (SimSteps) steps = g_new0 (SimSteps, 1);

  steps->workloads = workloads;
  steps->list = g_ptr_array_new_with_free_func (step_free);
  for (guint i = 0; i < dd_yaml_length (list); i++)
    {
      Step *step = g_new0 (Step, 1);

      step->steps = steps;
      step->node = dd_yaml_element (list, i);
      step->fails = sim_schema_text (dd_yaml_member (step->node, "fails"));
      step->requests = g_ptr_array_new_with_free_func (g_free);
      step->turns = g_ptr_array_new_with_free_func (turn_free);
      g_ptr_array_add (steps->list, step);
      if (!find_action (step, error) || !find_moment (step, error) || !find_end (step, error)
          || !sim_address_read (step->node, step->pattern, step->action->addressing, workloads,
                                &step->address, error)
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
  if (step->address.each != NULL)
    return g_strdup_printf ("%s each %s", step->action->key, step->address.kind->kind);
  if (name == NULL)
    name = dd_value_path_string (step->pattern->value, "metadata.name");
  if (kind != NULL)
    return g_strdup_printf ("%s %s%s%s", step->action->key, kind, name != NULL ? " " : "",
                            name != NULL ? name : "");
  return g_strdup (step->action->key);
}

static gboolean
comes_again (const Step *step)
{
  return step->period > 0 || step->whenever != NULL;
}

static DdUsec
end_of (const Step *step)
{
  return step->until > 0 ? sim_trace_origin (step->steps->world->stage->trace) + step->until
                         : G_MAXINT64;
}

static void
miss_target (Step *step)
{
  if (step->action->addressing == SIM_ADDRESS_NODE)
    note_refusal (step, "no such node", "no node is like that");
  else
    note_refusal (step, "no such object", "no object is like that");
}

/* What comes again is silent while there is nobody to address. */
static void
act (Step *step, const char *subject)
{
  g_autofree char *text = step_text (step);
  g_autoptr (GPtrArray) targets
      = sim_address_targets (&step->address, step->steps->world->kube, subject);

  step->taken = TRUE;
  if (targets->len == 0 && comes_again (step))
    return;
  step->acted = TRUE;
  sim_stage_trace (step->steps->world->stage, "scenario", DD_EVENT_STEP_STARTED, NULL,
                   dd_object ("step", dd_string (text), NULL));
  if (step->steps->listener != NULL)
    step->steps->listener (step->action->key, step->pattern->value, step->steps->listener_data);
  for (guint i = 0; i < targets->len; i++)
    step->action->run (step, g_ptr_array_index (targets, i));
  if (targets->len == 0)
    miss_target (step);
}

static void arm (Step *step, DdUsec due, const char *subject);

static void
take_turn (gpointer data)
{
  Turn *turn = data;
  Step *step = turn->step;
  DdUsec now = sim_stage_now (step->steps->world->stage);
  g_autofree char *subject = g_steal_pointer (&turn->subject);

  g_ptr_array_remove (step->turns, turn);
  act (step, subject);
  if (step->period > 0)
    arm (step, now + step->period, subject);
}

static void
arm (Step *step, DdUsec due, const char *subject)
{
  Turn *turn;

  step->armed = TRUE;
  if (due > end_of (step))
    return;
  turn = g_new0 (Turn, 1);
  turn->step = step;
  turn->subject = g_strdup (subject);
  g_ptr_array_add (step->turns, turn);
  turn->timer = sim_clock_schedule (step->steps->world->stage->clock, due, take_turn, turn);
}

static gboolean
is_cause (const Step *step, const SimEvent *event)
{
  if (step->whenever != NULL)
    return sim_event_matches (step->whenever, event);
  return step->after != NULL && !step->armed && sim_event_matches (step->after, event);
}

static void
watch_for_causes (const SimEvent *event, gpointer data)
{
  SimSteps *steps = data;

  for (guint i = 0; i < steps->list->len; i++)
    {
      Step *step = g_ptr_array_index (steps->list, i);

      if (is_cause (step, event))
        arm (step, sim_stage_now (steps->world->stage) + step->delay, event->subject);
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

      if (step->after == NULL && step->whenever == NULL)
        arm (step, sim_trace_origin (world->stage->trace) + step->delay, NULL);
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
      Step *step = g_ptr_array_index (steps->list, i);
      g_autofree char *text = step_text (step);
      SimVerdict *verdict;
      char *complaint;

      if (step->taken && !step->acted)
        miss_target (step);
      complaint = complaint_about (step);
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
  for (guint i = 0; i < step->turns->len; i++)
    sim_clock_cancel (steps->world->stage->clock,
                      ((const Turn *) g_ptr_array_index (step->turns, i))->timer);
  for (guint i = 0; i < step->requests->len; i++)
    {
      const Request *request = g_ptr_array_index (step->requests, i);

      dd_transport_cancel (sim_transport_interface (steps->world->transport), request->id);
    }
}

/* A patch may mean many objects; it is told as what it is. */
static void
add_patch (const Step *step, GPtrArray *list)
{
  const DdYaml *merge = dd_yaml_member (step->pattern, "merge");
  g_autofree char *object = g_strdup_printf ("patch of a %s", step->address.kind->kind);

  sim_unmodelled_add (list, merge, step->address.kind, object);
}

void
sim_steps_add_unmodelled (const SimSteps *steps, GPtrArray *list)
{
  for (guint i = 0; i < steps->list->len; i++)
    {
      const Step *step = g_ptr_array_index (steps->list, i);

      if (step->manifests != NULL)
        sim_unmodelled_add_manifests (list, step->manifests);
      if (step->action->run == run_patch)
        add_patch (step, list);
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
