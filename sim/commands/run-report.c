/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/commands/run-report.h"

#include <string.h>

#include "base/output.h"
#include "engine/report.h"

struct _SimRunReport
{
  DdReport *report;
};

SimRunReport *
sim_run_report_new (void)
{
  SimRunReport *self = g_new0 (SimRunReport, 1);

  self->report = dd_report_new ();
  return self;
}

void
sim_run_report_free (SimRunReport *self)
{
  if (self == NULL)
    return;
  dd_report_free (self->report);
  g_free (self);
}

static void
take_event (const SimEvent *event, gpointer data)
{
  dd_report_note (((SimRunReport *) data)->report, event->time, event->actor, event->id,
                  event->subject, event->details);
}

void
sim_run_report_attend (SimRunReport *self, SimWorld *world)
{
  sim_trace_add_reader (world->stage->trace, take_event, self);
}

static char *
report_place (const char *path, const char *name)
{
  return name != NULL ? g_strconcat (path, ".", name, NULL) : g_strdup (path);
}

gboolean
sim_run_report_check (const char *path, const char *name, GPtrArray *claimed, GError **error)
{
  g_autofree char *place = path != NULL ? report_place (path, name) : NULL;

  return dd_output_claim (claimed, place, error);
}

gboolean
sim_run_report_write (const SimRunReport *self, const char *path, const char *name, GError **error)
{
  g_autoptr (DdValue) document = dd_report_document (self->report);
  g_autofree char *text = dd_value_to_pretty_text (document);
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  g_autofree char *place = report_place (path, name);

  return dd_output_write (place, line, strlen (line), error);
}
