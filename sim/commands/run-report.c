/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/commands/run-report.h"

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
  dd_report_note (((SimRunReport *) data)->report, event->time, event->actor, event->what,
                  event->subject, event->details);
}

void
sim_run_report_attend (SimRunReport *self, SimWorld *world)
{
  sim_trace_add_reader (world->stage->trace, take_event, self);
}

gboolean
sim_run_report_write (const SimRunReport *self, const char *path, const char *name, GError **error)
{
  g_autoptr (DdValue) document = dd_report_document (self->report);
  g_autofree char *text = dd_value_to_pretty_text (document);
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  g_autofree char *place = g_strconcat (path, name != NULL ? "." : NULL, name, NULL);

  return g_file_set_contents (place, line, -1, error);
}
