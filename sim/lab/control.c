/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/lab/control.h"

#include <string.h>

#include "base/error.h"
#include "base/time.h"
#include "sim/aws/eks/eks.h"
#include "sim/lab/condition.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"
#include "sim/world/transport.h"

/* `until` gives up after this much virtual time. */
#define MAX_UNTIL (24 * DD_HOUR)

/* ---- what the answers show ---- */

static DdValue *
describe_nodegroup (SimLab *lab)
{
  const char *name = sim_world_file_nodegroup (lab->file);
  AwsNodegroup *nodegroup = NULL;
  AwsUpdate *update;

  if (name != NULL)
    nodegroup = aws_eks_nodegroup (lab->world->cloud, sim_world_file_cluster (lab->file), name);
  if (nodegroup == NULL)
    return NULL;
  update = aws_nodegroup_last_update (nodegroup);
  return dd_object ("name", dd_string (name), "status",
                    dd_string (aws_nodegroup_status (nodegroup)), "update",
                    update != NULL ? aws_update_describe (update) : NULL, "explanation",
                    update != NULL ? dd_string (aws_update_explanation (update)) : NULL, NULL);
}

static DdValue *
count_nodes (SimLab *lab)
{
  g_autoptr (GPtrArray) nodes = sim_store_list (lab->world->kube->store, &kube_node, NULL);
  guint ready = 0, unschedulable = 0;

  for (guint i = 0; i < nodes->len; i++)
    {
      const KubeNodeView *view = kube_node_view (nodes->pdata[i]);

      ready += view->ready;
      unschedulable += view->unschedulable;
    }
  return dd_object ("total", dd_int (nodes->len), "ready", dd_int (ready), "unschedulable",
                    dd_int (unschedulable), NULL);
}

static DdValue *
describe_time (SimLab *lab)
{
  DdUsec now = sim_stage_now (lab->world->stage);
  DdUsec elapsed = now - sim_trace_origin (lab->world->stage->trace);
  g_autofree char *speed = sim_speed_to_text (sim_pacing_speed (lab->pacing));

  return dd_object ("time", dd_string_take (dd_time_to_iso8601 (now)), "elapsed",
                    dd_string_take (dd_duration_to_text (elapsed - elapsed % DD_MILLISECOND)),
                    "speed", dd_string (speed), NULL);
}

static DdValue *
show_status (SimLab *lab, const char *argument, GError **error)
{
  DdValue *status = describe_time (lab);

  (void) argument;
  (void) error;
  dd_value_set (&status, "seed", dd_int ((gint64) lab->world->stage->seed));
  dd_value_set (&status, "events", dd_int ((gint64) sim_trace_count (lab->world->stage->trace)));
  dd_value_set (&status, "cluster", dd_string (sim_world_file_cluster (lab->file)));
  dd_value_set (&status, "nodegroup", describe_nodegroup (lab));
  dd_value_set (&status, "nodes", count_nodes (lab));
  dd_value_set (&status, "connections", dd_int (sim_server_connections (lab->server)));
  dd_value_set (&status, "watches", dd_int (sim_server_streams (lab->server)));
  return status;
}

/* ---- operations ---- */

static DdValue *
change_speed (SimLab *lab, const char *argument, GError **error)
{
  SimSpeed speed;

  if (!sim_speed_parse (argument, &speed, error))
    return NULL;
  sim_pacing_set_speed (lab->pacing, &speed);
  return describe_time (lab);
}

static DdValue *
set_paused (SimLab *lab, gboolean paused)
{
  SimSpeed speed = *sim_pacing_speed (lab->pacing);

  speed.paused = paused;
  sim_pacing_set_speed (lab->pacing, &speed);
  return describe_time (lab);
}

static DdValue *
pause_clock (SimLab *lab, const char *argument, GError **error)
{
  (void) argument;
  (void) error;
  return set_paused (lab, TRUE);
}

static DdValue *
resume_clock (SimLab *lab, const char *argument, GError **error)
{
  (void) argument;
  (void) error;
  return set_paused (lab, FALSE);
}

static gboolean
limit_allows (SimLab *lab, DdUsec instant, GError **error)
{
  if (instant <= sim_pacing_limit (lab->pacing))
    return TRUE;
  g_set_error (error, DD_ERROR, DD_ERROR_REFUSED,
               "that would take the world's time past the wall clock, and clients would see things "
               "that happen in their future; `drydock ctl reset` starts again 30 days ago");
  return FALSE;
}

static DdValue *
step_once (SimLab *lab, const char *argument, GError **error)
{
  DdUsec due;

  (void) argument;
  if (!sim_clock_next_due (lab->world->stage->clock, &due))
    {
      g_set_error (error, DD_ERROR, DD_ERROR_REFUSED, "nothing is going to happen");
      return NULL;
    }
  if (!limit_allows (lab, due, error))
    return NULL;
  sim_world_step (lab->world);
  return describe_time (lab);
}

static DdValue *
skip_time (SimLab *lab, const char *argument, GError **error)
{
  DdUsec delay;

  if (!dd_duration_from_text (argument, &delay) || delay < 0)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "'%s' is no duration; say 90s, 15m or 1h30m",
                   argument);
      return NULL;
    }
  if (!limit_allows (lab, sim_stage_now (lab->world->stage) + delay, error))
    return NULL;
  sim_world_run_for (lab->world, delay);
  return describe_time (lab);
}

/* Why the world stopped short of a condition. */
static const char *
run_until (SimLab *lab, SimCondition *condition)
{
  DdUsec wall = sim_pacing_limit (lab->pacing);
  DdUsec limit = MIN (sim_stage_now (lab->world->stage) + MAX_UNTIL, wall);
  DdUsec due;

  while (!sim_condition_holds (condition))
    {
      sim_transport_flush (lab->world->transport); /* what is on its way is going to happen */
      if (!sim_clock_next_due (lab->world->stage->clock, &due))
        return "nothing is going to happen";
      if (due > limit)
        return limit == wall ? "the world's time has reached the wall clock's"
                             : "it did not happen within 24 hours";
      if (!sim_world_step (lab->world))
        return "the world has stopped";
    }
  return NULL;
}

static DdValue *
run_until_condition (SimLab *lab, const char *argument, GError **error)
{
  g_autoptr (SimCondition) condition
      = sim_condition_parse (lab->world, sim_world_file_cluster (lab->file),
                             sim_world_file_nodegroup (lab->file), argument, error);
  const char *reason;
  DdValue *answer;

  if (condition == NULL)
    return NULL;
  reason = run_until (lab, condition);
  answer = describe_time (lab);
  dd_value_set (&answer, "condition", dd_string (argument));
  dd_value_set (&answer, "held", dd_bool (reason == NULL));
  dd_value_set (&answer, "reason", dd_string (reason));
  return answer;
}

static DdValue *
reset_world (SimLab *lab, const char *argument, GError **error)
{
  (void) argument;
  return sim_lab_reset (lab, error) ? describe_time (lab) : NULL;
}

const SimControlOperation sim_control_operations[] = {
  { "status", "GET", NULL, NULL, "show the time, the node group and the nodes", show_status },
  { "pause", "POST", NULL, NULL, "stop the clock", pause_clock },
  { "resume", "POST", NULL, NULL, "let the clock run again", resume_clock },
  { "step", "POST", NULL, NULL, "let the next thing happen", step_once },
  { "skip", "POST", "for", "60s", "move the clock forward", skip_time },
  { "until", "POST", "condition", "nodegroup-active", "run until a condition holds",
    run_until_condition },
  { "speed", "POST", "speed", "60x", "virtual seconds to a second: 60x, 1x, max, paused",
    change_speed },
  { "reset", "POST", NULL, NULL, "make the world anew from its description and seed", reset_world },
  { NULL },
};

/* ---- HTTP ---- */

const SimControlOperation *
sim_control_find (const char *name)
{
  for (const SimControlOperation *row = sim_control_operations; row->name != NULL; row++)
    if (strcmp (row->name, name) == 0)
      return row;
  return NULL;
}

gboolean
sim_control_is_for (const SimRequest *request)
{
  return g_str_has_prefix (request->target, SIM_CONTROL_PREFIX);
}

static SimResponse *
respond (guint status, DdValue *value)
{
  g_autoptr (DdValue) body = value;

  return sim_response_new (status, "application/json", dd_value_to_bytes (body));
}

static SimResponse *
respond_error (guint status, const char *sentence)
{
  return respond (status, dd_object ("error", dd_string (sentence), NULL));
}

/* The text of ROW's one argument, from a body that holds nothing else. */
static gboolean
read_argument (const SimControlOperation *row, GBytes *body, char **out_argument, GError **error)
{
  g_autoptr (DdValue) value = NULL;
  const char *text;

  if (body != NULL && g_bytes_get_size (body) > 0)
    value = dd_value_parse_bytes (body, error);
  else
    value = dd_object_empty ();
  if (value == NULL)
    return FALSE;
  text = row->argument != NULL ? dd_value_string (dd_value_member (value, row->argument)) : NULL;
  if (dd_value_type (value) != DD_OBJECT || (row->argument != NULL) != (text != NULL)
      || dd_value_length (value) != (row->argument != NULL ? 1 : 0))
    {
      if (row->argument != NULL)
        g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s wants {\"%s\": \"%s\"}", row->name,
                     row->argument, row->example);
      else
        g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s takes no argument", row->name);
      return FALSE;
    }
  *out_argument = g_strdup (text);
  return TRUE;
}

SimResponse *
sim_control_refuse (const char *sentence)
{
  return respond_error (403, sentence);
}

SimResponse *
sim_control_handle (SimLab *lab, const SimRequest *request)
{
  const SimControlOperation *row = sim_control_find (request->target + strlen (SIM_CONTROL_PREFIX));
  g_autofree char *argument = NULL;
  g_autoptr (GError) error = NULL;
  DdValue *answer = NULL;

  if (row == NULL)
    return respond_error (404, "no such operation; `drydock ctl --help` lists them");
  if (strcmp (row->method, request->method) != 0)
    return respond_error (405, row->method[0] == 'G' ? "use GET" : "use POST");
  if (row->method[0] != 'G' && dd_headers_get (request->headers, SIM_CONTROL_HEADER) == NULL)
    return sim_control_refuse ("the header " SIM_CONTROL_HEADER ": 1 is missing");
  if (read_argument (row, request->body, &argument, &error))
    answer = row->run (lab, argument, &error);
  if (answer != NULL)
    return respond (200, answer);
  return respond_error (error->domain == DD_ERROR ? 400 : 500, error->message);
}
