/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "commands/recorder.h"

#include <string.h>

#include "base/output.h"
#include "engine/report.h"

#define INTERVAL_SECONDS 1

struct _DdRecorder
{
  DdTrace interface;
  DdTrace *next;
  DdClock *clock;
  DdReport *report;
  char *report_path, *metrics_path;
  guint timer;
  gboolean changed; /* since the metrics were written */
};

static void
recorder_emit (DdTrace *trace, const char *actor, DdEvent what, const char *subject,
               DdValue *details)
{
  DdRecorder *self = (DdRecorder *) trace;

  dd_report_note (self->report, dd_clock_now (self->clock), actor, what, subject, details);
  self->changed = TRUE;
  self->next->klass->emit (self->next, actor, what, subject, details);
}

/* What is read as it is written (a FIFO, a device) gets one document, the last. */
static gboolean
write_early (const char *path, gboolean (*write) (DdRecorder *self, GError **error),
             DdRecorder *self, GError **error)
{
  return path == NULL
         || (dd_output_check (path, error)
             && (!dd_output_is_regular (path) || write (self, error)));
}

static gboolean
write_metrics (DdRecorder *self, GError **error)
{
  g_autofree char *text = NULL;

  if (self->metrics_path == NULL)
    return TRUE;
  self->changed = FALSE;
  text = dd_report_metrics (self->report);
  return dd_output_write (self->metrics_path, text, strlen (text), error);
}

static gboolean
write_report (DdRecorder *self, GError **error)
{
  g_autoptr (DdValue) document = NULL;
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;

  if (self->report_path == NULL)
    return TRUE;
  document = dd_report_document (self->report);
  text = dd_value_to_pretty_text (document);
  line = g_strconcat (text, "\n", NULL);
  return dd_output_write (self->report_path, line, strlen (line), error);
}

/* A disk that is full for a moment is no reason to stop an update. */
static gboolean
note_interval (gpointer data)
{
  DdRecorder *self = data;

  if (self->changed)
    write_early (self->metrics_path, write_metrics, self, NULL);
  return G_SOURCE_CONTINUE;
}

DdRecorder *
dd_recorder_new (DdTrace *next, DdClock *clock, const char *report_path, const char *metrics_path,
                 GError **error)
{
  static const DdTraceClass klass = { recorder_emit };
  g_autoptr (DdRecorder) self = g_new0 (DdRecorder, 1);

  self->interface.klass = &klass;
  self->next = next;
  self->clock = clock;
  self->report = dd_report_new ();
  self->report_path = g_strdup (report_path);
  self->metrics_path = g_strdup (metrics_path);
  if (!write_early (metrics_path, write_metrics, self, error)
      || !write_early (report_path, write_report, self, error))
    {
      g_clear_pointer (&self->report_path, g_free);
      g_clear_pointer (&self->metrics_path, g_free);
      return NULL;
    }
  if (metrics_path != NULL)
    self->timer = g_timeout_add_seconds (INTERVAL_SECONDS, note_interval, self);
  return g_steal_pointer (&self);
}

void
dd_recorder_free (DdRecorder *self)
{
  g_autoptr (GError) error = NULL;

  if (self == NULL)
    return;
  g_clear_handle_id (&self->timer, g_source_remove);
  if (!write_metrics (self, &error) || !write_report (self, &error))
    g_printerr ("drydock: %s\n", error->message);
  dd_report_free (self->report);
  g_free (self->report_path);
  g_free (self->metrics_path);
  g_free (self);
}

DdTrace *
dd_recorder_trace (DdRecorder *self)
{
  return &self->interface;
}
