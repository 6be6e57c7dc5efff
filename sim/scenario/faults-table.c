/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/faults-table.c: rows of YAML into rows of faults */

#include "config.h"

#include "sim/scenario/faults-table.h"

#include <string.h>

#include "base/time.h"
#include "sim/aws/protocol/error.h"
#include "sim/kube/controllers/writes.h"
#include "sim/kube/error.h"
#include "sim/kube/serve/verbs.h"
#include "sim/scenario/expect.h"
#include "sim/scenario/faults-world.h"
#include "sim/scenario/request.h"
#include "sim/scenario/schema.h"

/* What goes wrong without a request needs no error: it just does not go well. */
static const char *const happenings[]
    = { "instance join", "instance interrupt", "instance vanish", "pod pull", "pod start",
        "pod ready",     "hook complete",      "instance launch", NULL };

static gboolean
is_request (const DdYaml *row)
{
  const char *service = sim_schema_text (dd_yaml_member (row, "service"));

  return strcmp (service, "instance") != 0 && strcmp (service, "pod") != 0
         && strcmp (service, "hook") != 0;
}

static gboolean
check_harm (const DdYaml *row, GError **error)
{
  const char *operation = sim_schema_text (dd_yaml_member (row, "operation"));
  gboolean launches = g_strcmp0 (operation, "launch") == 0;

  if ((!is_request (row) && !launches) || dd_yaml_member (row, "error") != NULL
      || (!launches
          && (dd_yaml_member (row, "delay") != NULL
              || dd_value_path_bool (row->value, "lose_reply", FALSE)
              || dd_value_path_bool (row->value, "half_closed", FALSE)
              || dd_value_path_bool (row->value, "unreachable", FALSE))))
    return TRUE;
  dd_yaml_set_error (error, row, "a fault needs an error, a delay or lose_reply%s",
                     launches ? ": a launch needs an error" : ", half_closed or unreachable");
  return FALSE;
}

/* What is said of a fault must mean something to what it strikes. */
enum
{
  OF_REQUEST = 1 << 0,
  OF_LAUNCH = 1 << 1,
  OF_PROGRESS = 1 << 2, /* a node's join, a pod's pull ... */
  OF_BLOW = 1 << 3,     /* that instances suffer at a moment */
};

static const struct
{
  const char *key;
  guint of;
} means[] = {
  { "error", OF_REQUEST | OF_LAUNCH },
  { "message", OF_REQUEST | OF_LAUNCH },
  { "status", OF_REQUEST },
  { "retry_after", OF_REQUEST },
  { "delay", OF_REQUEST },
  { "lose_reply", OF_REQUEST },
  { "half_closed", OF_REQUEST },
  { "unreachable", OF_REQUEST },
  { "nth", OF_REQUEST | OF_LAUNCH | OF_PROGRESS },
  { "probability", OF_REQUEST | OF_LAUNCH | OF_PROGRESS },
};

static guint
kind_of (const DdYaml *row)
{
  const char *operation = sim_schema_text (dd_yaml_member (row, "operation"));

  if (is_request (row))
    return OF_REQUEST;
  if (g_strcmp0 (operation, "launch") == 0)
    return OF_LAUNCH;
  if (g_strcmp0 (operation, "interrupt") == 0 || g_strcmp0 (operation, "vanish") == 0)
    return OF_BLOW;
  return OF_PROGRESS;
}

static gboolean
check_means (const DdYaml *row, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (means); i++)
    {
      const DdYaml *key = dd_yaml_key (row, means[i].key);

      if (key == NULL || (means[i].of & kind_of (row)) != 0)
        continue;
      dd_yaml_set_error (error, key, "%s means nothing to %s %s", key->text,
                         sim_schema_text (dd_yaml_member (row, "service")),
                         sim_schema_text (dd_yaml_member (row, "operation")));
      return FALSE;
    }
  return TRUE;
}

/* A request ends in one way. */
static gboolean
check_end (const DdYaml *row, GError **error)
{
  static const char *const ends[] = { "error", "lose_reply", "half_closed", "unreachable" };
  const char *met = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      const DdYaml *member = dd_yaml_member (row, ends[i]);

      if (member == NULL || !dd_value_bool (member->value, TRUE))
        continue;
      if (met != NULL)
        {
          dd_yaml_set_error (error, dd_yaml_key (row, ends[i]),
                             "a fault ends a request in one way, not with both %s and %s", met,
                             ends[i]);
          return FALSE;
        }
      met = ends[i];
    }
  return TRUE;
}

/* 0 is how a row without an end is kept. */
static gboolean
check_length (const DdYaml *row, GError **error)
{
  const DdYaml *length = dd_yaml_member (row, "for");

  if (length == NULL || sim_schema_duration (length, 0) > 0)
    return TRUE;
  dd_yaml_set_error (error, length, "for: that is no time at all");
  return FALSE;
}

/* "list pods", "create pods/eviction" and the like. */
static void
add_orders (const KubeKind *kind, const char *subresource, GPtrArray *names)
{
  g_autoptr (GPtrArray) verbs = kube_verbs_of (kind, subresource);

  for (guint i = 0; i < verbs->len; i++)
    g_ptr_array_add (names,
                     g_strdup_printf ("%s %s%s%s", (const char *) g_ptr_array_index (verbs, i),
                                      kind->plural, *subresource != '\0' ? "/" : "", subresource));
}

/* What can be asked of SERVICE; of char *, ended by NULL. */
static GPtrArray *
operations_of (const char *service)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const AwsService *aws = sim_aws_service (service);
  g_autoptr (GPtrArray) known = aws != NULL ? sim_aws_operation_names (aws) : NULL;

  for (guint i = 0; known != NULL && i + 1 < known->len; i++)
    g_ptr_array_add (names, g_strdup (g_ptr_array_index (known, i)));
  for (guint i = 0; aws == NULL && i < kube_n_kinds; i++)
    {
      g_autoptr (GPtrArray) subresources = kube_subresources_of (kube_kinds[i]);

      add_orders (kube_kinds[i], "", names);
      for (guint sub = 0; sub < subresources->len; sub++)
        add_orders (kube_kinds[i], g_ptr_array_index (subresources, sub), names);
    }
  g_ptr_array_add (names, NULL);
  return names;
}

static void
append_verbs (const KubeKind *kind, const char *subresource, GString *out)
{
  g_autofree char *name
      = g_strconcat (kind->plural, *subresource != '\0' ? "/" : "", subresource, NULL);
  g_autoptr (GPtrArray) verbs = kube_verbs_of (kind, subresource);
  g_autofree char *text = NULL;

  g_ptr_array_add (verbs, NULL);
  text = g_strjoinv (", ", (char **) verbs->pdata);
  g_string_append_printf (out, "    %-38s %s\n", name, text);
}

static void
append_operations (const char *service, GString *out)
{
  g_autoptr (GPtrArray) names = sim_aws_operation_names (sim_aws_service (service));

  g_string_append_printf (out, "  %s\n", service);
  for (guint i = 0; i + 1 < names->len; i++)
    g_string_append_printf (out, "    %s\n", (const char *) g_ptr_array_index (names, i));
}

char *
sim_faults_reference (void)
{
  static const char *const services[] = { "eks", "autoscaling", "ec2", "ssm", "sts" };
  GString *out = g_string_new ("  instance, pod and hook, without a request\n");

  for (guint i = 0; happenings[i] != NULL; i++)
    g_string_append_printf (out, "    %s\n", happenings[i]);
  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    append_operations (services[i], out);
  g_string_append (out, "  kubernetes: one of these verbs before the resource, \"list pods\"\n");
  for (guint i = 0; i < kube_n_kinds; i++)
    {
      g_autoptr (GPtrArray) subresources = kube_subresources_of (kube_kinds[i]);

      append_verbs (kube_kinds[i], "", out);
      for (guint sub = 0; sub < subresources->len; sub++)
        append_verbs (kube_kinds[i], g_ptr_array_index (subresources, sub), out);
    }
  return g_string_free (out, FALSE);
}

/* What nobody can ask for cannot go wrong either. */
static gboolean
check_operation (const DdYaml *row, GError **error)
{
  const char *service = sim_schema_text (dd_yaml_member (row, "service"));
  const DdYaml *operation = dd_yaml_member (row, "operation");
  g_autoptr (GPtrArray) names = NULL;
  g_autofree char *hint = NULL;

  if (operation == NULL)
    return TRUE;
  names = operations_of (service);
  if (g_strv_contains ((const char *const *) names->pdata, operation->text))
    return TRUE;
  hint = sim_did_you_mean (operation->text, (const char *const *) names->pdata);
  dd_yaml_set_error (error, operation, "%s has no operation \"%s\"%s", service, operation->text,
                     hint);
  return FALSE;
}

/* The codes that the services, or the reasons that Kubernetes has; ended by NULL. */
static GPtrArray *
error_codes_of (const char *service)
{
  GPtrArray *names;

  if (strcmp (service, "kubernetes") == 0)
    return kube_reasons ();
  names = g_ptr_array_new ();
  for (guint i = 0; i < AWS_N_ERRORS; i++)
    g_ptr_array_add (names, (gpointer) aws_error_code_name ((AwsErrorCode) i));
  g_ptr_array_add (names, NULL);
  return names;
}

/* What is like a code that there is must be that one, or say which status it has. AWS has codes
 * that the world never gives by itself, Kubernetes no other reasons. */
static gboolean
check_error_code (const DdYaml *row, GError **error)
{
  const char *service = sim_schema_text (dd_yaml_member (row, "service"));
  const DdYaml *code = dd_yaml_member (row, "error");
  g_autoptr (GPtrArray) names = NULL;
  g_autofree char *hint = NULL;

  if (code == NULL || (dd_yaml_member (row, "status") != NULL && is_request (row)))
    return TRUE;
  names = error_codes_of (service);
  if (g_strv_contains ((const char *const *) names->pdata, code->text))
    return TRUE;
  hint = sim_did_you_mean (code->text, (const char *const *) names->pdata);
  if (*hint == '\0' && sim_aws_service (service) != NULL)
    return TRUE;
  dd_yaml_set_error (error, code, "%s knows no error \"%s\"%s%s", service, code->text, hint,
                     is_request (row) ? "; one of your own needs its `status`" : "");
  return FALSE;
}

/* Those who may ask something of Kubernetes, ended by NULL. */
static GPtrArray *
askers (void)
{
  GPtrArray *names = sim_writers ();

  g_ptr_array_insert (names, (gint) names->len - 1, (gpointer) SIM_FAULT_CLIENT);
  return names;
}

static gboolean
asks_for (const char *asker, const char *operation)
{
  const char *const *writes = sim_writes_of (asker);

  for (guint i = 0; writes[i] != NULL; i++)
    if (g_pattern_match_simple (writes[i], operation))
      return TRUE;
  return FALSE;
}

/* The world's own ask by a call: there is no connection to break, and no answer to wait for. */
static gboolean
check_inner_asker (const DdYaml *row, const DdYaml *by, GError **error)
{
  const DdYaml *operation = dd_yaml_member (row, "operation");
  g_autofree char *all = NULL;

  if (dd_yaml_member (row, "error") == NULL
      || dd_value_path_bool (row->value, "unreachable", FALSE))
    {
      dd_yaml_set_error (error, by,
                         "what %s asks can only be refused: the fault needs an error, and "
                         "no unreachable",
                         by->text);
      return FALSE;
    }
  if (operation == NULL || asks_for (by->text, operation->text))
    return TRUE;
  all = g_strjoinv (", ", (char **) sim_writes_of (by->text));
  dd_yaml_set_error (error, operation, "%s never asks for \"%s\", but for %s", by->text,
                     operation->text, all);
  return FALSE;
}

static gboolean
check_asker (const DdYaml *row, GError **error)
{
  const char *service = sim_schema_text (dd_yaml_member (row, "service"));
  const DdYaml *by = dd_yaml_member (row, "by");
  g_autoptr (GPtrArray) names = NULL;
  g_autofree char *hint = NULL;
  g_autofree char *all = NULL;

  if (by == NULL)
    return TRUE;
  if (strcmp (service, "kubernetes") != 0)
    {
      dd_yaml_set_error (error, by, "only what is asked of kubernetes has a `by`");
      return FALSE;
    }
  names = askers ();
  if (g_strv_contains ((const char *const *) names->pdata, by->text))
    return strcmp (by->text, SIM_FAULT_CLIENT) == 0 || check_inner_asker (row, by, error);
  hint = sim_did_you_mean (by->text, (const char *const *) names->pdata);
  all = g_strjoinv (", ", (char **) names->pdata);
  dd_yaml_set_error (error, by, "nobody called \"%s\" asks for anything%s; it is one of %s",
                     by->text, hint, all);
  return FALSE;
}

static gboolean
check_what (const DdYaml *row, GError **error)
{
  const DdYaml *operation = dd_yaml_member (row, "operation");
  g_autofree char *what = NULL;
  g_autofree char *hint = NULL;

  if (is_request (row))
    return check_operation (row, error);
  what = g_strdup_printf ("%s %s", sim_schema_text (dd_yaml_member (row, "service")),
                          operation != NULL ? operation->text : "(no operation)");
  if (g_strv_contains (happenings, what))
    return TRUE;
  hint = sim_did_you_mean (what, happenings);
  dd_yaml_set_error (error, operation != NULL ? operation : row,
                     "nothing that happens is called \"%s\"%s", what, hint);
  return FALSE;
}

gboolean
sim_faults_check (const DdYaml *list, GError **error)
{
  for (guint i = 0; i < dd_yaml_length (list); i++)
    {
      const DdYaml *row = dd_yaml_element (list, i);
      const DdYaml *chance = dd_yaml_member (row, "probability");
      double probability = chance != NULL ? dd_value_double (chance->value, 0) : 1;

      if (probability <= 0 || probability > 1)
        {
          dd_yaml_set_error (error, chance, "a probability is above 0 and at most 1");
          return FALSE;
        }
      if (!check_harm (row, error) || !check_what (row, error) || !check_asker (row, error)
          || !check_error_code (row, error) || !check_means (row, error) || !check_end (row, error)
          || !check_length (row, error))
        return FALSE;
    }
  return TRUE;
}

static char *
text_of (const DdYaml *row, const char *key)
{
  return (char *) sim_schema_text (dd_yaml_member (row, key));
}

void
sim_faults_add_all (SimWorld *world, const DdYaml *list)
{
  for (guint i = 0; i < dd_yaml_length (list); i++)
    {
      const DdYaml *row = dd_yaml_element (list, i);
      const DdYaml *chance = dd_yaml_member (row, "probability");
      DdUsec from = sim_schema_duration (dd_yaml_member (row, "from"), 0);
      DdUsec length = sim_schema_duration (dd_yaml_member (row, "for"), 0);
      SimFault fault = {
        .service = text_of (row, "service"),
        .operation = text_of (row, "operation"),
        .subject = text_of (row, "subject"),
        .by = text_of (row, "by"),
        .error = text_of (row, "error"),
        .message = text_of (row, "message"),
        .status = (guint) dd_value_path_int (row->value, "status", 0),
        .retry_after_seconds = dd_value_path_int (row->value, "retry_after", 0),
        .delay = sim_schema_duration (dd_yaml_member (row, "delay"), 0),
        .lose_reply = dd_value_path_bool (row->value, "lose_reply", FALSE),
        .half_closed = dd_value_path_bool (row->value, "half_closed", FALSE),
        .unreachable = dd_value_path_bool (row->value, "unreachable", FALSE),
        .nth = (guint) dd_value_path_int (row->value, "nth", 0),
        .from = from,
        .until = length > 0 ? from + length : 0,
        .times = (guint) dd_value_path_int (row->value, "times", 0),
        .probability = chance != NULL ? dd_value_double (chance->value, 1) : 1,
        .may_not_strike = dd_value_path_bool (row->value, "may not strike", FALSE),
      };

      guint index = sim_faults_add (world->stage->faults, &fault);

      if (sim_blow_is_known (&fault))
        sim_blow_schedule (world, index);
    }
}

/* ---- those that never struck ---- */

/* "fault kubernetes list pods of web-0"; caller frees. */
static char *
fault_text (const SimFault *row)
{
  return g_strconcat ("fault ", row->service, row->operation != NULL ? " " : "",
                      row->operation != NULL ? row->operation : "", row->by != NULL ? " by " : "",
                      row->by != NULL ? row->by : "", row->subject != NULL ? " of " : "",
                      row->subject, NULL);
}

static char *
why_idle (const SimFault *row, guint met, DdUsec now)
{
  static const char advice[] = "say `may not strike: true` where that may be";
  g_autofree char *from = dd_duration_to_text (row->from);

  if (row->from > now)
    return g_strdup_printf ("it never struck: all was over before %s; %s", from, advice);
  if (met == 0)
    return g_strdup_printf ("it never struck: nothing that happened in its time was like it; %s",
                            advice);
  return g_strdup_printf ("it never struck, although it would have applied %u times: nth and "
                          "probability passed over them; %s",
                          met, advice);
}

static SimVerdict *
idle_verdict (const SimWorld *world, const DdYaml *node, guint index)
{
  const SimFault *row = sim_faults_row (world->stage->faults, index);
  DdUsec now = sim_stage_now (world->stage) - sim_trace_origin (world->stage->trace);
  SimVerdict *verdict = g_new0 (SimVerdict, 1);

  verdict->text = fault_text (row);
  verdict->place = g_strdup_printf ("%s:%u", node->file->name, node->line);
  verdict->line = node->line;
  verdict->idle_fault = TRUE;
  verdict->time = now;
  verdict->why = why_idle (row, sim_faults_met (world->stage->faults, index), now);
  return verdict;
}

void
sim_faults_conclude (const SimWorld *world, const DdYaml *list, GPtrArray *verdicts)
{
  for (guint i = 0; i < dd_yaml_length (list); i++)
    {
      if (sim_faults_used (world->stage->faults, i) == 0
          && !sim_faults_row (world->stage->faults, i)->may_not_strike)
        g_ptr_array_add (verdicts, idle_verdict (world, dd_yaml_element (list, i), i));
    }
}

/* ---- back into words ---- */

static DdValue *
duration_value (DdUsec delay)
{
  g_autofree char *text = delay > 0 ? dd_duration_to_text (delay) : NULL;

  return dd_string (text);
}

static DdValue *
count_value (gint64 count)
{
  return count > 0 ? dd_int (count) : NULL;
}

static DdValue *
flag_value (gboolean set)
{
  return set ? dd_bool (TRUE) : NULL;
}

static DdValue *
row_value (const SimFault *row)
{
  gboolean certain = row->probability <= 0 || row->probability >= 1;

  return dd_object (
      "service", dd_string (row->service), "operation", dd_string (row->operation), "subject",
      dd_string (row->subject), "by", dd_string (row->by), "error", dd_string (row->error),
      "message", dd_string (row->message), "status", count_value (row->status), "retry_after",
      count_value (row->retry_after_seconds), "delay", duration_value (row->delay), "lose_reply",
      flag_value (row->lose_reply), "half_closed", flag_value (row->half_closed), "unreachable",
      flag_value (row->unreachable), "nth", count_value (row->nth), "from",
      duration_value (row->from), "for",
      duration_value (row->until > 0 ? row->until - row->from : 0), "times",
      count_value (row->times), "probability", certain ? NULL : dd_double (row->probability),
      "may not strike", flag_value (row->may_not_strike), NULL);
}

DdValue *
sim_faults_value (const SimFaults *faults)
{
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; i < sim_faults_length (faults); i++)
    dd_builder_add (&list, row_value (sim_faults_row (faults, i)));
  return dd_builder_end (&list);
}
