/* SPDX-License-Identifier: Apache-2.0 */
/* Families in a fixed order, each with its type and its help; label values are escaped. What is
 * counted only grows, so a scraper that misses a file misses nothing for good.
 *
 * Source: OpenMetrics 1.0, "Text format", "StateSet". */
#include "config.h"

#include "engine/report-private.h"

#include "base/value.h"

static void
begin_family (GString *out, const char *name, const char *type, const char *help)
{
  g_string_append_printf (out, "# TYPE %s %s\n# HELP %s %s\n", name, type, name, help);
}

static void
append_label (GString *out, const char *name, const char *value, gboolean first)
{
  g_string_append_printf (out, "%s%s=\"", first ? "" : ",", name);
  for (const char *p = value != NULL ? value : ""; *p != '\0'; p++)
    if (*p == '\n')
      g_string_append (out, "\\n");
    else
      {
        if (*p == '"' || *p == '\\')
          g_string_append_c (out, '\\');
        g_string_append_c (out, *p);
      }
  g_string_append_c (out, '"');
}

static void
append_counter (GString *out, const char *name, const char *label, const char *label_value,
                gint64 value)
{
  g_string_append_printf (out, "%s{", name);
  append_label (out, label, label_value, TRUE);
  g_string_append_printf (out, "} %" G_GINT64_FORMAT "\n", value);
}

/* One line for each state that NAME can be in, 1 for the one it is in. */
static void
append_states (GString *out, const char *name, const char *nodegroup, const char *const *states,
               const char *current)
{
  for (guint i = 0; states[i] != NULL; i++)
    {
      g_string_append_printf (out, "%s{", name);
      append_label (out, "nodegroup", nodegroup, TRUE);
      append_label (out, name, states[i], FALSE);
      g_string_append_printf (out, "} %d\n", g_strcmp0 (states[i], current) == 0);
    }
}

static const char *
current_phase (const DdValue *update)
{
  const DdValue *phases = dd_value_member (update, "phases");
  gsize n = dd_value_length (phases);

  return n == 0 ? NULL : dd_value_path_string (dd_value_element (phases, n - 1), "phase");
}

static void
append_updates (const DdReport *report, GString *out)
{
  static const char *const statuses[] = { "InProgress", "Successful", "Failed", NULL };
  static const char *const phases[]
      = { "setup", "scale-up", "upgrade", "scale-down", "roll-back", "clean-up", NULL };
  const GPtrArray *updates = report->updates.values;

  begin_family (out, "drydock_update_status", "stateset", "How each update stands.");
  for (guint i = 0; i < updates->len; i++)
    append_states (out, "drydock_update_status",
                   dd_value_path_string (updates->pdata[i], "nodegroup"), statuses,
                   dd_value_path_string (updates->pdata[i], "status"));
  begin_family (out, "drydock_update_phase", "stateset", "The phase that was entered last.");
  for (guint i = 0; i < updates->len; i++)
    append_states (out, "drydock_update_phase",
                   dd_value_path_string (updates->pdata[i], "nodegroup"), phases,
                   current_phase (updates->pdata[i]));
}

static void
append_nodes (const DdReport *report, GString *out)
{
  static const char *const states[] = { "joined",  "marked",      "draining",   "drained",
                                        "overdue", "terminating", "terminated", "kept" };
  const GPtrArray *nodes = report->nodes.values;

  begin_family (out, "drydock_nodes", "gauge", "Nodes of the update by what happens to them.");
  for (guint s = 0; s < G_N_ELEMENTS (states); s++)
    {
      gint64 count = 0;

      for (guint i = 0; i < nodes->len; i++)
        count += g_strcmp0 (dd_value_path_string (nodes->pdata[i], "state"), states[s]) == 0;
      append_counter (out, "drydock_nodes", "state", states[s], count);
    }
}

static void
append_drains (const DdReport *report, GString *out)
{
  char sum[G_ASCII_DTOSTR_BUF_SIZE];

  begin_family (out, "drydock_evictions", "counter", "Answers of the Eviction API, and deletions.");
  append_counter (out, "drydock_evictions_total", "result", "accepted", report->accepted);
  append_counter (out, "drydock_evictions_total", "result", "refused", report->refused);
  append_counter (out, "drydock_evictions_total", "result", "forced", report->forced);
  begin_family (out, "drydock_drain_seconds", "summary", "How long drains took that ended.");
  g_ascii_formatd (sum, sizeof sum, "%.3f", report->drain_seconds);
  g_string_append_printf (
      out, "drydock_drain_seconds_count %" G_GINT64_FORMAT "\ndrydock_drain_seconds_sum %s\n",
      report->drains, sum);
}

static void
append_blocked (const DdReport *report, GString *out)
{
  const GPtrArray *blocked = report->blocked.values;
  guint count = 0;

  for (guint i = 0; i < blocked->len; i++)
    count += dd_value_member (blocked->pdata[i], "until") == NULL;
  begin_family (out, "drydock_blocked_pods", "gauge", "Pods that a disruption budget holds back.");
  g_string_append_printf (out, "drydock_blocked_pods %u\n", count);
}

static void
append_retries (const DdReport *report, GString *out)
{
  const GPtrArray *rows = report->retried.values;

  begin_family (out, "drydock_requests_retried", "counter", "Requests that were asked again.");
  for (guint i = 0; i < rows->len; i++)
    {
      g_autofree char *status
          = g_strdup_printf ("%" G_GINT64_FORMAT, dd_value_path_int (rows->pdata[i], "status", 0));

      g_string_append (out, "drydock_requests_retried_total{");
      append_label (out, "service", dd_value_path_string (rows->pdata[i], "service"), TRUE);
      append_label (out, "operation", dd_value_path_string (rows->pdata[i], "operation"), FALSE);
      append_label (out, "status", status, FALSE);
      g_string_append_printf (out, "} %" G_GINT64_FORMAT "\n",
                              dd_value_path_int (rows->pdata[i], "times", 0));
    }
}

char *
dd_report_metrics (const DdReport *report)
{
  GString *out = g_string_new (NULL);

  append_updates (report, out);
  append_nodes (report, out);
  append_drains (report, out);
  append_blocked (report, out);
  append_retries (report, out);
  g_string_append (out, "# EOF\n");
  return g_string_free (out, FALSE);
}
